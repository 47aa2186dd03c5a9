/*
 * rasa: the REST channel. It keeps the conversation itself, by the name that we give as `sender`, so that it is sent
 * the turn's own messages only. Whoever answers is a dialogue of the owner, and its buttons become lines of a list.
 */
#include <string.h>

#include "backend/vendor_act.h"
#include "backend/vendor_kind.h"
#include "backend/vendor_request.h"
#include "backend/vendor_turn.h"
#include "backend/vendor_words.h"

static int ask(const struct consult *consult, struct vendor_request *request, struct error *error)
{
    const struct backend *backend = consult->backend;
    struct jsonw w = { .out = &request->body };
    struct buf message = { 0 };

    if (backend->url == NULL)
        return error_set(error, "The backend '%s' has no url.", backend->name);
    vendor_request_url(request, backend->url, "/webhooks/rest/webhook");
    vendor_request_key(request, backend, AUTH_BEARER, NULL);
    vendor_turn_message(consult, &message);
    jsonw_object(&w, NULL);
    jsonw_text(&w, "sender", consult->session);
    jsonw_bytes(&w, "message", buf_text(&message), message.len);
    jsonw_end_object(&w);
    buf_release(&message);
    return 0;
}

static void add_paragraph(const char *words, struct buf *text)
{
    if (words == NULL || *words == '\0')
        return;
    buf_add_text(text, text->len > 0 ? "\n\n" : "");
    buf_add_text(text, words);
}

static void add_buttons(const struct json *buttons, struct buf *text)
{
    if (json_kind(buttons) != JSON_ARRAY)
        return;
    for (const struct json *button = json_first(buttons); button != NULL; button = json_next(button)) {
        const char *title = json_get_text(button, "title");

        if (title == NULL || *title == '\0')
            continue;
        buf_add_text(text, text->len > 0 ? "\n- " : "- ");
        buf_add_text(text, title);
    }
}

/* What the owner's dialogue sends to hand over: {"handoff": true} or {"action": "handoff"}, perhaps with a "team". */
static void read_custom(const struct backend *backend, const struct json *custom, struct vendor_answer *answer)
{
    const char *action = json_get_text(custom, "action");

    if (json_get_bool(custom, "handoff", false) || (action != NULL && strcmp(action, "handoff") == 0))
        vendor_act_hand_off(backend, json_get_text(custom, "team"), answer);
}

static enum vendor_class read_answer(const struct backend *backend, const struct json *root,
                                     struct vendor_answer *answer, struct buf *text)
{
    if (json_kind(root) != JSON_ARRAY) {
        vendor_reason(answer, "The answer is JSON, but no list of messages.");
        return VENDOR_GARBAGE;
    }
    for (const struct json *message = json_first(root); message != NULL; message = json_next(message)) {
        add_paragraph(json_get_text(message, "text"), text);
        add_paragraph(json_get_text(message, "image"), text);
        add_buttons(json_get(message, "buttons"), text);
        read_custom(backend, json_get(message, "custom"), answer);
    }
    return VENDOR_ANSWERED;
}

const struct vendor_kind vendor_rasa = { ask, read_answer };
