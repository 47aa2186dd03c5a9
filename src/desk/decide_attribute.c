/*
 * decide_attribute: see the header.
 *
 * A value that is none of its type sets nothing, and the next row of that name has its turn; it is noted, for the
 * trace. Whether a value is news to Braze is not asked here: that is the store's to know.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/utf8.h"
#include "desk/decide_attribute.h"
#include "desk/decide_say.h"
#include "rules/attribute.h"

enum { VALUE_BYTES_MAX = 8 * 1024, UNSET_SHOWN_MAX = 100, UNSET_MAX = 20 };

static bool is_set(const struct decision *decision, const char *name)
{
    for (size_t i = 0; i < decision->effect_count; i++)
        if (decision->effects[i].kind == EFFECT_ATTRIBUTE && strcmp(decision->effects[i].name, name) == 0)
            return true;
    return false;
}

static void note_unset(struct decision *decision, const struct attribute *attribute, const struct buf *text,
                       const char *why)
{
    size_t len = text->len <= UNSET_SHOWN_MAX ? text->len : utf8_floor(text->data, text->len, UNSET_SHOWN_MAX);

    if (decision->unset_count == UNSET_MAX)
        return;
    if (decision->unset == NULL)
        decision->unset = alloc_array(UNSET_MAX, sizeof *decision->unset);
    decision->unset[decision->unset_count++] = (struct unset){ attribute, alloc_bytes(buf_text(text), len), why };
}

static void add(struct decision *decision, const struct rule *rule, const char *name, struct buf *json)
{
    struct effect *effect = decide_add(decision, EFFECT_ATTRIBUTE, rule);

    effect->name = name;
    effect->text = buf_detach(json);
}

static void set_attribute(struct decision *decision, struct variables *variables, const struct rule *rule,
                          const struct attribute *attribute)
{
    struct buf text = { 0 }, json = { 0 };
    const char *why = NULL;

    if (attribute->value != NULL) {
        decide_render(attribute->value, variables, VALUE_BYTES_MAX, &text);
        why = attribute_format(attribute->type, buf_text(&text), variables->ruleset->zone, &json);
    } else {
        buf_add_text(&json, "null");
    }
    if (why != NULL)
        note_unset(decision, attribute, &text, why);
    else
        add(decision, rule, attribute->name, &json);
    buf_release(&text);
    buf_release(&json);
}

/* The condition is not true either when it takes too many steps; which is counted against nobody, for the rule has won. */
static bool holds(const struct attribute *attribute, struct facts *facts, const struct variables *variables)
{
    return attribute->only_if == NULL ||
           facts_test_matched(facts, attribute->only_if, variables->pattern) == EXPRESSION_YES;
}

static void set_at(struct decision *decision, struct variables *variables, struct facts *facts,
                   const struct rule *rule, enum attribute_moment at)
{
    const struct ruleset *ruleset = variables->ruleset;

    for (size_t i = 0; i < ruleset->general_count; i++) {
        const struct attribute *attribute = &ruleset->attributes[i];

        if (attribute->at == at && !is_set(decision, attribute->name) && holds(attribute, facts, variables))
            set_attribute(decision, variables, rule, attribute);
    }
}

void decide_attributes_of(struct decision *decision, struct variables *variables, struct facts *facts,
                          const struct rule *rule)
{
    for (size_t i = 0; i < rule->attribute_count; i++) {
        const struct attribute *attribute = &rule->attributes[i];

        if (!is_set(decision, attribute->name) && holds(attribute, facts, variables))
            set_attribute(decision, variables, rule, attribute);
    }
}

void decide_attributes(struct decision *decision, struct variables *variables, struct facts *facts,
                       const struct rule *winner)
{
    decide_attributes_of(decision, variables, facts, winner);
    if (winner->action == ACTION_HANDOFF)
        set_at(decision, variables, facts, winner, MOMENT_HANDOFF);
    if (winner->action == ACTION_OPT_OUT)
        set_at(decision, variables, facts, winner, MOMENT_OPT_OUT);
    if (decision->outcome == OUTCOME_ANSWER)
        set_at(decision, variables, facts, winner, MOMENT_REPLY);
}
