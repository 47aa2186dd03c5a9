/*
 * cooldown: rules that have won for a contact and rest (table cooldown). By the rule's name.
 */
#ifndef STORE_COOLDOWN_H
#define STORE_COOLDOWN_H

#include <stdint.h>

#include "base/error.h"
#include "store/db.h"

enum { COOLDOWNS_MAX = 1000 };

/* Rests until then; a row that is there is moved. */
int cooldown_put(struct db *db, int64_t contact, const char *rule, int64_t until_at, struct error *error);

/* The rules that rest at `now`, COOLDOWNS_MAX at most; the text is borrowed until the callback returns. */
typedef void cooldown_row(void *context, const char *rule, int64_t until_at);
int cooldown_list(struct db *db, int64_t contact, int64_t now, cooldown_row *row, void *context,
                  struct error *error);

/* Drops rows that ended before `now`, at most `max` of them; the number dropped, or -1. */
int64_t cooldown_forget(struct db *db, int64_t now, int max, struct error *error);

/* The wall clock jumped by that much: what rests, rests as long as it should. */
int cooldown_shift(struct db *db, int64_t drift_ms, struct error *error);

/* Rows that end later than `latest` end now: a clock was set back while nobody looked. */
int cooldown_clamp(struct db *db, int64_t latest, int64_t now, struct error *error);

#endif
