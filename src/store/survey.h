/*
 * survey: is this file a book, and is it sound? For a backup that is looked at; it may be of an older schema.
 */
#ifndef STORE_SURVEY_H
#define STORE_SURVEY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "store/db.h"

struct survey {
    int64_t schema, bytes;
    int64_t webhooks, messages, contacts, conversations, ruleset;
    int64_t pending;   /* rows of the outbox that had not left */
    int64_t newest_at; /* of the messages; 0: there is none */
    bool is_audited;   /* of this program's schema: what is in it was added up (store/audit.h) */
    int64_t problems;
};

typedef void survey_problem(void *context, const char *sentence);

/*
 * Checks the file page by page and all references, and adds it up; each problem is told. -1: it is no book, or cannot be read.
 * The reader's limit is lifted meanwhile.
 */
int survey_make(struct db *db, const char *path, struct survey *survey, survey_problem *problem, void *context,
                struct error *error);

/* When the newest webhook came; 0: none ever did. */
int survey_newest_webhook(struct db *db, int64_t *at, struct error *error);

#endif
