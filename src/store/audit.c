/*
 * audit: see the header.
 *
 * A customer's message has the fate that its answer has: in progress while a part may still leave, else the
 * worst state among the parts (dead, unknown, expired, held, withheld), else answered. After a hand-over it
 * is with a person, whatever becomes of the sentence that says so. A message without any part was silenced,
 * found no rule, or is with a person: then the turn's word is taken, but only one of these three, and
 * "unanswered" only where the decision names no rule. A message that waits behind a dialogue's call, and one whose
 * answer awaits the end of a call, are in progress. Whatever else a turn says is a discrepancy, and so is a
 * message that has no turn: it is counted nowhere, and the sum tells.
 *
 * The statements of CHECKS return a finished sentence per contradiction. A new promise about rows gets a new
 * one.
 */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "store/audit.h"

enum { PATIENCE_MS = 600 * 1000, DEEP_MS = 2 * 3600 * 1000 };

static const struct {
    const char *name, *words;
} FATES[AUDIT_FATES] = {
    [AUDIT_ANSWERED] = { "answered", "answered" },
    [AUDIT_SILENCED] = { "silenced", "silenced by a rule or an opt-out" },
    [AUDIT_UNANSWERED] = { "unanswered", "unanswered: no rule won" },
    [AUDIT_AGENT] = { "agent", "with a person" },
    [AUDIT_HELD] = { "held", "held" },
    [AUDIT_WITHHELD] = { "withheld", "withheld" },
    [AUDIT_EXPIRED] = { "expired", "expired" },
    [AUDIT_DEAD] = { "dead", "dead" },
    [AUDIT_UNKNOWN] = { "unknown", "unknown" },
    [AUDIT_UNREADABLE] = { "unreadable", "unreadable" },
    [AUDIT_ASIDE] = { "aside", "set aside" },
    [AUDIT_ERASED] = { "erased", "erased" },
    [AUDIT_IN_PROGRESS] = { "open", "in progress" },
};

const char *audit_fate_words(enum audit_fate fate)
{
    return FATES[fate].words;
}

const char *audit_fate_name(enum audit_fate fate)
{
    return fate == AUDIT_IN_PROGRESS ? "in_progress" : FATES[fate].name;
}

struct auditor {
    struct db *db;
    struct audit *audit;
    audit_finding *finding;
    void *context;
    int64_t of_this_kind;
};

static void begin_kind(struct auditor *auditor)
{
    auditor->of_this_kind = 0;
}

static void report(struct auditor *auditor, const char *sentence)
{
    auditor->audit->discrepancies++;
    if (++auditor->of_this_kind <= AUDIT_SENTENCES)
        auditor->finding(auditor->context, sentence);
}

static void end_kind(struct auditor *auditor)
{
    char sentence[80];

    if (auditor->of_this_kind <= AUDIT_SENTENCES)
        return;
    snprintf(sentence, sizeof sentence, "… and %lld more of this kind",
             (long long)(auditor->of_this_kind - AUDIT_SENTENCES));
    auditor->finding(auditor->context, sentence);
}

/* What was accepted */

static const char ACCEPTED[] =
    "SELECT count(*), count(*) FILTER (WHERE state = 'duplicate'), "
    "count(*) FILTER (WHERE state = 'unreadable'), "
    "count(*) FILTER (WHERE state = 'aside'), count(*) FILTER (WHERE state = 'raw') FROM webhook";

static int count_accepted(struct auditor *auditor, struct error *error)
{
    struct audit *audit = auditor->audit;
    struct query *q = db_query(auditor->db, ACCEPTED);
    int found = query_step(q, error);

    if (found == 1) {
        audit->webhooks = query_int(q, 0);
        audit->duplicates = query_int(q, 1);
        audit->accepted = audit->webhooks - audit->duplicates;
        audit->fates[AUDIT_UNREADABLE] = query_int(q, 2);
        audit->fates[AUDIT_ASIDE] = query_int(q, 3);
        audit->fates[AUDIT_IN_PROGRESS] = query_int(q, 4);
    }
    query_end(q);
    return found == 1 ? 0 : -1;
}

static enum audit_fate fate_named(const char *name)
{
    for (int i = 0; i < AUDIT_FATES; i++)
        if (strcmp(FATES[i].name, name) == 0)
            return (enum audit_fate)i;
    return AUDIT_FATES;
}

/* What retention has taken out of the book since was accepted as well, and had come to its end. */
static const char RETIRED[] = "SELECT fate, messages FROM retired";

static int count_retired(struct auditor *auditor, struct error *error)
{
    struct audit *audit = auditor->audit;
    struct query *q = db_query(auditor->db, RETIRED);
    int more;

    while ((more = query_step(q, error)) == 1) {
        enum audit_fate fate = fate_named(query_text(q, 0));
        int64_t messages = query_int(q, 1);

        audit->webhooks += messages;
        if (strcmp(query_text(q, 0), "duplicate") == 0) {
            audit->duplicates += messages;
            continue;
        }
        audit->accepted += messages;
        if (fate != AUDIT_FATES && fate != AUDIT_IN_PROGRESS)
            audit->fates[fate] += messages;
    }
    query_end(q);
    return more;
}

/* What became of it */

struct facts { /* about one message of a customer */
    int64_t message, turn, parts, active;
    const char *state;     /* of the turn; NULL: there is no turn */
    enum audit_fate worst; /* among the parts that ended; AUDIT_ANSWERED when all were accepted */
    bool is_decided, has_rule, is_handoff;
    bool is_behind, awaits_call; /* it waits behind a call; or its answer does */
};

/* AUDIT_FATES: it has none. */
static enum audit_fate fate_of(const struct facts *facts)
{
    enum audit_fate said = facts->state != NULL ? fate_named(facts->state) : AUDIT_FATES;

    if (said == AUDIT_ERASED || (said == AUDIT_AGENT && facts->is_handoff))
        return said;
    if (facts->active > 0 || facts->is_behind || facts->awaits_call)
        return AUDIT_IN_PROGRESS;
    if (facts->parts > 0)
        return facts->worst;
    /* What a backend was to answer, and nobody did, needs no text to be over. */
    if ((said == AUDIT_EXPIRED || said == AUDIT_DEAD) && facts->is_handoff)
        return said;
    if (said == AUDIT_SILENCED || said == AUDIT_AGENT || (said == AUDIT_UNANSWERED && !facts->has_rule))
        return said;
    return AUDIT_FATES;
}

static void judge(struct auditor *auditor, const struct facts *facts)
{
    enum audit_fate fate = fate_of(facts);
    char sentence[200];

    if (fate != AUDIT_FATES)
        auditor->audit->fates[fate]++;
    if (facts->state == NULL)
        snprintf(sentence, sizeof sentence, "message %lld belongs to no turn: nobody knows what became of it",
                 (long long)facts->message);
    else if (!facts->is_decided && !facts->is_behind && fate != AUDIT_ERASED)
        snprintf(sentence, sizeof sentence, "message %lld has no decision", (long long)facts->message);
    else if (fate == AUDIT_FATES)
        snprintf(sentence, sizeof sentence,
                 "turn %lld of message %lld is '%.20s', but no text was ever queued for it%s",
                 (long long)facts->turn, (long long)facts->message, facts->state,
                 facts->has_rule ? "" : " and no rule won");
    else if (strcmp(FATES[fate].name, facts->state) != 0)
        snprintf(sentence, sizeof sentence,
                 "turn %lld of message %lld is '%.20s', but by its outbox rows it is '%s'",
                 (long long)facts->turn, (long long)facts->message, facts->state, FATES[fate].name);
    else
        return;
    report(auditor, sentence);
}

static const char MESSAGES[] =
    "WITH part AS (SELECT turn, count(*) AS parts, sum(settled_at IS NULL) AS active, "
    "min(CASE state WHEN 'dead' THEN 1 WHEN 'unknown' THEN 2 WHEN 'expired' THEN 3 WHEN 'held' THEN 4 "
    "WHEN 'withheld' THEN 5 ELSE 6 END) AS worst FROM outbox WHERE turn IS NOT NULL "
    "AND kind = 'send' GROUP BY turn) "
    "SELECT m.id, t.id, t.state, coalesce(p.parts, 0), coalesce(p.active, 0), coalesce(p.worst, 0), "
    "d.message IS NOT NULL, d.rule IS NOT NULL, coalesce(d.action IN ('handoff', 'flow', 'step', 'consult', 'lost'), 0), "
    "EXISTS (SELECT 1 FROM behind b WHERE b.message = m.id), "
    "EXISTS (SELECT 1 FROM run r WHERE r.conversation = m.conversation AND r.turn = m.turn) OR "
    "EXISTS (SELECT 1 FROM consult c JOIN outbox q ON q.id = c.outbox WHERE c.turn = m.turn AND q.settled_at IS NULL) "
    "FROM message m LEFT JOIN turn t ON t.id = m.turn "
    "LEFT JOIN part p ON p.turn = m.turn LEFT JOIN decision d ON d.message = m.id WHERE m.kind = 'in'";

static int judge_messages(struct auditor *auditor, struct error *error)
{
    static const enum audit_fate worst[] = { AUDIT_FATES, AUDIT_DEAD,     AUDIT_UNKNOWN, AUDIT_EXPIRED,
                                             AUDIT_HELD,  AUDIT_WITHHELD, AUDIT_ANSWERED };
    struct query *q = db_query(auditor->db, MESSAGES);
    int more;

    begin_kind(auditor);
    while ((more = query_step(q, error)) == 1) {
        struct facts facts = {
            .message = query_int(q, 0),
            .turn = query_int(q, 1),
            .state = query_is_null(q, 2) ? NULL : query_text(q, 2),
            .parts = query_int(q, 3),
            .active = query_int(q, 4),
            .worst = worst[query_int(q, 5)],
            .is_decided = query_int(q, 6) != 0,
            .has_rule = query_int(q, 7) != 0,
            .is_handoff = query_int(q, 8) != 0,
            .is_behind = query_int(q, 9) != 0,
            .awaits_call = query_int(q, 10) != 0,
        };

        judge(auditor, &facts);
    }
    query_end(q);
    end_kind(auditor);
    return more;
}

static void compare_sums(struct auditor *auditor)
{
    struct audit *audit = auditor->audit;
    char sentence[160];

    for (int i = 0; i < AUDIT_FATES; i++)
        audit->sum += audit->fates[i];
    if (audit->sum == audit->accepted)
        return;
    snprintf(sentence, sizeof sentence, "%lld messages were accepted, but %lld can be accounted for: %lld %s",
             (long long)audit->accepted, (long long)audit->sum,
             (long long)(audit->sum < audit->accepted ? audit->accepted - audit->sum
                                                      : audit->sum - audit->accepted),
             audit->sum < audit->accepted ? "vanished" : "came from nowhere");
    begin_kind(auditor);
    report(auditor, sentence);
}

/* Contradictions */

static const char READ_WITHOUT_MESSAGE[] =
    "SELECT format ('webhook %d was read, but there is no message that came from it', w.id) FROM webhook w "
    "WHERE w.state = 'read' AND NOT EXISTS "
    "(SELECT 1 FROM message m WHERE m.id = w.message AND m.webhook = w.id AND m.kind = 'in')";
static const char MESSAGE_WITHOUT_WEBHOOK[] =
    "SELECT format ('message %d says that it came with webhook %d, which knows nothing of it', m.id, "
    "m.webhook) "
    "FROM message m WHERE m.kind = 'in' AND NOT EXISTS "
    "(SELECT 1 FROM webhook w WHERE w.id = m.webhook AND w.message = m.id AND w.state = 'read')";
static const char DUPLICATE_OF_NOTHING[] =
    "SELECT format ('webhook %d is a duplicate of a message that does not exist', w.id) FROM webhook w "
    "WHERE w.state = 'duplicate' AND NOT EXISTS (SELECT 1 FROM message m WHERE m.id = w.message "
    "AND m.kind = 'in')";
static const char MESSAGE_OF_UNREAD[] =
    "SELECT format ('webhook %d is %s, and yet points to message %d', id, state, message) FROM webhook "
    "WHERE state <> 'read' AND state <> 'duplicate' AND message IS NOT NULL";
static const char BEHIND_NOTHING[] =
    "SELECT format ('message %d waits for an end, but neither dialogue nor backend is awaited in its conversation', "
    "b.message) FROM behind b WHERE NOT EXISTS (SELECT 1 FROM run r WHERE r.conversation = b.conversation) "
    "AND NOT EXISTS (SELECT 1 FROM outbox o JOIN consult c ON c.outbox = o.id WHERE o.conversation = b.conversation "
    "AND o.settled_at IS NULL AND c.parting = 0)";
static const char BEHIND_AND_DECIDED[] =
    "SELECT format ('message %d waits to be decided, and is decided', b.message) FROM behind b "
    "WHERE EXISTS (SELECT 1 FROM decision d WHERE d.message = b.message)";
static const char RUN_OF_ANOTHER[] =
    "SELECT format ('a dialogue is under way in conversation %d, which is not the bot''s', v.id) FROM run r "
    "JOIN conversation v ON v.id = r.conversation WHERE v.owner <> 'bot'";
static const char TURN_WITHOUT_MESSAGE[] =
    "SELECT format ('turn %d answers no message', t.id) FROM turn t "
    "WHERE t.id NOT IN (SELECT turn FROM message WHERE kind = 'in' AND turn IS NOT NULL)";
static const char TEXT_WITHOUT_CALL[] =
    "SELECT format ('message %d was meant for the customer, but was never queued', m.id) FROM message m "
    "WHERE m.kind IN ('out', 'agent') AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.message = m.id)";
static const char TWO_AT_ONCE[] =
    "SELECT format ('contact %d has %d calls under way at once', contact, count(*)) FROM outbox "
    "WHERE settled_at IS NULL AND state <> 'waiting' AND seq > 0 GROUP BY contact "
    "HAVING count(*) > 1";
static const char LINE_STUCK[] =
    "SELECT format ('contact %d has %d texts waiting behind nothing', contact, count(*)) FROM outbox "
    "WHERE settled_at IS NULL AND seq > 0 GROUP BY contact HAVING sum(state <> 'waiting') = 0";
static const char WRONG_CONTACT[] =
    "SELECT format ('outbox row %d is for contact %d, its conversation is with contact %d', o.id, "
    "o.contact, v.contact) "
    "FROM outbox o JOIN conversation v ON v.id = o.conversation WHERE v.contact <> o.contact";
static const char WRONG_CONVERSATION[] =
    "SELECT format ('outbox row %d and its message %d belong to different conversations', o.id, o.message) "
    "FROM outbox o JOIN message m ON m.id = o.message WHERE m.conversation <> o.conversation";
static const char EPOCH_OF_FUTURE[] =
    "SELECT format ('outbox row %d was decided under epoch %d, its conversation is at %d', o.id, "
    "o.epoch, v.epoch) "
    "FROM outbox o JOIN conversation v ON v.id = o.conversation WHERE o.epoch > v.epoch";
static const char SEQ_OF_FUTURE[] =
    "SELECT format ('outbox row %d has number %d of contact %d, who is at %d', o.id, o.seq, o.contact, "
    "c.seq) "
    "FROM outbox o JOIN contact c ON c.id = o.contact WHERE o.seq > c.seq";
/* A write into a profile may be, when a person asked for what it had left unknown. */
static const char ACCEPTED_TWICE[] =
    "SELECT format ('outbox row %d was accepted %d times', a.outbox, count(*)) FROM attempt a JOIN outbox o ON o.id = a.outbox "
    "WHERE a.class = 'accepted' AND o.kind <> 'track' GROUP BY a.outbox HAVING count(*) > 1";
static const char WRONG_LINE[] =
    "SELECT format ('outbox row %d of the kind %s %s', id, kind, iif(seq < 1, 'stands in no line', "
    "'stands in the line of the texts')) FROM outbox WHERE (kind = 'track') <> (seq = 0) OR (kind = 'call') <> (seq = -1) "
    "OR (kind = 'consult') <> (seq = -2) OR (kind = 'notify') <> (seq = -3)";
static const char CALL_FOR_NOTHING[] =
    "SELECT format ('outbox row %d is a call to a service, but nothing says which', o.id) FROM outbox o "
    "WHERE o.kind = 'call' AND NOT EXISTS (SELECT 1 FROM service_call s WHERE s.outbox = o.id)";
static const char CALL_OF_NO_KIND[] =
    "SELECT format ('outbox row %d is no call, and asks the service %s for something', s.outbox, s.service) "
    "FROM service_call s WHERE NOT EXISTS (SELECT 1 FROM outbox o WHERE o.id = s.outbox AND o.kind = 'call')";
static const char CALL_FORGOTTEN[] =
    "SELECT format ('the dialogue of conversation %d awaits the end of a call, but nothing in the outbox brings it', "
    "r.conversation) FROM run r WHERE r.turn IS NOT NULL AND NOT EXISTS (SELECT 1 FROM outbox o "
    "WHERE o.conversation = r.conversation AND (o.kind = 'call' OR o.kind = 'consult') AND o.settled_at IS NULL)";
static const char ASKED_FOR_NOTHING[] =
    "SELECT format ('outbox row %d asks a backend, but nothing says for whom', o.id) FROM outbox o "
    "WHERE o.kind = 'consult' AND NOT EXISTS (SELECT 1 FROM consult c WHERE c.outbox = o.id)";
static const char ASKED_AT_ONCE[] =
    "SELECT format ('conversation %d has %d turns open at once that a backend answers', o.conversation, count(*)) "
    "FROM outbox o JOIN consult c ON c.outbox = o.id "
    "WHERE o.kind = 'consult' AND o.settled_at IS NULL AND c.call = 0 AND c.parting = 0 "
    "GROUP BY o.conversation HAVING count(*) > 1";
/* By sets, each read once: a great backlog is a hundred thousand open turns. */
static const char ASKED_IN_VAIN[] =
    "SELECT format ('turn %d awaits nothing, and is open', t.id) FROM turn t WHERE t.state = 'open' "
    "AND t.id NOT IN (SELECT turn FROM outbox WHERE settled_at IS NULL AND turn IS NOT NULL) "
    "AND t.id NOT IN (SELECT c.turn FROM consult c JOIN outbox o ON o.id = c.outbox "
    "WHERE o.settled_at IS NULL AND c.turn IS NOT NULL) "
    "AND t.id NOT IN (SELECT turn FROM run WHERE turn IS NOT NULL) "
    "AND t.id NOT IN (SELECT m.turn FROM behind b JOIN message m ON m.id = b.message WHERE m.turn IS NOT NULL)";
static const char TOLD_NOTHING[] =
    "SELECT format ('outbox row %d is for another desk, but nothing says what it tells', o.id) FROM outbox o "
    "WHERE o.kind = 'notify' AND NOT EXISTS (SELECT 1 FROM notification n WHERE n.outbox = o.id)";
static const char TOLD_OUT_OF_ORDER[] =
    "SELECT format ('%d rows of conversation %d to %s may leave at once, of %d', sum(state <> 'waiting'), conversation, sent_by, "
    "count(*)) FROM outbox WHERE kind = 'notify' AND settled_at IS NULL GROUP BY conversation, sent_by "
    "HAVING sum(state <> 'waiting') <> 1";
static const char CALLED_TOO_OFTEN[] =
    "SELECT format ('outbox row %d was tried %d times; a service is called twice at most', o.id, count(*)) "
    "FROM outbox o JOIN attempt a ON a.outbox = o.id WHERE o.kind = 'call' GROUP BY o.id HAVING count(*) > 2";
static const char PROFILES_AT_ONCE[] =
    "SELECT format ('contact %d has %d writes into one profile waiting or under way', contact, count(*)) FROM outbox "
    "WHERE kind = 'track' AND settled_at IS NULL GROUP BY contact HAVING count(*) > 1";
static const char CARRIES_NOTHING[] =
    "SELECT format ('outbox row %d writes into a profile, but nothing says what it %s', o.id, "
    "iif(o.state = 'claimed', 'carries', 'carried')) FROM outbox o "
    "WHERE o.kind = 'track' AND o.state IN ('claimed', 'accepted') "
    "AND NOT EXISTS (SELECT 1 FROM track t WHERE t.outbox = o.id)";
/* Of whom is being erased, nothing is written any more; it is noted for the clearing as soon as no call is under way. */
#define IS_BEING_ERASED(contact)                                                                                    \
    "EXISTS (SELECT 1 FROM erasure_contact ec JOIN erasure er ON er.id = ec.erasure WHERE ec.contact = " contact       \
    " AND er.phase = 'asked')"
static const char ATTRIBUTE_FORGOTTEN[] =
    "SELECT format ('the attribute %s of contact %d is to be written, but nothing in the outbox brings it', p.name, "
    "p.contact) FROM profile p WHERE p.is_refused = 0 AND p.way NOT IN ('reply_only', 'withdrawn') "
    "AND (p.sent IS NOT NULL OR p.accepted IS NOT p.wanted) "
    "AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.contact = p.contact AND o.seq = 0 AND o.settled_at IS NULL) "
    "AND NOT " IS_BEING_ERASED("p.contact");
static const char ATTRIBUTE_UNPROVEN[] =
    "SELECT format ('the attribute %s of contact %d counts as taken, but no attempt at outbox row %d says so', p.name, "
    "p.contact, p.outbox) FROM profile p WHERE p.outbox IS NOT NULL AND p.is_refused = 0 AND p.sent IS NULL "
    "AND p.accepted IS NOT NULL AND NOT EXISTS "
    "(SELECT 1 FROM attempt a WHERE a.outbox = p.outbox AND a.class IN ('accepted', 'accepted_but'))";
static const char ATTRIBUTE_UNREADABLE[] =
    "SELECT format ('the attribute %s of contact %d is no JSON', name, contact) FROM profile "
    "WHERE NOT json_valid(wanted) OR NOT json_valid(coalesce(accepted, 'null')) OR NOT json_valid(coalesce(sent, 'null'))";
static const char ENTRY_FORGOTTEN[] =
    "SELECT format ('the %s of %s in the profile of contact %d is to be made, but nothing in the outbox brings it', e.kind, "
    "e.name, e.contact) FROM entry e WHERE e.settled_at IS NULL AND NOT EXISTS (SELECT 1 FROM outbox o "
    "WHERE o.contact = e.contact AND o.seq = 0 AND o.settled_at IS NULL AND (e.state = 'waiting' OR o.id = e.outbox)) "
    "AND NOT " IS_BEING_ERASED("e.contact");
static const char ENTRY_PAST[] =
    "SELECT format ('the %s of %s in the profile of contact %d is to be made, though that was set since', e.kind, e.name, "
    "e.contact) FROM entry e JOIN profile p ON p.contact = e.contact AND p.name = e.name "
    "WHERE e.settled_at IS NULL AND e.state = 'waiting' AND e.kind <> 'event' AND e.id <= p.wanted_after";
static const char ENTRY_UNPROVEN[] =
    "SELECT format ('the %s of %s in the profile of contact %d counts as made, but no attempt at outbox row %d says so', "
    "e.kind, e.name, e.contact, e.outbox) FROM entry e WHERE e.state = 'accepted' AND NOT EXISTS "
    "(SELECT 1 FROM attempt a WHERE a.outbox = e.outbox AND a.class IN ('accepted', 'accepted_but'))";
static const char ENTRY_OF_ANOTHER[] =
    "SELECT format ('the %s of %s is for contact %d, but outbox row %d carries it to the profile of contact %d', e.kind, "
    "e.name, e.contact, o.id, o.contact) FROM entry e JOIN outbox o ON o.id = e.outbox WHERE o.contact <> e.contact "
    "OR o.kind <> 'track'";
static const char ENTRY_UNREADABLE[] =
    "SELECT format ('the %s of %s of contact %d is no JSON', kind, name, contact) FROM entry WHERE NOT json_valid(value)";
static const char ENDS_NEVER[] =
    "SELECT format ('conversation %d is %s, and %s', id, iif(owner = 'bot', 'the bot''s', 'not the bot''s'), "
    "iif(owner = 'bot', 'nobody ever looks whether it is over', 'is to be closed when nobody writes')) FROM conversation "
    "WHERE (owner = 'bot') <> (idle_at IS NOT NULL)";
static const char CLOSED_BY_NOBODY[] =
    "SELECT format ('conversation %d is %s', id, iif(owner = 'closed', 'closed, and nothing says by whom', "
    "'open, and says who closed it')) FROM conversation "
    "WHERE (owner <> 'closed' AND closed_by <> '') OR (owner = 'closed' AND closed_by = '' AND message_count > 0)";
static const char NOT_SUMMED_UP[] =
    "SELECT format ('conversation %d was closed, but nothing sums it up', v.id) FROM conversation v "
    "WHERE v.closed_by NOT IN ('', 'notice') "
    "AND (v.summary_at IS NULL OR v.summary_at < v.closed_at) "
    "AND v.id NOT IN (SELECT conversation FROM parting WHERE moment = 'close')";
static const char PARTING_TWICE[] =
    "SELECT format ('the close of conversation %d is to be summed up %d times', conversation, count(*)) FROM parting "
    "WHERE moment = 'close' GROUP BY conversation HAVING count(*) > 1";
static const char PARTING_OF_OPEN[] =
    "SELECT format ('the close of conversation %d is to be summed up, but it is open', v.id) FROM parting p "
    "JOIN conversation v ON v.id = p.conversation WHERE p.moment = 'close' AND v.owner <> 'closed'";
static const char PARTING_STUCK[] =
    "SELECT format ('conversation %d is to be summed up, but nothing will', p.conversation) FROM parting p "
    "WHERE p.due_at IS NULL AND NOT EXISTS (SELECT 1 FROM parting b WHERE b.conversation = p.conversation AND b.id < p.id) "
    "AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.id = p.outbox AND o.settled_at IS NULL)";
static const char SUMMARY_FOR_NOTHING[] =
    "SELECT format ('outbox row %d asks for a summary that nobody awaits', o.id) FROM outbox o "
    "JOIN consult c ON c.outbox = o.id WHERE o.settled_at IS NULL AND c.parting <> 0 "
    "AND NOT EXISTS (SELECT 1 FROM parting p WHERE p.id = c.parting AND p.outbox = o.id)";
static const char UNKNOWN_RULESET[] =
    "SELECT format ('message %d was decided by ruleset %d, which is not in the book', message, "
    "ruleset) FROM decision "
    "WHERE ruleset <> 0 AND ruleset NOT IN (SELECT id FROM ruleset)";
static const char WRONG_COUNT[] =
    "SELECT format ('conversation %d counts %d messages of the customer, and has %d', v.id, v.message_count, "
    "coalesce(n.count, 0)) FROM conversation v LEFT JOIN (SELECT conversation, count(*) AS count "
    "FROM message "
    "WHERE kind = 'in' GROUP BY conversation) n ON n.conversation = v.id "
    "WHERE v.message_count <> coalesce(n.count, 0)";
static const char BAD_REFERENCE[] =
    "SELECT format ('%s %s points to a row of %s that does not exist', \"table\", coalesce(rowid, '?'), "
    "parent) "
    "FROM pragma_foreign_key_check";
static const char BAD_FILE[] =
    "SELECT 'the file is damaged: ' || integrity_check FROM pragma_integrity_check "
    "WHERE integrity_check <> 'ok'";

static const char CASE_OF_NOBODY[] =
    "SELECT format ('the case #%d goes on, but conversation %d is %s', h.number, v.id, iif(v.owner = 'bot', 'the bot''s', "
    "v.owner)) FROM handover h JOIN conversation v ON v.id = h.conversation WHERE h.state <> 'over' AND v.owner <> 'agent'";
static const char PERSON_WITHOUT_CASE[] =
    "SELECT format ('conversation %d is a person''s, and no case of it goes on', v.id) FROM conversation v "
    "WHERE v.owner = 'agent' AND NOT EXISTS (SELECT 1 FROM handover h WHERE h.conversation = v.id AND h.state <> 'over')";
static const char CASE_OF_ANOTHER[] =
    "SELECT format ('the case #%d is %s, but conversation %d is with %s', h.number, h.state, v.id, "
    "iif(v.agent = '', 'nobody', v.agent)) FROM handover h JOIN conversation v ON v.id = h.conversation "
    "WHERE h.state <> 'over' AND v.owner = 'agent' AND (h.state = 'taken') <> (v.agent <> '')";
static const char TOLD_OF_THE_PAST[] =
    "SELECT format ('contact %d may still answer the case #%d, which is over', t.contact, t.handover) FROM told t "
    "LEFT JOIN handover h ON h.number = t.handover WHERE h.number IS NULL OR h.state = 'over'";

static const char *const CHECKS[] = {
    CASE_OF_NOBODY,
    PERSON_WITHOUT_CASE,
    CASE_OF_ANOTHER,
    TOLD_OF_THE_PAST,
    READ_WITHOUT_MESSAGE,
    MESSAGE_WITHOUT_WEBHOOK,
    DUPLICATE_OF_NOTHING,
    MESSAGE_OF_UNREAD,
    BEHIND_NOTHING,
    BEHIND_AND_DECIDED,
    RUN_OF_ANOTHER,
    TURN_WITHOUT_MESSAGE,
    TEXT_WITHOUT_CALL,
    TWO_AT_ONCE,
    LINE_STUCK,
    WRONG_CONTACT,
    WRONG_CONVERSATION,
    EPOCH_OF_FUTURE,
    SEQ_OF_FUTURE,
    ACCEPTED_TWICE,
    WRONG_LINE,
    TOLD_NOTHING,
    TOLD_OUT_OF_ORDER,
    CALL_FOR_NOTHING,
    CALL_OF_NO_KIND,
    CALL_FORGOTTEN,
    ASKED_FOR_NOTHING,
    ASKED_AT_ONCE,
    ASKED_IN_VAIN,
    CALLED_TOO_OFTEN,
    PROFILES_AT_ONCE,
    CARRIES_NOTHING,
    ATTRIBUTE_FORGOTTEN,
    ATTRIBUTE_UNPROVEN,
    ATTRIBUTE_UNREADABLE,
    ENTRY_FORGOTTEN,
    ENTRY_PAST,
    ENTRY_UNPROVEN,
    ENTRY_OF_ANOTHER,
    ENTRY_UNREADABLE,
    ENDS_NEVER,
    CLOSED_BY_NOBODY,
    NOT_SUMMED_UP,
    PARTING_TWICE,
    PARTING_OF_OPEN,
    PARTING_STUCK,
    SUMMARY_FOR_NOTHING,
    UNKNOWN_RULESET,
    WRONG_COUNT,
    BAD_REFERENCE,
};

static int look_for(struct auditor *auditor, const char *check, struct error *error)
{
    struct query *q = db_query(auditor->db, check);
    int more;

    begin_kind(auditor);
    while ((more = query_step(q, error)) == 1)
        report(auditor, query_text(q, 0));
    query_end(q);
    end_kind(auditor);
    return more;
}

static int audit_state(struct auditor *auditor, struct error *error)
{
    if (count_accepted(auditor, error) != 0 || count_retired(auditor, error) != 0 || judge_messages(auditor, error) != 0)
        return -1;
    compare_sums(auditor);
    for (size_t i = 0; i < sizeof CHECKS / sizeof *CHECKS; i++)
        if (look_for(auditor, CHECKS[i], error) != 0)
            return -1;
    return 0;
}

static int audit_book(struct db *db, bool is_deep, struct audit *audit, audit_finding *finding, void *context,
                      struct error *error)
{
    struct auditor auditor = { .db = db, .audit = audit, .finding = finding, .context = context };
    int result;

    *audit = (struct audit){ 0 };
    db_limit_ms(db, is_deep ? DEEP_MS : PATIENCE_MS);
    result = db_read_begin(db, error);
    if (result == 0 && is_deep)
        result = look_for(&auditor, BAD_FILE, error);
    /* On damaged pages the rest finds anything. */
    if (result == 0 && audit->discrepancies == 0)
        result = audit_state(&auditor, error);
    db_read_end(db);
    db_limit_ms(db, 0);
    return result;
}

int audit_run(struct db *db, struct audit *audit, audit_finding *finding, void *context, struct error *error)
{
    return audit_book(db, false, audit, finding, context, error);
}

int audit_run_deep(struct db *db, struct audit *audit, audit_finding *finding, void *context, struct error *error)
{
    return audit_book(db, true, audit, finding, context, error);
}
