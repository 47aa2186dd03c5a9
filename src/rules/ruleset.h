/*
 * ruleset: all rule, flow, service, campaign, team, channel and setting rows loaded together; validated, compiled,
 * immutable.
 *
 * Built by ruleset_new from rule files; every reference is resolved, every template and pattern compiled,
 * every value checked, or the whole set is refused with "file.sql:line: sentence". Proofs (examples, talks) are run
 * by desk/proof.h. A built ruleset may be read by any thread; it is freed by its one owner.
 *
 * Settings are known here, each with type, default and bounds (ruleset_settings lists them for help and
 * docs).
 *
 * Conditions are statements of SQLite (store/expression.h), and the questions of the table faq stand in an index of
 * SQLite (store/faq.h): a ruleset that has any is used by one thread at a time, though not always the same.
 */
#ifndef RULES_RULESET_H
#define RULES_RULESET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/language.h"
#include "base/zone.h"
#include "store/expression.h"
#include "store/rulefile.h"
#include "text/pattern.h"
#include "text/template.h"

struct backend; /* backend/backend.h */
struct flow;    /* flow/flow.h */
struct service;
struct faq_index; /* store/faq.h */
struct talk; /* rules/talk.h */

/* A question that customers ask, and what is answered: rules/faq.h finds it. */
struct faq {
    const char *question;
    struct template *answer;
    const char *keywords;            /* as typed; NULL: none */
    char language[LANGUAGE_TAG_MAX]; /* a canonical tag; "": for customers of any language */
    const char *file;
    int line;
};

enum rule_action {
    ACTION_SAY,
    ACTION_IGNORE,
    ACTION_OPT_OUT,
    ACTION_OPT_IN,
    ACTION_HANDOFF,
    ACTION_CLOSE,
    ACTION_TAG, /* notes, and lets the next rule try */
    ACTION_FLOW,
    ACTION_CONSULT
};

/* What WhatsApp shows under a message, as buttons or in a list, and what may be offered where the rest go out as
 * lines of text. */
enum {
    QUICK_REPLIES_MAX = 3,
    QUICK_REPLY_TEXT_MAX = 20,
    LIST_ROWS_MAX = 10,
    LIST_ROW_TEXT_MAX = 24,
    BUTTONS_MAX = 10,
    BUTTON_TEXT_MAX = 60
};

enum campaign_layout { LAYOUT_RESPONSE, LAYOUT_TEMPLATE };
enum channel_kind { CHANNEL_WHATSAPP, CHANNEL_SMS, CHANNEL_OTHER };

struct campaign {
    const char *name, *channel;
    enum campaign_layout layout;
    const char *campaign_id, *canvas_id; /* exactly one carrier: one of these, or the pair below */
    const char *app_id, *subscription_group_id;
    const char *text_property; /* never NULL */
    int buttons;               /* quick replies that its layout shows, 0 to 3 */
    bool has_lists;            /* by app_id: shows all that is offered, as quick replies or as a list */
    const char *file;
    int line;
};

/*
 * whatsapp: 24-hour window, 4,096 characters (1,024 in a template); sms: no window, 1,600; other: no window,
 * 4,096.
 */
struct channel {
    const char *name;
    enum channel_kind kind;
    const char *file; /* NULL: built in */
    int line;
};

/* Who gets a hand-over: desk/handover.h says how; or another desk's endpoints, which is told
 * of hand-overs, and of the customers' words meanwhile (desk/notify.h). */
struct team {
    const char *name;
    const char *const *people; /* external ids, or phones that begin with +, of who is told on her own phone */
    size_t people_count;
    const struct campaign *campaign; /* that tells them; NULL: the default of their channel */
    struct template *nobody;   /* said to the customer when nobody comes; NULL: nothing */
    struct template *closed;   /* said instead of the hand-over's own sentence while the business is closed; NULL: that one */
    const struct team *next;   /* who gets what nobody of this one has taken; NULL: nobody else */
    const char *notify_url, *notify_secret_env; /* NULL: none; both or neither */
    const char *relay_url, *relay_secret_env;   /* likewise */
    const char *file;
    int line;
};

/* What a match writes into the conversation: the variable `name` becomes the rendered value. */
struct rule_set {
    const char *name;
    struct template *value; /* NULL: the variable is removed */
    const char *file;
    int line;
};

/* When a row of the profile, a custom event or a notice has its turn: rules/occasion.h. */
enum moment { MOMENT_RULE, MOMENT_STEP, MOMENT_HANDOFF, MOMENT_OPT_OUT, MOMENT_REPLY, MOMENT_CLOSE, MOMENT_COUNT };

struct occasion {
    enum moment at;
    const struct rule *rule;          /* MOMENT_RULE: whose match it is; else NULL */
    const struct step *step;          /* MOMENT_STEP: which has been answered, or done; else NULL */
    const struct expression *only_if; /* NULL: not given */
    const char *source_only_if;
    bool awaits_parting; /* has its turn once the conversation has been summed up: at close, and at a hand-over when
                            the row asks for what is known only then */
};

/* The first four are what a value is; the others, what is done with it. */
enum attribute_type {
    ATTRIBUTE_TEXT,
    ATTRIBUTE_NUMBER,
    ATTRIBUTE_BOOLEAN,
    ATTRIBUTE_TIME,
    ATTRIBUTE_ARRAY,
    ATTRIBUTE_INCREMENT,
    ATTRIBUTE_ARRAY_ADD,
    ATTRIBUTE_ARRAY_REMOVE
};

/* What is done to the profile once, and never repeated blindly. */
enum entry_kind { ENTRY_INCREMENT, ENTRY_ARRAY_ADD, ENTRY_ARRAY_REMOVE, ENTRY_EVENT };

/* What the customer's Braze profile learns at a moment: the custom attribute `name` becomes the rendered value, or is
 * increased by it, or grows or shrinks by its members. */
struct attribute {
    const char *name;
    struct occasion when;
    struct template *value; /* NULL: the attribute is removed */
    enum attribute_type type;
    bool with_reply; /* the value also travels in the call that sends a reply; never of what is done once */
    const char *file;
    int line;
};

/* Of a custom event, or a further trigger property of a notice. */
struct property {
    const char *name;
    struct template *value;
    enum attribute_type type; /* one of the first four; of a notice ATTRIBUTE_TEXT */
    const char *file;
    int line;
};

struct property_list { /* in file order */
    const struct property *list;
    size_t count;
};

/* One row, which is one of the moments of the event of that name; all of them have the same properties. */
struct custom_event {
    const char *name;
    struct occasion when;
    struct property_list properties;
    const char *file;
    int line;
};

/* A campaign that is triggered at a moment, for the customer or for a person of the business. */
struct notice {
    const char *name;
    struct occasion when;
    const struct campaign *campaign; /* NULL: the channel's default, for the customer */
    const char *to;                  /* the external id of a person of the business; NULL: the customer */
    struct template *say;            /* NULL: the campaign's own text */
    struct property_list properties;
    const char *file;
    int line;
};

struct phrase {
    const char *name, *language;
    struct template *text;
    const char *file;
    int line;
};

struct rule {
    const char *name;
    int priority;                                              /* higher first; ties by file order */
    struct pattern *pattern;                                   /* NULL: not given */
    struct pattern *words;                                     /* NULL: not given */
    struct pattern *unless;                                    /* NULL: not given */
    const char *source_pattern, *source_words, *source_unless; /* as typed, NULL when not given */
    const struct expression *only_if;                          /* NULL: not given */
    const char *source_only_if;
    enum rule_action action;
    const struct team *team;         /* ACTION_HANDOFF */
    const struct flow *flow;         /* ACTION_FLOW */
    const struct backend *backend;   /* ACTION_CONSULT */
    bool interrupts;                 /* acts although a flow waits for an answer */
    struct template *say;            /* NULL: says nothing */
    const struct campaign *campaign; /* NULL, or another channel's: the channel's default */
    const char *tag;                 /* ACTION_TAG: what it notes */
    int64_t cooldown_ms;             /* 0: none */
    struct template **buttons;       /* offered below the text */
    size_t button_count;
    const struct rule_set *sets; /* in file order */
    size_t set_count;
    const struct attribute *attributes; /* at MOMENT_RULE of this rule, in file order */
    size_t attribute_count;
    const char *file;
    int line;
};

enum { EXAMPLE_COOLING_MAX = 8 };

/* Is the business open? Examples may say so, whatever the clock says. */
enum open_claim { OPEN_BY_HOURS, OPEN_YES, OPEN_NO };

struct rule_example {
    const struct rule *rule;
    const char *text;
    bool must_win; /* false: a counterexample */
    /* The facts, where they are given; else NULL, 0: those of desk/proof. */
    const char *language, *channel, *country, *last_rule;
    const char *fields; /* a JSON object */
    const struct rule *cooling[EXAMPLE_COOLING_MAX]; /* that have just won, and rest */
    size_t cooling_count;
    bool has_time, is_first_contact;
    int64_t at;
    enum open_claim open;
    const char *file;
    int line;
};

struct ruleset {
    const struct rule *rules; /* in the order in which they are tried */
    size_t rule_count;
    const struct rule_index *index; /* which of them may take a message: rules/index.h */
    const struct rule_example *examples;
    size_t example_count;
    const struct talk *talks; /* in file order */
    size_t talk_count;
    const struct campaign *campaigns; /* in file order */
    size_t campaign_count;
    const struct channel *channels; /* built-in ones included */
    size_t channel_count;
    const struct team *teams;
    size_t team_count;
    const struct phrase *phrases; /* by name, then language */
    size_t phrase_count;
    const struct faq *faqs; /* in file order */
    size_t faq_count;
    struct faq_index *faq_index; /* of them, in the same order; NULL when there are none */
    const char *const *variables; /* names that rule_set rows set, sorted */
    size_t variable_count;
    const struct flow *flows; /* in file order */
    size_t flow_count;
    const struct service *services;
    size_t service_count;
    const struct backend *backends; /* in file order */
    size_t backend_count;
    const struct pattern *cancel_words, *back_words; /* said to a flow; never NULL */
    const struct pattern *release_words, *close_words; /* said by a colleague about her case; never NULL */
    bool has_people; /* has any team somebody who is told on her own phone? */
    const struct attribute *attributes; /* those of no rule first, in file order; then rule by rule */
    size_t attribute_count, general_count; /* all; those of no rule */
    const struct custom_event *custom_events; /* in file order */
    size_t custom_event_count;
    const struct notice *notices; /* in file order */
    size_t notice_count;
    bool has_cooldowns, has_buttons; /* has any rule one, or any step choices? */
    const struct zone *zone;         /* of the business */
    const struct opening *opening;   /* its hours; never NULL */
    const struct zones *zones;       /* to look up the contacts' */
    int64_t number;          /* of the stored row; 0 until stored. The one field set later */
    struct ruleset_private *private;
};

/* NULL and a sentence when anything is wrong. `zones` must outlive the ruleset. */
struct ruleset *ruleset_new(const struct rulefiles *files, const struct zones *zones, struct error *error);

/*
 * The same of rules that are in force: whether the comparisons of their conditions have a chance is not asked again, so that a
 * version that knows more slips than the one that took them in goes on deciding as that one did, and does not stand still.
 */
struct ruleset *ruleset_new_stored(const struct rulefiles *files, const struct zones *zones, struct error *error);
struct ruleset *ruleset_empty(const struct zones *zones); /* no rules, all settings at their defaults */
void ruleset_free(struct ruleset *ruleset);               /* NULL is fine */

const char *ruleset_action_name(enum rule_action action);

/* Does the rule take every message: no words, no pattern, no unless, no only_if? */
bool rule_takes_all(const struct rule *rule);

const struct rule *ruleset_rule(const struct ruleset *ruleset, const char *name);         /* NULL: none */
const struct flow *ruleset_flow(const struct ruleset *ruleset, const char *name);         /* NULL: none */
const struct channel *ruleset_channel(const struct ruleset *ruleset, const char *name);   /* NULL: unknown */
const struct campaign *ruleset_campaign(const struct ruleset *ruleset, const char *name); /* NULL: none */
/* The channel's first row of that layout: its default. NULL: none. */
const struct campaign *ruleset_default_campaign(const struct ruleset *ruleset, const char *channel,
                                                enum campaign_layout layout);

/* Wednesday noon at the business: when examples are tried that do not say. */
int64_t ruleset_example_time(const struct ruleset *ruleset);

/*
 * The text of a phrase for a contact's language ("" when unknown): exactly that one, else a wider one (pt for
 * pt-BR), else the default language in the same way. NULL: there is no phrase of that name.
 */
const struct phrase *ruleset_phrase(const struct ruleset *ruleset, const char *name, const char *language);

/*
 * The canonical tag of a contact's language (base/language.h), or of the default language when it is not known,
 * or is none ("Korean").
 */
void ruleset_language(const struct ruleset *ruleset, const char *language, char tag[LANGUAGE_TAG_MAX]);

/* Does any rule set a variable of that name? */
bool ruleset_has_variable(const struct ruleset *ruleset, const char *name);

/* Does a flow leave a variable of that name to its conversation when it ends? Not when rules set it: it is theirs. */
bool ruleset_collects(const struct ruleset *ruleset, const char *name);

/* Settings. Asking for an unknown name aborts: names are ours. */
/* As typed, or the default; as a number, durations in ms, booleans 0 and 1, money in millionths (-1: not set). */
const char *ruleset_setting(const struct ruleset *ruleset, const char *name);
int64_t ruleset_setting_number(const struct ruleset *ruleset, const char *name);
bool ruleset_has_setting(const char *name);

enum setting_type {
    SETTING_TEXT,
    SETTING_NUMBER,
    SETTING_DURATION,
    SETTING_BOOLEAN,
    SETTING_ZONE,
    SETTING_LANGUAGE,
    SETTING_COUNTRY,
    SETTING_WORDS, /* as in the column words of a rule */
    SETTING_MONEY, /* in millionths; -1: empty */
    SETTING_ID,    /* of something at Braze, or empty */
    SETTING_KEEP   /* how long, in ms; 0: for ever */
};

struct setting_info {
    const char *name;
    enum setting_type type;
    const char *otherwise; /* the default, as it would be typed */
    int64_t least, most;   /* bounds of numbers, and of durations in ms */
    const char *help;
};
const struct setting_info *ruleset_settings(size_t *count);

/* What it may be, appended: "1 second to 3 days", "0 to 1000", "yes or no"; nothing where the help says it all. */
void setting_format_bounds(const struct setting_info *info, struct buf *out);

#endif
