/*
 * loading: rulesets from one text, a.sql; or from the rows of one test, which stand in b.sql, behind those of a shop, in a.sql.
 * The zones are open as long as the group runs:
 *
 *     return cmocka_run_group_tests(tests, open_zones, close_zones);
 */
#ifndef TESTS_LOADING_H
#define TESTS_LOADING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/zone.h"
#include "rules/ruleset.h"

static struct zones *zones;

static inline int open_zones(void **state)
{
    (void)state;
    zones = zones_open(NULL);
    return 0;
}

static inline int close_zones(void **state)
{
    (void)state;
    zones_close(zones);
    return 0;
}

/* The ruleset, or NULL and the sentence. A ruleset outlives its files. */
static inline struct ruleset *make(const char *text, struct error *error)
{
    struct rulefiles files = { 0 };
    struct ruleset *ruleset;

    rulefiles_add(&files, "a.sql", text);
    ruleset = ruleset_new(&files, zones, error);
    rulefiles_release(&files);
    return ruleset;
}

static inline struct ruleset *make_good(const char *text)
{
    struct error error = { 0 };
    struct ruleset *ruleset = make(text, &error);

    if (ruleset == NULL)
        fail_msg("%s\n%s", text, error.text);
    return ruleset;
}

static inline struct ruleset *try_rows(const char *shop, const char *rows, struct error *error)
{
    struct rulefiles files = { 0 };
    struct ruleset *ruleset;

    rulefiles_add(&files, "a.sql", shop);
    rulefiles_add(&files, "b.sql", rows);
    ruleset = ruleset_new(&files, zones, error);
    rulefiles_release(&files);
    return ruleset;
}

static inline struct ruleset *load_rows(const char *shop, const char *rows)
{
    struct error error = { 0 };
    struct ruleset *ruleset = try_rows(shop, rows, &error);

    if (ruleset == NULL)
        fail_msg("%s", error.text);
    return ruleset;
}

/* For a reason in which `part` occurs. */
static inline void assert_refused(const char *shop, const char *rows, const char *part)
{
    struct error error = { 0 };

    if (try_rows(shop, rows, &error) != NULL)
        fail_msg("taken: %s", rows);
    if (strstr(error.text, part) == NULL)
        fail_msg("%s\n  said: %s\n  not: %s", rows, error.text, part);
}

#endif
