/*
 * build_flow: flows, from the rows of their tables.
 *
 * In three strides. The names of flows come first, so that rules can start them (build_flow_names). Once the
 * rules stand, steps, sets and services are made as far as their names go, and each flow's variables are
 * gathered (build_flow_scope). Then every text and condition is compiled and held against what is known
 * there, every way is resolved, and a circle without a question is refused (build_flow_loop).
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "rules/build_flow.h"
#include "rules/flow_phrase.h"
#include "text/words.h"

enum { RETRIES_MAX = 10, RETRIES_USUAL = 2, TITLE_MAX = 200 };

static const int64_t SECOND = 1000, DAY = (int64_t)24 * 3600 * 1000;

/* Rows by owner */

struct pair {
    const struct row *row;
    size_t owner;
};

static int compare_pairs(const void *a, const void *b)
{
    const struct pair *left = a, *right = b;
    if (left->owner != right->owner)
        return left->owner < right->owner ? -1 : 1;
    return (left->row > right->row) - (left->row < right->row);
}

static const char *owner_noun(const char *table)
{
    return strcmp(table, "step") == 0            ? "flow"
           : strcmp(table, "service_value") == 0 ? "service"
           : strncmp(table, "talk_", 5) == 0     ? "talk"
                                                 : "step";
}

static int refuse_flood(const struct pair *pairs, size_t count, size_t most, struct error *error)
{
    for (size_t i = most; i < count; i++)
        if (pairs[i].owner == pairs[i - most].owner)
            return row_refuse(pairs[i].row, error, "there are more than %zu %s rows of one %s", most,
                              pairs[i].row->table, owner_noun(pairs[i].row->table));
    return 0;
}

int owned_gather(const struct ruleset *ruleset, const char *table, owner_find *find, size_t most,
                 struct owned *owned, struct error *error)
{
    const struct rows *rows = &ruleset->private->rows;
    size_t count = rows_count(rows, table), taken = 0;
    struct pair *pairs = alloc_array(count, sizeof *pairs);
    const struct row *row;
    int result = 0;
    for (size_t at = 0; result == 0 && (row = rows_next(rows, table, &at)) != NULL; taken++) {
        pairs[taken].row = row;
        result = find(ruleset, row, &pairs[taken].owner, error);
    }
    if (result == 0 && count > 0) {
        qsort(pairs, count, sizeof *pairs, compare_pairs);
        result = refuse_flood(pairs, count, most, error);
    }
    if (result == 0) {
        owned->rows = alloc_array(count, sizeof *owned->rows);
        owned->owners = alloc_array(count, sizeof *owned->owners);
        owned->count = count;
        for (size_t i = 0; i < count; i++) {
            owned->rows[i] = pairs[i].row;
            owned->owners[i] = pairs[i].owner;
        }
    }
    free(pairs);
    return result;
}

void owned_release(struct owned *owned)
{
    free(owned->rows);
    free(owned->owners);
    *owned = (struct owned){ 0 };
}

const struct row *flow_step_row(const struct ruleset *ruleset, const struct step *step)
{
    const struct flow_private *private = ruleset->private->flow;
    return private->step_rows.rows[step - private->steps];
}

const struct row *flow_choice_row(const struct ruleset *ruleset, const struct choice *choice)
{
    const struct flow_private *private = ruleset->private->flow;
    return private->choice_rows.rows[choice - private->choices];
}

const struct row *flow_branch_row(const struct ruleset *ruleset, const struct branch *branch)
{
    const struct flow_private *private = ruleset->private->flow;
    return private->branch_rows.rows[branch - private->branches];
}

const struct row *flow_set_row(const struct ruleset *ruleset, const struct step_set *set)
{
    const struct flow_private *private = ruleset->private->flow;
    return private->set_rows.rows[set - private->sets];
}

const struct flow *flow_of_step(const struct ruleset *ruleset, const struct step *step)
{
    const struct flow_private *private = ruleset->private->flow;
    return &ruleset->flows[private->step_rows.owners[step - private->steps]];
}

/* Texts and conditions */

int flow_take_template(const struct ruleset *ruleset, const struct scope *scope, const struct row *row,
                       const char *column, struct template **template, struct error *error)
{
    const char *source = row_value(row, column);
    if (source == NULL)
        return 0;
    if (source[strspn(source, " \t\r\n")] == '\0')
        return row_refuse(row, error, "%s holds nothing but blanks; write NULL where there is nothing to say", column);
    *template = template_new(source, error);
    if (*template == NULL || variable_check_in_flow(ruleset, *template, scope, error) != 0)
        return row_blame(row, column, error);
    return 0;
}

static bool is_rule_variable(const void *context, const char *name)
{
    return ruleset_has_variable(context, name);
}

/* Of any other answer it is never known, and would refuse them all. */
static int check_open_then(const struct expression *expression, const struct step *step, struct error *error)
{
    for (size_t i = 0; i < expression_name_count(expression); i++)
        if (strcmp(expression_name(expression, i), ":open_then") == 0 && step->ask != ASK_DATE && step->ask != ASK_DATETIME)
            return error_set(error, ":open_then is known of a date or a datetime, and the step %s asks for neither",
                             step->full_name);
    return 0;
}

int flow_take_expression(const struct ruleset *ruleset, const struct scope *scope, const struct row *row,
                         const char *column, const struct step *step, const struct expression **expression,
                         struct error *error)
{
    struct ruleset_private *private = ruleset->private;
    const char *source = row_value(row, column);
    struct fact_place place = { scope, is_rule_variable, ruleset, .has_outcome = step != NULL,
                                .is_stored = private->is_stored };
    if (source == NULL)
        return 0;
    if (row_is_null_word(source))
        return row_refuse(row, error, "%s is the word NULL between quotes; write NULL without them where nothing is meant",
                          column);
    if (private->expressions == NULL)
        private->expressions = expressions_new();
    *expression = expressions_add(private->expressions, source, error);
    if (*expression == NULL || fact_check_in_flow(*expression, source, &place, error) != 0 ||
        build_check_known(ruleset, source, error) != 0 ||
        (step != NULL && check_open_then(*expression, step, error) != 0))
        return row_blame(row, column, error);
    return 0;
}

/* Flows */

static int take_name(const struct row *row, struct flow *flow, struct error *error)
{
    if (row_require(row, "name", &flow->name, error) != 0)
        return -1;
    if (strchr(flow->name, '.') != NULL)
        return row_refuse(row, error, "the name of a flow holds no dot, not '%s'; behind the dot stand its steps",
                          flow->name);
    return 0;
}

/* Said by sentences of ours, so it is no template. */
static int take_title(const struct row *row, struct flow *flow, struct error *error)
{
    const char *title = row_value(row, "title");
    flow->title = title != NULL ? title : flow->name;
    if (strstr(flow->title, "{{") != NULL)
        return row_refuse(row, error, "title is a plain text, as in 'your booking'; it takes no {{ }}");
    if (strlen(flow->title) > TITLE_MAX)
        return row_refuse(row, error, "title is longer than %d bytes", TITLE_MAX);
    return 0;
}

static int take_times(const struct row *row, struct flow *flow, struct error *error)
{
    if (row_duration(row, "expires", SECOND, 30 * DAY, DAY, &flow->expires_ms, error) != 0 ||
        row_duration(row, "remind", SECOND, 30 * DAY, 0, &flow->remind_ms, error) != 0)
        return -1;
    if (row_value(row, "reminder") != NULL && flow->remind_ms == 0)
        return row_refuse(row, error, "reminder is never said without remind, the silence before it, as in '10 minutes'");
    if (flow->remind_ms >= flow->expires_ms)
        return row_refuse(row, error, "the reminder comes too late: by then the flow has expired; let remind be shorter "
                                      "than expires");
    return row_number(row, "retries", 0, RETRIES_MAX, RETRIES_USUAL, &flow->retries, error);
}

int build_flow_names(struct ruleset *ruleset, struct error *error)
{
    struct flow_private *private = ruleset->private->flow;
    const struct rows *rows = &ruleset->private->rows;
    size_t count = rows_count(rows, "flow");
    const struct row *row;
    if (count > FLOWS_MAX)
        return error_set(error, "the rule files hold %zu flows; at most %d are taken", count, FLOWS_MAX);
    ruleset->flows = private->flows = alloc_array(count, sizeof *private->flows);
    private->flow_rows = alloc_array(count, sizeof *private->flow_rows);
    private->scopes = alloc_array(count, sizeof *private->scopes);
    for (size_t at = 0; (row = rows_next(rows, "flow", &at)) != NULL;) {
        struct flow *flow = &private->flows[ruleset->flow_count];
        *flow = (struct flow){ .file = row->file, .line = row->line, .give_up = { .kind = WAY_END } };
        if (take_name(row, flow, error) != 0)
            return -1;
        const struct flow *same = ruleset_flow(ruleset, flow->name);
        if (same != NULL)
            return row_refuse(row, error, "there is already a flow '%s' in %s:%d", flow->name, same->file, same->line);
        private->flow_rows[ruleset->flow_count++] = row;
        if (take_title(row, flow, error) != 0 || take_times(row, flow, error) != 0)
            return -1;
    }
    return 0;
}

const struct flow *ruleset_flow(const struct ruleset *ruleset, const char *name)
{
    return flow_find(ruleset->flows, ruleset->flow_count, name);
}

static int take_flow_texts(struct ruleset *ruleset, size_t index, struct error *error)
{
    struct flow_private *private = ruleset->private->flow;
    struct flow *flow = &private->flows[index];
    const struct row *row = private->flow_rows[index];
    const struct scope *scope = &private->scopes[index];
    if (flow->step_count == 0)
        return row_refuse(row, error,
                          "the flow %s has no step; add one, as in INSERT INTO step (name, say) VALUES ('%s.hello', '…');",
                          flow->name, flow->name);
    if (flow_take_template(ruleset, scope, row, "expired", &flow->expired, error) != 0 ||
        flow_take_template(ruleset, scope, row, "reminder", &flow->reminder, error) != 0)
        return -1;
    return flow_take_next(flow, row, "give_up", &flow->give_up, error);
}

int build_flows(struct ruleset *ruleset, struct error *error)
{
    if (build_steps(ruleset, error) != 0 || build_step_sets(ruleset, error) != 0 || build_scopes(ruleset, error) != 0)
        return -1;
    for (size_t i = 0; i < ruleset->flow_count; i++)
        if (take_flow_texts(ruleset, i, error) != 0)
            return -1;
    if (build_choices(ruleset, error) != 0 || build_branches(ruleset, error) != 0 ||
        build_step_texts(ruleset, error) != 0 || build_step_set_values(ruleset, error) != 0 ||
        build_step_properties(ruleset, error) != 0 || build_ways(ruleset, error) != 0 ||
        build_service_texts(ruleset, error) != 0)
        return -1;
    ruleset->has_buttons |= ruleset->private->flow->choice_rows.count > 0;
    return check_flow_loops(ruleset, error);
}

/* What is said to every flow */

static struct pattern *compile_words(const struct ruleset *ruleset, const char *setting)
{
    struct buf source = { 0 };
    if (words_compile(ruleset_setting(ruleset, setting), &source, NULL) != 0)
        abort(); /* the setting was judged */
    struct pattern *pattern = pattern_new_generated(buf_text(&source), NULL);
    buf_release(&source);
    return pattern;
}

void build_flow_words(struct ruleset *ruleset)
{
    struct flow_private *private = ruleset->private->flow = alloc_new(sizeof *private);
    ruleset->cancel_words = private->cancel_words = compile_words(ruleset, "flow_cancel_words");
    ruleset->back_words = private->back_words = compile_words(ruleset, "flow_back_words");
    flow_phrases_init(ruleset);
}

/* Taking it apart */

static void release_step(struct step *step)
{
    template_free(step->say);
    template_free(step->retry);
    pattern_free(step->pattern);
}

void flows_release(struct ruleset *ruleset)
{
    struct flow_private *private = ruleset->private->flow;
    if (private == NULL)
        return;
    for (size_t i = 0; i < ruleset->flow_count; i++) {
        template_free(private->flows[i].expired);
        template_free(private->flows[i].reminder);
        scope_release(&private->scopes[i]);
    }
    for (size_t i = 0; private->steps != NULL && i < private->step_rows.count; i++)
        release_step(&private->steps[i]);
    for (size_t i = 0; private->choices != NULL && i < private->choice_rows.count; i++) {
        template_free(private->choices[i].label);
        pattern_free(private->choices[i].words);
    }
    for (size_t i = 0; private->branches != NULL && i < private->branch_rows.count; i++)
        template_free(private->branches[i].say);
    for (size_t i = 0; private->properties != NULL && i < private->property_rows.count; i++)
        template_free(private->properties[i].value);
    services_release(ruleset);
    flow_phrases_release(ruleset);
    scope_release(&private->collected);
    pattern_free(private->cancel_words);
    pattern_free(private->back_words);
    struct owned *const lists[] = { &private->step_rows, &private->choice_rows,   &private->branch_rows,
                                    &private->set_rows,  &private->property_rows, &private->value_rows };
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        owned_release(lists[i]);
    void *const arrays[] = { private->flows,   private->flow_rows, private->scopes,     private->steps,
                             private->by_name, private->choices,   private->branches,   private->sets,
                             private->properties, private->waits };
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++)
        free(arrays[i]);
    free(private);
}
