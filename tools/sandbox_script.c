/*
 * sandbox_script: faults on order.
 *
 * A script is a list. A request meets the first fault in it whose path prefix and user fit; the fault is
 * counted down and leaves the list with its last time, so that a list plays one fault after the other and
 * then the sandbox is well again. "pass" is the fault that does nothing: it lets requests through before the
 * next one.
 *
 * A fault with a percentage meets so many of the requests that it fits, by dice that are seeded. One roll decides for all such
 * faults in the list: of "500 10%" and "503 10%" each meets a tenth.
 *
 * Faults are written as JSON, for tests, or as a short line, for people:
 *
 *     [{"do":"status","status":503,"times":3,"path":"/campaigns/trigger/send"}]
 *     503 x3 on /campaigns/trigger/send
 *
 * What AI vendors say is ordered in the same way, by faults that meet only requests to them:
 *
 *     say="We open at *nine*." x2 of openai
 *     tool=start_flow with {"flow":"order"}
 *
 * Both know the same names; TYPES is the one list of them, and the help is printed from it. Both are
 * read strictly: an unknown name or field is an error that says what there is.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/json.h"

#include "sandbox_hash.h"
#include "sandbox_script.h"

enum { HOUR_MS = 3600 * 1000, TIMES_MAX = 1000000000, FAULT_TEXT_MAX = 64 * 1024 };

#define GIB ((int64_t)1024 * 1024 * 1024)

static const struct fault_type TYPES[FAULT_KIND_COUNT] = {
    [FAULT_PASS] = { "pass", NULL, 0, 0, 0, true, "no fault: lets a request through before the next fault" },
    [FAULT_STATUS] = { "status", "status", 200, 599, 500, false,
                       "this status; 429 or 503 alone are names too" },
    [FAULT_LATE] = { "late", "ms", 0, HOUR_MS, 1000, true, "the right answer, that many ms late" },
    [FAULT_DRIP] = { "drip", "bytes_per_s", 1, 1000000, 10, true,
                     "the right answer, that many bytes per second" },
    [FAULT_HANG] = { "hang", "ms", 1, HOUR_MS, 60000, false,
                     "no answer for that many ms, then a close; nothing taken" },
    [FAULT_TAKE_AND_HANG] = { "take_and_hang", "ms", 1, HOUR_MS, 60000, true,
                              "the same, but the message was taken" },
    [FAULT_RESET_BEFORE] = { "reset_before", NULL, 0, 0, 0, false,
                             "the request is read, then a reset; nothing taken" },
    [FAULT_RESET_AFTER] = { "reset_after", NULL, 0, 0, 0, true,
                            "the message is taken, then a reset for an answer" },
    [FAULT_GARBAGE] = { "garbage", NULL, 0, 0, 0, true, "taken; the answer is no HTTP" },
    [FAULT_HTML] = { "html", "status", 200, 599, 200, true,
                     "taken; the answer is a page of HTML with this status" },
    [FAULT_HUGE] = { "huge", "bytes", 1, 64 * GIB, GIB, true, "taken; a chunked answer of that many bytes" },
    [FAULT_GZIP] = { "gzip", "bytes", 1, 64 * 1024 * 1024, 10 * 1024 * 1024, true,
                     "taken; a gzip bomb that unpacks to that many bytes of zeros" },
    [FAULT_LYING_LENGTH] = { "lying_length", "bytes", 1, GIB, 1000000, true,
                             "taken; Content-Length promises that many bytes, few come" },
    [FAULT_NOTICE] = { "notice", NULL, 0, 0, 0, true,
                       "201 with a notice: the campaign is paused, nothing goes out" },
    [FAULT_ERRORS] = { "errors", NULL, 0, 0, 0, true,
                       "201 with errors: the first recipient or object (for USER: his) gets nothing" },
    [FAULT_LIMIT_EPOCH] = { "limit_epoch", "seconds", 0, 7200, 2, false,
                            "429, X-RateLimit-Reset as a moment (unix seconds)" },
    [FAULT_LIMIT_SECONDS] = { "limit_seconds", "seconds", 0, 7200, 2, false,
                              "429, X-RateLimit-Reset as seconds left" },
    [FAULT_LIMIT_TRACK] = { "limit_track", "seconds", 0, 7200, 2, false,
                            "429, only X-Ratelimit-Retry-After" },
    [FAULT_LIMIT_RETRY_AFTER] = { "limit_retry_after", "seconds", 0, 7200, 2, false,
                                  "429, only Retry-After" },
    [FAULT_LIMIT_EMPTY] = { "limit_empty", NULL, 0, 0, 0, false,
                            "429, rate-limit headers present but empty" },
    [FAULT_DOWN] = { "down", "ms", 1, HOUR_MS, 1000, false,
                     "all connections reset, new ones refused for that many ms" },
    [FAULT_EMPTY] = { "empty", NULL, 0, 0, 0, true, "taken; an answer without a body" },
    [FAULT_BROKEN] = { "broken", NULL, 0, 0, 0, true, "taken; the answer's first half, and nothing amiss but that" },
    [FAULT_OVERTAKEN] = { "overtaken", "ms", 1, HOUR_MS, 3000, true,
                          "taken; profiles are written after the next /users/track, or after that many ms" },
    [FAULT_SAY] = { "say", NULL, 0, 0, 0, true, "the model says this; \"quotes\" around more than a word", true, "text",
                    true },
    [FAULT_TOOL] = { "tool", NULL, 0, 0, 0, true, "it calls this tool, with the JSON object behind \"with\"", true,
                     "tool", true },
    [FAULT_CUT] = { "cut", NULL, 0, 0, 0, true, "its answer's first half: the length ran out", true, "text", false },
    [FAULT_LONG] = { "long", "bytes", 1, 64 * 1024 * 1024, 2 * 1024 * 1024, true, "a sound answer of that many bytes",
                     true, NULL, false },
    [FAULT_DECLINE] = { "decline", NULL, 0, 0, 0, true, "the model refuses, as this vendor's do", true, "text", false },
    [FAULT_FILTER] = { "filter", NULL, 0, 0, 0, true, "the vendor's content filter strikes", true, NULL, false },
    [FAULT_OVERLOADED] = { "overloaded", NULL, 0, 0, 0, false, "503, of Anthropic 529", true, NULL, false },
    [FAULT_NO_MONEY] = { "no_money", NULL, 0, 0, 0, false, "no credit is left, in the vendor's words", true, NULL, false },
};

const struct fault_type *fault_type(enum fault_kind kind)
{
    return &TYPES[kind];
}

static void fault_release(struct fault *fault)
{
    free(fault->path);
    free(fault->user);
    free(fault->of);
    free(fault->headers);
    free(fault->body);
    free(fault->text);
    free(fault->tool);
    free(fault->arguments);
    *fault = (struct fault){ 0 };
}

void script_clear(struct script *script)
{
    for (size_t i = 0; i < script->count; i++)
        fault_release(&script->faults[i]);
    fault_release(&script->current);
    free(script->faults);
    *script = (struct script){ .dice = script->dice };
}

static int name_kind(const char *name, size_t len, struct fault *fault, struct error *error)
{
    for (int kind = 0; kind < FAULT_KIND_COUNT; kind++) {
        if (strlen(TYPES[kind].name) != len || memcmp(TYPES[kind].name, name, len) != 0)
            continue;
        *fault = (struct fault){ .kind = (enum fault_kind)kind,
                                 .times = 1,
                                 .argument = TYPES[kind].otherwise,
                                 .is_taken = TYPES[kind].is_taken };
        return 0;
    }
    return error_set(error, "There is no fault named \"%.*s\": see frontdesk-sandbox --help.",
                     (int)(len < 60 ? len : 60), name);
}

static int set_argument(struct fault *fault, int64_t number, struct error *error)
{
    const struct fault_type *type = &TYPES[fault->kind];

    if (type->argument == NULL)
        return error_set(error, "\"%s\" takes no number.", type->name);
    if (number < type->least || number > type->most)
        return error_set(error, "\"%s\" takes %s from %lld to %lld.", type->name, type->argument,
                         (long long)type->least, (long long)type->most);
    fault->argument = number;
    return 0;
}

static void append(struct script *script, const struct fault *fault)
{
    script->faults = alloc_resize(script->faults, script->count + 1, sizeof *script->faults);
    script->faults[script->count++] = *fault;
}

static int read_number(const char *text, size_t len, int64_t *number)
{
    int64_t value = 0;

    if (len == 0 || len > 12)
        return -1;
    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        value = value * 10 + (text[i] - '0');
    }
    *number = value;
    return 0;
}

/* A text as it stands, or between quotes. */
static int take_text(struct fault *fault, const char *text, size_t len, struct error *error)
{
    char **place = strcmp(TYPES[fault->kind].text, "tool") == 0 ? &fault->tool : &fault->text;
    bool is_quoted = len >= 2 && text[0] == '"' && text[len - 1] == '"';

    if (len > 0 && text[0] == '"' && !is_quoted)
        return error_set(error, "The quote behind \"%s=\" is not closed.", TYPES[fault->kind].name);
    *place = alloc_bytes(text + is_quoted, len - (is_quoted ? 2 : 0));
    return 0;
}

/* "hang=500", "notice", "503"; a bare 429 comes with the headers that Braze sends. */
static int read_name(const char *word, size_t len, struct fault *fault, struct error *error)
{
    const char *equal = memchr(word, '=', len);
    size_t name_len = equal != NULL ? (size_t)(equal - word) : len;
    int64_t number = 0;

    if (equal == NULL && read_number(word, len, &number) == 0) {
        if (number == 429)
            return name_kind("limit_epoch", strlen("limit_epoch"), fault, error);
        return name_kind("status", strlen("status"), fault, error) != 0 ? -1
                                                                        : set_argument(fault, number, error);
    }
    if (name_kind(word, name_len, fault, error) != 0)
        return -1;
    if (equal == NULL)
        return 0;
    if (TYPES[fault->kind].text != NULL)
        return take_text(fault, equal + 1, len - name_len - 1, error);
    if (read_number(equal + 1, len - name_len - 1, &number) != 0)
        return error_set(error, "\"%.*s\": a whole number must follow the \"=\".", (int)(len < 60 ? len : 60),
                         word);
    return set_argument(fault, number, error);
}

static int read_times(const char *word, size_t len, struct fault *fault, struct error *error)
{
    if (len == 2 && word[1] == '*')
        fault->times = 0;
    else if (read_number(word + 1, len - 1, &fault->times) != 0 || fault->times > TIMES_MAX ||
             fault->times == 0)
        return error_set(error, "\"%.*s\": write x3 for three times, or x* for ever.",
                         (int)(len < 60 ? len : 60), word);
    return 0;
}

static int read_percent(const char *word, size_t len, struct fault *fault, struct error *error)
{
    if (read_number(word, len - 1, &fault->percent) == 0 && fault->percent >= 1 && fault->percent <= 100)
        return 0;
    return error_set(error, "\"%.*s\": write 5%% for five of a hundred requests, 1 to 100.", (int)(len < 60 ? len : 60), word);
}

static bool is_word(const char *word, size_t len, const char *wanted)
{
    return strlen(wanted) == len && memcmp(wanted, word, len) == 0;
}

/* What may follow the name, but for "on PATH" and the like. */
static int read_manner(const char *word, size_t len, struct fault *fault, struct error *error)
{
    if (word[0] == 'x')
        return read_times(word, len, fault, error);
    if (word[len - 1] == '%')
        return read_percent(word, len, fault, error);
    if (!is_word(word, len, "taken") && !is_word(word, len, "kept"))
        return error_set(error,
                         "\"%.*s\" is not understood: a fault reads NAME[=NUMBER] [xTIMES] [N%%] [taken] [on PATH] "
                         "[for USER] [of VENDOR].",
                         (int)(len < 60 ? len : 60), word);
    fault->is_taken = word[0] == 't';
    return 0;
}

static const char *next_word(const char **text, size_t *len)
{
    *text += strspn(*text, " \t");
    const char *word = *text;
    const char *quote = strstr(word, "=\"");
    *len = strcspn(word, " \t");
    if (quote != NULL && quote < word + *len && strchr(quote + 2, '"') != NULL) /* say="two words" */
        *len = (size_t)(strchr(quote + 2, '"') - word) + 1;
    *text += *len;
    return word;
}

/* Where the word behind "on", "for", "of" or "with" belongs; NULL: the word is none of these. */
static char **target_of(const char *word, size_t len, struct fault *fault)
{
    const struct {
        const char *word;
        char **target;
    } TARGETS[] = { { "on", &fault->path }, { "for", &fault->user }, { "of", &fault->of }, { "with", &fault->arguments } };

    for (size_t i = 0; i < sizeof TARGETS / sizeof TARGETS[0]; i++)
        if (is_word(word, len, TARGETS[i].word))
            return TARGETS[i].target;
    return NULL;
}

static int read_line(const char *text, struct fault *fault, struct error *error)
{
    size_t len = 0;
    const char *word = next_word(&text, &len);

    if (read_name(word, len, fault, error) != 0)
        return -1;
    for (word = next_word(&text, &len); len > 0; word = next_word(&text, &len)) {
        char **target = target_of(word, len, fault);
        if (target != NULL) {
            word = next_word(&text, &len);
            free(*target);
            *target = alloc_bytes(word, len);
        } else if (read_manner(word, len, fault, error) != 0) {
            return -1;
        }
    }
    return 0;
}

/* Texts that the kind needs, and no others. */
static int check_texts(const struct fault *fault, struct error *error)
{
    const struct fault_type *type = &TYPES[fault->kind];
    struct json *arguments = NULL;

    if (fault->text != NULL && (type->text == NULL || !type->is_ai))
        return error_set(error, "\"%s\" takes no text.", type->name);
    if (fault->kind != FAULT_TOOL && (fault->tool != NULL || fault->arguments != NULL))
        return error_set(error, "A tool and its arguments belong to \"tool\".");
    if (type->needs_text && (fault->kind == FAULT_TOOL ? fault->tool : fault->text) == NULL)
        return error_set(error, "\"%s\" needs its %s: write %s=….", type->name, type->text, type->name);
    if (fault->arguments == NULL)
        return 0;
    bool is_object = json_parse(fault->arguments, strlen(fault->arguments), JSON_STRICT, &arguments, NULL) == 0 &&
                     json_kind(arguments) == JSON_OBJECT;
    json_free(arguments);
    return is_object ? 0 : error_set(error, "A tool's arguments are a JSON object; in a line it has no blanks.");
}

static int check_fault(const struct fault *fault, size_t count, struct error *error)
{
    if (fault->path != NULL && fault->path[0] != '/')
        return error_set(error, "The path of a fault must begin with a slash.");
    if (count >= FAULTS_MAX)
        return error_set(error, "A script holds at most %d faults.", FAULTS_MAX);
    return check_texts(fault, error);
}

int script_add_text(struct script *script, const char *text, struct error *error)
{
    struct fault fault = { 0 };

    if (read_line(text, &fault, error) == 0 && check_fault(&fault, script->count, error) == 0) {
        append(script, &fault);
        return 0;
    }
    fault_release(&fault);
    return -1;
}

static int read_headers(const struct json *headers, struct fault *fault, struct error *error)
{
    struct buf lines = { 0 };

    for (const struct json *item = json_first(headers); item != NULL; item = json_next(item)) {
        struct buf value = { 0 };
        bool is_scalar = json_scalar(item, &value);
        bool is_safe = strpbrk(json_key(item), "\r\n: ") == NULL && strpbrk(buf_text(&value), "\r\n") == NULL;
        buf_addf(&lines, "%s: %s\r\n", json_key(item), buf_text(&value));
        buf_release(&value);
        if (!is_scalar || !is_safe) {
            buf_release(&lines);
            return error_set(error, "\"headers\" must be an object of names and plain values.");
        }
    }
    fault->headers = buf_detach(&lines);
    return 0;
}

static const char *const ARGUMENTS[] = { "status", "ms", "bytes", "bytes_per_s", "seconds" };
static const char *const FIELDS[] = { "do", "path", "user", "times", "take", "headers", "body",
                                      "of", "text", "tool", "arguments", "percent" };

enum {
    ARGUMENT_COUNT = sizeof ARGUMENTS / sizeof ARGUMENTS[0],
    FIELD_COUNT = sizeof FIELDS / sizeof FIELDS[0]
};

static bool is_among(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static int check_members(const struct json *object, struct error *error)
{
    if (json_get_text(object, "do") == NULL)
        return error_set(error, "A fault is an object with a \"do\": {\"do\":\"status\",\"status\":503}.");
    for (const struct json *item = json_first(object); item != NULL; item = json_next(item)) {
        const char *key = json_key(item);
        if (!is_among(key, FIELDS, FIELD_COUNT) && !is_among(key, ARGUMENTS, ARGUMENT_COUNT))
            return error_set(error, "\"%.60s\" is no field of a fault.", key);
        bool is_text = is_among(key, (const char *const[]){ "path", "user", "body", "of", "text", "tool" }, 6);
        if (is_text && json_text(item) == NULL)
            return error_set(error, "\"%s\" must be a string.", key);
    }
    return 0;
}

static int read_arguments(const struct json *object, struct fault *fault, struct error *error)
{
    int64_t number = 0;

    for (size_t i = 0; i < ARGUMENT_COUNT; i++) {
        const struct json *value = json_get(object, ARGUMENTS[i]);
        if (value == NULL)
            continue;
        const char *expected = TYPES[fault->kind].argument;
        if (expected == NULL || strcmp(expected, ARGUMENTS[i]) != 0)
            return error_set(error, "\"%s\" does not take \"%s\".", TYPES[fault->kind].name, ARGUMENTS[i]);
        if (!json_int(value, &number))
            return error_set(error, "\"%s\" must be a whole number.", ARGUMENTS[i]);
        if (set_argument(fault, number, error) != 0)
            return -1;
    }
    return 0;
}

static int read_object(const struct json *object, struct fault *fault, struct error *error)
{
    if (check_members(object, error) != 0)
        return -1;
    const char *name = json_get_text(object, "do");
    if (name_kind(name, strlen(name), fault, error) != 0 || read_arguments(object, fault, error) != 0)
        return -1;
    fault->times = json_get_int(object, "times", 1);
    fault->percent = json_get_int(object, "percent", 0);
    fault->is_taken = json_get_bool(object, "take", fault->is_taken);
    fault->path = alloc_text(json_get_text(object, "path"));
    fault->user = alloc_text(json_get_text(object, "user"));
    fault->body = alloc_text(json_get_text(object, "body"));
    fault->of = alloc_text(json_get_text(object, "of"));
    fault->text = alloc_text(json_get_text(object, "text"));
    fault->tool = alloc_text(json_get_text(object, "tool"));
    if (json_get(object, "arguments") != NULL) {
        struct buf arguments = { 0 };

        json_format(json_get(object, "arguments"), &arguments);
        fault->arguments = buf_detach(&arguments);
    }
    if (fault->times < 0 || fault->times > TIMES_MAX)
        return error_set(error, "\"times\" must be 0 (for ever) to %d.", TIMES_MAX);
    if (fault->percent < 0 || fault->percent > 100)
        return error_set(error, "\"percent\" must be 1 to 100, or 0: every request.");
    if (fault->kind != FAULT_STATUS && (fault->body != NULL || json_get(object, "headers") != NULL))
        return error_set(error, "\"headers\" and \"body\" belong to \"status\".");
    return json_get(object, "headers") != NULL ? read_headers(json_get(object, "headers"), fault, error) : 0;
}

int script_add_json(struct script *script, const char *text, size_t len, struct error *error)
{
    struct json *root = NULL;
    size_t before = script->count;
    int outcome = json_parse(text, len, JSON_STRICT, &root, error);

    const struct json *item = json_kind(root) == JSON_ARRAY ? json_first(root) : root;
    for (; outcome == 0 && item != NULL; item = item == root ? NULL : json_next(item)) {
        struct fault fault = { 0 };
        outcome = read_object(item, &fault, error);
        if (outcome == 0)
            outcome = check_fault(&fault, script->count, error);
        if (outcome == 0)
            append(script, &fault);
        else
            fault_release(&fault);
    }
    while (outcome != 0 && script->count > before)
        fault_release(&script->faults[--script->count]);
    json_free(root);
    return outcome;
}

static bool addresses(const struct verdict *verdict, const char *user)
{
    for (size_t i = 0; i < verdict->delivery_count; i++)
        if (strcmp(verdict->deliveries[i].user, user) == 0)
            return true;
    for (size_t i = 0; i < verdict->update_count; i++)
        if (strcmp(verdict->updates[i].user, user) == 0)
            return true;
    return false;
}

struct occasion { /* what a fault may meet */
    const char *path;
    const struct verdict *verdict;   /* NULL: it does not go to Braze */
    const char *vendor, *model;      /* NULL: it does not go to an AI vendor */
    bool is_refused;                 /* by the AI vendor */
};

static bool fits(const struct fault *fault, const struct occasion *occasion)
{
    bool is_ai = TYPES[fault->kind].is_ai, is_named = fault->path != NULL || fault->of != NULL;

    if (fault->path != NULL && strncmp(occasion->path, fault->path, strlen(fault->path)) != 0)
        return false;
    if (occasion->vendor == NULL && (is_ai || fault->of != NULL))
        return false;
    if (occasion->verdict != NULL)
        return fault->user == NULL || addresses(occasion->verdict, fault->user);
    if (fault->of != NULL && strcmp(fault->of, occasion->vendor) != 0 && strcmp(fault->of, occasion->model) != 0)
        return false;
    return fault->user == NULL && (is_ai ? !occasion->is_refused : is_named);
}

/* The first that fits, and that the dice fall on; the count: none. */
static size_t choose(struct script *script, const struct occasion *occasion)
{
    int64_t rolled = -1, reached = 0;

    for (size_t i = 0; i < script->count; i++) {
        const struct fault *fault = &script->faults[i];

        if (!fits(fault, occasion))
            continue;
        if (fault->percent == 0)
            return i;
        if (rolled < 0)
            rolled = (int64_t)(hash_next(&script->dice) % 100);
        reached += fault->percent;
        if (rolled < reached)
            return i;
    }
    return script->count;
}

/* Counted down. */
static const struct fault *take(struct script *script, const struct occasion *occasion)
{
    size_t i = choose(script, occasion);

    if (i == script->count)
        return NULL;
    struct fault *fault = &script->faults[i];
    if (fault->times == 0 || --fault->times > 0)
        return fault;
    fault_release(&script->current);
    script->current = *fault;
    script->count--;
    memmove(fault, fault + 1, (script->count - i) * sizeof *fault);
    return &script->current;
}

const struct fault *script_next(struct script *script, const char *path, const struct verdict *verdict)
{
    return take(script, &(struct occasion){ .path = path, .verdict = verdict });
}

const struct fault *script_next_ai(struct script *script, const char *path, const char *vendor, const char *model,
                                   bool is_refused)
{
    return take(script, &(struct occasion){ path, NULL, vendor, model, is_refused });
}

static void format_fault(const struct fault *fault, struct jsonw *w)
{
    const struct {
        const char *name, *text;
    } TEXTS[] = { { "path", fault->path }, { "user", fault->user }, { "of", fault->of }, { "text", fault->text },
                  { "tool", fault->tool } };

    jsonw_object(w, NULL);
    jsonw_text(w, "do", TYPES[fault->kind].name);
    if (TYPES[fault->kind].argument != NULL)
        jsonw_int(w, TYPES[fault->kind].argument, fault->argument);
    jsonw_int(w, "times", fault->times);
    if (fault->percent > 0)
        jsonw_int(w, "percent", fault->percent);
    if (fault->is_taken != TYPES[fault->kind].is_taken)
        jsonw_bool(w, "take", fault->is_taken);
    for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++)
        if (TEXTS[i].text != NULL)
            jsonw_text(w, TEXTS[i].name, TEXTS[i].text);
    if (fault->arguments != NULL)
        jsonw_raw(w, "arguments", fault->arguments);
    jsonw_end_object(w);
}

void script_format(const struct script *script, struct buf *out)
{
    struct jsonw w = { .out = out };

    jsonw_object(&w, NULL);
    jsonw_int(&w, "format", 1);
    jsonw_array(&w, "faults");
    for (size_t i = 0; i < script->count; i++)
        format_fault(&script->faults[i], &w);
    jsonw_end_array(&w);
    jsonw_end_object(&w);
}
