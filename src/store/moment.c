/*
 * moment: see the header.
 *
 * Two facts of the book: `clock_peak`, the latest time that stood in front of a time that the clock was set back to, and
 * `clock_back`, the most by which a row has been older than one in front of it.
 */
#include "store/book.h"
#include "store/moment.h"
#include "store/query_number.h"

enum { SLACK_MS = 60 * 60 * 1000, NOTED_MS = 60 * 1000 /* clocks are put right by less all the time */ };

static const char MESSAGE_ENDS[] = "SELECT (SELECT min(id) FROM message), (SELECT max(id) FROM message)";
static const char MESSAGE_FROM[] = "SELECT id, at FROM message WHERE id >= ?1 ORDER BY id LIMIT 1";
static const char CONVERSATION_ENDS[] = "SELECT (SELECT min(id) FROM conversation), (SELECT max(id) FROM conversation)";
static const char CONVERSATION_FROM[] = "SELECT id, opened_at FROM conversation WHERE id >= ?1 ORDER BY id LIMIT 1";
static const char WEBHOOK_ENDS[] = "SELECT (SELECT min(id) FROM webhook), (SELECT max(id) FROM webhook)";
static const char WEBHOOK_FROM[] = "SELECT id, received_at FROM webhook WHERE id >= ?1 ORDER BY id LIMIT 1";
static const char OUTBOX_ENDS[] = "SELECT (SELECT min(id) FROM outbox), (SELECT max(id) FROM outbox)";
static const char OUTBOX_FROM[] = "SELECT id, created_at FROM outbox WHERE id >= ?1 ORDER BY id LIMIT 1";

static const struct {
    const char *ends, *from;
} TABLES[] = {
    [MOMENT_MESSAGE] = { MESSAGE_ENDS, MESSAGE_FROM },
    [MOMENT_CONVERSATION] = { CONVERSATION_ENDS, CONVERSATION_FROM },
    [MOMENT_WEBHOOK] = { WEBHOOK_ENDS, WEBHOOK_FROM },
    [MOMENT_OUTBOX] = { OUTBOX_ENDS, OUTBOX_FROM },
};

static int read_ends(struct db *db, enum moment_table table, int64_t *first, int64_t *last, struct error *error)
{
    struct query *q = db_query(db, TABLES[table].ends);
    int found = query_step(q, error);

    *first = found == 1 ? query_int(q, 0) : 0;
    *last = found == 1 ? query_int(q, 1) : 0;
    query_end(q);
    return found;
}

int moment_find(struct db *db, enum moment_table table, int64_t at, int64_t *id, struct error *error)
{
    int64_t low, high, first;

    if (read_ends(db, table, &first, &high, error) < 0)
        return -1;
    low = first;
    high++; /* all in front of low are older, high and all behind it are not */
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        struct query *q = db_query(db, TABLES[table].from);
        int found;

        query_bind_int(q, 1, middle);
        found = query_step(q, error);
        if (found == 1 && query_int(q, 1) < at)
            low = query_int(q, 0) + 1;
        else
            high = middle;
        query_end(q);
        if (found < 0)
            return -1;
    }
    *id = low;
    return 0;
}

int moment_slack(struct db *db, int64_t *ms, struct error *error)
{
    if (book_get_int(db, "clock_back", 0, ms, error) < 0)
        return -1;
    if (*ms < SLACK_MS)
        *ms = SLACK_MS;
    return 0;
}

int moment_range(struct db *db, enum moment_table table, int64_t since, int64_t until, int64_t *begin, int64_t *end,
                 struct error *error)
{
    int64_t slack;

    if (moment_slack(db, &slack, error) != 0 ||
        moment_find(db, table, since > 0 ? since - slack : INT64_MIN, begin, error) != 0)
        return -1;
    return moment_find(db, table, until > 0 ? until + slack : INT64_MAX, end, error);
}

static const char NEWEST_AT[] = "SELECT at FROM message ORDER BY id DESC LIMIT 1";

static int note(struct db *db, int64_t latest, int64_t at, struct error *error)
{
    int64_t peak, back;

    if (book_get_int(db, "clock_peak", 0, &peak, error) < 0 || book_get_int(db, "clock_back", 0, &back, error) < 0)
        return -1;
    if (latest > peak && book_put_int(db, "clock_peak", peak = latest, error) != 0)
        return -1;
    return peak - at > back ? book_put_int(db, "clock_back", peak - at, error) : 0;
}

/*
 * The latest time that this connection knows of, kept in memory: a message that is not behind it costs no statement. It does not
 * fall when the clock does: what a rollback takes out of the book is noted again with the next message.
 */
int moment_note(struct db *db, int64_t at, struct error *error)
{
    int64_t *kept = db_kept(db, NEWEST_AT), latest = *kept;

    if (latest == 0 && query_number(db_query(db, NEWEST_AT), at, &latest, error) != 0)
        return -1;
    *kept = latest > at ? latest : at;
    return latest - at > NOTED_MS ? note(db, latest, at, error) : 0;
}
