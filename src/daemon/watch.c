/*
 * watch: see the header. A list, and a lock that is held while descriptors are shut down.
 *
 * Deadlines and phases are atomics, so that a connection's own thread moves them without the lock, several
 * times a request; the deadline thread reads them while it walks the list a few times a second. It may read
 * a value that is just being moved on: then a request that was finished at its very last moment is cut, and
 * its sender tries again.
 *
 * Lock order: this lock is innermost; libmicrohttpd calls us (watch_add, watch_remove) without holding its
 * own.
 */
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "daemon/watch.h"

void watch_init_condition(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(condition, &attributes);
    pthread_condattr_destroy(&attributes);
}

struct timespec watch_after(int ms)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_sec += ms / 1000;
    at.tv_nsec += (long)(ms % 1000) * 1000000L;
    if (at.tv_nsec >= 1000000000L) {
        at.tv_sec++;
        at.tv_nsec -= 1000000000L;
    }
    return at;
}

void watch_init(struct watch *watch)
{
    pthread_mutex_init(&watch->lock, NULL);
    watch_init_condition(&watch->changed);
    watch->first = NULL;
    watch->count = 0;
}

void watch_release(struct watch *watch)
{
    if (watch->first != NULL)
        abort(); /* the library was stopped with a connection that it never reported closed */
    pthread_cond_destroy(&watch->changed);
    pthread_mutex_destroy(&watch->lock);
}

unsigned watch_add(struct watch *watch, struct watched *watched, int fd, int64_t now, int64_t deadline_at)
{
    watched->fd = fd;
    watched->opened_at = now;
    atomic_init(&watched->deadline_at, deadline_at);
    atomic_init(&watched->phase, WATCH_FRESH);

    pthread_mutex_lock(&watch->lock);
    watched->next = watch->first;
    watched->self = &watch->first;
    if (watched->next != NULL)
        watched->next->self = &watched->next;
    watch->first = watched;
    unsigned count = ++watch->count;
    pthread_mutex_unlock(&watch->lock);
    return count;
}

void watch_remove(struct watch *watch, struct watched *watched)
{
    pthread_mutex_lock(&watch->lock);
    *watched->self = watched->next;
    if (watched->next != NULL)
        watched->next->self = watched->self;
    watch->count--;
    if (watch->count == 0)
        pthread_cond_broadcast(&watch->changed);
    pthread_mutex_unlock(&watch->lock);
}

void watch_move(struct watched *watched, enum watch_phase phase, int64_t deadline_at)
{
    atomic_store_explicit(&watched->phase, (int)phase, memory_order_relaxed);
    atomic_store_explicit(&watched->deadline_at, deadline_at, memory_order_relaxed);
}

/* Called with the lock held. Reading ends, writing fails: libmicrohttpd sees a peer that went away. */
static void cut(struct watched *watched)
{
    watched->is_cut = true;
    shutdown(watched->fd, SHUT_RDWR);
}

unsigned watch_cut_late(struct watch *watch, int64_t now)
{
    unsigned count = 0;
    pthread_mutex_lock(&watch->lock);
    for (struct watched *each = watch->first; each != NULL; each = each->next) {
        int64_t deadline_at = atomic_load_explicit(&each->deadline_at, memory_order_relaxed);
        if (deadline_at == 0 || deadline_at > now || each->is_cut)
            continue;
        cut(each);
        count++;
    }
    pthread_mutex_unlock(&watch->lock);
    return count;
}

static bool is_quiet(const struct watched *watched, int64_t opened_before)
{
    int phase = atomic_load_explicit(&watched->phase, memory_order_relaxed);
    return phase == WATCH_IDLE || (phase == WATCH_FRESH && watched->opened_at <= opened_before);
}

void watch_cut_quiet(struct watch *watch, int64_t opened_before)
{
    pthread_mutex_lock(&watch->lock);
    for (struct watched *each = watch->first; each != NULL; each = each->next)
        if (!each->is_cut && is_quiet(each, opened_before))
            cut(each);
    pthread_mutex_unlock(&watch->lock);
}

bool watch_wait_empty(struct watch *watch, int wait_ms)
{
    struct timespec until = watch_after(wait_ms);
    int timed_out = 0;
    pthread_mutex_lock(&watch->lock);
    while (watch->count > 0 && timed_out == 0)
        timed_out = pthread_cond_timedwait(&watch->changed, &watch->lock, &until);
    bool is_empty = watch->count == 0;
    pthread_mutex_unlock(&watch->lock);
    return is_empty;
}

unsigned watch_count(struct watch *watch)
{
    pthread_mutex_lock(&watch->lock);
    unsigned count = watch->count;
    pthread_mutex_unlock(&watch->lock);
    return count;
}
