/*
 * story: what happened in a conversation, as far as its summary tells it: what was said and by whom, which rules and
 * backends answered, which dialogues ran and how they ended, what was collected. story_load reads it out of the book; the
 * rest is pure.
 *
 * The outcome is one word, the first of these that is true:
 *
 *     opted_out    the customer wants to hear nothing more
 *     person       a person of the business spoke, or holds the conversation, or held it when it was closed
 *     unanswered   the customer's last message got no answer, or an apology that nobody could answer, or what the fallback
 *                  says to whatever comes; thanks and the like behind it do not count, nor where one of them was answered
 *                  and nothing else was said
 *     flow_left    the newest dialogue did not come to its end: broken off, given up, out of time
 *     flow_done    the newest dialogue came to its end
 *     answered     all else: nothing that was asked is open
 */
#ifndef DESK_STORY_H
#define DESK_STORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "desk/desk.h"
#include "store/conversation.h"
#include "store/parting.h"

enum {
    STORY_TEXTS_MAX = 400,            /* the newest */
    STORY_BYTES_MAX = 64 * 1024,      /* of all of them: with the text that reaches so far it begins */
    STORY_TEXT_BYTES_MAX = 2000,      /* of one */
    STORY_POLITE_BYTES_MAX = 8 * 1024, /* of the customer's newest texts: all further back counts as said in earnest */
    STORY_EVENTS_MAX = 100
};

enum story_voice { VOICE_CUSTOMER, VOICE_BOT, VOICE_PERSON };

struct story_text { /* owned texts */
    enum story_voice voice;
    char *text;   /* valid UTF-8, shortened, no control characters but line feeds; "" where there were no words */
    char *rule;   /* of the customer: that took it; "" none did */
    char *action; /* of the customer: what that did (decision_action); "" it is not decided */
    int64_t turn;
    bool is_answered; /* of the customer: something reached him that was meant for this, or nothing had to */
    bool is_polite;   /* of the customer: nothing but a courtesy (summary_is_courtesy) */
    bool has_media;
    bool is_lost;     /* ours: it never reached him */
};

struct story_flow { /* owned texts */
    char *name;
    char *end;    /* done, closed, cancelled, expired …: flow_end of the ledger; handed_over: by a step of its own; "" it began
                     and nothing more is known */
};

struct story { /* owned; the zero value is releasable */
    struct story_text *texts; /* oldest first */
    size_t text_count, text_room;
    struct story_flow *flows; /* oldest first */
    size_t flow_count, flow_room;
    char *backends[8]; /* that answered, each once, the newest first */
    size_t backend_count;
    struct buf variables;     /* JSON object of texts: what rules have set and the customer has answered; empty: none */
    char team[128];           /* that it was handed over to last; "" */
    char closed_by[CLOSED_BY_MAX]; /* "" of a hand-over */
    const char *language;     /* of the business, its tag; borrowed from the ruleset */
    bool is_close, is_opted_out, has_person_spoken, is_held;
};

/* 0, -1. */
int story_load(struct desk *desk, const struct conversation *conversation, const struct parting *parting, struct story *story,
               struct error *error);
void story_release(struct story *story);

const char *story_outcome(const struct story *story);

/* The newest rule that took a message, the dialogue that began last; "": none. Borrowed. */
const char *story_rule(const struct story *story);
const char *story_flow(const struct story *story);

/* Did the dialogue come to its own end? */
bool story_flow_is_done(const struct story *story, const struct story_flow *flow);

/* By a step of its own: that may be its end, or its way out where it could not come to that. */
bool story_flow_was_handed_over(const struct story_flow *flow);

#endif
