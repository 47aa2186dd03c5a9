/*
 * draw: a flow as a picture: for Graphviz (frontdesk rules draw FLOW | dot -Tsvg), and as lines to read on a
 * terminal.
 *
 * Both show what was typed, {{ names }} and conditions included. In the picture an ask is a rounded box, an act a
 * box of another shape, a way a labelled edge, one that asks once more a dashed edge; texts are cut after
 * DRAW_TEXT_MAX characters. Pure; any thread.
 */
#ifndef RULES_DRAW_H
#define RULES_DRAW_H

#include "base/buf.h"
#include "rules/ruleset.h"
#include "rules/tell.h"

enum { DRAW_TEXT_MAX = 80 };

/* Appends a document in the DOT language, with a line feed at its end. No control character but that is in it. */
void draw_dot(const struct ruleset *ruleset, const struct flow *flow, struct buf *out);

/* An item for the flow and one for each step, each with its lines; release with tell_release. */
void draw_lines(const struct ruleset *ruleset, const struct flow *flow, struct tell *tell);

#endif
