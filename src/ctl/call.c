/*
 * call: see the header. The times that people type and read are those of the business; in the book and in JSON there is
 * only UTC.
 */
#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/env.h"
#include "base/language.h"
#include "base/nearest.h"
#include "ctl/call.h"
#include "ctl/option_words.h"
#include "ctl/local.h"
#include "store/book.h"
#include "store/listing.h"
#include "store/schema.h"

struct call_zone {
    struct zones *zones; /* that one, or none */
    const struct zone *zone;
    bool is_read;
};

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

/* Of the session, whoever one has become in it since. */
static const struct passwd *session_login(void)
{
    FILE *file = fopen("/proc/self/loginuid", "re");
    unsigned uid = UINT_MAX; /* as the kernel has it where nobody has logged in */
    bool is_read = file != NULL && fscanf(file, "%u", &uid) == 1;

    if (file != NULL)
        fclose(file);
    return is_read && uid != UINT_MAX ? getpwuid(uid) : NULL;
}

/* The book is its owner's alone, so all act as the daemon's user; a login tells colleagues apart, and root is no name. */
static const struct passwd *who_acts(void)
{
    const char *before_sudo = getenv("SUDO_USER");
    const struct passwd *login = before_sudo != NULL ? getpwnam(before_sudo) : NULL;

    if (login != NULL && login->pw_uid != 0)
        return login;
    login = session_login();
    return login != NULL ? login : getpwuid(getuid());
}

static void name_actor(struct buf *actor)
{
    const struct passwd *login = who_acts();

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

    *call = (struct call){
        .parsed = parsed, .output = output, .now = now, .zone = alloc_new(sizeof *call->zone)
    };
    name_actor(&call->actor);
    result = load_env(parsed, error);
    if (result == 0)
        result = get_path(parsed, OPTION_DB, "FRONTDESK_DB", CALL_DB_OTHERWISE, &call->db_path, error);
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
    if (call->zone != NULL)
        zones_close(call->zone->zones);
    free(call->zone);
    output_set_zone(call->output, NULL);
    *call = (struct call){ 0 };
}

const struct zones *call_zones(struct call *call)
{
    if (call->zones == NULL)
        call->zones = zones_open(NULL);
    return call->zones;
}

/* A book that cannot be read is told of by whoever needs it. */
void call_take_zone(const struct call *call, struct db *db)
{
    struct call_zone *zone = call->zone;
    struct error error = { 0 };
    struct buf name = { 0 };

    zones_close(zone->zones);
    zone->zones = NULL;
    zone->zone = NULL;
    zone->is_read = true;
    if (book_get(db, "time_zone", &name, &error) == 1) {
        zone->zones = zones_open_one(buf_text(&name));
        zone->zone = zones_find(zone->zones, buf_text(&name));
    }
    buf_release(&name);
    output_set_zone(call->output, zone->zone);
}

const struct zone *call_zone(const struct call *call)
{
    struct error error = { 0 };
    struct db *db;

    if (call->zone->is_read)
        return call->zone->zone;
    db = db_open(buf_text(&call->db_path), DB_READER, &error);
    if (db != NULL)
        call_take_zone(call, db);
    db_close(db);
    return call->zone->zone;
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
    if (db_was_cut(db) && call->parsed->command != NULL && call->parsed->command->options & OPTION_BIT(OPTION_SINCE))
        return call_fail(call, EXIT_FAILED, "that is too much to look through in %d seconds; narrow it, as with --since 7d",
                         DB_READER_MS / 1000);
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
    if (*db != NULL && !call->zone->is_read)
        call_take_zone(call, *db);
    return code;
}

/* 1: it is a number, and another customer's id as well. 0, -1. */
static int means_two(struct db *db, const char *typed, int64_t id, struct error *error)
{
    bool is_number = typed[strspn(typed, "0123456789")] == '\0' && strtoll(typed, NULL, 10) == id;

    return is_number ? listing_is_ambiguous(db, id, typed, error) : 0;
}

static int find(const struct call *call, struct db *db, const char *typed, int64_t *id, bool *is_two)
{
    struct error error = { 0 };
    int found = listing_find(db, typed, id, &error), two = found == 1 ? means_two(db, typed, *id, &error) : 0;

    *is_two = two == 1;
    if (found < 0 || two < 0)
        return call_read_failed(call, db, &error);
    if (found == 0 && typed[0] == '#')
        return call_fail(call, EXIT_NOTHING, "there is no case %s; frontdesk queue lists those that go on", typed);
    if (found == 0)
        return call_fail(call, EXIT_NOTHING,
                         "there is no conversation with that number, external id, phone or #case: %s; "
                         "frontdesk conversations lists them",
                         typed);
    return EXIT_DONE;
}

int call_find(const struct call *call, struct db *db, const char *typed, int64_t *id)
{
    bool is_two;
    int code = find(call, db, typed, id, &is_two);

    if (is_two)
        output_note(call->output, NOTE_WARN, "This is conversation %s. The customer with the id %s is external:%s.", typed, typed,
                    typed);
    return code;
}

int call_find_to_act(const struct call *call, struct db *db, const char *typed, int64_t *id)
{
    bool is_two;
    int code = find(call, db, typed, id, &is_two);

    if (!is_two)
        return code;
    return call_fail(call, EXIT_FAILED,
                     "%s is a conversation's number and another customer's id, and nothing was done: "
                     "say which of conversation:%s, external:%s", typed, typed, typed);
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

int64_t call_midnight(const struct call *call)
{
    return local_midnight(call_zone(call), call->now, 0);
}

static int take_time(const struct call *call, enum option_id option, int64_t *ms)
{
    const char *typed = call->parsed->options[option];

    *ms = 0;
    if (typed == NULL || local_parse(call_zone(call), typed, call->now, ms) == 0)
        return EXIT_DONE;
    return call_fail(call, EXIT_USAGE,
                     "--%s wants a time like \"2 hours\", 7d, today, yesterday, 2026-05-12 or "
                     "\"2026-05-12 14:30\", not \"%s\"",
                     command_options[option].name, typed);
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

int call_check_language(const struct call *call)
{
    const char *typed = call->parsed->options[OPTION_LANGUAGE];
    char tag[LANGUAGE_TAG_MAX];

    if (typed == NULL || language_canonical(typed, tag))
        return EXIT_DONE;
    return call_fail(call, EXIT_USAGE, "--language is a language as in ko or pt-BR, not '%s'", typed);
}

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
