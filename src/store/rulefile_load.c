/*
 * rulefile_load: runs rule files in a database that has nothing to lose.
 *
 * The database is fresh, private and in memory, and knows the rule tables only. Each statement passes
 *
 * 1. rulefile_scan, which accepts one shape of INSERT, finds the lines, and names what a hand mistyped;
 * 2. sqlite3_prepare under an authorizer that allows INSERT into the rule tables and a few pure functions: no
 *    query, no PRAGMA, no ATTACH, no table, trigger or view is made, whatever the first step let through;
 * 3. one step, with the lengths, depths and steps of SQLite bounded.
 *
 * Then the rows that it brought are read back by rowid, which is the order of the file, and handed over; the
 * scan knows the line of each. A column whose name SQL keeps for itself is put between quotes on the way, wherever the file
 * has it bare. Nothing runs in between that the file could have left behind: no triggers, no
 * extensions, no double-quoted strings, a defensive schema.
 *
 * The step budget is shared by the whole load. The allowed functions cannot make a text longer than what was
 * typed (char() aside, by a few bytes an argument), so the work is bounded by the size of the files.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/utf8.h"
#include "store/confined.h"
#include "store/rulefile.h"
#include "store/rulefile_hint.h"
#include "store/rulefile_scan.h"
#include "store/rulefile_table.h"

enum {
    VALUE_BYTES_MAX = 64 * 1024,
    STEPS_MAX = 20 * 1000 * 1000, /* of SQLite's machine; 100,000 rows of nine columns take two million */
    STEPS_BETWEEN = 1000,
};

struct loader {
    sqlite3 *db;
    sqlite3_stmt *readers[RULE_TABLE_COUNT];
    sqlite3_int64 last_rowid[RULE_TABLE_COUNT];
    bool is_reading;  /* our own statements run: the authorizer lets them */
    int selects_left; /* SQLite asks for one SELECT, without tables, for an INSERT of several rows */
    int steps_left;   /* in units of STEPS_BETWEEN */
    const char *file;
    rulefile_row *row;
    void *context;
};

/* Without value_bytes one value could take a gigabyte; a many-row INSERT costs instructions by the value. */
static const struct confinement CONFINEMENT = {
    .value_bytes = VALUE_BYTES_MAX,
    .sql_bytes = RULEFILE_BYTES_MAX,
    .depth = 50,
    .selects = 5,
    .instructions = 3 * 1000 * 1000,
    .arguments = 32,
    .parameters = 1,
};

static int authorize_insert(const char *table, const char *database)
{
    if (table == NULL || database == NULL || strcmp(database, "main") != 0)
        return SQLITE_DENY;
    for (size_t i = 0; i < RULE_TABLE_COUNT; i++)
        if (strcasecmp(table, rule_tables[i].name) == 0)
            return SQLITE_OK;
    return SQLITE_DENY;
}

static int authorize_function(const char *name)
{
    for (size_t i = 0; name != NULL && rulefile_functions[i] != NULL; i++)
        if (strcasecmp(name, rulefile_functions[i]) == 0)
            return SQLITE_OK;
    return SQLITE_DENY;
}

static int authorize(void *context, int action, const char *first, const char *second, const char *database,
                     const char *trigger)
{
    struct loader *loader = context;
    if (loader->is_reading)
        return SQLITE_OK;
    if (trigger != NULL)
        return SQLITE_DENY;
    if (action == SQLITE_INSERT)
        return authorize_insert(first, database);
    if (action == SQLITE_FUNCTION)
        return authorize_function(second);
    return action == SQLITE_SELECT && loader->selects_left-- > 0 ? SQLITE_OK : SQLITE_DENY;
}

static int count_steps(void *context)
{
    struct loader *loader = context;
    return --loader->steps_left < 0;
}

static void loader_open(struct loader *loader)
{
    loader->db = confined_open();
    for (size_t i = 0; i < RULE_TABLE_COUNT; i++)
        confined_must(sqlite3_exec(loader->db, rule_tables[i].create, NULL, NULL, NULL));
    for (size_t i = 0; i < RULE_TABLE_COUNT; i++)
        confined_must(sqlite3_prepare_v2(loader->db, rule_tables[i].select, -1, &loader->readers[i], NULL));
    confined_must(sqlite3_exec(loader->db, "BEGIN", NULL, NULL, NULL));
    confined_begin(loader->db, &CONFINEMENT);
    confined_must(sqlite3_set_authorizer(loader->db, authorize, loader));
    loader->steps_left = STEPS_MAX / STEPS_BETWEEN;
    sqlite3_progress_handler(loader->db, STEPS_BETWEEN, count_steps, loader);
}

static void loader_close(struct loader *loader)
{
    for (size_t i = 0; i < RULE_TABLE_COUNT; i++)
        sqlite3_finalize(loader->readers[i]);
    sqlite3_close(loader->db);
}

/* Where SQLite stumbled, as a place in the file's own text. */
static int place_in(const struct statement *statement, int offset)
{
    int before = statement->bare != NULL ? (int)(statement->bare - statement->start) : offset;

    if (offset <= before)
        return offset;
    return offset > before + (int)statement->bare_len ? offset - 2 : offset - 1;
}

static int fail(struct loader *loader, struct statement *statement, struct error *error)
{
    rulefile_hint(statement, sqlite3_errmsg(loader->db), place_in(statement, sqlite3_error_offset(loader->db)), error);
    return -1;
}

/* What SQLite is given; what follows the statement in the file is not its to see. */
static void write_sql(const struct statement *statement, struct buf *sql)
{
    const char *end = statement->start + statement->len, *at = statement->start;

    if (statement->bare != NULL) {
        buf_add(sql, at, (size_t)(statement->bare - at));
        buf_addf(sql, "\"%.*s\"", (int)statement->bare_len, statement->bare);
        at = statement->bare + statement->bare_len;
    }
    buf_add(sql, at, (size_t)(end - at));
}

static int run_compiled(struct loader *loader, struct statement *statement, sqlite3_stmt *compiled, bool is_whole,
                        struct error *error)
{
    if (compiled == NULL || !is_whole)
        return error_set(error, "SQLite reads this statement otherwise than it looks; write it more plainly");
    if (sqlite3_bind_parameter_count(compiled) > 0) {
        rulefile_hint_placeholder(statement, error);
        return -1;
    }
    return sqlite3_step(compiled) == SQLITE_DONE ? 0 : fail(loader, statement, error);
}

static int run(struct loader *loader, struct statement *statement, struct error *error)
{
    sqlite3_stmt *compiled = NULL;
    const char *tail = NULL;
    struct buf sql = { 0 };
    int result;

    write_sql(statement, &sql);
    loader->selects_left = statement->row_count > 1 ? 1 : 0;
    if (sqlite3_prepare_v2(loader->db, buf_text(&sql), (int)sql.len, &compiled, &tail) != SQLITE_OK)
        result = fail(loader, statement, error);
    else
        result = run_compiled(loader, statement, compiled, tail == buf_text(&sql) + sql.len, error);
    sqlite3_finalize(compiled);
    buf_release(&sql);
    return result;
}

/* One value as text; NULL for NULL. */
static int read_value(sqlite3_stmt *reader, int column, const char **value, struct error *error)
{
    const char *name = sqlite3_column_name(reader, column);
    *value = NULL;
    if (sqlite3_column_type(reader, column) == SQLITE_NULL)
        return 0;
    if (sqlite3_column_type(reader, column) == SQLITE_BLOB)
        return error_set(error, "%s holds raw bytes (x'…'); write a text", name);
    *value = (const char *)sqlite3_column_text(reader, column);
    size_t len = (size_t)sqlite3_column_bytes(reader, column);
    if (*value == NULL || strlen(*value) != len || !utf8_is_valid(*value, len))
        return error_set(error, "%s holds a character that is none (char() takes Unicode numbers above 0)",
                         name);
    return 0;
}

static int hand_over(struct loader *loader, sqlite3_stmt *reader, const struct rule_table *table, int line,
                     struct error *error)
{
    const char *values[RULE_COLUMNS_MAX];
    int count = sqlite3_column_count(reader);
    for (int i = 0; i < count; i++)
        if (read_value(reader, i, &values[i], error) != 0)
            return -1;
    return loader->row(loader->context, table->name, loader->file, line, (size_t)count, table->columns,
                       values, error);
}

/* Hands over the rows that the statement brought; its rows and the scan's lines go side by side. */
static int read_back(struct loader *loader, struct statement *statement, struct error *error)
{
    sqlite3_stmt *reader = loader->readers[statement->table];
    int result = 0, step = SQLITE_DONE;
    size_t count = 0;
    confined_must(sqlite3_bind_int64(reader, 1, loader->last_rowid[statement->table]));
    while (result == 0 && (step = sqlite3_step(reader)) == SQLITE_ROW) {
        if (count == statement->row_count)
            abort();
        statement->line = statement->row_lines[count++];
        result = hand_over(loader, reader, &rule_tables[statement->table], statement->line, error);
    }
    if (result == 0 && step != SQLITE_DONE)
        result = fail(loader, statement, error);
    sqlite3_reset(reader);
    loader->last_rowid[statement->table] += (sqlite3_int64)count;
    return result;
}

static int load_statement(struct loader *loader, struct statement *statement, struct error *error)
{
    if (run(loader, statement, error) != 0)
        return -1;
    loader->is_reading = true;
    int result = read_back(loader, statement, error);
    loader->is_reading = false;
    return result;
}

static int load_file(struct loader *loader, const struct rulefile *file, struct error *error)
{
    if (rulefiles_check_text(file->name, file->text, strlen(file->text), error) != 0)
        return -1;
    struct scan scan = { .at = file->text, .line = 1 };
    struct statement statement = { 0 };
    loader->file = file->name;
    int found;
    while ((found = statement_next(&scan, &statement, error)) == 1)
        if (load_statement(loader, &statement, error) != 0) {
            found = -1;
            break;
        }
    if (found == -1)
        error_prefix(error, "%s:%d", file->name, statement.line);
    statement_release(&statement);
    return found;
}

int rulefiles_load(const struct rulefiles *files, rulefile_row *row, void *context, struct error *error)
{
    struct loader loader = { .row = row, .context = context };
    int result = 0;
    loader_open(&loader);
    for (size_t i = 0; result == 0 && i < files->count; i++)
        result = load_file(&loader, &files->list[i], error);
    loader_close(&loader);
    return result;
}
