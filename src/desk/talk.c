/*
 * talk: see the header.
 *
 * An exchange is one line that begins it, with the further texts of the bot behind it. What the bot says is compared
 * text by text, once the customer's message and all that it set off is through; then comes what the rows of the
 * exchange expect.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/utf8.h"
#include "desk/stage.h"
#include "desk/talk.h"
#include "flow/flow.h"

enum { TEXT_SHOWN_MAX = 80 };

struct play {
    const struct talk *talk;
    struct talk_report *report;
    struct stage stage;
};

const char *talk_who_name(enum talk_who who)
{
    static const char *const NAMES[] = { [TALK_CUSTOMER] = "customer",
                                         [TALK_BOT] = "bot",
                                         [TALK_TIME] = "time",
                                         [TALK_EXPECT] = "expect",
                                         [TALK_SERVICE] = "service",
                                         [TALK_BACKEND] = "backend" };
    return NAMES[who];
}

/* Parts */

static struct talk_part *add_part(struct play *play, enum talk_who who, const char *expected, const char *said)
{
    struct talk_report *report = play->report;

    if (report->count == report->room) {
        report->room = report->room == 0 ? 16 : report->room * 2;
        report->parts = alloc_resize(report->parts, report->room, sizeof *report->parts);
    }
    report->parts[report->count] =
        (struct talk_part){ .who = who, .expected = alloc_text(expected), .said = alloc_text(said) };
    return &report->parts[report->count++];
}

/* The sentence begins; what is wrong follows it. */
static struct buf *fail(struct play *play, const struct talk_line *line)
{
    struct talk_report *report = play->report;

    report->failed = line;
    report->parts[report->count - 1].differs = true;
    buf_addf(&report->sentence, "%s:%d: ", line->file, line->line);
    report->place = report->sentence.len;
    buf_addf(&report->sentence, "in the talk %s ", play->talk->name);
    return &report->sentence;
}

static void quote(const char *text, struct buf *out)
{
    size_t len = strlen(text);
    bool is_long = len > TEXT_SHOWN_MAX;

    buf_addf(out, "\"%.*s%s\"", (int)(is_long ? utf8_floor(text, len, TEXT_SHOWN_MAX) : len), text, is_long ? "…" : "");
}

/* What the bot says */

/* `place`: how many texts of the exchange fitted before. */
static void refuse_text(struct play *play, const struct talk_line *line, const char *expected, const char *said, size_t place)
{
    const char *more = place > 0 ? " more" : "";
    struct buf *sentence = fail(play, line);

    buf_add_text(sentence, "the bot should say ");
    if (expected != NULL)
        quote(expected, sentence);
    else
        buf_addf(sentence, "nothing%s", more);
    buf_add_text(sentence, ", but it says ");
    if (said != NULL)
        quote(said, sentence);
    else
        buf_addf(sentence, "nothing%s", more);
}

/* `bot` NULL: no row expects anything here. False: it is not so, and the talk has failed. */
static bool compare(struct play *play, const struct talk_line *line, const char *bot, size_t place)
{
    const struct stage *stage = &play->stage;
    const char *said = place < stage->said_count ? buf_text(&stage->said[place]) : NULL;

    add_part(play, TALK_BOT, bot, said);
    if (bot != NULL && said != NULL && talk_fits(bot, said))
        return true;
    refuse_text(play, line, bot, said, place);
    return false;
}

static size_t count_expected(const struct talk_line *line, const struct talk_line *end)
{
    return line->bot != NULL ? (size_t)(end - line) : 0;
}

/* Up to `most` texts: those behind them were not said, since a service has no answer. */
static bool compare_all(struct play *play, const struct talk_line *line, const struct talk_line *end, size_t most)
{
    size_t expected = count_expected(line, end), said = play->stage.said_count;

    for (size_t i = 0; i < most && (i < expected || i < said); i++)
        if (!compare(play, i < expected ? &line[i] : &end[-1], i < expected ? line[i].bot : NULL, i))
            return false;
    if (expected == 0 && said == 0 && most > 0 && line->customer != NULL)
        add_part(play, TALK_BOT, NULL, NULL); /* silence, as it should be */
    return true;
}

/* Breaking off */

static void quote_sql(const char *text, struct buf *out)
{
    buf_add_char(out, '\'');
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            buf_add_char(out, '\'');
        buf_add_char(out, *text);
    }
    buf_add_char(out, '\'');
}

static void refuse_lack(struct play *play, const struct talk_line *line)
{
    const struct stage *stage = &play->stage;
    enum talk_who who = stage->lacks_backend ? TALK_BACKEND : TALK_SERVICE;
    struct buf what = { 0 };
    struct buf *sentence;

    buf_addf(&what, "an answer of %s", stage->lacking);
    add_part(play, who, buf_text(&what), NULL);
    sentence = fail(play, line);
    buf_addf(sentence, "the %s %s is asked, and the talk has no answer of it; add INSERT INTO talk_given "
                       "(talk, source, answer) VALUES (", talk_who_name(who), stage->lacking);
    quote_sql(play->talk->name, sentence);
    buf_add_text(sentence, ", ");
    quote_sql(stage->lacking, sentence);
    buf_addf(sentence, ", '%s');", stage->lacks_backend ? "…" : "{…}");
    buf_release(&what);
}

static bool went_through(struct play *play, const struct talk_line *line, const struct talk_line *end)
{
    if (play->stage.lacking == NULL && !play->stage.is_restless)
        return true;
    if (!compare_all(play, line, end, play->stage.said_count))
        return false;
    if (play->stage.lacking != NULL) {
        refuse_lack(play, line);
    } else {
        add_part(play, TALK_TIME, NULL, "no end");
        buf_addf(fail(play, line), "more than %d things happen here without a word of the customer; let less time pass",
                 STAGE_EVENTS_MAX);
    }
    return false;
}

/* Exchanges */

static void format_time(const struct talk_line *line, struct buf *out)
{
    clock_format_duration(line->after_ms, out);
}

/* The customer has not written yet, so nothing that is said now can be an answer. */
static bool is_quiet(struct play *play, const struct talk_line *line)
{
    struct stage *stage = &play->stage;
    struct buf time = { 0 };
    struct buf *sentence;

    if (stage->said_count == 0)
        return true;
    add_part(play, TALK_BOT, NULL, buf_text(&stage->said[0]));
    format_time(line, &time);
    sentence = fail(play, line);
    buf_addf(sentence, "%s pass before the customer writes, and the bot says ", buf_text(&time));
    quote(buf_text(&stage->said[0]), sentence);
    buf_add_text(sentence, " meanwhile; give that a row of its own, with after and bot");
    buf_release(&time);
    return false;
}

static bool pass_time(struct play *play, const struct talk_line *line, const struct talk_line *end)
{
    struct buf time = { 0 };

    if (line->after_ms == 0)
        return true;
    format_time(line, &time);
    add_part(play, TALK_TIME, buf_text(&time), buf_text(&time));
    buf_release(&time);
    stage_pass(&play->stage, line->after_ms);
    if (line->customer == NULL)
        return true;
    return is_quiet(play, line) && went_through(play, line, end);
}

static bool test_expect(struct play *play, const struct talk_line *line)
{
    enum expression_result result;
    struct buf facts = { 0 };

    if (line->expect == NULL)
        return true;
    result = stage_test(&play->stage, line->expect);
    stage_tell(&play->stage, line->expect, &facts);
    add_part(play, TALK_EXPECT, line->source_expect, facts.len > 0 ? buf_text(&facts) : NULL);
    if (result != EXPRESSION_YES) {
        struct buf *sentence = fail(play, line);

        buf_addf(sentence, "this should be true now, and %s: %s", result == EXPRESSION_LIMIT ? "took too many steps" : "is not",
                 line->source_expect);
        if (facts.len > 0)
            buf_addf(sentence, " (%s)", buf_text(&facts));
    }
    buf_release(&facts);
    return result == EXPRESSION_YES;
}

/* From `line` to before `end`. */
static bool play_exchange(struct play *play, const struct talk_line *line, const struct talk_line *end)
{
    stage_begin(&play->stage);
    if (!pass_time(play, line, end))
        return false;
    if (line->customer != NULL) {
        add_part(play, TALK_CUSTOMER, line->customer, line->customer);
        stage_hear(&play->stage, line->customer);
    }
    if (!went_through(play, line, end) || !compare_all(play, line, end, SIZE_MAX))
        return false;
    for (; line < end; line++)
        if (!test_expect(play, line))
            return false;
    return true;
}

bool talk_play(const struct ruleset *ruleset, struct matcher *matcher, const struct talk *talk,
               struct talk_report *report)
{
    struct play play = { .talk = talk, .report = report };
    const struct talk_line *line = talk->lines, *last = line + talk->line_count;
    bool is_fine = true;

    stage_open(&play.stage, ruleset, matcher, talk);
    while (is_fine && line < last) {
        const struct talk_line *end = line + 1;

        while (end < last && !talk_line_begins(end))
            end++;
        is_fine = play_exchange(&play, line, end);
        line = end;
    }
    stage_close(&play.stage);
    return is_fine;
}

void talk_report_release(struct talk_report *report)
{
    for (size_t i = 0; i < report->count; i++) {
        free(report->parts[i].expected);
        free(report->parts[i].said);
    }
    free(report->parts);
    buf_release(&report->sentence);
    *report = (struct talk_report){ 0 };
}
