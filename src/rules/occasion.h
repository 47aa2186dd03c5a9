/*
 * occasion: when a row that is about the customer's file has its turn: an attribute, a custom event, a notice. The column
 * `at` names the moment,
 *
 *     rule:NAME        the rule has taken the message
 *     step:FLOW.STEP   the step has been answered, or is done if it asks nothing
 *     handoff          a person is to take over: by a rule, a step or a backend
 *     opt_out          the customer opts out
 *     reply            an answer goes out, whoever gives it
 *     close            the conversation is over, whoever ends it, and has been summed up
 *
 * and `only_if` may narrow it. A template and an only_if know, beside what is known everywhere, the groups of the rule's
 * pattern (rule:), the variables of the flow (step:), or (close) what flows have collected in this conversation and how it
 * ended: {{ summary }}, {{ summary_by }}, {{ outcome }}, {{ flow }} and :outcome, and at close {{ closed_by }} and
 * :closed_by. A row at handoff that asks for one of these waits until the conversation has been summed up for the person; the
 * others have their turn at once. Pure; any thread.
 */
#ifndef RULES_OCCASION_H
#define RULES_OCCASION_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "rules/row.h"
#include "rules/ruleset.h"

/* Takes the columns at and only_if. */
int occasion_take(struct ruleset *ruleset, const struct row *row, struct occasion *when, struct error *error);

/* Takes a column that is a template; NULL where it is not given. May decide that the row awaits the parting. */
int occasion_take_template(const struct ruleset *ruleset, const struct row *row, const char *column,
                           struct occasion *when, struct template **template, struct error *error);

/* Is all known there that the template asks for? The second half of it, for a template that several rows share. */
int occasion_check_template(const struct ruleset *ruleset, const struct template *template, struct occasion *when,
                            struct error *error);

bool occasion_is_same(const struct occasion *a, const struct occasion *b); /* conditions aside */

/* Appends the moment as typed: "rule:order", "handoff". */
void occasion_format(const struct occasion *when, struct buf *out);

extern const char *const moment_names[]; /* by enum moment, NULL-terminated; of MOMENT_RULE "rule:", of MOMENT_STEP "step:" */

#endif
