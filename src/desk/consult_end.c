/*
 * consult_end: how a call to a backend ended, as the wire saw it. What it means is judged in the transaction that enters it,
 * by the rules of that moment.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "desk/consult.h"

void consult_end_read(const struct wire *wire, int64_t took_ms, struct consult_end *end)
{
    *end = (struct consult_end){
        .end = wire->end,
        .status = wire->status,
        .is_whole = wire->end == WIRE_ANSWERED && !wire->is_cut && !wire->is_broken,
        .is_cut = wire->is_cut,
        .is_hopeless = wire->is_barred,
        .took_ms = took_ms,
    };
    if (end->is_whole) {
        end->body = alloc_bytes(wire->body, wire->body_len);
        end->body_len = wire->body_len;
        end->retry_after = wire->retry_after != NULL ? alloc_text(wire->retry_after) : NULL;
    } else if (wire->is_cut) {
        snprintf(end->reason, sizeof end->reason, "its answer is longer than 1 MiB");
    } else if (wire->end == WIRE_ANSWERED) {
        snprintf(end->reason, sizeof end->reason, "its answer broke off: %.200s", wire->failure);
    } else {
        snprintf(end->reason, sizeof end->reason, "%.280s", wire->failure);
    }
}

void consult_end_refuse(const char *reason, struct consult_end *end)
{
    *end = (struct consult_end){ .end = WIRE_NEVER_LEFT, .is_hopeless = true };
    snprintf(end->reason, sizeof end->reason, "%.280s", reason);
}

void consult_end_release(struct consult_end *end)
{
    free(end->body);
    free(end->retry_after);
    end->body = end->retry_after = NULL;
}

void consult_call_free(struct consult_call *calls)
{
    while (calls != NULL) {
        struct consult_call *next = calls->next;

        free(calls->backend);
        free(calls->wanted_by);
        free(calls->key_env);
        free(calls->region);
        vendor_request_release(&calls->request);
        free(calls);
        calls = next;
    }
}
