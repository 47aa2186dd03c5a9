/*
 * dossier: see the header.
 *
 * SECTIONS is the document: each member has a statement that gives its rows as JSON objects, piece by piece behind a key.
 * ?1 is the contact, or the conversation where the section goes through them one by one; ?2 the key of the last row that was
 * read, ?3 how many rows a piece has. A row without an object only moves the key on. What hangs on messages is read along with
 * a piece of them, for it is found by their numbers.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/utf8.h"
#include "store/dossier.h"
#include "store/query_number.h"

enum { PIECE_ROWS = 200 };

#define JSON(column) "iif(json_valid(" column "), json(" column "), " column ")"
#define MESSAGES                                                                                                    \
    "(SELECT id, turn, webhook FROM message WHERE conversation = ?1 AND id > ?2 ORDER BY id LIMIT ?3) m"

static const char CONTACT[] =
    "SELECT id, json_object('id', id, 'created_at', created_at, 'first_name', first_name, 'language', language, "
    "'time_zone', time_zone, 'profile_name', profile_name, 'address_kind', address_kind, 'address', address, "
    "'opted_out_at', opted_out_at, 'met_machine_at', met_machine_at, 'tracked_at', tracked_at) FROM contact "
    "WHERE id = ?1 AND id > ?2 LIMIT ?3";
static const char IDENTITIES[] =
    "SELECT 1, json_object('kind', kind, 'value', value, 'added_at', added_at) FROM identity WHERE contact = ?1 AND ?2 < 1 "
    "AND ?3 > 0";
static const char CONVERSATIONS[] =
    "SELECT id, json_object('id', id, 'channel', channel, 'owner', owner, 'epoch', epoch, 'team', team, 'agent', agent, "
    "'opened_at', opened_at, 'last_in_at', last_in_at, 'closed_at', closed_at, 'closed_by', closed_by, "
    "'message_count', message_count, 'last_rule', last_rule, 'variables', " JSON("variables") ", 'outcome', outcome, "
    "'summary', summary, 'summary_by', summary_by, 'summary_at', summary_at) FROM conversation "
    "WHERE contact = ?1 AND id > ?2 ORDER BY id LIMIT ?3";
static const char TEXTS[] =
    "SELECT id, json_object('id', id, 'conversation', conversation, 'turn', turn, 'at', at, 'kind', kind, 'text', text, "
    "'actor', actor, 'webhook', webhook, 'campaign', campaign, 'sent_at', sent_at, 'media', " JSON("media") ", "
    "'fields', " JSON("fields") ", 'buttons', " JSON("buttons") ", 'tags', " JSON("tags") ", 'properties', "
    JSON("properties") ") FROM message WHERE conversation = ?1 AND id > ?2 ORDER BY id LIMIT ?3";
static const char WEBHOOKS[] =
    "SELECT m.id, iif(w.id IS NULL, NULL, json_object('id', w.id, 'received_at', w.received_at, 'channel', w.channel, "
    "'claimed_user', w.claimed_user, 'content_type', w.content_type, 'state', w.state, 'message', w.message, "
    "'reason', w.reason)), w.body FROM " MESSAGES " LEFT JOIN webhook w ON w.id = m.webhook "
    "OR (w.state = 'duplicate' AND w.message = m.id) ORDER BY m.id";
/* A turn with its first message. Its messages stand together: not all that were ever said are looked through for each. */
static const char TURNS[] =
    "SELECT m.id, iif(t.id IS NULL, NULL, json_object('id', t.id, 'conversation', t.conversation, 'ruleset', t.ruleset, "
    "'epoch', t.epoch, 'state', t.state, 'opened_at', t.opened_at, 'closed_at', t.closed_at, 'deadline_at', t.deadline_at)) "
    "FROM " MESSAGES " LEFT JOIN turn t ON t.id = m.turn AND m.turn NOT IN (SELECT coalesce(e.turn, 0) FROM message e "
    "WHERE e.conversation = ?1 AND e.id < m.id ORDER BY e.id DESC LIMIT 50) ORDER BY m.id";
static const char DECISIONS[] =
    "SELECT m.id, iif(d.message IS NULL, NULL, json_object('message', d.message, 'at', d.at, 'ruleset', d.ruleset, "
    "'rule', d.rule, 'action', d.action, 'state', " JSON("d.state") ", 'trace', " JSON("d.trace") ")) "
    "FROM " MESSAGES " LEFT JOIN decision d ON d.message = m.id ORDER BY m.id";

#define OUTBOX                                                                                                      \
    "json_object('id', o.id, 'kind', o.kind, 'seq', o.seq, 'conversation', o.conversation, 'turn', o.turn, "         \
    "'part', o.part, 'message', o.message, 'campaign', o.campaign, 'state', o.state, 'created_at', o.created_at, "   \
    "'due_at', o.due_at, 'expires_at', o.expires_at, 'settled_at', o.settled_at, 'sent_by', o.sent_by, "             \
    "'reason', o.reason)"
#define BESIDE "o.kind <> 'send' AND o.contact = ?1 AND o.id > ?2 ORDER BY o.id LIMIT ?3"
static const char OUTBOX_TEXTS[] = "SELECT m.id, iif(o.id IS NULL, NULL, " OUTBOX ") FROM " MESSAGES
                                   " LEFT JOIN outbox o ON o.message = m.id ORDER BY m.id";
static const char OUTBOX_BESIDE[] = "SELECT o.id, " OUTBOX " FROM outbox o WHERE " BESIDE;

#define ATTEMPT                                                                                                     \
    "json_object('id', a.id, 'outbox', a.outbox, 'at', a.at, 'took_ms', a.took_ms, 'class', a.class, "               \
    "'status', a.status, 'dispatch_id', a.dispatch_id, 'request_id', a.request_id, 'reason', a.reason)"
static const char ATTEMPTS_TEXTS[] = "SELECT m.id, iif(a.id IS NULL, NULL, " ATTEMPT ") FROM " MESSAGES
                                     " LEFT JOIN outbox o ON o.message = m.id LEFT JOIN attempt a ON a.outbox = o.id "
                                     "ORDER BY m.id";
static const char ATTEMPTS_BESIDE[] = "SELECT o.id, iif(a.id IS NULL, NULL, " ATTEMPT ") FROM (SELECT o.id FROM outbox o "
                                      "WHERE " BESIDE ") o LEFT JOIN attempt a ON a.outbox = o.id ORDER BY o.id";

#define CALLED                                                                                                      \
    "json_object('outbox', t.outbox, 'addressee', t.addressee, 'attributes', " JSON("t.attributes") ", 'events', "   \
    JSON("t.events") ")"
static const char TRACKS_TEXTS[] = "SELECT m.id, iif(t.outbox IS NULL, NULL, " CALLED ") FROM " MESSAGES
                                   " LEFT JOIN outbox o ON o.message = m.id LEFT JOIN track t ON t.outbox = o.id ORDER BY m.id";
static const char TRACKS_BESIDE[] = "SELECT o.id, iif(t.outbox IS NULL, NULL, " CALLED ") FROM (SELECT o.id FROM outbox o "
                                    "WHERE " BESIDE ") o LEFT JOIN track t ON t.outbox = o.id ORDER BY o.id";
static const char PROFILE[] =
    "SELECT 1, json_object('name', name, 'wanted', " JSON("wanted") ", 'wanted_at', wanted_at, 'rule', rule, "
    "'message', message, 'sent', " JSON("sent") ", 'addressee', addressee, 'accepted', " JSON("accepted") ", "
    "'accepted_at', accepted_at, 'is_refused', is_refused, 'way', way, 'refusal', refusal) FROM profile "
    "WHERE contact = ?1 AND ?2 < 1 AND ?3 > 0";
/* In larger pieces, for they are found by their names and sorted for each: their ids alone. */
static const char ENTRIES[] =
    "SELECT id, json_object('id', id, 'conversation', conversation, 'kind', kind, 'name', name, 'value', " JSON("value") ", "
    "'at', at, 'wanted_by', wanted_by, 'message', message, 'state', state, 'outbox', outbox, 'settled_at', settled_at, "
    "'reason', reason) FROM entry WHERE id IN (SELECT id FROM entry WHERE contact = ?1 AND id > ?2 ORDER BY id LIMIT ?3 * 25) "
    "ORDER BY id";
static const char NOTICES[] =
    "SELECT n.message, json_object('message', n.message, 'name', n.name, 'conversation', n.conversation, 'at', n.at, "
    "'text', m.text, 'properties', " JSON("m.properties") ") FROM notice n JOIN message m ON m.id = n.message "
    "WHERE n.conversation = ?1 AND n.message > ?2 ORDER BY n.message LIMIT ?3";
static const char EVENTS[] =
    "SELECT id, json_object('id', id, 'at', at, 'conversation', conversation, 'kind', kind, 'actor', actor, 'detail', detail) "
    "FROM event WHERE conversation = ?1 AND id > ?2 ORDER BY id LIMIT ?3";
static const char HANDOVERS[] =
    "SELECT number, json_object('number', number, 'conversation', conversation, 'team', team, 'at', at, 'state', state, "
    "'ended_at', ended_at, 'ended_by', ended_by) FROM handover WHERE conversation = ?1 AND number > ?2 ORDER BY number LIMIT ?3";
static const char RUNS[] =
    "SELECT 1, json_object('conversation', conversation, 'state', " JSON("state") ", 'station', station, 'turn', turn, "
    "'began_at', began_at, 'due_at', due_at) FROM run WHERE conversation = ?1 AND ?2 < 1 AND ?3 > 0";
static const char WAITING[] = "SELECT message, json_object('message', message, 'conversation', conversation) FROM behind "
                              "WHERE conversation = ?1 AND message > ?2 ORDER BY message LIMIT ?3";
static const char SERVICE_CALLS[] =
    "SELECT o.id, iif(s.outbox IS NULL, NULL, json_object('outbox', s.outbox, 'step', s.step, 'service', s.service, "
    "'method', s.method, 'url', s.url, 'body', " JSON("s.body") ", 'answer', " JSON("s.answer") ")) "
    "FROM (SELECT o.id FROM outbox o WHERE " BESIDE ") o LEFT JOIN service_call s ON s.outbox = o.id ORDER BY o.id";
static const char CONSULTS[] =
    "SELECT o.id, iif(c.outbox IS NULL, NULL, json_object('outbox', c.outbox, 'turn', c.turn, 'call', c.call, "
    "'wanted_by', c.wanted_by, 'wanted', c.wanted, 'round', c.round, 'did', c.did)) "
    "FROM (SELECT o.id FROM outbox o WHERE " BESIDE ") o LEFT JOIN consult c ON c.outbox = o.id ORDER BY o.id";
static const char NOTIFICATIONS[] =
    "SELECT o.id, iif(n.outbox IS NULL, NULL, json_object('outbox', n.outbox, 'team', n.team, 'way', n.way, 'type', n.type, "
    "'message', n.message, 'body', " JSON("n.body") ")) "
    "FROM (SELECT o.id FROM outbox o WHERE " BESIDE ") o LEFT JOIN notification n ON n.outbox = o.id ORDER BY o.id";
static const char AGENT_CALLS[] =
    "SELECT 1, json_object('id', id, 'conversation', conversation, 'reply', " JSON("reply") ", 'at', at) FROM agent_call "
    "WHERE conversation = ?1 AND ?2 < 1 AND ?3 > 0";
static const char SESSIONS[] =
    "SELECT 1, json_object('conversation', conversation, 'backend', backend, 'session', session) FROM consult_session "
    "WHERE conversation = ?1 AND ?2 < 1 AND ?3 > 0";
static const char PARTINGS[] =
    "SELECT id, json_object('id', id, 'conversation', conversation, 'moment', moment, 'at', at, 'due_at', due_at) "
    "FROM parting WHERE conversation = ?1 AND id > ?2 ORDER BY id LIMIT ?3";
static const char USAGE[] =
    "SELECT 1, json_object('day', day, 'backend', backend, 'wanted_by', wanted_by, 'asked', asked, 'answered', answered, "
    "'tokens_in', tokens_in, 'tokens_out', tokens_out, 'cost', cost) FROM usage WHERE contact = ?1 AND ?2 < 1 AND ?3 > 0";
static const char COOLDOWNS[] = "SELECT 1, json_object('rule', rule, 'until_at', until_at) FROM cooldown "
                                "WHERE contact = ?1 AND ?2 < 1 AND ?3 > 0";
/* By the times of the piece's messages there is no index to them; by time there is, and it is 30 days' worth at most. */
static const char KEYS[] =
    "SELECT 1, json_object('channel', s.channel, 'identity', s.identity, 'dispatch_id', s.dispatch_id, 'message', s.message, "
    "'at', s.at) FROM seen s WHERE ?2 < 1 AND ?3 > 0 AND (SELECT v.contact FROM message m JOIN conversation v "
    "ON v.id = m.conversation WHERE m.id = s.message) = ?1";

enum scope { OF_PERSON, OF_FORMER, OF_CONTACT, OF_CONVERSATIONS };

static const struct section {
    const char *member; /* NULL: more of the one before */
    enum scope scope;
    const char *sql;
} SECTIONS[] = {
    { "contact", OF_PERSON, CONTACT },
    { "former_contacts", OF_FORMER, CONTACT },
    { "identities", OF_CONTACT, IDENTITIES },
    { "conversations", OF_CONTACT, CONVERSATIONS },
    { "messages", OF_CONVERSATIONS, TEXTS },
    { "webhooks", OF_CONVERSATIONS, WEBHOOKS },
    { "turns", OF_CONVERSATIONS, TURNS },
    { "decisions", OF_CONVERSATIONS, DECISIONS },
    { "outbox", OF_CONVERSATIONS, OUTBOX_TEXTS },
    { NULL, OF_CONTACT, OUTBOX_BESIDE },
    { "attempts", OF_CONVERSATIONS, ATTEMPTS_TEXTS },
    { NULL, OF_CONTACT, ATTEMPTS_BESIDE },
    { "profile_calls", OF_CONVERSATIONS, TRACKS_TEXTS },
    { NULL, OF_CONTACT, TRACKS_BESIDE },
    { "profile", OF_CONTACT, PROFILE },
    { "entries", OF_CONTACT, ENTRIES },
    { "notices", OF_CONVERSATIONS, NOTICES },
    { "events", OF_CONVERSATIONS, EVENTS },
    { "handovers", OF_CONVERSATIONS, HANDOVERS },
    { "runs", OF_CONVERSATIONS, RUNS },
    { "waiting", OF_CONVERSATIONS, WAITING },
    { "service_calls", OF_CONTACT, SERVICE_CALLS },
    { "consults", OF_CONTACT, CONSULTS },
    { "notifications", OF_CONTACT, NOTIFICATIONS },
    { "agent_calls", OF_CONVERSATIONS, AGENT_CALLS },
    { "sessions", OF_CONVERSATIONS, SESSIONS },
    { "partings", OF_CONVERSATIONS, PARTINGS },
    { "usage", OF_CONTACT, USAGE },
    { "cooldowns", OF_CONTACT, COOLDOWNS },
    { "keys", OF_CONTACT, KEYS },
};

struct writing {
    struct db *db;
    int64_t *contacts; /* the person, and who turned out to have been the same one before */
    size_t contact_count;
    dossier_piece *piece;
    void *context;
    struct buf text;   /* of the piece */
    bool has_element;  /* of the array that is open */
    bool is_list;      /* the member is an array, and no object */
};

/* Finished JSON, in which what would act on a terminal can stand in texts only. */
static void add_escaped(const char *json, struct buf *out)
{
    size_t len = strlen(json), run = 0;

    for (size_t at = 0; at < len;) {
        uint32_t code;
        size_t size = utf8_decode(json + at, len - at, &code);

        if (size == 0) {
            buf_add(out, json + at - run, run);
            buf_add_text(out, "\xef\xbf\xbd");
            run = 0;
            at++;
        } else if (code >= 0x7f && utf8_is_control(code)) {
            buf_add(out, json + at - run, run);
            buf_addf(out, "\\u%04x", (unsigned)code);
            run = 0;
            at += size;
        } else {
            run += size;
            at += size;
        }
    }
    buf_add(out, json + len - run, run);
}

/* Byte for byte: as a text where it can be one. */
static void add_body(const struct query *q, struct buf *out)
{
    size_t len;
    const unsigned char *body = query_bytes(q, 2, &len);
    bool is_text = utf8_is_valid((const char *)body, len) && memchr(body, '\0', len) == NULL;

    out->len--; /* the object goes on */
    if (is_text) {
        buf_add_text(out, ",\"body\":");
        json_quote((const char *)body, len, out);
    } else {
        buf_add_text(out, ",\"body_hex\":\"");
        for (size_t i = 0; i < len; i++)
            buf_addf(out, "%02x", body[i]);
        buf_add_char(out, '"');
    }
    buf_add_char(out, '}');
}

static void add_row(struct writing *w, const struct query *q, bool has_body)
{
    if (query_is_null(q, 1))
        return;
    buf_add_text(&w->text, w->has_element ? ",\n" : "\n");
    add_escaped(query_text(q, 1), &w->text);
    if (has_body)
        add_body(q, &w->text);
    w->has_element = true;
}

static int hand_over(struct writing *w)
{
    int result = w->text.len > 0 ? w->piece(w->context, w->text.data, w->text.len) : 0;

    buf_clear(&w->text);
    return result;
}

/* All rows of a section of one contact or conversation, the statement ended before a piece of them goes out. */
static int write_rows(struct writing *w, const struct section *section, int64_t scope, struct error *error)
{
    int64_t key = 0;
    int more, rows;

    do {
        struct query *q = db_query(w->db, section->sql);

        rows = 0;
        query_bind_int(q, 1, scope);
        query_bind_int(q, 2, key);
        query_bind_int(q, 3, PIECE_ROWS);
        while ((more = query_step(q, error)) == 1) {
            rows++;
            key = query_int(q, 0);
            add_row(w, q, section->sql == WEBHOOKS);
        }
        query_end(q);
        if (more < 0 || hand_over(w) != 0)
            return -1;
    } while (rows > 0);
    return 0;
}

static const char NEXT_CONVERSATION[] = "SELECT id FROM conversation WHERE contact = ?1 AND id > ?2 ORDER BY id LIMIT 1";

static int next_conversation(struct writing *w, int64_t contact, int64_t *id, struct error *error)
{
    struct query *q = db_query(w->db, NEXT_CONVERSATION);

    query_bind_int(q, 1, contact);
    query_bind_int(q, 2, *id);
    return query_find(q, id, error);
}

static int write_of_contact(struct writing *w, const struct section *section, int64_t contact, struct error *error)
{
    int64_t conversation = 0;
    int found;

    if (section->scope != OF_CONVERSATIONS)
        return write_rows(w, section, contact, error);
    while ((found = next_conversation(w, contact, &conversation, error)) == 1)
        if (write_rows(w, section, conversation, error) != 0)
            return -1;
    return found;
}

static int write_section(struct writing *w, const struct section *section, struct error *error)
{
    size_t from = section->scope == OF_FORMER ? 1 : 0, to = section->scope == OF_PERSON ? 1 : w->contact_count;

    for (size_t i = from; i < to; i++)
        if (write_of_contact(w, section, w->contacts[i], error) != 0)
            return -1;
    return 0;
}

static void add_contact(struct writing *w, int64_t contact)
{
    w->contacts = alloc_resize(w->contacts, w->contact_count + 1, sizeof *w->contacts);
    w->contacts[w->contact_count++] = contact;
}

/* Whose phone is hers now, and nobody else's; as in store/erasure_rows.c. */
static const char FORMER[] =
    "SELECT c.id FROM contact c WHERE c.id <> ?1 AND c.address <> '' "
    "AND (c.address_kind, c.address) IN (SELECT kind, value FROM identity WHERE contact = ?1) "
    "AND NOT EXISTS (SELECT 1 FROM identity i WHERE i.contact = c.id AND i.kind <> 'braze') "
    "AND NOT EXISTS (SELECT 1 FROM identity i WHERE i.kind = c.address_kind AND i.value = c.address AND i.contact <> ?1) "
    "ORDER BY c.id";

static int find_contacts(struct writing *w, int64_t contact, struct error *error)
{
    struct query *q = db_query(w->db, FORMER);
    int more;

    add_contact(w, contact);
    query_bind_int(q, 1, contact);
    while ((more = query_step(q, error)) == 1)
        add_contact(w, query_int(q, 0));
    query_end(q);
    return more;
}

static void open_member(struct writing *w, const struct section *section, bool is_first)
{
    if (!is_first)
        buf_add_text(&w->text, w->is_list ? "]" : "");
    w->is_list = section->scope != OF_PERSON;
    w->has_element = false;
    buf_addf(&w->text, ",\n\"%s\":%s", section->member, w->is_list ? "[" : "");
}

int dossier_write(struct db *db, int64_t contact, int64_t now, dossier_piece *piece, void *context, struct error *error)
{
    struct writing w = { .db = db, .piece = piece, .context = context };
    int result = find_contacts(&w, contact, error);

    buf_addf(&w.text, "{\"format\":1,\"written_at\":%" PRId64, now);
    for (size_t i = 0; i < sizeof SECTIONS / sizeof *SECTIONS && result == 0; i++) {
        if (SECTIONS[i].member != NULL)
            open_member(&w, &SECTIONS[i], i == 0);
        result = write_section(&w, &SECTIONS[i], error);
    }
    buf_add_text(&w.text, "]}\n");
    if (result == 0)
        result = hand_over(&w);
    buf_release(&w.text);
    free(w.contacts);
    return result;
}
