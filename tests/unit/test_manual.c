/*
 * What is told about rule files is all that they may hold, and no more.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "rules/manual.h"
#include "rules/row.h"
#include "rules/variable.h"
#include "store/expression.h"
#include "store/rulefile_table.h"
#include "text/template.h"

static const struct rule_table *find_table(const char *name)
{
    for (size_t i = 0; i < RULE_TABLE_COUNT; i++)
        if (strcmp(rule_tables[i].name, name) == 0)
            return &rule_tables[i];
    return NULL;
}

static bool lists(const struct manual_table *told, const char *column)
{
    for (const struct manual_column *c = told->columns; c->name != NULL; c++)
        if (strcmp(c->name, column) == 0)
            return true;
    return false;
}

static bool has(const struct rule_table *table, const char *column)
{
    for (const char *const *name = table->columns; *name != NULL; name++)
        if (strcmp(*name, column) == 0)
            return true;
    return false;
}

static void every_table_and_column_of_rule_files_is_told_of(void **state)
{
    (void)state;
    for (size_t i = 0; i < RULE_TABLE_COUNT; i++) {
        const struct manual_table *told = manual_find(rule_tables[i].name);

        if (told == NULL)
            fail_msg("src/rules/manual.c does not tell of the table %s", rule_tables[i].name);
        for (const char *const *name = rule_tables[i].columns; *name != NULL; name++)
            if (!lists(told, *name))
                fail_msg("src/rules/manual.c does not tell of %s.%s", rule_tables[i].name, *name);
    }
}

static void nothing_is_told_of_that_rule_files_do_not_have(void **state)
{
    (void)state;
    for (const struct manual_table *told = manual_tables; told->name != NULL; told++) {
        const struct rule_table *table = find_table(told->name);

        if (table == NULL)
            fail_msg("there is no table %s", told->name);
        for (const struct manual_column *c = told->columns; c->name != NULL; c++)
            if (!has(table, c->name))
                fail_msg("there is no column %s.%s", told->name, c->name);
    }
}

/* Names may point to what stands in no file here: only the columns, and that it is one whole statement, are proven. */
static void every_example_is_a_statement_that_a_rule_file_may_hold(void **state)
{
    (void)state;
    for (const struct manual_table *told = manual_tables; told->name != NULL; told++) {
        struct rulefiles files = { 0 };
        struct rows rows = { 0 };
        struct error error = { 0 };
        size_t at = 0;
        const struct row *row;

        rulefiles_add(&files, "example.sql", told->example);
        if (rows_load(&files, &rows, &error) != 0)
            fail_msg("%s: %s", told->name, error.text);
        row = rows_next(&rows, told->name, &at);
        assert_non_null(row);
        rows_release(&rows);
        rulefiles_release(&files);
    }
}

static void the_example_of_what_a_step_notes_is_an_expression(void **state)
{
    struct rulefiles files = { 0 };
    struct rows rows = { 0 };
    struct error error = { 0 };
    struct expressions *expressions = expressions_new();
    size_t at = 0;

    (void)state;
    rulefiles_add(&files, "example.sql", manual_find("step_set")->example);
    assert_int_equal(rows_load(&files, &rows, &error), 0);
    if (expressions_add(expressions, row_value(rows_next(&rows, "step_set", &at), "value"), &error) == NULL)
        fail_msg("%s", error.text);
    expressions_free(expressions);
    rows_release(&rows);
    rulefiles_release(&files);
}

static void lines_fit_a_terminal(void **state)
{
    (void)state;
    for (const struct manual_table *told = manual_tables; told->name != NULL; told++)
        for (const struct manual_column *c = told->columns; c->name != NULL; c++)
            if (strlen(c->help) > 100 || c->help[strlen(c->help) - 1] == '.')
                fail_msg("%s.%s: a line without full stop, of at most 100 bytes", told->name, c->name);
}

static void the_names_that_templates_know_are_told_of(void **state)
{
    size_t count = 0;

    (void)state;
    for (const struct manual_column *name = manual_names; name->name != NULL; name++, count++)
        if (variable_find(name->name) == VARIABLE_COUNT)
            fail_msg("templates do not know %s", name->name);
    assert_int_equal(count, VARIABLE_COUNT);
}

static void the_filters_that_are_told_of_are_there_as_shown(void **state)
{
    (void)state;
    for (const struct manual_column *filter = manual_filters; filter->name != NULL; filter++) {
        struct buf text = { 0 };
        struct error error = { 0 };
        struct template *template;

        buf_addf(&text, "{{ x | %s }}", filter->name);
        template = template_new(buf_text(&text), &error);
        if (template == NULL)
            fail_msg("%s: %s", filter->name, error.text);
        template_free(template);
        buf_release(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_table_and_column_of_rule_files_is_told_of),
        cmocka_unit_test(nothing_is_told_of_that_rule_files_do_not_have),
        cmocka_unit_test(every_example_is_a_statement_that_a_rule_file_may_hold),
        cmocka_unit_test(the_example_of_what_a_step_notes_is_an_expression),
        cmocka_unit_test(lines_fit_a_terminal),
        cmocka_unit_test(the_names_that_templates_know_are_told_of),
        cmocka_unit_test(the_filters_that_are_told_of_are_there_as_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
