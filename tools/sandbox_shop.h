/*
 * sandbox_shop: a small shop of the business itself, for the flows that call its services: orders to ask about, and a
 * diary of tables to book. It knows nothing of Braze.
 *
 *     GET  /shop/orders/ID    200 {"id","status","item","expected":"2026-05-13"}; 404
 *     POST /shop/tables       {"at":"2026-05-15 21:00","people":4,"name":"…"}, or "date" and "time" for "at":
 *                             201 {"free":1,"code":"R1","at","people"}, or 200 {"free":0}; 400
 *     GET  /shop/tables       200 {"tables":[{"code","at","people","name"}]}
 *
 * A POST that brings an Idempotency-Key which came before gets the answer of then, and books nothing; with another body
 * it is refused (422). At one moment `tables` tables can be had, for eight people at most. One thread.
 */
#ifndef TOOLS_SANDBOX_SHOP_H
#define TOOLS_SANDBOX_SHOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#include "sandbox_braze.h"
#include "sandbox_conn.h"

enum { SHOP_TABLES = 3 };

struct booking;
struct shop_reply;

struct shop {
    char key[ID_SIZE]; /* that a request has to bring as a bearer; "": none */
    int64_t tables;
    struct booking *bookings;
    size_t booking_count;
    struct shop_reply *replies; /* to requests with an Idempotency-Key, the newest REPLIES_MAX */
    int64_t reply_count;        /* of all that came */
    int64_t requests, refused, faults, orders, booked, full, repeated;
};

void shop_init(struct shop *shop);
void shop_release(struct shop *shop);

/* Forgets bookings, keys and counts. */
void shop_forget(struct shop *shop);

/* Is this path one of the shop's? */
bool shop_has_path(const char *path);

/* The right answer to a request, and its consequences where `is_taken`. `answer` is empty. */
void shop_answer(struct shop *shop, const struct http_request *request, bool is_taken, int64_t now_ms,
                 struct http_answer *answer);

/* Appends {"requests":N,"refused":N,…}, the counts. */
void shop_report(const struct shop *shop, struct buf *out);

#endif
