/*
 * attribute: see the header.
 */
#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "base/json.h"
#include "base/utf8.h"
#include "rules/attribute.h"
#include "text/cluster.h"
#include "text/datelike.h"
#include "text/defuse.h"
#include "text/fold.h"
#include "text/moment.h"

enum { DIGITS_MAX = 15, YEAR_MAX = 3000 };

const char *const attribute_type_names[] = {
    [ATTRIBUTE_TEXT] = "text",           [ATTRIBUTE_NUMBER] = "number",       [ATTRIBUTE_BOOLEAN] = "boolean",
    [ATTRIBUTE_TIME] = "time",           [ATTRIBUTE_ARRAY] = "array",         [ATTRIBUTE_INCREMENT] = "increment",
    [ATTRIBUTE_ARRAY_ADD] = "array_add", [ATTRIBUTE_ARRAY_REMOVE] = "array_remove", NULL
};

const char *const property_type_names[] = { [ATTRIBUTE_TEXT] = "text",
                                            [ATTRIBUTE_NUMBER] = "number",
                                            [ATTRIBUTE_BOOLEAN] = "boolean",
                                            [ATTRIBUTE_TIME] = "time",
                                            NULL };

const char *const entry_kind_names[] = { [ENTRY_INCREMENT] = "increment",
                                         [ENTRY_ARRAY_ADD] = "array_add",
                                         [ENTRY_ARRAY_REMOVE] = "array_remove",
                                         [ENTRY_EVENT] = "event" };

bool attribute_is_entry(enum attribute_type type)
{
    return type == ATTRIBUTE_INCREMENT || type == ATTRIBUTE_ARRAY_ADD || type == ATTRIBUTE_ARRAY_REMOVE;
}

/* Names ------------------------------------------------------------------------------------------------------- */

/* Who is meant, how an object is to be read, and the fields that every profile has. */
static const char *const RESERVED[] = {
    "external_id", "user_alias", "braze_id", "_update_existing_only", "_merge_objects", "app_id", "events", "purchases",
    "alias_name", "alias_label", "country", "current_location", "date_of_first_session", "date_of_last_session", "dob",
    "email", "email_subscribe", "email_open_tracking_disabled", "email_click_tracking_disabled", "facebook", "first_name",
    "gender", "home_city", "image_url", "language", "last_name", "marked_email_as_spam_at", "phone", "push_subscribe",
    "push_tokens", "push_token_import", "subscription_group_id", "subscription_groups", "subscription_state", "time_zone",
    "twitter",
};

const char *attribute_name_fault(const char *name)
{
    for (size_t i = 0; i < sizeof RESERVED / sizeof *RESERVED; i++)
        if (strcasecmp(RESERVED[i], name) == 0)
            return "is a field of Braze's own; put something of yours before it, as in shop_";
    if (name[0] == '$')
        return "begins with $, which Braze keeps for itself";
    if (strpbrk(name, "{}") != NULL)
        return "holds a brace; names are fixed, only values are filled in";
    return NULL;
}

/* Texts ------------------------------------------------------------------------------------------------------- */

static void strip(struct buf *text)
{
    size_t start = strspn(buf_text(text), " "), end = text->len;
    struct buf kept = { 0 };

    while (end > start && text->data[end - 1] == ' ')
        end--;
    buf_add(&kept, buf_text(text) + start, end - start);
    buf_release(text);
    *text = kept;
}

static size_t character_floor(const struct buf *text, size_t count)
{
    uint32_t code;
    size_t at = 0;

    for (; count > 0 && at < text->len; count--)
        at += utf8_decode(text->data + at, text->len - at, &code);
    return at;
}

static void cut(struct buf *text, size_t most)
{
    size_t at = cluster_floor(buf_text(text), text->len, most);

    if (at == 0)
        at = character_floor(text, most);
    if (at == text->len)
        return;
    buf_truncate(text, at);
    strip(text);
}

static bool is_blank(const struct buf *text)
{
    struct buf folded = { 0 };
    bool is_empty;

    fold_text(buf_text(text), text->len, &folded);
    is_empty = folded.len == 0;
    buf_release(&folded);
    return is_empty;
}

/* So that it stays a text. */
static void quote_date(struct buf *text)
{
    struct buf quoted = { 0 };

    cut(text, ATTRIBUTE_TEXT_MAX - 2);
    buf_addf(&quoted, "“%s”", buf_text(text));
    buf_release(text);
    *text = quoted;
}

static const char *format_text(const char *text, const struct zone *zone, struct buf *json)
{
    struct buf clean = { 0 };
    bool is_empty;

    (void)zone;
    defuse_text(text, true, &clean);
    strip(&clean);
    is_empty = is_blank(&clean);
    if (!is_empty) {
        cut(&clean, ATTRIBUTE_TEXT_MAX);
        if (datelike_match(buf_text(&clean), clean.len))
            quote_date(&clean);
        json_quote(buf_text(&clean), clean.len, json);
    }
    buf_release(&clean);
    return is_empty ? "is empty" : NULL;
}

/* Numbers ----------------------------------------------------------------------------------------------------- */

static const char *skip_blanks(const char *text)
{
    return text + strspn(text, " \t\r\n");
}

static size_t digits_at(const char *text)
{
    return strspn(text, "0123456789");
}

/* -0012.50 as -12.5: JSON wants no zeros before it, and equal numbers shall look equal. */
static const char *format_number(const char *text, const struct zone *zone, struct buf *json)
{
    static const char NONE[] = "is no number";
    const char *at = skip_blanks(text), *whole, *fraction;
    size_t whole_len, fraction_len = 0;
    bool is_negative = *at == '-';

    (void)zone;
    at += *at == '-' || *at == '+';
    whole = at + strspn(at, "0");
    at += digits_at(at);
    whole_len = (size_t)(at - whole);
    if (at == text || !ascii_is_digit((unsigned char)at[-1]))
        return NONE;
    fraction = *at == '.' ? at + 1 : at;
    if (*at == '.') {
        fraction_len = digits_at(fraction);
        at = fraction + fraction_len;
        if (fraction_len == 0)
            return NONE;
    }
    if (*skip_blanks(at) != '\0')
        return NONE;
    while (fraction_len > 0 && fraction[fraction_len - 1] == '0')
        fraction_len--;
    if (whole_len + fraction_len > DIGITS_MAX)
        return "is a number of more than 15 digits";
    buf_addf(json, "%s%.*s%s%.*s", is_negative && whole_len + fraction_len > 0 ? "-" : "",
             whole_len > 0 ? (int)whole_len : 1, whole_len > 0 ? whole : "0", fraction_len > 0 ? "." : "",
             (int)fraction_len, fraction);
    return NULL;
}

/* Yes or no, and times ---------------------------------------------------------------------------------------- */

static bool is_word(const char *text, const char *word)
{
    size_t len = strlen(word);

    text = skip_blanks(text);
    return strncasecmp(text, word, len) == 0 && *skip_blanks(text + len) == '\0';
}

static const char *format_boolean(const char *text, const struct zone *zone, struct buf *json)
{
    static const char *const WORDS[][3] = { { "no", "false", "0" }, { "yes", "true", "1" } };

    (void)zone;
    for (int value = 0; value <= 1; value++)
        for (int i = 0; i < 3; i++)
            if (is_word(text, WORDS[value][i])) {
                buf_add_text(json, value == 1 ? "true" : "false");
                return NULL;
            }
    return "is neither yes nor no";
}

/* 42, -3, or a year, is a moment around the first of January 1970 to a clock, and to nobody else. */
static bool is_small_number(const char *text)
{
    enum { SECONDS_DIGITS = 9 }; /* from 1973 on */
    size_t digits;

    text += *text == '-';
    digits = strspn(text, "0123456789");
    return digits > 0 && digits < SECONDS_DIGITS && text[digits + strspn(text + digits, ".")] == '\0';
}

static const char *format_time(const char *text, const struct zone *zone, struct buf *json)
{
    struct buf stripped = { 0 };
    struct zone_time time;
    int64_t at_ms;
    bool is_day, is_time;

    buf_add_text(&stripped, skip_blanks(text));
    while (stripped.len > 0 && strchr(" \t\r\n", stripped.data[stripped.len - 1]) != NULL)
        buf_truncate(&stripped, stripped.len - 1);
    is_time = moment_read(buf_text(&stripped), zone, &at_ms, &is_day) && !is_small_number(buf_text(&stripped));
    buf_release(&stripped);
    if (!is_time)
        return "is no time";
    moment_local(is_day ? zone : NULL, at_ms, &time);
    if (time.year > YEAR_MAX)
        return "is a time beyond the year 3000";
    buf_addf(json, "\"%04d-%02d-%02d", time.year, time.month, time.day);
    if (!is_day)
        buf_addf(json, "T%02d:%02d:%02dZ", time.hour, time.minute, time.second);
    buf_add_char(json, '"');
    return NULL;
}

/* Lists, and what is counted ---------------------------------------------------------------------------------- */

static const char *format_increment(const char *text, const struct zone *zone, struct buf *json)
{
    struct buf number = { 0 };
    const char *why = format_number(text, zone, &number);

    if (why == NULL && strchr(buf_text(&number), '.') != NULL)
        why = "is no whole number";
    else if (why == NULL && strcmp(buf_text(&number), "0") == 0)
        why = "is nothing to add";
    if (why == NULL)
        buf_add(json, number.data, number.len);
    buf_release(&number);
    return why;
}

/* Text literals, one after the other. */
struct members {
    struct buf list[ATTRIBUTE_MEMBERS_MAX];
    size_t count;
};

static bool is_member(const struct members *members, const struct buf *literal)
{
    for (size_t i = 0; i < members->count; i++)
        if (strcmp(buf_text(&members->list[i]), buf_text(literal)) == 0)
            return true;
    return false;
}

/* False: there is no room for one more. What is empty, or there already, is passed by. */
static bool add_member(struct members *members, const char *text, size_t len, const struct zone *zone)
{
    struct buf piece = { 0 }, literal = { 0 };
    bool has_room = true;

    buf_add(&piece, text, len);
    if (format_text(buf_text(&piece), zone, &literal) == NULL && !is_member(members, &literal)) {
        has_room = members->count < ATTRIBUTE_MEMBERS_MAX;
        if (has_room) {
            members->list[members->count++] = literal;
            literal = (struct buf){ 0 };
        }
    }
    buf_release(&piece);
    buf_release(&literal);
    return has_room;
}

static void write_members(const struct members *members, struct buf *json)
{
    buf_add_char(json, '[');
    for (size_t i = 0; i < members->count; i++)
        buf_addf(json, "%s%s", i > 0 ? "," : "", buf_text(&members->list[i]));
    buf_add_char(json, ']');
}

static const char *format_array(const char *text, const struct zone *zone, struct buf *json)
{
    struct members members = { 0 };
    const char *why = NULL;

    while (why == NULL) {
        size_t len = strcspn(text, ",");

        if (!add_member(&members, text, len, zone))
            why = "is a list of more than 25";
        if (text[len] == '\0')
            break;
        text += len + 1;
    }
    if (why == NULL && members.count == 0)
        why = "is empty";
    if (why == NULL)
        write_members(&members, json);
    for (size_t i = 0; i < members.count; i++)
        buf_release(&members.list[i]);
    return why;
}

const char *attribute_format(enum attribute_type type, const char *text, const struct zone *zone, struct buf *json)
{
    static const char *(*const FORMATS[])(const char *, const struct zone *, struct buf *) = {
        [ATTRIBUTE_TEXT] = format_text,
        [ATTRIBUTE_NUMBER] = format_number,
        [ATTRIBUTE_BOOLEAN] = format_boolean,
        [ATTRIBUTE_TIME] = format_time,
        [ATTRIBUTE_ARRAY] = format_array,
        [ATTRIBUTE_INCREMENT] = format_increment,
        [ATTRIBUTE_ARRAY_ADD] = format_array,
        [ATTRIBUTE_ARRAY_REMOVE] = format_array,
    };

    return FORMATS[type](text, zone, json);
}
