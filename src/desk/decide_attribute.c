/*
 * decide_attribute: see the header.
 */
#include <stdlib.h>
#include <string.h>

#include "desk/decide_attribute.h"
#include "desk/decide_say.h"
#include "rules/attribute.h"

enum { VALUE_BYTES_MAX = 8 * 1024 };

static bool is_entry(const struct effect *effect, enum entry_kind entry)
{
    return effect->kind == EFFECT_ENTRY && effect->entry == entry;
}

/* The place of the effect that is to this attribute what a further row of its type would be; or effect_count. */
static size_t find_same(const struct decision *decision, const struct attribute *attribute, size_t from)
{
    size_t i = from;

    for (; i < decision->effect_count; i++) {
        const struct effect *effect = &decision->effects[i];
        bool is_alike = attribute->type == ATTRIBUTE_INCREMENT ? is_entry(effect, ENTRY_INCREMENT)
                                                               : effect->kind == EFFECT_ATTRIBUTE;

        if (is_alike && strcmp(effect->name, attribute->name) == 0)
            break;
    }
    return i;
}

bool decide_may_set(const struct moment_at *at, const struct attribute *attribute)
{
    bool is_once_each = at->is_of_step || attribute->type == ATTRIBUTE_INCREMENT;

    if (attribute->type == ATTRIBUTE_ARRAY_ADD || attribute->type == ATTRIBUTE_ARRAY_REMOVE)
        return true;
    return find_same(at->decision, attribute, is_once_each ? at->first : 0) == at->decision->effect_count;
}

/* What an earlier moment has set gives way. */
static void drop_same(struct moment_at *at, const struct attribute *attribute)
{
    struct decision *decision = at->decision;
    size_t i = find_same(decision, attribute, 0);

    if (i == decision->effect_count)
        return;
    free(decision->effects[i].text);
    decision->effect_count--;
    memmove(&decision->effects[i], &decision->effects[i + 1], (decision->effect_count - i) * sizeof decision->effects[0]);
    at->first--;
}

static enum entry_kind entry_of(enum attribute_type type)
{
    switch (type) {
    case ATTRIBUTE_ARRAY_ADD: return ENTRY_ARRAY_ADD;
    case ATTRIBUTE_ARRAY_REMOVE: return ENTRY_ARRAY_REMOVE;
    default: return ENTRY_INCREMENT;
    }
}

static void add(struct moment_at *at, const struct attribute *attribute, struct buf *json)
{
    bool is_once = attribute_is_entry(attribute->type);
    struct effect *effect;

    if (!is_once)
        drop_same(at, attribute);
    effect = decide_add_at(at, is_once ? EFFECT_ENTRY : EFFECT_ATTRIBUTE);
    effect->name = attribute->name;
    effect->text = buf_detach(json);
    effect->with_reply = attribute->with_reply;
    if (is_once)
        effect->entry = entry_of(attribute->type);
}

void decide_attribute(struct moment_at *at, const struct attribute *attribute)
{
    struct unset unset = { .when = &attribute->when, .name = attribute->name };
    struct buf text = { 0 }, json = { 0 };

    if (attribute->value != NULL) {
        decide_render(attribute->value, at->variables, VALUE_BYTES_MAX, &text);
        unset.why = attribute_format(attribute->type, buf_text(&text), at->variables->ruleset->zone, &json);
    } else {
        buf_add_text(&json, "null");
    }
    if (unset.why != NULL)
        decide_note_unset(at->decision, &unset, buf_text(&text));
    else
        add(at, attribute, &json);
    buf_release(&text);
    buf_release(&json);
}
