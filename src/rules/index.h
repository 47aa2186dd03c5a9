/*
 * index: which rules may take a message at all?
 *
 * From each rule's words and pattern the index knows literals one of which every match contains
 * (text/literal.h). A search yields, in the order in which the rules are tried, those whose literals occur in
 * the text, and among them all rules without literals. A rule that it leaves out cannot match, so whoever
 * walks these only comes to the same winner as by trying every rule.
 *
 * Built with its ruleset, immutable, read by any thread; the scratch belongs to one thread.
 */
#ifndef RULES_INDEX_H
#define RULES_INDEX_H

#include <stdbool.h>
#include <stddef.h>

#include "rules/ruleset.h"
#include "text/needles.h"

struct rule_index;

/* Why a rule is looked at for every message. */
enum index_reason {
    INDEX_HAS_LITERALS,
    INDEX_TAKES_ALL,  /* neither words nor pattern */
    INDEX_BY_WORDS,   /* its words hold an entry of which nothing need stand in the text as it is */
    INDEX_BY_PATTERN, /* nothing certain can be read from its pattern */
};

struct rule_index *rule_index_new(const struct rule *rules, size_t count);
void rule_index_free(struct rule_index *index);

enum index_reason rule_index_reason(const struct rule_index *index, size_t position);
size_t rule_index_literals(const struct rule_index *index);

/*
 * Starts a search in a folded text, and takes the candidates out one by one: *position is the place of the
 * next in ruleset->rules. False: that was all. The scratch must stay untouched in between.
 */
struct candidates {
    const struct rule_index *index;
    const uint64_t *bits;
    size_t word;
    uint64_t rest; /* of bits[word] */
};

void candidates_find(struct candidates *candidates, const struct rule_index *index, const char *text,
                     size_t len, struct scratch *scratch);
bool candidates_next(struct candidates *candidates, size_t *position);

/*
 * How many of the first `count` rules may act while only consent rules do (opt_out; and opt_in for contacts
 * who have opted out).
 */
size_t rule_index_consents(const struct rule_index *index, size_t count, bool with_opt_in);

#endif
