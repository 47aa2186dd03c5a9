/*
 * button: the texts that are offered below an answer.
 *
 * They are kept with the message as a JSON array of texts. How the customer sees them is known when the message
 * leaves, from the campaign that carries it. A layout drawn in Braze shows the first of them as buttons. By
 * /messages/send (has_lists) all are shown alike, or none: up to three as buttons, up to ten as the rows of a list. A
 * text that is too long, blank, or there already is not shown, since WhatsApp would deliver nothing at all. What is
 * not shown goes out as numbered lines below the text, and a customer who types such a number has said the text
 * behind it. Pure.
 */
#ifndef DESK_BUTTON_H
#define DESK_BUTTON_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "rules/ruleset.h"

struct button_list { /* the zero value is empty */
    char *texts[BUTTONS_MAX];
    size_t count;
};

void button_release(struct button_list *list);

/* Adds a text, its blanks tidied, cut to `max` characters; one without letters and signs, or that is there
 * already, is left out. */
void button_add(struct button_list *list, const char *text, size_t max);

/* From and to JSON; anything but an array of texts is an empty list. The first `hidden` texts are written "". */
void button_parse(const char *json, struct button_list *list);
void button_format(const struct button_list *list, size_t hidden, struct buf *out);

/* How many of them, from the first on, the campaign (NULL: none) shows; and are they rows of a list? */
size_t button_shown(const struct button_list *list, const struct campaign *campaign);
bool button_is_list(const struct button_list *list, const struct campaign *campaign);

/* Appends the text and, below it, the texts from `shown` on, each with its number. */
void button_compose(const struct button_list *list, size_t shown, const char *text, struct buf *out);

/* The characters that button_compose adds at most. */
size_t button_room(const struct button_list *list);

/* Is the message a number of one or two digits, and nothing more? Also as #2, (2), 2번이요, ２ and ②. */
bool button_is_number(const char *message);

/* Is the message the number of a text that stands in `choices` (a JSON array; NULL: none)? Appends that one. */
bool button_choose(const char *choices, const char *message, struct buf *out);

#endif
