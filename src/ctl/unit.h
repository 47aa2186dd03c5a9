/*
 * unit: the unit of systemd that runs the daemon on this machine, as its files say, those that "systemctl edit" writes with them.
 * `root` is the folder that stands for /, "" for that itself.
 */
#ifndef CTL_UNIT_H
#define CTL_UNIT_H

#include <stdbool.h>

#include "base/buf.h"

bool unit_is_installed(const char *root);

/* Is the process the daemon that this unit runs? */
bool unit_runs(const char *root, int pid);

/* Does systemd hand `name` to the daemon as a credential, which nobody else sees? From which file is appended: nothing, where
 * that is none, or is not said. */
bool unit_hands_over(const char *root, const char *name, struct buf *source);

#endif
