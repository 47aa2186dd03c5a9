/*
 * notify: what another desk is told: in which order, how often, until when; and what its agents may do (desk/agent.h). Nothing
 * is called: the test takes what would leave, and says how it ended.
 */
#include "base/json.h"
#include "desk/notify.h"
#include "desk/upkeep.h"
#include "tests/lib/setup.h"

enum { SECOND_MS = 1000, MINUTE_MS = 60 * SECOND_MS };

#define TEAM                                                                                                            \
    "INSERT INTO team (name, notify_url, notify_secret_env, relay_url, relay_secret_env) VALUES\n"                      \
    " ('night', 'https://pager.example.com/k', 'PAGER', 'https://desk.example.com/hook', 'DESK');\n"                    \
    "INSERT INTO rule (name, priority, words, action, target, say) VALUES\n"                                            \
    " ('night', 950, 'night', 'handoff', 'night', 'They are coming.');\n"

static const char RULES[] =
    "INSERT INTO setting (name, value) VALUES ('business_name', 'Sunny Bakery');\n"
    "INSERT INTO campaign (name, channel, campaign_id, layout) VALUES\n"
    " ('reply', 'whatsapp', '7f3c0000-0000-4000-8000-000000000001', 'response');\n"
    "INSERT INTO team (name, next) VALUES ('day', 'night');\n"
    "INSERT INTO rule (name, words, say) VALUES ('hours', 'hours', 'From 8 to 6.');\n"
    "INSERT INTO rule (name, words, action, target) VALUES ('day', 'day', 'handoff', 'day');\n" TEAM;

static int setup(void **state)
{
    return setup_open(state, RULES);
}

static void must(int result, const struct error *error)
{
    if (result != 0)
        fail_msg("%s", error->text);
}

/* A round of the engine without news. */
static struct notify_call *claim(struct fixture *f)
{
    struct error error = { 0 };
    struct notify_call *calls;

    must(desk_begin(&f->desk, &error), &error);
    must(upkeep_run(&f->desk, f->now, &error), &error);
    must(notify_claim(&f->desk, f->now, &calls, &error), &error);
    must(desk_commit(&f->desk, &error), &error);
    return calls;
}

static void settle_as(struct fixture *f, struct notify_call *call, struct notify_end end)
{
    struct error error = { 0 };

    must(desk_begin(&f->desk, &error), &error);
    must(notify_settle(&f->desk, call, &end, f->now, &error), &error);
    must(desk_commit(&f->desk, &error), &error);
    notify_call_free(call);
}

static struct notify_end answered(int status)
{
    struct wire wire = { .end = WIRE_ANSWERED, .status = status };
    struct notify_end end;

    notify_end_read(&wire, 0, 5, &end);
    return end;
}

static struct notify_end unreachable(void)
{
    struct wire wire = { .end = WIRE_NEVER_LEFT, .failure = "connection refused" };
    struct notify_end end;

    notify_end_read(&wire, 0, 5, &end);
    return end;
}

static void settle(struct fixture *f, struct notify_call *call, int status)
{
    settle_as(f, call, answered(status));
}

/* The only one that leaves for that way; the others are taken. */
static struct notify_call *claim_relay(struct fixture *f)
{
    struct notify_call *calls = claim(f), *found = NULL;

    while (calls != NULL) {
        struct notify_call *next = calls->next;

        calls->next = NULL;
        if (strcmp(calls->row.way, "relay") == 0 && found == NULL)
            found = calls;
        else
            settle(f, calls, 200);
        calls = next;
    }
    return found;
}

static void relays(struct fixture *f, const char *type, int status)
{
    struct notify_call *call = claim_relay(f);

    if (call == NULL)
        fail_msg("%s does not leave", type);
    assert_string_equal(call->row.type, type);
    settle(f, call, status);
}

static void relays_nothing(struct fixture *f)
{
    struct notify_call *call = claim_relay(f);

    if (call != NULL)
        fail_msg("%s leaves: %s", call->row.type, call->row.body);
}

static const char *words(const struct notify_call *call, char text[64])
{
    struct json *body;

    assert_int_equal(json_parse(call->row.body, strlen(call->row.body), JSON_STRICT, &body, NULL), 0);
    snprintf(text, 64, "%.63s", json_text(json_point(body, "/data/message/text")));
    json_free(body);
    return text;
}

/* Order */

static void a_case_is_told_before_the_words_that_follow_it_and_these_one_at_a_time(void **state)
{
    struct fixture *f = *state;
    struct notify_call *call;
    char text[64];

    hear(f, "mia", "night");
    hear(f, "mia", "first");
    hear(f, "mia", "second");
    call = claim_relay(f);
    assert_string_equal(call->row.type, "handoff");
    assert_null(strstr(call->row.body, "\"text\":\"first\""));
    relays_nothing(f);
    settle(f, call, 204);
    call = claim_relay(f);
    assert_string_equal(words(call, text), "first");
    relays_nothing(f);
    settle(f, call, 200);
    call = claim_relay(f);
    assert_string_equal(words(call, text), "second");
    settle(f, call, 200);
    relays_nothing(f);
}

static void what_was_not_taken_is_told_again_with_the_same_id_and_body(void **state)
{
    struct fixture *f = *state;
    struct notify_call *call;
    char id[64], *body;

    hear(f, "mia", "night");
    call = claim_relay(f);
    snprintf(id, sizeof id, "%s", call->id);
    body = strdup(call->row.body);
    settle(f, call, 500);
    hear_from(f, "'user_id':'mia','first_name':'Mia'", "first"); /* he is known better by now */
    relays_nothing(f);
    f->now += 2 * SECOND_MS;
    call = claim_relay(f);
    assert_string_equal(call->id, id);
    assert_string_equal(call->row.body, body);
    settle(f, call, 200);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM notification WHERE body IS NOT NULL"), 0);
    relays(f, "message", 200);
    free(body);
}

static void a_kill_in_flight_tells_it_once_more_as_the_same(void **state)
{
    struct fixture *f = *state;
    struct notify_call *call;
    char id[64];

    hear(f, "mia", "night");
    relays(f, "handoff", 200);
    hear(f, "mia", "first");
    call = claim_relay(f);
    snprintf(id, sizeof id, "%s", call->id);
    notify_call_free(call);
    fixture_reopen(f, true);
    call = claim_relay(f);
    assert_string_equal(call->id, id);
    settle(f, call, 200);
    relays_nothing(f);
}

static void a_message_that_comes_twice_is_relayed_once_and_one_of_the_bots_never(void **state)
{
    struct fixture *f = *state;

    hear(f, "mia", "hours");
    hear(f, "mia", "night");
    hear_from(f, "'user_id':'mia','dispatch_id':'d1'", "first");
    hear_from(f, "'user_id':'mia','dispatch_id':'d1'", "first");
    relays(f, "handoff", 200);
    relays(f, "message", 200);
    relays_nothing(f);
    assert_int_equal(fixture_act(f, "release", "{'conversation':1,'actor':'cli root'}"), 200);
    hear(f, "mia", "hours");
    relays(f, "released", 200);
    relays_nothing(f);
}

static void who_has_taken_closed_or_released_it_is_read_from_the_ledger(void **state)
{
    struct fixture *f = *state;
    struct notify_call *call;

    hear(f, "mia", "night");
    f->now++;
    assert_int_equal(fixture_act(f, "take", "{'conversation':1,'actor':'cli ana'}"), 200);
    f->now++;
    assert_int_equal(fixture_act(f, "release", "{'conversation':1,'actor':'cli ben'}"), 200);
    f->now++;
    assert_int_equal(fixture_act(f, "take", "{'conversation':1,'actor':'cli cid'}"), 200);
    relays(f, "handoff", 200);
    call = claim_relay(f);
    assert_non_null(strstr(call->row.body, "\"by\":\"cli ana\""));
    settle(f, call, 200);
    call = claim_relay(f);
    assert_string_equal(call->row.type, "released");
    assert_non_null(strstr(call->row.body, "\"by\":\"cli ben\""));
    settle(f, call, 200);
    relays_nothing(f); /* from the bot's hands, it is nobody's case */
}

static void a_team_without_an_address_is_told_nothing(void **state)
{
    struct fixture *f = *state;

    hear(f, "mia", "day");
    hear(f, "mia", "hello?");
    assert_null(claim(f));
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM outbox WHERE kind = 'notify'"), 0);
}

/* Nobody of 'day' has come in time. */
static void the_next_team_is_told_of_the_case_before_the_words_that_follow(void **state)
{
    struct fixture *f = *state;
    struct notify_call *call;

    hear(f, "mia", "day");
    assert_null(claim(f));
    f->now += 30 * MINUTE_MS;
    call = claim_relay(f);
    assert_non_null(call);
    assert_string_equal(call->row.type, "handoff");
    assert_non_null(strstr(call->row.body, "\"team\":\"night\""));
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM outbox WHERE sent_by = 'notify night' AND state = 'accepted'"), 1);
    settle(f, call, 200);
    hear(f, "mia", "hello?");
    relays(f, "message", 200);
}

#define LONG_NAME "가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가"

static int setup_long(void **state)
{
    return setup_open(state,
                      "INSERT INTO setting (name, value) VALUES ('business_name', 'Sunny Bakery');\n"
                      "INSERT INTO campaign (name, channel, campaign_id, layout) VALUES\n"
                      " ('reply', 'whatsapp', '7f3c0000-0000-4000-8000-000000000001', 'response');\n"
                      "INSERT INTO team (name, relay_url, relay_secret_env) VALUES\n"
                      " ('" LONG_NAME "1', 'https://one.example.com/h', 'ONE'), ('" LONG_NAME "2', 'https://two.example.com/h', 'TWO');\n"
                      "INSERT INTO rule (name, words, action, target) VALUES ('two', 'two', 'handoff', '" LONG_NAME "2');\n");
}

static void teams_whose_long_names_begin_alike_have_an_endpoint_each(void **state)
{
    struct fixture *f = *state;
    struct notify_call *call;

    hear(f, "mia", "two");
    call = claim_relay(f);
    assert_non_null(call);
    assert_string_equal(call->url, "https://two.example.com/h");
    assert_string_equal(call->secret_env, "TWO");
    settle(f, call, 200);
    relays_nothing(f);
}

/* Summaries */

static int setup_wise(void **state)
{
    static const char WISE[] =
        "INSERT INTO setting (name, value) VALUES ('summary_backend', 'wise');\n"
        "INSERT INTO backend (name, kind, url, model) VALUES ('wise', 'openai', 'https://llm.example.com/v1', 'm');\n";
    char *rules = NULL;

    assert_true(asprintf(&rules, "%s%s", WISE, RULES) > 0);
    setup_open(state, rules);
    free(rules);
    return 0;
}

static void a_case_waits_for_its_summary_but_not_for_long(void **state)
{
    struct fixture *f = *state;
    struct notify_call *call;

    hear(f, "mia", "hours");
    hear(f, "mia", "the night please, my cake has melted and the guests arrive at seven");
    hear(f, "mia", "hello?");
    relays_nothing(f);
    f->now += NOTIFY_SUMMARY_MS - 1;
    relays_nothing(f);
    f->now += 1;
    call = claim_relay(f);
    assert_string_equal(call->row.type, "handoff");
    assert_non_null(strstr(call->row.body, "\"summary\":null"));
    settle(f, call, 200);
    relays(f, "message", 200);
}

/* Failing */

static void an_endpoint_that_is_down_is_left_alone_and_then_tried_with_one(void **state)
{
    struct fixture *f = *state;
    struct notify_call *calls, *next;

    hear(f, "mia", "night");
    hear(f, "ana", "night");
    hear(f, "bob", "night");
    for (int i = 0; i < NOTIFY_FAILURES; i++) {
        for (calls = claim(f); calls != NULL; calls = next) {
            next = calls->next;
            calls->next = NULL;
            if (strcmp(calls->row.way, "relay") == 0)
                settle_as(f, calls, unreachable());
            else
                settle(f, calls, 200);
        }
        f->now += 1;
    }
    assert_string_equal(fixture_text(f, "SELECT state || ': ' || reason FROM lane WHERE name = 'relay night'"),
                        "backing_off: connection refused");
    assert_null(claim(f));
    f->now += SECOND_MS;
    calls = claim(f);
    assert_non_null(calls);
    assert_null(calls->next);
    assert_null(claim(f));
    settle(f, calls, 200);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM lane"), 0);
    for (calls = claim(f); calls != NULL; calls = next) {
        next = calls->next;
        calls->next = NULL;
        settle(f, calls, 200);
    }
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM outbox WHERE kind = 'notify' AND state <> 'accepted'"), 0);
}

static void one_that_is_refused_three_times_makes_way_for_the_next(void **state)
{
    struct fixture *f = *state;

    hear(f, "mia", "night");
    hear(f, "mia", "first");
    for (int i = 0; i < NOTIFY_REFUSALS_MAX; i++) {
        relays(f, "handoff", 422);
        f->now += MINUTE_MS;
    }
    relays(f, "message", 200);
    assert_string_equal(fixture_text(f, "SELECT group_concat(state || ' ' || reason) FROM outbox WHERE sent_by = 'relay night'"),
                        "dead it answered 422,accepted ");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM lane"), 0);
}

static void after_a_day_it_is_over_visibly(void **state)
{
    struct fixture *f = *state;

    hear(f, "mia", "night");
    settle_as(f, claim_relay(f), unreachable());
    hear(f, "mia", "first");
    f->now += NOTIFY_EXPIRES_MS;
    relays_nothing(f);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM outbox WHERE sent_by = 'relay night' AND state = 'expired'"), 2);
    assert_string_equal(fixture_text(f, "SELECT reason FROM outbox WHERE state = 'expired'"), "it could not be told in a day");
}

static void a_person_may_ask_for_it_once_more_or_drop_it(void **state)
{
    struct fixture *f = *state;
    int64_t id;
    char json[80];

    hear(f, "mia", "night");
    relays(f, "handoff", 410);
    id = fixture_int(f, "SELECT id FROM outbox WHERE sent_by = 'relay night'");
    snprintf(json, sizeof json, "{'id':%lld,'actor':'cli root'}", (long long)id);
    assert_int_equal(fixture_act(f, "outbox-retry", json), 200);
    relays(f, "handoff", 500);
    assert_int_equal(fixture_act(f, "outbox-drop", json), 200);
    f->now += MINUTE_MS;
    relays_nothing(f);
    assert_int_equal(fixture_act(f, "outbox-retry", json), 200);
    relays(f, "handoff", 200);
    assert_int_equal(fixture_act(f, "outbox-retry", json), 409);
}

/* The team is still there, and has no address. */
static const char BARE[] = "INSERT INTO team (name) VALUES ('night');\n"
                           "INSERT INTO rule (name, words, action, target) VALUES ('night', 'night', 'handoff', 'night');\n";

static void what_no_team_wants_to_hear_any_more_ends(void **state)
{
    struct fixture *f = *state;

    hear(f, "mia", "night");
    hear(f, "mia", "first");
    settle_as(f, claim_relay(f), unreachable());
    fixture_load(f, BARE);
    f->now += MINUTE_MS;
    relays_nothing(f);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM outbox WHERE sent_by = 'relay night' AND state = 'dead'"), 2);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM lane"), 0);
}

static void it_ends_also_if_it_was_under_way_when_the_rules_changed_or_is_asked_for_once_more(void **state)
{
    static const char DEAD[] = "SELECT count(*) FROM outbox WHERE sent_by = 'relay night' AND state = 'dead'";
    struct fixture *f = *state;
    struct notify_call *call;
    int64_t id;
    char json[80];

    hear(f, "mia", "night");
    call = claim_relay(f);
    id = call->row.id;
    fixture_load(f, BARE);
    f->now += MINUTE_MS;
    relays_nothing(f);
    settle_as(f, call, unreachable());
    f->now += MINUTE_MS;
    relays_nothing(f);
    assert_int_equal(fixture_int(f, DEAD), 1);
    snprintf(json, sizeof json, "{'id':%lld,'actor':'cli root'}", (long long)id);
    assert_int_equal(fixture_act(f, "outbox-retry", json), 200);
    f->now += MINUTE_MS;
    relays_nothing(f);
    assert_int_equal(fixture_int(f, DEAD), 1);
}

static void fates(void **state)
{
    static const struct {
        int status, failures;
        int64_t left_ms;
        enum notify_fate fate;
        const char *lane;
    } CASES[] = {
        { 200, 0, 1, NOTIFY_ACCEPTED, "" },       { 204, 9, 0, NOTIFY_ACCEPTED, "" },
        { 301, 0, 1, NOTIFY_AGAIN, "stopped" },   { 401, 50, 1, NOTIFY_AGAIN, "stopped" },
        { 404, 0, 1, NOTIFY_AGAIN, "stopped" },   { 400, 0, 1, NOTIFY_AGAIN, "" },
        { 400, 2, 1, NOTIFY_DEAD, "" },           { 413, 2, 1, NOTIFY_DEAD, "" },
        { 410, 0, 1, NOTIFY_DEAD, "" },           { 500, 500, 1, NOTIFY_AGAIN, "backing_off" },
        { 500, 0, 0, NOTIFY_EXPIRED, "backing_off" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct notify_end end = answered(CASES[i].status);

        assert_int_equal(notify_end_fate(&end, CASES[i].failures, 100, 100 + CASES[i].left_ms), CASES[i].fate);
        assert_string_equal(notify_end_lane(&end), CASES[i].lane);
    }
}

static void who_wants_to_be_left_alone_is(void **state)
{
    static const struct {
        int status;
        const char *retry_after;
        int64_t wait_ms;
    } CASES[] = { { 429, "30", 30000 }, { 503, "120", 120000 }, { 503, NULL, 0 }, { 503, "999999", 3600000 } };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct wire wire = { .end = WIRE_ANSWERED, .status = CASES[i].status, .retry_after = CASES[i].retry_after };
        struct notify_end end;

        notify_end_read(&wire, 1778500000000, 5, &end);
        assert_int_equal(end.wait_ms, CASES[i].wait_ms);
        assert_string_equal(notify_end_lane(&end), CASES[i].wait_ms > 0 ? "limited" : "backing_off");
    }
}

/* Agents */

#define ACT(more) "{'conversation':1,'agent':'Ann'" more "}"

static void an_agent_says_only_in_what_is_with_her(void **state)
{
    struct fixture *f = *state;

    hear(f, "mia", "hours");
    assert_int_equal(fixture_act(f, "agent-say", ACT(",'id':'1','text':'Hi'")), 409);
    assert_int_equal(fixture_act(f, "agent-release", ACT()), 409);
    assert_int_equal(fixture_act(f, "agent-close", ACT()), 409);
    hear(f, "mia", "night");
    assert_int_equal(fixture_act(f, "agent-say", ACT(",'id':'1','text':'Hi'")), 200);
    assert_int_equal(fixture_act(f, "agent-say", "{'conversation':1,'agent':'Bob','id':'2','text':'Hi'}"), 409);
    assert_int_equal(fixture_act(f, "agent-take", "{'conversation':1,'agent':'Bob'}"), 200);
    assert_int_equal(fixture_act(f, "agent-say", ACT(",'id':'3','text':'Hi'")), 409);
    assert_int_equal(fixture_act(f, "agent-close", ACT()), 200);
    assert_int_equal(fixture_act(f, "agent-say", ACT(",'id':'4','text':'Hi'")), 409);
    assert_int_equal(fixture_act(f, "agent-take", ACT()), 409);
    assert_string_equal(fixture_text(f, "SELECT group_concat(kind || ' ' || actor) FROM (SELECT * FROM event "
                                        "WHERE actor LIKE 'agent%' ORDER BY id)"),
                        "take agent Ann via relay,say agent Ann via relay,take agent Bob via relay,close agent Ann via relay");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM message WHERE kind = 'agent'"), 1);
}

static void the_same_id_does_nothing_twice_until_it_is_forgotten(void **state)
{
    struct fixture *f = *state;

    hear(f, "mia", "night");
    for (int i = 0; i < 3; i++)
        assert_int_equal(fixture_act(f, "agent-say", ACT(",'id':'1','text':'Hi'")), 200);
    assert_int_equal(fixture_act(f, "agent-say", ACT(",'id':'1','text':'Ho'")), 409);
    assert_int_equal(fixture_act(f, "agent-note", ACT(",'id':'1','text':'Hi'")), 409);
    assert_int_equal(fixture_act(f, "agent-take", ACT(",'id':'2','team':'night'")), 200);
    assert_int_equal(fixture_act(f, "agent-take", ACT(",'id':'2','team':'day'")), 409);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM message WHERE kind = 'agent'"), 1);
    f->now += INT64_C(31) * 24 * 3600 * SECOND_MS;
    notify_call_free(claim(f));
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM agent_call"), 0);
}

static void what_the_house_has_taken_is_not_theirs(void **state)
{
    static const char *const ACTS[] = { "agent-take", "agent-release", "agent-close" };
    struct fixture *f = *state;

    hear(f, "mia", "night");
    assert_int_equal(fixture_act(f, "take", "{'conversation':1,'actor':'cli root'}"), 200);
    for (size_t i = 0; i < sizeof ACTS / sizeof ACTS[0]; i++)
        assert_int_equal(fixture_act(f, ACTS[i], ACT()), 409);
    assert_int_equal(fixture_act(f, "agent-say", ACT(",'id':'1','text':'Hi'")), 409);
    assert_string_equal(fixture_text(f, "SELECT agent FROM conversation"), "cli root");
    assert_int_equal(fixture_act(f, "agent-note", ACT(",'id':'2','text':'Mine?'")), 200);
}

static void a_refused_take_changes_no_team(void **state)
{
    struct fixture *f = *state;

    hear(f, "mia", "day");
    assert_int_equal(fixture_act(f, "take", "{'conversation':1,'actor':'cli root'}"), 200);
    assert_int_equal(fixture_act(f, "agent-take", ACT(",'team':'night'")), 409);
    assert_string_equal(fixture_text(f, "SELECT team FROM conversation"), "day");
    assert_int_equal(fixture_act(f, "release", "{'conversation':1,'actor':'cli root'}"), 200);
    assert_int_equal(fixture_act(f, "agent-take", ACT(",'team':'moon'")), 400);
    assert_int_equal(fixture_act(f, "agent-take", ACT()), 200);
    assert_string_equal(fixture_text(f, "SELECT team FROM conversation"), "night");
    relays(f, "taken", 200);
    hear(f, "mia", "who is there?");
    relays(f, "message", 200);
}

static void acts_that_are_none_are_told_so(void **state)
{
    static const struct {
        const char *name, *json;
        int status;
    } CASES[] = {
        { "agent-", ACT(), 404 },
        { "agent-outbox-drop", ACT(), 404 },
        { "agent-agent-say", ACT(",'id':'1','text':'x'"), 404 },
        { "agent-take", "{'agent':'Ann'}", 400 },
        { "agent-take", "{'conversation':1}", 400 },
        { "agent-take", "{'conversation':1,'agent':' '}", 400 },
        { "agent-take", "{'conversation':99,'agent':'Ann'}", 404 },
        { "agent-say", ACT(",'text':'x'"), 400 },
        { "agent-say", ACT(",'id':'','text':'x'"), 400 },
        { "agent-say", ACT(",'id':'1','text':' '"), 400 },
        { "agent-say", ACT(",'id':'1','text':'\xe2\x80\x8b'"), 400 },
        { "agent-say", ACT(",'id':'1'"), 400 },
        { "say", "{'conversation':1,'actor':'cli','text':'\xe2\x80\x8b '}", 400 },
    };
    struct fixture *f = *state;

    hear(f, "mia", "night");
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++)
        if (fixture_act(f, CASES[i].name, CASES[i].json) != CASES[i].status)
            fail_msg("%s %s", CASES[i].name, CASES[i].json);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM event WHERE actor LIKE 'agent %'"), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, setup_audit)
    const struct CMUnitTest tests[] = {
        TEST(a_case_is_told_before_the_words_that_follow_it_and_these_one_at_a_time),
        TEST(what_was_not_taken_is_told_again_with_the_same_id_and_body),
        TEST(a_kill_in_flight_tells_it_once_more_as_the_same),
        TEST(a_message_that_comes_twice_is_relayed_once_and_one_of_the_bots_never),
        TEST(who_has_taken_closed_or_released_it_is_read_from_the_ledger),
        TEST(a_team_without_an_address_is_told_nothing),
        TEST(the_next_team_is_told_of_the_case_before_the_words_that_follow),
        cmocka_unit_test_setup_teardown(teams_whose_long_names_begin_alike_have_an_endpoint_each, setup_long, setup_audit),
        cmocka_unit_test_setup_teardown(a_case_waits_for_its_summary_but_not_for_long, setup_wise, setup_audit),
        TEST(an_endpoint_that_is_down_is_left_alone_and_then_tried_with_one),
        TEST(one_that_is_refused_three_times_makes_way_for_the_next),
        TEST(after_a_day_it_is_over_visibly),
        TEST(a_person_may_ask_for_it_once_more_or_drop_it),
        TEST(what_no_team_wants_to_hear_any_more_ends),
        TEST(it_ends_also_if_it_was_under_way_when_the_rules_changed_or_is_asked_for_once_more),
        cmocka_unit_test(fates),
        cmocka_unit_test(who_wants_to_be_left_alone_is),
        TEST(an_agent_says_only_in_what_is_with_her),
        TEST(the_same_id_does_nothing_twice_until_it_is_forgotten),
        TEST(what_the_house_has_taken_is_not_theirs),
        TEST(a_refused_take_changes_no_team),
        TEST(acts_that_are_none_are_told_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
