/*
 * build_example: what proves the rules, with the facts that an example may bring.
 *
 * Each column of a fact has a reader in FACTS, which refuses what cannot be; what is not given is left to
 * desk/proof. A time is local to the business, and a weekday lies in the week of Wednesday, 7 January 2026,
 * so that an example means the same whenever it is run.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "rules/build.h"

static const struct rule *find_rule(const struct ruleset *ruleset, const struct row *row, const char *name,
                                    struct error *error)
{
    const struct rule *rule = ruleset_rule(ruleset, name);
    if (rule != NULL)
        return rule;
    struct nearest nearest = { .word = name };
    for (size_t i = 0; i < ruleset->rule_count; i++)
        nearest_offer(&nearest, ruleset->rules[i].name);
    build_refuse_unknown(row, "rule", &nearest, error);
    return NULL;
}

static int take_language(const struct ruleset *ruleset, const struct row *row, struct rule_example *example,
                         struct error *error)
{
    (void)ruleset;
    return fact_take_language(row, &example->language, error);
}

static int take_time(const struct ruleset *ruleset, const struct row *row, struct rule_example *example,
                     struct error *error)
{
    int given = fact_take_time(ruleset, row, "at", &example->at, error);
    example->has_time = given == 1;
    return given < 0 ? -1 : 0;
}

static int take_open(const struct ruleset *ruleset, const struct row *row, struct rule_example *example,
                     struct error *error)
{
    (void)ruleset;
    return fact_take_open(row, &example->open, error);
}

static int take_channel(const struct ruleset *ruleset, const struct row *row, struct rule_example *example,
                        struct error *error)
{
    return fact_take_channel(ruleset, row, &example->channel, error);
}

static int take_first_contact(const struct ruleset *ruleset, const struct row *row,
                              struct rule_example *example, struct error *error)
{
    (void)ruleset;
    return row_yes_no(row, "first_contact", &example->is_first_contact, error);
}

static int take_country(const struct ruleset *ruleset, const struct row *row, struct rule_example *example,
                        struct error *error)
{
    (void)ruleset;
    return fact_take_country(row, &example->country, error);
}

static int take_last_rule(const struct ruleset *ruleset, const struct row *row, struct rule_example *example,
                          struct error *error)
{
    example->last_rule = row_value(row, "last_rule");
    if (example->last_rule == NULL)
        return 0;
    const struct rule *rule = find_rule(ruleset, row, example->last_rule, error);
    if (rule != NULL && rule->action == ACTION_TAG)
        return row_refuse(row, error, "last_rule is never '%s': %s", rule->name, RULE_ONLY_TAGS);
    return rule != NULL ? 0 : -1;
}

static int add_cooling(const struct ruleset *ruleset, const struct row *row, struct rule_example *example,
                       const char *name, struct error *error)
{
    const struct rule *rule = find_rule(ruleset, row, name, error);
    if (rule == NULL)
        return -1;
    if (rule->cooldown_ms == 0)
        return row_refuse(row, error, "cooling: the rule %s has no cooldown, so it never rests", name);
    if (example->cooling_count == EXAMPLE_COOLING_MAX)
        return row_refuse(row, error, "cooling names at most %d rules", EXAMPLE_COOLING_MAX);
    example->cooling[example->cooling_count++] = rule;
    return 0;
}

/* Names with commas between them. */
static int take_cooling(const struct ruleset *ruleset, const struct row *row, struct rule_example *example,
                        struct error *error)
{
    static const char BLANKS[] = " \t\r\n";
    const char *at = row_value(row, "cooling");
    while (at != NULL) {
        const char *comma = strchr(at, ',');
        at += strspn(at, BLANKS);
        size_t len = comma != NULL && comma > at ? (size_t)(comma - at) : comma != NULL ? 0 : strlen(at);
        while (len > 0 && strchr(BLANKS, at[len - 1]) != NULL)
            len--;
        if (len == 0)
            return row_refuse(row, error,
                              "cooling holds names of rules with commas between them; here is a comma too many");
        char *name = alloc_bytes(at, len);
        int result = add_cooling(ruleset, row, example, name, error);
        free(name);
        if (result != 0)
            return -1;
        at = comma != NULL ? comma + 1 : NULL;
    }
    return 0;
}

static int take_fields(const struct ruleset *ruleset, const struct row *row, struct rule_example *example,
                       struct error *error)
{
    const char *fields = row_value(row, "fields");
    struct json *json = NULL;
    struct error why = { 0 };
    (void)ruleset;
    example->fields = fields;
    if (fields == NULL)
        return 0;
    int result = json_parse(fields, strlen(fields), JSON_STRICT, &json, &why);
    if (result == 0 && json_kind(json) != JSON_OBJECT)
        result = error_set(&why, "it is no object");
    json_free(json);
    if (result == 0)
        return 0;
    return row_refuse(row, error, "fields is a JSON object like '{\"vip\": \"yes\"}': %s", why.text);
}

static int (*const FACTS[])(const struct ruleset *, const struct row *, struct rule_example *,
                            struct error *) = {
    take_language,      take_time,    take_open,      take_channel,
    take_first_contact, take_country, take_last_rule, take_cooling, take_fields,
};

static int take_example(const struct ruleset *ruleset, const struct row *row, struct rule_example *example,
                        struct error *error)
{
    const char *name;
    example->must_win = strcmp(row->table, "rule_example") == 0;
    example->file = row->file;
    example->line = row->line;
    if (row_require(row, "rule", &name, error) != 0 || row_require(row, "text", &example->text, error) != 0)
        return -1;
    example->rule = find_rule(ruleset, row, name, error);
    if (example->rule == NULL)
        return -1;
    for (size_t i = 0; i < sizeof FACTS / sizeof FACTS[0]; i++)
        if (FACTS[i](ruleset, row, example, error) != 0)
            return -1;
    return 0;
}

int build_examples(struct ruleset *ruleset, struct error *error)
{
    static const char *const TABLES[] = { "rule_example", "rule_counterexample" };
    struct ruleset_private *private = ruleset->private;
    size_t count = rows_count(&private->rows, TABLES[0]) + rows_count(&private->rows, TABLES[1]);
    ruleset->examples = private->examples = alloc_array(count, sizeof *private->examples);

    for (size_t i = 0; i < sizeof TABLES / sizeof TABLES[0]; i++) {
        const struct row *row;
        for (size_t at = 0; (row = rows_next(&private->rows, TABLES[i], &at)) != NULL;)
            if (take_example(ruleset, row, &private->examples[ruleset->example_count++], error) != 0)
                return -1;
    }
    return 0;
}
