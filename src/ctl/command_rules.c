/*
 * command_rules: rule files judged and put into force (check, load), and the rules in force (list).
 */
#include <string.h>

#include "backend/backend.h"
#include "base/env.h"
#include "ctl/act.h"
#include "ctl/call.h"
#include "ctl/commands.h"
#include "ctl/problems.h"
#include "flow/flow.h"
#include "rules/index.h"
#include "rules/ruleset.h"
#include "store/rulebook.h"
#include "store/rulefile.h"

/* The folder from the command line, --rules or FRONTDESK_RULES. */
static const char *folder_of(const struct call *call)
{
    return call->parsed->holes[0] != NULL ? call->parsed->holes[0] : buf_text(&call->rules_dir);
}

static int read_folder(struct call *call, struct rulefiles *files)
{
    const char *folder = folder_of(call);
    struct error error = { 0 };

    if (folder[0] == '\0')
        return call_fail(call, EXIT_USAGE, "which folder? frontdesk rules %s DIR, or set FRONTDESK_RULES",
                         call->parsed->command->run == command_rules_load ? "load" : "check");
    if (rulefiles_read(folder, files, &error) != 0)
        return call_fail(call, EXIT_FAILED, "%s", error.text);
    return EXIT_DONE;
}

/* Check */

static void sum_up(struct output *output, const struct rulefiles *files, const struct ruleset *rules,
                   const struct problems *problems)
{
    static const struct column columns[] = {
        { "files", NULL, LOOK_NUMBER },    { "rules", NULL, LOOK_NUMBER },
        { "examples", NULL, LOOK_NUMBER }, { "talks", NULL, LOOK_NUMBER },
        { "failures", NULL, LOOK_NUMBER }, { "warnings", NULL, LOOK_NUMBER },
    };

    output_record(output, NULL, columns,
                  (struct cell[]){ cell_number((int64_t)files->count),
                                   cell_number(rules != NULL ? (int64_t)rules->rule_count : 0),
                                   cell_number(rules != NULL ? (int64_t)rules->example_count : 0),
                                   cell_number(rules != NULL ? (int64_t)rules->talk_count : 0),
                                   cell_number((int64_t)problems->failures),
                                   cell_number((int64_t)problems->warnings) },
                  6);
    if (problems->failures == 0 && problems->warnings == 0)
        output_note(output, NOTE_GOOD, "All is well: rules %zu, files %zu, examples %zu, talks %zu, and all hold.",
                    rules->rule_count, files->count, rules->example_count, rules->talk_count);
    else if (problems->failures == 0 && !problems->is_strict)
        output_note(output, NOTE_WARN,
                    "These rules would load, and their examples and talks hold; but look at the warnings.");
}

static void tell_missing_key(struct output *output, const char *key_env, const char *name, const char *file, int line)
{
    struct buf value = { 0 };

    if (key_env != NULL && env_get(key_env, &value, NULL) != 1)
        output_note(output, NOTE_WARN, "%s:%d: %s is not set here. Where the daemon does not have it either, every call to "
                                       "%s fails; it may also come from a file named by %s_FILE.",
                    file, line, key_env, name, key_env);
    if (value.data != NULL)
        explicit_bzero(value.data, value.len);
    buf_release(&value);
}

/* The daemon's surroundings may be others than ours: so this is said, and no warning about the files. */
static void tell_missing_keys(struct output *output, const struct ruleset *rules)
{
    for (size_t i = 0; i < rules->service_count; i++) {
        const struct service *service = &rules->services[i];
        tell_missing_key(output, service->key_env, service->name, service->file, service->line);
    }
    for (size_t i = 0; i < rules->backend_count; i++) {
        const struct backend *backend = &rules->backends[i];
        tell_missing_key(output, backend->key_env, backend->name, backend->file, backend->line);
    }
}

/* Cost */

static const char *cost_reason(enum index_reason reason)
{
    static const char *const reasons[] = {
        [INDEX_HAS_LITERALS] = NULL,
        [INDEX_TAKES_ALL] = "it has neither words nor a pattern, so it may take any message",
        [INDEX_BY_WORDS] =
            "its words hold an entry of blanks, hyphens and apostrophes only, which people leave out",
        [INDEX_BY_PATTERN] =
            "no piece of text is certain to stand in whatever its pattern matches; a word that "
            "must be there would help",
    };

    return reasons[reason];
}

static void show_cost(struct output *output, const struct ruleset *rules)
{
    static const struct column columns[] = {
        { "rule", "rule", LOOK_NAME },
        { "file", "file", LOOK_NAME },
        { "line", "line", LOOK_NUMBER },
        { "why", "looked at for every message, since", LOOK_LONG },
    };
    static const struct column sums[] = { { "rules", NULL, LOOK_NUMBER },
                                          { "literals", NULL, LOOK_NUMBER },
                                          { "without", NULL, LOOK_NUMBER } };
    size_t literals = rule_index_literals(rules->index), without = 0;

    output_table(output, "cost", columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < rules->rule_count; i++) {
        const struct rule *rule = &rules->rules[i];
        const char *why = cost_reason(rule_index_reason(rules->index, i));

        if (why == NULL)
            continue;
        without++;
        output_row(output, (struct cell[]){ cell_text(rule->name), cell_text(rule->file),
                                            cell_number(rule->line), cell_text(why) });
    }
    output_table_end(output);
    output_record(output, NULL, sums,
                  (struct cell[]){ cell_number((int64_t)rules->rule_count), cell_number((int64_t)literals),
                                   cell_number((int64_t)without) },
                  3);
    output_note(output, NOTE_PLAIN, "%zu rule%s, %zu literal%s, %zu rule%s without.", rules->rule_count,
                rules->rule_count == 1 ? "" : "s", literals, literals == 1 ? "" : "s", without, without == 1 ? "" : "s");
}

static int check_cost(struct call *call)
{
    struct rulefiles files = { 0 };
    struct error error = { 0 };
    struct ruleset *rules = NULL;
    int code = read_folder(call, &files);

    if (code == EXIT_DONE && (rules = ruleset_new(&files, call_zones(call), &error)) == NULL)
        code = call_fail(call, EXIT_FAILED, "%s", error.text);
    if (code == EXIT_DONE)
        show_cost(call->output, rules);
    ruleset_free(rules);
    rulefiles_release(&files);
    return code;
}

int command_rules_check(struct call *call)
{
    struct rulefiles files = { 0 };
    struct problems problems = { .output = call->output,
                                 .folder = folder_of(call),
                                 .is_strict = call->parsed->options[OPTION_STRICT] != NULL };
    struct ruleset *rules;
    int code;

    if (call->parsed->options[OPTION_COST] != NULL)
        return check_cost(call);
    code = read_folder(call, &files);
    if (code == EXIT_DONE) {
        rules = problems_judge(&problems, &files, call_zones(call));
        sum_up(call->output, &files, rules, &problems);
        if (rules != NULL)
            tell_missing_keys(call->output, rules);
        ruleset_free(rules);
    }
    if (problems.failures > 0)
        code = call_fail(call, EXIT_FAILED, "these rules would not load");
    else if (problems.warnings > 0 && problems.is_strict)
        code = call_fail(call, EXIT_FAILED, "there are warnings, and --strict does not forgive them");
    rulefiles_release(&files);
    return code;
}

/* Load */

int command_rules_load(struct call *call)
{
    struct rulefiles files = { 0 };
    struct json *reply = NULL;
    int code = read_folder(call, &files);

    if (code == EXIT_DONE)
        code = act_load_rules(call, &files, &reply);
    if (code == EXIT_DONE) {
        int64_t number = json_get_int(reply, "ruleset", 0);
        struct problems problems = { .output = call->output, .folder = folder_of(call) };

        problems_warn(&problems, &files, call_zones(call));
        output_record(
            call->output, NULL,
            (struct column[]){ { "act", NULL, LOOK_PLAIN },
                               { "ruleset", NULL, LOOK_NUMBER },
                               { "files", NULL, LOOK_NUMBER } },
            (struct cell[]){ cell_text("rules-load"), cell_id(number), cell_number((int64_t)files.count) },
            3);
        output_note(call->output, NOTE_GOOD, "Ruleset %lld is in force.", (long long)number);
    }
    json_free(reply);
    rulefiles_release(&files);
    return code;
}

/* List */

static const struct column RULE_COLUMNS[] = {
    { "rule", "rule", LOOK_NAME },     { "priority", "priority", LOOK_NUMBER },
    { "action", "action", LOOK_PLAIN }, { "is_disabled", NULL, LOOK_PLAIN },
    { "words", "words", LOOK_LONG },    { "pattern", "pattern", LOOK_LONG },
    { "unless", "unless", LOOK_LONG },  { "only_if", "only if", LOOK_LONG },
    { "tag", NULL, LOOK_PLAIN },        { "cooldown_ms", NULL, LOOK_NUMBER },
    { "buttons", NULL, LOOK_NUMBER },   { "team", NULL, LOOK_PLAIN },
    { "campaign", NULL, LOOK_PLAIN },   { "flow", NULL, LOOK_PLAIN },
    { "interrupts", NULL, LOOK_PLAIN },
    { "file", "file", LOOK_NAME },     { "line", "line", LOOK_NUMBER },
};

static const struct column FLOW_COLUMNS[] = {
    { "flow", "flow", LOOK_NAME },         { "title", "title", LOOK_LONG },
    { "steps", "steps", LOOK_NUMBER },     { "started_by", "started by", LOOK_LONG },
    { "expires_ms", NULL, LOOK_NUMBER },   { "file", "file", LOOK_NAME },
    { "line", "line", LOOK_NUMBER },
};

static bool is_disabled(const char *const *names, const char *rule)
{
    for (; names != NULL && *names != NULL; names++)
        if (strcmp(*names, rule) == 0)
            return true;
    return false;
}

static void list_rules(struct output *output, const struct ruleset *rules, const char *const *disabled)
{
    output_table(output, "rules", RULE_COLUMNS, sizeof RULE_COLUMNS / sizeof *RULE_COLUMNS);
    for (size_t i = 0; i < rules->rule_count; i++) {
        const struct rule *rule = &rules->rules[i];

        output_row(output, (struct cell[]){ cell_text(rule->name), cell_number(rule->priority),
                                            cell_text(ruleset_action_name(rule->action)),
                                            cell_flag(is_disabled(disabled, rule->name)),
                                            cell_text(rule->source_words), cell_text(rule->source_pattern),
                                            cell_text(rule->source_unless),
                                            cell_text(rule->source_only_if),
                                            cell_text(rule->tag), cell_number(rule->cooldown_ms),
                                            cell_number((int64_t)rule->button_count),
                                            cell_text(rule->team != NULL ? rule->team->name : NULL),
                                            cell_text(rule->campaign != NULL ? rule->campaign->name : NULL),
                                            cell_text(rule->flow != NULL ? rule->flow->name : NULL),
                                            cell_flag(rule->interrupts), cell_text(rule->file), cell_number(rule->line) });
    }
    output_table_end(output);
    for (; disabled != NULL && *disabled != NULL; disabled++)
        output_note(output, NOTE_BAD,
                    "Rule %s is out of play: its pattern or only_if hit the bounds too often.", *disabled);
}

static void add_starters(const struct ruleset *rules, const struct flow *flow, struct buf *names)
{
    for (size_t i = 0; i < rules->rule_count; i++)
        if (rules->rules[i].flow == flow)
            buf_addf(names, "%s%s", names->len > 0 ? ", " : "", rules->rules[i].name);
}

static void list_flows(struct output *output, const struct ruleset *rules)
{
    output_table(output, "flows", FLOW_COLUMNS, sizeof FLOW_COLUMNS / sizeof *FLOW_COLUMNS);
    for (size_t i = 0; i < rules->flow_count; i++) {
        const struct flow *flow = &rules->flows[i];
        struct buf starters = { 0 };

        add_starters(rules, flow, &starters);
        output_row(output, (struct cell[]){ cell_text(flow->name), cell_text(flow->title),
                                            cell_number((int64_t)flow->step_count),
                                            cell_text_or_none(buf_text(&starters)), cell_number(flow->expires_ms),
                                            cell_text(flow->file), cell_number(flow->line) });
        buf_release(&starters);
    }
    output_table_end(output);
}

static int list_live(struct call *call, struct db *db)
{
    struct rulefiles files = { 0 };
    struct ruleset *rules = NULL;
    struct error error = { 0 };
    const char **disabled = NULL;
    int64_t number;
    int found = rulebook_live(db, &files, &number, &error), code = EXIT_DONE;

    if (found == 1 && ((rules = ruleset_new_stored(&files, call_zones(call), &error)) == NULL ||
                       rulebook_disabled(db, number, &disabled, &error) != 0))
        found = -1;
    if (found < 0)
        code = call_read_failed(call, db, &error);
    else if (found == 0)
        code = call_fail(call, EXIT_NOTHING, "no rules are in force yet: frontdesk rules load DIR");
    else
        list_rules(call->output, rules, disabled);
    if (code == EXIT_DONE && rules->flow_count > 0 && call->parsed->options[OPTION_CSV] == NULL)
        list_flows(call->output, rules);
    rulebook_free_names(disabled);
    ruleset_free(rules);
    rulefiles_release(&files);
    return code;
}

int command_rules_list(struct call *call)
{
    const char *folder = call->parsed->options[OPTION_RULES];
    struct db *db;
    int code;

    if (folder != NULL)
        return call_fail(call, EXIT_USAGE, "rules list shows the rules in force, and no folder: frontdesk rules tell %s", folder);
    code = call_open(call, &db);
    if (code == EXIT_DONE)
        code = list_live(call, db);
    db_close(db);
    return code;
}
