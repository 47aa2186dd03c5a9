/*
 * backend_build: what the rows of the table backend become, and with which sentence wrong ones are refused; decimals,
 * and what is said when none answers.
 */

#include "backend/backend.h"
#include "base/buf.h"
#include "flow/flow.h"
#include "rules/ai_phrase.h"
#include "rules/decimal.h"
#include "tests/lib/loading.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static bool say_the_name(void *context, const char *name, struct buf *value)
{
    (void)context;
    buf_addf(value, "<%s>", name);
    return true;
}

static void assert_says(const struct template *template, const char *wanted)
{
    struct buf text = { 0 };
    assert_non_null(template);
    template_render(template, &(struct template_env){ say_the_name, NULL, NULL }, 4096, &text);
    assert_string_equal(buf_text(&text), wanted);
    buf_release(&text);
}

#define BACKEND(columns, values) "INSERT INTO backend (name, kind, " columns ") VALUES ('b', " values ");\n"
#define FAQ "INSERT INTO backend (name, kind) VALUES ('faq', 'faq');\n"
#define MODEL(columns, values) \
    "INSERT INTO backend (name, kind, model, key_env, " columns ") VALUES ('b', 'openai', 'small-3', 'KEY', " values ");\n"
#define OWN(columns, values)                                                                                                  \
    "INSERT INTO backend (name, kind, url, text_at, " columns ") VALUES ('b', 'http', 'https://x.example', '/t', " values \
    ");\n"
#define URL(url) "INSERT INTO backend (name, kind, model, url) VALUES ('b', 'openai', 'm', '" url "');\n"
#define LOCAL "INSERT INTO setting (name, value) VALUES ('allow_local_backends', 'yes');\n"

/* What a row becomes */

static void test_what_is_not_said_has_a_default(void **state)
{
    (void)state;
    struct ruleset *ruleset = make_good("-- the shortest row of a model\n"
                                        "INSERT INTO backend (name, kind, model, key_env) VALUES\n"
                                        "  ('assistant', 'openai', 'gpt-4o-mini', 'OPENAI_API_KEY');\n" FAQ);
    const struct backend *b = backend_find(ruleset->backends, ruleset->backend_count, "assistant");
    assert_int_equal(ruleset->backend_count, 2);
    assert_ptr_equal(b, &ruleset->backends[0]);
    assert_int_equal(b->kind, BACKEND_OPENAI);
    assert_string_equal(b->model, "gpt-4o-mini");
    assert_string_equal(b->key_env, "OPENAI_API_KEY");
    assert_null(b->url);
    assert_null(b->region);
    assert_null(b->prompt);
    assert_null(b->fallback);
    assert_null(b->team);
    assert_int_equal(b->history, 10);
    assert_int_equal(b->history_tokens, 2000);
    assert_int_equal(b->facts, 0);
    assert_int_equal(b->knowledge, 0);
    assert_int_equal(b->settle_ms, 1500);
    assert_int_equal(b->settle_max_ms, 6000);
    assert_true(b->joins);
    assert_true(b->has_tools);
    assert_int_equal(b->act_count, 0);
    assert_int_equal(b->deadline_ms, 20 * 1000);
    assert_int_equal(b->turn_deadline_ms, 60 * 1000);
    assert_int_equal(b->calls, 16);
    assert_int_equal(b->max_tokens, 500);
    assert_null(b->temperature);
    assert_int_equal(b->price_in, 0);
    assert_int_equal(b->price_out, 0);
    assert_int_equal(b->day_cap, -1);
    assert_int_equal(b->contact_day_cap, -1);
    assert_int_equal(b->header_count, 0);
    assert_string_equal(b->file, "a.sql");
    assert_int_equal(b->line, 3);
    assert_true(ruleset->backends[1].score == 0.32);
    assert_true(b->score == 0);
    ruleset_free(ruleset);
}

static void test_every_column_is_kept(void **state)
{
    (void)state;
    struct ruleset *ruleset = make_good(
        FAQ "INSERT INTO team (name) VALUES ('support');\n"
            "INSERT INTO backend (name, kind, url, model, key_env, region, prompt, fallback, team, history, history_tokens, facts,"
            " knowledge, settle_ms, settle_max_ms, joins, tools, deadline, turn_deadline, calls, max_tokens, temperature,"
            " price_in, price_out, day_cap, contact_day_cap, headers) VALUES\n"
            "  ('b', 'bedrock', 'https://br.example.com//', 'eu.amazon.nova-lite-v1:0', 'BEDROCK_KEY', 'eu-central-1',\n"
            "   'You work at {{ business_name }}. Today: {{ hours_today }}. Speak {{ language }} with {{ first_name }}.', 'faq',\n"
            "   'support', 0, 100, 'first_name, open ,variables', 'yes', 0, 0, 'no', 'no', '5 seconds', '5 seconds', 100, 1,\n"
            "   0.7, 3, '0.25', 5, '0.000001', '{\"X-Title\": \"Sunny Bakery\", \"x-lane\": \"\"}');\n");
    const struct backend *b = &ruleset->backends[1];
    assert_int_equal(b->kind, BACKEND_BEDROCK);
    assert_string_equal(b->url, "https://br.example.com");
    assert_string_equal(b->model, "eu.amazon.nova-lite-v1:0");
    assert_string_equal(b->region, "eu-central-1");
    assert_says(b->prompt, "You work at <business_name>. Today: <hours_today>. Speak <language> with <first_name>.");
    assert_ptr_equal(b->fallback, &ruleset->backends[0]);
    assert_string_equal(b->team, "support");
    assert_int_equal(b->history, 0);
    assert_int_equal(b->history_tokens, 100);
    assert_int_equal(b->facts, 1u << BACKEND_FACT_FIRST_NAME | 1u << BACKEND_FACT_OPEN | 1u << BACKEND_FACT_VARIABLES);
    assert_int_equal(b->knowledge, 3);
    assert_int_equal(b->settle_ms, 0);
    assert_int_equal(b->settle_max_ms, 0);
    assert_false(b->joins);
    assert_false(b->has_tools);
    assert_int_equal(b->deadline_ms, 5000);
    assert_int_equal(b->turn_deadline_ms, 5000);
    assert_int_equal(b->calls, 100);
    assert_int_equal(b->max_tokens, 1);
    assert_string_equal(b->temperature, "0.7");
    assert_int_equal(b->price_in, 3 * 1000 * 1000);
    assert_int_equal(b->price_out, 250 * 1000);
    assert_int_equal(b->day_cap, 5 * 1000 * 1000);
    assert_int_equal(b->contact_day_cap, 1);
    assert_int_equal(b->header_count, 2);
    assert_string_equal(b->headers[0].name, "X-Title");
    assert_string_equal(b->headers[0].value, "Sunny Bakery");
    assert_string_equal(b->headers[1].name, "x-lane");
    assert_string_equal(b->headers[1].value, "");
    ruleset_free(ruleset);
}

static void test_any_service_may_answer(void **state)
{
    (void)state;
    struct ruleset *ruleset = make_good(
        "INSERT INTO team (name) VALUES ('support');\n"
        "INSERT INTO rule_set (rule, name, value) VALUES ('r', 'order_number', '1');\n"
        "INSERT INTO rule (name, words, say) VALUES ('r', 'w', 's');\n"
        "INSERT INTO backend (name, kind, url, facts, acts, body, text_at, session_at, tokens_in_at, tokens_out_at, handoff_at,"
        " key_env, model, prompt) VALUES\n"
        "  ('own', 'http', 'https://bot.example.com/talk/?v=2', 'language, variables', 'handoff support',\n"
        "   '{\"text\": \"{{ message }}\", \"who\": {{ session }}, \"was\": {{ vendor_session }}, \"all\": {{ messages }},\n"
        "     \"before\": {{ history }}, \"tell\": {{ prompt }}, \"m\": {{ model }}, \"l\": {{ fact.language }},\n"
        "     \"v\": {{ fact.variables }}, \"o\": {{ fact.variables.order_number }}}',\n"
        "   '/reply/text', '/session', '/usage/in', '/usage/out', '/handoff', 'BOT_KEY', 'small', 'Be kind.');\n"
        "INSERT INTO backend (name, kind, url, method, text_at) VALUES ('get', 'http', 'https://x.example/?q={{ message }}', 'GET', '/t');\n");
    const struct backend *b = &ruleset->backends[0];
    assert_string_equal(b->url, "https://bot.example.com/talk/?v=2");
    assert_false(b->http.is_get);
    assert_non_null(b->http.body);
    assert_string_equal(b->http.text_at, "/reply/text");
    assert_string_equal(b->http.session_at, "/session");
    assert_string_equal(b->http.tokens_in_at, "/usage/in");
    assert_string_equal(b->http.tokens_out_at, "/usage/out");
    assert_string_equal(b->http.handoff_at, "/handoff");
    assert_false(b->has_tools);
    assert_true(ruleset->backends[1].http.is_get);
    assert_null(ruleset->backends[1].http.body);
    assert_null(ruleset->backends[1].http.session_at);
    assert_non_null(ruleset->backends[1].http.url);
    ruleset_free(ruleset);
}

static void test_long_settling_and_long_deadlines_carry_what_is_not_said_along(void **state)
{
    (void)state;
    struct ruleset *ruleset = make_good(MODEL("settle_ms, deadline", "9000, '2 minutes'"));
    assert_int_equal(ruleset->backends[0].settle_max_ms, 9000);
    assert_int_equal(ruleset->backends[0].turn_deadline_ms, 120 * 1000);
    ruleset_free(ruleset);
}

static void test_knowledge_is_yes_no_or_a_number(void **state)
{
    static const struct {
        const char *typed;
        int entries;
    } ROWS[] = { { "'yes'", 3 }, { "'no'", 0 }, { "0", 0 }, { "1", 1 }, { "'10'", 10 }, { "NULL", 0 } };
    (void)state;
    for (size_t i = 0; i < COUNT(ROWS); i++) {
        struct buf text = { 0 };
        buf_addf(&text, MODEL("knowledge", "%s"), ROWS[i].typed);
        struct ruleset *ruleset = make_good(buf_text(&text));
        assert_int_equal(ruleset->backends[0].knowledge, ROWS[i].entries);
        ruleset_free(ruleset);
        buf_release(&text);
    }
}

static void test_what_it_may_do_is_a_list_of_things_that_are_there(void **state)
{
    (void)state;
    struct ruleset *ruleset = make_good(
        MODEL("acts", "'handoff front desk,close , flow order, set size, set colour, set kept'")
        "INSERT INTO team (name) VALUES ('front desk');\n"
        "INSERT INTO flow (name) VALUES ('order');\n"
        "INSERT INTO step (name, say, ask) VALUES ('order.size', 'Size?', 'text');\n"
        "INSERT INTO step_set (step, name, value) VALUES ('order.size', 'kept', '1');\n"
        "INSERT INTO rule (name, words, say) VALUES ('r', 'w', 's');\n"
        "INSERT INTO rule_set (rule, name, value) VALUES ('r', 'colour', 'red');\n");
    const struct backend *b = &ruleset->backends[0];
    static const struct {
        enum backend_act_kind kind;
        const char *target;
    } WANTED[] = { { ACT_HANDOFF, "front desk" }, { ACT_CLOSE, NULL },   { ACT_FLOW, "order" },
                   { ACT_SET, "size" },           { ACT_SET, "colour" }, { ACT_SET, "kept" } };
    assert_int_equal(b->act_count, COUNT(WANTED));
    for (size_t i = 0; i < COUNT(WANTED); i++)
        assert_ptr_equal(backend_act(b, WANTED[i].kind, WANTED[i].target), &b->acts[i]);
    assert_null(backend_act(b, ACT_HANDOFF, NULL));
    ruleset_free(ruleset);
}

static void test_rules_and_steps_consult(void **state)
{
    (void)state;
    struct ruleset *ruleset = make_good(
        "INSERT INTO rule (name, priority, action, target, say) VALUES ('rest', 0, 'consult', 'b', NULL),\n"
        "  ('slow', 10, 'consult', 'faq', 'One moment.');\n"
        "INSERT INTO flow (name) VALUES ('f');\n"
        "INSERT INTO step (name, action, target, next) VALUES ('f.ask', 'consult', 'faq', 'end');\n"
        "INSERT INTO branch (step, only_if, next) VALUES ('f.ask', ':failed', 'ask2');\n"
        "INSERT INTO step (name, action, target) VALUES ('f.ask2', 'consult', 'b');\n" FAQ MODEL("calls", "1"));
    const struct step *ask = &ruleset->flows[0].steps[0];
    assert_int_equal(ruleset_rule(ruleset, "rest")->action, ACTION_CONSULT);
    assert_string_equal(ruleset_action_name(ACTION_CONSULT), "consult");
    assert_ptr_equal(ruleset_rule(ruleset, "rest")->backend, &ruleset->backends[1]);
    assert_null(ruleset_rule(ruleset, "rest")->say);
    assert_says(ruleset_rule(ruleset, "slow")->say, "One moment.");
    assert_int_equal(ask->action, STEP_CONSULT);
    assert_string_equal(ask->backend, "faq");
    assert_int_equal(ask->next.kind, WAY_END);
    assert_int_equal(ask->branches[0].way.step, 1);
    ruleset_free(ruleset);
}

/* Refusals */

static const struct {
    const char *text, *error; /* all of it; or, where it ends in …, what it begins with */
} BAD[] = {
    /* kinds, and what goes with them */
    { "INSERT INTO backend (kind) VALUES ('faq');", "a.sql:1: this backend row lacks its name" },
    { "INSERT INTO backend (name) VALUES ('b');", "a.sql:1: this backend row lacks its kind" },
    { "INSERT INTO backend (name, kind) VALUES ('b', '');", "a.sql:1: kind is empty; a backend row needs one" },
    { "INSERT INTO backend (name, kind) VALUES ('b', 'opnai');", "a.sql:1: there is no kind 'opnai'; did you mean 'openai'?" },
    { "INSERT INTO backend (name, kind) VALUES ('b', 'dialogflow');",
      "a.sql:1: there is no kind 'dialogflow'; known are openai, anthropic, gemini, bedrock, rasa, http, faq" },
    { FAQ FAQ, "a.sql:2: there is already a backend 'faq' in a.sql:1" },
    { BACKEND("key_env", "'openai', 'KEY'"),
      "a.sql:1: a backend of the kind openai needs model, the vendor's name of the model, as in gpt-4o-mini" },
    { BACKEND("key_env", "'anthropic', 'KEY'"), "a.sql:1: a backend of the kind anthropic needs model, …" },
    { BACKEND("key_env", "'gemini', 'KEY'"), "a.sql:1: a backend of the kind gemini needs model, …" },
    { BACKEND("model, region", "'bedrock', 'm', 'eu-west-1'"),
      "a.sql:1: a backend of the kind bedrock needs key_env, the environment variable that holds "
      "ACCESS_KEY_ID:SECRET_ACCESS_KEY, as in BEDROCK_KEY" },
    { BACKEND("model, key_env", "'bedrock', 'm', 'KEY'"),
      "a.sql:1: a backend of the kind bedrock needs region, where it runs, as in eu-central-1" },
    { BACKEND("calls", "'rasa', 1"),
      "a.sql:1: a backend of the kind rasa needs url, its address, as in https://bot.example.com/webhooks/rest/webhook" },
    { BACKEND("text_at", "'http', '/t'"), "a.sql:1: a backend of the kind http needs url, …" },
    { BACKEND("url", "'http', 'https://x.example'"),
      "a.sql:1: a backend of the kind http needs text_at, where the text is in its answer, as in /reply/text" },
    { BACKEND("url", "'faq', 'https://x.example'"), "a.sql:1: a backend of the kind faq has no use for url; write NULL" },
    { BACKEND("model", "'faq', 'm'"), "a.sql:1: a backend of the kind faq has no use for model; write NULL" },
    { BACKEND("key_env", "'faq', 'KEY'"), "a.sql:1: a backend of the kind faq has no use for key_env; write NULL" },
    { BACKEND("prompt", "'faq', 'Hi'"), "a.sql:1: a backend of the kind faq has no use for prompt; write NULL" },
    { BACKEND("history", "'faq', 3"), "a.sql:1: a backend of the kind faq has no use for history; write NULL" },
    { BACKEND("acts", "'faq', 'close'"), "a.sql:1: a backend of the kind faq has no use for acts; write NULL" },
    { BACKEND("deadline", "'faq', '3 seconds'"), "a.sql:1: a backend of the kind faq has no use for deadline; write NULL" },
    { BACKEND("day_cap", "'faq', 3"), "a.sql:1: a backend of the kind faq has no use for day_cap; write NULL" },
    { BACKEND("headers", "'faq', '{}'"), "a.sql:1: a backend of the kind faq has no use for headers; write NULL" },
    { BACKEND("url, prompt", "'rasa', 'https://x.example', 'Hi'"), "a.sql:1: a backend of the kind rasa has no use for prompt; …" },
    { BACKEND("url, tools", "'rasa', 'https://x.example', 'no'"), "a.sql:1: a backend of the kind rasa has no use for tools; …" },
    { MODEL("score", "'0.5'"), "a.sql:1: a backend of the kind openai has no use for score; write NULL" },
    { MODEL("text_at", "'/t'"), "a.sql:1: a backend of the kind openai has no use for text_at; write NULL" },
    { MODEL("region", "'eu'"), "a.sql:1: a backend of the kind openai has no use for region; write NULL" },
    { OWN("temperature", "1"), "a.sql:1: a backend of the kind http has no use for temperature; write NULL" },
    /* where it is, and the key */
    { URL("http://llm.example.com/v1"),
      "a.sql:1: url: plain http, which anybody on the way can read, is for this machine only; write https://" },
    { LOCAL URL("http://10.0.0.5/v1"), "a.sql:2: url: plain http, …" },
    { URL("http://127.0.0.1:11434/v1"),
      "a.sql:1: url: '127.0.0.1' is this machine; where that is meant: INSERT INTO setting (name, value) VALUES "
      "('allow_local_backends', 'yes');" },
    { URL("https://192.168.1.9/v1"), "a.sql:1: url: '192.168.1.9' is an address of a private network; where …" },
    { LOCAL URL("https://169.254.169.254/v1"), "a.sql:2: url: '169.254.169.254' is no service's address …" },
    { URL("https://{{ host }}/v1"),
      "a.sql:1: url: the address of a backend is fixed, and takes no {{ }}; values go into its prompt or body" },
    { URL("https://x.example/{{ message }}"), "a.sql:1: url: the address of a backend is fixed, …" },
    { URL("https://user:pw@x.example/"), "a.sql:1: url holds a name or a key before its host; …" },
    { URL("https://x.example/a b"), "a.sql:1: url holds a blank; in an address that is %20" },
    { URL("llm.example.com"), "a.sql:1: url begins with https://, …" },
    { URL("https://x.example:99999/"), "a.sql:1: url: a port is a number from 1 to 65535, not '99999'" },
    { BACKEND("model", "'openai', 'm'"),
      "a.sql:1: api.openai.com answers nobody without a key; name the environment variable that holds it in key_env, as in "
      "OPENAI_API_KEY" },
    { URL("https://API.openai.com/v1"), "a.sql:1: api.openai.com answers nobody without a key; …" },
    { BACKEND("model", "'anthropic', 'm'"), "a.sql:1: api.anthropic.com answers nobody without a key; …" },
    { BACKEND("model", "'gemini', 'm'"), "a.sql:1: generativelanguage.googleapis.com answers nobody without a key; …" },
    { BACKEND("model, key_env", "'openai', 'm', 'sk-12345'"),
      "a.sql:1: key_env is the name of the environment variable that holds the key, in capitals, …" },
    { BACKEND("model, key_env", "'openai', 'm', 'FRONTDESK_TOKEN'"),
      "a.sql:1: key_env: FRONTDESK_TOKEN is frontdesk's own, and goes to no backend; name a variable for this one" },
    { BACKEND("model, key_env", "'openai', 'gpt 4', 'KEY'"),
      "a.sql:1: model is the vendor's name of the model, as in gpt-4o-mini: at most 300 letters, digits and signs, without a "
      "blank" },
    { BACKEND("model, key_env, region", "'bedrock', 'm', 'KEY', 'EU West'"),
      "a.sql:1: region looks like eu-central-1, not like 'EU West'" },
    /* what it is told */
    { MODEL("prompt", "' '"), "a.sql:1: prompt holds nothing but blanks; write NULL where there is nothing to say" },
    { MODEL("prompt", "'{{ x'"), "a.sql:1: prompt: column …" },
    { MODEL("prompt", "'{{ bussiness_name }}'"),
      "a.sql:1: prompt: a prompt knows nothing by the name {{ bussiness_name }}; did you mean 'business_name'?" },
    { MODEL("prompt", "'{{ message }}'"),
      "a.sql:1: prompt: a prompt knows nothing by the name {{ message }}; known are first_name, language, channel, hours_today, "
      "next_opening, phrase.NAME and the settings" },
    { MODEL("prompt", "'{{ field.plan }}'"), "a.sql:1: prompt: a prompt knows nothing by the name {{ field.plan }}; …" },
    { MODEL("prompt", "'{{ size }}'") "INSERT INTO rule (name, pattern, action, target) VALUES ('r', '(?<size>a)', 'consult', 'b');",
      "a.sql:1: prompt: a prompt knows nothing by the name {{ size }}; …" },
    { MODEL("prompt", "'{{ phrase.tone }}'"), "a.sql:1: prompt: there is no phrase 'tone'" },
    { "INSERT INTO phrase (name, language, text) VALUES ('tone', 'en', 'You heard: {{ message }}');\n"
      MODEL("prompt", "'{{ phrase.tone }}'"),
      "a.sql:2: prompt: the phrase tone (a.sql:1): a prompt knows nothing by the name {{ message }}; …" },
    { MODEL("history", "101"), "a.sql:1: history is a whole number from 0 to 100, not '101'" },
    { MODEL("history_tokens", "-1"), "a.sql:1: history_tokens is a whole number from 0 to 200000, not '-1'" },
    { MODEL("facts", "'first_name, phone'"),
      "a.sql:1: facts: a backend is told nothing by the name 'phone'; known are first_name, language, channel, country, time, "
      "open, variables" },
    { MODEL("facts", "'frist_name'"),
      "a.sql:1: facts: a backend is told nothing by the name 'frist_name'; did you mean 'first_name'?" },
    { MODEL("facts", "'open,,time'"), "a.sql:1: facts: here is a comma too many" },
    { MODEL("facts", "'open,'"), "a.sql:1: facts: here is a comma too many" },
    { MODEL("knowledge", "11"),
      "a.sql:1: knowledge is yes, no, or how many entries of the table faq go along, at most 10, not '11'" },
    { MODEL("knowledge", "'some'"), "a.sql:1: knowledge is yes, no, …" },
    /* when */
    { MODEL("settle_ms", "30001"), "a.sql:1: settle_ms is a whole number from 0 to 30000, not '30001'" },
    { MODEL("settle_max_ms", "1000"),
      "a.sql:1: settle_max_ms, how long a burst is waited for in all, is less than settle_ms, how long after its last message: "
      "1000 and 1500" },
    { MODEL("settle_max_ms", "120001"), "a.sql:1: settle_max_ms is a whole number from 0 to 120000, not '120001'" },
    { MODEL("joins", "'maybe'"), "a.sql:1: joins is yes or no, not 'maybe'" },
    { MODEL("tools", "'maybe'"), "a.sql:1: tools is yes or no, not 'maybe'" },
    { MODEL("deadline", "'3 minutes'"), "a.sql:1: deadline is a duration from 1 second to 2 minutes, …" },
    { MODEL("turn_deadline", "'6 minutes'"), "a.sql:1: turn_deadline is a duration from 1 second to 5 minutes, …" },
    { MODEL("turn_deadline", "'10 seconds'"),
      "a.sql:1: turn_deadline, by when the customer has an answer, is shorter than the deadline of a single attempt: 10 seconds "
      "and 20 seconds" },
    { MODEL("calls", "0"), "a.sql:1: calls is a whole number from 1 to 500, not '0'" },
    { MODEL("max_tokens", "8193"), "a.sql:1: max_tokens is a whole number from 1 to 8192, not '8193'" },
    { MODEL("temperature", "'2.1'"), "a.sql:1: temperature is a number from 0 to 2, as in '0.3', not '2.1'" },
    { MODEL("temperature", "'.5'"), "a.sql:1: temperature is a number from 0 to 2, …" },
    /* money */
    { MODEL("price_in", "'cheap'"),
      "a.sql:1: price_in is a number from 0 to 1000000 with at most six digits behind its point, as in '0.25', not 'cheap'" },
    { MODEL("price_out", "'-1'"), "a.sql:1: price_out is a number from 0 to 1000000 …" },
    { MODEL("price_in", "'0,25'"), "a.sql:1: price_in is a number from 0 to 1000000 …" },
    { MODEL("price_in", "'1000000.1'"), "a.sql:1: price_in is a number from 0 to 1000000 …" },
    { MODEL("day_cap, price_in", "'5', '1'"),
      "a.sql:1: day_cap is money, and it takes prices to count that: give price_in and price_out, what a million tokens cost" },
    { MODEL("contact_day_cap", "'5'"), "a.sql:1: contact_day_cap is money, and it takes prices to count that: …" },
    { MODEL("day_cap, price_in, price_out", "'lots', '1', '1'"), "a.sql:1: day_cap is a number from 0 to 1000000000 …" },
    { BACKEND("score", "'faq', '1.01'"), "a.sql:1: score is a number from 0 to 1, as in '0.35', not '1.01'" },
    { "INSERT INTO setting (name, value) VALUES ('ai_day_cap', 'lots');",
      "a.sql:1: ai_day_cap is money, a number from 0 to 1000000000 with at most six digits behind its point, as in '5.00', or "
      "empty for no limit, not 'lots'" },
    /* chains */
    { "INSERT INTO backend (name, kind, fallback) VALUES ('b', 'faq', 'fax');\n" FAQ,
      "a.sql:1: there is no backend 'fax'; did you mean 'faq'?" },
    { "INSERT INTO backend (name, kind, fallback) VALUES ('b', 'faq', 'b');",
      "a.sql:1: the fallbacks lead in a circle: b → b; write NULL in the fallback of one of them" },
    { "INSERT INTO backend (name, kind, fallback) VALUES\n('b', 'faq', 'x'),\n('x', 'faq', 'y'),\n('y', 'faq', 'x');",
      "a.sql:3: the fallbacks lead in a circle: x → y → x; write NULL in the fallback of one of them" },
    { "INSERT INTO team (name) VALUES ('support');\n" MODEL("team", "'suport'"),
      "a.sql:2: there is no team 'suport'; did you mean 'support'?" },
    /* what it may do */
    { MODEL("acts", "'handof x'"), "a.sql:1: acts: a backend cannot do 'handof'; did you mean 'handoff'?" },
    { MODEL("acts", "'pay'"), "a.sql:1: acts: a backend cannot do 'pay'; known are handoff, close, flow, set" },
    { MODEL("acts", "'handoff'"), "a.sql:1: acts: handoff needs the name of a team, as in 'handoff NAME'" },
    { MODEL("acts", "'close now'"), "a.sql:1: acts: close takes no name; write 'close'" },
    { MODEL("acts", "'close, close'"), "a.sql:1: acts holds 'close' twice" },
    { "INSERT INTO team (name) VALUES ('t');\n" MODEL("acts", "'handoff t, close, handoff  t'"),
      "a.sql:2: acts holds 'handoff t' twice" },
    { "INSERT INTO team (name) VALUES ('support');\n" MODEL("acts", "'handoff suport'"),
      "a.sql:2: there is no team 'suport'; did you mean 'support'?" },
    { MODEL("acts", "'flow order'"), "a.sql:1: there is no flow 'order'…" },
    { "INSERT INTO flow (name) VALUES ('f');\nINSERT INTO step (name, say, ask) VALUES ('f.size', 'S?', 'text');\n"
      MODEL("acts", "'set sise'"), "a.sql:3: there is no variable 'sise'; did you mean 'size'?" },
    { MODEL("acts", "'close,'"), "a.sql:1: acts: here is a comma too many" },
    { BACKEND("url, acts", "'rasa', 'https://x.example', 'close'"),
      "a.sql:1: acts: a Rasa bot can hand off, and nothing else: take out 'close'" },
    /* headers */
    { MODEL("headers", "'X-Title: a'"), "a.sql:1: headers is JSON, as in {\"X-Title\": \"Sunny Bakery\"}: …" },
    { MODEL("headers", "'[]'"), "a.sql:1: headers is a JSON object, as in {\"X-Title\": \"Sunny Bakery\"}" },
    { MODEL("headers", "'{\"X-A\": 1}'"), "a.sql:1: headers: the value of 'X-A' is a text in quotes" },
    { MODEL("headers", "'{\"authorization\": \"Bearer x\"}'"),
      "a.sql:1: headers: authorization would carry a key, and no key stands in a rule file; put it into an environment "
      "variable, and name that in key_env" },
    { MODEL("headers", "'{\"Cookie\": \"a=b\"}'"), "a.sql:1: headers: Cookie would carry a key, …" },
    { MODEL("headers", "'{\"x-api-key\": \"k\"}'"), "a.sql:1: headers: x-api-key would carry a key, …" },
    { MODEL("headers", "'{\"X-Auth-Token\": \"k\"}'"), "a.sql:1: headers: X-Auth-Token would carry a key, …" },
    { MODEL("headers", "'{\"Ocp-Apim-Subscription-Key\": \"k\"}'"),
      "a.sql:1: headers: Ocp-Apim-Subscription-Key would carry a key, …" },
    { MODEL("headers", "'{\"client_secret\": \"k\"}'"), "a.sql:1: headers: …" },
    { MODEL("headers", "'{\"x-password\": \"k\"}'"), "a.sql:1: headers: x-password would carry a key, …" },
    { MODEL("headers", "'{\"Host\": \"x\"}'"), "a.sql:1: headers: Host is written by frontdesk itself; take it out" },
    { MODEL("headers", "'{\"content-length\": \"3\"}'"),
      "a.sql:1: headers: content-length is written by frontdesk itself; take it out" },
    { MODEL("headers", "'{\"X A\": \"3\"}'"),
      "a.sql:1: headers: the name of a header is made of letters, digits and -, not 'X A'" },
    { MODEL("headers", "'{\"X-A\": \"a\\r\\nHost: b\"}'"),
      "a.sql:1: headers: the value of X-A holds a line break or another control character" },
    { MODEL("headers", "'{\"a\":\"\",\"b\":\"\",\"c\":\"\",\"d\":\"\",\"e\":\"\",\"f\":\"\",\"g\":\"\",\"h\":\"\",\"i\":\"\"}'"),
      "a.sql:1: headers holds 9 headers; at most 8 are sent along" },
    /* any other service */
    { OWN("method", "'PUT'"), "a.sql:1: there is no method 'PUT'; known are GET, POST" },
    { OWN("method, body", "'GET', '{}'"), "a.sql:1: a GET has no body; write POST" },
    { OWN("method", "'GET'"), "a.sql:1: with GET the message goes into the url, as in "
                              "https://bot.example.com/ask?q={{ message }}; or write POST, and a body" },
    { OWN("body", "'{\"text\": {{ message }'"), "a.sql:1: body: column …" },
    { OWN("body", "'text={{ message }}'"),
      "a.sql:1: body is JSON, as in {\"text\": {{ message }}, \"from\": {{ session }}}: …" },
    { OWN("body", "'{\"text\": {{ massage }}}'"),
      "a.sql:1: body: nothing is known by the name {{ massage }}; did you mean 'message'?" },
    { OWN("body", "'{\"text\": {{ business_name }}}'"),
      "a.sql:1: body: nothing is known by the name {{ business_name }}; known are message, prompt, session, vendor_session, "
      "model, history, messages, fact.NAME" },
    { OWN("body", "'{\"l\": {{ fact.language }}}'"),
      "a.sql:1: body asks for {{ fact.language }}, but the row does not allow that; write 'language' in facts" },
    { OWN("body", "'{\"l\": {{ fact.variables.size }}}'"),
      "a.sql:1: body asks for {{ fact.variables.size }}, but the row does not allow that; write 'variables' in facts" },
    { OWN("body, facts", "'{\"l\": {{ fact.variables.size }}}', 'variables'"), "a.sql:1: there is no variable 'size', and no other either" },
    { OWN("body, facts", "'{\"l\": {{ fact.langauge }}}', 'language'"),
      "a.sql:1: body: there is no fact {{ fact.langauge }}; did you mean 'language'?" },
    { OWN("body, facts", "'{\"l\": {{ fact.language.x }}}', 'language'"),
      "a.sql:1: body: there is no fact {{ fact.language.x }}; …" },
    { OWN("body", "'{\"m\": {{ model }}}'"), "a.sql:1: body asks for {{ model }}, but the column model is not given" },
    { OWN("body", "'{\"m\": {{ prompt }}}'"), "a.sql:1: body asks for {{ prompt }}, but the column prompt is not given" },
    { OWN("body", "'{\"m\": {{ vendor_session }}}'"),
      "a.sql:1: body asks for {{ vendor_session }}, which an earlier answer gave; say in session_at where it stands there" },
    { OWN("session_at", "'$.id'"),
      "a.sql:1: session_at leads from the top of the answer, with a slash before each part, as in /reply/text or "
      "/items/0/text; '$.id' does not" },
    { OWN("handoff_at", "'/person'"),
      "a.sql:1: handoff_at tells that a person is wanted; say in acts of which team, as in 'handoff support'" },
    /* who consults */
    { FAQ "INSERT INTO rule (name, action, target, buttons) VALUES ('r', 'consult', 'faq', 'Yes');",
      "a.sql:2: this rule says nothing, so there is no text to put buttons under" },
    { FAQ "INSERT INTO flow (name) VALUES ('f');\n"
          "INSERT INTO step (name, say, ask, action, target) VALUES ('f.a', 'a', 'text', 'consult', 'faq');",
      "a.sql:3: a step asks or acts, never both; make two steps of it" },
    /* what is said of itself */
    { "INSERT INTO phrase (name, language, text) VALUES ('sorry', 'en', ' ');", "a.sql:1: the phrase sorry must not be blank" },
    { "INSERT INTO phrase (name, language, text) VALUES ('ai_notice', 'en', '{{ \"\" }} ');", "a.sql:1: …" },
    { "INSERT INTO rule (name, pattern, say) VALUES ('r', '(?<size>a)', 'x');\n"
      "INSERT INTO phrase (name, language, text) VALUES ('ai_handoff', 'en', 'Wait, {{ size }}');",
      "a.sql:2: text: nothing is known by the name {{ size }}; …" },
};

static bool is_wanted(const char *sentence, const char *wanted)
{
    static const char MORE[] = "…";
    size_t len = strlen(wanted), more = sizeof MORE - 1;
    if (len >= more && strcmp(wanted + len - more, MORE) == 0)
        return strncmp(sentence, wanted, len - more) == 0;
    return strcmp(sentence, wanted) == 0;
}

static void test_wrong_rows_are_refused_with_place_and_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(BAD); i++) {
        struct error error = { 0 };
        struct ruleset *ruleset = make(BAD[i].text, &error);
        if (ruleset != NULL || !is_wanted(error.text, BAD[i].error))
            fail_msg("%s\nwanted: %s\ngot:    %s", BAD[i].text, BAD[i].error, error.text);
    }
}

static void test_what_only_looks_wrong_is_taken(void **state)
{
    static const char *const GOOD[] = {
        LOCAL URL("http://127.0.0.1:11434/v1"), LOCAL URL("http://localhost:8080/v1/"), LOCAL URL("https://10.0.0.5/v1"),
        URL("https://llm.example.com/v1?api-version=2025-01-01"), URL("https://api.openai.com.example.com/v1"),
        MODEL("temperature", "0"), MODEL("temperature", "'2'"), MODEL("day_cap, price_in, price_out", "0, 0, 0"),
        MODEL("facts", "'open, open'"), MODEL("acts", "'close'"), MODEL("headers", "'{}'"), MODEL("price_out", "14000"),
        BACKEND("url", "'rasa', 'https://bot.example.com'"), BACKEND("score, turn_deadline", "'faq', 1, '1 second'"),
        OWN("body", "'[1, 2]'"), MODEL("prompt", "'{{ ai_day_cap }} {{ next_opening }} {{ channel }}'"),
    };
    (void)state;
    for (size_t i = 0; i < COUNT(GOOD); i++)
        ruleset_free(make_good(GOOD[i]));
}

static void write_chain(int length, struct buf *text)
{
    for (int i = 1; i <= length; i++) {
        buf_addf(text, "INSERT INTO backend (name, kind, fallback) VALUES ('b%d', 'faq', ", i);
        buf_addf(text, i < length ? "'b%d');\n" : "NULL);\n", i + 1);
    }
}

static void test_eight_answer_one_after_the_other_and_no_more(void **state)
{
    struct buf eight = { 0 }, nine = { 0 };
    struct error error = { 0 };
    (void)state;
    write_chain(8, &eight);
    struct ruleset *ruleset = make_good(buf_text(&eight));
    assert_ptr_equal(ruleset->backends[6].fallback, &ruleset->backends[7]);
    assert_null(ruleset->backends[7].fallback);
    ruleset_free(ruleset);
    write_chain(9, &nine);
    assert_null(make(buf_text(&nine), &error));
    assert_string_equal(error.text, "a.sql:1: b1 is the first of 9 backends, each the fallback of the one before; a chain has at "
                                    "most 8");
    buf_release(&eight);
    buf_release(&nine);
}

static void test_sixteen_acts_are_listed_and_no_more(void **state)
{
    (void)state;
    for (int count = BACKEND_ACTS_MAX; count <= BACKEND_ACTS_MAX + 1; count++) {
        struct buf text = { 0 };
        struct error error = { 0 };
        for (int i = 1; i <= count; i++)
            buf_addf(&text, "INSERT INTO team (name) VALUES ('t%d');\n", i);
        buf_add_text(&text, "INSERT INTO backend (name, kind, model, key_env, acts) VALUES ('b', 'openai', 'm', 'K', '");
        for (int i = 1; i <= count; i++)
            buf_addf(&text, "%shandoff t%d", i > 1 ? ", " : "", i);
        buf_add_text(&text, "');\n");
        struct ruleset *ruleset = make(buf_text(&text), &error);
        assert_int_equal(ruleset != NULL, count == BACKEND_ACTS_MAX);
        if (ruleset == NULL)
            assert_string_equal(error.text, "a.sql:18: acts holds more than 16 entries");
        ruleset_free(ruleset);
        buf_release(&text);
    }
}

/* Decimals and settings */

static void test_decimals_are_read_exactly(void **state)
{
    static const struct {
        const char *text;
        int64_t millionths; /* -1: none */
    } ROWS[] = {
        { "3", 3000000 },          { "0.25", 250000 },     { "0", 0 },       { "0.000001", 1 },  { "0.1", 100000 },
        { "1234.567891", 1234567891 }, { "14000", 14000000000 }, { "5.00", 5000000 }, { "", -1 },  { ".5", -1 },
        { "5.", -1 },              { "00", -1 },           { "05", -1 },     { "0.0000001", -1 }, { "1e3", -1 },
        { "-1", -1 },              { "+1", -1 },           { " 1", -1 },     { "1 ", -1 },       { "1,5", -1 },
        { "1.5.2", -1 },           { "1000000.000001", -1 }, { "1000000", 1000000000000 }, { "99999999999999999999", -1 },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(ROWS); i++) {
        int64_t got = -1;
        int result = decimal_parse(ROWS[i].text, DECIMAL_PRICE_MAX, &got);
        if (got != ROWS[i].millionths || (result == 0) != (ROWS[i].millionths >= 0))
            fail_msg("'%s' is read as %lld", ROWS[i].text, (long long)got);
    }
}

static void test_money_is_written_exactly(void **state)
{
    static const struct {
        int64_t millionths;
        const char *text;
    } ROWS[] = {
        { 0, "0.00" },        { 1, "0.000001" },    { 12300, "0.0123" },         { 50000, "0.05" },
        { 3000000, "3.00" },  { 1500000, "1.50" },  { 1234567891, "1234.567891" }, { -500000, "-0.50" },
        { 100, "0.0001" },    { 1000000010, "1000.00001" },
        { INT64_MAX, "9223372036854.775807" },      { INT64_MIN, "-9223372036854.775808" },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(ROWS); i++) {
        struct buf got = { 0 };
        decimal_format(ROWS[i].millionths, &got);
        assert_string_equal(buf_text(&got), ROWS[i].text);
        buf_release(&got);
    }
}

static void test_caps_over_all_backends_are_settings(void **state)
{
    (void)state;
    struct ruleset *empty = ruleset_empty(zones);
    assert_int_equal(ruleset_setting_number(empty, "ai_day_cap"), -1);
    assert_int_equal(ruleset_setting_number(empty, "ai_contact_day_cap"), -1);
    ruleset_free(empty);
    struct ruleset *ruleset = make_good("INSERT INTO setting (name, value) VALUES ('ai_day_cap', '5.00'),\n"
                                        "  ('ai_contact_day_cap', '');");
    assert_int_equal(ruleset_setting_number(ruleset, "ai_day_cap"), 5000000);
    assert_int_equal(ruleset_setting_number(ruleset, "ai_contact_day_cap"), -1);
    ruleset_free(ruleset);
}

static void test_a_claim_of_countless_tokens_costs_no_less_than_nothing(void **state)
{
    (void)state;
    struct backend backend = { .price_in = DECIMAL_PRICE_MAX, .price_out = 1 };
    assert_int_equal(backend_cost(&backend, 1, 1), 1000001);
    assert_int_equal(backend_cost(&backend, 0, 1000001), 2);
    assert_true(backend_cost(&backend, INT64_MAX, INT64_MAX) > backend_cost(&backend, 1000000, 0));
    assert_int_equal(backend_cost(&backend, -5, -5), 0);
}

/* What is said when none answers */

static void test_the_chains_end_speaks_in_three_languages(void **state)
{
    (void)state;
    struct ruleset *ruleset = ruleset_empty(zones);
    assert_says(rules_ai_phrase(ruleset, AI_SAYS_SORRY, "en-GB"),
                "I am sorry, I cannot answer this right now. Please try again a little later.");
    assert_says(rules_ai_phrase(ruleset, AI_SAYS_SORRY, "ko"),
                "죄송해요, 지금은 답해 드릴 수 없어요. 잠시 후 다시 메시지를 보내 주세요.");
    assert_says(rules_ai_phrase(ruleset, AI_SAYS_HANDOFF, ""), "One moment, a colleague will answer you.");
    assert_says(rules_ai_phrase(ruleset, AI_SAYS_HANDOFF, "es-MX"), "Un momento, te responderá un compañero.");
    assert_says(rules_ai_phrase(ruleset, AI_SAYS_HANDOFF, "ko"), "잠시만요, 담당자가 답해 드릴게요.");
    assert_null(rules_ai_phrase(ruleset, AI_SAYS_NOTICE, "en"));
    ruleset_free(ruleset);
}

static void test_the_owners_words_go_before_the_built_in_ones(void **state)
{
    (void)state;
    struct ruleset *ruleset = make_good(
        "INSERT INTO phrase (name, language, text) VALUES\n"
        "  ('sorry', 'en', 'Not now, {{ first_name }}.'), ('sorry', 'de', 'Jetzt nicht.'),\n"
        "  ('ai_notice', 'en', 'A machine answers you.'), ('ai_notice', 'ko', 'AI가 답합니다.');\n");
    assert_says(rules_ai_phrase(ruleset, AI_SAYS_SORRY, "en"), "Not now, <first_name>.");
    assert_says(rules_ai_phrase(ruleset, AI_SAYS_SORRY, "de-AT"), "Jetzt nicht.");
    assert_says(rules_ai_phrase(ruleset, AI_SAYS_SORRY, "fr"), "Not now, <first_name>.");
    assert_says(rules_ai_phrase(ruleset, AI_SAYS_SORRY, "ko"),
                "죄송해요, 지금은 답해 드릴 수 없어요. 잠시 후 다시 메시지를 보내 주세요.");
    assert_says(rules_ai_phrase(ruleset, AI_SAYS_NOTICE, "ko-KR"), "AI가 답합니다.");
    assert_says(rules_ai_phrase(ruleset, AI_SAYS_NOTICE, "es"), "A machine answers you.");
    ruleset_free(ruleset);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_not_said_has_a_default),
        cmocka_unit_test(test_every_column_is_kept),
        cmocka_unit_test(test_any_service_may_answer),
        cmocka_unit_test(test_long_settling_and_long_deadlines_carry_what_is_not_said_along),
        cmocka_unit_test(test_knowledge_is_yes_no_or_a_number),
        cmocka_unit_test(test_what_it_may_do_is_a_list_of_things_that_are_there),
        cmocka_unit_test(test_rules_and_steps_consult),
        cmocka_unit_test(test_wrong_rows_are_refused_with_place_and_reason),
        cmocka_unit_test(test_what_only_looks_wrong_is_taken),
        cmocka_unit_test(test_eight_answer_one_after_the_other_and_no_more),
        cmocka_unit_test(test_sixteen_acts_are_listed_and_no_more),
        cmocka_unit_test(test_decimals_are_read_exactly),
        cmocka_unit_test(test_money_is_written_exactly),
        cmocka_unit_test(test_caps_over_all_backends_are_settings),
        cmocka_unit_test(test_a_claim_of_countless_tokens_costs_no_less_than_nothing),
        cmocka_unit_test(test_the_chains_end_speaks_in_three_languages),
        cmocka_unit_test(test_the_owners_words_go_before_the_built_in_ones),
    };
    zones = zones_open(NULL);
    int result = cmocka_run_group_tests(tests, NULL, NULL);
    zones_close(zones);
    return result;
}
