/*
 * split: parts that fit, cut where a reader would pause.
 *
 * One walk over at most `max` characters notes for each kind of border how far the last one was: behind a
 * paragraph, a line, a sentence, a word, a grapheme cluster. Then the best kind wins whose last border uses
 * at least half of the room; a cluster needs no half. Only when one cluster alone is longer than `max` is it
 * cut, on a character, so that the walk always gets on.
 *
 * A border lies before a blank (the end of a word, of a sentence, …) or, behind the full stops of Chinese and
 * Japanese, before anything. Blanks around it belong to neither part. A blank that carries a combining mark
 * is no blank, for leaving it out would put the mark on another letter.
 *
 * A paragraph ends at two line breaks with nothing but blanks between; "\r\n" is one line break. A sentence
 * ends at . ! ? … and any closing quotes or brackets behind it, if a blank follows.
 */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <utf8proc.h>

#include "base/utf8.h"
#include "text/fold.h"
#include "text/split.h"

/* Best first. */
enum border { BORDER_PARAGRAPH, BORDER_LINE, BORDER_SENTENCE, BORDER_WORD, BORDER_CLUSTER, BORDERS };

static const char STOPS[] = ".!?…。！？";
static const char WIDE_STOPS[] = "。！？";
static const char CLOSING[] = "\"')]}”’»」』）*_~"; /* *_~ end WhatsApp's bold, italic, struck */

struct place {
    size_t at;   /* byte offset; 0: there is none */
    size_t used; /* characters before it */
};

/* What a walk has met so far. */
struct walk {
    struct place last[BORDERS];
    size_t used;
    utf8proc_int32_t before; /* the character before, once used > 0 */
    utf8proc_int32_t break_state;
    bool ends_sentence;      /* before a blank, here ends a sentence */
    bool ends_wide_sentence; /* here ends a sentence, whatever follows */
};

static size_t decode(const char *text, size_t len, uint32_t *code)
{
    size_t step = utf8_decode(text, len, code);

    return step > 0 || len == 0 ? step : 1;
}

static bool is_one_of(uint32_t code, const char *characters)
{
    uint32_t each;

    for (size_t len = strlen(characters); len > 0;) {
        size_t step = decode(characters, len, &each);

        if (each == code)
            return true;
        characters += step;
        len -= step;
    }
    return false;
}

/* The bytes of the droppable blank at `text`, or 0. */
static size_t blank_length(const char *text, size_t len)
{
    uint32_t code, after;
    size_t step = decode(text, len, &code);

    if (step == 0 || !fold_is_blank(code))
        return 0;
    if (len > step && code != '\r' && decode(text + step, len - step, &after) > 0 &&
        !utf8proc_grapheme_break((utf8proc_int32_t)code, (utf8proc_int32_t)after))
        return 0;
    return step;
}

static size_t skip_blanks(const char *text, size_t len, size_t at)
{
    size_t step;

    while ((step = blank_length(text + at, len - at)) > 0)
        at += step;
    return at;
}

/* Line breaks in the run of blanks at `text`, counted to 2. */
static int count_breaks(const char *text, size_t len)
{
    int breaks = 0;
    size_t step;

    for (size_t at = 0; breaks < 2 && (step = blank_length(text + at, len - at)) > 0; at += step) {
        bool is_pair = text[at] == '\r' && at + 1 < len && text[at + 1] == '\n';

        breaks += !is_pair && (text[at] == '\n' || text[at] == '\r');
    }
    return breaks;
}

static void note(struct walk *walk, enum border border, size_t at)
{
    walk->last[border] = (struct place){ at, walk->used };
}

/* The borders that lie at `at`, before the character `code`. */
static void note_borders(struct walk *walk, const char *text, size_t len, size_t at, uint32_t code)
{
    int breaks;

    if (walk->used == 0 ||
        !utf8proc_grapheme_break_stateful(walk->before, (utf8proc_int32_t)code, &walk->break_state))
        return;
    note(walk, BORDER_CLUSTER, at);
    if (walk->ends_wide_sentence && !is_one_of(code, CLOSING) && !is_one_of(code, STOPS))
        note(walk, BORDER_SENTENCE, at);
    if (blank_length(text + at, len - at) == 0 || fold_is_blank((uint32_t)walk->before))
        return;
    breaks = count_breaks(text + at, len - at);
    note(walk, BORDER_WORD, at);
    if (walk->ends_sentence)
        note(walk, BORDER_SENTENCE, at);
    if (breaks > 0)
        note(walk, BORDER_LINE, at);
    if (breaks > 1)
        note(walk, BORDER_PARAGRAPH, at);
}

static void pass(struct walk *walk, uint32_t code)
{
    bool is_closing = is_one_of(code, CLOSING);

    walk->ends_sentence = is_one_of(code, STOPS) || (is_closing && walk->ends_sentence);
    walk->ends_wide_sentence = is_one_of(code, WIDE_STOPS) || (is_closing && walk->ends_wide_sentence);
    walk->before = (utf8proc_int32_t)code;
    walk->used++;
}

static size_t best_cut(const struct walk *walk, size_t max, size_t otherwise)
{
    for (int border = 0; border < BORDER_CLUSTER; border++)
        if (walk->last[border].at > 0 && walk->last[border].used * 2 >= max)
            return walk->last[border].at;
    return walk->last[BORDER_CLUSTER].at > 0 ? walk->last[BORDER_CLUSTER].at : otherwise;
}

/* Where the part that starts at `text` ends; len when all of it fits. */
static size_t find_cut(const char *text, size_t len, size_t max)
{
    struct walk walk = { 0 };
    size_t at = 0;
    uint32_t code;

    for (;;) {
        size_t step = decode(text + at, len - at, &code);

        if (step == 0)
            return len;
        note_borders(&walk, text, len, at, code);
        if (walk.used == max)
            return skip_blanks(text, len, at) == len ? at : best_cut(&walk, max, at);
        pass(&walk, code);
        at += step;
    }
}

/* Where the text without its trailing blanks ends. */
static size_t trim_end(const char *text, size_t len)
{
    size_t end = 0;

    for (size_t at = 0; at < len;) {
        uint32_t code;
        size_t blank = blank_length(text + at, len - at);

        at += blank > 0 ? blank : decode(text + at, len - at, &code);
        if (blank == 0)
            end = at;
    }
    return end;
}

int split_next(struct split *split, size_t max, const char **part, size_t *part_len)
{
    size_t cut;

    if (max == 0)
        max = 1;
    split->at = skip_blanks(split->text, split->len, split->at);
    if (split->at == split->len)
        return 0;
    *part = split->text + split->at;
    /* No more bytes than characters allowed: it fits, and most replies do. */
    cut = split->len - split->at <= max ? split->len - split->at
                                        : find_cut(*part, split->len - split->at, max);
    split->at += cut;
    *part_len = trim_end(*part, cut);
    return 1;
}
