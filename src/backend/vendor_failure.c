/*
 * vendor_failure: see the header.
 *
 * Retry-After is believed from zero seconds to one hour. Its form with a date needs a clock, which this room has not,
 * and no vendor sends it; it counts as not said. Google tells the wait in the body (RetryInfo).
 */
#include <string.h>
#include <strings.h>

#include "backend/vendor_failure.h"
#include "backend/vendor_words.h"
#include "base/ascii.h"

enum { SECOND_MS = 1000, HOUR_S = 3600, WORDS_MAX = 180 };

struct verdict {
    int from, to; /* statuses */
    enum vendor_class class;
};

/* The first line that fits counts. */
static const struct verdict VERDICTS[] = {
    { 300, 399, VENDOR_STOPPED },
    { 401, 405, VENDOR_STOPPED },
    { 407, 407, VENDOR_STOPPED },
    { 410, 410, VENDOR_STOPPED },
    { 408, 409, VENDOR_FAILED },
    { 424, 425, VENDOR_FAILED }, /* Bedrock: the model itself failed */
    { 429, 429, VENDOR_BUSY },
    { 400, 499, VENDOR_REFUSED },
    { 503, 503, VENDOR_BUSY },
    { 529, 529, VENDOR_BUSY }, /* Anthropic: overloaded */
};

static enum vendor_class class_of(int status)
{
    for (size_t i = 0; i < sizeof VERDICTS / sizeof VERDICTS[0]; i++)
        if (status >= VERDICTS[i].from && status <= VERDICTS[i].to)
            return VERDICTS[i].class;
    return VENDOR_FAILED;
}

struct refinement {
    const char *code; /* a code, or a part of the message where it has blanks */
    enum vendor_class class;
    const char *words; /* NULL: the vendor's own */
};

static const char NO_MONEY[] = "The vendor says that no money is left on the account, or that its limit is reached.";
static const char FILTERED[] = "The vendor's content filter took the question.";
static const char NO_MODEL[] = "The vendor does not know the model, or does not offer it to this account.";
static const char BAD_KEY[] = "The vendor does not take the key.";

static const struct refinement REFINEMENTS[] = {
    { "insufficient_quota", VENDOR_STOPPED, NO_MONEY },
    { "billing_hard_limit_reached", VENDOR_STOPPED, NO_MONEY },
    { "billing_not_active", VENDOR_STOPPED, NO_MONEY },
    { "billing_error", VENDOR_STOPPED, NO_MONEY },
    { "budget_exceeded", VENDOR_STOPPED, NO_MONEY },              /* LiteLLM */
    { "exceeded_current_quota_error", VENDOR_STOPPED, NO_MONEY }, /* Moonshot */
    { "Arrearage", VENDOR_STOPPED, NO_MONEY },                    /* Alibaba */
    { "credit balance is too low", VENDOR_STOPPED, NO_MONEY },    /* Anthropic */
    { "content_filter", VENDOR_DECLINED, FILTERED },
    { "ResponsibleAIPolicyViolation", VENDOR_DECLINED, FILTERED },
    { "content_policy_violation", VENDOR_DECLINED, FILTERED },
    { "invalid_prompt", VENDOR_DECLINED, FILTERED },
    { "data_inspection_failed", VENDOR_DECLINED, FILTERED },
    { "model_not_found", VENDOR_STOPPED, NO_MODEL },
    { "model identifier is invalid", VENDOR_STOPPED, NO_MODEL }, /* Bedrock */
    { "unsupported_parameter", VENDOR_STOPPED, NULL },           /* of the row: it fails each time */
    { "unsupported_value", VENDOR_STOPPED, NULL },
    { "API_KEY_INVALID", VENDOR_STOPPED, BAD_KEY },
    { "FAILED_PRECONDITION", VENDOR_STOPPED, "The vendor does not serve this account or this country." },
    { "overloaded_error", VENDOR_BUSY, "The vendor is overloaded." },
};

/* Bodies */

/* The object that tells of the error: {"error": {…}}, [{"error": {…}}], or the body itself. */
static const struct json *error_of(const struct json *root)
{
    const struct json *error;

    if (json_kind(root) == JSON_ARRAY)
        root = json_first(root);
    error = json_get(root, "error");
    return json_kind(error) == JSON_OBJECT ? error : root;
}

static const char *message_of(const struct json *error)
{
    static const char *const KEYS[] = { "message", "Message", "error", "detail", "msg" };

    for (size_t i = 0; i < sizeof KEYS / sizeof KEYS[0]; i++)
        if (json_get_text(error, KEYS[i]) != NULL)
            return json_get_text(error, KEYS[i]);
    return json_get_text(json_first(json_get(error, "detail")), "msg");
}

static bool is_code(const char *text, const char *code)
{
    return text != NULL && strcmp(text, code) == 0;
}

static bool has_code(const struct json *error, const char *code)
{
    static const char *const KEYS[] = { "code", "type", "status" };

    for (size_t i = 0; i < sizeof KEYS / sizeof KEYS[0]; i++)
        if (is_code(json_get_text(error, KEYS[i]), code))
            return true;
    for (const struct json *item = json_first(json_get(error, "details")); item != NULL; item = json_next(item))
        if (is_code(json_get_text(item, "reason"), code))
            return true;
    return is_code(json_get_text(json_get(error, "innererror"), "code"), code);
}

static bool says(const struct json *error, const char *words)
{
    const char *message = message_of(error);

    return strchr(words, ' ') != NULL && message != NULL && strcasestr(message, words) != NULL;
}

/* OpenRouter tells of a moderated question as a 403 with the reasons. */
static bool is_moderated(const struct json *error)
{
    return json_kind(json_get(json_get(error, "metadata"), "reasons")) == JSON_ARRAY;
}

static const struct refinement *refine(const struct json *error)
{
    static const struct refinement MODERATED = { "", VENDOR_DECLINED, FILTERED };

    for (size_t i = 0; i < sizeof REFINEMENTS / sizeof REFINEMENTS[0]; i++)
        if (has_code(error, REFINEMENTS[i].code) || says(error, REFINEMENTS[i].code))
            return &REFINEMENTS[i];
    return is_moderated(error) ? &MODERATED : NULL;
}

/* Waiting */

/* "12", "1.5", "34s": seconds, rounded up. False: no such thing. */
static bool read_seconds(const char *text, int64_t *ms)
{
    int64_t seconds = 0;

    if (text == NULL)
        return false;
    text += strspn(text, " \t");
    if (!ascii_is_digit((unsigned char)*text))
        return false;
    for (; ascii_is_digit((unsigned char)*text); text++)
        seconds = seconds < HOUR_S ? seconds * 10 + (*text - '0') : HOUR_S;
    if (*text == '.') {
        size_t digits = strspn(text + 1, "0123456789");

        seconds += strspn(text + 1, "0") < digits;
        text += 1 + digits;
    }
    text += *text == 's';
    *ms = (seconds < HOUR_S ? seconds : HOUR_S) * SECOND_MS;
    return text[strspn(text, " \t")] == '\0';
}

static int64_t wait_of(const char *retry_after, const struct json *error)
{
    int64_t ms;

    if (read_seconds(retry_after, &ms))
        return ms;
    for (const struct json *item = json_first(json_get(error, "details")); item != NULL; item = json_next(item))
        if (read_seconds(json_get_text(item, "retryDelay"), &ms))
            return ms;
    return 0;
}

/* Reasons */

static void tell_key(const struct backend *backend, int status, struct vendor_answer *answer)
{
    if (backend->key_env == NULL)
        vendor_reason(answer, "The vendor answered %d: it wants a key. Name the variable that holds it in key_env.", status);
    else if (status == 401)
        vendor_reason(answer, "The vendor answered 401: it does not take the key in %s.", backend->key_env);
    else
        vendor_reason(answer, "The vendor answered %d: the key in %s may not do this, or not with this model.", status,
                      backend->key_env);
}

static void tell(int status, const struct json *error, const struct vendor_wire *wire, struct vendor_answer *answer)
{
    const char *message = message_of(error);
    struct buf words = { 0 };

    if (message != NULL)
        vendor_words(message, strlen(message), WORDS_MAX, &words);
    else if (wire != NULL && error == NULL && wire->body_len > 0 && wire->body[0] != '<')
        vendor_words(wire->body, wire->body_len, WORDS_MAX, &words);
    vendor_reason(answer, "The vendor answered %d%s%s", status, words.len > 0 ? ": " : "", buf_text(&words));
    buf_release(&words);
}

static void judge(const struct backend *backend, int status, const struct json *root, const struct vendor_wire *wire,
                  struct vendor_answer *answer)
{
    const struct json *error = error_of(root);
    const struct refinement *refinement = status >= 400 && status <= 499 ? refine(error) : NULL;

    answer->class = refinement != NULL ? refinement->class : class_of(status);
    if (answer->class == VENDOR_BUSY)
        answer->wait_ms = wait_of(wire != NULL ? wire->retry_after : NULL, error);
    if (refinement != NULL && refinement->words != NULL)
        vendor_reason(answer, "%s (%d)", refinement->words, status);
    else if (status == 401 || status == 403)
        tell_key(backend, status, answer);
    else if (status == 402)
        vendor_reason(answer, "%s (402)", NO_MONEY);
    else if (status >= 300 && status <= 399)
        vendor_reason(answer, "The vendor answered %d: it redirects. Write the address that it leads to into url.", status);
    else
        tell(status, error, wire, answer);
}

void vendor_failure_read(const struct backend *backend, const struct vendor_wire *wire, const struct json *root,
                         struct vendor_answer *answer)
{
    judge(backend, wire->status, root, wire, answer);
}

enum vendor_class vendor_failure_inside(const struct backend *backend, const struct json *root,
                                        struct vendor_answer *answer)
{
    int64_t status = json_get_int(error_of(root), "code", 0);

    judge(backend, status >= 400 && status <= 599 ? (int)status : 500, root, NULL, answer);
    return answer->class;
}
