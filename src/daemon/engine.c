/*
 * engine: see the header for threads and ownership.
 *
 * When a commit fails, its fault decides. No room: everything is rolled back, every
 * waiting call gets 503, the outcomes of finished calls stay in memory and are entered again before anything
 * new is claimed. A statement that is wrong: the round is repeated one item at a time, and the guilty webhook
 * is set aside. An I/O error or a damaged file: nobody can tell what was written, so the process says 503,
 * leaves the book as after a crash, and ends with EX_IOERR for its supervisor to start it again.
 *
 * An act of a person (take …) is acknowledged once no call for that contact is under way that began before
 * it.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "daemon/engine.h"
#include "daemon/flight.h"
#include "daemon/install.h"
#include "daemon/outcome.h"
#include "daemon/vitals.h"
#include "desk/dispatch.h"
#include "desk/road.h"
#include "desk/upkeep.h"

enum {
    MAILBOX_COUNT = 4096,
    MAILBOX_BYTES = 64 * 1024 * 1024,
    BATCH_COUNT = 256,
    BATCH_BYTES = 1024 * 1024,
    IDLE_MS = 1000,
    FULL_RETRY_MS = 1000,
    STOP_GRACE_MS = 2000,
};

static const char NOT_NOW[] = "the message cannot be stored at this moment";

struct engine {
    const struct engine_config *config;
    struct desk desk;
    struct flights flights;
    struct acks acks;
    struct mailbox *mailbox;
    struct status *status;
    struct status_facts facts;
    struct vitals vitals;
    int64_t drift_ms;   /* a jump of the wall clock that is not dealt with yet */
    int64_t full_until; /* monotonic; no claims before */
    int64_t work_at;    /* wall: when timers or due rows want another round */
    int exit_code;      /* not 0: the book is lost */
    atomic_bool is_stopping;
    int64_t stop_by; /* monotonic */
};

static void wake(void *context)
{
    fetch_wake(((struct engine *)context)->flights.fetcher);
}

struct engine *engine_new(const struct engine_config *config, const struct desk *desk, struct status *status)
{
    struct engine *engine = alloc_new(sizeof *engine);

    engine->config = config;
    engine->desk = *desk;
    engine->status = status;
    flights_init(&engine->flights, config->braze_url, config->braze_key, config->braze_timeout_ms);
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
    fetch_wake(engine->flights.fetcher);
}

void engine_free(struct engine *engine)
{
    flights_release(&engine->flights);
    mailbox_free(engine->mailbox);
    if (engine->exit_code == 0)
        desk_close(&engine->desk);
    else
        desk_release(&engine->desk);
    free(engine);
}

/* Faults */

static void note_fault(struct engine *engine, const struct error *error)
{
    enum db_fault fault = db_fault(engine->desk.db);

    engine->facts.commit_failures++;
    log_error("round_failed", log_int("fault", fault), log_text("reason", error->text));
    if (fault == DB_UNCERTAIN || fault == DB_CORRUPT) {
        engine->exit_code = EX_IOERR;
        log_error("book_lost",
                  log_text("reason",
                           "the file cannot be trusted any more; ending, so that a fresh start can look"));
    }
    engine->full_until = clock_monotonic_ms() + FULL_RETRY_MS;
    snprintf(engine->facts.why, sizeof engine->facts.why, "%.199s", error->text);
}

/* Mails */

/* In a savepoint of its own: an act that fails in the middle takes nothing else with it. */
static int run_act(struct engine *engine, struct outcome *outcome, int64_t now, struct error *error)
{
    struct json *arguments = NULL;
    struct error why = { 0 };

    if (json_parse(outcome->mail->body, outcome->mail->body_len, JSON_STRICT, &arguments, &why) != 0) {
        outcome->status = 400;
    } else {
        if (db_mark(engine->desk.db, error) != 0)
            return -1;
        outcome->status = desk_command(&engine->desk, outcome->mail->name, arguments, now, &outcome->reply,
                                       &outcome->contact, &why);
        if (outcome->status == 503)
            db_undo(engine->desk.db);
        else if (db_unmark(engine->desk.db, error) != 0)
            return -1;
        json_free(arguments);
    }
    if (outcome->status != 200) {
        struct jsonw w = { .out = &outcome->reply };

        buf_clear(&outcome->reply);
        jsonw_object(&w, NULL);
        jsonw_text(&w, "error", why.text);
        jsonw_end_object(&w);
        outcome->contact = 0;
    }
    return db_fault(engine->desk.db) <= DB_STATEMENT ? 0 : error_set(error, "%s", why.text);
}

static int run_mail(struct engine *engine, struct outcome *outcome, int64_t now, struct error *error)
{
    if (outcome->mail->kind == MAIL_COMMAND)
        return run_act(engine, outcome, now, error);
    return road_receive(&engine->desk, &outcome->webhook, now, &outcome->receipt, error);
}

static void tell_all(struct engine *engine, struct outcome *outcomes, size_t count, uint64_t serial)
{
    for (size_t i = 0; i < count; i++)
        outcome_tell(&outcomes[i], &engine->flights, serial, &engine->acks, &engine->facts);
}

static void refuse_all(struct engine *engine, struct outcome *outcomes, size_t count, const char *sentence)
{
    for (size_t i = 0; i < count; i++)
        outcome_refuse(&outcomes[i], sentence, &engine->facts);
}

/* A ruleset gets a transaction of its own: it is rare, and its adoption needs a commit behind it. */
static void install_ruleset(struct engine *engine, struct mail *mail, int64_t now)
{
    struct error error = { 0 };

    if (install_mail(&engine->desk, mail, now, &error) != 0) {
        desk_rollback(&engine->desk);
        note_fault(engine, &error);
        outcome_tell_error(mail->call, 503, error.text);
    }
    mail_free(mail);
}

/* Takes the mails that belong into a batch; rulesets are installed on the way. */
static size_t gather(struct engine *engine, struct outcome *outcomes, int64_t now)
{
    struct mail *mail = mailbox_take(engine->mailbox, BATCH_COUNT, BATCH_BYTES);
    size_t count = 0;

    while (mail != NULL) {
        struct mail *next = mail->next;

        mail->next = NULL;
        if (mail->kind == MAIL_RULESET)
            install_ruleset(engine, mail, now);
        else
            outcomes[count++] = outcome_of(mail, now);
        mail = next;
    }
    return count;
}

/* A round */

static bool may_claim(const struct engine *engine)
{
    return !atomic_load(&engine->is_stopping) && clock_monotonic_ms() >= engine->full_until &&
           !engine->vitals.is_short_of_disk;
}

/* Everything between begin and commit. */
static int work(struct engine *engine, struct outcome *outcomes, size_t count, int64_t now,
                struct call **calls, struct error *error)
{
    *calls = NULL;
    if (desk_begin(&engine->desk, error) != 0 ||
        flights_settle(&engine->flights, &engine->desk, now, error) != 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (run_mail(engine, &outcomes[i], now, error) != 0)
            return -1;
    if (engine->drift_ms != 0 && upkeep_clock_jumped(&engine->desk, engine->drift_ms, now, error) != 0)
        return -1;
    if (upkeep_run(&engine->desk, now, error) != 0)
        return -1;
    if (may_claim(engine) && dispatch_claim(&engine->desk, now, engine->flights.count, calls, error) != 0)
        return -1;
    return desk_commit(&engine->desk, error);
}

static void tally(struct engine *engine, struct flights_tally ended, const struct call *calls)
{
    engine->facts.replies_accepted += ended.accepted;
    engine->facts.replies_ended += ended.ended;
    for (; calls != NULL; calls = calls->next)
        engine->facts.calls++;
}

static int round_once(struct engine *engine, struct outcome *outcomes, size_t count, int64_t now)
{
    uint64_t serial = engine->flights.serial;
    struct error error = { 0 };
    struct call *calls;

    if (work(engine, outcomes, count, now, &calls, &error) != 0) {
        call_free(calls);
        desk_rollback(&engine->desk);
        health_load(&engine->desk.health, engine->desk.db, NULL);
        note_fault(engine, &error);
        return -1;
    }
    engine->facts.commits++;
    engine->drift_ms = 0;
    engine->facts.is_ready = true;
    engine->facts.why[0] = '\0';
    tally(engine, flights_drop(&engine->flights), calls);
    tell_all(engine, outcomes, count, serial);
    acks_release(&engine->acks, &engine->flights);
    flights_start(&engine->flights, calls);
    return 0;
}

/* One webhook that cannot be decided: keep its bytes, say so, go on. */
static void set_aside(struct engine *engine, struct outcome *outcome, const char *reason)
{
    struct error error = { 0 };

    outcome_reset(outcome);
    if (desk_begin(&engine->desk, &error) == 0 &&
        road_set_aside(&engine->desk, &outcome->webhook, reason, &outcome->receipt, &error) == 0 &&
        desk_commit(&engine->desk, &error) == 0) {
        engine->facts.aside++;
        tell_all(engine, outcome, 1, engine->flights.serial);
        return;
    }
    desk_rollback(&engine->desk);
    note_fault(engine, &error);
    refuse_all(engine, outcome, 1, NOT_NOW);
}

static void round_one_by_one(struct engine *engine, struct outcome *outcomes, size_t count, int64_t now)
{
    /* Is it one of them at all? If the round fails without them too, none is guilty. */
    if (round_once(engine, outcomes, 0, now) != 0) {
        refuse_all(engine, outcomes, count, NOT_NOW);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        outcome_reset(&outcomes[i]);
        if (engine->exit_code == 0 && round_once(engine, &outcomes[i], 1, now) == 0)
            continue;
        if (db_fault(engine->desk.db) == DB_STATEMENT && outcomes[i].mail->kind == MAIL_WEBHOOK)
            set_aside(engine, &outcomes[i], "deciding it failed; see the log of that moment");
        else
            refuse_all(engine, &outcomes[i], 1, NOT_NOW);
    }
}

static void round_all(struct engine *engine, struct outcome *outcomes, size_t count, int64_t now)
{
    if (round_once(engine, outcomes, count, now) == 0)
        return;
    if (db_fault(engine->desk.db) == DB_STATEMENT && engine->exit_code == 0) {
        round_one_by_one(engine, outcomes, count, now);
        return;
    }
    engine->facts.is_ready = false;
    refuse_all(engine, outcomes, count, NOT_NOW);
}

/* Carefully: bytes first, then each alone, counted before it is decided
 * ----------------------------------------------------- */

static int commit_step(struct engine *engine, int result, struct error *error)
{
    if (result == 0 && desk_commit(&engine->desk, error) == 0)
        return 0;
    desk_rollback(&engine->desk);
    note_fault(engine, error);
    return -1;
}

static int store_all(struct engine *engine, struct outcome *outcomes, size_t count)
{
    struct error error = { 0 };
    int result = desk_begin(&engine->desk, &error);

    for (size_t i = 0; i < count && result == 0; i++) {
        if (outcomes[i].mail->kind != MAIL_WEBHOOK)
            continue;
        result = road_store(&engine->desk, &outcomes[i].webhook, &error);
    }
    return commit_step(engine, result, &error);
}

/* 0: decided or set aside, the receipt says which. -1: not now (the row stays raw). */
static int decide_carefully(struct engine *engine, struct webhook *webhook, struct receipt *receipt,
                            int64_t now)
{
    struct error error = { 0 };
    int counted = desk_begin(&engine->desk, &error) == 0 ? road_count(&engine->desk, webhook, receipt, &error)
                                                         : -1;

    if (commit_step(engine, counted < 0 ? -1 : 0, &error) != 0)
        return -1;
    if (counted == 0)
        return 0;
    if (desk_begin(&engine->desk, &error) != 0)
        return -1;
    if (commit_step(engine, road_decide(&engine->desk, webhook, now, receipt, &error), &error) == 0)
        return 0;
    if (db_fault(engine->desk.db) != DB_STATEMENT || desk_begin(&engine->desk, &error) != 0)
        return -1;
    return commit_step(engine,
                       road_set_aside(&engine->desk, webhook,
                                      "deciding it failed; see the log of that moment", receipt, &error),
                       &error);
}

static void round_carefully(struct engine *engine, struct outcome *outcomes, size_t count, int64_t now)
{
    if (count > 0 && store_all(engine, outcomes, count) != 0) {
        engine->facts.is_ready = false;
        refuse_all(engine, outcomes, count, NOT_NOW);
        count = 0;
    }
    for (size_t i = 0; i < count; i++) {
        if (engine->exit_code != 0)
            refuse_all(engine, &outcomes[i], 1, NOT_NOW);
        else if (outcomes[i].mail->kind != MAIL_WEBHOOK)
            round_all(engine, &outcomes[i], 1, now);
        else if (decide_carefully(engine, &outcomes[i].webhook, &outcomes[i].receipt, now) == 0)
            tell_all(engine, &outcomes[i], 1, engine->flights.serial);
        else
            refuse_all(engine, &outcomes[i], 1, "the message is stored but cannot be decided at this moment");
    }
    if (engine->exit_code == 0)
        round_all(engine, outcomes, 0, now);
}

/* Webhooks that the last life of the program stored and did not decide. */
static void decide_left_over(struct engine *engine)
{
    struct error error = { 0 };
    struct webhook webhook = { 0 };
    struct receipt receipt = { 0 };

    while (engine->exit_code == 0 && webhook_next_raw(engine->desk.db, &webhook, &error) == 1) {
        int result = decide_carefully(engine, &webhook, &receipt, clock_wall_ms());

        log_info("webhook_left_over", log_int("webhook", webhook.id), log_int("message", receipt.message));
        webhook_release(&webhook);
        if (result != 0)
            return;
    }
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
    decide_left_over(engine);
    upkeep_count_pending(&engine->desk, &engine->facts.pending);
    engine->facts.is_careful = now < engine->desk.careful_until;
}

static void publish(struct engine *engine)
{
    engine->facts.ruleset = engine->desk.rules->number;
    engine->facts.rules = (int64_t)engine->desk.rules->rule_count;
    engine->facts.calls_under_way = engine->flights.count;
    engine->facts.wal_pages = db_wal_pages(engine->desk.db);
    if (engine->vitals.is_short_of_disk) {
        engine->facts.is_ready = false;
        snprintf(engine->facts.why, sizeof engine->facts.why, "the disk is nearly full");
    }
    status_put(engine->status, &engine->facts);
}

static bool has_work(const struct engine *engine, size_t count, int64_t now)
{
    return count > 0 || flights_has_ended(&engine->flights) || now >= engine->work_at;
}

/* When the next round is wanted without anything happening. */
static void plan(struct engine *engine, int64_t now)
{
    struct error error = { 0 };
    int64_t due, timer;

    engine->work_at = now + IDLE_MS;
    if (dispatch_next(&engine->desk, now, engine->flights.count, &due, &error) != 0 ||
        upkeep_next(&engine->desk, &timer, &error) != 0)
        return;
    if (due < engine->work_at)
        engine->work_at = due;
    if (timer < engine->work_at)
        engine->work_at = timer;
    if (engine->full_until > clock_monotonic_ms() && engine->work_at < now + FULL_RETRY_MS)
        engine->work_at = now + FULL_RETRY_MS;
    /* A clock that was set back must not put work off for hours. */
    if (engine->work_at > now + IDLE_MS)
        engine->work_at = now + IDLE_MS;
}

static void copy_back(struct engine *engine, bool is_idle)
{
    struct error error = { 0 };

    if (db_checkpoint(engine->desk.db, is_idle, &error) != 0)
        note_fault(engine, &error);
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
    int64_t began = clock_monotonic_ms(), now = clock_wall_ms();
    size_t count = gather(engine, outcomes, now);

    watch_clock(engine, began, now);
    if (engine->vitals.is_short_of_disk) {
        refuse_all(engine, outcomes, count, NO_ROOM);
        count = 0;
    }
    if (has_work(engine, count, now)) {
        if (now < engine->desk.careful_until)
            round_carefully(engine, outcomes, count, now);
        else
            round_all(engine, outcomes, count, now);
        plan(engine, now);
    }
    /* After a lost book not a byte is written any more. */
    if (engine->exit_code == 0) {
        copy_back(engine, count == 0 && engine->flights.count == 0);
        watch(engine, began, now);
    }
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
    if (engine->stop_by == 0)
        engine->stop_by = now + engine->config->braze_timeout_ms + STOP_GRACE_MS;
    if (now >= engine->stop_by)
        return true;
    return engine->flights.count == 0 && !flights_has_ended(&engine->flights) &&
           mailbox_count(engine->mailbox) == 0;
}

static int wait_ms(const struct engine *engine)
{
    int64_t left = engine->work_at - clock_wall_ms();

    if (flights_has_ended(&engine->flights) && clock_monotonic_ms() >= engine->full_until)
        return 0;
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
    decide_left_over(engine);
    while (!is_over(engine)) {
        flights_collect(&engine->flights);
        round_run(engine);
        if (mailbox_count(engine->mailbox) == 0)
            fetch_poll(engine->flights.fetcher, wait_ms(engine));
        else
            fetch_poll(engine->flights.fetcher, 0);
    }
    engine->facts.is_ready = false;
    snprintf(engine->facts.why, sizeof engine->facts.why, "stopping");
    publish(engine);
    refuse_leftover(engine);
    return engine->exit_code;
}
