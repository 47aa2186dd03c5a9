/*
 * decimal: money and other numbers as people write them, read exactly: '3', '0.25'. Pure; any thread.
 */
#ifndef RULES_DECIMAL_H
#define RULES_DECIMAL_H

#include <stdint.h>

#include "base/buf.h"

/*
 * Digits, then perhaps a point and up to six more; no sign, no blank, no needless zero in front (so it is a JSON
 * number, too). 0 with the value in millionths, or -1: it is none, or above `most`.
 */
int decimal_parse(const char *text, int64_t most, int64_t *millionths);

/* Appends it exactly, with two places at least: "0.0123", "3.00", "-0.50". It is a JSON number, too. */
void decimal_format(int64_t millionths, struct buf *out);

enum { DECIMAL_ONE = 1000 * 1000 };

/* In millionths. Of a million tokens: 1,000,000; of a day's money: 1,000,000,000. Won and dong have room. */
extern const int64_t DECIMAL_PRICE_MAX, DECIMAL_CAP_MAX;

#endif
