/*
 * build_button: the texts that a rule offers below its answer.
 *
 * They stand in one column, comma separated; a comma inside of {{ }} does not separate. Each is a template. A
 * text without variables, or whose variables are phrases without variables, is known now, so it is measured
 * now, in every language that its phrases have: WhatsApp takes a message with a label too long and then does
 * not deliver it. What is only known when a message comes is cut then (desk/button.h).
 *
 * The bounds are WhatsApp's, for buttons, or where /messages/send carries the answer and there are more than three,
 * for the rows of a list; unless the rule's own campaign belongs to another channel, or no campaign goes by WhatsApp
 * at all: there the texts are numbered lines.
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

/* Does a text that leaves through this campaign (NULL: the default one) come to WhatsApp, perhaps? */
static bool goes_by_whatsapp(const struct ruleset *ruleset, const struct campaign *campaign)
{
    if (campaign != NULL)
        return is_whatsapp(ruleset, campaign);
    for (size_t i = 0; i < ruleset->campaign_count; i++)
        if (is_whatsapp(ruleset, &ruleset->campaigns[i]))
            return true;
    return ruleset->campaign_count == 0;
}

/* A default of its channel, that is: where a rule names none. */
static bool is_default(const struct ruleset *ruleset, const struct campaign *campaign)
{
    return ruleset_default_campaign(ruleset, campaign->channel, LAYOUT_RESPONSE) == campaign;
}

/* Does WhatsApp show it with a list, when there is more to choose from than buttons can show? */
static bool goes_with_lists(const struct ruleset *ruleset, const struct campaign *campaign)
{
    bool has_lists = false;
    if (campaign != NULL)
        return campaign->has_lists;
    for (size_t i = 0; i < ruleset->campaign_count; i++) {
        const struct campaign *other = &ruleset->campaigns[i];
        if (!is_whatsapp(ruleset, other) || !is_default(ruleset, other))
            continue;
        if (!other->has_lists)
            return false;
        has_lists = true;
    }
    return has_lists;
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
                            : most == LIST_ROW_TEXT_MAX
                                ? "the button '%s' has %zu characters; WhatsApp shows at most %zu in a row of a list"
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

/* How many texts, and how many characters each when there are `count`. */
static size_t most_texts(bool is_whatsapp, bool has_lists)
{
    return is_whatsapp && !has_lists ? QUICK_REPLIES_MAX : BUTTONS_MAX;
}

static size_t most_characters(bool is_whatsapp, size_t count)
{
    return !is_whatsapp ? BUTTON_TEXT_MAX : count <= QUICK_REPLIES_MAX ? QUICK_REPLY_TEXT_MAX : LIST_ROW_TEXT_MAX;
}

static int refuse_more(const struct row *row, size_t most, struct error *error)
{
    if (most == BUTTONS_MAX)
        return row_refuse(row, error, "at most %zu buttons are taken; this rule has more", most);
    return row_refuse(row, error, "WhatsApp shows at most %zu buttons, and this rule has more; a campaign with app_id "
                                  "shows up to %d choices, in a list",
                      most, LIST_ROWS_MAX);
}

/* All that is known now. */
static int check_texts(const struct ruleset *ruleset, const struct row *row, const struct rule *rule, size_t most,
                       struct error *error)
{
    for (size_t i = 0; i < rule->button_count; i++)
        if (check_fixed(ruleset, row, rule->buttons[i], most, error) != 0)
            return -1;
    if (check_twins(ruleset, row, rule, "", error) != 0)
        return -1;
    for (size_t i = 0; i < ruleset->phrase_count && has_phrases(rule); i++)
        if (check_twins(ruleset, row, rule, ruleset->phrases[i].language, error) != 0)
            return -1;
    return 0;
}

int build_buttons(const struct ruleset *ruleset, const struct row *row, struct rule *rule,
                  struct error *error)
{
    const char *text = row_value(row, "buttons");
    if (text == NULL)
        return 0;
    bool by_whatsapp = goes_by_whatsapp(ruleset, rule->campaign);
    size_t most = most_texts(by_whatsapp, goes_with_lists(ruleset, rule->campaign));
    rule->buttons = alloc_array(most, sizeof *rule->buttons);
    for (bool is_last = false; !is_last;) {
        size_t len = piece_length(text);
        if (rule->button_count == most)
            return refuse_more(row, most, error);
        if (take_button(ruleset, row, rule, text, len, error) != 0)
            return -1;
        is_last = text[len] == '\0';
        text += len + 1;
    }
    return check_texts(ruleset, row, rule, most_characters(by_whatsapp, rule->button_count), error);
}
