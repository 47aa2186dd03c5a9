/*
 * problems: see the header.
 *
 * Errors and proofs come as finished sentences, "file:line: …"; their place is taken off again for whoever
 * reads the table by machine.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "ctl/problems.h"
#include "desk/proof.h"
#include "desk/talk.h"
#include "rules/check.h"
#include "text/pattern.h"

static const struct column COLUMNS[] = {
    { "level", "kind", LOOK_STATE },   { "kind", NULL, LOOK_PLAIN },  { "rule", NULL, LOOK_PLAIN },
    { "file", NULL, LOOK_PLAIN },      { "line", NULL, LOOK_NUMBER }, { "sentence", NULL, LOOK_PLAIN },
    { "text", "problem", LOOK_WHOLE },
};

static void add(struct problems *problems, const char *level, const struct warning *warning)
{
    struct buf text = { 0 };
    warning_format(warning, &text);
    output_row(problems->output,
               (struct cell[]){ cell_text(level), cell_text(warning->kind), cell_text(warning->rule),
                                cell_text(warning->file), cell_id(warning->line),
                                cell_text(warning->sentence), cell_text(buf_text(&text)) });
    buf_release(&text);
}

/* "20-rules.sql:7: sentence" into file, line and sentence; a sentence without a place stays whole. */
static void take_place(struct warning *warning, struct buf *file)
{
    const char *end = strstr(warning->sentence, ".sql:");
    if (end == NULL || memchr(warning->sentence, ' ', (size_t)(end - warning->sentence)) != NULL)
        return;
    char *rest;
    long line = strtol(end + 5, &rest, 10);
    if (rest == end + 5 || strncmp(rest, ": ", 2) != 0)
        return;
    buf_add(file, warning->sentence, (size_t)(end + 4 - warning->sentence));
    warning->file = buf_text(file);
    warning->line = (int)line;
    warning->sentence = rest + 2;
}

static void add_failure(struct problems *problems, const char *kind, const char *sentence)
{
    struct warning failure = { .kind = kind, .sentence = sentence };
    struct buf file = { 0 };
    problems->failures++;
    take_place(&failure, &file);
    add(problems, "error", &failure);
    buf_release(&file);
}

static void add_proof(void *context, const char *sentence)
{
    add_failure(context, "proof", sentence);
}

static void add_warning(void *context, const struct warning *warning)
{
    struct problems *problems = context;
    add(problems, problems->is_strict ? "error" : "warning", warning);
}

static void add_outsider(void *context, const char *file, const char *name)
{
    struct warning warning = { .kind = "not-read" };
    struct buf sentence = { 0 };
    struct problems *problems = context;
    if (name != NULL)
        buf_addf(&sentence, "%s is not read: the name of a rule file ends in .sql; rename it to %s", file, name);
    else
        buf_addf(&sentence, "%s is not read: it is no plain file", file);
    warning.sentence = buf_text(&sentence);
    problems->warnings++;
    add_warning(problems, &warning);
    buf_release(&sentence);
}

static void begin(struct problems *problems, const char *noun)
{
    output_table(problems->output, noun, COLUMNS, sizeof COLUMNS / sizeof COLUMNS[0]);
}

/* Talks that fail */

static void show_report(struct output *output, const struct talk *talk, const struct talk_report *report)
{
    struct buf heading = { 0 };
    buf_addf(&heading, "The talk %s", talk->name);
    for (size_t i = 0; i < report->count; i++) {
        const struct talk_part *part = &report->parts[i];
        output_side(output, &(struct side_line){ .name = talk->name,
                                                 .heading = buf_text(&heading),
                                                 .file = report->failed->file,
                                                 .line = report->failed->line,
                                                 .who = talk_who_name(part->who),
                                                 .left = part->expected,
                                                 .right = part->said,
                                                 .differs = part->differs });
    }
    buf_release(&heading);
}

/* They are played once more: the table of problems is closed by then. */
static void show_talks(struct output *output, const struct ruleset *rules, struct matcher *matcher)
{
    output_sides(output, "failing_talks");
    for (size_t i = 0; rules != NULL && i < rules->talk_count; i++) {
        struct talk_report report = { 0 };
        if (!talk_play(rules, matcher, &rules->talks[i], &report))
            show_report(output, &rules->talks[i], &report);
        talk_report_release(&report);
    }
    output_sides_end(output);
}

struct ruleset *problems_judge(struct problems *problems, const struct rulefiles *files,
                               const struct zones *zones)
{
    struct matcher *matcher = matcher_new(true);
    struct error error = { 0 };
    struct ruleset *rules = ruleset_new(files, zones, &error);

    begin(problems, "problems");
    if (rules == NULL) {
        add_failure(problems, "error", error.text);
    } else {
        if (proof_any(rules, &error) != 0)
            add_failure(problems, "error", error.text);
        proof_each(rules, matcher, add_proof, problems);
        problems->warnings = rules_check(rules, add_warning, problems);
    }
    rulefiles_passed_by(problems->folder, add_outsider, problems);
    output_table_end(problems->output);
    show_talks(problems->output, problems->failures > 0 ? rules : NULL, matcher);
    matcher_free(matcher);
    return rules;
}

void problems_warn(struct problems *problems, const struct rulefiles *files, const struct zones *zones)
{
    struct ruleset *rules = ruleset_new(files, zones, NULL);

    begin(problems, "warnings");
    if (rules != NULL)
        problems->warnings = rules_check(rules, add_warning, problems);
    rulefiles_passed_by(problems->folder, add_outsider, problems);
    output_table_end(problems->output);
    ruleset_free(rules);
}
