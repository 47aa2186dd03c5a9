/*
 * status_needs: what waits for the owner, each with the command that deals with it. Read first and shown behind the read
 * transaction, for whoever looks may take his time.
 */
#ifndef CTL_STATUS_NEEDS_H
#define CTL_STATUS_NEEDS_H

#include "ctl/act.h"
#include "ctl/call.h"
#include "ctl/turned_away.h"
#include "rules/ruleset.h"
#include "store/overview.h"

struct need {
    const char *kind;    /* a literal */
    char *text, *remedy; /* owned */
};

struct needs { /* the zero value is empty */
    const struct call *call; /* borrowed */
    struct db *db;           /* while they are read */
    struct need *rows;
    size_t count;
    int64_t now;
    char day[16]; /* at the business */
};

struct needs_given { /* borrowed */
    enum daemon_state daemon;
    struct turned_away turned;
    const char *unready; /* why the daemon can store nothing; NULL or "": it can */
    const struct overview *overview;
    const struct ruleset *rules; /* in force; NULL: none that has backends */
};

/* In a read transaction. */
int needs_read(struct needs *needs, const struct call *call, struct db *db, const struct needs_given *given, struct error *error);
void needs_show(const struct needs *needs, struct output *output); /* JSON "needs": kind, text, remedy */
void needs_release(struct needs *needs);

#endif
