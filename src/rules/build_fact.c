/*
 * build_fact: the facts that examples and talks bring along, in columns that mean the same in both.
 *
 * A time is local to the business, and a weekday lies in the week of Wednesday, 7 January 2026, so that a proof means
 * the same whenever it is run.
 */
#include <string.h>

#include "base/when.h"
#include "rules/build.h"

int64_t ruleset_example_time(const struct ruleset *ruleset)
{
    static const struct zone_time WEDNESDAY_NOON = { .year = 2026, .month = 1, .day = 7, .hour = 12 };
    return zone_moment(ruleset->zone, &WEDNESDAY_NOON);
}

int fact_take_language(const struct row *row, const char **language, struct error *error)
{
    const char *code = row_value(row, "language");
    if (code == NULL)
        return 0;
    *language = code;
    if (setting_is_language(code))
        return 0;
    return row_refuse(row, error, "language is a language's code like en, ko or pt-BR, not '%s'", code);
}

int fact_take_time(const struct ruleset *ruleset, const struct row *row, const char *column, int64_t *at,
                   struct error *error)
{
    const char *text = row_value(row, column);
    if (text == NULL)
        return 0;
    if (when_parse(text, ruleset->zone, ruleset_example_time(ruleset), at, error) == 0)
        return 1;
    return row_blame(row, column, error);
}

int fact_take_open(const struct row *row, enum open_claim *open, struct error *error)
{
    bool is_open;
    if (row_yes_no(row, "open", &is_open, error) != 0)
        return -1;
    if (row_value(row, "open") != NULL)
        *open = is_open ? OPEN_YES : OPEN_NO;
    return 0;
}

int fact_take_channel(const struct ruleset *ruleset, const struct row *row, const char **channel, struct error *error)
{
    struct nearest nearest = { .word = row_value(row, "channel") };
    if (nearest.word == NULL)
        return 0;
    *channel = nearest.word;
    if (ruleset_channel(ruleset, nearest.word) != NULL)
        return 0;
    for (size_t i = 0; i < ruleset->channel_count; i++)
        nearest_offer(&nearest, ruleset->channels[i].name);
    return build_refuse_unknown(row, "channel", &nearest, error);
}

int fact_take_country(const struct row *row, const char **country, struct error *error)
{
    const char *code = row_value(row, "country");
    if (code == NULL)
        return 0;
    *country = code;
    if (strlen(code) == 2 && strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 2)
        return 0;
    return row_refuse(row, error, "country is two capital letters like KR or US, not '%s'", code);
}
