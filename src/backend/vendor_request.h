/*
 * vendor_request: the parts of a request that kinds have in common. Pure.
 */
#ifndef BACKEND_VENDOR_REQUEST_H
#define BACKEND_VENDOR_REQUEST_H

#include "backend/vendor.h"
#include "base/json.h"

enum { VENDOR_REQUEST_MAX = 1024 * 1024 }; /* bytes of a body */

/* Copies both; a header that is there already (in any case) keeps its first value, so that the row's own win. */
void vendor_request_header(struct vendor_request *request, const char *name, const char *value);

/* How the key goes along, if the row has one. */
void vendor_request_key(struct vendor_request *request, const struct backend *backend, enum backend_auth auth,
                        const char *name);

/* The address `path` below `base`: before its query, and not once more where `base` ends with it. */
void vendor_request_url(struct vendor_request *request, const char *base, const char *path);

/* The host in an address, without port: *len bytes of it. */
const char *vendor_url_host(const char *url, size_t *len);

/* "max_tokens", under the name that a vendor has for it, and "temperature", as far as the row says something. */
void vendor_request_limits(const struct backend *backend, struct jsonw *w, const char *max_tokens);

#endif
