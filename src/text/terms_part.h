/*
 * terms_part: what single words become. For terms*.c only. Pure; any thread.
 */
#ifndef TEXT_TERMS_PART_H
#define TEXT_TERMS_PART_H

#include <stdbool.h>
#include <stddef.h>

#include "text/terms.h"

/* Takes the endings off a word of small letters without accents, in place; the length that is left. */
size_t terms_stem(char *word, size_t len);

/* How many bytes of a word of Hangul syllables are left without its endings. */
size_t terms_korean_stem(const char *word, size_t len);

/* Is the word, of two syllables or more, nothing but an ending (돼요, 인가요)? */
bool terms_is_korean_ending(const char *word, size_t len);

/* Does the syllable look like a particle? */
bool terms_is_particle(const char *syllable);

/* What a word says, as it is typed, in small letters without accents, apostrophes and hyphens. */
enum term_kind terms_kind(const char *word, size_t len);

/* Is the word, which has no NUL behind it, in the list, which is sorted by bytes? */
bool terms_has(const char *const *list, size_t count, const char *word, size_t len);

#endif
