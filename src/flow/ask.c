/*
 * ask: to the reader of each kind. Text, media and patterns are read here.
 *
 * Text, addresses and captures go into a variable of at most VALUE_MAX bytes: a text or capture is cut, on a
 * character's border; an address that is longer is none.
 */
#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "base/utf8.h"
#include "flow/ask.h"
#include "flow/ask_read.h"
#include "text/fold.h"

enum { VALUE_MAX = 1000 };

const char *const ask_names[] = { "",         "text",  "number", "yes_no",  "choice", "date", "time",
                                  "datetime", "phone", "email",  "pattern", "media",  NULL };

void ask_answer_int(struct ask_answer *answer, int64_t number)
{
    buf_addf(&answer->value, "%" PRId64, number);
    answer->is_number = true;
}

/* Without the blanks at its ends. */
static void trim(const char **text, size_t *len)
{
    uint32_t code;

    for (size_t step; *len > 0; *text += step, *len -= step) {
        step = utf8_decode(*text, *len, &code);
        if (step == 0 || !fold_is_blank(code))
            break;
    }
    while (*len > 0) {
        size_t last = utf8_floor(*text, *len, *len - 1);
        if (utf8_decode(*text + last, *len - last, &code) == 0 || !fold_is_blank(code))
            break;
        *len = last;
    }
}

/* False when nothing visible is in it. */
static bool add_text(const char *text, size_t len, struct buf *value)
{
    struct buf folded = { 0 };
    bool is_blank;

    trim(&text, &len);
    len = utf8_floor(text, len, VALUE_MAX);
    trim(&text, &len);
    fold_text(text, len, &folded);
    is_blank = folded.len == 0;
    buf_release(&folded);
    if (!is_blank)
        buf_add(value, text, len);
    return !is_blank;
}

static enum ask_result read_text(const struct ask *ask, const char *text, struct ask_answer *answer)
{
    (void)ask;
    return add_text(text, strlen(text), &answer->value) ? ASK_READ : ASK_NO;
}

/* The group `value` where it took part, else the whole match. */
static struct span find_value(const struct ask *ask, struct span whole)
{
    for (size_t i = 0; i < pattern_group_count(ask->pattern); i++) {
        struct span span = matcher_group(ask->matcher, ask->pattern, i);

        if (strcmp(pattern_group_name(ask->pattern, i), "value") == 0 && span.start != (size_t)-1)
            return span;
    }
    return whole;
}

static enum ask_result read_pattern(const struct ask *ask, const char *text, struct ask_answer *answer)
{
    struct buf folded = { 0 };
    struct span span;
    bool is_read = false;

    fold_text(text, strlen(text), &folded);
    size_t len = utf8_floor(buf_text(&folded), folded.len, MATCH_MAX);
    if (ask->pattern != NULL &&
        pattern_match(ask->pattern, ask->matcher, buf_text(&folded), len, &span) == PATTERN_YES) {
        span = find_value(ask, span);
        is_read = add_text(buf_text(&folded) + span.start, span.end - span.start, &answer->value);
    }
    buf_release(&folded);
    return is_read ? ASK_READ : ASK_NO;
}

static enum ask_result read_media(const char *media, struct ask_answer *answer)
{
    struct json *root;
    const char *address = NULL;

    if (media == NULL || json_parse(media, strlen(media), JSON_STRICT, &root, NULL) != 0)
        return ASK_NO;
    if (json_kind(root) == JSON_ARRAY)
        for (const struct json *item = json_first(root); item != NULL && address == NULL;
             item = json_next(item))
            if (json_text(item) != NULL && json_text(item)[0] != '\0' && strlen(json_text(item)) <= VALUE_MAX)
                address = json_text(item);
    buf_add_text(&answer->value, address);
    json_free(root);
    return answer->value.len > 0 ? ASK_READ : ASK_NO;
}

typedef enum ask_result ask_reader(const struct ask *ask, const char *text, struct ask_answer *answer);

static ask_reader *const READERS[] = {
    [ASK_TEXT] = read_text,         [ASK_NUMBER] = ask_read_number, [ASK_YES_NO] = ask_read_yes_no,
    [ASK_CHOICE] = ask_read_choice, [ASK_DATE] = ask_read_when,     [ASK_TIME] = ask_read_when,
    [ASK_DATETIME] = ask_read_when, [ASK_PHONE] = ask_read_phone,   [ASK_EMAIL] = ask_read_email,
    [ASK_PATTERN] = read_pattern,
};

enum ask_result ask_read(const struct ask *ask, const char *text, const char *media, struct ask_answer *answer)
{
    enum ask_result result = ASK_NO;

    *answer = (struct ask_answer){ 0 };
    if (ask->kind == ASK_MEDIA)
        result = read_media(media, answer);
    else if (ask->kind != ASK_NOTHING)
        result = READERS[ask->kind](ask, text, answer);
    if (result == ASK_NO)
        ask_answer_release(answer);
    return result;
}

void ask_answer_release(struct ask_answer *answer)
{
    buf_release(&answer->value);
    *answer = (struct ask_answer){ 0 };
}
