/*
 * decide_notice: see the header.
 */
#include <string.h>

#include "base/json.h"
#include "desk/decide_notice.h"
#include "desk/decide_say.h"
#include "rules/attribute.h"
#include "text/fold.h"

enum { VALUE_BYTES_MAX = 8 * 1024, SAY_MAX = 64 * 1024 };

/* Custom events */

static void write_property(struct moment_at *at, const struct custom_event *event, const struct property *property,
                           struct jsonw *json)
{
    struct unset unset = { .when = &event->when, .of = event->name, .name = property->name };
    struct buf text = { 0 }, value = { 0 };

    decide_render(property->value, at->variables, VALUE_BYTES_MAX, &text);
    unset.why = attribute_format(property->type, buf_text(&text), at->variables->ruleset->zone, &value);
    if (unset.why != NULL)
        decide_note_unset(at->decision, &unset, buf_text(&text));
    else
        jsonw_raw(json, property->name, buf_text(&value));
    buf_release(&text);
    buf_release(&value);
}

void decide_custom_event(struct moment_at *at, const struct custom_event *event)
{
    struct buf text = { 0 };
    struct jsonw json = { .out = &text };
    struct effect *effect;

    jsonw_object(&json, NULL);
    for (size_t i = 0; i < event->properties.count; i++)
        write_property(at, event, &event->properties.list[i], &json);
    jsonw_end_object(&json);
    effect = decide_add_at(at, EFFECT_ENTRY);
    effect->entry = ENTRY_EVENT;
    effect->name = event->name;
    effect->text = buf_detach(&text);
}

/* Notices */

static char *render_properties(struct moment_at *at, const struct notice *notice)
{
    struct buf text = { 0 };
    struct jsonw json = { .out = &text };

    if (notice->properties.count == 0)
        return NULL;
    jsonw_object(&json, NULL);
    for (size_t i = 0; i < notice->properties.count; i++) {
        struct buf value = { 0 };

        decide_render(notice->properties.list[i].value, at->variables, VALUE_BYTES_MAX, &value);
        jsonw_text(&json, notice->properties.list[i].name, buf_text(&value));
        buf_release(&value);
    }
    jsonw_end_object(&json);
    return buf_detach(&text);
}

/* May it go through its own campaign? To a person of the business it always does. */
static bool fits_channel(const struct moment_at *at, const struct notice *notice)
{
    return notice->to != NULL || notice->campaign == NULL ||
           strcmp(notice->campaign->channel, at->variables->state->channel) == 0;
}

static const char *fault_of(const struct notice *notice, bool fits, const struct buf *text)
{
    if (notice->say != NULL && fold_is_empty(buf_text(text), text->len))
        return "is empty";
    return notice->say == NULL && !fits ? "is for another channel" : NULL;
}

void decide_notice(struct moment_at *at, const struct notice *notice)
{
    struct unset unset = { .when = &notice->when, .name = notice->name };
    bool fits = fits_channel(at, notice);
    struct buf text = { 0 };
    struct effect *effect;

    decide_render(notice->say, at->variables, SAY_MAX, &text);
    unset.why = fault_of(notice, fits, &text);
    if (unset.why == NULL) {
        char *properties = fits ? render_properties(at, notice) : NULL;

        effect = decide_add_at(at, EFFECT_NOTICE);
        effect->notice = notice;
        effect->campaign = fits ? notice->campaign : NULL;
        effect->properties = properties;
        effect->text = notice->say != NULL ? buf_detach(&text) : NULL;
    } else {
        decide_note_unset(at->decision, &unset, buf_text(&text));
    }
    buf_release(&text);
}
