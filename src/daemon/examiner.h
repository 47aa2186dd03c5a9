/*
 * examiner: what the daemon can tell of itself and of those it calls, for `frontdesk doctor`. The engine's thread only.
 *
 *     doctor     {}: {"version","schema","listen","braze_url","descriptors","libraries":[{"name","version"}],
 *                "keys":[{"of","name","is_set"}], "left_out", "checks":[{"kind","name","status","class","verdict","problem",
 *                "is_json","took_ms","skew_ms","details":{…}}]}
 *
 * The checks are calls that change nothing and cost nothing: the details of each campaign; a send by a campaign that does not
 * exist to a customer who does not exist, and a write of nothing into no profile, whose refusals tell that the key may make
 * such calls; and of backends what backend/probe.h asks. `skew_ms` is by how much our clock is ahead of theirs.
 * The answer comes when all have ended; meanwhile a second one is refused.
 */
#ifndef DAEMON_EXAMINER_H
#define DAEMON_EXAMINER_H

#include <stdbool.h>

#include "daemon/fetch.h"
#include "daemon/keyring.h"
#include "daemon/mailbox.h"
#include "rules/ruleset.h"

struct examiner;
struct engine_config;

/* All borrowed. */
struct examiner *examiner_new(struct fetcher *fetcher, struct keyring *keys, const struct engine_config *config);
void examiner_free(struct examiner *examiner); /* behind the fetcher, which drops what is under way */

bool examiner_wants(const struct mail *mail);
void examiner_take(struct examiner *examiner, const struct ruleset *rules, struct mail *mail); /* frees the mail, in the end */

#endif
