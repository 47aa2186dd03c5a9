/*
 * flow_phrase: see the header. Every built-in sentence of a flow is here.
 *
 * An owner's text that renders to nothing is not known before it is said; the step looks at that.
 */
#include <stdlib.h>
#include <string.h>

#include "rules/build_flow.h"
#include "rules/flow_phrase.h"

/* By language: English, Korean, Spanish. */
static const char *const TEXTS[FLOW_PHRASE_COUNT][HOUSE_LANGUAGES] = {
    [FLOW_SAYS_RETRY] = { "Sorry, I did not understand that.", "죄송해요, 이해하지 못했어요.",
                          "Perdón, no lo he entendido." },
    [FLOW_SAYS_GAVE_UP] = { "Sorry, I cannot go on with this here. Please write to us once more.",
                            "죄송해요, 여기서는 더 진행할 수 없어요. 다시 한번 메시지를 보내 주세요.",
                            "Perdón, no puedo seguir con esto. Por favor, escríbenos otra vez." },
    [FLOW_SAYS_EXPIRED] = { "I have not heard from you for a while, so I stopped here ({{ title }}). Write to us when you "
                            "want to go on.",
                            "한동안 답장이 없어서 여기까지 할게요 ({{ title }}). 다시 시작하고 싶으면 메시지를 보내 주세요.",
                            "Hace un rato que no sé de ti, así que lo dejo aquí ({{ title }}). Escríbenos cuando quieras "
                            "seguir." },
    [FLOW_SAYS_REMINDER] = { "Are you still there?", "아직 계신가요?", "¿Sigues ahí?" },
    [FLOW_SAYS_RESUME] = { "Back to where we were ({{ title }}).", "아까 하던 이야기로 돌아갈게요 ({{ title }}).",
                           "Volvemos a lo de antes ({{ title }})." },
    [FLOW_SAYS_CANCELLED] = { "All right, that is cancelled ({{ title }}).", "네, 취소했어요 ({{ title }}).",
                              "De acuerdo, lo dejamos ({{ title }})." },
    [FLOW_SAYS_CHANGED] = { "Sorry, something has changed on our side and I cannot go on with this ({{ title }}). Please "
                            "write to us once more.",
                            "죄송해요, 저희 쪽 내용이 바뀌어서 더 진행할 수 없어요 ({{ title }}). 다시 한번 메시지를 보내 "
                            "주세요.",
                            "Perdón, algo ha cambiado por nuestra parte y no puedo seguir ({{ title }}). Por favor, "
                            "escríbenos otra vez." },
    [FLOW_SAYS_DONE] = { "That is all, thank you.", "모두 끝났어요. 고맙습니다.", "Eso es todo, gracias." },
    [FLOW_SAYS_HANDOFF] = { "One moment, a colleague will take over.", "잠시만요, 담당자에게 연결해 드릴게요.",
                            "Un momento, te paso con un compañero." },
    [FLOW_SAYS_ASK] = { "What is your answer?", "어떻게 할까요?", "¿Qué respondes?" },
};

void flow_phrases_init(struct ruleset *ruleset)
{
    for (size_t i = 0; i < FLOW_PHRASE_COUNT; i++)
        for (size_t j = 0; j < HOUSE_LANGUAGES; j++)
            if ((ruleset->private->flow->phrases[i][j] = template_new(TEXTS[i][j], NULL)) == NULL)
                abort();
}

void flow_phrases_release(struct ruleset *ruleset)
{
    for (size_t i = 0; i < FLOW_PHRASE_COUNT; i++)
        for (size_t j = 0; j < HOUSE_LANGUAGES; j++)
            template_free(ruleset->private->flow->phrases[i][j]);
}

bool flow_phrase_is_name(const char *name)
{
    for (size_t i = 0; i < FLOW_PHRASE_COUNT; i++)
        if (strcmp(flow_phrase_names[i], name) == 0)
            return true;
    return false;
}

const struct template *rules_flow_phrase(const struct ruleset *ruleset, enum flow_phrase phrase, const char *language)
{
    size_t built_in;
    const struct phrase *own = house_phrase_find(ruleset, flow_phrase_names[phrase], language, &built_in);
    return own != NULL ? own->text : ruleset->private->flow->phrases[phrase][built_in];
}
