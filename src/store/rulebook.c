/*
 * rulebook: see the header. Which set is in force is the fact "live_ruleset" of table book: always the newest,
 * since a rollback stores the old files once more under a new number.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "store/book.h"
#include "store/rulebook.h"

static const char FILES[] = "SELECT name, text FROM ruleset_file WHERE ruleset = ?1 ORDER BY name";

int rulebook_files(struct db *db, int64_t number, struct rulefiles *files, struct error *error)
{
    struct query *q = db_query(db, FILES);
    int more;

    query_bind_int(q, 1, number);
    while ((more = query_step(q, error)) == 1)
        rulefiles_add(files, query_text(q, 0), query_text(q, 1));
    query_end(q);
    return more < 0 ? -1 : files->count > 0;
}

int rulebook_live(struct db *db, struct rulefiles *files, int64_t *number, struct error *error)
{
    if (book_get_int(db, "live_ruleset", 0, number, error) != 0)
        return -1;
    return *number == 0 ? 0 : rulebook_files(db, *number, files, error);
}

static const char DIGEST[] = "SELECT digest FROM ruleset WHERE id = ?1";

int rulebook_digest(struct db *db, int64_t number, struct buf *digest, struct error *error)
{
    struct query *q = db_query(db, DIGEST);
    int found;

    query_bind_int(q, 1, number);
    found = query_step(q, error);
    if (found == 1)
        buf_add_text(digest, query_text(q, 0));
    query_end(q);
    return found;
}

static const char LIST[] =
    "SELECT r.id, r.loaded_at, r.rule_count, r.actor, r.digest, (SELECT max (e.id) FROM ruleset e "
    "WHERE e.digest = r.digest AND e.id < r.id) FROM ruleset r ORDER BY r.id DESC LIMIT ?1";

int rulebook_list(struct db *db, int64_t limit, rulebook_seen *seen, void *context, struct error *error)
{
    struct query *q = db_query(db, LIST);
    int more;

    query_bind_int(q, 1, limit > 0 ? limit : -1);
    while ((more = query_step(q, error)) == 1)
        seen(context, &(struct rulebook_row){ .number = query_int(q, 0),
                                              .loaded_at = query_int(q, 1),
                                              .rule_count = query_int(q, 2),
                                              .actor = query_text(q, 3),
                                              .digest = query_text(q, 4),
                                              .same_as = query_int(q, 5) });
    query_end(q);
    return more < 0 ? -1 : 0;
}

static const char PUT[] =
    "INSERT INTO ruleset (loaded_at, actor, digest, rule_count, id) VALUES (?1, ?2, ?3, ?4, ?5)";

static int put_set(struct db *db, const struct rulefiles *files, int64_t rule_count, const char *actor,
                   int64_t now, int64_t number, struct error *error)
{
    struct query *q = db_query(db, PUT);
    struct buf digest = { 0 };
    int result;

    rulefiles_digest(files, &digest);
    query_bind_int(q, 1, now);
    query_bind_text(q, 2, actor);
    query_bind_text(q, 3, buf_text(&digest));
    query_bind_int(q, 4, rule_count);
    query_bind_int(q, 5, number);
    result = query_run(q, error);
    buf_release(&digest);
    return result;
}

static const char PUT_FILE[] = "INSERT INTO ruleset_file (ruleset, name, text) VALUES (?1, ?2, ?3)";

static int put_file(struct db *db, int64_t number, const struct rulefile *file, struct error *error)
{
    struct query *q = db_query(db, PUT_FILE);

    query_bind_int(q, 1, number);
    query_bind_text(q, 2, file->name);
    query_bind_text(q, 3, file->text);
    return query_run(q, error);
}

int rulebook_put(struct db *db, const struct rulefiles *files, int64_t rule_count, const char *actor,
                 int64_t now, int64_t *number, struct error *error)
{
    static const char NEWEST_ID[] = DB_NEWEST_ID("ruleset");

    if (db_next_id(db, NEWEST_ID, number, error) != 0 ||
        put_set(db, files, rule_count, actor, now, *number, error) != 0)
        return -1;
    for (size_t i = 0; i < files->count; i++)
        if (put_file(db, *number, &files->list[i], error) != 0)
            return -1;
    return book_put_int(db, "live_ruleset", *number, error);
}

/* The value itself comes back: SQLite 3.40 says 1 to "RETURNING disabled_at IS NOT NULL", whatever it is. */
static const char COUNT[] =
    "INSERT INTO rule_trouble (ruleset, rule, limit_hits) VALUES (?1, ?2, 1) ON CONFLICT (ruleset, rule) DO UPDATE SET "
    "limit_hits = limit_hits + 1, disabled_at = CASE WHEN limit_hits + 1 >= ?3 THEN coalesce(disabled_at, ?4) END "
    "RETURNING disabled_at";

int rulebook_count_trouble(struct db *db, int64_t number, const char *rule, int64_t now, bool *is_disabled,
                           struct error *error)
{
    struct query *q = db_query(db, COUNT);
    int found;

    query_bind_int(q, 1, number);
    query_bind_text(q, 2, rule);
    query_bind_int(q, 3, RULE_TROUBLE_MAX);
    query_bind_int(q, 4, now);
    found = query_step(q, error);
    *is_disabled = found == 1 && !query_is_null(q, 0);
    query_end(q);
    return found < 0 ? -1 : 0;
}

static const char DISABLED[] = "SELECT rule FROM rule_trouble WHERE ruleset = ?1 AND disabled_at IS NOT NULL";

int rulebook_disabled(struct db *db, int64_t number, const char ***names, struct error *error)
{
    struct query *q = db_query(db, DISABLED);
    size_t count = 0;
    int more;

    *names = alloc_array(1, sizeof **names);
    query_bind_int(q, 1, number);
    while ((more = query_step(q, error)) == 1) {
        *names = alloc_resize(*names, count + 2, sizeof **names);
        (*names)[count++] = alloc_text(query_text(q, 0));
        (*names)[count] = NULL;
    }
    query_end(q);
    return more < 0 ? -1 : 0;
}

void rulebook_free_names(const char **names)
{
    for (size_t i = 0; names != NULL && names[i] != NULL; i++)
        free((char *)names[i]);
    free(names);
}
