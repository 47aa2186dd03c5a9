/*
 * call: one run of a command: what was typed, where things are, where to show. Owned by main; commands borrow
 * it.
 *
 * The helpers say what went wrong themselves (through the output) and return an exit code, EXIT_DONE when all
 * is well.
 */
#ifndef CTL_CALL_H
#define CTL_CALL_H

#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/zone.h"
#include "ctl/command.h"
#include "ctl/output.h"
#include "store/db.h"

#define CALL_DB_OTHERWISE "frontdesk.db" /* where nobody names a book */

struct call {
    const struct parsed *parsed;
    struct output *output;
    struct buf db_path, admin_path, rules_dir; /* rules_dir may be empty: not given */
    struct buf actor;                          /* "cli anna": in the ledger */
    const struct zones *zones;                 /* by call_zones */
    struct call_zone *zone;                    /* by call_zone */
    int64_t now;
};

/*
 * Paths from flags, the file that --env names, environment and defaults; the actor from the login. -1: a file
 * that is named cannot be read.
 */
int call_init(struct call *call, const struct parsed *parsed, struct output *output, int64_t now,
              struct error *error);
void call_release(struct call *call);

const struct zones *call_zones(struct call *call);

/*
 * Whose clock people read and type: the business's, as the ruleset in force has it, whatever the terminal's TZ is. NULL, the
 * machine's, while no rules are in force. Read once, and the output is told of it.
 */
const struct zone *call_zone(const struct call *call);

/* That of another book, a backup, for what is told from now on. */
void call_take_zone(const struct call *call, struct db *db);

/* Says the sentence and returns the code. */
int call_fail(const struct call *call, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The book, opened for reading and of this program's schema. Close it with db_close. */
int call_open(const struct call *call, struct db **db);

/* A failure of reading: busy or failed. Returns the code. */
int call_read_failed(const struct call *call, const struct db *db, const struct error *error);

/*
 * A CONVERSATION as typed, to look at or to act on. A number that is another customer's id as well is the conversation's: who
 * looks is told so, and who acts is refused, since to see the wrong one is seen, and to speak into it tells one customer what was
 * meant for another. (Where what is shown is for a file, there is no place to tell: it is refused as well.)
 */
int call_find(const struct call *call, struct db *db, const char *typed, int64_t *id);
int call_find_to_act(const struct call *call, struct db *db, const char *typed, int64_t *id);

/* --limit, --since and --until; without them `otherwise` and 0. */
int call_limit(const struct call *call, int64_t otherwise, int64_t *limit);
int call_since(const struct call *call, int64_t *since);
int call_until(const struct call *call, int64_t *until);

/* When today began, where the business is. */
int64_t call_midnight(const struct call *call);

/* --language must be a tag, as in ko or pt-BR, where the command takes any. EXIT_DONE, also where it is not given. */
int call_check_language(const struct call *call);

/* --NAME must be one of the words (NULL-terminated; NULL: those of ctl/option_words.h). */
int call_check_word(const struct call *call, enum option_id option, const char *const *words);

#endif
