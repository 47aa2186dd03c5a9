/*
 * spine: an empty book in memory for tests of what reads it, from the schema's own files (tests run at the top
 * of the tree).
 */
#ifndef TESTS_SPINE_H
#define TESTS_SPINE_H

#include <glob.h>
#include <stdio.h>

#include "base/buf.h"
#include "store/db.h"

static inline void spine_run(struct db *db, const char *sql)
{
    struct error error = { { 0 } };

    if (db_run(db, sql, &error) != 0)
        fail_msg("%s: %s", sql, error.text);
}

static inline void spine_apply(struct db *db, const char *path)
{
    FILE *file = fopen(path, "r");
    struct buf sql = { 0 };
    char piece[4096];
    size_t got;

    assert_non_null(file);
    while ((got = fread(piece, 1, sizeof piece, file)) > 0)
        buf_add(&sql, piece, got);
    fclose(file);
    spine_run(db, buf_text(&sql));
    buf_release(&sql);
}

static inline struct db *spine_open(void)
{
    struct error error = { { 0 } };
    struct db *db = db_open(NULL, DB_MEMORY, &error);
    glob_t files;

    assert_non_null(db);
    assert_int_equal(glob("schema/*.sql", 0, NULL, &files), 0); /* sorted */
    for (size_t i = 0; i < files.gl_pathc; i++)
        spine_apply(db, files.gl_pathv[i]);
    globfree(&files);
    return db;
}

#endif
