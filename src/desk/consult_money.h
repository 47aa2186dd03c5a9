/*
 * consult_money: what a question may cost, and what it did. Part of desk/consult.
 *
 * A cap is a day's, by the business's clock, and hard: the most that an attempt can cost is charged before it, and one that
 * would go beyond any cap is not made. Caps: of a backend (day_cap), of a backend for one contact (contact_day_cap), of all
 * backends (setting ai_day_cap), of all for one contact (setting ai_contact_day_cap).
 */
#ifndef DESK_CONSULT_MONEY_H
#define DESK_CONSULT_MONEY_H

#include <stdint.h>

#include "backend/backend.h"
#include "base/buf.h"
#include "base/error.h"
#include "desk/desk.h"
#include "store/consult_row.h"

/* 1: there is room for the least that an attempt costs in advance, its longest answer; 0: a cap forbids it; -1. */
int consult_may_spend(struct desk *desk, const struct consult_row *row, const struct backend *backend, int64_t now,
                      struct buf *why, struct error *error);

/* 1: charged; 0: a cap forbids it, and `why` says which; -1. `tokens_in` is what the question weighs. */
int consult_charge(struct desk *desk, const struct consult_row *row, const struct backend *backend, int64_t tokens_in,
                   int64_t now, struct buf *why, struct error *error);

struct consult_bill { /* of an attempt; borrowed */
    const char *backend, *wanted_by;
    int64_t price_in, price_out; /* of when it was asked */
    int64_t contact;
    int64_t charged;            /* in advance */
    const char *charged_on;
    bool has_left, has_helped;
    bool is_booked;             /* the charge stands in `usage` already: only what differs from it is added */
    int64_t tokens_in, tokens_out; /* -1: nobody said; what was charged then stands for what was spent */
};

int consult_account(struct desk *desk, const struct consult_bill *bill, int64_t now, struct error *error);

/* An attempt whose end was never seen, since the process died or the turn went on without it: it may have cost all of it. */
int consult_lose_charge(struct desk *desk, const struct consult_row *row, struct error *error);

/* For kinds that cost nothing. */
int consult_count(struct desk *desk, const struct consult_row *row, bool has_helped, int64_t now, struct error *error);

#endif
