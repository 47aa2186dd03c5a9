/*
 * build_backend: the private side of backends, for the files that put them together (build_backend*.c), and for
 * those of this room that quote what was typed.
 */
#ifndef RULES_BUILD_BACKEND_H
#define RULES_BUILD_BACKEND_H

#include "backend/backend.h"
#include "base/json.h"
#include "rules/ai_phrase.h"
#include "rules/build_flow.h"

enum { BACKENDS_MAX = 100, NAME_BYTES_MAX = 100 };

/* A backend in the making: the i-th of the ruleset's, with what it owns. Its texts belong to the rows. */
struct backend_made {
    struct backend *backend;
    const struct row *row;
    char *url;             /* without the slashes at its end; NULL: as typed */
    struct json *headers;  /* holds the names and values below */
    struct backend_header header_list[BACKEND_HEADERS_MAX];
    struct backend_act act_list[BACKEND_ACTS_MAX];
};

struct backend_private {
    struct backend *backends;
    struct backend_made *made;
    struct template *phrases[AI_PHRASE_COUNT][HOUSE_LANGUAGES]; /* rules/ai_phrase.c; NULL: none is built in */
};

/* One or more columns of a row, judged and put into made->backend: 0, or -1 with a sentence. */
typedef int backend_take(const struct ruleset *ruleset, struct backend_made *made, struct error *error);

/* build_backend_value.c */
backend_take backend_take_where, backend_take_prompt, backend_take_history, backend_take_facts, backend_take_settle,
    backend_take_deadlines, backend_take_model, backend_take_money, backend_take_score;

/* build_backend_http.c */
backend_take backend_take_headers, backend_take_http;

/* build_backend_act.c: the column acts, and the variables that a body asks for, once flows and variables are known. */
backend_take backend_take_acts, backend_check_variables;

/*
 * The next of the entries with commas between them from *at on, blanks taken off both ends: 1 with its place and
 * length; 0: there is no further one; -1: it is empty, and the sentence says so.
 */
int backend_next_entry(const struct row *row, const char *column, const char **at, const char **start, size_t *len,
                       struct error *error);

#endif
