/*
 * fuzz_salvage: any text inside the templates that operators paste without json_escape.
 *
 * However the text is made, the reader never takes the customer for anybody but him who stands before the
 * text, and with the identity in a header for nobody else at all. Read by the salvage, the text comes back
 * byte for byte, unless it goes on in the template's own shape (a quote, a comma, a quote) or looks
 * escaped. The first byte picks the template.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "braze/inbound.h"
#include "braze/salvage.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct {
    const char *before, *behind;
} TEMPLATES[] = {
    { "{\"user_id\": \"u\", \"phone_number\": \"+1\", \"message\": \"", "\"}" },
    { "{\n\"user_id\":\"u\",\n\"braze_id\":\"b\",\"phone_number\":\"+1\",\"dispatch_id\":\"d\",\"campaign\":"
      "\"c\","
      "\"sent_at\":\"1\",\"first_name\":\"A\",\"language\":\"ko\",\"time_zone\":\"Z\",\"profile_name\":\"P\","
      "\"media_urls\":\"\",\"message\":\"", "\"\n}\n" },
    { "{\"user_id\":\"u\",\"phone_number\":\"+1\",\"message\":\"", "\",\"campaign\":\"c\",\"tier\":7}" },
    { "{\"user_id\":\"u\",\"phone_number\":\"+1\",\"profile_name\":\"", "\",\"message\":\"m\"}" },
};

enum { TEMPLATE_COUNT = sizeof TEMPLATES / sizeof TEMPLATES[0], PROFILE_TEMPLATE = 3 };

static void require(int is_true)
{
    if (!is_true)
        abort();
}

/* Does a quote stand before a comma and another quote, with nothing but blanks between them? */
static bool has_border(const char *text, size_t len)
{
    static const char BORDER[] = "\",\"";
    size_t step = 0;

    for (size_t i = 0; i < len; i++) {
        if (text[i] == BORDER[step])
            step++;
        else if (strchr(" \t\r\n", text[i]) == NULL)
            step = text[i] == '"';
        if (BORDER[step] == '\0')
            return true;
    }
    return false;
}

static bool looks_escaped(const char *text, size_t len)
{
    struct buf out = { 0 };
    salvage_text(text, len, &out);
    bool is_changed = out.len != len;
    buf_release(&out);
    return is_changed;
}

static void check_salvage(size_t template, const struct buf *body, const struct buf *text)
{
    struct salvage salvage = { .body = body->data, .len = body->len };
    struct salvage_pair pair;
    struct error error;
    struct buf out = { 0 };
    int more;

    while ((more = salvage_next(&salvage, &pair, &error)) == 1) {
        require(pair.value >= body->data && pair.value + pair.value_len <= body->data + body->len);
        if (pair.key == KEY_USER_ID)
            require(pair.value_len == 1 && *pair.value == 'u');
        if (pair.key == (template == PROFILE_TEMPLATE ? KEY_PROFILE_NAME : KEY_MESSAGE) && out.len == 0)
            salvage_text(pair.value, pair.value_len, &out);
    }
    require(more == 0);
    if (!has_border(text->data, text->len) && !looks_escaped(text->data, text->len))
        require(out.len == text->len && memcmp(buf_text(&out), buf_text(text), out.len) == 0);
    buf_release(&out);
}

static void check_inbound(const struct buf *body, const char *claimed, const char *expected)
{
    struct inbound in;
    struct error error = { 0 };

    if (inbound_read(body->data, body->len, NULL, claimed, &in, &error) == 1) {
        require(strcmp(in.user_id, expected) == 0);
        require(strcmp(in.phone_number, "+1") == 0);
        require(in.braze_id[0] == '\0' || strcmp(in.braze_id, "b") == 0);
    }
    inbound_release(&in);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf text = { 0 }, body = { 0 };

    if (size == 0)
        return 0;
    size_t template = data[0] % TEMPLATE_COUNT;
    buf_add_text(&body, TEMPLATES[template].before);
    utf8_repair((const char *)data + 1, size - 1, &text);
    buf_add(&body, buf_text(&text), text.len);
    buf_add_text(&body, TEMPLATES[template].behind);
    check_salvage(template, &body, &text);
    check_inbound(&body, NULL, "u");
    check_inbound(&body, "header", "header");
    check_inbound(&body, "", "");
    buf_release(&text);
    buf_release(&body);
    return 0;
}
