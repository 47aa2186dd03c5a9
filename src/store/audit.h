/*
 * audit: proof that nothing vanished (promise 5), and that the book agrees with itself.
 *
 * The sum: what was accepted is counted from the webhooks; what became of it is worked out message by message
 * from decisions and outbox rows, not from the turns' states, which are then compared with it. Beside the sum
 * a list of statements each look for one kind of contradiction, SQLite's own check of references being the last.
 */
#ifndef STORE_AUDIT_H
#define STORE_AUDIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "store/db.h"

enum audit_fate {
    AUDIT_ANSWERED,
    AUDIT_SILENCED,
    AUDIT_UNANSWERED,
    AUDIT_AGENT,
    AUDIT_HELD,
    AUDIT_WITHHELD,
    AUDIT_EXPIRED,
    AUDIT_DEAD,
    AUDIT_UNKNOWN,
    AUDIT_UNREADABLE,
    AUDIT_ASIDE,
    AUDIT_ERASED,
    AUDIT_IN_PROGRESS,
    AUDIT_FATES,
};

struct audit {
    int64_t webhooks, duplicates, accepted; /* accepted: webhooks that are no duplicates */
    int64_t fates[AUDIT_FATES];
    int64_t sum; /* of the fates */
    int64_t discrepancies;
};

/* "answered", "with a person" … and the name for machines: "answered", "agent" … */
const char *audit_fate_words(enum audit_fate fate);
const char *audit_fate_name(enum audit_fate fate);

/*
 * One sentence per discrepancy; of one kind at most AUDIT_SENTENCES, then one that says how many more there
 * are.
 */
enum { AUDIT_SENTENCES = 20 };
typedef void audit_finding(void *context, const char *sentence);

/*
 * 0 when the audit was made (audit->discrepancies says how it came out), -1 when the book could not be read.
 * Reads one state of the book, and may take its time: the limit of readers is lifted to ten minutes.
 */
int audit_run(struct db *db, struct audit *audit, audit_finding *finding, void *context, struct error *error);

/* The same, and each page of the file, which takes minutes where it is large: not on a book that is in use. */
int audit_run_deep(struct db *db, struct audit *audit, audit_finding *finding, void *context, struct error *error);

#endif
