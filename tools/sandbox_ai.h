/*
 * sandbox_ai: the AI vendors, whose requests are judged as each of them would, and answered with something that a test
 * or a demo can make sense of. It knows nothing of Braze.
 *
 *     openai     POST {anything}/v1/chat/completions                   Authorization: Bearer KEY, or api-key
 *     azure      POST /openai/deployments/NAME/chat/completions        api-key: KEY
 *     anthropic  POST /v1/messages                                     x-api-key: KEY
 *     gemini     POST /v1beta/models/MODEL:generateContent             x-goog-api-key: KEY
 *     bedrock    POST /model/MODEL/converse                            a signature of AWS
 *     rasa       POST /webhooks/rest/webhook                           no key
 *     http       POST /ai/http {"question"}, or GET /ai/http?question=
 *
 * One request is judged, then answered, then remembered: ai_judge, ai_answer, ai_remember. One thread.
 */
#ifndef TOOLS_SANDBOX_AI_H
#define TOOLS_SANDBOX_AI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#include "sandbox_ai_dialect.h"
#include "sandbox_conn.h"
#include "sandbox_ring.h"
#include "sandbox_script.h"

struct ai {
    char key[AI_KEY_SIZE]; /* "": any that is not empty */
    char *answer;          /* what is always said, or NULL; owned */
    int64_t delay_ms;
    struct ring asked;
    const struct ai_dialect *dialect; /* of the request at hand, and what was found out about it: */
    struct ai_question question;
    struct ai_trouble trouble;
    struct buf body, said;            /* JSON that was asked with, "" when it is none; what was answered */
    int64_t *ends_ms;                 /* when the newest answers are or were due: so many are held back at_once */
    int64_t requests, refused, faults, tokens_in, tokens_out, at_once, most_at_once;
};

void ai_init(struct ai *ai);
void ai_release(struct ai *ai);

/* Forgets requests and counts. */
void ai_forget(struct ai *ai);

/* Is this path one of the vendors'? */
bool ai_has_path(const char *path);

void ai_judge(struct ai *ai, const struct http_request *request);

/* The answer to what was judged, as the fault wants it (NULL: none). `answer` is empty; `id` is new. */
void ai_answer(struct ai *ai, const struct fault *fault, const char *id, int64_t now_ms, struct http_answer *answer);

/* `outcome`: answered, refused, or the fault's name; `status` 0: none was sent. */
void ai_remember(struct ai *ai, const struct http_request *request, const char *outcome, int status, int64_t now_ms);

/* Appends {"requests":N,"refused":N,…}, the counts. */
void ai_report(const struct ai *ai, struct buf *out);

#endif
