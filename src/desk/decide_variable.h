/*
 * decide_variable: what a template's names stand for at the moment of a decision. Part of desk/decide.
 */
#ifndef DESK_DECIDE_VARIABLE_H
#define DESK_DECIDE_VARIABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/json.h"
#include "desk/decide.h"
#include "rules/ruleset.h"
#include "text/pattern.h"

/* All borrowed but `fields` and `remembered`, which are read when the first template asks for one. */
struct run_variables; /* flow/step.h */

struct variables {
    const struct ruleset *ruleset;
    const struct decide_state *state;
    const struct decide_input *input;
    int64_t now;
    const struct pattern *pattern;   /* the match whose groups are known; NULL: none */
    const struct matcher *matcher;
    const char *matched;             /* the text it matched in */
    const struct run_variables *answers; /* of a dialogue, while a row of one of its steps is judged; else NULL */
    const char *title;                   /* likewise */
    const struct decision *decision; /* what this message has set so far goes before what is remembered */
    struct json *fields, *remembered;
    bool has_read_fields, has_read_remembered;
};

/* A template_lookup; the context is a struct variables. */
bool variables_lookup(void *context, const char *name, struct buf *value);

/* The text that phrase.NAME stands for, in the contact's language; NULL: it is another name, or there is no such phrase. */
const struct template *variables_phrase(const struct variables *variables, const char *name);

/* The conversation's variables before this message, an object or NULL; borrowed. */
const struct json *variables_remembered(struct variables *variables);

void variables_release(struct variables *variables);

#endif
