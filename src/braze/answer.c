/*
 * answer: reading what came back from Braze.
 *
 * The status decides the class, by a table; the body may refine it in two places only. A 2xx that carries a
 * notice or errors is ACCEPTED_BUT. A 400 that says that the campaign's id is wrong is a fault of the
 * configuration, not of the row. All else in a body is for people: a body that is cut, garbage or a proxy's
 * page changes no class.
 *
 * Why a redirect stops the lane: Braze's REST hosts never redirect, so the address in the configuration is
 * another host's, and nothing that we send there arrives.
 *
 * How long to wait, on a 429. Three dialects exist, and each header may be missing, empty or senseless (a
 * 401 brings empty ones):
 *
 *   1. X-RateLimit-Retry-After, whole seconds: newer contracts, where the other three are absent.
 *   2. Retry-After, seconds or a date: nothing Braze documents, but proxies on the way send it.
 *   3. X-RateLimit-Reset: the second of the epoch at which the clock hour ends, or, by newer contracts, the
 *      seconds that are left. Above 10^9 it is an epoch.
 *   4. Nothing of it: a second, the least; the lane's own ladder (desk/health.c) makes it longer each time.
 *
 * A moment is one of the clock that names it: the answer's Date tells how late it is there, where ours is wrong.
 *
 * A 5xx may say it, too, in the first two; the third stands in each answer and then tells of the budget alone.
 *
 * What is believed lies between one second and one hour, for the budget's hour is the longest that Braze has.
 *
 * Errors beside a success come as texts, or as objects {type, input_array, index} whose index names the
 * recipient, or one of the objects of that list; an error may be called "message", "errors" or "error". Words
 * that are shown are cleaned and cut. A 401 repeats the key that was sent: its body is not even looked into, and
 * no text that speaks of an invalid key is quoted.
 *
 * Everything here is a function of its arguments; jitter comes in as a number.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/utf8.h"

#include "braze/answer.h"
#include "braze/date.h"

enum {
    SECOND_MS = 1000,
    HOUR_MS = 3600 * SECOND_MS,
    UNTOLD_WAIT_MS = SECOND_MS,
    CLOCKS_APART_MS = 5 * SECOND_MS, /* a Date is cut to its second, and some moments old */
    INDEX_MAX = 74, /* /users/track takes the largest lists: 75 objects */
    WORDS_MAX = 200,
};

struct verdict {
    int from, to; /* statuses */
    enum answer_class class;
    enum answer_scope scope;
};

/* The first line that fits counts. */
static const struct verdict VERDICTS[] = {
    { 200, 299, ANSWER_ACCEPTED, SCOPE_WORKSPACE },
    { 300, 399, ANSWER_STOPPED, SCOPE_WORKSPACE },
    { 401, 401, ANSWER_STOPPED, SCOPE_WORKSPACE },
    { 403, 404, ANSWER_STOPPED, SCOPE_ENDPOINT },
    { 415, 415, ANSWER_STOPPED, SCOPE_ENDPOINT },
    { 408, 408, ANSWER_NOT_DONE, SCOPE_WORKSPACE }, /* the server's patience ended, not the request's chances */
    { 429, 429, ANSWER_LATER, SCOPE_WORKSPACE },
    { 400, 499, ANSWER_REFUSED, SCOPE_WORKSPACE },
    { 500, 599, ANSWER_NOT_DONE, SCOPE_WORKSPACE },
};

static const struct verdict NO_HTTP = { 0, 0, ANSWER_AMBIGUOUS, SCOPE_WORKSPACE };

static const struct verdict *find_verdict(int status)
{
    for (size_t i = 0; i < sizeof VERDICTS / sizeof VERDICTS[0]; i++)
        if (status >= VERDICTS[i].from && status <= VERDICTS[i].to)
            return &VERDICTS[i];
    return &NO_HTTP;
}

/* Headers */

/* A whole number, blanks around it forgiven; beyond 10^12 its digits are dropped. False when it is none. */
static bool read_number(const char *text, int64_t *number)
{
    static const int64_t ENOUGH = 1000000000000;
    if (text == NULL)
        return false;
    text += strspn(text, " \t");
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || text[digits + strspn(text + digits, " \t")] != '\0')
        return false;
    *number = 0;
    for (size_t i = 0; i < digits && *number < ENOUGH; i++)
        *number = *number * 10 + (text[i] - '0');
    return true;
}

static int64_t clamp(int64_t number, int64_t min, int64_t max)
{
    return number < min ? min : number > max ? max : number;
}

/* Seconds as milliseconds, cut where a longer wait is not believed anyway. */
static int64_t to_ms(int64_t seconds)
{
    return clamp(seconds, 0, HOUR_MS / SECOND_MS) * SECOND_MS;
}

static bool read_reset(const char *text, int64_t now_ms, int64_t *wait_ms)
{
    int64_t number;
    if (!read_number(text, &number))
        return false;
    *wait_ms = number > 1000000000 ? clamp(number * SECOND_MS - now_ms, 0, HOUR_MS) : to_ms(number);
    return true;
}

static bool read_retry_after(const char *text, int64_t now_ms, int64_t *wait_ms)
{
    int64_t number;
    if (text == NULL)
        return false;
    if (read_number(text, &number))
        *wait_ms = to_ms(number);
    else if (date_parse_http(text + strspn(text, " \t"), &number))
        *wait_ms = clamp(number - now_ms, 0, HOUR_MS);
    else
        return false;
    return true;
}

static bool read_asked(const struct wire *wire, int64_t now_ms, int64_t *wait_ms)
{
    return read_reset(wire->ratelimit_retry_after, now_ms, wait_ms) ||
           read_retry_after(wire->retry_after, now_ms, wait_ms);
}

static int64_t read_wait(const struct wire *wire, int64_t now_ms, enum answer_class class)
{
    int64_t wait_ms = class == ANSWER_LATER ? UNTOLD_WAIT_MS : 0;
    if (read_asked(wire, now_ms, &wait_ms) || (class == ANSWER_LATER && read_reset(wire->ratelimit_reset, now_ms, &wait_ms)))
        return clamp(wait_ms, SECOND_MS, HOUR_MS);
    return wait_ms;
}

static void read_budget(const struct wire *wire, int64_t now_ms, struct answer *answer)
{
    if (!read_number(wire->ratelimit_limit, &answer->limit))
        answer->limit = -1;
    if (!read_number(wire->ratelimit_remaining, &answer->remaining))
        answer->remaining = -1;
    if (!read_reset(wire->ratelimit_reset, now_ms, &answer->reset_in_ms))
        answer->reset_in_ms = -1;
}

/* An id that is printable ASCII and fits; anything else is left out. */
static void copy_id(const char *text, char *out, size_t size)
{
    size_t len = text != NULL ? strlen(text) : 0;
    if (len >= size)
        return;
    for (size_t i = 0; i < len; i++)
        if (text[i] <= ' ' || text[i] > '~')
            return;
    snprintf(out, size, "%s", text != NULL ? text : "");
}

/* Words for people */

static bool contains(const char *text, const char *words)
{
    size_t len = strlen(words);
    for (; *text != '\0'; text++)
        if (strncasecmp(text, words, len) == 0)
            return true;
    return false;
}

/* Appends a peer's words behind "; ": one line, no control characters, about WORDS_MAX bytes at most. */
static void add_words(const char *text, size_t len, struct buf *out)
{
    struct buf clean = { 0 };
    uint32_t code;
    for (size_t step; len > 0 && clean.len < WORDS_MAX; text += step, len -= step) {
        step = utf8_decode(text, len, &code);
        step = step > 0 ? step : 1;
        bool is_gap = code <= ' ' || (code >= 0x7F && code <= 0xA0);
        if (!is_gap)
            utf8_encode(code, &clean);
        else if (clean.len > 0 && clean.data[clean.len - 1] != ' ')
            buf_add_char(&clean, ' ');
    }
    if (clean.len > 0 && !contains(clean.data, "api key")) {
        buf_add_text(out, out->len > 0 ? "; " : "");
        buf_add(out, clean.data, clean.len);
    }
    buf_release(&clean);
}

static void add_text(const char *text, struct buf *out)
{
    if (text != NULL)
        add_words(text, strlen(text), out);
}

static void set_problem(struct answer *answer, const char *words)
{
    size_t len = utf8_floor(words, strlen(words), sizeof answer->problem - 1);
    memcpy(answer->problem, words, len);
    answer->problem[len] = '\0';
}

/* Bodies */

static enum answer_list list_of(const struct json *item)
{
    const char *name = json_get_text(item, "input_array");
    if (name == NULL)
        return LIST_UNTOLD;
    return strcmp(name, "attributes") == 0 ? LIST_ATTRIBUTES : strcmp(name, "events") == 0 ? LIST_EVENTS : LIST_OTHER;
}

static void note_index(const struct json *item, struct answer *answer)
{
    static const size_t MAX = sizeof answer->bad_index / sizeof answer->bad_index[0];
    enum answer_list list = list_of(item);
    int64_t index;
    if (!json_int(json_get(item, "index"), &index) || index < 0 || index > INDEX_MAX)
        return;
    for (size_t i = 0; i < answer->bad_count; i++)
        if (answer->bad_index[i] == (int)index && answer->bad_list[i] == list)
            return;
    if (answer->bad_count == MAX)
        return;
    answer->bad_list[answer->bad_count] = list;
    answer->bad_index[answer->bad_count++] = (int)index;
}

/* One error: a text, or an object whose type (or message) is one. */
static void add_error(const struct json *item, struct answer *answer, struct buf *out)
{
    static const char *const KEYS[] = { "type", "message", "error" };
    add_text(json_text(item), out);
    if (json_kind(item) != JSON_OBJECT)
        return;
    for (size_t i = 0; i < sizeof KEYS / sizeof KEYS[0]; i++) {
        if (json_get_text(item, KEYS[i]) == NULL)
            continue;
        add_text(json_get_text(item, KEYS[i]), out);
        break;
    }
    note_index(item, answer);
}

/* "errors" or "error": a list, or one. Returns whether there was any. */
static bool add_errors(const struct json *errors, struct answer *answer, struct buf *out)
{
    if (json_kind(errors) != JSON_ARRAY) {
        add_error(errors, answer, out);
        return json_kind(errors) == JSON_OBJECT || (json_text(errors) != NULL && *json_text(errors) != '\0');
    }
    for (const struct json *item = json_first(errors); item != NULL; item = json_next(item))
        add_error(item, answer, out);
    return json_first(errors) != NULL;
}

static void read_accepted(const struct json *root, struct answer *answer)
{
    struct buf words = { 0 };
    const char *notice = json_get_text(root, "notice");
    bool has_notice = notice != NULL && *notice != '\0';
    copy_id(json_get_text(root, "dispatch_id"), answer->dispatch_id, sizeof answer->dispatch_id);
    add_text(notice, &words);
    bool has_errors = add_errors(json_get(root, "errors"), answer, &words);
    has_errors = add_errors(json_get(root, "error"), answer, &words) || has_errors;
    answer->is_notice = has_notice;
    if (has_notice || has_errors) {
        answer->class = ANSWER_ACCEPTED_BUT;
        set_problem(answer, words.len > 0 ? words.data : "Braze took it, and told of errors without words.");
    }
    buf_release(&words);
}

/* Does a refusal say that the id in the campaign's row is wrong? */
static bool is_campaign_fault(const char *words)
{
    static const char *const SAYINGS[] = {
        "invalid campaign id", "invalid canvas id", "campaign_id must be", "canvas_id must be",
    };
    for (size_t i = 0; i < sizeof SAYINGS / sizeof SAYINGS[0]; i++)
        if (contains(words, SAYINGS[i]))
            return true;
    return false;
}

/* Braze's own words; a proxy's text as it is, but no page of HTML. */
static void add_refusal(const struct json *root, const struct wire *wire, struct answer *answer,
                        struct buf *words)
{
    if (root != NULL) {
        add_text(json_get_text(root, "message"), words);
        add_errors(json_get(root, "errors"), answer, words);
        add_errors(json_get(root, "error"), answer, words);
    } else if (wire->body_len > 0 && wire->body[0] != '<') {
        add_words(wire->body, wire->body_len, words);
    }
}

static void read_refused(const struct json *root, const struct wire *wire, struct answer *answer)
{
    struct buf words = { 0 }, problem = { 0 };
    add_refusal(root, wire, answer, &words);
    if (answer->class == ANSWER_REFUSED && is_campaign_fault(buf_text(&words))) {
        answer->class = ANSWER_STOPPED;
        answer->scope = SCOPE_CAMPAIGN;
    }
    buf_addf(&problem, "Braze answered %d%s%s", wire->status, words.len > 0 ? ": " : "", buf_text(&words));
    set_problem(answer, buf_text(&problem));
    buf_release(&words);
    buf_release(&problem);
}

/* Answers whose bodies tell nothing, or too much. */
static bool read_unquoted(const struct wire *wire, struct answer *answer)
{
    if (wire->status == 401)
        set_problem(answer, "Braze answered 401: it does not know the API key. Check BRAZE_API_KEY, and that "
                            "BRAZE_REST_URL is the instance that the key belongs to.");
    else if (wire->status >= 300 && wire->status < 400)
        set_problem(answer, "The host in BRAZE_REST_URL redirects, which no REST host of Braze does.");
    else
        return false;
    return true;
}

static int64_t moment_there(const struct wire *wire, int64_t now_ms)
{
    int64_t theirs;
    if (wire->date == NULL || !date_parse_http(wire->date, &theirs))
        return now_ms;
    return theirs < now_ms - CLOCKS_APART_MS || theirs > now_ms + CLOCKS_APART_MS ? theirs : now_ms;
}

static void read_answered(const struct wire *wire, int64_t now_ms, struct answer *answer)
{
    const struct verdict *verdict = find_verdict(wire->status);
    int64_t there_ms = moment_there(wire, now_ms);
    struct json *root = NULL;
    struct error ignored;
    answer->class = verdict->class;
    answer->scope = verdict->scope;
    read_budget(wire, there_ms, answer);
    copy_id(wire->request_id, answer->request_id, sizeof answer->request_id);
    if (answer->class == ANSWER_LATER || answer->class == ANSWER_NOT_DONE)
        answer->wait_ms = read_wait(wire, there_ms, answer->class);
    if (read_unquoted(wire, answer))
        return;
    if (wire->body_len > 0)
        json_parse(wire->body, wire->body_len, JSON_FIRST_KEY_WINS, &root, &ignored);
    if (answer->class == ANSWER_ACCEPTED)
        read_accepted(root, answer);
    else
        read_refused(root, wire, answer);
    json_free(root);
}

static void read_failure(const struct wire *wire, const char *words, struct answer *answer)
{
    struct buf problem = { 0 };
    add_text(words, &problem);
    add_text(wire->failure, &problem);
    set_problem(answer, buf_text(&problem));
    buf_release(&problem);
}

void answer_read(const struct wire *wire, int64_t now_ms, struct answer *answer)
{
    *answer = (struct answer){ .remaining = -1, .limit = -1, .reset_in_ms = -1 };
    switch (wire->end) {
    case WIRE_ANSWERED:
        read_answered(wire, now_ms, answer);
        break;
    case WIRE_NEVER_LEFT:
        answer->class = ANSWER_NOT_SENT;
        read_failure(wire, "Braze could not be reached", answer);
        break;
    case WIRE_LEFT_NO_ANSWER:
        answer->class = ANSWER_AMBIGUOUS;
        read_failure(wire, "The request left, and no answer came", answer);
        break;
    }
}

const char *answer_class_name(enum answer_class class)
{
    static const char *const NAMES[] = {
        [ANSWER_ACCEPTED] = "accepted",
        [ANSWER_ACCEPTED_BUT] = "accepted_but",
        [ANSWER_NOT_SENT] = "not_sent",
        [ANSWER_NOT_DONE] = "not_done",
        [ANSWER_LATER] = "later",
        [ANSWER_AMBIGUOUS] = "ambiguous",
        [ANSWER_REFUSED] = "refused",
        [ANSWER_STOPPED] = "stopped",
    };
    return NAMES[class];
}

/* Delays */

/* A part of `ms` by a number from 0 to 2^32-1. */
static int64_t share(int64_t ms, uint32_t random)
{
    return (int64_t)((uint64_t)ms * random >> 32);
}

static int64_t step_of(const int64_t *ladder, int steps, int failures)
{
    return ladder[clamp(failures, 1, steps) - 1] * SECOND_MS;
}

int64_t answer_row_delay_ms(int failures, uint32_t random)
{
    static const int64_t LADDER[] = { 1, 5, 30, 120, 600, 1800, 3600 };
    int64_t full = step_of(LADDER, sizeof LADDER / sizeof LADDER[0], failures);
    return clamp(share(full, random), 100, full);
}

int64_t answer_target_delay_ms(int failures, uint32_t random)
{
    static const int64_t LADDER[] = { 1, 2, 4, 8, 16, 32, 60 };
    int64_t full = step_of(LADDER, sizeof LADDER / sizeof LADDER[0], failures);
    return full / 2 + share(full / 2, random);
}
