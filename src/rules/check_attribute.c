/*
 * check_attribute: slips in what the Braze profile learns, in custom events and in notices.
 *
 * - Two names that differ in their capitals only: to Braze two attributes or events, to their owner mostly one.
 * - A moment that never comes: nobody hands over, nobody opts out, nothing is ever said.
 * - A fixed text that Braze would take for a date (it goes in quotation marks), or that is cut.
 * - An only_if that asks for no fact.
 * - What is to travel with a reply at a moment after which none leaves; what the customer is told who has just opted out.
 */
#include <string.h>
#include <strings.h>

#include "base/utf8.h"
#include "rules/attribute.h"
#include "rules/build_flow.h"
#include "rules/checks.h"
#include "rules/occasion.h"
#include "text/datelike.h"

enum { TEXT_BYTES_MAX = 64 * 1024 };

/* One row of any of the three tables. */
struct entry_row {
    const char *noun, *name;
    const struct occasion *when;
    const char *file;
    int line;
};

static struct entry_row row_of_attribute(const struct attribute *one)
{
    return (struct entry_row){ "attribute", one->name, &one->when, one->file, one->line };
}

static struct entry_row row_of_event(const struct custom_event *one)
{
    return (struct entry_row){ "event", one->name, &one->when, one->file, one->line };
}

static struct entry_row row_of_notice(const struct notice *one)
{
    return (struct entry_row){ "notice", one->name, &one->when, one->file, one->line };
}

typedef void row_visit(struct check *check, const struct entry_row *row);

static void visit_rows(struct check *check, row_visit *each)
{
    const struct ruleset *ruleset = check->ruleset;
    struct entry_row row;

    for (size_t i = 0; i < ruleset->attribute_count; i++)
        row = row_of_attribute(&ruleset->attributes[i]), each(check, &row);
    for (size_t i = 0; i < ruleset->custom_event_count; i++)
        row = row_of_event(&ruleset->custom_events[i]), each(check, &row);
    for (size_t i = 0; i < ruleset->notice_count; i++)
        row = row_of_notice(&ruleset->notices[i]), each(check, &row);
}

/* Names */

/* False: told of, or alike; the caller goes on with the next. */
static bool check_alike(struct check *check, const struct entry_row *one, const struct entry_row *other)
{
    if (strcmp(one->name, other->name) == 0)
        return false; /* told of where it stands first */
    if (strcasecmp(one->name, other->name) != 0)
        return true;
    check_warn(check, other->file, other->line,
               "the %ss %s and %s (%s:%d) differ in their capitals only, and are two to Braze; write both alike", one->noun,
               other->name, one->name, one->file, one->line);
    return false;
}

void check_attribute_names(struct check *check)
{
    const struct attribute *attributes = check->ruleset->attributes;
    const struct custom_event *events = check->ruleset->custom_events;

    for (size_t i = 1; i < check->ruleset->attribute_count; i++) {
        const struct entry_row row = row_of_attribute(&attributes[i]);

        for (size_t k = 0; k < i; k++) {
            const struct entry_row before = row_of_attribute(&attributes[k]);

            if (!check_alike(check, &before, &row))
                break;
        }
    }
    for (size_t i = 1; i < check->ruleset->custom_event_count; i++) {
        const struct entry_row row = row_of_event(&events[i]);

        for (size_t k = 0; k < i; k++) {
            const struct entry_row before = row_of_event(&events[k]);

            if (!check_alike(check, &before, &row))
                break;
        }
    }
}

/* Moments */

static bool has_action(const struct ruleset *ruleset, enum rule_action action)
{
    for (size_t i = 0; i < ruleset->rule_count; i++)
        if (ruleset->rules[i].action == action)
            return true;
    return false;
}

static bool has_handoff_step(const struct ruleset *ruleset)
{
    const struct flow_private *private = ruleset->private->flow;

    for (size_t i = 0; i < private->step_rows.count; i++)
        if (private->steps[i].action == STEP_HANDOFF)
            return true;
    return false;
}

static bool says_anything(const struct ruleset *ruleset)
{
    for (size_t i = 0; i < ruleset->rule_count; i++)
        if (ruleset->rules[i].say != NULL || ruleset->rules[i].action == ACTION_CONSULT ||
            ruleset->rules[i].action == ACTION_FLOW)
            return true;
    return false;
}

/* Why the moment never comes, or NULL. */
static const char *never(const struct ruleset *ruleset, enum moment at)
{
    switch (at) {
    case MOMENT_HANDOFF:
        return has_action(ruleset, ACTION_HANDOFF) || has_handoff_step(ruleset) ||
                       check_backend_may(ruleset, ACT_HANDOFF, NULL)
                   ? NULL
                   : "no rule, step or backend hands over";
    case MOMENT_OPT_OUT: return has_action(ruleset, ACTION_OPT_OUT) ? NULL : "no rule has the action opt_out";
    case MOMENT_REPLY: return says_anything(ruleset) ? NULL : "no rule says anything";
    default: return NULL;
    }
}

static void check_moment(struct check *check, const struct entry_row *row)
{
    const char *why = never(check->ruleset, row->when->at);

    if (why != NULL)
        check_warn(check, row->file, row->line, "the %s %s is never %s at %s: %s", row->noun, row->name,
                   strcmp(row->noun, "attribute") == 0 ? "set" : "sent", moment_names[row->when->at], why);
}

void check_attribute_moments(struct check *check)
{
    const struct ruleset *ruleset = check->ruleset;

    visit_rows(check, check_moment);
    for (size_t i = 0; i < ruleset->general_count; i++) {
        const struct attribute *attribute = &ruleset->attributes[i];

        if (attribute->with_reply && attribute->when.at == MOMENT_CLOSE)
            check_warn(check, attribute->file, attribute->line,
                       "the attribute %s is to travel with a reply, but at close there is none left to send, and it waits for "
                       "the next conversation's; leave with_reply out, or set it at reply",
                       attribute->name);
    }
    for (size_t i = 0; i < ruleset->notice_count; i++) {
        const struct notice *notice = &ruleset->notices[i];

        if (notice->to == NULL && notice->when.at == MOMENT_OPT_OUT)
            check_warn(check, notice->file, notice->line,
                       "the notice %s is for a customer who has just opted out, and never leaves; say it in the rule with the "
                       "action opt_out, or write whom of the business it is for in to",
                       notice->name);
    }
}

/* Texts */

static bool know_nothing(void *context, const char *name, struct buf *value)
{
    (void)context, (void)name, (void)value;
    return false;
}

static void check_text(struct check *check, const struct entry_row *row, const struct template *value)
{
    struct template_env env = { know_nothing, NULL, check->ruleset->zone };
    struct buf text = { 0 };
    size_t count;

    if (value == NULL || template_name_count(value) > 0)
        return;
    template_render(value, &env, TEXT_BYTES_MAX, &text);
    count = utf8_count(buf_text(&text), text.len);
    if (datelike_match(buf_text(&text), text.len))
        check_warn(check, row->file, row->line,
                   "the %s %s is the text '%s', which Braze would take for a date, and so goes in quotation marks; "
                   "write the type time if a date is meant",
                   row->noun, row->name, buf_text(&text));
    if (count > ATTRIBUTE_TEXT_MAX)
        check_warn(check, row->file, row->line,
                   "the value of the %s %s has %zu characters, and Braze takes %d: the rest is cut; shorten it", row->noun,
                   row->name, count, ATTRIBUTE_TEXT_MAX);
    buf_release(&text);
}

/* An earlier row of the same event has told of its properties. */
static bool has_stood(const struct ruleset *ruleset, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (strcmp(ruleset->custom_events[i].name, ruleset->custom_events[index].name) == 0)
            return true;
    return false;
}

void check_attribute_texts(struct check *check)
{
    const struct ruleset *ruleset = check->ruleset;

    for (size_t i = 0; i < ruleset->attribute_count; i++) {
        const struct entry_row row = row_of_attribute(&ruleset->attributes[i]);

        if (ruleset->attributes[i].type == ATTRIBUTE_TEXT)
            check_text(check, &row, ruleset->attributes[i].value);
    }
    for (size_t i = 0; i < ruleset->custom_event_count; i++) {
        const struct property_list *properties = &ruleset->custom_events[i].properties;

        for (size_t k = 0; k < properties->count && !has_stood(ruleset, i); k++) {
            const struct property *one = &properties->list[k];

            if (one->type == ATTRIBUTE_TEXT)
                check_text(check, &(struct entry_row){ "property", one->name, NULL, one->file, one->line }, one->value);
        }
    }
}

/* Conditions */

static void check_condition(struct check *check, const struct entry_row *row)
{
    if (row->when->only_if == NULL || expression_name_count(row->when->only_if) > 0)
        return;
    check_warn(check, row->file, row->line,
               "the only_if of the %s %s, %s, asks for no fact, and so is the same every time; a fact is written with a colon, "
               "as in :open = 0",
               row->noun, row->name, row->when->source_only_if);
}

void check_attribute_conditions(struct check *check)
{
    visit_rows(check, check_condition);
}
