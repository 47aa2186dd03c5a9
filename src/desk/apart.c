/*
 * apart: see the header.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/log.h"
#include "desk/apart.h"
#include "store/defect.h"
#include "store/outbox.h"

static const char *const STEPS[DESK_STEPS] = {
    [STEP_CLOCK] = "following a jump of the clock",
    [STEP_FORGET] = "dropping old keys for duplicates",
    [STEP_EXPIRE] = "ending what is past its deadline",
    [STEP_HOLD] = "holding back what is for people who are erased",
    [STEP_SERVICES] = "ending calls to services in time",
    [STEP_CONSULTS] = "ending questions to backends in time",
    [STEP_RUNS] = "going on with dialogues in time",
    [STEP_ERASE] = "erasing people",
    [STEP_IDLE] = "closing quiet conversations",
    [STEP_PARTING] = "summing up conversations",
    [STEP_HANDOVER] = "looking after what waits for people",
    [STEP_SEARCH] = "filling the search index",
    [STEP_RETENTION] = "emptying what is old",
    [STEP_CLAIM_SENDS] = "sending answers",
    [STEP_CLAIM_SERVICES] = "calling services",
    [STEP_CLAIM_CONSULTS] = "asking backends",
    [STEP_CLAIM_TRACKS] = "writing into profiles",
    [STEP_CLAIM_TELLINGS] = "telling other desks",
};

const char APART_ROW_FAILED[] = "a row of the book that it needs is missing or broken; see frontdesk status";

int apart_begin(struct desk *desk, struct error *error)
{
    return desk->is_apart ? db_mark(desk->db, error) : 0;
}

/* The lanes as they are in the book again. */
static int undo(struct desk *desk, struct error *error)
{
    desk_undo(desk);
    return health_load(&desk->health, desk->db, error);
}

int apart_end(struct desk *desk, int result, const char *what, int64_t id, int64_t now, struct error *error)
{
    char reason[sizeof error->text];

    if (!desk->is_apart)
        return result;
    if (result == 0)
        return db_unmark(desk->db, error);
    if (db_fault(desk->db) > DB_STATEMENT)
        return -1;
    snprintf(reason, sizeof reason, "%s", error->text[0] != '\0' ? error->text : "a row that it needs is not there");
    *error = (struct error){ 0 };
    log_error("thing_failed", log_text("what", what), log_int("id", id), log_text("reason", reason),
              log_text("advice", "it is undone, and all else goes on; frontdesk audit tells what is missing in the book"));
    if (undo(desk, error) != 0)
        return -1;
    return defect_note(desk->db, what, id, reason, now, error) == 0 ? 1 : -1;
}

int apart_end_row(struct desk *desk, int result, const char *what, const struct apart_row *row, int64_t now, struct error *error)
{
    int ended = apart_end(desk, result, what, row->outbox, now, error);

    if (ended != 1)
        return ended;
    if (apart_begin(desk, error) != 0)
        return -1;
    ended = outbox_settle(desk->db, row->outbox, row->contact, 0, row->state, APART_ROW_FAILED, now, error);
    ended = apart_end(desk, ended, "ending outbox row", row->outbox, now, error);
    if (ended == 1)
        db_rest(desk->db, row->outbox, now + APART_AGAIN_MS);
    return ended < 0 ? -1 : 0;
}

bool apart_rests(const struct desk *desk, enum desk_step step, int64_t now)
{
    return now < desk->rests_until[step];
}

int apart_end_step(struct desk *desk, enum desk_step step, int result, int64_t now, struct error *error)
{
    int ended = apart_end(desk, result, STEPS[step], 0, now, error);

    if (ended == 1) {
        desk_doubt(desk);
        if (step == STEP_IDLE || step == STEP_PARTING || step == STEP_CLOCK)
            desk_doubt_idle(desk);
        desk->rests_until[step] = now + APART_REST_MS;
    }
    return ended < 0 ? -1 : 0;
}

int apart_run(struct desk *desk, enum desk_step step, int (*run)(struct desk *desk, int64_t now, struct error *error),
              int64_t now, struct error *error)
{
    if (apart_rests(desk, step, now))
        return 0;
    if (apart_begin(desk, error) != 0)
        return -1;
    return apart_end_step(desk, step, run(desk, now, error), now, error);
}

int64_t apart_allow(const struct desk *desk, enum desk_step step, int64_t at)
{
    return at > desk->rests_until[step] ? at : desk->rests_until[step];
}
