/*
 * turned_away: webhooks that the running daemon did not let in (401), put into words for status, doctor and doctor --live. Braze
 * does not repeat them, so each may be what a customer said.
 */
#ifndef CTL_TURNED_AWAY_H
#define CTL_TURNED_AWAY_H

#include <stdint.h>

#include "base/buf.h"
#include "base/json.h"

struct turned_away { /* since the daemon's start */
    int64_t bare, strange; /* without a token, with one that is not known */
    int64_t newest_at;     /* unix ms; 0: there were none */
};

extern const char TURNED_AWAY_REMEDY[]; /* what to set in Braze */

void turned_away_read(const struct json *facts, struct turned_away *turned); /* facts: act_facts, or NULL */

/* Appends a sentence; false: there were none within a day. */
bool turned_away_tell(const struct turned_away *turned, int64_t now, struct buf *out);

#endif
