/*
 * sandbox_people: the customers' telephones.
 *
 * Messages are numbered from 1 in the order in which they were sent, over all customers. A ring holds
 * the newest of them; what falls out, because there are too many or because together they are too big,
 * is forgotten, and the counters of the report still know of it. Each message is one allocation, texts
 * behind the struct. In count-only mode nothing is stored and nothing allocated.
 *
 * Reading walks the numbers after `since`, which is what a poller that remembers `last` needs: it never
 * looks at a message twice.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/json.h"

#include "sandbox_json.h"
#include "sandbox_people.h"

struct person_message {
    int64_t n, at_ms;
    size_t size;
    enum address address;
    bool has_liquid;
    const char *user, *text, *campaign, *properties, *buttons, *list; /* in `bytes`; the last two "" when none */
    char bytes[];
};

const char *address_name(enum address address)
{
    static const char *const NAMES[] = { "external", "phone", "alias", "email", "braze" };

    return NAMES[address];
}

static struct person_message **slot(const struct people *people, int64_t n)
{
    return &people->ring[n % PEOPLE_MESSAGES_MAX];
}

static void drop_oldest(struct people *people)
{
    struct person_message **oldest = slot(people, people->first++);

    people->bytes -= (*oldest)->size;
    free(*oldest);
    *oldest = NULL;
}

void people_forget(struct people *people)
{
    while (people->ring != NULL && people->first <= people->last)
        drop_oldest(people);
    people->first = people->last + 1;
}

void people_release(struct people *people)
{
    people_forget(people);
    free(people->ring);
    people->ring = NULL;
}

/* What the message may print: everybody's properties, the recipient's own winning. */
static void merge_properties(const struct delivery *delivery, struct buf *out)
{
    struct jsonw w = { .out = out };

    jsonw_object(&w, NULL);
    for (const struct json *item = json_first(delivery->common); item != NULL; item = json_next(item))
        if (json_get(delivery->properties, json_key(item)) == NULL)
            json_copy(item, json_key(item), &w);
    for (const struct json *item = json_first(delivery->properties); item != NULL; item = json_next(item))
        json_copy(item, json_key(item), &w);
    jsonw_end_object(&w);
}

static void format_buttons(const struct delivery *delivery, struct buf *out)
{
    struct jsonw w = { .out = out };

    if (delivery->button_count == 0)
        return;
    jsonw_array(&w, NULL);
    for (size_t i = 0; i < delivery->button_count; i++)
        jsonw_text(&w, NULL, delivery->buttons[i]);
    jsonw_end_array(&w);
}

/* What the customer sees of a list: what opens it, and below each title the rows. */
static void format_list(const struct delivery *delivery, struct buf *out)
{
    struct jsonw w = { .out = out };

    if (delivery->list == NULL)
        return;
    jsonw_object(&w, NULL);
    jsonw_text(&w, "button", json_get_text(delivery->list, "list_button_text"));
    jsonw_array(&w, "sections");
    for (const struct json *section = json_first(json_get(delivery->list, "list_sections")); section != NULL;
         section = json_next(section)) {
        jsonw_object(&w, NULL);
        jsonw_text(&w, "title", json_get_text(section, "section_title"));
        jsonw_array(&w, "rows");
        for (const struct json *row = json_first(json_get(section, "list_rows")); row != NULL; row = json_next(row))
            jsonw_text(&w, NULL, json_get_text(row, "row_title"));
        jsonw_end_array(&w);
        jsonw_end_object(&w);
    }
    jsonw_end_array(&w);
    jsonw_end_object(&w);
}

static const char *append(char **at, const char *text)
{
    const char *start = *at;
    size_t size = strlen(text) + 1;

    memcpy(*at, text, size);
    *at += size;
    return start;
}

static struct person_message *new_message(const struct delivery *delivery, const char *campaign, int64_t n,
                                          int64_t at_ms)
{
    struct buf properties = { 0 }, buttons = { 0 }, list = { 0 };

    format_buttons(delivery, &buttons);
    format_list(delivery, &list);
    merge_properties(delivery, &properties);
    size_t texts = strlen(delivery->user) + strlen(delivery->text) + strlen(campaign) + properties.len +
                   buttons.len + list.len + 6;
    size_t size = sizeof(struct person_message) + texts;
    struct person_message *message = alloc_new(size);
    char *at = message->bytes;
    *message = (struct person_message){
        .n = n, .at_ms = at_ms, .size = size, .address = delivery->address, .has_liquid = delivery->has_liquid
    };
    message->user = append(&at, delivery->user);
    message->text = append(&at, delivery->text);
    message->campaign = append(&at, campaign);
    message->properties = append(&at, buf_text(&properties));
    message->buttons = append(&at, buf_text(&buttons));
    message->list = append(&at, buf_text(&list));
    buf_release(&properties);
    buf_release(&buttons);
    buf_release(&list);
    return message;
}

void people_put(struct people *people, const struct delivery *delivery, const char *campaign, int64_t at_ms)
{
    if (people->first == 0)
        people->first = 1;
    if (people->is_count_only) {
        people->first = ++people->last + 1;
        return;
    }
    if (people->ring == NULL)
        people->ring = alloc_array(PEOPLE_MESSAGES_MAX, sizeof *people->ring);
    if (people->last - people->first + 1 == PEOPLE_MESSAGES_MAX)
        drop_oldest(people);
    struct person_message *message = new_message(delivery, campaign, ++people->last, at_ms);
    *slot(people, people->last) = message;
    people->bytes += message->size;
    while (people->bytes > PEOPLE_BYTES_MAX && people->first < people->last)
        drop_oldest(people);
}

static void format_message(struct jsonw *w, const struct person_message *message)
{
    jsonw_object(w, NULL);
    jsonw_int(w, "n", message->n);
    jsonw_int(w, "at", message->at_ms);
    jsonw_text(w, "user", message->user);
    jsonw_text(w, "kind", address_name(message->address));
    jsonw_text(w, "text", message->text);
    jsonw_text(w, "campaign", message->campaign);
    jsonw_raw(w, "properties", message->properties);
    if (message->buttons[0] != '\0')
        jsonw_raw(w, "buttons", message->buttons);
    if (message->list[0] != '\0')
        jsonw_raw(w, "list", message->list);
    if (message->has_liquid)
        jsonw_bool(w, "liquid", true);
    jsonw_end_object(w);
}

size_t people_format(const struct people *people, const char *user, int64_t since, size_t limit,
                     struct buf *out, int64_t *last)
{
    struct jsonw w = { .out = out };
    size_t count = 0;
    int64_t n = since >= people->first ? since + 1 : people->first;

    jsonw_object(&w, NULL);
    jsonw_int(&w, "format", 1);
    jsonw_array(&w, "messages");
    for (; people->ring != NULL && n <= people->last && count < limit; n++) {
        const struct person_message *message = *slot(people, n);
        if (user != NULL && strcmp(user, message->user) != 0)
            continue;
        format_message(&w, message);
        count++;
    }
    *last = people->ring != NULL && n <= people->last ? n - 1 : people->last;
    jsonw_end_array(&w);
    jsonw_int(&w, "last", *last);
    jsonw_end_object(&w);
    return count;
}
