/*
 * check_backend: slips in what is said of backends.
 *
 * - A backend that nothing consults: no rule, no step, no other as its fallback, and no summary.
 * - A body in which what the customer wrote does not stand.
 * - More time for an answer than answers are worth sending: who is answered behind that hears nothing.
 */
#include <string.h>

#include "base/clock.h"
#include "rules/build_backend.h"
#include "rules/checks.h"

static bool is_consulted(const struct ruleset *ruleset, const struct backend *backend)
{
    const struct flow_private *private = ruleset->private->flow;
    if (strcmp(ruleset_setting(ruleset, "summary_backend"), backend->name) == 0)
        return true;
    for (size_t i = 0; i < ruleset->rule_count; i++)
        if (ruleset->rules[i].backend == backend)
            return true;
    for (size_t i = 0; i < private->step_rows.count; i++)
        if (private->steps[i].backend != NULL && strcmp(private->steps[i].backend, backend->name) == 0)
            return true;
    for (size_t i = 0; i < ruleset->backend_count; i++)
        if (ruleset->backends[i].fallback == backend)
            return true;
    return false;
}

void check_unused_backends(struct check *check)
{
    for (size_t i = 0; i < check->ruleset->backend_count; i++) {
        const struct backend *backend = &check->ruleset->backends[i];
        if (!is_consulted(check->ruleset, backend))
            check_warn(check, backend->file, backend->line,
                       "nothing consults the backend %s; add a rule, as in INSERT INTO rule (name, priority, action, target) "
                       "VALUES ('rest', 0, 'consult', '%s'); or name it as the fallback of another",
                       backend->name, backend->name);
    }
}

static bool tells_message(const struct backend *backend)
{
    const struct template *body = backend->http.is_get ? backend->http.url : backend->http.body;
    return flow_quotes(body, "message") || flow_quotes(body, "messages");
}

void check_backend_bodies(struct check *check)
{
    for (size_t i = 0; i < check->ruleset->backend_count; i++) {
        const struct backend *backend = &check->ruleset->backends[i];
        if (backend->kind == BACKEND_HTTP && !tells_message(backend))
            check_warn(check, backend->file, backend->line,
                       "the backend %s is never told what the customer wrote; put {{ message }} into its body, as in "
                       "{\"text\": {{ message }}}",
                       backend->name);
    }
}

void check_backend_deadlines(struct check *check)
{
    int64_t worth_ms = ruleset_setting_number(check->ruleset, "reply_expires");
    for (size_t i = 0; i < check->ruleset->backend_count; i++) {
        const struct backend *backend = &check->ruleset->backends[i];
        struct buf worth = { 0 }, turn = { 0 };
        if (backend->kind == BACKEND_FAQ || backend->turn_deadline_ms < worth_ms)
            continue;
        clock_format_duration(worth_ms, &worth);
        clock_format_duration(backend->turn_deadline_ms, &turn);
        check_warn(check, backend->file, backend->line,
                   "the backend %s has %s for an answer (turn_deadline), and after %s (reply_expires) none is sent any more: a "
                   "customer whom it answers later hears nothing; let reply_expires be longer",
                   backend->name, buf_text(&turn), buf_text(&worth));
        buf_release(&worth);
        buf_release(&turn);
    }
}

bool check_backend_may(const struct ruleset *ruleset, enum backend_act_kind kind, const char *target)
{
    for (size_t i = 0; i < ruleset->backend_count; i++) {
        const struct backend *backend = &ruleset->backends[i];
        if (kind == ACT_HANDOFF && backend->team != NULL && (target == NULL || strcmp(backend->team, target) == 0))
            return true;
        for (size_t j = 0; j < backend->act_count; j++)
            if (backend->acts[j].kind == kind && (target == NULL || strcmp(backend->acts[j].target, target) == 0))
                return true;
    }
    return false;
}
