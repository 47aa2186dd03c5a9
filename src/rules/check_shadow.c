/*
 * check_shadow: rules that stand in another's shadow.
 *
 * The rules are tried in their order and the first that takes a message wins, so a rule can never win when
 * the rules before it take all that it takes. That is proven in four ways only:
 *
 *     - a rule before it takes every message;
 *     - a rule before it has the same pattern, words and unless (found by sorting, not by pairs);
 *     - it has words and no pattern, and each entry of its words is covered (words_cover) by an entry of
 *       a rule before it, which has no unless, or none that the later rule does not have, too. The entries
 *       may be covered by different rules;
 *     - its own unless covers all of its words.
 *
 * A rule that is conditional proves nothing about the rules behind it, but about those with the same only_if, where
 * that asks for facts alone: it is true for both, or for none. An opt_in or opt_out rule still acts
 * for who has opted out, or while a person holds the conversation, but an owner who relies on that would be
 * surprised: reported all the same.
 *
 * Entries are looked up in a table by their text. For an entry, each piece of it that begins at a word's
 * start is looked up, and only while entries with a star in front are in the table each piece at all: the
 * work grows with the words that stand in the files, not with pairs of rules. Chains of equal entries and the
 * length of an entry that is cut into pieces are bounded.
 *
 * When only some words of a rule are covered, by a rule of the same priority, the two tie and the order of
 * the files decides: told, since whoever writes a word twice at one priority does not know of it.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "rules/checks.h"
#include "text/words.h"

enum { PIECES_LEN_MAX = 120, CHAIN_MAX = 16, TABLE_LEAST = 64, TIED_SHOWN = 3, WORD_SHOWN_MAX = 60 };

/* Whatever lets a message pass on at the earlier rule keeps the later one from it, too. */
static bool is_as_free(const struct rule *earlier, const struct rule *later)
{
    if (!rule_is_conditional(earlier))
        return true;
    return earlier->action != ACTION_TAG && earlier->cooldown_ms == 0 && later->only_if != NULL &&
           strcmp(earlier->source_only_if, later->source_only_if) == 0 &&
           strchr(earlier->source_only_if, '@') == NULL;
}

/* Takes all */

/* One sentence for all: behind an early fallback there may be thousands. */
void check_takes_all(struct check *check)
{
    const struct ruleset *ruleset = check->ruleset;
    size_t i = 0;
    while (i < ruleset->rule_count &&
           (!rule_takes_all(&ruleset->rules[i]) || rule_is_conditional(&ruleset->rules[i])))
        i++;
    if (i + 1 >= ruleset->rule_count)
        return;
    const struct rule *all = &ruleset->rules[i], *first = all + 1;
    size_t more = ruleset->rule_count - i - 2;
    struct buf others = { 0 };
    if (more > 0)
        buf_addf(&others, ", nor can the %zu rule%s behind it", more, more == 1 ? "" : "s");
    check_warn_rule(
        check, first,
        "the rule %s can never win%s: %s (%s:%d, priority %d) takes every message before it; give "
        "%s a lower priority than all others, as in 0",
        first->name, buf_text(&others), all->name, all->file, all->line, all->priority, all->name);
    buf_release(&others);
}

static bool takes_all_under_condition(const struct rule *rule)
{
    return rule->only_if != NULL && rule->words == NULL && rule->pattern == NULL && rule->unless == NULL &&
           rule->action != ACTION_TAG && rule->cooldown_ms == 0;
}

/* Those behind a rule that takes everything have been told of. */
void check_takes_all_under_condition(struct check *check)
{
    const struct rule *rules = check->ruleset->rules;
    size_t count = 0;
    while (count < check->ruleset->rule_count &&
           (!rule_takes_all(&rules[count]) || rule_is_conditional(&rules[count])))
        count++;
    for (size_t i = 0; i < count; i++)
        for (size_t j = i + 1; takes_all_under_condition(&rules[i]) && j < count && check->tries_left-- > 0; j++)
            if (is_as_free(&rules[i], &rules[j]))
                check_warn_rule(check, &rules[j],
                                "the rule %s can never win: %s (%s:%d, priority %d) has the same only_if and takes every "
                                "message before it; give %s a lower priority",
                                rules[j].name, rules[i].name, rules[i].file, rules[i].line, rules[i].priority,
                                rules[i].name);
}

/* Twins */

static int compare_texts(const char *a, const char *b)
{
    if (a == NULL || b == NULL)
        return (a != NULL) - (b != NULL);
    return strcmp(a, b);
}

static int compare_sources(const struct rule *a, const struct rule *b)
{
    int order = compare_texts(a->source_words, b->source_words);
    if (order == 0)
        order = compare_texts(a->source_pattern, b->source_pattern);
    return order != 0 ? order : compare_texts(a->source_unless, b->source_unless);
}

/* How little a rule proves about those behind it: 0 all, 1 some under its only_if, 2 nothing. */
static int weakness(const struct rule *rule)
{
    return !rule_is_conditional(rule) ? 0 : rule->action != ACTION_TAG && rule->cooldown_ms == 0 ? 1 : 2;
}

/* By what they match, those that prove nothing last, then by condition, and by the order in which they are tried. */
static int compare_rules(const void *a, const void *b)
{
    const struct rule *left = *(const struct rule *const *)a, *right = *(const struct rule *const *)b;
    int order = compare_sources(left, right);
    if (order == 0)
        order = weakness(left) - weakness(right);
    if (order == 0)
        order = compare_texts(left->source_only_if, right->source_only_if);
    return order != 0 ? order : (left > right) - (left < right);
}

static void tell_twin(struct check *check, const struct rule *first, const struct rule *second)
{
    check_warn_rule(
        check, second,
        "the rule %s can never win: %s (%s:%d) has the same words and pattern and %s; take one of "
        "the two out, or give them different words",
        second->name, first->name, first->file, first->line,
        first->priority == second->priority ? "stands before it" : "a higher priority");
}

/* Each rule with a pattern against the first of those like it. Those without are check_covered's. */
void check_twins(struct check *check)
{
    size_t count = check->ruleset->rule_count, first = 0, same = 0;
    const struct rule **sorted = alloc_array(count, sizeof *sorted);
    for (size_t i = 0; i < count; i++)
        sorted[i] = &check->ruleset->rules[i];
    qsort(sorted, count, sizeof *sorted, compare_rules);
    for (size_t i = 1; i < count; i++) {
        if (compare_sources(sorted[first], sorted[i]) != 0)
            first = same = i;
        else if (sorted[i]->pattern != NULL && is_as_free(sorted[first], sorted[i]) && sorted[first] < sorted[i])
            tell_twin(check, sorted[first], sorted[i]);
        else if (sorted[i]->pattern != NULL && is_as_free(sorted[same], sorted[i]) && sorted[same] < sorted[i])
            tell_twin(check, sorted[same], sorted[i]);
        else
            same = i;
    }
    free(sorted);
}

/* The table of entries */

struct slot {
    struct words_entry entry; /* owns its text */
    const struct rule *rule;
    size_t next; /* index + 1 in `slots`; 0: the last of its chain */
};

struct table {
    size_t *heads; /* index + 1 in `slots`; by hash */
    size_t head_count;
    struct slot *slots;
    size_t count, room;
    bool has_star_before;
};

static void table_release(struct table *table)
{
    for (size_t i = 0; i < table->count; i++)
        free((char *)table->slots[i].entry.text);
    free(table->slots);
    free(table->heads);
}

static const uint64_t HASH_START = UINT64_C(0xcbf29ce484222325);

static uint64_t hash_byte(uint64_t hash, char c)
{
    return (hash ^ (unsigned char)c) * UINT64_C(0x100000001b3);
}

static size_t head_of(const struct table *table, uint64_t hash)
{
    return (size_t)(hash ^ hash >> 32) & (table->head_count - 1);
}

static void table_link(struct table *table, size_t index)
{
    struct slot *slot = &table->slots[index];
    uint64_t hash = HASH_START;
    for (size_t i = 0; i < slot->entry.len; i++)
        hash = hash_byte(hash, slot->entry.text[i]);
    size_t head = head_of(table, hash);
    slot->next = table->heads[head];
    table->heads[head] = index + 1;
}

static void table_grow(struct table *table)
{
    table->room = table->room == 0 ? TABLE_LEAST : table->room * 2;
    table->slots = alloc_resize(table->slots, table->room, sizeof *table->slots);
    free(table->heads);
    table->head_count = table->room * 2;
    table->heads = alloc_array(table->head_count, sizeof *table->heads);
    for (size_t i = 0; i < table->count; i++)
        table_link(table, i);
}

static void table_add(struct table *table, const struct words_entry *entry, const struct rule *rule)
{
    if (table->count == table->room)
        table_grow(table);
    struct slot *slot = &table->slots[table->count];
    *slot = (struct slot){ .entry = *entry, .rule = rule };
    slot->entry.text = alloc_bytes(entry->text, entry->len);
    table->has_star_before = table->has_star_before || entry->star_before;
    table_link(table, table->count++);
}

/* Covered words */

/* One rule whose words are held against the table. */
struct shade {
    struct check *check;
    const struct table *table;
    const struct rule *rule;
    struct buf words, unless; /* folded */
};

static bool list_has(const struct buf *list, const struct words_entry *wanted)
{
    struct words_entry entry;
    size_t at = 0;
    while (words_next(list, &at, &entry))
        if (entry.len == wanted->len && entry.is_whole == wanted->is_whole && words_cover(&entry, wanted, 0))
            return true;
    return false;
}

/* Does the later rule's unless hold whatever the earlier rule's does? */
static bool unless_is_within(const struct rule *earlier, const struct shade *later)
{
    if (earlier->source_unless == NULL ||
        compare_texts(earlier->source_unless, later->rule->source_unless) == 0)
        return true;
    struct buf unless = { 0 };
    struct words_entry entry;
    size_t at = 0;
    bool is_within = later->rule->source_unless != NULL;
    check_fold_words(earlier->source_unless, &unless);
    while (is_within && words_next(&unless, &at, &entry))
        is_within = list_has(&later->unless, &entry);
    buf_release(&unless);
    return is_within;
}

/* The last word is PCRE2's: a proof that the rule does not take the entry's own text is none. */
static bool takes_entry(const struct shade *shade, const struct rule *rule, const struct words_entry *entry)
{
    struct buf text = { 0 };
    buf_add(&text, entry->text, entry->len);
    bool takes = pattern_match(rule->words, shade->check->matcher, buf_text(&text), text.len, NULL) ==
                 PATTERN_YES;
    buf_release(&text);
    return takes;
}

/* The earlier of `best` and the first rule whose entry is this piece and covers the whole. */
static const struct rule *look_up(const struct shade *shade, const struct words_entry *entry, size_t at,
                                  size_t len, uint64_t hash, const struct rule *best)
{
    const struct table *table = shade->table;
    size_t index = table->heads[head_of(table, hash)];
    for (int seen = 0; index != 0 && seen < CHAIN_MAX; index = table->slots[index - 1].next, seen++) {
        const struct slot *slot = &table->slots[index - 1];
        if (slot->entry.len == len && slot->rule != shade->rule && (best == NULL || slot->rule < best) &&
            words_cover(&slot->entry, entry, at) && is_as_free(slot->rule, shade->rule) && unless_is_within(slot->rule, shade) &&
            takes_entry(shade, slot->rule, entry))
            best = slot->rule;
    }
    return best;
}

/* The first rule in the table that takes whatever the entry takes; NULL: none is known. */
static const struct rule *find_cover(const struct shade *shade, const struct words_entry *entry)
{
    const struct rule *best = NULL;
    size_t len = entry->len < PIECES_LEN_MAX ? entry->len : PIECES_LEN_MAX;
    for (size_t from = 0; from < len; from++) {
        bool is_start = from == 0 || entry->text[from - 1] == ' ' || (unsigned char)entry->text[from] >= 0x80;
        uint64_t hash = HASH_START;
        if (!is_start && !shade->table->has_star_before)
            continue;
        for (size_t to = from; to < len; to++) {
            hash = hash_byte(hash, entry->text[to]);
            best = look_up(shade, entry, from, to + 1 - from, hash, best);
        }
    }
    return best;
}

static void add_covered(struct buf *list, size_t count, const struct words_entry *entry,
                        const struct rule *cover)
{
    if (count < TIED_SHOWN)
        buf_addf(list, "%s\"%.*s\" by %s (%s:%d)", count == 0 ? "" : ", ",
                 (int)utf8_floor(entry->text, entry->len, WORD_SHOWN_MAX), entry->text, cover->name,
                 cover->file, cover->line);
    else if (count == TIED_SHOWN)
        buf_add_text(list, " …");
}

static void shade_judge(struct shade *shade)
{
    const struct rule *rule = shade->rule;
    struct buf covered = { 0 }, tied = { 0 };
    struct words_entry entry;
    size_t at = 0, count = 0, covered_count = 0, tied_count = 0;
    for (; words_next(&shade->words, &at, &entry); count++) {
        const struct rule *cover = find_cover(shade, &entry);
        if (cover == NULL)
            continue;
        add_covered(&covered, covered_count++, &entry, cover);
        if (cover->priority == rule->priority)
            add_covered(&tied, tied_count++, &entry, cover);
    }
    shade->check->kind = "never-wins";
    if (covered_count == count && rule->pattern == NULL)
        check_warn_rule(shade->check, rule,
                        "the rule %s can never win: its words are taken before it, %s; give it a higher "
                        "priority, or other words",
                        rule->name, buf_text(&covered));
    else if (tied_count > 0) {
        shade->check->kind = "tie";
        check_warn_rule(shade->check, rule,
                        "some words of the rule %s do nothing, since rules of the same priority (%d) stand "
                        "before it and the order of the files decides: they are taken, %s; take them out, "
                        "or change a priority",
                        rule->name, rule->priority, buf_text(&tied));
    }
    buf_release(&covered);
    buf_release(&tied);
}

static void add_words(struct table *table, const struct rule *rule, const struct buf *words)
{
    struct words_entry entry;
    for (size_t at = 0; words_next(words, &at, &entry);)
        table_add(table, &entry, rule);
}

void check_covered(struct check *check)
{
    struct table table = { 0 };
    table_grow(&table);
    for (size_t i = 0; i < check->ruleset->rule_count; i++) {
        const struct rule *rule = &check->ruleset->rules[i];
        if (rule->source_words == NULL)
            continue;
        struct shade shade = { .check = check, .table = &table, .rule = rule };
        check_fold_words(rule->source_words, &shade.words);
        if (rule->source_unless != NULL)
            check_fold_words(rule->source_unless, &shade.unless);
        shade_judge(&shade);
        if (weakness(rule) < 2)
            add_words(&table, rule, &shade.words);
        buf_release(&shade.words);
        buf_release(&shade.unless);
    }
    table_release(&table);
}

/* A rule's own unless */

static void judge_own(struct check *check, const struct rule *rule, struct table *table)
{
    struct shade shade = { .check = check, .table = table, .rule = rule };
    struct words_entry entry;
    struct rule unless = { .words = rule->unless };
    struct buf list = { 0 };
    size_t at = 0;
    bool is_covered = true;
    check_fold_words(rule->source_unless, &list);
    add_words(table, &unless, &list);
    check_fold_words(rule->source_words, &shade.words);
    while (is_covered && words_next(&shade.words, &at, &entry))
        is_covered = find_cover(&shade, &entry) != NULL;
    if (is_covered)
        check_warn_rule(check, rule,
                        "the rule %s can never win: its own unless keeps it from all of its words; write in "
                        "unless what must not be there beside them",
                        rule->name);
    buf_release(&list);
    buf_release(&shade.words);
}

void check_own_unless(struct check *check)
{
    for (size_t i = 0; i < check->ruleset->rule_count; i++) {
        const struct rule *rule = &check->ruleset->rules[i];
        if (rule->source_words == NULL || rule->source_unless == NULL || rule->pattern != NULL)
            continue;
        struct table table = { 0 };
        table_grow(&table);
        judge_own(check, rule, &table);
        table_release(&table);
    }
}
