/*
 * inbound: from a webhook's bytes to a person and what he wrote.
 *
 * Readers are tried in turn: strict JSON, a form (only where the body does not begin with a brace), JSON that
 * lacks nothing but its last brace, the salvage. Each hands its pairs to a struct reading, in the order of the
 * body; there the first value of a key counts. Only when a reader got through are the values cleaned and
 * judged, so that the rules below hold for all of them alike.
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

/* Sound JSON whose template has forgotten the closing brace, perhaps behind a comma. */
static int read_unclosed(struct reading *r, const char *body, size_t len)
{
    struct buf closed = { 0 };
    if (body[0] != '{' || strchr("{}", body[len - 1]) != NULL)
        return 0;
    buf_add(&closed, body, len - (body[len - 1] == ',' ? 1 : 0));
    buf_add_char(&closed, '}');
    int read = read_json(r, buf_text(&closed), closed.len, NULL);
    r->flags |= read == 1 ? INBOUND_SALVAGED : 0;
    buf_release(&closed);
    return read;
}

/* 1 when one of the readers got through, else 0 and the reason of the last. */
static int read_pairs(struct reading *r, const char *body, size_t len, const char *content_type,
                      struct error *error)
{
    struct error why = { 0 };
    int read = read_json(r, body, len, &why);
    if (read == 0)
        read = read_form(r, body, len, content_type);
    if (read == 0)
        read = read_unclosed(r, body, len);
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

static void drop_controls(struct buf *text)
{
    struct buf kept = { 0 };
    uint32_t code;
    for (size_t at = 0, step; at < text->len; at += step) {
        step = utf8_decode(text->data + at, text->len - at, &code);
        step = step > 0 ? step : 1;
        if (!is_control(code) && !(kept.len == 0 && code == ' '))
            utf8_encode(code, &kept);
    }
    buf_release(text);
    *text = kept;
}

/* As nearly all ids are. */
static bool is_visible(const struct buf *text)
{
    for (size_t i = 0; i < text->len; i++)
        if (text->data[i] <= ' ' || text->data[i] > '~')
            return false;
    return true;
}

/* Leaves it trimmed, without control characters, at most `max` bytes. */
static void clean(struct buf *text, size_t max)
{
    if (!is_visible(text))
        drop_controls(text);
    if (text->len > max)
        buf_truncate(text, utf8_floor(text->data, text->len, max));
    while (text->len > 0 && text->data[text->len - 1] == ' ')
        buf_truncate(text, text->len - 1);
}

/* In a form that was not escaped the plus of a number has become a blank. */
static void clean_phone(struct buf *phone, bool is_form)
{
    size_t kept = 0;
    bool has_digit = false;
    if (is_form && phone->len > 1 && phone->data[0] == ' ' && phone->data[1] >= '1' && phone->data[1] <= '9')
        phone->data[0] = '+';
    for (size_t i = 0; i < phone->len && kept < INBOUND_ID_MAX; i++) {
        char c = phone->data[i];
        if (phone_is_filler(c))
            continue;
        has_digit = has_digit || (c >= '0' && c <= '9');
        phone->data[kept++] = c;
    }
    buf_truncate(phone, has_digit ? kept : 0);
}

static void cut_message(struct reading *r)
{
    struct buf *text = &r->values[KEY_MESSAGE];
    if (text->len <= INBOUND_TEXT_MAX)
        return;
    r->flags |= INBOUND_CUT;
    buf_truncate(text, utf8_floor(text->data, text->len, INBOUND_TEXT_MAX));
}

/* Returns how many addresses there are. */
static size_t list_media(struct reading *r)
{
    struct buf *text = &r->values[KEY_MEDIA_URLS], list = { 0 };
    size_t count = media_format(buf_text(text), text->len, &list);
    buf_release(text);
    *text = list;
    return count;
}

/* What is the same in every call would make all later messages of a customer repeats of the first: the value of a test send,
 * and Liquid that was not worked out. */
static bool is_no_dispatch(const char *id)
{
    return strcmp(id, PREVIEW_DISPATCH) == 0 || strstr(id, "${") != NULL || strstr(id, "{{") != NULL;
}

static void clean_facts(struct reading *r)
{
    static const enum key NAMES[] = { KEY_FIRST_NAME, KEY_LANGUAGE, KEY_TIME_ZONE, KEY_PROFILE_NAME, KEY_SENT_AT };
    clean(&r->values[KEY_DISPATCH_ID], INBOUND_ID_MAX);
    if (is_no_dispatch(buf_text(&r->values[KEY_DISPATCH_ID])))
        buf_clear(&r->values[KEY_DISPATCH_ID]);
    clean(&r->values[KEY_CAMPAIGN], INBOUND_ID_MAX);
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++)
        clean(&r->values[NAMES[i]], INBOUND_NAME_MAX);
    jsonw_end_object(&r->writer);
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

static void clean_who(struct buf *id)
{
    clean(id, INBOUND_ID_MAX);
    if (is_tag(buf_text(id)))
        buf_clear(id);
}

static void claim_user(struct reading *r, const char *claimed_user)
{
    struct buf *user = &r->values[KEY_USER_ID], claimed = { 0 };
    if (claimed_user == NULL || is_tag(claimed_user))
        return;
    buf_add_text(&claimed, claimed_user);
    clean(&claimed, INBOUND_ID_MAX);
    if (user->len > 0 && strcmp(buf_text(user), buf_text(&claimed)) != 0)
        r->flags |= INBOUND_IDENTITY_DIFFERS;
    buf_release(user);
    *user = claimed;
    r->behind &= ~(1u << KEY_USER_ID);
}

static bool is_known(const struct reading *r, enum key key)
{
    return r->values[key].len > 0;
}

static bool is_out_of_reach(const struct reading *r, enum key key)
{
    return is_known(r, key) && !reading_is_behind(r, key);
}

/* Empties an identifier that is not to be believed. */
static void doubt(struct reading *r, enum key key, bool has_better)
{
    bool is_broken = (r->flags & INBOUND_SALVAGED) != 0 && has_better;
    if (reading_is_behind(r, key) && (is_broken || (r->flags & INBOUND_DUPLICATE_KEY) != 0))
        buf_clear(&r->values[key]);
}

/* The rules at the top of this file. */
static void settle_identity(struct reading *r, const char *claimed_user)
{
    clean_who(&r->values[KEY_USER_ID]);
    clean_who(&r->values[KEY_BRAZE_ID]);
    clean_phone(&r->values[KEY_PHONE_NUMBER], (r->flags & INBOUND_FORM) != 0);
    claim_user(r, claimed_user);
    bool has_better = is_out_of_reach(r, KEY_USER_ID) || is_out_of_reach(r, KEY_PHONE_NUMBER);
    doubt(r, KEY_USER_ID, has_better);
    doubt(r, KEY_PHONE_NUMBER, has_better);
    doubt(r, KEY_BRAZE_ID, has_better);
    if (reading_is_behind(r, KEY_BRAZE_ID) && (is_known(r, KEY_USER_ID) || is_known(r, KEY_PHONE_NUMBER)))
        buf_clear(&r->values[KEY_BRAZE_ID]);
}

/* The whole */

/* Identifiers came, and were not believed. */
static bool is_doubted(const struct reading *r)
{
    return (r->behind & (1u << KEY_USER_ID | 1u << KEY_PHONE_NUMBER | 1u << KEY_BRAZE_ID)) != 0 &&
           (r->flags & INBOUND_DUPLICATE_KEY) != 0;
}

static int judge(const struct reading *r, size_t media, struct error *error)
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
    if (!is_known(r, KEY_USER_ID) && !is_known(r, KEY_PHONE_NUMBER) && !is_known(r, KEY_BRAZE_ID))
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

/* All texts in one block: another thread frees them than the one that read them, and there each block is dear. */
static void hand_over(const struct reading *r, struct inbound *in)
{
    const struct {
        const struct buf *text;
        char **place;
    } TEXTS[] = {
        { &r->values[KEY_USER_ID], &in->user_id },
        { &r->values[KEY_BRAZE_ID], &in->braze_id },
        { &r->values[KEY_PHONE_NUMBER], &in->phone_number },
        { &r->values[KEY_DISPATCH_ID], &in->dispatch_id },
        { &r->values[KEY_CAMPAIGN], &in->campaign },
        { &r->values[KEY_MESSAGE], &in->message },
        { &r->values[KEY_FIRST_NAME], &in->first_name },
        { &r->values[KEY_LANGUAGE], &in->language },
        { &r->values[KEY_TIME_ZONE], &in->time_zone },
        { &r->values[KEY_PROFILE_NAME], &in->profile_name },
        { &r->values[KEY_MEDIA_URLS], &in->media_urls },
        { &r->fields, &in->fields },
    };
    size_t total = 0;
    for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++)
        total += TEXTS[i].text->len + 1;
    char *at = in->texts = alloc_resize(NULL, total, 1);
    for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++) {
        *TEXTS[i].place = memcpy(at, buf_text(TEXTS[i].text), TEXTS[i].text->len + 1);
        at += TEXTS[i].text->len + 1;
    }
    in->sent_at = date_parse_moment(buf_text(&r->values[KEY_SENT_AT]));
    in->flags = r->flags;
}

int inbound_read(const char *body, size_t len, const char *content_type, const char *claimed_user,
                 struct inbound *inbound, struct error *error)
{
    struct reading r;
    struct buf clean = { 0 };
    int read = 0;
    reading_init(&r);
    trim_body(&body, &len);
    if (refuse_early(body, len, error) == 0) {
        r.flags |= reading_repair(body, len, &clean) ? INBOUND_REPAIRED : 0;
        read = read_pairs(&r, buf_text(&clean), clean.len, content_type, error);
    }
    settle_identity(&r, claimed_user);
    cut_message(&r);
    size_t media = list_media(&r);
    clean_facts(&r);
    if (read == 1)
        read = judge(&r, media, error);
    hand_over(&r, inbound);
    buf_release(&clean);
    reading_release(&r);
    return read;
}

void inbound_release(struct inbound *inbound)
{
    free(inbound->texts);
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
        { INBOUND_FIELDS_CUT, "fields left out" },
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
