/*
 * tell_business: what is said about the business before its rules: settings, how answers go out, teams.
 */
#include <string.h>

#include "rules/build_flow.h"
#include "rules/tell_write.h"

/* Of the steps that hand over to the team, or speak through the campaign. */
static void add_steps(const struct teller *teller, const struct team *team, const struct campaign *campaign,
                      struct tell_list *users)
{
    const struct flow_private *private = teller->ruleset->private->flow;

    for (size_t i = 0; i < private->step_rows.count; i++) {
        const struct step *step = &private->steps[i];
        const char *named = team != NULL ? step->team : step->campaign;

        if (named != NULL && strcmp(named, team != NULL ? team->name : campaign->name) == 0)
            tell_list_add(teller, users, step->full_name, strlen(step->full_name));
    }
}

/* Settings */

void tell_duration(const struct tell_voice *voice, int64_t ms, struct buf *out)
{
    static const int64_t LENGTHS[] = { 1, 1000, 60 * 1000, 3600 * 1000, 24 * 3600 * 1000 };
    size_t unit = sizeof LENGTHS / sizeof LENGTHS[0] - 1;

    while (unit > 0 && ms % LENGTHS[unit] != 0)
        unit--;
    buf_addf(out, "%lld%s", (long long)(ms / LENGTHS[unit]),
             ms == LENGTHS[unit] ? voice->units[unit].one : voice->units[unit].many);
}

static void format_setting(const struct teller *teller, const struct setting_info *info, struct buf *out)
{
    const char *typed = ruleset_setting(teller->ruleset, info->name);
    const char *language = info->type == SETTING_LANGUAGE ? tell_find(teller->voice->languages, typed) : NULL;

    if (info->type == SETTING_DURATION)
        tell_duration(teller->voice, ruleset_setting_number(teller->ruleset, info->name), out);
    else
        buf_add_text(out, language != NULL ? language : typed);
}

static void add_setting(const struct teller *teller, const struct setting_info *info, struct tell_item *item)
{
    const char *pattern = tell_find(teller->voice->settings, info->name);
    struct buf value = { 0 }, sentence = { 0 };

    format_setting(teller, info, &value);
    if (pattern != NULL) {
        tell_fill(&sentence, pattern, (const char *[]){ buf_text(&value) });
        tell_add_text(item, &sentence);
    } else {
        tell_add_sentence(teller, item, TELL_SETTING, (const char *[]){ info->name, buf_text(&value) });
    }
    buf_release(&value);
}

/* Only what was said: a default is nobody's word. */
void tell_settings(struct teller *teller)
{
    struct tell_item *item = tell_add_item(teller, teller->voice->parts[PART_BUSINESS], NULL);
    size_t count;
    const struct setting_info *infos = ruleset_settings(&count);

    for (size_t i = 0; i < count; i++)
        if (ruleset_setting(teller->ruleset, infos[i].name) != infos[i].otherwise)
            add_setting(teller, &infos[i], item);
    if (item->count == 0)
        tell_add_sentence(teller, item, TELL_NO_SETTING, NULL);
}

/* Channels and campaigns */

static void add_way(const struct teller *teller, struct tell_item *item, enum tell_sentence which,
                    const struct channel *channel, const struct campaign *campaign)
{
    struct buf name = { 0 };

    if (campaign != NULL)
        tell_quote(teller, &name, campaign->name);
    tell_add_sentence(teller, item, which, (const char *[]){ channel->name, buf_text(&name) });
    buf_release(&name);
}

static void add_channel(const struct teller *teller, struct tell_item *item, const struct channel *channel)
{
    const struct campaign *inside = ruleset_default_campaign(teller->ruleset, channel->name, LAYOUT_RESPONSE);
    const struct campaign *outside = ruleset_default_campaign(teller->ruleset, channel->name,
                                                              LAYOUT_TEMPLATE);

    if (inside == NULL && outside == NULL)
        return;
    if (channel->kind != CHANNEL_WHATSAPP) {
        add_way(teller, item, TELL_WAY, channel, inside != NULL ? inside : outside);
        return;
    }
    add_way(teller, item, inside != NULL ? TELL_RESPONSE : TELL_NO_RESPONSE, channel, inside);
    add_way(teller, item, outside != NULL ? TELL_TEMPLATE : TELL_NO_TEMPLATE, channel, outside);
}

static bool is_default(const struct teller *teller, const struct campaign *campaign)
{
    return ruleset_default_campaign(teller->ruleset, campaign->channel, campaign->layout) == campaign;
}

static void add_further(const struct teller *teller, struct tell_item *item, const struct campaign *campaign)
{
    struct tell_list users = { 0 };
    struct buf name = { 0 }, members = { 0 };

    for (size_t i = 0; i < teller->ruleset->rule_count; i++)
        if (teller->ruleset->rules[i].campaign == campaign)
            tell_list_add(teller, &users, teller->ruleset->rules[i].name,
                          strlen(teller->ruleset->rules[i].name));
    add_steps(teller, NULL, campaign, &users);
    tell_quote(teller, &name, campaign->name);
    tell_list_format(&users, teller->voice->comma, teller->voice->and, &members);
    tell_add_sentence(teller, item, users.count > 0 ? TELL_FURTHER : TELL_UNUSED,
                      (const char *[]){ buf_text(&name), buf_text(&members) });
    buf_release(&name);
    buf_release(&members);
    tell_list_release(&users);
}

void tell_ways(struct teller *teller)
{
    const struct ruleset *ruleset = teller->ruleset;
    struct tell_item *item = tell_add_item(teller, teller->voice->parts[PART_WAYS], NULL);

    for (size_t i = 0; i < ruleset->channel_count; i++)
        add_channel(teller, item, &ruleset->channels[i]);
    for (size_t i = 0; i < ruleset->campaign_count; i++)
        if (!is_default(teller, &ruleset->campaigns[i]))
            add_further(teller, item, &ruleset->campaigns[i]);
    if (ruleset->campaign_count == 0)
        tell_add_sentence(teller, item, TELL_NO_WAY, NULL);
}

/* Teams */

/* The host alone: the rest of an address may let its reader in. */
static void add_endpoint(const struct teller *teller, struct tell_item *item, enum tell_sentence which, const char *url)
{
    struct buf host = { 0 };
    const char *start = url != NULL ? strstr(url, "://") : NULL;

    if (start == NULL)
        return;
    buf_add(&host, start + 3, strcspn(start + 3, "/?"));
    tell_add_sentence(teller, item, which, (const char *[]){ buf_text(&host) });
    buf_release(&host);
}

static void add_team(const struct teller *teller, struct tell_item *item, const struct team *team)
{
    struct tell_list rules = { 0 };
    struct buf name = { 0 }, members = { 0 };

    for (size_t i = 0; i < teller->ruleset->rule_count; i++)
        if (teller->ruleset->rules[i].team == team)
            tell_list_add(teller, &rules, teller->ruleset->rules[i].name,
                          strlen(teller->ruleset->rules[i].name));
    add_steps(teller, team, NULL, &rules);
    tell_backends_with(teller, ACT_HANDOFF, team->name, &rules);
    tell_quote(teller, &name, team->name);
    tell_list_format(&rules, teller->voice->comma, teller->voice->or, &members);
    tell_add_sentence(teller, item, rules.count > 0 ? TELL_TEAM : TELL_TEAM_IDLE,
                      (const char *[]){ buf_text(&name), buf_text(&members) });
    add_endpoint(teller, item, TELL_TEAM_NOTIFY, team->notify_url);
    add_endpoint(teller, item, TELL_TEAM_RELAY, team->relay_url);
    buf_release(&name);
    buf_release(&members);
    tell_list_release(&rules);
}

void tell_teams(struct teller *teller)
{
    struct tell_item *item;

    if (teller->ruleset->team_count == 0)
        return;
    item = tell_add_item(teller, teller->voice->parts[PART_TEAMS], NULL);
    for (size_t i = 0; i < teller->ruleset->team_count; i++)
        add_team(teller, item, &teller->ruleset->teams[i]);
}
