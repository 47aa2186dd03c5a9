/*
 * remedy: a command to type, such that it means this very desk when it is pasted: what --env, --db, --admin and --rules said of
 * the command under way goes into it. Where no unit of systemd is installed, "systemctl start frontdeskd" and "systemctl restart
 * frontdeskd" become what starts it by hand.
 */
#ifndef CTL_REMEDY_H
#define CTL_REMEDY_H

#include "base/buf.h"
#include "ctl/call.h"

/* Appends it. Only what begins with "frontdesk " is changed, and how the daemon is started; a folder of rules that nobody named
 * is asked for as DIR, a file of settings as FILE. */
void remedy_add(const struct call *call, const char *remedy, struct buf *out);

#endif
