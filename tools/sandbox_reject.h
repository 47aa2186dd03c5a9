/*
 * sandbox_reject: the faults that take a request and keep a part of it back: "notice" all that it sends, "errors" whom it names.
 */
#ifndef TOOLS_SANDBOX_REJECT_H
#define TOOLS_SANDBOX_REJECT_H

#include "sandbox_braze.h"
#include "sandbox_conn.h"
#include "sandbox_script.h"

/* Marks what is kept back, so that the record shows why; attributes stay back with their message. Any fault, or NULL. */
void reject_mark(struct verdict *verdict, const struct fault *fault);

/* Names what "errors" has marked in the answer, behind the errors that it has already. Any fault, or NULL. */
void reject_tell(const struct verdict *verdict, const struct fault *fault, struct http_answer *answer);

#endif
