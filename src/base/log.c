/*
 * log: one line per fact, in logfmt.
 *
 * A line is composed in the caller's thread and goes out in one write() under a lock, so that lines of
 * several threads never mix. It has at most PIPE_BUF bytes (POSIX promises that a pipe takes so many as
 * one piece): a value is cut at 1,000 bytes, and a field that no longer fits is left out, which
 * cut=true tells.
 *
 * The caller is never blocked. The descriptor may be shared with others, so its flags are not ours to
 * change: a socket (as systemd gives) is written with MSG_DONTWAIT, everything else only when poll says
 * that there is room. What cannot be written at once is dropped and counted, and the line that next
 * gets through carries dropped=N. A socket may take a part of a line; then that line counts as dropped
 * and the next one begins with a line break.
 *
 * Values are written as they are when they consist of plain ASCII, and else as a JSON string, whose
 * escapes leave no way to break a line, fake a field or steer a terminal. Secrets are taken out first, by
 * value, from the bytes as they came: each run of bytes that belongs to some secret becomes ***.
 *
 * The sink is the one global of the program: log lines have no caller who could hand it over. Level and
 * descriptor are set before there are threads; the rest is behind the lock, or atomic. A secret is never taken
 * off its list, so that lines may be composed while another one comes.
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/utf8.h"

enum {
    MAX_LINE = PIPE_BUF,
    MAX_VALUE = 1000,
    MAX_TAIL = 48, /* " cut=true", " dropped=" with 20 digits, and the line break */
    MIN_SECRET = 4,
    SECRETS_MAX = 512,
};

static const char *const LEVELS[] = {
    [LEVEL_DEBUG] = "debug",
    [LEVEL_INFO] = "info",
    [LEVEL_WARN] = "warn",
    [LEVEL_ERROR] = "error",
};

static struct {
    enum log_level level;
    int descriptor;
    char *secrets[SECRETS_MAX]; /* those below secret_count are there for good */
    _Atomic size_t secret_count;
    pthread_mutex_t lock;
    uint64_t untold;  /* lines dropped since the last one that got through */
    bool is_torn;     /* the last line went out in part */
    _Atomic uint64_t dropped;
} sink = { .level = LEVEL_INFO, .descriptor = STDERR_FILENO, .lock = PTHREAD_MUTEX_INITIALIZER };

int log_level_parse(const char *name)
{
    for (size_t i = 0; i < sizeof LEVELS / sizeof LEVELS[0]; i++)
        if (strcasecmp(LEVELS[i], name) == 0)
            return (int)i;
    return -1;
}

void log_open(enum log_level level, int descriptor)
{
    sink.level = level;
    sink.descriptor = descriptor;
}

static bool is_hidden(const char *secret, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(sink.secrets[i], secret) == 0)
            return true;
    return false;
}

void log_hide(const char *secret)
{
    size_t count;

    if (secret == NULL || strlen(secret) < MIN_SECRET)
        return;
    pthread_mutex_lock(&sink.lock);
    count = atomic_load(&sink.secret_count);
    if (count < SECRETS_MAX && !is_hidden(secret, count)) {
        sink.secrets[count] = alloc_text(secret);
        atomic_store(&sink.secret_count, count + 1);
    }
    pthread_mutex_unlock(&sink.lock);
}

uint64_t log_dropped(void)
{
    return atomic_load(&sink.dropped);
}

/* Length of the longest secret that the text begins with, or 0. */
static size_t secret_at(const char *text, size_t len)
{
    size_t longest = 0, count = atomic_load(&sink.secret_count);

    for (size_t i = 0; i < count; i++) {
        size_t secret_len = strlen(sink.secrets[i]);

        if (secret_len > longest && secret_len <= len && memcmp(sink.secrets[i], text, secret_len) == 0)
            longest = secret_len;
    }
    return longest;
}

/* Secrets may overlap: a run ends where the last one that began inside it ends. */
static void add_without_secrets(const char *text, size_t len, struct buf *out)
{
    size_t hidden_to = 0;

    for (size_t i = 0; i < len; i++) {
        size_t secret = secret_at(text + i, len - i);

        if (secret > 0) {
            if (i >= hidden_to)
                buf_add_text(out, "***");
            if (i + secret > hidden_to)
                hidden_to = i + secret;
        }
        if (i >= hidden_to)
            buf_add_char(out, text[i]);
    }
}

static bool is_plain(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (text[i] <= ' ' || text[i] > '~' || text[i] == '"' || text[i] == '=' || text[i] == '\\')
            return false;
    return len > 0;
}

static void add_value(const char *text, struct buf *line)
{
    struct buf shown = { 0 }, repaired = { 0 };

    add_without_secrets(text, strlen(text), &shown);
    utf8_repair(buf_text(&shown), shown.len, &repaired);
    if (repaired.len > MAX_VALUE) {
        buf_truncate(&repaired, utf8_floor(repaired.data, repaired.len, MAX_VALUE));
        buf_add_text(&repaired, "…");
    }
    if (is_plain(buf_text(&repaired), repaired.len))
        buf_add(line, repaired.data, repaired.len);
    else
        json_quote(buf_text(&repaired), repaired.len, line);
    buf_release(&shown);
    buf_release(&repaired);
}

/* Appends one field, or leaves it out when the line would grow too long. */
static void add_field(const char *key, const char *value, struct buf *line, bool *is_cut)
{
    size_t before = line->len;

    buf_addf(line, " %s=", key);
    add_value(value, line);
    if (line->len > MAX_LINE - MAX_TAIL) {
        buf_truncate(line, before);
        *is_cut = true;
    }
}

static void compose(enum log_level level, const char *event, const struct log_field *fields, struct buf *line)
{
    bool is_cut = false;

    buf_add_text(line, "ts=");
    clock_format_utc(clock_wall_ms(), line);
    buf_addf(line, " level=%s", LEVELS[level]);
    add_field("event", event, line, &is_cut);
    for (; fields->key != NULL; fields++) {
        char number[24];

        snprintf(number, sizeof number, "%lld", (long long)fields->number);
        add_field(fields->key, fields->text != NULL ? fields->text : number, line, &is_cut);
    }
    if (is_cut)
        buf_add_text(line, " cut=true");
}

/* How many bytes were taken at once; 0 when there is no room or nobody to read. */
static size_t put(const char *bytes, size_t len)
{
    ssize_t taken = send(sink.descriptor, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL);

    if (taken < 0 && errno == ENOTSOCK) {
        struct pollfd room = { .fd = sink.descriptor, .events = POLLOUT };

        /* A pipe without a reader shows POLLERR beside POLLOUT; writing to it would raise SIGPIPE. */
        if (poll(&room, 1, 0) != 1 || room.revents != POLLOUT)
            return 0;
        taken = write(sink.descriptor, bytes, len);
    }
    return taken > 0 ? (size_t)taken : 0;
}

static void put_line(struct buf *line)
{
    pthread_mutex_lock(&sink.lock);
    if (sink.untold > 0)
        buf_addf(line, " dropped=%llu", (unsigned long long)sink.untold);
    buf_add_char(line, '\n');
    if (sink.is_torn)
        sink.is_torn = put("\n", 1) != 1;
    size_t taken = sink.is_torn ? 0 : put(line->data, line->len);
    if (taken == line->len) {
        sink.untold = 0;
    } else {
        sink.untold++;
        atomic_fetch_add(&sink.dropped, 1);
        sink.is_torn = sink.is_torn || taken > 0;
    }
    pthread_mutex_unlock(&sink.lock);
}

void log_write(enum log_level level, const char *event, const struct log_field *fields)
{
    struct buf line = { 0 };

    if (level < sink.level)
        return;
    int kept = errno; /* a caller may log first and report errno second */
    compose(level, event, fields, &line);
    put_line(&line);
    buf_release(&line);
    errno = kept;
}
