/*
 * command_tell: the ruleset in plain sentences (rules/tell.h). With a folder, that one, whether it would load
 * or not as long as it makes a ruleset; without, the rules in force.
 *
 * A folder that FRONTDESK_RULES names is not asked: what an owner wants to check is what her customers meet.
 */
#include <string.h>

#include "ctl/call.h"
#include "ctl/commands.h"
#include "ctl/told.h"
#include "rules/tell.h"
#include "store/rulefile.h"

static enum tell_language language_of(const struct call *call)
{
    const char *typed = call->parsed->options[OPTION_LANGUAGE];

    for (int i = 0; typed != NULL && tell_languages[i] != NULL; i++)
        if (strcmp(tell_languages[i], typed) == 0)
            return (enum tell_language)i;
    return TELL_ENGLISH;
}

int command_rules_tell(struct call *call)
{
    struct rulefiles files = { 0 };
    struct error error = { 0 };
    struct ruleset *rules = NULL;
    struct tell tell = { 0 };
    int code = call_check_word(call, OPTION_LANGUAGE, tell_languages);

    if (code == EXIT_DONE)
        code = rules_read(call, call->parsed->holes[0], &files);
    if (code == EXIT_DONE && (rules = ruleset_new(&files, call_zones(call), &error)) == NULL)
        code = call_fail(call, EXIT_FAILED, "%s", error.text);
    if (code == EXIT_DONE) {
        tell_ruleset(rules, language_of(call), &tell);
        rules_show_told(call->output, &tell);
    }
    tell_release(&tell);
    ruleset_free(rules);
    rulefiles_release(&files);
    return code;
}
