/*
 * ask_yes_no: yes, no, or neither.
 *
 * The message is cut into words that agree, that refuse, that say neither (politeness), that leave it open,
 * and others. A message that agrees and refuses, or asks something itself, is no answer. A yes must begin or
 * end the message and have no "but" beside it; a no is a no whatever follows.
 *
 * 괜찮아요, 됐어요, "I'm good" and "no worries" refuse an offer as often as they agree: alone they are no
 * answer, beside a clear word they change nothing. "1" and "0" are what a form or an earlier answer gives.
 */
#include <string.h>

#include "base/ascii.h"
#include "flow/ask_read.h"
#include "flow/ask_yes_no.h"
#include "text/fold.h"
#include "text/plain.h"

enum { OTHER_WORDS_MAX = 2 }; /* beside a weak yes */

struct tally {
    size_t kinds[WORD_X + 1]; /* how many of each */
    int first, last;          /* kinds of what says something */
    bool asks, turns;         /* a question mark; a negation right before a yes */
};

/* "Yesss", "nooo": three of a letter are one. */
static void shorten(const char *text, struct buf *out)
{
    for (size_t at = 0, run; text[at] != '\0'; at += run) {
        for (run = 1; text[at + run] == text[at]; run++)
            ;
        buf_add(out, text + at, ascii_is_letter((unsigned char)text[at]) && run >= 3 ? 1 : run);
    }
}

static bool says_something(const struct ask_piece *piece)
{
    return piece->kind != PIECE_SIGN && piece->kind != PIECE_FILLER && piece->kind != PIECE_ENDING;
}

static struct tally tally_pieces(const struct ask_pieces *pieces)
{
    struct tally tally = { .first = -1, .last = -1 };

    for (size_t i = 0; i < pieces->count; i++) {
        const struct ask_piece *piece = &pieces->list[i];

        tally.asks |= piece->kind == PIECE_SIGN && piece->value == '?';
        if (!says_something(piece))
            continue;
        tally.kinds[piece->kind]++;
        tally.turns |= tally.last == WORD_NEGATES && (piece->kind == WORD_YES || piece->kind == WORD_WILL);
        if (tally.first < 0)
            tally.first = piece->kind;
        tally.last = piece->kind;
    }
    return tally;
}

static int judge_no(const struct tally *tally)
{
    bool agrees = tally->kinds[WORD_YES] > 0 || tally->kinds[WORD_WILL] > 0;

    if (tally->kinds[WORD_NO] == 0)
        return tally->turns || (tally->first == WORD_NEGATES && !agrees) ? 0 : -1;
    return !agrees && (tally->first == WORD_NO || tally->last == WORD_NO) ? 0 : -1;
}

static int judge_yes(const struct tally *tally)
{
    size_t others = tally->kinds[PIECE_UNKNOWN] + tally->kinds[PIECE_DIGITS];

    if (tally->kinds[WORD_BUT] > 0 || tally->kinds[WORD_O] + tally->kinds[WORD_X] > 0)
        return -1;
    if (tally->kinds[WORD_YES] > 0)
        return tally->first == WORD_YES || tally->last == WORD_YES || others == 0 ? 1 : -1;
    if (tally->kinds[WORD_WILL] > 0)
        return others == 0 || (tally->first == WORD_WILL && others <= OTHER_WORDS_MAX) ? 1 : -1;
    return tally->kinds[WORD_PLEASE] > 0 && others == 0 ? 1 : -1;
}

/* A text that is but a figure, or one of the marks O and X. */
static int judge_alone(const struct ask_pieces *pieces, bool is_korean)
{
    const struct ask_piece *only = &pieces->list[0];

    if (pieces->count != 1)
        return -1;
    if (only->kind == PIECE_DIGITS && only->end == 1 &&
        (pieces->plain.data[0] == '1' || pieces->plain.data[0] == '0'))
        return pieces->plain.data[0] - '0';
    if (is_korean && (only->kind == WORD_O || only->kind == WORD_X))
        return only->kind == WORD_O;
    return -1;
}

static int judge(const struct ask_pieces *pieces, bool is_korean)
{
    struct tally tally = tally_pieces(pieces);
    int alone = judge_alone(pieces, is_korean);

    if (alone >= 0)
        return alone;
    if (tally.asks || tally.kinds[WORD_ASKS] > 0 || tally.kinds[WORD_OPEN] > 0)
        return -1;
    if (tally.kinds[WORD_NO] > 0 || tally.kinds[WORD_NEGATES] > 0)
        return judge_no(&tally);
    return judge_yes(&tally);
}

int ask_agrees(const char *text, const char *language)
{
    struct buf folded = { 0 }, plain = { 0 }, shortened = { 0 };
    struct ask_pieces pieces;
    int result;

    fold_text(text, strlen(text), &folded);
    plain_text(buf_text(&folded), folded.len, &plain);
    shorten(buf_text(&plain), &shortened);
    ask_pieces_cut(&pieces, buf_text(&shortened), &ask_lexicon_yes_no);
    result = pieces.count > 0 ? judge(&pieces, language != NULL && strncmp(language, "ko", 2) == 0) : -1;
    ask_pieces_release(&pieces);
    buf_release(&folded);
    buf_release(&plain);
    buf_release(&shortened);
    return result;
}

enum ask_result ask_read_yes_no(const struct ask *ask, const char *text, struct ask_answer *answer)
{
    int agrees = ask_agrees(text, ask->language);

    if (agrees < 0)
        return ASK_NO;
    ask_answer_int(answer, agrees);
    return ASK_READ;
}
