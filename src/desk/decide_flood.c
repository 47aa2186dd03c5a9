/*
 * decide_flood: see the header.
 */
#include <string.h>

#include "backend/backend.h"
#include "base/alloc.h"
#include "base/utf8.h"
#include "desk/decide_flood.h"
#include "desk/decide_say.h"
#include "rules/flood_phrase.h"
#include "text/fold.h"

enum { NOTICE_MAX = 4096 };

static const struct {
    const char *setting, *before, *one, *many, *after;
} LIMITS[] = {
    [LIMIT_MESSAGES] = { "messages_per_minute", "more than", "message", "messages", "a minute" },
    [LIMIT_REPLIES] = { "replies_per_hour", "more than", "reply", "replies", "an hour" },
    [LIMIT_REPEATS] = { "repeats_in_a_row", "the same text more than", "time", "times", "in a row" },
    [LIMIT_CONSULTS] = { "consults_per_hour", "more than", "question to backends", "questions to backends", "an hour" },
};

static int64_t limit_of(const struct ruleset *ruleset, enum flood_limit limit)
{
    return ruleset_setting_number(ruleset, LIMITS[limit].setting);
}

static bool is_repeated(const struct search *search)
{
    const struct buf *folded = &search->decision->folded;
    int64_t most = limit_of(search->ruleset, LIMIT_REPEATS);

    if (most == 0 || search->state->same_in_a_row <= most)
        return false;
    return search->state->same_in_a_row > 2 * most || utf8_count(buf_text(folded), folded->len) > REPEATS_SHORT;
}

enum flood_limit flood_met(const struct search *search)
{
    const struct decide_state *state = search->state;
    int64_t messages = limit_of(search->ruleset, LIMIT_MESSAGES), replies = limit_of(search->ruleset, LIMIT_REPLIES);

    if (messages != 0 && state->messages_this_minute > messages)
        return LIMIT_MESSAGES;
    if (replies != 0 && state->replies_this_hour >= replies)
        return LIMIT_REPLIES;
    return is_repeated(search) ? LIMIT_REPEATS : LIMIT_NONE;
}

bool flood_may_act(const struct rule *rule)
{
    return rule != NULL && (rule->action == ACTION_OPT_OUT || rule->action == ACTION_OPT_IN ||
                            rule->action == ACTION_HANDOFF || rule->action == ACTION_IGNORE);
}

static void give_notice(struct search *search, struct variables *variables)
{
    const char *built_in;
    const struct template *own = flood_phrase(search->ruleset, search->state->language, &built_in);
    struct buf text = { 0 };

    if (own != NULL)
        decide_render(own, variables, NOTICE_MAX, &text);
    else
        buf_add_text(&text, built_in);
    if (!fold_is_empty(buf_text(&text), text.len)) {
        struct effect *effect = decide_add(search->decision, EFFECT_SAY, NULL);

        effect->step = "flood_notice";
        effect->text = buf_detach(&text);
        search->decision->outcome = OUTCOME_ANSWER;
    }
    buf_release(&text);
}

void flood_silence(struct search *search, struct variables *variables, enum flood_limit limit)
{
    struct decision *decision = search->decision;

    decision->rule = NULL;
    decision->tagged_count = 0;
    decision->limit = limit;
    decision->is_silenced = true;
    decision->outcome = OUTCOME_SILENCE;
    if (!search->state->was_flooding) {
        decision->is_flood_new = true;
        give_notice(search, variables);
    }
}

/* Who joins a question that stands asks no other. */
bool flood_bars_consult(const struct ruleset *ruleset, const struct decide_state *state, const struct rule *rule)
{
    int64_t most = limit_of(ruleset, LIMIT_CONSULTS);

    if (most == 0 || state->consults_this_hour < most)
        return false;
    return rule == NULL || state->consulted == NULL || !state->may_join || strcmp(rule->backend->name, state->consulted) != 0;
}

void decide_format_limit(const struct ruleset *ruleset, enum flood_limit limit, struct buf *out)
{
    int64_t most = limit_of(ruleset, limit);

    buf_addf(out, "%s %lld %s %s", LIMITS[limit].before, (long long)most, most == 1 ? LIMITS[limit].one : LIMITS[limit].many,
             LIMITS[limit].after);
}
