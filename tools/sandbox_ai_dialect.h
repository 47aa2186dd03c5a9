/*
 * sandbox_ai_dialect: what the vendors' dialects share. One file per dialect reads a request as strictly as its vendor
 * (or more), writes an answer and writes an error; whatever else happens to a request is sandbox_ai's.
 *
 * Troubles are named by kind, and each dialect has a table of what its vendor makes of them: the status, and the words
 * that programs look at. The sentences are the sandbox's own. Pure; one thread.
 */
#ifndef TOOLS_SANDBOX_AI_DIALECT_H
#define TOOLS_SANDBOX_AI_DIALECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/json.h"

#include "sandbox_conn.h"
#include "sandbox_http.h"

enum { AI_MODEL_SIZE = 201, AI_KEY_SIZE = 201, AI_ID_SIZE = 25, AI_CONTEXT_MAX = 100000 };

enum ai_trouble_kind {
    AI_FINE,
    AI_INVALID,     /* the request makes no sense; `param` where one member is to blame */
    AI_UNSUPPORTED, /* this model does not take that member */
    AI_NO_KEY,
    AI_WRONG_KEY,
    AI_WRONG_SIGN,  /* a signature that does not fit */
    AI_NO_MODEL,
    AI_NO_PATH,
    AI_TOO_LONG,    /* the context */
    AI_FILTERED,
    AI_LIMITED,
    AI_OVERLOADED,
    AI_NO_MONEY,
    AI_STATUS,      /* whatever that status is called by this vendor */
    AI_TROUBLE_COUNT,
};

struct ai_trouble {
    enum ai_trouble_kind kind;
    int status;       /* AI_STATUS */
    int64_t seconds;  /* AI_LIMITED: when to come again */
    char param[64];   /* "": none */
    char message[400];
};

/* Returns -1. `param` NULL: none. */
int trouble_set(struct ai_trouble *trouble, enum ai_trouble_kind kind, const char *param, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

struct ai_question { /* what was understood of a request; kept for its memory */
    char model[AI_MODEL_SIZE];  /* "": the dialect has none */
    const char *key_header;     /* where the key came; NULL: there was none. A literal */
    size_t messages;            /* system prompts not counted */
    struct buf system, last;    /* the system prompts; the last message's text */
    struct buf facts;           /* "first_name, language": what the system prompt tells as NAME: VALUE */
    struct buf session;         /* that the request brought, or "" */
    struct buf tools;           /* names of the tools offered, " name name " */
    int64_t tokens_in;          /* estimated */
    int64_t max_tokens;         /* of the answer; 0: not said */
    bool wants_json;            /* nothing but JSON was asked for */
};

enum ai_end { AI_END_STOP, AI_END_CUT, AI_END_DECLINED, AI_END_FILTERED, AI_END_TOOL };

struct ai_reply { /* borrowed */
    enum ai_end end;
    const char *text;      /* "": none */
    const char *tool;      /* AI_END_TOOL */
    const char *arguments; /* of it: a JSON object */
    int64_t tokens_out;
    int64_t at_ms;
    char id[AI_ID_SIZE];   /* letters and digits, never the same twice */
};

struct ai_error { /* a row of a dialect's table, which ends with status 0 */
    enum ai_trouble_kind kind;
    int status;
    const char *type, *code; /* the vendor's words; NULL: none */
    const char *words;       /* by which alone it is known, where no code tells; NULL: the sandbox's own sentence */
};

struct ai_dialect {
    const char *name;
    const struct ai_error *errors;
    bool (*has_path)(const char *path);
    /* The door: the path's model and the key. `key` "": any that is not empty. */
    int (*enter)(const char *key, const struct http_request *request, struct ai_question *question,
                 struct ai_trouble *trouble);
    /* The body. */
    int (*judge)(const struct json *root, struct ai_question *question, struct ai_trouble *trouble);
    void (*write)(const struct ai_question *question, const struct ai_reply *reply, struct http_answer *answer);
    void (*write_error)(const struct ai_error *error, const struct ai_trouble *trouble, const char *id,
                        struct http_answer *answer);
    /* A filter that speaks by an error, as Azure's and Anthropic's do. */
    bool is_filter_error;
};

extern const struct ai_dialect ai_openai, ai_azure, ai_anthropic, ai_gemini, ai_bedrock, ai_rasa, ai_http;

/* The row for a trouble; one that the table lacks is found by its status, and is nameless at last. */
struct ai_error ai_error_find(const struct ai_dialect *dialect, const struct ai_trouble *trouble);

/* Is it the right key? NULL is none. */
int ai_key(const char *given, const char *key, struct ai_trouble *trouble);

/* The rest of an Authorization header that begins with "Bearer "; NULL: there is none. */
const char *ai_bearer(const struct http_request *request);

/*
 * Readers of bodies. `where` names the place for people: "messages[2]". They return 0, or -1 with the trouble set.
 * Names end with a NULL.
 */
int ai_members(const struct json *object, const char *where, const char *const *names, struct ai_trouble *trouble);
int ai_number(const struct json *object, const char *name, double least, double most, bool is_whole,
              struct ai_trouble *trouble);

/* A text with something to read in it; it is counted. */
int ai_text(const struct json *value, const char *where, struct ai_question *question, struct ai_trouble *trouble);

/* A message whose text has been read: into `last`. Adds up over the parts of one message. */
void ai_heard(struct ai_question *question, const char *text);
void ai_told(struct ai_question *question, const char *text); /* the same for the system prompt */

/* Roles that have to take turns, the customer's first and last. `index` counts from 0. */
int ai_take_turn(bool is_customer, bool *was_customer, size_t index, struct ai_trouble *trouble);

struct ai_tool {
    const char *name, *description;
    const struct json *schema;
    const char *where;
    bool needs_schema;    /* else it may be left out */
    bool is_bare_schema;  /* Gemini's: no additionalProperties, no empty properties, no $schema */
};

int ai_offer_tool(const struct ai_tool *tool, struct ai_question *question, struct ai_trouble *trouble);

#endif
