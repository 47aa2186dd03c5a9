/*
 * public_agent: the acts of another desk's agents, from HTTP to a letter for the engine. Routes of daemon/public.h; what the
 * acts do, and refuse, stands in desk/agent.h.
 *
 *     POST /v1/agent/say   Authorization: Bearer … (one of FRONTDESK_AGENT_TOKENS), Content-Type: application/json
 *
 * The id of an act stands in its body or in the header Idempotency-Key. 200 once it is on disk (take: and no text of the bot is
 * on its way to the customer any more); else {"error": sentence} with 400, 401, 404 (also where no token is set: the door is not
 * there), 405, 409, 413 over PUBLIC_AGENT_BODY_MAX, 415, or 503 with Retry-After: nothing is promised, ask again.
 */
#ifndef DAEMON_PUBLIC_AGENT_H
#define DAEMON_PUBLIC_AGENT_H

#include <stdbool.h>

#include "daemon/http.h"

bool public_agent_admit(struct http_call *call, void *context);
void public_agent_act(struct http_call *call, void *context);

#endif
