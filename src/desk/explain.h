/*
 * explain: a decision of the book made once more, thoroughly, to tell a person why it came out so.
 *
 * The row of a decision keeps the winner and who nearly won; it does not keep what each rule thought of the message.
 * But decide is pure, and all that it read is in the book: the message, the recorded state and time, and the files of
 * the ruleset of that day, whatever has been loaded since. So it is asked again. Only when it names the same winner
 * is it believed; a program of another version may see things otherwise, and then what was noted at the time is all
 * there is to show.
 *
 * Only reads. One thread.
 */
#ifndef DESK_EXPLAIN_H
#define DESK_EXPLAIN_H

#include "base/error.h"
#include "base/zone.h"
#include "desk/decide.h"
#include "desk/decide_state.h"
#include "rules/ruleset.h"
#include "store/db.h"
#include "store/transcript.h"

/* The zero value is valid and releasable. The decision borrows from the two above it. */
struct explanation {
    struct ruleset *ruleset; /* of that day */
    struct decide_record state;
    struct decision decision; /* thorough */
};

/*
 * 1: decided again, with the same winner. 0: *error says why it was not, or that it came out otherwise, and nothing
 * in *explanation is to be shown. -1: the book cannot be read. Wants a release in each case.
 */
int explain_decision(struct db *db, const struct zones *zones, const struct transcript_decision *row,
                     struct explanation *explanation, struct error *error);
void explanation_release(struct explanation *explanation);

#endif
