/*
 * bulletin: see the header.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/seal.h"
#include "daemon/bulletin.h"

struct bulletin {
    struct bulletin *next;
    struct bulletins *bulletins;
    struct notify_call *call;
    struct notify_end end;
};

void bulletins_init(struct bulletins *bulletins, struct fetcher *fetcher, struct keyring *keys)
{
    *bulletins = (struct bulletins){ .fetcher = fetcher, .keys = keys };
}

static void free_list(struct bulletin *bulletin)
{
    while (bulletin != NULL) {
        struct bulletin *next = bulletin->next;

        notify_call_free(bulletin->call);
        free(bulletin);
        bulletin = next;
    }
}

void bulletins_release(struct bulletins *bulletins)
{
    free_list(bulletins->under_way);
    free_list(bulletins->ended);
    *bulletins = (struct bulletins){ 0 };
}

/* Ends */

static void unlink_bulletin(struct bulletins *bulletins, struct bulletin *bulletin)
{
    struct bulletin **at = &bulletins->under_way;

    while (*at != bulletin)
        at = &(*at)->next;
    *at = bulletin->next;
    bulletins->count--;
}

/* Neither address nor body: they hold a token perhaps, and what customers said. */
static void put_ended(struct bulletins *bulletins, struct bulletin *bulletin)
{
    const struct notify_end *end = &bulletin->end;
    const struct notify_row *row = &bulletin->call->row;

    bulletin->next = bulletins->ended;
    bulletins->ended = bulletin;
    if (end->reason[0] == '\0')
        log_debug("desk_told", log_text("to", row->target), log_text("type", row->type), log_int("outbox", row->id),
                  log_int("ms", end->took_ms));
    else
        log_warn("desk_not_told", log_text("to", row->target), log_text("type", row->type), log_int("outbox", row->id),
                 log_int("status", end->status), log_int("ms", end->took_ms), log_text("reason", end->reason));
}

static void end(void *context, const struct wire *wire, int64_t took_ms)
{
    struct bulletin *bulletin = context;

    unlink_bulletin(bulletin->bulletins, bulletin);
    notify_end_read(wire, clock_wall_ms(), took_ms, &bulletin->end);
    put_ended(bulletin->bulletins, bulletin);
}

/* Starting */

static int read_secret(struct bulletins *bulletins, const char *name, struct seal_keys *keys, struct error *error)
{
    const char *secret = keyring_get(bulletins->keys, name, error);

    if (secret == NULL)
        return -1;
    return seal_read(secret, keys, error) == 0 ? 0 : error_prefix(error, "%.100s", name);
}

static int fetch_for(struct bulletin *bulletin, const struct seal_webhook *webhook, const char *signature,
                     struct error *error)
{
    const struct notify_call *call = bulletin->call;
    struct fetch_header headers[] = { { "webhook-id", webhook->id },
                                      { "webhook-timestamp", webhook->timestamp },
                                      { "webhook-signature", signature } };
    struct fetch fetch = {
        .url = call->url,
        .headers = headers,
        .header_count = sizeof headers / sizeof *headers,
        .content_type = "application/json",
        .body = webhook->body,
        .body_len = webhook->body_len,
        .reach = call->may_be_local ? FETCH_LOCAL_TOO : FETCH_PUBLIC,
        .timeout_ms = NOTIFY_TIMEOUT_MS,
        .answer_max = NOTIFY_ANSWER_MAX,
        .ended = end,
        .context = bulletin,
    };

    return fetch_start(bulletin->bulletins->fetcher, &fetch, error);
}

/* 0; or -1: it is not worth a try, for the reason given. */
static int try_start(struct bulletin *bulletin, struct error *error)
{
    struct bulletins *bulletins = bulletin->bulletins;
    const struct notify_call *call = bulletin->call;
    struct buf signature = { 0 };
    struct seal_keys keys;
    char timestamp[24];
    struct seal_webhook webhook = { call->id, timestamp, call->row.body, strlen(call->row.body) };
    int result;

    if (read_secret(bulletins, call->secret_env, &keys, error) != 0)
        return -1;
    snprintf(timestamp, sizeof timestamp, "%" PRId64, clock_wall_ms() / 1000);
    seal_sign(&keys, &webhook, &signature);
    seal_forget(&keys);
    result = fetch_for(bulletin, &webhook, buf_text(&signature), error);
    buf_release(&signature);
    if (result != 0)
        return -1;
    bulletin->next = bulletins->under_way;
    bulletins->under_way = bulletin;
    bulletins->count++;
    return 0;
}

static void start(struct bulletins *bulletins, struct notify_call *call)
{
    struct bulletin *bulletin = alloc_new(sizeof *bulletin);
    struct error error = { 0 };

    bulletin->bulletins = bulletins;
    bulletin->call = call;
    if (try_start(bulletin, &error) != 0) {
        notify_end_refuse(error.text, &bulletin->end);
        put_ended(bulletins, bulletin);
    }
}

void bulletins_start(struct bulletins *bulletins, struct notify_call *calls)
{
    while (calls != NULL) {
        struct notify_call *next = calls->next;

        calls->next = NULL;
        start(bulletins, calls);
        calls = next;
    }
}

bool bulletins_has_ended(const struct bulletins *bulletins)
{
    return bulletins->ended != NULL;
}

int bulletins_settle(const struct bulletins *bulletins, struct desk *desk, int64_t now, struct error *error)
{
    for (const struct bulletin *bulletin = bulletins->ended; bulletin != NULL; bulletin = bulletin->next)
        if (notify_settle(desk, bulletin->call, &bulletin->end, now, error) != 0)
            return -1;
    return 0;
}

void bulletins_drop(struct bulletins *bulletins)
{
    free_list(bulletins->ended);
    bulletins->ended = NULL;
}
