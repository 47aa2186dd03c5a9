/*
 * tell_attribute: what the customer's Braze profile learns, with the rule that brings it about, or in a part of its own.
 */
#include "rules/tell_write.h"

static const enum tell_sentence MOMENTS[] = { [MOMENT_HANDOFF] = TELL_AT_HANDOFF, [MOMENT_OPT_OUT] = TELL_AT_OPT_OUT,
                                              [MOMENT_REPLY] = TELL_AT_REPLY };

/* ", but only while we are closed"; nothing where there is no condition. */
static void format_condition(const struct teller *teller, const struct attribute *attribute, struct buf *out)
{
    struct buf condition = { 0 };

    if (attribute->when.source_only_if == NULL)
        return;
    tell_condition(attribute->when.source_only_if, teller->language, &condition);
    tell_fill(out, teller->voice->sentences[TELL_ATTRIBUTE_IF], (const char *[]){ buf_text(&condition) });
    buf_release(&condition);
}

/* `moment` NULL: that of the rule which is being told about. */
static void add_attribute(const struct teller *teller, const struct attribute *attribute, const char *moment,
                          struct tell_item *item)
{
    struct buf name = { 0 }, value = { 0 }, condition = { 0 };
    const char *values[4];
    size_t count = 0;

    tell_quote(teller, &name, attribute->name);
    format_condition(teller, attribute, &condition);
    if (moment != NULL)
        values[count++] = moment;
    values[count++] = buf_text(&name);
    if (attribute->value != NULL) {
        tell_quote_template(teller, attribute->value, &value);
        values[count++] = buf_text(&value);
    }
    values[count] = buf_text(&condition);
    if (moment != NULL)
        tell_add_sentence(teller, item, attribute->value != NULL ? TELL_MOMENT_SETS : TELL_MOMENT_REMOVES, values);
    else
        tell_add_sentence(teller, item, attribute->value != NULL ? TELL_ATTRIBUTE : TELL_NO_ATTRIBUTE, values);
    buf_release(&name);
    buf_release(&value);
    buf_release(&condition);
}

void tell_attributes_of(const struct teller *teller, const struct rule *rule, struct tell_item *item)
{
    for (size_t i = 0; i < rule->attribute_count; i++)
        add_attribute(teller, &rule->attributes[i], NULL, item);
}

void tell_attributes(struct teller *teller)
{
    const struct ruleset *ruleset = teller->ruleset;
    struct tell_item *item;

    if (ruleset->general_count == 0)
        return;
    item = tell_add_item(teller, teller->voice->parts[PART_PROFILE], NULL);
    for (size_t i = 0; i < ruleset->general_count; i++)
        add_attribute(teller, &ruleset->attributes[i], teller->voice->sentences[MOMENTS[ruleset->attributes[i].when.at]], item);
}
