/*
 * keeper: backups of the book while it is in use. The engine's thread only; a thread of its own checks what has been copied
 * and makes it durable, for that takes long and needs the book no more (store/copy.h).
 *
 * One backup at a time. These commands of the admin socket are its own, and are answered at once:
 *
 *     backup            {"path":"/…","replace":false,"note":true,"actor":"…"}: begins one; {"backup":N}. Without note
 *                       it is a copy for a while, and the book does not remember it
 *     backup-progress   {"backup":N}: {"state":"copying" | "checking" | "done" | "failed","pages","pages_left",
 *                       "error","bytes","webhooks","messages","newest_at"}; the last one is remembered when it has ended
 *     backup-cancel     {"backup":N}: breaks it off, as the end of the daemon does
 *
 * A backup goes on when the one who began it is gone. A copy for a while does not: when nobody has asked for it for
 * KEEPER_LENT_MS it is broken off, and what is done is removed, if its name is still there; so it is at the end of the daemon.
 */
#ifndef DAEMON_KEEPER_H
#define DAEMON_KEEPER_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/mailbox.h"
#include "desk/desk.h"

struct keeper;

enum { KEEPER_LENT_MS = 5000 };

/* `wake` is called by its thread when it is done. Signals must be blocked: the thread inherits the mask. */
struct keeper *keeper_new(void (*wake)(void *), void *context);
void keeper_free(struct keeper *keeper); /* breaks off what is under way; before the book is closed */

bool keeper_wants(const struct mail *mail);

/* Answers the mail and frees it. Not inside a transaction. */
void keeper_take(struct keeper *keeper, struct desk *desk, struct mail *mail);

/*
 * A step when one is due, between two rounds; a round that brought messages (is_busy) puts it off, but not for ever. What has
 * ended is noted in the book.
 */
void keeper_work(struct keeper *keeper, struct desk *desk, bool is_busy, bool is_short_of_disk);

/* At most this long may be waited before keeper_work is called again; -1: as long as one likes. */
int keeper_wait_ms(const struct keeper *keeper);

#endif
