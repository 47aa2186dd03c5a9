/*
 * complete_names: see the header.
 */
#include <string.h>

#include "ctl/complete_names.h"
#include "ctl/piece.h"
#include "rules/manual.h"
#include "rules/row.h"
#include "store/pick.h"
#include "store/rulebook.h"
#include "store/schema.h"
#include "store/transcript.h"

enum { CUSTOMERS = 100 }; /* the newest */

static struct db *open_quietly(const struct call *call)
{
    struct error error = { 0 };
    struct db *db = db_open(buf_text(&call->db_path), DB_READER, &error);

    if (db != NULL && schema_check(db, &error) != 0) {
        db_close(db);
        db = NULL;
    }
    return db;
}

static void offer_customer(void *context, const struct transcript_head *row)
{
    complete_offer(context, row->user, row->first_name);
}

static void offer_customers(struct db *db, struct complete *complete)
{
    struct filter newest = { .limit = CUSTOMERS };
    struct picked picked = { 0 };
    struct error error = { 0 };

    if (pick_conversations(db, &newest, &picked, &error) >= 0)
        for (size_t i = 0; i < picked.count; i++)
            transcript_head(db, picked.ids[i], offer_customer, complete, &error);
    picked_release(&picked);
}

/* The rows' names are read as they stand; whether the rules still load is no matter here. */
static void offer_rows(struct db *db, const char *table, struct complete *complete)
{
    struct rulefiles files = { 0 };
    struct rows rows = { 0 };
    struct error error = { 0 };
    const struct row *row;
    int64_t number;

    if (rulebook_live(db, &files, &number, &error) == 1 && rows_load(&files, &rows, &error) == 0)
        for (size_t at = 0; (row = rows_next(&rows, table, &at)) != NULL;)
            if (row_value(row, "name") != NULL)
                complete_offer(complete, row_value(row, "name"), "");
    rows_release(&rows);
    rulefiles_release(&files);
}

static void offer_tables(struct complete *complete)
{
    for (const struct manual_table *table = manual_tables; table->name != NULL; table++)
        complete_offer(complete, table->name, table->help);
    complete_offer(complete, "fact", "what conditions may ask");
}

static void offer_words(const char *const *words, struct complete *complete)
{
    for (size_t i = 0; words[i] != NULL; i++)
        complete_offer(complete, words[i], "");
}

static const char *const FAULTS[] = { "timeout", "500", "429", "garbage", "slow", NULL };
static const char *const SHELLS[] = { "bash", "zsh", "fish", NULL };

void complete_names_of_book(void *context, const char *kind, size_t kind_len, struct complete *complete)
{
    static const struct {
        const char *kind, *table; /* NULL: customers */
    } FROM_BOOK[] = {
        { "CONVERSATION", NULL }, { "USER", NULL }, { "MESSAGE|USER", NULL },      { "RULE", "rule" },
        { "FLOW", "flow" },       { "CHANNEL", "channel" }, { "BACKEND", "backend" },
    };
    struct piece piece = { .text = kind, .len = kind_len };
    struct db *db = NULL;

    if (piece_is(&piece, "TABLE"))
        offer_tables(complete);
    if (piece_is(&piece, "FAULT"))
        offer_words(FAULTS, complete);
    if (piece_is(&piece, "SHELL"))
        offer_words(SHELLS, complete);
    for (size_t i = 0; i < sizeof FROM_BOOK / sizeof *FROM_BOOK; i++) {
        if (!piece_is(&piece, FROM_BOOK[i].kind) || (db = open_quietly(context)) == NULL)
            continue;
        if (FROM_BOOK[i].table != NULL)
            offer_rows(db, FROM_BOOK[i].table, complete);
        else
            offer_customers(db, complete);
        db_close(db);
    }
}
