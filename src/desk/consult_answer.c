/*
 * consult_answer: see the header.
 *
 * The decision about an answer is made in a savepoint of its own: one that cannot be carried out must not keep the end of
 * the call from the book, or the same would fail in every round to come. The turn is dead then, visibly.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "braze/date.h"
#include "desk/apart.h"
#include "desk/breaker.h"
#include "desk/consult.h"
#include "desk/consult_answer.h"
#include "desk/consult_money.h"
#include "desk/decide_answer.h"
#include "desk/decide_faq.h"
#include "desk/decide_say.h"
#include "desk/decide_variable.h"
#include "desk/erasure.h"
#include "desk/flow_turn.h"
#include "desk/parting.h"
#include "desk/parting_question.h"
#include "desk/past.h"
#include "rules/ai_phrase.h"
#include "store/event.h"
#include "store/message.h"
#include "store/outbox.h"
#include "store/turn.h"
#include "text/fold.h"
#include "text/markdown.h"

/* Into the conversation */

static int tell(struct desk *desk, const struct consult_row *row, struct decide_input *input, int64_t now,
                struct error *error)
{
    if (row->parting != 0)
        return parting_answered(desk, row, input->kind == INPUT_ANSWER ? input->reply->text : NULL, now, error);
    if (row->call == 0)
        return flow_turn_answer(desk, row->conversation, row->turn, input, now, error);
    input->call = row->call;
    input->has_failed = input->kind == INPUT_GAVE_UP;
    return flow_turn_result(desk, row->conversation, input, now, error);
}

/* What waits behind it is decided, or goes on waiting; it must not keep the end of the question from the book either. */
static int release_apart(struct desk *desk, int64_t id, int64_t now, struct error *error)
{
    struct conversation conversation;
    struct error why = { 0 };
    int found = conversation_get(desk->db, id, &conversation, error);

    if (found != 1)
        return found;
    if (db_mark(desk->db, error) != 0)
        return -1;
    if (flow_turn_release(desk, &conversation, now, &why) == 0)
        return db_unmark(desk->db, error);
    if (db_fault(desk->db) > DB_STATEMENT)
        return error_set(error, "%s", why.text);
    desk_undo(desk);
    log_error("release_lost", log_int("conversation", id), log_text("reason", why.text));
    return 0;
}

static int tell_apart(struct desk *desk, const struct consult_row *row, struct decide_input *input, int64_t now,
                      struct error *error)
{
    struct error why = { 0 };

    if (db_mark(desk->db, error) != 0)
        return -1;
    if (tell(desk, row, input, now, &why) == 0)
        return db_unmark(desk->db, error);
    if (db_fault(desk->db) > DB_STATEMENT)
        return error_set(error, "%s", why.text);
    desk_undo(desk);
    log_error("answer_lost", log_int("outbox", row->id), log_int("conversation", row->conversation),
              log_text("reason", why.text));
    if (row->turn != 0 && turn_conclude(desk->db, row->turn, row->contact, "dead", now, error) != 0)
        return -1;
    return release_apart(desk, row->conversation, now, error);
}

int consult_let_go(struct desk *desk, const struct consult_row *row, int64_t now, struct error *error)
{
    struct conversation conversation = { .id = row->conversation, .contact = row->contact };

    if (consult_drop(desk, &conversation, "silenced", now, error) != 0)
        return -1;
    return release_apart(desk, row->conversation, now, error);
}

/* Behind this moment nothing is said any more (promise 9). The question of a step may belong to no turn. */
static bool is_wanted_still(const struct desk *desk, const struct consult_row *row, int64_t now)
{
    /* But a conversation is summed up however late. */
    if (row->parting != 0)
        return true;
    return now < (row->wanted_until != 0 ? row->wanted_until
                                         : row->expires_at + ruleset_setting_number(desk->rules, "reply_expires"));
}

/* Days late, after a long stop, an apology would only puzzle, and a dialogue that went on as well. */
static int lapse(struct desk *desk, const struct consult_row *row, struct decide_input *input, int64_t now, struct error *error)
{
    int result = row->turn != 0 ? turn_end(desk->db, row->turn, "expired", now, error) : 0;

    if (result == 0 && row->call != 0)
        result = flow_turn_lapse(desk, row->conversation, row->call, now, error);
    if (result == 0 && row->call != 0) /* another dialogue lies on top of the one that asked, which is told, and silent */
        return tell_apart(desk, row, input, now, error);
    return result < 0 ? -1 : release_apart(desk, row->conversation, now, error);
}

/* As store/consult_row.h has it. */
static bool is_mere_miss(const struct consult_row *row, const char *why)
{
    return strcmp(why, CONSULT_NO_ENTRY) == 0 && strcmp(row->wanted, row->backend) == 0;
}

int consult_give_up(struct desk *desk, const struct consult_row *row, const char *state, const char *why, int64_t now,
                    struct error *error)
{
    const struct ruleset *rules = desk->rules;
    struct decide_reply reply = {
        .backend = backend_find(rules->backends, rules->backend_count, row->backend),
        .wanted_by = row->wanted_by,
    };
    struct decide_input input = {
        .kind = INPUT_GAVE_UP, .reply = &reply, .has_timed_out = strcmp(state, "expired") == 0,
    };

    log_write(is_mere_miss(row, why) ? LEVEL_INFO : LEVEL_WARN, "consult_failed",
              log_fields(log_int("outbox", row->id), log_text("backend", row->backend), log_text("reason", why)));
    if (consult_lose_charge(desk, row, error) != 0 ||
        outbox_settle(desk->db, row->id, 0, 0, state, why, now, error) != 0 ||
        event_put(desk->db, row->conversation, row->parting != 0 ? "summary_failed" : "consult_failed", row->backend, why, now,
                  error) != 0)
        return -1;
    return is_wanted_still(desk, row, now) ? tell_apart(desk, row, &input, now, error)
                                           : lapse(desk, row, &input, now, error);
}

int consult_note(struct desk *desk, const struct consult_row *row, const char *kind, const char *backend, const char *more,
                 int64_t now, struct error *error)
{
    struct buf detail = { 0 };
    int result;

    buf_addf(&detail, "outbox %" PRId64 "%s", row->id, more);
    result = event_put(desk->db, row->conversation, kind, backend, buf_text(&detail), now, error);
    buf_release(&detail);
    return result;
}

int consult_go_on(struct desk *desk, const struct consult_row *row, const struct backend *backend, const char *why,
                  int64_t now, struct error *error)
{
    const struct backend *next = backend->fallback;
    struct consult_again again = { .id = row->id, .due_at = now, .reason = why };
    struct buf more = { 0 };
    int result;

    if (next == NULL)
        return consult_give_up(desk, row, "dead", why, now, error);
    log_info("consult_falls_back", log_int("outbox", row->id), log_text("backend", backend->name),
             log_text("to", next->name), log_text("reason", why));
    again.backend = next->name;
    if (consult_lose_charge(desk, row, error) != 0)
        return -1;
    buf_addf(&more, ", to %s: %s", next->name, why);
    result = consult_note(desk, row, "fallback", backend->name, buf_text(&more), now, error);
    buf_release(&more);
    return result == 0 ? consult_row_again(desk->db, &again, error) : -1;
}

static bool can_be_seen(const char *text)
{
    struct buf plain = { 0 };

    if (text != NULL)
        markdown_format(text, strlen(text), MARKDOWN_PLAIN, &plain);
    bool is_seen = !fold_is_empty(buf_text(&plain), plain.len);
    buf_release(&plain);
    return is_seen;
}

static int answer(struct desk *desk, const struct consult_row *row, const struct backend *backend,
                  const struct vendor_answer *said, int64_t now, struct error *error)
{
    struct decide_reply reply = {
        .backend = backend,
        .wanted_by = row->wanted_by,
        .text = said->text,
        .is_plain = backend->kind == BACKEND_FAQ,
        .deeds = said->deeds,
        .deed_count = said->deed_count,
    };
    struct decide_input input = { .kind = row->call == 0 ? INPUT_ANSWER : INPUT_RESULT, .reply = &reply };
    /* The notice goes before the first words: an answer without any does not use it up. */
    int is_first = row->parting == 0 && can_be_seen(said->text) ? contact_meet_machine(desk->db, row->contact, now, error) : 0;

    reply.is_first = is_first == 1;
    if (is_first < 0 || outbox_settle(desk->db, row->id, 0, 0, "accepted", "", now, error) != 0 ||
        (row->parting == 0 && event_put(desk->db, row->conversation, "answer", row->backend, row->wanted_by, now, error) != 0))
        return -1;
    return tell_apart(desk, row, &input, now, error);
}

static int render_faq(struct desk *desk, const struct consult_row *row, const struct faq *faq, int64_t now, struct buf *out,
                      struct error *error)
{
    struct conversation conversation;
    struct past past = { 0 };
    int result = -1;

    if (conversation_require(desk->db, row->conversation, &conversation, error) == 0 &&
        heard_newest(desk->db, row->conversation, &past.heard, error) >= 0 &&
        past_load(&past, desk, &conversation, now, error) == 0) {
        decide_faq_render(desk->rules, &past.state, past_text(&past), now, faq, out);
        result = 0;
    }
    past_release(&past);
    return result;
}

int consult_answer_faq(struct desk *desk, const struct consult_row *row, const struct backend *backend,
                       const struct faq *faq, int64_t now, struct error *error)
{
    struct buf text = { 0 };
    int result = render_faq(desk, row, faq, now, &text, error);

    if (result == 0) {
        struct vendor_answer said = { .class = VENDOR_ANSWERED, .text = (char *)buf_text(&text) };

        result = answer(desk, row, backend, &said, now, error);
    }
    buf_release(&text);
    return result;
}

/* Calls that have ended */

/* Retry-After as seconds; it may be a date, and backend/ has no clock. */
static const char *seconds_to_wait(const char *retry_after, int64_t now, char seconds[24])
{
    int64_t at;

    if (retry_after == NULL || !date_parse_http(retry_after, &at))
        return retry_after;
    snprintf(seconds, 24, "%" PRId64, at > now ? (at - now + 999) / 1000 : 0);
    return seconds;
}

/* By the row as it is now, unless that speaks another language by now. */
static void judge(const struct consult_end *end, const struct backend *backend, int64_t now, struct vendor_answer *said)
{
    char seconds[24];
    struct vendor_wire wire = { end->status, end->body, end->body_len, seconds_to_wait(end->retry_after, now, seconds) };

    if (end->is_whole && backend != NULL) {
        vendor_read(backend, &wire, said);
        return;
    }
    said->class = end->is_cut ? VENDOR_GARBAGE : end->is_hopeless ? VENDOR_STOPPED : VENDOR_FAILED;
    said->tokens_in = said->tokens_out = -1;
    snprintf(said->reason, sizeof said->reason, "%s", end->is_whole ? "the rules changed while it was asked" : end->reason);
}

static int note_attempt(struct desk *desk, const struct consult_call *call, const struct consult_end *end,
                        const struct vendor_answer *said, struct error *error)
{
    struct attempt attempt = {
        .outbox = call->outbox,
        .at = call->claimed_at,
        .took_ms = end->took_ms,
        .class = end->end == WIRE_NEVER_LEFT ? answer_class_name(ANSWER_NOT_SENT)
                 : !end->is_whole            ? answer_class_name(ANSWER_AMBIGUOUS)
                                             : vendor_class_name(said->class),
        .dispatch_id = "",
        .request_id = "",
        .reason = said->reason,
        .status = end->status,
        .batch = 1,
    };

    return attempt_put(desk->db, &attempt, error);
}

static int pay(struct desk *desk, const struct consult_call *call, const struct consult_end *end,
               const struct backend *backend, const struct vendor_answer *said, bool is_booked, int64_t now,
               struct error *error)
{
    /* Who refuses a question does not charge for it. */
    bool is_free = end->is_whole && backend != NULL && said->tokens_in < 0 && said->class != VENDOR_ANSWERED &&
                   said->class != VENDOR_GARBAGE && said->class != VENDOR_EMPTY && said->class != VENDOR_DECLINED;
    struct consult_bill bill = {
        .backend = call->backend,
        .wanted_by = call->wanted_by,
        .price_in = call->price_in,
        .price_out = call->price_out,
        .contact = call->contact,
        .charged = call->charged,
        .charged_on = call->charged_on,
        .has_left = end->end != WIRE_NEVER_LEFT && !is_free,
        .is_booked = is_booked,
        .has_helped = said->class == VENDOR_ANSWERED,
        .tokens_in = said->tokens_in,
        .tokens_out = said->tokens_out,
    };

    return consult_account(desk, &bill, now, error);
}

static bool is_wanted(const struct consult_call *call, const struct consult_row *row)
{
    return row->is_open && row->is_claimed && row->round == call->round &&
           (row->parting != 0 || row->epoch == row->conversation_epoch);
}

/* Or may it be that it knows the session no more? Then the question, and the backend, are worth another try without it. */
static bool blames_session(const struct consult_call *call, const struct consult_end *end, const struct vendor_answer *said)
{
    return call->has_session && end->is_whole && (said->class == VENDOR_STOPPED || said->class == VENDOR_REFUSED);
}

/* What was broken off, since nobody waited for it any more, says nothing about the backend. */
static int note_health(struct desk *desk, const struct consult_call *call, const struct consult_row *row,
                       const struct consult_end *end, const struct vendor_answer *said, int64_t now, struct error *error)
{
    if ((!end->is_whole && !is_wanted(call, row)) || blames_session(call, end, said))
        return breaker_forgo(desk, call->backend, now, error);
    return breaker_note(desk, call->backend, said, call->claimed_at, now, error);
}

/* What came too late is for people to read. */
static int keep_unsent(struct desk *desk, const struct consult_row *row, const struct vendor_answer *said, const char *why,
                       int64_t now, struct error *error)
{
    struct buf text = { 0 };
    struct message note = { .conversation = row->conversation, .turn = row->turn, .at = now, .kind = "note",
                            .actor = row->backend };
    int result;

    if (said->text == NULL || row->parting != 0)
        return 0;
    buf_addf(&text, "(not sent: %s) %s", why, said->text);
    note.text = buf_text(&text);
    result = message_put(desk->db, &note, error);
    buf_release(&text);
    return result;
}

static bool is_empty(const struct vendor_answer *said)
{
    bool speaks = said->text != NULL;

    for (size_t i = 0; i < said->deed_count; i++)
        speaks |= said->deeds[i].act->kind != ACT_SET;
    return said->class == VENDOR_ANSWERED && !speaks;
}

/* What a model sets, some do without a word: it is done, and the model is asked for its words, knowing that. */
static bool sets_only(const struct vendor_answer *said)
{
    return said->class == VENDOR_ANSWERED && said->text == NULL && said->deed_count > 0 && is_empty(said);
}

/* As a rule's own would be: the old ones that stay, then what is new. Adds to `did` what the model is to be told. */
static void keep_sets(const struct desk *desk, const struct vendor_answer *said, const char *old, int64_t now, struct buf *kept,
                      struct buf *did)
{
    struct decision decision = { 0 };
    struct decide_state state = { .variables = old };
    struct decide_input input = { .text = "" };
    struct variables variables = { .ruleset = desk->rules, .state = &state, .input = &input, .now = now, .decision = &decision };

    decide_take_sets(&decision, said->deeds, said->deed_count, NULL, NULL);
    for (size_t i = 0; i < decision.effect_count; i++) {
        buf_addf(did, "%s%s = \"", i > 0 ? ", " : "", decision.effects[i].name);
        for (const char *at = decision.effects[i].text; *at != '\0'; at++)
            buf_add_char(did, *at == '"' ? '\'' : *at);
        buf_add_char(did, '"');
    }
    decide_keep(&decision, &variables);
    buf_add(kept, buf_text(&decision.remembered), decision.remembered.len);
    variables_release(&variables);
    decision_release(&decision);
}

static int remember_sets(struct desk *desk, const struct consult_row *row, const struct vendor_answer *said, int64_t now,
                         struct buf *did, struct error *error)
{
    struct buf old = { 0 }, kept = { 0 };
    int result = conversation_variables(desk->db, row->conversation, &old, error) < 0 ? -1 : 0;

    keep_sets(desk, said, old.len > 0 ? buf_text(&old) : NULL, now, &kept, did);
    if (result == 0 && kept.len > 0)
        result = conversation_remember(desk->db, row->conversation, buf_text(&kept), error);
    buf_release(&old);
    buf_release(&kept);
    return result;
}

static int set_and_ask_again(struct desk *desk, const struct consult_row *row, const struct vendor_answer *said, int64_t now,
                             struct error *error)
{
    struct consult_again again = { .id = row->id, .due_at = now, .backend = row->backend, .failures = row->failures + 1,
                                   .reason = "it has set a variable, and is asked for its words" };
    struct buf did = { 0 };
    int result = remember_sets(desk, row, said, now, &did, error);

    if (result == 0)
        result = consult_row_did(desk->db, row->id, buf_text(&did), error);
    buf_release(&did);
    return result == 0 ? consult_row_again(desk->db, &again, error) : -1;
}

/* Its row was taken out of the rules, or changed its kind, while it was asked: from the beginning, if there is one. */
static int named_is_gone(struct desk *desk, const struct consult_row *row, const struct vendor_answer *said, int64_t now,
                         struct error *error)
{
    const struct ruleset *rules = desk->rules;
    const struct backend *wanted = backend_find(rules->backends, rules->backend_count, row->wanted);
    struct consult_again again = { .id = row->id, .due_at = now, .backend = row->wanted, .failures = row->failures + 1,
                                   .reason = said->reason };

    if (wanted == NULL || row->failures + 1 >= CONSULT_TRIES_MAX)
        return consult_give_up(desk, row, "dead", said->reason, now, error);
    return consult_row_again(desk->db, &again, error);
}

static int fail(struct desk *desk, const struct consult_row *row, const struct backend *backend,
                const struct consult_end *end, const struct vendor_answer *said, int64_t now, struct error *error)
{
    struct consult_again again = {
        .id = row->id,
        .due_at = now + consult_pause_ms(desk_random(desk)),
        .backend = row->backend,
        .failures = row->failures + 1,
        .reason = said->reason,
    };
    struct consult_failure failure = {
        .class = said->class,
        .is_hopeless = end->is_hopeless,
        .is_cut = end->is_cut,
        .is_open = breaker_wait(desk, row->backend, now) != 0,
        .took_ms = end->took_ms,
        .failures = row->failures,
        .left_ms = row->expires_at - now,
    };

    log_warn("backend_failed", log_text("backend", row->backend), log_int("outbox", row->id),
             log_int("status", end->status), log_int("ms", end->took_ms), log_text("class", vendor_class_name(said->class)),
             log_text("reason", said->reason));
    if (backend == NULL)
        return named_is_gone(desk, row, said, now, error);
    if (consult_fate(backend, &failure) == FATE_AGAIN)
        return consult_row_again(desk->db, &again, error);
    return consult_go_on(desk, row, backend, said->reason, now, error);
}

static int expire(struct desk *desk, const struct consult_row *row, const struct vendor_answer *said, int64_t now,
                  struct error *error)
{
    struct decide_reply reply = { .wanted_by = row->wanted_by };
    struct decide_input input = { .kind = INPUT_GAVE_UP, .reply = &reply, .has_timed_out = true };

    if (outbox_settle(desk->db, row->id, 0, 0, "expired", "the answer came when its time was over", now, error) != 0 ||
        keep_unsent(desk, row, said, "it came when its time was over", now, error) != 0)
        return -1;
    return lapse(desk, row, &input, now, error);
}

static int ask_without_session(struct desk *desk, const struct consult_row *row, const struct vendor_answer *said, int64_t now,
                               struct error *error)
{
    struct consult_again again = { .id = row->id, .due_at = now, .backend = row->backend, .failures = row->failures,
                                   .reason = said->reason };

    log_warn("session_refused", log_text("backend", row->backend), log_int("outbox", row->id), log_text("reason", said->reason));
    return consult_row_again(desk->db, &again, error);
}

static const char *why_unwanted(const struct consult_row *row)
{
    return row->is_open ? "the customer wrote on, and it was asked again" : "the conversation had moved on";
}

/* The row as it is now; it may be another backend's, or over, by the time a call of its ends. */
static int settle_row(struct desk *desk, const struct consult_call *call, struct consult_row *row,
                      const struct consult_end *end, const struct backend *backend, struct vendor_answer *said,
                      int64_t now, struct error *error)
{
    if (row->round == call->round && consult_row_charge(desk->db, row->id, 0, "", error) != 0)
        return -1;
    if (blames_session(call, end, said) &&
        consult_session_drop(desk->db, row->conversation, call->backend, error) != 0)
        return -1;
    if (!is_wanted(call, row))
        return keep_unsent(desk, row, said, why_unwanted(row), now, error);
    row->charged_on[0] = '\0'; /* its bill is settled */
    if (blames_session(call, end, said) && backend != NULL)
        return ask_without_session(desk, row, said, now, error);
    if (row->parting != 0)
        parting_leave_words(said);
    if (said->unlisted != NULL) {
        log_warn("act_refused", log_text("backend", row->backend), log_int("conversation", row->conversation),
                 log_text("act", said->unlisted));
        if (event_put(desk->db, row->conversation, "act_refused", row->backend, said->unlisted, now, error) != 0)
            return -1;
    }
    if (said->class == VENDOR_ANSWERED && said->session != NULL &&
        consult_session_put(desk->db, row->conversation, row->backend, said->session, error) != 0)
        return -1;
    if (said->class == VENDOR_ANSWERED && !is_wanted_still(desk, row, now))
        return expire(desk, row, said, now, error);
    if (sets_only(said) && row->failures + 1 < CONSULT_TRIES_MAX)
        return set_and_ask_again(desk, row, said, now, error);
    if (is_empty(said)) {
        said->class = VENDOR_EMPTY;
        snprintf(said->reason, sizeof said->reason, "it said nothing");
    }
    if (said->class != VENDOR_ANSWERED)
        return fail(desk, row, backend, end, said, now, error);
    return answer(desk, row, backend, said, now, error);
}

/* Who was erased while it was asked has nothing kept. */
static int leave_no_words(struct desk *desk, const struct consult_row *row, struct vendor_answer *said, struct error *error)
{
    int is_erased = erasure_is_of(desk, row->contact, error);

    if (is_erased == 1) {
        free(said->text);
        said->text = NULL;
        said->reason[0] = '\0';
    }
    return is_erased < 0 ? -1 : 0;
}

static int settle(struct desk *desk, const struct consult_call *call, const struct consult_end *end, struct consult_row *row,
                  int64_t now, struct error *error)
{
    const struct ruleset *rules = desk->rules;
    const struct backend *named = backend_find(rules->backends, rules->backend_count, call->backend);
    const struct backend *backend = named != NULL && named->kind == call->kind ? named : NULL;
    struct vendor_answer said = { 0 };
    struct backend writer;
    int result;

    if (call->is_summary && backend != NULL) {
        writer = parting_writer(backend);
        backend = &writer;
    }
    judge(end, backend, now, &said);
    result = leave_no_words(desk, row, &said, error);
    if (result == 0 && (note_attempt(desk, call, end, &said, error) != 0 ||
                        pay(desk, call, end, backend, &said, row->round != call->round, now, error) != 0 ||
                        note_health(desk, call, row, end, &said, now, error) != 0))
        result = -1;
    if (result == 0)
        result = settle_row(desk, call, row, end, backend, &said, now, error);
    vendor_answer_release(&said);
    return result;
}

static int find_and_settle(struct desk *desk, const struct consult_call *call, const struct consult_end *end,
                           struct consult_row *row, int64_t now, struct error *error)
{
    int found = consult_row_get(desk->db, call->outbox, row, error);

    if (found == 0)
        return error_set(error, "question %" PRId64 " has vanished", call->outbox);
    return found == 1 ? settle(desk, call, end, row, now, error) : -1;
}

int consult_settle(struct desk *desk, const struct consult_call *call, const struct consult_end *end, int64_t now,
                   struct error *error)
{
    static const char WHAT[] = "entering the end of a question to a backend, of outbox row";
    struct consult_row row = { 0 };
    int result = apart_begin(desk, error);

    if (result == 0) {
        result = find_and_settle(desk, call, end, &row, now, error);
        if (row.id != 0)
            result = consult_end_apart(desk, result, WHAT, &row, "dead", now, error);
        else
            result = apart_end_row(desk, result, WHAT, &(struct apart_row){ call->outbox, 0, "dead" }, now, error);
    }
    consult_row_release(&row);
    return result;
}
