/*
 * search_block: see the header.
 *
 * A word is found by its piece; a run of characters by all the pairs in it; one character, and a word that others may begin
 * with, by all pieces that begin so. Those stand next to each other on one shelf, for a piece's shelf hangs on its first two
 * bytes; only a prefix of one byte may be on any.
 */
#include <string.h>

#include "store/search_block.h"

static const char FIRST_LEAF[] = "SELECT coalesce(min(shelf), 0x7fffffffffffffff) FROM search_leaf";

int search_reader_init(struct search_reader *reader, struct db *db, const struct seek *seek, struct error *error)
{
    struct query *q = db_query(db, FIRST_LEAF);
    int found = query_step(q, error);
    *reader = (struct search_reader){ .db = db, .seek = seek, .first_leaf_shelf = found == 1 ? query_int(q, 0) : 0 };
    query_end(q);
    return found < 0 ? -1 : 0;
}

struct wanted { /* a piece */
    const char *text;
    size_t len;
    bool is_prefix;
};

static int damaged(struct error *error)
{
    return error_set(error, "the index of the search is damaged; let frontdesk audit look over the book");
}

static const char EXACT[] = "SELECT messages FROM search_word WHERE shelf = ?1 AND word = ?2";
static const char BEGINNING[] = "SELECT messages FROM search_word WHERE shelf = ?1 AND word >= ?2 AND word < ?3";

static int add_words(struct search_reader *reader, int64_t shelf, const struct wanted *wanted, struct search_set *set,
                     struct error *error)
{
    struct query *q = db_query(reader->db, wanted->is_prefix ? BEGINNING : EXACT);
    unsigned char behind[UNIT_BYTES_MAX + 1];
    int found;
    bool is_sound = true;
    query_bind_int(q, 1, shelf);
    query_bind_bytes(q, 2, wanted->text, wanted->len);
    if (wanted->is_prefix) {
        memcpy(behind, wanted->text, wanted->len);
        behind[wanted->len] = 0xff; /* in no UTF-8 */
        query_bind_bytes(q, 3, behind, wanted->len + 1);
    }
    while (is_sound && (found = query_step(q, error)) == 1) {
        size_t len, at = 0;
        const void *list = query_bytes(q, 0, &len);
        is_sound = search_list_get(list, len, &at, 0, set);
    }
    query_end(q);
    return !is_sound ? damaged(error) : found;
}

static bool add_leaf(const unsigned char *bytes, size_t len, size_t base, const struct wanted *wanted, struct search_set *set)
{
    struct search_entry entry;
    size_t at = 0;
    while (search_entry_next(bytes, len, &at, &entry)) {
        bool fits = wanted->is_prefix ? entry.len >= wanted->len : entry.len == wanted->len;
        if (fits && memcmp(entry.word, wanted->text, wanted->len) == 0 &&
            !search_list_get(bytes, len, &entry.list, base, set))
            return false;
    }
    return at == len;
}

static const char LEAVES[] = "SELECT first, words FROM search_leaf WHERE shelf = ?1";

static int add_leaves(struct search_reader *reader, int64_t shelf, const struct wanted *wanted, struct search_set *set,
                      struct error *error)
{
    if (shelf < reader->first_leaf_shelf)
        return 0;
    struct query *q = db_query(reader->db, LEAVES);
    int found;
    bool is_sound = true;
    query_bind_int(q, 1, shelf);
    while (is_sound && (found = query_step(q, error)) == 1) {
        size_t len;
        const void *words = query_bytes(q, 1, &len);
        is_sound = add_leaf(words, len, (size_t)(query_int(q, 0) % SEARCH_BLOCK), wanted, set);
    }
    query_end(q);
    return !is_sound ? damaged(error) : found;
}

static int add_piece(struct search_reader *reader, int64_t block, const struct wanted *wanted, struct search_set *set,
                     struct error *error)
{
    bool is_anywhere = wanted->is_prefix && wanted->len < 2;
    unsigned first = is_anywhere ? 0 : search_shelf_of(wanted->text, wanted->len);
    unsigned last = is_anywhere ? SEARCH_SHELVES - 1 : first;
    for (unsigned i = first; i <= last; i++) {
        int64_t shelf = block * SEARCH_SHELVES + i;
        if (add_words(reader, shelf, wanted, set, error) != 0 || add_leaves(reader, shelf, wanted, set, error) != 0)
            return -1;
    }
    return 0;
}

/* The piece that the term's unit at `index` is looked for by; false: the pair before covers it. */
static bool piece_of(const struct seek *seek, const struct seek_term *term, size_t index, struct wanted *wanted)
{
    const struct unit *unit = &seek->units.units[term->first + index];
    bool has_next = index + 1 < term->count && unit[1].is_joined, is_last = index + 1 == term->count;
    *wanted = (struct wanted){ .text = seek->units.plain.data + unit->at, .len = unit->len };
    if (unit->kind == UNIT_CHARACTER) {
        wanted->len += has_next ? unit[1].len : 0;
        wanted->is_prefix = !has_next;
        return has_next || !unit->is_joined || index == 0;
    }
    wanted->len = units_piece_len(&seek->units, term->first + index);
    wanted->is_prefix = term->is_prefix && is_last && wanted->len == unit->len && unit->len < PIECE_MAX;
    return true;
}

static void keep(struct search_set *set, const struct search_set *other)
{
    for (size_t i = 0; i < SEARCH_BLOCK / 64; i++)
        set->bits[i] &= other->bits[i];
}

static bool is_empty(const struct search_set *set)
{
    uint64_t any = 0;
    for (size_t i = 0; i < SEARCH_BLOCK / 64; i++)
        any |= set->bits[i];
    return any == 0;
}

/* Leaves in `set` the places that have all pieces of the term. */
static int narrow_term(struct search_reader *reader, int64_t block, const struct seek_term *term, struct search_set *set,
                       struct error *error)
{
    for (size_t i = 0; i < term->count && !is_empty(set); i++) {
        struct search_set have = { { 0 } };
        struct wanted wanted;
        if (!piece_of(reader->seek, term, i, &wanted))
            continue;
        if (add_piece(reader, block, &wanted, &have, error) != 0)
            return -1;
        keep(set, &have);
    }
    return 0;
}

int search_block_narrow(struct search_reader *reader, int64_t block, bool counts, struct search_set *set, struct error *error)
{
    struct search_set whole = *set;
    for (size_t i = 0; i < reader->seek->count && (counts || !is_empty(set)); i++) {
        const struct seek_term *term = &reader->seek->terms[i];
        struct search_set one = counts ? whole : *set;
        if (term->is_without)
            continue;
        if (narrow_term(reader, block, term, &one, error) != 0)
            return -1;
        if (counts)
            reader->heard[i] += (double)search_set_count(&one);
        keep(set, &one);
    }
    return 0;
}
