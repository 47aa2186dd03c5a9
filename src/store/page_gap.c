/*
 * page_gap: see the header. The layout is that of SQLite's file format: a header of 8 bytes (12 in the inner page of an
 * index), behind the database's own 100 bytes on the first page; the offsets of the cells, two bytes each; the gap; the cells.
 * Inner pages of tables hold row numbers only and are left alone.
 */
#include <string.h>

#include "store/page_gap.h"

enum { INDEX_INNER = 2, INDEX_LEAF = 10, TABLE_LEAF = 13, FILE_HEADER = 100, NO_HEADER = 0, POINTER = 5 };

static size_t read_two(const unsigned char *at)
{
    return (size_t)at[0] << 8 | at[1];
}

/* Pages that say which page belongs where: the second, and then one before each size / 5 pages. Their bytes may read like
 * anything. */
static bool is_map(size_t size, int64_t number)
{
    return number >= 2 && (number - 2) % ((int64_t)size / POINTER + 1) == 0;
}

/* Do all cells lie behind the gap? Else it is no page of cells. */
static bool are_cells(const unsigned char *page, size_t size, size_t list, size_t end, size_t gap_end)
{
    for (size_t at = list; at < end; at += 2)
        if (read_two(page + at) < gap_end || read_two(page + at) >= size)
            return false;
    return true;
}

bool page_gap_clear(unsigned char *page, size_t size, int64_t number)
{
    size_t header = number == 1 ? FILE_HEADER : NO_HEADER, list, end, gap_end;
    unsigned char type = page[header];

    if ((type != INDEX_INNER && type != INDEX_LEAF && type != TABLE_LEAF) || is_map(size, number))
        return false;
    list = header + (type == INDEX_INNER ? 12 : 8);
    end = list + 2 * read_two(page + header + 3);
    gap_end = read_two(page + header + 5);
    if (gap_end == 0)
        gap_end = 65536;
    if (end >= gap_end || gap_end > size || !are_cells(page, size, list, end, gap_end))
        return false;
    if (page[end] == 0 && memcmp(page + end, page + end + 1, gap_end - end - 1) == 0)
        return false;
    memset(page + end, 0, gap_end - end);
    return true;
}
