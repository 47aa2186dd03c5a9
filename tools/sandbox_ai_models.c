/*
 * sandbox_ai_models: see the header. Each is as strict about the key as where questions go; Google says 400 to a wrong one.
 */
#include <string.h>

#include "sandbox_ai_dialect.h"
#include "sandbox_ai_models.h"

static const char VERSION[] = "/version";

/* What follows /models in the path: "" or "/NAME"; NULL: it is another path. */
static const char *behind_models(const char *path)
{
    static const char MODELS[] = "/models";
    const char *at = strstr(path, MODELS);
    const char *rest = at != NULL ? at + sizeof MODELS - 1 : NULL;

    return rest != NULL && (*rest == '\0' || (*rest == '/' && strchr(rest, ':') == NULL)) ? rest : NULL;
}

bool models_has_path(const struct http_request *request)
{
    return strcmp(request->method, "GET") == 0 &&
           (behind_models(request->path) != NULL || strcmp(request->path, VERSION) == 0);
}

static const char *key_of(const struct http_request *request)
{
    static const char *const HEADERS[] = { "x-api-key", "api-key", "x-goog-api-key" };
    const char *given = ai_bearer(request);

    for (size_t i = 0; i < sizeof HEADERS / sizeof *HEADERS && given == NULL; i++)
        given = http_header(request, HEADERS[i]);
    return given;
}

static void say(struct http_answer *answer, int status, const char *body)
{
    answer->status = status;
    answer->type = "application/json";
    buf_add_text(&answer->body, body);
}

void models_answer(const char *key, const struct http_request *request, struct http_answer *answer)
{
    bool is_google = strncmp(request->path, "/v1beta/", 8) == 0;
    struct ai_trouble trouble = { 0 };

    if (strcmp(request->path, VERSION) == 0)
        say(answer, 200, "{\"version\":\"3.6.20\",\"minimum_compatible_version\":\"3.5.0\"}");
    else if (ai_key(key_of(request), key, &trouble) != 0 && is_google)
        say(answer, 400, "{\"error\":{\"code\":400,\"message\":\"API key not valid. Please pass a valid API key.\"}}");
    else if (ai_key(key_of(request), key, &trouble) != 0)
        say(answer, 401, "{\"error\":{\"message\":\"Incorrect API key provided.\",\"code\":\"invalid_api_key\"}}");
    else if (strcmp(behind_models(request->path), "/no-such-model") == 0)
        say(answer, 404, "{\"error\":{\"message\":\"The model 'no-such-model' does not exist\",\"code\":\"model_not_found\"}}");
    else
        say(answer, 200, "{\"object\":\"list\",\"data\":[{\"id\":\"sandbox\",\"object\":\"model\"}]}");
}
