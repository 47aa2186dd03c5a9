/*
 * loader: rule files into a proven ruleset, on a thread of their own, so that the road goes on while ten
 * thousand rules are compiled and prove themselves. What comes out is put into the mailbox; the engine makes
 * it the one in force. Only one load at a time: another one meanwhile waits for it.
 */
#ifndef DAEMON_LOADER_H
#define DAEMON_LOADER_H

#include <stdint.h>

#include "base/error.h"
#include "base/zone.h"
#include "daemon/mailbox.h"
#include "rules/ruleset.h"
#include "store/rulefile.h"

struct http_call;
struct loader;

/* The book is only read, for rollbacks. `folder` is the daemon's own, NULL: it has none. Both outlive the loader. */
struct loader *loader_new(struct mailbox *mailbox, const struct zones *zones, const char *db_path,
                          const char *folder);
void loader_free(struct loader *loader); /* waits for a load under way */

/*
 * Any thread. The files come from `files` (taken over) or, when that is NULL, from the daemon's folder, which it
 * must have. `call` is parked and gets the outcome; NULL: the outcome is only logged.
 */
void loader_start(struct loader *loader, struct rulefiles *files, const char *actor, struct http_call *call);

/* The same with the files of ruleset `number`; desk/rollback.h says when it is refused. */
void loader_start_rollback(struct loader *loader, int64_t number, const char *actor, struct http_call *call);

#endif
