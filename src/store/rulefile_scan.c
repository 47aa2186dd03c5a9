/*
 * rulefile_scan: tokens and rows.
 *
 * The tokenizer follows SQLite's own in all that decides where a text, a name or a comment ends ('' inside
 * quotes, -- to the line's end, an unclosed slash-star to the file's end, [name] without escapes), since the
 * bytes of a statement found here are what SQLite is given. Should the two ever disagree, SQLite's
 * authorizer still stands behind: this file is for lines and sentences, not the wall.
 *
 * What is not of that shape goes to rulefile_slip, which knows what was meant.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "store/rulefile_scan.h"
#include "store/rulefile_slip.h"
#include "store/rulefile_table.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '$' || (unsigned char)c >= 0x80;
}

static void step(struct scan *scan)
{
    if (*scan->at == '\n')
        scan->line++;
    scan->at++;
}

/* Up to the next token. A comment that is never closed is none: it would swallow the rest of the file in
 * silence. */
static void skip_blanks(struct scan *scan)
{
    for (;;) {
        if (is_blank(*scan->at)) {
            step(scan);
        } else if (scan->at[0] == '-' && scan->at[1] == '-') {
            while (*scan->at != '\0' && *scan->at != '\n')
                step(scan);
        } else if (scan->at[0] == '/' && scan->at[1] == '*' && strstr(scan->at + 2, "*/") != NULL) {
            scan->at += 2;
            while (*scan->at != '\0' && !(scan->at[0] == '*' && scan->at[1] == '/'))
                step(scan);
            if (*scan->at != '\0')
                scan->at += 2;
        } else {
            return;
        }
    }
}

/* From an opening quote to behind its closing one; a doubled one stands for itself, but not in [name]. */
static enum token_kind skip_quoted(struct scan *scan)
{
    char open = *scan->at, close = open == '[' ? ']' : open;
    step(scan);
    for (; *scan->at != '\0'; step(scan)) {
        if (*scan->at != close)
            continue;
        if (open == '[' || scan->at[1] != close) {
            step(scan);
            return open == '\'' ? TOKEN_TEXT : TOKEN_QUOTED;
        }
        step(scan);
    }
    return TOKEN_OPEN;
}

void scan_next(struct scan *scan, struct token *token)
{
    skip_blanks(scan);
    *token = (struct token){ TOKEN_END, scan->at, 0, scan->line };
    if (*scan->at == '\0')
        return;
    if (strchr("'\"`[", *scan->at) != NULL) {
        token->kind = skip_quoted(scan);
    } else if (is_word(*scan->at)) {
        token->kind = TOKEN_WORD;
        while (is_word(*scan->at))
            step(scan);
    } else {
        token->kind = TOKEN_MARK;
        step(scan);
    }
    token->len = (size_t)(scan->at - token->start);
}

static bool token_is(const struct token *token, const char *text)
{
    return (token->kind == TOKEN_WORD || token->kind == TOKEN_MARK) && token->len == strlen(text) &&
           strncasecmp(token->start, text, token->len) == 0;
}

static int blame(struct statement *statement, const struct token *token)
{
    statement->line = token->line;
    return -1;
}

/* Takes the next token and refuses what is wrong anywhere. */
static int take(struct scan *scan, struct statement *statement, struct token *token, struct error *error)
{
    scan_next(scan, token);
    return slip_anywhere(token, &statement->line, error);
}

static int expect(struct scan *scan, struct statement *statement, const char *text, const char *sentence,
                  struct error *error)
{
    struct token token;
    if (take(scan, statement, &token, error) != 0)
        return -1;
    if (token_is(&token, text))
        return 0;
    error_set(error, "%s", sentence);
    return blame(statement, &token);
}

/* A table's or column's name, quoted or bare: its inner bytes. */
static int take_name(struct scan *scan, struct statement *statement, struct token *name, struct error *error)
{
    if (take(scan, statement, name, error) != 0)
        return -1;
    if (name->kind == TOKEN_QUOTED) {
        name->start++;
        name->len -= 2;
    } else if (name->kind == TOKEN_TEXT) {
        error_set(error, "names of tables and columns stand without quotes: %.*s", slip_shown(name) - 2,
                  name->start + 1);
        return blame(statement, name);
    } else if (name->kind != TOKEN_WORD) {
        error_set(error,
                  "a name is missing before '%.*s'; a statement reads INSERT INTO table (columns) VALUES "
                  "(values);",
                  slip_shown(name), name->start);
        return blame(statement, name);
    }
    return 0;
}

/* Of our columns the one whose name is a word of SQL. */
static bool is_sql_word(const struct token *token)
{
    return token_is(token, "to");
}

static int check_needed(struct statement *statement, const bool *is_given, const struct token *end, struct error *error)
{
    const struct rule_table *table = &rule_tables[statement->table];
    const char *needed = rule_table_needs(table);
    if (needed == NULL || is_given[rule_table_column(table, needed, strlen(needed), error)])
        return 0;
    error_set(error,
              "this INSERT INTO %s lists no column %s; write what it is set to, or NULL there where it is taken away",
              table->name, needed);
    return blame(statement, end);
}

static int take_columns(struct scan *scan, struct statement *statement, struct error *error)
{
    const struct rule_table *table = &rule_tables[statement->table];
    bool is_given[RULE_COLUMNS_MAX] = { false };
    struct token token;

    statement->column_count = 0;
    statement->bare = NULL;
    do {
        if (take_name(scan, statement, &token, error) != 0)
            return -1;
        int column = rule_table_column(table, token.start, token.len, error);
        if (column < 0)
            return blame(statement, &token);
        if (is_given[column]) {
            error_set(error, "the column %s is named twice", table->columns[column]);
            return blame(statement, &token);
        }
        is_given[column] = true;
        if (is_sql_word(&token) && token.kind == TOKEN_WORD) {
            statement->bare = token.start;
            statement->bare_len = token.len;
        }
        statement->columns[statement->column_count++] = column;
        if (take(scan, statement, &token, error) != 0)
            return -1;
    } while (token_is(&token, ","));

    if (token_is(&token, ")"))
        return check_needed(statement, is_given, &token, error);
    error_set(error, "a comma or a closing parenthesis is missing in the list of columns before '%.*s'",
              slip_shown(&token), token.start);
    return blame(statement, &token);
}

/* "INSERT" is taken already. */
static int take_head(struct scan *scan, struct statement *statement, struct error *error)
{
    struct token token;
    if (expect(scan, statement, "INTO", "INSERT is followed by INTO and a table's name, and by nothing else",
               error) != 0 ||
        take_name(scan, statement, &token, error) != 0)
        return -1;
    statement->table = rule_table_find(token.start, token.len, error);
    if (statement->table < 0)
        return blame(statement, &token);
    if (expect(scan, statement, "(",
               "behind the table's name the columns are listed in parentheses, as in "
               "INSERT INTO team (name) VALUES ('support');",
               error) != 0 ||
        take_columns(scan, statement, error) != 0)
        return -1;
    if (take(scan, statement, &token, error) != 0)
        return -1;
    return token_is(&token, "VALUES") ? 0 : slip_before_rows(&token, &statement->line, error);
}

/* The row is named by its first value, as its author would. */
static int check_count(struct statement *statement, const struct token *open, const struct token *name,
                       size_t count, struct error *error)
{
    const struct rule_table *table = &rule_tables[statement->table];
    struct buf columns = { 0 };
    if (count == statement->column_count)
        return 0;
    for (size_t i = 0; i < statement->column_count; i++)
        buf_addf(&columns, "%s%s", i > 0 ? ", " : "", table->columns[statement->columns[i]]);
    error_set(error, "the row %.*s has %zu value%s for %zu column%s (%s); %s", slip_shown(name), name->start,
              count, count == 1 ? "" : "s", statement->column_count, statement->column_count == 1 ? "" : "s",
              buf_text(&columns),
              count < statement->column_count ? "write NULL for what is not given"
                                              : "look for a comma that should not be there");
    buf_release(&columns);
    return blame(statement, open);
}

/* The opening parenthesis is taken already. */
static int take_row(struct scan *scan, struct statement *statement, const struct token *open,
                    struct error *error)
{
    struct token before = *open, first = *open, name = *open, token;
    struct slip_place place = { open, &first, &before };
    size_t count = 1;
    for (int depth = 1; depth > 0; before = token) {
        if (take(scan, statement, &token, error) != 0 ||
            slip_in_row(&place, &token, &statement->line, error) != 0)
            return -1;
        if (depth == 1 && (before.start == open->start || token_is(&before, ",")))
            first = token;
        if (before.start == open->start)
            name = token;
        depth += token_is(&token, "(") - token_is(&token, ")");
        count += depth == 1 && token_is(&token, ",");
    }
    return check_count(statement, open, &name, count, error);
}

static int keep_row_line(struct statement *statement, const struct token *open, struct error *error)
{
    if (statement->row_count == STATEMENT_ROWS_MAX) {
        error_set(error, "one statement holds at most %d rows; begin another INSERT", STATEMENT_ROWS_MAX);
        return blame(statement, open);
    }
    if (statement->row_count == statement->row_room) {
        statement->row_room = statement->row_room == 0 ? 64 : statement->row_room * 2;
        statement->row_lines = alloc_resize(statement->row_lines, statement->row_room,
                                            sizeof *statement->row_lines);
    }
    statement->row_lines[statement->row_count++] = open->line;
    return 0;
}

static int take_rows(struct scan *scan, struct statement *statement, struct error *error)
{
    struct token token;
    for (;;) {
        if (take(scan, statement, &token, error) != 0)
            return -1;
        if (token.kind == TOKEN_TEXT && statement->row_count > 0) {
            error_set(error, "the row that begins here (%.*s) lacks its opening parenthesis", slip_shown(&token),
                      token.start);
            return blame(statement, &token);
        }
        if (!token_is(&token, "(")) {
            error_set(
                error,
                statement->row_count == 0
                    ? "VALUES is followed by a row in round parentheses, ( and )"
                    : "the row before ends with a comma, but no row follows; write a semicolon instead");
            return blame(statement, &token);
        }
        if (keep_row_line(statement, &token, error) != 0 || take_row(scan, statement, &token, error) != 0)
            return -1;
        statement->len = (size_t)(scan->at - statement->start);
        if (take(scan, statement, &token, error) != 0)
            return -1;
        if (token.kind == TOKEN_END || token_is(&token, ";"))
            return 1;
        if (!token_is(&token, ","))
            return slip_after_row(&token, &statement->line, error);
    }
}

int statement_next(struct scan *scan, struct statement *statement, struct error *error)
{
    struct token token;
    do {
        if (take(scan, statement, &token, error) != 0)
            return -1;
    } while (token_is(&token, ";"));
    if (token.kind == TOKEN_END)
        return 0;

    statement->start = token.start;
    statement->line = token.line;
    statement->row_count = 0;
    if (slip_at_start(&token, &statement->line, error) != 0)
        return -1;
    int line = statement->line;
    if (take_head(scan, statement, error) != 0 || take_rows(scan, statement, error) != 1)
        return -1;
    statement->line = line;
    return 1;
}

void statement_release(struct statement *statement)
{
    free(statement->row_lines);
    *statement = (struct statement){ 0 };
}
