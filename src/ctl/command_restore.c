/*
 * command_restore: a backup looked at, and put in the place of the book.
 *
 * The backup is copied beside the book, brought to this program's schema and settled (store/restored.h) there, and takes the
 * book's name by one rename. Until then nothing has changed; the book that was there is kept under a name of its own.
 */
#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/disk.h"
#include "ctl/act.h"
#include "ctl/call.h"
#include "ctl/commands.h"
#include "ctl/unit.h"
#include "desk/desk.h"
#include "store/copy.h"
#include "store/lock.h"
#include "store/restored.h"
#include "store/schema.h"
#include "store/survey.h"

struct restoring {
    struct call *call;
    const char *from;
    char *path;              /* of the book itself, where --db names a link to it */
    struct buf draft, aside; /* names beside the book */
    bool is_kept;            /* there was a book, and it is at `aside` */
    bool is_asked;           /* it could be read: what it knows that the backup does not was taken over */
    struct restored settled;
    struct error refused; /* why this version cannot use the backup's rules; empty: it can */
};

/* Looking */

static const struct column PROBLEM_COLUMNS[] = { { "text", "problem", LOOK_WHOLE } };

static void add_problem(void *context, const char *sentence)
{
    output_row(context, (struct cell[]){ cell_text(sentence) });
}

static void show_survey(struct call *call, const char *path, const struct survey *s)
{
    const struct column columns[] = {
        { "path", "backup", LOOK_PLAIN },
        { "schema", "schema", LOOK_NUMBER },
        { "bytes", "bytes", LOOK_NUMBER },
        { "messages", "messages", LOOK_NUMBER },
        { "newest_at", "  the newest of", LOOK_PLAIN },
        { "webhooks", "webhooks", LOOK_NUMBER },
        { "contacts", "customers", LOOK_NUMBER },
        { "conversations", "conversations", LOOK_NUMBER },
        { "ruleset", "ruleset", LOOK_NUMBER },
        { "pending", "texts and calls that were to go out", LOOK_NUMBER },
        { "is_audited", NULL, LOOK_PLAIN },
        { "problems_found", NULL, LOOK_NUMBER },
    };
    const struct cell cells[] = {
        cell_text(path),           cell_number(s->schema),   cell_number(s->bytes),         cell_number(s->messages),
        cell_time(s->newest_at),   cell_number(s->webhooks), cell_number(s->contacts),      cell_number(s->conversations),
        cell_id(s->ruleset),       cell_number(s->pending),  cell_flag(s->is_audited), cell_number(s->problems),
    };

    output_record(call->output, NULL, columns, cells, sizeof cells / sizeof *cells);
}

/* The sentence is of a book by default; a backup is named otherwise. */
static int refuse_backup(const struct call *call, struct error *error)
{
    char *advice = strstr(error->text, "; name the book with");

    if (advice == NULL)
        return call_fail(call, EXIT_FAILED, "%s", error->text);
    *advice = '\0';
    return call_fail(call, EXIT_FAILED, "%s; name a file that frontdesk backup has made", error->text);
}

static int check(struct call *call, const char *path)
{
    struct error error = { 0 };
    struct survey survey;
    struct db *db = db_open(path, DB_READER, &error);
    int result = -1;

    output_table(call->output, "problems", PROBLEM_COLUMNS, 1);
    if (db != NULL)
        result = survey_make(db, path, &survey, add_problem, call->output, &error);
    output_table_end(call->output);
    if (result == 0)
        call_take_zone(call, db);
    db_close(db);
    if (result != 0)
        return refuse_backup(call, &error);
    show_survey(call, path, &survey);
    if (survey.problems > 0)
        return call_fail(call, EXIT_FAILED, "this backup has %lld %s, see above: take an older one if there is one",
                         (long long)survey.problems, survey.problems == 1 ? "problem" : "problems");
    if (!survey.is_audited)
        output_note(call->output, NOTE_WARN,
                    "Its file is sound. It is of an older version, and what is in it is added up once it is restored: "
                    "frontdesk audit");
    else
        output_note(call->output, NOTE_GOOD, "This backup is sound, and adds up.");
    return EXIT_DONE;
}

/* A draft beside the book */

static void unlink_with(const char *path, const char *suffix)
{
    struct buf name = { 0 };

    buf_addf(&name, "%s%s", path, suffix);
    unlink(buf_text(&name));
    buf_release(&name);
}

static void drop_log(const char *path)
{
    unlink_with(path, "-wal");
    unlink_with(path, "-shm");
}

static void drop_draft(const struct restoring *r)
{
    drop_log(buf_text(&r->draft));
    unlink(buf_text(&r->draft));
}

static int say(const struct restoring *r, const struct error *error)
{
    return call_fail(r->call, EXIT_FAILED, "%s", error->text);
}

static int copy_draft(struct restoring *r, struct error *error)
{
    struct db *db = db_open(r->from, DB_READER, error);
    struct copy_facts facts;
    struct copy *copy = NULL;
    int more = -1;

    if (db != NULL && schema_is_book(db, error) == 0)
        copy = copy_begin(db, buf_text(&r->draft), true, error);
    if (copy != NULL) {
        while ((more = copy_step(copy, error)) == 1)
            output_progress(r->call->output, "%lld pages to copy", (long long)copy_pages_left(copy));
        if (more == 0)
            more = copy_seal(copy, &facts, error);
        output_progress(r->call->output, "%s", "");
    }
    copy_free(copy);
    db_close(db);
    return more;
}

/* NULL: there is none, or none that can be read. */
static struct db *open_present(const struct restoring *r)
{
    struct db *db = db_open(r->path, DB_READER, NULL);

    if (db != NULL && schema_check(db, NULL) != 0) {
        db_close(db);
        db = NULL;
    }
    return db;
}

static int settle(struct restoring *r, struct desk *desk, struct error *error)
{
    struct db *present = open_present(r);
    int result = desk_begin(desk, error);

    r->is_asked = present != NULL;
    if (result == 0) {
        result = restored_settle(desk->db, present, buf_text(&r->call->actor), clock_wall_ms(), &r->settled, error);
        if (result == 0)
            result = desk_commit(desk, error);
        else
            desk_rollback(desk);
    }
    db_close(present);
    return result;
}

static void drop_copy_before(const struct restoring *r, int version)
{
    char suffix[24];

    snprintf(suffix, sizeof suffix, ".before-%03d", version);
    unlink_with(buf_text(&r->draft), suffix);
}

/*
 * Also where the backup's rules are none for this version: those are mended afterwards, as after an upgrade. Then desk_open
 * has taken back already what was in flight, so that desk_close may mark the end of it.
 */
static int open_draft(struct restoring *r, struct desk *desk, struct error *error)
{
    const char *draft = buf_text(&r->draft);
    const struct zones *zones = call_zones(r->call);

    if (desk_open(desk, draft, 0, zones, r->call->now, error) == 0)
        return 0;
    if (!desk->is_refused || !desk_open_refused(desk, draft, 0, zones, r->call->now))
        return -1;
    r->refused = *error;
    *error = (struct error){ 0 };
    return 0;
}

static int settle_draft(struct restoring *r, struct error *error)
{
    struct desk desk;
    int result;

    if (open_draft(r, &desk, error) != 0)
        return -1;
    result = settle(r, &desk, error);
    desk_close(&desk);
    /* The copy that an upgrade makes first: the backup is that already. */
    for (int version = 1; version <= schema_version(); version++)
        drop_copy_before(r, version);
    return result;
}

/* The place */

/* What its log holds goes into the file, where that can be done; a damaged book keeps its log beside it. */
static void close_present(const char *path)
{
    struct db *db = db_open(path, DB_WRITER, NULL);
    struct error ignored = { 0 };

    if (db != NULL && db_begin(db, &ignored) == 0)
        db_commit(db, &ignored);
    db_close(db);
}

static int keep(struct restoring *r, const char *suffix, struct error *error)
{
    struct buf from = { 0 }, to = { 0 };
    struct stat info;
    int result = 0;

    buf_addf(&from, "%s%s", r->path, suffix);
    buf_addf(&to, "%s%s", buf_text(&r->aside), suffix);
    if (stat(buf_text(&from), &info) == 0 && info.st_size > 0 && link(buf_text(&from), buf_text(&to)) != 0)
        result = error_set(error, "%s cannot be kept as %s: %s", buf_text(&from), buf_text(&to), strerror(errno));
    buf_release(&from);
    buf_release(&to);
    return result;
}

/* As root one would else leave a book that the daemon cannot open. Where the old one is lost, its folder tells whose it was. */
static int give_to_owner(const struct restoring *r, struct error *error)
{
    const char *draft = buf_text(&r->draft);
    char *copy = alloc_text(r->path);
    struct stat owner;
    bool is_known = r->is_kept ? stat(copy, &owner) == 0 : geteuid() == 0 && stat(dirname(copy), &owner) == 0;
    int result = 0;

    if (is_known && (owner.st_uid != geteuid() || owner.st_gid != getegid()) && chown(draft, owner.st_uid, owner.st_gid) != 0)
        result = error_set(error, "%s cannot be given to the owner of the book: %s", draft, strerror(errno));
    free(copy);
    return result;
}

/* The log of the old book must not stand beside the new one for a moment: it would be played into it. */
static int take_place(struct restoring *r, struct error *error)
{
    const char *path = r->path;
    int result = -1;

    if (give_to_owner(r, error) != 0)
        return -1;
    if (disk_sync_file(buf_text(&r->draft)) != 0)
        error_set(error, "%s: the disk does not take it: %s", buf_text(&r->draft), strerror(errno));
    else if (!r->is_kept || (keep(r, "", error) == 0 && keep(r, "-wal", error) == 0)) {
        drop_log(path);
        if (rename(buf_text(&r->draft), path) != 0 || disk_sync_folder_of(path) != 0)
            error_set(error, "%s: the backup cannot take its place: %s", path, strerror(errno));
        else
            result = 0;
    }
    return result;
}

static int put_in_place(struct restoring *r)
{
    struct error error = { 0 };

    drop_draft(r); /* of a restore that was killed */
    if (copy_draft(r, &error) != 0)
        return refuse_backup(r->call, &error);
    if (r->is_kept)
        close_present(r->path);
    if (settle_draft(r, &error) == 0 && take_place(r, &error) == 0)
        return EXIT_DONE;
    drop_draft(r);
    return say(r, &error);
}

/* A backup does not know whom it should have forgotten. */
static void tell_of_people(const struct restoring *r)
{
    if (r->is_asked && r->settled.people > 0)
        output_note(r->call->output, NOTE_GOOD,
                    "Who had been erased after the backup was made is erased again as soon as frontdeskd runs: frontdesk "
                    "erasures list");
    else if (!r->is_asked)
        output_note(r->call->output, NOTE_WARN,
                    "%s, so nobody knows whom it had erased after the backup was made: they are in the book again. If there was "
                    "anybody, erase them once more.",
                    r->is_kept ? "The book before it cannot be read" : "There was no book before it");
}

static void tell(const struct restoring *r)
{
    static const struct column columns[] = {
        { "act", NULL, LOOK_PLAIN },
        { "path", "the book is now", LOOK_PLAIN },
        { "kept", "the one before it", LOOK_PLAIN },
        { "texts", "texts that may have been sent since", LOOK_NUMBER },
        { "calls", "calls to services, likewise", LOOK_NUMBER },
        { "questions", "questions to backends given up", LOOK_NUMBER },
        { "webhooks", "webhooks set aside", LOOK_NUMBER },
        { "messages", NULL, LOOK_NUMBER },
        { "values", NULL, LOOK_NUMBER },
        { "conversations", "conversations closed", LOOK_NUMBER },
        { "people", "people erased since, who are erased again", LOOK_NUMBER },
    };
    const struct restored *s = &r->settled;
    const struct cell cells[] = {
        cell_text("restore"),     cell_text(r->path),       cell_text(r->is_kept ? buf_text(&r->aside) : NULL),
        cell_number(s->texts),    cell_number(s->calls),    cell_number(s->questions),
        cell_number(s->webhooks), cell_number(s->messages), cell_number(s->values),
        cell_number(s->conversations), cell_number(s->people),
    };

    output_record(r->call->output, NULL, columns, cells, sizeof cells / sizeof *cells);
    output_note(r->call->output, NOTE_GOOD,
                "Restored. Nothing that was pending in the backup is sent by itself, since it may have been sent after the "
                "backup was made: frontdesk outbox list --state unknown shows it, and frontdesk outbox retry sends it.");
    tell_of_people(r);
    if (r->refused.text[0] != '\0')
        output_note(r->call->output, NOTE_WARN, "frontdeskd does not start with it yet: %s", r->refused.text);
}

static void name_aside(const char *path, int64_t at, struct buf *name)
{
    time_t seconds = (time_t)(at / 1000);
    struct tm utc;
    size_t len;

    gmtime_r(&seconds, &utc);
    buf_addf(name, "%s.before-restore-%04d%02d%02dT%02d%02d%02dZ", path, utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
             utc.tm_hour, utc.tm_min, utc.tm_sec);
    len = name->len;
    for (int number = 2; access(buf_text(name), F_OK) == 0; number++) {
        buf_truncate(name, len);
        buf_addf(name, "-%d", number);
    }
}

/* Which of several daemons has to end is known to the kernel; what else holds the book has soon done what it does. */
static int refuse_in_use(const struct call *call, const char *path)
{
    int holder = lock_holder(path);
    char name[LOCK_NAME_SIZE] = "";

    if (holder > 0)
        lock_holder_name(holder, name);
    if (name[0] != '\0' && strcmp(name, "frontdeskd") != 0)
        return call_fail(call, EXIT_BUSY, "%s is in use by process %d (%s): try again when that has ended", path, holder, name);
    if (holder > 0 && !unit_runs("", holder))
        return call_fail(call, EXIT_BUSY, "%s is in use by frontdeskd, process %d: end that first (kill %d), then restore", path,
                         holder, holder);
    return call_fail(call, EXIT_BUSY, "%s is in use: stop the daemon first%s, then restore", path,
                     unit_is_installed("") ? " (systemctl stop frontdeskd)" : "");
}

static bool is_same_file(const char *one, const char *other)
{
    struct stat a, b;

    return stat(one, &a) == 0 && stat(other, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* An empty file is no book. */
static bool is_empty(const char *path)
{
    struct stat info;

    return stat(path, &info) != 0 || info.st_size == 0;
}

/* Under the writer's lock: so neither a daemon nor another restore runs, and none can start. */
static int restore(struct call *call, const char *from)
{
    const char *path = buf_text(&call->db_path);
    struct restoring r = { .call = call, .from = from, .is_kept = !is_empty(path) };
    struct error error = { 0 };
    bool is_new = access(path, F_OK) != 0; /* the lock makes a file of that name */
    int lock = -1, taken = lock_take(path, &lock, &error), code;

    r.path = realpath(path, NULL);
    if (r.path == NULL)
        r.path = alloc_text(path);
    buf_addf(&r.draft, "%s.restoring", r.path);
    name_aside(r.path, call->now, &r.aside);
    if (taken < 0)
        code = say(&r, &error);
    else if (is_same_file(from, buf_text(&r.draft)))
        code = call_fail(call, EXIT_FAILED, "%s is what another restore was making: name the backup itself", from);
    else if (taken == 0)
        code = refuse_in_use(call, path);
    else
        code = put_in_place(&r);
    if (is_new && taken == 1 && is_empty(path))
        unlink(r.path);
    lock_release(lock);
    if (code == EXIT_DONE)
        tell(&r);
    buf_release(&r.draft);
    buf_release(&r.aside);
    free(r.path);
    return code;
}

int command_restore(struct call *call)
{
    const char *from = call->parsed->holes[0];
    struct stat info;

    if (stat(from, &info) != 0 && (errno == ENOENT || errno == ENOTDIR))
        return call_fail(call, EXIT_FAILED, "there is no file %s: name one that frontdesk backup has made", from);
    if (stat(from, &info) != 0)
        return call_fail(call, EXIT_FAILED, "%s: %s", from, strerror(errno));
    if (!S_ISREG(info.st_mode))
        return call_fail(call, EXIT_FAILED, "%s is no file: name the backup itself", from);
    if (call->parsed->options[OPTION_CHECK] != NULL)
        return check(call, from);
    if (is_same_file(from, buf_text(&call->db_path)))
        return call_fail(call, EXIT_FAILED, "%s is the book itself: name a backup", from);
    return restore(call, from);
}
