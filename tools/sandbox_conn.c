/*
 * sandbox_conn: what one connection of the sandbox goes through.
 *
 * A connection is always in one state, and every state has one thing that ends it:
 *
 *     READING   bytes come in until http_parse finds a whole request; then the handler is asked
 *     HELD      an answer waits for its moment (latency, a hang); nothing is read
 *     PARKED    a long poll: the handler is asked again when something happened, and when time is up
 *     WRITING   the answer goes out, all at once, dripping, or as an endless stream
 *     LINGERING the last answer is out and our side is shut: read what still comes, then close. Closing
 *               at once would send a reset, which may destroy the answer on its way (a 413 is the usual
 *               victim)
 *
 * due_ms is the moment at which the state ends by itself: the drip's next drop, the held answer's
 * moment, or the patience with a silent peer. The pool's next_due_ms is never later than the earliest
 * of them, so the connections are walked only when something may be due.
 *
 * Connections are closed only in their own event or in the steps after a batch of events: an event of
 * the same batch may still point at them. Requests, answers and buffers are bounded; a buffer that
 * grew is given back.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"

#include "sandbox_conn.h"

enum {
    READ_SIZE = 64 * 1024,
    KEPT_BUFFER = 64 * 1024, /* a larger buffer is freed after use */
    HUGE_CHUNK = 64 * 1024,
    PATIENCE_MS = 60 * 1000, /* with a peer that sends or takes nothing */
    LINGER_MS = 2000,
};

enum conn_state { CONN_READING, CONN_HELD, CONN_PARKED, CONN_WRITING, CONN_LINGERING };
enum conn_end { END_KEEP, END_CLOSE, END_RESET };

struct conn {
    int fd;
    enum conn_state state;
    enum conn_end end; /* what follows the answer */
    uint32_t events;   /* what epoll was told */
    struct buf in, out;
    size_t out_at;
    struct http_request request; /* its texts lie in `in`, which nothing touches until it is consumed */
    size_t used;                 /* bytes of `in` that are the request being answered */
    int64_t due_ms, park_ms;
    int64_t drip_ms, drip_bytes;
    int64_t huge_left;
    int64_t ticket; /* of the answer that is on its way; 0: none is, or nobody asks */
    struct conn *next;
};

static void conn_due(struct pool *pool, struct conn *conn, int64_t due_ms)
{
    conn->due_ms = due_ms;
    if (due_ms < pool->next_due_ms)
        pool->next_due_ms = due_ms;
}

static void watch(struct pool *pool, struct conn *conn, uint32_t events)
{
    struct epoll_event event = { .events = events, .data.ptr = conn };

    if (conn->events == events)
        return;
    epoll_ctl(pool->epoll, EPOLL_CTL_MOD, conn->fd, &event);
    conn->events = events;
}

static void answer_ended(struct pool *pool, struct conn *conn)
{
    if (conn->ticket != 0)
        pool->ended(pool->context, conn->ticket);
    conn->ticket = 0;
}

static void conn_close(struct pool *pool, struct conn *conn)
{
    struct conn **link = &pool->conns;

    while (*link != conn)
        link = &(*link)->next;
    *link = conn->next;
    answer_ended(pool, conn);
    if (conn->end == END_RESET)
        setsockopt(conn->fd, SOL_SOCKET, SO_LINGER, &(struct linger){ .l_onoff = 1 }, sizeof(struct linger));
    close(conn->fd);
    buf_release(&conn->in);
    buf_release(&conn->out);
    pool->parked -= conn->state == CONN_PARKED;
    pool->count--;
    free(conn);
}

static void recycle(struct buf *buf)
{
    if (buf->cap > KEPT_BUFFER)
        buf_release(buf);
    else
        buf_clear(buf);
}

/* Drops the answered request from the input; what is left belongs to the next one. */
static void consume(struct conn *conn)
{
    size_t left = conn->in.len - conn->used;

    if (left == 0) {
        recycle(&conn->in);
    } else {
        memmove(conn->in.data, conn->in.data + conn->used, left);
        buf_truncate(&conn->in, left);
    }
    conn->used = 0;
    conn->park_ms = 0;
}

static void format_answer(struct conn *conn, const struct http_answer *answer)
{
    const struct buf *body = &answer->body;
    int64_t length = answer->manner == HTTP_LYING ? answer->amount : (int64_t)body->len;

    if (answer->manner == HTTP_HUGE) {
        length = -1;
        conn->huge_left = answer->amount;
    }
    if (answer->manner != HTTP_RAW)
        http_format_head(answer->status, answer->type, buf_text(&answer->headers), length,
                         conn->end == END_KEEP, &conn->out);
    if (answer->manner != HTTP_HUGE)
        buf_add(&conn->out, buf_text(body), body->len);
}

/* Puts the handler's answer on the connection; the state says when it leaves. */
static void take_answer(struct pool *pool, struct conn *conn, bool keep_alive, int64_t now)
{
    struct http_answer *answer = &pool->answer;
    bool is_whole = answer->manner == HTTP_PLAIN || answer->manner == HTTP_HUGE;

    conn->end = keep_alive && is_whole ? END_KEEP : END_CLOSE;
    conn->drip_ms = answer->drip_ms;
    conn->drip_bytes = answer->drip_bytes;
    conn->ticket = answer->ticket;
    if (answer->manner == HTTP_PARK) {
        conn->state = CONN_PARKED;
        pool->parked++;
        if (conn->park_ms == 0)
            conn->park_ms = now + answer->delay_ms;
        conn_due(pool, conn, conn->park_ms);
        return;
    }
    if (answer->manner == HTTP_DOWN)
        pool->down_ms = answer->delay_ms;
    if (answer->manner == HTTP_RESET || answer->manner == HTTP_DOWN)
        conn->end = END_RESET;
    else if (answer->manner != HTTP_SILENT)
        format_answer(conn, answer);
    consume(conn);
    bool is_later = answer->delay_ms > 0 && answer->manner != HTTP_DOWN;
    conn->state = is_later ? CONN_HELD : CONN_WRITING;
    conn_due(pool, conn, is_later ? now + answer->delay_ms : conn->drip_ms > 0 ? now : now + PATIENCE_MS);
}

static void ask(struct pool *pool, struct conn *conn, int64_t now)
{
    struct http_answer *answer = &pool->answer;
    struct buf headers = answer->headers, body = answer->body;

    recycle(&headers);
    recycle(&body);
    *answer = (struct http_answer){
        .status = 200, .type = "application/json", .headers = headers, .body = body
    };
    pool->handler(pool->context, &conn->request, answer);
    take_answer(pool, conn, conn->request.keep_alive, now);
}

/* What cannot be read is the end of the connection; the handler still answers it, so that it is counted. */
static void ask_bad(struct pool *pool, struct conn *conn, int status, const char *why, int64_t now)
{
    conn->request = (struct http_request){
        .method = "", .path = "", .query = "", .body = "", .bad_status = status, .bad_why = why
    };
    conn->used = conn->in.len;
    ask(pool, conn, now);
}

/* The next request out of what was read, if it is whole. */
static void serve(struct pool *pool, struct conn *conn, int64_t now)
{
    static const char CONTINUE[] = "HTTP/1.1 100 Continue\r\n\r\n";
    const char *why = NULL;
    int status = 0;

    if (conn->in.len == 0)
        return;
    switch (http_parse(conn->in.data, conn->in.len, &conn->request, &conn->used, &status, &why)) {
    case HTTP_READY:
        conn->request.bad_status = 0;
        conn->request.is_last_call = false;
        conn->request.resume = 0;
        ask(pool, conn, now);
        break;
    case HTTP_BAD: ask_bad(pool, conn, status, why, now); break;
    case HTTP_MORE:
        if (conn->request.wants_continue && send(conn->fd, CONTINUE, sizeof CONTINUE - 1, MSG_NOSIGNAL) < 0)
            conn_due(pool, conn, now);
        break;
    }
}

/* Adds the next piece of an endless answer, at most as much as is still owed. */
static void refill(struct conn *conn)
{
    size_t piece = conn->huge_left > HUGE_CHUNK ? HUGE_CHUNK : (size_t)conn->huge_left;

    buf_clear(&conn->out);
    conn->out_at = 0;
    buf_addf(&conn->out, "%zx\r\n", piece);
    buf_reserve(&conn->out, piece + 8);
    memset(conn->out.data + conn->out.len, 'x', piece);
    conn->out.len += piece;
    conn->huge_left -= (int64_t)piece;
    buf_add_text(&conn->out, conn->huge_left > 0 ? "\r\n" : "\r\n0\r\n\r\n");
}

/* 1: all is out; 0: the peer must take something first, or the next drop is not due; -1: the peer is gone. */
static int put_out(struct pool *pool, struct conn *conn, int64_t now)
{
    for (;;) {
        if (conn->out_at == conn->out.len && conn->huge_left > 0)
            refill(conn);
        size_t left = conn->out.len - conn->out_at;
        if (left == 0)
            return 1;
        if (conn->drip_ms > 0 && (int64_t)left > conn->drip_bytes)
            left = (size_t)conn->drip_bytes;
        ssize_t sent = send(conn->fd, conn->out.data + conn->out_at, left, MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN && errno != EINTR)
            return -1;
        conn->out_at += sent > 0 ? (size_t)sent : 0;
        conn_due(pool, conn, now + (conn->drip_ms > 0 ? conn->drip_ms : PATIENCE_MS));
        if (sent < 0 || (conn->drip_ms > 0 && conn->out_at < conn->out.len))
            return 0;
    }
}

/* After the last byte: the next request, or the end. False when the connection was closed. */
static bool answered(struct pool *pool, struct conn *conn, int64_t now)
{
    recycle(&conn->out);
    conn->out_at = 0;
    answer_ended(pool, conn);
    if (conn->end == END_RESET) {
        conn_close(pool, conn);
        return false;
    }
    conn->state = CONN_READING;
    if (conn->end == END_CLOSE) {
        shutdown(conn->fd, SHUT_WR);
        recycle(&conn->in);
        conn->state = CONN_LINGERING;
    }
    conn_due(pool, conn, now + (conn->end == END_CLOSE ? LINGER_MS : PATIENCE_MS));
    return true;
}

/*
 * A peer that shuts its side while we hold an answer back has given up. While we write it may not have, and
 * being told again and again that it shut its side would keep the loop busy: then only errors are of
 * interest.
 */
static uint32_t wanted_events(const struct conn *conn)
{
    switch (conn->state) {
    case CONN_READING:
    case CONN_LINGERING: return EPOLLIN;
    case CONN_HELD:
    case CONN_PARKED: return EPOLLRDHUP;
    case CONN_WRITING: return conn->drip_ms > 0 ? 0 : EPOLLOUT;
    }
    return 0;
}

/* Goes on for as long as the connection can without waiting: the next request may be here already. */
static void advance(struct pool *pool, struct conn *conn, int64_t now)
{
    for (;;) {
        if (conn->state == CONN_READING)
            serve(pool, conn, now);
        if (conn->state != CONN_WRITING)
            break;
        int done = put_out(pool, conn, now);
        if (done < 0) {
            conn_close(pool, conn);
            return;
        }
        if (done == 0)
            break;
        if (!answered(pool, conn, now))
            return;
    }
    watch(pool, conn, wanted_events(conn));
}

static void conn_read(struct pool *pool, struct conn *conn, int64_t now)
{
    buf_reserve(&conn->in, conn->in.len == 0 ? 4096 : READ_SIZE);
    ssize_t got = recv(conn->fd, conn->in.data + conn->in.len, conn->in.cap - conn->in.len - 1, 0);

    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0) {
        conn_close(pool, conn);
        return;
    }
    if (conn->state == CONN_LINGERING) {
        buf_clear(&conn->in);
        return;
    }
    conn->in.len += (size_t)got;
    conn->in.data[conn->in.len] = '\0';
    advance(pool, conn, now);
}

void pool_event(struct pool *pool, struct conn *conn, uint32_t events, int64_t now)
{
    if (conn->state == CONN_READING || conn->state == CONN_LINGERING)
        conn_read(pool, conn, now);
    else if ((events & (EPOLLERR | EPOLLHUP | EPOLLRDHUP)) != 0)
        conn_close(pool, conn);
    else
        advance(pool, conn, now);
}

static void ask_again(struct pool *pool, struct conn *conn, int64_t now)
{
    conn->state = CONN_READING;
    pool->parked--;
    ask(pool, conn, now);
    advance(pool, conn, now);
}

/* A connection whose moment has come. */
static void conn_due_now(struct pool *pool, struct conn *conn, int64_t now)
{
    switch (conn->state) {
    case CONN_HELD:
        conn->state = CONN_WRITING;
        conn_due(pool, conn, now + PATIENCE_MS);
        advance(pool, conn, now);
        break;
    case CONN_PARKED:
        conn->request.is_last_call = true;
        ask_again(pool, conn, now);
        break;
    case CONN_WRITING:
        if (conn->drip_ms > 0)
            advance(pool, conn, now);
        else
            conn_close(pool, conn);
        break;
    case CONN_READING:
    case CONN_LINGERING: conn_close(pool, conn); break;
    }
}

void pool_due(struct pool *pool, int64_t now)
{
    struct conn *next = NULL;

    if (now < pool->next_due_ms)
        return;
    pool->next_due_ms = INT64_MAX;
    for (struct conn *conn = pool->conns; conn != NULL; conn = next) {
        next = conn->next;
        if (conn->due_ms <= now)
            conn_due_now(pool, conn, now);
        else if (conn->due_ms < pool->next_due_ms)
            pool->next_due_ms = conn->due_ms;
    }
}

void pool_wake(struct pool *pool, int64_t now)
{
    struct conn *next = NULL;

    for (struct conn *conn = pool->parked > 0 ? pool->conns : NULL; conn != NULL; conn = next) {
        next = conn->next;
        if (conn->state == CONN_PARKED)
            ask_again(pool, conn, now);
    }
}

void pool_add(struct pool *pool, int fd, int64_t now)
{
    struct conn *conn = alloc_new(sizeof *conn);
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = conn };

    *conn = (struct conn){ .fd = fd, .events = EPOLLIN, .next = pool->conns };
    pool->conns = conn;
    pool->count++;
    conn_due(pool, conn, now + PATIENCE_MS);
    epoll_ctl(pool->epoll, EPOLL_CTL_ADD, fd, &event);
}

void pool_reset(struct pool *pool)
{
    while (pool->conns != NULL) {
        pool->conns->end = END_RESET;
        conn_close(pool, pool->conns);
    }
}

void pool_release(struct pool *pool)
{
    while (pool->conns != NULL)
        conn_close(pool, pool->conns);
    buf_release(&pool->answer.headers);
    buf_release(&pool->answer.body);
}
