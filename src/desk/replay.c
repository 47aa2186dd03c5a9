/*
 * replay: see the header.
 *
 * The pairs are kept sorted by (kind, was, becomes) while they are found, and are put into the order of their
 * counts at the end.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "desk/decide_state.h"
#include "desk/replay.h"
#include "text/split.h"

enum { SAID_MAX = 64 * 1024 };

/* One message between what was and what would be. */
struct trial {
    const struct record *record;
    struct decide_record state;
    struct decision decision;
    struct buf says;
    size_t says_count;
};

static const char *winner_of(const struct trial *trial)
{
    return trial->decision.rule != NULL ? trial->decision.rule->name : NULL;
}

/* Texts */

static const char *skip_blanks(const char *at)
{
    return at + strspn(at, " \t\r\n");
}

/* A cut between parts has taken the blanks around it away. */
static bool is_same_but_blanks(const char *a, const char *b)
{
    for (a = skip_blanks(a), b = skip_blanks(b); *a == *b && *a != '\0';
         a = skip_blanks(a + 1), b = skip_blanks(b + 1))
        ;
    return *a == *b;
}

/* A text of one part went out without the blanks at its ends. */
static bool is_same_text(const struct trial *trial)
{
    const struct record *record = trial->record;
    struct split split = { buf_text(&trial->says), trial->says.len, 0 };
    const char *part;
    size_t len;

    /* What is said once a service or a backend has answered stands in the book, and is not asked for again. */
    if (decision_has(&trial->decision, EFFECT_CALL) || decision_has(&trial->decision, EFFECT_CONSULT) ||
        trial->decision.outcome == OUTCOME_WAITS)
        return true;
    if (record->parts == 0 || trial->says_count == 0)
        return record->parts == trial->says_count;
    if (record->parts > 1 || trial->says_count > 1)
        return is_same_but_blanks(record->said, buf_text(&trial->says));
    return split_next(&split, SAID_MAX, &part, &len) == 1 && strlen(record->said) == len &&
           memcmp(record->said, part, len) == 0;
}

/* The kind of difference; REPLAY_KINDS: none. */
static enum replay_kind compare(const struct trial *trial)
{
    const struct record *record = trial->record;
    const char *winner = winner_of(trial);

    if ((record->rule == NULL) != (winner == NULL) || (winner != NULL && strcmp(record->rule, winner) != 0))
        return REPLAY_RULE;
    if (strcmp(record->action, decision_action(&trial->decision)) != 0)
        return REPLAY_ACTION;
    return is_same_text(trial) ? REPLAY_KINDS : REPLAY_TEXT;
}

/* Pairs */

static int compare_names(const char *a, const char *b)
{
    if (a == NULL || b == NULL)
        return (a != NULL) - (b != NULL);
    return strcmp(a, b);
}

static int compare_key(const struct replay_pair *pair, enum replay_kind kind, const struct trial *trial)
{
    int order = (int)pair->kind - (int)kind;

    if (order == 0)
        order = compare_names(pair->was, trial->record->rule);
    return order != 0 ? order : compare_names(pair->becomes, winner_of(trial));
}

static void insert(struct replay *replay, size_t at, struct replay_pair *pair)
{
    if (replay->pair_count == replay->pair_room) {
        replay->pair_room = replay->pair_room > 0 ? replay->pair_room * 2 : 64;
        replay->pairs = alloc_resize(replay->pairs, replay->pair_room, sizeof *replay->pairs);
    }
    memmove(&replay->pairs[at + 1], &replay->pairs[at], (replay->pair_count - at) * sizeof *replay->pairs);
    replay->pairs[at] = pair;
    replay->pair_count++;
}

/* The pair that the trial belongs to; NULL: there are too many. */
static struct replay_pair *find_pair(struct replay *replay, enum replay_kind kind, const struct trial *trial)
{
    size_t from = 0, to = replay->pair_count;
    struct replay_pair *pair;

    while (from < to) {
        size_t middle = from + (to - from) / 2;
        int order = compare_key(replay->pairs[middle], kind, trial);

        if (order == 0)
            return replay->pairs[middle];
        if (order < 0)
            from = middle + 1;
        else
            to = middle;
    }
    if (replay->pair_count == REPLAY_PAIRS_MAX)
        return NULL;
    pair = alloc_new(sizeof *pair);
    *pair = (struct replay_pair){ .kind = kind,
                                  .was = alloc_text(trial->record->rule),
                                  .becomes = alloc_text(winner_of(trial)) };
    insert(replay, from, pair);
    return pair;
}

static char *shorten(const char *text)
{
    size_t len = strlen(text);
    struct buf shown = { 0 };

    if (len <= REPLAY_TEXT_MAX)
        return alloc_text(text);
    buf_add(&shown, text, utf8_floor(text, len, REPLAY_TEXT_MAX - strlen("…")));
    buf_add_text(&shown, "…");
    return buf_detach(&shown);
}

/* The same words twice show nothing new. */
static void add_example(struct replay_pair *pair, const struct trial *trial)
{
    const struct record *record = trial->record;

    if (pair->example_count == REPLAY_EXAMPLES_MAX)
        return;
    for (size_t i = 0; i < pair->example_count; i++)
        if (strcmp(pair->examples[i].text, record->text) == 0)
            return;
    pair->examples[pair->example_count++] = (struct replay_example){
        .message = record->message,
        .at = record->at,
        .text = shorten(record->text),
        .said = record->parts > 0 ? shorten(record->said) : NULL,
        .says = trial->says_count > 0 ? shorten(buf_text(&trial->says)) : NULL,
    };
}

static void note_change(struct replay *replay, enum replay_kind kind, const struct trial *trial)
{
    struct replay_pair *pair = find_pair(replay, kind, trial);

    replay->changed[kind]++;
    if (pair == NULL) {
        replay->unlisted++;
        return;
    }
    pair->count++;
    add_example(pair, trial);
}

/* Judging */

static void decide_again(const struct ruleset *draft, struct matcher *matcher, struct trial *trial)
{
    struct decide_input input = { .text = trial->record->text, .has_media = trial->record->has_media };

    trial->state.state.disabled_rules = NULL;
    decide(draft, matcher, &trial->state.state, &input, trial->record->at, &trial->decision);
    for (size_t i = 0; i < trial->decision.effect_count; i++) {
        const struct effect *effect = &trial->decision.effects[i];

        if (effect->kind != EFFECT_SAY)
            continue;
        if (trial->says_count++ > 0)
            buf_add_char(&trial->says, '\n');
        buf_add_text(&trial->says, effect->text);
    }
}

static void note_judged(struct replay *replay, const struct trial *trial)
{
    enum replay_kind kind = compare(trial);
    int64_t at = trial->record->at;

    if (replay->judged == 0 || at < replay->oldest_at)
        replay->oldest_at = at;
    if (replay->judged == 0 || at > replay->newest_at)
        replay->newest_at = at;
    replay->judged++;
    if (kind == REPLAY_KINDS)
        replay->unchanged++;
    else
        note_change(replay, kind, trial);
}

static void judge(struct replay *replay, const struct ruleset *draft, struct matcher *matcher,
                  const struct record *record)
{
    struct trial trial = { .record = record };

    /* An empty state is what keep_traces and an erasure leave. */
    if (strcmp(record->state, "{}") != 0 && decide_parse_state(record->state, strlen(record->state), &trial.state, NULL) == 0 &&
        utf8_is_valid(record->text, strlen(record->text))) {
        decide_again(draft, matcher, &trial);
        note_judged(replay, &trial);
    } else {
        replay->unreadable++;
    }
    decision_release(&trial.decision);
    decide_record_release(&trial.state);
    buf_release(&trial.says);
}

static int compare_counts(const void *a, const void *b)
{
    const struct replay_pair *left = *(struct replay_pair *const *)a, *right = *(struct replay_pair *const *)b;
    int order = (left->count < right->count) - (left->count > right->count);

    if (order == 0)
        order = (int)left->kind - (int)right->kind;
    if (order == 0)
        order = compare_names(left->was, right->was);
    return order != 0 ? order : compare_names(left->becomes, right->becomes);
}

int replay_run(struct db *db, const struct ruleset *draft, const struct record_filter *filter, size_t limit,
               struct replay *replay, struct error *error)
{
    struct records *records = alloc_new(sizeof *records);
    struct matcher *matcher = matcher_new(true);
    size_t seen = 0;
    int more = 0;

    while ((limit == 0 || seen < limit) && (more = records_next(db, filter, records, error)) == 1)
        for (size_t i = 0; i < records->count && (limit == 0 || seen < limit); i++, seen++)
            judge(replay, draft, matcher, &records->list[i]);
    if (replay->pair_count > 0)
        qsort(replay->pairs, replay->pair_count, sizeof *replay->pairs, compare_counts);
    matcher_free(matcher);
    records_release(records);
    free(records);
    return more < 0 ? -1 : 0;
}

void replay_release(struct replay *replay)
{
    for (size_t i = 0; i < replay->pair_count; i++) {
        struct replay_pair *pair = replay->pairs[i];

        for (size_t k = 0; k < pair->example_count; k++) {
            free(pair->examples[k].text);
            free(pair->examples[k].said);
            free(pair->examples[k].says);
        }
        free(pair->was);
        free(pair->becomes);
        free(pair);
    }
    free(replay->pairs);
    *replay = (struct replay){ 0 };
}
