/*
 * build_channel: channels, and the campaigns that carry our texts to them.
 *
 * whatsapp and sms are known without a row; they come first and cannot be named again. A campaign has
 * exactly one carrier, since the call to Braze follows from it: campaign_id, canvas_id, or app_id with
 * subscription_group_id. The last of these sends a WhatsApp text outside of any campaign, so it exists only
 * on a whatsapp channel, only inside the window (layout response), and has no trigger property to carry a
 * text in.
 *
 * Ids are checked for being ids at all (visible ASCII), not for existing: only Braze knows that.
 */
#include <stdbool.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/nearest.h"
#include "rules/build.h"

enum { CHANNELS_MAX = 100, CAMPAIGNS_MAX = 1000, ID_MAX = 200, BUILT_IN = 2 };

static const char DEFAULT_TEXT_PROPERTY[] = "external_system_msg_body";

static const char *const KINDS[] = {
    [CHANNEL_WHATSAPP] = "whatsapp", [CHANNEL_SMS] = "sms", [CHANNEL_OTHER] = "other", NULL
};
static const char *const LAYOUTS[] = { [LAYOUT_RESPONSE] = "response", [LAYOUT_TEMPLATE] = "template", NULL };

/* How many rows a table has: 0, or -1 when they are too many. */
static int count_rows(const struct rows *rows, const char *table, size_t most, size_t *count,
                      struct error *error)
{
    size_t at = 0;
    const struct row *row;
    for (*count = 0; (row = rows_next(rows, table, &at)) != NULL; ++*count)
        if (*count == most)
            return row_refuse(row, error, "there are more than %zu rows in %s", most, table);
    return 0;
}

static int refuse_duplicate(const struct row *row, const char *name, const char *file, int line,
                            struct error *error)
{
    return row_refuse(row, error, "there is already a %s '%s' in %s:%d", row->table, name, file, line);
}

int build_channels(struct ruleset *ruleset, struct error *error)
{
    struct ruleset_private *private = ruleset->private;
    size_t count, at = 0;
    if (count_rows(&private->rows, "channel", CHANNELS_MAX, &count, error) != 0)
        return -1;
    struct channel *channels = alloc_array(count + BUILT_IN, sizeof *channels);
    ruleset->channels = private->channels = channels;
    channels[0] = (struct channel){ .name = "whatsapp", .kind = CHANNEL_WHATSAPP };
    channels[1] = (struct channel){ .name = "sms", .kind = CHANNEL_SMS };
    ruleset->channel_count = BUILT_IN;

    const struct row *row;
    while ((row = rows_next(&private->rows, "channel", &at)) != NULL) {
        const char *name, *kind_name;
        int kind;
        if (row_require(row, "name", &name, error) != 0 || row_require(row, "kind", &kind_name, error) != 0 ||
            row_choose(row, "kind", KINDS, CHANNEL_OTHER, &kind, error) != 0)
            return -1;
        const struct channel *same = ruleset_channel(ruleset, name);
        if (same != NULL && same->file == NULL)
            return row_refuse(row, error, "the channel %s is built in and needs no row", name);
        if (same != NULL)
            return refuse_duplicate(row, name, same->file, same->line, error);
        channels[ruleset->channel_count++] = (struct channel){ name, (enum channel_kind)kind, row->file,
                                                               row->line };
    }
    return 0;
}

static int take_id(const struct row *row, const char *column, const char **id, struct error *error)
{
    *id = row_value(row, column);
    if (*id == NULL)
        return 0;
    size_t len = strlen(*id);
    for (size_t i = 0; i < len; i++)
        if ((*id)[i] <= ' ' || (*id)[i] > '~' || len > ID_MAX)
            return row_refuse(row, error,
                              "%s is an id as Braze shows it: at most %d letters, digits and dashes, "
                              "without blanks",
                              column, ID_MAX);
    return 0;
}

static int take_carrier(const struct row *row, struct campaign *campaign, struct error *error)
{
    if (take_id(row, "campaign_id", &campaign->campaign_id, error) != 0 ||
        take_id(row, "canvas_id", &campaign->canvas_id, error) != 0 ||
        take_id(row, "app_id", &campaign->app_id, error) != 0 ||
        take_id(row, "subscription_group_id", &campaign->subscription_group_id, error) != 0)
        return -1;
    if ((campaign->app_id == NULL) != (campaign->subscription_group_id == NULL))
        return row_refuse(row, error, "app_id and subscription_group_id go together; %s is missing",
                          campaign->app_id == NULL ? "app_id" : "subscription_group_id");
    int carriers = (campaign->campaign_id != NULL) + (campaign->canvas_id != NULL) +
                   (campaign->app_id != NULL);
    if (carriers != 1)
        return row_refuse(row, error,
                          "the campaign %s needs exactly one carrier: campaign_id, or canvas_id, or app_id "
                          "with subscription_group_id; it has %s",
                          campaign->name, carriers == 0 ? "none" : "several");
    return 0;
}

static int take_text_property(const struct row *row, struct campaign *campaign, struct error *error)
{
    static const char LETTERS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";
    const char *name = row_value(row, "text_property");
    campaign->text_property = name != NULL ? name : DEFAULT_TEXT_PROPERTY;
    if (name == NULL)
        return 0;
    if (campaign->app_id != NULL)
        return row_refuse(row, error,
                          "a campaign with app_id carries its text itself and has no text_property");
    if (strlen(name) > ROW_NAME_MAX || name[strspn(name, LETTERS)] != '\0' ||
        (name[0] >= '0' && name[0] <= '9'))
        return row_refuse(row, error, "text_property is a name of letters from a to z, digits and _, not '%s'", name);
    return 0;
}

/* What /messages/send shows is up to WhatsApp alone; for the rest, somebody has drawn the layout in Braze. */
static int take_buttons(const struct row *row, const struct channel *channel, struct campaign *campaign,
                        struct error *error)
{
    const char *given = row_value(row, "buttons");
    campaign->has_lists = campaign->app_id != NULL;
    campaign->buttons = campaign->has_lists ? QUICK_REPLIES_MAX : 0;
    if (given == NULL || (strcmp(given, "0") == 0 && !campaign->has_lists))
        return 0;
    if (campaign->has_lists)
        return row_refuse(row, error, "a campaign with app_id shows up to %d buttons by itself, and up to %d choices as a "
                                      "list; leave buttons out",
                          QUICK_REPLIES_MAX, LIST_ROWS_MAX);
    if (channel->kind != CHANNEL_WHATSAPP)
        return row_refuse(row, error,
                          "the channel %s shows no buttons; there they go out as numbered lines of the text",
                          channel->name);
    if (campaign->layout == LAYOUT_TEMPLATE)
        return row_refuse(row, error,
                          "the buttons of a WhatsApp template are fixed when it is approved; leave buttons out");
    return row_number(row, "buttons", 0, QUICK_REPLIES_MAX, 0, &campaign->buttons, error);
}

static int take_layout(const struct row *row, const struct channel *channel, struct campaign *campaign,
                       struct error *error)
{
    int layout;
    const char *given;
    if (channel->kind == CHANNEL_WHATSAPP && row_require(row, "layout", &given, error) != 0)
        return -1;
    if (row_choose(row, "layout", LAYOUTS, LAYOUT_RESPONSE, &layout, error) != 0)
        return -1;
    campaign->layout = (enum campaign_layout)layout;
    if (campaign->app_id == NULL)
        return 0;
    if (channel->kind != CHANNEL_WHATSAPP)
        return row_refuse(row, error, "app_id sends WhatsApp messages; the channel %s is of kind %s",
                          channel->name, KINDS[channel->kind]);
    if (campaign->layout == LAYOUT_TEMPLATE)
        return row_refuse(row, error,
                          "app_id sends free text, which WhatsApp takes inside the 24-hour window only; "
                          "a template needs campaign_id or canvas_id");
    return 0;
}

static const struct channel *find_channel(const struct ruleset *ruleset, const struct row *row,
                                          const char *name, struct error *error)
{
    const struct channel *channel = ruleset_channel(ruleset, name);
    if (channel != NULL)
        return channel;
    struct nearest nearest = { .word = name };
    struct buf advice = { 0 };
    for (size_t i = 0; i < ruleset->channel_count; i++)
        nearest_offer(&nearest, ruleset->channels[i].name);
    nearest_advise(&nearest, NULL, &advice);
    if (nearest.best == NULL)
        buf_addf(&advice, "; make it known: INSERT INTO channel (name, kind) VALUES ('%s', 'other');", name);
    row_refuse(row, error, "there is no channel '%s'%s", name, buf_text(&advice));
    buf_release(&advice);
    return NULL;
}

static int take_campaign(const struct ruleset *ruleset, const struct row *row, struct campaign *campaign,
                         struct error *error)
{
    *campaign = (struct campaign){ .file = row->file, .line = row->line };
    if (row_require(row, "name", &campaign->name, error) != 0 ||
        row_require(row, "channel", &campaign->channel, error) != 0)
        return -1;
    const struct campaign *same = ruleset_campaign(ruleset, campaign->name);
    if (same != NULL)
        return refuse_duplicate(row, campaign->name, same->file, same->line, error);
    const struct channel *channel = find_channel(ruleset, row, campaign->channel, error);
    if (channel == NULL || take_carrier(row, campaign, error) != 0 ||
        take_layout(row, channel, campaign, error) != 0 ||
        take_buttons(row, channel, campaign, error) != 0)
        return -1;
    return take_text_property(row, campaign, error);
}

int build_campaigns(struct ruleset *ruleset, struct error *error)
{
    struct ruleset_private *private = ruleset->private;
    size_t count, at = 0;
    if (count_rows(&private->rows, "campaign", CAMPAIGNS_MAX, &count, error) != 0)
        return -1;
    ruleset->campaigns = private->campaigns = alloc_array(count, sizeof *private->campaigns);

    const struct row *row;
    while ((row = rows_next(&private->rows, "campaign", &at)) != NULL) {
        if (take_campaign(ruleset, row, &private->campaigns[ruleset->campaign_count], error) != 0)
            return -1;
        ruleset->campaign_count++;
    }
    return 0;
}
