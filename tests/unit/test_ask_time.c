/*
 * ask_clock, ask_when: what time, and which moment. Where nothing else is said, it is Tuesday, 12 May 2026,
 * nine in the morning in Madrid, and the hours of business say nothing.
 */
#include "ask_table.h"

static struct zones *zones;

static const struct zone *madrid(void)
{
    return zones_find(zones, "Europe/Madrid");
}

static int64_t moment(int year, int month, int day, int hour, int minute)
{
    const struct zone_time local = {
        .year = year, .month = month, .day = day, .hour = hour, .minute = minute
    };

    return zone_moment(madrid(), &local);
}

static struct ask question(enum ask_kind kind, const char *language)
{
    return (
        struct ask){ .kind = kind, .language = language, .zone = madrid(), .now = moment(2026, 5, 12, 9, 0) };
}

/* Opening hours for tests: from … to on the wall clock; closed on Mondays. A `to` past 24 is the next day's.
 */
struct hours {
    int from, to;
};

static bool is_open(void *context, int64_t at)
{
    const struct hours *hours = context;
    struct zone_time local;

    zone_local(madrid(), at, &local);
    bool is_early = local.hour + 24 < hours->to;
    int weekday = is_early ? (local.weekday + 6) % 7 : local.weekday;
    return weekday != 1 && (is_early || (local.hour >= hours->from && local.hour < hours->to));
}

static void test_times_that_leave_no_choice(void **state)
{
    struct ask ask = question(ASK_TIME, "en");
    static const struct typed ROWS[] = {
        { "21", "21:00" },
        { "0", "00:00" },
        { "21:30", "21:30" },
        { "21:30:15", "21:30" },
        { "09:30", "09:30" },
        { "00:15", "00:15" },
        { "24:00", "00:00" },
        { "２１：３０", "21:30" },
        { "21.30", "21:30" },
        { "21h30", "21:30" },
        { "21h", "21:00" },
        { "21 hs", "21:00" },
        { "21:30h", "21:30" },
        { "2130", "21:30" },
        { "0930", "09:30" },
        { "9pm", "21:00" },
        { "9 pm", "21:00" },
        { "9 P.M.", "21:00" },
        { "9p.m.", "21:00" },
        { "9am", "09:00" },
        { "9:30pm", "21:30" },
        { "9.30pm", "21:30" },
        { "9:30 in the evening", "21:30" },
        { "12am", "00:00" },
        { "12pm", "12:00" },
        { "12:30 am", "00:30" },
        { "nine in the evening", "21:00" },
        { "7 in the morning", "07:00" },
        { "3 in the afternoon", "15:00" },
        { "11 at night", "23:00" },
        { "12 at night", "00:00" },
        { "1 at night", "01:00" },
        { "this evening at 8", "20:00" },
        { "tonight at 8", "20:00" },
        { "noon", "12:00" },
        { "at noon please", "12:00" },
        { "midnight", "00:00" },
        { "half past nine pm", "21:30" },
        { "quarter to 8 in the evening", "19:45" },
        { "in 2 hours", "11:00" },
        { "in half an hour", "09:30" },
        { "in an hour and a half", "10:30" },
        { "now", "09:00" },
        { "21:30 for 4 people", "21:30" },
        { "오후 3시", "15:00" },
        { "오후3시요", "15:00" },
        { "오후 3시 반", "15:30" },
        { "저녁 7시 반", "19:30" },
        { "저녁 7시반이요", "19:30" },
        { "오전 10시 30분", "10:30" },
        { "오전 12시", "00:00" },
        { "새벽 2시", "02:00" },
        { "밤 10시", "22:00" },
        { "밤 12시", "00:00" },
        { "밤 1시", "01:00" },
        { "점심 12시", "12:00" },
        { "낮 2시", "14:00" },
        { "오후 세시", "15:00" },
        { "15시", "15:00" },
        { "15시 5분", "15:05" },
        { "15시 5분 전", "14:55" },
        { "19시쯤이요", "19:00" },
        { "정오", "12:00" },
        { "자정", "00:00" },
        { "1시간 30분 뒤", "10:30" },
        { "30분 뒤요", "09:30" },
        { "지금", "09:00" },
        { "las 9 de la noche", "21:00" },
        { "a las nueve y media de la noche", "21:30" },
        { "9 de la mañana", "09:00" },
        { "12 de la mañana", "12:00" },
        { "12 del mediodía", "12:00" },
        { "a mediodía", "12:00" },
        { "a medianoche", "00:00" },
        { "5 de la tarde", "17:00" },
        { "a las 3 de la madrugada", "03:00" },
        { "a las 21", "21:00" },
        { "a las 21 horas", "21:00" },
        { "21 horas", "21:00" },
        { "las veintiuna", "21:00" },
        { "en media hora", "09:30" },
        { "dentro de 2 horas", "11:00" },
    };
    (void)state;
    CHECK_TABLE(&ask, ROWS);
}

/* At nine in the morning without opening hours: what is over today is in the evening, the rest as written. */
static void test_times_of_either_half_of_the_day(void **state)
{
    struct ask ask = question(ASK_TIME, "en");
    static const struct typed ROWS[] = {
        { "11", "11:00" },
        { "9", "21:00" },
        { "at 8", "20:00" },
        { "eight", "20:00" },
        { "eight o'clock", "20:00" },
        { "10 o'clock sharp", "10:00" },
        { "around 8", "20:00" },
        { "8ish", "20:00" },
        { "for 8", "20:00" },
        { "8:30", "20:30" },
        { "8.30", "20:30" },
        { "8 30", "20:30" },
        { "830", "20:30" },
        { "12", "12:00" },
        { "12:30", "12:30" },
        { "10:30", "10:30" },
        { "half past eight", "20:30" },
        { "half eight", "20:30" },
        { "quarter past 8", "20:15" },
        { "a quarter after eight", "20:15" },
        { "quarter to nine", "20:45" },
        { "ten past eight", "20:10" },
        { "10 past 8", "20:10" },
        { "ten minutes to nine", "20:50" },
        { "twenty to nine", "20:40" },
        { "twenty-five past ten", "10:25" },
        { "ten to one", "12:50" },
        { "eight thirty", "20:30" },
        { "ten fifteen", "10:15" },
        { "3시", "15:00" },
        { "세 시", "15:00" },
        { "세시 반이요", "15:30" },
        { "3시 30분", "15:30" },
        { "열두 시", "12:00" },
        { "열한시 십오분", "11:15" },
        { "a las ocho", "20:00" },
        { "sobre las ocho", "20:00" },
        { "a las ocho y media", "20:30" },
        { "ocho y cuarto", "20:15" },
        { "8 y diez", "20:10" },
        { "las nueve menos cuarto", "20:45" },
        { "nueve menos diez", "20:50" },
        { "cuarto para las nueve", "20:45" },
        { "diez para las nueve", "20:50" },
        { "a la una", "13:00" },
        { "la una", "13:00" },
        { "a las once", "11:00" },
        { "a las 10 en punto", "10:00" },
    };
    (void)state;
    CHECK_TABLE(&ask, ROWS);
}

static void test_what_is_no_time(void **state)
{
    struct ask ask = question(ASK_TIME, "en");
    static const struct typed ROWS[] = {
        { "2 or 3pm", NULL },
        { "2-3pm", NULL },
        { "from 3 to 5", NULL },
        { "between 8 and 9", NULL },
        { "5 to 9", NULL },
        { "after 5", NULL },
        { "before 9pm", NULL },
        { "not 9", NULL },
        { "any time", NULL },
        { "in the evening", NULL },
        { "tomorrow", NULL },
        { "friday", NULL },
        { "9:75", NULL },
        { "25:00", NULL },
        { "24:30", NULL },
        { "15 am", NULL },
        { "13 in the morning", NULL },
        { "12 in the morning", NULL },
        { "99", NULL },
        { "12345", NULL },
        { "4 people", NULL },
        { "table 9 4", NULL },
        { "3 hours", NULL },
        { "9 9 9", NULL },
        { "8am or 8pm", NULL },
        { "morning or evening at 8", NULL },
        { "what time do you close?", NULL },
        { "9 euros", NULL },
        { "5시 이후", NULL },
        { "5시 후에요", NULL },
        { "5시 전", NULL },
        { "3시나 4시", NULL },
        { "3시~5시", NULL },
        { "3시 아니면 4시", NULL },
        { "3명", NULL },
        { "3시간", NULL },
        { "몇 시까지 해요?", NULL },
        { "오전 13시", NULL },
        { "네", NULL },
        { "a las 8 o a las 9", NULL },
        { "de 8 a 9", NULL },
        { "después de las 8", NULL },
        { "a las 9 no puedo", NULL },
        { "¿a qué hora abren?", NULL },
        { "por la mañana", NULL },
        { "", NULL },
    };
    (void)state;
    CHECK_TABLE(&ask, ROWS);
}

static void test_opening_hours_choose_the_half(void **state)
{
    struct ask ask = question(ASK_TIME, "en");
    struct hours evening = { 18, 24 }, morning = { 8, 14 }, night = { 20, 26 };
    static const struct typed EVENING[] = {
        { "9", "21:00" },     { "11", "23:00" },  { "10:30", "22:30" },
        { "09:30", "09:30" }, { "9am", "09:00" }, { "12", "12:00" },
        { "at 7", "19:00" },  { "7시", "19:00" }, { "10", "22:00" },
    };
    static const struct typed MORNING[] = {
        { "9", "09:00" }, { "8:30", "08:30" }, { "12", "12:00" }, { "1", "13:00" }, { "7", "19:00" },
    };
    static const struct typed NIGHT[] = {
        { "12", "00:00" }, { "1", "01:00" },     { "half past twelve", "00:30" },
        { "9", "21:00" },  { "12:30", "00:30" },
    };
    (void)state;
    ask.is_open = is_open;
    ask.context = &evening;
    CHECK_TABLE(&ask, EVENING);
    ask.now = moment(2026, 5, 11, 23,
                     0); /* a Monday, closed: the days after it say that nine is in the evening */
    CHECK_TABLE(&ask, EVENING);
    ask.now = moment(2026, 5, 12, 9, 0);
    ask.context = &morning;
    CHECK_TABLE(&ask, MORNING);
    ask.context = &night;
    CHECK_TABLE(&ask, NIGHT);
}

static void test_moments(void **state)
{
    struct ask ask = question(ASK_DATETIME, "en");
    static const struct typed ROWS[] = {
        { "friday at 21:00", "2026-05-15 21:00" },
        { "friday 9pm", "2026-05-15 21:00" },
        { "9pm friday", "2026-05-15 21:00" },
        { "at 9pm on friday please", "2026-05-15 21:00" },
        { "friday at 9", "2026-05-15 09:00" },
        { "friday 9", "2026-05-15 09:00" },
        { "tomorrow 3pm", "2026-05-13 15:00" },
        { "tomorrow morning at 9", "2026-05-13 09:00" },
        { "tomorrow evening at 8", "2026-05-13 20:00" },
        { "8 tomorrow evening", "2026-05-13 20:00" },
        { "saturday 21:30", "2026-05-16 21:30" },
        { "sat, 9.30 pm", "2026-05-16 21:30" },
        { "friday 9.30", "2026-05-15 09:30" },
        { "15.5. 19.30", "2026-05-15 19:30" },
        { "15.5 at 19:30", "2026-05-15 19:30" },
        { "next friday half past nine in the evening", "2026-05-22 21:30" },
        { "tonight at 8", "2026-05-12 20:00" },
        { "later today at 8pm, many thanks", "2026-05-12 20:00" },
        { "today at noon", "2026-05-12 12:00" },
        { "2026-05-15 21:30", "2026-05-15 21:30" },
        { "2026-05-15T21:30:00", "2026-05-15 21:30" },
        { "15/05 21h30", "2026-05-15 21:30" },
        { "15/05/2026, 9pm", "2026-05-15 21:00" },
        { "March 12th 9pm", "2027-03-12 21:00" },
        { "the 20th at 8pm", "2026-05-20 20:00" },
        { "friday the 15th at 8pm", "2026-05-15 20:00" },
        { "friday 15 at 8pm", "2026-05-15 20:00" },
        { "3 days from now at 10am", "2026-05-15 10:00" },
        { "This Friday at 7:30 pm for 4 people please", "2026-05-15 19:30" },
        { "Can we do Friday 15th May at 7pm?", "2026-05-15 19:00" },
        { "18:30 on June 3rd", "2026-06-03 18:30" },
        { "13h sunday", "2026-05-17 13:00" },
        { "a week from today at 8pm", "2026-05-19 20:00" },
        { "a week from friday at 8pm", NULL },
        { "friday at 9pm for 4", "2026-05-15 21:00" },
        { "4 people, friday at 9pm", "2026-05-15 21:00" },
        { "friday 2130", "2026-05-15 21:30" },
        { "in 2 hours", "2026-05-12 11:00" },
        { "now", "2026-05-12 09:00" },
        { "내일 오후 3시", "2026-05-13 15:00" },
        { "내일 오후 3시요", "2026-05-13 15:00" },
        { "오후 3시 내일", "2026-05-13 15:00" },
        { "내일 저녁에 7시쯤 4명이요", "2026-05-13 19:00" },
        { "금요일 저녁 7시 반", "2026-05-15 19:30" },
        { "다음 주 토요일 19시", "2026-05-23 19:00" },
        { "5월 20일 오후 2시 30분", "2026-05-20 14:30" },
        { "20일 14시", "2026-05-20 14:00" },
        { "모레 정오", "2026-05-14 12:00" },
        { "2시간 뒤", "2026-05-12 11:00" },
        { "mañana a las 21:30", "2026-05-13 21:30" },
        { "mañana a las nueve y media de la noche", "2026-05-13 21:30" },
        { "mañana por la mañana a las 9", "2026-05-13 09:00" },
        { "a las 9 de la mañana, mañana", "2026-05-13 09:00" },
        { "pasado mañana a mediodía", "2026-05-14 12:00" },
        { "el viernes a las 21", "2026-05-15 21:00" },
        { "viernes 15 a las 21 h", "2026-05-15 21:00" },
        { "el próximo lunes a las 5 de la tarde", "2026-05-18 17:00" },
        { "esta noche a las 9", "2026-05-12 21:00" },
        { "el 20 a las 20:00", "2026-05-20 20:00" },
        { "hoy a las once de la noche", "2026-05-12 23:00" },
        { "friday", NULL },
        { "9pm", NULL },
        { "tomorrow evening", NULL },
        { "friday or saturday at 9", NULL },
        { "friday at 8 or 9", NULL },
        { "friday 8-9pm", NULL },
        { "friday after 9", NULL },
        { "friday 9 for 4", NULL }, /* at nine, or nine of them? */
        { "el viernes 15", NULL },  /* a date, and no time */
        { "friday the 16th at 8pm", NULL },
        { "friday at 25:00", NULL },
        { "not friday at 9", NULL },
        { "next week at 9", NULL },
        { "2026-05-15T21:30:00Z", NULL },
        { "are you open friday at 9?", NULL },
        { "금요일 아니면 토요일 7시", NULL },
        { "내일", NULL },
        { "3시", NULL },
        { "mañana por la mañana", NULL },
        { "", NULL },
    };
    (void)state;
    CHECK_TABLE(&ask, ROWS);
}

/* The day's own hours: a restaurant that opens in the evening, closed on Mondays. */
static void test_at_nine_is_read_by_the_hours_of_that_day(void **state)
{
    struct ask ask = question(ASK_DATETIME, "en");
    struct hours evening = { 18, 24 }, all_day = { 0, 24 };
    static const struct typed EVENING[] = {
        { "friday at 9", "2026-05-15 21:00" },   { "friday 9", "2026-05-15 21:00" },
        { "saturday 9:30", "2026-05-16 21:30" }, { "el viernes a las 9", "2026-05-15 21:00" },
        { "금요일 7시", "2026-05-15 19:00" },    { "friday 10:30", "2026-05-15 22:30" },
        { "friday 09:30", "2026-05-15 09:30" },  { "friday 9am", "2026-05-15 09:00" },
        { "monday at 9", "2026-05-18 09:00" }, /* closed at both: as written */
        { "friday at 3", "2026-05-15 03:00" },
    };
    static const struct typed ALL_DAY[] = {
        { "today at 3", "2026-05-12 15:00" }, /* three in the morning is over */
        { "today at 10", "2026-05-12 10:00" },
        { "friday at 3", "2026-05-15 03:00" },
    };
    (void)state;
    ask.is_open = is_open;
    ask.context = &evening;
    CHECK_TABLE(&ask, EVENING);
    ask.context = &all_day;
    CHECK_TABLE(&ask, ALL_DAY);
}

/* What was said is read, though it is past; but nobody books last Tuesday with "tuesday". */
static void test_moments_of_the_past(void **state)
{
    struct ask ask = question(ASK_DATETIME, "en");
    static const struct typed ROWS[] = {
        { "today at 15:00", "2026-05-12 15:00" },
        { "today at 3pm", "2026-05-12 15:00" },
        { "today at 9", "2026-05-12 21:00" },
        { "today at 12", "2026-05-12 12:00" },
        { "tuesday at 3pm", "2026-05-19 15:00" },
        { "this tuesday at 9pm", "2026-05-12 21:00" },
        { "tuesday 12 may at 3pm", "2026-05-12 15:00" },
        { "yesterday at 3pm", "2026-05-11 15:00" },
        { "last friday at 3pm", "2026-05-08 15:00" },
        { "30 minutes ago", "2026-05-12 17:30" },
    };
    (void)state;
    ask.now = moment(2026, 5, 12, 18, 0);
    CHECK_TABLE(&ask, ROWS);
}

static void test_around_midnight(void **state)
{
    struct ask ask = question(ASK_DATETIME, "en");
    struct hours night = { 20, 26 };
    static const struct typed ROWS[] = {
        { "friday at midnight", "2026-05-16 00:00" },
        { "friday 24:00", "2026-05-16 00:00" },
        { "friday 00:00", "2026-05-15 00:00" },
        { "friday 12am", "2026-05-15 00:00" },
        { "friday 12pm", "2026-05-15 12:00" },
        { "friday 12 at night", "2026-05-16 00:00" },
        { "friday 1 at night", "2026-05-16 01:00" },
        { "friday 00:30", "2026-05-15 00:30" },
        { "tonight at 00:30", "2026-05-13 00:30" },
        { "tonight at 1", "2026-05-13 01:00" },
        { "금요일 밤 12시", "2026-05-16 00:00" },
        { "금요일 밤 1시", "2026-05-16 01:00" },
        { "금요일 새벽 1시", "2026-05-15 01:00" },
        { "금요일 자정", "2026-05-16 00:00" },
        { "el viernes a medianoche", "2026-05-16 00:00" },
        { "31/12 at midnight", "2027-01-01 00:00" },
        { "friday at 12", "2026-05-15 12:00" },
    };
    static const struct typed NIGHT[] = {
        { "friday at 12", "2026-05-16 00:00" },
        { "friday at half past twelve", "2026-05-16 00:30" },
        { "friday at 9", "2026-05-15 21:00" },
    };
    (void)state;
    CHECK_TABLE(&ask, ROWS);
    ask.is_open = is_open;
    ask.context = &night;
    CHECK_TABLE(&ask, NIGHT);
}

/* Madrid's clocks leave out 02:00-03:00 on 29 March 2026, and have it twice on 25 October. */
static void test_when_the_clock_is_changed(void **state)
{
    struct ask ask = question(ASK_DATETIME, "en");
    struct ask_answer answer;
    static const struct typed SPRING[] = {
        { "tomorrow at 02:30", "2026-03-29 03:00" },
        { "tomorrow at 03:30", "2026-03-29 03:30" },
        { "tomorrow at 21:00", "2026-03-29 21:00" },
        { "in 24 hours", "2026-03-29 19:00" }, /* the day has 23 of them */
        { "in 1 day at 18:00", "2026-03-29 18:00" },
    };
    (void)state;
    ask.now = moment(2026, 3, 28, 18, 0);
    CHECK_TABLE(&ask, SPRING);
    ask.now = moment(2026, 10, 24, 18, 0);
    assert_int_equal(ask_read(&ask, "tomorrow at 02:30", NULL, &answer), ASK_READ);
    assert_string_equal(buf_text(&answer.value), "1792888200000"); /* 00:30 UTC, the first of the two */
    ask_answer_release(&answer);
}

static void test_a_moment_is_a_number_and_a_time_is_text(void **state)
{
    struct ask ask = question(ASK_DATETIME, "en");
    struct ask_answer answer;

    (void)state;
    ask.zone = NULL; /* UTC */
    assert_int_equal(ask_read(&ask, "2026-05-15 21:30", NULL, &answer), ASK_READ);
    assert_string_equal(buf_text(&answer.value), "1778880600000");
    assert_true(answer.is_number);
    ask_answer_release(&answer);
    ask.kind = ASK_TIME;
    assert_int_equal(ask_read(&ask, "21:30", NULL, &answer), ASK_READ);
    assert_false(answer.is_number);
    ask_answer_release(&answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_times_that_leave_no_choice),
        cmocka_unit_test(test_times_of_either_half_of_the_day),
        cmocka_unit_test(test_what_is_no_time),
        cmocka_unit_test(test_opening_hours_choose_the_half),
        cmocka_unit_test(test_moments),
        cmocka_unit_test(test_at_nine_is_read_by_the_hours_of_that_day),
        cmocka_unit_test(test_moments_of_the_past),
        cmocka_unit_test(test_around_midnight),
        cmocka_unit_test(test_when_the_clock_is_changed),
        cmocka_unit_test(test_a_moment_is_a_number_and_a_time_is_text),
    };
    zones = zones_open(NULL);
    int result = cmocka_run_group_tests(tests, NULL, NULL);
    zones_close(zones);
    return result;
}
