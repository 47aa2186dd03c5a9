/*
 * fuzz_ask: any text as an answer of every kind. The first bytes pick language, country, place and time; the
 * rest is what was typed.
 *
 * An answer is valid UTF-8 within its bounds and has the form of its kind; without one nothing is left
 * behind. A value that is read again, as if a customer had typed it, is itself; a number's with the point that it has.
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "flow/ask.h"

enum { VALUE_MAX = 1000 };

static struct zones *zones;
static struct matcher *matcher;
static struct pattern *pattern;

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int is_true)
{
    if (!is_true)
        abort();
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    struct error error;

    (void)argc;
    (void)argv;
    zones = zones_open(NULL);
    matcher = matcher_new(true);
    pattern = pattern_new("a(?<value>\\w*)b|\\d{2,}", &error);
    return 0;
}

static bool is_evening(void *context, int64_t at)
{
    (void)context;
    return at / 3600000 % 24 >= 12;
}

/* Does the text look like the form, where 0 stands for any digit? */
static bool has_form(const char *text, const char *form)
{
    for (; *text != '\0' && *form != '\0'; text++, form++)
        if (*form == '0' ? *text < '0' || *text > '9' : *text != *form)
            return false;
    return *text == *form;
}

static bool is_number(const char *text)
{
    text += *text == '-';
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 15 || (text[0] == '0' && digits > 1))
        return false;
    text += digits;
    return *text == '\0' ||
           (*text == '.' && strlen(text) > 1 && strspn(text + 1, "0123456789") == strlen(text) - 1);
}

/* From 1900 to 2200, some days of grace. */
static bool is_sane_moment(const char *text)
{
    int64_t moment = strtoll(text, NULL, 10);

    return moment > INT64_C(-2209075200000) - 86400000 && moment < INT64_C(7258118400000) + 5 * 86400000;
}

static bool is_phone(const char *text)
{
    size_t len = strlen(text);

    return text[0] == '+' && len >= 8 && len <= 16 && strspn(text + 1, "0123456789") == len - 1 &&
           text[1] != '0';
}

static void check_form(const struct ask *ask, const struct ask_answer *answer)
{
    const char *value = buf_text(&answer->value);

    switch (ask->kind) {
    case ASK_NUMBER: require(is_number(value)); break;
    case ASK_YES_NO: require(strcmp(value, "0") == 0 || strcmp(value, "1") == 0); break;
    case ASK_CHOICE:
        require(answer->choice < ask->choice_count);
        require(strcmp(value, ask->choices[answer->choice].label) == 0);
        break;
    case ASK_DATE: require(has_form(value, "0000-00-00")); break;
    case ASK_TIME: require(has_form(value, "00:00") && strcmp(value, "23:59") <= 0); break;
    case ASK_DATETIME: require(is_sane_moment(value)); break;
    case ASK_PHONE: require(is_phone(value)); break;
    case ASK_EMAIL: require(strchr(value, '@') != NULL && strpbrk(value, " <>\"") == NULL); break;
    default: break;
    }
    require(answer->is_number ==
            (ask->kind == ASK_NUMBER || ask->kind == ASK_YES_NO || ask->kind == ASK_DATETIME));
}

/* The opening hours may move an hour that was settled by other words; a value alone says nothing of those. */
static void check_again(const struct ask *ask, const struct ask_answer *answer)
{
    struct ask again = *ask;
    struct ask_answer second;

    if (ask->kind == ASK_DATETIME || ask->kind == ASK_PATTERN)
        return;
    again.is_open = NULL;
    if (ask->kind == ASK_NUMBER)
        again.language = "en"; /* a value's point stands before a fraction, where a Spaniard's 7.836 is thousands */
    require(ask_read(&again, buf_text(&answer->value), NULL, &second) == ASK_READ);
    require(strcmp(buf_text(&second.value), buf_text(&answer->value)) == 0);
    require(second.choice == answer->choice);
    ask_answer_release(&second);
}

static void check(const struct ask *ask, const char *text)
{
    struct ask_answer answer;

    matcher_begin(matcher);
    if (ask_read(ask, text, text, &answer) == ASK_NO) {
        require(answer.value.len == 0 && answer.value.data == NULL && !answer.is_number &&
                answer.choice == 0);
        return;
    }
    require(answer.value.len > 0 && answer.value.len <= VALUE_MAX);
    require(strlen(answer.value.data) == answer.value.len);
    require(utf8_is_valid(answer.value.data, answer.value.len));
    if (ask->kind != ASK_MEDIA) {
        check_form(ask, &answer);
        check_again(ask, &answer);
    }
    ask_answer_release(&answer);
}

/* Two bytes a word: which, and whether a blank comes before it. */
static void add_words(const uint8_t *data, size_t size, struct buf *text)
{
    static const char *const WORDS[] = {
        "4",        "9",      "12",       "30",       "31",       "2026",     "03",
        "010",      "1234",   "5678",     "600",      "111",      "222",      "21",
        ".",        ",",      ":",        "/",        "-",        "+",        "@",
        "(",        ")",      "'",        "%",        "?",        "four",     "nine",
        "one",      "twenty", "hundred",  "thousand", "half",     "quarter",  "past",
        "to",       "minus",  "dozen",    "k",        "people",   "and",      "or",
        "not",      "at",     "for",      "am",       "pm",       "p.m.",     "noon",
        "midnight", "oclock", "h",        "today",    "tomorrow", "friday",   "next",
        "this",     "last",   "week",     "march",    "may",      "th",       "the",
        "of",       "in",     "days",     "ago",      "later",    "evening",  "night",
        "morning",  "yes",    "no",       "maybe",    "please",   "ok",       "but",
        "another",  "day",    "second",   "네",       "아니요",   "괜찮아요", "세",
        "개",       "명",     "이요",     "일",       "이",       "십",       "백",
        "만",       "시",     "분",       "반",       "오후",     "저녁",     "밤",
        "새벽",     "내일",   "모레",     "다음",     "주",       "금요일",   "월",
        "년",       "뒤",     "전",       "하루",     "다른",     "날",       "두",
        "번째",     "sí",     "mañana",   "pasado",   "el",       "viernes",  "próximo",
        "que",      "viene",  "de",       "la",       "a",        "las",      "y",
        "media",    "cuarto", "menos",    "una",      "un",       "par",      "doce",
        "hoy",      "noche",  "mediodía", "ana",      "example",  "com",      "ana@example.com",
        "👍",        "👎",      "🏽",     "٤",        "４",       "½",        "⁄",
    };

    for (size_t i = 0; i + 1 < size; i += 2) {
        if (i > 0 && data[i + 1] % 4 != 0)
            buf_add_char(text, ' ');
        buf_add_text(text, WORDS[data[i] % (sizeof WORDS / sizeof WORDS[0])]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const LANGUAGES[] = { "", "en", "ko", "es-MX" };
    static const char *const COUNTRIES[] = { "", "KR", "ES", "US", "GB", "MX", "IT", "RU" };
    static const char *const ZONES[] = { "UTC", "Europe/Madrid", "Asia/Seoul", "America/New_York" };
    static const struct ask_choice CHOICES[] = { { "Yes", NULL },      { "Another day", NULL },
                                                 { "2 people", NULL }, { "다른 날", NULL },
                                                 { "No", NULL },       { "👍", NULL } };
    struct buf text = { 0 };

    if (size < 4)
        return 0;
    struct ask ask = {
        .now = INT64_C(1767225600000) + (int64_t)(data[1] * 256 + data[2]) * 3607000, /* 2026 … 2033 */
        .zone = data[0] & 64 ? NULL : zones_find(zones, ZONES[data[0] & 3]),
        .language = LANGUAGES[data[0] >> 2 & 3],
        .country = COUNTRIES[data[3] & 7],
        .month_first = data[0] & 16,
        .is_open = data[0] & 32 ? is_evening : NULL,
        .pattern = pattern,
        .matcher = matcher,
        .choices = CHOICES,
        .choice_count = sizeof CHOICES / sizeof CHOICES[0],
    };
    if (data[0] & 128)
        add_words(data + 4, size - 4, &text);
    else
        utf8_repair((const char *)data + 4, size - 4, &text);
    for (ask.kind = ASK_NOTHING; ask.kind <= ASK_MEDIA; ask.kind++)
        check(&ask, buf_text(&text));
    buf_release(&text);
    return 0;
}
