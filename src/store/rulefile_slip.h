/*
 * rulefile_slip: what a hand mistyped in a rule file, told from the tokens around it. Private to rulefile_*.
 *
 * Each function returns 0 when nothing is wrong as far as it can see, or -1 with a sentence that says what to
 * type instead, and the line to blame in *line. Pure; any thread.
 */
#ifndef STORE_RULEFILE_SLIP_H
#define STORE_RULEFILE_SLIP_H

#include <stddef.h>

#include "base/error.h"
#include "store/rulefile_scan.h"

/* A token inside of a row, and what it follows. */
struct slip_place {
    const struct token *open;   /* the row's parenthesis */
    const struct token *first;  /* of this value */
    const struct token *before; /* directly before the token */
};

/* How many bytes of a token a sentence shows: its first line, cut on a character border. */
int slip_shown(const struct token *token);

/* Wherever the token stands. */
int slip_anywhere(const struct token *token, int *line, struct error *error);

/* As the first token of a statement. Always -1, unless it is INSERT. */
int slip_at_start(const struct token *token, int *line, struct error *error);

/* Within a row. */
int slip_in_row(const struct slip_place *place, const struct token *token, int *line, struct error *error);

/* Behind the columns, where VALUES should stand. Always -1. */
int slip_before_rows(const struct token *token, int *line, struct error *error);

/* Behind a row, where it is neither a comma nor the end. Always -1. */
int slip_after_row(const struct token *token, int *line, struct error *error);

#endif
