/*
 * command_try: what would be answered to a text? The same decide as the daemon's, now or --at a time, on a
 * contact who writes for the first time, or --as one of the book's, as he stands there: with the fields of his newest
 * webhook, what his conversation remembers, and the rules that cool down for him.
 * Nothing is written.
 *
 * The rules: those of --rules DIR; else the ones in force; and where there is no book yet, those of
 * FRONTDESK_RULES.
 */
#include <string.h>
#include <unistd.h>

#include "base/country.h"
#include "base/utf8.h"
#include "base/when.h"
#include "ctl/call.h"
#include "ctl/commands.h"
#include "ctl/verdict.h"
#include "desk/decide.h"
#include "desk/recall.h"
#include "store/conversation.h"
#include "store/rulebook.h"
#include "store/rulefile.h"
#include "store/standing.h"

/* What is tried, by which rules, and as whom. The zero value is releasable. */
struct trial {
    struct rulefiles files;
    int64_t number; /* of the ruleset; 0: of a folder */
    struct ruleset *rules;
    const char **disabled; /* rules of it that are out of play */
    struct buf text;
    int64_t at;
    struct standing standing;
    struct recall recall;
    struct decide_state state;
};

static void trial_release(struct trial *trial)
{
    recall_release(&trial->recall);
    standing_release(&trial->standing);
    buf_release(&trial->text);
    rulebook_free_names(trial->disabled);
    ruleset_free(trial->rules);
    rulefiles_release(&trial->files);
}

static int read_live(const struct call *call, struct trial *trial)
{
    struct error error = { 0 };
    struct db *db;
    int code = call_open(call, &db), found;

    if (code != EXIT_DONE)
        return code;
    found = rulebook_live(db, &trial->files, &trial->number, &error);
    if (found == 0)
        code = call_fail(call, EXIT_NOTHING,
                         "no rules are in force yet: frontdesk rules load DIR, or try with --rules DIR");
    else if (found < 0 || rulebook_disabled(db, trial->number, &trial->disabled, &error) != 0)
        code = call_read_failed(call, db, &error);
    db_close(db);
    return code;
}

static int read_rules(struct call *call, struct trial *trial)
{
    bool has_book = access(buf_text(&call->db_path), F_OK) == 0;
    struct error error = { 0 };
    int code = EXIT_DONE;

    if (call->parsed->options[OPTION_RULES] == NULL && !has_book && call->rules_dir.len == 0)
        return call_fail(call, EXIT_USAGE,
                         "which rules? frontdesk rules try --rules DIR 'text' tries those of a folder, and --db FILE "
                         "those in force; or set FRONTDESK_RULES or FRONTDESK_DB");
    if (call->parsed->options[OPTION_RULES] == NULL && (has_book || call->rules_dir.len == 0))
        code = read_live(call, trial);
    else if (rulefiles_read(buf_text(&call->rules_dir), &trial->files, &error) != 0)
        code = call_fail(call, EXIT_FAILED, "%s", error.text);
    if (code == EXIT_DONE && (trial->rules = ruleset_new(&trial->files, call_zones(call), &error)) == NULL)
        code = call_fail(call, EXIT_FAILED, "%s", error.text);
    if (code == EXIT_DONE)
        trial->rules->number = trial->number;
    return code;
}

static const char *outcome_name(enum decide_outcome outcome)
{
    static const char *const names[] = {
        [OUTCOME_ANSWER] = "answered",
        [OUTCOME_SILENCE] = "silenced",
        [OUTCOME_NOBODY] = "unanswered",
        [OUTCOME_AGENT] = "agent",
        [OUTCOME_WAITS] = "waits",
    };

    return names[outcome];
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
        .turn_state = outcome_name(decision->outcome),
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

static struct decide_state newcomer(const struct ruleset *rules)
{
    return (struct decide_state){
        .channel = rules->campaign_count > 0 ? rules->campaigns[0].channel : "whatsapp",
        .owner = "bot",
        .first_name = "",
        .language = ruleset_setting(rules, "default_language"),
        .time_zone = "",
        .is_first_contact = true,
        .message_count = 1,
        .fields = "{}",
    };
}

/* What the daemon would read if he wrote now. */
static struct decide_state customer(const struct standing *standing)
{
    bool goes_on = strcmp(standing->owner, "closed") != 0;

    return (struct decide_state){
        .channel = standing->channel,
        .owner = goes_on ? standing->owner : "bot",
        .is_opted_out = standing->is_opted_out,
        .first_name = standing->first_name,
        .language = standing->language,
        .time_zone = standing->time_zone,
        .message_count = goes_on ? standing->message_count + 1 : 1,
        .fields = standing->fields,
        .campaign = standing->campaign,
        .country = country_of_phone(standing->phone),
        .last_in_at = standing->last_in_at,
        .last_rule = goes_on ? standing->last_rule : "",
    };
}

static int read_customer(struct call *call, struct trial *trial)
{
    struct conversation conversation;
    struct error error = { 0 };
    struct db *db;
    int64_t id;
    int code = call_open(call, &db);

    if (code == EXIT_DONE)
        code = call_find(call, db, call->parsed->options[OPTION_AS], &id);
    if (code == EXIT_DONE && (standing_get(db, id, &trial->standing, &error) != 1 ||
                              conversation_get(db, id, &conversation, &error) != 1))
        code = call_read_failed(call, db, &error);
    if (code == EXIT_DONE) {
        trial->state = customer(&trial->standing);
        if (recall_load(&trial->recall, db, trial->rules, &conversation, buf_text(&trial->text), trial->at,
                        &trial->state, &error) != 0)
            code = call_read_failed(call, db, &error);
    }
    db_close(db);
    return code;
}

/* --at, in the business's zone. */
static int read_time(const struct call *call, struct trial *trial)
{
    const char *typed = call->parsed->options[OPTION_AT];
    struct error error = { 0 };

    trial->at = call->now;
    if (typed != NULL && when_parse(typed, trial->rules->zone, call->now, &trial->at, &error) != 0)
        return call_fail(call, EXIT_USAGE, "--at: %s", error.text);
    return EXIT_DONE;
}

static int try_text(struct call *call, struct trial *trial)
{
    struct matcher *matcher = matcher_new(true);
    struct decision decision = { .is_thorough = true };
    int code;

    trial->state.disabled_rules = trial->disabled;
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
    int code = read_rules(call, &trial);

    utf8_repair(typed, strlen(typed), &trial.text);
    if (code == EXIT_DONE)
        code = read_time(call, &trial);
    if (code == EXIT_DONE && call->parsed->options[OPTION_AS] != NULL)
        code = read_customer(call, &trial);
    else if (code == EXIT_DONE)
        trial.state = newcomer(trial.rules);
    if (code == EXIT_DONE)
        code = try_text(call, &trial);
    trial_release(&trial);
    return code;
}
