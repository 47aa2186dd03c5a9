/*
 * template: "Hello {{ first_name | default: 'there' }}".
 *
 * Compiled once, rendered often. A name is [A-Za-z_][A-Za-z0-9_.]*; filters are applied from left to right,
 * their arguments are 'quoted', "quoted", or bare numbers:
 *
 *     default: 'x'       when the value is empty
 *     capitalize         first letter up
 *     upcase, downcase
 *     strip              blanks off both ends
 *     truncate: 20       to 20 characters, the last one "…"
 *     replace: 'a', 'b'  every a by b
 *     plus: 3, minus: 3  decimal, exact
 *     money: 'KRW'       12000 → ₩12,000; 'USD': 12.5 → $12.50; codes without a sign of their own: CHF 12.50
 *     money: 'EUR', 'es' as that language writes it: 12,50 €
 *     date: '%H:%M'      unix seconds or milliseconds, or ISO 8601, in the render zone; of strftime: %Y %m %d
 *                        %H %M %S %y %e %I %p %a %A %b %B %j %Z %z %% in English, and %-d without padding
 *     date: '%A', 'es'   with the names of that language: martes (text/locale.h)
 *     date               2026-05-12 21:00, and a date without a time 2026-05-12
 *     josa: '을/를'      with the Korean particle that fits: 사과를, 수박을 (text/josa.h)
 *
 * "{{ '{{' }}" prints two braces. Anything else in braces is an error with its column. Pure; a compiled
 * template is immutable, any thread may render it.
 */
#ifndef TEXT_TEMPLATE_H
#define TEXT_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/zone.h"

struct template;

/* Appends the value of `name` and returns true, or returns false when there is none (rendered as empty). */
typedef bool template_lookup(void *context, const char *name, struct buf *value);

struct template_env {
    template_lookup *lookup;
    void *context;           /* handed to lookup */
    const struct zone *zone; /* for `date`; NULL: UTC */
};

struct template *template_new(const char *source, struct error *error); /* NULL on error; "column 12: …" */
void template_free(struct template *template);

/* The names it asks for, in order of appearance, repetitions included. */
size_t template_name_count(const struct template *template);
const char *template_name(const struct template *template, size_t index);

/* The first currency code of a `money` that no country uses; NULL: none. (A slip worth a warning.) */
const char *template_odd_currency(const struct template *template);

/*
 * The first constant text that stands before a filter which passes it on unread: `money` (plus, minus) of "6,90", `date`
 * of "tomorrow"; *filter is that filter's name. NULL: none. Likewise the form of a `date` that holds no part of one.
 */
const char *template_odd_value(const struct template *template, const char **filter);
const char *template_odd_form(const struct template *template);

/* Appends the text, at most `max` bytes of it (cut on a character border). */
void template_render(const struct template *template, const struct template_env *env, size_t max,
                     struct buf *out);

/*
 * The same, but the value of each name, when its filters are done, is appended by `escape`, in the form that its
 * place wants (escape.h). `before` is what was rendered so far; it may move while *out grows.
 */
typedef void template_escape(const char *before, size_t before_len, const struct buf *value, struct buf *out);
void template_render_escaped(const struct template *template, const struct template_env *env,
                             template_escape *escape, size_t max, struct buf *out);

#endif
