/*
 * command_profile: what we believe a customer's Braze profile holds from us, and what is still to be written there.
 */
#include <string.h>

#include "base/clock.h"
#include "ctl/call.h"
#include "ctl/commands.h"
#include "store/listing.h"
#include "store/overview.h"
#include "store/profile.h"

static const struct column COLUMNS[] = {
    { "name", "attribute", LOOK_NAME },     { "accepted", "Braze holds", LOOK_LONG },
    { "accepted_at", "since", LOOK_PLAIN }, { "state", "state", LOOK_STATE },
    { "wanted", "wanted", LOOK_LONG },      { "wanted_at", "wanted since", LOOK_PLAIN },
    { "reason", "why it waits", LOOK_LONG }, { "rule", "by the rule", LOOK_NAME },
    { "message", NULL, LOOK_NUMBER },       { "outbox", NULL, LOOK_NUMBER },
    { "is_uncertain", NULL, LOOK_PLAIN },
};
enum { COLUMN_COUNT = sizeof COLUMNS / sizeof *COLUMNS };

struct showing {
    struct call *call;
    int64_t contact;
    struct buf trouble; /* what keeps all profiles from being written; empty: nothing */
    int waiting;
};

static void note_lane(void *context, const struct overview_lane *lane)
{
    struct showing *showing = context;

    if (strcmp(lane->name, "braze") != 0 && strcmp(lane->name, "braze/users/track") != 0)
        return;
    buf_addf(&showing->trouble, "%s%s is %s: %s", showing->trouble.len > 0 ? "; " : "", lane->name,
             strcmp(lane->state, "stopped") == 0 ? "stopped" : "not well", lane->reason);
}

/* In one sentence; what has arrived needs none. */
static void add_reason(const struct showing *showing, const struct profile_row *row, struct buf *reason)
{
    int64_t left = row->due_at - showing->call->now;

    if (strcmp(row->state, "accepted") == 0)
        return;
    if (strcmp(row->state, "refused") == 0) {
        buf_add_text(reason, row->reason);
    } else if (strcmp(row->state, "claimed") == 0) {
        buf_add_text(reason, "the call is under way");
    } else if (showing->trouble.len > 0) {
        buf_add_text(reason, buf_text(&showing->trouble));
    } else {
        buf_addf(reason, "%s%s", row->reason, row->reason[0] != '\0' ? "; " : "");
        if (left > 0) {
            buf_add_text(reason, "it goes in ");
            clock_format_duration((left + 999) / 1000 * 1000, reason);
        } else {
            buf_add_text(reason, "it goes with the next call");
        }
    }
}

static void add_row(void *context, const struct profile_row *row)
{
    struct showing *showing = context;
    bool is_there = strcmp(row->state, "accepted") == 0;
    struct buf reason = { 0 };

    add_reason(showing, row, &reason);
    output_row(showing->call->output, (struct cell[COLUMN_COUNT]){
                                          cell_text(row->name),
                                          row->accepted != NULL ? cell_json(row->accepted) : cell_text(NULL),
                                          cell_time(row->accepted_at),
                                          cell_text(row->state),
                                          is_there ? cell_text(NULL) : cell_json(row->wanted),
                                          is_there ? cell_time(0) : cell_time(row->wanted_at),
                                          cell_text_or_none(buf_text(&reason)),
                                          cell_text(row->rule),
                                          cell_id(row->message),
                                          cell_id(row->outbox),
                                          cell_flag(row->is_uncertain),
                                      });
    showing->waiting += !is_there;
    buf_release(&reason);
}

static void note_contact(void *context, const struct listing_conversation *row)
{
    struct showing *showing = context;

    showing->contact = row->contact;
}

static void show_addressee(struct call *call, const struct buf *addressee)
{
    static const struct column columns[] = { { "addressee", "profile", LOOK_PLAIN } };

    output_record(call->output, "profile", columns, (struct cell[]){ cell_text(buf_text(addressee)) }, 1);
}

static int show(struct showing *showing, struct db *db)
{
    struct call *call = showing->call;
    struct buf addressee = { 0 };
    struct error error = { 0 };
    int64_t id;
    int code = call_find(call, db, call->parsed->holes[0], &id), count = 0;

    if (code != EXIT_DONE)
        return code;
    if (listing_conversation(db, id, note_contact, showing, &error) < 0 ||
        profile_addressee(db, showing->contact, &addressee, &error) != 0 ||
        overview_lanes(db, note_lane, showing, &error) < 0)
        count = -1;
    if (count == 0)
        show_addressee(call, &addressee);
    output_table(call->output, "attributes", COLUMNS, COLUMN_COUNT);
    if (count == 0)
        count = profile_list(db, showing->contact, add_row, showing, &error);
    output_table_end(call->output);
    buf_release(&addressee);
    if (count < 0)
        return call_read_failed(call, db, &error);
    if (count == 0)
        output_note(call->output, NOTE_DIM, "Nothing was ever to be written into this customer's Braze profile.");
    else if (showing->waiting == 0)
        output_note(call->output, NOTE_GOOD, "Braze has taken all of it.");
    return EXIT_DONE;
}

int command_profile(struct call *call)
{
    struct showing showing = { .call = call };
    struct db *db;
    int code = call_open(call, &db);

    if (code == EXIT_DONE)
        code = show(&showing, db);
    buf_release(&showing.trouble);
    db_close(db);
    return code;
}
