/*
 * ruleset: what a folder of rules becomes, and with which sentence a wrong one is refused.
 */

#include "base/buf.h"
#include "rules/setting.h"
#include "tests/lib/loading.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const char SHOP[] =
    "INSERT INTO rule (name, words, say, target, action, campaign) VALUES\n"
    "  ('person', 'person', 'wait', 'support', 'handoff', 'menu'),\n"
    "  ('hush', 'blah', NULL, NULL, 'ignore', NULL);\n"
    "INSERT INTO rule (name, priority, pattern, unless, say) VALUES\n"
    "  ('order', 500, 'order (?<id>\\d+)', 'no order', 'order {{ id }} {{ field.shop }} {{ business_name "
    "}}'),\n"
    "  ('late', 20, NULL, NULL, '{{ message }}'),\n"
    "  ('stop', 1000, 'x', NULL, 'bye');\n"
    "INSERT INTO rule_example (rule, text) VALUES ('order', 'order 1');\n"
    "INSERT INTO rule_counterexample (rule, text) VALUES ('order', 'order x');\n"
    "INSERT INTO team (name) VALUES ('support');\n"
    "INSERT INTO setting (name, value) VALUES ('time_zone', 'Asia/Seoul'), ('window_margin', '1 hour'),\n"
    "  ('calls_in_flight', 2), ('business_name', '');\n"
    "INSERT INTO channel (name, kind) VALUES ('line', 'other');\n"
    "INSERT INTO campaign (name, channel, layout, campaign_id) VALUES\n"
    "  ('t1', 'whatsapp', 'template', 'id-1'), ('menu', 'whatsapp', 'response', 'id-2'),\n"
    "  ('r2', 'whatsapp', 'response', 'id-3'), ('l', 'line', NULL, 'id-4');\n"
    "INSERT INTO campaign (name, channel, layout, app_id, subscription_group_id) VALUES\n"
    "  ('direct', 'whatsapp', 'response', 'app', 'group');\n"
    "INSERT INTO campaign (name, channel, canvas_id, text_property) VALUES ('c', 'sms', 'id-5', "
    "'body_text');\n";

static void test_rules_stand_in_the_order_of_trying(void **state)
{
    (void)state;
    struct ruleset *ruleset = make_good(SHOP);
    static const char *const ORDER[] = { "stop", "person", "hush", "order", "late" };
    assert_int_equal(ruleset->rule_count, COUNT(ORDER));
    for (size_t i = 0; i < COUNT(ORDER); i++) {
        assert_string_equal(ruleset->rules[i].name, ORDER[i]);
        assert_ptr_equal(ruleset_rule(ruleset, ORDER[i]), &ruleset->rules[i]);
    }
    assert_null(ruleset_rule(ruleset, "nobody"));
    assert_int_equal(ruleset->rules[3].line, 5);
    assert_string_equal(ruleset->rules[3].file, "a.sql");
    assert_true(rule_takes_all(&ruleset->rules[4]));
    assert_false(rule_takes_all(&ruleset->rules[3]));
    ruleset_free(ruleset);
}

static void test_references_are_resolved(void **state)
{
    (void)state;
    struct ruleset *ruleset = make_good(SHOP);
    const struct rule *person = ruleset_rule(ruleset, "person");
    assert_int_equal(person->action, ACTION_HANDOFF);
    assert_string_equal(person->team->name, "support");
    assert_ptr_equal(person->campaign, ruleset_campaign(ruleset, "menu"));
    assert_int_equal(ruleset->example_count, 2);
    assert_ptr_equal(ruleset->examples[0].rule, ruleset_rule(ruleset, "order"));
    assert_true(ruleset->examples[0].must_win);
    assert_false(ruleset->examples[1].must_win);
    assert_string_equal(ruleset->examples[1].text, "order x");
    ruleset_free(ruleset);
}

static void test_channels_and_campaigns(void **state)
{
    (void)state;
    struct ruleset *ruleset = make_good(SHOP);
    assert_int_equal(ruleset_channel(ruleset, "whatsapp")->kind, CHANNEL_WHATSAPP);
    assert_int_equal(ruleset_channel(ruleset, "sms")->kind, CHANNEL_SMS);
    assert_int_equal(ruleset_channel(ruleset, "line")->kind, CHANNEL_OTHER);
    assert_null(ruleset_channel(ruleset, "fax"));
    assert_string_equal(ruleset_default_campaign(ruleset, "whatsapp", LAYOUT_RESPONSE)->name, "menu");
    assert_string_equal(ruleset_default_campaign(ruleset, "whatsapp", LAYOUT_TEMPLATE)->name, "t1");
    assert_string_equal(ruleset_default_campaign(ruleset, "line", LAYOUT_RESPONSE)->name, "l");
    assert_null(ruleset_default_campaign(ruleset, "line", LAYOUT_TEMPLATE));
    assert_string_equal(ruleset_campaign(ruleset, "menu")->text_property, "external_system_msg_body");
    assert_string_equal(ruleset_campaign(ruleset, "c")->text_property, "body_text");
    assert_string_equal(ruleset_campaign(ruleset, "direct")->subscription_group_id, "group");
    ruleset_free(ruleset);
}

static void test_settings_and_defaults(void **state)
{
    (void)state;
    struct ruleset *ruleset = make_good(SHOP), *empty = ruleset_empty(zones);
    assert_string_equal(ruleset_setting(ruleset, "time_zone"), "Asia/Seoul");
    assert_string_equal(zone_name(ruleset->zone), "Asia/Seoul");
    assert_int_equal(ruleset_setting_number(ruleset, "window_margin"), 3600 * 1000);
    assert_int_equal(ruleset_setting_number(ruleset, "calls_in_flight"), 2);
    assert_int_equal(ruleset_setting_number(ruleset, "reply_expires"), 24 * 3600 * 1000);
    assert_int_equal(ruleset_setting_number(empty, "calls_per_hour"), 200000);
    assert_string_equal(ruleset_setting(empty, "default_language"), "en");
    assert_string_equal(zone_name(empty->zone), "UTC");
    assert_int_equal(empty->rule_count, 0);
    assert_int_equal(empty->channel_count, 2);
    assert_null(ruleset_rule(empty, "x"));
    ruleset_free(ruleset);
    ruleset_free(empty);
    ruleset_free(NULL);
}

static void test_setting_values(void **state)
{
    (void)state;
    static const struct {
        struct setting_info info;
        const char *text;
        int result;
        int64_t number;
    } ROWS[] = {
        { { "n", SETTING_NUMBER, "1", 1, 16, "" }, "16", 0, 16 },
        { { "n", SETTING_NUMBER, "1", 1, 16, "" }, "17", -1, 0 },
        { { "n", SETTING_NUMBER, "1", 1, 16, "" }, "0", -1, 0 },
        { { "n", SETTING_NUMBER, "1", -5, 16, "" }, "-5", 0, -5 },
        { { "n", SETTING_NUMBER, "1", 1, 16, "" }, "4.0", -1, 0 },
        { { "n", SETTING_NUMBER, "1", 1, 16, "" }, " 4", -1, 0 },
        { { "n", SETTING_NUMBER, "1", 1, 16, "" }, "", -1, 0 },
        { { "n", SETTING_NUMBER, "1", 1, 16, "" }, "99999999999999999999", -1, 0 },
        { { "d", SETTING_DURATION, "1 s", 1000, 60000, "" }, "30 seconds", 0, 30000 },
        { { "d", SETTING_DURATION, "1 s", 1000, 60000, "" }, "2 minutes", -1, 0 },
        { { "d", SETTING_DURATION, "1 s", 1000, 60000, "" }, "soon", -1, 0 },
        { { "b", SETTING_BOOLEAN, "no", 0, 1, "" }, "yes", 0, 1 },
        { { "b", SETTING_BOOLEAN, "no", 0, 1, "" }, "no", 0, 0 },
        { { "b", SETTING_BOOLEAN, "no", 0, 1, "" }, "true", -1, 0 },
        { { "z", SETTING_ZONE, "UTC", 0, 0, "" }, "Europe/Berlin", 0, 0 },
        { { "z", SETTING_ZONE, "UTC", 0, 0, "" }, "../etc/passwd", -1, 0 },
        { { "l", SETTING_LANGUAGE, "en", 0, 0, "" }, "pt-BR", 0, 0 },
        { { "l", SETTING_LANGUAGE, "en", 0, 0, "" }, "zh-Hant-TW", 0, 0 },
        { { "l", SETTING_LANGUAGE, "en", 0, 0, "" }, "English", -1, 0 },
        { { "l", SETTING_LANGUAGE, "en", 0, 0, "" }, "en-", -1, 0 },
    };
    for (size_t i = 0; i < COUNT(ROWS); i++) {
        int64_t number = 0;
        struct error error = { 0 };
        if (setting_parse(&ROWS[i].info, ROWS[i].text, zones, &number, &error) != ROWS[i].result ||
            (ROWS[i].result == 0 && number != ROWS[i].number))
            fail_msg("%s '%s': %lld %s", ROWS[i].info.name, ROWS[i].text, (long long)number, error.text);
        if (ROWS[i].result != 0)
            assert_int_equal(strncmp(error.text, ROWS[i].info.name, 1), 0);
    }
}

static void test_every_default_is_a_good_value(void **state)
{
    (void)state;
    size_t count;
    const struct setting_info *list = ruleset_settings(&count);
    for (size_t i = 0; i < count; i++) {
        int64_t number;
        assert_int_equal(setting_parse(&list[i], list[i].otherwise, zones, &number, NULL), 0);
        assert_true(ruleset_has_setting(list[i].name));
    }
    assert_false(ruleset_has_setting("idle_closes"));
}

#define CAMPAIGN \
    "INSERT INTO campaign (name, channel, layout, campaign_id) VALUES ('a', 'whatsapp', 'response', 'x');\n"
#define RULE "INSERT INTO rule (name, words, say) VALUES ('r', 'w', 's');\n"

#define HOURS(name, only_if) \
    "INSERT INTO rule (name, words, action, say) VALUES ('hours', 'h', 'say', 's'), ('late', 'l', 'say', 's'), " \
    "('note', 'n', 'tag', NULL);\n" \
    "INSERT INTO rule (name, words, only_if, say) VALUES ('" name "', 'x', '" only_if "', 's');\n"
#define BUTTONS(texts) \
    "INSERT INTO rule (name, words, say, buttons) VALUES ('r', 'w', 's', '" texts "');\n" \
    "INSERT INTO phrase (name, language, text) VALUES ('y', 'en', 'Ok'), ('y', 'pt', 'YES');\n"

static const struct {
    const char *text, *error; /* what it must begin with */
} BAD[] = {
    /* settings */
    { "INSERT INTO setting (name, value) VALUES ('busines_name', 'x');",
      "a.sql:1: there is no setting 'busines_name'; did you mean 'business_name'?" },
    { "INSERT INTO setting (name, value) VALUES ('idle_closed', '30 minutes');",
      "a.sql:1: there is no setting 'idle_closed'; did you mean 'idle_close'?" },
    { "INSERT INTO setting (name, value) VALUES ('idle_close', '31 days');", "a.sql:1: idle_close is a duration from " },
    { "INSERT INTO setting (name, value) VALUES ('idle_close', '0 seconds');", "a.sql:1: idle_close is a duration from " },
    { "INSERT INTO backend (name, kind) VALUES ('faq', 'faq');\n"
      "INSERT INTO setting (name, value) VALUES ('summary_backend', 'faq');",
      "a.sql:2: summary_backend: the backend 'faq' is of the kind faq, which cannot sum up a conversation" },
    { "INSERT INTO backend (name, kind) VALUES ('faq', 'faq');\n"
      "INSERT INTO setting (name, value) VALUES ('summary_backend', 'fax');", "a.sql:2: there is no backend 'fax'; did you mean 'faq'?" },
    { "INSERT INTO setting (name, value) VALUES ('subscription_group', ''),\n ('subscribe_newcomers', 'yes');",
      "a.sql:2: subscribe_newcomers is yes, and nothing says which group is meant; give its id: INSERT INTO setting (name, "
      "value) VALUES ('subscription_group', '...');" },
    { "INSERT INTO setting (name, value) VALUES ('subscription_group', 'my group');",
      "a.sql:1: subscription_group is the id that Braze shows beside the subscription group, as in "
      "0b1f6c52-3a74-4a0e-8d13-5c9e27f4b6a1, or empty for none, not 'my group'" },
    { "INSERT INTO setting (name, value) VALUES ('subscription_group', '0b1f6c52-3a74-4a0e-8d13-5c9e27f4b6a');",
      "a.sql:1: subscription_group is the id that Braze shows" },
    { "INSERT INTO setting (name, value) VALUES ('subscription_group', '0b1f6c52-3a74-4a0e-8d13-5c9e27f4b6ag');",
      "a.sql:1: subscription_group is the id that Braze shows" },
    { "INSERT INTO setting (name, value) VALUES ('subscription_group', '0b1f6c523a74-4a0e-8d13-5c9e-27f4b6a1');",
      "a.sql:1: subscription_group is the id that Braze shows" },
    { "INSERT INTO setting (name, value) VALUES ('subscription_follows_opt_out', 'yes');",
      "a.sql:1: subscription_follows_opt_out is yes, and nothing says which group is meant; give its id: INSERT INTO setting "
      "(name, value) VALUES ('subscription_group', '...');" },
    { "INSERT INTO setting (name, value) VALUES\n('time_zone', 'UTC'),\n('time_zone', 'Asia/Seoul');",
      "a.sql:3: the setting time_zone is already set in a.sql:2" },
    { "INSERT INTO setting (name, value) VALUES ('time_zone', 'Seoul');",
      "a.sql:1: time_zone 'Seoul' is not in the tz database" },
    { "INSERT INTO setting (name, value) VALUES ('reply_expires', '4 days');",
      "a.sql:1: reply_expires is a duration from 1 second to 3 days" },
    { "INSERT INTO setting (name, value) VALUES ('calls_in_flight', 17);",
      "a.sql:1: calls_in_flight is a whole number from 1 to 16, not '17'" },
    { "INSERT INTO setting (name) VALUES ('time_zone');", "a.sql:1: this setting row lacks its value" },
    /* names */
    { "INSERT INTO team (name) VALUES (NULL);", "a.sql:1: this team row lacks its name" },
    { "INSERT INTO team (name) VALUES ('');", "a.sql:1: name is empty" },
    { "INSERT INTO team (name) VALUES (' a');", "a.sql:1: name ' a' begins or ends with a blank" },
    { "INSERT INTO team (name) VALUES ('a\nb');", "a.sql:1: name holds a line break" },
    { "INSERT INTO team (name) VALUES ('a'),\n('b'),\n('a');",
      "a.sql:3: there is already a team 'a' in a.sql:1" },
    { RULE "\n" RULE, "a.sql:3: there is already a rule 'r' in a.sql:1" },
    { CAMPAIGN CAMPAIGN, "a.sql:2: there is already a campaign 'a' in a.sql:1" },
    /* channels and campaigns */
    { "INSERT INTO channel (name, kind) VALUES ('sms', 'sms');", "a.sql:1: the channel sms is built in" },
    { "INSERT INTO channel (name) VALUES ('x');", "a.sql:1: this channel row lacks its kind" },
    { "INSERT INTO channel (name, kind) VALUES ('x', 'whatsap');",
      "a.sql:1: there is no kind 'whatsap'; did you mean 'whatsapp'?" },
    { "INSERT INTO campaign (name, channel, layout, campaign_id) VALUES ('a', 'whatsup', 'response', 'x');",
      "a.sql:1: there is no channel 'whatsup'; did you mean 'whatsapp'?" },
    { "INSERT INTO campaign (name, channel, layout, campaign_id) VALUES ('a', 'fax', 'response', 'x');",
      "a.sql:1: there is no channel 'fax'; make it known: INSERT INTO channel (name, kind) VALUES ('fax', "
      "'other');" },
    { "INSERT INTO campaign (name, channel, layout, campaign_id) VALUES ('a', 'whatsapp', 'reponse', 'x');",
      "a.sql:1: there is no layout 'reponse'; did you mean 'response'?" },
    { "INSERT INTO campaign (name, channel, campaign_id) VALUES ('a', 'whatsapp', 'x');",
      "a.sql:1: this campaign row lacks its layout" },
    { "INSERT INTO campaign (name, channel, layout) VALUES ('a', 'whatsapp', 'response');",
      "a.sql:1: the campaign a needs exactly one carrier: campaign_id, or canvas_id, or app_id with "
      "subscription_group_id; it has none" },
    { "INSERT INTO campaign (name, channel, layout, campaign_id, canvas_id) VALUES ('a', 'whatsapp', "
      "'response', 'x', 'y');",
      "a.sql:1: the campaign a needs exactly one carrier" },
    { "INSERT INTO campaign (name, channel, layout, app_id) VALUES ('a', 'whatsapp', 'response', 'x');",
      "a.sql:1: app_id and subscription_group_id go together; subscription_group_id is missing" },
    { "INSERT INTO campaign (name, channel, layout, app_id, subscription_group_id) VALUES ('a', 'sms', "
      "'response', 'x', 'y');",
      "a.sql:1: app_id sends WhatsApp messages" },
    { "INSERT INTO campaign (name, channel, layout, app_id, subscription_group_id) VALUES ('a', 'whatsapp', "
      "'template', 'x', 'y');",
      "a.sql:1: app_id sends free text" },
    { "INSERT INTO campaign (name, channel, layout, campaign_id) VALUES ('a', 'whatsapp', 'response', 'x "
      "y');",
      "a.sql:1: campaign_id is an id as Braze shows it" },
    { "INSERT INTO campaign (name, channel, campaign_id, text_property) VALUES ('a', 'sms', 'x', 'my-text');",
      "a.sql:1: text_property is a name of letters" },
    /* rules */
    { "INSERT INTO rule (name, say) VALUES (NULL, 's');", "a.sql:1: this rule row lacks its name" },
    { "INSERT INTO rule (name, priority, say) VALUES ('r', 1001, 's');",
      "a.sql:1: priority is a whole number from 0 to 1000, not '1001'" },
    { "INSERT INTO rule (name, priority, say) VALUES ('r', 'high', 's');",
      "a.sql:1: priority is a whole number" },
    { "INSERT INTO rule (name, action) VALUES ('r', 'ignroe');",
      "a.sql:1: there is no action 'ignroe'; did you mean 'ignore'?" },
    { "INSERT INTO rule (name, action, target) VALUES ('r', 'consult', 'x');",
      "a.sql:1: there is no backend 'x', and no other either; write its row: INSERT INTO backend (name, …) VALUES ('x', …);" },
    { "INSERT INTO backend (name, kind) VALUES ('helper', 'faq');\n"
      "INSERT INTO rule (name, action, target) VALUES ('r', 'consult', 'halper');",
      "a.sql:2: there is no backend 'halper'; did you mean 'helper'?" },
    { "INSERT INTO rule (name, action) VALUES ('r', 'consult');",
      "a.sql:1: a rule with the action consult needs target, the name of a backend" },
    { "INSERT INTO rule (name, words) VALUES ('r', 'w');", "a.sql:1: a rule with the action say needs say" },
    { "INSERT INTO rule (name, action, say) VALUES ('r', 'ignore', 's');",
      "a.sql:1: a rule with the action ignore has no use for say" },
    { "INSERT INTO rule (name, action) VALUES ('r', 'handoff');",
      "a.sql:1: a rule with the action handoff needs target" },
    { "INSERT INTO rule (name, target, say) VALUES ('r', 'x', 's');",
      "a.sql:1: a rule with the action say has no use for target" },
    { "INSERT INTO team (name) VALUES ('support');\nINSERT INTO rule (name, action, target) VALUES ('r', "
      "'handoff', 'suport');",
      "a.sql:2: there is no team 'suport'; did you mean 'support'?" },
    { "INSERT INTO rule (name, campaign, say) VALUES ('r', 'x', 's');", "a.sql:1: there is no campaign 'x'" },
    { CAMPAIGN "INSERT INTO rule (name, action, campaign) VALUES ('r', 'close', 'a');",
      "a.sql:2: this rule says nothing" },
    { "INSERT INTO rule (name, pattern, say) VALUES\n('r', 'b(', 's');", "a.sql:2: pattern: 'b(': " },
    { "INSERT INTO rule (name, pattern, say) VALUES ('r', '(?<message>x)', 's');",
      "a.sql:1: pattern: '(?<message>x)': the group" },
    { "INSERT INTO rule (name, words, say) VALUES ('r', 'a,,b', 's');", "a.sql:1: words: " },
    { "INSERT INTO rule (name, unless, say) VALUES ('r', 'a*b', 's');", "a.sql:1: unless: " },
    { "INSERT INTO rule (name, say) VALUES ('r', 'hello {{ oops');", "a.sql:1: say: " },
    { "INSERT INTO rule (name, say) VALUES ('r', ' \n');", "a.sql:1: say holds nothing but blanks" },
    { "INSERT INTO rule (name, say) VALUES ('r', '{{ frist_name }}');",
      "a.sql:1: say: nothing is known by the name {{ frist_name }}; did you mean 'first_name'?" },
    { "INSERT INTO rule (name, pattern, say) VALUES ('r', '(?<order_id>x)', '{{ order_ids }}');",
      "a.sql:1: say: nothing is known by the name {{ order_ids }}; did you mean 'order_id'?" },
    { "INSERT INTO rule (name, say) VALUES ('r', '{{ summary }}');",
      "a.sql:1: say: {{ summary }} is not known before a conversation has been summed up" },
    { "INSERT INTO rule (name, say) VALUES ('r', '{{ phrase.hi }}');",
      "a.sql:1: say: there is no phrase 'hi'" },
    { "INSERT INTO rule (name, say) VALUES ('r', '{{ field. }}');", "a.sql:1: say: " },
    /* what :last_rule is compared with */
    { HOURS("q", ":last_rule = ''hurs''"),
      "a.sql:2: only_if: :last_rule is never 'hurs': there is no rule of that name; did you mean 'hours'?" },
    { HOURS("q", ":channel = ''WhatsApp''"),
      "a.sql:2: only_if: :channel is never 'WhatsApp': there is no channel of that name; did you mean 'whatsapp'?" },
    { HOURS("q", ":channel IN (''sms'', ''telegram'')"), "a.sql:2: only_if: :channel is never 'telegram'" },
    { HOURS("q", ":last_rule NOT IN (''hours'', ''late'', ''hour'')"), "a.sql:2: only_if: :last_rule is never 'hour'" },
    { HOURS("q", ":open AND (''zzz'' <> :last_rule)"),
      "a.sql:2: only_if: :last_rule is never 'zzz': there is no rule of that name" },
    { HOURS("q", ":last_rule = ''o''''clock''"), "a.sql:2: only_if: :last_rule is never 'o'clock'" },
    { HOURS("q", ":last_rule = ''note''"),
      "a.sql:2: only_if: :last_rule is never 'note': that rule only tags, and the next one takes the message" },
    { HOURS("q", ":open") "INSERT INTO rule_example (rule, text, last_rule) VALUES ('q', 'x', 'hurs');",
      "a.sql:3: there is no rule 'hurs'; did you mean 'hours'?" },
    { HOURS("q", ":open") "INSERT INTO rule_example (rule, text, last_rule) VALUES ('q', 'x', 'note');",
      "a.sql:3: last_rule is never 'note': that rule only tags" },
    /* what is empty */
    { RULE "INSERT INTO rule_example (rule, text) VALUES ('r', '');",
      "a.sql:2: text is empty; a rule_example row needs one" },
    { "INSERT INTO phrase (name, language, text) VALUES ('p', 'en', '');",
      "a.sql:1: text is empty; a phrase row needs one" },
    { "INSERT INTO rule (name, words, say) VALUES ('r', 'w', '');",
      "a.sql:1: say is empty; write the answer, or NULL where the action has none" },
    { RULE "INSERT INTO rule_set (rule, name, value) VALUES ('r', 'v', '');",
      "a.sql:2: value is empty; write NULL where nothing is meant" },
    { "INSERT INTO attribute (name, at, value) VALUES ('', 'reply', 'x');",
      "a.sql:1: name is empty; an attribute row needs one" },
    { "INSERT INTO notice (name, at, to, say) VALUES ('n', 'close', '', 'Asked: {{ summary }}');",
      "a.sql:1: to is empty; write who is told, or NULL for the customer" },
    { "INSERT INTO notice (name, at, to, say) VALUES ('n', 'close', ' ', 'Asked: {{ summary }}');",
      "a.sql:1: to ' ' begins or ends with a blank" },
    { "INSERT INTO rule (name, words, only_if, say) VALUES ('r', 'w', ' null', 's');",
      "a.sql:1: only_if is the word NULL between quotes; write NULL without them" },
    /* buttons */
    { BUTTONS("A, B, a"), "a.sql:1: the buttons 'A' and 'a' are one and the same to the rules" },
    { BUTTONS("Yes,  {{ phrase.y }}"), "a.sql:1: the buttons 'Yes' and 'YES' are one and the same to the rules, in pt;" },
    { BUTTONS("It''s, It’s"), "a.sql:1: the buttons 'It's' and 'It’s' " },
    /* examples */
    { RULE "INSERT INTO rule_example (rule, text) VALUES ('s', 'x');", "a.sql:2: there is no rule 's'" },
    { RULE "INSERT INTO rule_counterexample (rule) VALUES ('r');",
      "a.sql:2: this rule_counterexample row lacks its text" },
};

static void test_wrong_rules_are_refused_with_place_and_reason(void **state)
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

static void test_what_only_looks_wrong_is_taken(void **state)
{
    (void)state;
    static const char *const GOOD[] = {
        HOURS("q", ":last_rule = ''hours'' OR :last_rule IN (''late'', ''q'', '''')"),
        HOURS("q", ":last_rule LIKE ''hou%'' OR :last_rule || ''s'' = ''hours'' OR :campaign = ''hours''"),
        BUTTONS("Yes, {{ phrase.y }}!, {{ first_name }}"),
        BUTTONS("{{ first_name }}, {{ first_name }}"), /* not known before a message comes */
    };
    for (size_t i = 0; i < COUNT(GOOD); i++)
        ruleset_free(make_good(GOOD[i]));
}

static void test_ten_thousand_rules(void **state)
{
    (void)state;
    struct buf text = { 0 };
    buf_add_text(&text, "INSERT INTO rule (name, priority, words, say) VALUES");
    for (int i = 0; i < 10000; i++)
        buf_addf(&text, "%s\n('rule %d', %d, 'thing %d', 'answer {{ message }}')", i > 0 ? "," : "", i,
                 i % 1001, i);
    struct ruleset *ruleset = make_good(buf_text(&text));
    assert_int_equal(ruleset->rule_count, 10000);
    for (size_t i = 1; i < ruleset->rule_count; i++) {
        const struct rule *before = &ruleset->rules[i - 1], *rule = &ruleset->rules[i];
        assert_true(before->priority > rule->priority ||
                    (before->priority == rule->priority && before->line < rule->line));
    }
    assert_string_equal(ruleset_rule(ruleset, "rule 9999")->name, "rule 9999");
    ruleset_free(ruleset);
    buf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules_stand_in_the_order_of_trying),
        cmocka_unit_test(test_references_are_resolved),
        cmocka_unit_test(test_channels_and_campaigns),
        cmocka_unit_test(test_settings_and_defaults),
        cmocka_unit_test(test_setting_values),
        cmocka_unit_test(test_every_default_is_a_good_value),
        cmocka_unit_test(test_wrong_rules_are_refused_with_place_and_reason),
        cmocka_unit_test(test_what_only_looks_wrong_is_taken),
        cmocka_unit_test(test_ten_thousand_rules),
    };
    zones = zones_open(NULL);
    int result = cmocka_run_group_tests(tests, NULL, NULL);
    zones_close(zones);
    return result;
}
