/*
 * list_phrase: the words around a WhatsApp list: the button that opens it (the phrase list_button), and the title
 * over its rows (list_title).
 *
 * They are built in, and a phrase row of the same name goes before them (rules/house_phrase.h). They are said when a
 * text leaves, where nothing is known but the contact's language: so an owner's text holds no names, and is as short
 * as WhatsApp shows it. Pure; any thread.
 */
#ifndef RULES_LIST_PHRASE_H
#define RULES_LIST_PHRASE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "rules/ruleset.h"

enum list_phrase { LIST_BUTTON, LIST_TITLE, LIST_PHRASE_COUNT };

/* In characters. */
enum { LIST_BUTTON_MAX = 20, LIST_TITLE_MAX = 24 };

/* Appends it; `language` as the contact's, "" when unknown. */
void list_phrase_render(const struct ruleset *ruleset, enum list_phrase phrase, const char *language, struct buf *out);

/* 0 when the row has another name, or a text that will do. */
int list_phrase_check(const struct phrase *phrase, struct error *error);

#endif
