/*
 * overview: the state of the whole book on one screen. Only reads; call it in a read transaction, so that its
 * numbers belong together.
 */
#ifndef STORE_OVERVIEW_H
#define STORE_OVERVIEW_H

#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "store/db.h"

struct overview {
    /* since `since` (midnight): the customers' messages by fate */
    int64_t messages_today, answered_today, unanswered_today, silenced_today, with_person_today, in_progress_today;
    int64_t erased_today;      /* came today, and their persons were erased since */
    int64_t undelivered_today; /* the rest: held, withheld, expired, dead or unknown */
    int64_t floods_today; /* how often messages of a conversation began to meet a limit */
    /* now */
    int64_t open_conversations, waiting_for_person, with_person, pending, oldest_pending_at;
    int64_t unreadable, aside; /* webhooks: received since `recent`; of whatever age, as long as their bytes are kept */
    int64_t raw, held, dead, expired,
        unknown; /* texts; dead, expired, unknown: settled since `recent`, not dropped by hand, and of nobody erased */
    int64_t profiles_pending, oldest_profile_at, profiles_dead; /* writes into Braze profiles, likewise */
    int64_t entries_unknown, entries_refused; /* what is done to profiles once, likewise */
    int64_t subscriptions_refused; /* customers whom an answer should have subscribed and did not, likewise */
    char subscription_refusal[300]; /* why not the newest of them */
    int64_t calls_pending, calls_failed; /* to services; failed: in any way, since `recent` */
    int64_t consults_pending, consults_failed; /* questions to backends; failed: nobody of the chain answered, since `recent` */
    int64_t tellings_pending, tellings_failed; /* to another desk; failed: dead or expired, since `recent` */
    int64_t disabled_rules;
    int64_t ruleset, rule_count, ruleset_loaded_at; /* 0: none was ever loaded */
    char refused_rules[600];                        /* why the folder was refused; "" when it was taken */
};

int overview_get(struct db *db, int64_t since, int64_t recent, struct overview *overview,
                 struct error *error);

/* Conversations that wait for a person, the longest first, at most `limit`. The number of rows, or -1. */
struct overview_waiting {
    int64_t conversation, since;
    const char *user, *team;
};
typedef void overview_waiting_row(void *context, const struct overview_waiting *row);
int overview_waiting(struct db *db, int64_t limit, overview_waiting_row *row, void *context,
                     struct error *error);

/* Notices that a limit has withheld since then. *reason, appended: of the newest. */
int overview_withheld(struct db *db, int64_t since, int64_t *count, struct buf *reason, struct error *error);

/* What we call and is not well, the stopped ones first. */
struct overview_lane {
    const char *name, *state, *reason;
    int64_t until_at, failures;
};
typedef void overview_lane_row(void *context, const struct overview_lane *row);
int overview_lanes(struct db *db, overview_lane_row *row, void *context, struct error *error);

/* The rules in force whose patterns hit the bounds of matching, the most often first, at most `limit`. */
struct overview_trouble {
    const char *rule;
    int64_t limit_hits;
    int64_t disabled_at; /* 0: still in play */
};
typedef void overview_trouble_row(void *context, const struct overview_trouble *row);
int overview_troubles(struct db *db, int64_t limit, overview_trouble_row *row, void *context,
                      struct error *error);

#endif
