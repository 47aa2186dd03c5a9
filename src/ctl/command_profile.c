/*
 * command_profile: what we believe a customer's Braze profile holds from us, and what is still to be written there: values
 * that are set, and what is done once.
 *
 * People and programs get two tables; a spreadsheet has one, where the entries follow the values, told apart by `kind`.
 */
#include <string.h>

#include "base/clock.h"
#include "ctl/call.h"
#include "ctl/commands.h"
#include "store/entry.h"
#include "store/listing.h"
#include "store/overview.h"
#include "store/profile.h"
#include "store/transcript.h"

static const struct column COLUMNS[] = {
    { "name", "attribute", LOOK_NAME },     { "accepted", "Braze holds", LOOK_LONG },
    { "accepted_at", "since", LOOK_PLAIN }, { "state", "state", LOOK_STATE },
    { "wanted", "wanted", LOOK_LONG },      { "wanted_at", "wanted since", LOOK_PLAIN },
    { "reason", "why it waits", LOOK_LONG }, { "rule", "by the rule", LOOK_NAME },
    { "message", NULL, LOOK_NUMBER },       { "outbox", NULL, LOOK_NUMBER },
    { "is_uncertain", NULL, LOOK_PLAIN },    { "addressee", NULL, LOOK_PLAIN },
    { "kind", NULL, LOOK_PLAIN },
};
enum { COLUMN_COUNT = sizeof COLUMNS / sizeof *COLUMNS };

static const struct column ENTRY_COLUMNS[] = {
    { "kind", "what", LOOK_PLAIN },        { "name", "of", LOOK_NAME },
    { "value", "by", LOOK_LONG },          { "state", "state", LOOK_STATE },
    { "at", "happened", LOOK_PLAIN },      { "settled_at", "settled", LOOK_PLAIN },
    { "reason", "why", LOOK_LONG },        { "wanted_by", "wanted by", LOOK_NAME },
    { "message", NULL, LOOK_NUMBER },      { "outbox", NULL, LOOK_NUMBER },
    { "conversation", NULL, LOOK_NUMBER }, { "addressee", NULL, LOOK_PLAIN },
    { "id", NULL, LOOK_NUMBER },
};
enum { ENTRY_COLUMN_COUNT = sizeof ENTRY_COLUMNS / sizeof *ENTRY_COLUMNS, ENTRIES_SHOWN = 200 };

struct showing {
    struct call *call;
    int64_t contact;
    struct buf addressee; /* whose profile is shown */
    struct buf trouble; /* what keeps all profiles from being written; empty: nothing */
    int waiting, unknown;
};

static void note_lane(void *context, const struct overview_lane *lane)
{
    struct showing *showing = context;

    if (strcmp(lane->name, "braze") != 0 && strcmp(lane->name, "braze/users/track") != 0)
        return;
    buf_addf(&showing->trouble, "%s%s is %s: %s", showing->trouble.len > 0 ? "; " : "", lane->name,
             strcmp(lane->state, "stopped") == 0 ? "stopped" : "not well", lane->reason);
}

/* Who has become known by another id since has another profile, which it is not repeated for. */
static void add_addressee(const struct showing *showing, const char *addressee, struct buf *reason)
{
    if (addressee[0] != '\0' && strcmp(addressee, buf_text(&showing->addressee)) != 0)
        buf_addf(reason, "%sit went to the profile %s", reason->len > 0 ? "; " : "", addressee);
}

/* In one sentence; what has arrived needs none. due_at 0: it goes with a text. */
static void add_reason(const struct showing *showing, const char *state, const char *why, int64_t due_at, struct buf *reason)
{
    int64_t left = due_at - showing->call->now;

    if (strcmp(state, "accepted") == 0)
        return;
    if (strcmp(state, "refused") == 0 || strcmp(state, "unknown") == 0) {
        buf_add_text(reason, why);
    } else if (strcmp(state, "claimed") == 0) {
        buf_add_text(reason, "the call is under way");
    } else if (strcmp(state, "withdrawn") == 0) {
        buf_add_text(reason, "the customer has opted out, and it is wanted no more; but Braze may have it");
    } else if (showing->trouble.len > 0) {
        buf_add_text(reason, buf_text(&showing->trouble));
    } else if (due_at == 0) {
        buf_add_text(reason, "it goes with the next text to the customer");
    } else {
        buf_addf(reason, "%s%s", why, why[0] != '\0' ? "; " : "");
        if (left > 0) {
            buf_add_text(reason, "it goes in ");
            clock_format_duration((left + 999) / 1000 * 1000, reason);
        } else {
            buf_add_text(reason, "it goes with the next call");
        }
    }
}

/* In the table of the values. */
static void add_line(struct showing *showing, const struct profile_row *row, const char *kind)
{
    bool is_there = strcmp(row->state, "accepted") == 0;
    struct buf reason = { 0 };

    add_reason(showing, row->state, row->reason, row->due_at, &reason);
    add_addressee(showing, row->addressee, &reason);
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
                                          cell_text_or_none(row->addressee),
                                          cell_text(kind),
                                      });
    showing->waiting += !is_there;
    buf_release(&reason);
}

static void add_value(void *context, const struct profile_row *row)
{
    add_line(context, row, "set");
}

static void add_entry(void *context, const struct entry_row *row)
{
    struct showing *showing = context;
    struct buf reason = { 0 };

    add_reason(showing, row->state, row->reason, row->due_at, &reason);
    add_addressee(showing, row->addressee, &reason);
    output_row(showing->call->output, (struct cell[ENTRY_COLUMN_COUNT]){
                                          cell_text(row->kind),
                                          cell_text(row->name),
                                          cell_json(row->value),
                                          cell_text(row->state),
                                          cell_time(row->at),
                                          cell_time(row->settled_at),
                                          cell_text_or_none(buf_text(&reason)),
                                          cell_text(row->wanted_by),
                                          cell_id(row->message),
                                          cell_id(row->outbox),
                                          cell_id(row->conversation),
                                          cell_text_or_none(row->addressee),
                                          cell_id(row->id),
                                      });
    showing->waiting += strcmp(row->state, "accepted") != 0;
    showing->unknown += strcmp(row->state, "unknown") == 0;
    buf_release(&reason);
}

/* Among the values, as if it were one: what is done once stands there when it is done, and never before. */
static void add_entry_of_one_table(void *context, const struct entry_row *row)
{
    struct showing *showing = context;
    bool is_there = strcmp(row->state, "accepted") == 0, is_unknown = strcmp(row->state, "unknown") == 0;
    struct profile_row value = { .name = row->name,
                                 .state = row->state,
                                 .accepted = is_there ? row->value : NULL,
                                 .accepted_at = is_there ? row->settled_at : 0,
                                 .wanted = row->value,
                                 .wanted_at = row->at,
                                 .reason = row->reason,
                                 .addressee = row->addressee,
                                 .due_at = row->due_at,
                                 .rule = row->wanted_by,
                                 .message = row->message,
                                 .outbox = row->outbox,
                                 .is_uncertain = is_unknown };

    add_line(showing, &value, row->kind);
    showing->unknown += is_unknown;
}

/* Both tables; how many rows, or -1. */
static int show_rows(struct showing *showing, struct db *db, struct error *error)
{
    struct output *output = showing->call->output;
    bool is_one_table = showing->call->parsed->options[OPTION_CSV] != NULL;
    int values, entries;

    output_table(output, "attributes", COLUMNS, COLUMN_COUNT);
    values = profile_list(db, showing->contact, add_value, showing, error);
    if (!is_one_table) {
        output_table_end(output);
        output_table(output, "entries", ENTRY_COLUMNS, ENTRY_COLUMN_COUNT);
    }
    entries = values < 0 ? -1 : entry_list(db, showing->contact, ENTRIES_SHOWN,
                                           is_one_table ? add_entry_of_one_table : add_entry, showing, error);
    output_table_end(output);
    if (entries == ENTRIES_SHOWN)
        output_note(output, NOTE_DIM, "Of what was done once the newest %d are shown.", ENTRIES_SHOWN);
    return entries < 0 ? -1 : values + entries;
}

static void show_addressee(struct call *call, const struct buf *addressee)
{
    static const struct column columns[] = { { "addressee", "profile", LOOK_PLAIN } };

    output_record(call->output, "profile", columns, (struct cell[]){ cell_text(buf_text(addressee)) }, 1);
}

/* Who has been found by a phone need not be who was meant. */
static int note_sharers(struct call *call, struct db *db, int64_t contact, struct error *error)
{
    struct buf names = { 0 };
    int result = listing_sharers(db, call->parsed->holes[0], contact, &names, error);

    if (names.len > 0)
        output_note(call->output, NOTE_WARN, "Others have this phone as well, who are not shown: %s.", buf_text(&names));
    buf_release(&names);
    return result;
}

static int show(struct showing *showing, struct db *db)
{
    struct call *call = showing->call;
    struct error error = { 0 };
    int64_t id;
    int code = call_find(call, db, call->parsed->holes[0], &id), count = 0;

    if (code != EXIT_DONE)
        return code;
    if (transcript_contact(db, id, &showing->contact, &error) < 0 ||
        profile_addressee(db, showing->contact, &showing->addressee, &error) != 0 ||
        overview_lanes(db, note_lane, showing, &error) < 0)
        count = -1;
    if (count == 0)
        show_addressee(call, &showing->addressee);
    if (count == 0)
        count = note_sharers(call, db, showing->contact, &error);
    if (count == 0)
        count = show_rows(showing, db, &error);
    if (count < 0)
        return call_read_failed(call, db, &error);
    if (count == 0)
        output_note(call->output, NOTE_DIM, "Nothing was ever to be written into this customer's Braze profile.");
    else if (showing->unknown > 0)
        output_note(call->output, NOTE_WARN, "What is unknown may or may not stand in the profile, and is not repeated by "
                                            "itself: look there, then 'frontdesk outbox retry' or 'drop' its outbox row.");
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
    buf_release(&showing.addressee);
    db_close(db);
    return code;
}
