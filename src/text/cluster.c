/*
 * cluster: see the header.
 */
#include <stdint.h>

#include <utf8proc.h>

#include "base/utf8.h"
#include "text/cluster.h"

size_t cluster_floor(const char *text, size_t len, size_t count)
{
    utf8proc_int32_t state = 0;
    size_t at = 0, cut = 0;
    uint32_t before = 0, code;

    for (size_t seen = 0; at < len; seen++) {
        size_t step = utf8_decode(text + at, len - at, &code);

        if (seen > 0 &&
            utf8proc_grapheme_break_stateful((utf8proc_int32_t)before, (utf8proc_int32_t)code, &state))
            cut = at;
        if (seen == count)
            return cut;
        before = code;
        at += step > 0 ? step : 1;
    }
    return len;
}
