/*
 * gather: see the header.
 *
 * A hash table with chains. When it is full, what has come least is let go (Manku and Motwani's lossy counting): each question
 * remembers how often it may have been let go before, and a question that has come no more often than the present bound, that
 * included, goes. The bound rises one by one until a tenth of the room is free.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/ascii.h"
#include "base/utf8.h"
#include "text/cluster.h"
#include "text/fold.h"
#include "text/gather.h"
#include "text/letters.h"
#include "text/mask.h"
#include "text/skeleton.h"

enum {
    KEY_MAX = 256,        /* bytes of a skeleton by which questions are told apart */
    SHOWN_CHARACTERS = 60, /* code points; of at most three bytes with what a cut adds, but for emoji */
    NUMBER_LEAST = 5      /* digits */
};

struct question {
    struct question *next; /* of the same chain */
    uint64_t hash;
    size_t key_len;
    char *key, *text;
    int64_t count, missed, number;
};

struct gather {
    struct question **chains;
    size_t room, count;
    int64_t slack;
    struct skeleton *skeleton;
    struct squeezed squeezed;
    struct buf folded, masked;
};

struct gather *gather_new(size_t room)
{
    struct gather *gather = alloc_new(sizeof *gather);

    gather->room = room;
    gather->chains = alloc_array(room, sizeof *gather->chains);
    gather->skeleton = skeleton_new();
    return gather;
}

static void question_free(struct question *question)
{
    free(question->key);
    free(question->text);
    free(question);
}

void gather_free(struct gather *gather)
{
    if (gather == NULL)
        return;
    for (size_t i = 0; i < gather->room; i++)
        while (gather->chains[i] != NULL) {
            struct question *question = gather->chains[i];

            gather->chains[i] = question->next;
            question_free(question);
        }
    free(gather->chains);
    skeleton_free(gather->skeleton);
    squeezed_release(&gather->squeezed);
    buf_release(&gather->folded);
    buf_release(&gather->masked);
    free(gather);
}

/* What is somebody's own */

/* A telephone number, an order's, an account's: its length with what parts its digits; 0: none begins here. */
static size_t number_len(const char *text, size_t len)
{
    size_t digits = 0, end = 0;

    if (len == 0 || (!ascii_is_digit((unsigned char)*text) && *text != '+' && *text != '('))
        return 0;
    for (size_t at = 0; at < len; at++) {
        if (ascii_is_digit((unsigned char)text[at])) {
            digits++;
            end = at + 1;
        } else if (strchr("+ .-()/", text[at]) == NULL || text[at] == '\0' || at > end + 1) {
            break;
        }
    }
    return digits >= NUMBER_LEAST ? end : 0;
}

static bool is_of_address(char c)
{
    unsigned char byte = (unsigned char)c;

    return ascii_is_digit(byte) || ascii_is_letter(byte) || byte >= 0x80 || (c != '\0' && strchr("._-+%", c) != NULL);
}

/* An e-mail address: name, @, a host with a point in it. */
static size_t address_len(const char *text, size_t len)
{
    size_t name = 0, end;
    bool has_point = false;

    while (name < len && is_of_address(text[name]))
        name++;
    if (name == 0 || name == len || text[name] != '@')
        return 0;
    for (end = name + 1; end < len && is_of_address(text[end]); end++)
        has_point |= text[end] == '.';
    return has_point ? end : 0;
}

static void mask_own(const char *text, size_t len, struct buf *out)
{
    size_t at = 0;
    bool is_inside = false; /* a word: an address would have been found at its first letter */

    while (at < len) {
        size_t taken = is_inside ? 0 : address_len(text + at, len - at);

        if (taken == 0 && (at == 0 || !ascii_is_digit((unsigned char)text[at - 1])))
            taken = number_len(text + at, len - at);
        if (taken > 0)
            buf_add_text(out, MASK_DOTS);
        else
            buf_add(out, text + at, taken = 1);
        is_inside = is_of_address(text[at + taken - 1]);
        at += taken;
    }
}

void gather_mask(const char *folded, size_t len, struct buf *out)
{
    struct buf masked = { 0 };

    mask_text(folded, len, &masked);
    mask_own(buf_text(&masked), masked.len, out);
    buf_release(&masked);
}

/* What tells questions apart */

static bool is_sign(const char *text, size_t len, size_t *taken)
{
    uint32_t code;

    *taken = utf8_decode(text, len, &code);
    return *taken > 0 && letter_kind(code) == LETTER_SIGN;
}

/* The start of the last character. */
static size_t last_start(const char *text, size_t len)
{
    size_t at = len - 1;

    while (at > 0 && ((unsigned char)text[at] & 0xc0) == 0x80)
        at--;
    return at;
}

/* Without signs at its ends; with them, where there is nothing else. */
static void trim(const char **text, size_t *len)
{
    const char *from = *text;
    size_t left = *len, taken;

    while (left > 0 && is_sign(from, left, &taken)) {
        from += taken;
        left -= taken;
    }
    while (left > 0 && is_sign(from + last_start(from, left), left - last_start(from, left), &taken))
        left = last_start(from, left);
    if (left == 0)
        return;
    *text = from;
    *len = left;
}

static uint64_t hash_of(const char *key, size_t len)
{
    uint64_t hash = 0xcbf29ce484222325u;

    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (unsigned char)key[i]) * 0x100000001b3u;
    return hash ^ hash >> 29;
}

/* Counting */

static bool let_go(struct gather *gather, struct question **link)
{
    struct question *question = *link;

    if (question->count + question->missed > gather->slack)
        return false;
    *link = question->next;
    question_free(question);
    gather->count--;
    return true;
}

static void make_room(struct gather *gather)
{
    while (gather->count > gather->room - gather->room / 10 - 1) {
        gather->slack++;
        for (size_t i = 0; i < gather->room; i++)
            for (struct question **link = &gather->chains[i]; *link != NULL;)
                if (!let_go(gather, link))
                    link = &(*link)->next;
    }
}

static char *shown(const char *text, size_t len)
{
    size_t end = cluster_floor(text, len, SHOWN_CHARACTERS);
    struct buf out = { 0 };

    if (end == 0 || end > GATHER_SHOWN_MAX - sizeof "…")
        end = utf8_floor(text, len, GATHER_SHOWN_MAX - sizeof "…");
    buf_add(&out, text, end);
    if (end < len)
        buf_add_text(&out, "…");
    return out.data != NULL ? buf_detach(&out) : alloc_text("");
}

static struct question *find(struct gather *gather, const char *key, size_t len)
{
    uint64_t hash = hash_of(key, len);
    struct question *question = gather->chains[hash % gather->room];

    while (question != NULL && (question->hash != hash || question->key_len != len || memcmp(question->key, key, len) != 0))
        question = question->next;
    if (question != NULL)
        return question;
    if (gather->count == gather->room)
        make_room(gather);
    question = alloc_new(sizeof *question);
    *question = (struct question){ .next = gather->chains[hash % gather->room], .hash = hash, .key = alloc_bytes(key, len),
                                   .key_len = len, .missed = gather->slack };
    gather->chains[hash % gather->room] = question;
    gather->count++;
    return question;
}

void gather_add(struct gather *gather, const char *text, size_t len, int64_t number)
{
    const char *key;
    size_t key_len;
    struct question *question;

    buf_clear(&gather->folded);
    buf_clear(&gather->masked);
    fold_text(text, len, &gather->folded);
    gather_mask(buf_text(&gather->folded), gather->folded.len, &gather->masked);
    key = buf_text(&gather->masked);
    key_len = gather->masked.len;
    trim(&key, &key_len);
    skeleton_squeeze(gather->skeleton, key, key_len, &gather->squeezed);
    question = find(gather, gather->squeezed.text, gather->squeezed.len < KEY_MAX ? gather->squeezed.len : KEY_MAX);
    question->count++;
    if (question->text != NULL && number < question->number)
        return;
    question->number = number;
    free(question->text);
    question->text = shown(buf_text(&gather->masked), gather->masked.len);
}

/* The list */

static int by_count(const void *a, const void *b)
{
    const struct gathered *left = a, *right = b;

    if (left->count != right->count)
        return left->count > right->count ? -1 : 1;
    return left->number > right->number ? -1 : left->number < right->number;
}

size_t gather_top(const struct gather *gather, struct gathered *list, size_t max)
{
    struct gathered *all = alloc_array(gather->count + 1, sizeof *all);
    size_t count = 0, given;

    for (size_t i = 0; i < gather->room; i++)
        for (const struct question *question = gather->chains[i]; question != NULL; question = question->next)
            all[count++] = (struct gathered){ question->text, question->count, question->number };
    qsort(all, count, sizeof *all, by_count);
    given = count < max ? count : max;
    memcpy(list, all, given * sizeof *list);
    free(all);
    return given;
}

size_t gather_kinds(const struct gather *gather)
{
    return gather->count;
}

int64_t gather_slack(const struct gather *gather)
{
    return gather->slack;
}
