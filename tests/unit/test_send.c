/* What leaves for Braze: bodies to the byte, texts without Liquid, and requests refused in good time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/json.h"
#include "braze/send.h"

static const struct send_target REPLY = { .carrier = CARRIER_CAMPAIGN, .campaign_id = "c-1" };
static const struct send_target CANVAS = { .carrier = CARRIER_CANVAS,
                                           .campaign_id = "k-1",
                                           .text_property = "body" };
static const struct send_target MESSAGE = { .carrier = CARRIER_MESSAGE,
                                            .app_id = "a-1",
                                            .subscription_group_id = "g-1" };
static const struct send_target TEMPLATE = { .carrier = CARRIER_CAMPAIGN,
                                             .campaign_id = "c-2",
                                             .is_template = true };

static void texts_are_cleaned(void **state)
{
    static const struct {
        const char *text, *response, *template;
    } CASES[] = {
        { "", "", "" },
        { "plain", "plain", "plain" },
        { "one\ntwo\r\n\tthree", "one\ntwo\n\tthree", "one two  three" },
        { "a\x01\x1b[2Jb\x7f"
          "c\xC2\x9B"
          "d",
          "a[2Jbcd", "a[2Jbcd" },
        { "{{ ${email} }}", "{ { ${email} } }", "{ { ${email} } }" },
        { "{% connected_content %}", "{ % connected_content % }", "{ % connected_content % }" },
        { "{{{%}}}", "{ { { % } } }", "{ { { % } } }" },
        { "{\x01{ %\x02}", "{ { % }", "{ { % }" },
        { "{\u2066{${e}}\u2069} {\u202a%\u202e}", "{ {${e} } } { % }", "{ {${e} } } { % }" }, /* what turns the direction is gone */
        { "Ana\u202e\u200f", "Ana\u200f", "Ana\u200f" },
        { "{\"a\":{\"b\":50%}}", "{\"a\":{\"b\":50% } }", "{\"a\":{\"b\":50% } }" },
        { "{ { } }", "{ { } }", "{ { } }" },
        { "a      b    c", "a      b    c", "a    b    c" },
        { "a \n\n\n\n\t b", "a \n\n\n\n\t b", "a    b" },
        { "a\xE2\x80\xA8"
          "b",
          "a\xE2\x80\xA8"
          "b",
          "a b" },
        { "\xED\x95\x9C\xEA\xB5\xAD \xF0\x9F\x8C\xB8", "\xED\x95\x9C\xEA\xB5\xAD \xF0\x9F\x8C\xB8",
          "\xED\x95\x9C\xEA\xB5\xAD \xF0\x9F\x8C\xB8" },
        { "bad\xFF", "bad\xEF\xBF\xBD", "bad\xEF\xBF\xBD" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct buf out = { 0 };
        send_clean(CASES[i].text, false, &out);
        assert_string_equal(buf_text(&out), CASES[i].response);
        buf_clear(&out);
        send_clean(CASES[i].text, true, &out);
        assert_string_equal(buf_text(&out), CASES[i].template);
        buf_release(&out);
    }
}

/* What is behind the text in the buffer does not count as its beginning. */
static void cleaning_appends(void **state)
{
    struct buf out = { 0 };
    (void)state;
    buf_add_text(&out, "    {");
    send_clean("{ a", true, &out);
    assert_string_equal(out.data, "    {{ a");
    buf_release(&out);
}

static void bodies_to_the_byte(void **state)
{
    static const struct send_recipient ANA = { .address = ADDRESS_EXTERNAL,
                                               .id = "ana",
                                               .text = "Hi {{x}}\n\"ok\"" };
    static const struct send_recipient PHONE = { .address = ADDRESS_PHONE_ALIAS,
                                                 .id = "+491",
                                                 .text = "Hi {{x}}\n\"ok\"" };
    static const struct send_recipient MORE = {
        .address = ADDRESS_EXTERNAL,
        .id = "bob\"",
        .text = "Hi",
        .properties = "{\"buttons\":[\"Yes\",\"{{no}}\"],\"external_system_msg_body\":\"other\",\"n"
                      "\":12345678901234567890,\"o\":{\"{{k\":null,\"t\":true,\"f\":1.50}}",
    };
    static const struct send_recipient WITH_ATTRIBUTES = {
        .address = ADDRESS_PHONE_ALIAS,
        .id = "+491",
        .text = "Hi",
        .attributes = "{\"with_a_person\":true,\"subscription_groups\":[{\"subscription_group_id\":\"g-1\","
                      "\"subscription_state\":\"subscribed\"}]}",
    };
    static const char *const LABELS[] = { "예", "12345678901234567890" };
    static const char *const ROWS[] = { "아주 크게", "{{b}}", "123456789012345678901234", "d\ne" };
    static const struct send_list LIST = { "Choose\n\x01one", "{%Sizes" };
    const struct send_recipient both[] = { ANA, PHONE };
    const struct send_recipient offers[] = {
        { ADDRESS_EXTERNAL, "ana", "Hi", "{\"button_3\":\"no\",\"button_4\":\"4\"}", LABELS, 2, NULL, NULL },
        { ADDRESS_PHONE_ALIAS, "+491", "Hi", NULL, LABELS, 2, NULL, NULL },
    };
    const struct send_recipient choices[] = {
        { ADDRESS_EXTERNAL, "ana", "Hi", "{\"image\":\"x\"}", ROWS, 4, &LIST, NULL },
        { ADDRESS_EXTERNAL, "bob", "Hi", NULL, ROWS, 4, &LIST, NULL },
    };
    const struct {
        const struct send_target *target;
        const struct send_recipient *recipients;
        size_t count;
        const char *body;
    } CASES[] = {
        { &REPLY, both, 2,
          "{\"campaign_id\":\"c-1\",\"recipients\":["
          "{\"external_user_id\":\"ana\",\"trigger_properties\":{\"external_system_msg_body\":"
          "\"Hi { {x} }\\n\\\"ok\\\"\"}},"
          "{\"user_alias\":{\"alias_name\":\"+491\",\"alias_label\":\"phone\"},\"trigger_properties\":{"
          "\"external_system_msg_body\":\"Hi { {x} }\\n\\\"ok\\\"\"}}]}" },
        { &REPLY, &WITH_ATTRIBUTES, 1,
          "{\"campaign_id\":\"c-1\",\"recipients\":[{\"user_alias\":{\"alias_name\":\"+491\",\"alias_label\":\"phone\"},"
          "\"trigger_properties\":{\"external_system_msg_body\":\"Hi\"},\"attributes\":{\"with_a_person\":true,"
          "\"subscription_groups\":[{\"subscription_group_id\":\"g-1\",\"subscription_state\":\"subscribed\"}]}}]}" },
        { &CANVAS, &ANA, 1,
          "{\"canvas_id\":\"k-1\",\"recipients\":[{\"external_user_id\":\"ana\",\"context\":{"
          "\"body\":\"Hi { {x} }\\n\\\"ok\\\"\"}}]}" },
        { &TEMPLATE, &ANA, 1,
          "{\"campaign_id\":\"c-2\",\"recipients\":[{\"external_user_id\":\"ana\",\"trigger_properties\":{"
          "\"external_system_msg_body\":\"Hi { {x} } \\\"ok\\\"\"}}]}" },
        { &MESSAGE, both, 2,
          "{\"messages\":{\"whats_app\":{\"app_id\":\"a-1\",\"subscription_group_id\":\"g-1\",\"message_type"
          "\":\"text_response_message\",\"message\":{\"body\":\"Hi { {x} }\\n\\\"ok\\\"\"}}},"
          "\"external_user_ids\":[\"ana\"],"
          "\"user_aliases\":[{\"alias_name\":\"+491\",\"alias_label\":\"phone\"}]}" },
        { &MESSAGE, both + 1, 1,
          "{\"messages\":{\"whats_app\":{\"app_id\":\"a-1\",\"subscription_group_id\":\"g-1\",\"message_type"
          "\":\"text_response_message\",\"message\":{\"body\":\"Hi { {x} }\\n\\\"ok\\\"\"}}},"
          "\"user_aliases\":[{\"alias_name\":\"+491\",\"alias_label\":\"phone\"}]}" },
        { &REPLY, &MORE, 1,
          "{\"campaign_id\":\"c-1\",\"recipients\":[{\"external_user_id\":\"bob\\\"\",\"trigger_properties"
          "\":{\"external_system_msg_body\":\"Hi\",\"buttons\":[\"Yes\",\"{ {no} }\"],\"n\":"
          "\"12345678901234567890\",\"o\":{\"{ {k\":null,\"t\":true,\"f\":1.50}}}]}" },
        { &REPLY, offers, 1,
          "{\"campaign_id\":\"c-1\",\"recipients\":[{\"external_user_id\":\"ana\",\"trigger_properties"
          "\":{\"external_system_msg_body\":\"Hi\",\"button_1\":\"예\",\"button_2\":"
          "\"12345678901234567890\",\"button_4\":\"4\"}}]}" },
        { &CANVAS, offers + 1, 1,
          "{\"canvas_id\":\"k-1\",\"recipients\":[{\"user_alias\":{\"alias_name\":\"+491\","
          "\"alias_label\":\"phone\"},\"context\":{\"body\":\"Hi\",\"button_1\":\"예\","
          "\"button_2\":\"12345678901234567890\"}}]}" },
        { &MESSAGE, offers, 2,
          "{\"messages\":{\"whats_app\":{\"app_id\":\"a-1\",\"subscription_group_id\":\"g-1\",\"message_type"
          "\":\"quick_reply_response_message\",\"message\":{\"body\":\"Hi\",\"buttons\":[{\"text\":\"예\"},"
          "{\"text\":\"12345678901234567890\"}]}}},\"external_user_ids\":[\"ana\"],"
          "\"user_aliases\":[{\"alias_name\":\"+491\",\"alias_label\":\"phone\"}]}" },
        { &MESSAGE, choices, 2, /* further properties have no place there */
          "{\"messages\":{\"whats_app\":{\"app_id\":\"a-1\",\"subscription_group_id\":\"g-1\",\"message_type"
          "\":\"list_response_message\",\"message\":{\"body\":\"Hi\",\"list\":{\"list_button_text\":\"Choose one\","
          "\"list_sections\":[{\"section_title\":\"{ %Sizes\",\"list_rows\":[{\"row_title\":\"아주 크게\"},"
          "{\"row_title\":\"{ {b} }\"},{\"row_title\":\"123456789012345678901234\"},{\"row_title\":\"d e\"}]}]}}}},"
          "\"external_user_ids\":[\"ana\",\"bob\"]}" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct buf body = { 0 };
        struct error error = { 0 };
        struct json *root;
        if (send_format(CASES[i].target, CASES[i].recipients, CASES[i].count, &body, &error) != 0)
            fail_msg("%s", error.text);
        assert_string_equal(body.data, CASES[i].body);
        assert_int_equal(json_parse(body.data, body.len, JSON_STRICT, &root, &error), 0);
        json_free(root);
        buf_release(&body);
    }
}

static void expect_refused(const struct send_target *target, const struct send_recipient *recipients,
                           size_t count, const char *word)
{
    struct buf body = { 0 };
    struct error error = { 0 };
    assert_int_equal(send_format(target, recipients, count, &body, &error), -1);
    if (strstr(error.text, word) == NULL)
        fail_msg("\"%s\" is not in: %s", word, error.text);
    assert_int_equal(body.len, 0);
    buf_release(&body);
}

static void senseless_requests_are_refused(void **state)
{
    static const char *const FOUR[] = { "a", "b", "c", "d" };
    static const char *const BLANK[] = { " \x01" };
    static const char *const LONG[] = { "123456789012345678901" };
    static const char *const ELEVEN[] = { "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k" };
    static const char *const WIDE[] = { "1234567890123456789012345" };
    static const struct send_list LIST = { "b", "t" }, OTHER = { "b", "u" }, NO_BUTTON = { " ", "t" };
    static const struct send_list LONG_BUTTON = { "123456789012345678901", "t" };
    static const struct send_list LONG_TITLE = { "b", "1234567890123456789012345" };
    static const struct send_target NO_CAMPAIGN = { .carrier = CARRIER_CAMPAIGN };
    static const struct send_target NO_CANVAS = { .carrier = CARRIER_CANVAS, .campaign_id = "" };
    static const struct send_target NO_APP = { .carrier = CARRIER_MESSAGE, .subscription_group_id = "g" };
    static const struct send_target NO_GROUP = { .carrier = CARRIER_MESSAGE, .app_id = "a" };
    static const struct {
        const struct send_target *target;
        struct send_recipient recipients[2];
        size_t count;
        const char *word;
    } CASES[] = {
        { &NO_CAMPAIGN, { { ADDRESS_EXTERNAL, "a", "t", NULL, NULL, 0, NULL, NULL } }, 1, "campaign_id" },
        { &NO_CANVAS, { { ADDRESS_EXTERNAL, "a", "t", NULL, NULL, 0, NULL, NULL } }, 1, "canvas_id" },
        { &NO_APP, { { ADDRESS_EXTERNAL, "a", "t", NULL, NULL, 0, NULL, NULL } }, 1, "app_id" },
        { &NO_GROUP, { { ADDRESS_EXTERNAL, "a", "t", NULL, NULL, 0, NULL, NULL } }, 1, "subscription_group_id" },
        { &REPLY, { { ADDRESS_EXTERNAL, "a", "t", NULL, NULL, 0, NULL, NULL } }, 0, "recipients" },
        { &REPLY, { { ADDRESS_EXTERNAL, "", "t", NULL, NULL, 0, NULL, NULL } }, 1, "id" },
        { &REPLY, { { ADDRESS_EXTERNAL, NULL, "t", NULL, NULL, 0, NULL, NULL } }, 1, "id" },
        { &REPLY, { { ADDRESS_EXTERNAL, "a", "", NULL, NULL, 0, NULL, NULL } }, 1, "empty" },
        { &MESSAGE, { { ADDRESS_EXTERNAL, "a", NULL, NULL, NULL, 0, NULL, NULL } }, 1, "no text of its own" },
        { &REPLY, { { ADDRESS_EXTERNAL, "a", " \n\x01\t", NULL, NULL, 0, NULL, NULL } }, 1, "empty" },
        { &REPLY,
          { { ADDRESS_EXTERNAL, "a", "t", NULL, NULL, 0, NULL, NULL }, { ADDRESS_EXTERNAL, "a", "s", NULL, NULL, 0, NULL, NULL } },
          2,
          "twice" },
        { &MESSAGE,
          { { ADDRESS_EXTERNAL, "a", "t", NULL, NULL, 0, NULL, NULL }, { ADDRESS_EXTERNAL, "b", "s", NULL, NULL, 0, NULL, NULL } },
          2,
          "differ" },
        { &REPLY, { { ADDRESS_EXTERNAL, "a", "t", "{\"a\":", NULL, 0, NULL, NULL } }, 1, "properties" },
        { &REPLY, { { ADDRESS_EXTERNAL, "a", "t", "[1]", NULL, 0, NULL, NULL } }, 1, "object" },
        { &REPLY, { { ADDRESS_EXTERNAL, "a", "t", NULL, FOUR, 4, NULL, NULL } }, 1, "at most 3" },
        { &REPLY, { { ADDRESS_EXTERNAL, "a", "t", NULL, BLANK, 1, NULL, NULL } }, 1, "button" },
        { &MESSAGE, { { ADDRESS_EXTERNAL, "a", "t", NULL, LONG, 1, NULL, NULL } }, 1, "1 to 20" },
        { &MESSAGE,
          { { ADDRESS_EXTERNAL, "a", "t", NULL, FOUR, 2, NULL, NULL }, { ADDRESS_EXTERNAL, "b", "t", NULL, FOUR, 3, NULL, NULL } },
          2,
          "differ" },
        { &MESSAGE,
          { { ADDRESS_EXTERNAL, "a", "t", NULL, FOUR, 1, NULL, NULL }, { ADDRESS_EXTERNAL, "b", "t", NULL, FOUR + 1, 1, NULL, NULL } },
          2,
          "differ" },
        { &REPLY, { { ADDRESS_EXTERNAL, "a", "t", NULL, FOUR, 4, &LIST, NULL } }, 1, "/messages/send only" },
        { &MESSAGE, { { ADDRESS_EXTERNAL, "a", "t", NULL, ELEVEN, 11, &LIST, NULL } }, 1, "1 to 10 rows" },
        { &MESSAGE, { { ADDRESS_EXTERNAL, "a", "t", NULL, NULL, 0, &LIST, NULL } }, 1, "1 to 10 rows" },
        { &MESSAGE, { { ADDRESS_EXTERNAL, "a", "t", NULL, WIDE, 1, &LIST, NULL } }, 1, "a row of a list is 1 to 24" },
        { &MESSAGE, { { ADDRESS_EXTERNAL, "a", "t", NULL, BLANK, 1, &LIST, NULL } }, 1, "a row of a list" },
        { &MESSAGE, { { ADDRESS_EXTERNAL, "a", "t", NULL, FOUR, 4, &NO_BUTTON, NULL } }, 1, "the button of a list" },
        { &MESSAGE, { { ADDRESS_EXTERNAL, "a", "t", NULL, FOUR, 4, &LONG_BUTTON, NULL } }, 1, "1 to 20" },
        { &MESSAGE, { { ADDRESS_EXTERNAL, "a", "t", NULL, FOUR, 4, &LONG_TITLE, NULL } }, 1, "the title of a list is 1 to 24" },
        { &MESSAGE,
          { { ADDRESS_EXTERNAL, "a", "t", NULL, FOUR, 4, &LIST, NULL }, { ADDRESS_EXTERNAL, "b", "t", NULL, FOUR, 4, &OTHER, NULL } },
          2,
          "differ" },
        { &MESSAGE,
          { { ADDRESS_EXTERNAL, "a", "t", NULL, FOUR, 3, &LIST, NULL }, { ADDRESS_EXTERNAL, "b", "t", NULL, FOUR, 3, NULL, NULL } },
          2,
          "differ" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++)
        expect_refused(CASES[i].target, CASES[i].recipients, CASES[i].count, CASES[i].word);
}

static void an_alias_and_an_external_id_may_be_equal(void **state)
{
    const struct send_recipient recipients[] = { { ADDRESS_EXTERNAL, "+1", "t", NULL, NULL, 0, NULL, NULL },
                                                 { ADDRESS_PHONE_ALIAS, "+1", "t", NULL, NULL, 0, NULL, NULL } };
    struct buf body = { 0 };
    struct error error;
    (void)state;
    assert_int_equal(send_format(&REPLY, recipients, 2, &body, &error), 0);
    buf_release(&body);
}

static void fifty_recipients_and_no_more(void **state)
{
    struct send_recipient recipients[SEND_RECIPIENTS_MAX + 1];
    char ids[SEND_RECIPIENTS_MAX + 1][8];
    struct buf body = { 0 };
    struct error error;
    (void)state;
    for (size_t i = 0; i <= SEND_RECIPIENTS_MAX; i++) {
        snprintf(ids[i], sizeof ids[i], "u%zu", i);
        recipients[i] = (struct send_recipient){ .id = ids[i], .text = "t" };
    }
    assert_int_equal(send_format(&REPLY, recipients, SEND_RECIPIENTS_MAX, &body, &error), 0);
    buf_release(&body);
    expect_refused(&REPLY, recipients, SEND_RECIPIENTS_MAX + 1, "50");
}

/* The bound counts the JSON that leaves, escapes included: 25,000 line breaks are 50,000 bytes. */
static void properties_stay_under_the_bound(void **state)
{
    struct send_recipient recipient = { .id = "a" };
    struct buf text = { 0 }, body = { 0 };
    struct error error;
    (void)state;
    buf_add_char(&text, 'x');
    for (int i = 0; i < 25000; i++)
        buf_add_char(&text, '\n');
    recipient.text = text.data;
    assert_int_equal(send_format(&REPLY, &recipient, 1, &body, &error), 0);
    for (int i = 0; i < 1000; i++)
        buf_add_char(&text, '\n');
    recipient.text = text.data;
    expect_refused(&REPLY, &recipient, 1, "51200");
    buf_release(&text);
    buf_release(&body);
}

static void paths(void **state)
{
    (void)state;
    assert_string_equal(send_path(CARRIER_CAMPAIGN), "/campaigns/trigger/send");
    assert_string_equal(send_path(CARRIER_CANVAS), "/canvas/trigger/send");
    assert_string_equal(send_path(CARRIER_MESSAGE), "/messages/send");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_cleaned),
        cmocka_unit_test(cleaning_appends),
        cmocka_unit_test(bodies_to_the_byte),
        cmocka_unit_test(senseless_requests_are_refused),
        cmocka_unit_test(an_alias_and_an_external_id_may_be_equal),
        cmocka_unit_test(fifty_recipients_and_no_more),
        cmocka_unit_test(properties_stay_under_the_bound),
        cmocka_unit_test(paths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
