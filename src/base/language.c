/*
 * language: see the header. Which languages there are is not asked.
 */
#include <string.h>

#include "base/language.h"

enum { PART_MAX = 8 };

static const char SMALL[] = "abcdefghijklmnopqrstuvwxyz";
static const char LETTERS[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
static const char SIGNS[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

static char recase(char c, bool is_capital)
{
    if (is_capital)
        return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Two letters behind the language are a region, four a script. */
static void write_part(const char *part, size_t len, bool is_first, char *out)
{
    for (size_t i = 0; i < len; i++)
        out[i] = recase(part[i], !is_first && (len == 2 || (len == 4 && i == 0)));
}

bool language_canonical(const char *text, char tag[LANGUAGE_TAG_MAX])
{
    size_t at = 0;
    memset(tag, 0, LANGUAGE_TAG_MAX);
    while (text != NULL) {
        bool is_first = at == 0;
        size_t len = strspn(text + at, is_first ? LETTERS : SIGNS), end = at + len;
        if (len < 2 || len > (is_first ? 3 : PART_MAX) || end + 1 > LANGUAGE_TAG_MAX)
            break;
        write_part(text + at, len, is_first, tag + at);
        if (text[end] == '\0')
            return true;
        if (text[end] != '-' && text[end] != '_')
            break;
        tag[end] = '-';
        at = end + 1;
    }
    memset(tag, 0, LANGUAGE_TAG_MAX);
    return false;
}

size_t language_length(const char *tag)
{
    return strspn(tag, SMALL);
}
