/*
 * past: see the header.
 */
#include "base/country.h"
#include "desk/flood.h"
#include "desk/past.h"

void past_release(struct past *past)
{
    contact_release(&past->contact);
    buf_release(&past->phone);
    heard_release(&past->heard);
    recall_release(&past->recall);
    consult_standing_release(&past->standing);
    decision_release(&past->decision);
}

static const char *known(const char *text, const char *otherwise)
{
    return text != NULL ? text : otherwise;
}

const char *past_text(const struct past *past)
{
    return known(past->heard.text, "");
}

int past_load(struct past *past, struct desk *desk, const struct conversation *conversation, int64_t now,
              struct error *error)
{
    int found = contact_get(desk->db, conversation->contact, &past->contact, &past->phone, error);

    if (found != 1)
        return found < 0 ? -1 : error_set(error, "contact %lld has vanished", (long long)conversation->contact);
    past->state = (struct decide_state){
        .channel = conversation->channel,
        .owner = conversation->owner,
        .is_opted_out = past->contact.is_opted_out,
        .first_name = past->contact.first_name,
        .language = past->contact.language,
        .time_zone = past->contact.time_zone,
        .message_count = conversation->message_count,
        .fields = known(past->heard.fields, "{}"),
        .campaign = known(past->heard.campaign, ""),
        .country = country_of_phone(buf_text(&past->phone)),
        .sent_at = past->heard.sent_at,
        .last_in_at = conversation->last_in_at,
        .last_rule = conversation->last_rule,
        .disabled_rules = desk->disabled_rules,
    };
    flood_tell_late(&conversation->tally, now, &past->state);
    if (consult_stands(desk, conversation, now, &past->standing, error) != 0)
        return -1;
    past->state.consulted = past->standing.backend;
    return recall_load(&past->recall, desk->db, desk->rules, conversation, past_text(past), now,
                       &past->state, error);
}
