/*
 * clearance: see the header. The order counts: what must never go out is told before what cannot go out now.
 *
 * A colleague's own words are not fenced by the epoch: she may release or close the conversation right after
 * her last sentence, and it still goes out. An opt-out stops her as well. Nor are notices to people of the business, who are
 * told of other conversations than their own.
 */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "desk/button.h"
#include "desk/clearance.h"

int64_t clearance_window_until(const struct ruleset *rules, const char *channel, int64_t last_in_at)
{
    const struct channel *known = ruleset_channel(rules, channel);
    int64_t window_ms = (int64_t)WINDOW_HOURS * 3600 * 1000 - ruleset_setting_number(rules, "window_margin");

    return known == NULL || known->kind != CHANNEL_WHATSAPP ? INT64_MAX : last_in_at + window_ms;
}

bool clearance_window_is_open(const struct ruleset *rules, const char *channel, int64_t last_in_at,
                              int64_t now)
{
    return now < clearance_window_until(rules, channel, last_in_at);
}

const char *clearance_state(enum clearance clearance)
{
    switch (clearance) {
    case CLEARANCE_WITHHELD: return "withheld";
    case CLEARANCE_EXPIRED: return "expired";
    case CLEARANCE_HELD: return "held";
    case CLEARANCE_UNKNOWN: return "unknown";
    case CLEARANCE_SEND: break;
    }
    abort();
}

/* For good. What has been sent once, with no answer, may have arrived all the same: nobody is told that it did not. `unless`
 * stands behind the reason where it never left. */
static enum clearance refuse(enum clearance clearance, const struct outbox_row *row, struct buf *reason, const char *text,
                             const char *unless)
{
    buf_addf(reason, "%s%s%s", row->is_ambiguous ? OUTBOX_NOT_AGAIN : "", text, row->is_ambiguous ? "" : unless);
    return row->is_ambiguous ? CLEARANCE_UNKNOWN : clearance;
}

static enum clearance hold(struct buf *reason, const char *text)
{
    buf_add_text(reason, text);
    return CLEARANCE_HELD;
}

/* What the campaign says itself, no other can say. */
static bool is_wordless(const struct outbox_row *row)
{
    return row->is_notice && *row->text == '\0';
}

/* Inside the window free text goes, or a template where there is nothing else; outside it templates only. */
static const struct campaign *choose(const struct ruleset *rules, const struct outbox_row *row, bool is_open)
{
    const struct campaign *asked = ruleset_campaign(rules, row->campaign);
    const struct campaign *response = ruleset_default_campaign(rules, row->channel, LAYOUT_RESPONSE);
    const struct campaign *template = ruleset_default_campaign(rules, row->channel, LAYOUT_TEMPLATE);

    if (asked != NULL && strcmp(asked->channel, row->channel) == 0 &&
        (is_open || asked->layout == LAYOUT_TEMPLATE))
        return asked;
    if (is_wordless(row))
        return NULL;
    return is_open && response != NULL ? response : template;
}

/* Characters, with the lines of the buttons that the campaign does not show. */
static size_t length_of(const struct outbox_row *row, const struct campaign *campaign)
{
    struct button_list list = { 0 };
    struct buf whole = { 0 };
    size_t length;

    button_parse(row->buttons, &list);
    button_compose(&list, button_shown(&list, campaign), row->text, &whole);
    length = utf8_count(buf_text(&whole), whole.len);
    button_release(&list);
    buf_release(&whole);
    return length;
}

static enum clearance hold_without_campaign(const struct outbox_row *row, bool is_open, struct buf *reason)
{
    if (is_wordless(row))
        buf_addf(reason,
                 is_open ? "it has no text of its own, and channel %s has no campaign row %s"
                         : "the 24-hour window is closed, it has no text of its own, and channel %s has no campaign row %s "
                           "of layout 'template'",
                 row->channel, row->campaign);
    else
        buf_addf(reason,
                 is_open
                     ? "channel %s has no campaign row to send it by"
                     : "the 24-hour window is closed and channel %s has no campaign row of layout 'template'",
                 row->channel);
    return CLEARANCE_HELD;
}

enum clearance clearance_of(const struct ruleset *rules, const struct outbox_row *row, int64_t now,
                            const struct campaign **campaign, struct buf *reason)
{
    bool is_open = clearance_window_is_open(rules, row->channel, row->last_in_at, now);

    if (row->is_opted_out && !row->is_consent)
        return refuse(CLEARANCE_WITHHELD, row, reason, "the contact opted out", " before it left");
    if (strcmp(row->kind, "out") == 0 && row->epoch != row->conversation_epoch && !row->is_to_business)
        return refuse(CLEARANCE_WITHHELD, row, reason, "the conversation changed hands", " before it left");
    if (row->is_with_person && !row->is_to_business)
        return refuse(CLEARANCE_WITHHELD, row, reason, "a person has the conversation with the contact", "");
    if (now >= row->expires_at)
        return refuse(CLEARANCE_EXPIRED, row, reason, "its deadline passed", " before it could leave");
    if (ruleset_channel(rules, row->channel) == NULL) {
        buf_addf(reason,
                 "the rules know no channel %s: INSERT INTO channel (name, kind) VALUES ('%s', 'other')",
                 row->channel, row->channel);
        return CLEARANCE_HELD;
    }
    if (strcmp(row->address_kind, "braze") == 0)
        return hold(reason, "the contact has neither external id nor phone number, so Braze cannot be told whom to write to");
    *campaign = choose(rules, row, is_open);
    if (*campaign == NULL)
        return hold_without_campaign(row, is_open, reason);
    if ((*campaign)->layout == LAYOUT_TEMPLATE && length_of(row, *campaign) > TEMPLATE_TEXT_MAX) {
        buf_addf(reason, "%sa template carries at most %d characters", is_open ? "" : "the 24-hour window is closed and ",
                 TEMPLATE_TEXT_MAX);
        return CLEARANCE_HELD;
    }
    return CLEARANCE_SEND;
}
