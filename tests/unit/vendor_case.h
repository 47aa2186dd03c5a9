/*
 * vendor_case: rows of the table backend as tests of vendors want them, answers from tests/data/backend, and short ways
 * to ask and to look. For test_vendor*.c.
 */
#ifndef TESTS_VENDOR_CASE_H
#define TESTS_VENDOR_CASE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "backend/vendor.h"
#include "base/json.h"

static const struct backend_act CASE_ACTS[] = {
    { ACT_HANDOFF, "support" }, { ACT_HANDOFF, "billing" }, { ACT_CLOSE, NULL },
    { ACT_FLOW, "order" },      { ACT_SET, "size" },        { ACT_SET, "color" },
};

/* A row with all of CASE_ACTS as tools. */
static inline struct backend case_backend(enum backend_kind kind)
{
    return (struct backend){
        .name = "assistant", .kind = kind, .model = "small-1", .key_env = "AI_KEY", .has_tools = true,
        .acts = CASE_ACTS, .act_count = sizeof CASE_ACTS / sizeof CASE_ACTS[0], .max_tokens = 500,
    };
}

/* A turn of two messages after a short history. */
static inline struct consult case_consult(const struct backend *backend)
{
    static const struct ask_line LINES[] = {
        { ROLE_CUSTOMER, "Hi" },          { ROLE_BOT, "Hello!" },  { ROLE_COLLEAGUE, "Ana here." },
        { ROLE_CUSTOMER, "Are you \"open\"" }, { ROLE_CUSTOMER, "on Monday?" },
    };
    return (struct consult){ .backend = backend, .system = "You work at Sunny Bakery.", .lines = LINES, .line_count = 5,
                             .own_count = 2, .session = "fd-17", .facts = "{\"first_name\":\"Ana\"}" };
}

/* A request as it was made, its body read back. */
struct asked {
    struct vendor_request request;
    struct json *body;
};

static inline struct asked case_ask(const struct consult *consult)
{
    struct asked asked = { 0 };
    struct error error = { 0 };

    if (vendor_ask(consult, &asked.request, &error) != 0)
        fail_msg("it cannot be asked: %s", error.text);
    if (asked.request.body.len > 0 &&
        json_parse(asked.request.body.data, asked.request.body.len, JSON_STRICT, &asked.body, &error) != 0)
        fail_msg("the body is no JSON: %s", error.text);
    return asked;
}

static inline void case_asked_release(struct asked *asked)
{
    json_free(asked->body);
    vendor_request_release(&asked->request);
}

/* The value of a header; NULL: it is not sent. */
static inline const char *case_header(const struct vendor_request *request, const char *name)
{
    for (size_t i = 0; i < request->header_count; i++)
        if (strcmp(request->headers[i].name, name) == 0)
            return request->headers[i].value;
    return NULL;
}

/* What stands at `pointer` of a body is the scalar `wanted`, as text; NULL: nothing is there. */
static inline void case_check(const struct json *body, const char *pointer, const char *wanted)
{
    const struct json *found = json_point(body, pointer);
    struct buf text = { 0 };

    if (wanted == NULL) {
        if (found != NULL)
            fail_msg("%s should not be there", pointer);
        return;
    }
    if (!json_scalar(found, &text) || strcmp(buf_text(&text), wanted) != 0)
        fail_msg("%s is '%s', not '%s'", pointer, buf_text(&text), wanted);
    buf_release(&text);
}

/* What stands at `pointer` is this JSON, compact. */
static inline void case_check_json(const struct json *body, const char *pointer, const char *wanted)
{
    struct buf text = { 0 };

    json_format(json_point(body, pointer), &text);
    assert_string_equal(buf_text(&text), wanted);
    buf_release(&text);
}

static inline struct vendor_answer case_read_bytes(const struct backend *backend, int status, const char *body, size_t len)
{
    struct vendor_wire wire = { .status = status, .body = body, .body_len = len };
    struct vendor_answer answer;

    vendor_read(backend, &wire, &answer);
    return answer;
}

static inline struct vendor_answer case_read(const struct backend *backend, int status, const char *body)
{
    return case_read_bytes(backend, status, body, strlen(body));
}

/* A file of tests/data/backend. */
static inline struct vendor_answer case_read_file(const struct backend *backend, int status, const char *name)
{
    char path[200], block[4096];
    struct buf body = { 0 };
    size_t got;

    snprintf(path, sizeof path, "tests/data/backend/%s.json", name);
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        fail_msg("%s is missing: run the tests from the top of the tree", path);
    while ((got = fread(block, 1, sizeof block, file)) > 0)
        buf_add(&body, block, got);
    fclose(file);
    struct vendor_answer answer = case_read_bytes(backend, status, buf_text(&body), body.len);
    buf_release(&body);
    return answer;
}

/* The deeds as "hand_off support; set size=XL". */
static inline void case_deeds(const struct vendor_answer *answer, struct buf *out)
{
    for (size_t i = 0; i < answer->deed_count; i++) {
        const struct vendor_deed *deed = &answer->deeds[i];

        buf_addf(out, "%s%s", i > 0 ? "; " : "", backend_act_names[deed->act->kind]);
        if (deed->act->target != NULL)
            buf_addf(out, " %s", deed->act->target);
        if (deed->value != NULL)
            buf_addf(out, "=%s", deed->value);
    }
}

#endif
