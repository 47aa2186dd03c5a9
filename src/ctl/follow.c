/*
 * follow: see the header.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "ctl/follow.h"
#include "store/news.h"

enum { POLL_MS = 250, PIECE = 200 };

/* Events */

/* What people are told of the ledger. What has a line of its own in the exchange is spared them. */
static const struct {
    const char *kind, *sentence; /* {a}: the actor, {d}: the detail, {k}: the kind; NULL: nothing */
} SENTENCES[] = {
    { "take", "{a} has taken it" },
    { "handoff", "handed over to {d} by {a}" },
    { "release", "{a} has given it back to the bot" },
    { "close", "closed by {a}" },
    { "reopen", "open again: the {a} wrote" },
    { "opt_out", "opted out, by {a}" },
    { "opt_in", "opted in, by {a}" },
    { "tag", "tagged {d} by {a}" },
    { "flow", "{a} began the flow {d}" },
    { "flow_end", "the flow ended: {d}" },
    { "summary", "summed up by {a}: {d}" },
    { "consult_failed", "{a} gave no answer: {d}" },
    { "fallback", "{a} did not answer: {d}" },
    { "ruleset", "rules were loaded by {a}: {d}" },
    { "rollback", "rules were rolled back by {a}: {d}" },
    { "drop", "{a} dropped {d}" },
    { "retry", "{a} sends it after all: {d}" },
    { "rule_disabled", "the rule {d} cost too much and is out of play" },
    { "lane", "calls to {d} changed: frontdesk status tells how" },
    { "flood", "too much came at once: {d}" },
    { "say", NULL },
    { "answer", NULL },
    { "consult", NULL },
    { "notice", NULL },
};

static void fill(const char *sentence, const struct news_event *event, struct buf *out)
{
    for (; *sentence != '\0'; sentence++) {
        bool is_place = sentence[0] == '{' && sentence[1] != '\0' && sentence[2] == '}';

        if (!is_place) {
            buf_add_char(out, *sentence);
            continue;
        }
        buf_add_text(out, sentence[1] == 'a' ? event->actor : sentence[1] == 'd' ? event->detail : event->kind);
        sentence += 2;
    }
}

/* NULL: people are spared it. What this version does not know is told as it stands there. */
static char *format_sentence(const struct news_event *event)
{
    const char *sentence = event->detail[0] != '\0' ? "{k}: {d} ({a})" : "{k} ({a})";
    struct buf out = { 0 };

    for (size_t i = 0; i < sizeof SENTENCES / sizeof *SENTENCES; i++)
        if (strcmp(SENTENCES[i].kind, event->kind) == 0)
            sentence = SENTENCES[i].sentence;
    if (sentence == NULL)
        return NULL;
    fill(sentence, event, &out);
    return buf_detach(&out);
}

struct happening {
    struct exchange_event event; /* its texts are owned */
    char *name;
};

struct happenings {
    struct happening rows[PIECE];
    size_t count;
};

static void add_event(void *context, const struct news_event *event)
{
    struct happenings *happenings = context;

    happenings->rows[happenings->count++] = (struct happening){
        .name = alloc_text(event->first_name[0] != '\0' ? event->first_name : event->user),
        .event = { .id = event->id,
                   .at = event->at,
                   .conversation = event->conversation,
                   .user = alloc_text(event->user),
                   .channel = alloc_text(event->channel),
                   .kind = alloc_text(event->kind),
                   .actor = alloc_text(event->actor),
                   .detail = alloc_text(event->detail),
                   .sentence = format_sentence(event) },
    };
}

static void release(struct happenings *happenings)
{
    for (size_t i = 0; i < happenings->count; i++) {
        struct happening *row = &happenings->rows[i];

        free(row->name);
        free((char *)row->event.user);
        free((char *)row->event.channel);
        free((char *)row->event.kind);
        free((char *)row->event.actor);
        free((char *)row->event.detail);
        free((char *)row->event.sentence);
    }
    happenings->count = 0;
}

/* Showing */

/* As tail -f does with several files. What belongs to no conversation needs no heading. */
static void show_heading(struct follow *follow, int64_t conversation, const char *name, const char *user, const char *channel)
{
    struct buf heading = { 0 };

    if (conversation == 0 || conversation == follow->conversation)
        return;
    follow->conversation = conversation;
    buf_addf(&heading, "%s", name[0] != '\0' ? name : "somebody erased");
    if (strcmp(name, user) != 0)
        buf_addf(&heading, " (%s)", user);
    buf_addf(&heading, ", conversation %lld, %s", (long long)conversation, channel);
    output_break(follow->output, &(struct exchange_break){ .heading = buf_text(&heading) });
    buf_release(&heading);
}

static void show_event(struct follow *follow, const struct happening *row)
{
    if (row->event.sentence != NULL)
        show_heading(follow, row->event.conversation, row->name, row->event.user, row->event.channel);
    output_event(follow->output, &row->event);
    follow->event = row->event.id;
}

static void show_message(struct follow *follow, const struct exchange_line *line)
{
    show_heading(follow, line->conversation, line->name, line->user, line->channel);
    output_line(follow->output, line);
    follow_watch(follow, line);
    follow->message = line->id;
}

/*
 * Both by time, messages first. Where a piece of either is full there is more of it, and what comes later than its last has
 * to wait: 1. Else 0.
 */
static int show_news(struct follow *follow, const struct lines *lines, const struct happenings *happenings)
{
    size_t message = 0, event = 0;

    while (message < lines->count || event < happenings->count) {
        bool is_message = message < lines->count && (event == happenings->count ||
                                                     lines->rows[message].at <= happenings->rows[event].event.at);

        if ((!is_message && message == lines->count && lines->count == PIECE) ||
            (is_message && event == happenings->count && happenings->count == PIECE))
            return 1;
        if (is_message)
            show_message(follow, &lines->rows[message++]);
        else
            show_event(follow, &happenings->rows[event++]);
    }
    return lines->count == PIECE || happenings->count == PIECE;
}

/* Fates */

void follow_watch(struct follow *follow, const struct exchange_line *line)
{
    struct fate *fate;
    bool is_over = output_is_well(line->state) && !output_is_on_its_way(line->state);

    if (is_over || strcmp(line->kind, "note") == 0)
        return;
    if (follow->fate_count == FATES_MAX)
        memmove(follow->fates, follow->fates + 1, --follow->fate_count * sizeof *follow->fates);
    fate = &follow->fates[follow->fate_count++];
    *fate = (struct fate){ .message = line->id, .was_bad = !output_is_well(line->state) };
    snprintf(fate->state, sizeof fate->state, "%s", line->state);
}

/* What became of a customer's message because of its answer is told of the answer. */
static bool is_told_by_answer(const struct exchange_line *line)
{
    static const char *const states[] = { "accepted", "answered", "dead", "held", "withheld", "expired", "unknown" };

    for (size_t i = 0; strcmp(line->kind, "in") == 0 && i < sizeof states / sizeof *states; i++)
        if (strcmp(states[i], line->state) == 0)
            return true;
    return false;
}

static void show_fate(struct follow *follow, struct fate *fate, const struct exchange_line *line, int64_t now)
{
    struct exchange_event event = { .id = line->id,
                                    .at = now,
                                    .conversation = line->conversation,
                                    .user = line->user,
                                    .channel = line->channel,
                                    .kind = line->kind,
                                    .state = line->state,
                                    .reason = line->reason };
    bool is_well = output_is_well(line->state);
    struct buf sentence = { 0 }, why = { 0 };

    output_fate(&(struct exchange_line){ .state = line->state, .reason = line->reason }, false, &why);
    buf_addf(&sentence, "message %lld: %s", (long long)line->id, why.len > 0 ? buf_text(&why) : line->state);
    if ((fate->was_bad || !is_well) && !is_told_by_answer(line)) {
        show_heading(follow, line->conversation, line->name, line->user, line->channel);
        event.sentence = buf_text(&sentence);
    }
    output_event(follow->output, &event);
    fate->was_bad = !is_well;
    buf_release(&sentence);
    buf_release(&why);
}

/* Those that are well are waited for no longer; trouble may still be mended. */
static int show_fates(struct follow *follow, struct db *db, struct error *error)
{
    struct lines lines = { 0 };
    size_t kept = 0;
    int result = 0;

    for (size_t i = 0; i < follow->fate_count; i++) {
        struct fate fate = follow->fates[i];
        bool is_over;

        lines_clear(&lines);
        if (result == 0 && transcript_one(db, fate.message, lines_add, &lines, error) < 0)
            result = -1;
        is_over = result == 0 && lines.count == 0; /* erased meanwhile */
        if (lines.count > 0 && strcmp(lines.rows[0].state, fate.state) != 0) {
            if (!output_is_on_its_way(lines.rows[0].state))
                show_fate(follow, &fate, &lines.rows[0], clock_wall_ms());
            snprintf(fate.state, sizeof fate.state, "%s", lines.rows[0].state);
            is_over = output_is_well(fate.state) && !output_is_on_its_way(fate.state);
        }
        if (!is_over)
            follow->fates[kept++] = fate;
    }
    follow->fate_count = kept;
    lines_release(&lines);
    return result;
}

/* The round */

int follow_open(struct follow *follow, struct db *db, struct error *error)
{
    follow->version = -1; /* none has been seen */
    return news_event(db, &follow->event, error);
}

/* 1: there is more; 0: that was all; -1. */
static int show_new(struct follow *follow, struct db *db, struct error *error)
{
    struct happenings *happenings = alloc_new(sizeof *happenings);
    struct lines lines = { 0 };
    int result = 0;

    if (transcript_news(db, follow->message, follow->contact, PIECE, lines_add, &lines, error) < 0 ||
        news_events(db, follow->event, follow->contact, PIECE, add_event, happenings, error) < 0)
        result = -1;
    if (result == 0)
        result = show_news(follow, &lines, happenings);
    lines_release(&lines);
    release(happenings);
    free(happenings);
    return result;
}

static int show_round(struct follow *follow, struct db *db, struct error *error)
{
    int64_t version;
    int more;

    if (news_version(db, &version, error) != 0)
        return -1;
    if (version == follow->version)
        return 0;
    follow->version = version; /* what is written from here on is another one */
    do
        more = show_new(follow, db, error);
    while (more == 1);
    return more == 0 ? show_fates(follow, db, error) : -1;
}

/* Everything that was shown has left; nothing is open but a book that is only read. */
static void leave(int signal_number)
{
    (void)signal_number;
    _exit(EXIT_DONE);
}

/* A pipe whose other end is closed says so, and ends the wait. */
static bool is_read_no_more(void)
{
    struct pollfd out = { .fd = STDOUT_FILENO };

    return poll(&out, 1, POLL_MS) > 0 && (out.revents & (POLLERR | POLLHUP | POLLNVAL)) != 0;
}

int follow_run(struct follow *follow, struct call *call, struct db *db)
{
    struct error error = { 0 };

    signal(SIGINT, leave);
    signal(SIGTERM, leave);
    do {
        if (db_has_moved(db))
            return call_fail(call, EXIT_FAILED, "the book was moved or replaced; what comes now is in the new one: start again");
        if (show_round(follow, db, &error) != 0)
            return call_read_failed(call, db, &error);
    } while (!is_read_no_more());
    return EXIT_DONE;
}
