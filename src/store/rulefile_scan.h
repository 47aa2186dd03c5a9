/*
 * rulefile_scan: reads a rule file as SQL text, statement by statement, before SQLite sees it.
 *
 * It knows what SQLite does not tell: the line of every row of a many-row INSERT, and what a person most
 * likely did wrong. It accepts one shape only,
 *
 *     INSERT INTO table (column, …) VALUES (value, …), (value, …);
 *
 * and refuses everything else with a sentence; what stands in the place of a value is left to SQLite and its
 * authorizer. Pure; any thread.
 */
#ifndef STORE_RULEFILE_SCAN_H
#define STORE_RULEFILE_SCAN_H

#include <stddef.h>

#include "base/error.h"
#include "store/rulefile_table.h"

enum token_kind {
    TOKEN_END,    /* of the file */
    TOKEN_WORD,   /* letters, digits, _ and everything beyond ASCII; numbers too */
    TOKEN_TEXT,   /* 'text' with both its quotes */
    TOKEN_QUOTED, /* "name", `name`, [name] */
    TOKEN_OPEN,   /* a text or quoted name without its closing quote: up to the end of the file */
    TOKEN_MARK,   /* any other single byte */
};

struct token {
    enum token_kind kind;
    const char *start;
    size_t len;
    int line; /* of its first byte */
};

/* A place in a file. Set `at` to its text and `line` to 1. */
struct scan {
    const char *at;
    int line;
};

/* Steps over blanks and comments and takes the next token. */
void scan_next(struct scan *scan, struct token *token);

enum { STATEMENT_ROWS_MAX = 100 * 1000 };

struct statement {
    const char *start;             /* its first word, borrowed from the file */
    size_t len;                    /* up to its semicolon, which is left out */
    const char *bare;              /* a column's name without quotes that SQL takes for a word of its own; NULL: none */
    size_t bare_len;
    int line;                      /* of that word; after an error: the line to blame */
    int table;                     /* index into rule_tables */
    int columns[RULE_COLUMNS_MAX]; /* indexes into the table's, as listed */
    size_t column_count;
    int *row_lines; /* owned: the line of each row's parenthesis */
    size_t row_count, row_room;
};

void statement_release(struct statement *statement);

/*
 * Takes the next statement: 1, or 0 at the end of the file, or -1 with a sentence (without file and line;
 * the line is in statement->line). Zero value or an earlier statement goes in; its memory is used again.
 */
int statement_next(struct scan *scan, struct statement *statement, struct error *error);

#endif
