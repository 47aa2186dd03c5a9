/*
 * erasure: a person is forgotten.
 *
 * It is asked for once, goes on by itself behind the road, a small piece per round, and survives a kill at any moment: what
 * it has come to stands in the book (store/erasure.h). Only when all of it is done does anybody say so.
 *
 *     asked      Nobody finds the person any more: a message that comes from now on is somebody new's. Conversations are
 *                closed, what has not left is withheld, also notices to others that tell of her. What is under way ends.
 *     clearing   Braze is asked to empty each attribute that we wrote, in every profile that was hers, by the same rows of
 *                the outbox as ever. The address stays until that has been taken, or refused for good, however long it takes.
 *     rows       Words, numbers and names leave the tables (store/erasure_rows.h). What counts stays: audit adds up, money
 *                that was spent stays spent.
 *     index      … and the search index.
 *     pages      The write-ahead log is cut to nothing, so that no old page is left in it; waits for whoever still reads an
 *                older state. Freed pages and the gaps in used ones hold zeros (store/page_gap.h). Copies of the book that
 *                lie beside it, by an upgrade or a restore, hold the person too: it waits until they are gone, or deletes
 *                them where it is told to.
 *     done
 *
 * What it cannot reach, and says: backups that were made before, the daemon's log, what Braze and AI vendors keep
 * themselves, custom events that Braze was told, and what others wrote about the person in conversations of their own.
 *
 * A call of hers that is delivered once more, as Braze does for a day when an answer got lost, is answered and counted as the
 * duplicate that it is, and nothing of it is kept (store/late.h). After a crash its bytes are stored before they are read: then
 * the log is cut of them. A new message of hers is somebody new's.
 */
#ifndef DESK_ERASURE_H
#define DESK_ERASURE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "desk/desk.h"

struct erasure_request { /* borrowed */
    const char *user; /* as store/who.h finds a person */
    const char *actor;
    bool drops_copies;
};

/*
 * Inside the caller's transaction: begins one, or finds the one that is open for that person, with its number in *id. 200; or
 * 404, 409 with the sentence, 503.
 */
int erasure_ask(struct desk *desk, const struct erasure_request *request, int64_t now, int64_t *id, struct error *error);

/*
 * Inside the caller's transaction, before anything is claimed in it, and in every round: nothing leaves to whom is erased, and
 * nothing is written into a profile that has still to be cleared, for whoever has begun anew under the same id.
 */
int erasure_hold(struct desk *desk, int64_t now, struct error *error);

/* Is it to be cleared yet? Then nothing rides there with a text, either. 1, 0, -1. */
int erasure_keeps_profile(struct desk *desk, int64_t contact, struct error *error);

/* One piece of each that is open. When there is more to do; INT64_MAX: nothing is open. */
int erasure_run(struct desk *desk, int64_t now, struct error *error);
int64_t erasure_next_at(struct desk *desk);

/* Between transactions: what the phase 'pages' wants done to the file. Nothing where none has come so far, but for a log that is
 * to be cut of a call that came once more (desk->wants_cut). */
int erasure_scrub(struct desk *desk, int64_t now, struct error *error);

/* Between transactions, where nobody else drives the desk: goes on until all are done or wait for something. */
int erasure_finish(struct desk *desk, int64_t now, struct error *error);

/* A backend's answer, or a call's end, that comes for somebody who was erased leaves no words: 1, 0, -1. */
int erasure_is_of(struct desk *desk, int64_t contact, struct error *error);

#endif
