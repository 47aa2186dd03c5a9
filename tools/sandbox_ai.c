/*
 * sandbox_ai: see the header.
 *
 * The answer that nobody ordered repeats the last message and says what came with it, so that a customer of a demo sees
 * that the whole road works, and a test what the model was told:
 *
 *     You said: "Are you open?" (history: 3, about 120 tokens). **Facts:** first_name, language
 *
 * history counts the messages before the last; facts are what the system prompt tells line by line as NAME: VALUE.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "backend/backend.h"
#include "base/alloc.h"
#include "base/json.h"
#include "base/utf8.h"

#include "sandbox_ai.h"
#include "sandbox_fault.h"

enum { REPEATED_MAX = 500, ENDS_MAX = 4096, BODY_KEPT = 64 * 1024 };

static const struct ai_dialect *const DIALECTS[] = { &ai_azure,   &ai_openai, &ai_anthropic, &ai_gemini,
                                                     &ai_bedrock, &ai_rasa,   &ai_http };

static const struct ai_dialect *find_dialect(const char *path)
{
    for (size_t i = 0; i < sizeof DIALECTS / sizeof DIALECTS[0]; i++)
        if (DIALECTS[i]->has_path(path))
            return DIALECTS[i];
    return NULL;
}

bool ai_has_path(const char *path)
{
    return find_dialect(path) != NULL;
}

void ai_init(struct ai *ai)
{
    *ai = (struct ai){ 0 };
    ai->ends_ms = alloc_array(ENDS_MAX, sizeof *ai->ends_ms);
}

void ai_forget(struct ai *ai)
{
    ring_forget(&ai->asked);
    memset(ai->ends_ms, 0, ENDS_MAX * sizeof *ai->ends_ms);
    ai->requests = ai->refused = ai->faults = ai->tokens_in = ai->tokens_out = ai->most_at_once = 0;
}

void ai_release(struct ai *ai)
{
    struct buf *bufs[] = { &ai->body, &ai->said, &ai->question.system, &ai->question.last, &ai->question.facts,
                           &ai->question.session, &ai->question.tools };

    ring_release(&ai->asked);
    for (size_t i = 0; i < sizeof bufs / sizeof bufs[0]; i++)
        buf_release(bufs[i]);
    free(ai->answer);
    free(ai->ends_ms);
    *ai = (struct ai){ 0 };
}

/* Judging */

static void clear_question(struct ai_question *question)
{
    struct buf *bufs[] = { &question->system, &question->last, &question->facts, &question->session, &question->tools };

    for (size_t i = 0; i < sizeof bufs / sizeof bufs[0]; i++)
        buf_clear(bufs[i]);
    *question = (struct ai_question){ .system = question->system, .last = question->last, .facts = question->facts,
                                      .session = question->session, .tools = question->tools };
}

static bool is_json_type(const struct http_request *request)
{
    const char *type = http_header(request, "Content-Type");

    return type != NULL && strncasecmp(type, "application/json", strlen("application/json")) == 0;
}

/* GET /ai/http?question=…&session=… as the JSON that a POST would have brought. */
static void read_query(const char *query, struct buf *body)
{
    static const char *const NAMES[] = { "question", "session" };
    struct jsonw w = { .out = body };

    jsonw_object(&w, NULL);
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        struct buf value = { 0 };

        if (http_query(query, NAMES[i], &value) == 1)
            jsonw_text(&w, NAMES[i], buf_text(&value));
        buf_release(&value);
    }
    jsonw_end_object(&w);
}

static int read_body(struct ai *ai, const struct http_request *request, struct json **root)
{
    bool is_query = ai->dialect == &ai_http && strcmp(request->method, "GET") == 0;
    struct error error = { 0 };

    if (is_query) {
        read_query(request->query, &ai->body);
    } else if (strcmp(request->method, "POST") != 0) {
        trouble_set(&ai->trouble, AI_STATUS, NULL, "Only POST is taken here.");
        ai->trouble.status = 405;
        return -1;
    } else if (!is_json_type(request)) {
        return trouble_set(&ai->trouble, AI_INVALID, NULL, "The Content-Type must be application/json.");
    } else {
        buf_add(&ai->body, request->body, request->body_len);
    }
    if (json_parse(buf_text(&ai->body), ai->body.len, JSON_LARGE, root, &error) == 0)
        return 0;
    buf_clear(&ai->body);
    return trouble_set(&ai->trouble, AI_INVALID, NULL, "%s", error.text);
}

/* What all vendors look at in the end. */
static int judge_size(struct ai *ai)
{
    const struct ai_question *question = &ai->question;

    if (strcmp(question->model, "no-such-model") == 0)
        return trouble_set(&ai->trouble, AI_NO_MODEL, "model", "There is no model %s, or this key may not use it.",
                           question->model);
    if (question->tokens_in > AI_CONTEXT_MAX)
        return trouble_set(&ai->trouble, AI_TOO_LONG, "messages",
                           "The prompt is too long: about %" PRId64 " tokens, where %d are the most.", question->tokens_in,
                           AI_CONTEXT_MAX);
    return 0;
}

void ai_judge(struct ai *ai, const struct http_request *request)
{
    struct json *root = NULL;

    clear_question(&ai->question);
    buf_clear(&ai->said);
    if (ai->body.cap > BODY_KEPT)
        buf_release(&ai->body);
    buf_clear(&ai->body);
    ai->trouble = (struct ai_trouble){ 0 };
    ai->dialect = find_dialect(request->path);
    int door = ai->dialect->enter(ai->key, request, &ai->question, &ai->trouble);
    struct ai_trouble at_the_door = ai->trouble;
    int body = read_body(ai, request, &root); /* read all the same: what was asked is remembered */
    if (door != 0)
        ai->trouble = at_the_door;
    else if (body == 0 && ai->dialect->judge(root, &ai->question, &ai->trouble) == 0)
        judge_size(ai);
    json_free(root);
}

/* Answering */

static void compose(const struct ai *ai, struct buf *out)
{
    const struct ai_question *question = &ai->question;
    const char *last = buf_text(&question->last);
    size_t len = utf8_floor(last, question->last.len, REPEATED_MAX);

    if (ai->answer != NULL) {
        buf_add_text(out, ai->answer);
        return;
    }
    buf_addf(out, "You said: \"%.*s%s\" (history: %zu, about %" PRId64 " tokens). **Facts:** %s", (int)len, last,
             len < question->last.len ? "…" : "", question->messages > 0 ? question->messages - 1 : 0,
             question->tokens_in, question->facts.len > 0 ? buf_text(&question->facts) : "none");
}

/* JSON mode: {"say": text, "do": []}. */
static void wrap(struct buf *text)
{
    struct buf wrapped = { 0 };
    struct jsonw w = { .out = &wrapped };

    jsonw_object(&w, NULL);
    jsonw_text(&w, "say", buf_text(text));
    jsonw_array(&w, "do");
    jsonw_end_array(&w);
    jsonw_end_object(&w);
    buf_clear(text);
    buf_add(text, wrapped.data, wrapped.len);
    buf_release(&wrapped);
}

static void fill(int64_t bytes, struct buf *out)
{
    static const char SENTENCE[] = "This is a long answer, and it goes on.";

    for (int64_t count = 1; (int64_t)out->len < bytes; count++)
        buf_addf(out, "%s%s", SENTENCE, count % 10 == 0 ? "\n\n" : " ");
    buf_truncate(out, (size_t)bytes);
}

static void cut(struct buf *text, size_t len)
{
    buf_truncate(text, utf8_floor(buf_text(text), text->len, len));
}

/* What the model says and how it ends; the text goes into ai->said. */
static void decide(struct ai *ai, const struct fault *fault, struct ai_reply *reply)
{
    const struct ai_question *question = &ai->question;
    enum fault_kind kind = fault != NULL ? fault->kind : FAULT_PASS;

    if (fault != NULL && fault->text != NULL)
        buf_add_text(&ai->said, fault->text);
    else if (kind == FAULT_DECLINE)
        buf_add_text(&ai->said, "I cannot help with that.");
    else if (kind == FAULT_LONG)
        fill(fault->argument, &ai->said);
    else if (kind != FAULT_TOOL && kind != FAULT_FILTER) {
        compose(ai, &ai->said);
        if (question->wants_json && ai->answer == NULL)
            wrap(&ai->said);
    }
    reply->end = kind == FAULT_TOOL      ? AI_END_TOOL
                 : kind == FAULT_CUT     ? AI_END_CUT
                 : kind == FAULT_DECLINE ? AI_END_DECLINED
                 : kind == FAULT_FILTER  ? AI_END_FILTERED
                                         : AI_END_STOP;
    if (kind == FAULT_CUT)
        cut(&ai->said, ai->said.len / 2);
    reply->tokens_out = backend_tokens(buf_text(&ai->said), ai->said.len);
    if (question->max_tokens > 0 && reply->tokens_out > question->max_tokens && kind != FAULT_LONG) {
        cut(&ai->said, (size_t)question->max_tokens * 4);
        while (backend_tokens(buf_text(&ai->said), ai->said.len) > question->max_tokens)
            cut(&ai->said, ai->said.len - 1);
        reply->tokens_out = question->max_tokens;
        reply->end = reply->end == AI_END_STOP ? AI_END_CUT : reply->end;
    }
}

static void write_reply(struct ai *ai, const struct fault *fault, const char *id, int64_t now_ms,
                        struct http_answer *answer)
{
    struct ai_reply reply = { .at_ms = now_ms };

    decide(ai, fault, &reply);
    snprintf(reply.id, sizeof reply.id, "%s", id);
    reply.text = buf_text(&ai->said);
    reply.tool = fault != NULL ? fault->tool : NULL;
    reply.arguments = fault != NULL && fault->arguments != NULL ? fault->arguments : "{}";
    if (reply.end == AI_END_TOOL)
        reply.tokens_out += backend_tokens(reply.tool, strlen(reply.tool)) +
                            backend_tokens(reply.arguments, strlen(reply.arguments));
    ai->dialect->write(&ai->question, &reply, answer);
    if (fault != NULL && !fault->is_taken) {
        buf_clear(&ai->said); /* nobody will hear it, nor pay for it */
        return;
    }
    ai->tokens_in += ai->question.tokens_in;
    ai->tokens_out += reply.tokens_out;
}

static void write_trouble(const struct ai *ai, const struct ai_trouble *trouble, const char *id,
                          struct http_answer *answer)
{
    struct ai_error error = ai_error_find(ai->dialect, trouble);
    struct ai_trouble told = *trouble;

    answer->status = error.status;
    buf_clear(&answer->body);
    if (error.words != NULL)
        snprintf(told.message, sizeof told.message, "%s", error.words);
    ai->dialect->write_error(&error, &told, id, answer);
}

/* The trouble that a fault orders by name, or AI_FINE. */
static enum ai_trouble_kind ordered(const struct ai *ai, const struct fault *fault)
{
    switch (fault != NULL ? fault->kind : FAULT_PASS) {
    case FAULT_OVERLOADED: return AI_OVERLOADED;
    case FAULT_NO_MONEY: return AI_NO_MONEY;
    case FAULT_FILTER: return ai->dialect->is_filter_error ? AI_FILTERED : AI_FINE;
    default: return AI_FINE;
    }
}

static const char *sentence_of(enum ai_trouble_kind kind)
{
    switch (kind) {
    case AI_OVERLOADED: return "Overloaded: come again in a while.";
    case AI_NO_MONEY: return "No money is left: the quota of your plan is used up.";
    case AI_FILTERED: return "The content filter has blocked this.";
    case AI_LIMITED: return "Too many requests: slow down.";
    default: return "This was ordered by a script.";
    }
}

/* A fault has put on a status or a limit; the words below it are the vendor's. */
static void put_vendor_words(const struct ai *ai, const struct fault *fault, const char *id, struct http_answer *answer)
{
    bool is_limit = fault->kind >= FAULT_LIMIT_EPOCH && fault->kind <= FAULT_LIMIT_EMPTY;
    struct ai_trouble trouble;

    if (!is_limit && (fault->kind != FAULT_STATUS || fault->body != NULL || answer->status < 400))
        return;
    trouble_set(&trouble, is_limit ? AI_LIMITED : AI_STATUS, NULL, "%s", sentence_of(is_limit ? AI_LIMITED : AI_STATUS));
    trouble.status = answer->status;
    trouble.seconds = is_limit ? fault->argument : 0;
    write_trouble(ai, &trouble, id, answer);
}

/* How many answers are held back now, this one included. */
static void count_at_once(struct ai *ai, int64_t now_ms, int64_t delay_ms)
{
    ai->ends_ms[ai->requests % ENDS_MAX] = now_ms + delay_ms;
    ai->at_once = 0;
    for (size_t i = 0; i < ENDS_MAX; i++)
        ai->at_once += ai->ends_ms[i] > now_ms;
    if (ai->at_once > ai->most_at_once)
        ai->most_at_once = ai->at_once;
}

void ai_answer(struct ai *ai, const struct fault *fault, const char *id, int64_t now_ms, struct http_answer *answer)
{
    struct ai_trouble trouble = ai->trouble;
    enum ai_trouble_kind wanted = ordered(ai, fault);

    answer->delay_ms += ai->delay_ms;
    if (trouble.kind == AI_FINE && wanted != AI_FINE)
        trouble_set(&trouble, wanted, NULL, "%s", sentence_of(wanted));
    if (trouble.kind == AI_FINE)
        write_reply(ai, fault, id, now_ms, answer);
    else
        write_trouble(ai, &trouble, id, answer);
    if (fault != NULL) {
        fault_dress(fault, now_ms, answer);
        put_vendor_words(ai, fault, id, answer);
    }
    count_at_once(ai, now_ms, answer->delay_ms);
}

/* Remembering */

static bool brings_key(const char *name)
{
    static const char *const NAMES[] = { "authorization", "api-key", "x-api-key", "x-goog-api-key" };

    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++)
        if (strcmp(NAMES[i], name) == 0)
            return true;
    return false;
}

/* Names in small letters; a name that comes twice with its first value; no keys. */
static void write_headers(const struct http_request *request, struct jsonw *w)
{
    struct buf seen = { 0 };

    jsonw_object(w, "headers");
    buf_add_char(&seen, ' ');
    for (size_t i = 0; i < request->header_count; i++) {
        struct buf name = { 0 }, mark = { 0 };

        for (const char *c = request->headers[i].name; *c != '\0'; c++)
            buf_add_char(&name, *c >= 'A' && *c <= 'Z' ? (char)(*c | 0x20) : *c);
        buf_addf(&mark, " %s ", buf_text(&name));
        if (!brings_key(buf_text(&name)) && strstr(buf_text(&seen), buf_text(&mark)) == NULL)
            jsonw_text(w, buf_text(&name), request->headers[i].value);
        buf_addf(&seen, "%s ", buf_text(&name));
        buf_release(&name);
        buf_release(&mark);
    }
    jsonw_end_object(w);
    buf_release(&seen);
}

void ai_remember(struct ai *ai, const struct http_request *request, const char *outcome, int status, int64_t now_ms)
{
    const struct ai_question *question = &ai->question;
    struct buf one = { 0 };
    struct jsonw w = { .out = &one };

    jsonw_object(&w, NULL);
    jsonw_int(&w, "n", ai->asked.last + 1);
    jsonw_int(&w, "at", now_ms);
    jsonw_text(&w, "vendor", ai->dialect->name);
    jsonw_text(&w, "path", request->path);
    jsonw_text(&w, "model", question->model);
    jsonw_int(&w, "messages", (int64_t)question->messages);
    jsonw_text(&w, "system", buf_text(&question->system));
    jsonw_text(&w, "last", buf_text(&question->last));
    jsonw_int(&w, "tokens_in", question->tokens_in);
    jsonw_text(&w, "key_header", question->key_header);
    write_headers(request, &w);
    if (ai->body.len > 0)
        jsonw_raw(&w, "body", buf_text(&ai->body));
    else
        jsonw_bytes(&w, "body", request->body, request->body_len);
    jsonw_text(&w, "outcome", outcome);
    jsonw_int(&w, "status", status);
    jsonw_text(&w, "why", ai->trouble.kind != AI_FINE ? ai->trouble.message : NULL);
    jsonw_text(&w, "said", buf_text(&ai->said));
    jsonw_int(&w, "at_once", ai->at_once);
    jsonw_end_object(&w);
    ring_put(&ai->asked, ai->dialect->name, &one);
    buf_release(&one);
}

void ai_report(const struct ai *ai, struct buf *out)
{
    struct jsonw w = { .out = out };

    jsonw_object(&w, NULL);
    jsonw_int(&w, "requests", ai->requests);
    jsonw_int(&w, "refused", ai->refused);
    jsonw_int(&w, "faults", ai->faults);
    jsonw_int(&w, "tokens_in", ai->tokens_in);
    jsonw_int(&w, "tokens_out", ai->tokens_out);
    jsonw_int(&w, "most_at_once", ai->most_at_once);
    jsonw_end_object(&w);
}
