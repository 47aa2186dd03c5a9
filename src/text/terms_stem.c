/*
 * terms_stem: the commonest endings of English and Spanish words, taken off by their looks.
 *
 * Not grammar: all that counts is that forms of one word come out alike, and seldom two words. Each rule leaves
 * three letters at least. A rule that takes a letter too many (bus, gas, red) does so in every text, and harms nothing.
 */
#include <stdbool.h>
#include <string.h>

#include "text/terms_part.h"

enum { SHORT = 3, LONG = 5 };

static bool has_vowel(const char *word, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (strchr("aeiouy", word[i]) != NULL)
            return true;
    return false;
}

/* Takes the ending off, where at least `least` letters with a vowel among them stay. */
static bool drop(const char *word, size_t *len, const char *ending, size_t least)
{
    size_t end = strlen(ending);
    if (*len < end + least || memcmp(word + *len - end, ending, end) != 0 || !has_vowel(word, *len - end))
        return false;
    *len -= end;
    return true;
}

/* Doubled letters are what people mistype first: dessert, allergy, coffee. */
static size_t make_single(char *word, size_t len)
{
    size_t kept = 0;
    for (size_t i = 0; i < len; i++)
        if (kept == 0 || word[kept - 1] != word[i] || word[i] <= '9')
            word[kept++] = word[i];
    return kept;
}

size_t terms_stem(char *word, size_t len)
{
    if (len > SHORT && word[len - 1] == 's' && word[len - 2] != 's')
        len--;
    bool is_double_e = len > SHORT && word[len - 3] == 'e' && word[len - 2] == 'e'; /* speed, not spe */
    if (!drop(word, &len, "ing", SHORT) && !is_double_e)
        drop(word, &len, "ed", SHORT);
    drop(word, &len, "ic", LONG);
    if (!drop(word, &len, "e", SHORT) && !drop(word, &len, "a", SHORT + 1))
        drop(word, &len, "o", SHORT + 1);
    len = make_single(word, len);
    if (len > SHORT && word[len - 1] == 'y')
        word[len - 1] = 'i';
    drop(word, &len, "i", LONG);
    return len;
}
