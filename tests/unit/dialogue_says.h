/*
 * dialogue_says: a conversation as the tests of flow/step write it down. Each function is one input and what
 * follows, in the words of tests/lib/dialogue.h.
 */
#ifndef TESTS_DIALOGUE_SAYS_H
#define TESTS_DIALOGUE_SAYS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/lib/dialogue.h"

#define COUNT(list)           (sizeof(list) / sizeof((list)[0]))
#define OPEN(dialogue, flows) dialogue_open(dialogue, flows, COUNT(flows), NULL, 0)
#define OPEN_WITH(dialogue, flows, services) \
    dialogue_open(dialogue, flows, COUNT(flows), services, COUNT(services))

static inline void follows(struct dialogue *dialogue, enum flow_verdict verdict, enum flow_verdict wanted,
                           const char *input, const char *expected)
{
    const char *told = dialogue_tell(dialogue);
    if (verdict != wanted || strcmp(told, expected) != 0)
        fail_msg("%s\n  expected: %s\n  actual:   %s (verdict %d)", input, expected, told, (int)verdict);
}

/* `values` is JSON with ' for ", or NULL. */
static inline void enters(struct dialogue *dialogue, const char *flow, const char *values,
                          const char *expected)
{
    struct json *json = NULL;
    struct buf text = { 0 };
    buf_add_text(&text, values != NULL ? values : "{}");
    for (size_t i = 0; i < text.len; i++)
        text.data[i] = text.data[i] == '\'' ? '"' : text.data[i];
    assert_int_equal(json_parse(buf_text(&text), text.len, JSON_STRICT, &json, NULL), 0);
    struct flow_input input = { .kind = FLOW_ENTER, .flow = flow, .values = json };
    follows(dialogue, dialogue_run(dialogue, &input), FLOW_STEPPED, flow, expected);
    json_free(json);
    buf_release(&text);
}

static inline void says(struct dialogue *dialogue, const char *text, const char *expected)
{
    struct flow_input input = { .kind = FLOW_TEXT, .text = text };
    follows(dialogue, dialogue_run(dialogue, &input), FLOW_STEPPED, text, expected);
}

/* What is no answer changes nothing, not even the row. */
static inline void is_unread(struct dialogue *dialogue, const char *text)
{
    struct flow_input input = { .kind = FLOW_TEXT, .text = text };
    struct buf before = { 0 }, after = { 0 };
    run_format(&dialogue->run, &before);
    follows(dialogue, dialogue_run(dialogue, &input), FLOW_UNREAD, text, "");
    run_format(&dialogue->run, &after);
    assert_string_equal(buf_text(&before), buf_text(&after));
    assert_int_equal(dialogue->effects.steps, 0);
    buf_release(&before);
    buf_release(&after);
}

/* The same, and then nobody else has a use for it. */
static inline void errs(struct dialogue *dialogue, const char *text, const char *expected)
{
    struct flow_input input = { .kind = FLOW_WRONG, .text = text };
    is_unread(dialogue, text);
    follows(dialogue, dialogue_run(dialogue, &input), FLOW_STEPPED, text, expected);
}

static inline void gets(struct dialogue *dialogue, enum flow_input_kind kind, const char *expected)
{
    struct flow_input input = { .kind = kind };
    follows(dialogue, dialogue_run(dialogue, &input), FLOW_STEPPED, "input without words", expected);
}

/* An input that is for nobody: the run as before, nothing said. */
static inline void idles(struct dialogue *dialogue, const struct flow_input *input)
{
    struct buf before = { 0 }, after = { 0 };
    run_format(&dialogue->run, &before);
    assert_int_equal(dialogue_run(dialogue, input), FLOW_IDLE);
    run_format(&dialogue->run, &after);
    assert_string_equal(buf_text(&before), buf_text(&after));
    assert_int_equal(dialogue->effects.count, 0);
    buf_release(&before);
    buf_release(&after);
}

static inline enum flow_verdict answer_call(struct dialogue *dialogue, int64_t call, const char *answer)
{
    struct json *json = NULL;
    struct buf text = { 0 };
    buf_add_text(&text, answer);
    for (size_t i = 0; i < text.len; i++)
        text.data[i] = text.data[i] == '\'' ? '"' : text.data[i];
    assert_int_equal(json_parse(buf_text(&text), text.len, JSON_STRICT, &json, NULL), 0);
    struct flow_input input = { .kind = FLOW_RESULT, .call = call, .status = 200, .answer = json };
    enum flow_verdict verdict = dialogue_run(dialogue, &input);
    json_free(json);
    buf_release(&text);
    return verdict;
}

static inline void answers(struct dialogue *dialogue, int64_t call, const char *answer, const char *expected)
{
    follows(dialogue, answer_call(dialogue, call, answer), FLOW_STEPPED, answer, expected);
}

static inline void fails(struct dialogue *dialogue, int64_t call, int status, bool has_timed_out,
                         const char *expected)
{
    struct flow_input input = { .kind = FLOW_RESULT,
                                .call = call,
                                .has_failed = true,
                                .has_timed_out = has_timed_out,
                                .status = status };
    follows(dialogue, dialogue_run(dialogue, &input), FLOW_STEPPED, "a failed call", expected);
}

/* So many minutes after the dialogue was opened. */
static inline void passes(struct dialogue *dialogue, int64_t minutes)
{
    dialogue->env.now = DIALOGUE_NOW_DAY * 24 * HOUR + minutes * MINUTE;
}

static inline void ticks(struct dialogue *dialogue, int64_t minutes, const char *expected)
{
    passes(dialogue, minutes);
    gets(dialogue, FLOW_CLOCK, expected);
}

static inline void sleeps(struct dialogue *dialogue, int64_t minutes)
{
    passes(dialogue, minutes);
    idles(dialogue, &(struct flow_input){ .kind = FLOW_CLOCK });
}

static inline int64_t due_in_minutes(const struct dialogue *dialogue)
{
    return (dialogue->run.due_at - DIALOGUE_NOW_DAY * 24 * HOUR) / MINUTE;
}

/* The value, "" when there is none; a number is followed by #, what no step has read by ~. */
static inline void holds(const struct dialogue *dialogue, const char *name, const char *expected)
{
    const struct run_variable *variable = run_variable(&dialogue->run, name);
    struct buf told = { 0 };
    if (variable != NULL)
        buf_addf(&told, "%s%s%s", variable->value, variable->is_number ? "#" : "",
                 variable->is_raw ? "~" : "");
    if (strcmp(buf_text(&told), expected) != 0)
        fail_msg("%s is %s, not %s", name, buf_text(&told), expected);
    buf_release(&told);
}

#endif
