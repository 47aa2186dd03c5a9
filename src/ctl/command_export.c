/*
 * command_export: everything about a person as one JSON document (store/dossier.h), in pieces: neither memory nor the book is
 * held by a person with very much of it. Always JSON, with and without --json.
 */
#include "ctl/call.h"
#include "ctl/commands.h"
#include "store/dossier.h"
#include "store/who.h"

static int put_piece(void *context, const char *bytes, size_t len)
{
    output_stream(context, bytes, len);
    return 0;
}

static int find(struct call *call, struct db *db, int64_t *contact)
{
    const char *typed = call->parsed->holes[0];
    struct buf names = { 0 };
    struct error error = { 0 };
    int found = who_find(db, typed, contact, &names, &error), code = EXIT_DONE;

    if (found < 0)
        code = call_read_failed(call, db, &error);
    else if (found == 0)
        code = call_fail(call, EXIT_NOTHING,
                         "nobody is known by that external id, Braze id, phone or conversation: %s; "
                         "frontdesk conversations lists them",
                         typed);
    else if (found == 2)
        code = call_fail(call, EXIT_FAILED, "%s is more than one person: say which of %s", typed, buf_text(&names));
    buf_release(&names);
    return code;
}

int command_export(struct call *call)
{
    struct error error = { 0 };
    int64_t contact;
    struct db *db = NULL;
    int code = call_open(call, &db);

    if (code == EXIT_DONE)
        code = find(call, db, &contact);
    if (code == EXIT_DONE && dossier_write(db, contact, call->now, put_piece, call->output, &error) != 0)
        code = error.text[0] != '\0' ? call_read_failed(call, db, &error) : EXIT_FAILED;
    db_close(db);
    return code;
}
