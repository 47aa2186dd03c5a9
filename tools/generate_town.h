/*
 * generate_town: the customers of a made-up business, and what passes between them and it.
 *
 * A talk is a conversation that is not over. It always has one thing that happens next, at a known time: the customer
 * writes, a backend answers, a person of the business steps in, it is closed. What happens is written into the book in the
 * order of its time, so that ids rise with time, and each thing decides what comes next. Nothing happens after `until`: what
 * is under way then stays under way, as in a book whose daemon was stopped.
 */
#ifndef TOOLS_GENERATE_TOWN_H
#define TOOLS_GENERATE_TOWN_H

#include <stdint.h>

#include "base/buf.h"

#include "generate_rows.h"
#include "generate_words.h"

enum { DAY_MS = 86400000, HOUR_MS = 3600000, BUSINESS_EAST_MS = 9 * HOUR_MS }; /* the business is in Seoul */

enum town_act { ACT_WRITES, ACT_ANSWERS, ACT_STEPS_IN, ACT_HELPS, ACT_CLOSES };

struct person { /* a customer */
    int64_t created_at, opted_out_at, seq, tracked_at;
    int64_t track;      /* the newest outbox row that wrote into the profile; 0: none */
    const char *outcome, *topic;
    uint64_t number;    /* all that is not kept is made of it */
    uint8_t tongue;
    bool is_on_sms;
    int32_t talk;       /* -1: none is open */
};

struct talk {
    int64_t id, opened_at, last_in_at, epoch, messages;
    int64_t asked, asked_at; /* a question to a backend: the turn, when */
    const struct topic *topic;          /* of the newest message */
    const char *last_rule, *owner, *agent, *team, *outcome;
    int32_t person;
    uint32_t serial;                    /* what is planned under an older one does not happen */
    int writes;                         /* messages that the customer still has in mind */
    int steps;                          /* … of a flow */
    int helps;                          /* texts that the person of the business still has in mind */
    bool is_pending;                    /* a text of ours still has to leave: nothing happens any more */
};

struct planned {
    int64_t at;
    int32_t talk;
    uint32_t serial;
    enum town_act act;
};

enum { TOWN_BACKENDS = 3 };

struct town {
    struct rows rows;
    struct words *words;
    struct chance chance;
    int64_t until;
    int64_t ruleset;                /* in force */
    struct person *people;
    int32_t people_count, people_room;
    struct talk *talks;             /* slots; those that are free are listed */
    int32_t *free_talks;
    int32_t talk_count, free_count, talk_room;
    struct planned *plans;          /* a heap, the soonest first */
    size_t plan_count, plan_room;
    int64_t day;                    /* since 1970, by the business's wall clock */
    char day_name[16];
    int64_t spent[TOWN_BACKENDS];   /* on it */
    struct buf text, body, folded, state, trace, name, identity, more; /* scratch */
};

void town_init(struct town *town, uint64_t seed);
void town_release(struct town *town);

/* Somebody comes to mind of the business at that time: a conversation begins, or one that is open goes on. */
void town_visit(struct town *town, int64_t at);

/* All that was planned for before `at`. */
void town_live(struct town *town, int64_t at);

/* Writes what is only known in the end: talks that are open, people, their profiles, the last day's money. */
void town_end(struct town *town);

#endif
