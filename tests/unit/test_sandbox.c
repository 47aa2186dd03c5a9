/*
 * The sandbox is what the system tests trust, so its own rules are tested here: what it refuses and with
 * which words, what it accepts and does not send, and which fault meets which request. No sockets: requests
 * are parsed from text.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"
#include "base/seal.h"

#include "../../tools/sandbox_braze.h"
#include "../../tools/sandbox_fault.h"
#include "../../tools/sandbox_http.h"
#include "../../tools/sandbox_people.h"
#include "../../tools/sandbox_script.h"
#include "../../tools/sandbox_service.h"
#include "sandbox_bench.h"

#define ID         "11111111-2222-3333-4444-555555555555"
#define DISPATCH   "0123456789abcdef0123456789abcdef"

static void call_init(struct call *call, const char *method, const char *path, const char *key,
                      const char *type, const char *body)
{
    struct buf headers = { 0 };

    if (key != NULL)
        buf_addf(&headers, "Authorization: %s\r\n", key);
    if (type != NULL)
        buf_addf(&headers, "Content-Type: %s\r\n", type);
    call_init_with(call, method, path, buf_text(&headers), body);
    buf_release(&headers);
}

static void call_post(struct call *call, const char *path, const char *body)
{
    call_init(call, "POST", path, "Bearer sandbox-key", "application/json", body);
}

static struct workspace *new_workspace(void)
{
    struct workspace *workspace = calloc(1, sizeof *workspace);
    struct error error = { 0 };

    strncpy(workspace->api_key, "sandbox-key", ID_SIZE - 1);
    assert_int_equal(campaign_list_add(&workspace->campaigns, "reply", &error), 0);
    assert_int_equal(campaign_list_add(&workspace->campaigns, "reopen:template:words", &error), 0);
    assert_int_equal(campaign_list_add(&workspace->campaigns, "two:buttons=2", &error), 0);
    assert_int_equal(campaign_list_add(&workspace->campaigns, "bad:buttons=4", &error), -1);
    assert_int_equal(id_list_add(&workspace->denied, "nothing.at.all", &error), 0);
    return workspace;
}

static void judge(const struct workspace *workspace, const char *path, const char *body,
                  struct verdict *verdict)
{
    struct call call;

    call_post(&call, path, body);
    braze_judge(workspace, &call.request, DISPATCH, verdict);
    buf_release(&call.bytes);
}

static const char *message_of(const struct verdict *verdict, struct json **tree)
{
    assert_int_equal(json_parse(buf_text(&verdict->body), verdict->body.len, JSON_STRICT, tree, NULL), 0);
    return json_get_text(*tree, "message");
}

#define SYNTAX  "Error while parsing request body. Please check your syntax"
#define TRIGGER "/campaigns/trigger/send"
#define CANVAS  "/canvas/trigger/send"
#define SEND    "/messages/send"
#define TRACK   "/users/track"
#define MIA     "{\"external_user_id\":\"mia\",\"trigger_properties\":{\"external_system_msg_body\":\"hi\"}}"
#define WHATSAPP(type, message)                                                            \
    "{\"external_user_ids\":[\"mia\"],\"messages\":{\"whats_app\":{\"app_id\":\"" ID "\"," \
    "\"subscription_group_id\":\"" ID "\",\"message_type\":\"" type "\",\"message\":" message "}}}"

static void test_bodies(void **state)
{
    static const struct {
        const char *path, *body;
        int status;
        const char *message;
    } CASES[] = {
        { TRIGGER, "{\"campaign_id\":\"reply\",\"recipients\":[" MIA "]}", 201, "success" },
        { TRIGGER,
          "{\"campaign_id\":\"reply\",\"broadcast\":false,\"send_id\":\"a\",\"recipients\":[" MIA "]}", 201,
          "success" },
        { TRIGGER, "{\"campaign_id\":\"reply\",\"recipients\":[" MIA "]", 400, SYNTAX },
        { TRIGGER, "", 400, SYNTAX },
        { TRIGGER, "{\"campaign_id\":\"reply\",\"campaign_id\":\"reply\",\"recipients\":[" MIA "]}", 400,
          SYNTAX },
        { TRIGGER, "{\"campaign_id\":\"reply\",\"recipients\":[{\"external_user_id\":\"a\nb\"}]}", 400,
          SYNTAX },
        { TRIGGER, "[]", 400, "The request body must be an object" },
        { TRIGGER, "{\"campaign_id\":\"other\",\"recipients\":[" MIA "]}", 400, "Invalid Campaign ID" },
        { TRIGGER, "{\"campaign_id\":7,\"recipients\":[" MIA "]}", 400,
          "campaign_id must be a string of the campaign api identifier" },
        { TRIGGER, "{\"campaign_id\":\"reply\"}", 400, "No Recipients" },
        { TRIGGER, "{\"campaign_id\":\"reply\",\"recipients\":[]}", 400, "No Recipients" },
        { TRIGGER, "{\"campaign_id\":\"reply\",\"broadcast\":true}", 400,
          "broadcast is refused by the sandbox: it addresses the whole audience of the campaign" },
        { TRIGGER, "{\"campaign_id\":\"reply\",\"recipient\":[" MIA "]}", 400,
          "recipient is not a known field" },
        { TRIGGER, "{\"campaign_id\":\"reply\",\"context\":{},\"recipients\":[" MIA "]}", 400,
          "context belongs to a Canvas: a campaign takes trigger_properties" },
        { TRIGGER, "{\"campaign_id\":\"reply\",\"recipients\":[{\"trigger_properties\":{}}]}", 400,
          "recipients[0] needs exactly one of external_user_id, user_alias and email" },
        { TRIGGER,
          "{\"campaign_id\":\"reply\",\"recipients\":[" MIA ",{\"external_user_id\":\"a\",\"user_alias\":"
          "{\"alias_name\":\"1\",\"alias_label\":\"phone\"}}]}",
          400, "recipients[1] needs exactly one of external_user_id, user_alias and email" },
        { TRIGGER, "{\"campaign_id\":\"reply\",\"recipients\":[{\"user_alias\":{\"alias_name\":\"1\"}}]}",
          400, "recipients[0].user_alias.alias_label is required" },
        { TRIGGER, "{\"campaign_id\":\"reply\",\"recipients\":[{\"external_user_id\":\"\"}]}", 400,
          "recipients[0].external_user_id must not be empty" },
        { TRIGGER,
          "{\"campaign_id\":\"reply\",\"recipients\":[{\"external_user_id\":\"a\",\"braze_id\":\"b\"}]}", 400,
          "recipients[0].braze_id is not a known field" },
        { TRIGGER, "{\"campaign_id\":\"reply\",\"recipients\":[{\"email\":\"a@b.c\"}]}", 400,
          "recipients[0].prioritization is required with email" },
        { TRIGGER,
          "{\"campaign_id\":\"reply\",\"recipients\":[{\"external_user_id\":\"a\",\"send_to_existing_only\":"
          "false}]}",
          400, "recipients[0].send_to_existing_only false needs attributes" },
        { TRIGGER,
          "{\"campaign_id\":\"reply\",\"recipients\":[{\"user_alias\":{\"alias_name\":\"1\",\"alias_label\":"
          "\"phone\"},"
          "\"send_to_existing_only\":false,\"attributes\":{\"a\":1}}]}",
          400, "recipients[0].send_to_existing_only false cannot be used with user_alias" },
        { CANVAS, "{\"canvas_id\":\"" ID "\",\"recipients\":[{\"external_user_id\":\"a\",\"context\":{}}]}",
          201, "success" },
        { CANVAS, "{\"canvas_id\":5}", 400, "canvas_id must be a string of the Canvas api identifier" },
        { CANVAS, "{\"canvas_id\":\"not-like-one\",\"recipients\":[{\"external_user_id\":\"a\"}]}", 400,
          "Invalid Canvas ID" },
        { CANVAS, "{\"canvas_id\":\"" ID "\",\"recipients\":[" MIA "]}", 400,
          "recipients[0].trigger_properties belongs to a campaign: a Canvas takes context" },
        { SEND, WHATSAPP("text_response_message", "{\"body\":\"hi\"}"), 201, "success" },
        { SEND, WHATSAPP("text_response_message", "{\"body\":\"\"}"), 400,
          "messages.whats_app.message.body must not be empty" },
        { SEND, WHATSAPP("text_response_message", "{\"text\":\"hi\"}"), 400,
          "messages.whats_app.message.text is not a known field" },
        { SEND, WHATSAPP("sms_message", "{\"body\":\"hi\"}"), 400, "Mismatched Message Type" },
        { SEND,
          WHATSAPP("quick_reply_response_message", "{\"body\":\"hi\",\"buttons\":[{\"text\":\"yes\"}]}"), 201,
          "success" },
        { SEND, WHATSAPP("quick_reply_response_message", "{\"body\":\"hi\",\"buttons\":[]}"), 400,
          "buttons must hold 1 to 3 buttons" },
        { SEND,
          WHATSAPP("list_response_message",
                   "{\"body\":\"hi\",\"list\":{\"list_button_text\":\"a\","
                   "\"list_sections\":[{\"section_title\":\"s\",\"list_rows\":[{\"row_title\":\"r\"}]}]}}"),
          201, "success" },
        { SEND,
          WHATSAPP("template_message", "{\"template_name\":\"t\",\"template_language_code\":\"en\","
                                       "\"body_variables\":{\"0\":\"a\",\"2\":\"b\"}}"),
          400, "body_variables must be keyed by \"0\", \"1\" and so on, without a gap" },
        { SEND, "{\"external_user_ids\":[\"a\"]}", 400, "No message to send" },
        { SEND, "{\"external_user_ids\":[\"a\"],\"messages\":{\"sms\":{}}}", 400,
          "messages.sms is not a known field" },
        { TRACK, "{\"attributes\":[{\"external_id\":\"mia\",\"vip\":true}]}", 201, "success" },
        { TRACK, "{\"attribute\":[]}", 400, "attribute is not a known field" },
        { TRACK, "{}", 400,
          "Valid data must be provided in the 'attributes', 'events', or 'purchases' fields." },
        { "/campaigns/trigger/send/", "{}", 403, "Access Denied" },
        { "/campaigns/trigger", "{}", 404, "Invalid URL" },
        { "/campaigns/details", "{}", 404, "Invalid URL" },
    };
    struct workspace *workspace = new_workspace();
    struct verdict verdict = { 0 };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct json *tree = NULL;
        judge(workspace, CASES[i].path, CASES[i].body, &verdict);
        assert_string_equal(message_of(&verdict, &tree), CASES[i].message);
        assert_int_equal(verdict.status, CASES[i].status);
        if (CASES[i].status != 201)
            assert_int_equal(verdict.delivery_count, 0);
        json_free(tree);
    }
    verdict_release(&verdict);
    free(workspace);
}

static void test_access(void **state)
{
    static const struct {
        const char *method, *path, *key, *type;
        int status;
        const char *message;
    } CASES[] = {
        { "POST", TRIGGER, "Bearer sandbox-key", "application/json; charset=utf-8", 400, "No Recipients" },
        { "POST", TRIGGER, "Bearer sandbox-key", NULL, 415, "Content-Type must be application/json" },
        { "POST", TRIGGER, "Bearer sandbox-key", "application/jsonx", 415,
          "Content-Type must be application/json" },
        { "POST", TRIGGER, "Bearer wrong", "application/json", 401, "Invalid API key: wrong" },
        { "POST", TRIGGER, "sandbox-key", "application/json", 401, "Invalid API key: " },
        { "POST", TRIGGER, NULL, "application/json", 401, "Invalid API key: " },
        { "POST", TRIGGER, "Bearer \"sandbox-key\"", "application/json", 401,
          "Invalid API key: \"sandbox-key\"" },
        { "POST", TRACK, "Bearer sandbox-key", "application/json", 403, "Access Denied" },
        { "GET", TRIGGER, "Bearer sandbox-key", "application/json", 404, "Invalid URL" },
        { "GET", "/campaigns/details?campaign_id=reply", "Bearer sandbox-key", NULL, 200, "success" },
        { "GET", "/campaigns/details?campaign_id=nope", "Bearer sandbox-key", NULL, 400,
          "Invalid Campaign ID" },
        { "GET", "/campaigns/details", "Bearer sandbox-key", NULL, 400, "campaign_id is required" },
    };
    struct workspace *workspace = new_workspace();
    struct verdict verdict = { 0 };

    (void)state;
    assert_int_equal(id_list_add(&workspace->denied, "users.track", NULL), 0);
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct json *tree = NULL;
        struct call call;
        call_init(&call, CASES[i].method, CASES[i].path, CASES[i].key, CASES[i].type,
                  "{\"campaign_id\":\"reply\"}");
        braze_judge(workspace, &call.request, DISPATCH, &verdict);
        assert_string_equal(message_of(&verdict, &tree), CASES[i].message);
        assert_int_equal(verdict.status, CASES[i].status);
        assert_int_equal(verdict.is_unknown_key, CASES[i].status == 401);
        json_free(tree);
        buf_release(&call.bytes);
    }
    verdict_release(&verdict);
    free(workspace);
}

static void test_recipients_collapse_and_properties_override(void **state)
{
    struct workspace *workspace = new_workspace();
    struct verdict verdict = { 0 };

    (void)state;
    judge(workspace, TRIGGER,
          "{\"campaign_id\":\"reply\",\"trigger_properties\":{\"external_system_msg_body\":\"for "
          "all\"},\"recipients\":[" MIA ",{\"external_user_id\":\"bob\"}," MIA
          ",{\"user_alias\":{\"alias_name\":\"+821012345678\",\"alias_label\":\"phone\"}}"
          ",{\"user_alias\":{\"alias_name\":\"mia\",\"alias_label\":\"shop\"}}]}",
          &verdict);
    assert_int_equal(verdict.status, 201);
    assert_int_equal(verdict.delivery_count, 4);
    assert_int_equal(verdict.collapsed, 1);
    assert_string_equal(verdict.deliveries[0].text, "hi");
    assert_string_equal(verdict.deliveries[1].text, "for all");
    assert_string_equal(verdict.deliveries[2].user, "+821012345678");
    assert_int_equal(verdict.deliveries[2].address, ADDRESS_PHONE);
    assert_int_equal(verdict.deliveries[3].address, ADDRESS_ALIAS);
    assert_non_null(strstr(buf_text(&verdict.body), DISPATCH));
    verdict_release(&verdict);
    free(workspace);
}

static void many_recipients(size_t count, struct buf *body)
{
    buf_clear(body);
    buf_add_text(body, "{\"campaign_id\":\"reply\",\"recipients\":[");
    for (size_t i = 0; i < count; i++)
        buf_addf(body, "%s{\"external_user_id\":\"u%zu\"}", i > 0 ? "," : "", i);
    buf_add_text(body, "]}");
}

static void big_property(size_t len, struct buf *body)
{
    buf_clear(body);
    buf_add_text(body, "{\"campaign_id\":\"reply\",\"recipients\":[{\"external_user_id\":\"a\",\"trigger_"
                       "properties\":{\"k\":\"");
    for (size_t i = 0; i < len; i++)
        buf_add_char(body, 'x');
    buf_add_text(body, "\"}}]}");
}

static void test_limits_of_size(void **state)
{
    struct workspace *workspace = new_workspace();
    struct verdict verdict = { 0 };
    struct buf body = { 0 };
    size_t frame = strlen("{\"k\":\"\"}");

    (void)state;
    many_recipients(50, &body);
    judge(workspace, TRIGGER, buf_text(&body), &verdict);
    assert_int_equal(verdict.status, 201);
    assert_int_equal(verdict.delivery_count, 50);
    many_recipients(51, &body);
    judge(workspace, TRIGGER, buf_text(&body), &verdict);
    assert_int_equal(verdict.status, 400);
    assert_non_null(strstr(buf_text(&verdict.body), "max number of external_ids and aliases"));
    big_property(50 * 1024 - frame, &body);
    judge(workspace, TRIGGER, buf_text(&body), &verdict);
    assert_int_equal(verdict.status, 201);
    big_property(50 * 1024 - frame + 1, &body);
    judge(workspace, TRIGGER, buf_text(&body), &verdict);
    assert_int_equal(verdict.status, 400);
    buf_release(&body);
    verdict_release(&verdict);
    free(workspace);
}

static void test_ids_need_a_likeness_when_none_is_given(void **state)
{
    struct workspace *workspace = calloc(1, sizeof *workspace);
    struct verdict verdict = { 0 };

    (void)state;
    strncpy(workspace->api_key, "sandbox-key", ID_SIZE - 1);
    judge(workspace, TRIGGER, "{\"campaign_id\":\"" ID "\",\"recipients\":[" MIA "]}", &verdict);
    assert_int_equal(verdict.status, 201);
    judge(workspace, TRIGGER, "{\"campaign_id\":\"reply\",\"recipients\":[" MIA "]}", &verdict);
    assert_int_equal(verdict.status, 400);
    judge(workspace, TRIGGER, "{\"campaign_id\":\"" ID "0\",\"recipients\":[" MIA "]}", &verdict);
    assert_int_equal(verdict.status, 400);
    verdict_release(&verdict);
    free(workspace);
}

static void test_accepted_but_not_sent(void **state)
{
    static const struct {
        const char *body;
        const char *dropped; /* NULL: sent */
    } CASES[] = {
        { "{\"campaign_id\":\"reopen\",\"recipients\":[{\"external_user_id\":\"a\",\"trigger_properties\":"
          "{\"words\":\"one line\"}}]}",
          NULL },
        { "{\"campaign_id\":\"reopen\",\"recipients\":[{\"external_user_id\":\"a\",\"trigger_properties\":"
          "{\"words\":\"two\\nlines\"}}]}",
          "a template parameter must hold no line break" },
        { "{\"campaign_id\":\"reply\",\"recipients\":[{\"external_user_id\":\"a\",\"trigger_properties\":"
          "{\"external_system_msg_body\":\"two\\nlines\"}}]}",
          NULL },
        { "{\"campaign_id\":\"reply\",\"recipients\":[{\"external_user_id\":\"a\",\"trigger_properties\":"
          "{\"words\":\"hi\"}}]}",
          "the property that the message prints is missing, or no string" },
        { "{\"campaign_id\":\"reply\",\"recipients\":[{\"external_user_id\":\"a\",\"trigger_properties\":"
          "{\"external_system_msg_body\":\" \\n\"}}]}",
          "the text is empty" },
    };
    struct workspace *workspace = new_workspace();
    struct verdict verdict = { 0 };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        judge(workspace, TRIGGER, CASES[i].body, &verdict);
        assert_int_equal(verdict.status, 201);
        assert_int_equal(verdict.delivery_count, 1);
        if (CASES[i].dropped == NULL)
            assert_null(verdict.deliveries[0].dropped);
        else
            assert_string_equal(verdict.deliveries[0].dropped, CASES[i].dropped);
    }
    judge(workspace, SEND,
          WHATSAPP("quick_reply_response_message", "{\"body\":\"b\",\"buttons\":[{\"text\":\"a\"},{\"text\":"
                                                   "\"b\"},{\"text\":\"c\"},{\"text\":\"d\"}]}"),
          &verdict);
    assert_int_equal(verdict.status, 201);
    assert_string_equal(verdict.deliveries[0].dropped, "there are more than 3 buttons");
    verdict_release(&verdict);
    free(workspace);
}

#define OFFERS(campaign, property, more) \
    "{\"campaign_id\":\"" campaign "\",\"recipients\":[{\"external_user_id\":\"a\",\"trigger_properties\":" \
    "{\"" property "\":\"hi\"," more "}}]}"
#define LABEL_20 "스무글자스무글자스무글자스무글자스무글자"

static void test_buttons_are_judged_strictly(void **state)
{
    static const char GAP[] = "the buttons are not button_1, button_2, button_3, without a gap";
    static const struct {
        const char *path, *body;
        size_t count;
        const char *dropped; /* NULL: sent */
    } CASES[] = {
        { TRIGGER, OFFERS("reply", "external_system_msg_body", "\"button_1\":\"" LABEL_20 "\""), 1, NULL },
        { TRIGGER, OFFERS("two", "external_system_msg_body", "\"button_1\":\"a\",\"button_2\":\"b\""), 2, NULL },
        { TRIGGER,
          OFFERS("two", "external_system_msg_body", "\"button_1\":\"a\",\"button_2\":\"b\",\"button_3\":\"c\""), 3,
          "there are more buttons than the layout shows" },
        { TRIGGER, OFFERS("reply", "external_system_msg_body", "\"button_1\":\"" LABEL_20 "!\""), 1,
          "a button is over 20 characters" },
        { TRIGGER, OFFERS("reply", "external_system_msg_body", "\"button_1\":\" \""), 1, "a button has no text" },
        { TRIGGER, OFFERS("reply", "external_system_msg_body", "\"button_1\":\"a\\nb\""), 1,
          "a button holds a line break or a tab" },
        { TRIGGER, OFFERS("reply", "external_system_msg_body", "\"button_1\":1"), 0, "a button is no string" },
        { TRIGGER, OFFERS("reply", "external_system_msg_body", "\"button_2\":\"b\""), 0, GAP },
        { TRIGGER, OFFERS("reply", "external_system_msg_body", "\"button_1\":\"a\",\"button_3\":\"c\""), 1, GAP },
        { TRIGGER, OFFERS("reply", "external_system_msg_body", "\"button_1\":\"a\",\"button_4\":\"d\""), 1, GAP },
        { TRIGGER, OFFERS("reopen", "words", "\"button_1\":\"a\""), 1, "the buttons of a template are fixed" },
        { SEND,
          WHATSAPP("quick_reply_response_message",
                   "{\"body\":\"b\",\"buttons\":[{\"text\":\"a\"},{\"text\":\"b\"},{\"text\":\"c\"}]}"),
          3, NULL },
        { SEND, WHATSAPP("quick_reply_response_message", "{\"body\":\"b\",\"buttons\":[{\"text\":\"" LABEL_20 "!\"}]}"),
          1, "a button is over 20 characters" },
        { SEND,
          WHATSAPP("quick_reply_response_message",
                   "{\"body\":\"b\",\"buttons\":[{\"text\":\"a\"},{\"text\":\"a\"}]}"),
          2, "two buttons have the same text" },
    };
    struct workspace *workspace = new_workspace();
    struct verdict verdict = { 0 };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        judge(workspace, CASES[i].path, CASES[i].body, &verdict);
        assert_int_equal(verdict.status, 201);
        assert_int_equal(verdict.deliveries[0].button_count, CASES[i].count);
        if (CASES[i].dropped == NULL)
            assert_null(verdict.deliveries[0].dropped);
        else
            assert_string_equal(verdict.deliveries[0].dropped, CASES[i].dropped);
    }
    verdict_release(&verdict);
    free(workspace);
}

#define LIST(button, sections) \
    WHATSAPP("list_response_message", "{\"body\":\"b\",\"list\":{\"list_button_text\":\"" button \
                                      "\",\"list_sections\":[" sections "]}}")
#define SECTION(title, rows) "{\"section_title\":\"" title "\",\"list_rows\":[" rows "]}"
#define ROW(title) "{\"row_title\":\"" title "\"}"
#define TITLE_24 LABEL_20 "네글자들"
#define NINE ROW("1") "," ROW("2") "," ROW("3") "," ROW("4") "," ROW("5") "," ROW("6") "," ROW("7") "," ROW("8") "," ROW("9")

static void test_lists_are_judged_strictly(void **state)
{
    static const struct {
        const char *body;
        int status;
        const char *says; /* the refusal, or why it is dropped; NULL: sent */
    } CASES[] = {
        { LIST(LABEL_20, SECTION(TITLE_24, ROW(TITLE_24) "," ROW("b"))), 201, NULL },
        { LIST("Choose", SECTION("s", NINE) "," SECTION("t", ROW("10"))), 201, NULL },
        { LIST("Choose", SECTION("s", NINE) "," SECTION("t", ROW("10") "," ROW("11"))), 201, "the list has more than 10 rows" },
        { LIST(LABEL_20 "!", SECTION("s", ROW("a"))), 201, "the list button is over 20 characters" },
        { LIST(" ", SECTION("s", ROW("a"))), 201, "the list button has no text" },
        { LIST("a\\nb", SECTION("s", ROW("a"))), 201, "the list button holds a line break or a tab" },
        { LIST("Choose", SECTION(TITLE_24 "!", ROW("a"))), 201, "a section title is over 24 characters" },
        { LIST("Choose", SECTION("\\t", ROW("a"))), 201, "a section has no title" },
        { LIST("Choose", SECTION("s", ROW(TITLE_24 "!"))), 201, "a row title is over 24 characters" },
        { LIST("Choose", SECTION("s", ROW(" "))), 201, "a row has no title" },
        { LIST("Choose", SECTION("s", ROW("a\\nb"))), 201, "a row title holds a line break or a tab" },
        { LIST("Choose", SECTION("s", ROW("a") "," ROW("b")) "," SECTION("t", ROW("a"))), 201, "two rows have the same title" },
        { LIST("", SECTION("s", ROW("a"))), 400, "list.list_button_text must not be empty" },
        { LIST("Choose", SECTION("", ROW("a"))), 400, "section.section_title must not be empty" },
        { LIST("Choose", SECTION("s", "")), 400, "a section has no rows" },
        { LIST("Choose", ""), 400, "list_sections must not be empty" },
        { LIST("Choose", SECTION("s", "{\"title\":\"a\"}")), 400, "row.title is not a known field" },
        { LIST("Choose", SECTION("s", "{\"row_title\":\"a\",\"id\":\"1\"}")), 400, "row.id is not a known field" },
        { LIST("Choose", SECTION("s", "{\"row_title\":7}")), 400, "row.row_title must be a string" },
        { WHATSAPP("list_response_message", "{\"body\":\"b\"}"), 400, "messages.whats_app.message.list is required" },
        { WHATSAPP("list_response_message", "{\"body\":\"b\",\"buttons\":[]}"), 400,
          "messages.whats_app.message.buttons is not a known field" },
    };
    struct workspace *workspace = new_workspace();
    struct verdict verdict = { 0 };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        judge(workspace, SEND, CASES[i].body, &verdict);
        assert_int_equal(verdict.status, CASES[i].status);
        if (verdict.status == 201 && CASES[i].says == NULL)
            assert_null(verdict.deliveries[0].dropped);
        else if (verdict.status == 201)
            assert_string_equal(verdict.deliveries[0].dropped, CASES[i].says);
        else if (strstr(buf_text(&verdict.body), CASES[i].says) == NULL)
            fail_msg("%s: not in %s", CASES[i].says, buf_text(&verdict.body));
    }
    verdict_release(&verdict);
    free(workspace);
}

static void test_a_text_above_buttons_is_short(void **state)
{
    struct buf text = { 0 };

    (void)state;
    for (int i = 0; i < 1024; i++)
        buf_add_text(&text, "한");
    assert_null(whatsapp_body_trouble(buf_text(&text)));
    buf_add_text(&text, "!");
    assert_non_null(whatsapp_body_trouble(buf_text(&text)));
    buf_release(&text);
}

static void test_whatsapp_counts_characters_not_bytes(void **state)
{
    struct buf text = { 0 };

    (void)state;
    for (int i = 0; i < 4096; i++)
        buf_add_text(&text, "한");
    assert_null(whatsapp_trouble(buf_text(&text), LAYOUT_RESPONSE));
    assert_non_null(whatsapp_trouble(buf_text(&text), LAYOUT_TEMPLATE));
    buf_add_text(&text, "!");
    assert_non_null(whatsapp_trouble(buf_text(&text), LAYOUT_RESPONSE));
    assert_null(whatsapp_trouble("a    b", LAYOUT_TEMPLATE));
    assert_non_null(whatsapp_trouble("a     b", LAYOUT_TEMPLATE));
    assert_non_null(whatsapp_trouble("a\tb", LAYOUT_TEMPLATE));
    assert_non_null(whatsapp_trouble("", LAYOUT_TEMPLATE));
    buf_release(&text);
}

static void test_liquid_is_seen_wherever_it_hides(void **state)
{
    static const struct {
        const char *path, *body;
        size_t liquid;
    } CASES[] = {
        { TRIGGER, "{\"campaign_id\":\"reply\",\"recipients\":[" MIA "]}", 0 },
        { TRIGGER,
          "{\"campaign_id\":\"reply\",\"recipients\":[" MIA ",{\"external_user_id\":\"bob\","
          "\"trigger_properties\":{\"a\":{\"b\":[\"x {{${user_id}}}\"]}}}]}",
          1 },
        { TRIGGER,
          "{\"campaign_id\":\"reply\",\"recipients\":[{\"external_user_id\":\"bob\","
          "\"trigger_properties\":{\"a\":\"\\u007b% if %}\"}}]}",
          1 },
        { TRIGGER,
          "{\"campaign_id\":\"reply\",\"trigger_properties\":{\"{{k}}\":1},\"recipients\":[" MIA
          ",{\"external_user_id\":\"bob\"}]}",
          2 },
        { TRIGGER,
          "{\"campaign_id\":\"reply\",\"recipients\":[{\"external_user_id\":\"bob\","
          "\"trigger_properties\":{\"a\":\"{ { x } }\"}}]}",
          0 },
        { SEND, WHATSAPP("text_response_message", "{\"body\":\"hi {{x}}\"}"), 1 },
        { TRACK, "{\"attributes\":[{\"external_id\":\"a\",\"summary\":\"{% x %}\"},{\"external_id\":\"b\"}]}",
          1 },
    };
    struct workspace *workspace = new_workspace();
    struct verdict verdict = { 0 };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        judge(workspace, CASES[i].path, CASES[i].body, &verdict);
        assert_int_equal(verdict.status, 201);
        assert_int_equal(verdict.liquid, CASES[i].liquid);
    }
    verdict_release(&verdict);
    free(workspace);
}

static void test_track_names_the_bad_object(void **state)
{
    struct workspace *workspace = new_workspace();
    struct verdict verdict = { 0 };
    struct json *tree = NULL;

    (void)state;
    judge(workspace, TRACK,
          "{\"attributes\":[{\"external_id\":\"a\",\"x\":1},{\"external_id\":\"b\",\"braze_id\":\"c\"}],"
          "\"events\":[{\"external_id\":\"a\",\"name\":\"e\",\"time\":\"2026-05-12T09:30:00Z\"},"
          "{\"external_id\":\"a\",\"name\":\"e\",\"time\":\"yesterday\"}]}",
          &verdict);
    assert_string_equal(message_of(&verdict, &tree), "success");
    assert_int_equal(json_get_int(tree, "attributes_processed", 0), 1);
    assert_int_equal(json_get_int(tree, "events_processed", 0), 1);
    const struct json *errors = json_get(tree, "errors");
    assert_int_equal(json_count(errors), 2);
    assert_string_equal(json_get_text(json_first(errors), "input_array"), "attributes");
    assert_int_equal(json_get_int(json_first(errors), "index", -1), 1);
    assert_string_equal(json_get_text(json_next(json_first(errors)), "input_array"), "events");
    json_free(tree);
    verdict_release(&verdict);
    free(workspace);
}

static void test_track_silently_leaves_out(void **state)
{
    static const struct {
        const char *value;
        size_t untracked;
    } CASES[] = {
        { "\"fine\"", 0 },       { "\"12-1-2021\"", 1 }, { "\"12/1/2021\"", 1 },
        { "\"2021-12-01\"", 0 }, { "\"1-2\"", 0 },
    };
    struct workspace *workspace = new_workspace();
    struct verdict verdict = { 0 };
    struct buf body = { 0 };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        buf_clear(&body);
        buf_addf(&body, "{\"attributes\":[{\"external_id\":\"a\",\"note\":%s}]}", CASES[i].value);
        judge(workspace, TRACK, buf_text(&body), &verdict);
        assert_int_equal(verdict.status, 201);
        assert_int_equal(verdict.untracked, CASES[i].untracked);
    }
    buf_clear(&body);
    buf_add_text(&body, "{\"attributes\":[");
    for (int i = 0; i < 76; i++)
        buf_addf(&body, "%s{\"external_id\":\"a\"}", i > 0 ? "," : "");
    buf_add_text(&body, "]}");
    judge(workspace, TRACK, buf_text(&body), &verdict);
    assert_int_equal(verdict.status, 400);
    buf_release(&body);
    verdict_release(&verdict);
    free(workspace);
}

static void test_http(void **state)
{
    static const struct {
        const char *bytes;
        enum http_progress progress;
        int status;
    } CASES[] = {
        { "GET / HTTP/1.1\r\nHost: a\r\n\r\n", HTTP_READY, 0 },
        { "POST /a?b=c HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi", HTTP_READY, 0 },
        { "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nh", HTTP_MORE, 0 },
        { "GET / HTTP/1.1\r\nHost: a\r\n", HTTP_MORE, 0 },
        { "", HTTP_MORE, 0 },
        { "GET / HTTP/1.0\r\nHost: a\r\n\r\n", HTTP_BAD, 505 },
        { "get / HTTP/1.1\r\nHost: a\r\n\r\n", HTTP_BAD, 400 },
        { "GET HTTP/1.1\r\nHost: a\r\n\r\n", HTTP_BAD, 400 },
        { "GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", HTTP_BAD, 400 },
        { "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", HTTP_BAD, 400 },
        { "GET / HTTP/1.1\r\n\r\n", HTTP_BAD, 400 },
        { "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", HTTP_BAD, 400 },
        { "GET / HTTP/1.1\r\nHost : a\r\n\r\n", HTTP_BAD, 400 },
        { "GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n", HTTP_BAD, 400 },
        { "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", HTTP_BAD, 400 },
        { "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nhi", HTTP_BAD, 400 },
        { "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +2\r\n\r\nhi", HTTP_BAD, 400 },
        { "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \r\n\r\n", HTTP_BAD, 400 },
        { "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4194305\r\n\r\n", HTTP_BAD, 413 },
        { "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", HTTP_BAD, 411 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct http_request request = { 0 };
        struct buf bytes = { 0 };
        size_t used = 0;
        int status = 0;
        const char *why = NULL;
        buf_add_text(&bytes, CASES[i].bytes);
        buf_reserve(&bytes, 1);
        assert_int_equal(http_parse(bytes.data, bytes.len, &request, &used, &status, &why),
                         CASES[i].progress);
        assert_int_equal(CASES[i].progress == HTTP_BAD ? status : 0, CASES[i].status);
        buf_release(&bytes);
    }
}

/* A request that arrives byte by byte is the same request, and two in a row are two. */
static void test_http_in_pieces(void **state)
{
    static const char TWO[] = "POST /a?x=1 HTTP/1.1\r\nHost: h\r\nX-Y:  v \r\nContent-Length: 3\r\n\r\nabc"
                              "GET /b HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
    struct http_request request = { 0 };
    char bytes[sizeof TWO];
    size_t first_len = (size_t)(strstr(TWO, "GET /b") - TWO), used = 0;
    int status = 0;
    const char *why = NULL;

    (void)state;
    memcpy(bytes, TWO, sizeof TWO);
    for (size_t len = 0; len < first_len; len++)
        assert_int_equal(http_parse(bytes, len, &request, &used, &status, &why), HTTP_MORE);
    assert_int_equal(http_parse(bytes, sizeof TWO - 1, &request, &used, &status, &why), HTTP_READY);
    assert_int_equal(used, first_len);
    assert_string_equal(request.path, "/a");
    assert_string_equal(request.query, "x=1");
    assert_string_equal(http_header(&request, "x-y"), "v");
    assert_memory_equal(request.body, "abc", 3);
    assert_true(request.keep_alive);
    assert_int_equal(http_parse(bytes + used, sizeof TWO - 1 - used, &request, &used, &status, &why),
                     HTTP_READY);
    assert_string_equal(request.path, "/b");
    assert_false(request.keep_alive);
}

static void test_query(void **state)
{
    struct buf value = { 0 };
    int64_t number = 0;

    (void)state;
    assert_int_equal(http_query("user=%2B82+1&since=4", "user", &value), 1);
    assert_string_equal(buf_text(&value), "+82+1");
    assert_int_equal(http_query("xuser=1", "user", &value), 0);
    assert_int_equal(http_query("user=%2", "user", &value), -1);
    assert_int_equal(http_query("user=%00", "user", &value), -1);
    assert_int_equal(http_query_int("a=1&since=4", "since", 0, 9, &number), 1);
    assert_int_equal(number, 4);
    assert_int_equal(http_query_int("since=10", "since", 0, 9, &number), -1);
    assert_int_equal(http_query_int("since=", "since", 0, 9, &number), -1);
    assert_int_equal(http_query_int("", "since", 0, 9, &number), 0);
    buf_release(&value);
}

static void test_script_lines(void **state)
{
    static const struct {
        const char *line;
        int outcome;
        enum fault_kind kind;
        int64_t argument, times;
    } CASES[] = {
        { "503", 0, FAULT_STATUS, 503, 1 },
        { "429 x3", 0, FAULT_LIMIT_EPOCH, 2, 3 },
        { "hang=250 x*", 0, FAULT_HANG, 250, 0 },
        { "  reset_after   x2 on /campaigns for mia", 0, FAULT_RESET_AFTER, 0, 2 },
        { "notice", 0, FAULT_NOTICE, 0, 1 },
        { "notice=3", -1, 0, 0, 0 },
        { "", -1, 0, 0, 0 },
        { "600", -1, 0, 0, 0 },
        { "99", -1, 0, 0, 0 },
        { "hang=", -1, 0, 0, 0 },
        { "hang=-1", -1, 0, 0, 0 },
        { "hang x0", -1, 0, 0, 0 },
        { "hang twice", -1, 0, 0, 0 },
        { "hang on campaigns", -1, 0, 0, 0 },
        { "hang on", -1, 0, 0, 0 },
        { "explode", -1, 0, 0, 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct script script = { 0 };
        struct error error = { 0 };
        assert_int_equal(script_add_text(&script, CASES[i].line, &error), CASES[i].outcome);
        assert_int_equal(script.count, CASES[i].outcome == 0);
        assert_int_equal(error.text[0] != '\0', CASES[i].outcome != 0);
        if (script.count == 1) {
            assert_int_equal(script.faults[0].kind, CASES[i].kind);
            assert_int_equal(script.faults[0].argument, CASES[i].argument);
            assert_int_equal(script.faults[0].times, CASES[i].times);
        }
        script_clear(&script);
    }
}

static void test_script_json_is_all_or_nothing(void **state)
{
    static const char *const BAD[] = {
        "[{\"do\":\"notice\"},{\"do\":\"nothing\"}]",
        "[{\"do\":\"notice\"},{\"do\":\"hang\",\"seconds\":3}]",
        "[{\"do\":\"notice\"},{\"do\":\"status\",\"status\":503,\"headers\":{\"a\":\"b\\r\\nc: d\"}}]",
        "[{\"do\":\"notice\"},{\"do\":\"hang\",\"body\":\"x\"}]",
        "[{\"do\":\"notice\"},{\"do\":\"hang\",\"path\":7}]",
        "[{\"do\":\"notice\"},{\"to\":\"hang\"}]",
        "[{\"do\":\"notice\",\"times\":-1}]",
        "[{\"do\":\"notice\"}",
        "[1]",
    };
    struct script script = { 0 };

    (void)state;
    assert_int_equal(script_add_json(&script, "{\"do\":\"garbage\"}", 16, NULL), 0);
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        struct error error = { 0 };
        assert_int_equal(script_add_json(&script, BAD[i], strlen(BAD[i]), &error), -1);
        assert_true(error.text[0] != '\0');
        assert_int_equal(script.count, 1);
    }
    script_clear(&script);
}

static void test_script_order(void **state)
{
    struct script script = { 0 };
    struct verdict verdict = { .delivery_count = 1 };
    struct {
        const char *path, *user;
        int kind;
    } CALLS[] = {
        { TRIGGER, "mia", FAULT_PASS },    { TRACK, "", FAULT_HANG },
        { TRIGGER, "mia", FAULT_GARBAGE }, { TRIGGER, "bob", -1 },
        { TRIGGER, "mia", FAULT_GARBAGE }, { TRIGGER, "mia", FAULT_NOTICE },
        { TRIGGER, "mia", FAULT_NOTICE },
    };

    (void)state;
    assert_int_equal(script_add_text(&script, "pass on /campaigns", NULL), 0);
    assert_int_equal(script_add_text(&script, "garbage x2 on /campaigns for mia", NULL), 0);
    assert_int_equal(script_add_text(&script, "hang on /users", NULL), 0);
    assert_int_equal(script_add_text(&script, "notice x* for mia", NULL), 0);
    for (size_t i = 0; i < sizeof CALLS / sizeof CALLS[0]; i++) {
        verdict.deliveries[0].user = CALLS[i].user;
        const struct fault *fault = script_next(&script, CALLS[i].path, &verdict);
        assert_int_equal(fault != NULL ? (int)fault->kind : -1, CALLS[i].kind);
    }
    script_clear(&script);
}

#define GOOD "{\"campaign_id\":\"" ID "\",\"recipients\":[" MIA "]}"

/* Whether a fault keeps the message or takes it is what the accounting of the system tests rests on. */
static void test_faults_take_or_keep(void **state)
{
    static const struct {
        const char *fault;
        int64_t messages;
        enum http_manner manner;
        int status;
    } CASES[] = {
        { "pass", 1, HTTP_PLAIN, 201 },         { "503", 0, HTTP_PLAIN, 503 },
        { "429", 0, HTTP_PLAIN, 429 },          { "limit_track", 0, HTTP_PLAIN, 429 },
        { "late", 1, HTTP_PLAIN, 201 },         { "drip", 1, HTTP_PLAIN, 201 },
        { "hang", 0, HTTP_SILENT, 0 },          { "take_and_hang", 1, HTTP_SILENT, 0 },
        { "reset_before", 0, HTTP_RESET, 0 },   { "reset_after", 1, HTTP_RESET, 0 },
        { "garbage", 1, HTTP_RAW, 0 },          { "html", 1, HTTP_PLAIN, 200 },
        { "huge", 1, HTTP_HUGE, 201 },          { "gzip", 1, HTTP_PLAIN, 201 },
        { "lying_length", 1, HTTP_LYING, 201 }, { "notice", 0, HTTP_PLAIN, 201 },
        { "errors", 0, HTTP_PLAIN, 201 },       { "down", 0, HTTP_DOWN, 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct bench *bench = new_bench();
        assert_int_equal(script_add_text(&bench->service.script, CASES[i].fault, NULL), 0);
        bench_call(bench, "POST", TRIGGER, GOOD);
        assert_int_equal(bench->service.counters.messages, CASES[i].messages);
        assert_int_equal(bench->answer.manner, CASES[i].manner);
        if (CASES[i].status != 0)
            assert_int_equal(bench->answer.status, CASES[i].status);
        bench_call(bench, "POST", TRIGGER, GOOD);
        assert_int_equal(bench->answer.status, 201);
        assert_int_equal(bench->answer.manner, HTTP_PLAIN);
        free_bench(bench);
    }
}

static void test_a_refused_request_sends_nothing_whatever_the_fault(void **state)
{
    struct bench *bench = new_bench();

    (void)state;
    assert_int_equal(script_add_text(&bench->service.script, "reset_after", NULL), 0);
    bench_call(bench, "POST", TRIGGER, "{\"campaign_id\":\"x\"}");
    assert_int_equal(bench->answer.manner, HTTP_RESET);
    assert_int_equal(bench->service.counters.messages, 0);
    assert_int_equal(bench->service.counters.accepted, 0);
    free_bench(bench);
}

static void test_hour_limit(void **state)
{
    struct bench *bench = new_bench();

    (void)state;
    bench->service.sends.limit = 2;
    bench->service.sends.window_ms = INT64_MAX / 4; /* one window for the whole test */
    bench_call(bench, "POST", TRIGGER, GOOD);
    assert_non_null(strstr(buf_text(&bench->answer.headers), "x-ratelimit-remaining: 1\r\n"));
    bench_call(bench, "POST", TRIGGER, "{}");
    assert_int_equal(bench->answer.status, 400);
    assert_non_null(strstr(buf_text(&bench->answer.headers), "x-ratelimit-remaining: 0\r\n"));
    bench_call(bench, "POST", TRIGGER, GOOD);
    assert_int_equal(bench->answer.status, 429);
    assert_int_equal(bench->service.counters.messages, 1);
    assert_int_equal(bench->service.counters.limited, 1);
    bench_call(bench, "POST", TRACK, "{\"attributes\":[{\"external_id\":\"a\"}]}");
    assert_int_equal(bench->answer.status, 201);
    free_bench(bench);
}

static int64_t message_count(const struct bench *bench, int64_t *last)
{
    struct json *tree = NULL;

    assert_int_equal(
        json_parse(buf_text(&bench->answer.body), bench->answer.body.len, JSON_STRICT, &tree, NULL), 0);
    int64_t count = (int64_t)json_count(json_get(tree, "messages"));
    *last = json_get_int(tree, "last", -1);
    json_free(tree);
    return count;
}

static void test_messages_are_read_once(void **state)
{
    struct bench *bench = new_bench();
    int64_t last = 0;

    (void)state;
    for (int i = 0; i < 3; i++)
        bench_call(bench, "POST", TRIGGER, GOOD);
    bench_call(bench, "GET", "/_sandbox/messages?user=mia&limit=2", "");
    assert_int_equal(message_count(bench, &last), 2);
    assert_int_equal(last, 2);
    bench_call(bench, "GET", "/_sandbox/messages?user=mia&since=2", "");
    assert_int_equal(message_count(bench, &last), 1);
    assert_int_equal(last, 3);
    bench_call(bench, "GET", "/_sandbox/messages?user=bob&since=0&wait_ms=500", "");
    assert_int_equal(bench->answer.manner, HTTP_PARK);
    bench_call(bench, "POST", "/_sandbox/reset", "");
    bench_call(bench, "POST", TRIGGER, GOOD);
    bench_call(bench, "GET", "/_sandbox/messages", "");
    assert_int_equal(message_count(bench, &last), 1);
    assert_int_equal(last, 4);
    free_bench(bench);
}

/* What opens it, and the rows below their titles: what the customer sees of a list. */
static void test_a_list_is_shown_to_its_customer(void **state)
{
    struct bench *bench = new_bench();

    (void)state;
    bench_call(bench, "POST", SEND,
               "{\"external_user_ids\":[\"mia\"],\"messages\":{\"whats_app\":{\"app_id\":\"" ID "\","
               "\"subscription_group_id\":\"" ID "\",\"message_type\":\"list_response_message\",\"message\":"
               "{\"body\":\"Which?\",\"list\":{\"list_button_text\":\"Choose\",\"list_sections\":["
               SECTION("Sweet", ROW("Cake") "," ROW("Pie")) "," SECTION("Salty", ROW("Quiche")) "]}}}}}");
    assert_int_equal(bench->answer.status, 201);
    bench_call(bench, "GET", "/_sandbox/messages?user=mia", "");
    if (strstr(buf_text(&bench->answer.body),
               "\"list\":{\"button\":\"Choose\",\"sections\":[{\"title\":\"Sweet\",\"rows\":[\"Cake\",\"Pie\"]},"
               "{\"title\":\"Salty\",\"rows\":[\"Quiche\"]}]}") == NULL)
        fail_msg("%s", buf_text(&bench->answer.body));
    free_bench(bench);
}

/* Of the shop: status, a blank, the body. */
static const char *shop(struct bench *bench, const char *method, const char *path, const char *key, const char *body)
{
    static char text[600];
    struct buf headers = { 0 };

    if (key != NULL)
        buf_addf(&headers, "Idempotency-Key: %s\r\n", key);
    bench_call_with(bench, method, path, buf_text(&headers), body);
    snprintf(text, sizeof text, "%d %s", bench->answer.status, buf_text(&bench->answer.body));
    buf_release(&headers);
    return text;
}

#define TABLES   "/shop/tables"
#define FOUR     "{\"at\":\"2026-05-15 21:00\",\"people\":4}"
#define FREE(n)  "201 {\"free\":1,\"code\":\"R" n "\",\"at\":\"2026-05-15 21:00\",\"people\":4}"
#define NOT_FREE "200 {\"free\":0}"

static void test_orders_are_told(void **state)
{
    struct http_answer answer = { .status = 200 };
    struct bench *bench = new_bench();
    struct call call;

    (void)state;
    call_init_with(&call, "GET", "/shop/orders/12345", "", "");
    shop_answer(&bench->service.shop, &call.request, true, AT_1_PM_MS, &answer);
    assert_string_equal(buf_text(&answer.body), "{\"id\":\"12345\",\"status\":\"on its way\",\"item\":\"Lemon cake\","
                                                "\"expected\":\"2020-06-18\"}");
    assert_string_equal(shop(bench, "GET", "/shop/orders/777", NULL, ""), "404 {\"error\":\"There is no such order.\"}");
    assert_string_equal(shop(bench, "GET", "/shop/orders/1234%35", NULL, ""),
                        "404 {\"error\":\"There is no such order.\"}");
    assert_string_equal(shop(bench, "DELETE", "/shop/orders/12345", NULL, ""),
                        "405 {\"error\":\"Orders are read, tables are read and booked: GET, POST.\"}");
    buf_release(&answer.body);
    buf_release(&call.bytes);
    free_bench(bench);
}

static void test_tables_are_booked_until_none_is_left(void **state)
{
    struct bench *bench = new_bench();

    (void)state;
    assert_string_equal(shop(bench, "POST", TABLES, NULL, FOUR), FREE("1"));
    assert_string_equal(shop(bench, "POST", TABLES, NULL, "{\"date\":\"2026-05-15\",\"time\":\"21:00\",\"people\":\"4\"}"),
                        FREE("2"));
    assert_string_equal(shop(bench, "POST", TABLES, NULL, "{\"at\":\"2026-05-15T21:00\",\"people\":4,\"name\":\"Zé\"}"),
                        FREE("3"));
    assert_string_equal(shop(bench, "POST", TABLES, NULL, FOUR), NOT_FREE);
    assert_string_equal(shop(bench, "POST", TABLES, NULL, "{\"at\":\"2026-05-15 21:30\",\"people\":9}"), NOT_FREE);
    assert_string_equal(shop(bench, "GET", TABLES, NULL, ""),
                        "200 {\"tables\":[{\"code\":\"R1\",\"at\":\"2026-05-15 21:00\",\"people\":4,\"name\":\"\"},"
                        "{\"code\":\"R2\",\"at\":\"2026-05-15 21:00\",\"people\":4,\"name\":\"\"},"
                        "{\"code\":\"R3\",\"at\":\"2026-05-15 21:00\",\"people\":4,\"name\":\"Zé\"}]}");
    free_bench(bench);
}

static void test_bookings_that_make_no_sense_are_refused(void **state)
{
    static const char *const BODIES[] = {
        "",
        "[]",
        "{\"people\":4}",
        "{\"at\":\"2026-02-30 21:00\",\"people\":4}",
        "{\"at\":\"2026-05-15 24:00\",\"people\":4}",
        "{\"at\":\"2026-05-15\",\"people\":4}",
        "{\"at\":\"tomorrow at nine!\",\"people\":4}",
        "{\"at\":\"2026-05-15 21:00\",\"people\":0}",
        "{\"at\":\"2026-05-15 21:00\",\"people\":\"some\"}",
    };
    struct bench *bench = new_bench();

    (void)state;
    for (size_t i = 0; i < sizeof BODIES / sizeof BODIES[0]; i++) {
        bench_call_with(bench, "POST", TABLES, "", BODIES[i]);
        assert_int_equal(bench->answer.status, 400);
    }
    assert_string_equal(shop(bench, "GET", TABLES, NULL, ""), "200 {\"tables\":[]}");
    free_bench(bench);
}

static void test_the_same_key_books_once(void **state)
{
    struct bench *bench = new_bench();

    (void)state;
    assert_string_equal(shop(bench, "POST", TABLES, "k1", FOUR), FREE("1"));
    assert_string_equal(shop(bench, "POST", TABLES, "k1", FOUR), FREE("1"));
    assert_string_equal(shop(bench, "POST", TABLES, "k2", FOUR), FREE("2"));
    assert_string_equal(shop(bench, "POST", TABLES, "k1", "{\"at\":\"2026-05-16 21:00\",\"people\":4}"),
                        "422 {\"error\":\"This Idempotency-Key came before, with another request.\"}");
    assert_int_equal(bench->service.shop.booked, 2);
    assert_int_equal(bench->service.shop.repeated, 1);
    free_bench(bench);
}

/* What a fault keeps back was not booked, and the same key then books; what it takes was, and the key tells so. */
static void test_faults_meet_the_shop_where_they_name_it(void **state)
{
    static const struct {
        const char *fault, *again;
        enum http_manner manner;
    } CASES[] = {
        { "reset_before on /shop", FREE("1"), HTTP_RESET }, { "reset_after on /shop", FREE("1"), HTTP_RESET },
        { "hang=5 on /shop/tables", FREE("1"), HTTP_SILENT }, { "503 on /shop", FREE("1"), HTTP_PLAIN },
        { "garbage on /shop", FREE("1"), HTTP_RAW },
    };
    static const int64_t REPEATED[] = { 0, 1, 0, 0, 1 };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct bench *bench = new_bench();

        assert_int_equal(script_add_text(&bench->service.script, "500", NULL), 0); /* Braze's, so it stays */
        assert_int_equal(script_add_text(&bench->service.script, CASES[i].fault, NULL), 0);
        shop(bench, "POST", TABLES, "k", FOUR);
        assert_int_equal(bench->answer.manner, CASES[i].manner);
        assert_string_equal(shop(bench, "POST", TABLES, "k", FOUR), CASES[i].again);
        assert_int_equal(bench->service.shop.repeated, REPEATED[i]);
        assert_int_equal(bench->service.shop.booked, 1);
        assert_int_equal(bench->service.script.count, 1);
        assert_int_equal(bench->service.counters.requests, 0);
        free_bench(bench);
    }
}

static void test_the_shop_asks_for_its_key_and_reports(void **state)
{
    struct bench *bench = new_bench();

    (void)state;
    snprintf(bench->service.shop.key, ID_SIZE, "shop-key");
    assert_string_equal(shop(bench, "POST", TABLES, NULL, FOUR), "401 {\"error\":\"The key is missing or wrong.\"}");
    bench_call(bench, "POST", TABLES, FOUR);
    assert_int_equal(bench->answer.status, 401);
    bench_call_with(bench, "POST", TABLES, "Authorization: Bearer shop-key\r\n", FOUR);
    assert_int_equal(bench->answer.status, 201);
    bench_call(bench, "GET", "/_sandbox/report", "");
    assert_non_null(strstr(buf_text(&bench->answer.body),
                           "\"shop\":{\"requests\":3,\"refused\":2,\"faults\":0,\"orders\":0,\"booked\":1,\"full\":0,"
                           "\"repeated\":0}"));
    free_bench(bench);
}

/* Another desk: what is not signed by its secret, not now, or not whole, is refused, and remembered as that. */

#define DESK_SECRET "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define TOLD "{\"type\":\"closed\",\"timestamp\":\"2026-05-12T09:30:00Z\",\"data\":{\"conversation\":7}}"

static void tell_desk(struct bench *bench, const char *id, int64_t at_ms, const char *signed_body, const char *body)
{
    struct seal_keys keys;
    struct buf headers = { 0 }, signature = { 0 };
    char timestamp[24];
    struct seal_webhook webhook = { id, timestamp, signed_body, strlen(signed_body) };

    assert_int_equal(seal_read(DESK_SECRET, &keys, NULL), 0);
    snprintf(timestamp, sizeof timestamp, "%lld", (long long)(at_ms / 1000));
    seal_sign(&keys, &webhook, &signature);
    buf_addf(&headers, "Content-Type: application/json\r\nwebhook-id: %s\r\nwebhook-timestamp: %s\r\nwebhook-signature: %s\r\n",
             id, timestamp, buf_text(&signature));
    bench_call_with(bench, "POST", "/desk/relay", buf_text(&headers), body);
    buf_release(&headers);
    buf_release(&signature);
}

static void test_another_desk_takes_only_what_is_signed_now(void **state)
{
    struct bench *bench = new_bench();
    int64_t now = clock_wall_ms();

    (void)state;
    assert_int_equal(seal_read(DESK_SECRET, &bench->service.desk.keys, NULL), 0);
    tell_desk(bench, "a", now, TOLD, TOLD);
    assert_int_equal(bench->answer.status, 200);
    assert_string_equal(buf_text(&bench->answer.body), "{\"status\":\"ok\"}");
    tell_desk(bench, "a", now, TOLD, TOLD);
    assert_string_equal(buf_text(&bench->answer.body), "{\"status\":\"repeated\"}");
    tell_desk(bench, "b", now, "{}", TOLD);
    assert_int_equal(bench->answer.status, 401);
    tell_desk(bench, "b", now - 310 * 1000, TOLD, TOLD);
    assert_int_equal(bench->answer.status, 401);
    tell_desk(bench, "b", now, "{}", "{}");
    assert_int_equal(bench->answer.status, 400);
    bench_call(bench, "POST", "/desk/relay", TOLD);
    assert_int_equal(bench->answer.status, 401);
    bench_call(bench, "GET", "/_sandbox/report", "");
    assert_non_null(strstr(buf_text(&bench->answer.body),
                           "\"desk\":{\"requests\":6,\"refused\":4,\"faults\":0,\"taken\":1,\"repeated\":1}"));
    bench_call(bench, "GET", "/_sandbox/told?since=1&limit=2", "");
    assert_non_null(strstr(buf_text(&bench->answer.body), "\"why\":\"no signature in webhook-signature fits the secret\""));
    free_bench(bench);
}

static void test_another_desk_that_denies_what_it_took_calls_it_repeated(void **state)
{
    struct bench *bench = new_bench();

    (void)state;
    bench_call(bench, "POST", "/_sandbox/script", "500 taken on /desk");
    tell_desk(bench, "a", clock_wall_ms(), TOLD, TOLD);
    assert_int_equal(bench->answer.status, 500);
    tell_desk(bench, "a", clock_wall_ms(), TOLD, TOLD);
    assert_string_equal(buf_text(&bench->answer.body), "{\"status\":\"repeated\"}");
    free_bench(bench);
}

static void test_people_stay_within_bounds(void **state)
{
    struct people people = { 0 };
    struct delivery delivery = { .user = "mia", .text = "hi" };
    struct buf out = { 0 };
    int64_t last = 0;

    (void)state;
    for (int64_t n = 0; n < PEOPLE_MESSAGES_MAX + 10; n++)
        people_put(&people, &delivery, "reply", n);
    assert_int_equal(people.first, 11);
    assert_int_equal(people.last, PEOPLE_MESSAGES_MAX + 10);
    assert_int_equal(people_format(&people, NULL, 0, 5, &out, &last), 5);
    assert_int_equal(last, 15);
    people_release(&people);
    people = (struct people){ .is_count_only = true };
    people_put(&people, &delivery, "reply", 1);
    assert_int_equal(people.last, 1);
    assert_int_equal(people_format(&people, NULL, 0, 5, &out, &last), 0);
    people_release(&people);
    buf_release(&out);
}

/* The frame only; that gzip itself unpacks the right number of zeros is for the system tests. */
static void test_gzip_is_small_and_framed(void **state)
{
    static const int64_t SIZES[] = { 0, 1, 258, 259, 260, 517, 1000000 };

    (void)state;
    for (size_t i = 0; i < sizeof SIZES / sizeof SIZES[0]; i++) {
        struct buf out = { 0 };
        uint32_t size = 0;
        fault_gzip_zeros(SIZES[i], &out);
        assert_memory_equal(out.data, "\x1f\x8b\x08", 3);
        for (int byte = 3; byte >= 0; byte--)
            size = size << 8 | (unsigned char)out.data[out.len - 4 + (size_t)byte];
        assert_int_equal(size, SIZES[i]);
        assert_true((int64_t)out.len < 300 + SIZES[i] / 150);
        buf_release(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bodies),
        cmocka_unit_test(test_access),
        cmocka_unit_test(test_recipients_collapse_and_properties_override),
        cmocka_unit_test(test_limits_of_size),
        cmocka_unit_test(test_ids_need_a_likeness_when_none_is_given),
        cmocka_unit_test(test_accepted_but_not_sent),
        cmocka_unit_test(test_buttons_are_judged_strictly),
        cmocka_unit_test(test_lists_are_judged_strictly),
        cmocka_unit_test(test_a_text_above_buttons_is_short),
        cmocka_unit_test(test_whatsapp_counts_characters_not_bytes),
        cmocka_unit_test(test_liquid_is_seen_wherever_it_hides),
        cmocka_unit_test(test_track_names_the_bad_object),
        cmocka_unit_test(test_track_silently_leaves_out),
        cmocka_unit_test(test_http),
        cmocka_unit_test(test_http_in_pieces),
        cmocka_unit_test(test_query),
        cmocka_unit_test(test_script_lines),
        cmocka_unit_test(test_script_json_is_all_or_nothing),
        cmocka_unit_test(test_script_order),
        cmocka_unit_test(test_faults_take_or_keep),
        cmocka_unit_test(test_a_refused_request_sends_nothing_whatever_the_fault),
        cmocka_unit_test(test_hour_limit),
        cmocka_unit_test(test_messages_are_read_once),
        cmocka_unit_test(test_a_list_is_shown_to_its_customer),
        cmocka_unit_test(test_orders_are_told),
        cmocka_unit_test(test_tables_are_booked_until_none_is_left),
        cmocka_unit_test(test_bookings_that_make_no_sense_are_refused),
        cmocka_unit_test(test_the_same_key_books_once),
        cmocka_unit_test(test_faults_meet_the_shop_where_they_name_it),
        cmocka_unit_test(test_the_shop_asks_for_its_key_and_reports),
        cmocka_unit_test(test_another_desk_takes_only_what_is_signed_now),
        cmocka_unit_test(test_another_desk_that_denies_what_it_took_calls_it_repeated),
        cmocka_unit_test(test_people_stay_within_bounds),
        cmocka_unit_test(test_gzip_is_small_and_framed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
