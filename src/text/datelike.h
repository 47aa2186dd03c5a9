/*
 * datelike: would somebody who guesses take this text for a date?
 *
 * Braze does: a text attribute that is a bare date becomes a time, and its words are gone. Told are the forms that it
 * is known to read, and their near relatives:
 *
 *     12/1/2021   12-1-21   2021-12-01   2021/12/1      alone, or with a time behind ("T09:30", " 9:30") and whatever follows it
 *     Tue 05 12 09:30:00.KST 2026                       a weekday, two numbers, a time, and whatever follows it
 *     Tue, 12 May 2026 09:30 +0900 2026                 a weekday, a time somewhere, a year at the end
 *
 * Blanks at the ends do not count. Any other word before a time, and it is none. Pure; any thread.
 */
#ifndef TEXT_DATELIKE_H
#define TEXT_DATELIKE_H

#include <stdbool.h>
#include <stddef.h>

bool datelike_match(const char *text, size_t len);

#endif
