/*
 * command_audit: the sum of promise 5, and every contradiction in the book.
 */
#include "ctl/call.h"
#include "ctl/commands.h"
#include "store/audit.h"

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

int command_audit(struct call *call)
{
    struct error error = { 0 };
    struct audit audit;
    struct db *db;
    int code = call_open(call, &db);

    if (code != EXIT_DONE)
        return code;
    output_table(call->output, "findings", FINDING_COLUMNS, 1);
    if (audit_run(db, &audit, add_finding, call->output, &error) != 0)
        code = call_read_failed(call, db, &error);
    output_table_end(call->output);
    db_close(db);
    if (code != EXIT_DONE)
        return code;
    show_sum(call->output, &audit);
    show_fates(call->output, &audit);
    if (audit.discrepancies == 0) {
        output_note(call->output, NOTE_GOOD, "The book adds up: %lld accepted, %lld accounted for.",
                    (long long)audit.accepted, (long long)audit.sum);
        return EXIT_DONE;
    }
    return call_fail(call, EXIT_FAILED, "the book does not add up: %lld %s above",
                     (long long)audit.discrepancies,
                     audit.discrepancies == 1 ? "discrepancy" : "discrepancies");
}
