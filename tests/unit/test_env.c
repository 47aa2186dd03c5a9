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
    static const char *const NAMES[] = { "TEST_X", "named", "settings" };
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
        { "\xef\xbb\xbf" "a\r\n", "a" }, { "a\xef\xbb\xbf", "a\xef\xbb\xbf" },
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

static int load(const char *text, struct error *error)
{
    char path[200];

    put_file("settings", text, strlen(text));
    path_of("settings", path, sizeof path);
    return env_load(path, error);
}

static void test_load(void **state)
{
    static const struct {
        const char *line, *value; /* NULL: not set */
    } CASES[] = {
        { "TEST_X=plain\n", "plain" },
        { "\xef\xbb\xbf" "TEST_X=plain\r\n", "plain" },
        { "\n  # TEST_X=no\n\n \t TEST_X=no line feed", "no line feed" },
        { "TEST_X=a b # c \t\r\n", "a b # c" },
        { "TEST_X='it is' \r\n", "it is" },
        { "TEST_X=\"C:\\\\my \\\"shop\\\" \\$5\"\n", "C:\\my \"shop\" $5" },
        { "TEST_X='C:\\x'\n", "C:\\x" },
        { "TEST_X=first\nTEST_X=last\n", "last" },
        { "TEST_X=\n", NULL },
        { "", "outside" },
        { "TEST_X=안녕=하세요\n", "안녕=하세요" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct error error = { 0 };

        setenv("TEST_X", "outside", 1);
        if (load(CASES[i].line, &error) != 0)
            fail_msg("%s: %s", CASES[i].line, error.text);
        if (CASES[i].value != NULL)
            assert_value(CASES[i].value);
        else
            assert_string_equal(getenv("TEST_X"), "");
    }
}

/* A file of settings that names a secret's file outranks the secret that the shell still holds. */
static void test_load_file_name(void **state)
{
    struct buf line = { 0 };
    char path[200];

    (void)state;
    put_file("named", "from the file\n", strlen("from the file\n"));
    path_of("named", path, sizeof path);
    buf_addf(&line, "TEST_X_FILE=%s\n", path);
    setenv("TEST_X", "outside", 1);
    assert_int_equal(load(buf_text(&line), NULL), 0);
    assert_value("from the file");
    buf_release(&line);
}

static void test_load_refuses(void **state)
{
    static const struct {
        const char *text, *place, *reason;
    } CASES[] = {
        { "TEST_X=1\nTEST_X\n", "settings:2: ", "a line is NAME=value" },
        { "TEST X=1\n", "settings:1: ", "\"TEST X\" is no variable's name" },
        { "TEST_X =1\n", "settings:1: ", "no blank before the =" },
        { "=1\n", "settings:1: ", "no variable's name" },
        { "\n\nTEST_X='a\n", "settings:3: ", "the quotes around the value of TEST_X do not close" },
        { "TEST_X=\"a\\\"\n", "settings:1: ", "do not close" },
        { "TEST_X='a' b\n", "settings:1: ", "do not close where it ends" },
    };
    struct error error = { 0 };
    char path[200];

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        assert_int_equal(load(CASES[i].text, &error), -1);
        if (strstr(error.text, CASES[i].place) == NULL || strstr(error.text, CASES[i].reason) == NULL)
            fail_msg("%s: %s", CASES[i].text, error.text);
    }
    path_of("missing", path, sizeof path);
    assert_int_equal(env_load(path, &error), -1);
    assert_non_null(strstr(error.text, "missing cannot be read: No such file"));
    put_file("settings", "A\0B", 3);
    path_of("settings", path, sizeof path);
    assert_int_equal(env_load(path, &error), -1);
    assert_non_null(strstr(error.text, "NUL"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_order, clean, clean),
        cmocka_unit_test_setup_teardown(test_file_ends, clean, clean),
        cmocka_unit_test_setup_teardown(test_file_size, clean, clean),
        cmocka_unit_test_setup_teardown(test_bad_files, clean, clean),
        cmocka_unit_test_setup_teardown(test_bad_names, clean, clean),
        cmocka_unit_test_setup_teardown(test_load, clean, clean),
        cmocka_unit_test_setup_teardown(test_load_file_name, clean, clean),
        cmocka_unit_test_setup_teardown(test_load_refuses, clean, clean),
        cmocka_unit_test(test_secret_equal),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
