/*
 * line: a customer's texts leave one behind the other, but no answer waits behind a notice that may not leave.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "desk/dispatch.h"
#include "store/audit.h"
#include "store/outbox.h"
#include "tests/lib/fixture.h"

#define ID "7f3c0000-0000-4000-8000-00000000000"

static const char RULES[] =
    "INSERT INTO campaign (name, channel, campaign_id, layout) VALUES\n"
    " ('reply', 'whatsapp', '" ID "1', 'response'), ('reopen', 'whatsapp', '" ID "2', 'template'),\n"
    " ('gone', 'whatsapp', '" ID "3', 'response'), ('lost', 'whatsapp', '" ID "4', 'response');\n"
    "INSERT INTO rule (name, words, say) VALUES ('rate', '=rate', 'Rate.'), ('both', '=both', 'Both.'),\n"
    " ('hours', '=hours', 'From 8 to 6.'), ('days', '=days', 'Every day.');\n"
    "INSERT INTO rule (name, priority, words, action, say) VALUES ('out', 900, '=stop', 'opt_out', 'No more.');\n"
    "INSERT INTO notice (name, at, campaign, say) VALUES ('rate', 'rule:rate', 'gone', 'How was it?'),\n"
    " ('first', 'rule:both', 'gone', 'One.'), ('second', 'rule:both', 'lost', 'Two.');\n";

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    fixture_open(f, RULES);
    *state = f;
    return 0;
}

static void complain(void *context, const char *sentence)
{
    (void)context;
    fail_msg("%s", sentence);
}

/* Whatever a test does, the book adds up afterwards. */
static int teardown(void **state)
{
    struct fixture *f = *state;
    struct audit audit;

    assert_int_equal(audit_run(f->desk.db, &audit, complain, NULL, NULL), 0);
    fixture_close(f);
    free(f);
    return 0;
}

static void must(int result, const struct error *error)
{
    if (result != 0)
        fail_msg("%s", error->text);
}

static void hear(struct fixture *f, const char *text)
{
    char json[200];

    snprintf(json, sizeof json, "{'user_id':'ana','message':'%s'}", text);
    fixture_receive(f, "whatsapp", json);
}

static struct call *claim(struct fixture *f)
{
    struct error error = { 0 };
    struct call *calls;

    must(desk_begin(&f->desk, &error), &error);
    must(dispatch_claim(&f->desk, f->now, 0, &calls, &error), &error);
    must(desk_commit(&f->desk, &error), &error);
    return calls;
}

static void settle(struct fixture *f, struct call *call, enum answer_class class)
{
    struct answer answer = { .class = class, .scope = SCOPE_CAMPAIGN, .remaining = -1, .limit = -1, .reset_in_ms = -1 };
    struct error error = { 0 };

    must(desk_begin(&f->desk, &error), &error);
    must(dispatch_settle(&f->desk, call, &answer, class == ANSWER_ACCEPTED ? 201 : 0, 5, f->now, &error), &error);
    must(desk_commit(&f->desk, &error), &error);
    call_free(call);
}

/* The one call that may start now, which carries that text. */
static struct call *claim_text(struct fixture *f, const char *text)
{
    struct call *call = claim(f);

    assert_non_null(call);
    assert_null(call->next);
    if (strstr(buf_text(&call->body), text) == NULL)
        fail_msg("not '%s' leaves, but %s", text, buf_text(&call->body));
    return call;
}

static void leaves(struct fixture *f, const char *text)
{
    settle(f, claim_text(f, text), ANSWER_ACCEPTED);
}

static void fails(struct fixture *f, const char *text, enum answer_class class)
{
    settle(f, claim_text(f, text), class);
}

static void an_answer_passes_a_notice_whose_campaign_is_stopped(void **state)
{
    struct fixture *f = *state;

    hear(f, "rate");
    leaves(f, "Rate.");
    fails(f, "How was it?", ANSWER_STOPPED);
    assert_null(claim(f));
    hear(f, "hours");
    leaves(f, "From 8 to 6.");
    hear(f, "days");
    leaves(f, "Every day.");
    assert_null(claim(f));
    f->now += 3600 * 1000;
    leaves(f, "How was it?");
    assert_null(claim(f));
}

static void so_does_what_came_while_the_notice_was_out_and_in_its_own_order(void **state)
{
    struct fixture *f = *state;
    struct call *call;

    hear(f, "rate");
    leaves(f, "Rate.");
    call = claim_text(f, "How was it?");
    hear(f, "hours");
    hear(f, "days");
    assert_null(claim(f));
    settle(f, call, ANSWER_STOPPED);
    leaves(f, "From 8 to 6.");
    leaves(f, "Every day.");
    assert_null(claim(f));
}

/* The second is not tried before it is due either: it steps back as well. */
static void it_passes_several(void **state)
{
    struct fixture *f = *state;

    hear(f, "both");
    leaves(f, "Both.");
    fails(f, "One.", ANSWER_STOPPED);
    fails(f, "Two.", ANSWER_STOPPED);
    assert_null(claim(f));
    hear(f, "hours");
    leaves(f, "From 8 to 6.");
    assert_null(claim(f));
    f->now += 3600 * 1000;
    for (struct call *call = claim(f); call != NULL; call = claim(f))
        settle(f, call, ANSWER_ACCEPTED);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM outbox WHERE state = 'accepted'"), 4);
}

static void the_confirmation_of_an_opt_out_passes_it(void **state)
{
    struct fixture *f = *state;

    hear(f, "rate");
    leaves(f, "Rate.");
    fails(f, "How was it?", ANSWER_STOPPED);
    assert_null(claim(f));
    hear(f, "stop");
    leaves(f, "No more.");
    f->now += 3600 * 1000;
    assert_null(claim(f));
    assert_string_equal(fixture_text(f, "SELECT group_concat(state, ' ') FROM (SELECT state FROM outbox ORDER BY id)"),
                        "accepted withheld accepted");
}

/* Its own wait, since nobody knows whether it has arrived, is nobody else's. */
static void it_passes_one_that_waits_to_be_repeated(void **state)
{
    struct fixture *f = *state;
    struct outbox_again again = { .id = 2, .due_at = f->now + 60 * 1000, .failures = 3, .is_ambiguous = true, .reason = "" };
    struct error error = { 0 };

    hear(f, "rate");
    leaves(f, "Rate.");
    must(desk_begin(&f->desk, &error), &error);
    must(outbox_retry(f->desk.db, &again, &error), &error);
    must(desk_commit(&f->desk, &error), &error);
    hear(f, "hours");
    leaves(f, "From 8 to 6.");
    assert_null(claim(f));
    f->now += 60 * 1000;
    leaves(f, "How was it?");
}

/* A reply whose own campaign is stopped keeps its place, and the ones behind it theirs. */
static void replies_never_change_their_order(void **state)
{
    struct fixture *f = *state;

    fixture_load(f, "INSERT INTO campaign (name, channel, campaign_id, layout) VALUES\n"
                    " ('reply', 'whatsapp', '" ID "1', 'response'), ('gone', 'whatsapp', '" ID "3', 'response');\n"
                    "INSERT INTO rule (name, words, say, campaign) VALUES ('hours', '=hours', 'From 8 to 6.', 'gone'),\n"
                    " ('days', '=days', 'Every day.', NULL);\n");
    hear(f, "hours");
    fails(f, "From 8 to 6.", ANSWER_STOPPED);
    hear(f, "days");
    assert_null(claim(f));
    f->now += 3600 * 1000;
    leaves(f, "From 8 to 6.");
    leaves(f, "Every day.");
}

static void a_clock_set_back_makes_none_that_stepped_back_wait_longer(void **state)
{
    struct fixture *f = *state;
    struct error error = { 0 };

    hear(f, "rate");
    leaves(f, "Rate.");
    fails(f, "How was it?", ANSWER_STOPPED);
    assert_null(claim(f));
    hear(f, "hours");
    assert_string_equal(fixture_text(f, "SELECT state FROM outbox WHERE id = 2"), "waiting");
    must(desk_begin(&f->desk, &error), &error);
    must(outbox_clamp(f->desk.db, f->now, f->now, &error), &error);
    must(desk_commit(&f->desk, &error), &error);
    assert_int_equal(fixture_int(f, "SELECT due_at FROM outbox WHERE id = 2"), f->now);
    leaves(f, "From 8 to 6.");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(an_answer_passes_a_notice_whose_campaign_is_stopped),
        TEST(so_does_what_came_while_the_notice_was_out_and_in_its_own_order),
        TEST(it_passes_several),
        TEST(the_confirmation_of_an_opt_out_passes_it),
        TEST(it_passes_one_that_waits_to_be_repeated),
        TEST(replies_never_change_their_order),
        TEST(a_clock_set_back_makes_none_that_stepped_back_wait_longer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
