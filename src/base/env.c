/*
 * env: settings and secrets from outside.
 *
 * Three places, in this order: the variable, the file it names with _FILE, the file of its name in the
 * folder that systemd hands over (CREDENTIALS_DIRECTORY). The first that is set counts. A file that is
 * named but cannot be read is an error, never a reason to look on: a daemon that runs on with an
 * older secret than its owner believes would be worse. Only the credentials folder may lack a file, for
 * nobody has named it.
 *
 * A file of settings (env_load) is put into the environment, so that there is one place to look. It outranks
 * what was there: who names a file on the command line means that desk, whatever another one left in the shell.
 *
 * Names come from rule files too (backend.key_env). Since a name becomes a part of a path, only letters,
 * digits and underscores are taken. Values are C strings: a file with a NUL byte is refused. The
 * sentences of errors name the variable and the file, never a value.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/env.h"

enum { MAX_VALUE = 64 * 1024 };

static bool is_name(const char *name)
{
    static const char GOOD[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";

    return name[0] != '\0' && (name[0] < '0' || name[0] > '9') && name[strspn(name, GOOD)] == '\0';
}

/* NULL where it is not set, or empty. */
static const char *variable(const char *name)
{
    const char *value = getenv(name);

    return value != NULL && value[0] != '\0' ? value : NULL;
}

/* Reads on to the end, or to one byte more than is allowed. errno tells what went wrong. */
static int read_all(int descriptor, struct buf *out)
{
    while (out->len <= MAX_VALUE) {
        buf_reserve(out, 4096);
        ssize_t got = read(descriptor, out->data + out->len, 4096);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return (int)got;
        out->len += (size_t)got;
        out->data[out->len] = '\0';
    }
    errno = EFBIG;
    return -1;
}

static void cut_line_break(struct buf *text)
{
    if (text->len == 0 || text->data[text->len - 1] != '\n')
        return;
    buf_truncate(text, text->len - 1);
    if (text->len > 0 && text->data[text->len - 1] == '\r')
        buf_truncate(text, text->len - 1);
}

/* Editors of other systems begin a file with it, and nobody sees it. */
static void cut_byte_order_mark(struct buf *text)
{
    static const char MARK[] = "\xef\xbb\xbf";
    size_t len = sizeof MARK - 1;

    if (text->len < len || memcmp(text->data, MARK, len) != 0)
        return;
    memmove(text->data, text->data + len, text->len - len);
    buf_truncate(text, text->len - len);
}

/* 1, or 0 when the file is empty, or -1 with errno set. */
static int read_file(const char *path, struct buf *value)
{
    struct buf text = { 0 };
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

    if (descriptor < 0)
        return -1;
    int result = read_all(descriptor, &text);
    int reason = errno;
    close(descriptor);
    if (result == 0 && text.len > 0 && memchr(text.data, '\0', text.len) != NULL) {
        result = -1;
        reason = EILSEQ;
    }
    cut_byte_order_mark(&text);
    cut_line_break(&text);
    if (result == 0) {
        buf_add(value, text.data, text.len);
        result = text.len > 0;
    }
    buf_release(&text);
    errno = reason;
    return result;
}

static const char *reason_text(int reason)
{
    switch (reason) {
    case EFBIG:
        return "it is longer than 64 KiB";
    case EILSEQ:
        return "it holds a NUL byte; a value is plain text";
    default:
        return strerror(reason);
    }
}

static int get_named(const char *name, const char *path, struct buf *value, struct error *error)
{
    int result = read_file(path, value);

    if (result < 0)
        return error_set(error, "%s_FILE names the file %s, which cannot be read: %s.", name, path,
                         reason_text(errno));
    return result;
}

static int get_credential(const char *name, const char *folder, struct buf *value, struct error *error)
{
    struct buf path = { 0 };

    buf_addf(&path, "%s/%s", folder, name);
    int result = read_file(path.data, value);
    if (result < 0 && errno == ENOENT)
        result = 0;
    else if (result < 0)
        error_set(error, "The credential %s cannot be read: %s.", path.data, reason_text(errno));
    buf_release(&path);
    return result;
}

int env_get(const char *name, struct buf *value, struct error *error)
{
    if (!is_name(name))
        return error_set(error, "\"%s\" is no variable's name: use letters, digits and underscores.", name);
    const char *direct = variable(name);
    if (direct != NULL) {
        buf_add_text(value, direct);
        return 1;
    }
    struct buf file_name = { 0 };
    buf_addf(&file_name, "%s_FILE", name);
    const char *path = variable(file_name.data);
    buf_release(&file_name);
    if (path != NULL)
        return get_named(name, path, value, error);
    const char *folder = variable("CREDENTIALS_DIRECTORY");
    return folder != NULL ? get_credential(name, folder, value, error) : 0;
}

/* The value at `text`, without its quotes: 0, or -1 when a quote is not closed or something stands behind it. */
static int parse_value(const char *text, struct buf *value)
{
    char quote = *text == '"' || *text == '\'' ? *text : '\0';
    size_t len = strlen(text);

    while (quote == '\0' && len > 0 && strchr(" \t\r", text[len - 1]) != NULL)
        len--;
    if (quote == '\0') {
        buf_add(value, text, len);
        return 0;
    }
    for (text++; *text != quote; text++) {
        if (*text == '\\' && quote == '"' && text[1] != '\0')
            text++;
        if (*text == '\0')
            return -1;
        buf_add_char(value, *text);
    }
    return text[1 + strspn(text + 1, " \t\r")] == '\0' ? 0 : -1;
}

/* X_FILE from the file must count although X was set elsewhere. */
static void take_variable(const char *name, const char *value)
{
    static const char BEHIND[] = "_FILE";
    size_t len = strlen(name), end = sizeof BEHIND - 1;
    struct buf base = { 0 };

    setenv(name, value, 1);
    if (len > end && strcmp(name + len - end, BEHIND) == 0) {
        buf_add(&base, name, len - end);
        unsetenv(base.data);
    }
    buf_release(&base);
}

static int take_line(char *line, struct error *error)
{
    struct buf value = { 0 };
    char *sign;
    int result = 0;

    line += strspn(line, " \t\r");
    if (*line == '\0' || *line == '#')
        return 0;
    sign = strchr(line, '=');
    if (sign == NULL)
        return error_set(error, "a line is NAME=value, a blank one, or begins with #");
    *sign = '\0';
    if (!is_name(line))
        return error_set(error, "\"%.60s\" is no variable's name: letters, digits and underscores, and no blank "
                                "before the =", line);
    if (parse_value(sign + 1, &value) != 0)
        result = error_set(error, "the quotes around the value of %.60s do not close where it ends", line);
    else
        take_variable(line, buf_text(&value));
    buf_release(&value);
    return result;
}

int env_load(const char *path, struct error *error)
{
    struct buf text = { 0 };
    int result = read_file(path, &text), number = 0;

    if (result < 0)
        error_set(error, "The file of settings %s cannot be read: %s.", path, reason_text(errno));
    for (char *line = text.data; result > 0 && line != NULL;) {
        char *end = strchr(line, '\n');

        number++;
        if (end != NULL)
            *end++ = '\0';
        if (take_line(line, error) != 0)
            result = error_prefix(error, "%s:%d", path, number);
        line = end;
    }
    if (text.data != NULL)
        explicit_bzero(text.data, text.len);
    buf_release(&text);
    return result < 0 ? -1 : 0;
}

bool env_secret_equal(const char *given, size_t len, const char *secret, size_t secret_len)
{
    volatile unsigned char difference = len != secret_len || secret_len == 0;

    /* Each given byte is held against one of the secret's, even where the lengths settled the question. */
    for (size_t i = 0; i < len && secret_len > 0; i++)
        difference = difference | (unsigned char)(given[i] ^ secret[i % secret_len]);
    return difference == 0;
}
