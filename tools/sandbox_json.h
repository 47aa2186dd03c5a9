/*
 * sandbox_json: one thing that base/json leaves to its users.
 */
#ifndef TOOLS_SANDBOX_JSON_H
#define TOOLS_SANDBOX_JSON_H

#include "base/buf.h"
#include "base/json.h"

/* Writes a value that was read. */
static inline void json_copy(const struct json *value, const char *key, struct jsonw *w)
{
    struct buf text = { 0 };

    json_format(value, &text);
    jsonw_raw(w, key, buf_text(&text));
    buf_release(&text);
}

#endif
