/*
 * load_client: the connections of the load generator.
 *
 * A slot is one connection and the one message it carries. It is idle, or connecting, writing, reading,
 * or waiting to try its message again. A message belongs to its slot until it is acknowledged (2xx),
 * refused for good, or out of tries; its dispatch id stays the same over all tries, as Braze's does. With
 * retries, 408, 429, 5xx and broken connections are tried again, after Retry-After or a second.
 *
 * Times are measured from the moment at which a message was to be sent. At a given rate that is its place
 * in the timetable, not the moment at which a connection became free: a server that stalls is charged
 * for the messages that queued behind the stall.
 *
 * Times go into buckets of logarithmic width (64 to each doubling), so memory does not grow with the run.
 */
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"

#include "load_client.h"

enum {
    EVENTS_MAX = 256,
    ANSWER_MAX = 256 * 1024,
    RETRY_US = 1000 * 1000,
    RETRY_AFTER_MAX_S = 3600,
    SCAN_US = 5000
};

enum slot_state { SLOT_IDLE, SLOT_CONNECTING, SLOT_WRITING, SLOT_READING, SLOT_WAITING };

struct slot {
    int fd; /* -1: not connected */
    enum slot_state state;
    int64_t number; /* of the message */
    int tries;
    int64_t start_us; /* when the message was to be sent */
    int64_t due_us;   /* when patience ends, or when to try again */
    struct buf out, in;
    size_t out_at;
    struct slot *next_idle;
};

struct load {
    const struct load_plan *plan;
    struct load_totals *totals;
    int epoll;
    struct slot *slots, *idle;
    int busy;
    int64_t began_us, next_at_us, scan_us;
    struct buf body;
};

static int64_t now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int bucket_of(int64_t us)
{
    uint64_t value = us > 0 ? (uint64_t)us : 0;

    if (value < 64)
        return (int)value;
    int shift = 63 - __builtin_clzll(value) - 6;
    int bucket = 64 * (shift + 1) + (int)(value >> shift) - 64;
    return bucket < LOAD_BUCKETS ? bucket : LOAD_BUCKETS - 1;
}

static int64_t bucket_top_us(int bucket)
{
    int shift = bucket / 64 - 1;

    return shift < 0 ? bucket : (int64_t)(bucket % 64 + 65) * ((int64_t)1 << shift) - 1;
}

int64_t load_percentile_us(const struct load_totals *totals, double share)
{
    int64_t wanted = (int64_t)(share * (double)totals->acked), seen = 0;

    for (int i = 0; i < LOAD_BUCKETS; i++) {
        seen += totals->buckets[i];
        if (seen > wanted)
            return bucket_top_us(i) < totals->max_us ? bucket_top_us(i) : totals->max_us;
    }
    return totals->max_us;
}

static void format_body(const struct load_plan *plan, int64_t number, struct buf *body)
{
    struct jsonw w = { .out = body };
    struct buf text = { 0 };
    int64_t user = number % plan->users;

    buf_clear(body);
    jsonw_object(&w, NULL);
    buf_addf(&text, "%s%06" PRId64, plan->user, user);
    jsonw_text(&w, "user_id", buf_text(&text));
    buf_clear(&text);
    buf_addf(&text, "+1555%07" PRId64, user);
    jsonw_text(&w, "phone_number", buf_text(&text));
    buf_clear(&text);
    buf_addf(&text, "%s-%" PRId64, plan->prefix, number);
    jsonw_text(&w, "dispatch_id", buf_text(&text));
    buf_clear(&text);
    buf_addf(&text, "%" PRId64, clock_wall_ms() / 1000);
    jsonw_text(&w, "sent_at", buf_text(&text));
    /* Nobody says the same twice in a row, where there is a choice: that would be a machine. */
    jsonw_text(&w, "message", plan->texts[(size_t)(number + number / plan->users) % plan->text_count]);
    jsonw_end_object(&w);
    buf_release(&text);
}

static void format_request(struct load *load, struct slot *slot)
{
    const struct load_plan *plan = load->plan;

    format_body(plan, slot->number, &load->body);
    buf_clear(&slot->out);
    slot->out_at = 0;
    buf_addf(&slot->out, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\n", plan->path,
             plan->host);
    if (plan->token != NULL)
        buf_addf(&slot->out, "Authorization: Bearer %s\r\n", plan->token);
    buf_addf(&slot->out, "Content-Length: %zu\r\n\r\n", load->body.len);
    buf_add(&slot->out, buf_text(&load->body), load->body.len);
}

static void watch(struct load *load, struct slot *slot, uint32_t events)
{
    struct epoll_event event = { .events = events, .data.ptr = slot };

    epoll_ctl(load->epoll, EPOLL_CTL_MOD, slot->fd, &event);
}

static void disconnect(struct slot *slot)
{
    if (slot->fd >= 0)
        close(slot->fd);
    slot->fd = -1;
}

static void make_idle(struct load *load, struct slot *slot)
{
    slot->state = SLOT_IDLE;
    slot->next_idle = load->idle;
    load->idle = slot;
    load->busy--;
}

/* The message was not taken this time. */
static void failed(struct load *load, struct slot *slot, int64_t wait_us)
{
    if (slot->tries < load->plan->tries && !*load->plan->stop) {
        load->totals->retried++;
        slot->state = SLOT_WAITING;
        slot->due_us = now_us() + wait_us;
        return;
    }
    load->totals->given_up++;
    make_idle(load, slot);
}

static void broke(struct load *load, struct slot *slot, int64_t *counter)
{
    (*counter)++;
    disconnect(slot);
    failed(load, slot, RETRY_US);
}

static void acknowledged(struct load *load, struct slot *slot, int status, int64_t now)
{
    const struct load_plan *plan = load->plan;
    int64_t took_us = now - slot->start_us;

    load->totals->acked++;
    load->totals->buckets[bucket_of(took_us)]++;
    if (took_us > load->totals->max_us)
        load->totals->max_us = took_us;
    if (plan->acks != NULL)
        fprintf(plan->acks, "%s-%" PRId64 "\t%s%06" PRId64 "\t%d\t%" PRId64 "\t%" PRId64 "\n", plan->prefix, slot->number,
                plan->user, slot->number % plan->users, status, clock_wall_ms(), took_us);
    make_idle(load, slot);
}

static const char *find_header(const char *head, const char *name)
{
    size_t len = strlen(name);

    for (const char *line = strstr(head, "\r\n"); line != NULL; line = strstr(line + 2, "\r\n"))
        if (strncasecmp(line + 2, name, len) == 0 && line[2 + len] == ':')
            return line + 3 + len + strspn(line + 3 + len, " \t");
    return NULL;
}

static int64_t header_number(const char *head, const char *name, int64_t otherwise)
{
    const char *value = find_header(head, name);

    return value != NULL && *value >= '0' && *value <= '9' ? strtoll(value, NULL, 10) : otherwise;
}

static void settle(struct load *load, struct slot *slot, int status, int64_t retry_after_s, int64_t now)
{
    load->totals->by_status[status]++;
    if (status < 300)
        acknowledged(load, slot, status, now);
    else if (status == 408 || status == 429 || status >= 500)
        failed(load, slot, retry_after_s >= 0 ? retry_after_s * 1000000 : RETRY_US);
    else {
        load->totals->given_up++;
        make_idle(load, slot);
    }
}

/* Looks for a whole answer; every answer must say how long it is. */
static void read_answer(struct load *load, struct slot *slot, int64_t now)
{
    char *gap = strstr(buf_text(&slot->in), "\r\n\r\n");

    if (gap == NULL && slot->in.len < ANSWER_MAX)
        return;
    const char *head = slot->in.data;
    int64_t length = gap != NULL ? header_number(head, "Content-Length", -1) : -1;
    int64_t status = strncmp(head, "HTTP/1.1 ", 9) == 0 ? strtoll(head + 9, NULL, 10) : 0;
    if (length < 0 || length > ANSWER_MAX || status < 200 || status >= LOAD_STATUS_MAX) {
        broke(load, slot, &load->totals->garbled);
        return;
    }
    if ((int64_t)(slot->in.data + slot->in.len - gap - 4) < length)
        return;
    int64_t retry_after_s = header_number(head, "Retry-After", -1);
    const char *connection = find_header(head, "Connection");
    if (connection != NULL && strncasecmp(connection, "close", 5) == 0)
        disconnect(slot);
    settle(load, slot, (int)status, retry_after_s < RETRY_AFTER_MAX_S ? retry_after_s : RETRY_AFTER_MAX_S,
           now);
}

static void slot_read(struct load *load, struct slot *slot, int64_t now)
{
    buf_reserve(&slot->in, 4096);
    ssize_t got = recv(slot->fd, slot->in.data + slot->in.len, slot->in.cap - slot->in.len - 1, 0);

    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0) {
        broke(load, slot, &load->totals->reset);
        return;
    }
    slot->in.len += (size_t)got;
    slot->in.data[slot->in.len] = '\0';
    read_answer(load, slot, now);
}

static void slot_write(struct load *load, struct slot *slot)
{
    size_t left = slot->out.len - slot->out_at;
    ssize_t sent = send(slot->fd, slot->out.data + slot->out_at, left, MSG_NOSIGNAL);

    if (sent < 0 && errno != EAGAIN && errno != EINTR) {
        broke(load, slot, &load->totals->reset);
        return;
    }
    slot->out_at += sent > 0 ? (size_t)sent : 0;
    bool is_done = slot->out_at == slot->out.len;
    if (is_done && slot->state != SLOT_READING)
        watch(load, slot, EPOLLIN);
    if (!is_done)
        watch(load, slot, EPOLLOUT);
    slot->state = is_done ? SLOT_READING : SLOT_WRITING;
}

static void slot_connect(struct load *load, struct slot *slot)
{
    const struct load_plan *plan = load->plan;

    slot->fd = socket(plan->where.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (slot->fd >= 0)
        setsockopt(slot->fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
    if (slot->fd < 0 || (connect(slot->fd, (const struct sockaddr *)&plan->where, plan->where_len) != 0 &&
                         errno != EINPROGRESS)) {
        broke(load, slot, &load->totals->connect_failed);
        return;
    }
    struct epoll_event event = { .events = EPOLLOUT, .data.ptr = slot };
    epoll_ctl(load->epoll, EPOLL_CTL_ADD, slot->fd, &event);
    slot->state = SLOT_CONNECTING;
}

/* Sends the slot's message, for the first time or again. */
static void attempt(struct load *load, struct slot *slot, int64_t now)
{
    slot->tries++;
    slot->due_us = now + load->plan->timeout_ms * 1000;
    buf_clear(&slot->in);
    format_request(load, slot);
    if (slot->fd < 0) {
        slot_connect(load, slot);
        return;
    }
    slot->state = SLOT_READING; /* epoll waits for input on an open connection */
    slot_write(load, slot);
}

static void connected(struct load *load, struct slot *slot)
{
    int reason = 0;
    socklen_t len = sizeof reason;

    getsockopt(slot->fd, SOL_SOCKET, SO_ERROR, &reason, &len);
    if (reason != 0)
        broke(load, slot, &load->totals->connect_failed);
    else
        slot_write(load, slot);
}

static void slot_event(struct load *load, struct slot *slot, int64_t now)
{
    switch (slot->state) {
    case SLOT_CONNECTING: connected(load, slot); break;
    case SLOT_WRITING: slot_write(load, slot); break;
    case SLOT_READING: slot_read(load, slot, now); break;
    case SLOT_IDLE:
    case SLOT_WAITING: /* the server closed a connection that is not in use */ disconnect(slot); break;
    }
}

static bool is_over(const struct load *load, int64_t now)
{
    const struct load_plan *plan = load->plan;

    if (*plan->stop || (plan->count > 0 && load->totals->messages >= plan->count))
        return true;
    return plan->seconds > 0 && now - load->began_us >= plan->seconds * 1000000;
}

/* Gives messages to idle connections, as many as the timetable allows. */
static void hand_out(struct load *load, int64_t now)
{
    while (load->idle != NULL && !is_over(load, now)) {
        if (load->plan->rate > 0 && load->next_at_us > now)
            return;
        struct slot *slot = load->idle;
        load->idle = slot->next_idle;
        load->busy++;
        slot->number = load->totals->messages++;
        slot->tries = 0;
        slot->start_us = load->plan->rate > 0 ? load->next_at_us : now;
        if (load->plan->rate > 0)
            load->next_at_us = load->began_us + load->totals->messages * 1000000 / load->plan->rate;
        attempt(load, slot, now);
        if (load->plan->rate == 0)
            now = now_us();
    }
}

static void scan_due(struct load *load, int64_t now)
{
    if (now < load->scan_us)
        return;
    load->scan_us = now + SCAN_US;
    for (int i = 0; i < load->plan->connections; i++) {
        struct slot *slot = &load->slots[i];
        if (slot->state == SLOT_IDLE || slot->due_us > now)
            continue;
        if (slot->state == SLOT_WAITING && *load->plan->stop)
            failed(load, slot, 0);
        else if (slot->state == SLOT_WAITING)
            attempt(load, slot, now);
        else
            broke(load, slot, &load->totals->timed_out);
    }
}

static int pause_ms(const struct load *load, int64_t now)
{
    if (load->plan->rate == 0 || load->idle == NULL)
        return SCAN_US / 1000;
    int64_t left_us = load->next_at_us - now;
    return left_us <= 0 ? 0 : left_us > SCAN_US ? SCAN_US / 1000 : (int)(left_us / 1000) + 1;
}

static int loop(struct load *load, struct error *error)
{
    struct epoll_event events[EVENTS_MAX];
    int64_t now = load->began_us;

    while (load->busy > 0 || !is_over(load, now)) {
        hand_out(load, now);
        int count = epoll_wait(load->epoll, events, EVENTS_MAX, pause_ms(load, now));
        if (count < 0 && errno != EINTR)
            return error_set(error, "Waiting for answers failed: %s.", strerror(errno));
        now = now_us();
        for (int i = 0; i < count; i++)
            slot_event(load, events[i].data.ptr, now);
        scan_due(load, now);
    }
    load->totals->elapsed_us = now_us() - load->began_us;
    return 0;
}

int load_run(const struct load_plan *plan, struct load_totals *totals, struct error *error)
{
    struct load load = { .plan = plan, .totals = totals, .epoll = epoll_create1(EPOLL_CLOEXEC) };

    *totals = (struct load_totals){ 0 };
    load.slots = alloc_array((size_t)plan->connections, sizeof *load.slots);
    load.busy = plan->connections;
    for (int i = plan->connections - 1; i >= 0; i--) {
        load.slots[i].fd = -1;
        make_idle(&load, &load.slots[i]);
    }
    load.began_us = load.next_at_us = now_us();
    int outcome = loop(&load, error);
    for (int i = 0; i < plan->connections; i++) {
        disconnect(&load.slots[i]);
        buf_release(&load.slots[i].out);
        buf_release(&load.slots[i].in);
    }
    free(load.slots);
    buf_release(&load.body);
    close(load.epoll);
    return outcome;
}
