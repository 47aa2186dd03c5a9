/*
 * transcript: a conversation's messages with what became of them, what followed from it, and the decision behind one message.
 *
 * Rows come in order, through a callback; they are borrowed until it returns. Only reads.
 */
#ifndef STORE_TRANSCRIPT_H
#define STORE_TRANSCRIPT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "store/db.h"
#include "text/pattern.h"

struct transcript_line {
    int64_t id, at, turn, outbox; /* outbox: of the worst part; 0: none */
    const char *kind, *text, *actor, *media;
    const char *state; /* in: of its turn; out, agent: the worst state among its parts; note: "not sent" of an answer that
                          came too late; "" when it has none */
    const char *reason, *campaign; /* of that outbox row; campaign: that carried it. note: why it was not sent */
    int64_t parts; /* outbox rows */
    const char *buttons, *tags; /* JSON arrays: what it offers, what rules noted about it */
    const char *properties;     /* JSON object: further trigger properties */
    int64_t about; /* a notice: the other conversation that it tells of; 0: none */
    int64_t conversation;
    const char *rule;  /* in: that took it; "" none did */
    struct span match; /* in: the words that it was taken by, in the folded text; of nothing where there are none */
    const char *user, *first_name, *language, *channel; /* whose conversation it is, and on which channel */
};

typedef void transcript_row(void *context, const struct transcript_line *line);

/* Messages of a conversation, in order: the first `limit` (0: all) behind the message `after`, since <= at < until (0: ever). */
struct transcript_piece {
    int64_t conversation, after, since, until, limit;
};

/*
 * The number of lines, or -1. transcript_turn: what was said in one turn of the conversation, the customer's part left out.
 * transcript_news: of all conversations, or all of one contact (0: any). transcript_one: of one message.
 */
int transcript_list(struct db *db, const struct transcript_piece *piece, transcript_row *row, void *context,
                    struct error *error);
int transcript_turn(struct db *db, int64_t turn, transcript_row *row, void *context, struct error *error);
int transcript_news(struct db *db, int64_t after, int64_t contact, int64_t limit, transcript_row *row, void *context,
                    struct error *error);
int transcript_one(struct db *db, int64_t message, transcript_row *row, void *context, struct error *error);

struct transcript_head { /* a conversation */
    int64_t id, contact, opened_at, last_in_at, closed_at, message_count, epoch;
    const char *user; /* the contact's address: external id, phone or Braze id */
    const char *first_name, *language, *channel, *owner, *team, *agent;
    bool is_opted_out;
    const char *closed_by, *outcome, *summary, *summary_by; /* as in the schema; "" where there is none */
    int64_t summary_at;
    const char *text; /* the newest message of the customer */
    bool has_media;   /* … and a picture or a file came with it */
};
typedef void transcript_head_row(void *context, const struct transcript_head *head);

/*
 * The number of heads, or -1. transcript_heads: of all conversations of the same contact that fall into since … until
 * (0: ever), the oldest first.
 */
int transcript_head(struct db *db, int64_t conversation, transcript_head_row *row, void *context, struct error *error);
int transcript_heads(struct db *db, int64_t conversation, int64_t since, int64_t until, transcript_head_row *row,
                     void *context, struct error *error);

/* What a conversation has done to the customer's Braze profile, as far as nothing later has taken its place: values by name,
 * then what is done once, in order. */
struct transcript_written {
    const char *kind;        /* set, unset; increment, array_add, array_remove, event */
    const char *name, *value; /* a JSON literal */
    const char *wanted_by;
    const char *state, *reason; /* accepted, waiting, claimed, refused, unknown */
    int64_t at, settled_at;     /* wanted; taken by Braze or refused, 0: neither */
};
typedef void transcript_written_row(void *context, const struct transcript_written *written);
int transcript_list_written(struct db *db, int64_t conversation, transcript_written_row *row, void *context,
                            struct error *error);

/* The notices that tell of a conversation, in order; of one that was split each part. */
struct transcript_notice {
    int64_t message, conversation, outbox, at; /* of the text, in the recipient's own conversation */
    const char *name, *user, *channel, *text;
    const char *properties, *state, *reason, *campaign; /* campaign: that carried it */
    bool is_to_business;
};
typedef void transcript_notice_row(void *context, const struct transcript_notice *notice);
int transcript_list_notices(struct db *db, int64_t conversation, transcript_notice_row *row, void *context,
                            struct error *error);

struct transcript_decision {
    int64_t message, conversation, turn, at, ruleset;
    const char *text, *user, *channel, *turn_state;
    bool has_media;
    const char *rule; /* NULL: no rule won */
    const char *action;
    const char *state, *trace; /* JSON, as the decision left them */
};

typedef void transcript_decision_row(void *context, const struct transcript_decision *decision);

/*
 * Why was it answered so? For a message of the bot: the decision about the message that it answers. 1, 0, -1.
 */
int transcript_why(struct db *db, int64_t message, transcript_decision_row *row, void *context,
                   struct error *error);

/* Into how many messages the text was split of which this is the first. */
int transcript_parts(struct db *db, int64_t message, int64_t *parts, struct error *error);

/* Whose conversation it is. 1, 0, -1. */
int transcript_contact(struct db *db, int64_t conversation, int64_t *contact, struct error *error);

/* The customer's newest message that has been decided, in whichever conversation of the same contact. 1, 0, -1. */
int transcript_newest(struct db *db, int64_t conversation, int64_t *message, struct error *error);

/* Questions that were put to backends for a turn, in order. */
struct transcript_question {
    int64_t outbox, round, created_at, settled_at;
    const char *wanted_by, *wanted; /* the rule or step, and the backend that it wanted */
    const char *backend;            /* that answered, or was to be asked last */
    const char *state, *reason;     /* of the outbox row */
};
typedef void transcript_question_row(void *context, const struct transcript_question *question);
int transcript_questions(struct db *db, int64_t turn, transcript_question_row *row, void *context, struct error *error);

/* What happened to them on the way, in order. */
struct transcript_step {
    int64_t outbox, at, took_ms, status;
    const char *backend;
    const char *class; /* of the attempt: answered, failed …; fallback: the next of the chain was to be asked; "": no end seen */
    const char *reason;
};
typedef void transcript_step_row(void *context, const struct transcript_step *step);
int transcript_steps(struct db *db, int64_t turn, transcript_step_row *row, void *context, struct error *error);

/* The turn that a message belongs to and its state; 0 and "" when it has none. 1, 0, -1. */
int transcript_turn_of(struct db *db, int64_t message, int64_t *turn, char state[16], struct error *error);

#endif
