/*
 * sandbox_ai_models: what costs nothing to ask a vendor: which models there are, and one of them. OpenAI, Azure, Anthropic and
 * Gemini; and Rasa's version.
 */
#ifndef TOOLS_SANDBOX_AI_MODELS_H
#define TOOLS_SANDBOX_AI_MODELS_H

#include <stdbool.h>

#include "sandbox_conn.h"

bool models_has_path(const struct http_request *request);
void models_answer(const char *key, const struct http_request *request, struct http_answer *answer); /* key "": any is good */

#endif
