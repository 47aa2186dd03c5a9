/* clearance: of one row that is due, what is asked first, what stops it, and by which campaign it goes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/zone.h"
#include "desk/clearance.h"
#include "store/rulefile.h"

static const char RULES[] =
    "INSERT INTO channel (name, kind) VALUES ('chat', 'other'), ('mute', 'whatsapp');\n"
    "INSERT INTO campaign (name, channel, campaign_id, layout) VALUES\n"
    " ('free', 'whatsapp', 'c1', 'response'), ('reopen', 'whatsapp', 'c2', 'template'),\n"
    " ('promo', 'whatsapp', 'c3', 'response'), ('news', 'whatsapp', 'c4', 'template'),\n"
    " ('formal', 'mute', 'c5', 'template'), ('text', 'sms', 'c6', 'response'), ('talk', 'chat', 'c7', 'response');\n";

#define HOUR_MS ((int64_t)3600 * 1000)
#define NOW INT64_C(1778500000000)
#define OPEN_FOR (24 * HOUR_MS - 10 * 60 * 1000) /* with the margin of ten minutes */
#define TEXT_64 "0123456789012345678901234567890123456789012345678901234567890123"
#define TEXT_512 TEXT_64 TEXT_64 TEXT_64 TEXT_64 TEXT_64 TEXT_64 TEXT_64 TEXT_64
#define TEXT_1024 TEXT_512 TEXT_512

/* What is not said of a row: 'Hello' of the bot to ana on WhatsApp, who wrote an hour ago; it may leave for another hour. */
static const struct clearance_case {
    const char *what;
    struct outbox_row row;
    enum clearance clearance;
    const char *words; /* the campaign's name, or some of the reason */
} CASES[] = {
    { "an answer", { .id = 1 }, CLEARANCE_SEND, "free" },
    { "a colleague's words", { .kind = "agent" }, CLEARANCE_SEND, "free" },

    { "who opted out", { .is_opted_out = true }, CLEARANCE_WITHHELD, "the contact opted out before it left" },
    { "a colleague's words to who opted out", { .is_opted_out = true, .kind = "agent" }, CLEARANCE_WITHHELD, "opted out" },
    { "the word that confirms it", { .is_opted_out = true, .is_consent = true }, CLEARANCE_SEND, "free" },
    { "of an epoch before", { .epoch = 2 }, CLEARANCE_WITHHELD, "changed hands" },
    { "a colleague's words of an epoch before", { .epoch = 2, .kind = "agent" }, CLEARANCE_SEND, "free" },
    { "a notice to the business", { .epoch = 2, .is_to_business = true }, CLEARANCE_SEND, "free" },
    { "while a person has him", { .is_with_person = true }, CLEARANCE_WITHHELD, "a person has" },
    { "told to the business, while a person has her", { .is_with_person = true, .is_to_business = true }, CLEARANCE_SEND,
      "free" },
    { "at its deadline", { .expires_at = NOW }, CLEARANCE_EXPIRED, "its deadline passed before it could leave" },
    { "just before it", { .expires_at = NOW + 1 }, CLEARANCE_SEND, "free" },
    { "an unknown channel", { .channel = "pigeon" }, CLEARANCE_HELD, "know no channel pigeon" },
    { "known by a Braze id alone", { .address_kind = "braze" }, CLEARANCE_HELD, "neither external id nor phone" },
    { "known by a phone", { .address_kind = "phone" }, CLEARANCE_SEND, "free" },

    { "what never may, before what may not now", { .is_opted_out = true, .expires_at = NOW, .channel = "pigeon" },
      CLEARANCE_WITHHELD, "opted out" },
    { "what is late, before what may not now", { .expires_at = NOW, .channel = "pigeon" }, CLEARANCE_EXPIRED, "deadline" },

    { "sent, of unknown fate", { .is_ambiguous = true }, CLEARANCE_SEND, "free" },
    { "sent, and opted out since", { .is_ambiguous = true, .is_opted_out = true }, CLEARANCE_UNKNOWN,
      "nobody can tell whether it arrived; it does not go again: the contact opted out" },
    { "sent, and taken since", { .is_ambiguous = true, .epoch = 2 }, CLEARANCE_UNKNOWN, "again: the conversation changed hands" },
    { "sent, and with a person since", { .is_ambiguous = true, .is_with_person = true }, CLEARANCE_UNKNOWN, "again: a person has" },
    { "sent, and late since", { .is_ambiguous = true, .expires_at = NOW }, CLEARANCE_UNKNOWN, "again: its deadline passed" },
    { "sent, and no way since", { .is_ambiguous = true, .channel = "pigeon" }, CLEARANCE_HELD, "know no channel pigeon" },

    { "in the window's last moment", { .last_in_at = NOW - OPEN_FOR + 1 }, CLEARANCE_SEND, "free" },
    { "outside it", { .last_in_at = NOW - OPEN_FOR }, CLEARANCE_SEND, "reopen" },
    { "SMS has no window", { .channel = "sms", .last_in_at = NOW - 1000 * HOUR_MS }, CLEARANCE_SEND, "text" },
    { "nor has another kind", { .channel = "chat", .last_in_at = NOW - 1000 * HOUR_MS }, CLEARANCE_SEND, "talk" },
    { "a campaign of its own", { .campaign = "promo" }, CLEARANCE_SEND, "promo" },
    { "a template inside the window", { .campaign = "news" }, CLEARANCE_SEND, "news" },
    { "a template outside it", { .campaign = "news", .last_in_at = NOW - OPEN_FOR }, CLEARANCE_SEND, "news" },
    { "free text cannot go outside it", { .campaign = "promo", .last_in_at = NOW - OPEN_FOR }, CLEARANCE_SEND, "reopen" },
    { "another channel's campaign", { .campaign = "text" }, CLEARANCE_SEND, "free" },
    { "a campaign that is gone", { .campaign = "gone" }, CLEARANCE_SEND, "free" },
    { "a channel with a template alone", { .channel = "mute" }, CLEARANCE_SEND, "formal" },

    { "a notice has words of its own", { .is_notice = true, .campaign = "gone" }, CLEARANCE_SEND, "free" },
    { "the campaign has the words", { .is_notice = true, .text = "", .campaign = "news" }, CLEARANCE_SEND, "news" },
    { "and is gone", { .is_notice = true, .text = "", .campaign = "gone" }, CLEARANCE_HELD, "no campaign row gone" },
    { "and may not go outside the window", { .is_notice = true, .text = "", .campaign = "promo", .last_in_at = NOW - OPEN_FOR },
      CLEARANCE_HELD, "no campaign row promo of layout 'template'" },
    { "an empty text that is no notice", { .text = "", .campaign = "gone" }, CLEARANCE_SEND, "free" },

    { "as much as a template carries", { .text = TEXT_1024, .campaign = "news" }, CLEARANCE_SEND, "news" },
    { "and one character more", { .text = TEXT_1024 "é", .campaign = "news" }, CLEARANCE_HELD, "at most 1024" },
    { "free text carries more", { .text = TEXT_1024 "é" }, CLEARANCE_SEND, "free" },
    { "the same outside the window", { .text = TEXT_1024 "é", .last_in_at = NOW - OPEN_FOR }, CLEARANCE_HELD,
      "the 24-hour window is closed and a template carries" },
    { "buttons that become lines count", { .text = TEXT_1024, .buttons = "[\"Yes\"]", .last_in_at = NOW - OPEN_FOR },
      CLEARANCE_HELD, "a template carries at most 1024" },
};

static void complete(struct outbox_row *row)
{
    row->channel = row->channel != NULL ? row->channel : "whatsapp";
    row->campaign = row->campaign != NULL ? row->campaign : "";
    row->address_kind = row->address_kind != NULL ? row->address_kind : "external";
    row->address = "ana";
    row->text = row->text != NULL ? row->text : "Hello";
    row->buttons = row->buttons != NULL ? row->buttons : "[]";
    row->expires_at = row->expires_at != 0 ? row->expires_at : NOW + HOUR_MS;
    row->last_in_at = row->last_in_at != 0 ? row->last_in_at : NOW - HOUR_MS;
    row->epoch = row->epoch != 0 ? row->epoch : 3;
    row->conversation_epoch = 3;
    if (row->kind[0] == '\0')
        memcpy(row->kind, "out", sizeof "out");
}

static struct ruleset *load(const char *text, struct zones *zones)
{
    struct rulefiles files = { 0 };
    struct error error = { 0 };
    struct ruleset *rules;

    rulefiles_add(&files, "test.sql", text);
    rules = ruleset_new(&files, zones, &error);
    if (rules == NULL)
        fail_msg("%s", error.text);
    rulefiles_release(&files);
    return rules;
}

static void expect(const struct ruleset *rules, const struct clearance_case *one)
{
    struct outbox_row row = one->row;
    const struct campaign *campaign = NULL;
    struct buf reason = { 0 };
    enum clearance clearance;
    const char *words;

    complete(&row);
    clearance = clearance_of(rules, &row, NOW, &campaign, &reason);
    words = clearance == CLEARANCE_SEND ? campaign->name : buf_text(&reason);
    if (clearance != one->clearance || strstr(words, one->words) == NULL)
        fail_msg("%s: %d, %s", one->what, (int)clearance, words);
    buf_release(&reason);
}

static void what_may_leave(void **state)
{
    struct zones *zones = zones_open(NULL);
    struct ruleset *rules = load(RULES, zones);

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
        expect(rules, &CASES[i]);
    ruleset_free(rules);
    zones_close(zones);
}

static void a_channel_without_a_campaign_holds(void **state)
{
    static const struct clearance_case CLOSED[] = {
        { "no campaign at all", { .channel = "sms" }, CLEARANCE_HELD, "channel sms has no campaign row to send it by" },
        { "outside the window", { .last_in_at = NOW - OPEN_FOR }, CLEARANCE_HELD,
          "the 24-hour window is closed and channel whatsapp has no campaign row of layout 'template'" },
    };
    struct zones *zones = zones_open(NULL);
    struct ruleset *rules = load(
        "INSERT INTO campaign (name, channel, campaign_id, layout) VALUES ('free', 'whatsapp', 'c1', 'response');", zones);

    (void)state;
    for (size_t i = 0; i < sizeof CLOSED / sizeof *CLOSED; i++)
        expect(rules, &CLOSED[i]);
    ruleset_free(rules);
    zones_close(zones);
}

static void its_states(void **state)
{
    (void)state;
    assert_string_equal(clearance_state(CLEARANCE_WITHHELD), "withheld");
    assert_string_equal(clearance_state(CLEARANCE_EXPIRED), "expired");
    assert_string_equal(clearance_state(CLEARANCE_HELD), "held");
    assert_string_equal(clearance_state(CLEARANCE_UNKNOWN), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_may_leave),
        cmocka_unit_test(a_channel_without_a_campaign_holds),
        cmocka_unit_test(its_states),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
