/*
 * command_help: help from the table of commands, so that it cannot disagree with what is understood.
 */
#include <stdio.h>
#include <string.h>

#include "ctl/command.h"
#include "ctl/option_words.h"
#include "ctl/piece.h"
#include "ctl/wrap.h"

enum { PROSE_MIN = 32, PROSE_MAX = 100, OPTION_COLUMN = 21, COMMAND_COLUMN = 33 };

static size_t room_of(size_t columns)
{
    return columns < PROSE_MIN ? PROSE_MIN : columns < PROSE_MAX ? columns : PROSE_MAX;
}

/* A name, and from a column on what it means. Where that leaves no room for words, the terminal may break the line. */
static void add_entry(const char *name, const char *help, size_t column, size_t columns, struct buf *out)
{
    struct wrap wrap = { .text = help, .len = strlen(help) };
    size_t room = room_of(columns), len;
    const char *line;
    bool is_first = true;

    room = room >= column + PROSE_MIN / 2 ? room - column : wrap.len + 1;
    while (wrap_next(&wrap, room, &line, &len) == 1) {
        buf_addf(out, "%*s%-*s %.*s\n", is_first ? 2 : 0, "", (int)(is_first ? column - 3 : column - 1), is_first ? name : "",
                 (int)len, line);
        is_first = false;
    }
}

static void add_option(const char *pattern, enum option_id id, size_t columns, struct buf *out)
{
    const struct option_info *option = &command_options[id];
    struct buf name = { 0 }, help = { 0 };

    buf_addf(&name, "--%s", option->name);
    if (option->value != NULL)
        buf_addf(&name, " %s", option->value);
    option_explain(pattern, id, &help);
    add_entry(buf_text(&name), buf_text(&help), OPTION_COLUMN, columns, out);
    buf_release(&name);
    buf_release(&help);
}

static void add_globals(size_t columns, struct buf *out)
{
    buf_add_text(out, "\nEverywhere:\n");
    for (int i = 0; i < OPTION_COUNT; i++)
        if (command_options[i].is_global)
            add_option("", (enum option_id)i, columns, out);
}

/* A paragraph, as wide as the terminal. It is empty then. */
static void add_paragraph(struct buf *prose, size_t columns, struct buf *out)
{
    struct wrap wrap = { .text = buf_text(prose), .len = prose->len };
    size_t room = room_of(columns), len;
    const char *line;

    while (prose->len > 0 && wrap_next(&wrap, room, &line, &len) == 1)
        buf_addf(out, "%.*s\n", (int)len, line);
    buf_clear(prose);
}

/* Lines that begin with a blank are to be typed, and stay; the others flow. */
static void add_more(const char *more, size_t columns, struct buf *out)
{
    struct buf prose = { 0 };

    for (size_t len; *more != '\0'; more += len + (more[len] == '\n')) {
        len = strcspn(more, "\n");
        if (*more == ' ') {
            add_paragraph(&prose, columns, out);
            buf_addf(out, "%.*s\n", (int)len, more);
        } else {
            buf_addf(&prose, "%s%.*s", prose.len > 0 ? " " : "", (int)len, more);
        }
    }
    add_paragraph(&prose, columns, out);
    buf_release(&prose);
}

static void add_one(const struct command *command, size_t columns, struct buf *out)
{
    buf_addf(out, "frontdesk %s\n\n%s\n", command->pattern, command->help);
    if (command->more != NULL) {
        buf_add_char(out, '\n');
        add_more(command->more, columns, out);
    }
    if (command->options != 0)
        buf_add_text(out, "\nOptions:\n");
    for (int i = 0; i < OPTION_COUNT; i++)
        if (command->options & OPTION_BIT(i))
            add_option(command->pattern, (enum option_id)i, columns, out);
    add_globals(columns, out);
}

static void add_line(const struct command *command, size_t columns, struct buf *out)
{
    add_entry(command->pattern, command->help, COMMAND_COLUMN, columns, out);
}

/* Do the words begin the pattern, shortened or not? Words that fall on holes always do. */
static bool begins(const char *pattern, const char *const *words, size_t word_count)
{
    struct piece piece;

    for (size_t i = 0; i < word_count; i++)
        if (!piece_at(pattern, i, &piece) || piece_fit(&piece, words[i]) == FIT_NOT)
            return false;
    return true;
}

/*
 * What belongs together when all commands are listed, in the order in which an owner meets it: a noun, or a noun and its verb
 * where that belongs elsewhere than its noun.
 */
static const struct {
    const char *title, *members; /* with a comma before and behind each */
} GROUPS[] = {
    { "Reading", ",status,conversations,transcript,follow,search,why,profile,webhooks,outbox,stats,usage," },
    { "What got stuck", ",outbox retry,outbox drop,webhooks replay," },
    { "Answering yourself", ",queue,take,say,note,release,close," },
    { "Rules", ",rules,chat,drill," },
    { "The customer's rights", ",export,erase,erasures,retention," },
    { "Keeping the desk", ",init,doctor,backup,restore,audit,completion," },
    { "More", NULL }, /* all that is in none of these */
};
enum { GROUP_COUNT = sizeof GROUPS / sizeof *GROUPS };

/* The group that names the first `words` words of the pattern; that of all others: none does. */
static size_t group_naming(const char *pattern, int words)
{
    const char *end = pattern;
    struct buf name = { 0 };
    size_t group = 0;

    for (int i = 0; i < words; i++)
        end += strcspn(end + (i > 0), " ") + (i > 0);
    buf_addf(&name, ",%.*s,", (int)(end - pattern), pattern);
    while (GROUPS[group].members != NULL && strstr(GROUPS[group].members, buf_text(&name)) == NULL)
        group++;
    buf_release(&name);
    return group;
}

static size_t group_of(const struct command *command)
{
    size_t group = strchr(command->pattern, ' ') != NULL ? group_naming(command->pattern, 2) : GROUP_COUNT - 1;

    return group < GROUP_COUNT - 1 ? group : group_naming(command->pattern, 1);
}

static void add_groups(const struct command *commands, size_t columns, struct buf *out)
{
    for (size_t group = 0; group < GROUP_COUNT; group++) {
        bool is_begun = false;

        for (const struct command *command = commands; command->pattern != NULL; command++) {
            if (group_of(command) != group)
                continue;
            if (!is_begun)
                buf_addf(out, "%s%s:\n", group > 0 ? "\n" : "", GROUPS[group].title);
            add_line(command, columns, out);
            is_begun = true;
        }
    }
}

size_t command_help(const struct command *commands, const char *const *words, size_t word_count,
                    size_t columns, struct buf *out)
{
    const struct command *only = NULL;
    size_t count = 0;

    for (const struct command *command = commands; command->pattern != NULL; command++)
        if (begins(command->pattern, words, word_count)) {
            only = command;
            count++;
        }
    if (count == 1) {
        add_one(only, columns, out);
        return 1;
    }
    if (count == 0)
        return 0;
    buf_add_text(out, "frontdesk: answers what your customers write, and lets you see how.\n\n");
    if (word_count == 0)
        add_groups(commands, columns, out);
    for (const struct command *command = commands; word_count > 0 && command->pattern != NULL; command++)
        if (begins(command->pattern, words, word_count))
            add_line(command, columns, out);
    add_globals(columns, out);
    buf_add_char(out, '\n');
    add_more("Words may be shortened: \"frontdesk o l\" is \"frontdesk outbox list\". A CONVERSATION is its number, or the "
             "customer: an external id or a phone number. '#12', in quotes, is the case of that number on a colleague's phone.",
             columns, out);
    add_more("Ends with 0 done, 1 failed, 2 not understood, 3 nothing found, 75 busy.", columns, out);
    return count;
}
