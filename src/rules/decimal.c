/*
 * decimal: see the header.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "rules/decimal.h"

enum { DIGITS_MAX = 12, PLACES_MAX = 6, PLACES_SHOWN = 2 };

const int64_t DECIMAL_PRICE_MAX = (int64_t)1000 * 1000 * DECIMAL_ONE,
              DECIMAL_CAP_MAX = (int64_t)1000 * 1000 * 1000 * DECIMAL_ONE;

int decimal_parse(const char *text, int64_t most, int64_t *millionths)
{
    int64_t value = 0;
    int digits = 0, places = 0;
    for (; ascii_is_digit((unsigned char)*text) && digits < DIGITS_MAX; text++, digits++) {
        if (digits == 1 && value == 0)
            return -1;
        value = value * 10 + (*text - '0');
    }
    bool has_point = *text == '.' && digits > 0;
    text += has_point;
    for (; has_point && ascii_is_digit((unsigned char)*text) && places < PLACES_MAX; text++, places++)
        value = value * 10 + (*text - '0');
    if (digits == 0 || *text != '\0' || (has_point && places == 0))
        return -1;
    for (; places < PLACES_MAX; places++)
        value *= 10;
    if (value > most)
        return -1;
    *millionths = value;
    return 0;
}

void decimal_format(int64_t millionths, struct buf *out)
{
    uint64_t size = millionths < 0 ? 0 - (uint64_t)millionths : (uint64_t)millionths;
    char places[PLACES_MAX + 1];
    size_t len = PLACES_MAX;

    snprintf(places, sizeof places, "%06d", (int)(size % DECIMAL_ONE));
    while (len > PLACES_SHOWN && places[len - 1] == '0')
        len--;
    buf_addf(out, "%s%" PRIu64 ".%.*s", millionths < 0 ? "-" : "", size / DECIMAL_ONE, (int)len, places);
}
