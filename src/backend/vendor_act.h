/*
 * vendor_act: the row's acts as tools or as a request for a JSON reply, and what the model made of them (vendor.h says
 * how they are called). What it asks for beyond the row's list goes to answer->unlisted. A hand-over that names no team
 * is one to the first team of the list; one that names another is refused, unless only one team is listed, for then
 * the model was never asked which. The same act asked for twice is one deed. Pure.
 */
#ifndef BACKEND_VENDOR_ACT_H
#define BACKEND_VENDOR_ACT_H

#include <stdbool.h>

#include "backend/vendor.h"
#include "base/json.h"

/* Does the row have acts that go as tools; that are asked for in the reply? */
bool vendor_act_goes_as_tool(const struct backend *backend);
bool vendor_act_goes_in_reply(const struct backend *backend);

/* Calls `write` for each tool; `schema` is the JSON Schema of its parameters, NULL where it has none. */
typedef void vendor_tool_writer(struct jsonw *w, const char *name, const char *description, const char *schema);
void vendor_act_write_tools(const struct backend *backend, struct jsonw *w, vendor_tool_writer *write);

/* The schema of no parameters, for vendors that want one in any case. */
extern const char vendor_act_no_parameters[];

/* Appends the system prompt, and how to reply where acts go in the reply. Nothing: there is none. */
void vendor_act_put_system(const struct consult *consult, struct buf *out);

/* The model called a tool. `arguments` is an object, or a text that holds one; absent, null and "" are {}. */
void vendor_act_call(const struct backend *backend, const char *name, const struct json *arguments,
                     struct vendor_answer *answer);

/* The vendor itself asks for a person, of that team (NULL: of any). */
void vendor_act_hand_off(const struct backend *backend, const char *team, struct vendor_answer *answer);

/* {"say", "do"} in the text, if any, is taken apart: the text becomes what to say. False: JSON that is no reply. */
bool vendor_act_take_reply(const struct backend *backend, struct buf *text, struct vendor_answer *answer);

#endif
