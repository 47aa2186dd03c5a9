/*
 * generate_town: who writes when, and the plan of what happens next; what passes in a talk is in generate_talk.c.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"

#include "generate_message.h"
#include "generate_talk.h"

void town_init(struct town *town, uint64_t seed)
{
    *town = (struct town){ .words = words_new(), .chance = { .state = chance_mix(seed + 1) }, .day = -1 };
}

void town_release(struct town *town)
{
    struct buf *const scratch[] = { &town->text,  &town->body, &town->folded,   &town->state,
                                    &town->trace, &town->name, &town->identity, &town->more };

    for (size_t i = 0; i < sizeof scratch / sizeof *scratch; i++)
        buf_release(scratch[i]);
    words_free(town->words);
    free(town->people);
    free(town->talks);
    free(town->free_talks);
    free(town->plans);
}

/* The plan */

static bool is_sooner(const struct planned *a, const struct planned *b)
{
    return a->at < b->at || (a->at == b->at && a->talk < b->talk);
}

void town_plan(struct town *town, int32_t talk, enum town_act act, int64_t at)
{
    struct planned plan = { at, talk, ++town->talks[talk].serial, act };
    size_t i = town->plan_count++;

    if (town->plan_count > town->plan_room) {
        town->plan_room = town->plan_room == 0 ? 1024 : town->plan_room * 2;
        town->plans = alloc_resize(town->plans, town->plan_room, sizeof *town->plans);
    }
    for (; i > 0 && is_sooner(&plan, &town->plans[(i - 1) / 2]); i = (i - 1) / 2)
        town->plans[i] = town->plans[(i - 1) / 2];
    town->plans[i] = plan;
}

static struct planned take_soonest(struct town *town)
{
    struct planned soonest = town->plans[0], last = town->plans[--town->plan_count];
    size_t i = 0, child;

    while ((child = 2 * i + 1) < town->plan_count) {
        if (child + 1 < town->plan_count && is_sooner(&town->plans[child + 1], &town->plans[child]))
            child++;
        if (!is_sooner(&town->plans[child], &last))
            break;
        town->plans[i] = town->plans[child];
        i = child;
    }
    town->plans[i] = last;
    return soonest;
}

void town_live(struct town *town, int64_t at)
{
    while (town->plan_count > 0 && town->plans[0].at < at && town->plans[0].at < town->until) {
        struct planned plan = take_soonest(town);

        if (town->talks[plan.talk].serial == plan.serial)
            talk_act(town, plan.talk, plan.act, plan.at);
    }
}

/* Visits */

static int32_t meet(struct town *town, int64_t at)
{
    enum { SMS_PER_10000 = 1000 };
    static const uint8_t TONGUE_OF[] = { ENGLISH, ENGLISH, ENGLISH, ENGLISH, ENGLISH, ENGLISH, ENGLISH, KOREAN, KOREAN, KOREAN,
                                         KOREAN,  KOREAN,  KOREAN,  SPANISH, SPANISH, SPANISH, CHINESE, CHINESE, JAPANESE,
                                         JAPANESE };
    struct person *person;

    if (town->people_count == town->people_room) {
        town->people_room = town->people_room == 0 ? 1024 : town->people_room * 2;
        town->people = alloc_resize(town->people, (size_t)town->people_room, sizeof *town->people);
    }
    person = &town->people[town->people_count];
    *person = (struct person){
        .created_at = at,
        .number = chance_next(&town->chance),
        .tongue = TONGUE_OF[chance_below(&town->chance, sizeof TONGUE_OF)],
        .is_on_sms = chance_of(&town->chance, SMS_PER_10000),
        .talk = -1,
    };
    return town->people_count++;
}

/* A newcomer in one of three cases; else somebody known, and some are known better than others. */
static int32_t choose(struct town *town, int64_t at)
{
    for (int i = 0; i < 5 && town->people_count > 10; i++) {
        double where = chance_unit(&town->chance);
        int32_t known = (int32_t)(where * where * town->people_count);

        if (chance_of(&town->chance, 3300))
            break;
        if (town->people[known].opted_out_at == 0)
            return known;
    }
    return meet(town, at);
}

static int32_t begin_talk(struct town *town, int32_t who, int64_t at)
{
    int32_t slot;
    uint32_t serial;

    if (town->free_count > 0) {
        slot = town->free_talks[--town->free_count];
    } else {
        slot = town->talk_count++;
        if (town->talk_count > town->talk_room) {
            town->talk_room = town->talk_room == 0 ? 1024 : town->talk_room * 2;
            town->talks = alloc_resize(town->talks, (size_t)town->talk_room, sizeof *town->talks);
            town->free_talks = alloc_resize(town->free_talks, (size_t)town->talk_room, sizeof *town->free_talks);
        }
        town->talks[slot].serial = 0;
    }
    serial = town->talks[slot].serial;
    town->talks[slot] = (struct talk){ .id = ++town->rows.conversation, .opened_at = at, .last_in_at = at, .epoch = 1,
                                       .last_rule = "", .owner = "bot", .agent = "", .team = "", .outcome = "answered",
                                       .person = who, .serial = serial };
    town->people[who].talk = slot;
    return slot;
}

void town_visit(struct town *town, int64_t at)
{
    int32_t who = choose(town, at), slot = town->people[who].talk;

    if (slot >= 0 && (town->talks[slot].writes > 0 || town->talks[slot].is_pending || town->talks[slot].owner[0] == 'a'))
        return; /* is at it already */
    if (slot < 0)
        slot = begin_talk(town, who, at);
    town->talks[slot].writes = 1 + (int)chance_rank(&town->chance, 12);
    town_plan(town, slot, ACT_WRITES, at);
    town_live(town, at + 1);
}

/* The end */

static void write_person(struct town *town, int32_t who)
{
    const struct person *person = &town->people[who];
    char phone[32];

    buf_clear(&town->name);
    words_name(person->tongue, person->number, &town->name);
    message_identity(town, who);
    snprintf(phone, sizeof phone, "+8210%08u", (unsigned)(person->number >> 20) % 100000000);
    rows_contact(&town->rows, &(struct row_contact){
        .id = who + 1, .created_at = person->created_at, .opted_out_at = person->opted_out_at, .seq = person->seq,
        .tracked_at = person->tracked_at, .first_name = buf_text(&town->name), .language = words_tag(person->tongue),
        .time_zone = words_zone(person->tongue), .profile_name = buf_text(&town->name),
        .external = buf_text(&town->identity) + sizeof "external:" - 1, .phone = person->number % 10 < 7 ? phone : NULL });
    if (person->track == 0)
        return;
    for (int i = 0; i < 2; i++) {
        buf_clear(&town->more);
        buf_addf(&town->more, "\"%s\"", i == 0 ? person->outcome : person->topic);
        rows_profile(&town->rows, &(struct row_profile){
            .contact = who + 1, .at = person->tracked_at, .outbox = person->track,
            .name = i == 0 ? "chat_last_outcome" : "chat_last_topic", .value = buf_text(&town->more), .rule = "close",
            .addressee = buf_text(&town->identity) });
    }
}

void town_end(struct town *town)
{
    for (int32_t who = 0; who < town->people_count; who++)
        if (town->people[who].talk >= 0)
            talk_keep(town, town->people[who].talk);
    for (int32_t who = 0; who < town->people_count; who++)
        write_person(town, who);
    talk_pay(town);
}
