/*
 * standing: see the header. One statement, so that all of it is of one moment.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "store/standing.h"

static const char GET[] =
    "SELECT c.first_name, c.language, c.time_zone, "
    "(SELECT value FROM identity i WHERE i.contact = c.id AND i.kind = 'phone' ORDER BY added_at DESC LIMIT 1), "
    "v.channel, v.owner, v.last_rule, m.fields, m.campaign, c.opted_out_at, v.message_count, v.last_in_at "
    "FROM conversation v JOIN contact c ON c.id = v.contact LEFT JOIN message m ON m.id = "
    "(SELECT max(id) FROM message n WHERE n.conversation = v.id AND n.kind = 'in') WHERE v.id = ?1";

int standing_get(struct db *db, int64_t conversation, struct standing *standing, struct error *error)
{
    struct query *q = db_query(db, GET);
    char **texts[] = { &standing->first_name, &standing->language, &standing->time_zone,
                       &standing->phone,      &standing->channel,  &standing->owner,
                       &standing->last_rule,  &standing->fields,   &standing->campaign };
    enum { TEXTS = sizeof texts / sizeof *texts };
    int found;

    query_bind_int(q, 1, conversation);
    found = query_step(q, error);
    if (found == 1) {
        for (int i = 0; i < TEXTS; i++)
            *texts[i] = alloc_text(query_text(q, i));
        standing->is_opted_out = !query_is_null(q, TEXTS);
        standing->message_count = query_int(q, TEXTS + 1);
        standing->last_in_at = query_int(q, TEXTS + 2);
    }
    query_end(q);
    return found;
}

void standing_release(struct standing *standing)
{
    free(standing->first_name);
    free(standing->language);
    free(standing->time_zone);
    free(standing->phone);
    free(standing->channel);
    free(standing->owner);
    free(standing->last_rule);
    free(standing->fields);
    free(standing->campaign);
    *standing = (struct standing){ 0 };
}
