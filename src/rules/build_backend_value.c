/*
 * build_backend_value: the single columns of a backend, and what they are where they are not given.
 *
 * An address is fixed: a value in it would let a customer choose whom our key is shown to. Money and temperature are
 * decimals, read exactly.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "base/clock.h"
#include "rules/build_backend.h"
#include "rules/decimal.h"
#include "rules/faq.h"

enum {
    HISTORY = 10,
    HISTORY_MOST = 100,
    HISTORY_TOKENS = 2000,
    HISTORY_TOKENS_MOST = 200 * 1000,
    KNOWLEDGE = 3, /* of 'yes' */
    KNOWLEDGE_MOST = 10,
    SETTLE = 1500,
    SETTLE_MOST = 30 * 1000,
    SETTLE_MAX = 6000,
    SETTLE_MAX_MOST = 120 * 1000,
    CALLS = 16,
    CALLS_MOST = 500,
    TOKENS = 500,
    TOKENS_MOST = 8192,
    MODEL_BYTES_MAX = 300,
    URL_BYTES_MAX = 2000
};

static const int64_t SECOND = 1000, DEADLINE = 20 * 1000, DEADLINE_MOST = 120 * 1000, TURN_DEADLINE = 60 * 1000,
                     TURN_DEADLINE_MOST = 300 * 1000;

static const char BLANKS[] = " \t\r\n";

int backend_next_entry(const struct row *row, const char *column, const char **at, const char **start, size_t *len,
                       struct error *error)
{
    if (*at == NULL)
        return 0;
    const char *text = *at, *comma = strchr(text, ',');
    size_t room = comma != NULL ? (size_t)(comma - text) : strlen(text), blanks = strspn(text, BLANKS);
    blanks = blanks < room ? blanks : room;
    *start = text + blanks;
    *len = room - blanks;
    while (*len > 0 && strchr(BLANKS, (*start)[*len - 1]) != NULL)
        --*len;
    *at = comma != NULL ? comma + 1 : NULL;
    return *len > 0 ? 1 : row_refuse(row, error, "%s: here is a comma too many", column);
}

/* Where it is */

int backend_take_where(const struct ruleset *ruleset, struct backend_made *made, struct error *error)
{
    const char *url = row_value(made->row, "url");
    if (url == NULL)
        return 0;
    const char *method = row_value(made->row, "method");
    bool may_quote = made->backend->kind == BACKEND_HTTP && method != NULL && strcmp(method, "GET") == 0;
    if (!may_quote && strpbrk(url, "{}") != NULL)
        return row_refuse(made->row, error, "url: the address of a backend is fixed, and takes no {{ }}; values go into its "
                                            "prompt or body");
    if (strlen(url) > URL_BYTES_MAX)
        return row_refuse(made->row, error, "url is longer than %d bytes", URL_BYTES_MAX);
    if (build_check_url(ruleset, made->row, "url", url, error) != 0)
        return -1;
    made->backend->url = url;
    if (made->backend->kind == BACKEND_HTTP)
        return 0;
    size_t len = strlen(url);
    while (len > 0 && url[len - 1] == '/')
        len--;
    made->backend->url = made->url = alloc_bytes(url, len);
    return 0;
}

/* The vendor's words for what runs where. */
int backend_take_model(const struct ruleset *ruleset, struct backend_made *made, struct error *error)
{
    const char *model = row_value(made->row, "model"), *region = row_value(made->row, "region");
    struct backend *backend = made->backend;
    const char *temperature = row_value(made->row, "temperature");
    int64_t degrees;
    (void)ruleset;
    backend->model = model;
    backend->region = region;
    backend->temperature = temperature;
    for (const char *at = model; at != NULL && *at != '\0'; at++)
        if ((unsigned char)*at <= ' ' || (unsigned char)*at >= 0x7f || at - model == MODEL_BYTES_MAX)
            return row_refuse(made->row, error, "model is the vendor's name of the model, as in gpt-4o-mini: at most %d "
                                                "letters, digits and signs, without a blank",
                              MODEL_BYTES_MAX);
    if (region != NULL && region[strspn(region, "abcdefghijklmnopqrstuvwxyz0123456789-")] != '\0')
        return row_refuse(made->row, error, "region looks like eu-central-1, not like '%s'", region);
    if (temperature != NULL && decimal_parse(temperature, 2 * DECIMAL_ONE, &degrees) != 0)
        return row_refuse(made->row, error, "temperature is a number from 0 to 2, as in '0.3', not '%s'", temperature);
    backend->has_tools = (backend->kind <= BACKEND_BEDROCK);
    if (row_value(made->row, "tools") != NULL && row_yes_no(made->row, "tools", &backend->has_tools, error) != 0)
        return -1;
    return row_number(made->row, "calls", 1, CALLS_MOST, CALLS, &backend->calls, error) == 0
               ? row_number(made->row, "max_tokens", 1, TOKENS_MOST, TOKENS, &backend->max_tokens, error)
               : -1;
}

/* What it is told */

int backend_take_prompt(const struct ruleset *ruleset, struct backend_made *made, struct error *error)
{
    const char *source = row_value(made->row, "prompt");
    if (source == NULL)
        return 0;
    if (source[strspn(source, BLANKS)] == '\0')
        return row_refuse(made->row, error, "prompt holds nothing but blanks; write NULL where there is nothing to say");
    made->backend->prompt = template_new(source, error);
    if (made->backend->prompt == NULL || variable_check_in_prompt(ruleset, made->backend->prompt, error) != 0)
        return row_blame(made->row, "prompt", error);
    return 0;
}

static int take_knowledge(struct backend_made *made, struct error *error)
{
    const char *word = row_value(made->row, "knowledge");
    char *end;
    made->backend->knowledge = word != NULL && strcmp(word, "yes") == 0 ? KNOWLEDGE : 0;
    if (word == NULL || made->backend->knowledge > 0 || strcmp(word, "no") == 0)
        return 0;
    long typed = strtol(word, &end, 10);
    if (!ascii_is_digit((unsigned char)word[0]) || *end != '\0' || typed > KNOWLEDGE_MOST)
        return row_refuse(made->row, error, "knowledge is yes, no, or how many entries of the table faq go along, at most %d, "
                                            "not '%s'",
                          KNOWLEDGE_MOST, word);
    made->backend->knowledge = (int)typed;
    return 0;
}

int backend_take_history(const struct ruleset *ruleset, struct backend_made *made, struct error *error)
{
    struct backend *backend = made->backend;
    (void)ruleset;
    if (row_number(made->row, "history", 0, HISTORY_MOST, HISTORY, &backend->history, error) != 0 ||
        row_number(made->row, "history_tokens", 0, HISTORY_TOKENS_MOST, HISTORY_TOKENS, &backend->history_tokens, error) != 0)
        return -1;
    return take_knowledge(made, error);
}

static int add_fact(struct backend_made *made, const char *start, size_t len, struct error *error)
{
    char *word = alloc_bytes(start, len);
    struct nearest nearest = { .word = word };
    struct buf advice = { 0 };
    int result = -1;
    for (size_t i = 0; result != 0 && backend_fact_names[i] != NULL; i++)
        if (strcmp(backend_fact_names[i], word) == 0) {
            made->backend->facts |= 1u << i;
            result = 0;
        }
    if (result != 0) {
        nearest_offer_list(&nearest, backend_fact_names);
        nearest_advise(&nearest, backend_fact_names, &advice);
        row_refuse(made->row, error, "facts: a backend is told nothing by the name '%s'%s", word, buf_text(&advice));
    }
    buf_release(&advice);
    free(word);
    return result;
}

int backend_take_facts(const struct ruleset *ruleset, struct backend_made *made, struct error *error)
{
    const char *at = row_value(made->row, "facts"), *start;
    size_t len;
    int found;
    (void)ruleset;
    while ((found = backend_next_entry(made->row, "facts", &at, &start, &len, error)) == 1)
        if (add_fact(made, start, len, error) != 0)
            return -1;
    return found;
}

/* When */

int backend_take_settle(const struct ruleset *ruleset, struct backend_made *made, struct error *error)
{
    int settle, most;
    (void)ruleset;
    made->backend->joins = true;
    if (row_number(made->row, "settle_ms", 0, SETTLE_MOST, SETTLE, &settle, error) != 0 ||
        row_number(made->row, "settle_max_ms", 0, SETTLE_MAX_MOST, settle > SETTLE_MAX ? settle : SETTLE_MAX, &most,
                   error) != 0)
        return -1;
    if (most < settle)
        return row_refuse(made->row, error, "settle_max_ms, how long a burst is waited for in all, is less than settle_ms, "
                                            "how long after its last message: %d and %d",
                          most, settle);
    made->backend->settle_ms = settle;
    made->backend->settle_max_ms = most;
    return row_value(made->row, "joins") != NULL ? row_yes_no(made->row, "joins", &made->backend->joins, error) : 0;
}

int backend_take_deadlines(const struct ruleset *ruleset, struct backend_made *made, struct error *error)
{
    struct backend *backend = made->backend;
    struct buf own = { 0 }, turn = { 0 };
    (void)ruleset;
    if (row_duration(made->row, "deadline", SECOND, DEADLINE_MOST, DEADLINE, &backend->deadline_ms, error) != 0 ||
        row_duration(made->row, "turn_deadline", SECOND, TURN_DEADLINE_MOST,
                     backend->deadline_ms > TURN_DEADLINE ? backend->deadline_ms : TURN_DEADLINE, &backend->turn_deadline_ms,
                     error) != 0)
        return -1;
    /* Who is never called has no deadline of its own. */
    if (backend->kind == BACKEND_FAQ || backend->turn_deadline_ms >= backend->deadline_ms)
        return 0;
    clock_format_duration(backend->deadline_ms, &own);
    clock_format_duration(backend->turn_deadline_ms, &turn);
    row_refuse(made->row, error, "turn_deadline, by when the customer has an answer, is shorter than the deadline of a single "
                                 "attempt: %s and %s",
               buf_text(&turn), buf_text(&own));
    buf_release(&own);
    buf_release(&turn);
    return -1;
}

/* What it costs, and how sure it is */

static int take_money(const struct row *row, const char *column, int64_t most, int64_t otherwise, int64_t *millionths,
                      struct error *error)
{
    const char *text = row_value(row, column);
    *millionths = otherwise;
    if (text == NULL || decimal_parse(text, most, millionths) == 0)
        return 0;
    return row_refuse(row, error, "%s is a number from 0 to %lld with at most six digits behind its point, as in '0.25', "
                                  "not '%s'",
                      column, (long long)(most / DECIMAL_ONE), text);
}

int backend_take_money(const struct ruleset *ruleset, struct backend_made *made, struct error *error)
{
    struct backend *backend = made->backend;
    const struct row *row = made->row;
    (void)ruleset;
    if (take_money(row, "price_in", DECIMAL_PRICE_MAX, 0, &backend->price_in, error) != 0 ||
        take_money(row, "price_out", DECIMAL_PRICE_MAX, 0, &backend->price_out, error) != 0 ||
        take_money(row, "day_cap", DECIMAL_CAP_MAX, -1, &backend->day_cap, error) != 0 ||
        take_money(row, "contact_day_cap", DECIMAL_CAP_MAX, -1, &backend->contact_day_cap, error) != 0)
        return -1;
    bool has_prices = row_value(row, "price_in") != NULL && row_value(row, "price_out") != NULL;
    if (has_prices || (backend->day_cap < 0 && backend->contact_day_cap < 0))
        return 0;
    return row_refuse(row, error, "%s is money, and it takes prices to count that: give price_in and price_out, what a "
                                  "million tokens cost",
                      backend->day_cap >= 0 ? "day_cap" : "contact_day_cap");
}

int backend_take_score(const struct ruleset *ruleset, struct backend_made *made, struct error *error)
{
    static const int64_t SCORE = (int64_t)(FAQ_FLOOR * DECIMAL_ONE);
    const char *text = row_value(made->row, "score");
    int64_t score = SCORE;
    (void)ruleset;
    if (text != NULL && decimal_parse(text, DECIMAL_ONE, &score) != 0)
        return row_refuse(made->row, error, "score is a number from 0 to 1, as in '0.35', not '%s'", text);
    made->backend->score = made->backend->kind == BACKEND_FAQ ? (double)score / DECIMAL_ONE : 0;
    return 0;
}
