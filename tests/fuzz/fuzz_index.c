/*
 * fuzz_index: a pattern or a list of words against a text, with the index and without.
 *
 * The first byte chooses: pattern, words, or a small ruleset; made from the grammar, or taken from the bytes
 * as they are (cut at the first 0x1e). What must hold: when PCRE2 finds a match, the index has let it
 * through; and of a ruleset the walk over the candidates and the thorough one have the same winner, on the
 * same words, and hit bounds in the same rules, but for those that could not have matched.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "base/zone.h"
#include "desk/decide.h"
#include "rules/index.h"
#include "tests/lib/grammar.h"
#include "text/fold.h"
#include "text/literal.h"
#include "text/words.h"

enum { TEXTS = 8, RULES = 6 };

static struct skeleton *skeleton;
static struct matcher *matcher;
static struct zones *zones;

static void require(bool holds)
{
    if (!holds)
        abort();
}

/* NULL: refused. */
static struct pattern *compile(const char *source, bool is_words)
{
    struct buf generated = { 0 };
    struct pattern *pattern = NULL;

    if (!is_words)
        return pattern_new(source, NULL);
    if (words_compile(source, &generated, NULL) == 0)
        pattern = pattern_new_generated(generated.data, NULL);
    buf_release(&generated);
    return pattern;
}

static bool lets_through(const struct needles *needles, const struct buf *folded)
{
    struct scratch *scratch = matcher_scratch(matcher);
    uint64_t bits = 0;

    skeleton_squeeze(skeleton, buf_text(folded), folded->len, &scratch->squeezed);
    needles_search(needles, &scratch->squeezed, scratch, &bits);
    return bits != 0;
}

static void check_text(const struct pattern *pattern, const struct needles *needles, const char *text,
                       size_t len)
{
    struct buf folded = { 0 };

    matcher_begin(matcher);
    fold_text(text, len, &folded);
    if (folded.len > MATCH_MAX)
        buf_truncate(&folded, utf8_floor(folded.data, folded.len, MATCH_MAX));
    if (!lets_through(needles, &folded))
        require(pattern_match(pattern, matcher, buf_text(&folded), folded.len, NULL) != PATTERN_YES);
    buf_release(&folded);
}

static void check_pairs(const char *source, bool is_words, struct choices *choices, const struct buf *raw)
{
    struct pattern *pattern = compile(source, is_words);
    struct literals literals = { 0 };
    int has_literals;

    if (pattern == NULL)
        return;
    has_literals = is_words ? literals_of_words(skeleton, source, 0, &literals)
                            : literals_of_pattern(skeleton, source, 0, &literals);
    if (has_literals == 1) {
        struct needles *needles = needles_new(&literals);

        for (int i = 0; i < TEXTS; i++) {
            struct buf text = { 0 };

            make_text_near(choices, source, &text);
            check_text(pattern, needles, buf_text(&text), text.len);
            buf_release(&text);
        }
        check_text(pattern, needles, buf_text(raw), raw->len);
        check_text(pattern, needles, source, strlen(source));
        needles_free(needles);
    }
    literals_release(&literals);
    pattern_free(pattern);
}

static void add_quoted(struct buf *sql, const char *text)
{
    buf_add_char(sql, '\'');
    for (; *text != '\0'; text++)
        buf_add_text(sql, *text == '\'' ? "''" : (char[]){ *text, '\0' });
    buf_add_char(sql, '\'');
}

/* The text as a value, or NULL when it is refused: one bad rule would refuse the whole set. */
static void add_value(struct buf *sql, const struct buf *text, bool is_words)
{
    struct pattern *pattern = text->len > 0 ? compile(text->data, is_words) : NULL;

    if (pattern == NULL)
        buf_add_text(sql, "NULL");
    else
        add_quoted(sql, text->data);
    pattern_free(pattern);
}

static void add_rule(struct choices *choices, int number, struct buf *sql)
{
    struct buf words = { 0 }, pattern = { 0 }, unless = { 0 };
    static const char *const ACTIONS[] = { "opt_out", "ignore", "ignore", "tag" };
    static const char *const CONDITIONS[] = { "NULL", "':message_count = 1'", "':owner = \"agent\"'", "NULL" };
    size_t kind = choose(choices, 5), action = choose(choices, 4); /* 4: neither words nor pattern */
    const char *only_if = CONDITIONS[choose(choices, kind == 4 ? 3 : 4)];
    const char *cooldown = action != 0 && choose(choices, 3) == 0 ? "'1 minute'" : "NULL";

    if (kind != 1 && kind != 4)
        make_words(choices, &words);
    if (kind <= 1)
        make_pattern(choices, &pattern);
    if (choose(choices, 4) == 0)
        make_words(choices, &unless);
    buf_addf(sql,
             "INSERT INTO rule (name, priority, action, only_if, cooldown, words, pattern, unless) "
             "VALUES ('r%d', %zu, '%s', %s, %s, ",
             number, choose(choices, 3), ACTIONS[action], only_if, cooldown);
    add_value(sql, &words, true);
    buf_add_text(sql, ", ");
    add_value(sql, &pattern, false);
    buf_add_text(sql, ", ");
    add_value(sql, &unless, true);
    buf_add_text(sql, ");\n");
    buf_release(&words);
    buf_release(&pattern);
    buf_release(&unless);
}

static bool has_hit(const struct decision *decision, const struct rule *rule)
{
    for (size_t i = 0; i < decision->limit_hit_count; i++)
        if (decision->limit_hits[i] == rule)
            return true;
    return false;
}

static void check_decisions(const struct ruleset *ruleset, const struct decide_state *state, const char *text)
{
    struct decide_input input = { .text = text };
    struct decision usual = { 0 }, thorough = { .is_thorough = true };

    decide(ruleset, matcher, state, &input, 1000, &usual);
    decide(ruleset, matcher, state, &input, 1000, &thorough);
    require(usual.rule == thorough.rule && usual.tried == thorough.tried &&
            usual.outcome == thorough.outcome);
    require(usual.match.start == thorough.match.start && usual.match.end == thorough.match.end);
    require(strcmp(buf_text(&usual.variables), buf_text(&thorough.variables)) == 0);
    require(usual.tagged_count == thorough.tagged_count && usual.effect_count == thorough.effect_count);
    for (size_t i = 0; i < usual.tagged_count; i++)
        require(usual.tagged[i] == thorough.tagged[i]);
    for (size_t i = 0; i < usual.limit_hit_count && thorough.limit_hit_count < LIMIT_HITS_MAX; i++)
        require(has_hit(&thorough, usual.limit_hits[i]));
    decision_release(&usual);
    decision_release(&thorough);
}

static void check_ruleset(struct choices *choices)
{
    struct decide_state state = { .channel = "whatsapp",
                                  .owner = "bot",
                                  .first_name = "",
                                  .language = "",
                                  .time_zone = "",
                                  .message_count = 1,
                                  .fields = "{}" };
    static const struct cooling COOLING[] = { { "r1", 5000 }, { "r4", 500 } };
    struct rulefiles files = { 0 };
    struct buf sql = { 0 };
    struct ruleset *ruleset;

    for (int i = 0; i < RULES; i++)
        add_rule(choices, i, &sql);
    rulefiles_add(&files, "a.sql", sql.data);
    ruleset = ruleset_new(&files, zones, NULL);
    for (int i = 0; ruleset != NULL && i < TEXTS; i++) {
        struct buf text = { 0 };

        make_text(choices, &text);
        state.owner = i % 4 == 3 ? "agent" : "bot";
        state.cooling = COOLING;
        state.cooling_count = i % 2 == 0 ? 2 : 0;
        check_decisions(ruleset, &state, buf_text(&text));
        buf_release(&text);
    }
    ruleset_free(ruleset);
    rulefiles_release(&files);
    buf_release(&sql);
}

/* The bytes as they are: a source, and behind a 0x1e a text. */
static void split_raw(const uint8_t *data, size_t size, struct buf *source, struct buf *text)
{
    const uint8_t *cut = memchr(data, 0x1e, size);
    size_t len = cut != NULL ? (size_t)(cut - data) : size;

    utf8_repair((const char *)data, len, source);
    utf8_repair((const char *)data + len, size - len, text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf source = { 0 }, text = { 0 };
    struct choices choices = { 0 };
    uint8_t kind;

    if (size < 2)
        return 0;
    if (skeleton == NULL) {
        skeleton = skeleton_new();
        matcher = matcher_new(true);
        zones = zones_open("/nonexistent");
    }
    kind = data[0];
    for (size_t i = 0; i < size; i++)
        choices.seed = choices.seed * 131 + data[i] + 1;
    choices.data = data + 1;
    choices.len = size - 1;
    if (kind % 8 >= 6)
        split_raw(data + 1, size - 1, &source, &text);
    else if (kind % 2 == 0)
        make_pattern(&choices, &source);
    else
        make_words(&choices, &source);
    if (kind % 32 == 5) /* rarely, as one costs as much as fifty pairs */
        check_ruleset(&choices);
    else
        check_pairs(buf_text(&source), kind % 2 != 0, &choices, &text);
    buf_release(&source);
    buf_release(&text);
    return 0;
}
