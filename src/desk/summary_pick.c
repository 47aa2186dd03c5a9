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
#include "desk/summary_speech.h"
#include "desk/summary_word.h"
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
    LEAST = 6,        /* of a sentence that is quoted */
    LEAST_OF_WORDS = ONE_WORD + PER_WORD, /* where none has it: who sends single words means each */
    LONG_BYTES = 240,
    CLAUSE_WEIGHT = 3, /* what is written without blanks is a word up to here, and a clause from there on */
    NEWS_TENTHS = 3,  /* no more of the words of the shorter one are missing in the other: it is a repetition */
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
    struct sentence *list; /* owned */
    size_t count;
};

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
    return memmem(text, len, "?", 1) != NULL || memmem(text, len, "¿", strlen("¿")) != NULL;
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
    return memmem(sentence->pick.text, sentence->pick.len, MASK_DOTS, strlen(MASK_DOTS)) != NULL;
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

static void add_sentence(struct sentences *sentences, const struct speech_sentence *speech, size_t place)
{
    struct said_word words[SAID_WORDS_MAX];
    struct sentence sentence = { .of = speech->of, .pick = { speech->text, speech->len, .place = place } };

    sentence.count = said_words(speech->text, speech->len, words);
    if (said_is_courtesy(speech->text, speech->len, words, sentence.count))
        return;
    sentence.words = alloc_array(sentence.count, sizeof *sentence.words);
    memcpy(sentence.words, words, sentence.count * sizeof *words);
    drop_greeting(&sentence);
    sentence.asks = has_mark(sentence.pick.text, sentence.pick.len);
    sentence.pick.score = score(&sentence) + (sentences->count == 0 ? FIRST : 0);
    sentences->list[sentences->count++] = sentence;
}

static void collect(const struct speech *speech, struct sentences *sentences)
{
    sentences->list = alloc_array(speech->count > 0 ? speech->count : 1, sizeof *sentences->list);
    for (size_t i = 0; i < speech->count; i++)
        if (!is_told_by_the_end(speech->list[i].of))
            add_sentence(sentences, &speech->list[i], i);
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
    int least = best(sentences) != NULL && best(sentences)->pick.score >= LEAST ? LEAST : LEAST_OF_WORDS;
    size_t count = 0;

    while (count < PICKS_MAX) {
        const struct sentence *next = best(sentences);

        if (next == NULL || (count > 0 && next->pick.score < least))
            break;
        picks[count++] = next->pick;
        /* Itself among them. */
        for (size_t i = 0; i < sentences->count && count < PICKS_MAX; i++)
            if (!sentences->list[i].is_told)
                sentences->list[i].is_told = repeats(&sentences->list[i], next);
    }
    return count;
}

size_t summary_pick(const struct speech *speech, struct pick picks[PICKS_MAX])
{
    struct sentences sentences = { 0 };
    size_t count;

    collect(speech, &sentences);
    count = choose(&sentences, picks);
    for (size_t i = 0; i < sentences.count; i++)
        free(sentences.list[i].words);
    free(sentences.list);
    return count;
}
