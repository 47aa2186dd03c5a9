/*
 * install: a MAIL_RULESET into the book and into force. The engine's thread only.
 */
#ifndef DAEMON_INSTALL_H
#define DAEMON_INSTALL_H

#include <stdint.h>

#include "base/error.h"
#include "daemon/mailbox.h"
#include "desk/desk.h"

/*
 * In a transaction of its own: stores the set, commits, adopts it, tells who waits for it; or, for a folder
 * that was refused, keeps the reason. -1: nothing changed, the sender was told nothing, and the transaction
 * may still be open.
 */
int install_mail(struct desk *desk, struct mail *mail, int64_t now, struct error *error);

#endif
