/*
 * build_talk: conversations that prove the rules, from the tables talk, talk_given and talk_line.
 *
 * What a line expects may ask for every fact and for the variables of all flows: which of them is under way by then,
 * only playing tells.
 */
#include <stdlib.h>
#include <string.h>

#include "backend/vendor_given.h"
#include "base/alloc.h"
#include "base/json.h"
#include "rules/build_flow.h"
#include "rules/talk.h"

static const int64_t SECOND = 1000, YEAR = (int64_t)365 * 24 * 3600 * 1000;
enum { STATUS_OK = 200, STATUS_LEAST = 100, STATUS_MOST = 599 };

bool talk_line_begins(const struct talk_line *line)
{
    return line->customer != NULL || line->after_ms > 0;
}

const char *talk_given_source(const struct talk_given *given)
{
    return given->service != NULL ? given->service->name : given->backend->name;
}

/* Talks */

static const struct talk *find_talk(const struct ruleset *ruleset, const char *name)
{
    for (size_t i = ruleset->talk_count; i > 0; i--)
        if (strcmp(ruleset->talks[i - 1].name, name) == 0)
            return &ruleset->talks[i - 1];
    return NULL;
}

static int take_facts(const struct ruleset *ruleset, const struct row *row, struct talk *talk, struct error *error)
{
    int has_start = fact_take_time(ruleset, row, "starts", &talk->starts_at, error);
    if (has_start < 0)
        return -1;
    if (has_start == 0) {
        talk->starts_at = ruleset_example_time(ruleset);
        talk->open = OPEN_YES;
    }
    if (fact_take_language(row, &talk->language, error) != 0 ||
        fact_take_channel(ruleset, row, &talk->channel, error) != 0 ||
        fact_take_country(row, &talk->country, error) != 0 || fact_take_open(row, &talk->open, error) != 0)
        return -1;
    return row_yes_no(row, "first_contact", &talk->is_first_contact, error);
}

static int take_talk(struct ruleset *ruleset, const struct row *row, struct error *error)
{
    struct talk *talk = &ruleset->private->talks[ruleset->talk_count];
    const char *name;
    if (row_require(row, "name", &name, error) != 0)
        return -1;
    const struct talk *same = find_talk(ruleset, name);
    if (same != NULL)
        return row_refuse(row, error, "there is already a talk '%s' in %s:%d", name, same->file, same->line);
    *talk = (struct talk){ .name = name, .file = row->file, .line = row->line };
    ruleset->talk_count++;
    return take_facts(ruleset, row, talk, error);
}

/* An owner_find. */
static int find_owner(const struct ruleset *ruleset, const struct row *row, size_t *owner, struct error *error)
{
    struct nearest nearest = { 0 };
    if (row_require(row, "talk", &nearest.word, error) != 0)
        return -1;
    const struct talk *talk = find_talk(ruleset, nearest.word);
    if (talk != NULL) {
        *owner = (size_t)(talk - ruleset->talks);
        return 0;
    }
    for (size_t i = 0; i < ruleset->talk_count; i++)
        nearest_offer(&nearest, ruleset->talks[i].name);
    return build_refuse_unknown(row, "talk", &nearest, error);
}

/* Answers */

static int take_source(const struct ruleset *ruleset, const struct row *row, struct talk_given *given,
                       struct error *error)
{
    struct nearest nearest = { 0 };
    if (row_require(row, "source", &nearest.word, error) != 0)
        return -1;
    for (size_t i = 0; i < ruleset->service_count; i++) {
        nearest_offer(&nearest, ruleset->services[i].name);
        if (strcmp(ruleset->services[i].name, nearest.word) == 0)
            given->service = &ruleset->services[i];
    }
    for (size_t i = 0; i < ruleset->backend_count; i++)
        nearest_offer(&nearest, ruleset->backends[i].name);
    given->backend = backend_find(ruleset->backends, ruleset->backend_count, nearest.word);
    if (given->service != NULL && given->backend != NULL)
        return row_refuse(row, error, "'%s' is the name of a service and of a backend, so it is not clear which of them "
                                      "answers; give one of them another name", nearest.word);
    if (given->service == NULL && given->backend == NULL)
        return build_refuse_unknown(row, "service or backend", &nearest, error);
    return 0;
}

static int take_status(const struct row *row, struct talk_given *given, struct error *error)
{
    const char *status = row_value(row, "status");
    char *end;
    given->status = STATUS_OK;
    if (status == NULL)
        return 0;
    given->status = 0;
    if (strcmp(status, "timeout") == 0)
        return 0;
    long number = strtol(status, &end, 10);
    if (strlen(status) != 3 || *end != '\0' || number < STATUS_LEAST || number > STATUS_MOST)
        return row_refuse(row, error, "status is what HTTP calls it, as in 200, 404 or 503, or the word timeout, not '%s'",
                          status);
    given->status = (int)number;
    return 0;
}

static int check_json(const struct row *row, const char *answer, struct error *error)
{
    struct json *json = NULL;
    struct error why = { 0 };
    int result = json_parse(answer, strlen(answer), JSON_STRICT, &json, &why);
    json_free(json);
    return result == 0 ? 0 : row_refuse(row, error, "answer is JSON, as in '{\"free\": 1}': %s", why.text);
}

static int check_said(const struct row *row, const struct talk_given *given, struct error *error)
{
    struct vendor_given said = { 0 };
    struct error why = { 0 };
    int result = vendor_given_read(given->backend, given->answer, &said, &why);
    vendor_given_release(&said);
    return result == 0 ? 0 : row_refuse(row, error, "answer: %s", why.text);
}

static int take_answer(const struct row *row, struct talk_given *given, struct error *error)
{
    const char *answer = row_value(row, "answer");
    given->answer = answer;
    if (answer == NULL && row_value(row, "status") == NULL)
        return row_refuse(row, error, "this talk_given row gives nothing: it needs an answer, as in '%s', or a status, as in "
                                      "503 or timeout",
                          given->service != NULL ? "{\"free\": 1}" : "Yes, **every day**.");
    if (answer == NULL)
        return 0;
    if (given->status < 200 || given->status > 299)
        return row_refuse(row, error, "a call that fails, with the status %s, brings no answer; write NULL there, or a status "
                                      "from 200 to 299",
                          row_value(row, "status"));
    return given->service != NULL ? check_json(row, answer, error) : check_said(row, given, error);
}

static int take_given(struct ruleset *ruleset, const struct row *row, size_t owner, struct talk_given *given,
                      struct error *error)
{
    struct talk *talk = &ruleset->private->talks[owner];
    *given = (struct talk_given){ .file = row->file, .line = row->line };
    if (talk->given_count++ == 0)
        talk->given = given;
    if (take_source(ruleset, row, given, error) != 0 || take_status(row, given, error) != 0)
        return -1;
    return take_answer(row, given, error);
}

/* Lines */

/* A further text of the bot, behind a row that expects one. */
static int check_further(const struct row *row, const struct talk *talk, const struct talk_line *line, struct error *error)
{
    if (talk->line_count == 0)
        return row_refuse(row, error, "a talk begins with what the customer writes; give its first row a customer");
    if (line->bot == NULL)
        return row_refuse(row, error, "a talk_line row with neither customer nor after is a further text of the bot, and "
                                      "needs its bot");
    if (line[-1].bot == NULL)
        return row_refuse(row, error, "the row before it expects silence of the bot, so it can say nothing further here; "
                                      "write this bot into that row");
    return 0;
}

static int check_place(const struct row *row, const struct talk *talk, const struct talk_line *line, struct error *error)
{
    if (!talk_line_begins(line))
        return check_further(row, talk, line, error);
    if (talk->line_count == 0 && line->customer == NULL)
        return row_refuse(row, error, "a talk begins with what the customer writes; give its first row a customer");
    return 0;
}

static int take_texts(const struct row *row, struct talk_line *line, struct error *error)
{
    line->customer = row_value(row, "customer");
    line->bot = row_value(row, "bot");
    if (line->bot == NULL)
        return 0;
    if (row_is_null_word(line->bot))
        return row_refuse(row, error, "bot is the word NULL between quotes; write NULL without them where the bot is silent");
    if (line->bot[strspn(line->bot, " \t\r\n")] == '\0')
        return row_refuse(row, error, "bot holds nothing but blanks; write NULL where the bot is silent");
    return 0;
}

static int take_line(struct ruleset *ruleset, const struct row *row, const struct scope *scope, size_t owner,
                     struct talk_line *line, struct error *error)
{
    struct talk *talk = &ruleset->private->talks[owner];
    *line = (struct talk_line){ .file = row->file, .line = row->line };
    if (take_texts(row, line, error) != 0 ||
        row_duration(row, "after", SECOND, YEAR, 0, &line->after_ms, error) != 0 ||
        check_place(row, talk, line, error) != 0)
        return -1;
    if (talk->line_count++ == 0)
        talk->lines = line;
    line->source_expect = row_value(row, "expect");
    return flow_take_expression(ruleset, scope, row, "expect", NULL, &line->expect, error);
}

/* All of them */

static int build_given(struct ruleset *ruleset, struct error *error)
{
    struct owned owned = { 0 };
    int result = owned_gather(ruleset, "talk_given", find_owner, TALK_GIVEN_MAX, &owned, error);
    ruleset->private->talk_given = alloc_array(owned.count, sizeof *ruleset->private->talk_given);
    for (size_t i = 0; result == 0 && i < owned.count; i++)
        result = take_given(ruleset, owned.rows[i], owned.owners[i], &ruleset->private->talk_given[i], error);
    owned_release(&owned);
    return result;
}

static int build_lines(struct ruleset *ruleset, struct error *error)
{
    struct owned owned = { 0 };
    struct scope scope = { 0 };
    int result = owned_gather(ruleset, "talk_line", find_owner, TALK_LINES_MAX, &owned, error);
    for (size_t i = 0; i < ruleset->flow_count; i++)
        scope_add_all(&scope, &ruleset->private->flow->scopes[i]);
    scope_sort(&scope);
    ruleset->private->talk_lines = alloc_array(owned.count, sizeof *ruleset->private->talk_lines);
    for (size_t i = 0; result == 0 && i < owned.count; i++)
        result = take_line(ruleset, owned.rows[i], &scope, owned.owners[i], &ruleset->private->talk_lines[i], error);
    scope_release(&scope);
    owned_release(&owned);
    return result;
}

static int check_empty(const struct ruleset *ruleset, struct error *error)
{
    for (size_t i = 0; i < ruleset->talk_count; i++) {
        const struct talk *talk = &ruleset->talks[i];
        if (talk->line_count == 0)
            return error_set(error,
                             "%s:%d: the talk %s has no line; add one, as in INSERT INTO talk_line (talk, customer, bot) "
                             "VALUES ('%s', 'hello', '*');",
                             talk->file, talk->line, talk->name, talk->name);
    }
    return 0;
}

int build_talks(struct ruleset *ruleset, struct error *error)
{
    struct ruleset_private *private = ruleset->private;
    size_t count = rows_count(&private->rows, "talk");
    const struct row *row;
    if (count > TALKS_MAX)
        return error_set(error, "the rule files hold %zu talks; at most %d are taken", count, TALKS_MAX);
    ruleset->talks = private->talks = alloc_array(count, sizeof *private->talks);
    for (size_t at = 0; (row = rows_next(&private->rows, "talk", &at)) != NULL;)
        if (take_talk(ruleset, row, error) != 0)
            return -1;
    if (build_given(ruleset, error) != 0 || build_lines(ruleset, error) != 0)
        return -1;
    return check_empty(ruleset, error);
}

void talks_release(struct ruleset *ruleset)
{
    free(ruleset->private->talks);
    free(ruleset->private->talk_lines);
    free(ruleset->private->talk_given);
}
