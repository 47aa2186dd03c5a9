/*
 * flood_phrase: see the header.
 */
#include <string.h>

#include "rules/flood_phrase.h"
#include "rules/house_phrase.h"
#include "rules/variable.h"

static const char NAME[] = "flood_notice";

static const char *const TEXTS[HOUSE_LANGUAGES] = {
    [HOUSE_ENGLISH] = "That is more than I can follow: too many messages at once, or the same one again and again. I will be "
                      "quiet for a while. Please write to us again a little later.",
    [HOUSE_KOREAN] = "한꺼번에 너무 많은 메시지가 오거나 같은 메시지가 되풀이되고 있어서 잠시 답장을 쉴게요. 조금 뒤에 다시 "
                     "메시지를 보내 주세요.",
    [HOUSE_SPANISH] = "Me llegan demasiados mensajes a la vez, o el mismo una y otra vez, así que me callo un rato. Por favor, "
                      "escríbenos de nuevo un poco más tarde.",
};

const struct template *flood_phrase(const struct ruleset *ruleset, const char *language, const char **built_in)
{
    size_t ours;
    const struct phrase *own = house_phrase_find(ruleset, NAME, language, &ours);
    *built_in = TEXTS[ours];
    return own != NULL ? own->text : NULL;
}

int flood_phrase_check(const struct ruleset *ruleset, const struct phrase *phrase, struct error *error)
{
    if (strcmp(phrase->name, NAME) != 0 || variable_check_template(ruleset, phrase->text, NULL, error) == 0)
        return 0;
    return error_prefix(error, "%s:%d: text", phrase->file, phrase->line);
}
