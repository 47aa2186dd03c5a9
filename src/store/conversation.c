/*
 * conversation: see the header.
 */
#include <stdio.h>
#include <string.h>

#include "store/conversation.h"

/* The tally's columns, in the order in which they are read and written. */
#define TALLY                                                                                                      \
    "tally_minute, tally_heard, tally_hour, tally_said, tally_asked, tally_text, tally_same, tally_since, tally_ours, " \
    "tally_before, tally_over"
#define TALLY_SET                                                                                                    \
    "tally_minute = ?4, tally_heard = ?5, tally_hour = ?6, tally_said = ?7, tally_asked = ?8, tally_text = ?9, "       \
    "tally_same = ?10, tally_since = ?11, tally_ours = ?12, tally_before = ?13, tally_over = ?14"
enum { TALLY_READ = 9, TALLY_BOUND = 4, TALLY_COLUMNS = 11 };

static void take_tally(struct query *q, struct tally *tally)
{
    int64_t *const numbers[] = { &tally->minute, &tally->heard, &tally->hour,  &tally->said, &tally->asked,
                                 &tally->text,   &tally->same,  &tally->since, &tally->ours, &tally->before };
    int count = sizeof numbers / sizeof *numbers;

    for (int i = 0; i < count; i++)
        *numbers[i] = query_int(q, TALLY_READ + i);
    tally->is_over = query_int(q, TALLY_READ + count) != 0;
}

static void bind_tally(struct query *q, const struct tally *tally)
{
    const int64_t numbers[] = { tally->minute, tally->heard, tally->hour,  tally->said,   tally->asked,  tally->text,
                                tally->same,   tally->since, tally->ours, tally->before, tally->is_over };

    for (int i = 0; i < (int)(sizeof numbers / sizeof *numbers); i++)
        query_bind_int(q, TALLY_BOUND + i, numbers[i]);
}

static int take_row(struct query *q, struct conversation *conversation, struct error *error)
{
    int found = query_step(q, error);

    if (found == 1) {
        conversation->id = query_int(q, 0);
        conversation->contact = query_int(q, 1);
        conversation->epoch = query_int(q, 2);
        query_copy(q, 3, conversation->owner, sizeof conversation->owner);
        query_copy(q, 4, conversation->channel, sizeof conversation->channel);
        conversation->message_count = query_int(q, 5);
        conversation->last_in_at = query_int(q, 6);
        query_copy(q, 7, conversation->agent, sizeof conversation->agent);
        query_copy(q, 8, conversation->last_rule, sizeof conversation->last_rule);
        take_tally(q, &conversation->tally);
        conversation->closed_at = query_int(q, TALLY_READ + TALLY_COLUMNS);
    }
    query_end(q);
    return found;
}

static const char GET[] =
    "SELECT id, contact, epoch, owner, channel, message_count, last_in_at, agent, last_rule, " TALLY ", closed_at "
    "FROM conversation "
    "WHERE id = ?1";

int conversation_get(struct db *db, int64_t id, struct conversation *conversation, struct error *error)
{
    struct query *q = db_query(db, GET);

    query_bind_int(q, 1, id);
    return take_row(q, conversation, error);
}

int conversation_require(struct db *db, int64_t id, struct conversation *conversation, struct error *error)
{
    int found = conversation_get(db, id, conversation, error);

    if (found == 0)
        return error_set(error, "conversation %lld has vanished", (long long)id);
    return found == 1 ? 0 : -1;
}

static const char NEWEST[] =
    "SELECT id, contact, epoch, owner, channel, message_count, last_in_at, agent, last_rule, " TALLY ", closed_at "
    "FROM conversation "
    "WHERE contact = ?1 AND channel = ?2 ORDER BY id DESC LIMIT 1";

int conversation_newest(struct db *db, int64_t contact, const char *channel,
                        struct conversation *conversation, struct error *error)
{
    struct query *q = db_query(db, NEWEST);

    query_bind_int(q, 1, contact);
    query_bind_text(q, 2, channel);
    return take_row(q, conversation, error);
}

static const char WITH_PERSON[] =
    "SELECT id, contact, epoch, owner, channel, message_count, last_in_at, agent, last_rule, " TALLY ", closed_at "
    "FROM conversation INDEXED BY conversation_open "
    "WHERE contact = ?1 AND id > ?2 AND owner <> 'closed' AND owner = 'agent' ORDER BY id LIMIT 1";

int conversation_with_person(struct db *db, int64_t contact, int64_t after, struct conversation *conversation,
                             struct error *error)
{
    struct query *q = db_query(db, WITH_PERSON);

    query_bind_int(q, 1, contact);
    query_bind_int(q, 2, after);
    return take_row(q, conversation, error);
}

static const char OPEN[] = "INSERT INTO conversation (id, contact, channel, owner, opened_at, last_in_at, idle_at) "
                           "VALUES (?1, ?2, ?3, 'bot', ?4, ?4, ?5)";

int conversation_open(struct db *db, int64_t contact, const char *channel, int64_t now, int64_t idle_at,
                      struct conversation *conversation, struct error *error)
{
    static const char NEWEST_ID[] = DB_NEWEST_ID("conversation");
    struct query *q;
    int64_t id;

    if (db_next_id(db, NEWEST_ID, &id, error) != 0)
        return -1;
    q = db_query(db, OPEN);
    query_bind_int(q, 1, id);
    query_bind_int(q, 2, contact);
    query_bind_text(q, 3, channel);
    query_bind_int(q, 4, now);
    query_bind_int(q, 5, idle_at);
    if (query_run(q, error) != 0)
        return -1;
    memset(conversation, 0, sizeof *conversation);
    conversation->id = id;
    conversation->contact = contact;
    conversation->epoch = 1;
    conversation->last_in_at = now;
    snprintf(conversation->owner, sizeof conversation->owner, "bot");
    snprintf(conversation->channel, sizeof conversation->channel, "%s", channel);
    return 0;
}

static const char VARIABLES[] = "SELECT variables FROM conversation WHERE id = ?1";

int conversation_variables(struct db *db, int64_t id, struct buf *variables, struct error *error)
{
    struct query *q = db_query(db, VARIABLES);
    int found;

    query_bind_int(q, 1, id);
    found = query_step(q, error);
    if (found == 1)
        buf_add_text(variables, query_text(q, 0));
    query_end(q);
    return found;
}

static const char REMEMBER[] = "UPDATE conversation SET variables = ?2 WHERE id = ?1";

int conversation_remember(struct db *db, int64_t id, const char *variables, struct error *error)
{
    struct query *q = db_query(db, REMEMBER);

    query_bind_int(q, 1, id);
    query_bind_text(q, 2, variables);
    return query_run(q, error);
}

static const char HEARD[] =
    "UPDATE conversation SET last_in_at = iif(message_count = 0, ?2, max(last_in_at, ?2)), message_count = message_count + 1, "
    "last_rule = ?3, " TALLY_SET " WHERE id = ?1";

int conversation_heard(struct db *db, struct conversation *conversation, const char *rule, int64_t at,
                       struct error *error)
{
    struct query *q = db_query(db, HEARD);

    query_bind_int(q, 1, conversation->id);
    query_bind_int(q, 2, at);
    query_bind_text(q, 3, rule);
    bind_tally(q, &conversation->tally);
    if (query_run(q, error) != 0)
        return -1;
    if (conversation->message_count++ == 0 || conversation->last_in_at < at)
        conversation->last_in_at = at;
    return 0;
}

static const char HEARD_BEFORE[] =
    "UPDATE conversation SET last_in_at = iif(message_count = 0, ?2, max(last_in_at, ?2)) WHERE id = ?1";

int conversation_heard_before(struct db *db, struct conversation *conversation, int64_t last_in_at, struct error *error)
{
    struct query *q = db_query(db, HEARD_BEFORE);

    query_bind_int(q, 1, conversation->id);
    query_bind_int(q, 2, last_in_at);
    if (query_run(q, error) != 0)
        return -1;
    if (conversation->message_count == 0 || conversation->last_in_at < last_in_at)
        conversation->last_in_at = last_in_at;
    return 0;
}

static const char COUNT[] = "UPDATE conversation SET " TALLY_SET " WHERE id = ?1";

int conversation_count(struct db *db, const struct conversation *conversation, struct error *error)
{
    struct query *q = db_query(db, COUNT);

    query_bind_int(q, 1, conversation->id);
    bind_tally(q, &conversation->tally);
    return query_run(q, error);
}

static const char TOOK[] = "UPDATE conversation SET last_rule = ?2 WHERE id = ?1";

int conversation_took(struct db *db, int64_t id, const char *rule, struct error *error)
{
    struct query *q = db_query(db, TOOK);

    query_bind_int(q, 1, id);
    query_bind_text(q, 2, rule);
    return query_run(q, error);
}

/* Whose it is from now on; the caller's statement has said so already. */
static void change_owner(struct conversation *conversation, const char *owner, int64_t closed_at)
{
    conversation->closed_at = closed_at;
    snprintf(conversation->owner, sizeof conversation->owner, "%s", owner);
}

static const char GIVE[] = "UPDATE conversation SET owner = ?2, team = iif(?2 = 'agent' AND ?3 = '', team, ?3), agent = ?4, "
                           "epoch = epoch + 1, idle_at = nullif(?5, 0) WHERE id = ?1";

int conversation_give(struct db *db, struct conversation *conversation, const char *owner, const char *team,
                      const char *agent, int64_t idle_at, struct error *error)
{
    struct query *q = db_query(db, GIVE);

    query_bind_int(q, 1, conversation->id);
    query_bind_text(q, 2, owner);
    query_bind_text(q, 3, team);
    query_bind_text(q, 4, agent);
    query_bind_int(q, 5, idle_at);
    if (query_run(q, error) != 0)
        return -1;
    change_owner(conversation, owner, 0);
    conversation->epoch++;
    return 0;
}

static const char ASK_TEAM[] = "UPDATE conversation SET team = ?2 WHERE id = ?1";

int conversation_ask_team(struct db *db, int64_t id, const char *team, struct error *error)
{
    struct query *q = db_query(db, ASK_TEAM);

    query_bind_int(q, 1, id);
    query_bind_text(q, 2, team);
    return query_run(q, error);
}

static const char CLOSE[] = "UPDATE conversation SET owner = 'closed', team = '', agent = '', "
                            "epoch = epoch + (?3 = 'person'), idle_at = NULL, closed_at = ?2, closed_by = ?3 WHERE id = ?1";

int conversation_close(struct db *db, struct conversation *conversation, const char *closed_by, int64_t now,
                       struct error *error)
{
    struct query *q = db_query(db, CLOSE);

    query_bind_int(q, 1, conversation->id);
    query_bind_int(q, 2, now);
    query_bind_text(q, 3, closed_by);
    if (query_run(q, error) != 0)
        return -1;
    change_owner(conversation, "closed", now);
    conversation->epoch += strcmp(closed_by, "person") == 0;
    return 0;
}

static const char REOPEN[] = "UPDATE conversation SET owner = 'bot', closed_at = NULL, closed_by = '', "
                             "idle_at = ?2 WHERE id = ?1";

int conversation_reopen(struct db *db, struct conversation *conversation, int64_t idle_at, struct error *error)
{
    struct query *q = db_query(db, REOPEN);

    query_bind_int(q, 1, conversation->id);
    query_bind_int(q, 2, idle_at);
    if (query_run(q, error) != 0)
        return -1;
    change_owner(conversation, "bot", 0);
    conversation->agent[0] = '\0';
    return 0;
}

static const char CLOSED_BY[] = "SELECT closed_by FROM conversation WHERE id = ?1";

int conversation_closed_by(struct db *db, int64_t id, char closed_by[CLOSED_BY_MAX], struct error *error)
{
    struct query *q = db_query(db, CLOSED_BY);
    int found;

    query_bind_int(q, 1, id);
    found = query_step(q, error);
    if (found == 1)
        query_copy(q, 0, closed_by, CLOSED_BY_MAX);
    query_end(q);
    return found;
}

static const char SUM_UP[] =
    "UPDATE conversation SET outcome = ?2, summary = ?3, summary_by = ?4, summary_at = ?5 WHERE id = ?1";

int conversation_sum_up(struct db *db, int64_t id, const struct conversation_sum *sum, struct error *error)
{
    struct query *q = db_query(db, SUM_UP);

    query_bind_int(q, 1, id);
    query_bind_text(q, 2, sum->outcome);
    query_bind_text(q, 3, sum->summary);
    query_bind_text(q, 4, sum->summary_by);
    query_bind_int(q, 5, sum->at);
    return query_run(q, error);
}

static const char RAISE_ALL[] =
    "UPDATE conversation SET epoch = epoch + 1 WHERE contact = ?1 AND owner <> 'closed'";

int conversation_raise_all(struct db *db, int64_t contact, struct error *error)
{
    struct query *q = db_query(db, RAISE_ALL);

    query_bind_int(q, 1, contact);
    return query_run(q, error);
}
