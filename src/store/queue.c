/*
 * queue: see the header. The conversations that are a person's have an index of their own and are few.
 */
#include <stddef.h>

#include "store/queue.h"

/* When he said the first thing that nobody has answered, though never before the hand-over. What never left is no answer. */
#define WAITS_SINCE                                                                                                       \
    "CASE WHEN v.agent = '' THEN coalesce(h.at, v.last_in_at) ELSE (SELECT max(m.at, coalesce(h.at, 0)) FROM message m "  \
    "WHERE m.conversation = v.id AND m.kind = 'in' AND m.id > coalesce((SELECT a.id FROM message a "                      \
    "WHERE a.conversation = v.id AND a.kind = 'agent' AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.message = a.id "     \
    "AND o.state IN ('dead', 'expired', 'withheld')) ORDER BY a.id DESC LIMIT 1), 0) ORDER BY m.id LIMIT 1) END"

/* Of each who is told of it, what became of the newest text. */
#define UNTOLD                                                                                                           \
    "coalesce((SELECT group_concat(p.address || ': ' || o.state || ': ' || o.reason, '; ') FROM told t "                  \
    "JOIN contact p ON p.id = t.contact JOIN outbox o ON o.message = (SELECT max(n.message) FROM notice n "              \
    "WHERE n.conversation = v.id AND n.handover = h.number AND n.contact = t.contact) "                                  \
    "WHERE t.handover = h.number AND o.settled_at IS NOT NULL AND o.state <> 'accepted'), '')"

/* Of the last that a person said to him. */
#define LOST                                                                                                              \
    "coalesce((SELECT iif(o.settled_at IS NULL OR o.state = 'accepted', '', 'the answer: ' || o.state || ': ' || o.reason) " \
    "FROM message a JOIN outbox o ON o.message = a.id WHERE a.conversation = v.id AND a.kind = 'agent' "                  \
    "ORDER BY a.id DESC LIMIT 1), '')"

static const char LIST[] =
    "SELECT v.id, h.number, c.address, c.first_name, v.channel, coalesce(h.team, v.team), v.agent, "
    "coalesce(h.at, v.last_in_at), " WAITS_SINCE " AS waits_since, "
    "coalesce((SELECT m.text FROM message m WHERE m.conversation = v.id AND m.kind = 'in' ORDER BY m.id DESC LIMIT 1), ''), "
    "(SELECT m.media <> '[]' FROM message m WHERE m.conversation = v.id AND m.kind = 'in' ORDER BY m.id DESC LIMIT 1), "
    "coalesce((SELECT group_concat(p.address, ', ') FROM told t JOIN contact p ON p.id = t.contact "
    "WHERE t.handover = h.number), ''), coalesce(nullif(" UNTOLD ", ''), iif(?1 <> 0, '', " LOST ")) AS trouble, v.summary "
    "FROM conversation v JOIN contact c ON c.id = v.contact "
    "LEFT JOIN handover h ON h.conversation = v.id AND h.state <> 'over' "
    "WHERE v.owner = 'agent' AND (?1 = 0 OR trouble <> '') "
    "ORDER BY waits_since IS NULL, waits_since, v.id LIMIT ?2";

int queue_list(struct db *db, const struct queue_filter *filter, queue_row_visit *visit, void *context, struct error *error)
{
    struct query *q = db_query(db, LIST);
    int count = 0, more;

    query_bind_int(q, 1, filter->is_untold);
    query_bind_int(q, 2, filter->limit > 0 ? filter->limit : -1);
    while ((more = query_step(q, error)) == 1) {
        struct queue_row row = { .conversation = query_int(q, 0),
                                 .number = query_int(q, 1),
                                 .user = query_text(q, 2),
                                 .first_name = query_text(q, 3),
                                 .channel = query_text(q, 4),
                                 .team = query_text(q, 5),
                                 .agent = query_text(q, 6),
                                 .since = query_int(q, 7),
                                 .waits_since = query_int(q, 8),
                                 .text = query_text(q, 9),
                                 .has_media = query_int(q, 10) != 0,
                                 .told = query_text(q, 11),
                                 .trouble = query_text(q, 12),
                                 .summary = query_text(q, 13) };

        visit(context, &row);
        count++;
    }
    query_end(q);
    return more < 0 ? -1 : count;
}
