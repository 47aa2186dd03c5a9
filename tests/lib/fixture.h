/*
 * fixture: a desk on a real file in a folder of its own, with rules from SQL text, and short ways to ask the
 * book.
 */
#ifndef TESTS_FIXTURE_H
#define TESTS_FIXTURE_H

#include <stdint.h>

#include "desk/desk.h"
#include "desk/road.h"

struct fixture {
    struct desk desk;
    struct zones *zones; /* lent by the fixture to all tests of the program */
    char folder[64], path[80];
    int64_t now;
};

/* The campaigns, team and rules that most tests want. */
extern const char FIXTURE_RULES[];

void fixture_open(struct fixture *fixture, const char *rules);
void fixture_reopen(struct fixture *fixture, bool was_killed);
void fixture_close(struct fixture *fixture);
void fixture_load(struct fixture *fixture, const char *rules);

/* One webhook by the whole road, in a transaction of its own. `json` uses ' for ". */
struct receipt fixture_receive(struct fixture *fixture, const char *channel, const char *json);

/* A person's act; the status. */
int fixture_act(struct fixture *fixture, const char *name, const char *json);

/* The first column of the first row; -1 / "" when there is none. SQL of the test's own, not kept. */
int64_t fixture_int(struct fixture *fixture, const char *sql);
const char *fixture_text(struct fixture *fixture, const char *sql); /* until the next call */

#endif
