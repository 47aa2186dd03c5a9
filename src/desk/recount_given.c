/*
 * recount_given: see the header.
 */
#include <string.h>

#include "backend/backend.h"
#include "base/alloc.h"
#include "base/json.h"
#include "desk/decide_say.h"
#include "desk/recount_given.h"
#include "flow/flow.h"
#include "rules/ai_phrase.h"
#include "store/consult_row.h"
#include "store/service_call.h"
#include "text/markdown.h"

enum { STATUS_OK = 200, STATUS_FAILED = 503, STATUS_WRONG = 400, NOTICE_MAX = 4096 };

struct taker { /* of ends of calls and questions */
    struct recount *recount;
    const struct ruleset *rules;
    enum markdown_dialect dialect;
    const char *notice;
};

const char *recount_keep(struct recount *recount, char *text)
{
    if (recount->text_count == recount->text_room) {
        recount->text_room = recount->text_room == 0 ? 32 : recount->text_room * 2;
        recount->texts = alloc_resize(recount->texts, recount->text_room, sizeof *recount->texts);
    }
    recount->texts[recount->text_count++] = text;
    return text;
}

static void add_given(struct recount *recount, const struct talk_given *given)
{
    if (recount->talk.given_count == TALK_GIVEN_MAX)
        return;
    if (recount->talk.given_count == recount->given_room) {
        recount->given_room = recount->given_room == 0 ? 8 : recount->given_room * 2;
        recount->given = alloc_resize(recount->given, recount->given_room, sizeof *recount->given);
        recount->talk.given = recount->given;
    }
    recount->given[recount->talk.given_count++] = *given;
}

/* Services */

/* {"free":null,"code":null}: what is picked from the answer, for somebody to fill in. */
static char *blank_answer(const struct service *service)
{
    struct buf out = { 0 };
    struct jsonw json = { .out = &out };

    jsonw_object(&json, NULL);
    for (size_t i = 0; i < service->value_count; i++) {
        const char *pointer = service->values[i].pointer;

        if (*pointer == '/' && strpbrk(pointer + 1, "/~") == NULL)
            jsonw_null(&json, pointer + 1);
    }
    jsonw_end_object(&json);
    return buf_detach(&out);
}

static void take_call(void *context, const struct service_call_end *end)
{
    struct taker *taker = context;
    struct recount *recount = taker->recount;
    bool is_accepted = strcmp(end->state, "accepted") == 0, is_late = strcmp(end->state, "expired") == 0;
    struct talk_given given = { .status = is_accepted ? STATUS_OK : is_late ? 0 : end->status > 0 ? end->status : STATUS_FAILED,
                                .file = "" };

    for (size_t i = 0; i < taker->rules->service_count; i++)
        if (strcmp(taker->rules->services[i].name, end->service) == 0)
            given.service = &taker->rules->services[i];
    if (given.service == NULL || strcmp(end->state, "withheld") == 0)
        return;
    if (is_accepted && *end->answer != '\0') {
        given.answer = recount_keep(recount, alloc_text(end->answer));
    } else if (is_accepted && given.service->value_count > 0) {
        given.answer = recount_keep(recount, blank_answer(given.service));
        recount->has_blanks = true;
    }
    add_given(recount, &given);
}

/* Backends */

void recount_notice(const struct ruleset *rules, const struct decide_state *state, int64_t now, struct buf *out)
{
    struct decision nothing = { 0 };
    struct decide_input input = { .text = "" };
    struct variables variables = { .ruleset = rules, .state = state, .input = &input, .now = now, .decision = &nothing };

    decide_render(rules_ai_phrase(rules, AI_SAYS_NOTICE, state->language), &variables, NOTICE_MAX, out);
    if (out->len > 0)
        buf_add_text(out, "\n\n");
    variables_release(&variables);
}

/* As Markdown it would be the same? */
static bool is_markdown(const struct taker *taker, const char *text)
{
    struct buf shown = { 0 };
    bool is_same;

    markdown_format(text, strlen(text), taker->dialect, &shown);
    is_same = *text != '{' && strcmp(buf_text(&shown), text) == 0;
    buf_release(&shown);
    return is_same;
}

/* What the backend did, as it would ask for it; NULL: nothing, or nothing that it still may. */
static const struct backend_act *find_deed(const struct backend *backend, const struct consult_row_end *end)
{
    for (int kind = 0; backend_act_names[kind] != NULL; kind++)
        if (strcmp(backend_act_names[kind], end->deed) == 0)
            return backend_act(backend, (enum backend_act_kind)kind, kind == ACT_CLOSE ? NULL : end->target);
    return NULL;
}

static void write_deed(struct jsonw *json, const struct backend_act *act)
{
    static const struct {
        const char *name, *parameter;
    } DEEDS[] = {
        [ACT_HANDOFF] = { "hand_off", "team" },
        [ACT_CLOSE] = { "close_conversation", NULL },
        [ACT_FLOW] = { "start_flow", "flow" },
    };

    jsonw_array(json, "do");
    jsonw_object(json, NULL);
    jsonw_text(json, "act", DEEDS[act->kind].name);
    if (DEEDS[act->kind].parameter != NULL)
        jsonw_text(json, DEEDS[act->kind].parameter, act->target);
    jsonw_end_object(json);
    jsonw_end_array(json);
}

static char *format_answer(const struct taker *taker, const struct backend *backend, const struct consult_row_end *end)
{
    const struct backend_act *act = find_deed(backend, end);
    size_t notice = strlen(taker->notice);
    const char *text = end->text + (notice > 0 && strncmp(end->text, taker->notice, notice) == 0 ? notice : 0);
    bool is_plain = !is_markdown(taker, text);
    struct buf out = { 0 };
    struct jsonw json = { .out = &out };

    if (act == NULL && !is_plain)
        return alloc_text(text);
    jsonw_object(&json, NULL);
    if (*text != '\0')
        jsonw_text(&json, is_plain ? "sent" : "say", text);
    if (act != NULL)
        write_deed(&json, act);
    jsonw_end_object(&json);
    return buf_detach(&out);
}

/* The FAQ speaks for itself. */
static void add_failed(struct taker *taker, const struct backend *backend, int status)
{
    if (backend->kind != BACKEND_FAQ)
        add_given(taker->recount, &(struct talk_given){ .backend = backend, .status = status, .file = "" });
}

static void add_answered(struct taker *taker, const struct backend *backend, const struct consult_row_end *end)
{
    struct talk_given given = { .backend = backend, .status = STATUS_OK, .file = "" };

    if (backend->kind == BACKEND_FAQ)
        return;
    given.answer = recount_keep(taker->recount, format_answer(taker, backend, end));
    add_given(taker->recount, &given);
}

/* Those before the one that was asked last have failed; and where it did, too, so have those behind it. */
static void take_question(void *context, const struct consult_row_end *end)
{
    struct taker *taker = context;
    const struct backend *backend = backend_find(taker->rules->backends, taker->rules->backend_count, end->wanted);
    bool is_late = strcmp(end->state, "expired") == 0, is_last = false;
    int status = is_late ? 0 : end->status >= STATUS_WRONG ? end->status : STATUS_FAILED;

    if (strcmp(end->state, "withheld") == 0)
        return;
    for (; backend != NULL; backend = backend->fallback) {
        bool is_asked = strcmp(backend->name, end->backend) == 0;

        is_last |= is_asked;
        if (is_asked && strcmp(end->state, "accepted") == 0) {
            add_answered(taker, backend, end);
            return;
        }
        add_failed(taker, backend, is_last ? status : STATUS_FAILED);
    }
}

int recount_given(struct db *db, const int64_t *conversations, size_t count, const struct ruleset *rules,
                  const struct decide_state *state, int64_t now, struct recount *recount, struct error *error)
{
    const struct channel *channel = ruleset_channel(rules, state->channel);
    struct buf notice = { 0 };
    struct taker taker = {
        .recount = recount,
        .rules = rules,
        .dialect = channel != NULL && channel->kind == CHANNEL_WHATSAPP ? MARKDOWN_WHATSAPP : MARKDOWN_PLAIN,
    };
    int result = 0;

    recount_notice(rules, state, now, &notice);
    taker.notice = buf_text(&notice);
    for (size_t i = 0; result == 0 && i < count; i++)
        if (service_call_ends(db, conversations[i], take_call, &taker, error) < 0 ||
            consult_row_ends(db, conversations[i], take_question, &taker, error) < 0)
            result = -1;
    buf_release(&notice);
    return result;
}
