/*
 * decide: who answers, and what. A pure function of (ruleset, state, input, now): no I/O, no clock, no
 * global.
 *
 * The daemon, `rules try`, examples and replays all call it. What it wants done comes out as effects, which
 * desk/road carries out in the transaction that stores the message.
 *
 * The rules, in this order:
 *   - A contact who has opted out hears nothing but the confirmation, until an opt_in rule wins: only opt_in
 *     rules act, and a repeated opt_out, silently.
 *   - While a person holds the conversation (owner agent) only opt_out rules act, and opt_in rules for a
 *     contact who had opted out.
 *   - Otherwise the rule with the highest priority whose pattern or words match, whose `unless` does not, and
 *     whose `only_if` is true, wins; ties by file order.
 *   - A pattern that hits its bounds does not match, an `unless` that does keeps its rule from winning, and an
 *     `only_if` that breaks off is not true; the rule is named in `limit_hits`, if others have not taken the
 *     steps that it lacked.
 *   - A tag rule that would win notes its tag and lets the next rule try. What it sets and what the winner
 *     sets is known to the winner's sentence, but not to the conditions of the same message.
 *   - A rule that is cooling down for this contact is passed over.
 *   - While a dialogue is under way it has the word; desk/decide.c tells which rules beat it, and when.
 *   - While a backend is being asked, what would ask it again joins that turn. What changes hands, ignores or interrupts
 *     is done at once, and what nobody takes is known at once; everything else waits for the turn's end.
 *   - A message over a limit (desk/decide_flood.h) meets only rules for opting out and in, for hand-overs and for
 *     ignoring; the first such gets a notice, the others nothing. A rule that would ask a backend once more than the
 *     limit allows is passed over.
 *   - What the profile learns, custom events and notices (desk/decide_moment.h): those of the rules in the order in which
 *     these took the message, those of the steps of a dialogue as it passes them, then those of a hand-over or an opt-out,
 *     then those of any answer, whoever brought it about. Of what is set under one name the first counts whose only_if is
 *     true and whose value is of its type; but a later step goes before what stood. Conditions and values know what the
 *     message has set.
 *   - At a parting nothing is decided but what the rows of that moment ask for.
 */
#ifndef DESK_DECIDE_H
#define DESK_DECIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/json.h"
#include "rules/ruleset.h"
#include "text/pattern.h"

struct backend; /* backend/backend.h */
struct flow;    /* flow/flow.h */
struct service;
struct vendor_deed; /* backend/vendor.h */

struct cooling { /* borrowed */
    const char *rule;
    int64_t until_at;
};

/* All that a decision may look at beside the ruleset and the message. Borrowed texts, "" or NULL when unknown. */
struct decide_state {
    const char *channel;
    const char *owner;          /* bot, agent */
    bool is_opted_out;
    const char *first_name, *language, *time_zone;
    int64_t message_count;      /* of the customer in this conversation, this one included */
    const char *fields;         /* JSON object of the webhook's other fields */
    const char *campaign;       /* Braze's, that forwarded the message */
    const char *country;        /* by the phone number: two capital letters */
    int64_t sent_at;            /* when Braze sent the message on; 0: unknown */
    bool is_first_contact;      /* the person's first message ever */
    int64_t last_in_at;         /* the customer's message before this one on the channel; 0: none */
    const char *last_rule;      /* that took the message before this one in the conversation */
    enum open_claim open;       /* for examples; else by the hours of the ruleset */
    const char *const *disabled_rules; /* names, NULL-terminated; may be NULL */
    const char *variables;             /* JSON object: what earlier matches have set; NULL: nothing */
    const struct cooling *cooling;     /* rules that have won for this contact lately */
    size_t cooling_count;
    const char *run;     /* JSON (flow/step.h): the dialogue that is under way; NULL: none */
    const char *choices; /* JSON array: the texts that the bot's last message offered by number, "" where a
                            button stood instead; NULL: none. A bare number then stands for its text */
    const char *consulted; /* the backend that a rule wanted for the turn that is being answered; NULL: there is none */
    bool may_join;         /* a message may still become part of that turn */
    int64_t messages_this_minute; /* of the customer in this conversation, this one included; 0: they do not count */
    int64_t replies_this_hour;    /* automatic ones in this conversation */
    int64_t consults_this_hour;   /* questions to backends in this conversation */
    int64_t same_in_a_row;        /* how often the customer has said this, or an echo of ours, in a row (desk/flood.h) */
    bool was_flooding;            /* the message before met a limit, and was told so */
};

/* What came of a question to a backend; borrowed. */
struct decide_reply {
    const struct backend *backend; /* that answered, or that was asked last */
    const char *wanted_by;         /* the rule */
    const char *text;              /* Markdown, or as it is to be read; NULL: none */
    bool is_plain;                 /* the latter: the owner wrote it */
    const struct vendor_deed *deeds;
    size_t deed_count;
    bool is_first; /* no backend has answered this contact before */
};

/* A conversation that was closed or handed over, as it is summed up; borrowed, never NULL. */
struct decide_parting {
    bool is_close;          /* false: it was handed over */
    const char *closed_by;  /* idle, rule, flow, backend, person; "" of a hand-over */
    const char *outcome;    /* desk/story.h */
    const char *summary, *summary_by; /* 'frontdesk', or a backend's name */
    const char *rule, *flow; /* that took a message last, and that began last; "" none did */
};

enum input_kind {
    INPUT_MESSAGE, /* of the customer */
    INPUT_RESULT,  /* a service that a dialogue had asked */
    INPUT_CLOCK,   /* the time at which a dialogue wanted to be looked at */
    INPUT_ANSWER,  /* of a backend that a rule had asked */
    INPUT_GAVE_UP, /* no backend of the chain could answer */
    INPUT_PARTING, /* the conversation has been summed up; nothing is said but by notices */
    INPUT_NOBODY   /* no person of a team has come, or answered: its `nobody` is said */
};

struct decide_input { /* borrowed */
    enum input_kind kind;
    const char *text;          /* as the customer typed it; valid UTF-8. Else his newest message's */
    bool has_media;
    const char *media;         /* JSON array of addresses; NULL: not known */
    int64_t said_at;           /* INPUT_MESSAGE: when it came, if it had to wait; 0: now */
    int64_t call;              /* INPUT_RESULT: as EFFECT_CALL numbered it */
    bool has_failed, has_timed_out;
    int status;                /* HTTP; 0: none */
    const struct json *answer; /* NULL: none, or no JSON */
    const struct decide_parting *parting; /* INPUT_PARTING */
    const struct team *team;   /* INPUT_NOBODY; NULL: none of the rules */
    const struct decide_reply *reply; /* INPUT_ANSWER, INPUT_GAVE_UP; INPUT_RESULT of a backend that a step asked */
};

enum effect_kind {
    EFFECT_SAY,
    EFFECT_OPT_OUT,
    EFFECT_OPT_IN,
    EFFECT_HANDOFF,
    EFFECT_CLOSE,
    EFFECT_TAG,
    EFFECT_SET,
    EFFECT_COOLDOWN,
    EFFECT_FLOW, /* begins; what its steps do follows */
    EFFECT_CALL,
    EFFECT_ATTRIBUTE,
    EFFECT_CONSULT, /* asks a backend, or joins the turn that is asking it */
    EFFECT_ENTRY,   /* into the profile, once */
    EFFECT_NOTICE
};

struct effect {
    enum effect_kind kind;
    const struct rule *rule;         /* whose doing it is: the winner, or a tag rule; NULL: a step's */
    const char *step;                /* 'table.people', or the flow where none is known; NULL: a rule's doing */
    const char *moment;              /* 'close', 'handoff': where it is neither's; else NULL */
    const char *name;                /* EFFECT_TAG: the tag; EFFECT_SET: the variable; EFFECT_ATTRIBUTE: its own;
                                        EFFECT_ENTRY: the attribute or the custom event */
    char *text;                      /* EFFECT_SAY: rendered, never blank; EFFECT_SET: the value, "" removes
                                        the variable; EFFECT_ATTRIBUTE: a JSON literal, null removes the attribute;
                                        EFFECT_ENTRY: a JSON literal (schema/009-close.sql: entry.value);
                                        EFFECT_NOTICE: what it says, or NULL;
                                        owned by the decision */
    char *buttons;                   /* EFFECT_SAY: JSON array of texts to offer, or NULL; owned */
    int64_t until_at;                /* EFFECT_COOLDOWN */
    const struct campaign *campaign; /* EFFECT_SAY: NULL for the channel's default */
    bool with_reply;                 /* EFFECT_ATTRIBUTE: it also travels in the call that sends a reply */
    bool is_consent;                 /* EFFECT_SAY: the confirmation of an opt-out */
    bool has_marks;                  /* EFFECT_SAY: text/markdown wrote it */
    const struct team *team;         /* EFFECT_HANDOFF */
    const struct flow *flow;         /* EFFECT_FLOW: the flow that begins */
    char *properties;                /* EFFECT_SAY, EFFECT_NOTICE: JSON object of further trigger properties, or NULL; owned */
    enum entry_kind entry;           /* EFFECT_ENTRY */
    const struct notice *notice;     /* EFFECT_NOTICE */
    const struct service *service;   /* EFFECT_CALL */
    char *url, *body;                /* EFFECT_CALL: complete; body NULL: none; owned */
    int64_t call;                    /* EFFECT_CALL, EFFECT_CONSULT of a step: comes back with INPUT_RESULT */
    const struct backend *backend;   /* EFFECT_CONSULT */
    bool is_barred;                  /* EFFECT_CONSULT of a step: too many questions were asked; it is not, and has failed */
};

enum decide_outcome {
    OUTCOME_ANSWER,  /* an effect speaks, or will once a backend has answered */
    OUTCOME_SILENCE, /* a rule or an opt-out silences */
    OUTCOME_NOBODY,  /* no rule won; nor is it an answer, since it was said before the question that now waits was put */
    OUTCOME_AGENT,   /* with a person */
    OUTCOME_WAITS,   /* a service or a backend is being asked: to be decided again, in its order, once that has ended */
};

/* What became of the dialogue that was under way, or of the one that began. */
enum run_change { RUN_AS_BEFORE, RUN_GOES_ON, RUN_IS_OVER };

/* Of messages and replies in one conversation: the settings messages_per_minute, replies_per_hour, repeats_in_a_row,
 * consults_per_hour. */
enum flood_limit { LIMIT_NONE, LIMIT_MESSAGES, LIMIT_REPLIES, LIMIT_REPEATS, LIMIT_CONSULTS };

enum pass_reason {
    PASS_NO_MATCH, /* noted by thorough decisions only */
    PASS_UNLESS,
    PASS_CONDITION,
    PASS_LIMIT,
    PASS_SPENT,
    PASS_DISABLED,
    PASS_COOLING,
    PASS_BREAKS_OFF, /* it is an opt-out by a word that breaks a dialogue off, and one waits for an answer */
    PASS_CONSULTS, /* it would ask a backend, and too many questions were asked already */
    PASS_TAGGED /* took the message, noted its tag, and let the next rule try; by thorough decisions only */
};

/* A rule that stands before the winner, and why it did not win. */
struct passed_over {
    const struct rule *rule;
    enum pass_reason why;
    int64_t until_at;   /* PASS_COOLING */
    struct span match;  /* of its words or pattern in `folded`; start (size_t)-1: none */
    struct span unless; /* of its `unless`, likewise */
    char *facts; /* of a thorough decision: what its only_if read, {":hour": 23, …}; owned by the decision. NULL: none */
};

/* An attribute, a property of an event or a notice whose moment came, and of which nothing came. */
struct unset {
    const struct occasion *when;
    const char *of;   /* the event that the property belongs to; NULL: it is none */
    const char *name; /* of the attribute, the property or the notice */
    char *text;       /* as rendered, shortened; owned by the decision */
    const char *why;  /* "is no number": rules/attribute.h */
};

enum {
    LIMIT_HITS_MAX = 8,
    TAGS_MAX = 16, /* further tag rules are passed by */
    VARIABLES_MAX = 64,
    VARIABLE_BYTES_MAX = 1000,
    PASSED_LISTED_MAX = 20
};

struct decision {
    enum decide_outcome outcome;
    const struct rule *rule;         /* the winner; NULL: none */
    struct effect *effects;          /* as they happen: an ownership change precedes its sentence */
    size_t effect_count, effect_room;
    const struct rule *tagged[TAGS_MAX]; /* tag rules that took the message, in order */
    size_t tagged_count;
    struct buf remembered;           /* JSON object: the conversation's variables from now on; empty: as before */
    struct buf collected;            /* JSON object: of those, what dialogues that are over have left; empty: none is */
    struct buf folded;               /* what the rules saw */
    struct span match;               /* of the winner in `folded`; start (size_t)-1: it needed no words */
    struct buf variables;            /* JSON object of the winner's named groups */
    bool is_thorough;                /* set by the caller: every rule is tried, and noted */
    size_t tried;                    /* of the rules that may act: the winner's rank, or how many they are */
    const struct rule *limit_hits[LIMIT_HITS_MAX];
    size_t limit_hit_count;
    struct passed_over *passed_over; /* in order */
    size_t passed_over_count, passed_over_room;
    struct unset *unset;
    size_t unset_count;
    enum run_change run_change;
    struct buf run;          /* RUN_GOES_ON: JSON, for the next decision's state */
    int64_t run_due_at;      /* RUN_GOES_ON: when INPUT_CLOCK is wanted; INT64_MAX: never */
    bool run_awaits_call;    /* RUN_GOES_ON */
    const char *run_outcome; /* RUN_IS_OVER: done, handoff, closed, cancelled, expired, gave_up, changed; or the action of
                                the rule, or the owner, that ended it. A constant, or the ruleset's */
    struct buf station;      /* where the dialogue stood when the input came: 'table.people'; "": nowhere */
    struct buf station_after; /* RUN_GOES_ON: where it stands now */
    enum flood_limit limit;  /* that the message met */
    bool is_silenced;        /* for which it got no answer, or only the notice */
    bool is_flood_new;       /* the message before met none: the notice is due */
    const char *reading;     /* what the input was to it: "answer", "no answer", "cancel" …; NULL: there was none */
};

/*
 * Zero value or a released decision goes in, with is_thorough set or not. The outcome is the same, but for
 * the two lists. In the usual mode only the rules that the index lets through are tried, and passed_over
 * holds those of them that nearly won (never PASS_NO_MATCH); so a bound can only be hit, and counted, by a
 * pattern that might have matched. The thorough mode is for people who ask why: it tries all rules before the
 * winner, one by one, and notes each. A hundred times slower with many rules.
 */
void decide(const struct ruleset *ruleset, struct matcher *matcher, const struct decide_state *state,
            const struct decide_input *input, int64_t now, struct decision *decision);
void decision_release(struct decision *decision);

/* The winner's action; "step" where a dialogue took the message, "flood" where a limit kept all from it, "none" where nobody
 * did. */
const char *decision_action(const struct decision *decision);
bool decision_has(const struct decision *decision, enum effect_kind kind);

/*
 * JSON for the decision row: what was read, and how it came out
 *
 *     {"folded", "tried", "matched": {"text", "start", "end"} or null, "variables": {…},
 *      "passed_over": [{"rule", "why": "unless matched" | "only_if is false" | "disabled" | "no match" |
 *                                      "its pattern or only_if took too many steps" |
 *                                      "the patterns before it took too many steps" |
 *                                      "cooling down until 2026-05-12 18:30:00" |
 *                                      "more than 60 questions to backends an hour"}, …],
 *      "limit_hits": ["rule", …], "tags": ["tag", …], "set": {"variable": "value" or null, …},
 *      "attributes": {"name": value or null, …}, "unset": [{"name", "at", "text", "why"}, …],
 *      "entries": [{"kind": "increment" | "array_add" | "array_remove" | "event", "name", "value"}, …],
 *      "notices": [{"name", "to", "text", "properties"}, …],
 *      "dialogue": {"at": "table.people", "reading": "answer", "ended": "done"},
 *      "limit": "more than 120 messages a minute"}
 *
 * "tried" counts the rules that were judged, be it by the index. Of a thorough decision the trace is longer: "unmatched"
 * is the number of rules that have "no match", all of which are listed where no more than PASSED_LISTED_MAX rules were
 * passed over, and none where there are more; tag rules that took the message are listed as "tagged", with "tag". Who
 * nearly won also has "matched" and "unless", the words in question, in the form of the winner's; of an only_if that is
 * false its text, "only_if", and the values it read, "facts"; and "until_at".
 * "attributes", "entries", "notices" ("to" of one that is for the customer is left out, as are a text and properties that it
 * has not) and "unset" (what was no value of its type; a property of an event as "event.property") are left out where there
 * is nothing to tell, "dialogue" and its members where there was none, and "limit" where no limit kept the message from an
 * answer.
 * Of the state, what is not known, empty, 0 or false is left out.
 * decide_format_limit: the sentence, of a limit that is one. decide_format_tags: the tags alone, ["tag", …]; each once.
 */
void decide_format_state(const struct decide_state *state, struct buf *out);
void decide_format_limit(const struct ruleset *ruleset, enum flood_limit limit, struct buf *out);
void decide_format_tags(const struct decision *decision, struct buf *out);
void decide_format_trace(const struct ruleset *ruleset, const struct decision *decision, struct buf *out);

#endif
