/*
 * stage: a conversation with one customer that is kept in memory, so that talks can be played: the same decisions as
 * the daemon's, carried out on variables instead of the book (desk/road, desk/carry, desk/flow_turn). Time passes when
 * it is told to; what a dialogue wants to be looked at for happens at its own moments. Services and backends answer at
 * once, as the talk says: a burst of messages is not waited for, and none joins another's turn. A backend that the talk
 * lets fail is followed by its fallback, as in desk/consult; one of the kind faq that the talk says nothing of answers
 * by itself. Who is no first contact has been answered by a machine before. No I/O, no clock; a stage belongs to one
 * thread.
 */
#ifndef DESK_STAGE_H
#define DESK_STAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "desk/decide.h"
#include "rules/talk.h"

enum { STAGE_EVENTS_MAX = 1000 }; /* that one line may set off: calls that end, backends that answer, moments of a dialogue */

struct stage { /* the upper part is for stage.c */
    const struct ruleset *ruleset;
    struct matcher *matcher;
    const struct talk *talk;
    struct decide_state facts; /* what never changes */
    int64_t now;
    size_t *given; /* how often each service, then each backend, has been asked */

    bool is_opted_out, has_written, has_met_machine;
    int64_t last_in_at;
    struct cooling *cooling; /* the names are the ruleset's */
    size_t cooling_count, cooling_room;

    const char *owner; /* bot, agent; closed, also before the first message */
    int64_t message_count;
    const char *last_rule;
    struct buf variables, choices, run, heard; /* empty: none */
    int64_t due_at;                            /* of the run */
    const struct service *called;  /* whose answer is awaited; NULL: none */
    const struct backend *asked;   /* likewise */
    const char *wanted_by;         /* the rule or step that wants it of the latter */
    int64_t call;                  /* its number in the dialogue; 0: a rule asks */
    size_t events;

    /* For the reader: what came of the line */
    struct buf *said; /* texts of the bot, in order */
    size_t said_count, said_room;
    const char *lacking; /* was asked, and has no answer in the talk; nothing happens any more. NULL: none */
    bool lacks_backend;  /* it is one, and no service */
    bool is_restless;    /* STAGE_EVENTS_MAX was passed; likewise */
};

void stage_open(struct stage *stage, const struct ruleset *ruleset, struct matcher *matcher, const struct talk *talk);
void stage_close(struct stage *stage);

/* Begins a line: what was said before is forgotten. */
void stage_begin(struct stage *stage);
void stage_pass(struct stage *stage, int64_t ms);
void stage_hear(struct stage *stage, const char *text);

/*
 * Is the condition true of how things stand, the variables of a dialogue under way included? stage_tell appends what its
 * names stand for: "@people is 3, :owner is 'bot'".
 */
enum expression_result stage_test(struct stage *stage, const struct expression *expression);
void stage_tell(struct stage *stage, const struct expression *expression, struct buf *out);

#endif
