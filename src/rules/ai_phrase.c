/*
 * ai_phrase: see the header.
 */
#include <stdlib.h>
#include <string.h>

#include "rules/ai_phrase.h"
#include "rules/build_backend.h"
#include "text/fold.h"

enum { RENDERED_MAX = 4096 };

static const struct {
    const char *name, *texts[HOUSE_LANGUAGES];
} PHRASES[AI_PHRASE_COUNT] = {
    [AI_SAYS_SORRY] = { "sorry",
                        { [HOUSE_ENGLISH] = "I am sorry, I cannot answer this right now. Please try again a little later.",
                          [HOUSE_KOREAN] = "죄송해요, 지금은 답해 드릴 수 없어요. 잠시 후 다시 메시지를 보내 주세요.",
                          [HOUSE_SPANISH] = "Lo siento, ahora mismo no puedo responder a esto. Por favor, inténtalo de "
                                            "nuevo un poco más tarde." } },
    [AI_SAYS_HANDOFF] = { "ai_handoff",
                          { [HOUSE_ENGLISH] = "One moment, a colleague will answer you.",
                            [HOUSE_KOREAN] = "잠시만요, 담당자가 답해 드릴게요.",
                            [HOUSE_SPANISH] = "Un momento, te responderá un compañero." } },
    [AI_SAYS_NOTICE] = { "ai_notice", { NULL } },
};

void ai_phrases_init(struct ruleset *ruleset)
{
    for (size_t i = 0; i < AI_PHRASE_COUNT; i++)
        for (size_t j = 0; j < HOUSE_LANGUAGES; j++)
            if (PHRASES[i].texts[j] != NULL &&
                (ruleset->private->backend->phrases[i][j] = template_new(PHRASES[i].texts[j], NULL)) == NULL)
                abort();
}

void ai_phrases_release(struct ruleset *ruleset)
{
    for (size_t i = 0; i < AI_PHRASE_COUNT; i++)
        for (size_t j = 0; j < HOUSE_LANGUAGES; j++)
            template_free(ruleset->private->backend->phrases[i][j]);
}

const struct template *rules_ai_phrase_built_in(const struct ruleset *ruleset, enum ai_phrase phrase, const char *language)
{
    size_t built_in;

    house_phrase_find(ruleset, PHRASES[phrase].name, language, &built_in);
    return ruleset->private->backend->phrases[phrase][built_in];
}

const struct template *rules_ai_phrase(const struct ruleset *ruleset, enum ai_phrase phrase, const char *language)
{
    size_t built_in;
    const struct phrase *own = house_phrase_find(ruleset, PHRASES[phrase].name, language, &built_in);
    if (own == NULL && phrase == AI_SAYS_NOTICE)
        own = ruleset_phrase(ruleset, PHRASES[phrase].name, language);
    return own != NULL ? own->text : ruleset->private->backend->phrases[phrase][built_in];
}

static bool is_name(const char *name)
{
    for (size_t i = 0; i < AI_PHRASE_COUNT; i++)
        if (strcmp(PHRASES[i].name, name) == 0)
            return true;
    return false;
}

/* The chain's end always speaks, so a text that is blank whoever hears it will not do. */
static bool is_blank(const struct phrase *phrase)
{
    struct buf text = { 0 };
    if (template_name_count(phrase->text) > 0)
        return false;
    template_render(phrase->text, &(struct template_env){ 0 }, RENDERED_MAX, &text);
    bool is_empty = fold_is_empty(buf_text(&text), text.len);
    buf_release(&text);
    return is_empty;
}

int ai_phrase_check(const struct ruleset *ruleset, const struct phrase *phrase, struct error *error)
{
    if (!is_name(phrase->name))
        return 0;
    if (is_blank(phrase))
        return error_set(error, "%s:%d: the phrase %s must not be blank", phrase->file, phrase->line, phrase->name);
    if (variable_check_template(ruleset, phrase->text, NULL, error) != 0)
        return error_prefix(error, "%s:%d: text", phrase->file, phrase->line);
    return 0;
}
