/*
 * command_try: what would be answered to a text? The same decide as the daemon's, now or --at a time. Nothing is written.
 */
#include <string.h>

#include "base/utf8.h"
#include "ctl/commands.h"
#include "ctl/trial.h"
#include "ctl/verdict.h"

/* Whose first act is to ask a service or a backend says nothing yet, but will. */
static const char *outcome_name(const struct decision *decision)
{
    static const char *const names[] = {
        [OUTCOME_ANSWER] = "answered",
        [OUTCOME_SILENCE] = "silenced",
        [OUTCOME_NOBODY] = "unanswered",
        [OUTCOME_AGENT] = "agent",
        [OUTCOME_WAITS] = "waits",
    };

    if (decision->outcome == OUTCOME_SILENCE && (decision_has(decision, EFFECT_CALL) || decision_has(decision, EFFECT_CONSULT)))
        return names[OUTCOME_WAITS];
    return names[decision->outcome];
}

static int show(struct call *call, const struct trial *trial, const struct decision *decision)
{
    struct buf state = { 0 };
    struct error error = { 0 };
    struct verdict verdict = {
        .at = call->parsed->options[OPTION_AT] != NULL ? trial->at : 0,
        .user = call->parsed->options[OPTION_AS],
        .text = buf_text(&trial->text),
        .ruleset = trial->number,
        .turn_state = outcome_name(decision),
        .rule = decision->rule != NULL ? decision->rule->name : NULL,
        .action = decision_action(decision),
        .rules_from = trial->number == 0 ? buf_text(&call->rules_dir) : NULL,
        .rules = trial->rules,
        .decision = decision,
        .stands = &trial->state,
        .now = trial->at,
    };
    int code = EXIT_DONE;

    decide_format_state(&trial->state, &state);
    verdict.state = buf_text(&state);
    if (verdict_show(call->output, &verdict, &error) != 0)
        code = call_fail(call, EXIT_FAILED, "%s", error.text);
    buf_release(&state);
    return code;
}

static int try_text(struct call *call, struct trial *trial)
{
    struct matcher *matcher = matcher_new(true);
    struct decision decision = { .is_thorough = true };
    int code;

    decide(trial->rules, matcher, &trial->state, &(struct decide_input){ .text = buf_text(&trial->text) },
           trial->at, &decision);
    code = show(call, trial, &decision);
    decision_release(&decision);
    matcher_free(matcher);
    return code;
}

int command_rules_try(struct call *call)
{
    const char *typed = call->parsed->holes[0];
    struct trial trial = { 0 };
    int code = trial_read_rules(call, &trial);

    utf8_repair(typed, strlen(typed), &trial.text);
    if (code == EXIT_DONE)
        code = trial_read_time(call, &trial);
    if (code == EXIT_DONE)
        code = trial_read_customer(call, &trial);
    if (code == EXIT_DONE)
        code = try_text(call, &trial);
    trial_release(&trial);
    return code;
}
