/*
 * build_button: the texts that a rule offers below its answer.
 *
 * They stand in one column, comma separated; a comma inside of {{ }} does not separate. Each is a template. A
 * text without variables, or whose variables are phrases without variables, is known now, so it is measured
 * now, in every language that its phrases have: WhatsApp takes a message with a label too long and then does
 * not deliver it. What is only known when a message comes is cut then (desk/button.h).
 *
 * The bounds are WhatsApp's, unless the rule's own campaign belongs to another channel, or no campaign goes
 * by WhatsApp at all: there the texts are numbered lines.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "rules/build.h"
#include "rules/variable.h"
#include "text/fold.h"

static const char BLANKS[] = " \t\r\n", PREFIX[] = "phrase.";

static bool is_whatsapp(const struct ruleset *ruleset, const struct campaign *campaign)
{
    const struct channel *channel = ruleset_channel(ruleset, campaign->channel);
    return channel != NULL && channel->kind == CHANNEL_WHATSAPP;
}

bool build_goes_by_whatsapp(const struct ruleset *ruleset, const struct campaign *campaign)
{
    if (campaign != NULL)
        return is_whatsapp(ruleset, campaign);
    for (size_t i = 0; i < ruleset->campaign_count; i++)
        if (is_whatsapp(ruleset, &ruleset->campaigns[i]))
            return true;
    return ruleset->campaign_count == 0;
}

/* Up to the next comma that separates, or the end. */
static size_t piece_length(const char *text)
{
    bool is_inside = false;
    size_t len = 0;
    while (text[len] != '\0' && (is_inside || text[len] != ',')) {
        const char *at = text + len;
        const char *close = is_inside && (*at == '\'' || *at == '"') ? strchr(at + 1, *at) : NULL;
        if (close != NULL)
            len += (size_t)(close - at);
        else if (strncmp(at, is_inside ? "}}" : "{{", 2) == 0) {
            is_inside = !is_inside;
            len++;
        }
        len++;
    }
    return len;
}

/* Fixed texts */

struct language {
    const struct ruleset *ruleset;
    const char *name;
};

static bool look_up_phrase(void *context, const char *name, struct buf *value)
{
    const struct language *language = context;
    const struct phrase *phrase = ruleset_phrase(language->ruleset, name + sizeof PREFIX - 1, language->name);
    template_render(phrase->text, &(struct template_env){ 0 }, BUTTON_TEXT_MAX * 8, value);
    return true;
}

bool build_button_is_fixed(const struct ruleset *ruleset, const struct template *button)
{
    for (size_t i = 0; i < template_name_count(button); i++) {
        const char *name = template_name(button, i);
        if (strncmp(name, PREFIX, sizeof PREFIX - 1) != 0)
            return false;
        for (size_t j = 0; j < ruleset->phrase_count; j++)
            if (strcmp(ruleset->phrases[j].name, name + sizeof PREFIX - 1) == 0 &&
                template_name_count(ruleset->phrases[j].text) > 0)
                return false;
    }
    return true;
}

void build_button_render(const struct ruleset *ruleset, const struct template *button, const char *language,
                         struct buf *out)
{
    struct language context = { ruleset, language };
    struct template_env env = { look_up_phrase, &context, ruleset->zone };
    template_render(button, &env, BUTTON_TEXT_MAX * 8, out);
}

static int check_length(const struct ruleset *ruleset, const struct row *row, const struct template *button,
                        const char *language, size_t most, struct error *error)
{
    struct buf text = { 0 };
    int result = 0;
    build_button_render(ruleset, button, language, &text);
    if (utf8_count(buf_text(&text), text.len) > most)
        result = row_refuse(row, error,
                            most == QUICK_REPLY_TEXT_MAX
                                ? "the button '%s' has %zu characters; WhatsApp shows at most %zu"
                                : "the button '%s' has %zu characters; at most %zu are taken",
                            buf_text(&text), utf8_count(buf_text(&text), text.len), most);
    else if (buf_text(&text)[strspn(buf_text(&text), BLANKS)] == '\0')
        result = row_refuse(row, error, "a button has no text%s%s", *language != '\0' ? " in " : "", language);
    buf_release(&text);
    return result;
}

static int check_fixed(const struct ruleset *ruleset, const struct row *row, const struct template *button,
                       size_t most, struct error *error)
{
    if (!build_button_is_fixed(ruleset, button))
        return 0;
    if (check_length(ruleset, row, button, "", most, error) != 0)
        return -1;
    for (size_t i = 0; i < ruleset->phrase_count && template_name_count(button) > 0; i++)
        if (check_length(ruleset, row, button, ruleset->phrases[i].language, most, error) != 0)
            return -1;
    return 0;
}

/* Two texts that rules cannot tell apart are one choice, of which only the first would be sent. */
static int check_pair(const struct ruleset *ruleset, const struct row *row, const struct template *const *pair,
                      const char *language, struct error *error)
{
    struct buf texts[2] = { { 0 }, { 0 } }, folded[2] = { { 0 }, { 0 } };
    int result = 0;
    for (int i = 0; i < 2; i++) {
        build_button_render(ruleset, pair[i], language, &texts[i]);
        fold_text(buf_text(&texts[i]), texts[i].len, &folded[i]);
    }
    if (strcasecmp(buf_text(&folded[0]), buf_text(&folded[1])) == 0)
        result = row_refuse(row, error, "the buttons '%s' and '%s' are one and the same to the rules%s%s; only the "
                                        "first would be sent, so leave one out",
                            buf_text(&texts[0]), buf_text(&texts[1]), *language != '\0' ? ", in " : "", language);
    for (int i = 0; i < 2; i++) {
        buf_release(&texts[i]);
        buf_release(&folded[i]);
    }
    return result;
}

static bool has_phrases(const struct rule *rule)
{
    bool has_names = false;
    for (size_t i = 0; i < rule->button_count; i++)
        has_names |= template_name_count(rule->buttons[i]) > 0;
    return has_names;
}

static int check_twins(const struct ruleset *ruleset, const struct row *row, const struct rule *rule,
                       const char *language, struct error *error)
{
    for (size_t i = 1; i < rule->button_count; i++)
        for (size_t j = 0; j < i; j++) {
            const struct template *pair[] = { rule->buttons[j], rule->buttons[i] };
            if (build_button_is_fixed(ruleset, pair[0]) && build_button_is_fixed(ruleset, pair[1]) &&
                check_pair(ruleset, row, pair, language, error) != 0)
                return -1;
        }
    return 0;
}

/* The column */

static int take_button(const struct ruleset *ruleset, const struct row *row, struct rule *rule,
                       const char *text, size_t len, struct error *error)
{
    while (len > 0 && strchr(BLANKS, *text) != NULL) {
        text++;
        len--;
    }
    while (len > 0 && strchr(BLANKS, text[len - 1]) != NULL)
        len--;
    if (len == 0)
        return row_refuse(row, error, "buttons are texts with commas between them; here is a comma too many");
    char *source = alloc_bytes(text, len);
    struct template *button = template_new(source, error);
    free(source);
    if (button == NULL)
        return row_blame(row, "buttons", error);
    rule->buttons[rule->button_count++] = button;
    return variable_check_template(ruleset, button, rule->pattern, error) == 0
               ? 0
               : row_blame(row, "buttons", error);
}

int build_buttons(const struct ruleset *ruleset, const struct row *row, struct rule *rule,
                  struct error *error)
{
    const char *text = row_value(row, "buttons");
    if (text == NULL)
        return 0;
    bool is_short = build_goes_by_whatsapp(ruleset, rule->campaign);
    size_t most = is_short ? QUICK_REPLIES_MAX : BUTTONS_MAX;
    rule->buttons = alloc_array(most, sizeof *rule->buttons);
    for (bool is_last = false; !is_last;) {
        size_t len = piece_length(text);
        if (rule->button_count == most)
            return row_refuse(row, error,
                              is_short ? "WhatsApp shows at most %zu buttons; this rule has more"
                                       : "at most %zu buttons are taken; this rule has more",
                              most);
        if (take_button(ruleset, row, rule, text, len, error) != 0)
            return -1;
        is_last = text[len] == '\0';
        text += len + 1;
    }
    for (size_t i = 0; i < rule->button_count; i++)
        if (check_fixed(ruleset, row, rule->buttons[i], is_short ? QUICK_REPLY_TEXT_MAX : BUTTON_TEXT_MAX,
                        error) != 0)
            return -1;
    if (check_twins(ruleset, row, rule, "", error) != 0)
        return -1;
    for (size_t i = 0; i < ruleset->phrase_count && has_phrases(rule); i++)
        if (check_twins(ruleset, row, rule, ruleset->phrases[i].language, error) != 0)
            return -1;
    return 0;
}
