/*
 * literal_part: sets of strings, multiplied and united within bounds.
 *
 * A sequence multiplies its exact parts as long as the product stays small: colou?rs is color × s, colour ×
 * s. What is not exact ends the run, and of all runs and needs the best one is kept: a long shortest string
 * counts most, since it is what a text rarely holds by chance, and few strings rather than many.
 */
#include <string.h>

#include "text/literal_part.h"

static const char *next_string(const char *string)
{
    return string + strlen(string) + 1;
}

static void strings_release(struct strings *strings)
{
    buf_release(&strings->bytes);
    strings->count = 0;
}

static void strings_move(struct strings *to, struct strings *from)
{
    strings_release(to);
    *to = *from;
    *from = (struct strings){ 0 };
}

static bool strings_has(const struct strings *strings, const char *wanted)
{
    const char *string = buf_text(&strings->bytes);

    for (size_t i = 0; i < strings->count; i++, string = next_string(string))
        if (strcmp(string, wanted) == 0)
            return true;
    return false;
}

static void strings_add(struct strings *strings, const char *string)
{
    if (strings->count <= EXACT_MAX && strings_has(strings, string))
        return;
    buf_add(&strings->bytes, string, strlen(string) + 1);
    strings->count++;
}

static void strings_add_all(struct strings *strings, const struct strings *more)
{
    const char *string = buf_text(&more->bytes);

    for (size_t i = 0; i < more->count; i++, string = next_string(string))
        strings_add(strings, string);
}

static size_t shortest(const struct strings *strings)
{
    const char *string = buf_text(&strings->bytes);
    size_t least = strings->count > 0 ? strlen(string) : 0;

    for (size_t i = 0; i < strings->count; i++, string = next_string(string))
        if (strlen(string) < least)
            least = strlen(string);
    return least;
}

static size_t longest(const struct strings *strings)
{
    const char *string = buf_text(&strings->bytes);
    size_t most = 0;

    for (size_t i = 0; i < strings->count; i++, string = next_string(string))
        if (strlen(string) > most)
            most = strlen(string);
    return most;
}

/* Each of the one followed by each of the other; false, and nothing changed, when that grows too large. */
static bool strings_multiply(struct strings *strings, const struct strings *by)
{
    struct strings product = { 0 };
    const char *left = buf_text(&strings->bytes);

    if (strings->count * by->count > EXACT_MAX || longest(strings) + longest(by) > EXACT_BYTES_MAX)
        return false;
    for (size_t i = 0; i < strings->count; i++, left = next_string(left)) {
        const char *right = buf_text(&by->bytes);

        for (size_t j = 0; j < by->count; j++, right = next_string(right)) {
            char joined[EXACT_BYTES_MAX + 1];
            size_t len = strlen(left);

            memcpy(joined, left, len);
            memcpy(joined + len, right, strlen(right) + 1);
            strings_add(&product, joined);
        }
    }
    strings_move(strings, &product);
    return true;
}

/* How good a set is as a filter; 0: no set at all. */
static size_t worth(const struct strings *strings)
{
    size_t least = shortest(strings), cost = 0;

    if (least == 0)
        return 0;
    for (size_t count = strings->count; count > 1; count /= 2)
        cost += 2;
    least = 8 * (least < 16 ? least : 16);
    return least > cost ? least - cost : 1;
}

/* Keeps the better of the two in *best. */
static void consider(struct strings *best, const struct strings *other)
{
    if (worth(other) <= worth(best))
        return;
    strings_release(best);
    buf_add(&best->bytes, other->bytes.data, other->bytes.len);
    best->count = other->count;
}

struct part part_exact(const char *string)
{
    struct part part = { .kind = PART_EXACT };

    strings_add(&part.strings, string);
    return part;
}

void part_release(struct part *part)
{
    strings_release(&part->strings);
    part->kind = PART_ANY;
}

void sequence_init(struct sequence *sequence)
{
    *sequence = (struct sequence){ .is_exact = true };
    strings_add(&sequence->run, "");
}

/* Ends the run; the next one begins with nothing, or with the strings given. */
static void break_run(struct sequence *sequence, struct strings *next)
{
    struct strings empty = { 0 };

    consider(&sequence->best, &sequence->run);
    if (next == NULL) {
        strings_add(&empty, "");
        next = &empty;
    }
    strings_move(&sequence->run, next);
    sequence->is_exact = false;
}

void sequence_add(struct sequence *sequence, struct part *next)
{
    if (next->kind == PART_EXACT) {
        if (!strings_multiply(&sequence->run, &next->strings))
            break_run(sequence, &next->strings);
    } else {
        if (next->kind == PART_NEEDS)
            consider(&sequence->best, &next->strings);
        break_run(sequence, NULL);
    }
    part_release(next);
}

void sequence_add_repeated(struct sequence *sequence, struct part *next)
{
    if (next->kind != PART_EXACT || longest(&next->strings) == 0) {
        sequence_add(sequence, next);
        return;
    }
    strings_multiply(&sequence->run, &next->strings);
    break_run(sequence, &next->strings);
    part_release(next);
}

struct part sequence_end(struct sequence *sequence)
{
    struct part part = { .kind = PART_EXACT };

    if (sequence->is_exact) {
        strings_move(&part.strings, &sequence->run);
    } else {
        consider(&sequence->best, &sequence->run);
        part.kind = sequence->best.count > 0 ? PART_NEEDS : PART_ANY;
        strings_move(&part.strings, &sequence->best);
    }
    strings_release(&sequence->run);
    strings_release(&sequence->best);
    return part;
}

bool part_needs(const struct part *part)
{
    return part->kind != PART_ANY && shortest(&part->strings) > 0;
}

void part_or(struct part *left, struct part *right)
{
    bool is_exact = left->kind == PART_EXACT && right->kind == PART_EXACT;
    bool has_needs = part_needs(left) && part_needs(right);
    size_t count = left->strings.count + right->strings.count;

    if (is_exact && count <= EXACT_MAX) {
        strings_add_all(&left->strings, &right->strings);
    } else if (has_needs && count <= NEEDS_MAX) {
        strings_add_all(&left->strings, &right->strings);
        left->kind = PART_NEEDS;
    } else {
        part_release(left);
    }
    part_release(right);
}

void part_or_nothing(struct part *part)
{
    struct part nothing = part_exact("");

    part_or(part, &nothing);
}

void part_any_number(struct part *part)
{
    bool is_nothing = part->kind == PART_EXACT && longest(&part->strings) == 0;

    if (!is_nothing)
        part_release(part);
}
