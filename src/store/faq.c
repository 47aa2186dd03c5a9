/*
 * faq: see the header for what a score is made of.
 *
 * FTS5 holds the terms of each entry as plain text, in three columns, and finds which entries have any term of a message
 * and where. Its tokenizer only has to part them again: `ascii` takes every byte beyond ASCII for a letter. The table
 * keeps no texts (content=''), since nobody reads them here.
 *
 * Beside it stands, for each entry, which word each term of the question and the keywords belongs to and what that
 * weighs. `cover`, a function of FTS5, is called for each entry that was found, with the places of the terms, and
 * makes the score of them.
 *
 * All SQL is ours and fixed; once the index is made, the authorizer lets nothing write. What stays unbounded by that
 * is the number of entries that have a term, and it is at most FAQ_ENTRIES_MAX.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/language.h"
#include "base/utf8.h"
#include "store/confined.h"
#include "store/faq.h"
#include "store/faq_private.h"

enum { HITS_MAX = 50, QUESTION_MAX = 200, ANSWER_MAX = 1500 /* words */ };
enum { COLUMN_QUESTION, COLUMN_KEYWORDS, COLUMN_ANSWER };

/* What a word counts that only the answer has; what is left of a score without fit; what is substance
 * enough; what a message scores at the most that is not the question word for word. */
static const double ANSWER = 0.3, WITHOUT_FIT = 0.55, SUBSTANCE = 0.5, NEARLY = 0.99;

/* What a score is worth in no language, in another kind of the contact's, in the default language, in a foreign one. */
static const double NO_LANGUAGE = 0.99, SAME_LANGUAGE = 0.98, DEFAULT_LANGUAGE = 0.8, FOREIGN_LANGUAGE = 0.7;

/* A word of an entry's question or keywords. */
struct side_word {
    double weight;
    uint32_t units;
    size_t keyword; /* which one it is of: where that one starts */
};

struct side {
    struct faq_phrase *places; /* by FTS5's offset of a term */
    size_t place_count;
    struct side_word *words;
    size_t word_count;
};

struct entry {
    char *key; /* the question's terms, all of them */
    char language[LANGUAGE_TAG_MAX];
    struct side question, keywords;
};

struct faq_index {
    sqlite3 *db;
    sqlite3_stmt *search;
    struct entry *entries;
    size_t count;
    struct faq_vocabulary vocabulary;
    uint32_t *asked, *named;     /* covered of each word of an entry's question, and keywords; room for the largest */
    const char *key;             /* of the message that is looked for */
    struct faq_reading *reading; /* likewise */
};

/* Scores */

static double share_of(uint32_t covered, uint32_t units)
{
    return (double)__builtin_popcount(covered & units) / (double)__builtin_popcount(units);
}

/* How much of what the message says does the entry say? */
static double share_said(const struct faq_reading *reading)
{
    double sum = 0;
    for (size_t i = 0; i < reading->word_count; i++) {
        const struct faq_word *word = &reading->words[i];
        double said = share_of(word->said, word->units), all = share_of(word->said | word->told, word->units);
        sum += word->weight * word->trust * (said + ANSWER * (all - said));
    }
    return reading->weight > 0 ? sum / reading->weight : 0;
}

static double share_asked(const struct side *question, const uint32_t *covered)
{
    double sum = 0, all = 0;
    for (size_t i = 0; i < question->word_count; i++) {
        sum += question->words[i].weight * share_of(covered[i], question->words[i].units);
        all += question->words[i].weight;
    }
    return all > 0 ? sum / all : 0;
}

/* Is one of the keywords there, all of it? */
static bool has_keyword(const struct side *keywords, const uint32_t *covered)
{
    for (size_t i = 0, end; i < keywords->word_count; i = end) {
        bool is_there = false, is_missed = false;
        for (end = i; end < keywords->word_count && keywords->words[end].keyword == keywords->words[i].keyword; end++) {
            const struct side_word *word = &keywords->words[end];
            bool is_whole = (covered[end] & word->units) == word->units;
            is_there |= word->weight > 0 && is_whole;
            is_missed |= word->weight > 0 && !is_whole;
        }
        if (is_there && !is_missed)
            return true;
    }
    return false;
}

static void cover_side(const struct side *side, size_t offset, uint32_t *covered)
{
    covered[side->places[offset].word] |= side->places[offset].covers;
}

/* Goes through the places where FTS5 found a term. */
static void collect(const Fts5ExtensionApi *api, Fts5Context *found, struct faq_index *index, const struct entry *entry)
{
    int count = 0, phrase, column, offset;
    confined_must(api->xInstCount(found, &count));
    for (int i = 0; i < count; i++) {
        confined_must(api->xInst(found, i, &phrase, &column, &offset));
        const struct faq_phrase *term = &index->reading->phrases[phrase];
        struct faq_word *word = &index->reading->words[term->word];
        *(column == COLUMN_ANSWER ? &word->told : &word->said) |= term->covers;
        if (column == COLUMN_QUESTION)
            cover_side(&entry->question, (size_t)offset, index->asked);
        else if (column == COLUMN_KEYWORDS)
            cover_side(&entry->keywords, (size_t)offset, index->named);
    }
}

/* Nothing is covered yet. */
static void clear(struct faq_index *index, const struct entry *entry)
{
    for (size_t i = 0; i < index->reading->word_count; i++)
        index->reading->words[i].said = index->reading->words[i].told = 0;
    memset(index->asked, 0, entry->question.word_count * sizeof *index->asked);
    memset(index->named, 0, entry->keywords.word_count * sizeof *index->named);
}

static double score(const Fts5ExtensionApi *api, Fts5Context *found, struct faq_index *index)
{
    struct faq_reading *reading = index->reading;
    const struct entry *entry = &index->entries[api->xRowid(found) - 1];
    if (strcmp(entry->key, index->key) == 0)
        return 1;
    if (reading->is_empty)
        return 0;
    clear(index, entry);
    collect(api, found, index, entry);
    double fit = has_keyword(&entry->keywords, index->named) ? 1 : share_asked(&entry->question, index->asked);
    double substance = reading->weight < SUBSTANCE ? reading->weight / SUBSTANCE : 1;
    return share_said(reading) * (WITHOUT_FIT + (1 - WITHOUT_FIT) * fit) * substance * NEARLY;
}

static void cover(const Fts5ExtensionApi *api, Fts5Context *found, sqlite3_context *result, int count, sqlite3_value **values)
{
    (void)count, (void)values;
    sqlite3_result_double(result, score(api, found, api->xUserData(found)));
}

/* Making */

static void add_side(struct side *side, struct faq_vocabulary *vocabulary, const struct terms *terms)
{
    size_t first = side->word_count;
    size_t places = side->place_count + terms->count, words = side->word_count + terms->word_count;
    side->places = alloc_resize(side->places, places, sizeof *side->places);
    side->words = alloc_resize(side->words, words, sizeof *side->words);
    for (size_t i = 0; i < terms->count; i++)
        side->places[side->place_count + i] = (struct faq_phrase){ side->word_count + terms->terms[i].word,
                                                                   terms->terms[i].covers };
    for (size_t i = 0; i < terms->word_count; i++)
        side->words[side->word_count + i] = (struct side_word){ vocabulary_weigh(vocabulary, terms, &terms->words[i]),
                                                                terms->words[i].units, first };
    side->place_count = places;
    side->word_count = words;
}

static void write_keyword(void *context, const struct terms *terms, const char *typed, size_t len)
{
    struct buf *out = context;
    (void)typed, (void)len;
    if (out->len > 0)
        buf_add_char(out, ' ');
    buf_add_text(out, buf_text(&terms->text));
}

static const char INSERT[] = "INSERT INTO faq (rowid, question, keywords, answer) VALUES (?1, ?2, ?3, ?4)";

static void insert_entries(struct faq_index *index, const struct faq_entry *entries)
{
    sqlite3_stmt *insert;
    confined_must(sqlite3_prepare_v2(index->db, INSERT, -1, &insert, NULL));
    for (size_t i = 0; i < index->count; i++) {
        struct terms question = { 0 }, answer = { 0 };
        struct buf keywords = { 0 };
        terms_cut(entries[i].question, strlen(entries[i].question), QUESTION_MAX, &question);
        terms_cut(entries[i].answer, strlen(entries[i].answer), ANSWER_MAX, &answer);
        terms_cut_list(entries[i].keywords, QUESTION_MAX, write_keyword, &keywords);
        confined_must(sqlite3_bind_int64(insert, 1, (sqlite3_int64)i + 1));
        confined_must(sqlite3_bind_text(insert, 2, buf_text(&question.text), -1, SQLITE_STATIC));
        confined_must(sqlite3_bind_text(insert, 3, buf_text(&keywords), -1, SQLITE_STATIC));
        confined_must(sqlite3_bind_text(insert, 4, buf_text(&answer.text), -1, SQLITE_STATIC));
        confined_must(sqlite3_step(insert) == SQLITE_DONE ? SQLITE_OK : SQLITE_ERROR);
        confined_must(sqlite3_reset(insert));
        index->entries[i].key = alloc_text(buf_text(&question.text));
        terms_release(&question);
        terms_release(&answer);
        buf_release(&keywords);
    }
    sqlite3_finalize(insert);
}

static const char KNOWN[] = "SELECT term, doc FROM known ORDER BY term";

static void load_vocabulary(struct faq_index *index)
{
    sqlite3_stmt *known;
    index->vocabulary.entries = index->count;
    confined_must(sqlite3_prepare_v2(index->db, KNOWN, -1, &known, NULL));
    while (sqlite3_step(known) == SQLITE_ROW)
        vocabulary_add(&index->vocabulary, (const char *)sqlite3_column_text(known, 0),
                       (size_t)sqlite3_column_bytes(known, 0), sqlite3_column_int64(known, 1));
    confined_must(sqlite3_finalize(known));
}

struct weighing {
    struct faq_index *index;
    struct entry *entry;
};

static void weigh_keyword(void *context, const struct terms *terms, const char *typed, size_t len)
{
    const struct weighing *weighing = context;
    (void)typed, (void)len;
    add_side(&weighing->entry->keywords, &weighing->index->vocabulary, terms);
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* The second round: what a word weighs is known only once all entries are in. */
static void weigh_entries(struct faq_index *index, const struct faq_entry *entries)
{
    size_t most = 1;
    for (size_t i = 0; i < index->count; i++) {
        struct entry *entry = &index->entries[i];
        struct terms question = { 0 };
        terms_cut(entries[i].question, strlen(entries[i].question), QUESTION_MAX, &question);
        add_side(&entry->question, &index->vocabulary, &question);
        terms_cut_list(entries[i].keywords, QUESTION_MAX, weigh_keyword, &(struct weighing){ index, entry });
        language_canonical(entries[i].language, entry->language);
        most = larger(most, larger(entry->question.word_count, entry->keywords.word_count));
        terms_release(&question);
    }
    index->asked = alloc_array(most, sizeof *index->asked);
    index->named = alloc_array(most, sizeof *index->named);
}

static const char TABLES[] =
    "CREATE VIRTUAL TABLE faq USING fts5 (question, keywords, answer, content = '', tokenize = 'ascii');"
    "CREATE VIRTUAL TABLE known USING fts5vocab (faq, 'row');"
    "BEGIN";
static const char MADE[] = "COMMIT; INSERT INTO faq (faq) VALUES ('optimize')";
static const char FTS5[] = "SELECT fts5 (?1)";

static void add_function(struct faq_index *index)
{
    fts5_api *api = NULL;
    sqlite3_stmt *stmt;
    confined_must(sqlite3_prepare_v2(index->db, FTS5, -1, &stmt, NULL));
    confined_must(sqlite3_bind_pointer(stmt, 1, &api, "fts5_api_ptr", NULL));
    sqlite3_step(stmt);
    confined_must(sqlite3_finalize(stmt));
    if (api == NULL)
        abort();
    confined_must(api->xCreateFunction(api, "cover", index, cover, NULL));
}

/* FTS5 asks for the data_version, to know whether somebody else has written. */
static int only_read(void *context, int action, const char *first, const char *second, const char *database,
                     const char *trigger)
{
    (void)context, (void)second, (void)database, (void)trigger;
    bool is_read = action == SQLITE_SELECT || action == SQLITE_READ || action == SQLITE_FUNCTION ||
                   (action == SQLITE_PRAGMA && strcmp(first, "data_version") == 0);
    return is_read ? SQLITE_OK : SQLITE_DENY;
}

static const struct confinement CONFINEMENT = {
    .value_bytes = 1024 * 1024,
    .sql_bytes = 1000,
    .depth = 100,
    .selects = 1,
    .instructions = 1000,
    .arguments = 16,
    .parameters = 10,
};

static const char SEARCH[] = "SELECT rowid, cover (faq), bm25 (faq, 1.0, 1.5, 0.3) FROM faq WHERE faq MATCH ?1";

/* Also tries it: what FTS5 prepares for a search it keeps, so one that works here works for good. */
static void prepare_search(struct faq_index *index)
{
    confined_must(sqlite3_prepare_v3(index->db, SEARCH, -1, SQLITE_PREPARE_PERSISTENT, &index->search, NULL));
    confined_must(sqlite3_bind_text(index->search, 1, "\"none of the terms\"", -1, SQLITE_STATIC));
    sqlite3_step(index->search);
    confined_must(sqlite3_reset(index->search));
}

struct faq_index *faq_index_new(const struct faq_entry *entries, size_t count)
{
    struct faq_index *index = alloc_new(sizeof *index);
    index->db = confined_open();
    index->count = count;
    index->entries = alloc_array(count, sizeof *index->entries);
    index->reading = alloc_new(sizeof *index->reading);
    confined_must(sqlite3_exec(index->db, TABLES, NULL, NULL, NULL));
    insert_entries(index, entries);
    confined_must(sqlite3_exec(index->db, MADE, NULL, NULL, NULL));
    load_vocabulary(index);
    weigh_entries(index, entries);
    add_function(index);
    confined_begin(index->db, &CONFINEMENT);
    confined_must(sqlite3_set_authorizer(index->db, only_read, NULL));
    prepare_search(index);
    return index;
}

void faq_index_free(struct faq_index *index)
{
    if (index == NULL)
        return;
    sqlite3_finalize(index->search);
    sqlite3_close(index->db);
    for (size_t i = 0; i < index->count; i++) {
        free(index->entries[i].key);
        free(index->entries[i].question.places);
        free(index->entries[i].question.words);
        free(index->entries[i].keywords.places);
        free(index->entries[i].keywords.words);
    }
    free(index->entries);
    vocabulary_release(&index->vocabulary);
    free(index->asked);
    free(index->named);
    free(index->reading);
    free(index);
}

/* Searching */

static bool is_same_language(const char *a, const char *b)
{
    size_t len = language_length(a);
    return len == language_length(b) && memcmp(a, b, len) == 0;
}

static double worth(const struct faq_query *query, const char *language)
{
    const char *otherwise = query->default_language != NULL ? query->default_language : "";
    const char *own = query->language != NULL && query->language[0] != '\0' ? query->language : otherwise;
    if (strcmp(language, own) == 0)
        return 1;
    if (language[0] == '\0')
        return NO_LANGUAGE;
    if (is_same_language(language, own))
        return SAME_LANGUAGE;
    return is_same_language(language, otherwise) ? DEFAULT_LANGUAGE : FOREIGN_LANGUAGE;
}

struct ranked {
    struct faq_hit hit;
    double rank, bm25;
};

/* The arithmetic of floating point may differ in its last digits from machine to machine; answers must not. */
static double rounded(double number)
{
    return round(number * 10000) / 10000;
}

static bool stands_before(const struct ranked *a, const struct ranked *b)
{
    if (a->rank != b->rank)
        return a->rank > b->rank;
    if (a->bm25 != b->bm25)
        return a->bm25 < b->bm25; /* FTS5's best is the least */
    return a->hit.entry < b->hit.entry;
}

/* Puts it where it belongs among the best so far. */
static void rank(struct ranked *best, size_t *count, size_t most, const struct ranked *one)
{
    size_t at = *count;
    while (at > 0 && stands_before(one, &best[at - 1]))
        at--;
    if (at == most)
        return;
    size_t kept = *count < most ? *count : most - 1;
    memmove(best + at + 1, best + at, (kept - at) * sizeof *best);
    best[at] = *one;
    *count = kept + 1;
}

static size_t search(struct faq_index *index, const struct faq_query *query, struct ranked *best, size_t most)
{
    const struct buf *match = &index->reading->match;
    size_t count = 0;
    confined_must(sqlite3_bind_text(index->search, 1, buf_text(match), (int)match->len, SQLITE_STATIC));
    /* Whatever else it says than a row is the end: no text of a customer's may end the process. */
    while (sqlite3_step(index->search) == SQLITE_ROW) {
        struct ranked one = { .hit.entry = (size_t)sqlite3_column_int64(index->search, 0) - 1 };
        one.hit.score = rounded(sqlite3_column_double(index->search, 1));
        one.bm25 = rounded(sqlite3_column_double(index->search, 2));
        one.rank = rounded(one.hit.score * worth(query, index->entries[one.hit.entry].language));
        if (one.hit.score > 0 && one.hit.score >= query->floor)
            rank(best, &count, most, &one);
    }
    sqlite3_reset(index->search);
    sqlite3_clear_bindings(index->search);
    return count;
}

/* The beginning of the text, as valid UTF-8, in terms. */
static void cut(const struct faq_query *query, struct terms *terms)
{
    struct buf text = { 0 };
    size_t len = query->len < FAQ_TEXT_MAX ? query->len : FAQ_TEXT_MAX;
    while (len < query->len && len > 0 && ((unsigned char)query->text[len] & 0xc0) == 0x80)
        len--;
    utf8_repair(query->text, len, &text);
    terms_cut(buf_text(&text), text.len, FAQ_WORDS_MAX, terms);
    buf_release(&text);
}

size_t faq_search(struct faq_index *index, const struct faq_query *query, struct faq_hit *hits, size_t most)
{
    struct ranked best[HITS_MAX];
    struct terms terms = { 0 };
    size_t count = 0;
    cut(query, &terms);
    index->key = buf_text(&terms.text);
    faq_read(&index->vocabulary, &terms, index->reading);
    if (index->reading->phrase_count > 0 && most > 0)
        count = search(index, query, best, most < HITS_MAX ? most : HITS_MAX);
    for (size_t i = 0; i < count; i++)
        hits[i] = best[i].hit;
    faq_reading_release(index->reading);
    terms_release(&terms);
    return count;
}
