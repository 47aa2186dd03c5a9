/*
 * unfold: where the words that rules saw stand in what was typed.
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
#include "text/unfold.h"

/* The span of `word` in the folded text has to come from `written`, at its first place there; NULL: that cannot be told. */
static void check(const char *text, const char *word, const char *written)
{
    struct buf folded = { 0 };
    struct span span = { 0 }, found = { 77, 78 };
    const char *place;

    fold_text(text, strlen(text), &folded);
    place = strstr(buf_text(&folded), word);
    assert_non_null(place);
    span.start = (size_t)(place - buf_text(&folded));
    span.end = span.start + strlen(word);
    if (written == NULL) {
        assert_false(unfold_span(text, strlen(text), span, &found));
        assert_int_equal(found.start, 77);
    } else {
        assert_true(unfold_span(text, strlen(text), span, &found));
        place = strstr(text, written);
        assert_non_null(place);
        assert_int_equal(found.start, place - text);
        assert_int_equal(found.end - found.start, strlen(written));
    }
    buf_release(&folded);
}

static void words_are_found_as_they_were_written(void **state)
{
    (void)state;
    check("are you open?", "open", "open");
    check("  are\t\tyou\n\n open ? ", "you open", "you\n\n open");
    check("ＡＲＥ　ＹＯＵ　ＯＰＥＮ", "OPEN", "ＯＰＥＮ");
    check("isn’t it “open”", "isn't", "isn’t");
    check("Cafe\u0301 au lait", "Caf\u00e9", "Cafe\u0301");
    check("영업 시간이 어떻게 되나요", "영업 시간", "영업 시간");
    check("\u1112\u116e\u11ab불 해주세요", "훈불", "\u1112\u116e\u11ab불");
    check("ﾃｽﾄ ﾃﾞｽ", "デス", "ﾃﾞｽ");
}

/* A part of what one character became is the whole character. */
static void a_ligature_is_marked_whole(void **state)
{
    (void)state;
    check("the oﬃce", "ice", "ﬃce");
}

static void what_cannot_be_seen_is_marked_only_inside(void **state)
{
    (void)state;
    check("\u200b\u202eo\u200bpe\u00adn\u200b now", "open", "o\u200bpe\u00adn");
    check("👨‍👩‍👧 open", "open", "open");
    check("\x1b[2Jopen\x07", "open", "open");
}

/* The accent was composed with a letter that it does not stand beside. */
static void what_cannot_be_told_is_not_told(void **state)
{
    (void)state;
    check("cafe\u200b\u0301 open", "open", NULL);
    check("cafe\u200b\u0301 open", "caf", "caf");
    check("open", "", NULL);
}

static void a_span_beyond_the_text_is_refused(void **state)
{
    struct span found = { 0 };

    (void)state;
    assert_false(unfold_span("open", 4, (struct span){ 2, 9 }, &found));
    assert_false(unfold_span("", 0, (struct span){ 0, 1 }, &found));
    assert_false(unfold_span("open", 4, (struct span){ (size_t)-1, (size_t)-1 }, &found));
}

static const uint32_t LETTERS[] = { 'a', 'B', ' ', '\n', 0x301, 0xe9, 0x200b, 0x200d, 0x202e, 0xfb01, 0xff21, 0x1112, 0x1161,
                                    0xac00, 0x4e00, 0xff76, 0xff9e, 0x1f468, 0x3000, 0x2019, 0xfdfa, 0x0645, 0x07 };

/* Whatever is told to be written there folds to what was asked for, or to more where a cluster became more. */
static void what_is_told_folds_to_what_was_asked(void **state)
{
    uint64_t seed = 7;
    size_t told = 0;

    (void)state;
    for (int round = 0; round < 20000; round++) {
        struct buf text = { 0 }, folded = { 0 }, again = { 0 }, wanted = { 0 };
        struct span span, written;

        for (int i = 0; i < 12; i++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            utf8_encode(LETTERS[(seed >> 33) % (sizeof LETTERS / sizeof *LETTERS)], &text);
        }
        fold_text(text.data, text.len, &folded);
        span.start = folded.len > 0 ? utf8_floor(folded.data, folded.len, (seed >> 40) % (folded.len + 1)) : 0;
        span.end = folded.len > 0 ? utf8_floor(folded.data, folded.len, span.start + (seed >> 50) % 9) : 0;
        if (unfold_span(text.data, text.len, span, &written)) {
            fold_text(text.data + written.start, written.end - written.start, &again);
            fold_text(folded.data + span.start, span.end - span.start, &wanted);
            assert_non_null(strstr(buf_text(&again), buf_text(&wanted)));
            told++;
        }
        buf_release(&text);
        buf_release(&folded);
        buf_release(&again);
        buf_release(&wanted);
    }
    assert_true(told > 10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_found_as_they_were_written),
        cmocka_unit_test(a_ligature_is_marked_whole),
        cmocka_unit_test(what_cannot_be_seen_is_marked_only_inside),
        cmocka_unit_test(what_cannot_be_told_is_not_told),
        cmocka_unit_test(a_span_beyond_the_text_is_refused),
        cmocka_unit_test(what_is_told_folds_to_what_was_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
