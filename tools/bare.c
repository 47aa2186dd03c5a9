/*
 * frontdesk-bare: what libmicrohttpd can do on this machine, for the bench to compare with.
 *
 * The same library with the same flags, pool and limits as src/daemon/http.c, and a handler that reads the
 * body and answers 202 with a constant. No gate, no tokens, no queue, no database: the distance between this
 * and frontdeskd is what durability and deciding cost. It serves until SIGTERM or SIGINT, then tells how
 * many requests it answered.
 *
 *     frontdesk-bare [PORT [THREADS]]     default 8099 and 2; port 0 takes a free one; the port is printed
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <microhttpd.h>

static const char ANSWER[] = "{\"status\":\"accepted\",\"message\":1}";

struct bare {
    struct MHD_Response *response; /* one for all: it is counted, and shared between threads */
    _Atomic unsigned long answered, bytes;
};

static enum MHD_Result on_request(void *context, struct MHD_Connection *link, const char *path,
                                  const char *method, const char *version, const char *bytes, size_t *len,
                                  void **slot)
{
    struct bare *bare = context;
    (void)path;
    (void)method;
    (void)version;
    (void)bytes;
    if (*slot == NULL) {
        *slot = bare; /* the first call: only headers yet */
        return MHD_YES;
    }
    if (*len > 0) {
        atomic_fetch_add(&bare->bytes, *len);
        *len = 0;
        return MHD_YES;
    }
    atomic_fetch_add(&bare->answered, 1);
    return MHD_queue_response(link, MHD_HTTP_ACCEPTED, bare->response);
}

/* A whole number of 0 … max, or the default when the argument is not there; -1 for anything else. */
static long number_argument(const char *text, long otherwise, long max)
{
    char *end;
    if (text == NULL)
        return otherwise;
    long number = strtol(text, &end, 10);
    return *text != '\0' && *end == '\0' && number >= 0 && number <= max ? number : -1;
}

static struct MHD_Daemon *start(struct bare *bare, long port, long threads)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_port = htons((uint16_t)port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    return MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL, NULL,
        on_request, bare, MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_THREAD_POOL_SIZE, (unsigned)threads,
        MHD_OPTION_CONNECTION_LIMIT, 2048U, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)16 * 1024,
        MHD_OPTION_CONNECTION_TIMEOUT, 15U, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
}

int main(int argc, char **argv)
{
    long port = number_argument(argc > 1 ? argv[1] : NULL, 8099, 65535);
    long threads = number_argument(argc > 2 ? argv[2] : NULL, 2, 64);
    if (port < 0 || threads < 1 || argc > 3) {
        fputs("usage: frontdesk-bare [PORT [THREADS]]\n", stderr);
        return 2;
    }

    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    sigprocmask(SIG_BLOCK, &ends, NULL); /* before the library's threads, which inherit it */

    struct bare bare = { .response = MHD_create_response_from_buffer(sizeof ANSWER - 1, (void *)ANSWER,
                                                                     MHD_RESPMEM_PERSISTENT) };
    MHD_add_response_header(bare.response, MHD_HTTP_HEADER_CONTENT_TYPE, "application/json");
    struct MHD_Daemon *daemon = start(&bare, port, threads);
    if (daemon == NULL) {
        fprintf(stderr, "frontdesk-bare: cannot listen on 127.0.0.1:%ld\n", port);
        return 1;
    }
    printf("127.0.0.1:%u\n", MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
    fflush(stdout);

    int number;
    sigwait(&ends, &number);
    MHD_stop_daemon(daemon);
    MHD_destroy_response(bare.response);
    fprintf(stderr, "answered %lu requests with %lu bytes of body\n", bare.answered, bare.bytes);
    return 0;
}
