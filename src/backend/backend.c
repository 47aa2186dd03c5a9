/*
 * backend: see the header.
 *
 * Tokens. Vendors cut text differently; measured over their public counters a token is about four letters of
 * English, and a Hangul or Han character is about one. History and caps are reckoned with these before a call, and
 * what the vendor says replaces the money afterwards.
 */
#include <string.h>

#include "backend/backend.h"
#include "base/utf8.h"

const char *const backend_kind_names[] = { "openai", "anthropic", "gemini", "bedrock", "rasa", "http", "faq", NULL };
const char *const backend_act_names[] = { "handoff", "close", "flow", "set", NULL };
const char *const backend_fact_names[] = {
    "first_name", "language", "channel", "country", "time", "open", "variables", NULL
};

const struct backend *backend_find(const struct backend *backends, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(backends[i].name, name) == 0)
            return &backends[i];
    return NULL;
}

const struct backend_act *backend_act(const struct backend *backend, enum backend_act_kind kind, const char *target)
{
    for (size_t i = 0; i < backend->act_count; i++) {
        const struct backend_act *act = &backend->acts[i];

        if (act->kind == kind && (act->target == NULL) == (target == NULL) &&
            (target == NULL || strcmp(act->target, target) == 0))
            return act;
    }
    return NULL;
}

int64_t backend_tokens(const char *text, size_t len)
{
    size_t narrow = 0, wide = 0;

    for (size_t at = 0; at < len;) {
        uint32_t code;
        size_t step = utf8_decode(text + at, len - at, &code);

        if (code < 0x80)
            narrow++;
        else
            wide++;
        at += step > 0 ? step : 1;
    }
    return (int64_t)((narrow + 3) / 4 + wide);
}

/* No call has more; a vendor may claim so. Prices are under 2^40 (rules/decimal.h), so the product fits. */
enum { TOKENS_PRICED_MAX = 1 << 22 };

static int64_t priced(int64_t tokens, int64_t price)
{
    int64_t counted = tokens < 0 ? 0 : tokens < TOKENS_PRICED_MAX ? tokens : TOKENS_PRICED_MAX;

    return (counted * price + 999999) / 1000000;
}

int64_t backend_cost(const struct backend *backend, int64_t tokens_in, int64_t tokens_out)
{
    return priced(tokens_in, backend->price_in) + priced(tokens_out, backend->price_out);
}
