/*
 * story: see the header.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/utf8.h"
#include "desk/story.h"
#include "desk/summary.h"
#include "rules/variable.h"
#include "store/chronicle.h"
#include "store/contact.h"
#include "store/event.h"

/* The end of a dialogue by a step that hands over: it has come to its end. By a rule, the ledger says "handoff". */
static const char HANDED_OVER[] = "handed_over";
static const char STEP[] = "step "; /* an actor of the ledger */

/* Reading */

/* One line, and nothing in it that acts on whoever shows it. */
static char *clean(const char *text)
{
    size_t len = utf8_floor(text, strlen(text), STORY_TEXT_BYTES_MAX), step;
    struct buf out = { 0 };
    uint32_t code;

    for (size_t at = 0; at < len; at += step) {
        step = utf8_decode(text + at, len - at, &code);
        if (step == 0)
            break;
        if (!utf8_is_control(code))
            buf_add(&out, text + at, step);
        else if (code == '\n' || code == '\r' || code == '\t' || code == 0x2028 || code == 0x2029 || code == 0x85)
            buf_add_char(&out, code == '\t' ? ' ' : '\n');
    }
    return buf_detach(&out);
}

/* An answer is on its way, or there. */
static bool is_there(const char *turn_state)
{
    return strcmp(turn_state, "open") == 0 || strcmp(turn_state, "answered") == 0 || strcmp(turn_state, "unknown") == 0;
}

struct listening { /* to texts, the newest first */
    const struct ruleset *rules;
    struct story *story;
    size_t left;   /* bytes that may still be read */
    size_t polite; /* bytes that may still be judged */
};

/* Judging takes longer than reading. */
static bool is_polite(struct listening *listening, const char *text)
{
    size_t len = strlen(text);

    if (len > listening->polite) {
        listening->polite = 0;
        return false;
    }
    listening->polite -= len;
    return summary_is_courtesy(text);
}

/* Said to whatever comes. By the rules in force; one that is gone is taken for a rule that knew what it said. */
static bool is_by_fallback(const struct ruleset *rules, const struct chronicle_line *line)
{
    const struct rule *rule = strcmp(line->action, "say") == 0 ? ruleset_rule(rules, line->rule) : NULL;

    return rule != NULL && rule_takes_all(rule);
}

static bool add_text(void *context, const struct chronicle_line *line)
{
    struct listening *listening = context;
    struct story *story = listening->story;
    size_t len = strlen(line->text);
    enum story_voice voice = strcmp(line->kind, "in") == 0    ? VOICE_CUSTOMER
                             : strcmp(line->kind, "out") == 0 ? VOICE_BOT
                                                              : VOICE_PERSON;

    if (story->text_count == story->text_room) {
        story->text_room = story->text_room == 0 ? 16 : story->text_room * 2;
        story->texts = alloc_resize(story->texts, story->text_room, sizeof *story->texts);
    }
    struct story_text *text = &story->texts[story->text_count++];

    *text = (struct story_text){
        .voice = voice,
        .text = clean(line->text),
        .rule = alloc_text(line->rule),
        .action = alloc_text(line->action),
        .turn = line->turn,
        .is_answered = !line->is_given_up && is_there(line->turn_state),
        .has_media = line->has_media,
        .is_lost = line->is_lost,
    };
    text->is_polite = voice == VOICE_CUSTOMER && is_polite(listening, text->text);
    text->is_answered &= text->is_polite || !is_by_fallback(listening->rules, line);
    story->has_person_spoken |= voice == VOICE_PERSON && !line->is_lost;
    listening->left -= len < listening->left ? len : listening->left;
    return listening->left > 0;
}

/* What a rule does without a word, and means to. */
static bool needs_no_word(const char *action)
{
    static const char *const DEEDS[] = { "ignore", "close", "opt_out", "opt_in" };

    for (size_t i = 0; i < sizeof DEEDS / sizeof *DEEDS; i++)
        if (strcmp(DEEDS[i], action) == 0)
            return true;
    return false;
}

/* From the end: a person's word answers all before it, a text of ours its turn. Still the newest first. */
static void find_answers(struct story *story)
{
    bool has_person = false;

    for (size_t i = 0; i < story->text_count; i++) {
        struct story_text *text = &story->texts[i];

        has_person |= text->voice == VOICE_PERSON && !text->is_lost;
        if (text->voice != VOICE_CUSTOMER)
            continue;
        text->is_answered |= has_person || needs_no_word(text->action);
    }
}

static void turn_round(struct story *story)
{
    for (size_t i = 0; i < story->text_count / 2; i++) {
        struct story_text swap = story->texts[i];

        story->texts[i] = story->texts[story->text_count - 1 - i];
        story->texts[story->text_count - 1 - i] = swap;
    }
    for (size_t i = 0; i < story->flow_count / 2; i++) {
        struct story_flow swap = story->flows[i];

        story->flows[i] = story->flows[story->flow_count - 1 - i];
        story->flows[story->flow_count - 1 - i] = swap;
    }
}

struct reading { /* of events, the newest first */
    struct story *story;
    char *end;        /* of the dialogues that began before; NULL: none has been read */
    bool is_by_step;  /* the newest of them handed over itself */
    bool knows_owner; /* the newest change of hands has been read */
};

static void add_flow(struct reading *reading, const char *name)
{
    struct story *story = reading->story;

    if (story->flow_count == story->flow_room) {
        story->flow_room = story->flow_room == 0 ? 4 : story->flow_room * 2;
        story->flows = alloc_resize(story->flows, story->flow_room, sizeof *story->flows);
    }
    story->flows[story->flow_count++] = (struct story_flow){
        alloc_text(name), alloc_text(reading->is_by_step ? HANDED_OVER : reading->end != NULL ? reading->end : "") };
    reading->is_by_step = false;
}

static void add_backend(struct story *story, const char *name)
{
    for (size_t i = 0; i < story->backend_count; i++)
        if (strcmp(story->backends[i], name) == 0)
            return;
    if (story->backend_count < sizeof story->backends / sizeof *story->backends)
        story->backends[story->backend_count++] = alloc_text(name);
}

/* A dialogue that asks nothing hands over in the decision that begins it, and before the ledger tells of that. */
static bool is_by_newest(const struct story *story, const char *step)
{
    const struct story_flow *flow = story->flow_count > 0 ? &story->flows[story->flow_count - 1] : NULL;
    size_t len = flow != NULL ? strlen(flow->name) : 0;

    return flow != NULL && flow->end[0] == '\0' && strncmp(step, flow->name, len) == 0 && step[len] == '.';
}

static void hand_over(struct reading *reading, const char *step)
{
    struct story *story = reading->story;

    if (is_by_newest(story, step)) {
        free(story->flows[story->flow_count - 1].end);
        story->flows[story->flow_count - 1].end = alloc_text(HANDED_OVER);
    } else {
        reading->is_by_step = true;
    }
}

static void change_hands(struct reading *reading, const struct chronicle_event *event)
{
    bool is_handoff = strcmp(event->kind, "handoff") == 0;

    if (!reading->knows_owner)
        reading->story->is_held = strcmp(event->kind, "release") != 0;
    reading->knows_owner = true;
    if (is_handoff && strncmp(event->actor, STEP, strlen(STEP)) == 0)
        hand_over(reading, event->actor + strlen(STEP));
    if (is_handoff && reading->story->team[0] == '\0')
        snprintf(reading->story->team, sizeof reading->story->team, "%s", event->detail);
}

static void add_event(void *context, const struct chronicle_event *event)
{
    struct reading *reading = context;

    if (strcmp(event->kind, "flow") == 0) {
        add_flow(reading, event->detail);
    } else if (strcmp(event->kind, "flow_end") == 0) {
        free(reading->end);
        reading->end = alloc_text(event->detail);
    } else if (strcmp(event->kind, "answer") == 0) {
        add_backend(reading->story, event->actor);
    } else if (strcmp(event->kind, "handoff") == 0 || strcmp(event->kind, "take") == 0 || strcmp(event->kind, "release") == 0) {
        change_hands(reading, event);
    }
}

static int load_events(struct db *db, int64_t conversation, struct story *story, struct error *error)
{
    struct reading reading = { .story = story };
    int result = chronicle_events(db, conversation, STORY_EVENTS_MAX, add_event, &reading, error);

    free(reading.end);
    return result;
}

/* A moment as people write it; all else as it is kept. */
static void write_variable(struct jsonw *json, const struct ruleset *rules, const struct json *item)
{
    struct buf value = { 0 };
    struct zone_time at;
    int64_t number;

    if (variable_asked(rules, json_key(item)) == ASK_DATETIME && json_int(item, &number)) {
        zone_local(rules->zone, number, &at);
        buf_addf(&value, "%04d-%02d-%02d %02d:%02d", at.year, at.month, at.day, at.hour, at.minute);
        jsonw_text(json, json_key(item), buf_text(&value));
    } else if (json_scalar(item, &value)) {
        jsonw_bytes(json, json_key(item), buf_text(&value), value.len);
    }
    buf_release(&value);
}

/* What a service has answered, or a step worked out, is no word of the customer's. */
static void load_variables(const struct ruleset *rules, const struct buf *kept, struct story *story)
{
    struct jsonw json = { .out = &story->variables };
    struct json *object = NULL;

    if (kept->len == 0 || json_parse(buf_text(kept), kept->len, JSON_FIRST_KEY_WINS, &object, NULL) < 0)
        return;
    jsonw_object(&json, NULL);
    for (const struct json *item = json_first(object); item != NULL; item = json_next(item)) {
        const char *name = json_key(item);

        if (variable_asked(rules, name) != ASK_NOTHING || !ruleset_collects(rules, name))
            write_variable(&json, rules, item);
    }
    jsonw_end_object(&json);
    json_free(object);
}

int story_load(struct desk *desk, const struct conversation *conversation, const struct parting *parting, struct story *story,
               struct error *error)
{
    struct listening listening = { desk->rules, story, STORY_BYTES_MAX, STORY_POLITE_BYTES_MAX };
    struct buf kept = { 0 };
    int result;

    story->is_close = parting->is_close;
    story->language = ruleset_setting(desk->rules, "default_language");
    if (contact_is_opted_out(desk->db, conversation->contact, &story->is_opted_out, error) != 0 ||
        chronicle_texts(desk->db, conversation->id, STORY_TEXTS_MAX, add_text, &listening, error) != 0 ||
        load_events(desk->db, conversation->id, story, error) != 0)
        return -1;
    result = conversation_variables(desk->db, conversation->id, &kept, error);
    load_variables(desk->rules, &kept, story);
    buf_release(&kept);
    if (result < 0)
        return -1;
    if (parting->is_close && conversation_closed_by(desk->db, conversation->id, story->closed_by, error) < 0)
        return -1;
    story->is_held |= !parting->is_close;
    find_answers(story);
    turn_round(story);
    return 0;
}

void story_release(struct story *story)
{
    for (size_t i = 0; i < story->text_count; i++) {
        free(story->texts[i].text);
        free(story->texts[i].rule);
        free(story->texts[i].action);
    }
    for (size_t i = 0; i < story->flow_count; i++) {
        free(story->flows[i].name);
        free(story->flows[i].end);
    }
    for (size_t i = 0; i < story->backend_count; i++)
        free(story->backends[i]);
    free(story->texts);
    free(story->flows);
    buf_release(&story->variables);
    *story = (struct story){ 0 };
}

/* Judging */

/* The customer's last words, or what they were said after if they are only polite. Of courtesies alone one that was answered,
 * if any was: nothing is open. NULL: he said nothing. */
static const struct story_text *last_word(const struct story *story)
{
    const struct story_text *polite = NULL;

    for (size_t i = story->text_count; i > 0; i--) {
        const struct story_text *text = &story->texts[i - 1];

        if (text->voice != VOICE_CUSTOMER)
            continue;
        if (text->has_media || !text->is_polite)
            return text;
        if (polite == NULL || (!polite->is_answered && text->is_answered))
            polite = text;
    }
    return polite;
}

bool story_flow_is_done(const struct story *story, const struct story_flow *flow)
{
    /* One that asks nothing begins and ends in one decision, of which the ledger tells the beginning alone. */
    if (flow->end[0] == '\0')
        return story->is_close;
    return strcmp(flow->end, "done") == 0 || strcmp(flow->end, "closed") == 0 ||
           strcmp(flow->end, HANDED_OVER) == 0;
}

bool story_flow_was_handed_over(const struct story_flow *flow)
{
    return strcmp(flow->end, HANDED_OVER) == 0;
}

const char *story_outcome(const struct story *story)
{
    const struct story_text *last = last_word(story);

    if (story->is_opted_out)
        return "opted_out";
    if (story->has_person_spoken || story->is_held)
        return "person";
    if (last != NULL && !last->is_answered)
        return "unanswered";
    if (story->flow_count == 0)
        return "answered";
    return story_flow_is_done(story, &story->flows[story->flow_count - 1]) ? "flow_done" : "flow_left";
}

const char *story_rule(const struct story *story)
{
    for (size_t i = story->text_count; i > 0; i--)
        if (story->texts[i - 1].voice == VOICE_CUSTOMER && story->texts[i - 1].rule[0] != '\0')
            return story->texts[i - 1].rule;
    return "";
}

const char *story_flow(const struct story *story)
{
    return story->flow_count > 0 ? story->flows[story->flow_count - 1].name : "";
}
