/*
 * command_explain: the tables and columns of rule files, the settings and the facts, as far as they can be told without any
 * rules (rules/manual.h).
 */
#include <string.h>

#include "base/nearest.h"
#include "ctl/call.h"
#include "ctl/commands.h"
#include "rules/fact.h"
#include "rules/manual.h"
#include "rules/ruleset.h"

/*
 * People on a terminal read paragraphs, so that no line is cut; pipes and programs get a table.
 */
struct reference {
    struct output *output;
    bool is_prose;
};

static void reference_begin(struct reference *reference, struct output *output, const char *noun,
                            const struct column *columns, size_t count)
{
    *reference = (struct reference){ output, output_is_terminal(output) };
    if (reference->is_prose)
        output_prose(output, noun);
    else
        output_table(output, noun, columns, count);
}

static void reference_add(struct reference *reference, const struct cell *cells, const char *name, const char *sentence)
{
    if (reference->is_prose)
        output_paragraph(reference->output,
                         &(struct paragraph){ .heading = name, .is_part = true, .sentences = &sentence, .count = 1 });
    else
        output_row(reference->output, cells);
}

static void reference_end(struct reference *reference)
{
    if (reference->is_prose)
        output_prose_end(reference->output);
    else
        output_table_end(reference->output);
}

static void add_pair(struct reference *reference, const char *name, const char *help)
{
    reference_add(reference, (struct cell[]){ cell_text(name), cell_text(help) }, name, help);
}

static void show_example(const struct call *call, const struct manual_table *table)
{
    struct buf text = { 0 };

    if (call->parsed->options[OPTION_CSV] != NULL)
        return;
    buf_addf(&text, "\n%s\n", table->example);
    output_document(call->output, "example", buf_text(&text));
    buf_release(&text);
}

static void show_tables(struct output *output)
{
    static const struct column COLUMNS[] = { { "table", "table", LOOK_NAME }, { "help", "what for", LOOK_WHOLE } };
    struct reference reference;

    reference_begin(&reference, output, "tables", COLUMNS, 2);
    for (const struct manual_table *table = manual_tables; table->name != NULL; table++)
        add_pair(&reference, table->name, table->help);
    add_pair(&reference, "fact", "no table, but what conditions may ask, as in :open = 0");
    reference_end(&reference);
    output_note(output, NOTE_DIM, "One of them: frontdesk rules explain rule");
}

static void show_columns(struct call *call, const struct manual_table *table)
{
    static const struct column COLUMNS[] = { { "column", "column", LOOK_NAME }, { "help", "what for", LOOK_LONG } };
    struct reference reference;

    output_note(call->output, NOTE_PLAIN, "%s: %s.", table->name, table->help);
    reference_begin(&reference, call->output, "columns", COLUMNS, 2);
    for (const struct manual_column *column = table->columns; column->name != NULL; column++)
        add_pair(&reference, column->name, column->help);
    reference_end(&reference);
    show_example(call, table);
}

static void add_setting(struct reference *reference, const struct setting_info *info)
{
    struct buf bounds = { 0 }, sentence = { 0 };

    setting_format_bounds(info, &bounds);
    buf_add_text(&sentence, info->help);
    if (bounds.len > 0)
        buf_addf(&sentence, "; %s", buf_text(&bounds));
    buf_addf(&sentence, "; else %s", info->otherwise[0] != '\0' ? info->otherwise : "nothing");
    reference_add(reference,
                  (struct cell[]){ cell_text(info->name), cell_text_or_none(info->otherwise),
                                   cell_text_or_none(buf_text(&bounds)), cell_text(info->help) },
                  info->name, buf_text(&sentence));
    buf_release(&bounds);
    buf_release(&sentence);
}

static void show_settings(struct call *call)
{
    static const struct column COLUMNS[] = { { "setting", "setting", LOOK_NAME },
                                             { "default", "default", LOOK_LONG },
                                             { "bounds", "takes", LOOK_NAME },
                                             { "help", "what for", LOOK_LONG } };
    struct reference reference;
    size_t count;
    const struct setting_info *infos = ruleset_settings(&count);

    reference_begin(&reference, call->output, "settings", COLUMNS, 4);
    for (size_t i = 0; i < count; i++)
        add_setting(&reference, &infos[i]);
    reference_end(&reference);
    show_example(call, manual_find("setting"));
}

static void show_facts(struct output *output)
{
    static const struct column COLUMNS[] = { { "fact", "fact", LOOK_NAME }, { "help", "is", LOOK_LONG } };
    struct reference reference;

    reference_begin(&reference, output, "facts", COLUMNS, 2);
    for (size_t i = 0; i < FACT_COUNT; i++) {
        struct buf name = { 0 };

        buf_addf(&name, ":%s", fact_table[i].name);
        add_pair(&reference, buf_text(&name), fact_table[i].help);
        buf_release(&name);
    }
    reference_end(&reference);
}

static int refuse(struct call *call, const char *typed)
{
    struct nearest nearest = { .word = typed };
    struct buf advice = { 0 };
    int code;

    for (const struct manual_table *table = manual_tables; table->name != NULL; table++)
        nearest_offer(&nearest, table->name);
    nearest_advise(&nearest, NULL, &advice);
    code = call_fail(call, EXIT_NOTHING, "rule files have no table \"%s\"%s", typed,
                     advice.len > 0 ? buf_text(&advice) : "; frontdesk rules explain lists them");
    buf_release(&advice);
    return code;
}

int command_rules_explain(struct call *call)
{
    const char *typed = call->parsed->holes[0];
    const struct manual_table *table = typed != NULL ? manual_find(typed) : NULL;

    if (typed == NULL)
        show_tables(call->output);
    else if (strcmp(typed, "setting") == 0)
        show_settings(call);
    else if (strcmp(typed, "fact") == 0)
        show_facts(call->output);
    else if (table != NULL)
        show_columns(call, table);
    else
        return refuse(call, typed);
    return EXIT_DONE;
}
