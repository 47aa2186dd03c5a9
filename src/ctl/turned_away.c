/*
 * turned_away: see the header.
 */
#include "base/clock.h"
#include "ctl/turned_away.h"

#define DAY_MS INT64_C(86400000)

void turned_away_read(const struct json *facts, struct turned_away *turned)
{
    *turned = (struct turned_away){ .bare = json_get_int(facts, "turned_away_bare", 0),
                                    .strange = json_get_int(facts, "turned_away_strange", 0),
                                    .astray = json_get_int(facts, "turned_away_astray", 0),
                                    .newest_at = json_get_int(facts, "turned_away_at", 0) };
}

struct turned_away turned_away_since(const struct turned_away *before, const struct turned_away *now)
{
    return (struct turned_away){ .bare = now->bare - before->bare,
                                 .strange = now->strange - before->strange,
                                 .astray = now->astray - before->astray,
                                 .newest_at = now->newest_at };
}

static int64_t by_token(const struct turned_away *turned)
{
    return turned->bare + turned->strange;
}

bool turned_away_tell(const struct turned_away *turned, int64_t now, struct buf *out)
{
    int64_t count = by_token(turned) + turned->astray;

    if (count == 0 || turned->newest_at < now - DAY_MS)
        return false;
    buf_addf(out, "%lld %s turned away (%s), the newest ", (long long)count, count == 1 ? "webhook was" : "webhooks were",
             turned->astray == 0       ? "401"
             : by_token(turned) == 0 ? "404"
                                       : "401, 404");
    clock_format_age(now - turned->newest_at, out);
    buf_add_text(out, " ago, with ");
    if (by_token(turned) > 0)
        buf_add_text(out, turned->strange == 0  ? "no token"
                          : turned->bare == 0 ? "a token that is not known"
                                                : "no token, or one that is not known");
    if (turned->astray > 0)
        buf_addf(out, "%san address that takes none", by_token(turned) > 0 ? ", or " : "");
    buf_addf(out, ": if Braze sent %s, what the customer said is lost", count == 1 ? "it" : "them");
    return true;
}

void turned_away_blame(const struct turned_away *turned, struct buf *out)
{
    if (by_token(turned) == 0)
        buf_add_text(out, "404: it showed a good token, but no webhook is taken at its path, or by its method");
    else
        buf_addf(out, "401: it showed %s", turned->strange > 0 ? "a token that is not known here" : "no token");
}

void turned_away_remedy(const struct turned_away *turned, struct buf *out)
{
    if (by_token(turned) > 0)
        buf_add_text(out, "write \"Bearer \" and the token of FRONTDESK_WEBHOOK_TOKENS into the header Authorization of Braze's "
                          "webhook campaign");
    if (turned->astray > 0)
        buf_addf(out, "%swrite the URL https://YOUR-HOST/v1/inbound/whatsapp and the method POST into it",
                 by_token(turned) > 0 ? ", and " : "look at Braze's webhook campaign: ");
}
