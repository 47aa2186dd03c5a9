/*
 * list_phrase: see the header.
 */
#include <string.h>

#include "base/utf8.h"
#include "rules/house_phrase.h"
#include "rules/list_phrase.h"
#include "text/defuse.h"
#include "text/fold.h"

enum { RENDERED_MAX = 1024 };

static const struct {
    const char *name, *place;
    size_t most;
    const char *texts[HOUSE_LANGUAGES];
} PHRASES[LIST_PHRASE_COUNT] = {
    [LIST_BUTTON] = { "list_button",
                      "on the button of a list",
                      LIST_BUTTON_MAX,
                      { [HOUSE_ENGLISH] = "Choose", [HOUSE_KOREAN] = "선택하기", [HOUSE_SPANISH] = "Elegir" } },
    [LIST_TITLE] = { "list_title",
                     "over the rows of a list",
                     LIST_TITLE_MAX,
                     { [HOUSE_ENGLISH] = "Choices", [HOUSE_KOREAN] = "선택 항목", [HOUSE_SPANISH] = "Opciones" } },
};

static void render(const struct phrase *phrase, struct buf *out)
{
    template_render(phrase->text, &(struct template_env){ 0 }, RENDERED_MAX, out);
}

void list_phrase_render(const struct ruleset *ruleset, enum list_phrase phrase, const char *language, struct buf *out)
{
    size_t built_in;
    const struct phrase *own = house_phrase_find(ruleset, PHRASES[phrase].name, language, &built_in);
    if (own != NULL)
        render(own, out);
    else
        buf_add_text(out, PHRASES[phrase].texts[built_in]);
}

/* As it leaves: in one line, and nothing in it that Braze would evaluate. */
static int check_text(const struct phrase *phrase, size_t most, const char *place, struct error *error)
{
    struct buf text = { 0 }, clean = { 0 };
    render(phrase, &text);
    defuse_text(buf_text(&text), true, &clean);
    size_t count = utf8_count(buf_text(&clean), clean.len);
    int result = 0;
    if (fold_is_empty(buf_text(&clean), clean.len))
        result = error_set(error, "%s:%d: the phrase %s stands %s and must not be blank", phrase->file, phrase->line,
                           phrase->name, place);
    else if (count > most)
        result = error_set(error, "%s:%d: the phrase %s has %zu characters; WhatsApp shows at most %zu %s", phrase->file,
                           phrase->line, phrase->name, count, most, place);
    buf_release(&text);
    buf_release(&clean);
    return result;
}

int list_phrase_check(const struct phrase *phrase, struct error *error)
{
    for (size_t i = 0; i < LIST_PHRASE_COUNT; i++) {
        if (strcmp(PHRASES[i].name, phrase->name) != 0)
            continue;
        if (template_name_count(phrase->text) > 0)
            return error_set(error, "%s:%d: the phrase %s stands %s, where nothing is known but the customer's language; "
                                    "write it without {{ %s }}",
                             phrase->file, phrase->line, phrase->name, PHRASES[i].place, template_name(phrase->text, 0));
        return check_text(phrase, PHRASES[i].most, PHRASES[i].place, error);
    }
    return 0;
}
