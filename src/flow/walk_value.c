/*
 * walk_value: what names stand for while a flow is walked through, in sentences and in conditions.
 *
 * A variable of the run goes before whatever the caller knows by that name, and an answer under judgement
 * before that: accept_if sees it as if it were set, and the run is untouched if it says no.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/calendar.h"
#include "flow/walk.h"

enum { INNER_MAX = 64 * 1024 }; /* bytes of a phrase within a text */

static const char *title(const struct walk *walk)
{
    const struct frame *frame = run_top(walk->run);
    return walk->flow != NULL ? walk->flow->title : frame != NULL ? frame->flow : "";
}

static const struct run_variable *find(const struct walk *walk, const char *name)
{
    if (walk->tried != NULL && strcmp(walk->tried->name, name) == 0)
        return walk->tried;
    return run_variable(walk->run, name);
}

/* Sentences */

static bool look_up(void *context, const char *name, struct buf *value)
{
    struct walk *walk = context;
    const struct run_variable *variable = find(walk, name);
    const struct template *inner = variable == NULL ? walk->env->inner(walk->env->context, name) : NULL;
    if (variable != NULL)
        buf_add_text(value, variable->value);
    else if (strcmp(name, "title") == 0)
        buf_add_text(value, title(walk));
    else if (inner != NULL)
        walk_render(walk, inner, NULL, INNER_MAX, value);
    else
        return walk->env->lookup(walk->env->context, name, value);
    return true;
}

void walk_render(struct walk *walk, const struct template *text, template_escape *escape, size_t max,
                 struct buf *out)
{
    const struct template_env env = { look_up, walk, walk->env->ask.zone };
    if (text != NULL && escape != NULL)
        template_render_escaped(text, &env, escape, max, out);
    else if (text != NULL)
        template_render(text, &env, max, out);
}

/* Conditions */

static void set_int(struct expression_value *value, int64_t number)
{
    *value = (struct expression_value){ .kind = EXPRESSION_INT, .number = number };
}

void run_variable_value(const struct run_variable *variable, struct expression_value *value)
{
    const char *text = variable->value;
    char *end;
    *value = (struct expression_value){ .kind = EXPRESSION_TEXT, .text = text, .len = strlen(text) };
    if (!variable->is_number)
        return;
    size_t digits = strspn(text + (*text == '-'), "0123456789");
    if (digits > 0 && digits <= 18 && text[digits + (*text == '-')] == '\0') {
        set_int(value, strtoll(text, NULL, 10));
        return;
    }
    double real = strtod(text, &end);
    if (*end == '\0' && isfinite(real))
        *value = (struct expression_value){ .kind = EXPRESSION_REAL, .real = real };
}

/* Is it one of the facts of trouble? Then its value goes into *number. */
static bool find_fact(const struct walk *walk, const char *name, int64_t *number)
{
    const struct walk_trouble *trouble = &walk->trouble;
    const struct {
        const char *name;
        int64_t number;
    } FACTS[] = { { ":failed", trouble->has_failed },
                  { ":timed_out", trouble->has_timed_out },
                  { ":gave_up", trouble->has_given_up },
                  { ":status", trouble->status } };
    for (size_t i = 0; i < sizeof FACTS / sizeof FACTS[0]; i++)
        if (strcmp(FACTS[i].name, name) == 0) {
            *number = FACTS[i].number;
            return true;
        }
    return false;
}

/* :open_then, of the answer to a question for a date or a moment. False: there is none. */
static bool find_open_then(const struct walk *walk, int64_t *is_open)
{
    const struct ask *ask = &walk->env->ask;
    const struct run_variable *answer = walk->step != NULL ? find(walk, walk->step->name) : NULL;
    int year, month, day;
    if (answer == NULL)
        return false;
    if (walk->step->ask == ASK_DATETIME)
        *is_open = ask->is_open == NULL || ask->is_open(ask->context, strtoll(answer->value, NULL, 10));
    else if (walk->step->ask == ASK_DATE && sscanf(answer->value, "%d-%d-%d", &year, &month, &day) == 3)
        *is_open = ask->is_open_on == NULL || ask->is_open_on(ask->context, calendar_day(year, month, day));
    else
        return false;
    return true;
}

static void look_up_fact(void *context, const char *name, struct expression_value *value)
{
    const struct walk *walk = context;
    const struct run_variable *variable = *name == '@' ? find(walk, name + 1) : NULL;
    int64_t number;
    if (variable != NULL)
        run_variable_value(variable, value);
    else if (find_fact(walk, name, &number) || (strcmp(name, ":open_then") == 0 && find_open_then(walk, &number)))
        set_int(value, number);
    else
        walk->env->fact(walk->env->context, name, value);
}

bool walk_holds(struct walk *walk, const struct expression *expression)
{
    return expression == NULL || expression_test(expression, look_up_fact, walk) == EXPRESSION_YES;
}

bool walk_asks_for_trouble(const struct walk *walk, const struct expression *expression)
{
    int64_t number;
    for (size_t i = 0; expression != NULL && i < expression_name_count(expression); i++)
        if (find_fact(walk, expression_name(expression, i), &number) && number != 0)
            return true;
    return false;
}

/* Setting */

static void set_one(struct walk *walk, const struct step_set *set)
{
    struct expression_value value = { .kind = EXPRESSION_NULL };
    struct buf copy = { 0 }, text = { 0 };
    if (set->value != NULL)
        expression_evaluate(set->value, look_up_fact, walk, &value, &copy);
    switch (value.kind) {
    case EXPRESSION_INT: buf_addf(&text, "%lld", (long long)value.number); break;
    case EXPRESSION_REAL: buf_addf(&text, "%.15g", value.real); break;
    case EXPRESSION_TEXT: buf_add(&text, value.text, value.len); break;
    case EXPRESSION_NULL: break;
    }
    bool is_number = value.kind == EXPRESSION_INT || (value.kind == EXPRESSION_REAL && isfinite(value.real));
    bool is_text = value.kind == EXPRESSION_TEXT;
    struct run_variable variable = { .value = (char *)buf_text(&text),
                                     .is_number = is_number,
                                     .is_raw = is_text };
    if (is_number || is_text)
        run_put(&walk->run->variables, set->name, &variable);
    else
        run_forget(walk->run, set->name);
    buf_release(&copy);
    buf_release(&text);
}

void walk_set(struct walk *walk)
{
    for (size_t i = 0; i < walk->step->set_count; i++)
        set_one(walk, &walk->step->sets[i]);
}
