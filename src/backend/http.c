/*
 * http: any service that answers JSON over HTTP. The row's template makes the body, its JSON pointers find the answer.
 *
 * Templates know: message (what the customer wrote in this turn), prompt, session, vendor_session, model, fact.NAME
 * (and fact.variables.NAME), history (the messages before this turn, as JSON: [{"role": "user", "content": …}, …], or
 * "assistant") and messages (the same with this turn's own). What is JSON already stands outside of quotes as it is.
 *
 * A template's escape is not told what it escapes, so a value that is JSON already goes through it with a mark in front:
 * a byte that valid UTF-8 never holds, and that is repaired out of all other values.
 *
 * Template values end at 64 KB, and JSON that is cut is none: the oldest messages are left out until the rest fits.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "backend/vendor_act.h"
#include "backend/vendor_kind.h"
#include "backend/vendor_request.h"
#include "backend/vendor_turn.h"
#include "backend/vendor_words.h"
#include "base/utf8.h"
#include "text/escape.h"

enum { HISTORY_MAX = 60 * 1024, SESSION_MAX = 1000, URL_MAX = 8 * 1024 };

static const char JSON_MARK = '\xFF';

/* Asking */

struct scope {
    const struct consult *consult;
    const struct json *facts;
};

/* Each with `most` bytes of its text at most. */
static void write_lines(const struct consult *consult, size_t from, size_t end, size_t most, struct buf *out)
{
    struct jsonw w = { .out = out };
    struct buf text = { 0 };

    jsonw_array(&w, NULL);
    for (size_t i = from; i < end; i++) {
        buf_clear(&text);
        vendor_turn_line(&consult->lines[i], &text);
        buf_truncate(&text, utf8_floor(buf_text(&text), text.len, most));
        jsonw_object(&w, NULL);
        jsonw_text(&w, "role", consult->lines[i].role == ROLE_CUSTOMER ? "user" : "assistant");
        jsonw_bytes(&w, "content", buf_text(&text), text.len);
        jsonw_end_object(&w);
    }
    jsonw_end_array(&w);
    buf_release(&text);
}

/* How much of the text of a message that is too long by itself goes along. */
static size_t most_of(const struct consult *consult, size_t line)
{
    struct buf one = { 0 };
    size_t most = HISTORY_MAX;

    do {
        most /= 2;
        buf_clear(&one);
        write_lines(consult, line, line + 1, most, &one);
    } while (one.len > HISTORY_MAX);
    buf_release(&one);
    return most;
}

/*
 * Each message is written once to be weighed, from the newest on, so that long histories cost no more than that. The newest
 * always goes along.
 */
static void put_lines(const struct consult *consult, size_t end, struct buf *value)
{
    struct buf one = { 0 };
    size_t from = end, weight = 0;

    for (; from > 0; from--) {
        buf_clear(&one);
        write_lines(consult, from - 1, from, SIZE_MAX, &one);
        weight += one.len;
        if (weight > HISTORY_MAX)
            break;
    }
    buf_add_char(value, JSON_MARK);
    if (from == end && end > 0)
        write_lines(consult, end - 1, end, most_of(consult, end - 1), value);
    else
        write_lines(consult, from, end, SIZE_MAX, value);
    buf_release(&one);
}

/* fact.NAME, fact.variables.NAME: through the objects, a dot at a time. */
static const struct json *find_fact(const struct json *facts, const char *name)
{
    const struct json *found = facts;

    while (found != NULL && *name != '\0') {
        size_t len = strcspn(name, ".");
        struct buf key = { 0 };

        buf_add(&key, name, len);
        found = json_get(found, buf_text(&key));
        buf_release(&key);
        name += len + (name[len] == '.');
    }
    return found;
}

static bool put_fact(const struct json *facts, const char *name, struct buf *value)
{
    const struct json *fact = find_fact(facts, name);

    if (fact == NULL)
        return false;
    if (json_kind(fact) == JSON_OBJECT || json_kind(fact) == JSON_ARRAY) {
        buf_add_char(value, JSON_MARK);
        json_format(fact, value);
    } else {
        json_scalar(fact, value);
    }
    return true;
}

static bool put_text(const char *name, const struct consult *consult, struct buf *value)
{
    if (strcmp(name, "message") == 0)
        vendor_turn_message(consult, value);
    else if (strcmp(name, "prompt") == 0)
        vendor_act_put_system(consult, value);
    else if (strcmp(name, "session") == 0)
        buf_add_text(value, consult->session);
    else if (strcmp(name, "vendor_session") == 0)
        buf_add_text(value, consult->vendor_session);
    else if (strcmp(name, "model") == 0)
        buf_add_text(value, consult->backend->model);
    else
        return false;
    return true;
}

static bool look_up(void *context, const char *name, struct buf *value)
{
    const struct scope *scope = context;
    const struct consult *consult = scope->consult;
    struct buf text = { 0 };

    if (strcmp(name, "history") == 0)
        put_lines(consult, consult->line_count - consult->own_count, value);
    else if (strcmp(name, "messages") == 0)
        put_lines(consult, consult->line_count, value);
    else if (strncmp(name, "fact.", 5) == 0)
        return put_fact(scope->facts, name + 5, value);
    else if (!put_text(name, consult, &text))
        return false;
    else
        utf8_repair(buf_text(&text), text.len, value);
    buf_release(&text);
    return true;
}

/* As it is, if it is marked, is JSON, and does not stand in quotes. What a filter spoilt is a text like any other. */
static void escape_marked(const char *before, size_t before_len, const struct buf *value, struct buf *out)
{
    bool is_marked = value->len > 0 && value->data[0] == JSON_MARK;
    struct buf bare = { 0 };
    struct json *root = NULL;

    if (!is_marked) {
        escape_json_text(before, before_len, value, out);
        return;
    }
    buf_add(&bare, value->data + 1, value->len - 1);
    size_t start = out->len;
    escape_json_text(before, before_len, &bare, out);
    bool is_quoted = out->len > start && out->data[start] == '"';
    if (is_quoted && json_parse(buf_text(&bare), bare.len, JSON_LARGE, &root, NULL) == 0) {
        buf_truncate(out, start);
        buf_add(out, bare.data, bare.len);
    }
    json_free(root);
    buf_release(&bare);
}

/* What is JSON already goes into an address as the text that it is. */
static void escape_query(const char *before, size_t before_len, const struct buf *value, struct buf *out)
{
    size_t mark = value->len > 0 && value->data[0] == JSON_MARK;
    struct buf bare = { 0 };

    buf_add(&bare, buf_text(value) + mark, value->len - mark);
    escape_url(before, before_len, &bare, out);
    buf_release(&bare);
}

static int check_body(const struct backend *backend, const struct buf *body, struct error *error)
{
    struct json *root = NULL;
    struct error why = { 0 };

    if (body->len <= VENDOR_REQUEST_MAX && json_parse(buf_text(body), body->len, JSON_LARGE, &root, &why) < 0)
        return error_set(error, "The body that was made for '%s' is no JSON: %s", backend->name, why.text);
    json_free(root);
    return 0;
}

/* A customer's "..", or nothing at all, must not make another address of it. */
static int check_address(const struct backend *backend, const struct template_env *env, const struct buf *url,
                         struct error *error)
{
    struct buf outline = { 0 };
    bool is_whole;

    if (url->len >= URL_MAX)
        return error_set(error, "The address for '%s' became longer than %d bytes.", backend->name, (int)URL_MAX);
    if (backend->http.url == NULL)
        return 0;
    template_render_escaped(backend->http.url, env, escape_outline, SIZE_MAX, &outline);
    is_whole = escape_url_is_whole(buf_text(url), buf_text(&outline));
    buf_release(&outline);
    return is_whole ? 0 : error_set(error, "A value in the address for '%s' was empty or dots alone.", backend->name);
}

static int ask(const struct consult *consult, struct vendor_request *request, struct error *error)
{
    const struct backend *backend = consult->backend;
    const struct backend_http *http = &backend->http;
    struct json *facts = NULL;

    if (backend->url == NULL)
        return error_set(error, "The backend '%s' has no url.", backend->name);
    request->is_get = http->is_get;
    vendor_request_key(request, backend, AUTH_BEARER, NULL);
    if (consult->facts != NULL)
        json_parse(consult->facts, strlen(consult->facts), JSON_LARGE, &facts, NULL);
    struct scope scope = { consult, facts };
    struct template_env env = { look_up, &scope, NULL };
    if (http->url != NULL)
        template_render_escaped(http->url, &env, escape_query, URL_MAX, &request->url);
    else
        buf_add_text(&request->url, backend->url);
    if (http->body != NULL)
        template_render_escaped(http->body, &env, escape_marked, VENDOR_REQUEST_MAX + 1, &request->body);
    int result = check_address(backend, &env, &request->url, error);
    json_free(facts);
    if (result != 0)
        return -1;
    return http->body != NULL ? check_body(backend, &request->body, error) : 0;
}

/* Reading */

static const struct json *find(const struct json *root, const char *pointer)
{
    return pointer != NULL ? json_point(root, pointer) : NULL;
}

/* A text (or number), or a list of them, a paragraph each. False: neither. */
static bool add_text(const struct json *found, struct buf *text)
{
    if (json_kind(found) != JSON_ARRAY)
        return json_scalar(found, text);
    for (const struct json *item = json_first(found); item != NULL; item = json_next(item)) {
        struct buf one = { 0 };

        if (json_scalar(item, &one) && one.len > 0) {
            buf_add_text(text, text->len > 0 ? "\n\n" : "");
            buf_add(text, one.data, one.len);
        }
        buf_release(&one);
    }
    return true;
}

/* true, "true", or whatever else is there and does not say no. */
static bool wants_person(const struct json *found)
{
    static const char *const NO[] = { "", "false", "0", "0.0", "no", "none", "null" };
    struct buf said = { 0 };

    if (json_kind(found) == JSON_OBJECT || json_kind(found) == JSON_ARRAY)
        return json_first(found) != NULL;
    bool wants = json_scalar(found, &said);
    for (size_t i = 0; i < sizeof NO / sizeof NO[0]; i++)
        wants = wants && strcasecmp(buf_text(&said), NO[i]) != 0;
    buf_release(&said);
    return wants;
}

/* The flag may be the name of a team; any other text is just a flag. */
static void read_handoff(const struct backend *backend, const struct json *found, struct vendor_answer *answer)
{
    const char *team = json_text(found);

    if (wants_person(found))
        vendor_act_hand_off(backend, team != NULL && backend_act(backend, ACT_HANDOFF, team) != NULL ? team : NULL, answer);
}

static void read_session(const struct json *found, struct vendor_answer *answer)
{
    struct buf session = { 0 };

    if (json_scalar(found, &session) && session.len > 0 && session.len <= SESSION_MAX)
        answer->session = buf_detach(&session);
    buf_release(&session);
}

static enum vendor_class read_answer(const struct backend *backend, const struct json *root,
                                     struct vendor_answer *answer, struct buf *text)
{
    const struct backend_http *http = &backend->http;

    vendor_count(find(root, http->tokens_in_at), &answer->tokens_in);
    vendor_count(find(root, http->tokens_out_at), &answer->tokens_out);
    read_session(find(root, http->session_at), answer);
    read_handoff(backend, find(root, http->handoff_at), answer);
    if (!add_text(find(root, http->text_at), text) && answer->deed_count == 0) {
        vendor_reason(answer, "The answer is JSON, but has no text at %s.", http->text_at != NULL ? http->text_at : "all");
        return VENDOR_GARBAGE;
    }
    return VENDOR_ANSWERED;
}

const struct vendor_kind vendor_http = { ask, read_answer };
