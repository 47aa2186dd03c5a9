/*
 * buf: bytes that grow.
 *
 * The zero value is valid, empty and releasable. `data` is NUL-terminated behind `len` whenever it is
 * not NULL; the bytes may themselves hold NUL. Text goes out of functions through a caller's buf, to
 * which they append. Not shared between threads.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stddef.h>

struct buf {
    char *data;
    size_t len;
    size_t cap;
};

void buf_release(struct buf *buf);                    /* frees, back to the zero value */
void buf_clear(struct buf *buf);                      /* empties, keeps the memory */
void buf_truncate(struct buf *buf, size_t len);       /* len <= buf->len */
void buf_reserve(struct buf *buf, size_t more);       /* room for `more` further bytes and the NUL */
void buf_add(struct buf *buf, const void *bytes, size_t len);
void buf_add_text(struct buf *buf, const char *text); /* NULL adds nothing */
void buf_addf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_addv(struct buf *buf, const char *format, va_list args) __attribute__((format(printf, 2, 0)));
const char *buf_text(const struct buf *buf);          /* never NULL: "" when empty */
char *buf_detach(struct buf *buf);                    /* gives the memory away (never NULL); free() it */

/* Here, since texts are built of single characters in the innermost loops. */
static inline void buf_add_char(struct buf *buf, char c)
{
    if (buf->cap - buf->len < 2)
        buf_reserve(buf, 1);
    buf->data[buf->len++] = c;
    buf->data[buf->len] = '\0';
}

#endif
