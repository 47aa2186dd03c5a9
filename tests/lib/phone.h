/*
 * phone: customers whom people answer from their own phones, for tests of cases. Texts leave at once; each test reads what was
 * said to whom, by the external id.
 */
#ifndef TESTS_PHONE_H
#define TESTS_PHONE_H

#include "desk/upkeep.h"
#include "tests/lib/calling.h"

enum { SECOND_MS = 1000, MINUTE_MS = 60 * SECOND_MS, HOUR_MS = 60 * MINUTE_MS };

#define PHONE_SHOP                                                                                                        \
    "INSERT INTO setting (name, value) VALUES ('business_name', 'Sunny Bakery');\n"                                       \
    "INSERT INTO campaign (name, channel, campaign_id, layout) VALUES\n"                                                  \
    " ('reply', 'whatsapp', '7f3c0000-0000-4000-8000-000000000001', 'response'),\n"                                       \
    " ('reopen', 'whatsapp', '7f3c0000-0000-4000-8000-000000000002', 'template');\n"                                      \
    "INSERT INTO rule (name, words, say) VALUES ('hours', 'hours', 'From 8 to 6.');\n"                                    \
    "INSERT INTO rule (name, priority, words, action, target, say) VALUES\n"                                              \
    " ('person', 900, 'person', 'handoff', 'support', 'One moment.');\n"                                                  \
    "INSERT INTO rule (name, priority, words, action, say) VALUES\n"                                                      \
    " ('out', 1000, '=stop', 'opt_out', 'No more.'), ('in', 1000, '=start', 'opt_in', 'Welcome back.');\n"

/* All that wants to leave leaves. */
static inline void phone_drain(struct fixture *f)
{
    struct call *calls;

    while ((calls = claim(f)) != NULL)
        accept_all(f, calls);
}

/* What is due happens: summaries, time-outs. */
static inline void phone_look(struct fixture *f)
{
    struct error error = { 0 };

    f->now += 20; /* chores rest between two rounds */
    must(desk_begin(&f->desk, &error), &error);
    must(upkeep_run(&f->desk, f->now, &error), &error);
    must(desk_commit(&f->desk, &error), &error);
    phone_drain(f);
}

static inline void phone_pass(struct fixture *f, int64_t ms)
{
    f->now += ms;
    phone_look(f);
}

/* Somebody writes, and what follows from it has happened. */
static inline void phone_write(struct fixture *f, const char *user, const char *text)
{
    hear(f, user, text);
    phone_look(f);
}

/* By a webhook that says when Braze sent it, so many ms ago. */
static inline void phone_write_late(struct fixture *f, const char *user, const char *text, int64_t ms_ago)
{
    char who[200];

    snprintf(who, sizeof who, "'user_id':'%s','sent_at':'%lld'", user, (long long)(f->now - ms_ago));
    hear_from(f, who, text);
    phone_look(f);
}

/* The newest text to somebody; "" none. */
static inline const char *phone_last(struct fixture *f, const char *user)
{
    char sql[400];

    snprintf(sql, sizeof sql,
             "SELECT m.text FROM outbox o JOIN message m ON m.id = o.message JOIN identity i ON i.contact = o.contact "
             "WHERE i.value = '%s' AND o.state = 'accepted' ORDER BY o.seq DESC, o.part DESC LIMIT 1",
             user);
    return fixture_text(f, sql);
}

/* What people have said to somebody, in order, with | between. */
static inline const char *phone_said(struct fixture *f, const char *user)
{
    char sql[500];

    snprintf(sql, sizeof sql,
             "SELECT group_concat(text, '|') FROM (SELECT m.text FROM outbox o JOIN message m ON m.id = o.message "
             "JOIN identity i ON i.contact = o.contact WHERE i.value = '%s' AND m.kind = 'agent' AND o.state = 'accepted' "
             "ORDER BY o.seq, o.part)",
             user);
    return fixture_text(f, sql);
}

static inline void phone_expect(struct fixture *f, const char *user, const char *start)
{
    const char *text = phone_last(f, user);

    if (strncmp(text, start, strlen(start)) != 0)
        fail_msg("%s heard last: %s\ninstead of: %s", user, text, start);
}

#endif
