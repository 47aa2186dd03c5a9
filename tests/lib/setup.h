/*
 * setup: a fixture for each test, as cmocka's set-up and tear-down want it, and customers who write to it.
 *
 *     static int setup(void **state)
 *     {
 *         return setup_open(state, RULES);
 *     }
 *
 *     cmocka_unit_test_setup_teardown(name, setup, setup_audit)
 *
 * The test finds its struct fixture in *state.
 */
#ifndef TESTS_SETUP_H
#define TESTS_SETUP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/audit.h"
#include "tests/lib/fixture.h"

static inline int setup_open(void **state, const char *rules)
{
    struct fixture *f = calloc(1, sizeof *f);

    fixture_open(f, rules);
    *state = f;
    return 0;
}

/* With the rules that most tests want. */
static inline int setup_usual(void **state)
{
    return setup_open(state, FIXTURE_RULES);
}

static inline int setup_close(void **state)
{
    fixture_close(*state);
    free(*state);
    return 0;
}

static inline void setup_complain(void *context, const char *sentence)
{
    (void)context;
    print_error("%s\n", sentence);
}

/* Closes as well. Whatever a test does, the book adds up behind it. */
static inline int setup_audit(void **state)
{
    struct fixture *f = *state;
    struct error error = { 0 };
    struct db *reader = db_open(f->path, DB_READER, &error);
    struct audit audit;
    int result = audit_run(reader, &audit, setup_complain, NULL, &error);

    db_close(reader);
    setup_close(state);
    return result != 0 || audit.discrepancies != 0;
}

/* A message by WhatsApp; `who` is a part of its JSON, with ' for ": "'user_id':'ana'". */
static inline void hear_from(struct fixture *f, const char *who, const char *text)
{
    char json[700];

    snprintf(json, sizeof json, "{%s,'message':'%s'}", who, text);
    fixture_receive(f, "whatsapp", json);
}

static inline void hear_on(struct fixture *f, const char *channel, const char *user, const char *text)
{
    char json[700];

    snprintf(json, sizeof json, "{'user_id':'%s','message':'%s'}", user, text);
    fixture_receive(f, channel, json);
}

static inline void hear(struct fixture *f, const char *user, const char *text)
{
    hear_on(f, "whatsapp", user, text);
}

#endif
