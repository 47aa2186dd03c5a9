/*
 * gate: see the header for what is refused.
 *
 * Smuggling lives on two readers who disagree where a request ends or what it asks for. libmicrohttpd 0.9.75
 * takes the first of two Content-Lengths, prefers chunked where both framings are given, reads
 * "Content-Length :" as an unknown header and so the body as the next request, hands out the raw chunks of
 * "gzip, chunked", and cuts a path at %00. A proxy in front may read each of them the other way. So all that
 * can be read two ways is refused, and nothing is repaired: the first fault found is kept and the caller
 * answers 400 and closes.
 *
 * The target is looked at as sent, before anything is decoded. In the path the decoded bytes choose the
 * route, so no escaped control byte or backslash may stand there either. In the query they are data (an
 * identity may hold a backslash), except %00: libmicrohttpd would cut the value there and one user would
 * pass for another.
 *
 * Out of reach from here, because the library resolves them before we see the headers: bare LF as line end,
 * and folded lines. A proxy in front cleans both.
 */
#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "daemon/gate.h"

static void refuse(struct gate *gate, const char *fault)
{
    if (gate->fault == NULL)
        gate->fault = fault;
}

static bool is_name(const char *text, size_t len, const char *name)
{
    return strlen(name) == len && strncasecmp(text, name, len) == 0;
}

/* A token of RFC 9110: what a header's name may be made of. */
static bool is_token(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (!ascii_is_digit(c) && !ascii_is_letter(c) && (c == '\0' || strchr("!#$%&'*+-.^_`|~", c) == NULL))
            return false;
    }
    return len > 0;
}

static bool is_plain_number(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!ascii_is_digit((unsigned char)text[i]))
            return false;
    return len > 0 && len <= 18;
}

static bool is_control(unsigned c)
{
    return c < 0x20 || c == 0x7f;
}

static bool has_control(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (is_control((unsigned char)text[i]) && text[i] != '\t')
            return true;
    return false;
}

void gate_header(struct gate *gate, const char *name, size_t name_len, const char *value, size_t value_len)
{
    if (!is_token(name, name_len))
        refuse(gate, "a header's name holds a blank or another byte that may not stand there");
    if (has_control(value, value_len))
        refuse(gate, "a header's value holds a control byte");

    if (is_name(name, name_len, "Content-Length")) {
        gate->content_lengths++;
        if (!is_plain_number(value, value_len))
            refuse(gate, "Content-Length is no plain number");
    } else if (is_name(name, name_len, "Transfer-Encoding")) {
        gate->transfer_encodings++;
        if (value_len != 7 || memcmp(value, "chunked", 7) != 0)
            refuse(gate, "Transfer-Encoding is not exactly chunked");
    } else if (is_name(name, name_len, "Host")) {
        gate->hosts++;
    }
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* The byte that %XX at `text` stands for, or -1 when it is no escape. */
static int escaped_byte(const char *text)
{
    if (text[0] != '%')
        return -1;
    int high = hex_digit(text[1]);
    int low = high < 0 ? -1 : hex_digit(text[2]);
    return low < 0 ? -1 : high * 16 + low;
}

void gate_target(struct gate *gate, const char *target)
{
    bool in_query = false;
    for (const char *at = target; *at != '\0'; at++) {
        int escaped = escaped_byte(at);
        if (is_control((unsigned char)*at))
            refuse(gate, "the target holds a control byte");
        if (escaped == 0)
            refuse(gate, "the target holds %00");
        if (*at == '?')
            in_query = true;
        if (in_query)
            continue;
        if (*at == '\\' || escaped == '\\')
            refuse(gate, "the path holds a backslash");
        if (escaped > 0 && is_control((unsigned)escaped))
            refuse(gate, "the path holds an escaped control byte");
    }
}

void gate_version(struct gate *gate, const char *version)
{
    if (strcmp(version, "HTTP/1.0") == 0 && gate->transfer_encodings > 0)
        refuse(gate, "HTTP/1.0 knows no Transfer-Encoding");
    else if (strcmp(version, "HTTP/1.0") != 0 && strcmp(version, "HTTP/1.1") != 0)
        refuse(gate, "only HTTP/1.1 and HTTP/1.0 are spoken here");
}

const char *gate_verdict(const struct gate *gate)
{
    if (gate->fault != NULL)
        return gate->fault;
    if (gate->content_lengths > 1)
        return "more than one Content-Length";
    if (gate->transfer_encodings > 1)
        return "more than one Transfer-Encoding";
    if (gate->hosts > 1)
        return "more than one Host";
    if (gate->content_lengths > 0 && gate->transfer_encodings > 0)
        return "Content-Length beside Transfer-Encoding";
    return NULL;
}
