/*
 * build_backend_act: what a backend may do beside talking: 'handoff support, close, flow order, set size'.
 *
 * Every name on the list is that of something there: a team, a flow, or a variable as conditions know it, from a
 * rule_set row or out of a flow.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "rules/build_backend.h"

static const char *find_team(const struct ruleset *ruleset, struct nearest *nearest)
{
    const struct team *team = ruleset_team(ruleset, nearest->word);
    for (size_t i = 0; team == NULL && i < ruleset->team_count; i++)
        nearest_offer(nearest, ruleset->teams[i].name);
    return team != NULL ? team->name : NULL;
}

static const char *find_flow(const struct ruleset *ruleset, struct nearest *nearest)
{
    const struct flow *flow = ruleset_flow(ruleset, nearest->word);
    for (size_t i = 0; flow == NULL && i < ruleset->flow_count; i++)
        nearest_offer(nearest, ruleset->flows[i].name);
    return flow != NULL ? flow->name : NULL;
}

static const char *find_variable(const struct ruleset *ruleset, struct nearest *nearest)
{
    for (size_t i = 0; i < ruleset->variable_count; i++) {
        if (strcmp(ruleset->variables[i], nearest->word) == 0)
            return ruleset->variables[i];
        nearest_offer(nearest, ruleset->variables[i]);
    }
    for (size_t i = 0; i < ruleset->flow_count; i++) {
        const struct scope *scope = &ruleset->private->flow->scopes[i];
        const struct scope_name *found = scope_find(scope, nearest->word);
        if (found != NULL)
            return found->name;
        for (size_t j = 0; j < scope->count; j++)
            nearest_offer(nearest, scope->names[j].name);
    }
    return NULL;
}

static const struct {
    const char *noun; /* NULL: takes no name */
    const char *(*find)(const struct ruleset *ruleset, struct nearest *nearest);
} TARGETS[] = {
    [ACT_HANDOFF] = { "team", find_team },
    [ACT_CLOSE] = { NULL, NULL },
    [ACT_FLOW] = { "flow", find_flow },
    [ACT_SET] = { "variable", find_variable },
};

static int choose_act(const struct row *row, const char *word, int *kind, struct error *error)
{
    struct nearest nearest = { .word = word };
    struct buf advice = { 0 };
    for (*kind = 0; backend_act_names[*kind] != NULL; ++*kind)
        if (strcmp(backend_act_names[*kind], word) == 0)
            return 0;
    nearest_offer_list(&nearest, backend_act_names);
    nearest_advise(&nearest, backend_act_names, &advice);
    row_refuse(row, error, "acts: a backend cannot do '%s'%s", word, buf_text(&advice));
    buf_release(&advice);
    return -1;
}

static int find_target(const struct ruleset *ruleset, const struct row *row, const char *name, struct backend_act *act,
                       struct error *error)
{
    struct nearest nearest = { .word = name };
    const char *word = backend_act_names[act->kind], *noun = TARGETS[act->kind].noun;
    if (noun == NULL && *name != '\0')
        return row_refuse(row, error, "acts: %s takes no name; write '%s'", word, word);
    if (noun == NULL)
        return 0;
    if (*name == '\0')
        return row_refuse(row, error, "acts: %s needs the name of a %s, as in '%s NAME'", word, noun, word);
    act->target = TARGETS[act->kind].find(ruleset, &nearest);
    return act->target != NULL ? 0 : build_refuse_unknown(row, noun, &nearest, error);
}

/* "flow order": the word, then the name, which may hold blanks. `entry` is cut in two. */
static int add_act(const struct ruleset *ruleset, struct backend_made *made, char *entry, struct error *error)
{
    struct backend *backend = made->backend;
    char *name = entry + strcspn(entry, " \t\r\n");
    struct backend_act act = { 0 };
    int kind;
    if (*name != '\0')
        *name++ = '\0';
    name += strspn(name, " \t\r\n");
    if (choose_act(made->row, entry, &kind, error) != 0)
        return -1;
    act.kind = (enum backend_act_kind)kind;
    if (backend->kind == BACKEND_RASA && act.kind != ACT_HANDOFF)
        return row_refuse(made->row, error, "acts: a Rasa bot can hand off, and nothing else: take out '%s'", entry);
    if (find_target(ruleset, made->row, name, &act, error) != 0)
        return -1;
    if (backend_act(backend, act.kind, act.target) != NULL)
        return row_refuse(made->row, error, "acts holds '%s%s%s' twice", entry, *name != '\0' ? " " : "", name);
    if (backend->act_count == BACKEND_ACTS_MAX)
        return row_refuse(made->row, error, "acts holds more than %d entries", BACKEND_ACTS_MAX);
    made->act_list[backend->act_count++] = act;
    return 0;
}

/* A body's flag that says "a person, please" needs to know of which team. */
static int check_handoff(const struct backend_made *made, struct error *error)
{
    const struct backend *backend = made->backend;
    bool has_team = backend->http.handoff_at == NULL;
    for (size_t i = 0; i < backend->act_count; i++)
        has_team |= backend->acts[i].kind == ACT_HANDOFF;
    if (has_team)
        return 0;
    return row_refuse(made->row, error, "handoff_at tells that a person is wanted; say in acts of which team, as in "
                                        "'handoff support'");
}

int backend_take_acts(const struct ruleset *ruleset, struct backend_made *made, struct error *error)
{
    const char *at = row_value(made->row, "acts"), *start;
    size_t len;
    int found;
    made->backend->acts = made->act_list;
    while ((found = backend_next_entry(made->row, "acts", &at, &start, &len, error)) == 1) {
        char *entry = alloc_bytes(start, len);
        int result = add_act(ruleset, made, entry, error);
        free(entry);
        if (result != 0)
            return -1;
    }
    return found == 0 ? check_handoff(made, error) : -1;
}

int backend_check_variables(const struct ruleset *ruleset, struct backend_made *made, struct error *error)
{
    static const char PREFIX[] = "fact.variables.";
    const struct backend_http *http = &made->backend->http;
    const struct template *body = http->is_get ? http->url : http->body;
    for (size_t i = 0; body != NULL && i < template_name_count(body); i++) {
        const char *name = template_name(body, i);
        struct nearest nearest = { .word = name + sizeof PREFIX - 1 };
        if (strncmp(name, PREFIX, sizeof PREFIX - 1) == 0 && find_variable(ruleset, &nearest) == NULL)
            return build_refuse_unknown(made->row, "variable", &nearest, error);
    }
    return 0;
}
