/*
 * rulefile: a folder of SQL rule files, read into an in-memory database under an authorizer that allows
 * INSERT into the rule tables and nothing else, with bounds on text, steps and rows. What comes out are the
 * rows as typed, each with its file and line (the row's own line, also inside a many-row INSERT), for
 * rules/ruleset to validate.
 *
 * Errors are finished sentences "hours.sql:12: …" that name the row and the way out where that can be known
 * (an unknown column or table, with the nearest good name; a lone apostrophe; a missing comma; curly quotes;
 * a file that is not UTF-8).
 */
#ifndef STORE_RULEFILE_H
#define STORE_RULEFILE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

struct rulefile { /* owned texts */
    char *name;   /* "10-hours.sql", no folder */
    char *text;
};

struct rulefiles {
    struct rulefile *list;
    size_t count;
};

enum { RULEFILES_MAX = 200, RULEFILE_BYTES_MAX = 8 * 1024 * 1024 }; /* bytes: of all files of a folder */

/* All *.sql of a folder, by name. -1: no such folder, no file, too large, not UTF-8; then `files` is empty.
 */
int rulefiles_read(const char *folder, struct rulefiles *files, struct error *error);

/*
 * The files of the folder that look as if they were meant to be read and are not, by name: *.sql.txt, as Notepad likes
 * to save, *.SQL, or a *.sql that is no plain file. `name` is what it would have to be called; NULL: it is no plain
 * file. Copies like *.sql.bak or *.sql~ are meant so.
 */
typedef void rulefiles_outsider(void *context, const char *file, const char *name);
void rulefiles_passed_by(const char *folder, rulefiles_outsider *each, void *context);

void rulefiles_release(struct rulefiles *files);
void rulefiles_add(struct rulefiles *files, const char *name, const char *text);

/*
 * Is the text UTF-8 without NUL? Else -1 and "name:line: …", the name being the last part of `path`: where the owner
 * finds the file, for the line that converts it.
 */
int rulefiles_check_text(const char *path, const char *text, size_t len, struct error *error);

/* 16 hex digits over names and texts. */
void rulefiles_digest(const struct rulefiles *files, struct buf *out);

/* Does the folder hold these very files, byte for byte? 1, 0, or -1 when it cannot be read. */
int rulefiles_are_in(const struct rulefiles *files, const char *folder);

/*
 * Runs the files and hands every row to `row` in file order: `table`, all `count` columns of it with names
 * and values (NULL where not given or NULL; numbers as their text). The callback returns -1 with a sentence
 * to refuse the row; "file:line: " is put in front of it here. `table` and `names` are constants of the
 * program, `file` lives as long as `files`; the values end with the callback. Any thread.
 */
typedef int rulefile_row(void *context, const char *table, const char *file, int line, size_t count,
                         const char *const *names, const char *const *values, struct error *error);
int rulefiles_load(const struct rulefiles *files, rulefile_row *row, void *context, struct error *error);

#endif
