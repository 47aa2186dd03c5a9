/*
 * check_pattern: what PCRE2 patterns do that their authors did not expect.
 *
 * - Slow: a hostile customer can make a pattern with nested, neighbouring or open repeats run into its bound of
 *   steps, where it gives up, and after a few times the rule is put out of play. Tried, not guessed: texts are made
 *   of the pattern's own literals, of common letters and of the rule's examples, each repeated up to 4 KiB, with
 *   an end that keeps it from matching, and behind what the pattern wants before its repeats: in
 *   'order (\d+)+!' nothing repeats before "order ". Blanks alone are not tried, folding leaves one of them.
 *   Matched and counted as a message is, which is the same everywhere.
 *
 *   A short text is tried first: a pattern that takes few steps there is let go. So 10,000 patterns take
 *   about a second. Whoever has fifty slow ones is told of those and no more.
 *
 * - A pattern that matches the empty text matches everything, or at least a message without words. One that only
 *   asks for a place, \b, matches all that has a word.
 * - A piece that folded text never holds: two blanks in a row, a tab, a line break.
 */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "rules/checks.h"
#include "text/fold.h"

enum {
    LITERALS_MAX = 4,
    UNITS_MAX = 20,
    HEADS_MAX = 4,
    GROUPS_MAX = 16,
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
    struct buf heads[HEADS_MAX]; /* what stands before the units; the first is empty */
    size_t head_count;
    struct buf end; /* each of the pattern's own characters, apart from the others */
    struct buf text;
};

static void hostile_release(struct hostile *hostile)
{
    for (size_t i = 0; i < UNITS_MAX; i++)
        buf_release(&hostile->units[i]);
    for (size_t i = 0; i < HEADS_MAX; i++)
        buf_release(&hostile->heads[i]);
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

/* A text that the pattern may take as far as it is read: one character for each class, one pass of each repeat. */
struct sample {
    struct buf text;
    size_t starts[GROUPS_MAX], depth; /* where in the text each open group begins */
    size_t item;                      /* where the last item or group does */
};

/* A character that a class like [^a-z.] or an escape like \d takes, or at least most of their kind. */
static char character_of(const char *at)
{
    if (at[0] == '.' || (at[0] == '[' && at[1] == '^'))
        return 'a';
    if (at[0] == '[' && at[1] != '\\')
        return at[1];
    at += at[0] == '[';
    return at[1] == 'd' ? '1' : at[1] == 's' ? ' ' : is_letter(at[1]) ? 'a' : at[1];
}

/* A group's last alternative stands for all of them; what looks ahead or behind is read like the rest. */
static void sample_group(struct sample *sample, char sign)
{
    size_t start = sample->depth > 0 && sample->depth <= GROUPS_MAX ? sample->starts[sample->depth - 1] : 0;
    if (sign == '(' && sample->depth++ < GROUPS_MAX)
        sample->starts[sample->depth - 1] = sample->text.len;
    else if (sign == '|')
        buf_truncate(&sample->text, start);
    else if (sign == ')' && sample->depth > 0) {
        sample->item = start;
        sample->depth--;
    }
}

/* \d{4}: the item three times more. */
static void sample_count(struct sample *sample, const char *count)
{
    size_t len = sample->text.len - sample->item;
    for (long left = strtol(count, NULL, 10) - 1; len > 0 && left > 0 && sample->text.len + len < UNIT_LEN_MAX; left--)
        for (size_t i = 0; i < len; i++)
            buf_add_char(&sample->text, sample->text.data[sample->item + i]);
}

/* Reads one item of the pattern; returns its length in bytes. */
static size_t sample_next(struct sample *sample, const char *at)
{
    size_t syntax = skip_syntax(at);
    bool is_edge = at[0] == '\\' && at[1] != '\0' && strchr("bBAzZG", at[1]) != NULL;
    if (strchr("()|", *at) != NULL)
        sample_group(sample, *at);
    else if (*at == '{')
        sample_count(sample, at + 1);
    else if (strchr("*+?^$", *at) == NULL && !is_edge) {
        bool is_itself = *at != '.' && *at != '[' && *at != '\\';
        sample->item = sample->text.len;
        buf_add_char(&sample->text, is_itself ? *at : character_of(at));
    }
    return syntax > 0 ? syntax : 1;
}

static void add_head(struct hostile *hostile, const char *text, size_t len)
{
    struct buf head = { 0 };
    fold_piece(text, len < UNIT_LEN_MAX ? len : utf8_floor(text, len, UNIT_LEN_MAX), &head);
    for (size_t i = 0; i < hostile->head_count; i++)
        if (strcmp(buf_text(&hostile->heads[i]), buf_text(&head)) == 0)
            buf_clear(&head);
    if (head.len > 0 && hostile->head_count < HEADS_MAX)
        buf_add(&hostile->heads[hostile->head_count++], head.data, head.len);
    buf_release(&head);
}

/* What leads up to each repeat. */
static void add_heads(struct hostile *hostile)
{
    struct sample sample = { 0 };
    hostile->head_count = 1;
    for (const char *at = hostile->rule->source_pattern; *at != '\0';) {
        at += sample_next(&sample, at);
        if (*at != '\0' && strchr("*+{", *at) != NULL)
            add_head(hostile, buf_text(&sample.text), sample.item);
    }
    buf_release(&sample.text);
}

static void make_text(struct hostile *hostile, const struct buf *head, const struct buf *unit, size_t len)
{
    buf_clear(&hostile->text);
    buf_add(&hostile->text, head->data, head->len);
    while (hostile->text.len + unit->len <= len || hostile->text.len == head->len)
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
static bool is_doubtful(struct hostile *hostile, const struct buf *head, const struct buf *unit)
{
    make_text(hostile, head, unit, SCREEN_LEN);
    return is_slow(hostile) || matcher_effort(hostile->check->matcher) > SCREEN_STEPS;
}

/* The shortest length that hits the bound; 0: none does. */
static size_t find_length(struct hostile *hostile, const struct buf *head, const struct buf *unit)
{
    make_text(hostile, head, unit, TEXT_MAX);
    if (!is_slow(hostile))
        return 0;
    for (size_t i = 0; i < sizeof LENGTHS / sizeof LENGTHS[0]; i++) {
        make_text(hostile, head, unit, LENGTHS[i]);
        if (is_slow(hostile))
            return hostile->text.len;
    }
    return hostile->text.len;
}

static void tell_slow(struct hostile *hostile, const struct buf *head, const struct buf *unit, size_t len)
{
    make_text(hostile, head, unit, SHOWN_MAX);
    size_t shown = utf8_floor(hostile->text.data, hostile->text.len, SHOWN_MAX);
    check_warn_rule(
        hostile->check, hostile->rule,
        "a hostile text puts the rule %s out of play: on \"%.*s…\", %zu bytes long, its pattern runs "
        "into the bound of steps; let nothing repeat inside of a repeat, and write counts, as in "
        "\\d{1,10} or .{0,40} instead of (\\d+)+, \\d+ or .*",
        hostile->rule->name, (int)shown, hostile->text.data, len);
}

/* Returns true when the pattern is slow, and has been told of. */
static bool attack(struct hostile *hostile, const struct buf *head)
{
    for (size_t i = 0; i < hostile->unit_count; i++) {
        const struct buf *unit = &hostile->units[i];
        size_t len = is_doubtful(hostile, head, unit) ? find_length(hostile, head, unit) : 0;
        if (len > 0) {
            tell_slow(hostile, head, unit, len);
            return true;
        }
    }
    return false;
}

static void judge(struct check *check, const struct rule *rule)
{
    struct hostile hostile = { .check = check, .rule = rule };
    add_end(&hostile);
    add_literals(&hostile);
    for (size_t i = 0; COMMON[i] != NULL; i++)
        add_unit(&hostile, COMMON[i], strlen(COMMON[i]));
    add_examples(&hostile);
    add_heads(&hostile);
    for (size_t i = 0; i < hostile.head_count && !attack(&hostile, &hostile.heads[i]); i++)
        ;
    hostile_release(&hostile);
}

void check_slow_patterns(struct check *check)
{
    check->tries_left = DOUBTS_MAX;
    for (size_t i = 0; i < check->ruleset->rule_count && check->told < CHECK_SHOWN_MAX; i++) {
        const struct rule *rule = &check->ruleset->rules[i];
        if (check->tries_left <= 0)
            return;
        if (rule->pattern != NULL && strpbrk(rule->source_pattern, "*+{") != NULL)
            judge(check, rule);
    }
}

static bool takes_text(struct check *check, const struct rule *rule, const char *text)
{
    matcher_begin(check->matcher);
    return pattern_match(rule->pattern, check->matcher, text, strlen(text), NULL) == PATTERN_YES;
}

/* \b or (?=.): does it find a place in each word, and nothing to stand there? */
static bool is_mere_place(struct check *check, const struct rule *rule)
{
    static const char *const TEXTS[] = { "q", "7", "가" };
    for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++) {
        struct span whole;
        matcher_begin(check->matcher);
        if (pattern_match(rule->pattern, check->matcher, TEXTS[i], strlen(TEXTS[i]), &whole) != PATTERN_YES ||
            whole.start != whole.end)
            return false;
    }
    return true;
}

/* PCRE2's own word on the empty match is not the last: it does not look into (?=…) and the like. */
void check_empty_matches(struct check *check)
{
    for (size_t i = 0; i < check->ruleset->rule_count; i++) {
        const struct rule *rule = &check->ruleset->rules[i];
        if (rule->pattern == NULL || !pattern_matches_empty(rule->pattern))
            continue;
        if (!takes_text(check, rule, "")) {
            if (is_mere_place(check, rule))
                check_warn_rule(check, rule,
                                "the pattern of the rule %s asks for a place alone, as \\b does, and so takes every "
                                "message with a word in it; write what should stand there",
                                rule->name);
            continue;
        }
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
