/*
 * generate_talk: what passes in a talk.
 *
 * The end of a turn is chosen when its message comes, since its row is written once: what a backend will say, and whether
 * Braze will take the answer, is known from the start.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "generate_message.h"
#include "generate_talk.h"

enum { IDLE_MS = DAY_MS, ANSWER_TOOK_MS = 150 };

static const struct {
    const char *name;
    int64_t in, out; /* price of a token, in hundredths of a millionth */
} BACKENDS[TOWN_BACKENDS] = { { "assistant", 40, 160 }, { "faq", 0, 0 }, { "translator", 300, 1500 } };

static const char *const AGENTS[] = { "cli mina", "cli joon", "cli sofia" };

/* Money */

void talk_pay(struct town *town)
{
    char scope[40];
    int64_t all = 0;

    for (int i = 0; i < TOWN_BACKENDS; i++) {
        snprintf(scope, sizeof scope, "backend %s", BACKENDS[i].name);
        if (town->spent[i] > 0)
            rows_spend(&town->rows, town->day_name, scope, town->spent[i]);
        all += town->spent[i];
        town->spent[i] = 0;
    }
    if (all > 0)
        rows_spend(&town->rows, town->day_name, "all", all);
}

static const char *day_of(struct town *town, int64_t at)
{
    int64_t day = (at + BUSINESS_EAST_MS) / DAY_MS;
    time_t seconds = (time_t)(day * (DAY_MS / SECOND_MS));
    struct tm date;

    if (day != town->day) {
        talk_pay(town);
        town->day = day;
        gmtime_r(&seconds, &date);
        strftime(town->day_name, sizeof town->day_name, "%Y-%m-%d", &date);
    }
    return town->day_name;
}

/* What comes next */

static void plan_next(struct town *town, int32_t slot, int64_t at, int64_t soonest, int64_t latest)
{
    struct talk *talk = &town->talks[slot];

    if (talk->is_pending)
        return;
    if (talk->writes > 0)
        town_plan(town, slot, ACT_WRITES, at + soonest + chance_rank(&town->chance, latest - soonest));
    else
        town_plan(town, slot, ACT_CLOSES, talk->last_in_at + IDLE_MS);
}

static void compose(struct town *town, const struct talk *talk, bool is_answer)
{
    enum tongue tongue = town->people[talk->person].tongue;

    buf_clear(&town->text);
    if (is_answer)
        words_say(town->words, &town->chance, tongue, talk->topic, &town->text);
    else
        words_ask(town->words, &town->chance, tongue, talk->topic, &town->text);
}

/* Kinds of messages */

static void ask_topic(struct town *town, int32_t slot, int64_t at)
{
    struct talk *talk = &town->talks[slot];
    struct fate fate = message_choose_fate(town, at);
    int64_t turn;

    talk->topic = words_topic(&town->chance, TOPIC_SAY);
    talk->outcome = "answered";
    compose(town, talk, false);
    turn = message_hear(town, talk, at, fate.turn, talk->topic->rule, "say", fate.ended_at);
    compose(town, talk, true);
    message_say(town, talk, at, turn, talk->topic->rule, &fate);
    plan_next(town, slot, at, 5 * SECOND_MS, 20 * MINUTE_MS);
}

static void enter_flow(struct town *town, int32_t slot, int64_t at)
{
    struct talk *talk = &town->talks[slot];
    struct fate fate = message_choose_fate(town, at);
    int64_t turn;

    talk->topic = words_topic(&town->chance, TOPIC_FLOW);
    talk->outcome = "flow_left";
    talk->steps = 1 + (int)chance_below(&town->chance, 3);
    talk->writes += talk->steps;
    compose(town, talk, false);
    turn = message_hear(town, talk, at, fate.turn, talk->topic->rule, "flow", fate.ended_at);
    buf_clear(&town->more);
    buf_addf(&town->more, "rule %s", talk->topic->rule);
    rows_event(&town->rows, at, talk->id, "flow", buf_text(&town->more), talk->topic->target);
    compose(town, talk, true);
    buf_clear(&town->more);
    buf_addf(&town->more, "%s.ask", talk->topic->target);
    message_say(town, talk, at, turn, buf_text(&town->more), &fate);
    plan_next(town, slot, at, 5 * SECOND_MS, 3 * MINUTE_MS);
}

static void walk_flow(struct town *town, int32_t slot, int64_t at)
{
    struct talk *talk = &town->talks[slot];
    struct fate fate = message_choose_fate(town, at);
    enum tongue tongue = town->people[talk->person].tongue;
    bool is_last = --talk->steps == 0, is_done = chance_of(&town->chance, 8500);
    int64_t turn;

    buf_clear(&town->text);
    words_talk(town->words, &town->chance, tongue, 1, 3, &town->text);
    turn = message_hear(town, talk, at, fate.turn, NULL, "step", fate.ended_at);
    if (is_last)
        rows_event(&town->rows, at, talk->id, "flow_end", "daemon", is_done ? "done" : "cancelled");
    if (is_last && is_done)
        talk->outcome = "flow_done";
    compose(town, talk, true);
    buf_clear(&town->more);
    buf_addf(&town->more, "%s.%s", talk->topic->target, is_last ? "told" : "more");
    message_say(town, talk, at, turn, buf_text(&town->more), &fate);
    plan_next(town, slot, at, 5 * SECOND_MS, 3 * MINUTE_MS);
}

/* No rule takes it, and there is no fallback that would. */
static void ask_riddle(struct town *town, int32_t slot, int64_t at)
{
    struct talk *talk = &town->talks[slot];

    buf_clear(&town->text);
    words_riddle(town->words, &town->chance, town->people[talk->person].tongue, &town->text);
    talk->outcome = "unanswered";
    message_hear(town, talk, at, "unanswered", NULL, "none", at);
    plan_next(town, slot, at, 20 * SECOND_MS, 20 * MINUTE_MS);
}

/* A backend is asked; about a riddle it knows nothing, and only an apology is said. */
static void ask_backend(struct town *town, int32_t slot, int64_t at, bool is_riddle)
{
    struct talk *talk = &town->talks[slot];
    int64_t thinks_ms;

    talk->topic = words_topic(&town->chance, TOPIC_CONSULT);
    thinks_ms = strcmp(talk->topic->target, "faq") == 0 ? 3 : 900 + chance_rank(&town->chance, 12 * SECOND_MS);
    if (at + thinks_ms + MESSAGE_PENDING_MS >= town->until) {
        ask_topic(town, slot, at);
        return;
    }
    talk->outcome = is_riddle ? "unanswered" : "answered";
    talk->asked_at = at;
    if (is_riddle) {
        buf_clear(&town->text);
        words_riddle(town->words, &town->chance, town->people[talk->person].tongue, &town->text);
    } else {
        compose(town, talk, false);
    }
    talk->asked = message_hear(town, talk, at, "answered", talk->topic->rule, "consult", at + thinks_ms + ANSWER_TOOK_MS);
    town_plan(town, slot, ACT_ANSWERS, at + thinks_ms);
}

static void answer(struct town *town, int32_t slot, int64_t at)
{
    static const char *const SORRY[TONGUES] = { "I did not quite get that. Try \"hours\" or \"person\".",
                                                "무슨 말씀인지 잘 알아듣지 못했어요.", "No entendí bien.", "我没听懂。",
                                                "よく分かりませんでした。" };
    struct talk *talk = &town->talks[slot];
    struct fate fate = { "answered", "accepted", "", at + ANSWER_TOOK_MS, ANSWER_TOOK_MS };
    bool is_lost = strcmp(talk->outcome, "unanswered") == 0, is_faq = strcmp(talk->topic->target, "faq") == 0;
    int64_t in = is_faq ? 0 : chance_between(&town->chance, 500, 1800);
    int64_t out = is_faq || is_lost ? 0 : chance_between(&town->chance, 30, 220);
    int at_backend = 0;

    while (strcmp(BACKENDS[at_backend].name, talk->topic->target) != 0)
        at_backend++;
    struct row_consult row = {
        .at = talk->asked_at, .ended_at = at, .conversation = talk->id, .contact = talk->person + 1, .turn = talk->asked,
        .epoch = talk->epoch, .backend = talk->topic->target, .wanted = talk->topic->target, .wanted_by = talk->topic->rule,
        .state = is_lost ? "dead" : "accepted", .reason = is_lost ? "no entry of the FAQ answers it" : "",
        .day = day_of(town, talk->asked_at), .tokens_in = in, .tokens_out = out,
        .cost = (in * BACKENDS[at_backend].in + out * BACKENDS[at_backend].out) / 100,
    };
    town->spent[at_backend] += row.cost;
    rows_consult(&town->rows, &row);
    compose(town, talk, true);
    if (is_lost) {
        buf_clear(&town->text);
        buf_add_text(&town->text, SORRY[town->people[talk->person].tongue]);
    }
    message_say(town, talk, at, talk->asked, talk->topic->rule, &fate);
    plan_next(town, slot, at, 10 * SECOND_MS, 20 * MINUTE_MS);
}

static void opt_out(struct town *town, int32_t slot, int64_t at)
{
    struct talk *talk = &town->talks[slot];
    int64_t turn;

    talk->topic = words_topic(&town->chance, TOPIC_OPT_OUT);
    talk->outcome = "opted_out";
    talk->writes = 0;
    compose(town, talk, false);
    turn = message_hear(town, talk, at, "answered", talk->topic->rule, "opt_out", at + ANSWER_TOOK_MS);
    talk->epoch++;
    town->people[talk->person].opted_out_at = at;
    rows_event(&town->rows, at, talk->id, "opt_out", "rule opt-out", "");
    compose(town, talk, true);
    message_say_for_sure(town, talk, at, turn, talk->topic->rule);
    plan_next(town, slot, at, SECOND_MS, MINUTE_MS);
}

static void ignore(struct town *town, int32_t slot, int64_t at)
{
    struct talk *talk = &town->talks[slot];

    talk->topic = words_topic(&town->chance, TOPIC_IGNORE);
    compose(town, talk, false);
    message_hear(town, talk, at, "silenced", talk->topic->rule, "ignore", at);
    plan_next(town, slot, at, SECOND_MS, MINUTE_MS);
}

/* A person of the business */

static void hand_over(struct town *town, int32_t slot, int64_t at)
{
    struct talk *talk = &town->talks[slot];
    int64_t turn;

    talk->topic = words_topic(&town->chance, TOPIC_HANDOFF);
    talk->outcome = "person";
    compose(town, talk, false);
    turn = message_hear(town, talk, at, "agent", talk->topic->rule, "handoff", at);
    talk->epoch++;
    talk->owner = "agent";
    talk->team = talk->topic->target;
    buf_clear(&town->more);
    buf_addf(&town->more, "rule %s", talk->topic->rule);
    rows_event(&town->rows, at, talk->id, "handoff", buf_text(&town->more), talk->team);
    compose(town, talk, true);
    message_say_for_sure(town, talk, at, turn, talk->topic->rule);
    talk->writes = 0;
    town_plan(town, slot, ACT_STEPS_IN, at + 30 * SECOND_MS + chance_rank(&town->chance, 3 * HOUR_MS));
}

static void step_in(struct town *town, int32_t slot, int64_t at)
{
    struct talk *talk = &town->talks[slot];

    talk->agent = AGENTS[chance_rank(&town->chance, sizeof AGENTS / sizeof *AGENTS)];
    talk->epoch++;
    talk->helps = 1 + (int)chance_rank(&town->chance, 6);
    rows_event(&town->rows, at, talk->id, "take", talk->agent, "");
    town_plan(town, slot, ACT_HELPS, at + 10 * SECOND_MS + chance_rank(&town->chance, 2 * MINUTE_MS));
}

static void help(struct town *town, int32_t slot, int64_t at)
{
    struct talk *talk = &town->talks[slot];

    buf_clear(&town->text);
    words_talk(town->words, &town->chance, town->people[talk->person].tongue, 4, 25, &town->text);
    rows_event(&town->rows, at, talk->id, "say", talk->agent, "");
    message_say_for_sure(town, talk, at, 0, talk->agent);
    talk->helps--;
    town_plan(town, slot, talk->helps > 0 ? ACT_WRITES : ACT_CLOSES,
              at + 20 * SECOND_MS + chance_rank(&town->chance, 10 * MINUTE_MS));
}

/* The bot only listens. */
static void write_to_person(struct town *town, int32_t slot, int64_t at)
{
    struct talk *talk = &town->talks[slot];

    buf_clear(&town->text);
    words_talk(town->words, &town->chance, town->people[talk->person].tongue, 2, 14, &town->text);
    message_hear(town, talk, at, "agent", NULL, "none", at);
    town_plan(town, slot, ACT_HELPS, at + 20 * SECOND_MS + chance_rank(&town->chance, 20 * MINUTE_MS));
}

/* The end */

static void write_conversation(struct town *town, const struct talk *talk, int64_t closed_at, const char *closed_by)
{
    bool is_bots = strcmp(talk->owner, "bot") == 0, is_closed = closed_at != 0;

    buf_clear(&town->more);
    if (is_closed)
        buf_addf(&town->more, "Customer: %" PRId64 " messages, the last about %s.", talk->messages,
                 talk->topic != NULL ? talk->topic->rule : "nothing that a rule knows");
    rows_conversation(&town->rows, &(struct row_conversation){
        .id = talk->id, .contact = talk->person + 1, .epoch = talk->epoch, .opened_at = talk->opened_at,
        .last_in_at = talk->last_in_at, .closed_at = closed_at, .idle_at = is_bots && !is_closed ? talk->last_in_at + IDLE_MS : 0,
        .messages = talk->messages, .channel = message_channel(&town->people[talk->person]),
        .owner = is_closed ? "closed" : talk->owner, .team = is_closed ? "" : talk->team, .agent = is_closed ? "" : talk->agent,
        .last_rule = talk->last_rule, .closed_by = closed_by, .outcome = is_closed ? talk->outcome : "",
        .summary = buf_text(&town->more) });
}

void talk_keep(struct town *town, int32_t slot)
{
    write_conversation(town, &town->talks[slot], 0, "");
}

static void release(struct town *town, int32_t slot, int64_t at)
{
    struct talk *talk = &town->talks[slot];

    if (chance_of(&town->chance, 1500))
        rows_note(&town->rows, at, talk->id, talk->agent, "settled on the phone");
    rows_event(&town->rows, at, talk->id, "release", talk->agent, "");
    talk->epoch++;
    talk->owner = "bot";
    talk->team = talk->agent = "";
    plan_next(town, slot, at, SECOND_MS, MINUTE_MS);
}

static void close_talk(struct town *town, int32_t slot, int64_t at)
{
    struct talk *talk = &town->talks[slot];
    struct person *person = &town->people[talk->person];
    bool is_person = strcmp(talk->owner, "agent") == 0;

    if (is_person && chance_of(&town->chance, 3000)) {
        release(town, slot, at);
        return;
    }
    talk->epoch += is_person;
    rows_event(&town->rows, at, talk->id, "close", is_person ? talk->agent : "daemon", is_person ? "" : "idle");
    rows_event(&town->rows, at, talk->id, "summary", "frontdesk", talk->outcome);
    message_identity(town, talk->person);
    buf_clear(&town->more);
    buf_addf(&town->more, "{\"chat_last_outcome\":\"%s\",\"chat_count\":{\"inc\":1}}", talk->outcome);
    person->track = rows_track(&town->rows, &(struct row_track){ .at = at, .conversation = talk->id, .contact = talk->person + 1,
                                                                 .epoch = talk->epoch, .addressee = buf_text(&town->identity),
                                                                 .attributes = buf_text(&town->more) });
    person->tracked_at = at;
    person->outcome = talk->outcome;
    person->topic = talk->topic != NULL ? talk->topic->rule : "none";
    person->talk = -1;
    write_conversation(town, talk, at, is_person ? "person" : "idle");
    town->free_talks[town->free_count++] = slot;
}

static void write(struct town *town, int32_t slot, int64_t at)
{
    struct talk *talk = &town->talks[slot];
    int64_t dice = chance_below(&town->chance, 1000);

    if (*talk->owner == 'a') {
        write_to_person(town, slot, at);
        return;
    }
    talk->writes--;
    if (talk->steps > 0)
        walk_flow(town, slot, at);
    else if (dice < 600)
        ask_topic(town, slot, at);
    else if (dice < 760)
        ask_backend(town, slot, at, false);
    else if (dice < 800)
        ask_backend(town, slot, at, true);
    else if (dice < 885)
        enter_flow(town, slot, at);
    else if (dice < 945)
        ask_riddle(town, slot, at);
    else if (dice < 980)
        hand_over(town, slot, at);
    else if (dice < 998)
        ignore(town, slot, at);
    else
        opt_out(town, slot, at);
}

void talk_act(struct town *town, int32_t talk, enum town_act act, int64_t at)
{
    static void (*const ACTS[])(struct town *, int32_t, int64_t) = {
        [ACT_WRITES] = write, [ACT_ANSWERS] = answer, [ACT_STEPS_IN] = step_in, [ACT_HELPS] = help, [ACT_CLOSES] = close_talk,
    };

    ACTS[act](town, talk, at);
}
