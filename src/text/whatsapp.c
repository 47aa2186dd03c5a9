/*
 * whatsapp: see the header. Who reads a line goes along it once per kind of mark; the first mark that may
 * close ends a run, as on the phone.
 */
#include <string.h>

#include "base/utf8.h"
#include "text/fold.h"
#include "text/letters.h"
#include "text/whatsapp.h"

bool whatsapp_is_word(uint32_t code)
{
    return letter_kind(code) != LETTER_SIGN;
}

/* The character before offset `at` > 0. */
static uint32_t code_before(const char *line, size_t at)
{
    size_t start = at - 1;
    uint32_t code;

    while (start > 0 && at - start < 4 && ((unsigned char)line[start] & 0xc0) == 0x80)
        start--;
    utf8_decode(line + start, at - start, &code);
    return code;
}

static bool is_word_before(const char *line, size_t at)
{
    return at > 0 && whatsapp_is_word(code_before(line, at));
}

static bool is_word_behind(const char *line, size_t len, size_t at)
{
    uint32_t code;

    return utf8_decode(line + at, len - at, &code) > 0 && whatsapp_is_word(code);
}

bool whatsapp_may_open(const char *line, size_t len, size_t start, size_t end)
{
    uint32_t code;

    return !is_word_before(line, start) && utf8_decode(line + end, len - end, &code) > 0 &&
           !fold_is_blank(code);
}

bool whatsapp_may_close(const char *line, size_t len, size_t start, size_t end)
{
    return start > 0 && !fold_is_blank(code_before(line, start)) && !is_word_behind(line, len, end);
}

/* Where the run of this mark begins that is open at `at`; len when none is. */
static size_t find_open(const char *line, size_t len, char mark, size_t at)
{
    size_t opened = len;

    for (size_t i = 0; i < len && (i < at || opened < len); i++) {
        if (line[i] != mark)
            continue;
        if (opened < len && i > opened + 1 && whatsapp_may_close(line, len, i, i + 1)) {
            if (i >= at)
                return opened;
            opened = len;
        } else if (opened == len && whatsapp_may_open(line, len, i, i + 1))
            opened = i;
    }
    return len;
}

void whatsapp_open_at(const char *line, size_t len, size_t at, char open[WHATSAPP_OPEN_MAX])
{
    size_t starts[WHATSAPP_OPEN_MAX];
    size_t count = 0;

    for (const char *mark = WHATSAPP_MARKS; *mark != '\0'; mark++) {
        size_t start = find_open(line, len, *mark, at), place = count;

        if (start >= at)
            continue;
        for (; place > 0 && starts[place - 1] > start; place--) {
            starts[place] = starts[place - 1];
            open[place] = open[place - 1];
        }
        starts[place] = start;
        open[place] = *mark;
        count++;
    }
    open[count] = '\0';
}
