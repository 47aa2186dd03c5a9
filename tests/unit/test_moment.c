/*
 * moment: what the customer's file learns and who is told, at each moment: attributes, entries, custom events, notices.
 */
#include "backend/backend.h"
#include "backend/vendor.h"
#include "base/buf.h"
#include "base/json.h"
#include "desk/decide.h"
#include "rules/attribute.h"
#include "tests/lib/loading.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const char SHOP[] =
    "INSERT INTO setting (name, value) VALUES ('time_zone', 'Asia/Seoul'), ('allow_local_backends', 'yes');\n"
    "INSERT INTO team (name) VALUES ('support');\n"
    "INSERT INTO campaign (name, channel, layout, campaign_id) VALUES ('reply', 'whatsapp', 'response', 'x'),\n"
    "  ('rate', 'whatsapp', 'response', 'y'), ('text', 'sms', 'response', 'z');\n"
    "INSERT INTO campaign (name, channel, layout, app_id, subscription_group_id) VALUES\n"
    "  ('own', 'whatsapp', 'response', 'a', 's');\n"
    "INSERT INTO backend (name, kind, url, model, team, acts) VALUES\n"
    "  ('model', 'openai', 'http://127.0.0.1:1/', 'm', 'support', 'handoff support, close');\n"
    "INSERT INTO service (name, url) VALUES ('diary', 'http://127.0.0.1:1/');\n"
    "INSERT INTO service_value (service, name, pointer) VALUES ('diary', 'slot', '/slot');\n"
    "INSERT INTO rule (name, priority, words, action, target, say) VALUES\n"
    "  ('out', 1000, '=stop', 'opt_out', NULL, 'Bye.'), ('hush', 500, 'blah', 'ignore', NULL, NULL),\n"
    "  ('vip', 900, 'gold', 'tag', NULL, NULL), ('person', 800, 'person', 'handoff', 'support', NULL),\n"
    "  ('hours', 500, 'open', 'say', NULL, 'Until six.'), ('ask', 400, 'think', 'consult', 'model', NULL),\n"
    "  ('wait', 400, 'ponder', 'consult', 'model', 'One moment.');\n"
    "INSERT INTO rule (name, pattern, action, target) VALUES ('rate', 'rate(?: (?<rating>\\d))?', 'flow', 'rate');\n"
    "INSERT INTO rule (name, words, action, target) VALUES ('call', 'call', 'flow', 'call');\n"
    "INSERT INTO rule (name, pattern, say) VALUES ('pay', 'paid (?<sum>\\S+)', 'Thanks.');\n"
    "INSERT INTO rule_set (rule, name, value) VALUES ('pay', 'paid', '{{ sum }}');\n"
    "INSERT INTO flow (name, title) VALUES ('rate', 'your rating'), ('call', 'a call');\n"
    "INSERT INTO step (name, say, ask) VALUES ('rate.rating', 'Stars?', 'number'), ('rate.why', 'Why?', 'text');\n"
    "INSERT INTO branch (step, only_if, next) VALUES ('rate.why', '@rating < 3', 'sorry');\n"
    "INSERT INTO step (name, say, next) VALUES ('rate.thanks', 'Thanks.', 'end');\n"
    "INSERT INTO step (name, action, target) VALUES ('rate.sorry', 'handoff', 'support');\n"
    "INSERT INTO step (name, say, action, target) VALUES ('call.ring', 'A moment.', 'call', 'diary');\n"
    "INSERT INTO branch (step, only_if, say, next) VALUES ('call.ring', ':failed', 'It failed.', 'end');\n"
    "INSERT INTO step (name, say) VALUES ('call.told', 'It is {{ slot }}.');\n";

/* A conversation, as far as decisions read it. */
struct talk {
    struct ruleset *ruleset;
    struct matcher *matcher;
    struct decide_state state;
    struct buf run, variables, told, said; /* said: by the last decision, to the customer */
    int64_t now;
};

static void talk_open(struct talk *talk, const char *rows)
{
    *talk = (struct talk){ .matcher = matcher_new(true),
                           .now = 1778500000000,
                           .state = { .channel = "whatsapp", .owner = "bot", .first_name = "Ana", .language = "en",
                                      .time_zone = "", .fields = "{}" } };
    talk->ruleset = load_rows(SHOP, rows);
}

static void talk_close(struct talk *talk)
{
    ruleset_free(talk->ruleset);
    matcher_free(talk->matcher);
    buf_release(&talk->run);
    buf_release(&talk->variables);
    buf_release(&talk->told);
    buf_release(&talk->said);
}

static void tell(const struct effect *effect, struct buf *out)
{
    if (out->len > 0)
        buf_add_text(out, " / ");
    buf_addf(out, "%s: ",
             effect->rule != NULL ? effect->rule->name : effect->step != NULL ? effect->step : effect->moment);
    switch (effect->kind) {
    case EFFECT_ATTRIBUTE: buf_addf(out, "%s = %s%s", effect->name, effect->text, effect->with_reply ? " with it" : ""); break;
    case EFFECT_ENTRY: buf_addf(out, "%s %s %s", entry_kind_names[effect->entry], effect->name, effect->text); break;
    case EFFECT_NOTICE:
        buf_addf(out, "notice %s to %s by %s “%s” %s", effect->notice->name,
                 effect->notice->to != NULL ? effect->notice->to : "customer",
                 effect->campaign != NULL ? effect->campaign->name : "default", effect->text != NULL ? effect->text : "",
                 effect->properties != NULL ? effect->properties : "");
        break;
    default: break;
    }
}

/* What the input does to the customer's file, in order; all else is left out. What was none of its type stands behind it. */
static const char *decides(struct talk *talk, const struct decide_input *input)
{
    struct decision decision = { 0 };

    buf_clear(&talk->told);
    talk->state.run = talk->run.len > 0 ? buf_text(&talk->run) : NULL;
    talk->state.variables = talk->variables.len > 0 ? buf_text(&talk->variables) : NULL;
    decide(talk->ruleset, talk->matcher, &talk->state, input, talk->now, &decision);
    buf_clear(&talk->said);
    for (size_t i = 0; i < decision.effect_count; i++)
        if (decision.effects[i].kind == EFFECT_SAY)
            buf_add_text(&talk->said, decision.effects[i].text);
    for (size_t i = 0; i < decision.effect_count; i++)
        if (decision.effects[i].kind == EFFECT_ATTRIBUTE || decision.effects[i].kind == EFFECT_ENTRY ||
            decision.effects[i].kind == EFFECT_NOTICE)
            tell(&decision.effects[i], &talk->told);
    for (size_t i = 0; i < decision.unset_count; i++)
        buf_addf(&talk->told, "%s%s '%s' %s", talk->told.len > 0 ? " / " : "", decision.unset[i].name,
                 decision.unset[i].text, decision.unset[i].why);
    if (decision.run_change != RUN_AS_BEFORE)
        buf_clear(&talk->run);
    buf_add(&talk->run, decision.run.data, decision.run.len);
    if (decision.remembered.len > 0) {
        buf_clear(&talk->variables);
        buf_add(&talk->variables, decision.remembered.data, decision.remembered.len);
    }
    decision_release(&decision);
    return buf_text(&talk->told);
}

static const char *says(struct talk *talk, const char *text)
{
    talk->state.message_count++;
    return decides(talk, &(struct decide_input){ .text = text });
}

static const char *answers(struct talk *talk, enum input_kind kind, const struct vendor_deed *deed)
{
    struct decide_reply reply = { .backend = talk->ruleset->backends, .wanted_by = "ask",
                                  .text = kind == INPUT_ANSWER ? "Think again." : NULL,
                                  .deeds = deed, .deed_count = deed != NULL };

    return decides(talk, &(struct decide_input){ .kind = kind, .text = "think", .reply = &reply });
}

static const char *ends(struct talk *talk, bool is_close, const char *outcome)
{
    struct decide_parting parting = { .is_close = is_close, .closed_by = is_close ? "idle" : "", .outcome = outcome,
                                      .summary = "Asked: are you open?", .summary_by = "frontdesk", .rule = "hours",
                                      .flow = "rate" };

    talk->state.owner = is_close ? "closed" : "agent";
    decides(talk, &(struct decide_input){ .kind = INPUT_PARTING, .text = "", .parting = &parting });
    talk->state.owner = "bot";
    return buf_text(&talk->told);
}

#define ATTRIBUTES "INSERT INTO attribute (name, at, value, type, only_if) VALUES\n"

/* Attributes that are counted, and lists */

static void an_increment_and_a_list_are_done_once(void **state)
{
    struct talk t;

    (void)state;
    talk_open(&t, ATTRIBUTES "  ('chats', 'reply', '1', 'increment', NULL),\n"
                             "  ('spent', 'rule:pay', '{{ sum }}', 'increment', NULL),\n"
                             "  ('topics', 'rule:pay', 'money, {{ rule }} ,, money', 'array_add', NULL),\n"
                             "  ('topics', 'rule:pay', 'hours', 'array_remove', NULL),\n"
                             "  ('tags', 'rule:hours', 'a,b', 'array', NULL),\n"
                             "  ('topics', 'rule:vip', 'gold', 'array_add', NULL);\n");
    assert_string_equal(says(&t, "paid -0012"), "pay: increment spent -12 / pay: array_add topics [\"money\",\"pay\"] / "
                                                "pay: array_remove topics [\"hours\"] / pay: increment chats 1");
    assert_string_equal(says(&t, "paid 1.5"),
                        "pay: array_add topics [\"money\",\"pay\"] / pay: array_remove topics [\"hours\"] / "
                        "pay: increment chats 1 / spent '1.5' is no whole number");
    assert_string_equal(says(&t, "paid 0"), "pay: array_add topics [\"money\",\"pay\"] / pay: array_remove topics "
                                            "[\"hours\"] / pay: increment chats 1 / spent '0' is nothing to add");
    assert_string_equal(says(&t, "open"), "hours: tags = [\"a\",\"b\"] / hours: increment chats 1");
    assert_string_equal(says(&t, "gold paid 3"),
                        "vip: array_add topics [\"gold\"] / pay: increment spent 3 / pay: array_add topics "
                        "[\"money\",\"pay\"] / pay: array_remove topics [\"hours\"] / pay: increment chats 1");
    talk_close(&t);
}

/* At one moment the first whose condition is true; over the moments of a message they add up. */
static void of_increments_the_first_at_each_moment_counts(void **state)
{
    struct talk t;

    (void)state;
    talk_open(&t, ATTRIBUTES "  ('points', 'rule:pay', '5', 'increment', 'CAST(@sum AS INTEGER) > 100'),\n"
                             "  ('points', 'rule:pay', '1', 'increment', NULL),\n"
                             "  ('points', 'reply', '2', 'increment', NULL);\n");
    assert_string_equal(says(&t, "paid 500"), "pay: increment points 5 / pay: increment points 2");
    assert_string_equal(says(&t, "paid 50"), "pay: increment points 1 / pay: increment points 2");
    talk_close(&t);
}

/* What is set at a moment and what is counted there both happen, in the order of the rows. */
static void a_counter_can_be_set(void **state)
{
    struct talk t;

    (void)state;
    talk_open(&t, ATTRIBUTES "  ('points', 'rule:pay', '100', 'number', '@sum = ''0'''),\n"
                             "  ('points', 'rule:pay', NULL, NULL, '@sum = ''no'''),\n"
                             "  ('points', 'rule:pay', '5', 'increment', NULL), ('points', 'reply', '1', 'increment', NULL);\n");
    assert_string_equal(says(&t, "paid 0"), "pay: points = 100 / pay: increment points 5 / pay: increment points 1");
    assert_string_equal(says(&t, "paid no"), "pay: points = null / pay: increment points 5 / pay: increment points 1");
    assert_string_equal(says(&t, "paid 7"), "pay: increment points 5 / pay: increment points 1");
    talk_close(&t);
}

static void only_a_value_that_is_set_travels_with_a_reply(void **state)
{
    struct talk t;

    (void)state;
    talk_open(&t, "INSERT INTO attribute (name, at, value, with_reply) VALUES ('a', 'reply', 'x', 'yes'), ('b', 'reply', "
                  "'y', 'no');\n"
                  "INSERT INTO attribute (name, at, value) VALUES ('c', 'reply', 'z');\n");
    assert_string_equal(says(&t, "open"), "hours: a = \"x\" with it / hours: b = \"y\" / hours: c = \"z\"");
    talk_close(&t);
}

/* Who brings it about */

static void a_moment_comes_whoever_brings_it_about(void **state)
{
    static const struct backend_act CLOSE = { .kind = ACT_CLOSE }, HANDOFF = { .kind = ACT_HANDOFF, .target = "support" };
    static const struct vendor_deed CLOSES = { .act = &CLOSE }, HANDS_OVER = { .act = &HANDOFF };
    struct talk t;

    (void)state;
    talk_open(&t, ATTRIBUTES "  ('with', 'handoff', '{{ first_name }}', NULL, NULL),\n"
                             "  ('gone', 'opt_out', 'yes', 'boolean', NULL),\n"
                             "  ('topic', 'reply', '{{ rule }}', NULL, NULL);\n");
    assert_string_equal(says(&t, "person"), "person: with = \"Ana\"");
    assert_string_equal(says(&t, "stop"), "out: gone = true / out: topic = \"out\"");
    assert_string_equal(says(&t, "blah"), "");
    assert_string_equal(says(&t, "think"), ""); /* nobody has answered yet */
    assert_string_equal(says(&t, "ponder"), "wait: topic = \"wait\"");
    assert_string_equal(answers(&t, INPUT_ANSWER, NULL), "ask: topic = \"ask\"");
    assert_string_equal(answers(&t, INPUT_ANSWER, &CLOSES), "ask: topic = \"ask\"");
    assert_string_equal(answers(&t, INPUT_ANSWER, &HANDS_OVER), "ask: with = \"Ana\" / ask: topic = \"ask\"");
    assert_string_equal(answers(&t, INPUT_GAVE_UP, NULL), "ask: with = \"Ana\" / ask: topic = \"ask\"");
    assert_string_equal(says(&t, "rate"), "rate.rating: topic = \"rate\"");
    assert_string_equal(says(&t, "2"), "topic '' is empty"); /* a step has answered, and no rule */
    assert_string_equal(says(&t, "slow"), "rate.sorry: with = \"Ana\" / topic '' is empty");
    talk_close(&t);
}

/* A dialogue that hears nothing speaks by the clock alone, and that answers nobody. */
static void a_reminder_is_no_reply(void **state)
{
    struct talk t;

    (void)state;
    talk_open(&t, "INSERT INTO flow (name, remind, expires) VALUES ('nag', '1 hour', '2 hours');\n"
                  "INSERT INTO step (name, say, ask) VALUES ('nag.name', 'Name?', 'text');\n"
                  "INSERT INTO rule (name, words, action, target) VALUES ('nag', 'nag', 'flow', 'nag');\n" ATTRIBUTES
                  "  ('replies', 'reply', '1', 'increment', NULL);\n");
    assert_string_equal(says(&t, "nag"), "nag.name: increment replies 1");
    t.state.last_in_at = t.now;
    t.now += 90 * 60 * 1000;
    assert_string_equal(decides(&t, &(struct decide_input){ .kind = INPUT_CLOCK, .text = "nag" }), "");
    assert_true(t.said.len > 0);
    talk_close(&t);
}

/* Steps */

static void a_step_has_its_moment_when_it_is_answered_or_done(void **state)
{
    struct talk t;

    (void)state;
    talk_open(&t, ATTRIBUTES "  ('rating', 'step:rate.rating', '{{ rating }}', 'number', NULL),\n"
                             "  ('unhappy', 'step:rate.rating', 'about {{ title }}', NULL, '@rating < 3'),\n"
                             "  ('why', 'step:rate.why', '{{ why }} ({{ rating }})', NULL, NULL),\n"
                             "  ('rated', 'step:rate.thanks', '1', 'increment', NULL),\n"
                             "  ('sorry', 'step:rate.sorry', 'yes', 'boolean', NULL);\n");
    assert_string_equal(says(&t, "rate"), "");
    assert_string_equal(says(&t, "many"), ""); /* no answer */
    assert_string_equal(says(&t, "2"), "rate.rating: rating = 2 / rate.rating: unhappy = \"about your rating\"");
    assert_string_equal(says(&t, "slow"), "rate.why: why = \"slow (2)\" / rate.sorry: sorry = true");
    assert_string_equal(says(&t, "rate 5"), "rate.rating: rating = 5"); /* said already, with the match */
    assert_string_equal(says(&t, "fine"), "rate.why: why = \"fine (5)\" / rate.thanks: increment rated 1");
    talk_close(&t);
}

static void a_step_that_calls_is_done_when_the_call_has_ended_well(void **state)
{
    static const char ANSWER[] = "{\"slot\": 7}";
    struct json *json = NULL;
    struct talk t;

    (void)state;
    talk_open(&t, ATTRIBUTES "  ('slot', 'step:call.ring', '{{ slot }}', 'number', NULL);\n");
    assert_int_equal(json_parse(ANSWER, strlen(ANSWER), JSON_STRICT, &json, NULL), 0);
    assert_string_equal(says(&t, "call"), "");
    assert_string_equal(decides(&t, &(struct decide_input){ .kind = INPUT_RESULT, .text = "call", .call = 1, .status = 200,
                                                            .answer = json }),
                        "call.ring: slot = 7");
    assert_string_equal(says(&t, "call"), "");
    assert_string_equal(decides(&t, &(struct decide_input){ .kind = INPUT_RESULT, .text = "call", .call = 1, .status = 500,
                                                            .has_failed = true }),
                        "");
    json_free(json);
    talk_close(&t);
}

/* A later step knows better than an earlier one, and than the rule that began. */
static void of_a_name_that_several_steps_set_the_last_counts(void **state)
{
    struct talk t;

    (void)state;
    talk_open(&t, ATTRIBUTES
              "  ('stage', 'rule:rate', 'begun', NULL, NULL), ('stage', 'step:rate.rating', 'rated', NULL, NULL),\n"
              "  ('stage', 'step:rate.why', 'told', NULL, '@why = ''short'''),\n"
              "  ('stage', 'step:rate.why', 'told at length', NULL, NULL),\n"
              "  ('stage', 'step:rate.thanks', 'thanked', NULL, NULL), ('stage', 'reply', 'answered', NULL, NULL);\n");
    assert_string_equal(says(&t, "rate"), "rate: stage = \"begun\"");
    assert_string_equal(says(&t, "1"), "rate.rating: stage = \"rated\"");
    assert_string_equal(says(&t, "short"), "rate.why: stage = \"told\"");
    assert_string_equal(says(&t, "rate 4"), "rate.rating: stage = \"rated\"");
    assert_string_equal(says(&t, "it was slow"), "rate.thanks: stage = \"thanked\"");
    talk_close(&t);
}

/* Events and notices */

static void an_event_carries_its_properties_at_each_of_its_moments(void **state)
{
    struct talk t;

    (void)state;
    talk_open(&t, "INSERT INTO custom_event (name, at, only_if) VALUES ('asked', 'rule:hours', NULL),\n"
                  "  ('asked', 'rule:pay', ':open = 1'), ('over', 'opt_out', NULL);\n"
                  "INSERT INTO custom_event_property (event, name, value, type) VALUES\n"
                  "  ('asked', 'by', '{{ first_name }}', NULL), ('asked', 'count', '{{ message_count }}', 'number'),\n"
                  "  ('asked', 'late', '0', 'boolean'), ('asked', 'day', '{{ field.day }}', 'time'),\n"
                  "  ('asked', 'rule', '{{ rule }}', 'text');\n");
    assert_string_equal(says(&t, "open"), "hours: event asked {\"by\":\"Ana\",\"count\":1,\"late\":false,\"rule\":\"hours\"} / "
                                          "day '' is no time");
    t.state.fields = "{\"day\":\"2026-05-12\"}";
    t.state.open = OPEN_NO;
    assert_string_equal(says(&t, "paid 5"), "");
    t.state.open = OPEN_YES;
    assert_string_equal(says(&t, "paid 5"), "pay: event asked {\"by\":\"Ana\",\"count\":3,\"late\":false,"
                                            "\"day\":\"2026-05-12\",\"rule\":\"pay\"}");
    assert_string_equal(says(&t, "stop"), "out: event over {}");
    talk_close(&t);
}

static void a_notice_says_its_text_through_its_campaign(void **state)
{
    struct talk t;

    (void)state;
    talk_open(&t, "INSERT INTO notice (name, at, campaign, to, say) VALUES\n"
                  "  ('boss', 'handoff', 'text', 'owner-1', '{{ first_name }} wants a person.'),\n"
                  "  ('thanks', 'rule:pay', NULL, NULL, 'Paid: {{ sum }}'), ('stars', 'rule:hours', 'rate', NULL, NULL),\n"
                  "  ('also', 'rule:hours', NULL, 'customer', '{{ field.note }}');\n"
                  "INSERT INTO notice_property (notice, name, value) VALUES ('stars', 'who', '{{ first_name }}'),\n"
                  "  ('stars', 'note', '{{ field.note }}');\n");
    assert_string_equal(says(&t, "person"), "person: notice boss to owner-1 by text “Ana wants a person.” ");
    assert_string_equal(says(&t, "paid 7"), "pay: notice thanks to customer by default “Paid: 7” ");
    assert_string_equal(says(&t, "open"), "hours: notice stars to customer by rate “” {\"who\":\"Ana\",\"note\":\"\"} / "
                                          "also '' is empty");
    t.state.channel = "sms";
    assert_string_equal(says(&t, "open"), "stars '' is for another channel / also '' is empty");
    talk_close(&t);
}

/* Partings */

static void at_close_all_is_known_that_the_conversation_was(void **state)
{
    struct talk t;

    (void)state;
    talk_open(&t, ATTRIBUTES "  ('last', 'close', '{{ summary }} ({{ summary_by }})', NULL, NULL),\n"
                             "  ('how', 'close', '{{ outcome }} by {{ closed_by }}: {{ rule }}, {{ flow }}', NULL, NULL),\n"
                             "  ('rating', 'close', '{{ rating }}', 'number', '@rating IS NOT NULL'),\n"
                             "  ('good', 'close', 'yes', 'boolean', '@rating > 3'),\n"
                             "  ('paid', 'close', '{{ paid }}', NULL, '@paid = ''7'''),\n"
                             "  ('lost', 'close', '1', 'increment', ':outcome = ''unanswered'''),\n"
                             "  ('chats', 'close', '1', 'increment', ':closed_by <> ''person''');\n"
                  "INSERT INTO custom_event (name, at) VALUES ('chat_ended', 'close');\n"
                  "INSERT INTO custom_event_property (event, name, value) VALUES ('chat_ended', 'outcome', '{{ outcome }}');\n"
                  "INSERT INTO notice (name, at, campaign, \"to\", say) VALUES\n"
                  "  ('boss', 'close', 'text', 'owner-1', '{{ summary }}');\n");
    assert_string_equal(ends(&t, true, "unanswered"),
                        "close: last = \"Asked: are you open? (frontdesk)\" / close: how = \"unanswered by idle: hours, "
                        "rate\" / close: increment lost 1 / close: increment chats 1 / close: event chat_ended "
                        "{\"outcome\":\"unanswered\"} / close: notice boss to owner-1 by text “Asked: are you open?” ");
    assert_string_equal(ends(&t, false, "person"), ""); /* a hand-over is none */
    says(&t, "paid 7");
    says(&t, "rate 5");
    says(&t, "nice");
    assert_string_equal(ends(&t, true, "flow_done"),
                        "close: last = \"Asked: are you open? (frontdesk)\" / close: how = \"flow_done by idle: hours, "
                        "rate\" / close: rating = 5 / close: good = true / close: paid = \"7\" / close: increment chats 1 / "
                        "close: event chat_ended {\"outcome\":\"flow_done\"} / close: notice boss to owner-1 by text "
                        "“Asked: are you open?” ");
    talk_close(&t);
}

/* What a hand-over can tell at once it tells at once; what asks for the summary waits for it. */
static void a_row_at_handoff_waits_for_the_summary_if_it_asks_for_it(void **state)
{
    struct talk t;

    (void)state;
    talk_open(&t, ATTRIBUTES "  ('with', 'handoff', '{{ first_name }}', NULL, NULL),\n"
                             "  ('last', 'handoff', '{{ summary }}', NULL, NULL),\n"
                             "  ('stars', 'handoff', '{{ rating }}', NULL, '@rating IS NOT NULL'),\n"
                             "  ('how', 'handoff', 'x', NULL, ':outcome = ''person''');\n"
                  "INSERT INTO custom_event (name, at) VALUES ('handed', 'handoff'), ('told', 'handoff');\n"
                  "INSERT INTO custom_event_property (event, name, value) VALUES ('told', 's', '{{ summary }}');\n");
    assert_string_equal(says(&t, "person"), "person: with = \"Ana\" / person: event handed {}");
    assert_string_equal(ends(&t, false, "person"), "handoff: last = \"Asked: are you open?\" / handoff: how = \"x\" / "
                                                   "handoff: event told {\"s\":\"Asked: are you open?\"}");
    assert_string_equal(ends(&t, true, "person"), "");
    says(&t, "rate 1");
    assert_string_equal(says(&t, "cold"), "rate.sorry: with = \"Ana\" / rate.sorry: event handed {}");
    assert_string_equal(ends(&t, false, "person"),
                        "handoff: last = \"Asked: are you open?\" / handoff: stars = \"1\" / handoff: how = \"x\" / "
                        "handoff: event told {\"s\":\"Asked: are you open?\"}");
    talk_close(&t);
}

/* Whoever has opted out gets no more texts; what the business notes for itself goes on. */
static void a_parting_is_noted_of_who_has_opted_out(void **state)
{
    struct talk t;

    (void)state;
    talk_open(&t, ATTRIBUTES "  ('how', 'close', '{{ outcome }}', NULL, NULL);\n");
    t.state.is_opted_out = true;
    assert_string_equal(ends(&t, true, "opted_out"), "close: how = \"opted_out\"");
    talk_close(&t);
}

/* What waits for an answer when somebody opts out has been collected all the same. */
static void a_flow_that_is_broken_off_leaves_what_it_knows(void **state)
{
    struct talk t;

    (void)state;
    talk_open(&t, ATTRIBUTES "  ('rating', 'close', '{{ rating }}', 'number', NULL);\n");
    says(&t, "rate 4");
    says(&t, "stop");
    assert_string_equal(ends(&t, true, "opted_out"), "close: rating = 4");
    talk_close(&t);
}

/* To the next dialogue what an earlier one asked for would be an answer. */
static void what_a_flow_has_collected_is_for_the_parting_alone(void **state)
{
    struct talk t;

    (void)state;
    talk_open(&t, "INSERT INTO flow (name) VALUES ('again');\n"
                  "INSERT INTO step (name, say, ask) VALUES ('again.ask', 'Was it {{ rating | default: \"?\" }}', 'text');\n"
                  "INSERT INTO branch (step, only_if, next) VALUES ('again.ask', '@rating IS NOT NULL', 'end');\n"
                  "INSERT INTO step (name, say, action, target) VALUES ('again.sub', 'Then:', 'flow', 'rate');\n"
                  "INSERT INTO rule (name, words, action, target) VALUES ('again', 'again', 'flow', 'again');\n" ATTRIBUTES
                  "  ('why', 'close', '{{ why }}', NULL, NULL);\n");
    says(&t, "rate 4");
    says(&t, "nice");
    assert_string_equal(buf_text(&t.variables), "{\"rating\":4,\"why\":\"nice\"}");
    says(&t, "again");
    assert_string_equal(buf_text(&t.said), "Was it ?");
    says(&t, "so so");
    assert_string_equal(buf_text(&t.said), "Then:Stars?");
    assert_string_equal(ends(&t, true, "flow_left"), "close: why = \"nice\"");
    talk_close(&t);
}

/* Rows that are refused */

static void a_wrong_event_or_notice_is_refused_with_its_place(void **state)
{
#define EVENT(values)    "INSERT INTO custom_event (name, at, only_if) VALUES " values ";\n"
#define PROPERTY(values) "INSERT INTO custom_event_property (event, name, value, type) VALUES (" values ");"
#define NOTICE(values)   "INSERT INTO notice (name, at, campaign, to, say) VALUES (" values ");\n"
#define GIVEN(values)    "INSERT INTO notice_property (notice, name, value) VALUES (" values ");"
    static const struct {
        const char *rows, *sentence;
    } CASES[] = {
        { EVENT("('a', 'rule:hour', NULL)"), "b.sql:1: there is no rule 'hour'; did you mean 'hours'?" },
        { EVENT("('a', 'step:rate.wy', NULL)"), "b.sql:1: there is no step 'rate.wy'; did you mean 'rate.why'?" },
        { EVENT("('a', 'step:rate', NULL)"),
          "b.sql:1: there is no step 'rate'; that is a flow, and a step is written FLOW.STEP, as in 'rate.rating'" },
        { EVENT("('a', 'step:why', NULL)"), "b.sql:1: step is the full name of a step, with its flow; write 'rate.why'" },
        { EVENT("('a', 'step:nowhere', NULL)"),
          "b.sql:1: there is no step 'nowhere'; known are rate.rating, rate.why, rate.thanks, rate.sorry, call.ring, call.told" },
        { EVENT("('a', 'rule:everything', NULL)"),
          "b.sql:1: there is no rule 'everything'; known are out, vip, person, hush, hours, rate …" },
        { EVENT("('a', 'closed', NULL)"), "b.sql:1: there is no at 'closed'; did you mean 'close'?" },
        { EVENT("('a', NULL, NULL)"), "b.sql:1: this custom_event row lacks its at; known are rule:NAME, step:FLOW.STEP, handoff, opt_out, reply, close" },
        { EVENT("('$a', 'close', NULL)"), "b.sql:1: the event name '$a' begins with $" },
        { EVENT("('{{ rule }}', 'close', NULL)"), "names are fixed" },
        { EVENT("('a', 'close', NULL),\n('a', 'close', ':open = 1')"), "b.sql:2: the event a comes at this moment already" },
        { EVENT("('a', 'close', '@ratin > 3')"), "b.sql:1: only_if: there is no variable @ratin; did you mean @rating?" },
        { EVENT("('a', 'close', '@rating = ''x''')"), "b.sql:1: only_if: @rating" },
        { EVENT("('a', 'reply', '@rating > 3')"), "b.sql:1: only_if: there is no variable @rating" },
        { EVENT("('a', 'step:rate.rating', ':failed')"), "b.sql:1: only_if: :failed tells how a step went" },
        { EVENT("('a', 'close', 'NULL')"), "b.sql:1: only_if is the word NULL between quotes" },
        { EVENT("('a', 'close', NULL)") PROPERTY("'b', 'x', '1', NULL"), "b.sql:2: there is no custom_event 'b'; known is a" },
        { PROPERTY("'b', 'x', '1', NULL"),
          "b.sql:1: there is no custom_event 'b', and no other either; write its row: INSERT INTO custom_event (name, …) VALUES "
          "('b', …);" },
        { NOTICE("'n', 'opt_out', 'rate', NULL, '{{ why }}'"),
          "b.sql:1: say: {{ why }} is of the step rate.why, and known in its flow, at close and at handoff alone" },
        { NOTICE("'n', 'rule:rate', 'rate', NULL, '{{ slot }}'"),
          "b.sql:1: say: {{ slot }} is of the service diary, and known in the flows that call it, at close and at handoff alone" },
        { NOTICE("'n', 'reply', 'rate', NULL, '{{ nonsense }}'"),
          "{{ nonsense }}; known are message, message_count, first_name, language, locale, channel, hours_today, next_opening, now, "
          "rule, field.NAME" },
        { NOTICE("'n', 'handoff', 'rate', NULL, '{{ nonsense }}'"), "rule, summary, summary_by, outcome, flow, field.NAME" },
        { EVENT("('a', 'close', NULL)") PROPERTY("'a', 'time', '1', NULL"),
          "b.sql:2: a property of an event cannot be called time" },
        { EVENT("('a', 'close', NULL)") PROPERTY("'a', '$x', '1', NULL"), "b.sql:2: the name of a property begins with $" },
        { EVENT("('a', 'close', NULL)") PROPERTY("'a', 'x', 'y', 'number'"),
          "b.sql:2: the value 'y' is no number, and so no property of the type number" },
        { EVENT("('a', 'close', NULL)") PROPERTY("'a', 'x', '1', 'increment'"), "b.sql:2: there is no type 'increment'" },
        { EVENT("('a', 'close', NULL), ('a', 'reply', NULL)") PROPERTY("'a', 'x', '{{ summary }}', NULL"),
          "b.sql:2: value: at reply: {{ summary }} is not known before" },
        { EVENT("('a', 'close', NULL)") PROPERTY("'a', 'x', '1', NULL), ('a', 'x', '2', NULL"),
          "b.sql:2: the event has the property x already, in b.sql:2" },
        { NOTICE("'n', 'close', NULL, 'owner', 'x'"), "b.sql:1: the notice n is for 'owner', and needs a campaign" },
        { NOTICE("'n', 'close', NULL, NULL, NULL"), "b.sql:1: the notice n says nothing" },
        { NOTICE("'n', 'close', 'reply', NULL, '  '"), "b.sql:1: say holds nothing but blanks" },
        { NOTICE("'n', 'close', 'own', NULL, NULL"), "b.sql:1: the campaign own has no text of its own" },
        { NOTICE("'n', 'close', 'rat', NULL, NULL"), "b.sql:1: there is no campaign 'rat'; did you mean 'rate'?" },
        { NOTICE("'n', 'close', 'rate', '{{ first_name }}', 'x'"), "b.sql:1: to is the external id of a person" },
        { NOTICE("'n', 'close', NULL, NULL, '{{ sumary }}'"), "b.sql:1: say: nothing is known by the name {{ sumary }}" },
        { NOTICE("'n', 'close', NULL, NULL, 'x'), ('n', 'reply', NULL, NULL, 'y'"),
          "there is already a notice 'n' in b.sql:1" },
        { NOTICE("'n', 'close', NULL, NULL, 'x'") GIVEN("'n', 'a', 'b'"), "b.sql:2: the notice n has no campaign of its own" },
        { NOTICE("'n', 'close', 'own', NULL, 'x'") GIVEN("'n', 'a', 'b'"), "b.sql:2: the campaign own sends its text itself" },
        { NOTICE("'n', 'close', 'rate', NULL, 'x'") GIVEN("'n', 'external_system_msg_body', 'b'"),
          "b.sql:2: external_system_msg_body carries the text of the notice" },
        { NOTICE("'n', 'close', 'rate', NULL, 'x'") GIVEN("'n', 'a b', 'b'"), "b.sql:2: the name of a trigger property" },
        { NOTICE("'night', 'close', 'rate', NULL, 'x'") GIVEN("'nigth', 'a', 'b'"),
          "b.sql:2: there is no notice 'nigth'; did you mean 'night'?" },
        { "INSERT INTO notice (name, at,\n to, say) VALUES\n ('n', 'close', owner, 'x');",
          "b.sql:3: the word 'owner' stands outside" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++)
        assert_refused(SHOP, CASES[i].rows, CASES[i].sentence);
}

/* SQL keeps the word for itself; whoever writes a rule file need not know. */
static void the_column_to_needs_no_quotes(void **state)
{
    static const char *const COLUMNS[] = { "name, at, to, campaign, say", "name, at, \"to\", campaign, say",
                                           "name, at, [to], campaign, say", "name, at, TO, campaign, say" };

    (void)state;
    for (size_t i = 0; i < COUNT(COLUMNS); i++) {
        struct error error = { 0 };
        struct buf rows = { 0 };
        struct ruleset *ruleset;

        buf_addf(&rows, "INSERT INTO notice (%s) VALUES ('n', 'close', 'owner', 'text', 'to (to)'), ('m', 'reply', 'customer', "
                        "NULL, 'x');",
                 COLUMNS[i]);
        ruleset = try_rows(SHOP, buf_text(&rows), &error);
        if (ruleset == NULL)
            fail_msg("%s: %s", COLUMNS[i], error.text);
        assert_string_equal(ruleset->notices[0].to, "owner");
        assert_null(ruleset->notices[1].to);
        ruleset_free(ruleset);
        buf_release(&rows);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_increment_and_a_list_are_done_once),
        cmocka_unit_test(of_increments_the_first_at_each_moment_counts),
        cmocka_unit_test(a_counter_can_be_set),
        cmocka_unit_test(only_a_value_that_is_set_travels_with_a_reply),
        cmocka_unit_test(a_moment_comes_whoever_brings_it_about),
        cmocka_unit_test(a_reminder_is_no_reply),
        cmocka_unit_test(a_step_has_its_moment_when_it_is_answered_or_done),
        cmocka_unit_test(a_step_that_calls_is_done_when_the_call_has_ended_well),
        cmocka_unit_test(of_a_name_that_several_steps_set_the_last_counts),
        cmocka_unit_test(an_event_carries_its_properties_at_each_of_its_moments),
        cmocka_unit_test(a_notice_says_its_text_through_its_campaign),
        cmocka_unit_test(at_close_all_is_known_that_the_conversation_was),
        cmocka_unit_test(a_row_at_handoff_waits_for_the_summary_if_it_asks_for_it),
        cmocka_unit_test(a_parting_is_noted_of_who_has_opted_out),
        cmocka_unit_test(a_flow_that_is_broken_off_leaves_what_it_knows),
        cmocka_unit_test(what_a_flow_has_collected_is_for_the_parting_alone),
        cmocka_unit_test(a_wrong_event_or_notice_is_refused_with_its_place),
        cmocka_unit_test(the_column_to_needs_no_quotes),
    };
    return cmocka_run_group_tests(tests, open_zones, close_zones);
}
