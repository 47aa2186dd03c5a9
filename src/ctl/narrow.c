/*
 * narrow: see the header.
 */
#include <stdlib.h>
#include <string.h>

#include "backend/backend.h"
#include "base/alloc.h"
#include "base/nearest.h"
#include "ctl/live.h"
#include "ctl/narrow.h"
#include "flow/flow.h"
#include "store/name.h"
#include "store/pick.h"

static int read_period(const struct call *call, struct filter *filter)
{
    int code = call_since(call, &filter->since);

    if (code == EXIT_DONE)
        code = call_until(call, &filter->until);
    if (code == EXIT_DONE && filter->until > 0 && filter->until <= filter->since)
        return call_fail(call, EXIT_USAGE, "--until has to be later than --since");
    return code;
}

int narrow_read(const struct call *call, int64_t rows, struct filter *filter)
{
    const char *const *options = call->parsed->options;
    int code;

    *filter = (struct filter){
        .user = options[OPTION_USER],
        .phone = options[OPTION_PHONE],
        .channel = options[OPTION_CHANNEL],
        .rule = options[OPTION_RULE],
        .flow = options[OPTION_FLOW],
        .backend = options[OPTION_BACKEND],
        .owner = options[OPTION_OWNER],
        .outcome = options[OPTION_OUTCOME],
        .is_unanswered = options[OPTION_UNANSWERED] != NULL,
        .state = options[OPTION_STATE],
    };
    if ((code = call_check_word(call, OPTION_OWNER, NULL)) != EXIT_DONE ||
        (code = call_check_word(call, OPTION_OUTCOME, NULL)) != EXIT_DONE ||
        (code = call_limit(call, rows, &filter->limit)) != EXIT_DONE)
        return code;
    return read_period(call, filter);
}

/* Names */

struct names { /* owned */
    char **list;
    size_t count, room;
};

static void add_name(void *context, const char *name)
{
    struct names *names = context;
    if (names->count == names->room) {
        names->room = names->room > 0 ? 2 * names->room : 64;
        names->list = alloc_resize(names->list, names->room, sizeof *names->list);
    }
    names->list[names->count++] = alloc_text(name);
}

static void names_release(struct names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->list[i]);
    free(names->list);
}

/* Those in force. */
static void add_ruleset(struct names *names, enum name_kind kind, const struct ruleset *rules)
{
    for (size_t i = 0; kind == NAME_RULE && i < rules->rule_count; i++)
        add_name(names, rules->rules[i].name);
    for (size_t i = 0; kind == NAME_FLOW && i < rules->flow_count; i++)
        add_name(names, rules->flows[i].name);
    for (size_t i = 0; kind == NAME_BACKEND && i < rules->backend_count; i++)
        add_name(names, rules->backends[i].name);
    for (size_t i = 0; kind == NAME_CHANNEL && i < rules->channel_count; i++)
        add_name(names, rules->channels[i].name);
}

static int collect(struct call *call, struct db *db, enum name_kind kind, struct names *names)
{
    struct ruleset *rules = NULL;
    struct error error = { 0 };
    int code = live_read(call, db, &rules);

    if (code == EXIT_DONE && rules != NULL)
        add_ruleset(names, kind, rules);
    ruleset_free(rules);
    if (code == EXIT_DONE && name_list(db, kind, add_name, names, &error) < 0)
        code = call_read_failed(call, db, &error);
    return code;
}

enum { LISTED_MAX = 24 }; /* of a few names all are told */

/* What is in force has often been so before. */
static bool stands_before(const struct names *names, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (strcmp(names->list[i], names->list[index]) == 0)
            return true;
    return false;
}

static int refuse(const struct call *call, const char *what, const char *typed, const struct names *names)
{
    struct nearest nearest = { .word = typed };
    struct buf advice = { 0 };
    int code;

    for (size_t i = 0; i < names->count; i++)
        nearest_offer(&nearest, names->list[i]);
    nearest_advise(&nearest, NULL, &advice);
    for (size_t i = 0; nearest.best == NULL && names->count <= LISTED_MAX && i < names->count; i++)
        if (!stands_before(names, i))
            buf_addf(&advice, "%s%s", i == 0 ? "; known are " : ", ", names->list[i]);
    code = call_fail(call, EXIT_NOTHING, "there is no %s '%s', and there never was%s", what, typed, buf_text(&advice));
    buf_release(&advice);
    return code;
}

static int check_name(struct call *call, struct db *db, enum name_kind kind, const char *what, const char *typed)
{
    struct names names = { 0 };
    struct error error = { 0 };
    int known = typed != NULL ? name_is_known(db, kind, typed, &error) : 1, code;

    if (known != 0)
        return known < 0 ? call_read_failed(call, db, &error) : EXIT_DONE;
    code = collect(call, db, kind, &names);
    for (size_t i = 0; known == 0 && i < names.count; i++)
        known = strcmp(names.list[i], typed) == 0;
    if (code == EXIT_DONE && !known)
        code = refuse(call, what, typed, &names);
    names_release(&names);
    return code;
}

static int check_person(const struct call *call, struct db *db, const struct filter *filter)
{
    struct error error = { 0 };
    int known = filter->user != NULL || filter->phone != NULL ? pick_knows(db, filter, &error) : 1;

    if (known < 0)
        return call_read_failed(call, db, &error);
    if (known == 1)
        return EXIT_DONE;
    if (filter->user != NULL && filter->phone != NULL)
        return call_fail(call, EXIT_NOTHING, "there is no customer who is %s and has the phone %s", filter->user, filter->phone);
    if (filter->user != NULL)
        return call_fail(call, EXIT_NOTHING, "there is no customer with that external id, Braze id or phone: %s", filter->user);
    return call_fail(call, EXIT_NOTHING, "there is no customer with the phone %s", filter->phone);
}

int narrow_check_names(struct call *call, struct db *db, const struct filter *filter)
{
    int code = check_person(call, db, filter);

    if (code == EXIT_DONE)
        code = check_name(call, db, NAME_RULE, "rule", filter->rule);
    if (code == EXIT_DONE)
        code = check_name(call, db, NAME_FLOW, "flow", filter->flow);
    if (code == EXIT_DONE)
        code = check_name(call, db, NAME_BACKEND, "backend", filter->backend);
    if (code == EXIT_DONE)
        code = check_name(call, db, NAME_CHANNEL, "channel", filter->channel);
    return code;
}
