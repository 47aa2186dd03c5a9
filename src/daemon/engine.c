/*
 * engine: its life and its loop; see the header for threads and ownership, engine_round.c for what a round does.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "daemon/engine_private.h"
#include "desk/apart.h"
#include "desk/dispatch.h"
#include "desk/erasure.h"
#include "desk/retention.h"
#include "desk/upkeep.h"
#include "store/copy.h"

enum {
    MAILBOX_COUNT = 4096,
    MAILBOX_BYTES = 64 * 1024 * 1024,
    IDLE_MS = 1000,
    STALL_MS = 100,
    STOP_GRACE_MS = 2000,
};

static void wake(void *context)
{
    fetch_wake(((struct engine *)context)->fetcher);
}

struct engine *engine_new(const struct engine_config *config, const struct desk *desk, struct status *status)
{
    struct engine *engine = alloc_new(sizeof *engine);

    engine->config = config;
    engine->desk = *desk;
    engine->status = status;
    engine->fetcher = fetcher_new();
    flights_init(&engine->flights, engine->fetcher, config->braze_url, config->braze_key, config->braze_timeout_ms);
    errands_init(&engine->errands, engine->fetcher);
    inquiries_init(&engine->inquiries, engine->fetcher, &engine->errands.keys);
    bulletins_init(&engine->bulletins, engine->fetcher, &engine->errands.keys);
    engine->syncer = syncer_new(engine->desk.db, wake, engine);
    engine->keeper = keeper_new(wake, engine);
    copy_remove_deep(config->db_path);
    engine->examiner = examiner_new(engine->fetcher, &engine->errands.keys, config);
    engine->spare = &engine->batches[0];
    engine->mailbox = mailbox_new(MAILBOX_COUNT, MAILBOX_BYTES, wake, engine);
    engine->facts.started_at = clock_wall_ms();
    engine->facts.is_ready = true;
    status_put(status, &engine->facts);
    return engine;
}

struct mailbox *engine_mailbox(struct engine *engine)
{
    return engine->mailbox;
}

void engine_stop(struct engine *engine)
{
    atomic_store(&engine->is_stopping, true);
    fetch_wake(engine->fetcher);
}

void engine_free(struct engine *engine)
{
    keeper_free(engine->keeper);
    syncer_free(engine->syncer);
    fetcher_free(engine->fetcher);
    examiner_free(engine->examiner);
    flights_release(&engine->flights);
    inquiries_release(&engine->inquiries);
    bulletins_release(&engine->bulletins);
    errands_release(&engine->errands);
    mailbox_free(engine->mailbox);
    if (engine->exit_code == 0)
        desk_close(&engine->desk);
    else
        desk_release(&engine->desk);
    free(engine);
}

/* The loop */

static void watch(struct engine *engine, int64_t monotonic, int64_t now)
{
    if (!vitals_look(&engine->vitals, engine->desk.db, engine->config->db_path, monotonic))
        return;
    if (engine->vitals.is_book_lost) {
        engine->exit_code = EX_IOERR;
        return;
    }
    engine_decide_left_over(engine);
    upkeep_count_pending(&engine->desk, &engine->facts.pending);
    engine->facts.is_careful = now < engine->desk.careful_until;
}

static void publish(struct engine *engine)
{
    engine->facts.ruleset = engine->desk.rules->number;
    engine->facts.rules = (int64_t)engine->desk.rules->rule_count;
    engine->facts.calls_under_way = engine_calls(engine);
    engine->facts.service_calls_under_way = engine->errands.count;
    engine->facts.consults_under_way = engine->inquiries.count;
    engine->facts.tellings_under_way = engine->bulletins.count;
    engine->facts.floods = engine->desk.floods;
    engine->facts.wal_pages = db_wal_pages(engine->desk.db);
    if (engine->vitals.is_short_of_disk) {
        engine->facts.is_ready = false;
        snprintf(engine->facts.why, sizeof engine->facts.why, "the disk is nearly full");
    }
    status_put(engine->status, &engine->facts);
}

static bool has_work(const struct engine *engine, size_t count, int64_t now)
{
    return count > 0 || engine_has_ended(engine) || now >= engine->work_at;
}

static void plan_by(struct engine *engine, int64_t at)
{
    if (at < engine->work_at)
        engine->work_at = at;
}

/* What may not be claimed now is no reason for a round. */
static int plan_claims(struct engine *engine, int64_t now, struct error *error)
{
    int64_t due, call, consult, telling;

    if (!engine_may_claim(engine))
        return 0;
    if (dispatch_next(&engine->desk, now, engine_calls(engine), &due, error) != 0 ||
        service_next(&engine->desk, &call, error) != 0 || consult_next(&engine->desk, &consult, error) != 0 ||
        notify_next(&engine->desk, now, &telling, error) != 0)
        return -1;
    plan_by(engine, apart_allow(&engine->desk, STEP_CLAIM_SENDS, due));
    plan_by(engine, apart_allow(&engine->desk, STEP_CLAIM_SERVICES, apart_allow(&engine->desk, STEP_SERVICES, call)));
    plan_by(engine, apart_allow(&engine->desk, STEP_CLAIM_CONSULTS, apart_allow(&engine->desk, STEP_CONSULTS, consult)));
    plan_by(engine, apart_allow(&engine->desk, STEP_CLAIM_TELLINGS, telling));
    return 0;
}

static int plan_by_book(struct engine *engine, int64_t now, struct error *error)
{
    int64_t timer;

    if (plan_claims(engine, now, error) != 0 || upkeep_next(&engine->desk, &timer, error) != 0)
        return -1;
    plan_by(engine, timer);
    return 0;
}

/*
 * When the next round is wanted without anything happening. A dozen reads: in one transaction they lock the file once.
 * A round that changed nothing and wants another at once would go on like that for ever: something is due and cannot be
 * found, since a row that belongs to it is missing.
 */
static void plan(struct engine *engine, int64_t now, bool has_changed)
{
    struct error error = { 0 };
    int result;

    engine->work_at = now + IDLE_MS;
    if (db_read_begin(engine->desk.db, &error) != 0)
        return;
    result = plan_by_book(engine, now, &error);
    db_read_end(engine->desk.db);
    if (result != 0)
        return;
    if (engine->full_until > clock_monotonic_ms() && engine->work_at < now + FULL_RETRY_MS)
        engine->work_at = now + FULL_RETRY_MS;
    if (!has_changed && engine->work_at <= now)
        engine->work_at = now + STALL_MS;
    /* A clock that was set back must not put work off for hours. */
    if (engine->work_at > now + IDLE_MS)
        engine->work_at = now + IDLE_MS;
}

static void copy_back(struct engine *engine, bool is_idle)
{
    struct error error = { 0 };

    if (db_checkpoint(engine->desk.db, is_idle, &error) != 0)
        engine_note_fault(engine, &error);
}

static void scrub(struct engine *engine, int64_t now)
{
    struct error error = { 0 };

    if (erasure_scrub(&engine->desk, now, &error) != 0)
        engine_note_fault(engine, &error);
}

/* Beside no batch that is still on its way to the disk: it may fail there. */
static void tidy(struct engine *engine, int64_t now)
{
    struct error error = { 0 };

    if (!engine->desk.has_to_tidy || !engine_may_claim(engine))
        return;
    engine_finish_batch(engine, true);
    if (engine->exit_code == 0 && retention_tidy(&engine->desk, now, &error) != 0)
        engine_note_fault(engine, &error);
}

/* A wall clock that jumps moves every wait that is kept as a moment. */
static void watch_clock(struct engine *engine, int64_t monotonic, int64_t now)
{
    int64_t jump = vitals_clock_jump(&engine->vitals, monotonic, now);

    engine->drift_ms += jump;
    if (jump != 0)
        engine->work_at = now;
}

static void round_run(struct engine *engine)
{
    static const char NO_ROOM[] = "the disk is nearly full: nothing more can be stored";
    struct outcome outcomes[BATCH_COUNT];
    int64_t began = clock_monotonic_ms(), now;
    size_t count = engine_gather(engine, outcomes, &now);

    watch_clock(engine, began, now);
    errands_learn(&engine->errands, engine->desk.rules);
    if (engine->vitals.is_short_of_disk) {
        engine_refuse(engine, outcomes, count, NO_ROOM);
        count = 0;
    }
    if (has_work(engine, count, now)) {
        int64_t before = db_changes_ever(engine->desk.db);

        if (now < engine->desk.careful_until)
            engine_round_carefully(engine, outcomes, count, now);
        else
            engine_round(engine, outcomes, count, now);
        plan(engine, now, db_changes_ever(engine->desk.db) != before);
    }
    /* After a lost book not a byte is written any more. */
    if (engine->exit_code == 0) {
        copy_back(engine, count == 0 && engine_calls(engine) == 0);
        scrub(engine, now);
        if (count == 0 && engine_calls(engine) == 0)
            tidy(engine, now);
        watch(engine, began, now);
    }
    if (engine->exit_code == 0)
        keeper_work(engine->keeper, &engine->desk, count > 0, engine->vitals.is_short_of_disk);
    if (clock_monotonic_ms() - began > engine->facts.round_ms_max)
        engine->facts.round_ms_max = clock_monotonic_ms() - began;
    publish(engine);
}

static bool is_over(struct engine *engine)
{
    int64_t now = clock_monotonic_ms();

    if (engine->exit_code != 0)
        return true;
    if (!atomic_load(&engine->is_stopping))
        return false;
    engine_finish_batch(engine, true); /* what was claimed in it is under way as well */
    if (engine->stop_by == 0)
        engine->stop_by = now + engine->config->braze_timeout_ms + STOP_GRACE_MS;
    if (now >= engine->stop_by)
        return true;
    return engine_calls(engine) == 0 && engine->errands.count == 0 && engine->inquiries.count == 0 &&
           engine->bulletins.count == 0 && !engine_has_ended(engine) && mailbox_count(engine->mailbox) == 0;
}

static int wait_ms(const struct engine *engine)
{
    int64_t left = engine->work_at - clock_wall_ms();
    int keeper_ms = keeper_wait_ms(engine->keeper);

    if (engine_has_ended(engine) && clock_monotonic_ms() >= engine->full_until)
        return 0;
    if (keeper_ms >= 0 && left > keeper_ms)
        left = keeper_ms;
    return left < 0 ? 0 : left > IDLE_MS ? IDLE_MS : (int)left;
}

static void refuse_leftover(struct engine *engine)
{
    struct mail *mail;

    mailbox_close(engine->mailbox);
    while ((mail = mailbox_take(engine->mailbox, BATCH_COUNT, BATCH_BYTES)) != NULL)
        while (mail != NULL) {
            struct mail *next = mail->next;

            outcome_tell_error(mail->call, 503, "the daemon is stopping");
            mail_free(mail);
            mail = next;
        }
    acks_abandon(&engine->acks);
}

int engine_run(struct engine *engine)
{
    engine_decide_left_over(engine);
    while (!is_over(engine)) {
        engine_finish_batch(engine, false);
        if (engine->exit_code != 0)
            break;
        fetch_collect(engine->fetcher);
        round_run(engine);
        if (mailbox_count(engine->mailbox) == 0)
            fetch_poll(engine->fetcher, wait_ms(engine));
        else
            fetch_poll(engine->fetcher, 0);
    }
    engine_finish_batch(engine, true);
    engine->facts.is_ready = false;
    snprintf(engine->facts.why, sizeof engine->facts.why, "stopping");
    publish(engine);
    refuse_leftover(engine);
    return engine->exit_code;
}
