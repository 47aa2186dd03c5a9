/*
 * disk: files and names made durable. A file that is new, or has got another name, outlives a power cut under that name only when
 * its folder is written, too. Any thread; 0, or -1 with errno.
 */
#ifndef BASE_DISK_H
#define BASE_DISK_H

#include "base/buf.h"

int disk_sync_file(const char *path);
int disk_sync_folder_of(const char *path); /* the folder that the path stands in */

/* Appends what tells this file from all others here, however its name is written; nothing when it cannot be looked at. */
void disk_format_identity(const char *path, struct buf *out);

#endif
