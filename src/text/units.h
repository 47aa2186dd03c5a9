/*
 * units: a text as it is searched: its words and signs one by one, in one spelling, each with the place where it stands.
 *
 *     word        letters and digits of a script that puts spaces between words; small, Latin accents off, also those of Greek
 *                 and Cyrillic, the vowel marks of Arabic and Hebrew
 *     character   one of Han, Kana, Thai and the like, or a syllable of Hangul
 *     picture     an emoji
 *
 * What the folding makes one (fold.h: NFKC) is one here: half width, full width, jamo, composed or not. All other signs part
 * what stands beside them, and are nothing themselves. A word is cut after UNIT_BYTES_MAX bytes.
 *
 * Pure; any thread. Any bytes will do; those that are no UTF-8 are signs.
 */
#ifndef TEXT_UNITS_H
#define TEXT_UNITS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum { UNIT_BYTES_MAX = 240 };

enum unit_kind { UNIT_WORD, UNIT_CHARACTER, UNIT_PICTURE };

struct unit {
    enum unit_kind kind;
    bool is_joined;  /* a character right behind another one, with nothing between */
    size_t at, len;  /* its spelling, in units.plain */
    size_t from, to; /* where it stands in the text */
};

/* The zero value is empty and releasable. */
struct units {
    struct buf plain;
    struct unit *units;
    size_t count, room;
};

/* Instead of what was in it. */
void units_cut(const char *text, size_t len, struct units *units);
void units_release(struct units *units);

/*
 * The pieces by which a text is found: words, cut after PIECE_MAX bytes; pictures; of characters each two that are joined, and
 * the last of such a run alone. So what begins with a character is found by all pieces that begin with it, wherever it stands.
 */
enum { PIECE_MAX = 48 };

typedef void units_piece(void *context, const char *piece, size_t len);
void units_pieces(const struct units *units, units_piece *each, void *context);

/* The piece that the unit at `index` begins; its length. It stands at units->plain.data + units->units[index].at. */
size_t units_piece_len(const struct units *units, size_t index);

#endif
