/*
 * flow_check: what in a flow is allowed and probably not meant, and what is well.
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

static struct zones *zones;

static void add_warning(void *context, const struct warning *warning)
{
    struct buf line = { 0 };
    if (strcmp(warning->kind, "no-example") == 0)
        return;
    warning_format(warning, &line);
    buf_addf(context, "%s: %s\n", warning->kind, buf_text(&line));
    buf_release(&line);
}

static void check(const char *text, struct buf *out)
{
    struct rulefiles files = { 0 };
    struct error error = { 0 };
    rulefiles_add(&files, "a.sql", text);
    struct ruleset *ruleset = ruleset_new(&files, zones, &error);
    if (ruleset == NULL)
        fail_msg("%s\n%s", text, error.text);
    rules_check(ruleset, add_warning, out);
    ruleset_free(ruleset);
    rulefiles_release(&files);
}

/* All of it is on line 1. */
#define BASE \
    "INSERT INTO campaign (name, channel, layout, campaign_id) VALUES ('r', 'whatsapp', 'response', '1'), " \
    "('t', 'whatsapp', 'template', '2');" \
    "INSERT INTO rule (name, priority, words, action) VALUES ('stop', 1000, '=stop', 'opt_out');" \
    "INSERT INTO rule (name, priority, say) VALUES ('rest', 0, 's');" \
    "INSERT INTO rule (name, words, action, target) VALUES ('go', 'go', 'flow', 'f');" \
    "INSERT INTO flow (name) VALUES ('f');\n"
#define ASK      BASE "INSERT INTO step (name, say, ask) VALUES ('f.size', 'Size?', 'number');\n"
#define CHOOSE   BASE "INSERT INTO step (name, say, ask) VALUES ('f.size', 'Size?', 'choice');\n"
/* All of a step's choices are shown by WhatsApp itself. */
#define OFFER \
    BASE "INSERT INTO campaign (name, channel, layout, app_id, subscription_group_id) VALUES " \
         "('direct', 'whatsapp', 'response', '5', '6');" \
         "INSERT INTO step (name, say, ask, campaign) VALUES ('f.size', 'Size?', 'choice', 'direct');\n"
/* The layout shows the first two. */
#define TWO \
    BASE "INSERT INTO campaign (name, channel, layout, campaign_id, buttons) VALUES ('two', 'whatsapp', 'response', '3', 2);" \
         "INSERT INTO step (name, say, ask, campaign) VALUES ('f.size', 'Size?', 'choice', 'two');\n"
#define STEPS    "INSERT INTO step (name, say, next) VALUES\n"
#define BRANCHES "INSERT INTO branch (step, only_if, next) VALUES\n"
#define CHOICES  "INSERT INTO choice (step, label, words) VALUES\n"
#define CALL \
    "INSERT INTO service (name, url) VALUES ('s', 'https://s.example.com/');\n" \
    "INSERT INTO step (name, action, target) VALUES ('f.call', 'call', 's');\n"

/* The whole report: nothing, or one line that begins so and holds the piece. */
static const struct {
    const char *text, *start, *piece;
} ROWS[] = {
    { ASK, NULL, NULL },
    /* never reached */
    { ASK STEPS "('f.a', 'a', 'end'),\n('f.b', 'b', NULL),\n('f.c', 'c', NULL);",
      "never-reached: a.sql:5: the step f.b is never reached: the one before it leads elsewhere, and no other names it",
      "lead to it by next" },
    { ASK STEPS "('f.a', 'a', 'end'),\n('f.b', 'b', NULL);\n" BRANCHES "('f.size', '@size > 3', 'b');", NULL, NULL },
    { CHOOSE "INSERT INTO choice (step, label, next) VALUES ('f.size', 'S', 'small'), ('f.size', 'L', 'large');\n"
      STEPS "('f.no', 'n', 'end'),\n('f.small', 's', 'end'),\n('f.large', 'l', 'end');",
      "never-reached: a.sql:5: the step f.no is never reached", "" },
    { CHOOSE "INSERT INTO choice (step, label, next) VALUES ('f.size', 'S', 'small'), ('f.size', 'L', NULL);\n"
      STEPS "('f.no', 'n', 'end'),\n('f.small', 's', 'end');",
      NULL, NULL },
    { ASK STEPS "('f.a', 'a', 'end'),\n('f.b', 'b', NULL);\n" BRANCHES "('f.size', NULL, 'b');",
      "never-reached: a.sql:4: the step f.a is never reached", "" },
    /* branches in a shadow */
    { ASK STEPS "('f.a', 'a', NULL);\n" BRANCHES "('f.size', NULL, 'a'),\n('f.size', '@size > 3', 'end');",
      "never-reached: a.sql:7: this branch of f.size is never taken: the one in a.sql:6, which always holds, stands before it",
      "change the order" },
    { ASK STEPS "('f.a', 'a', NULL);\n" BRANCHES "('f.size', '@size > 3', 'a'),\n('f.size', '@size > 3', 'end');",
      "never-reached: a.sql:7: this branch of f.size is never taken: the one in a.sql:6, which has the same only_if", "" },
    { ASK STEPS "('f.a', 'a', NULL);\n" BRANCHES "('f.size', NULL, 'a'),\n('f.size', ':gave_up', 'end');", NULL, NULL },
    { ASK STEPS "('f.a', 'a', NULL);\n" BRANCHES "('f.size', '@size > 3', 'a'),\n('f.size', '@size > 4', 'end');",
      NULL, NULL },
    /* troubles that cannot be */
    { ASK BRANCHES "('f.size', ':failed', 'end');",
      "never-reached: a.sql:4: this branch waits for :failed, but the step f.size calls no service and consults no "
      "backend", "" },
    { ASK BRANCHES "('f.size', ':timed_out', 'end');",
      "never-reached: a.sql:4: this branch waits for :timed_out, but the step f.size has no timeout", "" },
    { ASK BRANCHES "('f.size', ':timed_out OR :gave_up', 'end');", NULL, NULL },
    { BASE "INSERT INTO step (name, say) VALUES ('f.a', 'a');\n" BRANCHES "('f.a', ':gave_up', 'end');",
      "never-reached: a.sql:4: this branch waits for :gave_up, but the step f.a asks nothing that could be given up", "" },
    { BASE CALL BRANCHES "('f.call', ':failed AND :timed_out', 'end'),\n('f.call', ':failed', 'end');", NULL, NULL },
    /* ways back */
    { ASK STEPS "('f.a', 'a', 'size');",
      "way-back: a.sql:4: f.a leads back to the question f.size by next; its answer is known by then",
      "let a branch lead there by redo" },
    { ASK STEPS "('f.a', 'a', NULL);\n" BRANCHES "('f.a', '@size > 9', 'size');",
      "way-back: a.sql:6: f.a leads back to the question f.size by next", "write it in redo" },
    { ASK STEPS "('f.a', 'a', NULL);\nINSERT INTO branch (step, only_if, redo) VALUES ('f.a', '@size > 9', 'size');",
      NULL, NULL },
    { ASK STEPS "('f.a', 'a', 'size');\nINSERT INTO step_set (step, name, value) VALUES ('f.a', 'size', NULL);", NULL, NULL },
    /* calls in a circle */
    { BASE CALL BRANCHES "('f.call', ':failed', 'call');",
      "round: a.sql:3: the step f.call may call s again and again, since a way leads back to it without a question", "" },
    { BASE CALL STEPS "('f.a', 'a', 'call');", "round: a.sql:3: the step f.call may call s again and again", "" },
    { BASE CALL "INSERT INTO step (name, say, ask) VALUES ('f.more', 'More?', 'yes_no');\n"
      "INSERT INTO branch (step, only_if, next) VALUES ('f.more', '@more', 'call');\n"
      "INSERT INTO step_set (step, name, value) VALUES ('f.call', 'more', NULL);", NULL, NULL },
    /* choices */
    { CHOOSE CHOICES "('f.size', 'Small', 's, little'),\n('f.size', 'Large', 'l, LITTLE');",
      "choice: a.sql:5: two choices of f.size take \"little\", this one and the one in a.sql:4", "stands first" },
    { CHOOSE CHOICES "('f.size', 'Small', NULL),\n('f.size', 'Large', 'small*');",
      "choice: a.sql:5: two choices of f.size take \"small\"", "" },
    { CHOOSE CHOICES "('f.size', 'Not now', NULL),\n('f.size', 'NOT NOW', NULL);",
      "choice: a.sql:5: two choices of f.size take \"not now\"", "" },
    { CHOOSE CHOICES "('f.size', 'Small', 's'),\n('f.size', 'Large', 'l'),\n('f.size', '아주 크게', '크게');", NULL, NULL },
    { CHOOSE CHOICES "('f.size', 'Small', 'tiny'),\n('f.size', 'Large', '1 litre, 1');",
      "choice: a.sql:5: the word 1 of this choice of f.size is the number of another, the one in a.sql:4", "" },
    { CHOOSE CHOICES "('f.size', 'Small', '1'),\n('f.size', 'Large', '7');", NULL, NULL },
    /* labels */
    { OFFER CHOICES "('f.size', 'twenty characters ok', NULL),\n('f.size', 'twenty-one characters', NULL);",
      "label: a.sql:5: the choice 'twenty-one characters' of f.size has 21 characters; WhatsApp shows at most 20 on a button",
      "shorten it" },
    { OFFER CHOICES "('f.size', 'twenty-four characters !', NULL), ('f.size', 'b', NULL), ('f.size', 'c', NULL),\n"
                     "('f.size', 'twenty-five characters !!', NULL);",
      "label: a.sql:5: the choice 'twenty-five characters !!' of f.size has 25 characters; WhatsApp shows at most 24 in a row "
      "of a list",
      "" },
    { OFFER "INSERT INTO phrase (name, language, text) VALUES ('ok', 'en', 'Ok'), ('ok', 'de', 'Einverstanden, na klar');\n"
      CHOICES "('f.size', '{{ phrase.ok }}', NULL);",
      "label: a.sql:5: the choice 'Einverstanden, na klar' of f.size has 22 characters", "" },
    { OFFER CHOICES "('f.size', 'twenty-one characters', NULL), ('f.size', 'b', NULL), ('f.size', 'c', NULL),\n"
                    "('f.size', 'd', NULL);", NULL, NULL }, /* a row of a list may be longer than a button */
    { CHOOSE CHOICES "('f.size', 'twenty-one characters', NULL);", NULL, NULL }, /* no layout shows it: it is a line */
    { TWO CHOICES "('f.size', 'a', NULL),\n('f.size', 'twenty-one characters', NULL);",
      "label: a.sql:5: the choice 'twenty-one characters' of f.size has 21 characters; WhatsApp shows at most 20", "" },
    { TWO CHOICES "('f.size', 'a', NULL), ('f.size', 'b', NULL),\n('f.size', 'twenty-one characters', NULL);",
      "label: a.sql:2: the campaign two shows 2 of the 3 choices of f.size; the others go out as numbered lines",
      "name one that shows more" },
    { OFFER CHOICES "('f.size', '{{ first_name }} and a rather long text', NULL);", NULL, NULL },
    /* questions */
    { BASE "INSERT INTO step (name, ask) VALUES ('f.a', 'text');",
      "question: a.sql:2: the step f.a asks without words", "write its question in say" },
    { BASE "INSERT INTO step (name, say, ask, accept_if) VALUES ('f.a', 'A?', 'number', '@a < 9');",
      "question: a.sql:2: the step f.a refuses some answers, but never says what would be good", "retry" },
    { BASE "INSERT INTO step (name, say, ask, accept_if, retry) VALUES ('f.a', 'A?', 'number', '@a < 9', 'Up to 8.');",
      NULL, NULL },
    { BASE "INSERT INTO setting (name, value) VALUES ('default_language', 'pt-BR');\n"
      "INSERT INTO step (name, say, ask) VALUES ('f.a', 'A?', 'yes_no');",
      "question: a.sql:3: the step f.a asks for a yes or no, which is read in English, Korean and Spanish, and your customers "
      "read 'pt-BR'",
      "ask for a choice, and write their words for it" },
    { BASE "INSERT INTO setting (name, value) VALUES ('default_language', 'es-MX');\n"
      "INSERT INTO step (name, say, ask) VALUES ('f.a', 'A?', 'yes_no');", NULL, NULL },
    /* unused */
    { ASK "INSERT INTO flow (name) VALUES ('g');\nINSERT INTO step (name, say) VALUES ('g.a', 'a');",
      "unused: a.sql:3: no rule starts the flow g, and no step runs it", "VALUES ('g', '…', 'flow', 'g');" },
    { ASK "INSERT INTO flow (name) VALUES ('g');\nINSERT INTO step (name, say) VALUES ('g.a', 'a');\n"
      "INSERT INTO step (name, action, target) VALUES ('f.g', 'flow', 'g');",
      NULL, NULL },
    { ASK "INSERT INTO service (name, url) VALUES ('s', 'https://s.example.com/');",
      "unused: a.sql:3: no step calls the service s", "" },
    { ASK "INSERT INTO team (name) VALUES ('team');\n"
      "INSERT INTO step (name, action, target) VALUES ('f.person', 'handoff', 'team');", NULL, NULL },
    { ASK "INSERT INTO campaign (name, channel, layout, campaign_id) VALUES ('menu', 'whatsapp', 'response', '3');\n"
      "INSERT INTO step (name, say, campaign) VALUES ('f.menu', 'a', 'menu');", NULL, NULL },
    /* texts */
    { ASK STEPS "('f.a', 'You said {size}.', NULL);",
      "template: a.sql:4: the step f.a says {size} as it stands; two braces make it a value: {{ size }}", "" },
    { ASK BRANCHES "('f.size', NULL, NULL);\nINSERT INTO branch (step, only_if, say) VALUES ('f.size', ':gave_up', "
      "'[size] is no size');",
      "template: a.sql:5: the step f.size says [size] as it stands", "" },
    { ASK STEPS "('f.a', '[nobody] {{ size | money: ''KWR'' }}', NULL);",
      "currency: a.sql:4: the step f.a tells money in 'KWR'", "" },
    { CHOOSE CHOICES "('f.size', 'Small', 'little; tiny'), ('f.size', 'Large', 'big, huge');",
      "choice: a.sql:4: \"little; tiny\" in the words of the choice 'Small' of f.size will hardly ever match: a comma stands "
      "between words",
      "" },
    /* a choice that a rule hears first */
    { CHOOSE CHOICES "('f.size', 'Go on', NULL), ('f.size', 'Stop!', NULL);",
      "choice: a.sql:4: the rule stop (a.sql:1) goes before every answer and takes \"stop!\", so this choice of f.size is never "
      "taken by its label",
      "give it another" },
    { CHOOSE CHOICES "('f.size', 'Stop it', NULL), ('f.size', 'A person', NULL);", NULL, NULL },
    { CHOOSE "INSERT INTO team (name) VALUES ('t');\n"
      "INSERT INTO rule (name, words, action, target, interrupts) VALUES ('person', 'person', 'handoff', 't', 'yes');\n" CHOICES
      "('f.size', 'A person', NULL);",
      "choice: a.sql:6: the rule person (a.sql:4) goes before every answer", "" },
    /* a plain yes goes before what does not interrupt, a word that cancels before all */
    { CHOOSE "INSERT INTO rule (name, words, action) VALUES ('in', '=yes', 'opt_in');\n" CHOICES "('f.size', 'Yes', NULL);", NULL,
      NULL },
    { CHOOSE "INSERT INTO rule (name, words, action, interrupts) VALUES ('in', '=yes', 'opt_in', 'yes');\n" CHOICES
      "('f.size', 'Yes', NULL);",
      "choice: a.sql:5: the rule in (a.sql:3) goes before every answer", "" },
    /* words */
    { ASK "INSERT INTO rule (name, priority, words, action) VALUES ('out', 900, 'remove me, Stop', 'opt_out');",
      "opt-out: a.sql:3: the opt_out rule out hears \"stop\" inside of any message", "write =stop, so that" },
    { ASK "INSERT INTO rule (name, priority, words, action) VALUES ('out', 900, '=cancel, =unsubscribe', 'opt_out');",
      "opt-out: a.sql:3: whoever writes \"cancel\" in the midst of a flow wants to break that off", "the opt_out rule out" },
};

static size_t lines(const struct buf *text)
{
    size_t count = 0;
    for (size_t i = 0; i < text->len; i++)
        count += text->data[i] == '\n';
    return count;
}

static void test_warnings(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        struct buf told = { 0 };
        const char *start = ROWS[i].start != NULL ? ROWS[i].start : "";
        bool is_fine;
        check(ROWS[i].text, &told);
        is_fine = lines(&told) == (ROWS[i].start != NULL) && strncmp(buf_text(&told), start, strlen(start)) == 0 &&
                  strstr(buf_text(&told), ROWS[i].piece != NULL ? ROWS[i].piece : "") != NULL;
        if (!is_fine)
            fail_msg("%s\nwanted: %s … %s\ngot: %s", ROWS[i].text, start, ROWS[i].piece, buf_text(&told));
        buf_release(&told);
    }
}

static void test_a_rule_that_interrupts_nothing(void **state)
{
    struct buf told = { 0 };
    (void)state;
    check("INSERT INTO rule (name, words, say, interrupts) VALUES ('hours', 'hours', 'From 9.', 'yes');", &told);
    assert_non_null(strstr(buf_text(&told), "interrupts: a.sql:1: the rule hours interrupts flows, but there is none"));
    buf_release(&told);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_warnings),
        cmocka_unit_test(test_a_rule_that_interrupts_nothing),
    };
    zones = zones_open(NULL);
    int result = cmocka_run_group_tests(tests, NULL, NULL);
    zones_close(zones);
    return result;
}
