/*
 * tell_talk: conversations that prove the rules, in words: who says what, a line for each.
 */
#include "flow/flow.h"
#include "rules/talk.h"
#include "rules/tell_write.h"

static void add_quoted(const struct teller *teller, struct tell_item *item, enum tell_sentence which, const char *text)
{
    struct buf quoted = { 0 };
    tell_quote(teller, &quoted, text);
    tell_add_sentence(teller, item, which, (const char *[]){ buf_text(&quoted) });
    buf_release(&quoted);
}

static void add_start(const struct teller *teller, struct tell_item *item, const struct talk *talk)
{
    struct zone_time time;
    struct buf start = { 0 };
    zone_local(teller->ruleset->zone, talk->starts_at, &time);
    buf_addf(&start, "%04d-%02d-%02d %02d:%02d", time.year, time.month, time.day, time.hour, time.minute);
    tell_add_sentence(teller, item, TELL_TALK_STARTS, (const char *[]){ buf_text(&start) });
    buf_release(&start);
}

static void add_given(const struct teller *teller, struct tell_item *item, const struct talk_given *given)
{
    struct buf source = { 0 }, answer = { 0 };
    bool is_backend = given->backend != NULL;
    enum tell_sentence which = given->answer != NULL ? is_backend ? TELL_TALK_SAID : TELL_TALK_ANSWER
                               : given->status != 0  ? is_backend ? TELL_TALK_FAILED : TELL_TALK_STATUS
                               : is_backend          ? TELL_TALK_LATE
                                                     : TELL_TALK_TIMEOUT;
    tell_quote(teller, &source, talk_given_source(given));
    if (given->answer != NULL)
        tell_quote(teller, &answer, given->answer);
    else if (given->status != 0)
        buf_addf(&answer, "%d", given->status);
    tell_add_sentence(teller, item, which, (const char *[]){ buf_text(&source), buf_text(&answer) });
    buf_release(&source);
    buf_release(&answer);
}

static void add_line(const struct teller *teller, struct tell_item *item, const struct talk_line *line)
{
    if (line->after_ms > 0) {
        struct buf time = { 0 };
        tell_duration(teller->voice, line->after_ms, &time);
        tell_add_sentence(teller, item, TELL_TALK_LATER, (const char *[]){ buf_text(&time) });
        buf_release(&time);
    }
    if (line->customer != NULL)
        add_quoted(teller, item, TELL_TALK_CUSTOMER, line->customer);
    if (line->bot != NULL)
        add_quoted(teller, item, TELL_TALK_BOT, line->bot);
    else
        tell_add_sentence(teller, item, TELL_TALK_SILENCE, NULL);
    if (line->source_expect != NULL)
        add_quoted(teller, item, TELL_TALK_EXPECT, line->source_expect);
}

static void add_talk(struct teller *teller, const struct talk *talk)
{
    struct tell_item *item = tell_add_item(teller, talk->name, NULL);
    item->is_part = false;
    item->file = talk->file;
    item->line = talk->line;
    add_start(teller, item, talk);
    for (size_t i = 0; i < talk->given_count; i++)
        add_given(teller, item, &talk->given[i]);
    item->flowing = item->count;
    for (size_t i = 0; i < talk->line_count; i++)
        add_line(teller, item, &talk->lines[i]);
}

void tell_talks(struct teller *teller)
{
    if (teller->ruleset->talk_count == 0)
        return;
    tell_add_sentence(teller, tell_add_item(teller, teller->voice->parts[PART_TALKS], NULL), TELL_TALKS_INTRO, NULL);
    for (size_t i = 0; i < teller->ruleset->talk_count; i++)
        add_talk(teller, &teller->ruleset->talks[i]);
}
