/*
 * rulefile_table: the tables of a rule file.
 *
 * The tables live in a private in-memory database, without types, keys or constraints: SQLite only evaluates
 * and keeps what was typed. What a value means, and whether it is good, is judged in rules/, which can say it
 * in the words of the trade.
 *
 * `create`, `select` and `columns` of a row name the same columns in the same order. To let rule files
 * write a new column: add it to these three, and evaluate it in rules/.
 */
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/nearest.h"
#include "store/rulefile_table.h"

static const char *const SETTING_COLUMNS[] = { "name", "value", NULL };

static const char *const CAMPAIGN_COLUMNS[] = {
    "name",          "channel", "layout", "campaign_id", "canvas_id", "app_id", "subscription_group_id",
    "text_property", "buttons", NULL
};

static const char *const CHANNEL_COLUMNS[] = { "name", "kind", NULL };

static const char *const TEAM_COLUMNS[] = {
    "name", "notify_user", "campaign", "nobody", "closed", "next", "notify_url", "notify_secret_env", "relay_url",
    "relay_secret_env", NULL
};

static const char *const RULE_COLUMNS[] = {
    "name",   "priority", "words",    "pattern", "unless",   "only_if",    "action",
    "target", "say",      "campaign", "buttons", "cooldown", "interrupts", NULL
};

static const char *const SET_COLUMNS[] = { "rule", "name", "value", NULL };
static const char *const PHRASE_COLUMNS[] = { "name", "language", "text", NULL };

static const char *const ATTRIBUTE_COLUMNS[] = { "name", "at", "value", "type", "only_if", "with_reply", NULL };
static const char *const EVENT_COLUMNS[] = { "name", "at", "only_if", NULL };
static const char *const EVENT_PROPERTY_COLUMNS[] = { "event", "name", "value", "type", NULL };
static const char *const NOTICE_COLUMNS[] = { "name", "at", "only_if", "campaign", "to", "say", NULL };
static const char *const NOTICE_PROPERTY_COLUMNS[] = { "notice", "name", "value", NULL };
static const char *const OPENING_COLUMNS[] = { "days", "opens", "closes", NULL };
static const char *const HOLIDAY_COLUMNS[] = { "day", "note", "opens", "closes", NULL };

static const char *const EXAMPLE_COLUMNS[] = {
    "rule",    "text",      "language", "at",     "open", "channel", "first_contact",
    "country", "last_rule", "cooling",  "fields", NULL
};

static const char *const FLOW_COLUMNS[] = {
    "name", "title", "expires", "expired", "remind", "reminder", "retries", "give_up", NULL
};
static const char *const STEP_COLUMNS[] = {
    "name",    "say",      "ask",    "pattern", "accept_if", "retry",
    "timeout", "campaign", "action", "target",  "next",      NULL
};
static const char *const STEP_VALUE_COLUMNS[] = { "step", "name", "value", NULL };
static const char *const CHOICE_COLUMNS[] = { "step", "label", "words", "next", "redo", NULL };
static const char *const BRANCH_COLUMNS[] = { "step", "only_if", "say", "next", "redo", NULL };
static const char *const SERVICE_COLUMNS[] = { "name", "method", "url", "body", "key_env", "deadline", NULL };
static const char *const SERVICE_VALUE_COLUMNS[] = { "service", "name", "pointer", NULL };

static const char *const BACKEND_COLUMNS[] = {
    "name", "kind", "url", "model", "key_env", "region", "prompt", "fallback", "team", "history",
    "history_tokens", "facts", "knowledge", "settle_ms", "settle_max_ms", "joins", "acts", "tools", "deadline",
    "turn_deadline", "calls", "max_tokens", "temperature", "price_in", "price_out", "day_cap",
    "contact_day_cap", "score", "method", "headers", "body", "text_at", "session_at", "tokens_in_at",
    "tokens_out_at", "handoff_at", NULL
};
static const char *const FAQ_COLUMNS[] = { "question", "answer", "keywords", "language", NULL };

static const char *const TALK_COLUMNS[] = {
    "name", "starts", "language", "channel", "country", "open", "first_contact", NULL
};
static const char *const TALK_GIVEN_COLUMNS[] = { "talk", "source", "answer", "status", NULL };
static const char *const TALK_LINE_COLUMNS[] = { "talk", "after", "customer", "bot", "expect", NULL };

const struct rule_table rule_tables[RULE_TABLE_COUNT] = {
    { "setting", "CREATE TABLE setting (name, value)",
      "SELECT name, value FROM setting WHERE rowid > ?1 ORDER BY rowid", SETTING_COLUMNS },
    { "campaign",
      "CREATE TABLE campaign (name, channel, layout, campaign_id, canvas_id, app_id, subscription_group_id,"
      " text_property, buttons)",
      "SELECT name, channel, layout, campaign_id, canvas_id, app_id, subscription_group_id, text_property,"
      " buttons FROM campaign WHERE rowid > ?1 ORDER BY rowid",
      CAMPAIGN_COLUMNS },
    { "channel", "CREATE TABLE channel (name, kind)",
      "SELECT name, kind FROM channel WHERE rowid > ?1 ORDER BY rowid", CHANNEL_COLUMNS },
    { "team",
      "CREATE TABLE team (name, notify_user, campaign, nobody, closed, next, notify_url, notify_secret_env, relay_url,"
      " relay_secret_env)",
      "SELECT name, notify_user, campaign, nobody, closed, next, notify_url, notify_secret_env, relay_url, relay_secret_env"
      " FROM team WHERE rowid > ?1 ORDER BY rowid",
      TEAM_COLUMNS },
    { "rule",
      "CREATE TABLE rule (name, priority, words, pattern, unless, only_if, action, target, say, campaign,"
      " buttons, cooldown, interrupts)",
      "SELECT name, priority, words, pattern, unless, only_if, action, target, say, campaign, buttons, cooldown,"
      " interrupts FROM rule WHERE rowid > ?1 ORDER BY rowid",
      RULE_COLUMNS },
    { "rule_set", "CREATE TABLE rule_set (rule, name, value)",
      "SELECT rule, name, value FROM rule_set WHERE rowid > ?1 ORDER BY rowid", SET_COLUMNS },
    { "phrase", "CREATE TABLE phrase (name, language, text)",
      "SELECT name, language, text FROM phrase WHERE rowid > ?1 ORDER BY rowid", PHRASE_COLUMNS },
    { "attribute", "CREATE TABLE attribute (name, at, value, type, only_if, with_reply)",
      "SELECT name, at, value, type, only_if, with_reply FROM attribute WHERE rowid > ?1 ORDER BY rowid", ATTRIBUTE_COLUMNS },
    { "custom_event", "CREATE TABLE custom_event (name, at, only_if)",
      "SELECT name, at, only_if FROM custom_event WHERE rowid > ?1 ORDER BY rowid", EVENT_COLUMNS },
    { "custom_event_property", "CREATE TABLE custom_event_property (event, name, value, type)",
      "SELECT event, name, value, type FROM custom_event_property WHERE rowid > ?1 ORDER BY rowid", EVENT_PROPERTY_COLUMNS },
    { "notice", "CREATE TABLE notice (name, at, only_if, campaign, \"to\", say)",
      "SELECT name, at, only_if, campaign, \"to\", say FROM notice WHERE rowid > ?1 ORDER BY rowid", NOTICE_COLUMNS },
    { "notice_property", "CREATE TABLE notice_property (notice, name, value)",
      "SELECT notice, name, value FROM notice_property WHERE rowid > ?1 ORDER BY rowid", NOTICE_PROPERTY_COLUMNS },
    { "opening", "CREATE TABLE opening (days, opens, closes)",
      "SELECT days, opens, closes FROM opening WHERE rowid > ?1 ORDER BY rowid", OPENING_COLUMNS },
    { "holiday", "CREATE TABLE holiday (day, note, opens, closes)",
      "SELECT day, note, opens, closes FROM holiday WHERE rowid > ?1 ORDER BY rowid", HOLIDAY_COLUMNS },
    { "rule_example",
      "CREATE TABLE rule_example"
      " (rule, text, language, at, open, channel, first_contact, country, last_rule, cooling, fields)",
      "SELECT rule, text, language, at, open, channel, first_contact, country, last_rule, cooling, fields"
      " FROM rule_example WHERE rowid > ?1 ORDER BY rowid",
      EXAMPLE_COLUMNS },
    { "rule_counterexample",
      "CREATE TABLE rule_counterexample"
      " (rule, text, language, at, open, channel, first_contact, country, last_rule, cooling, fields)",
      "SELECT rule, text, language, at, open, channel, first_contact, country, last_rule, cooling, fields"
      " FROM rule_counterexample WHERE rowid > ?1 ORDER BY rowid",
      EXAMPLE_COLUMNS },
    { "flow", "CREATE TABLE flow (name, title, expires, expired, remind, reminder, retries, give_up)",
      "SELECT name, title, expires, expired, remind, reminder, retries, give_up"
      " FROM flow WHERE rowid > ?1 ORDER BY rowid",
      FLOW_COLUMNS },
    { "step",
      "CREATE TABLE step (name, say, ask, pattern, accept_if, retry, timeout, campaign, action, target, next)",
      "SELECT name, say, ask, pattern, accept_if, retry, timeout, campaign, action, target, next"
      " FROM step WHERE rowid > ?1 ORDER BY rowid",
      STEP_COLUMNS },
    { "step_set", "CREATE TABLE step_set (step, name, value)",
      "SELECT step, name, value FROM step_set WHERE rowid > ?1 ORDER BY rowid", STEP_VALUE_COLUMNS },
    { "step_property", "CREATE TABLE step_property (step, name, value)",
      "SELECT step, name, value FROM step_property WHERE rowid > ?1 ORDER BY rowid", STEP_VALUE_COLUMNS },
    { "choice", "CREATE TABLE choice (step, label, words, next, redo)",
      "SELECT step, label, words, next, redo FROM choice WHERE rowid > ?1 ORDER BY rowid", CHOICE_COLUMNS },
    { "branch", "CREATE TABLE branch (step, only_if, say, next, redo)",
      "SELECT step, only_if, say, next, redo FROM branch WHERE rowid > ?1 ORDER BY rowid", BRANCH_COLUMNS },
    { "service", "CREATE TABLE service (name, method, url, body, key_env, deadline)",
      "SELECT name, method, url, body, key_env, deadline FROM service WHERE rowid > ?1 ORDER BY rowid",
      SERVICE_COLUMNS },
    { "service_value", "CREATE TABLE service_value (service, name, pointer)",
      "SELECT service, name, pointer FROM service_value WHERE rowid > ?1 ORDER BY rowid",
      SERVICE_VALUE_COLUMNS },
    { "backend",
      "CREATE TABLE backend (name, kind, url, model, key_env, region, prompt, fallback, team, history,"
      " history_tokens, facts, knowledge, settle_ms, settle_max_ms, joins, acts, tools, deadline,"
      " turn_deadline, calls, max_tokens, temperature, price_in, price_out, day_cap, contact_day_cap,"
      " score, method, headers, body, text_at, session_at, tokens_in_at, tokens_out_at, handoff_at)",
      "SELECT name, kind, url, model, key_env, region, prompt, fallback, team, history, history_tokens,"
      " facts, knowledge, settle_ms, settle_max_ms, joins, acts, tools, deadline, turn_deadline, calls,"
      " max_tokens, temperature, price_in, price_out, day_cap, contact_day_cap, score, method, headers,"
      " body, text_at, session_at, tokens_in_at, tokens_out_at, handoff_at FROM backend WHERE rowid > ?1"
      " ORDER BY rowid",
      BACKEND_COLUMNS },
    { "faq", "CREATE TABLE faq (question, answer, keywords, language)",
      "SELECT question, answer, keywords, language FROM faq WHERE rowid > ?1 ORDER BY rowid", FAQ_COLUMNS },
    { "talk", "CREATE TABLE talk (name, starts, language, channel, country, open, first_contact)",
      "SELECT name, starts, language, channel, country, open, first_contact FROM talk WHERE rowid > ?1 ORDER BY rowid",
      TALK_COLUMNS },
    { "talk_given", "CREATE TABLE talk_given (talk, source, answer, status)",
      "SELECT talk, source, answer, status FROM talk_given WHERE rowid > ?1 ORDER BY rowid", TALK_GIVEN_COLUMNS },
    { "talk_line", "CREATE TABLE talk_line (talk, after, customer, bot, expect)",
      "SELECT talk, after, customer, bot, expect FROM talk_line WHERE rowid > ?1 ORDER BY rowid", TALK_LINE_COLUMNS },
};

/* Closed by a NULL for the advice. */
static const char *const TABLE_NAMES[RULE_TABLE_COUNT + 1] = {
    "setting",    "campaign",     "channel",  "team",         "rule",                  "rule_set", "phrase",
    "attribute",  "custom_event", "custom_event_property",    "notice",                "notice_property",
    "opening",    "holiday",      "rule_example",             "rule_counterexample",   "flow",     "step",
    "step_set",   "step_property", "choice",  "branch",       "service",               "service_value",
    "backend",    "faq",          "talk",     "talk_given",   "talk_line",             NULL
};

static int name_index(const char *const *names, const char *name, size_t len)
{
    for (int i = 0; names[i] != NULL; i++)
        if (strlen(names[i]) == len && strncasecmp(names[i], name, len) == 0)
            return i;
    return -1;
}

/* Puts what is known instead behind the complaint. */
static void advise(const char *name, size_t len, const char *const *known, struct buf *sentence)
{
    struct buf word = { 0 };
    buf_add(&word, name, len);
    struct nearest nearest = { .word = buf_text(&word) };
    nearest_offer_list(&nearest, known);
    nearest_advise(&nearest, known, sentence);
    buf_release(&word);
}

int rule_table_find(const char *name, size_t len, struct error *error)
{
    int index = name_index(TABLE_NAMES, name, len);
    if (index >= 0)
        return index;

    struct buf sentence = { 0 };
    buf_addf(&sentence, "there is no table '%.*s'", (int)(len < 100 ? len : 100), name);
    advise(name, len, TABLE_NAMES, &sentence);
    error_set(error, "%s", buf_text(&sentence));
    buf_release(&sentence);
    return -1;
}

int rule_table_column(const struct rule_table *table, const char *name, size_t len, struct error *error)
{
    int index = name_index(table->columns, name, len);
    if (index >= 0)
        return index;

    struct buf sentence = { 0 };
    buf_addf(&sentence, "%s has no column '%.*s'", table->name, (int)(len < 100 ? len : 100), name);
    advise(name, len, table->columns, &sentence);
    error_set(error, "%s", buf_text(&sentence));
    buf_release(&sentence);
    return -1;
}

const char *rule_table_needs(const struct rule_table *table)
{
    static const char *const TAKING[] = { "attribute", "rule_set", "step_set" };
    for (size_t i = 0; i < sizeof TAKING / sizeof TAKING[0]; i++)
        if (strcmp(table->name, TAKING[i]) == 0)
            return "value";
    return NULL;
}
