/*
 * recount: see the header.
 *
 * Two clocks run: that of the book and that of the talk. They meet at every message of the customer, and the talk's is
 * never ahead: a gap is rounded down, and one below the unit is left out, so that nothing times out in the talk that did
 * not in the book. What the bot says of its own accord comes a little after it is due, so rounding down finds it due.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/language.h"
#include "desk/decide_state.h"
#include "desk/recount.h"
#include "desk/recount_given.h"
#include "desk/talk.h"
#include "rules/row.h"
#include "store/transcript.h"

enum { SECOND_MS = 1000, MINUTE_MS = 60 * 1000, NAME_LEAST = 2 };

struct entry { /* a message; owned text */
    char *text;
    int64_t id, at, turn;
    bool is_customer;
};

struct past {
    struct entry *list;
    size_t count, room;
    bool is_over;       /* a person wrote: nothing behind it counts */
    char *state;        /* of the first decision, JSON; owned */
    struct decide_record record;
};

struct teller {
    struct recount *recount;
    const struct past *past;
    const char *first_name; /* "": do not care */
    const char *notice;     /* that a machine answers, where a talk would not say it: a * stands for it. "": nothing */
    int64_t unit;
    int64_t heard_at, heard_now; /* the customer's newest message, by both clocks */
    int64_t now;                 /* of the talk */
};

/* Reading */

static void add_entry(void *context, const struct transcript_line *line)
{
    struct past *past = context;
    bool is_customer = strcmp(line->kind, "in") == 0;

    past->is_over |= strcmp(line->kind, "agent") == 0;
    if (past->is_over || (!is_customer && strcmp(line->kind, "out") != 0))
        return;
    if (past->count == past->room) {
        past->room = past->room == 0 ? 32 : past->room * 2;
        past->list = alloc_resize(past->list, past->room, sizeof *past->list);
    }
    past->list[past->count++] = (struct entry){ .text = alloc_text(line->text),
                                                .id = line->id,
                                                .at = line->at,
                                                .turn = line->turn,
                                                .is_customer = is_customer };
}

static void keep_state(void *context, const struct transcript_decision *decision)
{
    struct past *past = context;

    past->state = alloc_text(decision->state);
}

static const struct entry *first_of(const struct past *past)
{
    for (size_t i = 0; i < past->count; i++)
        if (past->list[i].is_customer)
            return &past->list[i];
    return NULL;
}

/* 1, 0: nothing was said; -1. */
static int read_past(struct db *db, const int64_t *conversations, size_t count, struct past *past, struct error *error)
{
    const struct entry *first;
    int found;

    for (size_t i = 0; i < count; i++)
        if (transcript_list(db, &(struct transcript_piece){ .conversation = conversations[i] }, add_entry, past, error) < 0)
            return -1;
    first = first_of(past);
    if (first == NULL)
        return 0;
    found = transcript_why(db, first->id, keep_state, past, error);
    if (found == 1 && decide_parse_state(past->state, strlen(past->state), &past->record, error) != 0)
        return error_prefix(error, "the decision about message %lld", (long long)first->id);
    return found;
}

static void past_release(struct past *past)
{
    for (size_t i = 0; i < past->count; i++)
        free(past->list[i].text);
    free(past->list);
    free(past->state);
    decide_record_release(&past->record);
    *past = (struct past){ 0 };
}

/* Writing */

/* Rules see a message without words as one without words, too. */
static const char *customer_text(const struct teller *teller, const char *text)
{
    return recount_keep(teller->recount, alloc_text(*text != '\0' ? text : " "));
}

static const char *bot_text(const struct teller *teller, const char *text)
{
    size_t len = strlen(teller->first_name);
    struct buf out = { 0 };
    const char *found;

    if (*teller->notice != '\0' && strncmp(text, teller->notice, strlen(teller->notice)) == 0) {
        buf_add_char(&out, '*');
        text += strlen(teller->notice);
    }
    if (row_is_null_word(text)) /* a bot of that text would be taken for a slip */
        text = "*";
    while (len >= NAME_LEAST && (found = strstr(text, teller->first_name)) != NULL) {
        buf_add(&out, text, (size_t)(found - text));
        buf_add_char(&out, '*');
        text = found + len;
    }
    buf_add_text(&out, text);
    return recount_keep(teller->recount, buf_detach(&out));
}

static struct talk_line *add_line(const struct teller *teller)
{
    struct recount *recount = teller->recount;

    if (recount->talk.line_count == TALK_LINES_MAX) {
        recount->is_cut = true;
        return NULL;
    }
    if (recount->talk.line_count == recount->line_room) {
        recount->line_room = recount->line_room == 0 ? 32 : recount->line_room * 2;
        recount->lines = alloc_resize(recount->lines, recount->line_room, sizeof *recount->lines);
        recount->talk.lines = recount->lines;
    }
    recount->lines[recount->talk.line_count] = (struct talk_line){ .file = "", .line = 0 };
    return &recount->lines[recount->talk.line_count++];
}

/* How much passes in the talk until a moment of the book. */
static int64_t pass_until(struct teller *teller, int64_t at)
{
    int64_t elapsed = at - teller->heard_at, behind = teller->now - teller->heard_now;
    int64_t ms = elapsed > behind ? (elapsed - behind) / teller->unit * teller->unit : 0;

    teller->now += ms;
    return ms;
}

static void tell_answers(struct teller *teller, struct talk_line *line, const struct entry *message)
{
    const struct past *past = teller->past;

    for (const struct entry *entry = message + 1; line != NULL && entry < past->list + past->count; entry++) {
        if (entry->is_customer || message->turn == 0 || entry->turn != message->turn)
            continue;
        if (line->bot != NULL && (line = add_line(teller)) == NULL)
            return;
        line->bot = bot_text(teller, entry->text);
    }
}

/* Messages of one turn are a burst, which a backend answers as a whole; a talk has one message for it. */
static bool is_first_of_turn(const struct past *past, const struct entry *message)
{
    for (const struct entry *entry = past->list; entry < message; entry++)
        if (entry->is_customer && entry->turn == message->turn && message->turn != 0)
            return false;
    return true;
}

static void join_burst(const struct past *past, const struct entry *message, struct buf *out)
{
    buf_add_text(out, message->text);
    for (const struct entry *entry = message + 1; entry < past->list + past->count; entry++)
        if (entry->is_customer && entry->turn == message->turn && message->turn != 0)
            buf_addf(out, "\n%s", entry->text);
}

static void tell_message(struct teller *teller, const struct entry *entry)
{
    struct talk_line *line = is_first_of_turn(teller->past, entry) ? add_line(teller) : NULL;
    struct buf text = { 0 };

    if (line == NULL)
        return;
    join_burst(teller->past, entry, &text);
    line->after_ms = pass_until(teller, entry->at);
    line->customer = customer_text(teller, buf_text(&text));
    buf_release(&text);
    teller->heard_at = entry->at;
    teller->heard_now = teller->now;
    tell_answers(teller, line, entry);
}

/* Of its own accord. */
static void tell_text(struct teller *teller, const struct entry *entry)
{
    struct talk_line *line = add_line(teller);

    if (line == NULL)
        return;
    line->after_ms = pass_until(teller, entry->at);
    line->bot = bot_text(teller, entry->text);
}

/* The name is the caller's. */
static void tell_head(struct teller *teller, const struct ruleset *rules)
{
    const struct decide_state *state = &teller->past->record.state;
    struct talk *talk = &teller->recount->talk;
    const struct entry *first = first_of(teller->past);
    struct zone_time local;
    char tag[LANGUAGE_TAG_MAX];

    zone_local(rules->zone, first->at, &local);
    local.second = 0;
    talk->file = "";
    talk->starts_at = zone_moment(rules->zone, &local);
    talk->open = OPEN_BY_HOURS;
    talk->language = language_canonical(state->language, tag) ? state->language : NULL;
    talk->channel = ruleset_channel(rules, state->channel) != NULL ? state->channel : NULL;
    talk->country = *state->country != '\0' ? state->country : NULL;
    talk->is_first_contact = state->is_first_contact;
    teller->first_name = state->first_name;
    teller->heard_at = first->at;
    teller->heard_now = teller->now = talk->starts_at;
}

static void tell(struct recount *recount, const struct past *past, const struct ruleset *rules, int64_t unit)
{
    struct teller teller = { .recount = recount, .past = past, .unit = unit, .notice = "" };
    struct buf notice = { 0 };

    recount->talk.line_count = 0;
    recount->is_cut = past->is_over;
    tell_head(&teller, rules);
    if (!recount->talk.is_first_contact)
        recount_notice(rules, &past->record.state, recount->talk.starts_at, &notice);
    teller.notice = buf_text(&notice);
    for (const struct entry *entry = first_of(past); entry < past->list + past->count; entry++) {
        if (entry->is_customer)
            tell_message(&teller, entry);
        else if (entry->turn == 0)
            tell_text(&teller, entry);
    }
    buf_release(&notice);
}

/* The head outlives the past. */
static void keep_head(struct recount *recount)
{
    struct talk *talk = &recount->talk;

    if (talk->language != NULL)
        talk->language = recount_keep(recount, alloc_text(talk->language));
    if (talk->channel != NULL)
        talk->channel = recount_keep(recount, alloc_text(talk->channel));
    if (talk->country != NULL)
        talk->country = recount_keep(recount, alloc_text(talk->country));
}

static bool try(struct recount *recount, const struct past *past, const struct ruleset *rules, struct matcher *matcher,
                int64_t unit)
{
    struct talk_report report = { 0 };

    tell(recount, past, rules, unit);
    buf_clear(&recount->why);
    recount->holds = talk_play(rules, matcher, &recount->talk, &report);
    if (!recount->holds)
        buf_add_text(&recount->why, buf_text(&report.sentence) + report.place);
    talk_report_release(&report);
    return recount->holds;
}

int recount_read(struct db *db, const int64_t *conversations, size_t count, const struct ruleset *rules,
                 struct matcher *matcher, struct recount *recount, struct error *error)
{
    struct past past = { 0 };
    int found = read_past(db, conversations, count, &past, error);

    if (found == 1 && recount_given(db, conversations, count, rules, &past.record.state, first_of(&past)->at, recount,
                                    error) != 0)
        found = -1;
    if (found == 1) {
        struct buf name = { 0 };

        buf_addf(&name, "conversation %lld", (long long)conversations[0]);
        recount->talk.name = recount_keep(recount, buf_detach(&name));
        if (!try(recount, &past, rules, matcher, MINUTE_MS))
            try(recount, &past, rules, matcher, SECOND_MS);
        keep_head(recount);
    }
    past_release(&past);
    return found;
}

void recount_release(struct recount *recount)
{
    for (size_t i = 0; i < recount->text_count; i++)
        free(recount->texts[i]);
    free(recount->texts);
    free(recount->lines);
    free(recount->given);
    buf_release(&recount->why);
    *recount = (struct recount){ 0 };
}
