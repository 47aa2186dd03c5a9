/*
 * terms: see the header.
 *
 * The folded text is read character by character. Those of one script in a row make a run, which is one word: of
 * spaced letters up to the next sign, of Hangul likewise, of the scripts without spaces up to where Kanji, hiragana
 * and katakana meet, since that is mostly where a Japanese word ends.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/ascii.h"
#include "base/utf8.h"
#include "text/fold.h"
#include "text/letters.h"
#include "text/terms_part.h"

enum { SHORT_PART = 2 };

enum script { SCRIPT_NONE, SCRIPT_SPACED, SCRIPT_HANGUL, SCRIPT_HIRAGANA, SCRIPT_KATAKANA, SCRIPT_OTHER };

/* One run of characters; `text` is in small letters without accents. */
struct run {
    enum script script;
    struct buf text;
    size_t starts[TERM_UNITS_MAX + 1]; /* where each character starts in `text`, and its end */
    size_t count;
    bool is_plain;                     /* of a-z and digits alone */
};

static enum script script_of(uint32_t code)
{
    switch (letter_kind(code)) {
    case LETTER_SIGN: return SCRIPT_NONE;
    case LETTER_SPACED: return SCRIPT_SPACED;
    case LETTER_HANGUL: return SCRIPT_HANGUL;
    case LETTER_UNSPACED: break;
    }
    if ((code >= 0x1100 && code <= 0x11ff) || (code >= 0x3131 && code <= 0x318e))
        return SCRIPT_NONE; /* lone jamo: laughter */
    if (code >= 0x3040 && code <= 0x309f)
        return SCRIPT_HIRAGANA;
    return code >= 0x30a0 && code <= 0x30ff ? SCRIPT_KATAKANA : SCRIPT_OTHER;
}

/* Words and their terms */

static struct term_word *add_word(struct terms *terms, enum term_kind kind, uint32_t units)
{
    if (terms->word_count == terms->word_room) {
        terms->word_room = terms->word_room == 0 ? 16 : 2 * terms->word_room;
        terms->words = alloc_resize(terms->words, terms->word_room, sizeof *terms->words);
    }
    struct term_word *word = &terms->words[terms->word_count++];
    *word = (struct term_word){ .kind = kind, .units = units, .first = terms->count };
    return word;
}

static void add_term(struct terms *terms, const char *text, size_t len, uint32_t covers)
{
    if (terms->count == terms->room) {
        terms->room = terms->room == 0 ? 32 : 2 * terms->room;
        terms->terms = alloc_resize(terms->terms, terms->room, sizeof *terms->terms);
    }
    if (terms->count > 0)
        buf_add_char(&terms->text, ' ');
    terms->terms[terms->count++] = (struct term){ terms->text.len, len, terms->word_count - 1, covers };
    buf_add(&terms->text, text, len);
    terms->words[terms->word_count - 1].count++;
}

/* As many low bits. */
static uint32_t units_of(size_t count)
{
    return count >= TERM_UNITS_MAX ? UINT32_MAX : ((uint32_t)1 << count) - 1;
}

/* Each two characters in a row; a single one alone. */
static void add_pairs(const struct run *run, size_t count, struct terms *terms)
{
    const char *text = buf_text(&run->text);
    if (count == 1)
        add_term(terms, text, run->starts[1], 1);
    for (size_t i = 0; i + 1 < count; i++)
        add_term(terms, text + run->starts[i], run->starts[i + 2] - run->starts[i], (uint32_t)3 << i);
}

static bool is_number(const struct run *run)
{
    return strspn(buf_text(&run->text), "0123456789") == run->text.len;
}

static void add_spaced(struct run *run, struct terms *terms)
{
    enum term_kind kind = terms_kind(buf_text(&run->text), run->text.len);
    if (is_number(run))
        kind = TERM_WEAK;
    else if (run->count == 1)
        kind = TERM_STOP;
    struct term_word *word = add_word(terms, kind, 1);
    word->is_latin = run->is_plain && !is_number(run);
    if (word->is_latin)
        buf_truncate(&run->text, terms_stem(run->text.data, run->text.len));
    add_term(terms, buf_text(&run->text), run->text.len, 1);
}

static void add_hangul(const struct run *run, struct terms *terms)
{
    const char *text = buf_text(&run->text);
    size_t len = terms_korean_stem(text, run->text.len), count = len / run->starts[1];
    enum term_kind whole = terms_is_korean_ending(text, run->text.len) ? TERM_STOP : terms_kind(text, run->text.len);
    add_word(terms, whole != TERM_FULL ? whole : terms_kind(text, len), units_of(count));
    add_pairs(run, count, terms);
    if (count == 2 && terms_is_particle(text + run->starts[1]))
        add_term(terms, text, run->starts[1], units_of(count));
}

static void end_run(struct run *run, struct terms *terms)
{
    if (run->count > 0 && run->script == SCRIPT_SPACED) {
        add_spaced(run, terms);
    } else if (run->count > 0 && run->script == SCRIPT_HANGUL) {
        add_hangul(run, terms);
    } else if (run->count > 0) {
        add_word(terms, run->script == SCRIPT_HIRAGANA ? TERM_WEAK : TERM_FULL, units_of(run->count));
        add_pairs(run, run->count, terms);
    }
    buf_clear(&run->text);
    run->count = 0;
    run->is_plain = true;
}

static void add_letter(uint32_t code, enum script script, struct run *run)
{
    run->script = script;
    run->starts[run->count++] = run->text.len;
    letter_plain(code, &run->text);
    run->starts[run->count] = run->text.len;
    for (size_t i = run->starts[run->count - 1]; i < run->text.len; i++)
        run->is_plain &= ascii_is_letter((unsigned char)run->text.data[i]) || ascii_is_digit((unsigned char)run->text.data[i]);
}

/* Letters from here up to the next sign. */
static size_t letters_ahead(const char *text, size_t len)
{
    size_t count = 0, at = 0;
    for (uint32_t code; at < len; count++) {
        at += utf8_decode(text + at, len - at, &code);
        if (script_of(code) != SCRIPT_SPACED)
            break;
    }
    return count;
}

/* Does the sign join the letters on either side: ', and the hyphen of wi-fi and e-mail? */
static bool joins(const struct run *run, uint32_t sign, const char *behind, size_t len)
{
    if (run->count == 0 || run->script != SCRIPT_SPACED)
        return false;
    size_t ahead = letters_ahead(behind, len);
    return (sign == '\'' && ahead > 0) ||
           (sign == '-' && ahead > 0 && (ahead <= SHORT_PART || run->count <= SHORT_PART) && !is_number(run));
}

void terms_cut(const char *text, size_t len, size_t most, struct terms *terms)
{
    struct buf folded = { 0 };
    struct run run = { .is_plain = true };
    fold_text(text, len, &folded);
    for (size_t at = 0; at < folded.len && terms->word_count < most;) {
        uint32_t code;
        at += utf8_decode(folded.data + at, folded.len - at, &code);
        enum script script = script_of(code);
        if (script == SCRIPT_NONE && joins(&run, code, folded.data + at, folded.len - at))
            continue;
        if (script == SCRIPT_NONE || script != run.script || run.count == TERM_UNITS_MAX)
            end_run(&run, terms);
        if (script != SCRIPT_NONE)
            add_letter(code, script, &run);
    }
    if (terms->word_count < most)
        end_run(&run, terms);
    buf_release(&run.text);
    buf_release(&folded);
}

void terms_cut_list(const char *list, size_t most, terms_visit *each, void *context)
{
    for (size_t len; list != NULL && *list != '\0'; list += len + (list[len] == ',')) {
        struct terms terms = { 0 };
        len = strcspn(list, ",");
        terms_cut(list, len, most, &terms);
        if (terms.count > 0)
            each(context, &terms, list + strspn(list, " \t\r\n"), len - strspn(list, " \t\r\n"));
        terms_release(&terms);
    }
}

void terms_release(struct terms *terms)
{
    buf_release(&terms->text);
    free(terms->terms);
    free(terms->words);
    *terms = (struct terms){ 0 };
}
