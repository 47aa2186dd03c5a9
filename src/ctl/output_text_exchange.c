/*
 * output_text_exchange: a conversation for people, as a transcript (times, names, texts side by side) or as a
 * chat (what was typed after a prompt, the answers in bubbles).
 *
 * A message's further lines are indented under its first, so that a text with line feeds cannot draw a line
 * that looks like another speaker's. What went as it should is not mentioned; every other fate stands under
 * its text.
 */
#include <string.h>

#include "base/json.h"
#include "ctl/local.h"
#include "ctl/output_text.h"
#include "ctl/show.h"
#include "ctl/wrap.h"
#include "text/width.h"

enum { GAP = 2, BUBBLE_MAX = 64, TEXT_MIN = 16, TEXT_MAX = 100, NAME_COLUMNS = 16, TIME_COLUMNS = 8 };
enum { MARGIN = TIME_COLUMNS + GAP + NAME_COLUMNS + GAP };

struct shown_text {
    struct buf text;
    struct span mark;
};

static void shown(const char *text, enum show_form form, struct buf *out)
{
    show_text(text, strlen(text), form, out);
}

/* The states of a turn as people say them; those of the outbox are words already, and so is one whose reason is known. */
static const char *words_of(const char *state, const char *reason)
{
    static const char *const words[][2] = {
        { "agent", "with a person" },
        { "unanswered", "no rule has an answer" },
        { "open", "the answer is on its way" },
        { "silenced", "silenced by a rule or an opt-out" },
    };

    for (size_t i = 0; *reason == '\0' && i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i][0], state) == 0)
            return words[i][1];
    return state;
}

static bool is_among(const char *state, const char *const *states)
{
    for (; *states != NULL; states++)
        if (strcmp(*states, state) == 0)
            return true;
    return false;
}

bool output_is_on_its_way(const char *state)
{
    return is_among(state, (const char *const[]){ "open", "waiting", "due", "claimed", NULL });
}

bool output_is_well(const char *state)
{
    return output_is_on_its_way(state) ||
           is_among(state, (const char *const[]){ "", "accepted", "answered", "silenced", "agent", NULL });
}

static bool has_attached(const struct exchange_line *line)
{
    return line->media != NULL && line->media[0] != '\0' && strcmp(line->media, "[]") != 0;
}

/* What stands around the items of a list; after every `in_row` of them a line ends. */
struct listing {
    const char *begin, *between, *end;
    size_t in_row; /* 0: they stand in one line */
};

static void format_list(const char *json, const struct listing *listing, struct buf *out)
{
    struct json *root = NULL;
    size_t count = 0;

    if (json == NULL || json_parse(json, strlen(json), JSON_STRICT, &root, NULL) != 0)
        return;
    for (const struct json *item = json_first(root); item != NULL; item = json_next(item)) {
        if (json_text(item) == NULL)
            continue;
        if (count > 0 && listing->in_row > 0 && count % listing->in_row == 0)
            buf_addf(out, "%s\n%s", listing->end, listing->begin);
        else
            buf_add_text(out, count == 0 ? listing->begin : listing->between);
        shown(json_text(item), SHOW_CELL, out);
        count++;
    }
    if (count > 0)
        buf_add_text(out, listing->end);
    json_free(root);
}

/* "[ Yes ]  [ No ]", three in a line; or what opens a list, and below it the rows. */
static void format_buttons(const struct exchange_line *line, struct buf *out)
{
    static const struct listing BUTTONS = { "[ ", " ]  [ ", " ]", 3 }, ROWS = { "  · ", "", "", 1 };

    if (line->list == NULL) {
        format_list(line->buttons, &BUTTONS, out);
        return;
    }
    buf_add_text(out, "[ ");
    shown(line->list, SHOW_CELL, out);
    buf_add_text(out, " ]\n");
    format_list(line->buttons, &ROWS, out);
}

void output_fate(const struct exchange_line *line, bool with_actor, struct buf *out)
{
    bool is_fine = line->state[0] == '\0' || strcmp(line->state, "accepted") == 0 ||
                   strcmp(line->state, "answered") == 0;

    if (with_actor)
        shown(line->actor, SHOW_CELL, out);
    if (line->about != 0)
        buf_addf(out, " · about conversation %lld", (long long)line->about);
    if (!is_fine && out->len > 0)
        buf_add_text(out, " · ");
    if (!is_fine)
        shown(words_of(line->state, line->reason), SHOW_CELL, out);
    if (!is_fine && line->reason[0] != '\0') {
        buf_add_text(out, ": ");
        shown(line->reason, SHOW_CELL, out);
    }
    format_list(line->tags, &(struct listing){ out->len > 0 ? " · tagged " : "tagged ", ", ", "", 0 }, out);
}

static void add_prompt(struct output *output, const struct buf *text)
{
    struct wrap wrap = { .text = buf_text(text), .len = text->len };
    const char *part;
    size_t len;
    bool is_first = true;

    while (wrap_next(&wrap, TEXT_MAX, &part, &len)) {
        if (is_first)
            text_add_styled(output, CYAN, PROMPT, strlen(PROMPT));
        else
            text_add_blanks(output, 6);
        buf_add(&output->buf, part, len);
        buf_add_char(&output->buf, '\n');
        is_first = false;
    }
}

static void add_border(struct output *output, const char *left, const char *right, size_t columns)
{
    struct buf border = { 0 };

    buf_add_text(&border, left);
    for (size_t i = 0; i < columns + 2; i++)
        buf_add_text(&border, "─");
    buf_add_text(&border, right);
    text_add_blanks(output, GAP);
    text_add_styled(output, GREEN, border.data, border.len);
    buf_add_char(&output->buf, '\n');
    buf_release(&border);
}

static size_t longest_line(const struct buf *text, size_t columns)
{
    struct wrap wrap = { .text = buf_text(text), .len = text->len };
    size_t longest = 0, len;
    const char *part;

    while (wrap_next(&wrap, columns, &part, &len))
        if (width_text(part, len) > longest)
            longest = width_text(part, len);
    return longest;
}

static void add_bubble(struct output *output, const struct buf *text)
{
    size_t columns = output->place.columns > BUBBLE_MAX + 8 ? BUBBLE_MAX
                     : output->place.columns > 28           ? output->place.columns - 8
                                                            : 20;
    size_t longest = longest_line(text, columns), len;
    struct wrap wrap = { .text = buf_text(text), .len = text->len };
    const char *part;

    add_border(output, "╭", "╮", longest);
    while (wrap_next(&wrap, columns, &part, &len)) {
        buf_add_text(&output->buf, "  ");
        text_add_styled(output, GREEN, "│ ", strlen("│ "));
        buf_add(&output->buf, part, len);
        text_add_blanks(output, longest - width_text(part, len));
        text_add_styled(output, GREEN, " │", strlen(" │"));
        buf_add_char(&output->buf, '\n');
    }
    add_border(output, "╰", "╯", longest);
}

/* Each of its lines behind the margin. */
static void add_buttons(struct output *output, const struct exchange_line *line, size_t margin)
{
    struct buf buttons = { 0 };

    format_buttons(line, &buttons);
    for (const char *at = buf_text(&buttons); *at != '\0';) {
        size_t len = strcspn(at, "\n");

        text_add_blanks(output, margin);
        text_add_styled(output, CYAN, at, len);
        buf_add_char(&output->buf, '\n');
        at += len + (at[len] == '\n');
    }
    buf_release(&buttons);
}

static void chat_line(struct output *output, const struct exchange_line *line, const struct buf *text)
{
    struct buf fate = { 0 };

    if (strcmp(line->kind, "in") == 0) {
        add_prompt(output, text);
        return;
    }
    add_bubble(output, text);
    add_buttons(output, line, 4);
    output_fate(line, true, &fate);
    if (fate.len > 0) {
        buf_add_text(&output->buf, "    ");
        text_add_styled(output, DIM, fate.data, fate.len);
        buf_add_char(&output->buf, '\n');
    }
    buf_release(&fate);
}

/* The day stands above its first line only. */
static void add_day(struct output *output, int64_t at)
{
    char day[LOCAL_DAY_LEN];

    local_day(output->zone, at, day);
    if (strcmp(day, output->day) == 0)
        return;
    memcpy(output->day, day, sizeof day);
    text_add_styled(output, DIM, day, strlen(day));
    buf_add_char(&output->buf, '\n');
}

static const char *kind_style(const char *kind)
{
    return strcmp(kind, "in") == 0      ? CYAN
           : strcmp(kind, "agent") == 0 ? YELLOW
           : strcmp(kind, "note") == 0  ? DIM
                                        : GREEN;
}

static bool is_note(const struct exchange_line *line)
{
    return strcmp(line->kind, "note") == 0;
}

const char *output_speaker(const struct exchange_line *line)
{
    if (strcmp(line->kind, "out") == 0)
        return "bot";
    if (is_note(line))
        return "note";
    if (line->actor[0] != '\0')
        return line->actor;
    return strcmp(line->kind, "in") == 0 ? "customer" : line->kind;
}

static void add_margin(struct output *output, const struct exchange_line *line, const char *clock)
{
    struct buf name = { 0 };
    size_t cut, taken;

    shown(output_speaker(line), SHOW_CELL, &name);
    cut = width_cut(buf_text(&name), name.len, NAME_COLUMNS, &taken);
    text_add_styled(output, DIM, clock, strlen(clock));
    text_add_blanks(output, GAP);
    text_add_styled(output, kind_style(line->kind), buf_text(&name), cut);
    text_add_blanks(output, NAME_COLUMNS - taken + GAP);
    buf_release(&name);
}

static void add_under_margin(struct output *output, const char *style, const char *text, size_t len)
{
    if (len > 0)
        text_add_blanks(output, MARGIN);
    text_add_styled(output, style, text, len);
    buf_add_char(&output->buf, '\n');
}

/* What the text leaves of the terminal's width. */
static size_t text_columns(const struct output *output)
{
    size_t columns = output->place.columns > MARGIN + TEXT_MIN ? output->place.columns - MARGIN : TEXT_MIN;

    return columns < TEXT_MAX ? columns : TEXT_MAX;
}

/* For programs that look for a reason it stays whole. */
static void add_fate(struct output *output, const struct exchange_line *line)
{
    struct buf fate = { 0 };
    struct wrap wrap;
    const char *part;
    size_t len;

    output_fate(line, strcmp(line->kind, "out") == 0 || is_note(line), &fate);
    wrap = (struct wrap){ .text = buf_text(&fate), .len = fate.len };
    while (fate.len > 0 && wrap_next(&wrap, output->place.is_terminal ? text_columns(output) : fate.len, &part, &len) == 1)
        add_under_margin(output, DIM, part, len);
    buf_release(&fate);
}

static size_t within(size_t at, size_t len)
{
    return at < len ? at : len;
}

/* A piece of the text, with what is marked of it underlined. */
static void add_marked(struct output *output, const char *style, const struct shown_text *text, const char *part, size_t len)
{
    size_t begin = (size_t)(part - buf_text(&text->text));
    size_t from = text->mark.start > begin ? within(text->mark.start - begin, len) : 0;
    size_t to = text->mark.end > begin ? within(text->mark.end - begin, len) : 0;

    if (to <= from)
        from = to = 0;
    text_add_styled(output, style, part, from);
    text_add_styled(output, UNDERLINE, part + from, to - from);
    text_add_styled(output, style, part + to, len - to);
}

/* Each picture or file on lines of its own. Without a text the first stands in its place. */
static void add_attached(struct output *output, const struct exchange_line *line)
{
    static const struct listing ATTACHED = { "attached: ", "", "", 1 };
    struct buf attached = { 0 };
    struct wrap wrap;
    const char *part;
    size_t len;

    format_list(line->media, &ATTACHED, &attached);
    wrap = (struct wrap){ .text = buf_text(&attached), .len = attached.len };
    for (bool is_first = line->text[0] == '\0'; attached.len > 0 && wrap_next(&wrap, text_columns(output), &part, &len) == 1;
         is_first = false) {
        if (!is_first)
            text_add_blanks(output, MARGIN);
        text_add_styled(output, DIM, part, len);
        buf_add_char(&output->buf, '\n');
    }
    buf_release(&attached);
}

/* "10:31:05  anna  where is my order?" */
static void transcript_line(struct output *output, const struct exchange_line *line, const struct shown_text *text)
{
    size_t len;
    struct wrap wrap = { .text = buf_text(&text->text), .len = text->text.len };
    const char *style = is_note(line) ? DIM : NULL; /* the customer never read it */
    bool is_silent = line->text[0] == '\0' && has_attached(line);
    struct buf moment = { 0 };
    const char *part;

    local_format(output->zone, line->at, &moment);
    add_day(output, line->at);
    add_margin(output, line, buf_text(&moment) + moment.len - TIME_COLUMNS);
    for (bool is_first = true; !is_silent && wrap_next(&wrap, text_columns(output), &part, &len) == 1; is_first = false) {
        if (!is_first && len > 0)
            text_add_blanks(output, MARGIN);
        add_marked(output, style, text, part, len);
        buf_add_char(&output->buf, '\n');
    }
    add_attached(output, line);
    add_buttons(output, line, MARGIN);
    add_fate(output, line);
    buf_release(&moment);
}

/* The mark moves when what stands before it is written out. */
static void show_marked(const struct exchange_line *line, struct shown_text *text)
{
    size_t len = strlen(line->text);
    size_t from = within(line->mark.start, len), to = within(line->mark.end, len);

    to = to > from ? to : from;
    show_text(line->text, from, SHOW_LINES, &text->text);
    text->mark.start = text->text.len;
    show_text(line->text + from, to - from, SHOW_LINES, &text->text);
    text->mark.end = text->text.len;
    show_text(line->text + to, len - to, SHOW_LINES, &text->text);
}

void text_exchange_line(struct output *output, const struct exchange_line *line)
{
    struct shown_text text = { 0 };

    if (line->is_typed) {
        output->has_prompt = false; /* the line's end has moved the cursor on */
        return;
    }
    text_leave_prompt(output);
    show_marked(line, &text);
    if (output->style == EXCHANGE_CHAT) {
        chat_line(output, line, &text.text);
    } else {
        struct exchange_line settled = *line;

        if (output->style == EXCHANGE_LIVE && output_is_on_its_way(line->state))
            settled.state = "";
        transcript_line(output, &settled, &text);
    }
    buf_release(&text.text);
    text_flush(output);
}

/* "10:31:07  ·                 handed over to support by rule person" */
void text_exchange_event(struct output *output, const struct exchange_event *event)
{
    struct buf text = { 0 }, moment = { 0 };
    struct wrap wrap;
    const char *part;
    size_t len;

    if (event->sentence == NULL)
        return;
    local_format(output->zone, event->at, &moment);
    add_day(output, event->at);
    text_add_styled(output, DIM, buf_text(&moment) + moment.len - TIME_COLUMNS, TIME_COLUMNS);
    text_add_blanks(output, GAP);
    text_add_styled(output, DIM, "·", strlen("·"));
    text_add_blanks(output, NAME_COLUMNS - 1 + GAP);
    shown(event->sentence, SHOW_CELL, &text);
    wrap = (struct wrap){ .text = buf_text(&text), .len = text.len };
    for (bool is_first = true; wrap_next(&wrap, text_columns(output), &part, &len) == 1; is_first = false) {
        if (!is_first)
            text_add_blanks(output, MARGIN);
        text_add_styled(output, DIM, part, len);
        buf_add_char(&output->buf, '\n');
    }
    buf_release(&text);
    buf_release(&moment);
    text_flush(output);
}

/* "── conversation 12, whatsapp ──", and below it what else is to be known. */
void text_exchange_break(struct output *output, const struct exchange_break *heading)
{
    size_t indent = 3;
    size_t columns = output->place.columns > indent + 32 ? output->place.columns - indent : 32;
    struct buf line = { 0 }, text = { 0 };
    struct wrap wrap;
    const char *part;
    size_t len;

    buf_add_text(&line, "── ");
    shown(heading->heading, SHOW_CELL, &line);
    buf_add_text(&line, " ──");
    if (output->day[0] != '\0')
        buf_add_char(&output->buf, '\n');
    text_add_styled(output, BOLD, buf_text(&line), line.len);
    buf_add_char(&output->buf, '\n');
    if (heading->text != NULL) {
        buf_addf(&text, "%s: ", heading->label);
        shown(heading->text, SHOW_LINES, &text);
        wrap = (struct wrap){ .text = buf_text(&text), .len = text.len };
        while (wrap_next(&wrap, columns < TEXT_MAX ? columns : TEXT_MAX, &part, &len) == 1) {
            text_add_blanks(output, indent);
            text_add_styled(output, DIM, part, len);
            buf_add_char(&output->buf, '\n');
        }
    }
    if (output->style != EXCHANGE_LIVE) /* there they change all the time */
        output->day[0] = '\0';
    buf_release(&line);
    buf_release(&text);
    text_flush(output);
}
