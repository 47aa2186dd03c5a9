/*
 * json: strict reading, typed getters, plain writing. The only door to cJSON.
 *
 * Reading. cJSON takes bad UTF-8, NUL, numbers that it then damages, text behind the value. So every
 * text is scanned first (no recursion, no allocation by sizes from the network) and refused with offset
 * and reason: bad UTF-8, raw control bytes in strings, NUL raw or escaped, wrong numbers, lone
 * surrogates, a BOM, trailing text, depth over 32, over 10,000 tokens, over 1,000 members in one
 * object, a duplicate key (compared unescaped). A token is a value or a key. Integers of more than 15 digits
 * and numbers that overflow a double come back as JSON_TEXT with their digits untouched: ids are text from
 * here on. No text or key holds a NUL character.
 *
 * Writing. `struct jsonw` writes into a buf; commas and nesting are its own business.
 *
 * Ownership: json_parse gives a tree to json_free; everything got from it is borrowed until then.
 * Any thread; a tree belongs to one at a time.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

struct json; /* a value inside a tree, or its root */

enum json_kind { JSON_NONE, JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_TEXT, JSON_ARRAY, JSON_OBJECT };

enum {
    JSON_STRICT = 0,
    JSON_FIRST_KEY_WINS = 1, /* a duplicate key is no error: the first stays, json_parse returns 1 */
    JSON_LARGE = 2,          /* for our own data: 1,000,000 tokens and 100,000 members */
};

/* Returns 0 with the tree in *root (1: the same, and JSON_FIRST_KEY_WINS met a duplicate), or -1. */
int json_parse(const char *text, size_t len, int flags, struct json **root, struct error *error);
void json_free(struct json *root);

/* All getters take NULL and answer as for a missing value. */
enum json_kind json_kind(const struct json *value);
const struct json *json_get(const struct json *object, const char *key); /* exact case; NULL if absent */
const struct json *json_first(const struct json *container);             /* members or elements, in order */
const struct json *json_next(const struct json *value);
const char *json_key(const struct json *member);
size_t json_count(const struct json *container);
const char *json_text(const struct json *value);                /* only of JSON_TEXT, else NULL */
bool json_int(const struct json *value, int64_t *out);          /* whole numbers, and text that is one */
bool json_bool(const struct json *value, bool *out);            /* true and false only */
const char *json_get_text(const struct json *object, const char *key);   /* NULL if absent or no text */
int64_t json_get_int(const struct json *object, const char *key, int64_t otherwise);
bool json_get_bool(const struct json *object, const char *key, bool otherwise);

/*
 * What a JSON pointer (RFC 6901) points at: "" the value itself, "/items/0/name". NULL: nothing there, or no pointer.
 * A pointer is empty or begins with a slash, and ~ stands in it only as ~0 for ~ and ~1 for /.
 */
const struct json *json_point(const struct json *root, const char *pointer);
bool json_is_pointer(const char *text);

/* Appends a scalar as text: numbers and booleans as written, null as nothing. false for anything else. */
bool json_scalar(const struct json *value, struct buf *out);

/* Appends the value as compact JSON: numbers as they were written, large ones in quotes, NULL as null. */
void json_format(const struct json *value, struct buf *out);

/* A writer. Zero value with `out` set is ready. `key` is NULL inside arrays and for the root. */
struct jsonw {
    struct buf *out;
    int depth;
    uint64_t has_member; /* one bit per depth (at most 60): a comma is due */
};

void jsonw_object(struct jsonw *w, const char *key);
void jsonw_array(struct jsonw *w, const char *key);
void jsonw_end_object(struct jsonw *w);
void jsonw_end_array(struct jsonw *w);
void jsonw_text(struct jsonw *w, const char *key, const char *text); /* NULL writes null */
void jsonw_bytes(struct jsonw *w, const char *key, const char *text, size_t len);
void jsonw_int(struct jsonw *w, const char *key, int64_t number);
void jsonw_real(struct jsonw *w, const char *key, double number); /* infinite, NaN: null */
void jsonw_bool(struct jsonw *w, const char *key, bool value);
void jsonw_null(struct jsonw *w, const char *key);
void jsonw_raw(struct jsonw *w, const char *key, const char *json); /* finished JSON, trusted */

/*
 * Appends text as a JSON string with its quotes. Bad UTF-8 and NUL become U+FFFD; C0, DEL, C1, bidi controls
 * and U+2028/9 are escaped, so that a terminal or a log that shows the JSON is safe.
 */
void json_quote(const char *text, size_t len, struct buf *out);

#endif
