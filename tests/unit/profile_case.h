/*
 * profile_case: customers whose profiles are written to: a value is set, or something is done once to what stands there.
 */
#ifndef TESTS_PROFILE_CASE_H
#define TESTS_PROFILE_CASE_H

#include "store/entry.h"
#include "store/outbox_track.h"
#include "store/profile.h"
#include "tests/lib/calling.h"

static inline struct call *claim_later(struct fixture *f)
{
    f->now += 3600 * 1000;
    return claim_track(f, 0);
}

/* A customer; his contact. */
static inline int64_t meet(struct fixture *f, const char *user)
{
    char sql[120];

    hear(f, user, "hello");
    snprintf(sql, sizeof sql, "SELECT contact FROM identity WHERE value = '%s'", user);
    return fixture_int(f, sql);
}

static inline int64_t conversation_of(struct fixture *f, int64_t contact)
{
    char sql[120];

    snprintf(sql, sizeof sql, "SELECT id FROM conversation WHERE contact = %lld", (long long)contact);
    return fixture_int(f, sql);
}

/* As carry does it, within a transaction. */
static inline int decide_entry(struct fixture *f, int64_t contact, int64_t conversation, const char *kind, const char *name,
                               const char *json, struct error *error)
{
    struct entry_new entry = { contact, conversation, kind, name, json, "rule test", 0, f->now };
    bool is_put = false;
    int result = entry_put(f->desk.db, &entry, error);

    if (result == 0)
        must(outbox_track_queue(f->desk.db, contact, conversation, f->now, &is_put, error), error);
    f->desk.may_track |= is_put;
    return result;
}

static inline void decide_value(struct fixture *f, int64_t contact, int64_t conversation, const char *name, const char *json)
{
    struct profile_want want = { .contact = contact, .name = name, .value = json, .rule = "test", .now = f->now };
    struct error error = { 0 };

    must(profile_want(f->desk.db, &want, &error), &error);
    must(outbox_track_queue(f->desk.db, contact, conversation, f->now, NULL, &error), &error);
    f->desk.may_track = true;
}

/* The same, each in a transaction of its own. `json` uses ' for ". */
static inline int try_put(struct fixture *f, int64_t contact, const char *kind, const char *name, const char *json,
                          struct error *error)
{
    int64_t conversation = conversation_of(f, contact);
    char *value = strdup(json);
    int result;

    for (char *at = value; *at != '\0'; at++)
        if (*at == '\'')
            *at = '"';
    must(desk_begin(&f->desk, error), error);
    result = decide_entry(f, contact, conversation, kind, name, value, error);
    must(desk_commit(&f->desk, error), error);
    free(value);
    return result;
}

static inline void put(struct fixture *f, int64_t contact, const char *kind, const char *name, const char *json)
{
    struct error error = { 0 };

    if (try_put(f, contact, kind, name, json, &error) != 0)
        fail_msg("%s", error.text);
}

static inline void set(struct fixture *f, int64_t contact, const char *name, const char *json)
{
    int64_t conversation = conversation_of(f, contact);
    struct error error = { 0 };

    must(desk_begin(&f->desk, &error), &error);
    decide_value(f, contact, conversation, name, json);
    must(desk_commit(&f->desk, &error), &error);
}

#endif
