/*
 * command_erase: a person is forgotten, and the receipts of that.
 *
 * Asking for it only begins it (desk/erasure.h); the book is looked at until it is done, or waits for something that takes
 * longer than somebody at a terminal wants to. It never says done before the book does.
 */
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "ctl/act.h"
#include "ctl/call.h"
#include "ctl/commands.h"
#include "ctl/show.h"
#include "store/contact.h"
#include "store/erasure.h"
#include "store/profile.h"
#include "store/who.h"

enum { LOOK_MS = 100, PATIENCE_MS = 20 * 1000 };

static const struct column COLUMNS[] = {
    { "erasure", "receipt", LOOK_NUMBER },       { "phase", "how far", LOOK_STATE },
    { "asked_at", "asked for", LOOK_PLAIN },     { "asked_by", "by", LOOK_NAME },
    { "done_at", "done", LOOK_PLAIN },           { "contacts", "contacts", LOOK_NUMBER },
    { "rows", "rows emptied", LOOK_NUMBER },     { "cleared", "attributes emptied at Braze", LOOK_NUMBER },
    { "uncleared", "not emptied", LOOK_NUMBER }, { "waits_for", "waits for", LOOK_LONG },
};
enum { COLUMN_COUNT = sizeof COLUMNS / sizeof *COLUMNS };

static void fill(const struct erasure_receipt *receipt, struct cell cells[COLUMN_COUNT])
{
    const struct cell filled[COLUMN_COUNT] = {
        cell_id(receipt->id),
        cell_text(receipt->phase),
        cell_time(receipt->asked_at),
        cell_text(receipt->asked_by),
        cell_time(receipt->done_at),
        cell_number(receipt->contacts),
        cell_number(receipt->rows),
        cell_number(receipt->cleared),
        cell_number(receipt->uncleared),
        cell_text_or_none(receipt->waits_for),
    };

    memcpy(cells, filled, sizeof filled);
}

/* A receipt */

struct showing {
    struct call *call;
    bool is_shown, is_done;
    int64_t rows, uncleared;
    char phase[ERASURE_PHASE_MAX], waits_for[ERASURE_WAITS_MAX];
};

static void note(void *context, const struct erasure_receipt *receipt)
{
    struct showing *showing = context;

    showing->is_shown = true;
    showing->is_done = receipt->done_at != 0;
    showing->rows = receipt->rows;
    showing->uncleared = receipt->uncleared;
    snprintf(showing->phase, sizeof showing->phase, "%s", receipt->phase);
    snprintf(showing->waits_for, sizeof showing->waits_for, "%s", receipt->waits_for);
}

static void show_receipt(void *context, const struct erasure_receipt *receipt)
{
    struct showing *showing = context;
    struct cell cells[COLUMN_COUNT];

    note(showing, receipt);
    fill(receipt, cells);
    output_record(showing->call->output, NULL, COLUMNS, cells, COLUMN_COUNT);
}

static void show_count(void *context, const char *table, int64_t rows)
{
    output_row(context, (struct cell[]){ cell_text(table), cell_number(rows) });
}

static int show_counts(struct call *call, struct db *db, int64_t id, struct error *error)
{
    static const struct column columns[] = { { "table", "table", LOOK_NAME }, { "rows", "rows", LOOK_NUMBER } };
    int count;

    output_table(call->output, "tables", columns, sizeof columns / sizeof *columns);
    count = erasure_list_counts(db, id, show_count, call->output, error);
    output_table_end(call->output);
    return count;
}

static const char BEYOND[] =
    "Not reached from here: backups made before, the daemon's log, what Braze, AI vendors and another desk keep themselves, "
    "custom events that Braze was told, what others wrote about the person, and rule files that name the person.";

/* How it stands, in words. */
static int judge(struct call *call, const struct showing *showing, int64_t id)
{
    const char *waits_for = showing->waits_for;
    size_t len = strlen(waits_for);

    if (!showing->is_done) {
        if (len > 0 && waits_for[len - 1] == '.')
            len--;
        output_note(call->output, NOTE_WARN, "It is not done yet (%s)%s%.*s. It goes on by itself while frontdeskd runs: "
                    "frontdesk erasures show %lld", showing->phase, len > 0 ? "; it waits for " : "", (int)len, waits_for,
                    (long long)id);
        return EXIT_BUSY;
    }
    if (showing->uncleared == 0) {
        output_note(call->output, NOTE_GOOD, "It is done.");
        return EXIT_DONE;
    }
    output_note(call->output, NOTE_WARN, "Nothing is left here. But Braze has refused to empty %lld %s that we had written into "
                "the profile, and is not asked again: delete %s there by hand.", (long long)showing->uncleared,
                showing->uncleared == 1 ? "attribute" : "attributes", showing->uncleared == 1 ? "it" : "them");
    return EXIT_FAILED;
}

/* *fate (may be NULL), as an exit code: BUSY while it is open, FAILED when Braze has refused its part for good. */
static int show_one(struct call *call, struct db *db, int64_t id, int *fate)
{
    struct showing showing = { .call = call };
    struct error error = { 0 };
    int judged;

    if (erasure_get(db, id, show_receipt, &showing, &error) < 0 || show_counts(call, db, id, &error) < 0)
        return call_read_failed(call, db, &error);
    if (!showing.is_shown)
        return call_fail(call, EXIT_NOTHING, "there is no receipt %lld; frontdesk erasures list shows them", (long long)id);
    output_note(call->output, NOTE_DIM, "%s", BEYOND);
    judged = judge(call, &showing, id);
    if (fate != NULL)
        *fate = judged;
    return EXIT_DONE;
}

/* Erasing */

/* Looks until it is done, or nothing has moved for so long that patience ends. */
static int watch(struct call *call, struct db *db, int64_t id)
{
    struct error error = { 0 };
    int64_t rows = 0;

    for (int left = PATIENCE_MS; left > 0; left -= LOOK_MS) {
        struct showing showing = { .call = call };

        if (erasure_get(db, id, note, &showing, &error) < 0)
            return call_read_failed(call, db, &error);
        if (showing.is_done || strstr(showing.waits_for, "older copy of the book") != NULL)
            break;
        if (showing.rows != rows)
            left = PATIENCE_MS;
        rows = showing.rows;
        poll(NULL, 0, LOOK_MS);
    }
    return EXIT_DONE;
}

static int ask(struct call *call, int64_t *id)
{
    struct buf arguments = { 0 };
    struct jsonw w = { .out = &arguments };
    struct json *reply;
    int code;

    jsonw_object(&w, NULL);
    jsonw_text(&w, "actor", buf_text(&call->actor));
    jsonw_text(&w, "user", call->parsed->holes[0]);
    jsonw_bool(&w, "copies", call->parsed->options[OPTION_COPIES] != NULL);
    jsonw_end_object(&w);
    code = act_run(call, "erase", buf_text(&arguments), &reply);
    if (code == EXIT_DONE)
        *id = json_get_int(reply, "erasure", 0);
    json_free(reply);
    buf_release(&arguments);
    return code;
}

/* "external:ana, contact 1, Ana, +821012345678": as far as they are known. */
static int describe(struct db *db, int64_t id, struct buf *out, struct error *error)
{
    struct contact contact = { 0 };
    struct buf phone = { 0 }, name = { 0 };
    int found = contact_get(db, id, &contact, &phone, error);

    if (found == 1 && profile_addressee(db, id, &name, error) != 0)
        found = -1;
    if (found == 1) {
        buf_addf(&name, ", contact %lld", (long long)id);
        if (*contact.first_name != '\0')
            buf_addf(&name, ", %s", contact.first_name);
        if (phone.len > 0)
            buf_addf(&name, ", %s", buf_text(&phone));
        show_text(buf_text(&name), name.len, SHOW_CELL, out);
    }
    contact_release(&contact);
    buf_release(&name);
    buf_release(&phone);
    return found;
}

/* On the terminal where the answer is typed, wherever talk goes. */
static bool put_question(const struct buf *person)
{
    const char *name = ttyname(STDIN_FILENO);
    FILE *terminal = name != NULL ? fopen(name, "we") : NULL;
    FILE *out = terminal != NULL ? terminal : stderr;
    bool is_put = fprintf(out, "This forgets %s for good, with all that was said. Type yes: ", buf_text(person)) > 0 &&
                  fflush(out) == 0;

    if (terminal != NULL)
        fclose(terminal);
    return is_put;
}

static bool says_yes(void)
{
    char line[16] = "";

    if (fgets(line, sizeof line, stdin) == NULL)
        return false;
    line[strcspn(line, "\r\n")] = '\0';
    return strcasecmp(line, "yes") == 0 || strcasecmp(line, "y") == 0;
}

/*
 * Who is meant is told, since a number may be a conversation's. Of nobody, or of several, the act itself speaks; whoever cannot
 * be read is not erased.
 */
static int confirm(struct call *call)
{
    struct buf names = { 0 }, person = { 0 };
    struct error error = { 0 };
    struct db *db;
    int64_t id;
    int code = call_open(call, &db), found;

    if (code != EXIT_DONE)
        return code;
    found = who_find(db, call->parsed->holes[0], &id, &names, &error);
    if (found == 1)
        found = describe(db, id, &person, &error);
    if (found < 0)
        code = call_read_failed(call, db, &error); /* who cannot be named is not erased unasked */
    db_close(db);
    if (found == 1) {
        if (!put_question(&person) || !says_yes())
            code = call_fail(call, EXIT_FAILED, "nobody was erased");
    }
    buf_release(&names);
    buf_release(&person);
    return code;
}

int command_erase(struct call *call)
{
    int64_t id = 0;
    struct db *db = NULL;
    bool is_up = act_daemon_state(call) == DAEMON_UP; /* without it nothing moves any more */
    bool is_asked = call->parsed->options[OPTION_YES] == NULL && isatty(STDIN_FILENO);
    int code = is_asked ? confirm(call) : EXIT_DONE, fate = EXIT_DONE;

    if (code == EXIT_DONE)
        code = ask(call, &id);
    if (code == EXIT_DONE)
        code = call_open(call, &db);
    if (code == EXIT_DONE && is_up)
        code = watch(call, db, id);
    if (code == EXIT_DONE)
        code = show_one(call, db, id, &fate);
    if (code == EXIT_DONE)
        code = fate;
    db_close(db);
    return code;
}

int command_erasures_show(struct call *call)
{
    struct db *db;
    int code = call_open(call, &db);

    if (code == EXIT_DONE)
        code = show_one(call, db, call->parsed->numbers[0], NULL);
    db_close(db);
    return code;
}

static void add_row(void *context, const struct erasure_receipt *receipt)
{
    struct cell cells[COLUMN_COUNT];

    fill(receipt, cells);
    output_row(context, cells);
}

int command_erasures_list(struct call *call)
{
    struct error error = { 0 };
    int64_t limit;
    struct db *db = NULL;
    int code = call_limit(call, 50, &limit), count = 0;

    if (code == EXIT_DONE)
        code = call_open(call, &db);
    if (code == EXIT_DONE) {
        output_table(call->output, "erasures", COLUMNS, COLUMN_COUNT);
        count = erasure_list(db, limit, add_row, call->output, &error);
        output_table_end(call->output);
        if (count < 0)
            code = call_read_failed(call, db, &error);
        else if (count == 0)
            output_note(call->output, NOTE_DIM, "Nobody has ever been erased.");
    }
    db_close(db);
    return code;
}
