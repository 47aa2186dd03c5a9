/*
 * large: what must not grow with the book takes few of SQLite's steps on a book of tens of thousands of rows.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "spine.h"
#include "store/consult_row.h"
#include "store/db_private.h"
#include "store/dossier.h"
#include "store/schema.h"
#include "store/transcript.h"

/* 20,000 conversations of a question and its answer by a backend; of the question with the number 7 the charge still stands. */
static const char FILL[] =
    "PRAGMA foreign_keys = OFF;"
    "INSERT INTO contact (id, created_at, address_kind, address) VALUES (1, 1, 'external', 'ana');"
    "CREATE TEMP TABLE n AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) SELECT i FROM n;"
    "INSERT INTO conversation (id, contact, channel, owner, opened_at, last_in_at, closed_at, closed_by, summary_at) SELECT i, 1, "
    "'whatsapp', 'closed', i, i, i, 'idle', i FROM n;"
    "INSERT INTO turn (id, conversation, ruleset, epoch, state, opened_at) SELECT i, i, 1, 1, 'answered', i FROM n;"
    "INSERT INTO message (id, conversation, turn, at, kind, text) SELECT 2 * i, i, i, i, 'in', 'question ' || i FROM n;"
    "INSERT INTO message (id, conversation, turn, at, kind, text) SELECT 2 * i + 1, i, i, i, 'out', 'answer ' || i FROM n;"
    "INSERT INTO outbox (id, kind, contact, seq, conversation, turn, message, epoch, state, created_at, due_at, expires_at, "
    "settled_at) SELECT 2 * i, 'send', 1, i, i, i, 2 * i + 1, 1, 'accepted', i, i, i, i FROM n;"
    "INSERT INTO outbox (id, kind, contact, seq, conversation, epoch, state, created_at, due_at, expires_at, settled_at, sent_by) "
    "SELECT 2 * i + 1, 'consult', 1, -2, i, 1, 'accepted', i, i, i, i, 'assistant' FROM n;"
    "INSERT INTO consult (outbox, turn, wanted_by, wanted, settle_by, charged_on) SELECT 2 * i + 1, i, 'rest', 'assistant', i, "
    "iif(i = 7, '2026-05-13', '') FROM n;";

static int on_progress(void *context)
{
    ++*(int64_t *)context;
    return 0;
}

static struct db *open_large(int64_t *steps)
{
    struct db *db = spine_open();

    spine_run(db, FILL);
    *steps = 0;
    sqlite3_progress_handler(db->handle, 1, on_progress, steps);
    return db;
}

static void a_start_finds_what_is_still_charged_without_walking_all_questions(void **state)
{
    int64_t steps;
    struct db *db = open_large(&steps);
    struct consult_row row = { 0 };
    struct error error = { { 0 } };

    (void)state;
    assert_int_equal(consult_row_unsettled(db, &row, &error), 1);
    assert_int_equal(row.turn, 7);
    consult_row_release(&row);
    assert_true(steps < 200);
    spine_run(db, "UPDATE consult SET charged_on = ''");
    steps = 0;
    assert_int_equal(consult_row_unsettled(db, &row, &error), 0);
    assert_true(steps < 200);
    db_close(db);
}

static void count_line(void *context, const struct transcript_line *line)
{
    ++*(int *)context;
    assert_non_null(strstr(line->text, " 12345"));
}

static void a_transcript_reads_its_own_conversation(void **state)
{
    int64_t steps;
    struct db *db = open_large(&steps);
    struct error error = { { 0 } };
    int lines = 0;

    (void)state;
    assert_int_equal(transcript_list(db, &(struct transcript_piece){ .conversation = 12345 }, count_line, &lines, &error), 2);
    assert_int_equal(lines, 2);
    assert_true(steps < 1000);
    db_close(db);
}

/* The check of a large book is of what was written last: it is over soon, and finds nothing wrong with what is sound. */
/* 4,000 turns in the first conversation. */
static const char LONG[] =
    "INSERT INTO turn (id, conversation, ruleset, epoch, state, opened_at) SELECT 20000 + i, 1, 1, 1, 'answered', i FROM n "
    "WHERE i <= 4000;"
    "INSERT INTO message (id, conversation, turn, at, kind, text) SELECT 50000 + i, 1, 20000 + i, i, 'in', 'question ' || i FROM n "
    "WHERE i <= 4000;"
    "DELETE FROM conversation WHERE id > 1;";

static int drop_piece(void *context, const char *bytes, size_t len)
{
    (void)bytes;
    *(size_t *)context += len;
    return 0;
}

static void an_export_does_not_look_through_all_that_was_said_for_each_message(void **state)
{
    int64_t steps;
    size_t bytes = 0;
    struct db *db = open_large(&steps);
    struct error error = { { 0 } };

    (void)state;
    spine_run(db, LONG);
    spine_run(db, "DELETE FROM outbox");
    steps = 0;
    assert_int_equal(dossier_write(db, 1, 1, drop_piece, &bytes, &error), 0);
    assert_true(bytes > 4000 * 100);
    if (steps > 8 * 1000 * 1000)
        fail_msg("%lld steps", (long long)steps);
    db_close(db);
}

static void the_check_at_a_start_does_not_walk_a_large_book(void **state)
{
    int64_t steps;
    struct db *db = open_large(&steps);
    struct error error = { { 0 } };

    (void)state;
    spine_run(db, "INSERT INTO webhook (id, received_at, channel, content_type, body, state) SELECT i, i, 'whatsapp', '', "
                  "zeroblob(4000), 'aside' FROM n"); /* some 80 MB */
    assert_int_equal(schema_quick_check(db, 60000, &error), 0);
    sqlite3_progress_handler(db->handle, 1, on_progress, &steps);
    steps = 0;
    assert_int_equal(schema_quick_check(db, 0, &error), 0);
    assert_true(steps < 50000);
    db_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_start_finds_what_is_still_charged_without_walking_all_questions),
        cmocka_unit_test(a_transcript_reads_its_own_conversation),
        cmocka_unit_test(an_export_does_not_look_through_all_that_was_said_for_each_message),
        cmocka_unit_test(the_check_at_a_start_does_not_walk_a_large_book),
    };

    return cmocka_run_group_tests_name("large", tests, NULL, NULL);
}
