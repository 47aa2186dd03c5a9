/*
 * frontdesk-bench-rules: what a decision costs with 10, 100, 1,000 and 10,000 rules.
 *
 * The rules are made from a seed: lists of keywords, phrases, and patterns with numbers and named groups,
 * English and Korean by turns. So are the messages: 200 bytes of words made of the same syllables, and in one
 * of twenty the words of some rule. All figures come from one run on one machine, and are the
 * processor's time, so that what else it does counts little:
 *
 *     load     ms     from the text of the rule files to a ruleset, validation and index included
 *     decide   µs     a message, from the text as typed to the effects, folding included
 *     no JIT   µs     the same where the machine forbids to make code
 *     tried           patterns that the index let through to PCRE2, a message
 *     loop     µs     a message folded, and matched with each rule in turn up to the first that takes it;
 *                     PCRE2 with JIT, and nothing that counts steps
 *     faster          loop / decide
 *
 * The last lines are about bounds: 1,000 patterns made at random, with repeats in repeats, and of some texts
 * of 10 KB that are made to send them astray the one that delays a decision most.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "base/zone.h"
#include "desk/decide.h"
#include "rules/index.h"
#include "text/fold.h"

enum {
    MESSAGES = 2000,
    MESSAGE_BYTES = 200,
    HIT_EVERY = 20,
    ROUNDS = 5,
    LOOP_MESSAGES = 100,
    WARM_RUNS = 110, /* more than a pattern is run before it gets its machine code */
    KINDS = 6,
    HOSTILE_RULES = 1000,
    HOSTILE_SEED = 20260107,
    HOSTILE_TEXTS = 20
};

static const struct decide_state STATE = {
    .channel = "whatsapp",
    .owner = "bot",
    .first_name = "Ana",
    .language = "en",
    .time_zone = "",
    .message_count = 3,
    .fields = "{}",
};

struct bench {
    uint64_t seed;
    struct zones *zones;
    struct ruleset *ruleset;
    struct buf messages[MESSAGES];
    struct buf *hits; /* per rule: a text that it takes */
};

static size_t pick(struct bench *bench, size_t count)
{
    bench->seed ^= bench->seed << 13;
    bench->seed ^= bench->seed >> 7;
    bench->seed ^= bench->seed << 17;
    return (size_t)((bench->seed * 0x2545f4914f6cdd1dULL >> 33) % count);
}

static double now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

/* Making rules and messages */

static void add_english(struct bench *bench, size_t syllables, struct buf *out)
{
    static const char *const STARTS[] = { "b", "c", "d", "f", "g", "h",  "l",  "m",  "n", "p",
                                          "r", "s", "t", "v", "w", "st", "pr", "ch", "k", "tr" };
    static const char *const ENDS[] = { "a",  "e",  "i",  "o",  "an", "er", "in", "on",  "al", "es",
                                        "ar", "et", "or", "ea", "u",  "it", "en", "ing", "as", "ou" };

    for (; syllables > 0; syllables--) {
        buf_add_text(out, STARTS[pick(bench, 20)]);
        buf_add_text(out, ENDS[pick(bench, 20)]);
    }
}

static void add_korean(struct bench *bench, size_t syllables, struct buf *out)
{
    static const char SYLLABLES[] =
        "가고구기나다대도동라로리마문미바반배버보부사상서선성소수시식신아안어여연영오용우원유"
        "이인일자장전정제조주지차천청추치카크타터토통트파판포하한해현호화환회";

    for (; syllables > 0; syllables--)
        buf_add(out, SYLLABLES + 3 * pick(bench, (sizeof SYLLABLES - 1) / 3), 3);
}

static void add_word(struct bench *bench, bool is_korean, size_t syllables, struct buf *out)
{
    (is_korean ? add_korean : add_english)(bench, syllables, out);
}

/* One rule, and a text that it takes. */
static void add_rule(struct bench *bench, size_t number, struct buf *sql, struct buf *hit)
{
    size_t kind = number % KINDS;
    bool is_korean = kind >= 3;
    struct buf word = { 0 }, second = { 0 }, third = { 0 };

    add_word(bench, is_korean, 3 + pick(bench, 2), &word);
    add_word(bench, is_korean, 2 + pick(bench, 2), &second);
    add_word(bench, is_korean, 3 + pick(bench, 2), &third);
    buf_addf(sql, "INSERT INTO rule (name, %s, say) VALUES ('r%zu', '", kind % 3 == 2 ? "pattern" : "words",
             number);
    if (kind % 3 == 0)
        buf_addf(sql, "%s, %s %s, %s*", word.data, second.data, word.data, third.data);
    else if (kind % 3 == 1)
        buf_addf(sql, "%s %s %s", word.data, second.data, third.data);
    else
        buf_addf(sql, "%s\\s*#?\\s*(?<id>\\d{4,10})(?!\\d)", word.data);
    buf_addf(sql, "', 'Answer %zu');\n", number);
    if (kind % 3 == 0)
        buf_addf(hit, "%s", word.data);
    else if (kind % 3 == 1)
        buf_addf(hit, "%s %s %s", word.data, second.data, third.data);
    else
        buf_addf(hit, "%s #%zu", word.data, 10000 + number);
    buf_release(&word);
    buf_release(&second);
    buf_release(&third);
}

static void make_message(struct bench *bench, size_t number, size_t rules, struct buf *out)
{
    bool is_korean = number % 2 == 1;
    size_t hit_at = number % HIT_EVERY == 0 ? pick(bench, MESSAGE_BYTES / 2) : SIZE_MAX;

    while (out->len < MESSAGE_BYTES) {
        if (out->len >= hit_at) {
            buf_add_text(out, buf_text(&bench->hits[pick(bench, rules)]));
            hit_at = SIZE_MAX;
        } else {
            add_word(bench, is_korean, 1 + pick(bench, 3) + (is_korean && pick(bench, 2) == 0), out);
        }
        buf_add_text(out, pick(bench, 8) == 0 ? ", " : " ");
    }
    buf_truncate(out, utf8_floor(out->data, out->len, MESSAGE_BYTES));
}

/* Measuring */

static struct ruleset *load(struct bench *bench, const struct buf *sql)
{
    struct rulefiles files = { 0 };
    struct error error = { 0 };
    struct ruleset *ruleset;

    rulefiles_add(&files, "bench.sql", buf_text(sql));
    ruleset = ruleset_new(&files, bench->zones, &error);
    if (ruleset == NULL) {
        fprintf(stderr, "bench-rules: %s\n", error.text);
        exit(1);
    }
    rulefiles_release(&files);
    return ruleset;
}

static size_t decide_one(const struct bench *bench, struct matcher *matcher, const struct buf *message)
{
    struct decide_input input = { .text = message->data };
    struct decision decision = { 0 };
    bool has_won;

    decide(bench->ruleset, matcher, &STATE, &input, 0, &decision);
    has_won = decision.rule != NULL;
    decision_release(&decision);
    return has_won;
}

/* Microseconds a message, of the best round; the share of messages that some rule took in *hits. */
static double measure_decide(const struct bench *bench, bool allow_jit, double *hits)
{
    struct matcher *matcher = matcher_new(allow_jit);
    double best = 1e12;
    size_t won = 0;

    for (int round = 0; round < ROUNDS; round++) {
        double start = now_us();

        won = 0;
        for (size_t i = 0; i < MESSAGES; i++)
            won += decide_one(bench, matcher, &bench->messages[i]);
        start = (now_us() - start) / MESSAGES;
        best = start < best ? start : best;
    }
    *hits = (double)won / MESSAGES;
    matcher_free(matcher);
    return best;
}

static void fold(const struct buf *message, struct buf *folded)
{
    buf_clear(folded);
    fold_text(message->data, message->len, folded);
}

static double measure_tried(const struct bench *bench)
{
    struct scratch scratch = { 0 };
    struct buf folded = { 0 };
    size_t count = 0, position;

    for (size_t i = 0; i < MESSAGES; i++) {
        struct candidates candidates;

        fold(&bench->messages[i], &folded);
        candidates_find(&candidates, bench->ruleset->index, buf_text(&folded), folded.len, &scratch);
        while (candidates_next(&candidates, &position))
            count++;
    }
    scratch_release(&scratch);
    buf_release(&folded);
    return (double)count / MESSAGES;
}

static bool takes(const struct pattern *pattern, struct matcher *matcher, const struct buf *folded)
{
    return pattern_match(pattern, matcher, buf_text(folded), folded->len, NULL) == PATTERN_YES;
}

/* What a rule has, its pattern without the counting of steps, which a plain loop would not know. */
static const struct pattern *plain_pattern(const struct rule *rule, struct pattern **made)
{
    *made = rule->pattern != NULL ? pattern_new_generated(rule->source_pattern, NULL) : NULL;
    return *made != NULL ? *made : rule->words;
}

/* The plain loop, after every pattern has got its machine code. */
static double measure_loop(const struct bench *bench)
{
    const struct ruleset *ruleset = bench->ruleset;
    struct matcher *matcher = matcher_new(true);
    struct pattern **made = alloc_array(ruleset->rule_count, sizeof *made);
    const struct pattern **patterns = alloc_array(ruleset->rule_count, sizeof *patterns);
    struct buf folded = { 0 };
    double start;

    buf_add_text(&folded, "warm");
    for (size_t i = 0; i < ruleset->rule_count; i++) {
        patterns[i] = plain_pattern(&ruleset->rules[i], &made[i]);
        matcher_begin(matcher);
        for (int run = 0; run < WARM_RUNS; run++)
            takes(patterns[i], matcher, &folded);
    }
    start = now_us();
    for (size_t i = 0; i < LOOP_MESSAGES; i++) {
        size_t rule = 0;

        fold(&bench->messages[i], &folded);
        while (rule < ruleset->rule_count && !takes(patterns[rule], matcher, &folded))
            rule++;
    }
    start = (now_us() - start) / LOOP_MESSAGES;
    for (size_t i = 0; i < ruleset->rule_count; i++)
        pattern_free(made[i]);
    free(made);
    free(patterns);
    buf_release(&folded);
    matcher_free(matcher);
    return start;
}

static void bench_rules(struct bench *bench, size_t count)
{
    struct buf sql = { 0 };
    double start, load_ms, decide_us, plain_us, loop_us, tried, hits;

    bench->hits = alloc_array(count, sizeof *bench->hits);
    for (size_t i = 0; i < count; i++)
        add_rule(bench, i, &sql, &bench->hits[i]);
    for (size_t i = 0; i < MESSAGES; i++)
        make_message(bench, i, count, &bench->messages[i]);
    start = now_us();
    bench->ruleset = load(bench, &sql);
    load_ms = (now_us() - start) / 1e3;
    plain_us = measure_decide(bench, false, &hits);
    tried = measure_tried(bench);
    decide_us = measure_decide(bench, true, &hits);
    loop_us = measure_loop(bench);
    printf("%7zu %9.1f %9.2f %9.2f %9.2f %10.1f %8.0f %7.1f%%\n", count, load_ms, decide_us, plain_us, tried,
           loop_us, loop_us / decide_us, 100 * hits);
    ruleset_free(bench->ruleset);
    for (size_t i = 0; i < count; i++)
        buf_release(&bench->hits[i]);
    for (size_t i = 0; i < MESSAGES; i++)
        buf_release(&bench->messages[i]);
    free(bench->hits);
    buf_release(&sql);
}

/* Bounds */

static void add_hostile_part(struct bench *bench, int depth, struct buf *out)
{
    static const char *const ATOMS[] = { "a", "b",   "ab", "\\d",  "\\w",  "[ab]",
                                         ".", "\\s", "가", "[^x]", "a|ab", "\\1" };
    static const char *const REPEATS[] = { "+", "*", "{2,}", "?", "", "{1,9}", "+?", "*" };

    for (size_t count = 1 + pick(bench, 3); count > 0; count--) {
        if (depth > 0 && pick(bench, 2) == 0) {
            buf_add_text(out, "(");
            add_hostile_part(bench, depth - 1, out);
            buf_add_text(out, ")");
        } else {
            buf_addf(out, "(?:%s)", ATOMS[pick(bench, sizeof ATOMS / sizeof ATOMS[0])]);
        }
        buf_add_text(out, REPEATS[pick(bench, 8)]);
    }
}

/* 1,000 patterns that PCRE2 accepts, nested up to four deep. */
static void add_hostile_rules(struct bench *bench, struct buf *sql)
{
    static const char *const ENDS[] = { "\\d$", "\\w$", "\\s$", "\\p{Sc}" };

    for (size_t number = 0; number < HOSTILE_RULES;) {
        struct buf source = { 0 };
        struct pattern *pattern;

        buf_add_text(&source, "(a|b|.)?");
        add_hostile_part(bench, 4, &source);
        buf_add_text(&source, ENDS[pick(bench, 4)]);
        pattern = pattern_new(source.data, NULL);
        if (pattern != NULL && !pattern_matches_empty(pattern))
            buf_addf(sql, "INSERT INTO rule (name, pattern, action) VALUES ('h%zu', '%s', 'ignore');\n",
                     number++, source.data);
        pattern_free(pattern);
        buf_release(&source);
    }
}

static void make_hostile_text(struct bench *bench, size_t kind, struct buf *out)
{
    static const char *const UNITS[] = { "a", "ab", "aab ", "1a", "a b", "가a", "12 ab", "abba1 " };

    while (out->len < 10 * 1024)
        buf_add_text(out, kind < 8 ? UNITS[kind] : UNITS[pick(bench, 8)]);
    buf_add_text(out, "\n?");
}

/* Until all that go to machine code have: a pattern a message, after some runs of it. */
static void warm(const struct bench *bench, struct matcher *matcher)
{
    struct buf text = { 0 };

    buf_add_text(&text, "1a ab 가 12 abba!");
    for (int i = 0; i < WARM_RUNS + HOSTILE_RULES; i++)
        decide_one(bench, matcher, &text);
    buf_release(&text);
}

static void bench_bounds(struct bench *bench, bool allow_jit)
{
    struct matcher *matcher = matcher_new(allow_jit);
    struct buf sql = { 0 };
    double worst = 0;
    size_t hits = 0, steps = 0;

    bench->seed = HOSTILE_SEED;
    add_hostile_rules(bench, &sql);
    bench->ruleset = load(bench, &sql);
    if (allow_jit)
        warm(bench, matcher);
    for (size_t kind = 0; kind < 3 * HOSTILE_TEXTS; kind++) {
        struct buf text = { 0 };
        struct decision decision = { 0 };
        double start;

        make_hostile_text(bench, kind % HOSTILE_TEXTS, &text);
        start = now_us();
        decide(bench->ruleset, matcher, &STATE, &(struct decide_input){ .text = text.data }, 0, &decision);
        start = now_us() - start;
        worst = kind >= HOSTILE_TEXTS && start > worst ? start : worst;
        hits += decision.limit_hit_count;
steps = matcher_effort(matcher) > steps ? matcher_effort(matcher) : steps;
        decision_release(&decision);
        buf_release(&text);
    }
    printf("bounds%s: %d random patterns, texts of 10 KB: the slowest message %.1f ms, at most %.1f of %.1f million "
           "steps, %zu limits hit\n",
           allow_jit ? "" : ", no JIT", HOSTILE_RULES, worst / 1e3, (double)steps / 1e6,
           (double)PATTERN_STEPS_MAX / 1e6, hits);
    ruleset_free(bench->ruleset);
    matcher_free(matcher);
    buf_release(&sql);
}

int main(void)
{
    static const size_t COUNTS[] = { 10, 100, 1000, 10000 };
    struct bench bench = { .seed = 88172645463325252ULL, .zones = zones_open(NULL) };

    printf("%7s %9s %9s %9s %9s %10s %8s %8s\n", "rules", "load ms", "decide µs", "no JIT µs", "tried",
           "loop µs", "faster", "hits");
    for (size_t i = 0; i < sizeof COUNTS / sizeof COUNTS[0]; i++)
        bench_rules(&bench, COUNTS[i]);
    bench_bounds(&bench, true);
    bench_bounds(&bench, false);
    zones_close(bench.zones);
    return 0;
}
