/*
 * as_talk: see the header.
 */
#include "ctl/as_talk.h"
#include "ctl/live.h"
#include "ctl/show.h"
#include "desk/recount.h"

static int read_rules(struct call *call, struct db *db, struct ruleset **rules)
{
    int code = live_read(call, db, rules);

    if (code == EXIT_DONE && *rules == NULL)
        return call_fail(call, EXIT_NOTHING, "no rules are in force, and a talk is a test of rules: frontdesk rules load DIR");
    return code;
}

/* On one line, whatever it quotes. */
static void add_comment(const char *before, const struct buf *text, struct buf *sql)
{
    buf_addf(sql, "-- %s", before);
    show_text(buf_text(text), text->len, SHOW_CELL, sql);
    buf_add_char(sql, '\n');
}

static void format(const struct recount *recount, const struct ruleset *rules, struct buf *sql)
{
    static const struct buf NOTHING = { 0 };

    if (recount->is_cut)
        add_comment("The conversation goes on behind this: a person wrote, or it is longer than a talk may be.", &NOTHING,
                    sql);
    if (recount->has_blanks)
        add_comment("The book does not keep long answers of services: fill in where talk_given has null.", &NOTHING, sql);
    if (!recount->holds)
        add_comment("With the rules in force this does not hold: ", &recount->why, sql);
    talk_format(&recount->talk, rules->zone, sql);
}

int as_talk(struct call *call, struct db *db, const int64_t *conversations, size_t count, struct buf *sql, struct buf *why)
{
    struct ruleset *rules = NULL;
    struct recount recount = { 0 };
    struct error error = { 0 };
    struct matcher *matcher;
    int code = read_rules(call, db, &rules), found;

    if (code != EXIT_DONE)
        return code;
    matcher = matcher_new(true);
    found = recount_read(db, conversations, count, rules, matcher, &recount, &error);
    if (found < 0)
        code = call_read_failed(call, db, &error);
    else if (found == 0)
        code = call_fail(call, EXIT_NOTHING, "conversation %lld holds nothing that the customer wrote",
                         (long long)conversations[0]);
    else
        format(&recount, rules, sql);
    buf_add(why, recount.why.data, recount.why.len);
    recount_release(&recount);
    matcher_free(matcher);
    ruleset_free(rules);
    return code;
}
