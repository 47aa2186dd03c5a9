/*
 * watch: the open connections of one listener and the moment by which each must be done with what it is
 * doing.
 *
 * libmicrohttpd's own timeout counts idleness only: a byte a second defeats it. Here every connection
 * carries one absolute deadline, moved along at each turn of a request; watch_cut_late shuts down those that
 * missed theirs. Only shutdown(): the descriptor stays open and libmicrohttpd's, which aborts when one is
 * closed under it. All under one lock, and watch_remove comes before the library closes the descriptor, so a
 * number used again is never hit.
 */
#ifndef DAEMON_WATCH_H
#define DAEMON_WATCH_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum watch_phase {
    WATCH_FRESH,  /* connected, no request line yet */
    WATCH_BUSY,   /* a request is being read, answered or parked */
    WATCH_IDLE,   /* kept alive between two requests */
};

struct watched {
    struct watched *next, **self; /* self: the pointer that points here */
    int fd;
    int64_t opened_at;
    _Atomic int64_t deadline_at;  /* monotonic ms; 0: none */
    _Atomic int phase;
    bool is_cut;
};

struct watch {
    pthread_mutex_t lock;
    pthread_cond_t changed;       /* on CLOCK_MONOTONIC */
    struct watched *first;
    unsigned count;
};

void watch_init(struct watch *watch);
void watch_release(struct watch *watch); /* no connection may be left */

unsigned watch_add(struct watch *watch, struct watched *watched, int fd, int64_t now,
                   int64_t deadline_at); /* how many there are now */
void watch_remove(struct watch *watch, struct watched *watched);
/* Of one's own connection only; no lock. */
void watch_move(struct watched *watched, enum watch_phase phase, int64_t deadline_at);

/* Shuts down what missed its deadline; returns how many. */
unsigned watch_cut_late(struct watch *watch, int64_t now);
/* For a drain: shuts down what has nothing at work: idle, or fresh and silent since `opened_before`. */
void watch_cut_quiet(struct watch *watch, int64_t opened_before);
/* Waits until no connection is open, at most `wait_ms`; returns whether none is. */
bool watch_wait_empty(struct watch *watch, int wait_ms);
unsigned watch_count(struct watch *watch);

/* A moment `ms` from now for pthread_cond_timedwait on a CLOCK_MONOTONIC condition, and how to make one. */
struct timespec watch_after(int ms);
void watch_init_condition(pthread_cond_t *condition);

#endif
