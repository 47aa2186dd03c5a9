/*
 * parking: calls that wait for another thread's answer, and who of three may give it: the settler, the
 * deadline thread, or the stop. Exactly one wins, by one atomic claim; the others find the call taken and do
 * nothing.
 *
 * The winner answers, resumes the connection, then calls parking_left. Nobody stops the server before all
 * who entered have left, so the winner may touch it; who lost the claim may not, for the server may be gone
 * by then.
 */
#ifndef DAEMON_PARKING_H
#define DAEMON_PARKING_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct parked { /* inside the call; the zero value is one not parked yet */
    struct parked *next, *prev;
    int64_t deadline_at;
    atomic_bool is_claimed;
};

struct parking {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct parked *first, *last; /* by deadline, for all wait equally long */
    unsigned inside;             /* entered and not left */
    bool is_closed;
};

void parking_init(struct parking *parking);
void parking_release(struct parking *parking);

/* False after parking_close: the call may not be parked, and is claimed for the caller. */
bool parking_enter(struct parking *parking, struct parked *parked, int64_t deadline_at);
/* True for one caller only. */
bool parking_claim(struct parking *parking, struct parked *parked);
/* Claims one whose deadline is not after `now`, or NULL. INT64_MAX claims any. */
struct parked *parking_claim_due(struct parking *parking, int64_t now);
void parking_left(struct parking *parking);

void parking_close(struct parking *parking);      /* nobody enters any more */
void parking_wait_empty(struct parking *parking); /* for those who claimed and have not left yet */
unsigned parking_count(struct parking *parking);

#endif
