/* The public listener: tokens, channels, identity, a full mailbox, health and metrics; over real sockets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "../lib/wire.h"
#include "base/clock.h"
#include "base/log.h"
#include "braze/inbound.h"
#include "daemon/public.h"

#define GOOD "Authorization: Bearer correct-horse-1\r\n"

enum { PLACES = 4, WAIT_MS = 10000 };

static const char *const TOKENS[] = { "correct-horse-1", "battery-staple-2" };

static bool is_ready;

static bool tell_ready(void *context, struct buf *why)
{
    (void)context;
    if (!is_ready)
        buf_add_text(why, "the disk is \"full\"");
    return is_ready;
}

static void tell_metrics(void *context, struct buf *out)
{
    buf_addf(out, "desk_up %d\n", *(int *)context);
}

static int up = 1;
static struct public_context public;
static struct http_server *server;
static int port;

static void start_routes(const struct http_route *routes)
{
    struct http_config config = {
        .address = "127.0.0.1:0", .routes = routes, .context = &public, .request_ms = 5000
    };
    struct error error = { 0 };
    server = http_start(&config, &error);
    if (server == NULL)
        fail_msg("%s", error.text);
    port = http_port(server);
}

static int start_server(void **state)
{
    (void)state;
    is_ready = true;
    public = (struct public_context){
        .tokens = TOKENS,
        .token_count = 2,
        .mailbox = mailbox_new(PLACES, 1 << 20, NULL, NULL),
        .ready = tell_ready,
        .metrics = tell_metrics,
        .metrics_context = &up,
    };
    start_routes(public_routes());
    return 0;
}

static int stop_server(void **state)
{
    (void)state;
    http_stop(server);
    mailbox_free(public.mailbox);
    return 0;
}

/* The engine's part: the next mail, once it is there. */
static struct mail *next_mail(void)
{
    int64_t until = clock_monotonic_ms() + WAIT_MS;
    struct mail *mail;
    while ((mail = mailbox_take(public.mailbox, 1, SIZE_MAX)) == NULL)
        assert_true(clock_monotonic_ms() < until);
    return mail;
}

static void accept_mail(struct mail *mail)
{
    static const char accepted[] = "{\"status\":\"accepted\",\"message\":1}";
    http_settle(mail->call, 202, "application/json", accepted, sizeof accepted - 1, 0);
    mail_free(mail);
}

static void test_webhook(void **state)
{
    static const char body[] = "{\"user_id\":\"u1\",\"message\":\"broken \"json\"}";
    struct wire wire = wire_tcp(port);
    (void)state;
    wire_request(&wire, "POST", "/v1/inbound", GOOD "Content-Type: text/weird\r\n", body, sizeof body - 1);
    struct mail *mail = next_mail();
    assert_int_equal(mail->kind, MAIL_WEBHOOK);
    assert_int_equal(mail->body_len, sizeof body - 1);
    assert_string_equal(mail->body, body);
    assert_string_equal(mail->channel, "whatsapp");
    assert_string_equal(mail->content_type, "text/weird");
    assert_null(mail->claimed_user);
    accept_mail(mail);
    struct wire_answer answer = wire_read(&wire);
    assert_int_equal(answer.status, 202);
    assert_string_equal(answer.body, "{\"status\":\"accepted\",\"message\":1}");
    wire_close(&wire);
}

/* An authenticated body is never refused for what it is: empty, binary, or huge within the limit. */
static void send_body(struct wire *wire, const char *body)
{
    wire_request(wire, "POST", "/v1/inbound?user=u2", GOOD, body, strlen(body));
}

/* What is wrong with a body is the engine's to judge; here it is read only. */
static void test_bodies_are_read_where_they_arrive(void **state)
{
    struct wire wire = wire_tcp(port);
    (void)state;
    send_body(&wire, "{\"user_id\":\"u1\",\"message\":\"hi\"}");
    struct mail *mail = next_mail();
    assert_non_null(mail->read);
    assert_int_equal(mail->read->result, 1);
    assert_string_equal(mail->read->in.user_id, "u2");
    assert_string_equal(mail->read->in.message, "hi");
    accept_mail(mail);
    wire_read(&wire);
    send_body(&wire, "nothing");
    mail = next_mail();
    assert_int_equal(mail->read->result, 0);
    assert_non_null(strstr(mail->read->why.text, "neither JSON nor a form"));
    accept_mail(mail);
    wire_read(&wire);
    wire_close(&wire);
}

/* One of them may have ended the program: the engine keeps its bytes and counts it before it is read. */
static void test_no_body_is_read_after_a_crash(void **state)
{
    struct wire wire = wire_tcp(port);
    (void)state;
    public.reads_from = clock_wall_ms() + 60 * 1000;
    send_body(&wire, "{\"user_id\":\"u1\",\"message\":\"hi\"}");
    struct mail *mail = next_mail();
    assert_null(mail->read);
    accept_mail(mail);
    wire_read(&wire);
    wire_close(&wire);
}

static void test_any_body(void **state)
{
    static char body[PUBLIC_BODY_MAX + 1];
    static const size_t sizes[] = { 0, 1, 100, PUBLIC_BODY_MAX };
    (void)state;
    for (size_t i = 0; i < sizeof body; i++)
        body[i] = (char)(i * 7);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct wire wire = wire_tcp(port);
        wire_request(&wire, "POST", "/v1/inbound", GOOD, body, sizes[i]);
        struct mail *mail = next_mail();
        assert_int_equal(mail->body_len, sizes[i]);
        assert_memory_equal(mail->body, body, sizes[i]);
        assert_int_equal(mail->body[sizes[i]], 0);
        assert_string_equal(mail->content_type, "");
        accept_mail(mail);
        assert_int_equal(wire_read(&wire).status, 202);
        wire_close(&wire);
    }
    struct wire wire = wire_tcp(port);
    wire_request(&wire, "POST", "/v1/inbound", GOOD, body, sizeof body);
    assert_int_equal(wire_read(&wire).status, 413);
    wire_close(&wire);
    assert_int_equal(mailbox_count(public.mailbox), 0);
}

static const struct {
    const char *headers;
    bool passes;
} TOKEN_CASES[] = {
    { GOOD, true },
    { "Authorization: Bearer battery-staple-2\r\n", true },
    { "authorization: bearer battery-staple-2\r\n", true },
    { "Authorization: Bearer   correct-horse-1\r\n", true },
    { "", false },
    { "Authorization:\r\n", false },
    { "Authorization: Bearer\r\n", false },
    { "Authorization: Bearer \r\n", false },
    { "Authorization: correct-horse-1\r\n", false },
    { "Authorization: Basic correct-horse-1\r\n", false },
    { "Authorization: Bearer correct-horse-\r\n", false },
    { "Authorization: Bearer correct-horse-11\r\n", false },
    { "Authorization: Bearer correct-horse-2\r\n", false },
    { "Authorization: Bearer correct-horse-1,battery-staple-2\r\n", false },
    { "Authorization: Bearer CORRECT-HORSE-1\r\n", false },
    { "X-Authorization: Bearer correct-horse-1\r\n", false },
};

static void test_tokens(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof TOKEN_CASES / sizeof *TOKEN_CASES; i++) {
        struct wire wire = wire_tcp(port);
        char value[64];
        wire_request(&wire, "POST", "/v1/inbound", TOKEN_CASES[i].headers, "{}", 2);
        if (TOKEN_CASES[i].passes)
            accept_mail(next_mail());
        struct wire_answer answer = wire_read(&wire);
        if (answer.status != (TOKEN_CASES[i].passes ? 202 : 401))
            fail_msg("%s: %d", TOKEN_CASES[i].headers, answer.status);
        if (!TOKEN_CASES[i].passes) {
            assert_non_null(strstr(wire_header(&answer, "WWW-Authenticate", value, sizeof value), "Bearer"));
            assert_non_null(strstr(answer.body, "{\"error\":"));
            assert_non_null(strstr(answer.body, "FRONTDESK_WEBHOOK_TOKENS"));
            assert_null(strstr(answer.body, "horse"));
        }
        wire_close(&wire);
    }
    assert_int_equal(public.door.bare + public.door.strange, 12);
    assert_int_equal(mailbox_count(public.mailbox), 0);
}

static void test_no_tokens_no_entry(void **state)
{
    (void)state;
    public.token_count = 0;
    assert_int_equal(wire_status(port, "POST", "/v1/inbound", GOOD, "{}"), 401);
}

static int log_file;

static int lines_about_knocking(void)
{
    char text[16 * 1024];
    ssize_t len = pread(log_file, text, sizeof text - 1, 0);
    int count = 0;
    assert_in_range(len, 0, sizeof text - 2);
    text[len] = '\0';
    for (const char *at = text; (at = strstr(at, "event=webhook_turned_away")) != NULL; at++)
        count++;
    return count;
}

static void test_who_knocks_without_a_pause_is_told_of_each_minute(void **state)
{
    int64_t now = clock_wall_ms();
    int before = lines_about_knocking();
    (void)state;
    public.door.turned_away_at = now - 1000;
    public.door.logged_at = now - 61 * 1000;
    for (int i = 0; i < 3; i++)
        assert_int_equal(wire_status(port, "POST", "/v1/inbound", "", "{}"), 401);
    assert_int_equal(lines_about_knocking() - before, 1);
    assert_true(public.door.turned_away_at >= now);
}

#define A10 "aaaaaaaaaa"

static const struct {
    const char *target, *channel;
} CHANNEL_CASES[] = {
    { "/v1/inbound", "whatsapp" },
    { "/v1/inbound/", "whatsapp" },
    { "/v1/inbound/sms", "sms" },
    { "/v1/inbound/sms/", "sms" },
    { "/v1/inbound/WhatsApp", "whatsapp" },
    { "/v1/inbound/line_2-B", "line_2-b" },
    { "/v1/inbound/caf%C3%89", "caf\xc3\x89" },
    { "/v1/inbound/a%20b", "a b" },
    { "/v1/inbound/a/b", "a/b" },
    { "/v1/inbound/%FF", "\xef\xbf\xbd" },
    { "/v1/inbound/" A10 A10 A10 A10 A10 A10 "bcdefg", A10 A10 A10 A10 A10 A10 "bcde" },
    { "/v1/inbound/" A10 A10 A10 A10 A10 A10 "bcd%C3%A9", A10 A10 A10 A10 A10 A10 "bcd" },
};

static void test_channels(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof CHANNEL_CASES / sizeof *CHANNEL_CASES; i++) {
        struct wire wire = wire_tcp(port);
        wire_request(&wire, "POST", CHANNEL_CASES[i].target, GOOD, "{}", 2);
        struct mail *mail = next_mail();
        if (strcmp(mail->channel, CHANNEL_CASES[i].channel) != 0)
            fail_msg("%s: %s", CHANNEL_CASES[i].target, mail->channel);
        accept_mail(mail);
        assert_int_equal(wire_read(&wire).status, 202);
        wire_close(&wire);
    }
}

static const struct {
    const char *target, *headers, *user; /* NULL: neither was there */
} USER_CASES[] = {
    { "/v1/inbound", "", NULL },
    { "/v1/inbound", "X-Frontdesk-User: h1\r\n", "h1" },
    { "/v1/inbound", "x-frontdesk-user: h1\r\n", "h1" },
    { "/v1/inbound", "X-Frontdesk-User:\r\n", "" },
    { "/v1/inbound?user=q1", "", "q1" },
    { "/v1/inbound?user=q1", "X-Frontdesk-User: h1\r\n", "q1" },
    { "/v1/inbound?user=", "X-Frontdesk-User: h1\r\n", "" },
    { "/v1/inbound?user", "", "" },
    { "/v1/inbound/sms?x=1&user=DESK%5Cann%20b", "", "DESK\\ann b" },
    { "/v1/inbound?user=%ED%95%9C", "", "\xed\x95\x9c" },
    { "/v1/inbound?user=%FFx", "", "\xef\xbf\xbdx" },
};

static void test_identity(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof USER_CASES / sizeof *USER_CASES; i++) {
        struct wire wire = wire_tcp(port);
        char headers[200];
        snprintf(headers, sizeof headers, GOOD "%s", USER_CASES[i].headers);
        wire_request(&wire, "POST", USER_CASES[i].target, headers, "{}", 2);
        struct mail *mail = next_mail();
        const char *got = mail->claimed_user, *wanted = USER_CASES[i].user;
        if ((got == NULL) != (wanted == NULL) || (got != NULL && strcmp(got, wanted) != 0))
            fail_msg("%s %s: %s", USER_CASES[i].target, USER_CASES[i].headers, got != NULL ? got : "(none)");
        accept_mail(mail);
        assert_int_equal(wire_read(&wire).status, 202);
        wire_close(&wire);
    }
}

static void test_full_mailbox(void **state)
{
    struct wire wires[PLACES + 1];
    struct mail *mails[PLACES];
    (void)state;
    for (int i = 0; i < PLACES; i++) {
        wires[i] = wire_tcp(port);
        wire_request(&wires[i], "POST", "/v1/inbound", GOOD, "{}", 2);
    }
    int64_t until = clock_monotonic_ms() + WAIT_MS;
    while (mailbox_count(public.mailbox) < PLACES)
        assert_true(clock_monotonic_ms() < until);

    struct wire *last = &wires[PLACES];
    *last = wire_tcp(port);
    wire_request(last, "POST", "/v1/inbound", GOOD, "{}", 2);
    struct wire_answer answer = wire_read(last);
    char value[32];
    assert_int_equal(answer.status, 503);
    assert_string_equal(wire_header(&answer, "Retry-After", value, sizeof value), "5");
    assert_int_equal(public.door.full, 1);

    for (int i = 0; i < PLACES; i++)
        mails[i] = next_mail();
    for (int i = 0; i < PLACES; i++)
        accept_mail(mails[i]);
    wire_request(last, "POST", "/v1/inbound", GOOD, "{}", 2);
    accept_mail(next_mail());
    assert_int_equal(wire_read(last).status, 202);
    for (int i = 0; i <= PLACES; i++)
        wire_close(&wires[i]);
}

static void test_closed_mailbox(void **state)
{
    (void)state;
    mailbox_close(public.mailbox);
    assert_int_equal(wire_status(port, "POST", "/v1/inbound", GOOD, "{}"), 503);
}

static void test_methods(void **state)
{
    static const char *const targets[] = { "/v1/inbound", "/v1/inbound/sms" };
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(wire_status(port, "GET", targets[i], GOOD, ""), 405);
        assert_int_equal(wire_status(port, "PUT", targets[i], "", "{}"), 405);
    }
    assert_int_equal(wire_status(port, "POST", "/healthz", "", ""), 405);
    assert_int_equal(wire_status(port, "POST", "/v1/outbound", GOOD, "{}"), 404);
    assert_int_equal(wire_status(port, "POST", "/v1/inboundx", GOOD, "{}"), 404);
    assert_int_equal(wire_status(port, "GET", "/", "", ""), 404);
}

static void expect_get(const char *target, int status, const char *body)
{
    struct wire wire = wire_tcp(port);
    wire_request(&wire, "GET", target, "", "", 0);
    struct wire_answer answer = wire_read(&wire);
    assert_int_equal(answer.status, status);
    if (body != NULL)
        assert_string_equal(answer.body, body);
    wire_close(&wire);
}

static void test_health(void **state)
{
    (void)state;
    expect_get("/healthz", 200, "{\"status\":\"ok\"}");
    expect_get("/readyz", 200, "{\"status\":\"ready\"}");
    is_ready = false;
    expect_get("/healthz", 200, NULL);
    expect_get("/readyz", 503, "{\"status\":\"not ready\",\"reason\":\"the disk is \\\"full\\\"\"}");
    is_ready = true;
    expect_get("/readyz", 200, NULL);
}

static void test_metrics(void **state)
{
    (void)state;
    expect_get("/metrics", 200, "desk_up 1\n");
    http_stop(server);
    public.metrics = NULL;
    start_routes(public_routes());
    expect_get("/metrics", 404, NULL);
    http_stop(server);
    public.metrics = tell_metrics;
    start_routes(public_metrics_routes());
    expect_get("/metrics", 200, "desk_up 1\n");
    expect_get("/healthz", 200, NULL);
    assert_int_equal(wire_status(port, "POST", "/v1/inbound", GOOD, "{}"), 404);
}

#define with_server(test) cmocka_unit_test_setup_teardown(test, start_server, stop_server)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_server(test_webhook),
        with_server(test_bodies_are_read_where_they_arrive), with_server(test_no_body_is_read_after_a_crash),
        with_server(test_any_body),
        with_server(test_tokens),       with_server(test_no_tokens_no_entry),
        with_server(test_who_knocks_without_a_pause_is_told_of_each_minute),
        with_server(test_channels),     with_server(test_identity),
        with_server(test_full_mailbox), with_server(test_closed_mailbox),
        with_server(test_methods),      with_server(test_health),
        with_server(test_metrics),
    };
    log_file = memfd_create("log", 0);
    log_open(LEVEL_INFO, log_file);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
