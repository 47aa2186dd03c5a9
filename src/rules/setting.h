/*
 * setting: the settings of a rule folder. One table (in setting.c) holds each name with type, default,
 * bounds and help; ruleset_settings shows it. Pure; any thread.
 */
#ifndef RULES_SETTING_H
#define RULES_SETTING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/zone.h"
#include "rules/row.h"
#include "rules/ruleset.h"

enum { SETTING_ROWS = 33 };

struct settings {
    const char *texts[SETTING_ROWS]; /* as typed (borrowed from the rows), or the default */
    int64_t numbers[SETTING_ROWS];   /* numbers; durations in ms; booleans 0, 1; money; else 0 */
};

/* All at their defaults. */
void settings_init(struct settings *settings);

/* Takes the rows of table `setting`. */
int settings_take(struct settings *settings, const struct rows *rows, const struct zones *zones,
                  struct error *error);

/* The index of a name, or -1. */
int setting_find(const char *name);

/* Is it a language's code, like en, ko or pt-BR? */
bool setting_is_language(const char *text);

/* Is `text` a value of this setting? 0 with the number, or -1 with a sentence that begins with the name. */
int setting_parse(const struct setting_info *info, const char *text, const struct zones *zones,
                  int64_t *number, struct error *error);

#endif
