/*
 * command: see the header.
 *
 * Options are taken out first: whether one is followed by a value is known without the command. The words
 * that are left narrow the table down, one by one: an exact word outranks its use as a prefix. Where nothing
 * is left, or more than one command, the commands that fitted up to there say what could have come. Help takes what any
 * command begins with.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/nearest.h"
#include "ctl/command.h"
#include "ctl/piece.h"
#include "ctl/stray.h"

const struct option_info command_options[OPTION_COUNT] = {
    [OPTION_DB] = { "db", "FILE", "the book (FRONTDESK_DB, else frontdesk.db)", true },
    [OPTION_ADMIN] = { "admin", "SOCKET", "the daemon's admin socket (FRONTDESK_ADMIN, else <db>.sock)",
                       true },
    [OPTION_RULES] = { "rules", "DIR", "folder of rule files (FRONTDESK_RULES)", true },
    [OPTION_JSON] = { "json", NULL, "one JSON document, for programs", true },
    [OPTION_CSV] = { "csv", NULL, "a table for spreadsheets (lists only)", true },
    [OPTION_HELP] = { "help", NULL, "what a command does", true },
    [OPTION_VERSION] = { "version", NULL, "the version of this program", true },
    [OPTION_OWNER] = { "owner", "OWNER", "in whose hands it is", false },
    [OPTION_SINCE] = { "since", "T", "\"2 hours\", 7d, today, yesterday, 2026-05-12, \"2026-05-12 14:30\"", false },
    [OPTION_RULE] = { "rule", "RULE", "where this rule answered", false },
    [OPTION_USER] = { "user", "USER", "of this customer", false },
    [OPTION_LIMIT] = { "limit", "N", "at most so many; 0 for all", false },
    [OPTION_STATE] = { "state", "STATE", "in this state only", false },
    [OPTION_AS] = { "as", "USER", "the customer to write as", false },
    [OPTION_SCRIPT] = { "script", "FILE", "lines to say, one by one (- for standard input)", false },
    [OPTION_UNTIL] = { "until", "T", "before this time, written as for --since", false },
    [OPTION_STRICT] = { "strict", NULL, "warnings count as failures", false },
    [OPTION_LANGUAGE] = { "language", "CODE", "in this language", false },
    [OPTION_KIND] = { "kind", "KIND", "of business", false },
    [OPTION_URL] = { "url", "URL", "where Braze will reach you, like https://desk.example.com", false },
    [OPTION_ENV] = { "env", "FILE", "a file of settings, the same as for frontdeskd (FRONTDESK_ENV)", true },
    [OPTION_COST] = { "cost", NULL, "the rules that are looked at for every message", false },
    [OPTION_AT] = { "at", "TIME", "\"sat 23:30\", \"2026-05-12 18:00\", 18:00, at the business", false },
    [OPTION_AS_TALK] = { "as-talk", NULL, "as a talk for the rule files, in SQL", false },
    [OPTION_SAVE] = { "save", "FILE", "a new file for the talk of this chat, in SQL", false },
    [OPTION_BY] = { "by", "WHAT", "counted by it, or in its order", false },
    [OPTION_PHONE] = { "phone", "PHONE", "of who has this phone number", false },
    [OPTION_CHANNEL] = { "channel", "CHANNEL", "on this channel: whatsapp, sms …", false },
    [OPTION_FLOW] = { "flow", "FLOW", "that went through this flow", false },
    [OPTION_BACKEND] = { "backend", "BACKEND", "where this backend was asked", false },
    [OPTION_OUTCOME] = { "outcome", "OUTCOME", "that ended so", false },
    [OPTION_UNANSWERED] = { "unanswered", NULL, "with a message that nobody has answered", false },
    [OPTION_COPIES] = { "copies", NULL, "copies of the book that lie beside it are deleted as well", false },
    [OPTION_NOW] = { "now", NULL, "do it at once, and do not wait for the next hour", false },
    [OPTION_NO_PAGER] = { "no-pager", NULL, "long output stays on the terminal (else FRONTDESK_PAGER, PAGER, less)", true },
    [OPTION_ALL] = { "all", NULL, "all conversations of the customer, the oldest first", false },
    [OPTION_HTML] = { "html", NULL, "a page to print, send or keep", false },
    [OPTION_FOLLOW] = { "follow", NULL, "then wait, and show what comes", false },
    [OPTION_AS_RULES] = { "as-rules", NULL, "what nobody answered, as rows for a rule file", false },
    [OPTION_FORCE] = { "force", NULL, "replace what is there", false },
    [OPTION_CHECK] = { "check", NULL, "only look, and change nothing", false },
    [OPTION_DEEP] = { "deep", NULL, "each page of the file as well, on a copy of it", false },
    [OPTION_LIVE] = { "live", NULL, "through a first real message, step by step", false },
    [OPTION_YES] = { "yes", NULL, "do not ask first", false },
    [OPTION_DOT] = { "dot", NULL, "for Graphviz, also on a terminal", false },
};

/* Options */

/*
 * The option whose name is typed[0 … len-1] or begins so; -1 and a sentence when there is none or more than
 * one.
 */
static int find_option(const char *typed, size_t len, struct error *error)
{
    struct buf choices = { 0 }, word = { 0 };
    struct nearest nearest = { 0 };
    int found = -1, count = 0;

    buf_add(&word, typed, len);
    nearest.word = buf_text(&word);
    for (int i = 0; i < OPTION_COUNT; i++) {
        nearest_offer(&nearest, command_options[i].name);
        if (len == 0 || strncmp(command_options[i].name, typed, len) != 0)
            continue;
        found = i;
        if (command_options[i].name[len] == '\0') {
            count = 1;
            break;
        }
        count++;
        buf_addf(&choices, "%s--%s", count > 1 ? ", " : "", command_options[i].name);
    }
    if (count == 0 && nearest.best != NULL)
        error_set(error, "there is no option --%.40s; did you mean --%s?", buf_text(&word), nearest.best);
    else if (count == 0)
        error_set(error, "there is no option --%.40s; frontdesk --help lists them", buf_text(&word));
    else if (count > 1)
        error_set(error, "--%.40s could be %s", buf_text(&word), buf_text(&choices));
    buf_release(&choices);
    buf_release(&word);
    return count == 1 ? found : -1;
}

/* Takes the option at argv[*index] and, where it has one, its value. */
static int take_option(int argc, char **argv, int *index, struct parsed *parsed, struct error *error)
{
    const char *name = argv[*index] + 2;
    size_t len = strcspn(name, "=");
    const char *value = name[len] == '=' ? name + len + 1 : NULL;
    int id = find_option(name, len, error);

    if (id < 0)
        return -1;
    if (command_options[id].value == NULL && value != NULL)
        return error_set(error, "--%s takes no value", command_options[id].name);
    if (command_options[id].value != NULL && value == NULL) {
        if (*index + 1 >= argc)
            return error_set(error, "--%s wants a value: --%s %s", command_options[id].name,
                             command_options[id].name, command_options[id].value);
        value = argv[++*index];
    }
    parsed->options[id] = value != NULL ? value : "";
    return 0;
}

static int split_words(int argc, char **argv, struct parsed *parsed, struct error *error)
{
    bool is_ended = false;

    for (int i = 1; i < argc; i++) {
        if (!is_ended && strcmp(argv[i], "--") == 0) {
            is_ended = true;
        } else if (!is_ended && strcmp(argv[i], "-h") == 0) {
            parsed->options[OPTION_HELP] = "";
        } else if (!is_ended && strncmp(argv[i], "--", 2) == 0) {
            if (take_option(argc, argv, &i, parsed, error) != 0)
                return -1;
        } else {
            if (parsed->word_count == sizeof parsed->words / sizeof *parsed->words)
                return error_set(error, "that are too many words; put a text into quotes");
            parsed->words[parsed->word_count++] = argv[i];
        }
    }
    return 0;
}

/* What is shown has one form. */
static int check_forms(const struct parsed *parsed, struct error *error)
{
    static const enum option_id forms[] = { OPTION_CSV, OPTION_JSON, OPTION_HTML };
    const char *first = NULL;

    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        const char *name = command_options[forms[i]].name;

        if (parsed->options[forms[i]] == NULL)
            continue;
        if (first != NULL)
            return error_set(error, "--%s and --%s exclude each other", first, name);
        first = name;
    }
    return 0;
}

static int check_options(const struct parsed *parsed, struct error *error)
{
    const struct command *command = parsed->command;

    for (int i = 0; i < OPTION_COUNT; i++)
        if (parsed->options[i] != NULL && !command_options[i].is_global &&
            !(command->options & OPTION_BIT(i)))
            return error_set(error, "--%s does not belong to \"frontdesk %s\"", command_options[i].name,
                             command->pattern);
    if (check_forms(parsed, error) != 0)
        return -1;
    if (parsed->options[OPTION_CSV] != NULL && !command->has_csv)
        return error_set(error, "--csv is for lists, and \"frontdesk %s\" is none; it has --json",
                         command->pattern);
    return 0;
}

/* Without a word of a command. */
static int check_alone(const struct parsed *parsed, struct error *error)
{
    for (int i = 0; i < OPTION_COUNT; i++)
        if (parsed->options[i] != NULL && !command_options[i].is_global)
            return error_set(error, "--%s belongs behind a command; frontdesk help lists them", command_options[i].name);
    return 0;
}

/* Words */

/*
 * Keeps the commands that fit word `index` in fits[]; exact words push mere beginnings out. The number left.
 */
static size_t narrow(const struct command *commands, bool *fits, size_t index, const char *word)
{
    enum fit found[ALL_COMMANDS_MAX], best = FIT_NOT;
    size_t left = 0;

    for (size_t i = 0; commands[i].pattern != NULL; i++) {
        struct piece piece;

        found[i] = fits[i] && piece_at(commands[i].pattern, index, &piece) ? piece_fit(&piece, word) : FIT_NOT;
        if (found[i] > best)
            best = found[i];
    }
    if (best == FIT_NOT)
        return 0;
    for (size_t i = 0; commands[i].pattern != NULL; i++) {
        fits[i] = found[i] == best;
        left += fits[i];
    }
    return left;
}

static bool is_complete(const char *pattern, size_t word_count)
{
    struct piece piece;

    for (size_t i = 0; piece_next(&pattern, &piece); i++)
        if (i >= word_count && !piece.is_optional)
            return false;
    return true;
}

/* What could stand at `index`: each word once, whole commands where a hole follows. */
static void list_choices(const struct command *commands, const bool *fits, size_t index, struct buf *out)
{
    struct piece last = { .text = "" };
    bool is_first = true;

    for (size_t i = 0; commands[i].pattern != NULL; i++) {
        struct piece piece;

        if (!fits[i] || !piece_at(commands[i].pattern, index, &piece))
            continue;
        if (piece.len == last.len && memcmp(piece.text, last.text, last.len) == 0)
            continue;
        buf_addf(out, "%s%.*s", is_first ? "" : ", ", (int)piece.len, piece.text);
        last = piece;
        is_first = false;
    }
}

static void add_words(const struct parsed *parsed, size_t count, struct buf *out)
{
    buf_add_text(out, "frontdesk");
    for (size_t i = 0; i < count; i++)
        buf_addf(out, " %s", parsed->words[i]);
}

/* Why word `index` fits nothing, or nothing follows where something must. */
static int complain(const struct command *commands, const bool *fits, const struct parsed *parsed,
                    size_t index, bool is_ambiguous, struct error *error)
{
    struct buf sentence = { 0 };

    if (is_ambiguous) {
        buf_addf(&sentence, "\"%.60s\" could be ", parsed->words[index]);
        list_choices(commands, fits, index, &sentence);
    } else if (index >= parsed->word_count) {
        buf_add_char(&sentence, '"');
        add_words(parsed, index, &sentence);
        buf_add_text(&sentence, "\" is not complete: next comes ");
        list_choices(commands, fits, index, &sentence);
        buf_add_text(&sentence, "; more is told by ");
        add_words(parsed, index, &sentence);
        buf_add_text(&sentence, " --help");
    } else {
        stray_explain(commands, fits, parsed->words, index, &sentence);
    }
    error_set(error, "%s", buf_text(&sentence));
    buf_release(&sentence);
    return -1;
}

static int find_command(const struct command *commands, struct parsed *parsed, struct error *error)
{
    bool fits[ALL_COMMANDS_MAX] = { false };
    const struct command *complete = NULL;
    size_t left = 0;

    for (size_t i = 0; commands[i].pattern != NULL; i++)
        fits[i] = true;
    for (size_t i = 0; i < parsed->word_count; i++) {
        bool before[ALL_COMMANDS_MAX];
        struct piece first = { 0 }, other;

        memcpy(before, fits, sizeof fits);
        left = narrow(commands, fits, i, parsed->words[i]);
        if (left == 0)
            return complain(commands, before, parsed, i, false, error);
        if (parsed->options[OPTION_HELP] != NULL)
            continue;
        /* Several commands may go on together only when this word means the same in all of them. */
        for (size_t k = 0; left > 1 && commands[k].pattern != NULL; k++) {
            if (!fits[k] || !piece_at(commands[k].pattern, i, &other))
                continue;
            if (first.text != NULL &&
                (first.len != other.len || memcmp(first.text, other.text, first.len) != 0))
                return complain(commands, fits, parsed, i, true, error);
            first = other;
        }
    }
    if (parsed->options[OPTION_HELP] != NULL)
        return 0;
    for (size_t i = 0; commands[i].pattern != NULL && complete == NULL; i++)
        if (fits[i] && is_complete(commands[i].pattern, parsed->word_count))
            complete = &commands[i];
    if (complete == NULL)
        return complain(commands, fits, parsed, parsed->word_count, false, error);
    parsed->command = complete;
    return 0;
}

/* Holes */

static int take_number(const struct piece *piece, const char *word, int64_t *number, struct error *error)
{
    char *end;

    errno = 0;
    *number = strtoll(word, &end, 10);
    if (errno != 0 || end == word || *end != '\0' || word[0] < '0' || word[0] > '9')
        return error_set(error, "%.*s is a number, and \"%.60s\" is none", (int)piece->len, piece->text,
                         word);
    return 0;
}

static char *join(const char *const *words, size_t count)
{
    struct buf text = { 0 };

    for (size_t i = 0; i < count; i++)
        buf_addf(&text, "%s%s", i > 0 ? " " : "", words[i]);
    return buf_detach(&text);
}

static int fill_holes(struct parsed *parsed, struct error *error)
{
    const char *pattern = parsed->command->pattern;
    size_t word = 0, hole = 0;
    struct piece piece;

    for (; piece_next(&pattern, &piece) && word < parsed->word_count; word++) {
        if (!piece.is_hole)
            continue;
        if (piece_is_number(&piece) &&
            take_number(&piece, parsed->words[word], &parsed->numbers[hole], error) != 0)
            return -1;
        parsed->holes[hole++] = join(&parsed->words[word], piece.is_rest ? parsed->word_count - word : 1);
    }
    return 0;
}

int command_parse(const struct command *commands, int argc, char **argv, struct parsed *parsed,
                  struct error *error)
{
    *parsed = (struct parsed){ 0 };
    if (split_words(argc, argv, parsed, error) != 0)
        return -1;
    while (parsed->word_count > 0 && strcmp(parsed->words[0], "help") == 0) {
        parsed->options[OPTION_HELP] = "";
        memmove(parsed->words, parsed->words + 1, --parsed->word_count * sizeof *parsed->words);
    }
    if (parsed->options[OPTION_VERSION] != NULL)
        return 0;
    if (parsed->word_count == 0)
        return parsed->options[OPTION_HELP] != NULL ? 0 : check_alone(parsed, error);
    if (find_command(commands, parsed, error) != 0)
        return -1;
    if (parsed->options[OPTION_HELP] != NULL)
        return 0;
    return check_options(parsed, error) != 0 ? -1 : fill_holes(parsed, error);
}

void parsed_release(struct parsed *parsed)
{
    for (size_t i = 0; i < HOLES_MAX; i++)
        free(parsed->holes[i]);
    *parsed = (struct parsed){ 0 };
}
