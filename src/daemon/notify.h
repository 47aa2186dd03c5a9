/*
 * notify: a word to the service manager (systemd's sd_notify protocol: a datagram to $NOTIFY_SOCKET). Does
 * nothing without one.
 */
#ifndef DAEMON_NOTIFY_H
#define DAEMON_NOTIFY_H

/* "READY=1", "STOPPING=1", "RELOADING=1", "WATCHDOG=1" … */
void notify_manager(const char *state);

#endif
