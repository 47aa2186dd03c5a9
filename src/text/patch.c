/*
 * patch: see the header.
 *
 * 1. Every line gets a number that it shares with all lines like it, so that lines are compared as numbers.
 * 2. A stretch of both texts is compared: what is the same at its beginning and end is paired; of what is left,
 *    the lines that occur once on each side, in the most of them that keep their order, are paired and part the
 *    stretch into smaller ones. A stretch without such a line is one change.
 * 3. The pairs are told in order, with what stands around a change.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/longest.h"
#include "text/patch.h"

enum { DEPTH_MAX = 32 }; /* of stretches in stretches; what lies deeper is one change */

struct line {
    const char *text;
    size_t len, kind;
};

struct side {
    struct line *lines;
    size_t count;
};

struct comparison {
    struct side before, after;
    size_t *partner;             /* of each line before: its line after, + 1; 0: it went */
    size_t *count[2], *place;    /* by kind, 0 between stretches: how often on each side, and where after */
};

/* Lines */

static void split_lines(const char *text, struct side *side)
{
    size_t room = 1;

    for (const char *at = text; *at != '\0'; at++)
        room += *at == '\n';
    side->lines = alloc_array(room, sizeof *side->lines);
    while (*text != '\0') {
        size_t len = strcspn(text, "\n");

        side->lines[side->count++] = (struct line){ .text = text, .len = len };
        text += len + (text[len] == '\n');
    }
}

static int compare_lines(const void *a, const void *b)
{
    const struct line *left = *(struct line *const *)a, *right = *(struct line *const *)b;
    size_t least = left->len < right->len ? left->len : right->len;
    int order = memcmp(left->text, right->text, least);

    return order != 0 ? order : (left->len > right->len) - (left->len < right->len);
}

/* Returns how many kinds there are. */
static size_t number_lines(struct side *before, struct side *after)
{
    size_t count = before->count + after->count, kinds = 0;
    struct line **sorted = alloc_array(count + 1, sizeof *sorted);

    for (size_t i = 0; i < count; i++)
        sorted[i] = i < before->count ? &before->lines[i] : &after->lines[i - before->count];
    if (count > 0)
        qsort(sorted, count, sizeof *sorted, compare_lines);
    for (size_t i = 0; i < count; i++) {
        kinds += i == 0 || compare_lines(&sorted[i - 1], &sorted[i]) != 0;
        sorted[i]->kind = kinds - 1;
    }
    free(sorted);
    return kinds;
}

/* Pairing */

struct stretch {
    size_t before, before_end, after, after_end;
};

static void pair(struct comparison *c, size_t before, size_t after)
{
    c->partner[before] = after + 1;
}

static bool is_same(const struct comparison *c, size_t before, size_t after)
{
    return c->before.lines[before].kind == c->after.lines[after].kind;
}

static void trim(struct comparison *c, struct stretch *s)
{
    while (s->before < s->before_end && s->after < s->after_end && is_same(c, s->before, s->after))
        pair(c, s->before++, s->after++);
    while (s->before < s->before_end && s->after < s->after_end &&
           is_same(c, s->before_end - 1, s->after_end - 1))
        pair(c, --s->before_end, --s->after_end);
}

static void count_kinds(struct comparison *c, const struct stretch *s)
{
    for (size_t i = s->before; i < s->before_end; i++)
        c->count[0][c->before.lines[i].kind]++;
    for (size_t i = s->after; i < s->after_end; i++) {
        c->count[1][c->after.lines[i].kind]++;
        c->place[c->after.lines[i].kind] = i;
    }
}

static void forget_kinds(struct comparison *c, const struct stretch *s)
{
    for (size_t i = s->before; i < s->before_end; i++)
        c->count[0][c->before.lines[i].kind] = 0;
    for (size_t i = s->after; i < s->after_end; i++)
        c->count[1][c->after.lines[i].kind] = 0;
}

/* Pairs the lines that hold the stretch together; how many. */
static size_t pair_anchors(struct comparison *c, const struct stretch *s)
{
    size_t room = s->before_end - s->before, count = 0, kept;
    size_t *from = alloc_array(room, sizeof *from), *to = alloc_array(room, sizeof *to);
    bool *belongs = alloc_array(room, sizeof *belongs);

    count_kinds(c, s);
    for (size_t i = s->before; i < s->before_end; i++) {
        size_t kind = c->before.lines[i].kind;

        if (c->count[0][kind] != 1 || c->count[1][kind] != 1)
            continue;
        from[count] = i;
        to[count++] = c->place[kind];
    }
    forget_kinds(c, s);
    kept = longest_rising(to, count, belongs);
    for (size_t i = 0; i < count; i++)
        if (belongs[i])
            pair(c, from[i], to[i]);
    free(from);
    free(to);
    free(belongs);
    return kept;
}

static void compare(struct comparison *c, struct stretch s, int depth)
{
    struct stretch part;

    trim(c, &s);
    if (s.before == s.before_end || s.after == s.after_end || depth == DEPTH_MAX || pair_anchors(c, &s) == 0)
        return;
    part = s;
    for (size_t i = s.before; i < s.before_end; i++) {
        if (c->partner[i] == 0)
            continue;
        part.before_end = i;
        part.after_end = c->partner[i] - 1;
        compare(c, part, depth + 1);
        part.before = i + 1;
        part.after = c->partner[i];
    }
    part.before_end = s.before_end;
    part.after_end = s.after_end;
    compare(c, part, depth + 1);
}

/* Telling */

struct telling {
    const struct comparison *c;
    patch_seen *seen;
    void *context;
    size_t around;
    size_t same; /* lines that are the same and were not told yet */
    bool has_told;
};

static void tell(struct telling *t, enum patch_kind kind, size_t before, size_t after)
{
    const struct line *line = kind == PATCH_NEW ? &t->c->after.lines[after] : &t->c->before.lines[before];

    t->seen(t->context, &(struct patch_line){ .kind = kind,
                                              .before = kind != PATCH_NEW ? before + 1 : 0,
                                              .after = kind != PATCH_GONE ? after + 1 : 0,
                                              .text = line->text,
                                              .len = line->len });
}

/* The lines before (before, after) that are the same: behind the last change, before this one, or both. */
static void tell_same(struct telling *t, size_t before, size_t after, bool is_end)
{
    size_t head = t->has_told ? t->around : 0, tail = is_end ? 0 : t->around;
    size_t same = t->same;

    if (same <= head + tail)
        head = same, tail = 0;
    for (size_t i = 0; i < head; i++)
        tell(t, PATCH_SAME, before - same + i, after - same + i);
    if (same > head + tail && !is_end && t->has_told)
        t->seen(t->context, &(struct patch_line){ .kind = PATCH_GAP, .text = "" });
    for (size_t i = same - tail; i < same; i++)
        tell(t, PATCH_SAME, before - same + i, after - same + i);
    t->same = 0;
}

static void tell_changed(struct telling *t, enum patch_kind kind, size_t before, size_t after)
{
    tell_same(t, before, after, false);
    t->has_told = true;
    tell(t, kind, before, after);
}

static void tell_all(struct telling *t)
{
    const struct comparison *c = t->c;
    size_t before = 0, after = 0;

    while (before < c->before.count || after < c->after.count)
        if (before < c->before.count && c->partner[before] == 0) {
            tell_changed(t, PATCH_GONE, before, after);
            before++;
        } else if (before == c->before.count || c->partner[before] - 1 > after) {
            tell_changed(t, PATCH_NEW, before, after);
            after++;
        } else {
            t->same++;
            before++;
            after++;
        }
    if (t->has_told)
        tell_same(t, before, after, true);
}

void patch_compare(const char *before, const char *after, size_t around, patch_seen *seen, void *context)
{
    struct comparison c = { 0 };
    struct telling telling = { .c = &c, .seen = seen, .context = context, .around = around };
    size_t kinds;

    split_lines(before, &c.before);
    split_lines(after, &c.after);
    kinds = number_lines(&c.before, &c.after);
    c.partner = alloc_array(c.before.count + 1, sizeof *c.partner);
    c.count[0] = alloc_array(kinds + 1, sizeof **c.count);
    c.count[1] = alloc_array(kinds + 1, sizeof **c.count);
    c.place = alloc_array(kinds + 1, sizeof *c.place);
    compare(&c, (struct stretch){ 0, c.before.count, 0, c.after.count }, 0);
    tell_all(&telling);
    free(c.before.lines);
    free(c.after.lines);
    free(c.partner);
    free(c.count[0]);
    free(c.count[1]);
    free(c.place);
}
