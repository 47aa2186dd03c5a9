/*
 * conversation: a contact's exchange on one channel, and who owns it (table conversation). An epoch is raised
 * by every change of ownership; texts queued under an older one are withheld at the claim.
 */
#ifndef STORE_CONVERSATION_H
#define STORE_CONVERSATION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "store/db.h"

/* How much is going on, for the limits of a flood (desk/flood.h): in the newest clock minute and hour that were counted, and
 * as texts, each by a number that stands for it; 0: none. Kept with the row. */
struct tally {
    int64_t minute, heard;     /* messages of the customer */
    int64_t hour, said, asked; /* automatic replies; questions to backends */
    int64_t text, same, since; /* the customer's newest text; how often it, or an echo of ours, came in a row; since when */
    int64_t ours, before;      /* what we said last, and before that */
    bool is_over;              /* the newest message met a limit */
};

struct conversation {
    int64_t id, contact, epoch;
    char owner[8]; /* bot, agent, closed */
    char channel[65];
    char agent[128];       /* who took it; "" */
    int64_t message_count; /* of the customer */
    int64_t last_in_at;
    char last_rule[404];   /* that took the customer's message before this one; "" none did */
    struct tally tally;
    int64_t closed_at;     /* 0: it is open */
};

/* 1, 0, -1. newest: of a contact on a channel, closed ones included. */
int conversation_get(struct db *db, int64_t id, struct conversation *conversation, struct error *error);

/* get, of one that has to be there: 0, or -1, also when it is not. */
int conversation_require(struct db *db, int64_t id, struct conversation *conversation, struct error *error);
int conversation_newest(struct db *db, int64_t contact, const char *channel,
                        struct conversation *conversation, struct error *error);

/* The next one behind `after` that a person has with the contact. 1, 0, -1. */
int conversation_with_person(struct db *db, int64_t contact, int64_t after, struct conversation *conversation,
                             struct error *error);

/* A new one, owned by the bot, without messages; idle_at: when it is looked at (store/idle.h). */
int conversation_open(struct db *db, int64_t contact, const char *channel, int64_t now, int64_t idle_at,
                      struct conversation *conversation, struct error *error);

/* What matches have set: a JSON object of texts (schema/003-acts.sql). 1, 0, -1. */
int conversation_variables(struct db *db, int64_t id, struct buf *variables, struct error *error);
int conversation_remember(struct db *db, int64_t id, const char *variables, struct error *error);

/* A customer's message came at `at`, and `rule` took it ("" none): counts it, opens the window anew, and keeps the tally. */
int conversation_heard(struct db *db, struct conversation *conversation, const char *rule, int64_t at,
                       struct error *error);

/* The customer said last then what he said in another one: a window that is as old as that. A new one has none of its own. */
int conversation_heard_before(struct db *db, struct conversation *conversation, int64_t last_in_at, struct error *error);

/* Which rule took the customer's newest message, where that was decided late. */
int conversation_took(struct db *db, int64_t id, const char *rule, struct error *error);

/* Keeps the tally alone, of what happens between messages. */
int conversation_count(struct db *db, const struct conversation *conversation, struct error *error);

/*
 * Changes the owner. What a person does (give, close) raises the epoch, so that the bot's texts that have not left yet stay;
 * what a customer was to be told before he said good-bye still goes. give: to the bot, or to a person (`team` and `agent`,
 * "" where it is the bot's; a person without a `team` has it for the one that it is with), until idle_at (0: never).
 * close: `closed_by` is idle, rule, flow, backend or person. reopen: the same one goes on.
 */
int conversation_give(struct db *db, struct conversation *conversation, const char *owner, const char *team,
                      const char *agent, int64_t idle_at, struct error *error);
int conversation_close(struct db *db, struct conversation *conversation, const char *closed_by, int64_t now,
                       struct error *error);
/* Another team is asked; nothing changes hands by that. */
int conversation_ask_team(struct db *db, int64_t id, const char *team, struct error *error);
int conversation_reopen(struct db *db, struct conversation *conversation, int64_t idle_at, struct error *error);

/* 1, 0, -1. */
enum { CLOSED_BY_MAX = 16 };
int conversation_closed_by(struct db *db, int64_t id, char closed_by[CLOSED_BY_MAX], struct error *error);

/* How it ended. All "" but `at`: it could not be summed up. */
struct conversation_sum { /* borrowed */
    const char *outcome, *summary, *summary_by;
    int64_t at;
};
int conversation_sum_up(struct db *db, int64_t id, const struct conversation_sum *sum, struct error *error);

/* Raises the epoch of all open conversations of a contact (opt-out). */
int conversation_raise_all(struct db *db, int64_t contact, struct error *error);

#endif
