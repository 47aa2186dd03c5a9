/*
 * alloc: memory that is there or ends the process.
 *
 * frontdesk keeps nothing in memory that is not also on disk, and its recovery after a kill is tested
 * at every commit. A failed allocation therefore ends the process at once and the supervisor starts
 * a new one: no caller has a half-tested path for "out of memory". The last words go out by write(),
 * for printf may itself need memory.
 *
 * Every size is multiplied under an overflow check. A request of zero bytes is served with one byte,
 * so that NULL never means anything but "nothing was asked for". Requests beyond PTRDIFF_MAX are
 * treated like an overflow: they are always a mistake in the caller's arithmetic.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"

static _Noreturn void give_up(void)
{
    static const char words[] = "frontdesk: out of memory, the process ends here\n";

    ssize_t ignored = write(STDERR_FILENO, words, sizeof words - 1);
    (void)ignored;
    abort();
}

static size_t total_size(size_t count, size_t size)
{
    size_t total;

    if (__builtin_mul_overflow(count, size, &total) || total > PTRDIFF_MAX)
        give_up();
    return total > 0 ? total : 1;
}

void *alloc_array(size_t count, size_t size)
{
    void *memory = calloc(1, total_size(count, size));

    if (memory == NULL)
        give_up();
    return memory;
}

void *alloc_new(size_t size)
{
    return alloc_array(1, size);
}

void *alloc_resize(void *old, size_t count, size_t size)
{
    void *memory = realloc(old, total_size(count, size));

    if (memory == NULL)
        give_up();
    return memory;
}

char *alloc_bytes(const char *bytes, size_t len)
{
    if (len >= PTRDIFF_MAX)
        give_up();
    char *copy = alloc_resize(NULL, len + 1, 1);

    if (len > 0)
        memcpy(copy, bytes, len);
    copy[len] = '\0';
    return copy;
}

char *alloc_text(const char *text)
{
    return text != NULL ? alloc_bytes(text, strlen(text)) : NULL;
}
