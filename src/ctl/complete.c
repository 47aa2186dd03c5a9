/*
 * complete: see the header.
 *
 * The words before the last one are walked as command_parse walks them, but nothing is complained of: what is
 * not understood is offered nothing.
 */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/utf8.h"
#include "ctl/complete.h"
#include "ctl/option_words.h"
#include "ctl/piece.h"

struct complete {
    struct buf *out;
    const char *typed; /* what a candidate has to begin with */
    const char *front; /* what stands before it in the same word: "--owner=" */
    size_t front_len;
};

static bool is_showable(const char *name)
{
    size_t len = strlen(name);

    for (size_t at = 0; at < len;) {
        uint32_t code;
        size_t taken = utf8_decode(name + at, len - at, &code);

        if (taken == 0 || code < ' ' || utf8_is_control(code))
            return false;
        at += taken;
    }
    return len > 0 && name[0] != ':';
}

void complete_offer(struct complete *complete, const char *name, const char *help)
{
    if (strncmp(name, complete->typed, strlen(complete->typed)) != 0 || !is_showable(name))
        return;
    buf_add(complete->out, complete->front, complete->front_len);
    buf_addf(complete->out, "%s\t%s\n", name, is_showable(help) ? help : "");
}

/* Options */

/* The option that is meant by NAME or its beginning, as far as that is one only; OPTION_COUNT: none. */
static enum option_id find_option(const char *name, size_t len)
{
    enum option_id found = OPTION_COUNT;
    int count = 0;

    for (int i = 0; i < OPTION_COUNT; i++) {
        if (len == 0 || strncmp(command_options[i].name, name, len) != 0)
            continue;
        found = (enum option_id)i;
        count++;
        if (command_options[i].name[len] == '\0')
            return found;
    }
    return count == 1 ? found : OPTION_COUNT;
}

struct walk { /* over the words before the last one */
    const char *words[16]; /* no options */
    size_t count;
    bool is_ended;             /* by "--" */
    bool is_help;              /* the words behind "help" */
    enum option_id waits_for_value; /* the last word is the value of this; OPTION_COUNT: of none */
};

enum { WALK_WORDS = sizeof((struct walk *)0)->words / sizeof(const char *) };

static void walk_option(struct walk *walk, const char *word, const char *options[OPTION_COUNT])
{
    size_t len = strcspn(word, "=");
    enum option_id id = find_option(word, len);

    if (id == OPTION_COUNT)
        return;
    if (word[len] == '=' || command_options[id].value == NULL)
        options[id] = word[len] == '=' ? word + len + 1 : "";
    else
        walk->waits_for_value = id;
}

static void walk_words(struct walk *walk, const char *const *words, size_t count, const char *options[OPTION_COUNT])
{
    *walk = (struct walk){ .waits_for_value = OPTION_COUNT };
    for (size_t i = 0; i < count; i++) {
        if (walk->waits_for_value != OPTION_COUNT) {
            options[walk->waits_for_value] = words[i];
            walk->waits_for_value = OPTION_COUNT;
        } else if (!walk->is_ended && strcmp(words[i], "--") == 0) {
            walk->is_ended = true;
        } else if (!walk->is_ended && strncmp(words[i], "--", 2) == 0) {
            walk_option(walk, words[i] + 2, options);
        } else if (walk->count < WALK_WORDS) {
            walk->words[walk->count++] = words[i];
        }
    }
}

void complete_options(const char *const *words, size_t word_count, const char *options[OPTION_COUNT])
{
    struct walk walk;

    walk_words(&walk, words, word_count > 0 ? word_count - 1 : 0, options);
}

/* Commands */

/* Do the words lead to it? An exact word is meant before one that only begins so, as in command_parse. */
static bool leads(const struct command *commands, const struct command *command, const struct walk *walk)
{
    struct piece piece;

    for (size_t i = 0; i < walk->count; i++) {
        enum fit fit = piece_at(command->pattern, i, &piece) ? piece_fit(&piece, walk->words[i]) : FIT_NOT;

        if (fit == FIT_NOT)
            return false;
        for (const struct command *other = commands; fit == FIT_PREFIX && other->pattern != NULL; other++)
            if (piece_at(other->pattern, i, &piece) && !piece.is_hole && piece_is(&piece, walk->words[i]))
                return false;
    }
    return true;
}

static void offer_options(struct complete *complete, const struct command *commands, const struct walk *walk)
{
    uint64_t bits = 0;

    for (const struct command *command = commands; command->pattern != NULL; command++)
        if (leads(commands, command, walk))
            bits |= command->options | (command->has_csv ? OPTION_BIT(OPTION_CSV) : 0);
    for (int i = 0; i < OPTION_COUNT; i++) {
        bool is_taken = (bits & OPTION_BIT(i)) != 0 || (command_options[i].is_global && i != OPTION_CSV);

        if (is_taken)
            complete_offer(complete, command_options[i].name, command_options[i].help);
    }
}

/* What a hole or the value of an option may be. */
static void offer_values(struct complete *complete, const char *kind, size_t len, complete_names *names, void *context)
{
    struct piece piece = { .text = kind, .len = len };

    if (piece_is(&piece, "FILE") || piece_is(&piece, "SOCKET"))
        buf_add_text(complete->out, ":files\n");
    else if (piece_is(&piece, "DIR"))
        buf_add_text(complete->out, ":folders\n");
    else
        names(context, kind, len, complete);
}

static void offer_option_values(struct complete *complete, const struct command *commands, const struct walk *walk,
                                enum option_id id, complete_names *names, void *context)
{
    const struct option_info *option = &command_options[id];
    const char *const *words = NULL;

    for (const struct command *command = commands; command->pattern != NULL && words == NULL; command++)
        if ((command->options & OPTION_BIT(id)) != 0 && leads(commands, command, walk))
            words = option_words(command->pattern, id);
    for (size_t i = 0; words != NULL && words[i] != NULL; i++)
        complete_offer(complete, words[i], "");
    if (words == NULL && option->value != NULL)
        offer_values(complete, option->value, strlen(option->value), names, context);
}

/* A noun of several verbs has no line of help of its own. */
static void offer_word(struct complete *complete, const struct command *command, size_t index, const struct piece *piece)
{
    const char *next = command[1].pattern;
    struct piece other;
    struct buf word = { 0 };
    bool is_shared = next != NULL && piece_at(next, index, &other) && other.len == piece->len &&
                     memcmp(other.text, piece->text, other.len) == 0;

    buf_add(&word, piece->text, piece->len);
    complete_offer(complete, buf_text(&word), is_shared ? "" : command->help);
    buf_release(&word);
}

/* The words that may come next, each once; or what a hole may be. */
static void offer_next(struct complete *complete, const struct command *commands, const struct walk *walk,
                       complete_names *names, void *context)
{
    struct piece last = { .text = "" };

    for (const struct command *command = commands; command->pattern != NULL; command++) {
        struct piece piece;

        if (!leads(commands, command, walk) || !piece_at(command->pattern, walk->count, &piece) ||
            (piece.len == last.len && memcmp(piece.text, last.text, last.len) == 0))
            continue;
        if (piece.is_hole && !walk->is_help)
            offer_values(complete, piece.text, piece.len, names, context);
        else if (!piece.is_hole)
            offer_word(complete, command, walk->count, &piece);
        last = piece;
    }
    if (walk->count == 0 && !walk->is_help)
        complete_offer(complete, "help", "what a command does; alone, all of them");
}

/* Behind "help" stand the words of a command, and nothing that it is about. */
static void skip_help(struct walk *walk)
{
    walk->is_help = walk->count > 0 && strcmp(walk->words[0], "help") == 0;
    if (walk->is_help)
        memmove(walk->words, walk->words + 1, --walk->count * sizeof *walk->words);
}

void complete_words(const struct command *commands, const char *const *words, size_t word_count, complete_names *names,
                    void *context, struct buf *out)
{
    const char *options[OPTION_COUNT] = { NULL }, *typed = word_count > 0 ? words[word_count - 1] : "";
    struct complete complete = { .out = out, .typed = typed };
    struct walk walk;
    size_t name_len = strcspn(typed, "=");

    walk_words(&walk, words, word_count > 0 ? word_count - 1 : 0, options);
    skip_help(&walk);
    if (walk.waits_for_value != OPTION_COUNT) {
        offer_option_values(&complete, commands, &walk, walk.waits_for_value, names, context);
    } else if (!walk.is_ended && strncmp(typed, "--", 2) == 0 && typed[name_len] == '=') {
        enum option_id id = find_option(typed + 2, name_len - 2);

        complete = (struct complete){ out, typed + name_len + 1, typed, name_len + 1 };
        if (id != OPTION_COUNT)
            offer_option_values(&complete, commands, &walk, id, names, context);
    } else if (!walk.is_ended && typed[0] == '-') {
        complete = (struct complete){ out, typed[1] == '-' ? typed + 2 : typed + 1, "--", 2 };
        offer_options(&complete, commands, &walk);
    } else {
        offer_next(&complete, commands, &walk, names, context);
    }
}
