/*
 * sandbox_control: what tests, demos and curious people ask the sandbox itself, below /_sandbox/.
 *
 *     GET    healthz    {"status":"ok"}
 *     GET    messages   ?user=ID &since=N &limit=N &wait_ms=M      what was received; may wait for it
 *     GET    asked      ?vendor=NAME &since=N &limit=N &wait_ms=M   what the AI vendors were asked
 *     GET    told       ?path=P &since=N &limit=N &wait_ms=M        what another desk was told, and what it made of that
 *     GET    profiles   ?user=ID      what has been written into them, and which types Braze gives it
 *     GET    profiles/ID               the same of one user as a text for people, with events and what was left out
 *     GET    events     ?user=ID &since=N &limit=N &wait_ms=M      custom events and purchases, as they were written
 *     GET    left_out   ?user=ID &…    what Braze would say success to, and not write
 *     GET    calls      ?path=P &…     the requests that write into profiles: objects, people, how many at once
 *     GET    violations ?user=ID &…    what must not be: two such requests for one profile at once, one in two objects, an event
 *                                      twice, a control character
 *     GET    report     the counters
 *     GET    script     the faults still to come
 *     POST   script     ?seed=N       more faults: JSON, or one short line per fault; the seed is that of the dice
 *     DELETE script     no more faults
 *     POST   reset      everything forgotten, every counter zero
 *
 * No key is asked for: the sandbox is for loopback. A waiting request is parked by the server and asked
 * again after every message sent, every profile written, every AI vendor asked and every desk told; what it has looked at
 * already it keeps in request->resume, so that it never reads a message twice.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/json.h"

#include "sandbox_page.h"
#include "sandbox_service.h"

enum { WAIT_MAX_MS = 60 * 1000, LIMIT_DEFAULT = 1000, LIMIT_MAX = 10000 };

typedef void control_function(struct service *service, struct http_request *request,
                              struct http_answer *answer);

struct control {
    const char *method, *path;
    control_function *handle;
};

static void answer_error(struct http_answer *answer, int status, const char *sentence)
{
    struct jsonw w = { .out = &answer->body };

    answer->status = status;
    jsonw_object(&w, NULL);
    jsonw_text(&w, "error", sentence);
    jsonw_end_object(&w);
}

static void control_health(struct service *service, struct http_request *request, struct http_answer *answer)
{
    (void)service;
    (void)request;
    buf_add_text(&answer->body, "{\"status\":\"ok\"}");
}

static void control_report(struct service *service, struct http_request *request, struct http_answer *answer)
{
    (void)request;
    service_report(service, &answer->body);
}

struct wish { /* what a list is asked for */
    struct buf name; /* whose */
    bool has_name;
    int64_t since, limit, wait_ms;
};

/* False: it was answered with what to ask for instead. */
static bool read_wish(const struct http_request *request, const char *name, struct wish *wish, struct http_answer *answer)
{
    struct buf advice = { 0 };

    *wish = (struct wish){ .limit = LIMIT_DEFAULT };
    int has_name = http_query(request->query, name, &wish->name);
    wish->has_name = has_name == 1;
    if (has_name >= 0 && http_query_int(request->query, "since", 0, INT64_MAX, &wish->since) >= 0 &&
        http_query_int(request->query, "wait_ms", 0, WAIT_MAX_MS, &wish->wait_ms) >= 0 &&
        http_query_int(request->query, "limit", 1, LIMIT_MAX, &wish->limit) >= 0) {
        if (request->resume > wish->since)
            wish->since = request->resume;
        return true;
    }
    buf_addf(&advice, "Ask like this: %s?%s=NAME&since=0&limit=1000&wait_ms=5000.", request->path, name);
    answer_error(answer, 400, buf_text(&advice));
    buf_release(&advice);
    buf_release(&wish->name);
    return false;
}

/* Nothing yet: ask again when something comes. */
static void park(const struct wish *wish, const struct http_request *request, size_t found, struct http_answer *answer)
{
    if (found > 0 || wish->wait_ms == 0 || request->is_last_call)
        return;
    answer->manner = HTTP_PARK;
    answer->delay_ms = wish->wait_ms;
}

static void control_messages(struct service *service, struct http_request *request,
                             struct http_answer *answer)
{
    struct wish wish;

    if (!read_wish(request, "user", &wish, answer))
        return;
    size_t found = people_format(&service->people, wish.has_name ? buf_text(&wish.name) : NULL, wish.since,
                                 (size_t)wish.limit, &answer->body, &request->resume);
    park(&wish, request, found, answer);
    buf_release(&wish.name);
}

/* The entries of a log under the name that `parameter` gives. */
static void answer_log(const struct ring *ring, const char *list, const char *parameter, struct http_request *request,
                       struct http_answer *answer)
{
    struct jsonw w = { .out = &answer->body };
    struct wish wish;

    if (!read_wish(request, parameter, &wish, answer))
        return;
    jsonw_object(&w, NULL);
    jsonw_int(&w, "format", 1);
    size_t found = ring_format(ring, list, wish.has_name ? buf_text(&wish.name) : NULL, wish.since, (size_t)wish.limit, &w,
                               &request->resume);
    jsonw_end_object(&w);
    park(&wish, request, found, answer);
    buf_release(&wish.name);
}

static void control_asked(struct service *service, struct http_request *request, struct http_answer *answer)
{
    answer_log(&service->ai.asked, "asked", "vendor", request, answer);
}

static void control_told(struct service *service, struct http_request *request, struct http_answer *answer)
{
    answer_log(&service->desk.told, "told", "path", request, answer);
}

static void control_events(struct service *service, struct http_request *request, struct http_answer *answer)
{
    answer_log(&service->events.ring, "events", "user", request, answer);
}

static void control_left_out(struct service *service, struct http_request *request, struct http_answer *answer)
{
    answer_log(&service->profiles.left_out, "left_out", "user", request, answer);
}

static void control_calls(struct service *service, struct http_request *request, struct http_answer *answer)
{
    answer_log(&service->calls.ring, "calls", "path", request, answer);
}

static void control_violations(struct service *service, struct http_request *request, struct http_answer *answer)
{
    answer_log(&service->calls.violations, "violations", "user", request, answer);
}

static void control_profiles(struct service *service, struct http_request *request,
                             struct http_answer *answer)
{
    struct jsonw w = { .out = &answer->body };
    struct buf user = { 0 };
    int has_user = http_query(request->query, "user", &user);

    if (has_user < 0) {
        answer_error(answer, 400, "Ask like this: /_sandbox/profiles?user=ID.");
    } else {
        jsonw_object(&w, NULL);
        jsonw_int(&w, "format", 1);
        profiles_format(&service->profiles, has_user == 1 ? buf_text(&user) : NULL, &w);
        jsonw_end_object(&w);
    }
    buf_release(&user);
}

/* The same of one user for people, whose id is the rest of the path. */
static void control_page(struct service *service, const char *id, struct http_answer *answer)
{
    struct buf query = { 0 }, user = { 0 };

    buf_addf(&query, "user=%s", id);
    if (http_query(buf_text(&query), "user", &user) != 1 || user.len == 0)
        answer_error(answer, 400, "Ask like this: /_sandbox/profiles/ID.");
    else if (page_format(service, buf_text(&user), &answer->body) == 0)
        answer_error(answer, 404, "Nothing was written about this user.");
    else
        answer->type = "text/plain; charset=utf-8";
    buf_release(&query);
    buf_release(&user);
}

static void control_script_show(struct service *service, struct http_request *request,
                                struct http_answer *answer)
{
    (void)request;
    script_format(&service->script, &answer->body);
}

static int add_lines(struct script *script, const char *text, struct error *error)
{
    while (*text != '\0') {
        size_t len = strcspn(text, "\r\n");
        char *line = alloc_bytes(text, len);
        int outcome = line[strspn(line, " \t")] != '\0' ? script_add_text(script, line, error) : 0;
        free(line);
        if (outcome != 0)
            return -1;
        text += len + strspn(text + len, "\r\n");
    }
    return 0;
}

static void control_script_add(struct service *service, struct http_request *request,
                               struct http_answer *answer)
{
    char *text = alloc_bytes(request->body, request->body_len);
    char first = text[strspn(text, " \t\r\n")];
    struct error error = { 0 };
    int64_t seed = 0;

    if (http_query_int(request->query, "seed", 0, INT64_MAX, &seed) == 1)
        service->script.dice = (uint64_t)seed;
    int outcome = first == '[' || first == '{'
                      ? script_add_json(&service->script, request->body, request->body_len, &error)
                      : add_lines(&service->script, text, &error);

    free(text);
    if (outcome == 0)
        control_script_show(service, request, answer);
    else
        answer_error(answer, 400, error.text);
}

static void control_script_clear(struct service *service, struct http_request *request,
                                 struct http_answer *answer)
{
    script_clear(&service->script);
    control_script_show(service, request, answer);
}

static void control_reset(struct service *service, struct http_request *request, struct http_answer *answer)
{
    service_reset(service);
    control_report(service, request, answer);
}

static const struct control CONTROLS[] = {
    { "GET", "/_sandbox/healthz", control_health },
    { "GET", "/_sandbox/messages", control_messages },
    { "GET", "/_sandbox/asked", control_asked },
    { "GET", "/_sandbox/told", control_told },
    { "GET", "/_sandbox/profiles", control_profiles },
    { "GET", "/_sandbox/events", control_events },
    { "GET", "/_sandbox/left_out", control_left_out },
    { "GET", "/_sandbox/calls", control_calls },
    { "GET", "/_sandbox/violations", control_violations },
    { "GET", "/_sandbox/report", control_report },
    { "GET", "/_sandbox/script", control_script_show },
    { "POST", "/_sandbox/script", control_script_add },
    { "DELETE", "/_sandbox/script", control_script_clear },
    { "POST", "/_sandbox/reset", control_reset },
};

void control_handle(struct service *service, struct http_request *request, struct http_answer *answer)
{
    static const char PAGE[] = "/_sandbox/profiles/";

    for (size_t i = 0; i < sizeof CONTROLS / sizeof CONTROLS[0]; i++) {
        if (strcmp(CONTROLS[i].path, request->path) != 0 || strcmp(CONTROLS[i].method, request->method) != 0)
            continue;
        CONTROLS[i].handle(service, request, answer);
        return;
    }
    if (strncmp(request->path, PAGE, sizeof PAGE - 1) == 0 && strcmp(request->method, "GET") == 0) {
        control_page(service, request->path + sizeof PAGE - 1, answer);
        return;
    }
    answer_error(answer, 404,
                 "There is GET healthz, messages, asked, told, profiles, profiles/ID, events, left_out, calls, violations, "
                 "report, script; POST script, reset; DELETE script (all below /_sandbox/).");
}
