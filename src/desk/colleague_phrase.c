/*
 * colleague_phrase: see the header.
 */
#include <stdbool.h>
#include <string.h>

#include "base/utf8.h"
#include "desk/colleague_phrase.h"
#include "rules/house_phrase.h"

enum { NAME_MAX_BYTES = 60 };

static const char *const TEXTS[COLLEAGUE_PHRASES][HOUSE_LANGUAGES] = {
    [COLLEAGUE_SAYS_CASE] = { "#{n} {who} ({text}) waits for a person:", "#{n} {who} 님({text})이 담당자를 기다립니다:",
                              "#{n} {who} ({text}) espera a una persona:" },
    [COLLEAGUE_SAYS_SUMMARY] = { "Summary: {text}", "요약: {text}", "Resumen: {text}" },
    [COLLEAGUE_SAYS_ANSWER] = { "What you write here now goes to {who}. \"done\": the bot takes over again. "
                                "\"#list\": who waits.",
                                "지금 여기에 쓰시는 글은 {who} 님에게 갑니다. \"완료\": 봇이 다시 답합니다. \"#list\": 기다리는 고객.",
                                "Lo que escribas aquí ahora le llega a {who}. \"listo\": vuelve a responder el "
                                "bot. \"#list\": quién espera." },
    [COLLEAGUE_SAYS_NUMBER] = { "To answer, write #{n} before your text. \"#{n} done\": the bot takes over "
                                "again. \"#list\": who waits.",
                                "답하시려면 글 앞에 #{n} 을 붙여 주세요. \"#{n} 완료\": 봇이 다시 답합니다. \"#list\": 기다리는 고객.",
                                "Para responder, pon #{n} delante de tu texto. \"#{n} listo\": vuelve a "
                                "responder el bot. \"#list\": quién espera." },
    [COLLEAGUE_SAYS_REMINDER] = { "Nobody has answered for {text}:", "{text} 동안 아무도 답하지 않았습니다:",
                                  "Nadie ha respondido desde hace {text}:" },
    [COLLEAGUE_SAYS_HEARD] = { "#{n} {who}: {text}", "#{n} {who}: {text}", "#{n} {who}: {text}" },
    [COLLEAGUE_SAYS_MEDIA] = { "(sent {text})", "({text} 보냄)", "(envió {text})" },
    [COLLEAGUE_SAYS_WORDLESS] = { "(sent something without words)", "(글이 없는 것을 보냄)", "(envió algo sin palabras)" },
    [COLLEAGUE_SAYS_PICKED] = { "#{n}: what you write from now on goes to {who}.", "#{n}: 이제부터 쓰시는 글은 {who} 님에게 갑니다.",
                                "#{n}: lo que escribas a partir de ahora le llega a {who}." },
    [COLLEAGUE_SAYS_PICKED_SENT] = { "#{n}: sent to {who}, and so is what you write from now on:\n{text}",
                                     "#{n}: {who} 님에게 보냈고, 이제부터 쓰시는 글도 그리로 갑니다:\n{text}",
                                     "#{n}: enviado a {who}, y también lo que escribas a partir de ahora:\n{text}" },
    [COLLEAGUE_SAYS_WHICH] = { "For whom? Nothing was sent. Write the number within 10 minutes, and your text "
                               "goes there:\n{text}",
                               "누구에게 보낼까요? 아직 보내지 않았습니다. 10분 안에 번호를 쓰시면 글이 그리로 갑니다:\n{text}",
                               "¿Para quién? No se ha enviado nada. Escribe el número en 10 minutos y tu texto "
                               "irá allí:\n{text}" },
    [COLLEAGUE_SAYS_WHICH_WORD] = { "Which one? Write its number before the word. Nothing has changed:\n{text}",
                                    "어느 건인가요? 단어 앞에 번호를 붙여 주세요. 바뀐 것은 없습니다:\n{text}",
                                    "¿Cuál? Pon su número delante de la palabra. No ha cambiado nada:\n{text}" },
    [COLLEAGUE_SAYS_KEPT_MANY] = { "This one is not kept any more: first say for whom.\n{text}",
                                   "이 글은 더 보관하지 않습니다. 먼저 누구에게 보낼지 알려 주세요.\n{text}",
                                   "Este ya no se guarda: primero di para quién.\n{text}" },
    [COLLEAGUE_SAYS_DROPPED] = { "Only your text with the number was sent. Not sent:\n{text}",
                                 "번호를 붙인 글만 보냈습니다. 보내지 않은 글:\n{text}",
                                 "Solo se ha enviado tu texto con número. No enviado:\n{text}" },
    [COLLEAGUE_SAYS_LIST] = { "{text}", "{text}", "{text}" },
    [COLLEAGUE_SAYS_LIST_NONE] = { "No customer waits for you.", "기다리는 고객이 없습니다.", "No te espera ningún cliente." },
    [COLLEAGUE_SAYS_NOT_YOURS] = { "#{n} is no case that you can answer now. Nothing was sent.\n{text}",
                                   "#{n} 은 지금 답하실 수 있는 건이 아닙니다. 아무것도 보내지 않았습니다.\n{text}",
                                   "#{n} no es un caso que puedas responder ahora. No se ha enviado nada.\n{text}" },
    [COLLEAGUE_SAYS_OTHERS] = { "#{n} {who} is with {text}. Nothing was sent.", "#{n} {who} 님은 {text} 담당입니다. 아무것도 보내지 않았습니다.",
                                "#{n} {who} está con {text}. No se ha enviado nada." },
    [COLLEAGUE_SAYS_TAKEN] = { "#{n} {who}: {text} has taken it.", "#{n} {who} 님: {text} 님이 맡았습니다.", "#{n} "
                               "{who}: lo lleva {text}." },
    [COLLEAGUE_SAYS_RELEASED] = { "#{n} {who}: the bot answers again.", "#{n} {who} 님: 봇이 다시 답합니다.",
                                  "#{n} {who}: vuelve a responder el bot." },
    [COLLEAGUE_SAYS_CLOSED] = { "#{n} {who}: closed.", "#{n} {who} 님: 종료되었습니다.", "#{n} {who}: cerrado." },
    [COLLEAGUE_SAYS_ENDED] = { "#{n} {who}: over, without your doing. What you write goes there no more.",
                               "#{n} {who} 님: 다른 곳에서 끝났습니다. 쓰시는 글은 더 이상 그리로 가지 않습니다.",
                               "#{n} {who}: terminado, y no por ti. Lo que escribas ya no le llega." },
    [COLLEAGUE_SAYS_LAPSED] = { "#{n} {who} was not answered for {text}: the bot answers again. What you write "
                                "goes there no more.",
                                "#{n} {who} 님에게 {text} 동안 답이 없어 봇이 다시 답합니다. 쓰시는 글은 더 이상 그리로 가지 않습니다.",
                                "#{n} {who} lleva {text} sin respuesta: vuelve a responder el bot. Lo que "
                                "escribas ya no le llega." },
    [COLLEAGUE_SAYS_MOVED] = { "#{n} {who} has gone to the team {text}.", "#{n} {who} 님은 {text} 팀으로 넘어갔습니다.",
                               "#{n} {who} ha pasado al equipo {text}." },
    [COLLEAGUE_SAYS_LATE] = { "Your text was not sent: the case is over, and no other waits for you. In a few "
                              "minutes the bot answers you "
                              "here as anybody.",
                              "글을 보내지 않았습니다. 그 건은 끝났고 기다리는 고객이 없습니다. 몇 분 뒤에는 봇이 여기서 답합니다.",
                              "Tu texto no se ha enviado: el caso ha terminado y no te espera ningún otro. En "
                              "unos minutos el bot te "
                              "responderá aquí como a cualquiera." },
    [COLLEAGUE_SAYS_ONE_NUMBER] = { "One number at a time, please. Nothing was sent.", "번호는 한 번에 하나만 써 주세요. 아무것도 보내지 않았습니다.",
                                    "Un solo número cada vez, por favor. No se ha enviado nada." },
    [COLLEAGUE_SAYS_UNKNOWN] = { "I do not know {text}. Nothing was sent. There are: #12 and a text, #12 alone, "
                                 "#list, done, close.",
                                 "{text} 은 모르는 말입니다. 아무것도 보내지 않았습니다. 쓸 수 있는 것: #12 글, #12, #list, 완료, 종료.",
                                 "No conozco {text}. No se ha enviado nada. Hay: #12 y un texto, #12 solo, "
                                 "#list, listo, cerrar." },
    [COLLEAGUE_SAYS_NO_MEDIA] = { "Pictures and files are not passed on, only words.", "사진과 파일은 전달되지 않고 글만 전달됩니다.",
                                  "Las fotos y los archivos no se reenvían, solo el texto." },
    [COLLEAGUE_SAYS_OPTED_OUT] = { "#{n} {who} has opted out and hears nothing more. Nothing was sent.",
                                   "#{n} {who} 님은 수신을 거부했습니다. 아무것도 보내지 않았습니다.",
                                   "#{n} {who} se ha dado de baja y ya no recibe nada. No se ha enviado nada." },
    [COLLEAGUE_SAYS_HELD] = { "#{n} {who} last wrote more than 24 hours ago: WhatsApp takes your text only when the "
                              "customer writes again.",
                              "#{n} {who} 님이 마지막으로 쓴 지 24시간이 지났습니다. 고객이 다시 쓰면 글이 전달됩니다.",
                              "#{n} {who} escribió hace más de 24 horas: WhatsApp no acepta tu texto hasta que "
                              "vuelva a escribir." },
    [COLLEAGUE_SAYS_LOST] = { "#{n} {who} has probably not got this text of yours; see frontdesk outbox list:\n> {text}",
                              "#{n} {who} 님에게 이 글이 전달되지 않은 것 같습니다. frontdesk outbox list 를 확인해 주세요:\n> {text}",
                              "#{n} {who} seguramente no ha recibido este texto tuyo; mira frontdesk outbox list:\n> {text}" },
};

static size_t language_of(const struct ruleset *ruleset, const char *language)
{
    size_t built_in;

    house_phrase_find(ruleset, "", language, &built_in); /* no row has that name */
    return built_in;
}

/* The name at `at`, if it is one of ours, and what it stands for. */
static size_t value_at(const char *at, const struct colleague_values *values, struct buf *out)
{
    if (strncmp(at, "{n}", 3) == 0) {
        buf_addf(out, "%lld", (long long)values->number);
        return 3;
    }
    if (strncmp(at, "{who}", 5) == 0) {
        buf_add_text(out, values->who);
        return 5;
    }
    if (strncmp(at, "{text}", 6) == 0) {
        buf_add_text(out, values->text);
        return 6;
    }
    return 0;
}

void colleague_say(const struct ruleset *ruleset, const char *language, enum colleague_phrase phrase,
                   const struct colleague_values *values, struct buf *out)
{
    const char *at = TEXTS[phrase][language_of(ruleset, language)];

    while (*at != '\0') {
        size_t len = value_at(at, values, out);

        if (len == 0)
            buf_add_char(out, *at);
        at += len > 0 ? len : 1;
    }
}

/* Line ends of all kinds, those of Unicode included, and other controls. */
static size_t line_end(const char *at)
{
    if (strncmp(at, "\r\n", 2) == 0)
        return 2;
    if (strncmp(at, "\xe2\x80\xa8", 3) == 0 || strncmp(at, "\xe2\x80\xa9", 3) == 0)
        return 3;
    if (strncmp(at, "\xc2\x85", 2) == 0)
        return 2;
    return *at == '\n' || *at == '\r' || *at == '\v' || *at == '\f';
}

static void add_lines(const char *text, size_t len, const char *between, struct buf *out)
{
    for (size_t i = 0; i < len;) {
        size_t end = line_end(text + i);

        if (end > 0)
            buf_add_text(out, between);
        else if ((unsigned char)text[i] >= ' ' || text[i] == '\t')
            buf_add_char(out, text[i]);
        i += end > 0 ? end : 1;
    }
}

static void add_cut(const char *text, size_t max, const char *between, struct buf *out)
{
    size_t len = strlen(text), kept = len <= max ? len : utf8_floor(text, len, max);

    add_lines(text, kept, between, out);
    if (kept < len)
        buf_add_text(out, "…");
}

void colleague_quote(const char *text, size_t max, struct buf *out)
{
    add_cut(text, max, "\n> ", out);
}

void colleague_name(const char *name, struct buf *out)
{
    add_cut(name, NAME_MAX_BYTES, " ", out);
}
