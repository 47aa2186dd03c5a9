/*
 * What stands in the sandbox's profiles: every rule of Braze's that decides whether a value arrives, as what, and who is told.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/json.h"
#include "text/datelike.h"

#include "../../tools/sandbox_script.h"
#include "../../tools/sandbox_service.h"
#include "../../tools/sandbox_value.h"
#include "sandbox_bench.h"

#define TRACK   "/users/track"
#define TRIGGER "/campaigns/trigger/send"
#define GROUP   "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
#define OTHER   "99999999-bbbb-cccc-dddd-eeeeeeeeeeee"
#define NOW     "\"time\":\"2026-05-12T09:30:00Z\""

/* The profiles as JSON, of one user ("": of all). */
static const char *profiles_of(struct bench *bench, const char *query, struct buf *out)
{
    struct buf path = { 0 };
    struct json *tree = NULL;

    buf_addf(&path, "/_sandbox/profiles%s", query);
    bench_call(bench, "GET", buf_text(&path), "");
    assert_int_equal(json_parse(buf_text(&bench->answer.body), bench->answer.body.len, JSON_STRICT, &tree, NULL), 0);
    buf_clear(out);
    for (const struct json *item = json_first(json_get(tree, "profiles")); item != NULL; item = json_next(item)) {
        buf_addf(out, "%s:%s ", json_get_text(item, "kind"), json_get_text(item, "user"));
        json_format(json_get(item, "attributes"), out);
        json_format(json_get(item, "types"), out);
        buf_addf(out, "%s\n", json_get_bool(item, "may_create", false) ? " may create" : "");
    }
    json_free(tree);
    buf_release(&path);
    return buf_text(out);
}

/* A whole call: its answer has left. */
static void post(struct bench *bench, const char *body)
{
    bench_call(bench, "POST", TRACK, body);
    service_ended(&bench->service, bench->answer.ticket);
}

static void track(struct bench *bench, const char *members)
{
    struct buf body = { 0 };

    buf_addf(&body, "{\"attributes\":[{%s}]}", members);
    post(bench, buf_text(&body));
    buf_release(&body);
}

static void test_profiles_by_the_rules_of_braze(void **state)
{
    struct bench *bench = new_bench();
    struct buf got = { 0 }, long_text = { 0 };

    (void)state;
    track(bench, "\"external_id\":\"mia\",\"_update_existing_only\":true,\"tier\":\"gold\",\"size\":7,\"vip\":true");
    track(bench, "\"external_id\":\"mia\",\"_update_existing_only\":true,\"tier\":null,\"size\":{\"inc\":-2},"
                 "\"born\":\"2021-12-01\",\"note\":\"12/1/2021\",\"said\":\"on 12/1/2021\",\"list\":[\"a\"]");
    assert_string_equal(profiles_of(bench, "?user=mia", &got),
                        "external:mia {\"size\":5,\"vip\":true,\"born\":\"2021-12-01\",\"note\":\"12/1/2021\","
                        "\"said\":\"on 12/1/2021\",\"list\":[\"a\"]}"
                        "{\"size\":\"number\",\"vip\":\"boolean\",\"born\":\"time\",\"note\":\"time\",\"said\":\"text\","
                        "\"list\":\"array\"}\n");

    for (int i = 0; i < 256; i++)
        buf_add_text(&long_text, "x");
    bench_call(bench, "POST", "/_sandbox/reset", "");
    buf_clear(&got);
    buf_addf(&got, "\"user_alias\":{\"alias_name\":\"+82\",\"alias_label\":\"phone\"},\"long\":\"%s\",\"ok\":1",
             buf_text(&long_text));
    track(bench, buf_text(&got));
    track(bench, "\"braze_id\":\"b1\",\"_update_existing_only\":true,\"a\":1");
    track(bench, "\"external_id\":\"stray\",\"a\":1");
    assert_string_equal(profiles_of(bench, "", &got), "phone:+82 {\"ok\":1}{\"ok\":\"number\"}\n"
                                                      "braze:b1 {\"a\":1}{\"a\":\"number\"}\n"
                                                      "external:stray {\"a\":1}{\"a\":\"number\"} may create\n");
    buf_release(&got);
    buf_release(&long_text);
    free_bench(bench);
}

static void test_faults_meet_the_writers_of_profiles(void **state)
{
    struct bench *bench = new_bench();
    struct buf got = { 0 };

    (void)state;
    assert_int_equal(script_add_text(&bench->service.script, "503 on /users/track for mia", NULL), 0);
    assert_int_equal(script_add_text(&bench->service.script, "reset_before on /users/track", NULL), 0);
    assert_int_equal(script_add_text(&bench->service.script, "reset_after on /users/track", NULL), 0);
    assert_int_equal(script_add_text(&bench->service.script, "errors on /users/track", NULL), 0);
    track(bench, "\"external_id\":\"bob\",\"_update_existing_only\":true,\"a\":1");
    assert_int_equal(bench->answer.manner, HTTP_RESET); /* nothing taken */
    track(bench, "\"external_id\":\"mia\",\"_update_existing_only\":true,\"a\":1");
    assert_int_equal(bench->answer.status, 503);
    track(bench, "\"external_id\":\"mia\",\"_update_existing_only\":true,\"a\":2");
    assert_int_equal(bench->answer.manner, HTTP_RESET); /* taken */
    bench_call(bench, "POST", TRACK,
               "{\"attributes\":[{\"external_id\":\"mia\",\"_update_existing_only\":true,\"a\":3},"
               "{\"external_id\":\"eve\",\"_update_existing_only\":true,\"a\":4}]}");
    assert_non_null(strstr(buf_text(&bench->answer.body), "\"input_array\":\"attributes\",\"index\":0"));
    assert_string_equal(profiles_of(bench, "", &got), "external:mia {\"a\":2}{\"a\":\"number\"}\n"
                                                      "external:eve {\"a\":4}{\"a\":\"number\"}\n");
    buf_release(&got);
    free_bench(bench);
}

static void reset(struct bench *bench)
{
    bench_call(bench, "POST", "/_sandbox/reset", "");
}

/* One member of each entry of a log, in order, a blank behind each. */
static const char *log_of(struct bench *bench, const char *list, const char *query, const char *member, struct buf *out)
{
    struct buf path = { 0 };
    struct json *tree = NULL;

    buf_addf(&path, "/_sandbox/%s%s", list, query);
    bench_call(bench, "GET", buf_text(&path), "");
    assert_int_equal(json_parse(buf_text(&bench->answer.body), bench->answer.body.len, JSON_LARGE, &tree, NULL), 0);
    buf_clear(out);
    for (const struct json *item = json_first(json_get(tree, list)); item != NULL; item = json_next(item)) {
        json_format(json_get(item, member), out);
        buf_add_char(out, ' ');
    }
    json_free(tree);
    buf_release(&path);
    return buf_text(out);
}

/* A number of the report. */
static int64_t count_of(struct bench *bench, const char *name)
{
    struct json *tree = NULL;

    bench_call(bench, "GET", "/_sandbox/report", "");
    assert_int_equal(json_parse(buf_text(&bench->answer.body), bench->answer.body.len, JSON_STRICT, &tree, NULL), 0);
    int64_t number = json_get_int(tree, name, -1);
    json_free(tree);
    return number;
}

/* Two values for mia's attribute v, one after the other; what stands there then. */
static void test_a_second_value_meets_the_first(void **state)
{
    static const struct {
        const char *first, *second, *stands, *left_out;
    } CASES[] = {
        { "5", "{\"inc\":-2}", "3", "" },
        { "null", "{\"inc\":4}", "4", "" },
        { "1.5", "{\"inc\":1}", "1.5", "\"what stands there is no whole number\" " },
        { "\"five\"", "{\"inc\":1}", "\"five\"", "\"the attribute is of another type\" " },
        { "5", "\"five\"", "5", "\"the attribute is of another type\" " },
        { "\"2026-05-12\"", "\"Tue 05 12 09:30:00.KST 2026\"", "\"Tue 05 12 09:30:00.KST 2026\"", "" },
        { "\"gold\"", "\"2026-05-12\"", "\"gold\"", "\"the attribute is of another type\" " },
        { "true", "null", "null", "" },
        { "[\"a\",\"b\"]", "[\"c\"]", "[\"c\"]", "" },
        { "[\"a\",\"b\",\"c\"]", "{\"add\":[\"a\",\"d\"]}", "[\"b\",\"c\",\"a\",\"d\"]", "" },
        { "[\"a\",\"b\",\"c\"]", "{\"remove\":[\"b\",\"x\"]}", "[\"a\",\"c\"]", "" },
        { "null", "{\"add\":[\"a\",\"b\",\"a\"]}", "[\"b\",\"a\"]", "" },
        { "null", "{\"remove\":[\"a\"]}", "null", "" },
        { "[\"a\"]", "{\"remove\":[\"a\"]}", "[]", "" },
        { "\"a\"", "{\"add\":[\"b\"]}", "\"a\"", "\"the attribute is of another type\" " },
        { "{\"size\":1,\"in\":{\"a\":1}}", "{\"in\":{\"b\":2}}", "{\"in\":{\"b\":2}}", "" },
        { "{\"size\":1}", "{\"size\":null}", "{\"size\":1}", "\"a null inside an object\" " },
        { "{\"size\":1}", "{\"big size\":1}", "{\"size\":1}",
          "\"a nested name that is empty, over 255 characters, or has a space\" " },
        { "null", "{\"$time\":\"2026-05-12T09:30:00Z\"}", "\"2026-05-12T09:30:00Z\"", "" },
        { "{\"born\":{\"$time\":\"2026-05-12\"}}", "{\"born\":{\"$time\":\"3001-01-01\"}}",
          "{\"born\":{\"$time\":\"2026-05-12\"}}", "\"a $time that is no time before the year 3001\" " },
    };
    struct bench *bench = new_bench();
    struct buf text = { 0 };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        reset(bench);
        buf_clear(&text);
        buf_addf(&text, "\"external_id\":\"mia\",\"v\":%s", CASES[i].first);
        track(bench, buf_text(&text));
        buf_clear(&text);
        buf_addf(&text, "\"external_id\":\"mia\",\"v\":%s", CASES[i].second);
        track(bench, buf_text(&text));
        assert_int_equal(bench->answer.status, 201);
        bench_call(bench, "GET", "/_sandbox/profiles?user=mia", "");
        struct json *tree = NULL;
        assert_int_equal(json_parse(buf_text(&bench->answer.body), bench->answer.body.len, JSON_STRICT, &tree, NULL), 0);
        buf_clear(&text);
        json_format(json_point(tree, "/profiles/0/attributes/v"), &text);
        json_free(tree);
        assert_string_equal(buf_text(&text), CASES[i].stands);
        assert_string_equal(log_of(bench, "left_out", "?user=mia", "why", &text), CASES[i].left_out);
    }
    buf_release(&text);
    free_bench(bench);
}

static void test_objects_merge_where_that_is_asked_for(void **state)
{
    struct bench *bench = new_bench();
    struct buf got = { 0 };

    (void)state;
    track(bench, "\"external_id\":\"mia\",\"v\":{\"a\":1,\"in\":{\"x\":1,\"y\":2}}");
    track(bench, "\"external_id\":\"mia\",\"_merge_objects\":true,\"v\":{\"in\":{\"y\":3,\"z\":4},\"b\":5}");
    assert_non_null(strstr(profiles_of(bench, "?user=mia", &got),
                           "{\"v\":{\"a\":1,\"in\":{\"x\":1,\"y\":3,\"z\":4},\"b\":5}}"));
    buf_release(&got);
    free_bench(bench);
}

static void test_an_array_holds_25_and_loses_the_oldest(void **state)
{
    struct bench *bench = new_bench();
    struct buf body = { 0 };

    (void)state;
    buf_add_text(&body, "\"external_id\":\"mia\",\"v\":[\"n1\"");
    for (int i = 2; i <= 25; i++)
        buf_addf(&body, ",\"n%d\"", i);
    buf_add_char(&body, ']');
    track(bench, buf_text(&body));
    track(bench, "\"external_id\":\"mia\",\"v\":{\"add\":[\"new\",\"n2\"]}");
    assert_non_null(strstr(profiles_of(bench, "?user=mia", &body), "{\"v\":[\"n3\",\"n4\","));
    assert_non_null(strstr(buf_text(&body), "\"n25\",\"new\",\"n2\"]}"));
    buf_clear(&body);
    buf_add_text(&body, "\"external_id\":\"bob\",\"v\":[\"n0\"");
    for (int i = 1; i <= 25; i++)
        buf_addf(&body, ",\"n%d\"", i);
    buf_add_char(&body, ']');
    track(bench, buf_text(&body));
    assert_string_equal(log_of(bench, "left_out", "?user=bob", "why", &body), "\"an array of over 25 elements\" ");
    buf_release(&body);
    free_bench(bench);
}

static void test_an_attribute_keeps_its_type_in_all_profiles(void **state)
{
    struct bench *bench = new_bench();
    struct buf got = { 0 };

    (void)state;
    track(bench, "\"external_id\":\"mia\",\"v\":1");
    track(bench, "\"external_id\":\"bob\",\"v\":\"one\",\"w\":true");
    assert_string_equal(profiles_of(bench, "?user=bob", &got), "external:bob {\"w\":true}{\"w\":\"boolean\"} may create\n");
    assert_string_equal(log_of(bench, "left_out", "?user=bob", "name", &got), "\"v\" ");
    assert_int_equal(count_of(bench, "left_out"), 1);
    buf_release(&got);
    free_bench(bench);
}

static void test_events_are_kept_and_one_that_comes_twice_is_told(void **state)
{
#define CHAT(user, second) \
    "{\"events\":[{\"external_id\":\"" user "\",\"name\":\"chat_ended\",\"time\":\"2026-05-12T09:30:0" second "Z\"," \
    "\"properties\":{\"outcome\":\"answered\"}}]}"
    struct bench *bench = new_bench();
    struct buf got = { 0 };

    (void)state;
    post(bench, CHAT("mia", "1"));
    post(bench, CHAT("bob", "1"));
    post(bench, CHAT("mia", "2"));
    assert_string_equal(log_of(bench, "violations", "", "what", &got), "");
    post(bench, CHAT("mia", "1"));
    assert_string_equal(log_of(bench, "events", "?user=mia", "time", &got),
                        "\"2026-05-12T09:30:01Z\" \"2026-05-12T09:30:02Z\" \"2026-05-12T09:30:01Z\" ");
    assert_string_equal(log_of(bench, "events", "?user=mia", "repeated", &got), "false false true ");
    assert_string_equal(log_of(bench, "events", "?user=bob", "properties", &got), "{\"outcome\":\"answered\"} ");
    assert_string_equal(log_of(bench, "violations", "?user=mia", "what", &got), "\"repeated event\" ");
    bench_call(bench, "GET", "/_sandbox/events?user=eve&wait_ms=500", "");
    assert_int_equal(bench->answer.manner, HTTP_PARK);
    assert_int_equal(count_of(bench, "events"), 4);
    buf_release(&got);
    free_bench(bench);
#undef CHAT
}

static int64_t begin(struct bench *bench, const char *user)
{
    struct buf body = { 0 };

    buf_addf(&body, "{\"attributes\":[{\"external_id\":\"%s\",\"v\":1}]}", user);
    bench_call(bench, "POST", TRACK, buf_text(&body));
    buf_release(&body);
    return bench->answer.ticket;
}

static void test_an_event_of_the_future_happens_now(void **state)
{
    struct bench *bench = new_bench();
    struct buf got = { 0 };
    int year = 0;

    (void)state;
    post(bench, "{\"events\":[{\"external_id\":\"mia\",\"name\":\"e\",\"time\":\"2999-05-12T09:30:00Z\"}]}");
    assert_int_equal(sscanf(log_of(bench, "events", "?user=mia", "time", &got), "\"%d-", &year), 1);
    assert_in_range(year, 2024, 2998);
    buf_release(&got);
    free_bench(bench);
}

static void test_of_an_attribute_on_the_blocklist_nothing_is_stored(void **state)
{
    struct bench *bench = new_bench();
    struct buf got = { 0 };

    (void)state;
    id_list_add(&bench->service.workspace.blocked, "secret", NULL);
    track(bench, "\"external_id\":\"mia\",\"_update_existing_only\":true,\"secret\":1,\"v\":1");
    assert_int_equal(bench->answer.status, 201);
    assert_string_equal(profiles_of(bench, "", &got), "external:mia {\"v\":1}{\"v\":\"number\"}\n");
    assert_string_equal(log_of(bench, "left_out", "", "why", &got), "\"the attribute is on the blocklist\" ");
    buf_release(&got);
    free_bench(bench);
}

static void test_two_calls_at_once_for_one_profile_are_told(void **state)
{
    struct bench *bench = new_bench();
    struct buf got = { 0 };

    (void)state;
    int64_t first = begin(bench, "mia"), second = begin(bench, "bob");
    assert_string_equal(log_of(bench, "violations", "", "what", &got), "");
    int64_t third = begin(bench, "mia");
    assert_string_equal(log_of(bench, "violations", "?user=mia", "what", &got), "\"together\" ");
    service_ended(&bench->service, third);
    service_ended(&bench->service, first);
    service_ended(&bench->service, second);
    begin(bench, "mia");
    assert_string_equal(log_of(bench, "calls", "?path=/users/track", "at_once", &got), "1 2 3 1 ");
    assert_string_equal(log_of(bench, "calls", "", "users", &got),
                        "[\"external:mia\"] [\"external:bob\"] [\"external:mia\"] [\"external:mia\"] ");
    assert_int_equal(count_of(bench, "violations"), 1);
    assert_int_equal(count_of(bench, "most_at_once"), 3);
    buf_release(&got);
    free_bench(bench);
}

/* Braze takes it, and applies the two in no order that it tells. */
static void test_attributes_of_one_profile_twice_in_a_call_are_told(void **state)
{
    struct bench *bench = new_bench();
    struct buf got = { 0 };

    (void)state;
    post(bench, "{\"attributes\":[{\"external_id\":\"mia\",\"a\":1},{\"external_id\":\"bob\",\"a\":1},"
                "{\"user_alias\":{\"alias_name\":\"mia\",\"alias_label\":\"phone\"},\"a\":1}],"
                "\"events\":[{\"external_id\":\"mia\",\"name\":\"e\"," NOW "},{\"external_id\":\"mia\",\"name\":\"f\"," NOW "}]}");
    assert_string_equal(log_of(bench, "violations", "", "what", &got), "");
    post(bench, "{\"attributes\":[{\"external_id\":\"mia\",\"a\":1},{\"external_id\":\"bob\",\"a\":1},"
                "{\"external_id\":\"mia\",\"b\":2}]}");
    assert_int_equal(bench->answer.status, 201);
    assert_string_equal(log_of(bench, "violations", "", "what", &got), "\"twice\" ");
    assert_string_equal(log_of(bench, "violations", "", "user", &got), "\"mia\" ");
    buf_release(&got);
    free_bench(bench);
}

/* Braze takes them; whoever reads the profile, or puts it into a message, does not want them. */
static void test_control_characters_in_a_profile_are_told(void **state)
{
    static const char *const GOOD[] = {
        "\"external_id\":\"mia\",\"c\":\"a b\"", "\"external_id\":\"mia\",\"c\":\"\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7\"",
        "\"external_id\":\"mia\",\"c\":null,\"d\":1",       "\"external_id\":\"mia\",\"c\":\"\\u05d0!\\u200f\"",
    };
    static const char *const BAD[] = {
        "\"external_id\":\"mia\",\"c\":\"a\\u0007b\"",         "\"external_id\":\"mia\",\"c\":\"a\\nb\"",
        "\"external_id\":\"mia\",\"c\":\"a\\u009bb\"",         "\"external_id\":\"mia\",\"c\":\"a\\u202eb\"",
        "\"external_id\":\"mia\",\"c\":{\"add\":[\"a\\u0002\"]}", "\"external_id\":\"mia\",\"c\\u0001\":1",
    };
    struct bench *bench = new_bench();
    struct buf got = { 0 };

    (void)state;
    for (size_t i = 0; i < sizeof GOOD / sizeof *GOOD; i++)
        track(bench, GOOD[i]);
    assert_int_equal(count_of(bench, "violations"), 0);
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        track(bench, BAD[i]);
        assert_int_equal(count_of(bench, "violations"), i + 1);
    }
    post(bench, "{\"events\":[{\"external_id\":\"bob\",\"name\":\"e\"," NOW ",\"properties\":{\"p\":[\"a\\tb\"]}}]}");
    assert_string_equal(log_of(bench, "violations", "?user=bob", "what", &got), "\"control character\" ");
    buf_release(&got);
    free_bench(bench);
}

/* One object; the words that the answer gives as its error, "" when it is processed. */
static void test_an_object_with_a_fault_is_named_in_the_answer(void **state)
{
#define MIA    "\"external_id\":\"mia\""
#define IN(groups) MIA ",\"subscription_groups\":" groups
#define ONE(id, state) "[{\"subscription_group_id\":\"" id "\",\"subscription_state\":\"" state "\"}]"
    static const struct {
        const char *array, *members, *type;
    } CASES[] = {
        { "attributes", MIA ",\"v\":{\"inc\":1.5}", "inc must be a whole number" },
        { "attributes", MIA ",\"v\":{\"inc\":\"1\"}", "inc must be a whole number" },
        { "attributes", MIA ",\"v\":{\"inc\":1,\"by\":2}", "inc stands alone" },
        { "attributes", MIA ",\"v\":{\"add\":\"a\"}", "add and remove take an array" },
        { "attributes", MIA ",\"v\":{\"add\":[\"a\"],\"remove\":[\"b\"]}",
          "add and remove stand alone: which comes first is not written" },
        { "attributes", MIA ",\"v\":[1]", "an array that holds anything but texts is not evaluated by the sandbox" },
        { "attributes", MIA ",\"v\":{\"$add\":[]}", "an operator that begins with $ is not evaluated by the sandbox" },
        { "attributes", MIA ",\"\":1", "the name of an attribute is empty, or begins with $" },
        { "attributes", MIA ",\"_update_existing_only\":\"yes\"",
          "_update_existing_only and _merge_objects are true or false" },
        { "attributes", MIA ",\"first_name\":7", "a standard field must be a string" },
        { "attributes", MIA ",\"email\":\"mia\"", "EMAIL_BAD_FORMAT" },
        { "attributes", MIA ",\"email_subscribe\":\"yes\"", "BAD_EMAIL_SUBSCRIPTION_STATE" },
        { "attributes", "\"braze_id\":7,\"v\":1", "braze_id must be a string" },
        { "attributes", "\"email\":\"\",\"v\":1", "one of external_id, user_alias, braze_id, email and phone is required" },
        { "attributes", "\"user_alias\":{\"alias_name\":\"\",\"alias_label\":\"phone\"}",
          "user_alias needs alias_name and alias_label" },
        { "attributes", IN("{}"), "BAD_SUBSCRIPTION_GROUP_ARRAY" },
        { "attributes", IN("[1]"), "BAD_SUBSCRIPTION_GROUP_HASH" },
        { "attributes", IN(ONE("nope", "subscribed")), "BAD_SUBSCRIPTION_GROUP_ID" },
        { "attributes", IN(ONE(GROUP, "maybe")), "BAD_SUBSCRIPTION_GROUP_STATE" },
        { "attributes", IN(ONE(GROUP, "subscribed")), "" },
        { "attributes", MIA ",\"phone\":null,\"v\":{\"a\":[\"b\",2]}", "" },
        { "events", MIA "," NOW, "name is required" },
        { "events", MIA ",\"name\":\"e\",\"time\":\"2026-05-12T09:30:00\"",
          "time is required, in ISO 8601 and with its zone" },
        { "events", MIA ",\"name\":\"e\",\"time\":\"2026-02-30T09:30:00Z\"",
          "time is required, in ISO 8601 and with its zone" },
        { "events", MIA ",\"name\":\"e\",\"time\":\"2026-05-12T09:30:00:123Z\"", "" },
        { "events", MIA ",\"name\":\"e\",\"time\":\"2026-05-12T09:30:00.5+09:00\"", "" },
        { "events", MIA ",\"name\":\"e\"," NOW ",\"v\":1", "an event holds a field that is not known" },
        { "events", MIA ",\"name\":\"e\"," NOW ",\"properties\":[]", "properties must be an object" },
        { "events", MIA ",\"name\":\"e\"," NOW ",\"properties\":{\"time\":1}",
          "a property name is empty, reserved, or begins with $" },
        { "events", MIA ",\"name\":\"e\"," NOW ",\"properties\":{\"a\":null}", "a property is null" },
        { "events", MIA ",\"name\":\"e\"," NOW ",\"properties\":{\"a\":[\"2026-05-12\"]}",
          "a property holds an array with a date in it" },
        { "events",
          MIA ",\"name\":\"e\"," NOW ",\"properties\":{\"a\":1,\"b\":true,\"c\":\"2026-05-12\",\"d\":{\"e\":[1]}}", "" },
        { "purchases", MIA ",\"product_id\":\"p\",\"currency\":\"KRW\",\"price\":1," NOW, "" },
        { "purchases", MIA ",\"product_id\":\"p\",\"currency\":\"KRW\",\"price\":1," NOW ",\"v\":1",
          "a purchase holds a field that is not known" },
        { "purchases", MIA ",\"product_id\":\"p\",\"currency\":\"KRW\",\"price\":1," NOW ",\"properties\":{\"a\":null}",
          "a property is null" },
        { "purchases",
          MIA ",\"product_id\":\"p\",\"currency\":\"KRW\",\"price\":1," NOW ",\"quantity\":2,\"properties\":{\"a\":1}", "" },
    };
    struct bench *bench = new_bench();
    struct buf body = { 0 };

    (void)state;
    id_list_add(&bench->service.workspace.groups, GROUP, NULL);
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct json *tree = NULL;

        reset(bench);
        buf_clear(&body);
        buf_addf(&body, "{\"%s\":[{%s}]}", CASES[i].array, CASES[i].members);
        post(bench, buf_text(&body));
        assert_int_equal(json_parse(buf_text(&bench->answer.body), bench->answer.body.len, JSON_STRICT, &tree, NULL), 0);
        const char *type = json_text(json_point(tree, "/errors/0/type"));
        assert_string_equal(type != NULL ? type : "", CASES[i].type);
        assert_int_equal(bench->answer.status, CASES[i].type[0] == '\0' ? 201 : 400);
        json_free(tree);
    }
    buf_release(&body);
    free_bench(bench);
#undef MIA
#undef IN
}

static void send_to(struct bench *bench, const char *recipient)
{
    struct buf body = { 0 };

    buf_addf(&body, "{\"campaign_id\":\"reply\",\"trigger_properties\":{\"external_system_msg_body\":\"hi\"},"
                    "\"recipients\":[{%s}]}", recipient);
    bench_call(bench, "POST", TRIGGER, buf_text(&body));
    service_ended(&bench->service, bench->answer.ticket);
    buf_release(&body);
}

static struct bench *new_bench_with_group(void)
{
    struct bench *bench = new_bench();

    campaign_list_add(&bench->service.workspace.campaigns, "reply", NULL);
    id_list_add(&bench->service.workspace.groups, GROUP, NULL);
    return bench;
}

static void test_who_has_unsubscribed_gets_nothing_until_he_subscribes(void **state)
{
    struct bench *bench = new_bench_with_group();
    const int64_t *messages = &bench->service.counters.messages;

    (void)state;
    send_to(bench, "\"external_user_id\":\"mia\"");
    assert_int_equal(*messages, 1);
    track(bench, "\"external_id\":\"mia\",\"subscription_groups\":" ONE(GROUP, "unsubscribed"));
    send_to(bench, "\"external_user_id\":\"mia\"");
    send_to(bench, "\"external_user_id\":\"bob\"");
    assert_int_equal(bench->answer.status, 201);
    assert_int_equal(*messages, 2);
    send_to(bench,
            "\"external_user_id\":\"mia\",\"attributes\":{\"subscription_groups\":" ONE(GROUP, "subscribed") "}");
    assert_int_equal(*messages, 3);
    bench_call(bench, "GET", "/_sandbox/profiles?user=mia", "");
    assert_non_null(strstr(buf_text(&bench->answer.body), "\"subscription_groups\":{\"" GROUP "\":\"subscribed\"}"));
    free_bench(bench);
}

static void test_a_campaign_sends_from_the_number_of_its_group(void **state)
{
    struct bench *bench = new_bench_with_group();
    const int64_t *messages = &bench->service.counters.messages;

    (void)state;
    id_list_add(&bench->service.workspace.groups, OTHER, NULL);
    track(bench, "\"external_id\":\"mia\",\"subscription_groups\":" ONE(OTHER, "unsubscribed"));
    send_to(bench, "\"external_user_id\":\"mia\"");
    assert_int_equal(*messages, 0); /* nobody said which group, and she has left one */
    bench->service.workspace.campaigns.count = 0;
    campaign_list_add(&bench->service.workspace.campaigns, "reply:group=" GROUP, NULL);
    send_to(bench, "\"external_user_id\":\"mia\"");
    assert_int_equal(*messages, 1);
    free_bench(bench);
}

static void test_newcomers_may_have_to_be_subscribed_first(void **state)
{
#define PHONE "\"user_alias\":{\"alias_name\":\"+8210\",\"alias_label\":\"phone\"}"
    struct bench *bench = new_bench_with_group();
    const int64_t *messages = &bench->service.counters.messages;

    (void)state;
    send_to(bench, PHONE);
    assert_int_equal(*messages, 1);
    bench->service.workspace.has_unsubscribed_newcomers = true;
    send_to(bench, PHONE);
    send_to(bench, "\"external_user_id\":\"mia\"");
    assert_int_equal(*messages, 2);
    send_to(bench, PHONE ",\"attributes\":{\"subscription_groups\":" ONE(GROUP, "subscribed") "}");
    send_to(bench, PHONE);
    assert_int_equal(*messages, 4);
    free_bench(bench);
#undef PHONE
}

static void test_attributes_of_a_recipient_are_written_or_the_request_is_refused(void **state)
{
    static const struct {
        const char *attributes;
        int status;
    } CASES[] = {
        { "{\"vip\":true,\"count\":{\"inc\":1}}", 201 }, { "{\"count\":{\"inc\":0.5}}", 400 },
        { "{\"external_id\":\"bob\"}", 400 },            { "{\"_update_existing_only\":true,\"a\":1}", 400 },
        { "{\"subscription_groups\":[{}]}", 400 },
    };
    struct bench *bench = new_bench_with_group();
    struct buf text = { 0 };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        buf_clear(&text);
        buf_addf(&text, "\"external_user_id\":\"mia\",\"attributes\":%s", CASES[i].attributes);
        send_to(bench, buf_text(&text));
        assert_int_equal(bench->answer.status, CASES[i].status);
    }
    assert_string_equal(profiles_of(bench, "", &text), "external:mia {\"vip\":true,\"count\":1}"
                                                       "{\"vip\":\"boolean\",\"count\":\"number\"}\n");
    assert_string_equal(log_of(bench, "calls", "", "path", &text), "\"/campaigns/trigger/send\" ");
    bench_call(bench, "POST", "/canvas/trigger/send",
               "{\"canvas_id\":\"" GROUP "\",\"recipients\":[{\"external_user_id\":\"mia\",\"context\":"
               "{\"external_system_msg_body\":\"hi\"},\"attributes\":{\"subscription_groups\":"
               ONE(GROUP, "subscribed") "}}]}");
    assert_int_equal(bench->answer.status, 400);
    buf_release(&text);
    free_bench(bench);
}

static void test_a_stranger_has_no_profile_unless_it_is_made(void **state)
{
    struct bench *bench = new_bench_with_group();
    const int64_t *messages = &bench->service.counters.messages;
    struct buf got = { 0 };

    (void)state;
    id_list_add(&bench->service.workspace.strangers, "eve", NULL);
    track(bench, "\"external_id\":\"eve\",\"_update_existing_only\":true,\"v\":1");
    post(bench, "{\"events\":[{\"external_id\":\"eve\",\"_update_existing_only\":true,\"name\":\"e\"," NOW "}]}");
    assert_int_equal(bench->answer.status, 201);
    send_to(bench, "\"external_user_id\":\"eve\"");
    assert_string_equal(profiles_of(bench, "", &got), "");
    assert_string_equal(log_of(bench, "events", "", "name", &got), "");
    assert_string_equal(log_of(bench, "left_out", "?user=eve", "why", &got),
                        "\"there is no such profile\" \"there is no such profile\" ");
    assert_int_equal(*messages, 0);
    send_to(bench, "\"external_user_id\":\"eve\",\"send_to_existing_only\":false,\"attributes\":{\"v\":2}");
    assert_string_equal(profiles_of(bench, "", &got), "external:eve {\"v\":2}{\"v\":\"number\"} may create\n");
    assert_int_equal(*messages, 1);
    buf_release(&got);
    free_bench(bench);
}

static void test_attributes_stay_back_with_the_message_that_they_came_with(void **state)
{
    struct bench *bench = new_bench_with_group();
    struct buf got = { 0 };

    (void)state;
    assert_int_equal(script_add_text(&bench->service.script, "notice", NULL), 0);
    assert_int_equal(script_add_text(&bench->service.script, "errors", NULL), 0);
    send_to(bench, "\"external_user_id\":\"mia\",\"attributes\":{\"v\":1}");
    bench_call(bench, "POST", TRIGGER,
               "{\"campaign_id\":\"reply\",\"trigger_properties\":{\"external_system_msg_body\":\"hi\"},\"recipients\":["
               "{\"external_user_id\":\"bob\"},{\"external_user_id\":\"eve\",\"attributes\":{\"v\":3}}]}");
    assert_string_equal(profiles_of(bench, "", &got), "external:eve {\"v\":3}{\"v\":\"number\"}\n");
    assert_int_equal(bench->service.counters.messages, 1);
    buf_release(&got);
    free_bench(bench);
}

static void test_errors_for_somebody_name_his_objects(void **state)
{
    struct bench *bench = new_bench();
    struct buf got = { 0 };

    (void)state;
    assert_int_equal(script_add_text(&bench->service.script, "errors for mia", NULL), 0);
    post(bench, "{\"attributes\":[{\"external_id\":\"bob\",\"v\":1},{\"external_id\":\"eve\",\"v\":{\"inc\":\"x\"}},"
                "{\"external_id\":\"mia\",\"v\":1}],\"events\":[{\"external_id\":\"bob\",\"name\":\"e\"," NOW "},"
                "{\"external_id\":\"mia\",\"name\":\"e\"," NOW "}]}");
    assert_non_null(strstr(buf_text(&bench->answer.body),
                           "{\"message\":\"success\",\"attributes_processed\":1,\"events_processed\":1,\"errors\":["
                           "{\"type\":\"inc must be a whole number\",\"input_array\":\"attributes\",\"index\":1},"
                           "{\"type\":\"The profile could not be resolved\",\"input_array\":\"attributes\",\"index\":2},"
                           "{\"type\":\"The profile could not be resolved\",\"input_array\":\"events\",\"index\":1}]}"));
    assert_string_equal(profiles_of(bench, "", &got), "external:bob {\"v\":1}{\"v\":\"number\"} may create\n");
    assert_string_equal(log_of(bench, "events", "", "user", &got), "\"bob\" ");
    buf_release(&got);
    free_bench(bench);
}

static void test_an_overtaken_request_is_written_after_the_next(void **state)
{
    struct bench *bench = new_bench();
    struct buf got = { 0 };

    (void)state;
    assert_int_equal(script_add_text(&bench->service.script, "overtaken=3600000", NULL), 0);
    track(bench, "\"external_id\":\"mia\",\"_update_existing_only\":true,\"v\":\"old\"");
    assert_int_equal(bench->answer.status, 201);
    assert_string_equal(profiles_of(bench, "", &got), "");
    track(bench, "\"external_id\":\"mia\",\"_update_existing_only\":true,\"v\":\"new\"");
    assert_string_equal(profiles_of(bench, "", &got), "external:mia {\"v\":\"old\"}{\"v\":\"text\"}\n");
    reset(bench);
    assert_int_equal(script_add_text(&bench->service.script, "overtaken=1", NULL), 0);
    track(bench, "\"external_id\":\"mia\",\"_update_existing_only\":true,\"v\":\"late\"");
    bench->service.later.first->due_ms = 0; /* its moment has come */
    assert_string_equal(profiles_of(bench, "", &got), "external:mia {\"v\":\"late\"}{\"v\":\"text\"}\n");
    buf_release(&got);
    free_bench(bench);
}

/* How many of 1000 requests get each answer, and how often they were written. */
static void count_answers(struct bench *bench, int counts[STATUS_MAX], int64_t *written)
{
    for (int i = 0; i < 1000; i++) {
        track(bench, "\"external_id\":\"mia\",\"v\":{\"inc\":1}");
        counts[bench->answer.manner == HTTP_PLAIN ? bench->answer.status : 0]++;
    }
    struct buf got = { 0 };
    assert_int_equal(sscanf(strchr(profiles_of(bench, "", &got), '{'), "{\"v\":%" SCNd64, written), 1);
    buf_release(&got);
}

static void test_a_bad_day_comes_by_seeded_dice(void **state)
{
    static const char DAY[] = "500 x* 10% on /users/track\n500 x* 10% taken on /users/track\n"
                              "limit_track x* 20% on /users/track\nreset_after x* 5% on /users/track";
    struct bench *bench = new_bench();
    int counts[2][STATUS_MAX] = { 0 };
    int64_t written[2] = { 0 };

    (void)state;
    for (int day = 0; day < 2; day++) {
        reset(bench);
        bench_call(bench, "POST", "/_sandbox/script?seed=7", DAY);
        assert_int_equal(bench->answer.status, 200);
        count_answers(bench, counts[day], &written[day]);
    }
    assert_memory_equal(counts[0], counts[1], sizeof counts[0]);
    assert_int_equal(written[0], written[1]);
    assert_in_range(counts[0][500], 150, 250);
    assert_in_range(counts[0][429], 150, 250);
    assert_in_range(counts[0][0], 25, 80);
    assert_int_equal(counts[0][201] + counts[0][500] + counts[0][429] + counts[0][0], 1000);
    int64_t taken_unsaid = written[0] - counts[0][201] - counts[0][0];
    assert_in_range(taken_unsaid, 60, 140); /* of those that were answered by 500 */
    free_bench(bench);
}

static void test_a_contract_by_monthly_users_tells_its_limit_in_seconds(void **state)
{
    struct bench *bench = new_bench();
    int64_t seconds = -1;

    (void)state;
    bench->service.track.has_seconds = true;
    bench->service.track.limit = 1;
    bench->service.track.window_ms = 1000 * 3600;
    track(bench, "\"external_id\":\"mia\",\"v\":1");
    const char *reset_at = strstr(buf_text(&bench->answer.headers), "x-ratelimit-reset: ");
    assert_int_equal(sscanf(reset_at, "x-ratelimit-reset: %" SCNd64, &seconds), 1);
    assert_in_range(seconds, 1, 3600);
    track(bench, "\"external_id\":\"mia\",\"v\":2");
    assert_int_equal(bench->answer.status, 429);
    assert_null(strstr(buf_text(&bench->answer.headers), "x-ratelimit-reset"));
    assert_non_null(strstr(buf_text(&bench->answer.headers), "x-ratelimit-retry-after: "));
    free_bench(bench);
}

static void test_a_profile_is_shown_to_people(void **state)
{
    struct bench *bench = new_bench();

    (void)state;
    track(bench, "\"external_id\":\"+82 a\\u001b\",\"chats\":5,\"topics\":[\"hours\"],\"born\":\"2026-05-12\"");
    track(bench, "\"external_id\":\"+82 a\\u001b\",\"chats\":\"five\"");
    post(bench, "{\"events\":[{\"external_id\":\"+82 a\\u001b\",\"name\":\"chat_ended\"," NOW ","
                "\"properties\":{\"by\":\"idle\"}}]}");
    bench_call(bench, "GET", "/_sandbox/profiles/+82%20a%1b", "");
    assert_int_equal(bench->answer.status, 200);
    assert_string_equal(bench->answer.type, "text/plain; charset=utf-8");
    const char *rest = strchr(buf_text(&bench->answer.body), '\n');
    assert_int_equal(strncmp(buf_text(&bench->answer.body), "\"+82 a\\u001b\" (external), written 2 times, last at 20", 52), 0);
    assert_string_equal(rest, "\n"
                              "  chats                    number   5\n"
                              "  topics                   array    [\"hours\"]\n"
                              "  born                     time     \"2026-05-12\"\n"
                              "events\n"
                              "  2026-05-12T09:30:00Z     chat_ended {\"by\":\"idle\"}\n"
                              "left out\n"
                              "  chats                    the attribute is of another type\n");
    bench_call(bench, "GET", "/_sandbox/profiles/bob", "");
    assert_int_equal(bench->answer.status, 404);
    free_bench(bench);
}

/* Dates, and what is left of them when a sign of theirs is changed, put in or taken away. */
static void test_no_time_gets_past_the_quotation_marks(void **state)
{
    static const char *const DATES[] = { "2026-05-12", "12-05-2026", "1-2-2026", "12/1/2026", "2026/05/12", "2026-05-12 10:00:00 10:00",
                                         "2026-05-12T10:00:00.123+0900", "Tue 05 12 14:22:11.000 2026", "Sat 12 05 10:00:00.EST 2026" };
    static const char SIGNS[] = "0123456789-/:T .Za";
    uint32_t dice = 88172645;
    size_t times = 0;

    (void)state;
    for (int round = 0; round < 200000; round++) {
        char text[64];
        size_t len, at;

        dice = dice * 1664525 + 1013904223;
        snprintf(text, sizeof text, "%s", DATES[(dice >> 8) % (sizeof DATES / sizeof *DATES)]);
        len = strlen(text);
        at = (dice >> 12) % len;
        if (dice >> 31 != 0)
            text[at] = SIGNS[(dice >> 20) % (sizeof SIGNS - 1)];
        else if ((dice >> 30 & 1) != 0)
            memmove(text + at, text + at + 1, len - at);
        else
            snprintf(text + len, sizeof text - len, "%c:30", SIGNS[(dice >> 20) % (sizeof SIGNS - 1)]);
        if (!value_is_time(text))
            continue;
        times++;
        if (!datelike_match(text, strlen(text)))
            fail_msg("'%s' becomes a time", text);
    }
    assert_true(times > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_profiles_by_the_rules_of_braze),
        cmocka_unit_test(test_faults_meet_the_writers_of_profiles),
        cmocka_unit_test(test_a_second_value_meets_the_first),
        cmocka_unit_test(test_objects_merge_where_that_is_asked_for),
        cmocka_unit_test(test_an_array_holds_25_and_loses_the_oldest),
        cmocka_unit_test(test_an_attribute_keeps_its_type_in_all_profiles),
        cmocka_unit_test(test_events_are_kept_and_one_that_comes_twice_is_told),
        cmocka_unit_test(test_an_event_of_the_future_happens_now),
        cmocka_unit_test(test_of_an_attribute_on_the_blocklist_nothing_is_stored),
        cmocka_unit_test(test_two_calls_at_once_for_one_profile_are_told),
        cmocka_unit_test(test_attributes_of_one_profile_twice_in_a_call_are_told),
        cmocka_unit_test(test_control_characters_in_a_profile_are_told),
        cmocka_unit_test(test_an_object_with_a_fault_is_named_in_the_answer),
        cmocka_unit_test(test_who_has_unsubscribed_gets_nothing_until_he_subscribes),
        cmocka_unit_test(test_a_campaign_sends_from_the_number_of_its_group),
        cmocka_unit_test(test_newcomers_may_have_to_be_subscribed_first),
        cmocka_unit_test(test_attributes_of_a_recipient_are_written_or_the_request_is_refused),
        cmocka_unit_test(test_a_stranger_has_no_profile_unless_it_is_made),
        cmocka_unit_test(test_attributes_stay_back_with_the_message_that_they_came_with),
        cmocka_unit_test(test_errors_for_somebody_name_his_objects),
        cmocka_unit_test(test_an_overtaken_request_is_written_after_the_next),
        cmocka_unit_test(test_a_bad_day_comes_by_seeded_dice),
        cmocka_unit_test(test_a_contract_by_monthly_users_tells_its_limit_in_seconds),
        cmocka_unit_test(test_a_profile_is_shown_to_people),
        cmocka_unit_test(test_no_time_gets_past_the_quotation_marks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
