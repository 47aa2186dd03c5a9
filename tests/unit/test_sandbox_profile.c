/*
 * What stands in the sandbox's profiles: every rule of Braze's that decides whether a value arrives, as what, and who is told.
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
#include "base/json.h"

#include "../../tools/sandbox_script.h"
#include "../../tools/sandbox_service.h"
#include "../../tools/sandbox_value.h"
#include "sandbox_bench.h"

#define TRACK "/users/track"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_profiles_by_the_rules_of_braze),
        cmocka_unit_test(test_a_second_value_meets_the_first),
        cmocka_unit_test(test_objects_merge_where_that_is_asked_for),
        cmocka_unit_test(test_an_array_holds_25_and_loses_the_oldest),
        cmocka_unit_test(test_an_attribute_keeps_its_type_in_all_profiles),
        cmocka_unit_test(test_events_are_kept_and_one_that_comes_twice_is_told),
        cmocka_unit_test(test_two_calls_at_once_for_one_profile_are_told),
        cmocka_unit_test(test_faults_meet_the_writers_of_profiles),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
