/*
 * fixture: see the header. Asks through a connection of its own, as the CLI would.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "store/db.h"
#include "store/schema.h"
#include "tests/lib/fixture.h"

const char FIXTURE_RULES[] =
    "INSERT INTO setting (name, value) VALUES ('business_name', 'Sunny Bakery');\n"
    "INSERT INTO campaign (name, channel, campaign_id, layout) VALUES\n"
    " ('reply', 'whatsapp', '7f3c0000-0000-4000-8000-000000000001', 'response'),\n"
    " ('reopen', 'whatsapp', '7f3c0000-0000-4000-8000-000000000002', 'template');\n"
    "INSERT INTO team (name) VALUES ('support');\n"
    "INSERT INTO rule (name, pattern, say) VALUES ('hours', 'hours|open', 'We are open from 8 to 6.');\n"
    "INSERT INTO rule (name, pattern, action) VALUES ('hush', 'psst', 'ignore');\n"
    "INSERT INTO rule (name, priority, pattern, action, target, say) VALUES\n"
    " ('person', 900, 'human|person', 'handoff', 'support', 'One moment, a colleague is coming.');\n"
    "INSERT INTO rule (name, priority, pattern, action, say) VALUES\n"
    " ('opt-out', 1000, '^stop$', 'opt_out', 'You will hear no more from us.'),\n"
    " ('opt-in', 1000, '^start$', 'opt_in', 'Welcome back.');\n"
    "INSERT INTO rule (name, pattern, action, say) VALUES ('bye', 'bye', 'close', 'See you.');\n";

static void must(int result, const struct error *error)
{
    if (result != 0)
        fail_msg("%s", error->text);
}

void fixture_load(struct fixture *fixture, const char *text)
{
    struct rulefiles files = { 0 };
    struct error error = { 0 };
    struct ruleset *rules;

    rulefiles_add(&files, "test.sql", text);
    rules = ruleset_new(&files, fixture->zones, &error);
    if (rules == NULL)
        fail_msg("%s", error.text);
    must(desk_begin(&fixture->desk, &error), &error);
    must(desk_install(&fixture->desk, rules, &files, "test", fixture->now, &error), &error);
    must(desk_commit(&fixture->desk, &error), &error);
    must(desk_adopt(&fixture->desk, rules, &error), &error);
    rulefiles_release(&files);
}

/* A book with the schema and nothing in it, made at `path` by the program's own steps. */
static void make_book(const char *path, struct buf *bytes)
{
    struct error error = { 0 };
    struct db *db = db_open(path, DB_WRITER, &error);
    char piece[8192];
    size_t len;
    FILE *file;

    if (db == NULL)
        fail_msg("%s", error.text);
    must(schema_apply(db, 0, &error), &error);
    db_close(db);
    file = fopen(path, "rb");
    assert_non_null(file);
    while ((len = fread(piece, 1, sizeof piece, file)) > 0)
        buf_add(bytes, piece, len);
    fclose(file);
}

/* Each program takes the steps of the schema once, for its first fixture; to take them for each is most of what tests do. */
static void put_book(const char *path)
{
    static struct buf empty_book;
    int file;

    if (empty_book.len == 0) {
        make_book(path, &empty_book);
        return;
    }
    file = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    assert_true(file >= 0);
    assert_int_equal(write(file, empty_book.data, empty_book.len), empty_book.len);
    close(file);
}

/* Read once for all fixtures: nobody writes to them. */
static struct zones *shared_zones(void)
{
    static struct zones *zones;

    if (zones == NULL)
        zones = zones_open(NULL);
    return zones;
}

void fixture_open(struct fixture *fixture, const char *rules)
{
    struct error error = { 0 };

    memset(fixture, 0, sizeof *fixture);
    strncpy(fixture->folder, "/tmp/frontdesk-test-XXXXXX", sizeof fixture->folder - 1);
    assert_non_null(mkdtemp(fixture->folder));
    snprintf(fixture->path, sizeof fixture->path, "%s/book.db", fixture->folder);
    fixture->now = 1778500000000; /* 2026-05-11 */
    fixture->zones = shared_zones();
    put_book(fixture->path);
    must(desk_open(&fixture->desk, fixture->path, 0, fixture->zones, fixture->now, &error), &error);
    fixture_load(fixture, rules);
}

void fixture_reopen(struct fixture *fixture, bool was_killed)
{
    struct error error = { 0 };

    if (was_killed)
        desk_release(&fixture->desk);
    else
        desk_close(&fixture->desk);
    must(desk_open(&fixture->desk, fixture->path, 0, fixture->zones, fixture->now, &error), &error);
}

void fixture_close(struct fixture *fixture)
{
    static const char *const suffixes[] = { "", "-wal", "-shm" };
    char name[96];

    desk_close(&fixture->desk);
    for (size_t i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "%s%s", fixture->path, suffixes[i]);
        unlink(name);
    }
    rmdir(fixture->folder);
}

static char *double_quotes(const char *json)
{
    char *copy = alloc_text(json);

    for (char *at = copy; *at != '\0'; at++)
        if (*at == '\'')
            *at = '"';
    return copy;
}

struct receipt fixture_receive(struct fixture *fixture, const char *channel, const char *json)
{
    char *body = double_quotes(json);
    struct webhook webhook = { .received_at = fixture->now,
                               .channel = channel,
                               .content_type = "application/json",
                               .body = body,
                               .body_len = strlen(body) };
    struct error error = { 0 };
    struct receipt receipt;

    must(desk_begin(&fixture->desk, &error), &error);
    must(road_receive(&fixture->desk, &webhook, NULL, fixture->now, &receipt, &error), &error);
    must(desk_commit(&fixture->desk, &error), &error);
    free(body);
    return receipt;
}

int fixture_act(struct fixture *fixture, const char *name, const char *json)
{
    char *body = double_quotes(json);
    struct error error = { 0 }, why = { 0 };
    struct json *arguments;
    struct buf reply = { 0 };
    int64_t contact;
    int status;

    must(json_parse(body, strlen(body), JSON_STRICT, &arguments, &error), &error);
    must(desk_begin(&fixture->desk, &error), &error);
    status = desk_command(&fixture->desk, name, arguments, fixture->now, &reply, &contact, &why);
    must(desk_commit(&fixture->desk, &error), &error);
    json_free(arguments);
    buf_release(&reply);
    free(body);
    return status;
}

static sqlite3_stmt *ask(struct fixture *fixture, sqlite3 **handle, const char *sql)
{
    sqlite3_stmt *stmt;

    assert_int_equal(sqlite3_open_v2(fixture->path, handle, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    sqlite3_db_config(*handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    if (sqlite3_prepare_v2(*handle, sql, -1, &stmt, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(*handle));
    return stmt;
}

int64_t fixture_int(struct fixture *fixture, const char *sql)
{
    sqlite3 *handle;
    sqlite3_stmt *stmt = ask(fixture, &handle, sql);
    int64_t value = sqlite3_step(stmt) == SQLITE_ROW ? sqlite3_column_int64(stmt, 0) : -1;

    sqlite3_finalize(stmt);
    sqlite3_close(handle);
    return value;
}

const char *fixture_text(struct fixture *fixture, const char *sql)
{
    static char text[512];
    sqlite3 *handle;
    sqlite3_stmt *stmt = ask(fixture, &handle, sql);
    const unsigned char *found = sqlite3_step(stmt) == SQLITE_ROW ? sqlite3_column_text(stmt, 0) : NULL;

    snprintf(text, sizeof text, "%s", found != NULL ? (const char *)found : "");
    sqlite3_finalize(stmt);
    sqlite3_close(handle);
    return text;
}
