/*
 * generate_message: the rows of one message of a talk: what the customer writes, with its webhook and decision, and what is
 * said to her, with its outbox row.
 *
 * The text is what stands in town->text; town's other buffers are scratch, and change.
 */
#ifndef TOOLS_GENERATE_MESSAGE_H
#define TOOLS_GENERATE_MESSAGE_H

#include "generate_town.h"

enum {
    SECOND_MS = 1000,
    MINUTE_MS = 60 * SECOND_MS,
    MESSAGE_PENDING_MS = MINUTE_MS, /* before the end: answers that have not left yet */
};

/* What becomes of an answer. */
struct fate {
    const char *turn, *row; /* states */
    const char *reason;
    int64_t ended_at;       /* 0: it has not */
    int64_t took_ms;
};

const char *message_channel(const struct person *person);
void message_identity(struct town *town, int32_t who); /* "external:guest-00000042" into town->identity */

/* The fate, by the dice, of an answer that is ready at that time. */
struct fate message_choose_fate(struct town *town, int64_t at);

/* Heard at that time; the turn, which ends as `fate` at closed_at. `rule`: NULL where none took it. */
int64_t message_hear(struct town *town, struct talk *talk, int64_t at, const char *fate, const char *rule, const char *action,
                     int64_t closed_at);

/* Said in that turn, by a person where it is 0; for sure: it is accepted. */
void message_say(struct town *town, struct talk *talk, int64_t at, int64_t turn, const char *actor, const struct fate *fate);
void message_say_for_sure(struct town *town, struct talk *talk, int64_t at, int64_t turn, const char *actor);

#endif
