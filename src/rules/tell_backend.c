/*
 * tell_backend: who writes answers freely: what that is, what it may do and cost, and who answers when it fails.
 */
#include <string.h>

#include "rules/ai_phrase.h"
#include "rules/build_backend.h"
#include "rules/tell_write.h"

void tell_backends_with(const struct teller *teller, enum backend_act_kind kind, const char *target, struct tell_list *list)
{
    for (size_t i = 0; i < teller->ruleset->backend_count; i++) {
        const struct backend *backend = &teller->ruleset->backends[i];
        bool ends_there = kind == ACT_HANDOFF && backend->team != NULL && strcmp(backend->team, target) == 0;
        if (ends_there || backend_act(backend, kind, target) != NULL)
            tell_list_add(teller, list, backend->name, strlen(backend->name));
    }
}

static void add_quoted(const struct teller *teller, struct tell_item *item, enum tell_sentence which, const char *text)
{
    struct buf quoted = { 0 };
    if (text == NULL)
        return;
    tell_quote(teller, &quoted, text);
    tell_add_sentence(teller, item, which, (const char *[]){ buf_text(&quoted) });
    buf_release(&quoted);
}

static void add_kind(const struct teller *teller, const struct backend *backend, struct tell_item *item)
{
    struct buf name = { 0 };
    tell_quote(teller, &name, backend->name);
    tell_add_sentence(teller, item, TELL_BACKEND,
                      (const char *[]){ buf_text(&name), teller->voice->backends[backend->kind] });
    buf_release(&name);
    add_quoted(teller, item, TELL_BACKEND_MODEL, backend->model);
    add_quoted(teller, item, TELL_BACKEND_AT, backend->url);
}

static void add_acts(const struct teller *teller, const struct backend *backend, struct tell_item *item)
{
    struct tell_list acts = { 0 };
    struct buf members = { 0 };
    for (size_t i = 0; i < backend->act_count; i++) {
        const struct backend_act *act = &backend->acts[i];
        struct buf target = { 0 }, doing = { 0 };
        if (act->kind == ACT_SET)
            buf_addf(&target, "‹%s›", act->target);
        else if (act->target != NULL)
            tell_quote(teller, &target, act->target);
        tell_fill(&doing, teller->voice->backend_acts[act->kind], (const char *[]){ buf_text(&target) });
        tell_list_take(&acts, &doing);
        buf_release(&target);
    }
    tell_list_format(&acts, teller->voice->comma, teller->voice->or, &members);
    if (acts.count > 0)
        tell_add_sentence(teller, item, TELL_BACKEND_MAY, (const char *[]){ buf_text(&members) });
    buf_release(&members);
    tell_list_release(&acts);
}

/* As typed. */
static void add_cap(const struct teller *teller, const struct row *row, const char *column, enum tell_sentence which,
                    struct tell_item *item)
{
    const char *cap = row_value(row, column);
    if (cap != NULL)
        tell_add_sentence(teller, item, which, (const char *[]){ cap });
}

static void add_failing(const struct teller *teller, const struct backend *backend, struct tell_item *item)
{
    struct buf sorry = { 0 };
    if (backend->fallback != NULL)
        add_quoted(teller, item, TELL_BACKEND_NEXT, backend->fallback->name);
    if (backend->team != NULL)
        add_quoted(teller, item, TELL_BACKEND_TEAM, backend->team);
    if (backend->fallback != NULL || backend->team != NULL)
        return;
    tell_quote_template(teller, rules_ai_phrase(teller->ruleset, AI_SAYS_SORRY, ""), &sorry);
    tell_add_sentence(teller, item, TELL_BACKEND_SORRY, (const char *[]){ buf_text(&sorry) });
    buf_release(&sorry);
}

static void add_backend(struct teller *teller, const struct backend *backend)
{
    const struct backend_private *private = teller->ruleset->private->backend;
    const struct row *row = private->made[backend - teller->ruleset->backends].row;
    struct tell_item *item = tell_add_item(teller, backend->name, NULL);
    item->is_part = false;
    item->file = backend->file;
    item->line = backend->line;
    add_kind(teller, backend, item);
    add_acts(teller, backend, item);
    add_cap(teller, row, "day_cap", TELL_BACKEND_COSTS, item);
    add_cap(teller, row, "contact_day_cap", TELL_BACKEND_CONTACT, item);
    add_failing(teller, backend, item);
    item->flowing = item->count;
}

void tell_backends(struct teller *teller)
{
    struct tell_item *item;
    if (teller->ruleset->backend_count == 0)
        return;
    item = tell_add_item(teller, teller->voice->parts[PART_BACKENDS], NULL);
    tell_add_sentence(teller, item, TELL_BACKENDS_INTRO, NULL);
    for (size_t i = 0; i < teller->ruleset->backend_count; i++)
        add_backend(teller, &teller->ruleset->backends[i]);
}
