/*
 * listen: sockets that listen, opened by ourselves rather than by libmicrohttpd, so that a taken port or a
 * wrong address is told in a sentence and the bound port is known.
 *
 * A Unix socket gets its mode before its name: on Linux bind() creates the file with the mode that fchmod()
 * gave the unbound socket, so there is no moment in which others could connect, and no umask of the whole
 * process is touched.
 *
 * A socket file that is in the way may be stale (its daemon was killed) or alive. Connecting tells: refused
 * means stale. Anything that is no socket stays untouched. At the end the file is removed only while it is
 * still ours by inode.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "daemon/listen.h"

union any_address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

/* Digits of 0 … 65535, or -1. */
static int parse_port(const char *text)
{
    int port = 0;
    if (*text == '\0' || strlen(text) > 5)
        return -1;
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9')
            return -1;
        port = port * 10 + (*text - '0');
    }
    return port <= 65535 ? port : -1;
}

/* The host part, without brackets, into `host`; its colon's position comes back, or NULL. */
static const char *split_host(const char *address, char *host, size_t size)
{
    const char *colon = strrchr(address, ':');
    if (colon == NULL)
        return NULL;
    const char *from = address, *to = colon;
    if (*from == '[' && to > from && to[-1] == ']') {
        from++;
        to--;
    }
    size_t len = (size_t)(to - from);
    if (len >= size)
        return NULL;
    memcpy(host, from, len);
    host[len] = '\0';
    return colon;
}

static int parse_address(const char *address, union any_address *parsed, socklen_t *len, struct error *error)
{
    char host[64];
    const char *colon = split_host(address, host, sizeof host);
    int port = colon != NULL ? parse_port(colon + 1) : -1;
    if (port < 0)
        return error_set(error, "cannot listen on \"%s\": write it as 127.0.0.1:8080 or [::1]:8080", address);

    memset(parsed, 0, sizeof *parsed);
    if (strcmp(host, "localhost") == 0)
        memcpy(host, "127.0.0.1", sizeof "127.0.0.1");
    if (inet_pton(AF_INET, host, &parsed->v4.sin_addr) == 1) {
        parsed->v4.sin_family = AF_INET;
        parsed->v4.sin_port = htons((uint16_t)port);
        *len = sizeof parsed->v4;
        return 0;
    }
    if (address[0] == '[' && inet_pton(AF_INET6, host, &parsed->v6.sin6_addr) == 1) {
        parsed->v6.sin6_family = AF_INET6;
        parsed->v6.sin6_port = htons((uint16_t)port);
        *len = sizeof parsed->v6;
        return 0;
    }
    return error_set(error,
                     "cannot listen on \"%s\": \"%s\" is no IP address (write 127.0.0.1:8080 or "
                     "[::1]:8080; 0.0.0.0:8080 for all interfaces)",
                     address, host);
}

static int refuse_address(const char *address, int why, struct error *error)
{
    if (why == EADDRINUSE)
        return error_set(error,
                         "cannot listen on %s: another program holds that port; stop it or choose "
                         "another port",
                         address);
    if (why == EACCES)
        return error_set(error,
                         "cannot listen on %s: ports below 1024 need root; take one above, behind a "
                         "proxy",
                         address);
    if (why == EADDRNOTAVAIL)
        return error_set(error, "cannot listen on %s: this machine has no such address", address);
    return error_set(error, "cannot listen on %s: %s", address, strerror(why));
}

static int bound_port(int fd)
{
    union any_address bound = { .any = { 0 } };
    socklen_t len = sizeof bound;
    if (getsockname(fd, &bound.any, &len) != 0)
        return 0;
    return ntohs(bound.any.sa_family == AF_INET6 ? bound.v6.sin6_port : bound.v4.sin_port);
}

int listen_tcp(const char *address, struct listener *listener, struct error *error)
{
    union any_address wanted;
    socklen_t len = 0;
    if (parse_address(address, &wanted, &len, error) != 0)
        return -1;

    int fd = socket(wanted.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return refuse_address(address, errno, error);
    int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, &wanted.any, len) != 0 || listen(fd, SOMAXCONN) != 0) {
        int why = errno;
        close(fd);
        return refuse_address(address, why, error);
    }
    *listener = (struct listener){ .fd = fd, .port = bound_port(fd) };
    return 0;
}

/* Makes way for our socket file: 0 when the path is free now, -1 with a sentence. */
static int clear_path(const char *path, const struct sockaddr_un *address, struct error *error)
{
    struct stat status;
    if (lstat(path, &status) != 0) {
        if (errno == ENOENT)
            return 0;
        return error_set(error, "cannot look at %s: %s", path, strerror(errno));
    }
    if (!S_ISSOCK(status.st_mode))
        return error_set(error, "%s is in the way and is no socket; move it or choose another path", path);

    int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (probe < 0)
        return error_set(error, "cannot open a socket: %s", strerror(errno));
    int refused = connect(probe, (const struct sockaddr *)address, sizeof *address) != 0 ? errno : 0;
    close(probe);
    if (refused != ECONNREFUSED)
        return error_set(error, "another daemon listens on %s; stop it or choose another path", path);
    if (unlink(path) != 0 && errno != ENOENT)
        return error_set(error, "cannot remove the stale socket %s: %s", path, strerror(errno));
    return 0;
}

int listen_unix(const char *path, struct listener *listener, struct error *error)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    size_t len = strlen(path);
    if (len == 0 || len >= sizeof address.sun_path)
        return error_set(error, "the path of a socket must have 1 to %zu bytes: \"%s\"; choose a shorter one",
                         sizeof address.sun_path - 1, path);
    memcpy(address.sun_path, path, len + 1);
    if (clear_path(path, &address, error) != 0)
        return -1;

    struct stat status;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return error_set(error, "cannot open a socket: %s", strerror(errno));
    if (fchmod(fd, S_IRUSR | S_IWUSR) != 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0 ||
        lstat(path, &status) != 0 || listen(fd, SOMAXCONN) != 0) {
        int why = errno;
        close(fd);
        return error_set(error, "cannot listen on %s: %s", path, strerror(why));
    }
    *listener = (struct listener){
        .fd = fd, .unix_path = alloc_text(path), .device = status.st_dev, .inode = status.st_ino
    };
    return 0;
}

unsigned listen_bound(unsigned wanted, unsigned kept)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY ||
        limit.rlim_cur >= (rlim_t)wanted + kept)
        return wanted;
    unsigned possible = limit.rlim_cur > 2 * kept ? (unsigned)limit.rlim_cur - kept
                                                              : (unsigned)limit.rlim_cur / 2;
    log_warn("http_connections_lowered", log_int("wanted", wanted), log_int("possible", possible),
             log_text("advice", "raise the limit on open files (LimitNOFILE, ulimit -n)"));
    return possible;
}

void listen_close(struct listener *listener)
{
    struct stat status;
    if (listener->fd >= 0)
        close(listener->fd);
    if (listener->unix_path != NULL && lstat(listener->unix_path, &status) == 0 &&
        status.st_dev == listener->device && status.st_ino == listener->inode)
        unlink(listener->unix_path);
    free(listener->unix_path);
    *listener = (struct listener){ .fd = -1 };
}
