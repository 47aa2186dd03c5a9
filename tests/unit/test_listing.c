/*
 * test_listing: finding and listing conversations, outbox rows, webhooks; transcripts; the day's overview.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "spine.h"
#include "store/listing.h"
#include "store/message.h"
#include "store/moment.h"
#include "store/name.h"
#include "store/overview.h"
#include "store/pick.h"
#include "store/transcript.h"

static const char SHOP[] =
    "INSERT INTO contact (id, created_at, first_name, address_kind, address, seq) VALUES "
    "(1, 1, 'Ana', 'external', 'ana', 4), (2, 1, '', 'phone', '+821012345678', 0), (3, 1, '', 'external', "
    "'2', 0), "
    "(4, 1, '', 'braze', 'bz-4', 0);"
    "INSERT INTO identity (kind, value, contact, added_at) VALUES ('external', 'ana', 1, 1), "
    "('phone', '+821012345678', 2, 1), ('external', '2', 3, 1), ('external', '77', 3, 1), ('phone', "
    "'+15550001', 1, 1), "
    "('phone', '+15550001', 3, 1), ('braze', 'bz-4', 4, 1);"
    "INSERT INTO conversation (id, contact, channel, owner, team, agent, opened_at, last_in_at, closed_at, "
    "message_count) "
    "VALUES (1, 1, 'whatsapp', 'closed', '', '', 10, 20, 30, 1), (2, 1, 'whatsapp', 'bot', '', '', 40, 5000, "
    "NULL, 2), "
    "(3, 2, 'whatsapp', 'agent', 'support', '', 50, 60, NULL, 0), (4, 3, 'sms', 'agent', '', 'cli mia', 50, "
    "70, NULL, 0), "
    "(5, 3, 'whatsapp', 'closed', '', '', 50, 80, 90, 0), (6, 4, 'sms', 'bot', '', '', 1, 1, NULL, 0);"
    "INSERT INTO handover (number, conversation, team, at, state, moved_at, ended_at) VALUES "
    "(12, 1, 'support', 20, 'over', 20, 30), (13, 3, 'support', 50, 'taken', 50, NULL);"
    "INSERT INTO ruleset (id, loaded_at, actor, digest, rule_count) VALUES (1, 5, 'cli mia', 'd', 9);"
    "INSERT INTO book (name, value) VALUES ('live_ruleset', '1');"
    "INSERT INTO rule_trouble VALUES (1, 'slow', 20, 7), (1, 'quick', 1, NULL);"
    "INSERT INTO turn (id, conversation, ruleset, epoch, state, opened_at) VALUES (1, 1, 1, 1, 'answered', "
    "20), "
    "(2, 2, 1, 1, 'dead', 4000), (3, 2, 1, 1, 'open', 5000);"
    "INSERT INTO webhook (id, received_at, channel, claimed_user, content_type, body, state, message, "
    "reason) VALUES "
    "(1, 20, 'whatsapp', 'ana', 'application/json', x'7b7d', 'read', 1, ''), "
    "(2, 21, 'whatsapp', NULL, '', x'00ff', 'unreadable', NULL, 'no JSON'), (3, 22, 'sms', '', '', x'', "
    "'aside', NULL, 'x'), "
    "(4, 23, 'sms', '', '', x'', 'duplicate', 1, '');"
    "INSERT INTO message (id, conversation, turn, at, kind, text, actor, webhook) VALUES "
    "(1, 1, 1, 20, 'in', 'hello', '', 1), (2, 1, 1, 21, 'out', 'Hi Ana', 'greet', NULL), "
    "(3, 2, 2, 4000, 'in', 'order 12', '', NULL), (4, 2, 2, 4001, 'out', 'a long answer', 'order', NULL), "
    "(5, 2, 3, 5000, 'in', 'well?', '', NULL), (6, 2, 3, 5001, 'out', 'wait', 'rest', NULL), "
    "(7, 2, NULL, 5002, 'agent', 'Mia here', 'cli mia', NULL);"
    "INSERT INTO decision (message, at, ruleset, rule, action, state, trace) VALUES (1, 20, 1, 'greet', "
    "'say', '{}', '{}'), "
    "(3, 4000, 1, 'order', 'say', '{}', '{}'), (5, 5000, 1, NULL, 'none', '{}', '{}');"
    "INSERT INTO outbox (id, kind, contact, seq, conversation, turn, part, message, epoch, state, "
    "created_at, due_at, "
    "expires_at, settled_at, reason) VALUES "
    "(1, 'send', 1, 1, 1, 1, 1, 2, 1, 'accepted', 21, 21, 99, 22, ''), "
    "(2, 'send', 1, 2, 2, 2, 1, 4, 1, 'accepted', 4001, 4001, 9999, 4002, ''), "
    "(3, 'send', 1, 2, 2, 2, 2, 4, 1, 'dead', 4001, 4001, 9999, 4003, 'Braze refused it'), "
    "(4, 'send', 1, 3, 2, 3, 1, 6, 1, 'due', 5001, 5001, 9999, NULL, ''), "
    "(5, 'send', 1, 4, 2, NULL, 1, 7, 1, 'waiting', 5002, 5002, 9999, NULL, '');"
    "INSERT INTO attempt (outbox, at, took_ms, class, status, batch, reason) VALUES (3, 4002, 9, 'refused', "
    "400, 2, ''), "
    "(3, 4003, 8, 'refused', 400, 1, 'Braze refused it');"
    "INSERT INTO lane (name, state, until_at, failures, reason, changed_at) VALUES "
    "('braze/campaigns/trigger/send', 'backing_off', 9, 2, 'HTTP 503', 1), ('braze', 'stopped', 9, 1, 'HTTP "
    "401', 2);";

static int set_up(void **state)
{
    struct db *db = spine_open();

    spine_run(db, SHOP);
    *state = db;
    return 0;
}

static int tear_down(void **state)
{
    db_close(*state);
    return 0;
}

static void finds_by_what_is_typed(void **state)
{
    static const struct {
        const char *typed;
        int64_t conversation; /* 0: nothing */
    } cases[] = {
        { "1", 1 },   /* a number is a conversation's first */
        { "2", 2 },   /* … even when it is a user's name, too */
        { "77", 4 },  /* no such conversation: the user's newest open one, not the newest */
        { "ana", 2 }, /* open before closed */
        { "+821012345678", 3 },
        { "821012345678", 3 }, /* digits, no such conversation: the phone without its + */
        { "+82 10-1234-5678", 3 },
        { "+15550001", 4 }, /* shared by two: the newest open one */
        { "bz-4", 6 },
        { "#13", 3 }, /* a case, as colleagues read it on their phones */
        { "case:13", 3 },
        { "#12", 1 }, /* that one is over; it is still the one that is meant */
        { "#3", 0 },  /* conversation 3 is no case 3 */
        { "#", 0 },
        { "#13x", 0 },
        { "conversation:2", 2 },
        { "conversation:77", 0 },
        { "external:2", 4 }, /* where the number would be another's */
        { "phone:+15550001", 4 },
        { "external:+15550001", 0 },
        { "nobody", 0 },
        { "", 0 },
        { "999999999999999999999999", 0 },
        { "ana' OR 1=1 --", 0 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t id = 0;
        int found = listing_find(*state, cases[i].typed, &id, NULL);

        assert_int_equal(found, cases[i].conversation != 0);
        assert_int_equal(id, cases[i].conversation);
    }
}

/* Of several that are open the one where she wrote last, though the other began later; but one that a person has, or shall
 * have, goes before the bot's. */
static void finds_the_conversation_that_is_meant(void **state)
{
    int64_t id = 0;

    spine_run(*state, "INSERT INTO contact (id, created_at, address_kind, address) VALUES (5, 1, 'external', 'eve'), "
                      "(6, 1, 'external', 'joe');"
                      "INSERT INTO identity (kind, value, contact, added_at) VALUES ('external', 'eve', 5, 1), "
                      "('external', 'joe', 6, 1);"
                      "INSERT INTO conversation (id, contact, channel, owner, opened_at, last_in_at) VALUES "
                      "(71, 5, 'whatsapp', 'bot', 100, 900), (72, 5, 'sms', 'bot', 200, 300), "
                      "(73, 6, 'whatsapp', 'agent', 100, 200), (74, 6, 'sms', 'bot', 300, 900);");
    assert_int_equal(listing_find(*state, "eve", &id, NULL), 1);
    assert_int_equal(id, 71);
    assert_int_equal(listing_find(*state, "joe", &id, NULL), 1);
    assert_int_equal(id, 73);
}

static void note_id(struct buf *ids, int64_t id)
{
    buf_addf(ids, "%s%lld", ids->len > 0 ? " " : "", (long long)id);
}

typedef int picker(struct db *db, const struct filter *filter, struct picked *picked, struct error *error);

static void assert_picked(struct db *db, picker *pick, const struct filter *filter, const char *expected)
{
    struct picked picked = { 0 };
    struct buf ids = { 0 };

    assert_int_equal(pick(db, filter, &picked, NULL), 0);
    for (size_t i = 0; i < picked.count; i++)
        note_id(&ids, picked.ids[i]);
    assert_string_equal(buf_text(&ids), expected);
    picked_release(&picked);
    buf_release(&ids);
}

static const char FLOWS[] =
    "INSERT INTO event (id, at, conversation, kind, actor, detail) VALUES (1, 1, 1, 'flow', 'rule order', 'order'), "
    "(2, 2, 2, 'flow', 'rule order', 'order'), (3, 2, 3, 'close', 'rule order', 'order'), "
    "(4, 3, 4, 'consult', 'assistant', 'outbox 6'), (5, 3, 5, 'consult', 'assistant', 'outbox 7'), "
    "(6, 4, 5, 'answer', 'faq', 'rest'), (7, 5, 6, 'fallback', 'faq', 'outbox 7');"
    "INSERT INTO outbox (id, kind, contact, seq, conversation, epoch, state, created_at, due_at, expires_at, settled_at, sent_by) "
    "VALUES (6, 'consult', 3, -2, 4, 1, 'accepted', 1, 1, 99, 22, 'assistant'), "
    "(7, 'consult', 3, -2, 5, 1, 'accepted', 1, 1, 99, 22, 'assistant');"
    "INSERT INTO consult (outbox, turn, wanted_by, wanted, settle_by, parting) VALUES (6, NULL, 'close', 'assistant', 1, 3), "
    "(7, NULL, 'rest', 'assistant', 1, 0);"
    "UPDATE conversation SET outcome = 'answered' WHERE id = 1; UPDATE conversation SET outcome = 'person' WHERE id = 5;";

/* Asked to sum up (conversation 4) is not asked by anybody. */
static void filters_conversations(void **state)
{
    static const struct {
        struct filter filter;
        const char *ids;
    } cases[] = {
        { { 0 }, "6 5 4 3 2 1" },
        { { .limit = 2 }, "6 5" },
        { { .owner = "agent" }, "4 3" },
        { { .owner = "bot" }, "6 2" },
        { { .owner = "closed" }, "5 1" },
        { { .since = 80 }, "5 2" },
        { { .until = 60 }, "6 1" },
        { { .since = 60, .until = 80 }, "4 3" },
        { { .rule = "greet" }, "1" },
        { { .rule = "order", .owner = "bot" }, "2" },
        { { .user = "ana" }, "2 1" },
        { { .user = "+15550001", .owner = "closed" }, "5 1" },
        { { .user = "1 (555) 0001" }, "5 4 2 1" },
        { { .phone = "+82 10-1234-5678" }, "3" },
        { { .phone = "821012345678" }, "3" },
        { { .phone = "ana" }, "" },
        { { .user = "ana", .phone = "15550001" }, "2 1" },
        { { .user = "ana", .phone = "821012345678" }, "" },
        { { .user = "nobody" }, "" },
        { { .channel = "sms" }, "6 4" },
        { { .channel = "sms", .user = "77" }, "4" },
        { { .flow = "order" }, "2 1" },
        { { .flow = "order", .limit = 1 }, "2" },
        { { .backend = "assistant" }, "5" },
        { { .backend = "faq" }, "5" },
        { { .outcome = "answered" }, "1" },
        { { .outcome = "answered", .rule = "order" }, "" },
        { { .is_unanswered = true }, "2" },
        { { .is_unanswered = true, .channel = "sms" }, "" },
        { { .flow = "order", .rule = "order", .channel = "whatsapp", .is_unanswered = true, .since = 80 }, "2" },
    };

    spine_run(*state, FLOWS);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_picked(*state, pick_conversations, &cases[i].filter, cases[i].ids);
}

static void filters_the_outbox(void **state)
{
    static const struct {
        struct filter filter;
        const char *ids;
    } cases[] = {
        { { 0 }, "7 6 5 4 3 2 1" },
        { { .limit = 2 }, "7 6" },
        { { .state = "accepted" }, "7 6 2 1" },
        { { .state = "dead" }, "3" },
        { { .state = "pending" }, "5 4" },
        { { .state = "trouble" }, "3" },
        { { .state = "held" }, "" },
        { { .state = "pending", .limit = 1 }, "5" },
        { { .since = 4001, .until = 5002 }, "4 3 2" },
        { { .user = "ana" }, "5 4 3 2 1" },
        { { .user = "ana", .state = "dead" }, "3" },
        { { .user = "+821012345678" }, "" },
        { { .channel = "sms" }, "6" },
        { { .rule = "greet" }, "1" },
        { { .rule = "order", .state = "trouble" }, "3" },
        { { .backend = "assistant" }, "7 6" },
    };

    spine_run(*state, FLOWS);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_picked(*state, pick_outbox, &cases[i].filter, cases[i].ids);
}

static void check_outbox(void *context, const struct listing_outbox *row)
{
    (void)context;
    assert_string_equal(row->user, "ana");
    assert_string_equal(row->text, "a long answer");
    assert_string_equal(row->reason, "Braze refused it");
    assert_int_equal(row->part, 2);
    assert_int_equal(row->attempts, 2);
}

static void add_attempt(void *context, const struct listing_attempt *row)
{
    note_id(context, row->took_ms);
}

static void shows_one_of_the_outbox(void **state)
{
    struct buf attempts = { 0 };

    assert_int_equal(listing_outbox_one(*state, 3, check_outbox, NULL, NULL), 1);
    assert_int_equal(listing_outbox_one(*state, 99, check_outbox, NULL, NULL), 0);
    assert_int_equal(listing_attempts(*state, 3, add_attempt, &attempts, NULL), 2);
    assert_string_equal(buf_text(&attempts), "9 8");
    buf_release(&attempts);
}

static void check_webhook(void *context, const struct listing_webhook *row)
{
    (void)context;
    assert_null(row->claimed_user);
    assert_int_equal(row->body_len, 2);
    assert_memory_equal(row->body, "\0\xff", 2);
}

static void filters_webhooks(void **state)
{
    static const struct {
        struct filter filter;
        const char *ids;
    } cases[] = {
        { { 0 }, "5 4 3 2 1" },
        { { .state = "trouble" }, "5 3 2" },
        { { .state = "unreadable" }, "5 2" },
        { { .state = "read" }, "1" },
        { { .state = "raw" }, "" },
        { { .state = "duplicate" }, "4" },
        { { .since = 21, .until = 23 }, "3 2" },
        { { .channel = "sms", .state = "trouble" }, "5 3" },
        { { .user = "ana" }, "5 1" },
        { { .user = "ana", .state = "unreadable" }, "5" },
        { { .phone = "+821012345678" }, "" },
    };

    spine_run(*state, "INSERT INTO webhook (id, received_at, channel, claimed_user, content_type, body, state, reason) VALUES "
                      "(5, 24, 'sms', 'ana', '', x'', 'unreadable', 'no JSON')");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_picked(*state, pick_webhooks, &cases[i].filter, cases[i].ids);
    assert_int_equal(listing_webhook_one(*state, 2, check_webhook, NULL, NULL), 1);
    assert_int_equal(listing_webhook_head(*state, 2, check_webhook, NULL, NULL), 1);
}

static const struct filter EVERYTHING = { 0 };

/*
 * Conversation 7 is old, its last message is the newest: the order is that of conversations, whatever leads to them, and what
 * is at the limit is right.
 */
static void an_old_conversation_with_a_young_message_keeps_its_place(void **state)
{
    static const int64_t DAY = 86400000;
    struct buf sql = { 0 };

    spine_run(*state, "DELETE FROM handover; DELETE FROM attempt; DELETE FROM outbox; DELETE FROM decision; DELETE FROM message; DELETE FROM turn; "
                      "DELETE FROM conversation;");
    for (int i = 1; i <= 9; i++)
        buf_addf(&sql, "INSERT INTO conversation (id, contact, channel, owner, opened_at, last_in_at, closed_at) VALUES (%d, 1, "
                       "'whatsapp', 'closed', %lld, %lld, 1); INSERT INTO message (id, conversation, at, kind, text) VALUES "
                       "(%d, %d, %lld, 'in', ''); INSERT INTO decision (message, at, ruleset, rule, action, state, trace) VALUES "
                       "(%d, 1, 1, 'rest', 'say', '{}', '{}');", i, (long long)(i * DAY), (long long)(i * DAY), i, i,
                 (long long)(i * DAY), i);
    buf_addf(&sql, "INSERT INTO message (id, conversation, at, kind, text) VALUES (10, 7, %lld, 'in', ''); INSERT INTO decision "
                   "(message, at, ruleset, rule, action, state, trace) VALUES (10, 1, 1, 'rest', 'say', '{}', '{}'); "
                   "UPDATE conversation SET last_in_at = %lld WHERE id = 7", (long long)(10 * DAY), (long long)(10 * DAY));
    spine_run(*state, buf_text(&sql));
    buf_release(&sql);
    assert_picked(*state, pick_conversations, &EVERYTHING, "9 8 7 6 5 4 3 2 1");
    assert_picked(*state, pick_conversations, &(struct filter){ .rule = "rest", .limit = 1 }, "9");
    assert_picked(*state, pick_conversations, &(struct filter){ .rule = "rest", .limit = 3 }, "9 8 7");
    assert_picked(*state, pick_conversations, &(struct filter){ .since = 9 * DAY + 1 }, "7");
    assert_picked(*state, pick_conversations, &(struct filter){ .since = 8 * DAY, .limit = 2 }, "9 8");
    assert_picked(*state, pick_conversations, &(struct filter){ .rule = "rest", .until = 9 * DAY, .limit = 2 }, "8 6");
    assert_picked(*state, pick_conversations, &(struct filter){ .since = 2 * DAY, .until = 5 * DAY }, "4 3 2");
}

/* Nine conversations with a webhook and a text to go out each; the clock was two days ahead for the middle ones. */
static void a_clock_that_was_days_ahead_hides_nothing(void **state)
{
    static const int64_t DAY = 86400000, HOUR = 3600000;

    spine_run(*state, "DELETE FROM handover; DELETE FROM attempt; DELETE FROM outbox; DELETE FROM decision; DELETE FROM message; "
                      "DELETE FROM webhook; DELETE FROM turn; DELETE FROM conversation;");
    for (int64_t i = 1; i <= 9; i++) {
        int64_t at = 100 * DAY + i * 1000 + (i >= 4 && i <= 6 ? 2 * DAY : 0);
        struct buf sql = { 0 };

        buf_addf(&sql, "INSERT INTO conversation (id, contact, channel, owner, opened_at, last_in_at, closed_at) VALUES (%1$lld, 1, "
                       "'whatsapp', 'closed', %2$lld, %2$lld, 1); INSERT INTO webhook (id, received_at, channel, content_type, "
                       "body, state) VALUES (%1$lld, %2$lld, 'sms', '', x'', 'read'); "
                       "INSERT INTO outbox (id, kind, contact, seq, conversation, epoch, state, created_at, "
                       "due_at, expires_at, settled_at) VALUES (%1$lld, 'send', 1, %1$lld, %1$lld, 1, 'accepted', %2$lld, 1, 1, 1)", (long long)i, (long long)at);
        spine_run(*state, buf_text(&sql));
        buf_release(&sql);
        assert_int_equal(message_put(*state, &(struct message){ .conversation = i, .at = at, .kind = "in", .text = "" }, NULL), 0);
    }
    for (size_t i = 0; i < 3; i++) {
        picker *const pickers[] = { pick_conversations, pick_webhooks, pick_outbox };

        assert_picked(*state, pickers[i], &(struct filter){ .until = 100 * DAY + HOUR }, "9 8 7 3 2 1");
        assert_picked(*state, pickers[i], &(struct filter){ .since = 100 * DAY, .until = 101 * DAY, .limit = 4 }, "9 8 7 3");
        assert_picked(*state, pickers[i], &(struct filter){ .since = 101 * DAY }, "6 5 4");
    }
}

static void say_at(struct db *db, int64_t at)
{
    assert_int_equal(message_put(db, &(struct message){ .conversation = 1, .at = at, .kind = "in", .text = "" }, NULL), 0);
}

static void a_clock_that_went_back_is_noted_with_the_next_message_that_stays(void **state)
{
    static const int64_t DAY = 86400000, HOUR = 3600000;
    int64_t slack;

    say_at(*state, 100 * DAY);
    say_at(*state, 100 * DAY - 50000);
    assert_int_equal(moment_slack(*state, &slack, NULL), 0);
    assert_int_equal(slack, HOUR);
    assert_int_equal(db_begin(*state, NULL), 0);
    say_at(*state, 98 * DAY);
    db_rollback(*state);
    say_at(*state, 98 * DAY + HOUR);
    say_at(*state, 98 * DAY + 2 * HOUR);
    assert_int_equal(moment_slack(*state, &slack, NULL), 0);
    assert_int_equal(slack, 2 * DAY - HOUR);
    say_at(*state, 97 * DAY);
    assert_int_equal(moment_slack(*state, &slack, NULL), 0);
    assert_int_equal(slack, 3 * DAY);
}

static void add_known(void *context, const char *name)
{
    buf_addf(context, "%s ", name);
}

static void the_book_knows_the_names_of_past_rules(void **state)
{
    struct buf names = { 0 };

    spine_run(*state, FLOWS);
    assert_int_equal(name_list(*state, NAME_RULE, add_known, &names, NULL), 2);
    assert_int_equal(name_list(*state, NAME_FLOW, add_known, &names, NULL), 1);
    assert_int_equal(name_list(*state, NAME_BACKEND, add_known, &names, NULL), 2);
    assert_int_equal(name_list(*state, NAME_CHANNEL, add_known, &names, NULL), 2);
    assert_string_equal(buf_text(&names), "greet order order assistant faq sms whatsapp ");
    assert_int_equal(name_is_known(*state, NAME_RULE, "greet", NULL), 1);
    assert_int_equal(name_is_known(*state, NAME_RULE, "assistant", NULL), 0);
    assert_int_equal(pick_knows(*state, &(struct filter){ .user = "ana", .phone = "(1) 5550001" }, NULL), 1);
    assert_int_equal(pick_knows(*state, &(struct filter){ .user = "ana", .phone = "821012345678" }, NULL), 0);
    assert_int_equal(pick_knows(*state, &(struct filter){ .phone = "82 10 1234 5678" }, NULL), 1);
    buf_release(&names);
}

static void add_line(void *context, const struct transcript_line *line)
{
    buf_addf(context, "%lld %s %s %s|", (long long)line->id, line->kind, line->state, line->reason);
}

/* A message's state is the worst of its parts; a customer's that of its turn. */
static void tells_what_became_of_each_line(void **state)
{
    struct buf lines = { 0 };

    assert_int_equal(transcript_list(*state, &(struct transcript_piece){ .conversation = 2 }, add_line, &lines, NULL), 5);
    assert_string_equal(buf_text(&lines), "3 in dead |4 out dead Braze refused it|5 in open |6 out due |7 "
                                          "agent waiting |");
    buf_clear(&lines);
    assert_int_equal(transcript_list(*state, &(struct transcript_piece){ .conversation = 2, .after = 3, .limit = 2 }, add_line,
                                     &lines, NULL), 2);
    assert_string_equal(buf_text(&lines), "4 out dead Braze refused it|5 in open |");
    buf_clear(&lines);
    assert_int_equal(transcript_turn(*state, 2, add_line, &lines, NULL), 1);
    assert_string_equal(buf_text(&lines), "4 out dead Braze refused it|");
    buf_release(&lines);
}

/* What follows from conversations 1, closed and summed up at 31, and 2, which goes on. */
static const char SEQUEL[] =
    "UPDATE conversation SET closed_by = 'rule', outcome = 'answered', summary = 'Said hello.', summary_by = 'frontdesk', "
    "summary_at = 31 WHERE id = 1;"
    "INSERT INTO outbox (id, kind, contact, seq, conversation, epoch, state, created_at, due_at, expires_at, settled_at, "
    "reason) VALUES (9, 'track', 1, 0, 1, 1, 'dead', 31, 31, 99, 35, 'too long');"
    "INSERT INTO profile (contact, name, wanted, wanted_at, rule, message, outbox, accepted, accepted_at, is_refused) VALUES "
    "(1, 'greeted', 'true', 20, 'greet', 1, NULL, 'true', 25, 0), (1, 'last', '\"Said hello.\"', 31, 'close', NULL, 9, NULL, "
    "NULL, 1), (1, 'order', '12', 4000, 'order', 3, NULL, NULL, NULL, 0), (1, 'gone', 'null', 20, 'greet', 1, NULL, NULL, "
    "NULL, 0), (1, 'timer', '1', 32, 'other', NULL, NULL, NULL, NULL, 0);"
    "INSERT INTO entry (contact, conversation, kind, name, value, at, wanted_by, state, settled_at, reason) VALUES "
    "(1, 1, 'increment', 'chats', '1', 31, 'close', 'accepted', 40, ''), "
    "(1, 2, 'increment', 'chats', '1', 4000, 'close', 'waiting', NULL, ''), "
    "(1, 1, 'event', 'chat_ended', '{\"n\":1}', 31, 'close', 'unknown', 50, 'no answer');"
    "INSERT INTO conversation (id, contact, channel, owner, opened_at, last_in_at, closed_at, closed_by) VALUES "
    "(7, 3, 'sms', 'closed', 31, 0, 31, 'notice');"
    "INSERT INTO message (id, conversation, at, kind, text, actor, properties) VALUES "
    "(8, 7, 31, 'out', 'Ana said hello.', 'notice summary', '{}'), (9, 1, 32, 'out', '', 'notice thanks', '{\"n\":5}');"
    "INSERT INTO outbox (id, kind, contact, seq, conversation, part, message, epoch, state, created_at, due_at, expires_at, "
    "settled_at, reason, sent_by) VALUES "
    "(10, 'send', 3, 1, 7, 1, 8, 1, 'withheld', 31, 31, 99, 31, 'more than 60 notices an hour', ''), "
    "(11, 'send', 1, 9, 1, 1, 9, 1, 'accepted', 32, 32, 99, 33, '', 'thanks');"
    "INSERT INTO notice (message, name, conversation, contact, at, is_over) VALUES (8, 'summary', 1, 3, 31, 1), "
    "(9, 'thanks', 1, 1, 32, 0);";

static void note_written(void *context, const struct transcript_written *row)
{
    buf_addf(context, "%s %s %s by %s %s %s%lld|", row->kind, row->name, row->value, row->wanted_by, row->state, row->reason,
             (long long)row->settled_at);
}

/* 'timer' belongs to no message, and was not set when conversation 1 was summed up. */
static void tells_what_each_conversation_has_written(void **state)
{
    struct buf told = { 0 };

    spine_run(*state, SEQUEL);
    assert_int_equal(transcript_list_written(*state, 1, note_written, &told, NULL), 5);
    assert_string_equal(buf_text(&told), "unset gone null by greet waiting 0|set greeted true by greet accepted 25|"
                                         "set last \"Said hello.\" by close refused too long0|"
                                         "increment chats 1 by close accepted 40|"
                                         "event chat_ended {\"n\":1} by close unknown no answer50|");
    buf_clear(&told);
    assert_int_equal(transcript_list_written(*state, 2, note_written, &told, NULL), 2);
    assert_string_equal(buf_text(&told), "set order 12 by order waiting 0|increment chats 1 by close waiting 0|");
    assert_int_equal(transcript_list_written(*state, 4, note_written, &told, NULL), 0);
    assert_int_equal(transcript_list_written(*state, 99, note_written, &told, NULL), 0);
    buf_release(&told);
}

static void note_notice(void *context, const struct transcript_notice *row)
{
    buf_addf(context, "%s to %s%s in %lld by %s: %s%s %s %s|", row->name, row->user, row->is_to_business ? " (us)" : "",
             (long long)row->conversation, row->channel, row->text, row->properties, row->state, row->reason);
}

static void tells_which_notices_tell_of_a_conversation(void **state)
{
    struct buf told = { 0 };

    spine_run(*state, SEQUEL);
    assert_int_equal(transcript_list_notices(*state, 1, note_notice, &told, NULL), 2);
    assert_string_equal(buf_text(&told), "summary to 2 (us) in 7 by sms: Ana said hello.{} withheld more than 60 notices an "
                                         "hour|thanks to ana in 1 by whatsapp: {\"n\":5} accepted |");
    assert_int_equal(transcript_list_notices(*state, 7, note_notice, &told, NULL), 0);
    buf_release(&told);
}

static void note_ending(void *context, const struct transcript_head *row)
{
    buf_addf(context, "%s %s '%s' %s %lld", row->closed_by, row->outcome, row->summary, row->summary_by,
             (long long)row->summary_at);
}

static void tells_how_a_conversation_ended(void **state)
{
    struct buf told = { 0 };

    spine_run(*state, SEQUEL);
    assert_int_equal(transcript_head(*state, 1, note_ending, &told, NULL), 1);
    assert_string_equal(buf_text(&told), "rule answered 'Said hello.' frontdesk 31");
    buf_clear(&told);
    assert_int_equal(transcript_head(*state, 2, note_ending, &told, NULL), 1);
    assert_string_equal(buf_text(&told), "  ''  0");
    buf_release(&told);
}

static void check_wordless(void *context, const struct listing_outbox *row)
{
    (void)context;
    assert_string_equal(row->text, "{\"n\":5}");
}

static void the_outbox_shows_the_properties_of_what_has_no_text(void **state)
{
    spine_run(*state, SEQUEL);
    assert_int_equal(listing_outbox_one(*state, 11, check_wordless, NULL, NULL), 1);
}

static void note_decision(void *context, const struct transcript_decision *decision)
{
    buf_addf(context, "%lld %s %s", (long long)decision->message,
             decision->rule != NULL ? decision->rule : "-", decision->turn_state);
}

static void tells_why(void **state)
{
    static const struct {
        int64_t message;
        const char *decision;
    } cases[] = {
        { 1, "1 greet answered" },
        { 4, "3 order dead" }, /* of an answer: what it answers */
        { 5, "5 - open" },
        { 7, "" },
        { 99, "" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf told = { 0 };

        assert_int_equal(transcript_why(*state, cases[i].message, note_decision, &told, NULL),
                         cases[i].decision[0] != '\0');
        assert_string_equal(buf_text(&told), cases[i].decision);
        buf_release(&told);
    }
}

static void add_waiting(void *context, const struct overview_waiting *row)
{
    buf_addf(context, "%lld %s %s since %lld", (long long)row->conversation, row->user, row->team,
             (long long)row->since);
}

static void add_lane(void *context, const struct overview_lane *row)
{
    buf_addf(context, "%s %s|", row->name, row->state);
}

/* Of what nobody can do anything about any more, nothing is said for ever. */
static void counts_webhooks_that_can_be_mended(void **state)
{
    struct overview o;

    assert_int_equal(overview_get(*state, 0, 21, &o, NULL), 0);
    assert_int_equal(o.unreadable, 1);
    assert_int_equal(o.aside, 0); /* its bytes are gone */
    spine_run(*state, "INSERT INTO webhook (id, received_at, channel, content_type, body, state) VALUES "
                      "(6, 23, 'sms', '', x'7b7d', 'aside')");
    assert_int_equal(overview_get(*state, 0, 4000, &o, NULL), 0);
    assert_int_equal(o.unreadable, 0); /* long ago */
    assert_int_equal(o.aside, 1);      /* a customer waits for it, however long */
}

static void counts_the_day(void **state)
{
    struct overview o;
    struct buf text = { 0 };

    assert_int_equal(overview_get(*state, 1000, 4000, &o, NULL), 0);
    assert_int_equal(o.messages_today, 2);
    assert_int_equal(o.answered_today, 0);
    assert_int_equal(o.in_progress_today, 1);
    assert_int_equal(o.undelivered_today, 1);
    assert_int_equal(o.open_conversations, 4);
    assert_int_equal(o.waiting_for_person, 1);
    assert_int_equal(o.with_person, 1);
    assert_int_equal(o.pending, 2);
    assert_int_equal(o.oldest_pending_at, 5001);
    assert_int_equal(o.dead, 1);
    assert_int_equal(o.ruleset, 1);
    assert_int_equal(o.disabled_rules, 1);
    spine_run(*state, "UPDATE outbox SET reason = 'dropped by a person' WHERE id = 3");
    assert_int_equal(overview_get(*state, 0, 4000, &o, NULL), 0);
    assert_int_equal(o.messages_today, 3);
    assert_int_equal(o.answered_today, 1);
    assert_int_equal(o.dead, 0);
    spine_run(*state, "UPDATE turn SET state = 'agent' WHERE id = 3");
    assert_int_equal(overview_get(*state, 0, 4000, &o, NULL), 0);
    assert_int_equal(o.with_person_today, 1);
    assert_int_equal(o.in_progress_today, 0);
    assert_int_equal(o.undelivered_today, 1);
    spine_run(*state, "UPDATE turn SET state = 'erased' WHERE id = 3");
    assert_int_equal(overview_get(*state, 0, 4000, &o, NULL), 0);
    assert_int_equal(o.with_person_today, 0);
    assert_int_equal(o.erased_today, 1);
    assert_int_equal(o.undelivered_today, 1); /* who was erased is no failure */
    assert_int_equal(overview_waiting(*state, 5, add_waiting, &text, NULL), 1);
    assert_string_equal(buf_text(&text), "3 +821012345678 support since 60");
    buf_clear(&text);
    assert_int_equal(overview_lanes(*state, add_lane, &text, NULL), 2);
    assert_string_equal(buf_text(&text), "braze stopped|braze/campaigns/trigger/send backing_off|");
    buf_release(&text);
}

/* Somebody has to look at it, unless nothing can be done about it any more. */
static void what_is_in_trouble_needs_her_until_the_person_is_erased(void **state)
{
    static const char *const STATES[] = { "dead", "expired", "unknown" };
    struct db *db = *state;
    struct overview o;

    for (size_t i = 0; i < sizeof STATES / sizeof *STATES; i++) {
        char sql[80];

        snprintf(sql, sizeof sql, "UPDATE outbox SET state = '%s' WHERE id = 3", STATES[i]);
        spine_run(db, sql);
        assert_int_equal(overview_get(db, 0, 4000, &o, NULL), 0);
        assert_int_equal(o.dead, i == 0);
        assert_int_equal(o.expired, i == 1);
        assert_int_equal(o.unknown, i == 2);
        spine_run(db, "UPDATE outbox SET seq = -1 WHERE id = 3");
        assert_int_equal(overview_get(db, 0, 4000, &o, NULL), 0);
        assert_int_equal(o.dead + o.expired + o.unknown, 0);
        assert_int_equal(o.calls_failed, 1);
        spine_run(db, "UPDATE outbox SET seq = 1 WHERE id = 3");
        assert_int_equal(overview_get(db, 0, 4000, &o, NULL), 0);
        assert_int_equal(o.dead + o.expired + o.unknown, 1);
        spine_run(db, "INSERT INTO erasure (id, asked_at, asked_by, known_since, phase) VALUES (1, 1, 'cli mia', 1, 'asked')");
        spine_run(db, "INSERT INTO erasure_contact (erasure, contact) SELECT 1, contact FROM outbox WHERE id = 3");
        assert_int_equal(overview_get(db, 0, 4000, &o, NULL), 0);
        assert_int_equal(o.dead + o.expired + o.unknown, 0);
        spine_run(db, "DELETE FROM erasure_contact");
        spine_run(db, "DELETE FROM erasure");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(finds_by_what_is_typed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(finds_the_conversation_that_is_meant, set_up, tear_down),
        cmocka_unit_test_setup_teardown(filters_conversations, set_up, tear_down),
        cmocka_unit_test_setup_teardown(filters_the_outbox, set_up, tear_down),
        cmocka_unit_test_setup_teardown(shows_one_of_the_outbox, set_up, tear_down),
        cmocka_unit_test_setup_teardown(filters_webhooks, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_old_conversation_with_a_young_message_keeps_its_place, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_clock_that_was_days_ahead_hides_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_clock_that_went_back_is_noted_with_the_next_message_that_stays, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_book_knows_the_names_of_past_rules, set_up, tear_down),
        cmocka_unit_test_setup_teardown(tells_what_became_of_each_line, set_up, tear_down),
        cmocka_unit_test_setup_teardown(tells_what_each_conversation_has_written, set_up, tear_down),
        cmocka_unit_test_setup_teardown(tells_which_notices_tell_of_a_conversation, set_up, tear_down),
        cmocka_unit_test_setup_teardown(tells_how_a_conversation_ended, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_outbox_shows_the_properties_of_what_has_no_text, set_up, tear_down),
        cmocka_unit_test_setup_teardown(tells_why, set_up, tear_down),
        cmocka_unit_test_setup_teardown(counts_webhooks_that_can_be_mended, set_up, tear_down),
        cmocka_unit_test_setup_teardown(counts_the_day, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_in_trouble_needs_her_until_the_person_is_erased, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
