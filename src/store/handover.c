/*
 * handover: see the header.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "store/book.h"
#include "store/handover.h"
#include "store/query_number.h"

static const char *const STATES[] = {
    [HANDOVER_UNTOLD] = "untold", [HANDOVER_WAITING] = "waiting", [HANDOVER_TAKEN] = "taken", [HANDOVER_OVER] = "over"
};

static enum handover_state state_of(const char *word)
{
    enum handover_state state = HANDOVER_UNTOLD;

    while (state < HANDOVER_OVER && strcmp(STATES[state], word) != 0)
        state++;
    return state;
}

/* Cases */

static const char PUT[] = "INSERT INTO handover (number, conversation, team, at, state, told_at, moved_at, is_spoken, due_at) "
                          "VALUES (?1, ?2, ?3, ?4, ?5, nullif(?6, 0), ?7, ?8, nullif(?9, 0))";

int handover_put(struct db *db, struct handover *handover, struct error *error)
{
    struct query *q;

    if (book_get_int(db, "case_number", 0, &handover->number, error) != 0 ||
        book_put_int(db, "case_number", ++handover->number, error) != 0)
        return -1;
    q = db_query(db, PUT);
    query_bind_int(q, 1, handover->number);
    query_bind_int(q, 2, handover->conversation);
    query_bind_text(q, 3, handover->team);
    query_bind_int(q, 4, handover->at);
    query_bind_text(q, 5, STATES[handover->state]);
    query_bind_int(q, 6, handover->told_at);
    query_bind_int(q, 7, handover->moved_at);
    query_bind_int(q, 8, handover->is_spoken);
    query_bind_int(q, 9, handover->due_at);
    return query_run(q, error);
}

#define ROW                                                                                                          \
    "SELECT number, conversation, team, at, state, told_at, moved_at, is_spoken, due_at, ended_at, ended_by FROM handover "

static int take(struct query *q, struct handover *handover, struct error *error)
{
    int found = query_step(q, error);

    if (found == 1) {
        *handover = (struct handover){ .number = query_int(q, 0),
                                       .conversation = query_int(q, 1),
                                       .at = query_int(q, 3),
                                       .state = state_of(query_text(q, 4)),
                                       .told_at = query_int(q, 5),
                                       .moved_at = query_int(q, 6),
                                       .is_spoken = query_int(q, 7) != 0,
                                       .due_at = query_int(q, 8),
                                       .ended_at = query_int(q, 9) };
        query_copy(q, 2, handover->team, sizeof handover->team);
        query_copy(q, 10, handover->ended_by, sizeof handover->ended_by);
    }
    query_end(q);
    return found;
}

static const char GET[] = ROW "WHERE number = ?1";

int handover_get(struct db *db, int64_t number, struct handover *handover, struct error *error)
{
    struct query *q = db_query(db, GET);

    query_bind_int(q, 1, number);
    return take(q, handover, error);
}

int handover_require(struct db *db, int64_t number, struct handover *handover, struct error *error)
{
    int found = handover_get(db, number, handover, error);

    if (found == 0)
        return error_set(error, "case %lld has vanished", (long long)number);
    return found == 1 ? 0 : -1;
}

static const char OPEN[] = ROW "WHERE conversation = ?1 AND state <> 'over'";

int handover_open(struct db *db, int64_t conversation, struct handover *handover, struct error *error)
{
    struct query *q = db_query(db, OPEN);

    query_bind_int(q, 1, conversation);
    return take(q, handover, error);
}

static const char DUE[] = ROW "WHERE due_at <= ?1 ORDER BY due_at, number LIMIT 1";

int handover_due(struct db *db, int64_t now, struct handover *handover, struct error *error)
{
    struct query *q = db_query(db, DUE);

    query_bind_int(q, 1, now);
    return take(q, handover, error);
}

static const char NEXT_DUE[] = "SELECT min(due_at) FROM handover WHERE due_at IS NOT NULL";

int handover_next_due(struct db *db, int64_t *at, struct error *error)
{
    return query_number(db_query(db, NEXT_DUE), INT64_MAX, at, error);
}

static const char KEEP[] = "UPDATE handover SET team = ?2, state = ?3, told_at = nullif(?4, 0), moved_at = ?5, is_spoken = ?6, "
                           "due_at = nullif(?7, 0), ended_at = nullif(?8, 0), ended_by = ?9 WHERE number = ?1";

int handover_keep(struct db *db, const struct handover *handover, struct error *error)
{
    struct query *q = db_query(db, KEEP);

    query_bind_int(q, 1, handover->number);
    query_bind_text(q, 2, handover->team);
    query_bind_text(q, 3, STATES[handover->state]);
    query_bind_int(q, 4, handover->told_at);
    query_bind_int(q, 5, handover->moved_at);
    query_bind_int(q, 6, handover->is_spoken);
    query_bind_int(q, 7, handover->due_at);
    query_bind_int(q, 8, handover->ended_at);
    query_bind_text(q, 9, handover->ended_by);
    if (query_run(q, error) != 0)
        return -1;
    return handover->state == HANDOVER_OVER ? told_drop(db, handover->number, error) : 0;
}

static const char MOVE[] = "UPDATE handover SET conversation = ?2 WHERE number = ?1";

int handover_move(struct db *db, int64_t number, int64_t conversation, struct error *error)
{
    struct query *q = db_query(db, MOVE);

    query_bind_int(q, 1, number);
    query_bind_int(q, 2, conversation);
    return query_run(q, error);
}

static const char SHIFT[] = "UPDATE handover SET due_at = due_at + ?1, moved_at = moved_at + ?1 WHERE state <> 'over'";

int handover_shift(struct db *db, int64_t drift_ms, struct error *error)
{
    struct query *q = db_query(db, SHIFT);

    query_bind_int(q, 1, drift_ms);
    return query_run(q, error);
}

static const char PULL[] = "UPDATE handover SET due_at = ?1 WHERE due_at > ?1";

int handover_pull(struct db *db, int64_t latest, struct error *error)
{
    struct query *q = db_query(db, PULL);

    query_bind_int(q, 1, latest);
    return query_run(q, error);
}

/* Who was told */

static const char TOLD_PUT[] =
    "INSERT INTO told (contact, handover, at) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET at = excluded.at";

int told_put(struct db *db, int64_t contact, int64_t handover, int64_t now, struct error *error)
{
    struct query *q = db_query(db, TOLD_PUT);

    query_bind_int(q, 1, contact);
    query_bind_int(q, 2, handover);
    query_bind_int(q, 3, now);
    return query_run(q, error);
}

static const char TOLD_CONTACTS[] = "SELECT contact FROM told WHERE handover = ?1 ORDER BY contact";

int told_contacts(struct db *db, int64_t handover, int64_t contacts[HANDOVER_TOLD_MAX], size_t *count, struct error *error)
{
    struct query *q = db_query(db, TOLD_CONTACTS);
    int more = 1;

    query_bind_int(q, 1, handover);
    for (*count = 0; *count < HANDOVER_TOLD_MAX && (more = query_step(q, error)) == 1; ++*count)
        contacts[*count] = query_int(q, 0);
    query_end(q);
    return more < 0 ? -1 : 0;
}

static const char TOLD_DROP[] = "DELETE FROM told WHERE handover = ?1";

int told_drop(struct db *db, int64_t handover, struct error *error)
{
    struct query *q = db_query(db, TOLD_DROP);

    query_bind_int(q, 1, handover);
    return query_run(q, error);
}

static const char TOLD_REMOVE[] = "DELETE FROM told WHERE contact = ?1 AND handover = ?2";

int told_remove(struct db *db, int64_t contact, int64_t handover, struct error *error)
{
    struct query *q = db_query(db, TOLD_REMOVE);

    query_bind_int(q, 1, contact);
    query_bind_int(q, 2, handover);
    return query_run(q, error);
}

static const char TOLD_NEXT[] = "SELECT contact FROM told WHERE contact > ?1 ORDER BY contact LIMIT 1";

int told_next(struct db *db, int64_t after, int64_t *contact, struct error *error)
{
    struct query *q = db_query(db, TOLD_NEXT);

    query_bind_int(q, 1, after);
    return query_find(q, contact, error);
}

static const char IS_CALLED[] = "SELECT 1 FROM identity WHERE contact = ?1 AND value = ?2 AND kind <> 'braze'";

int told_is_called(struct db *db, int64_t contact, const char *name, struct error *error)
{
    struct query *q = db_query(db, IS_CALLED);

    query_bind_int(q, 1, contact);
    query_bind_text(q, 2, name);
    return query_is_there(q, error);
}

#define NAME "coalesce(nullif(c.first_name, ''), nullif(c.profile_name, ''), c.address)"

/* The first that Braze took; what is still on its way, held or dead she has not read. */
#define READ_AT                                                                                                           \
    "coalesce((SELECT o.settled_at FROM notice n JOIN outbox o ON o.message = n.message WHERE n.contact = t.contact "     \
    "AND n.is_over = 0 AND n.at >= h.at AND n.handover = h.number AND o.state = 'accepted' ORDER BY n.at LIMIT 1), 0)"

/* By the name that she had when she took it, as far as that is read (struct conversation): an external id may have come since. */
#define IS_HERS                                                                                                           \
    "v.agent <> '' AND EXISTS (SELECT 1 FROM identity i WHERE i.contact = t.contact AND (i.value = v.agent "              \
    "OR (length(CAST(v.agent AS BLOB)) > 120 AND instr(i.value, v.agent) = 1)))"

static const char TOLD_CASES[] =
    "SELECT h.number, h.conversation, " READ_AT ", h.moved_at, " NAME ", v.channel, v.agent, v.owner = 'agent', "
    "coalesce((SELECT m.text FROM message m WHERE m.conversation = v.id AND m.kind = 'in' ORDER BY m.id DESC LIMIT 1), ''), "
    IS_HERS " FROM told t JOIN handover h ON h.number = t.handover JOIN conversation v ON v.id = h.conversation "
    "JOIN contact c ON c.id = v.contact WHERE t.contact = ?1 ORDER BY h.number";

int told_cases(struct db *db, int64_t contact, struct told_list *cases, struct error *error)
{
    struct query *q = db_query(db, TOLD_CASES);
    int more;

    query_bind_int(q, 1, contact);
    while ((more = query_step(q, error)) == 1) {
        cases->list = alloc_resize(cases->list, cases->count + 1, sizeof *cases->list);
        cases->list[cases->count++] = (struct told_case){ .number = query_int(q, 0),
                                                          .conversation = query_int(q, 1),
                                                          .read_at = query_int(q, 2),
                                                          .moved_at = query_int(q, 3),
                                                          .name = alloc_text(query_text(q, 4)),
                                                          .channel = alloc_text(query_text(q, 5)),
                                                          .agent = alloc_text(query_text(q, 6)),
                                                          .is_open = query_int(q, 7) != 0,
                                                          .text = alloc_text(query_text(q, 8)),
                                                          .is_hers = query_int(q, 9) != 0 };
    }
    query_end(q);
    return more < 0 ? -1 : 0;
}

void told_list_release(struct told_list *cases)
{
    for (size_t i = 0; i < cases->count; i++) {
        free(cases->list[i].name);
        free(cases->list[i].channel);
        free(cases->list[i].agent);
        free(cases->list[i].text);
    }
    free(cases->list);
    *cases = (struct told_list){ 0 };
}

/* Colleagues */

static const char COLLEAGUE_GET[] =
    "SELECT handover, since, quiet_until, late_until FROM colleague WHERE contact = ?1";

int colleague_get(struct db *db, int64_t contact, struct colleague *colleague, struct error *error)
{
    struct query *q = db_query(db, COLLEAGUE_GET);
    int found;

    query_bind_int(q, 1, contact);
    found = query_step(q, error);
    *colleague = (struct colleague){ .contact = contact };
    if (found == 1) {
        colleague->handover = query_int(q, 0);
        colleague->since = query_int(q, 1);
        colleague->quiet_until = query_int(q, 2);
        colleague->late_until = query_int(q, 3);
    }
    query_end(q);
    return found;
}

static const char COLLEAGUE_PUT[] =
    "INSERT INTO colleague (contact, handover, since, quiet_until, late_until) VALUES (?1, ?2, ?3, ?4, ?5) "
    "ON CONFLICT DO UPDATE SET handover = excluded.handover, since = excluded.since, quiet_until = excluded.quiet_until, "
    "late_until = excluded.late_until";

int colleague_put(struct db *db, const struct colleague *colleague, struct error *error)
{
    struct query *q = db_query(db, COLLEAGUE_PUT);

    query_bind_int(q, 1, colleague->contact);
    query_bind_int(q, 2, colleague->handover);
    query_bind_int(q, 3, colleague->since);
    query_bind_int(q, 4, colleague->quiet_until);
    query_bind_int(q, 5, colleague->late_until);
    return query_run(q, error);
}

static const char COLLEAGUE_ANY[] = "SELECT 1 FROM colleague LIMIT 1";

int colleague_any(struct db *db, struct error *error)
{
    return query_is_there(db_query(db, COLLEAGUE_ANY), error);
}

/* Kept texts */

static const char KEPT_PUT[] = "INSERT INTO kept (message, contact, until_at) VALUES (?1, ?2, ?3)";

int kept_put(struct db *db, int64_t message, int64_t contact, int64_t until_at, struct error *error)
{
    struct query *q = db_query(db, KEPT_PUT);

    query_bind_int(q, 1, message);
    query_bind_int(q, 2, contact);
    query_bind_int(q, 3, until_at);
    return query_run(q, error);
}

/* Nor what a clock has written that was ahead: nobody knows how old it is. */
static const char KEPT_LATE[] = "DELETE FROM kept WHERE contact = ?1 AND (until_at <= ?2 OR until_at > ?2 + ?3)";
static const char KEPT_TEXTS[] =
    "SELECT m.text FROM kept k JOIN message m ON m.id = k.message WHERE k.contact = ?1 ORDER BY k.message";

/* Each text with its NUL; the number of them, or -1. */
static int gather(struct query *q, struct buf *texts, size_t *count, struct error *error)
{
    int more;

    for (*count = 0; (more = query_step(q, error)) == 1; ++*count)
        buf_add(texts, query_text(q, 0), strlen(query_text(q, 0)) + 1);
    query_end(q);
    return more;
}

int kept_texts(struct db *db, int64_t contact, int64_t now, int64_t longest_ms, struct buf *texts, size_t *count,
               struct error *error)
{
    struct query *q = db_query(db, KEPT_LATE);

    query_bind_int(q, 1, contact);
    query_bind_int(q, 2, now);
    query_bind_int(q, 3, longest_ms);
    if (query_run(q, error) != 0)
        return -1;
    q = db_query(db, KEPT_TEXTS);
    query_bind_int(q, 1, contact);
    return gather(q, texts, count, error);
}

static const char KEPT_DROP[] = "DELETE FROM kept WHERE contact = ?1";

int kept_drop(struct db *db, int64_t contact, struct error *error)
{
    struct query *q = db_query(db, KEPT_DROP);

    query_bind_int(q, 1, contact);
    return query_run(q, error);
}

/* Of a conversation */

static const char CUSTOMER[] =
    "SELECT " NAME ", c.address FROM conversation v JOIN contact c ON c.id = v.contact WHERE v.id = ?1";

int handover_customer(struct db *db, int64_t conversation, struct buf *name, struct buf *address, struct error *error)
{
    struct query *q = db_query(db, CUSTOMER);
    int found;

    query_bind_int(q, 1, conversation);
    found = query_step(q, error);
    if (found == 1) {
        buf_add_text(name, query_text(q, 0));
        buf_add_text(address, query_text(q, 1));
    }
    query_end(q);
    return found < 0 ? -1 : 0;
}

static const char WORDS[] = "SELECT text, media FROM (SELECT id, text, media FROM message WHERE conversation = ?1 "
                            "AND kind = 'in' ORDER BY id DESC LIMIT ?2) ORDER BY id";

int handover_words(struct db *db, int64_t conversation, int max, struct buf *texts, size_t *count, struct error *error)
{
    struct query *q = db_query(db, WORDS);
    int more;

    query_bind_int(q, 1, conversation);
    query_bind_int(q, 2, max);
    for (*count = 0; (more = query_step(q, error)) == 1; ++*count)
        for (int column = 0; column < 2; column++)
            buf_add(texts, query_text(q, column), strlen(query_text(q, column)) + 1);
    query_end(q);
    return more;
}

static const char UNANSWERED[] =
    "SELECT m.conversation FROM outbox o JOIN message m ON m.id = o.message AND m.kind = 'agent' WHERE o.id = ?1 "
    "AND NOT EXISTS (SELECT 1 FROM message a JOIN outbox p ON p.message = a.id WHERE a.conversation = m.conversation "
    "AND a.id > coalesce((SELECT max(i.id) FROM message i WHERE i.conversation = m.conversation AND i.kind = 'in'), 0) "
    "AND a.kind = 'agent' AND (p.settled_at IS NULL OR p.state = 'accepted' OR p.state = 'held'))";

int handover_unanswered(struct db *db, int64_t outbox, int64_t *conversation, struct error *error)
{
    struct query *q = db_query(db, UNANSWERED);
    int found;

    query_bind_int(q, 1, outbox);
    found = query_step(q, error);
    if (found == 1)
        *conversation = query_int(q, 0);
    query_end(q);
    return found;
}

/* Nobody but a colleague writes as somebody who has an identity. */
static const char AUTHOR[] =
    "SELECT g.contact, (SELECT max(h.number) FROM handover h WHERE h.conversation = m.conversation), m.text FROM outbox o "
    "JOIN message m ON m.id = o.message AND m.kind = 'agent' "
    "JOIN identity i ON i.kind IN ('external', 'phone') AND i.value = m.actor "
    "JOIN colleague g ON g.contact = i.contact WHERE o.id = ?1 "
    "AND EXISTS (SELECT 1 FROM handover h WHERE h.conversation = m.conversation) LIMIT 1";

int handover_author(struct db *db, int64_t outbox, int64_t *contact, int64_t *number, struct buf *text, struct error *error)
{
    struct query *q = db_query(db, AUTHOR);
    int found;

    query_bind_int(q, 1, outbox);
    found = query_step(q, error);
    if (found == 1) {
        *contact = query_int(q, 0);
        *number = query_int(q, 1);
        buf_add_text(text, query_text(q, 2));
    }
    query_end(q);
    return found;
}

static const char IS_WORK[] =
    "SELECT EXISTS (SELECT 1 FROM conversation v JOIN colleague g ON g.contact = v.contact WHERE v.id = ?1) "
    "AND NOT EXISTS (SELECT 1 FROM event WHERE conversation = ?1 AND kind IN ('handoff', 'take')) "
    "AND NOT EXISTS (SELECT 1 FROM message m JOIN turn t ON t.id = m.turn WHERE m.conversation = ?1 AND m.kind = 'in' "
    "AND t.state <> 'agent')";

int handover_is_work(struct db *db, int64_t conversation, struct error *error)
{
    struct query *q = db_query(db, IS_WORK);
    int found;

    query_bind_int(q, 1, conversation);
    found = query_step(q, error);
    if (found == 1)
        found = query_int(q, 0) != 0;
    query_end(q);
    return found;
}
