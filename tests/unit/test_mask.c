/* mask: what customers type, and what of it may stand in a note. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

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
        { "4111.1111.1111.1111 is it ok?", "•••• 1111 is it ok?" },
        { "4111 - 1111 - 1111 - 1111", "•••• 1111" },
        { "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "•••• 1111" },
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
        { "4111, 1111, 1111, 1111", "4111, 1111, 1111, 1111" },
        { "4111. 1111. 1111. 1111.", "4111. 1111. 1111. 1111." },
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
        { "password = a b", "password = •••• b" }, /* nor how long it is */
        { "passcode 4711", "passcode ••••" },
        { "비밀번호는 qwer1234!입니다", "비밀번호는 ••••입니다" },
        { "비번 1234", "비번 ••••" },
        { "mi contraseña es gato", "mi contraseña es ••••" },
        { "CONTRASEÑA: gato7", "CONTRASEÑA: ••••" },
        { "my password is: hunter2, ok?", "my password is: •••• ok?" },
        { "password:=hunter2", "password:=••••" },
        { "password is now hunter2", "password is now ••••" },
        { "password - hunter2secret", "password - ••••" },
        { "the password's hunter2", "the password's ••••" },
        { "The password: \"horse and cart\", please", "The password: \"••••\", please" },
        { "password 'horse 1 cart'", "password '••••'" },
        { "mi contraseña nueva es perro123", "mi contraseña nueva es ••••" },
        { "비밀번호 : 비밀abc123 입니다", "비밀번호 : •••• 입니다" },
        { "비밀번호를 abc가1으로 바꿔 주세요", "비밀번호를 ••••으로 바꿔 주세요" },
        { "비번 4111 1111 1111 1111", "비번 •••• 1111" },
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
        { "my password is: ???", "my password is: ???" },
        { "my password is now expired", "my password is now expired" },
        { "I forgot my password - can you help?", "I forgot my password - can you help?" },
        { "the password-reset mail, please", "the password-reset mail, please" },
        { "비밀번호 : 안돼요ㅠㅠ", "비밀번호 : 안돼요ㅠㅠ" },
        { "my password is •••• and it fails", "my password is •••• and it fails" },
    };

    (void)state;
    check(ROWS, sizeof ROWS / sizeof *ROWS);
}

/* Lines may be sentences, or messages: each stays a line. */
static void a_secret_reaches_over_lines(void **state)
{
    static const struct row ROWS[] = {
        { "my card is 4111 1111\n1111 1111, ok?", "my card is •••• 1111\n, ok?" },
        { "4111 1111\n\n1111\n1111 12/27", "•••• 1111\n\n\n 12/27" },
        { "my password is\nhunter2 and it fails", "my password is\n•••• and it fails" },
        { "password:\n\nhorse", "password:\n\n••••" },
        { "비밀번호\n1234", "비밀번호\n••••" },
        { "I forgot my password\nWhere is my order?", "I forgot my password\nWhere is my order?" },
    };

    (void)state;
    check(ROWS, sizeof ROWS / sizeof *ROWS);
}

static void what_holds_a_secret_is_known_by_its_name(void **state)
{
    (void)state;
    assert_true(mask_is_name("password", strlen("password")));
    assert_true(mask_is_name("wifi_Password2", strlen("wifi_Password2")));
    assert_true(mask_is_name("새비밀번호", strlen("새비밀번호")));
    assert_false(mask_is_name("pass", strlen("pass")));
    assert_false(mask_is_name("password", strlen("passwor")));
}

/* They take less than one. A work that grows with the square of the length would take hours. */
static void four_megabytes_are_masked_within_seconds(void **state)
{
    enum { BYTES = 4 * 1024 * 1024, SECONDS_MOST = 10 };
    static const char *const UNITS[] = { "passwd,", "password-", "password is ", "password:\"", "비밀번호는a", "4 " };

    (void)state;
    for (size_t i = 0; i < sizeof UNITS / sizeof *UNITS; i++) {
        struct buf text = { 0 }, out = { 0 };
        clock_t began = clock();

        while (text.len < BYTES)
            buf_add_text(&text, UNITS[i]);
        mask_text(text.data, text.len, &out);
        assert_true(out.len > 0);
        if ((clock() - began) / CLOCKS_PER_SEC > SECONDS_MOST)
            fail_msg("%s: %ld s", UNITS[i], (long)((clock() - began) / CLOCKS_PER_SEC));
        buf_release(&text);
        buf_release(&out);
    }
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(of_a_card_number_the_last_four_digits_stay),
        cmocka_unit_test(other_numbers_stay),
        cmocka_unit_test(what_is_said_to_be_a_password_is_masked),
        cmocka_unit_test(who_only_talks_about_passwords_is_quoted),
        cmocka_unit_test(a_secret_reaches_over_lines),
        cmocka_unit_test(what_holds_a_secret_is_known_by_its_name),
        cmocka_unit_test(four_megabytes_are_masked_within_seconds),
    };

    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
