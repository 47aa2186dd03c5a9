/*
 * figures: a period in numbers. Small books whose numbers a person can count, then a random one that is counted a second time,
 * each figure by a question of its own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "spine.h"
#include "store/db_private.h"
#include "store/figures.h"

enum { DAY = 86400000 };

struct book {
    struct db *db;
    int64_t days[40];
    struct figures_ask ask;
    struct figures figures;
};

static bool is_faq(void *context, const char *backend)
{
    (void)context;
    return strcmp(backend, "faq") == 0;
}

static bool takes_all(void *context, const char *rule)
{
    (void)context;
    return strcmp(rule, "fallback") == 0;
}

static void open_book(struct book *book, int64_t first_day, size_t days)
{
    *book = (struct book){ .db = spine_open(), .ask = { .day_count = days, .is_faq = is_faq, .takes_all = takes_all } };
    for (size_t i = 0; i <= days; i++)
        book->days[i] = first_day + (int64_t)i * DAY;
    book->ask.days = book->days;
    book->ask.filter = (struct filter){ .since = first_day, .until = first_day + (int64_t)days * DAY };
    spine_run(book->db, "PRAGMA foreign_keys = OFF;"
                        "INSERT INTO contact (id, created_at, address_kind, address) VALUES (1, 1, 'external', 'ana');"
                        "INSERT INTO conversation (id, contact, channel, owner, opened_at, last_in_at, idle_at) VALUES "
                        "(1, 1, 'whatsapp', 'bot', 1, 1, 1), (2, 1, 'sms', 'agent', 1, 1, NULL);");
}

static void close_book(struct book *book)
{
    figures_release(&book->figures);
    db_close(book->db);
}

static const struct figures *count(struct book *book)
{
    struct error error = { { 0 } };

    figures_release(&book->figures);
    if (figures_read(book->db, &book->ask, &book->figures, &error) != 0)
        fail_msg("%s", error.text);
    return &book->figures;
}

static int64_t ask(struct book *book, const char *sql)
{
    sqlite3_stmt *stmt;
    int64_t number;

    assert_int_equal(sqlite3_prepare_v2(book->db->handle, sql, -1, &stmt, NULL), SQLITE_OK);
    number = sqlite3_step(stmt) == SQLITE_ROW ? sqlite3_column_int64(stmt, 0) : -1;
    sqlite3_finalize(stmt);
    return number;
}

/* A message of the customer with its turn, both with the number; what it became. */
static void hear(struct book *book, int64_t number, int64_t conversation, int64_t at, const char *state, const char *rule,
                 const char *action, const char *text)
{
    char *sql = sqlite3_mprintf(
        "INSERT INTO turn (id, conversation, ruleset, epoch, state, opened_at) VALUES (%lld, %lld, 1, 1, %Q, %lld);"
        "INSERT INTO message (id, conversation, turn, at, kind, text) VALUES (%lld, %lld, %lld, %lld, 'in', %Q);"
        "INSERT INTO decision (message, at, ruleset, rule, action, state, trace) VALUES (%lld, %lld, 1, %Q, %Q, '{}', '{}');",
        (long long)number, (long long)conversation, state, (long long)at, (long long)number, (long long)conversation,
        (long long)number, (long long)at, text, (long long)number, (long long)at, rule, action);

    spine_run(book->db, sql);
    sqlite3_free(sql);
}

/* A text of ours; settled_at 0: Braze has not accepted it. */
static void say(struct book *book, int64_t number, int64_t conversation, int64_t turn, int64_t at, const char *kind,
                const char *actor, int64_t settled_at, int part)
{
    char *sql = sqlite3_mprintf(
        "INSERT INTO message (id, conversation, turn, at, kind, text, actor) VALUES (%lld, %lld, nullif(%lld, 0), %lld, %Q, 'x', "
        "%Q);INSERT INTO outbox (id, kind, contact, seq, conversation, turn, part, message, epoch, state, created_at, due_at, "
        "expires_at, settled_at) VALUES (%lld, 'send', 1, 1, %lld, nullif(%lld, 0), %d, %lld, 1, %Q, 1, 1, 1, %lld);",
        (long long)number, (long long)conversation, (long long)turn, (long long)at, kind, actor, (long long)number,
        (long long)conversation, (long long)turn, part, (long long)number, settled_at != 0 ? "accepted" : "dead",
        (long long)(settled_at != 0 ? settled_at : at));

    spine_run(book->db, sql);
    sqlite3_free(sql);
}

static void consult(struct book *book, int64_t outbox, int64_t turn, const char *backend, const char *state)
{
    char *sql = sqlite3_mprintf(
        "INSERT INTO outbox (id, kind, contact, seq, conversation, epoch, state, created_at, due_at, expires_at, sent_by, "
        "settled_at) SELECT %lld, 'consult', 1, -2, 1, 1, column1, 1, 1, 1, %Q, iif(column1 = 'claimed', NULL, 1) FROM "
        "(VALUES (%Q));"
        "INSERT INTO consult (outbox, turn, wanted_by, wanted, settle_by) VALUES (%lld, %lld, 'rest', %Q, 1);",
        (long long)outbox, backend, state, (long long)outbox, (long long)turn, backend);

    spine_run(book->db, sql);
    sqlite3_free(sql);
}

static void who_answered_is_told_by_the_turn_the_decision_and_the_question_to_a_backend(void **state)
{
    static const struct {
        const char *turn, *rule, *action, *backend, *asked;
        enum figures_who who;
    } CASES[] = {
        { "answered", "hours", "say", NULL, NULL, FIGURES_RULE },
        { "answered", "stop", "opt_out", NULL, NULL, FIGURES_RULE },
        { "answered", "order", "flow", NULL, NULL, FIGURES_FLOW },
        { "answered", NULL, "step", NULL, NULL, FIGURES_FLOW },
        { "answered", "rest", "consult", "assistant", "accepted", FIGURES_AI },
        { "answered", "rest", "consult", "faq", "accepted", FIGURES_FAQ },
        { "answered", "rest", "consult", "faq", "dead", FIGURES_NOBODY },
        { "answered", "rest", "consult", "assistant", "expired", FIGURES_NOBODY },
        { "answered", "fallback", "say", NULL, NULL, FIGURES_NOBODY },
        { "agent", "person", "handoff", NULL, NULL, FIGURES_PERSON },
        { "agent", NULL, "none", NULL, NULL, FIGURES_PERSON },
        { "unanswered", NULL, "none", NULL, NULL, FIGURES_NOBODY },
        { "held", "hours", "say", NULL, NULL, FIGURES_NOBODY },
        { "expired", "hours", "say", NULL, NULL, FIGURES_NOBODY },
        { "dead", "hours", "say", NULL, NULL, FIGURES_NOBODY },
        { "silenced", "signs", "ignore", NULL, NULL, FIGURES_SILENCE },
        { "withheld", "hours", "say", NULL, NULL, FIGURES_OTHER },
        { "unknown", "hours", "say", NULL, NULL, FIGURES_OTHER },
        { "erased", "hours", "say", NULL, NULL, FIGURES_ERASED },
        { "open", "rest", "consult", "assistant", "claimed", FIGURES_OPEN },
    };
    struct book book;

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        open_book(&book, 10 * (int64_t)DAY, 1);
        hear(&book, 1, 1, 10 * (int64_t)DAY, CASES[i].turn, CASES[i].rule, CASES[i].action, "?");
        if (CASES[i].backend != NULL)
            consult(&book, 9, 1, CASES[i].backend, CASES[i].asked);
        for (enum figures_who who = 0; who < FIGURES_WHO; who++)
            if (count(&book)->all.by[who] != (who == CASES[i].who))
                fail_msg("case %zu: %lld by %s", i, (long long)book.figures.all.by[who], figures_who_name(who));
        close_book(&book);
    }
}

static void days_and_the_period_are_cut_to_the_millisecond(void **state)
{
    const int64_t first = 100 * (int64_t)DAY;
    struct book book;

    (void)state;
    open_book(&book, first, 3);
    hear(&book, 1, 1, first - 1, "answered", "a", "say", "x");
    hear(&book, 2, 1, first, "answered", "b", "say", "x");
    hear(&book, 3, 1, first + DAY - 1, "answered", "b", "say", "x");
    hear(&book, 4, 1, first + DAY, "answered", "c", "say", "x");
    say(&book, 5, 1, 4, first + DAY + 7, "out", "c", 0, 1);
    hear(&book, 6, 1, first + 3 * DAY - 1, "answered", "c", "say", "x");
    hear(&book, 7, 1, first + 3 * (int64_t)DAY, "answered", "d", "say", "x");
    assert_int_equal(count(&book)->days[0].heard, 2);
    assert_int_equal(book.figures.days[1].heard, 1);
    assert_int_equal(book.figures.days[1].said, 1);
    assert_int_equal(book.figures.days[2].heard, 1);
    assert_int_equal(book.figures.all.heard, 4);
    assert_int_equal(book.figures.rule_count, 2);
    assert_string_equal(book.figures.rules[0].name, "b");
    assert_int_equal(book.figures.rules[0].messages, 2);
    book.ask.filter.since = first + 1;
    book.ask.filter.until = first + 3 * DAY - 1;
    assert_int_equal(count(&book)->all.heard, 2);
    close_book(&book);
}

static void a_clock_that_was_set_back_loses_no_message_of_the_hour(void **state)
{
    const int64_t first = 100 * (int64_t)DAY;
    struct book book;

    (void)state;
    open_book(&book, first, 1);
    hear(&book, 1, 1, first + 1000, "answered", "a", "say", "x");
    hear(&book, 2, 1, first - 30 * 60000, "answered", "a", "say", "x");
    hear(&book, 3, 1, first - 29 * 60000, "answered", "a", "say", "x");
    hear(&book, 4, 1, first + 2000, "answered", "a", "say", "x");
    assert_int_equal(count(&book)->all.heard, 2);
    hear(&book, 5, 1, first + DAY + 30 * 60000, "answered", "a", "say", "x");
    hear(&book, 6, 1, first + DAY - 1000, "answered", "a", "say", "x");
    assert_int_equal(count(&book)->all.heard, 3);
    close_book(&book);
}

static void response_times_run_to_the_acceptance_of_the_first_part(void **state)
{
    const int64_t at = 50 * (int64_t)DAY;
    struct book book;

    (void)state;
    open_book(&book, at, 1);
    hear(&book, 1, 1, at, "answered", "hours", "say", "x");
    say(&book, 2, 1, 1, at + 1, "out", "hours", at + 90, 1);
    say(&book, 3, 1, 1, at + 1, "out", "hours", at + 150, 2);
    hear(&book, 4, 1, at + 1000, "answered", "rest", "consult", "first");
    consult(&book, 100, 4, "assistant", "accepted");
    spine_run(book.db, "INSERT INTO message (id, conversation, turn, at, kind, text) SELECT 5, 1, 4, at + 500, 'in', 'second' FROM "
                       "message WHERE id = 4"); /* which joins the turn */
    say(&book, 6, 1, 4, at + 3000, "out", "rest", at + 3200, 1);
    hear(&book, 7, 1, at + 5000, "dead", "hours", "say", "x");
    say(&book, 8, 1, 7, at + 5001, "out", "hours", 0, 1);
    count(&book);
    assert_int_equal(histogram_at(&book.figures.times[FIGURES_RULE], 50), 90);
    assert_int_equal(book.figures.times[FIGURES_RULE].count, 1);
    assert_in_range(histogram_at(&book.figures.times[FIGURES_AI], 50), 2200 - 17, 2200 + 17);
    assert_int_equal(book.figures.times[FIGURES_NOBODY].count, 0);
    assert_int_equal(book.figures.time.count, 2);
    assert_int_equal(book.figures.all.said, 4);
    close_book(&book);
}

static void a_person_is_timed_from_the_first_message_that_waits(void **state)
{
    const int64_t at = 50 * (int64_t)DAY;
    struct book book;

    (void)state;
    open_book(&book, at, 1);
    hear(&book, 1, 2, at, "agent", "person", "handoff", "help");
    say(&book, 2, 2, 1, at + 1, "out", "person", at + 50, 1); /* "a colleague is coming": no answer yet */
    hear(&book, 3, 2, at + 100, "agent", NULL, "none", "hello?");
    say(&book, 4, 2, 0, at + 190, "agent", "cli mia", at + 200, 1);
    say(&book, 5, 2, 0, at + 191, "agent", "cli mia", at + 220, 1);
    hear(&book, 6, 2, at + 1000, "agent", NULL, "none", "thanks");
    say(&book, 7, 2, 0, at + 1005, "agent", "cli mia", at + 1010, 1);
    count(&book);
    assert_int_equal(book.figures.times[FIGURES_PERSON].count, 2);
    assert_int_equal(histogram_at(&book.figures.times[FIGURES_PERSON], 50), 10);
    assert_int_equal(histogram_at(&book.figures.times[FIGURES_PERSON], 95), 200);
    assert_int_equal(book.figures.all.said, 4);
    close_book(&book);
}

/* Turns, decisions and ways out are walked beside the messages, in the order in which they usually are. */
static void what_is_out_of_order_is_found_all_the_same(void **state)
{
    const int64_t at = 50 * (int64_t)DAY, leap = INT64_C(3) << 40;
    struct book book;

    (void)state;
    open_book(&book, at, 1);
    hear(&book, 1, 1, at, "dead", "a", "say", "x");
    hear(&book, 2, 1, at, "answered", "b", "say", "x");
    hear(&book, 3, 1, at, "agent", "c", "say", "x");
    spine_run(book.db, "INSERT INTO message (id, conversation, turn, at, kind, text) SELECT 4, 1, 1, at, 'in', 'late' FROM message "
                       "WHERE id = 1; INSERT INTO message (id, conversation, turn, at, kind, text) SELECT 5, 1, 2, at, 'in', "
                       "'late' FROM message WHERE id = 1; INSERT INTO message (id, conversation, at, kind, text) SELECT 6, 1, at, "
                       "'in', 'no turn' FROM message WHERE id = 1");
    say(&book, 7, 1, 2, at, "out", "b", at + 20, 1);
    say(&book, 8, 1, 3, at, "out", "c", at + 30, 1);
    spine_run(book.db, "UPDATE outbox SET id = 100 WHERE id = 7"); /* behind that of a later message */
    hear(&book, leap + 1, 1, at, "answered", "d", "say", "x"); /* the desk has got a number */
    say(&book, leap + 2, 1, leap + 1, at, "out", "d", at + 40, 1);
    count(&book);
    assert_int_equal(book.figures.all.heard, 7);
    assert_int_equal(book.figures.all.by[FIGURES_NOBODY], 2);
    assert_int_equal(book.figures.all.by[FIGURES_RULE], 3);
    assert_int_equal(book.figures.all.by[FIGURES_PERSON], 1);
    assert_int_equal(book.figures.all.by[FIGURES_OPEN], 1);
    assert_int_equal(book.figures.time.count, 2);
    assert_int_equal(histogram_at(&book.figures.time, 50), 20);
    assert_int_equal(histogram_at(&book.figures.time, 100), 40);
    close_book(&book);
}

static void what_nobody_answered_is_gathered_with_its_newest_message(void **state)
{
    const int64_t at = 50 * (int64_t)DAY;
    struct book book;
    struct gathered list[3];

    (void)state;
    open_book(&book, at, 1);
    hear(&book, 1, 1, at, "unanswered", NULL, "none", "Parking?");
    hear(&book, 2, 1, at, "answered", "fallback", "say", "parking");
    hear(&book, 3, 1, at, "answered", "hours", "say", "hours");
    hear(&book, 4, 1, at, "dead", "hours", "say", "open today"); /* that had an answer, which did not get through */
    hear(&book, 5, 1, at, "held", "fallback", "say", "a boat");
    hear(&book, 6, 1, at, "expired", "rest", "consult", "a trip");
    consult(&book, 9, 6, "assistant", "dead");
    assert_int_equal(gather_top(count(&book)->questions, list, 3), 3);
    assert_int_equal(list[0].count, 2);
    assert_int_equal(list[0].number, 2);
    assert_string_equal(list[1].text, "a trip");
    assert_string_equal(list[2].text, "a boat");
    assert_int_equal(book.figures.all.by[FIGURES_NOBODY], 5);
    close_book(&book);
}

static void filters_narrow_what_is_heard_and_what_is_said_to_it(void **state)
{
    const int64_t at = 50 * (int64_t)DAY;
    struct book book;

    (void)state;
    open_book(&book, at, 1);
    hear(&book, 1, 1, at, "answered", "hours", "say", "x");
    say(&book, 2, 1, 1, at, "out", "hours", at + 5, 1);
    hear(&book, 3, 1, at, "answered", "order", "flow", "x");
    say(&book, 4, 1, 3, at, "out", "order.ask", at + 5, 1);
    hear(&book, 5, 1, at, "answered", NULL, "step", "x");
    say(&book, 6, 1, 5, at, "out", "order.told", at + 5, 1);
    hear(&book, 7, 1, at, "answered", "rest", "consult", "x");
    consult(&book, 100, 7, "assistant", "accepted");
    say(&book, 8, 1, 7, at, "out", "rest", at + 5, 1);
    hear(&book, 9, 2, at, "agent", NULL, "none", "x");
    say(&book, 10, 2, 0, at, "agent", "cli mia", at + 5, 1);
    assert_int_equal(count(&book)->all.heard, 5);
    assert_int_equal(book.figures.all.said, 5);
    book.ask.filter.channel = "sms";
    assert_int_equal(count(&book)->all.by[FIGURES_PERSON], 1);
    assert_int_equal(book.figures.all.heard, 1);
    assert_int_equal(book.figures.all.said, 1);
    book.ask.filter.channel = NULL;
    book.ask.filter.rule = "hours";
    assert_int_equal(count(&book)->all.heard, 1);
    assert_int_equal(book.figures.all.said, 1);
    book.ask.filter.rule = NULL;
    book.ask.filter.flow = "order";
    assert_int_equal(count(&book)->all.by[FIGURES_FLOW], 2);
    assert_int_equal(book.figures.all.heard, 2);
    assert_int_equal(book.figures.all.said, 2);
    book.ask.filter.flow = "ord";
    assert_int_equal(count(&book)->all.heard, 0);
    book.ask.filter.flow = NULL;
    book.ask.filter.backend = "assistant";
    assert_int_equal(count(&book)->all.by[FIGURES_AI], 1);
    assert_int_equal(book.figures.all.heard, 1);
    close_book(&book);
}

/* A large book by chance */

static const char FILL[] =
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000) "
    "INSERT INTO message (id, conversation, turn, at, kind, text) SELECT i, 1 + i % 2, (i + 1) / 2, 4320000000 + i * 40000 + "
    "abs(random() % 30000), iif(i % 2 = 1, 'in', 'out'), 'question ' || char(97 + abs(random() % 9)) FROM n;"
    "INSERT INTO turn (id, conversation, ruleset, epoch, state, opened_at) SELECT turn, conversation, 1, 1, "
    "CASE abs(random() % 8) WHEN 0 THEN 'unanswered' WHEN 1 THEN 'agent' WHEN 2 THEN 'dead' WHEN 3 THEN 'silenced' "
    "ELSE 'answered' END, at FROM message WHERE kind = 'in';"
    "INSERT INTO decision (message, at, ruleset, rule, action, state, trace) SELECT id, at, 1, 'rule ' || abs(random() % 50), "
    "iif(random() % 3 = 0, 'flow', 'say'), '{}', '{}' FROM message WHERE kind = 'in';"
    "INSERT INTO outbox (id, kind, contact, seq, conversation, turn, part, message, epoch, state, created_at, due_at, expires_at, "
    "settled_at) SELECT id, 'send', 1, 1, conversation, turn, 1, id, 1, iif(random() % 10 = 0, 'dead', 'accepted'), at, at, at, "
    "at + abs(random() % 5000) FROM message WHERE kind = 'out';";

#define HEARD                                                                                                     \
    " FROM message m JOIN turn t ON t.id = m.turn JOIN decision d ON d.message = m.id WHERE m.kind = 'in' AND m.at >= " \
    "5184000000 AND m.at < 6048000000 "
#define TIMES                                                                                                       \
    " FROM message m JOIN turn t ON t.id = m.turn JOIN message a ON a.turn = t.id AND a.kind = 'out' JOIN outbox o ON " \
    "o.message = a.id WHERE m.kind = 'in' AND m.at >= 5184000000 AND m.at < 6048000000 AND t.state IN ('answered', 'silenced') " \
    "AND o.state = 'accepted' "

static void a_large_book_counts_as_plain_questions_do(void **state)
{
    struct book book;
    struct gathered list[9];
    int64_t half;

    (void)state;
    open_book(&book, 60 * (int64_t)DAY, 10);
    spine_run(book.db, FILL);
    count(&book);
    assert_int_equal(book.figures.all.heard, ask(&book, "SELECT count(*)" HEARD));
    assert_true(book.figures.all.heard > 10000);
    assert_int_equal(book.figures.days[4].heard, ask(&book, "SELECT count(*)" HEARD "AND (m.at - 5184000000) / 86400000 = 4"));
    assert_int_equal(book.figures.all.said, ask(&book, "SELECT count(*) FROM message WHERE kind = 'out' AND at >= 5184000000 "
                                                       "AND at < 6048000000"));
    assert_int_equal(book.figures.all.by[FIGURES_RULE], ask(&book, "SELECT count(*)" HEARD "AND t.state = 'answered' AND "
                                                                   "d.action = 'say'"));
    assert_int_equal(book.figures.all.by[FIGURES_NOBODY], ask(&book, "SELECT count(*)" HEARD "AND t.state IN ('unanswered', 'dead')"));
    assert_int_equal(book.figures.rule_count, 50);
    assert_int_equal(book.figures.rules[0].messages,
                     ask(&book, "SELECT max(n) FROM (SELECT count(*) AS n" HEARD "GROUP BY d.rule)"));
    assert_int_equal(gather_top(book.figures.questions, list, 9), 9);
    assert_int_equal(list[0].count, ask(&book, "SELECT max(n) FROM (SELECT count(*) AS n" HEARD
                                               "AND t.state = 'unanswered' GROUP BY m.text)"));
    assert_int_equal(book.figures.time.count, ask(&book, "SELECT count(*)" TIMES));
    half = ask(&book, "SELECT o.settled_at - m.at" TIMES "ORDER BY 1 LIMIT 1 OFFSET (SELECT (count(*) * 50 + 99) / 100 - 1" TIMES ")");
    assert_in_range(histogram_at(&book.figures.time, 50), half - half / 128 - 1, half + half / 128 + 1);
    half = ask(&book, "SELECT o.settled_at - m.at" TIMES "ORDER BY 1 LIMIT 1 OFFSET (SELECT (count(*) * 95 + 99) / 100 - 1" TIMES ")");
    assert_in_range(histogram_at(&book.figures.time, 95), half - half / 128 - 1, half + half / 128 + 1);
    close_book(&book);
}

static int on_progress(void *context)
{
    ++*(int64_t *)context;
    return 0;
}

/* An hour and a half of it are some 135 messages, with an hour on either side. */
static void a_short_period_of_a_large_book_takes_few_steps(void **state)
{
    struct book book;
    int64_t steps = 0;

    (void)state;
    open_book(&book, 70 * (int64_t)DAY, 1);
    spine_run(book.db, FILL);
    book.ask.filter.since += 3 * 3600000;
    book.ask.filter.until = book.ask.filter.since + 5400000;
    sqlite3_progress_handler(book.db->handle, 1, on_progress, &steps);
    assert_in_range(count(&book)->all.heard, 60, 75);
    assert_in_range(steps, 1000, 100 * 500); /* of all 50,000 messages it would be millions */
    close_book(&book);
}

static void percentiles_are_exact_when_small_and_near_when_large(void **state)
{
    struct histogram histogram = { .count = 0 };

    (void)state;
    assert_int_equal(histogram_at(&histogram, 50), -1);
    for (int i = 1; i <= 100; i++)
        histogram_add(&histogram, i);
    assert_int_equal(histogram_at(&histogram, 50), 50);
    assert_int_equal(histogram_at(&histogram, 95), 95);
    assert_int_equal(histogram_at(&histogram, 100), 100);
    histogram = (struct histogram){ .count = 0 };
    histogram_add(&histogram, -5);
    assert_int_equal(histogram_at(&histogram, 95), 0);
    for (int64_t value = 1; value < INT64_C(1) << 40; value = value * 9 / 8 + 1) {
        histogram = (struct histogram){ .count = 0 };
        histogram_add(&histogram, value);
        assert_in_range(histogram_at(&histogram, 50), value - value / 128, value + value / 128);
    }
    histogram_add(&histogram, INT64_MAX);
    assert_true(histogram_at(&histogram, 100) > INT64_C(1) << 39);
}

static void add_cost(void *context, const struct figures_cost *row)
{
    struct buf *out = context;

    buf_addf(out, "%s %lld/%lld %lld ", row->backend, (long long)row->answered, (long long)row->asked, (long long)row->cost);
}

static void cost_is_summed_by_backend_over_days(void **state)
{
    struct book book;
    struct error error = { { 0 } };
    struct buf out = { 0 };

    (void)state;
    open_book(&book, DAY, 1);
    spine_run(book.db, "INSERT INTO usage (day, backend, wanted_by, contact, asked, answered, cost) VALUES "
                       "('2026-05-12', 'ai', 'rest', 1, 9, 9, 900), ('2026-05-13', 'ai', 'rest', 1, 2, 1, 5), "
                       "('2026-05-14', 'ai', 'other', 1, 3, 3, 6), ('2026-05-14', 'faq', 'rest', 1, 7, 7, 0), "
                       "('2026-05-15', 'ai', 'rest', 1, 9, 9, 900)");
    assert_int_equal(figures_costs(book.db, "2026-05-13", "2026-05-14", NULL, NULL, add_cost, &out, &error), 2);
    assert_string_equal(buf_text(&out), "ai 4/5 11 faq 7/7 0 ");
    buf_clear(&out);
    assert_int_equal(figures_costs(book.db, "2026-05-13", "2026-05-14", "ai", "rest", add_cost, &out, &error), 1);
    assert_string_equal(buf_text(&out), "ai 1/2 5 ");
    buf_release(&out);
    close_book(&book);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_answered_is_told_by_the_turn_the_decision_and_the_question_to_a_backend),
        cmocka_unit_test(days_and_the_period_are_cut_to_the_millisecond),
        cmocka_unit_test(a_clock_that_was_set_back_loses_no_message_of_the_hour),
        cmocka_unit_test(response_times_run_to_the_acceptance_of_the_first_part),
        cmocka_unit_test(a_person_is_timed_from_the_first_message_that_waits),
        cmocka_unit_test(what_is_out_of_order_is_found_all_the_same),
        cmocka_unit_test(what_nobody_answered_is_gathered_with_its_newest_message),
        cmocka_unit_test(filters_narrow_what_is_heard_and_what_is_said_to_it),
        cmocka_unit_test(a_large_book_counts_as_plain_questions_do),
        cmocka_unit_test(a_short_period_of_a_large_book_takes_few_steps),
        cmocka_unit_test(percentiles_are_exact_when_small_and_near_when_large),
        cmocka_unit_test(cost_is_summed_by_backend_over_days),
    };

    return cmocka_run_group_tests_name("figures", tests, NULL, NULL);
}
