/*
 * filter: what a list is narrowed to. One shape for conversations, messages, webhooks, outbox rows and numbers, so that the
 * same options mean the same everywhere. What is NULL, 0 or false leaves all in; all that is given has to hold.
 *
 * A list that a filter's part can mean nothing to does not take it: its command does not offer that option.
 */
#ifndef STORE_FILTER_H
#define STORE_FILTER_H

#include <stdbool.h>
#include <stdint.h>

struct filter { /* texts are borrowed */
    int64_t since, until;     /* since <= time < until, unix milliseconds; of a conversation: that it was heard from */
    const char *user;         /* an external id, Braze id or phone of the contact */
    const char *phone;        /* of the contact, as people write it */
    const char *channel;
    const char *rule;         /* that took a message */
    const char *flow;         /* that took a message, or spoke */
    const char *backend;      /* that was asked */
    const char *owner;        /* bot, agent, closed */
    const char *outcome;      /* of the conversation, as summed up (desk/story.h) */
    bool is_unanswered;       /* a message whose turn is unanswered or held, expired, dead */
    int64_t limit;            /* rows; 0: all */
    const char *state;        /* of the row itself, in the words of its list */
};

#endif
