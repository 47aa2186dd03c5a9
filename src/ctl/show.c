/*
 * show: see the header. The only function through which data reaches a terminal or a CSV file; keep it so.
 *
 * The escapes are for reading, not for reading back: a customer who types a backslash and an n looks the same
 * as one who sent a line feed. Who needs the exact bytes asks for --json.
 */
#include <stdint.h>
#include <string.h>

#include "base/utf8.h"
#include "ctl/show.h"

static void show_byte(unsigned char byte, struct buf *out)
{
    static const char codes[] = "\n\r\t\b", names[] = "nrtb";
    const char *known = byte != 0 ? strchr(codes, byte) : NULL;

    if (known != NULL)
        buf_addf(out, "\\%c", names[known - codes]);
    else
        buf_addf(out, "\\x%02x", byte);
}

void show_text(const char *text, size_t len, enum show_form form, struct buf *out)
{
    size_t at = 0;

    while (at < len) {
        uint32_t code;
        size_t taken = utf8_decode(text + at, len - at, &code);
        unsigned char byte = (unsigned char)text[at];

        if (byte == '\n' && form == SHOW_LINES)
            buf_add_char(out, '\n');
        else if (taken == 0 || byte < 0x20 || byte == 0x7f)
            show_byte(byte, out);
        else if (utf8_is_control(code))
            buf_addf(out, "\\u{%x}", (unsigned)code);
        else
            buf_add(out, text + at, taken);
        at += taken > 0 ? taken : 1;
    }
}
