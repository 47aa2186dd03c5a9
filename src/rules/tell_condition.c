/*
 * tell_condition: SQL expressions in words, where that is possible.
 *
 * Understood is a chain of terms, all joined by AND or all by OR:
 *
 *     term   = name | NOT name | name op value | name [NOT] IN (value, …) | name BETWEEN value AND value
 *     name   = :fact | @variable
 *     value  = 'text' | "text" | number
 *
 * Anything else (a function, a calculation, brackets, both AND and OR) is told as it was typed: a wrong
 * paraphrase would be worse than none. So every reader here either takes all of a term or refuses the whole.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "rules/tell_voice.h"

enum { LIST_MAX = 32 };

enum token_kind { TOKEN_END, TOKEN_NAME, TOKEN_WORD, TOKEN_TEXT, TOKEN_NUMBER, TOKEN_SIGN, TOKEN_BAD };

struct token {
    enum token_kind kind;
    char *text; /* owned; a text without its quotes, a name without its sign */
};

struct reader {
    const char *at;
    struct token token; /* the one to be read next */
    const struct tell_voice *voice;
    struct buf *out;
};

/* Tokens */

static const char *skip_text(const char *at, struct buf *text)
{
    char mark = *at;

    for (at++; *at != '\0'; at++) {
        if (*at == mark && at[1] != mark)
            return at + 1;
        if (*at == mark)
            at++;
        buf_add_char(text, *at);
    }
    return NULL; /* never closed */
}

static bool is_word_char(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

static size_t sign_len(const char *at)
{
    static const char *const SIGNS[] = { "<>", "<=", ">=", "!=", "==", "<", ">", "=", "(", ")", ",", NULL };

    for (size_t i = 0; SIGNS[i] != NULL; i++)
        if (strncmp(at, SIGNS[i], strlen(SIGNS[i])) == 0)
            return strlen(SIGNS[i]);
    return 0;
}

static void next_token(struct reader *reader)
{
    struct buf text = { 0 };
    const char *at = reader->at + strspn(reader->at, " \t\r\n"), *end = at;
    enum token_kind kind = TOKEN_BAD;

    free(reader->token.text);
    if (*at == '\0') {
        kind = TOKEN_END;
    } else if (*at == '\'' || *at == '"') {
        end = skip_text(at, &text);
        kind = end != NULL ? TOKEN_TEXT : TOKEN_BAD;
    } else if (isdigit((unsigned char)*at) || (*at == '-' && isdigit((unsigned char)at[1]))) {
        end = at + 1 + strspn(at + 1, "0123456789.");
        kind = TOKEN_NUMBER;
    } else if (*at == ':' || *at == '@' || is_word_char(*at)) {
        kind = is_word_char(*at) ? TOKEN_WORD : TOKEN_NAME;
        at += kind == TOKEN_NAME;
        for (end = at; is_word_char(*end); end++)
            ;
    } else if (sign_len(at) > 0) {
        end = at + sign_len(at);
        kind = TOKEN_SIGN;
    }
    if (kind == TOKEN_BAD)
        end = at + strlen(at);
    if (kind != TOKEN_TEXT && kind != TOKEN_BAD)
        buf_add(&text, at, (size_t)(end - at));
    reader->token = (struct token){ kind, buf_detach(&text) };
    reader->at = end;
}

static bool take(struct reader *reader, enum token_kind kind, const char *text)
{
    if (reader->token.kind != kind || strcasecmp(reader->token.text, text) != 0)
        return false;
    next_token(reader);
    return true;
}

/* Values */

static bool is_hour(const char *name)
{
    return strcmp(name, "hour") == 0;
}

static bool is_weekday(const char *name)
{
    return strcmp(name, "weekday") == 0;
}

/* As people say it: a language by its name, a day of the week likewise. */
static const char *say_value(const struct tell_voice *voice, const char *name, const char *value)
{
    const char *said = NULL;

    if (strcmp(name, "language") == 0 || strcmp(name, "locale") == 0)
        said = tell_find(voice->languages, value);
    else if (is_weekday(name))
        said = tell_find(voice->weekdays, value);
    return said != NULL ? said : value;
}

static bool take_value(struct reader *reader, const char *name, struct buf *out)
{
    if (reader->token.kind != TOKEN_TEXT && reader->token.kind != TOKEN_NUMBER)
        return false;
    buf_add_text(out, say_value(reader->voice, name, reader->token.text));
    next_token(reader);
    return true;
}

/* ( value, value … ) as "a, b or c". */
static bool take_list(struct reader *reader, const char *name, struct buf *out)
{
    struct buf values[LIST_MAX] = { { 0 } };
    size_t count = 0;
    bool is_taken = take(reader, TOKEN_SIGN, "(");

    do
        is_taken = is_taken && count < LIST_MAX && take_value(reader, name, &values[count++]);
    while (is_taken && take(reader, TOKEN_SIGN, ","));
    is_taken = is_taken && take(reader, TOKEN_SIGN, ")");
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            buf_add_text(out, i + 1 == count ? reader->voice->or : reader->voice->comma);
        buf_add_text(out, buf_text(&values[i]));
        buf_release(&values[i]);
    }
    return is_taken;
}

/* Terms */

static bool say_compare(struct reader *reader, const char *name, enum tell_compare compare, const char *first,
                        const char *second)
{
    const char *said = tell_find(reader->voice->names, name);

    if (is_hour(name) && second == NULL)
        second = first;
    if (is_hour(name))
        tell_fill(reader->out, reader->voice->hours[compare], (const char *[]){ first, second });
    else
        tell_fill(reader->out, reader->voice->compares[compare],
                  (const char *[]){ said != NULL ? said : name, first, second });
    return true;
}

static const struct tell_fact *find_fact(const struct reader *reader, const char *name)
{
    for (const struct tell_fact *fact = reader->voice->facts; fact->name != NULL; fact++)
        if (strcmp(fact->name, name) == 0)
            return fact;
    return NULL;
}

static bool say_fact(struct reader *reader, const char *name, bool is_true)
{
    const struct tell_fact *fact = find_fact(reader, name);

    if (fact != NULL)
        buf_add_text(reader->out, is_true ? fact->yes : fact->no);
    return fact != NULL;
}

static bool read_compare(struct reader *reader, const char *name)
{
    static const struct {
        const char *sign;
        enum tell_compare compare;
    } SIGNS[] = {
        { "=", COMPARE_EQUAL }, { "==", COMPARE_EQUAL }, { "!=", COMPARE_NOT }, { "<>", COMPARE_NOT },
        { "<", COMPARE_LESS },  { "<=", COMPARE_MOST },  { ">", COMPARE_MORE }, { ">=", COMPARE_LEAST },
    };
    struct buf value = { 0 };
    bool is_said = false;

    for (size_t i = 0; i < sizeof SIGNS / sizeof SIGNS[0]; i++) {
        if (!take(reader, TOKEN_SIGN, SIGNS[i].sign))
            continue;
        if (!take_value(reader, name, &value))
            break;
        if (SIGNS[i].compare <= COMPARE_NOT && find_fact(reader, name) != NULL)
            is_said = (strcmp(buf_text(&value), "0") == 0 || strcmp(buf_text(&value), "1") == 0) &&
                      say_fact(reader, name,
                               (buf_text(&value)[0] == '1') == (SIGNS[i].compare == COMPARE_EQUAL));
        else
            is_said = say_compare(reader, name, SIGNS[i].compare, buf_text(&value), NULL);
        break;
    }
    buf_release(&value);
    return is_said;
}

static bool read_in(struct reader *reader, const char *name, bool is_not)
{
    struct buf members = { 0 };
    bool is_said = !is_hour(name) && take_list(reader, name, &members) &&
                   say_compare(reader, name, is_not ? COMPARE_NOT : COMPARE_EQUAL, buf_text(&members), NULL);

    buf_release(&members);
    return is_said;
}

static bool read_between(struct reader *reader, const char *name)
{
    struct buf first = { 0 }, second = { 0 };
    bool is_said = take_value(reader, name, &first) && take(reader, TOKEN_WORD, "AND") &&
                   take_value(reader, name, &second) &&
                   say_compare(reader, name, COMPARE_BETWEEN, buf_text(&first), buf_text(&second));

    buf_release(&first);
    buf_release(&second);
    return is_said;
}

static bool read_behind_name(struct reader *reader, const char *name, bool is_negated)
{
    if (is_negated)
        return say_fact(reader, name, false);
    if (take(reader, TOKEN_WORD, "IN"))
        return read_in(reader, name, false);
    if (take(reader, TOKEN_WORD, "NOT"))
        return take(reader, TOKEN_WORD, "IN") && read_in(reader, name, true);
    if (take(reader, TOKEN_WORD, "BETWEEN"))
        return read_between(reader, name);
    return reader->token.kind == TOKEN_SIGN ? read_compare(reader, name) : say_fact(reader, name, true);
}

static bool read_term(struct reader *reader)
{
    bool is_negated = take(reader, TOKEN_WORD, "NOT"), is_said;
    char *name;

    if (reader->token.kind != TOKEN_NAME)
        return false;
    name = alloc_text(reader->token.text);
    next_token(reader);
    is_said = read_behind_name(reader, name, is_negated);
    free(name);
    return is_said;
}

static bool read_chain(struct reader *reader)
{
    const char *joint = NULL;

    next_token(reader);
    do {
        if (!read_term(reader))
            return false;
        if (reader->token.kind == TOKEN_END)
            return true;
        if (joint == NULL)
            joint = strcasecmp(reader->token.text, "OR") == 0 ? "OR" : "AND";
        buf_add_text(reader->out,
                     strcmp(joint, "OR") == 0 ? reader->voice->condition_or : reader->voice->condition_and);
    } while (take(reader, TOKEN_WORD, joint));
    return false;
}

void tell_condition(const char *sql, enum tell_language language, struct buf *out)
{
    const struct tell_voice *voice = tell_voices[language];
    struct buf words = { 0 }, quoted = { 0 };
    struct reader reader = { .at = sql, .voice = voice, .out = &words };

    if (read_chain(&reader)) {
        buf_add(out, words.data, words.len);
    } else {
        tell_fill(&quoted, voice->quote, (const char *[]){ sql });
        tell_fill(out, voice->condition_sql, (const char *[]){ buf_text(&quoted) });
    }
    free(reader.token.text);
    buf_release(&words);
    buf_release(&quoted);
}
