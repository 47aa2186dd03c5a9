/*
 * fuzz_inbound: any bytes as a webhook's body. The first byte picks Content-Type and claimed identity.
 *
 * Whatever comes in, what comes out is valid UTF-8 within its bounds, with an identity and a text or media,
 * or else a reason. A claimed identity is never overruled. Reading is a function: the same bytes give the
 * same again.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/utf8.h"
#include "braze/inbound.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int is_true)
{
    if (!is_true)
        abort();
}

static void check_text(const char *text, size_t max)
{
    require(text != NULL);
    require(strlen(text) <= max);
    require(utf8_is_valid(text, strlen(text)));
}

static void check_json(const char *text, enum json_kind kind, size_t max)
{
    struct json *root;
    struct error error;

    require(text != NULL);
    require(strlen(text) <= max);
    require(json_parse(text, strlen(text), JSON_STRICT, &root, &error) == 0);
    require(json_kind(root) == kind);
    json_free(root);
}

static void check_identity(const struct inbound *in, const char *claimed)
{
    if (claimed != NULL)
        require(strcmp(in->user_id, claimed) == 0);
    require(in->phone_number[0] == '\0' || strpbrk(in->phone_number, "0123456789") != NULL);
    require(strpbrk(in->phone_number, " .-()\n") == NULL);
}

static void check(const struct inbound *in, int read, size_t size, const char *claimed,
                  const struct error *error)
{
    const char *const ids[] = { in->user_id, in->braze_id, in->phone_number, in->dispatch_id, in->campaign };
    const char *const names[] = { in->first_name, in->language, in->time_zone, in->profile_name };

    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++)
        check_text(ids[i], INBOUND_ID_MAX);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        check_text(names[i], INBOUND_NAME_MAX);
    check_text(in->message, INBOUND_TEXT_MAX);
    check_json(in->media_urls, JSON_ARRAY, 8 * size + 2);
    check_json(in->fields, JSON_OBJECT, INBOUND_FIELDS_MAX);
    check_identity(in, claimed);
    require(in->sent_at >= 0);
    if (read == 0) {
        require(error->text[0] != '\0');
        return;
    }
    require(read == 1);
    require(in->user_id[0] != '\0' || in->phone_number[0] != '\0' || in->braze_id[0] != '\0');
}

static void compare(const struct inbound *a, const struct inbound *b)
{
    require(strcmp(a->user_id, b->user_id) == 0);
    require(strcmp(a->message, b->message) == 0);
    require(strcmp(a->fields, b->fields) == 0);
    require(a->flags == b->flags && a->sent_at == b->sent_at);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const TYPES[] = { NULL, "application/json", "application/x-www-form-urlencoded",
                                         "text/plain" };
    static const char *const CLAIMS[] = { NULL, NULL, "ana", "" };
    struct inbound in, again;
    struct error error = { 0 };

    if (size == 0)
        return 0;
    const char *body = (const char *)data + 1;
    const char *type = TYPES[data[0] & 3], *claimed = CLAIMS[data[0] >> 2 & 3];
    int read = inbound_read(body, size - 1, type, claimed, &in, &error);
    check(&in, read, size, claimed, &error);
    require(inbound_read(body, size - 1, type, claimed, &again, &error) == read);
    compare(&in, &again);
    inbound_release(&again);
    inbound_release(&in);
    return 0;
}
