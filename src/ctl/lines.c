/*
 * lines: see the header.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "ctl/lines.h"
#include "text/unfold.h"

/* What the customer read where the campaign has a text of its own, nobody here knows; of who was erased nothing is known. */
static char *format_text(const struct transcript_line *line)
{
    struct buf text = { 0 };

    buf_add_text(&text, line->text);
    if (text.len == 0 && line->user[0] != '\0' && strcmp(line->kind, "out") == 0)
        buf_addf(&text, "[the campaign's own text, with %s]", line->properties);
    return buf_detach(&text);
}

static char *format_matched(const char *text, struct span mark)
{
    struct buf matched = { 0 };
    struct jsonw w = { .out = &matched };

    jsonw_array(&w, NULL);
    if (mark.end > mark.start)
        jsonw_bytes(&w, NULL, text + mark.start, mark.end - mark.start);
    jsonw_end_array(&w);
    return buf_detach(&matched);
}

void lines_add(void *context, const struct transcript_line *line)
{
    struct lines *lines = context;
    const char *name = line->first_name[0] != '\0' ? line->first_name : line->user;
    bool is_theirs = strcmp(line->kind, "in") == 0;
    struct span mark = { 0 };

    if (lines->count == lines->room) {
        lines->room = lines->room == 0 ? 16 : lines->room * 2;
        lines->rows = alloc_resize(lines->rows, lines->room, sizeof *lines->rows);
    }
    if (is_theirs)
        unfold_span(line->text, strlen(line->text), line->match, &mark);
    lines->rows[lines->count++] = (struct exchange_line){
        .id = line->id,
        .at = line->at,
        .conversation = line->conversation,
        .kind = alloc_text(line->kind),
        .text = format_text(line),
        .actor = alloc_text(is_theirs ? name : line->actor),
        .state = alloc_text(line->state),
        .reason = alloc_text(line->reason),
        .buttons = alloc_text(line->buttons),
        .tags = alloc_text(line->tags),
        .media = alloc_text(line->media),
        .about = line->about,
        .rule = alloc_text(line->rule),
        .mark = mark,
        .matched = format_matched(line->text, mark),
        .language = alloc_text(line->language),
        .user = alloc_text(line->user),
        .name = alloc_text(name),
        .channel = alloc_text(line->channel),
    };
}

void lines_clear(struct lines *lines)
{
    for (size_t i = 0; i < lines->count; i++) {
        struct exchange_line *line = &lines->rows[i];
        const char *texts[] = { line->kind, line->text, line->actor, line->state, line->reason, line->buttons, line->tags,
                                line->media, line->rule, line->matched, line->language, line->user, line->name, line->channel };

        for (size_t text = 0; text < sizeof texts / sizeof *texts; text++)
            free((char *)texts[text]);
    }
    lines->count = 0;
}

void lines_release(struct lines *lines)
{
    lines_clear(lines);
    free(lines->rows);
    *lines = (struct lines){ 0 };
}
