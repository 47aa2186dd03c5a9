/*
 * ask_piece: the cheapest way through the text.
 *
 * A place is a byte of the plain text at which a piece may begin; `hops` says, for each place that can be
 * reached, what the last piece was and what the way there costs. Places are visited from left to right, so
 * each is settled when its turn comes. An unknown word costs more than any number of known ones.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/utf8.h"
#include "flow/ask_piece.h"
#include "text/fold.h"
#include "text/plain.h"

enum {
    COST_KNOWN = 10,
    COST_ENDING = 11,
    COST_SIGN = 12,
    COST_UNKNOWN = 100 * 1000,
    NOT_REACHED = INT32_MAX
};

enum { NO_PIECE = -1 }; /* a blank */

struct hop {
    int cost;
    int kind, value;
    size_t from;
};

struct way {
    const char *text;
    size_t len;
    unsigned char *kinds; /* plain_kind of the character that starts at each byte */
    struct hop *hops;
    const struct ask_lexicon *lexicon;
};

static void way_mark(struct way *way)
{
    uint32_t code;

    for (size_t at = 0, step; at < way->len; at += step) {
        step = utf8_decode(way->text + at, way->len - at, &code);
        memset(way->kinds + at, (int)plain_kind(code), step);
    }
    way->kinds[way->len] = PLAIN_BLANK;
    for (size_t at = 0; at <= way->len; at++)
        way->hops[at].cost = NOT_REACHED;
    way->hops[0].cost = 0;
}

static void way_reach(struct way *way, size_t from, size_t to, int cost, int kind, int value)
{
    struct hop *hop = &way->hops[to];

    cost += way->hops[from].cost;
    if (cost < hop->cost)
        *hop = (struct hop){ .cost = cost, .kind = kind, .value = value, .from = from };
}

static bool is_letter_at(const struct way *way, size_t at)
{
    return at < way->len && way->kinds[at] == PLAIN_LETTER;
}

/* May a word begin or end between the bytes at-1 and at? Letters hold together; all else is looser. */
static bool is_border(const struct way *way, size_t at)
{
    return at == 0 || !is_letter_at(way, at) || way->kinds[at - 1] != PLAIN_LETTER;
}

static bool is_hangul_byte(char byte)
{
    return (unsigned char)byte >= 0xea && (unsigned char)byte <= 0xed;
}

/* A blank in the text that the word does not have, between two syllables. */
static bool is_free_blank(const struct way *way, size_t at, size_t from, char wanted)
{
    return at > from && at < way->len && way->text[at] == ' ' && is_hangul_byte(wanted) &&
           way->kinds[at - 1] == PLAIN_HANGUL;
}

/* Where the word ends that stands at `from`, or 0. */
static size_t way_match(const struct way *way, size_t from, const char *word)
{
    size_t at = from;

    for (; *word != '\0'; word++, at++) {
        if (is_free_blank(way, at, from, *word))
            at++;
        if (at == way->len || (way->text[at] != *word && !(*word == ' ' && way->text[at] == '-')))
            return 0;
    }
    return is_border(way, at) ? at : 0;
}

static void way_words(struct way *way, size_t at)
{
    for (const struct ask_word *const *list = way->lexicon->lists; *list != NULL; list++)
        for (const struct ask_word *word = *list; word->text != NULL; word++) {
            size_t end = word->text[0] == way->text[at] ? way_match(way, at, word->text) : 0;

            if (end > 0)
                way_reach(way, at, end, word->kind == PIECE_ENDING ? COST_ENDING : COST_KNOWN, word->kind,
                          word->value);
        }
}

/* The end of the characters of one kind. */
static size_t run_end(const struct way *way, size_t at)
{
    size_t end = at;

    while (end < way->len && way->kinds[end] == way->kinds[at])
        end++;
    return end;
}

static void way_visit(struct way *way, size_t at)
{
    uint32_t code;
    size_t end;

    switch (way->kinds[at]) {
    case PLAIN_BLANK: way_reach(way, at, run_end(way, at), 0, NO_PIECE, 0); return;
    case PLAIN_DIGIT: way_reach(way, at, run_end(way, at), COST_KNOWN, PIECE_DIGITS, 0); return;
    case PLAIN_SIGN:
        end = at + utf8_decode(way->text + at, way->len - at, &code);
        way_reach(way, at, end, COST_SIGN, PIECE_SIGN, (int)code);
        break;
    default:
        if (at == 0 || way->kinds[at - 1] != way->kinds[at])
            way_reach(way, at, run_end(way, at), COST_UNKNOWN, PIECE_UNKNOWN, 0);
    }
    if (is_border(way, at))
        way_words(way, at);
}

/* Follows the steps back from the end. */
static void way_collect(const struct way *way, struct ask_pieces *pieces)
{
    size_t count = 0;

    for (size_t at = way->len; at > 0; at = way->hops[at].from)
        count += way->hops[at].kind != NO_PIECE;
    pieces->list = alloc_array(count + 1, sizeof pieces->list[0]);
    pieces->count = count;
    for (size_t at = way->len; at > 0; at = way->hops[at].from) {
        const struct hop *hop = &way->hops[at];

        if (hop->kind == NO_PIECE)
            continue;
        pieces->list[--count] = (struct ask_piece){
            .kind = hop->kind,
            .value = hop->value,
            .start = hop->from,
            .end = at,
            .is_glued = hop->from > 0 && way->kinds[hop->from - 1] != PLAIN_BLANK,
        };
    }
}

static void cut(struct ask_pieces *pieces, const struct ask_lexicon *lexicon)
{
    struct way way = { .text = pieces->plain.data, .len = pieces->plain.len, .lexicon = lexicon };

    way.kinds = alloc_array(way.len + 1, 1);
    way.hops = alloc_array(way.len + 1, sizeof way.hops[0]);
    way_mark(&way);
    for (size_t at = 0; at < way.len; at++)
        if (way.hops[at].cost != NOT_REACHED)
            way_visit(&way, at);
    way_collect(&way, pieces);
    free(way.kinds);
    free(way.hops);
}

void ask_pieces_cut(struct ask_pieces *pieces, const char *text, const struct ask_lexicon *lexicon)
{
    struct buf folded = { 0 };

    *pieces = (struct ask_pieces){ 0 };
    fold_text(text, strlen(text), &folded);
    if (folded.len > 0 && folded.len <= ASK_TEXT_MAX)
        plain_text(folded.data, folded.len, &pieces->plain);
    if (pieces->plain.len > 0)
        cut(pieces, lexicon);
    buf_release(&folded);
}

void ask_pieces_release(struct ask_pieces *pieces)
{
    buf_release(&pieces->plain);
    free(pieces->list);
    *pieces = (struct ask_pieces){ 0 };
}

bool ask_piece_is(const struct ask_pieces *pieces, size_t index, int kind)
{
    return index < pieces->count && pieces->list[index].kind == kind;
}

bool ask_piece_is_sign(const struct ask_pieces *pieces, size_t index, int sign)
{
    return ask_piece_is(pieces, index, PIECE_SIGN) && pieces->list[index].value == sign &&
           pieces->list[index].is_glued;
}

bool ask_piece_is_one_of(const struct ask_pieces *pieces, size_t index, const char *signs)
{
    int sign = ask_piece_is(pieces, index, PIECE_SIGN) ? pieces->list[index].value : 0;

    return sign > 0 && sign < 128 && strchr(signs, sign) != NULL;
}

bool ask_piece_has(const struct ask_pieces *pieces, int kind)
{
    for (size_t i = 0; i < pieces->count; i++)
        if (pieces->list[i].kind == kind)
            return true;
    return false;
}
