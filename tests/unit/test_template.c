/*
 * template: rendering, each filter, and every error with its column.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "base/zone.h"
#include "text/escape.h"
#include "text/template.h"

struct variable {
    const char *name, *value;
};

static const struct variable VARIABLES[] = {
    { "first_name", "zoé" },
    { "empty", "" },
    { "business_name", "Sunny Bakery" },
    { "field.shoe_size", "42" },
    { "message", "{{ first_name }} | upcase" },
    { "korean", "안녕하세요" },
    { "family", "👩‍👩‍👧👩‍👩‍👧" },
    { "price", "12000" },
    { "cents", "12.5" },
    { "spaces", " \t\u3000hi there\u00a0\n" },
    { "strasse", "straße" },
    { "seconds", "1778578200" },
    { "milliseconds", "1778578200123" },
    { "path", "../../etc?x" },
    { "amp", "a=1&b=%+\"" },
    { "safe", "A-z_0.9~" },
    { "dots", ".." },
    { "break_out", "1\", \"admin\": \"yes\\" },
    { "object", "1, \"admin\": true" },
    { "yes", "true" },
    { "account", "12345678901234567" },
    { "lines", "a\nb" },
};

static bool look_up(void *context, const char *name, struct buf *value)
{
    (void)context;
    for (size_t i = 0; i < sizeof VARIABLES / sizeof VARIABLES[0]; i++)
        if (strcmp(VARIABLES[i].name, name) == 0) {
            buf_add_text(value, VARIABLES[i].value);
            return true;
        }
    buf_add_text(value, "left behind");
    return false;
}

static void check_render(const char *source, const struct zone *zone, const char *rendered)
{
    const struct template_env env = { .lookup = look_up, .zone = zone };
    struct error error = { 0 };
    struct buf out = { 0 };
    struct template *template = template_new(source, &error);

    if (template == NULL)
        fail_msg("%s: %s", source, error.text);
    template_render(template, &env, 1000, &out);
    if (strcmp(buf_text(&out), rendered) != 0)
        fail_msg("%s gives \"%s\", not \"%s\"", source, buf_text(&out), rendered);
    template_free(template);
    buf_release(&out);
}

struct row {
    const char *source, *rendered;
};

static void check_rows(const struct row *rows, size_t count, const struct zone *zone)
{
    for (size_t i = 0; i < count; i++)
        check_render(rows[i].source, zone, rows[i].rendered);
}

#define CHECK(rows, zone) check_rows(rows, sizeof rows / sizeof rows[0], zone)

static void text_and_names(void **state)
{
    static const struct row ROWS[] = {
        { "", "" },
        { "Hello!\n안녕", "Hello!\n안녕" },
        { "a } b { c }} d {x} {", "a } b { c }} d {x} {" },
        { "Hi {{first_name}}, welcome to {{ business_name }}.", "Hi zoé, welcome to Sunny Bakery." },
        { "{{\n  first_name\t}}", "zoé" },
        { "{{ first_name }}{{ first_name }}", "zoézoé" },
        { "{{ field.shoe_size }}", "42" },
        { "[{{ unknown }}]", "[]" },
        { "{{ message }}", "{{ first_name }} | upcase" },
        { "{{ '{{' }} and {{ \"}}\" }}", "{{ and }}" },
        { "{{ '{%' }}", "{%" },
        { "{{ \"it's\" }}", "it's" },
        { "{{ '' }}", "" },
    };

    (void)state;
    CHECK(ROWS, NULL);
}

static void text_filters(void **state)
{
    static const struct row ROWS[] = {
        { "{{ empty | default: 'there' }}", "there" },
        { "{{ unknown|default:\"there\" }}", "there" },
        { "{{ first_name | default: 'there' }}", "zoé" },
        { "{{ unknown | default: 5 }}", "5" },
        { "{{ first_name | capitalize }}", "Zoé" },
        { "{{ 'éa' | capitalize }}", "Éa" },
        { "{{ korean | capitalize }}", "안녕하세요" },
        { "{{ empty | capitalize }}", "" },
        { "{{ first_name | upcase }}", "ZOÉ" },
        { "{{ strasse | upcase }}", "STRAẞE" },
        { "{{ 'ÀÉ Ж' | downcase }}", "àé ж" },
        { "[{{ spaces | strip }}]", "[hi there]" },
        { "[{{ ' \u3000 ' | strip }}]", "[]" },
        { "{{ business_name | truncate: 20 }}", "Sunny Bakery" },
        { "{{ business_name | truncate: 12 }}", "Sunny Bakery" },
        { "{{ business_name | truncate: 6 }}", "Sunny…" },
        { "{{ korean | truncate: 3 }}", "안녕…" },
        { "{{ korean | truncate: 1 }}", "…" },
        { "{{ family | truncate: 6 }}", "👩‍👩‍👧…" },
        { "{{ family | truncate: 5 }}", "…" },
        { "{{ business_name | replace: 'n', 'm' }}", "Summy Bakery" },
        { "{{ 'aaa' | replace: 'aa', 'b' }}", "ba" },
        { "{{ 'a,b' | replace: ',', '' }}", "ab" },
        { "{{ unknown | default: ' x ' | strip | upcase }}", "X" },
        { "{{ 'a|b}}c' | upcase }}", "A|B}}C" },
        { "{{ '수박' | josa: '을/를' }} 담았습니다", "수박을 담았습니다" },
        { "{{ '사과' | josa: \"를/을\" }}, {{ '서울' | josa: '(으)로' }}", "사과를, 서울로" },
        { "{{ price | money: 'KRW' | josa: '이에요/예요' }}", "₩12,000이에요" },
        { "[{{ empty | josa: '은/는' }}]", "[]" },
        { "{{ empty | default: '고객' | josa: '아/야' }}", "고객아" },
    };

    (void)state;
    CHECK(ROWS, NULL);
}

static void number_filters(void **state)
{
    static const struct row ROWS[] = {
        { "{{ field.shoe_size | plus: 3 }}", "45" },
        { "{{ field.shoe_size | minus: 50 }}", "-8" },
        { "{{ field.shoe_size | minus: 42 }}", "0" },
        { "{{ '0.1' | plus: 0.2 }}", "0.3" },
        { "{{ '12.50' | plus: 3 }}", "15.50" },
        { "{{ '-1.25' | plus: '0.5' }}", "-0.75" },
        { "{{ '5' | plus: -7 }}", "-2" },
        { "{{ empty | plus: 1 }}", "1" },
        { "{{ first_name | plus: 1 }}", "zoé" },
        { "{{ '1,200' | plus: 1 }}", "1,200" },
        { "{{ '1.' | plus: 1 }}", "1." },
        { "{{ '999999999999' | plus: 1 }}", "1000000000000" },
        { "{{ '9999999999999' | plus: 1 }}", "9999999999999" },
        { "{{ '19.990000000000002' | plus: 0 }}", "19.990000" },
        { "{{ price | money: 'KRW' }}", "₩12,000" },
        { "{{ cents | money: 'USD' }}", "$12.50" },
        { "{{ '1234567.891' | money: 'USD' }}", "$1,234,567.89" },
        { "{{ '0.005' | money: 'EUR' }}", "€0.01" },
        { "{{ '0.004999' | money: 'EUR' }}", "€0.00" },
        { "{{ '-0.001' | money: 'EUR' }}", "€0.00" },
        { "{{ '-12' | money: 'USD' }}", "-$12.00" },
        { "{{ '999.5' | money: 'JPY' }}", "¥1,000" },
        { "{{ '12' | money: 'CHF' }}", "CHF 12.00" },
        { "{{ '1.5' | money: 'KWD' }}", "KWD 1.500" },
        { "{{ '19.990000000000002' | money: 'USD' }}", "$19.99" },
        { "{{ empty | money: 'USD' }}", "" },
        { "{{ 'free' | money: 'USD' }}", "free" },
        { "{{ '100' | money: 'USD' }}", "$100.00" },
        { "{{ '1000' | plus: 500 | money: 'KRW' }}", "₩1,500" },
        { "{{ cents | money: 'EUR', 'en' }}", "€12.50" },
        { "{{ price | money: 'KRW', 'ko' }}", "₩12,000" },
        { "{{ cents | money: 'EUR', 'es' }}", "12,50\u00a0€" },
        { "{{ '1234.5' | money: 'EUR', 'es' }}", "1234,50\u00a0€" },
        { "{{ '-12345.5' | money: 'EUR', 'ES' }}", "-12.345,50\u00a0€" },
        { "{{ '12' | money: 'CHF', 'de' }}", "12,00\u00a0CHF" },
        { "{{ '1234.5' | money: 'EUR', 'de-AT' }}", "1.234,50\u00a0€" },
        { "{{ '1234.5' | money: 'EUR', 'it' }}", "1.234,50\u00a0€" },
        { "{{ '1234.5' | money: 'EUR', 'fr' }}", "1\u202f234,50\u00a0€" },
        { "{{ '12345.5' | money: 'EUR', 'pt' }}", "12\u00a0345,50\u00a0€" },
        { "{{ '1234.5' | money: 'BRL', 'pt_br' }}", "R$\u00a01.234,50" },
        { "{{ '-0.001' | money: 'EUR', 'es' }}", "0,00\u00a0€" },
        { "{{ 'gratis' | money: 'EUR', 'es' }}", "gratis" },
    };

    (void)state;
    CHECK(ROWS, NULL);
}

static void date_filter(void **state)
{
    static const struct row UTC_ROWS[] = {
        { "{{ seconds | date: '%Y-%m-%d %H:%M:%S' }}", "2026-05-12 09:30:00" },
        { "{{ milliseconds | date: '%Y-%m-%d %H:%M:%S %Z %z' }}", "2026-05-12 09:30:00 UTC +0000" },
        { "{{ '2026-05-02T14:05:09Z' | date: '%e|%-d|%d|%I:%M %p|%-I|%y|%j|%a|%A|%b|%B|%%' }}",
          " 2|2|02|02:05 PM|2|26|122|Sat|Saturday|May|May|%" },
        { "{{ '0' | date: '%Y %H' }}", "1970 00" },
        { "{{ seconds | date }}", "2026-05-12 09:30" },
        { "{{ '2026-05-12' | date }}", "2026-05-12" },
        { "{{ '2026-05-12T23:59' | date }}", "2026-05-12 23:59" },
        { "{{ '-123456789' | date }}", "1966-02-02 02:26" },
        { "{{ 'tomorrow' | date | upcase }}", "TOMORROW" },
        { "{{ '-1' | date: '%Y-%m-%d %H:%M:%S' }}", "1969-12-31 23:59:59" },
        { "{{ '2026-05-12' | date: '%A %I %p' }}", "Tuesday 12 AM" },
        { "{{ '2024-02-29 23:59' | date: '%d %b' }}", "29 Feb" },
        { "{{ '2026-05-12T09:30:00.123+09:00' | date: '%H:%M' }}", "00:30" },
        { "{{ '2026-05-12T20:30-0500' | date: '%d %H:%M' }}", "13 01:30" },
        { "{{ '2026-05-12T20:30+02' | date: '%H:%M' }}", "18:30" },
        { "{{ '2016-12-31T23:59:60Z' | date: '%H:%M:%S' }}", "23:59:59" },
        { "{{ seconds | date: '%A %-d de %B', 'es' }}", "martes 12 de mayo" },
        { "{{ '2026-09-02 21:05' | date: '%a %-d %b, %-I:%M %p', 'es-MX' }}", "mié 2 sept, 9:05 p.\u00a0m." },
        { "{{ seconds | date: '%B %-d일 %A %p %-I시', 'ko' }}", "5월 12일 화요일 오전 9시" },
        { "{{ seconds | date: '%A, %-d. %B', 'de' }}", "Dienstag, 12. Mai" },
        { "{{ seconds | date: '%A %-d %B', 'fr' }}", "mardi 12 mai" },
        { "{{ seconds | date: '%a %-d %b', 'it' }}", "mar 12 mag" },
        { "{{ seconds | date: '%A, %-d de %B', 'pt-BR' }}", "terça-feira, 12 de maio" },
        /* no date: unchanged */
        { "{{ '2026-02-29' | date: '%d' }}", "2026-02-29" },
        { "{{ '2026-13-01' | date: '%d' }}", "2026-13-01" },
        { "{{ '2026-05-12T25:00' | date: '%d' }}", "2026-05-12T25:00" },
        { "{{ '2026-05-12T09:30x' | date: '%d' }}", "2026-05-12T09:30x" },
        { "{{ 'tomorrow' | date: '%d' }}", "tomorrow" },
        { "{{ empty | date: '%d' }}", "" },
        { "{{ '999999999999999' | date: '%Y' }}", "999999999999999" },
        { "{{ '0001-01-01T00:00+23:59' | date: '%Y' }}", "0001-01-01T00:00+23:59" },
    };
    static const struct row SEOUL_ROWS[] = {
        { "{{ seconds | date: '%H:%M %Z %z' }}", "18:30 KST +0900" },
        { "{{ '2026-05-12T09:30' | date: '%d %H:%M' }}", "12 09:30" },
        { "{{ '2026-05-12T20:30Z' | date: '%A %H:%M' }}", "Wednesday 05:30" },
        { "{{ '2026-05-12' | date: '%B %-d' }}", "May 12" },
    };
    static const struct row NEW_YORK_ROWS[] = {
        { "{{ '2026-01-15T12:00Z' | date: '%H:%M %z' }}", "07:00 -0500" },
        { "{{ '2026-07-15T12:00Z' | date: '%H:%M %Z' }}", "08:00 EDT" },
    };
    struct zones *zones = zones_open(NULL);

    (void)state;
    CHECK(UTC_ROWS, NULL);
    CHECK(UTC_ROWS, zones_find(zones, "UTC"));
    if (zones_find(zones, "Asia/Seoul") == NULL)
        fail_msg("tzdata is missing");
    CHECK(SEOUL_ROWS, zones_find(zones, "Asia/Seoul"));
    CHECK(NEW_YORK_ROWS, zones_find(zones, "America/New_York"));
    zones_close(zones);
}

static void errors(void **state)
{
    static const struct {
        const char *source, *reason;
    } ROWS[] = {
        { "{{", "column 1: this {{ is never closed" },
        { "{{ ", "column 1: this {{ is never closed" },
        { "안녕 {{ name", "column 4: this {{ is never closed" },
        { "{{ name | upcase", "column 1: this {{ is never closed" },
        { "{{ }}", "column 4: a name" },
        { "{{ 5 }}", "column 4: a name" },
        { "{{ .a }}", "column 4: a name" },
        { "{{ a b }}", "column 6: here }} or |" },
        { "{{ a } }}", "column 6: here }} or |" },
        { "{{{ a }}}", "column 3: a name" },
        { "{{ ‘a’ }}", "column 4: a name" },
        { "{{ 'a }}", "column 4: this quote is never closed" },
        { "hi {% if x %}", "column 4: {%" },
        { "{{ a | }}", "column 8: the name of a filter" },
        { "{{ a | upcsae }}", "column 8: there is no filter \"upcsae\"; did you mean 'upcase'?" },
        { "{{ a | default }}", "column 8: default takes 1 argument, here are 0" },
        { "{{ a | upcase: 'x' }}", "column 8: upcase takes 0 arguments, here are 1" },
        { "{{ a | replace: 'x' }}", "column 8: replace takes 2 arguments, here are 1" },
        { "{{ a | replace: '', 'x' }}", "column 8: replace needs something to look for" },
        { "{{ a | replace: 'a', 'b', 'c' }}", "column 27: this filter has too many arguments" },
        { "{{ a | default: b }}", "column 17: an argument is a text in straight quotes" },
        { "{{ a | default: ‘b’ }}", "column 17: an argument is a text in straight quotes" },
        { "{{ a | default: 'b', }}", "column 22: an argument" },
        { "{{ a | truncate: 0 }}", "column 8: truncate needs a number" },
        { "{{ a | truncate: 'x' }}", "truncate needs a number" },
        { "{{ a | truncate: 99999999999999999999 }}", "truncate needs a number" },
        { "{{ a | plus: 'x' }}", "column 8: \"x\" is no decimal number" },
        { "{{ a | plus: 1.2.3 }}", "is no decimal number" },
        { "{{ a | money: 'won' }}", "column 8: \"won\" is no currency code" },
        { "{{ a | josa: '을를' }}", "column 8: josa does not know '을를'; known are 은/는, 이/가, 을/를," },
        { "{{ a | josa }}", "column 8: josa takes 1 argument, here are 0" },
        { "{{ a | date: '%Q' }}", "column 8: date does not know \"%Q\"" },
        { "{{ a | date: '100%' }}", "date does not know \"%\"" },
        { "{{ a | money }}", "column 8: money takes 1 to 2 arguments, here are 0" },
        { "{{ a | money: 'EUR', 'klingon' }}", "how \"klingon\" writes sums and dates is not known; known are en, ko, es," },
        { "{{ a | date: '%A', 'xx' }}", "how \"xx\" writes sums and dates is not known; known are en, ko, es, pt, pt-BR, fr, de, it." },
        { "\xff", "UTF-8" },
        { "{{ a "
          "|upcase|upcase|upcase|upcase|upcase|upcase|upcase|upcase|upcase|upcase|upcase|upcase|upcase|upcase"
          "|upcase|upcase|upcase }}",
          "too many filters" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        struct error error = { 0 };

        if (template_new(ROWS[i].source, &error) != NULL)
            fail_msg("%s is accepted", ROWS[i].source);
        if (strstr(error.text, ROWS[i].reason) == NULL)
            fail_msg("%s: \"%s\" does not say \"%s\"", ROWS[i].source, error.text, ROWS[i].reason);
    }
}

static void names(void **state)
{
    struct error error = { 0 };
    struct template *template = template_new("{{ a }} {{ 'b' }} {{ field.c | default: 'd' }}{{ a }}", &error);
    static const char *const NAMES[] = { "a", "field.c", "a" };

    (void)state;
    assert_non_null(template);
    assert_int_equal(template_name_count(template), 3);
    for (size_t i = 0; i < 3; i++)
        assert_string_equal(template_name(template, i), NAMES[i]);
    template_free(template);
}

/* The maximum counts from where the output begins, and never halves a character. */
static void maximum(void **state)
{
    static const struct {
        size_t max;
        const char *rendered;
    } ROWS[] = { { 0, "> " },
                 { 1, "> a" },
                 { 2, "> a" },
                 { 3, "> a" },
                 { 4, "> a안" },
                 { 6, "> a안" },
                 { 7, "> a안녕" },
                 { 16, "> a안녕하세요" },
                 { 17, "> a안녕하세요!" },
                 { 100, "> a안녕하세요!" } };
    const struct template_env env = { .lookup = look_up };
    struct template *template = template_new("a{{ korean }}!", NULL);

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        struct buf out = { 0 };

        buf_add_text(&out, "> ");
        template_render(template, &env, ROWS[i].max, &out);
        assert_string_equal(buf_text(&out), ROWS[i].rendered);
        buf_release(&out);
    }
    template_free(template);
}

/* Each replace multiplies; without a bound the sixteenth would reach the end of memory. */
static void growth_is_bounded(void **state)
{
    static const char MANY[] =
        "| replace: 'a', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' ";
    const struct template_env env = { .lookup = look_up };
    struct buf source = { 0 };
    struct buf out = { 0 };
    struct template *template;

    (void)state;
    buf_add_text(&source, "{{ 'a' ");
    for (int i = 0; i < 16; i++)
        buf_add_text(&source, MANY);
    buf_add_text(&source, "}}");
    template = template_new(source.data, NULL);
    assert_non_null(template);
    template_render(template, &env, 1 << 20, &out);
    assert_int_equal(out.len, 64 * 1024);
    template_free(template);
    buf_release(&source);
    buf_release(&out);
}

static void check_escaped(const char *source, template_escape *escape, const char *rendered)
{
    const struct template_env env = { .lookup = look_up };
    struct buf out = { 0 };
    struct template *template = template_new(source, NULL);

    assert_non_null(template);
    buf_add_text(&out, "\""); /* what stood there before does not count */
    template_render_escaped(template, &env, escape, 1000, &out);
    if (strcmp(buf_text(&out) + 1, rendered) != 0)
        fail_msg("%s gives %s, not %s", source, buf_text(&out) + 1, rendered);
    template_free(template);
    buf_release(&out);
}

/* Only what customers bring is escaped; the text around it is the owner's. */
static void values_in_a_url(void **state)
{
    static const struct row ROWS[] = {
        { "/a b?q={{ first_name }}", "/a b?q=zo%C3%A9" },
        { "/{{ path }}/{{ amp }}", "/..%2F..%2Fetc%3Fx/a%3D1%26b%3D%25%2B%22" },
        { "/{{ first_name | upcase }}{{ '&x=/' }}", "/ZO%C3%89&x=/" },
        { "/{{ safe }}", "/A-z_0.9~" },
        { "/orders/{{ dots }}a", "/orders/..a" },
        { "/{{ unknown }}", "/" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++)
        check_escaped(ROWS[i].source, escape_url, ROWS[i].rendered);
}

/* `x` in the last column: the value would make it another address. */
static void values_that_are_no_segment_of_a_path(void **state)
{
    static const struct row ROWS[] = {
        { "https://a.test/o/{{ dots }}", "x" },
        { "https://a.test/o/{{ dots }}/state", "x" },
        { "https://a.test/o/{{ dots }}?n=1", "x" },
        { "https://a.test/o/{{ dots }}#n", "x" },
        { "https://a.test/o/{{ dots | replace: '..', '.' }}", "x" },
        { "https://a.test/o/.{{ dots | replace: '..', '.' }}", "x" }, /* the owner's dot helps it up */
        { "https://a.test/o/{{ unknown }}", "x" },
        { "https://a.test/{{ unknown }}/o", "x" },
        { "https://a.test/{{ unknown }}{{ unknown }}?n={{ safe }}", "x" },
        { "https://a.test/{{ unknown | default: 'all' }}", "" },
        { "https://a.test/o/{{ dots }}a", "" },
        { "https://a.test/o/{{ dots }}{{ dots }}", "" },
        { "https://a.test/o/n{{ unknown }}", "" },
        { "https://a.test/o/{{ path }}", "" },
        { "https://a.test/o/../{{ safe }}//", "" }, /* what the owner wrote is meant */
        { "https://a.test/o{{ '/' }}{{ safe }}/", "" },
        { "https://a.test/o?n={{ unknown }}&p=/{{ dots }}/", "" }, /* no path any more */
        { "https://a.test/o#/{{ dots }}", "" },
        { "https://a.test", "" },
    };
    const struct template_env env = { .lookup = look_up };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        struct template *template = template_new(ROWS[i].source, NULL);
        struct buf url = { 0 }, outline = { 0 };

        assert_non_null(template);
        template_render_escaped(template, &env, escape_url, 1000, &url);
        template_render_escaped(template, &env, escape_outline, 1000, &outline);
        if (escape_url_is_whole(buf_text(&url), buf_text(&outline)) != (*ROWS[i].rendered == '\0'))
            fail_msg("%s: %s", ROWS[i].source, buf_text(&url));
        template_free(template);
        buf_release(&url);
        buf_release(&outline);
    }
}

static void values_in_json(void **state)
{
    static const struct row ROWS[] = {
        { "{\"n\":{{ price }},\"f\":{{ cents }}}", "{\"n\":12000,\"f\":12.5}" },
        { "{\"n\":\"{{ price }}\"}", "{\"n\":\"12000\"}" },
        { "{\"n\":\"{{ break_out }}\"}", "{\"n\":\"1\\\", \\\"admin\\\": \\\"yes\\\\\"}" },
        { "{\"n\":{{ break_out }}}", "{\"n\":\"1\\\", \\\"admin\\\": \\\"yes\\\\\"}" },
        { "{\"n\":{{ object }}}", "{\"n\":\"1, \\\"admin\\\": true\"}" },
        { "{\"n\":{{ unknown }},\"m\":\"{{ unknown }}\"}", "{\"n\":null,\"m\":\"\"}" },
        { "[{{ yes }},{{ korean }},{{ account }}]", "[true,\"안녕하세요\",\"12345678901234567\"]" },
        { "[\"\\\"\",{{ korean }}]", "[\"\\\"\",\"안녕하세요\"]" },
        { "[\"{{ break_out }}\",{{ price }}]", "[\"1\\\", \\\"admin\\\": \\\"yes\\\\\",12000]" },
        { "[\"{{ lines }}\"]", "[\"a\\nb\"]" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++)
        check_escaped(ROWS[i].source, escape_json, ROWS[i].rendered);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_and_names), cmocka_unit_test(text_filters),
        cmocka_unit_test(number_filters), cmocka_unit_test(date_filter),
        cmocka_unit_test(errors),         cmocka_unit_test(names),
        cmocka_unit_test(maximum),        cmocka_unit_test(growth_is_bounded),
        cmocka_unit_test(values_in_a_url),
        cmocka_unit_test(values_that_are_no_segment_of_a_path),
        cmocka_unit_test(values_in_json),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
