/*
 * search: from what is looked for to the hits; see the header. The index: search_index.c, search_block.c.
 *
 * Three ways lead to texts that may be hits, and all go from the newest to the oldest. Where a customer is named, his messages
 * are, and where they are many the index says which. Else first what is not in the index yet, and then block by block what the
 * index offers. Whatever the way, a text is looked at once, and its own words decide. After so many texts the read transaction
 * is left for a new one.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "store/moment.h"
#include "store/pick_private.h"
#include "store/search.h"
#include "store/search_block.h"
#include "store/search_index.h"

struct ranked {
    int64_t message;
    uint32_t length; /* units */
    uint16_t found[SEEK_TERMS_MAX];
    double score;
};

struct run {
    struct db *db;
    const struct search_query *query;
    search_row *row;
    void *context;
    struct search_outcome *outcome;
    struct error *error;
    struct search_reader reader;
    int64_t low, high; /* ids: low <= id < high */
    int64_t next;      /* from it on they are not in the index */
    size_t looks, unbroken; /* texts that were looked at; messages, to know when to breathe */
    int count;      /* hits, given away or to be ranked */
    bool is_ended;  /* there are enough */
    double read;    /* messages of the blocks that were narrowed */
    struct units units;
    struct seek_marks marks;
    struct ranked *ranked;
    size_t ranked_room;
};

/* Hits */

#define HIT                                                                                                     \
    "SELECT m.id, m.conversation, m.at, c.address, c.first_name, v.channel, m.kind, m.actor, m.text "          \
    "FROM message m JOIN conversation v ON v.id = m.conversation JOIN contact c ON c.id = v.contact "
static const char ONE[] = HIT "WHERE m.id = ?1";

static void read_hit(const struct query *q, struct search_hit *hit)
{
    *hit = (struct search_hit){ .message = query_int(q, 0),     .conversation = query_int(q, 1), .at = query_int(q, 2),
                                .user = query_text(q, 3),       .first_name = query_text(q, 4),  .channel = query_text(q, 5),
                                .kind = query_text(q, 6),       .actor = query_text(q, 7),       .text = query_text(q, 8) };
}

static bool is_in_period(const struct filter *filter, int64_t at)
{
    return (filter->since == 0 || at >= filter->since) && (filter->until == 0 || at < filter->until);
}

static void keep_for_ranking(struct run *run, int64_t message)
{
    if (run->count == SEARCH_RANKED_MAX) {
        run->outcome->is_ranked_part = run->is_ended = true;
        return;
    }
    if ((size_t)run->count == run->ranked_room) {
        run->ranked_room = run->ranked_room == 0 ? 64 : 2 * run->ranked_room;
        run->ranked = alloc_resize(run->ranked, run->ranked_room, sizeof *run->ranked);
    }
    struct ranked *ranked = &run->ranked[run->count++];
    *ranked = (struct ranked){ .message = message, .length = (uint32_t)run->units.count };
    for (size_t i = 0; i < run->query->seek->count; i++)
        ranked->found[i] = run->marks.found[i] < UINT16_MAX ? (uint16_t)run->marks.found[i] : UINT16_MAX;
}

static void give(struct run *run, const struct search_hit *hit)
{
    if (run->query->is_by_relevance) {
        keep_for_ranking(run, hit->message);
    } else if (run->query->filter.limit > 0 && run->count == run->query->filter.limit) {
        run->outcome->has_more = run->is_ended = true;
    } else {
        run->row(run->context, hit);
        run->count++;
    }
}

static bool matches(struct run *run, const char *text, size_t len)
{
    units_cut(text, len, &run->units);
    return seek_match(run->query->seek, &run->units, run->query->is_by_relevance ? &run->marks : NULL);
}

static const char WORDS[] = "SELECT at, text FROM message WHERE id = ?1";

/* Are the message's own words those that are looked for? 1, 0, -1. Of most that are not, no more than that is read. */
static int has_words(struct run *run, int64_t message)
{
    struct query *q = db_query(run->db, WORDS);
    query_bind_int(q, 1, message);
    int found = query_step(q, run->error);
    if (found == 1 && run->looks++ == SEARCH_LOOKS_MAX) {
        run->outcome->stopped_at = message;
        run->is_ended = true;
        found = 0;
    } else if (found == 1) {
        const char *text = query_text(q, 1);
        found = is_in_period(&run->query->filter, query_int(q, 0)) && matches(run, text, strlen(text));
    }
    query_end(q);
    return found;
}

/* A message with the words. */
static int take(struct run *run, int64_t message)
{
    const struct filter *filter = &run->query->filter;
    struct search_hit hit;
    if (run->query->is_by_relevance && filter->channel == NULL) {
        keep_for_ranking(run, message);
        return 0;
    }
    struct query *q = db_query(run->db, ONE);
    query_bind_int(q, 1, message);
    int found = query_step(q, run->error);
    if (found == 1) {
        read_hit(q, &hit);
        if (filter->channel == NULL || strcmp(filter->channel, hit.channel) == 0)
            give(run, &hit);
    }
    query_end(q);
    return found < 0 ? -1 : 0;
}

/*
 * Goes on from a newer state of the book, so that the log does not have to keep this one. The index has come further since, which
 * does no harm, or is thrown away.
 */
static int breathe(struct run *run)
{
    int64_t next;
    db_read_end(run->db);
    if (db_read_begin(run->db, run->error) != 0 || search_index_next(run->db, &next, run->error) != 0)
        return -1;
    return next >= run->next ? 0 : error_set(run->error, "the index of the search is being made anew; search again in a moment");
}

static int look(struct run *run, int64_t message)
{
    enum { BREATH = 1000 };
    int found = has_words(run, message), result = found == 1 ? take(run, message) : found;
    return result == 0 && ++run->unbroken % BREATH == 0 ? breathe(run) : result;
}

/* Which ids */

static int find_range(struct run *run)
{
    const struct filter *filter = &run->query->filter;
    return moment_range(run->db, MOMENT_MESSAGE, filter->since, filter->until, &run->low, &run->high, run->error);
}

/* A customer's messages */

static const char OF_PERSON[] =
    "SELECT m.id FROM message m WHERE m.conversation IN (SELECT v.id FROM conversation v WHERE v.contact IN "
    PERSONS("?1", "?2", "?3") "AND " IS_PERSON("v.contact", "?1", "?2", "?3") ") AND m.id >= ?4 AND m.id < ?5 ORDER BY m.id DESC";

static int list_person(struct run *run, struct picked *messages)
{
    struct query *q = db_query(run->db, OF_PERSON);
    struct pick_person person;
    pick_person_init(&person, &run->query->filter);
    pick_person_bind(&person, q, 1);
    query_bind_int(q, 4, run->low);
    query_bind_int(q, 5, run->high);
    int result = picked_take(messages, q, run->error);
    pick_person_release(&person);
    return result;
}

/* What is not in the index */

static const char TAIL[] = "SELECT id, text, at FROM message WHERE id >= ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3";

static int run_tail(struct run *run)
{
    struct query *q = db_query(run->db, TAIL);
    int64_t from = run->next > run->low ? run->next : run->low, oldest = 0;
    int count = 0, found = 0, result = 0;
    query_bind_int(q, 1, from);
    query_bind_int(q, 2, run->high);
    query_bind_int(q, 3, SEARCH_TAIL_MAX);
    while (result == 0 && !run->is_ended && (found = query_step(q, run->error)) == 1) {
        size_t len;
        const char *text = query_bytes(q, 1, &len);
        oldest = query_int(q, 0);
        count++;
        if (matches(run, text, len) && is_in_period(&run->query->filter, query_int(q, 2)))
            result = take(run, oldest);
    }
    query_end(q);
    if (count == SEARCH_TAIL_MAX)
        run->outcome->missed = oldest - from;
    return found < 0 ? -1 : result;
}

/* What is */

/* All places of the block that are asked for. */
static void choose(const struct run *run, int64_t block, int64_t high, struct search_set *set)
{
    int64_t first = block * SEARCH_BLOCK;
    *set = (struct search_set){ { 0 } };
    for (size_t i = 0; i < SEARCH_BLOCK / 64; i++) {
        int64_t word = first + (int64_t)i * 64;
        if (word >= run->low && word + 64 <= high)
            set->bits[i] = UINT64_MAX;
        else
            for (size_t k = 0; k < 64; k++)
                if (word + (int64_t)k >= run->low && word + (int64_t)k < high)
                    search_set_add(set, i * 64 + k);
    }
}

static int look_through(struct run *run, int64_t block, const struct search_set *set)
{
    for (size_t i = SEARCH_BLOCK / 64; i-- > 0 && !run->is_ended;)
        for (uint64_t bits = set->bits[i]; bits != 0 && !run->is_ended;) {
            unsigned highest = 63 - (unsigned)__builtin_clzll(bits);
            bits &= ~(UINT64_C(1) << highest);
            if (look(run, block * SEARCH_BLOCK + (int64_t)(i * 64 + highest)) != 0)
                return -1;
        }
    return 0;
}

/* A customer's messages in the index: the block that is being gathered. */
struct batch {
    int64_t block;
    size_t count;
    struct search_set set;
};

/* Few are looked at as they are; of many those that the index offers. */
static int end_batch(struct run *run, struct batch *batch)
{
    enum { FEW = 50 };
    int result = 0;
    if (batch->count > FEW)
        result = search_block_narrow(&run->reader, batch->block, false, &batch->set, run->error);
    if (result == 0 && batch->count > 0)
        result = look_through(run, batch->block, &batch->set);
    *batch = (struct batch){ 0 };
    return result;
}

static int add_to_batch(struct run *run, struct batch *batch, int64_t message)
{
    int64_t block = message / SEARCH_BLOCK;
    if (block != batch->block && end_batch(run, batch) != 0)
        return -1;
    batch->block = block;
    batch->count++;
    search_set_add(&batch->set, (size_t)(message % SEARCH_BLOCK));
    return 0;
}

static int run_person(struct run *run)
{
    struct picked messages = { 0 };
    struct batch batch = { 0 };
    int result = list_person(run, &messages);
    if (result == 0)
        result = search_reader_init(&run->reader, run->db, run->query->seek, run->error);
    for (size_t i = 0; result == 0 && !run->is_ended && i < messages.count; i++)
        result = messages.ids[i] >= run->next ? look(run, messages.ids[i]) : add_to_batch(run, &batch, messages.ids[i]);
    if (result == 0 && !run->is_ended)
        result = end_batch(run, &batch);
    picked_release(&messages);
    return result;
}

static const char BEFORE[] = "SELECT max(id) FROM message WHERE id < ?1";

/* The block of the newest message below `high`; -1: there is none that is asked for. Ids may leave out millions of blocks. */
static int find_block(struct run *run, int64_t high, int64_t *block)
{
    struct query *q = db_query(run->db, BEFORE);
    query_bind_int(q, 1, high);
    int found = query_step(q, run->error);
    int64_t newest = found == 1 && !query_is_null(q, 0) ? query_int(q, 0) : -1;
    query_end(q);
    *block = newest >= run->low ? newest / SEARCH_BLOCK : -1;
    return found < 0 ? -1 : 0;
}

static int run_blocks(struct run *run)
{
    int64_t high = run->next < run->high ? run->next : run->high, block;
    if (search_reader_init(&run->reader, run->db, run->query->seek, run->error) != 0 || find_block(run, high, &block) != 0)
        return -1;
    while (block >= 0 && !run->is_ended) {
        struct search_set set;
        choose(run, block, high, &set);
        run->read += (double)search_set_count(&set);
        if (search_block_narrow(&run->reader, block, run->query->is_by_relevance, &set, run->error) != 0 ||
            look_through(run, block, &set) != 0)
            return -1;
        high = block * SEARCH_BLOCK;
        if (find_block(run, high, &block) != 0)
            return -1;
    }
    return 0;
}

/* Ranking: BM25, with what is rare among the messages that were gone through weighing more. */

static double rarity(const struct run *run, size_t term)
{
    double heard = run->reader.heard[term];
    return run->read > 0 ? log(1 + (run->read - heard + 0.5) / (heard + 0.5)) : 1;
}

static double score(const struct run *run, const struct ranked *ranked, const double *rarities, double average)
{
    static const double K = 1.2, B = 0.75;
    double sum = 0, length = K * (1 - B + B * ranked->length / average);
    for (size_t i = 0; i < run->query->seek->count; i++)
        sum += rarities[i] * ranked->found[i] * (K + 1) / (ranked->found[i] + length);
    return sum;
}

static int compare_ranked(const void *a, const void *b)
{
    const struct ranked *one = a, *other = b;
    if (one->score != other->score)
        return one->score > other->score ? -1 : 1;
    return one->message > other->message ? -1 : one->message < other->message;
}

static int give_ranked(struct run *run)
{
    struct search_hit hit;
    int64_t limit = run->query->filter.limit;
    int count = limit > 0 && limit < run->count ? (int)limit : run->count;
    run->outcome->has_more = count < run->count;
    for (int i = 0; i < count; i++) {
        struct query *q = db_query(run->db, ONE);
        query_bind_int(q, 1, run->ranked[i].message);
        int found = query_step(q, run->error);
        if (found == 1) {
            read_hit(q, &hit);
            run->row(run->context, &hit);
        }
        query_end(q);
        if (found < 0)
            return -1;
    }
    run->count = count;
    return 0;
}

static int rank(struct run *run)
{
    double rarities[SEEK_TERMS_MAX] = { 0 }, total = 0;
    if (run->count == 0)
        return 0;
    for (size_t i = 0; i < run->query->seek->count; i++)
        rarities[i] = rarity(run, i);
    for (int i = 0; i < run->count; i++)
        total += run->ranked[i].length;
    for (int i = 0; i < run->count; i++)
        run->ranked[i].score = score(run, &run->ranked[i], rarities, total / run->count);
    qsort(run->ranked, (size_t)run->count, sizeof *run->ranked, compare_ranked);
    return give_ranked(run);
}

static int run_any(struct run *run)
{
    if (find_range(run) != 0 || search_index_next(run->db, &run->next, run->error) != 0)
        return -1;
    if (run->query->filter.user != NULL || run->query->filter.phone != NULL)
        return run_person(run);
    if (run_tail(run) != 0)
        return -1;
    return run->is_ended ? 0 : run_blocks(run);
}

int search_run(struct db *db, const struct search_query *query, search_row *row, void *context,
               struct search_outcome *outcome, struct error *error)
{
    struct run run = { .db = db, .query = query, .row = row, .context = context, .outcome = outcome, .error = error };
    int result = 0;
    *outcome = (struct search_outcome){ 0 };
    if (query->seek->wanted > 0)
        result = db_read_begin(db, error) == 0 ? run_any(&run) : -1;
    if (result == 0 && query->is_by_relevance)
        result = rank(&run);
    db_read_end(db);
    units_release(&run.units);
    seek_marks_release(&run.marks);
    free(run.ranked);
    return result == 0 ? run.count : -1;
}
