/*
 * test_output: the same things shown in three ways; what is hostile stays data in each.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/zone.h"
#include "ctl/output.h"
#include "text/patch.h"

struct screen {
    struct buf put, talk;
};

static void put(void *context, const char *bytes, size_t len)
{
    buf_add(&((struct screen *)context)->put, bytes, len);
}

static void talk(void *context, const char *bytes, size_t len)
{
    buf_add(&((struct screen *)context)->talk, bytes, len);
}

static struct output *begin(struct screen *screen, enum output_form form, size_t columns, bool has_colour)
{
    *screen = (struct screen){ 0 };
    return output_new(form, &(struct output_place){ .put = put,
                                                    .talk = talk,
                                                    .context = screen,
                                                    .columns = columns,
                                                    .is_terminal = columns > 0,
                                                    .has_colour = has_colour });
}

static void check(struct screen *screen, const char *expected_put, const char *expected_talk)
{
    assert_string_equal(buf_text(&screen->put), expected_put);
    assert_string_equal(buf_text(&screen->talk), expected_talk);
    buf_release(&screen->put);
    buf_release(&screen->talk);
}

static const struct column COLUMNS[] = {
    { "id", "id", LOOK_NUMBER },     { "user", "user", LOOK_PLAIN }, { "state", "state", LOOK_STATE },
    { "hidden", NULL, LOOK_NUMBER }, { "text", "text", LOOK_LONG },
};

static void show_table(struct output *output)
{
    output_table(output, "things", COLUMNS, 5);
    output_row(output, (struct cell[]){ cell_id(7), cell_text("한국"), cell_text("dead"), cell_number(1),
                                        cell_text("=1+1") });
    output_row(output, (struct cell[]){ cell_id(12), cell_text("bob"), cell_text("due"), cell_id(0),
                                        cell_text("say \"hi\"\n\x1b[2J") });
    output_table_end(output);
}

static bool is_full(void *context)
{
    return ((struct screen *)context)->put.len > 0;
}

static void a_long_json_goes_out_in_pieces_and_is_one_document(void **state)
{
    struct screen screen = { 0 };
    struct output *output = output_new(
        OUTPUT_JSON, &(struct output_place){ .put = put, .talk = talk, .is_lost = is_full, .context = &screen });
    struct json *document = NULL;
    char word[1001];
    int rows = 0;

    (void)state;
    memset(word, 'x', 1000);
    word[1000] = '\0';
    output_table(output, "things", COLUMNS, 5);
    for (; rows < 5000 && !output_is_lost(output); rows++) {
        output_row(output, (struct cell[]){ cell_id(7), cell_text(word), cell_text("dead"), cell_number(1), cell_text("x") });
        output_flush(output);
    }
    assert_in_range(rows, 200, 300);
    output_row(output, (struct cell[]){ cell_id(7), cell_text("last"), cell_text("dead"), cell_number(1), cell_text("x") });
    output_table_end(output);
    output_end(output);
    assert_int_equal(json_parse(screen.put.data, screen.put.len, 0, &document, NULL), 0);
    json_free(document);
    buf_release(&screen.put);
}

static void show_sides(struct output *output)
{
    static const char name[] = "rest";

    output_sides(output, "failing");
    for (int i = 0; i < 3; i++)
        output_side(output, &(struct side_line){ .name = name,
                                                 .heading = "The talk rest",
                                                 .file = "a.sql",
                                                 .line = 7,
                                                 .who = i == 0 ? "customer" : "bot",
                                                 .left = i == 2 ? "one two three four five" : "hi",
                                                 .right = i == 0 ? "hi" : i == 1 ? NULL : "\x1b[2J\n✗ bot 안녕하세요 여러분",
                                                 .differs = i == 2 });
    output_sides_end(output);
}

/* Wrapped, each side under its own; no text begins a line, and none is obeyed by the terminal. */
static void shows_two_sides_as_text(void **state)
{
    struct screen screen;
    struct output *output = begin(&screen, OUTPUT_TEXT, 46, false);

    (void)state;
    show_sides(output);
    output_end(output);
    check(&screen,
          "The talk rest  a.sql:7\n"
          "            expected          said\n"
          "  customer  hi                hi\n"
          "  bot       hi                (nothing)\n"
          "✗ bot       one two three     \\x1b[2J\n"
          "            four five         ✗ bot 안녕하세요\n"
          "                              여러분\n",
          "");
    output = begin(&screen, OUTPUT_TEXT, 46, true);
    show_sides(output);
    output_end(output);
    assert_non_null(strstr(buf_text(&screen.put), "\x1b[31m✗ \x1b[0m"));
    buf_release(&screen.put);
}

/* What stands side by side is no table of its own for a spreadsheet. */
static void shows_two_sides_to_programs(void **state)
{
    struct screen screen;
    struct output *output = begin(&screen, OUTPUT_JSON, 0, false);

    (void)state;
    show_sides(output);
    output_end(output);
    check(&screen,
          "{\"format\":1,\"failing\":["
          "{\"talk\":\"rest\",\"file\":\"a.sql\",\"line\":7,\"who\":\"customer\",\"expected\":\"hi\",\"said\":\"hi\","
          "\"differs\":false},"
          "{\"talk\":\"rest\",\"file\":\"a.sql\",\"line\":7,\"who\":\"bot\",\"expected\":\"hi\",\"said\":null,\"differs\":false},"
          "{\"talk\":\"rest\",\"file\":\"a.sql\",\"line\":7,\"who\":\"bot\",\"expected\":\"one two three four five\","
          "\"said\":\"\\u001b[2J\\n✗ bot 안녕하세요 여러분\",\"differs\":true}]}\n",
          "");
    output = begin(&screen, OUTPUT_CSV, 0, false);
    show_sides(output);
    output_end(output);
    check(&screen, "", "");
}

/* A table without titles is for programs. */
static void keeps_what_has_no_title_from_people(void **state)
{
    static const struct column hidden[] = { { "tag", NULL, LOOK_PLAIN } };
    struct screen screen;

    (void)state;
    for (enum output_form form = OUTPUT_TEXT; form <= OUTPUT_JSON; form++) {
        struct output *output = begin(&screen, form, 0, false);

        output_table(output, "tags", hidden, 1);
        output_row(output, (struct cell[]){ cell_text("vip") });
        output_table_end(output);
        output_end(output);
        check(&screen, form == OUTPUT_TEXT ? "" : "{\"format\":1,\"tags\":[{\"tag\":\"vip\"}]}\n", "");
    }
}

static void shows_tables_as_text(void **state)
{
    struct screen screen;
    struct output *output = begin(&screen, OUTPUT_TEXT, 0, false);

    (void)state;
    show_table(output);
    output_end(output);
    check(&screen,
          "id  user  state  text\n"
          " 7  한국  dead   =1+1\n"
          "12  bob   due    say \"hi\"\\n\\x1b[2J\n",
          "");
}

static void shows_tables_as_json(void **state)
{
    struct screen screen;
    struct output *output = begin(&screen, OUTPUT_JSON, 0, false);

    (void)state;
    show_table(output);
    output_end(output);
    check(&screen,
          "{\"format\":1,\"things\":["
          "{\"id\":7,\"user\":\"한국\",\"state\":\"dead\",\"hidden\":1,\"text\":\"=1+1\"},"
          "{\"id\":12,\"user\":\"bob\",\"state\":\"due\",\"hidden\":null,"
          "\"text\":\"say \\\"hi\\\"\\n\\u001b[2J\"}]}\n",
          "");
}

static void shows_tables_as_csv(void **state)
{
    struct screen screen;
    struct output *output = begin(&screen, OUTPUT_CSV, 0, false);

    (void)state;
    show_table(output);
    output_note(output, NOTE_GOOD, "done");
    output_end(output);
    check(&screen,
          "\"id\",\"user\",\"state\",\"hidden\",\"text\"\r\n"
          "\"7\",\"한국\",\"dead\",\"1\",\"'=1+1\"\r\n"
          "\"12\",\"bob\",\"due\",\"\",\"say \"\"hi\"\"\n\\x1b[2J\"\r\n",
          "frontdesk: done\n");
}

static void defuses_formulas(void **state)
{
    static const struct {
        const char *text, *cell;
    } cases[] = {
        { "=SUM(A1)", "'=SUM(A1)" },
        { "+82 10", "'+82 10" },
        { "-1", "'-1" },
        { "@cmd", "'@cmd" },
        { "\t=1", "'\\t=1" },
        { "\r=1", "'\\r=1" },
        { " =1", "' =1" },
        { "＝1", "'＝1" },
        { "a=1", "a=1" },
        { "", "" },
        { "'=1", "'=1" },
        { "\u00a0\u3000=1", "'\u00a0\u3000=1" },
        { "\"=1", "'\"\"=1" },
        { "hello;=1", "hello;'=1" }, /* where cells end at a ";" */
        { "hello; \"=1", "hello;' \"\"=1" },
        { "hello\n=1", "hello\n'=1" },
        { "all is well ;-)", "all is well ;-)" },
        { "so; so;-(1)", "so; so;'-(1)" },
    };
    static const struct column column = { "text", "text", LOOK_LONG };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct screen screen;
        struct output *output = begin(&screen, OUTPUT_CSV, 0, false);
        struct buf expected = { 0 };

        output_table(output, "things", &column, 1);
        output_row(output, (struct cell[]){ cell_text(cases[i].text) });
        output_table_end(output);
        output_end(output);
        buf_addf(&expected, "\"text\"\r\n\"%s\"\r\n", cases[i].cell);
        check(&screen, buf_text(&expected), "");
        buf_release(&expected);
    }
}

static void our_own_numbers_stay_numbers_in_csv(void **state)
{
    static const struct column columns[] = { { "n", "n", LOOK_NUMBER }, { "cost", "cost", LOOK_NUMBER },
                                             { "text", "text", LOOK_LONG } };
    struct screen screen;
    struct output *output = begin(&screen, OUTPUT_CSV, 0, false);

    (void)state;
    output_table(output, "things", columns, 3);
    output_row(output, (struct cell[]){ cell_number(-3), cell_json("-0.50"), cell_json("\"=1\"") });
    output_table_end(output);
    output_end(output);
    check(&screen, "\"n\",\"cost\",\"text\"\r\n\"-3\",\"-0.50\",\"'\"\"=1\"\"\"\r\n", "");
}

/* Excel needs it; a program would take it for a part of the first name. */
static void a_csv_file_begins_with_a_byte_order_mark_and_a_pipe_does_not(void **state)
{
    static const struct column column = { "text", "text", LOOK_LONG };

    (void)state;
    for (int is_file = 0; is_file < 2; is_file++) {
        struct screen screen = { 0 };
        struct output *output = output_new(
            OUTPUT_CSV, &(struct output_place){ .put = put, .talk = talk, .context = &screen, .is_file = is_file != 0 });

        output_table(output, "things", &column, 1);
        output_row(output, (struct cell[]){ cell_text("한국") });
        output_table_end(output);
        output_end(output);
        check(&screen, is_file ? "\ufeff\"text\"\r\n\"한국\"\r\n" : "\"text\"\r\n\"한국\"\r\n", "");
    }
}

/* In a row that comes out of an open statement nothing may wait for a slow reader. */
static void a_csv_table_is_written_between_rows_only(void **state)
{
    static const struct column column = { "text", "text", LOOK_LONG };
    struct screen screen;
    struct output *output = begin(&screen, OUTPUT_CSV, 0, false);

    (void)state;
    output_table(output, "things", &column, 1);
    output_row(output, (struct cell[]){ cell_text("one") });
    assert_int_equal(screen.put.len, 0);
    output_flush(output);
    assert_string_equal(buf_text(&screen.put), "\"text\"\r\n\"one\"\r\n");
    output_row(output, (struct cell[]){ cell_text("two") });
    output_table_end(output);
    output_end(output);
    check(&screen, "\"text\"\r\n\"one\"\r\n\"two\"\r\n", "");
}

static void times_are_shown_in_the_zone_of_the_business(void **state)
{
    static const struct column column = { "at", "at", LOOK_PLAIN };
    struct zones *zones = zones_open_one("Asia/Seoul");

    (void)state;
    for (enum output_form form = OUTPUT_TEXT; form <= OUTPUT_CSV; form++) {
        static const char *const shown[] = {
            [OUTPUT_TEXT] = "at\n2026-05-12 11:00:00\n",
            [OUTPUT_JSON] = "{\"format\":1,\"things\":[{\"at\":1778551200007}]}\n",
            [OUTPUT_CSV] = "\"at\"\r\n\"2026-05-12T11:00:00.007+09:00\"\r\n",
        };
        struct screen screen;
        struct output *output = begin(&screen, form, 0, false);

        output_set_zone(output, zones_find(zones, "Asia/Seoul"));
        output_table(output, "things", &column, 1);
        output_row(output, (struct cell[]){ cell_time(INT64_C(1778551200007)) });
        output_table_end(output);
        output_end(output);
        check(&screen, shown[form], "");
    }
    zones_close(zones);
}

static void a_note_is_wrapped_between_words_on_a_terminal_only(void **state)
{
    static const char NOTE[] = "one two three four five\n  frontdesk rules load\nsix";
    struct screen screen;
    struct output *output = begin(&screen, OUTPUT_TEXT, 20, false);

    (void)state;
    output_note(output, NOTE_PLAIN, "%s", NOTE);
    output_end(output);
    check(&screen, "one two three four\n  five\n  frontdesk rules load\nsix\n", "");
    output = begin(&screen, OUTPUT_TEXT, 0, false);
    output_note(output, NOTE_PLAIN, "%s", NOTE);
    output_end(output);
    check(&screen, "one two three four five\n  frontdesk rules load\nsix\n", "");
}

static void cuts_long_columns_on_a_terminal_only(void **state)
{
    static const struct column columns[] = { { "id", "id", LOOK_NUMBER }, { "text", "text", LOOK_LONG } };
    struct screen screen;

    (void)state;
    for (size_t width = 0; width <= 20; width += 20) {
        struct output *output = begin(&screen, OUTPUT_TEXT, width, false);

        output_table(output, "things", columns, 2);
        output_row(output, (struct cell[]){ cell_id(1), cell_text("영업시간이 어떻게 되나요?") });
        output_table_end(output);
        output_end(output);
        check(&screen,
              width == 0 ? "id  text\n 1  영업시간이 어떻게 되나요?\n" : "id  text\n 1  영업시간이 어떻…\n",
              "");
    }
}

static void gives_up_what_is_missed_least(void **state)
{
    static const struct column columns[] = {
        { "id", "id", LOOK_NUMBER }, { "user", "user", LOOK_NAME },    { "agent", "agent", LOOK_PLAIN },
        { "at", "at", LOOK_PLAIN },  { "state", "state", LOOK_STATE }, { "text", "text", LOOK_LONG },
    };
    static const struct {
        size_t columns;
        const char *head, *row;
    } cases[] = {
        { 90, "id  user             agent  at                   state     text",
          " 1  ana-lopez-again  –      2026-05-12 18:30:09  answered  when do you open, and where?" },
        { 75, "id  user             at                   state     text",
          " 1  ana-lopez-again  2026-05-12 18:30:09  answered  when do you open, and …" },
        { 65, "id  user             at           state     text",
          " 1  ana-lopez-again  05-12 18:30  answered  when do you open, an…" },
        { 56, "id  user           at           state     text",
          " 1  ana-lopez-ag…  05-12 18:30  answered  when do you o…" },
        { 46, "id  user      at           state     text",
          " 1  ana-lop…  05-12 18:30  answered  when do …" },
        { 41, "id  user    at           state     text",
          " 1  ana-l…  05-12 18:30  answered  when …" },
        { 30, "id     1\nuser   ana-lopez-again\nat     05-12 18:30\nstate  answered", "text   when do you open, and\n       where?" },
    };

    (void)state;
    setenv("TZ", "UTC", 1);
    tzset();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct screen screen;
        struct buf expected = { 0 };
        struct output *output = begin(&screen, OUTPUT_TEXT, cases[i].columns, false);

        output_table(output, "things", columns, 6);
        output_row(output, (struct cell[]){ cell_id(1), cell_text("ana-lopez-again"), cell_text(NULL),
                                            cell_time(1778610609000), cell_text("answered"),
                                            cell_text("when do you open, and where?") });
        output_table_end(output);
        output_end(output);
        buf_addf(&expected, "%s\n%s\n", cases[i].head, cases[i].row);
        check(&screen, buf_text(&expected), "");
        buf_release(&expected);
    }
}

/* What tells the rows not apart gives way to what was said. */
static void drops_what_is_the_same_in_every_row(void **state)
{
    static const struct column columns[] = {
        { "user", "user", LOOK_NAME }, { "channel", "channel", LOOK_COMMON }, { "text", "text", LOOK_LONG },
    };
    struct screen screen;
    struct output *output = begin(&screen, OUTPUT_TEXT, 20, false);

    (void)state;
    output_table(output, "things", columns, 3);
    output_row(output, (struct cell[]){ cell_text("ana"), cell_text("whatsapp"), cell_text("when do you open?") });
    output_row(output, (struct cell[]){ cell_text("bo"), cell_text("whatsapp"), cell_text("where?") });
    output_table_end(output);
    output_end(output);
    check(&screen,
          "user  text\n"
          "ana   when do you o…\n"
          "bo    where?\n",
          "");
}

/* The last of them first, and only as many as it takes; a record has room for all. */
static void drops_what_is_missed_least_before_a_text_is_cut_to_nothing(void **state)
{
    static const struct column columns[] = {
        { "user", "user", LOOK_NAME }, { "owner", "owner", LOOK_STATE }, { "outcome", "outcome", LOOK_SPARE },
        { "count", "messages", LOOK_SPARE }, { "text", "text", LOOK_LONG },
    };
    static const struct {
        size_t columns;
        const char *shown;
    } cases[] = {
        { 62, "user  owner   outcome   messages  text\nana   closed  answered        12  when do you open, and where?\n" },
        { 50, "user  owner   outcome   messages  text\nana   closed  answered        12  when do you ope…\n" },
        { 49, "user  owner   outcome   text\nana   closed  answered  when do you open, and wh…\n" },
        { 39, "user  owner   text\nana   closed  when do you open, and wh…\n" },
        { 18, "user      ana\nowner     closed\noutcome   answered\nmessages  12\ntext      when do\n          you\n"
              "          open,\n          and\n          where?\n" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct screen screen;
        struct output *output = begin(&screen, OUTPUT_TEXT, cases[i].columns, false);

        output_table(output, "things", columns, 5);
        output_row(output, (struct cell[]){ cell_text("ana"), cell_text("closed"), cell_text("answered"), cell_number(12),
                                            cell_text("when do you open, and where?") });
        output_table_end(output);
        output_end(output);
        check(&screen, cases[i].shown, "");
    }
}

/* Whoever is told that something is wrong has to be able to read all of it, and what to do about it. */
static void sentences_go_on_below(void **state)
{
    static const struct column columns[] = { { "text", "needs you", LOOK_WHOLE }, { "remedy", "type", LOOK_PLAIN } };
    struct screen screen;

    (void)state;
    for (size_t width = 50; width >= 40; width -= 10) {
        struct output *output = begin(&screen, OUTPUT_TEXT, width, false);

        output_table(output, "needs", columns, 2);
        output_row(output, (struct cell[]){ cell_text("ana waits for a person of counter, for 2 hours"),
                                            cell_text("frontdesk take 2") });
        output_row(output, (struct cell[]){ cell_text("the disk is full"), cell_text("df") });
        output_table_end(output);
        output_end(output);
        check(&screen,
              width == 50 ? "needs you                         type\n"
                            "ana waits for a person of         frontdesk take 2\n"
                            "counter, for 2 hours\n"
                            "the disk is full                  df\n"
                          : "needs you  ana waits for a person of\n"
                            "           counter, for 2 hours\n"
                            "type       frontdesk take 2\n"
                            "\n"
                            "needs you  the disk is full\n"
                            "type       df\n",
              "");
    }
}

/* Nothing is cut there, and one long text does not push the others apart. */
static void pads_to_a_bound_in_a_pipe(void **state)
{
    static const struct column columns[] = { { "text", "text", LOOK_LONG }, { "state", "state", LOOK_STATE } };
    struct screen screen;
    struct output *output = begin(&screen, OUTPUT_TEXT, 0, false);

    (void)state;
    output_table(output, "things", columns, 2);
    output_row(output, (struct cell[]){ cell_text("a text of more than the sixty columns that are waited for in a pipe"),
                                        cell_text("ok") });
    output_row(output, (struct cell[]){ cell_text("short"), cell_text("ok") });
    output_table_end(output);
    output_end(output);
    check(&screen,
          "text                                                          state\n"
          "a text of more than the sixty columns that are waited for in a pipe  ok\n"
          "short                                                         ok\n",
          "");
}

static void leaves_no_gap_for_a_record_without_titles(void **state)
{
    static const struct column hidden[] = { { "count", NULL, LOOK_NUMBER } };
    struct screen screen;
    struct output *output = begin(&screen, OUTPUT_TEXT, 0, false);

    (void)state;
    show_table(output);
    output_record(output, NULL, hidden, (struct cell[]){ cell_number(2) }, 1);
    output_note(output, NOTE_WARN, "look");
    output_end(output);
    check(&screen, "id  user  state  text\n 7  한국  dead   =1+1\n12  bob   due    say \"hi\"\\n\\x1b[2J\n\nlook\n", "");
}

static void underlines_and_colours_with_colour_only(void **state)
{
    static const struct column columns[] = { { "folded", "text", LOOK_LONG },
                                             { "state", "state", LOOK_STATE } };
    struct cell cells[] = { cell_text("\x1b order 12 please"), cell_text("answered") };
    struct screen screen;
    struct output *output = begin(&screen, OUTPUT_TEXT, 80, true);

    (void)state;
    cells[0].mark = (struct span){ 2, 10 };
    output_record(output, "decision", columns, cells, 2);
    output_end(output);
    check(&screen,
          "\x1b[2mtext\x1b[0m   \\x1b \x1b[4morder 12\x1b[0m please\n"
          "\x1b[2mstate\x1b[0m  \x1b[32manswered\x1b[0m\n",
          "");
    output = begin(&screen, OUTPUT_TEXT, 80, false);
    output_record(output, "decision", columns, cells, 2);
    output_end(output);
    check(&screen, "text   \\x1b order 12 please\nstate  answered\n", "");
    output = begin(&screen, OUTPUT_TEXT, 20, true);
    output_record(output, "decision", (struct column[]){ { "why", "why", LOOK_LONG }, { "path", "path", LOOK_PLAIN } },
                  (struct cell[]){ cell_text("a reason of some words"), cell_text("/a/path/that/is/copied") }, 2);
    output_end(output);
    check(&screen,
          "\x1b[2mwhy\x1b[0m   a reason of\n      some words\n"
          "\x1b[2mpath\x1b[0m  /a/path/that/is/copied\n", "");
}

static void records_leave_out_what_is_unknown(void **state)
{
    static const struct column columns[] = {
        { "id", "id", LOOK_NUMBER },
        { "settled_at", "settled", LOOK_PLAIN },
        { "is_single", "single", LOOK_PLAIN },
        { "fields", "fields", LOOK_PLAIN },
    };
    const struct cell cells[] = { cell_id(3), cell_time(0), cell_flag(true), cell_json("{\"a\":1}") };
    struct screen screen;
    struct output *output = begin(&screen, OUTPUT_TEXT, 0, false);

    (void)state;
    output_record(output, "outbox", columns, cells, 4);
    output_end(output);
    check(&screen, "id      3\nsingle  yes\nfields  {\"a\":1}\n", "");
    output = begin(&screen, OUTPUT_JSON, 0, false);
    output_record(output, "outbox", columns, cells, 4);
    output_note(output, NOTE_WARN, "careful");
    output_note(output, NOTE_FAILURE, "it failed");
    output_end(output);
    check(&screen,
          "{\"format\":1,\"outbox\":{\"id\":3,\"settled_at\":null,\"is_single\":true,\"fields\":{\"a\":1}},"
          "\"notes\":[{\"kind\":\"warning\",\"text\":\"careful\"}],\"error\":\"it failed\"}\n",
          "frontdesk: it failed\n");
}

/* A customer's line feed must not be able to draw a line of ours. */
static void transcripts_indent_further_lines(void **state)
{
    struct screen screen;
    struct output *output = begin(&screen, OUTPUT_TEXT, 0, false);

    (void)state;
    output_exchange(output, "messages", EXCHANGE_TRANSCRIPT);
    output_line(output, &(struct exchange_line){ .id = 1,
                                                 .at = 1778578200000,
                                                 .kind = "in",
                                                 .actor = "Ana\n",
                                                 .text = "hi\n09:30:01  bot  fake",
                                                 .state = "answered",
                                                 .reason = "" });
    output_line(output, &(struct exchange_line){ .id = 2,
                                                 .at = 1778578201000,
                                                 .kind = "out",
                                                 .actor = "hours",
                                                 .text = "Nine to six.",
                                                 .state = "dead",
                                                 .reason = "Braze refused it" });
    output_exchange_end(output);
    output_end(output);
    check(&screen,
          "2026-05-12\n"
          "09:30:00  Ana\\n             hi\n"
          "                            09:30:01  bot  fake\n"
          "09:30:01  bot               Nine to six.\n"
          "                            hours · dead: Braze refused it\n",
          "");
}

static void exchanges_show_buttons_and_tags(void **state)
{
    static const struct exchange_line ASKED = { .kind = "in", .text = "cake", .actor = "Ana", .state = "answered",
                                                .reason = "", .buttons = "[]", .tags = "[\"sweet\",\"a\\nb\"]" };
    static const struct exchange_line ANSWER = { .kind = "out", .text = "Which?", .actor = "cake", .state = "accepted",
                                                 .reason = "", .buttons = "[\"Big\",\"A\\nB\"]", .tags = "[]" };
    struct screen screen;
    struct output *output = begin(&screen, OUTPUT_TEXT, 0, false);

    (void)state;
    output_exchange(output, "messages", EXCHANGE_CHAT);
    output_line(output, &ANSWER);
    output_exchange_end(output);
    output_exchange(output, "messages", EXCHANGE_TRANSCRIPT);
    output_line(output, &ASKED);
    output_line(output, &ANSWER);
    output_exchange_end(output);
    output_end(output);
    check(&screen,
          "  ╭────────╮\n"
          "  │ Which? │\n"
          "  ╰────────╯\n"
          "    [ Big ]  [ A\\nB ]\n"
          "    cake\n"
          "\n"
          "1970-01-01\n"
          "00:00:00  Ana               cake\n"
          "                            tagged sweet, a\\nb\n"
          "00:00:00  bot               Which?\n"
          "                            [ Big ]  [ A\\nB ]\n"
          "                            cake\n",
          "");
    output = begin(&screen, OUTPUT_JSON, 0, false);
    output_exchange(output, "messages", EXCHANGE_TRANSCRIPT);
    output_line(output, &ASKED);
    output_exchange_end(output);
    output_end(output);
    check(&screen,
          "{\"format\":1,\"messages\":[{\"id\":null,\"at\":null,\"kind\":\"in\",\"actor\":\"Ana\",\"text\":\"cake\","
          "\"state\":\"answered\",\"reason\":null,\"buttons\":null,\"tags\":[\"sweet\",\"a\\nb\"],\"about\":null,"
          "\"conversation\":null,\"rule\":null,\"matched\":null,\"media\":null}]}\n",
          "");
}

/* People see one address a line, programs a list; where nothing was written, they stand in the place of the text. */
static void exchanges_show_what_came_with_a_message(void **state)
{
    static const struct exchange_line LOOK = { .kind = "in", .text = "look", .actor = "Ana", .state = "answered", .reason = "",
                                               .media = "[\"https://m.example/a?b=1\",\"x\\ny\"]" };
    static const struct exchange_line VOICE = { .kind = "in", .text = "", .actor = "Ana", .state = "unanswered", .reason = "",
                                                .media = "[\"https://m.example/voice.ogg\"]" };
    static const struct exchange_line PLAIN = { .kind = "in", .text = "hi", .actor = "Ana", .state = "", .reason = "",
                                                .media = "[]" };
    struct screen screen;
    struct output *output = begin(&screen, OUTPUT_TEXT, 0, false);

    (void)state;
    output_exchange(output, "messages", EXCHANGE_TRANSCRIPT);
    output_line(output, &LOOK);
    output_line(output, &VOICE);
    output_line(output, &PLAIN);
    output_exchange_end(output);
    output_end(output);
    check(&screen,
          "1970-01-01\n"
          "00:00:00  Ana               look\n"
          "                            attached: https://m.example/a?b=1\n"
          "                            attached: x\\ny\n"
          "00:00:00  Ana               attached: https://m.example/voice.ogg\n"
          "                            no rule has an answer\n"
          "00:00:00  Ana               hi\n",
          "");
    output = begin(&screen, OUTPUT_JSON, 0, false);
    output_exchange(output, "messages", EXCHANGE_TRANSCRIPT);
    output_line(output, &LOOK);
    output_exchange_end(output);
    output_end(output);
    check(&screen,
          "{\"format\":1,\"messages\":[{\"id\":null,\"at\":null,\"kind\":\"in\",\"actor\":\"Ana\",\"text\":\"look\","
          "\"state\":\"answered\",\"reason\":null,\"buttons\":null,\"tags\":null,\"about\":null,\"conversation\":null,"
          "\"rule\":null,\"matched\":null,\"media\":[\"https://m.example/a?b=1\",\"x\\ny\"]}]}\n",
          "");
}

/* Nobody in this conversation has brought it about. */
static void a_notice_names_the_conversation_that_it_tells_of(void **state)
{
    struct screen screen;
    struct output *output = begin(&screen, OUTPUT_TEXT, 0, false);

    (void)state;
    output_exchange(output, "messages", EXCHANGE_TRANSCRIPT);
    output_line(output, &(struct exchange_line){ .kind = "out", .text = "Ana left.", .actor = "notice summary", .reason = "late",
                                                 .state = "expired", .about = 12 });
    output_exchange_end(output);
    output_end(output);
    check(&screen,
          "1970-01-01\n"
          "00:00:00  bot               Ana left.\n"
          "                            notice summary · about conversation 12 · expired: late\n",
          "");
}

static void exchanges_show_a_list_row_by_row(void **state)
{
    static const struct exchange_line LIST = { .kind = "out", .text = "Which?", .actor = "", .state = "", .reason = "",
                                               .list = "Choose", .buttons = "[\"Small\",\"A\\nB\",\"Large\",\"XL\"]" };
    static const struct exchange_line FOUR = { .kind = "out", .text = "Which?", .actor = "menu", .state = "accepted",
                                               .reason = "", .buttons = "[\"A\",\"B\",\"C\",\"D\"]" };
    struct screen screen;
    struct output *output = begin(&screen, OUTPUT_TEXT, 0, false);

    (void)state;
    output_exchange(output, "messages", EXCHANGE_CHAT);
    output_line(output, &LIST);
    output_exchange_end(output);
    output_exchange(output, "messages", EXCHANGE_TRANSCRIPT);
    output_line(output, &FOUR); /* the book does not know how they were shown */
    output_exchange_end(output);
    output_end(output);
    check(&screen,
          "  ╭────────╮\n"
          "  │ Which? │\n"
          "  ╰────────╯\n"
          "    [ Choose ]\n"
          "      · Small\n"
          "      · A\\nB\n"
          "      · Large\n"
          "      · XL\n"
          "\n"
          "1970-01-01\n"
          "00:00:00  bot               Which?\n"
          "                            [ A ]  [ B ]  [ C ]\n"
          "                            [ D ]\n"
          "                            menu\n",
          "");
}

static void chats_draw_bubbles(void **state)
{
    struct screen screen;
    struct output *output = begin(&screen, OUTPUT_TEXT, 0, false);

    (void)state;
    output_exchange(output, "messages", EXCHANGE_CHAT);
    output_prompt(output);
    output_line(output, &(struct exchange_line){
                            .kind = "in", .text = "hello", .actor = "", .state = "", .reason = "" });
    output_line(output, &(struct exchange_line){
                            .kind = "out", .text = "안녕\nWelcome", .actor = "", .state = "", .reason = "" });
    output_exchange_end(output);
    output_end(output);
    check(&screen,
          "you › hello\n"
          "  ╭─────────╮\n"
          "  │ 안녕    │\n"
          "  │ Welcome │\n"
          "  ╰─────────╯\n",
          "");
}

static void show_patch(struct output *output)
{
    static const struct patch_line lines[] = {
        { PATCH_SAME, 9, 9, "same", 4 },
        { PATCH_GONE, 10, 0, "old \x1b[2J", 8 },
        { PATCH_NEW, 0, 10, "new and longer than the terminal is wide", 40 },
        { PATCH_GAP, 0, 0, "", 0 },
    };

    output_patch(output, "lines");
    for (size_t i = 0; i < 4; i++)
        output_patch_line(output, "a.sql", &lines[i]);
    output_patch_line(output, "b\n.sql", &lines[0]);
    output_patch_end(output);
}

static void patches_show_signs_and_numbers_and_cut_nothing(void **state)
{
    struct screen screen;
    struct output *output = begin(&screen, OUTPUT_TEXT, 20, false);

    (void)state;
    show_patch(output);
    output_end(output);
    check(&screen,
          "a.sql\n"
          "     9  same\n"
          "-   10  old \\x1b[2J\n"
          "+   10  new and longer than the terminal is wide\n"
          "      …\n"
          "\n"
          "b\\n.sql\n"
          "     9  same\n",
          "");
    output = begin(&screen, OUTPUT_JSON, 0, false);
    show_patch(output);
    output_end(output);
    check(&screen,
          "{\"format\":1,\"lines\":["
          "{\"file\":\"a.sql\",\"kind\":\"same\",\"before\":9,\"after\":9,\"text\":\"same\"},"
          "{\"file\":\"a.sql\",\"kind\":\"gone\",\"before\":10,\"after\":null,\"text\":\"old \\u001b[2J\"},"
          "{\"file\":\"a.sql\",\"kind\":\"new\",\"before\":null,\"after\":10,"
          "\"text\":\"new and longer than the terminal is wide\"},"
          "{\"file\":\"a.sql\",\"kind\":\"gap\",\"before\":null,\"after\":null,\"text\":null},"
          "{\"file\":\"b\\n.sql\",\"kind\":\"same\",\"before\":9,\"after\":9,\"text\":\"same\"}]}\n",
          "");
}

/* Two long columns share what room there is, and what is marked stays in sight. */
static void cuts_leave_the_mark(void **state)
{
    static const struct column columns[] = { { "a", "a", LOOK_LONG }, { "b", "b", LOOK_LONG } };
    static const char left[] = "we are open until six o'clock, every day of the week";
    struct cell marked = cell_text("we are open from nine on and until seven o'clock");
    struct screen screen;
    struct output *output = begin(&screen, OUTPUT_TEXT, 42, true);

    (void)state;
    marked.mark = (struct span){ 35, 40 };
    output_table(output, "things", columns, 2);
    output_row(output, (struct cell[]){ cell_text(left), marked });
    output_table_end(output);
    output_end(output);
    check(&screen,
          "\x1b[2ma\x1b[0m                     \x1b[2mb\x1b[0m\n"
          "we are open until s…  …ntil \x1b[4mseven\x1b[0m o'clock\n",
          "");
}

static void a_cell_may_have_many_marks_and_text_cannot_make_one(void **state)
{
    static const struct column columns[] = { { "text", "text", LOOK_LONG } };
    static const char hostile[] = "\x01 refund \x02 and refund", longer[] = "we had a lost parcel, and then the parcel came";
    static const struct span two[] = { { 2, 8 }, { 15, 21 } }, far[] = { { 14, 20 }, { 35, 41 } };
    struct cell cell = cell_text(hostile);
    struct screen screen;
    struct output *output = begin(&screen, OUTPUT_TEXT, 24, true);

    (void)state;
    cell.marks = far;
    cell.mark_count = 2;
    cell.text = longer;
    output_table(output, "things", columns, 1);
    output_row(output, &cell);
    output_table_end(output);
    output_end(output);
    check(&screen, "\x1b[2mtext\x1b[0m\nwe had a lost \x1b[4mparcel\x1b[0m, a…\n", "");
    cell.marks = two;
    cell.text = hostile;
    for (int has_colour = 0; has_colour < 2; has_colour++) {
        output = begin(&screen, OUTPUT_TEXT, 80, has_colour);
        output_record(output, "thing", columns, &cell, 1);
        output_end(output);
        check(&screen,
              has_colour ? "\x1b[2mtext\x1b[0m  \\x01 \x1b[4mrefund\x1b[0m \\x02 and \x1b[4mrefund\x1b[0m\n"
                         : "text  \\x01 refund \\x02 and refund\n",
              "");
    }
}

/* Whatever a command does, also when it fails within a table: one document that parses, "format" first. */
static void json_is_always_whole(void **state)
{
    struct screen screen;
    struct output *output = begin(&screen, OUTPUT_JSON, 0, false);
    struct json *json = NULL;

    (void)state;
    output_table(output, "things", COLUMNS, 5);
    output_row(output, (struct cell[5]){ cell_text("\xff\xed\xa0\x80\xe2\x80\xae") });
    output_note(output, NOTE_FAILURE, "broken off");
    output_end(output);
    assert_int_equal(json_parse(screen.put.data, screen.put.len, JSON_STRICT, &json, NULL), 0);
    assert_string_equal(json_key(json_first(json)), "format");
    assert_string_equal(json_get_text(json, "error"), "broken off");
    assert_null(strstr(screen.put.data, "\xe2\x80\xae"));
    json_free(json);
    buf_release(&screen.put);
    buf_release(&screen.talk);
}

static void show_prose(struct output *output)
{
    static const char *const sentences[] = { "Zwei Sätze.", "Eine \x1b[2J Zeile,\nund noch eine." };
    static const char *const korean[] = { "메시지에 “환불”이 들어 있으면 담당자에게 넘깁니다.", "예: “환불”." };

    output_prose(output, "paragraphs");
    output_paragraph(output, &(struct paragraph){ .heading = "Teil\n1", .is_part = true, .sentences = sentences,
                                                  .count = 2, .flowing = 2 });
    output_paragraph(output, &(struct paragraph){ .heading = "refund", .file = "a.sql", .line = 3, .priority = 9,
                                                  .sentences = korean, .count = 2, .flowing = 1 });
    output_prose_end(output);
}

/* Korean characters take two columns: 30 columns less 4 are 13 of them. */
static void shows_prose(void **state)
{
    struct screen screen;
    struct output *output = begin(&screen, OUTPUT_TEXT, 30, false);

    (void)state;
    show_prose(output);
    output_end(output);
    check(&screen,
          "Teil\\n1\n"
          "  Zwei Sätze. Eine \\x1b[2J\n"
          "  Zeile,\n"
          "  und noch eine.\n"
          "\n"
          "  refund  9 · a.sql:3\n"
          "    메시지에 “환불”이 들어\n"
          "    있으면 담당자에게\n"
          "    넘깁니다.\n"
          "    예: “환불”.\n",
          "");
    output = begin(&screen, OUTPUT_JSON, 0, false);
    show_prose(output);
    output_end(output);
    check(&screen,
          "{\"format\":1,\"paragraphs\":[{\"heading\":\"Teil\\n1\",\"is_part\":true,\"priority\":null,"
          "\"sentences\":[\"Zwei Sätze.\",\"Eine \\u001b[2J Zeile,\\nund noch eine.\"],\"file\":null,\"line\":null},"
          "{\"heading\":\"refund\",\"is_part\":false,\"priority\":9,\"sentences\":"
          "[\"메시지에 “환불”이 들어 있으면 담당자에게 넘깁니다.\",\"예: “환불”.\"],\"file\":\"a.sql\",\"line\":3}]}\n",
          "");
}

static void shows_a_document_as_it_is(void **state)
{
    static const char text[] = "digraph \"f\" {\n}\n";
    struct screen screen;

    (void)state;
    for (int is_terminal = 0; is_terminal < 2; is_terminal++) {
        struct output *output = begin(&screen, OUTPUT_TEXT, is_terminal ? 80 : 0, is_terminal);

        assert_int_equal(output_is_terminal(output), is_terminal);
        output_document(output, "dot", text);
        output_end(output);
        check(&screen, text, "");
    }
    struct output *output = begin(&screen, OUTPUT_JSON, 0, false);

    output_document(output, "dot", text);
    assert_false(output_is_terminal(output));
    output_end(output);
    check(&screen, "{\"format\":1,\"dot\":\"digraph \\\"f\\\" {\\n}\\n\"}\n", "");
}

/* What has a place, but no priority. */
static void shows_a_place_alone(void **state)
{
    static const char *const sentences[] = { "→ end" };
    const struct paragraph paragraph = { .heading = "people", .file = "a.sql", .line = 3, .priority = -1,
                                         .sentences = sentences, .count = 1 };
    struct screen screen;
    struct output *output = begin(&screen, OUTPUT_TEXT, 0, false);

    (void)state;
    output_prose(output, "paragraphs");
    output_paragraph(output, &paragraph);
    output_prose_end(output);
    output_end(output);
    check(&screen, "  people  a.sql:3\n    → end\n", "");
    output = begin(&screen, OUTPUT_JSON, 0, false);
    output_prose(output, "paragraphs");
    output_paragraph(output, &paragraph);
    output_prose_end(output);
    output_end(output);
    check(&screen,
          "{\"format\":1,\"paragraphs\":[{\"heading\":\"people\",\"is_part\":false,\"priority\":null,\"sentences\":"
          "[\"→ end\"],\"file\":\"a.sql\",\"line\":3}]}\n",
          "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shows_prose),
        cmocka_unit_test(shows_a_document_as_it_is),
        cmocka_unit_test(shows_a_place_alone),
        cmocka_unit_test(a_long_json_goes_out_in_pieces_and_is_one_document),
        cmocka_unit_test(shows_tables_as_text),
        cmocka_unit_test(keeps_what_has_no_title_from_people),
        cmocka_unit_test(shows_two_sides_as_text),
        cmocka_unit_test(shows_two_sides_to_programs),
        cmocka_unit_test(shows_tables_as_json),
        cmocka_unit_test(shows_tables_as_csv),
        cmocka_unit_test(our_own_numbers_stay_numbers_in_csv),
        cmocka_unit_test(a_csv_file_begins_with_a_byte_order_mark_and_a_pipe_does_not),
        cmocka_unit_test(a_csv_table_is_written_between_rows_only),
        cmocka_unit_test(times_are_shown_in_the_zone_of_the_business),
        cmocka_unit_test(defuses_formulas),
        cmocka_unit_test(a_note_is_wrapped_between_words_on_a_terminal_only),
        cmocka_unit_test(cuts_long_columns_on_a_terminal_only),
        cmocka_unit_test(gives_up_what_is_missed_least),
        cmocka_unit_test(drops_what_is_missed_least_before_a_text_is_cut_to_nothing),
        cmocka_unit_test(drops_what_is_the_same_in_every_row),
        cmocka_unit_test(sentences_go_on_below),
        cmocka_unit_test(pads_to_a_bound_in_a_pipe),
        cmocka_unit_test(leaves_no_gap_for_a_record_without_titles),
        cmocka_unit_test(underlines_and_colours_with_colour_only),
        cmocka_unit_test(records_leave_out_what_is_unknown),
        cmocka_unit_test(transcripts_indent_further_lines),
        cmocka_unit_test(exchanges_show_buttons_and_tags),
        cmocka_unit_test(exchanges_show_what_came_with_a_message),
        cmocka_unit_test(a_notice_names_the_conversation_that_it_tells_of),
        cmocka_unit_test(exchanges_show_a_list_row_by_row),
        cmocka_unit_test(chats_draw_bubbles),
        cmocka_unit_test(patches_show_signs_and_numbers_and_cut_nothing),
        cmocka_unit_test(cuts_leave_the_mark),
        cmocka_unit_test(a_cell_may_have_many_marks_and_text_cannot_make_one),
        cmocka_unit_test(json_is_always_whole),
    };

    setenv("TZ", "UTC", 1);
    tzset();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
