/*
 * page_gap: what SQLite leaves behind in its pages.
 *
 * secure_delete writes zeros over a row that is deleted. But where a page is split, its rows move, and copies of those that
 * went stay in the gap between the page's list of cells and the first of them: out of reach, and readable by whoever
 * looks at the file. So the gap of every page that goes into the book's file is written as zeros (store/wal_file.h). The log
 * may hold such copies until it is cut (db_scrub).
 *
 * Pure.
 */
#ifndef STORE_PAGE_GAP_H
#define STORE_PAGE_GAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Zeros in the gap of page `number` (1: the first) of a database with automatic vacuum. What is no page of rows or of an index
 * stays as it is. Was anything changed?
 */
bool page_gap_clear(unsigned char *page, size_t size, int64_t number);

#endif
