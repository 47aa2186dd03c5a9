/* Webhook bodies as Braze sends them, as operators break and customers abuse them, and what is read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/utf8.h"
#include "braze/inbound.h"

#define ID "\"user_id\":\"u\","

static int read_text(const char *body, const char *type, const char *claimed, struct inbound *in,
                     struct error *error)
{
    return inbound_read(body, strlen(body), type, claimed, in, error);
}

static void expect_read(const char *body, const char *claimed, struct inbound *in)
{
    struct error error = { 0 };
    if (read_text(body, NULL, claimed, in, &error) != 1)
        fail_msg("%s: %s", body, error.text);
}

static void messages_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *body, *type, *user, *phone, *message;
        int flags;
    } CASES[] = {
        { "{\"user_id\":\"u\",\"message\":\"hi\"}", "application/json", "u", "", "hi", 0 },
        { "{\"user_id\":\"u\",\"message\":\"hi\"}", NULL, "u", "", "hi", 0 },
        { "{\"user_id\":\"u\",\"message\":\"a=b&c\"}", "application/x-www-form-urlencoded", "u", "", "a=b&c",
          0 },
        { "\xEF\xBB\xBF \r\n\t{\"user_id\":\"u\",\"message\":\"hi\"}\n ", "text/plain", "u", "", "hi", 0 },
        { "{\"message\":\"hi\",\"user_id\":\"u\"}", NULL, "u", "", "hi", 0 },
        { "{\"user_id\":\"u\",\"message\":\"\"}", NULL, "u", "", "", 0 },
        { "{\"user_id\":\"u\",\"message\":null}", NULL, "u", "", "", 0 },
        { "{\"user_id\":12,\"message\":true}", NULL, "12", "", "true", 0 },
        /* yes and no are nobody, and the same in every call: they would make one customer of all */
        { "{\"user_id\":true,\"phone_number\":\"+49170\",\"message\":\"m\"}", NULL, "", "+49170", "m", 0 },
        { "{\"phone_number\":\"+49170\",\"message\":\"m\",\"user_id\":false,}", NULL, "", "+49170", "m", INBOUND_SALVAGED },
        { "{\"user_id\":9007199254740993,\"message\":1.50}", NULL, "9007199254740993", "", "1.50", 0 },
        { "{\"user_id\":123456789012345678901234567890,\"message\":-0}", NULL,
          "123456789012345678901234567890", "", "-0", 0 },
        { "{\"phone_number\":821012345678,\"message\":\"hi\"}", NULL, "", "821012345678", "hi", 0 },
        { "{\"user_id\":\" u\\u0007\\u0085\\n \",\"message\":\" hi \"}", NULL, "u", "", " hi ", 0 },
        { "{\"user_id\":\"u\",\"phone_number\":\"+49 (170) 12-34.5/6\",\"message\":\"m\"}", NULL, "u",
          "+49170123456", "m", 0 },
        { "{\"user_id\":\"u\",\"phone_number\":\"\\u202a+82 10\\u00a012\\u202c\",\"message\":\"m\"}", NULL,
          "u", "+821012", "m", 0 },
        { "{\"user_id\":\"u\",\"phone_number\":\"+ ()\",\"message\":\"m\"}", NULL, "u", "", "m", 0 },
        { "{\"user_id\":\"u\",\"message\":\"caf\xe9!\"}", NULL, "u", "", "caf\xEF\xBF\xBD!",
          INBOUND_REPAIRED },
        { "{\"user_id\":\"u\",\"message\":\"a\\u0000b\"}", NULL, "u", "",
          "a\xEF\xBF\xBD"
          "b",
          INBOUND_REPAIRED },
        { "{\"user_id\":\"u\",\"message\":\"a\\ud800b\\uDFFF\"}", NULL, "u", "",
          "a\xEF\xBF\xBD"
          "b\xEF\xBF\xBD",
          INBOUND_REPAIRED },
        { "{\"user_id\":\"u\",\"message\":\"a\\\\u0000 \\ud83c\\udf38\"}", NULL, "u", "",
          "a\\u0000 \xF0\x9F\x8C\xB8", 0 },
        { "user_id=u&message=50%25+%26+more%0Aok", "application/x-www-form-urlencoded; charset=utf-8", "u",
          "", "50% & more\nok", INBOUND_FORM },
        { "message=hi&phone_number=%2B49170", NULL, "", "+49170", "hi", INBOUND_FORM },
        { "message=+hi&phone_number=+49170", NULL, "", "+49170", " hi", INBOUND_FORM }, /* url_param_escape was forgotten */
        { "user_id=u&message=%00%ff%zz", NULL, "u", "", "\xEF\xBF\xBD\xEF\xBF\xBD%zz",
          INBOUND_FORM | INBOUND_REPAIRED },
        { "user_id=u&message=a&user_id=victim", NULL, "u", "", "a", INBOUND_FORM | INBOUND_DUPLICATE_KEY },
        { "{\"user_id\":\"u\",\"message\":\"x\",\"user_id\":\"victim\"}", NULL, "u", "", "x",
          INBOUND_DUPLICATE_KEY },
        { "{\"user_id\":\"u\",\"message\":\"x\",\"message\":\"y\"}", NULL, "u", "", "x",
          INBOUND_DUPLICATE_KEY },
        { "{\"user_id\":\"u\",\"message\":\"say \"hi\"\"}", NULL, "u", "", "say \"hi\"", INBOUND_SALVAGED },
        { "{\"user_id\":\"u\",\"message\":\"one\ntwo\"}", NULL, "u", "", "one\ntwo", INBOUND_SALVAGED },
        { "{\"user_id\":\"u\",\"message\":\"C:\\new\"}", NULL, "u", "", "C:\new", 0 },
        { "{\"user_id\":\"u\",\"message\":\"C:\\\"}", NULL, "u", "", "C:\\", INBOUND_SALVAGED },
        { "{\"user_id\":7,\"message\":\"a \"b\"\"}", NULL, "7", "", "a \"b\"", INBOUND_SALVAGED },
        { "{\"user_id\":null,\"phone_number\":5,\"message\":\"a \"b\"\"}", NULL, "", "5", "a \"b\"",
          INBOUND_SALVAGED },
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct inbound in;
        struct error error = { 0 };
        if (read_text(CASES[i].body, CASES[i].type, NULL, &in, &error) != 1)
            fail_msg("%s: %s", CASES[i].body, error.text);
        assert_string_equal(in.user_id, CASES[i].user);
        assert_string_equal(in.phone_number, CASES[i].phone);
        assert_string_equal(in.message, CASES[i].message);
        assert_int_equal(in.flags, CASES[i].flags);
        inbound_release(&in);
    }
}

static void a_string_with_its_end_is_read(void **state)
{
    static const char BODY[] = "{" ID "\"message\":\"m\"}\n\0";
    struct inbound in;
    struct error error = { 0 };
    (void)state;
    assert_int_equal(inbound_read(BODY, sizeof BODY, NULL, NULL, &in, &error), 1);
    assert_string_equal(in.message, "m");
    assert_int_equal(in.flags, 0);
    inbound_release(&in);
}

static void unreadable_bodies_say_why(void **state)
{
    (void)state;
    static const struct {
        const char *body, *word;
    } CASES[] = {
        { "", "empty" },
        { " \n ", "empty" },
        { "hello there", "neither JSON nor a form" },
        { "eyJ1c2VyX2lkIjoidSIsIm1lc3NhZ2UiOiJoaSJ9", "neither JSON nor a form" },
        { "[{\"user_id\":\"u\",\"message\":\"hi\"}]", "no object" },
        { "\"message\"", "no object" },
        { "{\"message\":\"who am I?\"}", "\"user_id\"" },
        { "{\"phone_number\":\"--\",\"message\":\"hi\"}", "\"phone_number\"" },
        { "{\"user_id\":true,\"message\":\"hi\"}", "neither a text nor a number" },
        { "{\"user_id\":\"u\"}", "\"message\"" },
        { "{\"user_id\":\"u\",\"media_urls\":\"\"}", "\"message\"" },
        { "{\"user_id\":\"u\",\"message\":{\"text\":\"hi\"}}", "\"message\"" },
        { "{\"user_id\":\"u\",\"message\":\"cut off", "\"message\" has no end" },
        { "{\"user_id\":\"u\",\"message\":hello}", "the JSON is broken" },
        { "{\"user_id\":7 \"message\":\"a \"b\"\"}", "a new key" },
        { "{}", "\"user_id\"" },
        { "{", "byte 0" },
        { "user_id=u", "\"message\"" },
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct inbound in;
        struct error error = { 0 };
        assert_int_equal(read_text(CASES[i].body, NULL, NULL, &in, &error), 0);
        if (strstr(error.text, CASES[i].word) == NULL)
            fail_msg("%s: %s", CASES[i].body, error.text);
        assert_non_null(in.message);
        inbound_release(&in);
    }
}

static void binary_and_compressed_bodies_are_unreadable(void **state)
{
    (void)state;
    static const char GZIP[] = "\x1f\x8b\x08\0\0\0\0\0\x02\xff\xab\x56";
    char noise[4096];
    struct inbound in;
    struct error error = { 0 };
    assert_int_equal(inbound_read(GZIP, sizeof GZIP - 1, "application/json", NULL, &in, &error), 0);
    assert_non_null(strstr(error.text, "compressed"));
    inbound_release(&in);
    memset(noise, 0, sizeof noise);
    assert_int_equal(inbound_read(noise, sizeof noise, NULL, NULL, &in, &error), 0);
    inbound_release(&in);
    memset(noise, '[', sizeof noise);
    assert_int_equal(inbound_read(noise, sizeof noise, NULL, "u", &in, &error), 0);
    inbound_release(&in);
}

static void claimed_identity_outranks_the_body(void **state)
{
    (void)state;
    static const struct {
        const char *claimed, *body, *user, *braze;
        int flags;
    } CASES[] = {
        { NULL, "{\"user_id\":\"b\",\"message\":\"m\"}", "b", "", 0 },
        { "b", "{\"user_id\":\"b\",\"message\":\"m\"}", "b", "", 0 },
        { "h", "{\"user_id\":\"b\",\"message\":\"m\"}", "h", "", INBOUND_IDENTITY_DIFFERS },
        { "h", "{\"message\":\"m\"}", "h", "", 0 },
        { "h", "{\"user_id\":\"\",\"message\":\"m\"}", "h", "", 0 },
        { " h\t\n", "message=m&user_id=b", "h", "", INBOUND_IDENTITY_DIFFERS | INBOUND_FORM },
        { "", "{\"user_id\":\"b\",\"phone_number\":\"+1\",\"message\":\"m\"}", "", "",
          INBOUND_IDENTITY_DIFFERS },
        { "", "{\"user_id\":\"\",\"phone_number\":\"+1\",\"message\":\"m\"}", "", "", 0 },
        { "h", "{\"message\":\"m\",\"braze_id\":\"x\"}", "h", "", 0 },
        { "h", "{\"braze_id\":\"x\",\"message\":\"m\"}", "h", "x", 0 },
        /* Liquid that was not worked out is the same for all customers, and so is nobody. */
        { "{{${user_id}}}", "{\"user_id\":\"b\",\"message\":\"m\"}", "b", "", 0 },
        { "${user_id}", "{\"user_id\":\"b\",\"message\":\"m\"}", "b", "", 0 },
        { "h", "{\"user_id\":\"{{${user_id}}}\",\"message\":\"m\"}", "h", "", 0 },
        { NULL, "{\"user_id\":\"{{ ${user_id} }}\",\"braze_id\":\"x\",\"message\":\"m\"}", "", "x", 0 },
        { NULL, "{\"user_id\":\"b\",\"braze_id\":\"{{${braze_id}}}\",\"message\":\"m\"}", "b", "", 0 },
        { NULL, "{\"user_id\":\"{{ana}}\",\"message\":\"m\"}", "{{ana}}", "", 0 },
        { NULL, "{\"user_id\":\"${jndi:ldap://x}\",\"message\":\"m\"}", "${jndi:ldap://x}", "", 0 },
        { NULL, "{\"user_id\":\"${\",\"message\":\"m\"}", "${", "", 0 },
        { NULL, "{\"user_id\":\"{{\",\"message\":\"m\"}", "{{", "", 0 },
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct inbound in;
        expect_read(CASES[i].body, CASES[i].claimed, &in);
        assert_string_equal(in.user_id, CASES[i].user);
        assert_string_equal(in.braze_id, CASES[i].braze);
        assert_int_equal(in.flags, CASES[i].flags);
        inbound_release(&in);
    }
}

static void empty_claim_without_a_phone_is_nobody(void **state)
{
    (void)state;
    struct inbound in;
    struct error error = { 0 };
    assert_int_equal(read_text("{\"user_id\":\"b\",\"message\":\"m\"}", NULL, "", &in, &error), 0);
    inbound_release(&in);
}

/* What a customer may write himself sets nobody's identity. */
static void texts_do_not_set_identities(void **state)
{
    (void)state;
    static const struct {
        const char *body, *claimed;
        int read;
        const char *user, *phone, *braze;
    } CASES[] = {
        /* Sound JSON with a key twice: whoever stands first before the text counts, behind it nobody. */
        { "{\"user_id\":\"u\",\"message\":\"x\",\"user_id\":\"victim\"}", NULL, 1, "u", "", "" },
        { "{\"message\":\"x\",\"user_id\":\"victim\",\"user_id\":\"u\"}", NULL, 0, "", "", "" },
        { "{\"message\":\"x\",\"user_id\":\"victim\",\"user_id\":\"u\"}", "u", 1, "u", "", "" },
        { "{\"user_id\":\"u\",\"message\":\"x\",\"user_id\":\"v\",\"phone_number\":\"+1\"}", NULL, 1, "u", "",
          "" },
        { "{\"user_id\":\"u\",\"message\":\"x\",\"braze_id\":\"victim\"}", NULL, 1, "u", "", "" },
        /* Broken JSON: behind the text nothing counts once the user is known. */
        { "{\"user_id\":\"u\",\"message\":\"x\n\",\"user_id\":\"victim\"}", NULL, 1, "u", "", "" },
        { "{\"user_id\":\"u\",\"message\":\"x\n\",\"phone_number\":\"+1\"}", NULL, 1, "u", "", "" },
        { "{\"phone_number\":\"+1\",\"message\":\"x\n\",\"user_id\":\"victim\"}", NULL, 1, "", "+1", "" },
        { "{\"message\":\"x\n\",\"phone_number\":\"+1\"}", "u", 1, "u", "", "" },
        { "{\"message\":\"x\n\",\"user_id\":\"victim\",\"user_id\":\"u\"}", NULL, 0, "", "", "" },
        { "{\"user_id\":\"u\",\"profile_name\":\"A\"B\",\"user_id\":\"v\",\"message\":\"x\"}", NULL, 1, "u",
          "", "" },
        /* Templates that put the text first: told apart as long as nothing stands twice. */
        { "{\"message\":\"say \"hi\"\",\"user_id\":\"u\",\"phone_number\":\"+1\"}", NULL, 1, "u", "+1", "" },
        { "{\"braze_id\":\"b\",\"message\":\"say \"hi\"\",\"phone_number\":\"+1\",\"user_id\":\"u\"}", NULL,
          1, "u", "+1", "b" },
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct inbound in;
        struct error error = { 0 };
        int read = read_text(CASES[i].body, NULL, CASES[i].claimed, &in, &error);
        if (read != CASES[i].read)
            fail_msg("%s: %d %s", CASES[i].body, read, error.text);
        assert_string_equal(in.user_id, CASES[i].user);
        assert_string_equal(in.phone_number, CASES[i].phone);
        assert_string_equal(in.braze_id, CASES[i].braze);
        inbound_release(&in);
    }
}

static void media_addresses_in_every_print(void **state)
{
    (void)state;
    static const struct {
        const char *value, *media;
    } CASES[] = {
        { "\"\"", "[]" },
        { "null", "[]" },
        { "[]", "[]" },
        { "\" , \"", "[]" },
        { "\"https://a/1.jpg\"", "[\"https://a/1.jpg\"]" },
        { "\"https://a/1,https://a/2\"", "[\"https://a/1\",\"https://a/2\"]" },
        { "\"https://a/1, https://a/2 ,\"", "[\"https://a/1\",\"https://a/2\"]" },
        { "\"https://a/1https://a/2HTTP://a/3\"", "[\"https://a/1\",\"https://a/2\",\"HTTP://a/3\"]" },
        { "\"https://a/1?x=1,2&n=https://b/c\"", "[\"https://a/1?x=1,2&n=https://b/c\"]" },
        { "\"https://p/https://b/c\"", "[\"https://p/https://b/c\"]" },
        { "\"a.jpg, b.jpg\"", "[\"a.jpg\",\"b.jpg\"]" },
        { "[\"https://a/1\",\"\",7,\"https://a/2\"]", "[\"https://a/1\",\"https://a/2\"]" },
        { "\"[\\\"https://a/1\\\"]\"", "[\"https://a/1\"]" },
        { "\"[\"https://a/1\",\"https://a/2\"]\"", "[\"https://a/1\",\"https://a/2\"]" },
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct inbound in;
        struct buf body = { 0 };
        buf_addf(&body, "{" ID "\"media_urls\":%s,\"message\":\"m\"}", CASES[i].value);
        expect_read(body.data, NULL, &in);
        assert_string_equal(in.media_urls, CASES[i].media);
        inbound_release(&in);
        buf_release(&body);
    }
}

static void media_replaces_a_missing_text(void **state)
{
    (void)state;
    struct inbound in;
    expect_read("{" ID "\"media_urls\":\"https://a/1\"}", NULL, &in);
    assert_string_equal(in.message, "");
    inbound_release(&in);
}

static void sending_times(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        int64_t ms;
    } CASES[] = {
        { "\"1592427600\"", 1592427600000 },
        { "1592427600", 1592427600000 },
        { "\"1592427600123\"", 1592427600123 },
        { "\"1592427600.25\"", 1592427600250 },
        { "\" 2020-06-17T21:00:00Z \"", 1592427600000 },
        { "\"2020-06-17T21:00:00.120Z\"", 1592427600120 },
        { "\"2020-06-18 06:00:00 +0900\"", 1592427600000 },
        { "\"2020-06-18T06:00+09:00\"", 1592427600000 },
        { "\"2020-06-17 21:00:00 UTC\"", 1592427600000 },
        { "\"2020-06-17\"", 1592352000000 },
        { "\"2024-02-29\"", 1709164800000 },
        { "\"2023-02-29\"", 0 },
        { "\"2020-06-17T25:00:00Z\"", 0 },
        { "\"2020-06-17T21:00:00Z and more\"", 0 },
        { "\"2020-06-17T21:00:00+99:00\"", 0 },
        { "\"\"", 0 },
        { "\"0\"", 0 },
        { "\"-5\"", 0 },
        { "\"now\"", 0 },
        { "\"1970-01-01\"", 0 },
        { "\"99999999999999999999\"", 0 },
        { "1e9", 0 },
        { "true", 0 },
        { "[1592427600]", 0 },
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct inbound in;
        struct buf body = { 0 };
        buf_addf(&body, "{" ID "\"sent_at\":%s,\"message\":\"m\"}", CASES[i].value);
        expect_read(body.data, NULL, &in);
        if (in.sent_at != CASES[i].ms)
            fail_msg("%s: %lld", CASES[i].value, (long long)in.sent_at);
        inbound_release(&in);
        buf_release(&body);
    }
}

static void other_keys_become_fields(void **state)
{
    (void)state;
    static const struct {
        const char *body, *fields;
    } CASES[] = {
        { "{" ID "\"message\":\"m\"}", "{}" },
        { "{" ID "\"order\":42,\"vip\":true,\"city\":\"Seoul\",\"none\":null,\"message\":\"m\"}",
          "{\"order\":42,\"vip\":true,\"city\":\"Seoul\"}" },
        { "{" ID "\"big\":12345678901234567890,\"list\":[1,{\"a\":\"b\"}],\"message\":\"m\"}",
          "{\"big\":\"12345678901234567890\",\"list\":\"[1,{\\\"a\\\":\\\"b\\\"}]\"}" },
        { "{" ID "\"order\":42,\"list\":[1, 2],\"tier\":\"x\",\"message\":\"a \"b\"\"}",
          "{\"order\":42,\"list\":\"[1,2]\",\"tier\":\"x\"}" },
        { "user_id=u&message=m&a=1&a=2&=x&%ff=3", "{\"a\":\"1\",\"\xEF\xBF\xBD\":\"3\"}" },
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct inbound in;
        expect_read(CASES[i].body, NULL, &in);
        assert_string_equal(in.fields, CASES[i].fields);
        inbound_release(&in);
    }
}

static void fields_stay_within_their_bounds(void **state)
{
    (void)state;
    struct buf body = { 0 };
    struct inbound in;
    struct json *fields;
    struct error error;
    buf_add_text(&body, "{" ID "\"message\":\"m\"");
    for (int i = 0; i < 900; i++)
        buf_addf(&body, ",\"key%d\":\"\\u0001\\u0001\\u0001\\u0001\\u0001\\u0001\\u0001\\u0001%d\"", i, i);
    buf_add_char(&body, '}');
    expect_read(body.data, NULL, &in);
    assert_true(strlen(in.fields) <= INBOUND_FIELDS_MAX);
    assert_int_equal(json_parse(in.fields, strlen(in.fields), JSON_STRICT, &fields, &error), 0);
    assert_int_equal(json_count(fields), 200);
    assert_int_equal(in.flags & INBOUND_FIELDS_CUT, INBOUND_FIELDS_CUT);
    json_free(fields);
    inbound_release(&in);
    buf_release(&body);
}

static void a_brace_that_the_template_has_forgotten_is_put_behind_it(void **state)
{
    static const char *const BODIES[] = {
        "{" ID "\"message\":\"say \\\"hi\\\"\"", "{" ID "\"message\":\"say \\\"hi\\\"\",\n",
        "{" ID "\"n\":[1],\"message\":\"say \\\"hi\\\"\" ,",
    };
    (void)state;
    for (size_t i = 0; i < sizeof BODIES / sizeof BODIES[0]; i++) {
        struct inbound in;
        expect_read(BODIES[i], NULL, &in);
        assert_string_equal(in.message, "say \"hi\"");
        assert_int_equal(in.flags, INBOUND_SALVAGED);
        inbound_release(&in);
    }
    struct inbound in;
    struct error error = { 0 };
    static const char CUT[] = "{" ID "\"message\":\"say \\\"hi\\\"";
    assert_int_equal(inbound_read(CUT, strlen(CUT), NULL, NULL, &in, &error), 0);
    inbound_release(&in);
}

static void a_field_that_is_too_long_takes_no_other_with_it(void **state)
{
    (void)state;
    static const size_t LENGTHS[] = { 60 * 1000, INBOUND_FIELDS_MAX };
    for (size_t i = 0; i < 2; i++) {
        struct buf body = { 0 };
        struct inbound in;
        buf_addf(&body, "{" ID "\"a\":\"1\",\"long\":\"%0*d\",\"z\":\"2\",\"message\":\"m\"}", (int)LENGTHS[i], 7);
        expect_read(body.data, NULL, &in);
        assert_int_equal(in.flags, i == 0 ? 0 : INBOUND_FIELDS_CUT);
        assert_true((strlen(in.fields) > LENGTHS[i]) == (i == 0));
        assert_non_null(strstr(in.fields, "\"a\":\"1\""));
        assert_non_null(strstr(in.fields, "\"z\":\"2\"}"));
        inbound_release(&in);
        buf_release(&body);
    }
}

static void facts_are_read(void **state)
{
    (void)state;
    struct inbound in;
    expect_read("{" ID "\"dispatch_id\":\" d1\",\"campaign\":\"c\",\"first_name\":\"Ana\\n\",\"language\":"
                "\"ko\","
                "\"time_zone\":\"Asia/Seoul\",\"profile_name\":\"a \",\"message\":\"m\"}",
                NULL, &in);
    assert_string_equal(in.dispatch_id, "d1");
    assert_string_equal(in.campaign, "c");
    assert_string_equal(in.first_name, "Ana");
    assert_string_equal(in.language, "ko");
    assert_string_equal(in.time_zone, "Asia/Seoul");
    assert_string_equal(in.profile_name, "a");
    inbound_release(&in);
    expect_read("{" ID "\"dispatch_id\":\"dispatch_id_for_unsent_campaign\",\"message\":\"m\"}", NULL, &in);
    assert_string_equal(in.dispatch_id, "");
    inbound_release(&in);
    expect_read("{" ID "\"dispatch_id\":true,\"first_name\":false,\"message\":\"m\"}", NULL, &in);
    assert_string_equal(in.dispatch_id, "");
    assert_string_equal(in.first_name, "");
    inbound_release(&in);
}

/* A slip in the template must not make all later messages of a customer repeats of the first. */
static void dispatch_id_that_liquid_left_as_it_was_is_none(void **state)
{
    static const char *const LEFT[] = { "{{campaign.${dispatch_id}}}", "{campaign.${dispatch_id}}", "${dispatch_id}", "{{x" };
    (void)state;
    for (size_t i = 0; i < sizeof LEFT / sizeof LEFT[0]; i++) {
        struct buf body = { 0 };
        struct inbound in;
        buf_addf(&body, "{" ID "\"dispatch_id\":\"%s\",\"message\":\"m\"}", LEFT[i]);
        expect_read(buf_text(&body), NULL, &in);
        assert_string_equal(in.dispatch_id, "");
        inbound_release(&in);
        buf_release(&body);
    }
}

/* `count` times "é", two bytes each, behind one "x". */
static void add_long(struct buf *body, size_t count)
{
    buf_add_char(body, 'x');
    for (size_t i = 0; i < count; i++)
        buf_add_text(body, "\xC3\xA9");
}

static void long_values_are_cut_on_characters(void **state)
{
    (void)state;
    struct buf body = { 0 };
    struct inbound in;
    buf_add_text(&body, "{\"user_id\":\"");
    add_long(&body, 600);
    buf_add_text(&body, "\",\"first_name\":\"");
    add_long(&body, 300);
    buf_add_text(&body, "\",\"message\":\"");
    add_long(&body, INBOUND_TEXT_MAX / 2);
    buf_add_text(&body, "\"}");
    expect_read(body.data, NULL, &in);
    assert_int_equal(strlen(in.user_id), INBOUND_ID_MAX);
    assert_int_equal(strlen(in.first_name), INBOUND_NAME_MAX);
    assert_int_equal(strlen(in.message), INBOUND_TEXT_MAX - 1);
    assert_true(utf8_is_valid(in.message, strlen(in.message)));
    assert_int_equal(in.flags, INBOUND_CUT);
    inbound_release(&in);
    buf_release(&body);
}

/* A file of tests/data/webhooks. */
static void read_sample(const char *name, struct buf *body)
{
    char path[200], block[1024];
    size_t got;
    snprintf(path, sizeof path, "tests/data/webhooks/%s", name);
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        fail_msg("%s is missing: run the tests from the top of the tree", path);
    while ((got = fread(block, 1, sizeof block, file)) > 0)
        buf_add(body, block, got);
    fclose(file);
}

static void samples_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *name, *message, *profile_name;
        int flags;
    } CASES[] = {
        { "escaped.json", "say \"hi\"\nsecond line \\ {\"a\":1}", "ana \xF0\x9F\x8C\xB8", 0 },
        { "unescaped.txt", "say \"hi\"\nsecond line \\ {\"a\":1}", "the \"one\" and only\\",
          INBOUND_SALVAGED },
        { "recipe.txt", "My \"order\" is late\nC:\\new\\", "", INBOUND_SALVAGED },
        { "posing.txt", "x", "", INBOUND_DUPLICATE_KEY },
        { "posing_broken.txt", "x\n\",\"user_id\":\"victim", "", INBOUND_SALVAGED | INBOUND_DUPLICATE_KEY },
        { "form.txt", "50% & more\n\xED\x95\x9C", "", INBOUND_FORM },
        { "message_first.json", "first", "", 0 },
        { "alphabetical.txt", "say \"hi\"", "", INBOUND_SALVAGED },
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct buf body = { 0 };
        struct inbound in;
        struct error error = { 0 };
        read_sample(CASES[i].name, &body);
        if (inbound_read(body.data, body.len, NULL, NULL, &in, &error) != 1)
            fail_msg("%s: %s", CASES[i].name, error.text);
        assert_string_equal(in.user_id, "ana-1842");
        assert_string_equal(in.message, CASES[i].message);
        assert_string_equal(in.profile_name, CASES[i].profile_name);
        assert_int_equal(in.flags, CASES[i].flags);
        inbound_release(&in);
        buf_release(&body);
    }
}

static void flags_in_words(void **state)
{
    (void)state;
    struct buf out = { 0 };
    inbound_format_flags(0, &out);
    assert_string_equal(buf_text(&out), "");
    inbound_format_flags(INBOUND_SALVAGED | INBOUND_DUPLICATE_KEY, &out);
    assert_string_equal(out.data, "salvaged, duplicate key");
    buf_clear(&out);
    inbound_format_flags(INBOUND_REPAIRED | INBOUND_FORM | INBOUND_IDENTITY_DIFFERS | INBOUND_CUT | INBOUND_FIELDS_CUT, &out);
    assert_string_equal(out.data, "repaired, form, identity differs, cut, fields left out");
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_are_read),
        cmocka_unit_test(a_string_with_its_end_is_read),
        cmocka_unit_test(unreadable_bodies_say_why),
        cmocka_unit_test(binary_and_compressed_bodies_are_unreadable),
        cmocka_unit_test(claimed_identity_outranks_the_body),
        cmocka_unit_test(empty_claim_without_a_phone_is_nobody),
        cmocka_unit_test(texts_do_not_set_identities),
        cmocka_unit_test(media_addresses_in_every_print),
        cmocka_unit_test(media_replaces_a_missing_text),
        cmocka_unit_test(sending_times),
        cmocka_unit_test(other_keys_become_fields),
        cmocka_unit_test(fields_stay_within_their_bounds),
        cmocka_unit_test(a_brace_that_the_template_has_forgotten_is_put_behind_it),
        cmocka_unit_test(a_field_that_is_too_long_takes_no_other_with_it),
        cmocka_unit_test(facts_are_read),
        cmocka_unit_test(dispatch_id_that_liquid_left_as_it_was_is_none),
        cmocka_unit_test(long_values_are_cut_on_characters),
        cmocka_unit_test(samples_are_read),
        cmocka_unit_test(flags_in_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
