/*
 * inbound: from a webhook's bytes to a person and what he wrote.
 *
 * Three readers are tried in turn: strict JSON, a form (only where the body does not begin with a brace),
 * the salvage. Each hands its pairs to a struct reading, in the order of the body; there the first value of
 * a key counts. Only when a reader got through are the values cleaned and judged, so that the rules below
 * hold for all three alike.
 *
 * Whom to believe. What a customer types himself (message, profile_name, first_name) may, in a template
 * that does not escape, go on with keys of its own. Identifiers that stand before such a text are out of
 * its reach. For those that stand behind it:
 *
 *   - Where a key stood twice, none of them is believed: the first occurrence may be the customer's.
 *   - Where the body was broken, or the key is braze_id (nobody is addressed by it), they are not believed
 *     once a user id or a phone number is known from a place that the text cannot reach.
 *   - Otherwise they count: a template may well put its keys in alphabetical order, and a body that is
 *     sound JSON with no key twice shows no trace of whose they are. Only the header closes that gap.
 *
 * The identity that the caller got from header or query outranks all of that. An empty one is an answer: a
 * newcomer, known by his phone number.
 *
 * Compressed and binary bodies are not looked into; they are unreadable, and kept as they came.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/utf8.h"

#include "braze/date.h"
#include "braze/form.h"
#include "braze/inbound.h"
#include "braze/key.h"
#include "braze/media.h"
#include "braze/reading.h"
#include "braze/salvage.h"
#include "text/phone.h"

static const char PREVIEW_DISPATCH[] = "dispatch_id_for_unsent_campaign";

/* JSON */

/* The code of \uXXXX at `at`, or -1. */
static int read_code_unit(const char *at, const char *end)
{
    static const char DIGITS[] = "0123456789abcdef";
    int code = 0;
    if (end - at < 6 || at[0] != '\\' || at[1] != 'u')
        return -1;
    for (int i = 2; i < 6; i++) {
        if (!isxdigit((unsigned char)at[i]))
            return -1;
        code = code * 16 + (int)(strchr(DIGITS, tolower((unsigned char)at[i])) - DIGITS);
    }
    return code;
}

static bool is_between(int code, int from, int to)
{
    return code >= from && code <= to;
}

/* Copies JSON text with each escaped NUL and lone surrogate turned into U+FFFD. True when there were any. */
static bool add_mended(const char *text, size_t len, struct buf *out)
{
    const char *at = text, *end = text + len;
    bool is_changed = false;
    while (at < end) {
        const char *escape = memchr(at, '\\', (size_t)(end - at));
        buf_add(out, at, (size_t)((escape != NULL ? escape : end) - at));
        if (escape == NULL)
            break;
        at = escape;
        int code = read_code_unit(at, end);
        size_t step = code >= 0 ? 6 : end - at > 1 ? 2 : 1;
        bool is_pair = is_between(code, 0xD800, 0xDBFF) &&
                       is_between(read_code_unit(at + 6, end), 0xDC00, 0xDFFF);
        if (code == 0 || (is_between(code, 0xD800, 0xDFFF) && !is_pair)) {
            buf_add_text(out, "\\ufffd");
            is_changed = true;
        } else {
            step = is_pair ? 12 : step;
            buf_add(out, at, step);
        }
        at += step;
    }
    return is_changed;
}

static int read_json(struct reading *r, const char *body, size_t len, struct error *why)
{
    struct buf mended = { 0 };
    struct json *root = NULL;
    bool is_changed = add_mended(body, len, &mended);
    int parsed = json_parse(buf_text(&mended), mended.len, JSON_FIRST_KEY_WINS, &root, why);
    buf_release(&mended);
    if (parsed < 0)
        return 0;
    if (json_kind(root) != JSON_OBJECT) {
        json_free(root);
        return error_set(why, "it is JSON, but no object with keys and values");
    }
    r->flags |= (parsed == 1 ? INBOUND_DUPLICATE_KEY : 0) | (is_changed ? INBOUND_REPAIRED : 0);
    for (const struct json *member = json_first(root); member != NULL; member = json_next(member))
        reading_put_member(r, member);
    json_free(root);
    return 1;
}

/* Forms and what is broken */

static bool is_form_type(const char *content_type)
{
    static const char FORM[] = "application/x-www-form-urlencoded";
    if (content_type == NULL)
        return false;
    content_type += strspn(content_type, " \t");
    return strncasecmp(content_type, FORM, sizeof FORM - 1) == 0;
}

static int read_form(struct reading *r, const char *body, size_t len, const char *content_type)
{
    struct form form = { .text = body, .len = len };
    struct buf name = { 0 }, value = { 0 };
    if (body[0] == '{' || (!is_form_type(content_type) && !form_is_likely(body, len)))
        return 0;
    r->flags |= INBOUND_FORM;
    while (form_next(&form, &name, &value) == 1)
        reading_put(r, buf_text(&name), name.len, buf_text(&value), value.len);
    buf_release(&name);
    buf_release(&value);
    return 1;
}

/* A value without quotes is JSON in itself. */
static void put_bare(struct reading *r, const struct salvage_pair *pair)
{
    struct buf member = { 0 };
    struct json *root = NULL;
    struct error ignored;
    buf_add_char(&member, '{');
    json_quote(pair->name, pair->name_len, &member);
    buf_add_char(&member, ':');
    buf_add(&member, pair->value, pair->value_len);
    buf_add_char(&member, '}');
    if (json_parse(buf_text(&member), member.len, JSON_FIRST_KEY_WINS, &root, &ignored) >= 0)
        reading_put_member(r, json_first(root));
    else
        reading_put(r, pair->name, pair->name_len, pair->value, pair->value_len);
    json_free(root);
    buf_release(&member);
}

static void put_salvaged(struct reading *r, const struct salvage_pair *pair)
{
    struct buf text = { 0 };
    if (!pair->is_text) {
        put_bare(r, pair);
        return;
    }
    salvage_text(pair->value, pair->value_len, &text);
    reading_put(r, pair->name, pair->name_len, buf_text(&text), text.len);
    buf_release(&text);
}

static int read_broken(struct reading *r, const char *body, size_t len, struct error *why)
{
    struct salvage salvage = { .body = body, .len = len };
    struct salvage_pair pair;
    int more;
    while ((more = salvage_next(&salvage, &pair, why)) == 1)
        put_salvaged(r, &pair);
    r->flags |= INBOUND_SALVAGED | (salvage.has_duplicate ? INBOUND_DUPLICATE_KEY : 0);
    return more == 0;
}

/* 1 when one of the readers got through, else 0 and the reason of the last. */
static int read_pairs(struct reading *r, const char *body, size_t len, const char *content_type,
                      struct error *error)
{
    struct error why = { 0 };
    int read = read_json(r, body, len, &why);
    if (read == 0)
        read = read_form(r, body, len, content_type);
    if (read == 0 && body[0] == '{')
        read = read_broken(r, body, len, &why);
    else if (read == 0)
        error_set(&why, "it is neither JSON nor a form");
    if (read == 1)
        return 1;
    error_set(error, "The body cannot be read: %s. Paste README's template into the webhook campaign.",
              why.text);
    return 0;
}

/* Cleaning */

static bool is_control(uint32_t code)
{
    return code < 0x20 || (code >= 0x7F && code < 0xA0);
}

static void add_without_controls(const char *text, size_t len, struct buf *out)
{
    uint32_t code;
    for (size_t step; len > 0; text += step, len -= step) {
        step = utf8_decode(text, len, &code);
        step = step > 0 ? step : 1;
        if (!is_control(code) && !(out->len == 0 && code == ' '))
            utf8_encode(code, out);
    }
}

static bool is_visible(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (text[i] <= ' ' || text[i] > '~')
            return false;
    return true;
}

/* Trimmed, without control characters, at most `max` bytes. */
static char *clean_id(const char *text, size_t len, size_t max)
{
    struct buf out = { 0 };
    if (is_visible(text, len))
        buf_add(&out, text, len); /* as nearly all ids are */
    else
        add_without_controls(text, len, &out);
    if (out.len > max)
        buf_truncate(&out, utf8_floor(out.data, out.len, max));
    while (out.len > 0 && out.data[out.len - 1] == ' ')
        buf_truncate(&out, out.len - 1);
    return buf_detach(&out);
}

/* In a form that was not escaped the plus of a number has become a blank. */
static char *clean_phone(const char *text, size_t len, bool is_form)
{
    struct buf out = { 0 };
    bool has_digit = false;
    if (is_form && len > 1 && text[0] == ' ' && text[1] >= '1' && text[1] <= '9')
        buf_add_char(&out, '+');
    for (size_t i = 0; i < len && out.len < INBOUND_ID_MAX; i++) {
        char c = text[i];
        if (phone_is_filler(c))
            continue;
        has_digit = has_digit || (c >= '0' && c <= '9');
        buf_add_char(&out, c);
    }
    if (!has_digit)
        buf_clear(&out);
    return buf_detach(&out);
}

static char *clean_value(const struct reading *r, enum key key, size_t max)
{
    return clean_id(buf_text(&r->values[key]), r->values[key].len, max);
}

static void take_message(struct reading *r, struct inbound *in)
{
    struct buf *text = &r->values[KEY_MESSAGE];
    if (text->len > INBOUND_TEXT_MAX) {
        r->flags |= INBOUND_CUT;
        buf_truncate(text, utf8_floor(text->data, text->len, INBOUND_TEXT_MAX));
    }
    in->message = alloc_text(buf_text(text));
}

/* Returns how many addresses there are. */
static size_t take_media(const struct reading *r, struct inbound *in)
{
    const struct buf *text = &r->values[KEY_MEDIA_URLS];
    struct buf media = { 0 };
    size_t count = media_format(buf_text(text), text->len, &media);
    in->media_urls = buf_detach(&media);
    return count;
}

/* What is the same in every call would make all later messages of a customer repeats of the first: the value of a test send,
 * and Liquid that was not worked out. */
static bool is_no_dispatch(const char *id)
{
    return strcmp(id, PREVIEW_DISPATCH) == 0 || strstr(id, "${") != NULL || strstr(id, "{{") != NULL;
}

static void take_facts(struct reading *r, struct inbound *in)
{
    in->dispatch_id = clean_value(r, KEY_DISPATCH_ID, INBOUND_ID_MAX);
    if (is_no_dispatch(in->dispatch_id))
        in->dispatch_id[0] = '\0';
    in->campaign = clean_value(r, KEY_CAMPAIGN, INBOUND_ID_MAX);
    in->first_name = clean_value(r, KEY_FIRST_NAME, INBOUND_NAME_MAX);
    in->language = clean_value(r, KEY_LANGUAGE, INBOUND_NAME_MAX);
    in->time_zone = clean_value(r, KEY_TIME_ZONE, INBOUND_NAME_MAX);
    in->profile_name = clean_value(r, KEY_PROFILE_NAME, INBOUND_NAME_MAX);
    char *sent_at = clean_value(r, KEY_SENT_AT, INBOUND_NAME_MAX);
    in->sent_at = date_parse_moment(sent_at);
    free(sent_at);
    jsonw_end_object(&r->writer);
    in->fields = buf_detach(&r->fields);
}

/* Who */

/* A tag of Braze's that was not worked out, and nothing else, as '{{${user_id}}}': it would make one person of all customers.
 * Who just has such signs in his id is himself. */
static bool is_tag(const char *id)
{
    size_t len = strlen(id);

    if (strncmp(id, "{{", 2) == 0)
        return strstr(id, "${") != NULL && strcmp(id + len - 2, "}}") == 0;
    return strncmp(id, "${", 2) == 0 && strspn(id + 2, "abcdefghijklmnopqrstuvwxyz_") == len - 3 && id[len - 1] == '}';
}

static char *clean_who(const char *text, size_t len)
{
    char *id = clean_id(text, len, INBOUND_ID_MAX);
    if (is_tag(id))
        id[0] = '\0';
    return id;
}

static void claim_user(struct reading *r, struct inbound *in, const char *claimed_user)
{
    if (claimed_user == NULL || is_tag(claimed_user))
        return;
    char *claimed = clean_id(claimed_user, strlen(claimed_user), INBOUND_ID_MAX);
    if (in->user_id[0] != '\0' && strcmp(in->user_id, claimed) != 0)
        r->flags |= INBOUND_IDENTITY_DIFFERS;
    free(in->user_id);
    in->user_id = claimed;
    r->behind &= ~(1u << KEY_USER_ID);
}

static bool is_out_of_reach(const struct reading *r, enum key key, const char *value)
{
    return value[0] != '\0' && !reading_is_behind(r, key);
}

/* Empties an identifier that is not to be believed. */
static void doubt(const struct reading *r, enum key key, bool is_known, char *value)
{
    bool is_broken = (r->flags & INBOUND_SALVAGED) != 0 && is_known;
    if (reading_is_behind(r, key) && (is_broken || (r->flags & INBOUND_DUPLICATE_KEY) != 0))
        value[0] = '\0';
}

/* The rules at the top of this file. */
static void take_identity(struct reading *r, struct inbound *in, const char *claimed_user)
{
    in->user_id = clean_who(buf_text(&r->values[KEY_USER_ID]), r->values[KEY_USER_ID].len);
    in->braze_id = clean_who(buf_text(&r->values[KEY_BRAZE_ID]), r->values[KEY_BRAZE_ID].len);
    in->phone_number = clean_phone(buf_text(&r->values[KEY_PHONE_NUMBER]), r->values[KEY_PHONE_NUMBER].len,
                                   (r->flags & INBOUND_FORM) != 0);
    claim_user(r, in, claimed_user);
    bool is_known = is_out_of_reach(r, KEY_USER_ID, in->user_id) ||
                    is_out_of_reach(r, KEY_PHONE_NUMBER, in->phone_number);
    doubt(r, KEY_USER_ID, is_known, in->user_id);
    doubt(r, KEY_PHONE_NUMBER, is_known, in->phone_number);
    doubt(r, KEY_BRAZE_ID, is_known, in->braze_id);
    if (reading_is_behind(r, KEY_BRAZE_ID) && (in->user_id[0] != '\0' || in->phone_number[0] != '\0'))
        in->braze_id[0] = '\0';
}

/* The whole */

/* Identifiers came, and were not believed. */
static bool is_doubted(const struct reading *r)
{
    return (r->behind & (1u << KEY_USER_ID | 1u << KEY_PHONE_NUMBER | 1u << KEY_BRAZE_ID)) != 0 &&
           (r->flags & INBOUND_DUPLICATE_KEY) != 0;
}

static int judge(const struct reading *r, const struct inbound *in, size_t media, struct error *error)
{
    static const char DOUBTED[] =
        "The body names a key twice, and says who wrote only behind the customer's text, where the customer "
        "may have written it himself. Put \"user_id\" and \"phone_number\" first, and use json_escape as "
        "README shows.";
    static const char NOBODY[] =
        "The body does not say who wrote: \"user_id\" and \"phone_number\" are missing, empty, neither a text nor a number, or "
        "Liquid that Braze did not work out. Put them into the webhook's template as README shows.";
    static const char NO_TEXT[] =
        "The body holds no \"message\" (as a text or a number), and \"media_urls\" names nothing. Add "
        "\"message\" to the webhook's template as README shows.";
    const char *reason = NULL;
    if (in->user_id[0] == '\0' && in->phone_number[0] == '\0' && in->braze_id[0] == '\0')
        reason = is_doubted(r) ? DOUBTED : NOBODY;
    else if (!reading_has(r, KEY_MESSAGE) && media == 0)
        reason = NO_TEXT;
    if (reason == NULL)
        return 1;
    error_set(error, "%s", reason);
    return 0;
}

static int refuse_early(const char *body, size_t len, struct error *error)
{
    if (len == 0)
        return error_set(error, "The body is empty. Paste README's template into the webhook campaign.");
    if (len >= 2 && memcmp(body, "\x1f\x8b", 2) == 0)
        return error_set(error, "The body is compressed, and nothing inflates it here. Send it as it is.");
    return 0;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Narrows the body to what lies between a BOM, surrounding blanks, and the end (a string of C may bring its NUL along). */
static void trim_body(const char **body, size_t *len)
{
    if (*len >= 3 && memcmp(*body, "\xEF\xBB\xBF", 3) == 0)
        *body += 3, *len -= 3;
    while (*len > 0 && is_blank(**body))
        (*body)++, (*len)--;
    while (*len > 0 && (is_blank((*body)[*len - 1]) || (*body)[*len - 1] == '\0'))
        (*len)--;
}

int inbound_read(const char *body, size_t len, const char *content_type, const char *claimed_user,
                 struct inbound *inbound, struct error *error)
{
    struct reading r;
    struct buf clean = { 0 };
    int read = 0;
    memset(inbound, 0, sizeof *inbound);
    reading_init(&r);
    trim_body(&body, &len);
    if (refuse_early(body, len, error) == 0) {
        r.flags |= reading_repair(body, len, &clean) ? INBOUND_REPAIRED : 0;
        read = read_pairs(&r, buf_text(&clean), clean.len, content_type, error);
    }
    take_identity(&r, inbound, claimed_user);
    take_message(&r, inbound);
    size_t media = take_media(&r, inbound);
    take_facts(&r, inbound);
    inbound->flags = r.flags;
    if (read == 1)
        read = judge(&r, inbound, media, error);
    buf_release(&clean);
    reading_release(&r);
    return read;
}

void inbound_release(struct inbound *inbound)
{
    char *texts[] = { inbound->user_id, inbound->braze_id, inbound->phone_number, inbound->dispatch_id,
                      inbound->campaign, inbound->message, inbound->first_name, inbound->language,
                      inbound->time_zone, inbound->profile_name, inbound->media_urls, inbound->fields };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        free(texts[i]);
    memset(inbound, 0, sizeof *inbound);
}

struct inbound_result *inbound_result_new(const char *body, size_t len, const char *content_type, const char *claimed_user)
{
    struct inbound_result *read = alloc_new(sizeof *read);
    read->result = inbound_read(body, len, content_type, claimed_user, &read->in, &read->why);
    return read;
}

void inbound_result_free(struct inbound_result *read)
{
    if (read == NULL)
        return;
    inbound_release(&read->in);
    free(read);
}

void inbound_format_flags(int flags, struct buf *out)
{
    static const struct {
        int flag;
        const char *words;
    } WORDS[] = {
        { INBOUND_SALVAGED, "salvaged" },
        { INBOUND_DUPLICATE_KEY, "duplicate key" },
        { INBOUND_REPAIRED, "repaired" },
        { INBOUND_FORM, "form" },
        { INBOUND_IDENTITY_DIFFERS, "identity differs" },
        { INBOUND_CUT, "cut" },
    };
    const char *between = "";
    for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++) {
        if ((flags & WORDS[i].flag) == 0)
            continue;
        buf_add_text(out, between);
        buf_add_text(out, WORDS[i].words);
        between = ", ";
    }
}
