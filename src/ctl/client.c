/*
 * client: see the header.
 *
 * The bearer token goes into a header and nowhere else; it is not logged, and redirects are not followed, so
 * that it reaches the address it was meant for and no other.
 *
 * libcurl and the thirty libraries below it are loaded when the first call is made, not when the program starts: most commands
 * read the book and call nobody, and would wait longer for these than for their answer. Where it cannot be loaded the
 * program ends as it would have at its start.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "ctl/client.h"

enum { BODY_MAX = 32 * 1024 * 1024, CONNECT_MS = 3000 };

#define CURL_CALLS(of)                                                                                         \
    of(global_init) of(global_cleanup) of(easy_init) of(easy_cleanup) of(easy_reset) of(easy_setopt)            \
        of(easy_perform) of(easy_getinfo) of(easy_strerror) of(easy_escape) of(free) of(slist_append)           \
            of(slist_free_all)

struct curl {
#define MEMBER(name) __typeof__(curl_##name) *name;
    CURL_CALLS(MEMBER)
#undef MEMBER
};

struct client {
    struct curl curl;
    CURL *easy;
    const struct client_call *call; /* under way */
    int64_t began_at;
};

static void *load_symbol(void *library, const char *name)
{
    void *symbol = library != NULL ? dlsym(library, name) : NULL;

    if (symbol == NULL) {
        fprintf(stderr, "frontdesk: libcurl cannot be used: %s; install the package libcurl4\n", dlerror());
        exit(EXIT_FAILURE);
    }
    return symbol;
}

/* It stays loaded: some of what is below it does not survive being unloaded. */
static void load_curl(struct curl *curl)
{
    void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);

#define LOAD(name) curl->name = (__typeof__(curl->name))load_symbol(library, "curl_" #name);
    CURL_CALLS(LOAD)
#undef LOAD
}

struct client *client_new(void)
{
    struct client *client = alloc_new(sizeof *client);

    load_curl(&client->curl);
    client->curl.global_init(CURL_GLOBAL_DEFAULT);
    client->easy = client->curl.easy_init();
    if (client->easy == NULL)
        abort();
    return client;
}

void client_free(struct client *client)
{
    if (client == NULL)
        return;
    client->curl.easy_cleanup(client->easy);
    client->curl.global_cleanup();
    free(client);
}

static size_t take_body(char *bytes, size_t size, size_t count, void *context)
{
    struct client_answer *answer = context;

    if (answer->body.len + size * count > BODY_MAX)
        return 0;
    buf_add(&answer->body, bytes, size * count);
    return size * count;
}

static int ask_whether_to_go_on(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    const struct client *client = context;

    (void)a, (void)b, (void)c, (void)d;
    return client->call->goes_on(client->call->context, clock_monotonic_ms() - client->began_at) ? 0 : 1;
}

static struct curl_slist *add_header(const struct curl *curl, struct curl_slist *list, const char *line)
{
    struct curl_slist *longer = curl->slist_append(list, line);

    if (longer == NULL)
        abort();
    return longer;
}

static struct curl_slist *make_headers(const struct curl *curl, const struct client_call *call)
{
    struct curl_slist *headers = add_header(curl, NULL, "Expect:");
    struct buf line = { 0 };

    if (call->body != NULL)
        headers = add_header(curl, headers, "Content-Type: application/json");
    if (call->bearer != NULL) {
        buf_addf(&line, "Authorization: Bearer %s", call->bearer);
        headers = add_header(curl, headers, buf_text(&line));
    }
    if (call->book != NULL && call->book[0] != '\0') {
        buf_clear(&line);
        buf_addf(&line, "X-Frontdesk-Book: %s", call->book);
        headers = add_header(curl, headers, buf_text(&line));
    }
    buf_release(&line);
    return headers;
}

static void set_up(struct client *client, const struct client_call *call, struct curl_slist *headers,
                   struct client_answer *answer)
{
    __typeof__(curl_easy_setopt) *set = client->curl.easy_setopt;
    CURL *easy = client->easy;

    client->curl.easy_reset(easy);
    set(easy, CURLOPT_URL, call->url);
    set(easy, CURLOPT_PROTOCOLS_STR, "http");
    set(easy, CURLOPT_PROXY, "");
    set(easy, CURLOPT_NOPROXY, "*");
    set(easy, CURLOPT_NOSIGNAL, 1L);
    set(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    set(easy, CURLOPT_TIMEOUT_MS, (long)call->timeout_ms);
    set(easy, CURLOPT_HTTPHEADER, headers);
    set(easy, CURLOPT_WRITEFUNCTION, take_body);
    set(easy, CURLOPT_WRITEDATA, answer);
    if (call->goes_on != NULL) {
        client->call = call;
        client->began_at = clock_monotonic_ms();
        set(easy, CURLOPT_NOPROGRESS, 0L);
        set(easy, CURLOPT_XFERINFOFUNCTION, ask_whether_to_go_on);
        set(easy, CURLOPT_XFERINFODATA, client);
    }
    if (call->socket != NULL)
        set(easy, CURLOPT_UNIX_SOCKET_PATH, call->socket);
    if (call->body != NULL) {
        set(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(call->body));
        set(easy, CURLOPT_POSTFIELDS, call->body);
    }
}

void client_run(struct client *client, const struct client_call *call, struct client_answer *answer)
{
    const struct curl *curl = &client->curl;
    struct curl_slist *headers = make_headers(curl, call);
    long status = 0;
    CURLcode code;

    *answer = (struct client_answer){ 0 };
    set_up(client, call, headers, answer);
    code = curl->easy_perform(client->easy);
    curl->easy_getinfo(client->easy, CURLINFO_RESPONSE_CODE, &status);
    curl->slist_free_all(headers);
    answer->status = (int)status;
    if (code == CURLE_OK)
        answer->end = CLIENT_ANSWERED;
    else if (code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST)
        answer->end = CLIENT_NOBODY;
    else
        answer->end = CLIENT_LOST;
    if (code != CURLE_OK)
        snprintf(answer->problem, sizeof answer->problem, "%s", curl->easy_strerror(code));
}

void client_answer_release(struct client_answer *answer)
{
    buf_release(&answer->body);
    *answer = (struct client_answer){ 0 };
}

void client_escape(struct client *client, const char *text, struct buf *out)
{
    char *escaped = client->curl.easy_escape(client->easy, text, (int)strlen(text));

    if (escaped == NULL)
        abort();
    buf_add_text(out, escaped);
    client->curl.free(escaped);
}
