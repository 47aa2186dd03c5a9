/*
 * send: the bodies of Braze's three ways to send a text, by the campaign row's carrier.
 *
 *     CARRIER_CAMPAIGN  POST /campaigns/trigger/send   campaign_id, recipients[].trigger_properties
 *     CARRIER_CANVAS    POST /canvas/trigger/send      canvas_id, recipients[].context
 *     CARRIER_MESSAGE   POST /messages/send            messages.whats_app text_response_message, with buttons
 *                                                      quick_reply_response_message, with a list
 *                                                      list_response_message; equal for all
 *
 * A campaign and a Canvas get the buttons as the properties button_1, button_2, button_3; those that are not
 * used are absent. Further properties stand beside these and the text, whose names they cannot take; texts in them
 * leave cleaned like ours. /messages/send has no template that could print any, so there they are left out.
 *
 * Facts (Braze, "Trigger send", "Messages send"): at most 50 recipients, each user once;
 * properties under 50 KB; an alias is never created, so newcomers are addressed by user_alias {alias_label
 * "phone"}. `attributes` of a recipient are written into a profile that exists, before the send. broadcast is never set.
 * Pure.
 */
#ifndef BRAZE_SEND_H
#define BRAZE_SEND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

enum send_carrier { CARRIER_CAMPAIGN, CARRIER_CANVAS, CARRIER_MESSAGE };
enum send_address { ADDRESS_EXTERNAL, ADDRESS_PHONE_ALIAS };
enum {
    SEND_RECIPIENTS_MAX = 50,
    SEND_PROPERTIES_MAX = 50 * 1024,
    SEND_ATTRIBUTES_MAX = 8 * 1024,
    SEND_BUTTONS_MAX = 3,
    SEND_BUTTON_TEXT_MAX = 20,
    SEND_ROWS_MAX = 10,
    SEND_ROW_TEXT_MAX = 24,
    SEND_LIST_BUTTON_MAX = 20,
    SEND_LIST_TITLE_MAX = 24
};

struct send_target { /* all borrowed */
    enum send_carrier carrier;
    const char *campaign_id;        /* campaign or canvas id; unused by CARRIER_MESSAGE */
    const char *app_id, *subscription_group_id; /* CARRIER_MESSAGE */
    const char *text_property;      /* NULL: external_system_msg_body */
    bool is_template;               /* a template layout: no newline, tab, run of more than 4 blanks */
};

struct send_list { /* borrowed */
    const char *button; /* opens it; at most 20 characters */
    const char *title;  /* over its rows; at most 24 */
};

struct send_recipient { /* borrowed */
    enum send_address address;
    const char *id;                 /* external id, or phone number (the alias name) */
    const char *text;               /* the reply as decided; cleaned here on its way out. NULL: the campaign has its own,
                                       and its text property is left away; not for CARRIER_MESSAGE */
    const char *properties;         /* further trigger properties as a JSON object, or NULL */
    const char *const *buttons;     /* shown below it: at most 3 of at most 20 characters */
    size_t button_count;
    const struct send_list *list;   /* CARRIER_MESSAGE: they are the rows of a list, 1 to 10 of at most 24 characters;
                                       NULL: quick replies */
    const char *attributes;         /* of his profile, written before it is sent: a JSON object; NULL: none. Not by
                                       /messages/send */
};

/* "/campaigns/trigger/send" … */
const char *send_path(enum send_carrier carrier);

/*
 * Appends the JSON body. -1 and nothing appended: too many recipients, one user twice, an empty id or text,
 * unequal texts, buttons or lists for CARRIER_MESSAGE, a list for another carrier, buttons or rows that are too
 * many, too long or blank, properties that are no JSON object or too large, a campaign row without its ids.
 */
int send_format(const struct send_target *target, const struct send_recipient *recipients, size_t count,
                struct buf *body, struct error *error);

/*
 * What goes out for a text: control characters but LF and TAB dropped, "{{" "}}" "{%" "%}" broken apart by
 * a blank (Braze evaluates Liquid in payloads), for a template layout line breaks and tabs to a blank and
 * blanks at most 4 in a row.
 */
void send_clean(const char *text, bool is_template, struct buf *out);

#endif
