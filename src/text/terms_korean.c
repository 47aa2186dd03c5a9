/*
 * terms_korean: the end of a Korean word, off: particles behind a noun, endings behind a verb, and the verbs that are
 * written onto a noun (주차되나요, 환불해주세요, 배송가능한가요).
 *
 * The longest that fits goes first, and again, until nothing fits: what stays is the same for all forms of a word.
 * An ending of one syllable comes off only where two stay, for 포도 is no 포; one of several leaves one (열어요).
 */
#include <string.h>

#include "text/terms_part.h"

enum { ROUNDS_MAX = 5, ENDING_MAX = 6, SYLLABLE = 3 /* bytes */ };

/* Behind a word of one syllable these come off as well, as a second reading. */
static const char PARTICLES[] = "은는이가을를에의도로만와과";

/* Sorted by their bytes. */
static const char *const ENDINGS[] = {
    "가", "가능", "가능여부", "가능한가요", "가능한지", "가능할까요", "가능합니까", "가능해요", "거든요", "고", "고요", "과", "군요", "까요", "까지",
    "까지는", "께", "께서", "나", "나요", "네", "네요", "는", "는데", "는데요", "는지", "는지요", "님", "대요", "던데", "데요", "도", "돼",
    "돼나요", "돼요", "됐나요", "됐어요", "되", "되나", "되나요", "되는", "되는데", "되는지", "되면", "되었나요", "되요", "된", "될", "될까요", "될수",
    "됨", "됩니까", "됩니다", "드려요", "드릴게요", "드립니다", "들", "라고", "라는", "라도", "랑", "려고", "려고요", "려면", "로", "로는", "로도",
    "를", "마다", "만", "면", "바랍니다", "밖에", "보다", "부탁드려요", "부탁드립니다", "부터", "부터는", "불가", "서", "세요", "습니까", "습니다",
    "습니당", "싶습니다", "싶어요", "싶은데", "싶은데요", "아서", "아요", "았는데", "았어요", "어서", "어요", "없", "없나요", "없는", "없는지", "없어요",
    "었는데", "었어요", "에", "에게", "에게서", "에는", "에도", "에서", "에서는", "에서도", "에요", "여요", "예요", "와", "요", "으려면", "으로",
    "으로는", "으로도", "으면", "으세요", "은", "은데", "은데요", "은지", "을", "을까", "을까요", "의", "이", "이고", "이나", "이라고", "이라는",
    "이라도", "이란", "이랑", "이면", "이에요", "이예요", "이요", "이죠", "이지", "인가", "인가요", "인데", "인데요", "인지", "입니까", "입니다", "있",
    "있나", "있나요", "있는", "있는지", "있는지요", "있습니까", "있어요", "있을까요", "있음", "조차", "죠", "주세요", "주시나요", "주실", "줘요", "지",
    "지요", "처럼", "하", "하고", "하고싶습니다", "하고싶어요", "하고싶은데", "하고싶은데요", "하나", "하나요", "하는", "하는데", "하는지", "하려고", "하려는데",
    "하려면", "하면", "하세요", "하시나요", "한", "한가요", "한데", "한데요", "한지", "한테", "한테서", "할", "할까요", "할수", "할수있나요", "할수있어요",
    "할수있을까요", "함", "합니까", "합니다", "해", "해도", "해도되나요", "해서", "해야", "해요", "해주", "해주나요", "해주세요", "해주시나요", "해주실",
    "해주실수", "해줘", "해줘요", "했는데", "했는데요", "했습니다", "했어요",
};

bool terms_is_particle(const char *syllable)
{
    for (size_t at = 0; PARTICLES[at] != '\0'; at += SYLLABLE)
        if (memcmp(PARTICLES + at, syllable, SYLLABLE) == 0)
            return true;
    return false;
}

static bool is_ending(const char *text, size_t len)
{
    return terms_has(ENDINGS, sizeof ENDINGS / sizeof ENDINGS[0], text, len);
}

bool terms_is_korean_ending(const char *word, size_t len)
{
    return len > SYLLABLE && is_ending(word, len);
}

/* How many syllables the longest ending has that may come off, or 0. */
static size_t longest_ending(const char *word, size_t count)
{
    for (size_t len = count - 1 < ENDING_MAX ? count - 1 : ENDING_MAX; len > 0; len--)
        if ((len > 1 || count > 2) && is_ending(word + (count - len) * SYLLABLE, len * SYLLABLE))
            return len;
    return 0;
}

size_t terms_korean_stem(const char *word, size_t len)
{
    size_t count = len / SYLLABLE;
    for (int round = 0; round < ROUNDS_MAX && count > 1; round++) {
        size_t ending = longest_ending(word, count);
        if (ending == 0)
            break;
        count -= ending;
    }
    return count * SYLLABLE;
}
