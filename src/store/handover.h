/*
 * handover: cases, who was told of them, and what a colleague means (tables handover, told, colleague, kept). All inside the
 * caller's transaction. desk/handover.h and desk/colleague.h say what they are for.
 */
#ifndef STORE_HANDOVER_H
#define STORE_HANDOVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "store/db.h"

enum handover_state { HANDOVER_UNTOLD, HANDOVER_WAITING, HANDOVER_TAKEN, HANDOVER_OVER };
enum { HANDOVER_TEAM_MAX = 404, HANDOVER_TOLD_MAX = 20 };

struct handover {
    int64_t number, conversation, at;
    char team[HANDOVER_TEAM_MAX]; /* "": taken unasked */
    enum handover_state state;
    int64_t told_at;  /* 0: not yet */
    int64_t moved_at; /* when anybody said anything in it last */
    bool is_spoken;   /* the customer has heard that nobody can come now */
    int64_t due_at;   /* 0: not by itself */
    int64_t ended_at;
    char ended_by[16];
};

/* Numbers it. */
int handover_put(struct db *db, struct handover *handover, struct error *error);

/* 1, 0, -1. open: the one that goes on in a conversation. due: the one that has been due for longest. */
int handover_get(struct db *db, int64_t number, struct handover *handover, struct error *error);
/* get, of one that has to be there: 0, or -1, also when it is not. */
int handover_require(struct db *db, int64_t number, struct handover *handover, struct error *error);
int handover_open(struct db *db, int64_t conversation, struct handover *handover, struct error *error);
int handover_due(struct db *db, int64_t now, struct handover *handover, struct error *error);
/* The conversation of an agent's text, if no other text of an agent behind the customer's last one left or is still to. */
int handover_unanswered(struct db *db, int64_t outbox, int64_t *conversation, struct error *error);
int handover_next_due(struct db *db, int64_t *at, struct error *error); /* INT64_MAX: none */

/* Writes team, state, told_at, moved_at, is_spoken, due_at; of one that is over also when and why, and nobody is told of it any
 * more. */
int handover_keep(struct db *db, const struct handover *handover, struct error *error);

/* It goes on in another conversation, which has none. */
int handover_move(struct db *db, int64_t number, int64_t conversation, struct error *error);

/* Moves what is due, and what was said, by so much; or what is due later than `latest` to it. */
int handover_shift(struct db *db, int64_t drift_ms, struct error *error);
int handover_pull(struct db *db, int64_t latest, struct error *error);

/* Who was told; at most HANDOVER_TOLD_MAX, in `contacts`. */
int told_put(struct db *db, int64_t contact, int64_t handover, int64_t now, struct error *error);
int told_contacts(struct db *db, int64_t handover, int64_t contacts[HANDOVER_TOLD_MAX], size_t *count, struct error *error);
int told_drop(struct db *db, int64_t handover, struct error *error);
int told_remove(struct db *db, int64_t contact, int64_t handover, struct error *error);

/* The next one behind `after` who has been told of a case that goes on; 1, 0, -1. And is that an id or a phone of a contact's? */
int told_next(struct db *db, int64_t after, int64_t *contact, struct error *error);
int told_is_called(struct db *db, int64_t contact, const char *name, struct error *error);

/* A case that goes on, as the person sees it who was told of it. Its texts belong to the told_list. */
struct told_case {
    int64_t number, conversation;
    int64_t read_at;  /* when the first word of it was taken for her phone; 0: none yet */
    int64_t moved_at;
    char *name;       /* of the customer: first name, else what he calls himself, else his address */
    char *channel;
    char *agent;      /* who has it; "" nobody yet */
    char *text;       /* what the customer said last */
    bool is_open;     /* the conversation is a person's */
    bool is_hers;     /* `agent` is one of her ids */
};
struct told_list {
    struct told_case *list; /* by number */
    size_t count;
};
int told_cases(struct db *db, int64_t contact, struct told_list *cases, struct error *error);
void told_list_release(struct told_list *cases);

/* 1, 0 (never told of any), -1. */
struct colleague {
    int64_t contact, handover, since, quiet_until, late_until;
};
int colleague_get(struct db *db, int64_t contact, struct colleague *colleague, struct error *error);
int colleague_put(struct db *db, const struct colleague *colleague, struct error *error);
int colleague_any(struct db *db, struct error *error); /* 1, 0, -1 */

/* Texts that wait for a number; those past their time are dropped unseen. The texts come in order, each appended with a NUL. */
int kept_put(struct db *db, int64_t message, int64_t contact, int64_t until_at, struct error *error);
int kept_texts(struct db *db, int64_t contact, int64_t now, int64_t longest_ms, struct buf *texts, size_t *count,
               struct error *error);
int kept_drop(struct db *db, int64_t contact, struct error *error);

/* Of a conversation's customer, appended: as in struct told_case; and the address. */
int handover_customer(struct db *db, int64_t conversation, struct buf *name, struct buf *address, struct error *error);

/* Did whoever writes in it write for cases of hers alone, all the time? 1, 0, -1. */
int handover_is_work(struct db *db, int64_t conversation, struct error *error);

/* Who wrote an outbox row's text on her own phone, in which case (the newest of its conversation), and the text, appended.
 * 1, 0 (nobody), -1. */
int handover_author(struct db *db, int64_t outbox, int64_t *contact, int64_t *number, struct buf *text, struct error *error);

/* What the customer said last in it, at most `max` messages, oldest first, each appended as its text and the JSON array of the
 * addresses of what he sent with it, both with a NUL. */
int handover_words(struct db *db, int64_t conversation, int max, struct buf *texts, size_t *count, struct error *error);

#endif
