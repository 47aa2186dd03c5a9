/*
 * rulefile_scan: tokens, rows and slips of the hand.
 *
 * The tokenizer follows SQLite's own in all that decides where a text, a name or a comment ends ('' inside
 * quotes, -- to the line's end, an unclosed slash-star to the file's end, [name] without escapes), since the
 * bytes of a statement found here are what SQLite is given. Should the two ever disagree, SQLite's
 * authorizer still stands behind: this file is for lines and sentences, not the wall.
 *
 * Slips are found by what cannot follow what. Behind a text only a comma, a closing parenthesis or an
 * operator makes sense; a word there means that the text ended too early, at an apostrophe ('Joe's' →
 * 'Joe''s'), or that a comma is missing. Behind a row only a comma and a row, or the end. Quotes, commas and
 * blanks that word processors and Asian keyboards type look like letters to SQL; they are named when they
 * stand outside a text.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "store/rulefile_scan.h"
#include "store/rulefile_table.h"

enum { SHOWN_MAX = 40 }; /* bytes of the file's text that a sentence quotes */

/* What a token starts with when it was typed by a word processor or on another keyboard. */
static const struct slip {
    const char *bytes, *name, *instead;
} SLIPS[] = {
    { "\u2018", "a curly quote", "an ordinary apostrophe (')" },
    { "\u2019", "a curly quote", "an ordinary apostrophe (')" },
    { "\u201c", "a curly quote", "an ordinary apostrophe (')" },
    { "\u201d", "a curly quote", "an ordinary apostrophe (')" },
    { "\u00b4", "an accent mark", "an ordinary apostrophe (')" },
    { "\uff07", "a full-width apostrophe", "an ordinary one (')" },
    { "\uff0c", "a full-width comma", "an ordinary one (,)" },
    { "\u3001", "a full-width comma", "an ordinary one (,)" },
    { "\uff08", "a full-width parenthesis", "an ordinary one" },
    { "\uff09", "a full-width parenthesis", "an ordinary one" },
    { "\uff1b", "a full-width semicolon", "an ordinary one (;)" },
    { "\u00a0", "a no-break space", "an ordinary space" },
    { "\u3000", "a full-width space", "an ordinary space" },
    { "\ufeff", "an invisible character (U+FEFF)", "nothing" },
    { "\u200b", "an invisible character (U+200B)", "nothing" },
};

static const struct slip *slip_at(const char *text, size_t len)
{
    for (size_t i = 0; i < sizeof SLIPS / sizeof SLIPS[0]; i++)
        if (len >= strlen(SLIPS[i].bytes) && strncmp(text, SLIPS[i].bytes, strlen(SLIPS[i].bytes)) == 0)
            return &SLIPS[i];
    return NULL;
}

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

/* How much of a token a sentence shows: its first line, cut on a character border. */
static int shown(const struct token *token)
{
    size_t len = 0;
    while (len < token->len && len < SHOWN_MAX && token->start[len] != '\n' && token->start[len] != '\r')
        len++;
    while (len > 0 && len < token->len && ((unsigned char)token->start[len] & 0xc0) == 0x80)
        len--;
    return (int)len;
}

static int blame(struct statement *statement, const struct token *token)
{
    statement->line = token->line;
    return -1;
}

/* What is wrong with a token wherever it stands. 0: nothing. */
static int refuse_slip(struct statement *statement, const struct token *token, struct error *error)
{
    const struct slip *slip = token->kind == TOKEN_WORD ? slip_at(token->start, token->len) : NULL;
    if (slip != NULL) {
        error_set(error, "%s stands outside of a text; type %s instead", slip->name, slip->instead);
        return blame(statement, token);
    }
    if (token_is(token, "/") && token->start[1] == '*') {
        error_set(error, "the comment that opens here is never closed; close it with */");
        return blame(statement, token);
    }
    if (token->kind == TOKEN_OPEN) {
        error_set(error, "the quote that opens here (%.*s …) is never closed", shown(token), token->start);
        return blame(statement, token);
    }
    return 0;
}

/* Takes the next token and refuses what is wrong anywhere. */
static int take(struct scan *scan, struct statement *statement, struct token *token, struct error *error)
{
    scan_next(scan, token);
    return refuse_slip(statement, token, error);
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
    } else if (name->kind != TOKEN_WORD) {
        error_set(error,
                  "a name is missing before '%.*s'; a statement reads INSERT INTO table (columns) VALUES "
                  "(values);",
                  shown(name), name->start);
        return blame(statement, name);
    }
    return 0;
}

static int take_columns(struct scan *scan, struct statement *statement, struct error *error)
{
    const struct rule_table *table = &rule_tables[statement->table];
    bool is_given[RULE_COLUMNS_MAX] = { false };
    struct token token;

    statement->column_count = 0;
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
        statement->column_count++;
        if (take(scan, statement, &token, error) != 0)
            return -1;
    } while (token_is(&token, ","));

    if (token_is(&token, ")"))
        return 0;
    error_set(error, "a comma or a closing parenthesis is missing in the list of columns before '%.*s'",
              shown(&token), token.start);
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
    return expect(scan, statement, "VALUES",
                  "behind the columns stands VALUES and the rows; queries and other "
                  "forms of INSERT are not allowed in a rule file",
                  error);
}

/* A text was taken; may this token follow it? */
static int refuse_after_text(struct statement *statement, const struct token *text, const struct token *next,
                             struct error *error)
{
    if (next->kind == TOKEN_END ||
        (next->kind == TOKEN_MARK && strchr(",)|+-*/%<>=&;", *next->start) != NULL))
        return 0;
    struct token end = *text;
    if (text->len > SHOWN_MAX) {
        size_t cut = text->len - SHOWN_MAX;
        while (((unsigned char)text->start[cut] & 0xc0) == 0x80)
            cut++;
        end.start += cut;
        end.len -= cut;
    }
    if (next->kind == TOKEN_TEXT)
        error_set(error, "a comma is missing between %.*s and %.*s", (int)end.len, end.start, shown(next),
                  next->start);
    else
        error_set(error,
                  "the text ends at %.*s before %.*s: an apostrophe inside a text is written twice, as in "
                  "'Joe''s'; or a comma is missing",
                  (int)end.len, end.start, shown(next), next->start);
    return blame(statement, next);
}

/* What may stand in the place of a value is SQLite's to judge; two slips are too common to be left to it. */
static int refuse_in_row(struct statement *statement, const struct token *before, const struct token *token,
                         struct error *error)
{
    if (token->kind == TOKEN_QUOTED) {
        error_set(error,
                  "%.*s stands between the wrong quotes: text is written between single quotes, 'like this'",
                  shown(token), token->start);
        return blame(statement, token);
    }
    if (before->kind == TOKEN_TEXT)
        return refuse_after_text(statement, before, token, error);
    if (token->kind == TOKEN_TEXT && before->kind == TOKEN_WORD) {
        error_set(error, "a comma is missing between %.*s and %.*s", shown(before), before->start,
                  shown(token), token->start);
        return blame(statement, token);
    }
    return 0;
}

static int check_count(struct statement *statement, const struct token *open, size_t count,
                       struct error *error)
{
    if (count == statement->column_count)
        return 0;
    error_set(error, "this row has %zu value%s for %zu column%s", count, count == 1 ? "" : "s",
              statement->column_count, statement->column_count == 1 ? "" : "s");
    return blame(statement, open);
}

/* The opening parenthesis is taken already. */
static int take_row(struct scan *scan, struct statement *statement, const struct token *open,
                    struct error *error)
{
    struct token before = *open, token;
    size_t count = 1;
    for (int depth = 1; depth > 0; before = token) {
        if (take(scan, statement, &token, error) != 0 ||
            refuse_in_row(statement, &before, &token, error) != 0)
            return -1;
        if (token.kind == TOKEN_END || token_is(&token, ";")) {
            error_set(error, "the row that begins here has no closing parenthesis");
            return blame(statement, open);
        }
        depth += token_is(&token, "(") - token_is(&token, ")");
        count += depth == 1 && token_is(&token, ",");
    }
    return check_count(statement, open, count, error);
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

/* Nothing but a comma, or the end, may stand behind a row. */
static int refuse_after_row(struct statement *statement, const struct token *token, struct error *error)
{
    if (token_is(token, "("))
        error_set(error, "a comma is missing between this row and the one before");
    else if (token_is(token, "INSERT"))
        error_set(error, "a semicolon is missing at the end of the statement before this one");
    else
        error_set(error, "behind a row stands a comma and the next row, or a semicolon; not '%.*s'",
                  shown(token), token->start);
    return blame(statement, token);
}

static int take_rows(struct scan *scan, struct statement *statement, struct error *error)
{
    struct token token;
    for (;;) {
        if (take(scan, statement, &token, error) != 0)
            return -1;
        if (!token_is(&token, "(")) {
            error_set(
                error,
                statement->row_count == 0
                    ? "VALUES is followed by a row in parentheses"
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
            return refuse_after_row(statement, &token, error);
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
    if (!token_is(&token, "INSERT"))
        return error_set(error,
                         "a rule file holds INSERT statements and nothing else; this one begins with '%.*s'",
                         shown(&token), token.start);
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
