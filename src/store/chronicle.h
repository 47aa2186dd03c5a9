/*
 * chronicle: what happened in a conversation, for its summary: texts with their fate, dialogues, who held it. Rows come
 * through callbacks and are borrowed until these return. Only reads.
 */
#ifndef STORE_CHRONICLE_H
#define STORE_CHRONICLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "store/db.h"

struct chronicle_line {
    int64_t turn;          /* 0: none */
    const char *kind;      /* in, out, agent */
    const char *text;
    const char *rule;      /* in: that took it; "" */
    const char *action;    /* in: say, step, consult …; "" it is not decided */
    const char *turn_state;
    bool has_media;
    bool is_lost;          /* out, agent: it ended without being sent, whole or in part */
    bool is_given_up;      /* in: a backend was to answer it, and none could */
};
/* false: no more of them. */
typedef bool chronicle_text(void *context, const struct chronicle_line *line);

/* The newest `most` texts of a conversation, the newest first: 0, -1. None that tells its reader of another one. */
int chronicle_texts(struct db *db, int64_t conversation, int most, chronicle_text *text, void *context, struct error *error);

struct chronicle_event {
    const char *kind;  /* flow, flow_end, handoff, take, release, answer, opt_out, opt_in */
    const char *actor, *detail;
};
typedef void chronicle_deed(void *context, const struct chronicle_event *event);

/* The newest `most` events of those kinds, the newest first: 0, -1. */
int chronicle_events(struct db *db, int64_t conversation, int most, chronicle_deed *deed, void *context, struct error *error);

#endif
