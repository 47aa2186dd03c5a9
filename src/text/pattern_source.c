/*
 * pattern_source: a walk over a pattern's source.
 *
 * The walk knows just enough of PCRE2's syntax to tell what is text and what is not: escapes, \Q…\E,
 * character classes (with POSIX names), (?#…) comments. It does two things on its way.
 *
 * It refuses constructs that would break a promise of ours. Recursion and calls of groups, callouts and \C
 * escape our bounds or our idea of text; verbs such as (*ACCEPT) let a match skip literals that a prefilter
 * takes for required. In extended mode, (?x), a "#" may hide brackets in a comment, and the walk could lose
 * its place; there the constructs are refused wherever they stand, even inside a class.
 *
 * It folds runs of non-ASCII characters, since a pattern meets folded text only. What becomes ASCII by that
 * and is no letter or digit is escaped: a full-width "(" stays a character to be found. In a class each
 * character is folded alone, or two jamo side by side would melt into a syllable. A mark that follows a plain
 * letter is folded with that letter. ASCII stays as it is, but for the backtick, which folding turns into an
 * apostrophe. A quantifier behind a character that folds to several applies to the last of them.
 */
#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include <utf8proc.h>

#include "base/utf8.h"
#include "text/fold.h"
#include "text/pattern_source.h"

struct walk {
    const char *at;
    struct buf *out;
    bool is_quoted; /* between \Q and \E */
    bool in_class;
    bool is_extended;  /* (?x) stands somewhere */
    bool after_letter; /* the last byte of out is a plain letter, and no part of an escape */
};

struct construct {
    const char *start; /* as written */
    const char *then;  /* and behind it one of these; NULL: anything */
    const char *reason;
};

static const char NO_CALL[] = "a pattern may not call itself or one of its groups";

static const struct construct REFUSED[] = {
    { "(*", NULL, "(*…) is not allowed in a pattern" },
    { "(?C", NULL, "callouts, (?C…), are not allowed in a pattern" },
    { "\\C", NULL, "\\C is not allowed in a pattern: it would split characters" },
    { "(?R", NULL, NO_CALL },
    { "(?", "0123456789&", NO_CALL },
    { "(?+", "0123456789", NO_CALL },
    { "(?-", "0123456789", NO_CALL },
    { "(?P>", NULL, NO_CALL },
    { "\\g", "<'", NO_CALL },
};

static const struct construct *find_refused(const char *at)
{
    if (*at != '(' && *at != '\\') /* which most characters are not; all of REFUSED begin so */
        return NULL;
    for (size_t i = 0; i < sizeof REFUSED / sizeof REFUSED[0]; i++) {
        const struct construct *construct = &REFUSED[i];
        size_t len = strlen(construct->start);

        if (strncmp(at, construct->start, len) != 0)
            continue;
        if (construct->then == NULL || (at[len] != '\0' && strchr(construct->then, at[len]) != NULL))
            return construct;
    }
    return NULL;
}

/* Does "(?…" set the option x, alone or for a group? */
static bool has_extended(const char *source)
{
    for (const char *at = strstr(source, "(?"); at != NULL; at = strstr(at + 2, "(?")) {
        size_t options = strspn(at + 2, "^-imsnxJUaDSPTW");

        if (memchr(at + 2, 'x', options) != NULL)
            return true;
    }
    return false;
}

static void copy(struct walk *walk, size_t len)
{
    for (size_t i = 0; i < len && *walk->at != '\0'; i++)
        buf_add_char(walk->out, *walk->at++);
    walk->after_letter = false;
}

/* Appends folded literal text so that it stays literal. */
static void add_literal(struct walk *walk, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        bool is_plain = c >= 0x80 || isalnum(c) || (walk->is_quoted && c != '\\');

        if (is_plain)
            buf_add_char(walk->out, (char)c);
        else
            buf_addf(walk->out, walk->is_quoted ? "\\E\\%c\\Q" : "\\%c", c);
    }
}

static bool is_mark(const char *text)
{
    uint32_t code;

    return utf8_decode(text, strlen(text), &code) > 0 &&
           utf8proc_get_property((utf8proc_int32_t)code)->combining_class != 0;
}

static size_t run_length(const struct walk *walk)
{
    size_t len = 0;
    uint32_t code;

    if (walk->in_class)
        return utf8_decode(walk->at, strlen(walk->at), &code);
    while ((unsigned char)walk->at[len] >= 0x80)
        len++;
    return len;
}

static void walk_run(struct walk *walk)
{
    struct buf run = { 0 };
    struct buf folded = { 0 };
    size_t len = run_length(walk);

    if (walk->after_letter && is_mark(walk->at)) {
        buf_add_char(&run, walk->out->data[walk->out->len - 1]);
        buf_truncate(walk->out, walk->out->len - 1);
    }
    buf_add(&run, walk->at, len);
    fold_piece(run.data, run.len, &folded);
    add_literal(walk, buf_text(&folded), folded.len);
    walk->at += len;
    walk->after_letter = false;
    buf_release(&run);
    buf_release(&folded);
}

static void walk_quoted(struct walk *walk)
{
    if (strncmp(walk->at, "\\E", 2) == 0) {
        walk->is_quoted = false;
        copy(walk, 2);
    } else if (*walk->at == '`') {
        buf_add_char(walk->out, '\'');
        walk->at++;
    } else {
        copy(walk, 1);
    }
}

/* A backslash and what it takes with it. */
static void walk_escape(struct walk *walk)
{
    unsigned char next = (unsigned char)walk->at[1];

    if (next >= 0x80 || next == '`') {
        walk->at++;
        walk->after_letter = false;
        return;
    }
    if (next == 'Q')
        walk->is_quoted = true;
    copy(walk, next == 'c' ? 3 : 2);
}

static void walk_class(struct walk *walk)
{
    const char *posix_end = strncmp(walk->at, "[:", 2) == 0 ? strstr(walk->at + 2, ":]") : NULL;

    if (posix_end != NULL &&
        strspn(walk->at + 2, "^abcdefghijklmnopqrstuvwxyz") == (size_t)(posix_end - walk->at) - 2) {
        copy(walk, (size_t)(posix_end - walk->at) + 2);
    } else {
        walk->in_class = *walk->at != ']';
        copy(walk, 1);
    }
}

/* "[", "[^", and a "]" right behind it, which is a member. */
static void walk_class_start(struct walk *walk)
{
    walk->in_class = true;
    copy(walk, walk->at[1] == '^' ? 2 : 1);
    if (*walk->at == ']')
        copy(walk, 1);
}

static void walk_comment(struct walk *walk)
{
    const char *end = strchr(walk->at, ')');

    copy(walk, end != NULL ? (size_t)(end - walk->at) + 1 : strlen(walk->at));
}

static void walk_plain(struct walk *walk)
{
    char c = *walk->at++;

    buf_add_char(walk->out, c == '`' ? '\'' : c);
    walk->after_letter = isalpha((unsigned char)c) && !walk->in_class;
}

static void walk_step(struct walk *walk)
{
    if ((unsigned char)*walk->at >= 0x80)
        walk_run(walk);
    else if (walk->is_quoted)
        walk_quoted(walk);
    else if (*walk->at == '\\')
        walk_escape(walk);
    else if (walk->in_class && (*walk->at == '[' || *walk->at == ']'))
        walk_class(walk);
    else if (!walk->in_class && *walk->at == '[')
        walk_class_start(walk);
    else if (!walk->in_class && !walk->is_extended && strncmp(walk->at, "(?#", 3) == 0)
        walk_comment(walk);
    else
        walk_plain(walk);
}

int pattern_source_fold(const char *source, struct buf *out, struct error *error)
{
    struct walk walk = { .at = source, .out = out, .is_extended = has_extended(source) };

    if (!utf8_is_valid(source, strlen(source)))
        return error_set(error, "The pattern is not valid UTF-8; save the file as UTF-8.");
    while (*walk.at != '\0') {
        bool is_text = (walk.is_quoted || walk.in_class) && !walk.is_extended;
        const struct construct *refused = is_text ? NULL : find_refused(walk.at);

        if (refused != NULL)
            return error_set(error, "At character %zu: %s.",
                             utf8_count(source, (size_t)(walk.at - source)) + 1, refused->reason);
        walk_step(&walk);
    }
    return 0;
}
