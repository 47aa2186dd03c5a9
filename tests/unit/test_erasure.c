/*
 * erasure: every column of every table that could hold something about a person is known here, with what becomes of it; and
 * whatever stood there is gone when it is done, while another person loses nothing.
 */
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "desk/dispatch.h"
#include "desk/erasure.h"
#include "desk/upkeep.h"
#include "store/audit.h"
#include "store/erasure_again.h"
#include "store/erasure_stray.h"
#include "store/restored.h"
#include "store/webhook.h"
#include "tests/unit/profile_case.h"

enum fate {
    GOES, /* emptied, or its row is deleted */
    STAYS /* it says nothing about the person */
};

/*
 * Who adds a column of text adds it here. GOES: also to store/erasure_stage.c, and to store/dossier.c. `rows` are those of a
 * person, $ being the contact; NULL: they are made by the erasure itself, and are gone with it.
 */
static const struct {
    const char *column, *rows;
    enum fate fate;
} COLUMNS[] = {
#define OF_CONTACT "contact = $"
#define OF_CONVERSATION "conversation IN (SELECT id FROM conversation WHERE contact = $)"
#define OF_MESSAGE "message IN (SELECT id FROM message WHERE " OF_CONVERSATION ")"
#define OF_OUTBOX "outbox IN (SELECT id FROM outbox WHERE contact = $)"
    { "contact.first_name", "id = $", GOES },
    { "contact.language", "id = $", GOES },
    { "contact.time_zone", "id = $", GOES },
    { "contact.profile_name", "id = $", GOES },
    { "contact.address", "id = $", GOES },
    { "contact.address_kind", NULL, STAYS },
    { "identity.kind", NULL, STAYS },
    { "identity.value", OF_CONTACT, GOES },
    { "conversation.channel", NULL, STAYS },
    { "conversation.owner", NULL, STAYS },
    { "conversation.team", NULL, STAYS },
    { "conversation.agent", NULL, STAYS }, /* of the business */
    { "conversation.last_rule", NULL, STAYS },
    { "conversation.variables", OF_CONTACT, GOES },
    { "conversation.closed_by", NULL, STAYS },
    { "conversation.outcome", NULL, STAYS },
    { "conversation.summary", OF_CONTACT, GOES },
    { "conversation.summary_by", OF_CONTACT, GOES },
    { "turn.state", NULL, STAYS },
    { "message.kind", NULL, STAYS },
    { "message.text", OF_CONVERSATION, GOES },
    { "message.actor", NULL, STAYS }, /* a rule, or of the business */
    { "message.campaign", OF_CONVERSATION, GOES },
    { "message.media", OF_CONVERSATION, GOES },
    { "message.fields", OF_CONVERSATION, GOES },
    { "message.buttons", OF_CONVERSATION, GOES },
    { "message.tags", OF_CONVERSATION, GOES },
    { "message.properties", OF_CONVERSATION, GOES },
    { "webhook.channel", NULL, STAYS },
    { "webhook.claimed_user", OF_MESSAGE, GOES },
    { "webhook.content_type", NULL, STAYS },
    { "webhook.body", OF_MESSAGE, GOES },
    { "webhook.state", NULL, STAYS },
    { "webhook.reason", OF_MESSAGE, GOES },
    { "seen.channel", NULL, STAYS },
    { "seen.identity", OF_MESSAGE, GOES },
    { "seen.dispatch_id", OF_MESSAGE, GOES },
    { "decision.rule", NULL, STAYS },
    { "decision.action", NULL, STAYS },
    { "decision.state", OF_MESSAGE, GOES },
    { "decision.trace", OF_MESSAGE, GOES },
    { "outbox.kind", NULL, STAYS },
    { "outbox.campaign", NULL, STAYS },
    { "outbox.state", NULL, STAYS },
    { "outbox.sent_by", NULL, STAYS },
    { "outbox.reason", OF_CONTACT, GOES },
    { "attempt.class", NULL, STAYS },
    { "attempt.dispatch_id", OF_OUTBOX, GOES },
    { "attempt.request_id", OF_OUTBOX, GOES },
    { "attempt.reason", OF_OUTBOX, GOES },
    { "track.addressee", OF_OUTBOX, GOES },
    { "track.attributes", OF_OUTBOX, GOES },
    { "track.events", OF_OUTBOX, GOES },
    { "service_call.step", NULL, STAYS },
    { "service_call.service", NULL, STAYS },
    { "service_call.method", NULL, STAYS },
    { "service_call.url", OF_OUTBOX, GOES },
    { "service_call.body", OF_OUTBOX, GOES },
    { "service_call.key_env", NULL, STAYS },
    { "service_call.answer", OF_OUTBOX, GOES },
    { "consult.wanted_by", NULL, STAYS },
    { "consult.wanted", NULL, STAYS },
    { "consult.did", OF_OUTBOX, GOES },
    { "consult.charged_on", NULL, STAYS },
    { "notification.team", NULL, STAYS },
    { "notification.way", NULL, STAYS },
    { "notification.type", NULL, STAYS },
    { "notification.body", OF_OUTBOX, GOES },
    { "agent_call.id", OF_CONVERSATION, GOES },
    { "agent_call.digest", OF_CONVERSATION, GOES },
    { "agent_call.reply", OF_CONVERSATION, GOES },
    { "consult_session.backend", NULL, STAYS },
    { "consult_session.session", OF_CONVERSATION, GOES },
    { "profile.name", NULL, STAYS },
    { "profile.wanted", OF_CONTACT, GOES },
    { "profile.rule", OF_CONTACT, GOES },
    { "profile.sent", OF_CONTACT, GOES },
    { "profile.addressee", OF_CONTACT, GOES },
    { "profile.accepted", OF_CONTACT, GOES },
    { "profile.way", NULL, STAYS },
    { "profile.refusal", OF_CONTACT, GOES },
    { "entry.kind", NULL, STAYS },
    { "entry.name", OF_CONTACT, GOES },
    { "entry.value", OF_CONTACT, GOES },
    { "entry.wanted_by", OF_CONTACT, GOES },
    { "entry.state", NULL, STAYS },
    { "entry.reason", OF_CONTACT, GOES },
    { "notice.name", NULL, STAYS },
    { "run.state", OF_CONVERSATION, GOES },
    { "run.station", OF_CONVERSATION, GOES },
    { "parting.moment", NULL, STAYS },
    { "cooldown.rule", OF_CONTACT, GOES },
    { "event.kind", NULL, STAYS },
    { "event.actor", NULL, STAYS },
    { "event.detail", OF_CONVERSATION, GOES },
    { "spend.day", NULL, STAYS },
    { "spend.scope", NULL, STAYS }, /* the contact's number */
    { "usage.day", NULL, STAYS },
    { "usage.backend", NULL, STAYS },
    { "usage.wanted_by", NULL, STAYS },
    /* Words, of which erased messages are taken out: tests/system/44_rights.py looks for them in the file. */
    { "search_leaf.words", NULL, GOES },
    { "search_word.word", NULL, GOES },
    { "search_word.messages", NULL, STAYS },
    { "handover.team", NULL, STAYS },
    { "handover.state", NULL, STAYS },
    { "handover.ended_by", NULL, STAYS },
    { "rule_use.rule", NULL, STAYS },
    /* Nobody's. */
    { "book.name", NULL, STAYS },
    { "book.value", NULL, STAYS },
    { "lane.name", NULL, STAYS },
    { "lane.state", NULL, STAYS },
    { "lane.reason", NULL, STAYS }, /* unless it names the person: a_lane_that_names_the_person_is_emptied */
    { "timer.kind", NULL, STAYS },
    { "ruleset.actor", NULL, STAYS },
    { "ruleset.digest", NULL, STAYS },
    { "ruleset_file.name", NULL, STAYS },
    { "ruleset_file.text", NULL, STAYS },
    { "rule_trouble.rule", NULL, STAYS },
    { "retention.class", NULL, STAYS },
    { "retired.fate", NULL, STAYS },
    /* Of the erasure. */
    { "erasure.asked_by", NULL, STAYS },
    { "erasure.phase", NULL, STAYS },
    { "erasure.waits_for", NULL, STAYS },
    { "erasure_count.name", NULL, STAYS },
    { "erasure_identity.kind", NULL, GOES },
    { "erasure_identity.value", NULL, GOES },
    { "erasure_attribute.addressee", NULL, GOES },
    { "erasure_attribute.name", NULL, GOES },
};
enum { COLUMN_COUNT = sizeof COLUMNS / sizeof *COLUMNS };

static int set_up(void **state)
{
    struct fixture *f = alloc_new(sizeof *f);

    fixture_open(f, FIXTURE_RULES);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture_close(*state);
    free(*state);
    return 0;
}

static void every_column_of_text_has_been_thought_about(void **state)
{
    static const char ALL[] =
        "SELECT t.name || '.' || c.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c "
        "WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND c.type IN ('TEXT', 'BLOB', '')";
    struct fixture *f = *state;
    struct error error = { 0 };
    struct query *q = db_query(f->desk.db, ALL);
    size_t known = 0;

    for (; query_step(q, &error) == 1; known++) {
        size_t i = 0;

        while (i < COLUMN_COUNT && strcmp(COLUMNS[i].column, query_text(q, 0)) != 0)
            i++;
        if (i == COLUMN_COUNT)
            fail_msg("%s: may it hold anything about a person? Say so in tests/unit/test_erasure.c", query_text(q, 0));
    }
    query_end(q);
    assert_int_equal(known, COLUMN_COUNT); /* none is listed that is not there */
}

/* A book with two lives in it */

static void run(struct fixture *f, const char *sql, int64_t contact)
{
    struct buf written = { 0 };
    struct error error = { 0 };

    for (; *sql != '\0'; sql++) {
        if (*sql == '$')
            buf_addf(&written, "%lld", (long long)contact);
        else
            buf_add_char(&written, *sql);
    }
    if (db_run(f->desk.db, buf_text(&written), &error) != 0)
        fail_msg("%s: %s", buf_text(&written), error.text);
    buf_release(&written);
}

/* What a message alone does not bring. */
static const char LIFE[] =
    "INSERT INTO outbox (id, kind, contact, seq, conversation, epoch, state, created_at, due_at, expires_at, settled_at) "
    "SELECT 100 * $ + n, k, $, s, (SELECT max(id) FROM conversation WHERE contact = $), 1, 'accepted', 1, 1, 9, 2 FROM ("
    "SELECT 1 AS n, 'track' AS k, 0 AS s UNION SELECT 2, 'call', -1 UNION SELECT 3, 'consult', -2 "
    "UNION SELECT 4, 'notify', -3);"
    "INSERT INTO notification (outbox, team, way, type, message) VALUES (100 * $ + 4, 't', 'relay', 'message', 0);"
    "INSERT INTO agent_call (id, digest, conversation, reply, at) SELECT 'call-' || $, 'd', max(id), '{}', 1 FROM conversation "
    "WHERE contact = $;"
    "INSERT INTO attempt (id, outbox, at, took_ms, class, status, batch) SELECT 500 + $, 100 * $ + 1, 1, 1, 'accepted', 201, 1;"
    "INSERT INTO track (outbox, addressee, attributes) VALUES (100 * $ + 1, 'external:x', '{}');"
    "INSERT INTO service_call (outbox, call, step, service, method, url) VALUES (100 * $ + 2, 1, 'a.b', 's', 'POST', 'u');"
    "INSERT INTO consult (outbox, wanted_by, wanted, settle_by) VALUES (100 * $ + 3, 'r', 'b', 1);"
    "INSERT INTO consult_session (conversation, backend, session) SELECT max(id), 'b', 's' FROM conversation WHERE contact = $;"
    "INSERT INTO profile (contact, name, wanted, wanted_at, rule, accepted, accepted_at, is_refused) VALUES "
    "($, 'n', '1', 1, 'r', '1', 1, 1);"
    "INSERT INTO entry (id, contact, conversation, kind, name, value, at, wanted_by, state, settled_at) "
    "SELECT 100 + $, $, max(id), 'event', 'e', '{}', 1, 'r', 'refused', 2 FROM conversation WHERE contact = $;"
    "INSERT INTO run (conversation, state, station, began_at) SELECT max(id), '{}', 'a.b', 1 FROM conversation WHERE contact = $;"
    "INSERT INTO cooldown (contact, rule, until_at) VALUES ($, 'r', 9);"
    "INSERT INTO event (id, at, conversation, kind, actor) SELECT 500 + $, 1, max(id), 'tag', 'rule r' FROM conversation WHERE contact = $;"
    "INSERT INTO usage (day, backend, wanted_by, contact, cost) VALUES ('2026-05-13', 'b', 'r', $, 7);";

/* Fills every column that goes, of the person's rows. */
static void mark(struct fixture *f, int64_t contact, const char *word)
{
    run(f, "DROP TRIGGER IF EXISTS webhook_is_immutable; DELETE FROM run WHERE $ = 0", contact);
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        const char *dot = strchr(COLUMNS[i].column, '.');
        struct buf sql = { 0 };

        if (COLUMNS[i].rows == NULL || COLUMNS[i].fate != GOES || strcmp(COLUMNS[i].column, "run.state") == 0)
            continue;
        buf_addf(&sql, "UPDATE %.*s SET %s = %s'%s'%s WHERE %s", (int)(dot - COLUMNS[i].column), COLUMNS[i].column, dot + 1,
                 strcmp(dot, ".body") == 0 && COLUMNS[i].column[0] == 'w' ? "CAST (" : "", word,
                 strcmp(dot, ".body") == 0 && COLUMNS[i].column[0] == 'w' ? " AS BLOB)" : "", COLUMNS[i].rows);
        if (strcmp(COLUMNS[i].column, "identity.value") == 0) {
            buf_clear(&sql);
            buf_addf(&sql, "UPDATE identity SET value = '%s-' || kind WHERE contact = $", word);
        }
        run(f, buf_text(&sql), contact);
        if (db_changes(f->desk.db) == 0)
            fail_msg("%s: the book has no such row of the person", COLUMNS[i].column);
        buf_release(&sql);
    }
}

static int64_t count_marked(struct fixture *f, const char *word)
{
    int64_t count = 0;

    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        const char *dot = strchr(COLUMNS[i].column, '.');
        char sql[300];

        snprintf(sql, sizeof sql, "SELECT count(*) FROM %.*s WHERE instr (lower (CAST (%s AS TEXT)), lower ('%s')) > 0",
                 (int)(dot - COLUMNS[i].column), COLUMNS[i].column, dot + 1, word);
        if (fixture_int(f, sql) > 0)
            count++;
    }
    return count;
}

/* The same person comes with a phone, and answers have left; two of them. */
static void live(struct fixture *f, const char *user, int64_t *contact)
{
    char json[300], sql[100];

    snprintf(json, sizeof json, "{'user_id':'%s','phone_number':'+8210%zu','dispatch_id':'d-%s','message':'hours?'}", user,
             strlen(user), user);
    fixture_receive(f, "whatsapp", json);
    snprintf(sql, sizeof sql, "SELECT contact FROM identity WHERE value = '%s'", user);
    *contact = fixture_int(f, sql);
    run(f, LIFE, *contact);
}

static void finish(struct fixture *f)
{
    struct error error = { 0 };

    for (int i = 0; i < 5; i++) {
        must(erasure_finish(&f->desk, f->now, &error), &error);
        f->now += 1000;
    }
}

static void whatever_stood_there_is_gone_and_another_loses_nothing(void **state)
{
    struct fixture *f = *state;
    int64_t ana, bob, before;

    live(f, "ana", &ana);
    live(f, "bobby", &bob);
    mark(f, ana, "Sesame");
    mark(f, bob, "Poppy");
    /* Who has no address at Braze that was written to has nothing to be cleared there. */
    run(f, "UPDATE profile SET addressee = '' WHERE contact = $", ana);
    before = count_marked(f, "Poppy");
    assert_true(count_marked(f, "Sesame") > 40);
    assert_int_equal(fixture_act(f, "erase", "{'user':'Sesame-external','actor':'cli mia'}"), 200);
    finish(f);
    assert_string_equal(fixture_text(f, "SELECT phase || ' ' || asked_by FROM erasure"), "done cli mia");
    assert_int_equal(count_marked(f, "Sesame"), 0);
    assert_int_equal(count_marked(f, "Poppy"), before);
    assert_int_equal(fixture_int(f, "SELECT sum(cost) FROM usage"), 14);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM erasure_identity"), 0);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM turn WHERE state = 'erased'"), 1);
}

/* That the pages were clean when the one before was done says nothing of what has come to them since. */
static void each_erasure_is_done_when_the_pages_are_clean_behind_it(void **state)
{
    struct fixture *f = *state;
    struct error error = { 0 };
    struct db *reader;
    int64_t ana, bob;

    live(f, "ana", &ana);
    live(f, "bobby", &bob);
    run(f, "UPDATE profile SET addressee = ''", 0);
    assert_int_equal(fixture_act(f, "erase", "{'user':'ana','actor':'cli mia'}"), 200);
    finish(f);
    assert_string_equal(fixture_text(f, "SELECT phase FROM erasure WHERE id = 1"), "done");

    reader = db_open(f->path, DB_READER, &error);
    must(db_read_begin(reader, &error), &error);
    must(db_run(reader, "SELECT count(*) FROM message", &error), &error);
    assert_int_equal(fixture_act(f, "erase", "{'user':'bobby','actor':'cli mia'}"), 200);
    finish(f);
    assert_string_equal(fixture_text(f, "SELECT phase FROM erasure WHERE id = 2"), "pages");
    assert_non_null(strstr(fixture_text(f, "SELECT waits_for FROM erasure WHERE id = 2"), "reading the book"));
    db_read_end(reader);
    db_close(reader);
    finish(f);
    assert_string_equal(fixture_text(f, "SELECT phase FROM erasure WHERE id = 2"), "done");
}

static void no_number_is_given_twice_after_the_newest_entry_is_gone(void **state)
{
    struct fixture *f = *state;
    int64_t ana;

    live(f, "ana", &ana);
    assert_int_equal(fixture_act(f, "erase", "{'user':'ana','actor':'cli mia'}"), 200);
    finish(f);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM entry"), 0);
    fixture_reopen(f, false);
    put(f, meet(f, "eve"), "event", "came", "{}");
    assert_true(fixture_int(f, "SELECT min(id) FROM entry") > 101);
}

static void a_lane_that_names_the_person_is_emptied(void **state)
{
    struct fixture *f = *state;
    struct error error = { 0 };
    int64_t ana;

    live(f, "ana-7", &ana);
    run(f, "INSERT INTO lane (name, state, until_at, failures, reason, changed_at) VALUES "
           "('campaign reply', 'stopped', 9e15, 1, 'user ana-7 is unknown', 1), ('campaign other', 'stopped', 1, 1, 'gone', $)",
        ana);
    must(health_load(&f->desk.health, f->desk.db, &error), &error);
    assert_int_equal(fixture_act(f, "erase", "{'user':'ana-7','actor':'cli mia'}"), 200);
    finish(f);
    /* Neither does a look at the lane write it down again. */
    must(desk_begin(&f->desk, &error), &error);
    must(dispatch_retry_mended(&f->desk, false, f->now, &error), &error);
    must(desk_commit(&f->desk, &error), &error);
    assert_string_equal(fixture_text(f, "SELECT group_concat(name || ': ' || reason) FROM (SELECT * FROM lane ORDER BY name)"),
                        "campaign other: gone,campaign reply: ");
}

static void who_was_known_by_the_phone_alone_before_is_the_same_person(void **state)
{
    struct fixture *f = *state;

    fixture_receive(f, "whatsapp", "{'user_id':'ana','phone_number':'','dispatch_id':'1','message':'hours of ana'}");
    fixture_receive(f, "whatsapp", "{'user_id':'','phone_number':'+82105','dispatch_id':'2','message':'hours by phone'}");
    fixture_receive(f, "whatsapp", "{'user_id':'ana','phone_number':'+82105','dispatch_id':'3','message':'hours of both'}");
    fixture_receive(f, "whatsapp", "{'user_id':'bob','phone_number':'+82106','dispatch_id':'4','message':'hours of bob'}");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM contact"), 3);
    assert_int_equal(fixture_act(f, "erase", "{'user':'ana','actor':'cli mia'}"), 200);
    finish(f);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM erasure_contact"), 2);
    assert_int_equal(count_marked(f, "+82105"), 0);
    assert_int_equal(count_marked(f, "by phone"), 0);
    assert_true(count_marked(f, "of bob") > 0);
}

/* The profile that had the phone alone had an id of Braze's own, and that one comes with no message any more. */
static void who_was_known_by_the_phone_and_braze_s_own_id_before_is_the_same_person(void **state)
{
    struct fixture *f = *state;

    fixture_receive(f, "whatsapp", "{'user_id':'ana','phone_number':'','braze_id':'b-2','dispatch_id':'1','message':'hours'}");
    fixture_receive(f, "whatsapp",
                    "{'user_id':'','phone_number':'+82105','braze_id':'b-1','dispatch_id':'2','message':'hours by phone'}");
    fixture_receive(f, "whatsapp",
                    "{'user_id':'ana','phone_number':'+82105','braze_id':'b-2','dispatch_id':'3','message':'hours of both'}");
    fixture_receive(f, "whatsapp", "{'user_id':'','phone_number':'+82106','braze_id':'b-3','message':'hours of bob'}");
    assert_int_equal(fixture_act(f, "erase", "{'user':'ana','actor':'cli mia'}"), 200);
    finish(f);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM erasure_contact"), 2);
    assert_int_equal(count_marked(f, "+82105"), 0);
    assert_int_equal(count_marked(f, "b-1"), 0);
    assert_int_equal(count_marked(f, "by phone"), 0);
    assert_true(count_marked(f, "of bob") > 0);
}

static void a_message_during_the_erasure_is_somebody_new_s(void **state)
{
    struct fixture *f = *state;
    int64_t ana;

    live(f, "ana", &ana);
    assert_int_equal(fixture_act(f, "erase", "{'user':'ana','actor':'cli mia'}"), 200);
    fixture_receive(f, "whatsapp", "{'user_id':'ana','phone_number':'','dispatch_id':'9','message':'hours again'}");
    finish(f);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM message WHERE text = 'hours again'"), 1);
    assert_int_equal(fixture_int(f, "SELECT contact FROM identity WHERE value = 'ana'"), ana + 1);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM outbox WHERE contact = (SELECT max(id) FROM contact) "
                                    "AND state = 'due'"), 1);
}

static bool has_secret(const struct fixture *f)
{
    char path[100];

    snprintf(path, sizeof path, "%s.secret", f->path);
    return access(path, F_OK) == 0;
}

/* Braze repeats a call for a day, when the answer to it was lost. */
static void a_call_repeated_after_the_erasure_is_a_duplicate_of_which_nothing_is_kept(void **state)
{
    static const char CALL[] = "{'user_id':'ana','phone_number':'','dispatch_id':'d-ana','message':'hours?'}";
    struct fixture *f = *state;
    struct receipt receipt;
    int64_t ana, message;

    live(f, "ana", &ana);
    run(f, "UPDATE profile SET addressee = ''", 0);
    message = fixture_int(f, "SELECT max(id) FROM message WHERE kind = 'in'");
    assert_int_equal(fixture_act(f, "erase", "{'user':'ana','actor':'cli mia'}"), 200);
    receipt = fixture_receive(f, "whatsapp", CALL);
    assert_int_equal(receipt.kind, RECEIPT_DUPLICATE);
    finish(f);
    assert_true(has_secret(f));
    fixture_reopen(f, true);
    receipt = fixture_receive(f, "whatsapp", CALL);
    assert_int_equal(receipt.kind, RECEIPT_DUPLICATE);
    assert_int_equal(receipt.message, message);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM webhook WHERE state = 'duplicate' AND body = x'' "
                                    "AND claimed_user IS NULL"), 2);
    assert_int_equal(count_marked(f, "ana"), 0);
    assert_int_equal(count_marked(f, "hours?"), 0);
    /* What she writes anew, and another's call of the same dispatch, are none. */
    assert_int_equal(fixture_receive(f, "whatsapp", "{'user_id':'ana','phone_number':'','dispatch_id':'d-2','message':'hours?'}").kind,
                     RECEIPT_ACCEPTED);
    assert_int_equal(fixture_receive(f, "whatsapp", "{'user_id':'bob','phone_number':'','dispatch_id':'d-ana','message':'hours?'}").kind,
                     RECEIPT_ACCEPTED);
}

static bool file_holds(const struct fixture *f, const char *suffix, const char *word)
{
    char path[100];
    struct buf bytes = { 0 };
    FILE *file;
    bool found;

    snprintf(path, sizeof path, "%s%s", f->path, suffix);
    file = fopen(path, "r");
    assert_non_null(file);
    for (int c; (c = fgetc(file)) != EOF;)
        buf_add_char(&bytes, (char)c);
    fclose(file);
    found = bytes.len > 0 && memmem(bytes.data, bytes.len, word, strlen(word)) != NULL;
    buf_release(&bytes);
    return found;
}

/* As the engine does it in the careful time after a crash: its bytes are on the disk before anybody has read them. */
static void receive_carefully(struct fixture *f, const char *body)
{
    struct webhook webhook = { .received_at = f->now, .channel = "whatsapp", .content_type = "application/json", .body = body,
                               .body_len = strlen(body) };
    struct receipt receipt;
    struct error error = { 0 };

    must(desk_begin(&f->desk, &error), &error);
    must(road_store(&f->desk, &webhook, &error), &error);
    must(desk_commit(&f->desk, &error), &error);
    must(desk_begin(&f->desk, &error), &error);
    must(road_decide(&f->desk, &webhook, f->now, &receipt, &error), &error);
    must(desk_commit(&f->desk, &error), &error);
    assert_int_equal(receipt.kind, RECEIPT_DUPLICATE);
}

static void the_log_is_cut_of_what_such_a_call_has_left_in_it_after_a_crash(void **state)
{
    static const char CALL[] = "{\"user_id\":\"ana\",\"phone_number\":\"\",\"dispatch_id\":\"d-ana\",\"message\":\"zebra\"}";
    struct fixture *f = *state;
    struct error error = { 0 };
    int64_t ana;

    live(f, "ana", &ana);
    run(f, "UPDATE profile SET addressee = ''", 0);
    assert_int_equal(fixture_act(f, "erase", "{'user':'ana','actor':'cli mia'}"), 200);
    finish(f);
    receive_carefully(f, CALL);
    assert_true(file_holds(f, "-wal", "zebra"));
    must(erasure_scrub(&f->desk, f->now, &error), &error);
    assert_false(file_holds(f, "-wal", "zebra"));
    assert_false(file_holds(f, "", "zebra"));
    /* Killed before that was done. */
    receive_carefully(f, CALL);
    fixture_reopen(f, true);
    f->now += 1000;
    must(erasure_scrub(&f->desk, f->now, &error), &error);
    assert_false(file_holds(f, "-wal", "zebra"));
    assert_false(file_holds(f, "", "zebra"));
}

static void digests_of_the_erased_go_after_a_day_and_with_the_last_of_them_the_secret(void **state)
{
    static const char CALL[] = "{'user_id':'ana','phone_number':'','dispatch_id':'d-ana','message':'hours?'}";
    static const int64_t HOUR = 3600 * 1000;
    struct fixture *f = *state;
    struct error error = { 0 };
    int64_t ana;

    live(f, "ana", &ana);
    fixture_receive(f, "whatsapp", "{'user_id':'ana','phone_number':'','dispatch_id':'old','message':'hours?'}");
    run(f, "UPDATE profile SET addressee = ''; UPDATE seen SET at = at - 26 * 3600000 WHERE dispatch_id = 'old'", 0);
    assert_int_equal(fixture_act(f, "erase", "{'user':'ana','actor':'cli mia'}"), 200);
    finish(f);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM seen"), 1); /* not of what can come no more */
    f->now += 23 * HOUR;
    must(db_begin(f->desk.db, &error), &error);
    must(upkeep_run(&f->desk, f->now, &error), &error);
    must(db_commit(f->desk.db, &error), &error);
    assert_int_equal(fixture_receive(f, "whatsapp", CALL).kind, RECEIPT_DUPLICATE);
    f->now += 3 * HOUR;
    must(db_begin(f->desk.db, &error), &error);
    must(upkeep_run(&f->desk, f->now, &error), &error);
    must(db_commit(f->desk.db, &error), &error);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM seen"), 0);
    assert_false(has_secret(f));
    assert_int_equal(fixture_receive(f, "whatsapp", CALL).kind, RECEIPT_ACCEPTED);
}

/* Her one text that has not left ends so, and cannot be sent after all. */
static void erase_ana_and_check_her_text(struct fixture *f, const char *fate)
{
    char json[80];

    snprintf(json, sizeof json, "{'id':%lld,'actor':'cli mia'}", (long long)fixture_int(f, "SELECT id FROM outbox WHERE kind = 'send'"));
    assert_int_equal(fixture_act(f, "erase", "{'user':'ana','actor':'cli mia'}"), 200);
    assert_string_equal(fixture_text(f, "SELECT state FROM outbox WHERE kind = 'send'"), fate);
    assert_int_equal(fixture_act(f, "outbox-retry", json), 409);
    finish(f);
    assert_int_equal(fixture_act(f, "outbox-retry", json), 409);
}

static void what_is_held_or_withheld_of_an_erased_person_cannot_be_sent_after_all(void **state)
{
    struct fixture *f = *state;
    int64_t ana;

    live(f, "ana", &ana);
    erase_ana_and_check_her_text(f, "withheld");
}

static void what_may_have_arrived_of_an_erased_person_is_not_told_as_withheld(void **state)
{
    struct fixture *f = *state;
    struct error error;
    int64_t ana;

    live(f, "ana", &ana);
    must(db_run(f->desk.db, "UPDATE outbox SET is_ambiguous = 1 WHERE kind = 'send'", &error), &error);
    erase_ana_and_check_her_text(f, "unknown");
}

static void braze_is_asked_to_empty_each_profile_that_was_written_to(void **state)
{
    struct fixture *f = *state;
    int64_t ana = meet(f, "ana");
    struct call *call;

    set(f, ana, "tier", "\"gold\"");
    settle(f, claim_later(f), of(ANSWER_ACCEPTED), 201);
    put(f, ana, "increment", "visits", "3");
    settle(f, claim_later(f), of(ANSWER_ACCEPTED), 201);
    assert_int_equal(fixture_act(f, "erase", "{'user':'ana','actor':'cli mia'}"), 200);
    finish(f);
    assert_string_equal(fixture_text(f, "SELECT phase FROM erasure"), "clearing");
    call = claim_later(f);
    assert_non_null(call);
    assert_string_equal(buf_text(&call->body), "{\"attributes\":[{\"external_id\":\"ana\",\"_update_existing_only\":true,"
                                               "\"tier\":null,\"visits\":null}]}");
    settle(f, call, of(ANSWER_ACCEPTED), 201);
    finish(f);
    assert_string_equal(fixture_text(f, "SELECT phase || ' ' || cleared || ' ' || uncleared FROM erasure"), "done 2 0");
    assert_int_equal(count_marked(f, "gold"), 0);
}

/* It is withheld at once, and noted for the clearing when the text that is under way has come to its end. */
static void what_was_still_to_be_written_for_the_erased_is_no_discrepancy_meanwhile(void **state)
{
    struct fixture *f = *state;
    int64_t ana = meet(f, "ana");
    struct error error = { 0 };
    struct db *reader = db_open(f->path, DB_READER, &error);
    struct call *text;
    struct audit audit;

    hear(f, "ana", "hours?");
    text = claim(f);
    assert_non_null(text);
    set(f, ana, "tier", "\"gold\"");
    put(f, ana, "increment", "visits", "3");
    assert_int_equal(fixture_act(f, "erase", "{'user':'ana','actor':'cli mia'}"), 200);
    finish(f);
    assert_string_equal(fixture_text(f, "SELECT phase FROM erasure"), "asked");
    must(audit_run(reader, &audit, setup_complain, NULL, &error), &error);
    assert_int_equal(audit.discrepancies, 0);
    accept_all(f, text);
    f->now += 1000;
    finish(f);
    assert_string_equal(fixture_text(f, "SELECT phase FROM erasure"), "done"); /* nothing of it has ever come to Braze */
    db_close(reader);
}

static void hold(struct fixture *f)
{
    struct error error = { 0 };

    must(desk_begin(&f->desk, &error), &error);
    must(erasure_hold(&f->desk, f->now, &error), &error);
    must(desk_commit(&f->desk, &error), &error);
}

/* Else the clearing empties what was written a moment before it. */
static void who_comes_anew_under_the_same_id_is_written_to_when_the_profile_is_cleared(void **state)
{
    struct fixture *f = *state;
    int64_t ana = meet(f, "ana"), anew;
    struct call *call;

    set(f, ana, "tier", "\"gold\"");
    settle(f, claim_later(f), of(ANSWER_ACCEPTED), 201);
    put(f, ana, "increment", "visits", "3");
    settle(f, claim_later(f), of(ANSWER_ACCEPTED), 201);
    assert_int_equal(fixture_act(f, "erase", "{'user':'ana','actor':'cli mia'}"), 200);
    anew = meet(f, "ana");
    assert_true(anew != ana);
    put(f, anew, "increment", "visits", "1");
    set(f, anew, "tier", "\"silver\"");
    finish(f);
    f->now += 60 * 1000;
    hold(f);
    call = claim_track(f, 0);
    assert_non_null(call);
    assert_string_equal(buf_text(&call->body), "{\"attributes\":[{\"external_id\":\"ana\",\"_update_existing_only\":true,"
                                               "\"visits\":null}]}");
    hold(f);
    settle(f, call, of(ANSWER_ACCEPTED), 201);
    finish(f);
    f->now += TRACK_APART_MS;
    call = claim_track(f, 0);
    assert_non_null(call);
    assert_non_null(strstr(buf_text(&call->body), "silver"));
    settle(f, call, of(ANSWER_ACCEPTED), 201);
}

static void what_braze_refuses_for_good_is_told_in_the_receipt(void **state)
{
    struct fixture *f = *state;
    int64_t ana = meet(f, "ana");

    set(f, ana, "tier", "\"gold\"");
    settle(f, claim_later(f), of(ANSWER_ACCEPTED), 201);
    assert_int_equal(fixture_act(f, "erase", "{'user':'ana','actor':'cli mia'}"), 200);
    finish(f);
    settle(f, claim_later(f), of(ANSWER_REFUSED), 400);
    finish(f);
    assert_string_equal(fixture_text(f, "SELECT phase || ' ' || cleared || ' ' || uncleared FROM erasure"), "done 0 1");
}

/* It was under way when she was asked for; the chores, the erasure among them, have to wait. */
static void a_text_that_braze_did_not_take_is_not_tried_again_though_the_desk_is_busy(void **state)
{
    struct fixture *f = *state;
    struct error error = { 0 };
    struct call *call;

    hear(f, "ana", "hours?");
    call = claim(f);
    assert_int_equal(fixture_act(f, "erase", "{'user':'ana','actor':'cli mia'}"), 200);
    settle(f, call, of(ANSWER_NOT_DONE), 500);
    assert_string_equal(fixture_text(f, "SELECT state FROM outbox"), "due");
    f->now += 60000;
    must(desk_begin(&f->desk, &error), &error);
    f->desk.is_pressed = true;
    must(upkeep_run(&f->desk, f->now, &error), &error);
    must(desk_commit(&f->desk, &error), &error);
    assert_string_equal(fixture_text(f, "SELECT state FROM outbox"), "withheld");
    assert_null(claim(f));
}

static void a_call_that_could_not_be_read_is_emptied_when_its_reason_speaks_of_her(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "hours?");
    fixture_receive(f, "whatsapp", "{{{");
    run(f, "UPDATE webhook SET reason = 'the text of ana, which nobody can read' WHERE state = 'unreadable' AND $ = $", 1);
    assert_int_equal(fixture_act(f, "erase", "{'user':'ana','actor':'cli mia'}"), 200);
    finish(f);
    assert_string_equal(fixture_text(f, "SELECT reason || body FROM webhook WHERE state = 'unreadable'"),
                        "it was from somebody who was erased");
}

/* One who has had many numbers; the last of them is looked for as the first is. */
static void whoever_was_known_by_many_ids_is_found_in_such_a_call_by_each(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "hours?");
    run(f,
        "INSERT INTO identity (contact, kind, value, added_at) WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 90) "
        "SELECT $, 'phone', '+8210' || (1000 + i), 1 FROM r",
        1);
    for (int i = 1; i <= 90; i++) {
        char body[40];

        snprintf(body, sizeof body, "{{{ +8210%d", 1000 + i);
        fixture_receive(f, "whatsapp", body);
    }
    fixture_receive(f, "whatsapp", "{{{ +82102000");
    assert_int_equal(fixture_act(f, "erase", "{'user':'ana','actor':'cli mia'}"), 200);
    finish(f);
    assert_string_equal(fixture_text(f, "SELECT group_concat(CAST (body AS TEXT), '') FROM webhook WHERE state = 'unreadable'"),
                        "{{{ +82102000");
}

static void a_stray_call_speaks_of_a_person_by_a_whole_id(void **state)
{
    static const struct {
        const char *body, *value;
        bool is_phone, is_there;
    } CASES[] = {
        { "{\"user_id\":\"ana\"", "ana", false, true },
        { "{\"user_id\":\"banana\"", "ana", false, false },
        { "{\"user_id\":\"ana_2\"", "ana", false, false },
        { "user_id=ana&x", "ana", false, true },
        { "\"phone\":\"+82105\"", "+82105", true, true },
        { "phone=%2B82105&", "+82105", true, true },
        { "phone=821055", "+82105", true, false },
        { "tel82105x", "+82105", true, true },
        { "{{\"phone\":\"+82 10-5550 (1234)\"", "+821055501234", true, true },
        { "phone=%2B82%2010%205550%201234&x", "+821055501234", true, true },
        { "phone 82-10-5550-12345", "+821055501234", true, false },
        { "phone 182-10-5550-1234", "+821055501234", true, false },
        { "3 pcs, +82/10/[5550]\xc2\xa0{1234}", "+821055501234", true, true },
        { "2 x +82 10 5550 1234\n3 x", "+821055501234", true, true },
        { "phone 82-10-5550", "+821055501234", true, false },
        { "{\"user_id\":\"a\\/b\",", "a/b", false, true },
        { "{\"user_id\":\"\\uAE40", "\xea\xb9\x80", false, true },
        { "{\"user_id\":\"\\ud83d\\ude00\"", "\xf0\x9f\x98\x80", false, true },
        { "user_id=%EA%B9%80", "\xea\xb9\x80", false, true },
        { "", "ana", false, false },
        { "%", "ana", false, false },
        { "\\u12", "ana", false, false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
        if (erasure_stray_mentions(CASES[i].body, strlen(CASES[i].body), CASES[i].value, CASES[i].is_phone) != CASES[i].is_there)
            fail_msg("%s in %s", CASES[i].value, CASES[i].body);
}

/* What a life of years leaves, besides messages: so many of each. */
static const char YEARS[] =
    "CREATE TEMP TABLE n AS WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 2500) SELECT i FROM r;"
    "INSERT INTO event (id, at, conversation, kind, actor, detail) SELECT 100000 + i, 1, (SELECT max(id) FROM conversation WHERE "
    "contact = $), 'tag', 'rule r', 'zebra' FROM n;"
    "INSERT INTO entry (id, contact, conversation, kind, name, value, at, wanted_by, state, settled_at) SELECT 100000 + i, $, "
    "(SELECT max(id) FROM conversation WHERE contact = $), 'event', 'e', '{\"zebra\":1}', 1, 'r', 'accepted', 2 FROM n;"
    "INSERT INTO outbox (id, kind, contact, seq, conversation, epoch, state, created_at, due_at, expires_at, settled_at, reason) "
    "SELECT 100000 + i, 'track', $, 0, (SELECT max(id) FROM conversation WHERE contact = $), 1, 'accepted', 1, 1, 9, 2, 'zebra' "
    "FROM n;"
    "INSERT INTO track (outbox, addressee, attributes) SELECT 100000 + i, 'external:zebra', '{\"zebra\":1}' FROM n;"
    "INSERT INTO attempt (id, outbox, at, took_ms, class, status, batch, reason) SELECT 100000 + i, 100000 + i, 1, 1, 'accepted', "
    "201, 1, 'zebra' FROM n;"
    "INSERT INTO conversation (id, contact, channel, owner, epoch, opened_at, last_in_at, closed_at, closed_by, summary, summary_at) SELECT "
    "100000 + i, $, 'whatsapp', 'closed', 1, 1, 1, 2, 'idle', 'zebra', 3 FROM n WHERE i <= 1000;";

static int64_t total_changes(struct db *db)
{
    struct error error = { 0 };
    struct query *q = db_query(db, "SELECT total_changes()");
    int64_t total;

    assert_int_equal(query_step(q, &error), 1);
    total = query_int(q, 0);
    query_end(q);
    return total;
}

/* The road waits for each of them: a round of the engine has one. */
static void whoever_has_years_of_rows_goes_in_pieces_of_a_thousand(void **state)
{
    struct fixture *f = *state;
    struct error error = { 0 };
    int64_t ana, before, changes = 0, most = 0;

    live(f, "ana", &ana);
    run(f, YEARS, ana);
    assert_int_equal(fixture_act(f, "erase", "{'user':'ana','actor':'cli mia'}"), 200);
    for (int i = 0; i < 2000 && f->desk.may_erase; i++) {
        before = total_changes(f->desk.db);
        must(desk_begin(&f->desk, &error), &error);
        f->desk.erasure_at = 0;
        must(erasure_hold(&f->desk, f->now, &error), &error);
        must(erasure_run(&f->desk, f->now, &error), &error);
        must(desk_commit(&f->desk, &error), &error);
        f->desk.scrubbed_at = 0;
        must(erasure_scrub(&f->desk, f->now, &error), &error);
        changes = total_changes(f->desk.db) - before;
        most = changes > most ? changes : most;
        f->now += 1000;
    }
    assert_string_equal(fixture_text(f, "SELECT phase FROM erasure"), "done");
    assert_true(most <= 1010); /* and what is written about it */
    assert_int_equal(count_marked(f, "zebra"), 0);
}

/* Very many conversations of one person on two channels, of one message and one event each. */
static const char MANY[] =
    "CREATE TEMP TABLE n AS WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 20000) "
    "SELECT 100000 + i AS i FROM r;"
    "INSERT INTO conversation (id, contact, channel, owner, epoch, opened_at, last_in_at, message_count, closed_at, closed_by, "
    "summary, summary_at) SELECT i, $, iif(i % 2, 'whatsapp', 'sms'), 'closed', 1, 1, 1, 1, 2, 'idle', 'zebra', 3 FROM n;"
    "INSERT INTO turn (id, conversation, ruleset, epoch, state, opened_at, closed_at) SELECT i, i, 1, 1, 'answered', 1, 2 FROM n;"
    "INSERT INTO message (id, conversation, turn, at, kind, text, actor) SELECT i, i, i, 1, 'in', 'zebra', '' FROM n;"
    "INSERT INTO event (id, at, conversation, kind, actor, detail) SELECT i, 1, i, 'tag', 'rule r', 'zebra' FROM n;";

static void go_erasing(struct fixture *f)
{
    struct error error = { 0 };

    must(desk_begin(&f->desk, &error), &error);
    f->desk.erasure_at = 0;
    must(erasure_hold(&f->desk, f->now, &error), &error);
    must(erasure_run(&f->desk, f->now, &error), &error);
    must(desk_commit(&f->desk, &error), &error);
    f->now += 1000;
}

static int64_t processor_ms(void)
{
    struct timespec spent;

    assert_int_equal(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent), 0);
    return (int64_t)spent.tv_sec * 1000 + spent.tv_nsec / 1000000;
}

/* Each was a second long for a hundred thousand of them, when it looked for the person's messages among all conversations. */
static void a_piece_costs_the_same_for_whoever_has_had_very_many_conversations(void **state)
{
    struct fixture *f = *state;
    int64_t ana, spent;

    live(f, "ana", &ana);
    run(f, MANY, ana);
    assert_int_equal(fixture_act(f, "erase", "{'user':'ana','actor':'cli mia'}"), 200);
    while (strcmp(fixture_text(f, "SELECT phase FROM erasure"), "rows") != 0)
        go_erasing(f);
    spent = processor_ms();
    for (int i = 0; i < 20; i++)
        go_erasing(f);
    assert_true(processor_ms() - spent < 1000);
    assert_int_equal(fixture_int(f, "SELECT stage FROM erasure"), 0);
    assert_true(fixture_int(f, "SELECT count(*) FROM message WHERE text = '' AND id > 100000") > 400);
}

/* Across the borders of channels, conversations and pieces nothing is passed over. */
static void pieces_come_by_everything_once(void **state)
{
    struct fixture *f = *state;
    int64_t ana;

    live(f, "ana", &ana);
    run(f, MANY, ana);
    run(f, "DELETE FROM event WHERE id > 100300; DELETE FROM message WHERE id > 100300; DELETE FROM turn WHERE id > 100300;"
           "DELETE FROM conversation WHERE id > 100300;"
           "UPDATE message SET conversation = 100007 WHERE id BETWEEN 100100 AND 100190;"
           "UPDATE event SET conversation = 100008 WHERE id BETWEEN 100100 AND 100190", ana);
    assert_int_equal(fixture_act(f, "erase", "{'user':'ana','actor':'cli mia'}"), 200);
    finish(f);
    assert_string_equal(fixture_text(f, "SELECT phase FROM erasure"), "done");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM message WHERE text = 'zebra'"), 0);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM event WHERE detail = 'zebra'"), 0);
    assert_int_equal(fixture_int(f, "SELECT rows FROM erasure_count WHERE name = 'turn'") >= 300, 1);
}

/* A backup is made; the book goes on; then the backup becomes the book. */

static struct db *restore(struct fixture *f, const char *backup, int64_t *people)
{
    struct error error = { 0 };
    struct db *db = db_open(backup, DB_WRITER, &error), *present = db_open(f->path, DB_READER, &error);
    struct restored restored;

    must(db == NULL || present == NULL ? -1 : db_begin(db, &error), &error);
    must(restored_settle(db, present, "cli mia", f->now, &restored, &error), &error);
    must(db_commit(db, &error), &error);
    db_close(present);
    *people = restored.people;
    return db;
}

static void back_up(struct fixture *f, char path[100])
{
    char sql[140];

    snprintf(path, 100, "%s/copy.db", f->folder);
    snprintf(sql, sizeof sql, "VACUUM INTO '%s'", path);
    run(f, sql, 0);
}

static const char *text_in(struct db *db, const char *sql)
{
    static char text[200];
    struct error error = { 0 };
    struct query *q = db_query(db, sql);

    if (query_step(q, &error) < 0)
        fail_msg("%s: %s", sql, error.text);
    snprintf(text, sizeof text, "%s", query_text(q, 0));
    query_end(q);
    return text;
}

static void who_was_erased_after_a_backup_is_erased_again_when_it_is_restored(void **state)
{
    static const char RECEIPTS[] = "SELECT group_concat(id || ' ' || phase || ' ' || asked_by || ' ' || asked_at) "
                                   "FROM (SELECT * FROM erasure ORDER BY id)";
    static const char KNOWN[] = "SELECT group_concat(value) FROM (SELECT value FROM identity ORDER BY value)";
    struct fixture *f = *state;
    int64_t ana, eve, people, asked_at;
    char path[100], wanted[100];
    struct db *db;

    live(f, "ana", &ana);
    fixture_receive(f, "whatsapp", "{'user_id':'bob','phone_number':'','dispatch_id':'b','message':'hours?'}");
    back_up(f, path);
    f->now += 1000;
    live(f, "evelyn", &eve);
    asked_at = f->now;
    assert_int_equal(fixture_act(f, "erase", "{'user':'ana','actor':'cli mia'}"), 200);
    assert_int_equal(fixture_act(f, "erase", "{'user':'evelyn','actor':'cli mia'}"), 200);
    run(f, "UPDATE profile SET addressee = ''", 0);
    finish(f);
    db = restore(f, path, &people);
    assert_int_equal(people, 1);
    snprintf(wanted, sizeof wanted, "1 asked cli mia %lld,2 done cli mia %lld", (long long)asked_at, (long long)asked_at);
    assert_string_equal(text_in(db, RECEIPTS), wanted);
    assert_string_equal(text_in(db, "SELECT contact FROM erasure_contact"), "1");
    assert_string_equal(text_in(db, KNOWN), "bob");
    db_close(db);
}

/* Numbers begin with 1 in every book: the same number may be somebody else. */
static void a_contact_of_another_book_is_not_erased_for_its_number(void **state)
{
    struct fixture *f = *state;
    int64_t people;
    char path[100];
    struct db *db;

    fixture_receive(f, "whatsapp", "{'user_id':'bob','phone_number':'','dispatch_id':'b','message':'hours?'}");
    back_up(f, path);
    run(f, "UPDATE contact SET created_at = created_at + 1", 0);
    assert_int_equal(fixture_act(f, "erase", "{'user':'bob','actor':'cli mia'}"), 200);
    db = restore(f, path, &people);
    assert_int_equal(people, 0);
    assert_string_equal(text_in(db, "SELECT value FROM identity"), "bob");
    db_close(db);
}

/* Whether Braze had emptied it before the backup was restored, the backup cannot know. */
static void an_erasure_that_a_backup_has_under_way_asks_braze_once_more(void **state)
{
    struct fixture *f = *state;
    int64_t ana = meet(f, "ana"), people;
    char path[100];
    struct db *db;

    set(f, ana, "tier", "\"gold\"");
    settle(f, claim_later(f), of(ANSWER_ACCEPTED), 201);
    assert_int_equal(fixture_act(f, "erase", "{'user':'ana','actor':'cli mia'}"), 200);
    finish(f);
    assert_string_equal(fixture_text(f, "SELECT phase || ' ' || stage FROM erasure"), "clearing 1");
    back_up(f, path);
    db = restore(f, path, &people);
    assert_int_equal(people, 0);
    assert_string_equal(text_in(db, "SELECT phase || ' ' || stage FROM erasure"), "clearing 0");
    assert_string_equal(text_in(db, "SELECT name FROM erasure_attribute"), "tier");
    assert_string_equal(text_in(db, "SELECT count(*) FROM profile"), "0");
    db_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_column_of_text_has_been_thought_about, set_up, tear_down),
        cmocka_unit_test_setup_teardown(whatever_stood_there_is_gone_and_another_loses_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(each_erasure_is_done_when_the_pages_are_clean_behind_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_number_is_given_twice_after_the_newest_entry_is_gone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_lane_that_names_the_person_is_emptied, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_was_known_by_the_phone_alone_before_is_the_same_person, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_was_known_by_the_phone_and_braze_s_own_id_before_is_the_same_person, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_message_during_the_erasure_is_somebody_new_s, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_call_repeated_after_the_erasure_is_a_duplicate_of_which_nothing_is_kept, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_log_is_cut_of_what_such_a_call_has_left_in_it_after_a_crash, set_up, tear_down),
        cmocka_unit_test_setup_teardown(digests_of_the_erased_go_after_a_day_and_with_the_last_of_them_the_secret, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_is_held_or_withheld_of_an_erased_person_cannot_be_sent_after_all, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_may_have_arrived_of_an_erased_person_is_not_told_as_withheld, set_up, tear_down),
        cmocka_unit_test_setup_teardown(braze_is_asked_to_empty_each_profile_that_was_written_to, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_still_to_be_written_for_the_erased_is_no_discrepancy_meanwhile, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(who_comes_anew_under_the_same_id_is_written_to_when_the_profile_is_cleared, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_braze_refuses_for_good_is_told_in_the_receipt, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_piece_costs_the_same_for_whoever_has_had_very_many_conversations, set_up, tear_down),
        cmocka_unit_test_setup_teardown(pieces_come_by_everything_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(whoever_has_years_of_rows_goes_in_pieces_of_a_thousand, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_was_erased_after_a_backup_is_erased_again_when_it_is_restored, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_contact_of_another_book_is_not_erased_for_its_number, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_erasure_that_a_backup_has_under_way_asks_braze_once_more, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_text_that_braze_did_not_take_is_not_tried_again_though_the_desk_is_busy, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_call_that_could_not_be_read_is_emptied_when_its_reason_speaks_of_her, set_up, tear_down),
        cmocka_unit_test_setup_teardown(whoever_was_known_by_many_ids_is_found_in_such_a_call_by_each, set_up, tear_down),
        cmocka_unit_test(a_stray_call_speaks_of_a_person_by_a_whole_id),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
