/*
 * page_gap: what a split leaves in a page's gap is gone, and nothing else is touched.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "store/page_gap.h"

enum { SIZE = 512 };

/* A leaf of a table with two cells at 400 and 450, and a stale word in the gap at 100. */
static void fill(unsigned char *page, unsigned char type, size_t header)
{
    size_t list = header + (type == 2 ? 12 : 8);

    memset(page, 0, SIZE);
    page[header] = type;
    page[header + 4] = 2;
    page[header + 5] = 400 >> 8;
    page[header + 6] = 400 & 255;
    page[list] = 450 >> 8;
    page[list + 1] = 450 & 255;
    page[list + 2] = 400 >> 8;
    page[list + 3] = 400 & 255;
    memcpy(page + 150, "stale", 5);
    memcpy(page + 400, "first cell", 10);
    memcpy(page + 450, "second cell", 11);
}

static void the_gap_is_cleared_and_the_cells_stay(void **state)
{
    static const unsigned char TYPES[] = { 2, 10, 13 };
    unsigned char page[SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof TYPES; i++) {
        fill(page, TYPES[i], 0);
        assert_true(page_gap_clear(page, SIZE, 3));
        assert_null(memmem(page, SIZE, "stale", 5));
        assert_memory_equal(page + 400, "first cell", 10);
        assert_memory_equal(page + 450, "second cell", 11);
        assert_int_equal(page[4], 2);
        assert_false(page_gap_clear(page, SIZE, 3)); /* nothing is left to clear */
    }
}

static void the_first_page_begins_behind_the_header_of_the_file(void **state)
{
    unsigned char page[SIZE];

    (void)state;
    fill(page, 13, 100);
    memcpy(page, "SQLite format 3", 16);
    assert_true(page_gap_clear(page, SIZE, 1));
    assert_string_equal((char *)page, "SQLite format 3");
    assert_null(memmem(page, SIZE, "stale", 5));
}

static void what_is_no_page_of_cells_stays_as_it_is(void **state)
{
    unsigned char page[SIZE], before[SIZE];

    (void)state;
    fill(page, 5, 0); /* inner pages of tables hold no words */
    memcpy(before, page, SIZE);
    assert_false(page_gap_clear(page, SIZE, 3));
    assert_memory_equal(page, before, SIZE);
    fill(page, 0, 0); /* a page of a long value, or a free one */
    assert_false(page_gap_clear(page, SIZE, 3));
    fill(page, 13, 0); /* the map of pages: the second, then each 512 / 5 + 1 = 103 further on */
    assert_false(page_gap_clear(page, SIZE, 2));
    assert_false(page_gap_clear(page, SIZE, 105));
    assert_true(page_gap_clear(page, SIZE, 106));
}

static void a_page_whose_cells_contradict_it_stays_as_it_is(void **state)
{
    unsigned char page[SIZE];

    (void)state;
    fill(page, 13, 0);
    page[8 + 2] = 0; /* a cell that would stand in the gap */
    page[8 + 3] = 152;
    assert_false(page_gap_clear(page, SIZE, 3));
    assert_non_null(memmem(page, SIZE, "stale", 5));
    fill(page, 13, 0);
    page[3] = 255; /* more cells than there is room for */
    assert_false(page_gap_clear(page, SIZE, 3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_gap_is_cleared_and_the_cells_stay),
        cmocka_unit_test(the_first_page_begins_behind_the_header_of_the_file),
        cmocka_unit_test(what_is_no_page_of_cells_stays_as_it_is),
        cmocka_unit_test(a_page_whose_cells_contradict_it_stays_as_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
