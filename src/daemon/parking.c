/*
 * parking: see the header.
 *
 * The claim is an atomic of the call itself rather than something under the lock, because the loser must be
 * able to lose without touching the lock: a call settled after the server was stopped still finds its own
 * claim taken.
 *
 * All calls of a listener wait equally long, so the list is in the order of deadlines as they come; looking
 * at its head is enough. A claimed call may still be in it for the moment between the settler's claim and
 * its taking of the lock.
 */
#include <stdlib.h>

#include "daemon/parking.h"

void parking_init(struct parking *parking)
{
    *parking = (struct parking){ .first = NULL };
    pthread_mutex_init(&parking->lock, NULL);
    pthread_cond_init(&parking->changed, NULL);
}

void parking_release(struct parking *parking)
{
    if (parking->inside > 0)
        abort(); /* a connection is still suspended: the library would abort too */
    pthread_cond_destroy(&parking->changed);
    pthread_mutex_destroy(&parking->lock);
}

static bool claim(struct parked *parked)
{
    bool expected = false;
    return atomic_compare_exchange_strong(&parked->is_claimed, &expected, true);
}

/* Called with the lock held. */
static void unlink_parked(struct parking *parking, struct parked *parked)
{
    *(parked->prev != NULL ? &parked->prev->next : &parking->first) = parked->next;
    *(parked->next != NULL ? &parked->next->prev : &parking->last) = parked->prev;
}

bool parking_enter(struct parking *parking, struct parked *parked, int64_t deadline_at)
{
    parked->deadline_at = deadline_at;
    pthread_mutex_lock(&parking->lock);
    bool is_open = !parking->is_closed;
    if (is_open) {
        parked->next = NULL;
        parked->prev = parking->last;
        *(parking->last != NULL ? &parking->last->next : &parking->first) = parked;
        parking->last = parked;
        parking->inside++;
    }
    pthread_mutex_unlock(&parking->lock);
    if (!is_open)
        atomic_store(&parked->is_claimed, true);
    return is_open;
}

bool parking_claim(struct parking *parking, struct parked *parked)
{
    if (!claim(parked))
        return false;
    pthread_mutex_lock(&parking->lock);
    unlink_parked(parking, parked);
    pthread_mutex_unlock(&parking->lock);
    return true;
}

struct parked *parking_claim_due(struct parking *parking, int64_t now)
{
    pthread_mutex_lock(&parking->lock);
    struct parked *each = parking->first;
    while (each != NULL && each->deadline_at <= now && !claim(each))
        each = each->next;
    if (each != NULL && each->deadline_at > now)
        each = NULL;
    if (each != NULL)
        unlink_parked(parking, each);
    pthread_mutex_unlock(&parking->lock);
    return each;
}

void parking_left(struct parking *parking)
{
    pthread_mutex_lock(&parking->lock);
    parking->inside--;
    if (parking->inside == 0)
        pthread_cond_broadcast(&parking->changed);
    pthread_mutex_unlock(&parking->lock);
}

void parking_close(struct parking *parking)
{
    pthread_mutex_lock(&parking->lock);
    parking->is_closed = true;
    pthread_mutex_unlock(&parking->lock);
}

void parking_wait_empty(struct parking *parking)
{
    pthread_mutex_lock(&parking->lock);
    while (parking->inside > 0)
        pthread_cond_wait(&parking->changed, &parking->lock);
    pthread_mutex_unlock(&parking->lock);
}

unsigned parking_count(struct parking *parking)
{
    pthread_mutex_lock(&parking->lock);
    unsigned count = parking->inside;
    pthread_mutex_unlock(&parking->lock);
    return count;
}
