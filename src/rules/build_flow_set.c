/*
 * build_flow_set: what steps set (step_set), and the further trigger properties of their campaigns
 * (step_property).
 *
 * The names come before the values: any text of the flow may ask for any of them.
 */
#include <string.h>

#include "base/alloc.h"
#include "rules/build_flow.h"

/* Sets */

static int check_variable(const struct row *row, const char *name, struct error *error)
{
    if (strcmp(name, VARIABLE_TITLE) == 0)
        return row_refuse(row, error, "in a flow {{ title }} is its title; choose another name for the variable");
    return build_check_variable(row, name, error);
}

static int take_name(struct ruleset *ruleset, size_t index, struct error *error)
{
    struct flow_private *private = ruleset->private->flow;
    const struct row *row = private->set_rows.rows[index];
    struct step *step = &private->steps[private->set_rows.owners[index]];
    struct step_set *set = &private->sets[index];
    *set = (struct step_set){ .file = row->file, .line = row->line };
    if (row_require(row, "name", &set->name, error) != 0 || check_variable(row, set->name, error) != 0)
        return -1;
    if (step->set_count == 0)
        step->sets = set;
    for (size_t i = 0; i < step->set_count; i++)
        if (strcmp(step->sets[i].name, set->name) == 0)
            return row_refuse(row, error, "the step %s sets %s already in %s:%d", step->full_name, set->name,
                              step->sets[i].file, step->sets[i].line);
    step->set_count++;
    return 0;
}

int build_step_sets(struct ruleset *ruleset, struct error *error)
{
    struct flow_private *private = ruleset->private->flow;
    if (owned_gather(ruleset, "step_set", flow_find_step, SETS_MAX, &private->set_rows, error) != 0)
        return -1;
    private->sets = alloc_array(private->set_rows.count, sizeof *private->sets);
    for (size_t i = 0; i < private->set_rows.count; i++)
        if (take_name(ruleset, i, error) != 0)
            return -1;
    return 0;
}

static const struct scope *scope_of(const struct ruleset *ruleset, size_t step)
{
    const struct flow_private *private = ruleset->private->flow;
    return &private->scopes[private->step_rows.owners[step]];
}

int build_step_set_values(struct ruleset *ruleset, struct error *error)
{
    struct flow_private *private = ruleset->private->flow;
    for (size_t i = 0; i < private->set_rows.count; i++)
        if (flow_take_expression(ruleset, scope_of(ruleset, private->set_rows.owners[i]), private->set_rows.rows[i],
                                 "value", NULL, &private->sets[i].value, error) != 0)
            return -1;
    return 0;
}

/* Properties */

static int check_property(const struct ruleset *ruleset, const struct row *row, const struct step *step,
                          const struct step_property *property, struct error *error)
{
    if (step->campaign == NULL)
        return row_refuse(row, error, "the step %s has no campaign of its own that could take the property %s; name one "
                                      "in its column campaign",
                          step->full_name, property->name);
    const struct campaign *campaign = ruleset_campaign(ruleset, step->campaign);
    if (!variable_is_name(property->name))
        return row_refuse(row, error, "the name of a trigger property is made of letters from a to z, digits and _, and does not "
                                      "begin with a digit; '%s' is none",
                          property->name);
    if (campaign->app_id != NULL)
        return row_refuse(row, error, "the campaign %s sends its text itself and takes no trigger properties",
                          campaign->name);
    if (strcmp(property->name, campaign->text_property) == 0)
        return row_refuse(row, error, "%s carries the text of the step, which stands in say", property->name);
    for (size_t i = 0; i < step->property_count; i++)
        if (strcmp(step->properties[i].name, property->name) == 0)
            return row_refuse(row, error, "the step %s has the property %s already", step->full_name, property->name);
    return 0;
}

static int take_property(struct ruleset *ruleset, size_t index, struct error *error)
{
    struct flow_private *private = ruleset->private->flow;
    const struct row *row = private->property_rows.rows[index];
    size_t owner = private->property_rows.owners[index];
    struct step *step = &private->steps[owner];
    struct step_property *property = &private->properties[index];
    const char *value;
    if (row_require(row, "name", &property->name, error) != 0 || row_require(row, "value", &value, error) != 0 ||
        check_property(ruleset, row, step, property, error) != 0)
        return -1;
    if (step->property_count++ == 0)
        step->properties = property;
    return flow_take_template(ruleset, scope_of(ruleset, owner), row, "value", &property->value, error);
}

int build_step_properties(struct ruleset *ruleset, struct error *error)
{
    struct flow_private *private = ruleset->private->flow;
    if (owned_gather(ruleset, "step_property", flow_find_step, SETS_MAX, &private->property_rows, error) != 0)
        return -1;
    private->properties = alloc_array(private->property_rows.count, sizeof *private->properties);
    for (size_t i = 0; i < private->property_rows.count; i++)
        if (take_property(ruleset, i, error) != 0)
            return -1;
    return 0;
}
