/*
 * ask: what a customer typed, read as an answer of a type. What a flow's step asks for is one of these; the
 * step's name becomes a variable with the value.
 *
 *     kind       what is read (examples)                                      value of the variable
 *     text       anything but blanks                                          as typed, ends trimmed, ≤ 1,000 bytes
 *     number     "4", "four", "4 people", "1.234,5", "세 개", "3개", "٤", "IV"? no  a number
 *     yes_no     "yep", "of course", "👍", "네", "sí", "no thanks", "아니요"        1 or 0, a number
 *     choice     its number, its label, its words, the start of one label       the label
 *     date       "tomorrow", "friday", "12/03", "3월 12일", "12 de marzo"        2026-03-12, text
 *     time       "9", "9pm", "21:30", "half past nine", "오후 3시 반"             21:30, text
 *     datetime   both of them in one message                                   unix milliseconds, a number
 *     phone      "010-1234-5678", "+1 (415) 555-0100"                          E.164: +14155550100, text
 *     email      "Ana <ana@example.com>", "my mail is ana@example.com"         ana@example.com, text
 *     pattern    a match of the step's pattern in the folded text              the group `value`, else the match
 *     media      a picture or file that came with the message                  its first address, text
 *
 * What is not clearly an answer is not one: ASK_NO. A text may hold words around the answer where that leaves no doubt
 * ("for 4 people please"); two different answers in it ("4 or 5") are ASK_NO too. Languages: English, Korean and
 * Spanish words, whatever the contact's language is; that language only settles what is ambiguous.
 *
 * Dates and times are read in `zone`, relative to `now`. A day without a year, and a weekday, is the next one from today
 * on; "12/03" is 12 March unless month_first; a day that does not exist (30 February) is ASK_NO. An hour from 1 to 12
 * without am or pm ("at 9") is the one of the two readings at which `is_open` holds on that day; if both or none hold,
 * the one that is still to come, else as written on a 24-hour clock.
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
    const char *country;           /* of numbers without a prefix: two capital letters; "" unknown */
    bool month_first;              /* 12/03 is 3 December */
    bool (*is_open)(void *context, int64_t at); /* NULL: always */
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
