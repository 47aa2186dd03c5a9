/*
 * doctor_live: `doctor --live`: through the first real message with whoever sits at the terminal, step by step: it comes in, it
 * is readable, an answer is found, Braze takes it, it is seen on the telephone. Each step that fails says what to do.
 */
#ifndef CTL_DOCTOR_LIVE_H
#define CTL_DOCTOR_LIVE_H

#include "ctl/call.h"

/* Questions are read from standard input. EXIT_DONE when the answer was seen. */
int doctor_live(struct call *call);

#endif
