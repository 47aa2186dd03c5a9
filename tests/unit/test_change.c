/*
 * change: what an owner would say is different, and what she would not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "rules/change.h"

static void load(const char *text, struct rows *rows)
{
    struct rulefiles files = { 0 };
    struct error error = { 0 };

    rulefiles_add(&files, "a.sql", text);
    if (rows_load(&files, rows, &error) != 0)
        fail_msg("%s", error.text);
    rulefiles_release(&files);
}

/* One line for each change, then the sum. */
static void tell(const char *before, const char *after, struct buf *out)
{
    static const char *const kinds[] = { "added", "removed", "changed", "moved" };
    struct rows old = { 0 }, new = { 0 };
    struct changes changes = { 0 };

    load(before, &old);
    load(after, &new);
    changes_find(&old, &new, &changes);
    for (size_t i = 0; i < changes.count; i++) {
        const struct change *c = &changes.list[i];

        buf_addf(out, "%s %s %s%s%s [%s] [%s] %s:%d\n", kinds[c->kind], c->table, c->name,
                 c->column != NULL ? "." : "", c->column != NULL ? c->column : "",
                 c->before != NULL ? c->before : "", c->after != NULL ? c->after : "", c->file, c->line);
    }
    changes_sum_up(&changes, out);
    changes_release(&changes);
    rows_release(&old);
    rows_release(&new);
}

#define RULE "INSERT INTO rule (name, priority, words, say) VALUES "
#define EXAMPLE "INSERT INTO rule_example (rule, text) VALUES "

static const struct {
    const char *before, *after, *told;
} ROWS[] = {
    { "", "", "" },
    { RULE "('a', 500, 'x', 'y');", "-- a note\nINSERT INTO rule (words, say, name, priority)\n VALUES ('x', 'y', 'a', 500);",
      "" },
    { RULE "('a', 500, 'x', 'y');", RULE "('a', 500, 'x', 'y'),\n('b', NULL, 'z', 'w');",
      "added rule b [] [words: z · say: w] a.sql:2\n+1 rule" },
    { RULE "('a', 500, 'x', 'y'),\n('b', NULL, 'z', 'w');", RULE "('a', 500, 'x', 'y');",
      "removed rule b [words: z · say: w] [] a.sql:2\n−1 rule" },
    { RULE "('a', 500, 'x', 'y');", "\n" RULE "('a', 600, 'x', NULL);",
      "changed rule a.priority [500] [600] a.sql:2\nchanged rule a.say [y] [] a.sql:2\n1 rule changed" },
    { RULE "('a', 500, 'x', 'y'), ('b', 500, 'x', 'y');", RULE "('a', 500, 'w', 'y'), ('c', 500, 'x', 'y');",
      "changed rule a.words [x] [w] a.sql:1\nremoved rule b [priority: 500 · words: x · say: y] [] a.sql:1\n"
      "added rule c [] [priority: 500 · words: x · say: y] a.sql:1\n+1 rule, −1, 1 changed" },
    { RULE "('r', 500, 'x', 'y');" EXAMPLE "('r', 'x'), ('r', 'x'), ('r', 'old');"
      "INSERT INTO setting (name, value) VALUES ('business_name', 'A');",
      RULE "('r', 500, 'x', 'y');" EXAMPLE "('r', 'new'), ('r', 'x'), ('r', 'new 2');"
      "INSERT INTO setting (name, value) VALUES ('business_name', 'B');",
      "added rule_example r [] [new] a.sql:1\nadded rule_example r [] [new 2] a.sql:1\n"
      "removed rule_example r [old] [] a.sql:1\nremoved rule_example r [x] [] a.sql:1\n"
      "changed setting business_name.value [A] [B] a.sql:1\n+2 examples, −2; 1 setting changed" },
    { RULE "('r', 500, 'x', 'y');"
      "INSERT INTO phrase (name, language, text) VALUES ('hi', 'en', 'Hi'), ('hi', 'ko', '안녕');"
      "INSERT INTO rule_set (rule, name, value) VALUES ('r', 'a', '1'), ('r', 'b', '2');"
      "INSERT INTO opening (days, opens, closes) VALUES ('mon', '09:00', '17:00'), ('tue', '09:00', '17:00');",
      RULE "('r', 500, 'x', 'y');"
      "INSERT INTO phrase (name, language, text) VALUES ('hi', 'en', 'Hello'), ('hi', 'es', 'Hola');"
      "INSERT INTO rule_set (rule, name, value) VALUES ('r', 'a', '1'), ('r', 'b', '3');"
      "INSERT INTO opening (days, opens, closes) VALUES ('mon', '09:00', '17:00'), ('tue', '09:00', '18:00');"
      "INSERT INTO holiday (day, note) VALUES ('2026-05-05', 'Holiday');",
      "added holiday 2026-05-05 [] [note: Holiday] a.sql:1\n"
      "changed opening tue.closes [17:00] [18:00] a.sql:1\n"
      "changed phrase hi en.text [Hi] [Hello] a.sql:1\n"
      "added phrase hi es [] [Hola] a.sql:1\n"
      "removed phrase hi ko [안녕] [] a.sql:1\n"
      "changed rule_set r b.value [2] [3] a.sql:1\n"
      "+1 holiday; 1 opening changed; +1 phrase, −1, 1 changed; 1 variable changed" },
    { RULE "('r', 500, 'x', 'y');"
      "INSERT INTO faq (question, answer, keywords, language) VALUES ('Open?', 'Yes', NULL, 'en'), ('Open?', 'Sí', NULL, 'es'),"
      " ('Dogs?', 'No', NULL, NULL);",
      RULE "('r', 500, 'x', 'y');"
      "INSERT INTO faq (question, answer, keywords, language) VALUES ('Open?', 'Always', 'hours', 'en'), ('Cats?', 'Yes', NULL, NULL),"
      " ('Open?', 'Sí', NULL, 'es');",
      "added faq Cats? – [] [answer: Yes] a.sql:1\n"
      "removed faq Dogs? – [answer: No] [] a.sql:1\n"
      "changed faq Open? en.answer [Yes] [Always] a.sql:1\n"
      "changed faq Open? en.keywords [] [hours] a.sql:1\n"
      "+1 question, −1, 1 changed" },
    { RULE "('r', 500, 'x', 'y');"
      "INSERT INTO attribute (name, at, value) VALUES ('tier', 'reply', 'gold'), ('tier', 'rule:r', 'silver');",
      RULE "('r', 500, 'x', 'y');"
      "INSERT INTO attribute (name, at, value, type) VALUES ('tier', 'rule:r', 'bronze', NULL), ('vip', 'reply', 'yes', 'boolean');",
      "removed attribute tier reply [value: gold] [] a.sql:1\n"
      "changed attribute tier rule:r.value [silver] [bronze] a.sql:1\n"
      "added attribute vip reply [] [value: yes · type: boolean] a.sql:1\n"
      "+1 attribute, −1, 1 changed" },
};

#define LINES "INSERT INTO talk_line (talk, after, customer, bot) VALUES "

/* A talk is a script: its lines are told apart by all they say, and their order counts. */
static void test_talks_are_told_apart(void **unused)
{
    static const struct {
        const char *before, *after, *told;
    } rows[] = {
        { "INSERT INTO talk (name, starts) VALUES ('t', 'sat'), ('u', NULL);",
          "INSERT INTO talk (name, starts) VALUES ('u', NULL), ('t', 'sun');",
          "changed talk t.starts [sat] [sun] a.sql:1\n1 talk changed" },
        { LINES "('t', NULL, 'hi', 'Hello'), ('t', '1 hour', 'bye', NULL), ('t', NULL, 'hi', 'Hello');",
          LINES "('t', NULL, 'hi', 'Hello'), ('t', '1 hour', 'bye', 'Bye');",
          "added talk_line t [] [after: 1 hour · customer: bye · bot: Bye] a.sql:1\n"
          "removed talk_line t [after: 1 hour · customer: bye] [] a.sql:1\n"
          "removed talk_line t [customer: hi · bot: Hello] [] a.sql:1\n+1 line of a talk, −2" },
        { LINES "('t', NULL, 'a', 'A'), ('u', NULL, 'x', 'X'), ('t', NULL, 'b', 'B'), ('t', NULL, 'c', 'C');",
          LINES "('t', NULL, 'b', 'B'), ('t', NULL, 'c', 'C'), ('t', NULL, 'a', 'A'), ('u', NULL, 'x', 'X');",
          "moved talk_line t [] [customer: a · bot: A] a.sql:1\n1 line of a talk moved" },
        { "INSERT INTO talk_given (talk, source, answer) VALUES ('t', 's', '1'), ('t', 's', '2'), ('t', 's', '3');",
          "INSERT INTO talk_given (talk, source, answer) VALUES ('t', 's', '2'), ('t', 's', '3'), ('t', 's', '1');",
          "moved talk_given t [] [source: s · answer: 1] a.sql:1\n1 answer to a talk moved" },
    };

    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf told = { 0 };

        tell(rows[i].before, rows[i].after, &told);
        if (strcmp(buf_text(&told), rows[i].told) != 0)
            fail_msg("%zu: wanted\n%s\ngot\n%s", i, rows[i].told, buf_text(&told));
        buf_release(&told);
    }
}

#define STEPS "INSERT INTO step (name, say) VALUES "
#define CHOICES "INSERT INTO choice (step, label, words) VALUES "
#define BRANCHES "INSERT INTO branch (step, only_if, say) VALUES "

/* The order of steps, choices and branches decides; that of flows does not. */
static void test_flows_are_told_apart(void **unused)
{
    static const struct {
        const char *before, *after, *told;
    } rows[] = {
        { "INSERT INTO flow (name, expires) VALUES ('f', '1 hour'), ('g', NULL);",
          "INSERT INTO flow (name, expires) VALUES ('g', NULL), ('f', '2 hours');",
          "changed flow f.expires [1 hour] [2 hours] a.sql:1\n1 flow changed" },
        { STEPS "('f.a', 'A'), ('g.a', 'GA'), ('f.b', 'B'), ('f.c', 'C');",
          STEPS "('g.a', 'GA'), ('f.b', 'B'), ('f.c', 'C!'), ('f.a', 'A');",
          "moved step f.a [] [] a.sql:1\nchanged step f.c.say [C] [C!] a.sql:1\n1 step changed, 1 moved" },
        { STEPS "('f.a', 'A'), ('fa.a', 'A');", STEPS "('fa.a', 'A'), ('f.a', 'A');", "" },
        { CHOICES "('f.a', 'Yes', 'ok'), ('f.a', 'No', NULL), ('f.a', 'Hm', NULL), ('f.b', 'Yes', NULL);",
          CHOICES "('f.b', 'Yes', 'ok'), ('f.a', 'No', NULL), ('f.a', 'Hm', NULL), ('f.a', 'Yes', 'ok');",
          "moved choice f.a Yes [] [] a.sql:1\nchanged choice f.b Yes.words [] [ok] a.sql:1\n1 choice changed, 1 moved" },
        { BRANCHES "('f.a', ':failed', 'Oh'), ('f.a', NULL, 'Well');",
          BRANCHES "('f.a', ':failed', 'Ah'), ('f.b', NULL, 'Well');",
          "changed branch f.a :failed.say [Oh] [Ah] a.sql:1\nremoved branch f.a – [say: Well] [] a.sql:1\n"
          "added branch f.b – [] [say: Well] a.sql:1\n+1 branch, −1, 1 changed" },
        { "INSERT INTO step_set (step, name, value) VALUES ('f.a', 'x', '1'), ('f.b', 'x', '1');",
          "INSERT INTO step_set (step, name, value) VALUES ('f.a', 'x', '2'), ('f.b', 'x', '2');"
          "INSERT INTO service_value (service, name, pointer) VALUES ('s', 'y', '/y'), ('s', 'z', '/z');"
          "INSERT INTO step_property (step, name, value) VALUES ('f.a', 'y', 'u'), ('f.a', 'z', 'v');",
          "added service_value s y [] [pointer: /y] a.sql:1\nadded service_value s z [] [pointer: /z] a.sql:1\n"
          "added step_property f.a y [] [value: u] a.sql:1\nadded step_property f.a z [] [value: v] a.sql:1\n"
          "changed step_set f.a x.value [1] [2] a.sql:1\nchanged step_set f.b x.value [1] [2] a.sql:1\n"
          "+2 values of services; +2 properties of steps; 2 variables of steps changed" },
    };

    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf told = { 0 };

        tell(rows[i].before, rows[i].after, &told);
        if (strcmp(buf_text(&told), rows[i].told) != 0)
            fail_msg("%zu: wanted\n%s\ngot\n%s", i, rows[i].told, buf_text(&told));
        buf_release(&told);
    }
}

static void test_changes_are_told_row_by_row(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct buf told = { 0 };

        tell(ROWS[i].before, ROWS[i].after, &told);
        if (strcmp(buf_text(&told), ROWS[i].told) != 0)
            fail_msg("%zu: wanted\n%s\ngot\n%s", i, ROWS[i].told, buf_text(&told));
        buf_release(&told);
    }
}

/* Digits are rules of that name, all of one priority; a digit behind a ' is a rule of priority 600. */
static void write_rules(const char *order, struct buf *out)
{
    for (; *order != '\0'; order++) {
        bool is_high = *order == '\'';

        order += is_high;
        buf_addf(out, RULE "('%c', %s, 'w', 's');\n", *order, is_high ? "600" : "NULL");
    }
}

static void test_order_counts_where_it_decides(void **unused)
{
    static const struct {
        const char *before, *after, *told;
    } cases[] = {
        { "12345", "12345", "" },
        { "12345", "23451", "1 rule moved" },
        { "12345", "13452", "1 rule moved" },
        { "1234", "4321", "3 rules moved" },
        { "1'23", "'213", "" },                 /* 2 is tried first either way */
        { "1'23", "31'2", "1 rule moved" },
        { "123", "1'23", "1 rule changed" },    /* its priority says it all */
        { "123", "31'2", "1 rule changed, 1 moved" },
        { "123", "4312", "+1 rule, 1 moved" },
        { "9123", "1239", "1 rule moved" },
    };

    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf before = { 0 }, after = { 0 }, told = { 0 };
        const char *sum;

        write_rules(cases[i].before, &before);
        write_rules(cases[i].after, &after);
        tell(buf_text(&before), buf_text(&after), &told);
        sum = strrchr(buf_text(&told), '\n') != NULL ? strrchr(buf_text(&told), '\n') + 1 : "";
        if (strcmp(sum, cases[i].told) != 0)
            fail_msg("%s to %s: wanted \"%s\", got \"%s\"", cases[i].before, cases[i].after, cases[i].told, sum);
        buf_release(&before);
        buf_release(&after);
        buf_release(&told);
    }
}

static void test_ten_thousand_rules(void **unused)
{
    struct buf before = { 0 }, after = { 0 }, told = { 0 };

    (void)unused;
    for (int i = 0; i < 10000; i++) {
        buf_addf(&before, "%s('r%d', NULL, 'w%d', 's')", i == 0 ? RULE : ",\n", i, i);
        if (i % 100 != 7)
            buf_addf(&after, "%s('r%d', NULL, 'w%d', 's')", i == 0 ? RULE : ",\n", 9999 - i, i % 2 + 9999 - i);
    }
    tell(buf_text(&before), buf_text(&after), &told);
    assert_non_null(strstr(buf_text(&told), "−100 rules, 4900 changed, 9899 moved"));
    buf_release(&before);
    buf_release(&after);
    buf_release(&told);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_changes_are_told_row_by_row),
        cmocka_unit_test(test_flows_are_told_apart),
        cmocka_unit_test(test_talks_are_told_apart),
        cmocka_unit_test(test_order_counts_where_it_decides),
        cmocka_unit_test(test_ten_thousand_rules),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
