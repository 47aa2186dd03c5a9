/*
 * check: which rules make it frown, and which do not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/zone.h"
#include "rules/check.h"
#include "store/rulefile.h"
#include "text/words.h"

static struct zones *zones;

/* What is left out of a report: nearly every small set here lacks examples. */
struct report {
    struct buf *out;
    bool has_examples_told;
    size_t left_out;
};

static void add_warning(void *context, const struct warning *warning)
{
    struct report *report = context;
    struct buf line = { 0 };
    if (strcmp(warning->kind, "no-example") == 0 && !report->has_examples_told) {
        report->left_out++;
        return;
    }
    warning_format(warning, &line);
    buf_addf(report->out, "%s %s: %s\n", warning->kind, warning->rule != NULL ? warning->rule : "-",
             buf_text(&line));
    buf_release(&line);
}

static struct ruleset *build(const struct rulefiles *files)
{
    struct error error = { 0 };
    struct ruleset *ruleset = ruleset_new(files, zones, &error);
    if (ruleset == NULL)
        fail_msg("%s", error.text);
    return ruleset;
}

static size_t check(const struct rulefiles *files, bool has_examples_told, struct buf *out)
{
    struct report report = { out, has_examples_told, 0 };
    struct ruleset *ruleset = build(files);
    size_t count = rules_check(ruleset, add_warning, &report);
    ruleset_free(ruleset);
    return count - report.left_out;
}

static size_t check_text(const char *text, bool has_examples_told, struct buf *out)
{
    struct rulefiles files = { 0 };
    rulefiles_add(&files, "a.sql", text);
    size_t count = check(&files, has_examples_told, out);
    rulefiles_release(&files);
    return count;
}

#define CARRIERS \
    "INSERT INTO campaign (name, channel, layout, campaign_id) VALUES ('r', 'whatsapp', 'response', '1'), " \
    "('t', 'whatsapp', 'template', '2');\n"
#define CONSENT \
    "INSERT INTO rule (name, priority, words, action) VALUES ('stop', 1000, '=stop', 'opt_out');\n"
#define REST    "INSERT INTO rule (name, priority, say) VALUES ('rest', 0, 's');\n"
#define BASE    CARRIERS CONSENT REST
#define WORDS   "INSERT INTO rule (name, priority, words, unless, say) VALUES\n"
#define PATTERN "INSERT INTO rule (name, pattern, say) VALUES\n"
#define IF      "INSERT INTO rule (name, words, only_if, say) VALUES\n"
#define BUTTONS "INSERT INTO rule (name, words, buttons, say) VALUES\n"
#define SAY     "INSERT INTO rule (name, words, campaign, say) VALUES\n"
#define ATTRIBUTE "INSERT INTO attribute (name, at, value, type, only_if) VALUES\n"
#define WITH_REPLY "INSERT INTO attribute (name, at, value, with_reply) VALUES\n"
#define EVENT     "INSERT INTO custom_event (name, at, only_if) VALUES\n"
#define PROPERTY  "INSERT INTO custom_event_property (event, name, value, type) VALUES "
#define NOTICE    "INSERT INTO notice (name, at, to, campaign, only_if, say) VALUES\n"
#define TWENTY    "12345678901234567890"
#define LONG      TWENTY TWENTY TWENTY TWENTY TWENTY TWENTY TWENTY TWENTY TWENTY TWENTY TWENTY TWENTY TWENTY

/* The whole report: nothing, or one line that begins so and holds each piece. */
static const struct {
    const char *text, *start, *pieces[3];
} ROWS[] = {
    { BASE, NULL, { 0 } },
    /* the way out, the fallback */
    { CARRIERS REST, "opt-out -: there is no rule with the action opt_out", { "priority 1000" } },
    { BASE WORDS "('buses', 1000, 'bus stop', NULL, 's');", NULL, { 0 } },
    { CARRIERS REST WORDS
      "('buses', 600, 'stop, halt', NULL, 's');\n"
      "INSERT INTO rule (name, words, action) VALUES ('out', '=adios, =stop', 'opt_out');",
      "opt-out out: a.sql:5: a customer who writes \"stop\" is not heard: buses (a.sql:4, priority 600)",
      { "above 600" } },
    { CARRIERS REST "INSERT INTO rule (name, words, action) VALUES ('out', '=adios', 'opt_out');",
      "opt-out out: a.sql:3: a customer who writes stop is not heard: the rule rest takes it",
      { "=stop" } },
    { CARRIERS REST "INSERT INTO rule (name, words, action) VALUES ('out', '=baja', 'opt_out');"
                    "INSERT INTO setting (name, value) VALUES ('default_language', 'es');",
      NULL,
      { 0 } },
    { CARRIERS CONSENT, "no-fallback -: there is no fallback", { "priority 0" } },
    /* a tag rule, and one that rests, let messages pass on */
    { BASE "INSERT INTO rule (name, words, action) VALUES ('a', 'x', 'tag');\n"
           "INSERT INTO rule (name, words, say, cooldown) VALUES ('b', 'x', 's', '1 hour');\n"
           "INSERT INTO rule (name, words, say) VALUES ('c', 'x', 's');\n"
           "INSERT INTO rule (name, priority, action) VALUES ('all', 900, 'tag');\n"
           "INSERT INTO rule (name, priority, say, cooldown) VALUES ('hello', 90, 's', '1 day');",
      NULL,
      { 0 } },
    { CARRIERS CONSENT "INSERT INTO rule (name, action) VALUES ('all', 'tag');",
      "no-fallback -: there is no fallback",
      { 0 } },
    /* never wins: everything is taken before */
    { BASE "INSERT INTO rule (name, say) VALUES ('all', 's');\n",
      "never-wins rest: a.sql:3: the rule rest can never win: all (a.sql:4, priority 500) takes every message",
      { "give all a lower priority" } },
    { BASE "INSERT INTO rule (name, say) VALUES ('all', 's');\n"
           "INSERT INTO rule (name, priority, words, say) VALUES ('a', 90, 'a', 's'), ('b', 80, 'b', 's');",
      "never-wins a: a.sql:5: the rule a can never win, nor can the 2 rules behind it: all",
      { 0 } },
    { BASE PATTERN "('a', '\\b', 's');", "matches-empty a: a.sql:5: ", { "every message with a word" } },
    { BASE PATTERN "('a', '^(?=.{0,40}late)(?=.{0,40}order)', 's');", NULL, { 0 } },
    /* words that are not what they look like */
    { BASE WORDS "('a', 5, '\"open\", \"closed\"', NULL, 's');", "never-matches a: ", { "write the word alone" } },
    { BASE WORDS "('a', 5, '==halt', NULL, 's');", "never-matches a: ", { "one = is enough" } },
    { BASE WORDS "('a', 5, 'x', '!open', 's');", "never-matches a: ", { "the column unless" } },
    { BASE WORDS "('a', 5, 'w,\n x\n  y z\n, v\n', NULL, 's');", "never-matches a: ", { "\"x y z\" in the words" } },
    { BASE WORDS "('a', 5, '\n w,\n x\n, y\n', NULL, 's');", NULL, { 0 } },
    /* never wins: the same condition */
    { BASE IF "('a', 'x', ':open = 0', 's'),\n('b', 'x', ':open = 0', 's');",
      "never-wins b: a.sql:6: the rule b can never win: its words are taken before it, \"x\" by a", { 0 } },
    { BASE IF "('a', 'x', ':open = 0', 's'),\n('b', 'x', ':open = 1', 's'),\n('c', 'x', NULL, 's');", NULL, { 0 } },
    { BASE IF "('a', NULL, ':open = 0', 's'),\n('b', 'y', ':open = 0', 's'),\n('c', 'y', NULL, 's');",
      "never-wins b: a.sql:6: the rule b can never win: a (a.sql:5, priority 500) has the same only_if", { 0 } },
    { BASE "INSERT INTO rule (name, pattern, only_if, say) VALUES\n"
           "('a', 'x', ':open = 0', 's'),\n('b', 'x', ':open = 0', 's'),\n('c', 'x', ':open = 1', 's');",
      "never-wins b: a.sql:6: the rule b can never win: a (a.sql:5) has the same words and pattern", { 0 } },
    /* never wins: the same, or wider words */
    { BASE PATTERN "('a', 'x', 's'),\n('b', 'x', 's');",
      "never-wins b: a.sql:6: the rule b can never win: a (a.sql:5) has the same words and pattern and stands",
      { 0 } },
    { BASE WORDS "('a', 400, 'x', NULL, 's'),\n('b', 500, 'x', NULL, 's');",
      "never-wins a: a.sql:5: the rule a can never win: its words are taken before it, \"x\" by b (a.sql:6)",
      { 0 } },
    { BASE WORDS "('a', 500, 'open*', NULL, 's'),\n('b', 400, 'Opening, open now, =opens', NULL, 's');",
      "never-wins b: a.sql:6: ",
      { "\"opening\" by a", "\"open now\" by a", "\"opens\" by a" } },
    { BASE WORDS "('a', 600, 'open', NULL, 's'),\n('b', 500, 'closed', NULL, 's'),\n"
                 "('c', 400, 'open now, we are closed', NULL, 's');",
      "never-wins c: a.sql:7: ",
      { "by a (a.sql:5)", "by b (a.sql:6)" } },
    { BASE WORDS "('a', 600, '환불', NULL, 's'),\n('b', 500, '환불 요청, 환불해', NULL, 's');",
      "never-wins b: a.sql:6: ",
      { 0 } },
    { BASE WORDS "('a', 600, '*room', NULL, 's'),\n('b', 500, 'bathroom', NULL, 's');",
      "never-wins b: ",
      { 0 } },
    { BASE WORDS "('a', 600, 'x', 'y', 's'),\n('b', 500, 'x', 'z, y', 's');", "never-wins b: ", { 0 } },
    { BASE WORDS "('a', 600, 'leak, leaks', 'leak*', 's');", "never-wins a: a.sql:5: ", { "own unless" } },
    /* and what proves nothing */
    { BASE WORDS "('a', 600, 'x', 'y', 's'),\n('b', 500, 'x', NULL, 's');", NULL, { 0 } },
    { BASE WORDS "('a', 600, 'open', NULL, 's'),\n('b', 500, 'reopen, open*, opened, re-open', NULL, 's');",
      NULL,
      { 0 } },
    { BASE WORDS "('a', 600, '=open', NULL, 's'),\n('b', 500, 'open', NULL, 's');", NULL, { 0 } },
    { BASE WORDS "('a', 600, '개', NULL, 's'),\n('b', 500, '개인', NULL, 's');", NULL, { 0 } },
    { BASE WORDS "('a', 600, '불', NULL, 's'),\n('b', 500, '환불', NULL, 's');", NULL, { 0 } },
    { BASE WORDS "('a', 600, '*불', NULL, 's'),\n('b', 500, '환불', NULL, 's');", NULL, { 0 } },
    { BASE WORDS "('a', 600, 'as*', NULL, 's'),\n('b', 500, 'assume', NULL, 's');", NULL, { 0 } },
    { BASE WORDS "('a', 600, 'e', NULL, 's'),\n('b', 500, 'e-mail, e''mail', NULL, 's');", NULL, { 0 } },
    { BASE "INSERT INTO rule (name, unless, say) VALUES ('a', 'x', 's'), ('b', 'y', 's');", NULL, { 0 } },
    { BASE "INSERT INTO rule (name, priority, words, pattern, say) VALUES ('a', 600, 'x', NULL, 's'),"
           " ('b', 500, 'x', 'y', 's');",
      NULL,
      { 0 } },
    /* ties */
    { BASE WORDS "('a', 500, 'x', NULL, 's'),\n('b', 500, 'x, y', NULL, 's');",
      "tie b: a.sql:6: some words of the rule b do nothing",
      { "same priority (500)", "\"x\" by a (a.sql:5)" } },
    { BASE WORDS "('a', 600, 'x', NULL, 's'),\n('b', 500, 'x, y', NULL, 's');", NULL, { 0 } },
    { BASE WORDS
      "('a', 500, 'cake', NULL, 's'),\n('b', 500, 'birthday', NULL, 's');\n"
      "INSERT INTO rule_example (rule, text) VALUES ('a', 'a birthday cake'), ('a', 'Cake, birthday!');",
      "tie a: a.sql:5: the rules a and b (a.sql:6) tie: both have the priority 500",
      { "order of the files" } },
    { BASE WORDS "('a', 500, 'cake', NULL, 's'),\n('b', 500, 'birthday', NULL, 's');\n"
                 "INSERT INTO rule_example (rule, text) VALUES ('a', 'a birthday cake'), ('a', 'a cake');",
      NULL,
      { 0 } },
    { BASE WORDS
      "('a', 600, 'cake', NULL, 's'),\n('b', 500, 'birthday', NULL, 's');\n"
      "INSERT INTO rule_example (rule, text) VALUES ('a', 'a birthday cake'), ('a', 'Cake, birthday!');",
      NULL,
      { 0 } },
    /* patterns */
    { BASE PATTERN "('a', '(a+)+b', 's');",
      "slow-pattern a: a.sql:5: ",
      { "\"aaaa", "bytes long", "\\d{1,10}" } },
    { BASE PATTERN "('a', '(\\d+)+x', 's');", "slow-pattern a: ", { "\"1111" } },
    { BASE PATTERN "('a', '(\\w+\\s?)+!', 's');", "slow-pattern a: ", { 0 } },
    { BASE PATTERN "('a', 'order.*number.*now\\d', 's');", "slow-pattern a: ", { "\"order" } },
    { BASE PATTERN "('a', '\\d+\\s', 's');", "slow-pattern a: ", { "\"1111", "\\d{1,10}" } },
    { BASE PATTERN "('a', '\\d{1,10}\\s', 's');", NULL, { 0 } },
    { BASE PATTERN "('a', '(가|가가)+나', 's');", "slow-pattern a: ", { "\"가가" } },
    { BASE PATTERN "('a', '(?:zy|zyzy)*zx', 's');", "slow-pattern a: ", { "\"zy" } },
    { BASE PATTERN
      "('a', '^(?:[^!]|q)*\\?$', 's');\nINSERT INTO rule_example (rule, text) VALUES ('a', 'q?');",
      "slow-pattern a: ",
      { 0 } },
    { BASE PATTERN "('a', '\\b(?:where|when)\\b.*\\border\\b', 's');", "slow-pattern a: ", { "\"where" } },
    { BASE PATTERN "('a', '\\b(?:where|when)\\b.{0,60}\\border\\b', 's');", NULL, { 0 } },
    { BASE PATTERN "('a', 'order\\s*#?\\s*(?<id>\\d{4,10})(?!\\d)', 's');", NULL, { 0 } },
    { BASE PATTERN "('a', '[a-z0-9._%+-]+@[a-z0-9.-]+\\.[a-z]{2,}', 's');", "slow-pattern a: ", { "\"a" } },
    /* slow, once what stands before the repeat is there */
    { BASE PATTERN "('a', 'order (\\d+-?)+!', 's');", "slow-pattern a: ", { "\"order 1111" } },
    { BASE PATTERN "('a', 'id:(a+)+;', 's');", "slow-pattern a: ", { "\"id:aaaa" } },
    { BASE PATTERN "('a', 'ref([0-9]+,?)+z', 's');", "slow-pattern a: ", { "\"ref1111" } },
    { BASE PATTERN "('a', '(?<o>#(\\d+,?)+) please', 's');", "slow-pattern a: ", { "\"#1111" } },
    { BASE PATTERN "('a', '\\b(?:no|ref)[A-Z]{2}-(\\d+)*x', 's');", "slow-pattern a: ", { "refAA-1111" } },
    { BASE PATTERN "('a', 'order \\d{1,10}-?\\d{0,10}!', 's');", NULL, { 0 } },
    { BASE PATTERN "('a', '\\b[a-z0-9._%+-]{1,64}@[a-z0-9.-]{1,80}\\.[a-z]{2,9}', 's');", NULL, { 0 } },
    { BASE PATTERN "('a', '(?<n>\\d{1,4})\\s+(?<what>[a-z]+)', 's');", NULL, { 0 } },
    { BASE PATTERN "('a', 'x*', 's');",
      "matches-empty a: a.sql:5: ",
      { "takes every message", "+ instead" } },
    { BASE PATTERN "('a', '^\\d*$', 's');", "matches-empty a: a.sql:5: ", { "a picture or a voice message" } },
    { BASE PATTERN "('a', '^(?=.*x)(?=.*y).*$', 's');", NULL, { 0 } },
    { BASE PATTERN "('a', 'a  b', 's');", "never-matches a: a.sql:5: ", { "two blanks" } },
    { BASE PATTERN "('a', 'a\\nb', 's');", "never-matches a: a.sql:5: ", { "line break" } },
    { BASE PATTERN "('a', 'a[ \\n\\t]b ?  ?\\t*', 's');", NULL, { 0 } },
    /* words */
    { BASE WORDS "('a', 500, 'x, hours|open', NULL, 's');",
      "never-matches a: a.sql:5: ",
      { "\"hours|open\"", "comma" } },
    { BASE WORDS "('a', 500, 'hours; open', NULL, 's');", "never-matches a: ", { "comma" } },
    { BASE WORDS "('a', 500, 'order \\d+', NULL, 's');", "never-matches a: ", { "column pattern" } },
    { BASE WORDS "('a', 500, 'colou?r', NULL, 's');", "never-matches a: ", { "?" } },
    { BASE WORDS "('a', 500, '^hours', NULL, 's');", "never-matches a: ", { "write =" } },
    { BASE WORDS "('a', 500, 'x', '[a-z] y', 's');", "never-matches a: ", { "unless" } },
    { BASE WORDS "('a', 500, 'who are you?, ;), a/s, c++, 5$, :(, ..., o''clock', NULL, 's');", NULL, { 0 } },
    /* conditions that are the same for every message, and the word NULL */
    { BASE IF "('a', 'x', '1 = 2', 's');",
      "constant a: a.sql:5: the rule a can never win: its only_if, 1 = 2, is never true",
      { ":open = 0" } },
    { BASE IF "('a', 'x', '(NULL)', 's');", "constant a: ", { "never true" } },
    { BASE IF "('a', 'x', '''open''', 's');", "constant a: ", { "never true" } },
    { BASE IF "('a', 'x', '1', 's');", "constant a: ", { "the only_if of the rule a, 1, is always true" } },
    { BASE IF "('a', 'x', ':hour >= 0 OR 1', 's');", NULL, { 0 } },
    { BASE IF "('a', 'x', ':hour >= 22 AND :hour < 6', 's');",
      "constant a: a.sql:5: the rule a can never win: its only_if, :hour >= 22 AND :hour < 6, is never true",
      { "write OR, as in :hour >= 22 OR :hour < 6" } },
    { BASE IF "('a', 'x', ':open = 1 AND (:weekday = ''sat'' AND :weekday = ''sun'')', 's');", "constant a: ", { "write OR" } },
    { BASE IF "('a', 'x', ':time >= ''22:00'' AND :time < ''06:00'' AND :hour > 3', 's');", "constant a: ", { "write OR" } },
    { BASE IF "('a', 'x', ':time = ''09:31'' AND :hour = 10', 's');", "constant a: ", { "never true" } },
    { BASE IF "('a', 'x', ':time = ''23:59'' AND :hour = 23', 's'), ('b', 'y', ':weekday = ''sun'' AND :hour = 23', 's'), "
      "('c', 'z', ':hour > 22 AND :date > ''2026'' AND :hour < 3', 's'), ('d', 'v', ':owner = ''bot'' AND :opted_out = 0', 's'), "
      "('e', 'w', ':hour > 20 AND :hour < 3 AND @kept = ''1''', 's'), ('f', 'u', ':hour < 9 OR :hour >= 17', 's'); "
      "INSERT INTO rule_set (rule, name, value) VALUES ('b', 'kept', '1');", NULL, { 0 } },
    { BASE IF "('a', 'x', ':owner = ''agent''', 's');", "constant a: ",
      { "while a person has the conversation, and after an opt-out, only rules with the actions opt_out and opt_in act" } },
    { BASE IF "('a', 'x', ':opted_out', 's');", "constant a: ", { "only rules with the actions opt_out" } },
    { BASE "INSERT INTO rule (name, words, action, only_if) VALUES ('back', '=start', 'opt_in', ':opted_out = 1'), "
      "('late', '=halt', 'opt_out', ':owner = ''agent''');", NULL, { 0 } },
    { BASE WORDS "('a', 500, 'x', NULL, ' null ');", "null a: a.sql:5: ", { "say", "without quotes" } },
    { BASE WORDS "('a', 500, 'x', 'NULL', 's');", "null a: a.sql:5: ", { "unless" } },
    { BASE WORDS "('a', 500, 'null', NULL, 'NULL and void');", "null a: a.sql:5: ", { "words" } },
    /* what the Braze profile learns */
    { BASE ATTRIBUTE "('Tier', 'reply', 'x', NULL, NULL), ('tier', 'opt_out', 'x', NULL, NULL);",
      "attribute -: a.sql:5: ",
      { "differ in their capitals only" } },
    { BASE ATTRIBUTE "('a', 'handoff', 'x', NULL, NULL);", "attribute -: a.sql:5: the attribute a is never set at handoff", { 0 } },
    { BASE ATTRIBUTE "('a', 'reply', '12/1/2026', NULL, NULL);", "attribute -: a.sql:5: ", { "take for a date" } },
    { BASE ATTRIBUTE "('a', 'reply', '2026-12-01', 'time', NULL);", NULL, { 0 } },
    { BASE ATTRIBUTE "('a', 'reply', '" LONG "', NULL, NULL);", "attribute -: a.sql:5: ", { "has 260 characters" } },
    { BASE ATTRIBUTE "('a', 'reply', 'x', NULL, '1');", "constant -: a.sql:5: the only_if of the attribute a", { 0 } },
    { BASE ATTRIBUTE "('a', 'reply', 'x', NULL, ':open = 1'), ('a', 'opt_out', '{{ message }}', NULL, NULL);", NULL, { 0 } },
    { BASE ATTRIBUTE "('a', 'reply', '12/1/2026,b', 'array_add', NULL);", NULL, { 0 } },
    { BASE WITH_REPLY "('a', 'close', 'x', 'yes');", "attribute -: a.sql:5: the attribute a is to travel with a reply", { 0 } },
    { BASE WITH_REPLY "('a', 'reply', 'x', 'yes');", NULL, { 0 } },
    { BASE EVENT "('Ended', 'close', NULL), ('ended', 'close', NULL);",
      "attribute -: a.sql:5: the events ended and Ended (a.sql:5) differ in their capitals only", { 0 } },
    { BASE EVENT "('a', 'handoff', NULL);", "attribute -: a.sql:5: the event a is never sent at handoff: no rule, step or backend",
      { 0 } },
    { BASE EVENT "('a', 'close', '1');", "constant -: a.sql:5: the only_if of the event a, 1, asks for no fact", { 0 } },
    { BASE EVENT "('a', 'close', NULL), ('a', 'reply', NULL);\n" PROPERTY "('a', 'day', '12/1/2026', NULL);",
      "attribute -: a.sql:6: the property day is the text '12/1/2026'", { 0 } },
    { BASE "INSERT INTO flow (name) VALUES ('f');\nINSERT INTO step (name, say, action, target) VALUES ('f.a', 's', 'handoff', "
           "'t');\nINSERT INTO team (name) VALUES ('t');\nINSERT INTO rule (name, words, action, target) VALUES "
           "('f', 'x', 'flow', 'f');\n" EVENT "('a', 'handoff', NULL);", NULL, { 0 } },
    /* notices */
    { BASE NOTICE "('n', 'opt_out', NULL, NULL, NULL, 'Bye');",
      "attribute -: a.sql:5: the notice n is for a customer who has just opted out, and never leaves", { 0 } },
    { BASE NOTICE "('n', 'opt_out', 'owner', 'r', NULL, 'Gone');", NULL, { 0 } },
    { BASE NOTICE "('n', 'handoff', 'owner', 'r', NULL, 's');", "attribute -: a.sql:5: the notice n is never sent at handoff", { 0 } },
    { BASE NOTICE "('n', 'close', 'owner', 'r', NULL, NULL);",
      "notice -: a.sql:5: the notice n has no say, and leaves by the campaign r, which carries your answers too",
      { "arrives empty", "write its text in say" } },
    { BASE NOTICE "('n', 'close', NULL, 't', NULL, NULL);", "notice -: a.sql:5: the notice n has no say", { "campaign t" } },
    { BASE "INSERT INTO campaign (name, channel, layout, campaign_id) VALUES ('thanks', 'whatsapp', 'response', '3');\n"
      NOTICE "('n', 'close', NULL, 'thanks', NULL, NULL);",
      NULL,
      { 0 } },
    { BASE "INSERT INTO campaign (name, channel, layout, campaign_id) VALUES ('thanks', 'whatsapp', 'response', '3');\n"
      SAY "('a', 'thanks', 'thanks', 'You are welcome.');\n" NOTICE "('n', 'close', NULL, 'thanks', NULL, NULL);",
      "notice -: a.sql:8: the notice n has no say", { "campaign thanks" } },
    { BASE NOTICE "('n', 'close', 'owner', 't', NULL, 'a\nb');", "layout -: a.sql:5: the text of the notice n holds a line break",
      { 0 } },
    { BASE NOTICE "('n', 'close', 'owner', 'r', NULL, 'Hi {first_name}');", "template -: a.sql:5: the notice n says {first_name}",
      { 0 } },
    { BASE "INSERT INTO campaign (name, channel, layout, campaign_id) VALUES ('c', 'whatsapp', 'response', '3');\n" NOTICE
           "('n', 'close', 'owner', 'c', NULL, 's');", NULL, { 0 } },
    /* buttons whose tap nobody waits for */
    { BASE BUTTONS "('a', 'x', 'Yes, No', 's');\n" WORDS "('yes', 500, 'yes', NULL, 's');",
      "button a: a.sql:5: no rule waits for the button 'No' of the rule a, so a tap on it goes to rest (a.sql:3)",
      { "the words '=No'" } },
    { BASE BUTTONS "('a', 'x', '{{ phrase.y }}', 's');\n" WORDS "('yes', 500, 'yes', NULL, 's');\n"
                   "INSERT INTO phrase (name, language, text) VALUES ('y', 'en', 'Yes'), ('y', 'pt', 'Sim');",
      "button a: a.sql:5: no rule waits for the button 'Sim' of the rule a",
      { 0 } },
    { BASE BUTTONS "('a', 'x', 'Yes, {{ first_name }}, Who?', 's');\n"
                   "INSERT INTO rule (name, only_if, say) VALUES ('taps', ':last_rule = ''a''', 's');",
      NULL,
      { 0 } },
    { BASE BUTTONS "('a', 'x', 'Yes!, x please', 's');\n"
                   "INSERT INTO rule (name, pattern, only_if, say) VALUES ('yes', '^yes', ':open = 1', 's');",
      NULL,
      { 0 } },
    { BASE BUTTONS "('a', 'x', 'Yes', 's');\n" /* a tag answers nothing */
                   "INSERT INTO rule (name, words, action) VALUES ('yes', 'yes', 'tag');",
      "button a: a.sql:5: no rule waits for the button 'Yes'",
      { 0 } },
    { BASE "INSERT INTO campaign (name, channel, layout, campaign_id, buttons) VALUES ('one', 'whatsapp', 'response', "
           "'3', 1);\n"
           "INSERT INTO rule (name, words, buttons, say, campaign) VALUES ('a', 'x', 'x now, x later', 's', 'one');",
      "button a: a.sql:5: the campaign one shows 1 of the 2 buttons of the rule a; the others go out as numbered lines",
      { "name one that shows more" } },
    { BASE "INSERT INTO campaign (name, channel, layout, app_id, subscription_group_id) VALUES "
           "('all', 'whatsapp', 'response', '3', '4');\n"
           "INSERT INTO rule (name, words, buttons, say, campaign) VALUES ('a', 'x', 'x 1, x 2, x 3, x 4', 's', 'all');",
      NULL,
      { 0 } },
    /* priorities */
    { BASE WORDS "('a', 1, 'x', NULL, 's');",
      "priority a: a.sql:5: the rule a has the priority 1",
      { "1000 comes first" } },
    { BASE WORDS "('a', 10, 'x', NULL, 's');", NULL, { 0 } },
    /* carriers */
    { CONSENT REST, "carrier -: there is no campaign", { "INSERT INTO campaign" } },
    { BASE
      "INSERT INTO campaign (name, channel, layout, campaign_id) VALUES ('u', 'whatsapp', 'response', '3');",
      "unused -: a.sql:4: nothing uses the campaign u",
      { 0 } },
    { BASE
      "INSERT INTO campaign (name, channel, layout, campaign_id) VALUES ('u', 'whatsapp', 'response', '3');\n" SAY
      "('a', 'x', 'u', 's');",
      NULL,
      { 0 } },
    { BASE WORDS "('a', 500, 'x', NULL, '{{ \"6,90\" | money: \"EUR\" }}');",
      "value a: a.sql:5: the rule a says \"6,90\" as it stands, since money reads no number in it",
      { "write digits, with a point before the cents, as in \"1250.50\"" } },
    { BASE WORDS "('a', 500, 'x', NULL, '{{ \"tomorrow\" | date: \"%A\" }}');",
      "value a: a.sql:5: the rule a says \"tomorrow\" as it stands, since date reads no time in it", { "2026-05-12 21:00" } },
    { BASE WORDS "('a', 500, 'x', NULL, '{{ now | date: \"dd.mm\" }}');",
      "value a: a.sql:5: the rule a says \"dd.mm\" whatever the day is", { "%d.%m." } },
    { BASE WORDS "('a', 500, 'x', NULL, '{{ \"6,90\" | replace: \",\", \".\" | plus: 1 | money: \"EUR\" }} {{ now | date }} "
      "{{ \"\" | default: \"5\" | money: \"KRW\" }} {{ \"2026-05-12\" | date: \"%A\" }} {{ message | money: \"EUR\" }}');",
      NULL, { 0 } },
    { BASE WORDS "('a', 500, 'x', NULL, 'Monday\\nTuesday');",
      "marks a: a.sql:5: the rule a says \\n as it stands", { "Enter" } },
    { BASE "INSERT INTO faq (question, answer, keywords) VALUES ('Do you ship lamps?', 's', 'ship; lamp');"
      "INSERT INTO backend (name, kind) VALUES ('f', 'faq');"
      "INSERT INTO rule (name, words, action, target) VALUES ('a', 'x', 'consult', 'f');",
      "faq -: a.sql:4: the keywords of 'Do you ship lamps?' have a ; in them", { "a comma stands between keywords" } },
    { BASE WORDS "('a', 500, 'x', NULL, 'It is **very** *good*.');",
      "marks a: a.sql:5: the rule a says \"**very**\", and WhatsApp shows the stars", { "as in *very*" } },
    { BASE WORDS "('a', 500, 'x', NULL, 'See [our page](https://example.com/a).');",
      "marks a: a.sql:5: the rule a says \"[our page](https://example.com/a)\", and WhatsApp shows the brackets",
      { "write the address itself" } },
    { BASE WORDS "('a', 500, 'x', NULL, '2 ** 3 ** 4, a **\nb** *c* [d](e) **** x');", NULL, { 0 } },
    { BASE WORDS "('a', 500, 'x', NULL, '2**10 = 1024 and 3**2 = 9, on C:\\new.');", NULL, { 0 } },
    { BASE "INSERT INTO phrase (name, language, text) VALUES ('sory', 'en', 'a'), ('sory', 'ko', 'b');",
      "unused -: a.sql:4: nothing says the phrase sory: it stands in no text, and the program says none of that name",
      { "; did you mean 'sorry'?" } },
    { BASE "INSERT INTO phrase (name, language, text) VALUES ('kind', 'en', 'a'), ('kinds', 'en', '{{ phrase.kind }}');",
      "unused -: a.sql:4: nothing says the phrase kinds: ", { "; say it as {{ phrase.kinds }}, or take it out" } },
    { BASE "INSERT INTO phrase (name, language, text) VALUES ('sorry', 'en', 'a'), ('ai_handoff', 'en', 'a'), "
      "('ai_notice', 'en', 'a'), ('flood_notice', 'en', 'a'), ('list_button', 'en', 'a'), ('list_title', 'en', 'a'), "
      "('flow_ask', 'en', 'a'), ('flow_gave_up', 'en', 'a'), ('flow_changed', 'en', 'a'), ('flow_handoff', 'en', 'a');",
      NULL, { 0 } },
    { BASE "INSERT INTO phrase (name, language, text) VALUES ('sorry', 'en', 'Sorry, {first_name}.');",
      "template -: a.sql:4: the phrase sorry says {first_name} as it stands", { "{{ first_name }}" } },
    { BASE "INSERT INTO team (name, nobody) VALUES ('t', '{{ \"5,50\" | money: \"EUR\" }}');"
      "INSERT INTO rule (name, words, action, target, say) VALUES ('a', 'x', 'handoff', 't', 's');",
      "value -: a.sql:4: the team t says \"5,50\" as it stands", { 0 } },
    { BASE "INSERT INTO team (name, notify_user) VALUES ('t', 'owner-1, 010-1234-5678');"
      "INSERT INTO rule (name, words, action, target, say) VALUES ('a', 'x', 'handoff', 't', 's');",
      "phone -: a.sql:4: the team t tells '010-1234-5678', which is taken for an external id at Braze, since it has no +",
      { "as in +821012345678" } },
    { BASE "INSERT INTO team (name, notify_user) VALUES ('t', '12345678, 2026-04, +821012345678, a-0101234567');"
      "INSERT INTO rule (name, words, action, target, say) VALUES ('a', 'x', 'handoff', 't', 's');", NULL, { 0 } },
    { BASE "INSERT INTO team (name) VALUES ('t');",
      "unused -: a.sql:4: no rule, step or backend hands over to the team t",
      { "handoff" } },
    { BASE "INSERT INTO team (name) VALUES ('t');"
           "INSERT INTO rule (name, words, action, target) VALUES ('a', 'x', 'handoff', 't');",
      NULL,
      { 0 } },
    /* backends */
    { BASE "INSERT INTO backend (name, kind) VALUES ('list', 'faq');",
      "unused -: a.sql:4: nothing consults the backend list",
      { "'consult', 'list'", "fallback" } },
    { BASE "INSERT INTO backend (name, kind) VALUES ('list', 'faq');"
           "INSERT INTO rule (name, words, action, target) VALUES ('a', 'x', 'consult', 'list');",
      NULL,
      { 0 } },
    { BASE "INSERT INTO backend (name, kind, fallback) VALUES ('list', 'faq', 'other'), ('other', 'faq', NULL);"
           "INSERT INTO rule (name, words, action, target) VALUES ('a', 'x', 'consult', 'list');",
      NULL,
      { 0 } },
    { BASE "INSERT INTO backend (name, kind) VALUES ('list', 'faq');"
           "INSERT INTO flow (name) VALUES ('f');"
           "INSERT INTO step (name, action, target) VALUES ('f.a', 'consult', 'list');"
           "INSERT INTO branch (step, only_if, say, next) VALUES ('f.a', ':failed', 'Sorry.', 'end');"
           "INSERT INTO rule (name, words, action, target) VALUES ('a', 'x', 'flow', 'f');",
      NULL,
      { 0 } },
    { BASE "INSERT INTO team (name) VALUES ('t');"
           "INSERT INTO flow (name) VALUES ('f');"
           "INSERT INTO step (name, say) VALUES ('f.a', 'Hi');"
           "INSERT INTO backend (name, kind, url, model, acts) VALUES\n"
           "  ('m', 'openai', 'https://llm.example.com/v1', 'small-3', 'handoff t, flow f');"
           "INSERT INTO rule (name, words, action, target) VALUES ('a', 'x', 'consult', 'm');",
      NULL,
      { 0 } },
    { BASE "INSERT INTO backend (name, kind, url, body, text_at) VALUES\n"
           "  ('own', 'http', 'https://bot.example.com', '{\"from\": {{ session }}}', '/text');"
           "INSERT INTO rule (name, words, action, target) VALUES ('a', 'x', 'consult', 'own');",
      "body -: a.sql:5: the backend own is never told what the customer wrote",
      { "{{ message }}" } },
    { BASE "INSERT INTO backend (name, kind, url, body, text_at) VALUES\n"
           "  ('own', 'http', 'https://bot.example.com', '{\"all\": {{ messages }}}', '/text');"
           "INSERT INTO rule (name, words, action, target) VALUES ('a', 'x', 'consult', 'own');",
      NULL,
      { 0 } },
    { BASE "INSERT INTO setting (name, value) VALUES ('reply_expires', '30 seconds');"
           "INSERT INTO backend (name, kind, url, model) VALUES ('m', 'openai', 'https://llm.example.com/v1', 'small-3');"
           "INSERT INTO rule (name, words, action, target) VALUES ('a', 'x', 'consult', 'm');",
      "deadline -: a.sql:4: the backend m has 1 minute for an answer (turn_deadline), and after 30 seconds (reply_expires) none",
      { "let reply_expires be longer" } },
    { BASE "INSERT INTO setting (name, value) VALUES ('reply_expires', '61 seconds');"
           "INSERT INTO backend (name, kind, url, model) VALUES ('m', 'openai', 'https://llm.example.com/v1', 'small-3');"
           "INSERT INTO rule (name, words, action, target) VALUES ('a', 'x', 'consult', 'm');",
      NULL,
      { 0 } },
    { BASE "INSERT INTO setting (name, value) VALUES ('reply_expires', '1 second');"
           "INSERT INTO backend (name, kind) VALUES ('m', 'faq');"
           "INSERT INTO faq (question, answer) VALUES ('Is there parking?', 'Yes.');"
           "INSERT INTO rule (name, words, action, target) VALUES ('a', 'x', 'consult', 'm');",
      NULL,
      { 0 } },
    { CONSENT REST
      "INSERT INTO campaign (name, channel, layout, campaign_id) VALUES ('r', 'whatsapp', 'response', '1');",
      "carrier -: a.sql:3: the channel whatsapp has no campaign with the layout template",
      { "held" } },
    { CONSENT REST
      "INSERT INTO campaign (name, channel, layout, campaign_id) VALUES ('t', 'whatsapp', 'template', '1');",
      "carrier -: a.sql:3: the channel whatsapp has no campaign with the layout response",
      { 0 } },
    { CONSENT REST "INSERT INTO campaign (name, channel, campaign_id) VALUES ('s', 'sms', '1');",
      NULL,
      { 0 } },
    { BASE "INSERT INTO channel (name, kind) VALUES ('line', 'other');",
      "carrier -: a.sql:4: no campaign carries replies to the channel line",
      { 0 } },
    /* opening hours */
    { BASE "INSERT INTO opening (days, opens, closes) VALUES ('daily', '09:00', '18:00');",
      "time-zone -: a.sql:4: the opening hours are read in UTC",
      { "'Asia/Seoul'" } },
    { BASE "INSERT INTO opening (days, opens, closes) VALUES ('daily', '09:00', '18:00');\n"
           "INSERT INTO setting (name, value) VALUES ('time_zone', 'Asia/Seoul');",
      NULL,
      { 0 } },
    /* consent */
    { BASE "INSERT INTO setting (name, value) VALUES ('subscription_group', '77777777-7777-4777-8777-777777777777'), ('subscribe_newcomers', 'yes');",
      "consent -: a.sql:4: subscribe_newcomers: ",
      { "records a consent" } },
    { BASE "INSERT INTO setting (name, value) VALUES ('subscription_group', '77777777-7777-4777-8777-777777777777'), ('subscription_follows_opt_out', 'yes');",
      "consent -: a.sql:4: subscription_follows_opt_out: ",
      { "opts in again is subscribed" } },
    { BASE "INSERT INTO setting (name, value) VALUES ('subscription_group', '77777777-7777-4777-8777-777777777777'), ('subscribe_newcomers', 'no');",
      NULL,
      { 0 } },
    /* texts */
    { BASE SAY "('a', 'x', NULL, 'Hi {first_name}!');",
      "template a: a.sql:5: ",
      { "{first_name}", "{{ first_name }}" } },
    { BASE SAY "('a', 'x', NULL, 'Hi [first_name], %language%');", "template a: ", { "[first_name]" } },
    { BASE SAY
      "('a', 'x', NULL, 'Hi {{ first_name }} :-} [x] <3 {1} 5% off% { } {{ \"{{\" }} a {{ message }}');",
      NULL,
      { 0 } },
    { BASE SAY "('a', 'x', NULL, '{{ \"5\" | money: \"KRW\" }} {{ \"5\" | money: \"WON\" }}');",
      "currency a: a.sql:5: ",
      { "'WON'", "KRW" } },
    { BASE SAY "('a', 'x', 't', 'one' || char(10) || 'two');",
      "layout a: a.sql:5: ",
      { "a line break", "campaign t" } },
    { BASE SAY "('a', 'x', 't', 'one' || char(9) || 'two');", "layout a: ", { "a tab" } },
    { BASE SAY "('a', 'x', 't', 'one     two');", "layout a: ", { "four blanks" } },
    { BASE SAY "('a', 'x', NULL, 'one' || char(10) || 'two'), ('b', 'y', 't', 'one    two');", NULL, { 0 } },
};

static void expect(size_t row, size_t count, const char *report)
{
    bool is_right = ROWS[row].start == NULL
                        ? report[0] == '\0' && count == 0
                        : strncmp(report, ROWS[row].start, strlen(ROWS[row].start)) == 0 && count == 1;
    for (size_t i = 0; i < 3 && ROWS[row].pieces[i] != NULL; i++)
        is_right = is_right && strstr(report, ROWS[row].pieces[i]) != NULL;
    if (!is_right)
        fail_msg("%s\nwanted: %s … %s\ngot:    %s", ROWS[row].text, ROWS[row].start, ROWS[row].pieces[0],
                 report);
}

static void test_warnings(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        struct buf out = { 0 };
        size_t count = check_text(ROWS[i].text, false, &out);
        expect(i, count, buf_text(&out));
        buf_release(&out);
    }
}

static void test_rules_without_examples_are_told_in_one_sentence(void **state)
{
    (void)state;
    struct buf out = { 0 };
    assert_int_equal(check_text(BASE WORDS "('a', 500, 'x', NULL, 's'), ('b', 500, 'y', NULL, 's');\n"
                                           "INSERT INTO rule_example (rule, text) VALUES ('stop', 'stop');\n"
                                           "INSERT INTO rule_counterexample (rule, text) VALUES ('a', 'z');",
                                true, &out),
                     1);
    assert_string_equal(
        buf_text(&out),
        "no-example a: a.sql:5: the rule a has no example, nor has 1 other rule; write what a "
        "customer would, as in INSERT INTO rule_example (rule, text) VALUES ('a', '…');\n");
    buf_release(&out);
}

#define STOPS "INSERT INTO rule_example (rule, text) VALUES ('stop', 'stop');\n"
#define GIVES "INSERT INTO rule (name, priority, words, only_if, say) VALUES\n"

static void test_no_example_is_asked_for_where_none_can_prove_the_rule(void **state)
{
    (void)state;
    static const char *const BEYOND[] = {
        ":has_media = 1", ":message_count > 1", ":minutes_since_last > 60", ":late = 1", ":new_conversation = 0",
        ":owner = ''bot''", ":opted_out = 0", ":campaign = ''spring''", ":open = 0 AND @size = ''xl''",
    };
    struct buf text = { 0 }, out = { 0 };
    for (size_t i = 0; i < sizeof BEYOND / sizeof BEYOND[0]; i++) {
        buf_clear(&text);
        buf_addf(&text,
                 BASE STOPS "INSERT INTO rule_set (rule, name, value) VALUES ('stop', 'size', 'm');\n" GIVES
                            "('a', 500, 'x', '%s', 's');",
                 BEYOND[i]);
        if (check_text(buf_text(&text), true, &out) != 0)
            fail_msg("%s: %s", BEYOND[i], buf_text(&out));
    }
    assert_int_equal(check_text(BASE STOPS GIVES "('a', 500, 'x', ':open = 0', 's');", true, &out), 1);
    assert_non_null(strstr(buf_text(&out), "the rule a has no example;"));
    assert_int_equal(check_text(BASE STOPS "INSERT INTO rule (name, pattern, only_if, say) VALUES\n"
                                           "('b', '(?<n>\\d)x', '@n > ''1''', 's');",
                                true, &out),
                     1);
    assert_non_null(strstr(buf_text(&out), "the rule b has no example;"));
    buf_release(&text);
    buf_release(&out);
}

static void test_a_talk_proves_the_rules_that_take_what_its_customer_writes(void **state)
{
    (void)state;
    struct buf out = { 0 };
    assert_int_equal(check_text(BASE STOPS GIVES "('b', 700, 'cake', ':open = 0', 's'),\n"
                                                 "('a', 600, 'cake', NULL, 's'),\n"
                                                 "('c', 500, 'cake, tart', NULL, 's');\n"
                                                 "INSERT INTO talk (name) VALUES ('t');\n"
                                                 "INSERT INTO talk_line (talk, customer, bot) VALUES\n"
                                                 "('t', 'A CAKE?', 's');",
                                true, &out),
                     1);
    assert_non_null(strstr(buf_text(&out), "the rule c has no example;"));
    buf_release(&out);
}

/* A text of so many characters in the campaign's layout. */
static size_t check_length(const char *campaign, int len)
{
    struct buf text = { 0 }, out = { 0 };
    buf_addf(&text, BASE SAY "('a', 'x', %s, '{{ first_name }}", campaign);
    for (int i = 0; i < len; i++)
        buf_add_text(&text, "가");
    buf_add_text(&text, "');");
    size_t count = check_text(buf_text(&text), false, &out);
    if (count > 0)
        assert_non_null(strstr(buf_text(&out), "length a: a.sql:5: "));
    buf_release(&text);
    buf_release(&out);
    return count;
}

static void test_lengths(void **state)
{
    (void)state;
    assert_int_equal(check_length("NULL", 4096), 0);
    assert_int_equal(check_length("NULL", 4097), 1);
    assert_int_equal(check_length("'t'", 1024), 0);
    assert_int_equal(check_length("'t'", 1025), 1);
}

/* Whatever the narrow list takes of these texts, the wide one must take. */
static void test_cover(struct matcher *matcher, const struct buf *wide, const struct buf *narrow,
                       const char *piece, const char *const (*around)[2], size_t count)
{
    struct pattern *patterns[2];
    for (int i = 0; i < 2; i++) {
        struct buf source = { 0 };
        assert_int_equal(words_compile(buf_text(i == 0 ? wide : narrow), &source, NULL), 0);
        patterns[i] = pattern_new_generated(buf_text(&source), NULL);
        assert_non_null(patterns[i]);
        buf_release(&source);
    }
    for (size_t i = 0; i < count; i++) {
        struct buf text = { 0 };
        buf_addf(&text, "%s%s%s", around[i][0], piece, around[i][1]);
        if (pattern_match(patterns[1], matcher, buf_text(&text), text.len, NULL) == PATTERN_YES &&
            pattern_match(patterns[0], matcher, buf_text(&text), text.len, NULL) != PATTERN_YES)
            fail_msg("\"%s\" does not cover \"%s\": %s", buf_text(wide), buf_text(narrow), buf_text(&text));
        buf_release(&text);
    }
    pattern_free(patterns[0]);
    pattern_free(patterns[1]);
}

/* Each entry that words_cover claims to be covered is put to the test of real texts. */
static void test_a_rule_that_never_wins_never_wins(void **state)
{
    (void)state;
    static const char *const PIECES[] = { "open", "open now",  "as",     "assume",   "e-mail",
                                          "e",    "mail",      "환불",   "불",       "환불 요청",
                                          "요청", "caf\u00e9", "cafe",   "退款",     "申请退款",
                                          "now",  "c++",       "a 환불", "환불 now", "it's",
                                          "it" };
    static const char *const FORMS[][2] = { { "", "" }, { "", "*" }, { "*", "" }, { "*", "*" }, { "=", "" } };
    static const char *const AROUND[][2] = { { "", "" },   { "", " please" }, { "x", "" },    { "", "x" },
                                             { "네", "" }, { "", "은" },      { "a ", " b" }, { "가", "나" },
                                             { "", "!" },  { "1", "" },       { "", "-x" } };
    struct matcher *matcher = matcher_new(false);
    size_t proven = 0, count = sizeof PIECES / sizeof PIECES[0];
    for (size_t i = 0; i < count * 5 * count * 5; i++) {
        struct words_entry wide, narrow;
        struct buf a = { 0 }, b = { 0 };
        size_t at = 0, first = 0, second = 0;
        buf_addf(&a, "%s%s%s", FORMS[i % 5][0], PIECES[i / 5 % count], FORMS[i % 5][1]);
        buf_addf(&b, "%s%s%s", FORMS[i / 5 / count % 5][0], PIECES[i / 5 / count / 5],
                 FORMS[i / 5 / count % 5][1]);
        assert_int_equal(words_next(&a, &first, &wide), 1);
        assert_int_equal(words_next(&b, &second, &narrow), 1);
        while (at < narrow.len && !words_cover(&wide, &narrow, at))
            at++;
        if (at < narrow.len) {
            proven++;
            test_cover(matcher, &a, &b, PIECES[i / 5 / count / 5], AROUND, sizeof AROUND / sizeof AROUND[0]);
        }
        buf_release(&a);
        buf_release(&b);
    }
    assert_true(proven > 300);
    matcher_free(matcher);
}

static void test_ten_thousand_rules_are_checked_within_a_bound(void **state)
{
    (void)state;
    struct buf text = { 0 }, out = { 0 };
    buf_add_text(&text, BASE "INSERT INTO rule (name, words, pattern, say) VALUES\n");
    for (int i = 0; i < 10000; i++)
        buf_addf(&text, "%s('r%d', 'word%d, big word%d, 낱말%d', 'no%d\\s*#?\\s*(\\d+)', 's')",
                 i > 0 ? ",\n" : "", i, i, i, i, i);
    buf_add_text(&text, ";\n" WORDS "('last', 400, 'x word77 y', NULL, 's');");
    assert_int_equal(check_text(buf_text(&text), false, &out), 1);
    assert_non_null(strstr(buf_text(&out), "never-wins last: a.sql:10006: "));
    assert_non_null(strstr(buf_text(&out), "by r77 (a.sql:82)"));
    buf_release(&text);
    buf_release(&out);
}

static void test_a_flood_of_warnings_is_cut(void **state)
{
    (void)state;
    struct buf text = { 0 }, out = { 0 };
    buf_add_text(&text, BASE SAY);
    for (int i = 0; i < 200; i++)
        buf_addf(&text, "%s('r%d', 'x%d', NULL, '{oops}')", i > 0 ? ",\n" : "", i, i);
    buf_add_text(&text, ";");
    assert_int_equal(check_text(buf_text(&text), false, &out), 200);
    assert_non_null(strstr(buf_text(&out), "there are 150 more warnings like the last"));
    assert_null(strstr(buf_text(&out), "the rule r50 "));
    buf_release(&text);
    buf_release(&out);
}

static void test_the_sample_business_has_nothing_to_frown_at(void **state)
{
    (void)state;
    const char *folder = getenv("RULES_FOLDER");
    struct rulefiles files = { 0 };
    struct error error = { 0 };
    struct buf out = { 0 };
    if (rulefiles_read(folder != NULL ? folder : "rules", &files, &error) != 0)
        fail_msg("%s", error.text);
    check(&files, true, &out);
    assert_string_equal(buf_text(&out), "");
    buf_release(&out);
    rulefiles_release(&files);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_warnings),
        cmocka_unit_test(test_rules_without_examples_are_told_in_one_sentence),
        cmocka_unit_test(test_no_example_is_asked_for_where_none_can_prove_the_rule),
        cmocka_unit_test(test_a_talk_proves_the_rules_that_take_what_its_customer_writes),
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_a_rule_that_never_wins_never_wins),
        cmocka_unit_test(test_ten_thousand_rules_are_checked_within_a_bound),
        cmocka_unit_test(test_a_flood_of_warnings_is_cut),
        cmocka_unit_test(test_the_sample_business_has_nothing_to_frown_at),
    };
    zones = zones_open(NULL);
    int result = cmocka_run_group_tests(tests, NULL, NULL);
    zones_close(zones);
    return result;
}
