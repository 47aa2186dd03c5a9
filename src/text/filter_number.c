/*
 * filter_number: plus, minus, money.
 *
 * Prices are decimal, so they are never held in a double: 0.1 + 0.2 is 0.3 here. A number is a count of
 * millionths in 64 bits and remembers how many decimal places it was written with: up to twelve digits before
 * the point, any number behind it, rounded to six. A sum has the places of the term that has more of them.
 * Halves are rounded away from zero, as on a bill. Only a sum of money is written as its language writes it.
 *
 * A value that is no such number passes unchanged; an empty one counts as 0 for plus and minus, and stays
 * empty for money.
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "text/filter.h"
#include "text/locale.h"

enum { PLACES_MAX = 6, WHOLE_DIGITS_MAX = 12 };

static const int64_t POWERS[PLACES_MAX + 1] = { 1, 10, 100, 1000, 10000, 100000, 1000000 };

struct decimal {
    int64_t millionths;
    int places; /* as written, at most PLACES_MAX */
};

struct currency {
    const char *code, *sign; /* the same where it has no sign of its own */
    int places;
};

static const struct currency CURRENCIES[] = {
    { "AUD", "A$", 2 },  { "BHD", "BHD", 3 }, { "BRL", "R$", 2 },  { "CAD", "C$", 2 },  { "CLP", "CLP", 0 },
    { "CNY", "CN¥", 2 }, { "EUR", "€", 2 },   { "GBP", "£", 2 },   { "HKD", "HK$", 2 }, { "IDR", "Rp", 0 },
    { "INR", "₹", 2 },   { "ISK", "ISK", 0 }, { "JOD", "JOD", 3 }, { "JPY", "¥", 0 },   { "KRW", "₩", 0 },
    { "KWD", "KWD", 3 }, { "MXN", "MX$", 2 }, { "NZD", "NZ$", 2 }, { "OMR", "OMR", 3 }, { "PHP", "₱", 2 },
    { "PYG", "PYG", 0 }, { "SGD", "S$", 2 },  { "THB", "฿", 2 },   { "TND", "TND", 3 }, { "TWD", "NT$", 0 },
    { "UGX", "UGX", 0 }, { "USD", "$", 2 },   { "VND", "₫", 0 },   { "XAF", "XAF", 0 }, { "XOF", "XOF", 0 },
};

/* The digits behind the point, as millionths, rounded at the seventh. Returns where they end. */
static const char *read_fraction(const char *at, struct decimal *number)
{
    int count = 0;

    for (; isdigit((unsigned char)*at); at++, count++) {
        if (count < PLACES_MAX)
            number->millionths += (*at - '0') * POWERS[PLACES_MAX - 1 - count];
        else if (count == PLACES_MAX && *at >= '5')
            number->millionths++;
    }
    number->places = count < PLACES_MAX ? count : PLACES_MAX;
    return at;
}

static bool decimal_parse(const char *text, struct decimal *number)
{
    bool is_negative = *text == '-';
    size_t digits;
    int64_t whole = 0;

    *number = (struct decimal){ 0 };
    text += *text == '-' || *text == '+';
    digits = strspn(text, "0123456789");
    if (digits == 0 || digits > WHOLE_DIGITS_MAX)
        return false;
    for (size_t i = 0; i < digits; i++)
        whole = whole * 10 + (text[i] - '0');
    number->millionths = whole * POWERS[PLACES_MAX];
    text += digits;
    if (*text == '.' && isdigit((unsigned char)text[1]))
        text = read_fraction(text + 1, number);
    if (is_negative)
        number->millionths = -number->millionths;
    return *text == '\0';
}

static bool value_parse(const struct buf *value, struct decimal *number)
{
    return strlen(buf_text(value)) == value->len && decimal_parse(buf_text(value), number);
}

bool filter_is_number(const struct buf *value)
{
    struct decimal number;

    return value_parse(value, &number);
}

/* The absolute value in units of 10^-places, halves rounded up. */
static int64_t round_absolute(int64_t millionths, int places)
{
    int64_t unit = POWERS[PLACES_MAX - places];

    return ((millionths < 0 ? -millionths : millionths) + unit / 2) / unit;
}

/* "CHF" keeps its distance from the number also where "$" does not. */
static bool is_word(const struct currency *currency)
{
    return strcmp(currency->code, currency->sign) == 0;
}

/* The number, with the locale's sign between its thousands. */
static void add_grouped(int64_t number, const struct locale *locale, struct buf *out)
{
    char digits[32];
    size_t len = (size_t)snprintf(digits, sizeof digits, "%" PRId64, number);
    bool is_grouped = len >= (size_t)locale->grouped_from;

    for (size_t i = 0; i < len; i++) {
        if (is_grouped && i > 0 && (len - i) % 3 == 0)
            buf_add_text(out, locale->group);
        buf_add_char(out, digits[i]);
    }
}

/* "-12.50": digits with a point, as this language of templates writes numbers. */
static void decimal_format(int64_t millionths, int places, struct buf *out)
{
    int64_t units = round_absolute(millionths, places);

    buf_addf(out, "%s%" PRId64, millionths < 0 && units > 0 ? "-" : "", units / POWERS[places]);
    if (places > 0)
        buf_addf(out, ".%0*" PRId64, places, units % POWERS[places]);
}

/* A sum as people write it: "-€1,204.50", "-1204,50 €". */
static void money_format(int64_t millionths, const struct currency *currency, const struct locale *locale,
                         struct buf *out)
{
    int64_t units = round_absolute(millionths, currency->places);
    const char *gap = is_word(currency) && *locale->sign_gap == '\0' ? " " : locale->sign_gap;

    if (millionths < 0 && units > 0)
        buf_add_char(out, '-');
    if (!locale->is_sign_behind)
        buf_addf(out, "%s%s", currency->sign, gap);
    add_grouped(units / POWERS[currency->places], locale, out);
    if (currency->places > 0)
        buf_addf(out, "%s%0*" PRId64, locale->point, currency->places, units % POWERS[currency->places]);
    if (locale->is_sign_behind)
        buf_addf(out, "%s%s", gap, currency->sign);
}

int filter_check_number(char *const *args, struct error *error)
{
    struct decimal number;

    if (!decimal_parse(args[0], &number))
        return error_set(error, "\"%s\" is no decimal number of at most %d digits before the point.", args[0],
                         (int)WHOLE_DIGITS_MAX);
    return 0;
}

static void add(const struct buf *value, const char *argument, bool is_minus, struct buf *out)
{
    struct decimal left = { 0 };
    struct decimal right;

    decimal_parse(argument, &right);
    if (value->len > 0 && !value_parse(value, &left)) {
        buf_add(out, value->data, value->len);
        return;
    }
    decimal_format(left.millionths + (is_minus ? -right.millionths : right.millionths),
                   left.places > right.places ? left.places : right.places, out);
}

void filter_plus(char *const *args, const struct zone *zone, const struct buf *value, struct buf *out)
{
    (void)zone;
    add(value, args[0], false, out);
}

void filter_minus(char *const *args, const struct zone *zone, const struct buf *value, struct buf *out)
{
    (void)zone;
    add(value, args[0], true, out);
}

/* ISO 4217, what people pay with. */
static const char CODES[] =
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN "
    "BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD "
    "FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY "
    "KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP "
    "MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR "
    "RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT "
    "TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW "
    "ZWL ";

bool filter_knows_currency(const char *code)
{
    for (const char *at = CODES; *at != '\0'; at += 4)
        if (strncmp(at, code, 3) == 0)
            return true;
    return false;
}

int filter_check_currency(char *const *args, struct error *error)
{
    if (strlen(args[0]) != 3 || strspn(args[0], "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 3)
        return error_set(error,
                         "\"%s\" is no currency code; write three capital letters, such as 'KRW' or 'USD'.",
                         args[0]);
    return args[1] == NULL || locale_named(args[1], error) != NULL ? 0 : -1;
}

static const struct currency *find_currency(const char *code)
{
    for (size_t i = 0; i < sizeof CURRENCIES / sizeof CURRENCIES[0]; i++)
        if (strcmp(CURRENCIES[i].code, code) == 0)
            return &CURRENCIES[i];
    return NULL;
}

void filter_money(char *const *args, const struct zone *zone, const struct buf *value, struct buf *out)
{
    const struct currency other = { args[0], args[0], 2 };
    const struct currency *known = find_currency(args[0]);
    struct decimal number;

    (void)zone;
    if (value_parse(value, &number))
        money_format(number.millionths, known != NULL ? known : &other,
                     args[1] != NULL ? locale_find(args[1]) : locale_english(), out);
    else
        buf_add(out, value->data, value->len);
}
