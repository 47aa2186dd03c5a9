/*
 * check_attribute: slips in what the Braze profile learns.
 *
 * - Two names that differ in their capitals only: to Braze two attributes, to their owner mostly one.
 * - A moment that never comes: nobody hands over, nobody opts out, nothing is ever said.
 * - A fixed text that Braze would take for a date (it goes in quotation marks), or that is cut.
 * - An only_if that asks for no fact.
 */
#include <string.h>
#include <strings.h>

#include "base/utf8.h"
#include "rules/attribute.h"
#include "rules/checks.h"
#include "rules/occasion.h"
#include "text/datelike.h"

enum { TEXT_BYTES_MAX = 64 * 1024 };

void check_attribute_names(struct check *check)
{
    const struct ruleset *ruleset = check->ruleset;

    for (size_t i = 1; i < ruleset->attribute_count; i++)
        for (size_t k = 0; k < i; k++) {
            const struct attribute *one = &ruleset->attributes[k], *other = &ruleset->attributes[i];

            if (strcmp(one->name, other->name) == 0)
                break; /* told of where it stands first */
            if (strcasecmp(one->name, other->name) != 0)
                continue;
            check_warn(check, other->file, other->line,
                       "the attributes %s and %s (%s:%d) differ in their capitals only, and are two to Braze; write both "
                       "alike",
                       other->name, one->name, one->file, one->line);
            break;
        }
}

static bool has_action(const struct ruleset *ruleset, enum rule_action action)
{
    for (size_t i = 0; i < ruleset->rule_count; i++)
        if (ruleset->rules[i].action == action)
            return true;
    return false;
}

static bool says_anything(const struct ruleset *ruleset)
{
    for (size_t i = 0; i < ruleset->rule_count; i++)
        if (ruleset->rules[i].say != NULL || ruleset->rules[i].action == ACTION_CONSULT)
            return true;
    return false;
}

void check_attribute_moments(struct check *check)
{
    const struct ruleset *ruleset = check->ruleset;
    const char *const missing[MOMENT_COUNT] = {
        [MOMENT_RULE] = NULL,
        [MOMENT_HANDOFF] = has_action(ruleset, ACTION_HANDOFF) || check_backend_may(ruleset, ACT_HANDOFF, NULL)
                               ? NULL
                               : "no rule has the action handoff",
        [MOMENT_OPT_OUT] = has_action(ruleset, ACTION_OPT_OUT) ? NULL : "no rule has the action opt_out",
        [MOMENT_REPLY] = says_anything(ruleset) ? NULL : "no rule says anything",
    };

    for (size_t i = 0; i < ruleset->general_count; i++) {
        const struct attribute *attribute = &ruleset->attributes[i];

        if (missing[attribute->when.at] != NULL)
            check_warn(check, attribute->file, attribute->line, "the attribute %s is never set at %s: %s", attribute->name,
                       moment_names[attribute->when.at], missing[attribute->when.at]);
    }
}

static bool know_nothing(void *context, const char *name, struct buf *value)
{
    (void)context, (void)name, (void)value;
    return false;
}

static void check_text(struct check *check, const struct attribute *attribute, const struct buf *text)
{
    size_t count = utf8_count(buf_text(text), text->len);

    if (datelike_match(buf_text(text), text->len))
        check_warn(check, attribute->file, attribute->line,
                   "the attribute %s is the text '%s', which Braze would take for a date, and so goes in quotation marks; "
                   "write the type time if a date is meant",
                   attribute->name, buf_text(text));
    if (count > ATTRIBUTE_TEXT_MAX)
        check_warn(check, attribute->file, attribute->line,
                   "the value of the attribute %s has %zu characters, and Braze takes %d: the rest is cut; shorten it",
                   attribute->name, count, ATTRIBUTE_TEXT_MAX);
}

void check_attribute_texts(struct check *check)
{
    struct template_env env = { know_nothing, NULL, check->ruleset->zone };

    for (size_t i = 0; i < check->ruleset->attribute_count; i++) {
        const struct attribute *attribute = &check->ruleset->attributes[i];
        struct buf text = { 0 };

        if (attribute->type != ATTRIBUTE_TEXT || attribute->value == NULL || template_name_count(attribute->value) > 0)
            continue;
        template_render(attribute->value, &env, TEXT_BYTES_MAX, &text);
        check_text(check, attribute, &text);
        buf_release(&text);
    }
}

void check_attribute_conditions(struct check *check)
{
    for (size_t i = 0; i < check->ruleset->attribute_count; i++) {
        const struct attribute *attribute = &check->ruleset->attributes[i];

        if (attribute->when.only_if == NULL || expression_name_count(attribute->when.only_if) > 0)
            continue;
        check_warn(check, attribute->file, attribute->line,
                   "the only_if of the attribute %s, %s, asks for no fact, and so is the same for every message; a fact is "
                   "written with a colon, as in :open = 0",
                   attribute->name, attribute->when.source_only_if);
    }
}
