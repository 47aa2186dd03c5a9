/*
 * sandbox_http: a strict reader of HTTP/1.1 requests.
 *
 * http_parse is called again with all bytes so far until a request is whole. It looks for the empty line
 * first, cuts the head into lines, and checks every line before it believes any of them. Nothing is written
 * into the bytes until head and body are complete, so that it may be called as often as bytes arrive; only
 * then are the texts terminated in place.
 *
 * Strictness is the point: what a client gets past this reader should get past any server. Refused are
 * bare LF line ends, folded header lines, blanks before the colon, control characters, a second Host or
 * Content-Length, a length that is not digits, HTTP/1.0, and any Transfer-Encoding (411: frontdesk always
 * knows the length of what it sends, and two ways to frame a body are one too many).
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"

#include "sandbox_http.h"

enum { METHOD_MAX = 7, TARGET_MAX = 8000, LENGTH_DIGITS_MAX = 12 };

struct span {
    const char *at;
    size_t len;
};

struct draft { /* a request whose texts are not terminated yet */
    struct span method, path, query;
    struct span names[HTTP_HEADERS_MAX], values[HTTP_HEADERS_MAX];
    size_t header_count, host_count, length_count;
    uint64_t body_len;
    bool is_closing, wants_continue;
};

static const char TOKEN_MARKS[] = "!#$%&'*+-.^_`|~";

static bool is_token(struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        bool is_alnum = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        if (!is_alnum && (c == '\0' || strchr(TOKEN_MARKS, c) == NULL))
            return false;
    }
    return text.len > 0;
}

static bool span_is(struct span text, const char *word)
{
    return text.len == strlen(word) && strncasecmp(text.at, word, text.len) == 0;
}

static bool read_length(struct span text, uint64_t *length)
{
    uint64_t number = 0;

    if (text.len == 0 || text.len > LENGTH_DIGITS_MAX)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
        number = number * 10 + (uint64_t)(text.at[i] - '0');
    }
    *length = number;
    return true;
}

static const char *read_target(struct span target, struct draft *draft)
{
    if (target.len == 0 || target.len > TARGET_MAX || target.at[0] != '/')
        return "The target must be a path.";
    for (size_t i = 0; i < target.len; i++)
        if (target.at[i] <= ' ' || target.at[i] > '~')
            return "The target holds a character that must be escaped.";
    const char *mark = memchr(target.at, '?', target.len);
    size_t path_len = mark != NULL ? (size_t)(mark - target.at) : target.len;
    draft->path = (struct span){ target.at, path_len };
    if (mark != NULL)
        draft->query = (struct span){ mark + 1, target.len - path_len - 1 };
    return NULL;
}

static const char *read_request_line(struct span line, struct draft *draft, int *status)
{
    static const char VERSION[] = " HTTP/1.1";
    size_t version_len = sizeof VERSION - 1;
    const char *blank = memchr(line.at, ' ', line.len);

    if (blank == NULL || blank == line.at || blank - line.at > METHOD_MAX)
        return "The request line must read: METHOD /path HTTP/1.1.";
    draft->method = (struct span){ line.at, (size_t)(blank - line.at) };
    for (size_t i = 0; i < draft->method.len; i++)
        if (line.at[i] < 'A' || line.at[i] > 'Z')
            return "The method must be upper-case letters.";
    if (line.len < version_len || memcmp(line.at + line.len - version_len, VERSION, version_len) != 0) {
        *status = 505;
        return "Only HTTP/1.1 is spoken here.";
    }
    const char *end = line.at + line.len - version_len;
    if (end <= blank)
        return "The request line lacks a target.";
    return read_target((struct span){ blank + 1, (size_t)(end - blank - 1) }, draft);
}

static const char *note_header(struct span name, struct span value, struct draft *draft, int *status)
{
    if (span_is(name, "Host")) {
        draft->host_count++;
    } else if (span_is(name, "Content-Length")) {
        draft->length_count++;
        if (!read_length(value, &draft->body_len))
            return "Content-Length must be a plain number.";
    } else if (span_is(name, "Transfer-Encoding")) {
        *status = 411;
        return "Send a Content-Length: chunked requests are not taken here.";
    } else if (span_is(name, "Connection")) {
        draft->is_closing = span_is(value, "close");
    } else if (span_is(name, "Expect")) {
        draft->wants_continue = span_is(value, "100-continue");
    }
    return NULL;
}

static const char *read_header(struct span line, struct draft *draft, int *status)
{
    const char *colon = memchr(line.at, ':', line.len);

    if (draft->header_count == HTTP_HEADERS_MAX) {
        *status = 431;
        return "Too many headers.";
    }
    if (colon == NULL)
        return "A header line lacks its colon.";
    struct span name = { line.at, (size_t)(colon - line.at) };
    struct span value = { colon + 1, line.len - name.len - 1 };
    if (!is_token(name))
        return "A header name holds a blank or another illegal character.";
    while (value.len > 0 && (value.at[0] == ' ' || value.at[0] == '\t'))
        value = (struct span){ value.at + 1, value.len - 1 };
    while (value.len > 0 && (value.at[value.len - 1] == ' ' || value.at[value.len - 1] == '\t'))
        value.len--;
    for (size_t i = 0; i < value.len; i++)
        if (((unsigned char)value.at[i] < ' ' && value.at[i] != '\t') || value.at[i] == 0x7f)
            return "A header value holds a control character.";
    draft->names[draft->header_count] = name;
    draft->values[draft->header_count++] = value;
    return note_header(name, value, draft, status);
}

static const char *read_head(const char *bytes, size_t head_len, struct draft *draft, int *status)
{
    const char *at = bytes, *end = bytes + head_len - 2; /* without the empty line */
    const char *why = NULL;

    *status = 400;
    while (at < end && why == NULL) {
        const char *stop = memmem(at, (size_t)(end - at), "\r\n", 2);
        struct span line = { at, (size_t)(stop - at) };
        if (memchr(line.at, '\n', line.len) != NULL || memchr(line.at, '\r', line.len) != NULL)
            return "Lines must end with CR LF.";
        why = at == bytes ? read_request_line(line, draft, status) : read_header(line, draft, status);
        at = stop + 2;
    }
    if (why == NULL && draft->host_count != 1)
        why = "Exactly one Host header is needed.";
    if (why == NULL && draft->length_count > 1)
        why = "More than one Content-Length.";
    return why;
}

static const char *terminate(char *bytes, struct span text)
{
    if (text.at == NULL)
        return "";
    bytes[text.at - bytes + (ptrdiff_t)text.len] = '\0';
    return text.at;
}

static void finish(char *bytes, const struct draft *draft, struct http_request *request)
{
    request->method = terminate(bytes, draft->method);
    request->path = terminate(bytes, draft->path);
    request->query = terminate(bytes, draft->query);
    for (size_t i = 0; i < draft->header_count; i++) {
        request->headers[i].name = terminate(bytes, draft->names[i]);
        request->headers[i].value = terminate(bytes, draft->values[i]);
    }
    request->header_count = draft->header_count;
    request->keep_alive = !draft->is_closing;
}

enum http_progress http_parse(char *bytes, size_t len, struct http_request *request, size_t *used,
                              int *status, const char **why)
{
    struct draft draft = { 0 };
    const char *gap = memmem(bytes, len < HTTP_HEAD_MAX ? len : HTTP_HEAD_MAX, "\r\n\r\n", 4);

    request->wants_continue = false;
    request->body_len = 0;
    if (gap == NULL && len < HTTP_HEAD_MAX)
        return HTTP_MORE;
    if (gap == NULL) {
        *status = 431;
        *why = "The headers are too long.";
        return HTTP_BAD;
    }
    size_t head_len = (size_t)(gap - bytes) + 4;
    *why = read_head(bytes, head_len, &draft, status);
    if (*why == NULL && draft.body_len > HTTP_BODY_MAX) {
        *status = 413;
        *why = "Request Entity Too Large: the body is over 4 MB.";
    }
    if (*why != NULL)
        return HTTP_BAD;
    request->body_len = (size_t)draft.body_len;
    if (len - head_len < request->body_len) {
        request->wants_continue = draft.wants_continue && len == head_len;
        return HTTP_MORE;
    }
    finish(bytes, &draft, request);
    request->body = bytes + head_len;
    *used = head_len + request->body_len;
    return HTTP_READY;
}

const char *http_header(const struct http_request *request, const char *name)
{
    for (size_t i = 0; i < request->header_count; i++)
        if (strcasecmp(request->headers[i].name, name) == 0)
            return request->headers[i].value;
    return NULL;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int decode(const char *text, size_t len, struct buf *out)
{
    for (size_t i = 0; i < len; i++) {
        if (text[i] != '%') {
            buf_add_char(out, text[i]);
            continue;
        }
        int high = len - i >= 3 ? hex_digit(text[i + 1]) : -1;
        int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
        if (low < 0 || high * 16 + low == 0)
            return -1;
        buf_add_char(out, (char)(high * 16 + low));
        i += 2;
    }
    return 1;
}

int http_query(const char *query, const char *name, struct buf *value)
{
    size_t name_len = strlen(name);

    while (*query != '\0') {
        size_t len = strcspn(query, "&");
        if (len > name_len && query[name_len] == '=' && memcmp(query, name, name_len) == 0)
            return decode(query + name_len + 1, len - name_len - 1, value);
        query += len + (query[len] == '&');
    }
    return 0;
}

int http_query_int(const char *query, const char *name, int64_t least, int64_t most, int64_t *number)
{
    struct buf text = { 0 };
    int found = http_query(query, name, &text);

    if (found == 1) {
        char *end = NULL;
        long long value = strtoll(buf_text(&text), &end, 10);
        if (text.len == 0 || text.len > 18 || *end != '\0' || value < least || value > most)
            found = -1;
        else
            *number = value;
    }
    buf_release(&text);
    return found;
}

const char *http_reason(int status)
{
    static const struct {
        int status;
        const char *reason;
    } REASONS[] = {
        { 200, "OK" },
        { 201, "Created" },
        { 204, "No Content" },
        { 301, "Moved Permanently" },
        { 302, "Found" },
        { 400, "Bad Request" },
        { 401, "Unauthorized" },
        { 402, "Payment Required" },
        { 403, "Forbidden" },
        { 404, "Not Found" },
        { 405, "Method Not Allowed" },
        { 408, "Request Timeout" },
        { 411, "Length Required" },
        { 413, "Payload Too Large" },
        { 415, "Unsupported Media Type" },
        { 422, "Unprocessable Entity" },
        { 424, "Failed Dependency" },
        { 429, "Too Many Requests" },
        { 431, "Request Header Fields Too Large" },
        { 500, "Internal Server Error" },
        { 502, "Bad Gateway" },
        { 503, "Service Unavailable" },
        { 504, "Gateway Timeout" },
        { 505, "HTTP Version Not Supported" },
        { 529, "Overloaded" },
    };

    for (size_t i = 0; i < sizeof REASONS / sizeof REASONS[0]; i++)
        if (REASONS[i].status == status)
            return REASONS[i].reason;
    return "Status";
}

void http_format_head(int status, const char *type, const char *headers, int64_t length, bool keep_alive,
                      struct buf *out)
{
    buf_addf(out, "HTTP/1.1 %d %s\r\nContent-Type: %s\r\n", status, http_reason(status), type);
    buf_add_text(out, headers);
    if (length < 0)
        buf_add_text(out, "Transfer-Encoding: chunked\r\n");
    else
        buf_addf(out, "Content-Length: %lld\r\n", (long long)length);
    if (!keep_alive)
        buf_add_text(out, "Connection: close\r\n");
    buf_add_text(out, "\r\n");
}
