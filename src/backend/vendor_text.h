/*
 * vendor_text: what a model said, made ready to be said: without its thoughts, trimmed, within BACKEND_TEXT_MAX, and
 * whole where its length ran out. Pure.
 */
#ifndef BACKEND_VENDOR_TEXT_H
#define BACKEND_VENDOR_TEXT_H

#include <stdbool.h>

#include "base/buf.h"

/* Takes <think>…</think> off the start; an open one takes all. Also what ends in a </think> that never began. */
void vendor_text_strip_thoughts(struct buf *text);

void vendor_text_trim(struct buf *text);

/* To BACKEND_TEXT_MAX, on a character. */
void vendor_text_cap(struct buf *text);

/* Back to the last whole sentence, if one ends in the last half; else all of it and "…". Of trimmed text. */
void vendor_text_end_whole(struct buf *text);

#endif
