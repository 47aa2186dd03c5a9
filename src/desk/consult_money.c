/*
 * consult_money: see the header.
 */
#include <inttypes.h>
#include <stdio.h>

#include "desk/consult_money.h"
#include "store/spend.h"

struct scope {
    char name[300];
    int64_t cap; /* -1: none */
    const char *what;
};

enum { SCOPES = 4 };

/* The day of the business, '2026-05-13'. */
static void business_day(const struct desk *desk, int64_t now, char day[16])
{
    struct zone_time local;

    zone_local(desk->rules->zone, now, &local);
    snprintf(day, 16, "%04d-%02d-%02d", local.year % 10000, local.month, local.day);
}

static void list_scopes(const struct desk *desk, const struct backend *backend, int64_t contact,
                        struct scope scopes[SCOPES])
{
    scopes[0] = (struct scope){ "all", ruleset_setting_number(desk->rules, "ai_day_cap"), "the setting ai_day_cap" };
    scopes[1] = (struct scope){ "", ruleset_setting_number(desk->rules, "ai_contact_day_cap"),
                                "the setting ai_contact_day_cap" };
    scopes[2] = (struct scope){ "", backend->day_cap, "its day_cap" };
    scopes[3] = (struct scope){ "", backend->contact_day_cap, "its contact_day_cap" };
    snprintf(scopes[1].name, sizeof scopes[1].name, "contact %" PRId64, contact);
    snprintf(scopes[2].name, sizeof scopes[2].name, "backend %.200s", backend->name);
    snprintf(scopes[3].name, sizeof scopes[3].name, "backend %.200s contact %" PRId64, backend->name, contact);
}

static int add_to_all(struct desk *desk, const struct scope scopes[SCOPES], const char *day, int64_t cost,
                      struct error *error)
{
    for (size_t i = 0; i < SCOPES; i++)
        if (cost != 0 && spend_add(desk->db, day, scopes[i].name, cost, error) != 0)
            return -1;
    return 0;
}

/* 1: there is room for it in all of them. */
static int has_room(struct desk *desk, const struct scope scopes[SCOPES], const char *day, int64_t cost, struct buf *why,
                    struct error *error)
{
    for (size_t i = 0; i < SCOPES; i++) {
        int64_t spent;

        if (scopes[i].cap < 0)
            continue;
        if (spend_get(desk->db, day, scopes[i].name, &spent, error) != 0)
            return -1;
        if (spent + cost > scopes[i].cap) {
            buf_addf(why, "%s is spent for today", scopes[i].what);
            return 0;
        }
    }
    return 1;
}

int consult_lose_charge(struct desk *desk, const struct consult_row *row, struct error *error)
{
    struct usage usage = { .day = row->charged_on, .backend = row->backend, .wanted_by = row->wanted_by,
                           .contact = row->contact, .asked = 1, .cost = row->charged };

    if (*row->charged_on == '\0')
        return 0;
    return usage_add(desk->db, &usage, error) == 0 ? consult_row_charge(desk->db, row->id, 0, "", error) : -1;
}

int consult_may_spend(struct desk *desk, const struct consult_row *row, const struct backend *backend, int64_t now,
                      struct buf *why, struct error *error)
{
    struct scope scopes[SCOPES];
    char day[16];

    business_day(desk, now, day);
    list_scopes(desk, backend, row->contact, scopes);
    return has_room(desk, scopes, day, backend_cost(backend, 0, backend->max_tokens), why, error);
}

int consult_charge(struct desk *desk, const struct consult_row *row, const struct backend *backend, int64_t tokens_in,
                   int64_t now, struct buf *why, struct error *error)
{
    int64_t cost = backend_cost(backend, tokens_in, backend->max_tokens);
    struct scope scopes[SCOPES];
    char day[16];
    int room;

    business_day(desk, now, day);
    list_scopes(desk, backend, row->contact, scopes);
    if (consult_lose_charge(desk, row, error) != 0)
        return -1;
    room = has_room(desk, scopes, day, cost, why, error);
    if (room != 1)
        return room;
    if (add_to_all(desk, scopes, day, cost, error) != 0 || consult_row_charge(desk->db, row->id, cost, day, error) != 0)
        return -1;
    return 1;
}

/* Of what left and was not counted by its vendor, all that was charged is taken for spent. */
static int64_t cost_of(const struct consult_bill *bill)
{
    if (!bill->has_left)
        return 0;
    if (bill->tokens_in < 0 || bill->tokens_out < 0)
        return bill->charged;
    const struct backend priced = { .price_in = bill->price_in, .price_out = bill->price_out };
    return backend_cost(&priced, bill->tokens_in, bill->tokens_out);
}

int consult_account(struct desk *desk, const struct consult_bill *bill, int64_t now, struct error *error)
{
    int64_t cost = cost_of(bill);
    struct usage usage = {
        .day = bill->charged_on,
        .backend = bill->backend,
        .wanted_by = bill->wanted_by,
        .contact = bill->contact,
        .asked = !bill->is_booked,
        .answered = bill->has_helped,
        .tokens_in = bill->tokens_in > 0 ? bill->tokens_in : 0,
        .tokens_out = bill->tokens_out > 0 ? bill->tokens_out : 0,
        .cost = bill->is_booked ? cost - bill->charged : cost,
    };
    struct scope scopes[SCOPES];
    char today[16];

    business_day(desk, now, today);
    if (*bill->charged_on == '\0')
        usage.day = today;
    if (*bill->charged_on != '\0') {
        const struct backend named = { .name = bill->backend };

        list_scopes(desk, &named, bill->contact, scopes);
        if (add_to_all(desk, scopes, bill->charged_on, cost - bill->charged, error) != 0)
            return -1;
    }
    return usage_add(desk->db, &usage, error);
}

int consult_count(struct desk *desk, const struct consult_row *row, bool has_helped, int64_t now, struct error *error)
{
    char day[16];
    struct usage usage = { .day = day, .backend = row->backend, .wanted_by = row->wanted_by, .contact = row->contact,
                           .asked = 1, .answered = has_helped };

    business_day(desk, now, day);
    return usage_add(desk->db, &usage, error);
}
