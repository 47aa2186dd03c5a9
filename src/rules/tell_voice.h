/*
 * tell_voice: one language's sentences. For rules/tell*.c only.
 *
 * A sentence is a pattern: {} takes the next value, {을/를} becomes the particle that fits what stands before
 * (text/josa.h). The logic, which sentence when, is the same for all languages and stands in tell.c; a new
 * language is one more table.
 */
#ifndef RULES_TELL_VOICE_H
#define RULES_TELL_VOICE_H

#include "backend/backend.h"
#include "base/buf.h"
#include "flow/ask.h"
#include "rules/tell.h"

enum { TELL_ACTS_MAX = 16 };

/* How a message can be found by a rule. `more` where another way follows, `last` otherwise. */
enum tell_clause {
    CLAUSE_HAS,
    CLAUSE_BEGINS,
    CLAUSE_ENDS,
    CLAUSE_INSIDE,
    CLAUSE_WHOLE,
    CLAUSE_PATTERN,
    CLAUSE_COUNT
};

enum tell_part {
    PART_BUSINESS,
    PART_HOURS,
    PART_WAYS,
    PART_TEAMS,
    PART_RULES,
    PART_FIRST,
    PART_USUAL,
    PART_AFTER,
    PART_REST,
    PART_NEVER,
    PART_FLOWS,
    PART_SERVICES,
    PART_BACKENDS,
    PART_FAQ,
    PART_PROFILE,
    PART_TALKS,
    PART_COUNT
};

enum tell_sentence {
    TELL_SETTING,     /* {} is {} */
    TELL_NO_SETTING,  /* nothing is set */
    TELL_OPEN,        /* {days} open {intervals} */
    TELL_CLOSED,      /* {days} closed; the second value is empty */
    TELL_RESPONSE,    /* on {} inside the window through {} */
    TELL_TEMPLATE,    /* on {} outside of it through {} */
    TELL_NO_TEMPLATE, /* on {} nothing goes outside of it */
    TELL_NO_RESPONSE, /* on {} nothing goes inside of it */
    TELL_WAY,         /* on {} (without a window) through {} */
    TELL_FURTHER,     /* {} is another way, for rules {} */
    TELL_UNUSED,      /* {} is another way that no rule takes */
    TELL_NO_WAY,      /* there is no campaign */
    TELL_TEAM,        /* team {} gets what rules {} hand over */
    TELL_TEAM_IDLE,   /* team {} gets nothing */
    TELL_TEAM_PEOPLE, /* {} are told on their own phones */
    TELL_TEAM_NEXT,   /* what nobody takes goes to team {} */
    TELL_TEAM_NOTIFY, /* what happens to its conversations is told at the host {} */
    TELL_TEAM_RELAY,  /* and the customer's words go to the desk at {} */
    TELL_INTRO,       /* of the rules */
    TELL_NO_RULES,
    TELL_NEVER,           /* {} takes everything before */
    TELL_WHEN,            /* when the message {}{unless}, {what is done} */
    TELL_WHEN_ALL,        /* whenever nothing before fitted{unless}, {what is done} */
    TELL_UNLESS,          /* a piece of these two: unless it {} */
    TELL_ONLY_IF,         /* only {} */
    TELL_GROUPS,          /* what was found is kept as {} */
    TELL_BUTTONS,         /* below the answer: {} */
    TELL_SET,             /* {} is kept as {} */
    TELL_UNSET,           /* {} is forgotten */
    TELL_ATTRIBUTE,       /* of the Braze profile {} becomes {}{if} */
    TELL_NO_ATTRIBUTE,    /* {} is removed from it{if} */
    TELL_LIST,            /* {} becomes the list {}{if} */
    TELL_INCREMENT,       /* {} goes up by {}{if} */
    TELL_LIST_ADD,        /* the list {} gets {}{if} */
    TELL_LIST_REMOVE,     /* the list {} loses {}{if} */
    TELL_EVENT,           /* Braze is told of the event {}{with}{if} */
    TELL_NOTICE,          /* the notice {} goes to {}{through}{says}{with}{if} */
    TELL_MOMENT_SETS,     /* the same of a moment, {when} */
    TELL_MOMENT_REMOVES,
    TELL_MOMENT_LIST,
    TELL_MOMENT_INCREMENT,
    TELL_MOMENT_LIST_ADD,
    TELL_MOMENT_LIST_REMOVE,
    TELL_MOMENT_EVENT,
    TELL_MOMENT_NOTICE,
    TELL_ATTRIBUTE_IF,    /* pieces of these: but only {} */
    TELL_WITH_REPLY,      /* it travels with the answer; the value is empty */
    TELL_PROPERTIES,      /* with {} */
    TELL_PROPERTY,        /* {name} {value} */
    TELL_TO_CUSTOMER,     /* whom a notice is for; the value is empty */
    TELL_THROUGH,         /* the campaign {} */
    TELL_NOTICE_SAYS,     /* {} */
    TELL_AT_HANDOFF,      /* when */
    TELL_AT_OPT_OUT,
    TELL_AT_REPLY,
    TELL_AT_CLOSE,
    TELL_AT_STEP,         /* {} is done */
    TELL_COOLDOWN,        /* once in {} */
    TELL_CAMPAIGN,        /* the answer goes through {} */
    TELL_INTERRUPTS,      /* also in the midst of a flow */
    TELL_INTERRUPTS_ENDS, /* likewise, and nothing is left of that */
    TELL_ACT,             /* an action that has no words here: {} */
    TELL_EXAMPLES,        /* for example: {} */
    TELL_EXAMPLES_BOTH,   /* for example: {}; but not: {} */
    TELL_COUNTEREXAMPLES, /* but not: {} */
    TELL_FLOWS_INTRO,
    TELL_FLOW_BY,         /* rules {} start it */
    TELL_FLOW_INSIDE,     /* steps {} run it */
    TELL_FLOW_BACKEND,    /* backends {} may start it */
    TELL_FLOW_NEVER,      /* nothing starts it */
    TELL_FLOW_TITLE,      /* customers know it as {} */
    TELL_FLOW_REMIND,     /* a reminder after {} */
    TELL_FLOW_REMINDER,   /* its text {} */
    TELL_FLOW_EXPIRES,    /* over after {} */
    TELL_FLOW_EXPIRED,    /* what is said then {} */
    TELL_FLOW_RETRIES,    /* after {} wrong answers it {way} */
    TELL_STEP_SAYS,       /* says {} */
    TELL_STEP_ASKS,       /* asks for {kind}: {} */
    TELL_STEP_ASKS_BARE,  /* asks for {kind} */
    TELL_STEP_CHOICES,    /* choices {} */
    TELL_STEP_ACCEPTS,    /* an answer counts only {condition} */
    TELL_STEP_RETRY,      /* otherwise {} */
    TELL_STEP_TIMEOUT,    /* waits {} */
    TELL_STEP_CALLS,      /* service {} */
    TELL_STEP_RUNS,       /* flow {} */
    TELL_STEP_HANDOFF,    /* team {} */
    TELL_STEP_CLOSE,
    TELL_STEP_CONSULTS,   /* backend {} */
    TELL_STEP_NEXT,       /* then it {way} */
    TELL_CHOICE_WAY,      /* upon {} it {way} */
    TELL_BRANCH,          /* but {condition} it {way} */
    TELL_BRANCH_ALL,      /* in any case it {way} */
    TELL_WAY_ON,          /* pieces of these: goes on */
    TELL_WAY_STEP,        /* goes on at {} */
    TELL_WAY_END,         /* ends; the value is empty */
    TELL_WAY_REDO,        /* asks for {} once more */
    TELL_WAY_SAYS,        /* says {} and {way} */
    TELL_SERVICE,         /* {} is at {}, and is given {} */
    TELL_SERVICE_VALUES,  /* {} tells {} */
    TELL_BACKENDS_INTRO,
    TELL_BACKEND,         /* {} is {kind} */
    TELL_BACKEND_MODEL,   /* {} */
    TELL_BACKEND_AT,      /* address {} */
    TELL_BACKEND_MAY,     /* acts {} */
    TELL_BACKEND_COSTS,   /* at most {} a day */
    TELL_BACKEND_CONTACT, /* and {} for one customer */
    TELL_BACKEND_NEXT,    /* when it fails {} answers */
    TELL_BACKEND_TEAM,    /* when nobody answers, team {} */
    TELL_BACKEND_SORRY,   /* when it fails, {} is said */
    TELL_FAQ_ONE,         /* there is {} question; its answer follows */
    TELL_FAQ_MANY,        /* there are {} */
    TELL_FAQ_ANSWER,      /* the answer is {} */
    TELL_FAQ_KEYWORDS,    /* found by {} too */
    TELL_FAQ_LANGUAGE,    /* for who reads {} */
    TELL_TALKS_INTRO,
    TELL_TALK_STARTS,     /* begins at {} */
    TELL_TALK_ANSWER,     /* service {} answers {} */
    TELL_TALK_STATUS,     /* service {} fails with {} */
    TELL_TALK_TIMEOUT,    /* service {} does not answer; the second value is empty */
    TELL_TALK_SAID,       /* backend {} answers {}; likewise: */
    TELL_TALK_FAILED,
    TELL_TALK_LATE,
    TELL_TALK_LATER,      /* {} pass */
    TELL_TALK_CUSTOMER,   /* says {} */
    TELL_TALK_BOT,        /* says {} */
    TELL_TALK_SILENCE,
    TELL_TALK_EXPECT,     /* by then {} is true */
    TELL_SENTENCE_COUNT
};

enum tell_compare {
    COMPARE_EQUAL,
    COMPARE_NOT,
    COMPARE_LESS,
    COMPARE_MOST,
    COMPARE_MORE,
    COMPARE_LEAST,
    COMPARE_BETWEEN,
    COMPARE_COUNT
};

struct tell_name { /* ends with a NULL name */
    const char *name, *text;
};

struct tell_fact { /* a fact that is 1 or 0 */
    const char *name, *yes, *no;
};

struct tell_voice {
    const char *comma, * or, *and, *quote; /* between members, before the last; `quote` is a pattern */
    const char *range, *interval;          /* {} to {}, of days and of times */
    const char *semicolon;                 /* between examples */
    const char *parts[PART_COUNT];
    const char *sentences[TELL_SENTENCE_COUNT];
    struct {
        const char *more, *last;
    } clauses[CLAUSE_COUNT];
    struct {
        const char *with_say, *without, *afterwards; /* what is done; afterwards: a sentence, or NULL */
    } acts[TELL_ACTS_MAX];                           /* an action without a row is told by its name */
    const char *backends[BACKEND_FAQ + 1];           /* what a kind of backend is */
    const char *backend_acts[ACT_SET + 1];           /* {} target; the value is empty for ACT_CLOSE */
    const char *asks[ASK_MEDIA + 1];                 /* what a step asks for; NULL for ASK_NOTHING */
    const struct tell_name *settings;                /* sentences */
    const struct tell_name *languages;               /* names of languages, by code */
    const struct tell_name *weekdays;
    const struct tell_name *names; /* of facts, in comparisons */
    const struct tell_fact *facts;
    const char *compares[COMPARE_COUNT]; /* {} name, {} value */
    const char *hours[COMPARE_COUNT];    /* {} hour */
    const char *condition_and, *condition_or, *condition_sql;
    struct {
        const char *one, *many;
    } units[5]; /* behind a number: milliseconds, seconds, minutes, hours, days */
};

extern const struct tell_voice tell_english, tell_korean;
extern const struct tell_voice *const tell_voices[]; /* by enum tell_language */

/* Appends a pattern with its values. */
void tell_fill(struct buf *out, const char *pattern, const char *const *values);

/* The text of a name, or NULL. */
const char *tell_find(const struct tell_name *names, const char *name);

#endif
