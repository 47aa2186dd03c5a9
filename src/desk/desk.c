/*
 * desk: see the header. Opening order: lock, check of file modes, SQLite, bounded integrity check, migration,
 * recovery of calls in flight, the stored ruleset. The book is marked as running until desk_close; whoever
 * finds the mark knows that the last owner died.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "desk/breaker.h"
#include "desk/consult.h"
#include "desk/desk.h"
#include "desk/dispatch.h"
#include "desk/handover.h"
#include "desk/notify.h"
#include "desk/retention.h"
#include "desk/upkeep.h"
#include "store/book.h"
#include "store/consult_row.h"
#include "store/entry.h"
#include "store/event.h"
#include "store/handover.h"
#include "store/lock.h"
#include "store/message.h"
#include "store/outbox.h"
#include "store/outbox_track.h"
#include "store/rulebook.h"
#include "store/schema.h"
#include "store/service_call.h"
#include "store/timer.h"
#include "text/pattern.h"

enum { QUICK_CHECK_MS = 100, CAREFUL_MS = 30 * 60 * 1000 };

uint32_t desk_random(struct desk *desk)
{
    /* xorshift32: jitter needs no more. */
    desk->random ^= desk->random << 13;
    desk->random ^= desk->random >> 17;
    desk->random ^= desk->random << 5;
    return desk->random;
}

int64_t desk_key_at(struct desk *desk, int64_t now)
{
    if (now > desk->newest_key_at)
        desk->newest_key_at = now;
    return desk->newest_key_at;
}

/* Rulesets */

static int reload_disabled(struct desk *desk, int64_t number, struct error *error)
{
    rulebook_free_names(desk->disabled_rules);
    desk->disabled_rules = NULL;
    return rulebook_disabled(desk->db, number, &desk->disabled_rules, error);
}

/* The set in force; 1, 0: there is none, -1. */
static int read_rules(struct desk *desk, int64_t *number, struct error *error)
{
    struct rulefiles files = { 0 };
    struct error why = { 0 };
    int found = rulebook_live(desk->db, &files, number, error);

    desk->is_refused = found == 1 && (desk->rules = ruleset_new_stored(&files, desk->zones, &why)) == NULL;
    rulefiles_release(&files);
    if (desk->is_refused)
        return error_set(error, "the stored ruleset %lld cannot be used by this version; mend the rule files and start again, "
                                "or put others into force (frontdesk rules load DIR): %s",
                         (long long)*number, why.text);
    return found;
}

static int restore_rules(struct desk *desk, struct error *error)
{
    int64_t number = 0;
    int found = read_rules(desk, &number, error);

    if (found == 1)
        desk->rules->number = number;
    else if (found == 0)
        desk->rules = ruleset_empty(desk->zones);
    return found < 0 ? -1 : reload_disabled(desk, number, error);
}

/* Who only shows times (ctl) need not read the rules for it. */
static int keep_zone(struct desk *desk, const struct ruleset *rules, struct error *error)
{
    struct buf kept = { 0 };
    int result = book_get(desk->db, "time_zone", &kept, error) < 0 ? -1 : 0;

    if (result == 0 && strcmp(buf_text(&kept), zone_name(rules->zone)) != 0)
        result = book_put(desk->db, "time_zone", zone_name(rules->zone), error);
    buf_release(&kept);
    return result;
}

int desk_install(struct desk *desk, struct ruleset *rules, const struct rulefiles *files, const char *actor,
                 int64_t now, struct error *error)
{
    struct buf detail = { 0 };
    int64_t number;
    int result;

    if (rulebook_put(desk->db, files, (int64_t)rules->rule_count, actor, now, &number, error) != 0)
        return -1;
    rules->number = number;
    if (desk_note_refusal(desk, "", error) != 0 || keep_zone(desk, rules, error) != 0)
        return -1;
    buf_addf(&detail, "%lld", (long long)number);
    result = event_put(desk->db, 0, "ruleset", actor, buf_text(&detail), now, error);
    buf_release(&detail);
    if (result == 0)
        result = outbox_release_held(desk->db, 0, now, error);
    if (result == 0)
        result = dispatch_retry_mended(desk, false, now, error);
    if (result == 0)
        result = breaker_retry_all(desk, rules, now, error);
    return result == 0 ? notify_retry_all(desk, rules, now, error) : -1;
}

int desk_adopt(struct desk *desk, struct ruleset *rules, struct error *error)
{
    ruleset_free(desk->rules);
    desk->rules = rules;
    return reload_disabled(desk, rules->number, error);
}

int desk_folder_is_news(struct desk *desk, const struct rulefiles *files, struct error *error)
{
    struct buf tried = { 0 }, digest = { 0 };
    int found, is_news;

    rulefiles_digest(files, &digest);
    found = book_get(desk->db, "tried_digest", &tried, error);
    is_news = found < 0 ? -1 : strcmp(buf_text(&tried), buf_text(&digest)) != 0;
    buf_release(&tried);
    buf_release(&digest);
    return is_news;
}

int desk_note_folder(struct desk *desk, const struct rulefiles *files, struct error *error)
{
    struct buf digest = { 0 };
    int result;

    rulefiles_digest(files, &digest);
    result = book_put(desk->db, "tried_digest", buf_text(&digest), error);
    buf_release(&digest);
    return result;
}

int desk_note_refusal(struct desk *desk, const char *sentence, struct error *error)
{
    return book_put(desk->db, "refused_rules", sentence, error);
}

int desk_note_rollback(struct desk *desk, int64_t number, const char *actor, int64_t now, struct error *error)
{
    struct buf detail = { 0 };
    int result;

    buf_addf(&detail, "%lld", (long long)number);
    result = event_put(desk->db, 0, "rollback", actor, buf_text(&detail), now, error);
    buf_release(&detail);
    return result;
}

int desk_note_limit(struct desk *desk, const char *rule, int64_t now, struct error *error)
{
    bool is_disabled = false;

    if (rulebook_count_trouble(desk->db, desk->rules->number, rule, now, &is_disabled, error) != 0)
        return -1;
    if (!is_disabled)
        return 0;
    log_error("rule_disabled", log_text("rule", rule),
              log_text("reason", "its pattern or condition hits the bounds too often"));
    if (event_put(desk->db, 0, "rule_disabled", "daemon", rule, now, error) != 0)
        return -1;
    desk->has_disabled = true;
    return reload_disabled(desk, desk->rules->number, error);
}

/* Opening */

static int take_lock(struct desk *desk, const char *path, struct error *error)
{
    int taken = lock_take(path, &desk->lock, error);

    desk->is_held = taken == 0;
    if (taken == 0)
        return error_set(
            error,
            "%s: another frontdeskd (or a frontdesk command that writes) has it open; only one may write",
            path);
    return taken == 1 ? 0 : -1;
}

static int find_colleagues(struct desk *desk, struct error *error)
{
    int found = colleague_any(desk->db, error);

    desk->has_colleagues = found == 1;
    return found < 0 ? -1 : 0;
}

static int mark_running(struct desk *desk, int64_t now, struct error *error)
{
    int64_t running, recovered, tracks;

    if (db_begin(desk->db, error) != 0)
        return -1;
    if (book_get_int(desk->db, "running", 0, &running, error) != 0 ||
        book_put_int(desk->db, "running", 1, error) != 0 ||
        outbox_track_note_claimed(desk->db, now, error) != 0 ||
        outbox_recover(desk->db, now, &recovered, error) != 0 ||
        outbox_track_recover(desk->db, now + TRACK_APART_MS, &tracks, error) != 0 ||
        entry_recover(desk->db, now, error) != 0 ||
        service_call_recover(desk->db, now, error) != 0 || notify_row_recover(desk->db, now, error) != 0 ||
        consult_row_recover(desk->db, now, error) != 0 ||
        consult_start(desk, error) != 0 || find_colleagues(desk, error) != 0 ||
        timer_ensure(desk->db, "forget", now, error) != 0 ||
        timer_ensure(desk->db, "expire", now, error) != 0)
        return -1;
    desk->was_unclean = running != 0;
    if (desk->was_unclean && book_put_int(desk->db, "careful_until", now + CAREFUL_MS, error) != 0)
        return -1;
    if (book_get_int(desk->db, "careful_until", 0, &desk->careful_until, error) != 0)
        return -1;
    if (recovered > 0)
        log_warn(
            "calls_recovered", log_int("count", recovered),
            log_text("meaning", "the last daemon ended while they were under way; each is sent once more"));
    return db_commit(desk->db, error);
}

/* Of what became unknown by this start. It must not keep the desk shut. */
static int tell_lost(struct desk *desk, int64_t now, struct error *error)
{
    struct error why = { 0 };
    int64_t id = 0;
    int found;

    if (db_mark(desk->db, error) != 0)
        return -1;
    while ((found = outbox_next_unknown(desk->db, now, id, &id, &why)) == 1)
        if (handover_lost(desk, id, now, &why) != 0) {
            found = -1;
            break;
        }
    if (found == 0)
        return db_unmark(desk->db, error);
    if (db_fault(desk->db) > DB_STATEMENT)
        return error_set(error, "%s", why.text);
    db_undo(desk->db);
    log_warn("lost_not_told", log_text("reason", why.text));
    return 0;
}

static int settle_past(struct desk *desk, int64_t now, struct error *error)
{
    if (health_load(&desk->health, desk->db, error) != 0 || db_begin(desk->db, error) != 0)
        return -1;
    if (upkeep_clamp(desk, now, error) == 0 && dispatch_retry_mended(desk, true, now, error) == 0 &&
        tell_lost(desk, now, error) == 0 &&
        (desk->rules->number == 0 || keep_zone(desk, desk->rules, error) == 0))
        return db_commit(desk->db, error);
    db_rollback(desk->db);
    return -1;
}

static int open_file(struct desk *desk, const char *path, int64_t number, struct error *error)
{
    if (take_lock(desk, path, error) != 0 || lock_check_modes(path, error) != 0)
        return -1;
    desk->db = db_open(path, DB_WRITER, error);
    if (desk->db == NULL)
        return -1;
    if (schema_quick_check(desk->db, QUICK_CHECK_MS, error) != 0 ||
        schema_apply(desk->db, number, error) != 0)
        return error_prefix(error, "%s", path);
    return 0;
}

static int open_book(struct desk *desk, const char *path, int64_t number, int64_t now, struct error *error)
{
    if (open_file(desk, path, number, error) != 0)
        return -1;
    if (seen_newest(desk->db, &desk->newest_key_at, error) != 0 || mark_running(desk, now, error) != 0)
        return error_prefix(error, "%s", path);
    late_open(&desk->late, desk->db);
    desk->wants_cut = desk->was_unclean && desk->late.is_there;
    return 0;
}

static void init(struct desk *desk, const struct zones *zones, int64_t now)
{
    memset(desk, 0, sizeof *desk);
    desk->lock = -1;
    desk->zones = zones;
    desk->random = ((uint32_t)now ^ (uint32_t)getpid() << 16) | 1;
    desk->matcher = matcher_new(true);
}

int desk_open(struct desk *desk, const char *path, int64_t number, const struct zones *zones, int64_t now,
              struct error *error)
{
    init(desk, zones, now);
    desk->may_track = desk->may_call = desk->may_consult = desk->may_notify = desk->may_erase = true;
    desk->strays_of = desk->told_rules = desk->people_of = -1;
    desk->retention_at = now + RETENTION_AFTER_MS;
    if (open_book(desk, path, number, now, error) == 0 && restore_rules(desk, error) == 0 &&
        settle_past(desk, now, error) == 0) {
        desk->idle_close_ms = ruleset_setting_number(desk->rules, "idle_close");
        desk->reopen_within_ms = ruleset_setting_number(desk->rules, "reopen_within");
        return 0;
    }
    bool is_refused = desk->is_refused, is_held = desk->is_held;
    desk_release(desk);
    desk->is_refused = is_refused;
    desk->is_held = is_held;
    return -1;
}

int desk_open_refused(struct desk *desk, const char *path, int64_t number, const struct zones *zones, int64_t now)
{
    int64_t stored;

    init(desk, zones, now);
    if (open_file(desk, path, number, NULL) == 0)
        read_rules(desk, &stored, NULL);
    if (!desk->is_refused) {
        desk_release(desk);
        return 0;
    }
    desk->rules = ruleset_empty(zones);
    return 1;
}

static void release(struct desk *desk)
{
    late_release(&desk->late);
    db_close(desk->db);
    lock_release(desk->lock);
    ruleset_free(desk->rules);
    rulebook_free_names(desk->disabled_rules);
    matcher_free(desk->matcher);
    buf_release(&desk->state);
    buf_release(&desk->trace);
    buf_release(&desk->scrub_waits_for);
    memset(desk, 0, sizeof *desk);
    desk->lock = -1;
}

void desk_release(struct desk *desk)
{
    if (desk->db != NULL)
        db_abandon(desk->db);
    release(desk);
}

void desk_close(struct desk *desk)
{
    struct error error = { 0 };

    if (desk->db != NULL && db_begin(desk->db, &error) == 0 &&
        book_put_int(desk->db, "running", 0, &error) == 0)
        db_commit(desk->db, &error);
    if (error.text[0] != '\0')
        log_warn("close_not_marked", log_text("reason", error.text));
    release(desk);
}

int desk_begin(struct desk *desk, struct error *error)
{
    desk->counted = desk->health.counts;
    desk->has_disabled = false;
    return db_begin(desk->db, error);
}

int desk_commit(struct desk *desk, struct error *error)
{
    return db_commit(desk->db, error);
}

int desk_commit_early(struct desk *desk, struct error *error)
{
    return db_commit_early(desk->db, error);
}

/* Where it cannot be read, what is in memory stays. */
static void reload_undone(struct desk *desk)
{
    const char **disabled = NULL;

    if (!desk->has_disabled)
        return;
    if (rulebook_disabled(desk->db, desk->rules->number, &disabled, NULL) == 0) {
        const char **undone = desk->disabled_rules;

        desk->disabled_rules = disabled;
        disabled = undone;
    }
    rulebook_free_names(disabled);
}

void desk_doubt(struct desk *desk)
{
    desk->strays_of = desk->told_rules = desk->people_of = -1;
    desk->may_erase = true;
}

void desk_doubt_idle(struct desk *desk)
{
    desk->idle_close_ms = desk->reopen_within_ms = INT64_MAX;
}

void desk_undo(struct desk *desk)
{
    db_undo(desk->db);
    reload_undone(desk);
}

void desk_rollback(struct desk *desk)
{
    db_rollback(desk->db);
    reload_undone(desk);
    health_load(&desk->health, desk->db, NULL);
    desk->health.counts = desk->counted;
    desk_doubt(desk);
    desk_doubt_idle(desk);
    desk->chores_at = desk->index_at = 0; /* undone: the round that is done once more at this moment has to do them */
}
