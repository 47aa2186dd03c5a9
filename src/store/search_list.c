/*
 * search_list: see the header.
 */
#include <string.h>

#include "store/search_list.h"

enum { AS_BITS = 0, BITS_BYTES = SEARCH_BLOCK / 8 };

size_t search_set_count(const struct search_set *set)
{
    size_t count = 0;
    for (size_t i = 0; i < SEARCH_BLOCK / 64; i++)
        count += (size_t)__builtin_popcountll(set->bits[i]);
    return count;
}

void search_number_put(uint64_t number, struct buf *out)
{
    for (; number >= 0x80; number >>= 7)
        buf_add_char(out, (char)(0x80 | (number & 0x7f)));
    buf_add_char(out, (char)number);
}

bool search_number_get(const unsigned char *bytes, size_t len, size_t *at, uint64_t *number)
{
    *number = 0;
    for (unsigned shift = 0; *at < len && shift < 64; shift += 7) {
        unsigned char byte = bytes[(*at)++];
        *number |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return true;
    }
    return false;
}

static void put_steps(const struct search_set *set, struct buf *out)
{
    size_t before = 0;
    for (size_t i = 0; i < SEARCH_BLOCK / 64; i++)
        for (uint64_t bits = set->bits[i]; bits != 0; bits &= bits - 1) {
            size_t place = i * 64 + (size_t)__builtin_ctzll(bits);
            search_number_put(place - before, out);
            before = place;
        }
}

void search_list_put(const struct search_set *set, struct buf *out)
{
    size_t start = out->len, count = search_set_count(set);
    search_number_put(count, out);
    put_steps(set, out);
    if (out->len - start <= BITS_BYTES + 1)
        return;
    buf_truncate(out, start);
    buf_add_char(out, AS_BITS);
    buf_add(out, set->bits, BITS_BYTES);
}

bool search_list_get(const unsigned char *bytes, size_t len, size_t *at, size_t base, struct search_set *set)
{
    uint64_t count, step;
    size_t place = base;
    if (!search_number_get(bytes, len, at, &count))
        return false;
    if (count == AS_BITS) {
        if (base != 0 || len - *at < BITS_BYTES)
            return false;
        for (size_t i = 0; i < SEARCH_BLOCK / 64; i++, *at += 8) {
            uint64_t bits;
            memcpy(&bits, bytes + *at, 8);
            set->bits[i] |= bits;
        }
        return true;
    }
    for (; count > 0; count--) {
        if (!search_number_get(bytes, len, at, &step) || step >= SEARCH_BLOCK || place + step >= SEARCH_BLOCK)
            return false;
        place += step;
        search_set_add(set, place);
    }
    return true;
}

/* The list's end, without reading it. */
static bool skip_list(const unsigned char *bytes, size_t len, size_t *at)
{
    uint64_t count, step;
    if (!search_number_get(bytes, len, at, &count) || count == AS_BITS)
        return false;
    for (; count > 0; count--)
        if (!search_number_get(bytes, len, at, &step))
            return false;
    return true;
}

bool search_entry_next(const unsigned char *bytes, size_t len, size_t *at, struct search_entry *entry)
{
    if (*at >= len || len - *at - 1 < bytes[*at])
        return false;
    *entry = (struct search_entry){ .word = bytes + *at + 1, .len = bytes[*at], .list = *at + 1 + bytes[*at] };
    *at = entry->list;
    return skip_list(bytes, len, at);
}

unsigned search_shelf_of(const void *piece, size_t len)
{
    const unsigned char *bytes = piece;
    uint32_t start = (uint32_t)bytes[0] << 8 | (len > 1 ? bytes[1] : 0);
    return start * 0x9e3779b1u >> 25; /* of SEARCH_SHELVES */
}
