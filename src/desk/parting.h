/*
 * parting: what follows when a conversation is closed or handed over. It is summed up, the rules have their last word about
 * it (INPUT_PARTING), and what they want done is done, all in one transaction, some time after the one that closed it: so
 * that it delays nobody's reply, and that what fails is tried again without them. A close waits for reopen_within to be over,
 * and is taken back by a message before: a conversation that goes on is summed up once, when it really ends.
 *
 * Where a colleague has written for her cases alone (desk/colleague.h) nothing follows: she is no customer there, and what
 * she said to others is not hers to be summed up, nor to stand in her profile.
 *
 * The summary is desk/summary's, or of the setting summary_backend where something worth the money was said: that question
 * goes its way as any other (desk/consult), and what comes of it, or nothing, ends here. No more than half of the calls
 * that the backend takes at a time sum up; a close that waits for longer than SUMMARY_WAIT_MS is summed up without
 * it, and a hand-over waits for no room: somebody waits for a person.
 */
#ifndef DESK_PARTING_H
#define DESK_PARTING_H

#include <stdint.h>

#include "base/error.h"
#include "desk/desk.h"
#include "store/conversation.h"

struct consult_row; /* store/consult_row.h */

enum { PARTING_SUMMARY_WAIT_MS = 10 * 60 * 1000, PARTING_TRIES_MAX = 5, PARTING_SUMMARY_MAX = 255 };

/* Who wanted the question, for desk/consult and `frontdesk usage`. */
extern const char PARTING_WANTED_BY[]; /* "summary" */

/* Changes the owner, and has the conversation summed up. `closed_by`: idle, rule, flow, backend, person. */
int parting_close(struct desk *desk, struct conversation *conversation, const char *closed_by, int64_t now,
                  struct error *error);
int parting_hand_over(struct desk *desk, struct conversation *conversation, const char *team, int64_t now,
                      struct error *error);

/* It goes on: its close is not summed up, unless that has happened. */
int parting_take_back(struct desk *desk, const struct conversation *conversation, int64_t now, struct error *error);

/* Sums up what is due, a bounded number. When there is more to do; INT64_MAX: not before something happens. */
int parting_run(struct desk *desk, int64_t now, struct error *error);
int parting_next_at(struct desk *desk, int64_t *at, struct error *error);

/* A backend's question has ended: with a text, as parting_leave_words left it, or NULL. */
int parting_answered(struct desk *desk, const struct consult_row *row, const char *text, int64_t now, struct error *error);

#endif
