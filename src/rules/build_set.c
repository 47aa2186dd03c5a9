/*
 * build_set: what matches write into the conversation (table rule_set).
 *
 * The names are gathered first, since any rule's template may ask for any of them; the values are compiled
 * once the rules stand, because a value may use its own rule's groups. A name must be new to templates: one
 * that hides a setting or a built-in variable would change what the others mean. A named group of a pattern
 * may have it: what the match has caught then goes before what the conversation remembers.
 *
 * The rows of one rule lie together, in file order, which is the order in which they are carried out.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/nearest.h"
#include "rules/build.h"
#include "rules/variable.h"

enum { NAMES_MAX = 64 };

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool ruleset_has_variable(const struct ruleset *ruleset, const char *name)
{
    return ruleset->variable_count > 0 && bsearch(&name, ruleset->variables, ruleset->variable_count,
                                                  sizeof *ruleset->variables, compare_names) != NULL;
}

int build_check_variable(const struct row *row, const char *name, struct error *error)
{
    if (!variable_is_name(name))
        return row_refuse(row, error,
                          "the name of a variable is made of letters from a to z, digits and _, at most %d, and does not "
                          "begin with a digit; '%s' is none",
                          VARIABLE_NAME_MAX, name);
    if (variable_is_taken(name))
        return row_refuse(row, error, "templates know {{ %s }} already; choose another name for the variable",
                          name);
    return 0;
}

static bool is_noted(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

int build_variables(struct ruleset *ruleset, struct error *error)
{
    struct ruleset_private *private = ruleset->private;
    size_t count = 0;
    const struct row *row;
    ruleset->variables = private->variables = alloc_array(NAMES_MAX, sizeof *private->variables);
    for (size_t at = 0; (row = rows_next(&private->rows, "rule_set", &at)) != NULL;) {
        const char *name;
        if (row_require(row, "name", &name, error) != 0 || build_check_variable(row, name, error) != 0)
            return -1;
        if (is_noted(private->variables, count, name))
            continue;
        if (count == NAMES_MAX)
            return row_refuse(row, error, "a conversation remembers at most %d variables; '%s' is one more",
                              NAMES_MAX, name);
        private->variables[count++] = name;
    }
    qsort(private->variables, count, sizeof *private->variables, compare_names);
    ruleset->variable_count = count;
    return 0;
}

/* Values */

static int find_rule(const struct ruleset *ruleset, const struct row *row, size_t *index, struct error *error)
{
    struct nearest nearest = { 0 };
    struct buf advice = { 0 };
    if (row_require(row, "rule", &nearest.word, error) != 0)
        return -1;
    const struct rule *rule = ruleset_rule(ruleset, nearest.word);
    if (rule != NULL) {
        *index = (size_t)(rule - ruleset->rules);
        return 0;
    }
    for (size_t i = 0; i < ruleset->rule_count; i++)
        nearest_offer(&nearest, ruleset->rules[i].name);
    nearest_advise(&nearest, NULL, &advice);
    row_refuse(row, error, "there is no rule '%s'%s", nearest.word, buf_text(&advice));
    buf_release(&advice);
    return -1;
}

/* Room for each rule's rows, one behind the other. */
static int share_out(struct ruleset *ruleset, struct error *error)
{
    struct ruleset_private *private = ruleset->private;
    const struct row *row;
    size_t index;
    for (size_t at = 0; (row = rows_next(&private->rows, "rule_set", &at)) != NULL;) {
        if (find_rule(ruleset, row, &index, error) != 0)
            return -1;
        private->rules[index].set_count++;
    }
    size_t start = 0;
    for (size_t i = 0; i < ruleset->rule_count; i++) {
        struct rule *rule = &private->rules[i];
        rule->sets = &private->sets[start];
        start += rule->set_count;
        rule->set_count = 0;
    }
    return 0;
}

static int take_set(struct ruleset *ruleset, const struct row *row, struct error *error)
{
    struct ruleset_private *private = ruleset->private;
    const char *source = row_value(row, "value");
    size_t index;
    if (find_rule(ruleset, row, &index, error) != 0)
        return -1;
    struct rule *rule = &private->rules[index];
    struct rule_set *set = &private->sets[rule->sets - private->sets + (ptrdiff_t)rule->set_count];
    *set = (struct rule_set){ .name = row_value(row, "name"), .file = row->file, .line = row->line };
    for (size_t i = 0; i < rule->set_count; i++)
        if (strcmp(rule->sets[i].name, set->name) == 0)
            return row_refuse(row, error, "the rule %s sets %s already in %s:%d", rule->name, set->name,
                              rule->sets[i].file, rule->sets[i].line);
    rule->set_count++;
    if (source == NULL)
        return 0;
    set->value = template_new(source, error);
    if (set->value == NULL || variable_check_template(ruleset, set->value, rule->pattern, error) != 0)
        return row_blame(row, "value", error);
    return 0;
}

int build_sets(struct ruleset *ruleset, struct error *error)
{
    struct ruleset_private *private = ruleset->private;
    const struct row *row;
    private->set_count = rows_count(&private->rows, "rule_set");
    private->sets = alloc_array(private->set_count, sizeof *private->sets);
    if (share_out(ruleset, error) != 0)
        return -1;
    for (size_t at = 0; (row = rows_next(&private->rows, "rule_set", &at)) != NULL;)
        if (take_set(ruleset, row, error) != 0)
            return -1;
    return 0;
}
