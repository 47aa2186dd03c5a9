/* A probe goes to the address of a real question, with its headers and key, and its answer tells key, model or neither. */
#include "backend/probe.h"
#include "vendor_case.h"

static const struct probe_case {
    enum backend_kind kind;
    const char *url, *model, *asked;
    enum backend_auth auth;
} CASES[] = {
    { BACKEND_OPENAI, NULL, "gpt-5", "https://api.openai.com/v1/models/gpt-5", AUTH_BEARER },
    { BACKEND_OPENAI, "http://127.0.0.1:11434/v1", "llama3:8b", "http://127.0.0.1:11434/v1/models/llama3%3A8b", AUTH_BEARER },
    { BACKEND_OPENAI, "http://127.0.0.1:8000/v1/chat/completions", "m", "http://127.0.0.1:8000/v1/models/m", AUTH_BEARER },
    { BACKEND_OPENAI, "https://router.example.com/api/v1", "acme/small", "https://router.example.com/api/v1/models", AUTH_BEARER },
    { BACKEND_OPENAI, "https://shop.openai.azure.com/openai/deployments/mini?api-version=2024-10-21", NULL,
      "https://shop.openai.azure.com/openai/models?api-version=2024-10-21", AUTH_HEADER },
    { BACKEND_ANTHROPIC, NULL, "claude-x", "https://api.anthropic.com/v1/models/claude-x", AUTH_HEADER },
    { BACKEND_ANTHROPIC, "https://ai.example.com/v1", "m", "https://ai.example.com/v1/models/m", AUTH_HEADER },
    { BACKEND_GEMINI, NULL, "gemini-2.5-flash", "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash",
      AUTH_HEADER },
    { BACKEND_RASA, "https://bot.example.com", NULL, "https://bot.example.com/version", AUTH_BEARER },
    { BACKEND_BEDROCK, "http://127.0.0.1:9000", "a.b-v1:0", "http://127.0.0.1:9000/model/a.b-v1%3A0/converse", AUTH_SIGV4 },
};

static void it_asks_below_the_address_of_a_question(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct backend backend = case_backend(CASES[i].kind);
        struct vendor_request request;
        struct error error = { 0 };

        backend.url = CASES[i].url;
        backend.model = CASES[i].model;
        if (probe_build(&backend, &request, &error) != 1)
            fail_msg("%s: %s", CASES[i].asked, error.text);
        assert_string_equal(buf_text(&request.url), CASES[i].asked);
        assert_int_equal(request.auth, CASES[i].auth);
        assert_int_equal(request.is_get, CASES[i].kind != BACKEND_BEDROCK);
        assert_int_equal(request.body.len > 0, CASES[i].kind == BACKEND_BEDROCK);
        vendor_request_release(&request);
    }
}

static void services_of_ones_own_are_not_asked(void **state)
{
    struct backend http = case_backend(BACKEND_HTTP), faq = case_backend(BACKEND_FAQ);
    struct vendor_request request;
    (void)state;
    assert_int_equal(probe_build(&http, &request, NULL), 0);
    assert_int_equal(probe_build(&faq, &request, NULL), 0);
}

static const struct answer_case {
    enum backend_kind kind;
    int status;
    const char *body;
    enum probe_verdict verdict;
} ANSWERS[] = {
    { BACKEND_OPENAI, 200, "{\"id\":\"gpt-5\",\"object\":\"model\"}", PROBE_WELL },
    { BACKEND_OPENAI, 401, "{\"error\":{\"code\":\"invalid_api_key\"}}", PROBE_KEY },
    { BACKEND_OPENAI, 404, "{\"error\":{\"message\":\"The model 'gpt-9' does not exist\"}}", PROBE_MODEL },
    { BACKEND_OPENAI, 404, "{\"detail\":\"Not Found\"}", PROBE_UNTOLD },
    { BACKEND_OPENAI, 503, "overloaded model", PROBE_UNTOLD },
    { BACKEND_ANTHROPIC, 404, "{\"type\":\"error\",\"error\":{\"message\":\"model: claude-9\"}}", PROBE_MODEL },
    { BACKEND_GEMINI, 400, "{\"error\":{\"message\":\"API key not valid. Pass a valid API key.\"}}", PROBE_KEY },
    { BACKEND_GEMINI, 403, "{}", PROBE_KEY },
    { BACKEND_GEMINI, 400, "{}", PROBE_UNTOLD },
    { BACKEND_BEDROCK, 400, "{\"message\":\"Member must satisfy enum value set: [user, assistant]\"}", PROBE_WELL },
    { BACKEND_BEDROCK, 400, "{\"message\":\"The provided model identifier is invalid.\"}", PROBE_MODEL },
    { BACKEND_BEDROCK, 403, "{\"message\":\"You don't have access to the model with the specified model ID.\"}", PROBE_MODEL },
    { BACKEND_BEDROCK, 403, "{\"message\":\"The security token included in the request is invalid.\"}", PROBE_KEY },
};

static void its_answer_tells_key_from_model(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ANSWERS / sizeof *ANSWERS; i++) {
        const struct answer_case *c = &ANSWERS[i];
        enum probe_verdict verdict =
            probe_read(c->kind, &(struct vendor_wire){ .status = c->status, .body = c->body, .body_len = strlen(c->body) });

        if (verdict != c->verdict)
            fail_msg("%d %s: %s", c->status, c->body, probe_verdict_name(verdict));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_asks_below_the_address_of_a_question),
        cmocka_unit_test(services_of_ones_own_are_not_asked),
        cmocka_unit_test(its_answer_tells_key_from_model),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
