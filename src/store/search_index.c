/*
 * search_index: filling the index, and taking messages out of it; the interface is in search.h.
 *
 * A step is one of three. A thousand messages become a leaf: 128 rows, one for each shelf, that hold their pieces. When all
 * messages of a block are in leaves, shelf by shelf its leaves become rows of search_word, one for each piece. And an index of
 * another form than SEARCH_FORM is thrown away, shelf by shelf. Each leaves the index complete up to `search_next`, so nobody has
 * to know how far it has come.
 *
 * SEARCH_FORM goes up whenever a text is cut into other pieces than before (text/units.c): what was indexed by the old ones could
 * not be taken out any more.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "store/book.h"
#include "store/query_number.h"
#include "store/search.h"
#include "store/search_gather.h"
#include "store/search_index.h"
#include "store/search_list.h"
#include "text/units.h"

enum {
    SEARCH_FORM = 1,
    LEAF_MESSAGES = 1024,   /* a leaf is written to 128 pages, however few messages are in it */
    LEAF_BYTES = 64 * 1024, /* of text: a leaf of long messages has fewer */
};

static int64_t block_of(int64_t message)
{
    return message / SEARCH_BLOCK;
}

/* How far it is */

static const char NEWEST[] = "SELECT max(id) FROM message";

/* The newest message's id; 0: there is none. */
static int find_newest(struct db *db, int64_t *newest, struct error *error)
{
    return query_number(db_query(db, NEWEST), 0, newest, error);
}

/* 1, 0, -1. A book without an index has one of the right form. */
static int is_current(struct db *db, struct error *error)
{
    int64_t form;
    if (book_get_int(db, "search_form", SEARCH_FORM, &form, error) != 0)
        return -1;
    return form == SEARCH_FORM;
}

int search_index_next(struct db *db, int64_t *next, struct error *error)
{
    int fits = is_current(db, error);
    *next = 0;
    return fits == 1 ? book_get_int(db, "search_next", 0, next, error) : fits;
}

static const char OLDEST_SHELF[] = "SELECT min(shelf) FROM search_leaf WHERE shelf < ?1";

/* The first shelf whose leaves can be put together; -1: there is none. */
static int find_ripe(struct db *db, int64_t next, int64_t *shelf, struct error *error)
{
    struct query *q = db_query(db, OLDEST_SHELF);
    query_bind_int(q, 1, block_of(next) * SEARCH_SHELVES);
    return query_number(q, -1, shelf, error);
}

/* Would a step find something to do? 1, 0, -1. Cheap. */
static int is_due(struct db *db, struct error *error)
{
    int64_t next, newest, shelf;
    int fits = is_current(db, error);
    if (fits != 1)
        return fits < 0 ? -1 : 1;
    if (book_get_int(db, "search_next", 0, &next, error) != 0 || find_newest(db, &newest, error) != 0 ||
        find_ripe(db, next, &shelf, error) != 0)
        return -1;
    return newest - next >= LEAF_MESSAGES - 1 || shelf >= 0;
}

/* Another form, or damage: it is all thrown away, and made anew. */
static int condemn(struct db *db, const char *why, struct error *error)
{
    log_warn("search_index_condemned", log_text("reason", why));
    return book_put_int(db, "search_form", 0, error);
}

static const char DROP_WORDS[] = "DELETE FROM search_word WHERE shelf = (SELECT min(shelf) FROM search_word)";
static const char DROP_LEAVES[] = "DELETE FROM search_leaf WHERE shelf = (SELECT min(shelf) FROM search_leaf)";

static int throw_away(struct db *db, struct error *error)
{
    int64_t words;
    if (query_run(db_query(db, DROP_WORDS), error) != 0)
        return -1;
    words = db_changes(db);
    if (query_run(db_query(db, DROP_LEAVES), error) != 0)
        return -1;
    if (words > 0 || db_changes(db) > 0)
        return 1;
    if (book_put_int(db, "search_next", 0, error) != 0 || book_put_int(db, "search_form", SEARCH_FORM, error) != 0)
        return -1;
    return 1;
}

/* A leaf */

struct leaf {
    struct search_gather gather;
    struct units units;
    int64_t first, next; /* ids */
    size_t place;
};

static void leaf_free(struct leaf *leaf)
{
    search_gather_release(&leaf->gather);
    units_release(&leaf->units);
    free(leaf);
}

static void add_piece(void *context, const char *piece, size_t len)
{
    struct leaf *leaf = context;
    search_gather_add(&leaf->gather, piece, len, leaf->place);
}

static const char TEXTS[] = "SELECT id, text FROM message WHERE id >= ?1 AND id < ?2 ORDER BY id LIMIT ?3";

/* The number of messages, or -1. */
static int read_leaf(struct db *db, int64_t next, struct leaf *leaf, struct error *error)
{
    struct query *q = db_query(db, TEXTS);
    size_t bytes = 0;
    int count = 0, found = 0;
    query_bind_int(q, 1, next);
    query_bind_int(q, 2, (block_of(next) + 1) * SEARCH_BLOCK);
    query_bind_int(q, 3, LEAF_MESSAGES);
    while (bytes < LEAF_BYTES && (found = query_step(q, error)) == 1) {
        size_t len;
        const char *text = query_bytes(q, 1, &len);
        int64_t id = query_int(q, 0);
        if (count++ == 0)
            leaf->first = id;
        leaf->place = (size_t)(id - leaf->first);
        leaf->next = id + 1;
        bytes += len;
        units_cut(text, len, &leaf->units);
        units_pieces(&leaf->units, add_piece, leaf);
    }
    query_end(q);
    return found < 0 ? -1 : count;
}

static const char PUT_LEAF[] = "INSERT OR REPLACE INTO search_leaf (shelf, first, words) VALUES (?1, ?2, ?3)";

static int put_leaf(struct db *db, int64_t shelf, int64_t first, const struct buf *words, struct error *error)
{
    struct query *q = db_query(db, PUT_LEAF);
    query_bind_int(q, 1, shelf);
    query_bind_int(q, 2, first);
    query_bind_bytes(q, 3, words->data, words->len);
    return query_run(q, error);
}

/* Which words stand on which shelf: chains through the gather's words, by index and one; 0: the end. */
struct shelving {
    uint32_t first[SEARCH_SHELVES], *next;
};

static void shelve(const struct search_gather *gather, struct shelving *shelving)
{
    *shelving = (struct shelving){ .next = alloc_array(gather->word_count, sizeof *shelving->next) };
    for (size_t i = gather->word_count; i > 0; i--) {
        const struct search_word *word = &gather->words[i - 1];
        unsigned shelf = search_shelf_of(gather->text.data + word->at, word->len);
        shelving->next[i - 1] = shelving->first[shelf];
        shelving->first[shelf] = (uint32_t)i;
    }
}

static void write_word(const struct search_gather *gather, const struct search_word *word, struct buf *out)
{
    buf_add_char(out, (char)word->len);
    buf_add(out, gather->text.data + word->at, word->len);
    search_gather_list(gather, word, out);
}

static int write_leaf(struct db *db, const struct leaf *leaf, struct error *error)
{
    struct shelving shelving;
    struct buf words = { 0 };
    int64_t shelf = block_of(leaf->first) * SEARCH_SHELVES;
    int result = 0;
    shelve(&leaf->gather, &shelving);
    for (size_t i = 0; i < SEARCH_SHELVES && result == 0; i++) {
        buf_clear(&words);
        for (uint32_t at = shelving.first[i]; at != 0; at = shelving.next[at - 1])
            write_word(&leaf->gather, &leaf->gather.words[at - 1], &words);
        if (words.len > 0)
            result = put_leaf(db, shelf + (int64_t)i, leaf->first, &words, error);
    }
    buf_release(&words);
    free(shelving.next);
    return result;
}

static const char FIRST_FROM[] = "SELECT min(id) FROM message WHERE id >= ?1";

/* No message is left in the block: the next one is in another. */
static int skip(struct db *db, int64_t next, struct error *error)
{
    struct query *q = db_query(db, FIRST_FROM);
    int64_t first;
    query_bind_int(q, 1, next);
    if (query_number(q, 0, &first, error) != 0)
        return -1;
    return first > 0 ? book_put_int(db, "search_next", first, error) : 0;
}

static int fill_leaf(struct db *db, int64_t next, struct error *error)
{
    struct leaf *leaf = alloc_new(sizeof *leaf);
    int count = read_leaf(db, next, leaf, error), result = count < 0 ? -1 : 0;
    if (next == 0 && count >= 0)
        result = book_put_int(db, "search_form", SEARCH_FORM, error);
    if (result == 0 && count == 0)
        result = skip(db, next, error);
    else if (result == 0)
        result = write_leaf(db, leaf, error) == 0 ? book_put_int(db, "search_next", leaf->next, error) : -1;
    leaf_free(leaf);
    return result;
}

/* A shelf of a complete block */

static bool add_leaf(struct search_gather *gather, const unsigned char *bytes, size_t len, size_t base)
{
    struct search_entry entry;
    size_t at = 0;
    while (search_entry_next(bytes, len, &at, &entry)) {
        uint64_t count, step;
        size_t list = entry.list, place = base;
        if (!search_number_get(bytes, len, &list, &count))
            return false;
        for (; count > 0 && search_number_get(bytes, len, &list, &step); count--) {
            place += step;
            if (place >= SEARCH_BLOCK)
                return false;
            search_gather_add(gather, entry.word, entry.len, place);
        }
    }
    return at == len;
}

static const char LEAVES[] = "SELECT first, words FROM search_leaf WHERE shelf = ?1 ORDER BY first";

/* 1, 0: a leaf is damaged, -1. */
static int read_shelf(struct db *db, int64_t shelf, struct search_gather *gather, struct error *error)
{
    struct query *q = db_query(db, LEAVES);
    int found;
    bool is_sound = true;
    query_bind_int(q, 1, shelf);
    while (is_sound && (found = query_step(q, error)) == 1) {
        size_t len;
        const void *words = query_bytes(q, 1, &len);
        is_sound = add_leaf(gather, words, len, (size_t)(query_int(q, 0) % SEARCH_BLOCK));
    }
    query_end(q);
    return !is_sound ? 0 : found < 0 ? -1 : 1;
}

static const char PUT_WORD[] = "INSERT OR REPLACE INTO search_word (shelf, word, messages) VALUES (?1, ?2, ?3)";

static int put_word(struct db *db, int64_t shelf, const void *word, size_t len, const struct buf *list, struct error *error)
{
    struct query *q = db_query(db, PUT_WORD);
    query_bind_int(q, 1, shelf);
    query_bind_bytes(q, 2, word, len);
    query_bind_bytes(q, 3, list->data, list->len);
    return query_run(q, error);
}

/* In the order of the table. */
static int put_words(struct db *db, int64_t shelf, struct search_gather *gather, struct error *error)
{
    struct buf list = { 0 };
    int result = 0;
    search_gather_sort(gather);
    for (size_t i = 0; i < gather->word_count && result == 0; i++) {
        const struct search_word *word = &gather->words[i];
        buf_clear(&list);
        search_gather_list(gather, word, &list);
        result = put_word(db, shelf, gather->text.data + word->at, word->len, &list, error);
    }
    buf_release(&list);
    return result;
}

static const char DROP_SHELF[] = "DELETE FROM search_leaf WHERE shelf = ?1";

static int put_together(struct db *db, int64_t shelf, struct error *error)
{
    struct search_gather gather = { 0 };
    int result = read_shelf(db, shelf, &gather, error);
    if (result == 0) {
        result = condemn(db, "a leaf is damaged", error);
    } else if (result == 1 && put_words(db, shelf, &gather, error) == 0) {
        struct query *q = db_query(db, DROP_SHELF);
        query_bind_int(q, 1, shelf);
        result = query_run(q, error);
    } else {
        result = -1;
    }
    search_gather_release(&gather);
    return result;
}

int search_fill(struct db *db, struct error *error)
{
    int64_t next, newest, shelf;
    int due = is_due(db, error), fits = due == 1 ? is_current(db, error) : due;
    if (due != 1 || fits < 0)
        return fits < 0 ? -1 : 0;
    if (fits == 0)
        return throw_away(db, error);
    if (search_index_next(db, &next, error) != 0 || find_newest(db, &newest, error) != 0 ||
        find_ripe(db, next, &shelf, error) != 0)
        return -1;
    int result = shelf >= 0 ? put_together(db, shelf, error) : fill_leaf(db, next, error);
    return result == 0 ? 1 : -1;
}

/* Forgetting */

struct forgetting {
    struct db *db;
    struct error *error;
    int64_t message;
    int result; /* 0; 1: the index is damaged; -1 */
};

/* Writes the leaf again without the message; whether it can be read. */
static bool write_without(const unsigned char *bytes, size_t len, size_t place, struct buf *out)
{
    struct search_entry entry;
    size_t at = 0;
    while (search_entry_next(bytes, len, &at, &entry)) {
        struct search_set set = { { 0 } };
        size_t list = entry.list;
        if (!search_list_get(bytes, len, &list, 0, &set))
            return false;
        set.bits[place / 64] &= ~(UINT64_C(1) << (place % 64));
        if (search_set_count(&set) == 0)
            continue;
        buf_add_char(out, (char)entry.len);
        buf_add(out, entry.word, entry.len);
        search_list_put(&set, out);
    }
    return at == len;
}

static const char LEAF_OF[] = "SELECT first, words FROM search_leaf WHERE shelf = ?1 AND first <= ?2 ORDER BY first DESC LIMIT 1";
static const char DROP_LEAF[] = "DELETE FROM search_leaf WHERE shelf = ?1 AND first = ?2";

static int forget_in_leaf(struct forgetting *forgetting, int64_t shelf)
{
    struct query *q = db_query(forgetting->db, LEAF_OF);
    struct buf words = { 0 };
    size_t len = 0;
    query_bind_int(q, 1, shelf);
    query_bind_int(q, 2, forgetting->message);
    int found = query_step(q, forgetting->error), result = found < 0 ? -1 : 0;
    int64_t first = found == 1 ? query_int(q, 0) : 0;
    const void *bytes = found == 1 ? query_bytes(q, 1, &len) : NULL;
    if (found == 1 && !write_without(bytes, len, (size_t)(forgetting->message - first), &words))
        result = 1;
    query_end(q);
    if (found == 1 && result == 0 && words.len > 0) {
        result = put_leaf(forgetting->db, shelf, first, &words, forgetting->error);
    } else if (found == 1 && result == 0) {
        q = db_query(forgetting->db, DROP_LEAF);
        query_bind_int(q, 1, shelf);
        query_bind_int(q, 2, first);
        result = query_run(q, forgetting->error);
    }
    buf_release(&words);
    return result;
}

static const char LIST_OF[] = "SELECT messages FROM search_word WHERE shelf = ?1 AND word = ?2";
static const char DROP_WORD[] = "DELETE FROM search_word WHERE shelf = ?1 AND word = ?2";

static int forget_in_word(struct forgetting *forgetting, int64_t shelf, const char *piece, size_t len)
{
    struct query *q = db_query(forgetting->db, LIST_OF);
    struct search_set set = { { 0 } };
    struct buf list = { 0 };
    size_t at = 0, list_len, place = (size_t)(forgetting->message % SEARCH_BLOCK);
    query_bind_int(q, 1, shelf);
    query_bind_bytes(q, 2, piece, len);
    int found = query_step(q, forgetting->error), result = found < 0 ? -1 : 0;
    if (found == 1) {
        const void *bytes = query_bytes(q, 0, &list_len);
        result = search_list_get(bytes, list_len, &at, 0, &set) ? 0 : 1;
    }
    query_end(q);
    if (found != 1 || result != 0 || !search_set_has(&set, place))
        return result;
    set.bits[place / 64] &= ~(UINT64_C(1) << (place % 64));
    if (search_set_count(&set) > 0) {
        search_list_put(&set, &list);
        result = put_word(forgetting->db, shelf, piece, len, &list, forgetting->error);
        buf_release(&list);
        return result;
    }
    q = db_query(forgetting->db, DROP_WORD);
    query_bind_int(q, 1, shelf);
    query_bind_bytes(q, 2, piece, len);
    return query_run(q, forgetting->error);
}

static void forget_piece(void *context, const char *piece, size_t len)
{
    struct forgetting *forgetting = context;
    int64_t shelf = block_of(forgetting->message) * SEARCH_SHELVES + search_shelf_of(piece, len);
    if (forgetting->result == 0)
        forgetting->result = forget_in_leaf(forgetting, shelf);
    if (forgetting->result == 0)
        forgetting->result = forget_in_word(forgetting, shelf, piece, len);
}

int search_forget(struct db *db, int64_t message, const char *text, struct error *error)
{
    struct forgetting forgetting = { .db = db, .error = error, .message = message };
    struct units units = { 0 };
    int64_t next;
    if (search_index_next(db, &next, error) != 0)
        return -1;
    if (message >= next)
        return 0;
    units_cut(text, strlen(text), &units);
    units_pieces(&units, forget_piece, &forgetting);
    units_release(&units);
    return forgetting.result == 1 ? condemn(db, "a list is damaged", error) : forgetting.result;
}

int search_is_left(struct db *db, struct error *error)
{
    int fits = is_current(db, error);
    return fits < 0 ? -1 : fits == 0;
}
