/*
 * index: the literals of all rules, and the bits of those that have none.
 *
 * A rule with words and a pattern takes a message by either, so it needs the literals of both; when one of
 * them has none, it is a candidate always. `unless` and conditions only ever say no, and play no part.
 *
 * The candidates of a message are a bitset in the order of the rules, which is that of their priorities. It
 * starts as a copy of `always`, and the search adds to it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "rules/index.h"
#include "text/literal.h"

struct rule_index {
    size_t rule_count, words;
    struct skeleton *skeleton;
    struct needles *needles;
    uint64_t *always;
    unsigned char *reasons;       /* enum index_reason, by position */
    uint32_t *opt_outs, *opt_ins; /* how many stand before each position, and before the end */
};

static enum index_reason read_rule(const struct rule_index *index, const struct rule *rule, uint32_t position,
                                   struct literals *literals)
{
    size_t count = literals->count;

    if (rule->words == NULL && rule->pattern == NULL)
        return INDEX_TAKES_ALL;
    if (rule->words != NULL &&
        literals_of_words(index->skeleton, rule->source_words, position, literals) == 0)
        return INDEX_BY_WORDS;
    if (rule->pattern == NULL ||
        literals_of_pattern(index->skeleton, rule->source_pattern, position, literals) == 1)
        return INDEX_HAS_LITERALS;
    literals_truncate(literals, count);
    return INDEX_BY_PATTERN;
}

static void count_consents(struct rule_index *index, const struct rule *rules)
{
    for (size_t i = 0; i < index->rule_count; i++) {
        index->opt_outs[i + 1] = index->opt_outs[i] + (rules[i].action == ACTION_OPT_OUT);
        index->opt_ins[i + 1] = index->opt_ins[i] + (rules[i].action == ACTION_OPT_IN);
    }
}

struct rule_index *rule_index_new(const struct rule *rules, size_t count)
{
    struct rule_index *index = alloc_new(sizeof *index);
    struct literals literals = { 0 };

    index->rule_count = count;
    index->words = count / 64 + 1;
    index->skeleton = skeleton_new();
    index->always = alloc_array(index->words, sizeof *index->always);
    index->reasons = alloc_array(count + 1, sizeof *index->reasons);
    index->opt_outs = alloc_array(count + 1, sizeof *index->opt_outs);
    index->opt_ins = alloc_array(count + 1, sizeof *index->opt_ins);
    for (size_t i = 0; i < count; i++) {
        enum index_reason reason = read_rule(index, &rules[i], (uint32_t)i, &literals);

        index->reasons[i] = (unsigned char)reason;
        if (reason != INDEX_HAS_LITERALS)
            index->always[i / 64] |= (uint64_t)1 << i % 64;
    }
    index->needles = needles_new(&literals);
    literals_release(&literals);
    count_consents(index, rules);
    return index;
}

void rule_index_free(struct rule_index *index)
{
    if (index == NULL)
        return;
    skeleton_free(index->skeleton);
    needles_free(index->needles);
    free(index->always);
    free(index->reasons);
    free(index->opt_outs);
    free(index->opt_ins);
    free(index);
}

enum index_reason rule_index_reason(const struct rule_index *index, size_t position)
{
    return (enum index_reason)index->reasons[position];
}

size_t rule_index_literals(const struct rule_index *index)
{
    return needles_count(index->needles);
}

size_t rule_index_consents(const struct rule_index *index, size_t count, bool with_opt_in)
{
    return index->opt_outs[count] + (with_opt_in ? index->opt_ins[count] : 0);
}

void candidates_find(struct candidates *candidates, const struct rule_index *index, const char *text,
                     size_t len, struct scratch *scratch)
{
    scratch_reserve(scratch, index->rule_count);
    memcpy(scratch->bits, index->always, index->words * sizeof *scratch->bits);
    skeleton_squeeze(index->skeleton, text, len, &scratch->squeezed);
    needles_search(index->needles, &scratch->squeezed, scratch, scratch->bits);
    *candidates = (struct candidates){ .index = index, .bits = scratch->bits, .rest = scratch->bits[0] };
}

bool candidates_next(struct candidates *candidates, size_t *position)
{
    while (candidates->rest == 0) {
        if (++candidates->word >= candidates->index->words)
            return false;
        candidates->rest = candidates->bits[candidates->word];
    }
    *position = candidates->word * 64 + (size_t)__builtin_ctzll(candidates->rest);
    candidates->rest &= candidates->rest - 1;
    return true;
}
