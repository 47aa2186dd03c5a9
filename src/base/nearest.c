/*
 * nearest: the good name that a wrong one was meant to be.
 *
 * The distance is the "optimal string alignment" one: the least number of insertions, removals, changes and
 * swaps of neighbours, counted over bytes. Three rows of the usual table suffice, since a swap looks back
 * two rows. Bytes instead of characters make a slip in a Korean name count up to three times, which only
 * makes the advice rarer.
 *
 * Names are capped at NAME_MAX_BYTES, so a hostile list costs a bounded time per offer and no memory.
 */
#include <string.h>

#include "base/nearest.h"

enum { NAME_MAX_BYTES = 64 };

static unsigned char lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t rows[3][NAME_MAX_BYTES + 1];
    for (size_t j = 0; j <= b_len; j++)
        rows[0][j] = j;

    for (size_t i = 1; i <= a_len; i++) {
        size_t *now = rows[i % 3], *before = rows[(i + 2) % 3], *older = rows[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            size_t change = before[j - 1] + (lower(a[i - 1]) != lower(b[j - 1]));
            now[j] = least(change, least(before[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]))
                now[j] = least(now[j], older[j - 2] + 1);
        }
    }
    return rows[a_len % 3][b_len];
}

void nearest_offer(struct nearest *nearest, const char *name)
{
    size_t word_len = strlen(nearest->word), name_len = strlen(name);
    if (nearest->offers++ < NEAREST_SHOWN_MAX)
        nearest->first[nearest->offers - 1] = name;
    if (word_len > NAME_MAX_BYTES || name_len > NAME_MAX_BYTES || word_len == 0)
        return;
    size_t slips = distance(nearest->word, word_len, name, name_len);
    if (slips > 1 + word_len / 4 || slips >= name_len)
        return;
    if (nearest->best == NULL || slips < nearest->slips) {
        nearest->best = name;
        nearest->slips = slips;
    }
}

void nearest_offer_list(struct nearest *nearest, const char *const *names)
{
    for (; *names != NULL; names++)
        nearest_offer(nearest, *names);
}

void nearest_advise(const struct nearest *nearest, const char *const *names, struct buf *out)
{
    if (nearest->best != NULL) {
        buf_addf(out, "; did you mean '%s'?", nearest->best);
        return;
    }
    for (size_t i = 0; names != NULL && names[i] != NULL; i++)
        buf_addf(out, "%s%s", i == 0 ? "; known are " : ", ", names[i]);
}
