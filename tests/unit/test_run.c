/*
 * run: its JSON comes back as it went, and nothing else is taken.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "flow/step.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const char ORDINARY[] =
    "{\"frames\":[{\"flow\":\"table\",\"step\":\"people\"}],\"waits\":\"answer\",\"variables\":[],"
    "\"asked_at\":1778578200000,\"heard_at\":1778578200000}";

static const char DEEP[] =
    "{\"frames\":["
    "{\"flow\":\"table\",\"step\":\"book\",\"asked\":[\"people\",\"moment\"],\"is_interrupted\":true,"
    "\"variables\":[{\"name\":\"people\",\"value\":\"6\"},{\"name\":\"moment\",\"value\":\"noon\",\"is_raw\":true}],\"call\":2,"
    "\"has_result\":true,\"has_failed\":true,\"has_timed_out\":true,\"status\":504},"
    "{\"flow\":\"order\",\"step\":\"who\"},"
    "{\"flow\":\"주소\",\"step\":\"street\",\"tries\":2}],"
    "\"waits\":\"answer\",\"variables\":["
    "{\"name\":\"people\",\"value\":\"4\",\"is_number\":true},"
    "{\"name\":\"words\",\"value\":\"a \\\"b\\\"\\n이름\",\"is_raw\":true},"
    "{\"name\":\"empty\",\"value\":\"\"}],"
    "\"call\":3,\"asked_at\":1778578200001,\"heard_at\":1778578200000,\"is_reminded\":true,\"calls\":2,\"timeouts\":3}";

static const char AWAITING[] =
    "{\"frames\":[{\"flow\":\"table\",\"step\":\"book\",\"call\":1}],\"waits\":\"call\",\"variables\":[],\"call\":1,"
    "\"asked_at\":5,\"heard_at\":4}";

static const char ENDED[] =
    "{\"frames\":[],\"waits\":\"nothing\",\"variables\":[{\"name\":\"a\",\"value\":\"b\"}],"
    "\"outcome\":\"handoff\"}";

static void parse(const char *text, struct run *run)
{
    struct error error = { 0 };
    if (run_parse(text, run, &error) != 0)
        fail_msg("%s\n%s", text, error.text);
}

static void check_format(const struct run *run, const char *expected)
{
    struct buf out = { 0 };
    run_format(run, &out);
    assert_string_equal(buf_text(&out), expected);
    buf_release(&out);
}

static void test_what_was_written_comes_back(void **state)
{
    (void)state;
    const char *const texts[] = { ORDINARY, DEEP, AWAITING, ENDED };
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct run run, copy;
        parse(texts[i], &run);
        check_format(&run, texts[i]);
        run_copy(&run, &copy);
        run_release(&run);
        check_format(&copy, texts[i]);
        run_release(&copy);
    }
}

static void test_members_hold_what_the_text_says(void **state)
{
    (void)state;
    struct run run;
    parse(DEEP, &run);
    assert_int_equal(run.depth, 3);
    assert_string_equal(run.frames[0].flow, "table");
    assert_string_equal(run.frames[0].step, "book");
    assert_int_equal(run.frames[0].asked_count, 2);
    assert_string_equal(run.frames[0].asked[1], "moment");
    assert_true(run.frames[0].is_interrupted && run.frames[0].has_result && run.frames[0].has_failed);
    assert_true(run.frames[0].has_timed_out);
    assert_int_equal(run.frames[0].call, 2);
    assert_int_equal(run.frames[0].status, 504);
    assert_int_equal(run.frames[0].variables.count, 2);
    assert_string_equal(run.frames[0].variables.list[0].value, "6");
    assert_string_equal(run.frames[0].variables.list[1].name, "moment");
    assert_true(run.frames[0].variables.list[1].is_raw);
    assert_int_equal(run.frames[2].tries, 2);
    assert_int_equal(run.waits, RUN_WAITS_ANSWER);
    assert_int_equal(run.call, 3);
    assert_int_equal(run.asked_at, 1778578200001);
    assert_int_equal(run.heard_at, 1778578200000);
    assert_true(run.is_reminded);
    assert_int_equal(run.calls, 2);
    assert_int_equal(run.timeouts, 3);
    assert_int_equal(run.due_at, INT64_MAX);
    assert_null(run.outcome);
    assert_string_equal(run_variable(&run, "people")->value, "4");
    assert_true(run_variable(&run, "people")->is_number);
    assert_string_equal(run_variable(&run, "words")->value, "a \"b\"\n이름");
    assert_true(run_variable(&run, "words")->is_raw);
    assert_null(run_variable(&run, "person"));
    run_release(&run);
    assert_int_equal(run.depth, 0);

    parse(ENDED, &run);
    assert_int_equal(run.waits, RUN_ENDED);
    assert_string_equal(run.outcome, "handoff");
    run_release(&run);
}

/* One change of the ordinary run that makes it nothing the program writes. */
static void test_a_text_that_is_not_ours_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *what, *instead;
    } ROWS[] = {
        { "\"waits\"", "\"colour\":\"red\",\"waits\"" },          /* an unknown key */
        { "\"step\":\"people\"", "\"step\":\"people\",\"x\":1" }, /* inside too */
        { ",\"asked_at\"", ", \"asked_at\"" },                    /* a blank */
        { "\"variables\":[],", "" },                              /* one missing */
        { "\"flow\":\"table\",", "" },
        { "\"flow\":\"table\"", "\"flow\":\"\"" },
        { "\"flow\":\"table\"", "\"flow\":7" },
        { "\"answer\"", "\"questions\"" },
        { "\"answer\"", "\"call\"" },    /* but no frame has made one */
        { "\"answer\"", "\"nothing\"" }, /* ended, but with a frame and no outcome */
        { "\"heard_at\":1778578200000}", "\"heard_at\":1778578200000,\"outcome\":\"done\"}" },
        { "\"heard_at\":1778578200000}", "\"heard_at\":1778578200000,\"is_reminded\":false}" },
        { "\"heard_at\":1778578200000}", "\"heard_at\":1778578200000,\"timeouts\":4}" },
        { "\"heard_at\":1778578200000}", "\"heard_at\":1778578200000,\"timeouts\":0}" },
        { "1778578200000,\"heard", "-5,\"heard" },
        { "1778578200000,\"heard", "1.5,\"heard" },
        { "1778578200000,\"heard", "\"1778578200000\",\"heard" },
        { "1778578200000,\"heard", "9223372036854775807,\"heard" },
        { "\"people\"}", "\"people\",\"is_interrupted\":true}" }, /* nothing is on top of it */
        { "\"people\"}", "\"people\",\"variables\":[{\"name\":\"a\",\"value\":\"b\"}]}" }, /* they are the run's */
        { "\"people\"}", "\"people\",\"variables\":[]}" },
        { "\"people\"}", "\"people\",\"call\":1}" },              /* the run has made none */
        { "\"people\"}", "\"people\",\"has_result\":true}" },
        { "\"people\"}", "\"people\",\"status\":200}" },
        { "\"people\"}", "\"people\",\"tries\":-1}" },
        { "\"people\"}", "\"people\",\"tries\":99999999999}" },
        { "\"people\"}", "\"people\",\"asked\":[]}" },
        { "\"people\"}", "\"people\",\"asked\":[\"\"]}" },
        { "\"people\"}", "\"people\",\"asked\":[1]}" },
        { "[],", "[{\"name\":\"a\"}]," },
        { "[],", "[{\"name\":\"\",\"value\":\"\"}]," },
        { "[],", "[{\"name\":\"a\",\"value\":4}]," },
        { "[],", "[{\"name\":\"a\",\"value\":\"\"},{\"name\":\"a\",\"value\":\"\"}]," },
        { "[],", "{}," },
        { "{\"frames\":[{\"flow\":\"table\",\"step\":\"people\"}]", "{\"frames\":[]" },
        { "1778578200000}", "1778578200000}}" },
        { "1778578200000}", "1778578200000" },
    };
    for (size_t i = 0; i < COUNT(ROWS); i++) {
        struct buf text = { 0 };
        struct error error = { 0 };
        struct run run = { .depth = 1 };
        const char *at = strstr(ORDINARY, ROWS[i].what);
        assert_non_null(at);
        buf_add(&text, ORDINARY, (size_t)(at - ORDINARY));
        buf_add_text(&text, ROWS[i].instead);
        buf_add_text(&text, at + strlen(ROWS[i].what));
        if (run_parse(buf_text(&text), &run, &error) != -1)
            fail_msg("taken: %s", buf_text(&text));
        assert_true(strncmp(error.text, "the run is ", 11) == 0);
        assert_int_equal(run.depth, 0);
        buf_release(&text);
    }
}

static void test_no_run_at_all_is_refused(void **state)
{
    (void)state;
    static const char *const TEXTS[] = { "", "null", "[]", "{}", "4", "\"run\"", "{\"frames\":[]}", "\xff" };
    for (size_t i = 0; i < COUNT(TEXTS); i++) {
        struct error error = { 0 };
        struct run run;
        assert_int_equal(run_parse(TEXTS[i], &run, &error), -1);
        assert_true(error.text[0] != '\0');
    }
}

/* `count` times the piece, between two others; a %d in it is its number. */
static bool is_taken(const char *before, const char *piece, int count, const char *after)
{
    struct buf text = { 0 };
    struct run run;
    buf_add_text(&text, before);
    for (int i = 0; i < count; i++) {
        const char *number = strchr(piece, '#');
        buf_add_text(&text, i > 0 ? "," : "");
        buf_add(&text, piece, number != NULL ? (size_t)(number - piece) : strlen(piece));
        if (number != NULL)
            buf_addf(&text, "%d%s", i, number + 1);
    }
    buf_add_text(&text, after);
    bool is_good = run_parse(buf_text(&text), &run, NULL) == 0;
    run_release(&run);
    buf_release(&text);
    return is_good;
}

static void test_sizes_are_bounded(void **state)
{
    (void)state;
    static const char FRAME[] = "{\"flow\":\"a\",\"step\":\"b\"}",
                      FRAMES_AFTER[] = "],\"waits\":\"answer\",\"variables\":[]}";
    static const char VARIABLES_BEFORE[] =
        "{\"frames\":[{\"flow\":\"a\",\"step\":\"b\"}],\"waits\":\"answer\",\"variables\":[";
    static const char VARIABLE[] = "{\"name\":\"v#\",\"value\":\"x\"}";
    static const char BELOW_BEFORE[] =
        "{\"frames\":[{\"flow\":\"a\",\"step\":\"b\",\"is_interrupted\":true,\"variables\":[";
    static const char BELOW_AFTER[] = "]},{\"flow\":\"c\",\"step\":\"d\"}],\"waits\":\"answer\",\"variables\":[]}";
    static const char ASKED_BEFORE[] = "{\"frames\":[{\"flow\":\"a\",\"step\":\"b\",\"asked\":[",
                      ASKED_AFTER[] = "]}],\"waits\":\"answer\",\"variables\":[]}";
    assert_true(is_taken("{\"frames\":[", FRAME, 8, FRAMES_AFTER));
    assert_false(is_taken("{\"frames\":[", FRAME, 9, FRAMES_AFTER));
    assert_true(is_taken(VARIABLES_BEFORE, VARIABLE, 64, "]}"));
    assert_false(is_taken(VARIABLES_BEFORE, VARIABLE, 65, "]}"));
    assert_true(is_taken(BELOW_BEFORE, VARIABLE, 64, BELOW_AFTER));
    assert_false(is_taken(BELOW_BEFORE, VARIABLE, 65, BELOW_AFTER));
    assert_false(is_taken(BELOW_BEFORE, "{\"name\":\"v\",\"value\":\"x\"}", 2, BELOW_AFTER)); /* twice one name */
    assert_true(is_taken(ASKED_BEFORE, "\"s#\"", 100, ASKED_AFTER));
    assert_false(is_taken(ASKED_BEFORE, "\"s#\"", 101, ASKED_AFTER));
    char value[1100];
    for (size_t len = 1000; len <= 1001; len++) {
        memset(value, 'x', len);
        value[len] = '\0';
        struct buf variable = { 0 };
        buf_addf(&variable, "{\"name\":\"v\",\"value\":\"%s\"}", value);
        assert_int_equal(is_taken(VARIABLES_BEFORE, buf_text(&variable), 1, "]}"), len == 1000);
        buf_release(&variable);
    }
}

/* Eight passages, each with as many variables as it may have, and each of these as long as it may be. */
static void test_the_largest_run_comes_back(void **state)
{
    (void)state;
    struct buf text = { 0 }, variables = { 0 };
    for (int i = 0; i < FLOW_VARIABLES_MAX; i++) {
        buf_addf(&variables, "%s{\"name\":\"v%d\",\"value\":\"", i > 0 ? "," : "", i);
        for (int at = 0; at < FLOW_VARIABLE_BYTES_MAX; at++)
            buf_add_text(&variables, "\\n");
        buf_add_text(&variables, "\"}");
    }
    buf_add_text(&text, "{\"frames\":[");
    for (int i = 1; i < FLOW_DEPTH_MAX; i++)
        buf_addf(&text, "{\"flow\":\"f%d\",\"step\":\"s\",\"is_interrupted\":true,\"variables\":[%s]},", i,
                 buf_text(&variables));
    buf_addf(&text, "{\"flow\":\"f\",\"step\":\"s\"}],\"waits\":\"answer\",\"variables\":[%s]}", buf_text(&variables));
    struct run run;
    parse(buf_text(&text), &run);
    check_format(&run, buf_text(&text));
    run_release(&run);
    buf_release(&text);
    buf_release(&variables);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_written_comes_back),
        cmocka_unit_test(test_members_hold_what_the_text_says),
        cmocka_unit_test(test_a_text_that_is_not_ours_is_refused),
        cmocka_unit_test(test_no_run_at_all_is_refused),
        cmocka_unit_test(test_sizes_are_bounded),
        cmocka_unit_test(test_the_largest_run_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
