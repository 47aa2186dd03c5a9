/*
 * build_notice: notices (tables notice, notice_property).
 *
 * To the customer a notice may leave by the channel's default campaign, and then needs a text; to a person of the business
 * by a campaign that is named, for which nobody else could tell it. Further properties belong to that campaign.
 */
#include <string.h>

#include "base/alloc.h"
#include "rules/attribute.h"
#include "rules/build_profile.h"
#include "rules/occasion.h"
#include "rules/variable.h"

static const char CUSTOMER[] = "customer";

static int take_to(const struct row *row, struct notice *notice, struct error *error)
{
    const char *to = row_value(row, "to");

    if (to == NULL || strcmp(to, CUSTOMER) == 0)
        return 0;
    if (strpbrk(to, "{}") != NULL)
        return row_refuse(row, error, "to is the external id of a person of the business, as it stands, or NULL for the "
                                      "customer; '%s' holds a brace",
                          to);
    notice->to = to;
    return 0;
}

static int take_campaign(const struct ruleset *ruleset, const struct row *row, struct notice *notice, struct error *error)
{
    struct nearest nearest = { .word = row_value(row, "campaign") };

    if (nearest.word == NULL && notice->to != NULL)
        return row_refuse(row, error, "the notice %s is for '%s', and needs a campaign that carries it there", notice->name,
                          notice->to);
    if (nearest.word == NULL)
        return 0;
    notice->campaign = ruleset_campaign(ruleset, nearest.word);
    for (size_t i = 0; notice->campaign == NULL && i < ruleset->campaign_count; i++)
        nearest_offer(&nearest, ruleset->campaigns[i].name);
    return notice->campaign != NULL ? 0 : build_refuse_unknown(row, "campaign", &nearest, error);
}

static int take_say(const struct ruleset *ruleset, const struct row *row, struct notice *notice, struct error *error)
{
    const char *source = row_value(row, "say");

    if (source != NULL && source[strspn(source, " \t\r\n")] == '\0')
        return row_refuse(row, error, "say holds nothing but blanks; write NULL where the campaign has its own text");
    if (source == NULL && notice->campaign == NULL)
        return row_refuse(row, error, "the notice %s says nothing; write its text in say, or name a campaign that has one",
                          notice->name);
    if (source == NULL && notice->campaign->app_id != NULL)
        return row_refuse(row, error, "the campaign %s has no text of its own; write what the notice says in say",
                          notice->campaign->name);
    return occasion_take_template(ruleset, row, "say", &notice->when, &notice->say, error);
}

static int take_notice(struct ruleset *ruleset, const struct row *row, struct notice *notice, struct error *error)
{
    *notice = (struct notice){ .file = row->file, .line = row->line };
    if (row_require(row, "name", &notice->name, error) != 0)
        return -1;
    for (const struct notice *before = ruleset->notices; before < notice; before++)
        if (strcmp(before->name, notice->name) == 0)
            return row_refuse(row, error, "there is already a notice '%s' in %s:%d", notice->name, before->file,
                              before->line);
    if (occasion_take(ruleset, row, &notice->when, error) != 0 || take_to(row, notice, error) != 0 ||
        take_campaign(ruleset, row, notice, error) != 0)
        return -1;
    return take_say(ruleset, row, notice, error);
}

/* Properties */

static int find_notice(const struct ruleset *ruleset, const struct row *row, size_t *owner, struct error *error)
{
    struct nearest nearest = { 0 };

    if (row_require(row, "notice", &nearest.word, error) != 0)
        return -1;
    for (*owner = 0; *owner < ruleset->notice_count; ++*owner) {
        if (strcmp(ruleset->notices[*owner].name, nearest.word) == 0)
            return 0;
        nearest_offer(&nearest, ruleset->notices[*owner].name);
    }
    return build_refuse_unknown(row, "notice", &nearest, error);
}

static int check_carrier(const struct row *row, const struct notice *notice, const char *name, struct error *error)
{
    const struct campaign *campaign = notice->campaign;

    if (campaign == NULL)
        return row_refuse(row, error, "the notice %s has no campaign of its own that could take the property %s; name one in "
                                      "its column campaign",
                          notice->name, name);
    if (campaign->app_id != NULL)
        return row_refuse(row, error, "the campaign %s sends its text itself and takes no trigger properties",
                          campaign->name);
    if (strcmp(name, campaign->text_property) == 0)
        return row_refuse(row, error, "%s carries the text of the notice, which stands in say", name);
    if (!variable_is_name(name))
        return row_refuse(row, error, "the name of a trigger property is made of letters from a to z, digits and _, and does not "
                                      "begin with a digit; '%s' is none",
                          name);
    return 0;
}

static int take_property(struct ruleset *ruleset, size_t index, struct error *error)
{
    struct profile_private *private = ruleset->private->profile;
    const struct row *row = private->notice_rows.rows[index];
    struct notice *notice = &private->notices[private->notice_rows.owners[index]];
    struct property *property = &private->notice_properties[index];
    const char *source;

    *property = (struct property){ .type = ATTRIBUTE_TEXT, .file = row->file, .line = row->line };
    if (row_require(row, "name", &property->name, error) != 0 || row_require(row, "value", &source, error) != 0 ||
        check_carrier(row, notice, property->name, error) != 0 ||
        build_check_property(&private->notice_rows, private->notice_properties, index, "notice", error) != 0)
        return -1;
    return occasion_take_template(ruleset, row, "value", &notice->when, &property->value, error);
}

int build_notices(struct ruleset *ruleset, struct error *error)
{
    struct profile_private *private = ruleset->private->profile;
    const struct rows *rows = &ruleset->private->rows;
    size_t count = rows_count(rows, "notice");
    const struct row *row;

    if (count > NOTICES_MAX)
        return error_set(error, "the rule files hold %zu notices; at most %d are taken", count, NOTICES_MAX);
    ruleset->notices = private->notices = alloc_array(count, sizeof *private->notices);
    for (size_t at = 0; (row = rows_next(rows, "notice", &at)) != NULL;)
        if (take_notice(ruleset, row, &private->notices[ruleset->notice_count++], error) != 0)
            return -1;
    if (owned_gather(ruleset, "notice_property", find_notice, PROPERTIES_MAX, &private->notice_rows, error) != 0)
        return -1;
    private->notice_properties = alloc_array(private->notice_rows.count, sizeof *private->notice_properties);
    for (size_t i = 0; i < private->notice_rows.count; i++)
        if (take_property(ruleset, i, error) != 0)
            return -1;
    for (size_t i = 0; i < count; i++)
        private->notices[i].properties = build_properties_of(&private->notice_rows, private->notice_properties, i);
    return 0;
}
