/* Apart: where a round has failed, one thing that fails is undone alone and noted, and the others are done. */
#include "desk/apart.h"
#include "desk/breaker.h"
#include "desk/erasure.h"
#include "desk/notify_lane.h"
#include "desk/upkeep.h"
#include "store/book.h"
#include "store/consult_row.h"
#include "store/defect.h"
#include "store/notify_row.h"
#include "store/outbox_track.h"
#include "store/service_call.h"
#include "tests/lib/calling.h"

static int setup(void **state)
{
    return setup_open(state, "INSERT INTO campaign (name, channel, campaign_id, layout) VALUES "
                             "('reply', 'whatsapp', '7f3c0000-0000-4000-8000-000000000001', 'response');\n"
                             "INSERT INTO rule (name, words, say) VALUES ('hours', 'hours', 'From 8 to 6.');\n");
}

static int put(struct fixture *f, const char *name, const char *value, const char *failure, struct error *error)
{
    must(book_put(f->desk.db, name, value, error), error);
    return failure != NULL ? error_set(error, "%s", failure) : 0;
}

/* One thing of a round: what apart_end said of it. */
static int try(struct fixture *f, const char *name, int64_t id, const char *failure)
{
    struct error error = { 0 };

    must(apart_begin(&f->desk, &error), &error);
    return apart_end(&f->desk, put(f, name, "done", failure, &error), "trying", id, f->now, &error);
}

static void list(void *context, const struct defect *defect)
{
    buf_addf(context, "%s: %s\n", defect->what, defect->reason);
}

static void assert_defects(struct fixture *f, int64_t since, const char *wanted)
{
    struct error error = { 0 };
    struct buf listed = { 0 };

    must(defect_list(f->desk.db, since, 5, list, &listed, &error), &error);
    assert_string_equal(buf_text(&listed), wanted);
    buf_release(&listed);
}

static void what_fails_is_undone_alone_and_noted(void **state)
{
    struct fixture *f = *state;
    struct error error = { 0 };

    f->desk.is_apart = true;
    must(desk_begin(&f->desk, &error), &error);
    assert_int_equal(try(f, "one", 1, NULL), 0);
    assert_int_equal(try(f, "two", 2, "a row is gone"), 1);
    assert_int_equal(try(f, "three", 3, ""), 1);
    assert_int_equal(try(f, "four", 4, NULL), 0);
    must(desk_commit(&f->desk, &error), &error);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM book WHERE name IN ('one', 'four')"), 2);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM book WHERE name IN ('two', 'three')"), 0);
    assert_defects(f, f->now, "trying 3: a row that it needs is not there\ntrying 2: a row is gone\n");
    assert_defects(f, f->now + 1, "");
}

static void in_other_rounds_it_is_the_round_that_fails(void **state)
{
    struct fixture *f = *state;
    struct error error = { 0 };

    must(desk_begin(&f->desk, &error), &error);
    assert_int_equal(try(f, "one", 1, NULL), 0);
    assert_int_equal(try(f, "two", 2, "a row is gone"), -1);
    desk_rollback(&f->desk);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM book WHERE name IN ('one', 'two')"), 0);
    assert_defects(f, 0, "");
}

static int runs;

static int fail_always(struct desk *desk, int64_t now, struct error *error)
{
    runs++;
    (void)desk, (void)now;
    return error_set(error, "no");
}

static void a_step_that_fails_rests_for_a_minute(void **state)
{
    struct fixture *f = *state;
    struct error error = { 0 };
    int64_t rested_at = f->now + 60 * 1000;

    f->desk.is_apart = true;
    must(desk_begin(&f->desk, &error), &error);
    for (int64_t at = f->now; at <= rested_at; at += 30 * 1000)
        must(apart_run(&f->desk, STEP_SEARCH, fail_always, at, &error), &error);
    must(desk_commit(&f->desk, &error), &error);
    assert_int_equal(runs, 2);
    assert_int_equal(apart_allow(&f->desk, STEP_SEARCH, f->now), rested_at + 60 * 1000);
    assert_int_equal(apart_allow(&f->desk, STEP_IDLE, f->now), f->now);
    assert_defects(f, f->now, "filling the search index: no\n");
}

static void a_timer_of_a_conversation_that_is_gone_goes_on_without_it(void **state)
{
    struct fixture *f = *state;
    struct error error = { 0 };

    must(db_run(f->desk.db, "PRAGMA foreign_keys = OFF; UPDATE timer SET conversation = 77, due_at = 1; PRAGMA foreign_keys = ON",
                &error), &error);
    must(desk_begin(&f->desk, &error), &error);
    must(upkeep_run(&f->desk, f->now, &error), &error);
    must(desk_commit(&f->desk, &error), &error);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM timer WHERE conversation IS NULL AND due_at > 1"), 2);
}

/* A round as the engine does it: when it fails, once more and apart. Says whether it did. */
static bool go(struct fixture *f, int (*work)(struct fixture *f, struct error *error))
{
    struct error error = { 0 };
    bool has_failed;

    must(desk_begin(&f->desk, &error), &error);
    has_failed = work(f, &error) != 0;
    if (has_failed) {
        desk_rollback(&f->desk);
        must(health_load(&f->desk.health, f->desk.db, &error), &error);
        f->desk.is_apart = true;
        must(desk_begin(&f->desk, &error), &error);
        must(work(f, &error), &error);
        f->desk.is_apart = false;
    }
    must(desk_commit(&f->desk, &error), &error);
    return has_failed;
}

static int erase(struct fixture *f, struct error *error)
{
    return erasure_run(&f->desk, f->now, error);
}

static bool go_erasing(struct fixture *f)
{
    struct error error = { 0 };
    bool has_failed = go(f, erase);

    must(erasure_scrub(&f->desk, f->now, &error), &error);
    return has_failed;
}

/* Rounds, so many milliseconds apart; how many of them failed. */
static int go_erasing_for(struct fixture *f, int rounds, int64_t apart_ms)
{
    int failed = 0;

    for (int i = 0; i < rounds; i++, f->now += apart_ms)
        failed += go_erasing(f);
    return failed;
}

static void an_erasure_that_fails_is_put_off_and_holds_up_no_other(void **state)
{
    static const char PHASES[] = "SELECT group_concat(phase) FROM (SELECT phase FROM erasure ORDER BY id)";
    struct fixture *f = *state;
    struct error error = { 0 };

    hear(f, "ana", "hours?");
    hear(f, "ben", "hours?");
    must(db_run(f->desk.db, "CREATE TRIGGER damage BEFORE UPDATE ON message WHEN old.conversation = (SELECT min(id) FROM conversation) "
                            "BEGIN SELECT RAISE (ABORT, 'damaged'); END", &error), &error);
    assert_int_equal(fixture_act(f, "erase", "{'user':'ana','actor':'cli mia'}"), 200);
    assert_int_equal(fixture_act(f, "erase", "{'user':'ben','actor':'cli mia'}"), 200);
    assert_int_equal(go_erasing_for(f, 200, 10), 1);
    assert_string_equal(fixture_text(f, PHASES), "rows,done");
    assert_non_null(strstr(fixture_text(f, "SELECT waits_for FROM erasure WHERE id = 1"), "damaged row"));
    f->now += 60 * 1000;
    assert_int_equal(go_erasing_for(f, 10, 1000), 1);
    must(db_run(f->desk.db, "DROP TRIGGER damage", &error), &error);
    f->now += 60 * 1000;
    assert_int_equal(go_erasing_for(f, 200, 10), 0);
    assert_string_equal(fixture_text(f, PHASES), "done,done");
}

/* While one waits for Braze or for a reader, it is looked at as often as ever. */
static void an_erasure_that_waits_is_looked_at_beside_one_that_has_failed(void **state)
{
    struct fixture *f = *state;
    struct error error = { 0 };
    struct db *reader;

    hear(f, "ana", "hours?");
    hear(f, "ben", "hours?");
    must(db_run(f->desk.db, "CREATE TRIGGER damage BEFORE UPDATE ON message WHEN old.conversation = (SELECT min(id) FROM conversation) "
                            "BEGIN SELECT RAISE (ABORT, 'damaged'); END", &error), &error);
    reader = db_open(f->path, DB_READER, &error);
    must(db_read_begin(reader, &error), &error);
    must(db_run(reader, "SELECT count(*) FROM message", &error), &error);
    assert_int_equal(fixture_act(f, "erase", "{'user':'ana','actor':'cli mia'}"), 200);
    assert_int_equal(fixture_act(f, "erase", "{'user':'ben','actor':'cli mia'}"), 200);
    go_erasing_for(f, 200, 10);
    assert_string_equal(fixture_text(f, "SELECT phase FROM erasure WHERE id = 2"), "pages");
    db_read_end(reader);
    db_close(reader);
    assert_int_equal(go_erasing_for(f, 5, 250), 0);
    assert_string_equal(fixture_text(f, "SELECT phase FROM erasure WHERE id = 2"), "done");
}

static int send(struct fixture *f, struct error *error)
{
    struct call *calls;
    struct answer accepted = of(ANSWER_ACCEPTED);
    int result = dispatch_claim(&f->desk, f->now, 0, &calls, error);

    for (const struct call *call = calls; call != NULL && result == 0; call = call->next)
        result = dispatch_settle(&f->desk, call, &accepted, 201, 5, f->now, error);
    call_free(calls);
    return result;
}

static int keep_up(struct fixture *f, struct error *error)
{
    return upkeep_run(&f->desk, f->now, error);
}

static const char UNTOUCHABLE[] = "CREATE TRIGGER damage BEFORE UPDATE ON outbox WHEN old.id = (SELECT min(id) FROM outbox) "
                                  "BEGIN SELECT RAISE (ABORT, 'damaged'); END";
static const char STATES[] = "SELECT group_concat(state) FROM (SELECT state FROM outbox ORDER BY id)";

static int64_t next_send_at(struct fixture *f)
{
    struct error error = { 0 };
    int64_t at;

    must(dispatch_next(&f->desk, f->now, 0, &at, &error), &error);
    return at;
}

static void a_row_that_cannot_even_be_ended_rests_and_others_leave_meanwhile(void **state)
{
    struct fixture *f = *state;
    struct error error = { 0 };
    int failed = 0;

    hear(f, "ana", "hours?");
    must(db_run(f->desk.db, UNTOUCHABLE, &error), &error);
    assert_true(go(f, send));
    for (int i = 0; i < 5; i++, f->now += 1000) {
        char user[] = { 'b', (char)('a' + i), '\0' };

        hear(f, user, "hours?");
        failed += go(f, send) + go(f, keep_up);
        assert_int_equal(next_send_at(f), INT64_MAX);
    }
    assert_int_equal(failed, 0);
    assert_string_equal(fixture_text(f, STATES), "due,accepted,accepted,accepted,accepted,accepted");
    f->now += 3600 * 1000;
    go(f, keep_up);
    assert_true(next_send_at(f) <= f->now);
    must(db_run(f->desk.db, "DROP TRIGGER damage", &error), &error);
    assert_false(go(f, send));
    assert_string_equal(fixture_text(f, STATES), "accepted,accepted,accepted,accepted,accepted,accepted");
}

/* One row goes for a trial: this must not be the one with which nothing can be done. */
static void such_a_row_is_not_the_trial_of_a_lane(void **state)
{
    struct fixture *f = *state;
    struct error error = { 0 };

    hear(f, "ana", "hours?");
    hear(f, "ben", "hours?");
    must(db_run(f->desk.db, "INSERT INTO lane (name, state, failures, until_at, reason, changed_at) "
                            "VALUES ('braze', 'backing_off', 1, 1, '', 1)", &error), &error);
    must(health_load(&f->desk.health, f->desk.db, &error), &error);
    must(db_run(f->desk.db, UNTOUCHABLE, &error), &error);
    go(f, send);
    go(f, send);
    assert_string_equal(fixture_text(f, STATES), "due,accepted");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM lane"), 0);
}

/* A lane is well again, and what it has put off is to leave at once. */
static void one_row_that_cannot_be_let_go_does_not_undo_the_answer_that_opened_its_lane(void **state)
{
    struct fixture *f = *state;
    struct error error = { 0 };
    struct lane lane = { .name = "campaign reply", .state = "stopped", .until_at = f->now + 600 * 1000 };

    hear(f, "ana", "hours?");
    hear(f, "ben", "hours?");
    must(health_worsen(&f->desk.health, f->desk.db, &lane, f->now, &error), &error);
    assert_false(go(f, send)); /* both are put off */
    f->now += 600 * 1000;
    hear(f, "cleo", "hours?");
    must(db_run(f->desk.db, "UPDATE outbox SET due_at = due_at + 3600000 WHERE id <> (SELECT max(id) FROM outbox)", &error), &error);
    must(db_run(f->desk.db, UNTOUCHABLE, &error), &error);
    assert_true(go(f, send));
    assert_string_equal(fixture_text(f, STATES), "due,due,accepted");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM lane"), 0);
}

/* The end of what is past its deadline, too. */
static void where_one_row_cannot_expire_the_others_do(void **state)
{
    struct fixture *f = *state;
    struct error error = { 0 };

    hear(f, "ana", "hours?");
    hear(f, "ben", "hours?");
    must(db_run(f->desk.db, UNTOUCHABLE, &error), &error);
    f->now += 24 * 3600 * 1000;
    assert_true(go(f, keep_up));
    assert_string_equal(fixture_text(f, STATES), "due,expired");
    f->now += 60 * 1000;
    assert_false(go(f, keep_up));
}

/* One call to a service, one question, one write into a profile and one telling, all due and overdue: what is found of them. */
static const char EACH_KIND[] =
    "INSERT INTO outbox (id, kind, contact, seq, conversation, epoch, state, created_at, due_at, expires_at, sent_by) "
    "SELECT 70 + n, k, 1, s, 1, 1, 'due', 1, 1, 2, 'x' FROM (SELECT 1 AS n, 'track' AS k, 0 AS s UNION SELECT 2, 'call', -1 "
    "UNION SELECT 3, 'consult', -2 UNION SELECT 4, 'notify', -3);"
    "INSERT INTO track (outbox, addressee, attributes) VALUES (71, 'external:ana', '{}');"
    "INSERT INTO service_call (outbox, call, step, service, method, url) VALUES (72, 1, 'a.b', 'x', 'POST', 'u');"
    "INSERT INTO consult (outbox, wanted_by, wanted, settle_by) VALUES (73, 'r', 'x', 1);"
    "INSERT INTO notification (outbox, team, way, type, message) VALUES (74, 't', 'relay', 'message', 0);";

static int found_of_each_kind(struct fixture *f)
{
    struct db *db = f->desk.db;
    struct error error = { 0 };
    struct outbox_track_row track;
    struct service_call_row call = { 0 };
    struct consult_row consult = { 0 };
    struct notify_row telling = { 0 };
    size_t tracks, calls;
    int64_t at[5];
    int found = 0;

    must(outbox_track_due(db, f->now, 1, &track, &tracks, &error), &error);
    must(service_call_due(db, f->now, 1, &call, &calls, &error), &error);
    service_call_row_release(&call);
    found += (int)tracks + (int)calls;
    found += service_call_overdue(db, f->now, &call, &error);
    service_call_row_release(&call);
    found += consult_row_due(db, "x", f->now, &consult, &error);
    consult_row_release(&consult);
    found += consult_row_overdue(db, f->now, &consult, &error);
    consult_row_release(&consult);
    found += consult_row_stray(db, "[]", INT64_MIN, 0, &consult, &error);
    consult_row_release(&consult);
    found += notify_row_due(db, "x", f->now, &telling, &error);
    notify_row_release(&telling);
    found += notify_row_overdue(db, f->now, &telling, &error);
    notify_row_release(&telling);
    must(outbox_track_next_due(db, 1, &at[0], NULL, &error), &error);
    must(service_call_next(db, &at[1], &at[2], &error), &error);
    must(consult_row_next_due(db, "x", &at[3], &error), &error);
    must(notify_row_next_due(db, "x", &at[4], &error), &error);
    for (size_t i = 0; i < sizeof at / sizeof *at; i++)
        found += at[i] < INT64_MAX;
    must(consult_row_next_expires(db, &at[0], &error), &error);
    return found + (at[0] < INT64_MAX);
}

static void whatever_its_kind_a_row_that_rests_is_passed_over_in_its_time(void **state)
{
    struct fixture *f = *state;
    struct error error = { 0 };

    hear(f, "ana", "hours?");
    must(db_run(f->desk.db, EACH_KIND, &error), &error);
    assert_int_equal(found_of_each_kind(f), 14);
    for (int64_t id = 71; id <= 74; id++)
        db_rest(f->desk.db, id, f->now + 1000);
    db_wake(f->desk.db, f->now + 999);
    assert_int_equal(found_of_each_kind(f), 0);
    db_wake(f->desk.db, f->now + 1000);
    assert_int_equal(found_of_each_kind(f), 14);
}

/* A backend, or another desk, is well again: one question or telling that cannot be let go must not cost the answer its end. */
static void one_row_that_cannot_be_let_go_keeps_no_backend_and_no_desk_unwell(void **state)
{
    struct fixture *f = *state;
    struct error error = { 0 };
    struct vendor_answer answered = { .class = VENDOR_ANSWERED };
    struct notify_call told = { .row.target = (char[]){ "x" } };
    struct notify_end end = { .end = WIRE_ANSWERED, .status = 200 };
    struct lane lanes[] = { { .name = "backend x", .state = "stopped", .until_at = 5, .failures = 9 },
                            { .name = "x", .state = "stopped", .until_at = 5, .failures = 9 } };

    fixture_load(f, "INSERT INTO backend (name, kind) VALUES ('x', 'faq');\n"
                    "INSERT INTO rule (name, say) VALUES ('all', 'hi');\n");
    hear(f, "ana", "hours?");
    must(db_run(f->desk.db, EACH_KIND, &error), &error);
    must(db_run(f->desk.db, "UPDATE outbox SET due_at = 5 WHERE id = 73; UPDATE outbox SET due_at = 1 << 50 WHERE id = 74;"
                            "CREATE TRIGGER damage BEFORE UPDATE ON outbox WHEN old.id > 70 BEGIN SELECT RAISE (ABORT, 'damaged'); END",
                &error), &error);
    must(desk_begin(&f->desk, &error), &error);
    for (size_t i = 0; i < 2; i++)
        must(health_worsen(&f->desk.health, f->desk.db, &lanes[i], f->now, &error), &error);
    f->desk.is_apart = true;
    must(breaker_note(&f->desk, "x", &answered, 1, f->now, &error), &error);
    must(notify_lane_note(&f->desk, &told, &end, f->now, &error), &error);
    must(desk_commit(&f->desk, &error), &error);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM lane"), 0);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM book WHERE name LIKE 'defect letting go%'"), 2);
}

static void only_the_newest_notes_are_kept(void **state)
{
    struct fixture *f = *state;
    struct error error = { 0 };

    for (int i = 0; i < DEFECTS_MAX + 10; i++)
        must(defect_note(f->desk.db, "trying", i + 1, "no", f->now + i, &error), &error);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM book WHERE name LIKE 'defect %'"), DEFECTS_MAX);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM book WHERE name = 'defect trying 10'"), 0);
    must(defect_note(f->desk.db, "trying", 1, "no", f->now + DEFECT_KEPT_MS + 1000, &error), &error);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM book WHERE name LIKE 'defect %'"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_fails_is_undone_alone_and_noted, setup, setup_audit),
        cmocka_unit_test_setup_teardown(in_other_rounds_it_is_the_round_that_fails, setup, setup_audit),
        cmocka_unit_test_setup_teardown(a_step_that_fails_rests_for_a_minute, setup, setup_audit),
        cmocka_unit_test_setup_teardown(a_timer_of_a_conversation_that_is_gone_goes_on_without_it, setup, setup_audit),
        cmocka_unit_test_setup_teardown(an_erasure_that_fails_is_put_off_and_holds_up_no_other, setup, setup_audit),
        cmocka_unit_test_setup_teardown(an_erasure_that_waits_is_looked_at_beside_one_that_has_failed, setup, setup_audit),
        cmocka_unit_test_setup_teardown(a_row_that_cannot_even_be_ended_rests_and_others_leave_meanwhile, setup, setup_audit),
        cmocka_unit_test_setup_teardown(such_a_row_is_not_the_trial_of_a_lane, setup, setup_audit),
        cmocka_unit_test_setup_teardown(one_row_that_cannot_be_let_go_does_not_undo_the_answer_that_opened_its_lane, setup,
                                        setup_audit),
        cmocka_unit_test_setup_teardown(where_one_row_cannot_expire_the_others_do, setup, setup_audit),
        cmocka_unit_test_setup_teardown(whatever_its_kind_a_row_that_rests_is_passed_over_in_its_time, setup, setup_close),
        cmocka_unit_test_setup_teardown(one_row_that_cannot_be_let_go_keeps_no_backend_and_no_desk_unwell, setup, setup_close),
        cmocka_unit_test_setup_teardown(only_the_newest_notes_are_kept, setup, setup_audit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
