/*
 * fetch: see the header.
 *
 * Never left, or left without an answer? A transfer that failed before libcurl had written the last byte of its body
 * cannot have been taken: the body was counted out by our read callback, and libcurl asks for the next piece only when the
 * former is with the kernel. Everything after that is ambiguous, whatever the error code says. A request without a body has
 * left with the first byte of it.
 *
 * Deadlines are our own, and judged only after what waits in the sockets has been read: libcurl looks at its clock first, so
 * that a process that was stopped, or stood still in an fsync, would take answers that had come in time for none. It may
 * stand still in the reading as well: they are judged by the moment at which that began. What has not left by its deadline
 * does not leave any more, with nobody there to hear the answer: it is taken away before libcurl is asked, and its body is
 * not given.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include <curl/curl.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "daemon/fetch.h"
#include "text/escape.h"

enum {
    CONNECT_MS = 3000,
    KEPT_CONNECTIONS_MAX = 32,
    SIGNS_TWICE = 0x080000, /* from where libcurl is not known to leave the path as it is */
    IDLE_CONNECTION_S = 50,
    PIECE_MAX = 64 * 1024,
};

struct transfer {
    struct transfer *next;           /* in the pool, or among those under way */
    int64_t started_at, deadline_at; /* monotonic ms */
    CURL *easy;
    struct curl_slist *headers;
    fetch_ended *ended;
    void *context;
    const char *body;
    size_t body_len, body_at;
    bool counts_body; /* it goes through give_body */
    struct buf answer;
    size_t answer_max;
    CURLcode code;
    bool is_done;
    bool is_cut; /* the answer was longer than answer_max */
    enum fetch_reach reach;
    bool is_plain; /* http */
    char refusal[FETCH_REFUSAL_MAX]; /* why an address was not connected to; "" */
    char failure[CURL_ERROR_SIZE];
};

struct fetcher {
    CURLM *multi;
    struct transfer *pool, *under_way, *late; /* late: their time is over; fetch_collect tells of them */
    int running, done_count;
};

int fetch_global_start(struct error *error)
{
    CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);

    return code == CURLE_OK ? 0 : error_set(error, "libcurl does not start: %s", curl_easy_strerror(code));
}

const char *fetch_library_version(void)
{
    return curl_version_info(CURLVERSION_NOW)->version;
}

void fetch_global_stop(void)
{
    curl_global_cleanup();
}

struct fetcher *fetcher_new(void)
{
    struct fetcher *fetcher = alloc_new(sizeof *fetcher);

    fetcher->multi = curl_multi_init();
    if (fetcher->multi == NULL)
        abort();
    /* How many are open at once is bounded by those who start calls: one kind of them must not wait for another's. */
    curl_multi_setopt(fetcher->multi, CURLMOPT_MAXCONNECTS, (long)KEPT_CONNECTIONS_MAX);
    curl_multi_setopt(fetcher->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
    return fetcher;
}

static void transfer_free(struct transfer *transfer)
{
    curl_slist_free_all(transfer->headers);
    curl_easy_cleanup(transfer->easy);
    buf_release(&transfer->answer);
    free(transfer);
}

static void free_transfers(struct fetcher *fetcher, struct transfer *transfer, bool is_under_way)
{
    for (struct transfer *next; transfer != NULL; transfer = next) {
        next = transfer->next;
        if (is_under_way)
            curl_multi_remove_handle(fetcher->multi, transfer->easy);
        transfer_free(transfer);
    }
}

void fetcher_free(struct fetcher *fetcher)
{
    if (fetcher == NULL)
        return;
    free_transfers(fetcher, fetcher->pool, false);
    free_transfers(fetcher, fetcher->under_way, true);
    free_transfers(fetcher, fetcher->late, false);
    curl_multi_cleanup(fetcher->multi);
    free(fetcher);
}

/* Callbacks */

static size_t give_body(char *to, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;
    size_t room = size * count, left = transfer->body_len - transfer->body_at;
    size_t len = left < room ? left : room;

    if (left > 0 && clock_monotonic_ms() >= transfer->deadline_at)
        return CURL_READFUNC_ABORT;
    memcpy(to, transfer->body + transfer->body_at, len);
    transfer->body_at += len;
    return len;
}

static size_t take_answer(char *bytes, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;
    size_t len = size * count, room = transfer->answer_max - transfer->answer.len;

    transfer->is_cut = len > room;
    buf_add(&transfer->answer, bytes, transfer->is_cut ? room : len);
    return transfer->is_cut ? 0 : len; /* 0 ends the transfer; the status has come already */
}

/* Asked about every address, before it is connected to. */
static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct transfer *transfer = context;

    (void)purpose;
    if (!fetch_reach_allows(transfer->reach, transfer->is_plain, &address->addr, transfer->refusal))
        return CURL_SOCKET_BAD;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* Starting */

static struct transfer *transfer_get(struct fetcher *fetcher)
{
    struct transfer *transfer = fetcher->pool;

    if (transfer != NULL) {
        fetcher->pool = transfer->next;
        curl_slist_free_all(transfer->headers);
        transfer->headers = NULL;
        curl_easy_reset(transfer->easy);
        buf_clear(&transfer->answer);
    } else {
        transfer = alloc_new(sizeof *transfer);
        transfer->easy = curl_easy_init();
        if (transfer->easy == NULL)
            abort();
    }
    transfer->next = NULL;
    transfer->is_cut = transfer->is_done = false;
    transfer->failure[0] = transfer->refusal[0] = '\0';
    return transfer;
}

static void add_header(struct transfer *transfer, const char *name, const char *value)
{
    struct buf line = { 0 };

    buf_addf(&line, "%s: %s", name, value);
    transfer->headers = curl_slist_append(transfer->headers, buf_text(&line));
    explicit_bzero(line.data, line.len);
    buf_release(&line);
}

static void add_headers(struct transfer *transfer, const struct fetch *fetch)
{
    struct buf bearer = { 0 };

    if (fetch->bearer != NULL) {
        buf_addf(&bearer, "Bearer %s", fetch->bearer);
        add_header(transfer, "Authorization", buf_text(&bearer));
        explicit_bzero(bearer.data, bearer.len);
        buf_release(&bearer);
    }
    if (fetch->content_type != NULL)
        add_header(transfer, "Content-Type", fetch->content_type);
    else
        transfer->headers = curl_slist_append(transfer->headers, "Content-Type:"); /* none, then */
    add_header(transfer, "Accept", "application/json");
    for (size_t i = 0; i < fetch->header_count; i++)
        add_header(transfer, fetch->headers[i].name, fetch->headers[i].value);
    /* Among signed headers this one would be counted, and not sent. Without it libcurl asks first from 1 MiB on. */
    if (fetch->aws_key == NULL)
        transfer->headers = curl_slist_append(transfer->headers, "Expect:");
}

static void set_transport(CURL *easy, int timeout_ms)
{
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                     timeout_ms < CONNECT_MS ? (long)timeout_ms : (long)CONNECT_MS);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, (long)IDLE_CONNECTION_S);
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "frontdesk");
}

static void set_reach(struct transfer *transfer, const struct fetch *fetch)
{
    transfer->reach = fetch->reach;
    transfer->is_plain = strncasecmp(fetch->url, "http:", 5) == 0;
    if (fetch->reach == FETCH_ANYWHERE)
        return;
    curl_easy_setopt(transfer->easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(transfer->easy, CURLOPT_OPENSOCKETDATA, transfer);
    /* Also, libcurl would repeat a request without a body by itself when a connection turns out to be stale. */
    curl_easy_setopt(transfer->easy, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(transfer->easy, CURLOPT_FORBID_REUSE, 1L);
}

/*
 * AWS signs a path in which each % is escaped once more than on the wire (so %3A as %253A). libcurl 7.88 signs the path of
 * the URL as it stands, so it gets the twice escaped one, and the real one as the request's target.
 */
static void set_signed_path(CURL *easy, const char *url)
{
    const char *host = strstr(url, "://"), *path = host != NULL ? strchr(host + 3, '/') : NULL;
    struct buf twice = { 0 };

    if (path == NULL || curl_version_info(CURLVERSION_NOW)->version_num >= SIGNS_TWICE)
        return;
    escape_percent(url, &twice);
    curl_easy_setopt(easy, CURLOPT_URL, buf_text(&twice));
    curl_easy_setopt(easy, CURLOPT_REQUEST_TARGET, path);
    buf_release(&twice);
}

static void set_signature(CURL *easy, const struct fetch *fetch)
{
    struct buf provider = { 0 };

    if (fetch->aws_key == NULL)
        return;
    set_signed_path(easy, fetch->url);
    /* What is signed has to be known as a whole; it cannot be repeated unasked, for its connection is its own. */
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, fetch->body);
    buf_addf(&provider, "aws:amz:%s:%s", fetch->aws_region, fetch->aws_service);
    curl_easy_setopt(easy, CURLOPT_AWS_SIGV4, buf_text(&provider));
    curl_easy_setopt(easy, CURLOPT_USERPWD, fetch->aws_key);
    buf_release(&provider);
}

static void set_request(struct transfer *transfer, const struct fetch *fetch)
{
    CURL *easy = transfer->easy;

    transfer->ended = fetch->ended;
    transfer->context = fetch->context;
    transfer->body = fetch->body != NULL ? fetch->body : "";
    transfer->body_len = fetch->body_len;
    transfer->body_at = 0;
    transfer->answer_max = fetch->answer_max;
    curl_easy_setopt(easy, CURLOPT_URL, fetch->url);
    curl_easy_setopt(easy, fetch->is_get ? CURLOPT_HTTPGET : CURLOPT_POST, 1L);
    if (!fetch->is_get)
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)fetch->body_len);
    curl_easy_setopt(easy, CURLOPT_READFUNCTION, give_body);
    curl_easy_setopt(easy, CURLOPT_READDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, (long)PIECE_MAX);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_answer);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->failure);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
}

/* It would begin a header of its own. */
static bool breaks_line(const char *text)
{
    return text != NULL && strpbrk(text, "\r\n") != NULL;
}

static bool has_line_break(const struct fetch *fetch)
{
    if (breaks_line(fetch->bearer) || breaks_line(fetch->aws_key))
        return true;
    for (size_t i = 0; i < fetch->header_count; i++)
        if (breaks_line(fetch->headers[i].name) || breaks_line(fetch->headers[i].value))
            return true;
    return false;
}

int fetch_start(struct fetcher *fetcher, const struct fetch *fetch, struct error *error)
{
    struct transfer *transfer;
    CURLMcode code;

    if (has_line_break(fetch))
        return error_set(error, "the call does not start: a key or a header holds a line break");
    transfer = transfer_get(fetcher);
    add_headers(transfer, fetch);
    set_transport(transfer->easy, fetch->timeout_ms);
    set_reach(transfer, fetch);
    set_request(transfer, fetch);
    set_signature(transfer->easy, fetch);
    transfer->counts_body = fetch->body_len > 0 && fetch->aws_key == NULL;
    code = curl_multi_add_handle(fetcher->multi, transfer->easy);
    if (code == CURLM_OK) {
        transfer->started_at = clock_monotonic_ms();
        transfer->deadline_at = transfer->started_at + fetch->timeout_ms;
        transfer->next = fetcher->under_way;
        fetcher->under_way = transfer;
        return 0;
    }
    transfer->next = fetcher->pool;
    fetcher->pool = transfer;
    return error_set(error, "the call does not start: %s", curl_multi_strerror(code));
}

static void unlink_transfer(struct fetcher *fetcher, struct transfer *transfer)
{
    struct transfer **at = &fetcher->under_way;

    while (*at != transfer)
        at = &(*at)->next;
    *at = transfer->next;
}

/* Off the list; NULL: it is not on it. */
static struct transfer *take_of(struct transfer **at, const void *context)
{
    struct transfer *transfer;

    while (*at != NULL && (*at)->context != context)
        at = &(*at)->next;
    transfer = *at;
    if (transfer != NULL)
        *at = transfer->next;
    return transfer;
}

void fetch_cancel(struct fetcher *fetcher, const void *context)
{
    struct transfer *transfer = take_of(&fetcher->under_way, context);

    if (transfer != NULL) {
        fetcher->done_count -= transfer->is_done;
        curl_multi_remove_handle(fetcher->multi, transfer->easy);
    } else {
        transfer = take_of(&fetcher->late, context);
    }
    if (transfer == NULL)
        return;
    transfer->next = fetcher->pool;
    fetcher->pool = transfer;
}

static bool has_left(const struct transfer *transfer)
{
    long sent = 0;

    if (transfer->counts_body)
        return transfer->body_at == transfer->body_len;
    curl_easy_getinfo(transfer->easy, CURLINFO_REQUEST_SIZE, &sent);
    return sent > 0;
}

/* Takes those whose time is over out of libcurl's hands: all, or only those that have not left. */
static void end_late(struct fetcher *fetcher, int64_t now, bool ends_left)
{
    struct transfer *next;

    for (struct transfer *transfer = fetcher->under_way; transfer != NULL; transfer = next) {
        next = transfer->next;
        if (now < transfer->deadline_at || transfer->is_done || (!ends_left && has_left(transfer)))
            continue;
        unlink_transfer(fetcher, transfer);
        curl_multi_remove_handle(fetcher->multi, transfer->easy);
        transfer->next = fetcher->late;
        fetcher->late = transfer;
    }
}

static int until_deadline(const struct fetcher *fetcher, int timeout_ms)
{
    int64_t now = clock_monotonic_ms(), wait = timeout_ms;

    for (const struct transfer *transfer = fetcher->under_way; transfer != NULL; transfer = transfer->next)
        if (transfer->deadline_at - now < wait)
            wait = transfer->deadline_at > now ? transfer->deadline_at - now : 0;
    return (int)wait;
}

/* Marks what has ended, so that no deadline takes it away again. */
static void collect_done(struct fetcher *fetcher)
{
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(fetcher->multi, &left)) != NULL) {
        struct transfer *transfer;

        if (message->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&transfer);
        transfer->is_done = true;
        transfer->code = message->data.result;
        if (transfer->code == CURLE_ABORTED_BY_CALLBACK) { /* by give_body */
            transfer->code = CURLE_OPERATION_TIMEDOUT;
            transfer->failure[0] = '\0';
        }
        fetcher->done_count++;
    }
}

/* Returns the moment by which deadlines may be judged now: all that had come until then has been read. */
static int64_t perform(struct fetcher *fetcher)
{
    int64_t began = clock_monotonic_ms();

    end_late(fetcher, began, false);
    curl_multi_perform(fetcher->multi, &fetcher->running);
    collect_done(fetcher);
    return began;
}

void fetch_poll(struct fetcher *fetcher, int timeout_ms)
{
    perform(fetcher);
    /* What ended in that very moment must not wait for the rest of the time. */
    if (fetcher->done_count > 0 || fetcher->late != NULL)
        timeout_ms = 0;
    curl_multi_poll(fetcher->multi, NULL, 0, until_deadline(fetcher, timeout_ms), NULL);
    end_late(fetcher, perform(fetcher), true);
}

void fetch_wake(struct fetcher *fetcher)
{
    curl_multi_wakeup(fetcher->multi);
}

static const char *header_of(CURL *easy, const char *name)
{
    struct curl_header *header;

    return curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &header) == CURLHE_OK ? header->value : NULL;
}

static enum wire_end end_of(const struct transfer *transfer, long status)
{
    /* An answer that was too long, too slow, or broke off behind its headers still has its status. */
    if (status >= 200)
        return WIRE_ANSWERED;
    return has_left(transfer) ? WIRE_LEFT_NO_ANSWER : WIRE_NEVER_LEFT;
}

/* The reason for which an address was refused goes before libcurl's, who only knows that nothing was connected. */
static const char *failure_of(const struct transfer *transfer, CURLcode code)
{
    if (transfer->refusal[0] != '\0' && code != CURLE_OK)
        return transfer->refusal;
    return transfer->failure[0] != '\0' ? transfer->failure : curl_easy_strerror(code);
}

static void read_wire(const struct transfer *transfer, CURLcode code, struct wire *wire)
{
    long status = 0;

    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    *wire = (struct wire){
        .end = end_of(transfer, status),
        .status = (int)status,
        .body = buf_text(&transfer->answer),
        .body_len = transfer->answer.len,
        .retry_after = header_of(transfer->easy, "Retry-After"),
        .ratelimit_retry_after = header_of(transfer->easy, "X-RateLimit-Retry-After"),
        .ratelimit_limit = header_of(transfer->easy, "X-RateLimit-Limit"),
        .ratelimit_remaining = header_of(transfer->easy, "X-RateLimit-Remaining"),
        .ratelimit_reset = header_of(transfer->easy, "X-RateLimit-Reset"),
        .request_id = header_of(transfer->easy, "X-Request-Id"),
        .date = header_of(transfer->easy, "Date"),
        .failure = failure_of(transfer, code),
        .is_cut = transfer->is_cut,
        .is_broken = status >= 200 && code != CURLE_OK && !transfer->is_cut,
    };
    wire->is_barred = transfer->refusal[0] != '\0' && wire->end == WIRE_NEVER_LEFT;
}

/* One that has ended, by itself or by its deadline; it is in nobody's hands any more. NULL: none. */
static struct transfer *take_ended(struct fetcher *fetcher)
{
    struct transfer *transfer = fetcher->late;

    if (transfer != NULL) {
        fetcher->late = transfer->next;
        transfer->code = CURLE_OPERATION_TIMEDOUT;
        return transfer;
    }
    for (transfer = fetcher->under_way; transfer != NULL && !transfer->is_done;)
        transfer = transfer->next;
    if (transfer == NULL)
        return NULL;
    unlink_transfer(fetcher, transfer);
    curl_multi_remove_handle(fetcher->multi, transfer->easy);
    fetcher->done_count--;
    return transfer;
}

void fetch_collect(struct fetcher *fetcher)
{
    struct transfer *transfer;
    struct wire wire;

    while ((transfer = take_ended(fetcher)) != NULL) {
        read_wire(transfer, transfer->code, &wire);
        transfer->ended(transfer->context, &wire, clock_monotonic_ms() - transfer->started_at);
        if (transfer->answer.cap > PIECE_MAX)
            buf_release(&transfer->answer);
        transfer->next = fetcher->pool;
        fetcher->pool = transfer;
    }
}

static const char NO_ADDRESS[] = "'%s' is no web address: it looks like https://rest.iad-01.braze.com";

static int check_parts(CURLU *url, const char *text, struct error *error)
{
    char *scheme = NULL, *host = NULL, *path = NULL;
    int result = 0;

    curl_url_get(url, CURLUPART_SCHEME, &scheme, 0);
    curl_url_get(url, CURLUPART_HOST, &host, 0);
    curl_url_get(url, CURLUPART_PATH, &path, 0);
    if (scheme == NULL || host == NULL || (strcmp(scheme, "https") != 0 && strcmp(scheme, "http") != 0))
        result = error_set(error, NO_ADDRESS, text);
    else if (strcmp(scheme, "http") == 0 && !fetch_reach_is_loopback(host))
        result = error_set(error, "'%s' would send the key in clear: use https "
                                  "(plain http is for a loopback address, the sandbox)",
                           text);
    else if ((path != NULL && strcmp(path, "/") != 0) || strpbrk(text, "?#") != NULL)
        result = error_set(error, "'%s' goes on behind the host: give that alone, like https://rest.iad-01.braze.com", text);
    curl_free(scheme);
    curl_free(host);
    curl_free(path);
    return result;
}

int fetch_check_base(const char *text, struct buf *base, struct error *error)
{
    CURLU *url = curl_url();
    int result;

    if (curl_url_set(url, CURLUPART_URL, text, CURLU_DISALLOW_USER) != CURLUE_OK)
        result = error_set(error, NO_ADDRESS, text);
    else
        result = check_parts(url, text, error);
    curl_url_cleanup(url);
    if (result != 0)
        return -1;
    buf_add_text(base, text);
    while (base->len > 0 && base->data[base->len - 1] == '/')
        buf_truncate(base, base->len - 1);
    return 0;
}
