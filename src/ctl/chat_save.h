/*
 * chat_save: the conversations that a chat took part in, for a file that holds them as a talk (ctl/as_talk.h).
 */
#ifndef CTL_CHAT_SAVE_H
#define CTL_CHAT_SAVE_H

#include <stddef.h>
#include <stdint.h>

#include "ctl/call.h"

struct chat_save { /* the zero value is empty and releasable */
    int64_t *conversations;
    size_t count, room;
};

/* May the file be written later? An exit code, having said why not: nothing is ever overwritten. */
int chat_save_check(const struct call *call, const char *path);

/* Notes the conversation of a message that was said. */
void chat_save_note(struct chat_save *save, struct db *db, int64_t message);

/* An exit code, having said what became of it. Without a message no file is made. */
int chat_save_write(const struct chat_save *save, struct call *call, struct db *db, const char *path);
void chat_save_release(struct chat_save *save);

#endif
