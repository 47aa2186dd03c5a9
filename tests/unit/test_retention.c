/*
 * retention: what is too old goes, nothing else does, and the book adds up all the same.
 */
#include "base/alloc.h"
#include "desk/retention.h"
#include "desk/upkeep.h"
#include "store/audit.h"
#include "tests/lib/calling.h"

enum { DAY_MS = 24 * 3600 * 1000 };

/* Changes the book as nobody else does. */
static void change(struct fixture *f, const char *sql)
{
    struct error error = { 0 };

    must(desk_begin(&f->desk, &error), &error);
    must(db_run(f->desk.db, sql, &error), &error);
    must(desk_commit(&f->desk, &error), &error);
}

#define KEEPING "INSERT INTO setting (name, value) VALUES ('keep_webhooks', '30 days'), ('keep_traces', '20 days')"

static int set_up(void **state)
{
    struct fixture *f = alloc_new(sizeof *f);

    fixture_open(f, FIXTURE_RULES);
    fixture_load(f, KEEPING ", ('keep_messages', '40 days');\nINSERT INTO campaign (name, channel, campaign_id, layout) VALUES "
                    "('reply', 'whatsapp', '7f3c0000-0000-4000-8000-000000000001', 'response');"
                    "INSERT INTO rule (name, pattern, say) VALUES ('hours', 'hours', 'From 8 to 6.');"
                    "INSERT INTO rule (name, pattern, action, say) VALUES ('bye', 'bye', 'close', 'See you.');");
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    return setup_audit(state);
}

static void pass_days(struct fixture *f, int days)
{
    f->now += (int64_t)days * DAY_MS;
}

static void tick(struct fixture *f)
{
    struct error error = { 0 };

    f->now += 1000;
    must(desk_begin(&f->desk, &error), &error);
    f->desk.is_pressed = false;
    must(upkeep_run(&f->desk, f->now, &error), &error);
    must(desk_commit(&f->desk, &error), &error);
}

/* Two messages, the second of which ends it; answered, and summed up. */
static void talk(struct fixture *f, const char *user)
{
    char who[60];

    snprintf(who, sizeof who, "'user_id':'%s'", user);
    hear_from(f, who, "hours?");
    accept_all(f, claim(f));
    hear_from(f, who, "bye");
    accept_all(f, claim(f));
    tick(f);
}

static void retain(struct fixture *f)
{
    struct error error = { 0 };

    must(retention_finish(&f->desk, f->now, &error), &error);
}

static void calls_are_emptied_when_they_are_older_than_they_are_kept(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "hours of old");
    fixture_receive(f, "whatsapp", "{{{");
    pass_days(f, 20);
    hear(f, "ana", "hours of late");
    pass_days(f, 11);
    retain(f);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM webhook WHERE body = x''"), 2);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM webhook WHERE instr(body, 'of late') > 0"), 1);
    assert_string_equal(fixture_text(f, "SELECT group_concat(text) FROM message WHERE kind = 'in'"), "hours of old,hours of late");
    pass_days(f, 20);
    retain(f);
    assert_int_equal(fixture_int(f, "SELECT removed FROM retention WHERE class = 'webhooks'"), 3);
}

#define OLD_WEBHOOKS(first, last, body)                                                                             \
    "WITH n (i) AS (SELECT " #first " UNION ALL SELECT i + 1 FROM n WHERE i < " #last ") "                             \
    "INSERT INTO webhook (id, received_at, channel, content_type, body, state) "                                       \
    "SELECT i, 1, 'whatsapp', '', " body ", 'unreadable' FROM n"
#define FULL_WEBHOOKS "SELECT count(*) FROM webhook WHERE body <> x''"

static int64_t left_after_a_look(struct fixture *f)
{
    struct error error = { 0 };

    must(desk_begin(&f->desk, &error), &error);
    must(retention_run(&f->desk, f->now, &error), &error);
    must(desk_commit(&f->desk, &error), &error);
    return fixture_int(f, FULL_WEBHOOKS);
}

static void what_is_more_than_a_piece_does_not_wait_for_the_next_hour(void **state)
{
    struct fixture *f = *state;

    change(f, OLD_WEBHOOKS(1, 250, "x'41'"));
    retention_hurry(&f->desk);
    assert_int_equal(left_after_a_look(f), 150);
    assert_int_equal(left_after_a_look(f), 50);
    assert_int_equal(left_after_a_look(f), 0);
    assert_int_equal(left_after_a_look(f), 0); /* that was all: in an hour again */
    assert_int_equal(retention_next_at(&f->desk), f->now + 3600 * 1000);
    change(f, OLD_WEBHOOKS(251, 251, "x'41'"));
    f->now += 3600 * 1000 - 1;
    assert_int_equal(left_after_a_look(f), 1);
    f->now += 1;
    assert_int_equal(left_after_a_look(f), 0);
}

static void what_is_kept_for_ever_stays(void **state)
{
    struct fixture *f = *state;

    fixture_load(f, "INSERT INTO setting (name, value) VALUES ('keep_webhooks', 'for ever'), ('keep_traces', 'for ever');");
    hear(f, "ana", "hours?");
    pass_days(f, 10000);
    retain(f);
    assert_int_equal(fixture_int(f, FULL_WEBHOOKS), 1);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM decision WHERE trace <> '{}'"), 1);
}

static void what_was_not_read_yet_stays(void **state)
{
    struct fixture *f = *state;

    change(f, "INSERT INTO webhook (id, received_at, channel, content_type, body, state) VALUES "
              "(1, 1, 'whatsapp', '', x'41', 'raw')");
    retain(f);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM webhook WHERE body = x'41'"), 1);
}

static void a_decision_keeps_its_rule_when_its_trace_goes(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "hours?");
    pass_days(f, 21);
    hear(f, "ana", "hours??");
    retain(f);
    assert_string_equal(fixture_text(f, "SELECT rule || state || trace FROM decision ORDER BY message LIMIT 1"), "hours{}{}");
    assert_true(fixture_int(f, "SELECT length(trace) FROM decision ORDER BY message DESC LIMIT 1") > 10);
}

static void a_conversation_goes_whole_and_is_still_counted(void **state)
{
    struct fixture *f = *state;
    struct audit audit;
    struct db *reader;
    struct error error = { 0 };

    talk(f, "ana");
    talk(f, "bob");
    fixture_receive(f, "whatsapp", "{'user_id':'ana','dispatch_id':'x','message':'hours'}");
    accept_all(f, claim(f));
    pass_days(f, 41);
    talk(f, "eve");
    retain(f);
    /* Ana's newer one is open; Bob's only one is gone, and so is what he was known by. */
    assert_string_equal(fixture_text(f, "SELECT group_concat(value) FROM (SELECT value FROM identity ORDER BY value)"), "ana,eve");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM conversation"), 2);
    assert_string_equal(fixture_text(f, "SELECT group_concat(fate || ' ' || messages) FROM retired WHERE messages > 0"), "answered 4");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM contact WHERE address = ''"), 1);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM message WHERE kind = 'in'"), 3);
    reader = db_open(f->path, DB_READER, &error);
    must(audit_run(reader, &audit, setup_complain, NULL, &error), &error);
    db_close(reader);
    assert_int_equal(audit.accepted, 7);
    assert_int_equal(audit.fates[AUDIT_ANSWERED], 7);
    assert_int_equal(audit.discrepancies, 0);
}

static void what_is_not_over_or_not_old_enough_stays(void **state)
{
    struct fixture *f = *state;

    talk(f, "ana");
    hear(f, "bob", "hours"); /* is not answered yet */
    pass_days(f, 39);
    talk(f, "eve");
    retain(f);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM conversation"), 3);
    accept_all(f, claim(f));
}

static const char *conversations(struct fixture *f)
{
    return fixture_text(f, "SELECT group_concat(id) FROM conversation");
}

static void say_from(struct fixture *f, const char *who, const char *text)
{
    hear_from(f, who, text);
    accept_all(f, claim(f));
}

/* From its close on, or from what was written in it afterwards; and not before it is summed up. */
static void a_conversation_is_as_old_as_the_last_that_happened_in_it(void **state)
{
    struct fixture *f = *state;

    talk(f, "ana");
    say_from(f, "'user_id':'bob'", "hours?");
    talk(f, "eve");
    pass_days(f, 10);
    assert_int_equal(fixture_act(f, "close", "{'actor':'mia','conversation':2}"), 200);
    tick(f);
    pass_days(f, 10);
    assert_int_equal(fixture_act(f, "note", "{'actor':'mia','conversation':3,'text':'came for her umbrella'}"), 200);
    pass_days(f, 21);
    talk(f, "kim");
    retain(f);
    assert_string_equal(conversations(f), "2,3,4");
    pass_days(f, 10);
    retain(f);
    assert_string_equal(conversations(f), "3,4");
    pass_days(f, 10);
    retain(f);
    assert_string_equal(conversations(f), "4");

    say_from(f, "'user_id':'lea'", "hours?");
    say_from(f, "'user_id':'lea'", "bye");
    say_from(f, "'user_id':'max'", "bye");
    pass_days(f, 41);
    retain(f);
    assert_string_equal(conversations(f), "5,6");
    tick(f);
    retain(f);
    assert_string_equal(conversations(f), "6");
}

/* And who has the newest row of a table keeps it, or its number would come twice. */
static void what_is_under_way_for_the_person_keeps_a_conversation(void **state)
{
    static const char *const KEEPS[][2] = {
        { "UPDATE outbox SET state = 'due', settled_at = NULL WHERE id = 1",
          "UPDATE outbox SET state = 'accepted', settled_at = 1 WHERE id = 1" },
        { "INSERT INTO entry (id, contact, conversation, kind, name, value, at, wanted_by, state, settled_at) VALUES "
          "(1, 1, 1, 'event', 'came', '{}', 1, 'close', 'waiting', NULL), (2, 2, 2, 'event', 'came', '{}', 1, 'close', 'refused', 1)",
          "UPDATE entry SET state = 'refused', settled_at = 1" },
        { "INSERT INTO erasure (id, asked_at, asked_by, known_since, phase, done_at) VALUES (1, 1, 'cli mia', 1, 'done', 1);"
          "INSERT INTO erasure_contact (erasure, contact) VALUES (1, 1)",
          "DELETE FROM erasure_contact" },
        { "INSERT INTO message (id, conversation, at, kind, text) VALUES (1000, 1, 1, 'note', '')",
          "DELETE FROM message WHERE id = 1000" },
        { "INSERT INTO turn (id, conversation, ruleset, epoch, state, opened_at, closed_at) VALUES (1000, 1, 1, 1, 'silenced', 1, 1)",
          "DELETE FROM turn WHERE id = 1000" },
        { "INSERT INTO outbox (id, kind, contact, seq, conversation, epoch, state, created_at, due_at, expires_at, settled_at) "
          "VALUES (1000, 'track', 1, 0, 1, 1, 'withheld', 1, 1, 1, 1)",
          "DELETE FROM outbox WHERE id = 1000" },
        { "INSERT INTO event (id, at, conversation, kind, actor) VALUES (1000, 1, 1, 'note', 'mia')",
          "DELETE FROM event WHERE id = 1000" },
        { "INSERT INTO entry (id, contact, conversation, kind, name, value, at, wanted_by, state, settled_at) VALUES "
          "(1000, 1, 1, 'event', 'came', '{}', 1, 'close', 'refused', 1)",
          "DELETE FROM entry WHERE id = 1000" },
        { "INSERT INTO attempt (id, outbox, at, took_ms, class, status, batch) VALUES (1000, 1, 1, 1, 'accepted', 201, 1)",
          "DELETE FROM attempt WHERE id = 1000" },
        { "INSERT INTO webhook (id, received_at, channel, content_type, body, state, message) VALUES "
          "(1000, 1, 'whatsapp', '', x'', 'duplicate', 1)",
          "DELETE FROM webhook WHERE id = 1000" },
    };
    struct fixture *f = *state;

    talk(f, "ana");
    pass_days(f, 41);
    talk(f, "bob");
    for (size_t i = 0; i < sizeof KEEPS / sizeof *KEEPS; i++) {
        change(f, KEEPS[i][0]);
        retain(f);
        if (strcmp(conversations(f), "1,2") != 0)
            fail_msg("not kept: %s", KEEPS[i][0]);
        change(f, KEEPS[i][1]);
    }
    retain(f);
    assert_string_equal(conversations(f), "2");
}

static void the_newest_rows_stay_so_that_no_number_comes_twice(void **state)
{
    struct fixture *f = *state;
    int64_t newest;

    talk(f, "ana");
    newest = fixture_int(f, "SELECT max(id) FROM message");
    pass_days(f, 100);
    retain(f);
    assert_int_equal(fixture_int(f, "SELECT max(id) FROM message"), newest);
    fixture_reopen(f, false);
    talk(f, "bob");
    retain(f);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM conversation"), 1);
    assert_true(fixture_int(f, "SELECT min(id) FROM message") > newest);
}

static void who_comes_back_after_all_is_gone_is_met_anew(void **state)
{
    struct fixture *f = *state;

    talk(f, "ana");
    pass_days(f, 41);
    talk(f, "bob");
    retain(f);
    talk(f, "ana");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM contact"), 3);
    assert_int_equal(fixture_int(f, "SELECT contact FROM identity WHERE value = 'ana'"), 3);
}

/* 1,200 more turns in the first conversation, each with a text in and one out, a question to a backend and an entry in the ledger. */
static void grow(struct fixture *f)
{
#define N "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200) "
    static const char *const ROWS[] = {
        N "INSERT INTO turn (id, conversation, ruleset, epoch, state, opened_at, closed_at) "
          "SELECT 100000 + i, 1, 1, 1, 'answered', 1, 1 FROM n",
        N "INSERT INTO webhook (id, received_at, channel, content_type, body, state, message) "
          "SELECT 100000 + i, 1, 'whatsapp', '', x'', 'read', 100000 + 2 * i FROM n",
        N "INSERT INTO message (id, conversation, turn, at, kind, text, webhook) "
          "SELECT 100000 + 2 * i, 1, 100000 + i, 1, 'in', 'word' || i, 100000 + i FROM n",
        N "INSERT INTO message (id, conversation, turn, at, kind, text) "
          "SELECT 100001 + 2 * i, 1, 100000 + i, 1, 'out', 'answer' || i FROM n",
        N "INSERT INTO decision (message, at, ruleset, rule, action, state, trace) SELECT 100000 + 2 * i, 1, 1, 'hours', 'say', '{}', '{}' FROM n",
        N "INSERT INTO outbox (id, kind, contact, seq, conversation, turn, message, epoch, state, created_at, due_at, expires_at, "
          "settled_at) SELECT 100000 + i, 'send', 1, 100 + i, 1, 100000 + i, 100001 + 2 * i, 1, 'accepted', 1, 1, 9, 2 FROM n",
        N "INSERT INTO outbox (id, kind, contact, seq, conversation, turn, epoch, state, created_at, due_at, expires_at, settled_at) "
          "SELECT 102000 + i, 'consult', 1, -2, 1, 100000 + i, 1, 'accepted', 1, 1, 9, 2 FROM n",
        N "INSERT INTO consult (outbox, wanted_by, wanted, settle_by) SELECT 102000 + i, 'r', 'b', 1 FROM n",
        N "INSERT INTO event (id, at, conversation, kind, actor) SELECT 100000 + i, 1, 1, 'tag', 'rule r' FROM n",
        "UPDATE conversation SET message_count = message_count + 1200 WHERE id = 1",
        "UPDATE contact SET seq = 2000 WHERE id = 1",
    };
    struct error error = { 0 };

    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++)
        must(db_run(f->desk.db, ROWS[i], &error), &error);
}

static int64_t rows_of_first(struct fixture *f)
{
    return fixture_int(f, "SELECT (SELECT count(*) FROM message WHERE conversation = 1) + (SELECT count(*) FROM event WHERE "
                          "conversation = 1) + (SELECT count(*) FROM outbox WHERE conversation = 1 AND kind <> 'send')");
}

static void a_very_long_conversation_goes_in_parts_and_the_book_adds_up_behind_each(void **state)
{
    struct fixture *f = *state;
    struct error error = { 0 };
    struct audit audit;
    int more = 1, parts = 0;

    talk(f, "ana");
    grow(f);
    fixture_reopen(f, false);
    pass_days(f, 41);
    talk(f, "eve");
    while (more == 1) {
        int64_t before = rows_of_first(f);
        struct db *reader;

        more = retention_delete(f->desk.db, f->now - (int64_t)40 * DAY_MS, f->now, &error);
        assert_true(more >= 0);
        if (before - rows_of_first(f) > 1600)
            fail_msg("%lld rows at once", (long long)(before - rows_of_first(f)));
        reader = db_open(f->path, DB_READER, &error);
        must(audit_run(reader, &audit, setup_complain, NULL, &error), &error);
        db_close(reader);
        assert_int_equal(audit.discrepancies, 0);
        assert_int_equal(audit.accepted, 1204);
        parts++;
    }
    assert_true(parts > 6);
    assert_int_equal(rows_of_first(f), 0);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM turn WHERE conversation = 1"), 0);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM outbox WHERE conversation = 1"), 0);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM conversation"), 1);
}

/* Else she would hear from us again, as somebody new. */
static void who_has_opted_out_stays_known_for_that(void **state)
{
    struct fixture *f = *state;
    struct error error = { 0 };

    talk(f, "ana");
    must(db_run(f->desk.db, "UPDATE contact SET opted_out_at = 1 WHERE id = 1", &error), &error);
    pass_days(f, 41);
    talk(f, "eve");
    retain(f);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM conversation"), 1);
    assert_int_equal(fixture_int(f, "SELECT contact FROM identity WHERE value = 'ana'"), 1);
    assert_int_equal(fixture_int(f, "SELECT opted_out_at FROM contact WHERE address = 'ana'"), 1);
}

/* Two questions of old: one is answered, one is not yet. */
static void what_was_asked_and_written_elsewhere_goes_when_its_fate_is_known(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "hours?");
    accept_all(f, claim(f));
    hear(f, "ana", "hours??");
    change(f, "INSERT INTO consult (outbox, wanted_by, wanted, settle_by, did) "
              "SELECT id, 'rest', 'assistant', 0, 'tagged her' FROM outbox;"
              "INSERT INTO track (outbox, addressee, attributes) SELECT id, 'external:ana', '{\"city\":\"Jeju\"}' FROM outbox");
    pass_days(f, 21);
    retain(f);
    assert_string_equal(fixture_text(f, "SELECT group_concat(did || attributes, '|') FROM consult JOIN track USING (outbox)"),
                        "{}|tagged her{\"city\":\"Jeju\"}");
    accept_all(f, claim(f));
}

static void what_is_due_is_foretold(void **state)
{
    struct fixture *f = *state;
    struct retention_state found;
    struct error error = { 0 };
    int64_t before;

    talk(f, "ana");
    hear_from(f, "'user_id':'kim'", "hours?"); /* it goes on till behind the border: not due, however long ago it began */
    accept_all(f, claim(f));
    pass_days(f, 10);
    before = f->now;
    talk(f, "kim");
    talk(f, "eve");
    must(retention_look(f->desk.db, RETENTION_WEBHOOKS, before, &found, &error), &error);
    assert_true(found.due == 3 && found.rows == 7);
    must(retention_look(f->desk.db, RETENTION_MESSAGES, before, &found, &error), &error);
    assert_true(found.due == 1 && found.rows == 3); /* conversations */
    pass_days(f, 39);
    retain(f);
    must(retention_look(f->desk.db, RETENTION_WEBHOOKS, f->now, &found, &error), &error);
    assert_int_equal(found.due, 0);
    assert_int_equal(found.removed, 7);
}

static void the_file_gets_smaller_when_a_sixteenth_of_it_is_free(void **state)
{
    struct fixture *f = *state;
    struct retention_file file, smaller;
    struct error error = { 0 };

    change(f, OLD_WEBHOOKS(1, 30, "zeroblob(262144)"));
    change(f, "UPDATE webhook SET body = x'' WHERE id <= 1"); /* 64 pages of 2000 */
    assert_int_equal(retention_shrink(f->desk.db, 100, &error), 0);
    change(f, "UPDATE webhook SET body = x'' WHERE id <= 3");
    must(retention_look_at_file(f->desk.db, &file, &error), &error);
    assert_int_equal(retention_shrink(f->desk.db, 100, &error), 1);
    must(retention_look_at_file(f->desk.db, &smaller, &error), &error);
    assert_int_equal(file.bytes - smaller.bytes, file.free_bytes - smaller.free_bytes);
    assert_true(smaller.bytes < file.bytes);
}

static int64_t bytes_after_tidying(struct fixture *f)
{
    struct retention_file file;
    struct error error = { 0 };

    must(retention_tidy(&f->desk, f->now, &error), &error);
    must(retention_look_at_file(f->desk.db, &file, &error), &error);
    return file.bytes;
}

/* Whoever writes meanwhile does not wait for the whole of it. */
static void the_file_gets_smaller_by_steps_with_a_pause_between_them(void **state)
{
    struct fixture *f = *state;
    struct retention_file file;
    struct error error = { 0 };
    int64_t first;

    change(f, OLD_WEBHOOKS(1, 30, "zeroblob(262144)"));
    change(f, "UPDATE webhook SET body = x''");
    must(retention_look_at_file(f->desk.db, &file, &error), &error);
    assert_int_equal(bytes_after_tidying(f), file.bytes); /* nothing was to be tidied */
    f->desk.has_to_tidy = true;
    first = bytes_after_tidying(f);
    assert_int_equal(first, file.bytes - 64 * 4096);
    f->now += 99;
    assert_int_equal(bytes_after_tidying(f), first);
    f->now += 1;
    assert_int_equal(bytes_after_tidying(f), first - 64 * 4096);
    retain(f);
    must(retention_look_at_file(f->desk.db, &file, &error), &error);
    assert_true(file.free_bytes < 64 * 4096 && !f->desk.has_to_tidy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(calls_are_emptied_when_they_are_older_than_they_are_kept, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_not_read_yet_stays, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_more_than_a_piece_does_not_wait_for_the_next_hour, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_kept_for_ever_stays, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_decision_keeps_its_rule_when_its_trace_goes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_conversation_goes_whole_and_is_still_counted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_not_over_or_not_old_enough_stays, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_conversation_is_as_old_as_the_last_that_happened_in_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_under_way_for_the_person_keeps_a_conversation, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_newest_rows_stay_so_that_no_number_comes_twice, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_asked_and_written_elsewhere_goes_when_its_fate_is_known, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_due_is_foretold, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_file_gets_smaller_when_a_sixteenth_of_it_is_free, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_file_gets_smaller_by_steps_with_a_pause_between_them, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_comes_back_after_all_is_gone_is_met_anew, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_very_long_conversation_goes_in_parts_and_the_book_adds_up_behind_each, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_has_opted_out_stays_known_for_that, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
