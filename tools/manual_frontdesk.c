/*
 * manual_frontdesk: frontdesk(1), from the table of commands.
 */
#include <stdio.h>
#include <string.h>

#include "ctl/commands.h"
#include "ctl/piece.h"
#include "tools/manual_page.h"

static void add_option(struct buf *out, const struct option_info *option)
{
    char name[40];

    snprintf(name, sizeof name, "--%s", option->name);
    page_item(out, name, option->value, option->help);
}

static void add_command(struct buf *out, const struct command *command)
{
    struct buf title = { 0 };

    buf_addf(&title, "frontdesk %s", command->pattern);
    page_subsection(out, buf_text(&title));
    buf_clear(&title);
    buf_addf(&title, "%c%s%s", command->help[0] >= 'a' && command->help[0] <= 'z' ? command->help[0] - 'a' + 'A' : command->help[0],
             command->help + 1, strchr("?!", command->help[strlen(command->help) - 1]) != NULL ? "" : ".");
    page_text(out, buf_text(&title));
    buf_release(&title);
    if (command->more != NULL) {
        buf_add_text(out, ".Pp\n");
        page_prose(out, command->more);
    }
    if (command->options == 0)
        return;
    page_list_begin(out);
    for (int i = 0; i < OPTION_COUNT; i++)
        if (command->options & OPTION_BIT(i))
            add_option(out, &command_options[i]);
    page_list_end(out);
}

static const char *const EXITS[][2] = {
    { "0", "done" },
    { "1", "failed" },
    { "2", "not understood" },
    { "3", "nothing found" },
    { "75", "busy: try again" },
};

static const char *const FROM_ENVIRONMENT[][2] = {
    { "FRONTDESK_DB", "the book, as --db" },
    { "FRONTDESK_ADMIN", "the daemon's admin socket, as --admin" },
    { "FRONTDESK_RULES", "the folder of rule files, as --rules" },
    { "FRONTDESK_ENV", "a file of settings, as --env" },
};

void page_frontdesk(struct buf *out)
{
    static const char *const SEE[] = { "frontdesk-rules 5", "frontdeskd 8", NULL };

    page_begin(out, "frontdesk", 1, "read and steer the desk that answers your customers");
    page_section(out, "SYNOPSIS");
    buf_add_text(out, ".Nm frontdesk\n.Ar noun\n.Op Ar verb\n.Op Ar argument ...\n.Op Fl -option Ar value ...\n");
    page_section(out, "DESCRIPTION");
    page_text(out, "Reads the book in which frontdeskd keeps all that customers write and all that they are answered, and steers\n"
                   "the daemon: through its admin socket while it runs, else directly. A word may be shortened as long as one\n"
                   "command is meant. A CONVERSATION is its number, or the customer: an external id or a phone number; it is\n"
                   "then the open conversation, else the newest. What customers wrote is shown with control characters\n"
                   "written out. Data goes to standard output, all else to standard error.");
    page_section(out, "OPTIONS");
    page_text(out, "Everywhere:");
    page_list_begin(out);
    for (int i = 0; i < OPTION_COUNT; i++)
        if (command_options[i].is_global)
            add_option(out, &command_options[i]);
    page_list_end(out);
    page_section(out, "COMMANDS");
    for (const struct command *command = commands; command->pattern != NULL; command++)
        add_command(out, command);
    page_section(out, "ENVIRONMENT");
    page_list_begin(out);
    for (size_t i = 0; i < sizeof FROM_ENVIRONMENT / sizeof *FROM_ENVIRONMENT; i++)
        page_item(out, FROM_ENVIRONMENT[i][0], NULL, FROM_ENVIRONMENT[i][1]);
    page_list_end(out);
    page_section(out, "EXIT STATUS");
    page_list_begin(out);
    for (size_t i = 0; i < sizeof EXITS / sizeof *EXITS; i++)
        page_item(out, EXITS[i][0], NULL, EXITS[i][1]);
    page_list_end(out);
    page_see_also(out, SEE);
}
