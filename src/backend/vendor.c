/*
 * vendor: see the header; what all kinds have in common.
 *
 * An answer is read in three steps: the status (vendor_failure), the shape of the kind (openai, anthropic …), and what
 * holds for any text: thoughts off, a reply in JSON taken apart, trimmed, capped, ended at a sentence.
 */
#include <stdlib.h>
#include <string.h>

#include "backend/vendor.h"
#include "backend/vendor_act.h"
#include "backend/vendor_failure.h"
#include "backend/vendor_kind.h"
#include "backend/vendor_request.h"
#include "backend/vendor_text.h"
#include "backend/vendor_turn.h"
#include "backend/vendor_words.h"
#include "text/fold.h"

enum { WHY_MAX = 200 };

static const struct vendor_kind *const KINDS[] = {
    [BACKEND_OPENAI] = &vendor_openai,   [BACKEND_ANTHROPIC] = &vendor_anthropic, [BACKEND_GEMINI] = &vendor_gemini,
    [BACKEND_BEDROCK] = &vendor_bedrock, [BACKEND_RASA] = &vendor_rasa,           [BACKEND_HTTP] = &vendor_http,
    [BACKEND_FAQ] = NULL,
};

const char *vendor_class_name(enum vendor_class class)
{
    static const char *const NAMES[] = {
        [VENDOR_ANSWERED] = "answered", [VENDOR_DECLINED] = "declined", [VENDOR_EMPTY] = "empty",
        [VENDOR_GARBAGE] = "garbage",   [VENDOR_BUSY] = "busy",         [VENDOR_FAILED] = "failed",
        [VENDOR_REFUSED] = "refused",   [VENDOR_STOPPED] = "stopped",
    };
    return NAMES[class];
}

/* Asking */

/* Whether there is anything to ask, and anybody: what the vendor would only refuse. */
static int check_consult(const struct consult *consult, struct error *error)
{
    const struct backend *backend = consult->backend;
    struct buf message = { 0 };
    int result = 0;

    if (backend->model == NULL && (backend->kind == BACKEND_ANTHROPIC || backend->kind == BACKEND_GEMINI ||
                                   backend->kind == BACKEND_BEDROCK))
        return error_set(error, "The backend '%s' has no model.", backend->name);
    vendor_turn_message(consult, &message);
    if (message.len == 0 && consult->own_count > 0 && backend->kind != BACKEND_HTTP)
        result = error_set(error, "There is no text that '%s' could answer.", backend->name);
    buf_release(&message);
    return result;
}

int vendor_ask(const struct consult *consult, struct vendor_request *request, struct error *error)
{
    const struct backend *backend = consult->backend;

    if (KINDS[backend->kind] == NULL || consult->line_count < consult->own_count)
        abort();
    *request = (struct vendor_request){ .auth = AUTH_NONE };
    if (check_consult(consult, error) != 0)
        return -1;
    for (size_t i = 0; i < backend->header_count; i++)
        vendor_request_header(request, backend->headers[i].name, backend->headers[i].value);
    int result = KINDS[backend->kind]->ask(consult, request, error);
    if (result == 0 && request->body.len > VENDOR_REQUEST_MAX)
        result = error_set(error, "The request to '%s' is larger than %d KB; let its prompt, history or knowledge be less.",
                           backend->name, VENDOR_REQUEST_MAX / 1024);
    if (result != 0) {
        vendor_request_release(request);
        return -1;
    }
    if (request->body.len > 0)
        vendor_request_header(request, "Content-Type", "application/json");
    return 0;
}

void vendor_request_release(struct vendor_request *request)
{
    for (size_t i = 0; i < request->header_count; i++) {
        free(request->headers[i].name);
        free(request->headers[i].value);
    }
    buf_release(&request->url);
    buf_release(&request->body);
    *request = (struct vendor_request){ 0 };
}

/* Reading */

void vendor_count(const struct json *said, int64_t *tokens)
{
    int64_t count, before = *tokens > 0 ? *tokens : 0;

    if (json_int(said, &count) && count >= 0 && count <= INT32_MAX - before)
        *tokens = before + count;
}

static void tell_empty(struct vendor_answer *answer)
{
    if (answer->unlisted != NULL)
        vendor_reason(answer, "The answer holds nothing but what is not on the list of acts: %s", answer->unlisted);
    else if (answer->is_cut)
        vendor_reason(answer, "The answer's length ran out before it said anything; raise max_tokens.");
    else
        vendor_reason(answer, "The answer is empty.");
}

static bool polish(const struct backend *backend, struct buf *text, struct vendor_answer *answer)
{
    vendor_text_strip_thoughts(text);
    vendor_text_trim(text);
    if (vendor_act_goes_in_reply(backend)) {
        if (!vendor_act_take_reply(backend, text, answer))
            return false;
        vendor_text_trim(text);
    }
    vendor_text_cap(text);
    vendor_text_trim(text);
    if (answer->is_cut)
        vendor_text_end_whole(text);
    if (fold_is_empty(buf_text(text), text->len))
        buf_clear(text);
    return true;
}

static void finish(const struct backend *backend, struct buf *text, struct vendor_answer *answer)
{
    bool is_sound = polish(backend, text, answer);

    if (!is_sound && !answer->is_cut) {
        answer->class = VENDOR_GARBAGE;
        vendor_reason(answer, "The reply is JSON, but has no \"say\".");
        return;
    }
    if (!is_sound)
        buf_clear(text);
    if (text->len > 0)
        answer->text = buf_detach(text);
    answer->class = answer->text != NULL || answer->deed_count > 0 ? VENDOR_ANSWERED : VENDOR_EMPTY;
    if (answer->class == VENDOR_EMPTY)
        tell_empty(answer);
}

static void drop_deeds(struct vendor_answer *answer)
{
    for (size_t i = 0; i < answer->deed_count; i++)
        free(answer->deeds[i].value);
    answer->deed_count = 0;
}

static void read_answered(const struct backend *backend, const struct json *root, struct vendor_answer *answer)
{
    struct buf text = { 0 };

    answer->class = KINDS[backend->kind]->read(backend, root, answer, &text);
    if (answer->class == VENDOR_ANSWERED)
        finish(backend, &text, answer);
    if (answer->class != VENDOR_ANSWERED)
        drop_deeds(answer);
    buf_release(&text);
}

static struct json *parse(const struct vendor_wire *wire, struct error *error)
{
    struct json *root = NULL;

    if (wire->body_len > BACKEND_ANSWER_MAX)
        error_set(error, "It is larger than %d KB.", BACKEND_ANSWER_MAX / 1024);
    else
        json_parse(wire->body, wire->body_len, JSON_FIRST_KEY_WINS, &root, error);
    return root;
}

static void tell_unreadable(const char *why, struct vendor_answer *answer)
{
    struct buf words = { 0 };

    vendor_words(why, strlen(why), WHY_MAX, &words);
    vendor_reason(answer, "The answer is no JSON that can be read: %s", buf_text(&words));
    buf_release(&words);
}

void vendor_read(const struct backend *backend, const struct vendor_wire *wire, struct vendor_answer *answer)
{
    struct error why = { 0 };
    struct json *root = parse(wire, &why);

    if (KINDS[backend->kind] == NULL)
        abort();
    *answer = (struct vendor_answer){ .tokens_in = -1, .tokens_out = -1 };
    if (wire->status < 200 || wire->status > 299) {
        vendor_failure_read(backend, wire, root, answer);
    } else if (wire->status == 204) {
        answer->class = VENDOR_EMPTY;
        tell_empty(answer);
    } else if (root == NULL) {
        answer->class = VENDOR_GARBAGE;
        tell_unreadable(why.text, answer);
    } else {
        read_answered(backend, root, answer);
    }
    json_free(root);
}

void vendor_answer_release(struct vendor_answer *answer)
{
    drop_deeds(answer);
    free(answer->text);
    free(answer->unlisted);
    free(answer->session);
    *answer = (struct vendor_answer){ 0 };
}
