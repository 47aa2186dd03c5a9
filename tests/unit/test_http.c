/*
 * The server, through real sockets: what passes, what is refused, what is cut, and the life of parked calls.
 * Each test starts a server of its own on a free port. Waiting is always waiting for a condition, with a
 * deadline.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "../lib/wire.h"
#include "base/clock.h"
#include "daemon/http.h"

enum { ECHO_MAX = 1000, BIG_MAX = 256 * 1024, CALLS_MAX = 600, WAIT_MS = 10000 };

/* Where parked calls wait for the test to settle them. */
struct desk {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct http_call *calls[CALLS_MAX];
    int count;
};

static struct desk desk;
static struct http_server *server;
static int port;

static void answer_text(struct http_call *call, const char *text)
{
    http_answer(call, 200, "text/plain", text, strlen(text), 0);
}

static void handle_echo(struct http_call *call, void *context)
{
    size_t len;
    const char *body = http_body(call, &len);
    (void)context;
    http_answer(call, 200, "application/octet-stream", body, len, 0);
}

static void handle_count(struct http_call *call, void *context)
{
    char text[32];
    size_t len;
    char *body = http_take_body(call, &len);
    (void)context;
    snprintf(text, sizeof text, "%zu", strlen(body) == len ? len : 0);
    free(body);
    answer_text(call, text);
}

static void handle_hello(struct http_call *call, void *context)
{
    (void)context;
    answer_text(call, "hello");
}

static void handle_who(struct http_call *call, void *context)
{
    const char *user = http_query(call, "user"), *header = http_header(call, "X-User");
    char text[200];
    (void)context;
    snprintf(text, sizeof text, "%s %s|%s|%s|%s", http_method(call), http_path(call), http_path_rest(call),
             user != NULL ? user : "(none)", header != NULL ? header : "(none)");
    answer_text(call, text);
}

static void handle_park(struct http_call *call, void *context)
{
    struct desk *at = context;
    http_park(call);
    pthread_mutex_lock(&at->lock);
    at->calls[at->count++] = call;
    pthread_cond_broadcast(&at->changed);
    pthread_mutex_unlock(&at->lock);
}

static bool admit_nobody(struct http_call *call, void *context)
{
    (void)context;
    http_add_header(call, "WWW-Authenticate", "Bearer");
    http_answer(call, 401, "text/plain", "no", 2, 0);
    return false;
}

static const struct http_route ROUTES[] = {
    { "GET", "/hello", 0, NULL, handle_hello },
    { "POST", "/echo", ECHO_MAX, NULL, handle_echo },
    { "POST", "/big", BIG_MAX, NULL, handle_count },
    { "POST", "/park", ECHO_MAX, NULL, handle_park },
    { "POST", "/locked", ECHO_MAX, admit_nobody, handle_echo },
    { "GET", "/who/*", 0, NULL, handle_who },
    { "GET", "/admin", 0, NULL, handle_hello },
    { NULL, NULL, 0, NULL, NULL },
};

static void start_with(struct http_config config)
{
    struct error error = { 0 };
    desk = (struct desk){ .count = 0 };
    pthread_mutex_init(&desk.lock, NULL);
    pthread_cond_init(&desk.changed, NULL);
    config.routes = ROUTES;
    config.context = &desk;
    if (config.unix_path == NULL)
        config.address = "127.0.0.1:0";
    server = http_start(&config, &error);
    if (server == NULL)
        fail_msg("%s", error.text);
    port = http_port(server);
}

static int start_server(void **state)
{
    (void)state;
    start_with((struct http_config){ .request_ms = 5000 });
    return 0;
}

static int stop_server(void **state)
{
    (void)state;
    http_stop(server);
    server = NULL;
    return 0;
}

/* The n-th parked call, once it is there. */
static struct http_call *parked_call(int n)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += WAIT_MS / 1000;
    pthread_mutex_lock(&desk.lock);
    while (desk.count <= n && pthread_cond_timedwait(&desk.changed, &desk.lock, &until) == 0)
        ;
    struct http_call *call = desk.count > n ? desk.calls[n] : NULL;
    pthread_mutex_unlock(&desk.lock);
    assert_non_null(call);
    return call;
}

static void settle(struct http_call *call, const char *text)
{
    http_settle(call, 202, "text/plain", text, strlen(text), 0);
}

static struct http_stats stats_now(void)
{
    struct http_stats stats;
    http_stats(server, &stats);
    return stats;
}

/* Waits until no connection is open, so that what a test left behind has been seen by the server. */
static void wait_until_closed(void)
{
    int64_t until = clock_monotonic_ms() + WAIT_MS;
    while (stats_now().open_connections > 0)
        assert_true(clock_monotonic_ms() < until);
}

static void expect_answer(struct wire *wire, int status, const char *body)
{
    struct wire_answer answer = wire_read(wire);
    assert_int_equal(answer.status, status);
    if (body != NULL)
        assert_string_equal(answer.body, body);
}

static void test_keep_alive(void **state)
{
    struct wire wire = wire_tcp(port);
    (void)state;
    for (int i = 0; i < 3; i++) {
        assert_true(wire_request(&wire, "POST", "/echo", "", "abc", 3));
        expect_answer(&wire, 200, "abc");
        assert_true(wire_say(&wire, "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n"));
        expect_answer(&wire, 200, "hello");
        assert_true(wire_say(&wire, "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n"));
        expect_answer(&wire, 404, NULL);
    }
    assert_int_equal(stats_now().connections, 1);
    assert_int_equal(stats_now().requests, 9);
    wire_close(&wire);
}

static void test_old_client(void **state)
{
    struct wire wire = wire_tcp(port);
    (void)state;
    assert_true(wire_say(&wire, "GET /hello HTTP/1.0\r\n\r\n"));
    expect_answer(&wire, 200, "hello");
    assert_true(wire_is_ended(&wire));
    wire_close(&wire);
}

static void test_chunked(void **state)
{
    struct wire wire = wire_tcp(port);
    (void)state;
    assert_true(wire_say(&wire, "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                                "3\r\nabc\r\n4;ext=1\r\ndefg\r\n0\r\nTrailer: x\r\n\r\n"));
    expect_answer(&wire, 200, "abcdefg");
    wire_close(&wire);
}

static void test_pipelined(void **state)
{
    struct wire wire = wire_tcp(port);
    (void)state;
    assert_true(wire_say(&wire, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n1"
                                "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n"
                                "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n3"));
    expect_answer(&wire, 200, "1");
    expect_answer(&wire, 200, "hello");
    expect_answer(&wire, 200, "3");
    wire_close(&wire);
}

static void test_byte_by_byte(void **state)
{
    static const char request[] = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello";
    struct wire wire = wire_tcp(port);
    (void)state;
    for (size_t i = 0; i < sizeof request - 1; i++)
        assert_true(wire_send(&wire, request + i, 1));
    expect_answer(&wire, 200, "hello");
    wire_close(&wire);
}

static void test_head(void **state)
{
    struct wire wire = wire_tcp(port);
    char value[64];
    (void)state;
    assert_true(wire_say(&wire, "HEAD /hello HTTP/1.1\r\nHost: x\r\n\r\n"
                                "HEAD /echo HTTP/1.1\r\nHost: x\r\n\r\n"));
    struct wire_answer answer = wire_read_for(&wire, true);
    assert_int_equal(answer.status, 200);
    assert_string_equal(wire_header(&answer, "Content-Length", value, sizeof value), "5");
    assert_int_equal(wire_read_for(&wire, true).status, 405);
    wire_close(&wire);
}

static void test_methods(void **state)
{
    struct wire wire = wire_tcp(port);
    char value[64];
    (void)state;
    wire_request(&wire, "DELETE", "/hello", "", "", 0);
    struct wire_answer answer = wire_read(&wire);
    assert_int_equal(answer.status, 405);
    assert_string_equal(wire_header(&answer, "Allow", value, sizeof value), "GET, HEAD");
    wire_request(&wire, "get", "/hello", "", "", 0);
    assert_int_equal(wire_read(&wire).status, 405);
    /* The body of a refused request is no request of its own. */
    wire_request(&wire, "PUT", "/echo", "", "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n", 32);
    answer = wire_read(&wire);
    assert_int_equal(answer.status, 405);
    assert_string_equal(wire_header(&answer, "Allow", value, sizeof value), "POST");
    wire_request(&wire, "POST", "/echo", "", "still in step", 13);
    expect_answer(&wire, 200, "still in step");
    wire_close(&wire);
}

static const struct {
    const char *target, *headers, *body;
} WHO_CASES[] = {
    { "/who/ann", "", "GET /who/ann|ann|(none)|(none)" },
    { "/who/", "", "GET /who/||(none)|(none)" },
    { "/who/a/b?x=1&user=7&user=8", "", "GET /who/a/b|a/b|7|(none)" },
    { "/who/%C3%A9%2f?user=a+b%26c", "", "GET /who/\xc3\xa9/|\xc3\xa9/|a b&c|(none)" },
    { "/who/x?user=", "X-User:\r\n", "GET /who/x|x||" },
    { "/who/x?user", "X-USER: u\r\n", "GET /who/x|x||u" },
    { "/who/x?users=1", "", "GET /who/x|x|(none)|(none)" },
};

static void test_request_is_readable(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof WHO_CASES / sizeof *WHO_CASES; i++) {
        struct wire wire = wire_tcp(port);
        wire_request(&wire, "GET", WHO_CASES[i].target, WHO_CASES[i].headers, "", 0);
        struct wire_answer answer = wire_read(&wire);
        if (strcmp(answer.body, WHO_CASES[i].body) != 0)
            fail_msg("%s: %s instead of %s", WHO_CASES[i].target, answer.body, WHO_CASES[i].body);
        wire_close(&wire);
    }
}

/*
 * Each is answered 400 and the connection closed; what some hide, a request for /admin, is never served.
 * (The library's own refusals come with their header doubled before the end; a proxy reads the first.)
 */
static const char *const SMUGGLING[] = {
    "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 38\r\n\r\n"
    "GET /admin HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length : 32\r\n\r\nGET /admin HTTP/1.1\r\nHost: x\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: identity\r\n\r\n"
    "GET /admin HTTP/1.1\r\nHost: x\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
    "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "POST /echo HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: +5\r\n\r\nhello",
    "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5,5\r\n\r\nhello",
    "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 0x5\r\n\r\nhello",
    "GET /hello HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
    "GET /hello HTTP/1.1\r\n\r\n",
    "GET /admin%00x HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET /who/x?user=a%00b HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET /who/..%5cadmin HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET /who/\\admin HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET /who/a%0d%0ab HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET /who/\x01 HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET /hello HTTP/1.1\r\nHost: x\r\nX Y: 1\r\n\r\n",
};

static void test_smuggling(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof SMUGGLING / sizeof *SMUGGLING; i++) {
        struct wire wire = wire_tcp(port);
        wire_say(&wire, SMUGGLING[i]);
        while (wire_more(&wire))
            ;
        if (strncmp(wire.bytes, "HTTP/1.1 400 ", 13) != 0 || strstr(wire.bytes, " 200 ") != NULL)
            fail_msg("answered %s to %s", wire.bytes, SMUGGLING[i]);
        assert_true(wire_is_ended(&wire));
        wire_close(&wire);
    }
    assert_true(stats_now().refused_by_gate >= 15);
}

static void test_limit_exact(void **state)
{
    static char body[BIG_MAX + 1];
    struct wire wire = wire_tcp(port);
    (void)state;
    memset(body, 'a', sizeof body);
    assert_true(wire_request(&wire, "POST", "/big", "", body, BIG_MAX));
    expect_answer(&wire, 200, "262144");
    assert_true(wire_request(&wire, "POST", "/big", "", body, BIG_MAX + 1));
    expect_answer(&wire, 413, NULL);
    /* Read past to its end, the refused one leaves the connection in step. */
    assert_true(wire_request(&wire, "POST", "/big", "", body, 7));
    expect_answer(&wire, 200, "7");
    assert_int_equal(stats_now().buffered, 0);
    assert_int_equal(stats_now().refused_size, 1);
    wire_close(&wire);
}

static void test_body_where_none_belongs(void **state)
{
    (void)state;
    assert_int_equal(wire_status(port, "GET", "/hello", "", "x"), 413);
}

static void test_chunked_oversize(void **state)
{
    struct wire wire = wire_tcp(port);
    char chunk[600];
    (void)state;
    memset(chunk, 'a', sizeof chunk);
    wire_say(&wire, "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 3; i++) {
        wire_say(&wire, "258\r\n");
        wire_send(&wire, chunk, sizeof chunk);
        wire_say(&wire, "\r\n");
    }
    wire_say(&wire, "0\r\n\r\n");
    expect_answer(&wire, 413, NULL);
    assert_true(wire_request(&wire, "POST", "/echo", "", "next", 4));
    expect_answer(&wire, 200, "next");
    wire_close(&wire);
}

/* Chunks without end: after a few times the limit the connection is cut. */
static void test_endless_chunks(void **state)
{
    struct wire wire = wire_tcp(port);
    static char chunk[4096 + 8];
    size_t sent = 0;
    (void)state;
    memset(chunk, 'a', sizeof chunk);
    memcpy(chunk, "1000\r\n", 6);
    memcpy(chunk + sizeof chunk - 2, "\r\n", 2);
    wire_say(&wire, "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    while (wire_send(&wire, chunk, sizeof chunk)) {
        sent += sizeof chunk;
        assert_true(sent < (64U << 20));
    }
    wire_close(&wire);
    wait_until_closed();
    assert_int_equal(stats_now().buffered, 0);
}

/* An announced gigabyte is refused before it is sent. */
static void test_announced_oversize(void **state)
{
    struct wire wire = wire_tcp(port);
    (void)state;
    wire_say(&wire, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1073741824\r\n\r\n");
    expect_answer(&wire, 413, NULL);
    assert_true(wire_is_ended(&wire));
    wire_close(&wire);
}

static void test_expect(void **state)
{
    struct wire wire = wire_tcp(port);
    (void)state;
    wire_say(&wire, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
    assert_int_equal(wire_read_for(&wire, true).status, 100);
    wire_say(&wire, "hello");
    expect_answer(&wire, 200, "hello");
    wire_say(&wire, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2000\r\nExpect: 100-continue\r\n\r\n");
    expect_answer(&wire, 413, NULL);
    wire_close(&wire);
    wire = wire_tcp(port);
    wire_say(&wire, "POST /locked HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
    expect_answer(&wire, 401, "no");
    wire_close(&wire);
}

/* A refusal before the body: the body is read past, so the sender gets to read it. */
static void test_admit(void **state)
{
    struct wire wire = wire_tcp(port);
    static char body[30000];
    char value[64];
    (void)state;
    memset(body, 'a', sizeof body);
    for (int i = 0; i < 2; i++) {
        assert_true(wire_request(&wire, "POST", "/locked", "", body, sizeof body));
        struct wire_answer answer = wire_read(&wire);
        assert_int_equal(answer.status, 401);
        assert_string_equal(wire_header(&answer, "WWW-Authenticate", value, sizeof value), "Bearer");
    }
    assert_int_equal(stats_now().connections, 1);
    wire_close(&wire);
}

static void test_shared_cap(void **state)
{
    struct wire first, second;
    char body[800], value[32];
    (void)state;
    http_stop(server);
    start_with((struct http_config){ .request_ms = 5000, .buffered_max = 1000 });
    memset(body, 'a', sizeof body);
    first = wire_tcp(port);
    second = wire_tcp(port);
    wire_say(&first, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 800\r\n\r\n");
    wire_send(&first, body, 700);
    int64_t until = clock_monotonic_ms() + WAIT_MS;
    while (stats_now().buffered < 700)
        assert_true(clock_monotonic_ms() < until);

    assert_true(wire_request(&second, "POST", "/echo", "", body, 800));
    struct wire_answer answer = wire_read(&second);
    assert_int_equal(answer.status, 503);
    assert_string_not_equal(wire_header(&answer, "Retry-After", value, sizeof value), "");

    wire_send(&first, body, 100);
    assert_int_equal(wire_read(&first).status, 200);
    assert_true(wire_request(&second, "POST", "/echo", "", body, 800));
    assert_int_equal(wire_read(&second).status, 200);
    assert_int_equal(stats_now().buffered, 0);
    assert_int_equal(stats_now().refused_full, 1);
    wire_close(&first);
    wire_close(&second);
}

/* Sends `drip` again and again, faster than any idle timeout, until the server cuts the connection. */
static void expect_cut(const char *head, const char *drip)
{
    int64_t begun_at = clock_monotonic_ms(); /* before the server can see the connection */
    struct wire wire = wire_tcp(port);
    struct timeval pause = { .tv_usec = 20000 };
    char byte;
    ssize_t got;
    setsockopt(wire.fd, SOL_SOCKET, SO_RCVTIMEO, &pause, sizeof pause);
    wire_say(&wire, head);
    do {
        wire_say(&wire, drip);
        got = recv(wire.fd, &byte, 1, 0);
        assert_true(got <= 0); /* nothing to answer yet */
        assert_true(clock_monotonic_ms() - begun_at < WAIT_MS);
    } while (got < 0 && errno == EAGAIN);
    assert_true(clock_monotonic_ms() - begun_at >= 300);
    wire_close(&wire);
}

static void test_slow_requests(void **state)
{
    (void)state;
    http_stop(server);
    start_with((struct http_config){ .request_ms = 300 });
    expect_cut("", "");
    expect_cut("GET /hel", "l");
    expect_cut("GET /hello HTTP/1.1\r\nHost: x\r\nX-Slow: ", "a");
    expect_cut("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n", "a");
    expect_cut("POST /locked HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\na\r\n");
    int64_t until = clock_monotonic_ms() + WAIT_MS;
    while (stats_now().refused_slow < 5) /* counted right after the cut */
        assert_true(clock_monotonic_ms() < until);
}

/* A request line that drips in on a kept-alive connection is bounded too. */
static void test_slow_second_request(void **state)
{
    struct wire wire;
    struct timeval pause = { .tv_usec = 20000 };
    char byte;
    (void)state;
    http_stop(server);
    start_with((struct http_config){ .request_ms = 300 });
    wire = wire_tcp(port);
    wire_say(&wire, "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    expect_answer(&wire, 200, "hello");
    setsockopt(wire.fd, SOL_SOCKET, SO_RCVTIMEO, &pause, sizeof pause);
    int64_t begun_at = clock_monotonic_ms();
    while (recv(wire.fd, &byte, 1, 0) < 0 && errno == EAGAIN) {
        wire_say(&wire, "a");
        assert_true(clock_monotonic_ms() - begun_at < WAIT_MS);
    }
    wire_close(&wire);
}

/* A parked call outlives the request's deadline: it has its own. */
static void test_park_and_settle(void **state)
{
    struct wire wire;
    (void)state;
    http_stop(server);
    start_with((struct http_config){ .request_ms = 200, .park_ms = 20000 });
    wire = wire_tcp(port);
    wire_request(&wire, "POST", "/park", "", "x", 1);
    struct http_call *call = parked_call(0);
    assert_int_equal(stats_now().parked, 1);
    int64_t begun_at = clock_monotonic_ms();
    struct timeval pause = { .tv_usec = 600000 };
    char byte;
    setsockopt(wire.fd, SOL_SOCKET, SO_RCVTIMEO, &pause, sizeof pause);
    assert_int_equal(recv(wire.fd, &byte, 1, 0), -1);
    assert_true(clock_monotonic_ms() - begun_at >= 500);

    http_settle(call, 202, "text/plain", "done", 4, 7);
    struct wire_answer answer = wire_read(&wire);
    char value[32];
    assert_int_equal(answer.status, 202);
    assert_string_equal(answer.body, "done");
    assert_string_equal(wire_header(&answer, "Retry-After", value, sizeof value), "7");
    assert_int_equal(stats_now().parked, 0);

    wire_request(&wire, "POST", "/park", "", "y", 1);
    settle(parked_call(1), "again");
    expect_answer(&wire, 202, "again");
    wire_close(&wire);
}

static void test_park_unsettled(void **state)
{
    struct wire wire;
    char value[32];
    (void)state;
    http_stop(server);
    start_with((struct http_config){ .request_ms = 5000, .park_ms = 200 });
    wire = wire_tcp(port);
    wire_request(&wire, "POST", "/park", "", "x", 1);
    struct http_call *call = parked_call(0);
    struct wire_answer answer = wire_read(&wire);
    assert_int_equal(answer.status, 503);
    assert_string_not_equal(wire_header(&answer, "Retry-After", value, sizeof value), "");
    assert_int_equal(stats_now().unsettled, 1);
    /* The connection goes on, and a late settler harms nothing: once on this server, once after it. */
    wire_request(&wire, "POST", "/park", "", "y", 1);
    struct http_call *later = parked_call(1);
    settle(call, "late");
    assert_int_equal(wire_read(&wire).status, 503);
    wire_close(&wire);
    http_stop(server);
    settle(later, "later");
    start_with((struct http_config){ .request_ms = 5000 });
}

static void *settle_all(void *context)
{
    int count = *(int *)context;
    for (int i = 0; i < count; i++)
        settle(parked_call(i), "settled");
    return NULL;
}

/* Settler and deadline race for every call; each connection gets exactly one answer. */
static void test_settle_races_deadline(void **state)
{
    enum { EACH = 100 };
    struct wire wires[EACH];
    pthread_t settler;
    int count = EACH, answers = 0;
    (void)state;
    http_stop(server);
    start_with((struct http_config){ .request_ms = 5000, .park_ms = 10 });
    for (int i = 0; i < EACH; i++) {
        wires[i] = wire_tcp(port);
        wire_request(&wires[i], "POST", "/park", "", "x", 1);
    }
    pthread_create(&settler, NULL, settle_all, &count);
    for (int i = 0; i < EACH; i++) {
        int status = wire_read(&wires[i]).status;
        answers += status == 202 || status == 503;
        assert_int_equal(wires[i].len, 0);
        wire_close(&wires[i]);
    }
    pthread_join(settler, NULL);
    assert_int_equal(answers, EACH);
    int64_t until = clock_monotonic_ms() + WAIT_MS;
    while (stats_now().parked > 0) /* counted right after the answer */
        assert_true(clock_monotonic_ms() < until);
}

static void test_stop_with_parked(void **state)
{
    struct wire wires[20];
    (void)state;
    for (int i = 0; i < 20; i++) {
        wires[i] = wire_tcp(port);
        wire_request(&wires[i], "POST", "/park", "", "x", 1);
    }
    parked_call(19);
    http_stop(server);
    for (int i = 0; i < 20; i++) {
        struct wire_answer answer = wire_read(&wires[i]);
        char value[32];
        assert_int_equal(answer.status, 503);
        assert_string_equal(wire_header(&answer, "Connection", value, sizeof value), "close");
        assert_true(wire_is_ended(&wires[i]));
        wire_close(&wires[i]);
        settle(desk.calls[i], "late");
    }
    start_with((struct http_config){ .request_ms = 5000 });
}

struct stopper {
    pthread_t thread;
    int wait_ms;
};

static void *drain(void *context)
{
    http_drain(server, ((struct stopper *)context)->wait_ms);
    return NULL;
}

/* A drain turns the new away, ends the idle, and lets the working finish. */
static void test_drain(void **state)
{
    struct wire idle = wire_tcp(port), working = wire_tcp(port);
    struct stopper stopper = { .wait_ms = 20000 };
    (void)state;
    wire_say(&idle, "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    expect_answer(&idle, 200, "hello");
    wire_request(&working, "POST", "/park", "", "x", 1);
    struct http_call *call = parked_call(0);
    int64_t begun_at = clock_monotonic_ms();
    pthread_create(&stopper.thread, NULL, drain, &stopper);
    assert_true(wire_is_ended(&idle));
    struct wire fresh = wire_tcp(port);
    wire_say(&fresh, "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_int_equal(wire_read(&fresh).status, 0);

    settle(call, "finished");
    expect_answer(&working, 202, "finished");
    assert_true(wire_is_ended(&working));
    pthread_join(stopper.thread, NULL);
    assert_true(clock_monotonic_ms() - begun_at < 15000);
    assert_int_equal(stats_now().open_connections, 0);
    wire_close(&idle);
    wire_close(&working);
    wire_close(&fresh);
}

static void test_peer_vanishes_while_parked(void **state)
{
    struct linger reset = { .l_onoff = 1, .l_linger = 0 };
    (void)state;
    for (int i = 0; i < 20; i++) {
        struct wire wire = wire_tcp(port);
        wire_request(&wire, "POST", "/park", "", "x", 1);
        struct http_call *call = parked_call(i);
        if (i % 2 == 0)
            setsockopt(wire.fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        wire_close(&wire);
        settle(call, "nobody hears this");
    }
    wait_until_closed();
    assert_int_equal(stats_now().parked, 0);
    assert_int_equal(wire_status(port, "GET", "/hello", "", ""), 200);
}

static void test_peer_vanishes_in_body(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++) {
        struct wire wire = wire_tcp(port);
        wire_say(&wire, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\nabc");
        wire_close(&wire);
    }
    wait_until_closed();
    assert_int_equal(stats_now().buffered, 0);
}

static void test_many_connections(void **state)
{
    enum { EACH = 200 };
    static struct wire wires[EACH];
    pthread_t settler;
    int count = 2 * EACH;
    (void)state;
    pthread_create(&settler, NULL, settle_all, &count);
    for (int i = 0; i < EACH; i++)
        wires[i] = wire_tcp(port);
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < EACH; i++)
            assert_true(wire_request(&wires[i], "POST", "/park", "", "x", 1));
        for (int i = 0; i < EACH; i++)
            expect_answer(&wires[i], 202, "settled");
    }
    assert_int_equal(stats_now().open_connections, EACH);
    pthread_join(settler, NULL);
    for (int i = 0; i < EACH; i++)
        wire_close(&wires[i]);
    wait_until_closed();
}

static void test_unix_socket(void **state)
{
    char folder[] = "/tmp/test_http.XXXXXX", path[64];
    struct http_config config = { .unix_path = path, .routes = ROUTES, .request_ms = 5000 };
    struct error error = { 0 };
    struct stat status;
    (void)state;
    http_stop(server);
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/admin.sock", folder);
    start_with(config);
    assert_int_equal(http_port(server), 0);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    struct wire wire = wire_unix(path);
    wire_request(&wire, "POST", "/echo", "", "abc", 3);
    expect_answer(&wire, 200, "abc");
    wire_close(&wire);

    /* Somebody listens there: it stays theirs. */
    assert_null(http_start(&config, &error));
    assert_non_null(strstr(error.text, "another daemon"));
    http_stop(server);
    assert_int_equal(stat(path, &status), -1);

    /* A killed daemon leaves its file: it is replaced. */
    struct sockaddr_un stale = { .sun_family = AF_UNIX };
    snprintf(stale.sun_path, sizeof stale.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&stale, sizeof stale), 0);
    close(fd);
    start_with(config);
    wire = wire_unix(path);
    wire_say(&wire, "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    expect_answer(&wire, 200, "hello");
    wire_close(&wire);
    http_stop(server);

    /* A file that is no socket is nobody's to remove. */
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fclose(file);
    assert_null(http_start(&config, &error));
    assert_non_null(strstr(error.text, "no socket"));
    assert_int_equal(stat(path, &status), 0);
    unlink(path);
    rmdir(folder);
    start_with((struct http_config){ .request_ms = 5000 });
}

static const struct {
    const char *address, *error;
} ADDRESS_CASES[] = {
    { "8080", "write it as" },         { "127.0.0.1", "write it as" },
    { "127.0.0.1:", "write it as" },   { "127.0.0.1:65536", "write it as" },
    { "127.0.0.1:-1", "write it as" }, { "example.org:80", "no IP address" },
    { "::1:80", "no IP address" },     { "203.0.113.7:0", "no such address" },
};

static void test_addresses(void **state)
{
    struct error error = { 0 };
    char taken[32];
    (void)state;
    for (size_t i = 0; i < sizeof ADDRESS_CASES / sizeof *ADDRESS_CASES; i++) {
        struct http_config config = { .address = ADDRESS_CASES[i].address, .routes = ROUTES };
        assert_null(http_start(&config, &error));
        if (strstr(error.text, ADDRESS_CASES[i].error) == NULL)
            fail_msg("%s: %s", ADDRESS_CASES[i].address, error.text);
    }
    snprintf(taken, sizeof taken, "127.0.0.1:%d", port);
    struct http_config config = { .address = taken, .routes = ROUTES };
    assert_null(http_start(&config, &error));
    assert_non_null(strstr(error.text, "another program"));
}

/* Each of many connections is served, all at the same time. */
static void test_many(void **state)
{
    enum { MANY = 300 };
    struct wire wires[MANY];
    (void)state;
    http_stop(server);
    start_with((struct http_config){ .request_ms = 10 * 1000 });
    for (int i = 0; i < MANY; i++) {
        wires[i] = wire_tcp(port);
        wire_say(&wires[i], "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
        assert_int_equal(wire_read(&wires[i]).status, 200);
    }
    for (int i = 0; i < MANY; i++) {
        wire_say(&wires[i], "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
        assert_int_equal(wire_read(&wires[i]).status, 200);
        wire_close(&wires[i]);
    }
}

#define with_server(test) cmocka_unit_test_setup_teardown(test, start_server, stop_server)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_server(test_keep_alive),
        with_server(test_old_client),
        with_server(test_chunked),
        with_server(test_pipelined),
        with_server(test_byte_by_byte),
        with_server(test_head),
        with_server(test_methods),
        with_server(test_request_is_readable),
        with_server(test_smuggling),
        with_server(test_limit_exact),
        with_server(test_body_where_none_belongs),
        with_server(test_chunked_oversize),
        with_server(test_endless_chunks),
        with_server(test_announced_oversize),
        with_server(test_expect),
        with_server(test_admit),
        with_server(test_shared_cap),
        with_server(test_slow_requests),
        with_server(test_slow_second_request),
        with_server(test_park_and_settle),
        with_server(test_park_unsettled),
        with_server(test_settle_races_deadline),
        with_server(test_stop_with_parked),
        with_server(test_drain),
        with_server(test_peer_vanishes_while_parked),
        with_server(test_peer_vanishes_in_body),
        with_server(test_many_connections),
        with_server(test_unix_socket),
        with_server(test_addresses),
        with_server(test_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
