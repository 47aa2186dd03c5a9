/*
 * client: see the header.
 *
 * The bearer token goes into a header and nowhere else; it is not logged, and redirects are not followed, so
 * that it reaches the address it was meant for and no other.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "base/alloc.h"
#include "ctl/client.h"

enum { BODY_MAX = 32 * 1024 * 1024, CONNECT_MS = 3000 };

struct client {
    CURL *easy;
};

struct client *client_new(void)
{
    struct client *client = alloc_new(sizeof *client);

    curl_global_init(CURL_GLOBAL_DEFAULT);
    client->easy = curl_easy_init();
    if (client->easy == NULL)
        abort();
    return client;
}

void client_free(struct client *client)
{
    if (client == NULL)
        return;
    curl_easy_cleanup(client->easy);
    curl_global_cleanup();
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

static struct curl_slist *add_header(struct curl_slist *list, const char *line)
{
    struct curl_slist *longer = curl_slist_append(list, line);

    if (longer == NULL)
        abort();
    return longer;
}

static struct curl_slist *make_headers(const struct client_call *call)
{
    struct curl_slist *headers = add_header(NULL, "Expect:");
    struct buf line = { 0 };

    if (call->body != NULL)
        headers = add_header(headers, "Content-Type: application/json");
    if (call->bearer != NULL) {
        buf_addf(&line, "Authorization: Bearer %s", call->bearer);
        headers = add_header(headers, buf_text(&line));
    }
    buf_release(&line);
    return headers;
}

static void set_up(CURL *easy, const struct client_call *call, struct curl_slist *headers,
                   struct client_answer *answer)
{
    curl_easy_reset(easy);
    curl_easy_setopt(easy, CURLOPT_URL, call->url);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http");
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)call->timeout_ms);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, answer);
    if (call->socket != NULL)
        curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, call->socket);
    if (call->body != NULL) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(call->body));
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, call->body);
    }
}

void client_run(struct client *client, const struct client_call *call, struct client_answer *answer)
{
    struct curl_slist *headers = make_headers(call);
    long status = 0;
    CURLcode code;

    *answer = (struct client_answer){ 0 };
    set_up(client->easy, call, headers, answer);
    code = curl_easy_perform(client->easy);
    curl_easy_getinfo(client->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(headers);
    answer->status = (int)status;
    if (code == CURLE_OK)
        answer->end = CLIENT_ANSWERED;
    else if (code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST)
        answer->end = CLIENT_NOBODY;
    else
        answer->end = CLIENT_LOST;
    if (code != CURLE_OK)
        snprintf(answer->problem, sizeof answer->problem, "%s", curl_easy_strerror(code));
}

void client_answer_release(struct client_answer *answer)
{
    buf_release(&answer->body);
    *answer = (struct client_answer){ 0 };
}

void client_escape(struct client *client, const char *text, struct buf *out)
{
    char *escaped = curl_easy_escape(client->easy, text, (int)strlen(text));

    if (escaped == NULL)
        abort();
    buf_add_text(out, escaped);
    curl_free(escaped);
}
