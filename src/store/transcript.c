/*
 * transcript: see the header.
 *
 * A reply that was split has several outbox rows; what a reader wants to know first is the worst of them. The
 * order is the one in which a turn's own state is chosen (dead, unknown, expired, held, withheld), after
 * those that may still leave.
 */
#include <string.h>

#include "base/buf.h"
#include "store/profile.h"
#include "store/query_number.h"
#include "store/transcript.h"

/* `closes`: when the conversation was closed, as a SELECT that is run once for all lines wherever that can be. */
#define LINE(closes)                                                                                          \
    "SELECT m.id, m.at, m.turn, w.id, m.kind, m.text, m.actor, m.media, "                                     \
    "CASE m.kind WHEN 'in' THEN t.state ELSE w.state END, CASE WHEN m.kind = 'in' AND t.state = 'silenced' "  \
    "AND t.closed_at IN (" closes ") THEN 'the conversation was closed' ELSE w.reason END, m.buttons, m.tags, " \
    "w.sent_by, (SELECT count (*) FROM outbox p WHERE p.message = m.id), m.properties, "                      \
    "(SELECT nullif(n.conversation, m.conversation) FROM notice n WHERE n.message = m.id), m.conversation, "  \
    "d.rule, iif(json_valid(d.trace), json_extract(d.trace, '$.matched.start'), NULL), "                      \
    "iif(json_valid(d.trace), json_extract(d.trace, '$.matched.end'), NULL), "                                \
    "c.address, c.first_name, c.language, v.channel "                                                         \
    "FROM message m CROSS JOIN conversation v ON v.id = m.conversation CROSS JOIN contact c ON c.id = v.contact " \
    "LEFT JOIN turn t ON t.id = m.turn LEFT JOIN decision d ON d.message = m.id "                             \
    "LEFT JOIN outbox w ON w.id = (SELECT o.id FROM outbox o WHERE o.message = m.id ORDER BY CASE o.state "   \
    "WHEN 'claimed' THEN 0 WHEN 'due' THEN 1 WHEN 'waiting' THEN 2 WHEN 'dead' THEN 3 WHEN 'unknown' THEN 4 " \
    "WHEN 'expired' THEN 5 WHEN 'held' THEN 6 WHEN 'withheld' THEN 7 ELSE 8 END, o.part LIMIT 1) "
#define CLOSES(conversation) "SELECT e.at FROM event e WHERE e.conversation = " conversation " AND e.kind = 'close'"

static const char LIST[] = LINE(CLOSES("?1"))
    "WHERE m.conversation = ?1 AND m.id > ?2 AND m.at >= ?3 AND (?4 = 0 OR m.at < ?4) ORDER BY m.id LIMIT ?5";
static const char TURN[] = LINE(CLOSES("m.conversation"))
    "WHERE m.conversation = (SELECT conversation FROM turn WHERE id = ?1) AND m.turn = ?1 AND m.kind <> 'in' ORDER BY m.id";
static const char NEWS[] = LINE(CLOSES("m.conversation")) "WHERE m.id > ?1 ORDER BY m.id LIMIT ?2";
static const char NEWS_OF[] = LINE(CLOSES("m.conversation"))
    "WHERE m.conversation IN (SELECT id FROM conversation WHERE contact = ?3) AND m.id > ?1 ORDER BY m.id LIMIT ?2";
static const char ONE[] = LINE(CLOSES("m.conversation")) "WHERE m.id = ?1";

/* An answer that came too late is kept as "(not sent: why) answer" (desk/consult_answer.c). `reason` holds the why. */
static void part_note(struct transcript_line *line, struct buf *reason)
{
    static const char HEAD[] = "(not sent: ";
    const char *end = strstr(line->text, ") ");

    if (strcmp(line->kind, "note") != 0 || strncmp(line->text, HEAD, sizeof HEAD - 1) != 0 || end == NULL)
        return;
    buf_add(reason, line->text + sizeof HEAD - 1, (size_t)(end - line->text) - (sizeof HEAD - 1));
    line->state = "not sent";
    line->reason = buf_text(reason);
    line->text = end + 2;
}

static int each(struct query *q, transcript_row *row, void *context, struct error *error)
{
    struct buf reason = { 0 };
    int count = 0, more;

    while ((more = query_step(q, error)) == 1) {
        struct transcript_line line = {
            .id = query_int(q, 0),
            .at = query_int(q, 1),
            .turn = query_int(q, 2),
            .outbox = query_int(q, 3),
            .kind = query_text(q, 4),
            .text = query_text(q, 5),
            .actor = query_text(q, 6),
            .media = query_text(q, 7),
            .state = query_text(q, 8),
            .reason = query_text(q, 9),
            .buttons = query_text(q, 10),
            .tags = query_text(q, 11),
            .campaign = query_text(q, 12),
            .parts = query_int(q, 13),
            .properties = query_text(q, 14),
            .about = query_int(q, 15),
            .conversation = query_int(q, 16),
            .rule = query_text(q, 17),
            .match = { (size_t)query_int(q, 18), (size_t)query_int(q, 19) },
            .user = query_text(q, 20),
            .first_name = query_text(q, 21),
            .language = query_text(q, 22),
            .channel = query_text(q, 23),
        };

        buf_clear(&reason);
        part_note(&line, &reason);
        row(context, &line);
        count++;
    }
    buf_release(&reason);
    query_end(q);
    return more < 0 ? -1 : count;
}

int transcript_list(struct db *db, const struct transcript_piece *piece, transcript_row *row, void *context,
                    struct error *error)
{
    struct query *q = db_query(db, LIST);

    query_bind_int(q, 1, piece->conversation);
    query_bind_int(q, 2, piece->after);
    query_bind_int(q, 3, piece->since);
    query_bind_int(q, 4, piece->until);
    query_bind_int(q, 5, piece->limit > 0 ? piece->limit : -1);
    return each(q, row, context, error);
}

int transcript_turn(struct db *db, int64_t turn, transcript_row *row, void *context, struct error *error)
{
    struct query *q = db_query(db, TURN);

    query_bind_int(q, 1, turn);
    return each(q, row, context, error);
}

int transcript_news(struct db *db, int64_t after, int64_t contact, int64_t limit, transcript_row *row, void *context,
                    struct error *error)
{
    struct query *q = db_query(db, contact != 0 ? NEWS_OF : NEWS);

    query_bind_int(q, 1, after);
    query_bind_int(q, 2, limit);
    if (contact != 0)
        query_bind_int(q, 3, contact);
    return each(q, row, context, error);
}

int transcript_one(struct db *db, int64_t message, transcript_row *row, void *context, struct error *error)
{
    struct query *q = db_query(db, ONE);

    query_bind_int(q, 1, message);
    return each(q, row, context, error);
}

/* Heads */

#define HEAD                                                                                                       \
    "SELECT v.id, v.contact, v.opened_at, v.last_in_at, v.closed_at, v.message_count, v.epoch, c.address, "        \
    "c.first_name, c.language, v.channel, v.owner, v.team, v.agent, c.opted_out_at IS NOT NULL, v.closed_by, "     \
    "v.outcome, v.summary, v.summary_by, v.summary_at, "                                                            \
    "(SELECT m.text FROM message m WHERE m.conversation = v.id AND m.kind = 'in' ORDER BY m.id DESC LIMIT 1), "     \
    "(SELECT m.media <> '[]' FROM message m WHERE m.conversation = v.id AND m.kind = 'in' ORDER BY m.id DESC LIMIT 1) " \
    "FROM conversation v JOIN contact c ON c.id = v.contact "

static const char HEAD_ONE[] = HEAD "WHERE v.id = ?1";
static const char HEADS[] = HEAD
    "WHERE v.contact = (SELECT contact FROM conversation WHERE id = ?1) AND (v.closed_at IS NULL OR v.closed_at >= ?2) "
    "AND (?3 = 0 OR v.opened_at < ?3) ORDER BY v.id";

static int each_head(struct query *q, transcript_head_row *row, void *context, struct error *error)
{
    int count = 0, more;

    while ((more = query_step(q, error)) == 1) {
        struct transcript_head head = {
            .id = query_int(q, 0),
            .contact = query_int(q, 1),
            .opened_at = query_int(q, 2),
            .last_in_at = query_int(q, 3),
            .closed_at = query_int(q, 4),
            .message_count = query_int(q, 5),
            .epoch = query_int(q, 6),
            .user = query_text(q, 7),
            .first_name = query_text(q, 8),
            .language = query_text(q, 9),
            .channel = query_text(q, 10),
            .owner = query_text(q, 11),
            .team = query_text(q, 12),
            .agent = query_text(q, 13),
            .is_opted_out = query_int(q, 14) != 0,
            .closed_by = query_text(q, 15),
            .outcome = query_text(q, 16),
            .summary = query_text(q, 17),
            .summary_by = query_text(q, 18),
            .summary_at = query_int(q, 19),
            .text = query_text(q, 20),
            .has_media = query_int(q, 21) != 0,
        };

        row(context, &head);
        count++;
    }
    query_end(q);
    return more < 0 ? -1 : count;
}

int transcript_head(struct db *db, int64_t conversation, transcript_head_row *row, void *context, struct error *error)
{
    struct query *q = db_query(db, HEAD_ONE);

    query_bind_int(q, 1, conversation);
    return each_head(q, row, context, error);
}

int transcript_heads(struct db *db, int64_t conversation, int64_t since, int64_t until, transcript_head_row *row,
                     void *context, struct error *error)
{
    struct query *q = db_query(db, HEADS);

    query_bind_int(q, 1, conversation);
    query_bind_int(q, 2, since);
    query_bind_int(q, 3, until);
    return each_head(q, row, context, error);
}

/* What followed */

struct writing {
    struct db *db;
    int64_t conversation;
    transcript_written_row *row;
    void *context;
    struct error *error;
    int count; /* -1: reading failed */
};

/* Is the attribute as a message of the conversation has set it, or as its summing up has, which is the work of one moment? */
static const char IS_OURS[] =
    "SELECT 1 FROM conversation v JOIN profile p ON p.contact = v.contact LEFT JOIN message m ON m.id = p.message "
    "WHERE v.id = ?1 AND p.name = ?2 AND iif (p.message IS NULL, p.wanted_at = v.summary_at, m.conversation = v.id)";

static void add_value(void *context, const struct profile_row *row)
{
    struct writing *writing = context;
    struct query *q = db_query(writing->db, IS_OURS);
    bool is_there = strcmp(row->state, "accepted") == 0;
    int found;

    query_bind_int(q, 1, writing->conversation);
    query_bind_text(q, 2, row->name);
    found = query_step(q, writing->error);
    query_end(q);
    if (found < 0)
        writing->count = -1;
    if (found != 1 || writing->count < 0)
        return;
    writing->row(writing->context, &(struct transcript_written){
                                       .kind = strcmp(row->wanted, "null") == 0 ? "unset" : "set",
                                       .name = row->name,
                                       .value = row->wanted,
                                       .wanted_by = row->rule,
                                       .state = row->state,
                                       .reason = is_there ? "" : row->reason,
                                       .at = row->wanted_at,
                                       .settled_at = is_there ? row->accepted_at : 0,
                                   });
    writing->count++;
}

static const char ENTRIES[] =
    "SELECT e.kind, e.name, e.value, e.wanted_by, e.state, e.reason, e.at, e.settled_at FROM conversation v "
    "JOIN entry e ON e.contact = v.contact AND e.conversation = v.id WHERE v.id = ?1 ORDER BY e.id";

static int add_entries(struct writing *writing)
{
    struct query *q = db_query(writing->db, ENTRIES);
    int more;

    query_bind_int(q, 1, writing->conversation);
    while ((more = query_step(q, writing->error)) == 1) {
        writing->row(writing->context, &(struct transcript_written){
                                           .kind = query_text(q, 0),
                                           .name = query_text(q, 1),
                                           .value = query_text(q, 2),
                                           .wanted_by = query_text(q, 3),
                                           .state = query_text(q, 4),
                                           .reason = query_text(q, 5),
                                           .at = query_int(q, 6),
                                           .settled_at = query_int(q, 7),
                                       });
        writing->count++;
    }
    query_end(q);
    return more < 0 ? -1 : writing->count;
}

static const char CONTACT_OF[] = "SELECT contact FROM conversation WHERE id = ?1";

int transcript_contact(struct db *db, int64_t conversation, int64_t *contact, struct error *error)
{
    struct query *q = db_query(db, CONTACT_OF);

    query_bind_int(q, 1, conversation);
    return query_find(q, contact, error);
}

int transcript_list_written(struct db *db, int64_t conversation, transcript_written_row *row, void *context,
                            struct error *error)
{
    struct writing writing = { db, conversation, row, context, error, 0 };
    int64_t contact = 0;
    int found = transcript_contact(db, conversation, &contact, error);

    if (found != 1)
        return found;
    if (profile_list(db, contact, add_value, &writing, error) < 0 || writing.count < 0)
        return -1;
    return add_entries(&writing);
}

/* Of a case the first text to each: the others pass on what stands above. */
static const char NOTICES[] =
    "SELECT n.message, m.conversation, o.id, n.at, n.name, c.address, p.channel, m.text, m.properties, o.state, o.reason, "
    "o.sent_by, n.contact <> v.contact FROM notice n JOIN conversation v ON v.id = n.conversation "
    "JOIN message m ON m.id = n.message JOIN outbox o ON o.message = m.id JOIN contact c ON c.id = n.contact "
    "JOIN conversation p ON p.id = m.conversation WHERE n.conversation = ?1 AND (n.handover = 0 OR "
    "(n.handover > 0 AND n.message = (SELECT min(f.message) FROM notice f WHERE f.conversation = n.conversation "
    "AND f.handover = n.handover AND f.contact = n.contact))) ORDER BY n.message";

int transcript_list_notices(struct db *db, int64_t conversation, transcript_notice_row *row, void *context,
                            struct error *error)
{
    struct query *q = db_query(db, NOTICES);
    int count = 0, more;

    query_bind_int(q, 1, conversation);
    while ((more = query_step(q, error)) == 1) {
        row(context, &(struct transcript_notice){
                         .message = query_int(q, 0),
                         .conversation = query_int(q, 1),
                         .outbox = query_int(q, 2),
                         .at = query_int(q, 3),
                         .name = query_text(q, 4),
                         .user = query_text(q, 5),
                         .channel = query_text(q, 6),
                         .text = query_text(q, 7),
                         .properties = query_text(q, 8),
                         .state = query_text(q, 9),
                         .reason = query_text(q, 10),
                         .campaign = query_text(q, 11),
                         .is_to_business = query_int(q, 12) != 0,
                     });
        count++;
    }
    query_end(q);
    return more < 0 ? -1 : count;
}

static const char WHY[] =
    "SELECT d.message, m.conversation, m.turn, d.at, d.ruleset, m.text, c.address, v.channel, t.state, "
    "d.rule, d.action, "
    "d.state, d.trace, m.media FROM message asked "
    "JOIN message m ON m.id = asked.id OR (m.conversation = asked.conversation "
    "AND m.turn = asked.turn AND m.kind = 'in') "
    "JOIN decision d ON d.message = m.id JOIN conversation v ON v.id = m.conversation "
    "JOIN contact c ON c.id = v.contact LEFT JOIN turn t ON t.id = m.turn "
    "WHERE asked.id = ?1 ORDER BY m.id <> ?1, m.id DESC LIMIT 1";

int transcript_why(struct db *db, int64_t message, transcript_decision_row *row, void *context,
                   struct error *error)
{
    struct query *q = db_query(db, WHY);
    int found;

    query_bind_int(q, 1, message);
    found = query_step(q, error);
    if (found == 1) {
        struct transcript_decision decision = {
            .message = query_int(q, 0),
            .conversation = query_int(q, 1),
            .turn = query_int(q, 2),
            .at = query_int(q, 3),
            .ruleset = query_int(q, 4),
            .text = query_text(q, 5),
            .user = query_text(q, 6),
            .channel = query_text(q, 7),
            .turn_state = query_text(q, 8),
            .rule = query_is_null(q, 9) ? NULL : query_text(q, 9),
            .action = query_text(q, 10),
            .state = query_text(q, 11),
            .trace = query_text(q, 12),
            .has_media = strcmp(query_text(q, 13), "[]") != 0,
        };

        row(context, &decision);
    }
    query_end(q);
    return found;
}

static const char NEWEST[] =
    "SELECT m.id FROM message m JOIN decision d ON d.message = m.id WHERE m.conversation = (SELECT max(v.id) "
    "FROM conversation v WHERE v.message_count > 0 AND v.contact = (SELECT contact FROM conversation WHERE id = ?1)) "
    "AND m.kind = 'in' ORDER BY m.id DESC LIMIT 1";

int transcript_newest(struct db *db, int64_t conversation, int64_t *message, struct error *error)
{
    struct query *q = db_query(db, NEWEST);

    query_bind_int(q, 1, conversation);
    return query_find(q, message, error);
}

static const char QUESTIONS[] =
    "SELECT o.id, k.round, o.created_at, o.settled_at, k.wanted_by, k.wanted, o.sent_by, o.state, o.reason "
    "FROM consult k JOIN outbox o ON o.id = k.outbox WHERE k.turn = ?1 ORDER BY o.id";

int transcript_questions(struct db *db, int64_t turn, transcript_question_row *row, void *context, struct error *error)
{
    struct query *q = db_query(db, QUESTIONS);
    int count = 0, more;

    query_bind_int(q, 1, turn);
    while ((more = query_step(q, error)) == 1) {
        struct transcript_question question = {
            .outbox = query_int(q, 0),
            .round = query_int(q, 1),
            .created_at = query_int(q, 2),
            .settled_at = query_int(q, 3),
            .wanted_by = query_text(q, 4),
            .wanted = query_text(q, 5),
            .backend = query_text(q, 6),
            .state = query_text(q, 7),
            .reason = query_text(q, 8),
        };

        row(context, &question);
        count++;
    }
    query_end(q);
    return more < 0 ? -1 : count;
}

/*
 * Events tell who was asked when ('consult') and who was to be asked instead ('fallback', with "to NAME: " before the
 * reason); an attempt bears the moment of its question. Of several in one millisecond the first belongs to the first.
 */
static const char STEPS[] =
    "WITH told AS (SELECT o.id AS outbox, e.id, e.at, e.kind, e.actor, e.detail, row_number () OVER "
    "(PARTITION BY o.id, e.kind, e.at ORDER BY e.id) AS place, 'outbox ' || o.id AS head FROM consult k "
    "JOIN outbox o ON o.id = k.outbox JOIN event e ON e.conversation = o.conversation "
    "WHERE k.turn = ?1 AND (e.kind = 'consult' OR e.kind = 'fallback') "
    "AND (e.detail = 'outbox ' || o.id OR e.detail LIKE 'outbox ' || o.id || ', %')), "
    "tried AS (SELECT a.*, row_number () OVER (PARTITION BY a.outbox, a.at ORDER BY a.id) AS place FROM attempt a "
    "WHERE a.outbox IN (SELECT outbox FROM consult WHERE turn = ?1)) "
    "SELECT t.outbox, t.at, a.took_ms, a.status, t.actor, iif(t.kind = 'fallback', t.kind, a.class), "
    "iif(t.kind = 'fallback', substr(t.detail, length(t.head) + 3), a.reason) FROM told t "
    "LEFT JOIN tried a ON t.kind = 'consult' AND a.outbox = t.outbox AND a.at = t.at AND a.place = t.place "
    "ORDER BY t.outbox, t.id";

int transcript_steps(struct db *db, int64_t turn, transcript_step_row *row, void *context, struct error *error)
{
    struct query *q = db_query(db, STEPS);
    int count = 0, more;

    query_bind_int(q, 1, turn);
    while ((more = query_step(q, error)) == 1) {
        struct transcript_step step = {
            .outbox = query_int(q, 0),
            .at = query_int(q, 1),
            .took_ms = query_int(q, 2),
            .status = query_int(q, 3),
            .backend = query_text(q, 4),
            .class = query_text(q, 5),
            .reason = query_text(q, 6),
        };

        row(context, &step);
        count++;
    }
    query_end(q);
    return more < 0 ? -1 : count;
}

static const char TURN_OF[] =
    "SELECT t.id, t.state FROM message m LEFT JOIN turn t ON t.id = m.turn WHERE m.id = ?1";

int transcript_turn_of(struct db *db, int64_t message, int64_t *turn, char state[16], struct error *error)
{
    struct query *q = db_query(db, TURN_OF);
    int found;

    query_bind_int(q, 1, message);
    found = query_step(q, error);
    if (found == 1) {
        *turn = query_int(q, 0);
        query_copy(q, 1, state, 16);
    }
    query_end(q);
    return found;
}

static const char PARTS[] = "SELECT count(*) FROM message m JOIN outbox o ON o.message = m.id "
                            "JOIN outbox first ON first.message = ?1 "
                            "WHERE m.conversation = first.conversation AND m.id >= ?1 AND o.seq = first.seq";

int transcript_parts(struct db *db, int64_t message, int64_t *parts, struct error *error)
{
    struct query *q = db_query(db, PARTS);
    int found;

    query_bind_int(q, 1, message);
    found = query_find(q, parts, error);
    return found == 1 ? 0 : -1;
}
