/*
 * log: the form of a line, hostile values, secrets, and descriptors that are full or closed.
 */
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/log.h"

struct channel {
    int read_end, write_end;
};

/* A test that blocks is a test that failed: the alarm ends it. */
static void open_channel(struct channel *channel, int is_socket)
{
    int ends[2];

    assert_int_equal(is_socket ? socketpair(AF_UNIX, SOCK_STREAM, 0, ends) : pipe(ends), 0);
    *channel = (struct channel){ ends[0], ends[1] };
    assert_int_equal(fcntl(channel->read_end, F_SETFL, O_NONBLOCK), 0);
    log_open(LEVEL_INFO, channel->write_end);
    alarm(20);
}

static void close_channel(struct channel *channel)
{
    alarm(0);
    close(channel->read_end);
    close(channel->write_end);
}

/* All that waits to be read. */
static void drain(const struct channel *channel, struct buf *out)
{
    char bytes[4096];
    ssize_t got;

    while ((got = read(channel->read_end, bytes, sizeof bytes)) > 0)
        buf_add(out, bytes, (size_t)got);
}

/* What one call logs, from "level=" on; checks that it is one line with a time stamp in front. */
static void assert_logged(const struct channel *channel, const char *expected)
{
    struct buf line = { 0 };

    drain(channel, &line);
    assert_true(line.len > 30);
    assert_memory_equal(line.data, "ts=20", 5);
    assert_memory_equal(line.data + 26, "Z ", 2);
    assert_ptr_equal(memchr(line.data, '\n', line.len), line.data + line.len - 1);
    buf_truncate(&line, line.len - 1);
    assert_string_equal(line.data + 28, expected);
    buf_release(&line);
}

static void test_form(void **state)
{
    struct channel channel;

    (void)state;
    open_channel(&channel, 0);
    log_info("message_accepted", log_int("message", 12), log_text("channel", "whatsapp"));
    assert_logged(&channel, "level=info event=message_accepted message=12 channel=whatsapp");
    log_info("least", log_int("n", INT64_MIN));
    assert_logged(&channel, "level=info event=least n=-9223372036854775808");
    log_warn("bare");
    assert_logged(&channel, "level=warn event=bare");
    log_error("none", log_text("text", NULL));
    assert_logged(&channel, "level=error event=none text=\"\"");
    close_channel(&channel);
}

static void test_values_cannot_lie(void **state)
{
    static const char *const CASES[][2] = {
        { "a-b_c.d:/@+,;()[]{}%&", "a-b_c.d:/@+,;()[]{}%&" },
        { "two words", "\"two words\"" },
        { "a=b", "\"a=b\"" },
        { "say \"hi\"", "\"say \\\"hi\\\"\"" },
        { "back\\slash", "\"back\\\\slash\"" },
        { "x\nlevel=error event=fake", "\"x\\nlevel=error event=fake\"" },
        { "\x1B[2J", "\"\\u001b[2J\"" },
        { "\xEC\x98\x81\xEC\x97\x85", "\"\xEC\x98\x81\xEC\x97\x85\"" },
        { "\xE2\x80\xAE", "\"\\u202e\"" },
        { "\xFF", "\"\xEF\xBF\xBD\"" },
    };
    struct channel channel;

    (void)state;
    open_channel(&channel, 0);
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        char expected[200];

        log_info("e", log_text("v", CASES[i][0]), log_int("after", 1));
        snprintf(expected, sizeof expected, "level=info event=e v=%s after=1", CASES[i][1]);
        assert_logged(&channel, expected);
    }
    close_channel(&channel);
}

static void test_secrets(void **state)
{
    static const char *const CASES[][2] = {
        { "key-canary-1", "***" },
        { "Bearer key-canary-1, it is", "\"Bearer ***, it is\"" },
        { "key-canary-12345 key-canary-1", "\"*** ***\"" },
        { "abcdefgh", "***" },
        { "key-canary-1key-canary-1", "******" },
        { "key-canary-", "key-canary-" },
        { "q\"uo\"te", "***" },
        { "\xFF"
          "key-canary-1",
          "\"\xEF\xBF\xBD***\"" },
    };
    struct channel channel;

    (void)state;
    log_hide("key-canary-1");
    log_hide("key-canary-12345");
    log_hide("abcdef");
    log_hide("defgh");
    log_hide("q\"uo\"te");
    log_hide("leve");
    log_hide("tok");
    log_hide("");
    log_hide(NULL);
    open_channel(&channel, 0);
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        char expected[200];

        log_info("tok", log_text("v", CASES[i][0]));
        snprintf(expected, sizeof expected, "level=info event=tok v=%s", CASES[i][1]);
        assert_logged(&channel, expected);
    }
    close_channel(&channel);
}

static void test_levels(void **state)
{
    struct channel channel;
    struct buf out = { 0 };

    (void)state;
    open_channel(&channel, 0);
    log_debug("unheard");
    log_open(LEVEL_ERROR, channel.write_end);
    log_warn("unheard");
    drain(&channel, &out);
    assert_int_equal(out.len, 0);
    assert_int_equal(log_level_parse("debug"), LEVEL_DEBUG);
    assert_int_equal(log_level_parse("WARN"), LEVEL_WARN);
    assert_int_equal(log_level_parse("error"), LEVEL_ERROR);
    assert_int_equal(log_level_parse("loud"), -1);
    assert_int_equal(log_level_parse(""), -1);
    close_channel(&channel);
    buf_release(&out);
}

static void test_long_values_are_cut(void **state)
{
    struct channel channel;
    struct buf value = { 0 }, out = { 0 };

    (void)state;
    open_channel(&channel, 0);
    for (int i = 0; i < 1000; i++)
        buf_add_text(&value, "\xE2\x82\xAC");
    for (int i = 0; i < 5; i++) {
        log_info("long", log_text("a", buf_text(&value)), log_text("b", buf_text(&value)),
                 log_text("c", buf_text(&value)), log_text("d", buf_text(&value)), log_int("short", 7));
        buf_clear(&out);
        drain(&channel, &out);
        assert_in_range(out.len, 3000, PIPE_BUF);
        assert_null(strstr(out.data, " d="));
        assert_non_null(strstr(out.data, "\xE2\x82\xAC…\" b="));
        assert_non_null(strstr(out.data, " short=7 cut=true\n"));
    }
    close_channel(&channel);
    buf_release(&value);
    buf_release(&out);
}

static void fill(const struct channel *channel)
{
    char bytes[512] = { 0 };

    assert_int_equal(fcntl(channel->write_end, F_SETFL, O_NONBLOCK), 0);
    for (size_t size = sizeof bytes; size > 0; size /= 2)
        while (write(channel->write_end, bytes, size) > 0)
            ;
    assert_int_equal(fcntl(channel->write_end, F_SETFL, 0), 0);
}

static void check_full(int is_socket)
{
    struct channel channel;
    struct buf out = { 0 };

    open_channel(&channel, is_socket);
    fill(&channel);
    uint64_t before = log_dropped();
    for (int i = 0; i < 3; i++)
        log_info("lost");
    assert_int_equal(log_dropped() - before, 3);
    assert_int_equal(fcntl(channel.write_end, F_GETFL) & O_NONBLOCK, 0);
    drain(&channel, &out);
    log_info("heard");
    assert_logged(&channel, "level=info event=heard dropped=3");
    log_info("again");
    assert_logged(&channel, "level=info event=again");
    close_channel(&channel);
    buf_release(&out);
}

static void test_full_pipe(void **state)
{
    (void)state;
    check_full(0);
}

static void test_full_socket(void **state)
{
    (void)state;
    check_full(1);
}

/* Neither SIGPIPE nor a wait. The lines that are lost here are told where one gets through again. */
static void test_nobody_reads(void **state)
{
    uint64_t before = log_dropped();
    struct channel channel;

    (void)state;
    for (int is_socket = 0; is_socket <= 1; is_socket++) {
        open_channel(&channel, is_socket);
        close(channel.read_end);
        log_info("lost");
        close(channel.write_end);
        log_info("lost");
    }
    assert_int_equal(log_dropped() - before, 4);
    open_channel(&channel, 0);
    log_info("heard");
    assert_logged(&channel, "level=info event=heard dropped=4");
    close_channel(&channel);
}

static void test_file(void **state)
{
    char path[] = "/tmp/test_log.XXXXXX";
    int file = mkstemp(path);
    struct channel channel = { file, file };

    (void)state;
    assert_true(file >= 0);
    log_open(LEVEL_INFO, file);
    log_info("kept", log_int("n", 1));
    assert_int_equal(lseek(file, 0, SEEK_SET), 0);
    assert_logged(&channel, "level=info event=kept n=1");
    close(file);
    unlink(path);
}

static void *log_many(void *unused)
{
    for (int i = 0; i < 150; i++)
        log_info("many", log_int("n", i), log_text("v", "two words"));
    return unused;
}

/* Lines of several threads do not mix: 600 of them fit the pipe, and each ends as it should. */
static void test_threads(void **state)
{
    struct channel channel;
    struct buf out = { 0 };
    pthread_t threads[4];
    size_t lines = 0;

    (void)state;
    open_channel(&channel, 0);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, log_many, NULL), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    drain(&channel, &out);
    char *rest = out.data;
    for (char *line = strsep(&rest, "\n"); rest != NULL; line = strsep(&rest, "\n")) {
        assert_memory_equal(line, "ts=20", 5);
        assert_string_equal(line + strlen(line) - 14, " v=\"two words\"");
        lines++;
    }
    assert_int_equal(lines, 600);
    close_channel(&channel);
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_form),
        cmocka_unit_test(test_values_cannot_lie),
        cmocka_unit_test(test_secrets),
        cmocka_unit_test(test_levels),
        cmocka_unit_test(test_long_values_are_cut),
        cmocka_unit_test(test_full_pipe),
        cmocka_unit_test(test_full_socket),
        cmocka_unit_test(test_nobody_reads),
        cmocka_unit_test(test_file),
        cmocka_unit_test(test_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
