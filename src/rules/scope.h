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

enum scope_type { SCOPE_ANY, SCOPE_TEXT, SCOPE_NUMBER };

struct scope_name {
    const char *name;
    enum scope_type type;
};

struct scope { /* the zero value knows nothing */
    struct scope_name *names; /* by name, each once, after scope_sort */
    size_t count, room;
};

void scope_add(struct scope *scope, const char *name, enum scope_type type);
void scope_add_all(struct scope *scope, const struct scope *other);
void scope_sort(struct scope *scope);
void scope_release(struct scope *scope);

const struct scope_name *scope_find(const struct scope *scope, const char *name); /* NULL: unknown */

#endif
