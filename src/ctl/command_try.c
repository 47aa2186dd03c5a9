/*
 * command_try: what would be answered to a text? The same decide as the daemon's, now or --at a time, on a
 * contact who writes for the first time, or --as one of the book's, with the fields of his newest webhook.
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
#include "store/rulebook.h"
#include "store/rulefile.h"
#include "store/standing.h"

static int read_live(const struct call *call, struct rulefiles *files, int64_t *number)
{
    struct error error = { 0 };
    struct db *db;
    int code = call_open(call, &db), found;

    if (code != EXIT_DONE)
        return code;
    found = rulebook_live(db, files, number, &error);
    if (found == 0)
        code = call_fail(call, EXIT_NOTHING,
                         "no rules are in force yet: frontdesk rules load DIR, or try with --rules DIR");
    else if (found < 0)
        code = call_read_failed(call, db, &error);
    db_close(db);
    return code;
}

static int read_rules(const struct call *call, struct rulefiles *files, int64_t *number)
{
    bool has_book = access(buf_text(&call->db_path), F_OK) == 0;
    struct error error = { 0 };

    *number = 0;
    if (call->parsed->options[OPTION_RULES] == NULL && (has_book || call->rules_dir.len == 0))
        return read_live(call, files, number);
    if (rulefiles_read(buf_text(&call->rules_dir), files, &error) != 0)
        return call_fail(call, EXIT_FAILED, "%s", error.text);
    return EXIT_DONE;
}

static const char *outcome_name(enum decide_outcome outcome)
{
    static const char *const names[] = {
        [OUTCOME_ANSWER] = "answered",
        [OUTCOME_SILENCE] = "silenced",
        [OUTCOME_NOBODY] = "unanswered",
        [OUTCOME_AGENT] = "agent",
    };

    return names[outcome];
}

static int show(struct call *call, const struct ruleset *rules, const struct decide_state *state,
                const struct decision *decision, const char *text, int64_t at)
{
    struct buf state_json = { 0 };
    struct error error = { 0 };
    struct verdict verdict = {
        .at = call->parsed->options[OPTION_AT] != NULL ? at : 0,
        .user = call->parsed->options[OPTION_AS],
        .text = text,
        .ruleset = rules->number,
        .turn_state = outcome_name(decision->outcome),
        .rule = decision->rule != NULL ? decision->rule->name : NULL,
        .action = decision->rule != NULL ? ruleset_action_name(decision->rule->action) : "none",
        .rules_from = rules->number == 0 ? buf_text(&call->rules_dir) : NULL,
        .rules = rules,
        .decision = decision,
    };
    int code = EXIT_DONE;

    decide_format_state(state, &state_json);
    verdict.state = buf_text(&state_json);
    if (verdict_show(call->output, &verdict, &error) != 0)
        code = call_fail(call, EXIT_FAILED, "%s", error.text);
    buf_release(&state_json);
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

static int read_standing(struct call *call, struct standing *standing)
{
    struct error error = { 0 };
    struct db *db;
    int64_t conversation;
    int code = call_open(call, &db);

    if (code == EXIT_DONE)
        code = call_find(call, db, call->parsed->options[OPTION_AS], &conversation);
    if (code == EXIT_DONE && standing_get(db, conversation, standing, &error) != 1)
        code = call_read_failed(call, db, &error);
    db_close(db);
    return code;
}

/* --at, in the business's zone. */
static int read_time(const struct call *call, const struct ruleset *rules, int64_t *at)
{
    const char *typed = call->parsed->options[OPTION_AT];
    struct error error = { 0 };

    *at = call->now;
    if (typed != NULL && when_parse(typed, rules->zone, call->now, at, &error) != 0)
        return call_fail(call, EXIT_USAGE, "--at: %s", error.text);
    return EXIT_DONE;
}

static int try_text(struct call *call, const struct ruleset *rules, const char *text)
{
    struct decide_state state = newcomer(rules);
    struct standing standing = { 0 };
    struct decision decision = { .is_thorough = true };
    int64_t at;
    int code = read_time(call, rules, &at);

    if (code == EXIT_DONE && call->parsed->options[OPTION_AS] != NULL) {
        code = read_standing(call, &standing);
        if (code == EXIT_DONE)
            state = customer(&standing);
    }
    if (code == EXIT_DONE) {
        struct matcher *matcher = matcher_new(true);

        decide(rules, matcher, &state, &(struct decide_input){ .text = text }, at, &decision);
        code = show(call, rules, &state, &decision, text, at);
        matcher_free(matcher);
    }
    decision_release(&decision);
    standing_release(&standing);
    return code;
}

int command_rules_try(struct call *call)
{
    const char *typed = call->parsed->holes[0];
    struct rulefiles files = { 0 };
    struct error error = { 0 };
    struct ruleset *rules = NULL;
    struct buf text = { 0 };
    int64_t number;
    int code = read_rules(call, &files, &number);

    if (code == EXIT_DONE && (rules = ruleset_new(&files, call_zones(call), &error)) == NULL)
        code = call_fail(call, EXIT_FAILED, "%s", error.text);
    if (code == EXIT_DONE) {
        rules->number = number;
        utf8_repair(typed, strlen(typed), &text);
        code = try_text(call, rules, buf_text(&text));
    }
    buf_release(&text);
    ruleset_free(rules);
    rulefiles_release(&files);
    return code;
}
