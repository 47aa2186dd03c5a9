/*
 * sandbox_ai_sign: signatures of AWS (version 4), looked at from the other side.
 */
#ifndef TOOLS_SANDBOX_AI_SIGN_H
#define TOOLS_SANDBOX_AI_SIGN_H

#include "sandbox_ai_dialect.h"

/*
 * Is the request signed for the service bedrock? `key` "": the form is looked at; "ID:SECRET": the signature is worked
 * out as well. Clocks are not compared.
 */
int sign_check(const char *key, const struct http_request *request, struct ai_trouble *trouble);

#endif
