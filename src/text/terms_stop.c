/*
 * terms_stop: words that say little or nothing about what is asked, in English, Spanish and Korean.
 *
 * As typed, in small letters, without accents and apostrophes; Korean words also as what is left of them without
 * their endings. A word that means something in another of the languages is left out (sin, once, come).
 */
#include <stdlib.h>
#include <string.h>

#include "text/terms_part.h"

/* Each sorted by its bytes. */
static const char *const ENGLISH[] = {
    "a", "about", "afternoon", "all", "also", "am", "an", "and", "any", "anyone", "anything", "are", "arent",
    "as", "ask", "at", "be", "because", "been", "being", "but", "by", "can", "cant", "could", "couldnt", "dear",
    "did", "didnt", "do", "does", "doesnt", "doing", "done", "dont", "else", "even", "for", "from", "get",
    "gets", "getting", "give", "gonna", "good", "goodmorning", "got", "had", "has", "hasnt", "have", "havent",
    "having", "he", "hello", "help", "her", "here", "hey", "hi", "him", "his", "i", "id", "if", "im",
    "in", "into", "is", "isnt", "it", "its", "ive", "just", "kind", "kindly", "know", "let", "lets", "like",
    "maybe", "me", "mine", "morning", "my", "myself", "need", "needs", "no", "not", "now", "of", "ok", "okay",
    "on", "one", "ones", "only", "or", "our", "out", "please", "pls", "plz", "possible", "question", "quick",
    "really", "say", "shall", "she", "should", "sir", "so", "some", "someone", "something", "sorry", "sure",
    "tell", "than", "thank", "thanks", "that", "thats", "the", "their", "them", "then", "there", "theres",
    "these", "they", "thing", "things", "think", "this", "those", "thx", "to", "too", "u", "up", "ur", "us",
    "use", "very", "wanna", "want", "wants", "was", "we", "well", "were", "what", "whats", "which", "will",
    "with", "wonder", "wondering", "wont", "would", "yes", "you", "your", "youre", "yours",
};
static const char *const SPANISH[] = {
    "al", "algo", "algun", "alguna", "alguno", "algunos", "aqui", "asi", "buen", "buena", "buenas", "bueno",
    "buenos", "como", "con", "cual", "cuales", "de", "del", "dia", "dias", "dime", "e", "el", "ella", "ellos",
    "en", "eres", "es", "esa", "ese", "eso", "esta", "estan", "estas", "este", "esto", "estos", "favor",
    "gracias", "gustaria", "ha", "haber", "hace", "haceis", "hacen", "hacer", "han", "hay", "hola", "la", "las",
    "le", "les", "lo", "los", "mas", "me", "mi", "mis", "muy", "necesita", "necesito", "ni", "noches", "nos",
    "o", "para", "pero", "podeis", "podemos", "podria", "podriais", "podrian", "poner", "por", "porfa",
    "porfavor", "pregunta", "pueda", "puede", "pueden", "puedes", "puedo", "pues", "que", "queria", "quiere",
    "quieren", "quiero", "quisiera", "saber", "se", "senor", "senora", "ser", "si", "sobre", "son", "soy", "su",
    "sus", "tal", "tambien", "tardes", "te", "teneis", "tenemos", "tengo", "ti", "tiene", "tienen", "tienes",
    "todo", "todos", "tu", "tus", "un", "una", "unas", "uno", "unos", "usted", "ustedes", "vosotros", "vuestra",
    "vuestro", "vuestros", "y", "ya", "yo",
};
static const char *const KOREAN[] = {
    "가능", "감사", "거", "것", "게", "관련", "관해", "궁금", "그", "그거", "그냥", "그런데", "그럼", "그리고", "나", "내", "네", "넵", "대해",
    "돼", "되", "될", "됨", "드", "드려", "때", "때문", "또", "말씀", "무슨", "문의", "뭐", "뭔", "부탁", "분", "사장", "사장님", "수", "싶",
    "쓸", "아", "안", "안녕", "알", "알고", "알려", "알려주", "어떤", "어떻", "어떻게", "없", "여기", "여쭤", "여쭤보", "예", "요", "이", "이거",
    "있", "저", "저기", "저기요", "저희", "제", "제가", "좀", "죄송", "주", "주시", "지", "질문", "하", "한번", "할", "할수", "할수있", "해",
    "해도", "해주", "혹시",
};
static const char *const WEAK[] = {
    "adonde", "ayer", "come", "coming", "cuando", "cuanta", "cuantas", "cuanto", "cuantos", "day", "days", "donde",
    "go", "going", "how", "hoy", "ill", "later", "manana", "many", "much", "quien", "quienes", "soon", "today",
    "tomorrow", "when", "where", "who", "whose", "why", "yesterday", "내일", "누구", "몇", "어디", "어제", "언제",
    "얼마", "얼마나", "오늘",
};

/* `text` has `len` bytes, and no NUL behind them. */
struct typed {
    const char *text;
    size_t len;
};

static int compare(const void *key, const void *member)
{
    const struct typed *typed = key;
    const char *word = *(const char *const *)member;
    int order = strncmp(typed->text, word, typed->len);
    return order != 0 ? order : -(word[typed->len] != '\0');
}

bool terms_has(const char *const *list, size_t count, const char *word, size_t len)
{
    struct typed typed = { word, len };
    return bsearch(&typed, list, count, sizeof *list, compare) != NULL;
}

#define HAS(list) terms_has(list, sizeof(list) / sizeof(list)[0], word, len)

enum term_kind terms_kind(const char *word, size_t len)
{
    if (len == 0 || HAS(ENGLISH) || HAS(SPANISH) || HAS(KOREAN))
        return TERM_STOP;
    return HAS(WEAK) ? TERM_WEAK : TERM_FULL;
}
