/*
 * step: one station further in a flow. A pure function of (flows, run, input, environment): no I/O, no clock,
 * no global. The daemon, `rules try`, talks, replays and the fuzzer call it; desk/decide_flow carries its
 * effects on.
 *
 * What a rule starts is a passage: that flow, and the flows that its steps run. Each passage owns its variables. Those
 * of a flow run by a step are those of the flow around it; but a passage on top of an interrupted one neither sees
 * nor changes that one's, and its own go with it when it ends, however it does.
 *
 * What a run does with an input:
 *   FLOW_ENTER   starts the flow anew: its passage knows nothing but `values` (the named groups of the rule's match),
 *                and a passage of the same flow that lies below as interrupted is given up. When the step of a value's
 *                name comes, the value is read as the answer: what can be read and is accepted is not asked again.
 *                For a flow that is not there a sentence is said, and a run that waits goes on waiting.
 *   FLOW_TEXT    the customer's message. A run that waits for an answer reads it by the step's type, then asks
 *                accept_if. The word to go back (environment) leads to the question before, with its answer
 *                forgotten; with none before it, this one is put again. The choices of a step are read before that
 *                word, all other types after it. What is not an answer is FLOW_UNREAD: the caller tries its other rules
 *                first, and then calls again with FLOW_WRONG: the step's retry text, `retries` times, then the way out.
 *                A run that awaits a call reads nothing (FLOW_UNREAD, then FLOW_IDLE): the call's end will speak.
 *   FLOW_RESULT  the answer of a service. Its values become variables by their pointers; what is absent, null or no
 *                scalar is removed. A result for another call than an awaited one changes nothing; one for a flow that
 *                lies below as interrupted goes to that one's variables, and is kept until that is resumed.
 *                The answer of a backend is said, at once also where that flow is interrupted.
 *   FLOW_CLOCK   time has passed: timeout of the step, reminder, expiry, in the order of their times; a reminder that
 *                something else follows at once is left out. Outside the customer's window nothing is said; a question
 *                that is to be put then is not waited for: the run expires. A call that has not ended CALL_GRACE_MS
 *                after its deadline is taken for timed out, so that a result that got lost strands nobody.
 *   FLOW_RESUME  back from an interruption: a built-in sentence with the flow's title, and the question again.
 *   FLOW_CANCEL  the customer has had enough: a built-in sentence, the end, also of what lies below.
 *
 * Known answers: a step whose variable is there, and accepted, is not asked; the rest of it happens. A text that no
 * step has read yet (a group of a match, a text from a service or an expression) is read by the step's type first. What
 * cannot be read or is not accepted is forgotten, and asked.
 *
 * Trouble: a call failed (:failed, :status, and :timed_out when time was short), a question timed out
 * (:timed_out), or its retries are spent or the flow that the step ran gave up (:gave_up). Then only those branches
 * count that ask for a fact that is set; without one, a timed-out question expires the run, and the rest takes the
 * flow's give_up. In all other cases these facts are 0, and all branches count. A call has failed, too, when its service
 * has values to pick and the answer is no JSON, when the request became longer than CALL_URL_MAX, CALL_BODY_MAX, or when a
 * value that is empty, "." or ".." would make a whole segment of the path, and so call another address; no request is
 * made then.
 *
 * Giving up: the flow goes on at its give_up; where that is the end (or the very step in trouble), a flow inside a flow
 * hands the trouble on to the step that ran it. When no flow has a way left, a sentence is said.
 *
 * Ways: `redo` forgets the answer of that step (or those of the flow that it runs), of every later step whose question
 * quotes a forgotten one, and of the step that led there, and goes there; the word to go back forgets likewise. The end
 * of a flow inside a flow goes on behind the step that ran it (its branches, its next); what the inner one has set
 * stays. The end of a passage that interrupted another resumes that one, with the variables it had. A hand-over or a
 * close ends the run with all that lies below.
 *
 * Bounds: FLOW_STEPS_MAX stations for one input, FLOW_CALLS_MAX calls (that fail and are tried again) without a word of
 * the customer, FLOW_DEPTH_MAX flows deep; beyond them the run ends as "gave_up", with a sentence. When more than
 * FLOW_TIMEOUTS_MAX questions time out without a word of his, the run expires as if they had no branch. Of a passage's
 * variables the oldest makes room, and a value is cut.
 *
 * New rules: a flow or step that is gone, or no longer asks or calls, gives up likewise, and ends as "changed".
 *
 * No input leaves a customer in silence: a run that neither waits nor has spoken ends with a sentence, and a question
 * without words gets some. The exceptions are what is not said outside the window, and a result that is kept.
 */
#ifndef FLOW_STEP_H
#define FLOW_STEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/json.h"
#include "flow/flow.h"

/* The run */

struct run_variable {
    char *name, *value;
    bool is_number; /* bound as such in conditions */
    bool is_raw;    /* a text that no step has read as its answer */
};

struct run_variables { /* of one passage, the oldest first; at most FLOW_VARIABLES_MAX */
    struct run_variable *list;
    size_t count;
};

struct frame { /* one flow on the way, by names, so that it outlives a reload; owned */
    char *flow, *step;
    int tries;         /* wrong answers to the question */
    char **asked;      /* names of the steps that were asked and answered, oldest first: where `back` leads */
    size_t asked_count;
    bool is_interrupted; /* another flow was put on top by a rule; it is resumed, not gone on with */
    struct run_variables variables; /* of the passage that this frame is the innermost of; is_interrupted */
    int64_t call;        /* whose end it awaits; 0: none */
    bool has_result;     /* it ended while the flow was interrupted, thus: */
    bool has_failed, has_timed_out;
    int status;
};

enum run_waits { RUN_WAITS_ANSWER, RUN_WAITS_CALL, RUN_ENDED };

struct run { /* the zero value is no run; owned */
    struct frame frames[FLOW_DEPTH_MAX]; /* the outermost first */
    size_t depth;
    enum run_waits waits;
    struct run_variables variables; /* of the passage on top, or of the one that ended the run */
    int64_t call;       /* of the latest call: counted 1, 2 … over the run's life, and on in the one entered after it */
    int64_t asked_at;   /* when the question was put, or the call made */
    int64_t heard_at;   /* the customer's last word */
    bool is_reminded;   /* since then */
    int calls;          /* since then */
    int timeouts;       /* since then, that a branch was tried for */
    int64_t due_at;     /* when FLOW_CLOCK has something to do; INT64_MAX: never. By flow_step_run, also when idle or
                           unread; not stored */
    const char *outcome; /* RUN_ENDED: done, handoff, closed, cancelled, expired, gave_up, changed; a constant */
};

/*
 * JSON of it and back, for the row and for decisions. What run_format did not write, byte for byte, is refused: -1,
 * with *run empty. due_at comes back as INT64_MAX.
 */
void run_format(const struct run *run, struct buf *out);
int run_parse(const char *text, struct run *run, struct error *error);
void run_copy(const struct run *from, struct run *to); /* *to is empty or released */
void run_release(struct run *run);

/* The wall clock has jumped by so much, and no time has passed: its moments go along. */
void run_shift(struct run *run, int64_t ms);
const struct run_variable *run_variables_find(const struct run_variables *variables, const char *name); /* NULL: none */
void run_variables_merge(const struct run_variables *from, struct run_variables *to); /* the newest go last */
void run_variables_release(struct run_variables *variables);
void run_leave(const struct run *run, struct run_variables *left); /* merges those of all its passages */
const struct run_variable *run_variable(const struct run *run, const char *name); /* on top; NULL: none */
/* As conditions see it: a number where it is one. Borrowed. */
void run_variable_value(const struct run_variable *variable, struct expression_value *value);

/* Input and surroundings */

enum flow_input_kind { FLOW_ENTER, FLOW_TEXT, FLOW_WRONG, FLOW_RESULT, FLOW_CLOCK, FLOW_RESUME, FLOW_CANCEL };

struct flow_input { /* borrowed */
    enum flow_input_kind kind;
    const char *flow;          /* FLOW_ENTER */
    const struct json *values; /* FLOW_ENTER: object name → text; NULL: none */
    const char *text;          /* FLOW_TEXT, FLOW_WRONG: as typed */
    const char *media;         /* FLOW_TEXT: JSON array of addresses */
    int64_t call;              /* FLOW_RESULT: which one */
    bool has_failed, has_timed_out;
    int status;                /* HTTP; 0: none */
    const struct json *answer; /* NULL: none, or not JSON */
    const char *said;          /* FLOW_RESULT of a backend: the text for the customer; NULL: none */
};

/* Names of the sentences that the engine says of its own; the owner may write phrases of these names. */
enum flow_phrase {
    FLOW_SAYS_RETRY,     /* flow_retry     "I did not understand that." */
    FLOW_SAYS_GAVE_UP,   /* flow_gave_up */
    FLOW_SAYS_EXPIRED,   /* flow_expired */
    FLOW_SAYS_REMINDER,  /* flow_reminder */
    FLOW_SAYS_RESUME,    /* flow_resume    "Back to {{ title }}." */
    FLOW_SAYS_CANCELLED, /* flow_cancelled */
    FLOW_SAYS_CHANGED,   /* flow_changed */
    FLOW_SAYS_DONE,      /* flow_done: for an end that said nothing */
    FLOW_SAYS_HANDOFF,   /* flow_handoff: for a hand-over that said nothing */
    FLOW_SAYS_ASK,       /* flow_ask: for a question without words */
    FLOW_PHRASE_COUNT
};
extern const char *const flow_phrase_names[FLOW_PHRASE_COUNT];

struct flow_env { /* borrowed */
    const struct flow *flows;
    size_t flow_count;
    struct matcher *matcher;
    int64_t now;
    int64_t window_until; /* free text reaches the customer until then */
    struct ask ask;                    /* its place (country, language, zone, hours …); the rest is filled per step */
    const struct pattern *back_words;  /* NULL: none */
    template_lookup *lookup;           /* names beside the run's variables and `title` */
    expression_lookup *fact;           /* facts and variables beside those of the run */
    /* The text that such a name stands for, where its own names are the run's as well (a phrase); NULL: it is none. */
    const struct template *(*inner)(void *context, const char *name);
    /* In the contact's language; never NULL, and never blank when rendered. */
    const struct template *(*phrase)(void *context, enum flow_phrase phrase);
    void *context;                     /* handed to the four */
};

/* Effects, in the order in which they happen */

enum { CALL_GRACE_MS = 10 * 1000, CALL_URL_MAX = 8 * 1024, CALL_BODY_MAX = 64 * 1024 };

enum flow_effect_kind {
    FLOW_SAY,
    FLOW_CALL,
    FLOW_CONSULT,
    FLOW_HANDOFF,
    FLOW_CLOSE,
    FLOW_PASSED /* a step that is watched has been answered, by the customer or out of what he had said already; or it asks
                   nothing, and is done: its service or backend has answered well, the flow that it runs has come to its end */
};

struct flow_effect { /* owned texts, borrowed rows */
    enum flow_effect_kind kind;
    const struct flow *flow;       /* where the run stood; NULL, or without a step, where the rules have lost it */
    const struct step *step;
    char *text;                    /* FLOW_SAY: rendered, never blank */
    char *buttons;                 /* FLOW_SAY: JSON array of the labels to offer; NULL: none */
    char *properties;              /* FLOW_SAY: JSON object; NULL: none */
    const char *campaign;          /* FLOW_SAY: NULL for the channel's default */
    const struct service *service; /* FLOW_CALL */
    char *url, *body;              /* FLOW_CALL: rendered and escaped; body NULL: none */
    int64_t call;                  /* FLOW_CALL, FLOW_CONSULT: its number in the run */
    const char *team;              /* FLOW_HANDOFF */
    struct run_variables variables; /* FLOW_PASSED: a copy of the run's at that time */
};

struct flow_effects {
    struct flow_effect *list;
    size_t count, room;
    size_t steps; /* that were run through */
    struct run_variables left; /* what the passages knew that have ended, the newest last */
};

enum flow_verdict {
    FLOW_STEPPED, /* the run has moved, or has spoken */
    FLOW_UNREAD,  /* FLOW_TEXT: not an answer; run and effects are as before */
    FLOW_IDLE     /* nothing to do for this input: the run is as before */
};

/* Changes *run in place; on FLOW_ENTER a run that waits is put below the new flow as interrupted. */
enum flow_verdict flow_step_run(const struct flow_env *env, const struct flow_input *input, struct run *run,
                                struct flow_effects *effects);
void flow_effects_release(struct flow_effects *effects);

#endif
