/*
 * route: a linear walk over a listener's table, a few entries long. A path is compared decoded and exactly;
 * there is no normalising of "//" or "/./", so a path has one spelling and nothing can be reached by another
 * one.
 */
#include <stdbool.h>
#include <string.h>

#include "daemon/route.h"

/* What follows the route's path in `path`, or NULL when the route is not meant. */
static const char *rest_of(const char *pattern, const char *path)
{
    size_t len = strlen(pattern);
    if (len > 0 && pattern[len - 1] == '*')
        return strncmp(path, pattern, len - 1) == 0 ? path + len - 1 : NULL;
    return strcmp(path, pattern) == 0 ? path + len : NULL;
}

static bool takes_method(const struct http_route *route, const char *method)
{
    if (strcmp(method, "HEAD") == 0)
        method = "GET";
    return strcmp(route->method, method) == 0;
}

int route_match(const struct http_route *routes, const char *method, const char *path,
                const struct http_route **route, const char **rest)
{
    bool is_known_path = false;
    for (; routes->method != NULL; routes++) {
        const char *found = rest_of(routes->path, path);
        if (found == NULL)
            continue;
        is_known_path = true;
        if (!takes_method(routes, method))
            continue;
        *route = routes;
        *rest = found;
        return 1;
    }
    return is_known_path ? -1 : 0;
}

void route_format_methods(const struct http_route *routes, const char *path, struct buf *out)
{
    for (; routes->method != NULL; routes++) {
        if (rest_of(routes->path, path) == NULL)
            continue;
        if (out->len > 0)
            buf_add_text(out, ", ");
        buf_add_text(out, routes->method);
        if (strcmp(routes->method, "GET") == 0)
            buf_add_text(out, ", HEAD");
    }
}
