/*
 * row: what the rule files say, row by row, kept as typed until it is judged.
 *
 * The rows of all tables stay in the order of the files, so that references may point forward and back, and
 * they own every text of a ruleset. Refused here, for every table alike: an empty text (leave the column
 * out, or write NULL; only a setting may be empty), a name that is too long, blank at an end, or holds
 * control characters.
 */
#ifndef RULES_ROW_H
#define RULES_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "store/rulefile.h"

enum { ROWS_MAX = 200 * 1000, ROW_NAME_MAX = 100 };

struct row {
    const char *table;        /* a constant */
    const char *const *names; /* of its columns; a constant */
    size_t count;
    const char *file; /* owned by the rows */
    int line;
    char **values; /* NULL: not given. One allocation with the texts */
};

struct rows {
    struct row *list;
    size_t count, room;
    char **files; /* names, each kept once */
    size_t file_count;
};

int rows_load(const struct rulefiles *files, struct rows *rows, struct error *error);
void rows_release(struct rows *rows);

/* The next row of a table from *at on (start with 0), or NULL. */
const struct row *rows_next(const struct rows *rows, const char *table, size_t *at);
size_t rows_count(const struct rows *rows, const char *table);

/* The value of a column; NULL: not given. A column that the table does not have aborts. */
const char *row_value(const struct row *row, const char *column);

/* Is it the word NULL, give or take blanks and case? Whoever quotes it wanted nothing to be there. */
bool row_is_null_word(const char *text);

/* "file:line: sentence"; always -1. */
int row_refuse(const struct row *row, struct error *error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts "file:line: column" in front of a sentence that is already there; always -1. */
int row_blame(const struct row *row, const char *column, struct error *error);

/* The value of a column that must be given: 0, or -1. */
int row_require(const struct row *row, const char *column, const char **value, struct error *error);

/*
 * Which of the words is it? *choice is an index into `words` (NULL-terminated), or `otherwise` when the
 * column is not given.
 */
int row_choose(const struct row *row, const char *column, const char *const *words, int otherwise, int *choice,
               struct error *error);

/* A whole number within bounds; *number is `otherwise` when the column is not given. */
int row_number(const struct row *row, const char *column, int least, int most, int otherwise, int *number,
               struct error *error);

/* "yes" or "no", or 1 and 0 as conditions see them; *is_yes is false when the column is not given. */
int row_yes_no(const struct row *row, const char *column, bool *is_yes, struct error *error);

/* A duration within bounds, in milliseconds; *ms is `otherwise` when the column is not given. */
int row_duration(const struct row *row, const char *column, int64_t least, int64_t most, int64_t otherwise,
                 int64_t *ms, struct error *error);

#endif
