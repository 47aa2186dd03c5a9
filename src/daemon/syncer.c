/*
 * syncer: see the header. `given` is set by the engine and taken back by it, `is_done` by the thread: so the two
 * hand one batch to and fro under one lock, and the engine may read `given` without it.
 */
#include <pthread.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "daemon/syncer.h"

struct syncer {
    struct db *db;
    void (*wake)(void *);
    void *context;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t given_one, done_one;
    struct batch *given;
    bool is_done, is_ending;
};

static void make_durable(struct syncer *syncer, struct batch *batch)
{
    batch->result = db_harden(syncer->db, &batch->error);
    for (size_t i = 0; batch->result == 0 && i < batch->count; i++)
        outcome_tell_receipt(&batch->outcomes[i]);
}

static void *run(void *context)
{
    struct syncer *syncer = context;

    pthread_mutex_lock(&syncer->lock);
    for (;;) {
        while (!syncer->is_ending && (syncer->given == NULL || syncer->is_done))
            pthread_cond_wait(&syncer->given_one, &syncer->lock);
        if (syncer->is_ending)
            break;
        pthread_mutex_unlock(&syncer->lock);
        make_durable(syncer, syncer->given);
        pthread_mutex_lock(&syncer->lock);
        syncer->is_done = true;
        pthread_cond_signal(&syncer->done_one);
        syncer->wake(syncer->context);
    }
    pthread_mutex_unlock(&syncer->lock);
    return NULL;
}

struct syncer *syncer_new(struct db *db, void (*wake)(void *), void *context)
{
    struct syncer *syncer = alloc_new(sizeof *syncer);

    syncer->db = db;
    syncer->wake = wake;
    syncer->context = context;
    pthread_mutex_init(&syncer->lock, NULL);
    pthread_cond_init(&syncer->given_one, NULL);
    pthread_cond_init(&syncer->done_one, NULL);
    if (pthread_create(&syncer->thread, NULL, run, syncer) != 0)
        abort(); /* out of threads: nothing would ever be acknowledged */
    return syncer;
}

void syncer_free(struct syncer *syncer)
{
    if (syncer->given != NULL)
        abort();
    pthread_mutex_lock(&syncer->lock);
    syncer->is_ending = true;
    pthread_cond_signal(&syncer->given_one);
    pthread_mutex_unlock(&syncer->lock);
    pthread_join(syncer->thread, NULL);
    pthread_cond_destroy(&syncer->given_one);
    pthread_cond_destroy(&syncer->done_one);
    pthread_mutex_destroy(&syncer->lock);
    free(syncer);
}

void syncer_give(struct syncer *syncer, struct batch *batch)
{
    if (syncer->given != NULL)
        abort();
    pthread_mutex_lock(&syncer->lock);
    syncer->given = batch;
    syncer->is_done = false;
    pthread_cond_signal(&syncer->given_one);
    pthread_mutex_unlock(&syncer->lock);
}

struct batch *syncer_take(struct syncer *syncer, bool is_waiting)
{
    struct batch *batch;

    if (syncer->given == NULL)
        return NULL;
    pthread_mutex_lock(&syncer->lock);
    while (is_waiting && !syncer->is_done)
        pthread_cond_wait(&syncer->done_one, &syncer->lock);
    batch = syncer->is_done ? syncer->given : NULL;
    if (batch != NULL)
        syncer->given = NULL;
    pthread_mutex_unlock(&syncer->lock);
    return batch;
}
