/*
 * faq: which entry of the table faq a message finds, and which messages find none; what hostile texts do (nothing); and
 * with which sentence wrong rows are refused.
 */

#include "base/buf.h"
#include "rules/check.h"
#include "rules/faq.h"
#include "store/faq.h"
#include "text/template.h"
#include "tests/lib/loading.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* What a small hotel with a restaurant might have written down; the names are only for the tests: the answers. */
static const char HOUSE[] =
    "INSERT INTO setting (name, value) VALUES ('default_language', 'en');\n"
    "INSERT INTO faq (question, answer, keywords, language) VALUES\n"
    "  ('Is there parking?', 'parking', 'car park, garage', 'en'),\n"
    "  ('Do you allow dogs?', 'dogs', 'pets, puppy', 'en'),\n"
    "  ('What time is check-in?', 'checkin', 'check in, arrival', 'en'),\n"
    "  ('What time is check-out?', 'checkout', 'check out, departure, leave the room', 'en'),\n"
    "  ('Is breakfast included?', 'breakfast', NULL, 'en'),\n"
    "  ('Do you have gluten-free dishes?', 'gluten', 'celiac, coeliac', 'en'),\n"
    "  ('Do you have vegan or vegetarian dishes?', 'vegan', NULL, 'en'),\n"
    "  ('Do you deliver?', 'delivery', 'delivery, take away', 'en'),\n"
    "  ('Can I pay by credit card?', 'pay', 'visa, mastercard, paypal', 'en'),\n"
    "  ('How do I cancel my booking?', 'cancel', 'cancellation, refund', 'en'),\n"
    "  ('Is the house accessible by wheelchair?', 'wheelchair', 'step-free, lift, elevator', 'en'),\n"
    "  ('What is the Wi-Fi password?', 'wifi', 'internet', 'en'),\n"
    "  ('Do you sell gift vouchers?', 'voucher', 'gift card', 'en'),\n"
    "  ('Are children welcome?', 'children', 'kids, high chair, baby', 'en'),\n"
    "  ('Where are you?', 'where', 'address, directions', 'en'),\n"
    "  ('Is there a swimming pool?', 'pool', 'sauna', 'en'),\n"
    "  ('Can I store my luggage?', 'luggage', 'suitcase, bags', 'en'),\n"
    "  ('주차할 수 있나요?', 'ko-parking', '주차장, 발렛', 'ko'),\n"
    "  ('반려견 동반 가능한가요?', 'ko-dogs', '강아지, 애견', 'ko'),\n"
    "  ('체크인은 몇 시인가요?', 'ko-checkin', '입실', 'ko'),\n"
    "  ('체크아웃은 몇 시인가요?', 'ko-checkout', '퇴실', 'ko'),\n"
    "  ('조식이 포함되어 있나요?', 'ko-breakfast', '아침 식사', 'ko'),\n"
    "  ('예약을 취소하려면 어떻게 하나요?', 'ko-cancel', '환불, 취소', 'ko'),\n"
    "  ('배달 되나요?', 'ko-delivery', '배송, 포장', 'ko'),\n"
    "  ('와이파이 비밀번호가 뭐예요?', 'ko-wifi', '인터넷', 'ko'),\n"
    "  ('수영장이 있나요?', 'ko-pool', '사우나', 'ko'),\n"
    "  ('짐을 맡길 수 있나요?', 'ko-luggage', '캐리어, 짐 보관', 'ko'),\n"
    "  ('생일 케이크 주문할 수 있나요?', 'ko-cake', NULL, 'ko'),\n"
    "  ('¿Hay aparcamiento?', 'es-parking', 'parking, coche', 'es'),\n"
    "  ('¿Admiten perros?', 'es-dogs', 'mascotas', 'es'),\n"
    "  ('¿A qué hora es la entrada?', 'es-checkin', 'llegada', 'es'),\n"
    "  ('¿El desayuno está incluido?', 'es-breakfast', NULL, 'es'),\n"
    "  ('¿Tienen platos sin gluten?', 'es-gluten', 'celíacos', 'es'),\n"
    "  ('¿Aceptan tarjetas de crédito?', 'es-pay', 'visa', 'es'),\n"
    "  ('¿Cómo cancelo mi reserva?', 'es-cancel', 'anular, cancelación, devolución', 'es'),\n"
    "  ('¿Cuál es la dirección?', 'es-where', 'llegar', 'es'),\n"
    "  ('駐車場はありますか', 'ja-parking', NULL, 'ja'),\n"
    "  ('有停车位吗', 'zh-parking', '停车场', 'zh');\n";

struct message {
    const char *language, *text;
    const char *found; /* the answer of the entry; NULL: none */
};
static const struct message MESSAGES[] = {
    /* English, in the words of the question and in others */
    { "en", "have you got parking?", "parking" },
    { "en", "Where can I park my car?", "parking" },
    { "en", "hi! we come by car, is there a car park nearby", "parking" },
    { "en", "Parking", "parking" },
    { "en", "parkign?", "parking" },
    { "en", "can i bring my dog", "dogs" },
    { "en", "Good morning, do you allow pets in the rooms?", "dogs" },
    { "en", "is a puppy ok?", "dogs" },
    { "en", "what time can we check in tomorrow?", "checkin" },
    { "en", "checkin time pls", "checkin" },
    { "en", "when do we have to check out", "checkout" },
    { "en", "late check-out possible?", "checkout" },
    { "en", "is breakfast included in the price?", "breakfast" },
    { "en", "breakfst included?", "breakfast" },
    { "en", "gluten free options?", "gluten" },
    { "en", "I'm a coeliac, can I eat with you?", "gluten" },
    { "en", "anything glutenfree on the menu?", "gluten" },
    { "en", "Have you got something for vegans?", "vegan" },
    { "en", "my wife is a vegetarian", "vegan" },
    { "en", "DO YOU DELIVER???", "delivery" },
    { "en", "how much is delivery", "delivery" },
    { "en", "delivry to the airport?", "delivery" },
    { "en", "do you take credit cards", "pay" },
    { "en", "can we pay with paypal?", "pay" },
    { "en", "I need to cancel my booking for friday", "cancel" },
    { "en", "cancelling a booking, how?", "cancel" },
    { "en", "Will I get a refund?", "cancel" },
    { "en", "My mother uses a wheelchair. Can she get in?", "wheelchair" },
    { "en", "is there an elevator", "wheelchair" },
    { "en", "wifi password?", "wifi" },
    { "en", "what’s the wi-fi code", "wifi" },
    { "en", "I'd like to buy a gift voucher for my sister", "voucher" },
    { "en", "gift cards?", "voucher" },
    { "en", "are kids welcome", "children" },
    { "en", "Do you have a high chair for our baby?", "children" },
    { "en", "Where are you?", "where" },
    { "en", "WHERE ARE YOU", "where" },
    { "en", "what is your address please", "where" },
    { "en", "do you have a pool", "pool" },
    { "en", "swimming-pool open?", "pool" },
    { "en", "Could we leave our suitcases with you until the evening?", "luggage" },
    { "en", "store lugage", "luggage" },
    /* Korean, with and without spaces, particles, endings */
    { "ko", "주차장은 어디에 있나요?", "ko-parking" },
    { "ko", "주차 되나요?", "ko-parking" },
    { "ko", "주차가능한가요", "ko-parking" },
    { "ko", "안녕하세요, 혹시 주차할수있나요", "ko-parking" },
    { "ko", "발렛파킹 돼요?", "ko-parking" },
    { "ko", "강아지도 데려가도 되나요?", "ko-dogs" },
    { "ko", "반려견동반 되나요", "ko-dogs" },
    { "ko", "체크인 몇시부터예요?", "ko-checkin" },
    { "ko", "입실은 언제부터 가능한가요", "ko-checkin" },
    { "ko", "체크아웃 시간이 어떻게 되나요?", "ko-checkout" },
    { "ko", "조식 포함인가요?", "ko-breakfast" },
    { "ko", "조식은 얼마예요", "ko-breakfast" },
    { "ko", "예약 취소하고 싶어요", "ko-cancel" },
    { "ko", "예약취소 부탁드립니다", "ko-cancel" },
    { "ko", "환불해주세요", "ko-cancel" },
    { "ko", "배달도 되나요??", "ko-delivery" },
    { "ko", "포장 가능할까요", "ko-delivery" },
    { "ko", "와이파이 비번 알려주세요", "ko-wifi" },
    { "ko", "와이파이비밀번호", "ko-wifi" },
    { "ko", "수영장은 몇 시까지 해요?", "ko-pool" },
    { "ko", "체크인 전에 짐 맡길 수 있을까요?", "ko-luggage" },
    { "ko", "생일케이크 주문하려고요", "ko-cake" },
    { "ko", "생일 케익 주문돼요?", "ko-cake" },
    /* Spanish, mostly without accents */
    { "es", "hay aparcamiento?", "es-parking" },
    { "es", "Hola, donde puedo aparcar el coche", "es-parking" },
    { "es", "se admiten perros?", "es-dogs" },
    { "es", "puedo llevar a mi perro", "es-dogs" },
    { "es", "aceptais mascotas", "es-dogs" },
    { "es", "a que hora es la entrada", "es-checkin" },
    { "es", "Buenas tardes, esta incluido el desayuno?", "es-breakfast" },
    { "es", "desayunos incluidos?", "es-breakfast" },
    { "es", "algun plato sin gluten", "es-gluten" },
    { "es", "soy celiaco", "es-gluten" },
    { "es", "puedo pagar con tarjeta?", "es-pay" },
    { "es", "aceptan tarjetas de credito", "es-pay" },
    { "es", "quiero cancelar mi reserva", "es-cancel" },
    { "es", "necesito anular la reserva del viernes", "es-cancel" },
    { "es", "cual es su direccion", "es-where" },
    { "es", "como llegar desde la estacion", "es-where" },
    /* Without spaces between words */
    { "ja", "駐車場はどこですか？", "ja-parking" },
    { "ja", "近くに駐車場ありますか", "ja-parking" },
    { "zh", "请问有停车位吗？", "zh-parking" },
    { "zh", "停车场在哪里", "zh-parking" },
    /* Written in another language than the contact's */
    { "ko", "is there parking?", "parking" },
    { "es", "Do you have vegetarian dishes?", "vegan" },
    { "en", "주차 되나요?", "ko-parking" },
    { "fr", "parking?", "parking" },
    { "", "wifi password", "wifi" },
    { "Korean", "breakfast included?", "breakfast" },
    /* Nobody's question */
    { "en", "my cat is ill", NULL },
    { "en", "thank you so much, see you soon!", NULL },
    { "en", "ok", NULL },
    { "en", "How are you?", NULL },
    { "en", "who are you", NULL },
    { "en", "what do you mean by that", NULL },
    { "en", "I will be ten minutes late", NULL },
    { "en", "happy birthday to your chef", NULL },
    { "en", "The weather is lovely today, isn't it?", NULL },
    { "en", "call me at 01012345678", NULL },
    { "en", "where is my order", NULL },
    { "en", "tell me a joke about penguins", NULL },
    { "en", "do you know a good dentist", NULL },
    { "en", "how old is the building", NULL },
    { "en", "what is the capital of France?", NULL },
    { "en", "write me a poem in Python", NULL },
    { "en", "Are you hiring? I have ten years of experience as a waiter", NULL },
    { "en", "the soup was cold and the waiter rude", NULL },
    { "en", "I would like a table for four on Saturday at eight", NULL },
    { "en", "no", NULL },
    { "en", "👍", NULL },
    { "en", "12345", NULL },
    { "en", "asdfghjkl", NULL },
    { "en", "I saw your car accident on the news, so sorry", NULL },
    { "en", "my grandma baked us a cake and it fell on the floor", NULL },
    { "en", "the waiter ignored my children all evening and the food was awful", NULL },
    { "en", "please pass my thanks to Maria at the bar, she was wonderful", NULL },
    { "en", "Can you lend me some money until payday?", NULL },
    { "ko", "고양이가 아파요", NULL },
    { "ko", "어제 저녁 정말 맛있게 먹었어요 또 갈게요", NULL },
    { "es", "perdon, me equivoque de numero", NULL },
    { "es", "vendo un piso con terraza, te interesa?", NULL },
    { "ko", "감사합니다", NULL },
    { "ko", "네 알겠습니다", NULL },
    { "ko", "오늘 날씨 좋네요", NULL },
    { "ko", "사장님 축하드려요", NULL },
    { "ko", "음식이 너무 짰어요", NULL },
    { "ko", "ㅋㅋㅋㅋ", NULL },
    { "ko", "직원 채용하시나요?", NULL },
    { "ko", "조금 늦을 것 같아요", NULL },
    { "es", "mi gato esta enfermo", NULL },
    { "es", "muchas gracias, hasta luego", NULL },
    { "es", "buscan camareros?", NULL },
    { "es", "la sopa estaba fria", NULL },
    { "es", "quien eres", NULL },
    { "es", "cuentame un chiste", NULL },
    { "ja", "猫が病気です", NULL },
    { "zh", "我的猫病了", NULL },
};

static void answer_of(const struct faq *faq, struct buf *out)
{
    static const struct template_env NOTHING;
    template_render(faq->answer, &NOTHING, 1000, out);
}

static void check_message(const struct ruleset *ruleset, const struct message *message)
{
    struct buf answer = { 0 };
    double score = 0;
    const struct faq *found = ruleset_faq(ruleset, message->text, message->language, FAQ_FLOOR, &score);
    if (found != NULL)
        answer_of(found, &answer);
    if (strcmp(buf_text(&answer), message->found != NULL ? message->found : "") != 0)
        fail_msg("'%s' finds '%s' with %.2f, not '%s'", message->text, buf_text(&answer), score,
                 message->found != NULL ? message->found : "");
    buf_release(&answer);
}

static void test_a_message_finds_the_entry_that_it_asks_for_or_none(void **state)
{
    (void)state;
    struct ruleset *ruleset = make_good(HOUSE);
    for (size_t i = 0; i < COUNT(MESSAGES); i++)
        check_message(ruleset, &MESSAGES[i]);
    ruleset_free(ruleset);
}

static void test_a_question_word_for_word_scores_one(void **state)
{
    (void)state;
    struct ruleset *ruleset = make_good(HOUSE);
    assert_int_equal(ruleset->faq_count, 38);
    for (size_t i = 0; i < ruleset->faq_count; i++) {
        const struct faq *faq = &ruleset->faqs[i];
        double score = 0;
        assert_ptr_equal(ruleset_faq(ruleset, faq->question, faq->language, 0.99, &score), faq);
        assert_true(score == 1);
    }
    ruleset_free(ruleset);
}

/* "Is there thing number N in hall M?", many times, around one entry about parking. */
static struct faq_index *make_crowd(size_t count)
{
    struct faq_entry *entries = calloc(count, sizeof *entries);
    struct buf *texts = calloc(count, sizeof *texts);
    for (size_t i = 0; i < count; i++) {
        buf_addf(&texts[i], "Is there a %c%c%czzle in hall %zu?", (char)('b' + i % 5), "aeiou"[i / 5 % 5], (char)('b' + i / 25 % 20),
                 i);
        entries[i] = (struct faq_entry){ i == count / 2 ? "Where can I park my car?" : buf_text(&texts[i]), "Yes.", NULL, "en" };
    }
    struct faq_index *index = faq_index_new(entries, count);
    for (size_t i = 0; i < count; i++)
        buf_release(&texts[i]);
    free(texts);
    free(entries);
    return index;
}

static double best_score(struct faq_index *index, const char *text, size_t wanted)
{
    struct faq_hit hit = { 0 };
    const struct faq_query query = { text, strlen(text), "en", "en", 0 };
    if (faq_search(index, &query, &hit, 1) == 0)
        return 0;
    assert_int_equal(hit.entry, wanted);
    return hit.score;
}

static void test_a_score_means_the_same_in_small_and_large_tables(void **state)
{
    (void)state;
    static const size_t SIZES[] = { 1, 2, 10, 100, 1000 };
    for (size_t i = 0; i < COUNT(SIZES); i++) {
        struct faq_index *index = make_crowd(SIZES[i]);
        double asked = best_score(index, "have you got parking for a car?", SIZES[i] / 2);
        if (asked < 0.9 || asked > 1)
            fail_msg("%.2f among %zu", asked, SIZES[i]);
        assert_true(best_score(index, "my cat is ill", 0) == 0);
        faq_index_free(index);
    }
}

/* Languages */

static void check_found(const struct ruleset *ruleset, const char *language, const char *text, const char *wanted)
{
    check_message(ruleset, &(struct message){ language, text, wanted });
}

static void test_the_language_decides_between_entries_that_fit_alike(void **state)
{
    (void)state;
    struct ruleset *ruleset = make_good(
        "INSERT INTO setting (name, value) VALUES ('default_language', 'es');\n"
        "INSERT INTO faq (question, answer, language) VALUES ('Wifi?', 'en', 'EN'), ('wifi', 'es', 'es'),\n"
        "  ('Wi-Fi', 'pt-BR', 'pt_br'), ('WIFI', 'pt', 'pt'), ('Hotel bar', 'all', NULL), ('Hotel bar', 'fr', 'fr');");
    assert_string_equal(ruleset->faqs[0].language, "en");
    assert_string_equal(ruleset->faqs[2].language, "pt-BR");
    check_found(ruleset, "en", "wifi", "en");
    check_found(ruleset, "en-GB", "wifi", "en");
    check_found(ruleset, "es-MX", "wifi", "es");
    check_found(ruleset, "pt-BR", "wifi", "pt-BR");
    check_found(ruleset, "pt", "wifi", "pt");
    check_found(ruleset, "ko", "wifi", "es");
    check_found(ruleset, "", "wifi", "es");
    check_found(ruleset, NULL, "wifi", "es");
    check_found(ruleset, "ko", "is there a hotel bar?", "all");
    check_found(ruleset, "fr", "hotel bar", "fr");
    check_found(ruleset, "en", "hotel bar", "all");
    ruleset_free(ruleset);
}

static void test_an_entry_in_another_language_must_fit_far_better(void **state)
{
    (void)state;
    struct ruleset *ruleset = make_good("INSERT INTO faq (question, answer, language) VALUES\n"
                                        "  ('¿Hay menú infantil y tronas?', 'es', 'es'), ('Can I see the menu?', 'en', 'en');");
    check_found(ruleset, "es", "menu infantil", "es");
    check_found(ruleset, "es", "can I see the menu?", "en");
    check_found(ruleset, "en", "tronas", "es");
    ruleset_free(ruleset);
}

/* Knowledge */

static void test_knowledge_is_the_best_entries_in_order(void **state)
{
    (void)state;
    struct ruleset *ruleset = make_good(HOUSE);
    struct faq_found found[10], again[10];
    size_t count = ruleset_faqs(ruleset, "is parking included, or breakfast, or the pool?", "en", 0.1, 10, found);
    assert_true(count >= 3);
    for (size_t i = 0; i < count; i++) {
        assert_true(found[i].score >= 0.1 && found[i].score <= 1);
        if (i > 0 && strcmp(found[i].faq->language, found[i - 1].faq->language) == 0)
            assert_true(found[i].score <= found[i - 1].score);
    }
    assert_string_equal(found[0].faq->question, "Is breakfast included?");
    assert_int_equal(ruleset_faqs(ruleset, "is parking included, or breakfast, or the pool?", "en", 0.1, 10, again), count);
    for (size_t i = 0; i < count; i++)
        assert_ptr_equal(found[i].faq, again[i].faq);
    assert_int_equal(ruleset_faqs(ruleset, "is parking included, or breakfast, or the pool?", "en", 0.1, 2, again), 2);
    assert_ptr_equal(again[1].faq, found[1].faq);
    assert_int_equal(ruleset_faqs(ruleset, "parking", "en", 0, 0, found), 0);
    ruleset_free(ruleset);
}

static void test_without_entries_nothing_is_found(void **state)
{
    (void)state;
    struct ruleset *ruleset = make_good("INSERT INTO setting (name, value) VALUES ('default_language', 'en');");
    struct faq_found found;
    assert_null(ruleset_faq(ruleset, "parking?", "en", 0, NULL));
    assert_int_equal(ruleset_faqs(ruleset, "parking?", "en", 0, 1, &found), 0);
    ruleset_free(ruleset);
}

static void test_an_answer_alone_does_not_answer(void **state)
{
    (void)state;
    struct ruleset *ruleset = make_good("INSERT INTO faq (question, answer) VALUES\n"
                                        "  ('How do I get the Wi-Fi password?', 'It is written on the sugar jar.');");
    struct faq_found found = { 0 };
    assert_null(ruleset_faq(ruleset, "do you sell a sugar jar?", "en", FAQ_FLOOR, NULL));
    assert_int_equal(ruleset_faqs(ruleset, "do you sell a sugar jar?", "en", 0, 1, &found), 1);
    ruleset_free(ruleset);
}

/* Texts from outside */

static void test_hostile_texts_are_texts(void **state)
{
    (void)state;
    static const struct message TEXTS[] = {
        { "en", "\"parking\" AND NOT (x*) NEAR(a b, 3)", "parking" },
        { "en", "question: parking", "parking" },
        { "en", "{question keywords}: ^parking + -x", "parking" },
        { "en", "parking'; DROP TABLE faq; --", "parking" },
        { "en", "\"\"\"\"", NULL },
        { "en", "\" OR 1=1 OR \"", NULL },
        { "en", "*", NULL },
        { "en", "NEAR", NULL },
        { "en", "AND OR NOT", NULL },
        { "en", "(((((((((((((((((", NULL },
        { "en", "%s%n{{ message }}", NULL },
        { "en", "\xff\xfe\x80\xc3", NULL },
        { "en", "\xed\xa0\x80 parking \xf5\x80\x80\x80", "parking" },
        { "en", "ＰＡＲＫＩＮＧ", "parking" },
        { "en", "p\xe2\x80\x8b" "arking", "parking" },
        { "en", "", NULL },
        { "en", "   \t\n", NULL },
    };
    struct ruleset *ruleset = make_good(HOUSE);
    for (size_t i = 0; i < COUNT(TEXTS); i++)
        check_message(ruleset, &TEXTS[i]);
    check_found(ruleset, "en", "have you got parking?", "parking");
    ruleset_free(ruleset);
}

/* 4 KB of `piece` again and again. */
static void repeat(const char *piece, struct buf *out)
{
    while (out->len < 4096)
        buf_add_text(out, piece);
}

static void test_only_the_beginning_of_a_long_text_counts(void **state)
{
    (void)state;
    static const char *const PIECES[] = { "\"", "a", "parkingparking", "주차", "停", "한", "q w ", "\xc3", "e\xcc\x81", "👩‍👩‍👧", "zx1 zy2 " };
    struct ruleset *ruleset = make_good(HOUSE);
    struct faq_found found[50];
    for (size_t i = 0; i < COUNT(PIECES); i++) {
        struct buf text = { 0 };
        repeat(PIECES[i], &text);
        size_t count = ruleset_faqs(ruleset, buf_text(&text), "en", 0, 50, found);
        buf_add_text(&text, " have you got a swimming pool?");
        assert_int_equal(ruleset_faqs(ruleset, buf_text(&text), "en", 0, 50, found), count);
        buf_release(&text);
    }
    check_found(ruleset, "en", "have you got a swimming pool?", "pool");
    ruleset_free(ruleset);
}

/* Rows */

static void test_a_row_is_what_was_written(void **state)
{
    (void)state;
    struct ruleset *ruleset = make_good("INSERT INTO faq (question, answer, keywords, language) VALUES\n"
                                        "  ('Who?', 'We, {{ business_name }}, {{ first_name | default: \"friend\" }}', NULL, NULL),\n"
                                        "  ('When?', 'Now', 'time, hour', 'KO');");
    assert_int_equal(ruleset->faq_count, 2);
    assert_string_equal(ruleset->faqs[0].question, "Who?");
    assert_null(ruleset->faqs[0].keywords);
    assert_string_equal(ruleset->faqs[0].language, "");
    assert_string_equal(ruleset->faqs[0].file, "a.sql");
    assert_int_equal(ruleset->faqs[0].line, 2);
    assert_string_equal(ruleset->faqs[1].keywords, "time, hour");
    assert_string_equal(ruleset->faqs[1].language, "ko");
    assert_int_equal(ruleset->faqs[1].line, 3);
    ruleset_free(ruleset);
}

#define ROW(values) "INSERT INTO faq (question, answer, keywords, language) VALUES\n  (" values ");"

static void test_wrong_rows_are_refused_with_their_place(void **state)
{
    (void)state;
    static const struct {
        const char *text, *sentence;
    } WRONG[] = {
        { ROW("NULL, 'a', NULL, NULL"), "a.sql:2: this faq row lacks its question" },
        { ROW("'q', NULL, NULL, NULL"), "a.sql:2: this faq row lacks its answer" },
        { ROW("'', 'a', NULL, NULL"), "a.sql:2: question is empty; a faq row needs one" },
        { ROW("'q', '', NULL, NULL"), "a.sql:2: answer is empty; a faq row needs one" },
        { ROW("'q', 'a', '', NULL"), "a.sql:2: keywords is empty; write NULL where nothing is meant" },
        { ROW("'?!', 'a', NULL, NULL"),
          "a.sql:2: the question '?!' has no word in it; write what customers would ask" },
        { ROW("'q', 'a', NULL, 'Korean'"),
          "a.sql:2: language is a language's code like en, ko or pt-BR, not 'Korean'; leave it out for an answer to everybody" },
        { ROW("'q', 'See {{ frist_name }}', NULL, NULL"), "a.sql:2: answer: " },
        { ROW("'q', 'See {{ order_id }}', NULL, NULL"), "a.sql:2: answer: " },
        { ROW("'q', 'See {{ open', NULL, NULL"), "a.sql:2: answer: " },
        { ROW("'Opening hours?', 'a', NULL, NULL), ('x', 'y', NULL, NULL),\n  ('opening HOURS', 'b', NULL, NULL"),
          "a.sql:3: the question 'opening HOURS' is already answered in a.sql:2; put both answers into one row" },
        { ROW("'parking', 'a', NULL, 'en'), ('Parking!', 'b', NULL, 'ko'),\n  ('párking', 'b', NULL, 'EN'"),
          "a.sql:3: the question 'párking' is already answered in en in a.sql:2" },
        { "INSERT INTO faq (question, anwser) VALUES ('q', 'a');", "a.sql:1: faq has no column 'anwser'; did you mean 'answer'?" },
        { "INSERT INTO faqs (question, answer) VALUES ('q', 'a');", "a.sql:1: there is no table 'faqs'; did you mean 'faq'?" },
    };
    for (size_t i = 0; i < COUNT(WRONG); i++) {
        struct error error = { 0 };
        assert_null(make(WRONG[i].text, &error));
        if (strncmp(error.text, WRONG[i].sentence, strlen(WRONG[i].sentence)) != 0)
            fail_msg("%s\n%s\nis not\n%s", WRONG[i].text, error.text, WRONG[i].sentence);
    }
}

/* A row with so many characters in one of its columns. */
static void check_length(const char *before, size_t count, const char *after, const char *sentence)
{
    struct buf text = { 0 };
    struct error error = { 0 };
    buf_add_text(&text, before);
    for (size_t i = 0; i < count; i++)
        buf_add_text(&text, "빵");
    buf_add_text(&text, after);
    struct ruleset *ruleset = make(buf_text(&text), &error);
    assert_int_equal(ruleset != NULL, sentence == NULL);
    if (sentence != NULL)
        assert_string_equal(error.text, sentence);
    ruleset_free(ruleset);
    buf_release(&text);
}

static void test_lengths_are_bounded_in_characters(void **state)
{
    (void)state;
    static const char INTO[] = "INSERT INTO faq (question, answer) VALUES ('", KEYS[] =
        "INSERT INTO faq (question, answer, keywords) VALUES ('q', 'a', '";
    static const char ANSWER[] = "INSERT INTO faq (question, answer) VALUES ('q', '";
    check_length(INTO, 500, "', 'a');", NULL);
    check_length(INTO, 501, "', 'a');", "a.sql:1: question has 501 characters; at most 500 are taken");
    check_length(ANSWER, 4096, "');", NULL);
    check_length(ANSWER, 4097, "');", "a.sql:1: answer has 4097 characters; at most 4096 are taken");
    check_length(KEYS, 1000, "');", NULL);
    check_length(KEYS, 1001, "');", "a.sql:1: keywords has 1001 characters; at most 1000 are taken");
}

static void test_at_most_5000_rows_are_taken(void **state)
{
    (void)state;
    struct buf text = { 0 };
    struct error error = { 0 };
    for (int i = 0; i < 5001; i++)
        buf_addf(&text, "INSERT INTO faq (question, answer) VALUES ('q%d', 'a');\n", i);
    assert_null(make(buf_text(&text), &error));
    assert_string_equal(error.text, "the rule files hold 5001 rows in faq; at most 5000 are taken");
    buf_release(&text);
}

/* Warnings */

static void note_warning(void *context, const struct warning *warning)
{
    if (strcmp(warning->kind, "faq") == 0 || strcmp(warning->kind, "template") == 0 || strcmp(warning->kind, "length") == 0) {
        warning_format(warning, context);
        buf_add_char(context, '\n');
    }
}

static void check_warned(const char *text, const char *wanted)
{
    struct ruleset *ruleset = make_good(text);
    struct buf told = { 0 };
    rules_check(ruleset, note_warning, &told);
    assert_string_equal(buf_text(&told), wanted);
    buf_release(&told);
    ruleset_free(ruleset);
}

static void test_slips_are_told(void **state)
{
    (void)state;
    check_warned(ROW("'Where are you?', 'Here', NULL, NULL"),
                 "a.sql:2: the question 'Where are you?' has no word that tells it from others, so it is found only when somebody "
                 "asks it word for word; give it keywords\n");
    check_warned(ROW("'Where are you?', 'Here', 'address', NULL"), "");
    check_warned(ROW("'Is there parking?', 'Yes', 'garage, car park', 'en'), ('Is it safe?', 'Yes',\n'Car-parks, safe', 'en'"),
                 "a.sql:2: the questions 'Is it safe?' and 'Is there parking?' (a.sql:2) have a keyword in common (car park): "
                 "whoever writes nothing else gets the answer to only one of them; leave it to the one that is meant\n");
    check_warned(ROW("'Is there parking?', 'Yes', 'car park', 'en'), ('¿Hay parking?', 'Si', 'car park', 'es'"), "");
    check_warned(ROW("'Who is it?', 'Hello {first_name}', 'name', NULL"),
                 "a.sql:2: the answer to Who is it? says {first_name} as it stands; two braces make it a value: {{ first_name }}\n");
    check_warned(HOUSE, "");
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(test_a_message_finds_the_entry_that_it_asks_for_or_none),
        cmocka_unit_test(test_a_question_word_for_word_scores_one),
        cmocka_unit_test(test_a_score_means_the_same_in_small_and_large_tables),
        cmocka_unit_test(test_the_language_decides_between_entries_that_fit_alike),
        cmocka_unit_test(test_an_entry_in_another_language_must_fit_far_better),
        cmocka_unit_test(test_knowledge_is_the_best_entries_in_order),
        cmocka_unit_test(test_without_entries_nothing_is_found),
        cmocka_unit_test(test_an_answer_alone_does_not_answer),
        cmocka_unit_test(test_hostile_texts_are_texts),
        cmocka_unit_test(test_only_the_beginning_of_a_long_text_counts),
        cmocka_unit_test(test_a_row_is_what_was_written),
        cmocka_unit_test(test_wrong_rows_are_refused_with_their_place),
        cmocka_unit_test(test_lengths_are_bounded_in_characters),
        cmocka_unit_test(test_at_most_5000_rows_are_taken),
        cmocka_unit_test(test_slips_are_told),
    };
    return cmocka_run_group_tests(TESTS, open_zones, close_zones);
}
