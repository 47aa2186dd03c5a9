/*
 * words_cover: when one entry of a list of words takes all that another takes.
 *
 * Both are spelled letter by letter (words.c), so an entry whose letters stand inside of another's is found
 * wherever that one is found, if its edges hold there. What stands around it is known: the neighbours inside
 * of the longer entry, or the edge that both share. Only letters are looked at; what is doubtful is not
 * claimed:
 *
 *     - ss, ae, oe are spelled together, as ß, æ, œ: an entry may not begin or end between the two.
 *     - A hyphen or an apostrophe may be left out, and then is no edge. A blank is one between Latin words;
 *       before a Hangul word that follows another it may be left out.
 *     - A Hangul word of two syllables takes whatever follows, one of a single syllable only particles.
 *     - A whole message ("=stop") may have courtesies around it, in Hangul without a blank: a Hangul word
 *       need not begin there, so that only plain ASCII entries are compared.
 */
#include <string.h>

#include "base/utf8.h"
#include "text/letters.h"
#include "text/words.h"

static enum letter_kind kind_at(const char *text, size_t len)
{
    uint32_t code;

    return utf8_decode(text, len, &code) > 0 ? letter_kind(code) : LETTER_SIGN;
}

static enum letter_kind kind_before(const char *text, size_t at)
{
    size_t last = at > 0 ? utf8_floor(text, at, at - 1) : 0;

    return at > 0 ? kind_at(text + last, at - last) : LETTER_SIGN;
}

/* Does the text end, at the byte `end`, in one single syllable of Hangul? */
static bool ends_in_one_syllable(const char *text, size_t end)
{
    size_t last = utf8_floor(text, end, end - 1);

    return kind_before(text, end) == LETTER_HANGUL && kind_before(text, last) != LETTER_HANGUL;
}

static bool is_inside_pair(const char *text, size_t len, size_t at)
{
    if (at == 0 || at >= len)
        return false;
    return (text[at - 1] == 's' && text[at] == 's') ||
           ((text[at - 1] == 'a' || text[at - 1] == 'o') && text[at] == 'e');
}

/* Letters, digits and single blanks between them. */
static bool is_plain(const struct words_entry *entry)
{
    for (size_t i = 0; i < entry->len; i++) {
        char c = entry->text[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == ' '))
            return false;
    }
    return entry->len > 0;
}

static bool left_holds(const struct words_entry *wide, const struct words_entry *narrow, size_t at)
{
    enum letter_kind before = kind_before(narrow->text, at);

    if (wide->star_before)
        return true;
    if (at == 0)
        return !narrow->star_before;
    switch (kind_at(wide->text, wide->len)) {
    case LETTER_UNSPACED: return true;
    case LETTER_SPACED: return narrow->text[at - 1] == ' ';
    case LETTER_HANGUL:
        return before == LETTER_SPACED ||
               (narrow->text[at - 1] == ' ' && kind_before(narrow->text, at - 1) == LETTER_SPACED);
    default: return false;
    }
}

static bool right_holds(const struct words_entry *wide, const struct words_entry *narrow, size_t end)
{
    enum letter_kind last = kind_before(wide->text, wide->len);
    bool is_syllable = ends_in_one_syllable(wide->text, wide->len);

    if (wide->star_after || last == LETTER_UNSPACED || (last == LETTER_HANGUL && !is_syllable))
        return true;
    if (end < narrow->len)
        return last == LETTER_SPACED && narrow->text[end] == ' ';
    return !narrow->star_after && is_syllable == ends_in_one_syllable(narrow->text, end);
}

bool words_cover(const struct words_entry *wide, const struct words_entry *narrow, size_t at)
{
    size_t end = at + wide->len;
    bool is_same = wide->len == narrow->len && at == 0;

    if (wide->len == 0 || end > narrow->len || memcmp(narrow->text + at, wide->text, wide->len) != 0)
        return false;
    if (is_same && wide->is_whole == narrow->is_whole)
        return wide->star_before >= narrow->star_before && wide->star_after >= narrow->star_after;
    if (wide->is_whole || (narrow->is_whole && !is_plain(narrow)))
        return false;
    if (kind_at(wide->text, wide->len) == LETTER_SIGN || kind_before(wide->text, wide->len) == LETTER_SIGN)
        return false;
    if (is_inside_pair(narrow->text, narrow->len, at) || is_inside_pair(narrow->text, narrow->len, end))
        return false;
    return left_holds(wide, narrow, at) && right_holds(wide, narrow, end);
}
