/*
 * option: getopt_long takes a beginning for the whole, so that --port would be --port-file to it, with a file named
 * 9090 as its result. A slip must be told, not guessed at. Pure but for getopt's own state; one thread.
 */
#ifndef BASE_OPTION_H
#define BASE_OPTION_H

#include <getopt.h>
#include <stdbool.h>

/*
 * Was the option that getopt_long has just found written out? *typed becomes the word as it was typed (borrowed from
 * argv). A short option always was.
 */
bool option_is_whole(char *const *argv, const struct option *found, const char **typed);

#endif
