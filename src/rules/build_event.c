/*
 * build_event: custom events (tables custom_event, custom_event_property), and what they share with notices.
 *
 * An event may come at several moments, each a row of its own; its properties belong to all of them, and so must be known
 * at each.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "rules/attribute.h"
#include "rules/build_profile.h"
#include "rules/occasion.h"
#include "rules/variable.h"

/* Values */

/* {{ now }} is always a moment: one stands for all. */
static bool is_now(const char *name)
{
    return strcmp(name, variable_names[VARIABLE_NOW]) == 0;
}

static bool tell_now(void *context, const char *name, struct buf *value)
{
    (void)context;
    if (is_now(name))
        buf_add_text(value, "1778500000000");
    return is_now(name);
}

static bool is_foreseen(const struct template *value)
{
    for (size_t i = 0; i < template_name_count(value); i++)
        if (!is_now(template_name(value, i)))
            return false;
    return true;
}

static const char *cure(const char *noun, enum attribute_type type, bool is_empty)
{
    if (!is_empty || attribute_is_entry(type))
        return "";
    return strcmp(noun, "attribute") == 0 ? "; NULL in its place removes the attribute" : "; leave the row out";
}

int build_check_fixed(const struct ruleset *ruleset, const struct row *row, const char *noun, const struct template *value,
                      enum attribute_type type, struct error *error)
{
    struct template_env env = { tell_now, NULL, ruleset->zone };
    struct buf text = { 0 }, json = { 0 }, shown = { 0 };
    const char *fault;
    int result = 0;

    if (!is_foreseen(value))
        return 0;
    template_render(value, &env, ROW_NAME_MAX, &text);
    fault = attribute_format(type, buf_text(&text), ruleset->zone, &json);
    if (template_name_count(value) > 0)
        buf_addf(&shown, "'%s', as in '%s',", row_value(row, "value"), buf_text(&text));
    else
        buf_addf(&shown, "'%s'", buf_text(&text));
    if (fault != NULL)
        result = row_refuse(row, error, "the value %s %s, and so no %s of the type %s%s", buf_text(&shown), fault, noun,
                            attribute_type_names[type], cure(noun, type, text.len == 0));
    buf_release(&text);
    buf_release(&json);
    buf_release(&shown);
    return result;
}

/* Properties */

struct property_list build_properties_of(const struct owned *rows, const struct property *list, size_t owner)
{
    struct property_list found = { 0 };

    for (size_t i = 0; i < rows->count; i++)
        if (rows->owners[i] == owner && found.count++ == 0)
            found.list = &list[i];
    return found;
}

int build_check_property(const struct owned *rows, const struct property *list, size_t index, const char *noun,
                         struct error *error)
{
    for (size_t i = index; i > 0 && rows->owners[i - 1] == rows->owners[index]; i--)
        if (strcmp(list[i - 1].name, list[index].name) == 0)
            return row_refuse(rows->rows[index], error, "the %s has the property %s already, in %s:%d", noun,
                              list[index].name, list[i - 1].file, list[i - 1].line);
    return 0;
}

static int check_name(const struct row *row, const char *name, struct error *error)
{
    if (strcmp(name, "time") == 0 || strcmp(name, "event_name") == 0)
        return row_refuse(row, error, "a property of an event cannot be called %s: Braze keeps that name for itself", name);
    if (name[0] == '$')
        return row_refuse(row, error, "the name of a property begins with $, which Braze keeps for itself: '%s'", name);
    if (strpbrk(name, "{}") != NULL)
        return row_refuse(row, error, "the property name '%s' holds a brace; names are fixed, only values are filled in", name);
    return 0;
}

/* The first row of its event. */
static int find_event(const struct ruleset *ruleset, const struct row *row, size_t *owner, struct error *error)
{
    struct nearest nearest = { 0 };

    if (row_require(row, "event", &nearest.word, error) != 0)
        return -1;
    for (*owner = 0; *owner < ruleset->custom_event_count; ++*owner) {
        if (strcmp(ruleset->custom_events[*owner].name, nearest.word) == 0)
            return 0;
        nearest_offer(&nearest, ruleset->custom_events[*owner].name);
    }
    return build_refuse_unknown(row, "custom_event", &nearest, error);
}

/* At each moment of its event. */
static int check_moments(const struct ruleset *ruleset, const struct property *property, size_t owner, struct error *error)
{
    struct custom_event *events = ruleset->private->profile->events;

    for (size_t i = owner; i < ruleset->custom_event_count; i++) {
        struct buf at = { 0 };

        if (strcmp(events[i].name, events[owner].name) != 0 ||
            occasion_check_template(ruleset, property->value, &events[i].when, error) == 0)
            continue;
        occasion_format(&events[i].when, &at);
        error_prefix(error, "value: at %s", buf_text(&at));
        error_prefix(error, "%s:%d", property->file, property->line);
        buf_release(&at);
        return -1;
    }
    return 0;
}

static int take_property(struct ruleset *ruleset, size_t index, struct error *error)
{
    struct profile_private *private = ruleset->private->profile;
    const struct row *row = private->event_rows.rows[index];
    struct property *property = &private->event_properties[index];
    const char *source;
    int type;

    *property = (struct property){ .file = row->file, .line = row->line };
    if (row_require(row, "name", &property->name, error) != 0 || check_name(row, property->name, error) != 0 ||
        row_require(row, "value", &source, error) != 0 ||
        row_choose(row, "type", property_type_names, ATTRIBUTE_TEXT, &type, error) != 0 ||
        build_check_property(&private->event_rows, private->event_properties, index, "event", error) != 0)
        return -1;
    property->type = (enum attribute_type)type;
    property->value = template_new(source, error);
    if (property->value == NULL)
        return row_blame(row, "value", error);
    if (check_moments(ruleset, property, private->event_rows.owners[index], error) != 0)
        return -1;
    return build_check_fixed(ruleset, row, "property", property->value, property->type, error);
}

static int build_properties(struct ruleset *ruleset, struct error *error)
{
    struct profile_private *private = ruleset->private->profile;

    if (owned_gather(ruleset, "custom_event_property", find_event, PROPERTIES_MAX, &private->event_rows, error) != 0)
        return -1;
    private->event_properties = alloc_array(private->event_rows.count, sizeof *private->event_properties);
    for (size_t i = 0; i < private->event_rows.count; i++)
        if (take_property(ruleset, i, error) != 0)
            return -1;
    return 0;
}

/* Events */

static int take_event(struct ruleset *ruleset, const struct row *row, struct custom_event *event, struct error *error)
{
    *event = (struct custom_event){ .file = row->file, .line = row->line };
    if (row_require(row, "name", &event->name, error) != 0)
        return -1;
    if (event->name[0] == '$' || strpbrk(event->name, "{}") != NULL)
        return row_refuse(row, error, "the event name '%s' %s", event->name,
                          event->name[0] == '$' ? "begins with $, which Braze keeps for itself"
                                                : "holds a brace; names are fixed, only properties are filled in");
    return occasion_take(ruleset, row, &event->when, error);
}

/* One behind a row without an only_if would be the same event once more. */
static int check_twice(const struct ruleset *ruleset, const struct custom_event *event, struct error *error)
{
    for (const struct custom_event *before = ruleset->custom_events; before < event; before++)
        if (before->when.only_if == NULL && strcmp(before->name, event->name) == 0 &&
            occasion_is_same(&before->when, &event->when))
            return error_set(error, "%s:%d: the event %s comes at this moment already, whatever comes, by %s:%d", event->file,
                             event->line, event->name, before->file, before->line);
    return 0;
}

int build_events(struct ruleset *ruleset, struct error *error)
{
    struct profile_private *private = ruleset->private->profile = alloc_new(sizeof *private);
    const struct rows *rows = &ruleset->private->rows;
    size_t count = rows_count(rows, "custom_event");
    const struct row *row;

    if (count > CUSTOM_EVENTS_MAX)
        return error_set(error, "the rule files hold %zu custom_event rows; at most %d are taken", count, CUSTOM_EVENTS_MAX);
    ruleset->custom_events = private->events = alloc_array(count, sizeof *private->events);
    for (size_t at = 0; (row = rows_next(rows, "custom_event", &at)) != NULL;) {
        struct custom_event *event = &private->events[ruleset->custom_event_count++];

        if (take_event(ruleset, row, event, error) != 0 || check_twice(ruleset, event, error) != 0)
            return -1;
    }
    if (build_properties(ruleset, error) != 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        size_t first = 0;

        while (strcmp(private->events[first].name, private->events[i].name) != 0)
            first++;
        private->events[i].properties = build_properties_of(&private->event_rows, private->event_properties, first);
    }
    return 0;
}

void profile_release(struct ruleset *ruleset)
{
    struct profile_private *private = ruleset->private->profile;

    if (private == NULL)
        return;
    for (size_t i = 0; private->event_properties != NULL && i < private->event_rows.count; i++)
        template_free(private->event_properties[i].value);
    for (size_t i = 0; private->notice_properties != NULL && i < private->notice_rows.count; i++)
        template_free(private->notice_properties[i].value);
    for (size_t i = 0; i < ruleset->notice_count; i++)
        template_free(private->notices[i].say);
    owned_release(&private->event_rows);
    owned_release(&private->notice_rows);
    free(private->event_properties);
    free(private->notice_properties);
    free(private->events);
    free(private->notices);
    free(private);
}
