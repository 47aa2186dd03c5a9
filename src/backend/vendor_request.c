/*
 * vendor_request: see the header.
 */
#include <string.h>
#include <strings.h>

#include "backend/vendor_request.h"
#include "base/alloc.h"

void vendor_request_header(struct vendor_request *request, const char *name, const char *value)
{
    static const size_t MAX = sizeof request->headers / sizeof request->headers[0];

    for (size_t i = 0; i < request->header_count; i++)
        if (strcasecmp(request->headers[i].name, name) == 0)
            return;
    if (request->header_count < MAX)
        request->headers[request->header_count++] = (struct vendor_header){ alloc_text(name), alloc_text(value) };
}

void vendor_request_key(struct vendor_request *request, const struct backend *backend, enum backend_auth auth,
                        const char *name)
{
    if (backend->key_env == NULL)
        return;
    request->auth = auth;
    request->auth_name = name;
    request->region = auth == AUTH_SIGV4 ? backend->region : NULL;
}

static bool ends_with(const char *text, size_t len, const char *end)
{
    size_t end_len = strlen(end);

    return len >= end_len && memcmp(text + len - end_len, end, end_len) == 0;
}

void vendor_request_url(struct vendor_request *request, const char *base, const char *path)
{
    size_t len = strcspn(base, "?");
    const char *query = base + len;

    while (len > 0 && base[len - 1] == '/')
        len--;
    buf_add(&request->url, base, len);
    if (!ends_with(base, len, path))
        buf_add_text(&request->url, path);
    buf_add_text(&request->url, query);
}

const char *vendor_url_host(const char *url, size_t *len)
{
    const char *scheme = strstr(url, "://");
    const char *host = scheme != NULL ? scheme + 3 : url;

    *len = strcspn(host, ":/?");
    return host;
}

void vendor_request_limits(const struct backend *backend, struct jsonw *w, const char *max_tokens)
{
    if (backend->max_tokens > 0)
        jsonw_int(w, max_tokens, backend->max_tokens);
    if (backend->temperature != NULL)
        jsonw_raw(w, "temperature", backend->temperature);
}
