/*
 * decide: who wins, what follows, and who must stay silent.
 */

#include "base/buf.h"
#include "base/json.h"
#include "desk/decide.h"
#include "tests/lib/loading.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const char RULES[] =
    "INSERT INTO setting (name, value) VALUES ('business_name', 'Sunny'), ('time_zone', 'Asia/Seoul');\n"
    "INSERT INTO team (name) VALUES ('support');\n"
    "INSERT INTO channel (name, kind) VALUES ('line', 'other');\n"
    "INSERT INTO campaign (name, channel, layout, campaign_id) VALUES\n"
    "  ('reply', 'whatsapp', 'response', 'x'), ('menu', 'whatsapp', 'response', 'y');\n"
    "INSERT INTO rule (name, priority, words, unless, action, target, say, campaign) VALUES\n"
    "  ('out', 1000, '=stop', NULL, 'opt_out', NULL, 'bye', NULL),\n"
    "  ('mute', 990, '=mute', NULL, 'opt_out', NULL, NULL, NULL),\n"
    "  ('in', 1000, '=start', NULL, 'opt_in', NULL, 'welcome', NULL),\n"
    "  ('person', 900, 'person', NULL, 'handoff', 'support', 'wait', NULL),\n"
    "  ('alarm', 950, 'alarm', NULL, 'handoff', 'support', NULL, NULL),\n"
    "  ('leak', 800, 'leak*', 'not a leak', 'say', NULL, 'shut the valve', NULL),\n"
    "  ('hush', 500, 'blah', NULL, 'ignore', NULL, NULL, NULL),\n"
    "  ('done', 500, 'done', NULL, 'close', NULL, 'see you', NULL),\n"
    "  ('first', 400, 'tie', NULL, 'say', NULL, 'first', NULL),\n"
    "  ('second', 400, 'tie', NULL, 'say', NULL, 'second', NULL),\n"
    "  ('menu', 500, 'menu', NULL, 'say', NULL, 'cakes', 'menu'),\n"
    "  ('blank', 500, 'blank', NULL, 'say', NULL, '{{ field.none }}', NULL),\n"
    "  ('tongue', 500, 'tongue', NULL, 'say', NULL, '{{ language }} {{ locale }}', NULL),\n"
    "  ('fox', 500, 'brown fox', NULL, 'say', NULL, 'what does it say', NULL),\n"
    "  ('who', 500, 'who', NULL, 'say', NULL, '{{ first_name }}|{{ language }}|{{ channel }}|{{ "
    "message_count }}|'\n"
    "   || '{{ business_name }}|{{ field.shop }}|{{ field.size }}|{{ message }}', NULL);\n"
    "INSERT INTO rule (name, words, pattern, say) VALUES\n"
    "  ('order', 'parcel', 'order\\s*#?(?<id>\\d{4,10})(?<tail>!)?', 'order {{ id }}.');\n"
    "INSERT INTO rule (name, priority, pattern, say) VALUES ('slow', 300, '(a+)+$', 'slow');\n";

static struct ruleset *rules;
static struct matcher *matcher;

static const struct decide_state BOT = {
    .channel = "whatsapp",
    .owner = "bot",
    .first_name = "Ana",
    .language = "",
    .time_zone = "",
    .message_count = 3,
    .fields = "{\"shop\":\"north\",\"size\":7,\"deep\":{}}",
};

static void ask(const struct decide_state *facts, const char *text, struct decision *decision)
{
    struct decide_input input = { .text = text };
    *decision = (struct decision){ 0 };
    decide(rules, matcher, facts, &input, 0, decision);
}

/* "rule: effect effect …": O opt-out, I opt-in, H hand-over, C close, Q a question to a backend, F a flow, 'text' for a
 * sentence, #tag. */
static void describe(const struct decision *decision, struct buf *out)
{
    static const char LETTERS[] = {
        [EFFECT_OPT_OUT] = 'O', [EFFECT_OPT_IN] = 'I', [EFFECT_HANDOFF] = 'H', [EFFECT_CLOSE] = 'C',
        [EFFECT_CONSULT] = 'Q', [EFFECT_FLOW] = 'F',
    };
    static const char *const OUTCOMES[] = {
        [OUTCOME_ANSWER] = "answer", [OUTCOME_SILENCE] = "silence", [OUTCOME_NOBODY] = "nobody", [OUTCOME_AGENT] = "agent",
        [OUTCOME_WAITS] = "waits",
    };
    buf_addf(out, "%s %s", decision->rule != NULL ? decision->rule->name : "-", OUTCOMES[decision->outcome]);
    for (size_t i = 0; i < decision->effect_count; i++) {
        const struct effect *effect = &decision->effects[i];
        if (effect->kind == EFFECT_SAY)
            buf_addf(out, " '%s'%s", effect->text, effect->is_consent ? " consent" : "");
        else if (effect->kind == EFFECT_TAG)
            buf_addf(out, " #%s", effect->name);
        else
            buf_addf(out, " %c", LETTERS[effect->kind]);
    }
}

struct row {
    const char *text, *expected;
};

static void check(const struct decide_state *facts, const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct decision decision;
        struct buf got = { 0 };
        ask(facts, rows[i].text, &decision);
        describe(&decision, &got);
        if (strcmp(buf_text(&got), rows[i].expected) != 0)
            fail_msg("\"%s\"\nwanted: %s\ngot:    %s", rows[i].text, rows[i].expected, buf_text(&got));
        buf_release(&got);
        decision_release(&decision);
    }
}

static void test_bot_answers(void **state)
{
    (void)state;
    static const struct row ROWS[] = {
        { "I need a person", "person answer H 'wait'" },
        { "alarm!", "alarm agent H" },
        { "Stop!", "out answer O 'bye' consent" },
        { "stop, Zé isn't coming", "- nobody" },
        { "mute", "mute silence O" },
        { "start", "in answer I 'welcome'" },
        { "there is a leak", "leak answer 'shut the valve'" },
        { "not a leak, just a quote", "- nobody" },
        { "blah", "hush silence" },
        { "done", "done answer C 'see you'" },
        { "tie", "first answer 'first'" },
        { "person, there is a leak", "person answer H 'wait'" },
        { "blank", "blank silence" },
        { "", "- nobody" },
        { "the brown brown fox", "fox answer 'what does it say'" },
        { "ＯＲＤＥＲ　＃１２３４５", "order answer 'order 12345.'" },
        { "my parcel", "order answer 'order .'" },
        { "who", "who answer 'Ana|en|whatsapp|3|Sunny|north|7|who'" },
    };
    check(&BOT, ROWS, COUNT(ROWS));
}

static void test_a_person_silences_all_but_consent(void **state)
{
    (void)state;
    struct decide_state facts = BOT;
    facts.owner = "agent";
    static const struct row ROWS[] = {
        { "there is a leak", "- agent" },
        { "person", "- agent" },
        { "start", "- agent" }, /* not opted out: the bot keeps out of the talk */
        { "stop", "out answer O 'bye' consent" },
        { "mute", "mute agent O" },
    };
    check(&facts, ROWS, COUNT(ROWS));
    facts.is_opted_out = true;
    static const struct row OPTED_OUT[] = {
        { "start", "in answer I 'welcome'" },
        { "stop", "out agent" },
        { "person", "- agent" },
    };
    check(&facts, OPTED_OUT, COUNT(OPTED_OUT));
}

static void test_an_opted_out_contact_hears_nothing_until_opt_in(void **state)
{
    (void)state;
    struct decide_state facts = BOT;
    facts.is_opted_out = true;
    static const struct row ROWS[] = {
        { "there is a leak", "- silence" },
        { "person", "- silence" },
        { "stop", "out silence" },
        { "start please", "in answer I 'welcome'" },
    };
    check(&facts, ROWS, COUNT(ROWS));
}

static void test_a_language_is_said_in_its_canonical_form(void **state)
{
    (void)state;
    static const char *const ROWS[][2] = { { "PT_br", "tongue answer 'pt pt-BR'" },
                                           { "KO", "tongue answer 'ko ko'" },
                                           { "Korean", "tongue answer 'en en'" } };
    for (size_t i = 0; i < COUNT(ROWS); i++) {
        struct decide_state facts = BOT;
        facts.language = ROWS[i][0];
        check(&facts, &(struct row){ "tongue", ROWS[i][1] }, 1);
    }
}

static void test_campaign_counts_on_its_own_channel(void **state)
{
    (void)state;
    struct decide_state facts = BOT;
    struct decision decision;
    ask(&facts, "menu", &decision);
    assert_string_equal(decision.effects[0].campaign->name, "menu");
    decision_release(&decision);
    facts.channel = "line";
    ask(&facts, "menu", &decision);
    assert_int_equal(decision.effect_count, 1);
    assert_null(decision.effects[0].campaign);
    decision_release(&decision);
    ask(&facts, "person", &decision);
    assert_string_equal(decision.effects[0].team->name, "support");
    decision_release(&decision);
}

static void test_disabled_rules_are_passed_by(void **state)
{
    (void)state;
    struct decide_state facts = BOT;
    facts.disabled_rules = (const char *const[]){ "first", "leak", NULL };
    static const struct row ROWS[] = { { "tie", "second answer 'second'" }, { "leak", "- nobody" } };
    check(&facts, ROWS, COUNT(ROWS));
}

static void test_a_pattern_beyond_its_bounds_does_not_win_and_is_named(void **state)
{
    (void)state;
    char text[64];
    memset(text, 'a', sizeof text);
    memcpy(text + sizeof text - 2, "!", 2);
    struct decision decision;
    ask(&BOT, text, &decision);
    assert_null(decision.rule);
    assert_int_equal(decision.outcome, OUTCOME_NOBODY);
    assert_int_equal(decision.limit_hit_count, 1);
    assert_string_equal(decision.limit_hits[0]->name, "slow");
    decision_release(&decision);
}

static void test_who_was_broken_off_is_told_from_who_lacked_steps(void **state)
{
    (void)state;
    struct rulefiles files = { 0 };
    struct error error = { 0 };
    rulefiles_add(&files, "a.sql",
                  "INSERT INTO rule (name, pattern, action) VALUES\n"
                  "('hog1', '(a+)+x$', 'ignore'), ('hog2', '(a+)+x$', 'ignore'),\n"
                  "('hog3', '(a+)+x$', 'ignore'), ('late', '(a+)+x$', 'ignore');\n"
                  "INSERT INTO rule (name, words, unless, action) VALUES ('words', 'xy', 'no', 'ignore');");
    struct ruleset *hogs = ruleset_new(&files, zones, &error);
    assert_non_null(hogs);
    for (int round = 0; round < 2; round++) {
        struct decision decision = { .is_thorough = round > 0 };
        struct decide_input input = { .text = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa xy" };
        struct buf trace = { 0 };
        decide(hogs, matcher, &BOT, &input, 0, &decision);
        decide_format_trace(hogs, &decision, &trace);
        assert_string_equal(decision.rule->name, "words");
        assert_int_equal(decision.limit_hit_count, 3);
        assert_non_null(strstr(buf_text(&trace), "{\"rule\":\"hog1\",\"why\":\"its pattern or only_if took too many steps\"}"));
        assert_non_null(strstr(buf_text(&trace),
                               "{\"rule\":\"late\",\"why\":\"the patterns before it took too many steps\"}"));
        buf_release(&trace);
        decision_release(&decision);
    }
    ruleset_free(hogs);
    rulefiles_release(&files);
}

static void test_only_the_first_4096_bytes_are_matched_and_cut_on_a_character(void **state)
{
    (void)state;
    struct buf text = { 0 };
    for (int i = 0; i < 1366; i++)
        buf_add_text(&text, "가"); /* 4,098 bytes: the cut would fall into the last one */
    buf_add_text(&text, " person");
    struct decision decision;
    ask(&BOT, buf_text(&text), &decision);
    assert_null(decision.rule);
    assert_int_equal(decision.folded.len, 4095);
    decision_release(&decision);
    buf_release(&text);
}

/* The trace */

static struct json *trace_of(const struct decide_state *facts, const char *text, bool is_thorough,
                             struct decision *decision)
{
    struct buf trace = { 0 };
    struct json *json = NULL;
    struct error error = { 0 };
    struct decide_input input = { .text = text };
    *decision = (struct decision){ .is_thorough = is_thorough };
    decide(rules, matcher, facts, &input, 0, decision);
    decide_format_trace(rules, decision, &trace);
    if (json_parse(buf_text(&trace), trace.len, JSON_STRICT, &json, &error) != 0)
        fail_msg("%s: %s", buf_text(&trace), error.text);
    buf_release(&trace);
    return json;
}

static const char *why(const struct json *trace, const char *rule)
{
    const struct json *entry = json_first(json_get(trace, "passed_over"));
    for (; entry != NULL; entry = json_next(entry))
        if (strcmp(json_get_text(entry, "rule"), rule) == 0)
            return json_get_text(entry, "why");
    return "";
}

static void test_trace_tells_words_groups_and_who_was_passed_over(void **state)
{
    (void)state;
    struct decide_state facts = BOT;
    struct decision decision;
    facts.disabled_rules = (const char *const[]){ "mute", NULL };
    struct json *trace = trace_of(&facts, "Not a LEAK:  mute order #12345", false, &decision);
    assert_string_equal(json_get_text(trace, "folded"), "Not a LEAK: mute order #12345");
    const struct json *matched = json_get(trace, "matched"), *variables = json_get(trace, "variables");
    assert_string_equal(json_get_text(matched, "text"), "order #12345");
    assert_int_equal(json_get_int(matched, "start", -1), 17);
    assert_int_equal(json_get_int(matched, "end", -1), 29);
    assert_string_equal(json_get_text(variables, "id"), "12345");
    assert_null(json_get(variables, "tail")); /* took no part */
    assert_string_equal(why(trace, "leak"), "unless matched");
    assert_string_equal(why(trace, "mute"), "disabled");
    assert_string_equal(why(trace, "person"), ""); /* never looked at */
    assert_string_equal(why(trace, "order"), "");
    assert_int_equal(json_get_int(trace, "tried", 0),
                     (int64_t)(ruleset_rule(rules, "order") - rules->rules) + 1);
    json_free(trace);
    decision_release(&decision);
}

static void test_every_group_that_took_part_is_kept(void **state)
{
    (void)state;
    struct decision decision;
    ask(&BOT, "order #12345!", &decision);
    assert_string_equal(buf_text(&decision.variables), "{\"id\":\"12345\",\"tail\":\"!\"}");
    decision_release(&decision);
}

static void test_a_message_that_no_rule_takes_has_neither_words_nor_groups(void **state)
{
    (void)state;
    struct decision decision;
    struct json *trace = trace_of(&BOT, "nonsense", false, &decision);
    assert_int_equal(json_kind(json_get(trace, "matched")), JSON_NULL);
    assert_string_equal(buf_text(&decision.variables), "{}");
    json_free(trace);
    decision_release(&decision);
}

/* As above, with other rules. */
static void check_with(const char *text, const struct decide_state *facts, const struct row *rows, size_t count)
{
    struct ruleset *usual = rules;
    rules = make_good(text);
    check(facts, rows, count);
    ruleset_free(rules);
    rules = usual;
}

static void test_every_tag_rule_that_fits_counts(void **state)
{
    (void)state;
    static const char TAGS[] = "INSERT INTO rule (name, words, action, target) VALUES\n"
                               " ('one', 'gold', 'tag', 'vip'), ('two', 'rush', 'tag', 'hurry'), ('three', 'gold', 'tag', 'vip');\n";
    static const struct row ROWS[] = {
        { "gold rush", "- nobody #vip #hurry" },
        { "rush", "- nobody #hurry" },
    };
    check_with(TAGS, &BOT, ROWS, COUNT(ROWS));
}

static void test_a_team_that_sleeps_says_so_in_place_of_the_rule(void **state)
{
    (void)state;
    static const char CLOSED[] = "INSERT INTO team (name, closed) VALUES ('support', 'We sleep.'), ('blank', '{{ field.none }}');\n"
                                 "INSERT INTO rule (name, words, action, target, say) VALUES\n"
                                 " ('person', 'person', 'handoff', 'support', 'wait'), ('other', 'other', 'handoff', 'blank', 'wait');\n";
    static const struct row ASLEEP[] = {
        { "a person please", "person answer H 'We sleep.'" },
        { "any other", "other answer H 'wait'" },
    };
    static const struct row AWAKE[] = { { "a person please", "person answer H 'wait'" } };
    struct decide_state facts = BOT;
    facts.open = OPEN_NO;
    check_with(CLOSED, &facts, ASLEEP, COUNT(ASLEEP));
    facts.open = OPEN_YES;
    check_with(CLOSED, &facts, AWAKE, COUNT(AWAKE));
}

static void test_what_comes_while_a_backend_answers_joins_waits_or_goes_before(void **state)
{
    (void)state;
    static const char BACKENDS[] =
        "INSERT INTO team (name) VALUES ('support');\n"
        "INSERT INTO backend (name, kind, url, model) VALUES ('wise', 'openai', 'https://ai.example.com/v1', 'm'),\n"
        " ('rival', 'openai', 'https://ai.example.com/v1', 'm');\n"
        "INSERT INTO flow (name) VALUES ('table');\n"
        "INSERT INTO step (name, say, ask) VALUES ('table.people', 'How many?', 'number');\n"
        "INSERT INTO rule (name, words, action, target, say) VALUES ('why', 'why', 'consult', 'wise', 'one moment'),\n"
        " ('rival', 'rival', 'consult', 'rival', NULL), ('table', 'table', 'flow', 'table', NULL), ('vip', 'gold', 'tag', 'vip', NULL),\n"
        " ('person', 'person', 'handoff', 'support', 'wait'), ('hush', 'blah', 'ignore', NULL, NULL),\n"
        " ('done', 'done', 'close', NULL, 'see you'), ('out', 'stop', 'opt_out', NULL, 'bye'), ('in', 'start', 'opt_in', NULL, 'hello');\n"
        "INSERT INTO rule (name, words, interrupts, say) VALUES ('door', 'door', 'yes', 'on the left'), ('hours', 'hours', 'no', '8 to 6');\n";
    static const struct row JOINS[] = {
        { "why that", "why answer Q" },
        { "rival", "- waits" },
        { "a table", "- waits" },
        { "your hours", "- waits" },
        { "gold hours", "- waits" },
        { "the door", "door answer 'on the left'" },
        { "the gold door", "door answer #vip 'on the left'" },
        { "a person", "person answer H 'wait'" },
        { "blah", "hush silence" },
        { "done", "done answer C 'see you'" },
        { "stop", "out answer O 'bye' consent" },
        { "start", "in answer I 'hello'" },
        { "nonsense", "- nobody" },
    };
    static const struct row IS_FULL[] = { { "why that", "- waits" }, { "the door", "door answer 'on the left'" } };
    static const struct row ALONE[] = { { "why that", "why answer Q 'one moment'" }, { "a table", "table answer F 'How many?'" } };
    struct decide_state facts = BOT;
    check_with(BACKENDS, &facts, ALONE, COUNT(ALONE));
    facts.consulted = "wise";
    check_with(BACKENDS, &facts, IS_FULL, COUNT(IS_FULL));
    facts.may_join = true;
    check_with(BACKENDS, &facts, JOINS, COUNT(JOINS));
}

static size_t count_why(const struct decision *decision, enum pass_reason why)
{
    size_t count = 0;
    for (size_t i = 0; i < decision->passed_over_count; i++) {
        count += decision->passed_over[i].why == why;
        if (i > 0)
            assert_true(decision->passed_over[i].rule > decision->passed_over[i - 1].rule);
    }
    return count;
}

/* 40 rules, of which the 6th, the 31st and the 36th have the words but are kept back. */
static void test_the_usual_way_notes_near_misses_and_the_thorough_way_all(void **state)
{
    (void)state;
    struct buf text = { 0 };
    for (int i = 0; i < 40; i++)
        buf_addf(&text, "INSERT INTO rule (name, words, unless, say) VALUES ('r%d', '%s', 'never', 's');\n",
                 i, i == 5 || i == 30 || i == 35 ? "yes" : "no");
    struct ruleset *many = make_good(buf_text(&text));
    struct decide_input input = { .text = "yes never" };
    for (int is_thorough = 0; is_thorough <= 1; is_thorough++) {
        struct decision decision = { .is_thorough = is_thorough };
        decide(many, matcher, &BOT, &input, 0, &decision);
        assert_null(decision.rule);
        assert_int_equal(decision.tried, 40);
        assert_int_equal(decision.passed_over_count, is_thorough ? 40 : 3);
        assert_int_equal(count_why(&decision, PASS_UNLESS), 3);
        assert_int_equal(count_why(&decision, PASS_NO_MATCH), is_thorough ? 37 : 0);
        decision_release(&decision);
    }
    ruleset_free(many);
    buf_release(&text);
}

/* The winner's rank among those that may act, or the number of these: the same both ways. */
static void test_tried_counts_the_rules_that_may_act(void **state)
{
    (void)state;
    struct decide_state agent = BOT, opted_out = BOT;
    agent.owner = "agent";
    opted_out.is_opted_out = true;
    const struct {
        const struct decide_state *facts;
        const char *text;
        size_t tried;
    } rows[] = {
        { &BOT, "stop", 1 },   { &BOT, "a person", 5 }, { &BOT, "nothing of it", rules->rule_count },
        { &agent, "mute", 2 }, { &agent, "menu", 2 },   { &opted_out, "start", 2 },
        { &opted_out, "menu", 3 },
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        for (int is_thorough = 0; is_thorough <= 1; is_thorough++) {
            struct decision decision = { .is_thorough = is_thorough };
            struct decide_input input = { .text = rows[i].text };
            decide(rules, matcher, rows[i].facts, &input, 0, &decision);
            assert_int_equal(decision.tried, rows[i].tried);
            decision_release(&decision);
        }
}

static void test_state_is_kept_as_json(void **state)
{
    (void)state;
    struct decide_state facts = BOT;
    facts.disabled_rules = (const char *const[]){ "a\"b", NULL };
    facts.is_opted_out = true;
    struct buf out = { 0 };
    decide_format_state(&facts, &out);
    assert_string_equal(
        buf_text(&out),
        "{\"channel\":\"whatsapp\",\"owner\":\"bot\",\"is_opted_out\":true,\"first_name\":\"Ana\","
        "\"message_count\":3,"
        "\"fields\":{\"shop\":\"north\",\"size\":7,\"deep\":{}},\"disabled_rules\":[\"a\\\"b\"]}");
    buf_clear(&out);
    facts.fields = "";
    decide_format_state(&facts, &out);
    assert_null(strstr(buf_text(&out), "fields"));
    buf_clear(&out);
    static const char *const NAMES[] = { "a", "b", NULL };
    static const struct decide_state ALL = {
        .channel = "sms",
        .owner = "agent",
        .is_opted_out = true,
        .first_name = "Ana",
        .language = "es",
        .time_zone = "Europe/Madrid",
        .message_count = 2,
        .fields = "{\"a\":1}",
        .variables = "{\"size\":2}",
        .campaign = "in",
        .country = "ES",
        .sent_at = 5,
        .is_first_contact = true,
        .last_in_at = 6,
        .last_rule = "hours",
        .open = OPEN_NO,
        .disabled_rules = NAMES,
    };
    decide_format_state(&ALL, &out);
    assert_string_equal(
        buf_text(&out),
        "{\"channel\":\"sms\",\"owner\":\"agent\",\"is_opted_out\":true,\"first_name\":\"Ana\",\"language\":\"es\","
        "\"time_zone\":\"Europe/Madrid\",\"country\":\"ES\",\"is_first_contact\":true,\"message_count\":2,"
        "\"last_in_at\":6,\"last_rule\":\"hours\",\"campaign\":\"in\",\"sent_at\":5,\"open\":\"no\","
        "\"fields\":{\"a\":1},\"variables\":{\"size\":2},\"disabled_rules\":[\"a\",\"b\"]}");
    buf_release(&out);
}

static void test_same_question_same_answer(void **state)
{
    (void)state;
    struct decision first, second;
    struct buf one = { 0 }, two = { 0 };
    ask(&BOT, "order #4711", &first);
    decide_format_trace(rules, &first, &one);
    decision_release(&first);
    ask(&BOT, "aaaaaaaa", &second);
    decision_release(&second);
    ask(&BOT, "order #4711", &second);
    decide_format_trace(rules, &second, &two);
    assert_string_equal(buf_text(&one), buf_text(&two));
    decision_release(&second);
    buf_release(&one);
    buf_release(&two);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bot_answers),
        cmocka_unit_test(test_a_person_silences_all_but_consent),
        cmocka_unit_test(test_an_opted_out_contact_hears_nothing_until_opt_in),
        cmocka_unit_test(test_a_language_is_said_in_its_canonical_form),
        cmocka_unit_test(test_campaign_counts_on_its_own_channel),
        cmocka_unit_test(test_disabled_rules_are_passed_by),
        cmocka_unit_test(test_a_pattern_beyond_its_bounds_does_not_win_and_is_named),
        cmocka_unit_test(test_who_was_broken_off_is_told_from_who_lacked_steps),
        cmocka_unit_test(test_only_the_first_4096_bytes_are_matched_and_cut_on_a_character),
        cmocka_unit_test(test_trace_tells_words_groups_and_who_was_passed_over),
        cmocka_unit_test(test_every_group_that_took_part_is_kept),
        cmocka_unit_test(test_a_message_that_no_rule_takes_has_neither_words_nor_groups),
        cmocka_unit_test(test_every_tag_rule_that_fits_counts),
        cmocka_unit_test(test_a_team_that_sleeps_says_so_in_place_of_the_rule),
        cmocka_unit_test(test_what_comes_while_a_backend_answers_joins_waits_or_goes_before),
        cmocka_unit_test(test_the_usual_way_notes_near_misses_and_the_thorough_way_all),
        cmocka_unit_test(test_tried_counts_the_rules_that_may_act),
        cmocka_unit_test(test_state_is_kept_as_json),
        cmocka_unit_test(test_same_question_same_answer),
    };
    zones = zones_open(NULL);
    rules = make_good(RULES);
    matcher = matcher_new(true);
    int result = cmocka_run_group_tests(tests, NULL, NULL);
    matcher_free(matcher);
    ruleset_free(rules);
    zones_close(zones);
    return result;
}
