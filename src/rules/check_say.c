/*
 * check_say: the texts that customers get to read.
 *
 * A template is rendered with nothing known, which leaves what is always there: its text, and the values
 * written into it. That is what lengths and line breaks are judged by.
 *
 * - A name in the wrong brackets: {first_name} would be sent as it stands.
 * - Markdown's marks, and \n, which WhatsApp shows as signs: what the owner writes goes out as it stands.
 * - A currency that no country has.
 * - A price or a day that is written in as no number or time can be read, and so is said as it stands; a date whose
 *   form holds no part of one.
 * - A text that is longer than one message of its channel: it arrives in pieces.
 * - A line break or a tab in a text that leaves through a template: WhatsApp takes none there.
 */
#include <stdarg.h>
#include <string.h>

#include "base/ascii.h"
#include "base/utf8.h"
#include "rules/build_flow.h"
#include "rules/checks.h"
#include "rules/variable.h"
#include "text/template.h"

/* As desk/reply.c and desk/clearance.h split. */
enum { SMS_MAX = 1600, WHATSAPP_MAX = 4096, TEMPLATE_MAX = 1024, SAY_MAX = 64 * 1024, BLANKS_MAX = 4 };

/* One text: of a rule, of a flow, of the faq, of a notice, a phrase, or what a team says. */
struct said {
    const struct template *text;
    const char *noun, *name;   /* "rule", "hours" */
    const struct rule *rule;   /* NULL: of another, with */
    const struct scope *scope; /* what a flow knows */
    const struct campaign *campaign; /* its own; NULL: the channel's default */
    const char *file;
    int line;
};

typedef void said_visit(struct check *check, const struct said *said);

static void visit(struct check *check, said_visit *each, const struct said *said, const struct template *text)
{
    struct said one = *said;
    one.text = text;
    if (text != NULL)
        each(check, &one);
}

static void visit_step(struct check *check, said_visit *each, const struct step *step, struct said said)
{
    said.noun = "step";
    said.name = step->full_name;
    said.file = step->file;
    said.line = step->line;
    said.campaign = step->campaign != NULL ? ruleset_campaign(check->ruleset, step->campaign) : NULL;
    visit(check, each, &said, step->say);
    said.campaign = NULL;
    visit(check, each, &said, step->retry);
    for (size_t i = 0; i < step->branch_count; i++) {
        said.file = step->branches[i].file;
        said.line = step->branches[i].line;
        visit(check, each, &said, step->branches[i].say);
    }
}

static void visit_shared(struct check *check, said_visit *each)
{
    const struct ruleset *ruleset = check->ruleset;
    for (size_t i = 0; i < ruleset->phrase_count; i++) {
        const struct phrase *phrase = &ruleset->phrases[i];
        visit(check, each, &(struct said){ .noun = "phrase", .name = phrase->name, .file = phrase->file, .line = phrase->line },
              phrase->text);
    }
    for (size_t i = 0; i < ruleset->team_count; i++) {
        const struct team *team = &ruleset->teams[i];
        const struct said said = { .noun = "team", .name = team->name, .file = team->file, .line = team->line };
        visit(check, each, &said, team->nobody);
        visit(check, each, &said, team->closed);
    }
}

static void visit_texts(struct check *check, said_visit *each)
{
    const struct ruleset *ruleset = check->ruleset;
    visit_shared(check, each);
    for (size_t i = 0; i < ruleset->rule_count; i++) {
        const struct rule *rule = &ruleset->rules[i];
        visit(check, each, &(struct said){ .noun = "rule", .name = rule->name, .rule = rule, .campaign = rule->campaign },
              rule->say);
    }
    for (size_t i = 0; i < ruleset->flow_count; i++) {
        const struct flow *flow = &ruleset->flows[i];
        const struct said said = { .noun = "flow", .name = flow->name, .scope = &ruleset->private->flow->scopes[i],
                                   .file = flow->file, .line = flow->line };
        visit(check, each, &said, flow->expired);
        visit(check, each, &said, flow->reminder);
        for (size_t j = 0; j < flow->step_count; j++)
            visit_step(check, each, &flow->steps[j], said);
    }
    for (size_t i = 0; i < ruleset->faq_count; i++) {
        const struct faq *faq = &ruleset->faqs[i];
        visit(check, each, &(struct said){ .noun = "answer to", .name = faq->question, .file = faq->file, .line = faq->line },
              faq->answer);
    }
    for (size_t i = 0; i < ruleset->notice_count; i++) {
        const struct notice *notice = &ruleset->notices[i];
        visit(check, each, &(struct said){ .noun = "notice", .name = notice->name, .campaign = notice->campaign,
                                           .file = notice->file, .line = notice->line },
              notice->say);
    }
}

static void __attribute__((format(printf, 3, 4)))
tell(struct check *check, const struct said *said, const char *format, ...)
{
    struct buf sentence = { 0 };
    va_list args;
    va_start(args, format);
    buf_addv(&sentence, format, args);
    va_end(args);
    if (said->rule != NULL)
        check_warn_rule(check, said->rule, "%s", buf_text(&sentence));
    else
        check_warn(check, said->file, said->line, "%s", buf_text(&sentence));
    buf_release(&sentence);
}

static bool know_nothing(void *context, const char *name, struct buf *value)
{
    (void)context, (void)name, (void)value;
    return false;
}

static void render(const struct said *said, struct buf *out)
{
    struct template_env env = { know_nothing, NULL, NULL };
    template_render(said->text, &env, SAY_MAX, out);
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

static bool is_known(const struct said *said, const char *name)
{
    const struct pattern *pattern = said->rule != NULL ? said->rule->pattern : NULL;
    if (variable_find(name) != VARIABLE_COUNT || ruleset_has_setting(name))
        return true;
    for (size_t i = 0; pattern != NULL && i < pattern_group_count(pattern); i++)
        if (strcmp(pattern_group_name(pattern, i), name) == 0)
            return true;
    return said->scope != NULL && scope_find(said->scope, name) != NULL;
}

/* Is it a name in brackets that begins here? Then the name is in `name`. */
static bool name_at(const struct said *said, const char *at, size_t kind, struct buf *name)
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
    return BRACKETS[kind].is_always || is_known(said, buf_text(name));
}

static void judge_brackets(struct check *check, const struct said *said, const char *text)
{
    struct buf name = { 0 };
    for (const char *at = text; *at != '\0'; at++)
        for (size_t kind = 0; kind < sizeof BRACKETS / sizeof BRACKETS[0]; kind++)
            if (name_at(said, at, kind, &name)) {
                tell(check, said, "the %s %s says %s%s%s as it stands; two braces make it a value: {{ %s }}", said->noun,
                     said->name, BRACKETS[kind].open, buf_text(&name), BRACKETS[kind].close, buf_text(&name));
                buf_release(&name);
                return;
            }
    buf_release(&name);
}

static void check_brace(struct check *check, const struct said *said)
{
    struct buf text = { 0 };
    render(said, &text);
    judge_brackets(check, said, buf_text(&text));
    buf_release(&text);
}

void check_braces(struct check *check)
{
    visit_texts(check, check_brace);
}

/* Marks */

/* The end of "**bold**" that begins at `at`, or NULL. Blanks inside of the stars make signs of them. */
static const char *bold_end(const char *at)
{
    if (strncmp(at, "**", 2) != 0 || strchr(" *\n", at[2]) != NULL || at[2] == '\0')
        return NULL;
    const char *end = strstr(at + 2, "**"), *line = strchr(at, '\n');
    return end != NULL && end[-1] != ' ' && (line == NULL || end < line) ? end + 2 : NULL;
}

static bool is_word_end(const char *text, const char *at)
{
    return at > text && (ascii_is_digit((unsigned char)at[-1]) || ascii_is_letter((unsigned char)at[-1]));
}

/* Stars behind a letter or a digit, as in 2**10, and the backslash of a drive, as in C:\new, are no marks. */
static bool is_no_mark(const char *text, const char *at)
{
    bool is_drive = *at == '\\' && at > text && at[-1] == ':' && is_word_end(text, at - 1) && !is_word_end(text, at - 2);
    return is_drive || (*at == '*' && is_word_end(text, at));
}

/* Likewise of "[text](https://…)". */
static const char *link_end(const char *at)
{
    const char *middle = *at == '[' ? strchr(at, ']') : NULL;
    if (middle == NULL || strncmp(middle, "](http", 6) != 0 || memchr(at, '\n', (size_t)(middle - at)) != NULL)
        return NULL;
    const char *end = middle + strcspn(middle, ") \n");
    return *end == ')' ? end + 1 : NULL;
}

/* What other languages write for a line break. */
static bool is_escape(const char *at)
{
    return at[0] == '\\' && (at[1] == 'n' || at[1] == 'r' || at[1] == 't');
}

static void judge_marks(struct check *check, const struct said *said, const char *text)
{
    for (const char *at = text; *at != '\0'; at++) {
        if (is_no_mark(text, at))
            continue;
        const char *bold = bold_end(at), *link = bold == NULL ? link_end(at) : NULL;
        if (bold != NULL)
            tell(check, said,
                 "the %s %s says \"%.*s\", and WhatsApp shows the stars: bold has one on each side there, as in *%.*s*",
                 said->noun, said->name, (int)(bold - at), at, (int)(bold - at - 4), at + 2);
        if (link != NULL)
            tell(check, said, "the %s %s says \"%.*s\", and WhatsApp shows the brackets; write the address itself", said->noun,
                 said->name, (int)(link - at), at);
        if (is_escape(at))
            tell(check, said,
                 "the %s %s says %.2s as it stands; press Enter inside of the text where a new line is to begin, or write "
                 "' || char(10) || '",
                 said->noun, said->name, at);
        if (bold != NULL || link != NULL || is_escape(at))
            return;
    }
}

static void check_mark(struct check *check, const struct said *said)
{
    struct buf text = { 0 };
    render(said, &text);
    judge_marks(check, said, buf_text(&text));
    buf_release(&text);
}

void check_marks(struct check *check)
{
    visit_texts(check, check_mark);
}

static void check_currency(struct check *check, const struct said *said)
{
    const char *code = template_odd_currency(said->text);
    if (code != NULL)
        tell(check, said,
             "the %s %s tells money in '%s', which is the currency of no country; write the code of three letters, as in "
             "KRW, USD or EUR",
             said->noun, said->name, code);
}

void check_currencies(struct check *check)
{
    visit_texts(check, check_currency);
}

static void check_value(struct check *check, const struct said *said)
{
    const char *filter;
    const char *value = template_odd_value(said->text, &filter), *form = template_odd_form(said->text);
    if (value != NULL && strcmp(filter, "date") == 0)
        tell(check, said,
             "the %s %s says \"%s\" as it stands, since date reads no time in it; write it as in \"2026-05-12 21:00\"",
             said->noun, said->name, value);
    else if (value != NULL)
        tell(check, said,
             "the %s %s says \"%s\" as it stands, since %s reads no number in it; write digits, with a point before the cents, "
             "as in \"1250.50\"",
             said->noun, said->name, value, filter);
    if (form != NULL)
        tell(check, said,
             "the %s %s says \"%s\" whatever the day is: in the form of a date each part is a letter behind a %%, as in "
             "\"%%d.%%m.\"",
             said->noun, said->name, form);
}

void check_values(struct check *check)
{
    visit_texts(check, check_value);
}

/* Lengths and layouts */

/* The campaign that surely carries the text: its own, or the only one there is. */
static const struct campaign *carrier_of(const struct ruleset *ruleset, const struct said *said)
{
    if (said->campaign != NULL)
        return said->campaign;
    return ruleset->campaign_count == 1 ? &ruleset->campaigns[0] : NULL;
}

static size_t length_max(const struct ruleset *ruleset, const struct campaign *carrier)
{
    const struct channel *channel = carrier != NULL ? ruleset_channel(ruleset, carrier->channel) : NULL;
    if (channel != NULL && channel->kind == CHANNEL_SMS)
        return SMS_MAX;
    return carrier != NULL && carrier->layout == LAYOUT_TEMPLATE ? TEMPLATE_MAX : WHATSAPP_MAX;
}

static void check_length(struct check *check, const struct said *said)
{
    struct buf text = { 0 };
    render(said, &text);
    const struct campaign *carrier = carrier_of(check->ruleset, said);
    size_t most = length_max(check->ruleset, carrier), len = utf8_count(buf_text(&text), text.len);
    if (len > most)
        tell(check, said,
             "the text of the %s %s has %zu characters, and one message takes %zu: it will arrive in pieces; shorten it",
             said->noun, said->name, len, most);
    buf_release(&text);
}

void check_lengths(struct check *check)
{
    visit_texts(check, check_length);
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

static void check_layout(struct check *check, const struct said *said)
{
    const struct campaign *carrier = carrier_of(check->ruleset, said);
    struct buf text = { 0 };
    if (carrier != NULL && carrier->layout == LAYOUT_TEMPLATE)
        render(said, &text);
    const char *odd = odd_blanks(buf_text(&text));
    if (odd != NULL)
        tell(check, said,
             "the text of the %s %s holds %s, but the campaign %s is a template, and WhatsApp takes none in there; write "
             "the text in one line",
             said->noun, said->name, odd, carrier->name);
    buf_release(&text);
}

void check_layouts(struct check *check)
{
    visit_texts(check, check_layout);
}
