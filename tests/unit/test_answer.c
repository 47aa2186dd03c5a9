/* Braze's answers, real and spoiled, and what they mean for a row, a lane and a clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "braze/answer.h"

static const int64_t NOW = 1592425800000; /* 2020-06-17 20:30:00 UTC: half an hour before a clock hour ends */

static struct answer read_body(int status, const char *body)
{
    struct wire wire = { .end = WIRE_ANSWERED, .status = status, .body = body, .body_len = strlen(body) };
    struct answer answer;
    answer_read(&wire, NOW, &answer);
    return answer;
}

static void statuses_and_bodies(void **state)
{
    static const struct {
        int status;
        const char *body;
        enum answer_class class;
        enum answer_scope scope;
        const char *problem; /* a part of it; "" means that there is none */
    } CASES[] = {
        { 201, "{\"dispatch_id\":\"a1b2\",\"message\":\"success\"}", ANSWER_ACCEPTED, SCOPE_WORKSPACE, "" },
        { 200, "{}", ANSWER_ACCEPTED, SCOPE_WORKSPACE, "" },
        { 202, "", ANSWER_ACCEPTED, SCOPE_WORKSPACE, "" },
        { 201, "<html>proxy</html>", ANSWER_ACCEPTED, SCOPE_WORKSPACE, "" },
        { 201, "{\"message\":\"succ", ANSWER_ACCEPTED, SCOPE_WORKSPACE, "" },
        { 201, "[1]", ANSWER_ACCEPTED, SCOPE_WORKSPACE, "" },
        { 201, "{\"message\":\"success\",\"errors\":[],\"notice\":\"\"}", ANSWER_ACCEPTED, SCOPE_WORKSPACE,
          "" },
        { 201, "{\"notice\":\"The Canvas is paused. Resume it.\",\"message\":\"success\"}",
          ANSWER_ACCEPTED_BUT, SCOPE_WORKSPACE, "The Canvas is paused" },
        { 201, "{\"message\":\"success\",\"errors\":[\"one\",\"two\"]}", ANSWER_ACCEPTED_BUT, SCOPE_WORKSPACE,
          "one; two" },
        { 201, "{\"message\":\"success\",\"errors\":\"a text\"}", ANSWER_ACCEPTED_BUT, SCOPE_WORKSPACE,
          "a text" },
        { 201, "{\"message\":\"success\",\"errors\":[{}]}", ANSWER_ACCEPTED_BUT, SCOPE_WORKSPACE,
          "without words" },
        { 301, "", ANSWER_STOPPED, SCOPE_WORKSPACE, "BRAZE_REST_URL" },
        { 308, "moved", ANSWER_STOPPED, SCOPE_WORKSPACE, "redirects" },
        { 400, "{\"message\":\"Error while parsing request body. Please check your syntax\"}", ANSWER_REFUSED,
          SCOPE_WORKSPACE, "Braze answered 400: Error while parsing" },
        { 400, "{\"message\":\"Invalid Campaign ID\"}", ANSWER_STOPPED, SCOPE_CAMPAIGN,
          "Invalid Campaign ID" },
        { 400, "{\"message\":\"bad\",\"errors\":[\"invalid campaign id\"]}", ANSWER_STOPPED, SCOPE_CAMPAIGN,
          "bad; invalid" },
        { 400, "{\"message\":\"canvas_id must be a string of the Canvas api identifier\"}", ANSWER_STOPPED,
          SCOPE_CAMPAIGN, "canvas_id must be" },
        { 400, "{\"error\":\"No Recipients\"}", ANSWER_REFUSED, SCOPE_WORKSPACE, "400: No Recipients" },
        { 400, "", ANSWER_REFUSED, SCOPE_WORKSPACE, "Braze answered 400" },
        { 400, "<h1>Bad</h1>", ANSWER_REFUSED, SCOPE_WORKSPACE, "Braze answered 400" },
        { 400, "plain words", ANSWER_REFUSED, SCOPE_WORKSPACE, "400: plain words" },
        { 401, "{\"message\":\"Invalid API key: 0123-secret\"}", ANSWER_STOPPED, SCOPE_WORKSPACE,
          "BRAZE_API_KEY" },
        { 403, "{\"message\":\"Access Denied\"}", ANSWER_STOPPED, SCOPE_ENDPOINT, "403: Access Denied" },
        { 404, "", ANSWER_STOPPED, SCOPE_ENDPOINT, "404" },
        { 405, "", ANSWER_REFUSED, SCOPE_WORKSPACE, "405" },
        { 408, "", ANSWER_NOT_DONE, SCOPE_WORKSPACE, "408" },
        { 413, "", ANSWER_REFUSED, SCOPE_WORKSPACE, "413" },
        { 415, "", ANSWER_STOPPED, SCOPE_ENDPOINT, "415" },
        { 422, "", ANSWER_REFUSED, SCOPE_WORKSPACE, "422" },
        { 429, "{\"message\":\"Rate limited\"}", ANSWER_LATER, SCOPE_WORKSPACE, "429: Rate limited" },
        { 500, "", ANSWER_NOT_DONE, SCOPE_WORKSPACE, "500" },
        { 502, "upstream", ANSWER_NOT_DONE, SCOPE_WORKSPACE, "502: upstream" },
        { 503, "<html>", ANSWER_NOT_DONE, SCOPE_WORKSPACE, "503" },
        { 504, "{\"message\":\"canvas_id must be\"}", ANSWER_NOT_DONE, SCOPE_WORKSPACE, "504" },
        { 599, "", ANSWER_NOT_DONE, SCOPE_WORKSPACE, "599" },
        { 0, "", ANSWER_AMBIGUOUS, SCOPE_WORKSPACE, "0" },
        { 100, "", ANSWER_AMBIGUOUS, SCOPE_WORKSPACE, "100" },
        { 999, "garbage", ANSWER_AMBIGUOUS, SCOPE_WORKSPACE, "999" },
        { -7, "", ANSWER_AMBIGUOUS, SCOPE_WORKSPACE, "-7" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct answer answer = read_body(CASES[i].status, CASES[i].body);
        if (answer.class != CASES[i].class || answer.scope != CASES[i].scope)
            fail_msg("%d %s: %s, scope %d", CASES[i].status, CASES[i].body, answer_class_name(answer.class),
                     (int)answer.scope);
        if (*CASES[i].problem == '\0')
            assert_string_equal(answer.problem, "");
        else if (strstr(answer.problem, CASES[i].problem) == NULL)
            fail_msg("%d %s: %s", CASES[i].status, CASES[i].body, answer.problem);
        assert_null(strstr(answer.problem, "secret"));
        assert_null(strchr(answer.problem, '<'));
    }
}

static void keys_are_never_quoted(void **state)
{
    static const int STATUSES[] = { 200, 400, 401, 403, 429, 500, 0 };
    (void)state;
    for (size_t i = 0; i < sizeof STATUSES / sizeof STATUSES[0]; i++) {
        struct answer answer = read_body(STATUSES[i], "{\"message\":\"m\",\"errors\":["
                                                      "\"Invalid API Key: secret\"]}");
        assert_null(strstr(answer.problem, "secret"));
        answer = read_body(STATUSES[i], "Invalid API key: secret");
        assert_null(strstr(answer.problem, "secret"));
    }
}

static void without_an_answer(void **state)
{
    struct wire wire = { .end = WIRE_NEVER_LEFT, .status = 201, .failure = "Could not resolve host" };
    struct answer answer;
    (void)state;
    answer_read(&wire, NOW, &answer);
    assert_int_equal(answer.class, ANSWER_NOT_SENT);
    assert_non_null(strstr(answer.problem, "resolve host"));
    wire.end = WIRE_LEFT_NO_ANSWER;
    answer_read(&wire, NOW, &answer);
    assert_int_equal(answer.class, ANSWER_AMBIGUOUS);
    wire.failure = NULL;
    answer_read(&wire, NOW, &answer);
    assert_string_not_equal(answer.problem, "");
    assert_int_equal(answer.remaining, -1);
    assert_int_equal(answer.limit, -1);
    assert_int_equal(answer.reset_in_ms, -1);
}

struct told { /* by the headers of an answer, and what is made of it */
    const char *ratelimit_retry_after, *retry_after, *reset;
    int64_t seconds;
};

static void assert_wait(size_t index, int status, const struct told *told)
{
    struct wire wire = { .end = WIRE_ANSWERED,
                         .status = status,
                         .body = "",
                         .retry_after = told->retry_after,
                         .ratelimit_retry_after = told->ratelimit_retry_after,
                         .ratelimit_reset = told->reset };
    struct answer answer;

    answer_read(&wire, NOW, &answer);
    if (answer.wait_ms != told->seconds * 1000)
        fail_msg("case %zu: %lld ms", index, (long long)answer.wait_ms);
}

static void waits_as_told(void **state)
{
    static const struct told CASES[] = {
        { NULL, NULL, NULL, 1 },
        { "", "", "", 1 },
        { "7", "99", "1592427600", 7 },
        { " 7 ", NULL, NULL, 7 },
        { NULL, "99", "1592427600", 99 },
        { "", "soon", "1592427600", 1800 },
        { NULL, NULL, "1592427600", 1800 },
        { NULL, NULL, "90", 90 },
        { NULL, NULL, "1592425000", 1 },
        { NULL, NULL, "1592999999", 3600 },
        { NULL, NULL, "-5", 1 },
        { NULL, NULL, "12.5", 1 },
        { "0", NULL, NULL, 1 },
        { "7200", NULL, NULL, 3600 },
        { "99999999999999999999999999", NULL, NULL, 3600 },
        { NULL, "Wed, 17 Jun 2020 20:31:00 GMT", NULL, 60 },
        { NULL, "Wed, 17 Jun 2020 20:45:30 GMT", NULL, 930 },
        { NULL, "Wed, 17 Jun 2020 19:00:00 GMT", NULL, 1 },
        { NULL, "Wed, 17 Jun 2099 19:00:00 GMT", NULL, 3600 },
        { NULL, "Wed, 31 Jun 2020 20:45:30 GMT", "90", 90 },
        { NULL, "Wed, 17 Jun 2020 20:45:30 CET", "90", 90 },
        { NULL, "7, 8", "90", 90 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++)
        assert_wait(i, 429, &CASES[i]);
}

/* A clock of ours that is wrong makes no customer wait: what Braze calls a moment is one of its own clock. */
static void moments_are_told_by_the_clock_that_names_them(void **state)
{
    static const struct {
        const char *date, *retry_after, *reset;
        int64_t seconds;
    } CASES[] = {
        { "Wed, 17 Jun 2020 20:30:00 GMT", NULL, "1592425840", 40 },
        { "Wed, 17 Jun 2020 20:50:00 GMT", NULL, "1592427060", 60 },
        { "Wed, 17 Jun 2020 20:10:00 GMT", NULL, "1592424630", 30 },
        { "Wed, 17 Jun 2020 20:10:00 GMT", "Wed, 17 Jun 2020 20:12:00 GMT", NULL, 120 },
        { "Wed, 17 Jun 2020 20:10:00 GMT", "7", NULL, 7 },
        { "Wed, 17 Jun 2020 20:10:00 GMT", NULL, "90", 90 },
        { "Wed, 17 Jun 2020 20:10:00 GMT", NULL, "1592999999", 3600 },
        { "Wed, 17 Jun 2020 20:29:57 GMT", NULL, "1592425840", 40 }, /* as near as a clock is that is right */
        { "some day", NULL, "1592425840", 40 },
        { "", NULL, "1592425840", 40 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct wire wire = { .end = WIRE_ANSWERED,
                             .status = 429,
                             .body = "",
                             .date = CASES[i].date,
                             .retry_after = CASES[i].retry_after,
                             .ratelimit_limit = "250000",
                             .ratelimit_remaining = "0",
                             .ratelimit_reset = CASES[i].reset };
        struct answer answer;
        answer_read(&wire, NOW, &answer);
        if (answer.wait_ms != CASES[i].seconds * 1000)
            fail_msg("case %zu: %lld ms", i, (long long)answer.wait_ms);
        if (CASES[i].reset != NULL)
            assert_int_equal(answer.reset_in_ms, CASES[i].seconds * 1000);
    }
}

static void a_server_that_is_unwell_is_left_alone_as_it_asks(void **state)
{
    static const struct {
        int status;
        struct told told;
    } CASES[] = {
        { 503, { NULL, "120", NULL, 120 } },
        { 503, { NULL, "Wed, 17 Jun 2020 20:31:00 GMT", NULL, 60 } },
        { 503, { "7", "120", NULL, 7 } },
        { 503, { NULL, "86400", NULL, 3600 } },
        { 500, { NULL, "5", NULL, 5 } },
        { 408, { NULL, "5", NULL, 5 } },
        { 503, { NULL, NULL, NULL, 0 } },
        { 503, { NULL, NULL, "1592427600", 0 } }, /* the end of the hour's budget stands in each answer */
        { 503, { NULL, "soon", "90", 0 } },
        { 400, { NULL, "120", NULL, 0 } },
    };
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++)
        assert_wait(i, CASES[i].status, &CASES[i].told);
}

static void the_budget_as_told(void **state)
{
    static const struct {
        const char *limit, *remaining, *reset;
        int64_t limit_told, remaining_told, reset_in_ms;
    } CASES[] = {
        { "250000", "249999", "1592427600", 250000, 249999, 1800000 },
        { "250000", "0", "12", 250000, 0, 12000 },
        { "", "", "", -1, -1, -1 },
        { NULL, NULL, NULL, -1, -1, -1 },
        { "-1", "many", "1e9", -1, -1, -1 },
        { "1", "1", "1592420000", 1, 1, 0 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct wire wire = { .end = WIRE_ANSWERED,
                             .status = 201,
                             .body = "",
                             .ratelimit_limit = CASES[i].limit,
                             .ratelimit_remaining = CASES[i].remaining,
                             .ratelimit_reset = CASES[i].reset };
        struct answer answer;
        answer_read(&wire, NOW, &answer);
        assert_int_equal(answer.limit, CASES[i].limit_told);
        assert_int_equal(answer.remaining, CASES[i].remaining_told);
        assert_int_equal(answer.reset_in_ms, CASES[i].reset_in_ms);
    }
}

static void ids_that_fit(void **state)
{
    static const char LONG[] = "0123456789012345678901234567890123456789012345678901234567890123";
    struct wire wire = { .end = WIRE_ANSWERED, .status = 201, .body = "", .request_id = LONG };
    struct answer answer = read_body(201, "{\"dispatch_id\":\"609b0e0f609b0e0f609b0e0f609b0e0f\"}");
    (void)state;
    assert_string_equal(answer.dispatch_id, "609b0e0f609b0e0f609b0e0f609b0e0f");
    assert_string_equal(read_body(201, "{\"dispatch_id\":\"a\\nb\"}").dispatch_id, "");
    assert_string_equal(read_body(201, "{\"dispatch_id\":7}").dispatch_id, "");
    answer_read(&wire, NOW, &answer);
    assert_string_equal(answer.request_id, LONG);
    wire.request_id = "x0123456789012345678901234567890123456789012345678901234567890123";
    answer_read(&wire, NOW, &answer);
    assert_string_equal(answer.request_id, "");
    wire.request_id = "a\x1b[2J";
    answer_read(&wire, NOW, &answer);
    assert_string_equal(answer.request_id, "");
}

static void errors_name_the_list_that_their_index_counts_in(void **state)
{
    static const char BODY[] =
        "{\"message\":\"success\",\"errors\":[{\"type\":\"BAD_SUBSCRIPTION_GROUP_ID\",\"input_array\":\"attributes\",\"index\":2},"
        "{\"type\":\"'time' is not a valid time\",\"input_array\":\"events\",\"index\":2},"
        "{\"type\":\"x\",\"input_array\":\"events\",\"index\":2},{\"type\":\"y\",\"input_array\":\"purchases\",\"index\":0},"
        "{\"type\":\"z\",\"index\":74}]}";
    static const enum answer_list LISTS[] = { LIST_ATTRIBUTES, LIST_EVENTS, LIST_OTHER, LIST_UNTOLD };
    static const int INDEXES[] = { 2, 2, 0, 74 };
    struct answer answer = read_body(201, BODY);
    (void)state;
    assert_int_equal(answer.class, ANSWER_ACCEPTED_BUT);
    assert_int_equal(answer.bad_count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(answer.bad_list[i], LISTS[i]);
        assert_int_equal(answer.bad_index[i], INDEXES[i]);
    }
}

static void errors_name_recipients(void **state)
{
    static const struct {
        const char *body;
        size_t count;
        int first, last;
        const char *problem;
    } CASES[] = {
        { "{\"message\":\"success\",\"errors\":[{\"type\":\"BLACKLISTED_EXTERNAL_USER_ID\",\"input_array\":"
          "\"recipients\",\"index\":3},{\"type\":\"The value is bad\",\"index\":\"49\"}]}",
          2, 3, 49, "BLACKLISTED_EXTERNAL_USER_ID; The value is bad" },
        { "{\"errors\":[{\"type\":\"a\",\"index\":1},{\"type\":\"b\",\"index\":1}]}", 1, 1, 1, "a; b" },
        { "{\"errors\":[{\"message\":\"m\",\"index\":-1},{\"error\":\"e\",\"index\":75},{\"index\":1.5}]}", 0,
          0, 0, "m; e" },
        { "{\"errors\":{\"type\":\"alone\",\"index\":2}}", 1, 2, 2, "alone" },
        { "{\"errors\":[\"text\",null,7,{\"type\":\"t\",\"index\":0}]}", 1, 0, 0, "text; t" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct answer answer = read_body(201, CASES[i].body);
        assert_int_equal(answer.class, ANSWER_ACCEPTED_BUT);
        assert_int_equal(answer.bad_count, CASES[i].count);
        if (answer.bad_count > 0) {
            assert_int_equal(answer.bad_index[0], CASES[i].first);
            assert_int_equal(answer.bad_index[answer.bad_count - 1], CASES[i].last);
        }
        assert_string_equal(answer.problem, CASES[i].problem);
    }
}

static void many_errors_stay_in_bounds(void **state)
{
    struct buf body = { 0 };
    (void)state;
    buf_add_text(&body, "{\"errors\":[");
    for (int i = 0; i < 80; i++)
        buf_addf(&body, "%s{\"type\":\"%s\\u0007\xED\x95\x9C\",\"index\":%d}", i > 0 ? "," : "",
                 "long words \\n here", i);
    buf_add_text(&body, "]}");
    struct answer answer = read_body(201, body.data);
    assert_int_equal(answer.bad_count, 75); /* of /users/track all */
    assert_true(utf8_is_valid(answer.problem, strlen(answer.problem)));
    assert_in_range(strlen(answer.problem), 290, sizeof answer.problem - 1);
    assert_null(strchr(answer.problem, '\n'));
    buf_release(&body);
}

static void delays(void **state)
{
    static const struct {
        int failures;
        int64_t row_ms, target_ms; /* the greatest */
    } CASES[] = {
        { -1, 1000, 1000 },    { 0, 1000, 1000 },     { 1, 1000, 1000 },           { 2, 5000, 2000 },
        { 3, 30000, 4000 },    { 4, 120000, 8000 },   { 5, 600000, 16000 },        { 6, 1800000, 32000 },
        { 7, 3600000, 60000 }, { 8, 3600000, 60000 }, { 1000000, 3600000, 60000 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        assert_int_equal(answer_row_delay_ms(CASES[i].failures, 0), 100);
        assert_int_equal(answer_row_delay_ms(CASES[i].failures, UINT32_MAX), CASES[i].row_ms - 1);
        assert_int_equal(answer_row_delay_ms(CASES[i].failures, 1u << 31), CASES[i].row_ms / 2);
        assert_int_equal(answer_target_delay_ms(CASES[i].failures, 0), CASES[i].target_ms / 2);
        assert_int_equal(answer_target_delay_ms(CASES[i].failures, UINT32_MAX), CASES[i].target_ms - 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(statuses_and_bodies),
        cmocka_unit_test(keys_are_never_quoted),
        cmocka_unit_test(without_an_answer),
        cmocka_unit_test(waits_as_told),
        cmocka_unit_test(moments_are_told_by_the_clock_that_names_them),
        cmocka_unit_test(a_server_that_is_unwell_is_left_alone_as_it_asks),
        cmocka_unit_test(the_budget_as_told),
        cmocka_unit_test(ids_that_fit),
        cmocka_unit_test(errors_name_recipients),
        cmocka_unit_test(errors_name_the_list_that_their_index_counts_in),
        cmocka_unit_test(many_errors_stay_in_bounds),
        cmocka_unit_test(delays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
