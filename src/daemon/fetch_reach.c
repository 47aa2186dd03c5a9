/*
 * fetch_reach: see the header.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/address.h"
#include "daemon/fetch_reach.h"

static enum address_kind kind_of(const struct sockaddr *address, char text[INET6_ADDRSTRLEN])
{
    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *v4 = (const void *)address;
        inet_ntop(AF_INET, &v4->sin_addr, text, INET6_ADDRSTRLEN);
        return address_kind_bytes((const void *)&v4->sin_addr, 4);
    }
    if (address->sa_family == AF_INET6) {
        const struct sockaddr_in6 *v6 = (const void *)address;
        inet_ntop(AF_INET6, &v6->sin6_addr, text, INET6_ADDRSTRLEN);
        return address_kind_bytes((const void *)&v6->sin6_addr, 16);
    }
    snprintf(text, INET6_ADDRSTRLEN, "no internet address");
    return ADDRESS_BARRED;
}

bool fetch_reach_allows(enum fetch_reach reach, bool is_plain, const struct sockaddr *address,
                        char refusal[FETCH_REFUSAL_MAX])
{
    char text[INET6_ADDRSTRLEN];
    enum address_kind kind = kind_of(address, text);

    if (is_plain && kind != ADDRESS_LOOPBACK)
        snprintf(refusal, FETCH_REFUSAL_MAX,
                 "its host leads to %s, and plain http, which anybody on the way can read, is for this machine only", text);
    else if (!address_is_allowed(kind, reach == FETCH_LOCAL_TOO))
        snprintf(refusal, FETCH_REFUSAL_MAX, "its host leads to %s, which is %s%s", text, address_kind_words(kind),
                 address_is_allowed(kind, true) ? "; the setting allow_local_backends is no" : "");
    else
        return true;
    return false;
}

bool fetch_reach_is_loopback(const char *host)
{
    struct in_addr address;

    if (strcmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0)
        return true;
    /* A name such as 127.0.0.1.example.com is no address. */
    return inet_pton(AF_INET, host, &address) == 1 && ntohl(address.s_addr) >> 24 == 127;
}
