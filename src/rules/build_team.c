/*
 * build_team: teams, in two steps. First their names and people, which rules and steps refer to; once phrases and variables
 * stand, what is said for them, and who follows on whom.
 *
 * Of the people only the form is judged: whether Braze knows them is Braze's to say. A chain of `next` must end, else a case
 * that nobody takes would go round in it for ever.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/nearest.h"
#include "rules/build.h"
#include "rules/variable.h"
#include "text/words.h"

enum { TEAMS_MAX = 1000, PEOPLE_MAX = 20, PHONE_MIN = 7, PHONE_MAX = 15 };

struct people { /* of one team */
    char *text; /* the names, each with its NUL */
    const char **list;
    size_t count;
};

struct team_private {
    const struct row **rows; /* of each team */
    struct people *people;
    struct pattern *release_words, *close_words;
};

/* People */

/* Digits behind a +, as Braze writes phones. */
static bool is_phone(const char *name)
{
    size_t len = strlen(name + 1);

    return len >= PHONE_MIN && len <= PHONE_MAX && strspn(name + 1, "0123456789") == len;
}

static int check_person(const struct row *row, const struct people *people, const char *name, struct error *error)
{
    if (*name == '\0')
        return row_refuse(row, error, "notify_user '%s' names nobody between its commas", row_value(row, "notify_user"));
    if (strpbrk(name, "{}") != NULL)
        return row_refuse(row, error, "notify_user is the external id or the phone of a person of the business, as it stands; "
                                      "'%s' holds a brace",
                          name);
    if (*name == '+' && !is_phone(name))
        return row_refuse(row, error, "'%s' is no phone; write one with a + and the country's number, without blanks: "
                                      "+821012345678",
                          name);
    for (size_t i = 0; i < people->count; i++)
        if (strcmp(people->list[i], name) == 0)
            return row_refuse(row, error, "notify_user names '%s' twice", name);
    if (people->count == PEOPLE_MAX)
        return row_refuse(row, error, "notify_user names more than %d people", PEOPLE_MAX);
    return 0;
}

static char *trim(char *text)
{
    text += strspn(text, " \t");
    for (size_t len = strlen(text); len > 0 && strchr(" \t", text[len - 1]) != NULL; len--)
        text[len - 1] = '\0';
    return text;
}

static int take_people(const struct row *row, struct people *people, struct error *error)
{
    const char *given = row_value(row, "notify_user");
    char *rest;

    if (given == NULL)
        return 0;
    people->list = alloc_array(PEOPLE_MAX, sizeof *people->list);
    rest = people->text = alloc_text(given);
    while (rest != NULL) {
        char *name = strsep(&rest, ",");

        name = trim(name);
        if (check_person(row, people, name, error) != 0)
            return -1;
        people->list[people->count++] = name;
    }
    return 0;
}

static int take_campaign(const struct ruleset *ruleset, const struct row *row, struct team *team, struct error *error)
{
    struct nearest nearest = { .word = row_value(row, "campaign") };

    if (team->people_count > 0 && ruleset->campaign_count == 0)
        return row_refuse(row, error, "the team %s has somebody to be told (notify_user), but no campaign row carries texts; "
                                      "write one",
                          team->name);
    if (nearest.word == NULL)
        return 0;
    team->campaign = ruleset_campaign(ruleset, nearest.word);
    for (size_t i = 0; team->campaign == NULL && i < ruleset->campaign_count; i++)
        nearest_offer(&nearest, ruleset->campaigns[i].name);
    return team->campaign != NULL ? 0 : build_refuse_unknown(row, "campaign", &nearest, error);
}

/* Another desk */

/* Without a secret nobody could tell what comes from here. */
static int take_endpoint(const struct ruleset *ruleset, const struct row *row, const char *url_column,
                         const char *secret_column, const char **url, const char **secret_env, struct error *error)
{
    *url = row_value(row, url_column);
    if (*url != NULL && strchr(*url, '{') != NULL)
        return row_refuse(row, error, "%s is one address for every customer, and holds no {{ }}", url_column);
    if ((*url != NULL && build_check_url(ruleset, row, url_column, *url, error) != 0) ||
        build_take_env(row, secret_column, "team", "SUPPORT_SECRET", secret_env, error) != 0)
        return -1;
    if (*url != NULL && *secret_env == NULL)
        return row_refuse(row, error, "%s needs %s, the environment variable that holds the secret by which what is sent there "
                                      "is signed (whsec_ and base64)",
                          url_column, secret_column);
    if (*url == NULL && *secret_env != NULL)
        return row_refuse(row, error, "%s is for %s, which is missing", secret_column, url_column);
    return 0;
}

static int take_team(struct ruleset *ruleset, const struct row *row, struct error *error)
{
    struct team_private *private = ruleset->private->team;
    struct people *people = &private->people[ruleset->team_count];
    struct team *team = &ruleset->private->teams[ruleset->team_count];
    const struct team *same;

    *team = (struct team){ .file = row->file, .line = row->line };
    if (row_require(row, "name", &team->name, error) != 0)
        return -1;
    same = ruleset_team(ruleset, team->name);
    if (same != NULL)
        return row_refuse(row, error, "there is already a team '%s' in %s:%d", team->name, same->file, same->line);
    private->rows[ruleset->team_count++] = row;
    if (take_people(row, people, error) != 0)
        return -1;
    team->people = people->list;
    team->people_count = people->count;
    ruleset->has_people |= people->count > 0;
    if (take_endpoint(ruleset, row, "notify_url", "notify_secret_env", &team->notify_url, &team->notify_secret_env, error) != 0 ||
        take_endpoint(ruleset, row, "relay_url", "relay_secret_env", &team->relay_url, &team->relay_secret_env, error) != 0)
        return -1;
    return take_campaign(ruleset, row, team, error);
}

int build_teams(struct ruleset *ruleset, struct error *error)
{
    struct ruleset_private *private = ruleset->private;
    size_t count = rows_count(&private->rows, "team"), at = 0;
    const struct row *row;

    if (count > TEAMS_MAX)
        return error_set(error, "there are more than %d rows in team", TEAMS_MAX);
    private->team = alloc_new(sizeof *private->team);
    private->team->rows = alloc_array(count, sizeof *private->team->rows);
    private->team->people = alloc_array(count, sizeof *private->team->people);
    ruleset->teams = private->teams = alloc_array(count, sizeof *private->teams);
    while ((row = rows_next(&private->rows, "team", &at)) != NULL)
        if (take_team(ruleset, row, error) != 0)
            return -1;
    return 0;
}

/* What is said */

static int take_text(const struct ruleset *ruleset, const struct row *row, const char *column, struct template **text,
                     struct error *error)
{
    const char *source = row_value(row, column);

    if (source == NULL)
        return 0;
    if (source[strspn(source, " \t\r\n")] == '\0')
        return row_refuse(row, error, "%s holds nothing but blanks; write NULL to say nothing", column);
    *text = template_new(source, error);
    if (*text == NULL || variable_check_template(ruleset, *text, NULL, error) != 0)
        return row_blame(row, column, error);
    return 0;
}

static int take_next(const struct ruleset *ruleset, const struct row *row, struct team *team, struct error *error)
{
    struct nearest nearest = { .word = row_value(row, "next") };

    if (nearest.word == NULL)
        return 0;
    team->next = ruleset_team(ruleset, nearest.word);
    for (size_t i = 0; team->next == NULL && i < ruleset->team_count; i++)
        nearest_offer(&nearest, ruleset->teams[i].name);
    return team->next != NULL ? 0 : build_refuse_unknown(row, "team", &nearest, error);
}

static int check_chain(const struct ruleset *ruleset, const struct row *row, const struct team *team, struct error *error)
{
    const struct team *at = team->next;

    for (size_t i = 0; at != NULL && i < ruleset->team_count; i++)
        at = at->next;
    if (at == NULL)
        return 0;
    return row_refuse(row, error, "a case that nobody takes would go round from team to team for ever: %s, %s …; write NULL as "
                                  "the next of the last one",
                      team->name, team->next->name);
}

static struct pattern *compile_words(const struct ruleset *ruleset, const char *setting)
{
    struct buf source = { 0 };
    struct pattern *pattern;

    if (words_compile(ruleset_setting(ruleset, setting), &source, NULL) != 0)
        abort(); /* the setting was judged */
    pattern = pattern_new_generated(buf_text(&source), NULL);
    buf_release(&source);
    return pattern;
}

int build_team_texts(struct ruleset *ruleset, struct error *error)
{
    struct team_private *private = ruleset->private->team;

    ruleset->release_words = private->release_words = compile_words(ruleset, "release_words");
    ruleset->close_words = private->close_words = compile_words(ruleset, "close_words");
    for (size_t i = 0; i < ruleset->team_count; i++) {
        struct team *team = &ruleset->private->teams[i];
        const struct row *row = private->rows[i];

        if (take_text(ruleset, row, "nobody", &team->nobody, error) != 0 ||
            take_text(ruleset, row, "closed", &team->closed, error) != 0 || take_next(ruleset, row, team, error) != 0)
            return -1;
    }
    for (size_t i = 0; i < ruleset->team_count; i++)
        if (check_chain(ruleset, private->rows[i], &ruleset->teams[i], error) != 0)
            return -1;
    return 0;
}

void teams_release(struct ruleset *ruleset)
{
    struct team_private *private = ruleset->private->team;

    if (private == NULL)
        return;
    for (size_t i = 0; i < ruleset->team_count; i++) {
        template_free(ruleset->private->teams[i].nobody);
        template_free(ruleset->private->teams[i].closed);
        free(private->people[i].text);
        free(private->people[i].list);
    }
    pattern_free(private->release_words);
    pattern_free(private->close_words);
    free(private->rows);
    free(private->people);
    free(private);
    free(ruleset->private->teams);
}
