/*
 * generate_words: see the header.
 *
 * A vocabulary begins with words that are real, most frequent first; those behind them are put together from syllables by
 * their rank, as no list of real words would be long enough.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#include "generate_topics.h"

enum { VOCABULARY = 30000, RIDDLE_KINDS = 40 };

struct words {
    struct buf text;           /* all words, each with its NUL */
    uint32_t start[TONGUES][VOCABULARY];
};

static const struct {
    const char *tag, *zone, *names;
    const char *common;    /* real words, most frequent first */
    const char *syllables; /* of the others */
    int least, most;       /* syllables of a word */
    const char *gap;       /* between words */
} TONGUE[TONGUES] = {
    [ENGLISH] = {
        "en", "Europe/London", "Ana Ben Chloe Dan Eve Finn Grace Hugo Iris Jack Kate Leo Mia Noah Olive Paul Ruth Sam Tess Will",
        "the to and I you it is a of for in that we on with have please can my this be not are was but at bread they so do like "
        "will if one get your today morning would there what just know time good when order how want some still need me "
        "croissant table right two people now before could really here dough baguette go from warm back great yesterday coffee "
        "again last week cheese butter see sourdough fresh tomorrow daughter evening open shop rye maybe always baker oven bag "
        "little window never street garden flour friend honey brother weekend slice apple lemon pumpkin walnut cinnamon picnic",
        "ba re ti mo lan ker sho vi nu den fla gri po sta ow lin te mar che sor dun el pri cas wen hol ny bram fen ick",
        2, 3, " " },
    [KOREAN] = {
        "ko", "Asia/Seoul", "민준 서연 도윤 지우 하준 서윤 은우 수아 시우 지아 예준 하은 유준 나은 현우 채원",
        "빵 오늘 내일 저희 혹시 그리고 정말 많이 조금 케이크 주문 예약 시간 매장 지금 어제 아침 저녁 점심 사람이 가격이 포장 배달은 "
        "크루아상 바게트 커피 우유 버터 치즈 딸기 사과 호두 생일 아이가 친구랑 주말에 평일에 다시 빨리 천천히 따뜻한 신선한 맛있는 "
        "작은 큰 하나 두개 세개 남은 전화 번호 확인 부탁드려요 가능할까요 괜찮아요 좋아요 환불 교환 영수증 선물 근처 공원 창가 자리",
        "가 나 다 라 마 바 사 아 자 하 고 노 도 로 모 보 소 오 조 호 기 니 디 리 미 비 시 이 지 히 강 남 동 문 산 성 원 전 정 진 천 한 현 "
        "경 광 구 국 군 금 길 김 단 당 대 덕 등 람 량 례 록 류 림 만 망 면 명 목 물 민 박 방 백 범 별 복 봉 부 북 분 빈 상 서 석 선 설",
        2, 3, " " },
    [SPANISH] = {
        "es", "Europe/Madrid", "Lucía Mateo Sofía Hugo Martina Pablo Julia Diego Paula Álvaro Carmen Javier Elena Iker",
        "de la que el en y a los un por con para una su me no es lo se más pan pero muy hoy mañana "
        "quiero tienen favor ya cuando hay "
        "mesa está dos también ahora café bien todo aquí tarde semana antes queso mantequilla tienda caliente fresco ayer niña "
        "amigos calle ventana siempre nunca harina centeno limón manzana nuez canela hermano fiesta pedido hora puedo gracias",
        "ca lo mi ra ta so pe ni do ve lu ría gar men ción ble to res ma fa que rón ten sal bo chi ña dero",
        2, 3, " " },
    [CHINESE] = {
        "zh", "Asia/Shanghai", "伟 芳 娜 敏 静 丽 强 磊 军 洋 勇 艳 杰 娟 涛 明",
        "我们 今天 明天 面包 可以 请问 没有 还有 想要 蛋糕 预订 时间 现在 早上 晚上 多少 什么 怎么 这个 那个 一个 两个 新鲜 咖啡 牛奶 "
        "黄油 奶酪 草莓 苹果 核桃 生日 孩子 朋友 周末 快点 好吃 小的 大的 电话 号码 确认 麻烦 谢谢 退款 发票 礼物 附近 公园 窗边 座位",
        "天 地 人 山 水 火 木 金 土 日 月 星 风 雨 雪 花 草 树 鸟 鱼 马 牛 羊 米 茶 酒 饭 菜 衣 车 门 路 书 笔 纸 墨 琴 棋 画 诗 春 夏 秋 冬 东 西 南 北 红 蓝",
        2, 2, "" },
    [JAPANESE] = {
        "ja", "Asia/Tokyo", "陽葵 蓮 凛 湊 結菜 蒼 紬 樹 葵 悠真 咲良 大和",
        "今日は 明日は パンを ください お願いします 予約 時間 いま 朝の 夜の いくら この その ひとつ ふたつ 新しい コーヒー 牛乳 バター "
        "チーズ いちご りんご くるみ 誕生日 子供と 友達と 週末に 早く 美味しい 小さい 大きい 電話 番号 確認 返金 領収書 贈り物 近く 公園 窓際 席",
        "あ か さ た な は ま や ら わ い き し ち に ひ み り う く す つ ぬ ふ む ゆ る え け せ て ね へ め れ お こ そ と の ほ も よ ろ",
        2, 3, "" },
};

/* The n-th of words that are parted by blanks; counted round and round. */
static size_t count_words(const char *list)
{
    size_t count = 1;

    while ((list = strchr(list, ' ')) != NULL && *++list != '\0')
        count++;
    return count;
}

static const char *nth_word(const char *list, size_t n, size_t *len)
{
    while (n-- > 0)
        list = strchr(list, ' ') + 1;
    *len = strcspn(list, " ");
    return list;
}

static void make_word(enum tongue tongue, uint64_t rank, size_t syllables, struct buf *out)
{
    uint64_t number = chance_mix(rank * TONGUES + tongue + 1);
    int count = TONGUE[tongue].least + (int)(number % (unsigned)(TONGUE[tongue].most - TONGUE[tongue].least + 1));

    for (number = chance_mix(number); count-- > 0; number /= syllables) {
        size_t len;
        const char *syllable = nth_word(TONGUE[tongue].syllables, number % syllables, &len);

        buf_add(out, syllable, len);
    }
}

struct words *words_new(void)
{
    struct words *words = alloc_new(sizeof *words);

    for (enum tongue tongue = 0; tongue < TONGUES; tongue++) {
        size_t common = count_words(TONGUE[tongue].common), syllables = count_words(TONGUE[tongue].syllables), len;

        for (size_t rank = 0; rank < VOCABULARY; rank++) {
            words->start[tongue][rank] = (uint32_t)words->text.len;
            if (rank < common) {
                const char *word = nth_word(TONGUE[tongue].common, rank, &len);

                buf_add(&words->text, word, len);
            } else {
                make_word(tongue, rank, syllables, &words->text);
            }
            buf_add_char(&words->text, '\0');
        }
    }
    return words;
}

void words_free(struct words *words)
{
    if (words != NULL)
        buf_release(&words->text);
    free(words);
}

const char *words_tag(enum tongue tongue)
{
    return TONGUE[tongue].tag;
}

const char *words_zone(enum tongue tongue)
{
    return TONGUE[tongue].zone;
}

void words_name(enum tongue tongue, uint64_t number, struct buf *out)
{
    size_t len;
    const char *name = nth_word(TONGUE[tongue].names, number % count_words(TONGUE[tongue].names), &len);

    buf_add(out, name, len);
}

const struct topic *words_topic(struct chance *chance, enum topic_way way)
{
    int all = 0;
    int64_t at;

    for (size_t i = 0; i < topic_count; i++)
        all += topics[i].way == way ? topics[i].share : 0;
    at = chance_below(chance, all);
    for (size_t i = 0; i < topic_count; i++)
        if (topics[i].way == way && (at -= topics[i].share) < 0)
            return &topics[i];
    return NULL;
}

void words_talk(const struct words *words, struct chance *chance, enum tongue tongue, int least, int most, struct buf *out)
{
    int64_t count = chance_between(chance, least, most);

    for (int64_t i = 0; i < count; i++) {
        if (i > 0)
            buf_add_text(out, TONGUE[tongue].gap);
        buf_add_text(out, words->text.data + words->start[tongue][chance_rank(chance, VOCABULARY)]);
    }
}

void words_ask(const struct words *words, struct chance *chance, enum tongue tongue, const struct topic *topic, struct buf *out)
{
    buf_add_text(out, topic->asks[tongue]);
    if (topic->way == TOPIC_OPT_OUT || topic->way == TOPIC_IGNORE || chance_of(chance, 3500))
        return;
    buf_add_text(out, tongue == CHINESE || tongue == JAPANESE ? "，" : ", ");
    words_talk(words, chance, tongue, 1, 9, out);
    buf_add_text(out, chance_of(chance, 5000) ? "?" : "");
}

void words_say(const struct words *words, struct chance *chance, enum tongue tongue, const struct topic *topic, struct buf *out)
{
    buf_add_text(out, topic->says[tongue]);
    if (topic->way == TOPIC_OPT_OUT)
        return;
    buf_add_char(out, ' ');
    words_talk(words, chance, tongue, topic->way == TOPIC_CONSULT ? 12 : 2, topic->way == TOPIC_CONSULT ? 40 : 6, out);
    buf_add_char(out, '.');
}

/* Letters as they come from a thumb: capitals, further marks, further blanks. */
static void disguise(struct chance *chance, size_t from, struct buf *out)
{
    if (chance_of(chance, 3000) && out->data[from] >= 'a' && out->data[from] <= 'z')
        out->data[from] = (char)(out->data[from] - 'a' + 'A');
    if (chance_of(chance, 1000))
        for (size_t i = from; i < out->len; i++)
            if (out->data[i] >= 'a' && out->data[i] <= 'z')
                out->data[i] = (char)(out->data[i] - 'a' + 'A');
    if (chance_of(chance, 4000))
        buf_add_text(out, chance_of(chance, 5000) ? "?" : "??");
    if (chance_of(chance, 1000))
        buf_add_text(out, "  ");
}

void words_riddle(const struct words *words, struct chance *chance, enum tongue tongue, struct buf *out)
{
    size_t from = out->len;

    if (chance_of(chance, 6000)) { /* one of those that are asked again and again */
        struct chance known = { .state = (uint64_t)chance_rank(chance, RIDDLE_KINDS) * TONGUES + tongue };

        words_talk(words, &known, tongue, 3, 5, out);
        disguise(chance, from, out);
    } else {
        words_talk(words, chance, tongue, 3, 9, out);
        if (chance_of(chance, 800))
            buf_addf(out, " +8210%08d", (int)chance_below(chance, 100000000));
    }
}
