/*
 * command_follow: the desk as it lives.
 */
#include "ctl/call.h"
#include "ctl/commands.h"
#include "ctl/follow.h"
#include "store/news.h"

enum { BEGUN_WITH = 10 };

static int contact_of(struct call *call, struct db *db, const char *typed, int64_t *contact)
{
    struct error error = { 0 };
    int64_t conversation;
    int code = call_find(call, db, typed, &conversation);

    if (code == EXIT_DONE && transcript_contact(db, conversation, contact, &error) < 0)
        code = call_read_failed(call, db, &error);
    return code;
}

static int follow(struct call *call, struct db *db)
{
    const char *typed = call->parsed->holes[0];
    struct follow follow = { .output = call->output };
    struct error error = { 0 };
    int64_t count;
    int code = call_limit(call, BEGUN_WITH, &count);

    if (code == EXIT_DONE && typed != NULL)
        code = contact_of(call, db, typed, &follow.contact);
    if (code != EXIT_DONE)
        return code;
    if (follow_open(&follow, db, &error) != 0 || news_tail(db, follow.contact, count, &follow.message, &error) != 0)
        return call_read_failed(call, db, &error);
    output_exchange(call->output, "messages", EXCHANGE_LIVE);
    code = follow_run(&follow, call, db);
    output_exchange_end(call->output);
    return code;
}

int command_follow(struct call *call)
{
    struct db *db;
    int code = call_open(call, &db);

    if (code == EXIT_DONE)
        code = follow(call, db);
    db_close(db);
    return code;
}
