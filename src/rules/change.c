/*
 * change: see the header.
 *
 * Both sides are sorted by table, key and place, and walked side by side. What is left out of the walk is the
 * order where it decides: the rules that are on both sides with one priority, and likewise the steps of a flow, the
 * choices and the branches of a step, and the lines and answers of a talk, are put into the order in which they stand
 * now; those that the longest run of the old order leaves out have moved.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/longest.h"
#include "rules/change.h"

enum { KEYS_MAX = 2 };

/* Tables whose rows are known by something else than their name alone. */
static const struct {
    const char *table, *keys[KEYS_MAX + 1];
} KEYS[] = {
    { "phrase", { "name", "language", NULL } }, { "attribute", { "name", "at", NULL } },
    { "rule_set", { "rule", "name", NULL } },   { "opening", { "days", NULL } },
    { "holiday", { "day", NULL } },
    { "custom_event", { "name", "at", NULL } },
    { "custom_event_property", { "event", "name", NULL } },
    { "notice_property", { "notice", "name", NULL } },
    { "step_set", { "step", "name", NULL } },
    { "step_property", { "step", "name", NULL } },
    { "choice", { "step", "label", NULL } },
    { "branch", { "step", "only_if", NULL } },
    { "service_value", { "service", "name", NULL } },
    { "faq", { "question", "language", NULL } },
};

static bool is_rule(const struct row *row)
{
    return strcmp(row->table, "rule") == 0;
}

/* The columns by which a row is known, NULL-terminated; NULL: all of them. */
static const char *const *keys_of(const struct row *row)
{
    static const char *const NAME[] = { "name", NULL };

    for (size_t i = 0; i < sizeof KEYS / sizeof *KEYS; i++)
        if (strcmp(KEYS[i].table, row->table) == 0)
            return KEYS[i].keys;
    return strcmp(row->names[0], "name") == 0 ? NAME : NULL;
}

static bool is_key(const struct row *row, size_t column)
{
    const char *const *key = keys_of(row);

    if (key == NULL)
        return true;
    for (; *key != NULL; key++)
        if (strcmp(*key, row->names[column]) == 0)
            return true;
    return false;
}

/* Comparing */

static int compare_values(const char *a, const char *b)
{
    if (a == NULL || b == NULL)
        return (a != NULL) - (b != NULL);
    return strcmp(a, b);
}

static int compare_keys(const struct row *a, const struct row *b)
{
    int order = is_rule(b) - is_rule(a);

    if (order == 0)
        order = strcmp(a->table, b->table);
    for (size_t i = 0; order == 0 && i < a->count; i++)
        if (is_key(a, i))
            order = compare_values(a->values[i], b->values[i]);
    return order;
}

static int compare_rows(const void *a, const void *b)
{
    const struct row *left = *(const struct row *const *)a, *right = *(const struct row *const *)b;
    int order = compare_keys(left, right);

    return order != 0 ? order : (left > right) - (left < right);
}

static const struct row **sort_rows(const struct rows *rows)
{
    const struct row **sorted = alloc_array(rows->count + 1, sizeof *sorted);

    for (size_t i = 0; i < rows->count; i++)
        sorted[i] = &rows->list[i];
    if (rows->count > 0)
        qsort(sorted, rows->count, sizeof *sorted, compare_rows);
    return sorted;
}

/* Telling */

static char *name_of(const struct row *row)
{
    struct buf name = { 0 };

    for (size_t i = 0; i < row->count; i++)
        if (i == 0 || (keys_of(row) != NULL && is_key(row, i)))
            buf_addf(&name, "%s%s", i > 0 ? " " : "", row->values[i] != NULL ? row->values[i] : "–");
    return buf_detach(&name);
}

/*
 * What a row says beside its name; NULL when that is nothing. A second column that stands alone needs no heading,
 * nor does a text.
 */
static char *gist_of(const struct row *row)
{
    struct buf gist = { 0 };

    for (size_t i = 1; i < row->count; i++) {
        if (row->values[i] == NULL || (keys_of(row) != NULL && is_key(row, i)))
            continue;
        if (gist.len > 0)
            buf_add_text(&gist, " · ");
        if (row->count > 2 && strcmp(row->names[i], "text") != 0)
            buf_addf(&gist, "%s: ", row->names[i]);
        buf_add_text(&gist, row->values[i]);
    }
    return gist.len > 0 ? buf_detach(&gist) : NULL;
}

static struct change *add(struct changes *changes, enum change_kind kind, const struct row *row)
{
    struct change *change;

    if (changes->count == changes->room) {
        changes->room = changes->room > 0 ? changes->room * 2 : 16;
        changes->list = alloc_resize(changes->list, changes->room, sizeof *changes->list);
    }
    change = &changes->list[changes->count++];
    *change = (struct change){
        .kind = kind, .table = row->table, .name = name_of(row), .file = row->file, .line = row->line
    };
    return change;
}

static void compare_columns(const struct row *before, const struct row *after, struct changes *changes)
{
    for (size_t i = 0; i < after->count; i++) {
        struct change *change;

        if (compare_values(before->values[i], after->values[i]) == 0)
            continue;
        change = add(changes, CHANGE_ALTERED, after);
        change->column = after->names[i];
        change->before = alloc_text(before->values[i]);
        change->after = alloc_text(after->values[i]);
    }
}

/* Order */

/*
 * Among whose rows does the order of this one count? The first *len bytes of the text; NULL: it does not. A step's
 * flow stands before its dot; rules are all in one order.
 */
static const char *order_of(const struct row *row, size_t *len)
{
    bool is_step = strcmp(row->table, "step") == 0;
    bool is_of_step = strcmp(row->table, "choice") == 0 || strcmp(row->table, "branch") == 0;
    bool is_of_talk = strcmp(row->table, "talk_line") == 0 || strcmp(row->table, "talk_given") == 0;
    const char *owner = is_rule(row) ? "" : is_step || is_of_step || is_of_talk ? row->values[0] : NULL;

    if (owner != NULL)
        *len = is_step ? strcspn(owner, ".") : strlen(owner);
    return owner;
}

struct seat { /* a row on both sides whose order counts; of rules those of one priority */
    const struct row *before, *after;
    size_t old_rank;
};

static int compare_orders(const void *a, const void *b)
{
    const struct row *left = ((const struct seat *)a)->after, *right = ((const struct seat *)b)->after;
    size_t left_len = 0, right_len = 0;
    const char *left_text = order_of(left, &left_len), *right_text = order_of(right, &right_len);
    int order = strcmp(left->table, right->table);

    if (order == 0)
        order = strncmp(left_text, right_text, left_len < right_len ? left_len : right_len);
    return order != 0 ? order : (left_len > right_len) - (left_len < right_len);
}

static long priority_of(const struct row *row)
{
    const char *typed = row_value(row, "priority");

    return typed != NULL ? strtol(typed, NULL, 10) : 500;
}

static int compare_tried(const struct row *a, const struct row *b)
{
    long left = is_rule(a) ? priority_of(a) : 0, right = is_rule(b) ? priority_of(b) : 0;

    return left != right ? (left < right ? 1 : -1) : (a > b) - (a < b);
}

static int compare_old(const void *a, const void *b)
{
    return compare_tried(((const struct seat *)a)->before, ((const struct seat *)b)->before);
}

static int compare_new(const void *a, const void *b)
{
    return compare_tried(((const struct seat *)a)->after, ((const struct seat *)b)->after);
}

/* A row without a name is known by what it says. */
static void add_moved(struct changes *changes, const struct row *row)
{
    struct change *change = add(changes, CHANGE_MOVED, row);

    if (keys_of(row) == NULL)
        change->after = gist_of(row);
}

/* Among rows of one order. */
static void find_moved_in(struct seat *seats, size_t count, struct changes *changes)
{
    size_t *ranks = alloc_array(count + 1, sizeof *ranks);
    bool *stays = alloc_array(count + 1, sizeof *stays);

    qsort(seats, count, sizeof *seats, compare_old);
    for (size_t i = 0; i < count; i++)
        seats[i].old_rank = i;
    qsort(seats, count, sizeof *seats, compare_new);
    for (size_t i = 0; i < count; i++)
        ranks[i] = seats[i].old_rank;
    longest_rising(ranks, count, stays);
    for (size_t i = 0; i < count; i++)
        if (!stays[i])
            add_moved(changes, seats[i].after);
    free(ranks);
    free(stays);
}

static void find_moved(struct seat *seats, size_t count, struct changes *changes)
{
    if (count > 0)
        qsort(seats, count, sizeof *seats, compare_orders);
    for (size_t from = 0, to; from < count; from = to) {
        for (to = from + 1; to < count && compare_orders(&seats[from], &seats[to]) == 0;)
            to++;
        find_moved_in(&seats[from], to - from, changes);
    }
}

/* The whole */

static void compare_pair(const struct row *before, const struct row *after, struct seat *seats, size_t *count,
                         struct changes *changes)
{
    size_t len = 0;

    compare_columns(before, after, changes);
    if (order_of(after, &len) != NULL && (!is_rule(after) || priority_of(before) == priority_of(after)))
        seats[(*count)++] = (struct seat){ .before = before, .after = after };
}

static int compare_changes(const void *a, const void *b)
{
    const struct change *left = a, *right = b;
    int order = (strcmp(right->table, "rule") == 0) - (strcmp(left->table, "rule") == 0);

    if (order == 0)
        order = strcmp(left->table, right->table);
    if (order == 0)
        order = strcmp(left->name, right->name);
    if (order == 0)
        order = (int)left->kind - (int)right->kind;
    if (order == 0)
        order = compare_values(left->column, right->column);
    if (order == 0)
        order = compare_values(left->before, right->before);
    return order != 0 ? order : compare_values(left->after, right->after);
}

void changes_find(const struct rows *before, const struct rows *after, struct changes *changes)
{
    const struct row **old = sort_rows(before), **new = sort_rows(after);
    struct seat *seats = alloc_array(after->count + 1, sizeof *seats);
    size_t i = 0, k = 0, count = 0;

    while (i < before->count || k < after->count) {
        int order = i == before->count ? 1 : k == after->count ? -1 : compare_keys(old[i], new[k]);

        if (order == 0)
            compare_pair(old[i++], new[k++], seats, &count, changes);
        else if (order < 0)
            add(changes, CHANGE_REMOVED, old[i])->before = gist_of(old[i]), i++;
        else
            add(changes, CHANGE_ADDED, new[k])->after = gist_of(new[k]), k++;
    }
    find_moved(seats, count, changes);
    if (changes->count > 0)
        qsort(changes->list, changes->count, sizeof *changes->list, compare_changes);
    free(seats);
    free(old);
    free(new);
}

void changes_release(struct changes *changes)
{
    for (size_t i = 0; i < changes->count; i++) {
        free(changes->list[i].name);
        free(changes->list[i].before);
        free(changes->list[i].after);
    }
    free(changes->list);
    *changes = (struct changes){ 0 };
}

/* Summing up */

static void add_noun(const char *table, size_t count, struct buf *out)
{
    static const struct {
        const char *table, *one, *many;
    } NOUNS[] = {
        { "rule_set", "variable", "variables" },
        { "rule_example", "example", "examples" },
        { "rule_counterexample", "counterexample", "counterexamples" },
        { "step_set", "variable of a step", "variables of steps" },
        { "step_property", "property of a step", "properties of steps" },
        { "branch", "branch", "branches" },
        { "custom_event", "event", "events" },
        { "custom_event_property", "property of an event", "properties of events" },
        { "notice_property", "property of a notice", "properties of notices" },
        { "service_value", "value of a service", "values of services" },
        { "faq", "question", "questions" },
        { "talk_line", "line of a talk", "lines of talks" },
        { "talk_given", "answer to a talk", "answers to talks" },
    };

    for (size_t i = 0; i < sizeof NOUNS / sizeof *NOUNS; i++)
        if (strcmp(NOUNS[i].table, table) == 0) {
            buf_addf(out, " %s", count == 1 ? NOUNS[i].one : NOUNS[i].many);
            return;
        }
    buf_addf(out, " %s%s", table, count == 1 ? "" : "s");
}

static void add_table(const char *table, const size_t *counts, struct buf *out)
{
    static const char *const signs[] = { [CHANGE_ADDED] = "+", [CHANGE_REMOVED] = "−", "", "" };
    static const char *const words[] = { "", "", [CHANGE_ALTERED] = " changed", [CHANGE_MOVED] = " moved" };
    bool is_first = true;

    if (out->len > 0)
        buf_add_text(out, "; ");
    for (size_t kind = CHANGE_ADDED; kind <= CHANGE_MOVED; kind++) {
        if (counts[kind] == 0)
            continue;
        buf_addf(out, "%s%s%zu", is_first ? "" : ", ", signs[kind], counts[kind]);
        if (is_first)
            add_noun(table, counts[kind], out);
        buf_add_text(out, words[kind]);
        is_first = false;
    }
}

/* Further columns of one row stand behind the first and do not count. */
static bool is_counted(const struct changes *changes, size_t at)
{
    const struct change *change = &changes->list[at], *last = at > 0 ? change - 1 : NULL;

    return change->kind != CHANGE_ALTERED || last == NULL || last->kind != CHANGE_ALTERED ||
           strcmp(last->table, change->table) != 0 || strcmp(last->name, change->name) != 0;
}

void changes_sum_up(const struct changes *changes, struct buf *out)
{
    struct buf sum = { 0 };

    for (size_t i = 0; i < changes->count;) {
        const char *table = changes->list[i].table;
        size_t counts[CHANGE_MOVED + 1] = { 0 };

        for (; i < changes->count && strcmp(changes->list[i].table, table) == 0; i++)
            counts[changes->list[i].kind] += is_counted(changes, i);
        add_table(table, counts, &sum);
    }
    buf_add(out, buf_text(&sum), sum.len);
    buf_release(&sum);
}
