/*
 * tell_flow: flows and the services that they call, in words. A flow is told in the order of its rows: what it
 * is about, then a line for each step, with what may follow it.
 */
#include <string.h>

#include "rules/build_flow.h"
#include "rules/tell_write.h"

/* A line in the making: sentences with a blank between them. */
struct line {
    const struct teller *teller;
    const struct flow *flow;
    struct buf text;
};

static void add(struct line *line, enum tell_sentence which, const char *const *values)
{
    if (line->text.len > 0)
        buf_add_char(&line->text, ' ');
    tell_fill(&line->text, line->teller->voice->sentences[which], values);
}

static void add_one(struct line *line, enum tell_sentence which, const char *value)
{
    add(line, which, (const char *[]){ value });
}

static void quote_name(const char *name, struct buf *out)
{
    buf_addf(out, "‹%s›", name);
}

static void add_template(struct line *line, enum tell_sentence which, const struct template *template)
{
    struct buf text = { 0 };
    if (template == NULL)
        return;
    tell_quote_template(line->teller, template, &text);
    add_one(line, which, buf_text(&text));
    buf_release(&text);
}

static void add_quoted(struct line *line, enum tell_sentence which, const char *name)
{
    struct buf text = { 0 };
    tell_quote(line->teller, &text, name);
    add_one(line, which, buf_text(&text));
    buf_release(&text);
}

static void add_duration(struct line *line, enum tell_sentence which, int64_t ms)
{
    struct buf text = { 0 };
    if (ms == 0)
        return;
    tell_duration(line->teller->voice, ms, &text);
    add_one(line, which, buf_text(&text));
    buf_release(&text);
}

/* Where to */

static void format_way(const struct line *line, const struct way *way, struct buf *out)
{
    static const enum tell_sentence WORDS[] = {
        [WAY_ON] = TELL_WAY_ON, [WAY_STEP] = TELL_WAY_STEP, [WAY_END] = TELL_WAY_END, [WAY_REDO] = TELL_WAY_REDO
    };
    bool has_step = way->kind == WAY_STEP || way->kind == WAY_REDO;
    struct buf name = { 0 };
    if (has_step)
        quote_name(line->flow->steps[way->step].name, &name);
    tell_fill(out, line->teller->voice->sentences[WORDS[way->kind]], (const char *[]){ buf_text(&name) });
    buf_release(&name);
}

/* "says “…” and ends" */
static void format_doing(const struct line *line, const struct template *say, const struct way *way, struct buf *out)
{
    struct buf text = { 0 }, where = { 0 };
    format_way(line, way, &where);
    if (say != NULL) {
        tell_quote_template(line->teller, say, &text);
        tell_fill(out, line->teller->voice->sentences[TELL_WAY_SAYS],
                  (const char *[]){ buf_text(&text), buf_text(&where) });
    } else {
        buf_add(out, where.data, where.len);
    }
    buf_release(&text);
    buf_release(&where);
}

static void add_branch(struct line *line, const struct branch *branch)
{
    const char *sql = row_value(flow_branch_row(line->teller->ruleset, branch), "only_if");
    struct buf condition = { 0 }, doing = { 0 };
    format_doing(line, branch->say, &branch->way, &doing);
    if (sql != NULL) {
        tell_condition(sql, line->teller->language, &condition);
        add(line, TELL_BRANCH, (const char *[]){ buf_text(&condition), buf_text(&doing) });
    } else {
        add_one(line, TELL_BRANCH_ALL, buf_text(&doing));
    }
    buf_release(&condition);
    buf_release(&doing);
}

static void add_choice(struct line *line, const struct choice *choice)
{
    struct buf label = { 0 }, where = { 0 };
    if (choice->way.kind != WAY_ON) {
        tell_quote_template(line->teller, choice->label, &label);
        format_way(line, &choice->way, &where);
        add(line, TELL_CHOICE_WAY, (const char *[]){ buf_text(&label), buf_text(&where) });
    }
    buf_release(&label);
    buf_release(&where);
}

/* Not where it goes on with the row behind it. */
static void add_next(struct line *line, const struct step *step)
{
    size_t index = (size_t)(step - line->flow->steps);
    struct buf where = { 0 };
    if (step->action == STEP_HANDOFF || step->action == STEP_CLOSE ||
        (step->next.kind == WAY_STEP && step->next.step == index + 1))
        return;
    format_way(line, &step->next, &where);
    add_one(line, TELL_STEP_NEXT, buf_text(&where));
    buf_release(&where);
}

/* Steps */

static void add_sets(struct line *line, const struct step *step)
{
    for (size_t i = 0; i < step->set_count; i++) {
        const char *value = row_value(flow_set_row(line->teller->ruleset, &step->sets[i]), "value");
        struct buf name = { 0 }, quoted = { 0 };
        quote_name(step->sets[i].name, &name);
        if (value != NULL)
            tell_quote(line->teller, &quoted, value);
        add(line, value != NULL ? TELL_SET : TELL_UNSET, (const char *[]){ buf_text(&name), buf_text(&quoted) });
        buf_release(&name);
        buf_release(&quoted);
    }
}

static void add_choices(struct line *line, const struct step *step)
{
    const struct teller *teller = line->teller;
    struct tell_list labels = { 0 };
    struct buf members = { 0 };
    for (size_t i = 0; i < step->choice_count; i++) {
        struct buf label = { 0 };
        tell_quote_template(teller, step->choices[i].label, &label);
        tell_list_take(&labels, &label);
    }
    tell_list_format(&labels, teller->voice->comma, teller->voice->or, &members);
    if (labels.count > 0)
        add_one(line, TELL_STEP_CHOICES, buf_text(&members));
    buf_release(&members);
    tell_list_release(&labels);
}

static void add_question(struct line *line, const struct step *step)
{
    const struct teller *teller = line->teller;
    const char *kind = teller->voice->asks[step->ask], *accept_if;
    struct buf text = { 0 }, condition = { 0 };
    if (step->say != NULL) {
        tell_quote_template(teller, step->say, &text);
        add(line, TELL_STEP_ASKS, (const char *[]){ kind, buf_text(&text) });
    } else {
        add_one(line, TELL_STEP_ASKS_BARE, kind);
    }
    add_choices(line, step);
    accept_if = row_value(flow_step_row(teller->ruleset, step), "accept_if");
    if (accept_if != NULL) {
        tell_condition(accept_if, teller->language, &condition);
        add_one(line, TELL_STEP_ACCEPTS, buf_text(&condition));
    }
    add_template(line, TELL_STEP_RETRY, step->retry);
    add_duration(line, TELL_STEP_TIMEOUT, step->timeout_ms);
    buf_release(&text);
    buf_release(&condition);
}

static void add_action(struct line *line, const struct step *step)
{
    switch (step->action) {
    case STEP_NONE: break;
    case STEP_CALL: add_quoted(line, TELL_STEP_CALLS, step->service->name); break;
    case STEP_FLOW: add_quoted(line, TELL_STEP_RUNS, step->sub->name); break;
    case STEP_HANDOFF: add_quoted(line, TELL_STEP_HANDOFF, step->team); break;
    case STEP_CLOSE: add(line, TELL_STEP_CLOSE, NULL); break;
    case STEP_CONSULT: add_quoted(line, TELL_STEP_CONSULTS, step->backend); break;
    }
}

static void add_step(const struct teller *teller, const struct flow *flow, const struct step *step,
                     struct tell_item *item)
{
    struct line line = { .teller = teller, .flow = flow };
    quote_name(step->name, &line.text);
    buf_add_char(&line.text, ':');
    add_sets(&line, step);
    if (step->ask != ASK_NOTHING)
        add_question(&line, step);
    else
        add_template(&line, TELL_STEP_SAYS, step->say);
    if (step->campaign != NULL)
        add_quoted(&line, TELL_CAMPAIGN, step->campaign);
    add_action(&line, step);
    for (size_t i = 0; i < step->choice_count; i++)
        add_choice(&line, &step->choices[i]);
    for (size_t i = 0; i < step->branch_count; i++)
        add_branch(&line, &step->branches[i]);
    add_next(&line, step);
    tell_add_text(item, &line.text);
}

/* Flows */

static void add_starters(const struct teller *teller, const struct flow *flow, struct tell_item *item)
{
    const struct flow_private *private = teller->ruleset->private->flow;
    struct tell_list rules = { 0 }, flows = { 0 }, backends = { 0 };
    struct buf members = { 0 }, outer = { 0 }, freely = { 0 };
    for (size_t i = 0; i < teller->ruleset->rule_count; i++)
        if (teller->ruleset->rules[i].flow == flow)
            tell_list_add(teller, &rules, teller->ruleset->rules[i].name, strlen(teller->ruleset->rules[i].name));
    for (size_t i = 0; i < private->step_rows.count; i++)
        if (private->steps[i].sub == flow)
            tell_list_add(teller, &flows, private->steps[i].full_name, strlen(private->steps[i].full_name));
    tell_backends_with(teller, ACT_FLOW, flow->name, &backends);
    tell_list_format(&backends, teller->voice->comma, teller->voice->or, &freely);
    tell_list_format(&rules, teller->voice->comma, teller->voice->or, &members);
    tell_list_format(&flows, teller->voice->comma, teller->voice->or, &outer);
    if (rules.count > 0)
        tell_add_sentence(teller, item, TELL_FLOW_BY, (const char *[]){ buf_text(&members) });
    if (flows.count > 0)
        tell_add_sentence(teller, item, TELL_FLOW_INSIDE, (const char *[]){ buf_text(&outer) });
    if (backends.count > 0)
        tell_add_sentence(teller, item, TELL_FLOW_BACKEND, (const char *[]){ buf_text(&freely) });
    if (rules.count + flows.count + backends.count == 0)
        tell_add_sentence(teller, item, TELL_FLOW_NEVER, NULL);
    tell_list_release(&rules);
    tell_list_release(&flows);
    tell_list_release(&backends);
    buf_release(&members);
    buf_release(&outer);
    buf_release(&freely);
}

/* What is so for the whole of it, as one text. */
static void add_life(const struct teller *teller, const struct flow *flow, struct tell_item *item)
{
    struct line line = { .teller = teller, .flow = flow };
    struct buf number = { 0 }, where = { 0 };
    if (strcmp(flow->title, flow->name) != 0)
        add_quoted(&line, TELL_FLOW_TITLE, flow->title);
    if (flow->reminder != NULL)
        add_template(&line, TELL_FLOW_REMINDER, flow->reminder);
    add_duration(&line, TELL_FLOW_REMIND, flow->remind_ms);
    add_duration(&line, TELL_FLOW_EXPIRES, flow->expires_ms);
    add_template(&line, TELL_FLOW_EXPIRED, flow->expired);
    buf_addf(&number, "%d", flow->retries);
    format_way(&line, &flow->give_up, &where);
    add(&line, TELL_FLOW_RETRIES, (const char *[]){ buf_text(&number), buf_text(&where) });
    tell_add_text(item, &line.text);
    buf_release(&number);
    buf_release(&where);
}

static void add_flow(struct teller *teller, const struct flow *flow)
{
    struct tell_item *item = tell_add_item(teller, flow->name, NULL);
    item->is_part = false;
    item->file = flow->file;
    item->line = flow->line;
    add_starters(teller, flow, item);
    add_life(teller, flow, item);
    item->flowing = item->count;
    for (size_t i = 0; i < flow->step_count; i++)
        add_step(teller, flow, &flow->steps[i], item);
}

void tell_flows(struct teller *teller)
{
    struct tell_item *item;
    if (teller->ruleset->flow_count == 0)
        return;
    item = tell_add_item(teller, teller->voice->parts[PART_FLOWS], NULL);
    tell_add_sentence(teller, item, TELL_FLOWS_INTRO, NULL);
    for (size_t i = 0; i < teller->ruleset->flow_count; i++)
        add_flow(teller, &teller->ruleset->flows[i]);
}

/* Services */

static void add_service(const struct teller *teller, struct tell_item *item, const struct service *service)
{
    struct tell_list names = { 0 };
    struct buf name = { 0 }, url = { 0 }, deadline = { 0 }, members = { 0 };
    tell_quote(teller, &name, service->name);
    tell_quote_template(teller, service->url, &url);
    tell_duration(teller->voice, service->deadline_ms, &deadline);
    for (size_t i = 0; i < service->value_count; i++) {
        struct buf shown = { 0 };
        quote_name(service->values[i].name, &shown);
        tell_list_take(&names, &shown);
    }
    tell_list_format(&names, teller->voice->comma, teller->voice->and, &members);
    tell_add_sentence(teller, item, TELL_SERVICE,
                      (const char *[]){ buf_text(&name), buf_text(&url), buf_text(&deadline) });
    if (names.count > 0)
        tell_add_sentence(teller, item, TELL_SERVICE_VALUES, (const char *[]){ buf_text(&name), buf_text(&members) });
    tell_list_release(&names);
    buf_release(&name);
    buf_release(&url);
    buf_release(&deadline);
    buf_release(&members);
}

void tell_services(struct teller *teller)
{
    struct tell_item *item;
    if (teller->ruleset->service_count == 0)
        return;
    item = tell_add_item(teller, teller->voice->parts[PART_SERVICES], NULL);
    for (size_t i = 0; i < teller->ruleset->service_count; i++)
        add_service(teller, item, &teller->ruleset->services[i]);
}
