/*
 * call_case: many customers whose answers wait, the calls that carry them, and when the next of those may leave.
 */
#ifndef TESTS_CALL_CASE_H
#define TESTS_CALL_CASE_H

#include "tests/lib/calling.h"

static inline void hear_many(struct fixture *f, int count)
{
    char user[16];

    for (int i = 0; i < count; i++) {
        snprintf(user, sizeof user, "u%d", i);
        hear(f, user, "hours");
    }
}

static inline size_t length(const struct call *calls)
{
    size_t count = 0;

    for (; calls != NULL; calls = calls->next)
        count++;
    return count;
}

static inline int64_t count_state(struct fixture *f, const char *state)
{
    char sql[120];

    snprintf(sql, sizeof sql, "SELECT count(*) FROM outbox WHERE state = '%s'", state);
    return fixture_int(f, sql);
}

static inline int64_t next_at(struct fixture *f, int under_way)
{
    struct error error = { 0 };
    int64_t at;

    must(dispatch_next(&f->desk, f->now, under_way, &at, &error), &error);
    return at;
}

#endif
