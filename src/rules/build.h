/*
 * build: the private side of a ruleset, for the files of this room that put one together (build_*.c) and
 * take it apart (ruleset.c). Not for other rooms.
 *
 * Order matters: channels, campaigns and teams before the rules that name them; phrases and the names of
 * variables before the templates that ask for them; the names of flows and the backends before the rules that name
 * them; rules before what their matches set, the flows, the examples, and the talks; flows before what backends may do.
 * Each step may fail half way; what it made is in the ruleset by then, and ruleset_free takes it.
 */
#ifndef RULES_BUILD_H
#define RULES_BUILD_H

#include "base/error.h"
#include "rules/opening.h"
#include "base/nearest.h"
#include "rules/row.h"
#include "rules/ruleset.h"
#include "rules/setting.h"

/* Owns everything: the public lists are views of these, and all texts point into `rows` or at constants. */
struct ruleset_private {
    struct rows rows;
    bool is_stored; /* in force already: what its conditions compare was judged when they came in */
    struct settings settings;
    struct expressions *expressions; /* NULL: no rule has a condition */
    struct rule *rules;
    const struct rule **by_name; /* the same rules, sorted by name */
    struct rule_index *index;
    struct rule_example *examples;
    struct campaign *campaigns;
    struct channel *channels;
    struct team *teams;
    struct team_private *team; /* build_team.c; NULL until teams stand */
    struct opening *opening;
    struct phrase *phrases;
    struct faq *faqs;
    const char **variables; /* borrowed from the rows */
    struct rule_set *sets;  /* of all rules, those of one rule together */
    size_t set_count;
    struct flow_private *flow; /* build_flow.h */
    struct backend_private *backend; /* build_backend.h */
    struct attribute *attributes;
    struct profile_private *profile; /* build_profile.h; NULL until attributes stand */
    struct talk *talks;
    struct talk_line *talk_lines; /* of all talks, those of one talk together; likewise: */
    struct talk_given *talk_given;
};

int build_channels(struct ruleset *ruleset, struct error *error);
int build_campaigns(struct ruleset *ruleset, struct error *error);
int build_teams(struct ruleset *ruleset, struct error *error);
int build_team_texts(struct ruleset *ruleset, struct error *error); /* once phrases stand */
void teams_release(struct ruleset *ruleset);
int build_phrases(struct ruleset *ruleset, struct error *error);
int build_variables(struct ruleset *ruleset, struct error *error); /* their names */
int build_rules(struct ruleset *ruleset, struct error *error);
int build_sets(struct ruleset *ruleset, struct error *error);

/* What the customer's file learns, and who is told: once flows stand. */
int build_attributes(struct ruleset *ruleset, struct error *error);
int build_events(struct ruleset *ruleset, struct error *error);
int build_notices(struct ruleset *ruleset, struct error *error);
void profile_release(struct ruleset *ruleset);

/* Flows and services (build_flow.h): the words that are said to flows, names, then all the rest. */
void build_flow_words(struct ruleset *ruleset);
int build_services(struct ruleset *ruleset, struct error *error);
int build_flow_names(struct ruleset *ruleset, struct error *error);
int build_flows(struct ruleset *ruleset, struct error *error);
void flows_release(struct ruleset *ruleset);

/* Backends: all that is theirs alone; then, once flows and their variables are known, what they may do and say. */
int build_backends(struct ruleset *ruleset, struct error *error);
int build_backend_acts(struct ruleset *ruleset, struct error *error);
void backends_release(struct ruleset *ruleset);

/* build_address.c: is it an address that may be called? Values in {{ }} may stand behind its host. */
int build_check_url(const struct ruleset *ruleset, const struct row *row, const char *column, const char *url,
                    struct error *error);
/* The column key_env; `noun` is what the key opens. NULL where it is not given. */
int build_take_key(const struct row *row, const char *noun, const char **key_env, struct error *error);
/* The same of any column; `example` is how such a variable may be called. */
int build_take_env(const struct row *row, const char *column, const char *noun, const char *example, const char **env,
                   struct error *error);
/* build_service.c: is the column body JSON, whatever values it gets? `example` is how one looks. */
int build_check_body(const struct row *row, const struct template *body, const char *example, struct error *error);

/* Phrases that no rule asks for are looked at as well, once the rules' groups are known. */
int check_phrases(const struct ruleset *ruleset, struct error *error);

/* The column buttons of a rule whose campaign is known. */
int build_buttons(const struct ruleset *ruleset, const struct row *row, struct rule *rule,
                  struct error *error);

/*
 * The column only_if, of a rule or of what happens with it; `pattern` (may be NULL) is whose groups it may name. The
 * names of rules and channels in it are looked at later, once all are known.
 */
int build_only_if(struct ruleset *ruleset, const struct row *row, const struct pattern *pattern,
                  const struct expression **only_if, const char **source, struct error *error);
int build_check_known(const struct ruleset *ruleset, const char *source, struct error *error);

/* Does the text depend on nothing but the contact's language ("": the default)? Then it can be rendered. */
bool build_button_is_fixed(const struct ruleset *ruleset, const struct template *button);
void build_button_render(const struct ruleset *ruleset, const struct template *button, const char *language,
                         struct buf *out);

/* The table faq. An answer is checked like what a rule without a pattern says. */
int build_faqs(struct ruleset *ruleset, struct error *error);
void faqs_release(struct ruleset *ruleset);

int build_examples(struct ruleset *ruleset, struct error *error);
int build_talks(struct ruleset *ruleset, struct error *error);
void talks_release(struct ruleset *ruleset);

/* build_fact.c: the facts that an example or a talk may bring. What is not given is left as it is. */
int fact_take_language(const struct row *row, const char **language, struct error *error);
int fact_take_channel(const struct ruleset *ruleset, const struct row *row, const char **channel, struct error *error);
int fact_take_country(const struct row *row, const char **country, struct error *error);
int fact_take_open(const struct row *row, enum open_claim *open, struct error *error);
int fact_take_time(const struct ruleset *ruleset, const struct row *row, const char *column, int64_t *at,
                   struct error *error); /* 1: it is given */

/* May a variable have the name? */
int build_check_variable(const struct row *row, const char *name, struct error *error);

/* The sentence for a name that is not there: "there is no rule 'hurs'; did you mean 'hours'?" Always -1. */
int build_refuse_unknown(const struct row *row, const char *noun, const struct nearest *nearest,
                         struct error *error);

/* Why a tag rule is never the rule before. */
extern const char RULE_ONLY_TAGS[];

const struct team *ruleset_team(const struct ruleset *ruleset, const char *name); /* NULL: none */

/* The one word of each enum value, NULL-terminated. */
extern const char *const ruleset_action_names[];

#endif
