/*
 * pattern: one PCRE2 pattern, compiled once, matched within bounds. The only door to PCRE2.
 *
 * Patterns are caseless, UTF and UCP, and run on folded text; their own literals are folded alike (NFKC,
 * curly quotes and dashes straightened), so that both agree. Refused at compile time, with a sentence: "(*"
 * verbs, callouts, \C, recursion and calls of groups, two groups of one name, names that a template cannot
 * write, more than 50 groups in one another or 100 in all, over 1,000 bytes of source, over 8 KB compiled.
 *
 * A match is bounded by counts of steps, never by time, so that it stays pure: all patterns on one message have
 * PATTERN_STEPS_MAX together, and one of them at most half of what is left. The count is the same with and
 * without JIT. "order.*refund" takes some 20,000 steps on an ordinary text of 4 KB, and all there are on a text
 * of 4 KB of nothing but "order". Memory is bounded beside, at 4 MiB. A match that hits its bound is
 * PATTERN_LIMIT, which is not "no match": the caller counts it and disables the rule in the end. JIT is used
 * where the machine allows it and never needed; FRONTDESK has no switch: matcher_new(false) runs without.
 *
 * A pattern may be shared by threads: it never changes, but for what is compiled when it is first run, or has
 * been run often, and put in place atomically. A matcher (match data) belongs to one thread.
 */
#ifndef TEXT_PATTERN_H
#define TEXT_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct pattern;
struct matcher;
struct scratch; /* needles.h */

enum { PATTERN_SOURCE_MAX = 1000, PATTERN_GENERATED_MAX = 64 * 1024 }; /* bytes of source */

/* Of the patterns that people typed, on one message; the last step may go over it, by three times the text. */
enum { PATTERN_STEPS_MAX = 8 * 1000 * 1000 };

/* PATTERN_SPENT: broken off, like PATTERN_LIMIT, but because others had used up the message's steps. */
enum pattern_result { PATTERN_NO, PATTERN_YES, PATTERN_LIMIT, PATTERN_SPENT };

/* A piece of the matched text, bytes start … end-1; both (size_t)-1 when the group took no part. */
struct span {
    size_t start, end;
};

struct pattern *pattern_new(const char *source, struct error *error); /* NULL on refusal */

/*
 * For sources that words_compile wrote: PATTERN_GENERATED_MAX bytes, folded, sound, without named groups.
 * They are compiled when they are first matched; one that PCRE2 refuses then ends the process.
 */
struct pattern *pattern_new_generated(const char *source, struct error *error);
void pattern_free(struct pattern *pattern);

/* Named groups, in the order of their numbers; duplicate names are refused at compile time. */
size_t pattern_group_count(const struct pattern *pattern);
const char *pattern_group_name(const struct pattern *pattern, size_t index);

/* Can the pattern match the empty text? (A slip worth a warning.) */
bool pattern_matches_empty(const struct pattern *pattern);

struct matcher *matcher_new(bool allow_jit);
void matcher_free(struct matcher *matcher);

/*
 * The steps of all patterns on one message are bounded together; matcher_begin says that the next message
 * begins. The effort is the steps so far, to be put back by whoever runs a pattern that should not count.
 */
void matcher_begin(struct matcher *matcher);
size_t matcher_effort(const struct matcher *matcher);
void matcher_set_effort(struct matcher *matcher, size_t effort);

/* Memory for searching an index of patterns before they are matched; the matcher's own, for its thread. */
struct scratch *matcher_scratch(struct matcher *matcher);

/*
 * Searches valid UTF-8. On PATTERN_YES *whole (may be NULL) is the match, and matcher_group answers until the
 * next call with this matcher.
 */
enum pattern_result pattern_match(const struct pattern *pattern, struct matcher *matcher, const char *text,
                                  size_t len, struct span *whole);
struct span matcher_group(const struct matcher *matcher, const struct pattern *pattern, size_t index);

enum { PATTERN_VERSION_LEN = 64 };
void pattern_library_version(char version[PATTERN_VERSION_LEN]); /* of PCRE2: "10.42 2022-12-11" */

#endif
