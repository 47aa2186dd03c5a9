/*
 * ask_read: the readers of the kinds of answers. Private to flow/ask*.
 *
 * Each is given an empty answer and leaves it empty, or fills it and returns ASK_READ.
 */
#ifndef FLOW_ASK_READ_H
#define FLOW_ASK_READ_H

#include "flow/ask.h"

enum ask_result ask_read_number(const struct ask *ask, const char *text, struct ask_answer *answer);
enum ask_result ask_read_yes_no(const struct ask *ask, const char *text, struct ask_answer *answer);
enum ask_result ask_read_choice(const struct ask *ask, const char *text, struct ask_answer *answer);
enum ask_result ask_read_when(const struct ask *ask, const char *text, struct ask_answer *answer);
enum ask_result ask_read_phone(const struct ask *ask, const char *text, struct ask_answer *answer);
enum ask_result ask_read_email(const struct ask *ask, const char *text, struct ask_answer *answer);

/* Does the text agree? 1 yes, 0 no, -1 neither. */
int ask_agrees(const char *text, const char *language);

void ask_answer_int(struct ask_answer *answer, int64_t number);

#endif
