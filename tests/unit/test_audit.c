/*
 * test_audit: a book that adds up passes; each way of not adding up is found, and named with its rows.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "spine.h"
#include "store/audit.h"

/*
 * One message of every fate, a duplicate, an unreadable and a set-aside webhook, and a colleague's own words.
 */
static const char SOUND[] =
    "INSERT INTO ruleset (id, loaded_at, actor, digest, rule_count) VALUES (1, 1, 'cli mia', 'd', 3);"
    "INSERT INTO contact (id, created_at, address_kind, address, seq) VALUES (1, 1, 'external', 'ana', 10);"
    "INSERT INTO conversation (id, contact, channel, owner, opened_at, last_in_at, message_count, idle_at) "
    "VALUES (1, 1, 'whatsapp', 'bot', 1, 1, 12, 9);"
    "INSERT INTO turn (id, conversation, ruleset, epoch, state, opened_at) VALUES (1, 1, 1, 1, 'answered', "
    "1), "
    "(2, 1, 1, 1, 'silenced', 1), (3, 1, 1, 1, 'unanswered', 1), (4, 1, 1, 1, 'agent', 1), (5, 1, 1, 1, "
    "'held', 1), "
    "(6, 1, 1, 1, 'withheld', 1), (7, 1, 1, 1, 'expired', 1), (8, 1, 1, 1, 'dead', 1), (9, 1, 1, 1, "
    "'unknown', 1), "
    "(10, 1, 1, 1, 'open', 1), (11, 1, 1, 1, 'erased', 1), (12, 1, 1, 1, 'agent', 1);"
    "INSERT INTO message (id, conversation, turn, at, kind, text, webhook) "
    "SELECT id, 1, id, 1, 'in', 'm', id FROM turn;"
    "INSERT INTO webhook (id, received_at, channel, content_type, body, state, message) "
    "SELECT id, 1, 'whatsapp', '', x'', 'read', id FROM turn;"
    "INSERT INTO webhook (id, received_at, channel, content_type, body, state, message) VALUES "
    "(13, 1, 'whatsapp', '', x'', 'duplicate', 1), (14, 1, 'whatsapp', '', x'', 'unreadable', NULL), "
    "(15, 1, 'whatsapp', '', x'', 'aside', NULL), (16, 1, 'whatsapp', '', x'', 'raw', NULL);"
    "INSERT INTO decision (message, at, ruleset, rule, action, state, trace) "
    "SELECT id, 1, 1, CASE id WHEN 3 THEN NULL ELSE 'r' END, CASE id WHEN 12 THEN 'handoff' ELSE 'say' END, "
    "'{}', '{}' "
    "FROM turn;"
    "INSERT INTO message (id, conversation, turn, at, kind, text) SELECT id + 100, 1, id, 2, 'out', 'a' FROM "
    "turn "
    "WHERE id NOT IN (2, 3, 4, 11);"
    "INSERT INTO message (id, conversation, turn, at, kind, text) VALUES (200, 1, NULL, 3, 'agent', 'Mia "
    "here');"
    "INSERT INTO outbox (id, kind, contact, seq, conversation, turn, message, epoch, state, created_at, "
    "due_at, "
    "expires_at, settled_at) SELECT id, 'send', 1, 1, 1, id, id + 100, 1, CASE state WHEN 'answered' THEN "
    "'accepted' "
    "WHEN 'open' THEN 'due' WHEN 'agent' THEN 'waiting' ELSE state END, 1, 1, 9, "
    "CASE WHEN state IN ('open', 'agent') THEN NULL ELSE 2 END FROM turn WHERE id NOT IN (2, 3, 4, 11);"
    "INSERT INTO outbox (id, kind, contact, seq, conversation, turn, part, message, epoch, state, "
    "created_at, due_at, "
    "expires_at, settled_at) VALUES (20, 'send', 1, 2, 1, NULL, 1, 200, 1, 'accepted', 1, 1, 9, 2), "
    "(21, 'send', 1, 1, 1, 8, 2, 108, 1, 'withheld', 1, 1, 9, 2), (22, 'send', 1, 1, 1, 8, 3, 108, 1, "
    "'accepted', 1, 1, 9, 2);"
    "INSERT INTO attempt (outbox, at, took_ms, class, status, batch) VALUES (1, 1, 1, 'not done', 503, 1), "
    "(1, 2, 1, 'accepted', 201, 1);"
    "INSERT INTO outbox (id, kind, contact, seq, conversation, epoch, state, created_at, due_at, expires_at, settled_at) "
    "VALUES (30, 'track', 1, 0, 1, 1, 'accepted', 1, 1, 9, 2), (31, 'track', 1, 0, 1, 1, 'due', 1, 1, 9, NULL);"
    "INSERT INTO attempt (outbox, at, took_ms, class, status, batch) VALUES (30, 2, 1, 'accepted', 201, 1);"
    "INSERT INTO track (outbox, addressee, attributes) VALUES (30, 'external:ana', '{\"tier\":1}');"
    "INSERT INTO profile (contact, name, wanted, wanted_at, rule, outbox, addressee, accepted, accepted_at) VALUES "
    "(1, 'tier', '1', 1, 'r', 30, 'external:ana', '1', 2), (1, 'topic', '2', 1, 'r', NULL, '', NULL, NULL);";

static int set_up(void **state)
{
    struct db *db = spine_open();

    /* What the schema itself refuses could still stand in a damaged file. */
    spine_run(db, "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON;");
    spine_run(db, SOUND);
    *state = db;
    return 0;
}

static int tear_down(void **state)
{
    db_close(*state);
    return 0;
}

static void add_finding(void *context, const char *sentence)
{
    buf_addf(context, "%s\n", sentence);
}

static void a_sound_book_adds_up(void **state)
{
    struct buf findings = { 0 };
    struct audit audit;

    assert_int_equal(audit_run(*state, &audit, add_finding, &findings, NULL), 0);
    assert_string_equal(buf_text(&findings), "");
    assert_int_equal(audit.discrepancies, 0);
    assert_int_equal(audit.webhooks, 16);
    assert_int_equal(audit.duplicates, 1);
    assert_int_equal(audit.accepted, 15);
    assert_int_equal(audit.sum, 15);
    for (int fate = 0; fate < AUDIT_FATES; fate++)
        assert_int_equal(audit.fates[fate], fate == AUDIT_AGENT || fate == AUDIT_IN_PROGRESS ? 2 : 1);
}

static void an_empty_book_adds_up(void **state)
{
    struct db *db = spine_open();
    struct buf findings = { 0 };
    struct audit audit;

    (void)state;
    assert_int_equal(audit_run(db, &audit, add_finding, &findings, NULL), 0);
    assert_int_equal(audit.accepted + audit.sum + audit.discrepancies, 0);
    db_close(db);
}

static const struct {
    const char *damage, *sentence;
} DAMAGES[] = {
    { "DELETE FROM message WHERE id = 1", "15 messages were accepted, but 14 can be accounted for: 1 "
                                          "vanished" },
    { "DELETE FROM message WHERE id = 1", "webhook 1 was read, but there is no message that came from it" },
    { "DELETE FROM webhook WHERE id = 1", "14 messages were accepted, but 15 can be accounted for: 1 came "
                                          "from nowhere" },
    { "DELETE FROM webhook WHERE id = 1", "message 1 says that it came with webhook 1, which knows nothing "
                                          "of it" },
    { "UPDATE message SET turn = NULL WHERE id = 1", "message 1 belongs to no turn" },
    { "UPDATE message SET turn = NULL WHERE id = 1", "turn 1 answers no message" },
    { "UPDATE turn SET state = 'answered' WHERE id = 8", "turn 8 of message 8 is 'answered', but by its "
                                                         "outbox rows it is 'dead'" },
    { "UPDATE turn SET state = 'answered' WHERE id = 10", "turn 10 of message 10 is 'answered', but by its "
                                                          "outbox rows it is 'open'" },
    { "UPDATE turn SET state = 'silenced' WHERE id = 1", "turn 1 of message 1 is 'silenced', but by its "
                                                         "outbox rows it is 'answered'" },
    { "UPDATE turn SET state = 'open' WHERE id = 1", "turn 1 of message 1 is 'open', but by its outbox rows "
                                                     "it is 'answered'" },
    { "UPDATE turn SET state = 'open' WHERE id = 2", "turn 2 of message 2 is 'open', but no text was ever "
                                                     "queued for it" },
    { "UPDATE turn SET state = 'answered' WHERE id = 3", "turn 3 of message 3 is 'answered', but no text was "
                                                         "ever queued for it and no rule won" },
    { "UPDATE turn SET state = 'unanswered' WHERE id = 2", "turn 2 of message 2 is 'unanswered', but no text "
                                                           "was ever queued" },
    { "UPDATE outbox SET state = 'dead' WHERE id = 1", "turn 1 of message 1 is 'answered', but by its outbox "
                                                       "rows it is 'dead'" },
    { "DELETE FROM outbox WHERE id = 1", "message 101 was meant for the customer, but was never queued" },
    { "DELETE FROM outbox WHERE id = 20", "message 200 was meant for the customer, but was never queued" },
    { "DELETE FROM outbox WHERE id = 31", "the attribute topic of contact 1 is to be written, but nothing in the "
                                          "outbox brings it" },
    { "DELETE FROM attempt WHERE outbox = 30", "the attribute tier of contact 1 counts as taken, but no attempt at "
                                               "outbox row 30 says so" },
    { "DELETE FROM track", "outbox row 30 writes into a profile, but nothing says what it carried" },
    { "UPDATE profile SET wanted = 'tru' WHERE name = 'topic'", "the attribute topic of contact 1 is no JSON" },
    { "INSERT INTO entry (id, contact, conversation, kind, name, value, at, wanted_by, state) VALUES "
      "(7, 1, 1, 'increment', 'topic', '1', 1, 'close', 'waiting'); UPDATE profile SET wanted_after = 7",
      "the increment of topic in the profile of contact 1 is to be made, though that was set since" },
    { "UPDATE outbox SET seq = 3 WHERE id = 30", "outbox row 30 of the kind track stands in the line of the texts" },
    { "UPDATE outbox SET seq = 0 WHERE id = 20", "outbox row 20 of the kind send stands in no line" },
    { "DROP INDEX outbox_track; UPDATE outbox SET state = 'due', settled_at = NULL WHERE id = 30",
      "contact 1 has 2 writes into one profile waiting or under way" },
    { "DELETE FROM decision WHERE message = 2", "message 2 has no decision" },
    { "UPDATE decision SET ruleset = 9 WHERE message = 2", "message 2 was decided by ruleset 9, which is not "
                                                           "in the book" },
    { "UPDATE webhook SET message = 99 WHERE id = 13", "webhook 13 is a duplicate of a message that does not "
                                                       "exist" },
    { "UPDATE webhook SET message = 1 WHERE id = 14", "webhook 14 is unreadable, and yet points to message "
                                                      "1" },
    { "UPDATE outbox SET state = 'claimed' WHERE id = 12", "contact 1 has 2 calls under way at once" },
    { "UPDATE outbox SET state = 'waiting' WHERE id = 10", "contact 1 has 2 texts waiting behind nothing" },
    { "INSERT INTO contact (id, created_at, address_kind, address, seq) VALUES (2, 1, 'phone', '1', 9);"
      "UPDATE outbox SET contact = 2 WHERE id = 1",
      "outbox row 1 is for contact 2, its conversation is with contact 1" },
    { "INSERT INTO conversation (id, contact, channel, owner, opened_at, last_in_at) VALUES (2, 1, 'sms', "
      "'bot', 1, 1);"
      "UPDATE outbox SET conversation = 2 WHERE id = 1",
      "outbox row 1 and its message 101 belong to different conversations" },
    { "UPDATE outbox SET epoch = 2 WHERE id = 1", "outbox row 1 was decided under epoch 2, its conversation "
                                                  "is at 1" },
    { "UPDATE outbox SET seq = 11 WHERE id = 1", "outbox row 1 has number 11 of contact 1, who is at 10" },
    { "INSERT INTO attempt (outbox, at, took_ms, class, status, batch) VALUES (1, 3, 1, 'accepted', 201, 1)",
      "outbox row 1 was accepted 2 times" },
    { "UPDATE conversation SET message_count = 11", "conversation 1 counts 11 messages of the customer, and "
                                                    "has 12" },
    { "INSERT INTO behind (message, conversation) VALUES (2, 1)", "message 2 waits for an end, but neither" },
    { "INSERT INTO behind (message, conversation) VALUES (2, 1)", "message 2 waits to be decided, and is decided" },
    { "INSERT INTO run (conversation, state, station, began_at) VALUES (1, '{}', 'a.b', 1);"
      "UPDATE conversation SET owner = 'agent'", "a dialogue is under way in conversation 1, which is not the bot's" },
    { "INSERT INTO timer (due_at, kind, conversation) VALUES (1, 'close', 77)", "timer 1 points to a row of "
                                                                                "conversation that does not "
                                                                                "exist" },
};

/* `more` is what stands in the book beside SOUND. */
static void check_damage(const char *more, const char *damage, const char *sentence)
{
    struct buf findings = { 0 };
    struct audit audit;
    void *db;

    set_up(&db);
    spine_run(db, more);
    spine_run(db, damage);
    assert_int_equal(audit_run(db, &audit, add_finding, &findings, NULL), 0);
    assert_true(audit.discrepancies > 0);
    if (strstr(buf_text(&findings), sentence) == NULL)
        fail_msg("%s: wanted \"%s\" in:\n%s", damage, sentence, buf_text(&findings));
    buf_release(&findings);
    db_close(db);
}

static void every_damage_is_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof DAMAGES / sizeof *DAMAGES; i++)
        check_damage("", DAMAGES[i].damage, DAMAGES[i].sentence);
}

/* A dialogue awaits a service's answer, and the customer has written once more meanwhile. */
static const char CALLING[] =
    "INSERT INTO conversation (id, contact, channel, owner, opened_at, last_in_at, message_count, idle_at) "
    "VALUES (2, 1, 'sms', 'bot', 1, 1, 2, 9);"
    "INSERT INTO turn (id, conversation, ruleset, epoch, state, opened_at) VALUES (17, 2, 1, 1, 'open', 1), "
    "(18, 2, 1, 1, 'open', 1);"
    "INSERT INTO message (id, conversation, turn, at, kind, text, webhook) VALUES (17, 2, 17, 1, 'in', 'm', 17), "
    "(18, 2, 18, 1, 'in', 'm', 18);"
    "INSERT INTO webhook (id, received_at, channel, content_type, body, state, message) VALUES "
    "(17, 1, 'sms', '', x'', 'read', 17), (18, 1, 'sms', '', x'', 'read', 18);"
    "INSERT INTO decision (message, at, ruleset, rule, action, state, trace) VALUES (17, 1, 1, 'r', 'flow', '{}', '{}');"
    "INSERT INTO run (conversation, state, station, turn, began_at) VALUES (2, '{}', 'table.book', 17, 1);"
    "INSERT INTO behind (message, conversation) VALUES (18, 2);"
    "INSERT INTO outbox (id, kind, contact, seq, conversation, epoch, state, created_at, due_at, expires_at, sent_by) "
    "VALUES (40, 'call', 1, -1, 2, 1, 'claimed', 1, 1, 9, 'diary');"
    "INSERT INTO service_call (outbox, call, step, service, method, url) VALUES (40, 1, 'table.book', 'diary', 'GET', 'u');";

static void a_book_in_the_middle_of_a_call_adds_up(void **state)
{
    struct buf findings = { 0 };
    struct audit audit;

    spine_run(*state, CALLING);
    assert_int_equal(audit_run(*state, &audit, add_finding, &findings, NULL), 0);
    assert_string_equal(buf_text(&findings), "");
    assert_int_equal(audit.sum, 17);
    assert_int_equal(audit.fates[AUDIT_IN_PROGRESS], 4);
}

static void every_damage_to_a_call_is_found(void **state)
{
    static const char TRIED[] = "INSERT INTO attempt (outbox, at, took_ms, class, status, batch) VALUES "
                                "(40, 1, 1, 'not_sent', 0, 1), (40, 2, 1, 'not_sent', 0, 1), (40, 3, 1, 'not_sent', 0, 1)";

    (void)state;
    check_damage(CALLING, "DELETE FROM service_call", "outbox row 40 is a call to a service, but nothing says which");
    check_damage(CALLING, "UPDATE service_call SET outbox = 20",
                 "outbox row 20 is no call, and asks the service diary for something");
    check_damage(CALLING, "UPDATE outbox SET state = 'dead', settled_at = 2 WHERE id = 40",
                 "the dialogue of conversation 2 awaits the end of a call, but nothing in the outbox brings it");
    check_damage(CALLING, "UPDATE outbox SET seq = 3 WHERE id = 40",
                 "outbox row 40 of the kind call stands in the line of the texts");
    check_damage(CALLING, TRIED, "outbox row 40 was tried 3 times; a service is called twice at most");
    check_damage(CALLING, "DELETE FROM run", "turn 17 of message 17 is 'open', but no text was ever queued for it");
    check_damage(CALLING, "DELETE FROM behind", "message 18 has no decision");
}

/* A conversation that was closed and is being summed up by a backend, and one that has been. */
static const char CLOSED[] =
    "INSERT INTO conversation (id, contact, channel, owner, opened_at, last_in_at, closed_at, closed_by, summary_at, outcome) VALUES "
    "(3, 1, 'sms', 'closed', 1, 1, 5, 'idle', NULL, ''), (4, 1, 'sms', 'closed', 1, 1, 5, 'rule', 5, 'answered');"
    "INSERT INTO outbox (id, kind, contact, seq, conversation, epoch, state, created_at, due_at, expires_at, sent_by) "
    "VALUES (50, 'consult', 1, -2, 3, 1, 'claimed', 1, 1, 9, 'wise');"
    "INSERT INTO consult (outbox, wanted_by, wanted, settle_by, parting) VALUES (50, 'summary', 'wise', 1, 7);"
    "INSERT INTO parting (id, conversation, moment, at, outbox) VALUES (7, 3, 'close', 5, 50);";

static void a_book_with_closed_conversations_adds_up(void **state)
{
    struct buf findings = { 0 };
    struct audit audit;

    spine_run(*state, CLOSED);
    assert_int_equal(audit_run(*state, &audit, add_finding, &findings, NULL), 0);
    assert_string_equal(buf_text(&findings), "");
}

static void every_damage_to_a_close_is_found(void **state)
{
    (void)state;
    check_damage(CLOSED, "UPDATE conversation SET idle_at = NULL WHERE id = 1",
                 "conversation 1 is the bot's, and nobody ever looks whether it is over");
    check_damage(CLOSED, "UPDATE conversation SET idle_at = 9 WHERE id = 4",
                 "conversation 4 is not the bot's, and is to be closed when nobody writes");
    check_damage(CLOSED, "UPDATE conversation SET closed_by = 'idle' WHERE id = 1", "conversation 1 is open, and says who closed it");
    check_damage(CLOSED, "UPDATE conversation SET closed_by = '', message_count = 1 WHERE id = 4",
                 "conversation 4 is closed, and nothing says by whom");
    check_damage(CLOSED, "UPDATE conversation SET summary_at = 4 WHERE id = 4", "conversation 4 was closed, but nothing sums it up");
    check_damage(CLOSED, "UPDATE outbox SET state = 'dead', settled_at = 6 WHERE id = 50",
                 "conversation 3 is to be summed up, but nothing will");
    check_damage(CLOSED, "DELETE FROM parting", "outbox row 50 asks for a summary that nobody awaits");
    check_damage(CLOSED, "INSERT INTO parting (conversation, moment, at, due_at) VALUES (1, 'close', 5, 5)",
                 "the close of conversation 1 is to be summed up, but it is open");
    check_damage(CLOSED, "INSERT INTO parting (conversation, moment, at) VALUES (3, 'close', 5)",
                 "the close of conversation 3 is to be summed up 2 times");
}

static void many_of_a_kind_are_counted(void **state)
{
    struct buf findings = { 0 };
    struct audit audit;

    spine_run(*state, "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50) "
                      "INSERT INTO timer (due_at, kind, conversation) SELECT 1, 'close', 77 FROM n");
    assert_int_equal(audit_run(*state, &audit, add_finding, &findings, NULL), 0);
    assert_int_equal(audit.discrepancies, 50);
    assert_non_null(strstr(buf_text(&findings), "… and 30 more of this kind\n"));
    buf_release(&findings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_sound_book_adds_up, set_up, tear_down),
        cmocka_unit_test(an_empty_book_adds_up),
        cmocka_unit_test(every_damage_is_found),
        cmocka_unit_test_setup_teardown(a_book_in_the_middle_of_a_call_adds_up, set_up, tear_down),
        cmocka_unit_test(every_damage_to_a_call_is_found),
        cmocka_unit_test_setup_teardown(a_book_with_closed_conversations_adds_up, set_up, tear_down),
        cmocka_unit_test(every_damage_to_a_close_is_found),
        cmocka_unit_test_setup_teardown(many_of_a_kind_are_counted, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
