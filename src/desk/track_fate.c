/*
 * track_fate: see the header.
 */
#include "desk/track_fate.h"
#include "store/entry.h"
#include "store/outbox_track.h"
#include "store/profile.h"

struct settling {
    struct desk *desk;
    const struct call *call;
    const struct call_row *row;
    const struct answer *answer;
    int status;
    int64_t now;
};

/* Which objects are meant --------------------------------------------------------------------------------------------- */

/* Where Braze does not tell the list, and there is one only, it is that. */
static enum answer_list list_of(const struct settling *s, size_t i)
{
    if (s->answer->bad_list[i] != LIST_UNTOLD)
        return s->answer->bad_list[i];
    return s->call->event_count == 0 ? LIST_ATTRIBUTES : s->call->attribute_count == 0 ? LIST_EVENTS : LIST_UNTOLD;
}

static bool is_named(const struct settling *s, enum answer_list list, int index)
{
    for (size_t i = 0; i < s->answer->bad_count; i++)
        if (list_of(s, i) == list && s->answer->bad_index[i] == index)
            return true;
    return false;
}

static bool names_any(const struct settling *s)
{
    for (size_t i = 0; i < s->answer->bad_count; i++) {
        int index = s->answer->bad_index[i];
        enum answer_list list = list_of(s, i);

        if ((list == LIST_ATTRIBUTES && index < s->call->attribute_count) ||
            (list == LIST_EVENTS && index < s->call->event_count))
            return true;
    }
    return false;
}

static bool is_lone(const struct settling *s)
{
    return s->call->attribute_count + s->call->event_count == 1;
}

/* Ends ------------------------------------------------------------------------------------------------------------------ */

static int end(const struct settling *s, const char *state, const char *reason, struct error *error)
{
    struct desk *desk = s->desk;
    const struct call_row *row = s->row;

    desk->may_track = true;
    if (outbox_settle(desk->db, row->outbox, row->contact, 0, state, reason, s->now, error) != 0)
        return -1;
    return outbox_track_queue(desk->db, row->contact, row->conversation, s->now, NULL, error);
}

static int refuse_attributes(const struct settling *s, struct error *error)
{
    struct db *db = s->desk->db;
    const struct call_row *row = s->row;

    if (profile_refuse(db, row->contact, row->outbox, error) != 0)
        return -1;
    return entry_refuse(db, row->outbox, ENTRY_ATTRIBUTES, s->answer->problem, s->now, error);
}

/* From the last event to the first, so that the numbers of those before stay what they are. */
static int refuse_events(const struct settling *s, bool all, int *refused, struct error *error)
{
    const struct call_row *row = s->row;

    for (int i = row->event_count; i-- > 0;) {
        if (!all && !is_named(s, LIST_EVENTS, row->events_at + i))
            continue;
        if (entry_refuse(s->desk->db, row->outbox, i, s->answer->problem, s->now, error) != 0)
            return -1;
        ++*refused;
    }
    return 0;
}

static int end_refused(const struct settling *s, int refused, int objects, struct error *error)
{
    struct buf reason = { 0 };
    int result;

    buf_add_text(&reason, s->answer->problem);
    if (objects > refused)
        buf_addf(&reason, " (%d of %d things that it carried; the rest is written)", refused, objects);
    result = end(s, "dead", buf_text(&reason), error);
    buf_release(&reason);
    return result;
}

/* What is named is refused, or all of it; the rest was taken, and what is wrong with others is no word about it. */
static int take(const struct settling *s, bool all_refused, struct error *error)
{
    struct db *db = s->desk->db;
    const struct call_row *row = s->row;
    bool has_attributes = row->attributes_at >= 0;
    bool is_bad = has_attributes && (all_refused || is_named(s, LIST_ATTRIBUTES, row->attributes_at));
    int refused = is_bad, objects = has_attributes + row->event_count, is_unknown;

    if (is_bad ? refuse_attributes(s, error) != 0
               : has_attributes && profile_accept(db, row->contact, row->outbox, s->now, error) != 0)
        return -1;
    if (refuse_events(s, all_refused, &refused, error) != 0 || entry_accept(db, row->outbox, s->now, error) != 0)
        return -1;
    if (refused < objects && outbox_track_note(db, row->contact, s->now, error) != 0)
        return -1;
    is_unknown = entry_is_unknown(db, row->outbox, error);
    if (is_unknown < 0)
        return -1;
    if (refused > 0)
        return end_refused(s, refused, objects, error);
    return is_unknown ? end(s, "unknown", "some of it may or may not be done, and is not repeated", error)
                      : end(s, "accepted", names_any(s) ? "" : s->answer->problem, error);
}

/* Again ----------------------------------------------------------------------------------------------------------------- */

static struct outbox_again again_of(const struct settling *s)
{
    return (struct outbox_again){
        .id = s->row->outbox,
        .due_at = s->now,
        .failures = s->row->failures,
        .is_ambiguous = s->row->is_ambiguous,
        .reason = s->answer->problem,
    };
}

static int go_again(const struct settling *s, const struct outbox_again *again, struct error *error)
{
    return entry_return(s->desk->db, s->row->outbox, error) == 0 ? outbox_retry(s->desk->db, again, error) : -1;
}

/* Not so soon that it could overtake an attempt that may still be carried out. */
static void put_off(const struct settling *s, struct outbox_again *again)
{
    if (again->due_at < s->now + TRACK_APART_MS)
        again->due_at = s->now + TRACK_APART_MS;
}

/* What may be repeated goes again, if there is any. */
static int lose(const struct settling *s, const struct outbox_again *again, struct error *error)
{
    struct db *db = s->desk->db;
    int64_t lost;
    int has_news;

    if (entry_lose(db, s->row->outbox, s->answer->problem, s->now, &lost, error) != 0)
        return -1;
    has_news = lost > 0 ? outbox_track_has_news(db, s->row->contact, error) : 1;
    if (has_news != 0)
        return has_news < 0 ? -1 : outbox_retry(db, again, error);
    return end(s, "unknown", s->answer->problem, error);
}

/* Nobody was told what is wrong: each row goes alone, and one that was alone goes piece by piece. */
static int go_apart(const struct settling *s, struct error *error)
{
    struct outbox_again again = again_of(s);

    again.is_single = true;
    if (s->call->count == 1 && outbox_track_part(s->desk->db, s->row->outbox, error) != 0)
        return -1;
    return go_again(s, &again, error);
}

static int doubt(const struct settling *s, struct error *error)
{
    struct outbox_again again = again_of(s);

    again.is_single = s->call->count > 1;
    put_off(s, &again);
    if (outbox_track_note(s->desk->db, s->row->contact, s->now, error) != 0)
        return -1;
    return lose(s, &again, error);
}

static int fail(const struct settling *s, bool may_be_done, struct error *error)
{
    struct outbox_again again = again_of(s);

    dispatch_suspect(s->call, s->row, s->answer, s->now, desk_random(s->desk), &again);
    again.is_ambiguous |= s->answer->class == ANSWER_AMBIGUOUS;
    put_off(s, &again);
    if (outbox_track_note(s->desk->db, s->row->contact, s->now, error) != 0)
        return -1;
    return may_be_done ? lose(s, &again, error) : go_again(s, &again, error);
}

static int settle_partly(const struct settling *s, struct error *error)
{
    if (names_any(s) || s->answer->is_notice)
        return take(s, false, error);
    return is_lone(s) ? take(s, true, error) : doubt(s, error);
}

int track_fate_settle(struct desk *desk, const struct call *call, const struct call_row *row, const struct answer *answer,
                      int status, int64_t now, struct error *error)
{
    struct settling s = { desk, call, row, answer, status, now };
    struct outbox_again again = again_of(&s);

    switch (answer->class) {
    case ANSWER_ACCEPTED: return take(&s, false, error);
    case ANSWER_ACCEPTED_BUT: return settle_partly(&s, error);
    case ANSWER_REFUSED: return is_lone(&s) ? take(&s, true, error) : go_apart(&s, error);
    case ANSWER_AMBIGUOUS: return fail(&s, true, error);
    case ANSWER_NOT_DONE: return fail(&s, status == 500 || status == 504, error);
    case ANSWER_NOT_SENT:
    case ANSWER_LATER:
    case ANSWER_STOPPED: break;
    }
    return go_again(&s, &again, error);
}
