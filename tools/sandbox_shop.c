/*
 * sandbox_shop: see the header.
 *
 * Whether a request is taken is decided before it is answered (a fault may keep its consequences back), so each endpoint
 * works out its answer first, and books, remembers and counts behind it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/ascii.h"
#include "base/calendar.h"
#include "base/clock.h"
#include "base/env.h"
#include "base/json.h"

#include "sandbox_shop.h"

enum {
    BOOKINGS_MAX = 10000,
    REPLIES_MAX = 1000,
    PEOPLE_MAX = 8,
    NAME_SIZE = 401,
    KEY_SIZE = 256,
    AT_SIZE = sizeof "2026-05-15 21:00",
    DAY_MS = 24 * 3600 * 1000,
};

struct booking {
    int64_t number;
    char at[AT_SIZE];
    int people;
    char name[NAME_SIZE];
};

struct shop_reply {
    char key[KEY_SIZE];
    char *request, *body;
    size_t request_len;
    int status;
};

static const struct {
    const char *id, *status, *item;
    int days; /* from today until it is expected */
} ORDERS[] = {
    { "10001", "in the oven", "Carrot cake", 1 },
    { "10002", "on its way", "A dozen croissants", 0 },
    { "10003", "delivered", "Two sourdough loaves", -1 },
    { "10004", "late", "Wedding cake, three tiers", 5 },
    { "12345", "on its way", "Lemon cake", 1 },
};

static const char ORDER_PATH[] = "/shop/orders/", TABLE_PATH[] = "/shop/tables";

void shop_init(struct shop *shop)
{
    *shop = (struct shop){ .tables = SHOP_TABLES };
    shop->replies = alloc_array(REPLIES_MAX, sizeof *shop->replies);
}

static void reply_release(struct shop_reply *reply)
{
    free(reply->request);
    free(reply->body);
    *reply = (struct shop_reply){ 0 };
}

void shop_forget(struct shop *shop)
{
    for (size_t i = 0; i < REPLIES_MAX; i++)
        reply_release(&shop->replies[i]);
    free(shop->bookings);
    shop->bookings = NULL;
    shop->booking_count = 0;
    shop->reply_count = 0;
    shop->requests = shop->refused = shop->faults = shop->orders = shop->booked = shop->full = shop->repeated = 0;
}

void shop_release(struct shop *shop)
{
    shop_forget(shop);
    free(shop->replies);
    shop->replies = NULL;
}

bool shop_has_path(const char *path)
{
    return strncmp(path, "/shop/", strlen("/shop/")) == 0;
}

static void refuse(struct http_answer *answer, int status, const char *sentence)
{
    struct jsonw w = { .out = &answer->body };

    answer->status = status;
    buf_clear(&answer->body);
    jsonw_object(&w, NULL);
    jsonw_text(&w, "error", sentence);
    jsonw_end_object(&w);
}

/* Orders */

static void answer_order(const char *id, int64_t now_ms, struct http_answer *answer)
{
    struct jsonw w = { .out = &answer->body };
    struct buf day = { 0 };

    for (size_t i = 0; i < sizeof ORDERS / sizeof ORDERS[0]; i++) {
        if (strcmp(ORDERS[i].id, id) != 0)
            continue;
        clock_format_utc(now_ms + (int64_t)ORDERS[i].days * DAY_MS, &day);
        buf_truncate(&day, strlen("2026-05-15"));
        jsonw_object(&w, NULL);
        jsonw_text(&w, "id", id);
        jsonw_text(&w, "status", ORDERS[i].status);
        jsonw_text(&w, "item", ORDERS[i].item);
        jsonw_text(&w, "expected", buf_text(&day));
        jsonw_end_object(&w);
        buf_release(&day);
        return;
    }
    refuse(answer, 404, "There is no such order.");
}

/* The diary */

/* As "2026-05-15 21:00", a moment that exists. */
static bool is_moment(const char *at)
{
    static const char SHAPE[] = "0000-00-00 00:00";

    for (size_t i = 0; i < sizeof SHAPE; i++)
        if (SHAPE[i] == '0' ? !ascii_is_digit(at[i]) : at[i] != SHAPE[i] && !(i == 10 && at[i] == 'T'))
            return false;
    int year = (int)strtol(at, NULL, 10), month = (int)strtol(at + 5, NULL, 10), day = (int)strtol(at + 8, NULL, 10);
    return month >= 1 && month <= 12 && day >= 1 && day <= calendar_month_days(year, month) &&
           strtol(at + 11, NULL, 10) < 24 && strtol(at + 14, NULL, 10) < 60;
}

static bool read_moment(const struct json *wish, char at[AT_SIZE])
{
    const char *both = json_get_text(wish, "at"), *date = json_get_text(wish, "date"), *time = json_get_text(wish, "time");
    int len = both != NULL                   ? snprintf(at, AT_SIZE, "%s", both)
              : date != NULL && time != NULL ? snprintf(at, AT_SIZE, "%s %s", date, time)
                                             : 0;

    if (len != AT_SIZE - 1 || !is_moment(at))
        return false;
    at[10] = ' ';
    return true;
}

/* NULL, or what is wrong with it. */
static const char *read_wish(const struct json *wish, struct booking *booking)
{
    const char *name = json_get_text(wish, "name");
    int64_t people = 0;

    if (json_kind(wish) != JSON_OBJECT)
        return "A booking is a JSON object: {\"at\":\"2026-05-15 21:00\",\"people\":4}.";
    if (!read_moment(wish, booking->at))
        return "\"at\" is a day and a time, as in \"2026-05-15 21:00\"; or give \"date\" and \"time\".";
    if (!json_int(json_get(wish, "people"), &people) || people < 1 || people > 1000)
        return "\"people\" is a whole number from 1 on.";
    booking->people = (int)people;
    snprintf(booking->name, sizeof booking->name, "%s", name != NULL ? name : "");
    return NULL;
}

static bool is_free(const struct shop *shop, const struct booking *wish)
{
    int64_t taken = 0;

    for (size_t i = 0; i < shop->booking_count; i++)
        taken += strcmp(shop->bookings[i].at, wish->at) == 0;
    return taken < shop->tables && wish->people <= PEOPLE_MAX && shop->booking_count < BOOKINGS_MAX;
}

static void put_booking(struct shop *shop, const struct booking *booking)
{
    shop->bookings = alloc_resize(shop->bookings, shop->booking_count + 1, sizeof *shop->bookings);
    shop->bookings[shop->booking_count++] = *booking;
}

static void add_booking(const struct booking *booking, struct jsonw *w)
{
    char code[24];

    snprintf(code, sizeof code, "R%" PRId64, booking->number);
    jsonw_text(w, "code", code);
    jsonw_text(w, "at", booking->at);
    jsonw_int(w, "people", booking->people);
}

static void book(struct shop *shop, const struct http_request *request, bool is_taken, struct http_answer *answer)
{
    struct booking wish = { .number = (int64_t)shop->booking_count + 1 };
    struct json *json = NULL;
    const char *fault = "The body is no JSON.";
    struct jsonw w = { .out = &answer->body };

    if (json_parse(request->body, request->body_len, JSON_STRICT, &json, NULL) == 0)
        fault = read_wish(json, &wish);
    json_free(json);
    if (fault != NULL) {
        refuse(answer, 400, fault);
        return;
    }
    bool has_room = is_free(shop, &wish);
    answer->status = has_room ? 201 : 200;
    jsonw_object(&w, NULL);
    jsonw_int(&w, "free", has_room);
    if (has_room)
        add_booking(&wish, &w);
    jsonw_end_object(&w);
    if (is_taken && has_room)
        put_booking(shop, &wish);
    shop->booked += is_taken && has_room;
    shop->full += is_taken && !has_room;
}

static const struct shop_reply *find_reply(const struct shop *shop, const char *key)
{
    for (size_t i = 0; i < REPLIES_MAX; i++)
        if (shop->replies[i].body != NULL && strcmp(shop->replies[i].key, key) == 0)
            return &shop->replies[i];
    return NULL;
}

static void keep_reply(struct shop *shop, const char *key, const struct http_request *request,
                       const struct http_answer *answer)
{
    struct shop_reply *reply = &shop->replies[shop->reply_count++ % REPLIES_MAX];

    reply_release(reply);
    snprintf(reply->key, sizeof reply->key, "%s", key);
    reply->request = alloc_bytes(request->body, request->body_len);
    reply->request_len = request->body_len;
    reply->body = alloc_text(buf_text(&answer->body));
    reply->status = answer->status;
}

static void repeat_reply(struct shop *shop, const struct shop_reply *reply, const struct http_request *request,
                         struct http_answer *answer)
{
    if (reply->request_len != request->body_len || memcmp(reply->request, request->body, request->body_len) != 0) {
        refuse(answer, 422, "This Idempotency-Key came before, with another request.");
        return;
    }
    answer->status = reply->status;
    buf_add_text(&answer->body, reply->body);
    shop->repeated++;
}

static void answer_booking(struct shop *shop, const struct http_request *request, bool is_taken,
                           struct http_answer *answer)
{
    const char *key = http_header(request, "Idempotency-Key");
    const struct shop_reply *reply = key != NULL ? find_reply(shop, key) : NULL;

    if (key != NULL && (*key == '\0' || strlen(key) >= KEY_SIZE)) {
        refuse(answer, 400, "An Idempotency-Key has 1 to 255 characters.");
    } else if (reply != NULL) {
        repeat_reply(shop, reply, request, answer);
    } else {
        book(shop, request, is_taken, answer);
        if (key != NULL && is_taken && answer->status < 300)
            keep_reply(shop, key, request, answer);
    }
}

static void answer_diary(const struct shop *shop, struct http_answer *answer)
{
    struct jsonw w = { .out = &answer->body };

    jsonw_object(&w, NULL);
    jsonw_array(&w, "tables");
    for (size_t i = 0; i < shop->booking_count; i++) {
        jsonw_object(&w, NULL);
        add_booking(&shop->bookings[i], &w);
        jsonw_text(&w, "name", shop->bookings[i].name);
        jsonw_end_object(&w);
    }
    jsonw_end_array(&w);
    jsonw_end_object(&w);
}

/* The door */

static bool brings_key(const struct shop *shop, const struct http_request *request)
{
    static const char BEARER[] = "Bearer ";
    const char *given = http_header(request, "Authorization");

    if (shop->key[0] == '\0')
        return true;
    if (given == NULL || strncmp(given, BEARER, sizeof BEARER - 1) != 0)
        return false;
    given += sizeof BEARER - 1;
    return env_secret_equal(given, strlen(given), shop->key, strlen(shop->key));
}

void shop_answer(struct shop *shop, const struct http_request *request, bool is_taken, int64_t now_ms,
                 struct http_answer *answer)
{
    bool is_order = strncmp(request->path, ORDER_PATH, sizeof ORDER_PATH - 1) == 0;
    bool is_table = strcmp(request->path, TABLE_PATH) == 0;
    bool is_get = strcmp(request->method, "GET") == 0;

    if (!brings_key(shop, request)) {
        refuse(answer, 401, "The key is missing or wrong.");
    } else if (!is_order && !is_table) {
        refuse(answer, 404, "There is /shop/orders/ID and /shop/tables.");
    } else if (is_get && is_order) {
        answer_order(request->path + sizeof ORDER_PATH - 1, now_ms, answer);
        shop->orders += is_taken && answer->status == 200;
    } else if (is_get) {
        answer_diary(shop, answer);
    } else if (is_table && strcmp(request->method, "POST") == 0) {
        answer_booking(shop, request, is_taken, answer);
    } else {
        refuse(answer, 405, "Orders are read, tables are read and booked: GET, POST.");
    }
}

void shop_report(const struct shop *shop, struct buf *out)
{
    struct jsonw w = { .out = out };

    jsonw_object(&w, NULL);
    jsonw_int(&w, "requests", shop->requests);
    jsonw_int(&w, "refused", shop->refused);
    jsonw_int(&w, "faults", shop->faults);
    jsonw_int(&w, "orders", shop->orders);
    jsonw_int(&w, "booked", shop->booked);
    jsonw_int(&w, "full", shop->full);
    jsonw_int(&w, "repeated", shop->repeated);
    jsonw_end_object(&w);
}
