/*
 * consult_question: what a backend is told beside the question: its prompt, what it may know of the customer, what the
 * FAQ knows, and the words that were said before. Part of desk/consult. It reads the book and changes nothing.
 */
#ifndef DESK_CONSULT_QUESTION_H
#define DESK_CONSULT_QUESTION_H

#include <stdint.h>

#include "backend/vendor.h"
#include "base/buf.h"
#include "base/error.h"
#include "desk/decide.h"
#include "desk/desk.h"
#include "store/consult_row.h"
#include "store/conversation.h"

enum { QUESTION_LINES_MAX = 160 };

struct question { /* owned; the zero value is releasable */
    struct conversation conversation;
    struct buf system, facts, session, vendor_session;
    struct buf own;      /* the turn's texts, joined by line breaks */
    struct buf language; /* the contact's */
    struct ask_line lines[QUESTION_LINES_MAX]; /* their texts are owned */
    size_t line_count, own_count;
};

int question_load(struct desk *desk, const struct consult_row *row, const struct backend *backend, int64_t now,
                  struct question *question, struct error *error);
void question_release(struct question *question);

/* Borrows from the question. */
struct consult question_consult(const struct question *question, const struct backend *backend);

#endif
