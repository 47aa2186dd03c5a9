/*
 * consult: see the header. From a decision to the row of a turn, and its life until a backend is asked or it ends; what a
 * call brings is in consult_answer.c.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "desk/apart.h"
#include "desk/breaker.h"
#include "desk/consult.h"
#include "desk/consult_answer.h"
#include "desk/consult_money.h"
#include "desk/consult_question.h"
#include "desk/parting_question.h"
#include "rules/faq.h"
#include "store/consult_row.h"
#include "store/event.h"
#include "store/outbox.h"
#include "store/run_row.h"
#include "store/turn.h"

enum {
    PASSES_MAX = 4,   /* over all backends, in one look: a question that goes on to another may be asked at once */
    PLACED_MAX = 16,  /* rows of one backend, in one pass */
    SEARCHES_MAX = 2, /* of the FAQ, in one look: each may take tens of milliseconds, and everybody waits */
    EXPIRE_MAX = 100,
    LEAST_MS = CONSULT_LEAST_MS
};

/* Rows */

int consult_queue(struct desk *desk, const struct conversation *conversation, const struct consult_request *request,
                  int64_t now, struct error *error)
{
    const struct backend *backend = request->backend;
    bool settles = request->call == 0;
    struct consult_new row = {
        .contact = conversation->contact,
        .conversation = conversation->id,
        .epoch = conversation->epoch,
        .turn = request->turn,
        .call = request->call,
        .wanted_by = request->wanted_by,
        .backend = backend->name,
        .now = now,
        .due_at = now + (settles ? backend->settle_ms : 0),
        .settle_by = now + (settles ? backend->settle_max_ms : 0),
        .expires_at = now + (request->is_barred ? 0 : backend->turn_deadline_ms),
    };

    int64_t id;

    desk->may_consult = true;
    return consult_row_put(desk->db, &row, &id, error);
}

int consult_start(struct desk *desk, struct error *error)
{
    int found = 1;

    while (found == 1) {
        struct consult_row row = { 0 };

        found = consult_row_unsettled(desk->db, &row, error);
        if (found == 1 && consult_lose_charge(desk, &row, error) != 0)
            found = -1;
        consult_row_release(&row);
    }
    return found;
}

static int is_behind_something(struct desk *desk, int64_t conversation, struct error *error)
{
    int64_t message;

    return behind_next(desk->db, conversation, &message, error);
}

/* A call under way is given up for another only where that has half of its deadline at least. */
static bool has_room(const struct consult_row *row, const struct backend *backend, int64_t now)
{
    return !row->is_claimed ||
           (backend->joins && row->expires_at - now > backend->settle_ms + backend->deadline_ms / 2);
}

int consult_stands(struct desk *desk, const struct conversation *conversation, int64_t now,
                   struct consult_standing *standing, struct error *error)
{
    struct consult_row row = { 0 };
    const struct backend *backend;
    int found, behind = 0, heard = 0;

    if (!desk->may_consult)
        return 0;
    found = consult_row_standing(desk->db, conversation->contact, conversation->id, &row, error);
    if (found == 1) {
        backend = backend_find(desk->rules->backends, desk->rules->backend_count, row.wanted);
        behind = is_behind_something(desk, conversation->id, error);
        heard = consult_row_heard(desk->db, conversation->id, row.turn, error);
        standing->outbox = row.id;
        standing->turn = row.turn;
        standing->backend = alloc_text(row.wanted);
        /* Whoever waits already goes first; and what has been asked too often is not asked again. */
        standing->may_join = behind == 0 && heard < CONSULT_WORDS_MAX && backend != NULL && row.round < CONSULT_ROUNDS_MAX &&
                             has_room(&row, backend, now);
    }
    consult_row_release(&row);
    return found < 0 || behind < 0 || heard < 0 ? -1 : 0;
}

void consult_standing_release(struct consult_standing *standing)
{
    free(standing->backend);
    *standing = (struct consult_standing){ 0 };
}

/* When a burst that goes on is over: some time after its newest message, and not later than its bound. */
static int64_t settled_at(const struct consult_row *row, const struct backend *backend, int64_t now)
{
    int64_t at = now + (backend != NULL ? backend->settle_ms : 0);

    if (!row->is_claimed && at > row->settle_by)
        at = row->settle_by > now ? row->settle_by : now;
    return at;
}

int consult_join(struct desk *desk, int64_t outbox, int64_t now, struct error *error)
{
    struct consult_row row = { 0 };
    int result = consult_row_get(desk->db, outbox, &row, error) < 0 ? -1 : 0;

    if (result == 0 && row.is_open) {
        const struct backend *backend = backend_find(desk->rules->backends, desk->rules->backend_count, row.backend);
        struct consult_again again = {
            .id = row.id,
            .due_at = settled_at(&row, backend, now),
            .backend = backend != NULL ? row.backend : row.wanted,
            .failures = row.failures,
            .has_joined = row.is_claimed,
            .settle_by = now + (backend != NULL ? backend->settle_max_ms : 0),
            .reason = "",
        };

        if (backend == NULL)
            desk->strays_of = -1; /* it has left the rules while it was asked */
        /* The call under way corrects what is booked here, once it has ended. */
        if (row.is_claimed)
            result = consult_lose_charge(desk, &row, error);
        if (result == 0 && row.is_claimed) /* if it was the trial, the next one is */
            result = breaker_forgo(desk, row.backend, now, error);
        desk->has_superseded |= row.is_claimed;
        if (result == 0)
            result = consult_row_again(desk->db, &again, error);
    }
    consult_row_release(&row);
    return result;
}

static int drop_row(struct desk *desk, const struct consult_row *row, const char *state, int64_t now,
                    struct error *error)
{
    static const char CHANGED_HANDS[] = "the conversation changed hands before an answer came";

    if (outbox_settle(desk->db, row->id, 0, 0, "withheld", CHANGED_HANDS, now, error) != 0 ||
        (!row->is_claimed && consult_lose_charge(desk, row, error) != 0))
        return -1;
    if (row->turn == 0 || row->call != 0)
        return 0;
    /* "One moment" was no answer: who is with a person is not answered by it. */
    if (strcmp(state, "agent") == 0)
        return turn_end(desk->db, row->turn, state, now, error);
    return turn_conclude(desk->db, row->turn, row->contact, state, now, error);
}

int consult_drop(struct desk *desk, const struct conversation *conversation, const char *state, int64_t now,
                 struct error *error)
{
    int found = 1;

    while (desk->may_consult && found == 1) {
        struct consult_row row = { 0 };

        found = consult_row_open(desk->db, conversation->contact, conversation->id, &row, error);
        if (found == 1 && drop_row(desk, &row, state, now, error) != 0)
            found = -1;
        consult_row_release(&row);
    }
    return found < 0 ? -1 : 0;
}

/* Claiming */

struct look {
    struct desk *desk;
    int64_t now;
    struct consult_call **calls;
    int searches;
};

static int make_call(struct look *look, const struct consult_row *row, const struct backend *backend,
                     struct vendor_request *request, struct error *error)
{
    struct desk *desk = look->desk;
    int64_t left = row->expires_at - look->now;
    struct consult_call *call = alloc_new(sizeof *call);

    *call = (struct consult_call){
        .next = *look->calls,
        .outbox = row->id,
        .conversation = row->conversation,
        .contact = row->contact,
        .round = row->round,
        .is_summary = row->parting != 0,
        .backend = alloc_text(backend->name),
        .wanted_by = alloc_text(row->wanted_by),
        .kind = backend->kind,
        .price_in = backend->price_in,
        .price_out = backend->price_out,
        .key_env = backend->key_env != NULL ? alloc_text(backend->key_env) : NULL,
        .region = request->region != NULL ? alloc_text(request->region) : NULL,
        .request = *request,
        .may_be_local = ruleset_setting_number(desk->rules, "allow_local_backends") != 0,
        .claimed_at = look->now,
        .timeout_ms = (int)(left < backend->deadline_ms ? left : backend->deadline_ms),
    };
    *request = (struct vendor_request){ 0 };
    call->request.region = call->region;
    *look->calls = call;
    if (outbox_claim(desk->db, row->id, backend->name, error) != 0 ||
        consult_note(desk, row, "consult", backend->name, "", look->now, error) != 0)
        return -1;
    return breaker_leave(desk, backend->name, call->timeout_ms, look->now, error);
}

static bool needs_search(const struct backend *backend)
{
    return backend->kind == BACKEND_FAQ || backend->knowledge > 0;
}

/*
 * No vendor's token is less than a byte: so much it may cost, and hardly ever does. What a service of one's own adds to the
 * question nobody knows here; it may read as much as it may write.
 */
static int64_t most_tokens_in(const struct backend *backend, const struct vendor_request *request)
{
    int64_t bytes = (int64_t)(request->url.len + request->body.len);

    return backend->kind == BACKEND_HTTP && bytes < backend->max_tokens ? backend->max_tokens : bytes;
}

/* The money, the request, and out; what cannot be asked goes on along the chain. */
static int ask_out(struct look *look, const struct consult_row *row, const struct backend *backend,
                   const struct question *question, struct error *error)
{
    struct consult consult = question_consult(question, backend);
    struct vendor_request request = { 0 };
    struct error why = { 0 };
    struct buf cap = { 0 };
    int result;

    if (vendor_ask(&consult, &request, &why) != 0) {
        vendor_request_release(&request);
        return consult_go_on(look->desk, row, backend, why.text, look->now, error);
    }
    result = consult_charge(look->desk, row, backend, most_tokens_in(backend, &request), look->now, &cap, error);
    if (result == 1) {
        result = make_call(look, row, backend, &request, error);
        if (result == 0) {
            struct consult_row charged = { 0 };

            result = consult_row_get(look->desk->db, row->id, &charged, error) == 1 ? 0 : -1;
            (*look->calls)->charged = charged.charged;
            (*look->calls)->has_session = question->vendor_session.len > 0;
            if (result == 0)
                memcpy((*look->calls)->charged_on, charged.charged_on, strlen(charged.charged_on) + 1);
            consult_row_release(&charged);
        }
    } else if (result == 0) {
        result = consult_go_on(look->desk, row, backend, buf_text(&cap), look->now, error);
    }
    vendor_request_release(&request);
    buf_release(&cap);
    return result;
}

static int ask_faq(struct look *look, const struct consult_row *row, const struct backend *backend,
                   const struct question *question, struct error *error)
{
    double score;
    const struct faq *faq = ruleset_faq(look->desk->rules, buf_text(&question->own), buf_text(&question->language),
                                        backend->score, &score);

    if (consult_count(look->desk, row, faq != NULL, look->now, error) != 0)
        return -1;
    if (faq == NULL)
        return consult_go_on(look->desk, row, backend, CONSULT_NO_ENTRY, look->now, error);
    return consult_answer_faq(look->desk, row, backend, faq, look->now, error);
}

/* 1: it can be paid for, as far as is known before it is put together. */
static int is_affordable(struct look *look, const struct consult_row *row, const struct backend *backend, struct buf *why,
                         struct error *error)
{
    return backend->kind == BACKEND_FAQ ? 1 : consult_may_spend(look->desk, row, backend, look->now, why, error);
}

static int load(struct look *look, const struct consult_row *row, const struct backend *backend, struct question *question,
                struct error *error)
{
    return row->parting != 0 ? parting_question_load(look->desk, row, question, error)
                             : question_load(look->desk, row, backend, look->now, question, error);
}

static int ask(struct look *look, const struct consult_row *row, const struct backend *backend, struct error *error)
{
    struct question question = { 0 };
    struct buf why = { 0 };
    int result = is_affordable(look, row, backend, &why, error);

    if (result == 0) {
        result = consult_go_on(look->desk, row, backend, buf_text(&why), look->now, error);
    } else if (result == 1) {
        look->searches += needs_search(backend);
        result = load(look, row, backend, &question, error);
        if (result == 0)
            result = backend->kind == BACKEND_FAQ ? ask_faq(look, row, backend, &question, error)
                                                  : ask_out(look, row, backend, &question, error);
    }
    question_release(&question);
    buf_release(&why);
    return result;
}

static int ask_summary(struct look *look, const struct consult_row *row, const struct backend *backend, struct error *error)
{
    struct backend writer = parting_writer(backend);

    if (!parting_may_ask(backend))
        return consult_go_on(look->desk, row, backend, "it cannot sum up a conversation", look->now, error);
    return ask(look, row, &writer, error);
}

/* A circuit that is open is waited for only where nobody else can be asked, and its moment comes in time. */
static int put_off(struct look *look, const struct consult_row *row, const struct backend *backend, int64_t until,
                   struct error *error)
{
    struct consult_again again = { .id = row->id, .due_at = until, .backend = backend->name, .failures = row->failures,
                                   .reason = "the backend is being left alone for a while" };

    if (backend->fallback != NULL || until + LEAST_MS >= row->expires_at)
        return consult_go_on(look->desk, row, backend, again.reason, look->now, error);
    return consult_row_again(look->desk->db, &again, error);
}

static int place(struct look *look, const struct consult_row *row, const struct backend *backend, struct error *error)
{
    int64_t until = breaker_wait(look->desk, backend->name, look->now);

    if (row->parting == 0 && row->epoch != row->conversation_epoch)
        return consult_let_go(look->desk, row, look->now, error);
    if (row->expires_at - look->now < LEAST_MS)
        return consult_give_up(look->desk, row, "expired", "its time was over before anybody could be asked", look->now,
                               error);
    /* Lost twice with the process that made it: it may be what ends it. */
    if (row->failures >= CONSULT_TRIES_MAX)
        return consult_go_on(look->desk, row, backend, "asked twice, and no answer was seen", look->now, error);
    if (until != 0)
        return put_off(look, row, backend, until, error);
    return row->parting != 0 ? ask_summary(look, row, backend, error) : ask(look, row, backend, error);
}

/* The customer is told of it, as far as the book allows. */
int consult_end_apart(struct desk *desk, int result, const char *what, const struct consult_row *row, const char *state,
                      int64_t now, struct error *error)
{
    struct apart_row aside = { row->id, 0, state };
    int ended = apart_end(desk, result, what, row->id, now, error);

    if (ended != 1)
        return ended;
    if (apart_begin(desk, error) != 0)
        return -1;
    ended = consult_give_up(desk, row, state, APART_ROW_FAILED, now, error);
    return apart_end_row(desk, ended, "giving up the question of outbox row", &aside, now, error);
}

static int place_apart(struct look *look, const struct consult_row *row, const struct backend *backend, struct error *error)
{
    struct consult_call *before = *look->calls;
    int result = apart_begin(look->desk, error);

    if (result != 0)
        return -1;
    result = place(look, row, backend, error);
    while (result != 0 && *look->calls != before) {
        struct consult_call *undone = *look->calls;

        *look->calls = undone->next;
        undone->next = NULL;
        consult_call_free(undone);
    }
    return consult_end_apart(look->desk, result, "asking a backend for outbox row", row, "dead", look->now, error);
}

static int look_at(struct look *look, const struct backend *backend, int *moved, struct error *error)
{
    int under_way, found = 1;

    if (consult_row_under_way(look->desk->db, backend->name, &under_way, error) != 0)
        return -1;
    for (int slots = backend->calls - under_way, placed = 0; slots > 0 && found == 1 && placed < PLACED_MAX; placed++) {
        struct consult_row row = { 0 };
        const struct consult_call *newest = *look->calls;

        if (needs_search(backend) && look->searches >= SEARCHES_MAX)
            break; /* the loop comes back at once */
        found = consult_row_due(look->desk->db, backend->name, look->now, &row, error);
        if (found == 1 && place_apart(look, &row, backend, error) != 0)
            found = -1;
        consult_row_release(&row);
        *moved += found == 1;
        slots -= *look->calls != newest;
    }
    return found < 0 ? -1 : 0;
}

int consult_claim(struct desk *desk, int64_t now, struct consult_call **calls, struct error *error)
{
    struct look look = { .desk = desk, .now = now, .calls = calls };
    int result = 0, moved = 1;

    *calls = NULL;
    for (int pass = 0; desk->may_consult && pass < PASSES_MAX && moved > 0 && result == 0; pass++) {
        moved = 0;
        /* Each goes first in its turn: the searches of a look are few. */
        size_t count = desk->rules->backend_count, first = count > 0 ? desk->looks++ % count : 0;

        for (size_t i = 0; i < count && result == 0; i++)
            result = look_at(&look, &desk->rules->backends[(first + i) % count], &moved, error);
    }
    if (result != 0) {
        consult_call_free(*calls);
        *calls = NULL;
    }
    return result;
}

/* Time */

/* The names of the backends in force, as a JSON array. */
static void list_names(const struct ruleset *rules, struct buf *names)
{
    struct jsonw json = { .out = names };

    jsonw_array(&json, NULL);
    for (size_t i = 0; i < rules->backend_count; i++)
        jsonw_text(&json, NULL, rules->backends[i].name);
    jsonw_end_array(&json);
}

static int give_up_apart(struct desk *desk, const struct consult_row *row, const char *state, const char *why, int64_t now,
                         struct error *error)
{
    struct apart_row aside = { row->id, 0, state };

    if (apart_begin(desk, error) != 0)
        return -1;
    return apart_end_row(desk, consult_give_up(desk, row, state, why, now, error), "giving up the question of outbox row", &aside,
                         now, error);
}

/* With new rules: who waits for a backend that is none any more goes to the end of the chain. */
static int end_strays(struct desk *desk, int64_t now, struct error *error)
{
    struct buf names = { 0 };
    int64_t due_at = INT64_MIN, after = 0; /* one that cannot be ended must not be found for ever */
    int found = 1, result = 0;

    list_names(desk->rules, &names);
    while (result == 0 && found == 1) {
        struct consult_row row = { 0 };

        found = consult_row_stray(desk->db, buf_text(&names), due_at, after, &row, error);
        due_at = row.due_at;
        after = row.id;
        if (found == 1)
            result = give_up_apart(desk, &row, "dead", "the rules know its backend no more", now, error);
        consult_row_release(&row);
    }
    buf_release(&names);
    return found < 0 ? -1 : result;
}

int consult_expire(struct desk *desk, int64_t now, struct error *error)
{
    int found = 1, result = 0;

    if (!desk->may_consult)
        return 0;
    if (desk->strays_of != desk->rules->number) {
        result = end_strays(desk, now, error);
        if (result == 0)
            desk->strays_of = desk->rules->number;
    }
    for (int i = 0; i < EXPIRE_MAX && found == 1 && result == 0; i++) {
        struct consult_row row = { 0 };

        found = consult_row_overdue(desk->db, now + LEAST_MS, &row, error);
        if (found == 1)
            result = give_up_apart(desk, &row, "expired", "its time was over", now, error);
        consult_row_release(&row);
    }
    return found < 0 ? -1 : result;
}

int consult_cancel(struct desk *desk, int64_t outbox, int64_t now, struct error *error)
{
    struct consult_row row = { 0 };
    int found = consult_row_get(desk->db, outbox, &row, error), result = 0;

    if (found == 1 && (!row.is_open || row.is_claimed))
        found = 0;
    if (found == 1)
        result = consult_give_up(desk, &row, "dead", "dropped by a person", now, error);
    consult_row_release(&row);
    return result != 0 ? -1 : found;
}

static int next_of(struct desk *desk, const struct backend *backend, int64_t *at, struct error *error)
{
    int64_t due;
    int under_way;

    if (consult_row_under_way(desk->db, backend->name, &under_way, error) != 0)
        return -1;
    /* Without a free slot nothing may leave before an answer comes, and that wakes the loop by itself. */
    if (under_way >= backend->calls)
        return 0;
    if (consult_row_next_due(desk->db, backend->name, &due, error) != 0)
        return -1;
    if (due < *at)
        *at = due;
    return 0;
}

int consult_next(struct desk *desk, int64_t *at, struct error *error)
{
    int64_t expires_at;
    int any;

    *at = INT64_MAX;
    if (!desk->may_consult)
        return 0;
    any = consult_row_any(desk->db, error);
    if (any <= 0) {
        desk->may_consult = any < 0;
        return any;
    }
    for (size_t i = 0; i < desk->rules->backend_count; i++)
        if (next_of(desk, &desk->rules->backends[i], at, error) != 0)
            return -1;
    if (consult_row_next_expires(desk->db, &expires_at, error) != 0)
        return -1;
    if (expires_at != INT64_MAX && expires_at - LEAST_MS < *at)
        *at = expires_at - LEAST_MS;
    return 0;
}

int consult_is_superseded(struct desk *desk, const struct consult_call *call, struct error *error)
{
    struct consult_row row = { 0 };
    int found = consult_row_get(desk->db, call->outbox, &row, error);
    int is_superseded = found == 1 ? row.is_open && row.round != call->round : found;

    consult_row_release(&row);
    return is_superseded;
}
