/*
 * bare_store: see the header. A list under a lock is taken whole by the writer, so that a commit holds whatever came while the
 * one before it was written: the group commit of the desk, with nothing between.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "store/db.h"
#include "tools/bare_store.h"

struct bare_store {
    struct db *db;
    void (*is_stored)(struct bare_item *item);
    pthread_t writer;
    pthread_mutex_t lock;
    pthread_cond_t came;
    struct bare_item *first, **last_next;
    bool is_ending;
};

static int insert_all(struct db *db, const struct bare_item *items, struct error *error)
{
    static const char INSERT[] = "INSERT INTO body (bytes) VALUES (?1)";

    for (; items != NULL; items = items->next) {
        struct query *q = db_query(db, INSERT);

        query_bind_bytes(q, 1, items->body.data, items->body.len);
        if (query_run(q, error) != 0)
            return -1;
    }
    return 0;
}

static void write_all(struct bare_store *store, struct bare_item *items)
{
    struct error error = { 0 };

    if (db_begin(store->db, &error) != 0 || insert_all(store->db, items, &error) != 0 ||
        db_commit(store->db, &error) != 0) {
        fprintf(stderr, "frontdesk-bare: %s\n", error.text);
        exit(1);
    }
    while (items != NULL) {
        struct bare_item *next = items->next; /* before it is its maker's again */

        store->is_stored(items);
        items = next;
    }
    if (db_checkpoint(store->db, false, &error) != 0)
        fprintf(stderr, "frontdesk-bare: %s\n", error.text);
}

/* NULL at the end. */
static struct bare_item *wait_for_items(struct bare_store *store)
{
    struct bare_item *items;

    pthread_mutex_lock(&store->lock);
    while (store->first == NULL && !store->is_ending)
        pthread_cond_wait(&store->came, &store->lock);
    items = store->first;
    store->first = NULL;
    store->last_next = &store->first;
    pthread_mutex_unlock(&store->lock);
    return items;
}

static void *run(void *context)
{
    struct bare_store *store = context;
    struct bare_item *items;

    while ((items = wait_for_items(store)) != NULL)
        write_all(store, items);
    return NULL;
}

static struct db *make_book(const char *path, struct error *error)
{
    struct db *db = db_open(path, DB_WRITER, error);

    if (db != NULL && db_run(db, "CREATE TABLE body (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT", error) != 0) {
        db_close(db);
        return NULL;
    }
    return db;
}

struct bare_store *bare_store_new(const char *path, void (*is_stored)(struct bare_item *item), struct error *error)
{
    struct db *db = make_book(path, error);

    if (db == NULL)
        return NULL;
    struct bare_store *store = alloc_new(sizeof *store);
    store->db = db;
    store->is_stored = is_stored;
    store->last_next = &store->first;
    pthread_mutex_init(&store->lock, NULL);
    pthread_cond_init(&store->came, NULL);
    if (pthread_create(&store->writer, NULL, run, store) != 0)
        abort();
    return store;
}

bool bare_store_put(struct bare_store *store, struct bare_item *item)
{
    item->next = NULL;
    pthread_mutex_lock(&store->lock);
    bool is_taken = !store->is_ending, was_empty = store->first == NULL;
    if (is_taken) {
        *store->last_next = item;
        store->last_next = &item->next;
    }
    pthread_mutex_unlock(&store->lock);
    if (is_taken && was_empty)
        pthread_cond_signal(&store->came);
    return is_taken;
}

void bare_store_end(struct bare_store *store)
{
    pthread_mutex_lock(&store->lock);
    store->is_ending = true;
    pthread_cond_signal(&store->came);
    pthread_mutex_unlock(&store->lock);
    pthread_join(store->writer, NULL);
}

void bare_store_free(struct bare_store *store)
{
    if (store == NULL)
        return;
    pthread_cond_destroy(&store->came);
    pthread_mutex_destroy(&store->lock);
    db_close(store->db);
    free(store);
}
