/*
 * news: what is new is told by id, once, and of one customer only hers; a history by its conversations.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "spine.h"
#include "store/news.h"
#include "store/transcript.h"

/* Ana has the conversations 1 (closed), 3 and 4 (by SMS); Ben has 2. The events 1 and 6 are of none. */
static const char BOOK[] =
    "INSERT INTO contact (id, created_at, first_name, language, address_kind, address) VALUES "
    "(1, 1, 'Ana', 'ko', 'external', 'ana'), (2, 1, '', '', 'external', 'ben');"
    "INSERT INTO conversation (id, contact, channel, owner, opened_at, last_in_at, closed_at, message_count) VALUES "
    "(1, 1, 'whatsapp', 'closed', 10, 20, 30, 2), (2, 2, 'whatsapp', 'bot', 11, 21, NULL, 1), "
    "(3, 1, 'whatsapp', 'bot', 40, 50, NULL, 1), (4, 1, 'sms', 'bot', 60, 60, NULL, 0);"
    "INSERT INTO turn (id, conversation, ruleset, epoch, state, opened_at, closed_at) VALUES "
    "(1, 1, 1, 1, 'answered', 10, 10), (2, 1, 1, 1, 'silenced', 20, 30), (3, 2, 1, 1, 'silenced', 21, 30);"
    "INSERT INTO message (id, conversation, turn, at, kind, text, actor) VALUES (1, 1, 1, 10, 'in', 'one', ''), "
    "(2, 1, 2, 20, 'in', 'two', ''), (3, 2, 3, 21, 'in', 'ben', ''), (4, 3, NULL, 50, 'in', 'three', ''), "
    "(5, 4, NULL, 60, 'note', 'noted', 'mia');"
    "INSERT INTO decision (message, at, ruleset, rule, action, state, trace) VALUES "
    "(1, 10, 1, 'hours', 'say', '{}', '{\"matched\":{\"text\":\"ne\",\"start\":1,\"end\":3}}'), "
    "(2, 20, 1, 'rest', 'consult', '{}', '{\"matched\":null}'), (3, 21, 1, NULL, 'none', '{}', ''), "
    "(4, 50, 1, NULL, 'none', '{}', '{}');"
    "INSERT INTO event (id, at, conversation, kind, actor, detail) VALUES (1, 5, NULL, 'ruleset', 'mia', '1'), "
    "(2, 12, 1, 'tag', 'rule hours', 'vip'), (3, 22, 2, 'take', 'mia', ''), (4, 30, 1, 'close', 'mia', ''), "
    "(5, 55, 3, 'flow', 'rule hours', 'order'), (6, 56, NULL, 'lane', 'daemon', 'braze');";

static int set_up(void **state)
{
    struct db *db = spine_open();

    spine_run(db, BOOK);
    *state = db;
    return 0;
}

static int tear_down(void **state)
{
    db_close(*state);
    return 0;
}

static void add_line(void *context, const struct transcript_line *line)
{
    buf_addf(context, "%lld ", (long long)line->id);
}

static void add_event(void *context, const struct news_event *event)
{
    buf_addf(context, "%lld%s ", (long long)event->id, event->user);
}

static void messages(struct db *db, int64_t after, int64_t contact, int64_t limit, const char *wanted)
{
    struct buf ids = { 0 };

    assert_true(transcript_news(db, after, contact, limit, add_line, &ids, NULL) >= 0);
    assert_string_equal(buf_text(&ids), wanted);
    buf_release(&ids);
}

static void events(struct db *db, int64_t after, int64_t contact, int64_t limit, const char *wanted)
{
    struct buf ids = { 0 };

    assert_true(news_events(db, after, contact, limit, add_event, &ids, NULL) >= 0);
    assert_string_equal(buf_text(&ids), wanted);
    buf_release(&ids);
}

static void what_is_behind_the_last_one_is_new(void **state)
{
    messages(*state, 0, 0, 10, "1 2 3 4 5 ");
    messages(*state, 2, 0, 2, "3 4 ");
    messages(*state, 5, 0, 10, "");
    events(*state, 0, 0, 3, "1 2ana 3ben ");
    events(*state, 4, 0, 10, "5ana 6 ");
}

static void of_one_customer_all_conversations_and_no_other(void **state)
{
    messages(*state, 0, 1, 10, "1 2 4 5 ");
    messages(*state, 2, 1, 1, "4 ");
    messages(*state, 0, 2, 10, "3 ");
    events(*state, 0, 1, 10, "2ana 4ana 5ana ");
    events(*state, 2, 1, 1, "4ana ");
}

static void tail(struct db *db, int64_t contact, int64_t count, int64_t wanted)
{
    int64_t message = -1;

    assert_int_equal(news_tail(db, contact, count, &message, NULL), 0);
    assert_int_equal(message, wanted);
}

static void a_tail_begins_behind_what_is_older(void **state)
{
    int64_t event = -1;

    tail(*state, 0, 0, 5);
    tail(*state, 0, 2, 3);
    tail(*state, 0, 100, 0);
    tail(*state, 1, 3, 1);
    tail(*state, 2, 1, 0);
    assert_int_equal(news_event(*state, &event, NULL), 0);
    assert_int_equal(event, 6);
}

static void add_head(void *context, const struct transcript_head *head)
{
    buf_addf(context, "%lld%s%s ", (long long)head->id, head->user, head->language);
}

static void heads(struct db *db, int64_t since, int64_t until, const char *wanted)
{
    struct buf told = { 0 };

    assert_true(transcript_heads(db, 3, since, until, add_head, &told, NULL) >= 0);
    assert_string_equal(buf_text(&told), wanted);
    buf_release(&told);
}

static void a_history_has_the_conversations_of_its_time(void **state)
{
    heads(*state, 0, 0, "1anako 3anako 4anako ");
    heads(*state, 31, 0, "3anako 4anako ");
    heads(*state, 30, 60, "1anako 3anako ");
    heads(*state, 0, 10, "");
}

static void add_match(void *context, const struct transcript_line *line)
{
    buf_addf(context, "%s %s %zu-%zu %s|", line->text, line->rule, line->match.start, line->match.end, line->reason);
}

/* A trace that was taken away tells nothing, and fails nothing. */
static void lines_tell_rule_words_and_the_close_they_met(void **state)
{
    struct buf told = { 0 };

    assert_int_equal(transcript_news(*state, 0, 0, 4, add_match, &told, NULL), 4);
    assert_string_equal(buf_text(&told), "one hours 1-3 |two rest 0-0 the conversation was closed|ben  0-0 |three  0-0 |");
    buf_clear(&told);
    assert_int_equal(transcript_list(*state, &(struct transcript_piece){ .conversation = 1, .since = 20, .until = 21 }, add_match,
                                     &told, NULL), 1);
    assert_string_equal(buf_text(&told), "two rest 0-0 the conversation was closed|");
    buf_release(&told);
}

static void the_newest_is_the_last_that_was_decided(void **state)
{
    int64_t message = 0;

    assert_int_equal(transcript_newest(*state, 1, &message, NULL), 1);
    assert_int_equal(message, 4);
    spine_run(*state, "DELETE FROM decision");
    assert_int_equal(transcript_newest(*state, 1, &message, NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_behind_the_last_one_is_new, set_up, tear_down),
        cmocka_unit_test_setup_teardown(of_one_customer_all_conversations_and_no_other, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_tail_begins_behind_what_is_older, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_history_has_the_conversations_of_its_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(lines_tell_rule_words_and_the_close_they_met, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_newest_is_the_last_that_was_decided, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
