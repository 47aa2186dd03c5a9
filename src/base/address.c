/*
 * address: see the header.
 *
 * PRIVATE lists what no stranger's server lives at, after IANA's registries of special addresses. Whatever
 * carries an IPv4 address inside (mapped, NAT64, 6to4) is judged by that.
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

static const struct range PRIVATE4[] = {
    { { 0 }, 8 },               { { 10 }, 8 },             { { 100, 64 }, 10 },      { { 169, 254 }, 16 },
    { { 172, 16 }, 12 },        { { 192, 0, 0 }, 24 },     { { 192, 0, 2 }, 24 },    { { 192, 168 }, 16 },
    { { 198, 18 }, 15 },        { { 198, 51, 100 }, 24 },  { { 203, 0, 113 }, 24 },  { { 224 }, 3 },
};

static const struct range PRIVATE6[] = {
    { { 0 }, 96 }, { { 0x01, 0 }, 64 }, { { 0x20, 0x01, 0x0d, 0xb8 }, 32 }, { { 0xfc }, 7 },
    { { 0xfe, 0x80 }, 9 }, { { 0xff }, 8 },
};

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

static enum address_kind kind4(const unsigned char *bytes)
{
    if (bytes[0] == 127)
        return ADDRESS_LOOPBACK;
    return is_listed(bytes, PRIVATE4, sizeof PRIVATE4 / sizeof PRIVATE4[0]) ? ADDRESS_PRIVATE : ADDRESS_PUBLIC;
}

static enum address_kind kind6(const unsigned char *bytes)
{
    static const unsigned char LOOPBACK[16] = { [15] = 1 };
    if (memcmp(bytes, LOOPBACK, sizeof LOOPBACK) == 0)
        return ADDRESS_LOOPBACK;
    for (size_t i = 0; i < sizeof INNER / sizeof INNER[0]; i++)
        if (is_in(bytes, &INNER[i].range))
            return kind4(bytes + INNER[i].at);
    return is_listed(bytes, PRIVATE6, sizeof PRIVATE6 / sizeof PRIVATE6[0]) ? ADDRESS_PRIVATE : ADDRESS_PUBLIC;
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
