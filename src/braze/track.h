/*
 * track: the body of POST /users/track, which writes into profiles.
 *
 * Facts (Braze, "Track", "User attributes", "Event object"): at most 75 objects a request in all, attributes and events,
 * each with exactly one of external_id, braze_id, user_alias; a body of 2 MB is taken everywhere. Sets may be repeated,
 * {"inc":n} and events may not. Every object says _update_existing_only, so that a wrong id makes no stray profile: who is
 * written about has written to us through Braze, and so has one. Two requests that touch one profile within seconds may be
 * applied in either order. Pure.
 */
#ifndef BRAZE_TRACK_H
#define BRAZE_TRACK_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

enum { TRACK_OBJECTS_MAX = 75, TRACK_BODY_MAX = 1900 * 1000 };

extern const char TRACK_PATH[];

struct track_object { /* borrowed */
    const char *addressee;  /* "external:ana", "braze:5f3c", "phone:+8210…" (the alias that Braze makes of a number) */
    const char *attributes; /* a JSON object; no member has the name of a field of Braze's that tells who is meant */
};

struct track_event { /* borrowed */
    const char *addressee, *name;
    const char *properties; /* a JSON object */
    int64_t at;             /* when it happened */
};

/* Can Braze be told whom it is about? 0, or -1 and a sentence. */
int track_check(const char *addressee, struct error *error);

/* Appends the object's JSON, without a comma. -1 and nothing appended: track_check says no, or `attributes` is no object. */
int track_format_object(const struct track_object *object, struct buf *out, struct error *error);
int track_format_event(const struct track_event *event, struct buf *out, struct error *error);

/* Appends the body around objects that are parted by commas; a list that is empty is left out. */
void track_format(const struct buf *attributes, const struct buf *events, struct buf *body);

#endif
