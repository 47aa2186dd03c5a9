/*
 * engine_round: one round of the engine, from the mails to the batch that waits for the disk.
 *
 * When a round fails, its fault decides. No room: everything is rolled back, every waiting call gets 503, the
 * outcomes of finished calls stay in memory and are entered again before anything new is claimed. A statement that
 * is wrong, or a row that is not there: the round is repeated one item at a time. The guilty webhook is set aside, and so is
 * the end of a call or a chore that is guilty (desk/apart.h): one damaged row does not stop the service for all.
 * An I/O error or a damaged file: nobody can tell what was written, so the process says 503, leaves the book as after
 * a crash, and ends with EX_IOERR for its supervisor to start it again.
 *
 * An act of a person (take …) is acknowledged once no call for that contact is under way that began before it.
 */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "daemon/engine_private.h"
#include "daemon/install.h"
#include "desk/apart.h"
#include "desk/chores.h"
#include "desk/dispatch.h"
#include "desk/road.h"
#include "desk/upkeep.h"

static const char NOT_NOW[] = "it cannot be stored at this moment: try again"; /* a message, or a person's act */

/* Faults */

static void note_failure(struct engine *engine, enum db_fault fault, const struct error *error)
{
    engine->facts.commit_failures++;
    log_error("round_failed", log_int("fault", fault), log_text("reason", error->text));
    if (fault == DB_UNCERTAIN || fault == DB_CORRUPT) {
        engine->exit_code = EX_IOERR;
        log_error("book_lost",
                  log_text("reason",
                           "the file cannot be trusted any more; ending, so that a fresh start can look"));
    }
    /* What is an item's is done once more at once, and apart. */
    if (fault > DB_STATEMENT || engine->desk.is_apart)
        engine->full_until = clock_monotonic_ms() + FULL_RETRY_MS;
    snprintf(engine->facts.why, sizeof engine->facts.why, "%.199s", error->text);
}

void engine_note_fault(struct engine *engine, const struct error *error)
{
    note_failure(engine, db_fault(engine->desk.db), error);
}

/* Not the file's: something in what was asked for, or in the rows that it met, stands in the way each time. */
static bool is_of_an_item(const struct engine *engine)
{
    return db_fault(engine->desk.db) <= DB_STATEMENT;
}

/* Mails */

/* An act may have cleared lanes. */
static void undo_act(struct engine *engine)
{
    desk_undo(&engine->desk);
    health_load(&engine->desk.health, engine->desk.db, NULL);
}

/* In a savepoint of its own: an act that fails in the middle takes nothing else with it. */
static int do_act(struct engine *engine, struct outcome *outcome, const struct json *arguments, int64_t now, struct error *why,
                  struct error *error)
{
    struct db *db = engine->desk.db;

    if (db_mark(db, error) != 0)
        return -1;
    outcome->status = desk_command(&engine->desk, outcome->mail->name, arguments, now, &outcome->reply, &outcome->contact, why);
    if (outcome->status != 503)
        return db_unmark(db, error);
    undo_act(engine);
    return 0;
}

static void refuse_act(struct outcome *outcome, const char *why)
{
    struct jsonw w = { .out = &outcome->reply };

    buf_clear(&outcome->reply);
    jsonw_object(&w, NULL);
    jsonw_text(&w, "error", why);
    jsonw_end_object(&w);
    outcome->contact = 0;
}

static int run_act(struct engine *engine, struct outcome *outcome, int64_t now, struct error *error)
{
    struct json *arguments = NULL;
    struct error why = { 0 };
    int result = 0;

    if (json_parse(outcome->mail->body, outcome->mail->body_len, JSON_STRICT, &arguments, &why) != 0)
        outcome->status = 400;
    else
        result = do_act(engine, outcome, arguments, now, &why, error);
    json_free(arguments);
    if (result != 0)
        return -1;
    if (outcome->status != 200)
        refuse_act(outcome, why.text);
    return is_of_an_item(engine) ? 0 : error_set(error, "%s", why.text);
}

static int run_mail(struct engine *engine, struct outcome *outcome, int64_t now, struct error *error)
{
    if (outcome->mail->kind == MAIL_COMMAND)
        return run_act(engine, outcome, now, error);
    return road_receive(&engine->desk, &outcome->webhook, outcome->mail->read, now, &outcome->receipt, error);
}

void engine_refuse(struct engine *engine, struct outcome *outcomes, size_t count, const char *sentence)
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
        engine_note_fault(engine, &error);
        outcome_tell_error(mail->call, 503, error.text);
    }
    mail_free(mail);
}

/* Takes the mails that belong into a batch; rulesets are installed, and the keeper's are answered, on the way. */
size_t engine_gather(struct engine *engine, struct outcome *outcomes, int64_t *now)
{
    struct mail *mail = mailbox_take(engine->mailbox, BATCH_COUNT, BATCH_BYTES);
    size_t count = 0;

    *now = clock_wall_ms(); /* behind the taking: nothing is dated before it came */
    while (mail != NULL) {
        struct mail *next = mail->next;

        mail->next = NULL;
        if (mail->kind == MAIL_RULESET)
            install_ruleset(engine, mail, *now);
        else if (keeper_wants(mail))
            keeper_take(engine->keeper, &engine->desk, mail);
        else if (examiner_wants(mail))
            examiner_take(engine->examiner, engine->desk.rules, mail);
        else
            outcomes[count++] = outcome_of(mail, *now);
        mail = next;
    }
    return count;
}

/* A round */

int engine_calls(const struct engine *engine)
{
    return engine->flights.count + engine->claimed;
}

bool engine_has_ended(const struct engine *engine)
{
    return flights_has_ended(&engine->flights) || errands_has_ended(&engine->errands) ||
           inquiries_has_ended(&engine->inquiries) || bulletins_has_ended(&engine->bulletins);
}

bool engine_may_claim(const struct engine *engine)
{
    return !atomic_load(&engine->is_stopping) && clock_monotonic_ms() >= engine->full_until &&
           !engine->vitals.is_short_of_disk;
}

static int claim_sends(struct engine *engine, int64_t now, struct claims *claims, struct error *error)
{
    return dispatch_claim(&engine->desk, now, engine_calls(engine), &claims->calls, error);
}

static int claim_services(struct engine *engine, int64_t now, struct claims *claims, struct error *error)
{
    return service_claim(&engine->desk, now, &claims->services, error);
}

static int claim_consults(struct engine *engine, int64_t now, struct claims *claims, struct error *error)
{
    return consult_claim(&engine->desk, now, &claims->consults, error);
}

static int claim_tellings(struct engine *engine, int64_t now, struct claims *claims, struct error *error)
{
    return notify_claim(&engine->desk, now, &claims->tellings, error);
}

static int claim(struct engine *engine, int64_t now, struct claims *claims, struct error *error)
{
    static const struct {
        enum desk_step step;
        int (*run)(struct engine *engine, int64_t now, struct claims *claims, struct error *error);
    } CLAIMS[] = { { STEP_CLAIM_SENDS, claim_sends }, { STEP_CLAIM_SERVICES, claim_services },
                   { STEP_CLAIM_CONSULTS, claim_consults }, { STEP_CLAIM_TELLINGS, claim_tellings } };
    struct desk *desk = &engine->desk;

    for (size_t i = 0; i < sizeof CLAIMS / sizeof *CLAIMS && engine_may_claim(engine); i++) {
        if (apart_rests(desk, CLAIMS[i].step, now))
            continue;
        if (apart_begin(desk, error) != 0 ||
            apart_end_step(desk, CLAIMS[i].step, CLAIMS[i].run(engine, now, claims, error), now, error) != 0)
            return -1;
    }
    return 0;
}

static void free_claims(const struct claims *claims)
{
    call_free(claims->calls);
    service_call_free(claims->services);
    consult_call_free(claims->consults);
    notify_call_free(claims->tellings);
}

static int follow_clock(struct engine *engine, int64_t now, struct error *error)
{
    struct desk *desk = &engine->desk;

    if (engine->drift_ms == 0)
        return 0;
    if (apart_begin(desk, error) != 0)
        return -1;
    return apart_end_step(desk, STEP_CLOCK, upkeep_clock_jumped(desk, engine->drift_ms, now, error), now, error);
}

/* Everything between begin and commit. */
static int work(struct engine *engine, struct outcome *outcomes, size_t count, int64_t now,
                struct claims *claims, struct error *error)
{
    *claims = (struct claims){ 0 };
    chores_begin(&engine->desk, count > 0, now);
    if (desk_begin(&engine->desk, error) != 0)
        return -1;
    /* Before anything is written by the new clock. */
    if (follow_clock(engine, now, error) != 0)
        return -1;
    if (flights_settle(&engine->flights, &engine->desk, now, error) != 0 ||
        errands_settle(&engine->errands, &engine->desk, now, error) != 0 ||
        inquiries_settle(&engine->inquiries, &engine->desk, now, error) != 0 ||
        bulletins_settle(&engine->bulletins, &engine->desk, now, error) != 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (run_mail(engine, &outcomes[i], now, error) != 0)
            return -1;
    if (upkeep_run(&engine->desk, now, error) != 0)
        return -1;
    if (claim(engine, now, claims, error) != 0)
        return -1;
    return desk_commit_early(&engine->desk, error);
}

static void tally(struct engine *engine, struct flights_tally ended, const struct claims *claims)
{
    engine->facts.replies_accepted += ended.accepted;
    engine->facts.replies_ended += ended.ended;
    for (const struct call *call = claims->calls; call != NULL; call = call->next)
        engine->facts.calls++;
    for (const struct service_call *call = claims->services; call != NULL; call = call->next)
        engine->facts.service_calls++;
    for (const struct consult_call *call = claims->consults; call != NULL; call = call->next)
        engine->facts.consults++;
    for (const struct notify_call *call = claims->tellings; call != NULL; call = call->next)
        engine->facts.tellings++;
}

/* What was committed and is not on disk is nobody's business: its senders may send it again. */
static void give_up(struct engine *engine, struct batch *batch)
{
    free_claims(&batch->claims);
    engine_refuse(engine, batch->outcomes, batch->count, NOT_NOW);
}

/* On disk, and the senders of webhooks know: the rest of what had to wait for it. */
static void end_batch(struct engine *engine, struct batch *batch)
{
    /* The calls of earlier batches have been started, those of this one have not: an act waits for the former. */
    uint64_t serial = engine->flights.serial;

    for (size_t i = 0; i < batch->count; i++)
        outcome_end(&batch->outcomes[i], &engine->flights, engine->desk.db, serial, &engine->acks);
    acks_release(&engine->acks, &engine->flights, engine->desk.db);
    flights_start(&engine->flights, batch->claims.calls);
    errands_start(&engine->errands, batch->claims.services);
    inquiries_start(&engine->inquiries, batch->claims.consults);
    bulletins_start(&engine->bulletins, batch->claims.tellings);
}

/* Takes the batch back that the syncer is done with, or waits until it is. */
void engine_finish_batch(struct engine *engine, bool is_waiting)
{
    struct batch *batch = syncer_take(engine->syncer, is_waiting);

    if (batch == NULL)
        return;
    engine->claimed = 0;
    if (batch->result == 0) {
        end_batch(engine, batch);
    } else {
        note_failure(engine, DB_UNCERTAIN, &batch->error);
        give_up(engine, batch);
    }
}

/* The outcomes move into a batch that waits for the disk, behind the one before. */
static void give_batch(struct engine *engine, const struct outcome *outcomes, size_t count, const struct claims *claims)
{
    struct batch *batch = engine->spare;

    memcpy(batch->outcomes, outcomes, count * sizeof *outcomes);
    batch->count = count;
    batch->claims = *claims;
    for (size_t i = 0; i < count; i++)
        outcome_count(&batch->outcomes[i], &engine->facts);
    engine_finish_batch(engine, true);
    if (engine->exit_code != 0) {
        give_up(engine, batch);
        return;
    }
    for (const struct call *call = claims->calls; call != NULL; call = call->next)
        engine->claimed++;
    engine->spare = batch == &engine->batches[0] ? &engine->batches[1] : &engine->batches[0];
    syncer_give(engine->syncer, batch);
}

static int round_once(struct engine *engine, struct outcome *outcomes, size_t count, int64_t now)
{
    struct error error = { 0 };
    struct claims claims;

    if (work(engine, outcomes, count, now, &claims, &error) != 0) {
        free_claims(&claims);
        desk_rollback(&engine->desk);
        engine_note_fault(engine, &error);
        return -1;
    }
    engine->facts.commits++;
    engine->drift_ms = 0;
    engine->facts.is_ready = true;
    engine->facts.why[0] = '\0';
    tally(engine, flights_drop(&engine->flights), &claims);
    errands_drop(&engine->errands);
    inquiries_drop(&engine->inquiries);
    bulletins_drop(&engine->bulletins);
    give_batch(engine, outcomes, count, &claims);
    inquiries_break_off(&engine->inquiries, &engine->desk);
    return 0;
}

/* For what was committed in one piece. */
static void tell_webhook(struct engine *engine, struct outcome *outcome)
{
    outcome_count(outcome, &engine->facts);
    outcome_tell_receipt(outcome);
    outcome_end(outcome, &engine->flights, engine->desk.db, engine->flights.serial, &engine->acks);
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
        tell_webhook(engine, outcome);
        return;
    }
    desk_rollback(&engine->desk);
    engine_note_fault(engine, &error);
    engine_refuse(engine, outcome, 1, NOT_NOW);
}

static void each_alone(struct engine *engine, struct outcome *outcomes, size_t count, int64_t now)
{
    /* Is it one of them at all? If the round fails without them too, none is guilty. */
    if (round_once(engine, outcomes, 0, now) != 0) {
        engine_refuse(engine, outcomes, count, NOT_NOW);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        outcome_reset(&outcomes[i]);
        if (engine->exit_code == 0 && round_once(engine, &outcomes[i], 1, now) == 0)
            continue;
        if (engine->exit_code == 0 && is_of_an_item(engine) && outcomes[i].mail->kind == MAIL_WEBHOOK)
            set_aside(engine, &outcomes[i], "deciding it failed; see the log of that moment");
        else
            engine_refuse(engine, &outcomes[i], 1, NOT_NOW);
    }
}

static void round_one_by_one(struct engine *engine, struct outcome *outcomes, size_t count, int64_t now)
{
    engine->desk.is_apart = true;
    each_alone(engine, outcomes, count, now);
    engine->desk.is_apart = false;
}

void engine_round(struct engine *engine, struct outcome *outcomes, size_t count, int64_t now)
{
    if (round_once(engine, outcomes, count, now) == 0)
        return;
    if (is_of_an_item(engine) && engine->exit_code == 0) {
        round_one_by_one(engine, outcomes, count, now);
        return;
    }
    engine->facts.is_ready = false;
    engine_refuse(engine, outcomes, count, NOT_NOW);
}

/* Carefully: bytes first, then each alone, counted before it is decided */

static int commit_step(struct engine *engine, int result, struct error *error)
{
    if (result == 0 && desk_commit(&engine->desk, error) == 0)
        return 0;
    desk_rollback(&engine->desk);
    engine_note_fault(engine, error);
    return -1;
}

/* Nothing is written beside a batch that is still on its way to the disk: it may fail there. */
static int begin_step(struct engine *engine, struct error *error)
{
    engine_finish_batch(engine, true);
    if (engine->exit_code != 0)
        return error_set(error, "what was committed before did not reach the disk");
    return desk_begin(&engine->desk, error);
}

static int store_all(struct engine *engine, struct outcome *outcomes, size_t count)
{
    struct error error = { 0 };
    int result = begin_step(engine, &error);

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
    int counted = begin_step(engine, &error) == 0 ? road_count(&engine->desk, webhook, receipt, &error) : -1;

    if (commit_step(engine, counted < 0 ? -1 : 0, &error) != 0)
        return -1;
    if (counted == 0)
        return 0;
    if (desk_begin(&engine->desk, &error) != 0)
        return -1;
    if (commit_step(engine, road_decide(&engine->desk, webhook, now, receipt, &error), &error) == 0)
        return 0;
    if (!is_of_an_item(engine) || desk_begin(&engine->desk, &error) != 0)
        return -1;
    return commit_step(engine,
                       road_set_aside(&engine->desk, webhook,
                                      "deciding it failed; see the log of that moment", receipt, &error),
                       &error);
}

void engine_round_carefully(struct engine *engine, struct outcome *outcomes, size_t count, int64_t now)
{
    if (count > 0 && store_all(engine, outcomes, count) != 0) {
        engine->facts.is_ready = false;
        engine_refuse(engine, outcomes, count, NOT_NOW);
        count = 0;
    }
    for (size_t i = 0; i < count; i++) {
        if (engine->exit_code != 0)
            engine_refuse(engine, &outcomes[i], 1, NOT_NOW);
        else if (outcomes[i].mail->kind != MAIL_WEBHOOK)
            engine_round(engine, &outcomes[i], 1, now);
        else if (decide_carefully(engine, &outcomes[i].webhook, &outcomes[i].receipt, now) == 0)
            tell_webhook(engine, &outcomes[i]);
        else
            engine_refuse(engine, &outcomes[i], 1, "the message is stored but cannot be decided at this moment");
    }
    if (engine->exit_code == 0)
        engine_round(engine, outcomes, 0, now);
}

/* Webhooks that the last life of the program stored and did not decide. */
void engine_decide_left_over(struct engine *engine)
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
