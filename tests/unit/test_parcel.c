/* parcel: texts with what belongs to them (further properties, choices) as they leave, on a real file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "desk/dispatch.h"
#include "tests/lib/fixture.h"

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
    " ('walk.map', 'map', 'north'), ('book.text', 'said', '{{ message }}');\n";

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    fixture_open(f, RULES);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    fixture_close(*state);
    free(*state);
    return 0;
}

static void hear(struct fixture *f, const char *user, const char *text)
{
    char json[300];

    snprintf(json, sizeof json, "{'user_id':'%s','first_name':'Ana','message':'%s'}", user, text);
    fixture_receive(f, "whatsapp", json);
}

static struct call *claim(struct fixture *f)
{
    struct error error = { 0 };
    struct call *calls;

    assert_int_equal(desk_begin(&f->desk, &error), 0);
    if (dispatch_claim(&f->desk, f->now, 0, &calls, &error) != 0)
        fail_msg("%s", error.text);
    assert_int_equal(desk_commit(&f->desk, &error), 0);
    return calls;
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
    leaves((hear(*state, "ana", "cake {{ x }}"), *state),
           "\"recipients\":[{\"external_user_id\":\"ana\",\"trigger_properties\":{\"body\":\"Which one?\","
           "\"button_1\":\"Carrot\",\"button_2\":\"Lemon\",\"image\":\"https://shop/Ana.png\",\"pieces\":\"12\","
           "\"liquid\":\"cake { { x } }\"}}]}");
}

static void a_canvas_gets_them_as_context(void **state)
{
    hear(*state, "ana", "walk");
    leaves(*state, "\"recipients\":[{\"external_user_id\":\"ana\",\"context\":{\"external_system_msg_body\":"
                   "\"This way.\",\"map\":\"north\"}}]}");
}

static void another_campaign_does_not_get_them(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "cake");
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

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(properties_go_out_beside_text_and_buttons),
        TEST(a_canvas_gets_them_as_context),
        TEST(another_campaign_does_not_get_them),
        TEST(in_a_batch_each_has_its_own),
        TEST(too_many_bytes_kill_only_their_own_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
