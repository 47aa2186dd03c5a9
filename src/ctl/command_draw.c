/*
 * command_draw: a flow as a picture (rules/draw.h). What goes into a file or another program is DOT; a person at a
 * terminal gets lines to read.
 */
#include "base/nearest.h"
#include "ctl/commands.h"
#include "ctl/told.h"
#include "flow/flow.h"
#include "rules/draw.h"

static int refuse_unknown(const struct call *call, const struct ruleset *rules, const char *name)
{
    struct nearest nearest = { .word = name };
    struct buf advice = { 0 };
    int code;

    for (size_t i = 0; i < rules->flow_count; i++)
        nearest_offer(&nearest, rules->flows[i].name);
    nearest_advise(&nearest, NULL, &advice);
    for (size_t i = 0; nearest.best == NULL && i < rules->flow_count; i++)
        buf_addf(&advice, "%s%s", i == 0 ? "; known are " : ", ", rules->flows[i].name);
    if (rules->flow_count == 0)
        buf_add_text(&advice, "; these rules have none");
    code = call_fail(call, EXIT_NOTHING, "there is no flow '%s'%s", name, buf_text(&advice));
    buf_release(&advice);
    return code;
}

static void show_dot(const struct call *call, const struct ruleset *rules, const struct flow *flow)
{
    struct buf dot = { 0 };

    draw_dot(rules, flow, &dot);
    output_document(call->output, "dot", buf_text(&dot));
    buf_release(&dot);
}

static void show_lines(const struct call *call, const struct ruleset *rules, const struct flow *flow)
{
    struct tell lines = { 0 };

    draw_lines(rules, flow, &lines);
    rules_show_told(call->output, &lines);
    tell_release(&lines);
}

int command_rules_draw(struct call *call)
{
    const char *name = call->parsed->holes[0];
    bool wants_dot = call->parsed->options[OPTION_DOT] != NULL, wants_json = call->parsed->options[OPTION_JSON] != NULL;
    struct rulefiles files = { 0 };
    struct error error = { 0 };
    struct ruleset *rules = NULL;
    const struct flow *flow = NULL;
    int code = rules_read(call, NULL, &files);

    if (code == EXIT_DONE && (rules = ruleset_new(&files, call_zones(call), &error)) == NULL)
        code = call_fail(call, EXIT_FAILED, "%s", error.text);
    if (code == EXIT_DONE && (flow = ruleset_flow(rules, name)) == NULL)
        code = refuse_unknown(call, rules, name);
    if (code == EXIT_DONE && (wants_dot || wants_json || !output_is_terminal(call->output)))
        show_dot(call, rules, flow);
    if (code == EXIT_DONE && !wants_dot && (wants_json || output_is_terminal(call->output)))
        show_lines(call, rules, flow);
    ruleset_free(rules);
    rulefiles_release(&files);
    return code;
}
