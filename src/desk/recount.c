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
#include "base/json.h"
#include "base/language.h"
#include "desk/decide_state.h"
#include "desk/recount.h"
#include "desk/talk.h"
#include "flow/flow.h"
#include "rules/row.h"
#include "store/service_call.h"
#include "store/transcript.h"

enum { SECOND_MS = 1000, MINUTE_MS = 60 * 1000, NAME_LEAST = 2, STATUS_OK = 200, STATUS_FAILED = 503 };

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
    int64_t unit;
    int64_t heard_at, heard_now; /* the customer's newest message, by both clocks */
    int64_t now;                 /* of the talk */
};

static const char *keep_text(struct recount *recount, char *text)
{
    if (recount->text_count == recount->text_room) {
        recount->text_room = recount->text_room == 0 ? 32 : recount->text_room * 2;
        recount->texts = alloc_resize(recount->texts, recount->text_room, sizeof *recount->texts);
    }
    recount->texts[recount->text_count++] = text;
    return text;
}

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
        if (transcript_list(db, conversations[i], add_entry, past, error) < 0)
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

/* Services */

struct taker { /* of ends of calls */
    struct recount *recount;
    const struct ruleset *rules;
};

/* {"free":null,"code":null}: what is picked from the answer, for somebody to fill in. */
static char *blank_answer(const struct service *service)
{
    struct buf out = { 0 };
    struct jsonw json = { .out = &out };

    jsonw_object(&json, NULL);
    for (size_t i = 0; i < service->value_count; i++) {
        const char *pointer = service->values[i].pointer;

        if (*pointer == '/' && strpbrk(pointer + 1, "/~") == NULL)
            jsonw_null(&json, pointer + 1);
    }
    jsonw_end_object(&json);
    return buf_detach(&out);
}

static void take_end(void *context, const struct service_call_end *end)
{
    struct taker *taker = context;
    struct recount *recount = taker->recount;
    bool is_accepted = strcmp(end->state, "accepted") == 0, is_late = strcmp(end->state, "expired") == 0;
    struct talk_given given = { .status = is_accepted ? STATUS_OK : is_late ? 0 : end->status > 0 ? end->status : STATUS_FAILED,
                                .file = "" };

    for (size_t i = 0; i < taker->rules->service_count; i++)
        if (strcmp(taker->rules->services[i].name, end->service) == 0)
            given.service = &taker->rules->services[i];
    if (given.service == NULL || strcmp(end->state, "withheld") == 0 || recount->talk.given_count == TALK_GIVEN_MAX)
        return;
    if (is_accepted && *end->answer != '\0') {
        given.answer = keep_text(recount, alloc_text(end->answer));
    } else if (is_accepted && given.service->value_count > 0) {
        given.answer = keep_text(recount, blank_answer(given.service));
        recount->has_blanks = true;
    }
    if (recount->talk.given_count == recount->given_room) {
        recount->given_room = recount->given_room == 0 ? 8 : recount->given_room * 2;
        recount->given = alloc_resize(recount->given, recount->given_room, sizeof *recount->given);
        recount->talk.given = recount->given;
    }
    recount->given[recount->talk.given_count++] = given;
}

static int read_ends(struct db *db, const int64_t *conversations, size_t count, const struct ruleset *rules,
                     struct recount *recount, struct error *error)
{
    struct taker taker = { recount, rules };

    for (size_t i = 0; i < count; i++)
        if (service_call_ends(db, conversations[i], take_end, &taker, error) < 0)
            return -1;
    return 0;
}

/* Writing */

/* Rules see a message without words as one without words, too. */
static const char *customer_text(const struct teller *teller, const char *text)
{
    return keep_text(teller->recount, alloc_text(*text != '\0' ? text : " "));
}

static const char *bot_text(const struct teller *teller, const char *text)
{
    size_t len = strlen(teller->first_name);
    struct buf out = { 0 };
    const char *found;

    if (row_is_null_word(text)) /* a bot of that text would be taken for a slip */
        text = "*";
    while (len >= NAME_LEAST && (found = strstr(text, teller->first_name)) != NULL) {
        buf_add(&out, text, (size_t)(found - text));
        buf_add_char(&out, '*');
        text = found + len;
    }
    buf_add_text(&out, text);
    return keep_text(teller->recount, buf_detach(&out));
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

static void tell_message(struct teller *teller, const struct entry *entry)
{
    struct talk_line *line = add_line(teller);

    if (line == NULL)
        return;
    line->after_ms = pass_until(teller, entry->at);
    line->customer = customer_text(teller, entry->text);
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
    struct teller teller = { .recount = recount, .past = past, .unit = unit };

    recount->talk.line_count = 0;
    recount->is_cut = past->is_over;
    tell_head(&teller, rules);
    for (const struct entry *entry = first_of(past); entry < past->list + past->count; entry++) {
        if (entry->is_customer)
            tell_message(&teller, entry);
        else if (entry->turn == 0)
            tell_text(&teller, entry);
    }
}

/* The head outlives the past. */
static void keep_head(struct recount *recount)
{
    struct talk *talk = &recount->talk;

    if (talk->language != NULL)
        talk->language = keep_text(recount, alloc_text(talk->language));
    if (talk->channel != NULL)
        talk->channel = keep_text(recount, alloc_text(talk->channel));
    if (talk->country != NULL)
        talk->country = keep_text(recount, alloc_text(talk->country));
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

    if (found == 1 && read_ends(db, conversations, count, rules, recount, error) != 0)
        found = -1;
    if (found == 1) {
        struct buf name = { 0 };

        buf_addf(&name, "conversation %lld", (long long)conversations[0]);
        recount->talk.name = keep_text(recount, buf_detach(&name));
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
