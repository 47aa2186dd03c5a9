/*
 * sandbox_bench: a sandbox without sockets, for its tests: requests are parsed from text, and the last answer is kept.
 */
#ifndef UNIT_SANDBOX_BENCH_H
#define UNIT_SANDBOX_BENCH_H

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

#include "../../tools/sandbox_http.h"
#include "../../tools/sandbox_service.h"

#define AT_1_PM_MS INT64_C(1592398800000)

struct call { /* a request and the memory it lies in */
    struct buf bytes;
    struct http_request request;
};

/* `headers` are finished lines. */
static inline void call_init_with(struct call *call, const char *method, const char *path, const char *headers,
                                  const char *body)
{
    size_t used = 0;
    int status = 0;
    const char *why = NULL;

    *call = (struct call){ 0 };
    buf_addf(&call->bytes, "%s %s HTTP/1.1\r\nHost: sandbox\r\n%sContent-Length: %zu\r\n\r\n%s", method, path, headers,
             strlen(body), body);
    assert_int_equal(http_parse(call->bytes.data, call->bytes.len, &call->request, &used, &status, &why),
                     HTTP_READY);
    assert_int_equal(used, call->bytes.len);
}

struct bench { /* a service with one answer */
    struct service service;
    struct http_answer answer;
};

static inline struct bench *new_bench(void)
{
    struct bench *bench = calloc(1, sizeof *bench);

    service_init(&bench->service, AT_1_PM_MS);
    strncpy(bench->service.workspace.api_key, "sandbox-key", ID_SIZE - 1);
    return bench;
}

static inline void free_bench(struct bench *bench)
{
    service_release(&bench->service);
    buf_release(&bench->answer.headers);
    buf_release(&bench->answer.body);
    free(bench);
}

static inline void bench_call_with(struct bench *bench, const char *method, const char *path, const char *headers,
                                   const char *body)
{
    struct call call;
    struct buf lines = bench->answer.headers, out = bench->answer.body;

    buf_clear(&lines);
    buf_clear(&out);
    bench->answer = (struct http_answer){ .status = 200, .headers = lines, .body = out };
    call_init_with(&call, method, path, headers, body);
    service_handle(&bench->service, &call.request, &bench->answer);
    buf_release(&call.bytes);
}

static inline void bench_call(struct bench *bench, const char *method, const char *path, const char *body)
{
    bench_call_with(bench, method, path, "Authorization: Bearer sandbox-key\r\nContent-Type: application/json\r\n", body);
}

#endif
