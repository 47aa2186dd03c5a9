/*
 * unit: see the header. Of the places that hold a unit the first outranks the others; single lines are changed from any of them.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/unit.h"

static const char *const PLACES[] = { "/etc/systemd/system", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system" };
enum { PLACE_COUNT = sizeof PLACES / sizeof *PLACES };

static const char UNIT[] = "frontdeskd.service", SUFFIX[] = ".conf";

/* Appends the path; false: there is none. */
static bool find_unit(const char *root, struct buf *path)
{
    for (size_t i = 0; i < PLACE_COUNT; i++) {
        buf_clear(path);
        buf_addf(path, "%s%s/%s", root, PLACES[i], UNIT);
        if (access(buf_text(path), F_OK) == 0)
            return true;
    }
    return false;
}

bool unit_is_installed(const char *root)
{
    struct buf path = { 0 };
    bool found = find_unit(root, &path);

    buf_release(&path);
    return found;
}

bool unit_runs(const char *root, int pid)
{
    struct buf path = { 0 };
    char groups[1000];
    size_t len = 0;
    FILE *file;

    buf_addf(&path, "%s/proc/%d/cgroup", root, pid);
    file = fopen(buf_text(&path), "re");
    if (file != NULL)
        len = fread(groups, 1, sizeof groups - 1, file);
    if (file != NULL)
        fclose(file);
    groups[len] = '\0';
    buf_release(&path);
    return strstr(groups, "/frontdeskd.service") != NULL;
}

struct credential {
    const char *name;
    struct buf *source;
    bool is_there;
};

/* What stands behind the = of a line that hands over credentials; NULL: it does something else. */
static const char *value_of(const char *line, bool *is_file)
{
    static const char *const WAYS[] = { "LoadCredential=", "LoadCredentialEncrypted=", "SetCredential=",
                                        "SetCredentialEncrypted=" };

    line += strspn(line, " \t");
    for (size_t i = 0; i < sizeof WAYS / sizeof *WAYS; i++)
        if (strncmp(line, WAYS[i], strlen(WAYS[i])) == 0) {
            *is_file = i < 2;
            return line + strlen(WAYS[i]);
        }
    return NULL;
}

static void read_line(struct credential *credential, const char *line)
{
    bool is_file = false;
    const char *value = value_of(line, &is_file);
    size_t len = value != NULL ? strcspn(value, ":\n") : 0;

    if (value == NULL || len != strlen(credential->name) || strncmp(value, credential->name, len) != 0)
        return;
    credential->is_there = true;
    buf_clear(credential->source);
    if (is_file && value[len] == ':')
        buf_add(credential->source, value + len + 1, strcspn(value + len + 1, "\n"));
}

static void read_file(struct credential *credential, const char *path)
{
    FILE *file = fopen(path, "re");
    char *line = NULL;
    size_t size = 0;

    if (file == NULL)
        return;
    while (getline(&line, &size, file) > 0)
        read_line(credential, line);
    free(line);
    fclose(file);
}

static int is_change(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name), tail = sizeof SUFFIX - 1;

    return len > tail && strcmp(entry->d_name + len - tail, SUFFIX) == 0;
}

static void read_changes(struct credential *credential, const char *root, const char *place)
{
    struct buf folder = { 0 }, path = { 0 };
    struct dirent **names = NULL;
    int count;

    buf_addf(&folder, "%s%s/%s.d", root, place, UNIT);
    count = scandir(buf_text(&folder), &names, is_change, alphasort);
    for (int i = 0; i < count; i++) {
        buf_clear(&path);
        buf_addf(&path, "%s/%s", buf_text(&folder), names[i]->d_name);
        read_file(credential, buf_text(&path));
        free(names[i]);
    }
    free(names);
    buf_release(&folder);
    buf_release(&path);
}

bool unit_hands_over(const char *root, const char *name, struct buf *source)
{
    struct credential credential = { .name = name, .source = source };
    struct buf path = { 0 };

    if (find_unit(root, &path)) {
        read_file(&credential, buf_text(&path));
        for (size_t i = PLACE_COUNT; i > 0; i--)
            read_changes(&credential, root, PLACES[i - 1]);
    }
    buf_release(&path);
    return credential.is_there;
}
