/*
 * road: what happens to a webhook between the door and the receipt, inside the caller's transaction: its
 * bytes are kept, it is read, known when it came before, given to its contact and conversation, decided, and
 * the decision carried out.
 *
 * After a crash the engine goes carefully (desk->careful_until): road_store keeps the bytes and is committed
 * first; then, one webhook at a time, road_count is committed, and road_decide runs. A webhook whose deciding
 * ended the process WEBHOOK_TRIES_MAX times is set aside, under whatever id its sender repeats it.
 */
#ifndef DESK_ROAD_H
#define DESK_ROAD_H

#include <stdint.h>

#include "base/error.h"
#include "braze/inbound.h"
#include "desk/desk.h"
#include "store/webhook.h"

enum receipt_kind { RECEIPT_ACCEPTED, RECEIPT_DUPLICATE, RECEIPT_UNREADABLE };

struct receipt {
    enum receipt_kind kind;
    int64_t message; /* 0 when unreadable */
    int64_t webhook;
};

/* The whole road at once. `read`: what its body says, where somebody has read it already; else NULL. */
int road_receive(struct desk *desk, struct webhook *webhook, const struct inbound_result *read, int64_t now,
                 struct receipt *receipt, struct error *error);

/* The road in careful steps. road_count: 1 go on, 0 it was set aside (the receipt says so). */
int road_store(struct desk *desk, struct webhook *webhook, struct error *error);
int road_count(struct desk *desk, struct webhook *webhook, struct receipt *receipt,
               struct error *error);
int road_decide(struct desk *desk, struct webhook *webhook, int64_t now, struct receipt *receipt,
                struct error *error);

/* Keeps its bytes as set aside for the reason given: deciding it failed. */
int road_set_aside(struct desk *desk, struct webhook *webhook, const char *reason, struct receipt *receipt,
                   struct error *error);

#endif
