/*
 * rulefile_hint: SQLite's messages, translated.
 *
 * By now the shape of the statement is known to be good (rulefile_scan), so SQLite can only have stumbled
 * over what stands in the place of a value: a word without quotes, a function or a query that is not
 * allowed, a slip of punctuation, or sheer size. Each known message has a row in MESSAGES; an unknown one is
 * passed on as it is.
 *
 * The line comes from SQLite's own offset where it gives one; else the statement is searched for the token
 * that the message is about. A sentence without any better line blames the statement's first.
 */
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "store/rulefile_hint.h"

const char *const rulefile_functions[] = { "char", "lower", "ltrim", "rtrim", "trim", "upper", NULL };

enum { NAME_SHOWN_MAX = 60 };

static const char DEEP[] = "a value is joined or nested out of too many pieces; write it as one text";
static const char LONG[] = "a value is longer than 64 KiB; shorten it";

/* A message of SQLite starts with `prefix`; the sentence is `before`, the name behind the prefix, `after`. */
static const struct message {
    const char *prefix, *before, *after;
    const char *const *words; /* else: the tokens to look for when SQLite gives no place; NULL: the name */
} MESSAGES[] = {
    { "no such column: ", "the word ",
      " stands outside of quotes; text is written between single quotes, 'like this'", NULL },
    { "near \"", "SQL cannot make sense of ",
      " here; is a comma missing, or a quote? Text is written between single quotes, 'like this'", NULL },
    { "unrecognized token: \"", "SQL cannot make sense of ",
      "; a number is made of digits, a text stands between single quotes, 'like this'", NULL },
    { "not authorized to use function: ", "the function ", " is not allowed in a rule file", NULL },
    { "no such function: ", "the function ", " is not allowed in a rule file", NULL },
    { "wrong number of arguments to function ", "the wrong number of values is given to ", "", NULL },
    { "not authorized", "queries are not allowed in a rule file; write the values themselves", "",
      (const char *const[]){ "SELECT", "WITH", "VALUES", NULL } },
    { "access to ", "queries are not allowed in a rule file; write the values themselves", "",
      (const char *const[]){ "SELECT", "WITH", "VALUES", NULL } },
    { "Expression tree is too large", DEEP, "", (const char *const[]){ NULL } },
    { "parser stack overflow", DEEP, "", (const char *const[]){ NULL } },
    { "string or blob too big", LONG, "", (const char *const[]){ NULL } },
    { "too many arguments on function ", "too many values are given to ", "", NULL },
    { "out of memory", "the statement holds too many values; begin another INSERT", "",
      (const char *const[]){ NULL } },
    { "interrupted", "the rule files take too many steps to read", "", (const char *const[]){ NULL } },
};

static const struct message *message_find(const char *text)
{
    for (size_t i = 0; i < sizeof MESSAGES / sizeof MESSAGES[0]; i++)
        if (strncmp(text, MESSAGES[i].prefix, strlen(MESSAGES[i].prefix)) == 0)
            return &MESSAGES[i];
    return NULL;
}

static int line_at_offset(const struct statement *statement, int offset)
{
    int line = statement->line;
    for (int i = 0; i < offset && (size_t)i < statement->len; i++)
        line += statement->start[i] == '\n';
    return line;
}

/* The first token behind VALUES that is `word`; 0: none. */
static int line_of_word(const struct statement *statement, const char *word, size_t len)
{
    struct scan scan = { .at = statement->start, .line = statement->line };
    bool is_in_rows = false;
    struct token token;
    do {
        scan_next(&scan, &token);
        if (token.start >= statement->start + statement->len)
            return 0;
        if (is_in_rows && token.kind == TOKEN_WORD && token.len == len &&
            strncasecmp(token.start, word, len) == 0)
            return token.line;
        if (token.kind == TOKEN_WORD && token.len == 6 && strncasecmp(token.start, "VALUES", 6) == 0)
            is_in_rows = true;
    } while (token.kind != TOKEN_END);
    return 0;
}

/* How much one value takes: the bytes of its texts, or the number of its operators and parentheses. */
static size_t size_of_token(const struct token *token, bool is_by_length)
{
    if (is_by_length)
        return token->kind == TOKEN_TEXT ? token->len : 0;
    return token->kind == TOKEN_MARK && strchr("(|+-*/%<>=&~", *token->start) != NULL;
}

/*
 * The line where the largest value begins. SQLite tells no place for a value that is too large, but it can
 * only be that one.
 */
static int line_of_largest(const struct statement *statement, bool is_by_length)
{
    struct scan scan = { .at = statement->start, .line = statement->line };
    struct token token;
    size_t size = 0, largest = 0;
    int depth = 0, line = 0, largest_line = statement->line;
    for (scan_next(&scan, &token); token.kind != TOKEN_END && token.start < statement->start + statement->len;
         scan_next(&scan, &token)) {
        bool is_mark = token.kind == TOKEN_MARK;
        if (is_mark && depth <= 1 && strchr("(,", *token.start) != NULL)
            size = 0, line = 0;
        else if (line == 0)
            line = token.line;
        depth += is_mark && *token.start == '(';
        depth -= is_mark && *token.start == ')';
        size += size_of_token(&token, is_by_length);
        if (size > largest && line != 0) {
            largest = size;
            largest_line = line;
        }
    }
    return largest_line;
}

static int line_of_words(const struct statement *statement, const char *const *words)
{
    for (; *words != NULL; words++) {
        int line = line_of_word(statement, *words, strlen(*words));
        if (line != 0)
            return line;
    }
    return 0;
}

/* The name behind the prefix: up to a quote or the end, without the parentheses of "lower()". */
static size_t name_length(const char *name)
{
    size_t len = strcspn(name, "\"\n");
    if (len > 2 && strncmp(name + len - 2, "()", 2) == 0)
        len -= 2;
    while (len > NAME_SHOWN_MAX || (len > 0 && ((unsigned char)name[len] & 0xc0) == 0x80))
        len--;
    return len;
}

static void add_functions(const struct message *known, struct buf *sentence)
{
    if (strstr(known->after, "not allowed") == NULL || strncmp(known->before, "the function", 12) != 0)
        return;
    for (size_t i = 0; rulefile_functions[i] != NULL; i++)
        buf_addf(sentence, "%s%s", i == 0 ? "; allowed are " : ", ", rulefile_functions[i]);
}

void rulefile_hint(struct statement *statement, const char *message, int offset, struct error *error)
{
    const struct message *known = message_find(message);
    if (known == NULL) {
        error_set(error, "SQLite cannot read this statement: %s", message);
        statement->line = line_at_offset(statement, offset);
        return;
    }
    const char *name = message + strlen(known->prefix);
    size_t len = known->words == NULL ? name_length(name) : 0;

    struct buf sentence = { 0 };
    buf_add_text(&sentence, known->before);
    buf_addf(&sentence, len > 0 ? "'%.*s'" : "%.*s", (int)len, name);
    buf_add_text(&sentence, known->after);
    add_functions(known, &sentence);
    error_set(error, "%s", buf_text(&sentence));
    buf_release(&sentence);

    int line = known->words == NULL ? line_of_word(statement, name, len)
                                    : line_of_words(statement, known->words);
    if (known->before == DEEP || known->before == LONG)
        statement->line = line_of_largest(statement, known->before == LONG);
    else if (offset >= 0)
        statement->line = line_at_offset(statement, offset);
    else if (line != 0)
        statement->line = line;
}

void rulefile_hint_placeholder(struct statement *statement, struct error *error)
{
    struct scan scan = { .at = statement->start, .line = statement->line };
    struct token token;
    do {
        scan_next(&scan, &token);
    } while (token.kind != TOKEN_END && strchr("?:@#$", *token.start) == NULL);
    if (token.kind != TOKEN_END && token.start < statement->start + statement->len)
        statement->line = token.line;
    error_set(error,
              "the mark %.1s stands outside of quotes; text is written between single quotes, 'like this'",
              token.start);
}
