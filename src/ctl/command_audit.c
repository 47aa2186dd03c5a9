/*
 * command_audit: the sum of promise 5, and every contradiction in the book.
 */
#include <signal.h>
#include <unistd.h>

#include "ctl/act.h"
#include "ctl/backup.h"
#include "ctl/call.h"
#include "ctl/commands.h"
#include "store/audit.h"
#include "store/copy.h"
#include "store/schema.h"

static const struct column FATE_COLUMNS[] = {
    { "fate", NULL, LOOK_PLAIN },
    { "words", "what became of them", LOOK_PLAIN },
    { "messages", "messages", LOOK_NUMBER },
};

static const struct column FINDING_COLUMNS[] = { { "text", "discrepancies", LOOK_PLAIN } };

static void add_finding(void *context, const char *sentence)
{
    const struct cell cells[] = { cell_text(sentence) };

    output_row(context, cells);
}

static void show_sum(struct output *output, const struct audit *audit)
{
    static const struct column columns[] = {
        { "webhooks", "webhooks received", LOOK_NUMBER }, { "duplicates", "of them duplicates", LOOK_NUMBER },
        { "accepted", "messages accepted", LOOK_NUMBER }, { "accounted", "accounted for", LOOK_NUMBER },
        { "discrepancies", NULL, LOOK_NUMBER },
    };
    const struct cell cells[] = {
        cell_number(audit->webhooks), cell_number(audit->duplicates),    cell_number(audit->accepted),
        cell_number(audit->sum),      cell_number(audit->discrepancies),
    };

    output_record(output, NULL, columns, cells, sizeof cells / sizeof *cells);
}

static void show_fates(struct output *output, const struct audit *audit)
{
    output_table(output, "fates", FATE_COLUMNS, sizeof FATE_COLUMNS / sizeof *FATE_COLUMNS);
    for (int i = 0; i < AUDIT_FATES; i++) {
        const struct cell cells[] = {
            cell_text(audit_fate_name((enum audit_fate)i)),
            cell_text(audit_fate_words((enum audit_fate)i)),
            cell_number(audit->fates[i]),
        };

        output_row(output, cells);
    }
    output_table_end(output);
}

static int judge(struct call *call, const struct audit *audit)
{
    show_sum(call->output, audit);
    show_fates(call->output, audit);
    if (audit->discrepancies == 0) {
        output_note(call->output, NOTE_GOOD, "The book adds up: %lld accepted, %lld accounted for.",
                    (long long)audit->accepted, (long long)audit->sum);
        return EXIT_DONE;
    }
    return call_fail(call, EXIT_FAILED, "the book does not add up: %lld %s above", (long long)audit->discrepancies,
                     audit->discrepancies == 1 ? "discrepancy" : "discrepancies");
}

static int audit_book(struct call *call, struct db *db, bool is_deep)
{
    struct error error = { 0 };
    struct audit audit;
    int code = EXIT_DONE, result;

    output_table(call->output, "findings", FINDING_COLUMNS, 1);
    result = schema_check(db, &error);
    if (result == 0)
        result = is_deep ? audit_run_deep(db, &audit, add_finding, call->output, &error)
                         : audit_run(db, &audit, add_finding, call->output, &error);
    if (result != 0)
        code = call_read_failed(call, db, &error);
    output_table_end(call->output);
    return code == EXIT_DONE ? judge(call, &audit) : code;
}

static struct db *open_book(struct call *call, const char *path, int *code)
{
    struct error error = { 0 };
    struct db *db = db_open(path, DB_READER, &error);

    *code = db != NULL ? EXIT_DONE : call_fail(call, EXIT_FAILED, "%s", error.text);
    return db;
}

/*
 * A copy of the book holds all that customers wrote: it must outlive nobody who looks at it. It has lost its name before it is
 * looked at, and whoever interrupts that ends it with it; until then Ctrl-C waits.
 */
static struct db *open_copy(struct call *call, int *code)
{
    struct buf copy = { 0 };
    struct db *db = NULL;
    sigset_t signals, former;

    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGHUP);
    sigprocmask(SIG_BLOCK, &signals, &former);
    copy_name_deep(buf_text(&call->db_path), &copy);
    *code = backup_beside(call, buf_text(&copy));
    if (*code == EXIT_DONE)
        db = open_book(call, buf_text(&copy), code);
    unlink(buf_text(&copy));
    sigprocmask(SIG_SETMASK, &former, NULL);
    buf_release(&copy);
    return db;
}

/* Of a book in use a copy is looked at: each page of a large one takes minutes, in which its log would grow. */
int command_audit(struct call *call)
{
    bool is_deep = call->parsed->options[OPTION_DEEP] != NULL;
    int code = EXIT_NOBODY;
    struct db *db = is_deep ? open_copy(call, &code) : NULL;

    if (code == EXIT_NOBODY)
        db = open_book(call, buf_text(&call->db_path), &code);
    if (code == EXIT_DONE)
        code = audit_book(call, db, is_deep);
    db_close(db);
    return code;
}
