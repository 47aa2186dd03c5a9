/*
 * manual_frontdesk: frontdesk(1), from the table of commands.
 */
#include <stdio.h>
#include <string.h>

#include "ctl/commands.h"
#include "ctl/option_words.h"
#include "ctl/piece.h"
#include "tools/manual_page.h"

static void add_option(struct buf *out, const char *pattern, enum option_id id)
{
    struct buf help = { 0 };
    char name[40];

    snprintf(name, sizeof name, "--%s", command_options[id].name);
    option_explain(pattern, id, &help);
    page_item(out, name, command_options[id].value, buf_text(&help));
    buf_release(&help);
}

/* The one line of help as a sentence. */
static void add_sentence(struct buf *out, const char *help)
{
    struct buf text = { 0 };
    char last = help[strlen(help) - 1];

    buf_add_char(&text, help[0] >= 'a' && help[0] <= 'z' ? help[0] - 'a' + 'A' : help[0]);
    buf_addf(&text, "%s%s", help + 1, last == '?' || last == '!' ? "" : ".");
    page_text(out, buf_text(&text));
    buf_release(&text);
}

static void add_command(struct buf *out, const struct command *command)
{
    struct buf title = { 0 };

    buf_addf(&title, "frontdesk %s", command->pattern);
    page_subsection(out, buf_text(&title));
    add_sentence(out, command->help);
    buf_release(&title);
    if (command->more != NULL) {
        buf_add_text(out, command->more[0] != ' ' ? ".Pp\n" : "");
        page_prose(out, command->more);
    }
    if (command->options == 0)
        return;
    page_list_begin(out);
    for (int i = 0; i < OPTION_COUNT; i++)
        if (command->options & OPTION_BIT(i))
            add_option(out, command->pattern, (enum option_id)i);
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
    buf_add_text(out, ".Nm frontdesk\n.Ar noun\n.Op Ar verb\n.Op Ar argument ...\n"
                      ".Op Fl -option Ar value ...\n");
    page_section(out, "DESCRIPTION");
    page_text(out, "Reads the book in which frontdeskd keeps all that customers write and all that they are\n"
                   "answered, and steers the daemon: through its admin socket while it runs, else directly.\n"
                   "A word may be shortened as long as one command is meant. A CONVERSATION is its number,\n"
                   "or the customer: an external id or a phone number; it is then the open conversation\n"
                   "(of several the one that a person has, else where she wrote last), else the newest.\n"
                   "Where a number is also another customer's id, nothing is done to either until conversation:12 or\n"
                   "external:12 says which.\n"
                   "'#12', quoted for the shell, is the case of that number on a colleague's\n"
                   "phone. What customers wrote is shown with control characters written out. Data\n"
                   "goes to standard output, all else to standard error.");
    page_section(out, "OPTIONS");
    page_text(out, "Everywhere:");
    page_list_begin(out);
    for (int i = 0; i < OPTION_COUNT; i++)
        if (command_options[i].is_global)
            add_option(out, "", (enum option_id)i);
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
