/*
 * verdict: see the header. Members of the trace that this program does not know are left out; it may be older
 * than the book's rows in that.
 */
#include <string.h>

#include "base/json.h"
#include "ctl/verdict.h"

enum { FACTS_MAX = 24 };

static struct span matched_span(const struct json *trace)
{
    const struct json *matched = json_get(trace, "matched");
    int64_t start = json_get_int(matched, "start", 0), end = json_get_int(matched, "end", 0);

    if (start < 0 || end < start)
        return (struct span){ 0 };
    return (struct span){ (size_t)start, (size_t)end };
}

static void show_head(struct output *output, const struct verdict *v, const struct json *trace)
{
    static const struct column columns[] = {
        { "message", "message", LOOK_NUMBER },
        { "conversation", "conversation", LOOK_NUMBER },
        { "user", "user", LOOK_PLAIN },
        { "at", "at", LOOK_PLAIN },
        { "text", "text", LOOK_LONG },
        { "folded", "as rules see it", LOOK_LONG },
        { "matched", "words that won", LOOK_LONG },
        { "rule", "rule", LOOK_PLAIN },
        { "action", "action", LOOK_PLAIN },
        { "turn_state", "outcome", LOOK_STATE },
        { "ruleset", "ruleset", LOOK_NUMBER },
        { "rules_from", "rules of", LOOK_PLAIN },
        { "tried", "rules tried", LOOK_NUMBER },
    };
    struct cell cells[] = {
        cell_id(v->message),
        cell_id(v->conversation),
        cell_text(v->user),
        cell_time(v->at),
        cell_text(v->text),
        cell_text(json_get_text(trace, "folded")),
        cell_text_or_none(json_get_text(json_get(trace, "matched"), "text")),
        cell_text(v->rule),
        cell_text(v->action),
        cell_text_or_none(v->turn_state),
        cell_id(v->ruleset),
        cell_text(v->rules_from),
        cell_number(json_get_int(trace, "tried", 0)),
    };

    _Static_assert(sizeof cells / sizeof *cells == sizeof columns / sizeof *columns,
                   "a cell for every column");
    cells[5].mark = matched_span(trace);
    output_record(output, "decision", columns, cells, sizeof cells / sizeof *cells);
    if (v->rule == NULL)
        output_note(output, NOTE_WARN, "No rule won.");
}

static void show_variables(struct output *output, const struct json *trace)
{
    static const struct column columns[] = { { "name", "variable", LOOK_PLAIN },
                                             { "value", "value", LOOK_LONG } };

    output_table(output, "variables", columns, 2);
    for (const struct json *member = json_first(json_get(trace, "variables")); member != NULL;
         member = json_next(member)) {
        struct buf value = { 0 };

        json_scalar(member, &value);
        output_row(output, (struct cell[]){ cell_text(json_key(member)), cell_text(buf_text(&value)) });
        buf_release(&value);
    }
    output_table_end(output);
}

/* What rules noted and wrote down. */
static void show_notes(struct output *output, const struct json *trace)
{
    static const struct column tags[] = { { "tag", "tagged", LOOK_PLAIN } };
    static const struct column set[] = { { "name", "set", LOOK_PLAIN }, { "value", "to", LOOK_LONG } };

    output_table(output, "tags", tags, 1);
    for (const struct json *item = json_first(json_get(trace, "tags")); item != NULL; item = json_next(item))
        output_row(output, (struct cell[]){ cell_text(json_text(item)) });
    output_table_end(output);
    output_table(output, "set", set, 2);
    for (const struct json *item = json_first(json_get(trace, "set")); item != NULL; item = json_next(item))
        output_row(output, (struct cell[]){ cell_text(json_key(item)), cell_text(json_text(item)) });
    output_table_end(output);
}

static void show_passed_over(struct output *output, const struct json *trace)
{
    static const struct column columns[] = { { "rule", "passed over", LOOK_PLAIN },
                                             { "why", "because", LOOK_LONG } };

    output_table(output, "passed_over", columns, 2);
    for (const struct json *item = json_first(json_get(trace, "passed_over")); item != NULL;
         item = json_next(item))
        output_row(output, (struct cell[]){ cell_text(json_get_text(item, "rule")),
                                            cell_text(json_get_text(item, "why")) });
    output_table_end(output);
    for (const struct json *item = json_first(json_get(trace, "limit_hits")); item != NULL;
         item = json_next(item))
        output_note(output, NOTE_BAD, "The pattern or only_if of rule %s cost too much and was broken off.",
                    json_text(item) != NULL ? json_text(item) : "?");
}

/* The facts that the decision looked at, each by its own name. */
static void show_state(struct output *output, const struct json *state)
{
    struct column columns[FACTS_MAX];
    struct cell cells[FACTS_MAX];
    struct buf values[FACTS_MAX] = { { 0 } };
    size_t count = 0;

    for (const struct json *member = json_first(state); member != NULL && count < FACTS_MAX;
         member = json_next(member)) {
        int64_t number;
        bool flag;

        columns[count] = (struct column){ json_key(member), json_key(member), LOOK_PLAIN };
        if (json_kind(member) == JSON_BOOL && json_bool(member, &flag)) {
            cells[count] = cell_flag(flag);
        } else if (json_kind(member) == JSON_NUMBER && json_int(member, &number)) {
            cells[count] = cell_number(number);
        } else if (json_scalar(member, &values[count])) {
            cells[count] = cell_text_or_none(buf_text(&values[count]));
        } else {
            json_format(member, &values[count]);
            cells[count] = cell_json(buf_text(&values[count]));
        }
        count++;
    }
    output_record(output, "state", columns, cells, count);
    for (size_t i = 0; i < count; i++)
        buf_release(&values[i]);
}

int verdict_show(struct output *output, const struct verdict *verdict, struct error *error)
{
    struct json *state = NULL, *trace = NULL;
    int result = -1;

    if (json_parse(verdict->trace, strlen(verdict->trace), JSON_LARGE, &trace, error) < 0) {
        error_prefix(error, "the trace of the decision");
    } else if (json_parse(verdict->state, strlen(verdict->state), JSON_LARGE, &state, error) < 0) {
        error_prefix(error, "the state of the decision");
    } else {
        show_head(output, verdict, trace);
        show_variables(output, trace);
        show_notes(output, trace);
        show_passed_over(output, trace);
        show_state(output, state);
        result = 0;
    }
    json_free(state);
    json_free(trace);
    return result;
}
