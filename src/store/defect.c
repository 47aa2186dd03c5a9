/*
 * defect: see the header. A value is the moment in twenty digits, a blank, and the reason: so they sort by their age.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/buf.h"
#include "store/book.h"
#include "store/defect.h"
#include "store/query_number.h"

enum { PREFIX = sizeof "defect " - 1, MOMENT = 20 };

static const char FORGET[] =
    "DELETE FROM book WHERE name IN (SELECT name FROM book WHERE name >= 'defect ' AND name < 'defect!' "
    "ORDER BY value DESC LIMIT -1 OFFSET ?2) OR (name >= 'defect ' AND name < 'defect!' AND value < format ('%020d', ?1))";

int defect_note(struct db *db, const char *what, int64_t id, const char *reason, int64_t now, struct error *error)
{
    struct buf name = { 0 }, value = { 0 };
    struct query *q = db_query(db, FORGET);
    int result;

    query_bind_int(q, 1, now - DEFECT_KEPT_MS);
    query_bind_int(q, 2, DEFECTS_MAX - 1);
    result = query_run(q, error);
    buf_addf(&name, "defect %s", what);
    if (id != 0)
        buf_addf(&name, " %" PRId64, id);
    buf_addf(&value, "%0*" PRId64 " %s", MOMENT, now, reason);
    if (result == 0)
        result = book_put(db, buf_text(&name), buf_text(&value), error);
    buf_release(&name);
    buf_release(&value);
    return result;
}

static const char LIST[] = "SELECT name, value, CAST (value AS INTEGER) FROM book WHERE name >= 'defect ' AND name < 'defect!' "
                           "AND value >= format ('%020d', ?1) ORDER BY value DESC, name LIMIT ?2";

int defect_list(struct db *db, int64_t since, int64_t limit, defect_row *row, void *context, struct error *error)
{
    struct query *q = db_query(db, LIST);
    int more;

    query_bind_int(q, 1, since);
    query_bind_int(q, 2, limit);
    while ((more = query_step(q, error)) == 1)
        row(context, &(struct defect){ query_text(q, 0) + PREFIX, query_text(q, 1) + MOMENT + 1, query_int(q, 2) });
    query_end(q);
    return more;
}

static const char COUNT[] = "SELECT count(*) FROM book WHERE name >= 'defect ' AND name < 'defect!' "
                            "AND value >= format ('%020d', ?1)";

int defect_count(struct db *db, int64_t since, int64_t *count, struct error *error)
{
    struct query *q = db_query(db, COUNT);

    query_bind_int(q, 1, since);
    return query_number(q, 0, count, error);
}
