/*
 * tell_attribute: what the customer's Braze profile learns, which events it gets and who is told, with the rule that brings
 * it about, or in a part of its own.
 */
#include "flow/flow.h"
#include "rules/tell_write.h"

/* A sentence that is with its rule, and the same of a moment, which begins with when that is. */
struct told {
    enum tell_sentence of_rule, of_moment;
};

static const struct told REMOVES = { TELL_NO_ATTRIBUTE, TELL_MOMENT_REMOVES },
                         EVENT = { TELL_EVENT, TELL_MOMENT_EVENT }, NOTICE = { TELL_NOTICE, TELL_MOMENT_NOTICE };

static const struct told TYPES[] = {
    [ATTRIBUTE_TEXT] = { TELL_ATTRIBUTE, TELL_MOMENT_SETS },
    [ATTRIBUTE_NUMBER] = { TELL_ATTRIBUTE, TELL_MOMENT_SETS },
    [ATTRIBUTE_BOOLEAN] = { TELL_ATTRIBUTE, TELL_MOMENT_SETS },
    [ATTRIBUTE_TIME] = { TELL_ATTRIBUTE, TELL_MOMENT_SETS },
    [ATTRIBUTE_ARRAY] = { TELL_LIST, TELL_MOMENT_LIST },
    [ATTRIBUTE_INCREMENT] = { TELL_INCREMENT, TELL_MOMENT_INCREMENT },
    [ATTRIBUTE_ARRAY_ADD] = { TELL_LIST_ADD, TELL_MOMENT_LIST_ADD },
    [ATTRIBUTE_ARRAY_REMOVE] = { TELL_LIST_REMOVE, TELL_MOMENT_LIST_REMOVE },
};

static const enum tell_sentence MOMENTS[] = { [MOMENT_STEP] = TELL_AT_STEP,       [MOMENT_HANDOFF] = TELL_AT_HANDOFF,
                                              [MOMENT_OPT_OUT] = TELL_AT_OPT_OUT, [MOMENT_REPLY] = TELL_AT_REPLY,
                                              [MOMENT_CLOSE] = TELL_AT_CLOSE };

/* Pieces */

static void add_piece(const struct teller *teller, enum tell_sentence which, const char *value, struct buf *out)
{
    tell_fill(out, teller->voice->sentences[which], (const char *[]){ value });
}

static void format_moment(const struct teller *teller, const struct occasion *when, struct buf *out)
{
    struct buf step = { 0 };

    if (when->step != NULL)
        tell_quote(teller, &step, when->step->full_name);
    add_piece(teller, MOMENTS[when->at], buf_text(&step), out);
    buf_release(&step);
}

/* ", but only while we are closed"; nothing where there is no condition. */
static void format_condition(const struct teller *teller, const struct occasion *when, struct buf *out)
{
    struct buf condition = { 0 };

    if (when->source_only_if == NULL)
        return;
    tell_condition(when->source_only_if, teller->language, &condition);
    add_piece(teller, TELL_ATTRIBUTE_IF, buf_text(&condition), out);
    buf_release(&condition);
}

/* ", with “outcome” “‹outcome›” and “rule” “‹rule›”"; nothing where there are none. */
static void format_properties(const struct teller *teller, const struct property_list *properties, struct buf *out)
{
    struct tell_list list = { 0 };
    struct buf all = { 0 };

    for (size_t i = 0; i < properties->count; i++) {
        struct buf name = { 0 }, value = { 0 }, member = { 0 };

        tell_quote(teller, &name, properties->list[i].name);
        tell_quote_template(teller, properties->list[i].value, &value);
        tell_fill(&member, teller->voice->sentences[TELL_PROPERTY], (const char *[]){ buf_text(&name), buf_text(&value) });
        tell_list_take(&list, &member);
        buf_release(&name);
        buf_release(&value);
    }
    tell_list_format(&list, teller->voice->comma, teller->voice->and, &all);
    if (properties->count > 0)
        add_piece(teller, TELL_PROPERTIES, buf_text(&all), out);
    tell_list_release(&list);
    buf_release(&all);
}

/* Rows. `values` begins with room for the moment. */

static void add_sentence(const struct teller *teller, const struct occasion *when, struct told told, const char **values,
                         struct tell_item *item)
{
    struct buf moment = { 0 };

    if (when->at == MOMENT_RULE) {
        tell_add_sentence(teller, item, told.of_rule, values + 1);
        return;
    }
    format_moment(teller, when, &moment);
    values[0] = buf_text(&moment);
    tell_add_sentence(teller, item, told.of_moment, values);
    buf_release(&moment);
}

static void add_attribute(const struct teller *teller, const struct attribute *attribute, struct tell_item *item)
{
    struct buf name = { 0 }, value = { 0 }, condition = { 0 };
    const char *values[4] = { NULL };
    size_t count = 1;

    tell_quote(teller, &name, attribute->name);
    if (attribute->with_reply)
        add_piece(teller, TELL_WITH_REPLY, "", &condition);
    format_condition(teller, &attribute->when, &condition);
    values[count++] = buf_text(&name);
    if (attribute->value != NULL) {
        tell_quote_template(teller, attribute->value, &value);
        values[count++] = buf_text(&value);
    }
    values[count] = buf_text(&condition);
    add_sentence(teller, &attribute->when, attribute->value == NULL ? REMOVES : TYPES[attribute->type], values, item);
    buf_release(&name);
    buf_release(&value);
    buf_release(&condition);
}

static void add_event(const struct teller *teller, const struct custom_event *event, struct tell_item *item)
{
    struct buf name = { 0 }, properties = { 0 }, condition = { 0 };

    tell_quote(teller, &name, event->name);
    format_properties(teller, &event->properties, &properties);
    format_condition(teller, &event->when, &condition);
    add_sentence(teller, &event->when, EVENT,
                 (const char *[]){ NULL, buf_text(&name), buf_text(&properties), buf_text(&condition) }, item);
    buf_release(&name);
    buf_release(&properties);
    buf_release(&condition);
}

static void add_notice(const struct teller *teller, const struct notice *notice, struct tell_item *item)
{
    struct buf name = { 0 }, to = { 0 }, through = { 0 }, says = { 0 }, properties = { 0 }, condition = { 0 }, quoted = { 0 };

    tell_quote(teller, &name, notice->name);
    if (notice->to != NULL)
        tell_quote(teller, &to, notice->to);
    else
        add_piece(teller, TELL_TO_CUSTOMER, "", &to);
    if (notice->campaign != NULL) {
        tell_quote(teller, &quoted, notice->campaign->name);
        add_piece(teller, TELL_THROUGH, buf_text(&quoted), &through);
    }
    buf_clear(&quoted);
    if (notice->say != NULL) {
        tell_quote_template(teller, notice->say, &quoted);
        add_piece(teller, TELL_NOTICE_SAYS, buf_text(&quoted), &says);
    }
    format_properties(teller, &notice->properties, &properties);
    format_condition(teller, &notice->when, &condition);
    add_sentence(teller, &notice->when, NOTICE,
                 (const char *[]){ NULL, buf_text(&name), buf_text(&to), buf_text(&through), buf_text(&says),
                                   buf_text(&properties), buf_text(&condition) },
                 item);
    struct buf *const all[] = { &name, &to, &through, &says, &properties, &condition, &quoted };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        buf_release(all[i]);
}

/* All rows of a rule, or (NULL) all that are of none. */
static size_t add_rows(const struct teller *teller, const struct rule *rule, struct tell_item *item)
{
    const struct ruleset *ruleset = teller->ruleset;
    size_t count = 0;

    for (size_t i = 0; i < ruleset->custom_event_count; i++)
        if (ruleset->custom_events[i].when.rule == rule && ++count > 0 && item != NULL)
            add_event(teller, &ruleset->custom_events[i], item);
    for (size_t i = 0; i < ruleset->notice_count; i++)
        if (ruleset->notices[i].when.rule == rule && ++count > 0 && item != NULL)
            add_notice(teller, &ruleset->notices[i], item);
    return count;
}

void tell_attributes_of(const struct teller *teller, const struct rule *rule, struct tell_item *item)
{
    for (size_t i = 0; i < rule->attribute_count; i++)
        add_attribute(teller, &rule->attributes[i], item);
    add_rows(teller, rule, item);
}

void tell_attributes(struct teller *teller)
{
    const struct ruleset *ruleset = teller->ruleset;
    struct tell_item *item;

    if (ruleset->general_count == 0 && add_rows(teller, NULL, NULL) == 0)
        return;
    item = tell_add_item(teller, teller->voice->parts[PART_PROFILE], NULL);
    for (size_t i = 0; i < ruleset->general_count; i++)
        add_attribute(teller, &ruleset->attributes[i], item);
    add_rows(teller, NULL, item);
    item->flowing = 0; /* a line for each */
}
