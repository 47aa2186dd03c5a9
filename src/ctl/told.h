/*
 * told: what `rules tell` and `rules draw` have in common: whose rules, and items shown as paragraphs.
 */
#ifndef CTL_TOLD_H
#define CTL_TOLD_H

#include "ctl/call.h"
#include "rules/tell.h"
#include "store/rulefile.h"

/* The files of a folder (NULL: of --rules, and without that of the rules in force). Returns an exit code. */
int rules_read(const struct call *call, const char *folder, struct rulefiles *files);

void rules_show_told(struct output *output, const struct tell *tell);

#endif
