/*
 * sandbox_judge: what the judges of the single endpoints share. Each takes a parsed body and ends with a
 * refusal or with deliveries.
 */
#ifndef TOOLS_SANDBOX_JUDGE_H
#define TOOLS_SANDBOX_JUDGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/json.h"

#include "sandbox_braze.h"

enum { PROPERTIES_MAX = 50 * 1024, TEXT_MAX = 4096, TEMPLATE_TEXT_MAX = 1024, BUTTONED_TEXT_MAX = 1024,
       QUICK_REPLY_MAX = 20 };

/* Writes {"message": …} and the status; always -1. */
int judge_refuse(struct verdict *verdict, int status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

struct field { /* a table of these ends with a NULL name */
    const char *name;
    enum json_kind kind;
    bool is_required;
    const char *advice; /* not NULL: a field that Braze knows and that is refused here, with the reason */
};

/* Is every member known and of its kind, every required one there? `where`, "recipients[3]", begins refusals.
 */
int judge_fields(const struct json *object, const char *where, const struct field *fields,
                 struct verdict *verdict);

bool id_list_has(const struct id_list *list, const char *id);
const struct campaign *campaign_list_find(const struct campaign_list *list, const char *id);

/* "{{" or "{%" in any key or text of the tree, save in the member `except` of the root (NULL: none). */
bool judge_liquid(const struct json *value, const char *except);

/* Adds one delivery unless its user was given before; NULL then. */
struct delivery *judge_add(struct verdict *verdict, enum address address, const char *user);

/* Why Braze refuses to write this object's attributes, or NULL; "BAD_SUBSCRIPTION_GROUP_ID" and the like, or a sentence. */
const char *judge_attributes(const struct workspace *workspace, const struct json *object);

/* Is this one of the people of whom Braze has no profile? */
bool judge_stranger(const struct workspace *workspace, enum address address, const char *user);

/* The subscription group of a campaign, "" when nobody said: then the workspace's, if it has but one; else NULL. */
const char *judge_group(const struct workspace *workspace, const char *group);

/* Reads {alias_name, alias_label}. */
int judge_alias(const struct json *alias, const char *where, enum address *address, const char **user,
                struct verdict *verdict);

/* The judges. 0: accepted, and braze_judge writes the answer unless the judge did; -1: refused. */
int judge_campaign(const struct workspace *workspace, const struct json *root, struct verdict *verdict);
int judge_canvas(const struct workspace *workspace, const struct json *root, struct verdict *verdict);
int judge_message(const struct workspace *workspace, const struct json *root, struct verdict *verdict);
int judge_track(const struct workspace *workspace, const struct json *root, struct verdict *verdict);

#endif
