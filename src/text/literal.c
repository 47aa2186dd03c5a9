/*
 * literal: sets of literals, and those of a list of words.
 *
 * words.c knows which piece of each entry stands in every match as it is typed, but for what the skeleton
 * takes away; so the skeleton of the piece is the literal. One entry without a literal ("=-") leaves the
 * whole list without.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "base/utf8.h"
#include "text/literal.h"
#include "text/literal_part.h"
#include "text/words.h"

void literals_add(struct literals *literals, const char *bytes, size_t len, struct literal like)
{
    if (literals->count == literals->room) {
        literals->room = literals->room == 0 ? 64 : 2 * literals->room;
        literals->list = alloc_resize(literals->list, literals->room, sizeof *literals->list);
    }
    like.start = literals->bytes.len;
    like.len = len;
    literals->list[literals->count++] = like;
    buf_add(&literals->bytes, bytes, len);
}

void literals_truncate(struct literals *literals, size_t count)
{
    if (count < literals->count) {
        buf_truncate(&literals->bytes, literals->list[count].start);
        literals->count = count;
    }
}

void literals_release(struct literals *literals)
{
    buf_release(&literals->bytes);
    free(literals->list);
    *literals = (struct literals){ 0 };
}

struct reading {
    const struct skeleton *skeleton;
    struct literals *literals;
    uint32_t owner;
    struct buf skeletal;
    int result;
};

static void take_piece(void *context, const struct words_piece *piece)
{
    struct reading *reading = context;
    struct literal like = { .owner = reading->owner };
    uint32_t code;

    buf_clear(&reading->skeletal);
    for (size_t at = 0; at < piece->len;) {
        at += utf8_decode(piece->text + at, piece->len - at, &code);
        skeleton_add(reading->skeleton, code, &reading->skeletal);
    }
    if (reading->skeletal.len == 0)
        reading->result = 0;
    like.left = piece->left == WORDS_END_WORD     ? MARK_WORD
                : piece->left == WORDS_END_HANGUL ? MARK_SYLLABLE
                                                  : 0;
    like.right = piece->right == WORDS_END_WORD ? MARK_WORD : 0;
    literals_add(reading->literals, buf_text(&reading->skeletal), reading->skeletal.len, like);
}

int literals_of_words(const struct skeleton *skeleton, const char *words, uint32_t owner,
                      struct literals *literals)
{
    struct reading reading = { skeleton, literals, owner, { 0 }, 1 };
    size_t count = literals->count;

    words_pieces(words, take_piece, &reading);
    if (reading.result == 0)
        literals_truncate(literals, count);
    buf_release(&reading.skeletal);
    return reading.result;
}
