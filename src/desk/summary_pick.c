/*
 * summary_pick: see the header.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/utf8.h"
#include "desk/story.h"
#include "desk/summary_pick.h"
#include "desk/summary_word.h"
#include "text/fold.h"
#include "text/mask.h"

enum {
    QUESTION_MARK = 30,
    QUESTION_WORD = 18,
    WISH = 14,
    DIGIT = 8,
    PER_WORD = 2,
    WORDS_COUNTED = 10,
    UNANSWERED = 8,
    FIRST = 6,
    STEP_ANSWER = -22,
    ONE_WORD = -15,
    PERSON_WANTED = -8,
    LONG = -6,
    ADDRESS = -20,
    SECRET = -20,
    LEAST = 6,        /* of a sentence that is quoted, unless none has it */
    LONG_BYTES = 240,
    CLAUSE_WEIGHT = 3, /* what is written without blanks is a word up to here, and a clause from there on */
    NEWS_TENTHS = 3,  /* no more of the words of the shorter one are missing in the other: it is a repetition */
    FORM_BYTES = 16,  /* a word that is longer is no short form */
    PLACES = PICK_BYTES_MAX + 1, /* of one text */
};

struct sentence {
    struct pick pick;
    const struct story_text *of;
    struct said_word *words; /* owned */
    size_t count;
    bool asks;               /* by a question mark */
    bool is_told;            /* by one that was chosen */
};

struct sentences {
    struct sentence *list;
    size_t count, room;
    size_t looked_at; /* those that tell nothing, too */
};

/* Cutting into sentences */

static bool is_stop(uint32_t code)
{
    return code == '.' || code == '!' || code == '?' || code == 0x2026 || code == 0x3002 || code == 0xff01 || code == 0xff1f;
}

/* Behind these a sentence ends without a blank. */
static bool is_wide_stop(uint32_t code)
{
    return code == 0x3002 || code == 0xff01 || code == 0xff1f;
}

/* "a.m.", "Dr.", "no. 5", "3.": the point belongs to the word. Of a long one the end tells. */
static bool is_short_form(const char *start, const char *point)
{
    static const char *const FORMS[] = { "mr", "mrs", "ms", "dr", "st", "no", "sr", "sra", "vs", "approx", "tel", "num", "av" };
    const char *word = point;
    size_t len;

    while (word > start && point - word < FORM_BYTES && word[-1] != ' ' && word[-1] != '\n')
        word--;
    len = (size_t)(point - word);
    if (len <= 1 || memchr(word, '.', len) != NULL)
        return true;
    for (size_t i = 0; i < sizeof FORMS / sizeof *FORMS; i++)
        if (len == strlen(FORMS[i]) && strncasecmp(word, FORMS[i], len) == 0)
            return true;
    return len <= 2 && strspn(word, "0123456789") >= len;
}

/* Where the sentence ends that begins at `at`, its signs included. */
static size_t sentence_end(const char *text, size_t len, size_t at)
{
    size_t start = at, step;
    uint32_t code;

    for (; at < len; at += step) {
        step = utf8_decode(text + at, len - at, &code);
        if (step == 0 || code == '\n')
            return at;
        if (!is_stop(code) || (code == '.' && is_short_form(text + start, text + at)))
            continue;
        size_t next = at + step;
        bool is_wide = is_wide_stop(code);

        while (next < len && (step = utf8_decode(text + next, len - next, &code)) > 0 && is_stop(code))
            next += step;
        if (is_wide || next >= len || fold_is_blank(code) || code == '\n' || code == '"' || code == ')')
            return next;
        step = next - at;
    }
    return len;
}

static void trim(const char **text, size_t *len)
{
    while (*len > 0 && (**text == ' ' || **text == '\n' || **text == '\t')) {
        (*text)++;
        (*len)--;
    }
    while (*len > 0 && ((*text)[*len - 1] == ' ' || (*text)[*len - 1] == '\n'))
        (*len)--;
}

/* "Hello, do you …" is about what follows. */
static void drop_greeting(struct sentence *sentence)
{
    size_t first = 0;

    while (first < sentence->count && said_is(&sentence->words[first], SAID_GREETING))
        first++;
    if (first == 0 || first >= sentence->count)
        return;
    size_t at = sentence->words[first].at;

    /* A sign that opens the sentence (¿) stays. */
    if (at >= 2 && (unsigned char)sentence->pick.text[at - 1] == 0xbf && (unsigned char)sentence->pick.text[at - 2] == 0xc2)
        at -= 2;
    sentence->pick.text += at;
    sentence->pick.len -= at;
    sentence->count -= first;
    memmove(sentence->words, sentence->words + first, sentence->count * sizeof *sentence->words);
}

static bool has_mark(const char *text, size_t len)
{
    return memmem(text, len, "?", 1) != NULL || memmem(text, len, "？", strlen("？")) != NULL ||
           memmem(text, len, "¿", strlen("¿")) != NULL;
}

/* Scores */

/* Two syllables, or two signs of a script without blanks, say as much as a word of English. */
static size_t weight(const struct said_word *word)
{
    return word->kind != PLAIN_HANGUL ? 1 : (utf8_count(word->plain, strlen(word->plain)) + 1) / 2;
}

static int score_words(const struct sentence *sentence)
{
    bool asks = said_is(&sentence->words[0], SAID_ASKS_FIRST), wishes = false, has_digit = false, is_word;
    size_t counted = 0;

    for (size_t i = 0; i < sentence->count; i++) {
        const struct said_word *word = &sentence->words[i];

        asks |= said_is(word, SAID_ASKS);
        wishes |= said_is(word, SAID_WISHES);
        has_digit |= word->kind == PLAIN_DIGIT;
        counted += weight(word);
    }
    is_word = counted < 2 || (sentence->count == 1 && counted < CLAUSE_WEIGHT);
    if (counted > WORDS_COUNTED)
        counted = WORDS_COUNTED;
    return asks * QUESTION_WORD + wishes * WISH + has_digit * DIGIT + (int)counted * PER_WORD +
           (is_word ? ONE_WORD : 0);
}

static bool is_address(const struct sentence *sentence)
{
    return strncmp(sentence->words[0].plain, "http", 4) == 0 || strcmp(sentence->words[0].plain, "www") == 0;
}

static bool has_secret(const struct sentence *sentence)
{
    struct buf folded = { 0 }, masked = { 0 };
    bool result;

    fold_text(sentence->pick.text, sentence->pick.len, &folded);
    result = mask_text(buf_text(&folded), folded.len, &masked);
    buf_release(&folded);
    buf_release(&masked);
    return result;
}

static int score(const struct sentence *sentence)
{
    const struct story_text *of = sentence->of;
    int points = score_words(sentence);

    points += sentence->asks ? QUESTION_MARK : 0;
    points += !of->is_answered && strcmp(of->action, "handoff") != 0 ? UNANSWERED : 0;
    points += strcmp(of->action, "step") == 0 && !sentence->asks ? STEP_ANSWER : 0;
    points += strcmp(of->action, "handoff") == 0 ? PERSON_WANTED : 0;
    points += sentence->pick.len > LONG_BYTES ? LONG : 0;
    points += is_address(sentence) ? ADDRESS : 0;
    points += has_secret(sentence) ? SECRET : 0;
    return points;
}

/* Collecting */

static bool is_told_by_the_end(const struct story_text *text)
{
    return strcmp(text->action, "opt_out") == 0 || strcmp(text->action, "opt_in") == 0;
}

static void add_sentence(struct sentences *sentences, const struct story_text *of, size_t place, const char *text, size_t len)
{
    struct said_word words[SAID_WORDS_MAX];
    struct sentence sentence = { .of = of };

    trim(&text, &len);
    sentence.count = said_words(text, len, words);
    if (said_is_courtesy(words, sentence.count))
        return;
    sentence.pick = (struct pick){ .text = text, .len = len, .place = place };
    sentence.words = alloc_array(sentence.count, sizeof *sentence.words);
    memcpy(sentence.words, words, sentence.count * sizeof *words);
    drop_greeting(&sentence);
    sentence.asks = has_mark(sentence.pick.text, sentence.pick.len);
    sentence.pick.score = score(&sentence);
    if (sentences->count == sentences->room) {
        sentences->room = sentences->room == 0 ? 16 : sentences->room * 2;
        sentences->list = alloc_resize(sentences->list, sentences->room, sizeof *sentences->list);
    }
    sentences->list[sentences->count++] = sentence;
}

static void cut(struct sentences *sentences, const struct story_text *text, size_t place, size_t len)
{
    size_t at = 0;

    while (at < len && sentences->looked_at < SENTENCES_MAX) {
        size_t end = sentence_end(text->text, len, at);

        add_sentence(sentences, text, place + at, text->text + at, end - at);
        sentences->looked_at++;
        at = end > at ? end : at + 1;
    }
}

/* From the newest text back. */
static void collect(const struct story *story, struct sentences *sentences)
{
    struct sentence *first = NULL;
    size_t left = PICK_BYTES_MAX;

    for (size_t i = story->text_count; i > 0 && left > 0; i--) {
        const struct story_text *text = &story->texts[i - 1];

        if (text->voice != VOICE_CUSTOMER || is_told_by_the_end(text))
            continue;
        size_t len = utf8_floor(text->text, strlen(text->text), left);

        cut(sentences, text, (i - 1) * PLACES, len);
        left = text->text[len] == '\0' ? left - len : 0;
    }
    for (size_t i = 0; i < sentences->count; i++)
        if (first == NULL || sentences->list[i].pick.place < first->pick.place)
            first = &sentences->list[i];
    if (first != NULL)
        first->pick.score += FIRST;
}

/* Choosing */

/* Korean particles make other words of one. */
static bool is_same_word(const struct said_word *a, const struct said_word *b)
{
    size_t stem = strlen("가나");

    if (a->plain[0] != b->plain[0])
        return false;
    if (a->kind != PLAIN_HANGUL || b->kind != PLAIN_HANGUL || strlen(a->plain) < stem || strlen(b->plain) < stem)
        return strcmp(a->plain, b->plain) == 0;
    return strncmp(a->plain, b->plain, stem) == 0;
}

static bool has_word(const struct sentence *sentence, const struct said_word *word)
{
    for (size_t i = 0; i < sentence->count; i++)
        if (is_same_word(&sentence->words[i], word))
            return true;
    return false;
}

static bool repeats(const struct sentence *a, const struct sentence *b)
{
    const struct sentence *shorter = a->count < b->count ? a : b, *other = shorter == a ? b : a;
    size_t news = 0;

    /* Most are told apart by their first words. */
    for (size_t i = 0; i < shorter->count && news * 10 <= shorter->count * NEWS_TENTHS; i++)
        news += !has_word(other, &shorter->words[i]);
    return news * 10 <= shorter->count * NEWS_TENTHS;
}

/* Of two that tell as much, what was said first. */
static bool is_better(const struct pick *a, const struct pick *b)
{
    return a->score != b->score ? a->score > b->score : a->place < b->place;
}

static const struct sentence *best(const struct sentences *sentences)
{
    const struct sentence *found = NULL;

    for (size_t i = 0; i < sentences->count; i++) {
        const struct sentence *sentence = &sentences->list[i];

        if (!sentence->is_told && (found == NULL || is_better(&sentence->pick, &found->pick)))
            found = sentence;
    }
    return found;
}

static size_t choose(struct sentences *sentences, struct pick picks[PICKS_MAX])
{
    size_t count = 0;

    while (count < PICKS_MAX) {
        const struct sentence *next = best(sentences);

        if (next == NULL || (count > 0 && next->pick.score < LEAST))
            break;
        picks[count++] = next->pick;
        /* Itself among them. */
        for (size_t i = 0; i < sentences->count && count < PICKS_MAX; i++)
            if (!sentences->list[i].is_told)
                sentences->list[i].is_told = repeats(&sentences->list[i], next);
    }
    return count;
}

size_t summary_pick(const struct story *story, struct pick picks[PICKS_MAX])
{
    struct sentences sentences = { 0 };
    size_t count;

    collect(story, &sentences);
    count = choose(&sentences, picks);
    for (size_t i = 0; i < sentences.count; i++)
        free(sentences.list[i].words);
    free(sentences.list);
    return count;
}
