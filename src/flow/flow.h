/*
 * flow: a multi-step dialogue as it lies ready after the rule files were read: compiled, every name resolved,
 * immutable. rules/build_flow* makes it from the tables flow, step, choice, branch, service …; flow/step walks
 * through it. All pointers are owned by the ruleset; the functions here only look things up.
 *
 * Laws that its readers rely on:
 *   - A step's name is its answer's name: the step people of the flow table sets the variable people. Flows of
 *     one passage (a flow, and what its steps run) share their variables, so theirs should differ; flows that a rule
 *     starts one on top of the other do not.
 *   - Steps lie in file order. A step without `next` goes on to the row behind it; the last one ends the flow.
 *   - What a step does, in this order: its sets, its sentence, then it asks or acts, then its branches in file
 *     order, then `next`. A choice with a way of its own goes before the branches.
 *   - A step asks or acts, never both.
 */
#ifndef FLOW_FLOW_H
#define FLOW_FLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flow/ask.h"
#include "store/expression.h"
#include "text/pattern.h"
#include "text/template.h"

enum {
    FLOW_DEPTH_MAX = 8,          /* flows inside flows */
    FLOW_STEPS_MAX = 100,        /* that one input may run through */
    FLOW_CALLS_MAX = 20,         /* of services, without a word of the customer */
    FLOW_TIMEOUTS_MAX = 3,       /* of questions that a branch answers, without a word of the customer */
    FLOW_CHOICES_MAX = 10,
    FLOW_VARIABLES_MAX = 64,     /* of a passage, see step.h */
    FLOW_VARIABLE_BYTES_MAX = 1000
};

/* Where a choice or a branch leads. */
struct way {
    enum { WAY_ON, WAY_STEP, WAY_END, WAY_REDO } kind; /* WAY_ON: as the step itself goes on */
    size_t step;                                      /* WAY_STEP, WAY_REDO: index in the flow */
};

struct choice {
    struct template *label;
    struct pattern *words; /* NULL: the label alone */
    struct way way;
    const char *file;
    int line;
};

struct branch {
    const struct expression *only_if; /* NULL: always, but see step.h on trouble */
    struct template *say;             /* NULL: nothing */
    struct way way;
    const char *file;
    int line;
};

struct step_set { /* the variable becomes the value of a SQL expression; NULL, or one that breaks off, removes it */
    const char *name;
    const struct expression *value; /* NULL: removes it */
    const char *file;
    int line;
};

struct step_property { /* a further trigger property of the step's own campaign */
    const char *name;
    struct template *value;
};

enum step_action { STEP_NONE, STEP_CALL, STEP_FLOW, STEP_HANDOFF, STEP_CLOSE, STEP_CONSULT };

struct service_value { /* a variable from the answer */
    const char *name;
    const char *pointer; /* RFC 6901 */
};

struct service {
    const char *name;
    bool is_post;
    struct template *url;  /* values are escaped as parts of a URL, see step.h on trouble */
    struct template *body; /* JSON; NULL: none */
    const char *key_env;   /* NULL: no key */
    int64_t deadline_ms;
    const struct service_value *values;
    size_t value_count;
    const char *file;
    int line;
};

struct step {
    const char *name;      /* people */
    const char *full_name; /* table.people */
    struct template *say;  /* NULL: nothing */
    const char *campaign;  /* NULL: the channel's default */
    const struct step_property *properties;
    size_t property_count;
    enum ask_kind ask;
    struct pattern *pattern;            /* ASK_PATTERN */
    const struct expression *accept_if; /* NULL: whatever could be read */
    struct template *retry;             /* NULL: a built-in sentence, and the question again */
    int64_t timeout_ms;                 /* 0: none but the flow's `expires` */
    enum step_action action;
    const struct service *service; /* STEP_CALL */
    const struct flow *sub;        /* STEP_FLOW */
    const char *team;              /* STEP_HANDOFF */
    const char *backend;           /* STEP_CONSULT */
    int64_t consult_ms;            /* STEP_CONSULT: within which its answer comes, or the news that there is none */
    const struct step_set *sets;
    size_t set_count;
    const struct choice *choices; /* ASK_CHOICE */
    size_t choice_count;
    const struct branch *branches;
    size_t branch_count;
    struct way next; /* WAY_STEP or WAY_END */
    bool is_watched; /* a row of the ruleset waits for its having been answered, or done */
    const char *file;
    int line;
};

struct flow {
    const char *name;
    const char *title;         /* "your booking"; the name where none is given */
    int64_t expires_ms;        /* without a word of the customer; never 0 */
    struct template *expired;  /* said then; NULL: a built-in sentence */
    int64_t remind_ms;         /* of silence before the reminder; 0: no reminder */
    struct template *reminder; /* NULL: a built-in sentence, and the question again */
    int retries;               /* wrong answers that are asked again */
    struct way give_up;        /* WAY_STEP, or WAY_END after a built-in sentence */
    const struct step *steps;
    size_t step_count;
    const char *file;
    int line;
};

/* A flow by name among `count`; NULL: none. A step of it by name, without the flow's; NULL: none. */
const struct flow *flow_find(const struct flow *flows, size_t count, const char *name);
const struct step *flow_step(const struct flow *flow, const char *name);

/* Does the template (NULL: none) ask for the name? */
bool flow_quotes(const struct template *template, const char *name);

#endif
