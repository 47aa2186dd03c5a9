/*
 * asking: a desk whose backends are asked by the test. Nothing is called: the test takes what would leave, and says how it
 * ended. Its clock stands still but for what the test adds to fixture->now.
 */
#ifndef TESTS_ASKING_H
#define TESTS_ASKING_H

#include "base/alloc.h"
#include "desk/consult.h"
#include "desk/upkeep.h"
#include "tests/lib/setup.h"

enum { SECOND_MS = 1000, MINUTE_MS = 60 * SECOND_MS, HOUR_MS = 60 * MINUTE_MS };

#define ASKING_SHOP                                                                                                    \
    "INSERT INTO setting (name, value) VALUES ('allow_local_backends', 'yes'), ('time_zone', 'Asia/Seoul');\n"         \
    "INSERT INTO campaign (name, channel, campaign_id, layout) VALUES\n"                                               \
    " ('reply', 'whatsapp', '7f3c0000-0000-4000-8000-000000000001', 'response'),\n"                                    \
    " ('text', 'sms', '7f3c0000-0000-4000-8000-000000000002', 'response');\n"                                          \
    "INSERT INTO phrase (name, language, text) VALUES ('sorry', 'en', 'Sorry.');\n"                                    \
    "INSERT INTO rule (name, words, say) VALUES ('hours', 'hours', 'From 8 to 6.');\n"

/* What every backend of kind openai here is called by. */
#define ASKING_URL "'http://127.0.0.1:1/v1'"

/* A round of the engine without news: what is over ends, and what may leave is given. */
static inline struct consult_call *claim(struct fixture *f)
{
    struct error error = { 0 };
    struct consult_call *calls;

    assert_int_equal(desk_begin(&f->desk, &error), 0);
    if (upkeep_run(&f->desk, f->now, &error) != 0 || consult_claim(&f->desk, f->now, &calls, &error) != 0)
        fail_msg("%s", error.text);
    assert_int_equal(desk_commit(&f->desk, &error), 0);
    return calls;
}

static inline struct consult_call *claim_one(struct fixture *f)
{
    struct consult_call *call = claim(f);

    assert_non_null(call);
    assert_null(call->next);
    return call;
}

static inline void claim_none(struct fixture *f)
{
    assert_null(claim(f));
}

/* The first of a list, alone. */
static inline struct consult_call *pop(struct consult_call **calls)
{
    struct consult_call *call = *calls;

    assert_non_null(call);
    *calls = call->next;
    call->next = NULL;
    return call;
}

static inline size_t count_calls(const struct consult_call *calls)
{
    size_t count = 0;

    for (; calls != NULL; calls = calls->next)
        count++;
    return count;
}

/* Takes the call and what is in the end. */
static inline void settle(struct fixture *f, struct consult_call *call, struct consult_end end)
{
    struct error error = { 0 };

    assert_int_equal(desk_begin(&f->desk, &error), 0);
    if (consult_settle(&f->desk, call, &end, f->now, &error) != 0)
        fail_msg("%s", error.text);
    assert_int_equal(desk_commit(&f->desk, &error), 0);
    consult_end_release(&end);
    consult_call_free(call);
}

static inline struct consult_end answered(int status, const char *body)
{
    return (struct consult_end){ .end = WIRE_ANSWERED, .status = status, .is_whole = true, .body = alloc_text(body),
                                 .body_len = strlen(body), .took_ms = 5 };
}

/* With so many tokens as its vendor counted. */
static inline struct consult_end says_for(const char *text, int tokens_in, int tokens_out)
{
    char body[600];

    snprintf(body, sizeof body,
             "{\"choices\":[{\"message\":{\"content\":\"%s\"}}],\"usage\":{\"prompt_tokens\":%d,\"completion_tokens\":%d}}",
             text, tokens_in, tokens_out);
    return answered(200, body);
}

static inline struct consult_end says(const char *text)
{
    return says_for(text, 10, 10);
}

static inline struct consult_end limits(const char *retry_after)
{
    struct consult_end end = answered(429, "{}");

    end.retry_after = alloc_text(retry_after);
    return end;
}

static inline struct consult_end lost(void)
{
    return (struct consult_end){ .end = WIRE_LEFT_NO_ANSWER, .reason = "nobody knows what became of it", .took_ms = 5 };
}

static inline struct consult_end never_left(void)
{
    return (struct consult_end){ .end = WIRE_NEVER_LEFT, .reason = "the line is down", .took_ms = 5 };
}

/* All that the customers were told, in order. */
static inline const char *said(struct fixture *f)
{
    return fixture_text(f, "SELECT group_concat(text, '|') FROM (SELECT text FROM message WHERE kind = 'out' ORDER BY id)");
}

/* Of the newest question: */
static inline int64_t due_at(struct fixture *f)
{
    return fixture_int(f, "SELECT due_at FROM outbox WHERE kind = 'consult' ORDER BY id DESC LIMIT 1");
}

static inline int64_t expires_at(struct fixture *f)
{
    return fixture_int(f, "SELECT expires_at FROM outbox WHERE kind = 'consult' ORDER BY id DESC LIMIT 1");
}

static inline const char *question_state(struct fixture *f)
{
    return fixture_text(f, "SELECT state FROM outbox WHERE kind = 'consult' ORDER BY id DESC LIMIT 1");
}

static inline const char *turn_states(struct fixture *f)
{
    return fixture_text(f, "SELECT group_concat(state) FROM (SELECT state FROM turn ORDER BY id)");
}

/* What was asked for slept a day, in which the daemon was killed: it ends without a word. */
static inline void sleep_a_day(struct fixture *f)
{
    f->now += 25 * HOUR_MS;
    fixture_reopen(f, true);
    claim_none(f);
    assert_string_equal(question_state(f), "expired");
    assert_string_equal(turn_states(f), "expired");
    assert_string_equal(said(f), "");
}

/* The answer to the first turn came behind its time: it is for people to read, and nothing of it was said. */
static inline void assert_kept_and_not_said(struct fixture *f, const char *answer)
{
    char kept[200];

    snprintf(kept, sizeof kept, "(not sent: it came when its time was over) %s", answer);
    assert_string_equal(said(f), "");
    assert_string_equal(fixture_text(f, "SELECT state FROM turn WHERE id = 1"), "expired");
    assert_string_equal(fixture_text(f, "SELECT text FROM message WHERE kind = 'note'"), kept);
}

static inline int64_t behind(struct fixture *f)
{
    return fixture_int(f, "SELECT count(*) FROM behind");
}

static inline void run_sql(struct fixture *f, const char *sql)
{
    struct error error = { 0 };

    if (db_run(f->desk.db, sql, &error) != 0)
        fail_msg("%s", error.text);
}

static inline void jump(struct fixture *f, int64_t ms)
{
    struct error error = { 0 };

    f->now += ms;
    assert_int_equal(desk_begin(&f->desk, &error), 0);
    if (upkeep_clock_jumped(&f->desk, ms, f->now, &error) != 0)
        fail_msg("%s", error.text);
    assert_int_equal(desk_commit(&f->desk, &error), 0);
}

/* Ana's question for 'slow', which settles for `settle_ms`, waits as long as it would have without the jump. */
static inline void wait_through_a_jump(struct fixture *f, int64_t ms, int64_t settle_ms)
{
    int64_t expires;

    hear(f, "ana", "muse one");
    expires = expires_at(f);
    jump(f, ms);
    assert_int_equal(due_at(f), f->now + settle_ms);
    assert_int_equal(expires_at(f), expires + ms);
    claim_none(f);
    f->now += settle_ms;
    consult_call_free(claim_one(f));
}

#endif
