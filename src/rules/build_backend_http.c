/*
 * build_backend_http: what is sent to a backend beside a vendor's own words, and where its answer lies.
 *
 * Headers are fixed, and none of them may carry a key, say who we are to somebody else, or change where a request
 * begins and ends. A body is JSON whatever its values are; these are not a rule's but the question's.
 */
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "rules/build_backend.h"

enum { HEADER_BYTES_MAX = 1000 };

static const char *const METHODS[] = { "GET", "POST", NULL };

/* Of a question, beside fact.NAME: backend/http.c gives their values. */
static const char *const BODY_NAMES[] = { "message", "prompt", "session", "vendor_session", "model", "history",
                                          "messages", NULL };

static const char FACT[] = "fact.";

/* Headers */

static bool is_listed(const char *const *names, const char *name)
{
    for (; *names != NULL; names++)
        if (strcasecmp(*names, name) == 0)
            return true;
    return false;
}

/* X-Auth-Token, apikey, Ocp-Apim-Subscription-Key … */
static bool ends_like_a_key(const char *name)
{
    static const char *const ENDS[] = { "key", "token", "secret", "password" };
    size_t len = strlen(name);

    for (size_t i = 0; i < sizeof ENDS / sizeof *ENDS; i++)
        if (len >= strlen(ENDS[i]) && strcasecmp(name + len - strlen(ENDS[i]), ENDS[i]) == 0)
            return true;
    return false;
}

static int check_header(const struct row *row, const struct backend_header *header, struct error *error)
{
    static const char *const KEYS[] = { "Authorization", "Proxy-Authorization", "Cookie", "X-Api-Key", "Api-Key",
                                        "X-Goog-Api-Key", NULL };
    static const char *const OURS[] = { "Host", "Content-Length", "Content-Type", "Transfer-Encoding", "Connection",
                                       "Accept-Encoding", "Expect", "Upgrade", "TE", "Trailer", NULL };
    static const char TOKEN[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const char *name = header->name, *value = header->value;
    if (value == NULL)
        return row_refuse(row, error, "headers: the value of '%s' is a text in quotes", name);
    if (is_listed(KEYS, name) || ends_like_a_key(name))
        return row_refuse(row, error, "headers: %s would carry a key, and no key stands in a rule file; put it into an "
                                      "environment variable, and name that in key_env",
                          name);
    if (is_listed(OURS, name))
        return row_refuse(row, error, "headers: %s is written by frontdesk itself; take it out", name);
    if (*name == '\0' || name[strspn(name, TOKEN)] != '\0')
        return row_refuse(row, error, "headers: the name of a header is made of letters, digits and -, not '%s'", name);
    for (const char *at = value; *at != '\0'; at++)
        if ((unsigned char)*at < ' ' || *at == 0x7f)
            return row_refuse(row, error, "headers: the value of %s holds a line break or another control character", name);
    if (strlen(name) + strlen(value) > HEADER_BYTES_MAX)
        return row_refuse(row, error, "headers: %s is longer than %d bytes", name, HEADER_BYTES_MAX);
    return 0;
}

int backend_take_headers(const struct ruleset *ruleset, struct backend_made *made, struct error *error)
{
    const char *text = row_value(made->row, "headers");
    struct error why = { 0 };
    (void)ruleset;
    if (text == NULL)
        return 0;
    if (json_parse(text, strlen(text), JSON_STRICT, &made->headers, &why) != 0)
        return row_refuse(made->row, error, "headers is JSON, as in {\"X-Title\": \"Sunny Bakery\"}: %s", why.text);
    if (json_kind(made->headers) != JSON_OBJECT)
        return row_refuse(made->row, error, "headers is a JSON object, as in {\"X-Title\": \"Sunny Bakery\"}");
    if (json_count(made->headers) > BACKEND_HEADERS_MAX)
        return row_refuse(made->row, error, "headers holds %zu headers; at most %d are sent along", json_count(made->headers),
                          BACKEND_HEADERS_MAX);
    made->backend->headers = made->header_list;
    for (const struct json *member = json_first(made->headers); member != NULL; member = json_next(member)) {
        struct backend_header *header = &made->header_list[made->backend->header_count++];
        *header = (struct backend_header){ json_key(member), json_text(member) };
        if (check_header(made->row, header, error) != 0)
            return -1;
    }
    return 0;
}

/* The body */

static int check_fact(const struct backend_made *made, const char *column, const char *name, struct error *error)
{
    const char *fact = name + sizeof FACT - 1;
    size_t len = strcspn(fact, ".");
    for (size_t i = 0; backend_fact_names[i] != NULL; i++) {
        bool is_it = strlen(backend_fact_names[i]) == len && strncmp(backend_fact_names[i], fact, len) == 0;
        if (!is_it || (fact[len] == '.' && i != BACKEND_FACT_VARIABLES))
            continue;
        if ((made->backend->facts & 1u << i) != 0)
            return 0;
        return row_refuse(made->row, error, "%s asks for {{ %s }}, but the row does not allow that; write '%s' in facts",
                          column, name, backend_fact_names[i]);
    }
    struct nearest nearest = { .word = fact };
    struct buf advice = { 0 };
    nearest_offer_list(&nearest, backend_fact_names);
    nearest_advise(&nearest, backend_fact_names, &advice);
    row_refuse(made->row, error, "%s: there is no fact {{ %s }}%s", column, name, buf_text(&advice));
    buf_release(&advice);
    return -1;
}

static int check_body_name(const struct backend_made *made, const char *column, const char *name, struct error *error)
{
    if (strncmp(name, FACT, sizeof FACT - 1) == 0)
        return check_fact(made, column, name, error);
    if (strcmp(name, "model") == 0 && made->backend->model == NULL)
        return row_refuse(made->row, error, "%s asks for {{ model }}, but the column model is not given", column);
    if (strcmp(name, "prompt") == 0 && made->backend->prompt == NULL)
        return row_refuse(made->row, error, "%s asks for {{ prompt }}, but the column prompt is not given", column);
    if (strcmp(name, "vendor_session") == 0 && row_value(made->row, "session_at") == NULL)
        return row_refuse(made->row, error, "%s asks for {{ vendor_session }}, which an earlier answer gave; say in "
                                            "session_at where it stands there", column);
    if (is_listed(BODY_NAMES, name))
        return 0;
    struct nearest nearest = { .word = name };
    struct buf advice = { 0 };
    nearest_offer_list(&nearest, BODY_NAMES);
    nearest_advise(&nearest, BODY_NAMES, &advice);
    if (nearest.best == NULL)
        buf_add_text(&advice, ", fact.NAME");
    row_refuse(made->row, error, "%s: nothing is known by the name {{ %s }}%s", column, name, buf_text(&advice));
    buf_release(&advice);
    return -1;
}

static int take_body(struct backend_made *made, struct error *error)
{
    const char *source = row_value(made->row, "body");
    struct backend_http *http = &made->backend->http;
    if (source == NULL)
        return 0;
    if (http->is_get)
        return row_refuse(made->row, error, "a GET has no body; write POST");
    http->body = template_new(source, error);
    if (http->body == NULL)
        return row_blame(made->row, "body", error);
    for (size_t i = 0; i < template_name_count(http->body); i++)
        if (check_body_name(made, "body", template_name(http->body, i), error) != 0)
            return -1;
    return build_check_body(made->row, http->body, "{\"text\": {{ message }}, \"from\": {{ session }}}", error);
}

/* Where the parts of its answer lie. */
static int take_pointers(struct backend_made *made, struct error *error)
{
    struct backend_http *http = &made->backend->http;
    const struct {
        const char *column, **pointer;
    } POINTERS[] = { { "text_at", &http->text_at },
                     { "session_at", &http->session_at },
                     { "tokens_in_at", &http->tokens_in_at },
                     { "tokens_out_at", &http->tokens_out_at },
                     { "handoff_at", &http->handoff_at } };
    for (size_t i = 0; i < sizeof POINTERS / sizeof POINTERS[0]; i++) {
        const char *pointer = row_value(made->row, POINTERS[i].column);
        *POINTERS[i].pointer = pointer;
        if (pointer != NULL && !json_is_pointer(pointer))
            return row_refuse(made->row, error,
                              "%s leads from the top of the answer, with a slash before each part, as in /reply/text or "
                              "/items/0/text; '%s' does not",
                              POINTERS[i].column, pointer);
    }
    return 0;
}

/* A GET has nothing but its address to put the message into. */
static int take_query(struct backend_made *made, struct error *error)
{
    struct backend_http *http = &made->backend->http;
    bool asks = false;
    if (!http->is_get)
        return 0;
    http->url = template_new(made->backend->url, error);
    if (http->url == NULL)
        return row_blame(made->row, "url", error);
    for (size_t i = 0; i < template_name_count(http->url); i++) {
        if (check_body_name(made, "url", template_name(http->url, i), error) != 0)
            return -1;
        asks |= strcmp(template_name(http->url, i), "message") == 0;
    }
    if (asks)
        return 0;
    return row_refuse(made->row, error, "with GET the message goes into the url, as in "
                                        "https://bot.example.com/ask?q={{ message }}; or write POST, and a body");
}

int backend_take_http(const struct ruleset *ruleset, struct backend_made *made, struct error *error)
{
    int method;
    (void)ruleset;
    if (row_choose(made->row, "method", METHODS, 1, &method, error) != 0)
        return -1;
    made->backend->http.is_get = method == 0;
    if (take_pointers(made, error) != 0 || take_body(made, error) != 0)
        return -1;
    return take_query(made, error);
}
