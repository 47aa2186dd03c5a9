/*
 * env: where values come from and in which order, what is refused, and the comparison of secrets.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/env.h"

static char folder[] = "/tmp/test_env.XXXXXX";

static void path_of(const char *name, char *path, size_t room)
{
    assert_in_range(snprintf(path, room, "%s/%s", folder, name), 1, room - 1);
}

static void put_file(const char *name, const char *bytes, size_t len)
{
    char path[200];

    path_of(name, path, sizeof path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) != NULL ? 0 : -1;
}

static int remove_folder(void **state)
{
    static const char *const NAMES[] = { "TEST_X", "named" };
    char path[200];

    (void)state;
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        path_of(NAMES[i], path, sizeof path);
        unlink(path);
    }
    return rmdir(folder);
}

static int clean(void **state)
{
    (void)state;
    unsetenv("TEST_X");
    unsetenv("TEST_X_FILE");
    unsetenv("CREDENTIALS_DIRECTORY");
    return 0;
}

static void name_file(const char *name)
{
    char path[200];

    path_of(name, path, sizeof path);
    setenv("TEST_X_FILE", path, 1);
}

static void assert_value(const char *expected)
{
    struct buf value = { 0 };
    struct error error = { 0 };

    if (env_get("TEST_X", &value, &error) != 1)
        fail_msg("no value: %s", error.text);
    assert_string_equal(buf_text(&value), expected);
    buf_release(&value);
}

static void assert_no_value(void)
{
    struct buf value = { 0 };

    assert_int_equal(env_get("TEST_X", &value, NULL), 0);
    assert_int_equal(value.len, 0);
    buf_release(&value);
}

static void assert_fails(const char *reason)
{
    struct buf value = { 0 };
    struct error error = { 0 };

    assert_int_equal(env_get("TEST_X", &value, &error), -1);
    if (strstr(error.text, reason) == NULL)
        fail_msg("%s", error.text);
    assert_int_equal(value.len, 0);
    buf_release(&value);
}

static void test_order(void **state)
{
    (void)state;
    put_file("TEST_X", "credential\n", 11);
    put_file("named", "from the file\n", 14);
    assert_no_value();
    setenv("CREDENTIALS_DIRECTORY", folder, 1);
    assert_value("credential");
    name_file("named");
    assert_value("from the file");
    setenv("TEST_X", "direct", 1);
    assert_value("direct");
    setenv("TEST_X", "", 1);
    assert_value("from the file");
    setenv("TEST_X_FILE", "", 1);
    assert_value("credential");
}

static void test_file_ends(void **state)
{
    static const char *const CASES[][2] = {
        { "a", "a" },       { "a\n", "a" },   { "a\r\n", "a" },   { "a\n\n", "a\n" },
        { "a\nb", "a\nb" }, { "a\r", "a\r" }, { " a \n", " a " },
    };

    (void)state;
    name_file("named");
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        put_file("named", CASES[i][0], strlen(CASES[i][0]));
        assert_value(CASES[i][1]);
    }
    put_file("named", "\n", 1);
    assert_no_value();
    put_file("named", "", 0);
    assert_no_value();
}

static void test_file_size(void **state)
{
    char *bytes = alloc_array(64 * 1024 + 1, 1);

    (void)state;
    memset(bytes, 'x', 64 * 1024 + 1);
    name_file("named");
    put_file("named", bytes, 64 * 1024 + 1);
    assert_fails("64 KiB");
    put_file("named", bytes, 64 * 1024);
    bytes[64 * 1024] = '\0';
    assert_value(bytes);
    free(bytes);
}

static void test_bad_files(void **state)
{
    (void)state;
    setenv("TEST_X_FILE", "/nonexistent/file", 1);
    assert_fails("TEST_X_FILE names the file /nonexistent/file");
    setenv("TEST_X_FILE", folder, 1);
    assert_fails("directory");
    name_file("named");
    put_file("named", "a\0b", 3);
    assert_fails("NUL");
    unsetenv("TEST_X_FILE");
    setenv("CREDENTIALS_DIRECTORY", "/nonexistent", 1);
    assert_no_value();
    char path[200];
    path_of("named", path, sizeof path);
    setenv("CREDENTIALS_DIRECTORY", path, 1);
    assert_fails("The credential");
}

static void test_bad_names(void **state)
{
    static const char *const CASES[] = { "", "../named", "A/B", "A B", "A=B", "1A", "\xC3\xA9", "A\n" };

    (void)state;
    setenv("CREDENTIALS_DIRECTORY", folder, 1);
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct buf value = { 0 };

        assert_int_equal(env_get(CASES[i], &value, NULL), -1);
        buf_release(&value);
    }
}

static void test_secret_equal(void **state)
{
    static const struct {
        const char *given, *secret;
        bool is_equal;
    } CASES[] = {
        { "abcdefghijkl", "abcdefghijkl", true },
        { "abcdefghijkx", "abcdefghijkl", false },
        { "xbcdefghijkl", "abcdefghijkl", false },
        { "abcdefghijk", "abcdefghijkl", false },
        { "abcdefghijklm", "abcdefghijkl", false },
        { "abab", "ab", false },
        { "", "ab", false },
        { "ab", "", false },
        { "", "", false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++)
        assert_int_equal(env_secret_equal(CASES[i].given, strlen(CASES[i].given), CASES[i].secret,
                                          strlen(CASES[i].secret)),
                         CASES[i].is_equal);
    assert_false(env_secret_equal("a\0b", 3, "a\0c", 3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_order, clean, clean),
        cmocka_unit_test_setup_teardown(test_file_ends, clean, clean),
        cmocka_unit_test_setup_teardown(test_file_size, clean, clean),
        cmocka_unit_test_setup_teardown(test_bad_files, clean, clean),
        cmocka_unit_test_setup_teardown(test_bad_names, clean, clean),
        cmocka_unit_test(test_secret_equal),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
