/*
 * turn: units of answering and the decisions behind them (tables turn, decision). A turn's state is the fate
 * of the customer's message, for the sum of promise 5.
 */
#ifndef STORE_TURN_H
#define STORE_TURN_H

#include <stdint.h>

#include "base/error.h"
#include "store/db.h"

struct turn {
    int64_t id, conversation, ruleset, epoch;
    const char *state; /* borrowed */
    int64_t opened_at, deadline_at;
};

/* The id goes into turn->id; any state but 'open' closes it at once. */
int turn_put(struct db *db, struct turn *turn, struct error *error);

/* When its answer comes too late; 0: never, or there is no such turn. */
int turn_deadline(struct db *db, int64_t turn, int64_t *at, struct error *error);

/*
 * Looks at the outbox rows of the turn's answer again: open while one may still leave, a dialogue awaits the end of
 * a call for it, or a backend is being asked; then the worst fate among them, or answered. Turns that were not open to
 * begin with (silenced, unanswered, with a person) keep their state.
 */
int turn_refresh(struct db *db, int64_t turn, int64_t contact, int64_t now, struct error *error);

/* Nothing is awaited for it any more: as turn_refresh, or `otherwise` where no text was ever queued for it. */
int turn_conclude(struct db *db, int64_t turn, int64_t contact, const char *otherwise, int64_t now,
                  struct error *error);

/* What nothing is to leave for any more: an open turn gets that state, and is closed. Others keep theirs. */
int turn_end(struct db *db, int64_t turn, const char *state, int64_t now, struct error *error);

struct decision_row { /* borrowed */
    int64_t message, at, ruleset;
    const char *rule; /* NULL: none */
    const char *action, *state, *trace;
};
int decision_put(struct db *db, const struct decision_row *decision, struct error *error);

#endif
