/*
 * sandbox_calls: see the header.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/utf8.h"

#include "sandbox_calls.h"
#include "sandbox_people.h"

struct call_under_way {
    int64_t ticket;
    bool is_track;
    char **users; /* "external:mia" */
    size_t user_count;
    struct call_under_way *next;
};

static void call_free(struct call_under_way *call)
{
    for (size_t i = 0; i < call->user_count; i++)
        free(call->users[i]);
    free(call->users);
    free(call);
}

void calls_forget(struct calls *calls)
{
    ring_forget(&calls->ring);
    ring_forget(&calls->violations);
    calls->violation_count = 0;
    calls->most_at_once = calls->at_once;
}

void calls_release(struct calls *calls)
{
    while (calls->under_way != NULL)
        calls_end(calls, calls->under_way->ticket);
    ring_release(&calls->ring);
    ring_release(&calls->violations);
}

void calls_note_violation(struct calls *calls, const struct track_update *update, const char *what, const char *why,
                          int64_t at_ms)
{
    struct buf one = { 0 };
    struct jsonw w = { .out = &one };

    jsonw_object(&w, NULL);
    jsonw_int(&w, "n", calls->violations.last + 1);
    jsonw_int(&w, "at", at_ms);
    jsonw_text(&w, "what", what);
    jsonw_text(&w, "user", update->user);
    jsonw_text(&w, "kind", address_name(update->address));
    jsonw_text(&w, "why", why);
    jsonw_end_object(&w);
    ring_put(&calls->violations, update->user, &one);
    calls->violation_count++;
}

static char *key_of(const struct track_update *update)
{
    struct buf key = { 0 };

    buf_addf(&key, "%s:%s", address_name(update->address), update->user);
    return buf_detach(&key);
}

static bool has_user(const struct call_under_way *call, const char *user)
{
    for (size_t i = 0; i < call->user_count; i++)
        if (strcmp(call->users[i], user) == 0)
            return true;
    return false;
}

static bool is_touched(const struct calls *calls, const char *user)
{
    for (const struct call_under_way *call = calls->under_way; call != NULL; call = call->next)
        if (has_user(call, user))
            return true;
    return false;
}

/* Each user once, and a violation for each that another request touches. */
static void add_users(struct calls *calls, const struct verdict *verdict, struct call_under_way *call, int64_t at_ms)
{
    call->users = alloc_array(verdict->update_count + 1, sizeof *call->users);
    for (size_t i = 0; i < verdict->update_count; i++) {
        char *user = key_of(&verdict->updates[i]);

        if (has_user(call, user)) {
            free(user);
            continue;
        }
        if (is_touched(calls, user))
            calls_note_violation(calls, &verdict->updates[i], "together",
                                 "another request that touches this profile is under way", at_ms);
        call->users[call->user_count++] = user;
    }
}

/* One object says all that is set; who writes two leaves it to Braze which of them counts. */
static void check_once(struct calls *calls, const struct verdict *verdict, size_t at, int64_t at_ms)
{
    const struct track_update *update = &verdict->updates[at];

    for (size_t i = 0; i < at && update->kind == TRACK_ATTRIBUTES; i++) {
        const struct track_update *other = &verdict->updates[i];

        if (other->kind == TRACK_ATTRIBUTES && other->address == update->address && strcmp(other->user, update->user) == 0) {
            calls_note_violation(calls, update, "twice", "another object of this request writes into the same profile", at_ms);
            return;
        }
    }
}

/* Arabic and Hebrew are written with these three, and they turn nothing but the sign beside them. */
static bool is_mark(uint32_t code)
{
    return code == 0x61c || code == 0x200e || code == 0x200f;
}

static bool has_control(const char *text)
{
    uint32_t code;

    for (size_t at = 0, len = strlen(text), size; (size = utf8_decode(text + at, len - at, &code)) > 0; at += size)
        if (utf8_is_control(code) && !is_mark(code))
            return true;
    return false;
}

static bool is_uncouth(const struct json *value)
{
    if (json_text(value) != NULL && has_control(json_text(value)))
        return true;
    if (json_kind(value) != JSON_ARRAY && json_kind(value) != JSON_OBJECT)
        return false;
    for (const struct json *item = json_first(value); item != NULL; item = json_next(item))
        if ((json_key(item) != NULL && has_control(json_key(item))) || is_uncouth(item))
            return true;
    return false;
}

static void check_updates(struct calls *calls, const struct verdict *verdict, int64_t at_ms)
{
    for (size_t i = 0; i < verdict->update_count; i++) {
        check_once(calls, verdict, i, at_ms);
        if (is_uncouth(verdict->updates[i].object))
            calls_note_violation(calls, &verdict->updates[i], "control character", "in a value, or in a name", at_ms);
    }
}

static void put_line(struct calls *calls, const struct verdict *verdict, const struct call_report *report,
                     const struct call_under_way *call, int64_t at_ms)
{
    struct buf one = { 0 };
    struct jsonw w = { .out = &one };
    int64_t counts[TRACK_KIND_COUNT] = { 0 };

    for (size_t i = 0; i < verdict->update_count; i++)
        counts[verdict->updates[i].kind]++;
    jsonw_object(&w, NULL);
    jsonw_int(&w, "n", calls->ring.last + 1);
    jsonw_int(&w, "at", at_ms);
    jsonw_text(&w, "path", report->path);
    jsonw_int(&w, "status", report->status);
    jsonw_text(&w, "outcome", report->outcome);
    jsonw_bool(&w, "taken", report->is_taken);
    jsonw_int(&w, "objects", (int64_t)(call->is_track ? verdict->objects : verdict->update_count));
    jsonw_int(&w, "attributes", counts[TRACK_ATTRIBUTES]);
    jsonw_int(&w, "events", counts[TRACK_EVENT]);
    jsonw_int(&w, "purchases", counts[TRACK_PURCHASE]);
    jsonw_int(&w, "at_once", calls->at_once);
    jsonw_array(&w, "users");
    for (size_t i = 0; i < call->user_count; i++)
        jsonw_text(&w, NULL, call->users[i]);
    jsonw_end_array(&w);
    jsonw_end_object(&w);
    ring_put(&calls->ring, report->path, &one);
}

int64_t calls_begin(struct calls *calls, const struct verdict *verdict, const struct call_report *report, int64_t at_ms)
{
    struct call_under_way *call = alloc_new(sizeof *call);

    *call = (struct call_under_way){ .ticket = ++calls->last_ticket, .is_track = verdict->budget == BUDGET_TRACK };
    add_users(calls, verdict, call, at_ms);
    check_updates(calls, verdict, at_ms);
    calls->at_once += call->is_track;
    if (calls->at_once > calls->most_at_once)
        calls->most_at_once = calls->at_once;
    put_line(calls, verdict, report, call, at_ms);
    call->next = calls->under_way;
    calls->under_way = call;
    return call->ticket;
}

void calls_end(struct calls *calls, int64_t ticket)
{
    struct call_under_way **link = &calls->under_way;

    while (*link != NULL && (*link)->ticket != ticket)
        link = &(*link)->next;
    if (*link == NULL)
        return;
    struct call_under_way *call = *link;
    *link = call->next;
    calls->at_once -= call->is_track;
    call_free(call);
}
