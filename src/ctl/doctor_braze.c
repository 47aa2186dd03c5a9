/*
 * doctor_braze: what the daemon says of itself, and what came of the calls that it made (daemon/examiner.h),
 * put into words.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/backend.h"
#include "base/ascii.h"
#include "base/version.h"
#include "ctl/act.h"
#include "ctl/client.h"
#include "ctl/doctor.h"
#include "ctl/turned_away.h"

enum { SKEW_WARN_MS = 30 * 1000, SKEW_BAD_MS = 5 * 60 * 1000, DESCRIPTORS_LEAST = 1024, DOOR_TIMEOUT_MS = 3000 };

static const char DAEMON[] = "Daemon", BRAZE[] = "Braze", CAMPAIGNS[] = "Campaigns", BACKENDS[] = "Backends";

/* A daemon of another version may know other members. */
static const char *text_of(const struct json *object, const char *key)
{
    const char *text = json_get_text(object, key);

    return text != NULL ? text : "";
}

/* The daemon */

/* "10.42 2022-12-11" against { 10, 42, 0 }: is it older? */
static bool is_older(const char *version, const int least[3])
{
    int parts[3] = { 0 };

    if (sscanf(version, "%d.%d.%d", &parts[0], &parts[1], &parts[2]) < 2)
        return false;
    for (int i = 0; i < 3; i++)
        if (parts[i] != least[i])
            return parts[i] < least[i];
    return false;
}

/* What is known of the versions that Debian 12 ships and later ones, and what the program does about it. */
static const struct library {
    const char *name;
    int least[3];
    const char *older; /* what is wrong with those before */
    int mended[3];     /* from where on the fault below is mended; 0: it is none's */
    const char *fault;
} LIBRARIES[] = {
    { "sqlite3",
      { 3, 40, 1 },
      "it lacks what the book needs",
      { 3, 51, 3 },
      "two that write may lose pages (the WAL-reset bug): let nothing but frontdesk write the book, no sqlite3 shell, "
      "no Litestream" },
    { "libcurl", { 7, 85, 0 }, "which protocols a call may use cannot be said to it", { 0 }, NULL },
    { "libmicrohttpd", { 0, 9, 75 }, "a crafted request can end it (CVE-2023-27371)", { 0 }, NULL },
    { "pcre2", { 10, 42, 0 }, "it has known holes", { 0 }, NULL },
};

static void look_at_library(struct doctor *doctor, const char *name, const char *version)
{
    for (size_t i = 0; i < sizeof LIBRARIES / sizeof *LIBRARIES; i++) {
        const struct library *library = &LIBRARIES[i];

        if (strcmp(library->name, name) != 0)
            continue;
        if (is_older(version, library->least))
            doctor_find(doctor, FINDING_BAD, DAEMON, "apt-get upgrade, or a newer Debian",
                        "%s %s is too old: %s", name, version, library->older);
        else if (library->fault != NULL && is_older(version, library->mended))
            doctor_find(doctor, FINDING_GOOD, DAEMON, NULL, "%s %s; %s", name, version, library->fault);
        else
            doctor_find(doctor, FINDING_GOOD, DAEMON, NULL, "%s %s", name, version);
    }
}

static void look_at_version(struct doctor *doctor)
{
    const char *theirs = json_get_text(doctor->told, "version");

    if (theirs == NULL || strcmp(theirs, FRONTDESK_VERSION) != 0)
        doctor_find(doctor, FINDING_WARN, DAEMON, "systemctl restart frontdeskd",
                    "it runs version %s, and this command is of version " FRONTDESK_VERSION,
                    theirs != NULL ? theirs : "unknown");
    else
        doctor_find(doctor, FINDING_GOOD, DAEMON, NULL, "it runs, in version %s", theirs);
}

/* Where webhooks arrive: it answers on this machine. Whether the world reaches it is on the list to tick. */
static void look_at_door(struct doctor *doctor)
{
    const char *address = json_get_text(doctor->told, "listen");
    struct client *client = client_new();
    struct client_answer answer;
    struct buf url = { 0 };

    buf_addf(&url, "http://%s/readyz", address != NULL ? address : "");
    client_run(client, &(struct client_call){ .url = buf_text(&url), .timeout_ms = DOOR_TIMEOUT_MS }, &answer);
    if (answer.end == CLIENT_ANSWERED && answer.status == 200)
        doctor_find(doctor, FINDING_GOOD, DAEMON, NULL, "webhooks are taken at %s", address);
    else if (answer.end == CLIENT_ANSWERED)
        doctor_find(doctor, FINDING_BAD, DAEMON, "frontdesk status, and the log of the daemon",
                    "webhooks are refused at %s, with status %d", address, answer.status);
    else
        doctor_find(doctor, FINDING_BAD, DAEMON, "look at FRONTDESK_LISTEN, and at the log of the daemon",
                    "nobody answers where webhooks arrive, at %s: %s", address != NULL ? address : "(unknown)", answer.problem);
    client_answer_release(&answer);
    client_free(client);
    buf_release(&url);
}

static void look_at_turned_away(struct doctor *doctor)
{
    struct json *facts = act_facts(doctor->call);
    struct turned_away turned;
    struct buf text = { 0 }, remedy = { 0 };

    turned_away_read(facts, &turned);
    turned_away_remedy(&turned, &remedy);
    if (turned_away_tell(&turned, doctor->call->now, &text))
        doctor_find(doctor, FINDING_WARN, DAEMON, buf_text(&remedy), "%s", buf_text(&text));
    buf_release(&text);
    buf_release(&remedy);
    json_free(facts);
}

void doctor_look_at_daemon(struct doctor *doctor)
{
    int64_t descriptors = json_get_int(doctor->told, "descriptors", 0);

    if (doctor->daemon == DAEMON_MUTE)
        doctor_find(doctor, FINDING_BAD, DAEMON,
                    "name its socket with --admin SOCKET; where that file was deleted, start the daemon again",
                    "the book is in use, but no daemon answers at %s", buf_text(&doctor->call->admin_path));
    else if (doctor->daemon == DAEMON_FROZEN)
        doctor_find(doctor, FINDING_BAD, DAEMON, "systemctl restart frontdeskd",
                    "the one at %s is frozen: it takes calls and answers none", buf_text(&doctor->call->admin_path));
    else if (doctor->daemon == DAEMON_DOWN)
        doctor_find(doctor, FINDING_BAD, DAEMON,
                    "systemctl start frontdeskd; then ask again, for only it can ask Braze",
                    "it is not running: nothing comes in or goes out");
    if (doctor->told == NULL)
        return;
    look_at_version(doctor);
    look_at_door(doctor);
    look_at_turned_away(doctor);
    for (const struct json *item = json_first(json_get(doctor->told, "libraries")); item != NULL;
         item = json_next(item))
        look_at_library(doctor, text_of(item, "name"), text_of(item, "version"));
    if (descriptors < DESCRIPTORS_LEAST)
        doctor_find(doctor, FINDING_WARN, DAEMON, "LimitNOFILE=8192 in its unit, or ulimit -n 8192",
                    "it may open %lld files and connections only", (long long)descriptors);
    else
        doctor_find(doctor, FINDING_GOOD, DAEMON, NULL, "it may open %lld files and connections",
                    (long long)descriptors);
}

/* The way to Braze */

static void look_at_host(struct doctor *doctor)
{
    const char *url = json_get_text(doctor->told, "braze_url"),
               *host = url != NULL ? strstr(url, "://") : NULL;

    if (host == NULL)
        return;
    host += 3;
    if (strncmp(url, "http:", 5) == 0)
        doctor_find(doctor, FINDING_WARN, BRAZE,
                    "BRAZE_REST_URL is the REST host of your workspace when you go live",
                    "%s is on this machine, so it is the sandbox: no customer hears anything", url);
    else if (strncmp(host, "rest.", 5) == 0 && strstr(host, ".braze.") != NULL)
        doctor_find(doctor, FINDING_GOOD, BRAZE, NULL, "%s is a REST host", url);
    else
        doctor_find(doctor, FINDING_WARN, BRAZE,
                    "take the REST endpoint of your instance: https://rest.iad-01.braze.com and the like",
                    "%s does not look like a REST host of Braze (a dashboard's address is none)", url);
}

static void look_at_clock(struct doctor *doctor, const struct json *check)
{
    int64_t skew = json_get_int(check, "skew_ms", 0), off = skew < 0 ? -skew : skew;

    if (json_get(check, "skew_ms") == NULL)
        return;
    if (off < SKEW_WARN_MS)
        doctor_find(doctor, FINDING_GOOD, BRAZE, NULL, "the clock of this machine goes as Braze's does");
    else
        doctor_find(doctor, off < SKEW_BAD_MS ? FINDING_WARN : FINDING_BAD, BRAZE, "timedatectl set-ntp true",
                    "the clock of this machine is %lld seconds %s of Braze's", (long long)(off / 1000),
                    skew > 0 ? "ahead" : "behind");
}

static const struct {
    const char *path, *permission, *use;
} PERMISSIONS[] = {
    { "/campaigns/trigger/send", "campaigns.trigger.send", "sends answers" },
    { "/canvas/trigger/send", "canvas.trigger.send", "sends answers by a Canvas" },
    { "/messages/send", "messages.send", "sends answers by app_id" },
    { "/users/track", "users.track", "writes attributes and events" },
};

static void look_at_permission(struct doctor *doctor, const struct json *check)
{
    const char *path = text_of(check, "name");
    int64_t status = json_get_int(check, "status", 0);
    size_t i = 0;

    while (i < sizeof PERMISSIONS / sizeof *PERMISSIONS && strcmp(PERMISSIONS[i].path, path) != 0)
        i++;
    if (i == sizeof PERMISSIONS / sizeof *PERMISSIONS)
        return;
    /* Nothing that could be taken was sent: a refusal of the request itself says that the key is let in. */
    if (status == 403)
        doctor_find(doctor, FINDING_BAD, BRAZE,
                    "make a new key with it (a key's permissions cannot be changed), and put it in place",
                    "the key lacks the permission %s, which %s", PERMISSIONS[i].permission,
                    PERMISSIONS[i].use);
    else if (status / 100 == 2 || status == 400)
        doctor_find(doctor, FINDING_GOOD, BRAZE, NULL, "the key has the permission %s",
                    PERMISSIONS[i].permission);
    else if (status != 401)
        doctor_find(doctor, FINDING_WARN, BRAZE, "ask again later",
                    "whether the key has the permission %s cannot be told: %s", PERMISSIONS[i].permission,
                    text_of(check, "problem"));
}

/* What Braze answers is JSON, whatever it thinks of the call; a proxy on the way may be unwell in other words. */
static bool is_of_braze(const struct json *check)
{
    int64_t status = json_get_int(check, "status", 0);

    return status >= 500 || (json_get_bool(check, "is_json", false) && status / 100 != 3 && status != 404);
}

/* false: nothing else need be looked at. */
static bool look_at_reach(struct doctor *doctor, const struct json *check)
{
    int64_t status = json_get_int(check, "status", 0);
    const char *problem = text_of(check, "problem");

    if (status == 0)
        doctor_find(doctor, FINDING_BAD, BRAZE,
                    "look at BRAZE_REST_URL, at the name server and at the firewall: port 443 outwards",
                    "Braze cannot be reached: %s", problem);
    else if (!is_of_braze(check))
        doctor_find(doctor, FINDING_BAD, BRAZE,
                    "BRAZE_REST_URL is the REST endpoint of your instance: https://rest.iad-01.braze.com and the like, nothing "
                    "behind it",
                    "what answers there, with status %lld, is not Braze's REST API", (long long)status);
    else if (status == 401)
        doctor_find(doctor, FINDING_BAD, BRAZE,
                    "look that BRAZE_API_KEY is a REST key of the workspace at that host, without quotes",
                    "Braze does not know the key");
    else if (status >= 500 || status == 429)
        doctor_find(doctor, FINDING_WARN, BRAZE, "ask again later", "Braze answers, but only this: %s", problem);
    else
        doctor_find(doctor, FINDING_GOOD, BRAZE, NULL, "Braze answers, in %lld ms",
                    (long long)json_get_int(check, "took_ms", 0));
    return status != 0 && status != 401 && is_of_braze(check);
}

/* Campaigns */

/* Of Braze's words only the letters count: whats_app, WhatsApp; api_triggered, API-Triggered. */
static bool speaks_of(const char *words, const char *wanted)
{
    size_t found = 0;

    for (; *words != '\0' && wanted[found] != '\0'; words++) {
        if (!ascii_is_letter((unsigned char)*words))
            continue;
        char letter = (char)(*words | 0x20); /* small */

        found = letter == wanted[found] ? found + 1 : letter == wanted[0];
    }
    return wanted[found] == '\0';
}

static const char *channel_word(const struct doctor *doctor, const char *name)
{
    const struct campaign *campaign = doctor->rules != NULL ? ruleset_campaign(doctor->rules, name) : NULL;

    if (campaign == NULL)
        return NULL;
    return strcmp(campaign->channel, "whatsapp") == 0 ? "whatsapp"
           : strcmp(campaign->channel, "sms") == 0    ? "sms"
                                                      : NULL;
}

static void look_at_details(struct doctor *doctor, const char *name, const struct json *details)
{
    const struct campaign *campaign = doctor->rules != NULL ? ruleset_campaign(doctor->rules, name) : NULL;
    const char *channels = json_get_text(details, "channels"), *schedule = json_get_text(details, "schedule");
    const char *body = json_get_text(details, "body"), *wanted = channel_word(doctor, name);
    int64_t bad = doctor->bad, warn = doctor->warn;

    if (json_get_bool(details, "archived", false))
        doctor_find(doctor, FINDING_BAD, CAMPAIGNS, "unarchive it, or name another in the rules",
                    "%s is archived: Braze says yes and sends nothing", name);
    if (json_get_bool(details, "draft", false))
        doctor_find(doctor, FINDING_BAD, CAMPAIGNS, "launch it", "%s is a draft", name);
    if (json_get_bool(details, "off", false))
        doctor_find(doctor, FINDING_BAD, CAMPAIGNS, "resume it", "%s is paused", name);
    if (schedule[0] != '\0' && !speaks_of(schedule, "api"))
        doctor_find(doctor, FINDING_BAD, CAMPAIGNS, "make one whose delivery is API-triggered",
                    "%s is not API-triggered but %s", name, schedule);
    if (wanted != NULL && channels[0] != '\0' && !speaks_of(channels, wanted))
        doctor_find(doctor, FINDING_BAD, CAMPAIGNS, "name a campaign of that channel",
                    "%s is for the channel %s, and carries %s", name, campaign->channel, channels);
    if (campaign != NULL && body[0] != '\0' && strstr(body, campaign->text_property) == NULL)
        doctor_find(doctor, FINDING_WARN, CAMPAIGNS,
                    "write it there, or name yours in the column text_property",
                    "the text of %s does not have {{api_trigger_properties.${%s}}} in it", name,
                    campaign->text_property);
    if (doctor->bad == bad && doctor->warn == warn)
        doctor_find(doctor, FINDING_GOOD, CAMPAIGNS, NULL, "%s is live", name);
}

static void look_at_campaign(struct doctor *doctor, const struct json *check)
{
    const char *name = text_of(check, "name"), *problem = text_of(check, "problem");
    const struct campaign *campaign = doctor->rules != NULL ? ruleset_campaign(doctor->rules, name) : NULL;
    const struct json *details = json_get(check, "details");
    int64_t status = json_get_int(check, "status", 0);

    if (details != NULL)
        look_at_details(doctor, name, details);
    else if (status == 403)
        doctor_find(doctor, FINDING_WARN, CAMPAIGNS,
                    campaign != NULL && campaign->canvas_id != NULL
                        ? "give the next key the permission canvas.details, which only reads"
                        : "give the next key the permission campaigns.details, which only reads",
                    "whether %s is live cannot be told: the key may not look at campaigns", name);
    else if (status == 400)
        doctor_find(doctor, FINDING_BAD, CAMPAIGNS, "copy its API identifier anew into the table campaign",
                    "there is no campaign with the id of %s in this workspace", name);
    else if (status != 401)
        doctor_find(doctor, FINDING_WARN, CAMPAIGNS, "ask again later",
                    "whether %s is live cannot be told: %s", name, *problem != '\0' ? problem : "its details cannot be read");
}

/* Backends */

static void look_at_untold(struct doctor *doctor, const char *name, const char *problem)
{
    struct buf remedy = { 0 };

    buf_addf(&remedy, "frontdesk drill %s timeout", name);
    doctor_find(doctor, FINDING_WARN, BACKENDS, buf_text(&remedy),
                "%s answers, but whether it would answer a question cannot be told: %s", name, problem);
    buf_release(&remedy);
}

static void look_at_backend(struct doctor *doctor, const struct json *check)
{
    const char *name = text_of(check, "name"), *problem = text_of(check, "problem");
    const char *verdict = text_of(check, "verdict");

    if (json_get_int(check, "status", 0) == 0)
        doctor_find(doctor, FINDING_BAD, BACKENDS,
                    "look at its url in the rules, at the name server and at the firewall",
                    "%s cannot be reached: %s", name, problem);
    else if (strcmp(verdict, "key") == 0)
        doctor_find(doctor, FINDING_BAD, BACKENDS, "put the right one in place, and load the rules again",
                    "%s does not take its key", name);
    else if (strcmp(verdict, "model") == 0)
        doctor_find(doctor, FINDING_BAD, BACKENDS, "correct its column model in the rules, and load them",
                    "%s answers, and has no such model for this key", name);
    else if (strcmp(verdict, "well") == 0)
        doctor_find(doctor, FINDING_GOOD, BACKENDS, NULL, "%s answers, and takes what it is asked with", name);
    else
        look_at_untold(doctor, name, problem);
}

/* Those that are not asked: nobody knows what a service of one's own does with a question. */
static void look_at_own_services(struct doctor *doctor)
{
    for (size_t i = 0; doctor->rules != NULL && i < doctor->rules->backend_count; i++)
        if (doctor->rules->backends[i].kind == BACKEND_HTTP)
            doctor_find(doctor, FINDING_GOOD, BACKENDS, NULL,
                        "%s is a service of your own, and is not asked here; frontdesk chat does",
                        doctor->rules->backends[i].name);
}

static void look_at_keys(struct doctor *doctor)
{
    struct buf remedy = { 0 };

    for (const struct json *item = json_first(json_get(doctor->told, "keys")); item != NULL;
         item = json_next(item)) {
        const char *of = text_of(item, "of"), *name = text_of(item, "name");

        buf_clear(&remedy);
        buf_addf(&remedy, "set %s for the daemon, and restart it", name);
        if (json_get_bool(item, "is_set", false))
            doctor_find(doctor, FINDING_GOOD, BACKENDS, NULL, "%s has its key (%s)", of, name);
        else
            doctor_find(doctor, FINDING_BAD, BACKENDS, buf_text(&remedy), "%s has no key: %s is not set", of,
                        name);
    }
    buf_release(&remedy);
}

static void look_at_each(struct doctor *doctor, const char *kind,
                         void (*look)(struct doctor *, const struct json *))
{
    for (const struct json *check = json_first(json_get(doctor->told, "checks")); check != NULL;
         check = json_next(check))
        if (strcmp(text_of(check, "kind"), kind) == 0)
            look(doctor, check);
}

void doctor_look_at_braze(struct doctor *doctor)
{
    const struct json *first = json_first(json_get(doctor->told, "checks"));

    if (doctor->told == NULL)
        return;
    look_at_host(doctor);
    if (first != NULL && look_at_reach(doctor, first)) {
        look_at_clock(doctor, first);
        look_at_each(doctor, "permission", look_at_permission);
        look_at_each(doctor, "campaign", look_at_campaign);
    }
    if (json_get_int(doctor->told, "left_out", 0) > 0)
        doctor_find(doctor, FINDING_WARN, BRAZE, "frontdesk outbox list --state trouble tells when one of them fails",
                    "%lld campaigns and backends were not looked at: there are too many",
                    (long long)json_get_int(doctor->told, "left_out", 0));
    look_at_keys(doctor);
    look_at_each(doctor, "backend", look_at_backend);
    look_at_own_services(doctor);
}
