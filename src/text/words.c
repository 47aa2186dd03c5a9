/*
 * words: a list of words becomes one pattern.
 *
 * The list is folded as texts are and cut at its commas. Each entry is spelled: letter by letter with its
 * accents (letters.h), with ` ?` where people leave out or put in a space, and sorted by what may stand at
 * its edges:
 *
 *     open     anything: a star, a sign, a script without spaces
 *     word     no letter, digit or mark of a script with spaces. \b would not do: PCRE2 takes combining marks
 *              for ends of words. A neighbour from another writing is none either: "VIP는" and "LINEで"
 *              hold VIP and LINE.
 *     hangul   left: no syllable; a word of two or more may also stand right behind a particle or one of the
 *              nouns and adverbs that customers glue to what they want (FRONTS: 주문취소, 빨리환불, 배송언제).
 *              Right, after one syllable: particles at most; after more, or after a phrase, anything.
 *
 * Entries with equal edges share one group, LEFT(?:a|b|c)RIGHT, which keeps the pattern small and the edge
 * tested once. In Korean text the long test of what a word is glued to would be made at each syllable, so a
 * look at the entries' first syllables, (?=[abc]), goes before it.
 *
 * A whole-message entry may have courtesies around it (courtesy.h), punctuation and emoji anywhere between,
 * and be repeated or followed by another of the list ("stop stop", "ok, perfect"). Signs are skipped
 * possessively, courtesies and a star's letters are atomic, so that a text has few ways to be read; and a
 * message of 120 characters is no longer just "stop, please". A customer must not be able to push a rule into
 * its limits. An entry of signs alone, "=?", is the message but for blanks.
 *
 * PCRE2 compiles at most 64 KB. Each piece brings an upper estimate of what it takes (its weight), and
 * a list that grows past WEIGHT_MAX is refused here, in words that its author understands.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "text/courtesy.h"
#include "text/fold.h"
#include "text/letters.h"
#include "text/words.h"

/*
 * A letter, digit or mark of a script with spaces: all that is not something else. ASCII comes first and
 * apart, which spares the interpreter a dozen look-ups of properties for most characters.
 */
#define WORD_CHAR \
    "[0-9a-z]|[^\\x00-\\x7f\\p{C}\\p{P}\\p{S}\\p{Z}\\x{20e3}\\p{Han}\\p{Hiragana}\\p{Katakana}" \
    "\\p{Hangul}\\p{Thai}\\p{Lao}\\p{Khmer}\\p{Myanmar}]"
#define NOT_AFTER_WORD  "(?<!" WORD_CHAR ")"
#define NOT_BEFORE_WORD "(?!" WORD_CHAR ")"
#define SIGNS           "[\\p{C}\\p{P}\\p{S}\\p{Z}\\x{20e3}]*+"
#define STARRED         "[\\p{L}\\p{N}\\p{M}]*" /* of a whole-message entry: the rest of the word */
#define PARTICLES \
    "은|는|이|가|을|를|의|에게|에서|에|께|한테|으로|로|와|과|이랑|랑|하고|도|만|까지|부터|마다|처럼|" \
    "보다|밖에|이나|나|이라도|라도|이에요|예요|입니다|인가요|인데요?|이요|요|이야|야|이죠|죠|좀|님|들"
/*
 * What a word may be glued to; a star in front of it takes any other. Single syllables are only those that end
 * a word far more often than they begin one, so that 문의 stays out of 전문의, and 환불 out of 미환불.
 */
#define FRONTS \
    "을|를|은|는|로|도|만|고|랑|면|데|요|좀|걍|왜|맞|퀵|앱|에서|말구|까지|부터|주문|상품|제품|물건|" \
    "택배|배송|배달|예약|구매|결제|카드|교환|환불|반품|취소|현금|계좌|포인트|쿠폰|무료|유료|당일|" \
    "익일|새벽|로켓|총알|특급|빠른|일반|정기|해외|국제|국내|제주|전국|직접|안전|묶음|개별|할인|판매|" \
    "세일|정상|도매|소매|회원|최종|최저|단체|개인|방문|온라인|오프라인|인터넷|전화|매장|사이즈|색상|" \
    "옵션|전액|전체|부분|일부|단순|바로|빨리|얼른|당장|지금|오늘|내일|모레|어제|아까|방금|이미|아직|" \
    "이제|언제|얼마|어떻게|어디|주말|평일|혹시|그냥|제발|진짜|정말|일단|먼저|다시|아니|그럼|그러면|" \
    "그래서|근데|이거|그거|저거|이것|그것"

/* Bytes of a whole-message entry; it takes messages of less than 120 characters. */
enum { WHOLE_MAX = 100 };
enum {
    WEIGHT_MAX = 62 * 1024,
    WEIGHT_START = 16 * 1024,
    FIRST_WEIGHT = 3 * 5 /* of a character in a class, which stands once for each right edge */
};

enum edge { EDGE_OPEN, EDGE_WORD, EDGE_SYLLABLE, EDGE_HANGUL, EDGES }; /* one syllable, or more */

static const char *const LEFT_EDGES[EDGES] = { "", NOT_AFTER_WORD, "(?<![가-힣])",
                                                 "(?<=\\A|[^가-힣]|" FRONTS ")" };
static const char *const RIGHT_EDGES[EDGES] = { "", NOT_BEFORE_WORD, "(?:" PARTICLES "){0,3}(?![가-힣])",
                                                  "" };

/* A courtesy is atomic, and what follows the wish is taken possessively: a text has few ways to be read. */
static const char WHOLE_START[] = "\\A(?!.{120})" SIGNS "(?:(?>(?:" COURTESY_BEFORE_SPACED ")" NOT_BEFORE_WORD
                                  "|" COURTESY_BEFORE_FREE ")" SIGNS ")*(?:";
static const char WHOLE_AGAIN[] = ")" SIGNS "(?:(?:";
static const char WHOLE_END[] = ")" NOT_BEFORE_WORD SIGNS ")*+(?:(?:" NOT_AFTER_WORD
                                "(?:" COURTESY_AFTER_SPACED ")" NOT_BEFORE_WORD "|" COURTESY_AFTER_FREE
                                ")" SIGNS ")*+\\z";

/* The alternatives found so far, joined by "|". */
struct lists {
    struct buf edged[EDGES][EDGES]; /* by left and right edge */
    struct buf whole, signs;        /* whole messages with letters, and without */
    struct buf firsts;              /* the first syllables of those whose left edge is Hangul */
    size_t weight;
};

static void lists_release(struct lists *lists)
{
    for (int left = 0; left < EDGES; left++)
        for (int right = 0; right < EDGES; right++)
            buf_release(&lists->edged[left][right]);
    buf_release(&lists->whole);
    buf_release(&lists->signs);
    buf_release(&lists->firsts);
}

static struct buf *next_alternative(struct buf *list)
{
    if (list->len > 0)
        buf_add_char(list, '|');
    return list;
}

static void trim(struct words_entry *entry)
{
    while (entry->len > 0 && *entry->text == ' ') {
        entry->text++;
        entry->len--;
    }
    while (entry->len > 0 && entry->text[entry->len - 1] == ' ')
        entry->len--;
}

static bool take_front(struct words_entry *entry, char sign)
{
    if (entry->len == 0 || *entry->text != sign)
        return false;
    entry->text++;
    entry->len--;
    trim(entry);
    return true;
}

static int entry_parse(struct words_entry *entry, struct error *error)
{
    struct words_entry typed;

    trim(entry);
    typed = *entry;
    if (entry->len == 0)
        return error_set(error,
                         "An entry between two commas, or at an end, is empty; take out the extra comma.");
    entry->is_whole = take_front(entry, '=');
    entry->star_before = take_front(entry, '*');
    if (entry->len > 0 && entry->text[entry->len - 1] == '*') {
        entry->star_after = true;
        entry->len--;
        trim(entry);
    }
    if (entry->len == 0)
        return error_set(error, "\"%.*s\" has no word in it.", (int)typed.len, typed.text);
    if (memchr(entry->text, '*', entry->len) != NULL)
        return error_set(
            error, "\"%.*s\" has a star in the middle; a star may stand only at the start or at the end.",
            (int)typed.len, typed.text);
    if (entry->is_whole && entry->len > WHOLE_MAX)
        return error_set(error, "\"%.*s …\" is too long for a whole message: at most %d bytes.",
                         (int)utf8_floor(typed.text, typed.len, 40), typed.text, (int)WHOLE_MAX);
    return 0;
}

static enum letter_kind kind_at(const char *text, size_t len)
{
    uint32_t code;

    return utf8_decode(text, len, &code) > 0 ? letter_kind(code) : LETTER_SIGN;
}

/* What may stand between two characters of an entry that follow each other directly. */
static const char *loose_space(enum letter_kind before, enum letter_kind after)
{
    bool is_word = before != LETTER_SIGN && after != LETTER_SIGN;

    return is_word && (before == LETTER_HANGUL || after == LETTER_HANGUL) ? " ?" : "";
}

/* A blank of a phrase: after Hangul a particle may come before it; with free spacing it may be missing. */
static const char *phrase_space(enum letter_kind before, enum letter_kind after)
{
    if (before == LETTER_HANGUL)
        return "(?:은|는|이|가|을|를|의|에서|에|으로|로|도|만|과|와|랑|하고)? ?(?:좀 ?)?";
    if (after == LETTER_HANGUL || (before == LETTER_UNSPACED && after == LETTER_UNSPACED))
        return " ?";
    return "[ -]";
}

/* Signs of a word that people leave out or write otherwise, or NULL. */
static const char *loose_sign(char sign, enum letter_kind before, enum letter_kind after)
{
    if (before == LETTER_SIGN || after == LETTER_SIGN)
        return NULL;
    switch (sign) {
    case ' ': return phrase_space(before, after);
    case '-': return "[ -]?";
    case '\'': return "'?";
    default: return NULL;
    }
}

static void spell(const struct words_entry *entry, struct lists *lists, struct buf *out)
{
    enum letter_kind before = LETTER_SIGN;

    for (size_t at = 0; at < entry->len;) {
        const char *text = entry->text + at;
        enum letter_kind kind = kind_at(text, entry->len - at);
        enum letter_kind after = kind_at(text + 1, entry->len - at - 1);
        const char *loose = kind == LETTER_SIGN ? loose_sign(*text, before, after) : NULL;

        if (loose != NULL) {
            buf_add_text(out, loose);
            lists->weight += 2 * strlen(loose) + 48;
            at++;
        } else {
            const char *space = loose_space(before, kind);

            buf_add_text(out, space);
            lists->weight += 4 * strlen(space);
            at += letter_spell(text, entry->len - at, out, &lists->weight);
        }
        before = kind;
    }
}

/* Offset of the last character. */
static size_t last_character(const struct words_entry *entry)
{
    return utf8_floor(entry->text, entry->len, entry->len - 1);
}

/* Does it end in its only syllable of Hangul (개, 3개)? In a phrase (다른 게 왔) that is less ambiguous. */
static bool ends_in_only_syllable(const struct words_entry *entry)
{
    size_t last = last_character(entry);

    for (size_t at = 0; at < last;) {
        uint32_t code;

        at += utf8_decode(entry->text + at, entry->len - at, &code);
        if (letter_kind(code) == LETTER_HANGUL)
            return false;
    }
    return kind_at(entry->text + last, entry->len - last) == LETTER_HANGUL;
}

static bool starts_with_one_syllable(const struct words_entry *entry)
{
    uint32_t first;
    size_t step = utf8_decode(entry->text, entry->len, &first);

    return kind_at(entry->text + step, entry->len - step) != LETTER_HANGUL;
}

static enum edge left_edge(const struct words_entry *entry)
{
    static const enum edge EDGE_OF[] = {
        [LETTER_SPACED] = EDGE_WORD,
        [LETTER_HANGUL] = EDGE_HANGUL,
        [LETTER_UNSPACED] = EDGE_OPEN,
        [LETTER_SIGN] = EDGE_OPEN,
    };
    enum edge edge = EDGE_OF[kind_at(entry->text, entry->len)];

    if (entry->star_before)
        return EDGE_OPEN;
    return edge == EDGE_HANGUL && starts_with_one_syllable(entry) ? EDGE_SYLLABLE : edge;
}

static enum edge right_edge(const struct words_entry *entry)
{
    size_t last = last_character(entry);
    enum letter_kind kind = kind_at(entry->text + last, entry->len - last);

    if (entry->star_after)
        return EDGE_OPEN;
    if (kind == LETTER_SPACED)
        return EDGE_WORD;
    return ends_in_only_syllable(entry) ? EDGE_SYLLABLE : EDGE_OPEN;
}

/* Takes the signs off both ends, since a message may come without them. False: nothing else is there. */
static bool strip_signs(struct words_entry *entry)
{
    size_t last;

    while (entry->len > 0) {
        last = last_character(entry);
        if (kind_at(entry->text + last, entry->len - last) != LETTER_SIGN)
            break;
        entry->len = last;
    }
    while (entry->len > 0 && kind_at(entry->text, entry->len) == LETTER_SIGN) {
        uint32_t code;
        size_t step = utf8_decode(entry->text, entry->len, &code);

        entry->text += step;
        entry->len -= step;
    }
    return entry->len > 0;
}

static void add_whole(const struct words_entry *entry, struct lists *lists)
{
    struct words_entry core = *entry;
    size_t weight = lists->weight;
    struct buf *list;

    if (!strip_signs(&core)) {
        spell(entry, lists, next_alternative(&lists->signs));
        return;
    }
    list = next_alternative(&lists->whole);
    if (core.star_before)
        buf_add_text(list, "(?>" STARRED);
    spell(&core, lists, list);
    if (core.star_before)
        buf_add_char(list, ')');
    if (core.star_after)
        buf_add_text(list, STARRED "+");
    else if (right_edge(&core) == EDGE_WORD)
        buf_add_text(list, NOT_BEFORE_WORD);
    lists->weight += 2 * 96;
    lists->weight += lists->weight - weight; /* it stands in the pattern twice */
}

static void add_edged(const struct words_entry *entry, struct lists *lists)
{
    enum edge left = left_edge(entry);
    uint32_t first;

    if (left == EDGE_HANGUL) {
        buf_add(&lists->firsts, entry->text, utf8_decode(entry->text, entry->len, &first));
        lists->weight += FIRST_WEIGHT;
    }
    spell(entry, lists, next_alternative(&lists->edged[left][right_edge(entry)]));
}

static void add_entry(const struct words_entry *entry, struct lists *lists)
{
    lists->weight += 8;
    if (entry->is_whole)
        add_whole(entry, lists);
    else
        add_edged(entry, lists);
}

static void format_edged(const struct lists *lists, enum edge left, enum edge right, struct buf *pattern)
{
    const struct buf *list = &lists->edged[left][right];

    if (list->len == 0)
        return;
    if (left == EDGE_HANGUL)
        buf_addf(pattern, "(?=[%s])", lists->firsts.data);
    buf_addf(pattern, "%s(?:%s)%s|", LEFT_EDGES[left], list->data, RIGHT_EDGES[right]);
}

static void format(const struct lists *lists, struct buf *pattern)
{
    size_t start = pattern->len;

    if (lists->whole.len > 0)
        buf_addf(pattern, "%s%s%s%s%s|", WHOLE_START, lists->whole.data, WHOLE_AGAIN, lists->whole.data,
                 WHOLE_END);
    if (lists->signs.len > 0)
        buf_addf(pattern, "\\A(?!.{120})(?>(?:%s) ?)++\\z|", lists->signs.data);
    for (int left = 0; left < EDGES; left++)
        for (int right = 0; right < EDGES; right++)
            format_edged(lists, (enum edge)left, (enum edge)right, pattern);
    buf_truncate(pattern, pattern->len > start ? pattern->len - 1 : start);
}

/* The next entry's slice in *entry; *at moves behind its comma, which may be an ideographic one. */
static void cut(const char *list, size_t len, size_t *at, struct words_entry *entry)
{
    static const char IDEOGRAPHIC[] = "、";
    size_t from = *at;
    size_t to = from;

    while (to < len && list[to] != ',' && strncmp(list + to, IDEOGRAPHIC, strlen(IDEOGRAPHIC)) != 0)
        to++;
    *entry = (struct words_entry){ .text = list + from, .len = to - from };
    *at = to + (to < len && list[to] == ',' ? 1 : strlen(IDEOGRAPHIC));
}

static int read_list(const struct buf *folded, struct lists *lists, struct error *error)
{
    struct words_entry entry;

    for (size_t at = 0; at <= folded->len;) {
        cut(buf_text(folded), folded->len, &at, &entry);
        if (entry_parse(&entry, error) != 0)
            return -1;
        add_entry(&entry, lists);
        if (lists->weight > WEIGHT_MAX)
            return error_set(error, "These are too many words for one rule; split them into two rules.");
    }
    return 0;
}

int words_compile(const char *words, struct buf *pattern, struct error *error)
{
    struct lists lists = { .weight = WEIGHT_START };
    struct buf folded = { 0 };
    int result;

    if (strlen(words) > WORDS_MAX)
        return error_set(
            error, "The list of words is %zu bytes long, at most %d are allowed; split it into two rules.",
            strlen(words), (int)WORDS_MAX);
    if (!utf8_is_valid(words, strlen(words)))
        return error_set(error, "The list of words is not valid UTF-8; save the file as UTF-8.");
    fold_text(words, strlen(words), &folded);
    result = folded.len > 0 ? read_list(&folded, &lists, error)
                            : error_set(error, "The list of words is empty.");
    if (result == 0)
        format(&lists, pattern);
    buf_release(&folded);
    lists_release(&lists);
    return result;
}

/* Does the pattern let particles in at a blank behind Hangul? There, and nowhere else, a piece ends. */
static bool ends_piece(char sign, enum letter_kind before, enum letter_kind after)
{
    return sign == ' ' && before == LETTER_HANGUL && after != LETTER_SIGN;
}

/* The end of the piece that begins at `from`; it is found as spell() finds its way. */
static size_t piece_end(const struct words_entry *entry, size_t from)
{
    enum letter_kind before = LETTER_SIGN;

    for (size_t at = from; at < entry->len;) {
        const char *text = entry->text + at;
        enum letter_kind kind = kind_at(text, entry->len - at);
        enum letter_kind after = kind_at(text + 1, entry->len - at - 1);
        uint32_t code;

        if (kind == LETTER_SIGN && ends_piece(*text, before, after))
            return at;
        at += utf8_decode(text, entry->len - at, &code);
        before = kind;
    }
    return entry->len;
}

static enum words_end end_of_edge(enum edge edge)
{
    return edge == EDGE_WORD ? WORDS_END_WORD : edge == EDGE_SYLLABLE ? WORDS_END_HANGUL : WORDS_END_ANY;
}

/* Of a whole message, what precedes the wish may be a courtesy without a blank behind it. */
static struct words_piece find_piece(const struct words_entry *entry)
{
    struct words_piece longest = { 0 };

    for (size_t at = 0, end; at < entry->len; at = end + 1) {
        end = piece_end(entry, at);
        if (end - at > longest.len) {
            longest = (struct words_piece){ .text = entry->text + at, .len = end - at };
            if (at == 0 && !entry->is_whole)
                longest.left = end_of_edge(left_edge(entry));
            if (end == entry->len && right_edge(entry) == EDGE_WORD)
                longest.right = WORDS_END_WORD;
        }
    }
    return longest;
}

void words_pieces(const char *words, words_piece_visit *visit, void *context)
{
    struct buf folded = { 0 };
    struct words_entry entry;

    fold_text(words, strlen(words), &folded);
    for (size_t at = 0; at <= folded.len;) {
        struct words_piece piece;

        cut(buf_text(&folded), folded.len, &at, &entry);
        if (entry_parse(&entry, NULL) != 0)
            abort();
        if (entry.is_whole) {
            struct words_entry core = entry;

            if (strip_signs(&core))
                entry = core;
        }
        piece = find_piece(&entry);
        visit(context, &piece);
    }
    buf_release(&folded);
}

int words_next(const struct buf *folded, size_t *at, struct words_entry *entry)
{
    if (*at > folded->len)
        return 0;
    cut(buf_text(folded), folded->len, at, entry);
    return entry_parse(entry, NULL) == 0 ? 1 : 0;
}
