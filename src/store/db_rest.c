/*
 * db_rest: rows that rest. SQLite asks for each row that could be taken; nearly always the list is empty.
 */
#include <string.h>

#include "store/db_private.h"

void db_rest(struct db *db, int64_t outbox, int64_t until_at)
{
    if (db->rest_count < RESTS_MAX)
        db->rests[db->rest_count++] = (struct rest){ outbox, until_at };
}

void db_wake(struct db *db, int64_t now)
{
    for (int i = 0; i < db->rest_count;)
        if (db->rests[i].until_at <= now)
            db->rests[i] = db->rests[--db->rest_count];
        else
            i++;
}

static void rests(sqlite3_context *context, int count, sqlite3_value **values)
{
    const struct db *db = sqlite3_user_data(context);
    bool is_there = false;

    (void)count;
    for (int i = 0; i < db->rest_count && !is_there; i++)
        is_there = db->rests[i].outbox == sqlite3_value_int64(values[0]);
    sqlite3_result_int(context, is_there);
}

int db_know_rests(struct db *db)
{
    return sqlite3_create_function_v2(db->handle, "rests", 1, SQLITE_UTF8 | SQLITE_DIRECTONLY, db, rests, NULL, NULL, NULL);
}
