/*
 * scope: see the header.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "rules/scope.h"

void scope_add_name(struct scope *scope, struct scope_name name)
{
    if (scope->count == scope->room) {
        scope->room = 2 * scope->room + 16;
        scope->names = alloc_resize(scope->names, scope->room, sizeof *scope->names);
    }
    scope->names[scope->count++] = name;
}

void scope_add(struct scope *scope, const char *name, enum scope_type type)
{
    scope_add_name(scope, (struct scope_name){ name, type, NULL });
}

void scope_add_choice(struct scope *scope, const char *name, const struct step *step)
{
    scope_add_name(scope, (struct scope_name){ name, SCOPE_CHOICE, step });
}

void scope_add_all(struct scope *scope, const struct scope *other)
{
    for (size_t i = 0; i < other->count; i++)
        scope_add_name(scope, other->names[i]);
}

bool scope_type_is_text(enum scope_type type)
{
    return type >= SCOPE_TEXT && type <= SCOPE_CHOICE;
}

bool scope_type_is_number(enum scope_type type)
{
    return type >= SCOPE_NUMBER;
}

/* What a name is that is given in two ways: the kind that both are of. */
static enum scope_type common_type(enum scope_type a, enum scope_type b)
{
    if (scope_type_is_text(a) && scope_type_is_text(b))
        return SCOPE_TEXT;
    return scope_type_is_number(a) && scope_type_is_number(b) ? SCOPE_NUMBER : SCOPE_ANY;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(((const struct scope_name *)a)->name, ((const struct scope_name *)b)->name);
}

void scope_sort(struct scope *scope)
{
    size_t kept = 0;
    if (scope->count > 0)
        qsort(scope->names, scope->count, sizeof *scope->names, compare_names);
    for (size_t i = 0; i < scope->count; i++) {
        struct scope_name *last = kept > 0 ? &scope->names[kept - 1] : NULL;
        if (last == NULL || strcmp(last->name, scope->names[i].name) != 0)
            scope->names[kept++] = scope->names[i];
        else if (last->type != scope->names[i].type || last->step != scope->names[i].step)
            *last = (struct scope_name){ last->name, common_type(last->type, scope->names[i].type), NULL };
    }
    scope->count = kept;
}

void scope_release(struct scope *scope)
{
    free(scope->names);
    *scope = (struct scope){ 0 };
}

static int compare_name(const void *name, const void *member)
{
    return strcmp(name, ((const struct scope_name *)member)->name);
}

const struct scope_name *scope_find(const struct scope *scope, const char *name)
{
    return scope->count > 0 ? bsearch(name, scope->names, scope->count, sizeof *scope->names, compare_name) : NULL;
}
