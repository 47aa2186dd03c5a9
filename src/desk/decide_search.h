/*
 * decide_search: which rule takes a message. Part of desk/decide.
 *
 * The rules are walked in the order in which they stand, those that the index takes for possible (rules/index.h), or
 * all of them when the decision is to be thorough; both ways come to the same winner (tests/fuzz/fuzz_index.c looks
 * for a text where they do not). The gate (a person's conversation, an opted-out contact) leaves only the consent
 * rules; while a dialogue runs the caller asks for some of the rules only. A disabled rule is passed by.
 */
#ifndef DESK_DECIDE_SEARCH_H
#define DESK_DECIDE_SEARCH_H

#include <stdbool.h>
#include <stdint.h>

#include "desk/decide.h"
#include "desk/decide_fact.h"
#include "rules/ruleset.h"
#include "text/pattern.h"

enum search_among {
    AMONG_ALL,
    AMONG_INTERRUPTS, /* those that act although a dialogue waits: the marked ones, and consent */
    AMONG_MARKED,     /* the marked ones alone */
    AMONG_WORDED,     /* the others that need words, and answer: what takes every message would take every wrong answer,
                         and what ignores would leave the customer waiting */
};

/* One decision in the making. The caller fills the upper half. */
struct search {
    const struct ruleset *ruleset;
    struct matcher *matcher;
    const struct decide_state *state;
    struct decision *decision; /* with the folded text; what was passed over, tagged and hit goes there */
    int64_t now;
    struct facts facts;

    enum search_among among;
    struct span words, unless; /* of the rule that is being judged */
    bool has_barred;           /* a rule was passed over that would have asked a backend once too often */
};

bool search_is_gated(const struct search *search);

/* The winner, or NULL. */
const struct rule *search_winner(struct search *search, enum search_among among);

/*
 * Matches a rule once more: the search left the matcher with the groups of whatever ran last (its `unless`), and a
 * match is repeatable, so asking again is simpler than keeping every candidate's groups. Returns the pattern that
 * matched, with its span; NULL when the rule needs neither words nor pattern.
 */
const struct pattern *search_match_again(struct search *search, const struct rule *rule, struct span *span);

/* Does one of these words stand in the message? */
bool search_says(struct search *search, const struct pattern *words);

#endif
