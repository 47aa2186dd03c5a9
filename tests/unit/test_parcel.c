/* parcel: texts with what belongs to them (further properties, choices) as they leave, on a real file. */
#include "tests/lib/calling.h"

#define ID "7f3c0000-0000-4000-8000-00000000000"

static const char RULES[] =
    "INSERT INTO campaign (name, channel, layout, campaign_id, canvas_id, text_property, buttons) VALUES\n"
    " ('reply', 'whatsapp', 'response', '" ID "1', NULL, NULL, NULL),\n"
    " ('reopen', 'whatsapp', 'template', '" ID "2', NULL, NULL, NULL),\n"
    " ('picture', 'whatsapp', 'response', '" ID "3', NULL, 'body', 2),\n"
    " ('walk', 'whatsapp', 'response', NULL, '" ID "4', NULL, NULL);\n"
    "INSERT INTO rule (name, words, action, target) VALUES ('cake', 'cake', 'flow', 'cake'),\n"
    " ('walk', 'walk', 'flow', 'walk'), ('book', 'book', 'flow', 'book');\n"
    "INSERT INTO flow (name) VALUES ('cake'), ('walk'), ('book');\n"
    "INSERT INTO step (name, say, ask, campaign) VALUES ('cake.which', 'Which one?', 'choice', 'picture'),\n"
    " ('walk.map', 'This way.', NULL, 'walk'), ('book.text', 'Read on.', NULL, 'picture');\n"
    "INSERT INTO choice (step, label) VALUES ('cake.which', 'Carrot'), ('cake.which', 'Lemon');\n"
    "INSERT INTO step_property (step, name, value) VALUES\n"
    " ('cake.which', 'image', 'https://shop/{{ first_name }}.png'), ('cake.which', 'pieces', '12'),\n"
    " ('cake.which', 'button_1', 'Nothing'), ('cake.which', 'liquid', '{{ message }}'),\n"
    " ('walk.map', 'map', 'north'), ('book.text', 'said', '{{ message }}');\n"
    "INSERT INTO campaign (name, channel, layout, app_id, subscription_group_id) VALUES\n"
    " ('direct', 'whatsapp', 'response', '" ID "5', '" ID "6');\n"
    "INSERT INTO phrase (name, language, text) VALUES ('list_title', 'en', 'Our cakes'), ('list_button', 'de', 'Auswahl'),\n"
    " ('list_button', 'en', 'Choose');\n"
    "INSERT INTO rule (name, words, say, campaign, buttons) VALUES\n"
    " ('menu', 'menu', 'Which?', 'direct', 'A, B, C, {{ field.more | default: \"D, or a longer one\" }}'),\n"
    " ('pair', 'pair', 'Which?', 'direct', 'A, {{ field.more }}');\n"
    "INSERT INTO rule (name, words, say) VALUES ('b', '=b', 'Plan B.');\n"
    "INSERT INTO rule (name, words, action, target) VALUES ('size', 'size', 'flow', 'size');\n"
    "INSERT INTO flow (name) VALUES ('size');\n"
    "INSERT INTO step (name, say, ask, campaign) VALUES ('size.which', 'Which size?', 'choice', 'direct');\n"
    "INSERT INTO choice (step, label) VALUES ('size.which', '{{ field.one }}'), ('size.which', '{{ field.two }}'),\n"
    " ('size.which', 'Large');\n"
    "INSERT INTO step (name, say) VALUES ('size.done', 'So {{ which }}.');\n";

static int setup(void **state)
{
    return setup_open(state, RULES);
}

/* Whoever it is, his name is Ana. */
static void hear_ana(struct fixture *f, const char *user, const char *text)
{
    char who[100];

    snprintf(who, sizeof who, "'user_id':'%s','first_name':'Ana'", user);
    hear_from(f, who, text);
}

/* The one call's body from `start` on. */
static void leaves(struct fixture *f, const char *start)
{
    struct call *call = claim(f);
    const char *at;

    assert_non_null(call);
    assert_null(call->next);
    at = strstr(buf_text(&call->body), "\"recipients\"");
    if (at == NULL)
        at = strstr(buf_text(&call->body), "\"message_type\"");
    assert_non_null(at);
    assert_string_equal(at, start);
    call_free(call);
}

/* Properties */

/* Text and buttons of ours, then what else the step gives: texts all of them, without Liquid. */
static void properties_go_out_beside_text_and_buttons(void **state)
{
    leaves((hear_ana(*state, "ana", "cake {{ x }}"), *state),
           "\"recipients\":[{\"external_user_id\":\"ana\",\"trigger_properties\":{\"body\":\"Which one?\","
           "\"button_1\":\"Carrot\",\"button_2\":\"Lemon\",\"image\":\"https://shop/Ana.png\",\"pieces\":\"12\","
           "\"liquid\":\"cake { { x } }\"}}]}");
}

static void a_canvas_gets_them_as_context(void **state)
{
    hear_ana(*state, "ana", "walk");
    leaves(*state, "\"recipients\":[{\"external_user_id\":\"ana\",\"context\":{\"external_system_msg_body\":"
                   "\"This way.\",\"map\":\"north\"}}]}");
}

static void another_campaign_does_not_get_them(void **state)
{
    struct fixture *f = *state;

    hear_ana(f, "ana", "cake");
    f->now += (int64_t)23 * 3600 * 1000 + 55 * 60 * 1000; /* the window closes before it leaves */
    leaves(f, "\"recipients\":[{\"external_user_id\":\"ana\",\"trigger_properties\":{\"external_system_msg_body\":"
              "\"Which one?  1. Carrot 2. Lemon\"}}]}");
}

static void in_a_batch_each_has_its_own(void **state)
{
    struct fixture *f = *state;

    fixture_receive(f, "whatsapp", "{'user_id':'ana','message':'book 3'}");
    fixture_receive(f, "whatsapp", "{'user_id':'ben','message':'book {% 4 %}'}");
    leaves(f, "\"recipients\":["
              "{\"external_user_id\":\"ana\",\"trigger_properties\":{\"body\":\"Read on.\",\"said\":\"book 3\"}},"
              "{\"external_user_id\":\"ben\",\"trigger_properties\":{\"body\":\"Read on.\",\"said\":\"book { % 4 % }\"}}]}");
}

/* Braze takes less than 50 KB for a recipient: whose properties are larger is dead, visibly, and alone. */
static void too_many_bytes_kill_only_their_own_row(void **state)
{
    struct fixture *f = *state;
    struct buf json = { 0 };

    buf_add_text(&json, "{'user_id':'ana','message':'book ");
    for (int i = 0; i < 6000; i++)
        buf_add_text(&json, "123456789 ");
    buf_add_text(&json, "'}");
    fixture_receive(f, "whatsapp", buf_text(&json));
    buf_release(&json);
    fixture_receive(f, "whatsapp", "{'user_id':'ben','message':'book 3'}");
    assert_null(claim(f)); /* together they cannot go */
    leaves(f, "\"recipients\":["
              "{\"external_user_id\":\"ben\",\"trigger_properties\":{\"body\":\"Read on.\",\"said\":\"book 3\"}}]}");
    assert_string_equal(fixture_text(f, "SELECT state FROM outbox WHERE id = 1"), "dead");
    assert_non_null(strstr(fixture_text(f, "SELECT reason FROM outbox WHERE id = 1"), "less than 51200"));
}

/* Lists */

#define ROW(title) "{\"row_title\":\"" title "\"}"
#define LIST(body, button, title, rows) \
    "\"message_type\":\"list_response_message\",\"message\":{\"body\":\"" body "\",\"list\":{\"list_button_text\":\"" \
    button "\",\"list_sections\":[{\"section_title\":\"" title "\",\"list_rows\":[" rows "]}]}}}},"
#define ANA "\"external_user_ids\":[\"ana\"]}"

static void more_than_three_go_out_as_a_list(void **state)
{
    hear_ana(*state, "ana", "menu");
    leaves(*state, LIST("Which?", "Choose", "Our cakes", ROW("A") "," ROW("B") "," ROW("C") "," ROW("D, or a longer one")) ANA);
}

/* The owner's own words where they speak the language, else the program's. */
static void a_list_speaks_the_language_of_the_contact(void **state)
{
    static const struct {
        const char *language, *words;
    } CASES[] = {
        { "ko-KR", "\"list_button_text\":\"선택하기\",\"list_sections\":[{\"section_title\":\"선택 항목\"" },
        { "es", "\"list_button_text\":\"Elegir\",\"list_sections\":[{\"section_title\":\"Opciones\"" },
        { "de", "\"list_button_text\":\"Auswahl\",\"list_sections\":[{\"section_title\":\"Our cakes\"" },
        { "fr", "\"list_button_text\":\"Choose\",\"list_sections\":[{\"section_title\":\"Our cakes\"" },
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        char json[200];
        struct call *call;

        snprintf(json, sizeof json, "{'user_id':'u%zu','message':'menu','language':'%s'}", i, CASES[i].language);
        fixture_receive(f, "whatsapp", json);
        call = claim(f);
        assert_non_null(call);
        if (strstr(buf_text(&call->body), CASES[i].words) == NULL)
            fail_msg("%s is not in %s", CASES[i].words, buf_text(&call->body));
        call_free(call);
    }
}

static void only_lists_of_one_language_share_a_request(void **state)
{
    struct fixture *f = *state;
    struct call *calls;

    fixture_receive(f, "whatsapp", "{'user_id':'ana','message':'menu','language':'en'}");
    fixture_receive(f, "whatsapp", "{'user_id':'ben','message':'menu','language':'ko'}");
    fixture_receive(f, "whatsapp", "{'user_id':'eva','message':'menu','language':'en-GB'}");
    fixture_receive(f, "whatsapp", "{'user_id':'zoe','message':'menu','language':'en','more':'E'}");
    calls = claim(f);
    assert_non_null(strstr(buf_text(&calls->body), "\"external_user_ids\":[\"ana\",\"eva\"]"));
    assert_int_equal(calls->next->count, 1);
    assert_int_equal(calls->next->next->count, 1);
    assert_null(calls->next->next->next);
    call_free(calls);
}

/* A rule's texts are cut: to 24 characters where a list is due, to 20 where buttons are. */
static void what_a_rule_renders_is_cut_to_what_is_shown(void **state)
{
    struct fixture *f = *state;

    fixture_receive(f, "whatsapp", "{'user_id':'ana','message':'menu','more':'123456789 123456789 1234 6'}");
    leaves(f, LIST("Which?", "Choose", "Our cakes",
                   ROW("A") "," ROW("B") "," ROW("C") "," ROW("123456789 123456789 1234")) ANA);
    fixture_receive(f, "whatsapp", "{'user_id':'ben','message':'pair','more':'123456789 123456789 1234 6'}");
    leaves(f, "\"message_type\":\"quick_reply_response_message\",\"message\":{\"body\":\"Which?\",\"buttons\":["
              "{\"text\":\"A\"},{\"text\":\"123456789 123456789\"}]}}},\"external_user_ids\":[\"ben\"]}");
}

/* A step's labels are not: three that are too long for buttons make a list, and else they are lines. */
static void labels_of_a_step_go_as_they_fit(void **state)
{
    static const struct {
        const char *one, *two, *message;
    } CASES[] = {
        { "Small", "Medium",
          "\"message_type\":\"quick_reply_response_message\",\"message\":{\"body\":\"Which size?\",\"buttons\":["
          "{\"text\":\"Small\"},{\"text\":\"Medium\"},{\"text\":\"Large\"}]}}}," },
        { "Small", "Medium, with 21 letter",
          LIST("Which size?", "Choose", "Our cakes", ROW("Small") "," ROW("Medium, with 21 letter") "," ROW("Large")) },
        { "Small", "More than 24 letters of it",
          "\"message_type\":\"text_response_message\",\"message\":{\"body\":\"Which size?\\n\\n1. Small\\n"
          "2. More than 24 letters of it\\n3. Large\"}}}," },
        { "Twice", "Twice", /* WhatsApp takes no two alike */
          "\"message_type\":\"text_response_message\",\"message\":{\"body\":\"Which size?\\n\\n1. Twice\\n2. Twice\\n"
          "3. Large\"}}}," },
        { "{{ 9012345678901234567 }}", "S", /* broken apart, it is too long */
          "\"message_type\":\"text_response_message\",\"message\":{\"body\":\"Which size?\\n\\n"
          "1. { { 9012345678901234567 } }\\n2. S\\n3. Large\"}}}," },
    };

    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct fixture own;
        char json[300];
        struct buf start = { 0 };

        (void)state;
        fixture_open(&own, RULES);
        snprintf(json, sizeof json, "{'user_id':'ana','message':'size','one':'%s','two':'%s'}", CASES[i].one, CASES[i].two);
        fixture_receive(&own, "whatsapp", json);
        buf_addf(&start, "%s%s", CASES[i].message, ANA);
        leaves(&own, buf_text(&start));
        buf_release(&start);
        fixture_close(&own);
    }
}

/* The first label renders to nothing and is not there: what the customer sees as 1 is the second. */
static void a_number_is_that_of_what_is_seen(void **state)
{
    struct fixture *f = *state;

    fixture_receive(f, "whatsapp", "{'user_id':'ana','message':'size','two':'More than 24 letters of it'}");
    leaves(f, "\"message_type\":\"text_response_message\",\"message\":{\"body\":\"Which size?\\n\\n"
              "1. More than 24 letters of it\\n2. Large\"}}}," ANA);
    fixture_receive(f, "whatsapp", "{'user_id':'ana','message':'2','two':'More than 24 letters of it'}");
    assert_string_equal(fixture_text(f, "SELECT text FROM message WHERE kind = 'out' ORDER BY id DESC LIMIT 1"), "So Large.");
}

/* Rows have no numbers; when a template carries them, they have. */
static void rows_have_numbers_only_as_lines(void **state)
{
    struct fixture *f = *state;

    hear_ana(f, "ana", "menu");
    call_free(claim(f));
    hear_ana(f, "ana", "2");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM decision WHERE rule IS NULL"), 1);
    hear_ana(f, "ben", "menu");
    f->now += (int64_t)23 * 3600 * 1000 + 55 * 60 * 1000;
    call_free(claim(f));
    assert_string_equal(fixture_text(f, "SELECT sent_by FROM outbox ORDER BY id DESC LIMIT 1"), "reopen");
    hear_ana(f, "ben", "2");
    assert_string_equal(fixture_text(f, "SELECT text FROM message WHERE kind = 'out' ORDER BY id DESC LIMIT 1"), "Plan B.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, setup_close)
        TEST(properties_go_out_beside_text_and_buttons),
        TEST(a_canvas_gets_them_as_context),
        TEST(another_campaign_does_not_get_them),
        TEST(in_a_batch_each_has_its_own),
        TEST(too_many_bytes_kill_only_their_own_row),
        TEST(more_than_three_go_out_as_a_list),
        TEST(a_list_speaks_the_language_of_the_contact),
        TEST(only_lists_of_one_language_share_a_request),
        TEST(what_a_rule_renders_is_cut_to_what_is_shown),
        TEST(labels_of_a_step_go_as_they_fit),
        TEST(a_number_is_that_of_what_is_seen),
        TEST(rows_have_numbers_only_as_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
