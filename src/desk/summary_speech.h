/*
 * summary_speech: what the customer said, sentence by sentence, as a summary may quote it: folded (fold_shown), card numbers and
 * passwords masked. They are looked for in all of it at once, for the end of a line, of a sentence or of a message may stand
 * within a card number, or between "my password is" and the password. Part of desk/summary.
 *
 * Other customers wait meanwhile: no more than SPEECH_BYTES_MAX of the customer's newest texts, and no more than
 * SPEECH_SENTENCES_MAX of their sentences, are heard.
 */
#ifndef DESK_SUMMARY_SPEECH_H
#define DESK_SUMMARY_SPEECH_H

#include <stddef.h>

#include "base/buf.h"

struct story;      /* desk/story.h */
struct story_text;

enum { SPEECH_SENTENCES_MAX = 400, SPEECH_BYTES_MAX = 8 * 1024 };

struct speech_sentence { /* borrowed; valid UTF-8 without blanks around it; "" where it was the rest of a card number */
    const struct story_text *of;
    const char *text;
    size_t len;
};

struct speech { /* owned; borrows the story */
    struct buf text; /* a line for each */
    struct speech_sentence *list; /* the oldest first */
    size_t count, room;
};

void speech_init(struct speech *speech, const struct story *story);
void speech_release(struct speech *speech);

#endif
