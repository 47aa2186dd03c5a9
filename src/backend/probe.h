/*
 * probe: a question to a vendor that costs nothing and tells whether it takes the key and knows the model. Pure.
 *
 *     openai       the model's description (Azure: the list of models; a name with a slash: likewise)
 *     anthropic    the model's description
 *     gemini       the model's description
 *     bedrock      a conversation with a role that there is not, whose refusal tells that the signature is good
 *     rasa         its version
 *     http, faq    none: what a service of one's own does with a question, nobody knows
 */
#ifndef BACKEND_PROBE_H
#define BACKEND_PROBE_H

#include "backend/vendor.h"

enum probe_verdict {
    PROBE_WELL,
    PROBE_KEY,    /* it does not take the key */
    PROBE_MODEL,  /* it takes the key, and has no such model for it */
    PROBE_UNTOLD, /* it answered something else: it has no such call, or is unwell */
};

/* 1: asked as in vendor_ask; 0: there is none of this kind; -1: the row cannot be asked at all. */
int probe_build(const struct backend *backend, struct vendor_request *request, struct error *error);

enum probe_verdict probe_read(enum backend_kind kind, const struct vendor_wire *wire);

const char *probe_verdict_name(enum probe_verdict verdict); /* well, key, model, untold */

#endif
