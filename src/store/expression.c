/*
 * expression: see the header.
 *
 * The text becomes "SELECT 1 WHERE (text)" on a connection without tables; a row means true. What is asked for
 * its value is prepared once more, as "SELECT (text)", but only after it was taken as a condition: what may stand
 * there is decided in one place. Three walls stand around it:
 *
 * 1. tokens, by rulefile_scan: parentheses that close before they opened, a semicolon, a comment, a
 *    parameter that is no name would let the text out of its parentheses or hide a part of it;
 * 2. SQLite's grammar: what stands in WHERE can hold no aggregate and no window function, and is one value;
 * 3. the authorizer: our own SELECT, no other, no table, and the functions of the list.
 *
 * No function of the list makes a text without end: replace and || stop at SQLITE_LIMIT_LENGTH. There are
 * no loops, so an expression takes about as many steps as it has operators; the progress handler stands
 * behind that. SQLite counts the steps of a statement over all its runs, so the count is set to zero before
 * each: where the handler strikes must not depend on what was evaluated before.
 */
#include <search.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/nearest.h"
#include "base/utf8.h"
#include "store/confined.h"
#include "store/expression.h"
#include "store/rulefile_scan.h"
#include "store/rulefile_slip.h"

enum { STEPS_MAX = 1000, STEPS_BETWEEN = 100, NAME_SHOWN_MAX = 60 };

static const char TEST[] = "SELECT 1 WHERE (", VALUE[] = "SELECT (", AFTER[] = "\n)";

/* Not printf: '%.2000000000c' spins for seconds inside one step, under every limit. */
static const char *const FUNCTIONS[] = { "abs",    "coalesce", "glob",   "hex",     "ifnull", "iif",
                                         "instr",  "length",   "like",   "lower",   "ltrim",  "max",
                                         "min",    "nullif",   "replace", "round",  "rtrim",  "sign",
                                         "substr", "trim",     "typeof", "unicode", "upper",  NULL };

struct expression {
    struct expressions *set;
    char *source;
    sqlite3_stmt *test;
    sqlite3_stmt *value; /* NULL until it is first asked for */
};

struct expressions {
    sqlite3 *db;
    void *by_source;  /* of tsearch */
    int selects_left; /* ours, and no other */
    int steps_left;   /* in units of STEPS_BETWEEN */
};

static const struct confinement CONFINEMENT = {
    .value_bytes = 2 * EXPRESSION_VALUE_MAX,
    .sql_bytes = EXPRESSION_SOURCE_MAX + 100,
    .depth = 100,
    .selects = 1,
    .instructions = 5000,
    .arguments = 16,
    .parameters = EXPRESSION_NAMES_MAX,
    .takes_double_quotes = true,
};

static int authorize(void *context, int action, const char *first, const char *second, const char *database,
                     const char *trigger)
{
    struct expressions *set = context;
    (void)first, (void)database, (void)trigger;
    if (action == SQLITE_SELECT)
        return set->selects_left-- > 0 ? SQLITE_OK : SQLITE_DENY;
    for (size_t i = 0; action == SQLITE_FUNCTION && FUNCTIONS[i] != NULL; i++)
        if (strcasecmp(second, FUNCTIONS[i]) == 0)
            return SQLITE_OK;
    return SQLITE_DENY;
}

static int count_steps(void *context)
{
    struct expressions *set = context;
    return --set->steps_left < 0;
}

struct expressions *expressions_new(void)
{
    struct expressions *set = alloc_new(sizeof *set);
    set->db = confined_open();
    confined_begin(set->db, &CONFINEMENT);
    confined_must(sqlite3_set_authorizer(set->db, authorize, set));
    sqlite3_progress_handler(set->db, STEPS_BETWEEN, count_steps, set);
    return set;
}

static void free_expression(void *member)
{
    struct expression *expression = member;
    sqlite3_finalize(expression->test);
    sqlite3_finalize(expression->value);
    free(expression->source);
    free(expression);
}

void expressions_free(struct expressions *set)
{
    if (set == NULL)
        return;
    tdestroy(set->by_source, free_expression);
    sqlite3_close(set->db);
    free(set);
}

/* Refusals */

static int shown(const char *text, size_t len)
{
    return (int)(len <= NAME_SHOWN_MAX ? len : utf8_floor(text, len, NAME_SHOWN_MAX));
}

static bool is_mark(const struct token *token, char mark)
{
    return token->kind == TOKEN_MARK && *token->start == mark;
}

/* `end` is where the token before it ended: what is no blank between the two is a comment. */
static int check_token(const struct token *token, const char *end, struct error *error)
{
    int line = 0;
    size_t blanks = strspn(end, " \t\n\f\r");
    if (blanks != (size_t)(token->start - end) || (is_mark(token, '/') && token->start[1] == '*'))
        return error_set(error, "a condition holds no comment; write it beside the rule, behind --");
    if (slip_anywhere(token, &line, error) != 0)
        return -1;
    if (is_mark(token, '=') && (token->start[1] == '>' || token->start[1] == '<'))
        return error_set(error, "=%c is no comparison; at %s is written %c=, as in :hour %c= 9", token->start[1],
                         token->start[1] == '>' ? "least" : "most", token->start[1], token->start[1]);
    if (is_mark(token, ';'))
        return error_set(error, "a condition is one expression, without a semicolon");
    if (is_mark(token, '?') || is_mark(token, '#') || is_mark(token, '{') || (token->kind == TOKEN_WORD && *token->start == '$'))
        return error_set(error, "%.*s has no meaning here; facts are written :hour, variables @name",
                         shown(token->start, token->len), token->start);
    return 0;
}

static int check_tokens(const char *source, struct error *error)
{
    struct scan scan = { .at = source, .line = 1 };
    struct token token;
    int depth = 0;
    for (const char *end = source;; end = token.start + token.len) {
        scan_next(&scan, &token);
        if (check_token(&token, end, error) != 0)
            return -1;
        if (token.kind == TOKEN_END)
            break;
        depth += is_mark(&token, '(') - is_mark(&token, ')');
        if (depth < 0)
            return error_set(error, "a parenthesis is closed that was never opened");
    }
    return depth == 0 ? 0 : error_set(error, "a parenthesis is opened and never closed");
}

static const char CUT_SHORT[] = "a value is missing where the condition, or a parenthesis in it, ends; write both sides of the "
                                "comparison, as in :hour >= 22";

static const char ONE_SIDED[] =
    "a comparison lacks its left side; each needs its own, as in :hour >= 22 OR :hour < 6";

/* What SQLite says starts with `prefix`; the sentence is `before`, the name behind the prefix, `after`. */
static const struct message {
    const char *prefix, *before, *after;
} MESSAGES[] = {
    { "no such column: ", "the word ",
      " stands alone; a fact is written with a colon (:hour), a variable with an @ (@size), "
      "a text between quotes (\"sat\")" },
    { "no such function: ", "there is no function ", "" },
    { "not authorized to use function: ", "a condition may not use the function ", "" },
    { "wrong number of arguments to function ", "", " takes another number of values" },
    { "misuse of ", "a condition looks at one message; there is nothing to sum up or count over: ", "" },
    { "no such table: ", "a condition looks at facts and variables, not into tables: ", "" },
    { "not authorized", "a condition looks at facts and variables; it may not SELECT", NULL },
    { "access to ", "a condition looks at facts and variables, not into tables", NULL },
    { "incomplete input", CUT_SHORT, NULL },
    { "near \")\": syntax error", CUT_SHORT, NULL },
    { "near \"<\"", ONE_SIDED, NULL },
    { "near \">\"", ONE_SIDED, NULL },
    { "near \"=\"", ONE_SIDED, NULL },
    { "near \"<=\"", ONE_SIDED, NULL },
    { "near \">=\"", ONE_SIDED, NULL },
    { "near \"<>\"", ONE_SIDED, NULL },
    { "near \"!=\"", ONE_SIDED, NULL },
    { "near ", "SQL cannot make sense of ", "" },
    { "row value misused", "a condition is one value, not a list of them", NULL },
    { "no such collation sequence: ", "there is no collation ", "; known are nocase, binary, rtrim" },
    { "Expression tree is too large", "the condition is nested too deeply", NULL },
    { "parser stack overflow", "the condition is nested too deeply", NULL },
    { "too many SQL variables", "the condition uses too many names", NULL },
    { "too many arguments on function ", "", " is given too many values" },
};

static const struct message *message_find(const char *message)
{
    for (size_t i = 0; i < sizeof MESSAGES / sizeof MESSAGES[0]; i++)
        if (strncmp(message, MESSAGES[i].prefix, strlen(MESSAGES[i].prefix)) == 0)
            return &MESSAGES[i];
    return NULL;
}

static int refuse(const char *message, struct error *error)
{
    const struct message *known = message_find(message);
    if (known == NULL)
        return error_set(error, "SQL cannot read this condition: %s", message);
    if (known->after == NULL)
        return error_set(error, "%s", known->before);
    const char *name = message + strlen(known->prefix);
    if (strstr(known->prefix, "column") != NULL && (strcasecmp(name, "yes") == 0 || strcasecmp(name, "no") == 0))
        return error_set(error, "the word %s stands alone; in a condition yes is written 1 and no 0, as in :open = 0",
                         name);
    struct buf advice = { 0 };
    if (strstr(known->prefix, "function: ") != NULL) {
        struct nearest nearest = { .word = name };
        nearest_offer_list(&nearest, FUNCTIONS);
        nearest_advise(&nearest, FUNCTIONS, &advice);
    }
    error_set(error, "%s%.*s%s%s", known->before, shown(name, strlen(name)), name, known->after,
              buf_text(&advice));
    buf_release(&advice);
    return -1;
}

/* Adding */

static int compare_sources(const void *a, const void *b)
{
    return strcmp(((const struct expression *)a)->source, ((const struct expression *)b)->source);
}

/* SQLite also takes :name(anything) for a name, quotes and parentheses included. */
static int check_names(const struct expression *expression, struct error *error)
{
    for (size_t i = 0; i < expression_name_count(expression); i++) {
        const char *name = expression_name(expression, i);
        if (name == NULL || strpbrk(name + 1, ":(") != NULL)
            return error_set(error, "%s is not a name; facts are written :hour, variables @size",
                             name != NULL ? name : "?");
    }
    return 0;
}

/* SQLite's code. */
static int prepare(const struct expression *expression, const char *before, sqlite3_stmt **stmt)
{
    struct expressions *set = expression->set;
    struct buf sql = { 0 };
    buf_add_text(&sql, before);
    buf_add_text(&sql, expression->source);
    buf_add_text(&sql, AFTER);
    set->selects_left = 1;
    int code = sqlite3_prepare_v3(set->db, buf_text(&sql), (int)sql.len, SQLITE_PREPARE_PERSISTENT, stmt, NULL);
    buf_release(&sql);
    return code;
}

static int prepare_test(struct expression *expression, struct error *error)
{
    if (prepare(expression, TEST, &expression->test) != SQLITE_OK)
        return refuse(sqlite3_errmsg(expression->set->db), error);
    return check_names(expression, error);
}

static int check_source(const char *source, struct error *error)
{
    size_t len = strlen(source);
    if (len > EXPRESSION_SOURCE_MAX)
        return error_set(error, "the condition has %zu bytes; at most %d are taken", len,
                         EXPRESSION_SOURCE_MAX);
    if (!utf8_is_valid(source, len))
        return error_set(error, "the condition is not UTF-8");
    return check_tokens(source, error);
}

const struct expression *expressions_add(struct expressions *set, const char *source, struct error *error)
{
    struct expression key = { .source = (char *)source };
    void *found = tfind(&key, &set->by_source, compare_sources);
    if (found != NULL)
        return *(struct expression **)found;
    if (check_source(source, error) != 0)
        return NULL;

    struct expression *expression = alloc_new(sizeof *expression);
    expression->set = set;
    expression->source = alloc_text(source);
    if (prepare_test(expression, error) != 0) {
        free_expression(expression);
        return NULL;
    }
    if (tsearch(expression, &set->by_source, compare_sources) == NULL)
        abort();
    return expression;
}

size_t expression_name_count(const struct expression *expression)
{
    return (size_t)sqlite3_bind_parameter_count(expression->test);
}

const char *expression_name(const struct expression *expression, size_t index)
{
    return sqlite3_bind_parameter_name(expression->test, (int)index + 1);
}

/* Evaluating */

static int bind(sqlite3_stmt *stmt, int index, const struct expression_value *value)
{
    size_t len = value->len;
    switch (value->kind) {
    case EXPRESSION_NULL: return sqlite3_bind_null(stmt, index);
    case EXPRESSION_INT: return sqlite3_bind_int64(stmt, index, value->number);
    case EXPRESSION_REAL: return sqlite3_bind_double(stmt, index, value->real);
    case EXPRESSION_TEXT: break;
    }
    if (len > EXPRESSION_VALUE_MAX)
        len = utf8_floor(value->text, len, EXPRESSION_VALUE_MAX);
    return sqlite3_bind_text(stmt, index, value->text, (int)len, SQLITE_TRANSIENT);
}

/* SQLite's code; the caller resets. */
static int run(struct expressions *set, sqlite3_stmt *stmt, expression_lookup *lookup, void *context)
{
    for (int i = 1; i <= sqlite3_bind_parameter_count(stmt); i++) {
        struct expression_value value = { 0 };
        lookup(context, sqlite3_bind_parameter_name(stmt, i), &value);
        confined_must(bind(stmt, i, &value));
    }
    set->steps_left = STEPS_MAX / STEPS_BETWEEN - 1;
    sqlite3_stmt_status(stmt, SQLITE_STMTSTATUS_VM_STEP, 1);
    return sqlite3_step(stmt);
}

enum expression_result expression_test(const struct expression *expression, expression_lookup *lookup,
                                       void *context)
{
    int code = run(expression->set, expression->test, lookup, context);
    sqlite3_reset(expression->test);
    return code == SQLITE_ROW ? EXPRESSION_YES : code == SQLITE_DONE ? EXPRESSION_NO : EXPRESSION_LIMIT;
}

static void read_value(sqlite3_stmt *stmt, struct expression_value *value, struct buf *text)
{
    switch (sqlite3_column_type(stmt, 0)) {
    case SQLITE_INTEGER:
        *value = (struct expression_value){ .kind = EXPRESSION_INT, .number = sqlite3_column_int64(stmt, 0) };
        break;
    case SQLITE_FLOAT:
        *value = (struct expression_value){ .kind = EXPRESSION_REAL, .real = sqlite3_column_double(stmt, 0) };
        break;
    case SQLITE_TEXT:
        utf8_repair((const char *)sqlite3_column_text(stmt, 0), (size_t)sqlite3_column_bytes(stmt, 0), text);
        *value = (struct expression_value){ .kind = EXPRESSION_TEXT, .text = buf_text(text), .len = text->len };
        break;
    default: break;
    }
}

int expression_evaluate(const struct expression *constant, expression_lookup *lookup, void *context,
                        struct expression_value *value, struct buf *text)
{
    struct expression *expression = (struct expression *)constant;
    *value = (struct expression_value){ 0 };
    if (expression->value == NULL && prepare(expression, VALUE, &expression->value) != SQLITE_OK)
        return -1;
    int code = run(expression->set, expression->value, lookup, context);
    if (code == SQLITE_ROW)
        read_value(expression->value, value, text);
    sqlite3_reset(expression->value);
    return code == SQLITE_ROW ? 0 : -1;
}
