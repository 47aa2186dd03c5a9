/*
 * sandbox_desk: another desk, or a pager: it takes the webhooks that frontdesk sends to a team's notify_url and relay_url, as
 * strictly as one that keeps to Standard Webhooks would.
 *
 *     POST /desk/ANYTHING    200 {"status":"ok"}, or {"status":"repeated"} where that webhook-id was taken before; 401 where the
 *                            signature is wrong, or older than five minutes; 400 where the body is none of frontdesk's
 *
 * Without --desk-secret the headers have to be there in their form, and every signature is good. One thread.
 */
#ifndef TOOLS_SANDBOX_DESK_H
#define TOOLS_SANDBOX_DESK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/seal.h"

#include "sandbox_conn.h"
#include "sandbox_ring.h"

enum { DESK_IDS_MAX = 4096, DESK_ID_SIZE = 128 };

struct desk_visit { /* one request, judged; `event` is released by other_desk_note */
    struct json *event;
    const char *id, *type;
    int64_t conversation;
    const char *why; /* NULL: nothing is wrong */
    int status;
    bool is_repeated;
};

struct other_desk {
    struct seal_keys keys; /* none: every signature is good */
    struct ring told;      /* what came, under its path; the newest */
    char (*ids)[DESK_ID_SIZE]; /* of what was taken, the newest DESK_IDS_MAX */
    int64_t id_count;          /* of all */
    int64_t requests, refused, faults, repeated;
};

void other_desk_init(struct other_desk *desk);
void other_desk_release(struct other_desk *desk);
void other_desk_forget(struct other_desk *desk);

bool other_desk_has_path(const char *path);

/* What it would answer; `answer` is empty. */
void other_desk_judge(struct other_desk *desk, const struct http_request *request, int64_t now_ms, struct desk_visit *visit,
                struct http_answer *answer);

/* Remembers it, where it was taken for good; `outcome` and `status` as they leave, or 0. */
void other_desk_note(struct other_desk *desk, const struct http_request *request, struct desk_visit *visit, const char *outcome,
               int status, bool is_taken, int64_t now_ms);

/* Appends {"requests":N,"refused":N,"faults":N,"taken":N,"repeated":N}. */
void other_desk_report(const struct other_desk *desk, struct buf *out);

#endif
