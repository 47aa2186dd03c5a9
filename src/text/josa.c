/*
 * josa: see the header for what is read how.
 *
 * The end of the text is folded (one spelling for 가 typed as two letters, for full-width signs and ㎏), then
 * read from its last character backwards. Only the last TAIL_MAX bytes are looked at: a word with more signs
 * than that behind it is as good as unknown.
 *
 * English spelling does not tell its sound, so the reading of Latin words is a list of endings, the first
 * that fits. It is right for the words that stand on Korean shop signs far more often than not; a word that
 * it gets wrong can be written in Hangul.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>

#include "base/ascii.h"
#include "base/utf8.h"
#include "text/fold.h"
#include "text/josa.h"

enum { TAIL_MAX = 256 };

enum sound { SOUND_UNKNOWN, SOUND_VOWEL, SOUND_CONSONANT, SOUND_RIEUL };

struct josa {
    const char *closed, *open; /* after a consonant, after a vowel */
    const char *either;        /* where the sound is unknown */
    bool is_rieul_open;
};

static const struct josa PAIRS[] = {
    { "은", "는", "은(는)", false },
    { "이", "가", "이(가)", false },
    { "을", "를", "을(를)", false },
    { "과", "와", "와(과)", false },
    { "아", "야", "아(야)", false },
    { "으로", "로", "(으)로", true },
    { "이랑", "랑", "(이)랑", false },
    { "이나", "나", "(이)나", false },
    { "이라고", "라고", "(이)라고", false },
    { "이라도", "라도", "(이)라도", false },
    { "이에요", "예요", "이에요(예요)", false },
};

enum { PAIR_COUNT = sizeof PAIRS / sizeof PAIRS[0] };

/* The characters of a text's end. */
struct tail {
    uint32_t codes[TAIL_MAX];
    size_t len;
};

/* Numbers */

static const struct {
    uint32_t sign;
    enum sound sound;
} SIGNS[] = {
    { '%', SOUND_VOWEL },        /* 퍼센트 */
    { '+', SOUND_VOWEL },        /* 플러스 */
    { 0x00b0, SOUND_VOWEL },     /* 도 */
    { '$', SOUND_VOWEL },        /* 달러 */
    { 0x20ac, SOUND_VOWEL },     /* 유로 */
    { 0x00a3, SOUND_VOWEL },     /* 파운드 */
    { 0x20a9, SOUND_CONSONANT }, /* 원 */
    { 0x00a5, SOUND_CONSONANT }, /* 엔 */
};

static enum sound sign_sound(uint32_t code)
{
    for (size_t i = 0; i < sizeof SIGNS / sizeof SIGNS[0]; i++)
        if (SIGNS[i].sign == code)
            return SIGNS[i].sound;
    return SOUND_UNKNOWN;
}

static bool is_of_number(uint32_t code)
{
    return ascii_is_digit(code) || code == ',' || code == '.';
}

/* 십, 백, 천, 만, 억 and 경 end in consonants; 조, which stands for 12 to 15 zeros, does not. */
static enum sound zeros_sound(size_t zeros)
{
    return zeros >= 12 && zeros <= 15 ? SOUND_VOWEL : SOUND_CONSONANT;
}

static enum sound number_sound(const struct tail *tail, size_t end)
{
    static const enum sound DIGITS[] = {
        SOUND_CONSONANT, SOUND_RIEUL,     SOUND_VOWEL, SOUND_CONSONANT, SOUND_VOWEL,
        SOUND_VOWEL,     SOUND_CONSONANT, SOUND_RIEUL, SOUND_RIEUL,     SOUND_VOWEL,
    };
    size_t start = end, zeros = 0;
    bool is_round = true, is_whole = true;
    enum sound money;

    for (; start > 0 && is_of_number(tail->codes[start - 1]); start--) {
        uint32_t code = tail->codes[start - 1];

        is_whole &= code != '.';
        is_round &= code == '0' || code == ',';
        zeros += is_round && code == '0';
    }
    money = start > 0 ? sign_sound(tail->codes[start - 1]) : SOUND_UNKNOWN;
    if (money != SOUND_UNKNOWN && tail->codes[start - 1] != '+' && tail->codes[start - 1] != '%')
        return money;
    if (tail->codes[end - 1] == '0' && !is_round && is_whole)
        return zeros_sound(zeros);
    return DIGITS[tail->codes[end - 1] - '0'];
}

/* Latin words */

struct ending {
    const char *text;
    enum sound sound;
    bool is_whole; /* the whole word, not only its end */
};

/* In lower case; the first that fits. */
static const struct ending ENDINGS[] = {
    { "set", SOUND_VOWEL, true },            /* 세트 */
    { "hit", SOUND_VOWEL, true },            /* 히트 */
    { "me", SOUND_VOWEL, true },             /* 미 */
    { "chocolate", SOUND_CONSONANT, false }, /* 초콜릿 */
    { "bag", SOUND_CONSONANT, false },       /* 백 */
    { "app", SOUND_CONSONANT, false },       /* 앱 */
    { "ook", SOUND_CONSONANT, false },       /* 북 */
    { "ck", SOUND_CONSONANT, false },        /* 스낵 */
    { "ng", SOUND_CONSONANT, false },        /* 마케팅 */
    { "gn", SOUND_CONSONANT, false },        /* 디자인 */
    { "mb", SOUND_CONSONANT, false },        /* 섬 */
    { "mn", SOUND_CONSONANT, false },        /* 칼럼 */
    { "le", SOUND_RIEUL, false },            /* 애플 */
    { "ne", SOUND_CONSONANT, false },        /* 온라인 */
    { "me", SOUND_CONSONANT, false },        /* 게임 */
    { "l", SOUND_RIEUL, false },
    { "m", SOUND_CONSONANT, false },
    { "n", SOUND_CONSONANT, false },
};

/* As said behind a number. */
static const struct ending UNITS[] = {
    { "kg", SOUND_CONSONANT, true }, { "g", SOUND_CONSONANT, true }, { "mg", SOUND_CONSONANT, true },
    { "km", SOUND_VOWEL, true },     { "m", SOUND_VOWEL, true },     { "cm", SOUND_VOWEL, true },
    { "mm", SOUND_VOWEL, true },     { "l", SOUND_VOWEL, true },     { "ml", SOUND_VOWEL, true },
    { "kcal", SOUND_VOWEL, true },
};

/* a-z of a Latin letter with or without accents, in whatever case; 0: another character. */
static char latin(uint32_t code)
{
    utf8proc_int32_t parts[8];
    int boundary = 0;

    if (code > 0x7f &&
        utf8proc_decompose_char((utf8proc_int32_t)code, parts, 8, UTF8PROC_DECOMPOSE, &boundary) > 0)
        code = (uint32_t)parts[0];
    if (code >= 'A' && code <= 'Z')
        code += 'a' - 'A';
    return code >= 'a' && code <= 'z' ? (char)code : '\0';
}

static bool is_vowel(char c)
{
    return c != '\0' && strchr("aeiou", c) != NULL;
}

static enum sound find_ending(const struct ending *endings, size_t count, const char *word)
{
    size_t len = strlen(word);

    for (size_t i = 0; i < count; i++) {
        size_t end = strlen(endings[i].text);

        if ((end == len || (end < len && !endings[i].is_whole)) &&
            strcmp(word + len - end, endings[i].text) == 0)
            return endings[i].sound;
    }
    return SOUND_UNKNOWN;
}

static enum sound letter_sound(char c)
{
    return c == 'l' || c == 'r' ? SOUND_RIEUL : c == 'm' || c == 'n' ? SOUND_CONSONANT : SOUND_VOWEL;
}

/* Short vowel and b, c, k, p, t: 컵, 로봇. With two vowels (boat, soup) the end is open. */
static bool has_short_end(const char *word, size_t len)
{
    return len >= 2 && strchr("bckpt", word[len - 1]) != NULL && is_vowel(word[len - 2]) &&
           (len == 2 || !is_vowel(word[len - 3]));
}

static enum sound word_sound(const char *word, bool ends_in_accent)
{
    enum sound sound = SOUND_UNKNOWN;

    if (!ends_in_accent)
        sound = find_ending(ENDINGS, sizeof ENDINGS / sizeof ENDINGS[0], word);
    if (sound != SOUND_UNKNOWN)
        return sound;
    return has_short_end(word, strlen(word)) ? SOUND_CONSONANT : SOUND_VOWEL;
}

static bool is_behind_number(const struct tail *tail, size_t start)
{
    if (start > 0 && tail->codes[start - 1] == ' ')
        start--;
    return start > 0 && ascii_is_digit(tail->codes[start - 1]);
}

static enum sound latin_sound(const struct tail *tail, size_t end)
{
    char word[TAIL_MAX + 1];
    size_t start = end, len;
    bool is_capital = true, has_vowel = false;
    enum sound unit;

    while (start > 0 && latin(tail->codes[start - 1]) != '\0')
        start--;
    len = end - start;
    for (size_t i = 0; i < len; i++) {
        word[i] = latin(tail->codes[start + i]);
        is_capital &= tail->codes[start + i] >= 'A' && tail->codes[start + i] <= 'Z';
        has_vowel |= is_vowel(word[i]) || word[i] == 'y';
    }
    word[len] = '\0';
    unit = is_behind_number(tail, start) ? find_ending(UNITS, sizeof UNITS / sizeof UNITS[0], word)
                                         : SOUND_UNKNOWN;
    if (unit != SOUND_UNKNOWN)
        return unit;
    if (len == 1 || (is_capital && (len <= 3 || !has_vowel)))
        return letter_sound(word[len - 1]);
    return word_sound(word, tail->codes[end - 1] > 0x7f);
}

/* The end of a text */

static bool is_looked_through(uint32_t code)
{
    if ((code >= 0x1100 && code <= 0x11ff) || (code >= 0x3131 && code <= 0x318e))
        return true; /* lone jamo: laughter, a sigh */
    switch (utf8proc_category((utf8proc_int32_t)code)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO: return false;
    default: return true;
    }
}

/* Before the brackets that the text ends with, or `end` when there are none or nothing is before them. */
static size_t before_brackets(const struct tail *tail, size_t end)
{
    size_t at = end;

    if (tail->codes[end - 1] != ')')
        return end;
    while (at > 0 && tail->codes[at - 1] != '(')
        at--;
    for (size_t i = 0; at > 0 && i < at - 1; i++)
        if (!is_looked_through(tail->codes[i]))
            return at - 1;
    return end;
}

static enum sound character_sound(const struct tail *tail, size_t end)
{
    uint32_t code = tail->codes[end - 1];

    if (code >= 0xac00 && code <= 0xd7a3) {
        uint32_t final = (code - 0xac00) % 28;

        return final == 0 ? SOUND_VOWEL : final == 8 ? SOUND_RIEUL : SOUND_CONSONANT;
    }
    if (ascii_is_digit(code))
        return number_sound(tail, end);
    if (latin(code) != '\0')
        return latin_sound(tail, end);
    if ((code >= 0x3041 && code <= 0x3096) || (code >= 0x30a1 && code <= 0x30fc))
        return code == 0x3093 || code == 0x30f3 ? SOUND_CONSONANT : SOUND_VOWEL;
    return SOUND_UNKNOWN;
}

static enum sound tail_sound(const struct tail *tail)
{
    size_t end = tail->len;

    while (end > 0) {
        enum sound sign = sign_sound(tail->codes[end - 1]);
        size_t before = before_brackets(tail, end);

        if (sign != SOUND_UNKNOWN)
            return sign;
        if (before < end)
            end = before;
        else if (is_looked_through(tail->codes[end - 1]))
            end--;
        else
            return character_sound(tail, end);
    }
    return SOUND_UNKNOWN;
}

static enum sound text_sound(const char *text, size_t len)
{
    size_t start = len > TAIL_MAX ? len - TAIL_MAX : 0;
    struct buf folded = { 0 };
    struct tail tail = { .len = 0 };
    enum sound sound;

    if (!utf8_is_valid(text, len))
        return SOUND_UNKNOWN;
    while (start < len && ((unsigned char)text[start] & 0xc0) == 0x80)
        start++;
    fold_text(text + start, len - start, &folded);
    for (size_t at = 0; at < folded.len && tail.len < TAIL_MAX;)
        at += utf8_decode(folded.data + at, folded.len - at, &tail.codes[tail.len++]);
    sound = tail_sound(&tail);
    buf_release(&folded);
    return sound;
}

const char *josa_pick(const struct josa *josa, const char *text, size_t len)
{
    switch (text_sound(text, len)) {
    case SOUND_VOWEL: return josa->open;
    case SOUND_CONSONANT: return josa->closed;
    case SOUND_RIEUL: return josa->is_rieul_open ? josa->open : josa->closed;
    default: return josa->either;
    }
}

/* Pairs */

static bool is_spelled(const char *typed, const char *first, const char *join, const char *second,
                       const char *close)
{
    struct buf spelling = { 0 };
    bool is_equal;

    buf_addf(&spelling, "%s%s%s%s", first, join, second, close);
    is_equal = strcmp(typed, buf_text(&spelling)) == 0;
    buf_release(&spelling);
    return is_equal;
}

static bool is_pair(const struct josa *josa, const char *typed)
{
    return strcmp(typed, josa->either) == 0 || is_spelled(typed, josa->closed, "/", josa->open, "") ||
           is_spelled(typed, josa->open, "/", josa->closed, "") ||
           is_spelled(typed, josa->closed, "(", josa->open, ")") ||
           is_spelled(typed, josa->open, "(", josa->closed, ")");
}

const struct josa *josa_find(const char *typed, struct error *error)
{
    struct buf known = { 0 };

    for (size_t i = 0; i < PAIR_COUNT; i++)
        if (is_pair(&PAIRS[i], typed))
            return &PAIRS[i];
    for (size_t i = 0; i < PAIR_COUNT; i++)
        buf_addf(&known, "%s%s/%s", i > 0 ? ", " : "", PAIRS[i].closed, PAIRS[i].open);
    error_set(error, "josa does not know '%.*s'; known are %s.", (int)utf8_floor(typed, strlen(typed), 40),
              typed, buf_text(&known));
    buf_release(&known);
    return NULL;
}

void josa_add(struct buf *text, const char *pair)
{
    const struct josa *josa = josa_find(pair, NULL);

    if (josa == NULL)
        abort();
    buf_add_text(text, josa_pick(josa, buf_text(text), text->len));
}
