/*
 * gather: which questions are one, what is masked in them, and what stays true when there are too many.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ctl/show.h"
#include "text/fold.h"
#include "text/gather.h"

static void add(struct gather *gather, const char *text, int64_t number)
{
    gather_add(gather, text, strlen(text), number);
}

static void what_differs_in_typing_alone_is_one_question(void **state)
{
    static const char *const SAME[] = { "Is there parking?", "is there PARKING", "  is   there\nparking ??",
                                        "…is there parking!", "Ïs thére parking" };
    struct gather *gather = gather_new(100);
    struct gathered list[3];

    (void)state;
    for (int i = 0; i < 5; i++)
        add(gather, SAME[i], i + 1);
    add(gather, "주차 되나요?", 7);
    add(gather, "주차되나요", 8);
    add(gather, "is there a park", 9);
    assert_int_equal(gather_top(gather, list, 3), 3);
    assert_int_equal(list[0].count, 5);
    assert_string_equal(list[0].text, "Ïs thére parking");
    assert_int_equal(list[0].number, 5);
    assert_int_equal(list[1].count, 2);
    assert_string_equal(list[1].text, "주차되나요");
    assert_int_equal(list[2].count, 1);
    assert_int_equal(gather_kinds(gather), 3);
    assert_int_equal(gather_slack(gather), 0);
    gather_free(gather);
}

static void of_equals_the_newest_is_first(void **state)
{
    struct gather *gather = gather_new(100);
    struct gathered list[2];

    (void)state;
    add(gather, "one", 5);
    add(gather, "two", 9);
    add(gather, "three", 7);
    assert_int_equal(gather_top(gather, list, 2), 2);
    assert_string_equal(list[0].text, "two");
    assert_string_equal(list[1].text, "three");
    gather_free(gather);
}

static void an_older_message_that_comes_later_is_not_the_newest(void **state)
{
    struct gather *gather = gather_new(100);
    struct gathered list[1];

    (void)state;
    add(gather, "Parking?", 9);
    add(gather, "parking", 3);
    gather_top(gather, list, 1);
    assert_int_equal(list[0].count, 2);
    assert_int_equal(list[0].number, 9);
    assert_string_equal(list[0].text, "Parking?");
    gather_free(gather);
}

static void what_is_somebodys_own_is_dots(void **state)
{
    static const struct {
        const char *text, *masked;
    } CASES[] = {
        { "call me at +82 10-1234-5678 please", "call me at •••• please" },
        { "(212) 555-0100", "••••" },
        { "where is order 12345?", "where is order ••••?" },
        { "a table for 4 at 18:30", "a table for 4 at 18:30" },
        { "1234 is my pin", "1234 is my pin" },
        { "write to ana.b+shop@mail.example.com, ok", "write to ••••, ok" },
        { "안녕 가나@예시.한국", "안녕 ••••" },
        { "me@home", "me@home" },
        { "card 4111 1111 1111 1111", "card •••• 1111" },
        { "@ana and a@", "@ana and a@" },
        { "", "" },
        { "+", "+" },
        { "- 5 - 4 - 3 -", "- 5 - 4 - 3 -" },
        { "2026.05.12", "••••" },
    };
    struct buf out = { 0 };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        buf_clear(&out);
        gather_mask(CASES[i].text, strlen(CASES[i].text), &out);
        assert_string_equal(buf_text(&out), CASES[i].masked);
    }
    buf_release(&out);
}

static void numbers_do_not_part_questions(void **state)
{
    struct gather *gather = gather_new(100);
    struct gathered list[2];

    (void)state;
    add(gather, "where is my parcel 99-4711-22", 1);
    add(gather, "Where is my parcel 55123?", 2);
    assert_int_equal(gather_top(gather, list, 2), 1);
    assert_int_equal(list[0].count, 2);
    assert_string_equal(list[0].text, "Where is my parcel ••••?");
    gather_free(gather);
}

/* Signs alone are told apart by themselves; what cannot be seen at all is one question without a text. */
static void texts_without_letters_are_kept_too(void **state)
{
    struct gather *gather = gather_new(100);
    struct gathered list[4];

    (void)state;
    add(gather, "???", 1);
    add(gather, "???", 2);
    add(gather, "🎂", 3);
    add(gather, "\xe2\x80\x8b", 4);
    add(gather, "", 5);
    assert_int_equal(gather_top(gather, list, 4), 3);
    assert_string_equal(list[0].text, "");
    assert_string_equal(list[1].text, "???");
    assert_string_equal(list[2].text, "🎂");
    gather_free(gather);
}

/* What is let go was rare: who came more often than the slack is there, and nobody's count is too high or lacks more. */
static void too_many_questions_make_counts_low_by_the_slack_at_most(void **state)
{
    enum { ROOM = 50, KINDS = 400, ROUNDS = 40 };
    struct gather *gather = gather_new(ROOM);
    struct gathered list[ROOM];
    int64_t asked[KINDS] = { 0 };
    char text[40];
    size_t count;
    bool is_listed[KINDS] = { false };

    (void)state;
    for (int round = 0; round < ROUNDS; round++)
        for (int kind = 0; kind < KINDS; kind++)
            if (kind < 5 || (round * 7 + kind) % 13 == 0) {
                snprintf(text, sizeof text, "question %c%c%c", 'a' + kind % 26, 'a' + kind / 26 % 26, 'a' + kind % 7);
                add(gather, text, ++asked[kind] + kind * 1000);
            }
    count = gather_top(gather, list, ROOM);
    assert_true(count <= ROOM);
    assert_true(gather_slack(gather) > 0);
    for (size_t i = 0; i < count; i++) {
        int64_t kind = list[i].number / 1000;

        is_listed[kind] = true;
        assert_true(list[i].count <= asked[kind]);
        assert_true(list[i].count + gather_slack(gather) >= asked[kind]);
    }
    for (int kind = 0; kind < KINDS; kind++)
        assert_true(is_listed[kind] || asked[kind] <= gather_slack(gather));
    for (int i = 0; i < 5; i++)
        assert_true(list[i].number / 1000 < 5);
    gather_free(gather);
}

static void shown_texts_are_short_and_harmless(void **state)
{
    static const char *const HOSTILE[] = {
        "\x1b]52;c;ZXZpbA==\a", "a\r\nb\tc", "\xc2\x9b" "31m",         "\xe2\x80\xae" "txt.exe",
        "\xe2\x80\xa8line",      "=cmd()",     "'; DROP TABLE x; --",
    };
    struct gather *gather = gather_new(100);
    struct gathered list[20];
    struct buf longest = { 0 }, shown = { 0 };
    size_t count;

    (void)state;
    for (int i = 0; i < 5000; i++)
        buf_add_text(&longest, i % 2 == 0 ? "가" : "👩‍👩‍👧");
    add(gather, buf_text(&longest), 1);
    for (size_t i = 0; i < sizeof HOSTILE / sizeof *HOSTILE; i++)
        add(gather, HOSTILE[i], (int64_t)i + 2);
    count = gather_top(gather, list, 20);
    assert_int_equal(count, 1 + sizeof HOSTILE / sizeof *HOSTILE);
    for (size_t i = 0; i < count; i++) {
        buf_clear(&shown);
        show_text(list[i].text, strlen(list[i].text), SHOW_CELL, &shown);
        assert_string_equal(buf_text(&shown), list[i].text);
        assert_true(strlen(list[i].text) <= GATHER_SHOWN_MAX);
    }
    buf_release(&longest);
    buf_release(&shown);
    gather_free(gather);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_differs_in_typing_alone_is_one_question),
        cmocka_unit_test(of_equals_the_newest_is_first),
        cmocka_unit_test(an_older_message_that_comes_later_is_not_the_newest),
        cmocka_unit_test(what_is_somebodys_own_is_dots),
        cmocka_unit_test(numbers_do_not_part_questions),
        cmocka_unit_test(texts_without_letters_are_kept_too),
        cmocka_unit_test(too_many_questions_make_counts_low_by_the_slack_at_most),
        cmocka_unit_test(shown_texts_are_short_and_harmless),
    };

    return cmocka_run_group_tests_name("gather", tests, NULL, NULL);
}
