/*
 * generate_rows: the rows of a made-up book, as the daemon would have left them.
 *
 * One function per table; ids are given here and rise. The first failure sticks and is told by rows_commit. Texts are borrowed
 * until the function returns. Rows point to rows that are written later (a conversation is written when it is over), so
 * the connection does not look after references; they are whole in the end.
 */
#ifndef TOOLS_GENERATE_ROWS_H
#define TOOLS_GENERATE_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "store/db.h"

struct rows {
    struct db *db;
    int64_t webhook, conversation, turn, message, outbox, attempt, event, entry; /* ids given last */
    int64_t batch;       /* rows since the last commit */
    int64_t seen_since;  /* keys for duplicates are kept from then on */
    bool has_failed;
    struct error error;
};

struct row_in { /* a customer's message with its webhook, its turn and its decision */
    int64_t at, conversation, contact, ruleset, epoch, closed_at, deadline_at;
    const char *channel, *identity, *dispatch_id, *body, *text, *campaign;
    const char *fate;   /* of the turn */
    const char *rule;   /* NULL: none won */
    const char *action, *state, *trace;
};

struct row_send { /* a text of ours with its outbox row and, where it left, its attempt */
    int64_t at, conversation, contact, seq, turn, epoch; /* turn 0: a person's */
    int64_t settled_at, took_ms;                         /* settled_at 0: it still has to leave */
    int part;
    const char *kind, *text, *actor, *sent_by, *state, *reason;
};

struct row_track { /* a write into a profile */
    int64_t at, conversation, contact, epoch;
    const char *addressee, *attributes;
};

struct row_consult { /* a question to a backend, ended */
    int64_t at, ended_at, conversation, contact, turn, epoch;
    const char *backend, *wanted, *wanted_by, *state, *reason, *day;
    int64_t tokens_in, tokens_out, cost;
};

struct row_conversation {
    int64_t id, contact, epoch, opened_at, last_in_at, closed_at, idle_at, messages; /* closed_at, idle_at 0: NULL */
    const char *channel, *owner, *team, *agent, *last_rule, *closed_by, *outcome, *summary;
};

struct row_contact {
    int64_t id, created_at, opted_out_at, seq, tracked_at;
    const char *first_name, *language, *time_zone, *profile_name, *external, *phone; /* phone NULL: none known */
};

struct row_profile {
    int64_t contact, at, outbox;
    const char *name, *value, *rule, *addressee; /* value: JSON */
};

int64_t rows_in(struct rows *rows, const struct row_in *in, int64_t *turn); /* the message */
void rows_twice(struct rows *rows, const struct row_in *in, int64_t message); /* the webhook came once more */
void rows_unread(struct rows *rows, int64_t at, const char *state, const char *reason); /* nothing came of it */
int64_t rows_send(struct rows *rows, const struct row_send *send);           /* the message */
void rows_note(struct rows *rows, int64_t at, int64_t conversation, const char *actor, const char *text);
int64_t rows_track(struct rows *rows, const struct row_track *track);        /* the outbox row */
void rows_consult(struct rows *rows, const struct row_consult *consult);
void rows_event(struct rows *rows, int64_t at, int64_t conversation, const char *kind, const char *actor, const char *detail);
void rows_conversation(struct rows *rows, const struct row_conversation *row);
void rows_contact(struct rows *rows, const struct row_contact *row);
void rows_profile(struct rows *rows, const struct row_profile *row);
void rows_spend(struct rows *rows, const char *day, const char *scope, int64_t cost);

int rows_begin(struct rows *rows, struct error *error);
int rows_commit(struct rows *rows, struct error *error);

#endif
