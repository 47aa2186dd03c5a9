/*
 * fetch: what leaves, what comes back, and where it does not go at all. The peer is the daemon's own HTTP server, or a
 * socket of the test for what no decent server does.
 */
#include <arpa/inet.h>
#include <malloc.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/clock.h"
#include "daemon/fetch.h"
#include "daemon/http.h"

enum { WAIT_MS = 10000, BODY_MAX = 100000, PARKED_MAX = 8, HUGE = 1024 * 1024, HUGE_CALLS = 32 };

static struct http_server *server;
static struct fetcher *fetcher;
static int port;
static atomic_int arrivals, parked;
static struct http_call *calls[PARKED_MAX]; /* that nobody answers before the end */

static const char *or_none(const char *text)
{
    return text != NULL ? text : "-";
}

static void handle_echo(struct http_call *call, void *context)
{
    struct buf text = { 0 };
    size_t len;
    const char *body = http_body(call, &len);

    (void)context;
    arrivals++;
    buf_addf(&text, "%s %s auth=%s type=%s accept=%s key=%s body=%.*s", http_method(call), http_path_rest(call),
             or_none(http_header(call, "Authorization")), or_none(http_header(call, "Content-Type")),
             or_none(http_header(call, "Accept")), or_none(http_header(call, "Idempotency-Key")), (int)len,
             body != NULL ? body : "");
    http_answer(call, 200, "text/plain", buf_text(&text), text.len, 0);
    buf_release(&text);
}

static void handle_long(struct http_call *call, void *context)
{
    struct buf text = { 0 };

    (void)context;
    for (int i = 0; i < 1000; i++)
        buf_add_text(&text, "0123456789");
    http_answer(call, 200, "text/plain", buf_text(&text), text.len, 0);
    buf_release(&text);
}

static void handle_huge(struct http_call *call, void *context)
{
    char *text = calloc(1, HUGE);

    (void)context;
    http_answer(call, 200, "text/plain", text, HUGE, 0);
    free(text);
}

static void handle_moved(struct http_call *call, void *context)
{
    (void)context;
    http_add_header(call, "Location", "/echo/elsewhere");
    http_answer(call, 302, "text/plain", "there", 5, 0);
}

static void handle_park(struct http_call *call, void *context)
{
    (void)context;
    http_park(call);
    calls[parked] = call;
    parked++;
}

static const struct http_route ROUTES[] = {
    { "GET", "/echo/*", 0, NULL, handle_echo },     { "POST", "/echo/*", BODY_MAX, NULL, handle_echo },
    { "GET", "/long", 0, NULL, handle_long },       { "GET", "/huge", 0, NULL, handle_huge },
    { "GET", "/moved", 0, NULL, handle_moved },
    { "POST", "/park", BODY_MAX, NULL, handle_park }, { NULL, NULL, 0, NULL, NULL },
};

static int set_up(void **state)
{
    struct http_config config = { .address = "127.0.0.1:0", .routes = ROUTES };
    struct error error = { 0 };

    (void)state;
    if (fetch_global_start(&error) != 0)
        return -1;
    server = http_start(&config, &error);
    if (server == NULL)
        return -1;
    port = http_port(server);
    fetcher = fetcher_new();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fetcher_free(fetcher);
    http_stop(server);
    for (int i = 0; i < parked; i++)
        if (calls[i] != NULL)
            http_settle(calls[i], 200, "text/plain", "", 0, 0);
    fetch_global_stop();
    return 0;
}

struct outcome { /* with a copy of the body */
    struct wire wire;
    char body[512], failure[300];
    int count; /* of the ends that were told */
};

static void keep(void *context, const struct wire *wire, int64_t took_ms)
{
    struct outcome *outcome = context;

    assert_in_range(took_ms, 0, WAIT_MS);
    outcome->wire = *wire;
    outcome->count++;
    snprintf(outcome->body, sizeof outcome->body, "%.*s", (int)wire->body_len, wire->body);
    snprintf(outcome->failure, sizeof outcome->failure, "%s", wire->failure);
}

/* Until it has ended; `step` is done in between (NULL: nothing). */
static struct outcome finish(struct fetch fetch, void (*step)(void *), void *context)
{
    int64_t until = clock_monotonic_ms() + WAIT_MS;
    struct outcome outcome = { 0 };
    struct error error = { 0 };

    fetch.ended = keep;
    fetch.context = &outcome;
    assert_int_equal(fetch_start(fetcher, &fetch, &error), 0);
    while (outcome.count == 0) {
        assert_true(clock_monotonic_ms() < until);
        fetch_poll(fetcher, 5);
        if (step != NULL)
            step(context);
        fetch_collect(fetcher);
    }
    fetch_collect(fetcher);
    assert_int_equal(outcome.count, 1);
    return outcome;
}

/* Written as a URL with %d for the port. */
static struct outcome run(struct fetch fetch, const char *url)
{
    char text[200];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(text, sizeof text, url, port);
#pragma GCC diagnostic pop
    fetch.url = text;
    if (fetch.timeout_ms == 0)
        fetch.timeout_ms = 5000;
    if (fetch.answer_max == 0)
        fetch.answer_max = 4096;
    return finish(fetch, NULL, NULL);
}

static void test_a_get_carries_what_it_was_given_and_no_more(void **state)
{
    struct fetch_header key = { "Idempotency-Key", "frontdesk-7" };
    struct outcome got = run((struct fetch){ .is_get = true }, "http://127.0.0.1:%d/echo/a?b=c");

    (void)state;
    assert_int_equal(got.wire.end, WIRE_ANSWERED);
    assert_int_equal(got.wire.status, 200);
    assert_string_equal(got.body, "GET a auth=- type=- accept=application/json key=- body=");
    got = run((struct fetch){ .is_get = true, .bearer = "s3cret", .headers = &key, .header_count = 1 },
              "http://127.0.0.1:%d/echo/b");
    assert_string_equal(got.body, "GET b auth=Bearer s3cret type=- accept=application/json key=frontdesk-7 body=");
}

static void test_a_post_carries_its_body_and_says_of_what_type(void **state)
{
    struct outcome got = run((struct fetch){ .body = "{\"n\":4}", .body_len = 7, .content_type = "application/json" },
                             "http://127.0.0.1:%d/echo/a");

    (void)state;
    assert_string_equal(got.body, "POST a auth=- type=application/json accept=application/json key=- body={\"n\":4}");
    got = run((struct fetch){ 0 }, "http://127.0.0.1:%d/echo/nothing");
    assert_string_equal(got.body, "POST nothing auth=- type=- accept=application/json key=- body=");
}

static void test_a_key_with_a_line_break_starts_no_call(void **state)
{
    static const struct fetch_header BAD = { "X", "a\r\nHost: other" };
    struct fetch fetch = { .url = "http://127.0.0.1:1/", .bearer = "a\nb", .timeout_ms = 1000, .answer_max = 10 };
    struct error error = { 0 };

    (void)state;
    assert_int_equal(fetch_start(fetcher, &fetch, &error), -1);
    fetch.bearer = NULL;
    fetch.headers = &BAD;
    fetch.header_count = 1;
    assert_int_equal(fetch_start(fetcher, &fetch, &error), -1);
    fetch.header_count = 0;
    fetch.aws_region = "eu-central-1";
    fetch.aws_service = "bedrock";
    fetch.aws_key = "AKID\r\nX: y:secret";
    fetch.body = "{}";
    fetch.body_len = 2;
    error.text[0] = '\0';
    assert_int_equal(fetch_start(fetcher, &fetch, &error), -1);
    assert_string_equal(error.text, "the call does not start: a key or a header holds a line break");
}

/* However this machine is written, by number or by name: nothing is connected to. */
static void test_this_machine_is_not_public(void **state)
{
    static const char *const URLS[] = {
        "https://127.0.0.1:%d/echo/x", "https://localhost:%d/echo/x",  "https://shop.localhost:%d/echo/x",
        "https://127.1:%d/echo/x",     "https://2130706433:%d/echo/x", "https://0x7f.0.0.1:%d/echo/x",
        "https://[::1]:%d/echo/x",     "https://[::ffff:127.0.0.1]:%d/echo/x", "http://127.0.0.1:%d/echo/x",
        "http://localhost:%d/echo/x",
    };
    struct http_stats before, after;

    (void)state;
    http_stats(server, &before);
    for (size_t i = 0; i < sizeof URLS / sizeof URLS[0]; i++) {
        struct outcome got = run((struct fetch){ .is_get = true, .reach = FETCH_PUBLIC }, URLS[i]);

        assert_int_equal(got.wire.end, WIRE_NEVER_LEFT);
        assert_true(got.wire.is_barred);
        assert_non_null(strstr(got.failure, "which is this machine; the setting allow_local_backends is no"));
    }
    http_stats(server, &after);
    assert_int_equal(after.connections, before.connections);
}

static void test_this_machine_where_the_owner_allows_it(void **state)
{
    static const char *const URLS[] = { "http://127.0.0.1:%d/echo/x", "http://localhost:%d/echo/x",
                                        "http://shop.localhost:%d/echo/x", "http://[::ffff:127.0.0.1]:%d/echo/x" };

    (void)state;
    for (size_t i = 0; i < sizeof URLS / sizeof URLS[0]; i++) {
        struct outcome got = run((struct fetch){ .is_get = true, .reach = FETCH_LOCAL_TOO }, URLS[i]);

        assert_int_equal(got.wire.status, 200);
        assert_false(got.wire.is_barred);
    }
}

/* A connection that Braze's calls may use again is none for a call that has to be judged. */
static void test_an_open_connection_is_no_way_around(void **state)
{
    struct outcome got;

    (void)state;
    assert_int_equal(run((struct fetch){ .is_get = true }, "http://localhost:%d/echo/x").wire.status, 200);
    got = run((struct fetch){ .is_get = true, .reach = FETCH_PUBLIC }, "http://localhost:%d/echo/x");
    assert_true(got.wire.is_barred);
}

static void test_what_is_nobodys_is_barred_whatever_the_owner_allows(void **state)
{
    static const struct {
        const char *url, *why;
    } ROWS[] = {
        { "https://169.254.169.254/latest/meta-data/", "its host leads to 169.254.169.254, which is no service's" },
        { "https://[::ffff:a9fe:a9fe]/", "its host leads to ::ffff:169.254.169.254, which is no service's" },
        { "https://0.0.0.0/", "its host leads to 0.0.0.0, which is no service's" },
        { "https://0/", "its host leads to 0.0.0.0, which is no service's" },
        { "https://[fd00:ec2::254]/", "its host leads to fd00:ec2::254, which is no service's" },
        { "https://224.0.0.1/", "its host leads to 224.0.0.1, which is no service's" },
        { "http://10.0.0.1/", "its host leads to 10.0.0.1, and plain http, which anybody on the way can read, is for "
                              "this machine only" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        struct outcome got = run((struct fetch){ .is_get = true, .reach = FETCH_LOCAL_TOO }, ROWS[i].url);

        assert_true(got.wire.is_barred);
        assert_int_equal(strncmp(got.failure, ROWS[i].why, strlen(ROWS[i].why)), 0);
    }
}

static void test_a_redirect_is_an_answer_and_is_not_followed(void **state)
{
    int before = arrivals;

    (void)state;
    assert_int_equal(run((struct fetch){ .is_get = true }, "http://127.0.0.1:%d/moved").wire.status, 302);
    assert_int_equal(arrivals, before);
}

static void test_a_long_answer_is_cut(void **state)
{
    struct outcome got = run((struct fetch){ .is_get = true, .answer_max = 100 }, "http://127.0.0.1:%d/long");

    (void)state;
    assert_int_equal(got.wire.status, 200);
    assert_int_equal(got.wire.body_len, 100);
    assert_true(got.wire.is_cut);
    assert_false(got.wire.is_broken);
    got = run((struct fetch){ .is_get = true, .answer_max = 10000 }, "http://127.0.0.1:%d/long");
    assert_int_equal(got.wire.body_len, 10000);
    assert_false(got.wire.is_cut);
}

static void count_huge(void *context, const struct wire *wire, int64_t took_ms)
{
    int *count = context;

    (void)took_ms;
    *count += wire->body_len == HUGE;
}

static size_t in_use(void)
{
    struct mallinfo2 info = mallinfo2();

    return info.uordblks + info.hblkhd;
}

/* A burst of long answers is not kept in memory for good: a quarter of it is more than all of this needs. */
static void test_what_long_answers_took_is_given_back(void **state)
{
    struct fetch fetch = { .is_get = true, .reach = FETCH_LOCAL_TOO, .timeout_ms = WAIT_MS, .answer_max = HUGE };
    int64_t until = clock_monotonic_ms() + WAIT_MS;
    struct error error = { 0 };
    size_t before = in_use();
    int count = 0;
    char url[60];

    (void)state;
    snprintf(url, sizeof url, "http://127.0.0.1:%d/huge", port);
    fetch.url = url;
    fetch.ended = count_huge;
    fetch.context = &count;
    for (int i = 0; i < HUGE_CALLS; i++)
        assert_int_equal(fetch_start(fetcher, &fetch, &error), 0);
    while (count < HUGE_CALLS) {
        assert_true(clock_monotonic_ms() < until);
        fetch_poll(fetcher, 20);
        fetch_collect(fetcher);
    }
    assert_true(in_use() < before + HUGE_CALLS * (size_t)HUGE / 4);
}

/* A port on which nobody listens any more. */
static int dead_port(void)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
    close(fd);
    return ntohs(at.sin_port);
}

static void test_whether_a_request_has_left(void **state)
{
    int alive = port;

    (void)state;
    port = dead_port();
    assert_int_equal(run((struct fetch){ .is_get = true }, "http://127.0.0.1:%d/").wire.end, WIRE_NEVER_LEFT);
    assert_int_equal(run((struct fetch){ 0 }, "http://127.0.0.1:%d/").wire.end, WIRE_NEVER_LEFT);
    assert_int_equal(run((struct fetch){ .body = "x", .body_len = 1 }, "http://127.0.0.1:%d/").wire.end,
                     WIRE_NEVER_LEFT);
    port = alive;
    assert_int_equal(run((struct fetch){ .timeout_ms = 100 }, "http://127.0.0.1:%d/park").wire.end, WIRE_LEFT_NO_ANSWER);
    assert_int_equal(run((struct fetch){ .timeout_ms = 100, .body = "x", .body_len = 1 }, "http://127.0.0.1:%d/park")
                         .wire.end,
                     WIRE_LEFT_NO_ANSWER);
}

/* As behind a standstill of the process: its deadline has passed when libcurl is asked for the first time. */
static void test_a_request_that_is_late_already_does_not_leave(void **state)
{
    static const struct fetch LATE[] = {
        { .is_get = true, .timeout_ms = 1, .answer_max = 10 },
        { .body = "x", .body_len = 1, .timeout_ms = 1, .answer_max = 10 },
    };
    int before = arrivals;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct fetch fetch = LATE[i];
        struct outcome outcome = { 0 };
        char url[100];
        int64_t began;

        snprintf(url, sizeof url, "http://127.0.0.1:%d/echo/late", port);
        fetch.url = url;
        fetch.ended = keep;
        fetch.context = &outcome;
        assert_int_equal(run((struct fetch){ .is_get = true }, "http://127.0.0.1:%d/echo/x").wire.status, 200); /* connected */
        assert_int_equal(fetch_start(fetcher, &fetch, NULL), 0);
        for (began = clock_monotonic_ms(); clock_monotonic_ms() <= began + 1;)
            continue;
        fetch_poll(fetcher, 0);
        fetch_collect(fetcher);
        assert_int_equal(outcome.count, 1);
        assert_int_equal(outcome.wire.end, WIRE_NEVER_LEFT);
    }
    run((struct fetch){ .is_get = true }, "http://127.0.0.1:%d/echo/x"); /* whatever had left before has arrived before */
    assert_int_equal(arrivals, before + 3);
}

/*
 * A standstill in the midst of reading: the test's own recv, which libcurl calls, and its own poll, which arms it. While
 * libcurl waits, one call is answered; while it reads that answer, the other is, in time, and the time of that goes by.
 */
static _Thread_local struct {
    struct http_call *woken_by, *in_time; /* NULL: nothing stands still; none */
    const struct fetch *begun;            /* NULL, or the call that begins right before libcurl reads, for twice its time */
    int64_t until;
    bool is_reading;
} standstill;

int poll(struct pollfd *fds, nfds_t count, int timeout_ms)
{
    if (standstill.woken_by != NULL && timeout_ms > 0) {
        http_settle(standstill.woken_by, 200, "text/plain", "", 0, 0);
        standstill.woken_by = NULL;
        standstill.is_reading = true;
        if (standstill.begun != NULL) {
            assert_int_equal(fetch_start(fetcher, standstill.begun, NULL), 0);
            standstill.until = clock_monotonic_ms() + 2 * standstill.begun->timeout_ms;
        }
    }
    return (int)syscall(SYS_poll, fds, count, timeout_ms);
}

ssize_t recv(int fd, void *bytes, size_t len, int flags)
{
    if (standstill.is_reading) {
        if (standstill.in_time != NULL)
            http_settle(standstill.in_time, 200, "text/plain", "there", 5, 0);
        while (clock_monotonic_ms() < standstill.until)
            continue;
        standstill.is_reading = false;
    }
    return syscall(SYS_recvfrom, fd, bytes, len, flags, NULL, NULL);
}

/* Starts a call that the server parks, and waits until it has. */
static struct http_call *park(struct outcome *outcome, int timeout_ms)
{
    struct fetch fetch = { .body = "x", .body_len = 1, .timeout_ms = timeout_ms, .answer_max = 10, .ended = keep };
    int64_t until = clock_monotonic_ms() + WAIT_MS;
    int before = parked;
    struct http_call *call;
    char url[100];

    snprintf(url, sizeof url, "http://127.0.0.1:%d/park", port);
    fetch.url = url;
    fetch.context = outcome;
    assert_int_equal(fetch_start(fetcher, &fetch, NULL), 0);
    while (parked == before) {
        assert_true(clock_monotonic_ms() < until);
        fetch_poll(fetcher, 5);
    }
    call = calls[before];
    calls[before] = NULL;
    return call;
}

static void test_deadlines_are_judged_by_the_moment_at_which_reading_began(void **state)
{
    enum { IN_TIME_MS = 1500 };
    static struct outcome in_time, other;
    int64_t until = clock_monotonic_ms() + WAIT_MS;

    (void)state;
    standstill.in_time = park(&in_time, IN_TIME_MS);
    standstill.woken_by = park(&other, WAIT_MS);
    standstill.until = clock_monotonic_ms() + IN_TIME_MS;
    while ((in_time.count == 0 || other.count == 0) && clock_monotonic_ms() < until) {
        fetch_poll(fetcher, WAIT_MS);
        fetch_collect(fetcher);
    }
    assert_false(standstill.is_reading);
    assert_string_equal(in_time.body, "there");
    assert_int_equal(in_time.wire.end, WIRE_ANSWERED);
    standstill.in_time = NULL;
}

/* Two connections are open, so that the second call would leave at once, behind the answer to the first. */
static void test_a_body_whose_time_goes_by_before_its_turn_is_not_given(void **state)
{
    static struct outcome late, other;
    struct fetch fetch = { .body = "x", .body_len = 1, .timeout_ms = 100, .answer_max = 10, .ended = keep, .context = &late };
    int64_t until = clock_monotonic_ms() + WAIT_MS;
    int before = arrivals;
    char url[100];

    (void)state;
    snprintf(url, sizeof url, "http://127.0.0.1:%d/echo/late", port);
    fetch.url = url;
    standstill.begun = &fetch;
    standstill.woken_by = park(&other, WAIT_MS);
    while ((late.count == 0 || other.count == 0) && clock_monotonic_ms() < until) {
        fetch_poll(fetcher, 50);
        fetch_collect(fetcher);
    }
    assert_int_equal(late.wire.end, WIRE_NEVER_LEFT);
    assert_string_equal(late.failure, "Timeout was reached");
    run((struct fetch){ .is_get = true }, "http://127.0.0.1:%d/echo/x"); /* whatever had left before has arrived before */
    assert_int_equal(arrivals, before + 1);
}

/* Also one whose time is over, and which would be told of next: its context may be gone by then. */
static void test_what_is_cancelled_is_not_told_of(void **state)
{
    struct outcome outcome = { 0 };
    struct fetch fetch = { .timeout_ms = WAIT_MS, .answer_max = 10, .ended = keep, .context = &outcome };
    char url[100];

    (void)state;
    snprintf(url, sizeof url, "http://127.0.0.1:%d/echo/x", port);
    fetch.url = url;
    for (int timeout_ms = WAIT_MS; timeout_ms > 0; timeout_ms -= WAIT_MS - 1) {
        fetch.timeout_ms = timeout_ms;
        assert_int_equal(fetch_start(fetcher, &fetch, NULL), 0);
        for (int64_t began = clock_monotonic_ms(); timeout_ms == 1 && clock_monotonic_ms() <= began + 1;)
            continue;
        fetch_poll(fetcher, 0);
        fetch_cancel(fetcher, &outcome);
        run((struct fetch){ .is_get = true }, "http://127.0.0.1:%d/echo/x");
        assert_int_equal(outcome.count, 0);
    }
}

struct peer { /* takes one connection, reads a request, says `answer` and closes */
    int listener, count;
    const char *answer;
};

static struct peer new_peer(const char *answer)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof at;
    struct peer peer = { socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), 0, answer };

    assert_int_equal(bind(peer.listener, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(peer.listener, 5), 0);
    assert_int_equal(getsockname(peer.listener, (struct sockaddr *)&at, &len), 0);
    port = ntohs(at.sin_port);
    return peer;
}

static void peer_step(void *context)
{
    struct peer *peer = context;
    char bytes[4096];
    int fd = accept4(peer->listener, NULL, NULL, SOCK_CLOEXEC);

    if (fd < 0)
        return;
    peer->count++;
    assert_true(recv(fd, bytes, sizeof bytes, 0) > 0);
    assert_int_equal(send(fd, peer->answer, strlen(peer->answer), MSG_NOSIGNAL), (ssize_t)strlen(peer->answer));
    close(fd);
}

static struct outcome ask_peer(struct fetch fetch, const char *answer, int *count)
{
    int alive = port;
    struct peer peer = new_peer(answer);
    struct outcome outcome;
    char url[64];

    snprintf(url, sizeof url, "http://127.0.0.1:%d/", port);
    fetch.url = url;
    fetch.timeout_ms = 5000;
    fetch.answer_max = 1000;
    outcome = finish(fetch, peer_step, &peer);
    close(peer.listener);
    *count = peer.count;
    port = alive;
    return outcome;
}

static void test_an_answer_that_breaks_off_is_known_as_such(void **state)
{
    static const struct fetch GET = { .is_get = true, .reach = FETCH_LOCAL_TOO };
    int count;
    struct outcome got = ask_peer(GET, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{\"a\"", &count);

    (void)state;
    assert_int_equal(got.wire.status, 200);
    assert_true(got.wire.is_broken);
    assert_int_equal(count, 1);
    got = ask_peer(GET, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", &count);
    assert_false(got.wire.is_broken);
    assert_string_equal(got.body, "{}");
}

/* Whoever says nothing, or no HTTP, is not asked a second time behind our back. */
static void test_a_silent_peer_is_asked_once(void **state)
{
    static const struct fetch GET = { .is_get = true, .reach = FETCH_LOCAL_TOO };
    int count;

    (void)state;
    assert_int_equal(ask_peer(GET, "", &count).wire.end, WIRE_LEFT_NO_ANSWER);
    assert_int_equal(count, 1);
    assert_int_equal(ask_peer(GET, "SSH-2.0-hello\r\n", &count).wire.end, WIRE_LEFT_NO_ANSWER);
    assert_int_equal(count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_get_carries_what_it_was_given_and_no_more),
        cmocka_unit_test(test_a_post_carries_its_body_and_says_of_what_type),
        cmocka_unit_test(test_a_key_with_a_line_break_starts_no_call),
        cmocka_unit_test(test_this_machine_is_not_public),
        cmocka_unit_test(test_this_machine_where_the_owner_allows_it),
        cmocka_unit_test(test_an_open_connection_is_no_way_around),
        cmocka_unit_test(test_what_is_nobodys_is_barred_whatever_the_owner_allows),
        cmocka_unit_test(test_a_redirect_is_an_answer_and_is_not_followed),
        cmocka_unit_test(test_a_long_answer_is_cut),
        cmocka_unit_test(test_what_long_answers_took_is_given_back),
        cmocka_unit_test(test_whether_a_request_has_left),
        cmocka_unit_test(test_a_request_that_is_late_already_does_not_leave),
        cmocka_unit_test(test_deadlines_are_judged_by_the_moment_at_which_reading_began),
        cmocka_unit_test(test_a_body_whose_time_goes_by_before_its_turn_is_not_given),
        cmocka_unit_test(test_what_is_cancelled_is_not_told_of),
        cmocka_unit_test(test_an_answer_that_breaks_off_is_known_as_such),
        cmocka_unit_test(test_a_silent_peer_is_asked_once),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
