/*
 * fuzz_rulefile: bytes as rule files, through the whole path. The bytes are cut into files at each 0x1e.
 *
 * What must hold: a refused folder leaves a sentence; a folder that loads, loads again to the same; its
 * rules stand in order; its examples and a few fixed messages are decided without a crash, twice alike, in
 * effects that make sense.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/utf8.h"
#include "base/zone.h"
#include "desk/decide.h"
#include "desk/proof.h"
#include "rules/check.h"
#include "rules/opening.h"

#define MUST(claim)                                                                                          \
    do {                                                                                                     \
        if (!(claim))                                                                                        \
            abort();                                                                                         \
    } while (0)

static struct zones *zones;
static struct matcher *matcher;

static void split(const uint8_t *data, size_t size, struct rulefiles *files)
{
    struct buf text = { 0 }, name = { 0 };
    for (size_t i = 0; i <= size && files->count < 5; i++) {
        if (i < size && data[i] != 0x1e && data[i] != '\0') {
            buf_add_char(&text, (char)data[i]);
            continue;
        }
        buf_clear(&name);
        buf_addf(&name, "%zu.sql", files->count);
        rulefiles_add(files, buf_text(&name), buf_text(&text));
        buf_clear(&text);
    }
    buf_release(&text);
    buf_release(&name);
}

static void check_list(const char *text, enum json_kind kind, size_t least, size_t most)
{
    struct json *list = NULL;
    MUST(json_parse(text, strlen(text), JSON_STRICT, &list, NULL) == 0);
    MUST(json_kind(list) == kind && json_count(list) >= least && json_count(list) <= most);
    json_free(list);
}

/* Nobody's dialogue was under way: what is no rule's doing is a step's, of the flow that the winner began. */
static void check_doer(const struct decision *decision, const struct effect *effect)
{
    if (effect->rule == NULL)
        MUST(effect->step != NULL && decision->rule != NULL && decision->rule->action == ACTION_FLOW);
    else
        MUST(effect->step == NULL && (effect->rule == decision->rule || effect->rule->action == ACTION_TAG));
    MUST(effect->moment == NULL);
}

static void check_json(const char *text)
{
    struct json *root = NULL;
    MUST(json_parse(text, strlen(text), JSON_STRICT, &root, NULL) == 0);
    json_free(root);
}

static void check_kind(const struct effect *effect)
{
    const enum effect_kind kind = effect->kind;
    const bool is_written = kind == EFFECT_SET || kind == EFFECT_ATTRIBUTE || kind == EFFECT_ENTRY;
    if (kind != EFFECT_NOTICE)
        MUST((kind == EFFECT_SAY || is_written) == (effect->text != NULL));
    MUST((kind == EFFECT_TAG || is_written) == (effect->name != NULL));
    MUST((kind == EFFECT_HANDOFF) == (effect->team != NULL));
    MUST((kind == EFFECT_FLOW) == (effect->flow != NULL));
    MUST((kind == EFFECT_CALL) == (effect->service != NULL && effect->url != NULL));
    MUST((kind == EFFECT_CONSULT) == (effect->backend != NULL));
    MUST((kind == EFFECT_NOTICE) == (effect->notice != NULL));
    MUST((kind == EFFECT_COOLDOWN) == (effect->until_at > 1000));
    if (kind == EFFECT_ATTRIBUTE || kind == EFFECT_ENTRY)
        check_json(effect->text);
    if (kind == EFFECT_SET)
        MUST(strlen(effect->text) <= VARIABLE_BYTES_MAX);
}

static void check_said(const struct effect *effect, const struct decide_state *state)
{
    if (effect->text != NULL)
        MUST(utf8_is_valid(effect->text, strlen(effect->text)));
    if (effect->kind == EFFECT_SAY)
        MUST(effect->text[0] != '\0');
    if (effect->buttons != NULL)
        check_list(effect->buttons, JSON_ARRAY, 1, BUTTONS_MAX);
    if (effect->properties != NULL)
        check_list(effect->properties, JSON_OBJECT, 0, SIZE_MAX);
    if (effect->campaign != NULL && (effect->notice == NULL || effect->notice->to == NULL))
        MUST(strcmp(effect->campaign->channel, state->channel) == 0);
}

static void check_effects(const struct decision *decision, const struct decide_state *state)
{
    bool has_answer = false;
    for (size_t i = 0; i < decision->effect_count; i++) {
        const struct effect *effect = &decision->effects[i];
        check_doer(decision, effect);
        check_kind(effect);
        check_said(effect, state);
        has_answer |= effect->kind == EFFECT_SAY || effect->kind == EFFECT_CONSULT;
        /* Who has opted out hears only that he is back; while a person speaks the bot only confirms. */
        if (state->is_opted_out || strcmp(state->owner, "agent") == 0)
            MUST(decision->rule->action == ACTION_OPT_IN || decision->rule->action == ACTION_OPT_OUT);
    }
    MUST(has_answer == (decision->outcome == OUTCOME_ANSWER));
    MUST(decision->effect_count == 0 || decision->rule != NULL || decision->tagged_count > 0);
    if (decision->remembered.len > 0)
        check_list(buf_text(&decision->remembered), JSON_OBJECT, 0, VARIABLES_MAX);
}

static void decide_twice(const struct ruleset *ruleset, const struct decide_state *state, const char *text)
{
    struct decide_input input = { .text = text };
    struct decision first = { 0 }, second = { 0 };
    struct buf one = { 0 }, two = { 0 };
    struct json *trace = NULL;
    decide(ruleset, matcher, state, &input, 1000, &first);
    decide(ruleset, matcher, state, &input, 1000, &second);
    decide_format_trace(ruleset, &first, &one);
    decide_format_trace(ruleset, &second, &two);
    MUST(strcmp(buf_text(&one), buf_text(&two)) == 0);
    MUST(json_parse(buf_text(&one), one.len, JSON_LARGE, &trace, NULL) == 0);
    check_effects(&first, state);
    json_free(trace);
    decision_release(&first);
    decision_release(&second);
    buf_release(&one);
    buf_release(&two);
}

static void ignore(void *context, const struct warning *warning)
{
    (void)context;
    MUST(warning->sentence[0] != '\0');
}

static void check_opening(const struct ruleset *ruleset, int64_t at)
{
    const struct opening *opening = ruleset->opening;
    int64_t next = opening_next(opening, ruleset->zone, at);
    MUST(next > at);
    MUST(next == OPENING_NEVER || (opening_is_open(opening, ruleset->zone, next) &&
                                   !opening_is_open(opening, ruleset->zone, next - 1)));
}

static void use(const struct ruleset *ruleset)
{
    static const char *const OWNERS[] = { "bot", "agent" };
    static const char *const TEXTS[] = { "", "stop", "hello 123 \u4e00 caf\u00e9", "a,b order #12345", "1" };
    struct decide_state state = { .channel = "whatsapp", .first_name = "A", .language = "", .time_zone = "",
                                  .message_count = 1, .fields = "{\"a\":1}" };
    for (size_t i = 1; i < ruleset->rule_count; i++)
        MUST(ruleset->rules[i - 1].priority >= ruleset->rules[i].priority);
    for (int i = 0; i < 4; i++) {
        state.owner = OWNERS[i % 2];
        state.is_opted_out = i / 2;
        state.variables = i % 2 == 0 ? NULL : "{\"v\":\"old\",\"w\":\"{{ v }}\"}";
        state.choices = "[\"hello\",\"\"]";
        for (size_t j = 0; j < sizeof TEXTS / sizeof TEXTS[0]; j++)
            decide_twice(ruleset, &state, TEXTS[j]);
        for (size_t j = 0; j < ruleset->example_count && j < 10; j++)
            decide_twice(ruleset, &state, ruleset->examples[j].text);
    }
    struct error error = { 0 };
    MUST((proof_run(ruleset, matcher, &error) == 0) == (error.text[0] == '\0'));
    rules_check(ruleset, ignore, NULL);
    for (int64_t day = 0; day < 8; day++)
        check_opening(ruleset, day * 86400000 + day * 4000000);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (zones == NULL) {
        zones = zones_open("/nonexistent");
        matcher = matcher_new(true);
    }
    struct rulefiles files = { 0 };
    struct error error = { 0 };
    split(data, size, &files);
    struct ruleset *ruleset = ruleset_new(&files, zones, &error);
    if (ruleset == NULL) {
        MUST(error.text[0] != '\0' && utf8_is_valid(error.text, strlen(error.text)));
    } else {
        struct ruleset *again = ruleset_new(&files, zones, &error);
        MUST(again != NULL && again->rule_count == ruleset->rule_count);
        ruleset_free(again);
        use(ruleset);
    }
    ruleset_free(ruleset);
    rulefiles_release(&files);
    return 0;
}
