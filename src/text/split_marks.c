/*
 * split_marks: see the header. Every part leaves room for what may have to be added to it, and knows from the
 * one before what was open; what is open at its own end is read from the line in which it ends, of the whole
 * text.
 */
#include <string.h>

#include "base/utf8.h"
#include "text/split_marks.h"

/* Two fences with their line breaks, or a mark of each kind twice. */
enum { ADDED_MAX = 2 * (sizeof WHATSAPP_FENCE - 1 + 1) };

/* Is an odd number of fences in it? */
static bool toggles_fence(const char *text, size_t len)
{
    size_t fence = strlen(WHATSAPP_FENCE);
    bool is_odd = false;

    for (const char *at = text; (at = memmem(at, len - (size_t)(at - text), WHATSAPP_FENCE, fence)) != NULL;
         at += fence)
        is_odd = !is_odd;
    return is_odd;
}

/* What is left of a part; its text is the whole's. */
struct piece {
    const char *text;
    size_t len;
};

/* A fence at the very end would be closed with nothing inside: it is the next part's to open. */
static bool drop_opening(struct piece *piece)
{
    size_t fence = strlen(WHATSAPP_FENCE);

    if (piece->len < fence || memcmp(piece->text + piece->len - fence, WHATSAPP_FENCE, fence) != 0)
        return false;
    piece->len -= fence;
    while (piece->len > 0 && strchr(" \n", piece->text[piece->len - 1]) != NULL)
        piece->len--;
    return true;
}

/* And one at the very beginning closes what the part before has closed already. */
static bool drop_closing(struct piece *piece)
{
    size_t fence = strlen(WHATSAPP_FENCE), blanks;

    if (piece->len < fence || memcmp(piece->text, WHATSAPP_FENCE, fence) != 0)
        return false;
    blanks = strspn(piece->text + fence, " \n");
    if (blanks > piece->len - fence)
        blanks = piece->len - fence;
    piece->text += fence + blanks;
    piece->len -= fence + blanks;
    return true;
}

static void open_again(struct split_marks *split, struct buf *part)
{
    if (split->is_fenced)
        buf_add_text(part, WHATSAPP_FENCE "\n");
    else
        buf_add_text(part, split->open);
    split->open[0] = '\0';
}

/* What is open at offset `end` of the text, which lies in no fence. */
static void read_open(struct split_marks *split, size_t end)
{
    const char *text = split->split.text;
    const char *before = memrchr(text, '\n', end), *behind = memchr(text + end, '\n', split->split.len - end);
    size_t start = before != NULL ? (size_t)(before - text) + 1 : 0;
    size_t line_end = behind != NULL ? (size_t)(behind - text) : split->split.len;

    whatsapp_open_at(text + start, line_end - start, end - start, split->open);
}

/* At the end of the whole text nothing is closed that its writer left open. */
static void close_again(struct split_marks *split, size_t end, struct buf *part)
{
    if (split->split.at == split->split.len)
        return;
    if (split->is_fenced) {
        buf_add_text(part, "\n" WHATSAPP_FENCE);
        return;
    }
    read_open(split, end);
    for (size_t i = strlen(split->open); i > 0; i--)
        buf_add_char(part, split->open[i - 1]);
}

/* What is cut needs room for marks; what is whole does not. */
static size_t room_of(const struct split_marks *split, size_t max)
{
    size_t rest = split->split.len - split->split.at;
    bool is_whole = !split->is_fenced && split->open[0] == '\0' && rest / 4 <= max &&
                    utf8_count(split->split.text + split->split.at, rest) <= max;

    return is_whole ? max : max - ADDED_MAX;
}

int split_marks_next(struct split_marks *split, size_t max, struct buf *part)
{
    struct piece piece;

    buf_clear(part);
    if (max < SPLIT_MARKS_MIN)
        max = SPLIT_MARKS_MIN;
    while (split_next(&split->split, room_of(split, max), &piece.text, &piece.len) == 1) {
        bool is_fenced, is_dropped;

        if (split->is_fenced && drop_closing(&piece))
            split->is_fenced = false;
        is_fenced = split->is_fenced != toggles_fence(piece.text, piece.len);
        is_dropped = is_fenced && drop_opening(&piece);
        if (piece.len > 0)
            open_again(split, part);
        split->is_fenced = is_fenced;
        if (piece.len == 0)
            continue;
        buf_add(part, piece.text, piece.len);
        if (!is_dropped)
            close_again(split, (size_t)(piece.text - split->split.text) + piece.len, part);
        return 1;
    }
    return 0;
}
