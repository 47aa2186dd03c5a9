/*
 * doctor: see the header.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "ctl/doctor.h"
#include "ctl/remedy.h"

static const char *const LEVELS[] = {
    [FINDING_GOOD] = "good", [FINDING_WARN] = "warn", [FINDING_BAD] = "bad"
};

/* What no call can find out. README, "The switches that swallow messages in silence". */
static const char *const CHECKLIST[] = {
    "Re-eligibility is on, at 0 minutes, in the webhook campaign and in each that answers: else a customer gets one "
    "answer, ever.",
    "Frequency capping is off for all of these campaigns: it counts webhooks and WhatsApp, and is on in a new one.",
    "Quiet hours are off: an answer at 22:00 is wanted at 22:00.",
    "The audience is all users, without filters: who fails a filter hears nothing.",
    "Who writes is subscribed to the number's subscription group: Braze creates newcomers unsubscribed (the setting "
    "subscription_group, or an opt-in Canvas).",
    "There is exactly one webhook campaign without a trigger word: two bring each message twice.",
    "The campaigns that answer are API-triggered campaigns, and running: neither drafts, nor paused, nor archived.",
    "From another machine, curl -si -X POST https://YOUR-HOST/v1/inbound/whatsapp is answered with 401: so the web server in "
    "front lets Braze in, by https and without a port.",
    "The body of the webhook is Raw text, and each value in it has json_escape (README has the text to paste).",
};

enum { CHECKLIST_COUNT = sizeof CHECKLIST / sizeof *CHECKLIST };

void doctor_find(struct doctor *doctor, enum finding_level level, const char *area, const char *remedy,
                 const char *format, ...)
{
    struct buf text = { 0 }, typed = { 0 };
    va_list args;

    va_start(args, format);
    buf_addv(&text, format, args);
    va_end(args);
    remedy_add(doctor->call, remedy != NULL ? remedy : "", &typed);
    doctor->rows = alloc_resize(doctor->rows, doctor->count + 1, sizeof *doctor->rows);
    doctor->rows[doctor->count++] = (struct finding){ level, area, buf_detach(&text),
                                                      buf_detach(&typed) };
    doctor->bad += level == FINDING_BAD;
    doctor->warn += level == FINDING_WARN;
}

/* For people */

static char *sentence_of(const struct finding *row)
{
    static const char *const MARKS[] = { [FINDING_GOOD] = "✓", [FINDING_WARN] = "!", [FINDING_BAD] = "✗" };
    struct buf line = { 0 };

    buf_addf(&line, "%s %s", MARKS[row->level], row->text);
    if (row->remedy[0] != '\0')
        buf_addf(&line, " → %s", row->remedy);
    return buf_detach(&line);
}

static size_t show_area(const struct doctor *doctor, size_t first)
{
    size_t end = first;
    const char **lines;

    while (end < doctor->count && doctor->rows[end].area == doctor->rows[first].area)
        end++;
    lines = alloc_array(end - first, sizeof *lines);
    for (size_t i = first; i < end; i++)
        lines[i - first] = sentence_of(&doctor->rows[i]);
    output_paragraph(doctor->call->output, &(struct paragraph){ .heading = doctor->rows[first].area,
                                                                .is_part = true,
                                                                .sentences = lines,
                                                                .count = end - first });
    for (size_t i = first; i < end; i++)
        free((char *)lines[i - first]);
    free(lines);
    return end;
}

static void show_text(const struct doctor *doctor)
{
    const char *boxes[CHECKLIST_COUNT];

    output_prose(doctor->call->output, "findings");
    for (size_t i = 0; i < doctor->count;)
        i = show_area(doctor, i);
    for (size_t i = 0; i < CHECKLIST_COUNT; i++) {
        struct buf line = { 0 };

        buf_addf(&line, "☐ %s", CHECKLIST[i]);
        boxes[i] = buf_detach(&line);
    }
    output_paragraph(doctor->call->output,
                     &(struct paragraph){ .heading = "Look yourself, in Braze's dashboard (no call can tell)",
                                          .is_part = true,
                                          .sentences = boxes,
                                          .count = CHECKLIST_COUNT });
    for (size_t i = 0; i < CHECKLIST_COUNT; i++)
        free((char *)boxes[i]);
    output_prose_end(doctor->call->output);
}

/* For programs */

static void show_rows(const struct doctor *doctor)
{
    static const struct column columns[] = {
        { "level", "level", LOOK_STATE },
        { "area", "area", LOOK_PLAIN },
        { "text", "found", LOOK_LONG },
        { "remedy", "do", LOOK_LONG },
    };
    static const struct column boxes[] = { { "text", "look yourself", LOOK_PLAIN } };
    static const struct column sums[] = { { "bad", "bad", LOOK_NUMBER }, { "warn", "warn", LOOK_NUMBER } };
    struct output *output = doctor->call->output;

    output_table(output, "findings", columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < doctor->count; i++)
        output_row(output, (struct cell[]){ cell_text(LEVELS[doctor->rows[i].level]),
                                            cell_text(doctor->rows[i].area), cell_text(doctor->rows[i].text),
                                            cell_text_or_none(doctor->rows[i].remedy) });
    output_table_end(output);
    output_table(output, "checklist", boxes, 1);
    for (size_t i = 0; i < CHECKLIST_COUNT; i++)
        output_row(output, (struct cell[]){ cell_text(CHECKLIST[i]) });
    output_table_end(output);
    output_record(output, NULL, sums, (struct cell[]){ cell_number(doctor->bad), cell_number(doctor->warn) },
                  2);
}

void doctor_show(const struct doctor *doctor)
{
    if (output_is_text(doctor->call->output))
        show_text(doctor);
    else
        show_rows(doctor);
}

void doctor_release(struct doctor *doctor)
{
    for (size_t i = 0; i < doctor->count; i++) {
        free(doctor->rows[i].text);
        free(doctor->rows[i].remedy);
    }
    free(doctor->rows);
    json_free(doctor->told);
    ruleset_free(doctor->rules);
    db_close(doctor->db);
    *doctor = (struct doctor){ 0 };
}
