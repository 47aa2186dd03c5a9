/*
 * sandbox_script: the list of faults that were ordered, and which one the next request meets.
 */
#ifndef TOOLS_SANDBOX_SCRIPT_H
#define TOOLS_SANDBOX_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/json.h"

#include "sandbox_braze.h"

enum { FAULTS_MAX = 1000 };

enum fault_kind {
    FAULT_PASS,
    FAULT_STATUS,
    FAULT_LATE,
    FAULT_DRIP,
    FAULT_HANG,
    FAULT_TAKE_AND_HANG,
    FAULT_RESET_BEFORE,
    FAULT_RESET_AFTER,
    FAULT_GARBAGE,
    FAULT_HTML,
    FAULT_HUGE,
    FAULT_GZIP,
    FAULT_LYING_LENGTH,
    FAULT_NOTICE,
    FAULT_ERRORS,
    FAULT_LIMIT_EPOCH,
    FAULT_LIMIT_SECONDS,
    FAULT_LIMIT_TRACK,
    FAULT_LIMIT_RETRY_AFTER,
    FAULT_LIMIT_EMPTY,
    FAULT_DOWN,
    FAULT_EMPTY,
    FAULT_BROKEN,
    FAULT_OVERTAKEN,
    FAULT_SAY,
    FAULT_TOOL,
    FAULT_CUT,
    FAULT_LONG,
    FAULT_DECLINE,
    FAULT_FILTER,
    FAULT_OVERLOADED,
    FAULT_NO_MONEY,
    FAULT_KIND_COUNT,
};

struct fault_type {
    const char *name;
    const char *argument; /* its name in JSON; NULL: takes none */
    int64_t least, most, otherwise;
    bool is_taken; /* are the messages delivered all the same? */
    const char *help;
    bool is_ai;       /* what an AI vendor says: meets its requests only, and only sound ones */
    const char *text; /* which of its texts a line gives behind the "=": "text" or "tool"; NULL: takes none */
    bool needs_text;
};

const struct fault_type *fault_type(enum fault_kind kind);

struct fault {
    enum fault_kind kind;
    int64_t times; /* 0: for ever */
    int64_t argument;
    int64_t percent; /* of the requests that it fits; 0: all of them */
    bool is_taken;
    char *path;    /* prefix, or NULL: every path of Braze, none of the shop; of AI vendors where the kind is theirs */
    char *user;    /* only requests that address this user, or NULL */
    char *of;      /* only requests to this AI vendor, or to this model; or NULL */
    char *headers; /* finished lines, or NULL */
    char *body;    /* or NULL */
    char *text;    /* what the model says, or NULL */
    char *tool, *arguments; /* which tool it calls, or NULL; with which JSON object, or NULL: {} */
};

struct script {
    struct fault *faults;
    size_t count;
    struct fault current; /* the one that script_next gave, when its times were used up */
    uint64_t dice;        /* the seed of those that come by chance */
};

/* No more faults; the dice go on. */
void script_clear(struct script *script);

/* Adds an array of faults (or one). Either all are added or none. */
int script_add_json(struct script *script, const char *text, size_t len, struct error *error);

/*
 * Adds "NAME[=ARGUMENT] [with JSON] [xN|x*] [N%] [taken|kept] [on PATH] [of NAME] [for USER]"; a bare status ("503") is a name
 * too.
 */
int script_add_text(struct script *script, const char *text, struct error *error);

/*
 * The fault that this request meets, counted down, or NULL. Valid until the script is touched again. `verdict` NULL: it is
 * none to Braze, and meets only faults that name its path and nobody.
 */
const struct fault *script_next(struct script *script, const char *path, const struct verdict *verdict);

/* The same for a request to an AI vendor, which may have been refused. */
const struct fault *script_next_ai(struct script *script, const char *path, const char *vendor, const char *model,
                                   bool is_refused);

/* Appends {"format":1,"faults":[…]}: what is still to come. */
void script_format(const struct script *script, struct buf *out);

#endif
