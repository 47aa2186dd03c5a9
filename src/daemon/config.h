/*
 * config: what the daemon is told by flags, environment, secret files (base/env.h). Checked whole before
 * anything is opened; the first fault is a sentence that names the variable and the way out.
 */
#ifndef DAEMON_CONFIG_H
#define DAEMON_CONFIG_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/log.h"

enum { CONFIG_TOKENS_MAX = 16, CONFIG_TOKEN_MIN = 12 };

struct config_tokens {
    char *list[CONFIG_TOKENS_MAX]; /* owned */
    size_t count;
};

struct config {                                  /* owned texts */
    char *env;                                   /* the file of settings; NULL: none */
    char *db, *rules, *listen, *admin, *metrics; /* rules, metrics: NULL when not given */
    struct config_tokens tokens;                 /* of webhooks */
    struct config_tokens agent_tokens;           /* of another desk's agents; none: they may not act */
    char *braze_url, *braze_key;
    int braze_timeout_ms;
    int64_t desk;
    enum log_level level;
};

enum config_wish { CONFIG_RUN, CONFIG_SHOW_HELP, CONFIG_SHOW_VERSION };

/* 0 or -1; with *wish other than CONFIG_RUN nothing else was looked at. *is_usage: the command line itself is
 * at fault (exit 2). */
int config_read(int argc, char **argv, struct config *config, enum config_wish *wish, int *is_usage,
                struct error *error);
/* A name of ours that means nothing is a slip, and what it was to set is not set: it is logged, with the nearest one. */
void config_tell_unknown(void);
void config_release(struct config *config); /* wipes the secrets */

#endif
