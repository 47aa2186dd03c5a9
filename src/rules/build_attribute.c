/*
 * build_attribute: what the Braze profile learns (table attribute).
 *
 * `at` is the moment: rule:NAME, or one that many rules bring about. Rows of a rule may use its groups, the others
 * only what is known everywhere. They lie together: those of no rule first, then rule by rule, each in file order,
 * which decides where two of them set the same attribute.
 *
 * An attribute has one type in all its rows, since Braze gives it one. A value without names is known now, so it is
 * judged now.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/nearest.h"
#include "rules/attribute.h"
#include "rules/build.h"
#include "rules/variable.h"

enum { NAMES_MAX = 100 };

static const char *const TYPES_LATER[] = { "increment", "array", "array_add", "array_remove", NULL };

/* When */

static bool is_later(const char *at)
{
    return strcmp(at, "close") == 0 || strncmp(at, "step:", 5) == 0;
}

static int refuse_moment(const struct row *row, const char *at, struct error *error)
{
    static const char *const WORDS[] = { "rule:NAME", "handoff", "opt_out", "reply", NULL };
    struct nearest nearest = { .word = at };
    struct buf advice = { 0 };

    nearest_offer_list(&nearest, WORDS);
    nearest_advise(&nearest, WORDS, &advice);
    row_refuse(row, error, is_later(at) ? "at '%s' comes with a later version of frontdesk%s" : "there is no at '%s'%s",
               at, buf_text(&advice));
    buf_release(&advice);
    return -1;
}

static int find_rule(const struct ruleset *ruleset, const struct row *row, const char *name,
                     const struct rule **rule, struct error *error)
{
    struct nearest nearest = { .word = name };

    *rule = ruleset_rule(ruleset, name);
    for (size_t i = 0; *rule == NULL && i < ruleset->rule_count; i++)
        nearest_offer(&nearest, ruleset->rules[i].name);
    return *rule != NULL ? 0 : build_refuse_unknown(row, "rule", &nearest, error);
}

static int take_moment(const struct ruleset *ruleset, const struct row *row, struct attribute *attribute,
                       struct error *error)
{
    const char *at, *prefix = attribute_moment_names[MOMENT_RULE];

    if (row_require(row, "at", &at, error) != 0)
        return -1;
    if (strncmp(at, prefix, strlen(prefix)) == 0)
        return find_rule(ruleset, row, at + strlen(prefix), &attribute->rule, error);
    for (enum attribute_moment i = MOMENT_HANDOFF; i <= MOMENT_REPLY; i++)
        if (strcmp(attribute_moment_names[i], at) == 0) {
            attribute->at = i;
            return 0;
        }
    return refuse_moment(row, at, error);
}

/* What */

static bool know_nothing(void *context, const char *name, struct buf *value)
{
    (void)context, (void)name, (void)value;
    return false;
}

/* A value without names: is it of its type? */
static int check_fixed(const struct ruleset *ruleset, const struct row *row, const struct attribute *attribute,
                       struct error *error)
{
    struct template_env env = { know_nothing, NULL, ruleset->zone };
    struct buf text = { 0 }, json = { 0 };
    const char *fault;
    int result = 0;

    if (template_name_count(attribute->value) > 0)
        return 0;
    template_render(attribute->value, &env, ROW_NAME_MAX, &text);
    fault = attribute_format(attribute->type, buf_text(&text), ruleset->zone, &json);
    if (fault != NULL)
        result = row_refuse(row, error, "the value '%s' %s, and so no attribute of the type %s%s", buf_text(&text), fault,
                            attribute_type_names[attribute->type],
                            text.len == 0 ? "; NULL in its place removes the attribute" : "");
    buf_release(&text);
    buf_release(&json);
    return result;
}

static int take_value(const struct ruleset *ruleset, const struct row *row, struct attribute *attribute,
                      struct error *error)
{
    const char *source = row_value(row, "value");
    const struct pattern *pattern = attribute->rule != NULL ? attribute->rule->pattern : NULL;

    attribute->source_value = source;
    if (source == NULL)
        return 0;
    if (row_is_null_word(source))
        return row_refuse(row, error,
                          "value is the word NULL between quotes; write NULL without them to remove the attribute");
    attribute->value = template_new(source, error);
    if (attribute->value == NULL || variable_check_template(ruleset, attribute->value, pattern, error) != 0)
        return row_blame(row, "value", error);
    return check_fixed(ruleset, row, attribute, error);
}

static int take_attribute(struct ruleset *ruleset, const struct row *row, struct attribute *attribute,
                          struct error *error)
{
    const char *fault;
    int type;

    attribute->file = row->file;
    attribute->line = row->line;
    if (row_require(row, "name", &attribute->name, error) != 0)
        return -1;
    fault = attribute_name_fault(attribute->name);
    if (fault != NULL)
        return row_refuse(row, error, "the attribute name '%s' %s", attribute->name, fault);
    if (row_choose(row, "type", attribute_type_names, TYPES_LATER, ATTRIBUTE_TEXT, &type, error) != 0)
        return -1;
    attribute->type = (enum attribute_type)type;
    if (take_moment(ruleset, row, attribute, error) != 0 || take_value(ruleset, row, attribute, error) != 0)
        return -1;
    if (build_only_if(ruleset, row, attribute->rule != NULL ? attribute->rule->pattern : NULL, &attribute->only_if,
                      &attribute->source_only_if, error) != 0)
        return -1;
    if (attribute->only_if != NULL && build_check_known(ruleset, attribute->source_only_if, error) != 0)
        return row_blame(row, "only_if", error);
    return 0;
}

/* Together */

static bool is_same_moment(const struct attribute *a, const struct attribute *b)
{
    return a->at == b->at && a->rule == b->rule && strcmp(a->name, b->name) == 0;
}

/* Of one name and moment the first row whose only_if is true counts: one behind a row without any never does. */
static int check_reached(const struct attribute *list, const struct attribute *attribute, struct error *error)
{
    for (const struct attribute *before = list; before < attribute; before++)
        if (before->only_if == NULL && is_same_moment(before, attribute))
            return error_set(error, "%s:%d: the attribute %s is set at this moment already, whatever comes, in %s:%d",
                             attribute->file, attribute->line, attribute->name, before->file, before->line);
    return 0;
}

/* `firsts` has the first row of each name. */
static int check_type(const struct attribute **firsts, size_t *count, const struct attribute *attribute,
                      struct error *error)
{
    size_t i = 0;

    while (i < *count && strcmp(firsts[i]->name, attribute->name) != 0)
        i++;
    if (i == NAMES_MAX)
        return error_set(error, "%s:%d: at most %d attributes are written into a profile; '%s' is one more",
                         attribute->file, attribute->line, NAMES_MAX, attribute->name);
    if (i == *count)
        firsts[(*count)++] = attribute;
    else if (firsts[i]->value == NULL)
        firsts[i] = attribute; /* what removes says nothing about the type */
    if (attribute->value == NULL || firsts[i]->value == NULL || firsts[i]->type == attribute->type)
        return 0;
    return error_set(error, "%s:%d: the attribute %s is a %s here and a %s in %s:%d; Braze gives it one type",
                     attribute->file, attribute->line, attribute->name, attribute_type_names[attribute->type],
                     attribute_type_names[firsts[i]->type], firsts[i]->file, firsts[i]->line);
}

/* Where the rows of each rule begin: the count of general ones first, then that of every rule. */
static void share_out(struct ruleset *ruleset, const struct attribute *list, size_t count)
{
    struct ruleset_private *private = ruleset->private;
    size_t start = 0;

    for (size_t i = 0; i < count; i++) {
        if (list[i].rule != NULL)
            private->rules[list[i].rule - ruleset->rules].attribute_count++;
        else
            ruleset->general_count++;
    }
    start = ruleset->general_count;
    for (size_t i = 0; i < ruleset->rule_count; i++) {
        private->rules[i].attributes = &private->attributes[start];
        start += private->rules[i].attribute_count;
        private->rules[i].attribute_count = 0;
    }
}

static int arrange(struct ruleset *ruleset, const struct attribute *list, size_t count, struct error *error)
{
    struct ruleset_private *private = ruleset->private;
    const struct attribute *firsts[NAMES_MAX];
    size_t names = 0, general = 0;
    int result = 0;

    share_out(ruleset, list, count);
    for (size_t i = 0; i < count; i++) {
        struct rule *rule = list[i].rule != NULL ? &private->rules[list[i].rule - ruleset->rules] : NULL;
        struct attribute *first = rule != NULL ? (struct attribute *)rule->attributes : private->attributes;
        struct attribute *place = &first[rule != NULL ? rule->attribute_count++ : general++];

        *place = list[i];
        if (result == 0)
            result = check_reached(first, place, error);
        if (result == 0)
            result = check_type(firsts, &names, &list[i], error);
    }
    ruleset->attributes = private->attributes;
    ruleset->attribute_count = count;
    return result;
}

int build_attributes(struct ruleset *ruleset, struct error *error)
{
    struct ruleset_private *private = ruleset->private;
    size_t most = rows_count(&private->rows, "attribute"), count = 0;
    struct attribute *list;
    const struct row *row;
    int result = 0;

    if (most == 0)
        return 0;
    list = alloc_array(most, sizeof *list);
    private->attributes = alloc_array(most, sizeof *list);
    for (size_t at = 0; result == 0 && (row = rows_next(&private->rows, "attribute", &at)) != NULL;)
        result = take_attribute(ruleset, row, &list[count++], error);
    /* Also of a set that is refused: ruleset_free takes it apart. */
    if (arrange(ruleset, list, count, result == 0 ? error : NULL) != 0)
        result = -1;
    free(list);
    return result;
}
