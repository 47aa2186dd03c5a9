/*
 * notify_case: what of a conversation another desk is told (store/notify_row.h). Only reads, but for the team.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "store/notify_row.h"
#include "store/query_number.h"

static const char TEAM[] = "SELECT team FROM conversation WHERE id = ?1";

int notify_row_team(struct db *db, int64_t conversation, struct buf *team, struct error *error)
{
    struct query *q = db_query(db, TEAM);
    int found;

    query_bind_int(q, 1, conversation);
    found = query_step(q, error);
    if (found == 1)
        buf_add_text(team, query_text(q, 0));
    query_end(q);
    return found;
}

static const char SET_TEAM[] = "UPDATE conversation SET team = ?2 WHERE id = ?1";

int notify_row_set_team(struct db *db, int64_t conversation, const char *team, struct error *error)
{
    struct query *q = db_query(db, SET_TEAM);

    query_bind_int(q, 1, conversation);
    query_bind_text(q, 2, team);
    return query_run(q, error);
}

static const char CASE[] =
    "SELECT v.channel, c.address, c.address_kind, c.first_name, c.language, v.summary, coalesce((SELECT e.actor FROM event e "
    "WHERE e.conversation = v.id AND e.at <= ?3 AND (e.kind = ?2 OR (?2 = 'release' AND e.kind IN ('timeout', 'nobody'))) "
    "ORDER BY e.id DESC LIMIT 1), '') FROM conversation v JOIN contact c ON c.id = v.contact WHERE v.id = ?1";

static const char *event_of(const char *type)
{
    static const char *const KINDS[][2] = { { "taken", "take" }, { "released", "release" }, { "closed", "close" } };

    for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++)
        if (strcmp(KINDS[i][0], type) == 0)
            return KINDS[i][1];
    return type;
}

int notify_case_get(struct db *db, const struct notify_row *row, struct notify_case *found, struct error *error)
{
    struct query *q = db_query(db, CASE);
    int step;

    query_bind_int(q, 1, row->conversation);
    query_bind_text(q, 2, event_of(row->type));
    query_bind_int(q, 3, row->created_at);
    step = query_step(q, error);
    if (step == 1)
        *found = (struct notify_case){
            .channel = alloc_text(query_text(q, 0)),
            .user = alloc_text(query_text(q, 1)),
            .address_kind = alloc_text(query_text(q, 2)),
            .first_name = alloc_text(query_text(q, 3)),
            .language = alloc_text(query_text(q, 4)),
            .summary = alloc_text(query_text(q, 5)),
            .doer = alloc_text(query_text(q, 6)),
        };
    query_end(q);
    return step;
}

void notify_case_release(struct notify_case *found)
{
    free(found->channel);
    free(found->user);
    free(found->address_kind);
    free(found->first_name);
    free(found->language);
    free(found->summary);
    free(found->doer);
    memset(found, 0, sizeof *found);
}

/* Not what tells a person of the business of another customer, nor what people note for themselves. */
#define SAID                                                                                                           \
    "m.kind <> 'note' AND NOT EXISTS (SELECT 1 FROM notice x WHERE x.message = m.id AND x.conversation <> m.conversation)"

static const char TEXTS[] =
    "SELECT id, at, kind, actor, text, media FROM (SELECT m.id, m.at, m.kind, m.actor, m.text, m.media FROM message m "
    "WHERE m.conversation = ?1 AND (m.id <= ?2 OR m.kind <> 'in') AND " SAID " ORDER BY m.id DESC LIMIT ?3) ORDER BY id";

static void give_text(const struct query *q, notify_text_row *row, void *context)
{
    struct notify_text text = { query_int(q, 0),  query_int(q, 1),  query_text(q, 2),
                                query_text(q, 3), query_text(q, 4), query_text(q, 5) };

    row(context, &text);
}

int notify_row_texts(struct db *db, int64_t conversation, int64_t latest, int most, notify_text_row *row, void *context,
                     struct error *error)
{
    struct query *q = db_query(db, TEXTS);
    int count = 0, more;

    query_bind_int(q, 1, conversation);
    query_bind_int(q, 2, latest);
    query_bind_int(q, 3, most);
    while ((more = query_step(q, error)) == 1) {
        give_text(q, row, context);
        count++;
    }
    query_end(q);
    return more < 0 ? -1 : count;
}

static const char COUNT_TEXTS[] = "SELECT count(*) FROM message m WHERE m.conversation = ?1 AND (m.id <= ?2 OR m.kind <> 'in') "
                                  "AND " SAID;

int notify_row_count_texts(struct db *db, int64_t conversation, int64_t latest, int64_t *count, struct error *error)
{
    struct query *q = db_query(db, COUNT_TEXTS);

    query_bind_int(q, 1, conversation);
    query_bind_int(q, 2, latest);
    return query_number(q, 0, count, error);
}

static const char TEXT[] = "SELECT id, at, kind, actor, text, media FROM message WHERE id = ?1";

int notify_row_text(struct db *db, int64_t message, notify_text_row *row, void *context, struct error *error)
{
    struct query *q = db_query(db, TEXT);
    int found;

    query_bind_int(q, 1, message);
    found = query_step(q, error);
    if (found == 1)
        give_text(q, row, context);
    query_end(q);
    return found;
}
