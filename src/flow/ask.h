/*
 * ask: what a customer typed, read as an answer of a type. What a flow's step asks for is one of these; the
 * step's name becomes a variable with the value.
 *
 *     kind       what is read (examples)                                      value of the variable
 *     text       anything but blanks                                          as typed, ends trimmed, ≤ 1,000 bytes
 *     number     "4", "four", "we are 4", "1.234,5", "세 개", "3개", "٤"        4 or 1234.5, a number
 *     yes_no     "yep", "of course", "👍", "네", "sí", "no thanks", "아니요"    1 or 0, a number
 *     choice     its number, its label, its words, the start of one label     the label
 *     date       "tomorrow", "friday", "12/03", "3월 12일", "12 de marzo"     2026-03-12, text
 *     time       "9", "9pm", "21:30", "half past nine", "오후 3시 반"          21:30, text
 *     datetime   both of them in one message, or "in two hours", "now"        unix milliseconds, a number
 *     phone      "010-1234-5678", "+1 (415) 555-0100"                         E.164: +14155550100, text
 *     email      "Ana <ana@example.com>", "my mail is ana@example.com"        ana@example.com, text
 *     pattern    a match of the step's pattern in the folded text             the group `value`, else the match
 *     media      a picture or file that came with the message                 its first address, text
 *
 * What is not clearly an answer is not one: ASK_NO. A text may hold words around the answer where that leaves no doubt
 * ("for 4 people please"); two different answers in it ("4 or 5"), a denial ("not friday"), an approximation ("at
 * least 4", "after 5"), a question of the customer ("what time do you close?") and more than 1,000 bytes are ASK_NO
 * too. Languages: English, Korean and Spanish words, whatever the contact's language is; that language only settles
 * what is ambiguous (1.234; 3/12, where Koreans put the month first; "once", which is 11 in Spanish).
 *
 * Numbers have at most 15 digits, 6 of them behind the point. "A couple" is 2, "just me" 1, "nobody" 0, ★★★★ 4. Days, times,
 * telephone numbers and codes (B12) in the text are no numbers. Yes and no: 괜찮아요, 됐어요 and "I'm good" may be either,
 * and alone are neither.
 *
 * Dates and times are read in `zone`, relative to `now`. A day without a year is the next one from today on, and so is
 * a weekday; "next friday" and 다음 주 금요일 are the Friday of next week (weeks begin on Monday), "el próximo viernes"
 * the first one after today. "12/03" is 12 March unless month_first, or unless only the other way is a day; a day that
 * does not exist (30 February), or is not the weekday that was said with it, is ASK_NO. Days and times of the past are
 * read too ("yesterday", "today at 9"): the step's accept_if judges them. Only a weekday that is today goes to next
 * week when its time is over.
 *
 * An hour from 1 to 12 without am or pm ("at 9") is the one of the two readings at which `is_open` holds on that day
 * (without a day: on the first of seven that decides it); if both or none hold, the one that is still to come, else as
 * written on a 24-hour clock. "10:30" is not put off to the evening for being past, and "09:30" is never guessed. The
 * night goes on behind midnight: "friday midnight" and "friday 1 at night" are moments of Saturday, "friday 00:00" is
 * not. A time that the clock leaves out is the moment at which it goes on.
 *
 * Pure; the matcher belongs to the calling thread.
 */
#ifndef FLOW_ASK_H
#define FLOW_ASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/zone.h"
#include "text/pattern.h"

enum ask_kind {
    ASK_NOTHING, /* the step puts no question */
    ASK_TEXT,
    ASK_NUMBER,
    ASK_YES_NO,
    ASK_CHOICE,
    ASK_DATE,
    ASK_TIME,
    ASK_DATETIME,
    ASK_PHONE,
    ASK_EMAIL,
    ASK_PATTERN,
    ASK_MEDIA
};

/* As they are typed in the column `ask`, by enum ask_kind ("" for ASK_NOTHING), NULL-terminated. */
extern const char *const ask_names[];

struct ask_choice { /* borrowed */
    const char *label;           /* rendered */
    const struct pattern *words; /* of a list of words; NULL: none */
};

struct ask { /* borrowed */
    enum ask_kind kind;
    int64_t now;
    const struct zone *zone;       /* NULL: UTC */
    const char *language;          /* the contact's; "" unknown */
    const char *country;           /* of phone numbers without a prefix: two capital letters; "" unknown */
    bool month_first;              /* 12/03 is 3 December */
    bool (*is_open)(void *context, int64_t at);     /* NULL: always */
    bool (*is_open_on)(void *context, int64_t day); /* at some time of that day (base/calendar.h). NULL: always */
    void *context;
    const struct pattern *pattern; /* ASK_PATTERN */
    struct matcher *matcher;       /* ASK_PATTERN, ASK_CHOICE */
    const struct ask_choice *choices;
    size_t choice_count;
};

enum ask_result { ASK_NO, ASK_READ };

struct ask_answer { /* zero value or a released one goes in */
    struct buf value;
    bool is_number;
    size_t choice; /* ASK_CHOICE: which */
};

/* `text` as typed, valid UTF-8; `media` a JSON array of addresses, or NULL. On ASK_NO *answer is empty. */
enum ask_result ask_read(const struct ask *ask, const char *text, const char *media, struct ask_answer *answer);
void ask_answer_release(struct ask_answer *answer);

#endif
