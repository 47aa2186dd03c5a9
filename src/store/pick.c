/*
 * pick: what its files share. See the header.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "store/listing.h"
#include "store/pick_private.h"
#include "store/query_number.h"

void picked_release(struct picked *picked)
{
    free(picked->ids);
    *picked = (struct picked){ 0 };
}

static void make_room(struct picked *picked)
{
    if (picked->count < picked->room)
        return;
    picked->room = picked->room > 0 ? 2 * picked->room : 64;
    picked->ids = alloc_resize(picked->ids, picked->room, sizeof *picked->ids);
}

void picked_add(struct picked *picked, int64_t id)
{
    make_room(picked);
    picked->ids[picked->count++] = id;
}

size_t picked_put(struct picked *picked, int64_t id)
{
    size_t low = 0, high = picked->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (picked->ids[middle] > id)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < picked->count && picked->ids[low] == id)
        return low;
    make_room(picked);
    memmove(picked->ids + low + 1, picked->ids + low, (picked->count - low) * sizeof *picked->ids);
    picked->ids[low] = id;
    picked->count++;
    return low;
}

int picked_take(struct picked *picked, struct query *q, struct error *error)
{
    int more;

    while ((more = query_step(q, error)) == 1)
        picked_add(picked, query_int(q, 0));
    query_end(q);
    return more;
}

void pick_person_init(struct pick_person *person, const struct filter *filter)
{
    *person = (struct pick_person){ .typed = filter->user };
    if (filter->user != NULL) {
        listing_clean_phone(filter->user, &person->texts[0]);
        person->clean = buf_text(&person->texts[0]);
    }
    if (filter->phone != NULL) {
        listing_clean_phone(filter->phone, &person->texts[1]);
        person->phone = buf_text(&person->texts[1]);
    }
}

void pick_person_release(struct pick_person *person)
{
    buf_release(&person->texts[0]);
    buf_release(&person->texts[1]);
}

void pick_person_bind(const struct pick_person *person, struct query *q, int first)
{
    query_bind_text(q, first, person->typed);
    query_bind_text(q, first + 1, person->clean);
    query_bind_text(q, first + 2, person->phone);
}

void pick_bind_time(struct query *q, int index, int64_t value)
{
    if (value != 0)
        query_bind_int(q, index, value);
    else
        query_bind_null(q, index);
}

static const char KNOWS[] = "SELECT 1 FROM " PERSONS("?1", "?2", "?3") "p WHERE " IS_PERSON("p.contact", "?1", "?2", "?3")
                            "LIMIT 1";

int pick_knows(struct db *db, const struct filter *filter, struct error *error)
{
    struct query *q = db_query(db, KNOWS);
    struct pick_person person;
    int found;

    pick_person_init(&person, filter);
    pick_person_bind(&person, q, 1);
    found = query_is_there(q, error);
    pick_person_release(&person);
    return found;
}
