/*
 * copy: the book into one other file, a piece at a time, while its writer goes on.
 *
 *     struct copy *copy = copy_begin(db, path, false, &error);
 *     while ((more = copy_step(copy, &error)) == 1)      // the writer's thread, between two transactions
 *         …other work of the writer…
 *     if (more == 0)
 *         result = copy_seal(copy, &facts, &error);      // any thread: takes its time and touches the book no more
 *     copy_free(copy);
 *
 * What the writer changes meanwhile goes into the copy as well, so that in the end it is the book as it is at the last step,
 * as of one moment. It grows as PATH.part and gets its name only when it is whole, checked and on disk: under the name stands
 * a whole copy, or what stood there before. A copy is one file of mode 0600 without a log beside it; as a book it gets one again.
 *
 * PATH.part carries a lock while somebody works on it. One without, left behind by a process that was killed, is used again.
 */
#ifndef STORE_COPY_H
#define STORE_COPY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "store/db.h"

struct copy;

enum { COPY_STEP_PAGES = 256 };

struct copy_facts {
    int64_t bytes, webhooks, messages;
    int64_t newest_at; /* of the messages; 0: there is none */
};

/*
 * NULL and a sentence when it must not be: the path is a folder, the book itself, stands for something already (a regular file
 * may be replaced where that is wanted), or there is no room. Nothing is written by then.
 */
struct copy *copy_begin(struct db *db, const char *path, bool may_replace, struct error *error);

/* 1: there is more to do. 0: whole, and no longer tied to the book. -1: it is over, and copy_free tidies up. */
int copy_step(struct copy *copy, struct error *error);

int64_t copy_pages(const struct copy *copy); /* of the book, as of the last step; 0 before the first */
int64_t copy_pages_left(const struct copy *copy);

/* Behind the last step: checks the file, makes it durable and gives it its name. */
int copy_seal(struct copy *copy, struct copy_facts *facts, struct error *error);

/* Any thread: a copy_seal that is under way ends soon, and fails. */
void copy_cancel(struct copy *copy);

/* What has not got its name is removed. Before copy_step has returned 0: the writer's thread. NULL is fine. */
void copy_free(struct copy *copy);

/*
 * The copy that `frontdesk audit --deep` looks at stands beside the book as BOOK.deep, until it has opened it. Appends that; and
 * removes what is left of one whose audit was killed: nobody may be at it.
 */
void copy_name_deep(const char *book, struct buf *path);
void copy_remove_deep(const char *book);

/* A backup is at `path`: for the ledger, and for who asks how old the newest is. A transaction of its own, of the writer's. */
int copy_note(struct db *db, const char *path, const char *actor, int64_t now, struct error *error);

#endif
