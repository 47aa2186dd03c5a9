/*
 * ask_table: tables of what customers type, and what it is read as. For test_ask*.c.
 */
#ifndef TESTS_ASK_TABLE_H
#define TESTS_ASK_TABLE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "flow/ask.h"

struct typed {
    const char *text, *value; /* NULL: no answer */
};

#define CHECK_TABLE(ask, rows) check_table(ask, rows, sizeof(rows) / sizeof(rows)[0])

/* Moments are compared as wall time, "2026-05-15 21:00", in the question's zone. */
static inline void format_answer(const struct ask *ask, const struct ask_answer *answer, struct buf *out)
{
    struct zone_time local;

    if (ask->kind != ASK_DATETIME) {
        buf_add_text(out, buf_text(&answer->value));
        return;
    }
    zone_local(ask->zone, strtoll(buf_text(&answer->value), NULL, 10), &local);
    buf_addf(out, "%04d-%02d-%02d %02d:%02d", local.year, local.month, local.day, local.hour, local.minute);
}

/* Is the row read as it says? Says so if not. */
static inline bool check_row(const struct ask *ask, const struct typed *row)
{
    const char *wanted = row->value != NULL ? row->value : "no answer";
    struct ask_answer answer;
    struct buf read = { 0 };
    bool is_right = row->value == NULL;

    if (ask_read(ask, row->text, NULL, &answer) == ASK_READ) {
        format_answer(ask, &answer, &read);
        is_right = row->value != NULL && strcmp(buf_text(&read), row->value) == 0;
    } else {
        assert_string_equal(buf_text(&answer.value), "");
    }
    if (!is_right)
        print_error("'%s' is %s, but was read as '%s'\n", row->text, wanted, buf_text(&read));
    buf_release(&read);
    ask_answer_release(&answer);
    return is_right;
}

static inline void check_table(const struct ask *ask, const struct typed *rows, size_t count)
{
    size_t right = 0;

    for (size_t i = 0; i < count; i++)
        right += check_row(ask, &rows[i]);
    assert_int_equal(right, count);
}

#endif
