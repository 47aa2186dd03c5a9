/*
 * admin: the routes of the admin socket (mode 0600: whoever may connect may command).
 *
 *     POST /v1/commands/NAME            a person's act (desk/desk.h), a backup (daemon/keeper.h), a look (daemon/examiner.h);
 *                                       its arguments are JSON
 *     POST /v1/commands/rules-load      {"files":[{"name","text"}],"actor"}; without files it is the daemon's own folder
 *     POST /v1/commands/rules-rollback  {"ruleset":N,"actor"}
 *     GET  /v1/status                   the engine's facts as JSON
 *     GET  /metrics /healthz /readyz
 *
 * A call with the header X-Frontdesk-Book (base/disk.h: the identity of the file that the caller reads) is answered 421 where
 * this daemon keeps another book: the caller's numbers of conversations would be somebody else's.
 */
#ifndef DAEMON_ADMIN_H
#define DAEMON_ADMIN_H

#include "daemon/http.h"
#include "daemon/loader.h"
#include "daemon/mailbox.h"
#include "daemon/status.h"

struct admin_context {
    struct mailbox *mailbox;
    struct loader *loader;
    struct status *status;
    const char *book;         /* its identity */
    const char *rules_folder; /* for rules-load without files; NULL: none */
};

const struct http_route *admin_routes(void);

#endif
