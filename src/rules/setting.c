/*
 * setting: what an owner may set, and to what.
 *
 * SETTINGS is the master copy: help, docs, defaults and bounds all come from it. A new setting is a new row
 * there. Each type has one parser in PARSERS, which judges a text and gives its number; the bounds of a row
 * count for numbers and for durations (in milliseconds).
 *
 * Refused: an unknown name (with the nearest), a name set twice, a text that is no value of the type, a
 * number out of bounds.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/country.h"
#include "base/nearest.h"
#include "rules/decimal.h"
#include "rules/setting.h"
#include "text/words.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, DAY = 24 * HOUR };

/* "stop" is missing on purpose: it opts out. The particles and endings of Korean come with text/words. */
static const char CANCEL_WORDS[] =
    "=cancel, =cancel it, =cancel that, =cancel this, =never mind, =nevermind, =forget it, =forget about it, =quit, "
    "=exit, =end, =end it, =the end, =i changed my mind, =취소, =취소해, =취소할래, =그만, =그만할래, =그만둘래, =그만두기, =끝, =끝낼래, =됐어, =됐어요, "
    "=안 할래, =안 할래요, =안 할게요, =cancelar, =cancela, =cancélalo, =cancelalo, =déjalo, =dejalo, =olvídalo, "
    "=salir, =ya no quiero";
static const char BACK_WORDS[] =
    "=back, =go back, =one back, =one step back, =previous, =previous question, =undo, =뒤로, =뒤로 가기, =이전, "
    "=이전으로, =이전으로 가기, =이전 질문, =돌아가기, =다시 입력, =atrás, =atras, =volver, =volver atrás, =anterior, =regresar";

/* Signs do not count: "#done" is heard as well. */
static const char RELEASE_WORDS[] = "=done, =all done, =release, =끝, =완료, =listo, =hecho";
static const char CLOSE_WORDS[] = "=close, =close case, =닫기, =종료, =cerrar, =cerrar caso";

static const struct setting_info SETTINGS[SETTING_ROWS] = {
    { "business_name", SETTING_TEXT, "", 0, 0, "the name of the business, for templates" },
    { "time_zone", SETTING_ZONE, "UTC", 0, 0, "the business's time zone, as in Asia/Seoul" },
    { "country", SETTING_COUNTRY, "", 0, 0,
      "whose telephone numbers are meant where a customer types one without a prefix, as in KR" },
    { "default_language", SETTING_LANGUAGE, "en", 0, 0, "the language of a contact who has not told one" },
    { "reply_expires", SETTING_DURATION, "24 hours", SECOND, (int64_t)72 * HOUR,
      "a reply that could not go out for so long is not sent any more" },
    { "late_after", SETTING_DURATION, "10 minutes", SECOND, (int64_t)72 * HOUR,
      "a message that was sent longer ago than this came late (the fact :late)" },
    { "window_margin", SETTING_DURATION, "10 minutes", 0, (int64_t)12 * HOUR,
      "how long before its end the 24-hour window counts as closed" },
    { "calls_per_hour", SETTING_NUMBER, "200000", 1, 1000000,
      "our share of the workspace's hourly limit at Braze" },
    { "calls_in_flight", SETTING_NUMBER, "4", 1, 16, "calls to Braze that run at the same time" },
    { "month_first", SETTING_BOOLEAN, "no", 0, 1, "whether a customer's 12/03 is the 3rd of December" },
    { "allow_local_backends", SETTING_BOOLEAN, "no", 0, 1,
      "whether services and backends may be at this machine or in a private network" },
    { "ai_day_cap", SETTING_MONEY, "", 0, 0, "what all AI backends together may cost in a day, as in '5.00'" },
    { "ai_contact_day_cap", SETTING_MONEY, "", 0, 0, "what they may cost in a day for one contact, as in '0.20'" },
    { "messages_per_minute", SETTING_NUMBER, "600", 0, 1000000,
      "how many messages in a minute are answered in one conversation; 0 is no limit" },
    { "replies_per_hour", SETTING_NUMBER, "1000", 0, 1000000,
      "how many automatic replies one conversation gets in an hour; 0 is no limit" },
    { "notices_per_hour", SETTING_NUMBER, "60", 0, 1000000,
      "how many notices one recipient gets in an hour; 0 is no limit" },
    { "consults_per_hour", SETTING_NUMBER, "60", 0, 1000000,
      "how many questions one conversation may put to backends in an hour; 0 is no limit" },
    { "repeats_in_a_row", SETTING_NUMBER, "20", 0, 1000,
      "how often in a row, within 10 minutes, the same text, or an echo of ours, is answered; 0 is no limit" },
    { "idle_close", SETTING_DURATION, "24 hours", SECOND, (int64_t)30 * 24 * HOUR,
      "a conversation in which nobody has said anything for so long is closed and summed up" },
    { "reopen_within", SETTING_DURATION, "0 seconds", 0, (int64_t)30 * 24 * HOUR,
      "a message that comes so soon after the close goes on with that conversation, which is summed up when that time is over; "
      "later ones begin a new one" },
    { "summary_backend", SETTING_TEXT, "", 0, 0,
      "the backend that sums up a conversation when it ends; without one the customer's own words are picked out" },
    { "subscription_group", SETTING_ID, "", 0, 0, "the id of the subscription group at Braze that the answers go by" },
    { "subscribe_newcomers", SETTING_BOOLEAN, "no", 0, 1,
      "whether the first answer to a first-time writer subscribes him: it records his consent, so be sure that you have it" },
    { "subscription_follows_opt_out", SETTING_BOOLEAN, "no", 0, 1,
      "whether who opts out is unsubscribed at Braze, and who opts in again is subscribed, which records his consent" },
    { "take_timeout", SETTING_DURATION, "10 minutes", 0, (int64_t)7 * 24 * HOUR,
      "when nobody has taken a conversation for so long after its hand-over, in opening hours, the customer hears the team's "
      "'nobody', and the next team is told, or the same once more; 0 seconds: never" },
    { "agent_timeout", SETTING_DURATION, "2 hours", 0, (int64_t)7 * 24 * HOUR,
      "when the person who has a conversation has not answered the customer for so long, the bot gets it back; "
      "0 seconds: never" },
    { "release_words", SETTING_WORDS, RELEASE_WORDS, 0, 0,
      "what a colleague writes on her own phone to give a customer back to the bot" },
    { "close_words", SETTING_WORDS, CLOSE_WORDS, 0, 0, "what she writes to close the customer's conversation" },
    { "keep_webhooks", SETTING_KEEP, "90 days", DAY, 0,
      "how long calls are kept as they came, byte for byte; what was said in them stays as a message" },
    { "keep_traces", SETTING_KEEP, "90 days", DAY, 0,
      "how long it is kept why a message was answered so, and what was asked of services, to be shown and replayed" },
    { "keep_messages", SETTING_KEEP, "for ever", 31 * (int64_t)DAY, 0,
      "how long a conversation is kept after its close, with all that was said; then only numbers are left of it" },
    { "flow_cancel_words", SETTING_WORDS, CANCEL_WORDS, 0, 0, "how a customer breaks off a dialogue" },
    { "flow_back_words", SETTING_WORDS, BACK_WORDS, 0, 0, "how a customer goes back to the question before" },
};

static int parse_text(const struct setting_info *info, const char *text, const struct zones *zones,
                      int64_t *number, struct error *error)
{
    (void)zones;
    *number = 0;
    if (strlen(text) <= 1000)
        return 0;
    return error_set(error, "%s is longer than 1,000 bytes", info->name);
}

static int parse_number(const struct setting_info *info, const char *text, const struct zones *zones,
                        int64_t *number, struct error *error)
{
    (void)zones;
    char *end;
    errno = 0;
    *number = strtoll(text, &end, 10);
    bool is_plain = (text[0] == '-' || (text[0] >= '0' && text[0] <= '9')) && *end == '\0' && errno == 0;
    if (is_plain && *number >= info->least && *number <= info->most)
        return 0;
    return error_set(error, "%s is a whole number from %lld to %lld, not '%s'", info->name,
                     (long long)info->least, (long long)info->most, text);
}

static int parse_duration(const struct setting_info *info, const char *text, const struct zones *zones,
                          int64_t *number, struct error *error)
{
    (void)zones;
    if (clock_parse_duration(text, number) == 0 && *number >= info->least && *number <= info->most)
        return 0;
    struct buf bounds = { 0 };
    setting_format_bounds(info, &bounds);
    error_set(error, "%s is a duration from %s, as in '30 minutes' or '2 hours', not '%s'", info->name,
              buf_text(&bounds), text);
    buf_release(&bounds);
    return -1;
}

static int parse_boolean(const struct setting_info *info, const char *text, const struct zones *zones,
                         int64_t *number, struct error *error)
{
    (void)zones;
    *number = strcmp(text, "yes") == 0;
    if (*number == 1 || strcmp(text, "no") == 0)
        return 0;
    return error_set(error, "%s is yes or no, not '%s'", info->name, text);
}

static int parse_zone(const struct setting_info *info, const char *text, const struct zones *zones,
                      int64_t *number, struct error *error)
{
    *number = 0;
    if (zones_find(zones, text) != NULL)
        return 0;
    return error_set(error,
                     "%s '%s' is not in the tz database; zones are written like Asia/Seoul or Europe/Berlin",
                     info->name, text);
}

/* Two or three letters, then parts of two to eight letters or digits: en, ko, pt-BR, zh-Hant-TW. */
bool setting_is_language(const char *text)
{
    char tag[LANGUAGE_TAG_MAX];
    return language_canonical(text, tag) && language_length(text) == language_length(tag);
}

static int parse_language(const struct setting_info *info, const char *text, const struct zones *zones,
                          int64_t *number, struct error *error)
{
    (void)zones;
    *number = 0;
    if (setting_is_language(text))
        return 0;
    return error_set(error, "%s is a language's code like en, ko or pt-BR, not '%s'", info->name, text);
}

static int parse_country(const struct setting_info *info, const char *text, const struct zones *zones,
                         int64_t *number, struct error *error)
{
    (void)zones;
    *number = 0;
    if (*text == '\0' || *country_calling_code(text) != '\0')
        return 0;
    return error_set(error, "%s is a country's two capital letters, as in KR or ES, not '%s'", info->name, text);
}

static int parse_words(const struct setting_info *info, const char *text, const struct zones *zones,
                       int64_t *number, struct error *error)
{
    struct buf pattern = { 0 };
    (void)zones;
    *number = 0;
    int result = words_compile(text, &pattern, error);
    buf_release(&pattern);
    return result == 0 ? 0 : error_prefix(error, "%s", info->name);
}

static int parse_money(const struct setting_info *info, const char *text, const struct zones *zones,
                       int64_t *number, struct error *error)
{
    (void)zones;
    *number = -1;
    if (*text == '\0' || decimal_parse(text, DECIMAL_CAP_MAX, number) == 0)
        return 0;
    return error_set(error, "%s is money, a number from 0 to %lld with at most six digits behind its point, as in '5.00', "
                            "or empty for no limit, not '%s'",
                     info->name, (long long)(DECIMAL_CAP_MAX / DECIMAL_ONE), text);
}

/* Years are what people think in here. */
static int read_years(const char *text, int64_t *ms)
{
    int years = 0, end = 0;

    if (sscanf(text, "%3d year%n", &years, &end) != 1 || end == 0 || years < 1 || years > 100)
        return -1;
    if (strcmp(text + end, "") != 0 && strcmp(text + end, "s") != 0)
        return -1;
    *ms = years * 365 * (int64_t)DAY;
    return 0;
}

static int parse_keep(const struct setting_info *info, const char *text, const struct zones *zones,
                      int64_t *number, struct error *error)
{
    struct buf least = { 0 };

    (void)zones;
    *number = 0;
    if (strcmp(text, "for ever") == 0)
        return 0;
    if ((read_years(text, number) == 0 || clock_parse_duration(text, number) == 0) && *number >= info->least)
        return 0;
    clock_format_duration(info->least, &least);
    error_set(error, "%s is 'for ever', or a duration from %s on, as in '90 days' or '2 years', not '%s'", info->name,
              buf_text(&least), text);
    buf_release(&least);
    return -1;
}

/* Groups of 8, 4, 4, 4 and 12 hex digits. */
static bool is_id(const char *text)
{
    static const size_t GROUPS[] = { 8, 4, 4, 4, 12 };
    enum { LAST = sizeof GROUPS / sizeof *GROUPS - 1 };

    for (size_t i = 0; i <= LAST; i++) {
        if (strspn(text, "0123456789abcdefABCDEF") != GROUPS[i])
            return false;
        text += GROUPS[i];
        if (*text != (i < LAST ? '-' : '\0'))
            return false;
        text++;
    }
    return true;
}

static int parse_id(const struct setting_info *info, const char *text, const struct zones *zones, int64_t *number,
                    struct error *error)
{
    (void)zones;
    *number = 0;
    if (*text == '\0' || is_id(text))
        return 0;
    return error_set(error, "%s is the id that Braze shows beside the subscription group, as in "
                            "0b1f6c52-3a74-4a0e-8d13-5c9e27f4b6a1, or empty for none, not '%s'",
                     info->name, text);
}

typedef int parser(const struct setting_info *info, const char *text, const struct zones *zones,
                   int64_t *number, struct error *error);

static parser *const PARSERS[] = {
    [SETTING_TEXT] = parse_text,       [SETTING_NUMBER] = parse_number, [SETTING_DURATION] = parse_duration,
    [SETTING_BOOLEAN] = parse_boolean, [SETTING_ZONE] = parse_zone,     [SETTING_LANGUAGE] = parse_language,
    [SETTING_COUNTRY] = parse_country, [SETTING_WORDS] = parse_words,
    [SETTING_MONEY] = parse_money,     [SETTING_ID] = parse_id,         [SETTING_KEEP] = parse_keep,
};

int setting_parse(const struct setting_info *info, const char *text, const struct zones *zones,
                  int64_t *number, struct error *error)
{
    return PARSERS[info->type](info, text, zones, number, error);
}

int setting_find(const char *name)
{
    for (int i = 0; i < SETTING_ROWS; i++)
        if (SETTINGS[i].name[0] == name[0] && strcmp(SETTINGS[i].name, name) == 0) /* some are looked up at every message */
            return i;
    return -1;
}

void settings_init(struct settings *settings)
{
    for (size_t i = 0; i < SETTING_ROWS; i++) {
        settings->texts[i] = SETTINGS[i].otherwise;
        settings->numbers[i] = 0;
        if (SETTINGS[i].type == SETTING_NUMBER || SETTINGS[i].type == SETTING_DURATION ||
            SETTINGS[i].type == SETTING_MONEY || SETTINGS[i].type == SETTING_KEEP)
            if (setting_parse(&SETTINGS[i], SETTINGS[i].otherwise, NULL, &settings->numbers[i], NULL) != 0)
                abort();
    }
}

static int refuse_unknown(const struct row *row, const char *name, struct error *error)
{
    const char *names[SETTING_ROWS + 1];
    for (size_t i = 0; i < SETTING_ROWS; i++)
        names[i] = SETTINGS[i].name;
    names[SETTING_ROWS] = NULL;

    struct nearest nearest = { .word = name };
    struct buf advice = { 0 };
    nearest_offer_list(&nearest, names);
    nearest_advise(&nearest, names, &advice);
    row_refuse(row, error, "there is no setting '%s'%s", name, buf_text(&advice));
    buf_release(&advice);
    return -1;
}

/* Whoever is to be subscribed is to be subscribed to something. */
static int check_group(const struct settings *settings, const struct row *const *rows, struct error *error)
{
    static const char *const WITH_GROUP[] = { "subscribe_newcomers", "subscription_follows_opt_out" };
    if (*settings->texts[setting_find("subscription_group")] != '\0')
        return 0;
    for (size_t i = 0; i < sizeof WITH_GROUP / sizeof WITH_GROUP[0]; i++) {
        int index = setting_find(WITH_GROUP[i]);
        if (settings->numbers[index] != 0)
            return row_refuse(rows[index], error,
                              "%s is yes, and nothing says which group is meant; give its id: INSERT INTO setting (name, "
                              "value) VALUES ('subscription_group', '...');",
                              WITH_GROUP[i]);
    }
    return 0;
}

int settings_take(struct settings *settings, const struct rows *rows, const struct zones *zones,
                  struct error *error)
{
    const struct row *earlier[SETTING_ROWS] = { NULL };
    const struct row *row;
    for (size_t at = 0; (row = rows_next(rows, "setting", &at)) != NULL;) {
        const char *name, *value;
        if (row_require(row, "name", &name, error) != 0 || row_require(row, "value", &value, error) != 0)
            return -1;
        int index = setting_find(name);
        if (index < 0)
            return refuse_unknown(row, name, error);
        if (earlier[index] != NULL)
            return row_refuse(row, error, "the setting %s is already set in %s:%d", name,
                              earlier[index]->file, earlier[index]->line);
        earlier[index] = row;
        if (setting_parse(&SETTINGS[index], value, zones, &settings->numbers[index], error) != 0)
            return error_prefix(error, "%s:%d", row->file, row->line);
        settings->texts[index] = value;
    }
    return check_group(settings, earlier, error);
}

void setting_format_bounds(const struct setting_info *info, struct buf *out)
{
    if (info->type == SETTING_NUMBER)
        buf_addf(out, "%lld to %lld", (long long)info->least, (long long)info->most);
    if (info->type == SETTING_BOOLEAN)
        buf_add_text(out, "yes or no");
    if (info->type != SETTING_DURATION)
        return;
    clock_format_duration(info->least, out);
    buf_add_text(out, " to ");
    clock_format_duration(info->most, out);
}

const struct setting_info *ruleset_settings(size_t *count)
{
    *count = SETTING_ROWS;
    return SETTINGS;
}

bool ruleset_has_setting(const char *name)
{
    return setting_find(name) >= 0;
}
