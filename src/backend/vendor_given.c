/*
 * vendor_given: see the header. What is done is read like a model's reply, so that a talk can do no more than a model.
 */
#include <stdlib.h>
#include <string.h>

#include "backend/vendor_act.h"
#include "backend/vendor_given.h"
#include "backend/vendor_text.h"
#include "text/fold.h"

static int check_members(const struct json *root, struct error *error)
{
    bool has_say = json_get(root, "say") != NULL, has_sent = json_get(root, "sent") != NULL;

    for (const struct json *item = json_first(root); item != NULL; item = json_next(item)) {
        const char *name = json_key(item);

        if (strcmp(name, "say") != 0 && strcmp(name, "sent") != 0 && strcmp(name, "do") != 0)
            return error_set(error, "there is no %s in what a backend answers; it has say or sent, and do", name);
        if (strcmp(name, "do") != 0 && json_kind(item) != JSON_TEXT)
            return error_set(error, "%s is a text, as in {\"%s\": \"Gladly!\"}", name, name);
        if (strcmp(name, "do") == 0 && json_kind(item) != JSON_ARRAY)
            return error_set(error, "do is a list, as in [{\"act\": \"hand_off\"}]");
    }
    if (!has_say && !has_sent && json_get(root, "do") == NULL)
        return error_set(error, "what a backend answers has say or sent, and do");
    if (has_say && has_sent)
        return error_set(error, "say and sent are two ways to write the same text; keep one of them");
    return 0;
}

static int check_deeds(const struct backend *backend, const struct vendor_answer *answer, struct error *error)
{
    if (answer->unlisted == NULL)
        return 0;
    return error_set(error, "the backend %s may not do this: %s; what it may do stands in its acts", backend->name,
                     answer->unlisted);
}

/* "sent" is a matter of ours; the rest is a reply. */
static int read_object(const struct backend *backend, struct buf *text, struct vendor_given *given, struct error *error)
{
    struct json *root = NULL;
    const char *sent;
    int result;

    if (json_parse(text->data, text->len, JSON_STRICT, &root, error) < 0)
        return error_prefix(error, "what begins with a brace is JSON, as in {\"say\": \"Gladly!\"}");
    result = check_members(root, error);
    sent = json_get_text(root, "sent");
    if (result == 0) {
        vendor_act_take_reply(backend, text, &given->answer);
        result = check_deeds(backend, &given->answer, error);
    }
    if (result == 0 && sent != NULL) {
        buf_clear(text);
        buf_add_text(text, sent);
        given->is_plain = true;
    }
    json_free(root);
    return result;
}

/* Variables alone are no answer to a customer. */
static bool speaks(const struct vendor_answer *answer)
{
    for (size_t i = 0; i < answer->deed_count; i++)
        if (answer->deeds[i].act->kind != ACT_SET)
            return true;
    return answer->text != NULL;
}

int vendor_given_read(const struct backend *backend, const char *text, struct vendor_given *given, struct error *error)
{
    struct buf said = { 0 };
    int result = 0;

    *given = (struct vendor_given){ .is_plain = backend->kind == BACKEND_FAQ };
    if (text != NULL)
        buf_add_text(&said, text);
    vendor_text_trim(&said);
    if (*buf_text(&said) == '{')
        result = read_object(backend, &said, given, error);
    vendor_text_trim(&said);
    if (result == 0 && !fold_is_empty(buf_text(&said), said.len))
        given->answer.text = buf_detach(&said);
    given->answer.class = speaks(&given->answer) ? VENDOR_ANSWERED : VENDOR_EMPTY;
    buf_release(&said);
    if (result != 0)
        vendor_given_release(given);
    return result;
}

void vendor_given_release(struct vendor_given *given)
{
    vendor_answer_release(&given->answer);
    *given = (struct vendor_given){ 0 };
}
