/*
 * wire: a small HTTP client for tests, close enough to the socket to send what no decent client would. Every
 * wait has a deadline of ten seconds; nothing sleeps.
 */
#ifndef TESTS_WIRE_H
#define TESTS_WIRE_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

struct wire {
    int fd;
    char *bytes; /* come, not read yet */
    size_t len;
};

struct wire_answer {
    int status; /* 0: the connection ended before an answer */
    char head[2048];
    char body[4096];
    size_t body_len;
};

__attribute__((unused)) static struct wire wire_from(int fd)
{
    struct timeval wait = { .tv_sec = 10 };
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
    return (struct wire){ .fd = fd };
}

__attribute__((unused)) static struct wire wire_tcp(int port)
{
    struct sockaddr_in to = { .sin_family = AF_INET,
                              .sin_port = htons((uint16_t)port),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) != 0) {
        perror("connect");
        abort();
    }
    return wire_from(fd);
}

__attribute__((unused)) static struct wire wire_unix(const char *path)
{
    struct sockaddr_un to = { .sun_family = AF_UNIX };
    snprintf(to.sun_path, sizeof to.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) != 0) {
        perror("connect");
        abort();
    }
    return wire_from(fd);
}

__attribute__((unused)) static void wire_close(struct wire *wire)
{
    close(wire->fd);
    free(wire->bytes);
    *wire = (struct wire){ .fd = -1 };
}

/* False when the peer went away. */
__attribute__((unused)) static bool wire_send(struct wire *wire, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t sent = send(wire->fd, bytes, len, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        bytes += sent;
        len -= (size_t)sent;
    }
    return true;
}

__attribute__((unused)) static bool wire_say(struct wire *wire, const char *text)
{
    return wire_send(wire, text, strlen(text));
}

/* A whole request with a body and Content-Length; `headers` are lines with CRLF, or "". */
__attribute__((unused)) static bool wire_request(struct wire *wire, const char *method, const char *target,
                                                 const char *headers, const char *body, size_t len)
{
    char head[1024];
    int head_len = snprintf(head, sizeof head, "%s %s HTTP/1.1\r\nHost: x\r\n%sContent-Length: %zu\r\n\r\n",
                            method, target, headers, len);
    return wire_send(wire, head, (size_t)head_len) && wire_send(wire, body, len);
}

/* One more piece from the socket: false at its end, or when it is too long in coming. */
static bool wire_more(struct wire *wire)
{
    char piece[8192];
    ssize_t got = recv(wire->fd, piece, sizeof piece, 0);
    if (got <= 0)
        return false;
    wire->bytes = realloc(wire->bytes, wire->len + (size_t)got + 1);
    memcpy(wire->bytes + wire->len, piece, (size_t)got);
    wire->len += (size_t)got;
    wire->bytes[wire->len] = '\0';
    return true;
}

static void wire_skip(struct wire *wire, size_t len)
{
    memmove(wire->bytes, wire->bytes + len, wire->len - len + 1);
    wire->len -= len;
}

/* The value of a header, up to its line's end, in `value`; "" when absent. */
__attribute__((unused)) static const char *wire_header(const struct wire_answer *answer, const char *name,
                                                       char *value, size_t size)
{
    size_t name_len = strlen(name);
    value[0] = '\0';
    for (const char *line = strstr(answer->head, "\r\n"); line != NULL; line = strstr(line, "\r\n")) {
        line += 2;
        if (strncasecmp(line, name, name_len) == 0 && line[name_len] == ':') {
            const char *from = line + name_len + 1 + strspn(line + name_len + 1, " ");
            snprintf(value, size, "%.*s", (int)strcspn(from, "\r"), from);
            break;
        }
    }
    return value;
}

/* Reads one answer; a HEAD's has no body. */
static struct wire_answer wire_read_for(struct wire *wire, bool is_head)
{
    struct wire_answer answer = { 0 };
    char *end = NULL, value[32];
    while (wire->len == 0 || (end = strstr(wire->bytes, "\r\n\r\n")) == NULL)
        if (!wire_more(wire))
            return answer;
    snprintf(answer.head, sizeof answer.head, "%.*s", (int)(end - wire->bytes + 2), wire->bytes);
    wire_skip(wire, (size_t)(end - wire->bytes) + 4);
    if (sscanf(answer.head, "HTTP/1.%*d %d", &answer.status) != 1)
        return (struct wire_answer){ 0 };
    answer.body_len = strtoul(wire_header(&answer, "Content-Length", value, sizeof value), NULL, 10);
    if (is_head)
        return answer;
    while (wire->len < answer.body_len)
        if (!wire_more(wire))
            return (struct wire_answer){ 0 };
    if (answer.body_len > 0) {
        snprintf(answer.body, sizeof answer.body, "%.*s", (int)answer.body_len, wire->bytes);
        wire_skip(wire, answer.body_len);
    }
    return answer;
}

__attribute__((unused)) static struct wire_answer wire_read(struct wire *wire)
{
    return wire_read_for(wire, false);
}

/* Does the connection end, by FIN or reset, with nothing more to come? */
__attribute__((unused)) static bool wire_is_ended(struct wire *wire)
{
    char byte;
    ssize_t got = recv(wire->fd, &byte, 1, 0);
    return got == 0 || (got < 0 && errno != EAGAIN);
}

/* One request on a connection of its own; the status. */
__attribute__((unused)) static int wire_status(int port, const char *method, const char *target,
                                               const char *headers, const char *body)
{
    struct wire wire = wire_tcp(port);
    wire_request(&wire, method, target, headers, body, strlen(body));
    struct wire_answer answer = wire_read(&wire);
    wire_close(&wire);
    return answer.status;
}

#endif
