/*
 * command: a command line understood by one table.
 *
 * A command is a pattern: literal words, then typed holes. "outbox show ID", "rules check [DIR]", "say
 * CONVERSATION TEXT..." A hole in brackets may be missing; TEXT... takes all words that are left. Words may
 * be shortened as long as one command is meant; options stand anywhere, as --limit 5 or --limit=5, shortened
 * likewise; "--" ends them. A command line that fits nothing gets a sentence with the nearest one (ctl/stray.h).
 * Help comes from the same table.
 */
#ifndef CTL_COMMAND_H
#define CTL_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

struct call;

/* Exit codes. BUSY is sysexits' TEMPFAIL: try again. */
enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_NOTHING = 3, EXIT_BUSY = 75 };

enum option_id {
    OPTION_DB,
    OPTION_ADMIN,
    OPTION_RULES,
    OPTION_JSON,
    OPTION_CSV,
    OPTION_HELP,
    OPTION_VERSION,
    OPTION_OWNER,
    OPTION_SINCE,
    OPTION_RULE,
    OPTION_USER,
    OPTION_LIMIT,
    OPTION_STATE,
    OPTION_AS,
    OPTION_SCRIPT,
    OPTION_STRICT,
    OPTION_UNTIL,
    OPTION_LANGUAGE,
    OPTION_KIND,
    OPTION_URL,
    OPTION_ENV,
    OPTION_COST,
    OPTION_AT,
    OPTION_DOT,
    OPTION_AS_TALK,
    OPTION_SAVE,
    OPTION_BY,
    OPTION_PHONE,
    OPTION_CHANNEL,
    OPTION_FLOW,
    OPTION_BACKEND,
    OPTION_OUTCOME,
    OPTION_UNANSWERED,
    OPTION_COPIES,
    OPTION_NOW,
    OPTION_NO_PAGER,
    OPTION_AS_RULES,
    OPTION_FORCE,
    OPTION_CHECK,
    OPTION_DEEP,
    OPTION_LIVE,
    OPTION_ALL,
    OPTION_HTML,
    OPTION_FOLLOW,
    OPTION_YES,
    OPTION_COUNT,
};

struct option_info {
    const char *name, *value, *help; /* value NULL: a flag */
    bool is_global;
};
extern const struct option_info command_options[OPTION_COUNT];

enum { HOLES_MAX = 3, ALL_COMMANDS_MAX = 96 };

struct command {
    const char *pattern;
    const char *help; /* one line */
    const char *more; /* paragraphs for --help, or NULL */
    uint64_t options; /* OPTION_BITs, beside the global ones */
    bool has_csv;
    int (*run)(struct call *call);
};
#define OPTION_BIT(id) (UINT64_C(1) << (id))
/* What lists can be narrowed by; read with narrow_read (ctl/narrow.h). */
#define OPTION_BITS_PERIOD (OPTION_BIT(OPTION_SINCE) | OPTION_BIT(OPTION_UNTIL))
#define OPTION_BITS_PERSON (OPTION_BIT(OPTION_USER) | OPTION_BIT(OPTION_PHONE) | OPTION_BIT(OPTION_CHANNEL))
#define OPTION_BITS_ANSWER                                                                                     \
    (OPTION_BIT(OPTION_RULE) | OPTION_BIT(OPTION_FLOW) | OPTION_BIT(OPTION_BACKEND) | OPTION_BIT(OPTION_OWNER) | \
     OPTION_BIT(OPTION_OUTCOME) | OPTION_BIT(OPTION_UNANSWERED))

struct parsed {
    const struct command *command;     /* NULL: no word was given, or only help or the version is wanted */
    char *holes[HOLES_MAX];            /* owned, NULL when missing */
    int64_t numbers[HOLES_MAX];        /* of holes that are numbers */
    const char *options[OPTION_COUNT]; /* borrowed from argv; "" for a flag; NULL: not given */
    const char *words[16];             /* as typed */
    size_t word_count;
};

/*
 * `commands` ends with a NULL pattern. 0, or -1 and a sentence of usage (several lines). parsed_release after
 * both.
 */
int command_parse(const struct command *commands, int argc, char **argv, struct parsed *parsed,
                  struct error *error);
void parsed_release(struct parsed *parsed);

/*
 * Help for what the words begin; without words for the whole program. Sentences are as wide as `columns`, within reason.
 * Returns how many commands it told of.
 */
size_t command_help(const struct command *commands, const char *const *words, size_t word_count,
                    size_t columns, struct buf *out);

#endif
