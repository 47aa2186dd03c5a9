/*
 * ask_phone: the one telephone number in a text, as E.164.
 *
 * A number with + or 00 is taken as it is, checked by its country's lengths. One without is the business's
 * country's: its trunk prefix is dropped (0 in most countries), and without the prefix it must be long enough
 * to have its area code, since 7946 0958 is nobody's number. A number that begins with the calling code but
 * has no + ("34 600 111 222") is understood where it can be nothing else.
 *
 * PLANS holds the lengths of national numbers, area code and all, for the countries where they are settled; a
 * country that is not there may have 6 to 12 digits and drops a 0.
 */
#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "base/country.h"
#include "flow/ask_piece.h"
#include "flow/ask_read.h"
#include "text/fold.h"
#include "text/plain.h"

enum { PHONE_LEAST = 7, PHONE_MAX = 15, TYPED_MAX = 24, GAP_MAX = 3 };

struct plan {
    char country[3];
    const char *trunk; /* "": none */
    size_t min, max;   /* digits behind the calling code */
    size_t bare;       /* at least, when typed without the trunk prefix, */
    const char
        *first; /* which then begin with one of these: mobile numbers, where others cannot be told apart */
};

static const struct plan PLANS[] = {
    { "AE", "0", 8, 9, 9, "5" },         { "AR", "0", 10, 11, 10, "123456789" },
    { "AT", "0", 7, 13, 10, "6" },       { "AU", "0", 9, 9, 9, "4" },
    { "BE", "0", 8, 9, 9, "4" },         { "BG", "0", 8, 9, 9, "123456789" },
    { "BO", "", 8, 8, 8, "2345678" },    { "BR", "0", 10, 11, 10, "123456789" },
    { "CG", "", 9, 9, 9, "02" },         { "CH", "0", 9, 9, 9, "7" },
    { "CI", "", 10, 10, 10, "02" },      { "CL", "", 9, 9, 9, "2345679" },
    { "CN", "0", 9, 11, 11, "1" },       { "CO", "", 10, 10, 10, "36" },
    { "CR", "", 8, 8, 8, "2345678" },    { "CZ", "", 9, 9, 9, "23456789" },
    { "DE", "0", 7, 11, 10, "1" },       { "DK", "", 8, 8, 8, "23456789" },
    { "EC", "0", 8, 9, 9, "9" },         { "EG", "0", 8, 10, 10, "1" },
    { "ES", "", 9, 9, 9, "6789" },       { "FI", "0", 6, 10, 9, "4" },
    { "FR", "0", 9, 9, 9, "67" },        { "GA", "", 8, 8, 8, "01" },
    { "GB", "0", 9, 10, 10, "7" },       { "GR", "", 10, 10, 10, "26" },
    { "GT", "", 8, 8, 8, "234567" },     { "HK", "", 8, 8, 8, "235679" },
    { "HN", "", 8, 8, 8, "23789" },      { "HU", "06", 8, 9, 9, "123456789" },
    { "ID", "0", 8, 12, 9, "8" },        { "IE", "0", 8, 9, 9, "8" },
    { "IL", "0", 8, 9, 9, "5" },         { "IN", "0", 10, 10, 10, "6789" },
    { "IT", "", 6, 11, 9, "03" },        { "JP", "0", 9, 10, 10, "789" },
    { "KE", "0", 9, 9, 9, "17" },        { "KR", "0", 8, 10, 10, "1" },
    { "KZ", "8", 10, 10, 10, "7" },      { "MA", "0", 9, 9, 9, "67" },
    { "MO", "", 8, 8, 8, "268" },        { "MX", "", 10, 10, 10, "23456789" },
    { "MY", "0", 8, 10, 9, "1" },        { "NG", "0", 8, 10, 10, "789" },
    { "NI", "", 8, 8, 8, "2578" },       { "NL", "0", 9, 9, 9, "6" },
    { "NO", "", 8, 8, 8, "2345679" },    { "NZ", "0", 8, 10, 8, "2" },
    { "PA", "", 7, 8, 7, "2345678" },    { "PE", "0", 8, 9, 9, "9" },
    { "PH", "0", 9, 10, 10, "9" },       { "PL", "", 9, 9, 9, "123456789" },
    { "PT", "", 9, 9, 9, "29" },         { "PY", "0", 9, 9, 9, "9" },
    { "RO", "0", 9, 9, 9, "7" },         { "RU", "8", 10, 10, 10, "9" },
    { "SA", "0", 9, 9, 9, "5" },         { "SE", "0", 7, 9, 9, "7" },
    { "SG", "", 8, 8, 8, "3689" },       { "SK", "0", 9, 9, 9, "9" },
    { "SV", "", 8, 8, 8, "267" },        { "TH", "0", 8, 9, 9, "689" },
    { "TR", "0", 10, 10, 10, "5" },      { "TW", "0", 8, 9, 9, "9" },
    { "UA", "0", 9, 9, 9, "123456789" }, { "UY", "0", 8, 8, 8, "9" },
    { "VE", "0", 10, 10, 10, "4" },      { "VN", "0", 9, 10, 9, "123456789" },
    { "ZA", "0", 9, 9, 9, "123456789" },
};

static const struct plan NORTH_AMERICA = { "US", "1", 10, 10, 10, "23456789" };
static const struct plan ELSEWHERE = { "", "0", 6, 12, 8, "123456789" };

static const struct plan *plan_of(const char *country)
{
    if (strcmp(country_calling_code(country), "1") == 0)
        return &NORTH_AMERICA;
    for (size_t i = 0; i < sizeof PLANS / sizeof PLANS[0]; i++)
        if (strcmp(PLANS[i].country, country) == 0)
            return &PLANS[i];
    return &ELSEWHERE;
}

static bool fits(const struct plan *plan, const char *national)
{
    size_t len = strlen(national);

    if (len < plan->min || len > plan->max || (plan->trunk[0] != '\0' && national[0] == '0'))
        return false;
    if (plan->trunk[0] == '\0' && strchr(plan->first, national[0]) == NULL)
        return false;
    if (strcmp(plan->country, "KR") == 0 && strncmp(national, "10", 2) == 0 && len != plan->max)
        return false;
    return plan != &NORTH_AMERICA || (national[0] >= '2' && national[3] >= '2');
}

/* Is it a whole number though it was typed without the trunk prefix? */
static bool fits_bare(const struct plan *plan, const char *national)
{
    return fits(plan, national) && strlen(national) >= plan->bare && strchr(plan->first, national[0]) != NULL;
}

static bool write_e164(const char *code, const char *national, struct buf *e164)
{
    size_t len = strlen(code) + strlen(national);

    if (len < PHONE_LEAST || len > PHONE_MAX)
        return false;
    buf_addf(e164, "+%s%s", code, national);
    return true;
}

/* Digits with the calling code. A 0 behind it is a slip: +44 (0)20 … */
static bool read_international(const char *digits, struct buf *e164)
{
    char phone[TYPED_MAX + 2];
    const char *country, *code, *national;

    snprintf(phone, sizeof phone, "+%s", digits);
    country = country_of_phone(phone);
    code = country_calling_code(country);
    if (code[0] == '\0')
        return false;
    const struct plan *plan = plan_of(country);
    national = digits + strlen(code);
    if (plan->trunk[0] != '\0' && national[0] == '0')
        national++;
    if (strcmp(country, "MX") == 0 && national[0] == '1' && strlen(national) == plan->max + 1)
        national++; /* once put before mobile numbers */
    return fits(plan, national) && write_e164(code, national, e164);
}

static bool read_national(const char *country, const char *digits, struct buf *e164)
{
    const char *code = country_calling_code(country);
    const struct plan *plan = plan_of(country);
    size_t trunk = strlen(plan->trunk), code_len = strlen(code);

    if (code_len == 0)
        return false;
    if (trunk > 0 && strncmp(digits, plan->trunk, trunk) == 0 && fits(plan, digits + trunk))
        return write_e164(code, digits + trunk, e164);
    if (fits_bare(plan, digits))
        return write_e164(code, digits, e164);
    return strncmp(digits, code, code_len) == 0 && fits_bare(plan, digits + code_len) &&
           write_e164(code, digits + code_len, e164);
}

static bool read_digits(const struct ask *ask, const char *digits, bool has_plus, struct buf *e164)
{
    const char *country = ask->country != NULL ? ask->country : "";

    if (has_plus)
        return read_international(digits, e164);
    if (strncmp(digits, "00", 2) == 0)
        return read_international(digits + 2, e164);
    if (plan_of(country) == &NORTH_AMERICA && strncmp(digits, "011", 3) == 0)
        return read_international(digits + 3, e164);
    return read_national(country, digits, e164);
}

/* What looks like a number, in a plain text */

struct run {
    char digits[TYPED_MAX + 1];
    size_t count, groups[3], group_count; /* lengths of the first groups; how many there are */
    bool has_plus, is_spoiled;            /* a letter touches it */
};

static bool is_separator(char c)
{
    return c != '\0' && strchr(" -./()", c) != NULL;
}

/* Digits with separators between, at most GAP_MAX in a row. Returns where it ends. */
static size_t read_run(const char *text, size_t at, struct run *run)
{
    size_t gap = 0;

    *run = (struct run){ .has_plus = text[at] == '+',
                         .is_spoiled = at > 0 && ascii_is_letter((unsigned char)text[at - 1]) };
    for (at += run->has_plus; text[at] != '\0'; at++) {
        if (!ascii_is_digit((unsigned char)text[at])) {
            if (!is_separator(text[at]) || ++gap > GAP_MAX)
                break;
            continue;
        }
        if (gap > 0 || run->count == 0)
            run->group_count++;
        if (run->group_count <= 3)
            run->groups[run->group_count - 1]++;
        if (run->count < TYPED_MAX)
            run->digits[run->count] = text[at];
        run->count++;
        gap = 0;
    }
    return at;
}

static bool is_date(const struct run *run)
{
    const size_t *groups = run->groups;

    return run->group_count == 3 && !run->has_plus &&
           ((groups[0] <= 2 && groups[1] <= 2 && groups[2] == 4) ||
            (groups[0] == 4 && groups[1] <= 2 && groups[2] <= 2));
}

/* False when there are two numbers. */
static bool read_runs(const struct ask *ask, const char *text, struct buf *value)
{
    for (size_t at = 0; text[at] != '\0';) {
        struct run run;
        struct buf e164 = { 0 };

        if (text[at] != '+' && !ascii_is_digit((unsigned char)text[at])) {
            at++;
            continue;
        }
        at = read_run(text, at, &run);
        if (run.count < PHONE_LEAST || run.count > TYPED_MAX || run.is_spoiled || is_date(&run) ||
            !read_digits(ask, run.digits, run.has_plus, &e164))
            continue;
        bool is_other = value->len > 0 && strcmp(value->data, e164.data) != 0;
        if (value->len == 0)
            buf_add(value, e164.data, e164.len);
        buf_release(&e164);
        if (is_other)
            return false;
    }
    return value->len > 0;
}

enum ask_result ask_read_phone(const struct ask *ask, const char *text, struct ask_answer *answer)
{
    struct buf folded = { 0 }, plain = { 0 };
    bool is_read = false;

    fold_text(text, strlen(text), &folded);
    if (folded.len > 0 && folded.len <= ASK_TEXT_MAX) {
        plain_text(folded.data, folded.len, &plain);
        is_read = read_runs(ask, buf_text(&plain), &answer->value);
    }
    buf_release(&folded);
    buf_release(&plain);
    if (!is_read)
        buf_release(&answer->value);
    return is_read ? ASK_READ : ASK_NO;
}
