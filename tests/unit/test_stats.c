/*
 * stats: how a period is drawn, with rules, questions and backends that have hostile names; and questions as rows for a rule
 * file.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "ctl/as_rules.h"
#include "ctl/stats_show.h"
#include "spine.h"

enum { FIRST_DAY = 20000 /* 2024-10-04 */, DAYS = 3 };
static const int64_t DAY = STATS_DAY_MS;

struct drawing {
    struct stats stats;
    struct call call;
    struct parsed parsed;
    struct zones *zones;
    struct buf put, talk;
};

static void put(void *context, const char *bytes, size_t len)
{
    buf_add(&((struct drawing *)context)->put, bytes, len);
}

static void talk(void *context, const char *bytes, size_t len)
{
    buf_add(&((struct drawing *)context)->talk, bytes, len);
}

static void add_questions(struct gather *gather)
{
    static const char *const QUESTIONS[] = { "=cmd|' /C calc'!A0", "is there parking?", "Is there parking",
                                             "\x1b[2J'); DROP TABLE message; --", "my number is +82 10 1234 5678" };

    for (int i = 0; i < 5; i++)
        gather_add(gather, QUESTIONS[i], strlen(QUESTIONS[i]), 100 + i);
}

static void add_times(struct histogram *times, int64_t a, int64_t b)
{
    for (int i = 0; i < 10; i++)
        histogram_add(times, i < 9 ? a : b);
}

static void fill(struct figures *figures)
{
    *figures = (struct figures){ .days = alloc_array(DAYS, sizeof *figures->days), .questions = gather_new(100) };
    figures->days[1] = (struct figures_day){ .heard = 40, .said = 38, .by = { [FIGURES_RULE] = 36, [FIGURES_NOBODY] = 4 } };
    figures->days[2] = (struct figures_day){
        .heard = 3, .said = 2, .by = { [FIGURES_AI] = 1, [FIGURES_NOBODY] = 1, [FIGURES_OPEN] = 1 } };
    figures->all = (struct figures_day){
        .heard = 43, .said = 40,
        .by = { [FIGURES_RULE] = 36, [FIGURES_AI] = 1, [FIGURES_NOBODY] = 5, [FIGURES_OPEN] = 1 } };
    add_times(&figures->times[FIGURES_RULE], 80, 250);
    add_times(&figures->times[FIGURES_AI], 3000, 65536);
    add_times(&figures->time, 80, 65536);
    figures->rules = alloc_array(2, sizeof *figures->rules);
    figures->rules[0] = (struct figures_rule){ alloc_text("hours\x1b]0;x\a\xe2\x80\xae"), 35 };
    figures->rules[1] = (struct figures_rule){ alloc_text("@SUM(1)\r\n,\"x\""), 1 };
    figures->rule_count = 2;
    add_questions(figures->questions);
}

/* columns 0: no terminal. */
static void draw(struct drawing *drawing, enum output_form form, size_t columns, const char *by)
{
    struct output_place place = { .put = put, .talk = talk, .context = drawing, .columns = columns, .is_terminal = columns > 0 };

    setenv("TZ", "UTC", 1);
    tzset();
    *drawing = (struct drawing){ .zones = zones_open(NULL) };
    drawing->parsed.options[OPTION_BY] = by;
    drawing->parsed.options[OPTION_CSV] = form == OUTPUT_CSV ? "" : NULL;
    drawing->call = (struct call){ .parsed = &drawing->parsed, .output = output_new(form, &place) };
    drawing->stats = (struct stats){
        .call = &drawing->call, .db = spine_open(), .output = drawing->call.output,
        .zone = zones_find(drawing->zones, "UTC"), .days = alloc_array(DAYS + 1, sizeof(int64_t)), .day_count = DAYS,
        .filter = { .since = FIRST_DAY * DAY, .until = (FIRST_DAY + DAYS) * DAY, .limit = 10 },
        .is_for_people = form == OUTPUT_TEXT };
    for (int i = 0; i <= DAYS; i++)
        drawing->stats.days[i] = (FIRST_DAY + i) * DAY;
    fill(&drawing->stats.figures);
    spine_run(drawing->stats.db, "INSERT INTO contact (id, created_at, address_kind, address) VALUES (1, 1, 'external', 'ana')");
    spine_run(drawing->stats.db, "INSERT INTO usage (day, backend, wanted_by, contact, asked, answered, tokens_in, tokens_out, "
                                 "cost) VALUES ('2024-10-05', '-ai' || char(27), 'r', 1, 3, 2, 1000, 50, 1500)");
    assert_int_equal(stats_show(&drawing->stats), EXIT_DONE);
    output_end(drawing->call.output);
}

static void finish(struct drawing *drawing)
{
    figures_release(&drawing->stats.figures);
    free(drawing->stats.days);
    db_close(drawing->stats.db);
    zones_close(drawing->zones);
    buf_release(&drawing->put);
    buf_release(&drawing->talk);
}

static void check(enum output_form form, size_t columns, const char *by, const char *expected)
{
    struct drawing drawing;

    draw(&drawing, form, columns, by);
    assert_string_equal(buf_text(&drawing.put), expected);
    assert_string_equal(buf_text(&drawing.talk), "");
    finish(&drawing);
}

static void into_a_pipe_it_is_plain(void **state)
{
    (void)state;
    check(OUTPUT_TEXT, 0, NULL,
          "since            2024-10-04 00:00:00\n"
          "until            2024-10-07 00:00:00\n"
          "messages heard   43\n"
          "texts of ours    40\n"
          "answered within  80 ms for half of them, 1 min for 95 %\n"
          "\n"
          "day         heard  said  nobody  \n"
          "2024-10-05     40    38       4  ###############################################\n"
          "2024-10-06      3     2       1  ####\n"
          "\n"
          "answered by        messages  share    p50     p95  \n"
          "a rule                   36   84 %  80 ms  250 ms  #################\n"
          "a flow                    0    0 %      –       –  \n"
          "an AI                     1    2 %  3.0 s   1 min  #\n"
          "the FAQ                   0    0 %      –       –  \n"
          "a person                  0    0 %      –       –  \n"
          "nobody                    5   12 %      –       –  ##\n"
          "still in progress         1    2 %      –       –  #\n"
          "\n"
          "rule                       messages  share\n"
          "hours\\x1b]0;x\\x07\\u{202e}        35   81 %\n"
          "@SUM(1)\\r\\n,\"x\"                   1    2 %\n"
          "\n"
          "times  nobody answered                newest\n"
          "    2  Is there parking                  102\n"
          "    1  my number is ••••                 104\n"
          "    1  [2J'); DROP TABLE message; --     103\n"
          "    1  =cmd|' /C calc'!A0                100\n"
          "\n"
          "backend  asked  answered  tokens in  tokens out    cost\n"
          "-ai\\x1b      3         2       1000          50  0.0015\n");
}

static void a_terminal_gets_blocks_as_wide_as_it_is(void **state)
{
    (void)state;
    check(OUTPUT_TEXT, 60, "day",
          "day         heard  said  nobody  \n"
          "2024-10-05     40    38       4  ███████████████████████████\n"
          "2024-10-06      3     2       1  ██\n");
}

static void a_narrow_terminal_gets_short_bars(void **state)
{
    (void)state;
    check(OUTPUT_TEXT, 30, "day",
          "day         heard  \n"
          "2024-10-05     40  ██████████\n"
          "2024-10-06      3  ▊\n");
}

static void a_narrow_terminal_keeps_the_numbers_of_who_answered_in_a_table(void **state)
{
    (void)state;
    check(OUTPUT_TEXT, 50, "who",
          "answered by        messages  share    p50     p95\n"
          "a rule                   36   84 %  80 ms  250 ms\n"
          "a flow                    0    0 %      –       –\n"
          "an AI                     1    2 %  3.0 s   1 min\n"
          "the FAQ                   0    0 %      –       –\n"
          "a person                  0    0 %      –       –\n"
          "nobody                    5   12 %      –       –\n"
          "still in progress         1    2 %      –       –\n");
}

static void json_has_every_day_and_exact_numbers(void **state)
{
    (void)state;
    check(OUTPUT_JSON, 0, NULL,
          "{\"format\":1,\"since\":1728000000000,\"until\":1728259200000,\"heard\":43,\"said\":40,\"p50_ms\":80,"
          "\"p95_ms\":65791,\"unanswered_kinds\":4,\"unanswered_slack\":0,\"days\":[{\"day\":\"2024-10-04\","
          "\"heard\":0,\"said\":0,\"rule\":0,\"flow\":0,\"ai\":0,\"faq\":0,\"person\":0,\"nobody\":0,\"silence\":0,"
          "\"other\":0,\"erased\":0,\"open\":0},{\"day\":\"2024-10-05\",\"heard\":40,\"said\":38,\"rule\":36,\"flow\":0,"
          "\"ai\":0,\"faq\":0,\"person\":0,\"nobody\":4,\"silence\":0,\"other\":0,\"erased\":0,\"open\":0},"
          "{\"day\":\"2024-10-06\",\"heard\":3,\"said\":2,\"rule\":0,\"flow\":0,\"ai\":1,\"faq\":0,\"person\":0,"
          "\"nobody\":1,\"silence\":0,\"other\":0,\"erased\":0,\"open\":1}],\"answered_by\":[{\"who\":\"rule\",\"messages\":36,"
          "\"share\":0.8372,\"p50_ms\":80,\"p95_ms\":250},{\"who\":\"flow\",\"messages\":0,\"share\":0.0000,"
          "\"p50_ms\":null,\"p95_ms\":null},{\"who\":\"ai\",\"messages\":1,\"share\":0.0233,\"p50_ms\":2999,"
          "\"p95_ms\":65791},{\"who\":\"faq\",\"messages\":0,\"share\":0.0000,\"p50_ms\":null,\"p95_ms\":null},"
          "{\"who\":\"person\",\"messages\":0,\"share\":0.0000,\"p50_ms\":null,\"p95_ms\":null},"
          "{\"who\":\"nobody\",\"messages\":5,\"share\":0.1163,\"p50_ms\":null,\"p95_ms\":null},"
          "{\"who\":\"silence\",\"messages\":0,\"share\":0.0000,\"p50_ms\":null,\"p95_ms\":null},"
          "{\"who\":\"other\",\"messages\":0,\"share\":0.0000,\"p50_ms\":null,\"p95_ms\":null},"
          "{\"who\":\"erased\",\"messages\":0,\"share\":0.0000,\"p50_ms\":null,\"p95_ms\":null},"
          "{\"who\":\"open\",\"messages\":1,\"share\":0.0233,\"p50_ms\":null,\"p95_ms\":null}],"
          "\"rules\":[{\"rule\":\"hours\\u001b]0;x\\u0007\\u202e\",\"messages\":35,\"share\":0.8140},"
          "{\"rule\":\"@SUM(1)\\r\\n,\\\"x\\\"\",\"messages\":1,\"share\":0.0233}],\"unanswered\":[{\"count\":2,"
          "\"text\":\"Is there parking\",\"message\":102},{\"count\":1,\"text\":\"my number is ••••\","
          "\"message\":104},{\"count\":1,\"text\":\"[2J'); DROP TABLE message; --\",\"message\":103},{\"count\":1,"
          "\"text\":\"=cmd|' /C calc'!A0\",\"message\":100}],\"cost\":[{\"backend\":\"-ai\\u001b\",\"asked\":3,"
          "\"answered\":2,\"tokens_in\":1000,\"tokens_out\":50,\"cost\":0.0015}]}\n");
}

static void csv_is_one_table_that_no_spreadsheet_runs(void **state)
{
    (void)state;
    check(OUTPUT_CSV, 0, NULL,
          "\"day\",\"heard\",\"said\",\"rule\",\"flow\",\"ai\",\"faq\",\"person\",\"nobody\",\"silence\",\"other\","
          "\"erased\",\"open\"\r\n"
          "\"2024-10-04\",\"0\",\"0\",\"0\",\"0\",\"0\",\"0\",\"0\",\"0\",\"0\",\"0\",\"0\",\"0\"\r\n"
          "\"2024-10-05\",\"40\",\"38\",\"36\",\"0\",\"0\",\"0\",\"0\",\"4\",\"0\",\"0\",\"0\",\"0\"\r\n"
          "\"2024-10-06\",\"3\",\"2\",\"0\",\"0\",\"1\",\"0\",\"0\",\"1\",\"0\",\"0\",\"0\",\"1\"\r\n");
    check(OUTPUT_CSV, 0, "rule",
          "\"rule\",\"messages\",\"share\"\r\n"
          "\"hours\\x1b]0;x\\x07\\u{202e}\",\"35\",\"0.8140\"\r\n"
          "\"'@SUM(1)\\r\n"
          ",\"\"x\"\"\",\"1\",\"0.0233\"\r\n");
    check(OUTPUT_CSV, 0, "question",
          "\"count\",\"text\",\"message\"\r\n"
          "\"2\",\"Is there parking\",\"102\"\r\n"
          "\"1\",\"my number is ••••\",\"104\"\r\n"
          "\"1\",\"[2J'); DROP TABLE message;' --\",\"103\"\r\n"
          "\"1\",\"'=cmd|' /C calc'!A0\",\"100\"\r\n");
    check(OUTPUT_CSV, 0, "backend",
          "\"backend\",\"asked\",\"answered\",\"tokens_in\",\"tokens_out\",\"cost\"\r\n"
          "\"'-ai\\x1b\",\"3\",\"2\",\"1000\",\"50\",\"0.0015\"\r\n");
}

static void questions_become_rows_that_stay_in_their_comments(void **state)
{
    struct gather *gather = gather_new(100);
    struct gathered list[5];
    struct buf sql = { 0 };
    size_t count;

    (void)state;
    add_questions(gather);
    count = gather_top(gather, list, 5);
    as_rules(NULL, list, count, &sql);
    assert_string_equal(strstr(buf_text(&sql), "\n\n"),
          "\n"
          "\n"
          "-- 2 times, last in message 102: frontdesk why 102\n"
          "-- INSERT INTO rule (name, words, say) VALUES ('asked-102', 'Is there parking',"
          " 'Write the answer here.');\n"
          "-- INSERT INTO rule_example (rule, text) VALUES ('asked-102', 'Is there parking');\n"
          "-- INSERT INTO faq (question, answer) VALUES ('Is there parking', 'Write the answer here.');\n"
          "\n"
          "-- 1 time, last in message 104: frontdesk why 104\n"
          "-- INSERT INTO rule (name, words, say) VALUES ('asked-104', 'my number is', 'Write the answer here.');\n"
          "-- INSERT INTO rule_example (rule, text) VALUES ('asked-104', 'my number is ••••');\n"
          "-- INSERT INTO faq (question, answer) VALUES ('my number is ••••', 'Write the answer here.');\n"
          "\n"
          "-- 1 time, last in message 103: frontdesk why 103\n"
          "-- INSERT INTO rule (name, words, say) VALUES ('asked-103', 'DROP TABLE message',"
          " 'Write the answer here.');\n"
          "-- INSERT INTO rule_example (rule, text) VALUES ('asked-103', '[2J''); DROP TABLE message; --');\n"
          "-- INSERT INTO faq (question, answer) VALUES ('[2J''); DROP TABLE message; --',"
          " 'Write the answer here.');\n"
          "\n"
          "-- 1 time, last in message 100: frontdesk why 100\n"
          "-- INSERT INTO rule (name, words, say) VALUES ('asked-100', 'C calc', 'Write the answer here.');\n"
          "-- INSERT INTO rule_example (rule, text) VALUES ('asked-100', '=cmd|'' /C calc''!A0');\n"
          "-- INSERT INTO faq (question, answer) VALUES ('=cmd|'' /C calc''!A0', 'Write the answer here.');\n");
    buf_release(&sql);
    gather_free(gather);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(into_a_pipe_it_is_plain),
        cmocka_unit_test(a_terminal_gets_blocks_as_wide_as_it_is),
        cmocka_unit_test(a_narrow_terminal_gets_short_bars),
        cmocka_unit_test(a_narrow_terminal_keeps_the_numbers_of_who_answered_in_a_table),
        cmocka_unit_test(json_has_every_day_and_exact_numbers),
        cmocka_unit_test(csv_is_one_table_that_no_spreadsheet_runs),
        cmocka_unit_test(questions_become_rows_that_stay_in_their_comments),
    };

    return cmocka_run_group_tests_name("stats", tests, NULL, NULL);
}
