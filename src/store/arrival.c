/*
 * arrival: see the header.
 */
#include "store/arrival.h"
#include "store/query_number.h"

void arrival_release(struct arrival *arrival)
{
    struct buf *const texts[] = { &arrival->state,  &arrival->reason,       &arrival->text,
                                  &arrival->user,   &arrival->turn,         &arrival->rule,   &arrival->action,
                                  &arrival->answer, &arrival->answer_state, &arrival->answer_reason };

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        buf_release(texts[i]);
    *arrival = (struct arrival){ 0 };
}

static void take(const struct query *q, int column, struct buf *out)
{
    buf_clear(out);
    buf_add_text(out, query_text(q, column));
}

static const char NEWEST[] = "SELECT coalesce (max (id), 0) FROM webhook";

int arrival_newest(struct db *db, int64_t *webhook, struct error *error)
{
    return query_number(db_query(db, NEWEST), 0, webhook, error);
}

static const char NEXT[] =
    "SELECT w.id, coalesce (w.message, 0), w.state, w.reason, coalesce (m.text, ''), coalesce (c.address, ''), "
    "w.claimed_user IS NOT NULL, EXISTS (SELECT 1 FROM seen s WHERE s.message = w.message AND s.at >= w.received_at) "
    "FROM webhook w LEFT JOIN message m ON m.id = w.message LEFT JOIN conversation v ON v.id = m.conversation "
    "LEFT JOIN contact c ON c.id = v.contact WHERE w.id > ?1 ORDER BY w.id LIMIT 1";

int arrival_next(struct db *db, int64_t behind, struct arrival *arrival, struct error *error)
{
    struct query *q = db_query(db, NEXT);
    int found;

    query_bind_int(q, 1, behind);
    found = query_step(q, error);
    if (found == 1) {
        arrival->webhook = query_int(q, 0);
        arrival->message = query_int(q, 1);
        take(q, 2, &arrival->state);
        take(q, 3, &arrival->reason);
        take(q, 4, &arrival->text);
        take(q, 5, &arrival->user);
        arrival->has_claimed = query_int(q, 6) != 0;
        arrival->has_key = query_int(q, 7) != 0;
    }
    query_end(q);
    return found;
}

static const char LOOK[] =
    "SELECT coalesce (t.state, ''), coalesce (d.rule, ''), coalesce (o.id, 0), coalesce (o.state, ''), coalesce (o.reason, ''), "
    "coalesce (a.text, ''), coalesce (d.action, ''), v.id, v.owner = 'agent', c.opted_out_at IS NOT NULL "
    "FROM message m JOIN conversation v ON v.id = m.conversation JOIN contact c ON c.id = v.contact "
    "LEFT JOIN turn t ON t.id = m.turn LEFT JOIN decision d ON d.message = m.id "
    "LEFT JOIN message a ON a.id = (SELECT max (id) FROM message x WHERE x.conversation = m.conversation AND x.turn = m.turn "
    "AND x.kind = 'out') LEFT JOIN outbox o ON o.message = a.id WHERE m.id = ?1 ORDER BY o.id DESC LIMIT 1";

int arrival_look(struct db *db, struct arrival *arrival, struct error *error)
{
    struct query *q = db_query(db, LOOK);
    int found;

    query_bind_int(q, 1, arrival->message);
    found = query_step(q, error);
    if (found == 1) {
        take(q, 0, &arrival->turn);
        take(q, 1, &arrival->rule);
        arrival->outbox = query_int(q, 2);
        take(q, 3, &arrival->answer_state);
        take(q, 4, &arrival->answer_reason);
        take(q, 5, &arrival->answer);
        take(q, 6, &arrival->action);
        arrival->conversation = query_int(q, 7);
        arrival->is_with_person = query_int(q, 8) != 0;
        arrival->has_opted_out = query_int(q, 9) != 0;
    }
    query_end(q);
    return found < 0 ? -1 : 0;
}
