/*
 * sandbox_braze: what Braze would say to a request. A pure function of the workspace and the request: no
 * clock, no sockets, nothing remembered. When in doubt it refuses.
 */
#ifndef TOOLS_SANDBOX_BRAZE_H
#define TOOLS_SANDBOX_BRAZE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/json.h"

#include "sandbox_http.h"

enum { RECIPIENTS_MAX = 50, UPDATES_MAX = 75, IDS_MAX = 32, ID_SIZE = 101, QUICK_REPLIES_MAX = 3 };

enum layout { LAYOUT_RESPONSE, LAYOUT_TEMPLATE };

struct campaign { /* or Canvas */
    char id[ID_SIZE];
    char property[ID_SIZE]; /* the property that carries the text */
    char group[ID_SIZE];    /* the subscription group that it sends to; "": nobody said */
    enum layout layout;
    int buttons; /* that its layout shows; -1: nobody said */
};

struct id_list {
    char ids[IDS_MAX][ID_SIZE];
    size_t count;
};

struct campaign_list {
    struct campaign items[IDS_MAX];
    size_t count;
};

struct workspace { /* an empty list takes every id that looks like one */
    char api_key[ID_SIZE];
    struct campaign_list campaigns, canvases;
    struct id_list apps, groups;
    struct id_list denied; /* permissions that the key lacks */
    struct id_list blocked; /* attributes on the blocklist: nothing is stored */
    struct id_list strangers; /* external ids of which Braze has no profile; of all others it has */
    bool has_unsubscribed_newcomers; /* who is known by an alias is in no subscription group until he is put into it */
};

enum address { ADDRESS_EXTERNAL_ID, ADDRESS_PHONE, ADDRESS_ALIAS, ADDRESS_EMAIL, ADDRESS_BRAZE_ID };

struct delivery { /* one message for one customer; borrowed from the verdict's tree */
    enum address address;
    const char *user;
    const char *text;              /* "" when there is none */
    const struct json *properties; /* of this recipient, or NULL */
    const struct json *common;     /* of all of them, or NULL; equal keys above win */
    const char *buttons[QUICK_REPLIES_MAX]; /* shown below the text */
    size_t button_count;
    const struct json *list;       /* of a list message, as it was sent; NULL: no list */
    const char *group; /* the subscription group that it goes to; NULL: nobody said */
    bool is_existing_only;         /* not sent where there is no profile */
    const char *dropped;           /* why Braze takes it and yet sends nothing; NULL: it is sent */
    bool has_liquid;               /* Braze would evaluate something in it */
};

enum track_kind { TRACK_ATTRIBUTES, TRACK_EVENT, TRACK_PURCHASE, TRACK_KIND_COUNT };

struct track_update { /* an object of /users/track, or the attributes of a recipient; borrowed from the verdict's tree */
    enum address address;
    const char *user;
    const struct json *object;
    enum track_kind kind;
    size_t index; /* in its array */
    bool may_create;  /* makes the profile when there is none */
    bool is_stranger; /* there is none, unless one was made */
    bool is_dropped;  /* the answer names it among its errors */
};

enum budget { BUDGET_NONE, BUDGET_SENDS, BUDGET_TRACK };

struct verdict {
    int status;           /* 201, 200, or the refusal */
    struct buf body;      /* the JSON answer */
    enum budget budget;   /* whose rate limit the request counts against */
    bool is_unknown_key;  /* 401: rate-limit headers present but empty */
    const char *campaign; /* campaign, canvas or app id; borrowed */
    struct delivery deliveries[RECIPIENTS_MAX];
    size_t delivery_count;
    size_t collapsed; /* recipients that were given before */
    size_t liquid;    /* messages and tracked objects with Liquid in them */
    struct track_update updates[UPDATES_MAX];
    size_t update_count;
    size_t objects;   /* that /users/track was given */
    size_t tracked;   /* objects of /users/track that were processed */
    size_t untracked; /* and those with an error, or a value that Braze silently leaves out */
    struct json *root;
};

/* Fills *verdict, which holds a former one or is zero. `dispatch_id` is what an accepted send is called. */
void braze_judge(const struct workspace *workspace, const struct http_request *request,
                 const char *dispatch_id, struct verdict *verdict);
void verdict_release(struct verdict *verdict);

/* Adds what an operator types: "ID[:response|template][:property][:buttons=N][:group=ID]". */
int campaign_list_add(struct campaign_list *list, const char *text, struct error *error);

/* Adds an id as typed by an operator: 1 to 100 letters, digits, "-", "_" or ".". */
int id_list_add(struct id_list *list, const char *id, struct error *error);

/* Why WhatsApp would not show this text as a button, or this text above buttons; or NULL. */
const char *whatsapp_button_trouble(const char *text);
const char *whatsapp_body_trouble(const char *text);

/* Why WhatsApp would not carry this text in this layout, or NULL. */
const char *whatsapp_trouble(const char *text, enum layout layout);

#endif
