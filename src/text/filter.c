/*
 * filter: the table, and the filters that treat a value as text.
 *
 * An apply function reads the value and appends its result to an empty buf; filter_apply swaps the two. Only
 * replace can make a value longer by more than a constant factor, so it watches FILTER_VALUE_MAX itself;
 * whatever is longer in the end is cut on a character border.
 *
 * Letters change case one by one (utf8proc), so lengths in characters stay: ß becomes ẞ, not SS. truncate
 * counts characters and does not cut into a grapheme cluster: of an emoji of several characters all or
 * nothing remains.
 */
#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>

#include "base/nearest.h"
#include "base/utf8.h"
#include "text/cluster.h"
#include "text/filter.h"
#include "text/fold.h"

enum { TRUNCATE_MAX = 10000 };

struct filter_type {
    const char *name;
    size_t arg_min, arg_max; /* those that are left out are NULL */
    int (*check)(char *const *args, struct error *error); /* NULL: any arguments will do */
    void (*apply)(char *const *args, const struct zone *zone, const struct buf *value, struct buf *out);
};

/* Decodes the next character at *at and moves behind it; a bad byte counts as a character. */
static uint32_t next_code(const struct buf *text, size_t *at)
{
    uint32_t code;
    size_t step = utf8_decode(text->data + *at, text->len - *at, &code);

    *at += step > 0 ? step : 1;
    return code;
}

static void apply_default(char *const *args, const struct zone *zone, const struct buf *value,
                          struct buf *out)
{
    (void)zone;
    if (value->len > 0)
        buf_add(out, value->data, value->len);
    else
        buf_add_text(out, args[0]);
}

static void apply_capitalize(char *const *args, const struct zone *zone, const struct buf *value,
                             struct buf *out)
{
    size_t at = 0;

    (void)args;
    (void)zone;
    if (value->len == 0)
        return;
    utf8_encode((uint32_t)utf8proc_totitle((utf8proc_int32_t)next_code(value, &at)), out);
    buf_add(out, value->data + at, value->len - at);
}

static void apply_upcase(char *const *args, const struct zone *zone, const struct buf *value, struct buf *out)
{
    (void)args;
    (void)zone;
    for (size_t at = 0; at < value->len;)
        utf8_encode((uint32_t)utf8proc_toupper((utf8proc_int32_t)next_code(value, &at)), out);
}

static void apply_downcase(char *const *args, const struct zone *zone, const struct buf *value,
                           struct buf *out)
{
    (void)args;
    (void)zone;
    for (size_t at = 0; at < value->len;)
        utf8_encode((uint32_t)utf8proc_tolower((utf8proc_int32_t)next_code(value, &at)), out);
}

static void apply_strip(char *const *args, const struct zone *zone, const struct buf *value, struct buf *out)
{
    size_t start = value->len;
    size_t end = 0;

    (void)args;
    (void)zone;
    for (size_t at = 0; at < value->len;) {
        size_t from = at;

        if (fold_is_blank(next_code(value, &at)))
            continue;
        if (start == value->len)
            start = from;
        end = at;
    }
    if (start < end)
        buf_add(out, value->data + start, end - start);
}

static int check_truncate(char *const *args, struct error *error)
{
    char *end;
    long count = strtol(args[0], &end, 10);

    if (*end != '\0' || end == args[0] || count < 1 || count > TRUNCATE_MAX)
        return error_set(error, "truncate needs a number of characters from 1 to %d, not \"%s\".",
                         (int)TRUNCATE_MAX, args[0]);
    return 0;
}

static void apply_truncate(char *const *args, const struct zone *zone, const struct buf *value,
                           struct buf *out)
{
    size_t max = strtoul(args[0], NULL, 10);

    (void)zone;
    if (utf8_count(buf_text(value), value->len) <= max) {
        buf_add(out, value->data, value->len);
        return;
    }
    buf_add(out, value->data, cluster_floor(value->data, value->len, max - 1));
    buf_add_text(out, "…");
}

static int check_replace(char *const *args, struct error *error)
{
    if (*args[0] == '\0')
        return error_set(error, "replace needs something to look for; '' is found nowhere.");
    return 0;
}

static void apply_replace(char *const *args, const struct zone *zone, const struct buf *value,
                          struct buf *out)
{
    const char *at = buf_text(value);
    const char *end = at + value->len;
    const char *found;

    (void)zone;
    while (out->len < FILTER_VALUE_MAX &&
           (found = memmem(at, (size_t)(end - at), args[0], strlen(args[0]))) != NULL) {
        buf_add(out, at, (size_t)(found - at));
        buf_add_text(out, args[1]);
        at = found + strlen(args[0]);
    }
    buf_add(out, at, (size_t)(end - at));
}

static const struct filter_type TYPES[] = {
    { "default", 1, 1, NULL, apply_default },
    { "capitalize", 0, 0, NULL, apply_capitalize },
    { "upcase", 0, 0, NULL, apply_upcase },
    { "downcase", 0, 0, NULL, apply_downcase },
    { "strip", 0, 0, NULL, apply_strip },
    { "truncate", 1, 1, check_truncate, apply_truncate },
    { "replace", 2, 2, check_replace, apply_replace },
    { "plus", 1, 1, filter_check_number, filter_plus },
    { "minus", 1, 1, filter_check_number, filter_minus },
    { "money", 1, 2, filter_check_currency, filter_money },
    { "date", 0, 2, filter_check_date, filter_date },
    { "josa", 1, 1, filter_check_josa, filter_josa },
};

enum { TYPE_COUNT = sizeof TYPES / sizeof TYPES[0] };

const struct filter_type *filter_find(const char *name, struct error *error)
{
    struct nearest nearest = { .word = name };
    struct buf advice = { 0 };
    const char *names[TYPE_COUNT + 1] = { 0 };

    for (size_t i = 0; i < TYPE_COUNT; i++) {
        if (strcmp(TYPES[i].name, name) == 0)
            return &TYPES[i];
        names[i] = TYPES[i].name;
        nearest_offer(&nearest, names[i]);
    }
    nearest_advise(&nearest, names, &advice);
    error_set(error, "there is no filter \"%s\"%s", name, buf_text(&advice));
    buf_release(&advice);
    return NULL;
}

int filter_check(const struct filter *filter, struct error *error)
{
    const struct filter_type *type = filter->type;
    struct buf wanted = { 0 };

    if (filter->arg_count >= type->arg_min && filter->arg_count <= type->arg_max)
        return type->check != NULL && filter->arg_count > 0 ? type->check(filter->args, error) : 0;
    if (type->arg_min < type->arg_max)
        buf_addf(&wanted, "%zu to ", type->arg_min);
    error_set(error, "%s takes %s%zu argument%s, here are %zu.", type->name, buf_text(&wanted), type->arg_max,
              type->arg_max == 1 ? "" : "s", filter->arg_count);
    buf_release(&wanted);
    return -1;
}

void filter_apply(const struct filter *filter, const struct zone *zone, struct buf *value)
{
    struct buf out = { 0 };

    filter->type->apply(filter->args, zone, value, &out);
    if (out.len > FILTER_VALUE_MAX)
        buf_truncate(&out, utf8_floor(out.data, out.len, FILTER_VALUE_MAX));
    buf_release(value);
    *value = out;
}

void filter_release(struct filter *filter)
{
    for (size_t i = 0; i < FILTER_ARGS_MAX; i++)
        free(filter->args[i]);
    *filter = (struct filter){ 0 };
}

const char *filter_currency(const struct filter *filter)
{
    return filter->type->apply == filter_money && filter->arg_count > 0 ? filter->args[0] : NULL;
}

const char *filter_name(const struct filter *filter)
{
    return filter->type->name;
}

const char *filter_date_form(const struct filter *filter)
{
    return filter->type->apply == filter_date ? filter->args[0] : NULL;
}

bool filter_reads(const struct filter *filter, const struct buf *value)
{
    if (value->len == 0)
        return true;
    if (filter->type->apply == filter_date)
        return filter_is_time(value);
    if (filter->type->apply == filter_money || filter->type->apply == filter_plus || filter->type->apply == filter_minus)
        return filter_is_number(value);
    return true;
}
