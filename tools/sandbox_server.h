/*
 * sandbox_server: the sandbox's listening socket and its loop; one thread, one epoll.
 */
#ifndef TOOLS_SANDBOX_SERVER_H
#define TOOLS_SANDBOX_SERVER_H

#include "base/error.h"

#include "sandbox_conn.h"

struct server;

/* Listens on "127.0.0.1:9090", "[::1]:0" …, or NULL. From here on SIGTERM and SIGINT end server_run. */
struct server *server_open(const char *address, int connections_max, http_handler *handler, http_ended *ended,
                           void *context, struct error *error);
void server_close(struct server *server);

/* "127.0.0.1:9090", with the true port. */
const char *server_address(const struct server *server);
int server_port(const struct server *server);

/* Serves until a signal asks it to end. */
int server_run(struct server *server, struct error *error);

/* Parked requests are looked at again before the next wait. */
void server_wake(struct server *server);

#endif
