/*
 * plain: texts boiled down.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "text/fold.h"
#include "text/plain.h"

static void test_case_accents_and_digits_are_levelled(void **state)
{
    static const char *const ROWS[][2] = {
        { "Mañana", "manana" },
        { "CAFÉ ÀÉÎÕÜ", "cafe aeiou" },
        { "Straße, Œuvre, Ærø", "strasse, oeuvre, aero" },
        { "I'm, don't, o’clock", "im, dont, oclock" },
        { "'quoted' 5' rock 'n' roll", "'quoted' 5' rock 'n' roll" },
        { "٢٠٢٦ ۴ ९ ４", "2026 4 9 4" },
        { "내일 3시", "내일 3시" },
        { "ㅇㅇ ㅋㅋ", "ㅇㅇ ㅋㅋ" },
        { "👍🏽 4️⃣", "👍 4" },
        { "½", "1⁄2" },
        { "", "" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        struct buf folded = { 0 }, plain = { 0 };

        fold_text(ROWS[i][0], strlen(ROWS[i][0]), &folded);
        plain_text(buf_text(&folded), folded.len, &plain);
        assert_string_equal(buf_text(&plain), ROWS[i][1]);
        buf_release(&folded);
        buf_release(&plain);
    }
}

static void test_kinds(void **state)
{
    (void)state;
    assert_int_equal(plain_kind(' '), PLAIN_BLANK);
    assert_int_equal(plain_kind('7'), PLAIN_DIGIT);
    assert_int_equal(plain_kind('a'), PLAIN_LETTER);
    assert_int_equal(plain_kind(0x44f), PLAIN_LETTER);    /* я */
    assert_int_equal(plain_kind(0xb124), PLAIN_HANGUL);   /* 네 */
    assert_int_equal(plain_kind(0x3147), PLAIN_UNSPACED); /* ㅇ */
    assert_int_equal(plain_kind(0x4eba), PLAIN_UNSPACED); /* 人 */
    assert_int_equal(plain_kind('?'), PLAIN_SIGN);
    assert_int_equal(plain_kind(0x1f44d), PLAIN_SIGN); /* 👍 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_case_accents_and_digits_are_levelled),
        cmocka_unit_test(test_kinds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
