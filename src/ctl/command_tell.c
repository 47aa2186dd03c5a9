/*
 * command_tell: the ruleset in plain sentences (rules/tell.h). With a folder, that one, whether it would load
 * or not as long as it makes a ruleset; without, the rules in force.
 *
 * A folder that FRONTDESK_RULES names is not asked: what an owner wants to check is what her customers meet.
 */
#include <string.h>

#include "ctl/call.h"
#include "ctl/commands.h"
#include "flow/flow.h"
#include "rules/tell.h"
#include "store/rulebook.h"
#include "store/rulefile.h"

static int read_live(const struct call *call, struct rulefiles *files)
{
    struct error error = { 0 };
    struct db *db;
    int64_t number;
    int code = call_open(call, &db), found;

    if (code != EXIT_DONE)
        return code;
    found = rulebook_live(db, files, &number, &error);
    if (found == 0)
        code = call_fail(call, EXIT_NOTHING,
                         "no rules are in force yet: frontdesk rules load DIR, or frontdesk rules tell DIR");
    else if (found < 0)
        code = call_read_failed(call, db, &error);
    db_close(db);
    return code;
}

static int read_rules(const struct call *call, struct rulefiles *files)
{
    const char *folder = call->parsed->holes[0];
    struct error error = { 0 };

    if (folder == NULL)
        folder = call->parsed->options[OPTION_RULES];
    if (folder == NULL)
        return read_live(call, files);
    if (rulefiles_read(folder, files, &error) != 0)
        return call_fail(call, EXIT_FAILED, "%s", error.text);
    return EXIT_DONE;
}

static enum tell_language language_of(const struct call *call)
{
    const char *typed = call->parsed->options[OPTION_LANGUAGE];

    for (int i = 0; typed != NULL && tell_languages[i] != NULL; i++)
        if (strcmp(tell_languages[i], typed) == 0)
            return (enum tell_language)i;
    return TELL_ENGLISH;
}

static void show(struct output *output, const struct tell *tell)
{
    output_prose(output, "paragraphs");
    for (size_t i = 0; i < tell->count; i++) {
        const struct tell_item *item = &tell->items[i];
        struct paragraph paragraph = { .heading = item->heading,
                                       .is_part = item->is_part,
                                       .priority = -1,
                                       .sentences = (const char *const *)item->sentences,
                                       .count = item->count,
                                       .flowing = item->flowing };

        if (item->rule != NULL) {
            paragraph.file = item->rule->file;
            paragraph.line = item->rule->line;
            paragraph.priority = item->rule->priority;
        } else if (item->flow != NULL) {
            paragraph.file = item->flow->file;
            paragraph.line = item->flow->line;
        }
        output_paragraph(output, &paragraph);
    }
    output_prose_end(output);
}

int command_rules_tell(struct call *call)
{
    struct rulefiles files = { 0 };
    struct error error = { 0 };
    struct ruleset *rules = NULL;
    struct tell tell = { 0 };
    int code = call_check_word(call, OPTION_LANGUAGE, tell_languages);

    if (code == EXIT_DONE)
        code = read_rules(call, &files);
    if (code == EXIT_DONE && (rules = ruleset_new(&files, call_zones(call), &error)) == NULL)
        code = call_fail(call, EXIT_FAILED, "%s", error.text);
    if (code == EXIT_DONE) {
        tell_ruleset(rules, language_of(call), &tell);
        show(call->output, &tell);
    }
    tell_release(&tell);
    ruleset_free(rules);
    rulefiles_release(&files);
    return code;
}
