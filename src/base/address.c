/*
 * address: see the header.
 *
 * The lists follow IANA's registries of special addresses. Of IPv6 only what is given out to anybody (2000::/3) can be
 * public, less what that holds for documentation and for protocols. Whatever carries an IPv4 address inside (mapped,
 * NAT64, 6to4) is judged by that; the deprecated form ::10.0.0.1 is nobody's.
 *
 * Clouds tell their machines secrets at addresses that lie in private and even in public networks: those come first.
 */
#include <arpa/inet.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/address.h"
#include "base/ascii.h"

enum { HOST_MAX = 255 };

struct range {
    unsigned char bytes[16];
    int bits;
};

static const struct range BARRED4[] = {
    { { 100, 100, 100, 200 }, 32 }, { { 168, 63, 129, 16 }, 32 }, /* Alibaba's, Azure's; others' are link-local */
    { { 0 }, 8 },                   { { 169, 254 }, 16 },         { { 192, 0, 0 }, 24 },
    { { 192, 0, 2 }, 24 },          { { 192, 88, 99 }, 24 },      { { 198, 51, 100 }, 24 },
    { { 203, 0, 113 }, 24 },        { { 224 }, 3 },
};

static const struct range PRIVATE4[] = {
    { { 10 }, 8 }, { { 100, 64 }, 10 }, { { 172, 16 }, 12 }, { { 192, 168 }, 16 }, { { 198, 18 }, 15 },
};

static const struct range BARRED6[] = {
    { { 0xfd, 0, 0x0e, 0xc2 }, 32 },       /* Amazon's */
    { { 0xfd, 0, 0, 0xc1 }, 32 },          /* Oracle's */
    { { 0xfd, 0x20, 0, 0xce }, 32 },       /* Google's */
    { { 0x20, 0x01, 0 }, 23 },             /* protocols, Teredo */
    { { 0x20, 0x01, 0x0d, 0xb8 }, 32 },    { { 0x3f, 0xff }, 20 }, /* documentation */
};

static const struct range PRIVATE6[] = { { { 0xfc }, 7 } };
static const struct range GLOBAL6[] = { { { 0x20 }, 3 } };

/* Where an IPv4 address stands inside: behind so many bits, at that byte. */
static const struct {
    struct range range;
    size_t at;
} INNER[] = {
    { { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff }, 96 }, 12 }, /* mapped */
    { { { 0, 0x64, 0xff, 0x9b }, 96 }, 12 },                     /* NAT64 */
    { { { 0x20, 0x02 }, 16 }, 2 },                               /* 6to4 */
};

static bool is_in(const unsigned char *bytes, const struct range *range)
{
    int whole = range->bits / 8, rest = range->bits % 8;
    unsigned mask = (0xff00u >> rest) & 0xff;
    return memcmp(bytes, range->bytes, (size_t)whole) == 0 &&
           (rest == 0 || (bytes[whole] & mask) == (range->bytes[whole] & mask));
}

static bool is_listed(const unsigned char *bytes, const struct range *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (is_in(bytes, &list[i]))
            return true;
    return false;
}

#define IS_LISTED(bytes, list) is_listed((bytes), (list), sizeof(list) / sizeof(list)[0])

static enum address_kind kind4(const unsigned char *bytes)
{
    if (bytes[0] == 127)
        return ADDRESS_LOOPBACK;
    if (IS_LISTED(bytes, BARRED4))
        return ADDRESS_BARRED;
    return IS_LISTED(bytes, PRIVATE4) ? ADDRESS_PRIVATE : ADDRESS_PUBLIC;
}

static enum address_kind kind6(const unsigned char *bytes)
{
    static const unsigned char LOOPBACK[16] = { [15] = 1 };
    if (memcmp(bytes, LOOPBACK, sizeof LOOPBACK) == 0)
        return ADDRESS_LOOPBACK;
    for (size_t i = 0; i < sizeof INNER / sizeof INNER[0]; i++)
        if (is_in(bytes, &INNER[i].range))
            return kind4(bytes + INNER[i].at);
    if (IS_LISTED(bytes, BARRED6))
        return ADDRESS_BARRED;
    if (IS_LISTED(bytes, PRIVATE6))
        return ADDRESS_PRIVATE;
    return IS_LISTED(bytes, GLOBAL6) ? ADDRESS_PUBLIC : ADDRESS_BARRED;
}

enum address_kind address_kind_bytes(const unsigned char *bytes, size_t len)
{
    return len == 4 ? kind4(bytes) : kind6(bytes);
}

/* Its last part is a number, so that some reader somewhere takes it for an address. */
static bool ends_in_number(const char *host, size_t len)
{
    size_t at = len;
    while (at > 0 && host[at - 1] != '.')
        at--;
    if (at == len)
        return len > 0 && ends_in_number(host, len - 1); /* a dot at the end */
    if (len - at > 2 && strncasecmp(host + at, "0x", 2) == 0)
        return strspn(host + at + 2, "0123456789abcdefABCDEF") >= len - at - 2;
    return strspn(host + at, "0123456789") >= len - at;
}

static bool is_localhost(const char *host, size_t len)
{
    static const char NAME[] = "localhost";
    size_t name_len = sizeof NAME - 1;
    len -= len > 0 && host[len - 1] == '.';
    if (len < name_len || strncasecmp(host + len - name_len, NAME, name_len) != 0)
        return false;
    return len == name_len || host[len - name_len - 1] == '.';
}

enum address_kind address_kind(const char *host, size_t len)
{
    char text[HOST_MAX + 1];
    unsigned char bytes[16];
    if (len > 2 && host[0] == '[' && host[len - 1] == ']') {
        host++;
        len -= 2;
    }
    if (len == 0 || len > HOST_MAX)
        return ADDRESS_ODD;
    memcpy(text, host, len);
    text[len] = '\0';
    if (inet_pton(AF_INET, text, bytes) == 1)
        return kind4(bytes);
    if (inet_pton(AF_INET6, text, bytes) == 1)
        return kind6(bytes);
    if (strchr(text, ':') != NULL || ends_in_number(text, len))
        return ADDRESS_ODD;
    return is_localhost(text, len) ? ADDRESS_LOOPBACK : ADDRESS_NAME;
}

bool address_is_allowed(enum address_kind kind, bool may_be_local)
{
    switch (kind) {
    case ADDRESS_NAME:
    case ADDRESS_PUBLIC: return true;
    case ADDRESS_LOOPBACK:
    case ADDRESS_PRIVATE: return may_be_local;
    case ADDRESS_BARRED:
    case ADDRESS_ODD: break;
    }
    return false;
}

const char *address_kind_words(enum address_kind kind)
{
    static const char *const WORDS[] = {
        [ADDRESS_NAME] = "a name",
        [ADDRESS_PUBLIC] = "a public address",
        [ADDRESS_LOOPBACK] = "this machine",
        [ADDRESS_PRIVATE] = "an address of a private network",
        [ADDRESS_BARRED] = "no service's address (link-local, multicast, reserved, or where a cloud tells its machines secrets)",
        [ADDRESS_ODD] = "an address to some and none to others",
    };
    return WORDS[kind];
}
