/*
 * particle: see the header.
 */
#include <stdbool.h>
#include <string.h>

#include "base/utf8.h"
#include "text/particle.h"

enum { SYLLABLE = 3 /* bytes */, STAYS = 2, FIRST = 0xac00, LAST = 0xd7a3, FINALS = 28, FINAL_RIEUL = 8 };

enum behind { BEHIND_ANY, BEHIND_CONSONANT, BEHIND_VOWEL, BEHIND_VOWEL_OR_RIEUL };

/* Longer ones first. */
static const struct {
    const char *text;
    enum behind behind;
} PARTICLES[] = {
    { "에서는", BEHIND_ANY },    { "에서도", BEHIND_ANY },  { "으로는", BEHIND_CONSONANT }, { "에게서", BEHIND_ANY },
    { "에서", BEHIND_ANY },      { "에게", BEHIND_ANY },    { "에는", BEHIND_ANY },         { "한테", BEHIND_ANY },
    { "으로", BEHIND_CONSONANT }, { "까지", BEHIND_ANY },    { "부터", BEHIND_ANY },         { "처럼", BEHIND_ANY },
    { "은", BEHIND_CONSONANT },  { "는", BEHIND_VOWEL },    { "이", BEHIND_CONSONANT },     { "가", BEHIND_VOWEL },
    { "을", BEHIND_CONSONANT },  { "를", BEHIND_VOWEL },    { "과", BEHIND_CONSONANT },     { "와", BEHIND_VOWEL },
    { "로", BEHIND_VOWEL_OR_RIEUL }, { "의", BEHIND_ANY },  { "에", BEHIND_ANY },
};

static bool all_hangul(const char *text, size_t len)
{
    uint32_t code;
    for (size_t at = 0; at < len; at += SYLLABLE)
        if (utf8_decode(text + at, len - at, &code) != SYLLABLE || code < FIRST || code > LAST)
            return false;
    return true;
}

static bool sounds_right(const char *syllable, enum behind behind)
{
    uint32_t code;
    utf8_decode(syllable, SYLLABLE, &code);
    unsigned final = (code - FIRST) % FINALS;
    switch (behind) {
    case BEHIND_ANY: break;
    case BEHIND_CONSONANT: return final != 0;
    case BEHIND_VOWEL: return final == 0;
    case BEHIND_VOWEL_OR_RIEUL: return final == 0 || final == FINAL_RIEUL;
    }
    return true;
}

size_t particle_off(const char *text, size_t len, size_t count)
{
    if (len != count * SYLLABLE || !all_hangul(text, len))
        return count;
    for (size_t i = 0; i < sizeof PARTICLES / sizeof *PARTICLES; i++) {
        size_t taken = strlen(PARTICLES[i].text);
        if (len < taken + STAYS * SYLLABLE || memcmp(text + len - taken, PARTICLES[i].text, taken) != 0)
            continue;
        if (sounds_right(text + len - taken - SYLLABLE, PARTICLES[i].behind))
            return count - taken / SYLLABLE;
    }
    return count;
}
