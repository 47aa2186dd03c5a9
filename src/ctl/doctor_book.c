/*
 * doctor_book: the rules and the book, as they are on the disk.
 */
#include <string.h>

#include "base/clock.h"
#include "ctl/doctor.h"
#include "desk/proof.h"
#include "store/book.h"
#include "store/defect.h"
#include "store/readers.h"
#include "store/rulebook.h"
#include "store/rulefile.h"
#include "store/survey.h"

enum { LOG_LARGE = 80 * 1024 * 1024 };
#define WEEK_MS (7 * INT64_C(86400000))

static const char RULES[] = "Rules", BOOK[] = "Book";

/* Rules */

void doctor_read_rules(struct doctor *doctor)
{
    const char *folder = buf_text(&doctor->call->rules_dir);
    struct rulefiles files = { 0 };
    int64_t number;

    if (rulebook_live(doctor->db, &files, &number, &doctor->rules_trouble) == 1)
        doctor->rules = ruleset_new_stored(&files, call_zones(doctor->call), &doctor->rules_trouble);
    if (doctor->rules != NULL)
        doctor->rules->number = number;
    doctor->is_folder_news = doctor->rules != NULL && *folder != '\0' && rulefiles_are_in(&files, folder) == 0;
    rulefiles_release(&files);
}

static void look_at_folder(struct doctor *doctor, const char *folder)
{
    struct rulefiles files = { 0 };
    struct error error = { 0 };
    struct ruleset *rules = NULL;

    if (rulefiles_read(folder, &files, &error) == 0)
        rules = proof_build(&files, call_zones(doctor->call), &error);
    if (rules == NULL)
        doctor_find(doctor, FINDING_BAD, RULES, "frontdesk rules check", "the folder %s would be refused: %s",
                    folder, error.text);
    else
        doctor_find(doctor, FINDING_GOOD, RULES, NULL, "the folder %s would load: %zu rule%s", folder,
                    rules->rule_count, rules->rule_count == 1 ? "" : "s");
    if (rules != NULL && doctor->is_folder_news)
        doctor_find(doctor, FINDING_WARN, RULES, "frontdesk rules diff, and when it is what you want, frontdesk rules load",
                    "what is in force is not what stands in the folder");
    ruleset_free(rules);
    rulefiles_release(&files);
}

static void look_at_in_force(struct doctor *doctor)
{
    const struct ruleset *rules = doctor->rules;
    const char *zone;

    if (rules == NULL && doctor->rules_trouble.text[0] != '\0') {
        doctor_find(doctor, FINDING_BAD, RULES, "frontdesk rules check",
                    "the rules in force cannot be read: %s", doctor->rules_trouble.text);
        return;
    }
    if (rules == NULL) {
        doctor_find(doctor, FINDING_BAD, RULES, "frontdesk rules load",
                    "no rules are in force: nobody is answered");
        return;
    }
    zone = ruleset_setting(rules, "time_zone");
    doctor_find(doctor, FINDING_GOOD, RULES, NULL, "ruleset %lld is in force, with %zu rule%s",
                (long long)rules->number, rules->rule_count, rules->rule_count == 1 ? "" : "s");
    if (strcmp(zone, "UTC") == 0)
        doctor_find(doctor, FINDING_WARN, RULES,
                    "INSERT INTO setting (name, value) VALUES ('time_zone', 'Europe/Lisbon');",
                    "the business has no time zone, so opening hours and days are those of UTC");
    else
        doctor_find(doctor, FINDING_GOOD, RULES, NULL, "the time zone of the business is %s", zone);
    if (rules->campaign_count == 0)
        doctor_find(doctor, FINDING_BAD, RULES, "add a row to the table campaign",
                    "no campaign carries answers out");
}

void doctor_look_at_rules(struct doctor *doctor)
{
    const char *folder = buf_text(&doctor->call->rules_dir);

    if (*folder != '\0')
        look_at_folder(doctor, folder);
    if (doctor->db != NULL)
        look_at_in_force(doctor);
}

/* The book */

static void look_at_backups(struct doctor *doctor, struct db *db)
{
    struct error error = { 0 };
    struct buf ago = { 0 };
    int64_t at;

    if (book_get_int(db, "backup_at", 0, &at, &error) != 0)
        return;
    clock_format_age(doctor->call->now - at, &ago);
    if (at == 0)
        doctor_find(doctor, FINDING_WARN, BOOK, "frontdesk backup FILE, and a timer for it (README)",
                    "no backup was ever made");
    else
        doctor_find(doctor, at < doctor->call->now - WEEK_MS ? FINDING_WARN : FINDING_GOOD, BOOK,
                    at < doctor->call->now - WEEK_MS ? "frontdesk backup FILE, and a timer for it (README)"
                                                     : NULL,
                    "the newest backup was made %s ago", buf_text(&ago));
    buf_release(&ago);
}

static void look_at_log(struct doctor *doctor)
{
    const char *path = buf_text(&doctor->call->db_path);
    int64_t bytes = readers_log_bytes(path);
    struct reader reader;
    struct buf remedy = { 0 };

    if (bytes < LOG_LARGE) {
        doctor_find(doctor, FINDING_GOOD, BOOK, NULL, "its log has %lld MB", (long long)(bytes >> 20));
    } else if (readers_find(path, &reader, 1) == 1) {
        buf_addf(&remedy, "end it, or wait for its end (ps -f -p %lld)", (long long)reader.process);
        doctor_find(doctor, FINDING_WARN, BOOK, buf_text(&remedy),
                    "its log has %lld MB, and grows as long as process %lld (%s) goes on reading the book",
                    (long long)(bytes >> 20), (long long)reader.process, reader.command);
    } else {
        doctor_find(doctor, FINDING_WARN, BOOK, "look again when less is going on", "its log has %lld MB",
                    (long long)(bytes >> 20));
    }
    buf_release(&remedy);
}

static void look_at_intake(struct doctor *doctor, struct db *db)
{
    struct error error = { 0 };
    struct buf ago = { 0 };
    int64_t at;

    if (survey_newest_webhook(db, &at, &error) != 0)
        return;
    clock_format_age(doctor->call->now - at, &ago);
    if (at == 0)
        doctor_find(doctor, FINDING_WARN, BOOK, "frontdesk doctor --live goes through it with you",
                    "no webhook has ever come");
    else
        doctor_find(doctor, FINDING_GOOD, BOOK, NULL, "the newest webhook came %s ago", buf_text(&ago));
    buf_release(&ago);
}

static void keep_newest(void *context, const struct defect *defect)
{
    buf_addf(context, "%s: %s", defect->what, defect->reason);
}

static void look_for_damage(struct doctor *doctor, struct db *db)
{
    struct error error = { 0 };
    struct buf newest = { 0 };
    int64_t since = doctor->call->now - DEFECT_FRESH_MS, count = 0;

    if (defect_count(db, since, &count, &error) == 0 && count > 0 && defect_list(db, since, 1, keep_newest, &newest, &error) >= 0)
        doctor_find(doctor, FINDING_BAD, BOOK,
                    "frontdesk audit names the rows that are missing; frontdesk restore FILE brings a backup back",
                    "it is damaged: %lld %s in the last day, all else goes on; the newest is %s", (long long)count,
                    count == 1 ? "thing failed" : "things failed", buf_text(&newest));
    buf_release(&newest);
}

void doctor_look_at_book(struct doctor *doctor)
{
    if (doctor->trouble.text[0] != '\0')
        doctor_find(doctor, FINDING_BAD, BOOK,
                    "look that it is the right file (--db FILE, FRONTDESK_DB), and that daemon and command are of one version",
                    "it cannot be read: %s", doctor->trouble.text);
    if (doctor->db == NULL)
        return;
    look_at_log(doctor);
    look_at_backups(doctor, doctor->db);
    look_at_intake(doctor, doctor->db);
    look_for_damage(doctor, doctor->db);
}
