/*
 * buf: bytes that grow.
 *
 * Room doubles, so that a text built of n pieces costs O(n) copies. Invariant: data == NULL and
 * len == cap == 0, or cap > len and data[len] == '\0'; the NUL behind the bytes makes every buf of
 * text a C string at any moment. Growth past PTRDIFF_MAX aborts in alloc.
 *
 * The bytes that are added may not lie inside the buf itself: growing moves them. Formatted text is
 * measured first and written second, and therefore never cut.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"

enum { FIRST_ROOM = 64 };

void buf_release(struct buf *buf)
{
    free(buf->data);
    *buf = (struct buf){ 0 };
}

void buf_clear(struct buf *buf)
{
    buf_truncate(buf, 0);
}

void buf_truncate(struct buf *buf, size_t len)
{
    if (len > buf->len)
        abort();
    buf->len = len;
    if (buf->data != NULL)
        buf->data[len] = '\0';
}

void buf_reserve(struct buf *buf, size_t more)
{
    if (buf->cap > buf->len && more < buf->cap - buf->len)
        return;
    /* A sum that overflows becomes SIZE_MAX, which alloc refuses. */
    size_t need = more < SIZE_MAX - buf->len ? buf->len + more + 1 : SIZE_MAX;
    size_t room = buf->cap < SIZE_MAX / 2 ? buf->cap * 2 : SIZE_MAX;

    if (room < FIRST_ROOM)
        room = FIRST_ROOM;
    if (room < need)
        room = need;
    buf->data = alloc_resize(buf->data, room, 1);
    buf->cap = room;
    buf->data[buf->len] = '\0';
}

void buf_add(struct buf *buf, const void *bytes, size_t len)
{
    if (len == 0)
        return;
    buf_reserve(buf, len);
    memcpy(buf->data + buf->len, bytes, len);
    buf->len += len;
    buf->data[buf->len] = '\0';
}

void buf_add_text(struct buf *buf, const char *text)
{
    if (text != NULL)
        buf_add(buf, text, strlen(text));
}

void buf_addf(struct buf *buf, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    buf_addv(buf, format, args);
    va_end(args);
}

void buf_addv(struct buf *buf, const char *format, va_list args)
{
    va_list measure;

    if (format == NULL)
        abort();
    va_copy(measure, args);
    int len = vsnprintf(NULL, 0, format, measure);
    va_end(measure);
    if (len < 0)
        abort();
    buf_reserve(buf, (size_t)len);
    vsnprintf(buf->data + buf->len, (size_t)len + 1, format, args);
    buf->len += (size_t)len;
}

const char *buf_text(const struct buf *buf)
{
    return buf->data != NULL ? buf->data : "";
}

char *buf_detach(struct buf *buf)
{
    buf_reserve(buf, 0);
    char *data = buf->data;

    *buf = (struct buf){ 0 };
    return data;
}
