/*
 * needles: a hashed piece of each literal, and a look at the whole literal where that piece stands.
 *
 * An automaton over 50,000 literals is megabytes of states, and each byte of a text waits for one of them to
 * come from memory. Here instead each literal is filed under one gram, a piece of 8, 4, 3, 2 or 1 bytes, the
 * widest that fits into it; of its pieces the one that the fewest other literals have. For each byte of a
 * text and each width in use, the gram that starts there is hashed, and one bit of a small table, which stays
 * in the first levels of the cache, answers "no literal has that" for nearly all of them. The others are
 * looked up: the few literals filed under this gram are compared with the text in full, with the marks of
 * their ends.
 *
 * How many literals share a gram is no matter of luck, as the rarest is taken; only owners who write
 * thousands of literals out of the same few letters would get long lists.
 *
 * A literal that many owners share is reported once a search: scratch->seen holds the number of the search
 * that last did. The number goes on from one set of needles to the next, so old entries never look new; when
 * it would wrap, after four thousand million searches, they are wiped.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "text/needles.h"

enum { WIDTHS = 5, FILTER_SPREAD = 4, BITS_LEAST = 8, BITS_MOST = 22 };

static const size_t WIDTH[WIDTHS] = { 8, 4, 3, 2, 1 };

struct needle {
    uint32_t start, len; /* in bytes */
    unsigned char left, right;
    uint32_t owner, owner_count; /* in owners */
};

struct gram {
    uint64_t value;
    uint32_t needle, offset; /* of the gram in the needle */
};

/* All literals filed under grams of one width. The upper bits of a hash choose the slot, all the filter bit.
 */
struct file {
    size_t width, count;
    unsigned slot_bits;
    uint64_t *filter;
    uint32_t *slots; /* index of a slot's first gram, and of the one behind the last */
    struct gram *grams;
};

struct needles {
    char *bytes;
    struct needle *list;
    size_t count;
    uint32_t *owners;
    struct file files[WIDTHS];
};

static inline uint64_t load(const char *at, size_t width)
{
    uint64_t value = 0;

    memcpy(&value, at, width);
    return value;
}

static inline uint64_t hash(uint64_t gram, unsigned bits)
{
    return gram * 0x9e3779b97f4a7c15ULL >> (64 - bits);
}

/* Making */

struct sorting {
    const struct literals *literals;
    const char *bytes;
};

static int compare(const void *a, const void *b, void *context)
{
    const struct sorting *sorting = context;
    const struct literal *left = &sorting->literals->list[*(const uint32_t *)a];
    const struct literal *right = &sorting->literals->list[*(const uint32_t *)b];
    int order;

    if (left->len != right->len)
        return left->len < right->len ? -1 : 1;
    order = memcmp(sorting->bytes + left->start, sorting->bytes + right->start, left->len);
    if (order == 0)
        order = left->left - right->left;
    return order != 0 ? order : left->right - right->right;
}

static void add_needle(struct needles *needles, const struct literal *literal, uint32_t owner)
{
    needles->list[needles->count++] = (struct needle){
        .start = (uint32_t)literal->start,
        .len = (uint32_t)literal->len,
        .left = literal->left,
        .right = literal->right,
        .owner = owner,
    };
}

/* Equal literals become one needle with several owners. */
static void gather(struct needles *needles, const struct literals *literals)
{
    struct sorting sorting = { literals, buf_text(&literals->bytes) };
    uint32_t *order = alloc_array(literals->count + 1, sizeof *order);

    for (uint32_t i = 0; i < literals->count; i++)
        order[i] = i;
    qsort_r(order, literals->count, sizeof *order, compare, &sorting);
    for (uint32_t i = 0; i < literals->count; i++) {
        const struct literal *literal = &literals->list[order[i]];

        if (i == 0 || compare(&order[i - 1], &order[i], &sorting) != 0)
            add_needle(needles, literal, i);
        needles->owners[i] = literal->owner;
        needles->list[needles->count - 1].owner_count++;
    }
    free(order);
}

static size_t width_index(size_t len)
{
    size_t index = 0;

    while (WIDTH[index] > len)
        index++;
    return index;
}

static void file_reserve(struct file *file)
{
    while (file->slot_bits < BITS_MOST && ((size_t)1 << file->slot_bits) < 2 * file->count)
        file->slot_bits++;
    file->filter = alloc_array(((size_t)1 << (file->slot_bits + FILTER_SPREAD)) / 64, sizeof *file->filter);
    file->slots = alloc_array(((size_t)1 << file->slot_bits) + 1, sizeof *file->slots);
    file->grams = alloc_array(file->count + 1, sizeof *file->grams);
}

/* How many grams of all the literals fall on each hash: the measure of what is rare. */
static uint32_t *count_grams(const struct needles *needles, const struct file *file, unsigned bits)
{
    uint32_t *counts = alloc_array((size_t)1 << bits, sizeof *counts);

    for (size_t i = 0; i < needles->count; i++) {
        const struct needle *needle = &needles->list[i];

        if (WIDTH[width_index(needle->len)] != file->width)
            continue;
        for (size_t at = 0; at + file->width <= needle->len; at++)
            counts[hash(load(needles->bytes + needle->start + at, file->width), bits)]++;
    }
    return counts;
}

static struct gram rarest(const struct needles *needles, const struct file *file, uint32_t index,
                          const uint32_t *counts, unsigned bits)
{
    const struct needle *needle = &needles->list[index];
    struct gram best = { .needle = index };
    uint32_t least = UINT32_MAX;

    for (uint32_t at = 0; at + file->width <= needle->len; at++) {
        uint64_t value = load(needles->bytes + needle->start + at, file->width);
        uint32_t count = counts[hash(value, bits)];

        if (count >= least)
            continue;
        least = count;
        best.value = value;
        best.offset = at;
    }
    return best;
}

/* A counting sort by slot: slots[s] holds how many come before, and is moved on while they are put down. */
static void sort_grams(struct file *file)
{
    struct gram *sorted = alloc_array(file->count + 1, sizeof *sorted);
    size_t slot_count = (size_t)1 << file->slot_bits;

    for (size_t i = 0; i < file->count; i++)
        file->slots[hash(file->grams[i].value, file->slot_bits)]++;
    for (size_t slot = 0, before = 0; slot <= slot_count; slot++) {
        size_t here = file->slots[slot];

        file->slots[slot] = (uint32_t)before;
        before += here;
    }
    for (size_t i = 0; i < file->count; i++)
        sorted[file->slots[hash(file->grams[i].value, file->slot_bits)]++] = file->grams[i];
    memmove(file->slots + 1, file->slots, slot_count * sizeof *file->slots);
    file->slots[0] = 0;
    free(file->grams);
    file->grams = sorted;
}

static void fill(struct needles *needles, struct file *file)
{
    unsigned bits = file->slot_bits + FILTER_SPREAD;
    uint32_t *counts = count_grams(needles, file, bits);
    size_t count = 0;

    for (uint32_t i = 0; i < needles->count; i++) {
        if (WIDTH[width_index(needles->list[i].len)] != file->width)
            continue;
        struct gram gram = rarest(needles, file, i, counts, bits);
        uint64_t bit = hash(gram.value, bits);

        file->filter[bit / 64] |= (uint64_t)1 << bit % 64;
        file->grams[count++] = gram;
    }
    free(counts);
    sort_grams(file);
}

struct needles *needles_new(const struct literals *literals)
{
    struct needles *needles = alloc_new(sizeof *needles);

    needles->bytes = alloc_bytes(buf_text(&literals->bytes), literals->bytes.len);
    needles->list = alloc_array(literals->count + 1, sizeof *needles->list);
    needles->owners = alloc_array(literals->count + 1, sizeof *needles->owners);
    gather(needles, literals);
    for (size_t i = 0; i < WIDTHS; i++)
        needles->files[i] = (struct file){ .width = WIDTH[i], .slot_bits = BITS_LEAST };
    for (size_t i = 0; i < needles->count; i++)
        needles->files[width_index(needles->list[i].len)].count++;
    for (size_t i = 0; i < WIDTHS; i++) {
        if (needles->files[i].count == 0)
            continue;
        file_reserve(&needles->files[i]);
        fill(needles, &needles->files[i]);
    }
    return needles;
}

void needles_free(struct needles *needles)
{
    if (needles == NULL)
        return;
    for (size_t i = 0; i < WIDTHS; i++) {
        free(needles->files[i].filter);
        free(needles->files[i].slots);
        free(needles->files[i].grams);
    }
    free(needles->bytes);
    free(needles->list);
    free(needles->owners);
    free(needles);
}

size_t needles_count(const struct needles *needles)
{
    return needles->count;
}

/* Searching */

struct search {
    const struct needles *needles;
    const struct squeezed *text;
    struct scratch *scratch;
    uint64_t *bits;
};

static void report(const struct search *search, uint32_t index)
{
    const struct needle *needle = &search->needles->list[index];

    if (search->scratch->seen[index] == search->scratch->search)
        return;
    search->scratch->seen[index] = search->scratch->search;
    for (uint32_t i = needle->owner; i < needle->owner + needle->owner_count; i++) {
        uint32_t owner = search->needles->owners[i];

        search->bits[owner / 64] |= (uint64_t)1 << owner % 64;
    }
}

static bool stands_at(const struct search *search, const struct needle *needle, size_t at)
{
    const struct squeezed *text = search->text;

    return at + needle->len <= text->len &&
           memcmp(text->text + at, search->needles->bytes + needle->start, needle->len) == 0 &&
           (text->marks[at] & needle->left) == 0 && (text->marks[at + needle->len] & needle->right) == 0;
}

static void look_up(const struct search *search, const struct file *file, uint64_t value, size_t at)
{
    uint64_t slot = hash(value, file->slot_bits);

    for (uint32_t i = file->slots[slot]; i < file->slots[slot + 1]; i++) {
        const struct gram *gram = &file->grams[i];

        if (gram->value == value && gram->offset <= at &&
            stands_at(search, &search->needles->list[gram->needle], at - gram->offset))
            report(search, gram->needle);
    }
}

static inline __attribute__((always_inline)) void search_width(const struct search *search,
                                                               const struct file *file, size_t width)
{
    const unsigned bits = file->slot_bits + FILTER_SPREAD;
    const uint64_t *filter = file->filter;

    for (size_t at = 0; at + width <= search->text->len; at++) {
        uint64_t value = load(search->text->text + at, width);
        uint64_t bit = hash(value, bits);

        if (filter[bit / 64] >> bit % 64 & 1)
            look_up(search, file, value, at);
    }
}

static void begin(const struct needles *needles, struct scratch *scratch)
{
    if (scratch->seen_room < needles->count) {
        scratch->seen = alloc_resize(scratch->seen, needles->count, sizeof *scratch->seen);
        memset(scratch->seen + scratch->seen_room, 0,
               (needles->count - scratch->seen_room) * sizeof *scratch->seen);
        scratch->seen_room = needles->count;
    }
    if (++scratch->search == 0) {
        memset(scratch->seen, 0, scratch->seen_room * sizeof *scratch->seen);
        scratch->search = 1;
    }
}

void needles_search(const struct needles *needles, const struct squeezed *text, struct scratch *scratch,
                    uint64_t *bits)
{
    struct search search = { needles, text, scratch, bits };

    begin(needles, scratch);
    for (size_t i = 0; i < WIDTHS; i++) {
        const struct file *file = &needles->files[i];

        if (file->count == 0)
            continue;
        switch (file->width) {
        case 8: search_width(&search, file, 8); break;
        case 4: search_width(&search, file, 4); break;
        case 3: search_width(&search, file, 3); break;
        case 2: search_width(&search, file, 2); break;
        default: search_width(&search, file, 1); break;
        }
    }
}

void scratch_reserve(struct scratch *scratch, size_t count)
{
    size_t words = count / 64 + 1;

    if (words <= scratch->bits_room)
        return;
    scratch->bits = alloc_resize(scratch->bits, words, sizeof *scratch->bits);
    scratch->bits_room = words;
}

void scratch_release(struct scratch *scratch)
{
    squeezed_release(&scratch->squeezed);
    free(scratch->bits);
    free(scratch->seen);
    *scratch = (struct scratch){ 0 };
}
