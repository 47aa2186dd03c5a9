/*
 * markdown_link: see the header. Schemes are a list of the good ones.
 */
#include <string.h>

#include "base/ascii.h"
#include "base/utf8.h"
#include "text/markdown_link.h"

enum { ADDRESS_MAX = 2048 }; /* bytes; a longer one is nothing to read or to tap */

static const struct {
    const char *name;
    bool is_shown; /* as part of the address */
    bool is_number;
} SCHEMES[] = { { "http://", true, false },
                { "https://", true, false },
                { "mailto:", false, false },
                { "tel:", false, true } };
enum { SCHEME_COUNT = sizeof SCHEMES / sizeof SCHEMES[0] };

static int scheme_of(const char *url)
{
    for (int i = 0; i < SCHEME_COUNT; i++)
        if (strncasecmp(url, SCHEMES[i].name, strlen(SCHEMES[i].name)) == 0)
            return i;
    return -1;
}

/* www.example.com/a, but not menu.html#top of an unknown site, #top, /a or ../a. */
static bool begins_with_host(const char *url)
{
    size_t len = strcspn(url, "/?#:");
    const char *dot = memrchr(url, '.', len);

    if (dot == NULL || dot == url || !ascii_is_letter(dot[1]))
        return false;
    if (strncasecmp(dot, ".htm", 4) == 0 || strncasecmp(dot, ".md", 3) == 0 ||
        strncasecmp(dot, ".pdf", 4) == 0)
        return false;
    for (size_t i = 0; i < len; i++)
        if (!ascii_is_letter(url[i]) && !ascii_is_digit(url[i]) && url[i] != '.' && url[i] != '-')
            return false;
    return url[len] != ':' || ascii_is_digit(url[len + 1]);
}

static void add_escaped(const char *url, size_t len, struct buf *out)
{
    uint32_t code;

    for (size_t at = 0, step; at < len; at += step) {
        step = utf8_decode(url + at, len - at, &code);
        if (step == 0)
            step = 1;
        if (code == ' ')
            buf_add_text(out, "%20");
        else if (!utf8_is_control(code))
            buf_add(out, url + at, step);
    }
}

void markdown_link_address(const char *url, struct buf *out)
{
    size_t len = strlen(url);
    int scheme = scheme_of(url);
    size_t skipped = 0;

    if (len > ADDRESS_MAX || (scheme < 0 && !begins_with_host(url)))
        return;
    if (scheme >= 0 && !SCHEMES[scheme].is_shown) {
        skipped = strlen(SCHEMES[scheme].name);
        len = skipped + (SCHEMES[scheme].is_number ? strspn(url + skipped, "+0123456789-.() ")
                                                   : strcspn(url + skipped, "?"));
    }
    if (scheme < 0 || len > strlen(SCHEMES[scheme].name))
        add_escaped(url + skipped, len - skipped, out);
}

static void strip(const char **text, size_t *len)
{
    int scheme = *len > 0 ? scheme_of(*text) : -1;
    size_t size = scheme >= 0 ? strlen(SCHEMES[scheme].name) : 0;

    if (size > 0 && size < *len) {
        *text += size;
        *len -= size;
    }
    if (*len > 4 && strncasecmp(*text, "www.", 4) == 0) {
        *text += 4;
        *len -= 4;
    }
    if (*len > 1 && (*text)[*len - 1] == '/')
        --*len;
}

/* Written with other signs between, a telephone number is still the same: +82 2-123-4567. */
static bool is_same_number(const char *label, size_t len, const char *address)
{
    const char *end = label + len;

    for (; label < end; label++) {
        if (strchr(" -.()", *label) != NULL)
            continue;
        while (*address != '\0' && strchr(" -.()", *address) != NULL)
            address++;
        if ((!ascii_is_digit(*label) && *label != '+') || *label != *address++)
            return false;
    }
    return *address == '\0';
}

bool markdown_link_is_label(const char *label, size_t len, const char *address)
{
    const char *shown = address;
    size_t shown_len = strlen(address);

    if (len > 0 && is_same_number(label, len, address))
        return true;
    strip(&label, &len);
    strip(&shown, &shown_len);
    return len == shown_len && strncasecmp(label, shown, len) == 0;
}
