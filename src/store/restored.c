/*
 * restored: see the header. The order of the statements: what is awaited goes before the turns, whose state follows from it.
 */
#include <string.h>

#include "store/book.h"
#include "store/erasure_again.h"
#include "store/event.h"
#include "store/query_number.h"
#include "store/restored.h"

enum {
    NUMBERS_APART = 1000000, /* far above what a shop gives between two backups; ids have room for 2^40 of them */
    CASES_APART = 1000,
};

static const char TEXT_REASON[] =
    "the book was restored from a backup, and it may have been sent since; frontdesk outbox retry sends it all the same";
static const char QUESTION_REASON[] = "the book was restored from a backup; nobody is asked about what was written before";
static const char PROFILE_REASON[] = "the book was restored from a backup, and it may have been written since";
static const char WEBHOOK_REASON[] =
    "the book was restored from a backup, and it may have been answered since; frontdesk webhooks replay does so all the same";

static const char TEXTS[] = "UPDATE outbox SET state = 'unknown', settled_at = ?1, reason = ?2 "
                            "WHERE (settled_at IS NULL OR state = 'held') AND seq > 0";
static const char CALLS[] = "UPDATE outbox SET state = 'unknown', settled_at = ?1, reason = ?2 "
                            "WHERE settled_at IS NULL AND seq = -1";
static const char QUESTIONS[] = "UPDATE outbox SET state = 'expired', settled_at = ?1, reason = ?2 "
                                "WHERE settled_at IS NULL AND seq = -2";
static const char TRACKS[] = "UPDATE outbox SET state = 'unknown', settled_at = ?1, reason = ?2 "
                             "WHERE settled_at IS NULL AND seq = 0";
static const char ENTRIES[] = "UPDATE entry SET state = 'unknown', settled_at = ?1, reason = ?2 WHERE settled_at IS NULL";
static const char WEBHOOKS[] = "UPDATE webhook SET state = 'aside', reason = ?2 WHERE state = 'raw' AND ?1 > 0";

static const char DECIDE_BEHIND[] = "INSERT INTO decision (message, at, ruleset, rule, action, state, trace) "
                                    "SELECT message, ?1, 0, NULL, 'lost', '{}', '{}' FROM behind";
static const char DROP_BEHIND[] = "DELETE FROM behind WHERE ?1 > 0";
static const char DROP_RUNS[] = "DELETE FROM run WHERE ?1 > 0";
static const char DROP_PARTINGS[] = "DELETE FROM parting WHERE ?1 > 0";
static const char SUM_UP[] = "UPDATE conversation SET summary_at = ?1 WHERE closed_by <> '' AND closed_by <> 'notice' "
                             "AND (summary_at IS NULL OR summary_at < closed_at)";
static const char CLOSE[] = "UPDATE conversation SET owner = 'closed', team = '', agent = '', idle_at = NULL, closed_at = ?1, "
                            "closed_by = 'restore', summary_at = ?1 WHERE owner = 'bot'";
static const char VALUES_DONE[] = "UPDATE profile SET accepted = wanted, accepted_at = ?1, sent = NULL, outbox = NULL "
                                  "WHERE is_refused = 0 AND (sent IS NOT NULL OR accepted IS NOT wanted)";
static const char VALUES_DOUBTED[] = "UPDATE profile SET is_changed = 1 WHERE ?1 > 0";
/* As in store/turn.c; what no text was queued for has expired. */
static const char TURNS[] =
    "UPDATE turn SET closed_at = ?1, state = coalesce ((SELECT "
    "CASE max (CASE state WHEN 'dead' THEN 5 WHEN 'unknown' THEN 4 WHEN 'expired' THEN 3 WHEN 'withheld' THEN 1 ELSE 0 END) "
    "WHEN 5 THEN 'dead' WHEN 4 THEN 'unknown' WHEN 3 THEN 'expired' WHEN 1 THEN 'withheld' WHEN 0 THEN 'answered' END "
    "FROM outbox WHERE outbox.turn = turn.id AND kind = 'send'), 'expired') WHERE state = 'open' OR state = 'held'";

static int run(struct db *db, const char *sql, const char *reason, int64_t now, int64_t *count, struct error *error)
{
    struct query *q = db_query(db, sql);

    query_bind_int(q, 1, now);
    if (reason != NULL)
        query_bind_text(q, 2, reason);
    if (query_run(q, error) != 0)
        return -1;
    if (count != NULL)
        *count = db_changes(db);
    return 0;
}

static int settle_pending(struct db *db, int64_t now, struct restored *r, struct error *error)
{
    const struct {
        const char *sql, *reason;
        int64_t *count;
    } steps[] = {
        { TEXTS, TEXT_REASON, &r->texts },
        { CALLS, TEXT_REASON, &r->calls },
        { QUESTIONS, QUESTION_REASON, &r->questions },
        { TRACKS, PROFILE_REASON, NULL },
        { ENTRIES, PROFILE_REASON, NULL },
        { WEBHOOKS, WEBHOOK_REASON, &r->webhooks },
        { DECIDE_BEHIND, NULL, &r->messages },
        { DROP_BEHIND, NULL, NULL },
        { DROP_RUNS, NULL, NULL },
        { DROP_PARTINGS, NULL, NULL },
        { SUM_UP, NULL, NULL },
        { CLOSE, NULL, &r->conversations },
        { VALUES_DONE, NULL, &r->values },
        { VALUES_DOUBTED, NULL, NULL },
        { TURNS, NULL, NULL },
    };

    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        if (run(db, steps[i].sql, steps[i].reason, now, steps[i].count, error) != 0)
            return -1;
    return 0;
}

/* Numbers */

static const char NEWEST[] =
    "SELECT max (coalesce ((SELECT max (id) FROM contact), 0), coalesce ((SELECT max (id) FROM webhook), 0), "
    "coalesce ((SELECT max (id) FROM conversation), 0), coalesce ((SELECT max (id) FROM event), 0), "
    "coalesce ((SELECT max (id) FROM entry), 0), coalesce ((SELECT max (wanted_after) FROM profile), 0), "
    "coalesce ((SELECT max (id) FROM turn), 0), coalesce ((SELECT max (id) FROM message), 0), "
    "coalesce ((SELECT max (id) FROM outbox), 0), coalesce ((SELECT max (id) FROM attempt), 0))";

/* 0: it has none; -1: it cannot tell. */
static int find_newest(struct db *db, int64_t *newest, struct error *error)
{
    return query_number(db_query(db, NEWEST), 0, newest, error);
}

/* Services tell a repeated call by its number, people have written them down. */
static int raise_numbers(struct db *db, struct db *present, struct error *error)
{
    int64_t ours, theirs, first, wanted;

    if (find_newest(db, &ours, error) != 0 || book_get_int(db, "first_id", 0, &first, error) != 0)
        return -1;
    if (present == NULL || find_newest(present, &theirs, NULL) != 0)
        wanted = ours + NUMBERS_APART;
    else
        wanted = (theirs > ours ? theirs : ours) + 1;
    return wanted > first ? book_put_int(db, "first_id", wanted, error) : 0;
}

/* A case's number is typed on telephones: it must not come to mean another customer. */
static int raise_cases(struct db *db, struct db *present, struct error *error)
{
    int64_t ours, theirs = 0;

    if (book_get_int(db, "case_number", 0, &ours, error) != 0)
        return -1;
    if (present == NULL)
        theirs = ours + CASES_APART;
    else if (book_get_int(present, "case_number", 0, &theirs, NULL) != 0)
        theirs = ours + CASES_APART;
    return theirs > ours ? book_put_int(db, "case_number", theirs, error) : 0;
}

/* Money */

static const char SPENT[] = "SELECT day, scope, cost FROM spend";
static const char SPEND[] = "INSERT INTO spend (day, scope, cost) VALUES (?1, ?2, ?3) "
                            "ON CONFLICT (day, scope) DO UPDATE SET cost = max (cost, excluded.cost)";

/* A present book that cannot be read to its end is worth what could be read. */
static int keep_spent(struct db *db, struct db *present, struct error *error)
{
    struct query *spent;
    int result = 0;

    if (present == NULL)
        return 0;
    spent = db_query(present, SPENT);
    while (result == 0 && query_step(spent, NULL) == 1) {
        struct query *q = db_query(db, SPEND);

        query_bind_text(q, 1, query_text(spent, 0));
        query_bind_text(q, 2, query_text(spent, 1));
        query_bind_int(q, 3, query_int(spent, 2));
        result = query_run(q, error);
    }
    query_end(spent);
    return result;
}

/* People */

/* Nobody comes back unnoticed: where it cannot be told who had been erased, a person has to decide. */
static int erase_again(struct db *db, struct db *present, const char *actor, int64_t now, int64_t *people, struct error *error)
{
    if (erasure_again(db, present, actor, now, people, error) == 0)
        return 0;
    if (db_fault(db) > DB_FINE)
        return -1;
    return error_prefix(error, "the book at hand cannot tell whom it has erased: move it away with its -wal, restore again, and "
                               "erase those people anew");
}

int restored_settle(struct db *db, struct db *present, const char *actor, int64_t now, struct restored *restored,
                    struct error *error)
{
    *restored = (struct restored){ 0 };
    if (erasure_clear_again(db, error) != 0 || settle_pending(db, now, restored, error) != 0 ||
        raise_numbers(db, present, error) != 0 || raise_cases(db, present, error) != 0 ||
        keep_spent(db, present, error) != 0 || book_put_int(db, "careful_until", 0, error) != 0)
        return -1;
    if (present != NULL && erase_again(db, present, actor, now, &restored->people, error) != 0)
        return -1;
    return event_put(db, 0, "restore", actor, "", now, error);
}
