/*
 * words: what a shopkeeper types against what customers write. Each row is a list of words, a message, and
 * whether it is taken.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "text/fold.h"
#include "text/pattern.h"
#include "text/words.h"

struct row {
    const char *words, *message;
    int taken;
};

static struct pattern *compile(const char *words)
{
    struct buf source = { 0 };
    struct error error = { 0 };
    struct pattern *pattern = NULL;

    if (words_compile(words, &source, &error) == 0)
        pattern = pattern_new_generated(buf_text(&source), &error);
    if (pattern == NULL)
        fail_msg("%s: %s", words, error.text);
    buf_release(&source);
    return pattern;
}

static enum pattern_result match(const char *words, const char *message, bool allow_jit)
{
    struct pattern *pattern = compile(words);
    struct matcher *matcher = matcher_new(allow_jit);
    struct buf folded = { 0 };
    enum pattern_result result;

    fold_text(message, strlen(message), &folded);
    result = pattern_match(pattern, matcher, buf_text(&folded), folded.len, NULL);
    buf_release(&folded);
    matcher_free(matcher);
    pattern_free(pattern);
    return result;
}

static void check(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (int jit = 0; jit < 2; jit++)
            if (match(rows[i].words, rows[i].message, jit) != (rows[i].taken ? PATTERN_YES : PATTERN_NO))
                fail_msg("words \"%s\" should %stake \"%s\" (jit %d)", rows[i].words,
                         rows[i].taken ? "" : "not ", rows[i].message, jit);
}

#define CHECK(rows) check(rows, sizeof rows / sizeof rows[0])

static void english_words(void **state)
{
    static const struct row ROWS[] = {
        { "hours", "What are your hours?", 1 },
        { "hours", "HOURS", 1 },
        { "hours", "hours!!!", 1 },
        { "hours", "_hours_ please", 1 },
        { "hours", "(hours)", 1 },
        { "hours", "hoursly", 0 },
        { "hours", "happyhours", 0 },
        { "hours", "24hours", 0 },
        { "hours", "hours2", 0 },
        { "hours", "hour", 0 },
        { "hours, open, opening*", "when do you open", 1 },
        { "hours, open, opening*", "Openings on Sunday?", 1 },
        { "hours, open, opening*", "opened", 0 },
        { "hours,\n   open,\n   close", "do you close at 6", 1 },
        { "refund*", "I want refunds", 1 },
        { "refund*", "refunded?", 1 },
        { "refund*", "prerefund", 0 },
        { "*fund", "I need a refund", 1 },
        { "*fund", "funding", 0 },
        { "*cake*", "cheesecakes", 1 },
        { "24", "open 24 hours", 1 },
        { "24", "in 2024", 0 },
        { "24/7", "are you open 24/7?", 1 },
        { "c++", "I write C++ and C", 1 },
        { "$5", "only $5?", 1 },
        { "$5", "only $50?", 0 },
        { "?", "really?", 1 },
        { "VIP", "VIP는 뭐예요?", 1 },
        { "LINE", "LINEで予約できますか", 1 },
        { "LINE", "ONLINE", 0 },
        { "wifi", "ขอ wifiหน่อย", 1 },
    };

    (void)state;
    CHECK(ROWS);
}

static void phrases(void **state)
{
    static const struct row ROWS[] = {
        { "not a leak", "it is NOT a  leak", 1 },
        { "not a leak", "not a\nleak", 1 },
        { "not a leak", "not a leaky tap", 0 },
        { "not a leak", "a leak", 0 },
        { "not a leak", "not such a leak", 0 },
        { "brown fox", "brown brown fox", 1 },
        { "brown fox", "fox brown", 0 },
        { "opt out", "please opt-out", 1 },
        { "e-mail", "my email", 1 },
        { "e-mail", "my e mail", 1 },
        { "e-mail", "my E\u2011Mail", 1 },
        { "don't", "I dont know", 1 },
        { "don't", "I don\u2019t know", 1 },
        { "don\u2019t", "I don't know", 1 },
        { "배송 조회", "배송조회 부탁드려요", 1 },
        { "배송 조회", "배송을 조회하고 싶어요", 1 },
        { "배송 조회", "조회 배송", 0 },
        { "다른 게 왔", "다른게왔어요", 1 },
        { "언제 열", "토요일은 언제 열어요?", 1 },
        { "그만 보내", "그만 좀 보내세요", 1 },
        { "gift card", "기프트 카드", 0 },
    };

    (void)state;
    CHECK(ROWS);
}

static void accents(void **state)
{
    static const struct row ROWS[] = {
        { "cafe", "Café", 1 },
        { "cafe", "Cafe\u0301", 1 },
        { "cafe", "CAFÉ", 1 },
        { "café", "cafe", 1 },
        { "café", "CAFE?", 1 },
        { "cafe", "cafes", 0 },
        { "cafe", "cafés", 0 },
        { "dia", "¿Qué día abren?", 1 },
        { "numero", "mi número de pedido", 1 },
        { "mañana", "hasta manana", 1 },
        { "strasse", "Hauptstraße", 0 },
        { "*strasse", "Hauptstraße", 1 },
        { "straße", "strasse 5", 1 },
        { "grosse", "große Torte", 1 },
        { "oeuvre", "œuvre", 1 },
        { "istanbul", "İstanbul", 1 },
        { "istanbul", "ıstanbul", 1 },
        { "lodz", "Łódź", 1 },
        { "Đà Nẵng", "da nang", 1 },
        { "da nang", "giao hàng ở Đà Nẵng", 1 },
        { "tue", "kinky\u212a", 0 },
        { "привет", "Привет!", 1 },
        { "й", "и", 0 },
    };

    (void)state;
    CHECK(ROWS);
}

static void hangul(void **state)
{
    static const struct row ROWS[] = {
        { "환불", "환불", 1 },
        { "환불", "환불하고 싶어요", 1 },
        { "환불", "환 불은요?", 1 },
        { "환불", "환불이 언제 되나요", 1 },
        { "환불", "환불가능한가요", 1 },
        { "환불", "ㅠㅠ환불해주세요", 1 },
        { "환불", "AS환불", 1 },
        { "환불", "교환 불가", 0 },
        { "환불", "미환불", 0 },
        { "*환불", "전액환불 되나요", 1 },
        { "배송", "맞춤배송", 0 },
        { "*배송", "맞춤배송", 1 },
        { "환불", "ㅋㅠ환불되나요", 1 },
        { "환불", "빨리환불해줘요", 1 },
        { "환불", "이거환불할게요", 1 },
        { "배송", "새벽배송", 1 },
        { "배송", "로켓배송", 1 },
        { "배송", "해외배송", 1 },
        { "배송", "국제배송", 1 },
        { "배송", "일반배송", 1 },
        { "배송", "퀵배송", 1 },
        { "배송", "총알배송", 1 },
        { "배송", "언제배송", 1 },
        { "배송", "당일배송", 1 },
        { "배송", "무료배송", 1 },
        { "배송", "정기배송", 1 },
        { "가격", "할인가격", 1 },
        { "가격", "판매가격", 1 },
        { "가격", "도매가격", 1 },
        { "예약", "단체예약", 1 },
        { "예약", "방문예약", 1 },
        { "예약", "온라인예약", 1 },
        { "예약", "전화예약", 1 },
        { "환불", "교환환불", 1 },
        { "환불", "반품환불", 1 },
        { "환불", "현금환불", 1 },
        { "환불", "언제환불돼요", 1 },
        { "환불", "그럼환불", 1 },
        { "환불", "아직환불", 1 },
        { "환불", "왜환불안해줘요", 1 },
        { "환불", "아니환불이요", 1 },
        { "환불", "취소환불", 1 },
        { "교환", "맞교환", 1 },
        { "교환", "사이즈교환", 1 },
        { "교환", "반품교환", 1 },
        { "환불", "무환불", 0 },
        { "환불", "호환불가", 0 },
        { "환불", "변환불가능", 0 },
        { "환불", "교환불가", 0 },
        { "교환", "외교환경", 0 },
        { "교환", "비교환산", 0 },
        { "배송", "미배송", 0 },
        { "배송", "오배송", 0 },
        { "예약", "노예약", 0 },
        { "교환", "환불말고교환", 1 },
        { "교환", "21호로교환하고싶어요", 1 },
        { "취소", "주문취소해주세요", 1 },
        { "언제 와", "배송언제와요?", 1 },
        { "문의", "예약문의드려요", 1 },
        { "문의", "전문의 선생님", 0 },
        { "말", "주문말고", 0 },
        { "말고", "주문말고", 1 },
        { "영업시간", "영업 시간이 어떻게 되나요?", 1 },
        { "영업시간", "영업시간", 1 },
        { "영업시간", "영업 종료 시간", 0 },
        { "개", "개가 있어요", 1 },
        { "개", "개는요?", 1 },
        { "개", "개", 1 },
        { "개", "개인정보", 0 },
        { "개", "무지개", 0 },
        { "개*", "개인정보", 1 },
        { "3개", "3개 주세요", 1 },
        { "3개", "3개월", 0 },
        { "물", "물은 어디 있나요", 1 },
        { "물", "선물", 0 },
        { "물", "물건", 0 },
        { "AS접수", "as 접수요", 1 },
        { "상담원", "상담원 연결해 주세요", 1 },
        { "예약, reservation", "예약이요", 1 },
    };

    (void)state;
    CHECK(ROWS);
}

static void other_scripts(void **state)
{
    static const struct row ROWS[] = {
        { "営業時間", "営業時間", 1 },
        { "営業時間", "今日の営業時間を教えてください", 1 },
        { "営業時間", "営業日", 0 },
        { "テスト", "これはﾃｽﾄです", 1 },
        { "退款", "我要退款谢谢", 1 },
        { "退款，退货", "可以退货吗", 1 },
        { "返品、返金", "返金できますか", 1 },
        { "ราคา", "ขอทราบราคาเค้กค่ะ", 1 },
        { "ราคา", "สวัสดีค่ะ", 0 },
        { "कीमत", "इसकी कीमत क्या है", 1 },
        { "कम", "कमरा", 0 },
        { "कम", "कमी", 0 },
        { "سعر", "كم سعر الكعكة", 1 },
        { "🎂", "a 🎂 for mum", 1 },
        { "🎂", "a🎂b", 1 },
        { "❤️", "love it ❤", 1 },
        { "👍", "ok👍🏽", 1 },
    };

    (void)state;
    CHECK(ROWS);
}

static void whole_messages(void **state)
{
    static const struct row ROWS[] = {
        { "=stop", "stop", 1 },
        { "=stop", "Stop.", 1 },
        { "=stop", " STOP!!! ", 1 },
        { "=stop", "\"stop\"", 1 },
        { "=stop", "*Stop*", 1 },
        { "=stop", "stop please", 1 },
        { "=stop", "please stop!", 1 },
        { "=stop", "STOP, thank you", 1 },
        { "=stop", "Stop. Thank you very much!", 1 },
        { "=stop", "hi, can you please stop?", 1 },
        { "=stop", "stop stop STOP", 1 },
        { "=stop", "stop 🙏", 1 },
        { "=stop", "por favor, stop, gracias", 1 },
        { "=stop", "stop 해주세요", 1 },
        { "=stop", "stop, Zé isn't coming", 0 },
        { "=stop", "stop it", 0 },
        { "=stop", "don't stop", 0 },
        { "=stop", "bus stop", 0 },
        { "=stop", "stopped", 0 },
        { "=stop", "stop stopping", 0 },
        { "=stop", "stopplease", 0 },
        { "=p", "please, p please!!", 1 },
        { "=네", "네네", 1 },
        { "=네", "네, 네 감사합니다", 1 },
        { "=stop", "please", 0 },
        { "=stop, =unsubscribe", "Unsubscribe pls", 1 },
        { "=stop, hours", "your hours", 1 },
        { "=opt out", "opt-out, thanks", 1 },
        { "=no, =no way", "no way!", 1 },
        { "=vale, =perfecto, =ok", "Ok, vale, perfecto!", 1 },
        { "=vale, =perfecto, =ok", "ok, vale 20 euros", 0 },
        { "=vale, =perfecto", "valeperfecto", 0 },
        { "=no", "no thanks", 1 },
        { "=yes", "yes please", 1 },
        { "=thanks", "Thanks!", 1 },
        { "=ok", "okay", 0 },
        { "=baja", "BAJA por favor", 1 },
        { "=1", "1", 1 },
        { "=1", "1.", 1 },
        { "=1", "1\ufe0f\u20e3", 1 },
        { "=1", "11", 0 },
        { "=1", "1 2", 0 },
        { "=?", "???", 1 },
        { "=?", "why?", 0 },
        { "=👍", "👍👍", 1 },
        { "=👍", "ok 👍", 0 },
        { "=unsub*", "unsubscribing please", 1 },
        { "=unsub*", "unsubscribe me", 0 },
        { "=*stop", "nonstop", 1 },
        { "=수신거부", "수신거부", 1 },
        { "=수신거부", "수신거부요", 1 },
        { "=수신거부", "수신 거부요~", 1 },
        { "=수신거부", "수신거부 해주세요", 1 },
        { "=수신거부", "수신거부 부탁드립니다.", 1 },
        { "=수신거부", "네 수신거부 할게요 감사합니다", 1 },
        { "=수신거부", "수신거부합니다!!", 1 },
        { "=수신거부", "수신거부하지 마세요", 0 },
        { "=수신거부", "수신거부 취소해주세요", 0 },
        { "=수신거부", "수신거부 안 할게요", 0 },
        { "=수신거부", "수신거부는 어떻게 해요?", 0 },
        { "=수신거부", "수신거부ㅡㅡ", 1 },
        { "=수신거부", "ㅠㅠ 수신거부 부탁드려요ㅠㅠ", 1 },
        { "=ㅋㅋ", "ㅋㅋㅋㅋ", 1 },
        { "=ㅇㅋ", "ㅇㅋ!", 1 },
        { "=ㅇㅋ", "ㅇㅋ 환불", 0 },
        { "=停止", "停止してください", 1 },
        { "=停止", "请停止", 1 },
        { "=停止", "停止しないで", 0 },
        { "=退订", "退订，谢谢", 1 },
        { "=หยุด", "หยุดครับ", 1 },
        { "=หยุด", "กรุณาหยุดค่ะ", 1 },
    };

    (void)state;
    CHECK(ROWS);
}

static void refusals(void **state)
{
    static const struct {
        const char *words, *reason;
    } ROWS[] = {
        { "", "is empty" },
        { "  \n ", "is empty" },
        { "hours,, open", "extra comma" },
        { "hours,", "extra comma" },
        { ",hours", "extra comma" },
        { "*", "\"*\" has no word" },
        { "=", "\"=\" has no word" },
        { "=*", "has no word" },
        { "\u200b", "is empty" },
        { "open*now", "\"open*now\" has a star in the middle" },
        { "**open", "star in the middle" },
        { "a, open * late, b", "\"open * late\" has a star in the middle" },
        { "ho\xffurs", "UTF-8" },
    };
    struct buf out = { 0 };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        struct error error = { 0 };

        assert_int_equal(words_compile(ROWS[i].words, &out, &error), -1);
        if (strstr(error.text, ROWS[i].reason) == NULL)
            fail_msg("\"%s\": %s", ROWS[i].words, error.text);
    }
    assert_int_equal(out.len, 0);
}

/* The limit on size is reached in words, before PCRE2's own; what is below it compiles. */
static void sizes(void **state)
{
    static const char *const PIECES[] = { "o",    "s",   "ae", "ß",  "b",  "환", "물, ", "o, ", "=o, ",
                                          "*o, ", "환 ", "営", "é-", "b'", "k",  "๏",    ".",   "🎂" };

    (void)state;
    for (size_t i = 0; i < sizeof PIECES / sizeof PIECES[0]; i++) {
        struct buf words = { 0 };
        int refused = 0;

        buf_add_text(&words, "=a, b, *c, 물, 물a, a물, *물, ");
        while (words.len < WORDS_MAX - 16) {
            struct buf source = { 0 };
            struct error error = { 0 };

            for (int n = 0; n < 160 && words.len < WORDS_MAX - 16; n++)
                buf_add_text(&words, PIECES[i]);
            size_t len = words.len;
            buf_add_text(&words, "b");
            refused = words_compile(words.data, &source, &error);
            if (refused == 0) {
                struct pattern *pattern = pattern_new_generated(source.data, &error);

                if (pattern == NULL)
                    fail_msg("%zu bytes of \"%s\": %s", words.len, PIECES[i], error.text);
                pattern_free(pattern);
            }
            buf_truncate(&words, len);
            buf_release(&source);
            if (refused != 0)
                break;
        }
        buf_release(&words);
    }
}

static void too_long(void **state)
{
    static char words[WORDS_MAX + 2], whole[500];
    struct buf out = { 0 };
    struct error error = { 0 };

    (void)state;
    memset(words, 'b', sizeof words - 1);
    assert_int_equal(words_compile(words, &out, &error), -1);
    assert_non_null(strstr(error.text, "split it into two rules"));
    memset(whole, 'b', sizeof whole - 1);
    whole[0] = '=';
    assert_int_equal(words_compile(whole, &out, &error), -1);
    assert_non_null(strstr(error.text, "too long for a whole message"));
    buf_release(&out);
}

enum { WHOLE_CHARACTERS = 119 }; /* the longest message that a whole-message entry looks at */

/* Matches the words against as many units as fit into `max` characters, and the end. */
static void repeat_checked(const char *words, const char *unit, const char *end, size_t max)
{
    struct buf message = { 0 };
    size_t step = utf8_count(unit, strlen(unit));

    for (size_t used = 1; used + step <= max && message.len + strlen(unit) + strlen(end) <= MATCH_MAX;
         used += step)
        buf_add_text(&message, unit);
    buf_add_text(&message, end);
    for (int jit = 0; jit < 2; jit++)
        if (match(words, message.data, jit) == PATTERN_LIMIT)
            fail_msg("\"%s\" on many \"%s\" runs into a limit (jit %d)", words, unit, jit);
    buf_release(&message);
}

/* A customer's message must not push a list of words into its limits, which would disable the rule. */
static void hostile_messages(void **state)
{
    static const struct {
        const char *words, *unit, *end;
    } ROWS[] = {
        { "=stop", "stop ", "x" },
        { "=stop", "please ", "x" },
        { "=stop", "stop!", "x" },
        { "=stop", "!", "x" },
        { "=stop", "thank you ", "x" },
        { "=stop, =stop it", "stop it ", "x" },
        { "=stop, =stop it, =it, =it stop", "stop it ", "x" },
        { "=a, =a a, =a a a, =a a a a", "a ", "x" },
        { "=a*, =*a, =*a*", "a ", "?x x" },
        { "=*stop", "stop", "x" },
        { "=*停", "停", "x" },
        { "=*停*", "停", " x" },
        { "=수신거부", "네", "x" },
        { "=수신거부", "수신거부해요", "x" },
        { "=수신거부", "수 신 거 부 해 주세요 ", "x" },
        { "=수신거부", "ㅠ", "x" },
        { "=수신거부", "ㅠㅠ수신거부ㅠㅠ", "x" },
        { "=ㅋㅋ", "ㅋ", "x" },
        { "그만 보내 주", "그만 좀 좀 ", "x" },
        { "=停止", "นะครับ", "x" },
        { "=停止", "停止นะครับนะคะ", "x" },
        { "=?, =??", "?", "x" },
        { "=네", "네", "x" },
        { "=요", "요", "x" },
        { "=좀", "좀", "x" },
        { "=좀", "좀 좀", "x" },
        { "=thanks", "thanks ", "x" },
        { "물", "물은는이가", "인" },
        { "brown fox", "brown ", "x" },
        { "a b c d e", "a b c d ", "x" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        repeat_checked(ROWS[i].words, ROWS[i].unit, ROWS[i].end, MATCH_MAX);
        repeat_checked(ROWS[i].words, ROWS[i].unit, ROWS[i].end, WHOLE_CHARACTERS);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(english_words),    cmocka_unit_test(phrases),  cmocka_unit_test(accents),
        cmocka_unit_test(hangul),           cmocka_unit_test(refusals), cmocka_unit_test(other_scripts),
        cmocka_unit_test(whole_messages),   cmocka_unit_test(sizes),    cmocka_unit_test(too_long),
        cmocka_unit_test(hostile_messages),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
