/*
 * literal_part: what is known of one part of a pattern, and how that of its parts makes that of the whole.
 * Private to literal*.c.
 *
 * A part knows one of three things about the skeletons of the texts that it matches:
 *
 *     PART_EXACT   each is one of `strings`, which may be the empty one;
 *     PART_NEEDS   each contains one of `strings`, none of which is empty;
 *     PART_ANY     nothing.
 *
 * All three are estimates from above. Parts are values that own their strings; the functions that join two
 * take the second apart.
 */
#ifndef TEXT_LITERAL_PART_H
#define TEXT_LITERAL_PART_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "text/literal.h"

enum {
    EXACT_MAX = 32,       /* strings of an exact part */
    EXACT_BYTES_MAX = 64, /* of one of them */
    NEEDS_MAX = 512
};

/* Each string ends in a zero byte; none holds one. */
struct strings {
    struct buf bytes;
    size_t count;
};

enum part_kind { PART_ANY, PART_EXACT, PART_NEEDS };

struct part {
    enum part_kind kind;
    struct strings strings;
};

/* A sequence in the making: the run of exact parts it ends in, and the best set before that run. */
struct sequence {
    struct strings run;
    struct strings best;
    bool is_exact; /* all so far is in the run */
};

struct part part_exact(const char *string);
void part_release(struct part *part);

void sequence_init(struct sequence *sequence);
void sequence_add(struct sequence *sequence, struct part *next);
/* At least once, perhaps more often. */
void sequence_add_repeated(struct sequence *sequence, struct part *next);
struct part sequence_end(struct sequence *sequence);

/* Either of the two; the result is in *left. */
void part_or(struct part *left, struct part *right);
/* That, or nothing at all. */
void part_or_nothing(struct part *part);
/* None, once, or several times. */
void part_any_number(struct part *part);
/* Does every text that the part matches hold one of its strings, and is none of them empty? */
bool part_needs(const struct part *part);

void literals_add(struct literals *literals, const char *bytes, size_t len, struct literal like);

#endif
