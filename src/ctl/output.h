/*
 * output: all that a command can show. Commands never print: they fill this interface, and one of three ways
 * of showing it (text, JSON, CSV) does the rest.
 *
 *     table      rows under named columns:      output_table … output_row … output_table_end
 *     record     one thing with named fields:   output_record
 *     exchange   who said what, in order:       output_exchange … output_break … output_line … output_exchange_end
 *     patch      what differs, line by line:    output_patch … output_patch_line … output_patch_end
 *     prose      paragraphs under headings:     output_prose … output_paragraph … output_prose_end
 *     sides      two exchanges side by side:    output_sides … output_side … output_sides_end
 *     document   text for another program:      output_document
 *     note       one sentence:                  output_note
 *
 * JSON is one document, an object that begins with "format": 1. A table, exchange or prose is a member named by its
 * noun, an array of objects, and so is a patch ("file", "kind": same, gone, new or gap, "before" and "after": the
 * number of the line on either side, "text") and what stands side by side ("talk", "file", "line", "who", "expected",
 * "said", "differs"); a record a member named by its noun, or the document's own members when
 * the noun is NULL; a document a text named by its noun; notes are gathered in "notes" ([{"kind","text"}]), a failure
 * is "error". Ids and counts are numbers, times unix milliseconds. CSV shows the tables and exchanges: all fields
 * quoted, a header line, times in ISO 8601 with the offset of the zone; notes go to stderr. Text is for people: aligned by
 * display width, coloured on a terminal only, every byte of data passed through ctl/show. HTML is one page to read, print
 * and keep, written at the end (output_html.c).
 *
 * JSON lines are for what has no end (--follow): one object per line, each with "format": 1 and "what" it is: a record, or the
 * row of a table, by its noun; "message" with the members that an exchange has, and "user" and "channel"; "event" of the
 * ledger ("id", "at", "conversation", "user", "channel", "kind", "actor", "detail"); "fate", what became of a message that was
 * told before ("message", "at", "conversation", "user", "channel", "kind", "state", "reason"); or "error".
 *
 * A column's `name` is the JSON and CSV name, from the schema; `title` the heading for people, NULL to hide
 * it from them.
 */
#ifndef CTL_OUTPUT_H
#define CTL_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "text/pattern.h"

struct output;
struct patch_line;
struct zone;

enum output_form { OUTPUT_TEXT, OUTPUT_JSON, OUTPUT_CSV, OUTPUT_HTML, OUTPUT_JSON_LINES };

/* Where it goes. `put` takes data (stdout), `talk` everything else (stderr); `hint` what has to be seen at once and is gone again
 * (NULL: the same as talk). */
struct output_place {
    void (*put)(void *context, const char *bytes, size_t len);
    void (*talk)(void *context, const char *bytes, size_t len);
    void (*hint)(void *context, const char *bytes, size_t len);
    bool (*is_lost)(void *context); /* does what is put get nowhere any more? NULL: it always gets there */
    void *context;
    bool is_terminal; /* of `put`: tables are cut to its columns */
    bool has_colour;
    bool is_file;     /* an empty one, for a spreadsheet perhaps */
    size_t columns; /* 0: 80 */
};

enum column_look {
    LOOK_PLAIN,
    LOOK_COMMON, /* often the same in all rows: then left out where a terminal is too narrow */
    LOOK_NUMBER, /* to the right */
    LOOK_SPARE,  /* a number or a state that is missed least: left out there before texts are cut to nothing */
    LOOK_STATE,  /* a state, an owner, a kind of trouble: coloured */
    LOOK_LONG,   /* text of any length: cut first where a terminal is too narrow */
    LOOK_WHOLE,  /* a sentence to be read: there it goes on below, and nothing is cut */
    LOOK_NAME,   /* cut where that does not suffice */
};

struct column {
    const char *name, *title;
    enum column_look look;
};

enum cell_kind { CELL_NONE, CELL_TEXT, CELL_NUMBER, CELL_TIME, CELL_FLAG, CELL_JSON };

struct cell { /* the zero value: nothing is known */
    enum cell_kind kind;
    int64_t number;
    const char *text; /* borrowed until the call returns */
    struct span mark; /* of the text: underlined on a terminal when end > start */
    const struct span *marks; /* likewise, where there are many; in order, borrowed; NULL: `mark` says all */
    size_t mark_count;
};

struct cell cell_text(const char *text);         /* NULL: none */
struct cell cell_text_or_none(const char *text); /* "" is none as well */
struct cell cell_number(int64_t number);
struct cell cell_id(int64_t id);   /* 0 is none */
struct cell cell_time(int64_t ms); /* 0 is none */
struct cell cell_flag(bool flag);
struct cell cell_json(const char *json); /* finished JSON: a value of its own there, text elsewhere */

enum note_kind { NOTE_PLAIN, NOTE_GOOD, NOTE_WARN, NOTE_BAD, NOTE_DIM, NOTE_FAILURE };

enum exchange_style {
    EXCHANGE_TRANSCRIPT, /* times at the left, names, texts indented */
    EXCHANGE_CHAT,       /* a prompt and bubbles */
    EXCHANGE_LIVE,       /* a transcript that goes on: of what is on its way nothing is said yet */
};

struct exchange_line { /* borrowed texts, "" when unknown */
    int64_t id, at;
    const char *kind; /* in, out, agent, note */
    const char *text;
    const char *actor; /* the rule or person that speaks; of `in`: the customer's name for display */
    const char *state; /* in: of its turn; else: of its way out, the worst of its parts */
    const char *reason;
    const char *buttons, *tags; /* JSON arrays of texts; NULL and "[]" are none */
    const char *media; /* the same: addresses of the pictures and files that came with it */
    int64_t about; /* a notice: the other conversation that it tells of; 0: none */
    const char *list; /* they are the rows of a list, and this opens it; NULL: buttons */
    bool is_typed; /* it stands on the screen already: typed at the prompt */
    int64_t conversation;  /* 0: it stands in none */
    const char *rule;      /* in: that took it; NULL and "": none */
    const char *matched;   /* in: JSON array of the words it was taken by, as they were written; NULL and "[]": none */
    struct span mark;      /* the same in `text`: underlined on a terminal */
    const char *language;  /* in which it is, as far as anybody said: "ko"; NULL and "": unknown */
    const char *user, *name, *channel; /* whose conversation it is; shown where lines of many follow each other */
};

struct exchange_event { /* borrowed: what else happened meanwhile */
    int64_t id, at, conversation;      /* 0: of none */
    const char *user, *channel;        /* whose conversation it is */
    const char *kind, *actor, *detail; /* as in the ledger; of a fate, the message's kind and nothing */
    const char *state, *reason;        /* of a fate, which tells of the message `id`; NULL: it is an event */
    const char *sentence;              /* the same for people; NULL: they are spared it */
};

struct exchange_break { /* borrowed: here begins what belongs to another conversation */
    const char *heading;
    const char *label, *text; /* what else is to be known of it, and what that is; NULL: nothing */
};

struct paragraph { /* borrowed */
    const char *heading;
    bool is_part;              /* the heading opens a part of the whole */
    const char *file;          /* where it was said; NULL: nowhere in particular */
    int64_t line, priority;    /* with `file`; the priority of a rule, -1 for what has none */
    const char *const *sentences;
    size_t count, flowing;     /* so many flow together; each behind them begins a line of its own */
};

struct side_line { /* borrowed */
    const char *name;         /* of the exchange; the same pointer for all its lines */
    const char *heading;      /* for people */
    const char *file;         /* where it went wrong */
    int64_t line;
    const char *who;          /* a short word of ours */
    const char *left, *right; /* NULL: nothing */
    bool differs;
};

struct output *output_new(enum output_form form, const struct output_place *place);
void output_end(struct output *output); /* finishes the document and frees */
void output_title(struct output *output, const char *title); /* of the page, where it is one */

/* Whose clock people read (NULL: the machine's). Borrowed for as long as something is shown. */
void output_set_zone(struct output *output, const struct zone *zone);

void output_table(struct output *output, const char *noun, const struct column *columns, size_t count);
void output_row(struct output *output, const struct cell *cells);
/* Between rows, when nothing is held: what can be written is. A table in CSV waits for it, or for its end. */
void output_flush(struct output *output);
/* Nobody takes what is put: a pipe was closed, a disk is full. Who has much more to say may leave it. */
bool output_is_lost(const struct output *output);
void output_table_end(struct output *output);
void output_record(struct output *output, const char *noun, const struct column *columns,
                   const struct cell *cells, size_t count);
void output_exchange(struct output *output, const char *noun, enum exchange_style style);
void output_line(struct output *output, const struct exchange_line *line);
/* In text and JSON lines only. */
void output_event(struct output *output, const struct exchange_event *event);
/* For people: the lines name their conversation. */
void output_break(struct output *output, const struct exchange_break *heading);
void output_exchange_end(struct output *output);
/* Is it on its way: it will leave, or be answered, unless something happens? */
bool output_is_on_its_way(const char *state);
/* Is there nothing that somebody should look at? */
bool output_is_well(const char *state);
/* "order · dead: Braze refused it", passed through ctl/show; nothing when all went as it should. */
void output_fate(const struct exchange_line *line, bool with_actor, struct buf *out);
void output_patch(struct output *output, const char *noun);
/* `file` stays as it is while its lines follow each other. */
void output_patch_line(struct output *output, const char *file, const struct patch_line *line);
void output_patch_end(struct output *output);
void output_prose(struct output *output, const char *noun);
void output_paragraph(struct output *output, const struct paragraph *paragraph);
void output_prose_end(struct output *output);
void output_sides(struct output *output, const char *noun);
void output_side(struct output *output, const struct side_line *line);
void output_sides_end(struct output *output);
/* As it is: a text of ours without control characters but line feeds. */
void output_document(struct output *output, const char *noun, const char *text);
bool output_is_text(const struct output *output); /* neither JSON nor CSV */
/* What somebody wrote. Where that was a picture or a file without words, people are told so; programs get "". */
struct cell cell_words(const struct output *output, const char *text, bool has_media);
/* A piece of a document of the command's own, finished JSON: nothing else goes to stdout, in no form. */
void output_stream(struct output *output, const char *bytes, size_t len);
/* Does a person read it, and not a program? */
bool output_is_terminal(const struct output *output);
/* Columns of the terminal; 80 where it is none. */
size_t output_columns(const struct output *output);
void output_prompt(
    struct output *output); /* people on a terminal are asked for the next line of the exchange */
/* A line that the next one replaces, for whoever watches a terminal; "" takes it away. Behind it only further ones. */
void output_progress(struct output *output, const char *format, ...) __attribute__((format(printf, 2, 3)));
void output_note(struct output *output, enum note_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
