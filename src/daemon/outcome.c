/*
 * outcome: see the header.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "base/json.h"
#include "daemon/http.h"
#include "daemon/outcome.h"

enum { RETRY_AFTER_S = 10 };

struct ack {
    struct ack *next;
    struct http_call *call;
    struct buf reply;
    int64_t contact;
    uint64_t serial;
};

struct outcome outcome_of(struct mail *mail, int64_t now)
{
    struct outcome outcome = { .mail = mail };

    if (mail->kind == MAIL_WEBHOOK)
        outcome.webhook = (struct webhook){
            .received_at = now,
            .channel = mail->channel,
            .claimed_user = mail->claimed_user,
            .content_type = mail->content_type != NULL ? mail->content_type : "",
            .body = mail->body,
            .body_len = mail->body_len,
        };
    return outcome;
}

void outcome_reset(struct outcome *outcome)
{
    outcome->webhook.id = 0;
    outcome->webhook.is_stored = false;
    outcome->receipt = (struct receipt){ 0 };
    outcome->status = 0;
    outcome->contact = 0;
    buf_clear(&outcome->reply);
}

static void release(struct outcome *outcome)
{
    mail_free(outcome->mail);
    buf_release(&outcome->reply);
}

void outcome_tell_json(struct http_call *call, int status, const struct buf *json)
{
    if (call != NULL)
        http_settle(call, status, "application/json", buf_text(json), json->len, 0);
}

void outcome_tell_error(struct http_call *call, int status, const char *sentence)
{
    struct buf json = { 0 };
    struct jsonw w = { .out = &json };

    if (call == NULL)
        return;
    jsonw_object(&w, NULL);
    jsonw_text(&w, "error", sentence);
    jsonw_end_object(&w);
    http_settle(call, status, "application/json", buf_text(&json), json.len,
                status == 503 ? RETRY_AFTER_S : 0);
    buf_release(&json);
}

void outcome_count(const struct outcome *outcome, struct status_facts *facts)
{
    if (outcome->mail->kind != MAIL_WEBHOOK)
        return;
    switch (outcome->receipt.kind) {
    case RECEIPT_ACCEPTED: facts->accepted++; break;
    case RECEIPT_DUPLICATE: facts->duplicates++; break;
    case RECEIPT_UNREADABLE: facts->unreadable++; break;
    }
}

void outcome_tell_receipt(const struct outcome *outcome)
{
    const struct receipt *receipt = &outcome->receipt;
    struct buf json = { 0 };

    if (outcome->mail->kind != MAIL_WEBHOOK)
        return;
    switch (receipt->kind) {
    case RECEIPT_ACCEPTED:
        buf_addf(&json, "{\"status\":\"accepted\",\"message\":%lld}", (long long)receipt->message);
        break;
    case RECEIPT_DUPLICATE:
        buf_addf(&json, "{\"status\":\"duplicate\",\"message\":%lld}", (long long)receipt->message);
        break;
    case RECEIPT_UNREADABLE:
        buf_addf(&json, "{\"status\":\"unreadable\",\"webhook\":%lld}", (long long)receipt->webhook);
        break;
    }
    outcome_tell_json(outcome->mail->call, receipt->kind == RECEIPT_DUPLICATE ? 200 : 202, &json);
    buf_release(&json);
}

static void tell_act(struct outcome *outcome, const struct flights *flights, struct db *db, uint64_t serial,
                     struct acks *acks)
{
    struct ack *ack;

    if (outcome->contact == 0 || !flights_has_older(flights, db, outcome->contact, serial)) {
        outcome_tell_json(outcome->mail->call, outcome->status, &outcome->reply);
        return;
    }
    ack = alloc_new(sizeof *ack);
    *ack = (struct ack){ acks->first, outcome->mail->call, outcome->reply, outcome->contact, serial };
    outcome->reply = (struct buf){ 0 };
    acks->first = ack;
}

void outcome_end(struct outcome *outcome, const struct flights *flights, struct db *db, uint64_t serial, struct acks *acks)
{
    if (outcome->mail->kind != MAIL_WEBHOOK)
        tell_act(outcome, flights, db, serial, acks);
    release(outcome);
}

void outcome_refuse(struct outcome *outcome, const char *sentence, struct status_facts *facts)
{
    outcome_tell_error(outcome->mail->call, 503, sentence);
    facts->refused += outcome->mail->kind == MAIL_WEBHOOK;
    release(outcome);
}

void acks_release(struct acks *acks, const struct flights *flights, struct db *db)
{
    for (struct ack **at = &acks->first; *at != NULL;) {
        struct ack *ack = *at;

        if (flights_has_older(flights, db, ack->contact, ack->serial)) {
            at = &ack->next;
            continue;
        }
        *at = ack->next;
        outcome_tell_json(ack->call, 200, &ack->reply);
        buf_release(&ack->reply);
        free(ack);
    }
}

void acks_abandon(struct acks *acks)
{
    while (acks->first != NULL) {
        struct ack *ack = acks->first;

        acks->first = ack->next;
        outcome_tell_error(ack->call, 503,
                           "done, but a call that was under way has not ended; look at the transcript");
        buf_release(&ack->reply);
        free(ack);
    }
}
