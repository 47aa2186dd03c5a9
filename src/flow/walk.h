/*
 * walk: one input's way through a run. Private to step.c and the files walk_*.c.
 *
 * A walk stands at the innermost frame of its run: `flow` and `step` are what the names in that frame mean today, NULL
 * where the rules have lost them. Whoever pushes or pops a frame does it by the functions here, which keep the two
 * true. Functions that may lead on return true with the way to take in *way, or false when the run waits or has ended;
 * walk_on takes the ways one after the other, so that no chain of them grows the stack.
 */
#ifndef FLOW_WALK_H
#define FLOW_WALK_H

#include <stdbool.h>
#include <stddef.h>

#include "flow/step.h"

/* run.c */

enum {
    RUN_ASKED_MAX = 100, /* names that a frame remembers; the oldest makes room */
    RUN_NAME_MAX = 200   /* bytes */
};

struct frame *run_top(struct run *run); /* NULL: none */
void run_push(struct run *run, const char *flow);
void run_pop(struct run *run);
void run_drop(struct run *run, const char *flow); /* what lies interrupted and began with that flow */
void run_interrupt(struct run *run); /* the innermost frame keeps the variables; the run has none */
void run_resume(struct run *run);    /* and back: what the run has had since is dropped */
/* A copy; its own name is ignored. */
void run_put(struct run_variables *variables, const char *name, const struct run_variable *value);
void run_forget(struct run *run, const char *name); /* the variable, and that it was asked for in the innermost flow */
void run_forget_in(struct run_variables *variables, struct frame *frame, const char *name); /* the same of another */
void run_asked(struct run *run, const char *name);

/* The walk */

struct walk {
    const struct flow_env *env;
    const struct flow_input *input;
    struct run *run;
    struct flow_effects *effects;
    const struct flow *flow;
    const struct step *step;
    const struct run_variable *tried; /* an answer under judgement; it goes before the run's own. NULL: none */
    struct walk_trouble {
        bool has_failed, has_timed_out, has_given_up;
        int status;
    } trouble;
    size_t steps;
    bool has_spoken;
};

/* walk.c: ways */
void walk_locate(struct walk *walk);
bool walk_stands(const struct walk *walk); /* does the step still do what the run waits for? */
void walk_on(struct walk *walk, struct way way);
void walk_back(struct walk *walk);
void walk_enter(struct walk *walk, const struct flow *flow);                        /* on top of what waits */
bool walk_trouble(struct walk *walk, struct walk_trouble trouble, struct way *way); /* a branch for it; false: none */
bool walk_give_up(struct walk *walk, enum flow_phrase sentence, struct way *way);   /* GAVE_UP or CHANGED */
void walk_break_off(struct walk *walk); /* a bound was hit: nothing of this run is tried any further */
void walk_end(struct walk *walk, const char *outcome);

enum { WALK_LABEL_MAX = 1000 }; /* bytes of a choice's label */

/* walk_say.c: effects. What time alone brings about is said in the customer's window only. */
struct flow_effect *walk_effect(struct walk *walk, enum flow_effect_kind kind);
void walk_pass(struct walk *walk); /* the step has been answered, or is done */
bool walk_say(struct walk *walk, const struct template *text);       /* false: there was nothing to say */
bool walk_say_offer(struct walk *walk, const struct template *text); /* with the buttons of the step's choices */
void walk_say_phrase(struct walk *walk, enum flow_phrase phrase);
void walk_say_text(struct walk *walk, const char *text); /* as it is; not blank */
bool walk_say_step(struct walk *walk); /* the step's sentence, with all that belongs to it */
void walk_ask(struct walk *walk);      /* the same, and the run waits for the answer; where nothing may be said, it expires */

/* walk_value.c: names and their values */
void walk_render(struct walk *walk, const struct template *text, template_escape *escape, size_t max, struct buf *out);
bool walk_holds(struct walk *walk, const struct expression *expression); /* NULL: yes */
bool walk_asks_for_trouble(const struct walk *walk, const struct expression *expression); /* for a fact that is set */
void walk_set(struct walk *walk);                                        /* the step's sets */

/* walk_answer.c: reading */
bool walk_is_back(const struct walk *walk);
bool walk_read(struct walk *walk, struct way *way);  /* the message as the step's answer; false: it is none */
bool walk_knows(struct walk *walk, struct way *way); /* is the answer there already? */

/* walk_forget.c: the answer of the flow's step of that index, and all that hangs on it */
void walk_forget(struct walk *walk, size_t from);

/* walk_call.c: services and backends */
bool walk_call(struct walk *walk, struct way *way);
void walk_consult(struct walk *walk);
int64_t walk_call_ms(const struct step *step); /* within which it ends */
bool walk_call_ended(struct walk *walk, struct walk_trouble trouble, struct way *way);
enum flow_verdict walk_result(struct walk *walk);

/* walk_clock.c: time */
int64_t walk_due(const struct walk *walk);
enum flow_verdict walk_clock(struct walk *walk);

#endif
