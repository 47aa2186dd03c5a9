/*
 * filter: what stands behind a "|" in a template. Private to text/.
 *
 * A filter is a row of a table: its name, the kinds of its arguments, a check at compile time, a function.
 * Filters never fail on a value: what is no number or no date goes through unchanged. No result is longer
 * than FILTER_VALUE_MAX. Pure; any thread.
 *
 * filter.c holds the table and the filters of text, filter_number.c, filter_date.c and filter_josa.c
 * the others.
 */
#ifndef TEXT_FILTER_H
#define TEXT_FILTER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/zone.h"

enum { FILTER_ARGS_MAX = 2, FILTER_VALUE_MAX = 64 * 1024 };

struct filter_type;

struct filter {
    const struct filter_type *type;
    char *args[FILTER_ARGS_MAX]; /* owned */
    size_t arg_count;
};

/* By its name, or NULL with a sentence that names the nearest one. */
const struct filter_type *filter_find(const char *name, struct error *error);

/* Do the arguments suit the filter? 0, or -1 with a sentence. */
int filter_check(const struct filter *filter, struct error *error);

/* Replaces the value by what the filter makes of it. A NULL zone is UTC. */
void filter_apply(const struct filter *filter, const struct zone *zone, struct buf *value);

/* The currency of a `money`; NULL: it is another filter. Is it a code of ISO 4217 that is in use? */
const char *filter_currency(const struct filter *filter);
bool filter_knows_currency(const char *code);

/* Can the filter do anything with the value, or would it pass it on as it is, being no number or no time? Empty is fine. */
bool filter_reads(const struct filter *filter, const struct buf *value);
const char *filter_name(const struct filter *filter);
const char *filter_date_form(const struct filter *filter); /* of a `date` that is given one; else NULL */

/* Frees the arguments. */
void filter_release(struct filter *filter);

/* Of the other filter_*.c: checks of arguments, and functions from a value to a result. */
bool filter_is_number(const struct buf *value);
bool filter_is_time(const struct buf *value);
int filter_check_number(char *const *args, struct error *error);
int filter_check_currency(char *const *args, struct error *error);
int filter_check_date(char *const *args, struct error *error);
int filter_check_josa(char *const *args, struct error *error);
void filter_plus(char *const *args, const struct zone *zone, const struct buf *value, struct buf *out);
void filter_minus(char *const *args, const struct zone *zone, const struct buf *value, struct buf *out);
void filter_money(char *const *args, const struct zone *zone, const struct buf *value, struct buf *out);
void filter_date(char *const *args, const struct zone *zone, const struct buf *value, struct buf *out);
void filter_josa(char *const *args, const struct zone *zone, const struct buf *value, struct buf *out);

#endif
