/*
 * expression: conditions and values as SQL expressions, ":open = 0 AND @size > 2", "@free - @people".
 *
 * A set of expressions lives on a private connection in memory that knows no table. An expression is one
 * expression: no SELECT, no second statement, no comment, no aggregate or window function; of the functions
 * only the few that expression.c lists, which are pure (none tells the time, none is random). Text stands
 * between single quotes, or between double ones, which are easier to type inside a rule file. A fact is
 * written :name, a variable @name; what stands behind the names is asked for at every evaluation, and only
 * for the names that the expression holds.
 *
 * True is what SQL takes for true: a number other than 0. NULL is not true. Bounded, by counts and lengths
 * and never by time, so that the same values give the same answer: EXPRESSION_SOURCE_MAX bytes of source,
 * EXPRESSION_NAMES_MAX names, values of EXPRESSION_VALUE_MAX bytes (longer ones are cut on a character
 * border, as rules see a message), twice that for what functions make of them, and the steps of SQLite's
 * machine. An evaluation that hits a bound or fails (a number that overflows) is EXPRESSION_LIMIT, which is
 * not true either; the caller counts it.
 *
 * Each distinct text is prepared once. A set and its expressions belong to one thread at a time, evaluation
 * included; an expression lives as long as its set.
 */
#ifndef STORE_EXPRESSION_H
#define STORE_EXPRESSION_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

struct expressions; /* a set */
struct expression;  /* one of them */

enum { EXPRESSION_SOURCE_MAX = 2000, EXPRESSION_NAMES_MAX = 20, EXPRESSION_VALUE_MAX = 4096 };

enum expression_result { EXPRESSION_NO, EXPRESSION_YES, EXPRESSION_LIMIT };

enum expression_kind { EXPRESSION_NULL, EXPRESSION_INT, EXPRESSION_REAL, EXPRESSION_TEXT };

struct expression_value { /* the zero value is NULL */
    enum expression_kind kind;
    int64_t number;
    double real;
    const char *text; /* `len` bytes of UTF-8, borrowed until the next look-up */
    size_t len;
};

/* The value of ":hour" or "@size"; `name` as expression_name gives it. */
typedef void expression_lookup(void *context, const char *name, struct expression_value *value);

struct expressions *expressions_new(void);
void expressions_free(struct expressions *expressions); /* and every expression of it; NULL is fine */

/* The expression of that text: the same one for the same text. NULL and a sentence on refusal. */
const struct expression *expressions_add(struct expressions *expressions, const char *source,
                                         struct error *error);

/* The names it uses, each once, with their sigils: ":hour", "@size". */
size_t expression_name_count(const struct expression *expression);
const char *expression_name(const struct expression *expression, size_t index);

enum expression_result expression_test(const struct expression *expression, expression_lookup *lookup,
                                       void *context);

/*
 * The value instead of its truth: 0, or -1 when a bound was hit or it failed; then it is NULL. A text is copied
 * into *text (the zero value or a released one goes in), in valid UTF-8 and without NUL; bytes, x'00', are NULL.
 */
int expression_evaluate(const struct expression *expression, expression_lookup *lookup, void *context,
                        struct expression_value *value, struct buf *text);

#endif
