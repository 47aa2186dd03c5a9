/*
 * change: what is different between two sets of rule files, row by row, as their owner would say it: a rule that
 * came, went, says something else, or moved among its equals. Comments, layout and which file a row stands in are
 * no difference; the order of rows is one only where it decides, among rules of one priority, the steps of a flow, the
 * choices and the branches of a step, the lines of a talk.
 *
 * Rows are the same row when their table and name are (of a phrase also the language, of an attribute also its
 * time; of what a match or a step sets the rule or step and the variable, of a choice its label, of a branch its
 * only_if, of hours and holidays the days); examples and the lines of talks are told apart by all they say. Pure; any
 * thread.
 */
#ifndef RULES_CHANGE_H
#define RULES_CHANGE_H

#include <stddef.h>

#include "base/buf.h"
#include "rules/row.h"

enum change_kind { CHANGE_ADDED, CHANGE_REMOVED, CHANGE_ALTERED, CHANGE_MOVED };

struct change {                      /* borrows from the rows, but for `name`, `before` and `after` */
    enum change_kind kind;
    const char *table, *column;      /* column: of CHANGE_ALTERED, else NULL */
    char *name;                      /* of the row, by which it is known */
    char *before, *after;            /* the column's value; of a row that came or went, or a nameless one that moved,
                                        what it says. NULL: none */
    const char *file;                /* where the row stands now; one that went: where it stood */
    int line;
};

/* The zero value is valid and releasable. A row of which several columns differ is several changes, side by side. */
struct changes {
    struct change *list; /* rules first, then table by table, by name */
    size_t count, room;
};

void changes_find(const struct rows *before, const struct rows *after, struct changes *changes);
void changes_release(struct changes *changes);

/* Appends "+2 rules, 1 changed; −1 example"; nothing when nothing is different. */
void changes_sum_up(const struct changes *changes, struct buf *out);

#endif
