#include <string.h>

#include "base/paragraph.h"

void paragraph_add(const char *text, int column, struct buf *out)
{
    int at = column;

    while (*text != '\0') {
        int len = (int)strcspn(text, " ");
        if (at > column && at + 1 + len > PARAGRAPH_WIDTH) {
            buf_addf(out, "\n%*s", column, "");
            at = column;
        } else if (at > column) {
            buf_add_char(out, ' ');
            at++;
        }
        buf_add(out, text, (size_t)len);
        at += len;
        text += len + (text[len] == ' ');
    }
    buf_add_char(out, '\n');
}
