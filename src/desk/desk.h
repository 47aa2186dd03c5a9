/*
 * desk: the life of a message, without threads and sockets. Owns the book's one writing connection and the
 * ruleset in force. The daemon's engine drives it; so does the CLI while no daemon runs (it then holds the
 * writer's lock).
 *
 * The caller owns the transaction: desk_begin … any of the verbs below … desk_commit. What a verb promises
 * (a receipt, a claim) counts only once that commit has returned 0. One thread at a time.
 */
#ifndef DESK_DESK_H
#define DESK_DESK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/json.h"
#include "base/zone.h"
#include "desk/health.h"
#include "rules/ruleset.h"
#include "store/db.h"
#include "store/late.h"
#include "store/rulefile.h"

/* What a round does beside its mails, as far as it is told apart where it fails (desk/apart.h). */
enum desk_step {
    STEP_CLOCK, STEP_FORGET, STEP_EXPIRE, STEP_HOLD, STEP_SERVICES, STEP_CONSULTS, STEP_RUNS, STEP_ERASE, STEP_IDLE, STEP_PARTING,
    STEP_HANDOVER, STEP_SEARCH, STEP_RETENTION, STEP_CLAIM_SENDS, STEP_CLAIM_SERVICES, STEP_CLAIM_CONSULTS, STEP_CLAIM_TELLINGS,
    STEP_CLAIM_TRACKS,
    DESK_STEPS
};

struct desk {
    struct db *db;
    const struct zones *zones;
    struct ruleset *rules; /* in force; never NULL after desk_open */
    bool is_refused;       /* there is a stored one that this version cannot use; also after desk_open has failed by it */
    bool is_held;          /* desk_open has failed since another process has the book */
    struct matcher *matcher;
    const char **disabled_rules; /* of the ruleset in force, NULL-terminated */
    bool has_disabled;     /* one of them since the transaction began */
    struct health health;
    struct health_counts counted; /* as the transaction found them */
    uint32_t random;       /* state of the jitter's generator */
    int lock;              /* descriptor that holds the writer's lock */
    bool was_unclean;      /* the last owner of the book did not close it */
    int64_t careful_until; /* go carefully until then (desk/road.h) */
    int64_t newest_key_at; /* of the keys for duplicates */
    struct late late;      /* what of erased people may come once more */
    bool may_track;        /* a row that writes into a profile may be open (desk/dispatch_track.h) */
    int64_t tracked_at;    /* when a call of dispatch_track was last put together; 0: never */
    bool may_call;         /* a call to a service may be open (desk/service.h) */
    bool has_colleagues;   /* somebody was told of a case on her own phone (desk/colleague.h) */
    int64_t people_of;     /* the ruleset for which people who are in no team were last looked for */
    bool may_consult;      /* a question to a backend may be open (desk/consult.h) */
    bool may_notify;       /* something may be open that another desk is told (desk/notify.h) */
    int64_t told_rules;    /* the ruleset for which endpoints that are gone were last looked for */
    bool has_superseded;   /* one is under way that is asked again anyway; whoever makes the calls clears it */
    int64_t floods;        /* messages that a limit kept from an answer, since it was opened */
    size_t looks;          /* at the backends: which of them goes first */
    int64_t idle_close_ms; /* the setting that conversation.idle_at was last looked over for */
    int64_t idle_latest;   /* what is due later than that has still to be pulled to it; 0: nothing */
    int64_t reopen_within_ms; /* and parting.due_at */
    int64_t parting_seen;     /* up to this one; INT64_MAX: all of them */
    bool is_apart;         /* the round before failed: each thing in a savepoint of its own */
    int64_t rests_until[DESK_STEPS]; /* a step that failed as a whole */
    int64_t chores_at;     /* when chores were last done (desk/chores.h); 0: never */
    bool is_busy;          /* this round brings messages */
    bool is_pressed;       /* … and leaves chores to another */
    bool has_to_index;     /* the index of the search wants another step */
    int64_t index_at;      /* … then, or is looked at again then */
    int64_t strays_of;     /* the ruleset for which backends that are gone were last looked for */
    bool may_erase;          /* an erasure may be open (desk/erasure.h) */
    int64_t erasure_at;      /* when it is looked at next */
    int64_t erasure_again_at; /* … and those that have failed */
    bool wants_scrub, is_scrubbed; /* the file, for its last phase: to be done; done since that was looked at */
    bool wants_cut;          /* the log may hold a call of somebody who was erased, and is to be cut */
    int64_t scrubbed_at;     /* when that was tried last */
    struct buf scrub_waits_for;
    int64_t retention_at;    /* when retention looks next (desk/retention.h) */
    int64_t tidied_at;       /* when it last deleted something, or gave pages back */
    bool has_to_tidy;        /* it may have to */
    struct buf state, trace; /* of the decision being stored; kept for their room */
};

/*
 * Takes the writer's lock (another holder: -1 and a sentence that names it), opens and migrates the book,
 * restores the ruleset in force and returns calls in flight to the queue as ambiguous.
 */
int desk_open(struct desk *desk, const char *path, int64_t number, const struct zones *zones, int64_t now,
              struct error *error);
void desk_close(struct desk *desk);

/*
 * Where desk_open fails since this version refuses the stored ruleset (is_refused), as after an upgrade: opens the book all
 * the same, with no rules, so that others can be put into force (desk_install), and nothing else. What was in flight stays
 * so: end with desk_release, and let desk_open come after it. 1; 0 where that is not the reason, and nothing is open.
 */
int desk_open_refused(struct desk *desk, const char *path, int64_t number, const struct zones *zones, int64_t now);

/* Frees everything without a word to the book, which then looks as after a crash: for a process that must not
 * write any more. */
void desk_release(struct desk *desk);

/* The time to write beside a new key for duplicates: now, and never before the newest one's, so that a clock that was
 * wrong for a while does not make it the first to be forgotten. */
int64_t desk_key_at(struct desk *desk, int64_t now);

/* The next number for jitter; the seed is set at open. */
uint32_t desk_random(struct desk *desk);

int desk_begin(struct desk *desk, struct error *error);
int desk_commit(struct desk *desk, struct error *error);
/* Written, but not durable before db_harden (store/db.h). */
int desk_commit_early(struct desk *desk, struct error *error);

/*
 * What is undone is undone in memory, too: the whole transaction; what was done in it since db_mark; a step of a round, of which
 * its caller has undone the rest (what it was known by to be done is looked for again); one that looked over all that is open,
 * which is looked over again.
 */
void desk_rollback(struct desk *desk);
void desk_undo(struct desk *desk);
void desk_doubt(struct desk *desk);
void desk_doubt_idle(struct desk *desk);

/*
 * Makes a compiled ruleset the one in force: desk_install stores it within the transaction (`files` are kept
 * in the book), desk_adopt takes it over once that has been committed and frees the old one. Held rows are
 * looked at again.
 */
int desk_install(struct desk *desk, struct ruleset *rules, const struct rulefiles *files, const char *actor,
                 int64_t now, struct error *error);
int desk_adopt(struct desk *desk, struct ruleset *rules, struct error *error);

/*
 * The rule folder is loaded at start only when its bytes differ from those last tried, whoever brought them (the
 * start itself, SIGHUP, or `rules load` of the same files), so that a restart undoes neither a rollback nor what was
 * loaded from elsewhere since. desk_folder_is_news: 1, 0, -1. desk_note_folder remembers them,
 * inside a transaction.
 */
int desk_folder_is_news(struct desk *desk, const struct rulefiles *files, struct error *error);
/* Remembers why the folder was refused, for `frontdesk status`; "" when it was taken. Inside a transaction.
 */
int desk_note_refusal(struct desk *desk, const char *sentence, struct error *error);
int desk_note_folder(struct desk *desk, const struct rulefiles *files, struct error *error);

/* For the ledger: what desk_install has just stored are the files of `number` once more. Inside the same transaction. */
int desk_note_rollback(struct desk *desk, int64_t number, const char *actor, int64_t now, struct error *error);

/* A rule's pattern or condition hit its bounds: counted, and out of play after RULE_TROUBLE_MAX hits. */
int desk_note_limit(struct desk *desk, const char *rule, int64_t now, struct error *error);

/*
 * A person's act, by name, with JSON arguments ("actor" in all of them):
 *
 *     take, release, close   {"conversation":N}
 *     say                    {"conversation":N,"text":"…"}        a bot's conversation is taken first
 *     note                   {"conversation":N,"text":"…"}        for the book alone
 *     agent-…                                                     the acts of another desk's agents (desk/agent.h)
 *     outbox-retry           {"id":N}                             held, withheld, expired, dead, unknown →
 * due outbox-drop            {"id":N}                             anything not yet accepted or in flight →
 * dead webhook-replay         {"id":N}                             unreadable, aside → read again
 *     retention              {}                                   what is older than it is to be kept goes now
 *     erase                  {"user":"…","copies":true}           a person is forgotten (desk/erasure.h)
 *
 * Returns an HTTP status: 200 with a JSON object in `reply`; 400, 404, 409 with the sentence in `error` and
 * nothing changed; 503 when the book failed. `take`, `say` and the others raise no answer themselves:
 * `*contact` is the contact whose calls in flight must have ended before the act is acknowledged (0: none).
 */
int desk_command(struct desk *desk, const char *name, const struct json *arguments, int64_t now,
                 struct buf *reply, int64_t *contact, struct error *error);

#endif
