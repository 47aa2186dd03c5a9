/*
 * salvage: the procedure.
 *
 * A template without `json_escape` puts texts between quotes as they are, so that quotes, line breaks and
 * backslashes in them break the JSON around them. What remains certain is the template: pairs of a key in
 * quotes, a colon and a value, in braces. Two templates are known: the one in README (identifiers first,
 * `message` last) and Braze's published recipe (user_id, phone_number, message), to which operators add
 * fields before or behind.
 *
 *   1. The body opens with a brace and a key. From then on a key is known as one only where a value has
 *      just ended.
 *   2. A *border* is a comma, a key in quotes, a colon and the first byte of a value. A text ends at the
 *      first quote that has a border behind it, or the closing brace and the end of the body. Quotes
 *      elsewhere belong to the text, and so does a border from which no pair leads on.
 *   3. A border that names a known key for the second time is no border: the text says it. The first
 *      occurrence wins, and the fact is remembered (has_duplicate).
 *   4. `message` is the text that customers control wholly. A border does not end it: all of the rest must
 *      be a *sound tail*, that is pairs up to the closing brace, no known key twice or seen before, every
 *      value well-formed JSON (only names, which are typed as well, may hold quotes of their own). The
 *      first quote with a sound tail behind it ends the text, otherwise the last one, before the final
 *      brace. So `say "hi"` and `a "} b` stay whole, and fields that a template has behind its message are
 *      found again.
 *   5. A value without quotes is a word or number, or a list or object with its brackets in balance.
 *   6. A trailing comma is forgiven. Anything else ends the attempt.
 *
 * The text comes out as typed: backslashes are the customer's own. With one exception: where every quote is
 * escaped and every backslash escapes a quote or a backslash, the text came through `json_escape` and
 * something else broke the body (Braze does not say that this filter escapes line breaks), so its escapes
 * are undone.
 *
 * What cannot be told apart: a text that goes on in the template's own shape with keys which the template
 * does not use (`x","colour":"red`) is cut there and sets that field. Whose keys may be believed is for the
 * caller to judge: keys arrive in the order of the body.
 *
 * Cost: each quote is tried as an end at most once per text; a tail is at most TAIL_PAIRS pairs, its
 * strings stop at the next quote, and lists and objects in tails share one budget. So the work stays linear
 * in the body.
 */
#include <string.h>

#include "braze/salvage.h"

enum { NAME_MAX_LEN = 100, TAIL_PAIRS = 16, TAIL_BUDGET = 1 << 20 };

static const size_t NOWHERE = (size_t)-1;

struct border {
    enum key key;
    size_t name, name_len;
    size_t value; /* its first byte */
};

static char byte_at(const struct salvage *s, size_t at)
{
    return at < s->len ? s->body[at] : '\0';
}

static size_t skip_blanks(const struct salvage *s, size_t at)
{
    while (at < s->len && strchr(" \t\r\n", s->body[at]) != NULL && s->body[at] != '\0')
        at++;
    return at;
}

/* A key in quotes (a name, without what structures JSON), its colon, and the beginning of a value. */
static bool read_key(const struct salvage *s, size_t at, struct border *border)
{
    if (byte_at(s, at) != '"')
        return false;
    size_t end = at + 1;
    while (end < s->len && end - at <= NAME_MAX_LEN && strchr("\"\\{}[]:,", s->body[end]) == NULL &&
           (unsigned char)s->body[end] >= ' ')
        end++;
    size_t colon = skip_blanks(s, end + 1);
    if (byte_at(s, end) != '"' || end == at + 1 || byte_at(s, colon) != ':')
        return false;
    border->value = skip_blanks(s, colon + 1);
    border->name = at + 1;
    border->name_len = end - at - 1;
    border->key = key_find(s->body + border->name, border->name_len);
    char first = byte_at(s, border->value);
    return first != '\0' && strchr("\"-0123456789tfn[{", first) != NULL;
}

static bool read_border(const struct salvage *s, size_t at, struct border *border)
{
    at = skip_blanks(s, at);
    return byte_at(s, at) == ',' && read_key(s, skip_blanks(s, at + 1), border);
}

/* Nothing but the closing brace and the end of the body? */
static bool closes(const struct salvage *s, size_t at)
{
    at = skip_blanks(s, at);
    if (byte_at(s, at) == ',')
        at = skip_blanks(s, at + 1);
    return byte_at(s, at) == '}' && skip_blanks(s, at + 1) == s->len;
}

static unsigned bit_of(enum key key)
{
    return key < KEY_OTHER ? 1u << key : 0;
}

/* The next quote from `at` on, or NOWHERE. */
static size_t next_quote(const struct salvage *s, size_t at)
{
    const char *quote = at < s->len ? memchr(s->body + at, '"', s->len - at) : NULL;
    return quote != NULL ? (size_t)(quote - s->body) : NOWHERE;
}

/* The closing quote of a well-formed JSON string whose inside begins at `at`. */
static size_t string_end(const struct salvage *s, size_t at)
{
    for (; at < s->len && (unsigned char)s->body[at] >= ' '; at++) {
        if (s->body[at] == '"')
            return at;
        if (s->body[at] == '\\')
            at++;
    }
    return NOWHERE;
}

/* Just behind a list or an object: where its brackets are in balance. */
static size_t container_end(const struct salvage *s, size_t at)
{
    size_t depth = 0;
    for (; at < s->len; at++) {
        char c = s->body[at];
        if (c == '"' && (at = string_end(s, at + 1)) == NOWHERE)
            return NOWHERE;
        if (c == '[' || c == '{')
            depth++;
        if ((c == ']' || c == '}') && --depth == 0)
            return at + 1;
    }
    return NOWHERE;
}

static size_t word_end(const struct salvage *s, size_t at)
{
    static const char WORD[] = "+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    while (at < s->len && s->body[at] != '\0' && strchr(WORD, s->body[at]) != NULL)
        at++;
    return at;
}

static size_t bare_end(const struct salvage *s, size_t at)
{
    return s->body[at] == '[' || s->body[at] == '{' ? container_end(s, at) : word_end(s, at);
}

/* The same, for values that may be none at all: looking at them costs budget. */
static size_t try_bare_end(struct salvage *s, size_t at)
{
    if (s->budget == 0)
        return NOWHERE;
    size_t end = bare_end(s, at);
    size_t steps = (end == NOWHERE ? s->len : end) - at;
    s->budget -= steps < s->budget ? steps : s->budget;
    return end;
}

/* Was this key seen before? Then it is text, and hostile. */
static bool is_repeated(struct salvage *s, enum key key, unsigned seen)
{
    bool is_again = (bit_of(key) & seen) != 0;
    s->has_duplicate = s->has_duplicate || is_again;
    return is_again;
}

/* Do bare values follow one another from here to a text with a new key, or to the end of the body? */
static bool leads_on(struct salvage *s, struct border border, unsigned seen)
{
    for (int pairs = 0; pairs < TAIL_PAIRS && !is_repeated(s, border.key, seen); pairs++) {
        if (s->body[border.value] == '"')
            return true;
        seen |= bit_of(border.key);
        size_t end = try_bare_end(s, border.value);
        if (end == NOWHERE)
            return false;
        if (closes(s, end))
            return true;
        if (!read_border(s, end, &border))
            return false;
    }
    return false;
}

/*
 * The closing quote of a text that begins at `at`: the first with a border that leads on, or the end of the
 * body, behind it. A known key that was seen is taken for text, or, in a tail, for the proof that it is none.
 */
static size_t text_end(struct salvage *s, size_t at, unsigned seen, bool is_in_tail)
{
    struct border border;
    for (size_t quote = next_quote(s, at); quote != NOWHERE; quote = next_quote(s, quote + 1)) {
        if (closes(s, quote + 1))
            return quote;
        if (!read_border(s, quote + 1, &border))
            continue;
        if (leads_on(s, border, seen))
            return quote;
        if (is_in_tail && (bit_of(border.key) & seen) != 0)
            return NOWHERE;
    }
    return NOWHERE;
}

/* Just behind the value of a pair in a possible tail. */
static size_t tail_value_end(struct salvage *s, const struct border *border, unsigned seen)
{
    size_t end, at = border->value;
    if (s->body[at] == '"') {
        end = key_is_typed(border->key) ? text_end(s, at + 1, seen, true) : string_end(s, at + 1);
        return end == NOWHERE ? NOWHERE : end + 1;
    }
    return try_bare_end(s, at);
}

static bool is_sound_tail(struct salvage *s, size_t at, unsigned seen)
{
    struct border border;
    for (int pairs = 0; pairs < TAIL_PAIRS; pairs++) {
        if (!read_border(s, at, &border) || is_repeated(s, border.key, seen))
            return false;
        seen |= bit_of(border.key);
        at = tail_value_end(s, &border, seen);
        if (at == NOWHERE)
            return false;
        if (closes(s, at))
            return true;
    }
    return false;
}

/* The closing quote of the message. */
static size_t message_end(struct salvage *s, size_t at)
{
    for (size_t quote = next_quote(s, at); quote != NOWHERE; quote = next_quote(s, quote + 1))
        if (closes(s, quote + 1) || is_sound_tail(s, quote + 1, s->seen))
            return quote;
    return NOWHERE;
}

/* The key that follows: the first one behind the opening brace, the others behind a comma. */
static bool find_key(struct salvage *s, struct border *border)
{
    if (s->at > 0)
        return read_border(s, s->at, border);
    s->budget = TAIL_BUDGET;
    size_t brace = skip_blanks(s, 0);
    return byte_at(s, brace) == '{' && read_key(s, skip_blanks(s, brace + 1), border);
}

static int take_text(struct salvage *s, const struct border *border, struct salvage_pair *pair,
                     struct error *error)
{
    size_t start = border->value + 1;
    size_t end = border->key == KEY_MESSAGE ? message_end(s, start) : text_end(s, start, s->seen, false);
    if (end == NOWHERE)
        return error_set(error, "the JSON is broken, and \"%.*s\" has no end that fits a template",
                         (int)border->name_len, s->body + border->name);
    pair->value = s->body + start;
    pair->value_len = end - start;
    pair->is_text = true;
    s->at = end + 1;
    return 1;
}

static int take_bare(struct salvage *s, const struct border *border, struct salvage_pair *pair,
                     struct error *error)
{
    size_t end = bare_end(s, border->value);
    if (end == NOWHERE || end == border->value)
        return error_set(error, "the JSON is broken in \"%.*s\"", (int)border->name_len,
                         s->body + border->name);
    pair->value = s->body + border->value;
    pair->value_len = end - border->value;
    pair->is_text = false;
    s->at = end;
    return 1;
}

int salvage_next(struct salvage *s, struct salvage_pair *pair, struct error *error)
{
    struct border border;
    if (s->at > 0 && closes(s, s->at))
        return 0;
    if (!find_key(s, &border) || (bit_of(border.key) & s->seen) != 0)
        return error_set(error, "the JSON is broken at byte %zu, where a new key should stand", s->at);
    s->seen |= bit_of(border.key);
    pair->key = border.key;
    pair->name = s->body + border.name;
    pair->name_len = border.name_len;
    if (s->body[border.value] == '"')
        return take_text(s, &border, pair, error);
    return take_bare(s, &border, pair, error);
}

/* Did this text come through json_escape? Then no quote is bare, and backslashes escape only the two. */
static bool is_escaped(const char *text, size_t len)
{
    bool has_escape = false;
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '"')
            return false;
        if (text[i] != '\\')
            continue;
        if (++i == len || (text[i] != '"' && text[i] != '\\'))
            return false;
        has_escape = true;
    }
    return has_escape;
}

void salvage_text(const char *value, size_t len, struct buf *out)
{
    if (!is_escaped(value, len)) {
        buf_add(out, value, len);
        return;
    }
    for (size_t i = 0; i < len; i++) {
        i += value[i] == '\\';
        buf_add_char(out, value[i]);
    }
}
