/*
 * fuzz_vendor: any bytes as the answer of any kind of vendor, to several rows; also as what a model says, and as the
 * arguments of its tool, in the shape of the kind; also as what a customer writes.
 *
 * Whatever comes: the text is valid UTF-8, trimmed, not blank and within its limit; what is done is on the row's list,
 * once each; the class fits what there is; counts and waits lie within their bounds; what people are shown is one clean
 * line. And whatever a customer writes, the request is JSON.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "backend/vendor.h"
#include "base/alloc.h"
#include "base/json.h"
#include "base/utf8.h"
#include "text/fold.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct backend_act ACTS[] = {
    { ACT_HANDOFF, "support" }, { ACT_CLOSE, NULL }, { ACT_FLOW, "order" }, { ACT_SET, "size" }, { ACT_HANDOFF, "billing" },
};

enum shape { SHAPE_RAW, SHAPE_TEXT, SHAPE_ARGUMENTS, SHAPE_CUSTOMER, SHAPES };

static void require(int is_true)
{
    if (!is_true)
        abort();
}

/* The row's number tells how many acts it has, and whether as tools. */
static struct backend make_row(unsigned kind, unsigned number)
{
    return (struct backend){
        .name = "fuzzed", .kind = kind % BACKEND_FAQ, .model = "m", .url = "https://ai.example.com", .acts = ACTS,
        .act_count = number % 6, .has_tools = number / 6 % 2 == 0, .max_tokens = 100,
        .http = { .text_at = "/text", .session_at = "/session", .tokens_in_at = "/in", .tokens_out_at = "/out",
                  .handoff_at = number / 12 % 2 == 0 ? "/person" : NULL },
    };
}

/* What is said */

static void check_line(const char *line, size_t max)
{
    size_t len = strlen(line);
    uint32_t code;

    require(len <= max && utf8_is_valid(line, len));
    for (size_t at = 0; at < len;) {
        at += utf8_decode(line + at, len - at, &code);
        require(!utf8_is_control(code));
    }
}

static void check_text(const char *text)
{
    size_t len = strlen(text);
    uint32_t code;

    require(len > 0 && len <= BACKEND_TEXT_MAX && utf8_is_valid(text, len) && !fold_is_empty(text, len));
    utf8_decode(text, len, &code);
    require(!fold_is_blank(code) && code > ' ');
    require((unsigned char)text[len - 1] > ' ');
}

static void check_deeds(const struct backend *row, const struct vendor_answer *answer)
{
    require(answer->deed_count <= VENDOR_DEEDS_MAX);
    for (size_t i = 0; i < answer->deed_count; i++) {
        const struct vendor_deed *deed = &answer->deeds[i];

        require(deed->act >= row->acts && deed->act < row->acts + row->act_count);
        require((deed->value != NULL) == (deed->act->kind == ACT_SET));
        for (size_t j = 0; j < i; j++)
            require(answer->deeds[j].act != deed->act || deed->value != NULL);
    }
}

static void check(const struct backend *row, const struct vendor_answer *answer, int status)
{
    bool is_answered = answer->class == VENDOR_ANSWERED;

    require(is_answered == (answer->text != NULL || answer->deed_count > 0));
    require(is_answered == (answer->reason[0] == '\0'));
    require(!is_answered || (status >= 200 && status <= 299));
    require(answer->class <= VENDOR_STOPPED && vendor_class_name(answer->class) != NULL);
    if (answer->text != NULL)
        check_text(answer->text);
    if (answer->unlisted != NULL)
        check_line(answer->unlisted, 300);
    check_line(answer->reason, sizeof answer->reason - 1);
    check_deeds(row, answer);
    require(answer->tokens_in >= -1 && answer->tokens_in <= INT32_MAX);
    require(answer->tokens_out >= -1 && answer->tokens_out <= INT32_MAX);
    require(answer->wait_ms >= 0 && answer->wait_ms <= 3600000);
    require(answer->wait_ms == 0 || answer->class == VENDOR_BUSY);
    require(answer->session == NULL || utf8_is_valid(answer->session, strlen(answer->session)));
}

/* Shapes: around a JSON string that a model said, or that it gave a tool as arguments */

static const char *const TEXT_SHAPES[] = {
    [BACKEND_OPENAI] = "{\"choices\":[{\"finish_reason\":\"length\",\"message\":{\"content\":%s}}]}",
    [BACKEND_ANTHROPIC] = "{\"stop_reason\":\"max_tokens\",\"content\":[{\"type\":\"text\",\"text\":%s}]}",
    [BACKEND_GEMINI] = "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":%s}]},\"finishReason\":\"STOP\"}]}",
    [BACKEND_BEDROCK] = "{\"stopReason\":\"end_turn\",\"output\":{\"message\":{\"content\":[{\"text\":%s}]}}}",
    [BACKEND_RASA] = "[{\"text\":%s}]",
    [BACKEND_HTTP] = "{\"text\":%s}",
};

static const char *const CALL_SHAPES[] = {
    [BACKEND_OPENAI] = "{\"choices\":[{\"message\":{\"tool_calls\":[{\"function\":{\"name\":\"hand_off\",\"arguments\":%s}}]}}]}",
    [BACKEND_ANTHROPIC] = "{\"content\":[{\"type\":\"tool_use\",\"name\":\"start_flow\",\"input\":%s}]}",
    [BACKEND_GEMINI] = "{\"candidates\":[{\"content\":{\"parts\":[{\"functionCall\":{\"name\":%s,\"args\":%s}}]}}]}",
    [BACKEND_BEDROCK] = "{\"output\":{\"message\":{\"content\":[{\"toolUse\":{\"name\":%s,\"input\":{\"team\":%s}}}]}}}",
    [BACKEND_RASA] = "[{\"custom\":{\"handoff\":true,\"team\":%s}}]",
    [BACKEND_HTTP] = "{\"text\":[],\"person\":%s}",
};

static void put_shape(const char *shape, const char *json, struct buf *out)
{
    for (const char *hole; (hole = strstr(shape, "%s")) != NULL; shape = hole + 2) {
        buf_add(out, shape, (size_t)(hole - shape));
        buf_add_text(out, json);
    }
    buf_add_text(out, shape);
}

static void put_answer(const struct backend *row, enum shape shape, const char *bytes, size_t len, struct buf *out)
{
    struct buf quoted = { 0 };

    if (shape == SHAPE_RAW) {
        buf_add(out, bytes, len);
        return;
    }
    json_quote(bytes, len, &quoted);
    put_shape(shape == SHAPE_TEXT ? TEXT_SHAPES[row->kind] : CALL_SHAPES[row->kind], quoted.data, out);
    buf_release(&quoted);
}

static void read_one(const struct backend *row, enum shape shape, int status, const char *bytes, size_t len)
{
    struct buf body = { 0 };
    struct vendor_answer answer;
    char *retry_after = alloc_bytes(bytes, len < 12 ? len : 12);

    put_answer(row, shape, bytes, len, &body);
    struct vendor_wire wire = { status, buf_text(&body), body.len, shape == SHAPE_RAW ? retry_after : NULL };
    vendor_read(row, &wire, &answer);
    check(row, &answer, status);
    vendor_answer_release(&answer);
    buf_release(&body);
    free(retry_after);
}

static void ask_one(const struct backend *row, const char *bytes, size_t len)
{
    char *text = alloc_bytes(bytes, strnlen(bytes, len));
    const struct ask_line lines[] = {
        { ROLE_BOT, text }, { ROLE_CUSTOMER, "hi" }, { ROLE_COLLEAGUE, text }, { ROLE_CUSTOMER, text }
    };
    struct consult consult = { .backend = row, .system = "s", .lines = lines, .line_count = 4, .own_count = 1,
                               .session = "fd-1", .vendor_session = text, .facts = text };
    struct vendor_request request;
    struct json *root = NULL;

    /* Nothing is asked about nothing. */
    if (vendor_ask(&consult, &request, NULL) != 0)
        require(row->kind != BACKEND_HTTP && (!utf8_is_valid(text, strlen(text)) || fold_is_empty(text, strlen(text))));
    else
        require(json_parse(request.body.data, request.body.len, JSON_LARGE, &root, NULL) == 0);
    json_free(root);
    vendor_request_release(&request);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int STATUSES[] = { 200, 200, 200, 201, 204, 302, 400, 401, 403, 404, 429, 500, 503, 529 };

    if (size < 4)
        return 0;
    struct backend row = make_row(data[0], data[1]);
    enum shape shape = data[3] % SHAPES;
    const char *bytes = (const char *)data + 4;

    if (shape == SHAPE_CUSTOMER) {
        row.http.body = template_new("{\"a\":\"{{ message }}\",\"b\":{{ message }},\"c\":{{ messages }},\"d\":{{ fact.x }},"
                                     "\"e\":\"{{ history | upcase }}\",\"f\":{{ vendor_session | truncate: 9 }}}", NULL);
        ask_one(&row, bytes, size - 4);
        template_free(row.http.body);
    } else {
        int status = shape == SHAPE_RAW ? STATUSES[data[2] % (sizeof STATUSES / sizeof STATUSES[0])] : 200;
        read_one(&row, shape, status, bytes, size - 4);
    }
    return 0;
}
