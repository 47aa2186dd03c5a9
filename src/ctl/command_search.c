/*
 * command_search: messages by their words.
 *
 * The hits are gathered first and shown when the book is closed again, so that a pager that waits holds up nobody. JSON and
 * CSV have the whole text; "marks" are the places of what was found in it, as pairs [from, to) of characters.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/utf8.h"
#include "ctl/call.h"
#include "ctl/commands.h"
#include "ctl/narrow.h"
#include "store/search.h"

enum { LISTED = 20, EXCERPT = 120 /* characters */ };

static const struct column COLUMNS[] = {
    { "message", "message", LOOK_NUMBER }, { "at", "at", LOOK_PLAIN },           { "user", "user", LOOK_NAME },
    { "kind", "kind", LOOK_STATE },        { "first_name", NULL, LOOK_NAME },    { "actor", NULL, LOOK_NAME },
    { "conversation", NULL, LOOK_NUMBER }, { "channel", NULL, LOOK_PLAIN },      { "text", NULL, LOOK_LONG },
    { "marks", NULL, LOOK_LONG },          { "excerpt", "text", LOOK_LONG },
};
enum { COLUMN_COUNT = sizeof COLUMNS / sizeof *COLUMNS };

struct found { /* owned texts */
    int64_t message, conversation, at;
    char *user, *first_name, *channel, *kind, *actor, *text;
};

struct gathered {
    struct found *rows;
    size_t count, room;
};

static void gather(void *context, const struct search_hit *hit)
{
    struct gathered *gathered = context;

    if (gathered->count == gathered->room) {
        gathered->room = gathered->room == 0 ? LISTED : 2 * gathered->room;
        gathered->rows = alloc_resize(gathered->rows, gathered->room, sizeof *gathered->rows);
    }
    gathered->rows[gathered->count++] = (struct found){ .message = hit->message,
                                                        .conversation = hit->conversation,
                                                        .at = hit->at,
                                                        .user = alloc_text(hit->user),
                                                        .first_name = alloc_text(hit->first_name),
                                                        .channel = alloc_text(hit->channel),
                                                        .kind = alloc_text(hit->kind),
                                                        .actor = alloc_text(hit->actor),
                                                        .text = alloc_text(hit->text) };
}

static void gathered_release(struct gathered *gathered)
{
    for (size_t i = 0; i < gathered->count; i++) {
        struct found *row = &gathered->rows[i];

        free(row->user);
        free(row->first_name);
        free(row->channel);
        free(row->kind);
        free(row->actor);
        free(row->text);
    }
    free(gathered->rows);
}

/* As JSON, in characters. */
static void format_marks(const char *text, const struct seek_marks *marks, struct buf *out)
{
    size_t at = 0, characters = 0;

    buf_add_char(out, '[');
    for (size_t i = 0; i < marks->count; i++) {
        size_t from = characters += utf8_count(text + at, marks->spans[i].start - at);

        at = marks->spans[i].end;
        characters += utf8_count(text + marks->spans[i].start, at - marks->spans[i].start);
        buf_addf(out, "%s[%zu,%zu]", i > 0 ? "," : "", from, characters);
    }
    buf_add_char(out, ']');
}

static void show_row(struct output *output, const struct seek *seek, const struct found *row)
{
    struct units units = { 0 };
    struct seek_marks marks = { 0 };
    struct buf places = { 0 }, excerpt = { 0 };

    units_cut(row->text, strlen(row->text), &units);
    seek_match(seek, &units, &marks);
    format_marks(row->text, &marks, &places);
    seek_excerpt(row->text, strlen(row->text), EXCERPT, &marks, &excerpt);
    struct cell shown = cell_text(buf_text(&excerpt));
    shown.marks = marks.spans;
    shown.mark_count = marks.count;
    output_row(output, (struct cell[COLUMN_COUNT]){ cell_id(row->message), cell_time(row->at), cell_text(row->user),
                                                    cell_text(row->kind), cell_text_or_none(row->first_name),
                                                    cell_text_or_none(row->actor), cell_id(row->conversation),
                                                    cell_text(row->channel), cell_text(row->text),
                                                    cell_json(buf_text(&places)), shown });
    buf_release(&excerpt);
    buf_release(&places);
    seek_marks_release(&marks);
    units_release(&units);
}

static void tell_outcome(struct output *output, const struct seek *seek, const struct search_outcome *outcome, int count)
{
    if (count == 0)
        output_note(output, NOTE_DIM, "No message fits.");
    if (outcome->has_more)
        output_note(output, NOTE_DIM, "There are more; --limit shows as many as you want.");
    if (outcome->is_ranked_part)
        output_note(output, NOTE_DIM, "Ranked are the newest %d that fit; there are more.", SEARCH_RANKED_MAX);
    if (outcome->stopped_at != 0)
        output_note(output, NOTE_WARN,
                    "The search ended after %d texts, before message %lld: narrow it with --since, --until, --user or further "
                    "words.",
                    SEARCH_LOOKS_MAX, (long long)outcome->stopped_at);
    if (outcome->missed > 0)
        output_note(output, NOTE_WARN,
                    "About %lld message%s not in the index yet and left out; frontdeskd takes %s in while it runs.",
                    (long long)outcome->missed, outcome->missed == 1 ? " is" : "s are", outcome->missed == 1 ? "it" : "them");
    if (seek->is_cut)
        output_note(output, NOTE_WARN, "That is more than can be looked for at once: the first %d words were.", SEEK_TERMS_MAX);
}

static int search(struct call *call, const struct search_query *query)
{
    struct search_outcome outcome;
    struct gathered gathered = { 0 };
    struct error error = { 0 };
    struct db *db;
    int code = call_open(call, &db), count = 0;

    if (code != EXIT_DONE)
        return code;
    if ((count = search_run(db, query, gather, &gathered, &outcome, &error)) < 0)
        code = call_read_failed(call, db, &error);
    else if (count == 0)
        code = narrow_check_names(call, db, &query->filter);
    db_close(db);
    if (code == EXIT_DONE) {
        output_table(call->output, "messages", COLUMNS, COLUMN_COUNT);
        for (size_t i = 0; i < gathered.count; i++)
            show_row(call->output, query->seek, &gathered.rows[i]);
        output_table_end(call->output);
        tell_outcome(call->output, query->seek, &outcome, count);
        code = count == 0 ? EXIT_NOTHING : EXIT_DONE;
    }
    gathered_release(&gathered);
    return code;
}

/* Whatever is typed is a search, so this is no misuse: such a search finds nothing, and says why. */
static int find_nothing(struct call *call, const struct seek *seek)
{
    output_table(call->output, "messages", COLUMNS, COLUMN_COUNT);
    output_table_end(call->output);
    if (seek->count > 0)
        return call_fail(call, EXIT_NOTHING, "-word only leaves messages out; a search wants at least one word to find");
    return call_fail(call, EXIT_NOTHING, "there is no letter, digit or emoji in this to look for");
}

int command_search(struct call *call)
{
    static const char *const orders[] = { "time", "relevance", NULL };
    const char *by = call->parsed->options[OPTION_BY], *text = call->parsed->holes[0];
    struct search_query query = { .is_by_relevance = by != NULL && strcmp(by, "relevance") == 0 };
    struct seek seek;
    int code;

    if ((code = call_check_word(call, OPTION_BY, orders)) != EXIT_DONE ||
        (code = narrow_read(call, LISTED, &query.filter)) != EXIT_DONE)
        return code;
    seek_read(text, strlen(text), &seek);
    query.seek = &seek;
    code = seek.wanted > 0 ? search(call, &query) : find_nothing(call, &seek);
    seek_release(&seek);
    return code;
}
