/*
 * vendor_failure: answers that are none: what a status and an error's body mean for us. Pure.
 *
 * The status decides, by a table; the codes and sayings of vendors refine it: a 429 may mean that no money is left, a
 * 400 that a content filter struck. Bodies of 401 and 403 are never repeated, for they may hold parts of the key.
 */
#ifndef BACKEND_VENDOR_FAILURE_H
#define BACKEND_VENDOR_FAILURE_H

#include "backend/vendor.h"
#include "base/json.h"

/* Sets class, reason and wait_ms for a status outside of 2xx. `root`: the body as JSON; NULL: it is none. */
void vendor_failure_read(const struct backend *backend, const struct vendor_wire *wire, const struct json *root,
                         struct vendor_answer *answer);

/* The same for an error inside a 2xx: {"error": {"code": 502, "message": …}}, as gateways send it. Returns the class. */
enum vendor_class vendor_failure_inside(const struct backend *backend, const struct json *root,
                                        struct vendor_answer *answer);

#endif
