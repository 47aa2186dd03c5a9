/*
 * verdict: see the header. Members of the trace that this program does not know are left out; it may be older
 * than the book's rows in that.
 */
#include <stdlib.h>
#include <string.h>

#include "backend/backend.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/utf8.h"
#include "base/when.h"
#include "base/zone.h"
#include "ctl/verdict.h"
#include "ctl/verdict_profile.h"
#include "desk/decide_faq.h"
#include "flow/flow.h"
#include "rules/attribute.h"
#include "rules/faq.h"
#include "text/unfold.h"

enum { FACTS_MAX = 40, COLUMNS_MAX = 16, VALUE_SHOWN_MAX = 60 };

/* A table without the columns that have no value in any row: people are spared them. */
static void show_table(struct output *output, const char *noun, const struct column *columns, size_t count,
                       const struct cell *cells, size_t rows)
{
    struct column shown[COLUMNS_MAX];

    if (count > COLUMNS_MAX)
        abort();
    for (size_t i = 0; i < count; i++) {
        size_t row = 0;

        while (row < rows && cells[row * count + i].kind == CELL_NONE)
            row++;
        shown[i] = columns[i];
        if (row == rows)
            shown[i].title = NULL;
    }
    output_table(output, noun, shown, count);
    for (size_t row = 0; row < rows; row++)
        output_row(output, &cells[row * count]);
    output_table_end(output);
}

static struct span matched_span(const struct json *trace)
{
    const struct json *matched = json_get(trace, "matched");
    int64_t start = json_get_int(matched, "start", 0), end = json_get_int(matched, "end", 0);

    if (start < 0 || end < start)
        return (struct span){ 0 };
    return (struct span){ (size_t)start, (size_t)end };
}

/* The same in the customer's own text; of nothing where that cannot be told. */
static struct span written_span(const struct verdict *v, const struct json *trace)
{
    struct span written = { 0 };

    if (v->text != NULL)
        unfold_span(v->text, strlen(v->text), matched_span(trace), &written);
    return written;
}

/* The time that rules go by. */
static void add_business_time(const struct verdict *v, struct buf *out)
{
    struct zone_time time;

    if (v->rules == NULL || v->at == 0)
        return;
    zone_local(v->rules->zone, v->at, &time);
    buf_addf(out, "%s %04d-%02d-%02d %02d:%02d", when_weekdays[time.weekday], time.year, time.month, time.day,
             time.hour, time.minute);
}

static const struct column HEAD[] = {
    { "message", "message", LOOK_NUMBER },
    { "conversation", "conversation", LOOK_NUMBER },
    { "user", "user", LOOK_PLAIN },
    { "at", "at", LOOK_PLAIN },
    { "at_business", "at the business", LOOK_PLAIN },
    { "text", "text", LOOK_LONG },
    { "folded", "as rules see it", LOOK_LONG },
    { "matched", "words that won", LOOK_LONG },
    { "matched_written", NULL, LOOK_LONG },
    { "rule", "rule", LOOK_PLAIN },
    { "dialogue", "dialogue", LOOK_PLAIN },
    { "reading", "was read as", LOOK_PLAIN },
    { "action", "action", LOOK_PLAIN },
    { "limit", "it met a limit", LOOK_PLAIN },
    { "turn_state", "outcome", LOOK_STATE },
    { "ruleset", "ruleset", LOOK_NUMBER },
    { "rules_from", "rules of", LOOK_PLAIN },
    { "tried", "rules tried", LOOK_NUMBER },
    { "unmatched", NULL, LOOK_NUMBER },
    { "is_decided_again", NULL, LOOK_PLAIN },
};
enum { HEAD_COUNT = sizeof HEAD / sizeof *HEAD, TEXT = 5, FOLDED = 6 }; /* columns in which words are marked */

static void show_head(struct output *output, const struct verdict *v, const struct json *trace)
{
    const struct json *dialogue = json_get(trace, "dialogue");
    struct cell none = { 0 };
    struct buf there = { 0 }, written = { 0 };
    struct span mark = written_span(v, trace);

    add_business_time(v, &there);
    if (mark.end > mark.start)
        buf_add(&written, v->text + mark.start, mark.end - mark.start);
    struct cell cells[] = {
        cell_id(v->message),
        cell_id(v->conversation),
        cell_text(v->user),
        cell_time(v->at),
        cell_text_or_none(buf_text(&there)),
        cell_words(output, v->text, v->has_media),
        cell_text(json_get_text(trace, "folded")),
        cell_text_or_none(json_get_text(json_get(trace, "matched"), "text")),
        cell_text_or_none(buf_text(&written)),
        cell_text(v->rule),
        cell_text_or_none(json_get_text(dialogue, "at")),
        cell_text_or_none(json_get_text(dialogue, "reading")),
        cell_text(v->action),
        cell_text_or_none(json_get_text(trace, "limit")),
        cell_text_or_none(v->turn_state),
        cell_id(v->ruleset),
        cell_text(v->rules_from),
        cell_number(json_get_int(trace, "tried", 0)),
        v->decision != NULL ? cell_number(json_get_int(trace, "unmatched", 0)) : none,
        v->is_stored ? cell_flag(v->decision != NULL) : none,
    };

    _Static_assert(sizeof cells / sizeof *cells == HEAD_COUNT, "a cell for every column");
    cells[TEXT].mark = mark;
    cells[FOLDED].mark = matched_span(trace);
    output_record(output, "decision", HEAD, cells, HEAD_COUNT);
    buf_release(&there);
    buf_release(&written);
}

static void show_doubts(struct output *output, const struct verdict *v, const struct json *trace)
{
    if (v->rule == NULL && json_get_text(trace, "limit") == NULL &&
        json_get_text(json_get(trace, "dialogue"), "reading") == NULL)
        output_note(output, NOTE_WARN, "No rule won.");
    if (v->doubt != NULL)
        output_note(output, NOTE_WARN, "Below is what was noted at the time and no more, for %s.", v->doubt);
}

/* Who may not act is not tried, and so is not listed. */
static void show_gate(struct output *output, const struct json *state)
{
    const char *owner = json_get_text(state, "owner");

    if (json_get_bool(state, "is_opted_out", false))
        output_note(output, NOTE_WARN, "The customer has opted out: only rules for opting in and out act.");
    else if (owner != NULL && strcmp(owner, "agent") == 0)
        output_note(output, NOTE_WARN, "A person has the conversation: only rules for opting out act.");
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

/* What rules noted and wrote down; people see it among the effects, where these are known. */
static void show_notes(struct output *output, const struct json *trace, bool has_effects)
{
    const struct column tags[] = { { "tag", has_effects ? NULL : "tagged", LOOK_PLAIN } };
    const struct column set[] = { { "name", has_effects ? NULL : "set", LOOK_PLAIN },
                                  { "value", has_effects ? NULL : "to", LOOK_LONG } };

    output_table(output, "tags", tags, 1);
    for (const struct json *item = json_first(json_get(trace, "tags")); item != NULL; item = json_next(item))
        output_row(output, (struct cell[]){ cell_text(json_text(item)) });
    output_table_end(output);
    output_table(output, "set", set, 2);
    for (const struct json *item = json_first(json_get(trace, "set")); item != NULL; item = json_next(item))
        output_row(output, (struct cell[]){ cell_text(json_key(item)), cell_text(json_text(item)) });
    output_table_end(output);
}

/* Of a text so much that the sentence stays one. */
static void add_short(const char *text, struct buf *out)
{
    size_t len = strlen(text);

    if (len <= VALUE_SHOWN_MAX) {
        buf_add(out, text, len);
    } else {
        buf_add(out, text, utf8_floor(text, len, VALUE_SHOWN_MAX - strlen("…")));
        buf_add_text(out, "…");
    }
}

/* ":open = 0 (:open is 1, @size is not known)" */
static void add_condition(const struct json *item, struct buf *out)
{
    const char *separator = " (";

    buf_add_text(out, json_get_text(item, "only_if"));
    for (const struct json *fact = json_first(json_get(item, "facts")); fact != NULL; fact = json_next(fact)) {
        struct buf value = { 0 };

        json_scalar(fact, &value);
        buf_addf(out, "%s%s is ", separator, json_key(fact));
        if (json_kind(fact) == JSON_NULL)
            buf_add_text(out, "not known");
        else if (json_kind(fact) == JSON_TEXT)
            buf_add_char(out, '\'');
        add_short(buf_text(&value), out);
        if (json_kind(fact) == JSON_TEXT)
            buf_add_char(out, '\'');
        buf_release(&value);
        separator = ", ";
    }
    if (*separator == ',')
        buf_add_char(out, ')');
}

/* "unless matched: not a leak", with what matched marked. */
static void add_because(const struct json *item, struct buf *because, struct span *mark)
{
    const char *why = json_get_text(item, "why"), *unless = json_get_text(json_get(item, "unless"), "text");

    buf_add_text(because, why != NULL ? why : "?");
    if (unless != NULL) {
        buf_add_text(because, ": ");
        mark->start = because->len;
        buf_add_text(because, unless);
        mark->end = because->len;
    }
    if (json_get_text(item, "only_if") != NULL) {
        buf_add_text(because, ": ");
        add_condition(item, because);
    }
    if (json_get_text(item, "tag") != NULL)
        buf_addf(because, " %s, and the next rule tried", json_get_text(item, "tag"));
}

enum { PASSED_COLUMNS = 9 };

/* `facts` and `because` hold what the cells show. */
static void fill_passed(const struct json *item, struct buf *facts, struct buf *because,
                        struct cell cells[PASSED_COLUMNS])
{
    const char *matched = json_get_text(json_get(item, "matched"), "text");
    struct span mark = { 0 };

    add_because(item, because, &mark);
    cells[0] = cell_text(json_get_text(item, "rule"));
    cells[1] = cell_text(json_get_text(item, "why"));
    cells[2] = cell_text_or_none(matched);
    cells[2].mark.end = matched != NULL ? strlen(matched) : 0;
    cells[3] = cell_text(buf_text(because));
    cells[3].mark = mark;
    cells[4] = cell_text(json_get_text(json_get(item, "unless"), "text"));
    cells[5] = cell_text(json_get_text(item, "only_if"));
    if (json_get(item, "facts") != NULL) {
        json_format(json_get(item, "facts"), facts);
        cells[6] = cell_json(buf_text(facts));
    }
    cells[7] = cell_time(json_get_int(item, "until_at", 0));
    cells[8] = cell_text(json_get_text(item, "tag"));
}

static void show_passed_over(struct output *output, const struct json *trace)
{
    static const struct column columns[PASSED_COLUMNS] = {
        { "rule", "passed over", LOOK_PLAIN }, { "why", NULL, LOOK_PLAIN },    { "matched", "has the words", LOOK_LONG },
        { "because", "because", LOOK_LONG },   { "unless", NULL, LOOK_LONG },  { "only_if", NULL, LOOK_LONG },
        { "facts", NULL, LOOK_LONG },          { "until_at", NULL, LOOK_PLAIN }, { "tag", NULL, LOOK_PLAIN },
    };
    const struct json *list = json_get(trace, "passed_over");
    size_t count = json_count(list), row = 0;
    struct cell *cells = alloc_array(count + 1, PASSED_COLUMNS * sizeof *cells);
    struct buf *texts = alloc_array(2 * count + 1, sizeof *texts);

    for (const struct json *item = json_first(list); item != NULL; item = json_next(item), row++)
        fill_passed(item, &texts[2 * row], &texts[2 * row + 1], &cells[row * PASSED_COLUMNS]);
    show_table(output, "passed_over", columns, PASSED_COLUMNS, cells, count);
    for (size_t i = 0; i < 2 * count; i++)
        buf_release(&texts[i]);
    free(texts);
    free(cells);
}

static int64_t count_listed(const struct json *trace, const char *why)
{
    int64_t count = 0;

    for (const struct json *item = json_first(json_get(trace, "passed_over")); item != NULL;
         item = json_next(item))
        count += json_get_text(item, "why") != NULL && strcmp(json_get_text(item, "why"), why) == 0;
    return count;
}

static void show_rest(struct output *output, const struct json *trace)
{
    int64_t rest = json_get_int(trace, "unmatched", 0) - count_listed(trace, "no match");

    if (rest > 0)
        output_note(output, NOTE_DIM, "… and %lld rule%s whose words are not in the text.", (long long)rest,
                    rest == 1 ? "" : "s");
    for (const struct json *item = json_first(json_get(trace, "limit_hits")); item != NULL;
         item = json_next(item))
        output_note(output, NOTE_BAD, "The pattern or only_if of rule %s cost too much and was broken off.",
                    json_text(item) != NULL ? json_text(item) : "?");
}

static bool is_moment(const char *name)
{
    size_t len = strlen(name), suffix = strlen("_at");

    return len > suffix && strcmp(name + len - suffix, "_at") == 0;
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
            cells[count] = is_moment(json_key(member)) && number > 0 ? cell_time(number) : cell_number(number);
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

static const char *effect_name(const struct effect *effect)
{
    static const char *const names[] = {
        [EFFECT_SAY] = "say",         [EFFECT_OPT_OUT] = "opt_out", [EFFECT_OPT_IN] = "opt_in",
        [EFFECT_HANDOFF] = "handoff", [EFFECT_CLOSE] = "close",     [EFFECT_TAG] = "tag",
        [EFFECT_SET] = "set",         [EFFECT_COOLDOWN] = "cooldown", [EFFECT_FLOW] = "flow",
        [EFFECT_CALL] = "call",       [EFFECT_ATTRIBUTE] = "attribute",
        [EFFECT_CONSULT] = "consult", [EFFECT_NOTICE] = "notice",
    };

    return effect->kind == EFFECT_ENTRY ? entry_kind_names[effect->entry] : names[effect->kind];
}

/* Within the window, which is open: the customer has just written. NULL: there is none, and the text is held. */
static const char *campaign_name(const struct ruleset *rules, const struct effect *effect, const char *channel)
{
    const struct campaign *campaign = effect->campaign;

    if (effect->kind == EFFECT_NOTICE && campaign != NULL)
        return campaign->name;
    if (effect->kind != EFFECT_SAY && effect->kind != EFFECT_NOTICE)
        return NULL;
    if (campaign == NULL || strcmp(campaign->channel, channel) != 0)
        campaign = ruleset_default_campaign(rules, channel, LAYOUT_RESPONSE);
    if (campaign == NULL)
        campaign = ruleset_default_campaign(rules, channel, LAYOUT_TEMPLATE);
    return campaign != NULL ? campaign->name : NULL;
}

/* What it is about. */
static const char *effect_object(const struct effect *effect)
{
    switch (effect->kind) {
    case EFFECT_FLOW: return effect->flow->name;
    case EFFECT_CALL: return effect->service->name;
    case EFFECT_CONSULT: return effect->backend->name;
    case EFFECT_NOTICE: return effect->notice->name;
    default: return effect->name;
    }
}

enum { EFFECT_COLUMNS = 8 };

static void show_effects(struct output *output, const struct verdict *v, const struct json *state)
{
    static const struct column columns[EFFECT_COLUMNS] = {
        { "effect", "effect", LOOK_PLAIN },
        { "rule", NULL, LOOK_PLAIN },
        { "name", "name", LOOK_PLAIN },
        { "text", "text", LOOK_LONG },
        { "buttons", "buttons", LOOK_LONG },
        { "until_at", "until", LOOK_PLAIN },
        { "team", "team", LOOK_PLAIN },
        { "campaign", "campaign", LOOK_PLAIN },
    };
    const char *channel = json_get_text(state, "channel");
    size_t count = v->decision->effect_count;
    struct cell *cells = alloc_array(count + 1, EFFECT_COLUMNS * sizeof *cells);

    for (size_t i = 0; i < count; i++) {
        const struct effect *effect = &v->decision->effects[i];
        struct cell *row = &cells[i * EFFECT_COLUMNS];

        row[0] = cell_text(effect_name(effect));
        row[1] = cell_text(effect->rule != NULL ? effect->rule->name : effect->step != NULL ? effect->step : effect->moment);
        row[2] = cell_text(effect_object(effect));
        row[3] = effect->kind == EFFECT_ATTRIBUTE || effect->kind == EFFECT_ENTRY ? cell_json(effect->text)
                                                  : cell_text(effect->kind == EFFECT_CALL ? effect->url : effect->text);
        if (effect->buttons != NULL)
            row[4] = cell_json(effect->buttons);
        row[5] = cell_time(effect->until_at);
        row[6] = cell_text(effect->team != NULL ? effect->team->name : NULL);
        row[7] = cell_text(campaign_name(v->rules, effect, channel != NULL ? channel : ""));
    }
    show_table(output, "effects", columns, EFFECT_COLUMNS, cells, count);
    free(cells);
}

static bool show_faq(struct output *output, const struct verdict *v, const struct backend *backend)
{
    struct buf text = { 0 }, rounded = { 0 };
    double score = 0;
    const struct faq *faq = decide_faq(v->rules, backend, v->stands, v->text, v->now, &score, &text);

    buf_addf(&rounded, "%.2f", score);
    if (faq != NULL)
        output_row(output, (struct cell[]){ cell_text(backend->name), cell_text(faq->question),
                                            cell_json(buf_text(&rounded)), cell_text(buf_text(&text)) });
    buf_release(&text);
    buf_release(&rounded);
    return faq != NULL;
}

/* It costs nothing to ask, and comes out the same. */
static void show_faqs(struct output *output, const struct verdict *v)
{
    static const struct column columns[] = { { "backend", NULL, LOOK_PLAIN },
                                             { "question", "FAQ", LOOK_LONG },
                                             { "score", "score", LOOK_PLAIN },
                                             { "text", "answer", LOOK_LONG } };
    const struct backend *silent = NULL;

    output_table(output, "faq", columns, 4);
    for (size_t i = 0; i < v->decision->effect_count; i++) {
        const struct effect *effect = &v->decision->effects[i];

        if (effect->kind == EFFECT_CONSULT && effect->backend->kind == BACKEND_FAQ &&
            !show_faq(output, v, effect->backend))
            silent = effect->backend;
    }
    output_table_end(output);
    if (silent != NULL)
        output_note(output, NOTE_WARN, "No entry of the FAQ reaches the score of %.2f that %s asks for, so it has no answer.",
                    silent->score, silent->name);
}

static void show(struct output *output, const struct verdict *verdict, const struct json *trace,
                 const struct json *state)
{
    show_head(output, verdict, trace);
    show_doubts(output, verdict, trace);
    show_gate(output, state);
    show_variables(output, trace);
    show_notes(output, trace, verdict->decision != NULL);
    show_passed_over(output, trace);
    show_rest(output, trace);
    show_state(output, state);
    if (verdict->decision != NULL)
        show_effects(output, verdict, state);
    if (verdict->decision != NULL && verdict->stands != NULL)
        show_faqs(output, verdict);
    verdict_show_profile(output, trace, verdict->decision != NULL);
}

int verdict_show(struct output *output, const struct verdict *verdict, struct error *error)
{
    struct json *state = NULL, *trace = NULL;
    struct buf fresh = { 0 };
    int result = -1;

    if (verdict->decision != NULL)
        decide_format_trace(verdict->rules, verdict->decision, &fresh);
    else
        buf_add_text(&fresh, verdict->trace);
    if (json_parse(buf_text(&fresh), fresh.len, JSON_LARGE, &trace, error) < 0) {
        error_prefix(error, "the trace of the decision");
    } else if (json_parse(verdict->state, strlen(verdict->state), JSON_LARGE, &state, error) < 0) {
        error_prefix(error, "the state of the decision");
    } else {
        show(output, verdict, trace, state);
        result = 0;
    }
    json_free(state);
    json_free(trace);
    buf_release(&fresh);
    return result;
}
