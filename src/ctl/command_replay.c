/*
 * command_replay: recorded messages against a draft (desk/replay.h), through a connection that can only read.
 *
 * JSON: "judged", "unchanged", "changed" (and of it "other_rule", "other_action", "other_text"), "unreadable",
 * "oldest_at", "newest_at"; then "changes", a row for each pair of rules ("kind" rule, action or text), the most
 * frequent first, and "examples", whose "change" is the number of its row in "changes".
 */
#include "ctl/call.h"
#include "ctl/commands.h"
#include "ctl/narrow.h"
#include "desk/proof.h"
#include "desk/replay.h"
#include "rules/ruleset.h"
#include "store/rulefile.h"
#include "text/pattern.h"

enum { PAIRS_SHOWN = 50 };

static const char *const KIND_NAMES[] = {
    [REPLAY_RULE] = "rule",
    [REPLAY_ACTION] = "action",
    [REPLAY_TEXT] = "text",
};

static void show_sums(struct output *output, const struct replay *replay)
{
    static const struct column columns[] = {
        { "judged", "messages judged", LOOK_NUMBER },
        { "unchanged", "as before", LOOK_NUMBER },
        { "changed", "otherwise", LOOK_NUMBER },
        { "other_rule", "  another rule", LOOK_NUMBER },
        { "other_action", "  another action", LOOK_NUMBER },
        { "other_text", "  another text", LOOK_NUMBER },
        { "unreadable", "not readable", LOOK_NUMBER },
        { "oldest_at", "from", LOOK_PLAIN },
        { "newest_at", "to", LOOK_PLAIN },
    };
    const size_t *changed = replay->changed;
    const struct cell cells[] = {
        cell_number((int64_t)replay->judged),
        cell_number((int64_t)replay->unchanged),
        cell_number((int64_t)(changed[REPLAY_RULE] + changed[REPLAY_ACTION] + changed[REPLAY_TEXT])),
        cell_number((int64_t)changed[REPLAY_RULE]),
        cell_number((int64_t)changed[REPLAY_ACTION]),
        cell_number((int64_t)changed[REPLAY_TEXT]),
        cell_number((int64_t)replay->unreadable),
        cell_time(replay->oldest_at),
        cell_time(replay->newest_at),
    };

    output_record(output, NULL, columns, cells, sizeof cells / sizeof *cells);
}

/* People are spared the long tail; programs get all of it. */
static size_t shown_of(const struct call *call, const struct replay *replay)
{
    bool is_for_people =
        call->parsed->options[OPTION_JSON] == NULL && call->parsed->options[OPTION_CSV] == NULL;

    return is_for_people && replay->pair_count > PAIRS_SHOWN ? PAIRS_SHOWN : replay->pair_count;
}

static void show_pairs(struct output *output, const struct replay *replay, size_t shown)
{
    static const struct column columns[] = {
        { "change", "no.", LOOK_NUMBER },  { "count", "messages", LOOK_NUMBER },
        { "kind", "another", LOOK_PLAIN }, { "was", "rule then", LOOK_NAME },
        { "becomes", "in the draft", LOOK_NAME },
    };

    output_table(output, "changes", columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < shown; i++) {
        const struct replay_pair *pair = replay->pairs[i];

        output_row(output, (struct cell[]){ cell_number((int64_t)i + 1), cell_number((int64_t)pair->count),
                                            cell_text(KIND_NAMES[pair->kind]), cell_text(pair->was),
                                            cell_text(pair->becomes) });
    }
    output_table_end(output);
}

static void show_examples(struct output *output, const struct replay *replay, size_t shown)
{
    static const struct column columns[] = {
        { "change", "no.", LOOK_NUMBER },     { "message", "message", LOOK_NUMBER },
        { "at", NULL, LOOK_PLAIN },           { "text", "the customer", LOOK_LONG },
        { "said", "was answered", LOOK_LONG }, { "says", "would be answered", LOOK_LONG },
    };

    output_table(output, "examples", columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < shown; i++)
        for (size_t k = 0; k < replay->pairs[i]->example_count; k++) {
            const struct replay_example *example = &replay->pairs[i]->examples[k];

            output_row(output, (struct cell[]){ cell_number((int64_t)i + 1), cell_id(example->message),
                                                cell_time(example->at), cell_text(example->text),
                                                cell_text(example->said), cell_text(example->says) });
        }
    output_table_end(output);
}

static void conclude(struct output *output, const struct replay *replay, size_t shown)
{
    size_t rest = replay->unlisted;

    for (size_t i = shown; i < replay->pair_count; i++)
        rest += replay->pairs[i]->count;
    if (rest > 0)
        output_note(output, NOTE_DIM, "And %zu message%s of rarer kinds; --json has more of them.", rest, rest == 1 ? "" : "s");
    if (replay->unreadable > 0)
        output_note(output, NOTE_WARN,
                    "%zu message%s could not be judged: what was recorded about %s is not kept any more "
                    "(keep_traces, or the person was erased), or cannot be read.",
                    replay->unreadable, replay->unreadable == 1 ? "" : "s", replay->unreadable == 1 ? "it" : "them");
    if (replay->judged == 0)
        output_note(output, NOTE_DIM, "No recorded message fits.");
    else if (replay->unchanged == replay->judged)
        output_note(output, NOTE_GOOD, "Every message would go where it went, and get the same answer.");
}

/* A draft may be replayed before its proofs hold; whoever does so should know. */
static void warn_of_proofs(struct output *output, const struct ruleset *draft)
{
    struct matcher *matcher = matcher_new(true);
    struct error error = { 0 };

    if (proof_run(draft, matcher, &error) > 0 || proof_any(draft, &error) != 0)
        output_note(output, NOTE_WARN, "The draft would not load yet: %s", error.text);
    matcher_free(matcher);
}

static int replay_draft(struct call *call, const struct ruleset *draft, const struct record_filter *filter,
                        size_t limit)
{
    struct replay replay = { 0 };
    struct error error = { 0 };
    struct db *db;
    int code = call_open(call, &db);

    if (code != EXIT_DONE)
        return code;
    if (replay_run(db, draft, filter, limit, &replay, &error) != 0) {
        code = call_read_failed(call, db, &error);
    } else {
        size_t shown = shown_of(call, &replay);

        show_sums(call->output, &replay);
        show_pairs(call->output, &replay, shown);
        /* A table of a spreadsheet is one table. */
        if (call->parsed->options[OPTION_CSV] == NULL)
            show_examples(call->output, &replay, shown);
        conclude(call->output, &replay, shown);
        warn_of_proofs(call->output, draft);
        if (replay.judged == 0)
            code = narrow_check_names(call, db, &(struct filter){ .user = filter->user });
    }
    replay_release(&replay);
    db_close(db);
    return code;
}

int command_rules_replay(struct call *call)
{
    struct record_filter filter = { .user = call->parsed->options[OPTION_USER] };
    struct rulefiles files = { 0 };
    struct error error = { 0 };
    struct ruleset *draft = NULL;
    int64_t limit;
    int code;

    if ((code = call_limit(call, 0, &limit)) != EXIT_DONE ||
        (code = call_since(call, &filter.since)) != EXIT_DONE ||
        (code = call_until(call, &filter.until)) != EXIT_DONE)
        return code;
    if (rulefiles_read(call->parsed->holes[0], &files, &error) != 0 ||
        (draft = ruleset_new(&files, call_zones(call), &error)) == NULL)
        code = call_fail(call, EXIT_FAILED, "%s", error.text);
    else
        code = replay_draft(call, draft, &filter, (size_t)limit);
    ruleset_free(draft);
    rulefiles_release(&files);
    return code;
}
