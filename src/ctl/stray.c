/*
 * stray: see the header.
 */
#include <string.h>

#include "base/nearest.h"
#include "ctl/piece.h"
#include "ctl/stray.h"

enum { WORD_MAX = 32, ALIKE_MIN = 3 };

struct search {
    const struct command *commands;
    const bool *fits;
    const char *const *words;
    size_t index;
    const char *word; /* the stray one */
};

static void add_line(const struct search *search, struct buf *out)
{
    buf_add_text(out, "frontdesk");
    for (size_t i = 0; i < search->index; i++)
        buf_addf(out, " %s", search->words[i]);
}

/* The literal word that could stand there in a command; false when it takes none. */
static bool choice_of(const struct search *search, size_t command, char *word)
{
    struct piece piece;

    if (!search->fits[command] || !piece_at(search->commands[command].pattern, search->index, &piece) || piece.is_hole ||
        piece.len >= WORD_MAX)
        return false;
    memcpy(word, piece.text, piece.len);
    word[piece.len] = '\0';
    return true;
}

static size_t alike(const char *a, const char *b)
{
    size_t len = 0;

    while (a[len] != '\0' && a[len] == b[len])
        len++;
    return len;
}

/* The word that needs the fewest changes; else the one that begins alike longest, as "conversations" for "convs". */
static bool find_near(const struct search *search, char *found)
{
    char words[ALL_COMMANDS_MAX][WORD_MAX];
    struct nearest nearest = { .word = search->word };
    size_t best = ALIKE_MIN - 1;

    found[0] = '\0';
    for (size_t i = 0; search->commands[i].pattern != NULL; i++) {
        if (!choice_of(search, i, words[i]))
            continue;
        nearest_offer(&nearest, words[i]);
        if (alike(words[i], search->word) > best) {
            best = alike(words[i], search->word);
            memcpy(found, words[i], WORD_MAX);
        }
    }
    if (nearest.best != NULL)
        memcpy(found, nearest.best, strlen(nearest.best) + 1);
    return found[0] != '\0';
}

/* "check" alone: the commands whose second word it is. The number of them. */
static size_t find_verbs(const struct search *search, struct buf *out)
{
    struct piece noun, verb;
    size_t count = 0;

    for (const struct command *c = search->commands; c->pattern != NULL; c++)
        if (piece_at(c->pattern, 0, &noun) && piece_at(c->pattern, 1, &verb) && !verb.is_hole && piece_is(&verb, search->word))
            buf_addf(out, "%s\"frontdesk %.*s %s\"", count++ > 0 ? " or " : "", (int)noun.len, noun.text, search->word);
    return count;
}

/* Each word once: commands of one noun stand together. */
static size_t list_choices(const struct search *search, struct buf *out)
{
    char word[WORD_MAX], last[WORD_MAX] = "";
    size_t count = 0;

    for (size_t i = 0; search->commands[i].pattern != NULL; i++) {
        if (!choice_of(search, i, word) || strcmp(word, last) == 0)
            continue;
        buf_addf(out, "%s%s", count++ > 0 ? ", " : "", word);
        memcpy(last, word, sizeof last);
    }
    return count;
}

void stray_explain(const struct command *commands, const bool *fits, const char *const *words, size_t index, struct buf *out)
{
    const struct search search = { commands, fits, words, index, words[index] };
    struct buf line = { 0 }, choices = { 0 };
    char near[WORD_MAX];

    add_line(&search, &line);
    if (index == 0)
        buf_addf(out, "there is no command \"%.60s\"", search.word);
    else if (list_choices(&search, &choices) == 0)
        buf_addf(out, "\"%.60s\" is too much: \"%s\" ends there", search.word, buf_text(&line));
    else
        buf_addf(out, "\"%s\" has no \"%.60s\"", buf_text(&line), search.word);
    if (index > 0 && choices.len > 0 && !find_near(&search, near))
        buf_addf(out, ": it has %s", buf_text(&choices));
    else if (index == 0 && find_verbs(&search, &choices) > 0)
        buf_addf(out, "; did you mean %s?", buf_text(&choices));
    else if (find_near(&search, near))
        buf_addf(out, "; did you mean \"%s %s\"?", buf_text(&line), near);
    else if (index == 0)
        buf_add_text(out, "; frontdesk help lists all of them");
    buf_release(&line);
    buf_release(&choices);
}
