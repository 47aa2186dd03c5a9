/*
 * fuzz_json: the first byte picks the flags, the rest is a text.
 *
 * What the scan passes, cJSON must take as it stands (not only our marked copy of it) and find the same
 * values in: that is the proof that the scan is no laxer than JSON, and that the marking changes nothing.
 * What is formatted must read back and format to the same bytes. And any bytes at all, once quoted,
 * must read back as the same text, repaired.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int is_true)
{
    if (!is_true)
        abort();
}

static void compare(const struct json *ours, const cJSON *theirs);

/* Their members that are not repetitions of an earlier key are our members, in order. */
static void compare_members(const struct json *ours, const cJSON *theirs)
{
    const struct json *member = json_first(ours);

    for (const cJSON *item = theirs->child; item != NULL; item = item->next) {
        if (item->string != NULL && cJSON_GetObjectItemCaseSensitive(theirs, item->string) != item)
            continue;
        require(member != NULL);
        if (item->string != NULL)
            require(strcmp(json_key(member), item->string) == 0 && json_get(ours, item->string) == member);
        compare(member, item);
        member = json_next(member);
    }
    require(member == NULL);
}

static void compare_number(const struct json *ours, double number)
{
    struct buf digits = { 0 };
    int64_t whole;

    require(json_scalar(ours, &digits));
    require(strtod(buf_text(&digits), NULL) == number);
    if (json_kind(ours) == JSON_NUMBER && json_int(ours, &whole))
        require((double)whole == number);
    buf_release(&digits);
}

static void compare(const struct json *ours, const cJSON *theirs)
{
    bool truth;

    switch (theirs->type & 0xFF) {
    case cJSON_NULL:
        require(json_kind(ours) == JSON_NULL);
        break;
    case cJSON_True:
    case cJSON_False:
        require(json_bool(ours, &truth) && truth == cJSON_IsTrue(theirs));
        break;
    case cJSON_Number:
        require(json_kind(ours) == JSON_NUMBER || json_kind(ours) == JSON_TEXT);
        compare_number(ours, theirs->valuedouble);
        break;
    case cJSON_String:
        require(json_text(ours) != NULL && strcmp(json_text(ours), theirs->valuestring) == 0);
        break;
    default:
        require(json_kind(ours) == (cJSON_IsArray(theirs) ? JSON_ARRAY : JSON_OBJECT));
        compare_members(ours, theirs);
    }
}

static void check_against_cjson(const struct json *root, const char *text, size_t len)
{
    char *copy = alloc_bytes(text, len);
    cJSON *theirs = cJSON_ParseWithLengthOpts(copy, len + 1, NULL, 1);

    require(theirs != NULL);
    compare(root, theirs);
    cJSON_Delete(theirs);
    free(copy);
}

static void check_format(const struct json *root, int flags)
{
    struct buf first = { 0 }, second = { 0 };
    struct json *again;

    json_format(root, &first);
    require(utf8_is_valid(buf_text(&first), first.len));
    require(json_parse(buf_text(&first), first.len, flags & JSON_LARGE, &again, NULL) == 0);
    json_format(again, &second);
    require(first.len == second.len && strcmp(buf_text(&first), buf_text(&second)) == 0);
    json_free(again);
    buf_release(&first);
    buf_release(&second);
}

static void check_quote(const char *text, size_t len)
{
    struct buf quoted = { 0 }, repaired = { 0 };
    struct jsonw w = { .out = &quoted };
    struct json *root;

    utf8_repair(text, len, &repaired);
    jsonw_object(&w, NULL);
    jsonw_bytes(&w, buf_text(&repaired), text, len);
    jsonw_end_object(&w);
    require(json_parse(buf_text(&quoted), quoted.len, JSON_STRICT, &root, NULL) == 0);
    require(strcmp(json_get_text(root, buf_text(&repaired)), buf_text(&repaired)) == 0);
    json_free(root);
    buf_release(&quoted);
    buf_release(&repaired);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct json *root;

    if (size == 0)
        return 0;
    int flags = data[0] & (JSON_FIRST_KEY_WINS | JSON_LARGE);
    const char *text = (const char *)data + 1;
    int result = json_parse(text, size - 1, flags, &root, NULL);

    require(result < 0 ? root == NULL : root != NULL);
    require(result != 1 || flags & JSON_FIRST_KEY_WINS);
    if (result >= 0) {
        check_against_cjson(root, text, size - 1);
        check_format(root, flags);
        json_free(root);
    }
    check_quote(text, size - 1);
    return 0;
}
