/*
 * frontdesk-bare: what libmicrohttpd can do on this machine, for the bench to compare with.
 *
 * The library with the pool and the limits of src/daemon/http.c, and a handler that reads the body and answers 202
 * with a constant. No gate, no tokens, nothing read or decided. Without a BOOK it answers at once: the distance between
 * this and frontdeskd is what durability and deciding cost. With one, each body is on the disk first (tools/bare_store.h):
 * the distance between the two is what durability alone costs. It serves until SIGTERM or SIGINT, then tells how
 * many requests it answered.
 *
 *     frontdesk-bare [PORT [THREADS [BOOK]]]     default 8099, 2 and no book; port 0 takes a free one; the port is printed
 *
 * Each waits as is best for it: in epoll where a connection is answered at once, in poll where it is suspended, as
 * src/daemon/http.c explains.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <microhttpd.h>

#include "base/alloc.h"
#include "tools/bare_store.h"

static const char ANSWER[] = "{\"status\":\"accepted\",\"message\":1}";

struct bare {
    struct MHD_Response *response; /* one for all: it is counted, and shared between threads */
    struct bare_store *store;      /* NULL: nothing is stored */
    _Atomic unsigned long answered, bytes;
};

/* One request. */
struct visit {
    struct bare_item item;
    bool is_put;
};

static enum MHD_Result answer(struct bare *bare, struct MHD_Connection *link)
{
    atomic_fetch_add(&bare->answered, 1);
    return MHD_queue_response(link, MHD_HTTP_ACCEPTED, bare->response);
}

/* Called for the headers, for each piece of the body, and at its end. */
static enum MHD_Result answer_at_once(void *context, struct MHD_Connection *link, const char *path, const char *method,
                                      const char *version, const char *bytes, size_t *len, void **slot)
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
    return answer(bare, link);
}

/* The same, and once more when the connection was resumed. */
static enum MHD_Result answer_stored(void *context, struct MHD_Connection *link, const char *path, const char *method,
                                     const char *version, const char *bytes, size_t *len, void **slot)
{
    struct bare *bare = context;
    struct visit *visit = *slot;
    (void)path;
    (void)method;
    (void)version;
    if (visit == NULL) {
        *slot = visit = alloc_new(sizeof *visit);
        visit->item.link = link;
        return MHD_YES;
    }
    if (*len > 0) {
        atomic_fetch_add(&bare->bytes, *len);
        buf_add(&visit->item.body, bytes, *len);
        *len = 0;
        return MHD_YES;
    }
    if (visit->is_put)
        return answer(bare, link);
    visit->is_put = true;
    MHD_suspend_connection(link); /* before the put: it may be resumed before that returns */
    if (!bare_store_put(bare->store, &visit->item)) {
        MHD_resume_connection(link);
        return MHD_NO;
    }
    return MHD_YES;
}

/* By the store's thread. */
static void resume(struct bare_item *item)
{
    MHD_resume_connection(item->link);
}

static void end_visit(void *context, struct MHD_Connection *link, void **slot, enum MHD_RequestTerminationCode code)
{
    struct bare *bare = context;
    struct visit *visit = *slot;
    (void)link;
    (void)code;
    if (bare->store == NULL || visit == NULL)
        return;
    buf_release(&visit->item.body);
    free(visit);
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
    unsigned mode = bare->store != NULL ? MHD_USE_POLL_INTERNAL_THREAD : MHD_USE_EPOLL_INTERNAL_THREAD;
    return MHD_start_daemon(
        mode | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL, NULL,
        bare->store != NULL ? answer_stored : answer_at_once, bare, MHD_OPTION_SOCK_ADDR, &address,
        MHD_OPTION_THREAD_POOL_SIZE, (unsigned)threads, MHD_OPTION_CONNECTION_LIMIT, 2048U,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)16 * 1024, MHD_OPTION_CONNECTION_TIMEOUT, 15U,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_NOTIFY_COMPLETED, end_visit, bare, MHD_OPTION_END);
}

int main(int argc, char **argv)
{
    long port = number_argument(argc > 1 ? argv[1] : NULL, 8099, 65535);
    long threads = number_argument(argc > 2 ? argv[2] : NULL, 2, 64);
    if (port < 0 || threads < 1 || argc > 4) {
        fputs("usage: frontdesk-bare [PORT [THREADS [BOOK]]]\n", stderr);
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
    struct error error = { 0 };
    if (argc > 3 && (bare.store = bare_store_new(argv[3], resume, &error)) == NULL) {
        fprintf(stderr, "frontdesk-bare: %s\n", error.text);
        return 1;
    }
    struct MHD_Daemon *daemon = start(&bare, port, threads);
    if (daemon == NULL) {
        fprintf(stderr, "frontdesk-bare: cannot listen on 127.0.0.1:%ld\n", port);
        return 1;
    }
    printf("127.0.0.1:%u\n", MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
    fflush(stdout);

    int number;
    sigwait(&ends, &number);
    if (bare.store != NULL)
        bare_store_end(bare.store); /* the library may not be stopped while a connection is suspended */
    MHD_stop_daemon(daemon);
    bare_store_free(bare.store);
    MHD_destroy_response(bare.response);
    fprintf(stderr, "answered %lu requests with %lu bytes of body\n", bare.answered, bare.bytes);
    return 0;
}
