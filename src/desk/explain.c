/*
 * explain: see the header. A rule that was out of play then is out of play now: the state names it.
 */
#include <string.h>

#include "base/utf8.h"
#include "desk/explain.h"
#include "store/rulebook.h"
#include "text/pattern.h"

/* 1, 0 and a sentence, -1. */
static int load(struct db *db, const struct zones *zones, int64_t number, struct ruleset **ruleset,
                struct error *error)
{
    struct rulefiles files = { 0 };
    int found = rulebook_files(db, number, &files, error);

    if (found == 0)
        error_set(error, "the files of ruleset %lld are not in the book", (long long)number);
    if (found == 1 && (*ruleset = ruleset_new_stored(&files, zones, error)) == NULL) {
        error_prefix(error, "this version cannot load ruleset %lld", (long long)number);
        found = 0;
    }
    rulefiles_release(&files);
    return found;
}

static bool is_same(const struct transcript_decision *row, const struct decision *decision)
{
    const struct rule *rule = decision->rule;

    if (row->rule == NULL || rule == NULL)
        return row->rule == NULL && rule == NULL && strcmp(row->action, decision_action(decision)) == 0;
    return strcmp(row->rule, rule->name) == 0 && strcmp(row->action, decision_action(decision)) == 0;
}

static int decide_again(const struct transcript_decision *row, struct explanation *explanation,
                        struct error *error)
{
    struct decision *decision = &explanation->decision;
    struct decide_input input = { .text = row->text, .has_media = row->has_media };
    struct matcher *matcher = matcher_new(true);

    explanation->ruleset->number = row->ruleset;
    decision->is_thorough = true;
    decide(explanation->ruleset, matcher, &explanation->state.state, &input, row->at, decision);
    matcher_free(matcher);
    if (is_same(row, decision))
        return 1;
    if (decision->rule != NULL)
        error_set(error, "this version would let the rule %s win", decision->rule->name);
    else if (decision->reading != NULL)
        error_set(error, "by this version the step %s would take it", buf_text(&decision->station));
    else
        error_set(error, "by this version no rule would win");
    return 0;
}

int explain_decision(struct db *db, const struct zones *zones, const struct transcript_decision *row,
                     struct explanation *explanation, struct error *error)
{
    int found = load(db, zones, row->ruleset, &explanation->ruleset, error);

    if (found != 1)
        return found;
    if (strcmp(row->state, "{}") == 0) {
        error_set(error, "what it was decided by is not kept any more (the setting keep_traces, or the person was erased)");
        return 0;
    }
    if (decide_parse_state(row->state, strlen(row->state), &explanation->state, error) != 0)
        return 0;
    if (!utf8_is_valid(row->text, strlen(row->text))) {
        error_set(error, "the message is no valid text");
        return 0;
    }
    return decide_again(row, explanation, error);
}

void explanation_release(struct explanation *explanation)
{
    decision_release(&explanation->decision);
    decide_record_release(&explanation->state);
    ruleset_free(explanation->ruleset);
    *explanation = (struct explanation){ 0 };
}
