/*
 * late: see the header. A digest is a row of `seen` that no call can bring: its identity is 'erased'. It is dated so far back
 * that it is forgotten in time.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/disk.h"
#include "base/log.h"
#include "store/late.h"
#include "store/query_number.h"

static const int64_t COMES_WITHIN_MS = (int64_t)25 * 3600 * 1000; /* a day, and an hour for clocks and slow queues */
static const char ERASED[] = "erased";

/* The secret */

void late_open(struct late *late, struct db *db)
{
    struct buf path = { 0 };
    int fd;

    buf_addf(&path, "%s.secret", db_path(db));
    late->path = *db_path(db) != '\0' ? buf_detach(&path) : NULL;
    buf_release(&path);
    fd = late->path != NULL ? open(late->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
    if (fd < 0) {
        if (late->path != NULL && errno != ENOENT)
            log_warn("secret_unreadable", log_text("path", late->path), log_text("reason", strerror(errno)));
        return;
    }
    late->is_there = read(fd, late->secret, sizeof late->secret) == (ssize_t)sizeof late->secret;
    close(fd);
}

void late_release(struct late *late)
{
    free(late->path);
    explicit_bzero(late, sizeof *late);
}

/* By root it is made for whoever has the book. */
static int write_secret(const struct late *late, const char *book, int fd)
{
    struct stat owner;

    if (geteuid() == 0 && stat(book, &owner) == 0 && fchown(fd, owner.st_uid, owner.st_gid) != 0)
        return -1;
    if (write(fd, late->secret, sizeof late->secret) != (ssize_t)sizeof late->secret || fsync(fd) != 0)
        return -1;
    return disk_sync_folder_of(late->path);
}

/* One that cannot be read, or is cut short, has nothing left to open. */
static int make_secret(struct late *late, struct db *db, struct error *error)
{
    int fd, result;

    if (getrandom(late->secret, sizeof late->secret, 0) != (ssize_t)sizeof late->secret)
        return error_set(error, "no random bytes can be had: %s", strerror(errno));
    if (late->path != NULL) {
        unlink(late->path);
        fd = open(late->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
        result = fd >= 0 ? write_secret(late, db_path(db), fd) : -1;
        if (result != 0)
            error_set(error, "%s cannot be written: %s", late->path, strerror(errno));
        if (fd >= 0)
            close(fd);
        if (result != 0)
            return -1;
    }
    late->is_there = true;
    return 0;
}

/* Digests */

static void format_digest(const struct late *late, const struct seen *key, struct buf *out)
{
    uint8_t digest[SHA256_SIZE];
    struct buf text = { 0 };

    buf_addf(&text, "%s\n%s\n%s", key->channel, key->identity, key->dispatch_id);
    sha256_hmac(late->secret, sizeof late->secret, buf_text(&text), text.len, digest);
    buf_add_text(out, "erased:");
    for (size_t i = 0; i < sizeof digest; i++)
        buf_addf(out, "%02x", digest[i]);
    buf_release(&text);
}

int late_leave(struct late *late, struct db *db, const struct seen *key, int64_t now, struct error *error)
{
    struct buf digest = { 0 };
    struct error why = { 0 };
    struct seen left = { .channel = "", .identity = ERASED, .message = key->message,
                         .at = key->at + COMES_WITHIN_MS - SEEN_KEPT_MS };
    int result;

    if (key->at + COMES_WITHIN_MS <= now)
        return 0;
    /* An erasure does not wait for this. */
    if (!late->is_there && make_secret(late, db, &why) != 0) {
        log_warn("secret_not_made", log_text("reason", why.text));
        return 0;
    }
    format_digest(late, key, &digest);
    left.dispatch_id = buf_text(&digest);
    result = seen_claim(db, &left, error);
    buf_release(&digest);
    return result < 0 ? -1 : 0;
}

int late_find(const struct late *late, struct db *db, struct seen *key, struct error *error)
{
    struct buf digest = { 0 };
    struct seen left = { .channel = "", .identity = ERASED };
    int found;

    if (!late->is_there)
        return 0;
    format_digest(late, key, &digest);
    left.dispatch_id = buf_text(&digest);
    found = seen_get(db, &left, error);
    if (found == 1)
        key->message = left.message;
    buf_release(&digest);
    return found;
}

static const char ANY[] =
    "SELECT 1 FROM seen WHERE dispatch_id >= 'erased:' AND dispatch_id < 'erased;' AND identity = 'erased' LIMIT 1";

int late_forget(struct late *late, struct db *db, struct error *error)
{
    struct query *q;
    int found;

    if (!late->is_there)
        return 0;
    q = db_query(db, ANY);
    found = query_is_there(q, error);
    if (found != 0)
        return found < 0 ? -1 : 0;
    if (late->path != NULL && unlink(late->path) != 0 && errno != ENOENT)
        return error_set(error, "%s cannot be removed: %s", late->path, strerror(errno));
    explicit_bzero(late->secret, sizeof late->secret);
    late->is_there = false;
    return 0;
}
