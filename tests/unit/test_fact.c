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
        { "@order > 1", "(?<order>…)" },
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_fact_is_found_by_its_name),
        cmocka_unit_test(test_names_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
