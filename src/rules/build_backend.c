/*
 * build_backend: who writes an answer when no fixed sentence does.
 *
 * USES says which columns a kind cannot be without, and which it takes; all others are refused, so that nobody
 * reads in a row what is not so. Then each column is judged (build_backend_value, _http, _act), and last the chains:
 * a fallback is a backend, no chain leads back into itself, and none is too long to be walked within a turn.
 *
 * What a backend may do names flows and variables, so that is judged once those stand (build_backend_acts).
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "rules/build_backend.h"

enum {
    OPENAI = 1 << BACKEND_OPENAI,
    ANTHROPIC = 1 << BACKEND_ANTHROPIC,
    GEMINI = 1 << BACKEND_GEMINI,
    BEDROCK = 1 << BACKEND_BEDROCK,
    RASA = 1 << BACKEND_RASA,
    HTTP = 1 << BACKEND_HTTP,
    FAQ = 1 << BACKEND_FAQ,
    MODELS = OPENAI | ANTHROPIC | GEMINI | BEDROCK,
    PROMPTED = MODELS | HTTP,
    NETWORK = PROMPTED | RASA
};

/* What is not here is for all kinds. */
static const struct {
    const char *column;
    unsigned must, may;
    const char *what; /* where it must be given */
} USES[] = {
    { "url", RASA | HTTP, MODELS, "its address, as in https://bot.example.com/webhooks/rest/webhook" },
    { "model", MODELS, HTTP, "the vendor's name of the model, as in gpt-4o-mini" },
    { "key_env", BEDROCK, NETWORK, "the environment variable that holds ACCESS_KEY_ID:SECRET_ACCESS_KEY, as in BEDROCK_KEY" },
    { "region", BEDROCK, 0, "where it runs, as in eu-central-1" },
    { "prompt", 0, PROMPTED, NULL },
    { "history", 0, PROMPTED, NULL },
    { "history_tokens", 0, PROMPTED, NULL },
    { "facts", 0, PROMPTED, NULL },
    { "knowledge", 0, PROMPTED, NULL },
    { "acts", 0, NETWORK, NULL },
    { "tools", 0, MODELS, NULL },
    { "deadline", 0, NETWORK, NULL },
    { "calls", 0, NETWORK, NULL },
    { "max_tokens", 0, PROMPTED, NULL },
    { "temperature", 0, MODELS, NULL },
    { "price_in", 0, PROMPTED, NULL },
    { "price_out", 0, PROMPTED, NULL },
    { "day_cap", 0, PROMPTED, NULL },
    { "contact_day_cap", 0, PROMPTED, NULL },
    { "score", 0, FAQ, NULL },
    { "method", 0, HTTP, NULL },
    { "headers", 0, NETWORK, NULL },
    { "body", 0, HTTP, NULL },
    { "text_at", HTTP, 0, "where the text is in its answer, as in /reply/text" },
    { "session_at", 0, HTTP, NULL },
    { "tokens_in_at", 0, HTTP, NULL },
    { "tokens_out_at", 0, HTTP, NULL },
    { "handoff_at", 0, HTTP, NULL },
};

/* Who takes no question without a key, and an example of one's name. */
static const struct {
    const char *host, *key_env;
} VENDORS[] = {
    [BACKEND_OPENAI] = { "api.openai.com", "OPENAI_API_KEY" },
    [BACKEND_ANTHROPIC] = { "api.anthropic.com", "ANTHROPIC_API_KEY" },
    [BACKEND_GEMINI] = { "generativelanguage.googleapis.com", "GEMINI_API_KEY" },
    [BACKEND_FAQ] = { NULL, NULL },
};

static backend_take *const TAKERS[] = {
    backend_take_where,     backend_take_prompt, backend_take_history, backend_take_facts,   backend_take_settle,
    backend_take_deadlines, backend_take_model,  backend_take_money,   backend_take_score,   backend_take_headers,
    backend_take_http,
};

/* Kinds */

static int check_uses(const struct backend_made *made, struct error *error)
{
    const char *kind = backend_kind_names[made->backend->kind];
    unsigned bit = 1u << made->backend->kind;
    for (size_t i = 0; i < sizeof USES / sizeof USES[0]; i++) {
        bool is_given = row_value(made->row, USES[i].column) != NULL;
        if (is_given && ((USES[i].must | USES[i].may) & bit) == 0)
            return row_refuse(made->row, error, "a backend of the kind %s has no use for %s; write NULL", kind,
                              USES[i].column);
        if (!is_given && (USES[i].must & bit) != 0)
            return row_refuse(made->row, error, "a backend of the kind %s needs %s, %s", kind, USES[i].column, USES[i].what);
    }
    return 0;
}

/* Is the address on that host? It was judged, so it has one. */
static bool is_on_host(const char *url, const char *host)
{
    const char *start = strstr(url, "://") + 3;
    size_t len = strlen(host);
    return strncasecmp(start, host, len) == 0 && strchr("/:?", start[len]) != NULL;
}

static int take_key(struct backend_made *made, struct error *error)
{
    struct backend *backend = made->backend;
    const char *host = VENDORS[backend->kind].host;
    if (build_take_key(made->row, "backend", &backend->key_env, error) != 0)
        return -1;
    if (backend->key_env != NULL || host == NULL || (backend->url != NULL && !is_on_host(backend->url, host)))
        return 0;
    return row_refuse(made->row, error, "%s answers nobody without a key; name the environment variable that holds it in "
                                        "key_env, as in %s",
                      host, VENDORS[backend->kind].key_env);
}

static int take_team(const struct ruleset *ruleset, struct backend_made *made, struct error *error)
{
    struct nearest nearest = { .word = row_value(made->row, "team") };
    if (nearest.word == NULL)
        return 0;
    const struct team *team = ruleset_team(ruleset, nearest.word);
    made->backend->team = team != NULL ? team->name : NULL;
    for (size_t i = 0; team == NULL && i < ruleset->team_count; i++)
        nearest_offer(&nearest, ruleset->teams[i].name);
    return team != NULL ? 0 : build_refuse_unknown(made->row, "team", &nearest, error);
}

static int take_kind(const struct ruleset *ruleset, struct backend_made *made, struct error *error)
{
    struct backend *backend = made->backend;
    const char *word;
    int kind;
    if (row_require(made->row, "name", &backend->name, error) != 0 || row_require(made->row, "kind", &word, error) != 0 ||
        row_choose(made->row, "kind", backend_kind_names, -1, &kind, error) != 0)
        return -1;
    backend->kind = (enum backend_kind)kind;
    if (strlen(backend->name) > NAME_BYTES_MAX)
        return row_refuse(made->row, error, "the name of a backend has at most %d bytes, of which a Hangul syllable takes 3",
                          (int)NAME_BYTES_MAX);
    const struct backend *same = backend_find(ruleset->backends, ruleset->backend_count - 1, backend->name);
    if (same != NULL)
        return row_refuse(made->row, error, "there is already a backend '%s' in %s:%d", backend->name, same->file,
                          same->line);
    return check_uses(made, error);
}

static int take_backend(struct ruleset *ruleset, const struct row *row, struct error *error)
{
    struct backend_private *private = ruleset->private->backend;
    size_t index = ruleset->backend_count++;
    struct backend_made *made = &private->made[index];
    *made = (struct backend_made){ .backend = &private->backends[index], .row = row };
    *made->backend = (struct backend){ .file = row->file, .line = row->line };
    if (take_kind(ruleset, made, error) != 0)
        return -1;
    for (size_t i = 0; i < sizeof TAKERS / sizeof TAKERS[0]; i++)
        if (TAKERS[i](ruleset, made, error) != 0)
            return -1;
    return take_key(made, error) == 0 ? take_team(ruleset, made, error) : -1;
}

/* Chains */

static int take_fallback(const struct ruleset *ruleset, struct backend_made *made, struct error *error)
{
    struct nearest nearest = { .word = row_value(made->row, "fallback") };
    if (nearest.word == NULL)
        return 0;
    made->backend->fallback = backend_find(ruleset->backends, ruleset->backend_count, nearest.word);
    for (size_t i = 0; made->backend->fallback == NULL && i < ruleset->backend_count; i++)
        nearest_offer(&nearest, ruleset->backends[i].name);
    return made->backend->fallback != NULL ? 0 : build_refuse_unknown(made->row, "backend", &nearest, error);
}

/* How many answer one after the other from here on; 0: it leads back here. No more than `most` are looked at. */
static size_t chain_length(const struct backend *start, size_t most)
{
    size_t length = 1;
    for (const struct backend *at = start->fallback; at != NULL && length <= most; at = at->fallback, length++)
        if (at == start)
            return 0;
    return length;
}

static int refuse_circle(const struct backend_made *made, struct error *error)
{
    struct buf path = { 0 };
    const struct backend *at = made->backend;
    do {
        buf_addf(&path, "%s → ", at->name);
        at = at->fallback;
    } while (at != made->backend);
    row_refuse(made->row, error, "the fallbacks lead in a circle: %s%s; write NULL in the fallback of one of them",
               buf_text(&path), at->name);
    buf_release(&path);
    return -1;
}

/* The circles first: a chain that leads into one has no length. */
static int check_chains(const struct ruleset *ruleset, struct error *error)
{
    const struct backend_private *private = ruleset->private->backend;
    size_t count = ruleset->backend_count;
    for (size_t i = 0; i < count; i++)
        if (chain_length(&private->backends[i], count) == 0)
            return refuse_circle(&private->made[i], error);
    for (size_t i = 0; i < count; i++)
        if (chain_length(&private->backends[i], count) > BACKEND_CHAIN_MAX)
            return row_refuse(private->made[i].row, error,
                              "%s is the first of %zu backends, each the fallback of the one before; a chain has at most %d",
                              private->backends[i].name, chain_length(&private->backends[i], count), BACKEND_CHAIN_MAX);
    return 0;
}

/* The setting summary_backend. */

static const struct row *find_setting(const struct ruleset *ruleset, const char *name)
{
    const struct row *row;
    for (size_t at = 0; (row = rows_next(&ruleset->private->rows, "setting", &at)) != NULL;)
        if (strcmp(row_value(row, "name"), name) == 0)
            return row;
    return NULL;
}

static int check_summary_backend(const struct ruleset *ruleset, struct error *error)
{
    static const char SETTING[] = "summary_backend";
    struct nearest nearest = { .word = ruleset_setting(ruleset, SETTING) };
    const struct row *row = find_setting(ruleset, SETTING);
    const struct backend *backend = backend_find(ruleset->backends, ruleset->backend_count, nearest.word);
    if (*nearest.word == '\0')
        return 0;
    if (backend != NULL && (1u << backend->kind & PROMPTED) == 0)
        return row_refuse(row, error, "%s: the backend '%s' is of the kind %s, which cannot sum up a conversation; name one that "
                                      "takes a prompt", SETTING, backend->name, backend_kind_names[backend->kind]);
    if (backend != NULL)
        return 0;
    for (size_t i = 0; i < ruleset->backend_count; i++)
        nearest_offer(&nearest, ruleset->backends[i].name);
    build_refuse_unknown(row, "backend", &nearest, error);
    return -1;
}

/* All of them */

int build_backends(struct ruleset *ruleset, struct error *error)
{
    struct backend_private *private = ruleset->private->backend = alloc_new(sizeof *private);
    const struct rows *rows = &ruleset->private->rows;
    size_t count = rows_count(rows, "backend");
    const struct row *row;
    ai_phrases_init(ruleset);
    if (count > BACKENDS_MAX)
        return error_set(error, "the rule files hold %zu backends; at most %d are taken", count, BACKENDS_MAX);
    ruleset->backends = private->backends = alloc_array(count, sizeof *private->backends);
    private->made = alloc_array(count, sizeof *private->made);
    for (size_t at = 0; (row = rows_next(rows, "backend", &at)) != NULL;)
        if (take_backend(ruleset, row, error) != 0)
            return -1;
    for (size_t i = 0; i < count; i++)
        if (take_fallback(ruleset, &private->made[i], error) != 0)
            return -1;
    return check_chains(ruleset, error) == 0 ? check_summary_backend(ruleset, error) : -1;
}

int build_backend_acts(struct ruleset *ruleset, struct error *error)
{
    for (size_t i = 0; i < ruleset->backend_count; i++)
        if (backend_take_acts(ruleset, &ruleset->private->backend->made[i], error) != 0 ||
            backend_check_variables(ruleset, &ruleset->private->backend->made[i], error) != 0)
            return -1;
    return 0;
}

void backends_release(struct ruleset *ruleset)
{
    struct backend_private *private = ruleset->private->backend;
    if (private == NULL)
        return;
    for (size_t i = 0; i < ruleset->backend_count; i++) {
        template_free(private->backends[i].prompt);
        template_free(private->backends[i].http.url);
        template_free(private->backends[i].http.body);
        json_free(private->made[i].headers);
        free(private->made[i].url);
    }
    ai_phrases_release(ruleset);
    free(private->backends);
    free(private->made);
    free(private);
}
