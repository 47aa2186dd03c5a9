/*
 * track_load: see the header.
 */
#include "base/clock.h"
#include "base/json.h"
#include "braze/track.h"
#include "desk/track_load.h"
#include "store/entry.h"
#include "store/profile.h"

/* {"a":1} and "n":{"inc":1} */
static void join(const struct buf *sets, size_t set_count, const struct buf *members, struct buf *out)
{
    if (set_count == 0 && members->len == 0)
        return;
    buf_add(out, sets->data, sets->len - 1);
    buf_add_text(out, set_count > 0 && members->len > 0 ? "," : "");
    buf_add_text(out, buf_text(members));
    buf_add_char(out, '}');
}

static int gather_attributes(struct track_load *load, struct db *db, const struct outbox_track_row *row, int64_t now,
                             struct error *error)
{
    const char *addressee = buf_text(&load->addressee);
    struct buf members = { 0 };
    size_t set_count = 0;
    int result = profile_news(db, row->contact, addressee, now, &load->sets, &set_count, error);

    if (result == 0)
        result = entry_claim_attributes(db, row->contact, addressee, row->id, &members, error);
    if (result == 0)
        join(&load->sets, set_count, &members, &load->attributes);
    buf_release(&members);
    return result;
}

static void list_event(struct buf *list, const struct entry_event *event)
{
    struct jsonw w = { .out = list };
    struct buf time = { 0 };

    clock_format_utc(event->at, &time);
    buf_add_text(list, list->len > 1 ? "," : "");
    jsonw_object(&w, NULL);
    jsonw_text(&w, "name", event->name);
    jsonw_text(&w, "time", buf_text(&time));
    jsonw_raw(&w, "properties", event->properties);
    jsonw_end_object(&w);
    buf_release(&time);
}

/* Nothing can be wrong with it: the addressee is good, and the book takes objects only. */
static void add_event(void *context, const struct entry_event *row)
{
    struct track_load *load = context;
    struct track_event event = { buf_text(&load->addressee), row->name, row->properties, row->at };
    struct error ignored;
    struct buf json = { 0 };

    if (track_format_event(&event, &json, &ignored) == 0) {
        buf_add_text(&load->events, load->events.len > 0 ? "," : "");
        buf_add(&load->events, json.data, json.len);
        list_event(&load->event_list, row);
    }
    buf_release(&json);
}

int track_load_gather(struct track_load *load, struct db *db, const struct outbox_track_row *row, size_t room,
                      int64_t now, struct error *error)
{
    size_t max = row->is_parted ? 1 : room;
    int result = gather_attributes(load, db, row, now, error);

    buf_add_char(&load->event_list, '[');
    if (result == 0 && max > (load->attributes.len > 0))
        result = entry_claim_events(db, row->contact, row->id, max - (load->attributes.len > 0), &load->event_count, add_event,
                                    load, error);
    buf_add_char(&load->event_list, ']');
    return result;
}

int track_load_claim(const struct track_load *load, struct db *db, const struct outbox_track_row *row, struct error *error)
{
    const char *attributes = load->attributes.len > 0 ? buf_text(&load->attributes) : "{}";

    if (outbox_track_claim(db, row->id, buf_text(&load->addressee), attributes, buf_text(&load->event_list), error) != 0)
        return -1;
    return profile_send(db, row->contact, buf_text(&load->addressee), row->id, buf_text(&load->sets), error);
}

int track_load_format(const struct track_load *load, struct buf *object, struct error *error)
{
    struct track_object attributes = { buf_text(&load->addressee), buf_text(&load->attributes) };

    return load->attributes.len > 0 ? track_format_object(&attributes, object, error) : 0;
}

void track_load_release(struct track_load *load)
{
    buf_release(&load->addressee);
    buf_release(&load->sets);
    buf_release(&load->attributes);
    buf_release(&load->events);
    buf_release(&load->event_list);
}
