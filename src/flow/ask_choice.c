/*
 * ask_choice: which of the labels.
 *
 * In this order, and what leaves two is no answer:
 *
 *     the label           a tap; give or take case, accents and punctuation
 *     words around it     the label, the choice's own words, or yes and no in other words (ask_yes_no.c),
 * where the message names one choice only. A longer label beats one that it holds (Extra large, Large). Not
 *                         behind a "not", and not in a question.
 *     its number          2, the second one, 두 번째. "2" is the label with a 2 in it if there is one: "2
 * people". Where all labels are numbers, a number that is none of them is no place either. a part of it its
 * start, or whole words out of it, of a few letters at least
 *
 * Labels and text are compared as keys: plain words (text/plain.h) with one blank between. The labels are
 * made words of a lexicon, so ask_piece.h finds them with all its rules for Korean.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/ascii.h"
#include "base/utf8.h"
#include "flow/ask_choice.h"
#include "flow/ask_read.h"
#include "text/fold.h"
#include "text/plain.h"

enum {
    START_LETTERS = 3,
    INSIDE_LETTERS = 4,
    START_SYLLABLES = 2,
    OTHER_WORDS_MAX = 4,
    NONE = -1,
    SEVERAL = -2
};

struct pick {
    const struct ask *ask;
    struct buf folded, key; /* of the text */
    struct buf *keys;       /* of the labels */
    bool *is_named;
    struct ask_word *labels; /* as words of a lexicon */
    struct ask_pieces pieces;
    bool has_question_mark;
};

static void plain_of(const char *text, struct buf *plain)
{
    struct buf folded = { 0 };

    fold_text(text, strlen(text), &folded);
    plain_text(buf_text(&folded), folded.len, plain);
    buf_release(&folded);
}

/* Words and digits with one blank between; if there are none, the signs themselves (👍). */
static void key_of(const char *text, struct buf *key)
{
    struct buf plain = { 0 };
    uint32_t code;
    bool is_due = false;

    plain_of(text, &plain);
    for (size_t at = 0, step; at < plain.len; at += step) {
        step = utf8_decode(plain.data + at, plain.len - at, &code);
        enum plain_kind kind = plain_kind(code);
        bool is_word = kind != PLAIN_BLANK && kind != PLAIN_SIGN;
        if (is_word && is_due && key->len > 0)
            buf_add_char(key, ' ');
        if (is_word)
            buf_add(key, plain.data + at, step);
        is_due = !is_word;
    }
    if (key->len == 0)
        buf_add(key, buf_text(&plain), plain.len);
    buf_release(&plain);
}

static bool equals(const struct buf *left, const struct buf *right)
{
    return strcmp(buf_text(left), buf_text(right)) == 0;
}

static void pick_open(struct pick *pick, const struct ask *ask, const char *text)
{
    const struct ask_word *const lists[] = { NULL, ask_words_choice, NULL };
    const struct ask_word *all[3];
    struct ask_lexicon lexicon = { all };

    *pick = (struct pick){ .ask = ask };
    fold_text(text, strlen(text), &pick->folded);
    pick->has_question_mark = strchr(buf_text(&pick->folded), '?') != NULL;
    key_of(text, &pick->key);
    pick->keys = alloc_array(ask->choice_count + 1, sizeof pick->keys[0]);
    pick->is_named = alloc_array(ask->choice_count + 1, sizeof pick->is_named[0]);
    pick->labels = alloc_array(ask->choice_count + 1, sizeof pick->labels[0]);
    for (size_t i = 0; i < ask->choice_count; i++) {
        key_of(ask->choices[i].label, &pick->keys[i]);
        pick->labels[i] = (struct ask_word){ buf_text(&pick->keys[i]), WORD_LABEL + (int)i, 0 };
    }
    memcpy(all, lists, sizeof all);
    all[0] = pick->labels;
    ask_pieces_cut(&pick->pieces, buf_text(&pick->key), &lexicon);
}

static void pick_close(struct pick *pick)
{
    for (size_t i = 0; i < pick->ask->choice_count; i++)
        buf_release(&pick->keys[i]);
    free(pick->keys);
    free(pick->is_named);
    free(pick->labels);
    ask_pieces_release(&pick->pieces);
    buf_release(&pick->folded);
    buf_release(&pick->key);
}

/* One more that fits: the first, or too many. */
static int add_fit(int found, size_t choice)
{
    return found == NONE ? (int)choice : SEVERAL;
}

/* The label itself. Where two are the same but for their signs, the signs decide. */
static int pick_exact(const struct pick *pick, const char *text)
{
    struct buf typed = { 0 }, label = { 0 };
    int found = NONE, verbatim = NONE;

    plain_of(text, &typed);
    for (size_t i = 0; i < pick->ask->choice_count; i++) {
        buf_clear(&label);
        plain_of(pick->ask->choices[i].label, &label);
        if (equals(&label, &typed))
            verbatim = add_fit(verbatim, i);
        if (equals(&pick->keys[i], &pick->key))
            found = add_fit(found, i);
    }
    buf_release(&typed);
    buf_release(&label);
    return verbatim >= 0 ? verbatim : found;
}

/* Words around an answer */

static bool has_kind(const struct pick *pick, int kind)
{
    return ask_piece_has(&pick->pieces, kind);
}

/* Is the text around the owner's words a "not", or a question? */
static bool is_turned(const struct pick *pick, const struct span *whole)
{
    static const struct ask_word *const LISTS[] = { ask_words_choice, NULL };
    static const struct ask_lexicon LEXICON = { LISTS };
    struct ask_pieces pieces;
    struct buf around = { 0 };

    buf_add(&around, pick->folded.data, whole->start);
    buf_add_char(&around, ' ');
    buf_add(&around, pick->folded.data + whole->end, pick->folded.len - whole->end);
    ask_pieces_cut(&pieces, buf_text(&around), &LEXICON);
    bool is_turned = ask_piece_has(&pieces, WORD_NEGATES) || ask_piece_has(&pieces, WORD_ASKS);
    ask_pieces_release(&pieces);
    buf_release(&around);
    return is_turned;
}

static bool matches_words(const struct pick *pick, size_t choice)
{
    const struct pattern *words = pick->ask->choices[choice].words;
    size_t len = utf8_floor(buf_text(&pick->folded), pick->folded.len, MATCH_MAX);
    struct span whole;

    return words != NULL && pick->ask->matcher != NULL &&
           pattern_match(words, pick->ask->matcher, buf_text(&pick->folded), len, &whole) == PATTERN_YES &&
           !is_turned(pick, &whole);
}

/* A "not", a question, or a long story in which a label happens to stand. */
static bool is_questioned(const struct pick *pick)
{
    size_t others = 0;

    for (size_t i = 0; i < pick->pieces.count; i++)
        others += pick->pieces.list[i].kind == PIECE_UNKNOWN;
    return others > OTHER_WORDS_MAX || has_kind(pick, WORD_NEGATES) || has_kind(pick, WORD_ALL) ||
           has_kind(pick, WORD_ASKS) || (pick->has_question_mark && has_kind(pick, PIECE_UNKNOWN));
}

/* "No problem" does not name the label No. */
static void unname_opposite(struct pick *pick, int agrees)
{
    for (size_t i = 0; agrees >= 0 && i < pick->ask->choice_count; i++)
        if (pick->is_named[i] && ask_agrees(pick->ask->choices[i].label, pick->ask->language) == 1 - agrees)
            pick->is_named[i] = false;
}

/* "Yep" is Yes: of labels that agree or refuse, the one that does as the text does. */
static int pick_agreeing(const struct pick *pick, int agrees)
{
    int found = NONE;

    for (size_t i = 0; agrees >= 0 && i < pick->ask->choice_count; i++)
        if (ask_agrees(pick->ask->choices[i].label, pick->ask->language) == agrees)
            found = add_fit(found, i);
    return found;
}

static int pick_named(struct pick *pick, const char *text)
{
    bool is_no_naming = is_questioned(pick);
    int agrees = ask_agrees(text, pick->ask->language), found = NONE;

    for (size_t i = 0; i < pick->ask->choice_count; i++)
        pick->is_named[i] = has_kind(pick, WORD_LABEL + (int)i) && !is_no_naming;
    unname_opposite(pick, agrees);
    for (size_t i = 0; i < pick->ask->choice_count; i++) {
        if (pick->is_named[i] || matches_words(pick, i))
            found = add_fit(found, i);
        for (size_t j = 0; pick->is_named[i] && j < pick->ask->choice_count; j++)
            if (j != i && equals(&pick->keys[i], &pick->keys[j]))
                found = SEVERAL;
    }
    return found == NONE ? pick_agreeing(pick, agrees) : found;
}

/* Numbers */

static bool is_number_in(const struct buf *key, int number)
{
    char digits[12];
    const char *text = buf_text(key);
    size_t len = (size_t)snprintf(digits, sizeof digits, "%d", number);

    for (const char *at = strstr(text, digits); at != NULL; at = strstr(at + 1, digits))
        if ((at == text || !ascii_is_digit((unsigned char)at[-1])) && !ascii_is_digit((unsigned char)at[len]))
            return true;
    return false;
}

/* A number that is not said to be a place: of the label that holds it, before the place. */
static int pick_figure(const struct pick *pick, int number)
{
    bool all_are_numbers = true;
    int found = NONE;

    for (size_t i = 0; i < pick->ask->choice_count; i++) {
        all_are_numbers &= ascii_is_digit((unsigned char)buf_text(&pick->keys[i])[0]);
        if (is_number_in(&pick->keys[i], number))
            found = add_fit(found, i);
    }
    if (found != NONE)
        return found;
    return !all_are_numbers && number >= 1 && (size_t)number <= pick->ask->choice_count ? number - 1 : NONE;
}

static int figure_of(const struct pick *pick, const struct ask_piece *piece)
{
    size_t len = piece->end - piece->start;

    if (piece->kind != PIECE_DIGITS)
        return piece->value;
    return len > 4 ? 0 : (int)strtol(pick->pieces.plain.data + piece->start, NULL, 10);
}

/* The text holds a number, and beside it nothing but words that make a place of it. */
static int pick_number(const struct pick *pick)
{
    int number = 0, count = 0;
    bool is_place = has_kind(pick, WORD_NTH);

    for (size_t i = 0; i < pick->pieces.count; i++) {
        const struct ask_piece *piece = &pick->pieces.list[i];

        if (piece->kind == PIECE_DIGITS || piece->kind == WORD_NUMBER || piece->kind == WORD_PLACE) {
            /* "the second one" */
            if (count > 0 && piece->kind == WORD_NUMBER && piece->value == 1 && is_place)
                continue;
            number = figure_of(pick, piece);
            is_place |= piece->kind == WORD_PLACE;
            count++;
        } else if (piece->kind != PIECE_FILLER && piece->kind != PIECE_ENDING && piece->kind != WORD_NTH) {
            return NONE;
        }
    }
    if (count != 1)
        return count == 0 ? NONE : SEVERAL;
    if (!is_place)
        return pick_figure(pick, number);
    if (number == -1)
        return (int)pick->ask->choice_count - 1;
    return number >= 1 && (size_t)number <= pick->ask->choice_count ? number - 1 : NONE;
}

/* Parts of a label */

/* The text's words without those around the answer. */
static void core_of(const struct pick *pick, struct buf *core)
{
    for (size_t i = 0; i < pick->pieces.count; i++) {
        const struct ask_piece *piece = &pick->pieces.list[i];

        if (piece->kind == PIECE_FILLER || piece->kind == PIECE_ENDING)
            continue;
        if (core->len > 0 && !piece->is_glued)
            buf_add_char(core, ' ');
        buf_add(core, pick->pieces.plain.data + piece->start, piece->end - piece->start);
    }
}

static bool is_long(const char *text, size_t len, size_t letters)
{
    bool is_ascii = utf8_ascii_run(text, len) == len;

    return utf8_count(text, len) >= (is_ascii ? letters : START_SYLLABLES);
}

/* Does the key go on with these letters? A blank in either may be missing in the other behind Hangul. */
static const char *follows(const char *key, const char *part, size_t len)
{
    for (size_t i = 0; i < len;) {
        if (*key == part[i]) {
            key++;
            i++;
        } else if (*key == ' ' && (unsigned char)part[i] >= 0xea) {
            key++;
        } else if (part[i] == ' ' && (unsigned char)*key >= 0xea) {
            i++;
        } else {
            return NULL;
        }
    }
    return key;
}

static bool holds_words(const char *key, const char *part, size_t len)
{
    for (const char *at = key; at != NULL; at = strchr(at, ' ')) {
        at += *at == ' ';
        const char *end = follows(at, part, len);

        if (end != NULL && (*end == '\0' || *end == ' ' || (unsigned char)*end >= 0xea))
            return true;
    }
    return false;
}

static int pick_part(const struct pick *pick, const char *part, size_t len)
{
    int start = NONE, inside = NONE;

    for (size_t i = 0; i < pick->ask->choice_count; i++) {
        if (is_long(part, len, START_LETTERS) && follows(buf_text(&pick->keys[i]), part, len) != NULL)
            start = add_fit(start, i);
        if (is_long(part, len, INSIDE_LETTERS) && holds_words(buf_text(&pick->keys[i]), part, len))
            inside = add_fit(inside, i);
    }
    return start != NONE ? start : inside;
}

/* As it stands, or without a particle: 토요일이요. */
static int pick_core(const struct pick *pick)
{
    struct buf core = { 0 };
    int found = NONE;

    core_of(pick, &core);
    if (core.len > 0 && !is_questioned(pick))
        found = pick_part(pick, core.data, core.len);
    for (const struct ask_word *word = ask_words_choice; found == NONE && word->text != NULL && core.len > 0;
         word++) {
        size_t len = strlen(word->text);

        if (word->kind == PIECE_ENDING && core.len > len && !is_questioned(pick) &&
            memcmp(core.data + core.len - len, word->text, len) == 0)
            found = pick_part(pick, core.data, core.len - len);
    }
    buf_release(&core);
    return found;
}

enum ask_result ask_read_choice(const struct ask *ask, const char *text, struct ask_answer *answer)
{
    struct pick pick;
    int found;

    pick_open(&pick, ask, text);
    found = pick.key.len == 0 ? NONE : pick_exact(&pick, text);
    if (found == NONE && pick.key.len > 0)
        found = pick_named(&pick, text);
    if (found == NONE)
        found = pick_number(&pick);
    if (found == NONE)
        found = pick_core(&pick);
    pick_close(&pick);
    if (found < 0)
        return ASK_NO;
    answer->choice = (size_t)found;
    buf_add_text(&answer->value, ask->choices[found].label);
    return ASK_READ;
}
