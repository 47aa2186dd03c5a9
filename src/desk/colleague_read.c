/*
 * colleague_read: see the header.
 */
#include <string.h>

#include "base/utf8.h"
#include "desk/colleague.h"
#include "desk/colleague_read.h"
#include "text/fold.h"

/* Signs */

static size_t blanks(const char *at)
{
    size_t len = 0;

    for (;;) {
        if (at[len] != '\0' && strchr(" \t\r\n", at[len]) != NULL)
            len++;
        else if (strncmp(at + len, "\xc2\xa0", 2) == 0)
            len += 2;
        else if (strncmp(at + len, "\xe3\x80\x80", 3) == 0 || strncmp(at + len, "\xe2\x80\x8b", 3) == 0 ||
                 strncmp(at + len, "\xef\xbb\xbf", 3) == 0 || strncmp(at + len, "\xe2\x80\x8e", 3) == 0 ||
                 strncmp(at + len, "\xe2\x80\x8f", 3) == 0)
            len += 3;
        else
            return len;
    }
}

/* #, and the full-width and the small one; the length, or 0. */
static size_t sign(const char *at)
{
    if (*at == '#')
        return 1;
    return strncmp(at, "\xef\xbc\x83", 3) == 0 || strncmp(at, "\xef\xb9\x9f", 3) == 0 ? 3 : 0;
}

/* Also the keycap that some keyboards make of # and digits has them as plain signs before it. */
static size_t digit(const char *at, int *value)
{
    if (*at >= '0' && *at <= '9') {
        *value = *at - '0';
        return 1;
    }
    if (strncmp(at, "\xef\xbc", 2) == 0 && (unsigned char)at[2] >= 0x90 && (unsigned char)at[2] <= 0x99) {
        *value = (unsigned char)at[2] - 0x90;
        return 3;
    }
    return 0;
}

/* "#12", "# 12"; the length, or 0. */
static size_t read_number(const char *at, int64_t *number)
{
    size_t len = sign(at), step;
    int value;

    if (len == 0)
        return 0;
    len += blanks(at + len);
    if (digit(at + len, &value) == 0)
        return 0;
    for (*number = 0; (step = digit(at + len, &value)) > 0; len += step)
        *number = *number > (INT64_MAX - 9) / 10 ? INT64_MAX : *number == INT64_MAX ? INT64_MAX : *number * 10 + value;
    return len;
}

static bool is_divider(char sign)
{
    return sign != '\0' && strchr(":.,;-)", sign) != NULL;
}

/* "#1.5 kilos", "#12:30": no case is meant. */
static bool goes_on_as_number(const char *at)
{
    int value;

    return is_divider(*at) && *at != ')' && digit(at + 1, &value) > 0;
}

/* What people put between the number and the text, as in "#12: yes" and "#12 - yes"; ":)" and "-5 degrees" are the text. */
static const char *behind(const char *at)
{
    size_t gap = blanks(at);

    at += gap;
    if (is_divider(*at) && (at[1] == '\0' || blanks(at + 1) > 0 || (gap == 0 && !is_divider(at[1]) && at[1] != '(')))
        at++;
    return at + blanks(at);
}

/* Words */

static bool says(const struct pattern *words, struct matcher *matcher, const struct buf *folded)
{
    struct span span;

    return pattern_match(words, matcher, buf_text(folded), folded->len, &span) == PATTERN_YES;
}

static bool is_list(const struct buf *folded)
{
    static const char *const WORDS[] = { "#list", "# list", "#queue", "#목록", "#lista", NULL };

    for (size_t i = 0; WORDS[i] != NULL; i++)
        if (strcmp(buf_text(folded), WORDS[i]) == 0)
            return true;
    return false;
}

static void read_word(const struct ruleset *ruleset, struct matcher *matcher, struct colleague_said *said)
{
    struct buf folded = { 0 };

    fold_text(said->text, strlen(said->text), &folded);
    matcher_begin(matcher);
    if (is_list(&folded))
        said->wish = WISH_LIST;
    else if (says(ruleset->release_words, matcher, &folded))
        said->wish = WISH_RELEASE;
    else if (says(ruleset->close_words, matcher, &folded))
        said->wish = WISH_CLOSE;
    else if (!said->has_number && sign(said->text) > 0)
        said->wish = WISH_UNKNOWN;
    buf_release(&folded);
}

void colleague_read(const struct ruleset *ruleset, struct matcher *matcher, const char *text, struct colleague_said *said)
{
    int64_t other;
    size_t len;

    *said = (struct colleague_said){ .wish = WISH_TEXT, .text = text + blanks(text) };
    len = read_number(said->text, &said->number);
    if (len > 0 && goes_on_as_number(said->text + len)) {
        said->wish = WISH_UNKNOWN;
        return;
    }
    if (len > 0) {
        said->has_number = true;
        said->text = behind(said->text + len);
        if (*said->text == '\0') {
            said->wish = WISH_PICK;
            return;
        }
        if (read_number(said->text, &other) > 0) {
            said->wish = WISH_TWO_NUMBERS;
            return;
        }
    }
    read_word(ruleset, matcher, said);
}

/* Choosing */

static const struct told_case *find(const struct colleague_view *view, int64_t number)
{
    for (size_t i = 0; i < view->cases->count; i++)
        if (view->cases->list[i].number == number && view->cases->list[i].is_open)
            return &view->cases->list[i];
    return NULL;
}

/* Does the text name another case of hers? */
static bool names_another(const struct colleague_view *view, const char *text, int64_t number)
{
    int64_t named;

    for (const char *at = text; *at != '\0'; at++)
        if (sign(at) > 0 && read_number(at, &named) > 0 && named != number && find(view, named) != NULL)
            return true;
    return false;
}

/* Since when nobody has said anything in the case, nor chosen it. */
static int64_t quiet_since(const struct colleague_view *view, const struct told_case *one)
{
    int64_t chosen_at = view->colleague->since < view->now ? view->colleague->since : view->now;

    return chosen_at > one->moved_at ? chosen_at : one->moved_at;
}

/* Whoever has it knows it; else the text has to be from behind the first word of it on her phone. */
static bool knows(const struct colleague_view *view, const struct told_case *one)
{
    return one->is_hers || (one->read_at != 0 && (view->sent_at == 0 || view->sent_at >= one->read_at));
}

/* Her present case, if nothing speaks against it. */
static const struct told_case *present(const struct colleague_view *view, const char *text)
{
    const struct colleague *colleague = view->colleague;
    const struct told_case *found = colleague->handover != 0 ? find(view, colleague->handover) : NULL;

    if (found == NULL || (view->sent_at != 0 && view->sent_at < colleague->since) || !knows(view, found) ||
        view->now - quiet_since(view, found) >= COLLEAGUE_LAPSE_MS)
        return NULL;
    return names_another(view, text, found->number) ? NULL : found;
}

enum colleague_way colleague_choose(const struct colleague_view *view, const struct colleague_said *said,
                                    const struct told_case **chosen)
{
    *chosen = said->has_number ? find(view, said->number) : present(view, said->text);
    if (*chosen == NULL)
        return said->has_number ? WAY_NOT_YOURS : WAY_ASK;
    if (*(*chosen)->agent != '\0' && !(*chosen)->is_hers)
        return WAY_OTHERS;
    return WAY_TO_CASE;
}
