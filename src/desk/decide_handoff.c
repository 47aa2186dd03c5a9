/*
 * decide_handoff: see the header.
 */
#include "desk/decide_answer.h"
#include "desk/decide_handoff.h"
#include "desk/decide_say.h"
#include "rules/opening.h"
#include "text/fold.h"

enum { SAY_MAX = 64 * 1024 };

static bool is_open(const struct search *search)
{
    const struct ruleset *ruleset = search->ruleset;

    if (search->state->open != OPEN_BY_HOURS)
        return search->state->open == OPEN_YES;
    return opening_is_open(ruleset->opening, ruleset->zone, search->now);
}

bool decide_closed(struct search *search, struct variables *variables, const struct team *team, struct buf *out)
{
    if (team == NULL || team->closed == NULL || is_open(search))
        return false;
    decide_render(team->closed, variables, SAY_MAX, out);
    if (!fold_is_empty(buf_text(out), out->len))
        return true;
    buf_clear(out);
    return false;
}

/* A team that has left the rules says nothing by itself any more, and whom a person took unasked she has promised nothing. */
void decide_nobody(struct search *search, struct variables *variables)
{
    const struct team *team = variables->input->team;
    struct buf text = { 0 };
    struct effect *effect;

    if (search->state->is_opted_out)
        return;
    if (team != NULL)
        decide_render(team->nobody, variables, SAY_MAX, &text);
    else
        decide_phrase(search, variables, AI_SAYS_SORRY, &text);
    if (!fold_is_empty(buf_text(&text), text.len)) {
        effect = decide_add(search->decision, EFFECT_SAY, NULL);
        effect->step = team != NULL ? team->name : "sorry";
        effect->text = buf_detach(&text);
        search->decision->outcome = OUTCOME_ANSWER;
    }
    buf_release(&text);
}
