/*
 * mailbox: how other threads hand work to the engine. Bounded by count and bytes; full means "busy, later",
 * decided before anything was promised.
 *
 * A producer reserves, then (for a parked call) parks, then puts; a put after a successful reserve cannot
 * fail. The engine takes all that waits, in order. Ownership of a mail goes over with the put. `wake` is
 * called after each put on an empty box (curl_multi_wakeup). Any thread may reserve, put, close;
 * the engine alone takes.
 */
#ifndef DAEMON_MAILBOX_H
#define DAEMON_MAILBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct http_call;
struct inbound_result;
struct ruleset;
struct rulefiles;

enum mail_kind {
    MAIL_WEBHOOK, /* body, channel, claimed_user, content_type, read */
    MAIL_COMMAND, /* name, body: JSON arguments */
    MAIL_RULESET, /* ruleset, files, name: the actor, or `ruleset` NULL and the refusal of the folder in body */
};

struct mail {
    enum mail_kind kind;
    struct mail *next;
    struct http_call *call; /* parked; settled by the engine. NULL: nobody waits */
    char *channel, *claimed_user, *content_type, *name; /* owned, may be NULL */
    char *body;                                         /* owned; NUL behind */
    size_t body_len;
    struct inbound_result *read; /* owned; NULL: the engine reads it */
    struct ruleset *ruleset; /* owned */
    struct rulefiles *files; /* owned, from the heap (alloc_new) */
    bool is_folder;          /* MAIL_RULESET: the files are those in the daemon's own folder */
    char *folder;            /* MAIL_RULESET: that folder, owned; NULL: there is none */
    int64_t rollback;        /* MAIL_RULESET: the files are those of this ruleset; 0: they are not */
    size_t reserved;         /* bytes; set by mailbox_put */
};

struct mail *mail_new(enum mail_kind kind);
void mail_free(struct mail *mail); /* what it still owns; not the call */

struct mailbox *mailbox_new(size_t max_count, size_t max_bytes, void (*wake)(void *), void *wake_context);
void mailbox_free(struct mailbox *mailbox);
bool mailbox_reserve(struct mailbox *mailbox, size_t bytes); /* false: full or closed */
void mailbox_put(struct mailbox *mailbox, struct mail *mail, size_t reserved_bytes);
/* At most `max_count` mails or about `max_bytes`, as a list in order; NULL when empty. Frees their places. */
struct mail *mailbox_take(struct mailbox *mailbox, size_t max_count, size_t max_bytes);
void mailbox_close(struct mailbox *mailbox); /* no further reservations */
size_t mailbox_count(struct mailbox *mailbox);

#endif
