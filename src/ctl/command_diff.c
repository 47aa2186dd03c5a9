/*
 * command_diff: what is different between two sets of rules, each a number of the history or a folder. First row
 * by row, which is what an owner asks; then line by line, which is what she has in her editor.
 *
 * JSON: "from" and "to" ("ruleset" or "folder"), "changes", a row for each row that came, went or moved and each
 * column that differs, and "lines".
 */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "ctl/call.h"
#include "ctl/commands.h"
#include "rules/change.h"
#include "store/book.h"
#include "store/rulebook.h"
#include "text/patch.h"

enum { AROUND = 2 }; /* lines shown before and behind a change */

/* One of the two. */
struct edition {
    int64_t number;     /* of the history; 0: a folder */
    const char *folder; /* as typed; NULL: of the history */
    struct rulefiles files;
    struct rows rows;
    bool has_rows; /* the files are such that rows could be read */
    struct error why;
};

static bool is_number(const char *typed)
{
    return typed[0] != '\0' && typed[strspn(typed, "0123456789")] == '\0' && strlen(typed) < 19;
}

static int read_edition(struct call *call, struct db *db, struct edition *edition)
{
    struct error error = { 0 };
    int found;

    if (edition->folder != NULL) {
        if (rulefiles_read(edition->folder, &edition->files, &error) != 0)
            return call_fail(call, EXIT_FAILED, "%s", error.text);
    } else {
        found = rulebook_files(db, edition->number, &edition->files, &error);
        if (found < 0)
            return call_read_failed(call, db, &error);
        if (found == 0)
            return call_fail(call, EXIT_NOTHING, "there is no ruleset %lld; frontdesk rules history lists them",
                             (long long)edition->number);
    }
    edition->has_rows = rows_load(&edition->files, &edition->rows, &edition->why) == 0;
    return EXIT_DONE;
}

/*
 * Numbers and folders as typed; what was left out is the ruleset in force, and the folder of FRONTDESK_RULES. A
 * folder alone is a draft: what would it change?
 */
static int name_editions(struct call *call, struct db *db, struct edition *from, struct edition *to)
{
    const char *typed[] = { call->parsed->holes[0], call->parsed->holes[1] };
    struct error error = { 0 };

    if (typed[0] != NULL && typed[1] == NULL && !is_number(typed[0])) {
        typed[1] = typed[0];
        typed[0] = NULL;
    }
    if (typed[0] != NULL && is_number(typed[0]))
        from->number = strtoll(typed[0], NULL, 10);
    else if (typed[0] != NULL)
        from->folder = typed[0];
    else if (book_get_int(db, "live_ruleset", 0, &from->number, &error) != 0)
        return call_read_failed(call, db, &error);
    if (typed[0] == NULL && from->number == 0)
        return call_fail(call, EXIT_NOTHING, "no rules are in force yet: frontdesk rules load DIR");
    if (typed[1] != NULL && is_number(typed[1]))
        to->number = strtoll(typed[1], NULL, 10);
    else if (typed[1] != NULL)
        to->folder = typed[1];
    else if (call->rules_dir.len > 0)
        to->folder = buf_text(&call->rules_dir);
    else
        return call_fail(call, EXIT_USAGE,
                         "different from what? frontdesk rules diff N M, or N DIR, or set FRONTDESK_RULES");
    return EXIT_DONE;
}

static void add_name(const struct edition *edition, struct buf *out)
{
    if (edition->folder != NULL)
        buf_add_text(out, edition->folder);
    else
        buf_addf(out, "ruleset %lld", (long long)edition->number);
}

static void show_editions(struct output *output, const struct edition *from, const struct edition *to)
{
    static const struct column columns[] = { { "from", "from", LOOK_PLAIN }, { "to", "to", LOOK_PLAIN } };
    struct buf left = { 0 }, right = { 0 };

    add_name(from, &left);
    add_name(to, &right);
    output_record(output, NULL, columns,
                  (struct cell[]){ cell_text(buf_text(&left)), cell_text(buf_text(&right)) }, 2);
    buf_release(&left);
    buf_release(&right);
}

/* Row by row */

static const struct column CHANGE_COLUMNS[] = {
    { "kind", "what", LOOK_STATE },    { "table", "table", LOOK_PLAIN },
    { "name", "name", LOOK_NAME },    { "column", "column", LOOK_PLAIN },
    { "before", "before", LOOK_LONG }, { "after", "now", LOOK_LONG },
    { "file", "file", LOOK_NAME },    { "line", "line", LOOK_NUMBER },
};

static size_t common_head(const char *a, const char *b)
{
    size_t len = 0;

    while (a[len] == b[len] && a[len] != '\0')
        len++;
    return utf8_floor(a, strlen(a), len);
}

static size_t common_tail(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t len = 0;

    while (len < a_len && len < b_len && a[a_len - len - 1] == b[b_len - len - 1])
        len++;
    /* Forward, to where a character begins. */
    while (len > 0 && ((unsigned char)a[a_len - len] & 0xc0) == 0x80)
        len--;
    return len;
}

/* The value, with its part that differs marked. */
static struct cell mark_value(const char *value, const char *other)
{
    struct cell cell = cell_text(value);
    size_t len, start;

    if (value == NULL || other == NULL)
        return cell;
    len = strlen(value);
    start = common_head(value, other);
    cell.mark.start = start;
    cell.mark.end = len - common_tail(value + start, len - start, other + start, strlen(other) - start);
    return cell;
}

static void show_change(struct output *output, const struct change *change, const char *kind)
{
    output_row(output, (struct cell[]){ cell_text(kind), cell_text(change->table), cell_text(change->name),
                                        cell_text(change->column),
                                        mark_value(change->before, change->after),
                                        mark_value(change->after, change->before),
                                        cell_text(change->file), cell_number(change->line) });
}

static void show_changes(struct output *output, const struct changes *changes)
{
    static const char *const kinds[] = {
        [CHANGE_ADDED] = "added",
        [CHANGE_REMOVED] = "removed",
        [CHANGE_ALTERED] = "changed",
        [CHANGE_MOVED] = "moved",
    };

    output_table(output, "changes", CHANGE_COLUMNS, sizeof CHANGE_COLUMNS / sizeof *CHANGE_COLUMNS);
    for (size_t i = 0; i < changes->count; i++)
        show_change(output, &changes->list[i], kinds[changes->list[i].kind]);
    output_table_end(output);
}

static void warn_of_edition(struct output *output, const struct edition *edition)
{
    struct buf name = { 0 };

    add_name(edition, &name);
    if (!edition->has_rows)
        output_note(output, NOTE_WARN, "The rows of %s cannot be compared: %s", buf_text(&name),
                    edition->why.text);
    buf_release(&name);
}

static void compare_rows(struct output *output, const struct edition *from, const struct edition *to)
{
    struct changes changes = { 0 };
    struct buf sum = { 0 };

    if (from->has_rows && to->has_rows)
        changes_find(&from->rows, &to->rows, &changes);
    changes_sum_up(&changes, &sum);
    show_changes(output, &changes);
    if (sum.len > 0)
        output_note(output, NOTE_PLAIN, "%s.", buf_text(&sum));
    warn_of_edition(output, from);
    warn_of_edition(output, to);
    buf_release(&sum);
    changes_release(&changes);
}

/* Line by line */

struct showing {
    struct output *output;
    const char *file;
    size_t count;
};

static void show_line(void *context, const struct patch_line *line)
{
    struct showing *showing = context;

    showing->count++;
    output_patch_line(showing->output, showing->file, line);
}

/* Both lists are sorted by name; a file that is on one side only came or went as a whole. */
static size_t compare_lines(struct output *output, const struct rulefiles *from, const struct rulefiles *to)
{
    struct showing showing = { .output = output };
    size_t i = 0, k = 0;

    output_patch(output, "lines");
    while (i < from->count || k < to->count) {
        int order = i == from->count ? 1
                    : k == to->count ? -1
                                     : strcmp(from->list[i].name, to->list[k].name);
        const char *before = order <= 0 ? from->list[i].text : "", *after = order >= 0 ? to->list[k].text : "";

        showing.file = order <= 0 ? from->list[i].name : to->list[k].name;
        patch_compare(before, after, AROUND, show_line, &showing);
        i += order <= 0;
        k += order >= 0;
    }
    output_patch_end(output);
    return showing.count;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(((const struct rulefile *)a)->name, ((const struct rulefile *)b)->name);
}

static void sort_files(struct rulefiles *files)
{
    if (files->count > 0)
        qsort(files->list, files->count, sizeof *files->list, compare_names);
}

static void show(struct output *output, struct edition *from, struct edition *to)
{
    show_editions(output, from, to);
    compare_rows(output, from, to);
    sort_files(&from->files);
    sort_files(&to->files);
    if (compare_lines(output, &from->files, &to->files) == 0)
        output_note(output, NOTE_GOOD, "They are the same.");
}

int command_rules_diff(struct call *call)
{
    struct edition from = { 0 }, to = { 0 };
    struct db *db;
    int code = call_open(call, &db);

    if (code == EXIT_DONE)
        code = name_editions(call, db, &from, &to);
    if (code == EXIT_DONE)
        code = read_edition(call, db, &from);
    if (code == EXIT_DONE)
        code = read_edition(call, db, &to);
    if (code == EXIT_DONE)
        show(call->output, &from, &to);
    rows_release(&from.rows);
    rows_release(&to.rows);
    rulefiles_release(&from.files);
    rulefiles_release(&to.files);
    db_close(db);
    return code;
}
