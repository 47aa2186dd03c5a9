/* dispatch, clearance: from the outbox to calls, and what answers do to rows and lanes; more of lanes is in test_health.c. */
#include "desk/upkeep.h"
#include "tests/unit/call_case.h"

static void look_after(struct fixture *f)
{
    struct error error = { 0 };

    must(desk_begin(&f->desk, &error), &error);
    must(upkeep_run(&f->desk, f->now, &error), &error);
    must(desk_commit(&f->desk, &error), &error);
}

static void one_row_leaves_at_once(void **state)
{
    struct fixture *f = *state;
    struct call *call;

    hear(f, "ana", "hours");
    call = claim(f);
    assert_int_equal(length(call), 1);
    assert_int_equal(call->count, 1);
    assert_string_equal(call->path, "/campaigns/trigger/send");
    assert_non_null(strstr(buf_text(&call->body), "We are open from 8 to 6."));
    assert_int_equal(count_state(f, "claimed"), 1);
    assert_null(claim_beside(f, 1));
    settle(f, call, of(ANSWER_ACCEPTED), 0);
    assert_string_equal(fixture_text(f, "SELECT state FROM turn"), "answered");
    assert_string_equal(fixture_text(f, "SELECT sent_by FROM outbox"), "reply");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM attempt WHERE class = 'accepted'"), 1);
}

static void a_batch_holds_fifty_contacts(void **state)
{
    struct fixture *f = *state;
    struct call *calls;

    hear_many(f, 120);
    calls = claim(f);
    assert_int_equal(length(calls), 3);
    assert_int_equal(calls->count, 50);
    assert_int_equal(calls->next->next->count, 20);
    call_free(calls);
}

static void slots_bound_the_calls(void **state)
{
    struct fixture *f = *state;

    hear_many(f, 60);
    assert_null(claim_beside(f, 4));
    assert_int_equal(count_state(f, "due"), 60);
}

/* Half of a batch from the oldest, half from the newest: who comes last is not served last. */
static void the_newest_do_not_starve(void **state)
{
    struct fixture *f = *state;
    struct call *calls;

    hear_many(f, 400);
    f->now += 60000;
    hear(f, "fresh", "hours");
    calls = claim_beside(f, 3);
    assert_int_equal(length(calls), 1);
    assert_non_null(strstr(buf_text(&calls->body), "\"fresh\""));
    assert_non_null(strstr(buf_text(&calls->body), "\"u0\""));
    call_free(calls);
}

static void a_contact_has_one_call_out(void **state)
{
    struct fixture *f = *state;
    struct call *first;

    hear(f, "ana", "hours");
    hear(f, "ana", "hours");
    first = claim(f);
    assert_null(claim_beside(f, 1));
    settle(f, first, of(ANSWER_ACCEPTED), 0);
    first = claim(f);
    assert_int_equal(first->count, 1);
    settle(f, first, of(ANSWER_ACCEPTED), 0);
    assert_int_equal(count_state(f, "accepted"), 2);
}

static void an_attempt_keeps_what_was_said_of_it(void **state)
{
    struct fixture *f = *state;
    struct answer answer = of(ANSWER_NOT_DONE);
    struct call *call;

    snprintf(answer.dispatch_id, sizeof answer.dispatch_id, "dispatch-1");
    snprintf(answer.request_id, sizeof answer.request_id, "request-1");
    hear_many(f, 2);
    call = claim(f);
    f->now += 70;
    settle(f, call, answer, 503);
    assert_string_equal(fixture_text(f, "SELECT class || ' ' || status || ' ' || dispatch_id || ' ' || request_id || ' ' || reason "
                                        "FROM attempt WHERE outbox = 2"),
                        "not_done 503 dispatch-1 request-1 as the test says");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM attempt WHERE at = 1778500000000 AND took_ms = 5 AND batch = 2"), 2);
}

/* class, the row's state, whether it counts as ambiguous, the lane's state */
static void what_an_answer_means(void **state)
{
    static const struct {
        enum answer_class class;
        enum answer_scope scope;
        const char *row, *lane;
        int ambiguous;
    } cases[] = {
        { ANSWER_ACCEPTED, 0, "accepted", "", 0 },
        { ANSWER_ACCEPTED_BUT, 0, "dead", "", 0 },
        { ANSWER_REFUSED, 0, "dead", "", 0 },
        { ANSWER_NOT_SENT, 0, "due", "backing_off", 0 },
        { ANSWER_NOT_DONE, 0, "due", "backing_off", 0 },
        { ANSWER_AMBIGUOUS, 0, "due", "backing_off", 1 },
        { ANSWER_LATER, 0, "due", "limited", 0 },
        { ANSWER_STOPPED, SCOPE_WORKSPACE, "due", "stopped", 0 },
        { ANSWER_STOPPED, SCOPE_ENDPOINT, "due", "stopped", 0 },
        { ANSWER_STOPPED, SCOPE_CAMPAIGN, "due", "stopped", 0 },
    };
    struct fixture *f = *state;

    (void)f;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture own;
        struct answer answer = of(cases[i].class);

        fixture_open(&own, FIXTURE_RULES);
        hear(&own, "ana", "hours");
        answer.scope = cases[i].scope;
        settle(&own, claim(&own), answer, 0);
        assert_string_equal(fixture_text(&own, "SELECT state FROM outbox"), cases[i].row);
        assert_int_equal(fixture_int(&own, "SELECT is_ambiguous FROM outbox"), cases[i].ambiguous);
        assert_string_equal(fixture_text(&own, "SELECT state FROM lane"), cases[i].lane);
        fixture_close(&own);
    }
}

static void ambiguous_twice_is_unknown(void **state)
{
    struct fixture *f = *state;
    struct call *call;

    hear(f, "ana", "hours");
    settle(f, claim(f), of(ANSWER_AMBIGUOUS), 0);
    assert_null(claim(f)); /* the lane backs off first */
    f->now += 3600 * 1000;
    call = claim(f);
    assert_non_null(call);
    settle(f, call, of(ANSWER_AMBIGUOUS), 0);
    assert_string_equal(fixture_text(f, "SELECT state FROM outbox"), "unknown");
    assert_string_equal(fixture_text(f, "SELECT state FROM turn"), "unknown");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM attempt"), 2);
    f->now += 3600 * 1000;
    assert_null(claim(f));
}

/* What may have arrived was not withheld, nor too late to leave, whatever keeps it from going once more. */
static void what_may_have_arrived_stays_unknown(void **state)
{
    static const struct {
        const char *text; /* of the customer, meanwhile */
        int64_t hours;
        const char *fate;
    } ROWS[] = {
        { "stop", 1, "unknown sent, and nobody can tell whether it arrived; it does not go again: the contact opted out" },
        { "human", 1,
          "unknown sent, and nobody can tell whether it arrived; it does not go again: the conversation changed hands" },
        { NULL, 100,
          "unknown sent, and nobody can tell whether it arrived; it does not go again: its deadline passed" },
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct fixture own;

        fixture_open(&own, FIXTURE_RULES);
        hear(&own, "ana", "hours");
        settle(&own, claim(&own), of(ANSWER_AMBIGUOUS), 0);
        if (ROWS[i].text != NULL)
            hear(&own, "ana", ROWS[i].text);
        own.now += ROWS[i].hours * 3600 * 1000;
        call_free(claim(&own));
        assert_string_equal(fixture_text(&own, "SELECT state || ' ' || reason FROM outbox WHERE id = 1"), ROWS[i].fate);
        assert_string_equal(fixture_text(&own, "SELECT state FROM turn WHERE id = 1"), "unknown");
        fixture_close(&own);
    }
    hear(f, "ana", "hours");
    settle(f, claim(f), of(ANSWER_AMBIGUOUS), 0);
    f->now += (int64_t)100 * 3600 * 1000;
    look_after(f);
    assert_string_equal(fixture_text(f, "SELECT state || ' ' || reason FROM outbox WHERE id = 1"), ROWS[2].fate);
}

static void a_kill_in_flight_is_ambiguous_once(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "hours");
    call_free(claim(f));
    fixture_reopen(f, true);
    assert_string_equal(fixture_text(f, "SELECT state || is_ambiguous FROM outbox"), "due1");
    call_free(claim(f));
    fixture_reopen(f, true);
    assert_string_equal(fixture_text(f, "SELECT state FROM outbox"), "unknown");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM attempt WHERE class = 'ambiguous'"), 2);
}

/* Also where the table is empty: a desk's numbers begin high up, and a book that was restored begins above the lost one. */
static void what_a_kill_notes_is_numbered_like_all_else(void **state)
{
    struct fixture *f = *state;

    hear_many(f, 3);
    call_free(claim(f));
    desk_close(&f->desk);
    assert_int_equal(desk_open(&f->desk, f->path, 2, f->zones, f->now, NULL), 0);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM attempt WHERE class = 'ambiguous'"), 3);
    assert_int_equal(fixture_int(f, "SELECT min(id) FROM attempt"), (INT64_C(2) << 40) + 1);
    settle(f, claim(f), of(ANSWER_ACCEPTED), 0);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM attempt WHERE id > 2 << 40"), 6);
    assert_int_equal(fixture_int(f, "SELECT max(id) FROM attempt"), (INT64_C(2) << 40) + 6);
}

static void of_a_refused_batch_only_the_guilty_dies(void **state)
{
    struct fixture *f = *state;
    struct call *calls;
    int singles = 0;

    hear_many(f, 10);
    settle(f, claim(f), of(ANSWER_REFUSED), 0);
    assert_int_equal(count_state(f, "due"), 10);
    while ((calls = claim(f)) != NULL)
        while (calls != NULL) {
            struct call *next = calls->next;

            calls->next = NULL;
            assert_int_equal(calls->count, 1);
            settle(f, calls, of(singles++ == 3 ? ANSWER_REFUSED : ANSWER_ACCEPTED), 0);
            calls = next;
        }
    assert_int_equal(count_state(f, "accepted"), 9);
    assert_int_equal(count_state(f, "dead"), 1);
}

static void errors_name_the_guilty(void **state)
{
    struct fixture *f = *state;
    struct answer answer = of(ANSWER_ACCEPTED_BUT);

    hear_many(f, 3);
    answer.bad_count = 1;
    answer.bad_index[0] = 1;
    settle(f, claim(f), answer, 0);
    assert_int_equal(count_state(f, "accepted"), 2);
    assert_int_equal(count_state(f, "dead"), 1);
    assert_string_equal(fixture_text(f, "SELECT group_concat(state || ': ' || reason, '; ') FROM (SELECT * FROM outbox ORDER BY id)"),
                        "accepted: ; dead: as the test says; accepted: ");
}

/* A restart may bring a new key, and rules a new campaign's id: what was stopped is tried at once, by one row. */
static void what_may_have_been_mended_is_tried_at_once(void **state)
{
    struct answer stop = of(ANSWER_STOPPED);
    struct call *probe;

    (void)state;
    for (enum answer_scope scope = SCOPE_WORKSPACE; scope <= SCOPE_CAMPAIGN; scope++) {
        struct fixture f;

        fixture_open(&f, FIXTURE_RULES);
        hear_many(&f, 30);
        stop.scope = scope;
        settle(&f, claim(&f), stop, 0);
        f.now += 5000;
        settle(&f, claim(&f), stop, 0);
        assert_null(claim(&f));
        if (scope == SCOPE_CAMPAIGN)
            fixture_load(&f, FIXTURE_RULES);
        else
            fixture_reopen(&f, false);
        probe = claim(&f);
        assert_int_equal(length(probe), 1);
        assert_int_equal(probe->count, 1);
        settle(&f, probe, stop, 0); /* it is not mended: the wait goes on growing */
        assert_int_equal(fixture_int(&f, "SELECT failures FROM lane"), 3);
        assert_null(claim(&f));
        fixture_close(&f);
    }
}

/* A host that cannot be reached may have been a slip in the settings, which is mended by a restart, and not by rules. */
static void another_host_is_tried_at_once(void **state)
{
    struct fixture *f = *state;

    hear_many(f, 2);
    for (int i = 0; i < 3; i++) {
        settle(f, claim(f), of(ANSWER_NOT_SENT), 0);
        f->now += i < 2 ? 5000 : 0;
    }
    fixture_load(f, FIXTURE_RULES);
    assert_null(claim(f));
    fixture_reopen(f, false);
    settle(f, claim(f), of(ANSWER_NOT_SENT), 0);
    assert_int_equal(fixture_int(f, "SELECT failures FROM lane"), 4);
}

/* What Braze has asked for is no fault of ours that a restart mends. */
static void a_restart_mends_no_limit(void **state)
{
    struct fixture *f = *state;

    hear_many(f, 2);
    settle(f, claim(f), of(ANSWER_LATER), 0);
    fixture_reopen(f, false);
    assert_null(claim(f));
    fixture_load(f, FIXTURE_RULES);
    assert_null(claim(f));
}

/* Of an error without a name nobody knows whom it means; a notice is about the campaign, and so about all of them. */
static void an_error_that_names_nobody(void **state)
{
    struct fixture *f = *state;
    struct answer answer = of(ANSWER_ACCEPTED_BUT);

    hear_many(f, 3);
    settle(f, claim(f), answer, 201);
    assert_int_equal(count_state(f, "unknown"), 3);
    answer.is_notice = true;
    hear_many(f, 3);
    settle(f, claim(f), answer, 201);
    assert_int_equal(count_state(f, "dead"), 3);
}

/* 401: nothing leaves; then one row probes; when it is taken, all leave. */
static void a_stopped_lane_resumes_by_itself(void **state)
{
    struct fixture *f = *state;
    struct answer stop = of(ANSWER_STOPPED);
    struct call *probe;

    for (enum answer_scope scope = SCOPE_WORKSPACE; scope <= SCOPE_CAMPAIGN; scope++) {
        struct fixture own;

        fixture_open(&own, FIXTURE_RULES);
        f = &own;
        hear_many(f, 30);
        stop.scope = scope;
        settle(f, claim(f), stop, 0);
        assert_null(claim(f));
        assert_int_equal(count_state(f, "due"), 30);
        f->now += 5000;
        settle(f, claim(f), stop, 0); /* a probe that fails: the wait grows */
        assert_int_equal(fixture_int(f, "SELECT failures FROM lane"), 2);
        assert_null(claim(f));
        f->now += 5000;
        probe = claim(f);
        assert_int_equal(length(probe), 1);
        assert_int_equal(probe->count, 1);
        if (scope != SCOPE_WORKSPACE)
            assert_null(claim(f)); /* the others wait for what becomes of it, and no longer */
        settle(f, probe, of(ANSWER_ACCEPTED), 0);
        assert_int_equal(fixture_int(f, "SELECT count(*) FROM lane"), 0);
        probe = claim(f);
        assert_int_equal(probe->count, 29);
        call_free(probe);
        fixture_close(f);
    }
}

static struct call *hear_and_claim(struct fixture *f, const char *user)
{
    struct call *call;

    hear(f, user, "hours");
    call = claim(f);
    assert_int_equal(length(call), 1);
    return call;
}

/* Of three calls that are out two are refused, one behind the other; then the third gets through. */
static void what_was_put_off_at_different_moments_leaves_together_when_a_lane_reopens(void **state)
{
    static const enum answer_scope SCOPES[][2] = {
        { SCOPE_CAMPAIGN, SCOPE_CAMPAIGN }, { SCOPE_CAMPAIGN, SCOPE_ENDPOINT }, { SCOPE_ENDPOINT, SCOPE_CAMPAIGN } };
    struct answer stop = of(ANSWER_STOPPED);

    (void)state;
    for (size_t i = 0; i < sizeof SCOPES / sizeof *SCOPES; i++) {
        struct fixture own, *f = &own;
        struct call *ana, *ben, *cleo;

        fixture_open(f, FIXTURE_RULES);
        f->desk.random = 1; /* at worst the second wait would end before the first */
        ana = hear_and_claim(f, "ana");
        ben = hear_and_claim(f, "ben");
        cleo = hear_and_claim(f, "cleo");
        stop.scope = SCOPES[i][0];
        settle(f, ana, stop, 403);
        assert_null(claim(f)); /* ana's is put off */
        f->now += 400;
        stop.scope = SCOPES[i][1];
        settle(f, ben, stop, 403);
        assert_null(claim(f)); /* ben's too, and for longer */
        assert_int_equal(fixture_int(f, "SELECT count(DISTINCT due_at) FROM outbox WHERE state = 'due'"), 2);
        settle(f, cleo, of(ANSWER_ACCEPTED), 201);
        ana = claim(f);
        assert_int_equal(length(ana), 1);
        assert_int_equal(ana->count, 2);
        call_free(ana);
        fixture_close(f);
    }
}

/* One customer whom Braze answers 500 each time is suspected, goes alone, and closes the lane for nobody. */
static void a_choking_row_stops_no_neighbours(void **state)
{
    struct fixture *f = *state;
    int64_t accepted = 0;

    hear_many(f, 20);
    for (int round = 0; round < 40 && accepted < 19; round++) {
        struct call *calls = claim(f), *next;

        for (; calls != NULL; calls = next) {
            next = calls->next;
            calls->next = NULL;
            settle(f, calls,
                   of(strstr(buf_text(&calls->body), "\"u7\"") != NULL ? ANSWER_NOT_DONE : ANSWER_ACCEPTED), 0);
        }
        accepted = count_state(f, "accepted");
        f->now += 500;
    }
    assert_int_equal(accepted, 19);
    assert_int_equal(fixture_int(f, "SELECT is_single FROM outbox WHERE state = 'due'"), 1);
    hear(f, "late", "hours");
    f->now += 2000;
    call_free(claim(f));
    assert_string_equal(fixture_text(f, "SELECT o.state FROM outbox o JOIN contact c ON c.id = o.contact "
                                        "WHERE c.address = 'late'"),
                        "claimed");
}

static void a_paused_campaign_eats_one_reply(void **state)
{
    struct fixture *f = *state;
    struct answer notice = of(ANSWER_ACCEPTED_BUT);
    struct call *probe;

    notice.is_notice = true;
    hear(f, "ana", "hours");
    settle(f, claim(f), notice, 0);
    hear(f, "ben", "hours");
    assert_null(claim(f));
    assert_int_equal(count_state(f, "dead"), 1);
    assert_int_equal(count_state(f, "due"), 1);
    f->now += 5000;
    probe = claim(f);
    settle(f, probe, of(ANSWER_ACCEPTED), 0);
    assert_int_equal(count_state(f, "accepted"), 1);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM lane"), 0);
}

/* Two hours back in the middle of a wait: its length stays, whether we ran or were started anew. */
static void a_clock_set_back_freezes_nothing(void **state)
{
    struct fixture *f = *state;
    struct error error = { 0 };

    hear(f, "ana", "hours");
    settle(f, claim(f), of(ANSWER_NOT_DONE), 0);
    f->now -= 2 * 3600 * 1000;
    assert_int_equal(desk_begin(&f->desk, &error), 0);
    assert_int_equal(upkeep_clock_jumped(&f->desk, -2 * 3600 * 1000, f->now, &error), 0);
    assert_int_equal(desk_commit(&f->desk, &error), 0);
    f->now += 2000;
    settle(f, claim(f), of(ANSWER_NOT_DONE), 0);
    f->now -= 2 * 3600 * 1000;
    fixture_reopen(f, true);
    f->now += 61 * 1000;
    call_free(claim(f));
    assert_int_equal(count_state(f, "claimed"), 1);
}

static void the_gate_withholds(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "hours");
    assert_int_equal(fixture_act(f, "take", "{'conversation':1,'actor':'eve'}"), 200);
    assert_null(claim(f));
    assert_string_equal(fixture_text(f, "SELECT state FROM outbox"), "withheld");
    assert_string_equal(fixture_text(f, "SELECT state FROM turn"), "withheld");
    hear(f, "ben", "hours");
    hear(f, "ben", "stop");
    call_free(claim(f));
    assert_string_equal(fixture_text(f, "SELECT state FROM outbox WHERE id = 2"), "withheld");
    assert_string_equal(fixture_text(f, "SELECT state FROM outbox WHERE id = 3"), "claimed");
}

static void the_window_decides_the_layout(void **state)
{
    struct fixture *f = *state;
    struct call *call;

    hear(f, "ana", "a human");
    settle(f, claim(f), of(ANSWER_ACCEPTED), 0);
    f->now += 24 * 3600 * 1000;
    assert_int_equal(fixture_act(f, "say", "{'conversation':1,'actor':'eve','text':'Your\\ncake'}"), 200);
    call = claim(f);
    assert_string_equal(call->campaign, "reopen");
    assert_non_null(strstr(buf_text(&call->body), "Your cake"));
    call_free(call);
}

static void without_a_template_it_is_held(void **state)
{
    struct fixture *f = *state;

    fixture_load(
        f,
        "INSERT INTO campaign (name, channel, campaign_id, layout) VALUES ('r', 'whatsapp', 'c1', 'response');"
        "INSERT INTO rule (name, say) VALUES ('all', 'hi');");
    hear(f, "ana", "hours");
    f->now += (24 * 60 - 9) * 60 * 1000; /* inside the margin of ten minutes */
    assert_null(claim(f));
    assert_string_equal(fixture_text(f, "SELECT state FROM outbox"), "held");
    assert_string_equal(fixture_text(f, "SELECT state FROM turn"), "held");
    hear(f, "ana", "hours again"); /* opens the window */
    call_free(claim(f));
    assert_string_equal(fixture_text(f, "SELECT state FROM outbox WHERE id = 1"), "claimed");
}

static void an_unknown_channel_is_held(void **state)
{
    struct fixture *f = *state;

    fixture_receive(f, "pigeon", "{'user_id':'ana','message':'hours'}");
    assert_null(claim(f));
    assert_string_equal(fixture_text(f, "SELECT state FROM outbox"), "held");
    assert_non_null(strstr(fixture_text(f, "SELECT reason FROM outbox"), "pigeon"));
}

static void what_is_late_expires(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "hours");
    hear(f, "ana", "hours");
    f->now += 24 * 3600 * 1000 + 1;
    look_after(f);
    assert_int_equal(count_state(f, "expired"), 2);
    assert_null(claim(f));
    assert_int_equal(fixture_act(f, "outbox-retry", "{'id':1,'actor':'eve'}"), 200);
    assert_int_equal(count_state(f, "due"), 1);
}

static void acts_of_people(void **state)
{
    static const struct {
        const char *name, *json;
        int status;
        const char *owner;
    } steps[] = {
        { "release", "{'conversation':1,'actor':'eve'}", 409, "bot" },
        { "take", "{'conversation':9,'actor':'eve'}", 404, "bot" },
        { "take", "{'conversation':1,'actor':'eve'}", 200, "agent" },
        { "take", "{'conversation':1,'actor':'eve'}", 200, "agent" },
        { "take", "{'conversation':1,'actor':'bob'}", 409, "agent" },
        { "say", "{'conversation':1,'actor':'eve','text':'  '}", 400, "agent" },
        { "say", "{'conversation':1,'actor':'eve','text':'Hello'}", 200, "agent" },
        { "say", "{'conversation':1,'actor':'bob','text':'Me too'}", 409, "agent" },
        { "release", "{'conversation':1,'actor':'eve'}", 200, "bot" },
        { "say", "{'conversation':1,'actor':'bob','text':'Me too'}", 200, "agent" },
        { "close", "{'conversation':1,'actor':'eve'}", 200, "closed" },
        { "say", "{'conversation':1,'actor':'eve','text':'x'}", 409, "closed" },
        { "close", "{'conversation':1,'actor':'eve'}", 409, "closed" },
        { "dance", "{'conversation':1,'actor':'eve'}", 404, "closed" },
    };
    struct fixture *f = *state;

    hear(f, "ana", "psst");
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        assert_int_equal(fixture_act(f, steps[i].name, steps[i].json), steps[i].status);
        assert_string_equal(fixture_text(f, "SELECT owner FROM conversation"), steps[i].owner);
    }
    /* A colleague's words go out although she let go right after them. */
    settle(f, claim(f), of(ANSWER_ACCEPTED), 0);
    settle(f, claim(f), of(ANSWER_ACCEPTED), 0);
    assert_int_equal(count_state(f, "accepted"), 2);
    assert_int_equal(
        fixture_int(f, "SELECT count(*) FROM event WHERE kind IN ('take', 'release', 'close', 'say')"), 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup_usual, setup_close)
        TEST(one_row_leaves_at_once),
        TEST(a_batch_holds_fifty_contacts),
        TEST(slots_bound_the_calls),
        TEST(the_newest_do_not_starve),
        TEST(a_contact_has_one_call_out),
        TEST(an_attempt_keeps_what_was_said_of_it),
        TEST(what_an_answer_means),
        TEST(ambiguous_twice_is_unknown),
        TEST(what_may_have_arrived_stays_unknown),
        TEST(a_kill_in_flight_is_ambiguous_once),
        TEST(what_a_kill_notes_is_numbered_like_all_else),
        TEST(of_a_refused_batch_only_the_guilty_dies),
        TEST(errors_name_the_guilty),
        TEST(an_error_that_names_nobody),
        TEST(a_stopped_lane_resumes_by_itself),
        TEST(what_was_put_off_at_different_moments_leaves_together_when_a_lane_reopens),
        TEST(what_may_have_been_mended_is_tried_at_once),
        TEST(another_host_is_tried_at_once),
        TEST(a_restart_mends_no_limit),
        TEST(a_choking_row_stops_no_neighbours),
        TEST(a_paused_campaign_eats_one_reply),
        TEST(a_clock_set_back_freezes_nothing),
        TEST(the_gate_withholds),
        TEST(the_window_decides_the_layout),
        TEST(without_a_template_it_is_held),
        TEST(an_unknown_channel_is_held),
        TEST(what_is_late_expires),
        TEST(acts_of_people),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
