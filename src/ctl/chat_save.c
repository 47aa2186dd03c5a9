/*
 * chat_save: see the header. The file is opened with O_EXCL; a full disk shows at write or at close, so both are looked
 * at.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "ctl/as_talk.h"
#include "ctl/chat_save.h"
#include "store/transcript.h"

int chat_save_check(const struct call *call, const char *path)
{
    if (access(path, F_OK) != 0)
        return EXIT_DONE;
    return call_fail(call, EXIT_USAGE, "%s is there already, and nothing is overwritten; name a new file", path);
}

static void take_conversation(void *context, const struct transcript_decision *decision)
{
    struct chat_save *save = context;

    if (save->count > 0 && save->conversations[save->count - 1] == decision->conversation)
        return;
    if (save->count == save->room) {
        save->room = save->room == 0 ? 4 : save->room * 2;
        save->conversations = alloc_resize(save->conversations, save->room, sizeof *save->conversations);
    }
    save->conversations[save->count++] = decision->conversation;
}

void chat_save_note(struct chat_save *save, struct db *db, int64_t message)
{
    transcript_why(db, message, take_conversation, save, NULL);
}

static bool write_all(int descriptor, const struct buf *sql)
{
    size_t at = 0;

    while (at < sql->len) {
        ssize_t written = write(descriptor, sql->data + at, sql->len - at);

        if (written < 0 && errno != EINTR)
            return false;
        at += written > 0 ? (size_t)written : 0;
    }
    return true;
}

static int write_file(const struct call *call, const char *path, const struct buf *sql)
{
    int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    bool is_written;

    if (descriptor < 0)
        return call_fail(call, EXIT_FAILED, "%s cannot be written: %s", path, strerror(errno));
    is_written = write_all(descriptor, sql);
    if (close(descriptor) == 0 && is_written)
        return EXIT_DONE;
    call_fail(call, EXIT_FAILED, "%s cannot be written: %s", path, strerror(errno));
    unlink(path);
    return EXIT_FAILED;
}

int chat_save_write(const struct chat_save *save, struct call *call, struct db *db, const char *path)
{
    struct buf sql = { 0 }, why = { 0 };
    int code;

    if (save->count == 0) {
        output_note(call->output, NOTE_DIM, "Nothing was said, so there is nothing to save.");
        return EXIT_DONE;
    }
    code = as_talk(call, db, save->conversations, save->count, &sql, &why);
    if (code == EXIT_DONE)
        code = write_file(call, path, &sql);
    if (code == EXIT_DONE && why.len > 0)
        output_note(call->output, NOTE_WARN, "Saved in %s, but with the rules in force this talk does not hold: %s", path,
                    buf_text(&why));
    else if (code == EXIT_DONE)
        output_note(call->output, NOTE_DIM, "Saved in %s, a talk for the folder of rules.", path);
    buf_release(&sql);
    buf_release(&why);
    return code;
}

void chat_save_release(struct chat_save *save)
{
    free(save->conversations);
    *save = (struct chat_save){ 0 };
}
