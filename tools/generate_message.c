/*
 * generate_message: see the header.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "text/fold.h"

#include "generate_message.h"

enum { LIFE_MS = 12 * HOUR_MS };

/* What the customer says */

void message_identity(struct town *town, int32_t who)
{
    buf_clear(&town->identity);
    buf_addf(&town->identity, "external:guest-%08d", who + 1);
}

const char *message_channel(const struct person *person)
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
    snprintf(sent, sizeof sent, "%" PRId64, at / SECOND_MS);
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
    jsonw_text(&w, "channel", message_channel(person));
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

int64_t message_hear(struct town *town, struct talk *talk, int64_t at, const char *fate, const char *rule, const char *action,
                     int64_t closed_at)
{
    const struct person *person = &town->people[talk->person];
    char dispatch_id[33];
    int64_t turn, message;
    struct row_in in;

    snprintf(dispatch_id, sizeof dispatch_id, "%016" PRIx64 "%016" PRIx64, chance_next(&town->chance),
             chance_mix(++town->chance.state));
    talk->messages++;
    message_identity(town, talk->person);
    write_body(town, talk, at, dispatch_id);
    write_state(town, talk);
    write_trace(town, rule, action);
    in = (struct row_in){
        .at = at, .conversation = talk->id, .contact = talk->person + 1, .ruleset = town->ruleset, .epoch = talk->epoch,
        .closed_at = closed_at, .deadline_at = at + LIFE_MS, .channel = message_channel(person),
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

static int64_t took(struct town *town)
{
    return 40 + chance_rank(&town->chance, 900);
}

struct fate message_choose_fate(struct town *town, int64_t at)
{
    int64_t dice = chance_below(&town->chance, 10000), took_ms = took(town);

    if (town->until - at < MESSAGE_PENDING_MS)
        return (struct fate){ "open", "due", "", 0, 0 };
    if (dice < 40)
        return (struct fate){ "dead", "dead", "Braze answered 400: the recipient is not valid", at + took_ms, took_ms };
    if (dice < 50)
        return (struct fate){ "unknown", "unknown", "the request left twice, and no answer came", at + 2 * MINUTE_MS, MINUTE_MS };
    if (dice < 75 && at + LIFE_MS < town->until)
        return (struct fate){ "expired", "expired", "its deadline passed", at + LIFE_MS, 0 };
    if (dice < 95)
        return (struct fate){ "withheld", "withheld", "a person took over before it left", at + 2 * SECOND_MS, 0 };
    if (dice < 130 && at + LIFE_MS >= town->until)
        return (struct fate){ "held", "held", "the 24-hour window is closed, and there is no template", at, 0 };
    if (dice < 400)
        took_ms += 2 * SECOND_MS + chance_rank(&town->chance, MINUTE_MS); /* Braze was slow, or had to be asked again */
    return (struct fate){ "answered", "accepted", "", at + took_ms, took_ms };
}

void message_say(struct town *town, struct talk *talk, int64_t at, int64_t turn, const char *actor, const struct fate *fate)
{
    bool is_person = turn == 0, has_left = fate->took_ms > 0;

    rows_send(&town->rows, &(struct row_send){
        .at = at, .conversation = talk->id, .contact = talk->person + 1, .seq = ++town->people[talk->person].seq, .turn = turn,
        .epoch = talk->epoch, .settled_at = fate->ended_at, .took_ms = fate->took_ms, .part = 1,
        .kind = is_person ? "agent" : "out", .text = buf_text(&town->text), .actor = actor, .sent_by = has_left ? "reply" : "",
        .state = fate->row, .reason = fate->reason });
    talk->is_pending = fate->ended_at == 0;
}

void message_say_for_sure(struct town *town, struct talk *talk, int64_t at, int64_t turn, const char *actor)
{
    int64_t took_ms = took(town);
    struct fate fate = { "answered", "accepted", "", at + took_ms, took_ms };

    message_say(town, talk, at, turn, actor, &fate);
}
