/*
 * notice: see the header.
 */
#include <string.h>

#include "base/utf8.h"
#include "desk/flood.h"
#include "desk/notice.h"
#include "desk/reply.h"
#include "store/contact.h"
#include "store/event.h"
#include "store/notice_row.h"
#include "text/fold.h"

enum { HOUR_MS = 60 * 60 * 1000 };

struct errand {
    const struct carry *carry;
    const struct effect *effect;
    int64_t contact;            /* who is told */
    struct conversation newest; /* his, on the channel */
    struct buf why;             /* it is withheld; empty: it is not */
};

static bool is_to_business(const struct errand *errand)
{
    return errand->effect->notice->to != NULL;
}

static const char *channel_of(const struct errand *errand)
{
    const struct campaign *campaign = errand->effect->notice->campaign;

    return campaign != NULL ? campaign->channel : errand->carry->conversation->channel;
}

/* "summary to owner-1, withheld: more than 60 notices an hour" */
static int note(const struct errand *errand, const char *what, const char *why, struct error *error)
{
    const struct carry *carry = errand->carry;
    const struct notice *notice = errand->effect->notice;
    struct buf actor = { 0 }, detail = { 0 };
    int result;

    carry_format_actor(errand->effect, &actor);
    buf_addf(&detail, "%s to %s", notice->name, is_to_business(errand) ? notice->to : "the customer");
    if (*why != '\0')
        buf_addf(&detail, ", %s: %s", what, why);
    result = event_put(carry->desk->db, carry->conversation->id, "notice", buf_text(&actor), buf_text(&detail), carry->now,
                       error);
    buf_release(&actor);
    buf_release(&detail);
    return result;
}

/* Why there is nothing to send at all; NULL: there is. */
static const char *why_left_out(const struct errand *errand)
{
    const char *text = errand->effect->text;

    if (is_to_business(errand) && errand->contact == errand->carry->conversation->contact)
        return "nobody is told of his own conversation";
    if (text != NULL ? fold_says_nothing(text) : errand->effect->notice->campaign == NULL)
        return "its text came out empty";
    return NULL;
}

static int find_recipient(struct errand *errand, struct error *error)
{
    const struct carry *carry = errand->carry;

    errand->contact = carry->conversation->contact;
    return is_to_business(errand) ? contact_by_external(carry->desk->db, errand->effect->notice->to, carry->now,
                                                        &errand->contact, error)
                                  : 0;
}

static int check_recipient(struct errand *errand, struct error *error)
{
    const struct carry *carry = errand->carry;
    int64_t most = ruleset_setting_number(carry->desk->rules, "notices_per_hour"), count;

    if (most == 0)
        return 0;
    if (notice_row_count(carry->desk->db, errand->contact, carry->now - carry->now % HOUR_MS, most, &count, error) != 0)
        return -1;
    if (count >= most)
        buf_addf(&errand->why, "more than %lld %s an hour", (long long)most, most == 1 ? "notice" : "notices");
    return 0;
}

/* Counted where the customer's next message looks: in the newest conversation, which the carried one mostly is. */
static int check_replies(struct errand *errand, struct error *error)
{
    const struct carry *carry = errand->carry;
    const struct ruleset *rules = carry->desk->rules;
    struct conversation *counted = errand->newest.id == carry->conversation->id ? carry->conversation : &errand->newest;

    if (!flood_notice(&counted->tally, rules, errand->effect->text, carry->now)) {
        decide_format_limit(rules, LIMIT_REPLIES, &errand->why);
        return 0;
    }
    return conversation_count(carry->desk->db, counted, error);
}

static int check_limits(struct errand *errand, struct error *error)
{
    if (check_recipient(errand, error) != 0)
        return -1;
    return is_to_business(errand) || errand->why.len > 0 ? 0 : check_replies(errand, error);
}

/* The customer reads it where it was decided, though he may have written in a newer conversation since. */
static struct conversation place_of(const struct errand *errand)
{
    struct conversation place = errand->newest;

    if (is_to_business(errand) || strcmp(place.channel, errand->carry->conversation->channel) != 0)
        return place;
    place = *errand->carry->conversation;
    if (strcmp(place.owner, "closed") == 0)
        place.last_in_at = errand->newest.last_in_at;
    return place;
}

static int put(struct errand *errand, struct error *error)
{
    const struct carry *carry = errand->carry;
    const struct notice *notice = errand->effect->notice;
    struct conversation place = place_of(errand);
    struct buf actor = { 0 };
    struct reply reply = {
        .kind = "out",
        .text = errand->effect->text,
        .campaign = notice->campaign != NULL ? notice->campaign->name : "",
        .properties = errand->effect->properties,
        .notice = notice->name,
        .about = carry->conversation->id,
        .withheld = errand->why.len > 0 ? buf_text(&errand->why) : NULL,
    };
    int64_t message;
    int result;

    buf_addf(&actor, "notice %s", notice->name);
    reply.actor = buf_text(&actor);
    result = reply_queue(carry->desk, &place, &reply, carry->now, &message, error);
    buf_release(&actor);
    return result == 0 ? note(errand, "withheld", buf_text(&errand->why), error) : -1;
}

static int run(struct errand *errand, struct error *error)
{
    const struct carry *carry = errand->carry;
    const char *why;

    if (find_recipient(errand, error) != 0)
        return -1;
    why = why_left_out(errand);
    if (why != NULL)
        return note(errand, "left out", why, error);
    if (notice_row_place(carry->desk->db, errand->contact, channel_of(errand), carry->now, &errand->newest, error) != 0 ||
        check_limits(errand, error) != 0)
        return -1;
    return put(errand, error);
}

int notice_queue(const struct carry *carry, const struct effect *effect, struct error *error)
{
    struct errand errand = { .carry = carry, .effect = effect };
    int result = run(&errand, error);

    buf_release(&errand.why);
    return result;
}
