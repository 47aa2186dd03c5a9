/*
 * summary: see the header.
 */
#include <string.h>

#include "desk/story.h"
#include "desk/summary.h"
#include "text/cluster.h"
#include "text/fold.h"

bool summary_is_courtesy(const char *text)
{
    return fold_is_empty(text, strlen(text));
}

bool summary_is_worth_it(const struct story *story)
{
    for (size_t i = 0; i < story->text_count; i++)
        if (story->texts[i].voice == VOICE_CUSTOMER && !summary_is_courtesy(story->texts[i].text))
            return true;
    return false;
}

void summary_write(const struct story *story, struct buf *out)
{
    struct buf text = { 0 };

    for (size_t i = 0; i < story->text_count; i++)
        if (story->texts[i].voice == VOICE_CUSTOMER)
            buf_addf(&text, "%s%s", text.len > 0 ? " / " : "", story->texts[i].text);
    fold_text(buf_text(&text), text.len, out);
    buf_truncate(out, cluster_floor(buf_text(out), out->len, SUMMARY_MAX));
    buf_release(&text);
}
