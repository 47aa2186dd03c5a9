/*
 * rulefile_table: which tables and columns a rule file may write. A column that is not evaluated does not exist: so that
 * nobody writes a rule that silently does less than it says.
 *
 * Names are compared as SQL does, blind to the case of ASCII letters. Constant data; any thread.
 */
#ifndef STORE_RULEFILE_TABLE_H
#define STORE_RULEFILE_TABLE_H

#include <stddef.h>

#include "base/error.h"

enum { RULE_TABLE_COUNT = 29, RULE_COLUMNS_MAX = 40 };

struct rule_table {
    const char *name;
    const char *create;               /* SQL */
    const char *select;               /* SQL: the columns below, of rows behind rowid ?1, oldest first */
    const char *const *columns;       /* NULL-terminated, in that order */
};

extern const struct rule_table rule_tables[RULE_TABLE_COUNT];

/* The column without which an INSERT says what nobody reads in it: a NULL there takes something away. NULL: none is such. */
const char *rule_table_needs(const struct rule_table *table);

/* The index of a table or column of that name, `len` bytes of it, or -1 and a sentence with the nearest. */
int rule_table_find(const char *name, size_t len, struct error *error);
int rule_table_column(const struct rule_table *table, const char *name, size_t len, struct error *error);

#endif
