/*
 * examiner: see the header.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "backend/probe.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/version.h"
#include "braze/answer.h"
#include "braze/date.h"
#include "braze/details.h"
#include "daemon/engine.h"
#include "daemon/examiner.h"
#include "daemon/http.h"
#include "daemon/outcome.h"
#include "flow/flow.h"
#include "store/schema.h"
#include "text/pattern.h"

enum { CALL_TIMEOUT_MS = 15 * 1000, ANSWER_MAX = 256 * 1024, CHECKS_MAX = 64, HEADERS_MAX = BACKEND_HEADERS_MAX + 5 };

static const char CAMPAIGN[] = "campaign";

struct check {
    struct examiner *examiner;
    const char *kind;         /* a literal */
    char name[128];           /* of the campaign or backend; "" */
    char *url, *body;         /* body NULL: a GET */
    const char *key;          /* borrowed */
    bool is_backend;          /* else Braze is asked */
    enum backend_kind vendor;
    struct vendor_request request; /* of a backend: its headers, and how its key goes. What it borrows is there until it leaves */
    enum probe_verdict verdict;
    enum fetch_reach reach;
    struct answer answer;
    int status;
    int64_t took_ms, skew_ms;
    bool is_json; /* what was answered */
    bool has_skew, has_details;
    struct details details;
};

struct examiner {
    struct fetcher *fetcher;
    struct keyring *keys;
    const struct engine_config *config;
    struct mail *mail; /* whose answer is being put together; NULL: none */
    struct buf own;    /* its beginning, JSON */
    struct check checks[CHECKS_MAX];
    size_t count, left, left_out; /* left_out: checks there was no place for */
};

struct examiner *examiner_new(struct fetcher *fetcher, struct keyring *keys, const struct engine_config *config)
{
    struct examiner *examiner = alloc_new(sizeof *examiner);

    examiner->fetcher = fetcher;
    examiner->keys = keys;
    examiner->config = config;
    return examiner;
}

static void forget(struct examiner *examiner)
{
    for (size_t i = 0; i < examiner->count; i++) {
        free(examiner->checks[i].url);
        free(examiner->checks[i].body);
        vendor_request_release(&examiner->checks[i].request);
        examiner->checks[i] = (struct check){ 0 };
    }
    examiner->count = examiner->left = examiner->left_out = 0;
    buf_release(&examiner->own);
    if (examiner->mail != NULL)
        mail_free(examiner->mail);
    examiner->mail = NULL;
}

void examiner_free(struct examiner *examiner)
{
    if (examiner->mail != NULL)
        outcome_tell_error(examiner->mail->call, 503, "the daemon is stopping");
    forget(examiner);
    free(examiner);
}

/* The answer */

static void write_details(const struct details *details, struct jsonw *w)
{
    jsonw_object(w, "details");
    jsonw_text(w, "name", details->name);
    jsonw_bool(w, "archived", details->is_archived);
    jsonw_bool(w, "draft", details->is_draft);
    jsonw_bool(w, "off", details->is_off);
    jsonw_text(w, "schedule", details->schedule);
    jsonw_text(w, "channels", details->channels);
    jsonw_text(w, "body", details->body);
    jsonw_end_object(w);
}

static void write_check(const struct check *check, struct jsonw *w)
{
    jsonw_object(w, NULL);
    jsonw_text(w, "kind", check->kind);
    jsonw_text(w, "name", check->name);
    jsonw_int(w, "status", check->status);
    jsonw_text(w, "class", answer_class_name(check->answer.class));
    jsonw_bool(w, "is_json", check->is_json);
    if (check->is_backend)
        jsonw_text(w, "verdict", probe_verdict_name(check->verdict));
    jsonw_text(w, "problem", check->answer.problem);
    jsonw_int(w, "took_ms", check->took_ms);
    if (check->has_skew)
        jsonw_int(w, "skew_ms", check->skew_ms);
    if (check->has_details)
        write_details(&check->details, w);
    jsonw_end_object(w);
}

static void finish(struct examiner *examiner)
{
    struct buf checks = { 0 };
    struct jsonw w = { .out = &checks };

    jsonw_array(&w, NULL);
    for (size_t i = 0; i < examiner->count; i++)
        write_check(&examiner->checks[i], &w);
    jsonw_end_array(&w);
    buf_addf(&examiner->own, ",\"left_out\":%zu,\"checks\":%s}", examiner->left_out, buf_text(&checks));
    outcome_tell_json(examiner->mail->call, 200, &examiner->own);
    buf_release(&checks);
    forget(examiner);
}

static bool is_object(const struct wire *wire)
{
    struct json *json = NULL;
    bool is = wire->body != NULL && json_parse(wire->body, wire->body_len, JSON_FIRST_KEY_WINS, &json, NULL) >= 0 &&
              json_kind(json) == JSON_OBJECT;

    json_free(json);
    return is;
}

static void end(void *context, const struct wire *wire, int64_t took_ms)
{
    struct check *check = context;
    int64_t now = clock_wall_ms(), theirs;

    answer_read(wire, now, &check->answer);
    check->status = wire->end == WIRE_ANSWERED ? wire->status : 0;
    check->is_json = wire->end == WIRE_ANSWERED && is_object(wire);
    check->took_ms = took_ms;
    if (wire->date != NULL && date_parse_http(wire->date, &theirs)) {
        check->has_skew = true;
        check->skew_ms = now - took_ms / 2 - theirs;
    }
    if (wire->status == 200 && wire->end == WIRE_ANSWERED && strcmp(check->kind, CAMPAIGN) == 0)
        check->has_details = details_read(wire->body, wire->body_len, &check->details) == 0;
    check->verdict = PROBE_UNTOLD;
    if (check->is_backend && check->status != 0)
        check->verdict = probe_read(check->vendor, &(struct vendor_wire){ check->status, wire->body, wire->body_len, NULL });
    if (--check->examiner->left == 0)
        finish(check->examiner);
}

/* What is asked */

static struct check *add(struct examiner *examiner, const char *kind, const char *name, const char *key, char *url)
{
    struct check *check = &examiner->checks[examiner->count];

    if (examiner->count == CHECKS_MAX) {
        examiner->left_out++;
        free(url);
        return NULL;
    }
    examiner->count++;
    *check = (struct check){ .examiner = examiner, .kind = kind, .key = key, .url = url, .reach = FETCH_ANYWHERE };
    snprintf(check->name, sizeof check->name, "%s", name);
    return check;
}

static char *braze_url(const struct examiner *examiner, const char *path, const char *id)
{
    struct buf url = { 0 };

    buf_addf(&url, "%s%s%s", examiner->config->braze_url, path, id);
    return buf_detach(&url);
}

static void add_permission(struct examiner *examiner, const char *path, const char *body)
{
    struct check *check = add(examiner, "permission", path, examiner->config->braze_key, braze_url(examiner, path, ""));

    if (check != NULL)
        check->body = alloc_text(body);
}

static const char NO_CAMPAIGN[] = "{\"campaign_id\":\"00000000-0000-4000-8000-000000000000\","
                                  "\"recipients\":[{\"external_user_id\":\"frontdesk-doctor-nobody\"}]}";
static const char NO_CANVAS[] = "{\"canvas_id\":\"00000000-0000-4000-8000-000000000000\","
                                "\"recipients\":[{\"external_user_id\":\"frontdesk-doctor-nobody\"}]}";
static const char NO_MESSAGE[] = "{\"external_user_ids\":[\"frontdesk-doctor-nobody\"],\"messages\":{}}";
static const char NO_OBJECT[] = "{\"attributes\":[]}";

/* Those that answers and profiles need. */
static void add_permissions(struct examiner *examiner, const struct ruleset *rules)
{
    bool has_canvas = false, has_app = false;

    add_permission(examiner, "/campaigns/trigger/send", NO_CAMPAIGN);
    for (size_t i = 0; i < rules->campaign_count; i++) {
        has_canvas |= rules->campaigns[i].canvas_id != NULL;
        has_app |= rules->campaigns[i].app_id != NULL;
    }
    if (has_canvas)
        add_permission(examiner, "/canvas/trigger/send", NO_CANVAS);
    if (has_app)
        add_permission(examiner, "/messages/send", NO_MESSAGE);
    if (rules->attribute_count > 0 || rules->custom_event_count > 0)
        add_permission(examiner, "/users/track", NO_OBJECT);
}

/* One that sends by app_id is none of Braze's: there is nothing to ask. */
static void add_campaigns(struct examiner *examiner, const struct ruleset *rules)
{
    for (size_t i = 0; i < rules->campaign_count; i++) {
        const struct campaign *campaign = &rules->campaigns[i];

        if (campaign->campaign_id != NULL)
            add(examiner, CAMPAIGN, campaign->name, examiner->config->braze_key,
                braze_url(examiner, "/campaigns/details?campaign_id=", campaign->campaign_id));
        else if (campaign->canvas_id != NULL)
            add(examiner, CAMPAIGN, campaign->name, examiner->config->braze_key,
                braze_url(examiner, "/canvas/details?canvas_id=", campaign->canvas_id));
    }
}

static void add_backend(struct examiner *examiner, const struct backend *backend, bool may_be_local)
{
    const char *key = backend->key_env != NULL ? keyring_get(examiner->keys, backend->key_env, NULL) : NULL;
    struct vendor_request request = { 0 };
    struct check *check;

    if ((backend->key_env != NULL && key == NULL) || probe_build(backend, &request, NULL) != 1)
        return;
    check = add(examiner, "backend", backend->name, key, alloc_text(buf_text(&request.url)));
    if (check == NULL) {
        vendor_request_release(&request);
        return;
    }
    check->is_backend = true;
    check->vendor = backend->kind;
    check->request = request;
    check->reach = may_be_local ? FETCH_LOCAL_TOO : FETCH_PUBLIC;
    if (!request.is_get)
        check->body = alloc_text(buf_text(&request.body));
}

static void add_backends(struct examiner *examiner, const struct ruleset *rules)
{
    bool may_be_local = ruleset_setting_number(rules, "allow_local_backends") != 0;

    for (size_t i = 0; i < rules->backend_count; i++)
        add_backend(examiner, &rules->backends[i], may_be_local);
}

/* What cannot even begin has ended. */
static void start(struct check *check)
{
    const struct vendor_request *request = &check->request;
    enum backend_auth auth = check->is_backend ? request->auth : AUTH_BEARER;
    struct fetch_header headers[HEADERS_MAX];
    struct error error = { 0 };
    size_t count = 0;

    for (; count < request->header_count; count++)
        headers[count] = (struct fetch_header){ request->headers[count].name, request->headers[count].value };
    if (auth == AUTH_HEADER && check->key != NULL)
        headers[count++] = (struct fetch_header){ request->auth_name, check->key };
    struct fetch fetch = {
        .url = check->url,
        .is_get = check->body == NULL,
        .bearer = auth == AUTH_BEARER ? check->key : NULL,
        .aws_region = auth == AUTH_SIGV4 ? request->region : NULL,
        .aws_service = auth == AUTH_SIGV4 ? request->auth_name : NULL,
        .aws_key = auth == AUTH_SIGV4 ? check->key : NULL,
        .headers = headers,
        .header_count = count,
        .content_type = check->body != NULL ? "application/json" : NULL,
        .body = check->body,
        .body_len = check->body != NULL ? strlen(check->body) : 0,
        .reach = check->reach,
        .timeout_ms = CALL_TIMEOUT_MS,
        .answer_max = ANSWER_MAX,
        .ended = end,
        .context = check,
    };

    if (fetch_start(check->examiner->fetcher, &fetch, &error) != 0)
        end(check, &(struct wire){ .end = WIRE_NEVER_LEFT, .failure = error.text }, 0);
}

/* Ourselves */

static void write_library(struct jsonw *w, const char *name, const char *version)
{
    jsonw_object(w, NULL);
    jsonw_text(w, "name", name);
    jsonw_text(w, "version", version);
    jsonw_end_object(w);
}

static void write_key(struct examiner *examiner, struct jsonw *w, const char *of, const char *name)
{
    if (name == NULL)
        return;
    jsonw_object(w, NULL);
    jsonw_text(w, "of", of);
    jsonw_text(w, "name", name);
    jsonw_bool(w, "is_set", keyring_get(examiner->keys, name, NULL) != NULL);
    jsonw_end_object(w);
}

static void write_own(struct examiner *examiner, const struct ruleset *rules)
{
    struct jsonw w = { .out = &examiner->own };
    struct rlimit files = { 0 };
    char pcre2[PATTERN_VERSION_LEN];

    getrlimit(RLIMIT_NOFILE, &files);
    jsonw_object(&w, NULL);
    jsonw_int(&w, "format", 1);
    jsonw_text(&w, "version", FRONTDESK_VERSION);
    jsonw_int(&w, "schema", schema_version());
    jsonw_text(&w, "listen", examiner->config->listen);
    jsonw_text(&w, "braze_url", examiner->config->braze_url);
    jsonw_int(&w, "ruleset", rules->number);
    jsonw_int(&w, "descriptors", files.rlim_cur > INT32_MAX ? INT32_MAX : (int64_t)files.rlim_cur);
    jsonw_array(&w, "libraries");
    write_library(&w, "sqlite3", db_library_version());
    write_library(&w, "libcurl", fetch_library_version());
    write_library(&w, "libmicrohttpd", http_library_version());
    pattern_library_version(pcre2);
    write_library(&w, "pcre2", pcre2);
    jsonw_end_array(&w);
    jsonw_array(&w, "keys");
    for (size_t i = 0; i < rules->backend_count; i++)
        write_key(examiner, &w, rules->backends[i].name, rules->backends[i].key_env);
    for (size_t i = 0; i < rules->service_count; i++)
        write_key(examiner, &w, rules->services[i].name, rules->services[i].key_env);
    for (size_t i = 0; i < rules->team_count; i++) {
        write_key(examiner, &w, rules->teams[i].name, rules->teams[i].notify_secret_env);
        write_key(examiner, &w, rules->teams[i].name, rules->teams[i].relay_secret_env);
    }
    jsonw_end_array(&w);
}

bool examiner_wants(const struct mail *mail)
{
    return mail->kind == MAIL_COMMAND && strcmp(mail->name, "doctor") == 0;
}

void examiner_take(struct examiner *examiner, const struct ruleset *rules, struct mail *mail)
{
    size_t count;

    if (examiner->mail != NULL) {
        outcome_tell_error(mail->call, 409, "another doctor is at work: wait for its end");
        mail_free(mail);
        return;
    }
    examiner->mail = mail;
    write_own(examiner, rules);
    add_permissions(examiner, rules);
    add_campaigns(examiner, rules);
    add_backends(examiner, rules);
    /* One that ends at once must not be the last of all. */
    count = examiner->count;
    examiner->left = count;
    for (size_t i = 0; i < count && examiner->mail != NULL; i++)
        start(&examiner->checks[i]);
}
