/*
 * fetch_reach: where a call may lead. A name says nothing about that, nor does the address that it had a moment ago: each
 * address is judged when it is about to be connected to. Pure; any thread.
 */
#ifndef DAEMON_FETCH_REACH_H
#define DAEMON_FETCH_REACH_H

#include <stdbool.h>
#include <sys/socket.h>

enum fetch_reach {
    FETCH_ANYWHERE, /* the operator has named the host */
    FETCH_PUBLIC,   /* neither this machine nor a private network, nor what base/address.h bars */
    FETCH_LOCAL_TOO /* all but what that bars */
};

enum { FETCH_REFUSAL_MAX = 256 };

/* Of a URL that stands in a rule file. false: why not, as the end of a sentence. `is_plain`: without TLS. */
bool fetch_reach_allows(enum fetch_reach reach, bool is_plain, const struct sockaddr *address,
                        char refusal[FETCH_REFUSAL_MAX]);

/* Does the host of a URL stand for this machine, whatever the resolver says? */
bool fetch_reach_is_loopback(const char *host);

#endif
