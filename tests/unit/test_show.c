/*
 * test_show: no byte that a terminal would obey gets through; everything else is left alone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/utf8.h"
#include "ctl/show.h"
#include "text/escape.h"

static const struct {
    const char *text, *cell;
} CASES[] = {
    { "", "" },
    { "plain, with \"quotes\" and \\", "plain, with \"quotes\" and \\" },
    { "영업시간 🙂 é", "영업시간 🙂 é" },
    { "two\nlines", "two\\nlines" },
    { "cr\rback\btab\tbell\a", "cr\\rback\\btab\\tbell\\x07" },
    { "\x1b]52;c;ZXZpbA==\a", "\\x1b]52;c;ZXZpbA==\\x07" },
    { "\x1b[2J\x7f", "\\x1b[2J\\x7f" },
    { "\xc2\x9b"
      "31m",
      "\\u{9b}31m" },
    { "\x9b"
      "31m",
      "\\x9b31m" },
    { "a\xe2\x80\xae"
      "b\xe2\x81\xa9"
      "c\xd8\x9c",
      "a\\u{202e}b\\u{2069}c\\u{61c}" },
    { "\xe2\x80\x8e\xe2\x80\x8f\xe2\x80\xa8", "\\u{200e}\\u{200f}\\u{2028}" },
    { "cut \xe2\x80", "cut \\xe2\\x80" },
    { "\xed\xa0\x80", "\\xed\\xa0\\x80" },
    { "joined 👨\xe2\x80\x8d👩", "joined 👨\xe2\x80\x8d👩" },
};

static void shows_cells(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct buf out = { 0 };

        show_text(CASES[i].text, strlen(CASES[i].text), SHOW_CELL, &out);
        assert_string_equal(buf_text(&out), CASES[i].cell);
        buf_release(&out);
    }
}

static void keeps_line_feeds_of_lines(void **state)
{
    struct buf out = { 0 };

    (void)state;
    show_text("a\nb\r\n\0c", 7, SHOW_LINES, &out);
    assert_string_equal(buf_text(&out), "a\nb\\r\n\\x00c");
    buf_release(&out);
}

static int is_obeyed(uint32_t code)
{
    return code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0x202a && code <= 0x202e) ||
           (code >= 0x2066 && code <= 0x2069) || code == 0x200e || code == 0x200f || code == 0x61c;
}

/*
 * Every byte and every character, whatever stands before it: the result is valid UTF-8 without one that is
 * obeyed.
 */
static void lets_nothing_through(void **state)
{
    (void)state;
    for (uint32_t code = 0; code < 0x11000; code++) {
        struct buf text = { 0 }, out = { 0 };
        size_t taken;

        buf_add_char(&text, (char)(code & 0xff));
        utf8_encode(code, &text);
        show_text(text.data, text.len, SHOW_CELL, &out);
        assert_true(utf8_is_valid(out.data, out.len));
        for (size_t at = 0; at < out.len; at += taken) {
            uint32_t found;

            taken = utf8_decode(out.data + at, out.len - at, &found);
            assert_false(is_obeyed(found));
        }
        buf_release(&text);
        buf_release(&out);
    }
}

/* What a person copies from the screen has to reach the program as one word. */
static void words_are_quoted_for_the_shell(void **state)
{
    static const char *const WORDS[][2] = {
        { "ana", "ana" },          { "+34600100200", "+34600100200" }, { "./shop/frontdesk.env", "./shop/frontdesk.env" },
        { "Zoë 🥐", "'Zoë 🥐'" },  { "O'Hara", "'O'\\''Hara'" },       { "$(reboot)", "'$(reboot)'" },
        { "#12", "'#12'" },        { "", "''" },           { "FRONTDESK_LOG=warn", "FRONTDESK_LOG=warn" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++) {
        struct buf out = { 0 };

        escape_shell(WORDS[i][0], &out);
        assert_string_equal(buf_text(&out), WORDS[i][1]);
        buf_release(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shows_cells),
        cmocka_unit_test(keeps_line_feeds_of_lines),
        cmocka_unit_test(lets_nothing_through),
        cmocka_unit_test(words_are_quoted_for_the_shell),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
