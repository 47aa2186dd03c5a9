/*
 * split_marks: a cut inside bold text, code or a fence leaves both parts whole.
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
#include "text/split_marks.h"

/* The parts, each in brackets. */
static void split_all(const char *text, size_t max, struct buf *out)
{
    struct split_marks split = { .split = { .text = text, .len = strlen(text) } };
    struct buf part = { 0 };

    while (split_marks_next(&split, max, &part) == 1) {
        assert_true(utf8_count(part.data, part.len) <= max);
        buf_addf(out, "[%s]", part.data);
    }
    assert_int_equal(split_marks_next(&split, max, &part), 0);
    buf_release(&part);
}

static void parts_close_and_open_again(void **state)
{
    static const struct {
        const char *text;
        size_t max;
        const char *parts;
    } ROWS[] = {
        { "", 40, "" },
        { "short *text*", 40, "[short *text*]" },
        { "exactly forty characters long, *with* it", 40, "[exactly forty characters long, *with* it]" },
        /* without marks at the cut, as split does */
        { "One sentence is *here* now. And another one is here.", 40,
          "[One sentence is *here* now.][And another one is here.]" },
        /* marks */
        { "this is *a bold text that goes on for quite long* ok", 40,
          "[this is *a bold text that goes*][*on for quite long* ok]" },
        { "this is *a bold _text that goes on for quite_ long* ok", 40,
          "[this is *a bold _text that goes_*][*_on for quite_ long* ok]" },
        { "here is `some code that is far too long to fit`", 40,
          "[here is `some code that is far`][`too long to fit`]" },
        /* signs that are no marks */
        { "2 * 3 is six and so on and on until the line ends * 4", 40,
          "[2 * 3 is six and so on and on][until the line ends * 4]" },
        { "a *lone star that is never closed and goes on for long", 40,
          "[a *lone star that is never][closed and goes on for long]" },
        /* fences */
        { "Run this:\n```\nfirst line of it\nsecond line of it\nthird line\n```\nDone", 48,
          "[Run this:\n```\nfirst line of it\n```][```\nsecond line of it\nthird line\n```\nDone]" },
        { "Now, run what stands here:\n```\nmake all && make check\n```", 40,
          "[Now, run what stands here:][```\nmake all && make check\n```]" },
        { "```\nfirst line of it, long\n```\nand then some words.", 40,
          "[```\nfirst line of it, long\n```][and then some words.]" },
        { "```\n1 *a\n2 b* and so on, and on\n3 *c and d*\n```", 40,
          "[```\n1 *a\n2 b* and so on, and on\n```][```\n3 *c and d*\n```]" },
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

/* Code of many lines: whatever the size of the parts, each holds whole fences, and all lines are there, in
 * order. */
static void every_part_of_long_code_is_fenced(void **state)
{
    struct buf text = { 0 };

    (void)state;
    buf_add_text(&text, "Look:\n```\n");
    for (int i = 100; i < 300; i++)
        buf_addf(&text, "line %d\n", i);
    buf_add_text(&text, "```\nDone");
    for (size_t max = SPLIT_MARKS_MIN; max < 400; max++) {
        struct split_marks split = { .split = { .text = text.data, .len = text.len } };
        struct buf part = { 0 };
        int next = 100;

        while (split_marks_next(&split, max, &part) == 1) {
            size_t fences = 0;

            for (const char *at = part.data; (at = strstr(at, "```")) != NULL; at += 3)
                fences++;
            assert_int_equal(fences % 2, 0);
            assert_null(strstr(part.data, "```\n```"));
            for (const char *at = part.data; (at = strstr(at, "line ")) != NULL; at += 5)
                assert_int_equal(strtol(at + 5, NULL, 10), next++);
        }
        assert_int_equal(next, 300);
        buf_release(&part);
    }
    buf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_close_and_open_again),
        cmocka_unit_test(every_part_of_long_code_is_fenced),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
