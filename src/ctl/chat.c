/*
 * chat: see the header.
 *
 * A turn's state alone does not tell whether all has arrived: after a hand-over the turn is "agent" at once,
 * and its sentence still on the way. So the texts of the turn are looked at as well: settled is a turn that
 * is not open, and none of whose texts waits.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/env.h"
#include "base/json.h"
#include "ctl/chat.h"
#include "ctl/client.h"
#include "store/transcript.h"

enum { CALL_MS = 35 * 1000 };

/* Where things are */

static bool is_loopback_host(const char *host, size_t len)
{
    if ((len == 9 && memcmp(host, "localhost", 9) == 0) || (len == 5 && memcmp(host, "[::1]", 5) == 0))
        return true;
    /* 127.0.0.0/8 in plain dotted form: digits and dots only, so that 127.evil.example is none. */
    return len > 4 && memcmp(host, "127.", 4) == 0 && strspn(host, "0123456789.") >= len;
}

bool chat_is_loopback(const char *url)
{
    const char *host, *end;

    if (strncmp(url, "http://", 7) != 0)
        return false;
    host = url + 7;
    end = host + (host[0] == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":/?#@"));
    if (strchr(host, '@') != NULL || strchr(host, '\\') != NULL)
        return false;
    if (*end == ':')
        return is_loopback_host(host, (size_t)(end - host)) &&
               end[1 + strspn(end + 1, "0123456789/")] == '\0';
    return (*end == '\0' || *end == '/') && is_loopback_host(host, (size_t)(end - host));
}

/* The address that the daemon listens on, as somebody who calls it: every address means this machine. */
static int find_webhook(const char *told, struct buf *url, struct error *error)
{
    struct buf listen = { 0 };
    int found = 1;
    const char *address, *port;

    if (told != NULL && *told != '\0')
        buf_add_text(&listen, told);
    else
        found = env_get("FRONTDESK_LISTEN", &listen, error);
    if (found == 0)
        buf_add_text(&listen, "127.0.0.1:8080");
    address = buf_text(&listen);
    port = strrchr(address, ':');
    if (found >= 0 && (port == NULL || port[1] == '\0' || strcmp(port, ":0") == 0))
        found = error_set(error,
                          "FRONTDESK_LISTEN is \"%s\"; a chat needs the daemon's address and port, like "
                          "127.0.0.1:8080",
                          address);
    if (found >= 0 && (strncmp(address, "0.0.0.0:", 8) == 0 || address == port))
        buf_addf(url, "http://127.0.0.1%s/v1/inbound", port);
    else if (found >= 0 && strncmp(address, "[::]:", 5) == 0)
        buf_addf(url, "http://[::1]%s/v1/inbound", port);
    else if (found >= 0)
        buf_addf(url, "http://%s/v1/inbound", address);
    buf_release(&listen);
    return found < 0 ? -1 : 0;
}

static int find_token(struct buf *token, struct error *error)
{
    int found = env_get("FRONTDESK_WEBHOOK_TOKENS", token, error);

    if (found == 1)
        buf_truncate(token, strcspn(buf_text(token), ", \n"));
    if (found < 0 || token->len > 0)
        return found < 0 ? -1 : 0;
    return error_set(error, "a chat writes through the daemon's webhook: set FRONTDESK_WEBHOOK_TOKENS to "
                            "what the daemon has");
}

static int find_inbox(struct chat *chat, struct error *error)
{
    struct buf url = { 0 };
    int found = env_get("BRAZE_REST_URL", &url, error);

    if (found == 0)
        found = error_set(error, "a chat reads the answers from frontdesk-sandbox: set BRAZE_REST_URL to its "
                                 "address, as the daemon has it");
    else if (found == 1 && !chat_is_loopback(buf_text(&url)))
        found = error_set(error,
                          "BRAZE_REST_URL is %s, which is not on this machine: chat is for frontdesk-sandbox "
                          "and never talks to the real Braze",
                          buf_text(&url));
    while (url.len > 0 && url.data[url.len - 1] == '/')
        buf_truncate(&url, url.len - 1);
    if (found == 1) {
        buf_addf(&chat->inbox, "%s/_sandbox/messages?user=", buf_text(&url));
        client_escape(chat->client, chat->user, &chat->inbox);
        buf_add_text(&chat->inbox, "&since=");
    }
    buf_release(&url);
    return found < 0 ? -1 : 0;
}

static void pass_by(void *context, const char *text, const char *buttons, const char *list)
{
    (void)context;
    (void)text;
    (void)buttons;
    (void)list;
}

int chat_open(struct chat *chat, struct db *db, const char *user, const char *listen, struct error *error)
{
    *chat = (struct chat){ .client = client_new(), .db = db, .user = user };
    if (find_inbox(chat, error) == 0 && find_token(&chat->token, error) == 0 &&
        find_webhook(listen, &chat->webhook, error) == 0 && chat_fetch(chat, 0, pass_by, NULL, error) >= 0)
        return 0;
    chat_close(chat);
    return -1;
}

void chat_close(struct chat *chat)
{
    client_free(chat->client);
    buf_release(&chat->webhook);
    buf_release(&chat->token);
    buf_release(&chat->inbox);
    *chat = (struct chat){ 0 };
}

/* Saying */

static void format_webhook(struct chat *chat, const char *text, struct buf *body)
{
    struct jsonw w = { .out = body };
    char dispatch[64];

    snprintf(dispatch, sizeof dispatch, "chat-%ld-%lld-%u", (long)getpid(), (long long)clock_wall_ms(),
             ++chat->said);
    jsonw_object(&w, NULL);
    jsonw_text(&w, "user_id", chat->user);
    if (chat->language != NULL)
        jsonw_text(&w, "language", chat->language);
    jsonw_text(&w, "message", text);
    jsonw_text(&w, "dispatch_id", dispatch);
    jsonw_end_object(&w);
}

static int read_receipt(const struct client_answer *answer, const char *url, int64_t *message,
                        struct error *error)
{
    struct json *receipt = NULL;

    if (answer->end == CLIENT_NOBODY)
        return error_set(error, "no daemon listens at %s (%s): start frontdeskd", url, answer->problem);
    if (answer->end == CLIENT_LOST)
        return error_set(error, "the daemon at %s did not answer (%s)", url, answer->problem);
    if (answer->status == 401)
        return error_set(error, "the daemon refuses our token: FRONTDESK_WEBHOOK_TOKENS must be what the "
                                "daemon has");
    if (answer->status != 200 && answer->status != 202)
        return error_set(error, "the daemon did not take the message: status %d", answer->status);
    *message = 0;
    if (json_parse(buf_text(&answer->body), answer->body.len, JSON_STRICT, &receipt, NULL) >= 0)
        *message = json_get_int(receipt, "message", 0);
    json_free(receipt);
    return *message != 0 ? 0 : error_set(error, "the daemon took the call, but read no message in it");
}

int chat_say(struct chat *chat, const char *text, int64_t *message, struct error *error)
{
    struct client_answer answer;
    struct buf body = { 0 };
    int result;

    format_webhook(chat, text, &body);
    client_run(chat->client,
               &(struct client_call){ .url = buf_text(&chat->webhook),
                                      .bearer = buf_text(&chat->token),
                                      .body = buf_text(&body),
                                      .timeout_ms = CALL_MS },
               &answer);
    result = read_receipt(&answer, buf_text(&chat->webhook), message, error);
    client_answer_release(&answer);
    buf_release(&body);
    return result;
}

/* Hearing */

/* The rows of all sections, as one array. */
static void collect_rows(const struct json *list, struct buf *out)
{
    struct jsonw w = { .out = out };

    jsonw_array(&w, NULL);
    for (const struct json *section = json_first(json_get(list, "sections")); section != NULL;
         section = json_next(section))
        for (const struct json *row = json_first(json_get(section, "rows")); row != NULL; row = json_next(row))
            if (json_text(row) != NULL)
                jsonw_text(&w, NULL, json_text(row));
    jsonw_end_array(&w);
}

static void take_message(const struct json *item, chat_reply *reply, void *context)
{
    const char *text = json_get_text(item, "text");
    const struct json *offered = json_get(item, "buttons"), *list = json_get(item, "list");
    struct buf buttons = { 0 };

    if (list != NULL)
        collect_rows(list, &buttons);
    else if (offered != NULL)
        json_format(offered, &buttons);
    reply(context, text != NULL ? text : "", buttons.len > 0 ? buf_text(&buttons) : NULL, json_get_text(list, "button"));
    buf_release(&buttons);
}

static int take_messages(struct chat *chat, const struct json *answer, chat_reply *reply, void *context)
{
    int count = 0;

    for (const struct json *item = json_first(json_get(answer, "messages")); item != NULL;
         item = json_next(item)) {
        int64_t n = json_get_int(item, "n", 0);

        if (n <= chat->newest)
            continue;
        chat->newest = n;
        take_message(item, reply, context);
        count++;
    }
    return count;
}

int chat_fetch(struct chat *chat, int wait_ms, chat_reply *reply, void *context, struct error *error)
{
    struct client_answer answer;
    struct json *json = NULL;
    struct buf url = { 0 };
    int count;

    buf_addf(&url, "%s%lld&wait_ms=%d", buf_text(&chat->inbox), (long long)chat->newest, wait_ms);
    client_run(chat->client, &(struct client_call){ .url = buf_text(&url), .timeout_ms = wait_ms + CALL_MS },
               &answer);
    if (answer.end != CLIENT_ANSWERED)
        count = error_set(error, "no frontdesk-sandbox answers at BRAZE_REST_URL (%s)", answer.problem);
    else if (answer.status != 200)
        count = error_set(error, "what answers at BRAZE_REST_URL is no frontdesk-sandbox (status %d)",
                          answer.status);
    else if (json_parse(buf_text(&answer.body), answer.body.len, JSON_LARGE, &json, error) < 0)
        count = error_prefix(error, "the sandbox's answer");
    else
        count = take_messages(chat, json, reply, context);
    json_free(json);
    client_answer_release(&answer);
    buf_release(&url);
    return count;
}

/* What became of it */

static bool is_active(const char *state)
{
    return strcmp(state, "waiting") == 0 || strcmp(state, "due") == 0 || strcmp(state, "claimed") == 0;
}

static void count_text(void *context, const struct transcript_line *line)
{
    struct chat_fate *fate = context;

    fate->texts++;
    if (strcmp(line->state, "accepted") == 0)
        fate->accepted++;
    else if (is_active(line->state))
        fate->is_settled = false;
    else
        snprintf(fate->reason, sizeof fate->reason, "%.12s%s%.280s", line->state,
                 line->reason[0] != '\0' ? ": " : "", line->reason);
}

int chat_fate(struct chat *chat, int64_t message, struct chat_fate *fate, struct error *error)
{
    int64_t turn = 0;
    int found;

    *fate = (struct chat_fate){ 0 };
    found = transcript_turn_of(chat->db, message, &turn, fate->state, error);
    if (found < 0)
        return -1;
    if (found == 0)
        return error_set(error, "message %lld is not in this book: do --db and the daemon mean the same one?",
                         (long long)message);
    fate->is_settled = strcmp(fate->state, "open") != 0;
    return transcript_turn(chat->db, turn, count_text, fate, error) < 0 ? -1 : 0;
}
