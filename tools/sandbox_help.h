/*
 * sandbox_help: what --help says before the options and after them.
 */
#ifndef TOOLS_SANDBOX_HELP_H
#define TOOLS_SANDBOX_HELP_H

void help_print_introduction(void);

/* Faults, and what the sandbox can be asked. */
void help_print_rest(void);

#endif
