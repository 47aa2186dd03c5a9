/* mask: what customers type, and what of it may stand in a note. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/utf8.h"
#include "text/mask.h"

struct row {
    const char *text, *wanted;
};

static void check(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct buf out = { 0 };
        size_t len = strlen(rows[i].text);
        bool is_masked = mask_text(rows[i].text, len, &out);

        if (strcmp(buf_text(&out), rows[i].wanted) != 0 || is_masked != (strcmp(rows[i].text, rows[i].wanted) != 0))
            fail_msg("%s\nwanted: %s\ngot:    %s", rows[i].text, rows[i].wanted, buf_text(&out));
        assert_true(utf8_count(buf_text(&out), out.len) <= utf8_count(rows[i].text, len));
        buf_release(&out);
    }
}

static void of_a_card_number_the_last_four_digits_stay(void **state)
{
    static const struct row ROWS[] = {
        { "my card is 4111 1111 1111 1111, ok?", "my card is •••• 1111, ok?" },
        { "4111111111111111", "•••• 1111" },
        { "5500-0055-5555-5559", "•••• 5559" },
        { "3782 822463 10005 12/27 123", "•••• 0005 12/27 123" },
        { "4222222222222", "•••• 2222" },
        { "6304000000000000000", "•••• 0000" },
        { "2 4111 1111 1111 1111 123", "2 •••• 1111 123" },
        { "카드번호4111111111111111이에요", "카드번호•••• 1111이에요" },
        { "4111111111111111 and 4012888888881881", "•••• 1111 and •••• 1881" },
    };

    (void)state;
    check(ROWS, sizeof ROWS / sizeof *ROWS);
}

static void other_numbers_stay(void **state)
{
    static const struct row ROWS[] = {
        { "4111 1111 1111 1112", "4111 1111 1111 1112" }, /* its check digit is wrong */
        { "010-1234-5678 or +82 10 1234 5678", "010-1234-5678 or +82 10 1234 5678" },
        { "order 8841, 12 pieces, 2026-05-12", "order 8841, 12 pieces, 2026-05-12" },
        { "1778580000008", "1778580000008" }, /* a moment, with a digit that is right by chance */
        { "411111111111", "411111111111" },
        { "41111111111111111111", "41111111111111111111" }, /* twenty */
        { "4111  1111 1111 1111", "4111  1111 1111 1111" },
        { "", "" },
    };

    (void)state;
    check(ROWS, sizeof ROWS / sizeof *ROWS);
}

static void what_is_said_to_be_a_password_is_masked(void **state)
{
    static const struct row ROWS[] = {
        { "My password is hunter2 and it fails", "My password is •••• and it fails" },
        { "PASSWORD:Tr0ub4dor&3", "PASSWORD:••••" },
        { "password = a b", "password = • b" },
        { "passcode 4711", "passcode ••••" },
        { "비밀번호는 qwer1234!입니다", "비밀번호는 ••••입니다" },
        { "비번 1234", "비번 ••••" },
        { "mi contraseña es gato", "mi contraseña es ••••" },
        { "CONTRASEÑA: gato7", "CONTRASEÑA: ••••" },
    };

    (void)state;
    check(ROWS, sizeof ROWS / sizeof *ROWS);
}

static void who_only_talks_about_passwords_is_quoted(void **state)
{
    static const struct row ROWS[] = {
        { "I forgot my password", "I forgot my password" },
        { "how does the password reset work?", "how does the password reset work?" },
        { "my password is not accepted", "my password is not accepted" },
        { "passwords are hard", "passwords are hard" },
        { "비밀번호를 잊어버렸어요", "비밀번호를 잊어버렸어요" },
        { "비밀번호가 틀려요", "비밀번호가 틀려요" },
        { "mi contraseña no funciona", "mi contraseña no funciona" },
        { "password:", "password:" },
    };

    (void)state;
    check(ROWS, sizeof ROWS / sizeof *ROWS);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(of_a_card_number_the_last_four_digits_stay),
        cmocka_unit_test(other_numbers_stay),
        cmocka_unit_test(what_is_said_to_be_a_password_is_masked),
        cmocka_unit_test(who_only_talks_about_passwords_is_quoted),
    };

    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
