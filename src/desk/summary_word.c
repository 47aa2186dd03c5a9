/*
 * summary_word: see the header. Lists hold plain words (text/plain.h): small letters, no accents, no apostrophes. Of Korean
 * they hold pieces: a courtesy has to be made of them and nothing else, all other pieces may stand anywhere in a word, for
 * particles and endings follow them.
 */
#include <stdint.h>
#include <string.h>

#include "base/utf8.h"
#include "desk/summary_word.h"
#include "text/fold.h"

enum { FOLDED_BYTES = 4 * SAID_WORD_BYTES }; /* of a word: what lies behind would be cut off */

static const char *const GREETINGS[] = {
    "hi", "hii", "hello", "helo", "hey", "heya", "hiya", "there", "good", "morning", "afternoon", "evening",
    "day", "everyone", "all", "team", "guys", "sir", "madam", "dear", "greetings", "hola", "holaa",
    "buenas", "buenos", "buen", "dia", "dias", "tardes", "noches", "muy", "saludos", "alo", NULL,
};

static const char *const COURTESIES[] = {
    "thanks", "thank", "thx", "ty", "u", "you", "so", "very", "much", "a", "lot", "many", "again", "for",
    "your", "help", "ok", "okay", "okey", "k", "kk", "yes", "yeah", "yep", "yup", "ya", "no", "nope", "nah",
    "sure", "please", "pls", "plz", "great", "perfect", "cool", "nice", "awesome", "fine", "alright",
    "right", "super", "lovely", "wow", "bye", "goodbye", "see", "later", "soon", "night", "tomorrow", "lol",
    "haha", "hahaha", "jaja", "jajaja", "oh", "ah", "um", "hmm", "well", "welcome", "cheers", "got", "it",
    "gracias", "muchas", "mil", "muchisimas", "si", "vale", "claro", "perfecto", "genial", "bien", "bueno",
    "listo", "dale", "por", "favor", "porfa", "porfavor", "adios", "hasta", "luego", "pronto", "manana",
    "chao", "chau", "igualmente", "de", "acuerdo", "nada", "entendido", "estupendo", "excelente", "ok", "y",
    "and", "kind", "best", "regards", "excellent", "noted", "understood", "un", "saludo", NULL,
};

/* Longer before shorter. */
static const char *const KOREAN_GREETINGS[] = {
    "안녕하십니까", "안녕하세용", "안녕하세요", "안녕히", "안녕", "여보세요", "저기요", "저기",
    "반갑습니다", "하이", "헬로", "사장님", "선생님", "你好", "您好", "こんにちは", "こんばんは", NULL,
};
static const char *const KOREAN_COURTESIES[] = {
    "감사드립니다", "감사합니다", "감사해요", "감사", "고맙습니다", "고마워요", "고마워", "수고하십니다",
    "수고하세요", "수고많으십니다", "수고하십시오", "수고", "많으세요", "계세요", "알겠습니다", "알겠어요",
    "알겠음", "확인했습니다", "확인했어요", "잘부탁드립니다", "부탁드립니다", "부탁드려요", "부탁해요",
    "좋습니다", "좋아요", "좋네요", "그렇군요", "그래요", "그래", "오케이", "오키", "아니에요", "아니요",
    "아니오", "아뇨", "괜찮습니다", "괜찮아요", "네네", "넵", "넹", "네", "예", "응", "정말", "너무",
    "많이", "진짜", "잘", "아하", "아", "오", "와", "굿", "하하", "ㅋ", "ㅎ", "ㅠ", "ㅜ", "ㅇ", "ㄴ", "ㅡ",
    "谢谢", "謝謝", "ありがとうございます", "ありがとう", "はい", "好的", NULL,
};

static const char *const ASKS[] = {
    "what", "when", "where", "how", "which", "who", "whose", "why", "whats", "hows", "wheres", "whens",
    "whos", "cuando", "cuanto", "cuanta", "cuantos", "cuantas", "donde", "adonde", "cual", "cuales",
    "quien", "quienes", "wondering", "know", NULL,
};
static const char *const ASKS_FIRST[] = {
    "can", "could", "do", "does", "did", "is", "are", "will", "would", "may", "should", "have", "has",
    "any", "anyone", "am", "was", "were", "que", "como", "hay", "tienen", "tiene", "teneis", "puedo",
    "puede", "pueden", "podria", "podrian", "podeis", "es", "esta", "estan", "hacen", "aceptan", "venden",
    "abren", "abris", "se", "sabe", "saben", "entregan", "envian", NULL,
};
static const char *const KOREAN_ASKS[] = {
    "뭐", "뭔", "무엇", "무슨", "언제", "어디", "어떻게", "어떡", "어떤", "얼마", "몇", "왜", "누구",
    "누가", "어느", "나요", "까요", "가요", "을까", "습니까", "입니까", "는지", "은지", "인지", "궁금",
    "혹시", "문의", NULL,
};

static const char *const WISHES[] = {
    "want", "need", "like", "looking", "order", "ordered", "book", "booking", "reserve", "reservation",
    "cancel", "refund", "return", "exchange", "change", "broken", "damaged", "missing", "wrong", "late",
    "problem", "issue", "complaint", "complain", "leak", "leaking", "emergency", "urgent", "stopped",
    "still", "not", "never", "didnt", "doesnt", "dont", "wont", "cant", "isnt", "wasnt", "hasnt", "havent",
    "deliver", "delivery", "price", "cost", "quote", "appointment", "allergy", "allergic", "quiero",
    "queria", "quisiera", "necesito", "gustaria", "busco", "reservar", "reserva", "mesa", "pedir", "pedido",
    "cancelar", "cambiar", "devolver", "devolucion", "reembolso", "problema", "roto", "rota", "falta",
    "faltan", "llego", "llega", "llegado", "todavia", "aun", "tarde", "error", "queja", "urgente", "precio",
    "cuesta", "envio", "entrega", "alergia", "alergico", "celiaca", "celiaco", NULL,
};
static const char *const KOREAN_WISHES[] = {
    "싶", "필요", "주세요", "주실", "해줘", "예약", "주문", "취소", "환불", "교환", "반품", "변경", "문제",
    "고장", "불량", "파손", "안돼", "안되", "안됩", "아직", "못", "없어", "없네", "누락", "잘못", "늦",
    "배송", "가격", "급해", "급합", "알레르기", "민감", "추천", NULL,
};

/* Words */

static bool is_apostrophe(uint32_t code)
{
    return code == '\'' || code == 0x2019;
}

/* PLAIN_BLANK: no part of a word. */
static enum plain_kind kind_of(uint32_t code)
{
    enum plain_kind kind = plain_kind(code);

    if (kind == PLAIN_UNSPACED)
        return PLAIN_HANGUL;
    return kind == PLAIN_SIGN ? PLAIN_BLANK : kind;
}

static bool goes_on(enum plain_kind word, enum plain_kind next)
{
    if (next == PLAIN_BLANK)
        return false;
    return (word == PLAIN_HANGUL) == (next == PLAIN_HANGUL) || word == PLAIN_DIGIT;
}

/* The end of the word that begins at `at`; *kind becomes what it is as a whole. */
static size_t word_end(const char *text, size_t len, size_t at, enum plain_kind *kind)
{
    uint32_t code, next;
    size_t step;

    for (; at < len; at += step) {
        step = utf8_decode(text + at, len - at, &code);
        if (step == 0)
            break;
        if (is_apostrophe(code) && *kind == PLAIN_LETTER && utf8_decode(text + at + step, len - at - step, &next) > 0 &&
            kind_of(next) == PLAIN_LETTER)
            continue;
        if (!goes_on(*kind, kind_of(code)))
            break;
        if (kind_of(code) == PLAIN_DIGIT)
            *kind = PLAIN_DIGIT;
    }
    return at;
}

struct scratch { /* owned: of one word after the other */
    struct buf folded, plain;
};

static void set_plain(const char *text, struct said_word *word, struct scratch *scratch)
{
    size_t len = utf8_floor(text + word->at, word->len, FOLDED_BYTES);

    buf_clear(&scratch->folded);
    buf_clear(&scratch->plain);
    fold_text(text + word->at, len, &scratch->folded);
    plain_text(buf_text(&scratch->folded), scratch->folded.len, &scratch->plain);
    len = utf8_floor(buf_text(&scratch->plain), scratch->plain.len, sizeof word->plain - 1);
    memcpy(word->plain, buf_text(&scratch->plain), len);
    word->plain[len] = '\0';
}

size_t said_words(const char *text, size_t len, struct said_word words[SAID_WORDS_MAX])
{
    struct scratch scratch = { 0 };
    size_t count = 0, at = 0;
    uint32_t code;

    while (at < len && count < SAID_WORDS_MAX) {
        size_t step = utf8_decode(text + at, len - at, &code);
        enum plain_kind kind = kind_of(code);

        if (step == 0)
            break;
        if (kind == PLAIN_BLANK) {
            at += step;
            continue;
        }
        struct said_word *word = &words[count++];
        size_t end = word_end(text, len, at, &kind);

        *word = (struct said_word){ .at = at, .len = end - at, .kind = kind };
        set_plain(text, word, &scratch);
        at = end;
    }
    buf_release(&scratch.folded);
    buf_release(&scratch.plain);
    return count;
}

/* Lists */

static bool is_in(const char *word, const char *const *list)
{
    for (; *list != NULL; list++)
        if (word[0] == (*list)[0] && strcmp(word, *list) == 0)
            return true;
    return false;
}

static bool holds_one_of(const char *word, const char *const *list)
{
    for (; *list != NULL; list++)
        if (strstr(word, *list) != NULL)
            return true;
    return false;
}

static size_t piece_at(const char *word, const char *const *list)
{
    for (; *list != NULL; list++)
        if (strncmp(word, *list, strlen(*list)) == 0)
            return strlen(*list);
    return 0;
}

/* Nothing but greetings and pieces of the other list (NULL: there is none). */
static bool is_made_of_greetings(const char *word, const char *const *other)
{
    while (*word != '\0') {
        size_t len = piece_at(word, KOREAN_GREETINGS);

        if (len == 0 && other != NULL)
            len = piece_at(word, other);
        if (len == 0)
            return false;
        word += len;
    }
    return true;
}

bool said_is(const struct said_word *word, enum said_class class)
{
    bool is_korean = word->kind == PLAIN_HANGUL;
    const char *plain = word->plain;

    if (word->kind == PLAIN_DIGIT)
        return false;
    switch (class) {
    case SAID_GREETING: return is_korean ? is_made_of_greetings(plain, NULL) : is_in(plain, GREETINGS);
    case SAID_COURTESY:
        return is_korean ? is_made_of_greetings(plain, KOREAN_COURTESIES)
                         : is_in(plain, GREETINGS) || is_in(plain, COURTESIES);
    case SAID_ASKS: return is_korean ? holds_one_of(plain, KOREAN_ASKS) : is_in(plain, ASKS);
    case SAID_ASKS_FIRST: return !is_korean && is_in(plain, ASKS_FIRST);
    case SAID_WISHES: return is_korean ? holds_one_of(plain, KOREAN_WISHES) : is_in(plain, WISHES);
    }
    return false;
}

/* Sentences that ask nothing yet. */
static const char *const OPENINGS[] = {
    "howareyou", "howareyoudoing", "howareyoutoday", "whatsup", "quetal", "comoestas", "comoesta",
    "comoestan", "anyonethere", "isanyonethere", "areyouthere", "hayalguien", "icaniask", "ihaveaquestion",
    "ihaveaquickquestion", "quickquestion", "caniaskaquestion", "caniaskyouaquestion", "tengounapregunta",
    "tengounaduda", "unapregunta", "unaconsulta", "질문있어요", "질문있습니다", "문의드립니다",
    "문의드려요", "문의요", "문의있습니다", "물어볼게있어요", "뭐좀여쭤볼게요", "하나여쭤볼게요",
    "계신가요", "누구계세요", "justaquickquestion", "justaquestion", "justonequestion", "onequestion", "onequickquestion",
    "aquickquestion", "aquestion", "ijusthaveaquestion", "ijusthaveaquickquestion", "ihaveaquestionforyou",
    "canyouhelpme", "couldyouhelpme", "canyouhelp", "caniasksomething", "caniaskyousomething", "mayiaskaquestion",
    "solounapregunta", "solounapreguntita", "unapreguntita", "unaduda", "tengounaconsulta", "tengounapreguntita",
    "puedohacerunapregunta", "puedohacerteunapregunta", "quisierahacerunaconsulta", "queriahacerunapregunta",
    "mepuedesayudar", "mepuedenayudar", "질문이요", "질문하나있어요", "질문하나할게요", "질문하나만할게요", "질문있는데요",
    "간단한질문이요", "간단한질문있어요", "문의드릴게있어요", "문의드릴게요", "문의드릴게있습니다", "궁금한게있어요",
    "궁금한게있는데요", "궁금한점이있어요", "여쭤볼게있어요", "물어볼게있는데요", "하나만여쭤볼게요", "뭐하나물어볼게요", NULL,
};

static bool is_opening(const struct said_word *words, size_t count)
{
    char joined[3 * SAID_WORD_BYTES] = "";
    size_t len = 0;

    for (size_t i = 0; i < count; i++) {
        size_t more = strlen(words[i].plain);

        if (said_is(&words[i], SAID_GREETING))
            continue;
        if (len + more >= sizeof joined)
            return false;
        memcpy(joined + len, words[i].plain, more + 1);
        len += more;
    }
    return is_in(joined, OPENINGS);
}

static bool are_courtesies(const struct said_word *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!said_is(&words[i], SAID_COURTESY))
            return false;
    return true;
}

bool said_is_courtesy(const char *text, size_t len, const struct said_word *words, size_t count)
{
    struct said_word more[SAID_WORDS_MAX];

    if (!are_courtesies(words, count))
        return count < SAID_WORDS_MAX && is_opening(words, count);
    while (count == SAID_WORDS_MAX) {
        size_t read = words[count - 1].at + words[count - 1].len;

        text += read;
        len -= read;
        count = said_words(text, len, more);
        words = more;
        if (!are_courtesies(words, count))
            return false;
    }
    return true;
}
