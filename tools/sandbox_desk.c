/*
 * sandbox_desk: see the header.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"

#include "sandbox_desk.h"

static const char PREFIX[] = "/desk/";

void other_desk_init(struct other_desk *desk)
{
    *desk = (struct other_desk){ .ids = alloc_array(DESK_IDS_MAX, DESK_ID_SIZE) };
}

void other_desk_release(struct other_desk *desk)
{
    ring_release(&desk->told);
    free(desk->ids);
    seal_forget(&desk->keys);
    *desk = (struct other_desk){ 0 };
}

void other_desk_forget(struct other_desk *desk)
{
    ring_forget(&desk->told);
    desk->id_count = desk->requests = desk->refused = desk->faults = desk->repeated = 0;
}

bool other_desk_has_path(const char *path)
{
    return strncmp(path, PREFIX, sizeof PREFIX - 1) == 0;
}

/* Judging */

static bool knows(const struct other_desk *desk, const char *id)
{
    int64_t kept = desk->id_count < DESK_IDS_MAX ? desk->id_count : DESK_IDS_MAX;

    for (int64_t i = 0; i < kept; i++)
        if (strcmp(desk->ids[i], id) == 0)
            return true;
    return false;
}

static const char *check_sign(const struct other_desk *desk, const struct http_request *request, int64_t now_ms)
{
    struct seal_webhook webhook = { http_header(request, "webhook-id"), http_header(request, "webhook-timestamp"), request->body,
                                    request->body_len };
    enum seal_verdict verdict = seal_verify(&desk->keys, &webhook, http_header(request, "webhook-signature"), now_ms / 1000);

    if (verdict == SEAL_FINE || (verdict == SEAL_WRONG && desk->keys.count == 0))
        return NULL;
    return seal_words(verdict);
}

static bool is_type(const char *type)
{
    static const char *const TYPES[] = { "handoff", "taken", "released", "closed", "message" };

    for (size_t i = 0; type != NULL && i < sizeof TYPES / sizeof *TYPES; i++)
        if (strcmp(TYPES[i], type) == 0)
            return true;
    return false;
}

static const char *read_event(const struct http_request *request, struct desk_visit *visit)
{
    const char *type = http_header(request, "Content-Type");
    struct error error = { 0 };

    if (type == NULL || strcmp(type, "application/json") != 0)
        return "Content-Type is application/json";
    if (json_parse(request->body, request->body_len, JSON_STRICT, &visit->event, &error) != 0)
        return "the body is no JSON";
    visit->type = json_get_text(visit->event, "type");
    visit->conversation = json_get_int(json_get(visit->event, "data"), "conversation", 0);
    if (!is_type(visit->type) || json_get_text(visit->event, "timestamp") == NULL || visit->conversation <= 0)
        return "the body is {\"type\",\"timestamp\",\"data\":{\"conversation\",…}}";
    return NULL;
}

void other_desk_judge(struct other_desk *desk, const struct http_request *request, int64_t now_ms, struct desk_visit *visit,
                struct http_answer *answer)
{
    struct jsonw w = { .out = &answer->body };

    *visit = (struct desk_visit){ .status = 200, .id = http_header(request, "webhook-id") };
    if (strcmp(request->method, "POST") != 0) {
        visit->why = "webhooks are POSTed";
        visit->status = 405;
    } else if ((visit->why = check_sign(desk, request, now_ms)) != NULL) {
        visit->status = 401;
    } else if (strlen(visit->id) >= DESK_ID_SIZE) {
        visit->why = "webhook-id is longer than 127 characters";
        visit->status = 400;
    } else if ((visit->why = read_event(request, visit)) != NULL) {
        visit->status = 400;
    }
    visit->is_repeated = visit->why == NULL && knows(desk, visit->id);
    answer->status = visit->status;
    jsonw_object(&w, NULL);
    if (visit->why != NULL)
        jsonw_text(&w, "error", visit->why);
    else
        jsonw_text(&w, "status", visit->is_repeated ? "repeated" : "ok");
    jsonw_end_object(&w);
}

/* Remembering */

void other_desk_note(struct other_desk *desk, const struct http_request *request, struct desk_visit *visit, const char *outcome,
               int status, bool is_taken, int64_t now_ms)
{
    struct buf json = { 0 };
    struct jsonw w = { .out = &json };

    desk->requests++;
    desk->refused += visit->why != NULL;
    desk->repeated += is_taken && visit->is_repeated;
    if (is_taken && !visit->is_repeated)
        snprintf(desk->ids[desk->id_count++ % DESK_IDS_MAX], DESK_ID_SIZE, "%s", visit->id);
    jsonw_object(&w, NULL);
    jsonw_int(&w, "n", desk->told.last + 1);
    jsonw_int(&w, "at", now_ms);
    jsonw_text(&w, "path", request->path);
    jsonw_text(&w, "id", visit->id);
    jsonw_text(&w, "outcome", outcome);
    jsonw_int(&w, "status", status);
    jsonw_text(&w, "why", visit->why);
    jsonw_bool(&w, "taken", is_taken);
    jsonw_bool(&w, "repeated", visit->is_repeated);
    if (visit->event != NULL) {
        struct buf event = { 0 };

        json_format(visit->event, &event);
        jsonw_raw(&w, "event", buf_text(&event));
        buf_release(&event);
    }
    jsonw_end_object(&w);
    ring_put(&desk->told, request->path, &json);
    json_free(visit->event);
    visit->event = NULL;
}

void other_desk_report(const struct other_desk *desk, struct buf *out)
{
    struct jsonw w = { .out = out };

    jsonw_object(&w, NULL);
    jsonw_int(&w, "requests", desk->requests);
    jsonw_int(&w, "refused", desk->refused);
    jsonw_int(&w, "faults", desk->faults);
    jsonw_int(&w, "taken", desk->id_count);
    jsonw_int(&w, "repeated", desk->repeated);
    jsonw_end_object(&w);
}
