/*
 * piece: see the header.
 */
#include <string.h>

#include "ctl/piece.h"

bool piece_next(const char **pattern, struct piece *piece)
{
    *pattern += strspn(*pattern, " ");
    if (**pattern == '\0')
        return false;
    *piece = (struct piece){ .text = *pattern, .len = strcspn(*pattern, " ") };
    *pattern += piece->len;
    piece->is_optional = piece->text[0] == '[';
    if (piece->is_optional) {
        piece->text++;
        piece->len -= 2;
    }
    piece->is_rest = piece->len > 3 && memcmp(piece->text + piece->len - 3, "...", 3) == 0;
    if (piece->is_rest)
        piece->len -= 3;
    piece->is_hole = piece->text[0] >= 'A' && piece->text[0] <= 'Z';
    return true;
}

bool piece_at(const char *pattern, size_t index, struct piece *piece)
{
    bool is_there = piece_next(&pattern, piece);

    while (is_there && index > 0 && !piece->is_rest) {
        is_there = piece_next(&pattern, piece);
        index--;
    }
    return is_there;
}

bool piece_is(const struct piece *piece, const char *text)
{
    return strlen(text) == piece->len && memcmp(piece->text, text, piece->len) == 0;
}

bool piece_is_number(const struct piece *piece)
{
    return piece_is(piece, "N") || piece_is(piece, "ID");
}

enum fit piece_fit(const struct piece *piece, const char *word)
{
    size_t len = strlen(word);

    if (piece->is_hole)
        return FIT_WHOLE;
    if (len == 0 || len > piece->len || memcmp(piece->text, word, len) != 0)
        return FIT_NOT;
    return len == piece->len ? FIT_WHOLE : FIT_PREFIX;
}
