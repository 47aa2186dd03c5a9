/*
 * backup: a copy of a book that is in use, for a command that wants to look long without holding up the daemon.
 */
#ifndef CTL_BACKUP_H
#define CTL_BACKUP_H

#include "ctl/call.h"

/* By the daemon, replacing what is there. An exit code after the sentence was said, or EXIT_NOBODY: no daemon runs. */
int backup_beside(struct call *call, const char *path);

#endif
