/*
 * route: from method and path to the route that serves them. Pure.
 */
#ifndef DAEMON_ROUTE_H
#define DAEMON_ROUTE_H

#include "base/buf.h"
#include "daemon/http.h"

/*
 * 1 with the route (`rest`: what a prefix route's * stands for, "" for an exact one); 0 when no route has
 * that path; -1 when routes have it, but not with that method. HEAD goes where GET does. The first match
 * counts.
 */
int route_match(const struct http_route *routes, const char *method, const char *path,
                const struct http_route **route, const char **rest);

/* "GET, HEAD, POST": the methods of a path, for the Allow header. */
void route_format_methods(const struct http_route *routes, const char *path, struct buf *out);

#endif
