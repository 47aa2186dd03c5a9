/*
 * command_drill: what would this customer see if that backend failed so? The rehearsal of desk/drill.h, shown step by step.
 *
 * JSON: a record "drill", "steps" (at_ms is counted from the message; "what" is one of desk/drill.h's words), a record
 * "outcome" and "texts", what the customer reads in the end.
 */
#include <inttypes.h>
#include <string.h>

#include "base/nearest.h"
#include "base/utf8.h"
#include "ctl/commands.h"
#include "ctl/trial.h"
#include "desk/drill.h"

static int read_fault(const struct call *call, enum drill_fault *fault)
{
    const char *typed = call->parsed->holes[1];
    struct nearest nearest = { .word = typed };
    struct buf advice = { 0 };

    for (int i = 0; drill_fault_names[i] != NULL; i++)
        if (strcmp(drill_fault_names[i], typed) == 0) {
            *fault = (enum drill_fault)i;
            return EXIT_DONE;
        }
    nearest_offer_list(&nearest, drill_fault_names);
    nearest_advise(&nearest, drill_fault_names, &advice);
    call_fail(call, EXIT_USAGE, "a backend cannot fail as \"%s\"%s", typed, buf_text(&advice));
    buf_release(&advice);
    return EXIT_USAGE;
}

static int find_backend(const struct call *call, const struct ruleset *rules, const struct backend **backend)
{
    const char *typed = call->parsed->holes[0];
    struct nearest nearest = { .word = typed };
    struct buf advice = { 0 };

    *backend = backend_find(rules->backends, rules->backend_count, typed);
    if (*backend != NULL && (*backend)->kind == BACKEND_FAQ)
        return call_fail(call, EXIT_USAGE, "%s answers from the rules themselves, and cannot fail so; frontdesk rules try "
                                           "shows what it says",
                         typed);
    if (*backend != NULL)
        return EXIT_DONE;
    for (size_t i = 0; i < rules->backend_count; i++)
        nearest_offer(&nearest, rules->backends[i].name);
    nearest_advise(&nearest, NULL, &advice);
    call_fail(call, EXIT_NOTHING, "the rules know no backend '%s'%s", typed, buf_text(&advice));
    buf_release(&advice);
    return EXIT_NOTHING;
}

/* Showing */

static void format_seconds(int64_t ms, struct buf *out)
{
    buf_addf(out, "%" PRId64 ".%" PRId64 " s", ms / 1000, ms % 1000 / 100);
}

static void show_head(struct call *call, const struct trial *trial, const struct drill *drill)
{
    static const struct column columns[] = {
        { "user", "customer", LOOK_PLAIN },   { "text", "text", LOOK_LONG },     { "wanted_by", "rule", LOOK_PLAIN },
        { "wanted", "asks", LOOK_PLAIN },     { "backend", "drilled", LOOK_PLAIN }, { "fault", "fails by", LOOK_PLAIN },
        { "ruleset", NULL, LOOK_NUMBER },
    };

    output_record(call->output, "drill", columns,
                  (struct cell[]){ cell_text(call->parsed->options[OPTION_AS]), cell_text(buf_text(&trial->text)),
                                   cell_text(buf_text(&drill->wanted_by)), cell_text(drill->wanted->name),
                                   cell_text(call->parsed->holes[0]), cell_text(call->parsed->holes[1]),
                                   cell_id(trial->number) },
                  sizeof columns / sizeof *columns);
}

static void show_step(struct output *output, const struct drill_step *step)
{
    struct buf at = { 0 }, told = { 0 };

    format_seconds(step->at_ms, &at);
    if (step->what == DRILL_SAYS)
        buf_addf(&told, "the customer reads: %s", step->text);
    else if (step->what == DRILL_HANDS_OVER)
        buf_addf(&told, "a person of %s takes over", step->text);
    else
        buf_add_text(&told, step->text);
    output_row(output, (struct cell[]){ cell_text(buf_text(&at)), cell_number(step->at_ms),
                                        cell_text(step->backend != NULL ? step->backend->name : NULL),
                                        cell_text(drill_what_names[step->what]), cell_text(buf_text(&told)),
                                        cell_text(step->text) });
    buf_release(&at);
    buf_release(&told);
}

static void show_steps(struct output *output, const struct drill *drill)
{
    static const struct column columns[] = {
        { "after", "after", LOOK_PLAIN }, { "at_ms", NULL, LOOK_NUMBER }, { "backend", "backend", LOOK_NAME },
        { "what", NULL, LOOK_PLAIN },     { "told", "what happens", LOOK_WHOLE }, { "text", NULL, LOOK_LONG },
    };

    output_table(output, "steps", columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < drill->count; i++)
        show_step(output, &drill->steps[i]);
    output_table_end(output);
}

/* Who answers in the end, and when: the line above what the customer reads. */
static void show_outcome(struct output *output, const struct drill *drill)
{
    static const struct column columns[] = {
        { "answered_by", NULL, LOOK_PLAIN }, { "end_ms", NULL, LOOK_NUMBER },
        { "perhaps", NULL, LOOK_PLAIN },     { "perhaps_ms", NULL, LOOK_NUMBER },
    };
    const char *answered = drill->answered != NULL ? drill->answered->name : NULL;
    struct buf end = { 0 }, perhaps = { 0 };

    output_record(output, "outcome", columns,
                  (struct cell[]){ cell_text(answered), cell_number(drill->end_ms),
                                   cell_text(drill->perhaps != NULL ? drill->perhaps->name : NULL),
                                   drill->perhaps != NULL ? cell_number(drill->perhaps_ms) : cell_text(NULL) },
                  sizeof columns / sizeof *columns);
    format_seconds(drill->end_ms, &end);
    format_seconds(drill->perhaps_ms, &perhaps);
    if (drill->perhaps != NULL)
        output_note(output, NOTE_GOOD, "%s answers within %s. Should it fail as well:", drill->perhaps->name, buf_text(&perhaps));
    if (drill->is_unknown)
        output_note(output, NOTE_GOOD, "%s answers after %s; what it would say is not known here.", answered, buf_text(&end));
    else if (answered != NULL)
        output_note(output, NOTE_GOOD, "%s answers after %s:", answered, buf_text(&end));
    else
        output_note(output, NOTE_WARN, "No backend answers. After %s the customer reads:", buf_text(&end));
    buf_release(&end);
    buf_release(&perhaps);
}

static void show_texts(struct output *output, const struct drill *drill)
{
    output_exchange(output, "texts", EXCHANGE_CHAT);
    for (size_t i = drill->end; i < drill->count; i++)
        if (drill->steps[i].what == DRILL_SAYS)
            output_line(output, &(struct exchange_line){ .kind = "out",
                                                         .text = drill->steps[i].text,
                                                         .actor = "",
                                                         .state = "",
                                                         .reason = "",
                                                         .buttons = "[]",
                                                         .tags = "[]" });
    output_exchange_end(output);
}

static int rehearse(struct call *call, const struct trial *trial, const struct backend *backend, enum drill_fault fault)
{
    struct drill drill = { 0 };
    struct drill_question question = {
        .rules = trial->rules,
        .matcher = matcher_new(true),
        .state = &trial->state,
        .text = buf_text(&trial->text),
        .now = trial->at,
        .is_first = !trial->has_met_machine,
        .backend = backend,
        .fault = fault,
    };
    int code = EXIT_DONE;

    if (drill_rehearse(&question, &drill) == 1) {
        show_head(call, trial, &drill);
        show_steps(call->output, &drill);
        show_outcome(call->output, &drill);
        show_texts(call->output, &drill);
    } else {
        code = call_fail(call, EXIT_NOTHING, "%s would not be asked: %s", backend->name, buf_text(&drill.why));
    }
    drill_release(&drill);
    matcher_free(question.matcher);
    return code;
}

static int read_text(struct call *call, struct trial *trial)
{
    const char *typed = call->parsed->holes[2];

    trial->takes_newest = typed == NULL;
    if (typed == NULL && call->parsed->options[OPTION_AS] == NULL)
        return call_fail(call, EXIT_USAGE, "which message? Give a text behind the fault, or with --as USER a customer, whose "
                                           "newest message is taken");
    if (typed != NULL)
        utf8_repair(typed, strlen(typed), &trial->text);
    return EXIT_DONE;
}

int command_drill(struct call *call)
{
    const struct backend *backend = NULL;
    struct trial trial = { 0 };
    enum drill_fault fault = DRILL_TIMEOUT;
    int code = read_fault(call, &fault);

    if (code == EXIT_DONE)
        code = read_text(call, &trial);
    if (code == EXIT_DONE)
        code = trial_read_rules(call, &trial);
    if (code == EXIT_DONE)
        code = find_backend(call, trial.rules, &backend);
    if (code == EXIT_DONE)
        code = trial_read_time(call, &trial);
    if (code == EXIT_DONE)
        code = trial_read_customer(call, &trial);
    if (code == EXIT_DONE)
        code = rehearse(call, &trial, backend, fault);
    trial_release(&trial);
    return code;
}
