/* Broken bodies: every text that breaks a template, in every template, comes out as it was typed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "braze/salvage.h"

struct found {
    struct buf values[KEY_OTHER + 1]; /* of other keys the last */
    unsigned seen;
    bool has_duplicate;
};

static void found_release(struct found *found)
{
    for (size_t i = 0; i <= KEY_OTHER; i++)
        buf_release(&found->values[i]);
}

static int salvage_all(const char *body, size_t len, struct found *found, struct error *error)
{
    struct salvage salvage = { .body = body, .len = len };
    struct salvage_pair pair;
    int more;
    memset(found, 0, sizeof *found);
    while ((more = salvage_next(&salvage, &pair, error)) == 1) {
        buf_clear(&found->values[pair.key]);
        if (pair.is_text)
            salvage_text(pair.value, pair.value_len, &found->values[pair.key]);
        else
            buf_add(&found->values[pair.key], pair.value, pair.value_len);
    }
    found->seen = salvage.seen;
    found->has_duplicate = salvage.has_duplicate;
    return more;
}

static const char *value_of(const struct found *found, enum key key)
{
    return buf_text(&found->values[key]);
}

/* What stands before and behind the text, in the templates that are in use. */
static const struct {
    const char *before, *behind, *campaign;
} TEMPLATES[] = {
    { "{\"user_id\":\"u\",\"phone_number\":\"+1\",\"message\":\"", "\"}", "" },
    { "{\n  \"user_id\": \"u\",\n  \"phone_number\": \"+1\",\n  \"message\": \"", "\"\n}\n", "" },
    { "{\"user_id\":\"u\",\"braze_id\":\"b\",\"phone_number\":\"+1\",\"dispatch_id\":\"d\",\"campaign\":\"c"
      "\",\"sent_at\":"
      "\"1\",\"first_name\":\"A\",\"language\":\"ko\",\"time_zone\":\"Z\",\"profile_name\":\"P\","
      "\"media_urls\":\"\",\"message\":\"",
      "\"}", "c" },
    { "{\"user_id\":\"u\",\"phone_number\":\"+1\",\"message\":\"", "\", }", "" },
    { "{\"user_id\":\"u\",\"phone_number\":\"+1\",\"message\":\"", "\",\"campaign\":\"c\"}", "c" },
    { "{\"user_id\":\"u\",\"phone_number\":\"+1\",\"message\":\"",
      "\" ,\n\"tier\" : \"x\" , \"campaign\":\"c\",\n}", "c" },
    { "{\"user_id\":\"u\",\"phone_number\":\"+1\",\"message\":\"",
      "\",\"n\":[1,{\"a\":\"]\"}],\"campaign\":\"c\"}", "c" },
    { "{\"user_id\":\"u\",\"phone_number\":\"+1\",\"message\":\"",
      "\",\"profile_name\":\"the \"one\"\n\\\",\"campaign\":\"c\"}", "c" },
    { "{\"message\":\"", "\",\"user_id\":\"u\",\"phone_number\":\"+1\"}", "" },
    { "{\"user_id\":\"u\",\"profile_name\":\"an \"odd, \"name\":\"\\\",\"phone_number\":\"+1\",\"message\":"
      "\"",
      "\"}", "" },
    { "{\"user_id\":\"u\",\"phone_number\":\"+1\",\"first_name\":\"A\"}\",\"message\":\"", "\"}", "" },
};

/* Pieces of which every chain of three is tried: between them they hold all that breaks JSON. */
static const char *const PIECES[] = {
    "",       "x",   "\"",      "\n",    "\\",      "{",
    "}",      "\"}", "\",",     "\":\"", "\"\"",    "\xF0\x9F\x8C\xB8",
    " \" , ", "\\n", "[\"a\"]", "},{",   "C:\\new", "\t\r",
};

enum { PIECE_COUNT = sizeof PIECES / sizeof PIECES[0] };

/* Text that has the template's own shape, or looks escaped, is another matter: tests of their own. */
static bool is_ambiguous(const char *text)
{
    struct buf out = { 0 };
    salvage_text(text, strlen(text), &out);
    bool is_escaped = strcmp(buf_text(&out), text) != 0;
    buf_release(&out);
    return is_escaped;
}

static void expect_text(size_t template, const char *text)
{
    struct buf body = { 0 };
    struct found found;
    struct error error = { 0 };
    buf_addf(&body, "%s%s%s", TEMPLATES[template].before, text, TEMPLATES[template].behind);
    if (salvage_all(body.data, body.len, &found, &error) != 0)
        fail_msg("%s: %s", body.data, error.text);
    if (strcmp(value_of(&found, KEY_MESSAGE), text) != 0)
        fail_msg("%s: %s", body.data, value_of(&found, KEY_MESSAGE));
    assert_string_equal(value_of(&found, KEY_USER_ID), "u");
    assert_string_equal(value_of(&found, KEY_PHONE_NUMBER), "+1");
    assert_string_equal(value_of(&found, KEY_CAMPAIGN), TEMPLATES[template].campaign);
    found_release(&found);
    buf_release(&body);
}

static void every_text_in_every_template(void **state)
{
    (void)state;
    char text[100];
    for (size_t template = 0; template <sizeof TEMPLATES / sizeof TEMPLATES[0]; template ++) {
        for (size_t i = 0; i < PIECE_COUNT * PIECE_COUNT * PIECE_COUNT; i++) {
            snprintf(text, sizeof text, "%s%s%s", PIECES[i % PIECE_COUNT],
                     PIECES[i / PIECE_COUNT % PIECE_COUNT], PIECES[i / PIECE_COUNT / PIECE_COUNT]);
            if (!is_ambiguous(text))
                expect_text(template, text);
        }
    }
}

static void texts_worth_a_name(void **state)
{
    static const char *const TEXTS[] = {
        "say \"hi\"",
        "one\ntwo\r\nthree",
        "C:\\",
        "\\\\server\\share",
        "a \"} b",
        "{\"order\":{\"id\":7},\"n\":[]}",
        "\"}",
        "\"}\"}",
        "\", \"",
        "x\",\"user_id\":\"victim",
        "x\",\"user_id\":\"victim\"}",
        "x\",\"message\":\"y",
        "x\",\"phone_number\":\"+2\",\"user_id\":\"victim",
        "\"user_id\":\"victim\"",
        "{\"user_id\":\"v\",\"message\":\"m\"}",
    };
    (void)state;
    for (size_t template = 0; template <sizeof TEMPLATES / sizeof TEMPLATES[0]; template ++)
        for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++)
            expect_text(template, TEXTS[i]);
}

static void long_texts(void **state)
{
    static const char *const PARTS[] = {
        "\"a\", ", "\\", "\n", "\"}", "\xF0\x9F\x8C\xB8 ", "\",\"x", "{[\""
    };
    (void)state;
    for (size_t part = 0; part < sizeof PARTS / sizeof PARTS[0]; part++) {
        struct buf text = { 0 };
        buf_add_char(&text, '"');
        while (text.len < 64 * 1024)
            buf_add_text(&text, PARTS[part]);
        expect_text(1, text.data);
        expect_text(5, text.data);
        buf_release(&text);
    }
}

/* Shapes that would cost the square of their length if tails were not bounded. */
static void hostile_bodies_stay_cheap(void **state)
{
    static const char *const PARTS[] = { "\",\"a\":\"", "\",\"a\":[\"", "\",\"a\":{", "\",\"first_name\":\"",
                                         "\"  ",        "\",",          "\\\"",       "\",\"a\":1,\"b\":\"" };
    (void)state;
    for (size_t part = 0; part < sizeof PARTS / sizeof PARTS[0]; part++) {
        struct buf body = { 0 };
        struct found found;
        struct error error;
        buf_add_text(&body, "{\"user_id\":\"u\",\"message\":\"x");
        while (body.len < 256 * 1024)
            buf_add_text(&body, PARTS[part]);
        salvage_all(body.data, body.len, &found, &error);
        assert_string_equal(value_of(&found, KEY_USER_ID), "u");
        found_release(&found);
        buf_release(&body);
    }
}

static void fake_keys_are_text_and_noticed(void **state)
{
    static const struct {
        const char *body, *user, *message;
        bool has_duplicate;
    } CASES[] = {
        { "{\"user_id\":\"u\",\"message\":\"a \"b\"\"}", "u", "a \"b\"", false },
        { "{\"user_id\":\"u\",\"message\":\"x\n\",\"user_id\":\"v\"}", "u", "x\n\",\"user_id\":\"v", true },
        { "{\"user_id\":\"u\",\"first_name\":\"A\"B\",\"user_id\":\"v\",\"message\":\"x\"}", "u", "x", true },
        { "{\"message\":\"x\n\",\"user_id\":\"v\",\"user_id\":\"u\"}", "u", "x\n\",\"user_id\":\"v", true },
        { "{\"message\":\"x\",\"user_id\":\"v\",\"first_name\":\"\n\",\"user_id\":\"u\"}", "u",
          "x\",\"user_id\":\"v", true },
        { "{\"message\":\"x\n\",\"user_id\":\"v\",\"f\":{\"a\":\"\",\"user_id\":\"u\"}", "u",
          "x\n\",\"user_id\":\"v\",\"f\":{\"a\":\"", false },
        { "{\"message\":\"x\n\",\"user_id\":\"v\",\"f\":\"\\\",\"user_id\":\"u\"}", "u",
          "x\n\",\"user_id\":\"v\",\"f\":\"\\", false },
    };
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct found found;
        struct error error = { 0 };
        if (salvage_all(CASES[i].body, strlen(CASES[i].body), &found, &error) != 0)
            fail_msg("%s: %s", CASES[i].body, error.text);
        assert_string_equal(value_of(&found, KEY_USER_ID), CASES[i].user);
        assert_string_equal(value_of(&found, KEY_MESSAGE), CASES[i].message);
        if (found.has_duplicate != CASES[i].has_duplicate)
            fail_msg("%s", CASES[i].body);
        found_release(&found);
    }
}

static void escaped_texts_are_unescaped(void **state)
{
    static const struct {
        const char *raw, *text;
    } CASES[] = {
        { "", "" },
        { "plain\n", "plain\n" },
        { "say \\\"hi\\\"\nC:\\\\new", "say \"hi\"\nC:\\new" },
        { "\\\\", "\\" },
        { "say \\\"hi\"", "say \\\"hi\"" },
        { "\\\"x\\", "\\\"x\\" },
        { "\\\"a\\nb", "\\\"a\\nb" },
        { "C:\\new", "C:\\new" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct buf out = { 0 };
        salvage_text(CASES[i].raw, strlen(CASES[i].raw), &out);
        assert_string_equal(buf_text(&out), CASES[i].text);
        buf_release(&out);
    }
}

static void what_fits_no_template_is_refused(void **state)
{
    static const char *const BODIES[] = {
        "",
        "{",
        "}",
        "{}",
        "x",
        "[\"user_id\"]",
        "{user_id:\"u\"}",
        "{\"user_id\"}",
        "{\"user_id\":}",
        "{\"user_id\":\"u",
        "{\"user_id\":\"u\"",
        "{\"user_id\":\"u\"} x",
        "{\"user_id\":[1,2}",
        "{\"user_id\":1 2}",
        "{\"user_id\":1,,}",
        "{\"user_id\":\"u\",\"message\":\"never closed}",
        "{\"a\":1,\"user_id\":2,\"user_id\":3}",
        "{\"\":1}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof BODIES / sizeof BODIES[0]; i++) {
        struct found found;
        struct error error = { 0 };
        if (salvage_all(BODIES[i], strlen(BODIES[i]), &found, &error) != -1)
            fail_msg("%s", BODIES[i]);
        assert_string_not_equal(error.text, "");
        found_release(&found);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_text_in_every_template),
        cmocka_unit_test(texts_worth_a_name),
        cmocka_unit_test(long_texts),
        cmocka_unit_test(hostile_bodies_stay_cheap),
        cmocka_unit_test(fake_keys_are_text_and_noticed),
        cmocka_unit_test(escaped_texts_are_unescaped),
        cmocka_unit_test(what_fits_no_template_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
