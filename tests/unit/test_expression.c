/*
 * expression: what is true, what is refused and with which sentence, and what breaks off.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "store/expression.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static char long_text[3 * EXPRESSION_VALUE_MAX];

static const struct {
    const char *name;
    struct expression_value value;
} VALUES[] = {
    { ":hour", { EXPRESSION_INT, .number = 9 } },
    { ":rate", { EXPRESSION_REAL, .real = 0.5 } },
    { ":language", { EXPRESSION_TEXT, .text = "ko", .len = 2 } },
    { ":field_이름", { EXPRESSION_TEXT, .text = "Zé", .len = 3 } },
    { ":part", { EXPRESSION_TEXT, .text = "12345", .len = 2 } },
    { "@size", { EXPRESSION_TEXT, .text = "10", .len = 2 } },
    { "@count", { EXPRESSION_INT, .number = 10 } },
    { ":least", { EXPRESSION_INT, .number = INT64_MIN } },
    { ":long", { EXPRESSION_TEXT, .text = long_text, .len = sizeof long_text - 1 } },
    { ":nothing", { EXPRESSION_NULL } },
};

static size_t looked_up;

static void lookup(void *context, const char *name, struct expression_value *value)
{
    (void)context;
    looked_up++;
    for (size_t i = 0; i < COUNT(VALUES); i++)
        if (strcmp(VALUES[i].name, name) == 0)
            *value = VALUES[i].value;
}

static enum expression_result test(struct expressions *set, const char *source)
{
    struct error error = { 0 };
    const struct expression *expression = expressions_add(set, source, &error);
    if (expression == NULL)
        fail_msg("%s: %s", source, error.text);
    return expression_test(expression, lookup, NULL);
}

static void test_what_is_true(void **state)
{
    (void)state;
    static const struct {
        const char *source;
        enum expression_result expected;
    } ROWS[] = {
        { "1", EXPRESSION_YES },
        { "0", EXPRESSION_NO },
        { "NULL", EXPRESSION_NO },
        { "'yes'", EXPRESSION_NO }, /* a text is a number only when it begins with one */
        { "'1'", EXPRESSION_YES },
        { "0.5", EXPRESSION_YES },
        { "true AND NOT false", EXPRESSION_YES },
        { ":hour = 9", EXPRESSION_YES },
        { ":hour BETWEEN 10 AND 12", EXPRESSION_NO },
        { ":hour >= 9 AND :hour < 18", EXPRESSION_YES },
        { ":rate * 2 = 1", EXPRESSION_YES },
        { ":language = 'ko'", EXPRESSION_YES },
        { ":language = \"ko\"", EXPRESSION_YES },
        { "\"true\"", EXPRESSION_NO }, /* a text, too */
        { ":language IN ('en', 'ko', 'es')", EXPRESSION_YES },
        { ":language IN ('en', 'es', 'fr')", EXPRESSION_NO },
        { ":language = 'KO' COLLATE nocase", EXPRESSION_YES },
        { ":language LIKE 'K%'", EXPRESSION_YES },
        { ":language GLOB 'K*'", EXPRESSION_NO },
        { ":field_이름 = 'Zé'", EXPRESSION_YES },
        { ":part = '12'", EXPRESSION_YES }, /* its length counts */
        { "upper(:language) = 'KO' AND length(:language) = 2", EXPRESSION_YES },
        { "CASE :hour WHEN 9 THEN 1 ELSE 0 END", EXPRESSION_YES },
        { "max(1, :hour) = 9 AND iif(:hour = 9, 1, 0)", EXPRESSION_YES },
        { "@count > 9", EXPRESSION_YES },
        { "@size > 9", EXPRESSION_YES },  /* a text is greater than any number, whatever it says */
        { "@size > 11", EXPRESSION_YES }, /* … so a text that counts has to be cast */
        { "CAST(@size AS INTEGER) > 11", EXPRESSION_NO },
        { "@size = 10", EXPRESSION_NO },
        { ":nothing = 1", EXPRESSION_NO },
        { ":nothing <> 1", EXPRESSION_NO },
        { ":nothing IS NULL", EXPRESSION_YES },
        { "NOT :nothing", EXPRESSION_NO },
        { "ifnull(:nothing, 1)", EXPRESSION_YES },
    };
    struct expressions *set = expressions_new();
    for (size_t i = 0; i < COUNT(ROWS); i++)
        if (test(set, ROWS[i].source) != ROWS[i].expected)
            fail_msg("%s", ROWS[i].source);
    expressions_free(set);
}

static void test_refusals(void **state)
{
    (void)state;
    static const struct {
        const char *source, *sentence;
    } ROWS[] = {
        { "", "a value is missing where the condition, or a parenthesis in it, ends" },
        { ":hour >", "write both sides of the comparison, as in :hour >= 22" },
        { "(:hour = ) OR 1", "a value is missing" },
        { "open = 0", "the word open stands alone" },
        { "[open]", "the word open stands alone" },
        { ":open = no", "the word no stands alone; in a condition yes is written 1 and no 0" },
        { ":open = north", "the word north stands alone; a fact is written with a colon" },
        { ":hour > 22 AND < 6", "a comparison lacks its left side; each needs its own, as in :hour >= 22 OR :hour < 6" },
        { ":hour => 9", "=> is no comparison; at least is written >=, as in :hour >= 9" },
        { ":hour =< 9", "=< is no comparison; at most is written <=, as in :hour <= 9" },
        { "1 OR >= 6", "a comparison lacks its left side" },
        { "1; DELETE FROM rule", "without a semicolon" },
        { "1;", "without a semicolon" },
        { "1 -- and more", "no comment" },
        { "1 /* and more */ + 1", "no comment" },
        { "1 /* and more", "no comment" },
        { "'open", "never closed" },
        { "1) OR (1", "closed that was never opened" },
        { "(1", "opened and never closed" },
        { "1, 2", "not a list" },
        { "(1, 2)", "not a list" },
        { "1 2", "cannot make sense of \"2\"" },
        { "1 AS x", "cannot make sense of \"AS\"" },
        { "SELECT 1", "may not SELECT" },
        { "(SELECT 1)", "may not SELECT" },
        { "EXISTS (SELECT 1)", "may not SELECT" },
        { "1 IN (SELECT 1)", "may not SELECT" },
        { "(VALUES (1))", "may not SELECT" },
        { "1 IN sqlite_schema", "not into tables" },
        { "1 IN sqlite_master", "not into tables" },
        { "1 IN rule", "not into tables: rule" },
        { "1 IN pragma_table_list('x')", "may not SELECT" },
        { "1 GROUP BY 1", "\"GROUP\"" },
        { "count(*) > 1", "may not use the function count" },
        { "max(:hour)", "sum up" },
        { "sum(1) OVER ()", "may not use the function sum" },
        { "max(:hour) OVER ()", "sum up" },
        { "min(:hour) FILTER (WHERE 1)", "sum up" },
        { "random() > 0", "may not use the function random" },
        { "randomblob(10)", "may not use the function randomblob" },
        { "zeroblob(10)", "may not use the function zeroblob" },
        { "load_extension('x')", "may not use the function load_extension" },
        { "date('now') > '2026'", "may not use the function date" },
        { "strftime('%s') > 1", "may not use the function strftime" },
        { "CURRENT_TIMESTAMP > 1", "may not use the function CURRENT_TIMESTAMP" },
        { "printf('%d', 1)", "may not use the function printf" },
        { "char(1)", "may not use the function char" },
        { "sqlite_version() > 1", "may not use the function sqlite_version" },
        { "'a' MATCH 'b'", "may not use the function MATCH" },
        { "'a' REGEXP 'b'", "no function REGEXP" },
        { "lowr(:language)", "did you mean 'lower'" },
        { "'{}' -> 'a'", "may not use the function ->" },
        { "abs(1, 2)", "another number of values" },
        { "RAISE(ABORT, 'x')", "RAISE" },
        { "1 COLLATE klingon = 1", "no collation klingon" },
        { "? = 1", "? has no meaning" },
        { "?1 = 1", "? has no meaning" },
        { "$hour = 1", "$hour has no meaning" },
        { "#hour = 1", "begins with --, not with #" },
        { ":hour(1) = 1", ":hour(1) is not a name" },
        { ":hour::x = 1", ":hour::x is not a name" },
        { ": = 1", "unrecognized token" },
        { ":language = \u2018ko\u2019", "curly quote" },
        { ":hour =\u00a01", "a no-break space" },
        { "\xff", "not UTF-8" },
        { ":a1+:a2+:a3+:a4+:a5+:a6+:a7+:a8+:a9+:b1+:b2+:b3+:b4+:b5+:b6+:b7+:b8+:b9+:c1+:c2+:c3",
          "too many names" },
    };
    struct expressions *set = expressions_new();
    for (size_t i = 0; i < COUNT(ROWS); i++) {
        struct error error = { 0 };
        if (expressions_add(set, ROWS[i].source, &error) != NULL)
            fail_msg("%s: was taken", ROWS[i].source);
        if (strstr(error.text, ROWS[i].sentence) == NULL)
            fail_msg("%s\nwanted: %s\ngot:    %s", ROWS[i].source, ROWS[i].sentence, error.text);
    }
    expressions_free(set);
}

/* `count` times `piece`, between two others. */
static void repeat(struct buf *out, const char *before, const char *piece, size_t count, const char *after)
{
    buf_clear(out);
    buf_add_text(out, before);
    for (size_t i = 0; i < count; i++)
        buf_add_text(out, piece);
    buf_add_text(out, after);
}

static void test_lengths_and_depths_are_bounded_at_load(void **state)
{
    (void)state;
    static const struct {
        const char *before, *piece;
        size_t count;
        const char *after, *sentence;
    } ROWS[] = {
        { "1", " ", 1999, "", NULL },
        { "1", " ", 2000, "", "2001 bytes" },
        { "1", "+1", 90, "", NULL },
        { "1", "+1", 120, "", "nested too deeply" },
        { "", "~", 400, "1", "nested too deeply" },
        { "", "iif(1,", 60, "1", "never closed" },
        { "max(1", ",1", 15, ")", NULL },
        { "max(1", ",1", 16, ")", "too many values" },
    };
    struct expressions *set = expressions_new();
    struct buf source = { 0 };
    for (size_t i = 0; i < COUNT(ROWS); i++) {
        struct error error = { 0 };
        repeat(&source, ROWS[i].before, ROWS[i].piece, ROWS[i].count, ROWS[i].after);
        bool is_taken = expressions_add(set, buf_text(&source), &error) != NULL;
        if (is_taken != (ROWS[i].sentence == NULL) ||
            (!is_taken && strstr(error.text, ROWS[i].sentence) == NULL))
            fail_msg("%s: %s", buf_text(&source), error.text);
    }
    buf_release(&source);
    expressions_free(set);
}

static void test_what_breaks_off_is_not_true_and_says_so(void **state)
{
    (void)state;
    static const struct {
        const char *before, *piece;
        size_t count;
        const char *after;
        enum expression_result expected;
    } ROWS[] = {
        { "abs(:least) > 0", "", 0, "", EXPRESSION_LIMIT },    /* overflows */
        { "length(:long) = 4096", "", 0, "", EXPRESSION_YES }, /* was cut */
        { "length(:long || :long) = 8192", "", 0, "", EXPRESSION_YES },
        { "length(:long || :long || 'x') > 0", "", 0, "", EXPRESSION_LIMIT },
        { "length(replace(:long, 'a', 'abc')) > 0", "", 0, "", EXPRESSION_LIMIT },
        { "length(hex(substr(:long, 1, 4000))) = 8000", "", 0, "", EXPRESSION_YES },
        { "length(hex(hex(:long))) > 0", "", 0, "", EXPRESSION_LIMIT },
        { ":language LIKE '", "%o", 50, "'", EXPRESSION_NO },
        { ":language LIKE '", "%o", 51, "'", EXPRESSION_LIMIT }, /* over 100 bytes */
        { ":language GLOB '", "*o", 51, "'", EXPRESSION_LIMIT },
        { ":long LIKE :long", "", 0, "", EXPRESSION_LIMIT },
        { "NOT (:long LIKE :long)", "", 0, "", EXPRESSION_LIMIT },
        { ":language IN ('ko'", ",'a'", 300, ")", EXPRESSION_YES },
        { ":language IN ('ko'", ",'a'", 400, ")", EXPRESSION_LIMIT },    /* steps */
        { "1 OR :language IN ('ko'", ",'a'", 400, ")", EXPRESSION_YES }, /* never gets there */
    };
    struct expressions *set = expressions_new();
    struct buf source = { 0 };
    for (int round = 0; round < 3; round++) /* a count that went on from the last run would differ */
        for (size_t i = 0; i < COUNT(ROWS); i++) {
            repeat(&source, ROWS[i].before, ROWS[i].piece, ROWS[i].count, ROWS[i].after);
            enum expression_result result = test(set, buf_text(&source));
            if (result != ROWS[i].expected)
                fail_msg("round %d: %s: %d", round, buf_text(&source), (int)result);
        }
    buf_release(&source);
    expressions_free(set);
}

static void test_a_cut_falls_on_a_character_border(void **state)
{
    (void)state;
    struct expressions *set = expressions_new();
    memcpy(long_text + EXPRESSION_VALUE_MAX - 1, "é", 2);
    assert_int_equal(test(set, "length(:long) = 4095 AND substr(:long, 4095) = 'a'"), EXPRESSION_YES);
    memcpy(long_text + EXPRESSION_VALUE_MAX - 1, "aa", 2);
    expressions_free(set);
}

static void check_value(struct expressions *set, const char *source, enum expression_kind kind, const char *wanted)
{
    const struct expression *expression = expressions_add(set, source, NULL);
    struct expression_value value = { EXPRESSION_TEXT, .text = "old", .len = 3 };
    struct buf text = { 0 }, got = { 0 };
    assert_non_null(expression);
    assert_int_equal(expression_evaluate(expression, lookup, NULL, &value, &text), 0);
    if (value.kind == EXPRESSION_INT)
        buf_addf(&got, "%lld", (long long)value.number);
    else if (value.kind == EXPRESSION_REAL)
        buf_addf(&got, "%g", value.real);
    else if (value.kind == EXPRESSION_TEXT)
        buf_add(&got, value.text, value.len);
    if (value.kind != kind || strcmp(buf_text(&got), wanted) != 0)
        fail_msg("%s: \"%s\", kind %d", source, buf_text(&got), (int)value.kind);
    buf_release(&got);
    buf_release(&text);
}

static void test_a_value_keeps_its_type(void **state)
{
    (void)state;
    static const struct {
        const char *source;
        enum expression_kind kind;
        const char *value;
    } ROWS[] = {
        { "@count + 2", EXPRESSION_INT, "12" },
        { ":hour > 3", EXPRESSION_INT, "1" },
        { ":rate / 2", EXPRESSION_REAL, "0.25" },
        { "@size", EXPRESSION_TEXT, "10" },
        { "@size + 1", EXPRESSION_INT, "11" },
        { ":field_이름 || ' & co'", EXPRESSION_TEXT, "Zé & co" },
        { "''", EXPRESSION_TEXT, "" },
        { ":nothing", EXPRESSION_NULL, "" },
        { "NULL", EXPRESSION_NULL, "" },
        { "x'41'", EXPRESSION_NULL, "" },
        { "CAST(x'41ff42' AS TEXT)", EXPRESSION_TEXT, "A\ufffdB" },
        { "CAST(x'410042' AS TEXT)", EXPRESSION_TEXT, "A\ufffdB" },
        { "iif(@count > 5, 'large', 'small')", EXPRESSION_TEXT, "large" },
    };
    struct expressions *set = expressions_new();
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < COUNT(ROWS); i++)
            check_value(set, ROWS[i].source, ROWS[i].kind, ROWS[i].value);
    expressions_free(set);
}

static void test_a_value_that_breaks_off_is_null(void **state)
{
    (void)state;
    struct expressions *set = expressions_new();
    struct buf source = { 0 };
    repeat(&source, ":language IN ('ko'", ",'a'", 400, ")");
    const char *sources[] = { "abs(:least)", "hex(hex(:long))", buf_text(&source) };
    for (size_t i = 0; i < COUNT(sources); i++) {
        struct expression_value value = { EXPRESSION_INT, .number = 1 };
        struct buf text = { 0 };
        const struct expression *expression = expressions_add(set, sources[i], NULL);
        assert_int_equal(expression_evaluate(expression, lookup, NULL, &value, &text), -1);
        assert_int_equal(value.kind, EXPRESSION_NULL);
        buf_release(&text);
    }
    /* The same text may be tested too, before and after. */
    assert_int_equal(test(set, "abs(:least)"), EXPRESSION_LIMIT);
    check_value(set, "length(:long || :long)", EXPRESSION_INT, "8192");
    assert_int_equal(test(set, "length(:long || :long)"), EXPRESSION_YES);
    buf_release(&source);
    expressions_free(set);
}

static void test_names_are_listed_and_only_they_are_asked_for(void **state)
{
    (void)state;
    struct expressions *set = expressions_new();
    const struct expression *expression = expressions_add(set, "@size > 1 OR :hour IN (:hour, ':no')", NULL);
    assert_int_equal(expression_name_count(expression), 2);
    assert_string_equal(expression_name(expression, 0), "@size");
    assert_string_equal(expression_name(expression, 1), ":hour");
    looked_up = 0;
    expression_test(expression, lookup, NULL);
    assert_int_equal(looked_up, 2);
    assert_int_equal(expression_name_count(expressions_add(set, "1", NULL)), 0);
    expressions_free(set);
}

static void test_equal_texts_are_one_expression(void **state)
{
    (void)state;
    struct expressions *set = expressions_new();
    char copy[] = ":hour = 9";
    const struct expression *first = expressions_add(set, ":hour = 9", NULL);
    assert_ptr_equal(expressions_add(set, copy, NULL), first);
    assert_ptr_not_equal(expressions_add(set, ":hour  = 9", NULL), first);
    copy[0] = '@';
    assert_int_equal(expression_test(first, lookup, NULL), EXPRESSION_YES);
    assert_null(expressions_add(set, "1;", NULL));
    assert_null(expressions_add(set, "1;", NULL));
    expressions_free(set);
    expressions_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_true),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_lengths_and_depths_are_bounded_at_load),
        cmocka_unit_test(test_what_breaks_off_is_not_true_and_says_so),
        cmocka_unit_test(test_a_cut_falls_on_a_character_border),
        cmocka_unit_test(test_a_value_keeps_its_type),
        cmocka_unit_test(test_a_value_that_breaks_off_is_null),
        cmocka_unit_test(test_names_are_listed_and_only_they_are_asked_for),
        cmocka_unit_test(test_equal_texts_are_one_expression),
    };
    memset(long_text, 'a', sizeof long_text - 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
