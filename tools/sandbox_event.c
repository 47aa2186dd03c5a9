/*
 * sandbox_event: see the header.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"

#include "sandbox_event.h"
#include "sandbox_hash.h"
#include "sandbox_people.h"
#include "sandbox_value.h"

void events_forget(struct events *events)
{
    struct ring ring = events->ring;

    free(events->seen);
    ring_forget(&ring);
    *events = (struct events){ .ring = ring };
}

void events_release(struct events *events)
{
    events_forget(events);
    ring_release(&events->ring);
}

/* With the NUL, which parts one text from the next. */
static uint64_t hash_text(uint64_t hash, const char *text)
{
    return hash_bytes(hash, text, strlen(text) + 1);
}

/* False: it is there already. */
static bool seen_put(uint64_t *seen, size_t room, uint64_t hash)
{
    size_t i = (size_t)(hash % room);

    while (seen[i] != 0 && seen[i] != hash)
        i = (i + 1) % room;
    bool is_new = seen[i] == 0;
    seen[i] = hash;
    return is_new;
}

static bool is_new(struct events *events, uint64_t hash)
{
    if (events->seen_count * 2 >= events->seen_room) {
        size_t room = events->seen_room > 0 ? events->seen_room * 2 : 1024;
        uint64_t *seen = alloc_array(room, sizeof *seen);

        for (size_t i = 0; i < events->seen_room; i++)
            if (events->seen[i] != 0)
                seen_put(seen, room, events->seen[i]);
        free(events->seen);
        events->seen = seen;
        events->seen_room = room;
    }
    bool is_first = seen_put(events->seen, events->seen_room, hash != 0 ? hash : 1);
    events->seen_count += is_first;
    return is_first;
}

/* A time that is to come becomes now. */
static void write_time(struct jsonw *w, const char *time, int64_t now_ms)
{
    struct buf now = { 0 };
    int64_t at_ms = 0;

    clock_format_utc(now_ms, &now);
    jsonw_text(w, "time", value_moment(time, &at_ms) == 0 && at_ms > now_ms ? buf_text(&now) : time);
    buf_release(&now);
}

bool events_put(struct events *events, const struct track_update *update, int64_t at_ms)
{
    bool is_event = update->kind == TRACK_EVENT;
    const char *name = json_get_text(update->object, is_event ? "name" : "product_id");
    const char *time = json_get_text(update->object, "time");
    const struct json *properties = json_get(update->object, "properties");
    struct buf one = { 0 }, inside = { 0 };
    struct jsonw w = { .out = &one };

    json_format(is_event ? properties : update->object, &inside);
    uint64_t hash = hash_text(HASH_START + (uint64_t)update->address, update->user);
    hash = hash_text(hash_text(hash_text(hash, name), time), buf_text(&inside));
    bool is_first = is_new(events, hash);
    events->count++;
    events->repeated += !is_first;
    jsonw_object(&w, NULL);
    jsonw_int(&w, "n", events->ring.last + 1);
    jsonw_int(&w, "at", at_ms);
    jsonw_text(&w, "user", update->user);
    jsonw_text(&w, "kind", address_name(update->address));
    jsonw_text(&w, "what", is_event ? "event" : "purchase");
    jsonw_text(&w, "name", name);
    write_time(&w, time, at_ms);
    jsonw_raw(&w, "properties", properties != NULL && is_event ? buf_text(&inside) : "{}");
    jsonw_bool(&w, "repeated", !is_first);
    jsonw_end_object(&w);
    ring_put(&events->ring, update->user, &one);
    buf_release(&inside);
    return is_first;
}
