/*
 * fact: the table, and whether a condition asks for what there is.
 *
 * fact_table is the master copy: README and help are checked against it. A new fact is a line here, a value
 * of the enum, and a reader in desk/decide_fact.c. A name that nobody knows would be NULL for ever, and its
 * rule never win: so it is refused at load. What a webhook's fields are called is known only when one
 * arrives: :field_NAME passes whatever NAME is.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/nearest.h"
#include "rules/fact.h"

const char FACT_FIELD[] = "field_";

static const char *const WEEKDAYS[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun", NULL };
static const char *const OWNERS[] = { "bot", "agent", NULL };

const struct fact_info fact_table[FACT_COUNT] = {
    [FACT_CAMPAIGN] = { "campaign", FACT_IS_TEXT, "the Braze campaign that forwarded the message", NULL },
    [FACT_CHANNEL] = { "channel", FACT_IS_TEXT, "the channel it came by, as in 'whatsapp'", NULL },
    [FACT_CONTACT_HOUR] = { "contact_hour", FACT_IS_NUMBER,
                            "the hour where the contact is, 0 to 23; the business's when that is not known",
                            NULL },
    [FACT_COUNTRY] = { "country", FACT_IS_TEXT,
                       "the contact's country, as in 'KR': the webhook's field country, else by the phone number",
                       NULL },
    [FACT_DATE] = { "date", FACT_IS_TEXT, "the day at the business, as in '2026-05-12'", NULL },
    [FACT_FIRST_CONTACT] = { "first_contact", FACT_IS_YES_NO, "is it the person's first message ever?",
                             NULL },
    [FACT_HAS_MEDIA] = { "has_media", FACT_IS_YES_NO,
                         "does a picture, a voice message or a file come with it?", NULL },
    [FACT_HOUR] = { "hour", FACT_IS_NUMBER, "the hour at the business, 0 to 23", NULL },
    [FACT_LANGUAGE] = { "language", FACT_IS_TEXT,
                        "the contact's language alone, as in 'ko' or 'pt'; default_language when that is not known",
                        NULL },
    [FACT_LAST_RULE] = { "last_rule", FACT_IS_TEXT,
                         "the rule that took the message before this one in the conversation; '' when none did",
                         NULL },
    [FACT_LATE] = { "late", FACT_IS_YES_NO, "was it sent longer ago than the setting late_after?", NULL },
    [FACT_LOCALE] = { "locale", FACT_IS_TEXT,
                      "the language with its region, where that is known, as in 'ko', 'pt-BR' or 'zh-Hant-TW'",
                      NULL },
    [FACT_MESSAGE_COUNT] = { "message_count", FACT_IS_NUMBER,
                             "the customer's messages in this conversation, this one included", NULL },
    [FACT_MINUTES_SINCE_LAST] = { "minutes_since_last", FACT_IS_NUMBER,
                                  "whole minutes since the message before this one on the channel; NULL for the first",
                                  NULL },
    [FACT_NEW_CONVERSATION] = { "new_conversation", FACT_IS_YES_NO,
                                "is it the first message of the conversation?", NULL },
    [FACT_NOW] = { "now", FACT_IS_NUMBER, "unix milliseconds", NULL },
    [FACT_OPEN] = { "open", FACT_IS_YES_NO, "is the business open?", NULL },
    [FACT_OPTED_OUT] = { "opted_out", FACT_IS_YES_NO, "has the contact asked to hear no more?", NULL },
    [FACT_OWNER] = { "owner", FACT_IS_TEXT, "who has the conversation: 'bot' or 'agent'", OWNERS },
    [FACT_TIME] = { "time", FACT_IS_TEXT, "the time at the business, as in '09:30'", NULL },
    [FACT_WEEKDAY] = { "weekday", FACT_IS_TEXT,
                       "the day of the week at the business: 'mon', 'tue', 'wed', 'thu', 'fri', 'sat' or 'sun'",
                       WEEKDAYS },
};

/* The tables are sorted by name. */
enum { FLOW_COUNT = 5, PARTING_COUNT = 2 };

static const struct fact_info FLOW_FACTS[FLOW_COUNT] = {
    { "failed", FACT_IS_YES_NO, "did the call of this step come to nothing?", NULL },
    { "gave_up", FACT_IS_YES_NO, "has the customer given one wrong answer too many?", NULL },
    { "open_then", FACT_IS_YES_NO, "is the business open on the day, or at the moment, that the customer has answered?", NULL },
    { "status", FACT_IS_NUMBER, "the service's HTTP status, as in 404; 0 when it did not answer", NULL },
    { "timed_out", FACT_IS_YES_NO, "did the answer, of the customer or of the service, not come in time?", NULL },
};

static const char *const CLOSERS[] = { "idle", "rule", "flow", "backend", "person", NULL };
static const char *const ENDS[] = { "answered", "unanswered", "flow_done", "flow_left", "person", "opted_out", NULL };

static const struct fact_info PARTING_FACTS[PARTING_COUNT] = {
    { "closed_by", FACT_IS_TEXT,
      "who ended the conversation: 'idle' (nobody said anything any more), 'rule', 'flow', 'backend' or 'person'; at close only",
      CLOSERS },
    { "outcome", FACT_IS_TEXT,
      "how it ended: 'answered', 'unanswered', 'flow_done', 'flow_left', 'person' or 'opted_out'", ENDS },
};

static int compare_name(const void *name, const void *member)
{
    return strcmp(name, ((const struct fact_info *)member)->name);
}

enum fact fact_find(const char *name)
{
    const struct fact_info *found = bsearch(name, fact_table, FACT_COUNT, sizeof *fact_table, compare_name);
    return found != NULL ? (enum fact)(found - fact_table) : FACT_COUNT;
}

static const struct fact_info *find_in_flow(const char *name)
{
    return bsearch(name, FLOW_FACTS, FLOW_COUNT, sizeof *FLOW_FACTS, compare_name);
}

static const struct fact_info *find_of_parting(const char *name)
{
    return bsearch(name, PARTING_FACTS, PARTING_COUNT, sizeof *PARTING_FACTS, compare_name);
}

const struct fact_info *fact_info_find(const char *name)
{
    enum fact fact = fact_find(name);
    if (fact != FACT_COUNT)
        return &fact_table[fact];
    return find_in_flow(name) != NULL ? find_in_flow(name) : find_of_parting(name);
}

static bool is_field(const char *name)
{
    return strncmp(name, FACT_FIELD, strlen(FACT_FIELD)) == 0 && name[strlen(FACT_FIELD)] != '\0';
}

/* A hand-over is no close. */
static bool is_of_close(const char *name)
{
    return strcmp(name, "closed_by") == 0;
}

static bool is_known_at_parting(const struct fact_place *place, const char *name)
{
    return place->is_parting && find_of_parting(name) != NULL && (place->is_close || !is_of_close(name));
}

/* place: NULL, of a rule's own condition. */
static int refuse_fact(const char *name, const struct fact_place *place, struct error *error)
{
    struct nearest nearest = { .word = name };
    struct buf advice = { 0 };
    if (place != NULL && place->is_parting && is_of_close(name))
        return error_set(error, ":%s is empty at handoff, when nothing has been closed; only what stands at close may ask for it",
                         name);
    if (find_of_parting(name) != NULL)
        return error_set(error,
                         ":%s is not known before a conversation has been summed up; only what stands at close or handoff "
                         "may ask for it",
                         name);
    for (size_t i = 0; i < FACT_COUNT; i++)
        nearest_offer(&nearest, fact_table[i].name);
    for (size_t i = 0; place != NULL && place->has_outcome && i < FLOW_COUNT; i++)
        nearest_offer(&nearest, FLOW_FACTS[i].name);
    for (size_t i = 0; place != NULL && i < PARTING_COUNT; i++)
        if (is_known_at_parting(place, PARTING_FACTS[i].name))
            nearest_offer(&nearest, PARTING_FACTS[i].name);
    if (nearest.best != NULL)
        buf_addf(&advice, "; did you mean :%s?", nearest.best);
    else
        buf_add_text(&advice, "; known are :field_NAME");
    for (size_t i = 0; nearest.best == NULL && i < FACT_COUNT; i++)
        buf_addf(&advice, ", :%s", fact_table[i].name);
    error_set(error, "there is no fact :%s%s", name, buf_text(&advice));
    buf_release(&advice);
    return -1;
}

static int refuse_variable(const char *name, const struct pattern *pattern, struct error *error)
{
    struct nearest nearest = { .word = name };
    struct buf advice = { 0 };
    for (size_t i = 0; pattern != NULL && i < pattern_group_count(pattern); i++)
        nearest_offer(&nearest, pattern_group_name(pattern, i));
    if (nearest.best != NULL)
        buf_addf(&advice, "did you mean @%s?", nearest.best);
    else if (fact_find(name) != FACT_COUNT)
        buf_addf(&advice, "the fact is written :%s", name);
    else
        buf_addf(&advice,
                 "a variable is a named group of the rule's own pattern, (?<%s>…), or what a rule_set row sets",
                 name);
    error_set(error, "there is no variable @%s; %s", name, buf_text(&advice));
    buf_release(&advice);
    return -1;
}

int fact_check(const struct expression *expression, const struct pattern *pattern,
               fact_is_variable *is_variable, const void *context, struct error *error)
{
    for (size_t i = 0; i < expression_name_count(expression); i++) {
        const char *name = expression_name(expression, i) + 1;
        if (name[-1] == '@') {
            if (!is_variable(context, name))
                return refuse_variable(name, pattern, error);
        } else if (fact_find(name) == FACT_COUNT && !is_field(name)) {
            return refuse_fact(name, NULL, error);
        }
    }
    return 0;
}

/* Inside a flow */

static int refuse_flow_variable(const struct fact_place *place, const char *name, struct error *error)
{
    struct nearest nearest = { .word = name };
    struct buf advice = { 0 };
    for (size_t i = 0; i < place->scope->count; i++)
        nearest_offer(&nearest, place->scope->names[i].name);
    if (nearest.best != NULL)
        buf_addf(&advice, "did you mean @%s?", nearest.best);
    else if (fact_info_find(name) != NULL)
        buf_addf(&advice, "the fact is written :%s", name);
    else
        buf_add_text(&advice, "a variable is the name of a step that asks, or what step_set, service_value or a "
                              "rule that starts the flow gives");
    error_set(error, "there is no variable @%s; %s", name, buf_text(&advice));
    buf_release(&advice);
    return -1;
}

static int check_flow_name(const struct fact_place *place, const char *name, struct error *error)
{
    if (name[-1] == '@') {
        bool is_known = scope_find(place->scope, name) != NULL || place->is_variable(place->context, name);
        return is_known ? 0 : refuse_flow_variable(place, name, error);
    }
    if (fact_find(name) != FACT_COUNT || is_field(name) || is_known_at_parting(place, name))
        return 0;
    if (find_in_flow(name) != NULL)
        return place->has_outcome ? 0
                                  : error_set(error,
                                              ":%s tells how a step went; only a branch and accept_if may ask for it",
                                              name);
    return refuse_fact(name, place, error);
}

int fact_check_in_flow(const struct expression *expression, const char *source, const struct fact_place *place,
                       struct error *error)
{
    for (size_t i = 0; i < expression_name_count(expression); i++)
        if (check_flow_name(place, expression_name(expression, i) + 1, error) != 0)
            return -1;
    return place->is_stored ? 0 : fact_check_flow_values(source, place, error);
}

bool fact_asks_for_trouble(const struct expression *expression)
{
    for (size_t i = 0; i < expression_name_count(expression); i++) {
        const char *name = expression_name(expression, i);
        if (strcmp(name, ":failed") == 0 || strcmp(name, ":timed_out") == 0 || strcmp(name, ":gave_up") == 0)
            return true;
    }
    return false;
}
