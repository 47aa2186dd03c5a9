/*
 * output_way: what a way of showing implements. For ctl/output*.c only.
 */
#ifndef CTL_OUTPUT_WAY_H
#define CTL_OUTPUT_WAY_H

#include "base/buf.h"
#include "base/json.h"
#include "ctl/local.h"
#include "ctl/output.h"

struct output_way {
    void (*table)(struct output *output, const char *noun);
    void (*row)(struct output *output, const struct cell *cells);
    void (*table_end)(struct output *output);
    void (*flush)(struct output *output); /* NULL: it waits for the end */
    void (*record)(struct output *output, const char *noun, const struct column *columns,
                   const struct cell *cells, size_t count);
    void (*line)(struct output *output, const struct exchange_line *line);
    void (*event)(struct output *output, const struct exchange_event *event);     /* NULL: not shown */
    void (*between)(struct output *output, const struct exchange_break *heading); /* NULL: not shown */
    void (*patch)(struct output *output, const char *file, const struct patch_line *line);
    void (*paragraph)(struct output *output, const struct paragraph *paragraph); /* NULL: a row of a table */
    void (*side)(struct output *output, const struct side_line *line); /* NULL: a row of a table */
    void (*document)(struct output *output, const char *noun, const char *text);
    void (*prompt)(struct output *output); /* NULL: nobody is asked */
    void (*note)(struct output *output, enum note_kind kind, const char *sentence);
    void (*end)(struct output *output);
};

enum element { ELEMENT_NONE, ELEMENT_TABLE, ELEMENT_EXCHANGE, ELEMENT_PATCH, ELEMENT_PROSE, ELEMENT_SIDES };

struct text_cell { /* a rendered cell: its columns on a terminal, and where its mark is */
    char *text;
    size_t width;
    struct span mark;
    bool has_marks; /* they stand in the text (output_text_table.c) */
    enum cell_kind kind;
};

struct output {
    const struct output_way *way;
    struct output_place place;
    const struct zone *zone;      /* of times for people; NULL: the machine's */
    const struct column *columns; /* of the open table or exchange */
    size_t column_count;
    enum exchange_style style; /* of the open exchange */
    enum element element;      /* what is open */
    const char *side_name;    /* text: of the newest line side by side; NULL: none yet */
    const char *patch_file;    /* text: of the newest line of the patch; NULL: none yet */
    struct buf buf; /* text: the piece being put together; JSON: the document */
    struct jsonw json;
    struct buf notes;        /* JSON: members of "notes" so far; HTML: what the page's foot says of times */
    struct buf failure;      /* JSON: the sentence */
    const char *noun;        /* JSON lines: of the open table */
    struct buf title;        /* HTML: of the page */
    size_t start;            /* HTML: where the open table begins */
    struct text_cell *cells; /* text: all cells of the open table, row by row */
    size_t cell_count, cell_room; /* HTML: rows of the open table so far */
    bool has_prompt; /* text: the cursor stands behind a prompt */
    char day[LOCAL_DAY_LEN]; /* text: of the exchange's newest line */
    bool is_apart;   /* text: a note needs a blank line before it */
    bool is_streamed; /* the command writes a document of its own */
    size_t things;   /* text: tables, records and exchanges so far; CSV: tables */
};

extern const struct output_way output_way_text, output_way_json, output_way_csv, output_way_html, output_way_lines;

enum { EXCHANGE_COLUMNS = 14 };
extern const struct column output_exchange_columns[EXCHANGE_COLUMNS];
void output_exchange_cells(const struct exchange_line *line, struct cell cells[EXCHANGE_COLUMNS]);

/* Without any it is for programs. */
bool output_has_titles(const struct column *columns, size_t count);

/* A record's or row's cells as members, for the two ways of JSON. */
void output_json_cells(struct jsonw *w, const struct column *columns, const struct cell *cells, size_t count);
/* Who speaks: the customer's and the colleague's own name, and for the bot just that: its rule stands below. */
const char *output_speaker(const struct exchange_line *line);

enum { PATCH_COLUMNS = 5 };
void output_patch_cells(const char *file, const struct patch_line *line, struct buf *text,
                        struct cell cells[PATCH_COLUMNS]);

#endif
