/*
 * confined: see the header.
 */
#include <stdlib.h>

#include "store/confined.h"

static const struct {
    int id, value;
} SWITCHES[] = {
    { SQLITE_DBCONFIG_DEFENSIVE, 1 },
    { SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },
    { SQLITE_DBCONFIG_DQS_DDL, 0 },
    { SQLITE_DBCONFIG_ENABLE_TRIGGER, 0 },
    { SQLITE_DBCONFIG_ENABLE_VIEW, 0 },
    { SQLITE_DBCONFIG_WRITABLE_SCHEMA, 0 },
    { SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0 },
    { SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0 },
};

void confined_must(int code)
{
    if (code != SQLITE_OK)
        abort();
}

sqlite3 *confined_open(void)
{
    sqlite3 *db;
    confined_must(sqlite3_open_v2(
        ":memory:", &db,
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY | SQLITE_OPEN_NOMUTEX, NULL));
    return db;
}

void confined_begin(sqlite3 *db, const struct confinement *confinement)
{
    const struct {
        int id, most;
    } limits[] = {
        { SQLITE_LIMIT_LENGTH, confinement->value_bytes },
        { SQLITE_LIMIT_SQL_LENGTH, confinement->sql_bytes },
        { SQLITE_LIMIT_COLUMN, 100 },
        { SQLITE_LIMIT_EXPR_DEPTH, confinement->depth },
        { SQLITE_LIMIT_COMPOUND_SELECT, confinement->selects },
        { SQLITE_LIMIT_VDBE_OP, confinement->instructions },
        { SQLITE_LIMIT_FUNCTION_ARG, confinement->arguments },
        { SQLITE_LIMIT_ATTACHED, 0 },
        { SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 100 },
        { SQLITE_LIMIT_VARIABLE_NUMBER, confinement->parameters },
        { SQLITE_LIMIT_TRIGGER_DEPTH, 1 },
        { SQLITE_LIMIT_WORKER_THREADS, 0 },
    };
    for (size_t i = 0; i < sizeof SWITCHES / sizeof SWITCHES[0]; i++)
        confined_must(sqlite3_db_config(db, SWITCHES[i].id, SWITCHES[i].value, NULL));
    confined_must(sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, (int)confinement->takes_double_quotes, NULL));
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++)
        sqlite3_limit(db, limits[i].id, limits[i].most);
}
