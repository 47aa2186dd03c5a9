/*
 * flood: see the header.
 */
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "desk/flood.h"
#include "text/fold.h"

enum {
    MINUTE_MS = 60 * 1000,
    HOUR_MS = 60 * MINUTE_MS,
    ROW_MS = 10 * MINUTE_MS,
    FOLDED_MAX = 400,      /* bytes at the start of a text that are folded before they are told from others */
    PRINT_MAX = 16 * 1024, /* bytes that are looked at */
};

#define FNV_BASIS UINT64_C(14695981039346656037)
#define FNV_PRIME UINT64_C(1099511628211)

static uint64_t mix(uint64_t number, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        number = (number ^ (unsigned char)bytes[i]) * FNV_PRIME;
    return number;
}

/* FNV-1a; never 0 for a text that can be seen. Folding costs more than all the rest, so only the start is. */
static int64_t print(const char *text)
{
    size_t len = strnlen(text, PRINT_MAX), start = len > FOLDED_MAX ? utf8_floor(text, len, FOLDED_MAX) : len;
    struct buf folded = { 0 };
    uint64_t number;

    fold_text(text, start, &folded);
    number = mix(FNV_BASIS, buf_text(&folded), folded.len);
    number = mix(number, text + start, len - start) & INT64_MAX;
    if (folded.len == 0 && start == len)
        number = 0;
    else if (number == 0)
        number = 1;
    buf_release(&folded);
    return (int64_t)number;
}

static void turn_clock(struct tally *tally, int64_t now)
{
    if (tally->minute != now / MINUTE_MS) {
        tally->minute = now / MINUTE_MS;
        tally->heard = 0;
    }
    if (tally->hour != now / HOUR_MS) {
        tally->hour = now / HOUR_MS;
        tally->said = tally->asked = 0;
    }
}

static bool is_same(const struct tally *tally, int64_t text)
{
    return text != 0 && (text == tally->text || text == tally->ours || text == tally->before);
}

/* Who has gone silent on a text stays so while it keeps coming. A clock that was set back ends a row. */
static bool is_row_over(const struct tally *tally, int64_t limit, int64_t last_in_at, int64_t now)
{
    int64_t from = tally->same > limit ? last_in_at : tally->since;

    return now - from > ROW_MS || now < from;
}

void flood_hear(struct tally *tally, const struct ruleset *ruleset, const char *text, int64_t last_in_at, int64_t now)
{
    int64_t said = print(text);

    turn_clock(tally, now);
    tally->heard++;
    if (!is_same(tally, said) ||
        is_row_over(tally, ruleset_setting_number(ruleset, "repeats_in_a_row"), last_in_at, now)) {
        tally->same = 0;
        tally->since = now;
    }
    tally->same++;
    tally->text = said;
}

void flood_spare(struct tally *tally)
{
    tally->same = 1;
}

void flood_tell_late(const struct tally *tally, int64_t now, struct decide_state *state)
{
    bool is_this_hour = tally->hour == now / HOUR_MS;

    state->replies_this_hour = is_this_hour ? tally->said : 0;
    state->consults_this_hour = is_this_hour ? tally->asked : 0;
    state->was_flooding = tally->is_over;
}

void flood_tell(const struct tally *tally, int64_t now, struct decide_state *state)
{
    flood_tell_late(tally, now, state);
    state->messages_this_minute = tally->heard;
    state->same_in_a_row = tally->same;
}

static void count_said(struct tally *tally, const char *text)
{
    tally->said++;
    if (text == NULL)
        return;
    tally->before = tally->ours;
    tally->ours = print(text);
}

bool flood_notice(struct tally *tally, const struct ruleset *ruleset, const char *text, int64_t now)
{
    int64_t most = ruleset_setting_number(ruleset, "replies_per_hour");

    turn_clock(tally, now);
    if (most != 0 && tally->said >= most)
        return false;
    count_said(tally, text);
    return true;
}

void flood_count(struct tally *tally, const struct decision *decision, bool joins, int64_t now)
{
    turn_clock(tally, now);
    for (size_t i = 0; i < decision->effect_count; i++) {
        const struct effect *effect = &decision->effects[i];

        if (effect->kind == EFFECT_SAY)
            count_said(tally, effect->text);
        tally->asked += effect->kind == EFFECT_CONSULT && !joins;
    }
}

void flood_settle(struct tally *tally, const struct decision *decision)
{
    tally->is_over = decision->is_silenced || (tally->is_over && decision->limit != LIMIT_NONE);
    if (decision->reading != NULL && strcmp(decision->reading, "answer") == 0)
        flood_spare(tally);
}
