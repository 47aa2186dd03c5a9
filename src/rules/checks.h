/*
 * checks: the private side of check, for the files that hold the single checks (check_*.c). Not for other
 * rooms.
 *
 * A check is a function that looks at the whole ruleset for one kind of slip and reports each case. It has a
 * row in check.c.
 */
#ifndef RULES_CHECKS_H
#define RULES_CHECKS_H

#include <stdbool.h>

#include "backend/backend.h"
#include "base/buf.h"
#include "rules/check.h"
#include "text/pattern.h"

struct check {
    const struct ruleset *ruleset;
    struct matcher *matcher;
    rules_warning *warning;
    void *context;
    const char *kind; /* of the check that runs */
    size_t count;     /* in all */
    size_t told;      /* by the check that runs */
    size_t first;     /* what count was when it began */
    int tries_left;   /* matches that the check that runs may still try */
};

/* Reports about a rule, at its place; about something else at a place; or about the whole (file NULL). */
void check_warn_rule(struct check *check, const struct rule *rule, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void check_warn(struct check *check, const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/*
 * May a message that the rule's words take go on to the rules behind it? Then it proves nothing about them.
 * The place for whatever else keeps a rule from winning, or lets the message pass on.
 */
bool rule_is_conditional(const struct rule *rule);

/* Do the words, the pattern and the unless of the rule take this folded text? Conditions are not asked. */
bool check_takes(struct check *check, const struct rule *rule, const struct buf *folded);

/* Appends a text as rules see it; a list of words also in small letters (of ASCII), as words_cover wants. */
void check_fold(const char *text, struct buf *out);
void check_fold_words(const char *words, struct buf *out);

/* check_shadow.c */
void check_takes_all(struct check *check);
void check_takes_all_under_condition(struct check *check);
void check_covered(struct check *check);
void check_twins(struct check *check);
void check_own_unless(struct check *check);

/* check_tie.c */
void check_ties(struct check *check);

/* check_pattern.c */
void check_slow_patterns(struct check *check);
void check_empty_matches(struct check *check);
void check_dead_patterns(struct check *check);

/* check_word.c */
void check_dead_words(struct check *check);
void check_dead_choices(struct check *check);

/* check_condition.c */
void check_constants(struct check *check);
void check_nulls(struct check *check);

/* check_never.c */
void check_contradictions(struct check *check);

/* check_attribute.c */
void check_attribute_names(struct check *check);
void check_attribute_moments(struct check *check);
void check_attribute_texts(struct check *check);
void check_attribute_conditions(struct check *check);

/* check_button.c */
void check_buttons(struct check *check);
/* Does the campaign show buttons, but not so many? One without any may be meant so. */
bool check_shows_few(const struct campaign *campaign, size_t offered);

/* check_rule.c */
void check_opt_out(struct check *check);
void check_fallback(struct check *check);
void check_priorities(struct check *check);
void check_zone(struct check *check);
void check_consent(struct check *check);

/* check_example.c */
void check_examples(struct check *check);

/* check_campaign.c */
void check_unused_campaigns(struct check *check);
void check_unused_teams(struct check *check);
void check_phones(struct check *check);
void check_wordless_notices(struct check *check);
void check_channels(struct check *check);

/* check_say.c */
void check_braces(struct check *check);
void check_marks(struct check *check);
void check_currencies(struct check *check);
void check_values(struct check *check);
void check_lengths(struct check *check);
void check_layouts(struct check *check);

/* check_phrase.c */
void check_unsaid_phrases(struct check *check);

/* check_faq.c */
void check_faq_words(struct check *check);
void check_faq_commas(struct check *check);
void check_faq_keywords(struct check *check);

/* check_flow.c */
void check_unreached_steps(struct check *check);
void check_branches(struct check *check);
void check_ways_back(struct check *check);
void check_rounds(struct check *check);
void check_questions(struct check *check);
void check_unused_flows(struct check *check);
void check_unused_services(struct check *check);
void check_interrupts(struct check *check);
void check_cancel_words(struct check *check);

/* check_backend.c */
void check_unused_backends(struct check *check);
void check_backend_bodies(struct check *check);
void check_backend_deadlines(struct check *check);
/* May any backend do that, to `target` (NULL: to any)? At the end of its chain it may hand off to its team. */
bool check_backend_may(const struct ruleset *ruleset, enum backend_act_kind kind, const char *target);

/* check_flow_choice.c */
void check_choices(struct check *check);
void check_labels(struct check *check);

#endif
