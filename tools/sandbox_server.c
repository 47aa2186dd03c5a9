/*
 * sandbox_server: the loop around the sandbox's connections.
 *
 * One round: take the events of the sockets, ask parked requests again if something happened for them,
 * do what is due, carry out an outage that was asked for, come back from one. Whatever walks over the
 * connections comes after the events, since a connection that is closed must not occur in what is left of the
 * batch.
 *
 * At the cap, or without descriptors, accepting pauses until a connection is closed; the kernel's queue
 * holds the rest. SIGTERM and SIGINT arrive through a descriptor of the same loop.
 */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/error.h"

#include "sandbox_server.h"

enum { EVENTS_MAX = 128, BACKLOG = 1024, REOPEN_AGAIN_MS = 100, WAIT_MAX_MS = 60 * 1000 };

struct server {
    struct pool pool;
    int listener, signals;
    struct sockaddr_storage where;
    socklen_t where_len;
    char address[80];
    int port;
    int count_max;
    int paused_at; /* connections there were when accepting paused */
    bool is_accepting, is_woken, is_ending;
    int64_t reopen_ms; /* 0: not in an outage */
};

static void accepting(struct server *server, bool wanted)
{
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = &server->listener };

    if (server->is_accepting == wanted || server->listener < 0)
        return;
    epoll_ctl(server->pool.epoll, wanted ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, server->listener, &event);
    server->is_accepting = wanted;
}

static void accept_all(struct server *server, int64_t now)
{
    while (server->pool.count < server->count_max) {
        int fd = accept4(server->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0 && (errno == EAGAIN || errno == ECONNABORTED || errno == EINTR))
            return;
        if (fd < 0)
            break;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
        pool_add(&server->pool, fd, now);
    }
    server->paused_at = server->pool.count > 0 ? server->pool.count : 1;
    accepting(server, false);
}

static int listen_at(const struct sockaddr *where, socklen_t where_len)
{
    int fd = socket(where->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int));
    if (bind(fd, where, where_len) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    int reason = errno;
    close(fd);
    errno = reason;
    return -1;
}

/* The outage: nobody listens, nobody is connected, and after a while the same port is back. */
static void go_down(struct server *server, int64_t now)
{
    if (server->pool.down_ms == 0)
        return;
    accepting(server, false);
    if (server->listener >= 0)
        close(server->listener);
    server->listener = -1;
    server->reopen_ms = now + server->pool.down_ms;
    server->pool.down_ms = 0;
    pool_reset(&server->pool);
}

static void come_up(struct server *server, int64_t now)
{
    if (server->reopen_ms == 0 || now < server->reopen_ms)
        return;
    server->listener = listen_at((struct sockaddr *)&server->where, server->where_len);
    server->reopen_ms = server->listener >= 0 ? 0 : now + REOPEN_AGAIN_MS;
    accepting(server, true);
}

static int wait_ms(const struct server *server, int64_t now)
{
    int64_t due = server->pool.next_due_ms;

    if (server->reopen_ms > 0 && server->reopen_ms < due)
        due = server->reopen_ms;
    if (due == INT64_MAX || due - now > WAIT_MAX_MS)
        return WAIT_MAX_MS;
    return due > now ? (int)(due - now) : 0;
}

static void handle(struct server *server, const struct epoll_event *event, int64_t now)
{
    if (event->data.ptr == &server->signals)
        server->is_ending = true;
    else if (event->data.ptr == &server->listener)
        accept_all(server, now);
    else
        pool_event(&server->pool, event->data.ptr, event->events, now);
}

static void wake(struct server *server, int64_t now)
{
    if (server->is_woken)
        pool_wake(&server->pool, now);
    server->is_woken = false;
}

int server_run(struct server *server, struct error *error)
{
    struct epoll_event events[EVENTS_MAX];

    while (!server->is_ending) {
        int count = epoll_wait(server->pool.epoll, events, EVENTS_MAX, wait_ms(server, clock_monotonic_ms()));
        int64_t now = clock_monotonic_ms();
        if (count < 0 && errno != EINTR)
            return error_set(error, "Waiting for connections failed: %s.", strerror(errno));
        for (int i = 0; i < count; i++)
            handle(server, &events[i], now);
        wake(server, now);
        pool_due(&server->pool, now);
        go_down(server, now);
        come_up(server, now);
        if (server->pool.count < server->paused_at)
            accepting(server, true);
    }
    return 0;
}

void server_wake(struct server *server)
{
    server->is_woken = true;
}

/* "HOST:PORT", the host in brackets when it is IPv6; only numbers, so that no name server is asked. */
static int resolve(const char *address, struct server *server, struct error *error)
{
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
                              .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE };
    struct addrinfo *found = NULL;
    const char *colon = strrchr(address, ':');
    char host[64] = "";

    if (colon != NULL && address[0] == '[' && colon > address + 2 && colon[-1] == ']')
        snprintf(host, sizeof host, "%.*s", (int)(colon - address - 2), address + 1);
    else if (colon != NULL)
        snprintf(host, sizeof host, "%.*s", (int)(colon - address), address);
    if (host[0] == '\0' || getaddrinfo(host, colon + 1, &hints, &found) != 0)
        return error_set(error, "\"%s\" is no address to listen on: write it like 127.0.0.1:9090.", address);
    memcpy(&server->where, found->ai_addr, found->ai_addrlen);
    server->where_len = found->ai_addrlen;
    freeaddrinfo(found);
    return 0;
}

/* Port 0 became a real one; it is kept, so that the port is the same after an outage. */
static void note_address(struct server *server)
{
    char host[64], port[8];

    getsockname(server->listener, (struct sockaddr *)&server->where, &server->where_len);
    getnameinfo((struct sockaddr *)&server->where, server->where_len, host, sizeof host, port, sizeof port,
                NI_NUMERICHOST | NI_NUMERICSERV);
    snprintf(server->address, sizeof server->address, strchr(host, ':') != NULL ? "[%s]:%s" : "%s:%s", host,
             port);
    server->port = (int)strtol(port, NULL, 10);
}

static void watch_signals(struct server *server)
{
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = &server->signals };
    sigset_t signals;

    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    server->signals = signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
    epoll_ctl(server->pool.epoll, EPOLL_CTL_ADD, server->signals, &event);
}

struct server *server_open(const char *address, int connections_max, http_handler *handler, http_ended *ended, void *context,
                           struct error *error)
{
    struct server *server = alloc_new(sizeof *server);

    *server = (struct server){ .listener = -1, .signals = -1, .count_max = connections_max };
    server->pool = (struct pool){
        .epoll = -1, .handler = handler, .ended = ended, .context = context, .next_due_ms = INT64_MAX
    };
    if (resolve(address, server, error) != 0) {
        server_close(server);
        return NULL;
    }
    server->listener = listen_at((struct sockaddr *)&server->where, server->where_len);
    if (server->listener < 0) {
        error_set(error, "Cannot listen on %s: %s.%s", address, strerror(errno),
                  errno == EADDRINUSE ? " Is a sandbox running there already? Else name another place with --listen." : "");
        server_close(server);
        return NULL;
    }
    server->pool.epoll = epoll_create1(EPOLL_CLOEXEC);
    note_address(server);
    watch_signals(server);
    accepting(server, true);
    return server;
}

void server_close(struct server *server)
{
    int *descriptors[] = { &server->listener, &server->signals, &server->pool.epoll };

    pool_release(&server->pool);
    for (size_t i = 0; i < sizeof descriptors / sizeof descriptors[0]; i++)
        if (*descriptors[i] >= 0)
            close(*descriptors[i]);
    free(server);
}

const char *server_address(const struct server *server)
{
    return server->address;
}

int server_port(const struct server *server)
{
    return server->port;
}
