/*
 * output_html: one page to read, print, send and keep. It needs nothing from elsewhere, and can do nothing: no script,
 * no link, no picture, and a policy that forbids all but its own style.
 *
 * What people wrote is text and stays text. It passes ctl/show first, which writes out what would reorder or hide it,
 * and then add_text, which leaves no character of HTML; there is no other way in. Addresses can be read and copied,
 * but not clicked: a page of a business is no place from which a stranger's link is opened by a slip.
 *
 * A page that could not be finished is not written. Times are those of the business, whose zone the page names; each has
 * its moment in UTC beside it.
 */
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/zone.h"
#include "ctl/output_way.h"
#include "ctl/show.h"

/* Bubbles: the customer's at the beginning of the line, ours at its end, whichever way the page's language runs. */
static const char STYLE[] =
    ":root{color-scheme:light dark;--page:#f4f2ee;--ink:#1c1b1a;--dim:#625e58;--rule:#d8d3ca;--in:#fff;--out:#dcefdc;"
    "--agent:#fbeac6;--note:transparent;--mark:#ffe27a}\n"
    "@media (prefers-color-scheme:dark){:root{--page:#191817;--ink:#ecebe8;--dim:#a39e96;--rule:#3b3833;--in:#2a2826;"
    "--out:#1f3a29;--agent:#43361a;--mark:#6b5600}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0;background:var(--page);color:var(--ink);font:1rem/1.45 system-ui,sans-serif}\n"
    "main{max-width:46rem;margin:0 auto;padding:1rem}\n"
    "h1{font-size:1.3rem;margin:.4rem 0 1rem}\n"
    "h2{font-size:1rem;margin:2.2rem 0 .6rem;padding-top:.8rem;border-top:1px solid var(--rule)}\n"
    "h3{font-size:.85rem;font-weight:600;color:var(--dim);text-align:center;margin:1.2rem 0 .6rem}\n"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;margin:1rem 0}\n"
    "dt,.who,.fate,.aside,footer{color:var(--dim);font-size:.85rem}\n"
    "dd{margin:0}\n"
    "dd,td,.text,.aside{white-space:pre-wrap;overflow-wrap:anywhere}\n"
    ".m{width:fit-content;max-width:85%;min-width:8rem;margin:.5rem 0;padding:.5rem .8rem;border:1px solid var(--rule);"
    "border-radius:.9rem;background:var(--in)}\n"
    ".out,.agent{margin-inline-start:auto;background:var(--out)}\n"
    ".agent{background:var(--agent)}\n"
    ".note{margin-inline:auto;background:var(--note);border-style:dashed}\n"
    ".m p{margin:0}\n"
    ".fate{padding-top:.2rem}\n"
    ".bad{color:var(--ink);font-weight:600}\n"
    "mark{background:var(--mark);color:inherit;border-radius:.2rem}\n"
    ".attached{list-style:none;margin:.3rem 0 0;padding:0;font-size:.85rem;overflow-wrap:anywhere}\n"
    ".attached li::before{content:\"attached: \"}\n"
    ".offers{display:flex;flex-wrap:wrap;gap:.4rem;list-style:none;margin:.4rem 0 0;padding:0}\n"
    ".offers li{border:1px solid var(--dim);border-radius:.6rem;padding:.1rem .6rem;overflow-wrap:anywhere}\n"
    ".wide{overflow-x:auto}\n"
    "table{border-collapse:collapse;font-size:.85rem;margin:1rem 0}\n"
    "th,td{text-align:start;vertical-align:top;padding:.25rem .6rem;border-bottom:1px solid var(--rule)}\n"
    "@media (max-width:30rem){dl{display:block}dt{margin-top:.5rem}.m{max-width:95%}}\n"
    "@media print{:root{--page:#fff;--ink:#000;--dim:#444;--in:#fff;--out:#fff;--agent:#fff;--mark:#fff}"
    "main{max-width:none;padding:0}.m{break-inside:avoid}h2,h3{break-after:avoid}"
    "mark{text-decoration:underline}}\n";

static const char POLICY[] = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/* The only way in for data. */
static void add_text(const char *text, size_t len, struct buf *out)
{
    struct buf shown = { 0 };

    show_text(text, len, SHOW_LINES, &shown);
    for (size_t i = 0; i < shown.len; i++) {
        switch (shown.data[i]) {
        case '<': buf_add_text(out, "&lt;"); break;
        case '>': buf_add_text(out, "&gt;"); break;
        case '&': buf_add_text(out, "&amp;"); break;
        case '"': buf_add_text(out, "&quot;"); break;
        case '\'': buf_add_text(out, "&#39;"); break;
        default: buf_add_char(out, shown.data[i]);
        }
    }
    buf_release(&shown);
}

static void add_whole(const char *text, struct buf *out)
{
    add_text(text, strlen(text), out);
}

/* Behind a tag's name. What is no code of a language is not known: "" says so, where the page's own would be taken else. */
static void add_language(const char *language, struct buf *out)
{
    size_t len = language != NULL ? strlen(language) : 0;
    bool is_code = len >= 2 && len <= 35 &&
                   strspn(language, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-") == len;

    buf_addf(out, " lang=\"%s\" dir=\"auto\"", is_code ? language : "");
}

static void add_time(const struct output *output, int64_t at, bool with_day, struct buf *out)
{
    struct buf moment = { 0 };

    local_format(output->zone, at, &moment);
    buf_add_text(out, "<time datetime=\"");
    clock_format_utc(at, out);
    buf_addf(out, "\">%s</time>", buf_text(&moment) + (with_day ? 0 : strcspn(buf_text(&moment), " ") + 1));
    buf_release(&moment);
}

static void add_marked(const char *text, struct span mark, struct buf *out)
{
    size_t len = strlen(text);
    size_t from = mark.end > mark.start && mark.end <= len ? mark.start : len, to = from < len ? mark.end : len;

    add_text(text, from, out);
    if (to > from) {
        buf_add_text(out, "<mark>");
        add_text(text + from, to - from, out);
        buf_add_text(out, "</mark>");
    }
    add_text(text + to, len - to, out);
}

static void add_cell(const struct output *output, const struct cell *cell, struct buf *out)
{
    switch (cell->kind) {
    case CELL_NONE: break;
    case CELL_TEXT:
    case CELL_JSON: add_marked(cell->text, cell->mark, out); break;
    case CELL_NUMBER: buf_addf(out, "%lld", (long long)cell->number); break;
    case CELL_TIME: add_time(output, cell->number, true, out); break;
    case CELL_FLAG: buf_add_text(out, cell->number != 0 ? "yes" : "no"); break;
    }
}

/* Tables and records */

static void html_table(struct output *output, const char *noun)
{
    struct buf *out = &output->buf;

    (void)noun;
    output->start = out->len;
    output->cell_count = 0;
    output->day[0] = '\0';
    if (output->element == ELEMENT_EXCHANGE)
        return;
    buf_add_text(out, "<div class=\"wide\"><table>\n<tr>");
    for (size_t i = 0; i < output->column_count; i++) {
        if (output->columns[i].title == NULL)
            continue;
        buf_add_text(out, "<th>");
        add_whole(output->columns[i].title, out);
        buf_add_text(out, "</th>");
    }
    buf_add_text(out, "</tr>\n");
}

static void html_row(struct output *output, const struct cell *cells)
{
    struct buf *out = &output->buf;

    output->cell_count++;
    buf_add_text(out, "<tr>");
    for (size_t i = 0; i < output->column_count; i++) {
        if (output->columns[i].title == NULL)
            continue;
        buf_add_text(out, "<td>");
        add_cell(output, &cells[i], out);
        buf_add_text(out, "</td>");
    }
    buf_add_text(out, "</tr>\n");
}

/* A table without rows, or without titles, is for programs. */
static void html_table_end(struct output *output)
{
    if (output->element == ELEMENT_EXCHANGE)
        return;
    if (output->cell_count == 0 || !output_has_titles(output->columns, output->column_count))
        buf_truncate(&output->buf, output->start);
    else
        buf_add_text(&output->buf, "</table></div>\n");
    output->cell_count = 0;
}

static void html_record(struct output *output, const char *noun, const struct column *columns, const struct cell *cells,
                        size_t count)
{
    struct buf *out = &output->buf;

    (void)noun;
    if (!output_has_titles(columns, count))
        return;
    buf_add_text(out, "<dl>\n");
    for (size_t i = 0; i < count; i++) {
        if (columns[i].title == NULL || cells[i].kind == CELL_NONE)
            continue;
        buf_add_text(out, "<dt>");
        add_whole(columns[i].title, out);
        buf_add_text(out, "</dt><dd dir=\"auto\">");
        add_cell(output, &cells[i], out);
        buf_add_text(out, "</dd>\n");
    }
    buf_add_text(out, "</dl>\n");
}

/* The exchange */

static void add_day(struct output *output, int64_t at)
{
    char day[LOCAL_DAY_LEN];

    local_day(output->zone, at, day);
    if (strcmp(day, output->day) == 0)
        return;
    memcpy(output->day, day, sizeof day);
    buf_addf(&output->buf, "<h3><time datetime=\"%s\">%s</time></h3>\n", day, day);
}

/* The texts of a JSON array as a list of that class; nothing when there are none. */
static void add_items(const char *json, const char *class, const char *language, struct buf *out)
{
    struct json *root = NULL;

    if (json == NULL || json_parse(json, strlen(json), JSON_STRICT, &root, NULL) != 0)
        return;
    if (json_count(root) > 0)
        buf_addf(out, "<ul class=\"%s\">", class);
    for (const struct json *item = json_first(root); item != NULL; item = json_next(item)) {
        buf_add_text(out, "<li");
        add_language(language, out);
        buf_add_char(out, '>');
        add_whole(json_text(item) != NULL ? json_text(item) : "", out);
        buf_add_text(out, "</li>");
    }
    if (json_count(root) > 0)
        buf_add_text(out, "</ul>\n");
    json_free(root);
}

/* The rule that spoke is told by the way; that something went wrong is not. */
static void add_fate(const struct exchange_line *line, struct buf *out)
{
    bool is_ours = strcmp(line->kind, "out") == 0 || strcmp(line->kind, "note") == 0;
    struct buf fate = { 0 };

    output_fate(line, is_ours, &fate);
    if (fate.len > 0) {
        buf_addf(out, "<p class=\"fate%s\">", output_is_well(line->state) ? "" : " bad");
        add_text(fate.data, fate.len, out);
        buf_add_text(out, "</p>\n");
    }
    buf_release(&fate);
}

static const char *class_of(const char *kind)
{
    static const char *const kinds[] = { "in", "out", "agent", "note" };

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i], kind) == 0)
            return kinds[i];
    return "note";
}

/* By now, since the zone is not there any more when the page ends. */
static void note_zone(struct output *output)
{
    if (output->notes.len == 0 && output->zone != NULL)
        buf_addf(&output->notes, "Times are those of %s. ", zone_name(output->zone));
}

static void html_line(struct output *output, const struct exchange_line *line)
{
    struct buf *out = &output->buf;

    note_zone(output);
    add_day(output, line->at);
    buf_addf(out, "<div class=\"m %s\">\n<p class=\"who\"><bdi>", class_of(line->kind));
    add_whole(output_speaker(line), out);
    buf_add_text(out, "</bdi> ");
    add_time(output, line->at, false, out);
    buf_add_text(out, "</p>\n<p class=\"text\"");
    add_language(line->language, out);
    buf_add_char(out, '>');
    add_marked(line->text, line->mark, out);
    buf_add_text(out, "</p>\n");
    add_items(line->media, "attached", NULL, out);
    add_items(line->buttons, "offers", line->language, out);
    add_fate(line, out);
    buf_add_text(out, "</div>\n");
}

static void html_between(struct output *output, const struct exchange_break *heading)
{
    struct buf *out = &output->buf;

    output->day[0] = '\0';
    buf_add_text(out, "<h2>");
    add_whole(heading->heading, out);
    buf_add_text(out, "</h2>\n");
    if (heading->text == NULL)
        return;
    buf_add_text(out, "<p class=\"aside\" dir=\"auto\">");
    add_whole(heading->label, out);
    buf_add_text(out, ": ");
    add_whole(heading->text, out);
    buf_add_text(out, "</p>\n");
}

static void html_patch(struct output *output, const char *file, const struct patch_line *line)
{
    struct cell cells[PATCH_COLUMNS];
    struct buf text = { 0 };

    output_patch_cells(file, line, &text, cells);
    html_row(output, cells);
    buf_release(&text);
}

static void html_document(struct output *output, const char *noun, const char *text)
{
    (void)noun;
    buf_add_text(&output->buf, "<pre>");
    add_whole(text, &output->buf);
    buf_add_text(&output->buf, "</pre>\n");
}

static void fail(struct output *output, const char *sentence)
{
    struct buf talk = { 0 };

    buf_add_text(&talk, "frontdesk: ");
    show_text(sentence, strlen(sentence), SHOW_LINES, &talk);
    buf_add_char(&talk, '\n');
    output->place.talk(output->place.context, talk.data, talk.len);
    buf_add_text(&output->failure, sentence);
    buf_release(&talk);
}

static void html_note(struct output *output, enum note_kind kind, const char *sentence)
{
    if (kind == NOTE_FAILURE) {
        fail(output, sentence);
        return;
    }
    buf_add_text(&output->buf, "<p>");
    add_whole(sentence, &output->buf);
    buf_add_text(&output->buf, "</p>\n");
}

/* Only the whole is a page. */
static void html_end(struct output *output)
{
    struct buf page = { 0 };

    if (output->failure.len > 0 || output->buf.len == 0)
        return;
    buf_addf(&page,
             "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
             "<meta http-equiv=\"Content-Security-Policy\" content=\"%s\">\n"
             "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
             "<meta name=\"referrer\" content=\"no-referrer\">\n<title>",
             POLICY);
    add_text(output->title.data, output->title.len, &page);
    buf_addf(&page, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<main>\n<h1>", STYLE);
    add_text(output->title.data, output->title.len, &page);
    buf_add_text(&page, "</h1>\n");
    buf_add(&page, output->buf.data, output->buf.len);
    buf_addf(&page, "<footer>%sfrontdesk</footer>\n</main>\n</body>\n</html>\n", buf_text(&output->notes));
    output->place.put(output->place.context, page.data, page.len);
    buf_release(&page);
}

const struct output_way output_way_html = {
    .table = html_table,
    .row = html_row,
    .table_end = html_table_end,
    .record = html_record,
    .line = html_line,
    .between = html_between,
    .patch = html_patch,
    .document = html_document,
    .note = html_note,
    .end = html_end,
};
