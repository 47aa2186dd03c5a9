/*
 * reply: see the header.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "desk/button.h"
#include "desk/clearance.h"
#include "desk/reply.h"
#include "store/message.h"
#include "store/notice_row.h"
#include "store/outbox.h"
#include "text/split.h"
#include "text/split_marks.h"

/* The last: WhatsApp's own bound for a text that has buttons below it. */
enum { WHATSAPP_TEXT_MAX = 4096, SMS_TEXT_MAX = 1600, BUTTONED_TEXT_MAX = 1024 };

/* Characters per part: what the channel takes now, by the campaign that is asked for. A window that closes before the text
 * leaves is the clearance's affair. */
static size_t part_max(const struct desk *desk, const struct conversation *conversation, const struct reply *reply,
                       int64_t now)
{
    const struct channel *channel = ruleset_channel(desk->rules, conversation->channel);
    const struct campaign *campaign = ruleset_campaign(desk->rules, reply->campaign);
    bool is_template = campaign != NULL && campaign->layout == LAYOUT_TEMPLATE &&
                       strcmp(campaign->channel, conversation->channel) == 0;

    if (is_template)
        return TEMPLATE_TEXT_MAX;
    if (channel != NULL && channel->kind == CHANNEL_SMS)
        return SMS_TEXT_MAX;
    if (channel != NULL && channel->kind == CHANNEL_WHATSAPP && reply->buttons != NULL)
        return BUTTONED_TEXT_MAX;
    return clearance_window_is_open(desk->rules, conversation->channel, conversation->last_in_at, now)
               ? WHATSAPP_TEXT_MAX
               : TEMPLATE_TEXT_MAX;
}

/* Braces that are broken apart on the way out (braze/send.h) take a blank each: room for them is left. */
static size_t growth_of(const char *text)
{
    size_t count = 0;

    for (const char *at = text; *at != '\0'; at++)
        if ((at[0] == '{' && (at[1] == '{' || at[1] == '%')) ||
            (at[1] == '}' && (at[0] == '}' || at[0] == '%')))
            count++;
    return count;
}

/* Room for the lines into which the buttons may turn. */
static size_t lines_of(const struct reply *reply)
{
    struct button_list list = { 0 };
    size_t room;

    if (reply->buttons == NULL)
        return 0;
    button_parse(reply->buttons, &list);
    room = button_room(&list);
    button_release(&list);
    return room;
}

/* The next part, over what is in *part; 0: that was all. */
static int next_part(struct split_marks *split, bool has_marks, size_t max, struct buf *part)
{
    const char *text;
    size_t len;

    if (has_marks)
        return split_marks_next(split, max, part);
    buf_clear(part);
    if (split_next(&split->split, max, &text, &len) == 0)
        return 0;
    buf_add(part, text, len);
    return 1;
}

static bool is_last(struct split_marks split, bool has_marks, size_t max)
{
    struct buf part = { 0 };
    bool is_over = next_part(&split, has_marks, max, &part) == 0;

    buf_release(&part);
    return is_over;
}

static int note_notice(struct desk *desk, const struct conversation *conversation, const struct reply *reply,
                       const struct message *message, struct error *error)
{
    struct notice_row row = {
        .message = message->id,
        .name = reply->notice,
        .conversation = reply->about,
        .contact = conversation->contact,
        .at = message->at,
        .handover = reply->handover,
        .is_over = reply->withheld != NULL,
    };

    return reply->notice == NULL ? 0 : notice_row_put(desk->db, &row, error);
}

static int queue_part(struct desk *desk, const struct conversation *conversation, const struct reply *reply,
                      const char *text, const char *buttons, struct outbox_new *row, struct error *error)
{
    struct message message = {
        .conversation = conversation->id,
        .turn = reply->turn,
        .at = row->now,
        .kind = reply->kind,
        .text = text != NULL ? text : "",
        .actor = reply->actor,
        .buttons = buttons,
        .properties = reply->properties,
    };

    if (message_put(desk->db, &message, error) != 0 || note_notice(desk, conversation, reply, &message, error) != 0)
        return -1;
    row->message = message.id;
    row->part++;
    return outbox_put(desk->db, row, error);
}

static int queue_parts(struct desk *desk, const struct conversation *conversation, const struct reply *reply,
                       struct outbox_new *row, int64_t *message, struct error *error)
{
    struct split_marks split = { .split = { reply->text, strlen(reply->text), 0 } };
    size_t max = part_max(desk, conversation, reply, row->now);
    size_t growth = growth_of(reply->text) + lines_of(reply);
    struct buf part = { 0 };
    int result = 0;

    max -= growth < max / 2 ? growth : max / 2;
    while (result == 0 && next_part(&split, reply->has_marks, max, &part) == 1) {
        bool is_end = reply->buttons != NULL && is_last(split, reply->has_marks, max);

        result = queue_part(desk, conversation, reply, buf_text(&part), is_end ? reply->buttons : NULL, row, error);
        if (*message == 0)
            *message = row->message;
    }
    buf_release(&part);
    return result;
}

int reply_queue(struct desk *desk, const struct conversation *conversation, const struct reply *reply,
                int64_t now, int64_t *message, struct error *error)
{
    struct outbox_new row = {
        .contact = conversation->contact,
        .conversation = conversation->id,
        .turn = reply->turn,
        .epoch = conversation->epoch,
        .campaign = reply->campaign,
        .is_consent = reply->is_consent,
        .withheld = reply->withheld,
        .now = now,
        .expires_at = reply->until != 0 ? reply->until : now + ruleset_setting_number(desk->rules, "reply_expires"),
    };
    int result;

    *message = 0;
    if (outbox_next_seq(desk->db, conversation->contact, &row.seq, error) != 0)
        return -1;
    if (reply->text != NULL)
        return queue_parts(desk, conversation, reply, &row, message, error);
    result = queue_part(desk, conversation, reply, NULL, NULL, &row, error);
    *message = row.message;
    return result;
}
