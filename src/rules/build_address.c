/*
 * build_address: where a service or a backend is, and which key opens it.
 *
 * An address is typed out up to its path: a value that chose the host would let a customer choose it. Plain
 * http goes to this machine only, and addresses of this machine or of a private network are taken only where
 * the setting allow_local_backends is yes. Literal addresses are judged here; what a name leads to is judged by
 * whoever connects.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/address.h"
#include "base/ascii.h"
#include "rules/build.h"

struct address {
    const char *column; /* where it stands */
    bool is_plain;      /* http */
    const char *host;
    size_t host_len;
};

static int check_port(const char *port, size_t len)
{
    char *end;
    if (len == 0 || len > 5 || strspn(port, "0123456789") < len)
        return -1;
    long number = strtol(port, &end, 10);
    return number > 0 && number <= 65535 ? 0 : -1;
}

/* The authority: host and perhaps a port. */
static int read_authority(const struct row *row, const char *start, size_t len, struct address *address,
                          struct error *error)
{
    const char *bracket = *start == '[' ? memchr(start, ']', len) : NULL;
    const char *colon = memchr(bracket != NULL ? bracket : start, ':', len - (size_t)(bracket != NULL ? bracket - start : 0));
    for (size_t i = 0; i < len; i++)
        if (start[i] == '{' || start[i] == '}')
            return row_refuse(row, error, "%s: the host is written out; a value may stand behind it only, as in "
                                          "https://shop.example.com/orders/{{ order }}",
                              address->column);
    if (memchr(start, '@', len) != NULL)
        return row_refuse(row, error, "%s holds a name or a key before its host; put the key into an environment "
                                      "variable, and name that in key_env",
                          address->column);
    address->host = start;
    address->host_len = colon != NULL ? (size_t)(colon - start) : len;
    if (colon != NULL && check_port(colon + 1, len - address->host_len - 1) != 0)
        return row_refuse(row, error, "%s: a port is a number from 1 to 65535, not '%.*s'",
                          address->column, (int)(len - address->host_len - 1), colon + 1);
    if (address->host_len == 0 || strspn(start, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._:[]") <
                                      address->host_len)
        return row_refuse(row, error, "%s: '%.*s' is no host; it looks like shop.example.com", address->column,
                          (int)address->host_len, start);
    return 0;
}

static int read_address(const struct row *row, const char *url, struct address *address, struct error *error)
{
    const char *start = strncasecmp(url, "https://", 8) == 0 ? url + 8 : strncasecmp(url, "http://", 7) == 0 ? url + 7 : NULL;
    if (start == NULL)
        return row_refuse(row, error, "%s begins with https://, as in https://shop.example.com/orders, not like '%.20s'",
                          address->column, url);
    address->is_plain = start == url + 7;
    for (const char *at = url; *at != '\0'; at++)
        if (*at == '\\' || *at == '#' || (unsigned char)*at < ' ' || *at == 0x7f)
            return row_refuse(row, error, "%s holds %s, which no address has there", address->column,
                              *at == '\\' ? "a backslash" : *at == '#' ? "a #" : "a line break or a tab");
    return read_authority(row, start, strcspn(start, "/?"), address, error);
}

static int judge_address(const struct ruleset *ruleset, const struct row *row, const struct address *address,
                         struct error *error)
{
    enum address_kind kind = address_kind(address->host, address->host_len);
    int len = (int)address->host_len;
    if (kind == ADDRESS_ODD)
        return row_refuse(row, error, "%s: '%.*s' is an address to some and none to others; write it out, as in 192.0.2.10",
                          address->column, len, address->host);
    if (address->is_plain && kind != ADDRESS_LOOPBACK)
        return row_refuse(row, error, "%s: plain http, which anybody on the way can read, is for this machine only; write "
                                      "https://",
                          address->column);
    if (kind == ADDRESS_BARRED)
        return row_refuse(row, error, "%s: '%.*s' is %s", address->column, len, address->host, address_kind_words(kind));
    if (!address_is_allowed(kind, ruleset_setting_number(ruleset, "allow_local_backends") != 0))
        return row_refuse(row, error,
                          "%s: '%.*s' is %s; where that is meant: INSERT INTO setting (name, value) VALUES "
                          "('allow_local_backends', 'yes');",
                          address->column, len, address->host, address_kind_words(kind));
    return 0;
}

/* Blanks stand inside of {{ }} only. */
static int check_blanks(const struct row *row, const char *column, const char *url, struct error *error)
{
    bool is_inside = false;
    for (const char *at = url; *at != '\0'; at++) {
        if (strncmp(at, "{{", 2) == 0)
            is_inside = true;
        else if (strncmp(at, "}}", 2) == 0)
            is_inside = false;
        if (*at == ' ' && !is_inside)
            return row_refuse(row, error, "%s holds a blank; in an address that is %%20", column);
    }
    return 0;
}

int build_check_url(const struct ruleset *ruleset, const struct row *row, const char *column, const char *url,
                    struct error *error)
{
    struct address address = { .column = column };
    if (read_address(row, url, &address, error) != 0 || judge_address(ruleset, row, &address, error) != 0)
        return -1;
    return check_blanks(row, column, url, error);
}

/* What lets somebody speak for frontdesk itself is nobody else's business. */
static bool is_own_secret(const char *name)
{
    return strncmp(name, "FRONTDESK_", 10) == 0 || strncmp(name, "BRAZE_", 6) == 0;
}

int build_take_env(const struct row *row, const char *column, const char *noun, const char *example, const char **env,
                   struct error *error)
{
    const char *key = row_value(row, column);
    *env = key;
    if (key != NULL && is_own_secret(key))
        return row_refuse(row, error, "%s: %s is frontdesk's own, and goes to no %s; name a variable for this one", column, key,
                          noun);
    if (key == NULL ||
        (key[strspn(key, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")] == '\0' && !ascii_is_digit(key[0])))
        return 0;
    return row_refuse(row, error, "%s is the name of the environment variable that holds the %s, in capitals, as in %s; the %s "
                                  "itself never stands in a rule file",
                      column, strcmp(column, "key_env") == 0 ? "key" : "secret", example,
                      strcmp(column, "key_env") == 0 ? "key" : "secret");
}

int build_take_key(const struct row *row, const char *noun, const char **key_env, struct error *error)
{
    return build_take_env(row, "key_env", noun, "SHOP_API_KEY", key_env, error);
}
