/*
 * sandbox_reject: see the header.
 */
#include <string.h>

#include "base/buf.h"
#include "base/json.h"

#include "sandbox_json.h"
#include "sandbox_reject.h"

static bool is_same_user(const struct track_update *update, const struct delivery *delivery)
{
    return update->address == delivery->address && strcmp(update->user, delivery->user) == 0;
}

static void pause(struct verdict *verdict)
{
    for (size_t i = 0; i < verdict->delivery_count; i++)
        verdict->deliveries[i].dropped = "the campaign is paused";
    for (size_t i = 0; i < verdict->update_count && verdict->delivery_count > 0; i++)
        verdict->updates[i].is_dropped = true;
}

/* "errors" names whom it was ordered for, else the first. */
static bool is_meant(const struct fault *fault, const char *user, size_t index)
{
    return fault->user != NULL ? strcmp(fault->user, user) == 0 : index == 0;
}

static void reject_some(struct verdict *verdict, const struct fault *fault)
{
    for (size_t i = 0; i < verdict->delivery_count; i++) {
        struct delivery *delivery = &verdict->deliveries[i];

        if (!is_meant(fault, delivery->user, i))
            continue;
        delivery->dropped = "the answer names this recipient among its errors";
        for (size_t k = 0; k < verdict->update_count; k++)
            verdict->updates[k].is_dropped |= is_same_user(&verdict->updates[k], delivery);
    }
    for (size_t i = 0; i < verdict->update_count && verdict->delivery_count == 0; i++)
        verdict->updates[i].is_dropped = is_meant(fault, verdict->updates[i].user, i);
}

void reject_mark(struct verdict *verdict, const struct fault *fault)
{
    if (fault != NULL && fault->kind == FAULT_NOTICE)
        pause(verdict);
    if (fault != NULL && fault->kind == FAULT_ERRORS)
        reject_some(verdict, fault);
}

static const char *const ARRAYS[TRACK_KIND_COUNT] = { "attributes", "events", "purchases" };
static const char *const PROCESSED[TRACK_KIND_COUNT] = { "attributes_processed", "events_processed", "purchases_processed" };

static void write_error(struct jsonw *w, const char *type, const char *array, size_t index)
{
    jsonw_object(w, NULL);
    jsonw_text(w, "type", type);
    jsonw_text(w, "input_array", array);
    jsonw_int(w, "index", (int64_t)index);
    jsonw_end_object(w);
}

static void write_errors(struct jsonw *w, const struct verdict *verdict, const struct fault *fault, const struct json *told)
{
    jsonw_array(w, "errors");
    for (const struct json *item = json_first(told); item != NULL; item = json_next(item))
        json_copy(item, NULL, w);
    for (size_t i = 0; i < verdict->delivery_count; i++)
        if (is_meant(fault, verdict->deliveries[i].user, i))
            write_error(w, "The recipient could not be resolved", "recipients", i);
    for (size_t i = 0; i < verdict->update_count && verdict->delivery_count == 0; i++)
        if (verdict->updates[i].is_dropped)
            write_error(w, "The profile could not be resolved", ARRAYS[verdict->updates[i].kind], verdict->updates[i].index);
    jsonw_end_array(w);
}

/* Only of /users/track. */
static void write_counts(struct jsonw *w, const struct verdict *verdict)
{
    int64_t counts[TRACK_KIND_COUNT] = { 0 };

    for (size_t i = 0; i < verdict->update_count && verdict->delivery_count == 0; i++)
        counts[verdict->updates[i].kind] += !verdict->updates[i].is_dropped;
    for (int kind = 0; kind < TRACK_KIND_COUNT; kind++)
        if (counts[kind] > 0)
            jsonw_int(w, PROCESSED[kind], counts[kind]);
}

static bool is_written_anew(const char *name)
{
    for (int kind = 0; kind < TRACK_KIND_COUNT; kind++)
        if (strcmp(name, PROCESSED[kind]) == 0)
            return true;
    return strcmp(name, "errors") == 0;
}

void reject_tell(const struct verdict *verdict, const struct fault *fault, struct http_answer *answer)
{
    struct buf body = { 0 };
    struct jsonw w = { .out = &body };
    struct json *tree = NULL;

    if (fault == NULL || fault->kind != FAULT_ERRORS || answer->status != 201 ||
        json_parse(buf_text(&answer->body), answer->body.len, JSON_LARGE, &tree, NULL) != 0)
        return;
    jsonw_object(&w, NULL);
    for (const struct json *item = json_first(tree); item != NULL; item = json_next(item))
        if (!is_written_anew(json_key(item)))
            json_copy(item, json_key(item), &w);
    write_counts(&w, verdict);
    write_errors(&w, verdict, fault, json_get(tree, "errors"));
    jsonw_end_object(&w);
    json_free(tree);
    buf_clear(&answer->body);
    buf_add(&answer->body, body.data, body.len);
    buf_release(&body);
}
