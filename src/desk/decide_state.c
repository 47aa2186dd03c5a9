/*
 * decide_state: see the header.
 *
 * FACTS has one line for each member: its name, what it is, and where it belongs. A fact that the writer
 * (decide_trace.c) learns is one line here; test_state fails until it stands there.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "desk/decide_state.h"

enum fact_kind {
    FACT_TEXT,   /* const char *, never NULL afterwards */
    FACT_FLAG,   /* bool */
    FACT_NUMBER, /* int64_t */
    FACT_OBJECT, /* const char *: a JSON object, kept as JSON */
    FACT_RUN,    /* the same, but NULL: none */
    FACT_ARRAY,  /* const char *: a JSON array, kept as JSON; NULL: none */
    FACT_WORD,   /* an enum: which of OPEN_WORDS */
    FACT_TIMES,  /* const struct cooling *: an object of names and times, its count beside it */
    FACT_NAMES,  /* const char *const *: an array of texts, NULL-terminated */
};

static const char *const KINDS[] = {
    [FACT_TEXT] = "text",
    [FACT_FLAG] = "true or false",
    [FACT_NUMBER] = "whole number",
    [FACT_OBJECT] = "object",
    [FACT_RUN] = "object",
    [FACT_ARRAY] = "array",
    [FACT_WORD] = "word that is known",
    [FACT_TIMES] = "object of times",
    [FACT_NAMES] = "list of names",
};

#define FACT(name, kind) { #name, kind, offsetof(struct decide_state, name) }

static const struct fact {
    const char *name;
    enum fact_kind kind;
    size_t offset;
} FACTS[] = {
    FACT(channel, FACT_TEXT),         FACT(owner, FACT_TEXT),     FACT(is_opted_out, FACT_FLAG),
    FACT(first_name, FACT_TEXT),      FACT(language, FACT_TEXT),  FACT(time_zone, FACT_TEXT),
    FACT(message_count, FACT_NUMBER), FACT(fields, FACT_OBJECT),  FACT(disabled_rules, FACT_NAMES),
    /* with the conditions */
    FACT(variables, FACT_OBJECT),     FACT(campaign, FACT_TEXT),  FACT(country, FACT_TEXT),
    FACT(sent_at, FACT_NUMBER),       FACT(last_rule, FACT_TEXT), FACT(is_first_contact, FACT_FLAG),
    FACT(last_in_at, FACT_NUMBER),    FACT(open, FACT_WORD),
    /* with the acts */
    FACT(cooling, FACT_TIMES),        FACT(choices, FACT_ARRAY),
    /* with the flows */
    FACT(run, FACT_RUN),
    /* with the limits of a flood */
    FACT(messages_this_minute, FACT_NUMBER),
    FACT(replies_this_hour, FACT_NUMBER),
    FACT(consults_this_hour, FACT_NUMBER),
    FACT(same_in_a_row, FACT_NUMBER),
    FACT(was_flooding, FACT_FLAG),
};
enum { FACT_COUNT = sizeof FACTS / sizeof *FACTS };

static void *own(struct decide_record *record, void *memory)
{
    if (record->owned_count == STATE_OWNED_MAX)
        abort();
    return record->owned[record->owned_count++] = memory;
}

static bool read_text(const struct json *value, const char **text)
{
    *text = json_text(value);
    return *text != NULL;
}

static bool read_json(struct decide_record *record, enum json_kind kind, const struct json *value,
                      const char **json)
{
    struct buf out = { 0 };

    if (json_kind(value) != kind)
        return false;
    json_format(value, &out);
    *json = own(record, buf_detach(&out));
    return true;
}

static bool read_names(struct decide_record *record, const struct json *value, const char *const **names)
{
    const char **list;
    size_t count = 0;

    if (json_kind(value) != JSON_ARRAY)
        return false;
    list = own(record, alloc_array(json_count(value) + 1, sizeof *list));
    for (const struct json *item = json_first(value); item != NULL; item = json_next(item))
        if (!read_text(item, &list[count++]))
            return false;
    *names = list;
    return true;
}

static bool read_open(const struct json *value, enum open_claim *open)
{
    static const char *const words[] = { [OPEN_YES] = "yes", [OPEN_NO] = "no" };

    for (enum open_claim i = OPEN_YES; i <= OPEN_NO && json_text(value) != NULL; i++)
        if (strcmp(words[i], json_text(value)) == 0) {
            *open = i;
            return true;
        }
    return false;
}

static bool read_cooling(struct decide_record *record, const struct json *value)
{
    struct decide_state *state = &record->state;
    struct cooling *list;
    size_t count = 0;

    if (json_kind(value) != JSON_OBJECT)
        return false;
    list = own(record, alloc_array(json_count(value) + 1, sizeof *list));
    for (const struct json *item = json_first(value); item != NULL; item = json_next(item), count++) {
        list[count].rule = json_key(item);
        if (!json_int(item, &list[count].until_at))
            return false;
    }
    state->cooling = list;
    state->cooling_count = count;
    return true;
}

static bool read_fact(struct decide_record *record, const struct fact *fact, const struct json *value)
{
    void *place = (char *)&record->state + fact->offset;

    switch (fact->kind) {
    case FACT_TEXT: return read_text(value, place);
    case FACT_FLAG: return json_bool(value, place);
    case FACT_NUMBER: return json_int(value, place);
    case FACT_OBJECT:
    case FACT_RUN: return read_json(record, JSON_OBJECT, value, place);
    case FACT_ARRAY: return read_json(record, JSON_ARRAY, value, place);
    case FACT_WORD: return read_open(value, place);
    case FACT_TIMES: return read_cooling(record, value);
    case FACT_NAMES: return read_names(record, value, place);
    }
    abort();
}

/* What decide may rely on when a row does not say. */
static void set_unknown(struct decide_state *state)
{
    for (size_t i = 0; i < FACT_COUNT; i++) {
        const char **text = (const char **)(void *)((char *)state + FACTS[i].offset);

        if (FACTS[i].kind == FACT_TEXT)
            *text = "";
        else if (FACTS[i].kind == FACT_OBJECT)
            *text = "{}";
    }
    state->channel = "whatsapp";
    state->owner = "bot";
    state->message_count = 1;
}

static const struct fact *find_fact(const char *name)
{
    for (size_t i = 0; i < FACT_COUNT; i++)
        if (strcmp(FACTS[i].name, name) == 0)
            return &FACTS[i];
    return NULL;
}

int decide_parse_state(const char *text, size_t len, struct decide_record *record, struct error *error)
{
    set_unknown(&record->state);
    if (json_parse(text, len, JSON_STRICT, &record->tree, error) < 0)
        return -1;
    if (json_kind(record->tree) != JSON_OBJECT)
        return error_set(error, "the state of a decision is a JSON object, and this is none");
    for (const struct json *member = json_first(record->tree); member != NULL; member = json_next(member)) {
        const struct fact *fact = find_fact(json_key(member));

        if (fact == NULL)
            record->unknown++;
        else if (json_kind(member) != JSON_NULL && !read_fact(record, fact, member))
            return error_set(error, "%s in the state of a decision is no %s", fact->name, KINDS[fact->kind]);
    }
    return 0;
}

void decide_record_release(struct decide_record *record)
{
    for (size_t i = 0; i < record->owned_count; i++)
        free(record->owned[i]);
    json_free(record->tree);
    *record = (struct decide_record){ 0 };
}
