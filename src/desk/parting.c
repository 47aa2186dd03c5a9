/*
 * parting: see the header.
 *
 * Each is made in a savepoint of its own: one that cannot be carried out must not keep the others, nor the round, from the
 * book. It is tried again, ever later, and given up in the end, visibly.
 */
#include <string.h>

#include "backend/backend.h"
#include "base/log.h"
#include "desk/apart.h"
#include "desk/carry.h"
#include "desk/handover.h"
#include "desk/parting.h"
#include "desk/parting_question.h"
#include "desk/notify.h"
#include "desk/past.h"
#include "desk/story.h"
#include "desk/summary.h"
#include "store/consult_row.h"
#include "store/event.h"
#include "store/handover.h"
#include "store/parting.h"

enum {
    PULLS_MAX = 100,
    PER_ROUND = 4, /* each takes part of a millisecond, and replies wait meanwhile */
    TRY_AGAIN_MS = 60 * 1000,
};

const char PARTING_WANTED_BY[] = "summary";
static const char BY_OURSELVES[] = "frontdesk";

/* Putting */

static int64_t reopen_within(const struct desk *desk)
{
    return ruleset_setting_number(desk->rules, "reopen_within");
}

/* A close that may still be taken back is not summed up: what stands at close would be done twice. */
static int64_t ripe_at(const struct desk *desk, const struct parting *parting)
{
    return parting->at + (parting->is_close ? reopen_within(desk) : 0);
}

int parting_close(struct desk *desk, struct conversation *conversation, const char *closed_by, int64_t now,
                  struct error *error)
{
    if ((strcmp(conversation->owner, "agent") == 0 && notify_change(desk, conversation, "closed", now, error) != 0) ||
        conversation_close(desk->db, conversation, closed_by, now, error) != 0 ||
        handover_end(desk, conversation, "close", 0, now, error) != 0)
        return -1;
    return parting_put(desk->db, conversation->id, true, now, now + reopen_within(desk), error);
}

int parting_hand_over(struct desk *desk, struct conversation *conversation, const char *team, int64_t now,
                      struct error *error)
{
    if (conversation_give(desk->db, conversation, "agent", team, "", 0, error) != 0 ||
        handover_begin(desk, conversation, team, "", now, error) != 0 ||
        notify_hand_over(desk, conversation, team, now, error) != 0)
        return -1;
    return parting_put(desk->db, conversation->id, false, now, now, error);
}

int parting_take_back(struct desk *desk, const struct conversation *conversation, int64_t now, struct error *error)
{
    struct parting parting;
    int found = parting_of_close(desk->db, conversation->id, &parting, error);

    if (found != 1)
        return found;
    if (parting.outbox != 0 && parting_question_forget(desk, parting.outbox, now, error) != 0)
        return -1;
    return parting_drop(desk->db, &parting, now, error);
}

/* Making */

struct making {
    struct desk *desk;
    const struct parting *parting;
    struct conversation conversation;
    struct story story;
    struct buf summary;
    const char *by;
    int64_t now;
};

static int begin(struct making *making, struct error *error)
{
    if (conversation_require(making->desk->db, making->parting->conversation, &making->conversation, error) != 0)
        return -1;
    return story_load(making->desk, &making->conversation, making->parting, &making->story, error);
}

static void end(struct making *making)
{
    story_release(&making->story);
    buf_release(&making->summary);
}

/* Nothing of a dialogue or a turn: those of the conversation are over, or not the parting's business. */
static int decide_parting(struct making *making, struct past *past, struct error *error)
{
    struct desk *desk = making->desk;
    struct decide_parting parting = {
        .is_close = making->parting->is_close,
        .closed_by = making->story.closed_by,
        .outcome = story_outcome(&making->story),
        .summary = buf_text(&making->summary),
        .summary_by = making->by,
        .rule = story_rule(&making->story),
        .flow = story_flow(&making->story),
    };
    struct decide_input input = { .kind = INPUT_PARTING, .parting = &parting };
    struct carry carry = { .desk = desk, .conversation = &making->conversation, .decision = &past->decision,
                           .now = making->now };

    if (heard_newest(desk->db, making->conversation.id, &past->heard, error) < 0 ||
        past_load(past, desk, &making->conversation, making->now, error) != 0)
        return -1;
    past->state.run = past->state.consulted = NULL;
    input.text = past_text(past);
    decide(desk->rules, desk->matcher, &past->state, &input, making->now, &past->decision);
    return carry_out(&carry, error);
}

static int write_down(struct making *making, struct error *error)
{
    struct db *db = making->desk->db;
    int64_t at = making->now > making->parting->at ? making->now : making->parting->at;
    struct conversation_sum sum = { story_outcome(&making->story), buf_text(&making->summary), making->by, at };

    if (conversation_sum_up(db, making->conversation.id, &sum, error) != 0 ||
        (!making->parting->is_close && notify_summed_up(making->desk, making->conversation.id, making->now, error) != 0) ||
        event_put(db, making->conversation.id, "summary", making->by, sum.outcome, making->now, error) != 0)
        return -1;
    return parting_drop(db, making->parting, making->now, error);
}

/* `text`: the backend's, cleaned; NULL: our own. */
static int make(struct making *making, const char *text, const char *by, struct error *error)
{
    struct past past = { 0 };
    int result;

    making->by = text != NULL ? by : BY_OURSELVES;
    if (text != NULL)
        buf_add_text(&making->summary, text);
    else
        summary_write(&making->story, &making->summary);
    result = write_down(making, error);
    if (result == 0)
        result = decide_parting(making, &past, error);
    if (result == 0 && !making->parting->is_close)
        result = handover_summed_up(making->desk, &making->conversation, buf_text(&making->summary), making->now, error);
    past_release(&past);
    return result;
}

/* Asking */

/* NULL: no backend is to be asked, or none that could. */
static const struct backend *summary_backend(const struct desk *desk)
{
    const struct ruleset *rules = desk->rules;
    const char *name = ruleset_setting(rules, "summary_backend");

    return *name != '\0' ? backend_find(rules->backends, rules->backend_count, name) : NULL;
}

/* Customers come first: a backend that is full of summaries answers nobody. */
static int has_room(struct desk *desk, const struct backend *backend, struct error *error)
{
    int64_t asked, most = backend->calls > 1 ? backend->calls / 2 : 1;

    return parting_asked(desk->db, &asked, error) != 0 ? -1 : asked < most;
}

static bool is_late(const struct desk *desk, const struct parting *parting, int64_t now)
{
    return parting->at > now || now - ripe_at(desk, parting) >= PARTING_SUMMARY_WAIT_MS;
}

static bool may_ask(const struct desk *desk, const struct parting *parting, const struct backend *backend, int64_t now)
{
    return backend != NULL && parting->tries == 0 && !is_late(desk, parting, now);
}

static int ask(struct making *making, const struct backend *backend, struct error *error)
{
    int64_t outbox;

    if (parting_question_queue(making->desk, &making->conversation, backend, making->parting->id, making->now, &outbox,
                               error) != 0)
        return -1;
    return parting_ask(making->desk->db, making->parting->id, outbox, error);
}

static int close_quietly(struct making *making, struct error *error)
{
    const struct parting *parting = making->parting;
    struct conversation_sum nothing = { "", "", "", making->now > parting->at ? making->now : parting->at };

    if (conversation_sum_up(making->desk->db, parting->conversation, &nothing, error) != 0)
        return -1;
    return parting_drop(making->desk->db, parting, making->now, error);
}

static int make_or_ask(struct making *making, const struct backend *backend, struct error *error)
{
    struct desk *desk = making->desk;
    int is_work = desk->has_colleagues ? handover_is_work(desk->db, making->parting->conversation, error) : 0, result;

    if (is_work != 0)
        return is_work < 0 ? -1 : close_quietly(making, error);
    result = begin(making, error);
    if (result == 0 && may_ask(making->desk, making->parting, backend, making->now) && summary_is_worth_it(&making->story))
        return ask(making, backend, error);
    return result == 0 ? make(making, NULL, NULL, error) : -1;
}

/* Running */

static int give_up(struct desk *desk, const struct parting *parting, const char *why, int64_t now, struct error *error)
{
    struct conversation_sum nothing = { "", "", "", now > parting->at ? now : parting->at };

    log_error("summary_lost", log_int("conversation", parting->conversation), log_text("reason", why));
    if (event_put(desk->db, parting->conversation, "summary_lost", "daemon", why, now, error) != 0 ||
        conversation_sum_up(desk->db, parting->conversation, &nothing, error) != 0)
        return -1;
    return parting_drop(desk->db, parting, now, error);
}

static int try_again(struct desk *desk, const struct parting *parting, const char *why, int64_t now, struct error *error)
{
    int tries = parting->tries + 1;

    if (tries >= PARTING_TRIES_MAX)
        return give_up(desk, parting, why, now, error);
    log_warn("summary_failed", log_int("conversation", parting->conversation), log_int("tries", tries), log_text("reason", why));
    return parting_again(desk->db, parting->id, now + ((int64_t)TRY_AGAIN_MS << tries), tries, error);
}

/* 0 also where it failed, and is to be tried again. */
static int apart(struct making *making, int result, const struct error *why, struct error *error)
{
    struct desk *desk = making->desk;

    end(making);
    if (result == 0)
        return db_unmark(desk->db, error);
    if (db_fault(desk->db) > DB_STATEMENT)
        return error_set(error, "%s", why->text);
    desk_undo(desk);
    return try_again(desk, making->parting, why->text, making->now, error);
}

static int run_marked(struct desk *desk, const struct parting *parting, const struct backend *backend, int64_t now,
                   struct error *error)
{
    struct making making = { .desk = desk, .parting = parting, .now = now };
    struct error why = { 0 };

    if (db_mark(desk->db, error) != 0)
        return -1;
    return apart(&making, make_or_ask(&making, backend, &why), &why, error);
}

static int run_one(struct desk *desk, const struct parting *parting, const struct backend *backend, int64_t now,
                   struct error *error)
{
    int ended = apart_begin(desk, error);

    if (ended == 0)
        ended = apart_end(desk, run_marked(desk, parting, backend, now, error), "summing up conversation", parting->conversation,
                          now, error);
    return ended == 1 ? parting_again(desk->db, parting->id, now + APART_AGAIN_MS, parting->tries, error) : ended;
}

/* With other rules, all are looked over, some in a round. Those that wait for longer now are put off when they are due. */
static int follow_setting(struct desk *desk, int64_t now, struct error *error)
{
    if (desk->reopen_within_ms != reopen_within(desk))
        desk->parting_seen = 0;
    desk->reopen_within_ms = reopen_within(desk);
    if (desk->parting_seen == INT64_MAX)
        return 0;
    return parting_pull(desk->db, desk->reopen_within_ms, PULLS_MAX, now, &desk->parting_seen, error);
}

/* Where the clock has been set back, nobody knows how long ago it was closed. */
static bool is_ripe(const struct desk *desk, const struct parting *parting, int64_t now)
{
    return parting->at > now || now >= ripe_at(desk, parting);
}

static int put_off(struct desk *desk, const struct parting *parting, struct error *error)
{
    return parting_again(desk->db, parting->id, ripe_at(desk, parting), parting->tries, error);
}

/* 1: it may be made, by *backend if that is not NULL. 0: it has to wait. */
static int is_free(struct desk *desk, const struct parting *parting, int64_t now, const struct backend **backend,
                   struct error *error)
{
    int room = may_ask(desk, parting, *backend, now) ? has_room(desk, *backend, error) : 1;

    if (room != 0 || parting->is_close)
        return room;
    *backend = NULL; /* a person has to know now */
    return 1;
}

int parting_run(struct desk *desk, int64_t now, struct error *error)
{
    int found = 1;

    if (follow_setting(desk, now, error) != 0)
        return -1;
    for (int i = 0; i < PER_ROUND && found == 1; i++) {
        const struct backend *backend = summary_backend(desk);
        struct parting parting;
        int room = 1;

        found = parting_due(desk->db, now, &parting, error);
        if (found == 1 && !is_ripe(desk, &parting, now)) {
            if (put_off(desk, &parting, error) != 0)
                return -1;
            continue;
        }
        if (found == 1)
            room = is_free(desk, &parting, now, &backend, error);
        if (room == 0)
            break; /* those behind it have waited for less long, and none is urgent */
        if (room < 0 || (found == 1 && run_one(desk, &parting, backend, now, error) != 0))
            return -1;
    }
    return found < 0 ? -1 : 0;
}

int parting_next_at(struct desk *desk, int64_t *at, struct error *error)
{
    const struct backend *backend = summary_backend(desk);
    struct parting parting;
    int64_t urgent, until;
    int due, room;

    *at = 0;
    if (desk->parting_seen != INT64_MAX)
        return 0;
    if (parting_next(desk->db, false, at, error) != 0 || parting_next(desk->db, true, &urgent, error) != 0)
        return -1;
    if (backend == NULL || urgent <= *at)
        return 0;
    due = parting_due(desk->db, *at, &parting, error);
    if (due != 1)
        return due;
    room = has_room(desk, backend, error);
    /* The end of a question that is out wakes the loop by itself. */
    until = ripe_at(desk, &parting) + PARTING_SUMMARY_WAIT_MS;
    if (room == 0 && until > *at)
        *at = until < urgent ? until : urgent;
    return room < 0 ? -1 : 0;
}

/* Answers */

int parting_answered(struct desk *desk, const struct consult_row *row, const char *text, int64_t now, struct error *error)
{
    struct parting parting;
    struct error why = { 0 };
    struct making making = { .desk = desk, .parting = &parting, .now = now };
    int found = parting_get(desk->db, row->parting, &parting, error), result;

    if (found != 1 || parting.outbox != row->id)
        return found < 0 ? -1 : 0; /* taken back meanwhile */
    result = db_mark(desk->db, error);
    if (result == 0) {
        result = begin(&making, &why);
        if (result == 0)
            result = make(&making, text, row->backend, &why);
        result = apart(&making, result, &why, error);
    }
    return result;
}
