/*
 * row: the rows of the rule files.
 *
 * Each row holds its values in one allocation, and all rows live until the ruleset that was built from them
 * is freed: the ruleset's texts point into them. The number of rows is bounded; their size is, by the bounds
 * of rulefile.
 *
 * The readers of single values (row_require, row_choose, row_number) exist so that every table refuses the
 * same mistake with the same words: place first, then column, then what was typed, then what would be good.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/nearest.h"
#include "base/utf8.h"
#include "rules/row.h"

/* Columns that hold the name of something; whether it exists is not asked here. */
static const char *const NAME_COLUMNS[] = { "name",     "channel", "rule", "target", "campaign", "step",
                                            "service",  "next",    "redo", "give_up", "key_env",  "talk",
                                            "source",   "fallback", "team", "region", "event", "notice",
                                            "to",       NULL };

static bool is_listed(const char *const *words, const char *word)
{
    for (; *words != NULL; words++)
        if (strcmp(*words, word) == 0)
            return true;
    return false;
}

static int check_name(const char *column, const char *name, struct error *error)
{
    size_t len = strlen(name);
    if (utf8_count(name, len) > ROW_NAME_MAX)
        return error_set(error, "%s is longer than %d characters", column, ROW_NAME_MAX);
    if (name[0] == ' ' || name[len - 1] == ' ')
        return error_set(error, "%s '%s' begins or ends with a blank", column, name);
    uint32_t code;
    for (size_t at = 0; at < len; at += utf8_decode(name + at, len - at, &code)) {
        utf8_decode(name + at, len - at, &code);
        if (code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x2028 || code == 0x2029)
            return error_set(error, "%s holds a line break or another control character", column);
    }
    return 0;
}

/* What a row cannot be without: there, NULL would be no better. */
static const char *const NEEDED[][2] = {
    { "rule_example", "text" },     { "rule_counterexample", "text" },
    { "phrase", "text" },           { "phrase", "language" },
    { "channel", "kind" },          { "campaign", "channel" },
    { "opening", "days" },          { "opening", "opens" },
    { "opening", "closes" },        { "holiday", "day" },
    { "rule_example", "rule" },     { "rule_counterexample", "rule" },
    { "rule_set", "rule" },         { "step_set", "step" },
    { "step_property", "step" },    { "step_property", "value" },
    { "choice", "step" },           { "choice", "label" },
    { "branch", "step" },           { "service", "url" },
    { "service_value", "service" }, { "service_value", "pointer" },
    { "attribute", "at" },          { "custom_event", "at" },
    { "custom_event_property", "event" }, { "custom_event_property", "value" },
    { "notice", "at" },             { "notice_property", "notice" },
    { "notice_property", "value" }, { "talk_given", "talk" },
    { "talk_given", "source" },     { "talk_line", "talk" },
    { "backend", "kind" },
    { "faq", "question" },          { "faq", "answer" },
};

static bool is_needed(const char *table, const char *column)
{
    for (size_t i = 0; i < sizeof NEEDED / sizeof NEEDED[0]; i++)
        if (strcmp(NEEDED[i][0], table) == 0 && strcmp(NEEDED[i][1], column) == 0)
            return true;
    return strcmp(column, "name") == 0;
}

static int refuse_empty(const char *table, const char *column, struct error *error)
{
    if (is_needed(table, column))
        return error_set(error, "%s is empty; %s %s row needs one", column, strchr("aeiou", *table) != NULL ? "an" : "a", table);
    if (strcmp(table, "rule") == 0 && strcmp(column, "say") == 0)
        return error_set(error, "say is empty; write the answer, or NULL where the action has none");
    if (strcmp(table, "notice") == 0 && strcmp(column, "to") == 0)
        return error_set(error, "to is empty; write who is told, or NULL for the customer");
    return error_set(error, "%s is empty; write NULL where nothing is meant", column);
}

static bool may_be_empty(const char *table, const char *column)
{
    return strcmp(table, "setting") == 0 && strcmp(column, "value") == 0;
}

static int check_value(const char *table, const char *column, const char *value, struct error *error)
{
    if (value == NULL || may_be_empty(table, column))
        return 0;
    if (value[0] == '\0')
        return refuse_empty(table, column, error);
    return is_listed(NAME_COLUMNS, column) ? check_name(column, value, error) : 0;
}

static const char *keep_file(struct rows *rows, const char *file)
{
    if (rows->file_count == 0 || strcmp(rows->files[rows->file_count - 1], file) != 0) {
        rows->files = alloc_resize(rows->files, rows->file_count + 1, sizeof *rows->files);
        rows->files[rows->file_count++] = alloc_text(file);
    }
    return rows->files[rows->file_count - 1];
}

static void keep_values(struct row *row, const char *const *values)
{
    size_t size = row->count * sizeof *row->values;
    for (size_t i = 0; i < row->count; i++)
        size += values[i] != NULL ? strlen(values[i]) + 1 : 0;
    row->values = alloc_new(size);
    char *text = (char *)(row->values + row->count);
    for (size_t i = 0; i < row->count; i++) {
        if (values[i] == NULL)
            continue;
        size_t len = strlen(values[i]) + 1;
        row->values[i] = memcpy(text, values[i], len);
        text += len;
    }
}

static int keep_row(void *context, const char *table, const char *file, int line, size_t count,
                    const char *const *names, const char *const *values, struct error *error)
{
    struct rows *rows = context;
    for (size_t i = 0; i < count; i++)
        if (check_value(table, names[i], values[i], error) != 0)
            return -1;
    if (rows->count == ROWS_MAX)
        return error_set(error, "the rule files hold more than %d rows", ROWS_MAX);

    if (rows->count == rows->room) {
        rows->room = rows->room == 0 ? 64 : rows->room * 2;
        rows->list = alloc_resize(rows->list, rows->room, sizeof *rows->list);
    }
    struct row *row = &rows->list[rows->count++];
    *row = (struct row){ .table = table, .names = names, .count = count, .line = line };
    row->file = keep_file(rows, file);
    keep_values(row, values);
    return 0;
}

int rows_load(const struct rulefiles *files, struct rows *rows, struct error *error)
{
    return rulefiles_load(files, keep_row, rows, error);
}

void rows_release(struct rows *rows)
{
    for (size_t i = 0; i < rows->count; i++)
        free(rows->list[i].values);
    for (size_t i = 0; i < rows->file_count; i++)
        free(rows->files[i]);
    free(rows->list);
    free(rows->files);
    *rows = (struct rows){ 0 };
}

const struct row *rows_next(const struct rows *rows, const char *table, size_t *at)
{
    while (*at < rows->count) {
        const struct row *row = &rows->list[(*at)++];
        if (strcmp(row->table, table) == 0)
            return row;
    }
    return NULL;
}

size_t rows_count(const struct rows *rows, const char *table)
{
    size_t at = 0, count = 0;
    while (rows_next(rows, table, &at) != NULL)
        count++;
    return count;
}

const char *row_value(const struct row *row, const char *column)
{
    for (size_t i = 0; i < row->count; i++)
        if (strcmp(row->names[i], column) == 0)
            return row->values[i];
    abort();
}

bool row_is_null_word(const char *text)
{
    static const char BLANKS[] = " \t\r\n";
    text += strspn(text, BLANKS);
    return strncasecmp(text, "null", 4) == 0 && text[4 + strspn(text + 4, BLANKS)] == '\0';
}

int row_refuse(const struct row *row, struct error *error, const char *format, ...)
{
    struct buf sentence = { 0 };
    va_list args;
    va_start(args, format);
    buf_addv(&sentence, format, args);
    va_end(args);
    error_set(error, "%s:%d: %s", row->file, row->line, buf_text(&sentence));
    buf_release(&sentence);
    return -1;
}

int row_blame(const struct row *row, const char *column, struct error *error)
{
    return error_prefix(error, "%s:%d: %s", row->file, row->line, column);
}

int row_require(const struct row *row, const char *column, const char **value, struct error *error)
{
    *value = row_value(row, column);
    return *value != NULL ? 0 : row_refuse(row, error, "this %s row lacks its %s", row->table, column);
}

int row_choose(const struct row *row, const char *column, const char *const *words, int otherwise, int *choice,
               struct error *error)
{
    const char *value = row_value(row, column);
    *choice = otherwise;
    if (value == NULL)
        return 0;
    for (*choice = 0; words[*choice] != NULL; ++*choice)
        if (strcmp(words[*choice], value) == 0)
            return 0;

    struct nearest nearest = { .word = value };
    struct buf advice = { 0 };
    nearest_offer_list(&nearest, words);
    nearest_advise(&nearest, words, &advice);
    row_refuse(row, error, "there is no %s '%s'%s", column, value, buf_text(&advice));
    buf_release(&advice);
    return -1;
}

int row_number(const struct row *row, const char *column, int least, int most, int otherwise, int *number,
               struct error *error)
{
    const char *value = row_value(row, column);
    *number = otherwise;
    if (value == NULL)
        return 0;
    char *end;
    long typed = strtol(value, &end, 10);
    bool is_plain = (value[0] == '-' || (value[0] >= '0' && value[0] <= '9')) && *end == '\0';
    if (!is_plain || typed < least || typed > most)
        return row_refuse(row, error, "%s is a whole number from %d to %d, not '%s'", column, least, most,
                          value);
    *number = (int)typed;
    return 0;
}

int row_yes_no(const struct row *row, const char *column, bool *is_yes, struct error *error)
{
    const char *word = row_value(row, column);
    *is_yes = word != NULL && (strcmp(word, "yes") == 0 || strcmp(word, "1") == 0);
    if (word == NULL || *is_yes || strcmp(word, "no") == 0 || strcmp(word, "0") == 0)
        return 0;
    return row_refuse(row, error, "%s is yes or no, not '%s'", column, word);
}

int row_duration(const struct row *row, const char *column, int64_t least, int64_t most, int64_t otherwise,
                 int64_t *ms, struct error *error)
{
    enum { USUAL_MS = 10 * 60 * 1000 };
    const char *text = row_value(row, column);
    struct buf bounds = { 0 }, usual = { 0 };
    *ms = otherwise;
    if (text == NULL || (clock_parse_duration(text, ms) == 0 && *ms >= least && *ms <= most))
        return 0;
    clock_format_duration(least, &bounds);
    buf_add_text(&bounds, " to ");
    clock_format_duration(most, &bounds);
    clock_format_duration(least <= USUAL_MS && USUAL_MS <= most ? USUAL_MS : most, &usual);
    row_refuse(row, error, "%s is a duration from %s, as in '%s', not '%s'", column, buf_text(&bounds), buf_text(&usual),
               text);
    buf_release(&bounds);
    buf_release(&usual);
    return -1;
}
