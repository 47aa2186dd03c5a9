/*
 * button: see the header.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/utf8.h"
#include "braze/send.h"
#include "desk/button.h"
#include "text/fold.h"
#include "text/split.h"

static const char BLANKS[] = " \t\r\n";

enum { NUMBER_BYTES_MAX = 40 }; /* a longer message is no number */

void button_release(struct button_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->texts[i]);
    *list = (struct button_list){ 0 };
}

/* One blank between words, and no braces: on their way out pairs of them are broken apart by a blank, which
 * would make the text longer than it was measured. */
static void squeeze(const char *text, struct buf *out)
{
    bool is_apart = false;
    for (; *text != '\0'; text++) {
        if (strchr(BLANKS, *text) != NULL)
            is_apart = out->len > 0;
        else if (*text != '{' && *text != '}') {
            if (is_apart)
                buf_add_char(out, ' ');
            is_apart = false;
            buf_add_char(out, *text);
        }
    }
}

/* Rules see a tap folded and do not mind its case: two texts that they cannot tell apart are one choice. */
static bool is_listed(const struct button_list *list, const struct buf *folded)
{
    bool found = false;
    for (size_t i = 0; i < list->count && !found; i++) {
        struct buf other = { 0 };
        fold_text(list->texts[i], strlen(list->texts[i]), &other);
        found = strcasecmp(buf_text(&other), buf_text(folded)) == 0;
        buf_release(&other);
    }
    return found;
}

void button_add(struct button_list *list, const char *text, size_t max)
{
    struct buf tidy = { 0 }, folded = { 0 };
    const char *part;
    size_t len;
    squeeze(text, &tidy);
    struct split split = { buf_text(&tidy), tidy.len, 0 };
    if (list->count < BUTTONS_MAX && split_next(&split, max, &part, &len) == 1) {
        fold_text(part, len, &folded);
        if (folded.len > 0 && !is_listed(list, &folded))
            list->texts[list->count++] = alloc_bytes(part, len);
    }
    buf_release(&tidy);
    buf_release(&folded);
}

void button_parse(const char *json, struct button_list *list)
{
    struct json *root = NULL;
    if (strcmp(json, "[]") == 0 || json_parse(json, strlen(json), JSON_STRICT, &root, NULL) != 0)
        return;
    for (const struct json *item = json_first(root); item != NULL && list->count < BUTTONS_MAX;
         item = json_next(item))
        if (json_text(item) != NULL)
            list->texts[list->count++] = alloc_text(json_text(item));
    json_free(root);
}

void button_format(const struct button_list *list, size_t hidden, struct buf *out)
{
    struct jsonw json = { .out = out };
    jsonw_array(&json, NULL);
    for (size_t i = 0; i < list->count; i++)
        jsonw_text(&json, NULL, i < hidden ? "" : list->texts[i]);
    jsonw_end_array(&json);
}

/* The cleaned text counts: it is what leaves. */
static bool is_repeated(const struct button_list *list, size_t index, const struct buf *cleaned)
{
    bool found = false;
    for (size_t i = 0; i < index && !found; i++) {
        struct buf other = { 0 };
        send_clean(list->texts[i], true, &other);
        found = strcmp(buf_text(&other), buf_text(cleaned)) == 0;
        buf_release(&other);
    }
    return found;
}

static bool fits(const struct button_list *list, size_t index, size_t max)
{
    struct buf text = { 0 };
    send_clean(list->texts[index], true, &text);
    bool is_fit = !fold_is_empty(buf_text(&text), text.len) && utf8_count(buf_text(&text), text.len) <= max &&
                  !is_repeated(list, index, &text);
    buf_release(&text);
    return is_fit;
}

/* How many of the first `count` can be shown, up to one that cannot. */
static size_t count_fitting(const struct button_list *list, size_t count, size_t max)
{
    size_t i = 0;
    while (i < count && i < list->count && fits(list, i, max))
        i++;
    return i;
}

static bool are_replies(const struct button_list *list)
{
    return list->count <= QUICK_REPLIES_MAX && count_fitting(list, list->count, QUICK_REPLY_TEXT_MAX) == list->count;
}

bool button_is_list(const struct button_list *list, const struct campaign *campaign)
{
    return campaign != NULL && campaign->has_lists && list->count <= LIST_ROWS_MAX && !are_replies(list) &&
           count_fitting(list, list->count, LIST_ROW_TEXT_MAX) == list->count;
}

size_t button_shown(const struct button_list *list, const struct campaign *campaign)
{
    if (campaign == NULL)
        return 0;
    if (campaign->has_lists)
        return are_replies(list) || button_is_list(list, campaign) ? list->count : 0;
    return count_fitting(list, (size_t)campaign->buttons, QUICK_REPLY_TEXT_MAX);
}

void button_compose(const struct button_list *list, size_t shown, const char *text, struct buf *out)
{
    buf_add_text(out, text);
    for (size_t i = shown; i < list->count; i++)
        buf_addf(out, "%s%zu. %s", i == shown ? "\n\n" : "\n", i + 1, list->texts[i]);
}

size_t button_room(const struct button_list *list)
{
    struct buf lines = { 0 };
    button_compose(list, 0, "", &lines);
    size_t count = utf8_count(buf_text(&lines), lines.len);
    buf_release(&lines);
    return count;
}

/* What may stand behind a number that is one: signs, and in Korean the word for it, as in 2번이요. */
static bool is_rest_of_number(const char *rest)
{
    static const char *const COUNTERS[] = { "번이에요", "번입니다", "번으로", "번이요", "번요", "번", "" };
    size_t i = 0;
    while (strncmp(rest, COUNTERS[i], strlen(COUNTERS[i])) != 0)
        i++;
    rest += strlen(COUNTERS[i]);
    return rest[strspn(rest, " .,)!:")] == '\0';
}

/* 2, #2, (2), 2번, ２ or ②; 0: it is no number. */
static size_t read_number(const char *message)
{
    struct buf folded = { 0 };
    fold_text(message, strlen(message), &folded);
    const char *at = buf_text(&folded) + strspn(buf_text(&folded), " #(");
    size_t digits = strspn(at, "0123456789"), number = 0;
    if (digits >= 1 && digits <= 2 && is_rest_of_number(at + digits))
        number = strtoul(at, NULL, 10);
    buf_release(&folded);
    return number;
}

bool button_is_number(const char *message)
{
    return strlen(message) <= NUMBER_BYTES_MAX && read_number(message) > 0;
}

bool button_choose(const char *choices, const char *message, struct buf *out)
{
    if (choices == NULL || !button_is_number(message))
        return false;
    size_t number = read_number(message);
    struct button_list list = { 0 };
    button_parse(choices, &list);
    bool is_there = number >= 1 && number <= list.count && *list.texts[number - 1] != '\0';
    if (is_there)
        buf_add_text(out, list.texts[number - 1]);
    button_release(&list);
    return is_there;
}
