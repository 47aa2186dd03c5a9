/*
 * address: what the host of a web address is: a name, or a literal address and where that leads. A name is
 * judged when it is looked up, by whoever connects, address by address; this looks nothing up. Pure; any thread.
 */
#ifndef BASE_ADDRESS_H
#define BASE_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

enum address_kind {
    ADDRESS_NAME,     /* shop.example.com */
    ADDRESS_PUBLIC,   /* a literal address that anybody may have */
    ADDRESS_LOOPBACK, /* this machine: 127.0.0.0/8, ::1, localhost and the names below it */
    ADDRESS_PRIVATE,  /* a network of one's own: 10.0.0.0/8, 100.64.0.0/10, fc00::/7 … */
    ADDRESS_BARRED,   /* nobody's: what a cloud tells its machines, link-local, multicast, unspecified, reserved */
    ADDRESS_ODD       /* reads as an address somewhere and as none elsewhere: 127.1, 0x7f000001, 010.0.0.1 */
};

/* `host` without port; an IPv6 address with or without its brackets. */
enum address_kind address_kind(const char *host, size_t len);

/* The kind of 4 or 16 bytes in network order. An IPv4 address inside of an IPv6 one is judged as such. */
enum address_kind address_kind_bytes(const unsigned char *bytes, size_t len);

/* May a rule file send us there? To this machine and to private networks where the owner has allowed it. */
bool address_is_allowed(enum address_kind kind, bool may_be_local);

/* What such an address is, for a sentence: "10.0.0.1 is …". */
const char *address_kind_words(enum address_kind kind);

#endif
