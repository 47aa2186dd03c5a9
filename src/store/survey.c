/*
 * survey: see the header.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "store/audit.h"
#include "store/query_number.h"
#include "store/schema.h"
#include "store/survey.h"

enum { PATIENCE_MS = 60 * 60 * 1000, SENTENCES_MAX = 20 };

static const char INTEGRITY[] = "SELECT 'the file is damaged: ' || integrity_check FROM pragma_integrity_check "
                                "WHERE integrity_check <> 'ok' LIMIT 20";
static const char REFERENCES[] =
    "SELECT format ('%s %s points to a row of %s that does not exist', \"table\", coalesce (rowid, '?'), parent) "
    "FROM pragma_foreign_key_check LIMIT 20";

static const char COUNTS[] =
    "SELECT (SELECT count (*) FROM webhook), (SELECT count (*) FROM message), (SELECT count (*) FROM contact), "
    "(SELECT count (*) FROM conversation), (SELECT coalesce (max (id), 0) FROM ruleset), "
    "(SELECT count (*) FROM outbox WHERE settled_at IS NULL OR state = 'held'), "
    "coalesce ((SELECT at FROM message ORDER BY id DESC LIMIT 1), 0)";

struct surveying {
    struct db *db;
    struct survey *survey;
    survey_problem *problem;
    void *context;
};

static void report(void *context, const char *sentence)
{
    struct surveying *s = context;

    s->survey->problems++;
    s->problem(s->context, sentence);
}

static int look(struct surveying *s, const char *sql, struct error *error)
{
    struct query *q = db_query(s->db, sql);
    int more;

    while ((more = query_step(q, error)) == 1)
        report(s, query_text(q, 0));
    query_end(q);
    return more;
}

static int count(struct surveying *s, struct error *error)
{
    struct query *q = db_query(s->db, COUNTS);
    struct survey *survey = s->survey;
    int found = query_step(q, error);

    if (found == 1) {
        survey->webhooks = query_int(q, 0);
        survey->messages = query_int(q, 1);
        survey->contacts = query_int(q, 2);
        survey->conversations = query_int(q, 3);
        survey->ruleset = query_int(q, 4);
        survey->pending = query_int(q, 5);
        survey->newest_at = query_int(q, 6);
    }
    query_end(q);
    return found == 1 ? 0 : -1;
}

static int add_up(struct surveying *s, struct error *error)
{
    struct audit audit;

    s->survey->is_audited = true;
    return audit_run(s->db, &audit, report, s, error);
}

int survey_make(struct db *db, const char *path, struct survey *survey, survey_problem *problem, void *context,
                struct error *error)
{
    struct surveying s = { db, survey, problem, context };
    struct stat info;
    int result;

    *survey = (struct survey){ .bytes = stat(path, &info) == 0 ? (int64_t)info.st_size : 0 };
    db_limit_ms(db, PATIENCE_MS);
    result = schema_is_book(db, error);
    if (result == 0)
        result = look(&s, INTEGRITY, error);
    /* Behind a damaged page anything may be found. */
    if (result == 0 && survey->problems == 0) {
        result = schema_of(db, &survey->schema, error);
        if (result == 0)
            result = count(&s, error);
        if (result == 0)
            result = survey->schema == schema_version() ? add_up(&s, error) : look(&s, REFERENCES, error);
    }
    if (result != 0 && db_fault(db) == DB_CORRUPT)
        result = error_prefix(error, "%s is damaged, or no database", path);
    db_limit_ms(db, 0);
    return result;
}

static const char NEWEST_WEBHOOK[] = "SELECT received_at FROM webhook ORDER BY id DESC LIMIT 1";

int survey_newest_webhook(struct db *db, int64_t *at, struct error *error)
{
    return query_number(db_query(db, NEWEST_WEBHOOK), 0, at, error);
}
