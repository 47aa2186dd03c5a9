/*
 * json_scan: the strict reading that stands before cJSON.
 *
 * One pass, without recursion: a stack of at most 32 frames says which containers are open, and `next`
 * what may come now. Each token is checked and copied to `clean`. White space is not copied.
 *
 * Numbers never reach cJSON as numbers (it damages some from 15 digits on, and forgets how they were
 * written): they are copied as strings behind JSON_NUMBER_MARK. Integers of more than 15 digits and
 * numbers beyond a double are copied as plain strings: to the reader they are text.
 *
 * Duplicate keys are found when their object ends: the object's keys, unescaped, are sorted, and equal
 * ones become neighbours. Sorting has no bad case that a stranger could provoke, as a hash table has.
 * Only the keys of open objects are kept. Where the first key is to win, the later members are
 * overwritten by spaces in `clean`, from their comma to the end of their value.
 *
 * A token is a value or a key. All that is allocated is bounded by the text's length, which the caller
 * has capped, and by the limits on tokens, depth and members.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/alloc.h"
#include "base/json.h"
#include "base/json_scan.h"
#include "base/utf8.h"

enum { MAX_DEPTH = 32, EXACT_DIGITS = 15 };

enum next { NEXT_VALUE, NEXT_VALUE_OR_END, NEXT_KEY, NEXT_KEY_OR_END, NEXT_COMMA_OR_END, NEXT_NOTHING };

struct key {
    size_t name, name_len;       /* unescaped, in scan.names */
    size_t at;                   /* in the text */
    size_t clean_from, clean_to; /* the member in `clean`, with the comma before it */
};

struct frame {
    bool is_object;
    size_t first_key;  /* in scan.keys */
    size_t names_from; /* in scan.names */
};

struct scan {
    const char *text;
    size_t len, at;
    int flags;
    size_t tokens;
    bool has_duplicate;
    enum next next;
    int depth;
    struct frame frames[MAX_DEPTH];
    struct key *keys;
    size_t key_count, key_room;
    struct buf names;
    struct buf *clean;
    struct error *error;
};

static int refuse(struct scan *scan, size_t at, const char *reason)
{
    return error_set(scan->error, "This is not the JSON that is taken here: %s (at offset %zu).", reason, at);
}

static size_t token_limit(const struct scan *scan)
{
    return scan->flags & JSON_LARGE ? 1000000 : 10000;
}

static size_t member_limit(const struct scan *scan)
{
    return scan->flags & JSON_LARGE ? 100000 : 1000;
}

/* The byte at `at`, or -1 behind the text. */
static int byte_at(const struct scan *scan, size_t at)
{
    return at < scan->len ? (unsigned char)scan->text[at] : -1;
}

static int hex_value(int byte)
{
    if (ascii_is_digit(byte))
        return byte - '0';
    if (byte >= 'a' && byte <= 'f')
        return byte - 'a' + 10;
    if (byte >= 'A' && byte <= 'F')
        return byte - 'A' + 10;
    return -1;
}

/* The four hex digits at `at`, or -1. */
static int32_t read_hex4(const struct scan *scan, size_t at)
{
    int32_t value = 0;

    for (size_t i = 0; i < 4; i++) {
        int digit = hex_value(byte_at(scan, at + i));
        if (digit < 0)
            return -1;
        value = value << 4 | digit;
    }
    return value;
}

/* scan->at stands on the u of \uXXXX; a surrogate must be followed by its other half. */
static int take_unicode_escape(struct scan *scan, uint32_t *code)
{
    size_t from = scan->at - 1;
    int32_t first = read_hex4(scan, scan->at + 1);

    if (first < 0)
        return refuse(scan, from, "\\u needs four hexadecimal digits");
    if (first == 0)
        return refuse(scan, from, "a text may not contain the NUL character");
    scan->at += 5;
    *code = (uint32_t)first;
    if (first < 0xD800 || first > 0xDFFF)
        return 0;
    int32_t second = -1;
    if (byte_at(scan, scan->at) == '\\' && byte_at(scan, scan->at + 1) == 'u')
        second = read_hex4(scan, scan->at + 2);
    if (first > 0xDBFF || second < 0xDC00 || second > 0xDFFF)
        return refuse(scan, from, "half of a surrogate pair stands alone");
    scan->at += 6;
    *code = 0x10000 + ((uint32_t)(first - 0xD800) << 10) + (uint32_t)(second - 0xDC00);
    return 0;
}

/* scan->at stands on the backslash. */
static int take_escape(struct scan *scan, uint32_t *code)
{
    static const char NAMES[] = "\"\\/bfnrt";
    static const char MEANT[] = "\"\\/\b\f\n\r\t";

    int byte = byte_at(scan, ++scan->at);
    if (byte == 'u')
        return take_unicode_escape(scan, code);
    const char *name = byte > 0 ? strchr(NAMES, byte) : NULL;
    if (name == NULL)
        return refuse(scan, scan->at - 1, "a backslash is followed by something that is no escape");
    *code = (unsigned char)MEANT[name - NAMES];
    scan->at++;
    return 0;
}

static int take_character(struct scan *scan, uint32_t *code)
{
    int byte = byte_at(scan, scan->at);

    if (byte < 0)
        return refuse(scan, scan->at, "a text does not end");
    if (byte < 0x20)
        return refuse(scan, scan->at, "a control character inside a text is not escaped");
    if (byte == '\\')
        return take_escape(scan, code);
    size_t taken = utf8_decode(scan->text + scan->at, scan->len - scan->at, code);
    if (taken == 0)
        return refuse(scan, scan->at, "the bytes are not UTF-8");
    scan->at += taken;
    return 0;
}

/* Skips what stands for itself: most of most texts. */
static void skip_plain(struct scan *scan, struct buf *plain)
{
    size_t from = scan->at;

    while (scan->at < scan->len) {
        unsigned char byte = (unsigned char)scan->text[scan->at];
        if (byte < 0x20 || byte >= 0x80 || byte == '"' || byte == '\\')
            break;
        scan->at++;
    }
    if (plain != NULL)
        buf_add(plain, scan->text + from, scan->at - from);
}

/* scan->at stands on the opening quote. The unescaped text is appended to `plain`, if that is not NULL. */
static int take_string(struct scan *scan, struct buf *plain)
{
    size_t from = scan->at++;

    for (skip_plain(scan, plain); byte_at(scan, scan->at) != '"'; skip_plain(scan, plain)) {
        uint32_t code;
        if (take_character(scan, &code) != 0)
            return -1;
        if (plain != NULL)
            utf8_encode(code, plain);
    }
    scan->at++;
    buf_add(scan->clean, scan->text + from, scan->at - from);
    return 0;
}

/* Skips digits and says how many there were. */
static size_t skip_digits(struct scan *scan)
{
    size_t from = scan->at;

    while (ascii_is_digit(byte_at(scan, scan->at)))
        scan->at++;
    return scan->at - from;
}

static bool skip_byte(struct scan *scan, char a, char b)
{
    int byte = byte_at(scan, scan->at);

    if (byte != a && byte != b)
        return false;
    scan->at++;
    return true;
}

static int copy_number(struct scan *scan, size_t from, bool is_text)
{
    buf_add_char(scan->clean, '"');
    if (!is_text)
        buf_add_char(scan->clean, (char)JSON_NUMBER_MARK);
    buf_add(scan->clean, scan->text + from, scan->at - from);
    buf_add_char(scan->clean, '"');
    return 0;
}

static bool overflows(const char *digits, size_t len)
{
    char *copy = alloc_bytes(digits, len);
    double value = strtod(copy, NULL);

    free(copy);
    return isinf(value);
}

static int take_number(struct scan *scan)
{
    size_t from = scan->at;

    skip_byte(scan, '-', '-');
    bool has_leading_zero = byte_at(scan, scan->at) == '0';
    size_t digits = skip_digits(scan);
    if (digits == 0 || (has_leading_zero && digits > 1))
        return refuse(scan, from, "a number is written wrongly");
    bool is_integer = true;
    if (skip_byte(scan, '.', '.')) {
        is_integer = false;
        if (skip_digits(scan) == 0)
            return refuse(scan, from, "a number is written wrongly");
    }
    if (skip_byte(scan, 'e', 'E')) {
        is_integer = false;
        skip_byte(scan, '+', '-');
        if (skip_digits(scan) == 0)
            return refuse(scan, from, "a number is written wrongly");
    }
    if (is_integer)
        return copy_number(scan, from, digits > EXACT_DIGITS);
    return copy_number(scan, from, overflows(scan->text + from, scan->at - from));
}

static int take_word(struct scan *scan)
{
    static const char *const WORDS[] = { "true", "false", "null" };

    for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++) {
        size_t len = strlen(WORDS[i]);

        if (scan->len - scan->at >= len && memcmp(scan->text + scan->at, WORDS[i], len) == 0) {
            buf_add(scan->clean, WORDS[i], len);
            scan->at += len;
            return 0;
        }
    }
    return refuse(scan, scan->at, "a value was expected");
}

static void after_value(struct scan *scan)
{
    scan->next = scan->depth > 0 ? NEXT_COMMA_OR_END : NEXT_NOTHING;
    if (scan->depth > 0 && scan->frames[scan->depth - 1].is_object)
        scan->keys[scan->key_count - 1].clean_to = scan->clean->len;
}

static int open_container(struct scan *scan, bool is_object)
{
    if (scan->depth == MAX_DEPTH)
        return refuse(scan, scan->at, "it is nested deeper than 32 levels");
    scan->frames[scan->depth++] = (struct frame){ is_object, scan->key_count, scan->names.len };
    buf_add_char(scan->clean, scan->text[scan->at++]);
    scan->next = is_object ? NEXT_KEY_OR_END : NEXT_VALUE_OR_END;
    return 0;
}

/* Orders by name, then by place. */
static int compare_keys(const void *a, const void *b, void *names)
{
    const struct key *left = a, *right = b;
    size_t len = left->name_len < right->name_len ? left->name_len : right->name_len;
    int order = memcmp((char *)names + left->name, (char *)names + right->name, len);

    if (order != 0)
        return order;
    if (left->name_len != right->name_len)
        return left->name_len < right->name_len ? -1 : 1;
    return left->at < right->at ? -1 : left->at > right->at;
}

static bool is_same_name(const struct scan *scan, const struct key *a, const struct key *b)
{
    return a->name_len == b->name_len &&
           memcmp(scan->names.data + a->name, scan->names.data + b->name, a->name_len) == 0;
}

static int settle_duplicates(struct scan *scan, const struct frame *frame)
{
    size_t count = scan->key_count - frame->first_key;
    const struct key *refused = NULL;

    if (count < 2)
        return 0;
    struct key *keys = scan->keys + frame->first_key;
    qsort_r(keys, count, sizeof *keys, compare_keys, scan->names.data);
    for (size_t i = 1; i < count; i++) {
        if (!is_same_name(scan, &keys[i - 1], &keys[i]))
            continue;
        scan->has_duplicate = true;
        if (scan->flags & JSON_FIRST_KEY_WINS)
            memset(scan->clean->data + keys[i].clean_from, ' ', keys[i].clean_to - keys[i].clean_from);
        else if (refused == NULL || keys[i].at < refused->at)
            refused = &keys[i];
    }
    return refused == NULL ? 0 : refuse(scan, refused->at, "an object has the same key twice");
}

static int close_container(struct scan *scan)
{
    const struct frame *frame = &scan->frames[scan->depth - 1];

    if (frame->is_object) {
        if (settle_duplicates(scan, frame) != 0)
            return -1;
        scan->key_count = frame->first_key;
        buf_truncate(&scan->names, frame->names_from);
    }
    buf_add_char(scan->clean, scan->text[scan->at++]);
    scan->depth--;
    after_value(scan);
    return 0;
}

static bool closes(const struct scan *scan, int byte)
{
    return scan->depth > 0 && byte == (scan->frames[scan->depth - 1].is_object ? '}' : ']');
}

static int count_token(struct scan *scan)
{
    if (++scan->tokens > token_limit(scan))
        return refuse(scan, scan->at, "it has too many values");
    return 0;
}

static int step_value(struct scan *scan, int byte)
{
    if (count_token(scan) != 0)
        return -1;
    if (byte == '{' || byte == '[')
        return open_container(scan, byte == '{');
    int taken = byte == '"' ? take_string(scan, NULL)
              : byte == '-' || ascii_is_digit(byte) ? take_number(scan)
              : take_word(scan);
    if (taken == 0)
        after_value(scan);
    return taken;
}

static int step_value_or_end(struct scan *scan, int byte)
{
    return closes(scan, byte) ? close_container(scan) : step_value(scan, byte);
}

static struct key *add_key(struct scan *scan)
{
    if (scan->key_count == scan->key_room) {
        scan->key_room = scan->key_room > 0 ? 2 * scan->key_room : 32;
        scan->keys = alloc_resize(scan->keys, scan->key_room, sizeof *scan->keys);
    }
    struct key *key = &scan->keys[scan->key_count++];
    *key = (struct key){ .name = scan->names.len, .at = scan->at, .clean_from = scan->clean->len };
    return key;
}

static int step_key(struct scan *scan, int byte)
{
    size_t members = scan->key_count - scan->frames[scan->depth - 1].first_key;

    if (byte != '"')
        return refuse(scan, scan->at, "a key in quotes was expected");
    if (members == member_limit(scan))
        return refuse(scan, scan->at, "an object has too many members");
    if (count_token(scan) != 0)
        return -1;
    struct key *key = add_key(scan);
    if (members > 0)
        buf_add_char(scan->clean, ',');
    if (take_string(scan, &scan->names) != 0)
        return -1;
    key->name_len = scan->names.len - key->name;
    while (skip_byte(scan, ' ', '\t') || skip_byte(scan, '\n', '\r'))
        ;
    if (!skip_byte(scan, ':', ':'))
        return refuse(scan, scan->at, "a colon was expected after a key");
    buf_add_char(scan->clean, ':');
    scan->next = NEXT_VALUE;
    return 0;
}

static int step_key_or_end(struct scan *scan, int byte)
{
    return closes(scan, byte) ? close_container(scan) : step_key(scan, byte);
}

static int step_comma_or_end(struct scan *scan, int byte)
{
    if (closes(scan, byte))
        return close_container(scan);
    bool is_object = scan->frames[scan->depth - 1].is_object;
    if (byte != ',')
        return refuse(scan, scan->at, is_object ? "a comma or } was expected" : "a comma or ] was expected");
    /* An object's comma belongs to the member behind it: it is copied, and perhaps blanked, with that. */
    if (!is_object)
        buf_add_char(scan->clean, ',');
    scan->at++;
    scan->next = is_object ? NEXT_KEY : NEXT_VALUE;
    return 0;
}

static int step_nothing(struct scan *scan, int byte)
{
    (void)byte;
    return refuse(scan, scan->at, "something follows behind the value");
}

static int (*const STEPS[])(struct scan *scan, int byte) = {
    [NEXT_VALUE] = step_value,
    [NEXT_VALUE_OR_END] = step_value_or_end,
    [NEXT_KEY] = step_key,
    [NEXT_KEY_OR_END] = step_key_or_end,
    [NEXT_COMMA_OR_END] = step_comma_or_end,
    [NEXT_NOTHING] = step_nothing,
};

static int run(struct scan *scan)
{
    if (scan->len >= 3 && memcmp(scan->text, "\xEF\xBB\xBF", 3) == 0)
        return refuse(scan, 0, "it begins with a byte order mark");
    for (;;) {
        while (skip_byte(scan, ' ', '\t') || skip_byte(scan, '\n', '\r'))
            ;
        if (scan->at == scan->len)
            break;
        if (STEPS[scan->next](scan, byte_at(scan, scan->at)) != 0)
            return -1;
    }
    if (scan->next != NEXT_NOTHING)
        return refuse(scan, scan->at, scan->tokens == 0 ? "it is empty" : "it ends too early");
    return scan->has_duplicate ? 1 : 0;
}

int json_scan(const char *text, size_t len, int flags, struct buf *clean, struct error *error)
{
    struct scan scan = { .text = text, .len = len, .flags = flags, .clean = clean, .error = error };

    buf_reserve(&scan.names, 0); /* so that names.data is a place even where all keys are empty */
    int result = run(&scan);
    free(scan.keys);
    buf_release(&scan.names);
    return result;
}
