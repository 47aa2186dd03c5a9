/*
 * draw: see the header.
 *
 * The texts come from the rows, since a picture is for the one who typed them. In DOT every text stands between
 * double quotes, in which only a quote and a backslash mean anything; \n is a line break of ours.
 */
#include <string.h>

#include "base/clock.h"
#include "base/utf8.h"
#include "rules/build_flow.h"
#include "rules/draw.h"
#include "rules/tell_write.h"

enum { LINE_MAX = 32 }; /* characters after which a label may be broken */

static const char REDO[] = "↺";

static const char *typed(const struct row *row, const char *column)
{
    const char *text = row != NULL ? row_value(row, column) : NULL;
    return text != NULL ? text : "";
}

/* DOT */

static void add_escaped(const char *text, size_t len, struct buf *out)
{
    size_t column = 0;
    uint32_t code;
    for (size_t at = 0, step; at < len; at += step) {
        step = utf8_decode(text + at, len - at, &code);
        if (step == 0)
            step = 1, code = ' ';
        bool is_blank = code <= ' ' || (code >= 0x7f && code < 0xa0) || code == 0x2028 || code == 0x2029;
        if (is_blank && column >= LINE_MAX) {
            buf_add_text(out, "\\n");
            column = 0;
            continue;
        }
        if (code == '"' || code == '\\')
            buf_add_char(out, '\\');
        if (is_blank)
            buf_add_char(out, ' ');
        else
            buf_add(out, text + at, step);
        column++;
    }
}

/* As much of it as a picture has room for. */
static void add_text(const char *text, struct buf *out)
{
    size_t len = strlen(text), at = 0, count = 0;
    uint32_t code;
    while (at < len && count++ < DRAW_TEXT_MAX)
        at += utf8_decode(text + at, len - at, &code);
    add_escaped(text, at, out);
    if (at < len)
        buf_add_text(out, "…");
}

static void begin_line(struct buf *label)
{
    if (label->len > 0)
        buf_add_text(label, "\\n");
}

static void add_line(const char *before, const char *text, struct buf *label)
{
    if (*text == '\0')
        return;
    begin_line(label);
    buf_add_text(label, before);
    add_text(text, label);
}

/* What shape, and what stands in it. */
static const char *shape_of(const struct step *step)
{
    static const char *const SHAPES[] = {
        [STEP_NONE] = "box", [STEP_CALL] = "cds", [STEP_FLOW] = "component", [STEP_HANDOFF] = "house", [STEP_CLOSE] = "octagon",
        [STEP_CONSULT] = "cds"
    };
    return step->ask != ASK_NOTHING ? "box, style=rounded" : SHAPES[step->action];
}

static void add_node(const struct ruleset *ruleset, const struct step *step, size_t index, struct buf *out)
{
    static const char *const ACTS[] = {
        [STEP_NONE] = "", [STEP_CALL] = "call ", [STEP_FLOW] = "flow ", [STEP_HANDOFF] = "handoff ", [STEP_CLOSE] = "close",
        [STEP_CONSULT] = "consult "
    };
    const struct row *row = flow_step_row(ruleset, step);
    struct buf label = { 0 };
    for (size_t i = 0; i < step->set_count; i++) {
        begin_line(&label);
        buf_addf(&label, "%s := ", step->sets[i].name);
        add_text(step->sets[i].value != NULL ? typed(flow_set_row(ruleset, &step->sets[i]), "value") : "NULL", &label);
    }
    add_line("", typed(row, "say"), &label);
    if (step->ask != ASK_NOTHING)
        add_line("? ", ask_names[step->ask], &label);
    add_line("if ", typed(row, "accept_if"), &label);
    if (step->action == STEP_CLOSE)
        add_line("", ACTS[STEP_CLOSE], &label);
    else if (step->action != STEP_NONE)
        add_line(ACTS[step->action], typed(row, "target"), &label);
    buf_addf(out, "  s%zu [shape=%s, label=\"%s\\n%s\"];\n", index, shape_of(step), step->name, buf_text(&label));
    buf_release(&label);
}

/* `label` is escaped already. A way that goes on as its step does is drawn as that. */
static void add_edge(const struct step *step, size_t from, const struct way *way, const char *label, struct buf *out)
{
    const struct way *to = way->kind == WAY_ON ? &step->next : way;
    buf_addf(out, "  s%zu -> ", from);
    if (to->kind == WAY_END)
        buf_add_text(out, "end");
    else
        buf_addf(out, "s%zu", to->step);
    if (*label != '\0')
        buf_addf(out, " [label=\"%s\"%s]", label, to->kind == WAY_REDO ? ", style=dashed" : "");
    else if (to->kind == WAY_REDO)
        buf_add_text(out, " [style=dashed]");
    buf_add_text(out, ";\n");
}

static void add_choice_edges(const struct ruleset *ruleset, const struct step *step, size_t index, struct buf *out)
{
    for (size_t i = 0; i < step->choice_count; i++) {
        struct buf label = { 0 };
        if (step->choices[i].way.kind == WAY_ON)
            continue;
        add_text(typed(flow_choice_row(ruleset, &step->choices[i]), "label"), &label);
        add_edge(step, index, &step->choices[i].way, buf_text(&label), out);
        buf_release(&label);
    }
}

static void add_branch_edges(const struct ruleset *ruleset, const struct step *step, size_t index, struct buf *out)
{
    for (size_t i = 0; i < step->branch_count; i++) {
        const struct row *row = flow_branch_row(ruleset, &step->branches[i]);
        struct buf label = { 0 };
        add_line("", typed(row, "only_if"), &label);
        add_line("", typed(row, "say"), &label);
        add_edge(step, index, &step->branches[i].way, buf_text(&label), out);
        buf_release(&label);
    }
}

/* Is the step's own next ever taken? Each choice may have a way of its own, and so may a branch that always holds. */
static bool takes_next(const struct step *step)
{
    bool goes_on = step->choice_count == 0 && step->action != STEP_HANDOFF && step->action != STEP_CLOSE;
    for (size_t i = 0; i < step->choice_count; i++)
        goes_on |= step->choices[i].way.kind == WAY_ON;
    for (size_t i = 0; i < step->branch_count; i++)
        goes_on &= step->branches[i].only_if != NULL;
    return goes_on;
}

static bool has_end(const struct flow *flow)
{
    bool is_end = flow->give_up.kind == WAY_END;
    for (size_t i = 0; !is_end && i < flow->step_count; i++) {
        const struct step *step = &flow->steps[i];
        is_end = step->next.kind == WAY_END && step->action != STEP_HANDOFF && step->action != STEP_CLOSE;
        for (size_t j = 0; j < step->choice_count; j++)
            is_end |= step->choices[j].way.kind == WAY_END;
        for (size_t j = 0; j < step->branch_count; j++)
            is_end |= step->branches[j].way.kind == WAY_END;
    }
    return is_end;
}

void draw_dot(const struct ruleset *ruleset, const struct flow *flow, struct buf *out)
{
    buf_add_text(out, "digraph \"");
    add_escaped(flow->name, strlen(flow->name), out);
    buf_add_text(out, "\" {\n  labelloc=t;\n  label=\"");
    add_escaped(flow->title, strlen(flow->title), out);
    buf_add_text(out, "\";\n  node [fontname=\"sans-serif\"];\n  edge [fontname=\"sans-serif\"];\n"
                      "  start [shape=circle, label=\"\", width=0.2];\n");
    for (size_t i = 0; i < flow->step_count; i++)
        add_node(ruleset, &flow->steps[i], i, out);
    if (has_end(flow))
        buf_add_text(out, "  end [shape=doublecircle, label=\"\", width=0.2];\n");
    buf_add_text(out, "  start -> s0;\n");
    for (size_t i = 0; i < flow->step_count; i++) {
        const struct step *step = &flow->steps[i];
        add_choice_edges(ruleset, step, i, out);
        add_branch_edges(ruleset, step, i, out);
        if (takes_next(step))
            add_edge(step, i, &step->next, "", out);
    }
    buf_add_text(out, "  giving_up [shape=plaintext, label=\"gives up\"];\n  giving_up -> ");
    if (flow->give_up.kind == WAY_END)
        buf_add_text(out, "end");
    else
        buf_addf(out, "s%zu", flow->give_up.step);
    buf_add_text(out, " [style=dotted];\n}\n");
}

/* Lines */

static void add_way(const struct flow *flow, const struct way *way, struct buf *line)
{
    if (way->kind == WAY_END)
        buf_add_text(line, "→ end");
    else if (way->kind != WAY_ON)
        buf_addf(line, "%s %s", way->kind == WAY_REDO ? REDO : "→", flow->steps[way->step].name);
    else
        buf_add_text(line, "→");
}

static void add_plain(struct tell_item *item, const char *before, const char *text)
{
    struct buf line = { 0 };
    if (*text == '\0')
        return;
    buf_addf(&line, "%s%s", before, text);
    tell_add_text(item, &line);
}

static void add_duration(struct tell_item *item, const char *before, int64_t ms, const char *behind)
{
    struct buf line = { 0 };
    buf_add_text(&line, before);
    clock_format_duration(ms, &line);
    if (*behind != '\0')
        buf_addf(&line, ": %s", behind);
    tell_add_text(item, &line);
}

static void add_sets(const struct ruleset *ruleset, const struct step *step, struct tell_item *item)
{
    for (size_t i = 0; i < step->set_count; i++) {
        const char *value = typed(flow_set_row(ruleset, &step->sets[i]), "value");
        struct buf line = { 0 };
        buf_addf(&line, "set @%s: %s", step->sets[i].name, *value != '\0' ? value : "NULL");
        tell_add_text(item, &line);
    }
}

static void add_choices(const struct ruleset *ruleset, const struct flow *flow, const struct step *step,
                        struct tell_item *item)
{
    for (size_t i = 0; i < step->choice_count; i++) {
        const struct row *row = flow_choice_row(ruleset, &step->choices[i]);
        struct buf line = { 0 };
        buf_addf(&line, "%zu. %s", i + 1, typed(row, "label"));
        if (*typed(row, "words") != '\0')
            buf_addf(&line, " (%s)", typed(row, "words"));
        if (step->choices[i].way.kind != WAY_ON) {
            buf_add_char(&line, ' ');
            add_way(flow, &step->choices[i].way, &line);
        }
        tell_add_text(item, &line);
    }
}

static void add_branches(const struct ruleset *ruleset, const struct flow *flow, const struct step *step,
                         struct tell_item *item)
{
    for (size_t i = 0; i < step->branch_count; i++) {
        const struct row *row = flow_branch_row(ruleset, &step->branches[i]);
        const char *only_if = typed(row, "only_if"), *say = typed(row, "say");
        struct buf line = { 0 };
        buf_addf(&line, "if %s ", *only_if != '\0' ? only_if : "anything");
        if (*say != '\0')
            buf_addf(&line, "“%s” ", say);
        add_way(flow, &step->branches[i].way, &line);
        tell_add_text(item, &line);
    }
}

static void add_question(const struct row *row, const struct step *step, struct tell_item *item)
{
    struct buf line = { 0 };
    buf_addf(&line, "ask %s", ask_names[step->ask]);
    if (*typed(row, "say") != '\0')
        buf_addf(&line, ": “%s”", typed(row, "say"));
    tell_add_text(item, &line);
    add_plain(item, "pattern ", typed(row, "pattern"));
    add_plain(item, "accept if ", typed(row, "accept_if"));
    add_plain(item, "else say: ", typed(row, "retry"));
    if (step->timeout_ms > 0)
        add_duration(item, "wait ", step->timeout_ms, "");
}

static void add_step(const struct ruleset *ruleset, const struct flow *flow, const struct step *step,
                     struct tell_item *item)
{
    const struct row *row = flow_step_row(ruleset, step);
    struct buf line = { 0 };
    add_sets(ruleset, step, item);
    if (step->ask != ASK_NOTHING)
        add_question(row, step, item);
    else if (*typed(row, "say") != '\0') {
        buf_addf(&line, "say “%s”", typed(row, "say"));
        tell_add_text(item, &line);
    }
    add_plain(item, "campaign ", typed(row, "campaign"));
    if (step->action == STEP_CLOSE)
        add_plain(item, "", "close");
    else if (step->action != STEP_NONE) {
        buf_addf(&line, "%s %s", typed(row, "action"), typed(row, "target"));
        tell_add_text(item, &line);
    }
    add_choices(ruleset, flow, step, item);
    add_branches(ruleset, flow, step, item);
    if (takes_next(step)) {
        add_way(flow, &step->next, &line);
        tell_add_text(item, &line);
    }
}

static void add_starters(const struct ruleset *ruleset, const struct flow *flow, struct tell_item *item)
{
    const struct flow_private *private = ruleset->private->flow;
    for (size_t i = 0; i < ruleset->rule_count; i++)
        if (ruleset->rules[i].flow == flow)
            add_plain(item, "started by the rule ", ruleset->rules[i].name);
    for (size_t i = 0; i < private->step_rows.count; i++)
        if (private->steps[i].sub == flow)
            add_plain(item, "run by the step ", private->steps[i].full_name);
}

static void add_flow(const struct ruleset *ruleset, const struct flow *flow, struct tell_item *item)
{
    const struct row *row = ruleset->private->flow->flow_rows[flow - ruleset->flows];
    struct buf line = { 0 };
    if (strcmp(flow->title, flow->name) != 0)
        add_plain(item, "", flow->title);
    add_starters(ruleset, flow, item);
    if (flow->remind_ms > 0)
        add_duration(item, "remind after ", flow->remind_ms, typed(row, "reminder"));
    add_duration(item, "expire after ", flow->expires_ms, typed(row, "expired"));
    buf_addf(&line, "give up after %d wrong answers ", flow->retries + 1);
    if (flow->retries == 0) {
        buf_clear(&line);
        buf_add_text(&line, "give up after a wrong answer ");
    }
    add_way(flow, &flow->give_up, &line);
    tell_add_text(item, &line);
}

void draw_lines(const struct ruleset *ruleset, const struct flow *flow, struct tell *tell)
{
    struct teller teller = { .ruleset = ruleset, .tell = tell };
    struct tell_item *item;
    *tell = (struct tell){ 0 };
    item = tell_add_item(&teller, flow->name, NULL);
    item->file = flow->file;
    item->line = flow->line;
    add_flow(ruleset, flow, item);
    item->flowing = 0;
    for (size_t i = 0; i < flow->step_count; i++) {
        item = tell_add_item(&teller, flow->steps[i].name, NULL);
        item->is_part = false;
        item->file = flow->steps[i].file;
        item->line = flow->steps[i].line;
        add_step(ruleset, flow, &flow->steps[i], item);
    }
}
