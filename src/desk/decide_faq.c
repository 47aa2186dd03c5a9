/*
 * decide_faq: see the header.
 */
#include "backend/backend.h"
#include "desk/decide_faq.h"
#include "desk/decide_say.h"
#include "rules/faq.h"

void decide_faq_render(const struct ruleset *ruleset, const struct decide_state *state, const char *text, int64_t now,
                       const struct faq *faq, struct buf *out)
{
    struct decision nothing = { 0 };
    struct decide_input input = { .text = text };
    struct variables variables = { .ruleset = ruleset, .state = state, .input = &input, .now = now, .decision = &nothing };

    decide_render(faq->answer, &variables, BACKEND_TEXT_MAX, out);
    variables_release(&variables);
}

const struct faq *decide_faq(const struct ruleset *ruleset, const struct backend *backend,
                             const struct decide_state *state, const char *text, int64_t now, double *score,
                             struct buf *out)
{
    const struct faq *faq = ruleset_faq(ruleset, text, state->language, backend->score, score);

    if (faq != NULL)
        decide_faq_render(ruleset, state, text, now, faq, out);
    return faq;
}
