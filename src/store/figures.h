/*
 * figures: a period in numbers: how much was heard and said by day, who answered and how fast, which rules took messages, and
 * what nobody had an answer to.
 *
 * The messages of the period are walked once, by their ids, which rise with time: the first of them is found by halving, and
 * the walk is made in pieces, so that no reader stays in the way of the writer's checkpoints. What comes in meanwhile may be
 * counted or not. Memory does not grow with the period.
 *
 * A message counts where its turn has ended:
 *
 *     rule      a rule's own text, or what a rule does without one
 *     flow      a dialogue went on
 *     ai, faq   a backend wrote the answer
 *     person    it is with a person of the business, or was when it came
 *     nobody    no rule won; or the answer is held, expired or dead; or it was an apology that no backend had one; or what a
 *               rule says that takes whatever comes
 *     silence   a rule said to ignore it, or the customer wants to hear nothing
 *     other     withheld, since a person took over; unknown
 *     erased    of somebody who was erased since
 *     open      in progress
 *
 * Questions that nobody had an answer to are of the first two kinds of nobody: not those whose answer did not get through.
 *
 * A response time runs from the first message of a turn to Braze's acceptance of the first part of its answer; of a person,
 * from the first message that waits for one to the acceptance of what the person writes next in that conversation.
 */
#ifndef STORE_FIGURES_H
#define STORE_FIGURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "store/db.h"
#include "store/filter.h"
#include "store/histogram.h"
#include "text/gather.h"

enum figures_who {
    FIGURES_RULE,
    FIGURES_FLOW,
    FIGURES_AI,
    FIGURES_FAQ,
    FIGURES_PERSON,
    FIGURES_NOBODY,
    FIGURES_SILENCE,
    FIGURES_OTHER,
    FIGURES_ERASED,
    FIGURES_OPEN,
    FIGURES_WHO
};

struct figures_ask { /* borrowed */
    /* since, until, channel, rule, flow and backend count, and have to be there: since and until. A message of a flow is one
     * whose turn that flow speaks in. */
    struct filter filter;
    const int64_t *days; /* when each day begins: days[0] <= since; behind them one more, >= until */
    size_t day_count;
    /* By the rules in force; NULL: none is. */
    bool (*is_faq)(void *context, const char *backend);
    bool (*takes_all)(void *context, const char *rule);
    void *context;
};

struct figures_day {
    int64_t heard, said; /* the customers' messages; our texts */
    int64_t by[FIGURES_WHO];
};

struct figures_rule {
    char *name;
    int64_t messages;
};

struct figures { /* owned; the zero value is releasable */
    struct figures_day *days; /* as many as were asked for */
    struct figures_day all;
    struct histogram times[FIGURES_WHO], time; /* ms: by who answered, and of all */
    struct figures_rule *rules;                /* the most frequent first */
    size_t rule_count;
    struct gather *questions;                  /* that nobody answered; numbers are those of messages */
};

int figures_read(struct db *db, const struct figures_ask *ask, struct figures *figures, struct error *error);
void figures_release(struct figures *figures);

/* "rule", "flow" … */
const char *figures_who_name(enum figures_who who);

/* What backends cost on days `since` <= day <= `until` ('2026-05-13'), the dearest first; by backend and rule, NULL: all. The
 * number of rows, or -1. */
struct figures_cost { /* borrowed */
    const char *backend;
    int64_t asked, answered, tokens_in, tokens_out, cost;
};
typedef void figures_cost_row(void *context, const struct figures_cost *row);
int figures_costs(struct db *db, const char *since, const char *until, const char *backend, const char *rule,
                  figures_cost_row *row, void *context, struct error *error);

#endif
