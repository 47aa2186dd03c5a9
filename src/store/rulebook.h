/*
 * rulebook: every ruleset that was in force, with its files (tables ruleset, ruleset_file, rule_trouble).
 */
#ifndef STORE_RULEBOOK_H
#define STORE_RULEBOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "store/db.h"
#include "store/rulefile.h"

/* The files of the ruleset in force and its number: 1, 0 when there is none yet, -1. */
int rulebook_live(struct db *db, struct rulefiles *files, int64_t *number, struct error *error);
int rulebook_files(struct db *db, int64_t number, struct rulefiles *files, struct error *error);

/* The digest of a set's files (rulefiles_digest): 1 and appended, 0 when there is no such set, -1. */
int rulebook_digest(struct db *db, int64_t number, struct buf *digest, struct error *error);

/* The sets, newest first, at most `limit` (0: all). A row is borrowed until the callback returns. */
struct rulebook_row {
    int64_t number, loaded_at, rule_count;
    const char *actor, *digest;
    int64_t same_as; /* the newest earlier set with the same files, as after a rollback; 0: none */
};
typedef void rulebook_seen(void *context, const struct rulebook_row *row);
int rulebook_list(struct db *db, int64_t limit, rulebook_seen *seen, void *context, struct error *error);

/* Stores a set and makes it the one in force. */
int rulebook_put(struct db *db, const struct rulefiles *files, int64_t rule_count, const char *actor,
                 int64_t now, int64_t *number, struct error *error);

/* Counts a hit of PCRE2's bounds; *is_disabled when that was one too many (RULE_TROUBLE_MAX). */
enum { RULE_TROUBLE_MAX = 20 };
int rulebook_count_trouble(struct db *db, int64_t number, const char *rule, int64_t now, bool *is_disabled,
                           struct error *error);

/* Names of the rules of a set that are out of play, NULL-terminated; free with rulebook_free_names. */
int rulebook_disabled(struct db *db, int64_t number, const char ***names, struct error *error);
void rulebook_free_names(const char **names);

#endif
