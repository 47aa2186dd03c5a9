/*
 * recall: see the header.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "desk/button.h"
#include "desk/recall.h"
#include "store/cooldown.h"
#include "store/message.h"
#include "store/run_row.h"
#include "text/fold.h"

static void add_cooling(void *context, const char *rule, int64_t until_at)
{
    struct recall *recall = context;

    if (recall->cooling_count == recall->cooling_room) {
        recall->cooling_room = recall->cooling_room == 0 ? 4 : recall->cooling_room * 2;
        recall->cooling = alloc_resize(recall->cooling, recall->cooling_room, sizeof *recall->cooling);
    }
    recall->cooling[recall->cooling_count++] = (struct cooling){ alloc_text(rule), until_at };
}

/* The texts that stood as numbered lines below the bot's last words; what stood as a button has no number. */
static int load_choices(struct recall *recall, struct db *db, const struct ruleset *rules,
                        int64_t conversation, struct error *error)
{
    struct buf buttons = { 0 }, sent_by = { 0 };
    struct button_list list = { 0 };
    int found = message_offered(db, conversation, &buttons, &sent_by, error);

    if (found == 1) {
        button_parse(buf_text(&buttons), &list);
        button_format(&list, button_shown(&list, ruleset_campaign(rules, buf_text(&sent_by))),
                      &recall->choices);
    }
    button_release(&list);
    buf_release(&buttons);
    buf_release(&sent_by);
    return found < 0 ? -1 : 0;
}

static bool is_folded(const char *text, const struct buf *folded)
{
    struct buf other = { 0 };
    bool is_same;

    fold_text(text, strlen(text), &other);
    is_same = strcmp(buf_text(&other), buf_text(folded)) == 0;
    buf_release(&other);
    return is_same;
}

static bool offers(const char *buttons, const char *text)
{
    struct button_list list = { 0 };
    struct buf folded = { 0 };
    bool found;

    fold_text(text, strlen(text), &folded);
    button_parse(buttons, &list);
    found = button_choose(buttons, text, &folded);
    for (size_t i = 0; i < list.count && !found; i++)
        found = is_folded(list.texts[i], &folded);
    button_release(&list);
    buf_release(&folded);
    return found;
}

int recall_was_offered(struct db *db, int64_t conversation, const char *text, struct error *error)
{
    struct buf buttons = { 0 }, sent_by = { 0 };
    int found = message_offered(db, conversation, &buttons, &sent_by, error);

    if (found == 1)
        found = offers(buf_text(&buttons), text);
    buf_release(&buttons);
    buf_release(&sent_by);
    return found;
}

int recall_load(struct recall *recall, struct db *db, const struct ruleset *rules,
                const struct conversation *conversation, const char *text, int64_t now,
                struct decide_state *state, struct error *error)
{
    bool is_first = conversation->message_count == 0;

    /* Rules set them, and flows leave there what they have collected. */
    if (!is_first && (rules->variable_count > 0 || rules->flow_count > 0) &&
        conversation_variables(db, conversation->id, &recall->variables, error) < 0)
        return -1;
    if (rules->has_cooldowns &&
        cooldown_list(db, conversation->contact, now, add_cooling, recall, error) != 0)
        return -1;
    if (!is_first && rules->has_buttons && button_is_number(text) &&
        load_choices(recall, db, rules, conversation->id, error) != 0)
        return -1;
    if (!is_first && run_row_get(db, conversation->id, &recall->run, NULL, error) < 0)
        return -1;
    state->variables = recall->variables.len > 0 ? buf_text(&recall->variables) : NULL;
    state->cooling = recall->cooling;
    state->cooling_count = recall->cooling_count;
    state->choices = recall->choices.len > 0 ? buf_text(&recall->choices) : NULL;
    state->run = recall->run.len > 0 ? buf_text(&recall->run) : NULL;
    return 0;
}

void recall_release(struct recall *recall)
{
    for (size_t i = 0; i < recall->cooling_count; i++)
        free((char *)recall->cooling[i].rule);
    free(recall->cooling);
    buf_release(&recall->variables);
    buf_release(&recall->choices);
    buf_release(&recall->run);
    *recall = (struct recall){ 0 };
}
