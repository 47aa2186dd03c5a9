/*
 * fact_value: comparisons in a condition that can never be true, or always are.
 *
 * The text is read as tokens, not as a tree: a name, a comparison, a plain value, in this order or turned
 * around. What stands before and behind decides whether the name is compared as it is (behind AND, but not
 * behind +), and where that is in doubt nothing is said. The expression is known to be sound SQL by then.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/buf.h"
#include "base/language.h"
#include "base/nearest.h"
#include "flow/flow.h"
#include "rules/fact.h"
#include "rules/fact_piece.h"

/*
 * Which names are variables, and so texts; inside a flow, what those of the scope are; or, where is_known is
 * given, which names rules and channels have.
 */
struct naming {
    fact_is_variable *is_variable;
    const struct scope *scope;
    fact_is_known *is_known;
    const void *context;
};

static const char *const EXAMPLES[FACT_COUNT] = {
    [FACT_CHANNEL] = "'whatsapp'",   [FACT_COUNTRY] = "'KR'",   [FACT_DATE] = "'2026-05-12'",
    [FACT_LANGUAGE] = "'ko'", [FACT_LOCALE] = "'pt-BR'", [FACT_TIME] = "'09:30'",
};

/* Texts of one shape. A prefix of a date or a time is sound: "from '2026-12' on". '' is what is not known. */
static bool has_shape(enum fact fact, const char *text, size_t len)
{
    static const char *const SHAPES[FACT_COUNT] = {
        [FACT_DATE] = "0000-00-00", [FACT_TIME] = "00:00", [FACT_COUNTRY] = "AA",
    };
    const char *shape = SHAPES[fact];
    if (shape == NULL || len == 0)
        return true;
    size_t least = fact == FACT_DATE ? strlen("0000") : strlen("00"); /* also both letters of a country */
    if (len < least || len > strlen(shape))
        return false;
    for (size_t i = 0; i < len; i++)
        if (shape[i] == '0'   ? !ascii_is_digit(text[i])
            : shape[i] == 'A' ? text[i] < 'A' || text[i] > 'Z'
                              : text[i] != shape[i])
            return false;
    return true;
}

/* The fact that a piece names; NULL: it is a variable, or a field. */
static const struct fact_info *info_of(const struct piece *name)
{
    struct buf word = { 0 };
    buf_add(&word, name->start + 1, name->len - 1);
    const struct fact_info *info = *name->start == ':' ? fact_info_find(buf_text(&word)) : NULL;
    buf_release(&word);
    return info;
}

/* :language is the language alone, :locale the tag in its canonical form. */
static int check_tag(enum fact fact, const char *text, struct error *error)
{
    char tag[LANGUAGE_TAG_MAX];
    const char *name = fact_table[fact].name;
    if (*text == '\0')
        return 0;
    if (!language_canonical(text, tag))
        return error_set(error, ":%s is never like '%s'; it is written as in %s", name, text,
                         fact == FACT_LANGUAGE ? "'ko'" : "'pt-BR'");
    size_t len = language_length(tag);
    if (fact == FACT_LANGUAGE && tag[len] != '\0')
        return error_set(error,
                         ":language is never '%s', but the language alone, '%.*s'; with its region it is :locale, as "
                         "in :locale = '%s'",
                         text, (int)len, tag, tag);
    return strcmp(tag, text) == 0 ? 0 : error_set(error, ":%s is never '%s'; write '%s'", name, text, tag);
}

static const struct scope_name *scope_name_of(const struct piece *name, const struct naming *naming)
{
    struct buf word = { 0 };
    buf_add(&word, name->start + 1, name->len - 1);
    const struct scope_name *known =
        *name->start == '@' && naming->scope != NULL ? scope_find(naming->scope, buf_text(&word)) : NULL;
    buf_release(&word);
    return known;
}

static enum scope_type scope_type_of(const struct piece *name, const struct naming *naming)
{
    const struct scope_name *known = scope_name_of(name, naming);
    return known != NULL ? known->type : SCOPE_ANY;
}

static bool is_yes_no(const struct piece *name, const struct naming *naming)
{
    const struct fact_info *info = info_of(name);
    return info != NULL ? info->type == FACT_IS_YES_NO : scope_type_of(name, naming) == SCOPE_YES_NO;
}

/* The fact that the name is, or whose shape its value has: a step that asks for a date gives what :date looks like. */
static enum fact shape_of(const struct piece *name, const struct naming *naming)
{
    const struct fact_info *info = info_of(name);
    switch (scope_type_of(name, naming)) {
    case SCOPE_DATE: return FACT_DATE;
    case SCOPE_TIME: return FACT_TIME;
    default: return info != NULL ? fact_find(info->name) : FACT_COUNT;
    }
}

/* A text that the fact never looks like, a yes or no beyond 1: true for ever, or never. */
static int check_shape(const struct piece *name, const struct piece *value, const struct naming *naming,
                       struct error *error)
{
    struct buf word = { 0 };
    enum fact fact = shape_of(name, naming);
    if (value->kind == PIECE_NUMBER && is_yes_no(name, naming) && (value->len != 1 || *value->start > '1'))
        return error_set(error, "%.*s is 1 or 0, not %.*s", (int)name->len, name->start, (int)value->len,
                         value->start);
    buf_add(&word, value->start, value->len);
    int result = value->kind == PIECE_TEXT && (fact == FACT_LANGUAGE || fact == FACT_LOCALE)
                     ? check_tag(fact, buf_text(&word), error)
                     : 0;
    buf_release(&word);
    if (fact == FACT_COUNT || result != 0)
        return result;
    if (value->kind == PIECE_TEXT && !has_shape(fact, value->start, value->len))
        return error_set(error, "%.*s is never like '%.*s'; it is written as in %s", (int)name->len,
                         name->start, (int)value->len, value->start, EXAMPLES[fact]);
    if (value->kind == PIECE_NUMBER && (fact == FACT_HOUR || fact == FACT_CONTACT_HOUR) &&
        strtod(value->start, NULL) > 23)
        return error_set(error, "%.*s is 0 to 23, not %.*s", (int)name->len, name->start, (int)value->len,
                         value->start);
    return 0;
}

static bool type_of_variable(const char *name, const struct naming *naming, bool *is_text)
{
    const struct scope_name *known = naming->scope != NULL ? scope_find(naming->scope, name) : NULL;
    *is_text = known == NULL || scope_type_is_text(known->type);
    if (known != NULL)
        return known->type != SCOPE_ANY;
    return naming->is_variable != NULL && naming->is_variable(naming->context, name);
}

/* What is known of a name: false when it may be a text or a number. */
static bool type_of(const struct piece *name, const struct naming *naming, bool *is_text,
                    const char *const **values)
{
    const struct fact_info *info = info_of(name);
    struct buf word = { 0 };
    bool is_known = info != NULL;
    *values = info != NULL ? info->values : NULL;
    *is_text = info == NULL || info->type == FACT_IS_TEXT;
    buf_add(&word, name->start + 1, name->len - 1);
    if (*name->start == '@')
        is_known = type_of_variable(buf_text(&word), naming, is_text);
    buf_release(&word);
    return is_known;
}

static int refuse_value(const struct piece *name, const struct piece *value, const char *const *values,
                        struct error *error)
{
    struct buf word = { 0 }, advice = { 0 };
    buf_add(&word, value->start, value->len);
    struct nearest nearest = { .word = buf_text(&word) };
    nearest_offer_list(&nearest, values);
    nearest_advise(&nearest, values, &advice);
    error_set(error, "%.*s is never '%s'%s", (int)name->len, name->start, buf_text(&word), buf_text(&advice));
    buf_release(&word);
    buf_release(&advice);
    return -1;
}

/* 9 where a text is wanted: what was meant is plain for few, an hour where :time is asked. */
static int refuse_number(const struct piece *name, const struct piece *value, const char *const *values,
                         enum fact fact, struct error *error)
{
    int name_len = (int)name->len, value_len = (int)value->len;
    long hour = strtol(value->start, NULL, 10);
    struct buf advice = { 0 };
    for (size_t i = 0; values != NULL && values[i] != NULL; i++)
        buf_addf(&advice, "%s%s", i == 0 ? "" : ", ", values[i]);
    if (values != NULL)
        error_set(error, "%.*s is a text, and never %.*s; known are %s", name_len, name->start, value_len, value->start,
                  buf_text(&advice));
    else {
        if (fact == FACT_TIME && value->len <= 2 && hour <= 24)
            buf_addf(&advice, "'%02ld:00'", hour);
        else if (fact != FACT_COUNT && EXAMPLES[fact] != NULL)
            buf_addf(&advice, "it as in %s", EXAMPLES[fact]);
        else
            buf_addf(&advice, "'%.*s', or CAST(%.*s AS INTEGER)", value_len, value->start, name_len, name->start);
        error_set(error,
                  "%.*s is a text, and for SQL a text is never equal to a number and greater than any; write %s",
                  name_len, name->start, buf_text(&advice));
    }
    buf_release(&advice);
    return -1;
}

/* In SQL a comparison with NULL is neither true nor false. */
static int check_null(const struct piece *name, const struct piece *compares, const struct piece *value,
                      struct error *error)
{
    if (!piece_is_word(value, "null") || piece_spells(compares, "is") || piece_spells(compares, "between"))
        return 0;
    int len = (int)name->len;
    const struct fact_info *info = info_of(name);
    bool is_other = piece_spells(compares, "<>") || piece_spells(compares, "!=");
    if (info != NULL && info->type == FACT_IS_YES_NO)
        return error_set(error, "%.*s is 1 or 0, and never NULL", len, name->start);
    return error_set(error, "nothing is %.*s NULL in SQL, not even what is not known; write %.*s %s",
                     (int)compares->len, compares->start, len, name->start,
                     info != NULL && info->type == FACT_IS_TEXT ? (is_other ? "<> ''" : "= ''")
                                                                : (is_other ? "IS NOT NULL" : "IS NULL"));
}

/* What a piece of text stands for: a quote inside it is written twice. */
static void add_text(const struct piece *text, struct buf *out)
{
    for (size_t i = 0; i < text->len; i++) {
        buf_add_char(out, text->start[i]);
        i += text->start[i] == text->start[-1];
    }
}

/* The two facts whose values are known only when the other tables are. */
static int check_known_name(const struct piece *name, const struct piece *value, const struct naming *naming,
                            struct error *error)
{
    enum fact fact = piece_spells(name, ":channel") ? FACT_CHANNEL : FACT_LAST_RULE;
    if ((fact == FACT_LAST_RULE && !piece_spells(name, ":last_rule")) || value->kind != PIECE_TEXT || value->len == 0)
        return 0;
    struct buf word = { 0 };
    add_text(value, &word);
    int result = naming->is_known(naming->context, fact, buf_text(&word), error);
    buf_release(&word);
    return result;
}

/* What to compare instead, where a day or a moment was held against the clock of the other kind. */
static const char *clock_for(const struct piece *name, const struct naming *naming)
{
    enum scope_type type = scope_type_of(name, naming);
    return type == SCOPE_DATE ? ":date" : type == SCOPE_TIME ? ":time" : type == SCOPE_MOMENT ? ":now" : NULL;
}

/* Two names, of which one is a text and the other a number. */
static int check_kinds(const struct piece *name, const struct piece *other, const struct naming *naming, struct error *error)
{
    bool is_text, other_is_text;
    const char *const *values;
    if (!type_of(name, naming, &is_text, &values) || !type_of(other, naming, &other_is_text, &values) ||
        is_text == other_is_text)
        return 0;
    const char *clock = clock_for(name, naming), *other_clock = clock_for(other, naming);
    struct buf cure = { 0 };
    if (clock != NULL && *other->start == ':')
        buf_addf(&cure, "compare %.*s with %s", (int)name->len, name->start, clock);
    else if (other_clock != NULL && *name->start == ':')
        buf_addf(&cure, "compare %.*s with %s", (int)other->len, other->start, other_clock);
    else
        buf_addf(&cure, "compare it with another %s", is_text ? "text" : "number");
    error_set(error,
              "%.*s is a %s and %.*s a %s, and for SQL a text is never equal to a number and greater than any; %s",
              (int)name->len, name->start, is_text ? "text" : "number", (int)other->len, other->start,
              is_text ? "number" : "text", buf_text(&cure));
    buf_release(&cure);
    return -1;
}

static bool know_nothing(void *context, const char *name, struct buf *value)
{
    (void)context, (void)name, (void)value;
    return false;
}

/* The answer to a choice is one of its labels. One that a template fills in is not known here. */
static int check_choice(const struct piece *name, const struct piece *value, const struct naming *naming,
                        struct error *error)
{
    const struct step *step = scope_name_of(name, naming)->step;
    const struct template_env env = { know_nothing, NULL, NULL };
    struct buf labels[FLOW_CHOICES_MAX] = { 0 };
    const char *texts[FLOW_CHOICES_MAX + 1] = { NULL };
    struct buf word = { 0 };
    bool is_known = value->len == 0 || step->choice_count == 0;
    add_text(value, &word);
    for (size_t i = 0; !is_known && i < step->choice_count; i++) {
        template_render(step->choices[i].label, &env, EXPRESSION_VALUE_MAX, &labels[i]);
        texts[i] = buf_text(&labels[i]);
        is_known = template_name_count(step->choices[i].label) > 0 ||
                   strcmp(texts[i], buf_text(&word)) == 0;
    }
    int result = is_known ? 0 : refuse_value(name, value, texts, error);
    for (size_t i = 0; i < FLOW_CHOICES_MAX; i++)
        buf_release(&labels[i]);
    buf_release(&word);
    return result;
}

static int check_pair(const struct piece *name, const struct piece *value, const struct naming *naming,
                      struct error *error)
{
    bool is_text;
    const char *const *values, *const *known;
    if (naming->is_known != NULL)
        return check_known_name(name, value, naming, error);
    if ((value->kind != PIECE_NUMBER && value->kind != PIECE_TEXT && value->kind != PIECE_NAME) ||
        !type_of(name, naming, &is_text, &values))
        return 0;
    if (value->kind == PIECE_NAME)
        return check_kinds(name, value, naming, error);
    int name_len = (int)name->len, value_len = (int)value->len;
    if (is_text && value->kind == PIECE_NUMBER)
        return refuse_number(name, value, values, shape_of(name, naming), error);
    if (!is_text && value->kind == PIECE_TEXT && is_yes_no(name, naming))
        return error_set(error, "%.*s is 1 or 0, and never '%.*s'", name_len, name->start,
                         value_len, value->start);
    if (!is_text && value->kind == PIECE_TEXT)
        return error_set(
            error,
            "%.*s is a number, and for SQL never equal to a text and less than any; write it without quotes",
            name_len, name->start);
    for (known = values; known != NULL && *known != NULL; known++)
        if (strlen(*known) == value->len && memcmp(*known, value->start, value->len) == 0)
            return 0;
    if (values != NULL)
        return refuse_value(name, value, values, error);
    return scope_type_of(name, naming) == SCOPE_CHOICE ? check_choice(name, value, naming, error)
                                                       : check_shape(name, value, naming, error);
}

/* The values of IN (…), from behind its parenthesis on. */
static int check_list(const struct pieces *pieces, size_t name, size_t at, const struct naming *naming,
                      struct error *error)
{
    for (; at < pieces->count && pieces->list[at].kind != PIECE_CLOSE; at++)
        if (pieces_leave_alone(pieces, at, true) && pieces_leave_alone(pieces, at, false) &&
            check_pair(&pieces->list[name], &pieces->list[at], naming, error) != 0)
            return -1;
    return 0;
}

/* BETWEEN from the greater to the smaller holds never: who means the night writes it that way. */
static int check_range(const struct piece *name, const struct piece *between, size_t left, struct error *error)
{
    const struct piece *from = between + 1, *to = between + 3;
    if (left < 4 || !piece_spells(between, "between") || !piece_is_word(between + 2, "and") || from->kind != to->kind ||
        (from->kind != PIECE_NUMBER && from->kind != PIECE_TEXT))
        return 0;
    int order = memcmp(from->start, to->start, from->len < to->len ? from->len : to->len);
    if (from->kind == PIECE_NUMBER ? strtod(from->start, NULL) <= strtod(to->start, NULL) : order <= 0)
        return 0;
    if (from->kind == PIECE_TEXT && !ascii_is_digit((unsigned char)*from->start))
        return error_set(error,
                         "texts lie between others by their spelling, and so nothing between '%.*s' and '%.*s'; list those that "
                         "are meant, as in %.*s IN ('%.*s', '%.*s')",
                         (int)from->len, from->start, (int)to->len, to->start, (int)name->len, name->start, (int)from->len,
                         from->start, (int)to->len, to->start);
    const char *quote = from->kind == PIECE_TEXT ? "'" : "";
    return error_set(error,
                     "nothing lies between %.*s and the smaller %.*s; for a span over midnight write %.*s >= "
                     "%s%.*s%s OR %.*s <= %s%.*s%s",
                     (int)from->len, from->start, (int)to->len, to->start, (int)name->len, name->start, quote,
                     (int)from->len, from->start, quote, (int)name->len, name->start, quote, (int)to->len,
                     to->start, quote);
}

/* name compares value; name [NOT] IN (values). */
static int check_behind(const struct pieces *pieces, size_t at, const struct naming *naming,
                        struct error *error)
{
    const struct piece *list = pieces->list;
    size_t next = at + 1;
    if (next < pieces->count && (piece_is_word(&list[next], "not")))
        next++;
    if (next + 1 >= pieces->count || !pieces_leave_alone(pieces, at, true))
        return 0;
    if (piece_is_word(&list[next], "in") && list[next + 1].kind == PIECE_OPEN)
        return check_list(pieces, at, next + 2, naming, error);
    if (list[next].kind != PIECE_COMPARES)
        return 0;
    const struct piece *compares = &list[next];
    if (piece_is_word(&list[next + 1], "not") && next + 2 < pieces->count)
        next++;
    if (!pieces_leave_alone(pieces, next + 1, false))
        return 0;
    if (check_null(&list[at], compares, &list[next + 1], error) != 0 ||
        check_pair(&list[at], &list[next + 1], naming, error) != 0)
        return -1;
    return check_range(&list[at], &list[next], pieces->count - next, error);
}

/* value compares name. */
static int check_before(const struct pieces *pieces, size_t at, const struct naming *naming,
                        struct error *error)
{
    if (at < 2 || pieces->list[at - 1].kind != PIECE_COMPARES || !pieces_leave_alone(pieces, at - 2, true) ||
        !pieces_leave_alone(pieces, at, false))
        return 0;
    return check_null(&pieces->list[at], &pieces->list[at - 1], &pieces->list[at - 2], error) != 0
               ? -1
               : check_pair(&pieces->list[at], &pieces->list[at - 2], naming, error);
}

static int check_comparisons(const char *source, const struct naming *naming, struct error *error)
{
    struct pieces pieces;
    pieces.count = 0;
    pieces_read(source, &pieces);
    for (size_t i = 0; i < pieces.count; i++)
        if (pieces.list[i].kind == PIECE_NAME &&
            (check_behind(&pieces, i, naming, error) != 0 || check_before(&pieces, i, naming, error) != 0))
            return -1;
    return naming->is_known != NULL ? 0 : fact_check_chains(&pieces, error);
}

int fact_check_values(const char *source, fact_is_variable *is_variable, const void *context,
                      struct error *error)
{
    const struct naming naming = { .is_variable = is_variable, .context = context };
    return check_comparisons(source, &naming, error);
}

int fact_check_flow_values(const char *source, const struct fact_place *place, struct error *error)
{
    const struct naming naming = { .is_variable = place->is_variable, .context = place->context,
                                   .scope = place->scope };
    return check_comparisons(source, &naming, error);
}

int fact_check_known(const char *source, fact_is_known *is_known, const void *context, struct error *error)
{
    const struct naming naming = { .is_known = is_known, .context = context };
    return check_comparisons(source, &naming, error);
}
