/*
 * sandbox_help: what --help says before the options and after them, for a terminal of 80 columns.
 */
#ifndef TOOLS_SANDBOX_HELP_H
#define TOOLS_SANDBOX_HELP_H

enum { HELP_COLUMN = 27 }; /* where explanations begin */

/* An explanation, behind what has brought the line to HELP_COLUMN. */
void help_print_explanation(const char *text);

void help_print_introduction(void);

/* Faults, and what the sandbox can be asked. */
void help_print_rest(void);

#endif
