/*
 * literal_pattern: the literals of a PCRE2 pattern; a conservative reader of its syntax.
 *
 * The reader descends through the alternatives, sequences and groups of a pattern that PCRE2 has accepted,
 * and says of each part what it knows (literal_part.h). It has three answers to what it does not follow:
 *
 *   - a part of unknown text (\d, a back reference, a class of many members) is PART_ANY;
 *   - what takes no text (\b, ^, a look-ahead with all that is in it) is the empty string;
 *   - syntax whose extent or meaning is uncertain makes it lose its way: no literals for the whole pattern.
 *     Such are the option x, conditional groups, \Q inside a class, "[:" that begins no POSIX name, "{" that
 *     is no plain repeat, and every escape that is not in the lists below.
 *
 * Of classes up to CLASS_MAX members are spelled out, so that colou?r, gr[ae]y and [Ss]ale have literals.
 * Whether characters are compared with case or without makes no difference here, as the skeleton has none.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "text/literal.h"
#include "text/literal_part.h"
#include "text/pattern_source.h"

enum { DEPTH_MAX = 60, NEEDLESS_MAX = 64, CLASS_MAX = 8 };

struct reader {
    const char *at;
    const struct skeleton *skeleton;
    bool is_lost;
    bool is_quoted; /* between \Q and \E */
    int depth;
};

struct repeat {
    unsigned long least, most; /* most: ULONG_MAX means no bound */
};

static struct part read_alternatives(struct reader *reader);

static struct part lose(struct reader *reader)
{
    reader->is_lost = true;
    return (struct part){ .kind = PART_ANY };
}

static bool take(struct reader *reader, const char *text)
{
    size_t len = strlen(text);

    if (strncmp(reader->at, text, len) != 0)
        return false;
    reader->at += len;
    return true;
}

static struct part any(void)
{
    return (struct part){ .kind = PART_ANY };
}

static struct part part_of_code(const struct reader *reader, uint32_t code)
{
    struct buf skeletal = { 0 };
    struct part part;

    skeleton_add(reader->skeleton, code, &skeletal);
    part = part_exact(buf_text(&skeletal));
    buf_release(&skeletal);
    return part;
}

static uint32_t take_code(struct reader *reader)
{
    uint32_t code;
    size_t step = utf8_decode(reader->at, strlen(reader->at), &code);

    if (step == 0 || code == 0)
        reader->is_lost = true;
    reader->at += step;
    return code;
}

/* Behind "\x": one or two hexadecimal digits, or any number in braces. */
static uint32_t take_hex(struct reader *reader)
{
    bool has_braces = take(reader, "{");
    uint32_t code = 0;
    size_t digits = 0;

    for (; isxdigit((unsigned char)*reader->at) && digits < (has_braces ? 6 : 2); digits++, reader->at++) {
        char c = *reader->at;

        code = code * 16 + (uint32_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    if (digits == 0 || code == 0 || code > 0x10ffff || (has_braces && !take(reader, "}")))
        reader->is_lost = true;
    return code;
}

/* Behind \p, \P: one letter, or a name in braces. Behind \k: a name in brackets of some kind. */
static struct part skip_name(struct reader *reader)
{
    static const char PAIRS[] = "{}<>''";
    const char *open = *reader->at != '\0' ? strchr(PAIRS, *reader->at) : NULL;
    const char *end;

    if (open == NULL || ((open - PAIRS) % 2 != 0 && *open != '\''))
        return lose(reader);
    end = strchr(reader->at + 1, *open == '\'' ? '\'' : open[1]);
    if (end == NULL)
        return lose(reader);
    reader->at = end + 1;
    return any();
}

static struct part skip_property(struct reader *reader)
{
    if (*reader->at == '{')
        return skip_name(reader);
    if (!isalpha((unsigned char)*reader->at))
        return lose(reader);
    reader->at++;
    return any();
}

/* Digits, or \g and a number or a name: a back reference, or an octal code. */
static struct part skip_reference(struct reader *reader)
{
    if (*reader->at == '{')
        return skip_name(reader);
    reader->at += strspn(reader->at, "+-");
    if (!isdigit((unsigned char)*reader->at))
        return lose(reader);
    reader->at += strspn(reader->at, "0123456789");
    return any();
}

/* Behind the backslash. */
static struct part read_escape(struct reader *reader)
{
    unsigned char c = (unsigned char)*reader->at;

    if (c == '\0')
        return lose(reader);
    if (isdigit(c))
        return skip_reference(reader);
    if (!isalpha(c))
        return part_of_code(reader, take_code(reader));
    reader->at++;
    switch (c) {
    case 'x': return part_of_code(reader, take_hex(reader));
    case 'd':
    case 'D':
    case 'w':
    case 'W':
    case 'S':
    case 'H':
    case 'V':
    case 'X': return any();
    case 'p':
    case 'P': return skip_property(reader);
    case 'k': return skip_name(reader);
    case 'g': return skip_reference(reader);
    case 'N': return *reader->at == '{' ? lose(reader) : any();
    case 's':
    case 'h':
    case 'v':
    case 'R':
    case 'n':
    case 't':
    case 'r':
    case 'f': /* all blanks vanish */
    case 'b':
    case 'B':
    case 'A':
    case 'Z':
    case 'z':
    case 'G':
    case 'K':
    case 'E': return part_exact("");
    default: return lose(reader);
    }
}

static uint32_t lose_member(struct reader *reader)
{
    reader->is_lost = true;
    return 0;
}

/* One member of a class, or the first of a range: its code, or 0 for what has no single code. */
static uint32_t read_member(struct reader *reader)
{
    unsigned char c;

    if (!take(reader, "\\"))
        return take_code(reader);
    c = (unsigned char)*reader->at;
    if (c >= 0x80 || (!isalnum(c) && c != '\0'))
        return take_code(reader);
    if (c == '\0' || strchr("xpPdDwWsShHvVnrtf", c) == NULL)
        return lose_member(reader);
    reader->at++;
    if (c == 'x')
        return take_hex(reader);
    if (c == 'p' || c == 'P')
        skip_property(reader);
    return 0;
}

static bool skip_posix(struct reader *reader)
{
    const char *end = strstr(reader->at, ":]");

    if (strncmp(reader->at, "[:", 2) != 0)
        return false;
    if (end == NULL ||
        strspn(reader->at + 2, "^abcdefghijklmnopqrstuvwxyz") != (size_t)(end - reader->at) - 2)
        reader->is_lost = true;
    else
        reader->at = end + 2;
    return true;
}

/* The members from a to b, into *part; too many make it PART_ANY. */
static void add_members(struct reader *reader, struct part *part, uint32_t first, uint32_t last)
{
    if (first == 0 || last < first || last - first >= CLASS_MAX || part->strings.count >= CLASS_MAX) {
        part_release(part);
        return;
    }
    for (uint32_t code = first; code <= last && part->kind != PART_ANY; code++) {
        struct part member = part_of_code(reader, code);

        if (part->strings.count == 0) {
            *part = member;
            continue;
        }
        part_or(part, &member);
    }
}

/* Behind "[". */
static struct part read_class(struct reader *reader)
{
    struct part part = { .kind = PART_EXACT };
    bool is_negated = take(reader, "^");

    if (strncmp(reader->at, "\\E", 2) == 0 || strncmp(reader->at, "\\Q", 2) == 0)
        return lose(reader);
    for (bool is_first = true; !reader->is_lost && (is_first || *reader->at != ']'); is_first = false) {
        uint32_t first, last;

        if (*reader->at == '\0' || strncmp(reader->at, "[.", 2) == 0 || strncmp(reader->at, "[=", 2) == 0) {
            lose(reader);
        } else if (skip_posix(reader)) {
            part_release(&part);
        } else {
            first = last = read_member(reader);
            if (first != 0 && *reader->at == '-' && reader->at[1] != ']' && reader->at[1] != '\0') {
                reader->at++; /* behind it "[" may be a member, or begin a POSIX name */
                last = *reader->at != '[' ? read_member(reader) : lose_member(reader);
            }
            if (part.kind == PART_EXACT)
                add_members(reader, &part, first, last);
        }
    }
    if (reader->is_lost || is_negated)
        part_release(&part);
    if (!reader->is_lost)
        reader->at++;
    return part;
}

/* The name of a group, up to its end sign. */
static bool take_name(struct reader *reader, char end)
{
    reader->at += strcspn(reader->at, "<>'()|");
    if (*reader->at != end)
        return false;
    reader->at++;
    return true;
}

/* Options, as in (?i) or (?i:…). x would change how the rest is to be read. */
static bool take_options(struct reader *reader)
{
    reader->at += strspn(reader->at, "^-imsnJU");
    return *reader->at == ')' || take(reader, ":");
}

enum opening { OPENING_GROUP, OPENING_AROUND, OPENING_OPTIONS, OPENING_COMMENT, OPENING_BACK, OPENING_LOST };

/* Behind "(". */
static enum opening read_opening(struct reader *reader)
{
    if (!take(reader, "?"))
        return *reader->at == '*' ? OPENING_LOST : OPENING_GROUP;
    if (take(reader, "#"))
        return OPENING_COMMENT;
    if (take(reader, "=") || take(reader, "!") || take(reader, "<=") || take(reader, "<!"))
        return OPENING_AROUND;
    if (take(reader, ":") || take(reader, ">") || take(reader, "|"))
        return OPENING_GROUP;
    if (take(reader, "P="))
        return OPENING_BACK;
    if (take(reader, "<") || take(reader, "P<"))
        return take_name(reader, '>') ? OPENING_GROUP : OPENING_LOST;
    if (take(reader, "'"))
        return take_name(reader, '\'') ? OPENING_GROUP : OPENING_LOST;
    if (!take_options(reader))
        return OPENING_LOST;
    return *reader->at == ')' ? OPENING_OPTIONS : OPENING_GROUP;
}

/* Behind "(". */
static struct part read_group(struct reader *reader)
{
    enum opening opening = read_opening(reader);
    struct part part = part_exact("");

    if (opening == OPENING_COMMENT || opening == OPENING_BACK)
        reader->at += strcspn(reader->at, ")");
    else if (opening == OPENING_GROUP || opening == OPENING_AROUND) {
        struct part inside = read_alternatives(reader);

        if (opening == OPENING_GROUP) {
            part_release(&part);
            part = inside;
        } else {
            part_release(&inside);
        }
    }
    if (opening == OPENING_BACK)
        part_release(&part);
    if (opening == OPENING_LOST || !take(reader, ")")) {
        part_release(&part);
        return lose(reader);
    }
    return part;
}

static struct part read_quoted(struct reader *reader)
{
    if (take(reader, "\\E")) {
        reader->is_quoted = false;
        return part_exact("");
    }
    return part_of_code(reader, take_code(reader));
}

static struct part read_atom(struct reader *reader)
{
    if (reader->is_quoted)
        return read_quoted(reader);
    if (take(reader, "\\Q")) {
        reader->is_quoted = true;
        return part_exact("");
    }
    if (take(reader, "\\"))
        return read_escape(reader);
    if (take(reader, "["))
        return read_class(reader);
    if (take(reader, "("))
        return read_group(reader);
    if (take(reader, "."))
        return any();
    if (take(reader, "^") || take(reader, "$"))
        return part_exact("");
    if (*reader->at != '\0' && strchr("*+?{", *reader->at) != NULL)
        return lose(reader);
    return part_of_code(reader, take_code(reader));
}

/* {n}, {n,} or {n,m}; any other brace is a riddle whose answer depends on PCRE2's version. */
static struct repeat read_braces(struct reader *reader)
{
    struct repeat repeat = { 1, 1 };
    char *end;

    if (!isdigit((unsigned char)*reader->at)) {
        reader->is_lost = true;
        return repeat;
    }
    repeat.least = repeat.most = strtoul(reader->at, &end, 10);
    reader->at = end;
    if (take(reader, ",")) {
        repeat.most = (unsigned long)-1;
        if (isdigit((unsigned char)*reader->at)) {
            repeat.most = strtoul(reader->at, &end, 10);
            reader->at = end;
        }
    }
    if (!take(reader, "}"))
        reader->is_lost = true;
    return repeat;
}

/* What may stand between a character and the repeat that belongs to it: \E, \Q\E, comments. */
static void skip_nothing(struct reader *reader)
{
    for (;;) {
        if (take(reader, "\\E"))
            reader->is_quoted = false;
        else if (!reader->is_quoted && take(reader, "(?#"))
            reader->at += strcspn(reader->at, ")") + (strchr(reader->at, ')') != NULL);
        else if (reader->is_quoted || !take(reader, "\\Q\\E"))
            return;
    }
}

static struct repeat read_repeat(struct reader *reader)
{
    struct repeat repeat = { 1, 1 };

    skip_nothing(reader);
    if (reader->is_quoted)
        return repeat;
    if (*reader->at == '\0' || strchr("*+?{", *reader->at) == NULL)
        return repeat;
    if (take(reader, "*"))
        repeat = (struct repeat){ 0, (unsigned long)-1 };
    else if (take(reader, "+"))
        repeat = (struct repeat){ 1, (unsigned long)-1 };
    else if (take(reader, "?"))
        repeat = (struct repeat){ 0, 1 };
    else if (take(reader, "{"))
        repeat = read_braces(reader);
    if (!take(reader, "+"))
        take(reader, "?");
    return repeat;
}

static void add_atom(struct sequence *sequence, struct part *atom, struct repeat repeat)
{
    if (repeat.least == 0 && repeat.most == 1)
        part_or_nothing(atom);
    else if (repeat.least == 0)
        part_any_number(atom);
    if (repeat.least > 0 && repeat.most > 1)
        sequence_add_repeated(sequence, atom);
    else
        sequence_add(sequence, atom);
}

static struct part read_sequence(struct reader *reader)
{
    struct sequence sequence;

    sequence_init(&sequence);
    while (!reader->is_lost && *reader->at != '\0' &&
           (reader->is_quoted || (*reader->at != '|' && *reader->at != ')'))) {
        struct part atom = read_atom(reader);
        struct repeat repeat = read_repeat(reader);

        add_atom(&sequence, &atom, repeat);
    }
    return sequence_end(&sequence);
}

static struct part read_alternatives(struct reader *reader)
{
    struct part part;

    if (++reader->depth > DEPTH_MAX)
        return lose(reader);
    part = read_sequence(reader);
    while (!reader->is_lost && take(reader, "|")) {
        struct part other = read_sequence(reader);

        part_or(&part, &other);
    }
    reader->depth--;
    return part;
}

/* Is there another one inside it? Then that one will be found wherever this one is. */
static bool is_needless(const struct strings *strings, const char *string)
{
    const char *other = buf_text(&strings->bytes);

    for (size_t i = 0; i < strings->count; i++, other += strlen(other) + 1)
        if (other != string && strlen(other) < strlen(string) && strstr(string, other) != NULL)
            return true;
    return false;
}

static void add_all(const struct part *part, uint32_t owner, struct literals *literals)
{
    const char *string = buf_text(&part->strings.bytes);

    for (size_t i = 0; i < part->strings.count; i++, string += strlen(string) + 1)
        if (part->strings.count > NEEDLESS_MAX || !is_needless(&part->strings, string))
            literals_add(literals, string, strlen(string), (struct literal){ .owner = owner });
}

int literals_of_pattern(const struct skeleton *skeleton, const char *pattern, uint32_t owner,
                        struct literals *literals)
{
    struct buf folded = { 0 };
    struct reader reader = { .skeleton = skeleton };
    struct part part = { .kind = PART_ANY };
    int result = 0;

    if (pattern_source_fold(pattern, &folded, NULL) == 0) {
        reader.at = buf_text(&folded);
        part = read_alternatives(&reader);
    }
    if (!reader.is_lost && *reader.at == '\0' && part_needs(&part)) {
        add_all(&part, owner, literals);
        result = 1;
    }
    part_release(&part);
    buf_release(&folded);
    return result;
}
