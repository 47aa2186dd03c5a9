/*
 * pattern: matching folded text, refusals with a reason, groups, and bounds that hold with and without JIT.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "text/fold.h"
#include "text/pattern.h"

static struct pattern *compile(const char *source)
{
    struct error error = { 0 };
    struct pattern *pattern = pattern_new(source, &error);

    if (pattern == NULL)
        fail_msg("%s: %s", source, error.text);
    return pattern;
}

/* Pattern and message are folded each in its own way; they must agree. */
static void matches(void **state)
{
    static const struct {
        const char *source, *message;
        enum pattern_result result;
    } ROWS[] = {
        { "order\\s*#?\\s*(?<order_id>\\d{4,10})(?!\\d)", "where is Order #12345?", PATTERN_YES },
        { "order\\s*#?\\s*(?<order_id>\\d{4,10})(?!\\d)", "order 123", PATTERN_NO },
        { "^refund", "REFUND please", PATTERN_YES },
        { "", "anything", PATTERN_YES },
        { "é", "CAFE\u0301", PATTERN_YES },
        { "cafe\u0301", "Café", PATTERN_YES },
        { "cafe\u0301+$", "Caféé", PATTERN_YES },
        { "don’t", "don't", PATTERN_YES },
        { "don't", "don’t", PATTERN_YES },
        { "“hi”", "«hi»", PATTERN_YES },
        { "[“”]x", "\"x", PATTERN_YES },
        { "9–5", "9-5", PATTERN_YES },
        { "[–—]5", "9—5", PATTERN_YES },
        { "`x`", "´x`", PATTERN_YES },
        { "\\`x\\`", "'x'", PATTERN_YES },
        { "（주）", "(주) 서니", PATTERN_YES },
        { "（주）", "주", PATTERN_NO },
        { "[（）]", "(", PATTERN_YES },
        { "[（）]", "x", PATTERN_NO },
        { "\\Q（a\\E.", "(a!", PATTERN_YES },
        { "\\Q＼E(\\E", "\\e(", PATTERN_YES },
        { "＊", "a*b", PATTERN_YES },
        { "\\＊", "a*b", PATTERN_YES },
        { "Ａ[０-９]+", "a42", PATTERN_YES },
        { "한", "\u1112\u1161\u11ab", PATTERN_YES },
        { "\u1112\u1161\u11ab국", "한국", PATTERN_YES },
        { "^[가-힣]+$", "안녕하세요", PATTERN_YES },
        { "^[ㄱ-ㅎㅏ-ㅣ]+$", "ㅋㅋㅋ", PATTERN_YES },
        { "^[ㅋㅏ]+$", "ㅏㅋ", PATTERN_YES },
        { "❤️{2}", "❤️❤️", PATTERN_YES },
        { "営業　時間", "営業 時間", PATTERN_YES },
        { "ราคา", "ราคาเท่าไหร่", PATTERN_YES },
        { "[[:digit:]é]x", "Éx", PATTERN_YES },
        { "[]é]x", "]x", PATTERN_YES },
        { "[^]é]x", "]x", PATTERN_NO },
        { "\\bhours\\b", "hours", PATTERN_YES },
        { "(?x) re fund # (the word) \n", "refund", PATTERN_YES },
        { "[(*]", "*", PATTERN_YES },
        { "\\(\\*", "(*", PATTERN_YES },
        { "\\Q(*\\E", "(*", PATTERN_YES },
        { "[(?R)]", "r", PATTERN_YES },
        { "a(?#no [ problem)b", "ab", PATTERN_YES },
        { "\\\\C", "\\c", PATTERN_YES },
        { "(a|b)\\1", "bb", PATTERN_YES },
        { "(?-i:A)", "a", PATTERN_NO },
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        struct pattern *pattern = compile(ROWS[i].source);
        struct buf folded = { 0 };

        fold_text(ROWS[i].message, strlen(ROWS[i].message), &folded);
        for (int jit = 0; jit < 2; jit++) {
            struct matcher *matcher = matcher_new(jit);

            if (pattern_match(pattern, matcher, folded.data, folded.len, NULL) != ROWS[i].result)
                fail_msg("/%s/ on \"%s\" (jit %d)", ROWS[i].source, buf_text(&folded), jit);
            matcher_free(matcher);
        }
        buf_release(&folded);
        pattern_free(pattern);
    }
}

static void refusals(void **state)
{
    static const struct {
        const char *source, *reason;
    } ROWS[] = {
        { "(*LIMIT_MATCH=1000000000)a", "At character 1: (*…)" },
        { "é(*ACCEPT)", "At character 2: (*…)" },
        { "a(?C1)", "callouts" },
        { "a\\C", "\\C" },
        { "a(?R)?", "may not call itself" },
        { "(a(?1)?)", "may not call itself" },
        { "(a(?+1))(b)", "may not call itself" },
        { "(a)(?-1)", "may not call itself" },
        { "(?<x>a(?&x)?)", "may not call itself" },
        { "(?<x>a(?P>x)?)", "may not call itself" },
        { "(a\\g<1>?)", "may not call itself" },
        { "(a\\g'1'?)", "may not call itself" },
        { "(?x)# [ \n (?R)?", "may not call itself" },
        { "(?x)# (?# \n (?R)?)", "may not call itself" },
        { "(?x)# \\Q \n (?R)?", "may not call itself" },
        { "(abc", "missing closing parenthesis" },
        { "a[b", "missing terminating ]" },
        { "(?<a>x)(?<a>y)", "at character 13: two groups have the same name; each (?<name>…) needs a name of its own" },
        { "(?<n>x)|(?<n>y)", "two groups have the same name" },
        { "(?J)(?<a>x)(?<a>y)", "option J" },
        { "(?<größe>x)", "group name" },
        { "((((((((((((((((((((((((((((((((((((((((((((((((((((x)))))))))))))))))))))))))))))))))))))))))))))"
          ")))))))",
          "nested" },
        { "(\\p{L}[a-z\\x{100}-\\x{200}é]{200}){100}", "too large" },
        { "(?:[a-zé]x){250}", "too large" },
        { "a\xff", "UTF-8" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        struct error error = { 0 };

        if (pattern_new(ROWS[i].source, &error) != NULL)
            fail_msg("/%s/ is accepted", ROWS[i].source);
        if (strstr(error.text, ROWS[i].reason) == NULL)
            fail_msg("/%s/: %s", ROWS[i].source, error.text);
    }
}

static void source_bounds(void **state)
{
    static char source[PATTERN_GENERATED_MAX + 2];
    struct error error = { 0 };
    struct pattern *pattern;

    (void)state;
    memset(source, 'a', PATTERN_SOURCE_MAX);
    pattern = compile(source);
    pattern_free(pattern);
    source[PATTERN_SOURCE_MAX] = 'a';
    assert_null(pattern_new(source, &error));
    assert_non_null(strstr(error.text, "at most 1000"));
    pattern = pattern_new_generated(source, &error);
    assert_non_null(pattern);
    pattern_free(pattern);
    memset(source, 'a', sizeof source - 1);
    assert_null(pattern_new_generated(source, &error));
}

static void check_group(const struct matcher *matcher, const struct pattern *pattern, size_t index,
                        const char *name, size_t start, size_t end)
{
    struct span span = matcher_group(matcher, pattern, index);

    assert_string_equal(pattern_group_name(pattern, index), name);
    assert_int_equal(span.start, start);
    assert_int_equal(span.end, end);
}

static void groups(void **state)
{
    struct pattern *pattern = compile("(?<zulu>\\d+)(x)?(?<alpha>[a-c])?|(?<mike>no)");
    struct pattern *other = compile("(?<one>1)");
    struct matcher *matcher = matcher_new(true);
    struct span whole;

    (void)state;
    assert_int_equal(pattern_group_count(pattern), 3);
    assert_int_equal(pattern_match(pattern, matcher, "é12c", 5, &whole), PATTERN_YES);
    assert_int_equal(whole.start, 2);
    assert_int_equal(whole.end, 5);
    check_group(matcher, pattern, 0, "zulu", 2, 4);
    check_group(matcher, pattern, 1, "alpha", 4, 5);
    check_group(matcher, pattern, 2, "mike", (size_t)-1, (size_t)-1);
    check_group(matcher, other, 0, "one", (size_t)-1, (size_t)-1);
    assert_int_equal(pattern_match(pattern, matcher, "none", 4, NULL), PATTERN_YES);
    check_group(matcher, pattern, 2, "mike", 0, 2);
    assert_int_equal(pattern_match(pattern, matcher, "xyz", 3, NULL), PATTERN_NO);
    check_group(matcher, pattern, 0, "zulu", (size_t)-1, (size_t)-1);
    matcher_free(matcher);
    pattern_free(pattern);
    pattern_free(other);
}

static void empty_matches(void **state)
{
    static const struct {
        const char *source;
        bool matches_empty;
    } ROWS[] = { { "", true },    { "a*", true },  { "(?:a|)", true },
                 { "\\b", true }, { "a+", false }, { "\\d{4}", false } };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        struct pattern *pattern = compile(ROWS[i].source);
        struct matcher *matcher = matcher_new(true);

        assert_int_equal(pattern_matches_empty(pattern), ROWS[i].matches_empty);
        assert_int_equal(pattern_match(pattern, matcher, NULL, 0, NULL),
                         ROWS[i].matches_empty && i != 3 ? PATTERN_YES : PATTERN_NO);
        matcher_free(matcher);
        pattern_free(pattern);
    }
}

/* Patterns that made other services stand still: steps run out, and the matcher lives on. */
static void hostile_patterns(void **state)
{
    static const char CLOUDFLARE[] =
        "(?:(?:\"|'|\\]|\\}|\\\\|\\d|(?:nan|infinity|true|false|null|undefined|symbol|math)"
        "|\\`|\\-|\\+)+[)]*;?((?:\\s|-|~|!|{}|\\|\\||\\+)*.*(?:.*=.*)))";
    static const struct {
        const char *source, *unit, *end;
        bool reaches_limit;
    } ROWS[] = {
        { CLOUDFLARE, "x", "", false },
        { CLOUDFLARE, "x=", "", false },
        { CLOUDFLARE, "1", "", false },
        { CLOUDFLARE, "math x ", "=", false },
        { "(a+)+$", "a", "!", true },
        { "(a|aa)+$", "a", "!", true },
        { "(\\w+\\s?)+$", "word ", "!", true },
        { "([^A]|B)*Z", "xyZ", "", false },
        { "([^A]|B)*Z", "B", "AZ", true },
        { "(.*)(.*)(.*)(.*)=", "x", "", true },
        { "^(.*?,){20}P", "1,2,3,", "xP", true },
        { "(x+x+)+y", "x", "", false },
        { "(x+x+)+y", "x", "zy", true },
        { "(?=(a+))\\1*b", "a", "!", false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        struct pattern *pattern = compile(ROWS[i].source);
        struct pattern *plain = compile("x?plain");
        struct buf text = { 0 };

        buf_add_char(&text, '=');
        while (text.len + strlen(ROWS[i].unit) + strlen(ROWS[i].end) <= MATCH_MAX)
            buf_add_text(&text, ROWS[i].unit);
        buf_add_text(&text, ROWS[i].end);
        for (int jit = 0; jit < 2; jit++) {
            struct matcher *matcher = matcher_new(jit);
            enum pattern_result result = pattern_match(pattern, matcher, text.data, text.len, NULL);

            if ((result == PATTERN_LIMIT) != ROWS[i].reaches_limit)
                fail_msg("/%s/ on many \"%s\" gives %d (jit %d)", ROWS[i].source, ROWS[i].unit, (int)result,
                         jit);
            assert_int_equal(pattern_match(plain, matcher, "a plain word", 12, NULL), PATTERN_YES);
            matcher_free(matcher);
        }
        buf_release(&text);
        pattern_free(pattern);
        pattern_free(plain);
    }
}

static void fill(struct buf *text, const char *unit, const char *end)
{
    while (text->len + strlen(unit) + strlen(end) <= MATCH_MAX)
        buf_add_text(text, unit);
    buf_add_text(text, end);
}

/* None of these goes astray in a way that PCRE2's own limit counts, but for the first. */
static const char *const HOGS[] = {
    "(a+)+$",         "\\d+\\s",       "[^b]*+\\d[^b]",      "(a+)\\1\\d|(\\d+)\\2\\s", "(?:\\w{1500}|\\d)-",
    "(\\w+\\s?)+$",   "(?>a*)\\d",     "(.*)(.*)(.*)(.*)\\?", "(?=(\\w+))\\1\\s",        "(?<!b)\\w+?\\s",
    "(a|b|.)?\\w*\\s", "(?:a|\\d){2,}\\s",
};

static const char *const UNITS[] = { "a", "1", "aab", "1a" };

/*
 * Many that go astray on one message: all they do is counted and bounded, one text after the other, alike with
 * and without JIT. The first is blamed, who comes late is not.
 */
static void one_message_has_so_many_steps(void **state)
{
    enum { COUNT = sizeof HOGS / sizeof HOGS[0], ROUNDS = 40 };
    struct matcher *matchers[] = { matcher_new(false), matcher_new(true) };
    struct pattern *patterns[COUNT];
    struct buf texts[4] = { { 0 } };

    (void)state;
    for (size_t i = 0; i < COUNT; i++)
        patterns[i] = compile(HOGS[i]);
    for (size_t i = 0; i < 4; i++) {
        size_t last = 0, spent = 0;

        fill(&texts[i], UNITS[i], "!");
        matcher_begin(matchers[0]);
        matcher_begin(matchers[1]);
        for (size_t j = 0; j < COUNT * ROUNDS; j++) {
            enum pattern_result results[2];

            for (int jit = 0; jit < 2; jit++)
                results[jit] = pattern_match(patterns[j % COUNT], matchers[jit], texts[i].data, texts[i].len, NULL);
            if (results[0] != results[1] || matcher_effort(matchers[0]) != matcher_effort(matchers[1]))
                fail_msg("/%s/ on \"%s\": %d, %zu steps; with JIT %d, %zu", HOGS[j % COUNT], UNITS[i],
                         (int)results[0], matcher_effort(matchers[0]), (int)results[1],
                         matcher_effort(matchers[1]));
            assert_true(matcher_effort(matchers[0]) - last <= PATTERN_STEPS_MAX / 2 + 3 * MATCH_MAX);
            last = matcher_effort(matchers[0]);
            spent += results[0] == PATTERN_SPENT;
        }
        assert_true(last > PATTERN_STEPS_MAX - 4 * MATCH_MAX && last <= PATTERN_STEPS_MAX + 3 * MATCH_MAX);
        assert_true(spent > 0);
        buf_release(&texts[i]);
    }
    for (size_t i = 0; i < COUNT; i++)
        pattern_free(patterns[i]);
    matcher_free(matchers[0]);
    matcher_free(matchers[1]);
}

static void blame(void **state)
{
    struct pattern *hog = compile("(a+)+$"), *plain = compile("x?plain");
    struct matcher *matcher = matcher_new(true);
    struct buf text = { 0 };
    size_t effort = matcher_effort(matcher);

    (void)state;
    fill(&text, "a", " plain");
    for (int message = 0; message < 2; message++) {
        int blamed = 0, spent = 0;

        matcher_begin(matcher);
        for (int i = 0; i < 12; i++) {
            enum pattern_result result = pattern_match(hog, matcher, text.data, text.len, NULL);
            blamed += result == PATTERN_LIMIT;
            spent += result == PATTERN_SPENT;
        }
        assert_int_equal(blamed, 3);
        assert_int_equal(spent, 9);
        assert_int_equal(pattern_match(plain, matcher, text.data, text.len, NULL), PATTERN_YES);
        matcher_set_effort(matcher, effort);
        assert_int_equal(pattern_match(hog, matcher, text.data, text.len, NULL), PATTERN_LIMIT);
    }
    matcher_free(matcher);
    pattern_free(hog);
    pattern_free(plain);
    buf_release(&text);
}

/* As people write them; on 4 KB of what they are made for. */
static void ordinary_patterns_have_room(void **state)
{
    static const char *const ROWS[][2] = {
        { "order.*refund", "where is my order, i asked for it a week ago and nobody told me why, " },
        { "\\d{4,10}\\s", "my number is 4711x and the code 123x, " },
        { "(\\d+)\\s*(?:kg|pounds?) (?:of )?(?<what>\\w+)s?!", "12 kg of potatoes and 4 pounds of rice, " },
        { "\\b[\\w.]+@[\\w.]+\\.[a-z]{2,}\\b", "write to me @ home or at ana.b.c, thank you so much. " },
        { "^(?:hi|hello)[\\s,!]+.*(?:price|cost).*\\?$", "hi, hello! the price and the cost, " },
        { "(\\w)\\1{3,}", "sooo aaare you coming hooome? " },
        { "(?:환불|교환).*(?:안|못)\\s*(?:돼|되)나요\\?", "환불 하고 싶은데 교환도 안 되면 " },
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        struct pattern *pattern = compile(ROWS[i][0]);
        struct matcher *matcher = matcher_new(false);
        struct buf text = { 0 };
        enum pattern_result result;

        fill(&text, ROWS[i][1], ".");
        result = pattern_match(pattern, matcher, text.data, text.len, NULL);
        if (result != PATTERN_NO || matcher_effort(matcher) > PATTERN_STEPS_MAX / 4)
            fail_msg("/%s/: %d, %zu steps", ROWS[i][0], (int)result, matcher_effort(matcher));
        matcher_free(matcher);
        pattern_free(pattern);
        buf_release(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matches), cmocka_unit_test(refusals),      cmocka_unit_test(source_bounds),
        cmocka_unit_test(groups),  cmocka_unit_test(empty_matches), cmocka_unit_test(hostile_patterns),
        cmocka_unit_test(one_message_has_so_many_steps), cmocka_unit_test(blame),
        cmocka_unit_test(ordinary_patterns_have_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
