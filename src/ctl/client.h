/*
 * client: one HTTP call after the other, over TCP or a Unix socket. The only door of ctl to libcurl.
 *
 * Plain http to this machine is all that the CLI ever speaks: no proxies, no redirects, no other protocol;
 * answers are capped at 32 MiB. One thread.
 */
#ifndef CTL_CLIENT_H
#define CTL_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

struct client;

enum client_end {
    CLIENT_ANSWERED,
    CLIENT_NOBODY, /* nobody listens there: nothing was sent */
    CLIENT_LOST,   /* the call may have been received, but no whole answer came */
};

struct client_call {    /* borrowed */
    const char *socket; /* path of a Unix socket; NULL: TCP */
    const char *url;    /* http://… */
    const char *bearer; /* NULL: none */
    const char *body;   /* JSON to POST; NULL: GET */
    const char *book;   /* for the daemon of this book alone: any other answers 421. NULL or "": whoever listens */
    int timeout_ms;
    /* Asked about once a second while no answer has come; false gives the call up, which is LOST then. It may make other calls,
     * by a client of its own. NULL: nobody is asked. */
    bool (*goes_on)(void *context, int64_t waited_ms);
    void *context;
};

struct client_answer {
    enum client_end end;
    int status;
    struct buf body;
    char problem[300]; /* of NOBODY and LOST: curl's words */
};

struct client *client_new(void);
void client_free(struct client *client);
void client_run(struct client *client, const struct client_call *call, struct client_answer *answer);
void client_answer_release(struct client_answer *answer);

/* Appends `text` percent-encoded for a query. */
void client_escape(struct client *client, const char *text, struct buf *out);

#endif
