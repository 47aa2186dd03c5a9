/*
 * acts: what a rule does beside speaking (tags, variables, cooldowns, phrases, buttons), from the rule file to
 * the decision.
 */

#include "base/buf.h"
#include "base/json.h"
#include "base/utf8.h"
#include "desk/decide.h"
#include "tests/lib/loading.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const char RULES[] =
    "INSERT INTO setting (name, value) VALUES ('business_name', 'Sunny'), ('time_zone', 'Asia/Seoul'),\n"
    "  ('default_language', 'en');\n"
    "INSERT INTO campaign (name, channel, layout, campaign_id) VALUES ('reply', 'whatsapp', 'response', 'x');\n"
    "INSERT INTO phrase (name, language, text) VALUES\n"
    "  ('hi', 'en', 'Hello{{ phrase.comma }}{{ first_name }}'), ('hi', 'ko', '안녕하세요'),\n"
    "  ('hi', 'pt', 'Oi'), ('hi', 'pt-PT', 'Olá'), ('comma', 'en', ', '), ('size', 'en', 'size {{ size }}'),\n"
    "  ('yes', 'en', 'Yes'), ('yes', 'ko', '네');\n"
    "INSERT INTO rule (name, priority, action, words, target) VALUES\n"
    "  ('in-a-hurry', 900, 'tag', 'quick*', 'urgent'), ('urgent', 890, 'tag', 'asap', NULL),\n"
    "  ('late', 100, 'tag', 'order', NULL);\n"
    "INSERT INTO rule (name, priority, action, words) VALUES\n"
    "  ('stop', 1000, 'opt_out', '=stop'), ('start', 1000, 'opt_in', '=start');\n"
    "INSERT INTO rule (name, priority, action, pattern) VALUES ('sized', 910, 'tag', 'size (?<size>\\w+)');\n"
    "INSERT INTO rule (name, pattern, say) VALUES\n"
    "  ('order', 'order(?: (?<thing>\\w+))?', '{{ thing }}/{{ size }}/{{ visits }}/{{ field.shop }}');\n"
    "INSERT INTO rule_set (rule, name, value) VALUES\n"
    "  ('sized', 'size', '{{ size }}'), ('order', 'visits', '{{ visits | plus: 1 }}'),\n"
    "  ('order', 'thing', '{{ thing }}'), ('forget', 'size', NULL), ('forget', 'thing', '{{ field.none }}');\n"
    "INSERT INTO rule (name, words, say) VALUES ('forget', 'forget', 'forgotten: {{ thing }}{{ size }}.'),\n"
    "  ('hi', 'hi', '{{ phrase.hi }}'), ('what', 'what', '{{ phrase.size | upcase }}');\n"
    "INSERT INTO rule (name, words, say, cooldown) VALUES ('fact', 'bread', 'Fact one.', '10 minutes');\n"
    "INSERT INTO rule (name, priority, words, say) VALUES ('fact-again', 400, 'bread', 'As I said.');\n"
    "INSERT INTO rule (name, words, say, buttons) VALUES\n"
    "  ('ask', 'ask', 'Well?', '{{ phrase.yes }}, {{ field.no | default: ''No, never'' }},{{ field.other | default: ''yes'' }} ');\n";

static struct ruleset *rules;
static struct matcher *matcher;

static const struct decide_state BOT = {
    .channel = "whatsapp",
    .owner = "bot",
    .first_name = "Ana",
    .language = "en",
    .time_zone = "",
    .message_count = 3,
    .fields = "{\"shop\":\"north\"}",
};

static void ask(const struct decide_state *facts, const char *text, int64_t now, struct decision *decision)
{
    struct decide_input input = { .text = text };
    *decision = (struct decision){ 0 };
    decide(rules, matcher, facts, &input, now, decision);
}

/* "rule: effect effect …" */
static void describe(const struct decision *decision, struct buf *out)
{
    static const char *const OUTCOMES[] = { "answer", "silence", "nobody", "agent" };
    buf_addf(out, "%s %s", decision->rule != NULL ? decision->rule->name : "-", OUTCOMES[decision->outcome]);
    for (size_t i = 0; i < decision->effect_count; i++) {
        const struct effect *effect = &decision->effects[i];
        switch (effect->kind) {
        case EFFECT_SAY: buf_addf(out, " '%s'%s", effect->text, effect->buttons != NULL ? effect->buttons : ""); break;
        case EFFECT_TAG: buf_addf(out, " #%s", effect->name); break;
        case EFFECT_SET: buf_addf(out, " %s=%s", effect->name, effect->text); break;
        case EFFECT_COOLDOWN: buf_addf(out, " rests:%lld", (long long)effect->until_at); break;
        default: buf_add_text(out, " change");
        }
    }
    if (decision->remembered.len > 0)
        buf_addf(out, " %s", buf_text(&decision->remembered));
}

static void check_at(const struct decide_state *facts, const char *text, int64_t now, const char *expected)
{
    struct decision decision;
    struct buf got = { 0 };
    ask(facts, text, now, &decision);
    describe(&decision, &got);
    if (strcmp(buf_text(&got), expected) != 0)
        fail_msg("\"%s\"\nwanted: %s\ngot:    %s", text, expected, buf_text(&got));
    buf_release(&got);
    decision_release(&decision);
}

static void check(const struct decide_state *facts, const char *text, const char *expected)
{
    check_at(facts, text, 0, expected);
}

static void test_tags_are_noted_and_the_next_rule_answers(void **state)
{
    (void)state;
    check(&BOT, "quick, hi", "hi answer #urgent 'Hello, Ana'");
    check(&BOT, "quick and asap", "- nobody #urgent"); /* two rules, one tag */
    check(&BOT, "quickly!", "- nobody #urgent");
    check(&BOT, "hi", "hi answer 'Hello, Ana'");
    check(&BOT, "stop", "stop silence change");
}

static void test_tags_obey_the_gates(void **state)
{
    (void)state;
    struct decide_state facts = BOT;
    facts.is_opted_out = true;
    check(&facts, "quick, size L", "- silence");
    facts.is_opted_out = false;
    facts.owner = "agent";
    check(&facts, "quick, size L", "- agent");
}

static void test_many_tags_are_bounded(void **state)
{
    (void)state;
    struct buf text = { 0 };
    struct error error = { 0 };
    for (int i = 0; i < 40; i++)
        buf_addf(&text, "INSERT INTO rule (name, action, words) VALUES ('t%d', 'tag', 'x');\n", i);
    buf_add_text(&text, "INSERT INTO rule (name, priority, say) VALUES ('rest', 0, 'r');");
    struct ruleset *many = make(buf_text(&text), &error);
    struct decide_input input = { .text = "x" };
    struct decision decision = { 0 };
    assert_non_null(many);
    decide(many, matcher, &BOT, &input, 0, &decision);
    assert_string_equal(decision.rule->name, "rest");
    assert_int_equal(decision.effect_count, TAGS_MAX + 1);
    decision_release(&decision);
    ruleset_free(many);
    buf_release(&text);
}

static void test_a_match_writes_variables_that_later_ones_read(void **state)
{
    (void)state;
    struct decide_state facts = BOT;
    check(&facts, "order", "order answer visits=1 thing= '//1/north' {\"visits\":\"1\"}");
    check(&facts, "order bread",
          "order answer visits=1 thing=bread 'bread//1/north' {\"visits\":\"1\",\"thing\":\"bread\"}");
    facts.variables = "{\"visits\":\"7\",\"size\":\"M\",\"thing\":\"buns\"}";
    check(&facts, "order",
          "order answer visits=8 thing=buns 'buns/M/8/north' {\"size\":\"M\",\"visits\":\"8\",\"thing\":\"buns\"}");
    check(&facts, "what", "what answer 'SIZE M'");
    check(&facts, "hi", "hi answer 'Hello, Ana'");
}

static void test_a_tag_rule_sets_by_its_own_groups_before_the_winner_speaks(void **state)
{
    (void)state;
    check(&BOT, "what of size XL", "what answer #sized size=XL 'SIZE XL' {\"size\":\"XL\"}");
    check(&BOT, "order buns size S",
          "order answer #sized size=S visits=1 thing=buns 'buns/S/1/north' "
          "{\"size\":\"S\",\"visits\":\"1\",\"thing\":\"buns\"}");
}

static void test_an_empty_value_removes(void **state)
{
    (void)state;
    struct decide_state facts = BOT;
    facts.variables = "{\"size\":\"M\",\"other\":\"x\",\"thing\":\"buns\"}";
    check(&facts, "forget", "forget answer size= thing= 'forgotten: .' {\"other\":\"x\"}");
}

static void test_values_are_bounded_and_cut_on_a_character(void **state)
{
    (void)state;
    struct error error = { 0 };
    struct ruleset *one = make("INSERT INTO rule (name, say) VALUES ('r', 's');\n"
                               "INSERT INTO rule_set (rule, name, value) VALUES ('r', 'v', 'x{{ message }}');\n",
                               &error);
    struct buf text = { 0 };
    struct decision decision = { 0 };
    for (int i = 0; i < 400; i++)
        buf_add_text(&text, "가");
    assert_non_null(one);
    decide(one, matcher, &BOT, &(struct decide_input){ .text = buf_text(&text) }, 0, &decision);
    assert_int_equal(strlen(decision.effects[0].text), 1000);
    assert_true(utf8_is_valid(decision.effects[0].text, 1000));
    decision_release(&decision);
    buf_release(&text);
    ruleset_free(one);
}

/* Variables of a ruleset that is gone stay, until their room is needed. */
static void test_a_full_conversation_forgets_strangers_first(void **state)
{
    (void)state;
    struct decide_state facts = BOT;
    struct buf full = { 0 };
    struct decision decision;
    struct json *after;
    buf_add_text(&full, "{\"size\":\"M\"");
    for (int i = 0; i < 63; i++)
        buf_addf(&full, ",\"old%d\":\"x\"", i);
    buf_add_text(&full, "}");
    facts.variables = buf_text(&full);
    ask(&facts, "order bread", 0, &decision);
    assert_int_equal(json_parse(buf_text(&decision.remembered), decision.remembered.len, JSON_STRICT, &after, NULL),
                     0);
    assert_int_equal(json_count(after), VARIABLES_MAX);
    assert_string_equal(json_get_text(after, "size"), "M");
    assert_string_equal(json_get_text(after, "thing"), "bread");
    assert_non_null(json_get(after, "old62"));
    assert_non_null(json_get(after, "old2"));
    assert_null(json_get(after, "old0")); /* the oldest */
    json_free(after);
    decision_release(&decision);
    buf_release(&full);
}

static void test_a_rule_rests_after_it_has_won(void **state)
{
    (void)state;
    struct decide_state facts = BOT;
    const struct cooling rests[] = { { "other", 900000 }, { "fact", 600000 } };
    check_at(&facts, "bread", 1000, "fact answer 'Fact one.' rests:601000");
    facts.cooling = rests;
    facts.cooling_count = 2;
    check_at(&facts, "bread", 599999, "fact-again answer 'As I said.'");
    check_at(&facts, "bread", 600000, "fact answer 'Fact one.' rests:1200000");

    struct decision decision;
    struct buf trace = { 0 };
    ask(&facts, "bread", 1, &decision);
    decide_format_trace(rules, &decision, &trace);
    assert_non_null(strstr(buf_text(&trace), "{\"rule\":\"fact\",\"why\":\"cooling down until 1970-01-01 09:10:00\"}"));
    decision_release(&decision);
    buf_release(&trace);
}

static void test_phrases_speak_the_contacts_language(void **state)
{
    (void)state;
    static const char *const CASES[][2] = {
        { "en", "Hello, Ana" }, { "ko", "안녕하세요" }, { "ko-KR", "안녕하세요" }, { "KO_kr", "안녕하세요" },
        { "pt-BR", "Oi" },      { "pt", "Oi" },         { "pt_pt", "Olá" },        { "pt-PT-x", "Olá" },
        { "de", "Hello, Ana" }, { "", "Hello, Ana" },   { "k", "Hello, Ana" },     { "-", "Hello, Ana" },
    };
    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct decide_state facts = BOT;
        struct buf expected = { 0 };
        facts.language = CASES[i][0];
        buf_addf(&expected, "hi answer '%s'", CASES[i][1]);
        check(&facts, "hi", buf_text(&expected));
        buf_release(&expected);
    }
}

static void test_buttons_are_rendered_tidied_and_bounded(void **state)
{
    (void)state;
    struct decide_state facts = BOT;
    check(&facts, "ask", "ask answer 'Well?'[\"Yes\",\"No, never\"]"); /* "yes" is there already */
    facts.language = "ko";
    check(&facts, "ask", "ask answer 'Well?'[\"네\",\"No, never\",\"yes\"]");
    facts.fields = "{\"no\":\" not  on\\nmy  watch, thanks {{ and }} so on\"}";
    check(&facts, "ask", "ask answer 'Well?'[\"네\",\"not on my watch,\",\"yes\"]");
    facts.channel = "sms";
    check(&facts, "ask", "ask answer 'Well?'[\"네\",\"not on my watch, thanks and so on\",\"yes\"]");
}

static void test_a_number_stands_for_the_text_behind_it(void **state)
{
    (void)state;
    struct decide_state facts = BOT;
    facts.choices = "[\"\",\"hi\",\"Bread, please\"]";
    check(&facts, "2", "hi answer 'Hello, Ana'");
    check(&facts, " 3. ", "fact answer 'Fact one.' rests:600000");
    check(&facts, "1", "- nobody"); /* that one stood as a button */
    check(&facts, "4", "- nobody");
    check(&facts, "0", "- nobody");
    check(&facts, "2 hi", "hi answer 'Hello, Ana'");
    static const char *const TWOS[] = { "２", "②", "2!", "#2", "(2)", "2번", "2번이요", "2번으로." };
    for (size_t i = 0; i < COUNT(TWOS); i++)
        check(&facts, TWOS[i], "hi answer 'Hello, Ana'");
    check(&facts, "2번 방", "- nobody");
    check(&facts, "222", "- nobody");
    facts.choices = "not json";
    check(&facts, "2", "- nobody");
}

static void test_trace_tells_tags_and_what_was_set(void **state)
{
    (void)state;
    struct decision decision;
    struct buf trace = { 0 };
    ask(&BOT, "quick order size L", 0, &decision);
    decide_format_trace(rules, &decision, &trace);
    assert_non_null(strstr(buf_text(&trace), "\"tags\":[\"sized\",\"urgent\"]"));
    assert_non_null(strstr(buf_text(&trace), "\"set\":{\"size\":\"L\",\"visits\":\"1\",\"thing\":\"size\"}"));
    decision_release(&decision);
    buf_clear(&trace);
    ask(&BOT, "forget", 0, &decision);
    decide_format_trace(rules, &decision, &trace);
    assert_non_null(strstr(buf_text(&trace), "\"tags\":[],\"set\":{\"size\":null,\"thing\":null}"));
    decision_release(&decision);
    buf_release(&trace);
}

/* Refusals */

#define RULE "INSERT INTO rule (name, pattern, say) VALUES ('r', 'w(?<n>\\d)', 's');\n"
#define PHRASE(name, language, text) \
    "INSERT INTO phrase (name, language, text) VALUES ('" name "', '" language "', '" text "');\n"
#define BUTTONS(list) "INSERT INTO rule (name, say, buttons) VALUES ('r', 's', '" list "');\n"
#define DIRECT \
    "INSERT INTO campaign (name, channel, layout, app_id, subscription_group_id) VALUES ('d', 'whatsapp', 'response', 'x', 'y');\n"
#define CAMPAIGN(rest) "INSERT INTO campaign (name, channel, layout, " rest ";\n"

static const struct {
    const char *text, *error; /* what it must begin with */
} BAD[] = {
    /* tags */
    { "INSERT INTO rule (name, action, say) VALUES ('r', 'tag', 's');",
      "a.sql:1: a rule with the action tag has no use for say" },
    /* variables */
    { RULE "INSERT INTO rule_set (rule, name, value) VALUES ('x', 'v', '1');", "a.sql:2: there is no rule 'x'" },
    { RULE "INSERT INTO rule_set (rule, name, value) VALUES ('r', 'first_name', '1');",
      "a.sql:2: templates know {{ first_name }} already" },
    { RULE "INSERT INTO rule_set (rule, name, value) VALUES ('r', 'business_name', '1');",
      "a.sql:2: templates know {{ business_name }} already" },
    { RULE "INSERT INTO rule_set (rule, name, value) VALUES ('r', 'next_opening', '1');",
      "a.sql:2: templates know {{ next_opening }} already" },
    { RULE "INSERT INTO rule_set (rule, name, value) VALUES ('r', 'my var', '1');",
      "a.sql:2: the name of a variable is made of" },
    { RULE "INSERT INTO rule_set (rule, name, value) VALUES ('r', '2nd', '1');",
      "a.sql:2: the name of a variable is made of" },
    { RULE "INSERT INTO rule_set (rule, name, value) VALUES ('r', 'v', '1'),\n('r', 'v', '2');",
      "a.sql:3: the rule r sets v already in a.sql:2" },
    { RULE "INSERT INTO rule_set (rule, name, value) VALUES ('r', 'v', '{{ m }}');",
      "a.sql:2: value: nothing is known by the name {{ m }}" },
    { RULE "INSERT INTO rule_set (rule, name, value) VALUES ('r', 'cake_size', '{{ n }}');\n"
           "INSERT INTO rule (name, say) VALUES ('q', '{{ cake_sise }}');",
      "a.sql:3: say: nothing is known by the name {{ cake_sise }}; did you mean 'cake_size'?" },
    { RULE "INSERT INTO rule_set (rule, value) VALUES ('r', '1');", "a.sql:2: this rule_set row lacks its name" },
    /* cooldown */
    { "INSERT INTO rule (name, say, cooldown) VALUES ('r', 's', 'soon');",
      "a.sql:1: cooldown is a duration from 1 second to 365 days, as in '10 minutes', not 'soon'" },
    { "INSERT INTO rule (name, say, cooldown) VALUES ('r', 's', '500 ms');", "a.sql:1: cooldown is a duration" },
    { "INSERT INTO rule (name, say, cooldown) VALUES ('r', 's', '366 days');", "a.sql:1: cooldown is a duration" },
    { "INSERT INTO rule (name, action, cooldown) VALUES ('r', 'opt_out', '1 hour');",
      "a.sql:1: a rule with the action opt_out" },
    { "INSERT INTO rule (name, action, cooldown) VALUES ('r', 'opt_in', '1 hour');",
      "a.sql:1: a rule with the action opt_in" },
    /* phrases */
    { PHRASE("hi", "en", "a") PHRASE("hi", "ko", "b") PHRASE("hi", "EN", "c"),
      "a.sql:3: language is a language's code" },
    { PHRASE("hi", "en-GB", "a") PHRASE("hi", "en", "b") PHRASE("hi", "en_gb", "c"),
      "a.sql:3: there is already a phrase 'hi' in en-GB in a.sql:1" },
    { PHRASE("hi", "ko", "a"), "a.sql:1: the phrase hi has no text in the default language; add one for 'en'" },
    { PHRASE("a.b", "en", "a"), "a.sql:1: the name of a phrase is made of" },
    { PHRASE("hi", "en", "{{ phrase.hi }}"), "a.sql:1: the phrase hi holds itself" },
    { PHRASE("a", "en", "{{ phrase.b }}") PHRASE("b", "en", "{{ phrase.a }}"),
      "a.sql:1: the phrase a holds b, which holds it again" },
    { PHRASE("a", "en", "{{ phrase.b }}") PHRASE("b", "en", "{{ phrase.c }}") PHRASE("c", "en", "c"),
      "a.sql:1: the phrase a holds b, which holds a further one" },
    { PHRASE("a", "en", "{{ phrase.bb }}"), "a.sql:1: text: there is no phrase 'bb'" },
    { PHRASE("a", "en", "{{ oops"), "a.sql:1: text: " },
    { PHRASE("a", "en", "{{ nn }}") RULE, "a.sql:1: text: nothing is known by the name {{ nn }}" },
    { PHRASE("greeting", "en", "a") "INSERT INTO rule (name, say) VALUES ('r', '{{ phrase.greting }}');",
      "a.sql:2: say: there is no phrase 'greting'; did you mean 'greeting'?" },
    { PHRASE("a", "en", "{{ n }}") RULE "INSERT INTO rule (name, say) VALUES ('q', '{{ phrase.a }}');",
      "a.sql:3: say: the phrase a (a.sql:1): nothing is known by the name {{ n }}" },
    { "INSERT INTO phrase (name, text) VALUES ('a', 'b');", "a.sql:1: this phrase row lacks its language" },
    /* buttons */
    { BUTTONS("a, b, c, d"), "a.sql:1: WhatsApp shows at most 3 buttons, and this rule has more; a campaign with app_id" },
    { DIRECT BUTTONS("a, b, c, 1234567890123456789012345"),
      "a.sql:2: the button '1234567890123456789012345' has 25 characters; WhatsApp shows at most 24 in a row of a list" },
    { DIRECT BUTTONS("a, b, 123456789012345678901"), "a.sql:2: the button '123456789012345678901' has 21 characters" },
    { DIRECT BUTTONS("1,2,3,4,5,6,7,8,9,10,11"), "a.sql:2: at most 10 buttons are taken" },
    { DIRECT CAMPAIGN("campaign_id) VALUES ('c', 'whatsapp', 'response', 'x')") /* not the default */
      "INSERT INTO rule (name, say, campaign, buttons) VALUES ('r', 's', 'c', 'a, b, c, d');",
      "a.sql:3: WhatsApp shows at most 3 buttons" },
    { CAMPAIGN("campaign_id) VALUES ('c', 'whatsapp', 'response', 'x')") DIRECT BUTTONS("a, b, c, d"),
      "a.sql:3: WhatsApp shows at most 3 buttons" },
    /* the words of a list */
    { PHRASE("list_button", "en", "A text of 21 letters!"),
      "a.sql:1: the phrase list_button has 21 characters; WhatsApp shows at most 20 on the button of a list" },
    { PHRASE("list_title", "en", "ok") PHRASE("list_title", "ko", "1234567890123456789012345"),
      "a.sql:2: the phrase list_title has 25 characters; WhatsApp shows at most 24 over the rows of a list" },
    { PHRASE("list_title", "en", "{{ first_name }}"),
      "a.sql:1: the phrase list_title stands over the rows of a list, where nothing is known but the customer's language" },
    { PHRASE("list_button", "en", "{{ \"\" }}"), "a.sql:1: the phrase list_button stands on the button of a list and must not" },
    { BUTTONS("a,, b"), "a.sql:1: buttons are texts with commas between them" },
    { BUTTONS("123456789012345678901"), "a.sql:1: the button '123456789012345678901' has 21 characters" },
    { BUTTONS("{{ oops"), "a.sql:1: buttons: " },
    { BUTTONS("{{ oops }}"), "a.sql:1: buttons: nothing is known by the name {{ oops }}" },
    { PHRASE("b", "en", "short") PHRASE("b", "ko", "일이삼사오육칠팔구십일이삼사오육칠팔구십일") BUTTONS("{{ phrase.b }}"),
      "a.sql:3: the button '일이삼사오육칠팔구십일이삼사오육칠팔구십일' has 21 characters; WhatsApp shows at most 20" },
    { "INSERT INTO rule (name, action, buttons) VALUES ('r', 'close', 'a');", "a.sql:1: this rule says nothing" },
    { CAMPAIGN("campaign_id) VALUES ('c', 'sms', NULL, 'x')") BUTTONS("1,2,3,4,5,6,7,8,9,10,11"),
      "a.sql:2: at most 10 buttons are taken" },
    { CAMPAIGN("campaign_id, buttons) VALUES ('c', 'sms', NULL, 'x', 1)"), "a.sql:1: the channel sms shows no buttons" },
    { CAMPAIGN("campaign_id, buttons) VALUES ('c', 'whatsapp', 'template', 'x', 0), ('d', 'sms', NULL, 'y', 0), "
               "('e', 'whatsapp', 'response', 'z', 4)"), "a.sql:1: buttons is a whole number from 0 to 3" },
    { CAMPAIGN("campaign_id, buttons) VALUES ('c', 'whatsapp', 'response', 'x', 4)"),
      "a.sql:1: buttons is a whole number from 0 to 3" },
    { CAMPAIGN("campaign_id, buttons) VALUES ('c', 'whatsapp', 'template', 'x', 1)"),
      "a.sql:1: the buttons of a WhatsApp template are fixed" },
    { CAMPAIGN("app_id, subscription_group_id, buttons) VALUES ('c', 'whatsapp', 'response', 'x', 'y', 3)"),
      "a.sql:1: a campaign with app_id shows up to 3 buttons by itself" },
};

static void test_wrong_acts_are_refused_with_place_and_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(BAD); i++) {
        struct error error = { 0 };
        struct ruleset *ruleset = make(BAD[i].text, &error);
        if (ruleset != NULL)
            fail_msg("accepted: %s", BAD[i].text);
        if (strncmp(error.text, BAD[i].error, strlen(BAD[i].error)) != 0)
            fail_msg("%s\nwanted: %s\ngot:    %s", BAD[i].text, BAD[i].error, error.text);
    }
}

static void test_sixty_four_variables_and_no_more(void **state)
{
    (void)state;
    struct buf text = { 0 };
    struct error error = { 0 };
    buf_add_text(&text, RULE);
    for (int i = 0; i < 64; i++)
        buf_addf(&text, "INSERT INTO rule_set (rule, name, value) VALUES ('r', 'v%d', 'x');\n", i);
    struct ruleset *ruleset = make(buf_text(&text), &error);
    assert_non_null(ruleset);
    assert_true(ruleset_has_variable(ruleset, "v63"));
    assert_false(ruleset_has_variable(ruleset, "v64"));
    assert_int_equal(ruleset->rules[0].set_count, 64);
    ruleset_free(ruleset);
    buf_add_text(&text, "INSERT INTO rule_set (rule, name, value) VALUES ('r', 'v64', 'x');\n");
    assert_null(make(buf_text(&text), &error));
    assert_non_null(strstr(error.text, "a.sql:66: a conversation remembers at most 64 variables"));
    buf_release(&text);
}

static void test_what_is_good_is_taken(void **state)
{
    (void)state;
    static const char *const GOOD[] = {
        BUTTONS("12345678901234567890"),
        BUTTONS("{{ ''a, b'' }}, {{ first_name | default: ''x,y'' }}, c"),
        CAMPAIGN("campaign_id) VALUES ('c', 'sms', NULL, 'x')")
            BUTTONS("1,2,3,4,5,6,7,8,9,a text of more than twenty characters"),
        CAMPAIGN("campaign_id, buttons) VALUES ('c', 'whatsapp', 'response', 'x', 3)"),
        DIRECT BUTTONS("1,2,3,4,5,6,7,8,9,123456789012345678901234"),
        DIRECT CAMPAIGN("campaign_id) VALUES ('c', 'sms', NULL, 'x')") BUTTONS("a, b, c, d"),
        PHRASE("list_title", "en", "123456789012345678901234") PHRASE("list_button", "en", "12345678901234567890"),
        PHRASE("a", "en", "{{ n }}") "INSERT INTO rule (name, pattern, say) VALUES ('r', '(?<n>x)', '{{ phrase.a }}');",
        PHRASE("unused", "en", "{{ n }}") RULE,
        PHRASE("a", "en", "{{ v }}") RULE "INSERT INTO rule_set (rule, name, value) VALUES ('r', 'v', '{{ phrase.a }}');",
        RULE "INSERT INTO rule_set (rule, name, value) VALUES ('r', 'n', '{{ n }}');", /* a group's name */
    };
    for (size_t i = 0; i < COUNT(GOOD); i++) {
        struct error error = { 0 };
        struct ruleset *ruleset = make(GOOD[i], &error);
        if (ruleset == NULL)
            fail_msg("%s\n%s", GOOD[i], error.text);
        ruleset_free(ruleset);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tags_are_noted_and_the_next_rule_answers),
        cmocka_unit_test(test_tags_obey_the_gates),
        cmocka_unit_test(test_many_tags_are_bounded),
        cmocka_unit_test(test_a_match_writes_variables_that_later_ones_read),
        cmocka_unit_test(test_a_tag_rule_sets_by_its_own_groups_before_the_winner_speaks),
        cmocka_unit_test(test_an_empty_value_removes),
        cmocka_unit_test(test_values_are_bounded_and_cut_on_a_character),
        cmocka_unit_test(test_a_full_conversation_forgets_strangers_first),
        cmocka_unit_test(test_a_rule_rests_after_it_has_won),
        cmocka_unit_test(test_phrases_speak_the_contacts_language),
        cmocka_unit_test(test_buttons_are_rendered_tidied_and_bounded),
        cmocka_unit_test(test_a_number_stands_for_the_text_behind_it),
        cmocka_unit_test(test_trace_tells_tags_and_what_was_set),
        cmocka_unit_test(test_wrong_acts_are_refused_with_place_and_reason),
        cmocka_unit_test(test_sixty_four_variables_and_no_more),
        cmocka_unit_test(test_what_is_good_is_taken),
    };
    struct error error = { 0 };
    zones = zones_open(NULL);
    rules = make(RULES, &error);
    if (rules == NULL) {
        print_error("%s\n", error.text);
        return 1;
    }
    matcher = matcher_new(true);
    int result = cmocka_run_group_tests(tests, NULL, NULL);
    matcher_free(matcher);
    ruleset_free(rules);
    zones_close(zones);
    return result;
}
