/*
 * Any list of words: what compiles is accepted by PCRE2, and matching the list itself as a message stays in
 * the limits, with JIT and without, with one result. A plain word (letters of one kind only) is found in
 * itself, also in a sentence and as a whole message.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "text/fold.h"
#include "text/letters.h"
#include "text/pattern.h"
#include "text/words.h"

static void require(bool holds)
{
    if (!holds)
        abort();
}

static enum pattern_result match(const struct pattern *pattern, bool allow_jit, const char *text, size_t len)
{
    struct matcher *matcher = matcher_new(allow_jit);
    enum pattern_result result = pattern_match(pattern, matcher, text, len, NULL);

    matcher_free(matcher);
    return result;
}

/* NULL when the list is refused, which must come with a sentence. */
static struct pattern *compile(const char *words)
{
    struct buf source = { 0 };
    struct error error = { 0 };
    struct pattern *pattern = NULL;

    if (words_compile(words, &source, &error) != 0) {
        require(error.text[0] != '\0' && source.len == 0);
    } else {
        pattern = pattern_new_generated(source.data, &error);
        require(pattern != NULL);
    }
    buf_release(&source);
    return pattern;
}

static void check_list(const char *words)
{
    struct pattern *pattern = compile(words);
    struct buf folded = { 0 };
    size_t len;

    fold_text(words, strlen(words), &folded);
    len = utf8_floor(buf_text(&folded), folded.len, folded.len < MATCH_MAX ? folded.len : MATCH_MAX);
    if (pattern != NULL) {
        enum pattern_result result = match(pattern, false, buf_text(&folded), len);

        require(result != PATTERN_LIMIT && result == match(pattern, true, buf_text(&folded), len));
    }
    buf_release(&folded);
    pattern_free(pattern);
}

static bool is_plain_word(const char *text, size_t len)
{
    enum letter_kind first = LETTER_SIGN;
    uint32_t code;

    for (size_t at = 0; at < len;) {
        at += utf8_decode(text + at, len - at, &code);
        if (first == LETTER_SIGN)
            first = letter_kind(code);
        if (letter_kind(code) != first || first == LETTER_SIGN)
            return false;
    }
    return first != LETTER_SIGN && len < 90;
}

static void check_found(const char *before, const struct buf *word, const char *after, const char *words)
{
    struct pattern *pattern = compile(words);
    struct buf message = { 0 };
    struct buf folded = { 0 };

    require(pattern != NULL);
    buf_addf(&message, "%s%s%s", before, word->data, after);
    fold_text(message.data, message.len, &folded);
    require(match(pattern, false, folded.data, folded.len) == PATTERN_YES);
    buf_release(&message);
    buf_release(&folded);
    pattern_free(pattern);
}

/* A mark that is drawn over the sign before it makes another sign of both: "=" and U+0338 are "≠". */
static bool begins_with_mark(const struct buf *word)
{
    struct buf marked = { 0 }, folded = { 0 };

    buf_addf(&marked, "=%s", word->data);
    fold_text(marked.data, marked.len, &folded);
    bool is_mark = folded.len == 0 || folded.data[0] != '=';
    buf_release(&marked);
    buf_release(&folded);
    return is_mark;
}

static void check_word(const struct buf *word)
{
    struct buf whole = { 0 };

    buf_addf(&whole, "=%s", word->data);
    check_found("", word, "", word->data);
    check_found("well, ", word, "!", word->data);
    check_found("", word, "", whole.data);
    check_found("please, ", word, " please!!", whole.data);
    buf_release(&whole);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf words = { 0 };
    struct buf folded = { 0 };

    if (size > 2 * WORDS_MAX)
        return 0;
    utf8_repair((const char *)data, size, &words);
    check_list(buf_text(&words));
    fold_text(buf_text(&words), words.len, &folded);
    if (is_plain_word(buf_text(&folded), folded.len) && !begins_with_mark(&folded))
        check_word(&folded);
    buf_release(&words);
    buf_release(&folded);
    return 0;
}
