/*
 * handover_tell: see the header.
 */
#include <string.h>

#include "base/json.h"
#include "desk/clearance.h"
#include "desk/colleague.h"
#include "desk/handover_tell.h"
#include "desk/reply.h"
#include "rules/build.h"
#include "store/contact.h"
#include "store/event.h"
#include "store/notice_row.h"
#include "text/fold.h"

enum {
    WORDS_COUNT = 3,
    WORDS_MAX_BYTES = 600,   /* of each of the customer's messages in the case's text: a template has to carry them */
    SUMMARY_MAX_BYTES = 800,
    HEARD_MAX_BYTES = 8000,
    MEDIA_MAX = 5,
};

/* Sending */

static const struct team *team_of(const struct telling *telling)
{
    return telling->handover != NULL ? ruleset_team(telling->desk->rules, telling->handover->team) : NULL;
}

static const char *channel_of(const struct telling *telling, const struct team *team)
{
    const struct ruleset *rules = telling->desk->rules;

    if (telling->handover == NULL)
        return telling->conversation->channel;
    if (team != NULL && team->campaign != NULL)
        return team->campaign->channel;
    for (size_t i = 0; i < rules->campaign_count; i++)
        if (strcmp(rules->campaigns[i].channel, "whatsapp") == 0)
            return "whatsapp";
    return rules->campaign_count > 0 ? rules->campaigns[0].channel : "whatsapp";
}

/* A team's template is for when nothing else reaches her; while her window is open the channel's free text does. */
static const char *campaign_of(const struct telling *telling, const struct team *team, const struct conversation *place)
{
    if (team == NULL || team->campaign == NULL || strcmp(team->campaign->channel, place->channel) != 0)
        return "";
    if (team->campaign->layout == LAYOUT_TEMPLATE &&
        clearance_window_is_open(telling->desk->rules, place->channel, place->last_in_at, telling->now))
        return "";
    return team->campaign->name;
}

int handover_tell_text(const struct telling *telling, int64_t contact, const char *text, struct error *error)
{
    const struct team *team = team_of(telling);
    struct conversation place;
    struct buf actor = { 0 };
    struct reply reply = { .kind = "out", .text = text, .notice = "case", .about = telling->conversation->id };
    int64_t message;
    int result;

    if (notice_row_place(telling->desk->db, contact, channel_of(telling, team), telling->now, &place, error) != 0)
        return -1;
    if (telling->handover != NULL) {
        buf_addf(&actor, "case %lld", (long long)telling->handover->number);
        reply.handover = telling->handover->number;
    } else {
        buf_add_text(&actor, "desk");
        reply.handover = -1;
    }
    reply.actor = buf_text(&actor);
    reply.campaign = campaign_of(telling, team, &place);
    result = reply_queue(telling->desk, &place, &reply, telling->now, &message, error);
    buf_release(&actor);
    return result;
}

/* Who is told */

static int language_of(struct desk *desk, int64_t contact, struct buf *language, struct error *error)
{
    struct contact known = { 0 };
    struct buf phone = { 0 };
    int found = contact_get(desk->db, contact, &known, &phone, error);

    if (found == 1)
        buf_add_text(language, known.language);
    contact_release(&known);
    buf_release(&phone);
    return found < 0 ? -1 : 0;
}

/* What the customer is called, on one line. */
static int add_name(struct desk *desk, int64_t conversation, struct buf *name, struct error *error)
{
    struct buf typed = { 0 }, address = { 0 };
    int result = handover_customer(desk->db, conversation, &typed, &address, error);

    colleague_name(buf_text(&typed), name);
    buf_release(&typed);
    buf_release(&address);
    return result;
}

/* Is any other case hers? */
static int has_others(struct desk *desk, int64_t contact, int64_t number, struct error *error)
{
    struct told_list cases = { 0 };
    int result = told_cases(desk->db, contact, &cases, error);

    for (size_t i = 0; result == 0 && i < cases.count; i++)
        if (cases.list[i].number != number)
            result = 1;
    told_list_release(&cases);
    return result;
}

/* What she is told of now may be what she answers next. *is_present: and nothing else can be. */
static int turn_to(const struct telling *telling, int64_t contact, bool is_new, bool *is_present, struct error *error)
{
    struct desk *desk = telling->desk;
    int64_t number = telling->handover->number;
    struct colleague colleague;
    int others = has_others(desk, contact, number, error);

    if (others < 0 || colleague_get(desk->db, contact, &colleague, error) < 0)
        return -1;
    desk->has_colleagues = true;
    *is_present = colleague.handover == number;
    if (*is_present)
        return 0;
    *is_present = is_new && others == 0 && telling->now >= colleague.quiet_until;
    colleague.handover = *is_present ? number : 0;
    colleague.since = telling->now;
    return colleague_put(desk->db, &colleague, error);
}

int handover_leave(struct desk *desk, int64_t contact, int64_t number, bool by_her, int64_t now, struct error *error)
{
    struct colleague colleague;
    int64_t quiet_until = now + (by_her ? COLLEAGUE_QUIET_MS : COLLEAGUE_LATE_MS);

    if (colleague_get(desk->db, contact, &colleague, error) < 0)
        return -1;
    if (colleague.handover == number)
        colleague.handover = 0;
    if (colleague.quiet_until < quiet_until)
        colleague.quiet_until = quiet_until;
    if (!by_her)
        colleague.late_until = now + COLLEAGUE_LATE_MS;
    return colleague_put(desk->db, &colleague, error);
}

/* Phrases */

static int tell_phrase(const struct telling *telling, enum colleague_phrase phrase, const struct colleague_values *values,
                       int64_t contact, struct error *error)
{
    struct buf language = { 0 }, text = { 0 };
    int result = language_of(telling->desk, contact, &language, error);

    if (result == 0) {
        colleague_say(telling->desk->rules, buf_text(&language), phrase, values, &text);
        result = handover_tell_text(telling, contact, buf_text(&text), error);
    }
    buf_release(&language);
    buf_release(&text);
    return result;
}

int handover_tell_phrase(const struct telling *telling, enum colleague_phrase phrase, const char *text, int64_t except,
                         struct error *error)
{
    struct desk *desk = telling->desk;
    struct colleague_values values = { .number = telling->handover->number, .text = text };
    int64_t contacts[HANDOVER_TOLD_MAX];
    struct buf name = { 0 };
    size_t count;
    int result = told_contacts(desk->db, telling->handover->number, contacts, &count, error);

    if (result == 0)
        result = add_name(desk, telling->conversation->id, &name, error);
    values.who = buf_text(&name);
    for (size_t i = 0; result == 0 && i < count; i++)
        if (contacts[i] != except)
            result = tell_phrase(telling, phrase, &values, contacts[i], error);
    buf_release(&name);
    return result;
}

int handover_tell_one(const struct telling *telling, enum colleague_phrase phrase, const char *text, int64_t contact,
                      struct error *error)
{
    struct colleague_values values = { .number = telling->handover->number };
    struct buf name = { 0 }, quoted = { 0 };
    int result = add_name(telling->desk, telling->conversation->id, &name, error);

    colleague_quote(text != NULL ? text : "", WORDS_MAX_BYTES, &quoted);
    values.who = buf_text(&name);
    values.text = buf_text(&quoted);
    if (result == 0)
        result = tell_phrase(telling, phrase, &values, contact, error);
    buf_release(&name);
    buf_release(&quoted);
    return result;
}

/* What the customer said */

/* As "(sent https://…)" on lines of their own; how many. */
static int add_media(const struct telling *telling, const char *language, const char *media, struct buf *out)
{
    struct json *list = NULL;
    int count = 0;

    if (json_parse(media, strlen(media), JSON_STRICT, &list, NULL) < 0)
        list = NULL;
    for (const struct json *item = json_first(list); item != NULL && count < MEDIA_MAX; item = json_next(item), count++) {
        struct buf address = { 0 };
        struct colleague_values values = { .text = NULL };

        colleague_quote(json_text(item) != NULL ? json_text(item) : "", WORDS_MAX_BYTES, &address);
        values.text = buf_text(&address);
        buf_add_text(out, "\n");
        colleague_say(telling->desk->rules, language, COLLEAGUE_SAYS_MEDIA, &values, out);
        buf_release(&address);
    }
    json_free(list);
    return count;
}

/* What he said, where `lead` begins his words. */
static void add_words(const struct telling *telling, const char *language, const char *lead, const char *text, const char *media,
                      size_t max, struct buf *out)
{
    const struct colleague_values nothing = { .number = 0 };

    if (*text != '\0') {
        buf_add_text(out, lead);
        colleague_quote(text, max, out);
    }
    if (add_media(telling, language, media, out) == 0 && fold_says_nothing(text)) {
        buf_add_char(out, '\n');
        colleague_say(telling->desk->rules, language, COLLEAGUE_SAYS_WORDLESS, &nothing, out);
    }
}

/* The case */

struct account { /* of a case, but for what depends on the reader */
    struct buf name, where;
    struct buf words; /* as handover_words gives them */
    size_t word_count;
    const char *summary, *lead;
};

static int gather(const struct telling *telling, struct account *account, struct error *error)
{
    struct db *db = telling->desk->db;
    struct buf typed = { 0 }, address = { 0 };
    int result = handover_customer(db, telling->conversation->id, &typed, &address, error);

    colleague_name(buf_text(&typed), &account->name);
    colleague_name(telling->conversation->channel, &account->where);
    if (strcmp(buf_text(&typed), buf_text(&address)) != 0) {
        buf_add_text(&account->where, ", ");
        colleague_name(buf_text(&address), &account->where);
    }
    if (result == 0)
        result = handover_words(db, telling->conversation->id, WORDS_COUNT, &account->words, &account->word_count, error);
    buf_release(&typed);
    buf_release(&address);
    return result;
}

static void write_case(const struct telling *telling, const struct account *account, const char *language, bool is_present,
                       struct buf *out)
{
    const struct ruleset *rules = telling->desk->rules;
    struct colleague_values values = { .number = telling->handover->number, .who = buf_text(&account->name) };
    struct buf summary = { 0 };
    const char *at = account->words.data;

    if (account->lead != NULL) {
        values.text = account->lead;
        colleague_say(rules, language, COLLEAGUE_SAYS_REMINDER, &values, out);
        buf_add_char(out, '\n');
    }
    values.text = buf_text(&account->where);
    colleague_say(rules, language, COLLEAGUE_SAYS_CASE, &values, out);
    for (size_t i = 0; i < account->word_count; i++) {
        const char *media = at + strlen(at) + 1;

        add_words(telling, language, "\n> ", at, media, WORDS_MAX_BYTES, out);
        at = media + strlen(media) + 1;
    }
    buf_add_char(out, '\n');
    if (account->summary != NULL && *account->summary != '\0') {
        colleague_quote(account->summary, SUMMARY_MAX_BYTES, &summary);
        values.text = buf_text(&summary);
        colleague_say(rules, language, COLLEAGUE_SAYS_SUMMARY, &values, out);
        buf_add_char(out, '\n');
        buf_release(&summary);
    }
    colleague_say(rules, language, is_present ? COLLEAGUE_SAYS_ANSWER : COLLEAGUE_SAYS_NUMBER, &values, out);
}

/* An external id, or a phone with its +. */
static int find_person(struct desk *desk, const char *name, int64_t now, int64_t *contact, struct error *error)
{
    struct contact found = { 0 };
    struct contact_claim claim = { "", "", name, "", "", "", "" };
    int result;

    if (*name != '+')
        return contact_by_external(desk->db, name, now, contact, error);
    result = contact_resolve(desk->db, &claim, now, &found, error);
    *contact = found.id;
    contact_release(&found);
    return result;
}

static int note(const struct telling *telling, const char *to, const char *why, struct error *error)
{
    struct buf detail = { 0 };
    int result;

    buf_addf(&detail, "case %lld to %s%s%s", (long long)telling->handover->number, to, *why != '\0' ? ", left out: " : "", why);
    result = event_put(telling->desk->db, telling->conversation->id, "told", "daemon", buf_text(&detail), telling->now, error);
    buf_release(&detail);
    return result;
}

static int tell_person(const struct telling *telling, const struct account *account, const char *to, size_t *count,
                       struct error *error)
{
    struct desk *desk = telling->desk;
    struct buf language = { 0 }, text = { 0 };
    bool is_present = false;
    int64_t contact;
    int result;

    if (find_person(desk, to, telling->now, &contact, error) != 0)
        return -1;
    if (contact == telling->conversation->contact)
        return note(telling, to, "nobody is told of his own conversation", error);
    if (turn_to(telling, contact, account->lead == NULL, &is_present, error) != 0 ||
        told_put(desk->db, contact, telling->handover->number, telling->now, error) != 0)
        return -1;
    result = language_of(desk, contact, &language, error);
    write_case(telling, account, buf_text(&language), is_present, &text);
    if (result == 0)
        result = handover_tell_text(telling, contact, buf_text(&text), error);
    buf_release(&language);
    buf_release(&text);
    ++*count;
    return result == 0 ? note(telling, to, "", error) : -1;
}

int handover_tell_case(const struct telling *telling, const char *summary, const char *lead, size_t *count,
                       struct error *error)
{
    const struct team *team = team_of(telling);
    struct account account = { .summary = summary, .lead = lead };
    int result = team != NULL && team->people_count > 0 ? gather(telling, &account, error) : 0;

    *count = 0;
    for (size_t i = 0; team != NULL && result == 0 && i < team->people_count; i++)
        result = tell_person(telling, &account, team->people[i], count, error);
    buf_release(&account.name);
    buf_release(&account.where);
    buf_release(&account.words);
    return result;
}

/* Relaying */

static int relay(const struct telling *telling, const char *name, const char *text, const char *media, int64_t contact,
                 struct error *error)
{
    struct desk *desk = telling->desk;
    struct colleague_values values = { .number = telling->handover->number, .who = name, .text = "" };
    struct buf language = { 0 }, whole = { 0 };
    bool is_present;
    int result = turn_to(telling, contact, false, &is_present, error);

    if (result == 0)
        result = language_of(desk, contact, &language, error);
    colleague_say(desk->rules, buf_text(&language), COLLEAGUE_SAYS_HEARD, &values, &whole);
    add_words(telling, buf_text(&language), "", text, media, HEARD_MAX_BYTES, &whole);
    if (result == 0)
        result = handover_tell_text(telling, contact, buf_text(&whole), error);
    buf_release(&language);
    buf_release(&whole);
    return result;
}

int handover_tell_words(const struct telling *telling, const char *text, const char *media, struct error *error)
{
    struct desk *desk = telling->desk;
    int64_t contacts[HANDOVER_TOLD_MAX];
    struct buf name = { 0 };
    size_t count;
    int result = told_contacts(desk->db, telling->handover->number, contacts, &count, error);

    if (result == 0 && count > 0)
        result = add_name(desk, telling->conversation->id, &name, error);
    for (size_t i = 0; result == 0 && i < count; i++)
        result = relay(telling, buf_text(&name), text, media, contacts[i], error);
    buf_release(&name);
    return result;
}
