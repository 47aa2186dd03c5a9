/*
 * call: see the header. The times that people type and read are those of the machine's zone (TZ); in the book
 * and in JSON there is only UTC.
 */
#include <errno.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/env.h"
#include "base/nearest.h"
#include "ctl/call.h"
#include "ctl/option_words.h"
#include "store/listing.h"
#include "store/schema.h"

/* Flag, else environment, else the given text. */
static int get_path(const struct parsed *parsed, enum option_id option, const char *variable,
                    const char *otherwise, struct buf *path, struct error *error)
{
    int found;

    if (parsed->options[option] != NULL) {
        buf_add_text(path, parsed->options[option]);
        return 0;
    }
    found = env_get(variable, path, error);
    if (found == 0)
        buf_add_text(path, otherwise);
    return found < 0 ? -1 : 0;
}

/* The file of settings, if one is named: what it says counts for all that follows. */
static int load_env(const struct parsed *parsed, struct error *error)
{
    struct buf path = { 0 };
    int result = get_path(parsed, OPTION_ENV, "FRONTDESK_ENV", "", &path, error);

    if (result == 0 && path.len > 0)
        result = env_load(buf_text(&path), error);
    buf_release(&path);
    return result;
}

static void name_actor(struct buf *actor)
{
    const struct passwd *login = getpwuid(getuid());

    if (login != NULL)
        buf_addf(actor, "cli %s", login->pw_name);
    else
        buf_addf(actor, "cli uid %u", (unsigned)getuid());
}

int call_init(struct call *call, const struct parsed *parsed, struct output *output, int64_t now,
              struct error *error)
{
    struct buf socket = { 0 };
    int result;

    *call = (struct call){ .parsed = parsed, .output = output, .now = now };
    name_actor(&call->actor);
    result = load_env(parsed, error);
    if (result == 0)
        result = get_path(parsed, OPTION_DB, "FRONTDESK_DB", "frontdesk.db", &call->db_path, error);
    buf_addf(&socket, "%s.sock", buf_text(&call->db_path));
    if (result == 0)
        result = get_path(parsed, OPTION_ADMIN, "FRONTDESK_ADMIN", buf_text(&socket), &call->admin_path,
                          error);
    if (result == 0)
        result = get_path(parsed, OPTION_RULES, "FRONTDESK_RULES", "", &call->rules_dir, error);
    buf_release(&socket);
    return result;
}

void call_release(struct call *call)
{
    buf_release(&call->db_path);
    buf_release(&call->admin_path);
    buf_release(&call->rules_dir);
    buf_release(&call->actor);
    if (call->zones != NULL)
        zones_close((struct zones *)call->zones);
    *call = (struct call){ 0 };
}

const struct zones *call_zones(struct call *call)
{
    if (call->zones == NULL)
        call->zones = zones_open(NULL);
    return call->zones;
}

int call_fail(const struct call *call, int code, const char *format, ...)
{
    struct buf sentence = { 0 };
    va_list args;

    va_start(args, format);
    buf_addv(&sentence, format, args);
    va_end(args);
    output_note(call->output, NOTE_FAILURE, "%s", buf_text(&sentence));
    buf_release(&sentence);
    return code;
}

int call_read_failed(const struct call *call, const struct db *db, const struct error *error)
{
    return call_fail(call, db_fault(db) == DB_BUSY ? EXIT_BUSY : EXIT_FAILED, "%s", error->text);
}

int call_open(const struct call *call, struct db **db)
{
    struct error error = { 0 };
    int code = EXIT_DONE;

    *db = db_open(buf_text(&call->db_path), DB_READER, &error);
    if (*db == NULL)
        return call_fail(call, EXIT_FAILED, "%s", error.text);
    if (schema_check(*db, &error) != 0) {
        error_prefix(&error, "%s", buf_text(&call->db_path));
        code = call_read_failed(call, *db, &error);
        db_close(*db);
        *db = NULL;
    }
    return code;
}

int call_find(const struct call *call, struct db *db, const char *typed, int64_t *id)
{
    struct error error = { 0 };
    int found = listing_find(db, typed, id, &error);

    if (found < 0)
        return call_read_failed(call, db, &error);
    if (found == 0)
        return call_fail(call, EXIT_NOTHING,
                         "there is no conversation with that number, external id or phone: %s; "
                         "frontdesk conversations lists them",
                         typed);
    return EXIT_DONE;
}

int call_limit(const struct call *call, int64_t otherwise, int64_t *limit)
{
    const char *typed = call->parsed->options[OPTION_LIMIT];
    char *end;

    *limit = otherwise;
    if (typed == NULL)
        return EXIT_DONE;
    errno = 0;
    *limit = strtoll(typed, &end, 10);
    if (errno != 0 || end == typed || *end != '\0' || *limit < 0)
        return call_fail(call, EXIT_USAGE, "--limit is a number of rows (0 for all), not \"%s\"", typed);
    return EXIT_DONE;
}

static int64_t to_ms(struct tm *local)
{
    local->tm_isdst = -1;
    return (int64_t)mktime(local) * 1000;
}

int64_t call_midnight(int64_t now)
{
    time_t seconds = (time_t)(now / 1000);
    struct tm local = { 0 };

    localtime_r(&seconds, &local);
    local.tm_hour = local.tm_min = local.tm_sec = 0;
    return to_ms(&local);
}

/* "2026-05-12", "2026-05-12 14:30"; false when it is no date. */
static bool parse_date(const char *typed, int64_t *ms)
{
    struct tm local = { 0 };
    const char *end = strptime(typed, "%Y-%m-%d", &local);

    if (end != NULL && (*end == ' ' || *end == 'T'))
        end = strptime(end + 1, "%H:%M", &local);
    if (end == NULL || *end != '\0')
        return false;
    *ms = to_ms(&local);
    return true;
}

static int take_time(const struct call *call, enum option_id option, int64_t *ms)
{
    const char *typed = call->parsed->options[option];
    int64_t ago;

    *ms = 0;
    if (typed == NULL || parse_date(typed, ms))
        return EXIT_DONE;
    if (strcmp(typed, "today") == 0)
        *ms = call_midnight(call->now);
    else if (clock_parse_duration(typed, &ago) == 0)
        *ms = call->now - ago;
    else
        return call_fail(call, EXIT_USAGE,
                         "--%s wants a time like \"2 hours\", 7d, today, 2026-05-12 or "
                         "\"2026-05-12 14:30\", not \"%s\"",
                         command_options[option].name, typed);
    return EXIT_DONE;
}

int call_since(const struct call *call, int64_t *since)
{
    return take_time(call, OPTION_SINCE, since);
}

int call_until(const struct call *call, int64_t *until)
{
    return take_time(call, OPTION_UNTIL, until);
}

enum { CODE_LEN = 2 };

int call_check_word(const struct call *call, enum option_id option, const char *const *words)
{
    const char *typed = call->parsed->options[option];
    struct nearest nearest = { .word = typed };
    struct buf advice = { 0 };
    int code;

    if (words == NULL)
        words = option_words(call->parsed->command->pattern, option);
    for (size_t i = 0; typed != NULL && words[i] != NULL; i++)
        if (strcmp(words[i], typed) == 0)
            return EXIT_DONE;
    if (typed == NULL)
        return EXIT_DONE;
    if (strlen(typed) > CODE_LEN) /* of two letters any other two are near */
        nearest_offer_list(&nearest, words);
    nearest_advise(&nearest, words, &advice);
    code = call_fail(call, EXIT_USAGE, "--%s does not know \"%s\"%s", command_options[option].name, typed,
                     buf_text(&advice));
    buf_release(&advice);
    return code;
}
