/*
 * vendor: what a backend is asked, and what its answer means. Pure: the request holds all but the key, which the
 * daemon adds as `auth` says; the answer is judged by what came over the wire.
 *
 * One file per kind (openai.c, anthropic.c …) builds a request and reads an answer, and nothing more.
 *
 * Acts. What the model may do is on the row's list, and goes to it as tools:
 *
 *     hand_off {"team": one of those listed}     close_conversation {}
 *     start_flow {"flow": one of those listed}   set_variable {"name": one of those listed, "value": text}
 *
 * or, where the row says that it has no tools, as a request to reply with {"say": text, "do": [{"act": "hand_off", …}]}.
 * What it asks for beyond the list comes out as `unlisted`, and is not done. Text from customers goes into
 * messages of the customer's role, never into the system prompt.
 *
 * Templates of BACKEND_HTTP know message (the turn's own, a line each), prompt, session, vendor_session, model,
 * fact.NAME (also fact.variables.NAME), history (what came before the turn) and messages (both). The last two are JSON,
 * [{"role": "user" or "assistant", "content": text}, …], and stand outside of quotes.
 */
#ifndef BACKEND_VENDOR_H
#define BACKEND_VENDOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backend/backend.h"
#include "base/buf.h"
#include "base/error.h"

enum ask_role { ROLE_CUSTOMER, ROLE_BOT, ROLE_COLLEAGUE }; /* a colleague: a person of the business */

struct ask_line { /* borrowed */
    enum ask_role role;
    const char *text;
};

struct consult { /* a question; borrowed */
    const struct backend *backend;
    const char *system;           /* the prompt as rendered, facts and knowledge included; "": none */
    const struct ask_line *lines; /* oldest first; roles in any order. The last ones are the turn's, of the customer */
    size_t line_count, own_count; /* all; of the turn */
    const char *session;          /* the conversation, as a name that tells nothing: "fd-17" */
    const char *vendor_session;   /* what an earlier answer gave at session_at; NULL: none */
    const char *facts;            /* JSON object of what the row allows to tell; for templates {{ fact.NAME }} */
};

/*
 * AUTH_SIGV4: what is signed is the path percent-encoded once more than it is sent, as AWS wants it of all but S3: a
 * model's "v1:0" is v1%3A0 in `url` and v1%253A0 in the canonical request. libcurl before 8.9 signs what it is given.
 */
enum backend_auth { AUTH_NONE, AUTH_BEARER, AUTH_HEADER, AUTH_SIGV4 };

struct vendor_header { /* owned */
    char *name, *value;
};

struct vendor_request { /* owned; the zero value is releasable */
    struct buf url, body;
    bool is_get;
    struct vendor_header headers[BACKEND_HEADERS_MAX + 4];
    size_t header_count;
    enum backend_auth auth;
    const char *auth_name; /* AUTH_HEADER: the header that takes the bare key; AUTH_SIGV4: "bedrock". A literal */
    const char *region;    /* AUTH_SIGV4: borrowed from the row */
};

/* Never of BACKEND_FAQ. -1: it cannot be put (no text, a body that a template made is no JSON, or too large). */
int vendor_ask(const struct consult *consult, struct vendor_request *request, struct error *error);
void vendor_request_release(struct vendor_request *request);

struct vendor_wire { /* an answered call; borrowed */
    int status;
    const char *body;
    size_t body_len;
    const char *retry_after; /* NULL: absent */
};

enum vendor_class {
    VENDOR_ANSWERED, /* text, or deeds, or both */
    VENDOR_DECLINED, /* it will not say that: a refusal, a content filter. Others may be asked */
    VENDOR_EMPTY,    /* sound, and nothing in it */
    VENDOR_GARBAGE,  /* a 2xx that is no answer of its kind */
    VENDOR_BUSY,     /* 429, or overloaded: `wait_ms` */
    VENDOR_FAILED,   /* 5xx, 408 */
    VENDOR_REFUSED,  /* 400, 413, 422 …: never this request */
    VENDOR_STOPPED   /* 401, 402, 403, 404, a redirect, no money left: a matter for the owner */
};

struct vendor_deed {
    const struct backend_act *act; /* of the row */
    char *value;                   /* ACT_SET; owned; else NULL */
};

enum { VENDOR_DEEDS_MAX = 8 };

struct vendor_answer { /* owned; the zero value is releasable */
    enum vendor_class class;
    char *text; /* valid UTF-8, trimmed, as the model wrote it (Markdown); NULL: none */
    struct vendor_deed deeds[VENDOR_DEEDS_MAX];
    size_t deed_count;
    char *unlisted; /* what it asked for beyond the row's list, for the log; NULL: nothing */
    bool is_cut;    /* its length ran out: `text` ends at the last whole sentence */
    int64_t tokens_in, tokens_out; /* -1: not said */
    int64_t wait_ms;               /* VENDOR_BUSY: 0 … 1 h; 0: not said, or said as a date (there is no clock here) */
    char *session;                 /* to be brought along with the next question; NULL: none */
    char reason[300];              /* for people, where class is not VENDOR_ANSWERED; never the key */
};

void vendor_read(const struct backend *backend, const struct vendor_wire *wire, struct vendor_answer *answer);
void vendor_answer_release(struct vendor_answer *answer);

/* The name of a class: answered, declined … */
const char *vendor_class_name(enum vendor_class class);

#endif
