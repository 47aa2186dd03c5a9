/*
 * split: where long texts are cut.
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
#include "text/split.h"

/* The parts, each in brackets. */
static void split_all(const char *text, size_t max, struct buf *out)
{
    struct split split = { .text = text, .len = strlen(text) };
    const char *part;
    size_t len;

    while (split_next(&split, max, &part, &len) == 1) {
        assert_true(len > 0);
        assert_true(utf8_is_valid(part, len));
        assert_true(utf8_count(part, len) <= max);
        buf_add_char(out, '[');
        buf_add(out, part, len);
        buf_add_char(out, ']');
    }
    assert_int_equal(split.at, split.len);
    assert_int_equal(split_next(&split, max, &part, &len), 0);
}

static void cuts(void **state)
{
    static const struct {
        const char *text;
        size_t max;
        const char *parts;
    } ROWS[] = {
        { "", 10, "" },
        { " \n\t\u3000 ", 10, "" },
        { "hello", 5, "[hello]" },
        { "hello", 10, "[hello]" },
        { "  hello  ", 5, "[hello]" },
        { "hello \n\n ", 5, "[hello]" },
        { "hello you", 5, "[hello][you]" },
        { "hello you", 6, "[hello][you]" },
        { "hello you", 8, "[hello][you]" },
        { "a b c d e f", 3, "[a b][c d][e f]" },
        /* a better border, if it keeps half of the room */
        { "One two.\n\nThree four. Five six", 20, "[One two.\n\nThree][four. Five six]" },
        { "One two ab.\n\nThree four. Five six", 20, "[One two ab.][Three four. Five six]" },
        { "First line here\nsecond. third fourth", 25, "[First line here][second. third fourth]" },
        { "It is one. And two three", 18, "[It is one.][And two three]" },
        { "It costs 3.50 or so today", 16, "[It costs 3.50 or][so today]" },
        { "He said \"stop.\" Then he left", 20, "[He said \"stop.\"][Then he left]" },
        { "A. bbbb cccc dddd", 14, "[A. bbbb cccc][dddd]" },
        { "line one x\r\nline two y", 15, "[line one x][line two y]" },
        { "para one x\r\n\r\nline a\nb", 18, "[para one x][line a\nb]" },
        { "para one x\n \n\nb c d e f", 18, "[para one x][b c d e f]" },
        /* words are not cut unless they are longer than half of the room */
        { "pneumonoultramicroscopic", 10, "[pneumonoul][tramicrosc][opic]" },
        { "see https://example.com/a/b/c", 20, "[see https://example.][com/a/b/c]" },
        { "Grüße aus München", 10, "[Grüße aus][München]" },
        { "안녕하세요 반갑습니다. 또 오세요", 13, "[안녕하세요 반갑습니다.][또 오세요]" },
        /* scripts without spaces */
        { "今日は晴れです。明日は雨でしょう。", 10, "[今日は晴れです。][明日は雨でしょう。]" },
        { "「今日は晴れです。」明日は雨", 10, "[「今日は晴れです。」][明日は雨]" },
        { "「今日は晴れです。」明日は雨", 9, "[「今日は晴れです。][」明日は雨]" },
        { "中文没有空格的长句子", 4, "[中文没有][空格的长][句子]" },
        { "สวัสดีค่ะ", 5, "[สวัส][ดีค่ะ]" },
        /* clusters */
        { "ab👩‍👩‍👧cd", 5, "[ab][👩‍👩‍👧][cd]" },
        { "👩‍👩‍👧👩‍👩‍👧", 7, "[👩‍👩‍👧][👩‍👩‍👧]" },
        { "🇰🇷🇰🇷🇰🇷", 3, "[🇰🇷][🇰🇷][🇰🇷]" },
        { "cafe\u0301s", 4, "[caf][e\u0301s]" },
        { "👩‍👩‍👧", 2, "[👩‍][👩‍][👧]" },
        { "a\u0301\u0302\u0303\u0304", 3, "[a\u0301\u0302][\u0303\u0304]" },
        { "abc \u0301d", 4, "[abc][ \u0301d]" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        struct buf out = { 0 };

        split_all(ROWS[i].text, ROWS[i].max, &out);
        if (strcmp(buf_text(&out), ROWS[i].parts) != 0)
            fail_msg("\"%s\" at %zu gives %s, not %s", ROWS[i].text, ROWS[i].max, buf_text(&out),
                     ROWS[i].parts);
        buf_release(&out);
    }
}

static bool is_space(char c)
{
    return c == ' ' || c == '\n';
}

/* Whatever the size, nothing but blanks gets lost, and order is kept. */
static void nothing_lost(void **state)
{
    static const char TEXT[] =
        "Dear Zoé,\n\nyour order 🎂 is ready. Come by 9–5!\n안녕하세요. 감사합니다 "
        "今日は晴れです。明日は雨でしょう。 👩‍👩‍👧 🇰🇷 ขอบคุณค่ะ\n\n\nSunny "
        "Bakery";

    (void)state;
    for (size_t max = 1; max < 150; max++) {
        struct buf joined = { 0 };
        const char *at = TEXT;

        split_all(TEXT, max, &joined);
        for (size_t i = 0; i < joined.len; i++) {
            char c = joined.data[i];

            if (c == '[' || c == ']' || is_space(c))
                continue;
            while (is_space(*at))
                at++;
            assert_int_equal(*at++, c);
        }
        assert_int_equal(*at, '\0');
        buf_release(&joined);
    }
}

/* A text of 3-byte characters beyond 4,096 characters, which no byte count would cut right. */
static void long_texts(void **state)
{
    struct buf text = { 0 };
    struct buf out = { 0 };
    size_t parts = 0;

    (void)state;
    while (text.len < 30000)
        buf_add_text(&text, "ราคา");
    split_all(text.data, 4096, &out);
    for (size_t i = 0; i < out.len; i++)
        parts += out.data[i] == '[';
    assert_int_equal(parts, 3);
    buf_release(&text);
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cuts),
        cmocka_unit_test(nothing_lost),
        cmocka_unit_test(long_texts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
