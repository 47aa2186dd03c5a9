/*
 * check_never: an only_if that contradicts itself, as in ":hour >= 22 AND :hour < 6".
 *
 * Where a condition asks only for what has few values (the hour, the time, the weekday, yes and no), all of them are
 * tried, until it holds once; those that ask for more are taken at their word. Whether it is open is tried beside every
 * hour, which is more than there is: what is never true then is never true. While a person has the conversation, or
 * after an opt-out, only rules for opting out and in act, so the others are tried without.
 */
#include <stdio.h>
#include <string.h>

#include "rules/checks.h"
#include "rules/fact.h"

enum { POINTS_MAX = 12000, HOURS = 24, MINUTES = 24 * 60 };

/* The names of a condition, and which value of each is being tried. */
struct point {
    enum fact facts[EXPRESSION_NAMES_MAX];
    size_t counts[EXPRESSION_NAMES_MAX], at[EXPRESSION_NAMES_MAX], name_count;
    char time[sizeof "00:00"];
};

static bool is_for_consent(const struct rule *rule)
{
    return rule->action == ACTION_OPT_OUT || rule->action == ACTION_OPT_IN;
}

/* How many values the rule may see of the fact; 0: more than can be tried. */
static size_t values_of(enum fact fact, const struct rule *rule)
{
    switch (fact) {
    case FACT_HOUR:
    case FACT_CONTACT_HOUR: return HOURS;
    case FACT_TIME: return MINUTES;
    case FACT_WEEKDAY: return 7;
    case FACT_OWNER:
    case FACT_OPTED_OUT: return is_for_consent(rule) ? 2 : 1;
    default: return fact != FACT_COUNT && fact_table[fact].type == FACT_IS_YES_NO ? 2 : 0;
    }
}

static size_t find(const struct point *point, enum fact fact)
{
    size_t i = 0;
    while (i < point->name_count && point->facts[i] != fact)
        i++;
    return i;
}

/* The axes of the condition; false where it asks for what cannot be tried, or there is too much of it. */
static bool lay_out(const struct rule *rule, struct point *point)
{
    size_t points = 1, hour;
    point->name_count = expression_name_count(rule->only_if);
    for (size_t i = 0; i < point->name_count; i++) {
        const char *name = expression_name(rule->only_if, i);
        point->facts[i] = *name == ':' ? fact_find(name + 1) : FACT_COUNT;
        point->counts[i] = values_of(point->facts[i], rule);
        point->at[i] = 0;
    }
    hour = find(point, FACT_HOUR);
    if (hour < point->name_count && find(point, FACT_TIME) < point->name_count)
        point->counts[hour] = 1; /* it goes with the time */
    for (size_t i = 0; i < point->name_count && points > 0; i++)
        points = points * point->counts[i] <= POINTS_MAX ? points * point->counts[i] : 0;
    return point->name_count > 0 && points > 0;
}

static void look_up(void *context, const char *name, struct expression_value *value)
{
    struct point *point = context;
    enum fact fact = fact_find(name + 1);
    size_t at = point->at[find(point, fact)], time = find(point, FACT_TIME);
    const char *text = fact_table[fact].values != NULL ? fact_table[fact].values[at] : point->time;
    if (fact == FACT_TIME)
        snprintf(point->time, sizeof point->time, "%02u:%02u", (unsigned)(at / 60 % HOURS), (unsigned)(at % 60));
    if (fact == FACT_HOUR && time < point->name_count)
        at = point->at[time] / 60;
    *value = fact_table[fact].type == FACT_IS_TEXT
                 ? (struct expression_value){ .kind = EXPRESSION_TEXT, .text = text, .len = strlen(text) }
                 : (struct expression_value){ .kind = EXPRESSION_INT, .number = (int64_t)at };
}

static bool move_on(struct point *point)
{
    for (size_t i = 0; i < point->name_count; i++) {
        if (++point->at[i] < point->counts[i])
            return true;
        point->at[i] = 0;
    }
    return false;
}

/* A bound that was hit, or tries that ran out, prove nothing. */
static bool is_never_true(struct check *check, const struct rule *rule, struct point *point)
{
    do {
        if (check->tries_left-- <= 0 || expression_test(rule->only_if, look_up, point) != EXPRESSION_NO)
            return false;
    } while (move_on(point));
    return true;
}

static void check_rule(struct check *check, const struct rule *rule)
{
    struct point point;
    if (rule->only_if == NULL || !lay_out(rule, &point) || !is_never_true(check, rule, &point))
        return;
    bool is_silenced = !is_for_consent(rule) && (find(&point, FACT_OWNER) < point.name_count ||
                                                 find(&point, FACT_OPTED_OUT) < point.name_count);
    check_warn_rule(check, rule, "the rule %s can never win: its only_if, %s, is never true; %s", rule->name,
                    rule->source_only_if,
                    is_silenced ? "while a person has the conversation, and after an opt-out, only rules with the actions "
                                  "opt_out and opt_in act"
                                : "where one of several may hold write OR, as in :hour >= 22 OR :hour < 6");
}

void check_contradictions(struct check *check)
{
    for (size_t i = 0; i < check->ruleset->rule_count; i++)
        check_rule(check, &check->ruleset->rules[i]);
}
