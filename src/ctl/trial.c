/*
 * trial: see the header.
 */
#include <string.h>
#include <unistd.h>

#include "base/country.h"
#include "base/when.h"
#include "ctl/trial.h"
#include "store/contact.h"
#include "store/conversation.h"
#include "store/message.h"
#include "store/rulebook.h"

void trial_release(struct trial *trial)
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

static struct ruleset *make(const struct trial *trial, const struct zones *zones, struct error *error)
{
    bool is_live = trial->number != 0;

    return is_live ? ruleset_new_stored(&trial->files, zones, error) : ruleset_new(&trial->files, zones, error);
}

int trial_read_rules(struct call *call, struct trial *trial)
{
    bool has_book = access(buf_text(&call->db_path), F_OK) == 0;
    struct error error = { 0 };
    int code = EXIT_DONE;

    if (call->parsed->options[OPTION_RULES] == NULL && !has_book && call->rules_dir.len == 0)
        return call_fail(call, EXIT_USAGE,
                         "which rules? --rules DIR names those of a folder, and --db FILE those in force; or set "
                         "FRONTDESK_RULES or FRONTDESK_DB");
    if (call->parsed->options[OPTION_RULES] == NULL && (has_book || call->rules_dir.len == 0))
        code = read_live(call, trial);
    else if (rulefiles_read(buf_text(&call->rules_dir), &trial->files, &error) != 0)
        code = call_fail(call, EXIT_FAILED, "%s", error.text);
    if (code == EXIT_DONE && (trial->rules = make(trial, call_zones(call), &error)) == NULL)
        code = call_fail(call, EXIT_FAILED, "%s", error.text);
    if (code == EXIT_DONE)
        trial->rules->number = trial->number;
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

/* --at, in the business's zone. */
int trial_read_time(const struct call *call, struct trial *trial)
{
    const char *typed = call->parsed->options[OPTION_AT];
    struct error error = { 0 };

    trial->at = call->now;
    if (typed != NULL && when_parse(typed, trial->rules->zone, call->now, &trial->at, &error) != 0)
        return call_fail(call, EXIT_USAGE, "--at: %s", error.text);
    return EXIT_DONE;
}

static int take_newest(struct trial *trial, struct db *db, int64_t conversation, struct error *error)
{
    struct heard heard = { 0 };
    int found = heard_newest(db, conversation, &heard, error);

    if (found == 1)
        buf_add_text(&trial->text, heard.text);
    heard_release(&heard);
    return found < 0 ? -1 : 0;
}

static int load_customer(struct trial *trial, struct db *db, int64_t id, struct error *error)
{
    struct conversation conversation;
    int met;

    if (standing_get(db, id, &trial->standing, error) != 1 || conversation_get(db, id, &conversation, error) != 1 ||
        (trial->takes_newest && take_newest(trial, db, id, error) != 0))
        return -1;
    met = contact_has_met_machine(db, conversation.contact, error);
    trial->has_met_machine = met == 1;
    trial->state = customer(&trial->standing);
    trial->state.disabled_rules = trial->disabled;
    if (met < 0)
        return -1;
    return recall_load(&trial->recall, db, trial->rules, &conversation, buf_text(&trial->text), trial->at, &trial->state,
                       error);
}

static void take_language(const struct call *call, struct trial *trial)
{
    if (call->parsed->options[OPTION_LANGUAGE] != NULL)
        trial->state.language = call->parsed->options[OPTION_LANGUAGE];
}

int trial_read_customer(struct call *call, struct trial *trial)
{
    struct error error = { 0 };
    struct db *db;
    int64_t id;
    int code = call_check_language(call);

    if (code != EXIT_DONE)
        return code;
    if (call->parsed->options[OPTION_AS] == NULL) {
        trial->state = newcomer(trial->rules);
        trial->state.disabled_rules = trial->disabled;
        take_language(call, trial);
        return EXIT_DONE;
    }
    code = call_open(call, &db);
    if (code == EXIT_DONE)
        code = call_find(call, db, call->parsed->options[OPTION_AS], &id);
    if (code == EXIT_DONE && load_customer(trial, db, id, &error) != 0)
        code = call_read_failed(call, db, &error);
    if (code == EXIT_DONE)
        take_language(call, trial);
    db_close(db);
    return code;
}
