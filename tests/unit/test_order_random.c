/*
 * order_random: whatever happens, and in whatever order, a profile ends with what was decided, in the order in which it was
 * decided. Customers have their lists and counters set, cleared, added to and counted up by chance; the calls are taken,
 * refused, lost, cut off by a kill; the clock jumps. A model of a few lines says what a profile should hold; another of the
 * same lines does to the profile what the calls say. Where nothing waits any more, both are equal.
 *
 * What the rules of the house leave open is left open here: of what was refused nothing is said before the value is set anew,
 * and an increment whose fate is unknown counts if it was done, and once more if a person insists.
 */
#include <limits.h>

#include "tests/unit/profile_case.h"

enum { CUSTOMERS = 40, CROWDS = 60, STEPS = 110, LETTERS = 8, LOST_MAX = 400 };

enum name { LIST, NUMBER, NAMES };
static const char *const NAME_OF[] = { "tags", "n" };

/* Where a value is told by nothing but chance: */
enum doubt { CERTAIN, UNTIL_SET, UNTIL_SET_TO_ANOTHER };

struct holding {
    char list[LETTERS + 1]; /* "" for null, too */
    int64_t number;
};

struct trait {
    struct holding wanted, held;
    char set[40];     /* to what it was set last */
    int sets;     /* how often it was set */
    enum doubt doubt;
    struct {          /* in the call that is under way */
        char json[80]; /* "": nothing */
        int64_t step;  /* of an increment */
        int sets;
    } flight;
};

struct customer {
    char user[32];
    int64_t contact, conversation;
    struct trait traits[NAMES];
    struct { /* increments of unknown fate */
        int64_t outbox, step;
        int sets;
    } lost[LOST_MAX];
    size_t lost_count;
    struct buf told; /* since nothing waited */
};

struct world {
    struct fixture *f;
    struct customer customers[CUSTOMERS];
    struct call *call;
    uint64_t seed;
    int histories, sure, calls; /* sure: values of which something was said at the end */
};

/* One transaction holds as much as it can: the disk is not what is looked at here. */
static void begin(struct world *w)
{
    struct error error = { 0 };

    must(desk_begin(&w->f->desk, &error), &error);
}

static void commit(struct world *w)
{
    struct error error = { 0 };

    must(desk_commit(&w->f->desk, &error), &error);
}

static int chance(struct world *w, int max)
{
    w->seed ^= w->seed << 13;
    w->seed ^= w->seed >> 7;
    w->seed ^= w->seed << 17;
    return (int)((w->seed >> 11) % (uint64_t)max);
}

/* What Braze does ---------------------------------------------------------------------------------------------------- */

static void take_out(char *list, char letter)
{
    char *at = strchr(list, letter);

    if (at != NULL)
        memmove(at, at + 1, strlen(at));
}

static void put_last(char *list, char letter)
{
    size_t len;

    take_out(list, letter);
    len = strlen(list);
    list[len] = letter;
    list[len + 1] = '\0';
}

static void change_list(char *list, const struct json *letters, void (*change)(char *list, char letter))
{
    for (const struct json *item = json_first(letters); item != NULL; item = json_next(item))
        change(list, json_text(item)[0]);
}

/* null, a number, an array; or {"inc":1}, {"add":["a"]}, {"remove":["a"]} */
static void apply_value(struct holding *h, const struct json *value)
{
    int64_t step;

    if (json_int(json_get(value, "inc"), &step)) {
        h->number += step;
    } else if (json_kind(value) == JSON_OBJECT) {
        change_list(h->list, json_get(value, "add"), put_last);
        change_list(h->list, json_get(value, "remove"), take_out);
    } else {
        *h = (struct holding){ 0 };
        change_list(h->list, value, put_last);
        json_int(value, &h->number);
    }
}

static struct json *parse(const char *text)
{
    struct error error = { 0 };
    struct json *json;

    must(json_parse(text, strlen(text), JSON_LARGE, &json, &error), &error);
    return json;
}

static void apply(struct holding *h, const char *json)
{
    struct json *value = parse(json);

    apply_value(h, value);
    json_free(value);
}

/* What is decided ---------------------------------------------------------------------------------------------------- */

static void pick_letters(struct world *w, int max, struct buf *json)
{
    int from = chance(w, LETTERS), count = 1 + chance(w, max);

    for (int i = 0; i < count; i++)
        buf_addf(json, "%s\"%c\"", i > 0 ? "," : "[", 'a' + (from + i * 3) % LETTERS);
    buf_add_char(json, ']');
}

/* Of few values, so that many are what was there before. */
static void decide_set(struct world *w, struct customer *c, enum name name)
{
    static const char *const VALUES[NAMES][4] = { { "null", "[\"z\"]", "[\"a\",\"b\"]", "[\"c\"]" }, { "null", "0", "5", "100" } };
    const char *value = VALUES[name][chance(w, 4)];
    struct trait *a = &c->traits[name];
    bool is_other = strcmp(a->set, value) != 0;

    decide_value(w->f, c->contact, c->conversation, NAME_OF[name], value);
    apply(&a->wanted, value);
    snprintf(a->set, sizeof a->set, "%s", value);
    a->sets++;
    if (is_other || a->doubt == UNTIL_SET)
        a->doubt = CERTAIN;
    buf_addf(&c->told, "%s=%s ", NAME_OF[name], value);
}

static void decide_change(struct world *w, struct customer *c, const char *kind, const char *word, enum name name,
                          const char *value)
{
    struct error error = { 0 };
    char json[80];

    snprintf(json, sizeof json, "{\"%s\":%s}", word, value);
    must(decide_entry(w->f, c->contact, c->conversation, kind, NAME_OF[name], value, &error), &error);
    apply(&c->traits[name].wanted, json);
    buf_addf(&c->told, "%s%s ", NAME_OF[name], json);
}

static void decide_one(struct world *w, struct customer *c)
{
    struct buf json = { 0 };
    struct error error = { 0 };
    int kind = chance(w, 10);

    if (kind < 3) {
        decide_set(w, c, chance(w, NAMES));
    } else if (kind < 5) {
        pick_letters(w, 3, &json);
        decide_change(w, c, "array_add", "add", LIST, buf_text(&json));
    } else if (kind < 7) {
        pick_letters(w, 2, &json);
        decide_change(w, c, "array_remove", "remove", LIST, buf_text(&json));
    } else if (kind < 9) {
        buf_addf(&json, "%d", chance(w, 7) - 2);
        decide_change(w, c, "increment", "inc", NUMBER, buf_text(&json));
    } else if (chance(w, 3) == 0) {
        must(decide_entry(w->f, c->contact, c->conversation, "event", NAME_OF[chance(w, NAMES)], "{}", &error), &error);
    }
    buf_release(&json);
}

/* At one moment. */
static void decide_round(struct world *w)
{
    struct customer *c = &w->customers[chance(w, CUSTOMERS)];

    w->f->now += chance(w, 2000);
    for (int i = 1 + chance(w, 20); i > 0; i--) {
        decide_one(w, c);
        if (chance(w, 3) == 0)
            c = &w->customers[chance(w, CUSTOMERS)];
    }
}

/* Calls --------------------------------------------------------------------------------------------------------------- */

static struct customer *customer_of(struct world *w, const char *user)
{
    for (size_t i = 0; i < CUSTOMERS; i++)
        if (strcmp(w->customers[i].user, user) == 0)
            return &w->customers[i];
    fail_msg("who is %s?", user);
    return NULL;
}

static void take_off(struct trait *a, const struct json *value)
{
    struct buf json = { 0 };

    json_format(value, &json);
    assert_true(json.len < sizeof a->flight.json);
    strcpy(a->flight.json, buf_text(&json));
    a->flight.step = json_get_int(value, "inc", 0);
    a->flight.sets = a->sets;
    buf_release(&json);
}

static void note_call(struct world *w)
{
    struct json *body = parse(buf_text(&w->call->body));

    for (const struct json *object = json_first(json_get(body, "attributes")); object != NULL; object = json_next(object)) {
        struct customer *c = customer_of(w, json_get_text(object, "external_id"));

        for (size_t n = 0; n < NAMES; n++)
            if (json_get(object, NAME_OF[n]) != NULL)
                take_off(&c->traits[n], json_get(object, NAME_OF[n]));
    }
    json_free(body);
}

static bool begin_call(struct world *w)
{
    struct error error = { 0 };

    must(dispatch_claim(&w->f->desk, w->f->now, 0, &w->call, &error), &error);
    if (w->call == NULL)
        return false;
    assert_true(w->call->is_track && w->call->next == NULL);
    note_call(w);
    w->calls++;
    return true;
}

static bool is_set(const struct trait *a)
{
    return a->flight.json[0] != '{';
}

static void refuse(struct trait *a)
{
    if (is_set(a) && strcmp(a->set, a->flight.json) == 0)
        a->doubt = UNTIL_SET_TO_ANOTHER;
    if (!is_set(a) && a->sets == a->flight.sets && a->doubt == CERTAIN)
        a->doubt = UNTIL_SET;
}

static void lose(struct customer *c, enum name name, int64_t outbox, bool is_done)
{
    struct trait *a = &c->traits[name];

    if (a->flight.step == 0)
        return;
    assert_true(c->lost_count < LOST_MAX);
    c->lost[c->lost_count].outbox = outbox;
    c->lost[c->lost_count].step = a->flight.step;
    c->lost[c->lost_count++].sets = a->flight.sets;
    if (!is_done && a->sets == a->flight.sets)
        a->wanted.number -= a->flight.step;
}

/* How the call ended for one customer. */
struct end {
    bool is_done, is_refused, is_lost;
};

static void land(struct customer *c, int64_t outbox, struct end end)
{
    for (size_t n = 0; n < NAMES; n++) {
        struct trait *a = &c->traits[n];

        if (a->flight.json[0] == '\0')
            continue;
        if (end.is_done)
            apply(&a->held, a->flight.json);
        if (end.is_refused)
            refuse(a);
        if (end.is_lost)
            lose(c, n, outbox, end.is_done);
        buf_addf(&c->told, "<%s%s%s%s%s> ", NAME_OF[n], a->flight.json, end.is_done ? " done" : "",
                 end.is_refused ? " refused" : "", end.is_lost ? " lost" : "");
        memset(&a->flight, 0, sizeof a->flight);
    }
}

static struct customer *customer_in(struct world *w, const struct call_row *row)
{
    for (size_t i = 0; i < CUSTOMERS; i++)
        if (w->customers[i].contact == row->contact)
            return &w->customers[i];
    fail_msg("who is contact %lld?", (long long)row->contact);
    return NULL;
}

static void land_all(struct world *w, struct end end)
{
    for (size_t i = 0; i < w->call->count; i++)
        land(customer_in(w, &w->call->rows[i]), w->call->rows[i].outbox, end);
}

static void finish(struct world *w, struct answer answer, int status)
{
    struct error error = { 0 };

    must(dispatch_settle(&w->f->desk, w->call, &answer, status, 5, w->f->now, &error), &error);
    call_free(w->call);
    w->call = NULL;
}

static void end_taken(struct world *w)
{
    land_all(w, (struct end){ .is_done = true });
    finish(w, of(ANSWER_ACCEPTED), 201);
}

static void end_failed(struct world *w)
{
    static const enum answer_class CLASSES[] = { ANSWER_NOT_DONE, ANSWER_NOT_SENT, ANSWER_LATER };
    int i = chance(w, 3);

    land_all(w, (struct end){ 0 });
    finish(w, of(CLASSES[i]), i == 0 ? 503 : 0);
}

static void end_lost(struct world *w)
{
    land_all(w, (struct end){ .is_lost = true, .is_done = chance(w, 2) == 0 });
    finish(w, of(ANSWER_AMBIGUOUS), 0);
}

static void end_killed(struct world *w)
{
    land_all(w, (struct end){ .is_lost = true, .is_done = chance(w, 2) == 0 });
    call_free(w->call);
    w->call = NULL;
    commit(w);
    fixture_reopen(w->f, true);
    begin(w);
}

/* As a whole: nobody is told what is wrong, unless one object went alone. */
static void end_refused(struct world *w)
{
    land_all(w, (struct end){ .is_refused = w->call->attribute_count + w->call->event_count == 1 });
    finish(w, of(ANSWER_REFUSED), 400);
}

/* Some of the objects. */
static void end_partly(struct world *w)
{
    struct answer answer = of(ANSWER_ACCEPTED_BUT);

    for (size_t i = 0; i < w->call->count; i++) {
        const struct call_row *row = &w->call->rows[i];
        bool is_bad = row->attributes_at >= 0 && (answer.bad_count == 0 || chance(w, 4) == 0);

        if (is_bad) {
            answer.bad_list[answer.bad_count] = LIST_ATTRIBUTES;
            answer.bad_index[answer.bad_count++] = row->attributes_at;
        }
        land(customer_in(w, row), row->outbox, (struct end){ .is_done = !is_bad, .is_refused = is_bad });
    }
    if (answer.bad_count == 0)
        answer.class = ANSWER_ACCEPTED;
    finish(w, answer, 201);
}

static void end_call(struct world *w)
{
    int kind = chance(w, 40);

    if (kind < 18)
        end_taken(w);
    else if (kind < 26)
        end_failed(w);
    else if (kind < 33)
        end_lost(w);
    else if (kind < 36)
        end_partly(w);
    else if (kind < 39)
        end_refused(w);
    else
        end_killed(w);
}

/* What else happens ----------------------------------------------------------------------------------------------------- */

static void jump(struct world *w)
{
    w->f->now += (chance(w, 7) - 3) * INT64_C(3600000);
}

static bool retry(struct world *w, int64_t outbox)
{
    char text[100];
    bool is_ended;

    commit(w);
    snprintf(text, sizeof text, "SELECT settled_at IS NOT NULL FROM outbox WHERE id = %lld", (long long)outbox);
    is_ended = fixture_int(w->f, text) == 1;
    snprintf(text, sizeof text, "{'id':%lld}", (long long)outbox);
    if (is_ended)
        fixture_act(w->f, "outbox-retry", text);
    begin(w);
    return is_ended;
}

/* A person looks at one whose counter may be wrong, and has it counted after all. */
static void insist(struct world *w)
{
    struct customer *c = &w->customers[chance(w, CUSTOMERS)];
    struct trait *a = &c->traits[NUMBER];
    int64_t outbox;
    size_t kept = 0;

    if (c->lost_count == 0)
        return;
    outbox = c->lost[0].outbox;
    if (!retry(w, outbox))
        return;
    for (size_t i = 0; i < c->lost_count; i++)
        if (c->lost[i].outbox != outbox)
            c->lost[kept++] = c->lost[i];
        else if (c->lost[i].sets == a->sets)
            a->wanted.number += c->lost[i].step;
    c->lost_count = kept;
    buf_add_text(&c->told, "retry ");
}

static void step(struct world *w)
{
    static const int64_t WAITS[] = { 0, 6000, 2 * 3600 * 1000 };
    int kind = chance(w, 100);

    if (kind < 45) {
        decide_round(w);
    } else if (kind < 90 && w->call != NULL) {
        end_call(w);
    } else if (kind < 90) {
        w->f->now += WAITS[chance(w, 3)];
        begin_call(w);
    } else if (kind < 97) {
        jump(w);
    } else {
        insist(w);
    }
}

/* A round that makes no call may have ended rows that had nothing left to say. */
static void drain(struct world *w)
{
    int calls = 0, idle = 0;

    if (w->call != NULL)
        end_taken(w);
    while (idle < 3) {
        w->f->now += 8 * 3600 * 1000;
        assert_in_range(calls++, 0, 300);
        idle = begin_call(w) ? 0 : idle + 1;
        if (idle == 0)
            end_taken(w);
    }
}

static void check(struct world *w, int crowd)
{
    for (size_t i = 0; i < CUSTOMERS; i++) {
        struct customer *c = &w->customers[i];

        for (size_t n = 0; n < NAMES; n++) {
            const struct trait *a = &c->traits[n];

            w->sure += a->doubt == CERTAIN;
            if (a->doubt == CERTAIN && (strcmp(a->wanted.list, a->held.list) != 0 || a->wanted.number != a->held.number))
                fail_msg("crowd %d, %s: %s should be %s %lld and is %s %lld: %s", crowd, c->user, NAME_OF[n], a->wanted.list,
                         (long long)a->wanted.number, a->held.list, (long long)a->held.number, buf_text(&c->told));
        }
        buf_clear(&c->told);
        w->histories++;
    }
}

static void meet_all(struct world *w)
{
    for (size_t i = 0; i < CUSTOMERS; i++) {
        struct customer *c = &w->customers[i];

        snprintf(c->user, sizeof c->user, "u%zu", i);
        c->contact = meet(w->f, c->user);
        c->conversation = conversation_of(w->f, c->contact);
    }
}

static void a_profile_ends_with_what_was_decided_in_that_order(void **state)
{
    struct world *w = calloc(1, sizeof *w);

    w->f = *state;
    w->seed = 0x9e3779b97f4a7c15;
    meet_all(w);
    begin(w);
    for (int crowd = 0; crowd < CROWDS; crowd++) {
        for (int i = 0; i < STEPS; i++)
            step(w);
        drain(w);
        check(w, crowd);
    }
    commit(w);
    assert_in_range(w->sure, w->histories * 3 / 2, INT_MAX); /* of two values each */
    assert_in_range(w->calls, CROWDS * 20, INT_MAX);
    for (size_t i = 0; i < CUSTOMERS; i++)
        buf_release(&w->customers[i].told);
    free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_profile_ends_with_what_was_decided_in_that_order, setup_usual, setup_audit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
