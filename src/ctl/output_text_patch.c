/*
 * output_text_patch: what differs, for people: the file as a heading, then its lines with their numbers, a sign in
 * front of those that went and came. Lines are never cut: the difference may stand at the end of a long one.
 */
#include <string.h>

#include "ctl/output_text.h"
#include "ctl/show.h"
#include "text/patch.h"

static const struct {
    const char *sign, *style;
} LOOKS[] = {
    [PATCH_SAME] = { " ", NULL },
    [PATCH_GONE] = { "-", RED },
    [PATCH_NEW] = { "+", GREEN },
    [PATCH_GAP] = { " ", DIM },
};

static void add_heading(struct output *output, const char *file)
{
    struct buf shown = { 0 };

    text_begin_thing(output);
    show_text(file, strlen(file), SHOW_CELL, &shown);
    text_add_styled(output, CYAN, buf_text(&shown), shown.len);
    buf_add_char(&output->buf, '\n');
    buf_release(&shown);
    output->patch_file = file;
}

void text_patch_line(struct output *output, const char *file, const struct patch_line *line)
{
    struct buf shown = { 0 };

    if (output->patch_file == NULL || strcmp(output->patch_file, file) != 0)
        add_heading(output, file);
    if (line->kind == PATCH_GAP) {
        buf_add_text(&shown, "      …");
    } else {
        buf_addf(&shown, "%s%5zu  ", LOOKS[line->kind].sign, line->after != 0 ? line->after : line->before);
        show_text(line->text, line->len, SHOW_CELL, &shown);
    }
    text_add_styled(output, LOOKS[line->kind].style, buf_text(&shown), shown.len);
    buf_add_char(&output->buf, '\n');
    buf_release(&shown);
    text_flush(output);
}
