/*
 * check_campaign: how replies get out.
 *
 * - A campaign or a team that nothing uses.
 * - A colleague by a telephone number without its +, who would never hear of a case.
 * - A notice without a text whose campaign carries answers, and so has none of its own.
 * - A WhatsApp channel on which replies must wait for want of a response or template campaign; any channel of
 *   one's own without a campaign.
 */
#include <string.h>

#include "rules/build_flow.h"
#include "rules/checks.h"

enum { PHONE_DIGITS_LEAST = 7 };

static bool is_named_by_step(const struct ruleset *ruleset, const struct campaign *campaign, const struct team *team)
{
    const struct flow_private *private = ruleset->private->flow;
    for (size_t i = 0; i < private->step_rows.count; i++) {
        const struct step *step = &private->steps[i];
        if (campaign != NULL && step->campaign != NULL && strcmp(step->campaign, campaign->name) == 0)
            return true;
        if (team != NULL && step->team != NULL && strcmp(step->team, team->name) == 0)
            return true;
    }
    return false;
}

static bool carries_answers(const struct ruleset *ruleset, const struct campaign *campaign)
{
    if (ruleset_default_campaign(ruleset, campaign->channel, campaign->layout) == campaign)
        return true;
    for (size_t i = 0; i < ruleset->rule_count; i++)
        if (ruleset->rules[i].campaign == campaign)
            return true;
    return is_named_by_step(ruleset, campaign, NULL);
}

static bool is_used(const struct ruleset *ruleset, const struct campaign *campaign)
{
    for (size_t i = 0; i < ruleset->notice_count; i++)
        if (ruleset->notices[i].campaign == campaign)
            return true;
    for (size_t i = 0; i < ruleset->team_count; i++)
        if (ruleset->teams[i].campaign == campaign)
            return true;
    return carries_answers(ruleset, campaign);
}

void check_unused_campaigns(struct check *check)
{
    for (size_t i = 0; i < check->ruleset->campaign_count; i++) {
        const struct campaign *campaign = &check->ruleset->campaigns[i];
        if (!is_used(check->ruleset, campaign))
            check_warn(check, campaign->file, campaign->line,
                       "nothing uses the campaign %s: it is not the first of its layout on %s, and no rule, step, "
                       "notice or team names it; name it in the column campaign of one, or take it out",
                       campaign->name, campaign->channel);
    }
}

/* As people write their own numbers at home: with a 0 in front, or with blanks, dashes and brackets in it. */
static bool looks_like_phone(const char *name)
{
    size_t digits = 0;
    for (const char *at = name; *at != '\0'; at++)
        digits += *at >= '0' && *at <= '9';
    return name[strspn(name, "0123456789 -./()")] == '\0' && digits >= PHONE_DIGITS_LEAST &&
           (name[0] == '0' || digits < strlen(name));
}

void check_phones(struct check *check)
{
    for (size_t i = 0; i < check->ruleset->team_count; i++) {
        const struct team *team = &check->ruleset->teams[i];
        for (size_t j = 0; j < team->people_count; j++)
            if (looks_like_phone(team->people[j]))
                check_warn(check, team->file, team->line,
                           "the team %s tells '%s', which is taken for an external id at Braze, since it has no +; if it is a "
                           "telephone, write it with a + and the country's number, as in +821012345678",
                           team->name, team->people[j]);
    }
}

void check_wordless_notices(struct check *check)
{
    for (size_t i = 0; i < check->ruleset->notice_count; i++) {
        const struct notice *notice = &check->ruleset->notices[i];
        if (notice->say == NULL && notice->campaign != NULL && carries_answers(check->ruleset, notice->campaign))
            check_warn(check, notice->file, notice->line,
                       "the notice %s has no say, and leaves by the campaign %s, which carries your answers too and shows what "
                       "it is given: it arrives empty; write its text in say, or name a campaign with a text of its own",
                       notice->name, notice->campaign->name);
    }
}

static bool has_work(const struct ruleset *ruleset, const struct team *team)
{
    for (size_t i = 0; i < ruleset->rule_count; i++)
        if (ruleset->rules[i].team == team)
            return true;
    for (size_t i = 0; i < ruleset->team_count; i++)
        if (ruleset->teams[i].next == team)
            return true;
    return is_named_by_step(ruleset, NULL, team) || check_backend_may(ruleset, ACT_HANDOFF, team->name);
}

void check_unused_teams(struct check *check)
{
    for (size_t i = 0; i < check->ruleset->team_count; i++) {
        const struct team *team = &check->ruleset->teams[i];
        if (!has_work(check->ruleset, team))
            check_warn(check, team->file, team->line,
                       "no rule, step or backend hands over to the team %s; write it as the target of a handoff, or take it "
                       "out",
                       team->name);
    }
}

static void check_channel(struct check *check, const struct channel *channel)
{
    const struct campaign *response = ruleset_default_campaign(check->ruleset, channel->name,
                                                               LAYOUT_RESPONSE);
    const struct campaign *template = ruleset_default_campaign(check->ruleset, channel->name,
                                                               LAYOUT_TEMPLATE);
    const struct campaign *other = response != NULL ? response : template;
    if (other == NULL) {
        if (channel->file != NULL)
            check_warn(check, channel->file, channel->line,
                       "no campaign carries replies to the channel %s, so they will be held; add a campaign "
                       "with this channel",
                       channel->name);
        return;
    }
    if (channel->kind != CHANNEL_WHATSAPP)
        return;
    if (response == NULL)
        check_warn(check, other->file, other->line,
                   "the channel %s has no campaign with the layout response, so replies inside the 24-hour "
                   "window go through a template; add one",
                   channel->name);
    if (template == NULL)
        check_warn(check, other->file, other->line,
                   "the channel %s has no campaign with the layout template, so replies outside the 24-hour "
                   "window will be held; add one",
                   channel->name);
}

void check_channels(struct check *check)
{
    if (check->ruleset->campaign_count == 0)
        check_warn(check, NULL, 0,
                   "there is no campaign, so all replies will be held; add one, as in INSERT INTO campaign "
                   "(name, channel, layout, campaign_id) VALUES ('reply', 'whatsapp', 'response', '…');");
    for (size_t i = 0; i < check->ruleset->channel_count; i++)
        check_channel(check, &check->ruleset->channels[i]);
}
