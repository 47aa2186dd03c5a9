/*
 * command_why: the decision about a message, made once more by the rules of that day (desk/explain.h) or as it was
 * noted, and what followed.
 */
#include <stdlib.h>
#include <string.h>

#include "ctl/call.h"
#include "ctl/commands.h"
#include "ctl/verdict.h"
#include "desk/explain.h"
#include "store/listing.h"
#include "store/transcript.h"

struct asking {
    struct call *call;
    struct db *db;
    struct error *error;
    int64_t turn;
    int result;
};

static void show_decision(void *context, const struct transcript_decision *row)
{
    struct asking *asking = context;
    struct explanation explanation = { 0 };
    struct error doubt = { 0 };
    int found = explain_decision(asking->db, call_zones(asking->call), row, &explanation, &doubt);
    const struct verdict verdict = {
        .message = row->message,
        .conversation = row->conversation,
        .at = row->at,
        .ruleset = row->ruleset,
        .user = row->user,
        .text = row->text,
        .has_media = row->has_media,
        .rule = row->rule,
        .action = row->action,
        .turn_state = row->turn_state,
        .state = row->state,
        .trace = row->trace,
        .rules = found == 1 ? explanation.ruleset : NULL,
        .decision = found == 1 ? &explanation.decision : NULL,
        .is_stored = true,
        .doubt = found == 1 ? NULL : doubt.text,
    };

    asking->turn = row->turn;
    if (found < 0)
        *asking->error = doubt;
    asking->result = found < 0 ? -1 : verdict_show(asking->call->output, &verdict, asking->error);
    explanation_release(&explanation);
}

static const struct column FOLLOWED_COLUMNS[] = {
    { "id", "what followed", LOOK_NUMBER }, { "kind", NULL, LOOK_PLAIN },
    { "actor", "said by", LOOK_PLAIN },     { "text", "text", LOOK_LONG },
    { "campaign", "by", LOOK_PLAIN },       { "parts", NULL, LOOK_NUMBER },
    { "outbox", "outbox", LOOK_NUMBER },    { "state", "state", LOOK_STATE },
    { "reason", "why", LOOK_LONG },         { "buttons", "buttons", LOOK_LONG },
};

static void show_line(void *context, const struct transcript_line *line)
{
    output_row(context,
               (struct cell[]){ cell_id(line->id), cell_text(line->kind), cell_text_or_none(line->actor),
                                cell_text(line->text), cell_text_or_none(line->campaign),
                                cell_number(line->parts), cell_id(line->outbox), cell_text_or_none(line->state),
                                cell_text_or_none(line->reason),
                                strcmp(line->buttons, "[]") != 0 ? cell_json(line->buttons)
                                                                 : cell_text(NULL) });
}

/* Backends */

static const struct column QUESTION_COLUMNS[] = {
    { "outbox", "question", LOOK_NUMBER }, { "wanted_by", "put by", LOOK_NAME },     { "wanted", "to", LOOK_NAME },
    { "backend", "in the end", LOOK_NAME }, { "round", "rounds", LOOK_NUMBER },      { "state", "state", LOOK_STATE },
    { "reason", "why", LOOK_LONG },         { "created_at", NULL, LOOK_PLAIN },      { "settled_at", NULL, LOOK_PLAIN },
};

static void show_question(void *context, const struct transcript_question *question)
{
    output_row(context, (struct cell[]){ cell_id(question->outbox), cell_text(question->wanted_by),
                                         cell_text(question->wanted), cell_text(question->backend),
                                         cell_number(question->round), cell_text(question->state),
                                         cell_text_or_none(question->reason), cell_time(question->created_at),
                                         cell_time(question->settled_at) });
}

static const struct column STEP_COLUMNS[] = {
    { "outbox", NULL, LOOK_NUMBER },      { "at", "asked at", LOOK_PLAIN },    { "backend", "backend", LOOK_NAME },
    { "class", "outcome", LOOK_STATE },   { "status", "status", LOOK_NUMBER }, { "took_ms", "ms", LOOK_NUMBER },
    { "reason", "why", LOOK_LONG },
};

static void show_step(void *context, const struct transcript_step *step)
{
    bool is_attempt = *step->class != '\0' && strcmp(step->class, "fallback") != 0;

    output_row(context, (struct cell[]){ cell_id(step->outbox), cell_time(step->at), cell_text(step->backend),
                                         cell_text_or_none(step->class), cell_id(step->status),
                                         is_attempt ? cell_number(step->took_ms) : cell_text(NULL),
                                         cell_text_or_none(step->reason) });
}

static int show_questions(struct output *output, struct db *db, int64_t turn, struct error *error)
{
    int count;

    output_table(output, "questions", QUESTION_COLUMNS, sizeof QUESTION_COLUMNS / sizeof *QUESTION_COLUMNS);
    count = turn != 0 ? transcript_questions(db, turn, show_question, output, error) : 0;
    output_table_end(output);
    output_table(output, "asked", STEP_COLUMNS, sizeof STEP_COLUMNS / sizeof *STEP_COLUMNS);
    if (count > 0)
        count = transcript_steps(db, turn, show_step, output, error);
    output_table_end(output);
    return count < 0 ? -1 : 0;
}

/* 0: it is no number of a message. */
static int64_t number_of(const char *typed)
{
    bool is_number = typed[0] != '\0' && strlen(typed) <= 18 && typed[strspn(typed, "0123456789")] == '\0';

    return is_number ? strtoll(typed, NULL, 10) : 0;
}

/* The newest message of the customer that was typed. */
static int find_newest(struct call *call, struct db *db, const char *typed, int64_t *message)
{
    struct error error = { 0 };
    int64_t conversation;
    int code = call_find(call, db, typed, &conversation), found;

    if (code != EXIT_DONE)
        return code;
    found = transcript_newest(db, conversation, message, &error);
    if (found < 0)
        return call_read_failed(call, db, &error);
    return found == 1 ? EXIT_DONE : call_fail(call, EXIT_NOTHING, "%s has not written anything yet", typed);
}

/* A message's number goes before a customer's id; who meant her is told. */
static int note_meant(const struct asking *asking, int64_t message, const char *typed)
{
    int is_two = listing_is_ambiguous_message(asking->db, message, typed, asking->error);

    if (is_two == 1)
        output_note(asking->call->output, NOTE_WARN, "This is message %s. The customer with the id %s is external:%s.", typed,
                    typed, typed);
    return is_two < 0 ? -1 : 0;
}

/* What is typed is the number of a message, or else says whose. */
static int ask(struct asking *asking, int64_t message, const char *typed)
{
    int found = message > 0 ? transcript_why(asking->db, message, show_decision, asking, asking->error) : 0;
    int64_t conversation;
    int code;

    if (found == 1)
        asking->result |= note_meant(asking, message, typed);
    if (found == 0 && message > 0 && listing_find(asking->db, typed, &conversation, asking->error) == 0)
        return call_fail(asking->call, EXIT_NOTHING,
                         "there is no decision about a message %s; frontdesk transcript CONVERSATION --json tells the numbers",
                         typed);
    if (found == 0) {
        if ((code = find_newest(asking->call, asking->db, typed, &message)) != EXIT_DONE)
            return code;
        found = transcript_why(asking->db, message, show_decision, asking, asking->error);
    }
    if (found < 0 || asking->result != 0)
        return call_read_failed(asking->call, asking->db, asking->error);
    return EXIT_DONE;
}

static int why(struct call *call, struct db *db)
{
    struct error error = { 0 };
    struct asking asking = { .call = call, .db = db, .error = &error };
    const char *typed = call->parsed->holes[0];
    int code = ask(&asking, number_of(typed), typed), count;

    if (code != EXIT_DONE)
        return code;
    if (show_questions(call->output, db, asking.turn, &error) != 0)
        return call_read_failed(call, db, &error);
    output_table(call->output, "messages", FOLLOWED_COLUMNS,
                 sizeof FOLLOWED_COLUMNS / sizeof *FOLLOWED_COLUMNS);
    count = transcript_turn(db, asking.turn, show_line, call->output, &error);
    output_table_end(call->output);
    return count < 0 ? call_read_failed(call, db, &error) : EXIT_DONE;
}

int command_why(struct call *call)
{
    struct db *db;
    int code = call_open(call, &db);

    if (code == EXIT_DONE)
        code = why(call, db);
    db_close(db);
    return code;
}
