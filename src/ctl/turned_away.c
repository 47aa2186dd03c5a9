/*
 * turned_away: see the header.
 */
#include "base/clock.h"
#include "ctl/turned_away.h"

#define DAY_MS INT64_C(86400000)

const char TURNED_AWAY_REMEDY[] = "write \"Bearer \" and the token of FRONTDESK_WEBHOOK_TOKENS into the header Authorization of "
                                  "Braze's webhook campaign";

void turned_away_read(const struct json *facts, struct turned_away *turned)
{
    *turned = (struct turned_away){ .bare = json_get_int(facts, "turned_away_bare", 0),
                                    .strange = json_get_int(facts, "turned_away_strange", 0),
                                    .newest_at = json_get_int(facts, "turned_away_at", 0) };
}

bool turned_away_tell(const struct turned_away *turned, int64_t now, struct buf *out)
{
    int64_t count = turned->bare + turned->strange;

    if (count == 0 || turned->newest_at < now - DAY_MS)
        return false;
    buf_addf(out, "%lld %s turned away (401), the newest ", (long long)count, count == 1 ? "webhook was" : "webhooks were");
    clock_format_age(now - turned->newest_at, out);
    buf_addf(out, " ago, with %s: if Braze sent %s, what the customer said is lost",
             turned->strange == 0  ? "no token"
             : turned->bare == 0   ? "a token that is not known"
                                   : "no token, or one that is not known",
             count == 1 ? "it" : "them");
    return true;
}
