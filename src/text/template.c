/*
 * template: text with holes.
 *
 * A source is cut into parts: text that stands for itself, and expressions. An expression starts from a name
 * or from a quoted text and passes through its filters in order. All that can be wrong is found here, at
 * compile time, with the column (in characters, from 1) where it stands: rendering cannot fail.
 *
 *     source     = ( text | "{{" value { "|" filter } "}}" )*
 *     value      = name | quoted
 *     filter     = name [ ":" argument { "," argument } ]
 *     argument   = quoted | number
 *
 * Blanks between these do not count. Inside quotes everything stands for itself, braces and bars too; there
 * is no escape, a text with one kind of quote is put into the other. One brace, or a closing pair without an
 * opening one, is text. "{%" is refused, because who writes it expects Liquid's tags, which we do not have.
 *
 * A value is data: braces in it are not looked at again. Each value is cut to FILTER_VALUE_MAX before its
 * filters, and the whole to the caller's maximum, so that the work is bounded by the source.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/utf8.h"
#include "text/filter.h"
#include "text/template.h"

enum { SOURCE_MAX = 64 * 1024, FILTERS_MAX = 16, NAME_MAX_LEN = 100 };

static const char NAME_CHARS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.";

struct part {
    char *text; /* the text, or the name */
    size_t len;
    bool is_name;
    struct filter *filters;
    size_t filter_count;
};

struct template
{
    struct part *parts;
    size_t part_count, part_room;
    const char **names; /* borrowed from the parts */
    size_t name_count;
};

struct parser {
    const char *source, *at;
    struct template *template;
    struct error *error;
};

/* Fails at a place of the source. */
static int fail_at(const struct parser *parser, const char *at, const char *sentence)
{
    size_t column = utf8_count(parser->source, (size_t)(at - parser->source)) + 1;

    return error_set(parser->error, "column %zu: %s", column, sentence);
}

static struct part *new_part(struct template *template, const char *text, size_t len)
{
    struct part *part;

    if (template->part_count == template->part_room) {
        template->part_room = template->part_room == 0 ? 4 : template->part_room * 2;
        template->parts = alloc_resize(template->parts, template->part_room, sizeof template->parts[0]);
    }
    part = &template->parts[template->part_count++];
    *part = (struct part){ .text = alloc_bytes(text, len), .len = len };
    return part;
}

static void skip_blanks(struct parser *parser)
{
    parser->at += strspn(parser->at, " \t\r\n");
}

static bool take_char(struct parser *parser, char c)
{
    skip_blanks(parser);
    if (*parser->at != c)
        return false;
    parser->at++;
    return true;
}

static bool at_quote(const struct parser *parser)
{
    return *parser->at == '\'' || *parser->at == '"';
}

static int take_quoted(struct parser *parser, const char **text, size_t *len)
{
    const char *start = parser->at;
    const char *end = strchr(start + 1, *start);

    if (end == NULL)
        return fail_at(parser, start, "this quote is never closed.");
    *text = start + 1;
    *len = (size_t)(end - *text);
    parser->at = end + 1;
    return 0;
}

static int take_name(struct parser *parser, const char *sentence, const char **name, size_t *len)
{
    *name = parser->at;
    *len = strspn(parser->at, NAME_CHARS);
    if (*len == 0 || isdigit((unsigned char)**name) || **name == '.')
        return fail_at(parser, *name, sentence);
    if (*len > NAME_MAX_LEN)
        return fail_at(parser, *name, "this name is too long.");
    parser->at += *len;
    return 0;
}

static size_t number_length(const char *text)
{
    size_t sign = *text == '-' || *text == '+';
    size_t digits = strspn(text + sign, "0123456789.");

    return digits > 0 ? sign + digits : 0;
}

static int take_argument(struct parser *parser, struct filter *filter)
{
    const char *text = NULL;
    size_t len = 0;

    skip_blanks(parser);
    text = parser->at;
    if (filter->arg_count == FILTER_ARGS_MAX)
        return fail_at(parser, text, "this filter has too many arguments.");
    if (at_quote(parser)) {
        if (take_quoted(parser, &text, &len) != 0)
            return -1;
    } else {
        len = number_length(text);
        if (len == 0)
            return fail_at(parser, text,
                           "an argument is a text in straight quotes, such as 'there', or a number.");
        parser->at += len;
    }
    filter->args[filter->arg_count++] = alloc_bytes(text, len);
    return 0;
}

static int find_type(struct parser *parser, struct filter *filter)
{
    const char *name;
    size_t len;
    char *word;

    skip_blanks(parser);
    if (take_name(parser, "the name of a filter must follow \"|\".", &name, &len) != 0)
        return -1;
    word = alloc_bytes(name, len);
    filter->type = filter_find(word, parser->error);
    free(word);
    if (filter->type == NULL)
        return error_prefix(parser->error, "column %zu",
                            utf8_count(parser->source, (size_t)(name - parser->source)) + 1);
    return 0;
}

static int take_filter(struct parser *parser, struct filter *filter)
{
    const char *start;

    skip_blanks(parser);
    start = parser->at;
    if (find_type(parser, filter) != 0)
        return -1;
    if (take_char(parser, ':')) {
        do {
            if (take_argument(parser, filter) != 0)
                return -1;
        } while (take_char(parser, ','));
    }
    if (filter_check(filter, parser->error) != 0)
        return error_prefix(parser->error, "column %zu",
                            utf8_count(parser->source, (size_t)(start - parser->source)) + 1);
    return 0;
}

static int take_filters(struct parser *parser, struct part *part)
{
    while (take_char(parser, '|')) {
        if (part->filter_count == FILTERS_MAX)
            return fail_at(parser, parser->at, "these are too many filters for one value.");
        part->filters = alloc_resize(part->filters, part->filter_count + 1, sizeof part->filters[0]);
        part->filters[part->filter_count] = (struct filter){ 0 };
        if (take_filter(parser, &part->filters[part->filter_count++]) != 0)
            return -1;
    }
    return 0;
}

/* From behind "{{" to behind "}}". */
static int take_expression(struct parser *parser)
{
    static const char EXPECTED[] =
        "a name such as first_name, or a text in straight quotes, must stand between {{ and }}.";
    static const char NOT_CLOSED[] = "this {{ is never closed by }}.";
    const char *start = parser->at - 2;
    const char *text = NULL;
    size_t len = 0;
    struct part *part;
    bool is_name;

    skip_blanks(parser);
    if (*parser->at == '\0')
        return fail_at(parser, start, NOT_CLOSED);
    is_name = !at_quote(parser);
    if (is_name ? take_name(parser, EXPECTED, &text, &len) != 0 : take_quoted(parser, &text, &len) != 0)
        return -1;
    part = new_part(parser->template, text, len);
    part->is_name = is_name;
    if (take_filters(parser, part) != 0)
        return -1;
    skip_blanks(parser);
    if (*parser->at == '\0')
        return fail_at(parser, start, NOT_CLOSED);
    if (strncmp(parser->at, "}}", 2) != 0)
        return fail_at(parser, parser->at, "here }} or | and a filter is expected.");
    parser->at += 2;
    return 0;
}

/* Up to the next "{{" or "{%", or to the end. */
static void take_text(struct parser *parser)
{
    const char *start = parser->at;

    while (*parser->at != '\0' && strncmp(parser->at, "{{", 2) != 0 && strncmp(parser->at, "{%", 2) != 0)
        parser->at++;
    if (parser->at > start)
        new_part(parser->template, start, (size_t)(parser->at - start));
}

static int parse(struct parser *parser)
{
    for (;;) {
        take_text(parser);
        if (*parser->at == '\0')
            return 0;
        if (parser->at[1] == '%')
            return fail_at(parser, parser->at,
                           "{% … %} is not known here; only {{ name }} with filters is. "
                           "To say {% itself, write {{ '{%' }}.");
        parser->at += 2;
        if (take_expression(parser) != 0)
            return -1;
    }
}

static void list_names(struct template *template)
{
    template->names = alloc_array(template->part_count + 1, sizeof template->names[0]);
    for (size_t i = 0; i < template->part_count; i++)
        if (template->parts[i].is_name)
            template->names[template->name_count++] = template->parts[i].text;
}

struct template *template_new(const char *source, struct error *error)
{
    struct parser parser = { .source = source, .at = source, .error = error };

    if (strlen(source) > SOURCE_MAX || !utf8_is_valid(source, strlen(source))) {
        error_set(error, strlen(source) > SOURCE_MAX
                             ? "column 1: the text is longer than 64 KB."
                             : "column 1: the text is not valid UTF-8; save the file as UTF-8.");
        return NULL;
    }
    parser.template = alloc_new(sizeof *parser.template);
    if (parse(&parser) != 0) {
        template_free(parser.template);
        return NULL;
    }
    list_names(parser.template);
    return parser.template;
}

static void part_release(struct part *part)
{
    for (size_t i = 0; i < part->filter_count; i++)
        filter_release(&part->filters[i]);
    free(part->filters);
    free(part->text);
}

void template_free(struct template *template)
{
    if (template == NULL)
        return;
    for (size_t i = 0; i < template->part_count; i++)
        part_release(&template->parts[i]);
    free(template->parts);
    free(template->names);
    free(template);
}

size_t template_name_count(const struct template *template)
{
    return template->name_count;
}

const char *template_name(const struct template *template, size_t index)
{
    if (index >= template->name_count)
        abort();
    return template->names[index];
}

const char *template_odd_currency(const struct template *template)
{
    for (size_t i = 0; i < template->part_count; i++)
        for (size_t j = 0; j < template->parts[i].filter_count; j++) {
            const char *code = filter_currency(&template->parts[i].filters[j]);
            if (code != NULL && !filter_knows_currency(code))
                return code;
        }
    return NULL;
}

/* Is the constant passed on unread by one of its filters? Its name, or NULL. */
static const char *filter_that_cannot_read(const struct part *part)
{
    struct buf value = { 0 };
    const char *name = NULL;

    buf_add(&value, part->text, part->len);
    for (size_t i = 0; name == NULL && i < part->filter_count; i++) {
        if (!filter_reads(&part->filters[i], &value))
            name = filter_name(&part->filters[i]);
        filter_apply(&part->filters[i], NULL, &value);
    }
    buf_release(&value);
    return name;
}

const char *template_odd_value(const struct template *template, const char **filter)
{
    for (size_t i = 0; i < template->part_count; i++)
        if (!template->parts[i].is_name && (*filter = filter_that_cannot_read(&template->parts[i])) != NULL)
            return template->parts[i].text;
    return NULL;
}

const char *template_odd_form(const struct template *template)
{
    for (size_t i = 0; i < template->part_count; i++)
        for (size_t j = 0; j < template->parts[i].filter_count; j++) {
            const char *form = filter_date_form(&template->parts[i].filters[j]);
            if (form != NULL && strchr(form, '%') == NULL)
                return form;
        }
    return NULL;
}

/* Leaves at most `max` bytes behind `start`; true when there were more. */
static bool cut(struct buf *text, size_t start, size_t max)
{
    if (text->len - start <= max)
        return false;
    buf_truncate(text, start + utf8_floor(text->data + start, text->len - start, max));
    return true;
}

static void part_value(const struct part *part, const struct template_env *env, struct buf *value)
{
    if (!part->is_name)
        buf_add(value, part->text, part->len);
    else if (!env->lookup(env->context, part->text, value))
        buf_clear(value);
    cut(value, 0, FILTER_VALUE_MAX);
    for (size_t i = 0; i < part->filter_count; i++)
        filter_apply(&part->filters[i], env->zone, value);
}

static void add_as_it_is(const char *before, size_t before_len, const struct buf *value, struct buf *out)
{
    (void)before, (void)before_len;
    buf_add(out, value->data, value->len);
}

void template_render_escaped(const struct template *template, const struct template_env *env,
                             template_escape *escape, size_t max, struct buf *out)
{
    size_t start = out->len;
    bool is_full = false;

    for (size_t i = 0; i < template->part_count && !is_full; i++) {
        const struct part *part = &template->parts[i];
        struct buf value = { 0 };

        part_value(part, env, &value);
        if (part->is_name)
            escape(buf_text(out) + start, out->len - start, &value, out);
        else
            buf_add(out, value.data, value.len);
        is_full = cut(out, start, max);
        buf_release(&value);
    }
}

void template_render(const struct template *template, const struct template_env *env, size_t max,
                     struct buf *out)
{
    template_render_escaped(template, env, add_as_it_is, max, out);
}
