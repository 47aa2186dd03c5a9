/*
 * rulefile_slip: slips of the hand.
 *
 * They are found by what cannot follow what. Behind a text only a comma, a closing parenthesis or an operator
 * makes sense; what else stands there means that the text ended too early, at an apostrophe ('It's'), or too
 * late, because its own closing quote is missing and it ran on to the next one. The second case shows in the
 * text: it goes over lines and ends where a row or a value begins, in "(" or in blanks. Then the line to
 * blame is the one where the text opens, however far down it was noticed.
 *
 * Quotes, commas and digits that word processors and Asian keyboards type look like letters to SQL; they are
 * named when they stand outside a text.
 */
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/nearest.h"
#include "base/utf8.h"
#include "store/rulefile_slip.h"

enum { SHOWN_MAX = 40, FULL_WIDTH_FIRST = 0xff01, FULL_WIDTH_LAST = 0xff5e, FULL_WIDTH_SHIFT = 0xfee0 };

/* What was typed by a word processor or on another keyboard, and what belongs there. */
static const struct slip {
    const char *bytes, *name, *instead;
} SLIPS[] = {
    { "\u2018", "a curly quote", "an ordinary apostrophe (')" },
    { "\u2019", "a curly quote", "an ordinary apostrophe (')" },
    { "\u201c", "a curly quote", "an ordinary apostrophe (')" },
    { "\u201d", "a curly quote", "an ordinary apostrophe (')" },
    { "\u201a", "a low quote", "an ordinary apostrophe (')" },
    { "\u201e", "a low quote", "an ordinary apostrophe (')" },
    { "\u00ab", "a guillemet", "an ordinary apostrophe (')" },
    { "\u00bb", "a guillemet", "an ordinary apostrophe (')" },
    { "\u300c", "a corner bracket", "an ordinary apostrophe (')" },
    { "\u300d", "a corner bracket", "an ordinary apostrophe (')" },
    { "\u00b4", "an accent mark", "an ordinary apostrophe (')" },
    { "\uff07", "a full-width apostrophe", "an ordinary one (')" },
    { "\uff02", "a full-width quote", "an ordinary apostrophe (')" },
    { "\uff0c", "a full-width comma", "an ordinary one (,)" },
    { "\u3001", "a full-width comma", "an ordinary one (,)" },
    { "\uff08", "a full-width parenthesis", "an ordinary one" },
    { "\uff09", "a full-width parenthesis", "an ordinary one" },
    { "\uff1b", "a full-width semicolon", "an ordinary one (;)" },
    { "\u2013", "a long dash", "an ordinary minus (-), and two of them before a comment" },
    { "\u2014", "a long dash", "an ordinary minus (-), and two of them before a comment" },
    { "\u00a0", "a no-break space", "an ordinary space" },
    { "\u3000", "a full-width space", "an ordinary space" },
    { "\ufeff", "an invisible character (U+FEFF)", "nothing" },
    { "\u200b", "an invisible character (U+200B)", "nothing" },
};

static int blame(const struct token *token, int *line)
{
    *line = token->line;
    return -1;
}

static bool token_is(const struct token *token, const char *text)
{
    return (token->kind == TOKEN_WORD || token->kind == TOKEN_MARK) && token->len == strlen(text) &&
           strncasecmp(token->start, text, token->len) == 0;
}

static bool token_is_listed(const struct token *token, const char *const *words)
{
    for (; *words != NULL; words++)
        if (token_is(token, *words))
            return true;
    return false;
}

static bool is_number(const struct token *token)
{
    return token->kind == TOKEN_WORD && *token->start >= '0' && *token->start <= '9';
}

int slip_shown(const struct token *token)
{
    size_t len = 0;
    while (len < token->len && len < SHOWN_MAX && token->start[len] != '\n' && token->start[len] != '\r')
        len++;
    while (len > 0 && len < token->len && ((unsigned char)token->start[len] & 0xc0) == 0x80)
        len--;
    return (int)len;
}

/* Anywhere */

static const struct slip *slip_at(const char *text, size_t len)
{
    for (size_t i = 0; i < sizeof SLIPS / sizeof SLIPS[0]; i++)
        if (len >= strlen(SLIPS[i].bytes) && strncmp(text, SLIPS[i].bytes, strlen(SLIPS[i].bytes)) == 0)
            return &SLIPS[i];
    return NULL;
}

/* A word ends at ASCII only, so that "NULL，" is one: each of its characters is looked at. */
static int refuse_character(const struct token *token, int *line, struct error *error)
{
    uint32_t code;
    size_t step;
    for (size_t at = 0; at < token->len; at += step) {
        const struct slip *slip = slip_at(token->start + at, token->len - at);
        step = utf8_decode(token->start + at, token->len - at, &code);
        if (slip != NULL)
            error_set(error, "%s (%.*s) stands outside of a text; type %s instead", slip->name, (int)step,
                      token->start + at, slip->instead);
        else if (code >= FULL_WIDTH_FIRST && code <= FULL_WIDTH_LAST)
            error_set(error,
                      "a full-width character (%.*s) stands outside of a text; type the ordinary one (%c) "
                      "instead",
                      (int)step, token->start + at, (char)(code - FULL_WIDTH_SHIFT));
        else
            continue;
        return blame(token, line);
    }
    return 0;
}

static bool ends_value(const char *text)
{
    text += strspn(text, " \t");
    return *text == ',' || *text == ')';
}

/* Is the text's first line closed by a quote that is none: ’ or ” and then a comma or a parenthesis? */
static bool has_curly_end(const struct token *text)
{
    static const char *const ENDS[] = {
        "\u2019", "\u201d", "\u2018", "\u201c", "\u00b4", "\uff07", "`", "\""
    };
    for (size_t at = 1; at < text->len && text->start[at] != '\n'; at++)
        for (size_t i = 0; i < sizeof ENDS / sizeof ENDS[0]; i++)
            if (strncmp(text->start + at, ENDS[i], strlen(ENDS[i])) == 0 &&
                ends_value(text->start + at + strlen(ENDS[i])))
                return true;
    return false;
}

static int refuse_open(const struct token *text, int *line, struct error *error)
{
    if (*text->start == '\'' && ends_value(text->start + 1))
        error_set(error,
                  "the quote here (%.*s) closes no text: put a ' where the text begins; or, if an apostrophe ended it "
                  "too early, an apostrophe inside a text is written twice, as in it''s",
                  slip_shown(text), text->start);
    else if (*text->start != '\'')
        error_set(
            error,
            "the quote that opens here (%.*s …) is never closed; text stands between single quotes, 'like "
            "this'",
            slip_shown(text), text->start);
    else if (has_curly_end(text))
        error_set(error,
                  "the text that opens here (%.*s) ends in another kind of quote; close it with an ordinary "
                  "apostrophe (')",
                  slip_shown(text), text->start);
    else
        error_set(error, "the text that opens here (%.*s) is never closed; put a ' behind its last word",
                  slip_shown(text), text->start);
    return blame(text, line);
}

int slip_anywhere(const struct token *token, int *line, struct error *error)
{
    if (token->kind == TOKEN_WORD)
        return refuse_character(token, line, error);
    if (token->kind == TOKEN_OPEN)
        return refuse_open(token, line, error);
    if (token_is(token, "/") && token->start[1] == '*')
        error_set(error, "the comment that opens here is never closed; close it with */");
    else if (token_is(token, "#") || (token_is(token, "/") && token->start[1] == '/'))
        error_set(error, "a comment in a rule file begins with --, not with %s",
                  *token->start == '#' ? "#" : "//");
    else
        return 0;
    return blame(token, line);
}

/* At the start of a statement */

static const struct {
    const char *word, *advice;
} STATEMENTS[] = {
    { "UPDATE", "; to change a row, change it where it is written" },
    { "REPLACE", "; to change a row, change it where it is written" },
    { "DELETE", "; to lose a row, take it out where it is written" },
    { "DROP", "; to lose a row, take it out where it is written" },
    { "TRUNCATE", "; each load begins with empty tables" },
    { "CREATE", "; the tables are there already" },
    { "ALTER", "; the tables are there already" },
    { "BEGIN", "; take it out, a folder is loaded all or nothing" },
    { "COMMIT", "; take it out, a folder is loaded all or nothing" },
    { "VALUES", "; INSERT INTO table (columns) belongs before it" },
    { "INTO", "; INSERT belongs before it" },
};

int slip_at_start(const struct token *token, int *line, struct error *error)
{
    struct buf advice = { 0 }, word = { 0 };
    if (token_is(token, "INSERT"))
        return 0;
    if (token_is(token, "(") || token_is(token, ",")) {
        error_set(error,
                  "a row stands here without its INSERT: the statement before ends with a semicolon; write "
                  "a comma there instead");
        return blame(token, line);
    }
    for (size_t i = 0; i < sizeof STATEMENTS / sizeof STATEMENTS[0]; i++)
        if (token_is(token, STATEMENTS[i].word))
            buf_add_text(&advice, STATEMENTS[i].advice);
    buf_addf(&word, "%.*s", slip_shown(token), token->start);
    if (token->kind == TOKEN_WORD && rule_table_find(token->start, token->len, NULL) >= 0)
        buf_add_text(&advice, "; INSERT INTO belongs before it");
    if (advice.len == 0 && token->kind == TOKEN_WORD && token->len < SHOWN_MAX) {
        struct nearest nearest = { .word = buf_text(&word) };
        nearest_offer(&nearest, "INSERT");
        nearest_advise(&nearest, NULL, &advice);
    }
    error_set(error, "a rule file holds INSERT statements and nothing else; this one begins with '%s'%s",
              buf_text(&word), buf_text(&advice));
    buf_release(&advice);
    buf_release(&word);
    return blame(token, line);
}

/* In a row */

/* Words that make sense beside others in a value. */
static const char *const OPERATORS[] = { "NULL",   "NOT",      "IS",        "AND",   "OR",      "LIKE",
                                         "GLOB",   "IN",       "BETWEEN",   "CASE",  "WHEN",    "THEN",
                                         "ELSE",   "END",      "AS",        "CAST",  "COLLATE", "EXISTS",
                                         "SELECT", "FROM",     "WHERE",     "WITH",  "VALUES",  "UNION",
                                         "ALL",    "DISTINCT", "RECURSIVE", "ORDER", "BY",      "LIMIT",
                                         "RAISE",  NULL };

/* The text's last line, from behind its last line break to its closing quote. */
static const char *last_line(const struct token *text, size_t *len)
{
    const char *end = text->start + text->len - 1, *start = end;
    while (start > text->start && start[-1] != '\n')
        start--;
    *len = (size_t)(end - start);
    return start;
}

static bool holds(const char *text, size_t len, const char *piece)
{
    for (size_t i = 0; i + strlen(piece) <= len; i++)
        if (strncasecmp(text + i, piece, strlen(piece)) == 0)
            return true;
    return false;
}

/* Did the text run over its end, to the opening quote of a text further down? */
static bool has_run_on(const struct token *text)
{
    size_t len, blanks;
    const char *line = last_line(text, &len);
    if (memchr(text->start, '\n', text->len) == NULL)
        return false;
    blanks = strspn(line, " \t\r");
    while (len > 0 && (line[len - 1] == ' ' || line[len - 1] == '\t'))
        len--;
    return blanks >= len || line[len - 1] == '(' || holds(line, len, "INSERT INTO");
}

static int refuse_run_on(const struct token *text, int *line, struct error *error)
{
    if (has_curly_end(text))
        return refuse_open(text, line, error);
    error_set(
        error,
        "the text that opens here (%.*s) is not closed on its line and runs on to the next quote; put a ' "
        "behind its last word",
        slip_shown(text), text->start);
    return blame(text, line);
}

/* The line on which the text ends. */
static int end_line(const struct token *text)
{
    int line = text->line;
    for (size_t i = 0; i < text->len; i++)
        line += text->start[i] == '\n';
    return line;
}

/* The text's last word, with the apostrophe that ended it doubled, and what follows at once. */
static void mend(const struct token *text, const struct token *next, struct buf *out)
{
    const char *end = text->start + text->len - 1, *start = end;
    while (start > text->start + 1 && start[-1] != ' ' && start[-1] != '\n' && end - start < SHOWN_MAX)
        start--;
    while (((unsigned char)*start & 0xc0) == 0x80)
        start++;
    bool has_backslash = end > start && end[-1] == '\\';
    buf_addf(out, "%.*s''", (int)(end - start - has_backslash), start);
    if (next->start == end + 1 && next->kind == TOKEN_WORD)
        buf_addf(out, "%.*s", slip_shown(next), next->start);
}

/* 'like this, ' : the closing quote is the opening one of the next value. */
static bool ends_in_comma(const struct token *text)
{
    const char *end = text->start + text->len - 1;
    while (end > text->start && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    return end > text->start + 1 && end[-1] == ',';
}

static int refuse_apostrophe(const struct token *text, const struct token *next, int *line,
                             struct error *error)
{
    struct buf mended = { 0 };
    mend(text, next, &mended);
    *line = end_line(text);
    if (ends_in_comma(text))
        error_set(
            error,
            "the text %.*s has no closing quote of its own, and ends where the next text begins; put a ' "
            "before the comma",
            slip_shown(text), text->start);
    else if (text->len == 2 && next->kind == TOKEN_WORD)
        error_set(error, "two quotes open a text here ('' before %.*s); write one at each end, 'like this'",
                  slip_shown(next), next->start);
    else if (text->start[text->len - 2] == '\\')
        error_set(error,
                  "a backslash does not help in SQL: an apostrophe inside a text is written twice, as in %s",
                  buf_text(&mended));
    else
        error_set(
            error,
            "the text ends before %.*s: an apostrophe inside a text is written twice, as in %s (or a comma "
            "is missing between two values)",
            slip_shown(next), next->start, buf_text(&mended));
    buf_release(&mended);
    return -1;
}

static int refuse_unclosed_row(const struct token *open, const struct token *end, int *line,
                               struct error *error)
{
    const char *behind = end->start + end->len;
    if (token_is(end, ";") && behind[strspn(behind, " \t")] == '\'') {
        error_set(error, "values are separated by commas, not by semicolons");
        return blame(end, line);
    }
    if (token_is(end, ";"))
        error_set(
            error,
            "the row that begins here has no closing parenthesis before the semicolon of line %d (values are "
            "separated by commas)",
            end->line);
    else
        error_set(error, "the row that begins here has no closing parenthesis");
    return blame(open, line);
}

/*
 * Did a lone apostrophe end the text? Then an odd number of quotes is left on the line, and the last of them closes
 * a value; or a year stands behind it, as in 'the '80s'.
 */
static bool is_lone_end(const struct token *text, const struct token *next)
{
    const char *end = text->start + text->len, *last = NULL;
    size_t count = 0;
    for (const char *at = end; *at != '\0' && *at != '\n'; at++)
        if (*at == '\'') {
            last = at;
            count++;
        }
    if (count % 2 == 1 && (ends_value(last + 1) || last[1 + strspn(last + 1, " \t")] == ';'))
        return true;
    return is_number(next) && next->start == end && text->len > 2 && end[-2] == ' ';
}

/* Signs that SQL takes between texts, and makes numbers of them, which is never meant. */
static bool is_sum(const struct token *token)
{
    return token->kind == TOKEN_MARK && strchr("+&-*/%<>=.", *token->start) != NULL;
}

static int refuse_sum(const struct token *sign, int *line, struct error *error)
{
    error_set(error, "texts are joined by ||, as in 'one ' || 'two', not by %c", *sign->start);
    return blame(sign, line);
}

static bool may_follow_text(const struct token *next)
{
    return next->kind == TOKEN_END || (next->kind == TOKEN_MARK && strchr(",)|;", *next->start) != NULL);
}

static int refuse_after_text(const struct slip_place *place, const struct token *next, int *line,
                             struct error *error)
{
    const struct token *text = place->before;
    if (may_follow_text(next))
        return 0;
    bool is_run_on = has_run_on(text);
    bool is_lone = !is_run_on && is_lone_end(text, next);
    if (is_sum(next) && !is_lone)
        return refuse_sum(next, line, error);
    if (is_run_on)
        return refuse_run_on(text, line, error);
    if (is_lone)
        return refuse_apostrophe(text, next, line, error);
    if (token_is(next, "(") || token_is(next, "INSERT"))
        return refuse_unclosed_row(place->open, next, line, error);
    if (next->kind == TOKEN_TEXT || is_number(next) || token_is(next, "NULL")) {
        error_set(error, "a comma is missing between %.*s and %.*s", slip_shown(text), text->start,
                  slip_shown(next), next->start);
        return blame(next, line);
    }
    return refuse_apostrophe(text, next, line, error);
}

/* A sign behind a number, and another number behind that: 12/1/2026, 5>3; but 2 * 250 is what it says. */
static bool is_reckoned(const struct token *before, const struct token *sign)
{
    const char *next = sign->start + sign->len;

    if (!is_number(before) || before->len != strspn(before->start, "0123456789") || sign->kind != TOKEN_MARK ||
        strchr("/-<>=!%", *sign->start) == NULL)
        return false;
    next += strspn(next, "=<> \t");
    return *next >= '0' && *next <= '9';
}

static int refuse_reckoned(const struct token *first, int *line, struct error *error)
{
    size_t len = strcspn(first->start, ",)\r\n");

    while (len > 0 && (first->start[len - 1] == ' ' || first->start[len - 1] == '\t'))
        len--;
    struct token value = { .kind = TOKEN_WORD, .start = first->start, .len = len };
    error_set(error,
              "%.*s stands outside of quotes, and SQL would work it out; write '%.*s' where a text is meant, or the number "
              "itself",
              slip_shown(&value), value.start, slip_shown(&value), value.start);
    return blame(first, line);
}

/* 'like this' for what stands between other quotes. */
static int refuse_quoted(const struct token *token, int *line, struct error *error)
{
    struct buf text = { 0 };
    int len = slip_shown(token);
    bool is_whole = (size_t)len == token->len;
    for (int i = 1; i < len - (is_whole ? 1 : 0); i++) {
        if (token->start[i] == '\'')
            buf_add_char(&text, '\'');
        buf_add_char(&text, token->start[i]);
    }
    error_set(
        error,
        "%.*s stands between the wrong quotes, which SQL keeps for names of columns: text is written between "
        "single quotes, '%s%s'",
        len, token->start, buf_text(&text), is_whole ? "" : " …");
    buf_release(&text);
    return blame(token, line);
}

/*
 * The last word of the text that ends before the comma before this value, with its apostrophe doubled. Nothing
 * where that is a single word, most often a name.
 */
static void mend_before(const struct token *first, const struct token *open, struct buf *out)
{
    const char *end = first->start;
    while (end > open->start && strchr(" \t,", end[-1]) != NULL)
        end--;
    if (end[-1] != '\'')
        return;
    struct token text = { .kind = TOKEN_TEXT, .start = open->start, .len = (size_t)(end - open->start) };
    for (const char *at = end - 1; at > open->start; at--)
        if (at[-1] == '\'') {
            text = (struct token){ .kind = TOKEN_TEXT, .start = at - 1, .len = (size_t)(end - at + 1) };
            break;
        }
    if (memchr(text.start, ' ', text.len) == NULL)
        return;
    buf_add_text(out, "; or, if the text before goes on here, write its apostrophe twice, as in ");
    mend(&text, first, out);
}

/* A text behind a bare word: its quote is the closing one of what began as a word, or a comma is missing. */
static int refuse_after_word(const struct slip_place *place, const struct token *token, int *line,
                             struct error *error)
{
    bool is_end = token->len > 1 && strchr("),", token->start[1]) != NULL;
    if (is_end && !is_number(place->first) && !token_is_listed(place->first, OPERATORS)) {
        struct buf other = { 0 };
        mend_before(place->first, place->open, &other);
        error_set(error, "the text that begins here (%.*s) lacks its opening quote; put a ' in front of it%s",
                  slip_shown(place->first), place->first->start, buf_text(&other));
        buf_release(&other);
        return blame(place->first, line);
    }
    error_set(error, "a comma is missing between %.*s and %.*s", slip_shown(place->before),
              place->before->start, slip_shown(token), token->start);
    return blame(token, line);
}

int slip_in_row(const struct slip_place *place, const struct token *token, int *line, struct error *error)
{
    const struct token *before = place->before;
    if (token->kind == TOKEN_QUOTED)
        return refuse_quoted(token, line, error);
    if (token->kind == TOKEN_END || token_is(token, ";"))
        return refuse_unclosed_row(place->open, token, line, error);
    if ((token_is(token, ")") || token_is(token, ",")) && (token_is(before, ",") || before == place->open)) {
        error_set(
            error,
            "a value is missing before this '%.*s': write NULL for what is not given, or take the comma out",
            (int)token->len, token->start);
        return blame(token, line);
    }
    if (before->kind == TOKEN_TEXT)
        return refuse_after_text(place, token, line, error);
    if (is_reckoned(before, token))
        return refuse_reckoned(place->first, line, error);
    if (token->kind == TOKEN_TEXT && is_sum(before))
        return refuse_sum(before, line, error);
    if (token_is(token, "TRUE") || token_is(token, "FALSE")) {
        error_set(error,
                  "the word '%.*s' stands outside of quotes and would be a number; write 'yes' or 'no', or a "
                  "text between single quotes",
                  slip_shown(token), token->start);
        return blame(token, line);
    }
    if (before->kind != TOKEN_WORD || token_is_listed(before, OPERATORS))
        return token->kind == TOKEN_TEXT && token_is(before, "NULL")
                   ? refuse_after_word(place, token, line, error)
                   : 0;
    if (token->kind == TOKEN_TEXT)
        return refuse_after_word(place, token, line, error);
    if (token->kind == TOKEN_WORD && !token_is_listed(token, OPERATORS) && !is_number(before)) {
        error_set(
            error,
            "the words '%.*s %.*s' stand outside of quotes; text is written between single quotes, 'like this'",
            slip_shown(before), before->start, slip_shown(token), token->start);
        return blame(before, line);
    }
    return 0;
}

int slip_before_rows(const struct token *token, int *line, struct error *error)
{
    if (token_is(token, "("))
        error_set(error, "VALUES is missing between the columns and this row");
    else if (token_is(token, "VALUE"))
        error_set(error, "write VALUES here, not VALUE");
    else
        error_set(error,
                  "behind the columns stands VALUES and the rows; queries and other forms of INSERT are not "
                  "allowed in a rule file");
    return blame(token, line);
}

int slip_after_row(const struct token *token, int *line, struct error *error)
{
    if (token_is(token, "("))
        error_set(error, "a comma is missing between this row and the one before");
    else if (token_is(token, "INSERT"))
        error_set(error, "a semicolon is missing at the end of the statement before this one");
    else if (token_is(token, ")"))
        error_set(error,
                  "there is one closing parenthesis too many behind this row; or the one that opens the row "
                  "is missing");
    else
        error_set(error, "behind a row stands a comma and the next row, or a semicolon; not '%.*s'",
                  slip_shown(token), token->start);
    return blame(token, line);
}
