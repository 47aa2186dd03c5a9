/*
 * language: what a language is called. Pure; any thread.
 *
 * A tag is a language, two or three letters, and what tells its kinds apart: "ko", "pt-BR", "zh-Hant-TW". People
 * and systems write it in many ways; one form of each is canonical (BCP 47): the language in small letters,
 * a script as in Hant, a region in capitals, with - between them.
 */
#ifndef BASE_LANGUAGE_H
#define BASE_LANGUAGE_H

#include <stdbool.h>
#include <stddef.h>

enum { LANGUAGE_TAG_MAX = 64 }; /* bytes of a tag, with its NUL */

/* "KO" as "ko", "pt_br" as "pt-BR". False, and "" in `tag`, when the text (NULL included) is no tag. */
bool language_canonical(const char *text, char tag[LANGUAGE_TAG_MAX]);

/* How long is the language at the start of a canonical tag? */
size_t language_length(const char *tag);

#endif
