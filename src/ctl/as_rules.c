/*
 * as_rules: see the header.
 *
 * A question is one line of text that has been folded, so that no line feed leads out of a comment; in SQL its quotes are
 * doubled. The words of its rule are the longest part of it that has no signs, since those mean something in a list of words.
 * What is proposed has been tried: words that do not find the question, or find what another rule takes, and an entry that
 * the FAQ would not take, as it has no word or the words of another, are left out.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/utf8.h"
#include "ctl/as_rules.h"
#include "ctl/show.h"
#include "text/letters.h"
#include "text/pattern.h"
#include "text/terms.h"
#include "text/words.h"

enum { WORDS_LEAST = 4 /* bytes: shorter ones find too much */, TERMS_MOST = 1000, PRIORITY_OF_NEW = 500 };

static const char ANSWER[] = "'Write the answer here.'";

static const char HEAD[] =
    "-- Questions that nobody answered, the most frequent first, as rows for a rule file (frontdesk stats --as-rules).\n"
    "--\n"
    "-- Each stands here twice: as a rule, which answers whoever writes these words, and as an entry of the FAQ, which also\n"
    "-- answers who asks the same in other words. Choose one of them, take the dashes in front of its lines away, write the\n"
    "-- answer, and see what changes: frontdesk rules check, then frontdesk rules diff.\n";

static void add_quoted(const char *text, size_t len, struct buf *sql)
{
    buf_add_char(sql, '\'');
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '\'')
            buf_add_char(sql, '\'');
        buf_add_char(sql, text[i]);
    }
    buf_add_char(sql, '\'');
}

/* Words */

struct proposing {
    const struct ruleset *rules;  /* in force; NULL: none are */
    struct matcher *matcher;
    struct pattern **patterns;    /* of the words proposed so far */
    struct buf *names;            /* of their rules */
    size_t pattern_count;
    char **asked;                 /* terms of the entries of the FAQ: those in force, and those proposed */
    size_t asked_count;
    struct buf *sql;
};

static bool is_part_of_words(uint32_t code)
{
    return code == ' ' || code == '\'' || code == '-' || letter_kind(code) != LETTER_SIGN;
}

/* The longest part of the question without signs but for those within words. */
static struct buf words_of(const char *text)
{
    size_t len = strlen(text), at = 0, from = 0, best = 0, best_len = 0;
    struct buf words = { 0 };

    while (at <= len) {
        uint32_t code = ',';
        size_t taken = at < len ? utf8_decode(text + at, len - at, &code) : 1;

        if (!is_part_of_words(code)) {
            if (at - from > best_len) {
                best = from;
                best_len = at - from;
            }
            from = at + taken;
        }
        at += taken;
    }
    while (best_len > 0 && strchr(" '-", text[best]) != NULL) {
        best++;
        best_len--;
    }
    while (best_len > 0 && strchr(" '-", text[best + best_len - 1]) != NULL)
        best_len--;
    buf_add(&words, text + best, best_len);
    return words;
}

static bool matches(const struct proposing *proposing, const struct pattern *pattern, const char *text)
{
    if (pattern == NULL)
        return false;
    matcher_begin(proposing->matcher);
    return pattern_match(pattern, proposing->matcher, text, strlen(text), NULL) == PATTERN_YES;
}

static struct pattern *compile(const char *words)
{
    struct buf source = { 0 };
    struct pattern *pattern = NULL;

    if (strlen(words) >= WORDS_LEAST && words_compile(words, &source, NULL) == 0)
        pattern = pattern_new_generated(buf_text(&source), NULL);
    buf_release(&source);
    return pattern;
}

/* A rule that would take the question before a new one does; its examples would then not hold. NULL: none. */
static const char *taken_by(const struct proposing *proposing, const char *text)
{
    const struct ruleset *rules = proposing->rules;

    for (size_t i = 0; rules != NULL && i < rules->rule_count; i++) {
        const struct rule *rule = &rules->rules[i];

        if (rule->priority >= PRIORITY_OF_NEW &&
            (matches(proposing, rule->words, text) || matches(proposing, rule->pattern, text)) &&
            !matches(proposing, rule->unless, text))
            return rule->name;
    }
    for (size_t i = 0; i < proposing->pattern_count; i++)
        if (matches(proposing, proposing->patterns[i], text))
            return buf_text(&proposing->names[i]);
    return NULL;
}

/* By the message's number, so that what is pasted next month gets other names. */
static struct buf choose_name(const struct ruleset *rules, const struct gathered *question)
{
    struct buf name = { 0 };

    buf_addf(&name, "asked-%" PRId64, question->number);
    while (rules != NULL && ruleset_rule(rules, buf_text(&name)) != NULL)
        buf_add_char(&name, 'b');
    return name;
}

static void add_rule(struct proposing *proposing, const struct gathered *question, const char *words, struct pattern *pattern)
{
    struct buf name = choose_name(proposing->rules, question);

    buf_addf(proposing->sql, "-- INSERT INTO rule (name, words, say) VALUES ('%s', ", buf_text(&name));
    add_quoted(words, strlen(words), proposing->sql);
    buf_addf(proposing->sql, ", %s);\n-- INSERT INTO rule_example (rule, text) VALUES ('%s', ", ANSWER, buf_text(&name));
    add_quoted(question->text, strlen(question->text), proposing->sql);
    buf_add_text(proposing->sql, ");\n");
    proposing->names[proposing->pattern_count] = name;
    proposing->patterns[proposing->pattern_count++] = pattern;
}

static void propose_rule(struct proposing *proposing, const struct gathered *question)
{
    struct buf words = words_of(question->text);
    struct pattern *pattern = compile(buf_text(&words));
    const char *other = taken_by(proposing, question->text);

    if (other != NULL) {
        buf_add_text(proposing->sql, "-- The rule ");
        show_text(other, strlen(other), SHOW_CELL, proposing->sql);
        buf_add_text(proposing->sql, " takes it by now.\n");
    }
    if (other == NULL && matches(proposing, pattern, question->text))
        add_rule(proposing, question, buf_text(&words), pattern);
    else
        pattern_free(pattern);
    buf_release(&words);
}

/* The FAQ */

/* Remembers the terms of a question; false: there are none, or they were there before. */
static bool is_new(struct proposing *proposing, const char *text)
{
    struct terms terms = { 0 };
    bool is_there;

    terms_cut(text, strlen(text), TERMS_MOST, &terms);
    is_there = terms.count == 0;
    for (size_t i = 0; !is_there && i < proposing->asked_count; i++)
        is_there = strcmp(proposing->asked[i], buf_text(&terms.text)) == 0;
    if (!is_there)
        proposing->asked[proposing->asked_count++] = alloc_text(buf_text(&terms.text));
    terms_release(&terms);
    return !is_there;
}

static void propose_entry(struct proposing *proposing, const struct gathered *question)
{
    if (!is_new(proposing, question->text))
        return;
    buf_add_text(proposing->sql, "-- INSERT INTO faq (question, answer) VALUES (");
    add_quoted(question->text, strlen(question->text), proposing->sql);
    buf_addf(proposing->sql, ", %s);\n", ANSWER);
}

/* All */

static void propose(struct proposing *proposing, const struct gathered *question)
{
    if (*question->text == '\0')
        return;
    buf_addf(proposing->sql, "\n-- %" PRId64 " %s, last in message %" PRId64 ": frontdesk why %" PRId64 "\n", question->count,
             question->count == 1 ? "time" : "times", question->number, question->number);
    propose_rule(proposing, question);
    propose_entry(proposing, question);
}

static void release(struct proposing *proposing)
{
    for (size_t i = 0; i < proposing->pattern_count; i++) {
        pattern_free(proposing->patterns[i]);
        buf_release(&proposing->names[i]);
    }
    for (size_t i = 0; i < proposing->asked_count; i++)
        free(proposing->asked[i]);
    free(proposing->patterns);
    free(proposing->names);
    free(proposing->asked);
    matcher_free(proposing->matcher);
}

void as_rules(const struct ruleset *rules, const struct gathered *questions, size_t count, struct buf *sql)
{
    size_t known = rules != NULL ? rules->faq_count : 0;
    struct proposing proposing = {
        .rules = rules,
        .matcher = matcher_new(false),
        .patterns = alloc_array(count + 1, sizeof *proposing.patterns),
        .names = alloc_array(count + 1, sizeof *proposing.names),
        .asked = alloc_array(count + known + 1, sizeof *proposing.asked),
        .sql = sql,
    };

    buf_add_text(sql, HEAD);
    for (size_t i = 0; i < known; i++)
        is_new(&proposing, rules->faqs[i].question);
    for (size_t i = 0; i < count; i++)
        propose(&proposing, &questions[i]);
    release(&proposing);
}
