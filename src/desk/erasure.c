/*
 * erasure: see the header. desk->may_erase says whether one may be open, and is only a hint (true too often, never false
 * wrongly): without one all of this costs nothing.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "desk/apart.h"
#include "desk/chores.h"
#include "desk/consult.h"
#include "desk/erasure.h"
#include "desk/handover.h"
#include "desk/parting.h"
#include "store/erasure.h"
#include "store/erasure_rows.h"
#include "store/erasure_stage.h"
#include "store/event.h"
#include "store/outbox_track.h"
#include "store/run_row.h"
#include "store/schema.h"
#include "store/search.h"
#include "store/turn.h"
#include "store/who.h"

enum { DONE = 200, NOT_FOUND = 404, CONFLICT = 409, FAILED = 503 };
enum { LOOK_EVERY_MS = 200, PIECES_MAX = 1000 * 1000 };

static const char NO_CALLS[] = "a call that is under way for this person; it ends within some minutes";
static const char DAMAGED[] = "a missing or damaged row of the book (frontdesk status and frontdesk audit say more); it is tried "
                              "once a minute";

/* Asking */

/* Not as carry_drop_run has it: what it has collected is not kept, and one that cannot be read must not stop this. */
static int drop_dialogue(struct desk *desk, int64_t conversation, int64_t now, struct error *error)
{
    struct buf run = { 0 };
    int64_t turn = 0;
    int found = run_row_get(desk->db, conversation, &run, &turn, error);

    buf_release(&run);
    if (found != 1)
        return found;
    if (turn != 0 && turn_end(desk->db, turn, "erased", now, error) != 0)
        return -1;
    return run_row_drop(desk->db, conversation, error);
}

/* A dialogue, a question to a backend and a summary end without a word; what would be told of the close is withheld, too. */
static int close_one(struct desk *desk, int64_t id, int64_t now, struct error *error)
{
    struct conversation conversation;

    if (conversation_require(desk->db, id, &conversation, error) != 0 || drop_dialogue(desk, id, now, error) != 0 ||
        consult_drop(desk, &conversation, "silenced", now, error) != 0)
        return -1;
    return parting_close(desk, &conversation, "person", now, error);
}

static int stop(struct desk *desk, int64_t erasure, int64_t now, struct error *error)
{
    int64_t conversation;
    int found;

    while ((found = erasure_rows_open_conversation(desk->db, erasure, &conversation, error)) == 1)
        if (close_one(desk, conversation, now, error) != 0)
            return -1;
    if (found < 0 || erasure_rows_sum_up_none(desk->db, erasure, error) != 0)
        return -1;
    return erasure_rows_withhold(desk->db, erasure, now, error);
}

static int begin(struct desk *desk, const struct erasure_request *request, int64_t contact, int64_t now, int64_t *id,
                 struct error *error)
{
    struct buf detail = { 0 };
    int result;

    if (handover_erase(desk, contact, now, error) != 0 ||
        erasure_put(desk->db, request->actor, request->drops_copies, now, id, error) != 0 ||
        erasure_add_contact(desk->db, *id, contact, error) != 0 || stop(desk, *id, now, error) != 0)
        return FAILED;
    buf_addf(&detail, "%lld", (long long)*id);
    result = event_put(desk->db, 0, "erase", request->actor, buf_text(&detail), now, error);
    buf_release(&detail);
    return result == 0 ? DONE : FAILED;
}

/* Nobody is found by what was typed any more; but the erasure may still know whom it is about. */
static int go_on(struct desk *desk, const struct erasure_request *request, int64_t *id, struct error *error)
{
    int found = erasure_of(desk->db, request->user, id, error);

    if (found == 0) {
        error_set(error,
                  "nobody is known by that external id, Braze id, phone or conversation: %.200s; who has been erased is not "
                  "found any more (frontdesk erasures list shows the receipts)",
                  request->user);
        return NOT_FOUND;
    }
    if (found < 0 || (request->drops_copies && erasure_drop_copies(desk->db, *id, error) != 0))
        return FAILED;
    return DONE;
}

int erasure_ask(struct desk *desk, const struct erasure_request *request, int64_t now, int64_t *id, struct error *error)
{
    struct buf names = { 0 };
    int64_t contact;
    int found = who_find(desk->db, request->user, &contact, &names, error), status;

    if (found == 2) {
        error_set(error, "%.100s is more than one person, and nothing was erased: say which of %.300s", request->user,
                  buf_text(&names));
        status = CONFLICT;
    } else if (found == 1) {
        status = begin(desk, request, contact, now, id, error);
    } else {
        status = found < 0 ? FAILED : go_on(desk, request, id, error);
    }
    buf_release(&names);
    desk->may_erase = true;
    desk->erasure_at = 0;
    return status;
}

/* The phases, a piece at a time: each returns 0, -1 */

struct progress {
    struct desk *desk;
    struct erasure *erasure;
    int64_t now;
    bool waits, has_failed;
};

static int move(const struct progress *p, const char *phase, int64_t stage, int64_t upto, struct error *error)
{
    return erasure_move(p->desk->db, p->erasure->id, phase, stage, upto, error);
}

static int wait_for(struct progress *p, const char *what, struct error *error)
{
    p->waits = true;
    return erasure_wait(p->desk->db, p->erasure, what, error);
}

/* Stage 0: who else was the person? Then what is under way is waited for. */
static int run_asked(struct progress *p, struct error *error)
{
    struct db *db = p->desk->db;
    int64_t upto = p->erasure->upto;
    int more;

    if (p->erasure->stage == 0) {
        more = erasure_rows_find_former(db, p->erasure->id, &upto, error);
        return more < 0 ? -1 : move(p, "asked", more == 1 ? 0 : 1, upto, error);
    }
    if (stop(p->desk, p->erasure->id, p->now, error) != 0)
        return -1;
    more = erasure_rows_are_under_way(db, p->erasure->id, error);
    if (more != 0)
        return more < 0 ? -1 : wait_for(p, NO_CALLS, error);
    more = erasure_rows_note_attributes(db, p->erasure->id, error);
    if (more != 0)
        return more < 0 ? -1 : move(p, "asked", 1, upto, error);
    return move(p, "clearing", 0, 0, error);
}

static int begin_clearing(struct progress *p, struct error *error)
{
    struct db *db = p->desk->db;
    int64_t contact, conversation;
    int found = erasure_rows_begin_clearing(db, p->erasure->id, p->now, &contact, &conversation, error);

    if (found != 1)
        return found < 0 ? -1 : move(p, "rows", 0, 0, error);
    if (outbox_track_queue(db, contact, conversation, p->now, NULL, error) != 0)
        return -1;
    p->desk->may_track = true;
    return move(p, "clearing", 1, 0, error);
}

/* Stage 1: one profile is with Braze. */
static int run_clearing(struct progress *p, struct error *error)
{
    struct buf why = { 0 }, sentence = { 0 };
    bool is_open = false;
    int result;

    if (p->erasure->stage == 0)
        return begin_clearing(p, error);
    result = erasure_rows_end_clearing(p->desk->db, p->erasure->id, &is_open, &why, error);
    if (result == 0 && is_open) {
        buf_addf(&sentence, "Braze, which is to empty what we wrote into the profile%s%s", why.len > 0 ? ": " : "",
                 buf_text(&why));
        result = wait_for(p, buf_text(&sentence), error);
    } else if (result == 0) {
        result = move(p, "clearing", 0, 0, error);
    }
    buf_release(&why);
    buf_release(&sentence);
    return result;
}

static int run_rows(struct progress *p, struct error *error)
{
    const struct erasure *erasure = p->erasure;
    int64_t upto;
    int more = erasure_stage_run(p->desk->db, erasure, p->now, &upto, error);

    if (more != 0)
        return more < 0 ? -1 : move(p, "rows", erasure->stage, upto, error);
    if (health_learn_reasons(&p->desk->health, p->desk->db, error) != 0)
        return -1;
    if (erasure->stage + 1 < ERASURE_STAGES)
        return move(p, "rows", erasure->stage + 1, 0, error);
    return erasure_forget(p->desk->db, erasure->id, error) == 0 ? move(p, "index", 0, 0, error) : -1;
}

/* The words went with their rows; an index of an older form is thrown away as a whole. */
static int run_index(struct progress *p, struct error *error)
{
    int is_left = search_is_left(p->desk->db, error);

    if (is_left != 0)
        return is_left < 0 ? -1 : wait_for(p, "an older search index, which is being thrown away", error);
    return move(p, "pages", 0, 0, error);
}

static int run_pages(struct progress *p, struct error *error)
{
    struct desk *desk = p->desk;

    desk->wants_scrub = true;
    if (!desk->is_scrubbed)
        return desk->scrub_waits_for.len > 0 ? wait_for(p, buf_text(&desk->scrub_waits_for), error) : 0;
    log_info("erased", log_int("erasure", p->erasure->id));
    return erasure_end(desk->db, p->erasure->id, p->now, error);
}

static int run_one(struct progress *p, struct error *error)
{
    static const struct {
        const char *phase;
        int (*run)(struct progress *p, struct error *error);
    } PHASES[] = { { "asked", run_asked }, { "clearing", run_clearing }, { "rows", run_rows },
                   { "index", run_index }, { "pages", run_pages } };

    for (size_t i = 0; i < sizeof PHASES / sizeof *PHASES; i++)
        if (strcmp(p->erasure->phase, PHASES[i].phase) == 0)
            return PHASES[i].run(p, error);
    return error_set(error, "erasure %lld is in no phase", (long long)p->erasure->id);
}

static int run_again(struct progress *p, struct error *error)
{
    if (erasure_wait(p->desk->db, p->erasure, "", error) != 0)
        return -1;
    p->erasure->waits_for[0] = '\0';
    return run_one(p, error);
}

/* The others go on. It says itself that it has failed, so that it is known again in the rounds that pass it over. */
static int run_apart(struct progress *p, struct error *error)
{
    bool had_failed = strcmp(p->erasure->waits_for, DAMAGED) == 0;
    int ended;

    if (had_failed && p->now < p->desk->erasure_again_at) {
        p->has_failed = true;
        return 0;
    }
    ended = apart_begin(p->desk, error);
    if (ended == 0)
        ended = apart_end(p->desk, had_failed ? run_again(p, error) : run_one(p, error), "going on with erasure", p->erasure->id,
                          p->now, error);
    if (ended != 1)
        return ended;
    p->has_failed = true;
    p->desk->erasure_again_at = p->now + APART_REST_MS;
    return wait_for(p, DAMAGED, error);
}

int erasure_run(struct desk *desk, int64_t now, struct error *error)
{
    struct erasure erasure = { 0 };
    bool was_scrubbed = desk->is_scrubbed, all_wait = true, all_failed = true;
    int found, count = 0;

    if (!desk->may_erase || now < desk->erasure_at)
        return 0;
    desk->wants_scrub = false;
    while ((found = erasure_next(desk->db, erasure.id, &erasure, error)) == 1) {
        struct progress p = { .desk = desk, .erasure = &erasure, .now = now };

        erasure.late = &desk->late;
        if (run_apart(&p, error) != 0)
            return -1;
        all_wait &= p.waits || p.has_failed;
        all_failed &= p.has_failed;
        count++;
    }
    /* What has come to its pages since then wants them scrubbed once more. */
    if (was_scrubbed)
        desk->is_scrubbed = false;
    desk->may_erase = count > 0;
    desk->erasure_at = !all_wait ? 0 : all_failed ? desk->erasure_again_at : now + LOOK_EVERY_MS;
    return found;
}

int64_t erasure_next_at(struct desk *desk)
{
    return desk->may_erase ? chores_allow(desk, desk->erasure_at) : INT64_MAX;
}

int erasure_hold(struct desk *desk, int64_t now, struct error *error)
{
    struct erasure erasure = { 0 };
    int found = desk->may_erase ? 1 : 0;

    while (found == 1 && (found = erasure_next(desk->db, erasure.id, &erasure, error)) == 1) {
        bool is_asked = strcmp(erasure.phase, "asked") == 0;

        if (is_asked && erasure_rows_withhold(desk->db, erasure.id, now, error) != 0)
            return -1;
        if ((is_asked || strcmp(erasure.phase, "clearing") == 0) &&
            erasure_rows_put_off(desk->db, erasure.id, now, now + TRACK_APART_MS, error) != 0)
            return -1;
    }
    return found;
}

int erasure_keeps_profile(struct desk *desk, int64_t contact, struct error *error)
{
    return desk->may_erase ? erasure_rows_keep_profile(desk->db, contact, error) : 0;
}

int erasure_is_of(struct desk *desk, int64_t contact, struct error *error)
{
    return erasure_has(desk->db, contact, error);
}

/* The file */

struct copies {
    const struct erasure *erasure;
    struct buf names; /* of those that are to be deleted by hand */
};

/* The book that a restore has put aside may be the only one that holds the last days; the person it need not hold. */
static int handle_copy(void *context, const char *path, struct error *error)
{
    struct copies *copies = context;

    if (erasure_was_done_in(path, copies->erasure->asked_at))
        return 0;
    if (!copies->erasure->drops_copies) {
        buf_addf(&copies->names, "%s%s", copies->names.len > 0 ? ", " : "", path);
        return 0;
    }
    if (unlink(path) != 0)
        return error_set(error, "%s: the older copy of the book cannot be deleted: %s", path, strerror(errno));
    log_info("copy_deleted", log_text("copy", path), log_int("receipt", copies->erasure->id));
    return 0;
}

/* Copies that are older than the first word of the person cannot hold any. */
static int look_for_copies(struct desk *desk, struct error *error)
{
    struct erasure erasure = { 0 };
    int found;

    while ((found = erasure_next(desk->db, erasure.id, &erasure, error)) == 1) {
        struct copies copies = { .erasure = &erasure };

        if (strcmp(erasure.phase, "pages") == 0 &&
            schema_copies(desk->db, erasure.known_since, handle_copy, &copies, error) != 0)
            found = -1;
        if (copies.names.len > 0 && desk->scrub_waits_for.len == 0)
            buf_addf(&desk->scrub_waits_for, "you to delete the older copy of the book beside it: %s",
                     buf_text(&copies.names));
        buf_release(&copies.names);
        if (found < 0)
            return -1;
    }
    return found;
}

int erasure_scrub(struct desk *desk, int64_t now, struct error *error)
{
    bool is_clean = false;

    if ((!desk->wants_scrub && !desk->wants_cut) || now < desk->scrubbed_at + LOOK_EVERY_MS)
        return 0;
    desk->scrubbed_at = now;
    buf_clear(&desk->scrub_waits_for);
    if (db_scrub(desk->db, &is_clean, error) != 0)
        return -1;
    desk->wants_cut &= !is_clean;
    if (!desk->wants_scrub)
        return 0;
    if (!is_clean)
        buf_add_text(&desk->scrub_waits_for, "somebody who has been reading the book for a while: until then the log of the "
                                             "database holds the older state");
    else if (look_for_copies(desk, error) != 0)
        return -1;
    desk->is_scrubbed = desk->scrub_waits_for.len == 0;
    desk->erasure_at = 0;
    return 0;
}

static int run_alone(struct desk *desk, int64_t now, struct error *error)
{
    if (desk_begin(desk, error) != 0)
        return -1;
    desk->erasure_at = 0;
    if (erasure_hold(desk, now, error) == 0 && erasure_run(desk, now, error) == 0)
        return desk_commit(desk, error);
    desk_rollback(desk);
    return -1;
}

/* The clock stands still here: what all of them wait for is looked at once more, and then it is somebody else's to end. */
int erasure_finish(struct desk *desk, int64_t now, struct error *error)
{
    for (int i = 0; i < PIECES_MAX && desk->may_erase; i++) {
        bool all_wait;

        if (run_alone(desk, now, error) != 0)
            return -1;
        all_wait = desk->erasure_at > now;
        desk->scrubbed_at = 0;
        if (erasure_scrub(desk, now, error) != 0)
            return -1;
        if (all_wait && !desk->is_scrubbed)
            break;
    }
    return 0;
}
