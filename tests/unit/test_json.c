/*
 * json: what the reader takes and refuses, what the getters answer, what the writer writes.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"

static struct json *parse(const char *text)
{
    struct json *root = NULL;
    struct error error = { 0 };

    if (json_parse(text, strlen(text), JSON_STRICT, &root, &error) != 0)
        fail_msg("%s: %s", text, error.text);
    return root;
}

static void assert_formats(const char *text, const char *expected)
{
    struct json *root = parse(text);
    struct buf out = { 0 };

    json_format(root, &out);
    assert_string_equal(buf_text(&out), expected);
    buf_release(&out);
    json_free(root);
}

static void test_takes(void **state)
{
    static const char *const CASES[][2] = {
        { "null", "null" },
        { " true ", "true" },
        { "\t[ ]\r\n", "[]" },
        { "{ }", "{}" },
        { "{\"a\" : [1, 2 ,{\"b\":null}] , \"c\":\"d\"}", "{\"a\":[1,2,{\"b\":null}],\"c\":\"d\"}" },
        { "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\\"\\\\/\\b\\f\\n\\r\\t\"" },
        { "\"\\u00e9\\uD83D\\uDE00\"", "\"\xC3\xA9\xF0\x9F\x98\x80\"" },
        { "\"\xEC\x98\x81\xEC\x97\x85\"", "\"\xEC\x98\x81\xEC\x97\x85\"" },
        { "\"\x7F\"", "\"\\u007f\"" },
        { "\"\\u202e\"", "\"\\u202e\"" },
        { "[0,-0,-1,999999999999999]", "[0,-0,-1,999999999999999]" },
        { "[1.50,1e3,1E+2,-0.0,0.1e-7,1e-400]", "[1.50,1e3,1E+2,-0.0,0.1e-7,1e-400]" },
        { "[4503599627370499,-12345678901234567890]", "[\"4503599627370499\",\"-12345678901234567890\"]" },
        { "[1e400,-1.5e999]", "[\"1e400\",\"-1.5e999\"]" },
        { "{\"\":{\"\":1}}", "{\"\":{\"\":1}}" },
        { "{\"a\":1,\"A\":2}", "{\"a\":1,\"A\":2}" },
        { "[{\"a\":1},{\"a\":1}]", "[{\"a\":1},{\"a\":1}]" },
        { "{\"a\":{\"a\":1},\"b\":{\"a\":1}}", "{\"a\":{\"a\":1},\"b\":{\"a\":1}}" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++)
        assert_formats(CASES[i][0], CASES[i][1]);
}

struct refusal {
    const char *text;
    size_t len; /* 0: strlen */
    const char *reason;
};

static void test_refuses(void **state)
{
    static const struct refusal CASES[] = {
        { "", 0, "empty (at offset 0)" },
        { " \n", 0, "empty (at offset 2)" },
        { "\xEF\xBB\xBF{}", 0, "byte order mark (at offset 0)" },
        { "{} x", 0, "behind the value (at offset 3)" },
        { "{}{}", 0, "behind the value" },
        { "null\0", 5, "behind the value (at offset 4)" },
        { "\0", 1, "value was expected" },
        { "[1,]", 0, "value was expected (at offset 3)" },
        { "[,1]", 0, "value was expected" },
        { "[1 2]", 0, "comma or ] was expected (at offset 3)" },
        { "[1}", 0, "comma or ]" },
        { "{\"a\":1]", 0, "comma or }" },
        { "{\"a\":1,}", 0, "key in quotes" },
        { "{a:1}", 0, "key in quotes" },
        { "{\"a\" 1}", 0, "colon was expected" },
        { "{\"a\":}", 0, "value was expected" },
        { "[", 0, "ends too early" },
        { "{\"a\":", 0, "ends too early" },
        { "]", 0, "value was expected" },
        { "tru", 0, "value was expected" },
        { "truex", 0, "behind the value" },
        { "True", 0, "value was expected" },
        { "NaN", 0, "value was expected" },
        { "\v1", 0, "value was expected" },
        { "01", 0, "number is written wrongly" },
        { "-", 0, "number is written wrongly" },
        { "-a", 0, "number is written wrongly" },
        { "1.", 0, "number is written wrongly" },
        { ".5", 0, "value was expected" },
        { "+1", 0, "value was expected" },
        { "1e", 0, "number is written wrongly" },
        { "1e+", 0, "number is written wrongly" },
        { "0x10", 0, "behind the value" },
        { "1.1.1", 0, "behind the value" },
        { "\"a", 0, "does not end" },
        { "\"a\\", 0, "no escape" },
        { "\"\\x41\"", 0, "no escape (at offset 1)" },
        { "\"\\u12G4\"", 0, "four hexadecimal digits" },
        { "\"\\u12", 0, "four hexadecimal digits" },
        { "\"\\u0000\"", 0, "NUL" },
        { "\"a\0b\"", 5, "not escaped" },
        { "\"a\nb\"", 0, "not escaped (at offset 2)" },
        { "\"\\ud800\"", 0, "surrogate" },
        { "\"\\udc00\"", 0, "surrogate" },
        { "\"\\ud800\\u0041\"", 0, "surrogate" },
        { "\"\\ud800\\ud800\"", 0, "surrogate" },
        { "\"\xFF\"", 0, "not UTF-8 (at offset 1)" },
        { "\"\xFF"
          "1\"",
          0, "not UTF-8" },
        { "\"\xC0\x80\"", 0, "not UTF-8" },
        { "\"\xED\xA0\x80\"", 0, "not UTF-8" },
        { "\"\xE2\x82\"", 0, "not UTF-8" },
        { "{\"a\":1,\"b\":2,\"a\":3}", 0, "same key twice (at offset 13)" },
        { "{\"a\":1,\"\\u0061\":3}", 0, "same key twice" },
        { "{\"\":1,\"\":3}", 0, "same key twice" },
        { "[{\"x\":{\"k\":1,\"k\":2}}]", 0, "same key twice" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct json *root = NULL;
        struct error error = { 0 };
        size_t len = CASES[i].len > 0 ? CASES[i].len : strlen(CASES[i].text);

        if (json_parse(CASES[i].text, len, JSON_STRICT, &root, &error) != -1 || root != NULL)
            fail_msg("taken: %s", CASES[i].text);
        if (strstr(error.text, CASES[i].reason) == NULL)
            fail_msg("%s: %s", CASES[i].text, error.text);
    }
}

static void add_repeated(struct buf *out, const char *piece, size_t times)
{
    for (size_t i = 0; i < times; i++)
        buf_add_text(out, piece);
}

static int parse_result(const struct buf *text, int flags)
{
    struct json *root;
    int result = json_parse(buf_text(text), text->len, flags, &root, NULL);

    json_free(root);
    return result;
}

static void test_depth_limit(void **state)
{
    (void)state;
    for (size_t depth = 32; depth <= 33; depth++) {
        struct buf text = { 0 };

        add_repeated(&text, "[", depth);
        add_repeated(&text, "]", depth);
        assert_int_equal(parse_result(&text, JSON_STRICT), depth == 32 ? 0 : -1);
        buf_release(&text);
    }
}

/* An array counts for one token, its elements for one each. */
static void test_token_limit(void **state)
{
    (void)state;
    for (size_t zeros = 9999; zeros <= 10000; zeros++) {
        struct buf text = { 0 };

        buf_add_text(&text, "[0");
        add_repeated(&text, ",0", zeros - 1);
        buf_add_text(&text, "]");
        assert_int_equal(parse_result(&text, JSON_STRICT), zeros == 9999 ? 0 : -1);
        assert_int_equal(parse_result(&text, JSON_LARGE), 0);
        buf_release(&text);
    }
}

static void test_member_limit(void **state)
{
    (void)state;
    for (int members = 1000; members <= 1001; members++) {
        struct buf text = { 0 };

        buf_add_text(&text, "{\"0\":0");
        for (int i = 1; i < members; i++)
            buf_addf(&text, ",\"%d\":%d", i, i);
        buf_add_text(&text, "}");
        assert_int_equal(parse_result(&text, JSON_STRICT), members == 1000 ? 0 : -1);
        assert_int_equal(parse_result(&text, JSON_LARGE), 0);
        buf_release(&text);
    }
}

static void test_first_key_wins(void **state)
{
    static const char TEXT[] =
        "{\"a\":1,\"b\":{\"c\":true,\"c\":false},\"\\u0061\":[{\"x\":1,\"x\":2}],\"d\":null,\"a\":3}";
    struct json *root;
    struct buf out = { 0 };

    (void)state;
    assert_int_equal(json_parse(TEXT, strlen(TEXT), JSON_FIRST_KEY_WINS, &root, NULL), 1);
    json_format(root, &out);
    assert_string_equal(buf_text(&out), "{\"a\":1,\"b\":{\"c\":true},\"d\":null}");
    assert_int_equal(json_count(root), 3);
    json_free(root);
    assert_int_equal(json_parse("{\"a\":1}", 7, JSON_FIRST_KEY_WINS, &root, NULL), 0);
    json_free(root);
    buf_release(&out);
}

static void test_kinds_and_walk(void **state)
{
    static const enum json_kind KINDS[] = {
        JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_TEXT, JSON_TEXT, JSON_ARRAY, JSON_OBJECT,
    };
    struct json *root = parse("{\"a\":null,\"b\":true,\"c\":1.5,\"d\":\"\",\"e\":1234567890123456,"
                              "\"f\":[],\"g\":{}}");
    const struct json *member = json_first(root);

    (void)state;
    for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++) {
        char key[2] = { (char)('a' + i), '\0' };

        assert_int_equal(json_kind(member), KINDS[i]);
        assert_string_equal(json_key(member), key);
        assert_ptr_equal(json_get(root, key), member);
        member = json_next(member);
    }
    assert_null(member);
    assert_int_equal(json_count(root), 7);
    json_free(root);
}

static void test_getters_want_their_kind(void **state)
{
    struct json *root = parse("{\"Text\":\"x\",\"number\":7,\"yes\":true,\"list\":[1]}");
    int64_t number;
    bool yes;

    (void)state;
    assert_string_equal(json_get_text(root, "Text"), "x");
    assert_null(json_get(root, "text"));
    assert_null(json_get_text(root, "number"));
    assert_int_equal(json_get_int(root, "number", -1), 7);
    assert_int_equal(json_get_int(root, "yes", -1), -1);
    assert_true(json_get_bool(root, "yes", false));
    assert_true(json_get_bool(root, "number", true));
    assert_null(json_get(json_get(root, "list"), "Text"));
    assert_null(json_key(json_first(json_get(root, "list"))));
    assert_false(json_bool(json_get(root, "Text"), &yes));
    assert_false(json_int(NULL, &number));
    assert_int_equal(json_kind(NULL), JSON_NONE);
    assert_null(json_first(NULL));
    assert_null(json_next(NULL));
    assert_null(json_get(NULL, "x"));
    assert_int_equal(json_count(NULL), 0);
    json_free(root);
    json_free(NULL);
}

static void test_integers(void **state)
{
    static const struct {
        const char *text;
        bool is_integer;
        int64_t number;
    } CASES[] = {
        { "0", true, 0 },
        { "-7", true, -7 },
        { "2.0", true, 2 },
        { "1e3", true, 1000 },
        { "-0", true, 0 },
        { "1.5", false, 0 },
        { "1e300", false, 0 },
        { "1e16", false, 0 },
        { "9223372036854775807", true, INT64_MAX },
        { "-9223372036854775808", true, INT64_MIN },
        { "9223372036854775808", false, 0 },
        { "9007199254740993", true, 9007199254740993 },
        { "\"12\"", true, 12 },
        { "\"-12\"", true, -12 },
        { "\"012\"", false, 0 },
        { "\"+12\"", false, 0 },
        { "\" 12\"", false, 0 },
        { "\"12 \"", false, 0 },
        { "\"1e3\"", false, 0 },
        { "\"\"", false, 0 },
        { "\"-\"", false, 0 },
        { "true", false, 0 },
        { "[1]", false, 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct json *root = parse(CASES[i].text);
        int64_t number = 0;

        if (json_int(root, &number) != CASES[i].is_integer || number != CASES[i].number)
            fail_msg("%s gives %lld", CASES[i].text, (long long)number);
        json_free(root);
    }
}

static void test_scalar(void **state)
{
    struct json *root = parse("[\"a\\u0007\",1.50,12345678901234567890,true,false,null,[],{}]");
    struct buf out = { 0 };
    size_t refused = 0;

    (void)state;
    for (const struct json *value = json_first(root); value != NULL; value = json_next(value)) {
        refused += !json_scalar(value, &out);
        buf_add_char(&out, '|');
    }
    assert_string_equal(buf_text(&out), "a\a|1.50|12345678901234567890|true|false||||");
    assert_int_equal(refused, 2);
    assert_false(json_scalar(NULL, &out));
    buf_release(&out);
    json_free(root);
}

static void test_writer(void **state)
{
    struct buf out = { 0 };
    struct jsonw w = { .out = &out };

    (void)state;
    jsonw_object(&w, NULL);
    jsonw_text(&w, "te\"xt", "a\nb");
    jsonw_text(&w, "none", NULL);
    jsonw_int(&w, "least", INT64_MIN);
    jsonw_array(&w, "list");
    jsonw_bool(&w, NULL, true);
    jsonw_object(&w, NULL);
    jsonw_end_object(&w);
    jsonw_array(&w, NULL);
    jsonw_end_array(&w);
    jsonw_null(&w, NULL);
    jsonw_end_array(&w);
    jsonw_bytes(&w, "bytes", "ab\0c", 4);
    jsonw_raw(&w, "raw", "[1,2]");
    jsonw_bool(&w, "no", false);
    jsonw_end_object(&w);
    assert_string_equal(buf_text(&out),
                        "{\"te\\\"xt\":\"a\\nb\",\"none\":null,\"least\":-9223372036854775808,"
                        "\"list\":[true,{},[],null],\"bytes\":\"ab\xEF\xBF\xBD"
                        "c\","
                        "\"raw\":[1,2],\"no\":false}");
    buf_release(&out);
}

static void test_writer_goes_60_deep(void **state)
{
    struct buf out = { 0 };
    struct jsonw w = { .out = &out };

    (void)state;
    for (int i = 0; i < 60; i++) {
        jsonw_array(&w, NULL);
        jsonw_int(&w, NULL, i);
    }
    for (int i = 0; i < 60; i++)
        jsonw_end_array(&w);
    assert_int_equal(w.depth, 0);
    assert_memory_equal(buf_text(&out), "[0,[1,[2,", 9);
    assert_non_null(strstr(buf_text(&out), ",[58,[59]]]]"));
    buf_release(&out);
}

static void test_reals(void **state)
{
    static const struct {
        double number;
        const char *text;
    } CASES[] = {
        { 0.1, "0.1" },
        { 1.0 / 3.0, "0.3333333333333333" },
        { 0.1 + 0.2, "0.30000000000000004" },
        { 1e300, "1e+300" },
        { -2.0, "-2" },
        { (double)INFINITY, "null" },
        { (double)NAN, "null" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct buf out = { 0 };
        struct jsonw w = { .out = &out };

        jsonw_real(&w, NULL, CASES[i].number);
        assert_string_equal(buf_text(&out), CASES[i].text);
        buf_release(&out);
    }
}

static void test_quote_hides_what_acts(void **state)
{
    static const char *const CASES[][2] = {
        { "", "\"\"" },
        { "a/b", "\"a/b\"" },
        { "\x1B[31m", "\"\\u001b[31m\"" },
        { "\x7F", "\"\\u007f\"" },
        { "\xC2\x9B", "\"\\u009b\"" },
        { "\xC2\xA0", "\"\xC2\xA0\"" },
        { "a\xE2\x80\xAE"
          "b",
          "\"a\\u202eb\"" },
        { "\xE2\x81\xA6", "\"\\u2066\"" },
        { "\xD8\x9C", "\"\\u061c\"" },
        { "\xE2\x80\xA8\xE2\x80\xA9", "\"\\u2028\\u2029\"" },
        { "\xE2\x80\x8D", "\"\xE2\x80\x8D\"" },
        { "a\xFF"
          "b\xE2\x82",
          "\"a\xEF\xBF\xBD"
          "b\xEF\xBF\xBD\"" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct buf out = { 0 };

        json_quote(CASES[i][0], strlen(CASES[i][0]), &out);
        assert_string_equal(buf_text(&out), CASES[i][1]);
        buf_release(&out);
    }
}

/* The document of RFC 6901, section 5, and some traps. NULL: nothing there. */
static void test_pointers(void **state)
{
    static const char DOCUMENT[] = "{\"foo\":[\"bar\",\"baz\"],\"\":0,\"a/b\":1,\"c%d\":2,\"i\\\\j\":5,"
                                   "\" \":7,\"m~n\":8,\"~1\":9,\"0\":{\"x\":[[{\"y\":null}]]}}";
    static const char *const CASES[][2] = {
        { "/foo", "[\"bar\",\"baz\"]" }, { "/foo/0", "\"bar\"" }, { "/foo/1", "\"baz\"" }, { "/", "0" },
        { "/a~1b", "1" },                { "/c%d", "2" },         { "/i\\j", "5" },         { "/ ", "7" },
        { "/m~0n", "8" },                { "/~01", "9" },         { "/0/x/0/0/y", "null" }, { "/foo/2", NULL },
        { "/foo/-", NULL },              { "/foo/00", NULL },     { "/foo/01", NULL },      { "/foo/", NULL },
        { "/foo/0/0", NULL },            { "/foo/99999999999999999999", NULL },
        { "foo", NULL },                 { "/m~n", NULL },        { "/~", NULL },           { "/Foo", NULL },
    };

    (void)state;
    struct json *root = parse(DOCUMENT);
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        const struct json *value = json_point(root, CASES[i][0]);
        struct buf out = { 0 };
        json_format(value, &out);
        if ((value == NULL) != (CASES[i][1] == NULL) || (value != NULL && strcmp(buf_text(&out), CASES[i][1]) != 0))
            fail_msg("%s: %s", CASES[i][0], value == NULL ? "nothing" : buf_text(&out));
        buf_release(&out);
    }
    assert_ptr_equal(json_point(root, ""), root);
    assert_null(json_point(NULL, ""));
    assert_true(json_is_pointer("") && json_is_pointer("/a~0b~1/"));
    assert_false(json_is_pointer("a") || json_is_pointer("/a~2") || json_is_pointer("/a~"));
    json_free(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_takes),          cmocka_unit_test(test_refuses),
        cmocka_unit_test(test_depth_limit),    cmocka_unit_test(test_token_limit),
        cmocka_unit_test(test_member_limit),   cmocka_unit_test(test_first_key_wins),
        cmocka_unit_test(test_kinds_and_walk), cmocka_unit_test(test_getters_want_their_kind),
        cmocka_unit_test(test_integers),       cmocka_unit_test(test_scalar),
        cmocka_unit_test(test_writer),         cmocka_unit_test(test_writer_goes_60_deep),
        cmocka_unit_test(test_pointers),
        cmocka_unit_test(test_reals),          cmocka_unit_test(test_quote_hides_what_acts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
