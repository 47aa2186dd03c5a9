/*
 * command_history: the rulesets that were in force (history), and the way back to one (rollback).
 *
 * What a load changed is told by comparing its files with those of the load before it, row by row; nothing of it
 * is stored. Files that a later version of this program cannot read any more are kept and listed all the same.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "ctl/act.h"
#include "ctl/call.h"
#include "ctl/commands.h"
#include "rules/change.h"
#include "store/book.h"
#include "store/rulebook.h"

enum { LISTED = 20 };

struct version {
    int64_t number, loaded_at, rule_count, same_as;
    char *actor;
};

struct versions { /* newest first */
    struct version *list;
    size_t count;
    int64_t live;
};

static void add_version(void *context, const struct rulebook_row *row)
{
    struct versions *versions = context;

    versions->list = alloc_resize(versions->list, versions->count + 1, sizeof *versions->list);
    versions->list[versions->count++] = (struct version){
        .number = row->number,
        .loaded_at = row->loaded_at,
        .rule_count = row->rule_count,
        .same_as = row->same_as,
        .actor = alloc_text(row->actor),
    };
}

static void versions_release(struct versions *versions)
{
    for (size_t i = 0; i < versions->count; i++)
        free(versions->list[i].actor);
    free(versions->list);
}

/* 1; 0 when this program cannot read the files (any more); -1. */
static int read_rows(struct db *db, int64_t number, struct rows *rows, struct error *error)
{
    struct rulefiles files = { 0 };
    int found = rulebook_files(db, number, &files, error);

    if (found == 1 && rows_load(&files, rows, NULL) != 0)
        found = 0;
    rulefiles_release(&files);
    return found;
}

static void tell_changes(const struct version *version, const struct version *earlier,
                         const struct rows *before, const struct rows *after, struct buf *out)
{
    struct changes changes = { 0 };

    changes_find(before, after, &changes);
    if (earlier == NULL)
        buf_add_text(out, "the first: ");
    else if (version->same_as == earlier->number)
        buf_add_text(out, "nothing");
    else if (changes.count == 0)
        buf_add_text(out, "only comments or layout");
    changes_sum_up(&changes, out);
    if (version->same_as != 0 && (earlier == NULL || version->same_as != earlier->number))
        buf_addf(out, " (as %lld)", (long long)version->same_as);
    changes_release(&changes);
}

static const struct column VERSION_COLUMNS[] = {
    { "ruleset", "ruleset", LOOK_NUMBER },  { "loaded_at", "loaded", LOOK_PLAIN },
    { "actor", "by", LOOK_NAME },          { "rules", "rules", LOOK_NUMBER },
    { "changed", "what changed", LOOK_LONG }, { "same_as", NULL, LOOK_NUMBER },
    { "state", "state", LOOK_STATE },
};

static void show_version(struct output *output, const struct versions *versions, size_t i, const char *changed)
{
    const struct version *version = &versions->list[i];
    const char *state = version->number == versions->live ? "in force" : "replaced";

    output_row(output, (struct cell[]){ cell_id(version->number), cell_time(version->loaded_at),
                                        cell_text(version->actor), cell_number(version->rule_count),
                                        cell_text_or_none(changed), cell_id(version->same_as),
                                        cell_text(state) });
}

/* Each version beside the one before it, whose rows are used again when its own turn comes. */
static int show_versions(struct call *call, struct db *db, const struct versions *versions, size_t shown,
                         struct error *error)
{
    struct rows after = { 0 }, before = { 0 };
    int can_read = shown > 0 ? read_rows(db, versions->list[0].number, &after, error) : 0;

    for (size_t i = 0; i < shown && can_read >= 0; i++) {
        const struct version *earlier = i + 1 < versions->count ? &versions->list[i + 1] : NULL;
        int could_read = earlier != NULL ? read_rows(db, earlier->number, &before, error) : 1;
        struct buf changed = { 0 };

        if (can_read == 1 && could_read == 1)
            tell_changes(&versions->list[i], earlier, &before, &after, &changed);
        if (could_read >= 0)
            show_version(call->output, versions, i, buf_text(&changed));
        buf_release(&changed);
        rows_release(&after);
        after = before;
        before = (struct rows){ 0 };
        can_read = could_read;
    }
    rows_release(&after);
    return can_read < 0 ? -1 : 0;
}

static int show_history(struct call *call, struct db *db, int64_t limit)
{
    struct versions versions = { 0 };
    struct error error = { 0 };
    size_t shown;
    int result, code = EXIT_DONE;

    result = book_get_int(db, "live_ruleset", 0, &versions.live, &error);
    if (result == 0) /* one more than is shown, to compare the last with */
        result = rulebook_list(db, limit > 0 ? limit + 1 : 0, add_version, &versions, &error);
    shown = limit > 0 && versions.count > (size_t)limit ? (size_t)limit : versions.count;
    output_table(call->output, "rulesets", VERSION_COLUMNS, sizeof VERSION_COLUMNS / sizeof *VERSION_COLUMNS);
    if (result == 0)
        result = show_versions(call, db, &versions, shown, &error);
    output_table_end(call->output);
    if (result != 0)
        code = call_read_failed(call, db, &error);
    else if (shown == 0)
        code = call_fail(call, EXIT_NOTHING, "no rules were loaded yet: frontdesk rules load DIR");
    else if (shown < versions.count)
        output_note(call->output, NOTE_DIM, "There are older ones; --limit 0 shows all.");
    versions_release(&versions);
    return code;
}

int command_rules_history(struct call *call)
{
    struct db *db;
    int64_t limit;
    int code;

    if ((code = call_limit(call, LISTED, &limit)) != EXIT_DONE || (code = call_open(call, &db)) != EXIT_DONE)
        return code;
    code = show_history(call, db, limit);
    db_close(db);
    return code;
}

/* Rollback */

/* The folder is left as it is; who rolled back has to know what becomes of it. */
static void warn_of_folder(struct call *call, const struct json *reply, int64_t number)
{
    const char *folder = json_get_text(reply, "folder");

    if (folder != NULL && json_get_bool(reply, "is_folder", false))
        return;
    if (folder == NULL)
        output_note(call->output, NOTE_WARN,
                    "If a folder of rules is loaded from, it still holds other rules: mend them before you "
                    "load it again.");
    else
        output_note(call->output, NOTE_WARN,
                    "The folder %s still holds other rules (frontdesk rules diff %lld %s shows them). A restart "
                    "leaves this ruleset in force until a file there changes; the next rules load or SIGHUP "
                    "takes the folder as it is. So mend the files there.",
                    folder, (long long)number, folder);
}

int command_rules_rollback(struct call *call)
{
    struct json *reply = NULL;
    int64_t wanted = call->parsed->numbers[0], number;
    int code = act_rollback_rules(call, wanted, &reply);

    if (code == EXIT_DONE) {
        number = json_get_int(reply, "ruleset", 0);
        output_record(call->output, NULL,
                      (struct column[]){ { "act", NULL, LOOK_PLAIN },
                                         { "ruleset", NULL, LOOK_NUMBER },
                                         { "same_as", NULL, LOOK_NUMBER },
                                         { "folder", NULL, LOOK_PLAIN },
                                         { "is_folder", NULL, LOOK_PLAIN } },
                      (struct cell[]){ cell_text("rules-rollback"), cell_id(number), cell_id(wanted),
                                       cell_text(json_get_text(reply, "folder")),
                                       cell_flag(json_get_bool(reply, "is_folder", false)) },
                      5);
        output_note(call->output, NOTE_GOOD, "Ruleset %lld is in force: the files of %lld once more.",
                    (long long)number, (long long)wanted);
        warn_of_folder(call, reply, number);
    }
    json_free(reply);
    return code;
}
