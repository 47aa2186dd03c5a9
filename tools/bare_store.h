/*
 * bare_store: bodies that are on the disk before anybody is told, and nothing else done with them.
 *
 * What a desk on SQLite cannot be faster than: a body becomes one row of a table without an index, all that wait
 * go into one commit, and one fdatasync stands between them and their answers. The connection has the settings of the
 * desk's own (store/db.h). Nobody looks for duplicates, nothing is read or decided.
 */
#ifndef TOOLS_BARE_STORE_H
#define TOOLS_BARE_STORE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"

struct bare_store;

/* One body on its way. It belongs to its maker, who may not touch it between the put and the call of `is_stored`. */
struct bare_item {
    struct buf body;
    void *link; /* the maker's */
    struct bare_item *next;
};

/*
 * Begins a fresh book at `path`, and a thread that writes to it. That thread calls `is_stored` for each item once its row is
 * durable. NULL and a sentence if the file cannot be made. A commit that fails later ends the process.
 */
struct bare_store *bare_store_new(const char *path, void (*is_stored)(struct bare_item *item), struct error *error);

/* From any thread. False once the store has been ended: the item is still its maker's, and nothing comes of it. */
bool bare_store_put(struct bare_store *store, struct bare_item *item);

/* Stores what was put, then ends the thread. */
void bare_store_end(struct bare_store *store);

/* Behind the end, and when nobody puts any more. NULL is fine. */
void bare_store_free(struct bare_store *store);

#endif
