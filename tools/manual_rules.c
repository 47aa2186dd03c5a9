/*
 * manual_rules: frontdesk-rules(5), from what the rules know of themselves.
 */
#include "rules/fact.h"
#include "rules/manual.h"
#include "rules/ruleset.h"
#include "tools/manual_page.h"

static void add_columns(struct buf *out, const struct manual_column *columns)
{
    page_list_begin(out);
    for (; columns->name != NULL; columns++)
        page_item(out, columns->name, NULL, columns->help);
    page_list_end(out);
}

static void add_table(struct buf *out, const struct manual_table *table)
{
    struct buf text = { 0 };

    page_subsection(out, table->name);
    buf_addf(&text, "%s.", table->help);
    page_text(out, buf_text(&text));
    page_example(out, table->example);
    add_columns(out, table->columns);
    buf_release(&text);
}

static void add_setting(struct buf *out, const struct setting_info *info)
{
    struct buf text = { 0 };

    buf_add_text(&text, info->help);
    buf_add_text(&text, "; ");
    if (info->type != SETTING_WORDS) {
        size_t before = text.len;

        setting_format_bounds(info, &text);
        buf_add_text(&text, text.len > before ? "; " : "");
    }
    buf_addf(&text, "else %s.", info->otherwise[0] != '\0' ? info->otherwise : "nothing");
    page_item(out, info->name, NULL, buf_text(&text));
    buf_release(&text);
}

static void add_facts(struct buf *out)
{
    page_list_begin(out);
    for (size_t i = 0; i < FACT_COUNT; i++) {
        struct buf name = { 0 };

        buf_addf(&name, ":%s", fact_table[i].name);
        page_item(out, buf_text(&name), NULL, fact_table[i].help);
        buf_release(&name);
    }
    page_item(out, ":field_NAME", NULL, "any other field of the webhook, as it came; no value when it is absent");
    page_item(out, "@NAME", NULL,
              "a variable: a named group of the rule's own pattern, what a match has noted, an answer in a flow");
    page_list_end(out);
}

static const struct manual_column WORDS[] = {
    { "open", "the word itself; blind to case, accents and curly quotes" },
    { "open*", "words that begin so; with the star in front, those that end so" },
    { "where are you", "the words in this order, next to each other" },
    { "=stop", "the whole message, give or take punctuation and politeness" },
    { "환불", "a Korean word, also with particles and endings, and freely spaced" },
    { NULL, NULL },
};

static void add_settings(struct buf *out)
{
    size_t count;
    const struct setting_info *infos = ruleset_settings(&count);

    page_list_begin(out);
    for (size_t i = 0; i < count; i++)
        add_setting(out, &infos[i]);
    page_list_end(out);
}

void page_rules(struct buf *out)
{
    static const char *const SEE[] = { "frontdesk 1", "frontdeskd 8", NULL };

    page_begin(out, "frontdesk-rules", 5, "files that say who answers which messages, and what");
    page_section(out, "DESCRIPTION");
    page_text(out, "Rules are files of INSERT statements in one folder, all its *.sql in the order of their\n"
                   "names. Texts stand between single quotes, an apostrophe within is written twice, and\n"
                   "what stands behind two hyphens is a note. A folder loads as a whole or not at all:\n"
                   "whatever is wrong is told with file and line, and the rules in force stay. frontdesk\n"
                   "rules check looks whether it would load; examples, counterexamples and talks in it have\n"
                   "to hold.");
    page_section(out, "WORDS");
    page_text(out, "The columns words and unless hold words and phrases with commas between them; one of\n"
                   "them in the message is enough.");
    add_columns(out, WORDS);
    page_section(out, "TEMPLATES");
    page_text(out, "Texts may hold {{ name }} and {{ name | filter: 'argument' }}. A name that nobody knows\n"
                   "is an error. Besides these names, templates know every setting, phrase.NAME, field.NAME\n"
                   "(of the webhook), and variables.");
    add_columns(out, manual_names);
    page_text(out, "Filters, each with an example:");
    add_columns(out, manual_filters);
    page_section(out, "CONDITIONS");
    page_text(out, "only_if, accept_if and expect are expressions of SQL over facts and variables. They may\n"
                   "use whatever looks at nothing else: comparisons, AND, OR, NOT, IN, BETWEEN, LIKE, CASE,\n"
                   "CAST, lower, length, substr. What is not known is not true.");
    add_facts(out);
    page_section(out, "TABLES");
    for (const struct manual_table *table = manual_tables; table->name != NULL; table++)
        add_table(out, table);
    page_section(out, "SETTINGS");
    add_settings(out);
    page_see_also(out, SEE);
}
