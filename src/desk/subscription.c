/*
 * subscription: see the header.
 */
#include <string.h>

#include "base/json.h"
#include "desk/subscription.h"
#include "store/profile.h"

static void format_state(const char *group, bool is_subscribed, struct buf *out)
{
    struct jsonw w = { .out = out };

    jsonw_array(&w, NULL);
    jsonw_object(&w, NULL);
    jsonw_text(&w, "subscription_group_id", group);
    jsonw_text(&w, "subscription_state", is_subscribed ? "subscribed" : "unsubscribed");
    jsonw_end_object(&w);
    jsonw_end_array(&w);
}

static int want(const struct carry *carry, bool is_subscribed, const char *by, struct error *error)
{
    struct buf value = { 0 };
    struct profile_want want = {
        .contact = carry->conversation->contact,
        .name = SUBSCRIPTION_NAME,
        .rule = by,
        .way = is_subscribed ? PROFILE_REPLY_ONLY : PROFILE_AFTER_REPLIES,
        .message = carry->message,
        .now = carry->now,
    };
    int result;

    format_state(ruleset_setting(carry->desk->rules, "subscription_group"), is_subscribed, &value);
    want.value = buf_text(&value);
    result = profile_want(carry->desk->db, &want, error);
    buf_release(&value);
    return result;
}

int subscription_welcome(const struct carry *carry, bool is_newcomer, struct error *error)
{
    if (ruleset_setting_number(carry->desk->rules, "subscribe_newcomers") == 0)
        return 0;
    if (!is_newcomer) {
        int was_refused = profile_was_left_out(carry->desk->db, carry->conversation->contact, SUBSCRIPTION_NAME, error);

        if (was_refused != 1)
            return was_refused;
    }
    return want(carry, true, "subscribe_newcomers", error);
}

int subscription_follow(const struct carry *carry, bool is_opted_out, const char *by, struct error *error)
{
    if (ruleset_setting_number(carry->desk->rules, "subscription_follows_opt_out") != 0)
        return want(carry, !is_opted_out, by, error);
    /* Nobody is subscribed by the sentence that tells him that he will hear no more. */
    return is_opted_out ? profile_withdraw(carry->desk->db, carry->conversation->contact, SUBSCRIPTION_NAME, error) : 0;
}
