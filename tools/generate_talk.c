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

#include "base/json.h"
#include "text/fold.h"

#include "generate_talk.h"

enum {
    SECOND = 1000,
    MINUTE = 60 * SECOND,
    IDLE_MS = DAY_MS,
    LIFE_MS = 12 * HOUR_MS,
    ANSWER_TOOK_MS = 150,
    PENDING_MS = MINUTE, /* before the end: answers that have not left yet */
};

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
    time_t seconds = (time_t)(day * (DAY_MS / SECOND));
    struct tm date;

    if (day != town->day) {
        talk_pay(town);
        town->day = day;
        gmtime_r(&seconds, &date);
        strftime(town->day_name, sizeof town->day_name, "%Y-%m-%d", &date);
    }
    return town->day_name;
}

/* What the customer says */

void talk_identity(struct town *town, int32_t who)
{
    buf_clear(&town->identity);
    buf_addf(&town->identity, "external:guest-%08d", who + 1);
}

static const char *channel_of(const struct person *person)
{
    return person->is_on_sms ? "sms" : "whatsapp";
}

static void write_body(struct town *town, const struct talk *talk, int64_t at, const char *dispatch_id)
{
    const struct person *person = &town->people[talk->person];
    struct jsonw w = { .out = &town->body };
    char sent[24];

    buf_clear(&town->body);
    buf_clear(&town->name);
    words_name(person->tongue, person->number, &town->name);
    snprintf(sent, sizeof sent, "%" PRId64, at / SECOND);
    jsonw_object(&w, NULL);
    jsonw_text(&w, "user_id", buf_text(&town->identity) + sizeof "external:" - 1);
    jsonw_text(&w, "message", buf_text(&town->text));
    jsonw_text(&w, "dispatch_id", dispatch_id);
    jsonw_text(&w, "campaign", "7f3c2b1e-5a4d-4c9b-8e21-0d6f9a7b3c55");
    jsonw_text(&w, "sent_at", sent);
    jsonw_text(&w, "first_name", buf_text(&town->name));
    jsonw_text(&w, "language", words_tag(person->tongue));
    jsonw_text(&w, "time_zone", words_zone(person->tongue));
    jsonw_end_object(&w);
}

/* What the decision read. */
static void write_state(struct town *town, const struct talk *talk)
{
    const struct person *person = &town->people[talk->person];
    struct jsonw w = { .out = &town->state };

    buf_clear(&town->state);
    jsonw_object(&w, NULL);
    jsonw_text(&w, "channel", channel_of(person));
    jsonw_text(&w, "owner", talk->owner);
    jsonw_text(&w, "first_name", buf_text(&town->name));
    jsonw_text(&w, "language", words_tag(person->tongue));
    jsonw_text(&w, "time_zone", words_zone(person->tongue));
    jsonw_int(&w, "message_count", talk->messages);
    if (talk->messages > 1)
        jsonw_int(&w, "last_in_at", talk->last_in_at);
    if (*talk->last_rule != '\0')
        jsonw_text(&w, "last_rule", talk->last_rule);
    jsonw_int(&w, "messages_this_minute", 1);
    jsonw_int(&w, "same_in_a_row", 1);
    jsonw_end_object(&w);
}

/* How it came out. */
static void write_trace(struct town *town, const char *rule, const char *action)
{
    struct jsonw w = { .out = &town->trace };
    size_t len;

    buf_clear(&town->trace);
    buf_clear(&town->folded);
    fold_text(buf_text(&town->text), town->text.len, &town->folded);
    len = strcspn(buf_text(&town->folded), " ");
    jsonw_object(&w, NULL);
    jsonw_text(&w, "folded", buf_text(&town->folded));
    jsonw_int(&w, "tried", rule != NULL ? 5 + (int64_t)(strlen(rule) % 13) : 37);
    if (rule == NULL) {
        jsonw_null(&w, "matched");
    } else {
        jsonw_object(&w, "matched");
        jsonw_bytes(&w, "text", buf_text(&town->folded), len);
        jsonw_int(&w, "start", 0);
        jsonw_int(&w, "end", (int64_t)len);
        jsonw_end_object(&w);
    }
    jsonw_raw(&w, "variables", "{}");
    jsonw_raw(&w, "passed_over", "[]");
    jsonw_raw(&w, "limit_hits", "[]");
    jsonw_raw(&w, "tags", "[]");
    jsonw_raw(&w, "set", "{}");
    if (strcmp(action, "step") == 0 || strcmp(action, "flow") == 0) {
        jsonw_object(&w, "dialogue");
        jsonw_text(&w, "reading", strcmp(action, "flow") == 0 ? "begun" : "answer");
        jsonw_end_object(&w);
    }
    jsonw_end_object(&w);
}

/* Webhooks that come twice, and those of which nothing comes. */
static void stumble(struct town *town, const struct row_in *in, int64_t message)
{
    if (chance_of(&town->chance, 40))
        rows_twice(&town->rows, in, message);
    if (chance_of(&town->chance, 2))
        rows_unread(&town->rows, in->at, "unreadable", "it is no JSON, and no message can be read out of it");
    if (chance_below(&town->chance, 100000) == 0)
        rows_unread(&town->rows, in->at, "aside", "deciding it failed: the rule's condition took too many steps");
}

/* What is in town->text, heard at that time; the turn. */
static int64_t hear(struct town *town, struct talk *talk, int64_t at, const char *fate, const char *rule, const char *action,
                    int64_t closed_at)
{
    const struct person *person = &town->people[talk->person];
    char dispatch_id[33];
    int64_t turn, message;
    struct row_in in;

    snprintf(dispatch_id, sizeof dispatch_id, "%016" PRIx64 "%016" PRIx64, chance_next(&town->chance),
             chance_mix(++town->chance.state));
    talk->messages++;
    talk_identity(town, talk->person);
    write_body(town, talk, at, dispatch_id);
    write_state(town, talk);
    write_trace(town, rule, action);
    in = (struct row_in){
        .at = at, .conversation = talk->id, .contact = talk->person + 1, .ruleset = town->ruleset, .epoch = talk->epoch,
        .closed_at = closed_at, .deadline_at = at + LIFE_MS, .channel = channel_of(person),
        .identity = buf_text(&town->identity), .dispatch_id = dispatch_id, .body = buf_text(&town->body),
        .text = buf_text(&town->text), .campaign = "7f3c2b1e-5a4d-4c9b-8e21-0d6f9a7b3c55", .fate = fate, .rule = rule,
        .action = action, .state = buf_text(&town->state), .trace = buf_text(&town->trace),
    };
    message = rows_in(&town->rows, &in, &turn);
    stumble(town, &in, message);
    talk->last_in_at = at;
    talk->last_rule = rule != NULL ? rule : "";
    return turn;
}

/* What is said to the customer */

struct fate {
    const char *turn, *row; /* states */
    const char *reason;
    int64_t ended_at;       /* 0: it has not */
    int64_t took_ms;
};

static int64_t took(struct town *town)
{
    return 40 + chance_rank(&town->chance, 900);
}

/* What becomes of an answer that is ready at that time. */
static struct fate choose_fate(struct town *town, int64_t at)
{
    int64_t dice = chance_below(&town->chance, 10000), took_ms = took(town);

    if (town->until - at < PENDING_MS)
        return (struct fate){ "open", "due", "", 0, 0 };
    if (dice < 40)
        return (struct fate){ "dead", "dead", "Braze answered 400: the recipient is not valid", at + took_ms, took_ms };
    if (dice < 50)
        return (struct fate){ "unknown", "unknown", "the request left twice, and no answer came", at + 2 * MINUTE, MINUTE };
    if (dice < 75 && at + LIFE_MS < town->until)
        return (struct fate){ "expired", "expired", "its deadline passed", at + LIFE_MS, 0 };
    if (dice < 95)
        return (struct fate){ "withheld", "withheld", "a person took over before it left", at + 2 * SECOND, 0 };
    if (dice < 130 && at + LIFE_MS >= town->until)
        return (struct fate){ "held", "held", "the 24-hour window is closed, and there is no template", at, 0 };
    if (dice < 400)
        took_ms += 2 * SECOND + chance_rank(&town->chance, MINUTE); /* Braze was slow, or had to be asked again */
    return (struct fate){ "answered", "accepted", "", at + took_ms, took_ms };
}

/* What is in town->text. */
static void send(struct town *town, struct talk *talk, int64_t at, int64_t turn, const char *actor, const struct fate *fate)
{
    bool is_person = turn == 0, has_left = fate->took_ms > 0;

    rows_send(&town->rows, &(struct row_send){
        .at = at, .conversation = talk->id, .contact = talk->person + 1, .seq = ++town->people[talk->person].seq, .turn = turn,
        .epoch = talk->epoch, .settled_at = fate->ended_at, .took_ms = fate->took_ms, .part = 1,
        .kind = is_person ? "agent" : "out", .text = buf_text(&town->text), .actor = actor, .sent_by = has_left ? "reply" : "",
        .state = fate->row, .reason = fate->reason });
    talk->is_pending = fate->ended_at == 0;
}

static void send_for_sure(struct town *town, struct talk *talk, int64_t at, int64_t turn, const char *actor)
{
    int64_t took_ms = took(town);
    struct fate fate = { "answered", "accepted", "", at + took_ms, took_ms };

    send(town, talk, at, turn, actor, &fate);
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
    struct fate fate = choose_fate(town, at);
    int64_t turn;

    talk->topic = words_topic(&town->chance, TOPIC_SAY);
    talk->outcome = "answered";
    compose(town, talk, false);
    turn = hear(town, talk, at, fate.turn, talk->topic->rule, "say", fate.ended_at);
    compose(town, talk, true);
    send(town, talk, at, turn, talk->topic->rule, &fate);
    plan_next(town, slot, at, 5 * SECOND, 20 * MINUTE);
}

static void enter_flow(struct town *town, int32_t slot, int64_t at)
{
    struct talk *talk = &town->talks[slot];
    struct fate fate = choose_fate(town, at);
    int64_t turn;

    talk->topic = words_topic(&town->chance, TOPIC_FLOW);
    talk->outcome = "flow_left";
    talk->steps = 1 + (int)chance_below(&town->chance, 3);
    talk->writes += talk->steps;
    compose(town, talk, false);
    turn = hear(town, talk, at, fate.turn, talk->topic->rule, "flow", fate.ended_at);
    buf_clear(&town->more);
    buf_addf(&town->more, "rule %s", talk->topic->rule);
    rows_event(&town->rows, at, talk->id, "flow", buf_text(&town->more), talk->topic->target);
    compose(town, talk, true);
    buf_clear(&town->more);
    buf_addf(&town->more, "%s.ask", talk->topic->target);
    send(town, talk, at, turn, buf_text(&town->more), &fate);
    plan_next(town, slot, at, 5 * SECOND, 3 * MINUTE);
}

static void walk_flow(struct town *town, int32_t slot, int64_t at)
{
    struct talk *talk = &town->talks[slot];
    struct fate fate = choose_fate(town, at);
    enum tongue tongue = town->people[talk->person].tongue;
    bool is_last = --talk->steps == 0, is_done = chance_of(&town->chance, 8500);
    int64_t turn;

    buf_clear(&town->text);
    words_talk(town->words, &town->chance, tongue, 1, 3, &town->text);
    turn = hear(town, talk, at, fate.turn, NULL, "step", fate.ended_at);
    if (is_last)
        rows_event(&town->rows, at, talk->id, "flow_end", "daemon", is_done ? "done" : "cancelled");
    if (is_last && is_done)
        talk->outcome = "flow_done";
    compose(town, talk, true);
    buf_clear(&town->more);
    buf_addf(&town->more, "%s.%s", talk->topic->target, is_last ? "told" : "more");
    send(town, talk, at, turn, buf_text(&town->more), &fate);
    plan_next(town, slot, at, 5 * SECOND, 3 * MINUTE);
}

/* No rule takes it, and there is no fallback that would. */
static void ask_riddle(struct town *town, int32_t slot, int64_t at)
{
    struct talk *talk = &town->talks[slot];

    buf_clear(&town->text);
    words_riddle(town->words, &town->chance, town->people[talk->person].tongue, &town->text);
    talk->outcome = "unanswered";
    hear(town, talk, at, "unanswered", NULL, "none", at);
    plan_next(town, slot, at, 20 * SECOND, 20 * MINUTE);
}

/* A backend is asked; about a riddle it knows nothing, and only an apology is said. */
static void ask_backend(struct town *town, int32_t slot, int64_t at, bool is_riddle)
{
    struct talk *talk = &town->talks[slot];
    int64_t thinks_ms;

    talk->topic = words_topic(&town->chance, TOPIC_CONSULT);
    thinks_ms = strcmp(talk->topic->target, "faq") == 0 ? 3 : 900 + chance_rank(&town->chance, 12 * SECOND);
    if (at + thinks_ms + PENDING_MS >= town->until) {
        ask_topic(town, slot, at);
        return;
    }
    talk->outcome = is_riddle ? "unanswered" : "answered";
    talk->asked_at = at;
    talk->asked_for = thinks_ms;
    if (is_riddle) {
        buf_clear(&town->text);
        words_riddle(town->words, &town->chance, town->people[talk->person].tongue, &town->text);
    } else {
        compose(town, talk, false);
    }
    talk->asked = hear(town, talk, at, "answered", talk->topic->rule, "consult", at + thinks_ms + ANSWER_TOOK_MS);
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
    send(town, talk, at, talk->asked, talk->topic->rule, &fate);
    plan_next(town, slot, at, 10 * SECOND, 20 * MINUTE);
}

static void opt_out(struct town *town, int32_t slot, int64_t at)
{
    struct talk *talk = &town->talks[slot];
    int64_t turn;

    talk->topic = words_topic(&town->chance, TOPIC_OPT_OUT);
    talk->outcome = "opted_out";
    talk->writes = 0;
    compose(town, talk, false);
    turn = hear(town, talk, at, "answered", talk->topic->rule, "opt_out", at + ANSWER_TOOK_MS);
    talk->epoch++;
    town->people[talk->person].opted_out_at = at;
    rows_event(&town->rows, at, talk->id, "opt_out", "rule opt-out", "");
    compose(town, talk, true);
    send_for_sure(town, talk, at, turn, talk->topic->rule);
    plan_next(town, slot, at, SECOND, MINUTE);
}

static void ignore(struct town *town, int32_t slot, int64_t at)
{
    struct talk *talk = &town->talks[slot];

    talk->topic = words_topic(&town->chance, TOPIC_IGNORE);
    compose(town, talk, false);
    hear(town, talk, at, "silenced", talk->topic->rule, "ignore", at);
    plan_next(town, slot, at, SECOND, MINUTE);
}

/* A person of the business */

static void hand_over(struct town *town, int32_t slot, int64_t at)
{
    struct talk *talk = &town->talks[slot];
    int64_t turn;

    talk->topic = words_topic(&town->chance, TOPIC_HANDOFF);
    talk->outcome = "person";
    compose(town, talk, false);
    turn = hear(town, talk, at, "agent", talk->topic->rule, "handoff", at);
    talk->epoch++;
    talk->owner = "agent";
    talk->team = talk->topic->target;
    buf_clear(&town->more);
    buf_addf(&town->more, "rule %s", talk->topic->rule);
    rows_event(&town->rows, at, talk->id, "handoff", buf_text(&town->more), talk->team);
    compose(town, talk, true);
    send_for_sure(town, talk, at, turn, talk->topic->rule);
    talk->writes = 0;
    town_plan(town, slot, ACT_STEPS_IN, at + 30 * SECOND + chance_rank(&town->chance, 3 * HOUR_MS));
}

static void step_in(struct town *town, int32_t slot, int64_t at)
{
    struct talk *talk = &town->talks[slot];

    talk->agent = AGENTS[chance_rank(&town->chance, sizeof AGENTS / sizeof *AGENTS)];
    talk->epoch++;
    talk->helps = 1 + (int)chance_rank(&town->chance, 6);
    rows_event(&town->rows, at, talk->id, "take", talk->agent, "");
    town_plan(town, slot, ACT_HELPS, at + 10 * SECOND + chance_rank(&town->chance, 2 * MINUTE));
}

static void help(struct town *town, int32_t slot, int64_t at)
{
    struct talk *talk = &town->talks[slot];

    buf_clear(&town->text);
    words_talk(town->words, &town->chance, town->people[talk->person].tongue, 4, 25, &town->text);
    rows_event(&town->rows, at, talk->id, "say", talk->agent, "");
    send_for_sure(town, talk, at, 0, talk->agent);
    talk->helps--;
    town_plan(town, slot, talk->helps > 0 ? ACT_WRITES : ACT_CLOSES, at + 20 * SECOND + chance_rank(&town->chance, 10 * MINUTE));
}

/* The bot only listens. */
static void write_to_person(struct town *town, int32_t slot, int64_t at)
{
    struct talk *talk = &town->talks[slot];

    buf_clear(&town->text);
    words_talk(town->words, &town->chance, town->people[talk->person].tongue, 2, 14, &town->text);
    hear(town, talk, at, "agent", NULL, "none", at);
    town_plan(town, slot, ACT_HELPS, at + 20 * SECOND + chance_rank(&town->chance, 20 * MINUTE));
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
        .messages = talk->messages, .channel = channel_of(&town->people[talk->person]),
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
    plan_next(town, slot, at, SECOND, MINUTE);
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
    talk_identity(town, talk->person);
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
