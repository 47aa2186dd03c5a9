/*
 * scope: the variables that a flow knows: the answers of its steps, what its steps set, what its services
 * give, the named groups of the rules that start it, and all these of the flows around it. Templates write
 * them {{ name }}, conditions @name.
 *
 * What a value is, is known where every way to it gives the same: the answer to a number is a number, to a
 * phone a text; a value out of a service's answer may be either.
 *
 * Filled by build_flow_scope, read by the checks of templates and conditions. Names are borrowed. Pure; any
 * thread may read.
 */
#ifndef RULES_SCOPE_H
#define RULES_SCOPE_H

#include <stdbool.h>
#include <stddef.h>

struct step;

enum scope_type {
    SCOPE_ANY,
    SCOPE_TEXT,
    SCOPE_DATE, /* a text like '2026-05-12' */
    SCOPE_TIME, /* a text like '21:00' */
    SCOPE_CHOICE, /* a text, a label of the step's choices */
    SCOPE_NUMBER,
    SCOPE_YES_NO, /* 1 or 0 */
    SCOPE_MOMENT  /* unix milliseconds */
};

struct scope_name {
    const char *name;
    enum scope_type type;
    const struct step *step; /* SCOPE_CHOICE: the one that asks */
};

struct scope { /* the zero value knows nothing */
    struct scope_name *names; /* by name, each once, after scope_sort */
    size_t count, room;
};

void scope_add_name(struct scope *scope, struct scope_name name);
void scope_add(struct scope *scope, const char *name, enum scope_type type);
void scope_add_choice(struct scope *scope, const char *name, const struct step *step);
void scope_add_all(struct scope *scope, const struct scope *other);
void scope_sort(struct scope *scope);
void scope_release(struct scope *scope);

bool scope_type_is_text(enum scope_type type);
bool scope_type_is_number(enum scope_type type);

const struct scope_name *scope_find(const struct scope *scope, const char *name); /* NULL: unknown */

#endif
