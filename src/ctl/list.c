/*
 * list: see the header.
 */
#include "ctl/list.h"
#include "ctl/narrow.h"

enum { ROWS_AT_ONCE = 256 };

static int show_rows(struct call *call, struct db *db, const struct list_noun *noun, const struct picked *picked,
                     struct error *error)
{
    int result = 0;

    output_table(call->output, noun->noun, noun->columns, noun->column_count);
    for (size_t i = 0; result >= 0 && i < picked->count && !output_is_lost(call->output); i++) {
        result = noun->show(db, picked->ids[i], call->output, error);
        if (i % ROWS_AT_ONCE == ROWS_AT_ONCE - 1)
            output_flush(call->output);
    }
    output_table_end(call->output);
    return result < 0 ? -1 : 0;
}

static int show(struct call *call, struct db *db, const struct list_noun *noun, const struct filter *filter)
{
    struct picked picked = { 0 };
    struct error error = { 0 };
    int code = EXIT_DONE;
    bool is_part = noun->pick(db, filter, &picked, &error) != 0;

    if ((is_part && (picked.count == 0 || !db_was_cut(db))) || show_rows(call, db, noun, &picked, &error) != 0)
        code = call_read_failed(call, db, &error);
    else if (is_part)
        code = call_fail(call, EXIT_FAILED, "there may be more than these: it is too much to look through in %d seconds; "
                                            "narrow it, as with --since 7d", DB_READER_MS / 1000);
    else if (picked.count == 0 && (code = narrow_check_names(call, db, filter)) == EXIT_DONE)
        output_note(call->output, NOTE_DIM, "%s", noun->nothing);
    else if (code == EXIT_DONE && call->parsed->options[OPTION_LIMIT] == NULL && output_is_terminal(call->output) &&
             (int64_t)picked.count == filter->limit)
        output_note(call->output, NOTE_DIM, "The newest %lld; --limit shows more, other options fewer.",
                    (long long)filter->limit);
    picked_release(&picked);
    return code;
}

int list_show(struct call *call, const struct list_noun *noun, const struct filter *filter)
{
    struct db *db;
    int code = call_open(call, &db);

    if (code == EXIT_DONE)
        code = show(call, db, noun, filter);
    db_close(db);
    return code;
}
