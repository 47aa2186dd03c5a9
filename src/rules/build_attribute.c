/*
 * build_attribute: what the Braze profile learns (table attribute).
 *
 * The rows lie together: those of no rule first, then rule by rule, each in file order, which decides where two of them
 * set the same attribute.
 *
 * An attribute has one type in all its rows, since Braze gives it one; what sets an array, and what adds to it or takes
 * out of it, go together, and so do what sets a number and what counts it up. A value without names is known now, so it is
 * judged now.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "rules/attribute.h"
#include "rules/build_profile.h"
#include "rules/occasion.h"

enum { NAMES_MAX = 100 };

static int take_value(const struct ruleset *ruleset, const struct row *row, struct attribute *attribute,
                      struct error *error)
{
    const char *source = row_value(row, "value");

    if (source == NULL && attribute_is_entry(attribute->type))
        return row_refuse(row, error, "the type %s needs a value; NULL removes an attribute that is set, as by the type %s",
                          attribute_type_names[attribute->type],
                          attribute_type_names[attribute->type == ATTRIBUTE_INCREMENT ? ATTRIBUTE_NUMBER : ATTRIBUTE_ARRAY]);
    if (source == NULL)
        return 0;
    if (row_is_null_word(source))
        return row_refuse(row, error,
                          "value is the word NULL between quotes; write NULL without them to remove the attribute");
    if (occasion_take_template(ruleset, row, "value", &attribute->when, &attribute->value, error) != 0)
        return -1;
    return build_check_fixed(ruleset, row, "attribute", attribute->value, attribute->type, error);
}

static int take_with_reply(const struct row *row, struct attribute *attribute, struct error *error)
{
    if (row_yes_no(row, "with_reply", &attribute->with_reply, error) != 0)
        return -1;
    if (attribute->with_reply && attribute_is_entry(attribute->type))
        return row_refuse(row, error, "an attribute of the type %s cannot travel with a reply, which may have to be sent "
                                      "twice; leave with_reply out",
                          attribute_type_names[attribute->type]);
    return 0;
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
    if (row_choose(row, "type", attribute_type_names, ATTRIBUTE_TEXT, &type, error) != 0)
        return -1;
    attribute->type = (enum attribute_type)type;
    if (occasion_take(ruleset, row, &attribute->when, error) != 0 || take_value(ruleset, row, attribute, error) != 0)
        return -1;
    return take_with_reply(row, attribute, error);
}

/* Together */

/* Of these, one row at a moment does not stand in another's way. */
static bool is_of_members(const struct attribute *attribute)
{
    return attribute->type == ATTRIBUTE_ARRAY_ADD || attribute->type == ATTRIBUTE_ARRAY_REMOVE;
}

/* Do they stand in one another's way? What is set and what is counted up do not. */
static bool are_rivals(const struct attribute *one, const struct attribute *other)
{
    return !is_of_members(one) && !is_of_members(other) &&
           (one->type == ATTRIBUTE_INCREMENT) == (other->type == ATTRIBUTE_INCREMENT) && strcmp(one->name, other->name) == 0 &&
           occasion_is_same(&one->when, &other->when);
}

/* Of one name and moment the first row whose only_if is true counts: one behind a row without any never does. */
static int check_reached(const struct attribute *list, const struct attribute *attribute, struct error *error)
{
    for (const struct attribute *before = list; before < attribute; before++)
        if (before->when.only_if == NULL && are_rivals(before, attribute))
            return error_set(error, "%s:%d: the attribute %s is %s at this moment already, whatever comes, in %s:%d",
                             attribute->file, attribute->line, attribute->name,
                             before->type == ATTRIBUTE_INCREMENT ? "counted up" : "set", before->file, before->line);
    return 0;
}

/* To Braze. */
static enum attribute_type kind_of(const struct attribute *attribute)
{
    if (attribute->type == ATTRIBUTE_INCREMENT)
        return ATTRIBUTE_NUMBER;
    return is_of_members(attribute) ? ATTRIBUTE_ARRAY : attribute->type;
}

/* Can two rows be about one attribute? What removes goes with all. */
static bool go_together(const struct attribute *one, const struct attribute *other)
{
    return one->value == NULL || other->value == NULL || kind_of(one) == kind_of(other);
}

static int refuse_type(const struct attribute *one, const struct attribute *other, struct error *error)
{
    return error_set(error, "%s:%d: the attribute %s is of the type %s here and of the type %s in %s:%d; Braze gives it one",
                     one->file, one->line, one->name, attribute_type_names[one->type], attribute_type_names[other->type],
                     other->file, other->line);
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
    if (i == *count) {
        firsts[(*count)++] = attribute;
        return 0;
    }
    if (!go_together(attribute, firsts[i]))
        return refuse_type(attribute, firsts[i], error);
    if (firsts[i]->value == NULL)
        firsts[i] = attribute; /* what removes says nothing about the type */
    return 0;
}

static void share_out(struct ruleset *ruleset, const struct attribute *list, size_t count)
{
    struct ruleset_private *private = ruleset->private;
    size_t start = 0;

    for (size_t i = 0; i < count; i++) {
        if (list[i].when.rule != NULL)
            private->rules[list[i].when.rule - ruleset->rules].attribute_count++;
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
        struct rule *rule = list[i].when.rule != NULL ? &private->rules[list[i].when.rule - ruleset->rules] : NULL;
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
