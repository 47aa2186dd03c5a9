/* Answers of vendors, in the shapes that they really have, and what becomes of them. */
#include "vendor_case.h"

#include "base/utf8.h"

struct reading {
    const char *file;
    int status;
    enum vendor_class class;
    const char *text, *deeds; /* NULL: none */
    int64_t tokens_in, tokens_out;
    const char *reason; /* a part of it; NULL: there is none */
};

static void check_text(const struct reading *row, const char *what, const char *said, const char *wanted)
{
    if ((said == NULL) != (wanted == NULL) || (said != NULL && strcmp(said, wanted) != 0))
        fail_msg("%s: %s is '%s', not '%s'", row->file, what, said != NULL ? said : "-", wanted != NULL ? wanted : "-");
}

static void check_reading(enum backend_kind kind, const struct reading *row)
{
    struct backend backend = case_backend(kind);
    struct vendor_answer answer = case_read_file(&backend, row->status, row->file);
    struct buf deeds = { 0 };

    case_deeds(&answer, &deeds);
    if (answer.class != row->class)
        fail_msg("%s: %s (%s)", row->file, vendor_class_name(answer.class), answer.reason);
    check_text(row, "text", answer.text, row->text);
    check_text(row, "what is done", answer.deed_count > 0 ? buf_text(&deeds) : NULL, row->deeds);
    if (answer.tokens_in != row->tokens_in || answer.tokens_out != row->tokens_out)
        fail_msg("%s: %ld tokens in, %ld out", row->file, (long)answer.tokens_in, (long)answer.tokens_out);
    if (row->reason == NULL ? answer.reason[0] != '\0' : strstr(answer.reason, row->reason) == NULL)
        fail_msg("%s: the reason is '%s'", row->file, answer.reason);
    vendor_answer_release(&answer);
    buf_release(&deeds);
}

#define CHECK_READINGS(kind, rows)                              \
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows)[0]; i++) \
    check_reading(kind, &(rows)[i])

static void openai_and_its_kin(void **state)
{
    static const struct reading ROWS[] = {
        { "openai-answer", 200, VENDOR_ANSWERED, "We are open from **9:00** to 18:00.\n\n- Sunday: closed", NULL, 412, 18, NULL },
        { "openai-tool-call", 200, VENDOR_ANSWERED, NULL, "handoff support; set size=XL", 412, 18, NULL },
        { "openai-tool-and-text", 200, VENDOR_ANSWERED, "I have noted that.", "flow order", 412, 18, NULL },
        { "openai-refusal", 200, VENDOR_DECLINED, NULL, NULL, 412, 18, "Sorry, that is nothing I may help with." },
        { "openai-length", 200, VENDOR_ANSWERED, "We bake every morning. The rye loaf is ready at seven.", NULL, 90, 64, NULL },
        { "openai-length-of-thoughts", 200, VENDOR_EMPTY, NULL, NULL, 90, 1024, "max_tokens" },
        { "openai-content-filter", 200, VENDOR_DECLINED, NULL, NULL, 50, 4, "content filter" },
        { "openai-empty", 200, VENDOR_EMPTY, NULL, NULL, 30, 1, "empty" },
        { "openai-parts", 200, VENDOR_ANSWERED, "A cake is ₩32,000.", NULL, 412, 18, NULL },
        { "ollama-think", 200, VENDOR_ANSWERED, "Yes, on Mondays too.", NULL, -1, -1, NULL },
        { "vllm-reasoning", 200, VENDOR_ANSWERED, "네, 월요일에도 엽니다.", NULL, 77, 41, NULL },
        { "openrouter-error-inside", 200, VENDOR_FAILED, NULL, NULL, -1, -1, "502: The provider gave an error" },
        { "openrouter-error-200", 200, VENDOR_BUSY, NULL, NULL, -1, -1, "429: Too many free calls a minute." },
        { "azure-filter-400", 400, VENDOR_DECLINED, NULL, NULL, -1, -1, "content filter" },
        { "openrouter-moderated", 403, VENDOR_DECLINED, NULL, NULL, -1, -1, "content filter" },
        { "openai-error-401", 401, VENDOR_STOPPED, NULL, NULL, -1, -1, "does not take the key in AI_KEY" },
        { "openai-error-404", 404, VENDOR_STOPPED, NULL, NULL, -1, -1, "model" },
        { "openai-error-429", 429, VENDOR_BUSY, NULL, NULL, -1, -1, "429: Too many tokens a minute for gpt-4.1-mini" },
        { "openai-error-quota", 429, VENDOR_STOPPED, NULL, NULL, -1, -1, "no money" },
        { "openai-error-500", 500, VENDOR_FAILED, NULL, NULL, -1, -1, "500: The server stumbled. Ask again soon." },
        { "openai-error-context", 400, VENDOR_REFUSED, NULL, NULL, -1, -1, "8192 tokens" },
        { "vllm-error-400", 400, VENDOR_REFUSED, NULL, NULL, -1, -1, "400: max_tokens is -5, and must be 1 or more." },
        { "llamacpp-error-503", 503, VENDOR_BUSY, NULL, NULL, -1, -1, "503: Loading model" },
        { "fastapi-error-422", 422, VENDOR_REFUSED, NULL, NULL, -1, -1, "422: Field required" },
    };
    (void)state;
    CHECK_READINGS(BACKEND_OPENAI, ROWS);
}

static void anthropic(void **state)
{
    static const struct reading ROWS[] = {
        { "anthropic-answer", 200, VENDOR_ANSWERED, "We open at nine, Mondays too.", NULL, 400, 21, NULL },
        { "anthropic-tool-use", 200, VENDOR_ANSWERED, "One moment, I ask a colleague.", "handoff billing; close", 400, 21, NULL },
        { "anthropic-refusal", 200, VENDOR_DECLINED, NULL, NULL, 52, 3, "refuses" },
        { "anthropic-max-tokens", 200, VENDOR_ANSWERED, "영업시간은 오전 9시부터입니다. 일요일에는 쉬어요.", NULL, 52, 40, NULL },
        { "anthropic-empty", 200, VENDOR_EMPTY, NULL, NULL, 52, 2, "empty" },
        { "anthropic-error-401", 401, VENDOR_STOPPED, NULL, NULL, -1, -1, "AI_KEY" },
        { "anthropic-error-404", 404, VENDOR_STOPPED, NULL, NULL, -1, -1, "404: model: claude-none-20250101" },
        { "anthropic-error-429", 429, VENDOR_BUSY, NULL, NULL, -1, -1, "50 requests a minute" },
        { "anthropic-error-529", 529, VENDOR_BUSY, NULL, NULL, -1, -1, "529: Overloaded" },
        { "anthropic-error-credit", 400, VENDOR_STOPPED, NULL, NULL, -1, -1, "no money" },
        { "anthropic-error-400", 400, VENDOR_REFUSED, NULL, NULL, -1, -1, "400: messages: at least one" },
    };
    (void)state;
    CHECK_READINGS(BACKEND_ANTHROPIC, ROWS);
}

static void gemini(void **state)
{
    static const struct reading ROWS[] = {
        { "gemini-answer", 200, VENDOR_ANSWERED, "Abrimos a las nueve.", NULL, 210, 55, NULL },
        { "gemini-function-call", 200, VENDOR_ANSWERED, NULL, "flow order", 210, 55, NULL },
        { "gemini-function-call-bare", 200, VENDOR_ANSWERED, "Until soon!", "close", 210, 55, NULL },
        { "gemini-safety", 200, VENDOR_DECLINED, NULL, NULL, 33, -1, "took the answer (SAFETY)" },
        { "gemini-blocked", 200, VENDOR_DECLINED, NULL, NULL, 33, -1, "took the question (PROHIBITED_CONTENT)" },
        { "gemini-max-tokens", 200, VENDOR_ANSWERED, "First: bring the receipt.", NULL, 210, 55, NULL },
        { "gemini-thought-only", 200, VENDOR_EMPTY, NULL, NULL, 12, 100, "max_tokens" },
        { "gemini-malformed", 200, VENDOR_GARBAGE, NULL, NULL, 12, -1, "tool" },
        { "gemini-error-key", 400, VENDOR_STOPPED, NULL, NULL, -1, -1, "key" },
        { "gemini-error-404", 404, VENDOR_STOPPED, NULL, NULL, -1, -1, "404: There is no models/gemini-none in v1beta." },
        { "gemini-error-429", 429, VENDOR_BUSY, NULL, NULL, -1, -1, "free requests" },
        { "gemini-error-503", 503, VENDOR_BUSY, NULL, NULL, -1, -1, "503: The model has too much to do." },
        { "gemini-error-list", 500, VENDOR_FAILED, NULL, NULL, -1, -1, "500: Something broke inside." },
    };
    (void)state;
    CHECK_READINGS(BACKEND_GEMINI, ROWS);
}

static void bedrock(void **state)
{
    static const struct reading ROWS[] = {
        { "bedrock-answer", 200, VENDOR_ANSWERED, "Parking is behind the house.", NULL, 120, 9, NULL },
        { "bedrock-tool-use", 200, VENDOR_ANSWERED, "Let me note the size.\n\nDone.", "set size=42", 120, 9, NULL },
        { "bedrock-guardrail", 200, VENDOR_DECLINED, NULL, NULL, 60, 0, "guardrail" },
        { "bedrock-filtered", 200, VENDOR_DECLINED, NULL, NULL, 60, 0, "content filter" },
        { "bedrock-max-tokens", 200, VENDOR_ANSWERED, "Yes! We deliver.", NULL, 120, 9, NULL },
        { "bedrock-empty", 200, VENDOR_EMPTY, NULL, NULL, 120, 9, "empty" },
        { "bedrock-error-403", 403, VENDOR_STOPPED, NULL, NULL, -1, -1, "the key in AI_KEY may not do this" },
        { "bedrock-error-model", 400, VENDOR_STOPPED, NULL, NULL, -1, -1, "model" },
        { "bedrock-error-429", 429, VENDOR_BUSY, NULL, NULL, -1, -1, "429: Too many requests for this model" },
        { "bedrock-error-424", 424, VENDOR_FAILED, NULL, NULL, -1, -1, "424: The model has no healthy host." },
    };
    (void)state;
    CHECK_READINGS(BACKEND_BEDROCK, ROWS);
}

static void rasa(void **state)
{
    static const struct reading ROWS[] = {
        { "rasa-answer", 200, VENDOR_ANSWERED,
          "Hello!\n\nWhich size?\n- Small\n- Large\n\nhttps://shop.example.com/sizes.png", NULL, -1, -1, NULL },
        { "rasa-handoff", 200, VENDOR_ANSWERED, "A colleague takes over.", "handoff billing", -1, -1, NULL },
        { "rasa-action", 200, VENDOR_ANSWERED, NULL, "handoff support", -1, -1, NULL },
        { "rasa-empty", 200, VENDOR_EMPTY, NULL, NULL, -1, -1, "empty" },
        { "rasa-error-401", 401, VENDOR_STOPPED, NULL, NULL, -1, -1, "AI_KEY" },
        { "dialogflow-answer", 200, VENDOR_GARBAGE, NULL, NULL, -1, -1, "no list of messages" },
    };
    (void)state;
    CHECK_READINGS(BACKEND_RASA, ROWS);
}

/* What is no answer of a kind */

static void an_answer_of_another_kind_is_garbage(void **state)
{
    static const char *const FILES[] = { "openai-answer", "anthropic-answer", "gemini-answer", "bedrock-answer", "rasa-answer" };
    (void)state;
    for (int kind = BACKEND_OPENAI; kind <= BACKEND_RASA; kind++)
        for (int other = BACKEND_OPENAI; other <= BACKEND_RASA; other++) {
            struct backend backend = case_backend(kind);
            struct vendor_answer answer = case_read_file(&backend, 200, FILES[other]);
            enum vendor_class wanted = kind == other ? VENDOR_ANSWERED : VENDOR_GARBAGE;
            if (answer.class != wanted)
                fail_msg("%s as %s: %s", FILES[other], backend_kind_names[kind], vendor_class_name(answer.class));
            vendor_answer_release(&answer);
        }
}

static void what_cannot_be_read_is_garbage(void **state)
{
    static const char *const BODIES[] = {
        "", "{", "<html>busy</html>", "null", "7", "\"text\"", "{}", "{\"choices\":[]}", "{\"choices\":{\"message\":1}}",
        "{\"choices\":[null]}", "{\"choices\":[{\"message\":\"hi\"}]}",
        "{\"choices\":[{\"message\":{\"content\":\"\\ud800\"}}]}", "{\"choices\":[{\"message\":{\"content\":\"a\\u0000b\"}}]}",
        "{\"choices\":[{\"message\":{\"content\":\"\xff\"}}]}", "{\"choices\":[{\"message\":{\"content\":\"a\"}}]} trailing",
    };
    (void)state;
    struct backend backend = case_backend(BACKEND_OPENAI);
    for (size_t i = 0; i < sizeof BODIES / sizeof BODIES[0]; i++) {
        struct vendor_answer answer = case_read(&backend, 200, BODIES[i]);
        if (answer.class != VENDOR_GARBAGE || answer.text != NULL || answer.reason[0] == '\0')
            fail_msg("%s: %s, '%s'", BODIES[i], vendor_class_name(answer.class), answer.reason);
        vendor_answer_release(&answer);
    }
}

static void an_answer_over_a_megabyte_is_garbage(void **state)
{
    struct backend backend = case_backend(BACKEND_OPENAI);
    struct buf body = { 0 };
    (void)state;
    buf_add_text(&body, "{\"choices\":[{\"message\":{\"content\":\"hi\"}}]}");
    while (body.len <= BACKEND_ANSWER_MAX)
        buf_add_text(&body, "                                                                ");
    struct vendor_answer answer = case_read_bytes(&backend, 200, body.data, body.len);
    assert_int_equal(answer.class, VENDOR_GARBAGE);
    assert_non_null(strstr(answer.reason, "1024 KB"));
    vendor_answer_release(&answer);
    answer = case_read_bytes(&backend, 200, body.data, BACKEND_ANSWER_MAX);
    assert_int_equal(answer.class, VENDOR_ANSWERED);
    assert_string_equal(answer.text, "hi");
    vendor_answer_release(&answer);
    buf_release(&body);
}

static void counts_of_tokens_that_cannot_be_are_not_believed(void **state)
{
    static const char *const SAID[] = { "-1", "2147483648", "9007199254740993", "1.5", "null", "\"many\"", "[]" };
    struct backend backend = case_backend(BACKEND_OPENAI);
    char body[300];
    (void)state;
    for (size_t i = 0; i < sizeof SAID / sizeof SAID[0]; i++) {
        snprintf(body, sizeof body, "{\"choices\":[{\"message\":{\"content\":\"hi\"}}],\"usage\":{\"prompt_tokens\":%s,"
                                    "\"completion_tokens\":2147483647}}", SAID[i]);
        struct vendor_answer answer = case_read(&backend, 200, body);
        assert_string_equal(answer.text, "hi");
        assert_int_equal(answer.tokens_in, -1);
        assert_int_equal(answer.tokens_out, 2147483647);
        vendor_answer_release(&answer);
    }
}

/* Statuses */

static void a_status_alone_tells_the_class(void **state)
{
    static const struct {
        int status;
        enum vendor_class class;
    } CASES[] = {
        { 204, VENDOR_EMPTY },   { 301, VENDOR_STOPPED }, { 308, VENDOR_STOPPED }, { 400, VENDOR_REFUSED },
        { 401, VENDOR_STOPPED }, { 402, VENDOR_STOPPED }, { 403, VENDOR_STOPPED }, { 404, VENDOR_STOPPED },
        { 405, VENDOR_STOPPED }, { 408, VENDOR_FAILED },  { 409, VENDOR_FAILED },  { 410, VENDOR_STOPPED },
        { 413, VENDOR_REFUSED }, { 415, VENDOR_REFUSED }, { 422, VENDOR_REFUSED }, { 429, VENDOR_BUSY },
        { 499, VENDOR_REFUSED }, { 500, VENDOR_FAILED },  { 502, VENDOR_FAILED },  { 503, VENDOR_BUSY },
        { 504, VENDOR_FAILED },  { 529, VENDOR_BUSY },    { 599, VENDOR_FAILED },  { 0, VENDOR_FAILED },
        { 100, VENDOR_FAILED },  { 700, VENDOR_FAILED },
    };
    static const char *const BODIES[] = { "", "<html><body>sk-secret</body></html>", "{\"error\":null}", "[]", "{\"error\":[1]}" };
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++)
        for (size_t j = 0; j < sizeof BODIES / sizeof BODIES[0]; j++) {
            struct backend backend = case_backend((enum backend_kind)(i % BACKEND_FAQ));
            struct vendor_answer answer = case_read(&backend, CASES[i].status, BODIES[j]);
            if (answer.class != CASES[i].class || answer.reason[0] == '\0' || strchr(answer.reason, '<') != NULL)
                fail_msg("%d %s: %s, '%s'", CASES[i].status, BODIES[j], vendor_class_name(answer.class), answer.reason);
            vendor_answer_release(&answer);
        }
}

static void waits_are_believed_up_to_an_hour(void **state)
{
    static const struct {
        const char *retry_after;
        int64_t wait_ms;
    } CASES[] = {
        { NULL, 0 }, { "", 0 }, { "7", 7000 }, { " 20 ", 20000 }, { "0", 0 }, { "1.5", 2000 }, { "2.0", 2000 }, { "0.25", 1000 },
        { "3600", 3600000 }, { "3601", 3600000 }, { "99999999999999999999", 3600000 }, { "3600.5", 3600000 },
        { "-5", 0 }, { "soon", 0 }, { "12 minutes", 0 }, { "Tue, 12 May 2026 09:30:00 GMT", 0 },
    };
    struct backend backend = case_backend(BACKEND_ANTHROPIC);
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct vendor_wire wire = { .status = 429, .body = "", .retry_after = CASES[i].retry_after };
        struct vendor_answer answer;
        vendor_read(&backend, &wire, &answer);
        if (answer.wait_ms != CASES[i].wait_ms)
            fail_msg("%s: %ld ms", CASES[i].retry_after, (long)answer.wait_ms);
        vendor_answer_release(&answer);
    }
    backend.kind = BACKEND_GEMINI;
    struct vendor_answer answer = case_read_file(&backend, 429, "gemini-error-429");
    assert_int_equal(answer.wait_ms, 35000);
    vendor_answer_release(&answer);
}

static void keys_are_never_repeated(void **state)
{
    static const char *const KEYS[] = {
        "sk-proj-Abc123", "sk-ant-api03-xyz", "AIzaSyA1", "AKIAIOSFODNN7", "gsk_abc1", "0123456789abcdef0123456789abcdef",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCY0EXAMPLEKEY12", "sk-proj-********************0aB1", "eyJhbGciOiJIUzI1NiJ9",
        "api_key=sk-ant-x1", "Authorization:Bearer/sk-1",
    };
    static const int STATUSES[] = { 400, 401, 403, 404, 429, 500, 503 };
    struct backend backend = case_backend(BACKEND_OPENAI);
    char body[300];
    (void)state;
    for (size_t i = 0; i < sizeof KEYS / sizeof KEYS[0]; i++)
        for (size_t j = 0; j < sizeof STATUSES / sizeof STATUSES[0]; j++)
            for (int is_json = 0; is_json < 2; is_json++) {
                snprintf(body, sizeof body, is_json ? "{\"error\":{\"message\":\"bad key: %s.\"}}" : "bad key: %s.", KEYS[i]);
                struct vendor_answer answer = case_read(&backend, STATUSES[j], body);
                if (strstr(answer.reason, KEYS[i]) != NULL)
                    fail_msg("%d: %s", STATUSES[j], answer.reason);
                vendor_answer_release(&answer);
            }
}

static void a_reason_is_one_clean_line_that_fits(void **state)
{
    struct backend backend = case_backend(BACKEND_OPENAI);
    struct buf body = { 0 };
    (void)state;
    buf_add_text(&body, "{\"error\":{\"message\":\"");
    for (int i = 0; i < 100; i++)
        buf_add_text(&body, "\\u001b[31m빨강\\r\\n\\u202e \\u0085");
    buf_add_text(&body, "\"}}");
    struct vendor_answer answer = case_read(&backend, 500, body.data);
    size_t len = strlen(answer.reason);
    assert_true(len > 150 && len < sizeof answer.reason);
    assert_true(utf8_is_valid(answer.reason, len));
    for (size_t at = 0; at < len;) {
        uint32_t code;
        at += utf8_decode(answer.reason + at, len - at, &code);
        assert_false(utf8_is_control(code));
    }
    assert_non_null(strstr(answer.reason, "[31m빨강 [31m빨강"));
    vendor_answer_release(&answer);
    buf_release(&body);
}

static void codes_refine_a_status(void **state)
{
    static const struct {
        int status;
        const char *code;
        enum vendor_class class;
        const char *reason;
    } CASES[] = {
        { 400, "unsupported_parameter", VENDOR_STOPPED, "400: words of the vendor" },
        { 400, "budget_exceeded", VENDOR_STOPPED, "no money" },
        { 429, "exceeded_current_quota_error", VENDOR_STOPPED, "no money" },
        { 400, "content_policy_violation", VENDOR_DECLINED, "content filter" },
        { 400, "something_else", VENDOR_REFUSED, "400: words of the vendor" },
        { 500, "insufficient_quota", VENDOR_FAILED, "500: words of the vendor" }, /* of a 4xx only */
    };
    struct backend backend = case_backend(BACKEND_OPENAI);
    char body[300];
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        snprintf(body, sizeof body, "{\"error\":{\"code\":\"%s\",\"message\":\"words of the vendor\"}}", CASES[i].code);
        struct vendor_answer answer = case_read(&backend, CASES[i].status, body);
        if (answer.class != CASES[i].class || strstr(answer.reason, CASES[i].reason) == NULL)
            fail_msg("%s: %s, '%s'", CASES[i].code, vendor_class_name(answer.class), answer.reason);
        vendor_answer_release(&answer);
    }
}

static void without_a_key_a_401_asks_for_one(void **state)
{
    struct backend backend = case_backend(BACKEND_OPENAI);
    (void)state;
    backend.key_env = NULL;
    struct vendor_answer answer = case_read_file(&backend, 401, "openai-error-401");
    assert_non_null(strstr(answer.reason, "key_env"));
    vendor_answer_release(&answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(openai_and_its_kin),
        cmocka_unit_test(anthropic),
        cmocka_unit_test(gemini),
        cmocka_unit_test(bedrock),
        cmocka_unit_test(rasa),
        cmocka_unit_test(an_answer_of_another_kind_is_garbage),
        cmocka_unit_test(what_cannot_be_read_is_garbage),
        cmocka_unit_test(an_answer_over_a_megabyte_is_garbage),
        cmocka_unit_test(counts_of_tokens_that_cannot_be_are_not_believed),
        cmocka_unit_test(a_status_alone_tells_the_class),
        cmocka_unit_test(waits_are_believed_up_to_an_hour),
        cmocka_unit_test(keys_are_never_repeated),
        cmocka_unit_test(a_reason_is_one_clean_line_that_fits),
        cmocka_unit_test(codes_refine_a_status),
        cmocka_unit_test(without_a_key_a_401_asks_for_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
