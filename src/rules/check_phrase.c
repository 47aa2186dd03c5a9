/*
 * check_phrase: a phrase that nobody says. No text holds it, and it is none of those that go before words of the
 * program's own; most often such a name was mistyped, and customers go on hearing the built-in sentence.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/nearest.h"
#include "rules/build_flow.h"
#include "rules/checks.h"
#include "rules/house_phrase.h"

static const char PREFIX[] = "phrase.";
static const char NAME_LETTERS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";

/* The names that stand behind "phrase." anywhere in the rows. */
struct said_names {
    char **list;
    size_t count, room;
};

static void note(struct said_names *names, const char *name, size_t len)
{
    if (names->count == names->room) {
        names->room = 2 * names->room + 16;
        names->list = alloc_resize(names->list, names->room, sizeof *names->list);
    }
    names->list[names->count++] = alloc_bytes(name, len);
}

static void note_all(struct said_names *names, const char *text)
{
    while ((text = strstr(text, PREFIX)) != NULL) {
        text += sizeof PREFIX - 1;
        note(names, text, strspn(text, NAME_LETTERS));
    }
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void gather(const struct rows *rows, struct said_names *names)
{
    for (size_t i = 0; i < rows->count; i++)
        for (size_t j = 0; j < rows->list[i].count; j++)
            if (rows->list[i].values[j] != NULL)
                note_all(names, rows->list[i].values[j]);
    if (names->count > 0)
        qsort(names->list, names->count, sizeof *names->list, compare_names);
}

static bool is_said(const struct said_names *names, const char *name)
{
    return names->count > 0 && bsearch(&name, names->list, names->count, sizeof *names->list, compare_names) != NULL;
}

static void tell_unsaid(struct check *check, const struct phrase *phrase)
{
    struct nearest nearest = { .word = phrase->name };
    struct buf advice = { 0 };
    house_phrase_offer(&nearest);
    nearest_advise(&nearest, NULL, &advice);
    if (advice.len == 0)
        buf_addf(&advice, "; say it as {{ phrase.%s }}, or take it out", phrase->name);
    check_warn(check, phrase->file, phrase->line,
               "nothing says the phrase %s: it stands in no text, and the program says none of that name by itself%s",
               phrase->name, buf_text(&advice));
    buf_release(&advice);
}

void check_unsaid_phrases(struct check *check)
{
    const struct ruleset *ruleset = check->ruleset;
    struct said_names names = { 0 };
    gather(&ruleset->private->rows, &names);
    for (size_t i = 0; i < ruleset->phrase_count; i++) {
        const struct phrase *phrase = &ruleset->phrases[i];
        bool is_told = i > 0 && strcmp(ruleset->phrases[i - 1].name, phrase->name) == 0;
        if (!is_told && !house_phrase_is_name(phrase->name) && !is_said(&names, phrase->name))
            tell_unsaid(check, phrase);
    }
    for (size_t i = 0; i < names.count; i++)
        free(names.list[i]);
    free(names.list);
}
