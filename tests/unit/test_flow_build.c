/*
 * flow_build: what the rows of flows and services become, and with which sentence wrong ones are refused.
 */

#include "base/buf.h"
#include "flow/flow.h"
#include "rules/fact.h"
#include "rules/flow_phrase.h"
#include "tests/lib/loading.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* A booking, as an owner would write it. */
static const char BOOKING[] =
    "INSERT INTO flow (name, title, expires) VALUES ('table', 'your booking', '1 hour');\n"
    "INSERT INTO step (name, say, ask, accept_if, retry) VALUES\n"
    "  ('table.people', 'How many will you be?',  'number',   '@people BETWEEN 1 AND 12', 'Up to 12, please. How many?'),\n"
    "  ('table.moment', 'Which day and what time?', 'datetime', '@moment > :now',         'For example: Friday 21:00.'),\n"
    "  ('table.sure',   'A table for {{ people }}, {{ moment | date }}. Shall I book it?', 'choice', NULL, NULL);\n"
    "INSERT INTO choice (step, label, words, next, redo) VALUES\n"
    "  ('table.sure', 'Yes',         'ok, sure, 👍',        'book', NULL),\n"
    "  ('table.sure', 'Another day', 'change, other time*', NULL,   'moment');\n"
    "INSERT INTO step (name, action, target) VALUES ('table.book', 'call', 'diary');\n"
    "INSERT INTO branch (step, only_if, say, next, redo) VALUES\n"
    "  ('table.book', ':failed',   'A colleague will confirm it.', 'person', NULL),\n"
    "  ('table.book', '@free = 0', 'No table is free then.',       NULL,     'moment');\n"
    "INSERT INTO step (name, say, next)      VALUES ('table.done', 'Done! Your code is {{ code }}.', 'end');\n"
    "INSERT INTO step (name, action, target) VALUES ('table.person', 'handoff', 'support');\n"
    "INSERT INTO service (name, url, body, key_env) VALUES\n"
    "  ('diary', 'https://diary.example.com/book', '{\"people\": {{ people }}, \"at\": \"{{ moment }}\"}', 'DIARY_KEY');\n"
    "INSERT INTO service_value (service, name, pointer) VALUES ('diary', 'free', '/free'), ('diary', 'code', '/code');\n"
    "INSERT INTO team (name) VALUES ('support');\n"
    "INSERT INTO rule (name, pattern, action, target, interrupts) VALUES\n"
    "  ('book', 'a table( for (?<people>\\d+))?', 'flow', 'table', NULL);\n"
    "INSERT INTO rule (name, words, say, interrupts) VALUES ('hours', 'hours', 'From 9 to 5.', 'yes');\n";

static bool know_the_title(void *context, const char *name, struct buf *value)
{
    (void)context;
    buf_add_text(value, strcmp(name, "title") == 0 ? "a booking" : "");
    return true;
}

static void render(const struct template *template, struct buf *out)
{
    template_render(template, &(struct template_env){ .lookup = know_the_title }, 1000, out);
}

static void assert_says(const struct template *template, const char *text)
{
    struct buf out = { 0 };
    assert_non_null(template);
    render(template, &out);
    assert_string_equal(buf_text(&out), text);
    buf_release(&out);
}

static void assert_way(const struct way *way, int kind, size_t step)
{
    assert_int_equal(way->kind, kind);
    if (kind == WAY_STEP || kind == WAY_REDO)
        assert_int_equal(way->step, step);
}

static void test_a_flow_is_what_was_written(void **state)
{
    static const char *const NAMES[] = { "people", "moment", "sure", "book", "done", "person" };
    static const enum ask_kind ASKS[] = { ASK_NUMBER, ASK_DATETIME, ASK_CHOICE, ASK_NOTHING, ASK_NOTHING, ASK_NOTHING };
    (void)state;
    struct ruleset *ruleset = make_good(BOOKING);
    const struct flow *flow = ruleset_flow(ruleset, "table");
    assert_int_equal(ruleset->flow_count, 1);
    assert_ptr_equal(flow, ruleset->flows);
    assert_null(ruleset_flow(ruleset, "tables"));
    assert_string_equal(flow->title, "your booking");
    assert_int_equal(flow->expires_ms, 3600 * 1000);
    assert_int_equal(flow->remind_ms, 0);
    assert_int_equal(flow->retries, 2);
    assert_way(&flow->give_up, WAY_END, 0);
    assert_string_equal(flow->file, "a.sql");
    assert_int_equal(flow->line, 1);
    assert_int_equal(flow->step_count, COUNT(NAMES));
    for (size_t i = 0; i < COUNT(NAMES); i++) {
        assert_string_equal(flow->steps[i].name, NAMES[i]);
        assert_int_equal(flow->steps[i].ask, ASKS[i]);
        assert_int_equal(strncmp(flow->steps[i].full_name, "table.", 6), 0);
    }
    assert_int_equal(flow->steps[1].line, 4);
    assert_non_null(flow->steps[0].accept_if);
    assert_says(flow->steps[0].retry, "Up to 12, please. How many?");
    assert_null(flow->steps[2].retry);
    ruleset_free(ruleset);
}

static void test_ways_lead_where_they_say(void **state)
{
    (void)state;
    struct ruleset *ruleset = make_good(BOOKING);
    const struct flow *flow = ruleset_flow(ruleset, "table");
    const struct step *sure = &flow->steps[2], *book = &flow->steps[3];
    assert_way(&flow->steps[0].next, WAY_STEP, 1);
    assert_way(&flow->steps[4].next, WAY_END, 0);
    assert_int_equal(sure->choice_count, 2);
    assert_says(sure->choices[0].label, "Yes");
    assert_way(&sure->choices[0].way, WAY_STEP, 3);
    assert_non_null(sure->choices[1].words);
    assert_way(&sure->choices[1].way, WAY_REDO, 1);
    assert_int_equal(sure->choices[1].line, 8);
    assert_int_equal(book->branch_count, 2);
    assert_true(fact_asks_for_trouble(book->branches[0].only_if));
    assert_false(fact_asks_for_trouble(book->branches[1].only_if));
    assert_way(&book->branches[0].way, WAY_STEP, 5);
    assert_says(book->branches[1].say, "No table is free then.");
    assert_way(&book->branches[1].way, WAY_REDO, 1);
    assert_way(&book->next, WAY_STEP, 4);
    assert_int_equal(flow->steps[5].action, STEP_HANDOFF);
    assert_string_equal(flow->steps[5].team, "support");
    ruleset_free(ruleset);
}

static void test_rules_start_flows_and_services_are_called(void **state)
{
    (void)state;
    struct ruleset *ruleset = make_good(BOOKING);
    const struct rule *book = ruleset_rule(ruleset, "book"), *hours = ruleset_rule(ruleset, "hours");
    const struct service *diary = ruleset->services;
    assert_int_equal(book->action, ACTION_FLOW);
    assert_ptr_equal(book->flow, ruleset->flows);
    assert_false(book->interrupts);
    assert_true(hours->interrupts);
    assert_int_equal(ruleset->service_count, 1);
    assert_ptr_equal(ruleset->flows->steps[3].service, diary);
    assert_true(diary->is_post);
    assert_int_equal(diary->deadline_ms, 10 * 1000);
    assert_string_equal(diary->key_env, "DIARY_KEY");
    assert_int_equal(diary->value_count, 2);
    assert_string_equal(diary->values[1].name, "code");
    assert_string_equal(diary->values[1].pointer, "/code");
    ruleset_free(ruleset);
}

#define FLOW    "INSERT INTO flow (name) VALUES ('f');\n"
#define HELLO   "INSERT INTO step (name, say) VALUES ('f.hello', 'Hi');\n"
#define START   "INSERT INTO rule (name, words, action, target) VALUES ('r', 'w', 'flow', 'f');\n"
#define BASE    FLOW HELLO
#define ASK     FLOW "INSERT INTO step (name, say, ask) VALUES ('f.size', 'Size?', 'number');\n"
#define CHOOSE  FLOW "INSERT INTO step (name, say, ask) VALUES ('f.size', 'Size?', 'choice');\n"
#define SERVICE "INSERT INTO service (name, url) VALUES ('s', 'https://s.example.com/');\n"
#define STEP(columns, values)   "INSERT INTO step (name, " columns ") VALUES ('f.x', " values ");\n"
#define CHOICE(columns, values) "INSERT INTO choice (step, label, " columns ") VALUES ('f.size', " values ");\n"
#define BRANCH(columns, values) "INSERT INTO branch (step, " columns ") VALUES ('f.size', " values ");\n"
#define URL(url) "INSERT INTO service (name, url) VALUES ('s', '" url "');\n"
#define BODY(body) "INSERT INTO service (name, url, body) VALUES ('s', 'https://s.example.com/', '" body "');\n"
#define LOCAL "INSERT INTO setting (name, value) VALUES ('allow_local_backends', 'yes');\n"

static void test_all_columns(void **state)
{
    (void)state;
    struct ruleset *ruleset = make_good(
        "INSERT INTO step (name, say, ask, pattern, timeout, campaign, next) VALUES\n"
        "  ('f.code', 'Your code?', 'pattern', '(?<value>[A-Z]\\d+)', '10 minutes', 'menu', 'sub');\n"
        "INSERT INTO step_property (step, name, value) VALUES ('f.code', 'picture', 'https://x.example/{{ code }}.png');\n"
        "INSERT INTO step_set (step, name, value) VALUES ('f.sub', 'tries', '1'), ('f.sub', 'old', NULL);\n"
        "INSERT INTO step (name, action, target) VALUES ('f.sub', 'flow', 'g');\n"
        "INSERT INTO flow (name, expires, expired, remind, reminder, retries, give_up) VALUES\n"
        "  ('f', '2 days', 'Over, {{ code }}.', '10 minutes', 'Still there?', 0, 'bye');\n"
        "INSERT INTO step (name, say, action) VALUES ('f.bye', 'Bye', 'close');\n"
        "INSERT INTO flow (name) VALUES ('g');\n"
        "INSERT INTO step (name, say) VALUES ('g.x', '{{ title }}: {{ code }}, {{ tries }}');\n"
        "INSERT INTO campaign (name, channel, layout, campaign_id) VALUES ('menu', 'whatsapp', 'response', '1');\n"
        "INSERT INTO service (name, method, url, deadline) VALUES ('ping', 'POST', 'https://x.example/', '3 seconds');\n");
    const struct flow *f = ruleset_flow(ruleset, "f"), *g = ruleset_flow(ruleset, "g");
    const struct step *code = &f->steps[0], *sub = &f->steps[1];
    assert_int_equal(code->ask, ASK_PATTERN);
    assert_non_null(code->pattern);
    assert_int_equal(code->timeout_ms, 10 * 60 * 1000);
    assert_string_equal(code->campaign, "menu");
    assert_int_equal(code->property_count, 1);
    assert_string_equal(code->properties[0].name, "picture");
    assert_way(&code->next, WAY_STEP, 1);
    assert_int_equal(sub->action, STEP_FLOW);
    assert_ptr_equal(sub->sub, g);
    assert_int_equal(sub->set_count, 2);
    assert_non_null(sub->sets[0].value);
    assert_null(sub->sets[1].value);
    assert_way(&f->steps[2].next, WAY_END, 0);
    assert_int_equal(f->steps[2].action, STEP_CLOSE);
    assert_string_equal(f->title, "f");
    assert_int_equal(f->retries, 0);
    assert_int_equal(f->remind_ms, 10 * 60 * 1000);
    assert_says(f->reminder, "Still there?");
    assert_way(&f->give_up, WAY_STEP, 2);
    assert_true(ruleset->services[0].is_post);
    assert_null(ruleset->services[0].body);
    assert_int_equal(ruleset->services[0].deadline_ms, 3000);
    ruleset_free(ruleset);
}

static void test_rows_of_a_flow_may_stand_in_several_files(void **state)
{
    struct rulefiles files = { 0 };
    struct error error = { 0 };
    (void)state;
    rulefiles_add(&files, "1.sql", "INSERT INTO step (name, say) VALUES ('f.a', 'A'), ('g.a', 'GA');"
                                   "INSERT INTO branch (step, only_if, next) VALUES ('f.b', ':open', 'end');");
    rulefiles_add(&files, "2.sql", "INSERT INTO flow (name) VALUES ('g'), ('f');"
                                   "INSERT INTO step (name, say) VALUES ('f.b', 'B');");
    rulefiles_add(&files, "3.sql", "INSERT INTO step (name, say) VALUES ('g.b', 'GB'), ('f.c', 'C');"
                                   "INSERT INTO branch (step, only_if, next) VALUES ('f.b', ':late', 'c');");
    struct ruleset *ruleset = ruleset_new(&files, zones, &error);
    if (ruleset == NULL)
        fail_msg("%s", error.text);
    const struct flow *f = ruleset_flow(ruleset, "f");
    assert_int_equal(f->step_count, 3);
    assert_string_equal(f->steps[1].full_name, "f.b");
    assert_string_equal(f->steps[2].file, "3.sql");
    assert_int_equal(ruleset_flow(ruleset, "g")->step_count, 2);
    assert_int_equal(f->steps[1].branch_count, 2);
    assert_way(&f->steps[1].branches[0].way, WAY_END, 0);
    assert_way(&f->steps[1].branches[1].way, WAY_STEP, 2);
    ruleset_free(ruleset);
    rulefiles_release(&files);
}

static const struct {
    const char *text, *error; /* all of it; or, where it ends in …, what it begins with */
} BAD[] = {
    /* flows */
    { "INSERT INTO flow (name) VALUES (NULL);", "a.sql:1: this flow row lacks its name" },
    { "INSERT INTO flow (name) VALUES ('a.b');",
      "a.sql:1: the name of a flow holds no dot, not 'a.b'; behind the dot stand its steps" },
    { BASE "INSERT INTO flow (name) VALUES ('f');", "a.sql:3: there is already a flow 'f' in a.sql:1" },
    { FLOW, "a.sql:1: the flow f has no step; add one, as in INSERT INTO step (name, say) VALUES ('f.hello', '…');" },
    { HELLO "INSERT INTO flow (name, title) VALUES ('f', 'a {{ first_name }}');",
      "a.sql:2: title is a plain text, as in 'your booking'; it takes no {{ }}" },
    { HELLO "INSERT INTO flow (name, expires) VALUES ('f', 'soon');",
      "a.sql:2: expires is a duration from 1 second to 30 days, as in '10 minutes', not 'soon'" },
    { HELLO "INSERT INTO flow (name, expires) VALUES ('f', '31 days');", "a.sql:2: expires is a duration from …" },
    { HELLO "INSERT INTO flow (name, remind) VALUES ('f', '24 hours');",
      "a.sql:2: the reminder comes too late: by then the flow has expired; let remind be shorter than expires" },
    { HELLO "INSERT INTO flow (name, reminder) VALUES ('f', 'There?');",
      "a.sql:2: reminder is never said without remind, the silence before it, as in '10 minutes'" },
    { HELLO "INSERT INTO flow (name, retries) VALUES ('f', 11);",
      "a.sql:2: retries is a whole number from 0 to 10, not '11'" },
    { HELLO "INSERT INTO flow (name, expired) VALUES ('f', '{{ sise }}');",
      "a.sql:2: expired: nothing is known by the name {{ sise }}; …" },
    { HELLO "INSERT INTO flow (name, expired) VALUES ('f', ' ');",
      "a.sql:2: expired holds nothing but blanks; write NULL where there is nothing to say" },
    { HELLO "INSERT INTO flow (name, give_up) VALUES ('f', 'helo');",
      "a.sql:2: give_up: the flow f has no step 'helo'; did you mean 'hello'?" },
    { HELLO "INSERT INTO flow (name, give_up) VALUES ('f', 'f.hello');",
      "a.sql:2: give_up: inside their flow steps are called without it; write 'hello'" },
    /* names of steps */
    { FLOW "INSERT INTO step (name, say) VALUES ('hello', 'Hi');",
      "a.sql:2: the name of a step is that of its flow, a dot and its own, as in 'table.people'; 'hello' has no dot" },
    { "INSERT INTO flow (name) VALUES ('table');\nINSERT INTO step (name, say) VALUES ('tabel.a', 'Hi');",
      "a.sql:2: there is no flow 'tabel'; did you mean 'table'?" },
    { FLOW "INSERT INTO step (name, say) VALUES ('f.how many', 'Hi');",
      "a.sql:2: behind the dot the name of a step is made of letters from a to z, digits and _, at most 64, and does not "
      "begin with a digit; 'how many' is none" },
    { FLOW "INSERT INTO step (name, say) VALUES ('f.인원', 'Hi');", "a.sql:2: behind the dot the name of a step …" },
    { FLOW "INSERT INTO step (name, say) VALUES ('f.', 'Hi');", "a.sql:2: behind the dot the name of a step …" },
    { FLOW "INSERT INTO step (name, say) VALUES ('f.end', 'Hi');",
      "a.sql:2: 'end' is how a flow ends; choose another name for the step" },
    { BASE "INSERT INTO step (name, say) VALUES ('f.hello', 'Hi again');",
      "a.sql:3: there is already a step 'f.hello' in a.sql:2" },
    { FLOW "INSERT INTO step (name, say, ask) VALUES ('f.language', 'Which?', 'text');",
      "a.sql:2: templates know {{ language }} already; choose another name for the step" },
    { FLOW "INSERT INTO step (name, say, ask) VALUES ('f.title', 'Which?', 'text');",
      "a.sql:2: templates know {{ title }} already; choose another name for the step" },
    /* questions */
    { FLOW STEP("ask", "'nubmer'"), "a.sql:2: there is no ask 'nubmer'; did you mean 'number'?" },
    { FLOW STEP("ask", "'colour'"),
      "a.sql:2: there is no ask 'colour'; known are text, number, yes_no, choice, date, time, datetime, phone, email, "
      "pattern, media" },
    { FLOW STEP("say, accept_if", "'a', ':open'"),
      "a.sql:2: accept_if is for a step that asks; say in ask what the answer is, as in 'text'" },
    { FLOW STEP("say, retry", "'a', 'b'"), "a.sql:2: retry is for a step that asks; …" },
    { FLOW STEP("say, timeout", "'a', '5 minutes'"), "a.sql:2: timeout is for a step that asks; …" },
    { FLOW STEP("ask, timeout", "'text', '2 days'"),
      "a.sql:2: the timeout comes too late: the flow f expires after 1 day; write a shorter one" },
    { FLOW STEP("ask, timeout", "'text', '0 seconds'"), "a.sql:2: timeout is a duration from 1 second to 30 days, …" },
    { FLOW STEP("ask", "'pattern'"), "a.sql:2: a step that asks for a pattern needs one in the column pattern" },
    { FLOW STEP("ask, pattern", "'text', 'a+'"),
      "a.sql:2: pattern is for a step that asks for a pattern; write 'pattern' in ask" },
    { FLOW STEP("ask, pattern", "'pattern', 'a('"), "a.sql:2: pattern: …" },
    { FLOW STEP("ask, pattern", "'pattern', '(?<code>a)'"),
      "a.sql:2: pattern: the answer is the group (?<value>…), or all that matches; nothing takes (?<code>…)" },
    { FLOW STEP("ask, accept_if", "'number', '@x > '"), "a.sql:2: accept_if: …" },
    { ASK STEP("ask, accept_if", "'number', '@sise > 3'"),
      "a.sql:3: accept_if: there is no variable @sise; did you mean @size?" },
    { FLOW STEP("ask, accept_if", "'number', '@anybody > 3'"),
      "a.sql:2: accept_if: there is no variable @anybody; a variable is the name of a step that asks, or what step_set, "
      "service_value or a rule that starts the flow gives" },
    { FLOW STEP("ask, accept_if", "'number', '@x = ''4'''"),
      "a.sql:2: accept_if: @x is a number, and for SQL never equal to a text and less than any; write it without quotes" },
    { FLOW STEP("ask, accept_if", "'phone', '@x > 4'"), "a.sql:2: accept_if: @x is a text, and for SQL …" },
    { FLOW STEP("ask, accept_if", "'date', '@x > :now'"),
      "a.sql:2: accept_if: @x is a text and :now a number, and for SQL a text is never equal to a number and greater than "
      "any; compare @x with :date" },
    { FLOW STEP("ask, accept_if", "'datetime', ':date <= @x'"),
      "a.sql:2: accept_if: :date is a text and @x a number, and for SQL a text is never equal to a number and greater than "
      "any; compare @x with :now" },
    { FLOW STEP("ask, accept_if", "'time', '@x > :hour'"),
      "a.sql:2: accept_if: @x is a text and :hour a number, and for SQL …" },
    { FLOW STEP("ask, accept_if", "'time', '@x > 9'"), "a.sql:2: accept_if: @x is a text, and for SQL …" },
    { FLOW STEP("ask, accept_if", "'time', '@x > ''9:00'''"),
      "a.sql:2: accept_if: @x is never like '9:00'; it is written as in '09:30'" },
    { FLOW STEP("ask, accept_if", "'date', '@x < ''1.1.2027'''"),
      "a.sql:2: accept_if: @x is never like '1.1.2027'; it is written as in '2026-05-12'" },
    { FLOW STEP("ask, accept_if", "'yes_no', '@x = ''yes'''"), "a.sql:2: accept_if: @x is 1 or 0, and never 'yes'" },
    { FLOW STEP("ask, accept_if", "'yes_no', '@x = 2'"), "a.sql:2: accept_if: @x is 1 or 0, not 2" },
    { FLOW STEP("ask, accept_if", "'number', '1 < @x < 6'"),
      "a.sql:2: accept_if: of two comparisons in a row the second looks at what the first gave, which is 1 or 0; write "
      "1 < @x AND @x < 6" },
    { FLOW STEP("ask", "'choice'") "INSERT INTO choice (step, label) VALUES ('f.x', 'Red'), ('f.x', 'Mum''s');\n"
      "INSERT INTO branch (step, only_if, next) VALUES ('f.x', '@x = ''Mum''''s'' OR @x = ''red''', 'end');",
      "a.sql:4: only_if: @x is never 'red'; did you mean 'Red'?" },
    { FLOW STEP("ask, accept_if", "'number', ':opne'"),
      "a.sql:2: accept_if: there is no fact :opne; did you mean :open?" },
    { FLOW STEP("ask, accept_if", "'number', 'NULL'"),
      "a.sql:2: accept_if is the word NULL between quotes; write NULL without them where nothing is meant" },
    { FLOW STEP("say, ask", "'{{ frist_name }}', 'text'"),
      "a.sql:2: say: nothing is known by the name {{ frist_name }}; did you mean 'first_name'?" },
    { FLOW STEP("say, ask", "'{{ x', 'text'"), "a.sql:2: say: …" },
    { FLOW STEP("say, ask", "'', 'text'"), "a.sql:2: say is empty; write NULL where nothing is meant" },
    { BASE STEP("say", "'You said {{ hello }}.'"),
      "a.sql:3: say: nothing is known by the name {{ hello }}; …" }, /* it asks nothing */
    /* acts */
    { FLOW STEP("action", "'cal'"), "a.sql:2: there is no action 'cal'; did you mean 'call'?" },
    { FLOW STEP("action, target", "'consult', 'a'"),
      "a.sql:2: there is no backend 'a', and no other either; write its row: INSERT INTO backend (name, …) VALUES ('a', …);" },
    { FLOW STEP("action", "'consult'"), "a.sql:2: a step with the action consult needs target, the name of a backend" },
    { "INSERT INTO backend (name, kind) VALUES ('helper', 'faq');\n" FLOW STEP("action, target", "'consult', 'halper'"),
      "a.sql:3: there is no backend 'halper'; did you mean 'helper'?" },
    { SERVICE FLOW STEP("say, ask, action, target", "'a', 'text', 'call', 's'"),
      "a.sql:3: a step asks or acts, never both; make two steps of it" },
    { FLOW STEP("action", "'call'"), "a.sql:2: a step with the action call needs target, the name of a service" },
    { FLOW STEP("action", "'handoff'"), "a.sql:2: a step with the action handoff needs target, the name of a team" },
    { FLOW STEP("action, target", "'close', 's'"),
      "a.sql:2: a step with the action close has no use for target; write NULL" },
    { FLOW STEP("say, target", "'a', 's'"), "a.sql:2: target is for a step with an action: call, flow, handoff or consult" },
    { FLOW STEP("action, next", "'close', 'end'"),
      "a.sql:2: a step with the action close ends the flow, and so has no next; write NULL" },
    { "INSERT INTO service (name, url) VALUES ('diary', 'https://s.example.com/');\n" FLOW
      STEP("action, target", "'call', 'dairy'"), "a.sql:3: there is no service 'dairy'; did you mean 'diary'?" },
    { FLOW STEP("action, target", "'flow', 'g'"), "a.sql:2: there is no flow 'g'; known is f" },
    { "INSERT INTO team (name) VALUES ('support');\n" FLOW STEP("action, target", "'handoff', 'suport'"),
      "a.sql:3: there is no team 'suport'; did you mean 'support'?" },
    { FLOW STEP("say, campaign", "'a', 'menu'"), "a.sql:2: there is no campaign 'menu'…" },
    { FLOW STEP("ask, campaign", "'text', 'menu'"),
      "a.sql:2: this step says nothing, so it has no use for a campaign; its text goes into say" },
    { FLOW "INSERT INTO step (name) VALUES ('f.x');",
      "a.sql:2: the step f.x does nothing: give it say, ask or an action, or take it out" },
    /* ways */
    { BASE STEP("say, next", "'a', 'helo'"), "a.sql:3: next: the flow f has no step 'helo'; did you mean 'hello'?" },
    { FLOW STEP("say, next", "'a', 'y'"), "a.sql:2: next: the flow f has no step 'y'" },
    { FLOW STEP("say, next", "'a', 'edn'"), "a.sql:2: next: the flow f has no step 'edn'; did you mean 'end'?" },
    { FLOW STEP("say, next", "'a', 'other.step'"),
      "a.sql:2: next: the flow f has no step 'other.step'; a way stays inside its flow, another flow is run by a step with "
      "the action flow" },
    { CHOOSE CHOICE("next, redo", "'A', 'end', 'size'"),
      "a.sql:3: next leads on and redo leads back; write one of the two, and NULL in the other" },
    { CHOOSE HELLO CHOICE("redo", "'A', 'hello'"),
      "a.sql:4: redo asks a question once more, but the step f.hello asks none; write it in next" },
    { ASK BRANCH("redo", "'end'"), "a.sql:3: redo: the flow f has no step 'end'" },
    { ASK BRANCH("redo", "'sise'"), "a.sql:3: redo: the flow f has no step 'sise'; did you mean 'size'?" },
    /* choices */
    { CHOOSE, "a.sql:2: a step that asks for a choice needs choices, as in INSERT INTO choice (step, label) VALUES "
              "('f.size', 'Yes');" },
    { ASK CHOICE("words", "'A', 'a'"),
      "a.sql:3: the step f.size does not ask for a choice; write 'choice' in its column ask (a.sql:2)" },
    { CHOOSE "INSERT INTO choice (step) VALUES ('f.size');", "a.sql:3: this choice row lacks its label" },
    { CHOOSE "INSERT INTO choice (step, label) VALUES ('f.size', '');",
      "a.sql:3: label is empty; a choice row needs one" },
    { CHOOSE "INSERT INTO choice (label) VALUES ('A');", "a.sql:3: this choice row lacks its step" },
    { CHOOSE "INSERT INTO choice (step, label) VALUES ('size', 'A');",
      "a.sql:3: step is the full name of a step, with its flow; write 'f.size'" },
    { CHOOSE "INSERT INTO choice (step, label) VALUES ('f.seize', 'A');",
      "a.sql:3: there is no step 'f.seize'; did you mean 'f.size'?" },
    { CHOOSE "INSERT INTO choice (step, label) VALUES ('f.size', 'A'),\n('f.size', 'A');",
      "a.sql:4: the step f.size has a choice 'A' already, in a.sql:3" },
    { CHOOSE CHOICE("words", "'A', 'a,,b'"), "a.sql:3: words: …" },
    { CHOOSE "INSERT INTO choice (step, label) VALUES ('f.size', '1'), ('f.size', '2'), ('f.size', '3'), ('f.size', '4'), "
             "('f.size', '5'), ('f.size', '6'), ('f.size', '7'), ('f.size', '8'), ('f.size', '9'), ('f.size', '10'),\n"
             "('f.size', '11');",
      "a.sql:4: there are more than 10 choice rows of one step" },
    /* branches, sets, properties */
    { ASK BRANCH("only_if", "':fialed'"), "a.sql:3: only_if: there is no fact :fialed; did you mean :failed?" },
    { ASK BRANCH("only_if", "':failed = 2'"), "a.sql:3: only_if: :failed is 1 or 0, not 2" },
    { ASK BRANCH("only_if", "':status = ''404'''"), "a.sql:3: only_if: :status is a number, …" },
    { ASK BRANCH("only_if", "':last_rule = ''nobody'''"),
      "a.sql:3: only_if: :last_rule is never 'nobody': there is no rule of that name" },
    { ASK BRANCH("only_if", "'SELECT 1'"), "a.sql:3: only_if: …" },
    { FLOW "INSERT INTO step (name, action) VALUES ('f.size', 'close');\n" BRANCH("only_if", "':open'"),
      "a.sql:3: the flow ends at the step f.size, so no branch of it is ever reached" },
    { ASK "INSERT INTO step_set (step, name, value) VALUES ('f.size', 'message', '1');",
      "a.sql:3: templates know {{ message }} already; choose another name for the variable" },
    { ASK "INSERT INTO step_set (step, name, value) VALUES ('f.size', 'title', '1');",
      "a.sql:3: in a flow {{ title }} is its title; choose another name for the variable" },
    { ASK "INSERT INTO step_set (step, name, value) VALUES ('f.size', 'a', '1'),\n('f.size', 'a', '2');",
      "a.sql:4: the step f.size sets a already in a.sql:3" },
    { ASK "INSERT INTO step_set (step, name, value) VALUES ('f.size', 'a', ':failed');",
      "a.sql:3: value: :failed tells how a step went; only a branch and accept_if may ask for it" },
    { ASK BRANCH("only_if", "':open_then'"),
      "a.sql:3: only_if: :open_then is known of a date or a datetime, and the step f.size asks for neither" },
    { ASK "INSERT INTO step_set (step, name, value) VALUES ('f.size', 'a', '{{ size }}');",
      "a.sql:3: value: { has no meaning here; facts are written :hour, variables @name" },
    { BASE "INSERT INTO branch (step, only_if, next) VALUES ('f.hello', '{{ first_name }} = ''Ana''', 'end');",
      "a.sql:3: only_if: { has no meaning here; facts are written :hour, variables @name" },
    { ASK "INSERT INTO step_property (step, name, value) VALUES ('f.size', 'picture', 'a');",
      "a.sql:3: the step f.size has no campaign of its own that could take the property picture; name one in its column "
      "campaign" },
    /* rules that start flows */
    { BASE "INSERT INTO rule (name, words, action) VALUES ('r', 'w', 'flow');",
      "a.sql:3: a rule with the action flow needs target, the name of a flow" },
    { BASE "INSERT INTO rule (name, words, action, target, say) VALUES ('r', 'w', 'flow', 'f', 'Hi');",
      "a.sql:3: a rule with the action flow has no use for say; write NULL" },
    { BASE "INSERT INTO rule (name, words, action, target) VALUES ('r', 'w', 'flow', 'ff');",
      "a.sql:3: there is no flow 'ff'; known is f" },
    { BASE "INSERT INTO rule (name, pattern, action, target) VALUES ('r', '(?<title>w)', 'flow', 'f');",
      "a.sql:3: in a flow {{ title }} is its title; choose another name for the group (?<title>…)" },
    { "INSERT INTO rule (name, words, say, interrupts) VALUES ('r', 'w', 's', 'often');",
      "a.sql:1: interrupts is yes or no, not 'often'" },
    { "INSERT INTO rule (name, words, action, interrupts) VALUES ('r', 'w', 'tag', 'yes');",
      "a.sql:1: a rule with the action tag lets every message pass on, and so interrupts nothing" },
    /* services */
    { "INSERT INTO service (name) VALUES ('s');", "a.sql:1: this service row lacks its url" },
    { SERVICE SERVICE, "a.sql:2: there is already a service 's' in a.sql:1" },
    { URL("ftp://s.example.com/"),
      "a.sql:1: url begins with https://, as in https://shop.example.com/orders, not like 'ftp://s.example.com/'" },
    { URL("s.example.com"), "a.sql:1: url begins with https://, …" },
    { URL("https:///x"), "a.sql:1: url: '' is no host; it looks like shop.example.com" },
    { URL("https://s_p!.example.com/"), "a.sql:1: url: 's_p!.example.com' is no host; …" },
    { FLOW STEP("say, ask", "'a', 'text'") URL("https://{{ x }}.example.com/"),
      "a.sql:3: url: the host is written out; a value may stand behind it only, as in "
      "https://shop.example.com/orders/{{ order }}" },
    { URL("https://me:secret@s.example.com/"),
      "a.sql:1: url holds a name or a key before its host; put the key into an environment variable, and name that in "
      "key_env" },
    { URL("https://s.example.com:99999/"), "a.sql:1: url: a port is a number from 1 to 65535, not '99999'" },
    { URL("https://s.example.com/a b"), "a.sql:1: url holds a blank; in an address that is %20" },
    { URL("https://s.example.com\\@evil.example/"), "a.sql:1: url holds a backslash, which no address has there" },
    { URL("https://s.example.com/#top"), "a.sql:1: url holds a #, which no address has there" },
    { URL("http://s.example.com/"),
      "a.sql:1: url: plain http, which anybody on the way can read, is for this machine only; write https://" },
    { LOCAL URL("http://10.0.0.1/"), "a.sql:2: url: plain http, …" },
    { URL("http://127.0.0.1:8080/"),
      "a.sql:1: url: '127.0.0.1' is this machine; where that is meant: INSERT INTO setting (name, value) VALUES "
      "('allow_local_backends', 'yes');" },
    { URL("https://[::1]/"), "a.sql:1: url: '[::1]' is this machine; …" },
    { URL("https://192.168.0.7/"), "a.sql:1: url: '192.168.0.7' is an address of a private network; …" },
    { URL("https://169.254.169.254/latest"), "a.sql:1: url: '169.254.169.254' is no service's address …" },
    { LOCAL URL("https://[fd00:ec2::254]/"), "a.sql:2: url: '[fd00:ec2::254]' is no service's address …" },
    { URL("https://2130706433/"),
      "a.sql:1: url: '2130706433' is an address to some and none to others; write it out, as in 192.0.2.10" },
    { URL("https://s.example.com/{{ sise }}"), "a.sql:1: url: nothing is known by the name {{ sise }}…" },
    { ASK SERVICE STEP("action, target", "'call', 't'")
      "INSERT INTO service (name, url) VALUES ('t', 'https://t.example.com/{{ sise }}');",
      "a.sql:5: url, as f.x calls it (a.sql:4): nothing is known by the name {{ sise }}; did you mean 'size'?" },
    { BODY("{\"a\": {{ message }}"), "a.sql:1: body is JSON, as in {\"people\": {{ people }}}: …" },
    { BODY("people={{ message }}"), "a.sql:1: body is JSON, …" },
    { "INSERT INTO service (name, url, method, body) VALUES ('s', 'https://s.example.com/', 'GET', '{}');",
      "a.sql:1: a GET has no body; write POST, or put the values into the url" },
    { "INSERT INTO service (name, url, method) VALUES ('s', 'https://s.example.com/', 'PUT');",
      "a.sql:1: there is no method 'PUT'…" },
    { "INSERT INTO service (name, url, key_env) VALUES ('s', 'https://s.example.com/', 'sk-12345');",
      "a.sql:1: key_env is the name of the environment variable that holds the key, in capitals, as in SHOP_API_KEY; the "
      "key itself never stands in a rule file" },
    { "INSERT INTO service (name, url, key_env) VALUES ('s', 'https://s.example.com/', 'BRAZE_API_KEY');",
      "a.sql:1: key_env: BRAZE_API_KEY is frontdesk's own, and goes to no service; name a variable for this one" },
    { "INSERT INTO service (name, url, deadline) VALUES ('s', 'https://s.example.com/', '5 minutes');",
      "a.sql:1: deadline is a duration from 1 second to 2 minutes, as in '2 minutes', not '5 minutes'" },
    { SERVICE "INSERT INTO service_value (service, name, pointer) VALUES ('t', 'free', '/free');",
      "a.sql:2: there is no service 't'; known is s" },
    { SERVICE "INSERT INTO service_value (service, name, pointer) VALUES ('s', 'free', '$.free');",
      "a.sql:2: pointer leads from the top of the answer, with a slash before each part, as in /free or /items/0/price; "
      "'$.free' is none" },
    { SERVICE "INSERT INTO service_value (service, name, pointer) VALUES ('s', 'free', NULL);",
      "a.sql:2: this service_value row lacks its pointer" },
    { SERVICE "INSERT INTO service_value (service, name, pointer) VALUES ('s', 'free', '/a'), ('s', 'free', '/b');",
      "a.sql:2: the service s gives free already" },
    { SERVICE "INSERT INTO service_value (service, name, pointer) VALUES ('s', 'channel', '/a');",
      "a.sql:2: templates know {{ channel }} already; choose another name for the variable" },
    /* circles */
    { FLOW STEP("action, target", "'flow', 'f'"),
      "a.sql:2: a flow cannot run itself, and this step leads round in a circle: f → f" },
    { FLOW STEP("action, target", "'flow', 'g'")
      "INSERT INTO flow (name) VALUES ('g'), ('h');\n"
      "INSERT INTO step (name, action, target) VALUES ('g.a', 'flow', 'h'),\n('h.a', 'flow', 'g');",
      "a.sql:5: a flow cannot run itself, and this step leads round in a circle: g → h → g" },
    { FLOW STEP("say, next", "'a', 'x'"),
      "a.sql:2: the flow f goes round without waiting for anybody: x → x; let a step among them ask, or lead out of the "
      "circle" },
    { ASK "INSERT INTO step (name, say, next) VALUES ('f.a', 'a', NULL), ('f.b', 'b', 'size'), ('f.c', 'c', NULL),\n"
          "('f.d', 'd', NULL);\n"
          "INSERT INTO branch (step, only_if, next) VALUES ('f.d', ':open', 'c');",
      "a.sql:3: the flow f goes round without waiting for anybody: c → d → c; …" },
    { FLOW STEP("action, target, next", "'flow', 'g', 'x'")
      "INSERT INTO flow (name) VALUES ('g');\nINSERT INTO step (name, say) VALUES ('g.a', 'a');",
      "a.sql:2: the flow f goes round without waiting for anybody: x → x; …" },
    /* words and phrases */
    { "INSERT INTO setting (name, value) VALUES ('flow_back_words', 'a,,b');", "a.sql:1: flow_back_words: …" },
    { "INSERT INTO phrase (name, language, text) VALUES ('flow_retry', 'en', '{{ size }}');",
      "a.sql:1: text: nothing is known by the name {{ size }}…" },
};

static bool is_error(const char *error, const char *wanted)
{
    size_t len = strlen(wanted);
    const char *dots = "…";
    if (len >= strlen(dots) && strcmp(wanted + len - strlen(dots), dots) == 0)
        return strncmp(error, wanted, len - strlen(dots)) == 0;
    return strcmp(error, wanted) == 0;
}

static void test_wrong_rows_are_refused_with_place_and_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(BAD); i++) {
        struct error error = { 0 };
        struct ruleset *ruleset = make(BAD[i].text, &error);
        if (ruleset != NULL)
            fail_msg("accepted: %s", BAD[i].text);
        if (!is_error(error.text, BAD[i].error))
            fail_msg("%s\nwanted: %s\ngot:    %s", BAD[i].text, BAD[i].error, error.text);
    }
}

static void test_what_only_looks_wrong_is_taken(void **state)
{
    static const char *const GOOD[] = {
        BOOKING,
        BASE START,
        LOCAL URL("http://127.0.0.1:8080/x?y={{ message }}"),
        LOCAL URL("https://192.168.0.7/"),
        LOCAL URL("http://localhost:9/"),
        URL("HTTPS://[2606:4700::1111]:8443"),
        URL("https://8.8.8.8/"),
        URL("https://10.example.com/"),
        URL("https://s.example.com?q={{ message | truncate: 20 }}"),
        BODY("{\"a\": {{ message }}, \"b\": \"{{ first_name | default: ''you'' }}\", \"{{ channel }}\": [1, {{ now }}]}"),
        ASK BRANCH("only_if", "'@size = 2 OR @size BETWEEN 3 AND 4'"),
        ASK BRANCH("only_if", "':failed AND :status = 404 OR NOT :timed_out OR :gave_up = 1'"),
        /* what several ways give may be text or number */
        ASK "INSERT INTO step_set (step, name, value) VALUES ('f.size', 'size', '''big''');\n"
            BRANCH("only_if", "'@size = ''big'''"),
        /* a circle with a question in it, and one with a call */
        ASK STEP("say, next", "'again', 'size'"),
        SERVICE FLOW STEP("action, target, next", "'call', 's', 'x'"),
        ASK "INSERT INTO step (name, say, next) VALUES ('f.a', 'a', 'size');",
        ASK "INSERT INTO flow (name) VALUES ('g');\nINSERT INTO step (name, action, target, next) VALUES ('g.a', 'flow', "
            "'f', 'a');",
        /* the answers of a flow that a step runs are forgotten as well */
        ASK "INSERT INTO flow (name) VALUES ('g');\nINSERT INTO step (name, action, target) VALUES ('g.a', 'flow', 'f');\n"
            "INSERT INTO step (name, say, ask) VALUES ('g.b', 'Sure?', 'yes_no');\n"
            "INSERT INTO branch (step, only_if, redo) VALUES ('g.b', '@b = 0', 'a');",
        /* names of the flows around it */
        "INSERT INTO flow (name) VALUES ('a'), ('b'), ('c');\n"
        "INSERT INTO step (name, say, ask) VALUES ('a.x', 'X?', 'text'), ('b.y', '{{ x }} Y?', 'text'),\n"
        "  ('c.z', '{{ x }} {{ y }} {{ who }} Z?', 'text');\n"
        "INSERT INTO step (name, action, target) VALUES ('a.b', 'flow', 'b'), ('a.c', 'flow', 'c');\n"
        "INSERT INTO step (name, say) VALUES ('a.end_of_it', '{{ x }} {{ y }} {{ z }} {{ who }} {{ title }}');\n"
        "INSERT INTO rule (name, pattern, action, target) VALUES ('r', '(?<who>ana|bob)', 'flow', 'a');\n",
        /* what rules set is known to flows, and phrases are looked into */
        ASK "INSERT INTO rule (name, words, say) VALUES ('r', 'w', 's');\n"
            "INSERT INTO rule_set (rule, name, value) VALUES ('r', 'colour', 'red');\n"
            STEP("say", "'{{ colour }} {{ phrase.both }}'")
            "INSERT INTO phrase (name, language, text) VALUES ('both', 'en', '{{ size }} and {{ colour }}');\n",
        "INSERT INTO phrase (name, language, text) VALUES ('flow_resume', 'en', 'On with {{ title }}!');\n",
        "INSERT INTO setting (name, value) VALUES ('flow_cancel_words', '=genug'), ('month_first', 'yes');\n",
    };
    (void)state;
    for (size_t i = 0; i < COUNT(GOOD); i++)
        ruleset_free(make_good(GOOD[i]));
}

/* A variable of one flow is nobody's in a flow that has nothing to do with it. */
static void test_flows_apart_know_nothing_of_each_other(void **state)
{
    struct error error = { 0 };
    (void)state;
    assert_null(make(ASK "INSERT INTO flow (name) VALUES ('g');\n"
                         "INSERT INTO step (name, say) VALUES ('g.a', '{{ size }}');\n",
                     &error));
    assert_string_equal(error.text, "a.sql:4: say: {{ size }} is of the step f.size, and known in its flow, at close and at handoff alone");
}

static void write_chain(int flows, struct buf *out)
{
    for (int i = 0; i < flows; i++)
        buf_addf(out, "INSERT INTO flow (name) VALUES ('f%d');\n", i);
    for (int i = 0; i + 1 < flows; i++)
        buf_addf(out, "INSERT INTO step (name, action, target) VALUES ('f%d.go', 'flow', 'f%d');\n", i, i + 1);
    buf_addf(out, "INSERT INTO step (name, say) VALUES ('f%d.end_of_it', 'x');\n", flows - 1);
}

static void test_flows_stand_eight_deep_and_no_deeper(void **state)
{
    struct buf eight = { 0 }, nine = { 0 };
    struct error error = { 0 };
    (void)state;
    write_chain(FLOW_DEPTH_MAX, &eight);
    ruleset_free(make_good(buf_text(&eight)));
    write_chain(FLOW_DEPTH_MAX + 1, &nine);
    assert_null(make(buf_text(&nine), &error));
    if (strstr(error.text, "at most 8 flows stand inside one another") == NULL)
        fail_msg("%s", error.text);
    buf_release(&eight);
    buf_release(&nine);
}

static void test_a_run_has_room_for_64_variables(void **state)
{
    struct error error = { 0 };
    (void)state;
    for (int count = FLOW_VARIABLES_MAX; count <= FLOW_VARIABLES_MAX + 1; count++) {
        struct buf text = { 0 };
        buf_add_text(&text, FLOW);
        for (int i = 0; i < count; i++)
            buf_addf(&text, "INSERT INTO step (name, say, ask) VALUES ('f.q%d', 'x', 'text');\n", i);
        struct ruleset *ruleset = make(buf_text(&text), &error);
        assert_int_equal(ruleset != NULL, count == FLOW_VARIABLES_MAX);
        ruleset_free(ruleset);
        buf_release(&text);
    }
    assert_string_equal(error.text, "a.sql:1: the flow f, with those it runs or is run by, has 65 variables; a run "
                                    "remembers at most 64");
}

/* What customers say to a flow */

static bool is_said(const struct pattern *words, struct matcher *matcher, const char *text)
{
    matcher_begin(matcher);
    return pattern_match(words, matcher, text, strlen(text), NULL) == PATTERN_YES;
}

static void test_words_that_cancel_and_go_back(void **state)
{
    static const char *const CANCEL[] = { "cancel", "Cancel!", "please cancel", "never mind", "nevermind, thanks", "취소",
                                          "취소요", "취소할게요", "취소해 주세요", "그만할래요", "그만", "됐어요", "안 할래요",
                                          "cancelar", "Cancela, por favor", "olvídalo", "olvidalo", "forget it" };
    static const char *const BACK[] = { "back", "go back", "Go back please", "previous", "뒤로", "이전", "이전으로 가기",
                                        "돌아가기", "atrás", "atras", "volver, por favor" };
    static const char *const NEITHER[] = { "stop", "I want to cancel my order 1234", "cancellation fee?", "the back door",
                                           "주문 취소하면 수수료 있나요", "이전 주문이랑 같은 걸로", "yes", "no", "4",
                                           "my back hurts", "friday", "no quiero volver a esperar" };
    (void)state;
    struct ruleset *ruleset = ruleset_empty(zones);
    struct matcher *matcher = matcher_new(true);
    for (size_t i = 0; i < COUNT(CANCEL); i++)
        if (!is_said(ruleset->cancel_words, matcher, CANCEL[i]) || is_said(ruleset->back_words, matcher, CANCEL[i]))
            fail_msg("'%s' cancels", CANCEL[i]);
    for (size_t i = 0; i < COUNT(BACK); i++)
        if (is_said(ruleset->cancel_words, matcher, BACK[i]) || !is_said(ruleset->back_words, matcher, BACK[i]))
            fail_msg("'%s' goes back", BACK[i]);
    for (size_t i = 0; i < COUNT(NEITHER); i++)
        if (is_said(ruleset->cancel_words, matcher, NEITHER[i]) || is_said(ruleset->back_words, matcher, NEITHER[i]))
            fail_msg("'%s' is neither", NEITHER[i]);
    matcher_free(matcher);
    ruleset_free(ruleset);
}

/* What flows say of their own */

static void test_every_sentence_of_the_engine_is_there_in_three_languages(void **state)
{
    static const char *const LANGUAGES[] = { "en", "ko", "es-MX" };
    (void)state;
    struct ruleset *ruleset = ruleset_empty(zones);
    for (int phrase = 0; phrase < FLOW_PHRASE_COUNT; phrase++) {
        struct buf texts[3] = { { 0 }, { 0 }, { 0 } };
        assert_true(flow_phrase_is_name(flow_phrase_names[phrase]));
        for (size_t i = 0; i < COUNT(LANGUAGES); i++) {
            render(rules_flow_phrase(ruleset, (enum flow_phrase)phrase, LANGUAGES[i]), &texts[i]);
            assert_true(texts[i].len > 5);
        }
        assert_string_not_equal(buf_text(&texts[0]), buf_text(&texts[1]));
        assert_string_not_equal(buf_text(&texts[0]), buf_text(&texts[2]));
        for (size_t i = 0; i < COUNT(LANGUAGES); i++)
            buf_release(&texts[i]);
    }
    assert_false(flow_phrase_is_name("flow_hello"));
    ruleset_free(ruleset);
}

static void test_a_phrase_of_the_owner_goes_before_the_built_in_one(void **state)
{
    (void)state;
    struct ruleset *ruleset = make_good(
        "INSERT INTO phrase (name, language, text) VALUES ('flow_retry', 'ko', '네?'), ('flow_retry', 'de', 'Wie bitte?');\n"
        "INSERT INTO setting (name, value) VALUES ('default_language', 'ko');\n");
    assert_says(rules_flow_phrase(ruleset, FLOW_SAYS_RETRY, "ko"), "네?");
    assert_says(rules_flow_phrase(ruleset, FLOW_SAYS_RETRY, ""), "네?");
    assert_says(rules_flow_phrase(ruleset, FLOW_SAYS_RETRY, "de-AT"), "Wie bitte?");
    assert_says(rules_flow_phrase(ruleset, FLOW_SAYS_RETRY, "fr"), "네?");
    assert_says(rules_flow_phrase(ruleset, FLOW_SAYS_RETRY, "en-GB"), "Sorry, I did not understand that.");
    assert_says(rules_flow_phrase(ruleset, FLOW_SAYS_REMINDER, "fr"), "아직 계신가요?");
    ruleset_free(ruleset);

    struct ruleset *french = make_good("INSERT INTO setting (name, value) VALUES ('default_language', 'fr');\n");
    assert_says(rules_flow_phrase(french, FLOW_SAYS_REMINDER, "it"), "Are you still there?");
    ruleset_free(french);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_flow_is_what_was_written),
        cmocka_unit_test(test_ways_lead_where_they_say),
        cmocka_unit_test(test_rules_start_flows_and_services_are_called),
        cmocka_unit_test(test_all_columns),
        cmocka_unit_test(test_rows_of_a_flow_may_stand_in_several_files),
        cmocka_unit_test(test_wrong_rows_are_refused_with_place_and_reason),
        cmocka_unit_test(test_what_only_looks_wrong_is_taken),
        cmocka_unit_test(test_flows_apart_know_nothing_of_each_other),
        cmocka_unit_test(test_flows_stand_eight_deep_and_no_deeper),
        cmocka_unit_test(test_a_run_has_room_for_64_variables),
        cmocka_unit_test(test_words_that_cancel_and_go_back),
        cmocka_unit_test(test_every_sentence_of_the_engine_is_there_in_three_languages),
        cmocka_unit_test(test_a_phrase_of_the_owner_goes_before_the_built_in_one),
    };
    zones = zones_open(NULL);
    int result = cmocka_run_group_tests(tests, NULL, NULL);
    zones_close(zones);
    return result;
}
