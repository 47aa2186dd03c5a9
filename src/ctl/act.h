/*
 * act: everything that changes the book goes through here. While a daemon runs, it is asked over its admin
 * socket; while none does, the CLI takes the writer's lock and does the same through the same functions
 * (desk/desk.h).
 *
 * The socket is tried first. Only when nobody listens there is the lock taken; whoever loses that race is
 * told "busy". An answer that takes long is waited for, and whoever watches a terminal is told; but a daemon that
 * does not say any more that it lives is given up.
 */
#ifndef CTL_ACT_H
#define CTL_ACT_H

#include "base/json.h"
#include "ctl/call.h"
#include "store/rulefile.h"

/*
 * Does what desk_command documents; `arguments` is its JSON object, the actor included. EXIT_DONE with the
 * answer in *reply (json_free it), or a code after the sentence was said.
 */
int act_run(struct call *call, const char *name, const char *arguments, struct json **reply);

/*
 * For what only a daemon does: the same, but EXIT_NOBODY, without a word, when there is none.
 */
enum { EXIT_NOBODY = -1 };
int act_ask(struct call *call, const char *name, const char *arguments, struct json **reply);

/* Makes the files the ruleset in force. The same returns. */
int act_load_rules(struct call *call, const struct rulefiles *files, struct json **reply);

/*
 * Makes the files of an earlier ruleset a new load, in force. The same returns. Both answers have "folder", the
 * folder that the next start looks at (null: not known), and "is_folder": it holds these very files.
 */
int act_rollback_rules(struct call *call, int64_t number, struct json **reply);

/*
 * Is there a daemon? MUTE: the book is held, but nobody listens at the socket; FROZEN: somebody does, and says
 * nothing. Ask before the book is opened for reading: the look at the lock opens and closes the file by hand,
 * which would drop SQLite's own locks on it.
 */
enum daemon_state { DAEMON_DOWN, DAEMON_UP, DAEMON_MUTE, DAEMON_FROZEN };
enum daemon_state act_daemon_state(struct call *call);

/* Appends what is to be said, and done, where the book is held and nobody listens at the socket. */
void act_tell_held(const struct call *call, struct buf *out);

/* What the daemon tells of itself (daemon/status.h); json_free it. NULL: nobody answers. */
struct json *act_facts(const struct call *call);

#endif
