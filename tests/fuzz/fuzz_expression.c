/*
 * Any text as a condition: refused with a sentence, or evaluated without a crash, within the bounds, twice
 * alike. Whatever is taken is one expression and never true together with its opposite; nor is it true when
 * it breaks off. Its value is a whole number other than 0 only if it is true.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "rules/fact.h"
#include "store/expression.h"

static void require(bool holds)
{
    if (!holds)
        abort();
}

/* Values of all kinds, chosen by the name. */
static void lookup(void *context, const char *name, struct expression_value *value)
{
    static char text[2 * EXPRESSION_VALUE_MAX];
    (void)context;
    require((name[0] == ':' || name[0] == '@') && name[1] != '\0' && strpbrk(name, "( \"';") == NULL);
    memset(text, 'a', sizeof text);
    *value = (struct expression_value){ .kind = (enum expression_kind)(name[1] % 4),
                                        .number = name[1] % 8 == 1 ? INT64_MIN : name[1],
                                        .real = 0.5,
                                        .text = text,
                                        .len = name[1] % 8 == 3 ? sizeof text : 2 };
}

static const struct expression *add(struct expressions *set, const char *source)
{
    struct error error = { 0 };
    const struct expression *expression = expressions_add(set, source, &error);
    require((expression == NULL) == (error.text[0] != '\0'));
    return expression;
}

static void check_value(const struct expression *expression, enum expression_result truth)
{
    struct expression_value value;
    struct buf text = { 0 };
    int result = expression_evaluate(expression, lookup, NULL, &value, &text);
    require(result == 0 || value.kind == EXPRESSION_NULL);
    require(value.kind != EXPRESSION_TEXT || (utf8_is_valid(value.text, value.len) && strlen(value.text) == value.len));
    /* A condition may break off where the bare value does not, by the step that judges it; not the other way. */
    if (result == 0 && truth != EXPRESSION_LIMIT && value.kind == EXPRESSION_INT)
        require((value.number != 0) == (truth == EXPRESSION_YES));
    buf_release(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct expressions *set = expressions_new();
    struct buf source = { 0 }, opposite = { 0 };
    buf_add(&source, data, size);
    const struct expression *first = add(set, buf_text(&source));
    struct error error = { 0 };
    require((fact_check_values(buf_text(&source), NULL, NULL, &error) == 0) == (error.text[0] == '\0'));
    if (first != NULL) {
        enum expression_result result = expression_test(first, lookup, NULL);
        require(expression_test(first, lookup, NULL) == result);
        check_value(first, result);
        buf_addf(&opposite, "NOT (%s)", buf_text(&source));
        const struct expression *second = add(set, buf_text(&opposite));
        if (second != NULL && result != EXPRESSION_NO)
            require(expression_test(second, lookup, NULL) != EXPRESSION_YES);
    }
    buf_release(&source);
    buf_release(&opposite);
    expressions_free(set);
    return 0;
}
