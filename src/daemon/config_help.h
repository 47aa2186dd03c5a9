/*
 * config_help: what the daemon can be told, for --help and the page frontdeskd(8). Pure constants; any thread.
 */
#ifndef DAEMON_CONFIG_HELP_H
#define DAEMON_CONFIG_HELP_H

#include <stdbool.h>

#include "base/buf.h"

struct config_variable {
    const char *name, *help;
    const char *otherwise; /* the default, for people; NULL: there is none */
    const char *flag;      /* NULL: it has no flag */
    const char *value;     /* of the flag: FILE, DIR … */
    bool is_required;
};

extern const struct config_variable config_variables[]; /* ends with a NULL name */

void config_format_help(struct buf *out);

#endif
