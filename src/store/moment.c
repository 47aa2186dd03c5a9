/*
 * moment: see the header.
 */
#include "store/moment.h"

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
