/*
 * search_gather: a table of hashes with chains of places; see the header.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "store/search_gather.h"
#include "store/search_list.h"

enum { SLOTS_FIRST = 1024 };

static uint32_t hash_of(const unsigned char *bytes, size_t len)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ bytes[i]) * 16777619u;
    return hash ^ hash >> 15;
}

static void put_slot(struct search_gather *gather, size_t word)
{
    size_t i = gather->words[word].hash & (gather->slot_count - 1);
    while (gather->slots[i] != 0)
        i = (i + 1) & (gather->slot_count - 1);
    gather->slots[i] = (uint32_t)word + 1;
}

static void make_room(struct search_gather *gather)
{
    if (gather->word_count == gather->word_room) {
        gather->word_room = gather->word_room == 0 ? SLOTS_FIRST / 2 : 2 * gather->word_room;
        gather->words = alloc_resize(gather->words, gather->word_room, sizeof *gather->words);
    }
    if (gather->place_count == gather->place_room) {
        gather->place_room = gather->place_room == 0 ? SLOTS_FIRST : 2 * gather->place_room;
        gather->places = alloc_resize(gather->places, gather->place_room, sizeof *gather->places);
    }
    if (2 * gather->word_count < gather->slot_count)
        return;
    gather->slot_count = gather->slot_count == 0 ? SLOTS_FIRST : 2 * gather->slot_count;
    free(gather->slots);
    gather->slots = alloc_array(gather->slot_count, sizeof *gather->slots);
    for (size_t i = 0; i < gather->word_count; i++)
        put_slot(gather, i);
}

static struct search_word *find(const struct search_gather *gather, const void *piece, size_t len, uint32_t hash)
{
    for (size_t i = hash & (gather->slot_count - 1); gather->slots[i] != 0; i = (i + 1) & (gather->slot_count - 1)) {
        struct search_word *word = &gather->words[gather->slots[i] - 1];
        if (word->hash == hash && word->len == len && memcmp(gather->text.data + word->at, piece, len) == 0)
            return word;
    }
    return NULL;
}

void search_gather_add(struct search_gather *gather, const void *piece, size_t len, size_t place)
{
    make_room(gather);
    uint32_t hash = hash_of(piece, len), next = (uint32_t)gather->place_count;
    struct search_word *word = find(gather, piece, len, hash);
    if (word != NULL && gather->places[word->last].place == place)
        return;
    if (word == NULL) {
        word = &gather->words[gather->word_count];
        *word = (struct search_word){ .at = gather->text.len, .len = len, .hash = hash, .first = next };
        buf_add(&gather->text, piece, len);
        put_slot(gather, gather->word_count++);
    } else {
        gather->places[word->last].next = next;
    }
    word->last = next;
    word->count++;
    gather->places[gather->place_count++] = (struct search_place){ .place = (uint16_t)place };
}

static int compare_words(const void *a, const void *b, void *text)
{
    const struct search_word *one = a, *other = b;
    const char *bytes = text;
    size_t len = one->len < other->len ? one->len : other->len;
    int order = memcmp(bytes + one->at, bytes + other->at, len);
    return order != 0 ? order : one->len < other->len ? -1 : one->len > other->len;
}

void search_gather_sort(struct search_gather *gather)
{
    if (gather->word_count > 1)
        qsort_r(gather->words, gather->word_count, sizeof *gather->words, compare_words, gather->text.data);
}

void search_gather_list(const struct search_gather *gather, const struct search_word *word, struct buf *out)
{
    size_t start = out->len, before = 0;
    uint32_t at = word->first;
    search_number_put(word->count, out);
    for (uint32_t i = 0; i < word->count; i++, at = gather->places[at].next) {
        search_number_put(gather->places[at].place - before, out);
        before = gather->places[at].place;
    }
    if (out->len - start <= SEARCH_BLOCK / 8)
        return;
    struct search_set set = { { 0 } };
    at = word->first;
    for (uint32_t i = 0; i < word->count; i++, at = gather->places[at].next)
        search_set_add(&set, gather->places[at].place);
    buf_truncate(out, start);
    search_list_put(&set, out);
}

void search_gather_release(struct search_gather *gather)
{
    buf_release(&gather->text);
    free(gather->words);
    free(gather->places);
    free(gather->slots);
    *gather = (struct search_gather){ 0 };
}
