/*
 * pattern: PCRE2 behind bounds.
 *
 * A pattern owns the compiled code and its named groups. Once there nothing in these changes, so threads
 * share them; what changes during a match (match data, and the context that holds the limits) is the
 * matcher's, one per thread.
 *
 * JIT or not was decided by measurement, on a message of 170 bytes. Interpreted, a typical rule takes 0.3 to
 * 3 µs a message, with JIT 0.03 to 0.4 µs; its machine code costs 0.1 to 0.5 ms and 2 to 3 KB. So it pays for
 * patterns of ordinary size that are really run, and 10,000 patterns would spend seconds on it at load. A
 * pattern is translated when it has been run RUNS_BEFORE_JIT times, but one a message. Large ones stay interpreted: the
 * courtesies of "=stop" alone would take 4 ms to translate, and such a pattern gives up at the first word
 * anyway. Where memory may not be both written and executed, pcre2_jit_compile refuses (-48), and all is
 * interpreted.
 *
 * What people typed is compiled at once, since they want to hear of their mistakes. What words_compile wrote
 * is sound, and most of it is never run, as the index of the rules keeps it from nearly all messages; it is
 * compiled when it is first wanted.
 *
 * So two things may come while other threads match: the code of a generated pattern, and the translation.
 * Each is made apart (the translation in a copy of the code) and put in place by one atomic exchange; who
 * comes second throws his own away. A reader sees nothing, or a finished thing that stays.
 *
 * Steps. PCRE2's own limit counts for each start in the text anew, and not what a repeat like "\d+" goes over,
 * so it bounds little: "\d+\s" takes 20 ms for 4 KB of digits and hits no limit. Therefore what people typed is
 * compiled with a callout before each item, and the callouts count: each costs STEP_CALL, and each byte that
 * the match went forward since the last one costs one more; about 3 ns each. What may fail after a long way,
 * unseen, pays in advance: a reference the longest group of the moment, an item with a high count that count,
 * and each run a step for each byte of the text, over which PCRE2 looks for a first letter. Both ways of
 * matching meet the same callouts, so that a limit is the same with and without JIT. They cost up to a half
 * more interpreted, and with JIT two to three times as much where a pattern begins to match, but nothing where
 * its first letter is not found. Generated patterns go astray nowhere, and are not counted.
 *
 * A message has PATTERN_STEPS_MAX, and a pattern half of what is left beside a reserve, so that some that go
 * astray do not keep the others from their turn. Who is broken off after BLAME_STEPS is to blame himself:
 * PATTERN_LIMIT; who had less to spend is PATTERN_SPENT.
 *
 * JIT may run out of its stack of 32 KB (-46), which says nothing about the pattern: the match is repeated by
 * the interpreter, and only that is counted. The interpreter has limits of its own, -47 (steps) and -63 (heap).
 * So that an answer does not depend on how often a pattern was run before, the JIT has the last word where there
 * is one: a pattern that hits those interpreted is translated at once and asked again. They are PATTERN_LIMIT
 * then, and so is anything else that is no plain answer, because a customer's text must not end the process.
 *
 * The text was checked at the door, so PCRE2_NO_UTF_CHECK is safe and saves a pass over it.
 */
#define PCRE2_CODE_UNIT_WIDTH 8

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <pcre2.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "text/needles.h"
#include "text/pattern.h"
#include "text/pattern_source.h"

enum {
    MATCH_LIMIT = 10 * 1000 * 1000, /* PCRE2's own steps, from one start: the count of callouts ends before */
    STEP_CALL = 4,
    BLAME_STEPS = PATTERN_STEPS_MAX / 16,
    RESERVE_STEPS = PATTERN_STEPS_MAX / 10, /* of which the next may have a 16th, so that many come to it */
    HIGH_COUNT = 64, /* from where the count of a repeat is paid in advance */
    HEAP_LIMIT_KIB = 4096,
    NEST_LIMIT = 50,
    GROUPS_MAX = 100,
    COMPILED_MAX = 8 * 1024,
    JIT_MAX = 4 * 1024,    /* compiled size up to which JIT pays */
    RUNS_BEFORE_JIT = 100, /* by when its cost would have come in again */
    RUNS_REFUSED = 1 << 30 /* instead of the runs: no translation comes of this pattern */
};

struct group {
    char *name;
    uint32_t number;
};

/* What may come later, while threads already share the pattern. */
struct late {
    _Atomic(pcre2_code *) code;  /* NULL: not yet compiled from the source */
    _Atomic(pcre2_code *) quick; /* the same as machine code; NULL: not yet, or refused */
    atomic_uint runs;
};

struct pattern {
    struct late *late;
    char *source;         /* of a generated one that is not compiled at once; else NULL */
    struct group *groups; /* by number */
    size_t group_count;
    size_t high_count;   /* the greatest that a repeat requires, if high; else 0 */
    bool has_references;
};

/* What the patterns of one message have spent; one run's share ends at `until`. */
struct meter {
    size_t spent, until;
    size_t at;            /* in the text, at the last callout */
    size_t advance;       /* paid at each callout */
    bool has_references;
};

struct matcher {
    pcre2_match_data *data;
    pcre2_match_context *context;
    bool allow_jit;
    bool has_translated; /* in this message */
    struct meter meter;
    const struct pattern *matched; /* whose groups data holds; NULL: none */
    struct scratch scratch;
};

static void *must(void *made)
{
    if (made == NULL)
        abort();
    return made;
}

static uint32_t info_number(const pcre2_code *code, uint32_t what)
{
    uint32_t number = 0;

    if (pcre2_pattern_info(code, what, &number) != 0)
        abort();
    return number;
}

static size_t info_size(const pcre2_code *code)
{
    size_t size = 0;

    if (pcre2_pattern_info(code, PCRE2_INFO_SIZE, &size) != 0)
        abort();
    return size;
}

static void set_compile_error(int code, const char *source, size_t len, size_t offset, struct error *error)
{
    PCRE2_UCHAR message[256];

    offset = utf8_floor(source, len, offset);
    if (code == PCRE2_ERROR_DUPLICATE_SUBPATTERN_NAME) { /* PCRE2's own words advise an option */
        error_set(error,
                  "The pattern is wrong at character %zu: two groups have the same name; "
                  "each (?<name>…) needs a name of its own.",
                  utf8_count(source, offset) + 1);
        return;
    }
    if (code == PCRE2_ERROR_QUANTIFIER_INVALID) { /* who comes from `words` writes stars for "anything" */
        error_set(error,
                  "The pattern is wrong at character %zu: there is nothing before it to repeat; "
                  "in a pattern \"anything\" is written .{0,40}, and a sign as it stands \\* or \\+.",
                  utf8_count(source, offset) + 1);
        return;
    }
    pcre2_get_error_message(code, message, sizeof message);
    error_set(error, "The pattern is wrong at character %zu: %s.", utf8_count(source, offset) + 1,
              (const char *)message);
}

static pcre2_code *compile(const char *source, size_t len, uint32_t more_options, struct error *error)
{
    pcre2_compile_context *context = must(pcre2_compile_context_create(NULL));
    const uint32_t options = PCRE2_UTF | PCRE2_UCP | PCRE2_CASELESS | PCRE2_NEVER_BACKSLASH_C |
                             PCRE2_NO_UTF_CHECK | more_options;
    pcre2_code *code;
    PCRE2_SIZE offset;
    int why;

    pcre2_set_parens_nest_limit(context, NEST_LIMIT);
    code = pcre2_compile((PCRE2_SPTR)source, len, options, &why, &offset, context);
    pcre2_compile_context_free(context);
    if (code == NULL)
        set_compile_error(why, source, len, offset, error);
    return code;
}

/* Without the callouts, which are none of its author's. */
static size_t plain_size(const pcre2_code *code, const struct buf *source)
{
    pcre2_code *plain;
    size_t size = info_size(code);

    if (size <= COMPILED_MAX)
        return size;
    plain = must(compile(buf_text(source), source->len, 0, NULL));
    size = info_size(plain);
    pcre2_code_free(plain);
    return size;
}

static int check_code(const pcre2_code *code, const struct buf *source, struct error *error)
{
    size_t size = plain_size(code, source);

    if (info_number(code, PCRE2_INFO_CAPTURECOUNT) > GROUPS_MAX)
        return error_set(error,
                         "The pattern has more than %d groups; write (?:…) for those that capture nothing.",
                         (int)GROUPS_MAX);
    if (info_number(code, PCRE2_INFO_JCHANGED) != 0)
        return error_set(error, "The pattern may not use the option J: each group needs a name of its own.");
    if (size > COMPILED_MAX)
        return error_set(error,
                         "The pattern is too large (%zu bytes compiled, at most %zu); "
                         "lower the counts of its repeats, or split it into two rules.",
                         size, (size_t)COMPILED_MAX);
    return 0;
}

/* The greatest number behind a brace, whatever the brace means: paid too often at worst. */
static size_t find_high_count(const char *source)
{
    size_t highest = 0;

    while ((source = strchr(source, '{')) != NULL) {
        size_t count = strtoul(++source, NULL, 10);
        highest = count > highest ? count : highest;
    }
    return highest >= HIGH_COUNT ? highest : 0;
}

static bool is_template_name(const char *name)
{
    for (const char *at = name; *at != '\0'; at++)
        if ((unsigned char)*at >= 0x80)
            return false;
    return true;
}

static int group_compare(const void *left, const void *right)
{
    const struct group *a = left;
    const struct group *b = right;

    return a->number < b->number ? -1 : a->number > b->number;
}

/* PCRE2's table is sorted by name; an entry is the number in two bytes, high byte first, and the name. */
static int read_groups(struct pattern *pattern, const pcre2_code *code, struct error *error)
{
    const unsigned char *entry = NULL;
    uint32_t size = info_number(code, PCRE2_INFO_NAMEENTRYSIZE);

    pattern->group_count = info_number(code, PCRE2_INFO_NAMECOUNT);
    pcre2_pattern_info(code, PCRE2_INFO_NAMETABLE, &entry);
    pattern->groups = alloc_array(pattern->group_count + 1, sizeof pattern->groups[0]);
    for (size_t i = 0; i < pattern->group_count; i++, entry += size) {
        pattern->groups[i].number = (uint32_t)entry[0] << 8 | entry[1];
        pattern->groups[i].name = alloc_text((const char *)entry + 2);
        if (!is_template_name(pattern->groups[i].name))
            return error_set(error,
                             "The group name \"%s\" may use only the letters A to Z, digits and \"_\".",
                             pattern->groups[i].name);
    }
    qsort(pattern->groups, pattern->group_count, sizeof pattern->groups[0], group_compare);
    return 0;
}

static struct pattern *pattern_alloc(void)
{
    struct pattern *pattern = alloc_new(sizeof *pattern);

    pattern->late = alloc_new(sizeof *pattern->late);
    return pattern;
}

struct pattern *pattern_new(const char *source, struct error *error)
{
    struct pattern *pattern = pattern_alloc();
    struct buf folded = { 0 };
    pcre2_code *code = NULL;

    if (strlen(source) > PATTERN_SOURCE_MAX)
        error_set(error, "The pattern is %zu bytes long, at most %d are allowed; split it into two rules.",
                  strlen(source), (int)PATTERN_SOURCE_MAX);
    else if (pattern_source_fold(source, &folded, error) == 0)
        code = compile(buf_text(&folded), folded.len, PCRE2_AUTO_CALLOUT, error);
    atomic_init(&pattern->late->code, code);
    if (code == NULL || check_code(code, &folded, error) != 0 || read_groups(pattern, code, error) != 0) {
        pattern_free(pattern);
        pattern = NULL;
    } else {
        pattern->high_count = find_high_count(buf_text(&folded));
        pattern->has_references = info_number(code, PCRE2_INFO_BACKREFMAX) > 0;
    }
    buf_release(&folded);
    return pattern;
}

struct pattern *pattern_new_generated(const char *source, struct error *error)
{
    struct pattern *pattern;

    if (strlen(source) > PATTERN_GENERATED_MAX) {
        error_set(error, "The words are too many for one rule; split them into two rules.");
        return NULL;
    }
    pattern = pattern_alloc();
    pattern->source = alloc_text(source);
    return pattern;
}

/* A generated source is sound: tests/fuzz/fuzz_words.c looks for one that is not. */
static const pcre2_code *compile_generated(const struct pattern *pattern)
{
    struct error error = { 0 };
    pcre2_code *code = must(compile(pattern->source, strlen(pattern->source), 0, &error)), *other = NULL;

    if (atomic_compare_exchange_strong(&pattern->late->code, &other, code))
        return code;
    pcre2_code_free(code);
    return other;
}

static const pcre2_code *find_code(const struct pattern *pattern)
{
    const pcre2_code *code = atomic_load_explicit(&pattern->late->code, memory_order_acquire);

    return code != NULL ? code : compile_generated(pattern);
}

void pattern_free(struct pattern *pattern)
{
    if (pattern == NULL)
        return;
    for (size_t i = 0; pattern->groups != NULL && i < pattern->group_count; i++)
        free(pattern->groups[i].name);
    free(pattern->groups);
    pcre2_code_free(atomic_load(&pattern->late->quick));
    pcre2_code_free(atomic_load(&pattern->late->code));
    free(pattern->late);
    free(pattern->source);
    free(pattern);
}

size_t pattern_group_count(const struct pattern *pattern)
{
    return pattern->group_count;
}

const char *pattern_group_name(const struct pattern *pattern, size_t index)
{
    if (index >= pattern->group_count)
        abort();
    return pattern->groups[index].name;
}

bool pattern_matches_empty(const struct pattern *pattern)
{
    return info_number(find_code(pattern), PCRE2_INFO_MATCHEMPTY) != 0;
}

static size_t longest_group(const pcre2_callout_block *block)
{
    size_t longest = 0;

    for (uint32_t i = 1; i < block->capture_top; i++) {
        size_t start = block->offset_vector[2 * i], end = block->offset_vector[2 * i + 1];
        if (start != PCRE2_UNSET && end > start && end - start > longest)
            longest = end - start;
    }
    return longest;
}

static int count_step(pcre2_callout_block *block, void *context)
{
    struct meter *meter = context;
    size_t at = block->current_position;

    meter->spent += STEP_CALL + meter->advance + (at > meter->at ? at - meter->at : 0);
    if (meter->has_references)
        meter->spent += longest_group(block);
    meter->at = at;
    return meter->spent <= meter->until ? 0 : PCRE2_ERROR_CALLOUT;
}

struct matcher *matcher_new(bool allow_jit)
{
    struct matcher *matcher = alloc_new(sizeof *matcher);

    matcher->data = must(pcre2_match_data_create(GROUPS_MAX + 1, NULL));
    matcher->context = must(pcre2_match_context_create(NULL));
    matcher->allow_jit = allow_jit;
    pcre2_set_callout(matcher->context, count_step, &matcher->meter);
    pcre2_set_match_limit(matcher->context, MATCH_LIMIT);
    pcre2_set_heap_limit(matcher->context, HEAP_LIMIT_KIB);
    return matcher;
}

void matcher_free(struct matcher *matcher)
{
    if (matcher == NULL)
        return;
    pcre2_match_data_free(matcher->data);
    pcre2_match_context_free(matcher->context);
    scratch_release(&matcher->scratch);
    free(matcher);
}

void matcher_begin(struct matcher *matcher)
{
    matcher->meter.spent = 0;
    matcher->has_translated = false;
}

size_t matcher_effort(const struct matcher *matcher)
{
    return matcher->meter.spent;
}

void matcher_set_effort(struct matcher *matcher, size_t effort)
{
    matcher->meter.spent = effort;
}

struct scratch *matcher_scratch(struct matcher *matcher)
{
    return &matcher->scratch;
}

/* The machine code, made now if it is missing; NULL: the pattern is too large for it, or the machine refuses.
 */
static const pcre2_code *translate(const struct pattern *pattern, const pcre2_code *code)
{
    pcre2_code *quick, *other = NULL;

    if (info_size(code) > JIT_MAX) {
        atomic_store(&pattern->late->runs, RUNS_REFUSED);
        return NULL;
    }
    quick = must(pcre2_code_copy(code));
    if (pcre2_jit_compile(quick, PCRE2_JIT_COMPLETE) == 0 &&
        atomic_compare_exchange_strong(&pattern->late->quick, &other, quick))
        return quick;
    pcre2_code_free(quick);
    if (other == NULL)
        atomic_store(&pattern->late->runs, RUNS_REFUSED);
    return other;
}

static const pcre2_code *find_quick(const struct pattern *pattern, struct matcher *matcher,
                                    const pcre2_code *code)
{
    const pcre2_code *quick = atomic_load_explicit(&pattern->late->quick, memory_order_acquire);
    unsigned runs;

    if (quick != NULL)
        return quick;
    runs = atomic_fetch_add_explicit(&pattern->late->runs, 1, memory_order_relaxed) + 1;
    if (runs < RUNS_BEFORE_JIT || runs >= RUNS_REFUSED || matcher->has_translated)
        return NULL;
    matcher->has_translated = true;
    return translate(pattern, code);
}

static bool is_limit(int rc)
{
    return rc == PCRE2_ERROR_MATCHLIMIT || rc == PCRE2_ERROR_DEPTHLIMIT || rc == PCRE2_ERROR_HEAPLIMIT;
}

/* A translation that runs out of its stack says nothing, and -46 stands for one that is not there. */
static int run_quick(const pcre2_code *quick, const struct matcher *matcher, PCRE2_SPTR subject, size_t len)
{
    if (quick == NULL)
        return PCRE2_ERROR_JIT_STACKLIMIT;
    return pcre2_match(quick, subject, len, 0, PCRE2_NO_UTF_CHECK, matcher->data, matcher->context);
}

static size_t share(size_t left)
{
    size_t of_reserve = left / 16, beyond = left > RESERVE_STEPS ? (left - RESERVE_STEPS) / 2 : 0;

    return beyond > of_reserve ? beyond : of_reserve;
}

/* Starts to count a run, which may spend its share of what is left; false: nothing is. */
static bool meter_start(struct meter *meter, const struct pattern *pattern, size_t len)
{
    if (meter->spent >= PATTERN_STEPS_MAX)
        return false;
    meter->until = meter->spent + share(PATTERN_STEPS_MAX - meter->spent);
    meter->spent += len;
    meter->at = 0;
    meter->advance = pattern->high_count < len ? pattern->high_count : len;
    meter->has_references = pattern->has_references;
    return true;
}

static int run(const struct pattern *pattern, struct matcher *matcher, const char *text, size_t len)
{
    PCRE2_SPTR subject = (PCRE2_SPTR)(text != NULL ? text : "");
    const pcre2_code *code = find_code(pattern);
    const pcre2_code *quick = matcher->allow_jit ? find_quick(pattern, matcher, code) : NULL;
    size_t before = matcher->meter.spent;
    int rc = run_quick(quick, matcher, subject, len), second;

    if (rc != PCRE2_ERROR_JIT_STACKLIMIT)
        return rc;
    matcher->meter.spent = before;
    matcher->meter.at = 0;
    rc = pcre2_match(code, subject, len, 0, PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT, matcher->data,
                     matcher->context);
    if (!is_limit(rc) || !matcher->allow_jit || quick != NULL)
        return rc;
    matcher->meter.spent = before;
    matcher->meter.at = 0;
    second = run_quick(translate(pattern, code), matcher, subject, len);
    return second != PCRE2_ERROR_JIT_STACKLIMIT ? second : rc;
}

static struct span ovector_span(const struct matcher *matcher, size_t number)
{
    const PCRE2_SIZE *ovector = pcre2_get_ovector_pointer(matcher->data);

    return (struct span){ ovector[2 * number], ovector[2 * number + 1] };
}

static enum pattern_result result_of(const struct pattern *pattern, struct matcher *matcher, int rc)
{
    matcher->matched = rc > 0 ? pattern : NULL;
    if (rc == PCRE2_ERROR_NOMATCH)
        return PATTERN_NO;
    if (rc > 0)
        return PATTERN_YES;
    return PATTERN_LIMIT;
}

enum pattern_result pattern_match(const struct pattern *pattern, struct matcher *matcher, const char *text,
                                  size_t len, struct span *whole)
{
    size_t before = matcher->meter.spent;
    enum pattern_result result;
    int rc = PCRE2_ERROR_CALLOUT;

    if (pattern->source != NULL || meter_start(&matcher->meter, pattern, len))
        rc = run(pattern, matcher, text, len);
    result = result_of(pattern, matcher, rc);
    if (result == PATTERN_YES && whole != NULL)
        *whole = ovector_span(matcher, 0);
    return rc == PCRE2_ERROR_CALLOUT && matcher->meter.spent - before < BLAME_STEPS ? PATTERN_SPENT : result;
}

struct span matcher_group(const struct matcher *matcher, const struct pattern *pattern, size_t index)
{
    if (matcher->matched != pattern || index >= pattern->group_count)
        return (struct span){ (size_t)-1, (size_t)-1 };
    return ovector_span(matcher, pattern->groups[index].number);
}

void pattern_library_version(char version[PATTERN_VERSION_LEN])
{
    version[0] = '\0';
    if (pcre2_config(PCRE2_CONFIG_VERSION, NULL) <= PATTERN_VERSION_LEN)
        pcre2_config(PCRE2_CONFIG_VERSION, version);
}
