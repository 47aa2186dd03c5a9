/*
 * patch: what is told rebuilds both texts, whatever they are; and it is told the way people read.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/longest.h"
#include "text/patch.h"

static void add_line(void *context, const struct patch_line *line)
{
    struct buf *out = context;

    if (line->kind == PATCH_GAP)
        buf_add_text(out, "~");
    else
        buf_addf(out, "%c%zu,%zu:%.*s", " -+"[line->kind], line->before, line->after, (int)line->len, line->text);
    buf_add_char(out, '|');
}

static const struct {
    const char *before, *after, *told;
} ROWS[] = {
    { "", "", "" },
    { "a\nb\n", "a\nb\n", "" },
    { "a\nb", "a\nb\n", "" }, /* a last line without its end is the same line */
    { "", "a\n", "+0,1:a|" },
    { "a\n", "", "-1,0:a|" },
    { "a\nb\nc\n", "a\nx\nc\n", " 1,1:a|-2,0:b|+0,2:x| 3,3:c|" },
    { "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nx\n6\n7\n8\n9\n", " 4,4:4|-5,0:5|+0,5:x| 6,6:6|" },
    { "1\n2\n3\n4\n5\n6\n7\n", "0\n1\n2\n3\n4\n5\n6\n7\n8\n", "+0,1:0| 1,2:1|~| 7,8:7|+0,9:8|" },
    { "1\n2\n", "0\n1\n2\n3\n", "+0,1:0| 1,2:1| 2,3:2|+0,4:3|" },
    /* The brace of the function that came, not the one of its neighbour. */
    { "a {\n}\n\nb {\n}\n", "a {\n}\n\nn {\n}\n\nb {\n}\n", " 3,3:|+0,4:n {|+0,5:}|+0,6:| 4,7:b {|" },
    { "a\r\nb\n", "a\nb\n", "-1,0:a\r|+0,1:a| 2,2:b|" },
};

static void test_changes_are_told_with_what_stands_around(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct buf told = { 0 };

        patch_compare(ROWS[i].before, ROWS[i].after, 1, add_line, &told);
        if (strcmp(buf_text(&told), ROWS[i].told) != 0)
            fail_msg("%zu: wanted %s, got %s", i, ROWS[i].told, buf_text(&told));
        buf_release(&told);
    }
}

/* Both texts again, out of what is told with all context; and numbers that rise by one. */
struct rebuilt {
    struct buf before, after;
    size_t before_count, after_count, changed;
};

static void rebuild(void *context, const struct patch_line *line)
{
    struct rebuilt *r = context;

    assert_int_not_equal(line->kind, PATCH_GAP);
    if (line->kind != PATCH_NEW) {
        assert_int_equal(line->before, ++r->before_count);
        buf_add(&r->before, line->text, line->len);
        buf_add_char(&r->before, '\n');
    }
    if (line->kind != PATCH_GONE) {
        assert_int_equal(line->after, ++r->after_count);
        buf_add(&r->after, line->text, line->len);
        buf_add_char(&r->after, '\n');
    }
    r->changed += line->kind != PATCH_SAME;
}

static uint32_t next(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 16;
}

static void make_text(uint32_t *seed, struct buf *out)
{
    size_t lines = next(seed) % 40, kinds = next(seed) % 12 + 1;

    while (lines-- > 0)
        buf_addf(out, "%u\n", next(seed) % (unsigned)kinds);
}

static void test_any_two_texts_come_back(void **unused)
{
    uint32_t seed = 7;

    (void)unused;
    for (int i = 0; i < 5000; i++) {
        struct rebuilt r = { 0 };
        struct buf before = { 0 }, after = { 0 };

        make_text(&seed, &before);
        make_text(&seed, &after);
        patch_compare(buf_text(&before), buf_text(&after), SIZE_MAX / 4, rebuild, &r);
        if (r.changed > 0) {
            assert_string_equal(buf_text(&r.before), buf_text(&before));
            assert_string_equal(buf_text(&r.after), buf_text(&after));
        } else {
            assert_string_equal(buf_text(&before), buf_text(&after));
        }
        buf_release(&r.before);
        buf_release(&r.after);
        buf_release(&before);
        buf_release(&after);
    }
}

static void test_large_texts_take_no_time(void **unused)
{
    struct buf before = { 0 }, after = { 0 };
    struct rebuilt r = { 0 };

    (void)unused;
    for (int i = 0; i < 100000; i++) {
        buf_addf(&before, "%d\n", i % 3 == 0 ? i : i % 7);
        buf_addf(&after, "%d\n", i % 3 == 0 ? (i * 7) % 100000 : i % 5);
    }
    patch_compare(buf_text(&before), buf_text(&after), SIZE_MAX / 4, rebuild, &r);
    assert_string_equal(buf_text(&r.after), buf_text(&after));
    buf_release(&r.before);
    buf_release(&r.after);
    buf_release(&before);
    buf_release(&after);
}

/* Against trying every choice. */
static size_t best_of(const size_t *numbers, size_t count)
{
    size_t best = 0;

    for (unsigned choice = 0; choice < 1u << count; choice++) {
        size_t last = 0, length = 0;
        bool rises = true;

        for (size_t i = 0; i < count && rises; i++) {
            if ((choice >> i & 1) == 0)
                continue;
            rises = length == 0 || numbers[i] > last;
            last = numbers[i];
            length++;
        }
        if (rises && length > best)
            best = length;
    }
    return best;
}

static void test_the_longest_run_is_the_longest(void **unused)
{
    uint32_t seed = 11;

    (void)unused;
    for (int round = 0; round < 2000; round++) {
        size_t numbers[9], count = next(&seed) % 10, length, last = 0, found = 0;
        bool belongs[9];

        for (size_t i = 0; i < count; i++)
            numbers[i] = i;
        for (size_t i = count; i > 1; i--) {
            size_t other = next(&seed) % i, kept = numbers[other];

            numbers[other] = numbers[i - 1];
            numbers[i - 1] = kept;
        }
        length = longest_rising(numbers, count, belongs);
        assert_int_equal(length, best_of(numbers, count));
        for (size_t i = 0; i < count; i++) {
            if (!belongs[i])
                continue;
            assert_true(found == 0 || numbers[i] > last);
            last = numbers[i];
            found++;
        }
        assert_int_equal(found, length);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_changes_are_told_with_what_stands_around),
        cmocka_unit_test(test_any_two_texts_come_back),
        cmocka_unit_test(test_large_texts_take_no_time),
        cmocka_unit_test(test_the_longest_run_is_the_longest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
