/*
 * test_width: columns on a terminal, and lines wrapped to them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "ctl/wrap.h"
#include "text/width.h"

static void counts_columns(void **state)
{
    static const struct {
        const char *text;
        size_t columns;
    } cases[] = {
        { "", 0 },
        { "abc", 3 },
        { "영업", 4 },
        { "日本語", 6 },
        { "e\xcc\x81", 1 },
        { "🙂", 2 },
        { "👨\xe2\x80\x8d👩\xe2\x80\x8d👧", 2 },
        { "❤\xef\xb8\x8f", 2 },
        { "🇰🇷", 2 },
        { "한", 2 },
        { "\xff\xfe", 2 },
        { "–…", 2 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(width_text(cases[i].text, strlen(cases[i].text)), cases[i].columns);
}

static void cuts_between_clusters(void **state)
{
    size_t taken;

    (void)state;
    assert_int_equal(width_cut("한국어", 9, 5, &taken), 6);
    assert_int_equal(taken, 4);
    assert_int_equal(width_cut("e\xcc\x81x", 4, 1, &taken), 3);
    assert_int_equal(width_cut("한", 3, 1, &taken), 0);
    assert_int_equal(taken, 0);
}

static void wraps(void **state)
{
    static const struct {
        const char *text;
        size_t columns;
        const char *lines; /* with | between them */
    } cases[] = {
        { "", 10, "" },
        { "one two three", 7, "one two|three" },
        { "one two three", 8, "one two|three" },
        { "abcdefgh", 3, "abc|def|gh" },
        { "a\n\nb\n", 5, "a||b|" },
        { "한국어 서비스", 6, "한국어|서비스" },
        { "한국어", 1, "한|국|어" },
        { "  indented words", 10, "  indented|words" },
        { "long      gap", 4, "long|gap" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct wrap wrap = { .text = cases[i].text, .len = strlen(cases[i].text) };
        struct buf lines = { 0 };
        const char *line;
        size_t len;
        int count = 0;

        while (wrap_next(&wrap, cases[i].columns, &line, &len)) {
            if (count++ > 0)
                buf_add_char(&lines, '|');
            buf_add(&lines, line, len);
        }
        assert_string_equal(buf_text(&lines), cases[i].lines);
        buf_release(&lines);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_columns),
        cmocka_unit_test(cuts_between_clusters),
        cmocka_unit_test(wraps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
