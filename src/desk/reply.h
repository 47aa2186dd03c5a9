/*
 * reply: a text on its way to the customer: cut into parts that the channel takes, each a message and an
 * outbox row.
 */
#ifndef DESK_REPLY_H
#define DESK_REPLY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "desk/desk.h"
#include "store/conversation.h"

struct reply {         /* borrowed */
    int64_t turn;      /* 0: of none */
    const char *kind;  /* out, agent */
    const char *actor; /* the rule, or the person */
    const char *text;
    const char *campaign; /* a campaign row's name, "" for the channel's default */
    const char *buttons; /* JSON array of texts to offer below the last part; NULL: none */
    const char *properties; /* JSON object of further trigger properties; NULL: none */
    int64_t until;  /* when it is too late; 0: as the setting reply_expires says, from now on */
    bool is_consent;
    bool has_marks; /* text/markdown wrote it: where it is cut, marks are closed and opened again */
    const char *notice;   /* the name of the notice that it is; its text may be NULL then: the campaign's own. NULL: none */
    int64_t about;        /* the conversation that this tells of */
    int64_t handover;     /* as in store/notice_row.h */
    const char *withheld; /* why it is put into the book and never leaves; NULL: it is to */
};

/* Queues it under the conversation's present epoch; *message is its first message. */
int reply_queue(struct desk *desk, const struct conversation *conversation, const struct reply *reply,
                int64_t now, int64_t *message, struct error *error);

#endif
