/*
 * summary_speech: see the header.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/utf8.h"
#include "desk/story.h"
#include "desk/summary_speech.h"
#include "text/fold.h"
#include "text/mask.h"

enum { FORM_BYTES = 16 }; /* a word that is longer is no short form */

/* Cutting into sentences */

static bool is_stop(uint32_t code)
{
    return code == '.' || code == '!' || code == '?' || code == 0x2026 || code == 0x3002 || code == 0xff01 || code == 0xff1f;
}

/* Behind these a sentence ends without a blank. */
static bool is_wide_stop(uint32_t code)
{
    return code == 0x3002 || code == 0xff01 || code == 0xff1f;
}

/* "a.m.", "Dr.", "no. 5", "3.": the point belongs to the word. Of a long one the end tells. */
static bool is_short_form(const char *start, const char *point)
{
    static const char *const FORMS[] = { "mr", "mrs", "ms", "dr", "st", "no", "sr", "sra", "vs", "approx", "tel", "num", "av" };
    const char *word = point;
    size_t len;

    while (word > start && point - word < FORM_BYTES && word[-1] != ' ' && word[-1] != '\n')
        word--;
    len = (size_t)(point - word);
    if (len <= 1 || memchr(word, '.', len) != NULL)
        return true;
    for (size_t i = 0; i < sizeof FORMS / sizeof *FORMS; i++)
        if (len == strlen(FORMS[i]) && strncasecmp(word, FORMS[i], len) == 0)
            return true;
    return len <= 2 && strspn(word, "0123456789") >= len;
}

/* Where the sentence ends that begins at `at`, its signs included. */
static size_t sentence_end(const char *text, size_t len, size_t at)
{
    size_t start = at, step;
    uint32_t code;

    for (; at < len; at += step) {
        step = utf8_decode(text + at, len - at, &code);
        if (step == 0 || code == '\n')
            return at;
        if (!is_stop(code) || (code == '.' && is_short_form(text + start, text + at)))
            continue;
        size_t next = at + step;
        bool is_wide = is_wide_stop(code);

        while (next < len && (step = utf8_decode(text + next, len - next, &code)) > 0 && is_stop(code))
            next += step;
        if (is_wide || next >= len || fold_is_blank(code) || code == '\n' || code == '"' || code == ')')
            return next;
        step = next - at;
    }
    return len;
}

/* How far the text can be heard; what is left of *sentences becomes less. */
static size_t heard_length(const char *text, size_t len, size_t *sentences)
{
    size_t at = 0;

    for (; at < len && *sentences > 0; --*sentences) {
        size_t end = sentence_end(text, len, at);

        at = end > at ? end : at + 1;
    }
    return at;
}

/* Where it begins: with the story's text *first, of which *len bytes are heard. All behind it is heard to its end. */
static void find_beginning(const struct story *story, size_t *first, size_t *len)
{
    size_t bytes = SPEECH_BYTES_MAX, sentences = SPEECH_SENTENCES_MAX;

    *first = story->text_count;
    for (size_t i = story->text_count; i > 0 && bytes > 0 && sentences > 0; i--) {
        const struct story_text *text = &story->texts[i - 1];

        if (text->voice != VOICE_CUSTOMER)
            continue;
        *first = i - 1;
        *len = heard_length(text->text, utf8_floor(text->text, strlen(text->text), bytes), &sentences);
        bytes = text->text[*len] == '\0' ? bytes - *len : 0;
    }
}

/* A line for each sentence. */
static void hear(struct speech *speech, const struct story_text *of, size_t len, struct buf *lines)
{
    for (size_t at = 0, end; at < len; at = end) {
        size_t start = lines->len;

        end = sentence_end(of->text, len, at);
        fold_shown(of->text + at, end - at, lines);
        end = end > at ? end : at + 1;
        if (lines->len == start)
            continue;
        buf_add_char(lines, '\n');
        if (speech->count == speech->room) {
            speech->room = speech->room == 0 ? 16 : speech->room * 2;
            speech->list = alloc_resize(speech->list, speech->room, sizeof *speech->list);
        }
        speech->list[speech->count++] = (struct speech_sentence){ .of = of };
    }
}

/* A comma behind a card number whose end has moved to the line before begins no sentence. */
static void take_lines(struct speech *speech)
{
    const char *line = buf_text(&speech->text);

    for (size_t i = 0; i < speech->count; i++) {
        const char *end = strchr(line, '\n'), *text = line + strspn(line, " ,;");

        speech->list[i].text = text;
        speech->list[i].len = (size_t)(end - text);
        line = end + 1;
    }
}

void speech_init(struct speech *speech, const struct story *story)
{
    struct buf lines = { 0 };
    size_t first, first_len = 0;

    *speech = (struct speech){ 0 };
    find_beginning(story, &first, &first_len);
    for (size_t i = first; i < story->text_count; i++)
        if (story->texts[i].voice == VOICE_CUSTOMER)
            hear(speech, &story->texts[i], i == first ? first_len : strlen(story->texts[i].text), &lines);
    mask_text(buf_text(&lines), lines.len, &speech->text);
    take_lines(speech);
    buf_release(&lines);
}

void speech_release(struct speech *speech)
{
    free(speech->list);
    buf_release(&speech->text);
    *speech = (struct speech){ 0 };
}
