/*
 * tell_write: how sentences are put together.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "rules/tell_write.h"
#include "text/josa.h"

void tell_fill(struct buf *out, const char *pattern, const char *const *values)
{
    for (const char *at = pattern; *at != '\0';) {
        size_t plain = strcspn(at, "{");
        const char *end = strchr(at + plain, '}');

        buf_add(out, at, plain);
        at += plain;
        if (*at == '\0')
            break;
        if (end == at + 1) {
            buf_add_text(out, *values++);
        } else {
            char *pair = alloc_bytes(at + 1, (size_t)(end - at - 1));

            josa_add(out, pair);
            free(pair);
        }
        at = end + 1;
    }
}

const char *tell_find(const struct tell_name *names, const char *name)
{
    for (; names->name != NULL; names++)
        if (strcmp(names->name, name) == 0)
            return names->text;
    return NULL;
}

/* Items */

struct tell_item *tell_add_item(struct teller *teller, const char *heading, const struct rule *rule)
{
    struct tell *tell = teller->tell;
    struct tell_item *item;

    tell->items = alloc_resize(tell->items, tell->count + 1, sizeof *tell->items);
    item = &tell->items[tell->count++];
    *item = (struct tell_item){ .heading = alloc_text(heading), .rule = rule, .is_part = rule == NULL };
    if (rule != NULL) {
        item->file = rule->file;
        item->line = rule->line;
    }
    return item;
}

/* All that is added flows, until add_rule comes to the examples. */
void tell_add_text(struct tell_item *item, struct buf *sentence)
{
    item->flowing += item->is_part;
    item->sentences = alloc_resize(item->sentences, item->count + 1, sizeof *item->sentences);
    item->sentences[item->count++] = buf_detach(sentence);
}

void tell_add_sentence(const struct teller *teller, struct tell_item *item, enum tell_sentence which,
                       const char *const *values)
{
    struct buf sentence = { 0 };

    tell_fill(&sentence, teller->voice->sentences[which], values);
    tell_add_text(item, &sentence);
}

void tell_quote(const struct teller *teller, struct buf *out, const char *text)
{
    tell_fill(out, teller->voice->quote, (const char *[]){ text });
}

void tell_list_take(struct tell_list *list, struct buf *member)
{
    list->texts = alloc_resize(list->texts, list->count + 1, sizeof *list->texts);
    list->texts[list->count++] = *member;
    *member = (struct buf){ 0 };
}

void tell_list_add(const struct teller *teller, struct tell_list *list, const char *text, size_t len)
{
    char *member = alloc_bytes(text, len);
    struct buf quoted = { 0 };

    tell_quote(teller, &quoted, member);
    tell_list_take(list, &quoted);
    free(member);
}

void tell_list_format(const struct tell_list *list, const char *comma, const char *last, struct buf *out)
{
    for (size_t i = 0; i < list->count; i++) {
        if (i > 0)
            buf_add_text(out, i + 1 == list->count ? last : comma);
        buf_add_text(out, buf_text(&list->texts[i]));
    }
}

void tell_list_release(struct tell_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        buf_release(&list->texts[i]);
    free(list->texts);
    *list = (struct tell_list){ 0 };
}
