/*
 * unfold: see the header.
 */
#include <string.h>

#include <utf8proc.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "text/fold.h"
#include "text/unfold.h"

/* Where the cluster that begins at `at` ends. */
static size_t cluster_end(const char *text, size_t len, size_t at)
{
    utf8proc_int32_t state = 0;
    uint32_t before, code;
    size_t step = utf8_decode(text + at, len - at, &before);

    for (at += step > 0 ? step : 1; at < len; at += step > 0 ? step : 1) {
        step = utf8_decode(text + at, len - at, &code);
        if (utf8proc_grapheme_break_stateful((utf8proc_int32_t)before, (utf8proc_int32_t)code, &state))
            break;
        before = code;
    }
    return at;
}

/* As in a whole text: of blanks that meet one is left, and none leads. */
static void add_folded(const char *piece, size_t len, struct buf *joined)
{
    size_t before = joined->len;
    bool is_behind_blank = before == 0 || joined->data[before - 1] == ' ';

    fold_piece(piece, len, joined);
    if (is_behind_blank && joined->len > before && joined->data[before] == ' ') {
        memmove(joined->data + before, joined->data + before + 1, joined->len - before - 1);
        buf_truncate(joined, joined->len - 1);
    }
}

static bool is_folded_so(const char *text, size_t len, const struct buf *joined, size_t until)
{
    struct buf folded = { 0 };
    bool is_so;

    fold_text(text, len, &folded);
    is_so = folded.len >= until && joined->len >= until && memcmp(folded.data, joined->data, until) == 0;
    buf_release(&folded);
    return is_so;
}

static bool is_blank(const struct buf *joined, size_t from)
{
    return joined->len == from + 1 && joined->data[from] == ' ';
}

bool unfold_span(const char *text, size_t len, struct span folded, struct span *written)
{
    struct span found = { len, 0 };
    struct buf joined = { 0 };
    size_t end, before = 0;
    bool is_so;

    for (size_t at = 0; at < len && before < folded.end; at = end, before = joined.len) {
        end = cluster_end(text, len, at);
        add_folded(text + at, end - at, &joined);
        if (joined.len <= folded.start || joined.len == before || is_blank(&joined, before))
            continue;
        if (found.start > at)
            found.start = at;
        found.end = end;
    }
    is_so = folded.start < folded.end && found.start < found.end && is_folded_so(text, len, &joined, folded.end);
    buf_release(&joined);
    if (is_so)
        *written = found;
    return is_so;
}
