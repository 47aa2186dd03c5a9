/*
 * generate: frontdesk-generate, which writes a believable book of any size for benchmarks and tests. Not installed.
 *
 *     frontdesk-generate --db big.db --messages 10000000 --days 400 --rules rules
 *
 * Conversations begin by the hour of the day and the day of the week, a little more of them each month; ids rise with time,
 * and the same seed and end make the same rows. The rulesets in the book are the files of --rules, loaded three times over
 * the days. While it writes, a crash ruins the file: nothing is synced before the end, when the book becomes what the daemon
 * opens.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/book.h"
#include "store/lock.h"
#include "store/rulebook.h"
#include "store/schema.h"
#include "store/search.h"

#include "generate_town.h"

enum { EXIT_USAGE = 2, ROWS_PER_COMMIT = 500000, RULESETS = 3 };

static const char HELP[] =
    "Usage: frontdesk-generate --db FILE --messages N [OPTION]...\n"
    "\n"
    "Writes a new book of about N messages, and prints what it did as JSON.\n"
    "\n"
    "  --db FILE      the book; it must not be there yet\n"
    "  --messages N   customers' messages and answers together\n"
    "  --seed S       the same seed and end make the same book (1)\n"
    "  --days D       over so many days (400)\n"
    "  --until T      unix milliseconds of the last moment (now)\n"
    "  --rules DIR    the rules in force (rules)\n";

struct wanted {
    const char *db, *rules;
    int64_t messages, seed, days, until;
};

/* Time */

/* How busy an hour is, 0 Monday 00:00 … 167, by the business's wall clock. */
static double hour_weight(int64_t hour)
{
    static const double BY_HOUR[24] = { 1, .5, .3, .2, .2, .5, 1.5, 4, 7, 9, 10, 11, 12, 10, 8, 7, 7, 8, 9, 8, 6, 4, 3, 2 };
    static const double BY_DAY[7] = { .6, 1, 1, 1.05, 1.2, 1.5, 1.3 };

    return BY_HOUR[hour % 24] * BY_DAY[hour / 24 % 7];
}

/* … at a moment, with a business that grows by a half in a year. 1970 began on a Thursday. */
static double weight_at(int64_t at, int64_t from)
{
    int64_t hour = (at + BUSINESS_EAST_MS) / HOUR_MS + 3 * 24;

    return hour_weight(hour % 168) * (1 + (double)(at - from) / DAY_MS / 730);
}

static double weight_of_all(int64_t from, int64_t until)
{
    double sum = 0;

    for (int64_t at = from; at < until; at += HOUR_MS)
        sum += weight_at(at, from);
    return sum;
}

/* Rulesets */

static int load_rules(struct town *town, const struct rulefiles *files, int64_t at, int number, struct error *error)
{
    struct rulefiles kept = { 0 };
    struct buf text = { 0 };
    int result;

    for (size_t i = 0; i < files->count; i++) {
        buf_clear(&text);
        buf_add_text(&text, files->list[i].text);
        if (i == 0 && number < RULESETS)
            buf_addf(&text, "\n-- as of load %d\n", number);
        rulefiles_add(&kept, files->list[i].name, buf_text(&text));
    }
    result = rulebook_put(town->rows.db, &kept, 37, "cli mina", at, &town->ruleset, error);
    if (result == 0) {
        buf_clear(&text);
        buf_addf(&text, "%lld", (long long)town->ruleset);
        rows_event(&town->rows, at, 0, "ruleset", "cli mina", buf_text(&text));
    }
    buf_release(&text);
    rulefiles_release(&kept);
    return result;
}

/* Writing */

static int commit(struct town *town, const struct wanted *wanted, struct error *error)
{
    if (rows_commit(&town->rows, error) != 0)
        return -1;
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r%3lld %%", (long long)(town->rows.message * 100 / wanted->messages));
    return rows_begin(&town->rows, error);
}

/* Visits of an hour. What the rest of the time has to bring is reckoned anew each hour, from what a visit has brought so far. */
static void live_hour(struct town *town, int64_t hour, int64_t length, double share, double *owed, const struct wanted *wanted,
                      int64_t *visits)
{
    double brings = *visits > 1000 ? (double)town->rows.message / (double)*visits : 5.5;
    int64_t count, at = hour;

    *owed += (double)(wanted->messages - town->rows.message) * share / brings;
    count = *owed > 0 ? (int64_t)*owed : 0;
    *owed -= (double)count;
    for (int64_t i = 0; i < count; i++) {
        at = hour + (int64_t)(((double)i + chance_unit(&town->chance)) * (double)length / (double)count);
        town_live(town, at);
        town_visit(town, at);
        (*visits)++;
    }
    town_live(town, hour + length);
}

static int live(struct town *town, const struct wanted *wanted, const struct rulefiles *files, struct error *error)
{
    int64_t from = wanted->until - wanted->days * DAY_MS, visits = 0;
    double ahead = weight_of_all(from, wanted->until), owed = 0;
    int loads = 0;

    for (int64_t hour = from; hour < wanted->until; hour += HOUR_MS) {
        double weight = weight_at(hour, from);

        if (loads < RULESETS && hour >= from + loads * wanted->days * DAY_MS / RULESETS &&
            load_rules(town, files, hour, ++loads, error) != 0)
            return -1;
        live_hour(town, hour, HOUR_MS, weight / ahead, &owed, wanted, &visits);
        ahead -= weight;
        if (town->rows.batch > ROWS_PER_COMMIT && commit(town, wanted, error) != 0)
            return -1;
    }
    town_end(town);
    return 0;
}

static const char FAST[] = "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; "
                           "PRAGMA secure_delete = OFF; PRAGMA cache_size = -524288; PRAGMA locking_mode = EXCLUSIVE;";
static const char SAFE[] = "PRAGMA locking_mode = NORMAL; PRAGMA synchronous = FULL; PRAGMA journal_mode = WAL;";

/* The index of search, which a daemon would fill behind the road. */
static int fill_index(struct town *town, struct error *error)
{
    int more = 1;

    if (rows_begin(&town->rows, error) != 0)
        return -1;
    while (more == 1)
        more = search_fill(town->rows.db, error);
    return more == 0 ? rows_commit(&town->rows, error) : -1;
}

static int write_book(struct town *town, const struct wanted *wanted, const struct rulefiles *files, struct error *error)
{
    struct db *db = town->rows.db;

    if (schema_apply(db, 0, error) != 0 || db_run(db, FAST, error) != 0 || rows_begin(&town->rows, error) != 0 ||
        live(town, wanted, files, error) != 0 || book_put_int(db, "running", 0, error) != 0 ||
        rows_commit(&town->rows, error) != 0 || fill_index(town, error) != 0)
        return -1;
    return db_run(db, SAFE, error);
}

static int generate(const struct wanted *wanted, struct town *town, struct error *error)
{
    enum { SEEN_DAYS = 30 };
    struct rulefiles files = { 0 };
    int lock = -1, result = -1;

    if (access(wanted->db, F_OK) == 0)
        return error_set(error, "%s is there already; name a file that is not.", wanted->db);
    if (rulefiles_read(wanted->rules, &files, error) != 0)
        return -1;
    town_init(town, (uint64_t)wanted->seed);
    town->until = wanted->until;
    town->rows.seen_since = wanted->until - SEEN_DAYS * (int64_t)DAY_MS;
    if (lock_take(wanted->db, &lock, error) == 1 && (town->rows.db = db_open(wanted->db, DB_WRITER, error)) != NULL)
        result = write_book(town, wanted, &files, error);
    db_close(town->rows.db);
    rulefiles_release(&files);
    return result;
}

/* Options */

static int read_number(const char *text, int64_t least, int64_t most, int64_t *number)
{
    char *end;

    *number = strtoll(text, &end, 10);
    return *text != '\0' && *end == '\0' && *number >= least && *number <= most ? 0 : -1;
}

static int read_options(int argc, char **argv, struct wanted *wanted, struct error *error)
{
    static const struct option OPTIONS[] = {
        { "db", required_argument, NULL, 'b' },   { "messages", required_argument, NULL, 'm' },
        { "seed", required_argument, NULL, 's' }, { "days", required_argument, NULL, 'd' },
        { "until", required_argument, NULL, 'u' }, { "rules", required_argument, NULL, 'r' }, { 0 },
    };
    int option, bad = 0;

    while ((option = getopt_long(argc, argv, "", OPTIONS, NULL)) != -1)
        switch (option) {
        case 'b': wanted->db = optarg; break;
        case 'r': wanted->rules = optarg; break;
        case 'm': bad |= read_number(optarg, 100, 1000000000, &wanted->messages); break;
        case 's': bad |= read_number(optarg, 0, INT64_MAX, &wanted->seed); break;
        case 'd': bad |= read_number(optarg, 1, 10000, &wanted->days); break;
        case 'u': bad |= read_number(optarg, 10000 * (int64_t)DAY_MS, INT64_MAX / 2, &wanted->until); break;
        default: bad = -1;
        }
    if (bad != 0 || optind < argc || wanted->db == NULL || wanted->messages == 0)
        return error_set(error, "--db and --messages are needed, and all numbers have to be in reach.");
    return 0;
}

int main(int argc, char **argv)
{
    struct wanted wanted = { .rules = "rules", .seed = 1, .days = 400, .until = clock_wall_ms() };
    static struct town town;
    struct error error = { 0 };
    int64_t began = clock_monotonic_ms();
    int code = 0;

    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        fputs(HELP, stdout);
        return 0;
    }
    if (read_options(argc, argv, &wanted, &error) != 0)
        code = EXIT_USAGE;
    else if (generate(&wanted, &town, &error) != 0)
        code = 1;
    else
        printf("{\"format\":1,\"messages\":%lld,\"heard\":%lld,\"conversations\":%lld,\"contacts\":%d,\"until\":%lld,"
               "\"seconds\":%.1f}\n",
               (long long)town.rows.message, (long long)town.rows.webhook, (long long)town.rows.conversation, town.people_count,
               (long long)wanted.until, (double)(clock_monotonic_ms() - began) / 1000);
    if (code != 0)
        fprintf(stderr, "frontdesk-generate: %s%s\n", error.text, code == EXIT_USAGE ? " Try --help." : "");
    town_release(&town);
    return code;
}
