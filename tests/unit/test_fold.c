/*
 * fold: what was typed against the form in which rules see it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "text/fold.h"

static void check_fold(const char *text, size_t len, const char *folded)
{
    struct buf once = { 0 };
    struct buf twice = { 0 };

    fold_text(text, len, &once);
    assert_string_equal(buf_text(&once), folded);
    assert_int_equal(once.len, strlen(folded));
    fold_text(buf_text(&once), once.len, &twice);
    assert_string_equal(buf_text(&twice), folded);
    buf_release(&once);
    buf_release(&twice);
}

static void one_form(void **state)
{
    static const struct {
        const char *text, *folded;
    } ROWS[] = {
        { "", "" },
        { "Hello", "Hello" },
        { "  Hello,\t\r\n  World \n", "Hello, World" },
        { "a\x01\x02"
          "b\x7f",
          "ab" },
        { "say `hi`", "say 'hi'" },
        { "\v\f ", "" },
        { "ㅋㅋㅠㅠ 환불", "ㅋㅋㅠㅠ 환불" },
        { "\u1112\u116e", "후" },
        /* spaces */
        { "a\u00a0b\u3000\u2003c\u2028d\xc2\x85"
          "e",
          "a b c d e" },
        { "\u2800\u2800", "" },
        { " caf\u00e9 ", "caf\u00e9" },
        /* quotes and dashes */
        { "“Zé isn’t” «here»", "\"Zé isn't\" \"here\"" },
        { "‘a’ ‚b´ isnʼt 5′ 6″", "'a' 'b' isn't 5' 6\"" },
        { "9–5 — a‐b‑c −1", "9-5 - a-b-c -1" },
        { "＂＇－｀", "\"'-'" },
        /* widths and compositions */
        { "ＡＢＣ１２３（！）", "ABC123(!)" },
        { "ﾃｽﾄ", "テスト" },
        { "Cafe\u0301", "Café" },
        { "한", "한" },
        { "\u1112\u1161\u11ab", "한" },
        { "\t환불 가능한가요?  `返品` ガ ", "환불 가능한가요? '返品' ガ" },
        { "カ\u3099가\u11ab", "ガ간" },
        { "x² ①", "x2 1" },
        { "ﷺ", "صلى الله عليه وسلم" },
        { "\u212a", "K" },
        { "straße STRASSE", "straße STRASSE" },
        { "İstanbul", "İstanbul" },
        /* what nobody sees */
        { "re\u00adfund", "refund" },
        { "re\u200bfund\u2060", "refund" },
        { "s\u200dt\u200co\ufeffp", "stop" },
        { "\u202estop\u202c \u2066x\u2069\u061c", "stop x" },
        { "❤️", "❤" },
        { "stop\U000E0041\U000E007F", "stop" },
        { "e\u200d\u0301", "é" },
        { "e\u034f\u0301", "é" },
        { "e\x01\u0301", "é" },
        { "a\xc2\x80\xc2\x9f"
          "b",
          "ab" },
        { "\u3164\u115f\uffa0", "" },
        { "\ufff9x\ufffb", "x" },
        { "👩‍👩‍👧", "👩👩👧" },
        /* order of marks */
        { "a\u0301\u0323", "\u1ea1\u0301" },
        { "สวัสดีค่ะ", "สวัสดีค\u0e48ะ" },
        { "안녕 하세요", "안녕 하세요" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++)
        check_fold(ROWS[i].text, strlen(ROWS[i].text), ROWS[i].folded);
    check_fold("a\0b", 3, "ab");
}

static void pieces_keep_outer_blanks(void **state)
{
    struct buf out = { 0 };

    (void)state;
    fold_piece("\u3000\u00a0é\u2003", strlen("\u3000\u00a0é\u2003"), &out);
    assert_string_equal(buf_text(&out), " é ");
    buf_clear(&out);
    fold_piece(" \ta  ", 5, &out);
    assert_string_equal(buf_text(&out), " a ");
    buf_release(&out);
}

static void what_is_shown_keeps_emoji_whole(void **state)
{
    static const char *const SHOWN[][2] = {
        { "  we\u00a0are 👨‍👩‍👧‍👦, ok ", "we are 👨‍👩‍👧‍👦, ok" },
        { "👩🏽‍🍳", "👩🏽‍🍳" },
        { "❤️‍🔥", "❤‍🔥" }, /* U+FE0F goes, the joiner stays */
        { "a\u200db \u200d👩 👩\u200d x\u200b\u202ey", "ab 👩 👩 xy" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof SHOWN / sizeof SHOWN[0]; i++) {
        struct buf out = { 0 };

        fold_shown(SHOWN[i][0], strlen(SHOWN[i][0]), &out);
        assert_string_equal(buf_text(&out), SHOWN[i][1]);
        buf_release(&out);
    }
}

static void appends(void **state)
{
    struct buf out = { 0 };

    (void)state;
    buf_add_text(&out, "x ");
    fold_text("  a  ", 5, &out);
    fold_text("  é  ", strlen("  é  "), &out);
    fold_text("   ", 3, &out);
    assert_string_equal(buf_text(&out), "x aé");
    buf_release(&out);
}

static void empty_is_what_nobody_sees(void **state)
{
    static const char *const EMPTY[] = { "", " ", "\t\r\n ", "\x01\x7f", "\u200b\u2060", "\u2800 \u3000", "\u00ad" };
    static const char *const SEEN[] = { "a", " .", "\n가", "👍", "\u200b~", "é" };

    (void)state;
    for (size_t i = 0; i < sizeof EMPTY / sizeof EMPTY[0]; i++)
        if (!fold_is_empty(EMPTY[i], strlen(EMPTY[i])))
            fail_msg("%zu of the empty ones", i);
    for (size_t i = 0; i < sizeof SEEN / sizeof SEEN[0]; i++)
        if (fold_is_empty(SEEN[i], strlen(SEEN[i])))
            fail_msg("%s", SEEN[i]);
}

static void fill(struct buf *text, const char *unit, size_t len)
{
    while (text->len + strlen(unit) <= len)
        buf_add_text(text, unit);
}

/* Every bound holds for every filling, whole characters stay whole, and the cut form is stable. */
static void bounds(void **state)
{
    static const char *const UNITS[] = { "a",
                                         "é",
                                         "한",
                                         "ﷺ",
                                         "🎂",
                                         "a ",
                                         "\u0301\u0316",
                                         "\u0344",
                                         "e\u0301\u0323",
                                         "x\u3000",
                                         "…",
                                         "\u1112\u1161\u11ab" };

    (void)state;
    for (size_t i = 0; i < sizeof UNITS / sizeof UNITS[0]; i++) {
        struct buf text = { 0 };
        struct buf once = { 0 };
        struct buf twice = { 0 };

        fill(&text, UNITS[i], 2 * FOLD_MAX);
        fold_text(text.data, text.len, &once);
        assert_true(once.len <= FOLD_MAX);
        assert_true(utf8_is_valid(buf_text(&once), once.len));
        fold_text(buf_text(&once), once.len, &twice);
        assert_string_equal(buf_text(&twice), buf_text(&once));
        buf_release(&text);
        buf_release(&once);
        buf_release(&twice);
    }
}

/* 16,000 marks of a high class before 16,000 of a low one would take 256 million swaps to order. */
static void marks_are_bounded(void **state)
{
    struct buf text = { 0 };
    struct buf out = { 0 };

    (void)state;
    buf_add_text(&text, "o");
    fill(&text, "\u0301", FOLD_MAX / 2);
    fill(&text, "\u0316", FOLD_MAX);
    fold_text(text.data, text.len, &out);
    assert_int_equal(utf8_count(buf_text(&out), out.len), 30);
    buf_release(&text);
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_form), cmocka_unit_test(pieces_keep_outer_blanks), cmocka_unit_test(appends), cmocka_unit_test(what_is_shown_keeps_emoji_whole),
        cmocka_unit_test(bounds),   cmocka_unit_test(marks_are_bounded), cmocka_unit_test(empty_is_what_nobody_sees),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
