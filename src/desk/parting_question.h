/*
 * parting_question: how a backend is asked to sum up a conversation: by a prompt of our own, with the conversation as one
 * line of the customer's role, quoted as data. Nothing that anybody said there stands among the instructions, and what comes
 * back is words and nothing else: no acts, no tools, no knowledge, no facts. Part of desk/consult.
 */
#ifndef DESK_PARTING_QUESTION_H
#define DESK_PARTING_QUESTION_H

#include <stdbool.h>
#include <stdint.h>

#include "backend/backend.h"
#include "backend/vendor.h"
#include "base/error.h"
#include "desk/consult_question.h"
#include "desk/desk.h"
#include "store/consult_row.h"

/* Can one of its kind write what it is told to? (The FAQ has answers of its own, Rasa a dialogue.) */
bool parting_may_ask(const struct backend *backend);

/* The backend as it is asked for a summary, and as its answer is read; borrows from it. */
struct backend parting_writer(const struct backend *backend);

/* The question about a parting: its row goes to *outbox. forget: nobody wants it any more. */
int parting_question_queue(struct desk *desk, const struct conversation *conversation, const struct backend *backend,
                           int64_t parting, int64_t now, int64_t *outbox, struct error *error);
int parting_question_forget(struct desk *desk, int64_t outbox, int64_t now, struct error *error);

int parting_question_load(struct desk *desk, const struct consult_row *row, struct question *question, struct error *error);

/* A summary is words and nothing else: what the answer asks to have done is not done, nor told, and its text becomes one plain
 * line of SUMMARY_MAX characters at the most, without secrets (text/mask.h). A text in which nothing can be seen is none. */
void parting_leave_words(struct vendor_answer *said);

#endif
