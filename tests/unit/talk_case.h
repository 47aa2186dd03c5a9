/*
 * talk_case: talks as rows, and whether they hold. For the tests of talks.
 */
#ifndef TESTS_UNIT_TALK_CASE_H
#define TESTS_UNIT_TALK_CASE_H

#include <string.h>

#include "base/buf.h"
#include "base/zone.h"
#include "desk/talk.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static struct zones *zones;
static struct matcher *matcher;

static struct ruleset *make_talk(const char *rules, const char *talk)
{
    struct rulefiles files = { 0 };
    struct error error = { 0 };
    struct buf text = { 0 };
    buf_addf(&text, "%s%s", rules, talk);
    rulefiles_add(&files, "a.sql", buf_text(&text));
    struct ruleset *ruleset = ruleset_new(&files, zones, &error);
    if (ruleset == NULL)
        fail_msg("%s\n%s", talk, error.text);
    rulefiles_release(&files);
    buf_release(&text);
    return ruleset;
}

/* The sentence of the first talk; NULL: it must hold. */
static void check_talk(const char *rules, const char *talk, const char *sentence)
{
    struct ruleset *ruleset = make_talk(rules, talk);
    struct talk_report report = { 0 };
    bool holds = talk_play(ruleset, matcher, &ruleset->talks[0], &report);
    assert_int_equal(holds, report.failed == NULL);
    if (sentence == NULL ? !holds : strcmp(buf_text(&report.sentence), sentence) != 0)
        fail_msg("%swanted %s\ngot    %s", talk, sentence != NULL ? sentence : "(it holds)", buf_text(&report.sentence));
    for (size_t i = 0; i < report.count; i++)
        assert_int_equal(report.parts[i].differs, !holds && i + 1 == report.count);
    talk_report_release(&report);
    ruleset_free(ruleset);
}

#define T                  "INSERT INTO talk (name) VALUES ('t');\n"
#define TALK(columns, values) "INSERT INTO talk (name, " columns ") VALUES ('t', " values ");\n"
#define MAY                TALK("starts", "'2026-05-12 18:00'")
#define GIVEN(values)      "INSERT INTO talk_given (talk, source, answer, status) VALUES " values ";\n"
#define LINES(rows)        "INSERT INTO talk_line (talk, after, customer, bot, expect) VALUES\n" rows ";\n"
#define SAY(customer, bot) "('t', NULL, '" customer "', '" bot "', NULL)"

#endif
