/*
 * generate_rows: see the header.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "generate_chance.h"
#include "generate_rows.h"

static const int64_t NEVER = 253402300799000; /* what a write into a profile lives until */

/* Binds by kinds, one letter each: i a number, z a number with 0 for NULL, t a text (NULL: NULL), b bytes of a text. */
static void put(struct rows *rows, const char *sql, const char *kinds, ...)
{
    struct query *q;
    va_list values;

    if (rows->has_failed)
        return;
    q = db_query(rows->db, sql);
    va_start(values, kinds);
    for (int i = 1; *kinds != '\0'; kinds++, i++) {
        if (*kinds == 't' || *kinds == 'b') {
            const char *text = va_arg(values, const char *);

            if (*kinds == 'b')
                query_bind_bytes(q, i, text, strlen(text));
            else
                query_bind_text(q, i, text);
        } else {
            int64_t number = va_arg(values, int64_t);

            if (*kinds == 'z' && number == 0)
                query_bind_null(q, i);
            else
                query_bind_int(q, i, number);
        }
    }
    va_end(values);
    rows->has_failed = query_run(q, &rows->error) != 0;
    rows->batch++;
}

static const char WEBHOOK[] =
    "INSERT INTO webhook (id, received_at, channel, content_type, body, state, message, reason) "
    "VALUES (?1, ?2, ?3, 'application/json', ?4, ?5, ?6, ?7)";
static const char TURN[] = "INSERT INTO turn (id, conversation, ruleset, epoch, state, opened_at, closed_at, deadline_at) "
                           "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
static const char MESSAGE[] = "INSERT INTO message (id, conversation, turn, at, kind, text, actor, webhook, campaign, sent_at) "
                              "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
static const char DECISION[] =
    "INSERT INTO decision (message, at, ruleset, rule, action, state, trace) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
static const char SEEN[] = "INSERT INTO seen (channel, identity, dispatch_id, message, at) VALUES (?1, ?2, ?3, ?4, ?5)";

int64_t rows_in(struct rows *rows, const struct row_in *in, int64_t *turn)
{
    int64_t message = ++rows->message, webhook = ++rows->webhook;

    *turn = ++rows->turn;
    put(rows, WEBHOOK, "iitbtit", webhook, in->at, in->channel, in->body, "read", message, "");
    put(rows, TURN, "iiiitizi", *turn, in->conversation, in->ruleset, in->epoch, in->fate, in->at, in->closed_at,
        in->deadline_at);
    put(rows, MESSAGE, "iiiitttitz", message, in->conversation, *turn, in->at, "in", in->text, "", webhook, in->campaign,
        in->at / 1000 * 1000);
    put(rows, DECISION, "iiitttt", message, in->at, in->ruleset, in->rule, in->action, in->state, in->trace);
    if (in->at >= rows->seen_since)
        put(rows, SEEN, "tttii", in->channel, in->identity, in->dispatch_id, message, in->at);
    return message;
}

void rows_twice(struct rows *rows, const struct row_in *in, int64_t message)
{
    put(rows, WEBHOOK, "iitbtit", ++rows->webhook, in->at, in->channel, in->body, "duplicate", message, "");
}

void rows_unread(struct rows *rows, int64_t at, const char *state, const char *reason)
{
    put(rows, WEBHOOK, "iitbtzt", ++rows->webhook, at, "whatsapp", "{\"user_id\": \"\xff\", \"message\":", state, (int64_t)0,
        reason);
}

#define OUTBOX_KINDS "itiiizizitiitzt"
static const char OUTBOX[] =
    "INSERT INTO outbox (id, kind, contact, seq, conversation, turn, part, message, epoch, state, created_at, due_at, "
    "expires_at, sent_by, settled_at, reason) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?11, ?12, ?13, ?14, ?15)";
static const char ATTEMPT[] =
    "INSERT INTO attempt (id, outbox, at, took_ms, class, status, batch, dispatch_id, request_id, reason) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";

static void put_attempt(struct rows *rows, int64_t outbox, int64_t at, int64_t took_ms, const char *class, int64_t status,
                        const char *reason)
{
    char dispatch[33], request[37];
    uint64_t a = chance_mix((uint64_t)outbox), b = chance_mix(a);
    bool is_taken = strcmp(class, "accepted") == 0;

    snprintf(dispatch, sizeof dispatch, "%016" PRIx64 "%016" PRIx64, a, b);
    snprintf(request, sizeof request, "%08x-%04x-4%03x-8%03x-%012" PRIx64, (unsigned)a, (unsigned)(a >> 48),
             (unsigned)(b & 0xfff), (unsigned)(b >> 12 & 0xfff), b >> 16);
    put(rows, ATTEMPT, "iiiitiittt", ++rows->attempt, outbox, at, took_ms, class, status, (int64_t)1, is_taken ? dispatch : "",
        status != 0 ? request : "", reason);
}

/* What became of a text, as the attempt at it tells; withheld and expired ones have none. */
static void put_outcome(struct rows *rows, const struct row_send *send, int64_t outbox)
{
    static const struct {
        const char *state, *class;
        int status;
    } OUTCOMES[] = { { "accepted", "accepted", 201 }, { "dead", "refused", 400 }, { "unknown", "ambiguous", 0 } };

    for (size_t i = 0; i < sizeof OUTCOMES / sizeof *OUTCOMES; i++)
        if (strcmp(send->state, OUTCOMES[i].state) == 0)
            put_attempt(rows, outbox, send->settled_at - send->took_ms, send->took_ms, OUTCOMES[i].class, OUTCOMES[i].status,
                        send->reason);
}

int64_t rows_send(struct rows *rows, const struct row_send *send)
{
    enum { LIFE_MS = 12 * 3600 * 1000 };
    int64_t message = ++rows->message, outbox = ++rows->outbox;

    put(rows, MESSAGE, "iizitttztz", message, send->conversation, send->turn, send->at, send->kind, send->text, send->actor,
        (int64_t)0, "", (int64_t)0);
    put(rows, OUTBOX, OUTBOX_KINDS, outbox, "send", send->contact, send->seq, send->conversation, send->turn,
        (int64_t)send->part, message, send->epoch, send->state, send->at, send->at + LIFE_MS, send->sent_by, send->settled_at,
        send->reason);
    put_outcome(rows, send, outbox);
    return message;
}

void rows_note(struct rows *rows, int64_t at, int64_t conversation, const char *actor, const char *text)
{
    put(rows, MESSAGE, "iizitttztz", ++rows->message, conversation, (int64_t)0, at, "note", text, actor, (int64_t)0, "",
        (int64_t)0);
}

static const char TRACK[] = "INSERT INTO track (outbox, addressee, attributes, events) VALUES (?1, ?2, ?3, ?4)";
static const char ENTRY[] =
    "INSERT INTO entry (id, contact, conversation, kind, name, value, at, wanted_by, state, outbox, settled_at) "
    "VALUES (?1, ?2, ?3, 'increment', 'chat_count', '1', ?4, 'close', 'accepted', ?5, ?6)";

int64_t rows_track(struct rows *rows, const struct row_track *track)
{
    enum { TOOK_MS = 80, WAITED_MS = 200 };
    int64_t outbox = ++rows->outbox;

    put(rows, OUTBOX, OUTBOX_KINDS, outbox, "track", track->contact, (int64_t)0, track->conversation, (int64_t)0,
        (int64_t)1, (int64_t)0, track->epoch, "accepted", track->at, NEVER, "", track->at + WAITED_MS, "");
    put_attempt(rows, outbox, track->at + WAITED_MS - TOOK_MS, TOOK_MS, "accepted", 201, "");
    put(rows, TRACK, "ittt", outbox, track->addressee, track->attributes, "[]");
    put(rows, ENTRY, "iiiiii", ++rows->entry, track->contact, track->conversation, track->at, outbox, track->at + WAITED_MS);
    return outbox;
}

static const char CONSULT[] =
    "INSERT INTO consult (outbox, turn, wanted_by, wanted, settle_by) VALUES (?1, ?2, ?3, ?4, ?5)";
static const char USAGE[] =
    "INSERT INTO usage (day, backend, wanted_by, contact, asked, answered, tokens_in, tokens_out, cost) "
    "VALUES (?1, ?2, ?3, ?4, 1, ?5, ?6, ?7, ?8) ON CONFLICT (day, backend, wanted_by, contact) DO UPDATE SET "
    "asked = asked + 1, answered = answered + excluded.answered, tokens_in = tokens_in + excluded.tokens_in, "
    "tokens_out = tokens_out + excluded.tokens_out, cost = cost + excluded.cost";

void rows_consult(struct rows *rows, const struct row_consult *consult)
{
    enum { LIFE_MS = 60 * 1000 };
    int64_t outbox = ++rows->outbox;
    bool is_answered = strcmp(consult->state, "accepted") == 0;

    put(rows, OUTBOX, OUTBOX_KINDS, outbox, "consult", consult->contact, (int64_t)-2, consult->conversation, (int64_t)0,
        (int64_t)1, (int64_t)0, consult->epoch, consult->state, consult->at, consult->at + LIFE_MS, consult->backend,
        consult->ended_at, consult->reason);
    put(rows, CONSULT, "iitti", outbox, consult->turn, consult->wanted_by, consult->wanted, consult->at);
    put_attempt(rows, outbox, consult->at, consult->ended_at - consult->at, is_answered ? "accepted" : "not_done",
                is_answered ? 200 : 503, consult->reason);
    put(rows, USAGE, "tttiiiii", consult->day, consult->backend, consult->wanted_by, consult->contact, (int64_t)is_answered,
        consult->tokens_in, consult->tokens_out, consult->cost);
    rows_event(rows, consult->ended_at, consult->conversation, is_answered ? "answer" : "consult_failed", consult->backend,
               is_answered ? consult->wanted_by : consult->reason);
}

static const char EVENT[] = "INSERT INTO event (id, at, conversation, kind, actor, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";

void rows_event(struct rows *rows, int64_t at, int64_t conversation, const char *kind, const char *actor, const char *detail)
{
    put(rows, EVENT, "iizttt", ++rows->event, at, conversation, kind, actor, detail);
}

static const char CONVERSATION[] =
    "INSERT INTO conversation (id, contact, channel, owner, epoch, team, agent, opened_at, last_in_at, closed_at, message_count, "
    "last_rule, idle_at, closed_by, outcome, summary, summary_by, summary_at) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, iif (?10 IS NULL, '', 'frontdesk'), ?10)";

void rows_conversation(struct rows *rows, const struct row_conversation *row)
{
    put(rows, CONVERSATION, "iittittiizitzttt", row->id, row->contact, row->channel, row->owner, row->epoch, row->team,
        row->agent, row->opened_at, row->last_in_at, row->closed_at, row->messages, row->last_rule, row->idle_at,
        row->closed_by, row->outcome, row->summary);
}

static const char CONTACT[] =
    "INSERT INTO contact (id, created_at, first_name, language, time_zone, profile_name, address_kind, address, opted_out_at, "
    "seq, tracked_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'external', ?7, ?8, ?9, ?10)";
static const char IDENTITY[] = "INSERT INTO identity (kind, value, contact, added_at) VALUES (?1, ?2, ?3, ?4)";

void rows_contact(struct rows *rows, const struct row_contact *row)
{
    put(rows, CONTACT, "iitttttzii", row->id, row->created_at, row->first_name, row->language, row->time_zone,
        row->profile_name, row->external, row->opted_out_at, row->seq, row->tracked_at);
    put(rows, IDENTITY, "ttii", "external", row->external, row->id, row->created_at);
    if (row->phone != NULL)
        put(rows, IDENTITY, "ttii", "phone", row->phone, row->id, row->created_at);
}

static const char PROFILE[] =
    "INSERT INTO profile (contact, name, wanted, wanted_at, rule, outbox, addressee, accepted, accepted_at) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?3, ?4)";

void rows_profile(struct rows *rows, const struct row_profile *row)
{
    put(rows, PROFILE, "ittitit", row->contact, row->name, row->value, row->at, row->rule, row->outbox, row->addressee);
}

static const char SPEND[] = "INSERT INTO spend (day, scope, cost) VALUES (?1, ?2, ?3)";

void rows_spend(struct rows *rows, const char *day, const char *scope, int64_t cost)
{
    put(rows, SPEND, "tti", day, scope, cost);
}

int rows_begin(struct rows *rows, struct error *error)
{
    rows->batch = 0;
    return db_begin(rows->db, error);
}

int rows_commit(struct rows *rows, struct error *error)
{
    if (!rows->has_failed)
        return db_commit(rows->db, error);
    db_rollback(rows->db);
    return error_set(error, "%s", rows->error.text);
}
