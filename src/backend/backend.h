/*
 * backend: who writes an answer when no fixed sentence does, as it lies ready after the rule files were read: every
 * value checked, every name resolved, immutable. rules/build_backend makes it from the table backend; backend/vendor.h
 * speaks its language. All pointers are owned by the ruleset.
 *
 * Money is counted in millionths of whatever the owner's prices are in; prices are per million tokens, so that one
 * token at a price of 3.00 costs 3 of these.
 */
#ifndef BACKEND_BACKEND_H
#define BACKEND_BACKEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text/template.h"

enum backend_kind {
    BACKEND_OPENAI,    /* Chat Completions, as many speak it */
    BACKEND_ANTHROPIC, /* Messages */
    BACKEND_GEMINI,    /* generateContent */
    BACKEND_BEDROCK,   /* Converse, signed with SigV4 */
    BACKEND_RASA,      /* the REST channel */
    BACKEND_HTTP,      /* any other, by template and JSON pointers */
    BACKEND_FAQ        /* the table faq; needs no network */
};

enum backend_act_kind { ACT_HANDOFF, ACT_CLOSE, ACT_FLOW, ACT_SET };

struct backend_act { /* what the model may do beside talking */
    enum backend_act_kind kind;
    const char *target; /* a team, a flow, a variable; NULL: ACT_CLOSE */
};

enum {
    BACKEND_ACTS_MAX = 16,
    BACKEND_HEADERS_MAX = 8,
    BACKEND_CHAIN_MAX = 8,               /* a backend, its fallback, that one's … */
    BACKEND_ANSWER_MAX = 1024 * 1024,    /* bytes of JSON from the outside */
    BACKEND_TEXT_MAX = 64 * 1024         /* bytes of an answer's text; cut on a character */
};

struct backend_header { /* of a rule file: fixed, and never a key */
    const char *name, *value;
};

/* BACKEND_HTTP: what is sent, and where the answer's parts are found (RFC 6901; NULL: nowhere). */
struct backend_http {
    bool is_get;
    struct template *url;  /* is_get: with the message in it; NULL: the row's, as it stands */
    struct template *body; /* JSON; NULL: none */
    const char *text_at, *session_at, *tokens_in_at, *tokens_out_at, *handoff_at;
};

struct backend {
    const char *name;
    enum backend_kind kind;
    const char *url;                /* https://…, no slash at its end; NULL: the vendor's own. BACKEND_HTTP: all of it */
    const char *model;              /* NULL where the kind has none */
    const char *key_env;            /* NULL: no key. BACKEND_BEDROCK: holds "ACCESS_KEY_ID:SECRET_ACCESS_KEY" */
    const char *region;             /* BACKEND_BEDROCK */
    struct template *prompt;        /* NULL: none */
    const struct backend *fallback; /* who is asked when this one fails; NULL: the end of the chain */
    const char *team;               /* at the end of the chain a person of it takes over; NULL: the phrase `sorry` */
    int history;                    /* messages before the turn's own that go along, at most */
    int history_tokens;             /* and what they may weigh together, estimated */
    unsigned facts;                 /* what it is told of the customer: bits 1 << enum backend_fact */
    int knowledge;                  /* entries of the table faq that go along with the prompt; 0: none */
    int64_t settle_ms, settle_max_ms; /* how long a burst is waited for: since the last message, and in all */
    bool joins;                     /* a message that comes while it thinks joins the turn; else it waits behind */
    bool has_tools;                 /* the acts go as tool calls; else the reply is asked for as JSON */
    const struct backend_act *acts;
    size_t act_count;
    int64_t deadline_ms, turn_deadline_ms; /* of one attempt; of the turn, over the whole chain */
    int calls;                      /* at the same time */
    int max_tokens;                 /* of an answer */
    const char *temperature;        /* a JSON number; NULL: the vendor's default */
    int64_t price_in, price_out;    /* of a million tokens, in millionths */
    int64_t day_cap, contact_day_cap; /* millionths a day; -1: none */
    double score;                   /* BACKEND_FAQ: what an entry has to reach, 0 … 1 */
    const struct backend_header *headers;
    size_t header_count;
    struct backend_http http;
    const char *file;
    int line;
};

enum backend_fact {
    BACKEND_FACT_FIRST_NAME,
    BACKEND_FACT_LANGUAGE,
    BACKEND_FACT_CHANNEL,
    BACKEND_FACT_COUNTRY,
    BACKEND_FACT_TIME,
    BACKEND_FACT_OPEN,
    BACKEND_FACT_VARIABLES
};

extern const char *const backend_kind_names[]; /* by enum backend_kind, closed by NULL; likewise: */
extern const char *const backend_act_names[];  /* handoff, close, flow, set */
extern const char *const backend_fact_names[]; /* first_name … */

/* By name among `count`; NULL: none. */
const struct backend *backend_find(const struct backend *backends, size_t count, const char *name);

/* The row's act of that kind and target (NULL where it has none); NULL: it is not on the list. */
const struct backend_act *backend_act(const struct backend *backend, enum backend_act_kind kind, const char *target);

/* About how many tokens a text is to a model. Rather too many than too few; Hangul and Han cost more. */
int64_t backend_tokens(const char *text, size_t len);

/* What so many tokens cost, rounded up. More than 4 million of a kind are priced as that many. */
int64_t backend_cost(const struct backend *backend, int64_t tokens_in, int64_t tokens_out);

#endif
