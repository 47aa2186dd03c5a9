/*
 * admin: see the header.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/json.h"
#include "daemon/admin.h"
#include "daemon/public.h"

enum { COMMAND_MAX = 1024 * 1024, RULES_MAX = 16 * 1024 * 1024 };

static void answer_error(struct http_call *call, int status, const char *sentence)
{
    public_answer(call, status, "error", sentence, NULL, status == 503 ? PUBLIC_RETRY_S : 0);
}

static bool is_for_us(struct http_call *call, void *context)
{
    const struct admin_context *admin = context;
    const char *book = http_header(call, "X-Frontdesk-Book");

    if (book == NULL || strcmp(book, admin->book) == 0)
        return true;
    answer_error(call, 421, "this daemon keeps another book");
    return false;
}

static void handle_command(struct http_call *call, void *context)
{
    struct admin_context *admin = context;
    struct mail *mail;
    size_t len;

    http_body(call, &len);
    if (!mailbox_reserve(admin->mailbox, len)) {
        answer_error(call, 503, "the daemon is busy or stopping; try again");
        return;
    }
    mail = mail_new(MAIL_COMMAND);
    mail->name = alloc_text(http_path_rest(call));
    mail->body = http_take_body(call, &mail->body_len);
    mail->call = call;
    http_park(call);
    mailbox_put(admin->mailbox, mail, len);
}

/* NULL and a sentence when the list is not of the documented shape. */
static struct rulefiles *read_files(const struct json *list, struct error *error)
{
    struct rulefiles *files = alloc_new(sizeof *files);

    for (const struct json *item = json_first(list); item != NULL; item = json_next(item)) {
        const char *name = json_get_text(item, "name"), *text = json_get_text(item, "text");

        if (name == NULL || text == NULL || files->count == RULEFILES_MAX) {
            error_set(error, "files wants at most %d objects with name and text", RULEFILES_MAX);
            rulefiles_release(files);
            free(files);
            return NULL;
        }
        rulefiles_add(files, name, text);
    }
    return files;
}

static void handle_load(struct http_call *call, void *context)
{
    struct admin_context *admin = context;
    struct error error = { 0 };
    struct rulefiles *files = NULL;
    struct json *arguments = NULL;
    const char *actor;
    size_t len;
    const char *body = http_body(call, &len);

    if (json_parse(body, len, JSON_LARGE, &arguments, &error) != 0) {
        answer_error(call, 400, error.text);
        return;
    }
    if (json_get(arguments, "files") != NULL)
        files = read_files(json_get(arguments, "files"), &error);
    else if (admin->rules_folder == NULL)
        error_set(&error, "no rules were given, and the daemon has no folder of its own (FRONTDESK_RULES)");
    if (error.text[0] != '\0') {
        answer_error(call, 400, error.text);
    } else {
        actor = json_get_text(arguments, "actor");
        http_park(call);
        loader_start(admin->loader, files, actor != NULL ? actor : "unnamed", call);
    }
    json_free(arguments);
}

static void handle_rollback(struct http_call *call, void *context)
{
    struct admin_context *admin = context;
    struct error error = { 0 };
    struct json *arguments = NULL;
    const char *actor;
    int64_t number = 0;
    size_t len;
    const char *body = http_body(call, &len);

    if (json_parse(body, len, JSON_STRICT, &arguments, &error) == 0 &&
        (!json_int(json_get(arguments, "ruleset"), &number) || number <= 0))
        error_set(&error, "rules-rollback wants {\"ruleset\": N, \"actor\": \"…\"}");
    if (error.text[0] != '\0') {
        answer_error(call, 400, error.text);
    } else {
        actor = json_get_text(arguments, "actor");
        http_park(call);
        loader_start_rollback(admin->loader, number, actor != NULL ? actor : "unnamed", call);
    }
    json_free(arguments);
}

static void handle_status(struct http_call *call, void *context)
{
    struct status_facts facts;
    struct buf json = { 0 };

    status_get(((struct admin_context *)context)->status, &facts);
    status_format_json(&facts, clock_wall_ms(), &json);
    http_answer(call, 200, "application/json", buf_text(&json), json.len, 0);
    buf_release(&json);
}

static void handle_metrics(struct http_call *call, void *context)
{
    struct status_facts facts;
    struct buf text = { 0 };

    status_get(((struct admin_context *)context)->status, &facts);
    status_format_metrics(&facts, clock_wall_ms(), &text);
    http_answer(call, 200, "text/plain; version=0.0.4", buf_text(&text), text.len, 0);
    buf_release(&text);
}

static void handle_health(struct http_call *call, void *context)
{
    (void)context;
    public_answer(call, 200, "status", "ok", NULL, 0);
}

static void handle_ready(struct http_call *call, void *context)
{
    struct status_facts facts;

    status_get(((struct admin_context *)context)->status, &facts);
    if (facts.is_ready)
        public_answer(call, 200, "status", "ready", NULL, 0);
    else
        answer_error(call, 503, facts.why);
}

const struct http_route *admin_routes(void)
{
    static const struct http_route routes[] = {
        { "POST", "/v1/commands/rules-load", RULES_MAX, is_for_us, handle_load },
        { "POST", "/v1/commands/rules-rollback", COMMAND_MAX, is_for_us, handle_rollback },
        { "POST", "/v1/commands/*", COMMAND_MAX, is_for_us, handle_command },
        { "GET", "/v1/status", 0, is_for_us, handle_status },
        { "GET", "/metrics", 0, NULL, handle_metrics },
        { "GET", "/healthz", 0, is_for_us, handle_health },
        { "GET", "/readyz", 0, NULL, handle_ready },
        { NULL, NULL, 0, NULL, NULL },
    };

    return routes;
}
