/*
 * check_flow: slips in the course of a flow.
 *
 * - A step that no way leads to; a branch behind one that always holds, or that is the same; a branch for a
 *   trouble that its step cannot meet with.
 * - A way back by `next` to a question whose answer is known by then: it is not asked again, redo would.
 * - A service called again and again without a question in between. (Without a call as well it is refused.)
 * - A question without words, or one that refuses answers and never says what would be good.
 * - A flow that nothing starts, a service that nothing calls, a rule that interrupts where no flow is.
 * - A rule that opts out who only wanted to break off.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/language.h"
#include "rules/build_flow.h"
#include "rules/checks.h"
#include "text/words.h"

/* Reached */

static void mark_from(const struct flow *flow, size_t start, bool *is_reached)
{
    size_t stack[FLOW_STEPS_LISTED_MAX], count = 0;
    if (is_reached[start])
        return;
    is_reached[start] = true;
    stack[count++] = start;
    while (count > 0) {
        struct outs outs;
        flow_outs(&flow->steps[stack[--count]], &outs);
        for (size_t i = 0; i < outs.count; i++) {
            size_t next = outs.list[i].step;
            if (!is_reached[next])
                stack[count++] = next;
            is_reached[next] = true;
        }
    }
}

/* Of several that lead on to one another the first is told. */
void check_unreached_steps(struct check *check)
{
    for (size_t i = 0; i < check->ruleset->flow_count; i++) {
        const struct flow *flow = &check->ruleset->flows[i];
        bool is_reached[FLOW_STEPS_LISTED_MAX] = { false };
        mark_from(flow, 0, is_reached);
        if (flow->give_up.kind == WAY_STEP)
            mark_from(flow, flow->give_up.step, is_reached);
        for (size_t j = 0; j < flow->step_count; j++) {
            const struct step *step = &flow->steps[j];
            if (!is_reached[j])
                check_warn(check, step->file, step->line,
                           "the step %s is never reached: the one before it leads elsewhere, and no other names it; lead "
                           "to it by next, or take it out",
                           step->full_name);
            mark_from(flow, j, is_reached);
        }
    }
}

/* Branches */

static bool is_shadow(const struct branch *earlier, const struct branch *later)
{
    if (earlier->only_if == later->only_if)
        return true;
    return earlier->only_if == NULL && !branch_is_for_trouble(later);
}

static void check_shadows(struct check *check, const struct step *step)
{
    for (size_t i = 1; i < step->branch_count; i++) {
        const struct branch *later = &step->branches[i], *earlier = NULL;
        for (size_t j = 0; earlier == NULL && j < i; j++)
            if (is_shadow(&step->branches[j], later))
                earlier = &step->branches[j];
        if (earlier != NULL)
            check_warn(check, later->file, later->line,
                       "this branch of %s is never taken: the one in %s:%d, which %s, stands before it; change the order, "
                       "or take one out",
                       step->full_name, earlier->file, earlier->line,
                       earlier->only_if == NULL ? "always holds" : "has the same only_if");
    }
}

/* Does it wait for somebody else than the customer? */
static bool calls(const struct step *step)
{
    return step->action == STEP_CALL || step->action == STEP_CONSULT;
}

/* What a step must have for a trouble; NULL: it has it. */
static const char *lacking_for(const struct step *step, const char *fact)
{
    if (strcmp(fact, ":failed") == 0)
        return calls(step) ? NULL : "calls no service and consults no backend";
    if (strcmp(fact, ":gave_up") == 0)
        return step->ask != ASK_NOTHING || step->action == STEP_FLOW ? NULL : "asks nothing that could be given up";
    if (strcmp(fact, ":timed_out") == 0 && !calls(step) && step->timeout_ms == 0)
        return step->ask != ASK_NOTHING ? "has no timeout" : "waits for nothing";
    return NULL;
}

static void check_trouble(struct check *check, const struct step *step, const struct branch *branch)
{
    const char *lacking = NULL, *fact = NULL;
    if (!branch_is_for_trouble(branch))
        return;
    for (size_t i = 0; i < expression_name_count(branch->only_if); i++) {
        const char *name = expression_name(branch->only_if, i);
        bool is_trouble = strcmp(name, ":failed") == 0 || strcmp(name, ":gave_up") == 0 || strcmp(name, ":timed_out") == 0;
        if (is_trouble && lacking_for(step, name) == NULL)
            return;
        if (is_trouble) {
            lacking = lacking_for(step, name);
            fact = name;
        }
    }
    check_warn(check, branch->file, branch->line,
               "this branch waits for %s, but the step %s %s; put it on the step that is meant, or take it out", fact,
               step->full_name, lacking);
}

void check_branches(struct check *check)
{
    const struct flow_private *private = check->ruleset->private->flow;
    for (size_t i = 0; i < private->step_rows.count; i++) {
        check_shadows(check, &private->steps[i]);
        for (size_t j = 0; j < private->steps[i].branch_count; j++)
            check_trouble(check, &private->steps[i], &private->steps[i].branches[j]);
    }
}

/* Ways back */

static bool is_set(const struct flow *flow, const char *name)
{
    for (size_t i = 0; i < flow->step_count; i++)
        for (size_t j = 0; j < flow->steps[i].set_count; j++)
            if (strcmp(flow->steps[i].sets[j].name, name) == 0)
                return true;
    return false;
}

static void check_way_back(struct check *check, const struct flow *flow, const struct step *from, const struct way *way,
                           const char *file, int line)
{
    const struct step *to = way->kind == WAY_STEP ? &flow->steps[way->step] : NULL;
    if (to == NULL || to > from || to->ask == ASK_NOTHING || is_set(flow, to->name))
        return;
    check_warn(check, file, line,
               "%s leads back to the question %s by next; its answer is known by then, so that it is not asked again; "
               "%s",
               from->full_name, to->full_name,
               way == &from->next ? "let a branch lead there by redo" : "write it in redo");
}

void check_ways_back(struct check *check)
{
    for (size_t i = 0; i < check->ruleset->flow_count; i++) {
        const struct flow *flow = &check->ruleset->flows[i];
        for (size_t j = 0; j < flow->step_count; j++) {
            const struct step *step = &flow->steps[j];
            check_way_back(check, flow, step, &step->next, step->file, step->line);
            for (size_t k = 0; k < step->choice_count; k++)
                check_way_back(check, flow, step, &step->choices[k].way, step->choices[k].file, step->choices[k].line);
            for (size_t k = 0; k < step->branch_count; k++)
                check_way_back(check, flow, step, &step->branches[k].way, step->branches[k].file, step->branches[k].line);
        }
    }
}

/* Calls in a circle */

struct round {
    const struct check *check;
    const struct flow *flow;
    bool is_seen[FLOW_STEPS_LISTED_MAX];
    size_t start;
};

static bool is_question(const struct round *round, const struct step *step)
{
    return !calls(step) && flow_step_waits(round->check->ruleset, step);
}

/* Does a way lead from the step to the start without a question? */
static bool leads_round(struct round *round, size_t index)
{
    struct outs outs;
    flow_outs(&round->flow->steps[index], &outs);
    for (size_t i = 0; i < outs.count; i++) {
        size_t next = outs.list[i].step;
        if (next == round->start)
            return true;
        if (round->is_seen[next] || is_question(round, &round->flow->steps[next]))
            continue;
        round->is_seen[next] = true;
        if (leads_round(round, next))
            return true;
    }
    return false;
}

void check_rounds(struct check *check)
{
    for (size_t i = 0; i < check->ruleset->flow_count; i++) {
        const struct flow *flow = &check->ruleset->flows[i];
        for (size_t j = 0; j < flow->step_count; j++) {
            struct round round = { .check = check, .flow = flow, .start = j };
            const struct step *step = &flow->steps[j];
            if (calls(step) && leads_round(&round, j))
                check_warn(check, step->file, step->line,
                           "the step %s may %s %s again and again, since a way leads back to it without a question; let "
                           "a step in between ask, or lead on after a failure",
                           step->full_name, step->action == STEP_CALL ? "call" : "consult",
                           step->action == STEP_CALL ? step->service->name : step->backend);
        }
    }
}

/* Questions */

/* The languages of flow/ask_yes_no.h. */
static bool reads_yes_and_no(const char *language)
{
    static const char *const READ[] = { "en", "ko", "es", NULL };
    char tag[LANGUAGE_TAG_MAX];
    size_t i = 0;
    if (!language_canonical(language, tag))
        return false;
    tag[language_length(tag)] = '\0';
    while (READ[i] != NULL && strcmp(READ[i], tag) != 0)
        i++;
    return READ[i] != NULL;
}

static void check_yes_no(struct check *check, const struct step *step)
{
    const char *language = ruleset_setting(check->ruleset, "default_language");
    if (step->ask == ASK_YES_NO && !reads_yes_and_no(language))
        check_warn(check, step->file, step->line,
                   "the step %s asks for a yes or no, which is read in English, Korean and Spanish, and your customers read '%s' "
                   "(default_language); ask for a choice, and write their words for it",
                   step->full_name, language);
}

void check_questions(struct check *check)
{
    const struct flow_private *private = check->ruleset->private->flow;
    for (size_t i = 0; i < private->step_rows.count; i++) {
        const struct step *step = &private->steps[i];
        if (step->ask != ASK_NOTHING && step->say == NULL)
            check_warn(check, step->file, step->line,
                       "the step %s asks without words, and has none for asking again; write its question in say",
                       step->full_name);
        if ((step->accept_if != NULL || step->pattern != NULL) && step->retry == NULL)
            check_warn(check, step->file, step->line,
                       "the step %s refuses some answers, but never says what would be good; write it in retry",
                       step->full_name);
        check_yes_no(check, step);
    }
}

/* Unused */

static bool is_started(const struct ruleset *ruleset, const struct flow *flow)
{
    const struct flow_private *private = ruleset->private->flow;
    for (size_t i = 0; i < ruleset->rule_count; i++)
        if (ruleset->rules[i].flow == flow)
            return true;
    for (size_t i = 0; i < private->step_rows.count; i++)
        if (private->steps[i].sub == flow)
            return true;
    return check_backend_may(ruleset, ACT_FLOW, flow->name);
}

void check_unused_flows(struct check *check)
{
    for (size_t i = 0; i < check->ruleset->flow_count; i++) {
        const struct flow *flow = &check->ruleset->flows[i];
        if (!is_started(check->ruleset, flow))
            check_warn(check, flow->file, flow->line,
                       "no rule starts the flow %s, and no step runs it; add one, as in INSERT INTO rule (name, words, "
                       "action, target) VALUES ('%s', '…', 'flow', '%s');",
                       flow->name, flow->name, flow->name);
    }
}

void check_unused_services(struct check *check)
{
    const struct flow_private *private = check->ruleset->private->flow;
    for (size_t i = 0; i < check->ruleset->service_count; i++) {
        const struct service *service = &check->ruleset->services[i];
        bool is_called = false;
        for (size_t j = 0; j < private->step_rows.count; j++)
            is_called |= private->steps[j].service == service;
        if (!is_called)
            check_warn(check, service->file, service->line,
                       "no step calls the service %s; let one do so with the action call, or take it out", service->name);
    }
}

void check_interrupts(struct check *check)
{
    for (size_t i = 0; check->ruleset->flow_count == 0 && i < check->ruleset->rule_count; i++)
        if (check->ruleset->rules[i].interrupts)
            check_warn_rule(check, &check->ruleset->rules[i],
                            "the rule %s interrupts flows, but there is none; write NULL in interrupts",
                            check->ruleset->rules[i].name);
}

/* Words to break off */

/* The first of the words that a rule takes, whole as they are typed, or nothing. */
static void find_taken(struct check *check, const struct rule *rule, struct buf *taken)
{
    struct buf words = { 0 };
    struct words_entry entry;
    check_fold_words(ruleset_setting(check->ruleset, "flow_cancel_words"), &words);
    for (size_t at = 0; taken->len == 0 && words_next(&words, &at, &entry);) {
        buf_add(taken, entry.text, entry.len);
        if (!check_takes(check, rule, taken))
            buf_clear(taken);
    }
    buf_release(&words);
}

void check_cancel_words(struct check *check)
{
    for (size_t i = 0; check->ruleset->flow_count > 0 && i < check->ruleset->rule_count; i++) {
        const struct rule *rule = &check->ruleset->rules[i];
        struct buf taken = { 0 };
        if (rule->action == ACTION_OPT_OUT && (rule->words != NULL || rule->pattern != NULL))
            find_taken(check, rule, &taken);
        if (taken.len > 0)
            check_warn_rule(check, rule,
                            "whoever writes \"%s\" in the midst of a flow wants to break that off (flow_cancel_words), and "
                            "not to hear no more from you, but the opt_out rule %s takes it, too; take it out there",
                            buf_text(&taken), rule->name);
        buf_release(&taken);
    }
}
