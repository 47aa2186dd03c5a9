/*
 * doctor_place: where the desk stands: its settings, files and disk, and the machine. What the daemon has
 * been told is looked at only while none runs: under systemd this program does not see the secrets.
 */
#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/address.h"
#include "base/alloc.h"
#include "base/env.h"
#include "ctl/doctor.h"
#include "ctl/unit.h"
#include "store/lock.h"
#include "store/owner.h"
#include "store/rulefile.h"

enum { TOKEN_LEAST = 12, MB = 1024 * 1024, ROOM_LEAST = 100, MEMORY_LEAST_KB = 100 * 1024 };

static const char SETTINGS[] = "Settings", FILES[] = "Files", MACHINE[] = "Machine";

/* Settings */

/* What is wrong with a value, without the value; NULL: nothing that can be seen. */
typedef const char *setting_fault(const char *value);

static const char *fault_of_secret(const char *value)
{
    if (strpbrk(value, "\"'") != NULL)
        return "has quotation marks in it";
    for (; *value != '\0'; value++)
        if (*value <= ' ' || *value > '~')
            return "holds a blank, a line break or another byte that no such text has";
    return NULL;
}

static const char *fault_of_url(const char *value)
{
    const char *host = strstr(value, "://");
    const char *fault = fault_of_secret(value);
    size_t len;

    if (fault != NULL)
        return fault;
    if (host == NULL || (strncmp(value, "https:", 6) != 0 && strncmp(value, "http:", 5) != 0))
        return "is no https:// address";
    host += 3;
    len = strcspn(host, "/?#");
    if (host[len] != '\0' && strcmp(host + len, "/") != 0)
        return "goes on behind the host";
    if (memchr(host, '@', len) != NULL)
        return "has a user in it";
    if (strncasecmp(host, "dashboard", strlen("dashboard")) == 0)
        return "is the dashboard's: the REST host begins with rest.";
    len = *host == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":/");
    if (value[4] == ':' && address_kind(host, len) != ADDRESS_LOOPBACK)
        return "would send the key in clear: https is wanted";
    return NULL;
}

static const char *fault_of_tokens(const char *value)
{
    size_t count = 0;

    while (*(value += strspn(value, ", \t\r\n")) != '\0') {
        size_t len = strcspn(value, ", \t\r\n");

        if (len < TOKEN_LEAST)
            return "holds a token of less than 12 characters (openssl rand -hex 24 makes a good one)";
        value += len;
        count++;
    }
    return count > 0 ? NULL : "holds no token";
}

static const struct setting {
    const char *name, *what;
    setting_fault *fault;
} NEEDED[] = {
    { "BRAZE_REST_URL", "the REST host of the workspace", fault_of_url },
    { "BRAZE_API_KEY", "the REST key", fault_of_secret },
    { "FRONTDESK_WEBHOOK_TOKENS", "what Braze shows with each webhook", fault_of_tokens },
};

/* False: it would see it here as well. */
static bool is_for_daemon_alone(struct doctor *doctor, const struct setting *setting)
{
    struct buf source = { 0 };
    bool is_given = unit_hands_over("", setting->name, &source);

    if (is_given && source.len > 0 && access(buf_text(&source), F_OK) != 0 && errno == ENOENT)
        doctor_find(doctor, FINDING_BAD, SETTINGS, "write it into that file (README, On a server)",
                    "%s, %s, is to come from %s, which is not there", setting->name, setting->what, buf_text(&source));
    else if (is_given)
        doctor_find(doctor, FINDING_WARN, SETTINGS,
                    "systemctl start frontdeskd, and ask again; what it does not take stands in journalctl -u frontdeskd",
                    "%s, %s, cannot be seen from here: systemd hands it to the daemon alone, and that does not run",
                    setting->name, setting->what);
    buf_release(&source);
    return is_given;
}

static void look_at_setting(struct doctor *doctor, const struct setting *setting)
{
    struct buf value = { 0 }, remedy = { 0 };
    struct error error = { 0 };
    int found = env_get(setting->name, &value, &error);
    const char *fault = found == 1 ? setting->fault(buf_text(&value)) : NULL;

    buf_addf(&remedy, "set %s, or %s_FILE to a file that holds it, or name the file of settings with --env",
             setting->name, setting->name);
    if (found < 0)
        doctor_find(doctor, FINDING_BAD, SETTINGS, buf_text(&remedy), "%s: %s", setting->name, error.text);
    else if (found == 0 && !is_for_daemon_alone(doctor, setting))
        doctor_find(doctor, FINDING_BAD, SETTINGS, buf_text(&remedy),
                    "%s, %s, is not set here, and no daemon runs that has it", setting->name, setting->what);
    else if (found == 1 && fault != NULL)
        doctor_find(doctor, FINDING_BAD, SETTINGS, "put it right where it is set (frontdeskd --help)", "%s %s",
                    setting->name, fault);
    else if (found == 1)
        doctor_find(doctor, FINDING_GOOD, SETTINGS, NULL, "%s is set", setting->name);
    if (value.len > 0)
        explicit_bzero(value.data, value.len);
    buf_release(&value);
    buf_release(&remedy);
}

static void look_at_secret_file(struct doctor *doctor, const char *path)
{
    struct buf remedy = { 0 };
    struct stat info;

    if (path == NULL || *path == '\0' || stat(path, &info) != 0)
        return;
    buf_addf(&remedy, "chmod 600 %s", path);
    if ((info.st_mode & S_IFMT) == S_IFREG && (info.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        doctor_find(doctor, FINDING_BAD, FILES, buf_text(&remedy),
                    "%s, which holds secrets, may be read by others (mode %03o)", path,
                    (unsigned)(info.st_mode & 0777));
    else
        doctor_find(doctor, FINDING_GOOD, FILES, NULL, "%s is yours alone", path);
    buf_release(&remedy);
}

/* Files */

static void look_at_book_file(struct doctor *doctor)
{
    const char *path = buf_text(&doctor->call->db_path);
    struct error error = { 0 };

    if (access(path, F_OK) != 0)
        doctor_find(doctor, FINDING_BAD, FILES,
                    "name it with --db FILE or FRONTDESK_DB, or start frontdeskd, which makes it",
                    "there is no book at %s", path);
    else if (lock_check_modes(path, &error) != 0)
        doctor_find(doctor, FINDING_BAD, FILES, "do as it says; frontdeskd does not start before", "%s",
                    error.text);
    else if (access(path, R_OK | W_OK) != 0)
        doctor_find(doctor, FINDING_BAD, FILES, "do as it says", "%s",
                    (owner_tell(path, access(path, R_OK) != 0 ? "read" : "written", &error), error.text));
    else
        doctor_find(doctor, FINDING_GOOD, FILES, NULL, "the book %s is its owner's alone", path);
}

static void look_at_socket(struct doctor *doctor)
{
    const char *path = buf_text(&doctor->call->admin_path);
    struct buf remedy = { 0 };
    struct stat info;

    if (doctor->daemon != DAEMON_UP || stat(path, &info) != 0)
        return;
    buf_addf(&remedy, "chmod 600 %s", path);
    if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        doctor_find(doctor, FINDING_BAD, FILES, buf_text(&remedy),
                    "the admin socket %s may be used by others: who may, commands", path);
    else
        doctor_find(doctor, FINDING_GOOD, FILES, NULL, "the admin socket is its owner's alone");
    buf_release(&remedy);
}

/* Whoever writes a rule says what customers are told, and where what they say is sent. */
static bool is_anybodys(const char *folder, const char *name, struct buf *path)
{
    struct stat info;

    buf_clear(path);
    buf_addf(path, "%s%s%s", folder, *name != '\0' ? "/" : "", name);
    return stat(buf_text(path), &info) == 0 && (info.st_mode & S_IWOTH) != 0;
}

static void look_at_rules_folder(struct doctor *doctor)
{
    const char *folder = buf_text(&doctor->call->rules_dir);
    struct rulefiles files = { 0 };
    struct buf path = { 0 }, remedy = { 0 };
    bool is_bad;

    if (*folder == '\0' || access(folder, F_OK) != 0)
        return;
    is_bad = is_anybodys(folder, "", &path);
    if (rulefiles_read(folder, &files, NULL) == 0)
        for (size_t i = 0; i < files.count && !is_bad; i++)
            is_bad = is_anybodys(folder, files.list[i].name, &path);
    buf_addf(&remedy, "chmod o-w %s", buf_text(&path));
    if (is_bad)
        doctor_find(doctor, FINDING_BAD, FILES, buf_text(&remedy), "everybody may write rules into %s", buf_text(&path));
    else
        doctor_find(doctor, FINDING_GOOD, FILES, NULL, "not everybody may write rules into %s", folder);
    rulefiles_release(&files);
    buf_release(&path);
    buf_release(&remedy);
}

/* Disk */

static const struct {
    unsigned long type;
    enum finding_level level;
    const char *name, *why;
} KINDS[] = {
    { 0x6969, FINDING_BAD, "NFS", "over the network its locks and its log cannot be relied on" },
    { 0xff534d42, FINDING_BAD, "CIFS", "over the network its locks and its log cannot be relied on" },
    { 0xfe534d42, FINDING_BAD, "SMB", "over the network its locks and its log cannot be relied on" },
    { 0x01021997, FINDING_BAD, "9p", "over the network its locks and its log cannot be relied on" },
    { 0x65735546, FINDING_WARN, "FUSE",
      "whether its locks and its log can be relied on depends on what is behind it" },
    { 0x01021994, FINDING_WARN, "tmpfs", "it is memory, and gone when the machine is switched off" },
};

static void look_at_kind(struct doctor *doctor, const char *folder)
{
    struct statfs disk;

    if (statfs(folder, &disk) != 0)
        return;
    for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++)
        if ((unsigned long)disk.f_type == KINDS[i].type) {
            doctor_find(doctor, KINDS[i].level, MACHINE, "put the book on a local disk",
                        "the book is on %s: %s", KINDS[i].name, KINDS[i].why);
            return;
        }
    doctor_find(doctor, FINDING_GOOD, MACHINE, NULL, "the book is on a local file system");
}

static void look_at_room(struct doctor *doctor, const char *folder)
{
    const char *path = buf_text(&doctor->call->db_path);
    struct statvfs disk;
    struct stat info = { 0 };
    int64_t room, book;

    if (statvfs(folder, &disk) != 0)
        return;
    room = (int64_t)(disk.f_bavail * disk.f_frsize) / MB;
    book = stat(path, &info) == 0 ? (int64_t)info.st_size / MB : 0;
    if (room < ROOM_LEAST)
        doctor_find(doctor, FINDING_BAD, MACHINE,
                    "make room: when the disk is nearly full the daemon refuses messages (503)",
                    "the disk of the book has %lld MB left", (long long)room);
    else if (room < book + ROOM_LEAST)
        doctor_find(
            doctor, FINDING_WARN, MACHINE, "make room, or back it up to another disk",
            "the disk of the book has %lld MB left, which is no room for a copy of it (%lld MB), as an upgrade makes one",
            (long long)room, (long long)book);
    else
        doctor_find(doctor, FINDING_GOOD, MACHINE, NULL,
                    "the disk of the book has %lld MB left; the book takes %lld", (long long)room,
                    (long long)book);
}

static void look_at_disk(struct doctor *doctor)
{
    const char *named = buf_text(&doctor->call->db_path);
    char *book = realpath(named, NULL), *path = alloc_text(book != NULL ? book : named);
    const char *folder = dirname(path);

    look_at_kind(doctor, folder);
    look_at_room(doctor, folder);
    free(path);
    free(book);
}

static void look_at_memory(struct doctor *doctor)
{
    FILE *file = fopen("/proc/meminfo", "re");
    char line[120];
    long long kilobytes = -1;

    while (file != NULL && kilobytes < 0 && fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "MemAvailable: %lld", &kilobytes) != 1)
            kilobytes = -1;
    if (file != NULL)
        fclose(file);
    if (kilobytes >= 0 && kilobytes < MEMORY_LEAST_KB)
        doctor_find(doctor, FINDING_WARN, MACHINE, "end what is not needed, or take a larger machine",
                    "%lld MB of memory are left, and the daemon may want 100", kilobytes / 1024);
    else if (kilobytes >= 0)
        doctor_find(doctor, FINDING_GOOD, MACHINE, NULL, "%lld MB of memory are left", kilobytes / 1024);
}

void doctor_look_at_place(struct doctor *doctor)
{
    const char *settings_file = doctor->call->parsed->options[OPTION_ENV];

    if (doctor->daemon == DAEMON_DOWN) {
        for (size_t i = 0; i < sizeof NEEDED / sizeof *NEEDED; i++)
            look_at_setting(doctor, &NEEDED[i]);
    }
    look_at_book_file(doctor);
    look_at_socket(doctor);
    look_at_rules_folder(doctor);
    look_at_secret_file(doctor, settings_file != NULL ? settings_file : getenv("FRONTDESK_ENV"));
    look_at_secret_file(doctor, getenv("BRAZE_API_KEY_FILE"));
    look_at_secret_file(doctor, getenv("FRONTDESK_WEBHOOK_TOKENS_FILE"));
    look_at_secret_file(doctor, getenv("FRONTDESK_AGENT_TOKENS_FILE"));
    look_at_disk(doctor);
    look_at_memory(doctor);
}
