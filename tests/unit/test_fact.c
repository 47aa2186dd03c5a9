/*
 * fact: the table, and which conditions are refused for what they ask.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "rules/fact.h"

static void test_every_fact_is_found_by_its_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < FACT_COUNT; i++) {
        assert_int_equal(fact_find(fact_table[i].name), i);
        assert_true(strlen(fact_table[i].help) > 10 && strchr(fact_table[i].help, '\n') == NULL);
    }
    assert_int_equal(fact_find("Hour"), FACT_COUNT);
    assert_int_equal(fact_find("field_size"), FACT_COUNT);
    assert_int_equal(fact_find(""), FACT_COUNT);
}

static bool is_group(const void *context, const char *name)
{
    const struct pattern *pattern = context;
    return strcmp(name, pattern_group_name(pattern, 0)) == 0 || strcmp(name, "kept") == 0;
}

static void test_names_are_checked(void **state)
{
    (void)state;
    static const char *const ROWS[][2] = {
        { "1", "" },
        { ":open = 0 AND :field_vip = 'yes' AND @size > '2' AND @kept = 1", "" },
        { ":field_이름 = 'x'", "" },
        { ":opne = 0", "there is no fact :opne; did you mean :open?" },
        { ":hours > 3", "did you mean :hour?" },
        { ":HOUR > 3", "did you mean :hour?" },
        { ":field_ = 1", "there is no fact :field_; known are :field_NAME, :campaign" },
        { ":x = 1", ":weekday" },
        { "@sise > 1", "there is no variable @sise; did you mean @size?" },
        { "@open = 0", "there is no variable @open; the fact is written :open" },
        { "@order > 1", "(?<order>…), or what a rule_set row sets" },
        { ":open = 0 AND @order", "(?<order>…)" },
    };
    struct expressions *set = expressions_new();
    struct pattern *pattern = pattern_new("(?<size>\\d+)", NULL);
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        struct error error = { 0 };
        const struct expression *expression = expressions_add(set, ROWS[i][0], &error);
        assert_non_null(expression);
        int result = fact_check(expression, pattern, is_group, pattern, &error);
        if ((result == 0) != (ROWS[i][1][0] == '\0') || strstr(error.text, ROWS[i][1]) == NULL)
            fail_msg("%s\nwanted: %s\ngot:    %s", ROWS[i][0], ROWS[i][1], error.text);
    }
    pattern_free(pattern);
    expressions_free(set);
}

static bool is_size(const void *unused, const char *name)
{
    (void)unused;
    return strcmp(name, "size") == 0;
}

static void test_comparisons_without_a_chance(void **state)
{
    (void)state;
    static const char *const ROWS[][2] = {
        { ":hour = 9 AND :open AND :weekday = 'sat' AND @size = '2'", "" },
        { ":weekday IN ('sat', \"sun\") OR :weekday NOT IN ('mon')", "" },
        { ":weekday = 'satu'", ":weekday is never 'satu'; did you mean 'sat'?" },
        { ":weekday = \"saturday\"",
          ":weekday is never 'saturday'; known are mon, tue, wed, thu, fri, sat, sun" },
        { ":weekday <> 'Sat'", ":weekday is never 'Sat'" },
        { ":weekday IS NOT 'Sat'", ":weekday is never 'Sat'" },
        { ":weekday IN ('sat', 'xyz')", ":weekday is never 'xyz'" },
        { ":weekday NOT IN ('sat', 'xyz')", ":weekday is never 'xyz'" },
        { "('xyz' = :weekday)", ":weekday is never 'xyz'" },
        { ":weekday IN (1, 2)", ":weekday is a text" },
        { ":weekday = 3", ":weekday is a text, and never 3; known are mon, tue, wed, thu, fri, sat, sun" },
        { ":time BETWEEN 9 AND 18", "write '09:00'" },
        { ":time >= 9", ":time is a text, and for SQL a text is never equal to a number and greater than any; write '09:00'" },
        { ":time < 18", "write '18:00'" },
        { ":time < 30", "write it as in '09:30'" },
        { ":date > 2026", "write it as in '2026-05-12'" },
        { ":country = 82", "write it as in 'KR'" },
        { ":hour = NULL", "nothing is = NULL in SQL, not even what is not known; write :hour IS NULL" },
        { "NULL <> @size", "nothing is <> NULL in SQL, not even what is not known; write @size IS NOT NULL" },
        { ":channel = NULL", "not even what is not known; write :channel = ''" },
        { ":open != NULL", ":open is 1 or 0, and never NULL" },
        { ":hour IS NULL OR :field_x IS NOT NULL", "" },
        { ":owner = 'human'", ":owner is never 'human'; known are bot, agent" },
        { ":hour = '9'", ":hour is a number, and for SQL never equal to a text and less than any" },
        { ":hour >= \"9\"", ":hour is a number" },
        { ":hour IN (9, '10')", ":hour is a number" },
        { "'9' < :hour", ":hour is a number" },
        { ":open = 'yes'", ":open is 1 or 0, and never 'yes'" },
        { ":hour BETWEEN '9' AND '12'", ":hour is a number" },
        { "@size > 2", "write '2', or CAST(@size AS INTEGER)" },
        { "NOT @size==2", "@size is a text" },
        { "1 AND (2 < @size)", "@size is a text" },
        { "CASE WHEN @size > 2 THEN 1 END", "@size is a text" },
        { ":language = 1 OR 1", ":language is a text" },
        { ":time >= '9:00'", ":time is never like '9:00'; it is written as in '09:30'" },
        { ":time BETWEEN '9am' AND '10:00'", ":time is never like '9am'" },
        { ":hour = 24", ":hour is 0 to 23, not 24" },
        { ":hour BETWEEN 22 AND 2",
          "nothing lies between 22 and the smaller 2; for a span over midnight write :hour >= 22 OR :hour <= 2" },
        { ":weekday BETWEEN 'mon' AND 'fri'",
          "nothing between 'mon' and 'fri'; list those that are meant, as in :weekday IN ('mon', 'fri')" },
        { "NOT (:time BETWEEN '22:00' AND '06:30')",
          "for a span over midnight write :time >= '22:00' OR :time <= '06:30'" },
        { ":date = '05-12'", ":date is never like '05-12'; it is written as in '2026-05-12'" },
        { ":date IN ('2026-05-12', '2026/05/13')", ":date is never like '2026/05/13'" },
        { ":country = 'USA'", ":country is never like 'USA'; it is written as in 'KR'" },
        { ":country <> 'kr'", ":country is never like 'kr'" },
        { ":language = 'ko' OR :language IN ('fil', '') OR :language LIKE 'pt-%'", "" },
        { ":language = 'KO'", ":language is never 'KO'; write 'ko'" },
        { ":language = 'pt_br'",
          ":language is never 'pt_br', but the language alone, 'pt'; with its region it is :locale, as in :locale = "
          "'pt-BR'" },
        { ":language IN ('en', 'Korean')", ":language is never like 'Korean'; it is written as in 'ko'" },
        { ":locale = 'pt-BR' OR :locale IN ('en', 'zh-Hant-TW')", "" },
        { ":locale = 'pt-br'", ":locale is never 'pt-br'; write 'pt-BR'" },
        { ":locale <> 'english'", ":locale is never like 'english'; it is written as in 'pt-BR'" },
        { ":open = 2", ":open is 1 or 0, not 2" },
        { ":first_contact > 10", ":first_contact is 1 or 0, not 10" },
        { ":time >= '09:00' AND :time < '24:00' AND :date >= '2026-12' AND :country IN ('KR', '')", "" },
        { ":open = 0 OR :late IS 1", "" },
        /* What may be meant, or cannot be told, passes. */
        { "@size + 0 > 2", "" },
        { "0 + @size > 2", "" },
        { "CAST(@size AS INTEGER) > 2", "" },
        { "@size > 2 + 1", "" },
        { "1 + 2 > @size", "" },
        { "@kept > 2", "" },
        { ":field_size > 2 AND :field_size = '2'", "" },
        { ":weekday LIKE 'S%'", "" },
        { ":weekday = 'SAT' COLLATE nocase", "" },
        { ":weekday = 's' || 'at'", "" },
        { ":weekday < 'n'", ":weekday is never 'n'; known are mon" },
        { "lower(:weekday) = 'xyz'", "" },
        { ":minutes_since_last IS NULL OR :hour IS NOT NULL", "" },
        { ":date >= '2026-12-20' AND :time < '12:00'", "" },
        { ":date > 2026", ":date is a text" },
        { ":now > -5", "" },
        { "length('') = 1 OR ''", "" },
        { "1 < :hour < 6",
          "of two comparisons in a row the second looks at what the first gave, which is 1 or 0; write 1 < :hour AND "
          ":hour < 6" },
        { ":open = 1 AND ('09:00' <= :time <= '12:00')", "write '09:00' <= :time AND :time <= '12:00'" },
        { ":hour + 1 < @kept + 2 < 9", "write both with AND between them, as in 1 <= @n AND @n <= 6" },
        { ":hour > 1 AND :hour < 6 OR (:hour = 3) = (:open = 1)", "" },
        { ":hour BETWEEN 1 AND 6 AND :hour <> 3", "" },
        { "CASE WHEN :hour < 9 THEN :open = 1 ELSE :late = 1 END", "" },
        { "max(:hour < 9, :hour > 17) = 1", "" },
        { ":weekday = 'sat' OR 'sun'",
          "'sun' stands alone behind OR, where SQL takes it for a yes or no of its own; write OR :weekday = 'sun'" },
        { ":weekday <> 'sat' AND 'sun'", "write AND :weekday <> 'sun'" },
        { "(:hour = 9 OR 10) AND :open", "10 stands alone behind OR" },
        { ":hour BETWEEN 9 AND 10 OR :open", "" },
        { ":hour = 9 OR 1 = :open", "" },
        { ":hour = 9 OR 10 - :hour", "" },
        { ":time > :hour", ":time is a text and :hour a number, and for SQL a text is never equal to a number and greater than "
                           "any; compare it with another text" },
        { "NOT :now < :date", ":now is a number and :date a text, and for SQL" },
        { "@size = :message_count", "@size is a text and :message_count a number" },
        { ":hour = :contact_hour AND :language <> :locale AND @kept > :now AND :field_x = :hour", "" },
        { ":hour + 1 > :time", "" },
        { "'", "" },
        { ":", "" },
        { "", "" },
        { "IN (", "" },
        { ":weekday IN (", "" },
        { ":weekday NOT", "" },
    };
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        struct error error = { 0 };
        int result = fact_check_values(ROWS[i][0], is_size, NULL, &error);
        if ((result == 0) != (ROWS[i][1][0] == '\0') || strstr(error.text, ROWS[i][1]) == NULL)
            fail_msg("%s\nwanted: %s\ngot:    %s", ROWS[i][0], ROWS[i][1], error.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_fact_is_found_by_its_name),
        cmocka_unit_test(test_names_are_checked),
        cmocka_unit_test(test_comparisons_without_a_chance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
