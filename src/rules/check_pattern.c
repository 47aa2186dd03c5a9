/*
 * check_pattern: what PCRE2 patterns do that their authors did not expect.
 *
 * - Slow: a hostile customer can make a pattern with nested, neighbouring or open repeats run into its bound of
 *   steps, where it gives up, and after a few times the rule is put out of play. Tried, not guessed: texts are made
 *   of the pattern's own literals, of common letters and of the rule's examples, each repeated up to 4 KiB, with
 *   an end that keeps it from matching. Blanks alone are not tried, folding leaves one of them. Matched and
 *   counted as a message is, which is the same everywhere.
 *
 *   A short text is tried first: a pattern that takes few steps there is let go. So 10,000 patterns take
 *   about a second. Whoever has fifty slow ones is told of those and no more.
 *
 * - A pattern that matches the empty text matches everything, or at least a message without words.
 * - A piece that folded text never holds: two blanks in a row, a tab, a line break.
 */
#include <string.h>

#include "base/utf8.h"
#include "rules/checks.h"
#include "text/fold.h"

enum {
    LITERALS_MAX = 4,
    UNITS_MAX = 16,
    UNIT_LEN_MAX = 200,
    EXAMPLES_MAX = 2,
    SCREEN_LEN = 256,
    SCREEN_STEPS = 10 * 1000, /* 40 for each byte; who goes over the rest from each place takes 33,000 */
    DOUBTS_MAX = 200 * 1000,  /* units of SCREEN_STEPS for the whole set: what is left is not judged */
    TEXT_MAX = 4000, /* the end included no more than rules see */
    END_MAX = 80,
    SHOWN_MAX = 24
};

static const char *const COMMON[] = { "a", "1", "a ", "1 ", "가", "a1", "a, ", NULL };
static const size_t LENGTHS[] = { 32, 64, 128, 256, 512, 1024, 2048, 3000 };

/* What the hostile texts of one pattern are made of. */
struct hostile {
    struct check *check;
    const struct rule *rule;
    struct buf units[UNITS_MAX];
    size_t unit_count;
    struct buf end; /* each of the pattern's own characters, apart from the others */
    struct buf text;
};

static void hostile_release(struct hostile *hostile)
{
    for (size_t i = 0; i < UNITS_MAX; i++)
        buf_release(&hostile->units[i]);
    buf_release(&hostile->end);
    buf_release(&hostile->text);
}

/* Adds what is left of a unit after folding; a blank at its end stays. */
static void add_unit(struct hostile *hostile, const char *text, size_t len)
{
    if (hostile->unit_count == UNITS_MAX || len == 0)
        return;
    struct buf *unit = &hostile->units[hostile->unit_count];
    fold_piece(text, len < UNIT_LEN_MAX ? len : utf8_floor(text, len, UNIT_LEN_MAX), unit);
    hostile->unit_count += unit->len > 0;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (unsigned char)c >= 0x80;
}

/* Over a group's head ("(?<name>", "(?:"), a class, an escape or a count; 0: none stands here. */
static size_t skip_syntax(const char *at)
{
    const char *end = NULL;
    if (at[0] == '\\' && at[1] != '\0')
        return 2;
    if (at[0] == '[')
        end = strchr(at + (at[1] == ']' || at[1] == '^' ? 2 : 1), ']');
    else if (at[0] == '{')
        end = strchr(at, '}');
    else if (at[0] == '(' && at[1] == '?')
        end = at[2] == '<' && at[3] != '=' && at[3] != '!' ? strchr(at, '>')
                                                           : at + strcspn(at + 2, "=!:>(") + 2;
    return end != NULL && *end != '\0' ? (size_t)(end - at) + 1 : 0;
}

/* The next run of letters and digits that stand for themselves: its length, *at at its start. */
static size_t next_literal(const char **at)
{
    while (**at != '\0' && !is_letter(**at)) {
        size_t len = skip_syntax(*at);
        *at += len > 0 ? len : 1;
    }
    size_t len = 0;
    while (is_letter((*at)[len]))
        len++;
    return len;
}

/* PCRE2 looks for a character that every match needs before it begins: without it a text is no danger. */
static void add_end(struct hostile *hostile)
{
    for (const char *at = hostile->rule->source_pattern; *at != '\0' && hostile->end.len < END_MAX;) {
        bool is_escape = at[0] == '\\' && at[1] > ' ' && at[1] <= '~' && !is_letter(at[1]);
        bool is_plain = is_letter(*at) || (*at > ' ' && strchr("^$.|?*+()[]{}\\", *at) == NULL);
        size_t len = is_letter(*at) ? 1 : skip_syntax(at);
        if ((is_escape || is_plain) && (unsigned char)*at < 0x80)
            buf_addf(&hostile->end, "~%c", at[is_escape]);
        at += len > 0 ? len : 1;
    }
}

static void add_literals(struct hostile *hostile)
{
    struct buf joined = { 0 }, spaced = { 0 };
    const char *at = hostile->rule->source_pattern;
    size_t len;
    for (size_t count = 0; count < LITERALS_MAX && (len = next_literal(&at)) > 0; at += len, count++) {
        struct buf unit = { 0 };
        buf_addf(&unit, "%.*s ", (int)len, at);
        add_unit(hostile, buf_text(&unit), len);
        add_unit(hostile, buf_text(&unit), unit.len);
        buf_add(&joined, at, len);
        buf_addf(&spaced, "%.*s ", (int)len, at);
        buf_release(&unit);
    }
    add_unit(hostile, buf_text(&joined), joined.len);
    add_unit(hostile, buf_text(&spaced), spaced.len);
    buf_release(&joined);
    buf_release(&spaced);
}

static void add_examples(struct hostile *hostile)
{
    const struct ruleset *ruleset = hostile->check->ruleset;
    int count = 0;
    for (size_t i = 0; i < ruleset->example_count && count < EXAMPLES_MAX; i++)
        if (ruleset->examples[i].rule == hostile->rule) {
            add_unit(hostile, ruleset->examples[i].text, strlen(ruleset->examples[i].text));
            count++;
        }
}

static void make_text(struct hostile *hostile, const struct buf *unit, size_t len)
{
    buf_clear(&hostile->text);
    while (hostile->text.len + unit->len <= len || hostile->text.len == 0)
        buf_add(&hostile->text, unit->data, unit->len);
    buf_add(&hostile->text, hostile->end.data, hostile->end.len);
    buf_add_char(&hostile->text, '~');
}

/* A match alone on its message, as a message's worth of steps is counted everywhere. */
static bool is_slow(const struct hostile *hostile)
{
    struct check *check = hostile->check;
    matcher_begin(check->matcher);
    bool is_limit = pattern_match(hostile->rule->pattern, check->matcher, buf_text(&hostile->text),
                                  hostile->text.len, NULL) == PATTERN_LIMIT;
    check->tries_left -= (int)(matcher_effort(check->matcher) / SCREEN_STEPS);
    return is_limit;
}

/* Does a short text take more steps than a pattern that goes over it once or twice? */
static bool is_doubtful(struct hostile *hostile, const struct buf *unit)
{
    make_text(hostile, unit, SCREEN_LEN);
    return is_slow(hostile) || matcher_effort(hostile->check->matcher) > SCREEN_STEPS;
}

/* The shortest length that hits the bound; 0: none does. */
static size_t find_length(struct hostile *hostile, const struct buf *unit)
{
    make_text(hostile, unit, TEXT_MAX);
    if (!is_slow(hostile))
        return 0;
    for (size_t i = 0; i < sizeof LENGTHS / sizeof LENGTHS[0]; i++) {
        make_text(hostile, unit, LENGTHS[i]);
        if (is_slow(hostile))
            return hostile->text.len;
    }
    return hostile->text.len;
}

static void tell_slow(struct hostile *hostile, const struct buf *unit, size_t len)
{
    make_text(hostile, unit, SHOWN_MAX);
    size_t shown = utf8_floor(hostile->text.data, hostile->text.len, SHOWN_MAX);
    check_warn_rule(
        hostile->check, hostile->rule,
        "a hostile text puts the rule %s out of play: on \"%.*s…\", %zu bytes long, its pattern runs "
        "into the bound of steps; let nothing repeat inside of a repeat, and write counts, as in "
        "\\d{1,10} or .{0,40} instead of (\\d+)+, \\d+ or .*",
        hostile->rule->name, (int)shown, hostile->text.data, len);
}

static void attack(struct hostile *hostile)
{
    for (size_t i = 0; i < hostile->unit_count; i++) {
        const struct buf *unit = &hostile->units[i];
        size_t len = is_doubtful(hostile, unit) ? find_length(hostile, unit) : 0;
        if (len > 0) {
            tell_slow(hostile, unit, len);
            return;
        }
    }
}

void check_slow_patterns(struct check *check)
{
    check->tries_left = DOUBTS_MAX;
    for (size_t i = 0; i < check->ruleset->rule_count && check->told < CHECK_SHOWN_MAX; i++) {
        const struct rule *rule = &check->ruleset->rules[i];
        if (check->tries_left <= 0)
            return;
        if (rule->pattern == NULL || strpbrk(rule->source_pattern, "*+{") == NULL)
            continue;
        struct hostile hostile = { .check = check, .rule = rule };
        add_end(&hostile);
        add_literals(&hostile);
        for (size_t j = 0; COMMON[j] != NULL; j++)
            add_unit(&hostile, COMMON[j], strlen(COMMON[j]));
        add_examples(&hostile);
        attack(&hostile);
        hostile_release(&hostile);
    }
}

static bool takes_text(struct check *check, const struct rule *rule, const char *text)
{
    matcher_begin(check->matcher);
    return pattern_match(rule->pattern, check->matcher, text, strlen(text), NULL) == PATTERN_YES;
}

/* PCRE2's own word on the empty match is not the last: it does not look into (?=…) and the like. */
void check_empty_matches(struct check *check)
{
    for (size_t i = 0; i < check->ruleset->rule_count; i++) {
        const struct rule *rule = &check->ruleset->rules[i];
        if (rule->pattern == NULL || !pattern_matches_empty(rule->pattern) || !takes_text(check, rule, ""))
            continue;
        bool is_all = takes_text(check, rule, "q") && takes_text(check, rule, "!") &&
                      takes_text(check, rule, "7 가");
        check_warn_rule(
            check, rule,
            "the pattern of the rule %s can match the empty text, and so takes %s; let something in it "
            "be required, as in + instead of *",
            rule->name, is_all ? "every message" : "a picture or a voice message without words, too");
    }
}

static bool is_optional(const char *at)
{
    return *at == '?' || *at == '*' || strncmp(at, "{0", 2) == 0;
}

/* A piece that no folded text holds, as the owner would name it; NULL: none was found. */
static const char *impossible_piece(const char *source)
{
    if (strstr(source, "(?x") != NULL || strstr(source, "\\Q") != NULL)
        return NULL;
    for (const char *at = source; *at != '\0';) {
        if (at[0] == '\\' && at[1] != '\0' && strchr("tnrfv", at[1]) != NULL && !is_optional(at + 2))
            return "a tab or a line break";
        if (at[0] == ' ' && at[1] == ' ' && !is_optional(at + 1) && !is_optional(at + 2))
            return "two blanks in a row";
        size_t len = is_letter(*at) || *at == '{' ? 1 : skip_syntax(at);
        at += len > 0 ? len : 1;
    }
    return NULL;
}

void check_dead_patterns(struct check *check)
{
    for (size_t i = 0; i < check->ruleset->rule_count; i++) {
        const struct rule *rule = &check->ruleset->rules[i];
        const char *piece = rule->pattern != NULL ? impossible_piece(rule->source_pattern) : NULL;
        if (piece != NULL)
            check_warn_rule(check, rule,
                            "the pattern of the rule %s asks for %s, which rules never see: blanks and line "
                            "breaks of a message become one space; write a single space or \\s",
                            rule->name, piece);
    }
}
