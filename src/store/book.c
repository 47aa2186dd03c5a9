/*
 * book: see the header.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "store/book.h"

static const char GET[] = "SELECT value FROM book WHERE name = ?1";

int book_get(struct db *db, const char *name, struct buf *value, struct error *error)
{
    struct query *q = db_query(db, GET);
    int found;

    query_bind_text(q, 1, name);
    found = query_step(q, error);
    if (found == 1)
        buf_add_text(value, query_text(q, 0));
    query_end(q);
    return found;
}

static const char PUT[] = "INSERT INTO book (name, value) VALUES (?1, ?2) "
                          "ON CONFLICT (name) DO UPDATE SET value = excluded.value";

int book_put(struct db *db, const char *name, const char *value, struct error *error)
{
    struct query *q = db_query(db, PUT);

    query_bind_text(q, 1, name);
    query_bind_text(q, 2, value);
    return query_run(q, error);
}

int book_get_int(struct db *db, const char *name, int64_t otherwise, int64_t *value, struct error *error)
{
    struct buf text = { 0 };
    int found = book_get(db, name, &text, error);

    *value = found == 1 ? strtoll(buf_text(&text), NULL, 10) : otherwise;
    buf_release(&text);
    return found < 0 ? -1 : 0;
}

int book_put_int(struct db *db, const char *name, int64_t value, struct error *error)
{
    char text[24];

    snprintf(text, sizeof text, "%" PRId64, value);
    return book_put(db, name, text, error);
}
