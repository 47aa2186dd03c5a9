/*
 * order: what is set and what is added, taken out or counted under one name takes effect in the order in which it was
 * decided, whatever the clock says and whatever becomes of the calls. Each case is a history, told in words, and what is
 * still written afterwards.
 */
#include "desk/upkeep.h"
#include "store/db_private.h"
#include "tests/unit/profile_case.h"

enum { CLOCK_STEP_MS = 2 * 3600 * 1000 };

struct stage {
    struct fixture *f;
    int64_t contact;
    struct call *call; /* under way */
};

/* "[\"a\",\"b\"]" of "a,b". */
static void list_of(const char *letters, struct buf *json)
{
    buf_add_text(json, "[\"");
    for (const char *at = letters; *at != '\0'; at++)
        *at == ',' ? buf_add_text(json, "\",\"") : buf_add_char(json, *at);
    buf_add_text(json, "\"]");
}

static bool decide(struct stage *s, const char *word, const char *value)
{
    struct buf json = { 0 };

    list_of(value, &json);
    if (strcmp(word, "set") == 0)
        set(s->f, s->contact, "x", buf_text(&json));
    else if (strcmp(word, "clear") == 0)
        set(s->f, s->contact, "x", "null");
    else if (strcmp(word, "number") == 0)
        set(s->f, s->contact, "x", value);
    else if (strcmp(word, "add") == 0)
        put(s->f, s->contact, "array_add", "x", buf_text(&json));
    else if (strcmp(word, "remove") == 0)
        put(s->f, s->contact, "array_remove", "x", buf_text(&json));
    else if (strcmp(word, "count") == 0)
        put(s->f, s->contact, "increment", "x", value);
    else
        word = NULL;
    buf_release(&json);
    return word != NULL;
}

static void restart(struct stage *s)
{
    call_free(s->call);
    s->call = NULL;
    fixture_reopen(s->f, true);
}

static void retry(struct stage *s)
{
    char json[60];

    snprintf(json, sizeof json, "{'id':%d}", (int)fixture_int(s->f, "SELECT id FROM outbox WHERE kind = 'track' AND settled_at "
                                                                    "IS NOT NULL AND state <> 'accepted' ORDER BY id LIMIT 1"));
    fixture_act(s->f, "outbox-retry", json); /* refused where another row is about to go and has it all */
}

static void happen(struct stage *s, const char *word)
{
    static const struct {
        const char *word;
        enum answer_class class;
        int status;
    } ENDS[] = { { "taken", ANSWER_ACCEPTED, 201 }, { "failed", ANSWER_NOT_DONE, 503 }, { "lost", ANSWER_AMBIGUOUS, 0 },
                 { "refused", ANSWER_REFUSED, 400 } };

    for (size_t i = 0; i < sizeof ENDS / sizeof ENDS[0]; i++)
        if (strcmp(word, ENDS[i].word) == 0) {
            settle(s->f, s->call, of(ENDS[i].class), ENDS[i].status);
            s->call = NULL;
            return;
        }
    if (strcmp(word, "call") == 0)
        assert_non_null(s->call = claim_later(s->f));
    else if (strcmp(word, "back") == 0)
        s->f->now -= CLOCK_STEP_MS;
    else if (strcmp(word, "kill") == 0)
        restart(s);
    else if (strcmp(word, "retry") == 0)
        retry(s);
    else
        fail_msg("what is \"%s\"?", word);
}

/* "add a; call; failed; set b" */
static void play(struct stage *s, const char *history)
{
    char copy[300], *rest = copy, *step;

    snprintf(copy, sizeof copy, "%s", history);
    while ((step = strsep(&rest, ";")) != NULL) {
        char *word = step + strspn(step, " "), *value = word + strcspn(word, " ");

        if (*value != '\0')
            *value++ = '\0';
        if (!decide(s, word, value))
            happen(s, word);
    }
}

/* What the calls that are left say of x, each taken: "[\"b\"] {\"add\":[\"a\"]}" */
static void drain(struct fixture *f, struct buf *said)
{
    struct call *call;

    f->now += 3 * CLOCK_STEP_MS;
    while ((call = claim_later(f)) != NULL) {
        const char *from = strstr(buf_text(&call->body), "\"x\":");
        const char *end = from != NULL ? strstr(from, "}]") : NULL;

        assert_non_null(end);
        buf_add_text(said, said->len > 0 ? " " : "");
        buf_add(said, from + 4, (size_t)(end - from) - 4);
        settle(f, call, of(ANSWER_ACCEPTED), 201);
    }
}

struct history {
    const char *told, *left;
};

static void check(struct fixture *f, const struct history *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct buf said = { 0 };
        char user[32];

        snprintf(user, sizeof user, "u%zu", i);
        play(&(struct stage){ .f = f, .contact = meet(f, user) }, cases[i].told);
        drain(f, &said);
        if (strcmp(buf_text(&said), cases[i].left) != 0)
            fail_msg("%s: wanted %s, written %s", cases[i].told, cases[i].left, buf_text(&said));
        buf_release(&said);
    }
}

#define CHECK(f, cases) check((f), (cases), sizeof(cases) / sizeof (cases)[0])

static void what_was_decided_before_a_set_is_forgotten_and_what_comes_behind_it_follows(void **state)
{
    static const struct history CASES[] = {
        { "add a; set b", "[\"b\"]" },
        { "add a; clear", "null" },
        { "set b; add a", "[\"b\"] {\"add\":[\"a\"]}" },
        { "add a; set b; add c", "[\"b\"] {\"add\":[\"c\"]}" },
        { "set b; add c; clear; add d", "null {\"add\":[\"d\"]}" },
        { "set b; add a; remove c", "[\"b\"] {\"add\":[\"a\"]} {\"remove\":[\"c\"]}" },
        { "count 1; number 100; count 1", "100 {\"inc\":1}" },
        { "number 5; count 1; number 5; count 2; count 3", "5 {\"inc\":5}" },
        { "add a; number 3", "3" },
    };

    CHECK(*state, CASES);
}

static void the_clock_has_no_say_in_it(void **state)
{
    static const struct history CASES[] = {
        { "set b; back; add a", "[\"b\"] {\"add\":[\"a\"]}" },
        { "add a; back; set b", "[\"b\"]" },
        { "set b; add c; back; clear; add d", "null {\"add\":[\"d\"]}" },
        { "add a; back; remove b", "{\"add\":[\"a\"]} {\"remove\":[\"b\"]}" },
        { "count 1; back; number 7; back; count 2", "7 {\"inc\":2}" },
        { "add a; call; back; set b; failed; add c", "[\"b\"] {\"add\":[\"c\"]}" },
    };

    CHECK(*state, CASES);
}

static void set_back_to_what_braze_took_last_it_is_news_while_others_wait_or_have_changed_it(void **state)
{
    static const struct history CASES[] = {
        { "clear; call; taken; add a; set b; clear", "null" },
        { "set z; call; taken; add a; set b; set z", "[\"z\"]" },
        { "set z; call; taken; add a; set z", "[\"z\"]" },
        { "set z; call; taken; add a; call; taken; set b; set z", "[\"z\"]" },
        { "set z; call; taken; add a; call; taken; set z", "[\"z\"]" },
        { "set z; call; taken; add a; call; set z; taken", "[\"z\"]" },
        { "set z; call; taken; add a; call; set z; failed", "[\"z\"]" },
        { "set z; call; taken; add a; call; lost; remove a; set z", "[\"z\"]" },
        { "number 5; call; taken; count 1; call; lost; number 5", "5" },
        { "number 5; call; taken; count 1; call; kill; number 5", "5" },
        { "set z; call; taken; set b; set z", "" },
        { "set z; call; taken; set z", "" },
    };

    CHECK(*state, CASES);
}

static void what_is_set_during_a_call_is_not_undone_when_that_fails(void **state)
{
    static const struct history CASES[] = {
        { "add a; call; set b; failed", "[\"b\"]" },
        { "add a; call; set b; lost", "[\"b\"]" },
        { "add a; call; set b; kill", "[\"b\"]" },
        { "add a; call; set b; taken", "[\"b\"]" },
        { "count 1; call; number 5; lost", "5" },
        { "count 1; call; number 5; kill; count 2", "5 {\"inc\":2}" },
        { "count 1; call; number 5; count 2; failed", "5 {\"inc\":2}" },
        { "add a; call; set b; add a; failed", "[\"b\"] {\"add\":[\"a\"]}" },
        { "set b; call; add a; set b; taken", "" },
        { "set b; call; set c; add a; set b; taken", "" },
        { "set b; call; add a; set c; lost", "[\"c\"]" },
        { "set b; call; add a; failed", "[\"b\"] {\"add\":[\"a\"]}" },
    };

    CHECK(*state, CASES);
}

static void what_a_person_insists_on_does_not_undo_what_was_set_since(void **state)
{
    static const struct history CASES[] = {
        { "count 1; call; lost; number 5; retry", "5" },
        { "count 1; call; lost; number 5; call; taken; retry", "" },
        { "add a; call; refused; set b; call; taken; retry", "" },
        { "number 5; call; taken; count 1; call; lost; retry", "{\"inc\":1}" },
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        check(f, &CASES[i], 1);
        setup_close(state);
        setup_usual(state);
        f = *state;
    }
}

/* The newest entry of the book is taken away, and the daemon starts again: the next is another one. */
static void an_entry_never_gets_a_number_that_a_set_has_left_behind(void **state)
{
    static const struct history CASES[] = {
        { "add a; set b; kill; call; taken; add c; call; failed", "{\"add\":[\"c\"]}" },
        { "add a; call; set b; kill; kill; call; taken; add c; call; failed", "{\"add\":[\"c\"]}" },
    };

    CHECK(*state, CASES);
}

static void add_row(void *context, const struct entry_row *row)
{
    buf_addf(context, "%s %s;", row->value, row->state);
}

static void what_a_set_has_made_forgotten_is_not_listed(void **state)
{
    struct fixture *f = *state;
    struct stage s = { .f = f, .contact = meet(f, "ana") };
    struct error error = { 0 };
    struct buf out = { 0 };

    play(&s, "add a; call; add b; set c; add d");
    assert_int_equal(entry_list(f->desk.db, s.contact, 10, add_row, &out, &error), 2);
    assert_string_equal(buf_text(&out), "[\"d\"] waiting;[\"a\"] claimed;");
    happen(&s, "failed");
    buf_clear(&out);
    assert_int_equal(entry_list(f->desk.db, s.contact, 10, add_row, &out, &error), 1);
    assert_string_equal(buf_text(&out), "[\"d\"] waiting;");
    buf_release(&out);
}

static void an_event_of_the_same_name_is_not_touched(void **state)
{
    struct fixture *f = *state;
    int64_t ana = meet(f, "ana");

    put(f, ana, "event", "x", "{}");
    set(f, ana, "x", "1");
    put(f, ana, "event", "x", "{}");
    set(f, ana, "x", "2");
    settle(f, claim_later(f), of(ANSWER_ACCEPTED), 201);
    assert_string_equal(fixture_text(f, "SELECT group_concat(state) FROM entry"), "accepted,accepted");
    assert_null(claim_later(f));
}

static void who_becomes_known_by_an_id_has_what_is_set_written_before_what_waits(void **state)
{
    struct fixture *f = *state;
    struct buf said = { 0 };
    int64_t contact;

    hear_from(f, "'user_id':'','phone_number':'+8210'", "hello");
    contact = fixture_int(f, "SELECT id FROM contact");
    set(f, contact, "x", "[\"b\"]");
    settle(f, claim_later(f), of(ANSWER_ACCEPTED), 201);
    put(f, contact, "array_add", "x", "['a']");
    settle(f, claim_later(f), of(ANSWER_NOT_DONE), 503);
    hear_from(f, "'user_id':'ana','phone_number':'+8210'", "hello");
    drain(f, &said);
    assert_string_equal(buf_text(&said), "[\"b\"] {\"add\":[\"a\"]}");
    buf_release(&said);
}

static const char CLEARS[] =
    "INSERT INTO campaign (name, channel, campaign_id, layout) VALUES\n"
    " ('reply', 'whatsapp', '7f3c0000-0000-4000-8000-000000000001', 'response');\n"
    "INSERT INTO rule (name, words, say) VALUES ('hours', 'hours', 'From 8 to 6.');\n"
    "INSERT INTO rule (name, words, action, say) VALUES ('bye', 'bye', 'close', 'Goodbye.');\n"
    "INSERT INTO attribute (name, at, value, type) VALUES ('x', 'reply', '{{ rule }}', 'array_add'), ('x', 'close', NULL, 'array');\n";

static int setup_clears(void **state)
{
    return setup_open(state, CLEARS);
}

/* The engine sums up in the round of the message that closes: at one moment by the clock. */
static void a_list_that_is_emptied_at_the_close_is_empty(void **state)
{
    struct fixture *f = *state;
    struct error error = { 0 };
    struct buf said = { 0 };

    hear(f, "ana", "hours");
    drain(f, &said);
    assert_string_equal(buf_text(&said), "{\"add\":[\"hours\"]}");
    buf_clear(&said);
    hear(f, "ana", "bye");
    must(desk_begin(&f->desk, &error), &error);
    must(upkeep_run(&f->desk, f->now, &error), &error);
    must(desk_commit(&f->desk, &error), &error);
    drain(f, &said);
    assert_string_equal(buf_text(&said), "null");
    buf_release(&said);
}

/* Steps that SQLite has made in all statements of the desk, since the last call. */
static int64_t steps(struct fixture *f)
{
    int64_t sum = 0;

    for (sqlite3_stmt *stmt = sqlite3_next_stmt(f->desk.db->handle, NULL); stmt != NULL;
         stmt = sqlite3_next_stmt(f->desk.db->handle, stmt))
        sum += sqlite3_stmt_status(stmt, SQLITE_STMTSTATUS_VM_STEP, 1);
    return sum;
}

static int64_t steps_of_a_round(struct fixture *f, int64_t contact)
{
    struct stage s = { .f = f, .contact = contact };

    steps(f);
    play(&s, "count 1; call; failed; count 1; call; taken; number 5; call; taken; number 5; count 2; call; lost; number 5; "
             "call; taken");
    return steps(f);
}

static void what_is_done_already_costs_nothing(void **state)
{
    static const char HISTORY[] =
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) "
        "INSERT INTO entry (id, contact, conversation, kind, name, value, at, wanted_by, state, outbox, settled_at) "
        "SELECT (SELECT max(id) FROM entry) + i, 1, 1, iif(i % 2, 'increment', 'event'), 'x', iif(i % 2, '1', '{}'), 1, 'x', "
        "'accepted', (SELECT max(id) FROM outbox WHERE kind = 'track'), 1 FROM n";
    struct fixture *f = *state;
    struct error error = { 0 };
    int64_t ana = meet(f, "ana"), before, after;

    steps_of_a_round(f, ana);
    before = steps_of_a_round(f, ana);
    must(desk_begin(&f->desk, &error), &error);
    must(db_run(f->desk.db, HISTORY, &error), &error);
    must(desk_commit(&f->desk, &error), &error);
    fixture_reopen(f, false);
    steps_of_a_round(f, ana);
    after = steps_of_a_round(f, ana);
    if (after > before + before / 10)
        fail_msg("%lld steps with a history, %lld without", (long long)after, (long long)before);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup_usual, setup_audit)
    const struct CMUnitTest tests[] = {
        TEST(what_was_decided_before_a_set_is_forgotten_and_what_comes_behind_it_follows),
        TEST(the_clock_has_no_say_in_it),
        TEST(set_back_to_what_braze_took_last_it_is_news_while_others_wait_or_have_changed_it),
        TEST(what_is_set_during_a_call_is_not_undone_when_that_fails),
        TEST(what_a_person_insists_on_does_not_undo_what_was_set_since),
        TEST(an_entry_never_gets_a_number_that_a_set_has_left_behind),
        TEST(what_a_set_has_made_forgotten_is_not_listed),
        TEST(an_event_of_the_same_name_is_not_touched),
        TEST(who_becomes_known_by_an_id_has_what_is_set_written_before_what_waits),
        cmocka_unit_test_setup_teardown(a_list_that_is_emptied_at_the_close_is_empty, setup_clears, setup_audit),
        TEST(what_is_done_already_costs_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
