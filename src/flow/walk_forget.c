/*
 * walk_forget: what an answer that is taken back drags along.
 *
 * Of the step itself all questions go: its own, or those of the flow that it runs. Of each later step those
 * go whose sentence or choices quote a name that has gone. One may quote another that stands behind it, so it
 * is gone round until nothing more falls.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "flow/walk.h"

struct forgotten {
    const char **names;
    size_t count;
    const struct flow **seen; /* flows looked through in this round: they may run each other in a circle */
    size_t seen_count;
};

static bool has_name(const struct forgotten *forgotten, const char *name)
{
    for (size_t i = 0; i < forgotten->count; i++)
        if (strcmp(forgotten->names[i], name) == 0)
            return true;
    return false;
}

static void add_name(struct forgotten *forgotten, const char *name)
{
    if (has_name(forgotten, name))
        return;
    forgotten->names = alloc_resize(forgotten->names, forgotten->count + 1, sizeof forgotten->names[0]);
    forgotten->names[forgotten->count++] = name;
}

static bool is_new(struct forgotten *forgotten, const struct flow *flow)
{
    for (size_t i = 0; i < forgotten->seen_count; i++)
        if (forgotten->seen[i] == flow)
            return false;
    forgotten->seen = alloc_resize(forgotten->seen, forgotten->seen_count + 1, sizeof forgotten->seen[0]);
    forgotten->seen[forgotten->seen_count++] = flow;
    return true;
}

static bool template_quotes(const struct forgotten *forgotten, const struct template *template)
{
    for (size_t i = 0; i < forgotten->count; i++)
        if (flow_quotes(template, forgotten->names[i]))
            return true;
    return false;
}

static bool question_quotes(const struct forgotten *forgotten, const struct step *step)
{
    bool quotes = template_quotes(forgotten, step->say);
    for (size_t i = 0; i < step->choice_count && !quotes; i++)
        quotes = template_quotes(forgotten, step->choices[i].label);
    return quotes;
}

/* All questions of the step, or those that quote. */
static void look_through(struct forgotten *forgotten, const struct step *step, bool is_all)
{
    if (step->ask != ASK_NOTHING && (is_all || question_quotes(forgotten, step)))
        add_name(forgotten, step->name);
    if (step->action == STEP_FLOW && is_new(forgotten, step->sub))
        for (size_t i = 0; i < step->sub->step_count; i++)
            look_through(forgotten, &step->sub->steps[i], is_all);
}

void walk_forget(struct walk *walk, size_t from)
{
    const struct flow *flow = walk->flow;
    struct forgotten forgotten = { 0 };
    size_t count;
    look_through(&forgotten, &flow->steps[from], true);
    do {
        count = forgotten.count;
        forgotten.seen_count = 0;
        for (size_t i = from + 1; i < flow->step_count; i++)
            look_through(&forgotten, &flow->steps[i], false);
    } while (forgotten.count > count);
    for (size_t i = 0; i < forgotten.count; i++)
        run_forget(walk->run, forgotten.names[i]);
    free(forgotten.names);
    free(forgotten.seen);
}
