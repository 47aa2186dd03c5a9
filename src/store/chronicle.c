/*
 * chronicle: see the header.
 */
#include "store/chronicle.h"

static const char TEXTS[] =
    "SELECT coalesce(m.turn, 0), m.kind, m.text, coalesce(d.rule, ''), coalesce(d.action, ''), coalesce(t.state, ''), "
    "m.media <> '[]', EXISTS (SELECT 1 FROM outbox o WHERE o.message = m.id AND o.settled_at IS NOT NULL "
    "AND o.state <> 'accepted' AND o.state <> 'unknown'), "
    "EXISTS (SELECT 1 FROM consult c JOIN outbox q ON q.id = c.outbox WHERE c.turn = m.turn AND c.call = 0 "
    "AND (q.state = 'dead' OR q.state = 'expired')) "
    "FROM message m LEFT JOIN turn t ON t.id = m.turn LEFT JOIN decision d ON d.message = m.id "
    "WHERE m.conversation = ?1 AND m.kind <> 'note' AND NOT EXISTS (SELECT 1 FROM notice n WHERE n.message = m.id "
    "AND (n.conversation <> m.conversation OR m.text = '' OR n.handover <> 0)) ORDER BY m.id DESC LIMIT ?2";

int chronicle_texts(struct db *db, int64_t conversation, int most, chronicle_text *text, void *context, struct error *error)
{
    struct query *q = db_query(db, TEXTS);
    int more;

    query_bind_int(q, 1, conversation);
    query_bind_int(q, 2, most);
    while ((more = query_step(q, error)) == 1) {
        struct chronicle_line line = {
            .turn = query_int(q, 0),
            .kind = query_text(q, 1),
            .text = query_text(q, 2),
            .rule = query_text(q, 3),
            .action = query_text(q, 4),
            .turn_state = query_text(q, 5),
            .has_media = query_int(q, 6) != 0,
            .is_lost = query_int(q, 7) != 0,
            .is_given_up = query_int(q, 8) != 0,
        };

        if (!text(context, &line))
            break;
    }
    query_end(q);
    return more < 0 ? -1 : 0;
}

static const char EVENTS[] =
    "SELECT kind, actor, detail FROM event WHERE conversation = ?1 "
    "AND kind IN ('flow', 'flow_end', 'handoff', 'take', 'release', 'answer', 'opt_out', 'opt_in') ORDER BY id DESC LIMIT ?2";

int chronicle_events(struct db *db, int64_t conversation, int most, chronicle_deed *deed, void *context, struct error *error)
{
    struct query *q = db_query(db, EVENTS);
    int more;

    query_bind_int(q, 1, conversation);
    query_bind_int(q, 2, most);
    while ((more = query_step(q, error)) == 1) {
        struct chronicle_event event = { query_text(q, 0), query_text(q, 1), query_text(q, 2) };

        deed(context, &event);
    }
    query_end(q);
    return more;
}
