/*
 * rollback: see the header.
 */
#include <string.h>

#include "base/buf.h"
#include "desk/rollback.h"
#include "store/book.h"
#include "store/rulebook.h"

enum { FOUND = 200, MISSING = 404, CONFLICT = 409, FAILED = 503 };

static int refuse_live(int64_t number, int64_t live, struct error *error)
{
    if (number == live)
        error_set(error, "ruleset %lld is in force already", (long long)live);
    else
        error_set(error, "ruleset %lld, which is in force, has the same files as %lld: there is nothing to do",
                  (long long)live, (long long)number);
    return CONFLICT;
}

static int check(struct db *db, int64_t number, struct error *error)
{
    struct buf wanted = { 0 }, current = { 0 };
    int64_t live;
    int found, status = FOUND;

    if (book_get_int(db, "live_ruleset", 0, &live, error) != 0)
        return FAILED;
    found = rulebook_digest(db, number, &wanted, error);
    if (found == 0) {
        error_set(error, "there is no ruleset %lld; frontdesk rules history lists them", (long long)number);
        status = MISSING;
    } else if (found < 0 || rulebook_digest(db, live, &current, error) < 0) {
        status = FAILED;
    } else if (strcmp(buf_text(&wanted), buf_text(&current)) == 0) {
        status = refuse_live(number, live, error);
    }
    buf_release(&wanted);
    buf_release(&current);
    return status;
}

int rollback_read(struct db *db, int64_t number, struct rulefiles *files, struct error *error)
{
    int status = check(db, number, error), found;

    if (status != FOUND)
        return status;
    found = rulebook_files(db, number, files, error);
    if (found == 1)
        return FOUND;
    rulefiles_release(files);
    if (found == 0)
        error_set(error, "the files of ruleset %lld are not in the book", (long long)number);
    return found == 0 ? MISSING : FAILED;
}
