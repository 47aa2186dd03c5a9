/*
 * option_words: see the header.
 */
#include <string.h>

#include "ctl/option_words.h"

#define WORDS(...) (const char *const[]){ __VA_ARGS__, NULL }

static const struct {
    const char *pattern; /* NULL: wherever the option is taken */
    enum option_id id;
    const char *const *words;
} TABLE[] = {
    { NULL, OPTION_OWNER, WORDS("bot", "agent", "closed") },
    /* As in desk/story.h. */
    { NULL, OPTION_OUTCOME, WORDS("answered", "unanswered", "person", "flow_done", "flow_left", "opted_out") },
    { "search TEXT...", OPTION_BY, WORDS("time", "relevance") },
    { NULL, OPTION_KIND, WORDS("shop", "restaurant", "service") },
    { "init DIR", OPTION_LANGUAGE, WORDS("en", "ko", "es") },
    { "outbox list", OPTION_STATE,
      WORDS("waiting", "due", "claimed", "accepted", "held", "withheld", "expired", "dead", "unknown", "pending", "trouble") },
    { "webhooks list", OPTION_STATE, WORDS("raw", "read", "duplicate", "unreadable", "aside", "trouble") },
    { "stats", OPTION_BY, WORDS("day", "who", "rule", "question", "backend") },
    { "usage", OPTION_BY, WORDS("day", "backend", "rule", "contact") },
    { "rules tell [DIR]", OPTION_LANGUAGE, WORDS("en", "ko") },
};

const char *const *option_words(const char *pattern, enum option_id id)
{
    for (size_t i = 0; i < sizeof TABLE / sizeof *TABLE; i++)
        if (TABLE[i].id == id && (TABLE[i].pattern == NULL || strcmp(TABLE[i].pattern, pattern) == 0))
            return TABLE[i].words;
    return NULL;
}

void option_explain(const char *pattern, enum option_id id, struct buf *out)
{
    const char *const *words = option_words(pattern, id);

    buf_add_text(out, command_options[id].help);
    for (size_t i = 0; words != NULL && words[i] != NULL; i++)
        buf_addf(out, "%s%s", i == 0 ? ": " : ", ", words[i]);
}
