/*
 * name: see the header. The statements go from the name before to the next one, a step for each name however often it is there;
 * rules are noted by stretches of messages.
 */
#include "base/buf.h"
#include "store/name.h"
#include "store/pick_private.h"
#include "store/query_number.h"

/* The first name behind ?1. */
static const char NEXT_FLOW[] = "SELECT min(detail) FROM event WHERE kind = 'flow' AND detail > ?1";
static const char NEXT_BACKEND[] = "SELECT min(actor) FROM event WHERE (kind = 'consult' OR kind = 'answer') AND actor > ?1";
static const char NEXT_CHANNEL[] = "SELECT min(channel) FROM conversation WHERE channel > ?1";

static const char HAS_RULE[] =
    STRETCHES("?1", "9223372036854775807") "SELECT 1 FROM used LIMIT 1";
static const char HAS_FLOW[] = "SELECT 1 FROM event WHERE kind = 'flow' AND detail = ?1 LIMIT 1";
static const char HAS_BACKEND[] = "SELECT 1 FROM event WHERE (kind = 'consult' OR kind = 'answer') AND actor = ?1 LIMIT 1";
static const char HAS_CHANNEL[] = "SELECT 1 FROM conversation WHERE channel = ?1 LIMIT 1";

static const struct {
    const char *next, *has;
} KINDS[] = {
    [NAME_RULE] = { NULL, HAS_RULE },
    [NAME_FLOW] = { NEXT_FLOW, HAS_FLOW },
    [NAME_BACKEND] = { NEXT_BACKEND, HAS_BACKEND },
    [NAME_CHANNEL] = { NEXT_CHANNEL, HAS_CHANNEL },
};

int name_is_known(struct db *db, enum name_kind kind, const char *name, struct error *error)
{
    struct query *q = db_query(db, KINDS[kind].has);

    query_bind_text(q, 1, name);
    return query_is_there(q, error);
}

/* Appends it; 1, 0 at the end, -1. */
static int next(struct db *db, enum name_kind kind, const char *before, struct buf *name, struct error *error)
{
    struct query *q = db_query(db, KINDS[kind].next);
    int found;

    query_bind_text(q, 1, before);
    found = query_step(q, error);
    if (found == 1 && query_is_null(q, 0))
        found = 0;
    else if (found == 1)
        buf_add_text(name, query_text(q, 0));
    query_end(q);
    return found;
}

static const char RULES[] = "SELECT DISTINCT rule FROM rule_use ORDER BY rule";

static int list_rules(struct db *db, name_row *row, void *context, struct error *error)
{
    struct query *q = db_query(db, RULES);
    int count = 0, more;

    while ((more = query_step(q, error)) == 1) {
        row(context, query_text(q, 0));
        count++;
    }
    query_end(q);
    return more < 0 ? -1 : count;
}

int name_list(struct db *db, enum name_kind kind, name_row *row, void *context, struct error *error)
{
    struct buf name = { 0 }, before = { 0 };
    int count = 0, more;

    if (kind == NAME_RULE)
        return list_rules(db, row, context, error);
    while ((more = next(db, kind, buf_text(&before), &name, error)) == 1) {
        row(context, buf_text(&name));
        count++;
        buf_clear(&before);
        buf_add_text(&before, buf_text(&name));
        buf_clear(&name);
    }
    buf_release(&name);
    buf_release(&before);
    return more < 0 ? -1 : count;
}
