/*
 * Any source: what compiles renders within the maximum as valid UTF-8, twice the same; and more room only
 * lengthens the text, but for the last character that now fits. A source without braces renders as itself. An
 * error names its column.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "text/template.h"

enum { SMALL = 50, LARGE = 1 << 20 };

static void require(bool holds)
{
    if (!holds)
        abort();
}

/* Values that try the filters; the name decides which. */
static bool look_up(void *context, const char *name, struct buf *value)
{
    static const char *const VALUES[] = { "",           "Zoé",  "안녕하세요 👩‍👩‍👧",
                                          "1778578200", "12.5", "2026-05-12T09:30:00+09:00",
                                          "{{ x }}",    " \t ", "-0.005" };
    size_t pick = (unsigned char)name[0] % (sizeof VALUES / sizeof VALUES[0] + 1);

    (void)context;
    if (pick == sizeof VALUES / sizeof VALUES[0])
        return false;
    buf_add_text(value, VALUES[pick]);
    return true;
}

static void check_render(const struct template *template, const char *source)
{
    const struct template_env env = { .lookup = look_up };
    struct buf all = { 0 };
    struct buf some = { 0 };

    template_render(template, &env, LARGE, &all);
    template_render(template, &env, SMALL, &some);
    require(all.len <= LARGE && utf8_is_valid(buf_text(&all), all.len));
    require(some.len == utf8_floor(buf_text(&all), all.len, all.len < SMALL ? all.len : SMALL));
    require(memcmp(buf_text(&some), buf_text(&all), some.len) == 0);
    if (strpbrk(source, "{}") == NULL)
        require(strcmp(source, buf_text(&all)) == 0);
    buf_release(&all);
    buf_release(&some);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *source = alloc_bytes((const char *)data, size);
    struct error error = { 0 };
    struct template *template = template_new(source, &error);

    if (template == NULL)
        require(strncmp(error.text, "column ", 7) == 0);
    else
        check_render(template, source);
    template_free(template);
    free(source);
    return 0;
}
