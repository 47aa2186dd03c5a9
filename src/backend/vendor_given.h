/*
 * vendor_given: what a backend answers in a talk (rules/talk.h), as the owner wrote it down instead of asking anybody.
 *
 * A text is Markdown, as a model writes it; of BACKEND_FAQ it goes out as it is. One that begins with a brace is a JSON
 * object of these members, at least one of them:
 *
 *     say    a text, likewise
 *     sent   a text that goes out as it is, in the channel's own marks; in the place of say
 *     do     what the model does beside talking, as in a reply (vendor.h): [{"act": "hand_off", "team": "counter"}, …]
 *
 * Pure.
 */
#ifndef BACKEND_VENDOR_GIVEN_H
#define BACKEND_VENDOR_GIVEN_H

#include <stdbool.h>

#include "backend/vendor.h"
#include "base/error.h"

struct vendor_given { /* owned; the zero value is releasable */
    struct vendor_answer answer; /* VENDOR_ANSWERED or VENDOR_EMPTY */
    bool is_plain;               /* the text goes out as it is */
};

/* -1: it is none, or does what is not on the backend's list. `text` NULL: it says nothing. */
int vendor_given_read(const struct backend *backend, const char *text, struct vendor_given *given, struct error *error);
void vendor_given_release(struct vendor_given *given);

#endif
