/*
 * consult_answer: where a question goes when a backend has answered, or has not. Part of desk/consult.
 */
#ifndef DESK_CONSULT_ANSWER_H
#define DESK_CONSULT_ANSWER_H

#include <stdint.h>

#include "backend/backend.h"
#include "base/error.h"
#include "desk/consult_fate.h"
#include "desk/desk.h"
#include "store/consult_row.h"

struct faq; /* rules/faq.h */

/* Into the ledger, so that the row's story can be told (store/transcript.h): "outbox 12", and what follows it. */
int consult_note(struct desk *desk, const struct consult_row *row, const char *kind, const char *backend, const char *more,
                 int64_t now, struct error *error);

/* To the next backend of the chain, or to its end. */
int consult_go_on(struct desk *desk, const struct consult_row *row, const struct backend *backend, const char *why,
                  int64_t now, struct error *error);

/* The end: the row becomes `state`, and the customer hears that nobody could answer, or a person takes over. */
int consult_give_up(struct desk *desk, const struct consult_row *row, const char *state, const char *why, int64_t now,
                    struct error *error);

/* Apart (desk/apart.h): where `result` is a failure, it is undone, and the customer hears as much, as far as the book allows. */
int consult_end_apart(struct desk *desk, int result, const char *what, const struct consult_row *row, const char *state,
                      int64_t now, struct error *error);

/* Its conversation has changed hands meanwhile: nobody is asked, and nothing is said. */
int consult_let_go(struct desk *desk, const struct consult_row *row, int64_t now, struct error *error);

int consult_answer_faq(struct desk *desk, const struct consult_row *row, const struct backend *backend,
                       const struct faq *faq, int64_t now, struct error *error);

#endif
