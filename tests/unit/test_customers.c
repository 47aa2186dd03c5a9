/*
 * customers: thousands of invented ones talk to the sample business (rules/). Whatever they write, whenever they write it,
 * and whatever its services answer, nobody is left without a word in the midst of a flow, and nothing runs for ever.
 *
 *     INPUTS=1000000 SEED=7 build/unit/test_customers
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/utf8.h"
#include "base/zone.h"
#include "desk/stage.h"
#include "flow/flow.h"
#include "flow/step.h"
#include "rules/ruleset.h"

enum { MINUTE_MS = 60 * 1000, LINES = 40, WORDS_MAX = 6 };

static struct zones *zones;
static struct ruleset *rules;
static struct matcher *matcher;
static uint32_t dice;

static uint32_t roll(uint32_t sides)
{
    dice ^= dice << 13;
    dice ^= dice >> 17;
    dice ^= dice << 5;
    return dice % sides;
}

/* What leads into the flows, what answers them, what breaks them off, and what does not belong there. */
static const char *const WORDS[] = {
    "table", "a table for", "order", "where is my order", "feedback", "예약", "주문", "후기", "cancel", "back", "never mind",
    "yes", "no", "네", "아니요", "👍", "ok", "another time", "more of us", "1", "2", "3", "4", "5", "12", "0", "-1", "4711",
    "10001", "12345", "tomorrow", "friday", "at 9", "9:30", "10am", "saturday at 10", "내일 오후 3시", "mañana a las nueve",
    "2031-05-12 18:30", "30 February", "six", "세 명", "two or three", "02-123-4567", "+82 10 1234 5678", "ana@example.com",
    "are you open?", "how much", "joke", "hi", "thanks", "menu", "cake", "Carrot cake", "person?", "stop", "start", "???", "...",
    "{{ code }}", "{% if %}", "'; DROP TABLE run; --", "\xe2\x80\xae" "evil", "😀😀", "é", "ㅋㅋㅋ", "\t", " ", "a", "not a person",
};

static void write_text(struct buf *text)
{
    static const char FILLER[] = "and so it went on, page after page, until nobody knew what the question had been. ";
    uint32_t words = roll(WORDS_MAX);

    buf_clear(text);
    for (uint32_t i = 0; i <= words; i++) {
        if (i > 0)
            buf_add_char(text, ' ');
        if (roll(12) != 0)
            buf_add_text(text, WORDS[roll(sizeof WORDS / sizeof *WORDS)]);
        else
            buf_addf(text, "%u", roll(100000));
    }
    while (roll(40) == 0 && text->len < 8000)
        for (int i = 0; i < 20; i++)
            buf_add_text(text, FILLER);
}

/* A day of each service: some good answers, some bad, none. */
static size_t make_answers(struct talk_given *given, size_t max)
{
    static const char *const ANSWERS[] = {
        "{\"free\":1,\"code\":\"R7\",\"status\":\"ready\",\"item\":\"Bagels\",\"expected\":\"2026-05-13\"}", "{\"free\":0}",
        "{}", "{\"status\":\"delivered\",\"item\":\"{{ code }}\"}", "[1,2]", "{\"free\":{\"a\":1},\"code\":null}", NULL,
    };
    size_t count = 0;

    for (size_t i = 0; i < rules->service_count; i++)
        for (int k = 0; k < 8 && count < max; k++) {
            const char *answer = ANSWERS[roll(sizeof ANSWERS / sizeof *ANSWERS)];

            given[count++] = (struct talk_given){
                .service = &rules->services[i], .answer = answer, .status = answer != NULL ? 200 : roll(2) == 0 ? 0 : 404,
            };
        }
    return count;
}

static void look(const struct stage *stage, const char *text, bool was_in_flow)
{
    struct run run = { 0 };

    if (stage->is_restless || stage->lacking != NULL)
        fail_msg("\"%s\": things happen for ever, or a service lacks an answer", text);
    for (size_t i = 0; i < stage->said_count; i++)
        if (!utf8_is_valid(buf_text(&stage->said[i]), stage->said[i].len) || stage->said[i].len == 0)
            fail_msg("\"%s\": says nothing, or no text", text);
    if (was_in_flow && stage->said_count == 0)
        fail_msg("\"%s\": silence in the midst of a flow", text);
    if (stage->run.len == 0)
        return;
    if (run_parse(buf_text(&stage->run), &run, NULL) != 0 || run.waits == RUN_ENDED)
        fail_msg("\"%s\": a run that cannot go on: %s", text, buf_text(&stage->run));
    run_release(&run);
}

/* One customer's lines; how many of them met a flow that was waiting. */
static size_t converse(void)
{
    struct talk_given given[32];
    struct talk talk = { .name = "", .starts_at = 1778500000000 + (int64_t)roll(7 * 24 * 60) * MINUTE_MS,
                         .country = roll(2) == 0 ? "KR" : NULL, .given = given };
    struct stage stage = { 0 };
    struct buf text = { 0 };
    size_t met = 0;

    talk.given_count = make_answers(given, sizeof given / sizeof *given);
    stage_open(&stage, rules, matcher, &talk);
    for (int line = 0; line < LINES && strcmp(stage.owner, "agent") != 0; line++) {
        bool was_in_flow;

        stage_begin(&stage);
        if (roll(4) == 0)
            stage_pass(&stage, (int64_t)roll(150) * MINUTE_MS);
        look(&stage, "(time)", false);
        stage_begin(&stage);
        was_in_flow = stage.run.len > 0;
        write_text(&text);
        stage_hear(&stage, buf_text(&text));
        look(&stage, buf_text(&text), was_in_flow);
        met += was_in_flow;
    }
    stage_close(&stage);
    buf_release(&text);
    return met;
}

static void nobody_is_left_without_a_word(void **state)
{
    const char *inputs = getenv("INPUTS"), *seed = getenv("SEED");
    long wanted = inputs != NULL ? strtol(inputs, NULL, 10) : 10000;
    size_t met = 0, customers = 0;

    (void)state;
    dice = seed != NULL ? (uint32_t)strtoul(seed, NULL, 10) | 1 : 88172645;
    for (; met < (size_t)wanted; customers++)
        met += converse();
    printf("# %zu customers, %zu messages into a flow\n", customers, met);
}

static int setup(void **state)
{
    struct rulefiles files = { 0 };
    struct error error = { 0 };

    (void)state;
    zones = zones_open(NULL);
    matcher = matcher_new(true);
    if (rulefiles_read("rules", &files, &error) == 0)
        rules = ruleset_new(&files, zones, &error);
    rulefiles_release(&files);
    if (rules == NULL)
        fail_msg("%s", error.text);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    ruleset_free(rules);
    matcher_free(matcher);
    zones_close(zones);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(nobody_is_left_without_a_word) };

    return cmocka_run_group_tests(tests, setup, teardown);
}
