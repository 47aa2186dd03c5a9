/*
 * probe: see the header. Address, headers and key are those of a real question; only what is asked is another thing.
 */
#include <ctype.h>
#include <string.h>

#include "backend/probe.h"
#include "text/escape.h"

/* Which end of the address of a question gives way to what. */
static const struct ending {
    enum backend_kind kind;
    const char *end, *instead;
    bool has_model; /* the model's name follows */
} ENDINGS[] = {
    { BACKEND_OPENAI, "/chat/completions", "/models", true },
    { BACKEND_ANTHROPIC, "/messages", "/models", true },
    { BACKEND_GEMINI, ":generateContent", "", false },
    { BACKEND_RASA, "/webhooks/rest/webhook", "/version", false },
};

/* A role that there is not is refused before a model sees anything. */
static const char NO_CONVERSATION[] = "{\"messages\":[{\"role\":\"nobody\",\"content\":[{\"text\":\"-\"}]}]}";

static void add_model(const char *model, struct buf *url)
{
    struct buf name = { 0 };

    buf_add_char(url, '/');
    buf_add_text(&name, model);
    escape_url(NULL, 0, &name, url);
    buf_release(&name);
}

/* Where Azure keeps its deployments it lists its models; it describes none. */
static void turn(const struct backend *backend, const struct ending *ending, struct buf *url)
{
    size_t path = strcspn(buf_text(url), "?"), end = strlen(ending->end);
    const char *deployment = strstr(buf_text(url), "/deployments/");
    struct buf turned = { 0 };

    if (path < end || memcmp(buf_text(url) + path - end, ending->end, end) != 0)
        return;
    buf_add(&turned, buf_text(url), deployment != NULL ? (size_t)(deployment - buf_text(url)) : path - end);
    buf_add_text(&turned, ending->instead);
    if (ending->has_model && deployment == NULL && backend->model != NULL && strchr(backend->model, '/') == NULL)
        add_model(backend->model, &turned);
    buf_add_text(&turned, buf_text(url) + path);
    buf_release(url);
    *url = turned;
}

static bool is_probed(enum backend_kind kind)
{
    return kind != BACKEND_HTTP && kind != BACKEND_FAQ;
}

int probe_build(const struct backend *backend, struct vendor_request *request, struct error *error)
{
    static const struct ask_line LINE = { ROLE_CUSTOMER, "-" };
    const struct consult consult = { .backend = backend, .system = "", .lines = &LINE, .line_count = 1, .own_count = 1,
                                     .session = "frontdesk-doctor", .facts = "{}" };

    if (!is_probed(backend->kind))
        return 0;
    if (vendor_ask(&consult, request, error) != 0)
        return -1;
    buf_clear(&request->body);
    if (backend->kind == BACKEND_BEDROCK)
        buf_add_text(&request->body, NO_CONVERSATION);
    else
        request->is_get = true;
    for (size_t i = 0; i < sizeof ENDINGS / sizeof *ENDINGS; i++)
        if (ENDINGS[i].kind == backend->kind)
            turn(backend, &ENDINGS[i], &request->url);
    return 1;
}

/* Caselessly, in bytes that need not be text. */
static bool has(const struct vendor_wire *wire, const char *words)
{
    size_t len = strlen(words);

    for (size_t i = 0; i + len <= wire->body_len; i++) {
        size_t same = 0;

        while (same < len && tolower((unsigned char)wire->body[i + same]) == words[same])
            same++;
        if (same == len)
            return true;
    }
    return false;
}

enum probe_verdict probe_read(enum backend_kind kind, const struct vendor_wire *wire)
{
    bool is_bedrock = kind == BACKEND_BEDROCK;

    if (wire->status == 403 && is_bedrock && has(wire, "access to the model"))
        return PROBE_MODEL;
    if (wire->status == 401 || wire->status == 403 || (wire->status == 400 && has(wire, "api key")))
        return PROBE_KEY;
    if (wire->status / 100 == 2)
        return PROBE_WELL;
    if (is_bedrock && wire->status == 400)
        return has(wire, "model identifier") ? PROBE_MODEL : PROBE_WELL;
    return wire->status == 404 && has(wire, "model") ? PROBE_MODEL : PROBE_UNTOLD;
}

const char *probe_verdict_name(enum probe_verdict verdict)
{
    static const char *const NAMES[] = {
        [PROBE_WELL] = "well", [PROBE_KEY] = "key", [PROBE_MODEL] = "model", [PROBE_UNTOLD] = "untold"
    };
    return NAMES[verdict];
}
