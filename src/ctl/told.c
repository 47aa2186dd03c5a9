/*
 * told: see the header. A folder that FRONTDESK_RULES names is not asked: what an owner wants to look at is what
 * her customers meet.
 */
#include "ctl/told.h"
#include "store/rulebook.h"

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
                         "no rules are in force yet: put a folder into force with frontdesk rules load DIR, or look at "
                         "one with --rules DIR");
    else if (found < 0)
        code = call_read_failed(call, db, &error);
    db_close(db);
    return code;
}

int rules_read(const struct call *call, const char *folder, struct rulefiles *files)
{
    struct error error = { 0 };

    if (folder == NULL)
        folder = call->parsed->options[OPTION_RULES];
    if (folder == NULL)
        return read_live(call, files);
    if (rulefiles_read(folder, files, &error) != 0)
        return call_fail(call, EXIT_FAILED, "%s", error.text);
    return EXIT_DONE;
}

void rules_show_told(struct output *output, const struct tell *tell)
{
    output_prose(output, "paragraphs");
    for (size_t i = 0; i < tell->count; i++) {
        const struct tell_item *item = &tell->items[i];

        output_paragraph(output,
                         &(struct paragraph){ .heading = item->heading,
                                              .is_part = item->is_part,
                                              .file = item->file,
                                              .line = item->line,
                                              .priority = item->rule != NULL ? item->rule->priority : -1,
                                              .sentences = (const char *const *)item->sentences,
                                              .count = item->count,
                                              .flowing = item->flowing });
    }
    output_prose_end(output);
}
