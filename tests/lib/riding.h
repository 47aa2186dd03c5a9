/*
 * riding: a desk whose calls are made by the test (tests/lib/calling.h), customers who write to it, and values of their profiles
 * that ride with the texts to them.
 */
#ifndef TESTS_RIDING_H
#define TESTS_RIDING_H

#include "store/outbox_track.h"
#include "store/profile.h"
#include "tests/lib/calling.h"

/* The one call that may start now, and what is in its body. */
static inline struct call *claim_one(struct fixture *f, const char *part)
{
    struct call *call = claim(f);

    assert_non_null(call);
    assert_null(call->next);
    if (strstr(buf_text(&call->body), part) == NULL)
        fail_msg("%s is not in %s", part, buf_text(&call->body));
    return call;
}

static inline void assert_quiet(struct fixture *f)
{
    struct call *call = claim(f);

    if (call != NULL)
        fail_msg("%s", buf_text(&call->body));
}

static inline void set(struct fixture *f, int64_t contact, const char *name, const char *json, bool with_reply)
{
    struct profile_want want = {
        .contact = contact, .name = name, .value = json, .rule = "test", .with_reply = with_reply, .now = f->now,
    };
    struct error error = { 0 };
    bool is_put = false;
    char sql[100];

    snprintf(sql, sizeof sql, "SELECT id FROM conversation WHERE contact = %lld", (long long)contact);
    must(desk_begin(&f->desk, &error), &error);
    must(profile_want(f->desk.db, &want, &error), &error);
    must(outbox_track_queue(f->desk.db, contact, fixture_int(f, sql), f->now, &is_put, &error), &error);
    f->desk.may_track |= is_put;
    must(desk_commit(&f->desk, &error), &error);
}

/* Who wrote; his contact. */
static inline int64_t meet(struct fixture *f, const char *who, const char *text)
{
    hear_from(f, who, text);
    return fixture_int(f, "SELECT max(contact) FROM conversation");
}

#define ANA  "'user_id':'ana'"
#define RIDE "\"attributes\":{\"busy\":true}}"

/* By name: what is wanted, what Braze has taken, `?` when another value may be there, `!` when it is refused. */
static inline const char *value(struct fixture *f)
{
    return fixture_text(f, "SELECT group_concat(name || ' ' || wanted || ' ' || coalesce(accepted, '-') || "
                           "iif(sent IS NULL, '', '?') || iif(is_refused, '!', ''), '; ') FROM (SELECT * FROM profile ORDER BY name)");
}

#endif
