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
#include "rules/check.h"
#include "text/pattern.h"

static const struct column COLUMNS[] = {
    { "level", "kind", LOOK_STATE },   { "kind", NULL, LOOK_PLAIN },  { "rule", NULL, LOOK_PLAIN },
    { "file", NULL, LOOK_PLAIN },      { "line", NULL, LOOK_NUMBER }, { "sentence", NULL, LOOK_PLAIN },
    { "text", "problem", LOOK_PLAIN },
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

static void begin(struct problems *problems, const char *noun)
{
    output_table(problems->output, noun, COLUMNS, sizeof COLUMNS / sizeof COLUMNS[0]);
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
        proof_each(rules, matcher, add_proof, problems);
        problems->warnings = rules_check(rules, add_warning, problems);
    }
    output_table_end(problems->output);
    matcher_free(matcher);
    return rules;
}

void problems_warn(struct problems *problems, const struct rulefiles *files, const struct zones *zones)
{
    struct ruleset *rules = ruleset_new(files, zones, NULL);

    begin(problems, "warnings");
    if (rules != NULL)
        problems->warnings = rules_check(rules, add_warning, problems);
    output_table_end(problems->output);
    ruleset_free(rules);
}
