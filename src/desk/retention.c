/*
 * retention: see the header.
 */
#include "desk/chores.h"
#include "desk/retention.h"

enum { EVERY_MS = 3600 * 1000, TIDY_APART_MS = 100, PAGES_EACH = 64 };

static const char *const SETTINGS[RETENTION_CLASSES] = { "keep_webhooks", "keep_traces", "keep_messages" };

int64_t retention_before(const struct ruleset *rules, enum retention_class class, int64_t now)
{
    int64_t kept = ruleset_setting_number(rules, SETTINGS[class]);

    return kept == 0 ? 0 : now - kept;
}

int retention_run(struct desk *desk, int64_t now, struct error *error)
{
    int more = 0;

    if (now < desk->retention_at)
        return 0;
    for (int class = 0; class < RETENTION_MESSAGES; class++) {
        int64_t before = retention_before(desk->rules, (enum retention_class)class, now);
        int taken = before > 0 ? retention_empty(desk->db, (enum retention_class)class, before, now, error) : 0;

        if (taken < 0)
            return -1;
        more |= taken;
    }
    if (more)
        return 0;
    if (retention_rewind(desk->db, error) != 0)
        return -1;
    desk->retention_at = now + EVERY_MS;
    desk->has_to_tidy = true;
    return 0;
}

int64_t retention_next_at(const struct desk *desk)
{
    return chores_allow(desk, desk->retention_at);
}

int retention_tidy(struct desk *desk, int64_t now, struct error *error)
{
    int64_t before = retention_before(desk->rules, RETENTION_MESSAGES, now);
    int more;

    if (!desk->has_to_tidy || now < desk->tidied_at + TIDY_APART_MS)
        return 0;
    desk->tidied_at = now;
    more = before > 0 ? retention_delete(desk->db, before, now, error) : 0;
    if (more == 0)
        more = retention_shrink(desk->db, PAGES_EACH, error);
    if (more >= 0)
        desk->has_to_tidy = more == 1;
    return more < 0 ? -1 : 0;
}

void retention_hurry(struct desk *desk)
{
    desk->retention_at = 0;
}

int retention_finish(struct desk *desk, int64_t now, struct error *error)
{
    int64_t started = desk->retention_at = now;

    while (desk->retention_at <= started) {
        if (desk_begin(desk, error) != 0)
            return -1;
        if (retention_run(desk, now, error) != 0) {
            desk_rollback(desk);
            return -1;
        }
        if (desk_commit(desk, error) != 0)
            return -1;
    }
    while (desk->has_to_tidy) {
        desk->tidied_at = 0;
        if (retention_tidy(desk, now, error) != 0)
            return -1;
    }
    return 0;
}
