/*
 * http: libmicrohttpd, tamed.
 *
 * Life of a request. libmicrohttpd reports the request line (begin_call: the raw target passes the gate, the
 * call is made), then calls on_request: once when the headers are there (route, admit), once per piece of
 * body, once more at the end, and again after a parked connection was resumed. Every piece is consumed
 * whole, for bytes left over hang the connection. An answer may be given at any moment of that, but is
 * queued only where the library takes it: at the end, or in the first call, which closes the connection. So
 * a request refused early is read past first, and its sender surely gets the answer; only what cannot be
 * trusted (the gate), waits for "100 Continue" or announces too much is answered at once. Who sends more
 * than a few times the allowed size all the same is cut.
 *
 * Who owns a call. Two shares: the connection's, given up when the library reports the request completed,
 * and, once parked, the settler's, given up by http_settle. The claim (daemon/parking.h) decides who of
 * settler, deadline thread and stop answers. The winner writes the answer into the call and resumes; the
 * connection's own thread then queues it. The library's connection is valid until resumed, since a suspended
 * one is never closed; the loser touches nothing but its share.
 *
 * Time. Each connection carries an absolute deadline (daemon/watch.h): request_ms for headers and body,
 * twice that between two requests, four times that for taking the answer; none while a handler works or the
 * call is parked, which has its own. The deadline thread looks several times per deadline.
 *
 * Stop. New connections are turned away by the accept policy: MHD_quiesce_daemon gains nothing over it, and in
 * 0.9.75 it can abort the process when a worker is busy. Then quiet connections are cut, working ones waited for,
 * and parked calls answered with 503; only when no connection is suspended any more may the library be stopped.
 *
 * Threads. The workers wait in poll, not in epoll: a connection that is parked and resumed costs two calls of
 * epoll_ctl and a read in vain, for each request, which is more than looking at a thousand descriptors once for
 * all that came meanwhile. (And in 0.9.75 a worker that gets 128 events at once, all that one epoll_wait brings,
 * waits again before it looks at any of them.) A full pool does not accept, and who comes meanwhile waits in the
 * socket's queue.
 *
 * Locks: watch and parking each have one, both innermost. libmicrohttpd calls us without holding its own.
 */
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <microhttpd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "daemon/call.h"
#include "daemon/gate.h"
#include "daemon/http.h"
#include "daemon/listen.h"
#include "daemon/parking.h"
#include "daemon/route.h"
#include "daemon/watch.h"

enum {
    THREADS = 2,
    CONNECTIONS_MAX = 2048,
    DESCRIPTORS_KEPT = 256,         /* for SQLite, curl and the rest of the process */
    CONNECTION_BYTES = 16 * 1024,   /* headers, and the window through which a body is read */
    REQUEST_MS = 15 * 1000,
    PARK_MS = 30 * 1000,
    BUFFERED_MAX = 64 * 1024 * 1024,
    FIRST_RESERVE_MAX = 16 * 1024,  /* what an announced length alone may make us allocate */
    FRESH_GRACE_MS = 1000,          /* a drain leaves a new connection this long to begin its request */
    STOP_WAIT_MS = 1000,
};

struct http_server {
    const struct http_route *routes;
    void (*lost)(struct http_call *call, void *context);
    void *context;
    int request_ms, park_ms;
    struct MHD_Daemon *pool;
    struct listener listener;
    struct watch watch;
    struct parking parking;

    pthread_t timer;
    pthread_mutex_t timer_lock;
    pthread_cond_t timer_changed;
    bool is_stopping;               /* under timer_lock */
    atomic_bool is_draining;

    struct call_totals totals;
    _Atomic uint64_t connections, refused_slow;
    _Atomic int64_t logged_at;      /* of the library's last line; see log_library */
    _Atomic uint64_t lines_held;
};

struct connection {
    struct watched watched;
    struct http_call *call;         /* the request at work */
    bool has_served;
};

/* The connection is done with its call. The server is touched here, for a settler's share may outlive it. */
static void end_call(struct connection *connection)
{
    struct http_call *call = connection->call;
    connection->call = NULL;
    if (call == NULL)
        return;
    call_forget_body(call);
    call_drop_share(call);
}

static struct connection *connection_of(struct MHD_Connection *link)
{
    return MHD_get_connection_info(link, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

/* The request line is there, nothing of it is decoded yet. */
static void *begin_call(void *context, const char *target, struct MHD_Connection *link)
{
    struct http_server *server = context;
    struct connection *connection = connection_of(link);
    end_call(connection);

    struct http_call *call = call_new(&server->totals);
    call->server = server;
    call->connection = connection;
    call->link = link;
    gate_target(&call->gate, target != NULL ? target : "");
    connection->call = call;

    /* A first request's time began when the connection was opened, a later one's begins now. */
    int64_t begun_at = connection->has_served ? clock_monotonic_ms() : connection->watched.opened_at;
    watch_move(&connection->watched, WATCH_BUSY, begun_at + server->request_ms);
    return call;
}

static struct MHD_Response *make_response(struct http_call *call)
{
    struct call_answer *answer = &call->answer;
    struct MHD_Response *response =
        MHD_create_response_from_buffer(answer->len, answer->body, MHD_RESPMEM_MUST_FREE);
    if (response == NULL)
        abort(); /* out of memory */
    answer->body = NULL;

    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, answer->type);
    for (unsigned i = 0; i < answer->header_count; i++)
        MHD_add_response_header(response, answer->headers[i].name, answer->headers[i].value);
    if (answer->retry_after_s > 0) {
        char seconds[16];
        snprintf(seconds, sizeof seconds, "%d", answer->retry_after_s);
        MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, seconds);
    }
    if (atomic_load(&call->server->is_draining))
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
    return response;
}

/* In the connection's thread, at a moment when the library takes an answer. */
static enum MHD_Result send_answer(struct http_call *call)
{
    struct http_server *server = call->server;
    struct MHD_Response *response = make_response(call);
    call->stage = CALL_ANSWERED;
    call_forget_body(call);
    int64_t taken_by = clock_monotonic_ms() + 4 * (int64_t)server->request_ms;
    watch_move(&call->connection->watched, WATCH_BUSY, taken_by);
    enum MHD_Result result = MHD_queue_response(call->link, (unsigned)call->answer.status, response);
    MHD_destroy_response(response);
    return result;
}

/* Reading a request. */

static enum MHD_Result check_header(void *context, enum MHD_ValueKind kind, const char *name, size_t name_len,
                                    const char *value, size_t value_len)
{
    struct http_call *call = context;
    (void)kind;
    gate_header(&call->gate, name, name_len, value != NULL ? value : "", value != NULL ? value_len : 0);
    return MHD_YES;
}

static bool passes_gate(struct http_call *call, const char *version)
{
    MHD_get_connection_values_n(call->link, MHD_HEADER_KIND, check_header, call);
    gate_version(&call->gate, version);
    const char *fault = gate_verdict(&call->gate);
    if (fault == NULL)
        return true;
    atomic_fetch_add(&call->totals->refused_by_gate, 1);
    log_debug("request_refused", log_text("reason", fault));
    call_set_error(call, MHD_HTTP_BAD_REQUEST, fault, 0);
    return false;
}

static void refuse_method(struct http_call *call)
{
    struct buf methods = { 0 };
    route_format_methods(call->server->routes, call->path, &methods);
    http_add_header(call, MHD_HTTP_HEADER_ALLOW, buf_text(&methods));
    call_set_error(call, MHD_HTTP_METHOD_NOT_ALLOWED,
                   "This path does not know that method; see the Allow header.", 0);
    buf_release(&methods);
}

static void find_route(struct http_call *call)
{
    struct http_server *server = call->server;
    int found = route_match(server->routes, call->method, call->path, &call->route, &call->rest);
    if (found <= 0 && server->lost != NULL)
        server->lost(call, server->context);
    if (found < 0)
        refuse_method(call);
    else if (found == 0)
        call_set_error(call, MHD_HTTP_NOT_FOUND, "There is nothing at this path.", 0);
    else if (call->route->admit != NULL && !call->route->admit(call, server->context) &&
             call->answer.status == 0)
        abort(); /* a route refused without an answer */
}

/* Content-Length, 0 without one. The gate has seen that it is a plain number of at most 18 digits. */
static uint64_t announced_length(const struct http_call *call)
{
    const char *text = http_header(call, MHD_HTTP_HEADER_CONTENT_LENGTH);
    return text != NULL ? strtoull(text, NULL, 10) : 0;
}

/* Some proxies ask for the whole address, which is as good (RFC 9112, 3.2.2). */
static const char *path_in(const char *target)
{
    size_t scheme = strncasecmp(target, "http://", 7) == 0 ? 7 : strncasecmp(target, "https://", 8) == 0 ? 8 : 0;
    const char *path = scheme > 0 ? strchr(target + scheme, '/') : target;

    return path != NULL ? path : "/";
}

/* The first call of the library, with all headers. */
static enum MHD_Result receive_headers(struct http_call *call, const char *path, const char *method,
                                       const char *version)
{
    call->stage = CALL_READING;
    call->path = path_in(path);
    call->method = method;
    atomic_fetch_add(&call->totals->requests, 1);
    if (!passes_gate(call, version))
        return send_answer(call);
    find_route(call);

    uint64_t announced = announced_length(call);
    bool waits = http_header(call, MHD_HTTP_HEADER_EXPECT) != NULL;
    bool is_hopeless = announced > (waits ? call_body_max(call) : call_read_past_max(call));
    if (is_hopeless && call->answer.status == 0)
        call_set_too_large(call);
    if (call->answer.status != 0 && (is_hopeless || waits))
        return send_answer(call);
    if (call->answer.status == 0 && announced > 0 && announced <= call_body_max(call))
        buf_reserve(&call->body, announced < FIRST_RESERVE_MAX ? (size_t)announced : FIRST_RESERVE_MAX);
    return MHD_YES;
}

static enum MHD_Result receive_body(struct http_call *call, const char *bytes, size_t *len)
{
    size_t count = *len;
    *len = 0;
    return call_receive(call, bytes, count) ? MHD_YES : MHD_NO;
}

/* The request is there whole. */
static enum MHD_Result receive_end(struct http_call *call)
{
    watch_move(&call->connection->watched, WATCH_BUSY, 0);
    if (call->answer.status == 0)
        call->route->handle(call, call->server->context);
    if (call->stage == CALL_PARKED)
        return MHD_YES; /* and not a word about the call: it may be settled already */
    if (call->answer.status == 0)
        abort(); /* a handler neither answered nor parked */
    return send_answer(call);
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *link, const char *path,
                                  const char *method, const char *version, const char *bytes, size_t *len,
                                  void **slot)
{
    struct http_call *call = *slot;
    (void)context;
    (void)link;
    switch (call->stage) {
    case CALL_NEW:
        return receive_headers(call, path, method, version);
    case CALL_READING:
        return *len > 0 ? receive_body(call, bytes, len) : receive_end(call);
    case CALL_PARKED:
        return send_answer(call);
    case CALL_ANSWERED:
        break;
    }
    return MHD_NO;
}

/* Connections. */

static void on_completed(void *context, struct MHD_Connection *link, void **slot,
                         enum MHD_RequestTerminationCode how)
{
    struct http_server *server = context;
    struct connection *connection = connection_of(link);
    (void)how;
    *slot = NULL;
    end_call(connection);
    connection->has_served = true;
    watch_move(&connection->watched, WATCH_IDLE, clock_monotonic_ms() + 2 * (int64_t)server->request_ms);
}

static void on_connection(void *context, struct MHD_Connection *link, void **slot,
                          enum MHD_ConnectionNotificationCode what)
{
    struct http_server *server = context;
    struct connection *connection = *slot;
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        int fd = MHD_get_connection_info(link, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
        int64_t now = clock_monotonic_ms();
        connection = alloc_new(sizeof *connection);
        watch_add(&server->watch, &connection->watched, fd, now, now + server->request_ms);
        atomic_fetch_add(&server->connections, 1);
        *slot = connection;
    } else if (connection != NULL) {
        end_call(connection);
        watch_remove(&server->watch, &connection->watched);
        free(connection);
        *slot = NULL;
    }
}

static enum MHD_Result may_connect(void *context, const struct sockaddr *address, socklen_t len)
{
    struct http_server *server = context;
    (void)address;
    (void)len;
    return atomic_load(&server->is_draining) ? MHD_NO : MHD_YES;
}

/*
 * The library's own words: mostly about peers that went away, which peers may cause as often as they like.
 * So one line a second at most, with the number of those held back.
 */
__attribute__((format(printf, 2, 0)))
static void log_library(void *context, const char *format, va_list args)
{
    struct http_server *server = context;
    int64_t now = clock_monotonic_ms(), last = atomic_load(&server->logged_at);
    if (now - last < 1000 || !atomic_compare_exchange_strong(&server->logged_at, &last, now)) {
        atomic_fetch_add(&server->lines_held, 1);
        return;
    }
    char text[300];
    vsnprintf(text, sizeof text, format, args);
    text[strcspn(text, "\r\n")] = '\0';
    log_info("http_library", log_text("says", text),
             log_int("held_back", (int64_t)atomic_exchange(&server->lines_held, 0)));
}

static int start_pool(struct http_server *server, const struct http_config *config)
{
    unsigned threads = config->threads > THREADS ? config->threads : THREADS;
    unsigned connections =
        listen_bound(config->connections_max != 0 ? config->connections_max : CONNECTIONS_MAX, DESCRIPTORS_KEPT);
    int listening = fcntl(server->listener.fd, F_DUPFD_CLOEXEC, 0); /* the library closes its own */

    if (listening < 0)
        return -1; /* without one, the library would listen at a port of its own choice */
    server->pool = MHD_start_daemon(
        MHD_USE_POLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, may_connect, server,
        on_request, server,
        MHD_OPTION_EXTERNAL_LOGGER, log_library, server, /* first, so that it hears of the others */
        MHD_OPTION_LISTEN_SOCKET, listening,
        MHD_OPTION_THREAD_POOL_SIZE, threads,
        MHD_OPTION_CONNECTION_LIMIT, connections > threads ? connections : threads,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)(server->request_ms + 999) / 1000,
        MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_URI_LOG_CALLBACK, begin_call, server,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, server,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, server,
        MHD_OPTION_END);
    return server->pool != NULL ? 0 : -1;
}

/* The deadline thread. */

/* By the claimer, with the answer in the call. Whoever has no share may not touch the call after this. */
static void resume(struct http_server *server, struct http_call *call)
{
    MHD_resume_connection(call->link);
    parking_left(&server->parking);
}

static void answer_unsettled(struct http_server *server, int64_t due_at)
{
    struct parked *parked;
    while ((parked = parking_claim_due(&server->parking, due_at)) != NULL) {
        struct http_call *call = (struct http_call *)parked;
        call_set_unsettled(call);
        resume(server, call);
    }
}

static int look_every_ms(const struct http_server *server)
{
    int shortest = server->request_ms < server->park_ms ? server->request_ms : server->park_ms;
    int every = shortest / 8;
    return every < 5 ? 5 : every > 250 ? 250 : every;
}

static void *keep_deadlines(void *context)
{
    struct http_server *server = context;
    int every_ms = look_every_ms(server);
    pthread_mutex_lock(&server->timer_lock);
    while (!server->is_stopping) {
        struct timespec until = watch_after(every_ms);
        pthread_cond_timedwait(&server->timer_changed, &server->timer_lock, &until);
        pthread_mutex_unlock(&server->timer_lock);
        int64_t now = clock_monotonic_ms();
        atomic_fetch_add(&server->refused_slow, watch_cut_late(&server->watch, now));
        answer_unsettled(server, now);
        pthread_mutex_lock(&server->timer_lock);
    }
    pthread_mutex_unlock(&server->timer_lock);
    return NULL;
}

/* Start and stop. */

static void free_server(struct http_server *server)
{
    listen_close(&server->listener);
    watch_release(&server->watch);
    parking_release(&server->parking);
    pthread_mutex_destroy(&server->timer_lock);
    pthread_cond_destroy(&server->timer_changed);
    free(server);
}

static struct http_server *new_server(const struct http_config *config, const struct listener *listener)
{
    struct http_server *server = alloc_new(sizeof *server);
    server->listener = *listener;
    server->routes = config->routes;
    server->lost = config->lost;
    server->context = config->context;
    server->request_ms = config->request_ms != 0 ? config->request_ms : REQUEST_MS;
    server->park_ms = config->park_ms != 0 ? config->park_ms : PARK_MS;
    server->totals.buffered_max = config->buffered_max != 0 ? config->buffered_max : BUFFERED_MAX;
    server->logged_at = INT64_MIN / 2;
    watch_init(&server->watch);
    parking_init(&server->parking);
    pthread_mutex_init(&server->timer_lock, NULL);
    watch_init_condition(&server->timer_changed);
    return server;
}

struct http_server *http_start(const struct http_config *config, struct error *error)
{
    struct listener listener;
    int opened = config->unix_path != NULL ? listen_unix(config->unix_path, &listener, error)
                                           : listen_tcp(config->address, &listener, error);
    if (opened != 0)
        return NULL;

    struct http_server *server = new_server(config, &listener);
    if (start_pool(server, config) != 0) {
        free_server(server);
        error_set(error, "cannot start the HTTP server: out of threads, memory or descriptors");
        return NULL;
    }
    if (pthread_create(&server->timer, NULL, keep_deadlines, server) != 0)
        abort(); /* out of threads: nothing would bound a request's time */
    return server;
}

int http_port(const struct http_server *server)
{
    return server->listener.port;
}

void http_drain(struct http_server *server, int wait_ms)
{
    atomic_store(&server->is_draining, true);
    int64_t now = clock_monotonic_ms(), until = now + wait_ms;
    do {
        /* Again and again: an answer that left just before may still have kept its connection alive. */
        watch_cut_quiet(&server->watch, now - FRESH_GRACE_MS);
        if (watch_wait_empty(&server->watch, until - now < 20 ? (int)(until - now) : 20))
            return;
        now = clock_monotonic_ms();
    } while (now < until);
}

void http_stop(struct http_server *server)
{
    if (server == NULL)
        return;
    atomic_store(&server->is_draining, true);
    parking_close(&server->parking);
    answer_unsettled(server, INT64_MAX);
    parking_wait_empty(&server->parking);
    http_drain(server, STOP_WAIT_MS);

    pthread_mutex_lock(&server->timer_lock);
    server->is_stopping = true;
    pthread_cond_broadcast(&server->timer_changed);
    pthread_mutex_unlock(&server->timer_lock);
    pthread_join(server->timer, NULL);

    MHD_stop_daemon(server->pool);
    free_server(server);
}

/* What handlers may ask and do. */

static const char *find_value(const struct http_call *call, enum MHD_ValueKind kind, const char *name)
{
    const char *value = NULL;
    if (MHD_lookup_connection_value_n(call->link, kind, name, strlen(name), &value, NULL) != MHD_YES)
        return NULL;
    return value != NULL ? value : "";
}

const char *http_header(const struct http_call *call, const char *name)
{
    return find_value(call, MHD_HEADER_KIND, name);
}

const char *http_query(const struct http_call *call, const char *name)
{
    return find_value(call, MHD_GET_ARGUMENT_KIND, name);
}

void http_park(struct http_call *call)
{
    struct http_server *server = call->server;
    if (call->stage != CALL_READING || call->answer.status != 0)
        abort(); /* answered or parked already */
    call->stage = CALL_PARKED;
    atomic_fetch_add(&call->shares, 1);
    /* Suspended before anybody else can see the call, for whoever claims it will resume it. */
    MHD_suspend_connection(call->link);
    if (parking_enter(&server->parking, &call->parked, clock_monotonic_ms() + server->park_ms))
        return;
    call_set_unsettled(call);
    MHD_resume_connection(call->link);
}

void http_settle(struct http_call *call, int status, const char *type, const char *body, size_t len,
                 int retry_after_s)
{
    struct http_server *server = call->server; /* a stale pointer when the claim is lost */
    if (parking_claim(&server->parking, &call->parked)) {
        call_set_answer(call, status, type, body, len, retry_after_s);
        resume(server, call);
    }
    call_drop_share(call);
}

const char *http_library_version(void)
{
    return MHD_get_version();
}

void http_stats(struct http_server *server, struct http_stats *stats)
{
    *stats = (struct http_stats){
        .requests = atomic_load(&server->totals.requests),
        .connections = atomic_load(&server->connections),
        .refused_by_gate = atomic_load(&server->totals.refused_by_gate),
        .refused_slow = atomic_load(&server->refused_slow),
        .refused_size = atomic_load(&server->totals.refused_size),
        .refused_full = atomic_load(&server->totals.refused_full),
        .unsettled = atomic_load(&server->totals.unsettled),
        .buffered = atomic_load(&server->totals.buffered),
        .open_connections = watch_count(&server->watch),
        .parked = parking_count(&server->parking),
    };
}
