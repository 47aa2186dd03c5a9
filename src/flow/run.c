/*
 * run: where a conversation stands in a flow, and its JSON.
 *
 * What is as it usually is (no wrong answers, no call, a variable that is a text) is not written, so that the
 * row of an ordinary run stays short. run_parse is strict in the simplest way there is: it reads what it
 * knows, writes that again, and compares. So whatever it takes comes back the same, and nothing hides in a
 * key that nobody reads.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/utf8.h"
#include "flow/walk.h"

enum { RUN_BYTES_MAX = FLOW_DEPTH_MAX * 512 * 1024 }; /* half a MiB a passage */

static const int64_t TIME_MAX = 1000LL * 1000 * 1000 * 1000 * 1000; /* the year 33,658 */

static const char *const WAITS[] = { "answer", "call", "nothing", NULL };
static const char *const OUTCOMES[] = { "done",    "handoff", "closed",  "cancelled",
                                        "expired", "gave_up", "changed", NULL };

/* Variables */

static size_t find_variable(const struct run_variables *variables, const char *name)
{
    size_t i = 0;
    while (i < variables->count && strcmp(variables->list[i].name, name) != 0)
        i++;
    return i;
}

const struct run_variable *run_variables_find(const struct run_variables *variables, const char *name)
{
    size_t i = find_variable(variables, name);
    return i < variables->count ? &variables->list[i] : NULL;
}

const struct run_variable *run_variable(const struct run *run, const char *name)
{
    return run_variables_find(&run->variables, name);
}

static void remove_variable(struct run_variables *variables, size_t i)
{
    free(variables->list[i].name);
    free(variables->list[i].value);
    variables->count--;
    memmove(&variables->list[i], &variables->list[i + 1], (variables->count - i) * sizeof variables->list[0]);
}

void run_put(struct run_variables *variables, const char *name, const struct run_variable *value)
{
    size_t len = strlen(value->value), i = find_variable(variables, name);
    struct run_variable copy = { .name = alloc_text(name),
                                 .value = alloc_bytes(value->value,
                                                      utf8_floor(value->value, len, FLOW_VARIABLE_BYTES_MAX)),
                                 .is_number = value->is_number,
                                 .is_raw = value->is_raw };
    if (i < variables->count)
        remove_variable(variables, i);
    else if (variables->count == FLOW_VARIABLES_MAX)
        remove_variable(variables, 0);
    variables->list = alloc_resize(variables->list, variables->count + 1, sizeof variables->list[0]);
    variables->list[variables->count++] = copy;
}

void run_variables_release(struct run_variables *variables)
{
    while (variables->count > 0)
        remove_variable(variables, variables->count - 1);
    free(variables->list);
    *variables = (struct run_variables){ 0 };
}

void run_variables_merge(const struct run_variables *from, struct run_variables *to)
{
    for (size_t i = 0; i < from->count; i++)
        run_put(to, from->list[i].name, &from->list[i]);
}

static void copy_variables(const struct run_variables *from, struct run_variables *to)
{
    *to = (struct run_variables){ 0 };
    run_variables_merge(from, to);
}

void run_leave(const struct run *run, struct run_variables *left)
{
    for (size_t i = 0; i < run->depth; i++)
        run_variables_merge(&run->frames[i].variables, left);
    run_variables_merge(&run->variables, left);
}

/* Frames */

struct frame *run_top(struct run *run)
{
    return run->depth > 0 ? &run->frames[run->depth - 1] : NULL;
}

static void frame_release(struct frame *frame)
{
    for (size_t i = 0; i < frame->asked_count; i++)
        free(frame->asked[i]);
    free(frame->asked);
    free(frame->flow);
    free(frame->step);
    run_variables_release(&frame->variables);
    *frame = (struct frame){ 0 };
}

void run_push(struct run *run, const char *flow)
{
    if (run->depth == FLOW_DEPTH_MAX)
        abort();
    run->frames[run->depth++] = (struct frame){ .flow = alloc_text(flow), .step = alloc_text("") };
}

void run_pop(struct run *run)
{
    frame_release(&run->frames[--run->depth]);
}

void run_interrupt(struct run *run)
{
    struct frame *frame = run_top(run);
    frame->is_interrupted = true;
    frame->variables = run->variables;
    run->variables = (struct run_variables){ 0 };
}

void run_resume(struct run *run)
{
    struct frame *frame = run_top(run);
    frame->is_interrupted = false;
    run_variables_release(&run->variables);
    run->variables = frame->variables;
    frame->variables = (struct run_variables){ 0 };
}

void run_drop(struct run *run, const char *flow)
{
    for (size_t first = 0, last; first < run->depth; first = last + 1) {
        for (last = first; last < run->depth && !run->frames[last].is_interrupted; last++)
            ;
        if (last == run->depth)
            return;
        if (strcmp(run->frames[first].flow, flow) != 0)
            continue;
        for (size_t i = first; i <= last; i++)
            frame_release(&run->frames[i]);
        memmove(&run->frames[first], &run->frames[last + 1], (run->depth - last - 1) * sizeof run->frames[0]);
        run->depth -= last - first + 1;
        memset(&run->frames[run->depth], 0, (last - first + 1) * sizeof run->frames[0]);
        return; /* there is no second one: it would have been dropped when this one began */
    }
}

static void remove_asked(struct frame *frame, const char *name)
{
    for (size_t i = 0; i < frame->asked_count; i++)
        if (strcmp(frame->asked[i], name) == 0) {
            free(frame->asked[i]);
            frame->asked_count--;
            memmove(&frame->asked[i], &frame->asked[i + 1],
                    (frame->asked_count - i) * sizeof frame->asked[0]);
            return;
        }
}

static void add_asked(struct frame *frame, const char *name)
{
    frame->asked = alloc_resize(frame->asked, frame->asked_count + 1, sizeof frame->asked[0]);
    frame->asked[frame->asked_count++] = alloc_text(name);
}

void run_asked(struct run *run, const char *name)
{
    struct frame *frame = run_top(run);
    remove_asked(frame, name);
    if (frame->asked_count == RUN_ASKED_MAX)
        remove_asked(frame, frame->asked[0]);
    add_asked(frame, name);
}

void run_forget_in(struct run_variables *variables, struct frame *frame, const char *name)
{
    size_t i = find_variable(variables, name);
    if (i < variables->count)
        remove_variable(variables, i);
    remove_asked(frame, name);
}

void run_forget(struct run *run, const char *name)
{
    run_forget_in(&run->variables, run_top(run), name);
}

/* The whole */

void run_shift(struct run *run, int64_t ms)
{
    run->asked_at += ms;
    run->heard_at += ms;
}

void run_release(struct run *run)
{
    while (run->depth > 0)
        run_pop(run);
    run_variables_release(&run->variables);
    *run = (struct run){ 0 };
}

static void copy_frame(const struct frame *from, struct frame *to)
{
    *to = *from;
    to->flow = alloc_text(from->flow);
    to->step = alloc_text(from->step);
    to->asked = NULL;
    to->asked_count = 0;
    for (size_t i = 0; i < from->asked_count; i++)
        add_asked(to, from->asked[i]);
    copy_variables(&from->variables, &to->variables);
}

void run_copy(const struct run *from, struct run *to)
{
    *to = *from;
    for (size_t i = 0; i < from->depth; i++)
        copy_frame(&from->frames[i], &to->frames[i]);
    copy_variables(&from->variables, &to->variables);
}

/* Writing */

/* What is 0 is not written. */
static void write_int(struct jsonw *json, const char *key, int64_t number)
{
    if (number != 0)
        jsonw_int(json, key, number);
}

static void write_bool(struct jsonw *json, const char *key, bool value)
{
    if (value)
        jsonw_bool(json, key, true);
}

static void write_variable(struct jsonw *json, const struct run_variable *variable)
{
    jsonw_object(json, NULL);
    jsonw_text(json, "name", variable->name);
    jsonw_text(json, "value", variable->value);
    write_bool(json, "is_number", variable->is_number);
    write_bool(json, "is_raw", variable->is_raw);
    jsonw_end_object(json);
}

static void write_variables(struct jsonw *json, const struct run_variables *variables)
{
    jsonw_array(json, "variables");
    for (size_t i = 0; i < variables->count; i++)
        write_variable(json, &variables->list[i]);
    jsonw_end_array(json);
}

static void write_frame(struct jsonw *json, const struct frame *frame)
{
    jsonw_object(json, NULL);
    jsonw_text(json, "flow", frame->flow);
    jsonw_text(json, "step", frame->step);
    write_int(json, "tries", frame->tries);
    if (frame->asked_count > 0) {
        jsonw_array(json, "asked");
        for (size_t i = 0; i < frame->asked_count; i++)
            jsonw_text(json, NULL, frame->asked[i]);
        jsonw_end_array(json);
    }
    write_bool(json, "is_interrupted", frame->is_interrupted);
    if (frame->variables.count > 0)
        write_variables(json, &frame->variables);
    write_int(json, "call", frame->call);
    write_bool(json, "has_result", frame->has_result);
    write_bool(json, "has_failed", frame->has_failed);
    write_bool(json, "has_timed_out", frame->has_timed_out);
    write_int(json, "status", frame->status);
    jsonw_end_object(json);
}

void run_format(const struct run *run, struct buf *out)
{
    struct jsonw json = { .out = out };
    jsonw_object(&json, NULL);
    jsonw_array(&json, "frames");
    for (size_t i = 0; i < run->depth; i++)
        write_frame(&json, &run->frames[i]);
    jsonw_end_array(&json);
    jsonw_text(&json, "waits", WAITS[run->waits]);
    write_variables(&json, &run->variables);
    write_int(&json, "call", run->call);
    write_int(&json, "asked_at", run->asked_at);
    write_int(&json, "heard_at", run->heard_at);
    write_bool(&json, "is_reminded", run->is_reminded);
    write_int(&json, "calls", run->calls);
    write_int(&json, "timeouts", run->timeouts);
    if (run->outcome != NULL)
        jsonw_text(&json, "outcome", run->outcome);
    jsonw_end_object(&json);
}

/* Reading: what is missing reads as the zero value, and the comparison at the end has the last word. */

static bool is_name(const char *text)
{
    return text != NULL && *text != '\0' && strlen(text) <= RUN_NAME_MAX;
}

static int find_word(const char *const *words, const char *word)
{
    for (int i = 0; word != NULL && words[i] != NULL; i++)
        if (strcmp(words[i], word) == 0)
            return i;
    return -1;
}

static bool read_count(const struct json *object, const char *key, int64_t max, int64_t *out)
{
    *out = json_get_int(object, key, 0);
    return *out >= 0 && *out <= max;
}

static bool read_asked(const struct json *names, struct frame *frame)
{
    for (const struct json *name = json_first(names); name != NULL; name = json_next(name)) {
        if (!is_name(json_text(name)) || frame->asked_count == RUN_ASKED_MAX)
            return false;
        add_asked(frame, json_text(name));
    }
    return true;
}

static bool read_variable(const struct json *json, struct run_variables *variables)
{
    const char *name = json_get_text(json, "name"), *value = json_get_text(json, "value");
    struct run_variable variable = { .value = (char *)value,
                                     .is_number = json_get_bool(json, "is_number", false),
                                     .is_raw = json_get_bool(json, "is_raw", false) };
    if (!is_name(name) || value == NULL || variables->count == FLOW_VARIABLES_MAX ||
        find_variable(variables, name) < variables->count)
        return false;
    run_put(variables, name, &variable);
    return true;
}

static bool read_variables(const struct json *list, struct run_variables *variables)
{
    for (const struct json *item = json_first(list); item != NULL; item = json_next(item))
        if (!read_variable(item, variables))
            return false;
    return true;
}

static bool read_frame(const struct json *json, struct run *run)
{
    const char *flow = json_get_text(json, "flow"), *step = json_get_text(json, "step");
    int64_t tries, status;
    if (!is_name(flow) || !is_name(step) || run->depth == FLOW_DEPTH_MAX)
        return false;
    run_push(run, flow);
    struct frame *frame = run_top(run);
    free(frame->step);
    frame->step = alloc_text(step);
    if (!read_count(json, "tries", INT32_MAX, &tries) || !read_count(json, "status", INT32_MAX, &status) ||
        !read_count(json, "call", INT64_MAX, &frame->call))
        return false;
    frame->tries = (int)tries;
    frame->status = (int)status;
    frame->is_interrupted = json_get_bool(json, "is_interrupted", false);
    frame->has_result = json_get_bool(json, "has_result", false);
    frame->has_failed = json_get_bool(json, "has_failed", false);
    frame->has_timed_out = json_get_bool(json, "has_timed_out", false);
    return read_asked(json_get(json, "asked"), frame) &&
           read_variables(json_get(json, "variables"), &frame->variables);
}

static bool read_run(const struct json *json, struct run *run)
{
    int waits = find_word(WAITS, json_get_text(json, "waits"));
    int outcome = find_word(OUTCOMES, json_get_text(json, "outcome"));
    int64_t calls, timeouts;
    for (const struct json *item = json_first(json_get(json, "frames")); item != NULL; item = json_next(item))
        if (!read_frame(item, run))
            return false;
    if (!read_variables(json_get(json, "variables"), &run->variables))
        return false;
    run->waits = (enum run_waits)waits;
    run->outcome = outcome >= 0 ? OUTCOMES[outcome] : NULL;
    run->is_reminded = json_get_bool(json, "is_reminded", false);
    run->due_at = INT64_MAX;
    if (waits < 0 || !read_count(json, "call", INT64_MAX, &run->call) ||
        !read_count(json, "calls", FLOW_CALLS_MAX, &calls) ||
        !read_count(json, "timeouts", FLOW_TIMEOUTS_MAX, &timeouts))
        return false;
    run->calls = (int)calls;
    run->timeouts = (int)timeouts;
    return read_count(json, "asked_at", TIME_MAX, &run->asked_at) &&
           read_count(json, "heard_at", TIME_MAX, &run->heard_at);
}

/* Could the engine have left it like this? */
static bool is_sound(const struct run *run)
{
    if (run->waits == RUN_ENDED)
        return run->depth == 0 && run->outcome != NULL;
    if (run->depth == 0 || run->outcome != NULL)
        return false;
    for (size_t i = 0; i < run->depth; i++) {
        const struct frame *frame = &run->frames[i];
        bool is_top = i + 1 == run->depth;
        if (frame->call > run->call || (frame->call != 0 && !is_top && !frame->is_interrupted) ||
            (frame->has_result && (frame->call == 0 || is_top)) || (is_top && frame->is_interrupted) ||
            (frame->variables.count > 0 && !frame->is_interrupted) ||
            ((frame->has_failed || frame->has_timed_out || frame->status != 0) && !frame->has_result))
            return false;
    }
    return (run->waits == RUN_WAITS_CALL) == (run->frames[run->depth - 1].call != 0);
}

int run_parse(const char *text, struct run *run, struct error *error)
{
    struct json *json = NULL;
    struct buf again = { 0 };
    size_t len = strlen(text);
    *run = (struct run){ 0 };
    if (len > RUN_BYTES_MAX)
        return error_set(error, "the run has %zu bytes; at most %d are taken", len, RUN_BYTES_MAX);
    if (json_parse(text, len, JSON_STRICT, &json, error) != 0)
        return error_prefix(error, "the run is no JSON");
    bool is_ours = read_run(json, run) && is_sound(run);
    json_free(json);
    if (is_ours)
        run_format(run, &again);
    is_ours = is_ours && strcmp(buf_text(&again), text) == 0;
    buf_release(&again);
    if (is_ours)
        return 0;
    run_release(run);
    return error_set(error, "the run is not in the form in which this program writes it");
}
