/*
 * index: literals and the search for them; above all that the index never leaves out a rule that would match.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <utf8proc.h>

#include "base/alloc.h"
#include "base/utf8.h"
#include "tests/lib/grammar.h"
#include "text/fold.h"
#include "text/literal.h"
#include "text/needles.h"
#include "text/pattern.h"
#include "text/words.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static struct skeleton *skeleton;
static struct matcher *matcher;

/* Skeletons */

static void squeeze(const char *text, size_t len, struct buf *out)
{
    struct squeezed squeezed = { 0 };

    skeleton_squeeze(skeleton, text, len, &squeezed);
    buf_add(out, squeezed.text, squeezed.len);
    squeezed_release(&squeezed);
}

static void test_skeletons(void **state)
{
    static const struct {
        const char *text, *skeletal;
    } rows[] = {
        { "Order No. 12-345", "orderno.12345" },
        { "don't", "dont" },
        { "Größe GROSSE groẞe", "grossegrossegrosse" },
        { "Ænima æ Œuvre", "aenimaaeoeuvre" },
        { "ÀéîõüÿñçşțđłøİıŸǜ", "aeiouyncstdloiiyu" },
        { "ΣΊΣΥΦΟΣ ς", "σίσυφοσσ" },
        { "환불 가능한가요", "환불가능한가요" },
        { "ЖЁ\u1c80", "жёв" },
        { "😀 ❤", "😀❤" },
        { "", "" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct buf out = { 0 };

        squeeze(rows[i].text, strlen(rows[i].text), &out);
        assert_string_equal(buf_text(&out), rows[i].skeletal);
        buf_release(&out);
    }
}

/* Each line: text, then a mark for each border of its skeleton: w, s or a point. */
static void test_marks_say_where_no_word_ends(void **state)
{
    static const char *const rows[][2] = {
        { "ab c", ".w.." },    { "a-b'c", "...." }, { "a1é", ".ww." },
        { "환불 요", ".s.." }, { "a환b", "...." },  { "ßa", "..w." },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct squeezed squeezed = { 0 };
        struct buf marks = { 0 };

        skeleton_squeeze(skeleton, rows[i][0], strlen(rows[i][0]), &squeezed);
        for (size_t at = 0; at <= squeezed.len; at++)
            if (at == squeezed.len || ((unsigned char)squeezed.text[at] & 0xc0) != 0x80)
                buf_add_char(&marks, ".ws"[squeezed.marks[at]]);
        assert_string_equal(marks.data, rows[i][1]);
        buf_release(&marks);
        squeezed_release(&squeezed);
    }
}

static struct pattern *compile(const char *source)
{
    struct error error = { 0 };
    struct pattern *pattern = pattern_new_generated(source, &error);

    if (pattern == NULL)
        fail_msg("%s: %s", source, error.text);
    return pattern;
}

enum { LAST_CASED = 0x1ffff }; /* nothing behind it has case */

static bool has_case(uint32_t code)
{
    utf8proc_int32_t c = (utf8proc_int32_t)code;

    return utf8proc_tolower(c) != c || utf8proc_toupper(c) != c || utf8proc_totitle(c) != c ||
           (code >= 0x1c80 && code <= 0x1c88) || code == 0x345;
}

static bool is_character(uint32_t code)
{
    return code > 0x20 && (code < 0xd800 || code > 0xdfff);
}

/* Finds all that the one character takes, and compares skeletons. Returns how many it took. */
static size_t check_character(uint32_t code, const char *character, size_t len, const struct buf *all)
{
    struct buf source = { 0 }, skeletal = { 0 };
    struct span match = { 0, 0 };
    struct pattern *pattern;
    size_t count = 0;

    buf_addf(&source, "\\x{%x}", code); /* escaped, or it would be folded */
    squeeze(character, len, &skeletal);
    pattern = compile(source.data);
    for (size_t at = 0; at < all->len; at += match.end, count++) {
        struct buf found = { 0 };

        matcher_begin(matcher);
        if (pattern_match(pattern, matcher, all->data + at, all->len - at, &match) != PATTERN_YES)
            break;
        squeeze(all->data + at + match.start, match.end - match.start, &found);
        if (strcmp(buf_text(&found), buf_text(&skeletal)) != 0)
            fail_msg("%s takes %.*s, whose skeleton is %s", source.data, (int)(match.end - match.start),
                     all->data + at + match.start, buf_text(&found));
        buf_release(&found);
    }
    pattern_free(pattern);
    buf_release(&source);
    buf_release(&skeletal);
    return count;
}

/* Characters without case, many at once, in a class: they must not take any that has case. */
static void check_plain(struct buf *class, const struct buf *cased)
{
    struct pattern *pattern;
    struct span match;

    buf_add_char(class, ']');
    pattern = compile(class->data);
    matcher_begin(matcher);
    if (pattern_match(pattern, matcher, cased->data, cased->len, &match) == PATTERN_YES)
        fail_msg("%s takes %.*s", class->data, (int)(match.end - match.start), cased->data + match.start);
    pattern_free(pattern);
    buf_release(class);
}

static void test_what_is_equal_but_for_case_has_one_skeleton(void **state)
{
    struct buf cased = { 0 }, class = { 0 };
    size_t count = 0, pairs = 0;
    uint32_t code;

    (void)state;
    for (code = 0; code <= LAST_CASED; code++)
        if (is_character(code) && has_case(code))
            utf8_encode(code, &cased);
    for (size_t at = 0, step; at < cased.len; at += step, count++) {
        step = utf8_decode(cased.data + at, cased.len - at, &code);
        pairs += check_character(code, cased.data + at, step, &cased);
    }
    assert_true(count > 2500 && pairs > 2 * count - 200);
    for (code = 0; code <= LAST_CASED; code++) {
        if (is_character(code) && !has_case(code))
            buf_addf(&class, "%s\\x{%x}", class.len == 0 ? "[" : "", code);
        if (class.len > 8000 || code == LAST_CASED)
            check_plain(&class, &cased);
    }
    buf_release(&cased);
}

/* Literals */

/* The literals of a pattern or a list of words, each followed by a blank; "-" for none. */
static void literals_text(const char *source, bool is_words, struct buf *out)
{
    struct literals literals = { 0 };
    int result = is_words ? literals_of_words(skeleton, source, 0, &literals)
                          : literals_of_pattern(skeleton, source, 0, &literals);

    assert_int_equal(result, literals.count > 0);
    if (result == 0)
        buf_add_text(out, "- ");
    for (size_t i = 0; i < literals.count; i++) {
        const struct literal *literal = &literals.list[i];

        buf_addf(out, "%s%.*s%s ",
                 literal->left == MARK_WORD       ? "<"
                 : literal->left == MARK_SYLLABLE ? "["
                                                  : "",
                 (int)literal->len, literals.bytes.data + literal->start, literal->right != 0 ? ">" : "");
    }
    buf_truncate(out, out->len - 1);
    literals_release(&literals);
}

static void test_literals_of_patterns(void **state)
{
    static const char *const rows[][2] = {
        { "order\\s*#?\\s*(?<order_id>\\d{4,10})(?!\\d)", "order" },
        { "colou?rs", "colours colors" },
        { "gr[ae]y cat", "graycat greycat" },
        { "(?i)Hello|World", "hello world" },
        { "(?:re)?order (\\d+) now", "order" },
        { "a+bcd", "abcd" },
        { "x(?=never)y(?<!no)z", "xyz" },
        { "\\Qa+b\\E c", "a+bc" },
        { "\\Qab\\E+c", "ab" },
        { "ab\\Q\\E*cdef", "cdef" },
        { "ab(?#really)?", "a" },
        { "환불\\s?요청", "환불요청" },
        { "stra[ßs]e", "strasse strase" },
        { "\\x41\\x{e9}z", "aez" },
        { "(ab|cd){2}", "ab cd" },
        { "(ab){1,3}", "ab" },
        { "caf\\x{e9}|", "-" },
        { "\\d+", "-" },
        { "abc|\\d", "-" },
        { "(a)?(?(1)bcd|efg)", "-" },
        { "(?x) a b c", "-" },
        { "abc{,3}", "-" },
        { "[a\\Qb\\E]cd", "-" },
        { "\\N{U+41}bc", "-" },
        { "[^a]bcd", "bcd" },
        { "[[:alpha:]]bcd", "bcd" },
        { "[]a]bc", "]bc abc" },
        { "- '", "-" },
        { "(a|b|c|d)(a|b|c|d)(a|b|c|d)", "aa ab ac ad ba bb bc bd ca cb cc cd da db dc dd" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct pattern *pattern;
        struct error error = { 0 };
        struct buf out = { 0 };

        if ((pattern = pattern_new(rows[i][0], &error)) == NULL)
            fail_msg("%s: %s", rows[i][0], error.text);
        pattern_free(pattern);
        literals_text(rows[i][0], false, &out);
        assert_string_equal(buf_text(&out), rows[i][1]);
        buf_release(&out);
    }
}

static void test_literals_of_words(void **state)
{
    static const char *const rows[][2] = {
        { "hours, open, opening*, 영업시간", "<hours> <open> <opening 영업시간" },
        { "*cake, not a leak", "cake> <notaleak>" },
        { "don't, e-mail", "<dont> <email>" },
        { "=stop, =수신거부!", "stop> 수신거부" },
        { "배송 조회하기, 개", "조회하기 [개" },
        { "Größe, crème brûlée", "<grosse> <cremebrulee>" },
        { "返品", "返品" },
        { "😀, c++", "😀 <c++" },
        { "=-", "-" },
        { "=?, hello", "? <hello>" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct buf out = { 0 };

        literals_text(rows[i][0], true, &out);
        assert_string_equal(buf_text(&out), rows[i][1]);
        buf_release(&out);
    }
}

/* The search */

static void test_a_search_finds_each_owner_once_and_only_those(void **state)
{
    static const struct {
        const char *text;
        uint64_t owners;
    } rows[] = {
        { "", 0 },
        { "we are open", 1 << 0 },
        { "reopened, reopened", 0 },
        { "Opening hours? OPEN hours!", 1 << 0 | 1 << 1 | 1 << 2 },
        { "the 2nd x of 환불", 1 << 3 | 1 << 4 | 1 << 5 },
        { "전환불", 1 << 3 | 1 << 5 },
        { "무지개", 0 },
        { "개는 x", 1 << 4 | 1 << 7 },
        { "dont send an e mail", 1 << 6 },
        { "한글 x", 1 << 3 | 1 << 4 },
    };
    static const char *const words[] = { "open", "opening*", "hours", "*글, *불", "x", "환불", "email", "개" };
    struct literals literals = { 0 };
    struct needles *needles;
    struct scratch scratch = { 0 };

    (void)state;
    for (uint32_t owner = 0; owner < COUNT(words); owner++)
        literals_of_words(skeleton, words[owner], owner, &literals);
    needles = needles_new(&literals);
    assert_int_equal(needles_count(needles), 9);
    for (size_t i = 0; i < COUNT(rows); i++) {
        uint64_t bits = 0;

        skeleton_squeeze(skeleton, rows[i].text, strlen(rows[i].text), &scratch.squeezed);
        needles_search(needles, &scratch.squeezed, &scratch, &bits);
        if (bits != rows[i].owners)
            fail_msg("%s: %llx", rows[i].text, (unsigned long long)bits);
    }
    scratch_release(&scratch);
    needles_free(needles);
    literals_release(&literals);
}

/* The promise */

struct tally {
    size_t pairs, indexed, matches, let_through;
};

static void check_pair(const struct pattern *pattern, const struct needles *needles, const char *source,
                       struct choices *choices, struct tally *tally)
{
    struct scratch *scratch = matcher_scratch(matcher);
    struct buf text = { 0 }, folded = { 0 };
    uint64_t bits = 0;
    bool is_match;

    if (choose(choices, 2) == 0)
        make_text(choices, &text);
    else
        make_text_near(choices, source, &text);
    fold_text(buf_text(&text), text.len, &folded);
    matcher_begin(matcher);
    is_match = pattern_match(pattern, matcher, buf_text(&folded), folded.len, NULL) == PATTERN_YES;
    skeleton_squeeze(skeleton, buf_text(&folded), folded.len, &scratch->squeezed);
    needles_search(needles, &scratch->squeezed, scratch, &bits);
    if (is_match && bits == 0)
        fail_msg("\"%s\" matches \"%s\", and the index leaves it out", source, buf_text(&folded));
    tally->pairs++;
    tally->matches += is_match;
    tally->let_through += bits != 0;
    buf_release(&text);
    buf_release(&folded);
}

static void check_source(struct choices *choices, bool is_words, int texts, struct tally *tally)
{
    struct buf source = { 0 }, generated = { 0 };
    struct literals literals = { 0 };
    struct pattern *pattern = NULL;

    (is_words ? make_words : make_pattern)(choices, &source);
    if (!is_words)
        pattern = pattern_new(source.data, NULL);
    else if (words_compile(source.data, &generated, NULL) == 0)
        pattern = pattern_new_generated(generated.data, NULL);
    if (pattern != NULL &&
        (is_words ? literals_of_words : literals_of_pattern)(skeleton, source.data, 0, &literals)) {
        struct needles *needles = needles_new(&literals);

        for (int i = 0; i < texts; i++)
            check_pair(pattern, needles, source.data, choices, tally);
        tally->indexed++;
        needles_free(needles);
    }
    literals_release(&literals);
    pattern_free(pattern);
    buf_release(&source);
    buf_release(&generated);
}

/* SOURCES and SEED may come from the environment, for longer runs than a test may take. */
static uint64_t number(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);

    return text != NULL ? strtoull(text, NULL, 10) : otherwise;
}

static void check_grammar(bool is_words, size_t least_matches)
{
    struct choices choices = { .seed = number("SEED", 20260107) };
    struct tally tally = { 0 };

    for (uint64_t i = number("SOURCES", 1500); i > 0; i--)
        check_source(&choices, is_words, 20, &tally);
    print_message("%zu pairs of %zu sources: %zu match, %zu were let through\n", tally.pairs, tally.indexed,
                  tally.matches, tally.let_through);
    assert_true(tally.pairs > 10000 && tally.matches > least_matches && tally.let_through < tally.pairs / 2);
}

static void test_no_match_of_a_pattern_is_left_out(void **state)
{
    (void)state;
    check_grammar(false, 2000);
}

static void test_no_match_of_words_is_left_out(void **state)
{
    (void)state;
    check_grammar(true, 2000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_skeletons),
        cmocka_unit_test(test_marks_say_where_no_word_ends),
        cmocka_unit_test(test_what_is_equal_but_for_case_has_one_skeleton),
        cmocka_unit_test(test_literals_of_patterns),
        cmocka_unit_test(test_literals_of_words),
        cmocka_unit_test(test_a_search_finds_each_owner_once_and_only_those),
        cmocka_unit_test(test_no_match_of_a_pattern_is_left_out),
        cmocka_unit_test(test_no_match_of_words_is_left_out),
    };
    int result;

    skeleton = skeleton_new();
    matcher = matcher_new(true);
    result = cmocka_run_group_tests(tests, NULL, NULL);
    matcher_free(matcher);
    skeleton_free(skeleton);
    return result;
}
