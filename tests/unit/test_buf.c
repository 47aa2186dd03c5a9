/*
 * buf, and the two that stand beside it: alloc and error.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/utf8.h"

static void test_zero_value(void **state)
{
    struct buf buf = { 0 };

    (void)state;
    assert_string_equal(buf_text(&buf), "");
    buf_clear(&buf);
    buf_add(&buf, NULL, 0);
    buf_add_text(&buf, NULL);
    buf_addf(&buf, "%s", "");
    assert_int_equal(buf.len, 0);
    buf_release(&buf);
    buf_release(&buf);
}

static void test_growth_keeps_the_bytes(void **state)
{
    struct buf buf = { 0 };

    (void)state;
    for (int i = 0; i < 10000; i++) {
        buf_add_char(&buf, (char)(i % 251));
        assert_int_equal(buf.data[buf.len], '\0');
        assert_true(buf.cap > buf.len);
    }
    for (int i = 0; i < 10000; i++)
        assert_int_equal((unsigned char)buf.data[i], i % 251);
    buf_release(&buf);
}

static void test_reserve_is_room_for_more(void **state)
{
    struct buf buf = { 0 };

    (void)state;
    buf_add_text(&buf, "abc");
    buf_reserve(&buf, 1000);
    char *data = buf.data;
    for (int i = 0; i < 1000; i++)
        buf_add_char(&buf, 'x');
    assert_ptr_equal(buf.data, data);
    assert_int_equal(buf.len, 1003);
    buf_release(&buf);
}

static void test_format_appends_whole(void **state)
{
    struct buf buf = { 0 };
    char long_text[500];

    (void)state;
    memset(long_text, 'y', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    buf_add_text(&buf, "a");
    buf_addf(&buf, "%d-%s-%c", 7, long_text, 'z');
    assert_int_equal(buf.len, 1 + 2 + 499 + 2);
    assert_string_equal(buf_text(&buf) + 502, "-z");
    buf_truncate(&buf, 3);
    assert_string_equal(buf_text(&buf), "a7-");
    buf_clear(&buf);
    assert_string_equal(buf_text(&buf), "");
    buf_release(&buf);
}

static void test_detach(void **state)
{
    struct buf buf = { 0 };

    (void)state;
    char *empty = buf_detach(&buf);
    assert_string_equal(empty, "");
    free(empty);
    buf_add(&buf, "a\0b", 3);
    char *text = buf_detach(&buf);
    assert_memory_equal(text, "a\0b", 4);
    assert_null(buf.data);
    assert_int_equal(buf.cap, 0);
    free(text);
}

static void test_copies(void **state)
{
    (void)state;
    assert_null(alloc_text(NULL));
    char *text = alloc_text("abc");
    char *bytes = alloc_bytes("abcdef", 2);
    char *none = alloc_bytes(NULL, 0);
    assert_string_equal(text, "abc");
    assert_string_equal(bytes, "ab");
    assert_string_equal(none, "");
    free(text);
    free(bytes);
    free(none);
    unsigned char *zeros = alloc_array(100, 3);
    for (int i = 0; i < 300; i++)
        assert_int_equal(zeros[i], 0);
    zeros = alloc_resize(zeros, 0, 3);
    assert_non_null(zeros);
    free(zeros);
}

static void ask_overflow(void)
{
    free(alloc_array(SIZE_MAX / 2, 3));
}

static void ask_too_much(void)
{
    free(alloc_resize(NULL, SIZE_MAX, 1));
}

static void ask_in_buf(void)
{
    struct buf buf = { 0 };

    buf_add_char(&buf, 'x');
    buf_reserve(&buf, SIZE_MAX - 1);
}

static void truncate_beyond(void)
{
    struct buf buf = { 0 };

    buf_truncate(&buf, 1);
}

static void test_aborts(void **state)
{
    static void (*const CASES[])(void) = { ask_overflow, ask_too_much, ask_in_buf, truncate_beyond };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        pid_t child = fork();
        int status;

        if (child == 0) {
            struct rlimit no_core = { 0, 0 };
            setrlimit(RLIMIT_CORE, &no_core);
            signal(SIGABRT, SIG_DFL);
            close(STDERR_FILENO);
            CASES[i]();
            _exit(0);
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    }
}

static void test_error_sentence(void **state)
{
    struct error error = { 0 };

    (void)state;
    assert_int_equal(error_set(NULL, "nobody %s", "listens"), -1);
    assert_int_equal(error_prefix(NULL, "nobody"), -1);
    assert_int_equal(error_set(&error, "The file %s is missing.\n", "a.sql"), -1);
    assert_string_equal(error.text, "The file a.sql is missing.");
    assert_int_equal(error_prefix(&error, "%s:%d", "b.sql", 3), -1);
    assert_string_equal(error.text, "b.sql:3: The file a.sql is missing.");
    error_set(&error, "Again: %s", error.text);
    assert_string_equal(error.text, "Again: b.sql:3: The file a.sql is missing.");
}

static void test_error_is_one_line_of_utf8(void **state)
{
    struct error error = { 0 };

    (void)state;
    error_set(&error, "a\r\nb\x1B[0m \xFF\xE2\x82 \xC3\xA9");
    assert_string_equal(error.text, "a  b [0m \xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD \xC3\xA9");
}

/* Whatever stands before them, a run of three-byte characters is cut between two of them. */
static void test_error_is_cut_on_a_border(void **state)
{
    struct error error;
    struct buf text = { 0 };

    (void)state;
    for (int i = 0; i < 1000; i++)
        buf_add_text(&text, "\xE2\x82\xAC");
    for (int lead = 0; lead < 3; lead++) {
        error_set(&error, "%.*s%s", lead, "ab", buf_text(&text));
        assert_true(utf8_is_valid(error.text, strlen(error.text)));
        assert_in_range(strlen(error.text), sizeof error.text - 4, sizeof error.text - 1);
        error_prefix(&error, "x");
        assert_true(utf8_is_valid(error.text, strlen(error.text)));
        assert_memory_equal(error.text, "x: ", 3);
    }
    error_set(&error, "short");
    error_prefix(&error, "%s", buf_text(&text));
    assert_true(utf8_is_valid(error.text, strlen(error.text)));
    buf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_zero_value),
        cmocka_unit_test(test_growth_keeps_the_bytes),
        cmocka_unit_test(test_reserve_is_room_for_more),
        cmocka_unit_test(test_format_appends_whole),
        cmocka_unit_test(test_detach),
        cmocka_unit_test(test_copies),
        cmocka_unit_test(test_aborts),
        cmocka_unit_test(test_error_sentence),
        cmocka_unit_test(test_error_is_one_line_of_utf8),
        cmocka_unit_test(test_error_is_cut_on_a_border),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
