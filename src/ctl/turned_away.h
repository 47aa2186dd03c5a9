/*
 * turned_away: webhooks that the running daemon did not let in (401, and 404 or 405 for those with a known token), put into words
 * for status, doctor and doctor --live. Braze does not repeat them, so each may be what a customer said.
 */
#ifndef CTL_TURNED_AWAY_H
#define CTL_TURNED_AWAY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/json.h"

struct turned_away { /* since the daemon's start */
    int64_t bare, strange; /* without a token, with one that is not known */
    int64_t astray;        /* with a known one, at a path or by a method that takes none */
    int64_t newest_at;     /* unix ms; 0: there were none */
};

void turned_away_read(const struct json *facts, struct turned_away *turned); /* facts: act_facts, or NULL */

/* How many of each there are more in `now`. */
struct turned_away turned_away_since(const struct turned_away *before, const struct turned_away *now);

/* Appends a sentence; false: there were none within a day. */
bool turned_away_tell(const struct turned_away *turned, int64_t now, struct buf *out);

/* Appends what was wrong with them: "401: it showed no token"; and what to set in Braze. There is one at least. */
void turned_away_blame(const struct turned_away *turned, struct buf *out);
void turned_away_remedy(const struct turned_away *turned, struct buf *out);

#endif
