/*
 * vendor_kind: what one kind of vendor brings along: its address, how it is asked, how it is read. One file per kind,
 * and vendor.c holds what all have in common.
 *
 * `ask` writes a whole request, whose address and body are checked for size afterwards. `read` gets the JSON of a 2xx:
 * it appends what was said to *text as it came, notes tokens, is_cut, session and deeds in *answer, and returns
 * VENDOR_ANSWERED, or another class with a reason. Whether the answer is empty in the end is not its business.
 */
#ifndef BACKEND_VENDOR_KIND_H
#define BACKEND_VENDOR_KIND_H

#include "backend/vendor.h"
#include "base/json.h"

struct vendor_kind {
    int (*ask)(const struct consult *consult, struct vendor_request *request, struct error *error);
    enum vendor_class (*read)(const struct backend *backend, const struct json *root, struct vendor_answer *answer,
                              struct buf *text);
};

/* Adds a count of tokens to *tokens, where -1 is "not said". What is no number, or beyond 2^31, is not believed. */
void vendor_count(const struct json *said, int64_t *tokens);

extern const struct vendor_kind vendor_openai, vendor_anthropic, vendor_gemini, vendor_bedrock, vendor_rasa, vendor_http;

#endif
