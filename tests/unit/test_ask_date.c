/*
 * ask_date, ask_day: which day. Where no other day is said, it is Tuesday, 12 May 2026, six in the evening.
 */
#include "ask_table.h"

static struct zones *zones;

static struct ask question(const char *language, int year, int month, int day)
{
    const struct zone *zone = zones_find(zones, "Europe/Madrid");
    const struct zone_time now = { .year = year, .month = month, .day = day, .hour = 18 };

    return (
        struct ask){ .kind = ASK_DATE, .language = language, .zone = zone, .now = zone_moment(zone, &now) };
}

static void test_dates_in_figures(void **state)
{
    struct ask ask = question("en", 2026, 5, 12);
    static const struct typed ROWS[] = {
        { "2026-05-15", "2026-05-15" },
        { "2026/5/15", "2026-05-15" },
        { "2026.05.15", "2026-05-15" },
        { "2026. 5. 15.", "2026-05-15" },
        { "20260515", "2026-05-15" },
        { "15/05/2026", "2026-05-15" },
        { "15/5/26", "2026-05-15" },
        { "15.05.2026", "2026-05-15" },
        { "15-05-2026", "2026-05-15" },
        { "15/05", "2026-05-15" },
        { "15.5.", "2026-05-15" },
        { "15.5", "2026-05-15" },
        { "12/05", "2026-05-12" }, /* today */
        { "11/05", "2027-05-11" }, /* over: next year's */
        { "12/03", "2027-03-12" },
        { "03/12", "2026-12-03" },
        { "05/25", "2026-05-25" }, /* only so a day */
        { "12/03/1985", "1985-03-12" },
        { "12/03/85", "1985-03-12" },
        { "12/03/46", "2046-03-12" }, /* twenty years ahead */
        { "12/03/47", "1947-03-12" },
        { "on 15/05 please", "2026-05-15" },
        { "Fri 15/05", "2026-05-15" },
        { "15/05 (friday)", "2026-05-15" },
        { "１５／０５", "2026-05-15" },
        { "٢٠٢٦-٠٥-١٥", "2026-05-15" },
        { "30/02", NULL },
        { "31/04", NULL },
        { "29/02/2027", NULL },
        { "32/01", NULL },
        { "13/13", NULL },
        { "0/5", NULL },
        { "15/05/1800", NULL },
        { "15/05/2500", NULL },
        { "15/05/202", NULL },
        { "15/05 or 16/05", NULL },
        { "15/05 - 17/05", NULL },
        { "Sat 15/05", NULL }, /* it is a Friday */
        { "1.2.3.4", NULL },
        { "4-5", NULL },
        { "20261315", NULL },
        { "123456789", NULL },
        { "415-555-0100", NULL },
    };
    (void)state;
    CHECK_TABLE(&ask, ROWS);
}

static void test_the_order_of_day_and_month(void **state)
{
    struct ask ask = question("en", 2026, 5, 12);
    static const struct typed MONTH_FIRST[] = {
        { "12/03", "2026-12-03" }, { "12.3.", "2026-12-03" },      { "12/03/2027", "2027-12-03" },
        { "25/12", "2026-12-25" }, { "2027-12-03", "2027-12-03" }, { "1.6", "2027-01-06" },
        { "12.13", "2026-12-13" },
    };
    static const struct typed KOREAN[] = {
        { "6/12", "2026-06-12" },      { "6.12", "2026-06-12" },     { "6. 12.", "2026-06-12" },
        { "26.6.12", "2026-06-12" },   { "26/06/12", "2026-06-12" }, { "260612", "2026-06-12" },
        { "2026.6.12", "2026-06-12" }, { "6/12(금)", "2026-06-12" }, { "6/12 토요일", NULL },
        { "31/5", "2026-05-31" },
    };
    (void)state;
    ask.month_first = true;
    CHECK_TABLE(&ask, MONTH_FIRST);
    ask.month_first = false;
    ask.language = "ko";
    CHECK_TABLE(&ask, KOREAN);
    ask.language = "ko-KR";
    CHECK_TABLE(&ask, KOREAN);
}

static void test_english(void **state)
{
    struct ask ask = question("en", 2026, 5, 12);
    static const struct typed ROWS[] = {
        { "today", "2026-05-12" },
        { "tonight", "2026-05-12" },
        { "tomorrow", "2026-05-13" },
        { "Tommorow please", "2026-05-13" },
        { "tmrw", "2026-05-13" },
        { "day after tomorrow", "2026-05-14" },
        { "the day after tomorrow", "2026-05-14" },
        { "yesterday", "2026-05-11" },
        { "in 3 days", "2026-05-15" },
        { "in three days' time", "2026-05-15" },
        { "in a week", "2026-05-19" },
        { "in two weeks", "2026-05-26" },
        { "a week from today", "2026-05-19" },
        { "3 days from now", "2026-05-15" },
        { "in a month", "2026-06-12" },
        { "3 days ago", "2026-05-09" },
        { "two weeks ago", "2026-04-28" },
        { "friday", "2026-05-15" },
        { "Fri", "2026-05-15" },
        { "on friday then", "2026-05-15" },
        { "tuesday", "2026-05-12" }, /* today is one */
        { "monday", "2026-05-18" },
        { "this friday", "2026-05-15" },
        { "this saturday", "2026-05-16" },
        { "this coming monday", "2026-05-18" },
        { "next friday", "2026-05-22" },
        { "next monday", "2026-05-18" },
        { "friday next week", "2026-05-22" },
        { "next week friday", "2026-05-22" },
        { "friday of next week", "2026-05-22" },
        { "last friday", "2026-05-08" },
        { "last tuesday", "2026-05-05" },
        { "March 12th", "2027-03-12" },
        { "12 march", "2027-03-12" },
        { "12th of March", "2027-03-12" },
        { "the 12th of march 2028", "2028-03-12" },
        { "March 12, 2028", "2028-03-12" },
        { "march the 12th", "2027-03-12" },
        { "Jun 3", "2026-06-03" },
        { "3-Jun-2026", "2026-06-03" },
        { "may 20", "2026-05-20" },
        { "first of june", "2026-06-01" },
        { "june twenty-second", "2026-06-22" },
        { "the 5th", "2026-06-05" },
        { "the 20th", "2026-05-20" },
        { "the 12th", "2026-05-12" },
        { "20th", "2026-05-20" },
        { "the twentieth", "2026-05-20" },
        { "the 5th of next month", "2026-06-05" },
        { "20", "2026-05-20" },
        { "5", "2026-06-05" },
        { "friday the 15th", "2026-05-15" },
        { "friday 15 may", "2026-05-15" },
        { "friday 15", "2026-05-15" },
        { "tomorrow, wednesday", "2026-05-13" },
        { "christmas", "2026-12-25" },
        { "new year's eve", "2026-12-31" },
        { "march 3 next year", "2027-03-03" },
        { "friday at 9", "2026-05-15" },
        { "friday evening for 4 people", "2026-05-15" },
        { "how about friday?", "2026-05-15" },
        { "may I come friday", "2026-05-15" },
        { "friday the 16th", NULL },
        { "friday 16 may", NULL },
        { "tomorrow, friday", NULL },
        { "friday or saturday", NULL },
        { "friday and saturday", NULL },
        { "monday to friday", NULL },
        { "march 12-14", NULL },
        { "12-14 march", NULL },
        { "not friday", NULL },
        { "any day but friday", NULL },
        { "every friday", NULL },
        { "before friday", NULL },
        { "after friday", NULL },
        { "by friday", NULL },
        { "next week", NULL },
        { "the weekend", NULL },
        { "in march", NULL },
        { "march", NULL },
        { "february 30", NULL },
        { "the 32nd", NULL },
        { "in 100000 days", NULL },
        { "at 9", NULL },
        { "9pm", NULL },
        { "4 people", NULL },
        { "are you open on friday?", NULL },
        { "when do you close on friday", NULL },
        { "I'm not sure", NULL },
        { "soon", NULL },
        { "", NULL },
    };
    (void)state;
    CHECK_TABLE(&ask, ROWS);
}

static void test_korean(void **state)
{
    struct ask ask = question("ko", 2026, 5, 12);
    static const struct typed ROWS[] = {
        { "오늘", "2026-05-12" },
        { "오늘이요", "2026-05-12" },
        { "내일", "2026-05-13" },
        { "내일요", "2026-05-13" },
        { "낼", "2026-05-13" },
        { "모레", "2026-05-14" },
        { "내일모레", "2026-05-14" },
        { "내일 모레", "2026-05-14" },
        { "글피", "2026-05-15" },
        { "어제", "2026-05-11" },
        { "금요일", "2026-05-15" },
        { "금요일이요", "2026-05-15" },
        { "금욜", "2026-05-15" },
        { "금요일에 갈게요", "2026-05-15" },
        { "이번 주 토요일", "2026-05-16" },
        { "이번주토요일", "2026-05-16" },
        { "이번 토요일", "2026-05-16" },
        { "이번 주 월요일", "2026-05-11" }, /* over, but that is what was said */
        { "다음 주 금요일", "2026-05-22" },
        { "다음주금요일이요", "2026-05-22" },
        { "담주 월욜", "2026-05-18" },
        { "다다음주 수요일", "2026-05-27" },
        { "지난주 금요일", "2026-05-08" },
        { "3일 뒤", "2026-05-15" },
        { "3일뒤에요", "2026-05-15" },
        { "이틀 뒤", "2026-05-14" },
        { "사흘 후", "2026-05-15" },
        { "일주일 뒤", "2026-05-19" },
        { "2주 뒤", "2026-05-26" },
        { "한 달 뒤", "2026-06-12" },
        { "3일 전", "2026-05-09" },
        { "3월 12일", "2027-03-12" },
        { "3월12일이요", "2027-03-12" },
        { "6월 3일 수요일", "2026-06-03" },
        { "2026년 7월 3일", "2026-07-03" },
        { "26년 7월 3일", "2026-07-03" },
        { "유월 삼일", "2026-06-03" },
        { "삼월 이십일", "2027-03-20" },
        { "삼월 이십일일", "2027-03-21" },
        { "내년 3월 5일", "2027-03-05" },
        { "20일", "2026-05-20" },
        { "5일이요", "2026-06-05" },
        { "다음달 5일", "2026-06-05" },
        { "크리스마스", "2026-12-25" },
        { "내일 4명이요", "2026-05-13" },
        { "내일 오후 3시요", "2026-05-13" },
        { "금요일 어때요?", "2026-05-15" },
        { "6월 3일 목요일", NULL },
        { "2월 30일", NULL },
        { "13월 1일", NULL },
        { "금요일 아니면 토요일", NULL },
        { "금요일 말고", NULL },
        { "금요일은 안돼요", NULL },
        { "금요일까지", NULL },
        { "금요일 이후", NULL },
        { "다음 주", NULL },
        { "주말", NULL },
        { "아무때나", NULL },
        { "언제 가능해요?", NULL },
        { "3월", NULL },
        { "3시", NULL },
        { "4명", NULL },
        { "일", NULL },
        { "네", NULL },
    };
    (void)state;
    CHECK_TABLE(&ask, ROWS);
}

static void test_spanish(void **state)
{
    struct ask ask = question("es", 2026, 5, 12);
    static const struct typed ROWS[] = {
        { "hoy", "2026-05-12" },
        { "mañana", "2026-05-13" },
        { "manana", "2026-05-13" },
        { "mañana por la mañana", "2026-05-13" },
        { "pasado mañana", "2026-05-14" },
        { "ayer", "2026-05-11" },
        { "anteayer", "2026-05-10" },
        { "esta noche", "2026-05-12" },
        { "el viernes", "2026-05-15" },
        { "viernes por la noche", "2026-05-15" },
        { "este sábado", "2026-05-16" },
        { "sabado", "2026-05-16" },
        { "el próximo lunes", "2026-05-18" },
        { "el próximo viernes", "2026-05-15" },
        { "el próximo martes", "2026-05-19" }, /* not today */
        { "el viernes que viene", "2026-05-15" },
        { "el viernes de la semana que viene", "2026-05-22" },
        { "la próxima semana, el viernes", "2026-05-22" },
        { "el viernes pasado", "2026-05-08" },
        { "en 3 días", "2026-05-15" },
        { "dentro de una semana", "2026-05-19" },
        { "hace 3 días", "2026-05-09" },
        { "12 de marzo", "2027-03-12" },
        { "el 12 de marzo de 2028", "2028-03-12" },
        { "12 de marzo del 2028", "2028-03-12" },
        { "el doce de marzo", "2027-03-12" },
        { "1º de junio", "2026-06-01" },
        { "primero de junio", "2026-06-01" },
        { "uno de junio", "2026-06-01" },
        { "12 ago", "2026-08-12" },
        { "20 dic.", "2026-12-20" },
        { "el 20", "2026-05-20" },
        { "el día 20", "2026-05-20" },
        { "día 20", "2026-05-20" },
        { "el 5 del mes que viene", "2026-06-05" },
        { "viernes 15", "2026-05-15" },
        { "el viernes 15 de mayo", "2026-05-15" },
        { "Nochebuena", "2026-12-24" },
        { "31/12", "2026-12-31" },
        { "viernes 16", NULL },
        { "viernes o sábado", NULL },
        { "el viernes no puedo", NULL },
        { "el viernes no", NULL },
        { "cualquier día", NULL },
        { "por la mañana", NULL },
        { "la semana que viene", NULL },
        { "a partir del viernes", NULL },
        { "30 de febrero", NULL },
        { "¿qué día abren?", NULL },
        { "no sé", NULL },
    };
    (void)state;
    CHECK_TABLE(&ask, ROWS);
}

static void test_around_the_end_of_a_year(void **state)
{
    struct ask ask = question("en", 2026, 12, 30); /* a Wednesday */
    static const struct typed ROWS[] = {
        { "tomorrow", "2026-12-31" },
        { "day after tomorrow", "2027-01-01" },
        { "31/12", "2026-12-31" },
        { "1/1", "2027-01-01" },
        { "29/12", "2027-12-29" },
        { "30 december", "2026-12-30" },
        { "friday", "2027-01-01" },
        { "next friday", "2027-01-08" },
        { "next wednesday", "2027-01-06" },
        { "the 31st", "2026-12-31" },
        { "the 29th", "2027-01-29" },
        { "the 2nd", "2027-01-02" },
        { "in two weeks", "2027-01-13" },
        { "in a month", "2027-01-30" },
        { "5일", "2027-01-05" },
        { "다음달 5일", "2027-01-05" },
        { "내년 12월 30일", "2027-12-30" },
        { "new year", "2027-01-01" },
    };
    (void)state;
    CHECK_TABLE(&ask, ROWS);
}

static void test_short_months_and_leap_days(void **state)
{
    struct ask ask = question("en", 2026, 1, 31);
    static const struct typed JANUARY[] = {
        { "in a month", "2026-02-28" },
        { "29 feb", "2028-02-29" },
        { "29/02/2028", "2028-02-29" },
        { "the 30th", "2026-03-30" },
        { "the 31st", "2026-01-31" },
        { "29/02/2026", NULL },
        { "feb 30", NULL },
        { "tomorrow", "2026-02-01" },
        { "the 30th of next month", NULL },
    };
    static const struct typed LEAP[] = {
        { "29 feb", "2028-02-29" },    { "in 2 days", "2028-02-29" },
        { "in 3 days", "2028-03-01" }, { "day after tomorrow", "2028-02-29" },
        { "the 29th", "2028-02-29" },  { "26 feb", "2029-02-26" },
    };
    (void)state;
    CHECK_TABLE(&ask, JANUARY);
    ask = question("en", 2028, 2, 27);
    CHECK_TABLE(&ask, LEAP);
}

/* Weeks begin on Monday, whatever day it is. */
static void test_next_week_from_its_ends(void **state)
{
    struct ask sunday = question("en", 2026, 5, 10), monday = question("en", 2026, 5, 11);
    static const struct typed SUNDAY[] = {
        { "next monday", "2026-05-11" }, { "next sunday", "2026-05-17" },
        { "friday", "2026-05-15" },      { "다음 주 금요일", "2026-05-15" },
        { "sunday", "2026-05-10" },      { "이번 주 금요일", "2026-05-08" },
    };
    static const struct typed MONDAY[] = {
        { "next monday", "2026-05-18" },
        { "next sunday", "2026-05-24" },
        { "sunday", "2026-05-17" },
        { "다음 주 월요일", "2026-05-18" },
    };
    (void)state;
    CHECK_TABLE(&sunday, SUNDAY);
    CHECK_TABLE(&monday, MONDAY);
}

/* Today is the day in the zone of the business: at 23:30 UTC it is tomorrow in Madrid and Seoul. */
static void test_today_is_the_zones(void **state)
{
    struct ask ask = { .kind = ASK_DATE, .language = "en", .now = 1778628600000 }; /* 2026-05-12 23:30 UTC */
    static const struct typed UTC[] = { { "today", "2026-05-12" } };
    static const struct typed SEOUL[] = { { "today", "2026-05-13" }, { "in 12 hours", "2026-05-13" } };

    (void)state;
    CHECK_TABLE(&ask, UTC);
    ask.zone = zones_find(zones, "Asia/Seoul");
    CHECK_TABLE(&ask, SEOUL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dates_in_figures),
        cmocka_unit_test(test_the_order_of_day_and_month),
        cmocka_unit_test(test_english),
        cmocka_unit_test(test_korean),
        cmocka_unit_test(test_spanish),
        cmocka_unit_test(test_around_the_end_of_a_year),
        cmocka_unit_test(test_short_months_and_leap_days),
        cmocka_unit_test(test_next_week_from_its_ends),
        cmocka_unit_test(test_today_is_the_zones),
    };
    zones = zones_open(NULL);
    int result = cmocka_run_group_tests(tests, NULL, NULL);
    zones_close(zones);
    return result;
}
