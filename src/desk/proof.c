/*
 * proof: examples and counterexamples, put to the same decide as a customer's message; then the talks.
 *
 * The facts never depend on when or where a proof is run. Where an example does not say otherwise: Wednesday
 * noon in the business's zone, open, a known contact, the first message of a bot's conversation, on the channel
 * of the first campaign (whatsapp when there is none), in the default language, not opted out, nothing disabled.
 * An example that tells the time but not whether the business is open goes by the hours. One that names the
 * rule before it is the second message, a minute later. Rules that it names as cooling have won just now.
 *
 * A failure is told so that the owner can mend it without asking again: which rule won instead, where it
 * stands and on what words, or that the example's own rule was kept back by its `unless`.
 */
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "desk/decide.h"
#include "desk/proof.h"
#include "desk/talk.h"

enum { TEXT_SHOWN_MAX = 80, MINUTE_MS = 60 * 1000 };

struct proof {
    const struct ruleset *ruleset;
    struct matcher *matcher;
    struct decide_state state;
    int64_t now;
    struct cooling cooling[EXAMPLE_COOLING_MAX]; /* of the example that is tried */
};

static void proof_init(struct proof *proof, const struct ruleset *ruleset, struct matcher *matcher)
{
    *proof = (struct proof){ .ruleset = ruleset, .matcher = matcher };
    proof->now = ruleset_example_time(ruleset);
    proof->state = (struct decide_state){
        .channel = ruleset->campaign_count > 0 ? ruleset->campaigns[0].channel : "whatsapp",
        .owner = "bot",
        .first_name = "",
        .language = ruleset_setting(ruleset, "default_language"),
        .time_zone = "",
        .message_count = 1,
        .fields = "{}",
        .open = OPEN_YES,
    };
}

/* The state of an example, and its time. */
static struct decide_state facts_of(struct proof *proof, const struct rule_example *example,
                                    int64_t *now)
{
    struct decide_state state = proof->state;
    *now = example->has_time ? example->at : proof->now;
    if (example->open != OPEN_BY_HOURS || example->has_time)
        state.open = example->open;
    if (example->language != NULL)
        state.language = example->language;
    if (example->channel != NULL)
        state.channel = example->channel;
    if (example->fields != NULL)
        state.fields = example->fields;
    state.country = example->country;
    state.is_first_contact = example->is_first_contact;
    if (example->last_rule != NULL) {
        state.last_rule = example->last_rule;
        state.last_in_at = *now - MINUTE_MS;
        state.message_count = 2;
    }
    for (size_t i = 0; i < example->cooling_count; i++)
        proof->cooling[i] = (struct cooling){ example->cooling[i]->name, *now + example->cooling[i]->cooldown_ms };
    state.cooling = proof->cooling;
    state.cooling_count = example->cooling_count;
    return state;
}

/* What kept a rule back whose words match; "": nothing did. */
static const char *kept_back_by(const struct decision *decision, const struct rule *rule)
{
    for (size_t i = 0; i < decision->passed_over_count; i++) {
        if (decision->passed_over[i].rule != rule)
            continue;
        if (decision->passed_over[i].why == PASS_UNLESS)
            return "its unless matches; ";
        if (decision->passed_over[i].why == PASS_CONDITION)
            return "its only_if is false; ";
        if (decision->passed_over[i].why == PASS_COOLING)
            return "it is cooling down; ";
    }
    return "";
}

static void add_words(const struct decision *decision, struct buf *sentence)
{
    struct span match = decision->match;
    if (match.start == (size_t)-1)
        buf_add_text(sentence, decision->rule->only_if != NULL ? ", whose only_if is true"
                                                                : ", which takes every message");
    else
        buf_addf(sentence, " on \"%.*s\"", (int)(match.end - match.start),
                 buf_text(&decision->folded) + match.start);
}

static void describe(const struct rule_example *example, const struct decision *decision,
                     struct buf *sentence)
{
    const struct rule *winner = decision->rule;
    bool is_long = strlen(example->text) > TEXT_SHOWN_MAX;
    struct buf shown = { 0 };
    buf_add(&shown, example->text,
            is_long ? utf8_floor(example->text, strlen(example->text), TEXT_SHOWN_MAX)
                    : strlen(example->text));
    buf_addf(sentence, "%s:%d: \"%s%s\" ", example->file, example->line, buf_text(&shown),
             is_long ? "…" : "");
    buf_release(&shown);

    if (!example->must_win) {
        buf_addf(sentence, "must not be taken by the rule %s, but it is taken", example->rule->name);
        if (winner == example->rule) /* else it is a tag rule, and the words are another's */
            add_words(decision, sentence);
        return;
    }
    buf_addf(sentence, "should be taken by the rule %s, but %s", example->rule->name,
             kept_back_by(decision, example->rule));
    if (winner == NULL) {
        buf_add_text(sentence, "no rule takes it");
        return;
    }
    buf_addf(sentence, "%s (%s:%d, priority %d) takes it", winner->name, winner->file, winner->line,
             winner->priority);
    add_words(decision, sentence);
}

/* A tag rule never wins; what it is asked is whether it noted. */
static bool is_taken(const struct decision *decision, const struct rule *rule)
{
    for (size_t i = 0; i < decision->tagged_count; i++)
        if (decision->tagged[i] == rule)
            return true;
    return decision->rule == rule;
}

/* Appends a sentence when the example fails. */
static bool holds(struct proof *proof, const struct rule_example *example, struct buf *sentence)
{
    struct decide_input input = { .text = example->text };
    struct decision decision = { 0 };
    int64_t now;
    struct decide_state state = facts_of(proof, example, &now);
    decide(proof->ruleset, proof->matcher, &state, &input, now, &decision);
    bool is_won = is_taken(&decision, example->rule);
    if (is_won != example->must_win)
        describe(example, &decision, sentence);
    decision_release(&decision);
    return is_won == example->must_win;
}

static size_t try_examples(const struct ruleset *ruleset, struct matcher *matcher, proof_failure *failure, void *context)
{
    struct proof proof;
    struct buf sentence = { 0 };
    size_t failures = 0;
    proof_init(&proof, ruleset, matcher);
    for (size_t i = 0; i < ruleset->example_count; i++) {
        buf_clear(&sentence);
        if (holds(&proof, &ruleset->examples[i], &sentence))
            continue;
        failures++;
        failure(context, buf_text(&sentence));
    }
    buf_release(&sentence);
    return failures;
}

static size_t play_talks(const struct ruleset *ruleset, struct matcher *matcher, proof_failure *failure, void *context)
{
    size_t failures = 0;
    for (size_t i = 0; i < ruleset->talk_count; i++) {
        struct talk_report report = { 0 };
        if (!talk_play(ruleset, matcher, &ruleset->talks[i], &report)) {
            failures++;
            failure(context, buf_text(&report.sentence));
        }
        talk_report_release(&report);
    }
    return failures;
}

size_t proof_each(const struct ruleset *ruleset, struct matcher *matcher, proof_failure *failure,
                  void *context)
{
    size_t failures = try_examples(ruleset, matcher, failure, context);
    return failures + play_talks(ruleset, matcher, failure, context);
}

static void keep_first(void *context, const char *sentence)
{
    struct buf *first = context;
    if (first->len == 0)
        buf_add_text(first, sentence);
}

size_t proof_run(const struct ruleset *ruleset, struct matcher *matcher, struct error *error)
{
    struct buf first = { 0 };
    size_t failures = proof_each(ruleset, matcher, keep_first, &first);
    if (failures == 1)
        error_set(error, "%s", buf_text(&first));
    else if (failures > 1)
        error_set(error, "%s (and %zu more)", buf_text(&first), failures - 1);
    buf_release(&first);
    return failures;
}

int proof_any(const struct ruleset *ruleset, struct error *error)
{
    return ruleset->rule_count > 0
               ? 0
               : error_set(error, "these files hold no rule at all; with them every message would stay unanswered");
}

struct ruleset *proof_build(const struct rulefiles *files, const struct zones *zones, struct error *error)
{
    struct ruleset *rules = ruleset_new(files, zones, error);
    struct matcher *matcher;
    size_t failures;

    if (rules == NULL)
        return NULL;
    matcher = matcher_new(true);
    failures = proof_run(rules, matcher, error);
    matcher_free(matcher);
    if (failures == 0 && proof_any(rules, error) == 0)
        return rules;
    ruleset_free(rules);
    return NULL;
}
