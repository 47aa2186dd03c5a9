/*
 * check_say: the texts that customers get to read.
 *
 * A template is rendered with nothing known, which leaves what is always there: its text, and the values
 * written into it. That is what lengths and line breaks are judged by.
 *
 * - A name in the wrong brackets: {first_name} would be sent as it stands.
 * - A currency that no country has.
 * - A text that is longer than one message of its channel: it arrives in pieces.
 * - A line break or a tab in a text that leaves through a template: WhatsApp takes none there.
 */
#include <string.h>

#include "base/utf8.h"
#include "rules/checks.h"
#include "rules/variable.h"
#include "text/template.h"

/* As desk/reply.c and desk/clearance.h split. */
enum { SMS_MAX = 1600, WHATSAPP_MAX = 4096, TEMPLATE_MAX = 1024, SAY_MAX = 64 * 1024, BLANKS_MAX = 4 };

static bool know_nothing(void *context, const char *name, struct buf *value)
{
    (void)context, (void)name, (void)value;
    return false;
}

static void render(const struct rule *rule, struct buf *out)
{
    struct template_env env = { know_nothing, NULL, NULL };
    template_render(rule->say, &env, SAY_MAX, out);
}

/* Brackets */

static const char NAME_LETTERS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.";

/* What else people write around a name; only a known name counts there. A single brace is always a slip. */
static const struct {
    const char *open, *close;
    bool is_always;
} BRACKETS[] = {
    { "{", "}", true }, { "[[", "]]", false }, { "[", "]", false }, { "<", ">", false }, { "%", "%", false },
};

static bool is_known(const struct rule *rule, const char *name)
{
    if (variable_find(name) != VARIABLE_COUNT || ruleset_has_setting(name))
        return true;
    for (size_t i = 0; rule->pattern != NULL && i < pattern_group_count(rule->pattern); i++)
        if (strcmp(pattern_group_name(rule->pattern, i), name) == 0)
            return true;
    return false;
}

/* Is it a name in brackets that begins here? Then the name is in `name`. */
static bool name_at(const struct rule *rule, const char *at, size_t kind, struct buf *name)
{
    size_t open = strlen(BRACKETS[kind].open), close = strlen(BRACKETS[kind].close);
    if (strncmp(at, BRACKETS[kind].open, open) != 0)
        return false;
    at += open + strspn(at + open, " ");
    size_t len = strspn(at, NAME_LETTERS);
    const char *end = at + len + strspn(at + len, " ");
    if (len == 0 || (at[0] >= '0' && at[0] <= '9') || strncmp(end, BRACKETS[kind].close, close) != 0)
        return false;
    buf_clear(name);
    buf_add(name, at, len);
    return BRACKETS[kind].is_always || is_known(rule, buf_text(name));
}

static void judge_brackets(struct check *check, const struct rule *rule, const char *text)
{
    struct buf name = { 0 };
    for (const char *at = text; *at != '\0'; at++)
        for (size_t kind = 0; kind < sizeof BRACKETS / sizeof BRACKETS[0]; kind++)
            if (name_at(rule, at, kind, &name)) {
                check_warn_rule(
                    check, rule, "the rule %s says %s%s%s as it stands; two braces make it a value: {{ %s }}",
                    rule->name, BRACKETS[kind].open, buf_text(&name), BRACKETS[kind].close, buf_text(&name));
                buf_release(&name);
                return;
            }
    buf_release(&name);
}

void check_braces(struct check *check)
{
    for (size_t i = 0; i < check->ruleset->rule_count; i++) {
        const struct rule *rule = &check->ruleset->rules[i];
        struct buf text = { 0 };
        if (rule->say != NULL)
            render(rule, &text);
        judge_brackets(check, rule, buf_text(&text));
        buf_release(&text);
    }
}

void check_currencies(struct check *check)
{
    for (size_t i = 0; i < check->ruleset->rule_count; i++) {
        const struct rule *rule = &check->ruleset->rules[i];
        const char *code = rule->say != NULL ? template_odd_currency(rule->say) : NULL;
        if (code != NULL)
            check_warn_rule(check, rule,
                            "the rule %s tells money in '%s', which is the currency of no country; write the "
                            "code of three letters, as in KRW, USD or EUR",
                            rule->name, code);
    }
}

/* Lengths and layouts */

/* The campaign that surely carries the rule's text: its own, or the only one there is. */
static const struct campaign *carrier_of(const struct ruleset *ruleset, const struct rule *rule)
{
    if (rule->campaign != NULL)
        return rule->campaign;
    return ruleset->campaign_count == 1 ? &ruleset->campaigns[0] : NULL;
}

static size_t length_max(const struct ruleset *ruleset, const struct campaign *carrier)
{
    const struct channel *channel = carrier != NULL ? ruleset_channel(ruleset, carrier->channel) : NULL;
    if (channel != NULL && channel->kind == CHANNEL_SMS)
        return SMS_MAX;
    return carrier != NULL && carrier->layout == LAYOUT_TEMPLATE ? TEMPLATE_MAX : WHATSAPP_MAX;
}

void check_lengths(struct check *check)
{
    for (size_t i = 0; i < check->ruleset->rule_count; i++) {
        const struct rule *rule = &check->ruleset->rules[i];
        struct buf text = { 0 };
        if (rule->say != NULL)
            render(rule, &text);
        const struct campaign *carrier = carrier_of(check->ruleset, rule);
        size_t most = length_max(check->ruleset, carrier), len = utf8_count(buf_text(&text), text.len);
        if (len > most)
            check_warn_rule(
                check, rule,
                "the text of the rule %s has %zu characters, and one message takes %zu: it will arrive "
                "in pieces; shorten it",
                rule->name, len, most);
        buf_release(&text);
    }
}

static const char *odd_blanks(const char *text)
{
    static const char MANY[BLANKS_MAX + 2] = "     ";
    if (strpbrk(text, "\r\n") != NULL)
        return "a line break";
    if (strchr(text, '\t') != NULL)
        return "a tab";
    return strstr(text, MANY) != NULL ? "more than four blanks in a row" : NULL;
}

void check_layouts(struct check *check)
{
    for (size_t i = 0; i < check->ruleset->rule_count; i++) {
        const struct rule *rule = &check->ruleset->rules[i];
        const struct campaign *carrier = carrier_of(check->ruleset, rule);
        struct buf text = { 0 };
        if (rule->say != NULL && carrier != NULL && carrier->layout == LAYOUT_TEMPLATE)
            render(rule, &text);
        const char *odd = odd_blanks(buf_text(&text));
        if (odd != NULL)
            check_warn_rule(
                check, rule,
                "the text of the rule %s holds %s, but the campaign %s is a template, and WhatsApp "
                "takes none in there; write the text in one line",
                rule->name, odd, carrier->name);
        buf_release(&text);
    }
}
